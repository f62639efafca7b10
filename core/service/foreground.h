/*
 * Stays with one plan in the foreground: sleeps until its next event, hands the event over when
 * the wall clock has reached it, and ends when nothing can come any more or on SIGINT or SIGTERM.
 * It remembers nothing: what came before the start is the caller's to show, and nothing here is
 * durable. The clock is read anew at every wake, at least once a minute, so that a clock that was
 * set or a machine that slept moves nothing by more than that.
 */
#ifndef SERVICE_FOREGROUND_H
#define SERVICE_FOREGROUND_H

#include "engine/agenda.h"

/** What to do with an event whose time has come. */
typedef void (*foreground_fire)(void *context, const struct event *event);

/** Now, in ms since 1970-01-01T00:00Z, by the wall clock. */
int64_t foreground_now(void);

/** Hands over every event of the agenda from `from_ms` on, each at its time. Returns 0 at the end
 * of the plan or on a signal, ERR_IO when the loop cannot be set up. */
int foreground_run(const struct agenda *agenda, int64_t from_ms, foreground_fire fire,
                   void *context, struct err *err);

#endif
