/*
 * Burden: who is asked for too much in one week. A demand asks every unit of a selector for so many
 * things in a week; a unit's burden in that week is the sum over the demands that meet it. Given to
 * the checks of a plan, with a million units and ten thousand demands as a normal case: sums are
 * kept as bit planes, 64 units to a word, and what cannot exceed the limit is not summed at all.
 * Pure; what a demand is, and how weeks are numbered, is the caller's.
 */
#ifndef PLAN_BURDEN_H
#define PLAN_BURDEN_H

#include "plan/selector.h"

/* Each unit of the selector is asked for `count` in `week`. */
struct burden_demand {
    const struct selector *selector;
    int32_t week; /* any number, e.g. the week's first day */
    uint32_t count;
};

/* A week in which some unit is asked for more than the limit. */
struct burden_week {
    int32_t week;
    uint32_t units; /* how many are */
    uint32_t most;  /* the highest sum; UINT32_MAX = that or more */
    uint32_t unit;  /* the first in tree order that has it */
};

/** The weeks, ascending, in which a unit's sum exceeds `limit`; `*found` gets their number. All
 * selectors are over one roster. Demands may come in any order; the same one twice asks twice.
 * The result is the arena's, NULL when there is no such week. */
const struct burden_week *burden_find(struct arena *arena, const struct burden_demand *demands,
                                      size_t count, uint32_t limit, size_t *found);

#endif
