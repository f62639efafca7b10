#include "time/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

struct clock clock_real(void)
{
    return (struct clock){0};
}

struct clock clock_fast(int64_t from_ms, int32_t speed)
{
    return (struct clock){from_ms, clock_monotonic(), speed > 0 ? speed : 1};
}

int64_t clock_now(const struct clock *clock)
{
    int64_t passed, now;
    if (clock->speed == 0)
        return read_clock(CLOCK_REALTIME);
    passed = clock_monotonic() - clock->real_ms;
    if (__builtin_mul_overflow(passed, (int64_t)clock->speed, &passed) ||
        __builtin_add_overflow(clock->from_ms, passed, &now))
        return INT64_MAX;
    return now;
}

int64_t clock_until(const struct clock *clock, int64_t at_ms)
{
    int64_t now = clock_now(clock), wait, speed = clock->speed ? clock->speed : 1;
    if (at_ms <= now)
        return 0;
    if (__builtin_sub_overflow(at_ms, now, &wait))
        return INT64_MAX;
    return wait / speed + (wait % speed != 0);
}

static void read_boot_id(char out[40])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (!file || !fgets(out, 37, file))
        out[0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    if (file)
        fclose(file);
}

void clock_read(const struct clock *clock, struct clock_reading *out)
{
    *out = (struct clock_reading){.boot_ms = read_clock(CLOCK_BOOTTIME),
                                  .wall_ms = clock_now(clock)};
    if (clock->speed == 0)
        read_boot_id(out->boot_id);
}
