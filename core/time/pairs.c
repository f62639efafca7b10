#include "time/pairs.h"

#include <string.h>

bool pairs_next(struct slice *rest, struct slice *key, struct slice *value)
{
    if (rest->length == 0)
        return false;
    const char *end = memchr(rest->at, ';', rest->length);
    size_t length = end ? (size_t)(end - rest->at) : rest->length;
    const char *equals = memchr(rest->at, '=', length);
    if (!equals || equals == rest->at || equals + 1 == rest->at + length ||
        (end && length + 1 == rest->length))
        return false;
    *key = (struct slice){rest->at, (size_t)(equals - rest->at)};
    *value = (struct slice){equals + 1, length - key->length - 1};
    size_t used = length + (end != NULL);
    *rest = (struct slice){rest->at + used, rest->length - used};
    return true;
}

bool slice_cut(struct slice *list, char separator, struct slice *part)
{
    if (!list->at)
        return false;
    const char *end = list->length ? memchr(list->at, separator, list->length) : NULL;
    part->at = list->at;
    part->length = end ? (size_t)(end - list->at) : list->length;
    *list = end ? (struct slice){end + 1, list->length - part->length - 1}
                : (struct slice){NULL, 0};
    return true;
}

bool slice_is(struct slice slice, const char *word)
{
    return strlen(word) == slice.length && memcmp(word, slice.at, slice.length) == 0;
}

bool slice_number(struct slice slice, int32_t *out)
{
    bool negative = slice.length > 0 && slice.at[0] == '-';
    size_t at = negative;
    if (slice.length == at || slice.length - at > 9)
        return false;
    int32_t number = 0;
    for (; at < slice.length; at++) {
        if (slice.at[at] < '0' || slice.at[at] > '9')
            return false;
        number = number * 10 + (slice.at[at] - '0');
    }
    *out = negative ? -number : number;
    return true;
}
