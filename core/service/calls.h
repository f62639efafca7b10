/*
 * Handlers on their way: runs the pending handler of an engine in the evaluator child, from the
 * stored source, and records what it returned. One at a time; its descriptor is for a loop to
 * poll, or calls_wait does it for whoever has none.
 */
#ifndef SERVICE_CALLS_H
#define SERVICE_CALLS_H

#include "service/holding.h"

struct calls;

/** For one holding, which outlives it; the caller frees it. */
struct calls *calls_new(struct holding *holding, enum lang lang);
void calls_free(struct calls *calls);

/** Starts the next pending handler if none runs, or advances the one that runs; records the end,
 * and starts the next one then. A handler that fails is recorded as failed: that is no error here.
 * The caller flushes the store. Returns 1 while a handler runs, 0 when none is pending, negative on
 * an error of ours: the handler stays pending. After holding_take the one that ran begins anew. */
int calls_step(struct calls *calls, int64_t now_ms, struct err *err);

/** What to poll while one runs: -1 = nothing; poll(2) events; a CLOCK_MONOTONIC deadline in ms. */
int calls_fd(const struct calls *calls, short *events, int64_t *deadline_ms);

/** How many have ended so far, one at most in a step: when it grew, engine_fired tells what the
 * last one made. */
uint64_t calls_ended(const struct calls *calls);

/** Why the last one that ended failed, "file:line: message"; "" = it did not. */
const char *calls_problem(const struct calls *calls);

/** Runs all pending handlers to their end, blocking; engine_fired tells of the last one only. */
int calls_wait(struct calls *calls, int64_t now_ms, struct err *err);

#endif
