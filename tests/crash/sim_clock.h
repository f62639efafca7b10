/*
 * The clocks of a simulated machine, instead of core/time/clock.c: time passes when a test says so,
 * the wall clock is set as it likes, and a start of the machine has its own id.
 */
#ifndef TESTS_SIM_CLOCK_H
#define TESTS_SIM_CLOCK_H

#include "time/clock.h"

struct sim_time {
    int64_t true_ms;   /* what nobody in the machine knows */
    int64_t offset_ms; /* of the wall clock */
    int64_t start_ms;  /* the true time at which the machine started */
    uint32_t start;    /* how many times it has */
};

/** Makes this the machine whose clocks are read. */
void sim_clock_use(const struct sim_time *time);

/** What its clocks show. */
void sim_clock_reading(const struct sim_time *time, struct clock_reading *out);

#endif
