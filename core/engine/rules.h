/*
 * The inside of an agenda: a plan as rules. A rule is one kind of event of one series – for
 * reminders, of one tier – and every event comes from exactly one rule. For agenda.c, duty.c,
 * rules.c and audience.c (audience_*) alone.
 */
#ifndef ENGINE_RULES_H
#define ENGINE_RULES_H

#include "engine/agenda.h"
#include "engine/series.h"

/* One tier that applies to an item, in the order in which tiers are preferred when they
 * meet. */
struct tier {
    int32_t days;      /* as struct event's tier */
    uint32_t reminder; /* index in the plan */
    uint32_t to;       /* rank of (recipient, channel) among the plan's */
};

struct tiers {
    const struct tier *list;
    uint32_t count;
};

struct rule {
    enum event_kind kind;
    uint32_t series;
    uint32_t tier; /* index in the item's tiers */
    uint32_t rank; /* of the item's id among the plan's; 0 = the plan itself */
};

/* The days that a duty's slot is judged by. */
struct due_days {
    int32_t official, working; /* lateness follows the one, reminders the other */
    int16_t minute;            /* of `official` */
    bool retroactive;
};

/* A range of series. */
struct duty_series {
    uint32_t first, count;
};

struct agenda {
    struct arena *arena;
    const struct plan *plan;
    const struct calendar *calendar;
    const struct roster *roster;
    int32_t known;       /* K: the day the notice is known */
    int32_t first, last; /* the plan's span; `last` may be DAY_OPEN */
    struct series *series;
    struct rule *rules;
    uint32_t series_count, series_room, rule_count, rule_room;
    struct tiers *tiers;        /* by item */
    uint32_t *ranks;            /* by item */
    struct duty_series *duties; /* by item: the times at which it is owed */
    uint32_t given;             /* first series whose due is a fact's: they come last, … */
    uint32_t given_rules;       /* … and first rule of one */
    uint32_t *to_ranks;         /* by reminder */
    struct audience *audience;
};

/** Works out span, series, tiers and rules. */
void rules_make(struct agenda *agenda);

/** Adds a series whose due is a fact's, and its rules. */
void rules_add_given(struct agenda *agenda, struct series series);

/** The days that a slot of an item (ITEM_NONE = the plan) is judged by. */
struct due_days rule_due_days(const struct agenda *agenda, uint32_t item,
                              const struct slot *slot);

/** The event that a rule makes of a slot; false when it makes none. */
bool rule_event(const struct agenda *agenda, const struct rule *rule, const struct slot *slot,
                struct event *event);

/** Compiles the selectors of all events, each distinct one once. */
int audience_make(struct agenda *agenda, struct err *err);
void audience_free(struct audience *audience);

#endif
