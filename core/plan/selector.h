/*
 * Selectors: which units a duty concerns. A sealed selector (union of terms: class, kind, unit,
 * group, tag; `in` a subtree, `but` others) compiles to ranges and bitsets over a sealed roster, so
 * that counting and containment never look at names.
 */
#ifndef PLAN_SELECTOR_H
#define PLAN_SELECTOR_H

#include "plan/roster.h"

struct selector;

/** Compiles a sealed SEL; the roster must outlive it. `sealed` NULL gives the empty selector. */
int selector_compile(const struct roster *roster, const struct value *sealed,
                     struct selector **out, struct err *err);
void selector_free(struct selector *selector);

/** Number of units met. */
uint32_t selector_count(const struct selector *selector);

/** True when the unit is met. */
bool selector_has(const struct selector *selector, uint32_t unit);

/** True when every unit met by `part` is met by `whole`; `*missing` (may be NULL) gets the first
 * that is not. */
bool selector_subset(const struct selector *part, const struct selector *whole,
                     uint32_t *missing);

/** The first `n` units in tree order into `units`; returns how many there were. */
uint32_t selector_first(const struct selector *selector, uint32_t *units, uint32_t n);

/** The first unit at or after `unit`, or UNIT_NONE: iteration in tree order. */
uint32_t selector_next(const struct selector *selector, uint32_t unit);

/** Active on that day (from/until): count of those met. */
uint32_t selector_count_on(const struct selector *selector, int32_t day);

#endif
