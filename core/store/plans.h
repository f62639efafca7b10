/*
 * Plans in a store: the sealed text of each revision with the texts that it was made from, so that a
 * run goes on without them, and which revision of a plan is the current one. Part of the store's
 * intentions.
 */
#ifndef STORE_PLANS_H
#define STORE_PLANS_H

#include "store/store.h"

struct store_source {
    const char *file, *sha256, *text;
    size_t length;
};

/* A sealed plan and the texts that it was made from. */
struct store_revision {
    const char *plan, *hash; /* id; SHA-256 hex of `text` */
    const char *text;        /* the canonical text */
    size_t length;
    const char *path; /* of the script when it was taken; its folder has the rosters */
    const struct store_source *sources; /* the script first */
    size_t source_count;
    int64_t taken_ms;
};

/** Makes the revision the current one of its plan (a new plan gets a number) and sets the cursors
 * of the items named in `anew` back to the beginning. */
int store_take_revision(struct store *store, const struct store_revision *revision,
                        const char *const *anew, size_t anew_count, uint32_t *plan,
                        struct err *err);

/** The current revision of a plan with its sources, texts in the arena. ERR_NOT_FOUND. */
int store_revision(struct store *store, const char *plan, struct arena *arena,
                   struct store_revision *out, uint32_t *number, struct err *err);

/** The number of a plan, 0 when the store does not know it. */
int store_plan_number(struct store *store, const char *id, uint32_t *number, struct err *err);

/** The ids of all plans in the order they were taken, in the arena. */
int store_plans(struct store *store, struct arena *arena, const char *const **ids,
                size_t *count, struct err *err);

#endif
