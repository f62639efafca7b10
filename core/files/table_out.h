/*
 * Tables out: one neutral table, row by row, as CSV or as a workbook (XLSX) that an office can hand on as
 * it is. To commands and papers; it knows nothing of plans, units or lights but their signs. The
 * file stands under its name only when it is whole: it is written beside the target and renamed, so
 * that whatever goes wrong, the old one stays. Equal tables give equal bytes, whenever and wherever.
 *
 *   CSV    UTF-8 with a byte order mark, CRLF, RFC 4180. A text stands in quotes, a number or day
 *          does not, so that a reader that asks ("quoted field as text") has both as they were. A
 *          text that a spreadsheet would take for a formula – it begins with = + - @ in either
 *          width, TAB or CR – gets an apostrophe in front. No title, no notes: a header and rows.
 *   XLSX   texts are texts: nothing from data ever becomes a formula. Title, header and the fixed
 *          columns stay when the sheet is scrolled, they are repeated on each page: A4
 *          landscape, as wide as one page while that can be read. Lights have their sign and a colour.
 *
 * In both: a CR is part of a line end, or one itself; a control character is shown as its code ("\u0001"),
 * a text that is not UTF-8 is refused. Rows are held back until the first few hundred have told how
 * wide the columns are to be; beyond that memory does not grow with rows.
 */
#ifndef FILES_TABLE_OUT_H
#define FILES_TABLE_OUT_H

#include "base/err.h"
#include "base/lang.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
    TABLE_ROWS_MOST = 1048000, /* of a sheet: what a workbook holds, less title and notes */
    TABLE_COLUMNS_MOST = 1024, /* of a sheet */
    TABLE_TEXT_MOST = 32767,   /* UTF-16 units of a cell in a workbook; the rest is cut */
};

#define TABLE_EMPTY INT64_MIN

enum table_form { TABLE_CSV, TABLE_XLSX };

enum table_kind {
    TABLE_TEXT,
    TABLE_COUNT,   /* a whole number */
    TABLE_DAY,     /* a civil day */
    TABLE_PERCENT, /* a part of a whole, cut to a tenth: 999 of 1,000 stays below 100 % */
    TABLE_LIGHT,   /* a text that begins with ● ▲ ■ or ✓, coloured by that */
};

struct table_column {
    const char *title;
    enum table_kind kind;
    const char *const *choices; /* of a drop-down, NULL at its end; NULL = none */
    bool open;                  /* the choices are offered, another text is fine */
    uint32_t widest;            /* in Latin letters, longer texts wrap; 0 = 40 */
};

/* A cell; `text`, where there is one, stands instead of the number whatever the column's kind. */
struct table_cell {
    const char *text;
    int64_t number; /* the count, day or part; TABLE_EMPTY = nothing */
    int64_t whole;  /* of a percent, at least 1 */
};

struct table_sheet {
    const char *name;  /* at most 31 characters without []:*?/\ */
    const char *title; /* above the table, NULL = none */
    const char *about; /* a line between title and table, NULL = none */
    const struct table_column *columns;
    uint32_t count; /* of columns */
    uint32_t fixed; /* of them, those that stay in sight */
};

struct table_file {
    enum table_form form;
    const char *path; /* "-" = `out`, of CSV only */
    FILE *out;
    const char *title;  /* of the document, NULL = none */
    const char *author; /* of the document, NULL = none */
    const char *dated;  /* what pages say on the right of their head, NULL = nothing */
    int32_t day;        /* the document's date */
    enum lang lang;     /* of page numbers, dates and what is said of cuts */
};

struct table_out;

/** Begins a file. ERR_IO when nothing can be written there, ERR_INVALID when the path is neither free nor
 * a file, or an XLSX is to go to standard output. Texts of `file` are copied. The caller gives `*out`
 * to table_out_free. */
int table_out_new(const struct table_file *file, struct table_out **out, struct err *err);

/** Begins a sheet, the first or, in a workbook, another one. The sheet and its texts are copied.
 * ERR_INVALID for a name that no sheet can have, ERR_LIMIT for too many columns. */
int table_out_sheet(struct table_out *out, const struct table_sheet *sheet, struct err *err);

/** Appends a row of the sheet's `count` cells, which are copied. ERR_LIMIT when a sheet is full. */
int table_out_row(struct table_out *out, const struct table_cell *cells, struct err *err);

/** Rows that the sheet still takes. */
uint64_t table_out_room(const struct table_out *out);

/** Adds a line below the sheet's table; of a CSV nothing. No rows may follow. */
int table_out_note(struct table_out *out, const char *text, struct err *err);

/** Ends the file, checks what has arrived on the disk and gives it its name. After a failure, here
 * or before, only table_out_free may follow. */
int table_out_close(struct table_out *out, struct err *err);

/** Frees it; a file that was not closed vanishes. NULL is accepted. */
void table_out_free(struct table_out *out);

#endif
