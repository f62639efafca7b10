#include "base/table.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

struct table_slot {
    const char *key; /* NULL = free */
    uint32_t length, number;
    uint64_t hash;
};

/* wyhash-like folding of 8 bytes at a time: fast on short keys; not meant against an adversary,
 * whose keys are bounded by the limits on plans and rosters. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash_bytes(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t hash = 0x9e3779b97f4a7c15u ^ length, word;
    for (; length >= 8; length -= 8, at += 8) {
        memcpy(&word, at, 8);
        hash = fold(hash ^ word, 0xd6e8feb86659fd93u);
    }
    word = 0;
    if (length)
        memcpy(&word, at, length);
    return fold(hash ^ word, 0xa0761d6478bd642fu);
}

void table_free(struct table *table)
{
    if (!table)
        return;
    free(table->slots);
    *table = (struct table){0};
}

static struct table_slot *find(const struct table *table, const char *key, size_t length,
                               uint64_t hash)
{
    size_t mask = table->room - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct table_slot *slot = &table->slots[i];
        if (!slot->key || (slot->hash == hash && slot->length == length &&
                           memcmp(slot->key, key, length) == 0))
            return slot;
    }
}

static void grow(struct table *table, size_t room)
{
    struct table old = *table;
    table->slots = mem_resize(NULL, room, sizeof *table->slots);
    memset(table->slots, 0, room * sizeof *table->slots);
    table->room = room;
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].key)
            *find(table, old.slots[i].key, old.slots[i].length, old.slots[i].hash) =
                old.slots[i];
    free(old.slots);
}

void table_reserve(struct table *table, size_t count)
{
    size_t room = 16;
    while (room < count + count / 2)
        room *= 2;
    if (room > table->room)
        grow(table, room);
}

uint32_t table_get(const struct table *table, const char *key, size_t length)
{
    if (!table->room)
        return TABLE_NONE;
    const struct table_slot *slot = find(table, key, length, hash_bytes(key, length));
    return slot->key ? slot->number : TABLE_NONE;
}

static struct table_slot *place(struct table *table, const char *key, size_t length)
{
    table_reserve(table, table->count + 1);
    uint64_t hash = hash_bytes(key, length);
    struct table_slot *slot = find(table, key, length, hash);
    if (slot->key)
        return slot;
    *slot = (struct table_slot){key, (uint32_t)length, TABLE_NONE, hash};
    table->count++;
    return slot;
}

uint32_t table_add(struct table *table, const char *key, size_t length, uint32_t number)
{
    struct table_slot *slot = place(table, key, length);
    if (slot->number != TABLE_NONE)
        return slot->number;
    slot->number = number;
    return TABLE_NONE;
}

void table_set(struct table *table, const char *key, size_t length, uint32_t number)
{
    place(table, key, length)->number = number;
}
