/*
 * A guard over the end of a service. SIGTERM and SIGINT come to a thread of its own, which tells the loop
 * and then waits: where the process has not ended in time by itself – an import of a million rows is one
 * commit, and cannot be left half way – it ends it as a kill would. What was not committed is not there,
 * and nothing else is lost: that is what the store is for.
 */
#ifndef SERVICE_GUARD_H
#define SERVICE_GUARD_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct guard;

/** Starts it; both signals are blocked in the caller's thread, and in those that it starts, from then on. `within_ms`
 * from the signal on the process ends with code 0. The caller gives `*out` to guard_end. */
int guard_start(int64_t within_ms, struct guard **out, struct err *err);

/** A descriptor that is readable once a signal has come, for a loop to poll; the guard's. */
int guard_fd(const struct guard *guard);

/** True once a signal has come. */
bool guard_called(const struct guard *guard);

/** The process ends in time: stops the thread. Signals stay blocked. NULL is accepted. */
void guard_end(struct guard *guard);

#endif
