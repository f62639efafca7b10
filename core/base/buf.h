/*
 * A growable byte buffer for output that is built before it is written: frames, JSON, reports.
 * Always NUL-terminated behind its length, so that text can be used as a C string.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *bytes; /* NULL while empty */
    size_t length, room;
};

/** Frees the bytes and leaves an empty buffer; NULL is accepted. */
void buf_free(struct buf *buf);

/** Appends `length` bytes. */
void buf_add(struct buf *buf, const void *bytes, size_t length);

/** Appends a NUL-terminated string. */
void buf_adds(struct buf *buf, const char *string);

/** Appends formatted text. */
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Appends an unsigned number as LEB128 (7 bits a byte, low first), for frames. */
void buf_add_varint(struct buf *buf, uint64_t number);

#endif
