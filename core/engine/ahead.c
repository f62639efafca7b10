#include "engine/ahead.h"

#include "base/arena.h"
#include "base/table.h"
#include "engine/duty.h"

#include <stdlib.h>
#include <string.h>

/* Reminders with one key speak for one another. A rhythm has one key for all of its turns. */
struct key {
    uint32_t item, route;
    struct occasion occasion;
    enum { DAYS, WORKING_DAYS, RHYTHM } unit; /* tiers are compared with those of their own */
};

struct ahead {
    struct walk *walk;
    const uint32_t *routes;
    struct event next; /* meant only while `more` */
    bool more;
    int64_t seen_ms;
    struct arena *arena; /* of the keys */
    struct table table;  /* key → entry */
    int64_t *entries;    /* the greatest tier; of a rhythm the last turn's day */
    uint32_t count, room;
};

struct ahead *ahead_new(const struct agenda *agenda, const int64_t *from_ms,
                        const uint32_t *routes)
{
    struct ahead *ahead = mem_resize(NULL, 1, sizeof *ahead);
    *ahead = (struct ahead){.routes = routes, .seen_ms = INT64_MIN, .arena = arena_new()};
    ahead->walk = walk_new_by_item(agenda, from_ms);
    ahead->more = walk_next(ahead->walk, &ahead->next);
    return ahead;
}

void ahead_free(struct ahead *ahead)
{
    if (!ahead)
        return;
    walk_free(ahead->walk);
    table_free(&ahead->table);
    arena_free(ahead->arena);
    free(ahead->entries);
    free(ahead);
}

/* Compared as bytes: all of it is zeroed first. */
static void make_key(const struct ahead *ahead, const struct event *event, struct key *key)
{
    memset(key, 0, sizeof *key);
    key->item = event->item;
    key->route = ahead->routes[event->reminder];
    key->unit = event->tier == TIER_EVERY      ? RHYTHM
                : tier_is_working(event->tier) ? WORKING_DAYS
                                               : DAYS;
    if (key->unit != RHYTHM) {
        key->occasion.period = event->occurrence.period;
        key->occasion.due = event->occurrence.due;
        key->occasion.phase = event->occurrence.phase;
    }
}

/* A turn at two minutes of its day, by two reminders, is one firing: it does not speak for itself. */
static int64_t rank_of(const struct event *event)
{
    return event->tier == TIER_EVERY ? event->day : event->tier;
}

static void remember(struct ahead *ahead, const struct event *event)
{
    struct key key;
    make_key(ahead, event, &key);
    uint32_t entry = table_get(&ahead->table, (const char *)&key, sizeof key);
    if (entry == TABLE_NONE) {
        if (ahead->count == ahead->room) {
            ahead->room = ahead->room ? 2 * ahead->room : 64;
            ahead->entries = mem_resize(ahead->entries, ahead->room, sizeof *ahead->entries);
        }
        entry = ahead->count++;
        ahead->entries[entry] = INT64_MIN;
        char *kept = arena_copy(ahead->arena, (const char *)&key, sizeof key);
        table_add(&ahead->table, kept, sizeof key, entry);
    }
    if (rank_of(event) > ahead->entries[entry])
        ahead->entries[entry] = rank_of(event);
}

void ahead_look(struct ahead *ahead, int64_t now_ms)
{
    while (ahead->more && ahead->next.at_ms <= now_ms) {
        if (ahead->next.kind == EVENT_REMINDER)
            remember(ahead, &ahead->next);
        ahead->more = walk_next(ahead->walk, &ahead->next);
    }
    if (now_ms > ahead->seen_ms)
        ahead->seen_ms = now_ms;
}

bool ahead_beyond(const struct ahead *ahead, int64_t now_ms)
{
    return ahead->count > 0 && ahead->seen_ms > now_ms;
}

bool ahead_speaks(const struct ahead *ahead, const struct event *event)
{
    struct key key;
    if (event->kind != EVENT_REMINDER)
        return false;
    make_key(ahead, event, &key);
    uint32_t entry = table_get(&ahead->table, (const char *)&key, sizeof key);
    return entry != TABLE_NONE && ahead->entries[entry] > rank_of(event);
}

void ahead_forget(struct ahead *ahead)
{
    if (ahead->count == 0)
        return;
    table_free(&ahead->table);
    arena_free(ahead->arena);
    ahead->arena = arena_new();
    ahead->count = 0;
}
