/*
 * The neutral value tree: what a script declared, what is sealed, what JSON holds. Bounded, without
 * cycles, made in an arena and read-only once it is whole. Maps are sorted by key (bytewise), so
 * that one tree has one text. A map may also have positional items, like a mixed Lua table; only
 * raw trees have those.
 */
#ifndef BASE_VALUE_H
#define BASE_VALUE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_type {
    VALUE_BOOL,
    VALUE_INT,    /* a 64-bit integer */
    VALUE_NUMBER, /* a finite double that is no integer */
    VALUE_STRING, /* UTF-8, may hold NUL; NUL-terminated behind its length */
    VALUE_LIST,
    VALUE_MAP,
};

struct value_pair;

struct value {
    enum value_type type;
    uint32_t count; /* items (list, map) */
    uint32_t pairs; /* pairs (map) */
    union {
        bool boolean;
        int64_t integer;
        double number;
        struct {
            const char *string;
            size_t length;
        };
        struct {
            struct value **items;
            struct value_pair *map;
        };
    };
};

struct value_pair {
    const char *key; /* NUL-terminated, no NUL inside */
    struct value *value;
};

/** Constructors; strings are copied into the arena. A double that is an integer of 64 bits becomes
 * one, so that 3.0 and 3 have one text. */
struct value *value_bool(struct arena *arena, bool boolean);
struct value *value_int(struct arena *arena, int64_t integer);
struct value *value_number(struct arena *arena, double number);
struct value *value_string(struct arena *arena, const char *string);
struct value *value_bytes(struct arena *arena, const char *bytes, size_t length);
struct value *value_list(struct arena *arena);
struct value *value_map(struct arena *arena);

/** Appends to a list, or to a map's positional items. */
void value_append(struct arena *arena, struct value *list, struct value *item);

/** Sets a key of a map, keeping the keys sorted; an existing key is replaced. Copies the key. */
void value_set(struct arena *arena, struct value *map, const char *key, struct value *value);
void value_set_string(struct arena *arena, struct value *map, const char *key,
                      const char *text);
void value_set_int(struct arena *arena, struct value *map, const char *key, int64_t number);

/** The value under a key, or NULL; `map` may be NULL or no map at all. */
struct value *value_get(const struct value *map, const char *key);

/** The string under a key, or NULL when absent or no string. */
const char *value_get_string(const struct value *map, const char *key);

/** The integer under a key, or `otherwise` when absent or no integer. */
int64_t value_get_int(const struct value *map, const char *key, int64_t otherwise);

/** A copy that shares nothing with the original. */
struct value *value_copy(struct arena *arena, const struct value *value);

/** True when both trees are equal. */
bool value_equal(const struct value *a, const struct value *b);

enum { VALUE_DEPTH_MOST = 500 }; /* whatever a caller allows: readers and writers recurse */

/** Bounds that a decoder keeps; every one is checked before memory is taken. */
struct value_limits {
    size_t nodes, depth, bytes;
};

/** The depth that holds: the caller's, but no more than VALUE_DEPTH_MOST. */
size_t value_depth(const struct value_limits *limits);

/** Appends the tree in the frame encoding (tag byte, varints, bytes); see value.c. */
void value_encode(struct buf *buf, const struct value *value);

/** Decodes untrusted bytes into the arena. Checks UTF-8, key order, limits, trailing bytes. */
int value_decode(struct arena *arena, const void *bytes, size_t length,
                 const struct value_limits *limits, struct value **out, struct err *err);

#endif
