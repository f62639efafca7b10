/*
 * Whether the wall clock is to be believed: a pure judgement of a reading against the last one that
 * was sure. Within one start of the machine it is exact, since the time since then is known without
 * the wall clock; over a restart nobody knows how long the machine was off.
 */
#ifndef TIME_TRUST_H
#define TIME_TRUST_H

#include "time/clock.h"

#include <stdbool.h>

enum clock_doubt {
    CLOCK_SURE,
    CLOCK_AHEAD, /* within one start: more than an hour beyond the time that has passed */
    CLOCK_AWAY,  /* over a restart: more than 30 days forward */
    CLOCK_BACK,  /* over a restart: before the last reading */
    CLOCK_UNSET, /* no reading before, and before 2001: a machine whose clock battery is dead */
};

enum { TRUST_STEP_HOURS = 1, TRUST_AWAY_DAYS = 30, TRUST_SINCE_YEAR = 2001 };

struct trust {
    enum clock_doubt doubt;
    int64_t now_ms;  /* the time to live by */
    int64_t jump_ms; /* how far the wall clock is from what was expected; 0 = nothing was */
    bool keep;       /* sure, and to be kept as the reading to judge the next one by */
};

/** Judges a reading; `sure` NULL = none was ever recorded. A reading without a boot id is believed.
 *
 *   within one start (same boot id, boot_ms not less), expected = sure.wall + boot - sure.boot
 *     more than an hour beyond expected   AHEAD, lives by expected: time did not pass, so nothing
 *                                         fires before its time, and a clock that is set right
 *                                         again leaves no trace
 *     else                                SURE, lives by the wall clock. Set back, nothing fires
 *                                         twice; by more than an hour, `sure` stays what next
 *                                         readings are judged by (not `keep`), or what was
 *                                         expected: when the clock comes back to it, that is
 *                                         no jump
 *   over a restart
 *     before sure.wall                    BACK, lives by the wall clock: what has fired has fired
 *     more than 30 days beyond            AWAY, lives by the wall clock: state is replayed,
 *                                         reminders wait until it is sure
 *     else                                SURE
 *   no `sure`: before 2001 UNSET, else SURE; both live by the wall clock */
struct trust trust_judge(const struct clock_reading *sure, const struct clock_reading *reading);

/** "ahead", "away", "back", "unset"; "sure" is told when a doubt has ended; "unknown"
 * for a number that is none of them. */
const char *trust_name(enum clock_doubt doubt);

#endif
