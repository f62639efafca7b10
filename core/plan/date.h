/*
 * Dates and amounts of a sealed plan as the engine reads them. Days are civil days of +08:00 since
 * 1970-01-01, intervals are closed, a minute counts from its day's 00:00 and 1440 is that day's
 * 24:00. Both may have exceptions: a date for single years, an amount for single units; ask
 * date_of_year and amount_of_unit rather than the default; amount_* reads amounts.
 */
#ifndef PLAN_DATE_H
#define PLAN_DATE_H

#include "time/recur.h"

#include <stdbool.h>
#include <stdint.h>

enum { DAY_NONE = INT32_MIN, DAY_OPEN = INT32_MAX, MINUTES_A_DAY = 1440 };

enum date_kind { DATE_NONE, DATE_INTERVAL, DATE_DEADLINE, DATE_RECURRING, DATE_STANDING };

/* One resolved date. Days are civil days of +08:00 since 1970-01-01, intervals are closed. */
struct date {
    enum date_kind kind;
    int32_t first;            /* DAY_NONE for a deadline */
    int32_t last;             /* the deadline's day; DAY_OPEN for a standing date without end */
    int16_t minute;           /* of `last`, 1440 = its 24:00 */
    bool undated, soft;       /* no deadline can be computed; an edge was decided, not said */
    bool provisional;         /* rests on a year whose holidays are not announced */
    const struct recur *rule; /* DATE_RECURRING only */
    const char *phrase;       /* the notice's words, NULL when derived */
    const char *from;         /* id of its container, "when", "plan", or the plan:item that
                                 suggests it; NULL = own */
    const struct year_date *years; /* exceptions of single years, ascending; see date_of_year */
    uint32_t year_count;
};

struct year_date {
    int32_t year;
    bool none; /* not in this year */
    struct date date;
};

struct amount {
    double min, max;           /* -1 = not bounded */
    bool stated, about, exact; /* stated: the item has an amount at all */
    bool percent;              /* min and max are percents of the audience */
    bool some, each;  /* 若干: no number was said; 各一场: one for each thing named */
    const char *unit; /* measure word, NULL = none */
    const char *phrase;
    const struct unit_amount *units; /* where single units have another; see amount_of_unit */
    uint32_t unit_count;
};

struct unit_amount {
    const char *unit; /* id of a unit, class or group */
    struct amount amount;
};

/** The date that holds in `year`: an exception of that year, NULL when the year is left out by
 * one, else `date` itself. */
const struct date *date_of_year(const struct date *date, int32_t year);

/** The amount that `unit` (an id) owes: its own where one was said, else the default. */
const struct amount *amount_of_unit(const struct amount *amount, const char *unit);

/** The pieces that one unit owes by an amount: its lower bound, rounded up, at least 1.
 * Without one (at most, 若干) it is 1, and of a percent too: that is of an audience, and one
 * unit is none. */
uint32_t amount_pieces(const struct amount *amount);

#endif
