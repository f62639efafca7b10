/*
 * What a changed script does to a plan that runs, in words: the moves of engine/revise.h as `apply`
 * and `diff` tell them, so that both say the same of the same change.
 */
#ifndef CLI_MOVES_H
#define CLI_MOVES_H

#include "base/lang.h"
#include "cli/difference.h"
#include "engine/revise.h"

#include <stdio.h>

/** The moves from one plan to another; texts are the arena's. */
struct moves {
    const struct revise_move *list;
    size_t count;
    struct arena *arena;
    enum lang lang;
};

/** Compares the two; both plans and the arena outlive the result. A handler with another text is told
 * as the plan's own, REVISE_REWORDED: a sealed plan has only the handler's lines. */
struct moves moves_between(const struct difference_side *before,
                           const struct difference_side *after, struct arena *arena,
                           enum lang lang);

/** One line a move: its kind, the item, from what to what, and what it means for a run. */
void moves_print(const struct moves *moves, FILE *out);

/** What they mean for a run, each meaning once with the ids of its items behind it. */
void moves_print_meanings(const struct moves *moves, FILE *out);

/** The meanings, one object a line: change, item, name, then; `kind` (NULL = none) is added under
 * that key. */
void moves_print_json(const struct moves *moves, const char *kind, FILE *out);

#endif
