/*
 * Checks a plan against itself and against the notices above it. The rules are Lua: stdlib/check.lua
 * with its families in stdlib/check/, and files that the operator names; they run in the host's
 * trusted state over copied data. What they see of a plan, and what they may ask about units, is
 * stated at the top of stdlib/check.lua. This file gives them the sealed plans as tables, answers for a
 * roster of any size, and turns what they report into findings with places.
 */
#ifndef SCRIPT_CHECK_H
#define SCRIPT_CHECK_H

#include "plan/roster.h"
#include "script/load.h"

struct check_input {
    struct host *host;
    const struct loaded *loaded; /* the plan, with those above it */
    const struct plan *plan;     /* compiled from it */
    const struct roster
        *roster;              /* of the plan; selectors of plans above are asked over it too */
    int32_t today;            /* civil day */
    const char *const *rules; /* the operator's files of rules; a later one wins */
    size_t rule_count;
    const char *view; /* "conformance" or "cascade": in the report, too; NULL = neither */
};

/** Runs all rules. Findings are added, their texts in the arena of `findings` and in that of
 * `loaded`, which both outlive them. `*report` (may be NULL), in the arena of `findings`, is a map:
 *   allowed       how many findings an `allow` has silenced
 *   problems      list of texts: rules that failed, with file and line; the others went on
 *   conformance   when it is the view: list of {item (its id) and name, both absent when it is
 *                 missing, above (plan:item), above_name, verdict, rules, details, why}, in notice
 *                 order, see stdlib/check/conformance.lua
 *   cascade       when it is the view: rows of trees, an item before what is needed for it:
 *                 {plan, item (its id), name, level, depth, link ("feeds" or "fulfils"), to
 *                 (plan:item above it), due and work_due (YYYY-MM-DD), inherited (the due is only
 *                 its phase's end), days and workdays (from its due to the nearest one above;
 *                 negative = too late), counted_to (whose, unless `to`'s), provisional, again (its
 *                 inputs stand above), continued (they stand below)}
 * Returns 0 also when errors were found; ERR_INVALID or ERR_IO with `*err` when a file of rules
 * cannot be used; ERR_INTERNAL when stdlib fails. */
int check_run(const struct check_input *input, struct findings *findings,
              const struct value **report, struct err *err);

/** What rules say about themselves, as a list of maps {name, level, title, why, example, mend, family
 * (ours: the file in stdlib/check/) or file (the operator's)}: all of them, or that of `name`; an
 * empty list when nobody knows it. Texts are in `lang`. The list lies in the arena; files of rules
 * and errors as check_run. */
int check_explain(struct host *host, struct arena *arena, const char *const *rules,
                  size_t rule_count, const char *name, enum lang lang,
                  const struct value **list, struct err *err);

#endif
