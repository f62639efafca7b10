/*
 * The clocks that a store remembers: the last reading that was sure, by which the next ones are
 * judged (time/trust.h), and what was doubted since, one row a beginning, an end and an acceptance.
 * store_tick (journal.h) records a sure reading with what it fired.
 */
#ifndef STORE_CLOCKS_H
#define STORE_CLOCKS_H

#include "store/store.h"
#include "time/trust.h"

/* By number in the store: values of enum clock_doubt are appended, never changed. */
struct store_doubt {
    int64_t number;          /* given by the store, in the order of recording */
    int64_t at_ms;           /* the time that was lived by */
    int64_t wall_ms;         /* what the wall clock showed */
    int64_t jump_ms;         /* how far from what was expected */
    enum clock_doubt doubt;  /* begun; CLOCK_SURE = it has ended by itself */
    const char *accepted_by; /* who accepted the clock in spite of `doubt`; NULL = nobody */
};

/** The clocks that were recorded last; false in `*any` when there were none. */
int store_last_clock(struct store *store, struct clock_reading *clock, bool *any,
                     struct err *err);

/** Records that a doubt has begun, ended or was overruled; its `number` is not read. `sure` (NULL =
 * none) replaces the recorded clocks in the same intention: a clock that is accepted is what
 * later readings are judged by. */
int store_note_doubt(struct store *store, const struct store_doubt *doubt,
                     const struct clock_reading *sure, struct err *err);

/* What a reader of doubts wants; zero = everything. */
struct store_doubt_filter {
    int64_t from_ms, to_ms; /* by `at_ms`, closed; 0 = open */
    int64_t after;          /* only greater numbers */
    bool latest;            /* from the end backwards */
};

/** Gets one; its text lives for the call. False ends the reading. */
typedef bool (*store_doubt_reader)(void *context, const struct store_doubt *doubt);

/** Reads doubts by number. */
int store_doubts(struct store *store, const struct store_doubt_filter *filter,
                 store_doubt_reader reader, void *context, struct err *err);

#endif
