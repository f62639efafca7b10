/*
 * Statements and rows, for store/ alone: query_* run one statement, row_* carry a row from or to a
 * struct.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "store/counters.h"
#include "store/facts.h"
#include "store/messages.h"
#include "store/numbers.h"
#include "store/store_sql.h"

#include <sqlite3.h>

/* One run of a cached statement. Parameters are bound and columns read in their order. */
struct query {
    struct store *store;
    sqlite3_stmt *statement;
    int next;    /* parameter or column */
    int problem; /* of SQLite, while binding: told by the step */
};

/** Begins a run; prepares the statement when this is its first. */
struct query query_new(struct store *store, enum sql sql);

/** Binds the next parameter; texts and bytes stay the caller's until query_end, NULL is NULL. */
void query_int(struct query *query, int64_t number);
void query_number(struct query *query, int64_t number); /* 0 is NULL */
void query_text(struct query *query, const char *text);
void query_bytes(struct query *query, const void *bytes, size_t length);

/** 1 = a row is at hand, 0 = there is none (any more), or a negative code. */
int query_step(struct query *query, struct err *err);

/** The next column of the row; texts and bytes live until the next step, a kept text ("" where
 * a damaged row has none) as long as the arena. */
int64_t query_get(struct query *query);
const char *query_get_text(struct query *query);
const void *query_get_bytes(struct query *query, size_t *length);
const char *query_keep_text(struct query *query, struct arena *arena);

/** Ends the run; owed to every query_new. */
void query_end(struct query *query);

/** A query of its own, for a reader whose conditions vary: parameter ?n is `values[n - 1]` wherever
 * `sql` has it. Ended by query_close, also on failure. */
int query_open(struct store *store, const char *sql, const int64_t *values, struct query *query,
               struct err *err);
void query_close(struct query *query);

/** Steps a statement that gives no rows, and ends it. */
int query_run(struct query *query, struct err *err);

/** Reads a firing's columns (ROW_FIRING of store_sql.h); its texts live as a row's do. */
void row_firing(struct query *query, struct store_firing *out);

/** Reads a fact's columns (ROW_FACT); its texts live as a row's do. */
void row_fact(struct query *query, struct store_fact *out);

/** Binds all columns of a fact but its number. */
void row_bind_fact(struct query *query, const struct store_fact *fact);

/** 1 = the fact stands under its key, with that number; 0 = the key is free; ERR_INVALID when it stands
 * for another fact, of that number. */
int row_repeated(struct store *store, const struct store_fact *fact, int64_t *number,
                 struct err *err);

/** Notes that messages up to `last` of the other store have ids of its `name`, but for the `ranges` (a
 * statement that gives first and last, ascending); here their numbers are greater by `less`. */
int row_name_rest(struct store *store, const char *ranges, int64_t last, const char *name,
                  int64_t less, struct err *err);

/** Records the clocks (within an intention). */
int row_set_clock(struct store *store, const struct clock_reading *clock, struct err *err);

/** Moves a row's texts and subjects into the arena. */
void row_keep(struct arena *arena, struct store_firing *firing);

/** Inserts firings (within an intention) and the fan-outs that they ask for. */
int row_add_firings(struct store *store, const struct store_firing *firings, size_t count,
                    int64_t *numbers, struct err *err);

#endif
