/*
 * Facts: what happens in the world, appended and never changed, and the counters that are their
 * sums. A counter belongs to (item, period, phase, unit): what has been handed in of one duty.
 */
#ifndef STORE_FACTS_H
#define STORE_FACTS_H

#include "store/store.h"

/* Stored by number: append only. Roster facts and decisions have theirs reserved. */
enum fact_kind {
    FACT_SUBMITTED = 1,
    FACT_EXCUSED = 2,
    FACT_EXTENDED = 3,
    FACT_WITHDRAWN = 4,
};

enum { STORE_PIECES_MOST = 1000000000 }; /* of one fact: sums stay exact */

struct store_fact {
    int64_t number; /* given by the store */
    enum fact_kind kind;
    uint32_t plan, item, unit; /* numbers */
    int32_t period;            /* civil day, INT32_MIN = done once */
    uint32_t phase;            /* number of an item, 0 = none */
    int64_t value;             /* pieces; the new due day; the fact that is withdrawn */
    bool in_time;              /* `at` is not behind the unit's due */
    int64_t at_ms, recorded_ms;
    const char *actor;  /* who says so */
    const char *key;    /* NULL = none; the same key twice is one fact */
    const char *note;   /* reason or remark, NULL = none */
    const char *detail; /* canonical JSON of what later kinds bring, NULL = none */
};

enum fact_outcome {
    FACT_RECORDED,
    FACT_REPEATED, /* the key stood with the same content: the number is the first one's */
};

struct store_count {
    uint32_t unit; /* number */
    int64_t done, in_time;
    bool excused;
    int64_t enough; /* so many were once all that was asked: with them it stays met; 0 = none */
    int32_t due;    /* the unit's own due day, INT32_MIN = the rule's */
};
typedef void (*store_count_reader)(void *context, const struct store_count *count);

/** Appends facts and moves their counters in one intention; `numbers` and `outcomes` get one
 * entry each. All fail with ERR_INVALID when pieces are out of range or a key stands with other
 * content (kind, plan, item, unit, value, note, detail: not when it was said, nor the duty),
 * ERR_NOT_FOUND when what to withdraw is not there, of another item or unit, or withdrawn. */
int store_append(struct store *store, const struct store_fact *facts, size_t count,
                 int64_t *numbers, enum fact_outcome *outcomes, struct err *err);

/** The counters of one duty by unit number, ascending. */
int store_counts(struct store *store, uint32_t item, int32_t period, uint32_t phase,
                 store_count_reader reader, void *context, struct err *err);

/** At most `most` of them, from the unit number `from` on. Returns 1 when more may follow. */
int store_counts_from(struct store *store, uint32_t item, int32_t period, uint32_t phase,
                      uint32_t from, uint32_t most, store_count_reader reader, void *context,
                      struct err *err);

/** The fact under a key, its texts in the arena. ERR_NOT_FOUND. Whoever may be repeating a fact
 * asks first: now that it counts, it may seem to belong to another duty. */
int store_fact_keyed(struct store *store, const char *key, struct arena *arena,
                     struct store_fact *out, struct err *err);

/** The counter of one unit for one duty; nothing done and no due of its own without a fact. */
int store_count(struct store *store, uint32_t item, int32_t period, uint32_t phase,
                uint32_t unit, struct store_count *out, struct err *err);

struct store_enough {
    uint32_t unit; /* number */
    int64_t pieces;
};

/** Notes in the counters of one duty with how many pieces its units stay met, whatever is asked
 * later: in the group of a revision that asks for more. The least that was noted counts. */
int store_keep_enough(struct store *store, uint32_t item, int32_t period, uint32_t phase,
                      const struct store_enough *units, size_t count, struct err *err);

/* A duty of which facts speak. */
struct store_occasion {
    int32_t period;
    uint32_t phase;
};

/** The duties of an item that have counters, in the arena. Reads all of them. */
int store_occasions(struct store *store, uint32_t item, struct arena *arena,
                    const struct store_occasion **occasions, size_t *count, struct err *err);

/* A due day that a fact gave to some units of a duty. */
struct store_due {
    int32_t period;
    uint32_t phase;
    int32_t due;
};

/** The distinct dues of an item that are facts, in the arena. */
int store_dues(struct store *store, uint32_t item, struct arena *arena,
               const struct store_due **dues, size_t *count, struct err *err);

/* What a reader of facts wants; zero = everything. */
struct store_fact_filter {
    int64_t from_ms, to_ms;    /* by `recorded_ms`, closed; 0 = open */
    uint32_t plan, item, unit; /* numbers */
    int64_t after;             /* only greater numbers */
    bool latest;               /* from the end backwards */
};

/** Gets one fact; false ends the reading. */
typedef bool (*store_fact_reader)(void *context, const struct store_fact *fact);

/** Reads facts by number. */
int store_facts(struct store *store, const struct store_fact_filter *filter,
                store_fact_reader reader, void *context, struct err *err);

#endif
