/*
 * What a number in a workbook means by its style, and how it is written for people; strings as their
 * XML has them. xlsx.c is the one who asks. Pure text, no archive, no XML.
 */
#ifndef FILES_XLSX_VALUE_H
#define FILES_XLSX_VALUE_H

#include "files/xlsx.h"

enum xlsx_meaning {
    XLSX_MEANS_NUMBER,
    XLSX_MEANS_DAY,     /* a day, perhaps with its time */
    XLSX_MEANS_TIME,    /* a time of day */
    XLSX_MEANS_ELAPSED, /* hours that go on beyond 24 */
};

struct xlsx_style {
    uint8_t meaning; /* enum xlsx_meaning */
    uint8_t digits;  /* an integer is filled with zeros up to so many */
};

enum { XLSX_VALUE_ROOM = 64 };

/** The style of a built-in format's number (ECMA-376 18.8.30; 27-36 and 50-58 are East Asian). */
struct xlsx_style xlsx_builtin(uint32_t format);

/** The style of a format code. */
struct xlsx_style xlsx_custom(const char *code);

/** Writes a number, as the file has it, by its style. `text` gets a NUL; its length, or 0 when the
 * file's text is no number. `*kind` becomes XLSX_NUMBER, XLSX_DAY or XLSX_CUT. */
size_t xlsx_write(char text[XLSX_VALUE_ROOM], const char *number, struct xlsx_style style,
                  bool from_1904, enum xlsx_kind *kind);

/** Turns _xHHHH_ into its character, in place, in a text with a NUL behind; the new length. */
size_t xlsx_unescape(char *text, size_t length);

#endif
