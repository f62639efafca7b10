/*
 * Groupings: a class of groups over a roster, a second membership over the same rows. What lies within a
 * group is its own subtree, the members it names and those of the groups below it, each once; who is
 * in two groups of a class lies in each. Pure; the sums come from a roll-up of a column.
 */
#ifndef PLAN_GROUPING_H
#define PLAN_GROUPING_H

#include "plan/rollup.h"

/* The groups of a class, or one group, over a roster. */
struct grouping;

/** The classes of groups that have rows, in the order of the plan: at most `most` ids into
 * `kinds`, the roster's; returns how many there are. */
uint32_t grouping_kinds(const struct roster *roster, const char **kinds, uint32_t most);

/** `kind`: the id of a class of groups, or of one group; NULL when it is neither. The roster is
 * sealed and outlives it; the caller frees it. */
struct grouping *grouping_new(const struct roster *roster, const char *kind);
void grouping_free(struct grouping *grouping);

/** The class as one word of the plan: its id, and its name if it has one. */
const char *grouping_kind(const struct grouping *grouping);
const char *grouping_name(const struct grouping *grouping);

/** Its groups that lie in no other of them, in the order of the roster. */
uint32_t grouping_count(const struct grouping *grouping);
/** The group's own row. */
uint32_t grouping_unit(const struct grouping *grouping, uint32_t group);
/** The first of them whose row is `unit` or behind it; the count where there is none. */
uint32_t grouping_from(const struct grouping *grouping, uint32_t unit);
/** Members outside of its own subtree, ascending; the grouping's. */
const uint32_t *grouping_members(const struct grouping *grouping, uint32_t group,
                                 uint32_t *count);

/** True when anybody of first … end-1 is asked who is named by a group and does not lie below it: else
 * the class says no more than the tree. */
bool grouping_asks_members(const struct grouping *grouping, const struct progress *progress,
                           uint32_t first, uint32_t end);

/** Adds what lies within a group, as far as it lies in first … end-1, to a sum over a column. */
void grouping_add(const struct grouping *grouping, uint32_t group, const struct rollup *rollup,
                  uint32_t first, uint32_t end, struct progress_sum *sum);

/** Rows first … end-1 as bits, `words[0]` the 64 rows from first / 64 * 64 on, sets those that lie
 * within a group: room for (end - first) / 64 + 2 words, which are zero. */
void grouping_mark(const struct grouping *grouping, uint32_t group, uint32_t first,
                   uint32_t end, uint64_t *words);

/** Of the rows first … end-1 adds those that lie in some group of the class but not in `listed` (of
 * grouping_mark; NULL = none is) to `other`, those in no group to `nowhere`; either may be NULL. */
void grouping_add_rest(const struct grouping *grouping, const struct rollup *rollup,
                       uint32_t first, uint32_t end, const uint64_t *listed,
                       struct progress_sum *other, struct progress_sum *nowhere);

/** Bytes used, for figures. */
size_t grouping_bytes(const struct grouping *grouping);

#endif
