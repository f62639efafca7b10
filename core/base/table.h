/*
 * A hash table from byte strings to 32-bit numbers: names to rows. Keys are not copied – they must
 * outlive the table (an arena, a column of names). Insertion order is not kept; whoever needs an
 * order keeps an array and lets the table point into it. hash_bytes is its hash, for others.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_slot;

struct table {
    struct table_slot *slots; /* owned; NULL while empty */
    size_t count, room;
};

#define TABLE_NONE UINT32_MAX

/** Frees the slots and leaves an empty table; NULL is accepted. */
void table_free(struct table *table);

/** Makes room for `count` keys at once, so that a large load does not rehash. */
void table_reserve(struct table *table, size_t count);

/** The number stored under the key, or TABLE_NONE. */
uint32_t table_get(const struct table *table, const char *key, size_t length);

/** Stores `number` under a new key and returns TABLE_NONE; an existing key keeps its number,
 * which is returned. `key` must outlive the table. */
uint32_t table_add(struct table *table, const char *key, size_t length, uint32_t number);

/** Replaces or adds. */
void table_set(struct table *table, const char *key, size_t length, uint32_t number);

/** The table's hash of a byte string (not stable over versions; never store it). */
uint64_t hash_bytes(const void *bytes, size_t length);

#endif
