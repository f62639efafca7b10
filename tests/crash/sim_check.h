/*
 * What must hold of a store, whatever was done to it: the invariants of store.h and engine.h over all
 * rows, what a life was told against what is there, and the life against its twin.
 */
#ifndef TESTS_SIM_CHECK_H
#define TESTS_SIM_CHECK_H

#include "sim_life.h"

#include <sqlite3.h>

/* All rows of a store, as they stand. Texts and sets are the arena's. */
struct sim_firing {
    struct store_firing row;
    uint64_t name, duty; /* its identity, and what it speaks of to whom, by names: the same in
                            another store */
    const char *item, *phase, *role, *channel;
    bool fanning;
};

struct sim_line {
    int64_t slot_ms, firing;
    uint32_t route, unit;
    bool met, formed;
};

/* A further group of lines of a message. */
struct sim_part {
    int64_t message, slot_ms;
    uint32_t route, unit;
};

struct sim_message {
    int64_t number, slot_ms, next_ms;
    uint32_t route, unit, attempts;
    int state;
    const char *note;
};

struct sim_fact {
    int64_t number, value;
    int kind;
    uint32_t item, unit;
    const char *actor, *key;
};

struct sim_rows {
    struct arena *arena;
    struct sim_firing *firings; /* by number */
    struct sim_line *lines;     /* by (firing, unit) */
    struct sim_message *messages;
    struct sim_part *parts;
    struct sim_fact *facts;
    const char **revisions; /* hashes, in order */
    size_t firing_count, line_count, message_count, part_count, fact_count, revision_count;
};

/** Reads all rows of the store of a life that is up; the caller frees them. What cannot be read is a
 * failure of the life. */
bool sim_rows_read(struct sim_life *life, struct sim_rows *out);
void sim_rows_free(struct sim_rows *rows);

/** The firing of that number, NULL = there is none. */
const struct sim_firing *sim_rows_firing(const struct sim_rows *rows, int64_t number);

/** Checks a life that is up; `last` = all has been done: it notes which inputs stand. */
void sim_check(struct sim_life *life, bool last);

/** Checks a life that has ended against its twin, by the rows of both. */
void sim_check_twin(struct sim_life *life, const struct sim_rows *rows,
                    const struct sim_life *twin, const struct sim_rows *twins);

#endif
