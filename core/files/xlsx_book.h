/*
 * What a workbook has beside its sheets – their names and parts, shared strings, styles, the system of
 * days – for xlsx.c alone.
 */
#ifndef FILES_XLSX_BOOK_H
#define FILES_XLSX_BOOK_H

#include "base/arena.h"
#include "base/buf.h"
#include "files/ooxml.h"
#include "files/xlsx_value.h"

struct xlsx_sheet {
    const char *name, *part; /* the arena's; part NULL = no sheet of cells */
    bool hidden;
};

struct xlsx {
    struct zip *zip;
    struct arena *arena;
    struct xlsx_sheet *sheets;
    uint32_t sheet_count;
    bool from_1904, read;                   /* read: strings and styles are there */
    const char *strings_part, *styles_part; /* NULL = none */

    struct buf text;     /* shared strings, a NUL behind each */
    uint32_t *string_at; /* in text; owned */
    uint32_t string_count, string_room;

    struct xlsx_style *styles; /* by the number that a cell names; owned */
    uint32_t style_count, style_room;
};

/** Reads the workbook's own part into a book whose archive is open. */
int xlsx_book_open(struct xlsx *book, struct err *err);

/** Reads shared strings and styles, once. */
int xlsx_book_read(struct xlsx *book, struct err *err);

#endif
