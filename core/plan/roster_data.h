/*
 * The columns behind struct roster, for roster*.c, selector.c, progress.c and grouping.c alone. Rows are in
 * file order while the roster is built and in tree order once it is sealed; optional columns are
 * NULL until a row says something.
 */
#ifndef PLAN_ROSTER_DATA_H
#define PLAN_ROSTER_DATA_H

#include "base/table.h"
#include "plan/roster.h"
#include "plan/roster_life_data.h"
#include "plan/unit_index.h"

/* A kind of rows: a class or group of the plan, or a kind that a roster brings. */
struct roster_kind {
    const char *id;
    const struct value *sealed; /* of the class or group, NULL for a roster's own kind */
    uint32_t parent; /* row that units without a parent belong to, UNIT_NONE = none */
    uint32_t count;  /* rows of it */
    bool group;      /* rows of it have members */
};

/* A group or tag: the rows that bear it. Tags are keyed with a '#' before their name. */
struct roster_label {
    const char *key;
    uint32_t first, count; /* of `members`, once sealed */
    uint32_t row, cell;    /* the first that named it, for findings; 0 = no cell of a sheet */
};

struct roster_pair {
    uint32_t row, label;
};

struct roster_file {
    const char *name;
    char *text; /* owned; NULL once sealed, or of a sheet */
    size_t length;
    uint32_t first_row;
    const char *sheet; /* NULL = a text */
};

struct roster {
    const struct plan *plan;
    struct findings *findings;
    struct arena *arena; /* of small texts */
    size_t count, room;
    bool broken, closed;     /* a row had an error; no row of a file follows */
    uint32_t first_group;    /* rows: units of the plan, its single groups, the files' rows; */
    uint32_t first_file_row; /* both count in file order, i.e. until sealed */

    char *text; /* id NUL name NUL contact NUL, row after row */
    size_t text_length, text_room;
    uint32_t *at;     /* of a row in text */
    uint16_t *kind;   /* of kinds */
    uint32_t *parent; /* row */
    uint32_t *end;    /* of the subtree; NULL until sealed */
    int32_t *staff;   /* optional */
    int32_t *from;    /* optional */
    int32_t *until;   /* optional */
    uint32_t *line;   /* of the file; NULL once sealed */
    struct unit_index index;

    struct roster_kind *kinds; /* 0 = none */
    uint32_t kind_count;
    struct table kind_table;
    uint32_t last_kind; /* of the row before, the likeliest */

    struct roster_label *labels;
    uint32_t label_count, label_room;
    struct table label_table;
    struct roster_pair *pairs; /* in row order, while built */
    size_t pair_count, pair_room;
    uint32_t *members; /* rows by label, ascending, once sealed */
    uint32_t *groups;  /* single groups of the plan, once sealed */
    uint32_t group_count;

    /* Parents that stand behind their children: (row, text), solved when sealing. */
    struct roster_orphan {
        uint32_t row, cell; /* of a sheet, 0 = none */
        const char *parent; /* the arena's */
    } * orphans;
    size_t orphan_count, orphan_room;
    char last_parent[ROSTER_MOST_ID + 1]; /* the likeliest of the next row */
    uint32_t last_parent_row;

    bool *filed; /* by kind: the files have rows of it; NULL unless it is to be compared */
    struct roster_life life;

    struct roster_file *files;
    const struct slice *cells; /* of a sheet's row at hand, from first_cell on */
    uint32_t file_count, cell_count, first_cell;
    uint32_t hints; /* nearest ids are searched for that many findings more */
};

/** Appends a row whose parts have been checked, `hash` from unit_index_hash; its number, or
 * UNIT_NONE when the id stands already. */
uint32_t roster_append(struct roster *roster, const struct roster_row *row, uint32_t hash,
                       uint32_t kind, uint32_t parent);

/** Gives a row a tag (an id); a second time changes nothing. */
void roster_add_tag(struct roster *roster, uint32_t row, struct slice tag);

/** True for `[a-z0-9][a-z0-9._-]{0,63}`. */
bool roster_id_ok(struct slice id);

/** True for a text of one line and at most so many bytes. */
bool roster_text_ok(struct slice text, size_t most);

/** Takes the first id off a list; false when the list is empty. */
bool roster_take_id(struct slice *list, struct slice *id);

/** The row with that id, or UNIT_NONE, at any time. */
uint32_t roster_row_of(const struct roster *roster, struct slice id);

/** Adds an error about the cell `cell` of a row that was appended; NULL = the whole line. */
struct finding *roster_row_error(struct roster *roster, const char *name, uint32_t row,
                                 const char *cell, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
