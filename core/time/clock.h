/*
 * Clocks: where `now` comes from. Logic never asks one; whoever drives the engine reads them once a
 * turn, and passes the reading on. Instants are milliseconds since 1970-01-01T00:00Z. This header is
 * all that anybody asks of time: a test that lives in time of its own puts another clock.c behind it.
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

/* What the clocks of a machine show at one moment. */
struct clock_reading {
    char boot_id[40]; /* of this start of the machine; "" = not known */
    int64_t boot_ms;  /* since it started, suspended time included: nobody sets it */
    int64_t wall_ms;  /* since 1970: people and time servers set it */
};

/** Reads all of them; the wall clock is what `clock` shows. One that runs faster is no clock of a
 * machine: its reading has no boot id, and is believed. */
void clock_read(const struct clock *clock, struct clock_reading *out);

#endif
