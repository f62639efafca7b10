/*
 * The engine: plans bound to a store, and what time makes of them. All of it is a function of the `now` it is
 * given; it never asks a clock, opens a file or waits: months, accelerated years and simulations are the same.
 *
 * One turn of whoever drives it, each step bounded, any of them returning 1 when more remains:
 *
 *   engine_tick   what has come: decides all events at or before `now`, in their order, records
 *                 firings and cursors – nothing else, whoever many units they concern
 *   engine_fan    at most 10,000 lines of the oldest firing that is not fanned out
 *   mail_form     pending lines become messages, met ones are dropped   (engine/mail.h)
 *   mail_take     messages to be sent now, settled one by one           (engine/mail.h)
 *   engine_warm   at most 10,000 counters of what the next event will ask for; while idle
 *   store_flush   the commit of all that; then, and only then, anybody is told
 *
 * Deciding an event (tick.c). An event comes from the agenda, computed anew from the cursors; what
 * is recorded is never recorded again, by its identity. So a cursor is only a lower bound: setting
 * one back costs time, never a repeat. By kind, when an event is found late:
 *   state (plan, phase, quota.open, task.due, quota.late, review)  replayed with its scheduled time
 *   reminder tiers of one duty         the nearest speaks, the others are recorded as merged;
 *                                      stale 14 days behind the due, or the tier's day if later
 *   a rhythm                           the last turn speaks, the others are merged
 *   handlers, announcements            more than 24 hours late: stale, recorded and not run or sent
 *                                      (the state event itself is FIRING_UNHEARD, a notice stale)
 * Subjects: for reminder and quota.late, who is asked and has not met it; for task.due and
 * quota.open, who is asked; else the audience of the item on that day. What is merged or stale has
 * none, nobody asks whom it would have concerned. A reminder or quota.late that concerns nobody is
 * recorded, sends nothing and runs no handler. An event runs one handler: that with the item's
 * ref, else that of the event; one that lies before the notice was known (EVENT_EARLY) runs none.
 *
 * In memory: agenda, walk, numbers of items and units, columns of open duties – all made anew from
 * the store by engine_renew. Invariants:
 *   1. A firing is recorded in the group that moves its item's cursor beyond it, or earlier.
 *   2. Nothing fires before its time: at_ms <= now for every firing recorded.
 *   3. Whatever crashes: the set of firings is that of a run without one, except where the rules merge.
 *   4. Columns equal the store's counters for every duty that is loaded.
 * After store_flush has failed the memory is ahead of the disk: engine_renew first. firing_* names kinds.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "engine/agenda.h"
#include "store/journal.h"

struct engine;

/* A plan to be run: it outlives the engine. The revision must be the store's current one. */
struct engine_input {
    const struct plan *plan;
    const struct calendar *calendar;
    const struct roster *roster; /* NULL: for readers of journals, subjects are unknown */
};

enum { EVENT_NOTICE = EVENT_KINDS }; /* the kind of a firing that a handler's notify makes */

/* Flags of a firing beside those of its event. */
enum firing_flag {
    FIRING_UNHEARD = 256, /* has a handler, but was found too late for it to run */
    FIRING_UNKNOWN = 512, /* nobody is named: whom it concerns is not known */
};

/** Binds plans to a store, open for reading where nothing is written. Nothing fires yet. The caller frees it first. */
int engine_new(struct store *store, const struct engine_input *inputs, size_t count,
               struct engine **out, struct err *err);
void engine_free(struct engine *engine);

/** Reads cursors, dues and columns from the store again. */
int engine_renew(struct engine *engine, struct err *err);

/** The instant of the next event that is not decided, INT64_MAX = none; has it come, on which roster's day? */
int64_t engine_next(const struct engine *engine);
bool engine_due(const struct engine *engine, int64_t now_ms, int32_t *day);

/** How many units a plan's event would concern on its day by the facts of now, -1 = unknown. */
int engine_concerns(struct engine *engine, uint32_t index, const struct event *event,
                    int64_t *units, struct err *err);

/** Decides what has come by `now_ms`: some events, and none of a day on which the roster does not hold. `clock`
 * is recorded with it, hourly without one; NULL = in doubt. 1 = more has come, 0 = all is decided, or negative. */
int engine_tick(struct engine *engine, int64_t now_ms, const struct clock_reading *clock,
                struct err *err);

/** The same of state alone, under a clock in doubt: what speaks, itself or by a handler, waits for a tick. */
int engine_replay(struct engine *engine, int64_t now_ms, struct err *err);

/** The firings that the last engine_tick or engine_handled recorded; valid until the next. */
const struct store_firing *engine_fired(const struct engine *engine, size_t *count);

/** Expands one chunk, of any plan. 1 = more remains, 0 = all is expanded, or negative; 2 = more, one is FIRING_LOST. */
int engine_fan(struct engine *engine, struct err *err);

/** Loads a piece of what the next events ask for: 1 = more remains, 0 = all whole, or negative; or lets go of what is
 * loaded, which is loaded again when it is asked for. */
int engine_warm(struct engine *engine, struct err *err);
void engine_rest(struct engine *engine);

/* A firing with its names: texts are the plan's, or the arena's where the revision does not know the item any more. */
struct journal_row {
    struct store_firing firing;
    const char *plan_id, *plan_name;
    const char *item_id, *item_name;   /* NULL for the plan's own events */
    const char *phase_id, *phase_name; /* of the occurrence, NULL = none */
    const char *role, *channel;        /* NULL = none */
};

/** Looks up the names behind a firing of one of the engine's plans. */
int engine_row(const struct engine *engine, const struct store_firing *firing,
               struct arena *arena, struct journal_row *row, struct err *err);

/** "task.due" … "reminder", "notice". */
const char *firing_name(int kind);
/** The day and minute that are told of an instant: what closes at 00:00 closed at 24:00. */
int32_t firing_day(int kind, int64_t at_ms, int16_t *minute);

/** Plan number `index` as it was given, and what the engine made of it. */
uint32_t engine_plans(const struct engine *engine);
const struct engine_input *engine_plan(const struct engine *engine, uint32_t index);
const struct agenda *engine_agenda(const struct engine *engine, uint32_t index);
uint32_t engine_plan_number(const struct engine *engine, uint32_t index);

#endif
