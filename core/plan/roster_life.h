/*
 * The life of a roster: what happened to it behind its files – joined, left, moved – applied while it
 * is built, in the order of the days, and read from it once it is sealed. A roster is that of a day:
 * who belongs to it from when to when is a column and holds on all days; places, names and heads are
 * those of the day. A change that lies ahead is known but not done: the roster holds until then only.
 * Pure: where changes come from – facts of a store, a new file – is the service's business.
 */
#ifndef PLAN_ROSTER_LIFE_H
#define PLAN_ROSTER_LIFE_H

#include "plan/roster.h"

enum roster_event {
    ROSTER_JOIN,     /* a new unit, or one that had left; */
    ROSTER_OPEN,     /* the same, said of a unit that has others in it */
    ROSTER_LEAVE,    /* `day` is the first without it */
    ROSTER_CLOSE,    /* the same */
    ROSTER_TRANSFER, /* another parent or other groups; number and past stay */
    ROSTER_ABSENT,   /* on leave from `day` to `until` */
    ROSTER_MERGE,    /* closed; what it has in it, and its members, belong to `into` */
    ROSTER_CHANGE,   /* name, contact, tags, staff, groups */
};

/* A slice without bytes is not said; an empty one with bytes takes away. */
struct roster_change {
    enum roster_event event;
    int32_t day;             /* the first on which it holds */
    struct slice unit, into; /* ids */
    struct slice name, kind, parent, contact;
    struct slice groups, tags; /* ids joined by ';' */
    int32_t staff;             /* -1 = not said */
    int32_t until;             /* last day of an absence or of who joins, DAY_OPEN = not said */
    bool recorded; /* it stands: what the plan or a file has said since is no obstacle */
};

/** Of which day the roster is to be; DAY_OPEN, the default: all changes are done. Before them. */
void roster_set_day(struct roster *roster, int32_t day);

/** Applies a change behind the last row and before roster_seal; changes come by day. What is not
 * possible changes nothing: ERR_INVALID or ERR_NOT_FOUND with a text in the language of the findings.
 * With a row in error it does nothing. */
int roster_change(struct roster *roster, const struct roster_change *change, struct err *err);

/** Names somebody who is still below the unit of a change on its day, though it has left or closed:
 * ERR_INVALID, in `lang`. Of a sealed roster, whose findings may be gone. */
int roster_check_left(const struct roster *roster, const struct roster_change *change,
                      enum lang lang, struct err *err);

/** True when a sealed roster would be the same if it were that of another day. */
bool roster_holds(const struct roster *roster, int32_t day);

/** True when the unit is on leave on that day; `from` and `until` (may be NULL) get its time. */
bool roster_absent(const struct roster *roster, uint32_t unit, int32_t day, int32_t *from,
                   int32_t *until);

/** True when a sealed roster knows of anybody being on leave on some day. */
bool roster_any_absent(const struct roster *roster);

/** The groups of a unit, or its tags: ids joined by ';' in the order in which the
 * roster first named them, in the arena. */
const char *roster_groups(const struct roster *roster, uint32_t unit, struct arena *arena);
const char *roster_tags(const struct roster *roster, uint32_t unit, struct arena *arena);

/** Members of a group or of a class of groups, as a column of bits by row: `words` has
 * (roster_count + 63) / 64 of them. Only those directly in it. */
void roster_members(const struct roster *roster, uint32_t group, uint64_t *words);

/** True for a single group of the plan; the roster is sealed. */
bool roster_is_single_group(const struct roster *roster, uint32_t unit);

/** True for a single group of the plan and for a row of a class of groups. */
bool roster_is_group(const struct roster *roster, uint32_t unit);

/** True for a unit that is asked by its heads where persons are asked: its staff is told, nobody below
 * it is listed, and no unit below it tells staff. */
bool roster_by_heads(const struct roster *roster, uint32_t unit);

#endif
