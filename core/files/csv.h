/*
 * CSV as RFC 4180 has it, strictly: commas, quotes with doubled quotes inside, LF or CRLF, a last
 * line with or without its end. Beyond the standard, blank lines, lines of empty cells (which Excel
 * leaves behind) and lines that begin with '#' are skipped. It knows no columns and no encodings:
 * it is given UTF-8 and gives cells with their physical places. Nothing is allocated.
 */
#ifndef FILES_CSV_H
#define FILES_CSV_H

#include "base/lang.h"

#include <stddef.h>
#include <stdint.h>

enum { CSV_MOST_CELLS = 64, CSV_MOST_CELL = 4096, CSV_MOST_ESCAPED = 4 * CSV_MOST_CELL };

struct csv_cell {
    const char *bytes; /* in the text, or in the reader where quotes were doubled */
    size_t length;
    const char *at; /* where the cell begins in the text */
};

enum csv_result {
    CSV_END = 0,
    CSV_ROW = 1,
    CSV_OPEN_QUOTE = -1,        /* the file ends inside quotes */
    CSV_QUOTE_IN_TEXT = -2,     /* a quote inside a cell that has none at its start */
    CSV_TEXT_BEHIND_QUOTE = -3, /* something between a closing quote and the comma */
    CSV_CELL_TOO_LONG = -4,
    CSV_TOO_MANY_CELLS = -5,
};

struct csv {
    const char *end;      /* of the text */
    const char *at;       /* the next row */
    const char *row;      /* the row given last, and its line (1-based) */
    uint32_t line;        /* of `at` */
    uint32_t row_line;    /* of `row` */
    const char *fault;    /* the place of a negative result */
    uint32_t fault_line;  /* and its line */
    const char *word;     /* the eight bytes whose marks are in `marks` */
    uint64_t marks;       /* the high bit of each byte that is a comma, quote or LF to come */
    size_t count;         /* cells of the row, valid until the next call */
    size_t escaped_count; /* bytes used of `escaped` */
    struct csv_cell cells[CSV_MOST_CELLS];
    char escaped[CSV_MOST_ESCAPED]; /* cells whose doubled quotes became single */
};

/** Begins to read `length` bytes, which stay the caller's. */
void csv_start(struct csv *csv, const char *text, size_t length);

/** The next row that is not skipped: CSV_ROW, CSV_END, or what is wrong, with its place in `fault`
 * and `fault_line`. After a fault the next call goes on with the line behind it. */
enum csv_result csv_next(struct csv *csv);

/** What a negative result means, for people. */
const char *csv_problem(enum csv_result result, enum lang lang);

#endif
