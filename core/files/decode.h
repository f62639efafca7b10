/*
 * The bytes of a text file as UTF-8: a file is UTF-8, with or without a byte order mark, or else
 * GB18030, which Excel and WPS write; the whole file is decided once. A file that is mostly UTF-8
 * with broken bytes is an error and not GB18030, since that would turn its Chinese into rubbish.
 */
#ifndef FILES_DECODE_H
#define FILES_DECODE_H

#include "base/lang.h"

#include <stddef.h>

enum decoded {
    DECODED_UTF8,
    DECODED_GB18030,
    DECODE_BROKEN_UTF8 = -1, /* bytes that are no UTF-8 in a text that else is */
    DECODE_UNKNOWN = -2,     /* neither UTF-8 nor GB18030 */
    DECODE_NUL = -3,         /* a NUL byte: UTF-16, or no text at all */
};

/** Turns the malloc'ed, NUL-terminated `*bytes` into UTF-8 without mark, in place or in another
 * block that replaces it. On failure the bytes stay and `*at` gets the place of the fault. */
enum decoded decode_text(char **bytes, size_t *length, size_t *at);

/** What a negative result means, for people. */
const char *decode_problem(enum decoded result, enum lang lang);

#endif
