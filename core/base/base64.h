/*
 * Base64 (RFC 4648, section 4) in its one strict form: padded, no white space, no stray bits.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/** Appends the text of `length` bytes. */
void base64_add(struct buf *out, const void *bytes, size_t length);

/** Appends the bytes of a text; false, and nothing appended, when it does not have the form. */
bool base64_read(struct buf *out, const char *text, size_t length);

#endif
