/*
 * Who gets messages: destinations by name, recipients by destination and address, each by a number that
 * is given once; and what stands for a recipient at which time, so that it gets one message for it.
 */
#ifndef STORE_RECIPIENTS_H
#define STORE_RECIPIENTS_H

#include "store/store.h"

/** The number of a destination, given at first sight. */
int store_destination(struct store *store, const char *name, uint32_t *number, struct err *err);

struct store_destination {
    uint32_t number;
    const char *name;
};

/** The first destination behind number `after`, its name in the arena. ERR_NOT_FOUND. */
int store_destination_next(struct store *store, uint32_t after, struct arena *arena,
                           struct store_destination *out, struct err *err);

struct store_recipient {
    int64_t number;
    bool fresh;       /* given just now: nothing stands for it */
    bool gone;        /* it wants nothing any more */
    const char *note; /* why, in the arena; NULL = not said */
};

/** The number of a recipient, given at first sight. */
int store_recipient(struct store *store, uint32_t destination, const char *address,
                    struct arena *arena, struct store_recipient *out, struct err *err);

/** Nothing else goes to it from `now_ms` on; the first note stays. */
int store_recipient_gone(struct store *store, int64_t recipient, const char *note,
                         int64_t now_ms, struct err *err);

struct store_standing {
    int64_t message; /* 0 = there is none; one that nobody sends is none */
    bool open;       /* ready and never tried: it can say more */
};

/** What stands for a recipient at a time, the newest where there are several. */
int store_standing(struct store *store, int64_t recipient, int64_t send_ms,
                   struct store_standing *out, struct err *err);

/** How many messages a recipient has for times from `from_ms` until `until_ms` (excluded). */
int store_sends(struct store *store, int64_t recipient, int64_t from_ms, int64_t until_ms,
                uint32_t *count, struct err *err);

/** What fired at or before it may have been sent already, by the store that this one is a copy of;
 * STORE_NEVER = it is none. */
int store_restored(struct store *store, int64_t *restored_ms, struct err *err);

#endif
