#include "sim_clock.h"

#include <stdio.h>

static const struct sim_time at_rest;
static const struct sim_time *machine = &at_rest;

void sim_clock_use(const struct sim_time *time)
{
    machine = time;
}

void sim_clock_reading(const struct sim_time *time, struct clock_reading *out)
{
    snprintf(out->boot_id, sizeof out->boot_id, "start-%u", time->start);
    out->boot_ms = time->true_ms - time->start_ms;
    out->wall_ms = time->true_ms + time->offset_ms;
}

struct clock clock_real(void)
{
    return (struct clock){0};
}

struct clock clock_fast(int64_t from_ms, int32_t speed)
{
    return (struct clock){from_ms, machine->true_ms, speed};
}

int64_t clock_now(const struct clock *clock)
{
    return clock->speed ? clock->from_ms + (machine->true_ms - clock->real_ms) * clock->speed
                        : machine->true_ms + machine->offset_ms;
}

int64_t clock_until(const struct clock *clock, int64_t at_ms)
{
    int64_t left = at_ms - clock_now(clock), speed = clock->speed ? clock->speed : 1;
    return left > 0 ? (left + speed - 1) / speed : 0;
}

int64_t clock_monotonic(void)
{
    return machine->true_ms - machine->start_ms;
}

void clock_read(const struct clock *clock, struct clock_reading *out)
{
    sim_clock_reading(machine, out);
    out->wall_ms = clock_now(clock);
    if (clock->speed)
        out->boot_id[0] = '\0';
}
