/*
 * Recurrence: which days a repeating duty falls due on. Rules are text in the style of RFC 5545,
 * parsed once into a small struct and then expanded a year at a time as bit masks, without
 * allocation.
 *
 *   FREQ=DAILY|WEEKLY|MONTHLY|YEARLY   INTERVAL=n   BYMONTH=3,9
 *   BYMONTHDAY=5,-1   a day that the month lacks is clipped to its last (30 February → 28 or 29)
 *   BYDAY=MO,FR | 1FR,-1WE | WORKDAY   BYSETPOS=1,-1   (of the days of the week, month or year)
 *   LUNAR=M-D         a lunar day, 12-30 = 除夕; not in a repeated month
 *   TERM=清明         a solar term
 *   DATES=d,d         just these days (without FREQ)
 *   BYHOUR=17 BYMINUTE=30   time of day of the due; else 24:00
 *   WINDOW=WEEK|MONTH|QUARTER|HALF|YEAR   not the days, but the period around each of them is the
 *                     occurrence, due on its last day; without a day part all days count
 *   ROLL=NEXT         a due on a rest day moves to the next working day (顺延)
 *   START=d           where INTERVAL counts from; a rule without it needs recur_anchor
 *
 * Differences from RFC 5545: clipping; no COUNT, UNTIL, BYYEARDAY, BYWEEKNO; weeks begin on Monday; an
 * occurrence never hangs on a DTSTART, so MONTHLY and YEARLY must say their days; BYDAY ordinals
 * count within the month. Two days that roll to the same day are one; two windows stay two.
 */
#ifndef TIME_RECUR_H
#define TIME_RECUR_H

#include "base/arena.h"
#include "base/buf.h"
#include "time/calendar.h"

enum recur_freq {
    RECUR_DATES,
    RECUR_DAILY,
    RECUR_WEEKLY,
    RECUR_MONTHLY,
    RECUR_YEARLY,
    RECUR_LUNAR,
    RECUR_TERM,
};

enum recur_window {
    RECUR_NO_WINDOW,
    RECUR_WEEK,
    RECUR_MONTH,
    RECUR_QUARTER,
    RECUR_HALF,
    RECUR_YEAR,
};

enum { RECUR_ORDINALS = 5, RECUR_DATES_MOST = 1000, RECUR_INTERVAL_MOST = 1000 };

/* A parsed rule. Read by recur.c only; open so that rules can stand in arrays. */
struct recur {
    uint8_t freq, window; /* enum recur_freq, enum recur_window */
    bool workday, roll;
    uint8_t weekdays;                   /* plain BYDAY, bit 0 = Monday */
    uint8_t nth[RECUR_ORDINALS];        /* 1MO: bit 0 of nth[0] */
    uint8_t nth_last[RECUR_ORDINALS];   /* -1MO: bit 0 of nth_last[0] */
    uint8_t lunar_month, lunar_day;     /* of RECUR_LUNAR */
    uint8_t term;                       /* of RECUR_TERM */
    uint16_t months;                    /* bit 0 = January; all when BYMONTH is absent */
    uint16_t minute;                    /* of the due day, 1440 = its end */
    uint32_t monthdays, monthdays_last; /* bit 0 = the 1st; bit 0 = the last */
    uint32_t month_mask[4];             /* both, clipped, for months of 28..31 days */
    uint32_t setpos, setpos_last;       /* bit 0 = 1; bit 0 = -1 */
    int32_t interval, start;            /* CIVIL_NONE = not anchored */
    const int32_t *dates;               /* ascending, arena's */
    uint32_t date_count;
};

struct occurrence {
    int32_t first, last; /* days, closed; first = last unless the rule has a window */
    int32_t minute;      /* of `last` */
};

/** Parses a rule of `length` bytes; dates go to the arena. ERR_SYNTAX with the byte position of the
 * fault, 1-based, in err->column, and in the text. */
int recur_parse(struct arena *arena, const char *text, size_t length, struct recur *out,
                struct err *err);

/** Appends the canonical text: parts in one order, lists sorted, defaults left out. */
void recur_format(struct buf *out, const struct recur *rule);

/** Sets where INTERVAL counts from, unless the rule says START. Without either it counts from
 * 1970-01-01. */
void recur_anchor(struct recur *rule, int32_t day);

/** True when the days depend on the State Council's arrangement. */
bool recur_uses_calendar(const struct recur *rule);

/** Writes the due days of one year, ascending, and returns how many there are. */
int recur_days(const struct recur *rule, const struct calendar *calendar, int32_t year,
               int32_t days[366]);

/** A cursor over occurrences; the rule and the calendar must outlive it. */
struct recur_walk {
    const struct recur *rule;
    const struct calendar *calendar;
    int32_t year, previous; /* the last due given out */
    uint64_t word[7];       /* due days of `year` still to come, unrolled */
};

/** Starts with the first occurrence whose due is on or after `from`; so a window that is already
 * running counts. */
void recur_walk_start(struct recur_walk *walk, const struct recur *rule,
                      const struct calendar *calendar, int32_t from);

/** The next occurrence; false when there is none up to CIVIL_LAST_YEAR. */
bool recur_walk_next(struct recur_walk *walk, struct occurrence *out);

/** The first occurrence whose due is on or after `from`. */
bool recur_next(const struct recur *rule, const struct calendar *calendar, int32_t from,
                struct occurrence *out);

#endif
