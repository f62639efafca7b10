/*
 * From what a script declared to what a plan means: checks the raw value tree against the words
 * (stdlib/words.lua), resolves dates, amounts, names and references, fills in what containers give,
 * and seals the result as one value tree in canonical form. It tells authors what is wrong as
 * findings with a place; it opens no file and knows no roster. `load.h` drives it.
 */
#ifndef SCRIPT_RESOLVE_H
#define SCRIPT_RESOLVE_H

#include "base/finding.h"
#include "base/value.h"
#include "script/eval.h"
#include "script/host.h"
#include "script/words.h"

/* A text whose hash is part of the plan's revision: the script first, then its modules. */
struct resolve_source {
    const struct source *text;
    const char *file; /* its name in the sealed plan: without folders */
    const char *sha256;
};

/* A plan above that was loaded, directly or further up. */
struct resolve_parent {
    const char *id, *revision;
    const struct value *sealed;
    bool instead; /* stands for the one that is meant: an item that it lacks is a warning */
};

struct resolve_input {
    const struct value *raw; /* {nodes, handlers} as the evaluator gave it; untrusted */
    const struct resolve_source *sources;
    size_t source_count;
    const struct resolve_parent *parents;
    size_t parent_count;
    const struct words *words;
    const struct eval_word
        *names; /* the same for the evaluator; NULL = findings have lines only */
    size_t name_count;
    struct host *host; /* for the phrases */
};

/* One entry of `under` before resolving. */
struct resolve_under {
    const char *id; /* NULL = a citation only */
    struct place place;
};

/** Checks and seals. Returns 0 with `*sealed` in the arena when there are no errors among the
 * findings it added; ERR_INVALID when there are; ERR_INTERNAL with `*err` when stdlib failed. The
 * sealed tree refers to the raw tree's strings: give both the same arena. */
int resolve_plan(const struct resolve_input *input, struct arena *arena,
                 struct findings *findings, struct value **sealed, struct err *err);

/** The plan's id (NULL without a plan) and the ids its `under` names, before anything is checked:
 * malformed entries are left to resolve_plan. `*list` lies in the arena. */
size_t resolve_unders(const struct resolve_input *input, struct arena *arena,
                      const char **plan_id, struct resolve_under **list);

#endif
