/*
 * The rows of a roster, whatever file they stand in: what the header names, what a cell means, what is
 * wrong with it – for roster_csv.c and roster_xlsx.c, which say where a cell is and what it holds. The
 * first row names the columns, in any order: id, name, kind (required), parent, groups, tags, staff,
 * contact, from, until, or in Chinese 编号, 姓名 or 名称, 类别, 上级, 小组, 标签, 人数, 联系方式, 起, 止.
 * Knows no file; what is wrong with a row does not keep the next from being looked at.
 */
#ifndef FILES_ROSTER_ROWS_H
#define FILES_ROSTER_ROWS_H

#include "files/csv.h"
#include "plan/roster.h"

enum roster_column {
    ROSTER_ID,
    ROSTER_NAME,
    ROSTER_KIND,
    ROSTER_PARENT,
    ROSTER_GROUPS,
    ROSTER_TAGS,
    ROSTER_STAFF,
    ROSTER_CONTACT,
    ROSTER_FROM,
    ROSTER_UNTIL,
    ROSTER_COLUMNS,
    ROSTER_REQUIRED = ROSTER_KIND, /* the last one that a file must have */
};

/* A row as a file gives it; what it points to stays until the next. */
struct roster_line {
    uint32_t number;              /* line of the text, or row of the sheet, 1-based */
    const char *start;            /* of the line in the text; NULL = a sheet's row */
    const struct csv_cell *cells; /* at most CSV_MOST_CELLS */
    size_t count;
};

struct roster_rows {
    struct roster *roster;
    const struct findings *findings;
    enum lang lang;
    const struct roster_line *line;           /* at hand */
    int code;                                 /* ERR_INVALID once a row was wrong */
    bool headed, stopped;                     /* stopped: no further row is wanted */
    size_t columns;                           /* of the header */
    enum roster_column order[CSV_MOST_CELLS]; /* the column of each cell */
    bool present[ROSTER_COLUMNS];
};

/** Begins a file, behind roster_begin_file or roster_begin_sheet. */
void roster_rows_begin(struct roster_rows *rows, struct roster *roster);

/** True when the text names a column. */
bool roster_rows_names(const char *text, size_t length);

/** Takes the header, then each row; what is wrong with it becomes findings. */
void roster_rows_take(struct roster_rows *rows, const struct roster_line *line);

/** Notes that a row was left out for what the file's own reader has told. */
void roster_rows_fail(struct roster_rows *rows);

/** Ends the file: 0, or ERR_INVALID after findings; one without a header is such a finding. */
int roster_rows_end(struct roster_rows *rows);

#endif
