/*
 * Rosters from CSV, straight into the columns of plan/roster.h; the columns and what is wrong with
 * them are roster_rows.h. A file is UTF-8 or else GB18030. What is wrong is told as findings with
 * file, line and column; reading goes on to the next row until there are FINDINGS_MOST of them.
 */
#ifndef FILES_ROSTER_CSV_H
#define FILES_ROSTER_CSV_H

#include "plan/roster.h"

/** Adds the rows of malloc'ed, NUL-terminated bytes, which become the roster's; `shown` is the
 * file's name for people. 0, or ERR_INVALID after findings. */
int roster_load_csv_bytes(struct roster *roster, const char *shown, char *bytes, size_t length,
                          struct err *err);

#endif
