/*
 * Rule strings are KEY=VALUE pairs joined by ";" in upper case, as in RFC 5545. This cuts them; what
 * keys mean is the business of recur.c and calendar_rule.c. slice_* reads one piece of such a string.
 */
#ifndef TIME_PAIRS_H
#define TIME_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of a rule string; not NUL-terminated. */
struct slice {
    const char *at;
    size_t length;
};

/** Cuts the next pair off `*rest`. False at the end, or – with `*rest` left on it – where no pair
 * stands: an empty key or value, no "=", a ";" at the end. */
bool pairs_next(struct slice *rest, struct slice *key, struct slice *value);

/** Cuts `*part` off `*list` up to `separator`; false when the list is used up. */
bool slice_cut(struct slice *list, char separator, struct slice *part);

/** True when the slice is exactly this word. */
bool slice_is(struct slice slice, const char *word);

/** Reads a decimal number of at most nine digits, a "-" allowed in front; no other character. */
bool slice_number(struct slice slice, int32_t *out);

#endif
