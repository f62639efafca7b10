/*
 * Facts: what happens in the world, appended and never changed. What they add up to stands in
 * counters.h.
 */
#ifndef STORE_FACTS_H
#define STORE_FACTS_H

#include "store/store.h"

/* Stored by number: append only. From FACT_ROSTER on they are about the roster: their item is the plan
 * itself, `value` the day. */
enum fact_kind {
    FACT_SUBMITTED = 1,
    FACT_EXCUSED = 2,
    FACT_EXTENDED = 3,
    FACT_WITHDRAWN = 4,   /* takes another fact back: `value` is its number */
    FACT_CREDITED = 5,    /* moves another counter because of what was said of a piece */
    FACT_ACCEPTED = 6,    /* of a piece, like those below */
    FACT_RETURNED = 7,    /* to be done again */
    FACT_REWORKED = 8,    /* handed in again: the first time stays the piece's */
    FACT_RECOMMENDED = 9, /* upward; its item is the quota for which */
    FACT_SELECTED = 10,   /* above; its item likewise */
    FACT_ROSTER = 20,
    FACT_JOINED = 20,
    FACT_LEFT = 21,
    FACT_TRANSFERRED = 22,
    FACT_ABSENT = 23, /* on leave */
    FACT_OPENED = 24,
    FACT_CLOSED = 25,
    FACT_MERGED = 26,
    FACT_CHANGED = 27, /* name, tags, staff, contact */
    FACT_KINDS
};

enum { STORE_PIECES_MOST = 1000000000 }; /* of one fact: sums stay exact */

struct store_fact {
    int64_t number; /* given by the store */
    enum fact_kind kind;
    uint32_t plan, item, unit; /* numbers */
    int32_t period;            /* civil day, INT32_MIN = done once */
    uint32_t phase;            /* number of an item, 0 = none */
    int64_t value;             /* pieces; the new due day; the fact that is withdrawn; a day */
    int64_t moves;             /* pieces that it adds to its counter, less than 0 takes away */
    bool in_time;              /* … which were handed in not behind the unit's due */
    int64_t piece; /* the submission that it is about, 0 = none; -1 in store_append: the
                                  last one before it there */
    int64_t act;   /* the first of the facts that were said at once; 0 = it is alone, or the
                                  first itself; -1 in store_append: the one before, or that one's */
    int64_t at_ms, recorded_ms;
    const char *actor;  /* who says so */
    const char *key;    /* NULL = none; in a plan the same key twice is one fact */
    const char *note;   /* reason or remark, NULL = none */
    const char *detail; /* canonical JSON of what later kinds bring, NULL = none */
};

enum fact_outcome {
    FACT_RECORDED,
    FACT_REPEATED, /* the key stood with the same content: the number is the first one's */
};

/** Appends facts and moves their counters in one intention: a counter is the sum of its facts'
 * `moves`. `numbers` and `outcomes` get one entry each. All fail with ERR_INVALID when pieces are out of range or a key stands with other
 * content (kind, plan, item, unit, value, note, detail: not when it was said, nor the duty),
 * ERR_NOT_FOUND when what to withdraw is not there, of another item or unit, or withdrawn. */
int store_append(struct store *store, const struct store_fact *facts, size_t count,
                 int64_t *numbers, enum fact_outcome *outcomes, struct err *err);

/** A copy whose texts are the arena's: those that a reader gets end with its row. */
struct store_fact store_keep_fact(struct arena *arena, const struct store_fact *fact);

/** The fact of a plan under a key, its texts in the arena. ERR_NOT_FOUND. Whoever may be repeating a
 * fact asks first: now that it counts, it may seem to belong to another duty. */
int store_fact_keyed(struct store *store, uint32_t plan, const char *key, struct arena *arena,
                     struct store_fact *out, struct err *err);

/** `*withdrawn` = the fact was taken back. */
int store_fact_withdrawn(struct store *store, int64_t number, bool *withdrawn, struct err *err);

/** Gets one fact; false ends the reading. */
typedef bool (*store_fact_reader)(void *context, const struct store_fact *fact);

/** The facts about a piece, by number; not the submission itself. */
int store_piece_facts(struct store *store, int64_t piece, store_fact_reader reader,
                      void *context, struct err *err);

/** The facts about a plan's roster that stand, with greater numbers than `after`, by number. */
int store_roster_facts(struct store *store, uint32_t plan, int64_t after,
                       store_fact_reader reader, void *context, struct err *err);

/* What a reader of facts wants; zero = everything. */
struct store_fact_filter {
    int64_t from_ms, to_ms;    /* by `recorded_ms`, closed; 0 = open */
    uint32_t plan, item, unit; /* numbers */
    int64_t after;             /* only greater numbers */
    int64_t number;            /* only this one */
    bool latest;               /* from the end backwards */
};

/** Reads facts by number. */
int store_facts(struct store *store, const struct store_fact_filter *filter,
                store_fact_reader reader, void *context, struct err *err);

#endif
