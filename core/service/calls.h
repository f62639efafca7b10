/*
 * Handlers on their way: runs the pending handler of an engine in the evaluator child, from the stored source, and
 * records what it returned. One at a time; its descriptor is for a loop to poll, or calls_wait
 * does it for whoever has none.
 */
#ifndef SERVICE_CALLS_H
#define SERVICE_CALLS_H

#include "service/holding.h"

struct calls;

/** For one holding, which outlives it; the caller frees it. */
struct calls *calls_new(struct holding *holding, enum lang lang);
void calls_free(struct calls *calls);

/** Starts the next pending handler if none runs, or advances the one that runs; records the end. The caller
 * flushes the store. Returns 1 while a handler runs, 0 when none is pending, negative on an error of ours. */
int calls_step(struct calls *calls, int64_t now_ms, struct err *err);

/** What to poll while one runs: -1 = nothing; poll(2) events; a CLOCK_MONOTONIC deadline in ms. */
int calls_fd(const struct calls *calls, short *events, int64_t *deadline_ms);

/** Runs all pending handlers to their end, blocking. */
int calls_wait(struct calls *calls, int64_t now_ms, struct err *err);

#endif
