/*
 * Counters: the sums of facts. A counter belongs to (item, period, phase, unit): what has been handed in of
 * one duty.
 */
#ifndef STORE_COUNTERS_H
#define STORE_COUNTERS_H

#include "store/store.h"

struct store_count {
    uint32_t unit; /* number */
    int64_t done, in_time;
    bool excused;
    int64_t enough; /* so many were once all that was asked: with them it stays met; 0 = none */
    int32_t due;    /* the unit's own due day, INT32_MIN = the rule's */
};
typedef void (*store_count_reader)(void *context, const struct store_count *count);

/** The counters of one duty by unit number, ascending. */
int store_counts(struct store *store, uint32_t item, int32_t period, uint32_t phase,
                 store_count_reader reader, void *context, struct err *err);

/** At most `most` of them, from the unit number `from` on. Returns 1 when more may follow. */
int store_counts_from(struct store *store, uint32_t item, int32_t period, uint32_t phase,
                      uint32_t from, uint32_t most, store_count_reader reader, void *context,
                      struct err *err);

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

#endif
