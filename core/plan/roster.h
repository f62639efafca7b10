/*
 * The roster: who there is, as columns. Units lie in tree order, so that a subtree is a range;
 * names and ids lie in one block of bytes; kinds, groups and tags are small numbers. It is an input
 * beside the plan, not part of its revision. A million units are a normal case: rows are appended
 * in file order and sorted once. Pure: reading files is files/roster_load.h.
 *
 * The plan's own single units and groups are rows before those of the files; a class (`many`) has
 * the rows whose kind is its id; a class of a stated number that no row belongs to gets that many
 * anonymous rows (class-1, class-2 …). A row joins groups by its `groups` column: the id of a
 * single group, or of a row of a class of groups.
 */
#ifndef PLAN_ROSTER_H
#define PLAN_ROSTER_H

#include "base/finding.h"
#include "plan/plan.h"

#define UNIT_NONE     UINT32_MAX
#define ROSTER_PERSON "person" /* the class that persons belong to */

enum {
    ROSTER_MOST_UNITS = 20000000,
    ROSTER_MOST_ID = 64, /* bytes */
    ROSTER_MOST_NAME = 600,
    ROSTER_MOST_CONTACT = 250,
};

/* A text inside a line of the file; need not be NUL-terminated. */
struct slice {
    const char *bytes;
    size_t length;
};

/* One row as a file gives it; the roster copies what it keeps. */
struct roster_row {
    struct slice id, name, kind, parent, contact;
    struct slice groups, tags; /* ids joined by ';', '；' or '、' */
    int32_t staff;             /* heads where persons are not listed, -1 = not said */
    int32_t from, until; /* closed interval of membership, DAY_NONE and DAY_OPEN by default */
    uint32_t line;       /* of the file, for findings */
};

struct roster;

/** A builder that holds the plan's own units and groups and knows its classes. Errors of rows are
 * added to `findings`, which outlive the builder. The caller owns it; `*out` is left alone on
 * failure (the plan declares an id twice or a parent that is not there). */
int roster_new(const struct plan *plan, struct findings *findings, struct roster **out,
               struct err *err);

/** Frees a roster, sealed or not; NULL is accepted. */
void roster_free(struct roster *roster);

/** Says which file the next rows come from. `text` (malloc'ed, UTF-8) becomes the roster's, for
 * the excerpts of findings; it is freed when the roster is sealed. */
void roster_begin_file(struct roster *roster, const char *name, char *text, size_t length);

/** The same for a sheet of a workbook: lines are its rows, and findings name cells. */
void roster_begin_sheet(struct roster *roster, const char *name, const char *sheet);

/** Says which cells the row at hand of a sheet has, from the column `first` (1 = A) on, one beside the
 * other, so that a text in them has a place. They stay the caller's until the next call. */
void roster_begin_row(struct roster *roster, uint32_t first, const struct slice *cells,
                      size_t count);

/** The list that was given to roster_new. */
struct findings *roster_findings(struct roster *roster);

/** Makes room for that many more rows at once. */
void roster_reserve(struct roster *roster, size_t rows);

/** Says which id the row after the next call of roster_add will have, if that is known: what its
 * entry needs is then in the cache by that time. Costs and changes nothing else. */
void roster_expect(const struct roster *roster, const char *id, size_t length);

/** Appends a row. A bad or double id, a missing name, an unknown kind, a bad tag is a finding and
 * ERR_INVALID; the row is left out and the next one may follow. */
int roster_add(struct roster *roster, const struct roster_row *row);

/** Adds an error about `length` bytes at `at` in the current file; NULL = the whole line. */
struct finding *roster_error(struct roster *roster, const char *name, uint32_t line,
                             const char *at, size_t length, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/** Sorts into tree order and closes the roster. Unknown parents and groups and circles are
 * findings; ERR_INVALID when there was any error, here or in a row. */
int roster_seal(struct roster *roster, struct err *err);

/** The plan that it was made for. */
const struct plan *roster_plan(const struct roster *roster);
/** Rows after sealing: 0 … count-1 in tree order, siblings as they stand in plan and files. */
uint32_t roster_count(const struct roster *roster);
/** The row with that id, or UNIT_NONE. */
uint32_t roster_find(const struct roster *roster, const char *id, size_t length);

/** Texts of a row: the roster's, NUL-terminated. `kind` is the id of its class, "" = none. */
const char *roster_id(const struct roster *roster, uint32_t unit);
const char *roster_name(const struct roster *roster, uint32_t unit);
const char *roster_kind(const struct roster *roster, uint32_t unit);
const char *roster_contact(const struct roster *roster, uint32_t unit);

/** The row above, or UNIT_NONE. */
uint32_t roster_parent(const struct roster *roster, uint32_t unit);
/** Heads where persons are not listed; -1 = not said. */
int32_t roster_staff(const struct roster *roster, uint32_t unit);

/** True when the unit belongs to the roster on that day (from/until). */
bool roster_active(const struct roster *roster, uint32_t unit, int32_t day);

/** The closed interval of membership: DAY_NONE and DAY_OPEN where nothing was said. */
void roster_membership(const struct roster *roster, uint32_t unit, int32_t *from,
                       int32_t *until);

/** One past the last unit of the subtree that begins with `unit`. */
uint32_t roster_subtree_end(const struct roster *roster, uint32_t unit);

/** Bytes used, without and with names, for figures. */
size_t roster_bytes(const struct roster *roster, bool with_names);

#endif
