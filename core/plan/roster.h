/*
 * The roster: who there is, as columns. Units lie in tree order, so that a subtree is a range;
 * names and ids lie in one arena of bytes; kinds, tags and groups are small numbers and bitsets.
 * It is an input beside the plan, not part of its revision. A million units are a normal case:
 * rows are appended in file order and sorted once. Pure: reading files is files/csv.h.
 */
#ifndef PLAN_ROSTER_H
#define PLAN_ROSTER_H

#include "plan/plan.h"

enum { UNIT_NONE = UINT32_MAX };

/* One row as a file gives it; strings need not be NUL-terminated and are copied. */
struct roster_row {
    struct slice {
        const char *bytes;
        size_t length;
    } id, name, kind, parent, groups, tags, contact; /* groups and tags: joined by ';' */
    int32_t staff;       /* heads where persons are not listed, -1 = not said */
    int32_t from, until; /* closed interval of membership, DAY_NONE and DAY_OPEN by default */
    uint32_t line;       /* of the file, for findings */
};

struct roster;

/** A builder that holds the plan's own single units and knows its classes and groups. */
struct roster *roster_new(const struct plan *plan);
void roster_free(struct roster *roster);

/** Appends a row. Errors: bad or double id, unknown kind or group; the text names which. */
int roster_add(struct roster *roster, const struct roster_row *row, struct err *err);

/** Sorts into tree order and closes the roster. Errors: unknown parent, cycle. `*line` is the row
 * to blame (0 = none). */
int roster_seal(struct roster *roster, uint32_t *line, struct err *err);

/** Rows after sealing: 0 … count-1 in tree order. */
uint32_t roster_count(const struct roster *roster);
uint32_t roster_find(const struct roster *roster, const char *id, size_t length);
const char *roster_id(const struct roster *roster, uint32_t unit);
const char *roster_name(const struct roster *roster, uint32_t unit);
const char *roster_kind(const struct roster *roster, uint32_t unit);
uint32_t roster_parent(const struct roster *roster, uint32_t unit);

/** One past the last unit of the subtree that begins with `unit`. */
uint32_t roster_subtree_end(const struct roster *roster, uint32_t unit);

/** Bytes used, without and with names, for figures. */
size_t roster_bytes(const struct roster *roster, bool with_names);

#endif
