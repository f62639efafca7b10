#include "time/trust.h"

#include <string.h>

#define HOUR_MS  INT64_C(3600000)
#define SINCE_MS INT64_C(978307200000) /* 2001-01-01T00:00Z */

/* The ends of time stand for what lies beyond them. */
static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return a < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

static int64_t subtract(int64_t a, int64_t b)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        return a < b ? INT64_MIN : INT64_MAX;
    return difference;
}

/* A counter that went back is another start's, whatever the id says. */
static bool is_same_start(const struct clock_reading *sure, const struct clock_reading *reading)
{
    return strcmp(sure->boot_id, reading->boot_id) == 0 && reading->boot_ms >= sure->boot_ms;
}

static struct trust judge_within(const struct clock_reading *sure,
                                 const struct clock_reading *reading)
{
    int64_t expected = add(sure->wall_ms, subtract(reading->boot_ms, sure->boot_ms));
    int64_t jump = subtract(reading->wall_ms, expected);
    if (jump > HOUR_MS * TRUST_STEP_HOURS)
        return (struct trust){CLOCK_AHEAD, expected, jump, false};
    return (struct trust){CLOCK_SURE, reading->wall_ms, jump,
                          jump >= -HOUR_MS * TRUST_STEP_HOURS};
}

static struct trust judge_over(const struct clock_reading *sure,
                               const struct clock_reading *reading)
{
    int64_t jump = subtract(reading->wall_ms, sure->wall_ms);
    if (jump < 0)
        return (struct trust){CLOCK_BACK, reading->wall_ms, jump, false};
    if (jump > 24 * HOUR_MS * TRUST_AWAY_DAYS)
        return (struct trust){CLOCK_AWAY, reading->wall_ms, jump, false};
    return (struct trust){CLOCK_SURE, reading->wall_ms, 0, true};
}

struct trust trust_judge(const struct clock_reading *sure, const struct clock_reading *reading)
{
    if (!reading->boot_id[0])
        return (struct trust){CLOCK_SURE, reading->wall_ms, 0, true};
    if (!sure && reading->wall_ms < SINCE_MS)
        return (struct trust){CLOCK_UNSET, reading->wall_ms, 0, false};
    if (!sure)
        return (struct trust){CLOCK_SURE, reading->wall_ms, 0, true};
    return is_same_start(sure, reading) ? judge_within(sure, reading)
                                        : judge_over(sure, reading);
}

const char *trust_name(enum clock_doubt doubt)
{
    static const char *const names[] = {"sure", "ahead", "away", "back", "unset"};
    size_t index = (size_t)doubt; /* perhaps a file's, of a newer program */
    return index < sizeof names / sizeof *names ? names[index] : "unknown";
}
