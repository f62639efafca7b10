/*
 * Rosters from the files that a plan names: CSV (roster_csv.h), or a sheet of a workbook when the name
 * ends in .xlsx (roster_xlsx.h). Only regular files beneath a folder that the caller holds open.
 */
#ifndef FILES_ROSTER_LOAD_H
#define FILES_ROSTER_LOAD_H

#include "plan/roster.h"

enum { ROSTER_MOST_BYTES = 1 << 30, ROSTER_MOST_WORKBOOK = 256 << 20 };

/** Adds the rows of the file `name` beneath the open folder `directory`; `sheet` is that of a
 * workbook, NULL = its first visible one; `shown` is the file's name for people. 0; ERR_INVALID after
 * findings; otherwise the file could not be read and `err` says why (ERR_NOT_FOUND, ERR_IO, ERR_LIMIT,
 * ERR_INVALID), without findings. */
int roster_load(struct roster *roster, int directory, const char *name, const char *sheet,
                const char *shown, struct err *err);

#endif
