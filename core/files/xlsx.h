/*
 * Workbooks of Excel, WPS and LibreOffice (.xlsx, ECMA-376 SpreadsheetML, transitional and strict),
 * read row by row: each cell is the text that a person sees in it, as far as rosters and tables need.
 *
 *   text       shared, inline or of a formula; runs joined, phonetic runs left out, _x000D_ decoded
 *   number     in full, never 1.1E+17: an id keeps its digits; zeros in front where the format is
 *              00000; no percent sign, no thousands separators, decimals not rounded by the format
 *   day        a number whose style is a date: 2012-03-01, with a time of day 2012-03-01 08:30(:15);
 *              a time alone 08:30; hours that add up ([h]:mm) 26:30. 1900 (with its 29 February) and
 *              1904 systems; which formats are dates: the built-in 14-22, 27-36, 45-47 and 50-58, and
 *              those of one's own that have y, d, h or s outside quotes, so yyyy"年"m"月"d"日"
 *   true, false, errors as Excel writes them (TRUE, #N/A); a formula has the result that was saved
 *
 * Empty cells and rows are not told; of merged cells the first has the text. What people send is not
 * trusted: bounds hold before memory is spent (zip.h, ooxml.h, and those below), rows and cells must
 * come in order. Knows nothing of rosters.
 */
#ifndef FILES_XLSX_H
#define FILES_XLSX_H

#include "base/err.h"
#include "base/lang.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    XLSX_MOST_ROWS = 1048576, /* as Excel has it */
    XLSX_MOST_COLUMNS = 16384,
    XLSX_MOST_CELL = 131068, /* bytes: 32,767 characters */
    XLSX_MOST_ROW = 4 << 20, /* bytes */
    XLSX_MOST_SHEETS = 1000,
    XLSX_MOST_STYLES = 65536,
    XLSX_MOST_STRINGS = 128 << 20, /* bytes of the shared strings */
};

enum xlsx_kind {
    XLSX_TEXT,
    XLSX_NUMBER,
    XLSX_DAY, /* or a time */
    XLSX_BOOL,
    XLSX_ERROR,     /* #N/A, #REF! … */
    XLSX_NO_RESULT, /* a formula whose result was not saved; no bytes */
    XLSX_CUT,       /* a number of more digits than the 15 that Excel keeps: its end is lost */
};

struct xlsx_cell {
    uint32_t column; /* 1 = A */
    enum xlsx_kind kind;
    const char *bytes; /* UTF-8 with a NUL behind, valid until the function returns */
    size_t length;
};

struct xlsx_row {
    uint32_t number; /* 1-based */
    size_t count;    /* cells that are not empty, by column; more than none */
    const struct xlsx_cell *cells;
};

struct xlsx;

/** Opens a workbook whose bytes stay the caller's and outlive it; `shown` is its name in messages, in
 * `lang`. Shared strings and styles are read with the first sheet. The caller closes `*out`.
 * ERR_INVALID (no workbook, damaged, password), ERR_LIMIT. */
int xlsx_open(const char *bytes, size_t length, const char *shown, enum lang lang,
              struct xlsx **out, struct err *err);

/** Closes it, NULL too. */
void xlsx_close(struct xlsx *xlsx);

/** The sheet of that name, or the first that is not hidden for NULL. ERR_NOT_FOUND names those that
 * there are. */
int xlsx_find(const struct xlsx *xlsx, const char *name, uint32_t *sheet, struct err *err);

/** The name of a sheet; the workbook's. */
const char *xlsx_sheet(const struct xlsx *xlsx, uint32_t sheet);

/** Calls `each` with the rows of a sheet in order; a negative value with `err` filled stops. 0, that
 * value, ERR_INVALID or ERR_LIMIT with the cell in the message. */
int xlsx_read(struct xlsx *xlsx, uint32_t sheet,
              int (*each)(void *context, const struct xlsx_row *row, struct err *err),
              void *context, struct err *err);

#endif
