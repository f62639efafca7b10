/*
 * Selectors: which units a duty concerns. A sealed selector (a union of terms) compiles to ranges
 * or a bitset over a sealed roster, whichever is smaller, so that counting and containment never
 * look at names. A term is an id or a tag, with `in` and `but`:
 *
 *   id of a class or kind      all rows of that kind; of "person" also the units that are asked by
 *                              their heads (roster_by_heads)
 *   id of a unit               that row
 *   id of a single group       its members; the group itself while the roster names none
 *   tag                        the rows that bear it
 *   in: id (a list: any of)    only what lies within it: the unit and its subtree, the group and
 *                              its members, for a class within any of its rows
 *   but: list of ids           without what lies within those; "#tag" names a tag
 *
 * Units that join and leave are met on all days; see selector_count_on.
 */
#ifndef PLAN_SELECTOR_H
#define PLAN_SELECTOR_H

#include "plan/roster.h"

struct selector;
struct came; /* plan/came.h */

/** Compiles a sealed SEL; the roster must be sealed and outlive it. `sealed` NULL gives the empty
 * selector. ERR_NOT_FOUND names an id that neither plan nor roster has. Owned by the caller. */
int selector_compile(const struct roster *roster, const struct value *sealed,
                     struct selector **out, struct err *err);

/** Frees it; NULL is accepted. */
void selector_free(struct selector *selector);

/** Those met that came from a place outside, with their days, by unit; the selector's. */
const struct came *selector_came(const struct selector *selector, uint32_t *count);

/** True when persons are meant: a unit that is asked by its heads stands for them then. */
bool selector_by_heads(const struct selector *selector);

/** Number of units met. */
uint32_t selector_count(const struct selector *selector);

/** True when the unit is met. */
bool selector_has(const struct selector *selector, uint32_t unit);

/** True when every unit met by `part` is met by `whole` (both over one roster); `*missing` (may be
 * NULL) gets the first that is not. */
bool selector_subset(const struct selector *part, const struct selector *whole,
                     uint32_t *missing);

/** The first `n` units in tree order into `units`; returns how many there were. */
uint32_t selector_first(const struct selector *selector, uint32_t *units, uint32_t n);

/** The first unit at or after `unit`, or UNIT_NONE: iteration in tree order. */
uint32_t selector_next(const struct selector *selector, uint32_t unit);

/** The units 64 * number … 64 * number + 63 as bits, bit 0 = the first: for passes over all. */
uint64_t selector_word(const struct selector *selector, uint32_t number);

/** `count` such words at once, from `number` on: cheaper by the search for each. */
void selector_words(const struct selector *selector, uint32_t number, uint64_t *words,
                    uint32_t count);

/** Those met that belong to the roster on that day (from/until). */
uint32_t selector_count_on(const struct selector *selector, int32_t day);

/** Bytes used, for figures. */
size_t selector_bytes(const struct selector *selector);

#endif
