/*
 * What a fact does to the columns in memory, so that they need not be loaded again: for fact.c.
 * bound_* like the rest of engine_data.h, which has the columns themselves.
 */
#ifndef ENGINE_COLUMN_H
#define ENGINE_COLUMN_H

#include "engine/engine_data.h"

/** True when whom an event concerns is asked of a column: that of `*duty`. A reminder and
 * quota.late are about those who have not met the duty; of a due that facts gave, task.due
 * about those to whom it was given. */
bool bound_asks_column(const struct bound *bound, const struct event *event, struct duty *duty);

/** engine_warm for one plan: at most `most` counters. */
int bound_warm(struct engine *engine, struct bound *bound, uint32_t most, struct err *err);

/** What a unit (row) owes of a duty: from whatever column of the item is in memory, else its
 * own. */
int bound_need(struct engine *engine, struct bound *bound, const struct duty *duty,
               uint32_t row, uint32_t *need, struct err *err);

struct past;

/** A column of a duty judged on `day`, made from the counters as they were then (`past` NULL: as
 * they are), beside those in memory. The caller frees it. */
int bound_progress(struct engine *engine, const struct bound *bound, const struct duty *duty,
                   int32_t day, const struct past *past, struct progress **out,
                   struct err *err);

/** True when a unit has what was enough before more was asked. */
bool column_stays_met(const struct store_count *count);

/** The store's number of the phase that a duty is in, 0 = none. */
uint32_t bound_phase(const struct bound *bound, const struct duty *duty);

/** True when the item is done by all its units together: what one hands in counts for all. */
bool bound_is_shared(const struct bound *bound, uint32_t item);

/** Takes what the store counts for a unit (row) now into the duty's column, if that is in
 * memory. */
void bound_count_unit(struct bound *bound, const struct duty *duty, uint32_t row,
                      const struct store_count *count);

/** The same when the unit has moved to another duty of the occasion; `day` is one on which
 * both are asked for. */
void bound_move_unit(struct bound *bound, const struct duty *from, const struct duty *to,
                     int32_t day, uint32_t row, const struct store_count *count);

#endif
