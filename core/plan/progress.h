/*
 * Progress: how far each unit of a roster is with one duty, as a column of two bytes a unit.
 * Who is not asked holds a value that no need exceeds, so that "who is behind" is one scan that
 * never looks at names, amounts or selectors. Numbers here are rows of the roster, not the
 * store's.
 */
#ifndef PLAN_PROGRESS_H
#define PLAN_PROGRESS_H

#include "plan/selector.h"

struct progress;

/* 100 % = met + excused + missing: `asked` is the denominator. `in_time` are those of `met` who had
 * all by their due, `away` those of `excused` who are on leave. A unit that is asked by its heads
 * (roster_by_heads) is so many of each; all else is one. */
struct progress_sum {
    uint32_t asked, met, in_time, excused, away, missing;
};

/* What a unit has done. */
struct progress_done {
    int64_t pieces, in_time; /* those of them handed in by the due */
    bool excused;
    bool met; /* whatever it has done */
};

/** A column for those whom `asked` meets and who belong to the roster at the opening, or
 * joined with at least 7 days left before `due` (DAY_NONE: at any time); who has left by
 * `judged` drops out. Whom `asked` meets since a move only has joined on that day. Who is on leave
 * on the day `judged` is excused, and stays so when the leave reaches into the last 7 days before
 * the due. `amount` says what each, or each head, owes. The roster outlives the column, which
 * the caller frees. */
struct progress *progress_new(const struct roster *roster, const struct selector *asked,
                              const struct amount *amount, int32_t open, int32_t due,
                              int32_t judged);
void progress_free(struct progress *progress);

/** True when the column would be the same if it were judged on that day. */
bool progress_holds(const struct progress *progress, int32_t judged);

/** Takes a unit out of the denominator, or into it with nothing done: it came from, or
 * belongs to, another duty. */
void progress_leave_out(struct progress *progress, uint32_t unit);
void progress_take_in(struct progress *progress, uint32_t unit);

/** Sets what a unit has done. One that is excused and has done all is met. Units that are not asked
 * stay so. */
void progress_set(struct progress *progress, uint32_t unit, const struct progress_done *done);

/** What one unit owes in all, for all its heads: at least 1; an amount without a lower bound
 * (若干), or a percent of an audience, is 1. */
uint32_t progress_need(const struct progress *progress, uint32_t unit);

/** Pieces that a unit still lacks, told up to 60,000; 0 when it is met, excused or not
 * asked. */
uint32_t progress_missing(const struct progress *progress, uint32_t unit);

/** True when the unit is in the denominator. */
bool progress_asked(const struct progress *progress, uint32_t unit);
/** How many the unit is in the denominator: its heads, else 1; 0 = it is not asked. */
uint32_t progress_heads(const struct progress *progress, uint32_t unit);
/** True when the unit is excused because it is on leave. */
bool progress_away(const struct progress *progress, uint32_t unit);
/** True when the unit is excused, for whatever reason. */
bool progress_excused(const struct progress *progress, uint32_t unit);
/** True when the unit has met it by its due. */
bool progress_in_time(const struct progress *progress, uint32_t unit);

/** How many are behind: one pass over the column. */
uint32_t progress_behind(const struct progress *progress);

/** The first unit at or after `unit` that is behind, or UNIT_NONE: iteration in tree order. */
uint32_t progress_next_behind(const struct progress *progress, uint32_t unit);

/** Who is behind of the 64 units from `unit` on: bit 0 is `unit` itself. */
uint64_t progress_word(const struct progress *progress, uint32_t unit);

/** Adds the units first … end-1 to a sum: subtrees are such ranges. */
void progress_add(const struct progress *progress, uint32_t first, uint32_t end,
                  struct progress_sum *sum);
/** The same of single units, and of those of the 64 units from `unit` on that have a bit. */
void progress_add_units(const struct progress *progress, const uint32_t *units, uint32_t count,
                        struct progress_sum *sum);
void progress_add_word(const struct progress *progress, uint32_t unit, uint64_t word,
                       struct progress_sum *sum);

/** Adds one sum to another. */
void progress_join(struct progress_sum *sum, const struct progress_sum *more);

/** The whole column in numbers: a pass that costs more than progress_behind. */
struct progress_sum progress_sum(const struct progress *progress);

/** Bytes used, for figures. */
size_t progress_bytes(const struct progress *progress);

#endif
