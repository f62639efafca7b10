/*
 * What a new roster changes of the one that is there, by id: changes as roster_life.h has them, and what
 * looks wrong in them. Only kinds that the new files have are compared, and only what some row of them
 * says: a column that all rows leave empty says nothing. The plan's own units are not compared. Pure.
 */
#ifndef PLAN_ROSTER_DIFF_H
#define PLAN_ROSTER_DIFF_H

#include "plan/roster_life.h"

struct roster_diff {
    struct roster_change *changes; /* in an order in which they can be applied */
    size_t count;
    const char **doubts; /* what looks wrong, in the language of the new roster's findings */
    size_t doubt_count;
    uint32_t units;  /* of those kinds, there on the day */
    uint32_t leaves; /* of them */
};

/** Adds to a new roster, behind the rows of its files and before it is sealed, the units of `before` whose
 * kinds the files do not have: they stay as they are. `before` is sealed. */
void roster_adopt(struct roster *after, const struct roster *before);

/** Compares two sealed rosters of one plan; changes hold from `day` on, or from what the new files say.
 * Texts are those of the rosters or the arena. */
void roster_differ(const struct roster *before, const struct roster *after, int32_t day,
                   struct arena *arena, struct roster_diff *out);

#endif
