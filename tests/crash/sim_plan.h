/*
 * Random plans and what becomes of them: a plan as a small model that can be revised, its sealed
 * text, and facts about it. Small on purpose – a handful of items, a dozen units – so that a life
 * is short; all kinds of times, people, reminders and handlers come by over many seeds.
 */
#ifndef TESTS_SIM_PLAN_H
#define TESTS_SIM_PLAN_H

#include "base/value.h"
#include "sim_random.h"

enum { SIM_ITEMS = 10, SIM_REMINDERS = 3, SIM_HANDLERS = 5, SIM_UNITS = 12, SIM_PHASES = 3 };

enum sim_word { SIM_PHASE, SIM_TASK, SIM_QUOTA };
enum sim_when { SIM_DEADLINE, SIM_WINDOW, SIM_RHYTHM, SIM_PER_PHASE, SIM_UNDATED };

struct sim_item {
    bool there;
    enum sim_word word;
    enum sim_when time;
    int parent;          /* a phase's place, -1 = none */
    int32_t first, last; /* civil days; a deadline has the last only */
    int32_t minute;      /* of the due */
    uint32_t rule;       /* of a rhythm */
    uint32_t count;      /* pieces of a quota */
    uint32_t units;      /* a set of wards; 0 = all of them by their class */
    bool together;       /* done once by all of them */
    uint32_t binding, rest_day;
    uint32_t wording; /* edits of its text */
};

struct sim_reminder {
    uint32_t before, after; /* sets of tiers */
    uint32_t every;         /* a rhythm, 0 = none */
    int32_t minute;
    uint32_t route;
    int about; /* an item's place, -1 = all */
};

struct sim_handler {
    uint32_t event;
    int item; /* its place, -1 = any */
};

struct sim_plan {
    int32_t issued, received, last; /* civil days; received 0 = not said */
    uint32_t wards;
    struct sim_item
        items[SIM_ITEMS]; /* the first SIM_PHASES are phases, where they are there */
    struct sim_reminder reminders[SIM_REMINDERS];
    uint32_t reminder_count;
    struct sim_handler handlers[SIM_HANDLERS];
    uint32_t handler_count;
    uint32_t revision;
};

/** A plan of the year that begins on `day`. */
void sim_plan_make(struct sim_random *random, int32_t day, struct sim_plan *out);

/** Revises it on `today`: a due moved, an item added or dropped, more or less asked, other reminders, a text
 * edited, or its own time. Always another text. */
void sim_plan_revise(struct sim_random *random, int32_t today, struct sim_plan *plan);

/** Its sealed text. */
void sim_plan_text(const struct sim_plan *plan, struct buf *out);

/** The request that makes the text the revision that runs. */
const struct value *sim_plan_apply(const struct buf *text, struct arena *arena);

/** A request about something handed in, excused, extended or withdrawn; `number` is unique in a life: the actor
 * says it ("a17"), and the key, where there is one ("k17", or that of an earlier request).
 * `steady` = only what moves no time of the plan. */
const struct value *sim_plan_fact(struct sim_random *random, const struct sim_plan *plan,
                                  uint32_t number, int64_t now_ms, bool steady,
                                  struct arena *arena);

#endif
