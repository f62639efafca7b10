/*
 * From one revision of a plan to the next, item by item by id. Pure: compares two compiled
 * plans and says what the move does to a running one. What is met never reopens, what was sent
 * is never sent again (the journal's identities see to both), a moved due reminds anew, a new
 * item begins with its own cursor.
 */
#ifndef ENGINE_REVISE_H
#define ENGINE_REVISE_H

#include "plan/plan.h"

enum revise_kind {
    REVISE_ADDED,
    REVISE_REMOVED,
    REVISE_EARLIER, /* its due */
    REVISE_LATER,
    REVISE_TIMED, /* another opening, rhythm or rest-day rule */
    REVISE_MORE,  /* its amount */
    REVISE_FEWER,
    REVISE_PEOPLE,   /* other units */
    REVISE_REMIND,   /* other reminders reach it */
    REVISE_REWORDED, /* texts only */
};

struct revise_move {
    enum revise_kind kind;
    const char *id;                    /* "" = the plan itself */
    const char *name;                  /* the newer one where both have it */
    const struct item *before, *after; /* NULL where it is not there */
};

/** All differences in the order of the new plan, removed items last; in the arena. An item
 * may have several. Equal plans have none. */
void revise_compare(const struct plan *before, const struct plan *after, struct arena *arena,
                    const struct revise_move **moves, size_t *count);

/** True when the move sets the item's cursor back: whatever changes when something happens, and
 * what is added, since an earlier revision may have had it. */
bool revise_begins_anew(const struct revise_move *move);

/** True when two sealed values are equal but for where they stand in their scripts; either may be
 * NULL. */
bool revise_same(const struct value *a, const struct value *b);

/** "added", "earlier" …: stable keys. */
const char *revise_name(enum revise_kind kind);

#endif
