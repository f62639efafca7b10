/*
 * From a path to a sealed plan: reads the script safely, scans it, runs it in the evaluator, loads
 * the notices above it one after another, resolves and seals. What comes out is all that a run
 * needs: the sealed tree, its canonical text and revision, and the folder of the rosters. A result
 * is given back to loaded_free. What is wrong with a script stands in findings; the text of a struct
 * err is for everything else.
 */
#ifndef SCRIPT_LOAD_H
#define SCRIPT_LOAD_H

#include "base/finding.h"
#include "base/sha256.h"
#include "base/value.h"
#include "script/eval_wire.h"
#include "script/host.h"
#include "script/words.h"

enum {
    LOAD_DEPTH_MOST = 16,  /* plans above one another, above that which is loaded */
    LOAD_PLANS_MOST = 200, /* in one load, that one among them */
};

/* A plan that is taken from the file at `path`, wherever `under` names its id. What refers to an item
 * that it does not have is a warning, "unknown-item": others were written for another version. */
struct load_instead {
    const char *id, *path;
};

struct load_options {
    const char *plan_path; /* further folders of plans, joined by ':'; NULL = $PLANRUN_PATH */
    const char *evaluator; /* planrun-eval; NULL = the one of this installation or build */
    const struct load_instead
        *instead; /* before any folder is looked into; the plans above such
                                           a file are found from its own folder */
    size_t instead_count;
};

/* A text that is part of the plan. */
struct loaded_source {
    const struct source *text;
    const char *file; /* its name without folders, as the sealed plan and a store know it */
    char sha256[SHA256_HEX];
};

struct loaded {
    const char *id, *path,
        *folder; /* the plan's id; of the script, as given; "." for a bare name */
    const struct value *sealed;
    const char *text; /* the canonical text of `sealed` */
    size_t length;
    char revision[SHA256_HEX];           /* of that text */
    const struct loaded_source *sources; /* the script first, then its modules */
    size_t source_count;
    const struct loaded *const *parents; /* those that `under` names, in its order */
    size_t parent_count;
    const char *warning; /* why the evaluator was less isolated than it should be, or NULL */
    struct arena *arena; /* of the whole load; NULL in those above */
};

/** Loads the plan of the script at `path`. `options` may be NULL. Findings of the plan and of all
 * plans above are added to `findings` and point into texts of its arena; the result has an arena
 * of its own, so either may be freed first. Returns 0 and `*out`, which the caller gives to
 * loaded_free (parents with it); ERR_IO or ERR_INVALID when the findings say why not; ERR_INTERNAL with `*err`. */
int load_plan(struct host *host, const char *path, const struct load_options *options,
              struct findings *findings, struct loaded **out, struct err *err);

/** The words of the language as the evaluator is told them, in the arena. */
int load_eval_words(struct host *host, struct arena *arena, const struct eval_word **out,
                    size_t *count, struct err *err);

/** Frees the plan and those above it; NULL is accepted. */
void loaded_free(struct loaded *loaded);

#endif
