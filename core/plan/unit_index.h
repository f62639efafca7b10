/*
 * Ids to rows, in 16 bytes a unit at most: a slot is a row and half of its id's hash, so that a
 * search touches the id's text only where it is found. The texts stay with the roster.
 */
#ifndef PLAN_UNIT_INDEX_H
#define PLAN_UNIT_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct unit_slot;

struct unit_index {
    struct unit_slot *slots; /* owned; NULL while empty */
    size_t count, room;
};

/* Where the ids stand: that of a row at text + at[row], NUL-terminated. */
struct unit_ids {
    const char *text;
    const uint32_t *at;
};

/** Frees the slots; NULL is accepted. */
void unit_index_free(struct unit_index *index);

/** Makes room for that many ids. */
void unit_index_reserve(struct unit_index *index, size_t count);

/** The row of an id, or UINT32_MAX. */
uint32_t unit_index_find(const struct unit_index *index, struct unit_ids ids, const char *id,
                         size_t length);

/** The hash that unit_index_add wants; fetches its slot, so that a call some work later finds it in
 * the cache. */
uint32_t unit_index_hash(const struct unit_index *index, const char *id, size_t length);

/** Adds `row` under an id of that hash and returns UINT32_MAX; an existing id keeps its row, which is
 * returned. */
uint32_t unit_index_add(struct unit_index *index, struct unit_ids ids, const char *id,
                        size_t length, uint32_t hash, uint32_t row);

/** Replaces every row r by position[r]. */
void unit_index_permute(struct unit_index *index, const uint32_t *position);

/** Bytes of the slots. */
size_t unit_index_bytes(const struct unit_index *index);

#endif
