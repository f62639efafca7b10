/*
 * Sets of small numbers – the subjects of a firing by their permanent unit numbers. In memory one
 * bit a number; encoded as runs or as words, whichever is shorter, so that "all of a million" takes
 * a few bytes.
 */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BITS_MOST = 1 << 27 }; /* numbers below this: 16 MiB */

struct bits {
    uint64_t *words; /* owned; NULL while empty */
    uint32_t room;   /* numbers that fit */
};

#define BITS_NONE UINT32_MAX

/** Frees the words and leaves an empty set; NULL is accepted. */
void bits_free(struct bits *bits);

/** Makes room for numbers below `room`; grows by itself otherwise. */
void bits_reserve(struct bits *bits, uint32_t room);

/** Adds a number below BITS_MOST. */
void bits_add(struct bits *bits, uint32_t number);

/** True when the number is in the set. */
bool bits_has(const struct bits *bits, uint32_t number);

/** The first number at or after `from`, or BITS_NONE. */
uint32_t bits_next(const struct bits *bits, uint32_t from);

/** How many numbers are in the set. */
uint32_t bits_count(const struct bits *bits);

/** Appends the encoding; an empty set gives no bytes. */
void bits_encode(struct buf *out, const struct bits *bits);

/** Decodes untrusted bytes into an empty set. ERR_INVALID when they are none of ours. */
int bits_decode(const void *bytes, size_t length, struct bits *out, struct err *err);

#endif
