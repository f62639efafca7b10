/*
 * Roll-ups: the sums of a column of progress over the tree of units. A subtree is a range of rows, so sums
 * at every 256th row, made in one pass, answer for any of them. Pure; nothing here knows days or facts.
 */
#ifndef PLAN_ROLLUP_H
#define PLAN_ROLLUP_H

#include "plan/progress.h"

struct rollup;

/** One pass over a column that stays as it is and outlives the roll-up, which the caller frees. */
struct rollup *rollup_new(const struct roster *roster, const struct progress *progress);
void rollup_free(struct rollup *rollup);

/** Adds the units first … end-1 to a sum, in the time of some hundred units. */
void rollup_add(const struct rollup *rollup, uint32_t first, uint32_t end,
                struct progress_sum *sum);

/** The column. */
const struct progress *rollup_progress(const struct rollup *rollup);

/** Bytes used beside the column, for figures. */
size_t rollup_bytes(const struct rollup *rollup);

#endif
