#include "plan/unit_index.h"

#include "base/arena.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

struct unit_slot {
    uint32_t row; /* UINT32_MAX = free */
    uint32_t hash;
};

void unit_index_free(struct unit_index *index)
{
    if (!index)
        return;
    free(index->slots);
    *index = (struct unit_index){0};
}

static uint32_t hash_id(const char *id, size_t length)
{
    return (uint32_t)(hash_bytes(id, length) >> 32);
}

/* The free slot that a hash leads to; only for ids known to be absent. */
static struct unit_slot *free_slot(const struct unit_index *index, uint32_t hash)
{
    size_t mask = index->room - 1, i = hash & mask;
    while (index->slots[i].row != UINT32_MAX)
        i = (i + 1) & mask;
    return &index->slots[i];
}

void unit_index_reserve(struct unit_index *index, size_t count)
{
    size_t room = 64;
    while (room < count + count / 3)
        room *= 2;
    if (room <= index->room)
        return;
    struct unit_index old = *index;
    index->slots = mem_resize_large(NULL, room, sizeof *index->slots);
    memset(index->slots, 0xff, room * sizeof *index->slots);
    index->room = room;
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].row != UINT32_MAX)
            *free_slot(index, old.slots[i].hash) = old.slots[i];
    free(old.slots);
}

static struct unit_slot *search(const struct unit_index *index, struct unit_ids ids,
                                const char *id, size_t length, uint32_t hash)
{
    size_t mask = index->room - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct unit_slot *slot = &index->slots[i];
        if (slot->row == UINT32_MAX)
            return slot;
        if (slot->hash != hash)
            continue;
        const char *other = ids.text + ids.at[slot->row];
        if (strlen(other) == length && memcmp(other, id, length) == 0)
            return slot;
    }
}

uint32_t unit_index_find(const struct unit_index *index, struct unit_ids ids, const char *id,
                         size_t length)
{
    return index->room ? search(index, ids, id, length, hash_id(id, length))->row : UINT32_MAX;
}

uint32_t unit_index_hash(const struct unit_index *index, const char *id, size_t length)
{
    uint32_t hash = hash_id(id, length);
    if (index->room)
        __builtin_prefetch(&index->slots[hash & (index->room - 1)], 1);
    return hash;
}

uint32_t unit_index_add(struct unit_index *index, struct unit_ids ids, const char *id,
                        size_t length, uint32_t hash, uint32_t row)
{
    unit_index_reserve(index, index->count + 1);
    struct unit_slot *slot = search(index, ids, id, length, hash);
    if (slot->row != UINT32_MAX)
        return slot->row;
    *slot = (struct unit_slot){row, hash};
    index->count++;
    return UINT32_MAX;
}

void unit_index_permute(struct unit_index *index, const uint32_t *position)
{
    for (size_t i = 0; i < index->room; i++)
        if (index->slots[i].row != UINT32_MAX)
            index->slots[i].row = position[index->slots[i].row];
}

size_t unit_index_bytes(const struct unit_index *index)
{
    return index->room * sizeof *index->slots;
}
