/*
 * The inside of an engine, for engine/ alone: engine.c owns it, duty.c has the columns, tick.c,
 * fan.c, mail.c, handler.c and fact.c each draw one arrow (bound_*: what is done for one plan;
 * firing_*) of store.h's states.
 */
#ifndef ENGINE_ENGINE_DATA_H
#define ENGINE_ENGINE_DATA_H

#include "base/bits.h"
#include "base/table.h"
#include "engine/duty.h"
#include "engine/engine.h"
#include "engine/numbering.h"
#include "plan/progress.h"
#include "store/counters.h"
#include "store/facts.h"
#include "store/messages.h"
#include "store/numbers.h"

/* A column that is in memory. Those whose due is fact-given have another duty of the same
 * occasion. */
struct column {
    struct duty duty;
    struct progress *progress;
};

/* A plan of the engine. */
struct bound {
    struct engine_input input;
    struct agenda *agenda; /* with the dues that facts gave */
    struct walk *walk;     /* made by bound_walk alone */
    struct ahead *ahead;   /* what has come beside `next`; goes with the walk */
    struct event next;     /* meant only while `more` */
    bool more;
    uint32_t number;          /* of the plan, in the store */
    struct store_item *items; /* by item index, cursors too; [item_count] is the plan itself */
    uint32_t *item_numbers;   /* the same numbers alone, as `by_number` needs them */
    struct numbering by_number; /* item index by number: else it is another plan's */
    uint32_t *routes;           /* by reminder: the route's number */
    uint32_t *numbers;          /* by row of the roster: unit number; NULL without a roster */
    struct numbering rows;      /* row by unit number: else it is not in this roster */
    struct membership *membership; /* who is in which group; NULL until somebody asks */
    struct column *columns;        /* of duties that were asked for; dropped by column_drop */
    size_t column_count, column_room;
    struct load *warm; /* a column that the next event will ask for, half loaded; NULL = none */
};

struct engine {
    struct store *store;
    struct bound *bounds;
    size_t count;
    struct arena *fired_arena; /* of `fired` */
    struct store_firing *fired;
    size_t fired_count;
    bool behind;                /* the walks have passed what no cursor has: engine_replay */
    struct clock_reading clock; /* as last recorded; wall_ms INT64_MIN = never */
    struct arena *fan_arena;    /* of the firing that is being expanded; NULL = none at hand */
    struct store_firing fan;
    struct bits fan_subjects;
    uint32_t fan_next;
};

/** The bound plan, item index and row behind store numbers; NULL, ITEM_NONE, UNIT_NONE when not of this
 * engine. The plan itself has the index item_count. */
struct bound *engine_bound(const struct engine *engine, uint32_t plan);
uint32_t bound_item(const struct bound *bound, uint32_t item);
uint32_t bound_row(const struct bound *bound, uint32_t unit);

/** Gives the agenda the dues that stand as facts, and no others: they have events too. The walk
 * is to be made anew. */
int bound_dues(struct store *store, struct bound *bound, struct arena *arena, struct err *err);

/** Makes the walk anew from the items' cursors: whenever the agenda has got other dues. */
void bound_walk(struct bound *bound);
/** The event that a firing recorded (`reminder` is the first that has its tier and route),
 * false when this revision does not know its item any more. */
bool bound_event(const struct bound *bound, const struct store_firing *firing,
                 struct event *out);

/** The day whose roster says whom an event concerns: at midnight, for what opens too, the day that ends. */
int32_t bound_roster_day(const struct event *event);

/** The sealed on(…) for an event of that item (index, ITEM_NONE = the plan), one with the
 * item's ref first. */
const struct value *bound_handler(const struct bound *bound, int kind, uint32_t item);

/** The slot of what is recorded at `now_ms`: behind all slots given before, by whatever engine of the store. */
int engine_slot(const struct engine *engine, int64_t now_ms, int64_t *slot_ms, struct err *err);

/** Drops what engine_fired told; keeps those of `firings` (of fired_arena) that got a
 * number. */
void engine_forget_fired(struct engine *engine);
void engine_keep_fired(struct engine *engine, struct store_firing *firings, size_t count,
                       const int64_t *numbers);

/** Encodes a set into a firing, in the arena. */
void firing_set_subjects(struct store_firing *firing, const struct bits *subjects,
                         struct arena *arena);

/** Forgets the firing that is being expanded: it is asked for again. */
void engine_drop_fan(struct engine *engine);

/** The column of a duty, loaded from the counters when it is not in memory. Its progress is
 * judged on `day`. Owned by the engine; good until the next call. */
int bound_column(struct engine *engine, struct bound *bound, const struct duty *duty,
                 int32_t day, struct column **out, struct err *err);

/** The duty to which an event of a task or quota belongs. */
bool bound_duty(const struct bound *bound, const struct event *event, struct duty *out);

/** Frees all columns: they are loaded again when asked for. */
void bound_drop_columns(struct bound *bound);
/** The numbers of units from `row` ascending in tree order as a set: what progress or a
 * selector meets. */
void bound_subjects_behind(const struct bound *bound, const struct column *column,
                           struct bits *out);

#endif
