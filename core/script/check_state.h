/*
 * One run of the rules: the plans as Lua sees them, the selectors it asks about, and where a report
 * points. Included by check*.c only.
 */
#ifndef SCRIPT_CHECK_STATE_H
#define SCRIPT_CHECK_STATE_H

#include "base/table.h"
#include "plan/selector.h"
#include "script/check.h"

struct lua_State;

enum { CHECK_PLANS_MOST = LOAD_PLANS_MOST };

/* A plan of the run: the checked one first, then those above. */
struct check_plan {
    const struct loaded *loaded;
    const struct plan *plan;
    const struct source_index **indices; /* per source, made when something points there */
};

/* A selector that some item has: compiled when it is first asked about. */
struct check_selector {
    const struct value *sealed;
    struct selector *units; /* owned; NULL = not yet, or it names what is not there */
    const struct value
        *absent; /* list of ids that plan and roster do not know or that have no row */
};

struct check {
    const struct check_input *input;
    struct findings *findings;
    struct arena *arena;
    struct check_plan plans[CHECK_PLANS_MOST];
    size_t plan_count;
    struct table texts;                /* canonical terms → index into selectors */
    struct check_selector **selectors; /* they lie in the arena */
    size_t selector_count, selector_room;
    const struct eval_word *names;
    size_t name_count;
    const struct value *report;
};

/* check_model.c */

/** Pushes the table of a plan of the run, its plans above with it. Throws. */
void check_push_plan(struct lua_State *lua, struct check *check, size_t number);

/** Number of the plan among check->plans. */
size_t check_number(const struct check *check, const struct loaded *loaded);

/* check_units.c */

/** Number of the selector with these terms. */
size_t check_selector(struct check *check, const struct value *sealed);

/** Makes the run the one that plans' methods ask; NULL = none, they throw then. Throws. */
void check_enter(struct lua_State *lua, struct check *check);

/** Pushes the table of methods that plans have: count, subset, first, absent … Throws. */
void check_push_methods(struct lua_State *lua);

/** Frees what the run compiled. */
void check_free_selectors(struct check *check);

/* check_place.c */

/** Adds the findings of a report's list. */
void check_add_findings(struct check *check, const struct value *list);

/* check_own.c */

/** Runs the handler of the event check that the plan brings, if it does, in the evaluator, and adds
 * what it finds; `*allowed` gets how many findings an item's `allow` has silenced. A handler that
 * fails is a finding at its line. Returns 0, or a negative code when the evaluator itself fails. */
int check_own_run(struct check *check, size_t *allowed, struct err *err);

#endif
