/*
 * Tiers of reminders as numbers: so many days before (negative) the working due or after (positive) the
 * official one; from TIER_WORKING on, TIER_WORKING and so many working days after the official due.
 * INT32_MAX is left to whoever has a tier of another kind. The numbers are stored.
 */
#ifndef PLAN_TIER_H
#define PLAN_TIER_H

#include <stdbool.h>
#include <stdint.h>

enum { TIER_WORKING = 1000000 };

/** True when it counts working days. */
static inline bool tier_is_working(int32_t tier)
{
    return tier >= TIER_WORKING && tier < INT32_MAX;
}

/** The greatest tier of the same unit: of tiers up to it, the greater one is later. */
static inline int32_t tier_most(int32_t tier)
{
    return tier < TIER_WORKING ? TIER_WORKING - 1 : INT32_MAX - 1;
}

#endif
