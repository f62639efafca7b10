/*
 * The outbox's policy, as pure functions of `now`: what is too old to be said, when it is sent, when
 * what failed is tried again, how long an attempt may take. What an operator decides is in
 * outbox_rules, and is the same for all plans of a store; nothing here knows a store or a channel.
 *
 * When (outbox_when). Without slots a message goes at once, else in the next slot. It waits for the end
 * of quiet hours, and for the next working day where only those are wanted. Urgent is what is about a due
 * that is past, or whose working due would be by then: that waits for quiet hours alone, and not even
 * for those where its due would pass meanwhile. Jitter moves what many others would be sent with, that
 * is all in slots, at the end of a wait, or on the hour and half hour, by 1 to 9 minutes, by slot and
 * recipient: the same on every asking.
 */
#ifndef ENGINE_OUTBOX_H
#define ENGINE_OUTBOX_H

#include "engine/engine.h"

enum {
    OUTBOX_STALE_HOURS = 24,  /* announcements and what handlers say */
    OUTBOX_STALE_DAYS = 14,   /* reminders, from the official due or their own day if later */
    OUTBOX_LEASE_MS = 120000, /* an attempt that has not ended by then is taken anew */
    OUTBOX_SLOTS_MOST = 24,   /* of a day */
    OUTBOX_OPEN_MS = 600000,  /* so long a slot takes what is formed behind its instant */
    OUTBOX_GATHER_MS = 20000, /* so long a message of it waits for what fires with it */
};

/* Whom a group of lines is for. Strings live during the call. */
struct outbox_asked {
    const char *plan; /* id */
    const struct roster *roster;
    uint32_t row; /* of the unit in it */
    const char *role, *channel;
};

struct outbox_address {
    const char *destination; /* a channel as the operator named it */
    const char *address;     /* equal ones of a destination are one recipient */
};

/* What an operator limits of a destination. */
struct outbox_destination {
    const char *name;
    uint32_t per_minute; /* attempts; 0 = no limit */
    uint32_t at_once;    /* under way; 0 = no limit but the courier's own */
};

struct outbox_rules {
    int16_t slots[OUTBOX_SLOTS_MOST]; /* minutes of the day, ascending */
    size_t slot_count;                /* 0 = at any time */
    int16_t quiet_from, quiet_until;  /* minutes, over midnight as well; equal = never */
    uint32_t weekly; /* messages of a recipient from Monday to Sunday; 0 = any */
    bool working_days;
    bool jitter;
    const struct calendar *calendar;               /* NULL = every day is a working day */
    const struct outbox_destination *destinations; /* of others: no limits */
    size_t destination_count;
    /* Texts are the arena's or outlive it. ERR_NOT_FOUND: no address; the message fails with that note */
    int (*address)(void *context, const struct outbox_asked *asked, struct outbox_address *out,
                   struct arena *arena, struct err *err);
    void *context;
    const char *alarm, *alarm_address; /* where alarms go; NULL = nowhere */
};

/** The rules of whoever has given none: at once, without limits, a plan's channel names as destinations,
 * a unit's contact as its address, or "unit:ID" where none is known. */
const struct outbox_rules *outbox_rules_plain(void);

/* A message of which is asked when it goes. */
struct outbox_question {
    int64_t from_ms; /* not before: now, or where an earlier answer was of no use */
    int64_t now_ms;
    uint64_t recipient;        /* number */
    int32_t working, official; /* the nearest due days of what it says, DAY_NONE = none */
};

/** The instant; at most some weeks ahead. `*urgent` (may be NULL) as above. */
int64_t outbox_when(const struct outbox_rules *rules, const struct outbox_question *question,
                    bool *urgent);

/** Nobody lets a message wait so long for its first attempt. */
int64_t outbox_patience(const struct outbox_rules *rules);

/** Behind the slot (or the minute) of an answer: from there another one is found. */
int64_t outbox_after(const struct outbox_rules *rules, int64_t send_ms);

/** The week (Monday 00:00 to the next) in which an instant lies. */
void outbox_week(int64_t at_ms, int64_t *from_ms, int64_t *until_ms);

/** The limits of a destination; those of one that the rules do not name are none. */
struct outbox_destination outbox_limits(const struct outbox_rules *rules, const char *name);

/** True when firings of that kind speak to people. */
bool outbox_speaks(int kind);
/** FIRING_STALE or FIRING_FIRED for an event that is recorded at `now_ms`; `official` is the
 * day of the due, DAY_NONE = none. */
enum firing_fate outbox_fate(int kind, int64_t at_ms, int32_t official, int64_t now_ms);

/** True when what a handler would say comes too late. */
bool outbox_unheard(int64_t at_ms, int64_t now_ms);

/** When a message that failed for the `attempts`-th time is tried again: 5 s, 5 min, 30 min, 2
 * h, 5 h, 10 h, 14 h, 20 h, 24 h later, a tenth more or less by its number; INT64_MAX = give up. (Standard
 * Webhooks 1.0.0.) */
int64_t outbox_retry(uint32_t attempts, int64_t message, int64_t now_ms);

#endif
