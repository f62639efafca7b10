/*
 * Rosters from a sheet of a workbook, row by row into the columns of plan/roster.h; the columns and
 * what is wrong with them are roster_rows.h, the same as of CSV. Places are cells: staff.xlsx:名册!C17.
 * A title above the header (rows with one cell that names no column), rows that begin with '#' and
 * empty rows are passed over. Cells are what xlsx.h says; an error, a formula whose result was not
 * saved and a number whose last digits Excel has lost are findings.
 */
#ifndef FILES_ROSTER_XLSX_H
#define FILES_ROSTER_XLSX_H

#include "plan/roster.h"

/** Adds the rows of a sheet (NULL = the first visible) of a workbook whose bytes stay the caller's;
 * `shown` is the file's name for people. 0, or ERR_INVALID after findings. */
int roster_load_xlsx_bytes(struct roster *roster, const char *shown, const char *bytes,
                           size_t length, const char *sheet, struct err *err);

#endif
