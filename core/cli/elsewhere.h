/*
 * What is the same in another plan: what was recorded here is told there, under a key of its own
 * ("PLAN#f17"), so that telling it twice is telling it once. The other plan's script lies beside this one.
 */
#ifndef CLI_ELSEWHERE_H
#define CLI_ELSEWHERE_H

#include "base/value.h"
#include "cli/cli.h"
#include "store/facts.h"

/* What was recorded here. */
struct elsewhere_wish {
    const char *script;
    const struct value *request; /* as it was sent; NULL for an undo */
    struct value *answer;        /* its "elsewhere" is made a list of what came of it */
    enum fact_kind kind;
    bool fast, quiet; /* quiet: nothing on standard output */
};

/** Tells the plans that the answer names. What fails there is printed with the command that says it
 * again. Returns an exit code. */
int elsewhere_tell(struct cli *cli, const struct elsewhere_wish *wish, struct arena *arena);

#endif
