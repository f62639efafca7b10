/*
 * The times of one duty: done once, or again and again by a recurrence rule. For the rest of
 * the engine a series is where occurrences come from, one after another by their due days. Pure
 * and without state: the next slot follows from the one before. date_is_dated and
 * date_moved ask plan.h's date.
 */
#ifndef ENGINE_SERIES_H
#define ENGINE_SERIES_H

#include "plan/plan.h"

struct series {
    uint32_t item;           /* index, ITEM_NONE = the plan itself */
    uint32_t phase;          /* the phase that this is the turn of, ITEM_NONE = none */
    const struct date *date; /* the recurrence, NULL = once */
    int32_t first, last;     /* once: the days it opens and is due, DAY_NONE = no such day;
                                recurring: due days lie in it, a window is cut at its ends */
    int16_t minute;          /* once: of the due day */
    int32_t period; /* once: tells it from the item's other times, DAY_NONE = no need */
    bool given;     /* its due is a fact's */
};

/* One time of a duty. */
struct slot {
    int32_t period;   /* first day of the window before any cut; once: the series' */
    int32_t open;     /* from when it can be met, DAY_NONE = unknown */
    int32_t due;      /* DAY_NONE = never */
    int32_t previous; /* due day of the slot before, DAY_NONE = none or unknown */
    int16_t minute;
};

/** The slot behind `before` (NULL = the first one due on or after `from`); false when there is
 * none. Slots ascend strictly by due day. A first slot found by a `from` that lies behind the
 * series' beginning does not know its `previous`, and `open` may then be too early. */
bool series_next(const struct series *series, const struct calendar *calendar,
                 const struct slot *before, int32_t from, struct slot *slot);

/** True when the date has a last day that can be reached and missed. */
bool date_is_dated(const struct date *date);

/** Negative when the last instant moved from that of `before` to an earlier one, positive to a later
 * one, 0 = not. None at all is the latest. */
int date_moved(const struct date *before, const struct date *after);

#endif
