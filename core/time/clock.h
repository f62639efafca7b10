/*
 * Clocks: where `now` comes from. Logic never asks one; whoever drives the engine does, and passes the answer
 * on. Instants are milliseconds since 1970-01-01T00:00Z.
 */
#ifndef TIME_CLOCK_H
#define TIME_CLOCK_H

#include <stdint.h>

/* Real time, or time that runs `speed` times as fast from `from_ms` on. */
struct clock {
    int64_t from_ms; /* accelerated: when it began, … */
    int64_t real_ms; /* … and the monotonic instant of that */
    int32_t speed;   /* 0 = the wall clock itself */
};

/** The wall clock. */
struct clock clock_real(void);

/** A clock that shows `from_ms` now and runs `speed` times as fast as the real one. */
struct clock clock_fast(int64_t from_ms, int32_t speed);

/** What the clock shows. */
int64_t clock_now(const struct clock *clock);

/** Real milliseconds until the clock shows `at_ms`, rounded up; 0 when it has passed. */
int64_t clock_until(const struct clock *clock, int64_t at_ms);

/** Milliseconds of a clock that nobody sets, for how long something takes; from nowhere in
 * particular. */
int64_t clock_monotonic(void);

/** Milliseconds since the machine started, suspended time included, and its boot id (`out` gets 37
 * bytes, empty when the system does not tell). */
int64_t clock_boot(char out[40]);

#endif
