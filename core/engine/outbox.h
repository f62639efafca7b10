/*
 * The outbox's policy, as pure functions of `now`: what is too old to be said, when a failed
 * message is tried again, how long an attempt may take. The numbers are defaults that an
 * operator will be able to change; nothing here knows a store or a channel.
 */
#ifndef ENGINE_OUTBOX_H
#define ENGINE_OUTBOX_H

#include "engine/engine.h"

enum {
    OUTBOX_STALE_HOURS = 24,  /* announcements and what handlers say */
    OUTBOX_STALE_DAYS = 14,   /* reminders, from the official due or their own day if later */
    OUTBOX_LEASE_MS = 120000, /* an attempt that has not ended by then is taken anew */
};

/** True when firings of that kind speak to people: reminders and notices. */
bool outbox_speaks(int kind);

/** FIRING_STALE or FIRING_FIRED for an event that is recorded at `now_ms`; `official` is the
 * day of the due, DAY_NONE = none. */
enum firing_fate outbox_fate(int kind, int64_t at_ms, int32_t official, int64_t now_ms);

/** True when what a handler would say of an event comes too late at `now_ms`. */
bool outbox_unheard(int64_t at_ms, int64_t now_ms);

/** When a message that failed for the `attempts`-th time is tried again: 5 s, 5 min, 30 min, 2
 * h, 5 h, 10 h, 14 h, 20 h, 24 h later; INT64_MAX = give up. (Standard Webhooks 1.0.0.) */
int64_t outbox_retry(uint32_t attempts, int64_t now_ms);

#endif
