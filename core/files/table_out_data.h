/*
 * What table_out.c shares with its two forms, table_out_csv.c and table_out_book.c, and with
 * table_out_check.c, which reads back what a workbook has become. table_* throughout.
 */
#ifndef FILES_TABLE_OUT_DATA_H
#define FILES_TABLE_OUT_DATA_H

#include "base/arena.h"
#include "base/buf.h"
#include "files/table_out.h"

struct table_book;

struct table_out {
    struct arena *arena; /* of everything below */
    struct table_file file;
    const struct table_sheet *sheet; /* the one that is being written, NULL = none yet */
    uint64_t rows;                   /* of it */
    bool ended;                      /* no rows may follow */
    const char *folder;              /* of the target */
    const char *target;              /* behind links; NULL for standard output */
    const char *made;                /* what is to be renamed, NULL = nothing is there */
    FILE *stream;                    /* of a CSV */
    struct table_book *book;         /* of an XLSX */
    struct buf plain;                /* room for table_plain */
};

/** The text as a cell may hold it, in `out->plain` where something had to change; NULL when it is not
 * UTF-8. Valid until the next call. */
const char *table_plain(struct table_out *out, const char *text);

/** Says which cell of the current sheet is not UTF-8; ERR_INVALID. */
int table_refuse(const struct table_out *out, uint32_t column, struct err *err);

/** Tenths of a percent, cut. */
int64_t table_tenths(const struct table_cell *cell);

/** Writes header and rows of a CSV; errors of the disk are found at its end. */
int table_csv_header(struct table_out *out, struct err *err);
int table_csv_row(struct table_out *out, const struct table_cell *cells, struct err *err);

/** Begins a workbook that becomes `out->made`. */
int table_book_new(struct table_out *out, struct err *err);
int table_book_sheet(struct table_out *out, struct err *err);
int table_book_row(struct table_out *out, const struct table_cell *cells, struct err *err);
/** Ends the rows of the sheet, and adds a line below them unless `text` is NULL. */
int table_book_note(struct table_out *out, const char *text, struct err *err);
/** Writes the file, and reads it back. */
int table_book_close(struct table_out *out, struct err *err);
void table_book_free(struct table_book *book);

/** Reads a workbook back: ERR_IO unless every part is whole XML and sheet i has cells[i] cells. The library
 * that writes it does not notice when the disk is full while rows are set aside. */
int table_check(const char *path, const uint64_t *cells, uint32_t sheets, enum lang lang,
                struct err *err);

#endif
