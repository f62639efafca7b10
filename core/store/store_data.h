/*
 * The inside of a store, for store/ alone: the connection, the open group, and its statements.
 * group_* bracket a writing intention, query_* run one statement, row_* carry a row from or to a
 * struct.
 */
#ifndef STORE_STORE_DATA_H
#define STORE_STORE_DATA_H

#include "store/facts.h"
#include "store/lines.h"
#include "store/numbers.h"
#include "store/store_sql.h"

#include <sqlite3.h>

enum { STORE_APPLICATION = 0x706c616e }; /* "plan", in the header of our files */

enum group {
    GROUP_NONE,
    GROUP_OPEN,
    GROUP_BROKEN, /* its transaction is taken back already: the flush must fail */
};

struct store {
    sqlite3 *db;
    char *path; /* NULL = memory */
    enum store_mode mode;
    enum group group;
    bool saved;      /* the intention is a savepoint */
    int64_t changes; /* rows written when it began */
    int64_t fence;
    char name[17];
    sqlite3_stmt *statements[SQL_COUNT]; /* prepared at first use */
};

/** Looks at what is there before anything is written: 1 = a store whose tables are ours (or older,
 * when it will be written), 0 = nothing yet, else refused. */
int store_look(const char *path, enum store_mode mode, struct err *err);

/** Makes an empty store, whole or not at all. */
int store_create(const char *path, struct err *err);

/** Opens a file (":memory:") with our settings. The caller closes `*out`, also on failure. */
int store_connect(const char *path, int flags, sqlite3 **out, struct err *err);

/** Passes on what SQLite says of its last failure: ERR_INTERNAL for what only a fault of ours can
 * break, ERR_IO for all else. */
int store_failed(sqlite3 *db, struct err *err);

/** ERR_INVALID: what is wrong with the file, and what to do. */
int store_damaged(const char *path, const char *problem, struct err *err);

/** Runs SQL that gives nothing. */
int store_execute(sqlite3 *db, const char *sql, struct err *err);

/** The first line of a check: 1 = all is well, or `problem` has what is not. */
int store_ask(sqlite3 *db, const char *pragma, char problem[256], struct err *err);

/** Renames unless the new name is taken: ERR_INVALID then. */
int store_rename(const char *from, const char *to, struct err *err);

/** Begins a writing intention in the open group, or in a new one; `refusable` = it may have written
 * something when it is refused. */
int group_enter(struct store *store, bool refusable, struct err *err);

/** Ends it: `code` 0 keeps what it wrote, a negative one takes it back (when it was not
 * refusable and has written, with the whole group) and is returned. */
int group_leave(struct store *store, int code, struct err *err);

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

/** Moves a row's texts and subjects into the arena. */
void row_keep(struct arena *arena, struct store_firing *firing);

/** Inserts firings (within an intention) and the fan-outs that they ask for. */
int row_add_firings(struct store *store, const struct store_firing *firings, size_t count,
                    int64_t *numbers, struct err *err);

#endif
