/*
 * What a new version of a notice does to the plans below it: each is loaded once with the old and
 * once with the new one in its place, and what conformed and no longer does is told. All levels: a
 * plan is asked about every notice above it, whichever plans lie between.
 */
#ifndef CLI_IMPACT_H
#define CLI_IMPACT_H

#include "cli/cli.h"

struct impact_wish {
    const char *id;          /* of the plan that changes */
    const char *versions[2]; /* its scripts, the old one first */
    char *const *below;      /* scripts of plans below it */
    size_t count;
    const char *plan_path; /* as in load.h */
    int32_t today;
    bool json;
};

/** Prints the list; EXIT_PROBLEMS when something no longer conforms or could not be asked. */
int impact_print(struct cli *cli, const struct impact_wish *wish);

#endif
