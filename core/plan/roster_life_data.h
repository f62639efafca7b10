/*
 * What changes behind its files have come to in a roster: part of struct roster, for roster*.c, came.c and
 * progress.c alone, with what the builder does for it; roster_* as there. All is NULL until a change says so.
 */
#ifndef PLAN_ROSTER_LIFE_DATA_H
#define PLAN_ROSTER_LIFE_DATA_H

#include "plan/roster.h"

struct roster_label;

/* A place that a unit had until a day. */
struct roster_move {
    uint32_t unit;
    uint32_t number;      /* in the order of changes */
    int32_t day;          /* the first in the place behind it */
    uint32_t parent;      /* the row above until then */
    uint32_t *groups;     /* labels until then, the arena's, … */
    uint32_t group_count; /* … UINT32_MAX = they have not changed */
};

struct roster_absence {
    uint32_t unit;
    int32_t from, until;
    uint32_t before; /* while built: the unit's one before, UINT32_MAX = none */
};

/* Groups and tags of a row, where a change has given others than its file. */
struct roster_own {
    uint32_t row;
    uint32_t *labels; /* the arena's */
    uint32_t count;
};

/* A number by row, for few rows: while built. */
struct roster_map {
    uint32_t *at; /* UINT32_MAX = none */
    size_t rows;
};

struct roster_life {
    int32_t day, since, until;       /* of the roster, and between which it would be the same */
    struct roster_absence *absences; /* by unit and day once sealed, … */
    size_t absence_count, absence_room;
    struct roster_move *moves; /* … and these too */
    size_t move_count, move_room;
    struct roster_own *owns; /* while built */
    size_t own_count, own_room;
    struct roster_map own_of, absent_of; /* the last one of a row; while built */
    uint32_t *heads; /* rows that are asked by heads, ascending; once sealed */
    uint32_t head_count;
};

/** The number of the label with that key – a group's id, or '#' and a tag – made where it is new. */
uint32_t roster_label(struct roster *roster, const char *key, size_t length, uint32_t row);

/** Gives a row other texts; an id stays. False when four gigabytes are full. */
bool roster_retext(struct roster *roster, uint32_t row, struct slice name,
                   struct slice contact);

/** Sets a row of an optional column, which begins to exist with the first value that is not the
 * default. */
void roster_set(struct roster *roster, int32_t **column, uint32_t row, int32_t value,
                int32_t otherwise);

/** No row of a file follows: anonymous rows, parents that stood further down. Once. */
int roster_close_files(struct roster *roster, struct err *err);

/** Frees what the life of a roster has. */
void roster_life_free(struct roster_life *life);

/** Before the rows are sorted: what changes say of groups and tags becomes pairs; behind it: what
 * they say of rows follows them to their `position`. */
void roster_life_pairs(struct roster *roster);
void roster_life_sorted(struct roster *roster, const uint32_t *position);

/** Finds who is asked by heads. */
void roster_find_heads(struct roster *roster);

/** True when a sealed roster's row bears the label. */
bool roster_bears(const struct roster *roster, const struct roster_label *label, uint32_t row);

#endif
