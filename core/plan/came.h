/*
 * Who came from outside: of the units that a selector meets, those that a place outside it had before.
 * Where whom a duty concerns depends on the place ("A in B", "but", members of a group), they count as
 * joined on the day on which they came. For selector.c.
 */
#ifndef PLAN_CAME_H
#define PLAN_CAME_H

#include "plan/selector.h"

struct came {
    uint32_t unit;
    int32_t day; /* from which on the selector has met it without a break */
};

/** The list by unit, malloc'ed (NULL = none), and how many there are. `sealed` is what `selector` was
 * compiled from over that roster. */
struct came *came_list(const struct roster *roster, const struct value *sealed,
                       const struct selector *selector, uint32_t *count);

#endif
