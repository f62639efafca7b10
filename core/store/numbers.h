/*
 * Permanent numbers for what durable rows name: items and units by id, routes by role and
 * channel. A number is given at first sight and kept for good; 0 is none. Part of the store's
 * intentions. A store that is open for reading gives none: what it does not know gets 0, and no
 * error.
 */
#ifndef STORE_NUMBERS_H
#define STORE_NUMBERS_H

#include "store/store.h"

struct store_item {
    uint32_t number;
    int64_t
        cursor_ms; /* all its events before this instant are decided; STORE_NEVER at first */
};

/** Numbers and cursors of a plan's items by id, in the order given; "" is the plan itself. */
int store_items(struct store *store, uint32_t plan, const char *const *ids, size_t count,
                struct store_item *out, struct err *err);

/** The plan and id behind an item's number, texts in the arena. ERR_NOT_FOUND. */
int store_item_id(struct store *store, uint32_t item, struct arena *arena, const char **plan,
                  const char **id, struct err *err);

/* How the roster is asked, a million times: nothing is copied. */
struct store_ids {
    const void *context;
    uint32_t count;
    const char *(*id)(const void *context, uint32_t row);
    uint32_t (*find)(const void *context, const char *id,
                     size_t length); /* UINT32_MAX = none */
};

/** Numbers of the units of a roster (`numbers[row]`, 1 … ); new ones are given in row order. All plans
 * share them, by id. One pass over the store's units, or as many look-ups as the roster has rows where
 * those are few. `*most` gets the greatest number given so far. */
int store_units(struct store *store, const struct store_ids *ids, uint32_t *numbers,
                uint32_t *most, struct err *err);

/** The number of a route; `role` and `channel` as in a reminder ("contact", "default"). */
int store_route(struct store *store, const char *role, const char *channel, uint32_t *route,
                struct err *err);

/** Role and channel of a route, in the arena. ERR_NOT_FOUND. */
int store_route_names(struct store *store, uint32_t route, struct arena *arena,
                      const char **role, const char **channel, struct err *err);

#endif
