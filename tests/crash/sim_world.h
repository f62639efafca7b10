/*
 * The world around a life: when people ask for something, when the disk fails, the power goes, the
 * clock jumps, and when all of it is well again. Everything is drawn from the life's seed.
 */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include "sim_life.h"

/** A disk with an empty store on it: what each life begins with. NULL when it cannot be made. */
struct sim_disk *sim_world_image(struct err *err);

/* What came of a seed. */
struct sim_result {
    uint64_t trace, twin; /* hashes of what happened, in the life and in its twin */
    uint64_t firings, facts, revisions, messages;
    uint64_t turns, deaths, faults, jumps, checks;
    char failure[400]; /* "" = all was well */
};

/** Lives a year and its twin, and checks both; `out` (NULL = nobody) gets the trace. The same seed has the same
 * result. False on a failure. */
bool sim_world_run(uint64_t seed, struct host *host, const struct sim_disk *image, FILE *out,
                   struct sim_result *result);

#endif
