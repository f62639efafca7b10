/*
 * All in which two sealed plans differ, item by item by id, in the order of the newer one. The moves
 * of engine/revise.h say what a change does to a run; these say what has changed, field by field,
 * in the words of either plan. Where a thing stands in its script is no difference.
 */
#ifndef CLI_DIFFERENCE_H
#define CLI_DIFFERENCE_H

#include "base/lang.h"
#include "plan/plan.h"
#include "store/plans.h"

enum difference_kind {
    DIFFERENCE_ADDED,
    DIFFERENCE_REMOVED,
    DIFFERENCE_MOVED, /* into another phase or item */
    DIFFERENCE_ORDER, /* stands elsewhere in the notice's order */
    DIFFERENCE_WORD,  /* a task became a quota */
    DIFFERENCE_EARLIER,
    DIFFERENCE_LATER,
    DIFFERENCE_TIMED, /* any other time */
    DIFFERENCE_MORE,
    DIFFERENCE_FEWER,
    DIFFERENCE_AMOUNT, /* an amount that is neither */
    DIFFERENCE_PEOPLE,
    DIFFERENCE_RECEIVER,
    DIFFERENCE_BINDING,
    DIFFERENCE_CONTENT, /* what a piece must be like, and where */
    DIFFERENCE_LINKS,
    DIFFERENCE_REMIND,
    DIFFERENCE_HANDLER,
    DIFFERENCE_REWORDED,
};

/* Sections, in the order in which they are told. */
enum difference_about {
    DIFFERENCE_PLAN,
    DIFFERENCE_UNIT,
    DIFFERENCE_GROUP,
    DIFFERENCE_ROSTER,
    DIFFERENCE_ITEM,
    DIFFERENCE_REMINDER,
    DIFFERENCE_ON, /* a handler */
};

struct difference {
    enum difference_kind kind;
    enum difference_about about;
    const char *id, *name; /* of the thing, "" = it has none */
    const char *field;     /* "due", "where.chars"; NULL = the thing as a whole */
    const char *by;        /* id of the container that brings it about, NULL = itself */
    const struct value *before, *after; /* as sealed, NULL = not there */
    const char *old, *new;              /* in words, "" = not there */
    int32_t days;                       /* by which it became later; negative = earlier */
};

/* A plan with the texts of its scripts, by which handlers are compared; none = they are not. */
struct difference_side {
    const struct plan *plan;
    const struct store_source *sources;
    size_t source_count;
};

struct differences {
    const struct difference *list;
    size_t count;
};

/** Compares the two; all that comes of it is the arena's and points into both. */
struct differences difference_find(const struct difference_side *before,
                                   const struct difference_side *after, struct arena *arena,
                                   enum lang lang);

/** True when the two have different handlers, by their texts where these are at hand. */
bool difference_of_handlers(const struct difference_side *before,
                            const struct difference_side *after, struct arena *arena);

/** "earlier", "people" …: stable keys. */
const char *difference_name(enum difference_kind kind);

/** "plan", "item" …: stable keys. */
const char *difference_about_name(enum difference_about about);

#endif
