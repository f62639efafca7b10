/*
 * Handlers of a plan: which one is to run, about what, and what came of it. The function itself
 * runs elsewhere, from the stored source; here a call is data that goes out and outputs that
 * come back, recorded together with the call's end, all or nothing.
 */
#ifndef ENGINE_HANDLER_H
#define ENGINE_HANDLER_H

#include "base/bits.h"
#include "engine/engine.h"

/* A handler that is to run. Texts and sets are the arena's and the plan's. */
struct handler_call {
    struct store_firing firing;
    uint32_t plan;           /* index of the engine's plans */
    const char *event, *ref; /* as on(event, ref, …) was written; ref NULL = none */
    const struct value *event_argument; /* {name, at, plan, phase?, item?}: without `units` */
    struct bits subjects;               /* unit numbers; freed by handler_call_free */
};

/** The oldest pending call, ERR_NOT_FOUND when there is none. */
int engine_handler_next(struct engine *engine, struct arena *arena, struct handler_call *out,
                        struct err *err);
void handler_call_free(struct handler_call *call);

/** What a script asks about a set of units: how many; the first `n` as a list of {id, name};
 * those that have not met an item's duty at the call's time. `out` is empty before.
 * ERR_NOT_FOUND: no such item. */
uint32_t handler_count(const struct handler_call *call, const struct bits *units);
struct value *handler_first(const struct engine *engine, const struct handler_call *call,
                            const struct bits *units, uint32_t n, struct arena *arena);
int handler_behind(struct engine *engine, const struct handler_call *call,
                   const struct bits *units, const char *item, struct bits *out,
                   struct err *err);

/** A set of units named by id. ERR_NOT_FOUND names the one that is not in the roster. */
int handler_units(const struct engine *engine, const struct handler_call *call, const char *id,
                  struct bits *out, struct err *err);

/* What notify(units, text, {to, channel}) asks for. */
struct handler_notice {
    const struct bits *units;
    const char *text, *role, *channel;
};

/** Ends the call: its notices become firings of kind EVENT_NOTICE, in order. `problem` NULL =
 * it succeeded; else it is recorded and the notices are not. */
int engine_handled(struct engine *engine, const struct handler_call *call,
                   const struct handler_notice *notices, size_t count, const char *problem,
                   int64_t now_ms, struct err *err);

#endif
