/*
 * The inside of a store, for store/ alone: the connection, the open group, and its statements.
 * group_* bracket a writing intention.
 */
#ifndef STORE_STORE_DATA_H
#define STORE_STORE_DATA_H

#include "store/mark.h"
#include "store/query.h"

#include <sqlite3.h>

enum { STORE_APPLICATION = 0x706c616e }; /* "plan", in the header of our files */
enum { STORE_CACHE_KIB = 16384 };        /* of pages, as store_connect sets it */

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
    struct err broken; /* what broke it */
    bool saved;        /* the intention is a savepoint */
    int64_t changes;   /* rows written when it began */
    int64_t fence;
    bool strangers; /* the last recipient was a new one: the next is likely to be, too */
    char name[17];
    int64_t commits;                     /* that stand; counted up by each */
    int64_t begun;                       /* rows written when the group began */
    struct mark *mark;                   /* NULL = it goes without */
    sqlite3_stmt *statements[SQL_COUNT]; /* prepared at first use */
};

/** Looks at what is there before anything is written: 1 = a store whose tables are ours (or older,
 * when it will be written), 0 = nothing yet, else refused. */
int store_look(const char *path, enum store_mode mode, struct err *err);

/** ERR_INVALID when the store is not all that was confirmed: it is another one than its mark says,
 * or behind it. The mark (NULL = it says nothing) was read before. */
int store_whole(sqlite3 *db, const char *path, const struct mark_said *mark, struct err *err);

/** Makes an empty store, whole or not at all. */
int store_create(const char *path, struct err *err);

/** Opens a file (":memory:") with our settings. The caller closes `*out`, also on failure. */
int store_connect(const char *path, int flags, sqlite3 **out, struct err *err);

/** Passes on what SQLite says of its last failure: ERR_INVALID for damage, ERR_INTERNAL for what
 * only a fault of ours can break, ERR_IO for all else. */
int store_failed(sqlite3 *db, struct err *err);

/** What SQLite says is wrong, or which page has not its sum. */
void store_problem(sqlite3 *db, const char *said, char problem[256]);

/** ERR_INVALID: what is wrong with the file, and what to do. */
int store_damaged(const char *path, const char *problem, struct err *err);

/** Writes the mark: the commits so far are confirmed. */
void store_mark(const struct store *store);

/** Runs SQL that gives nothing. */
int store_execute(sqlite3 *db, const char *sql, struct err *err);

/** The first line of a check: 1 = all is well, or `problem` has what is not. */
int store_ask(sqlite3 *db, const char *pragma, char problem[256], struct err *err);

/** Begins a writing intention in the open group, or in a new one; `refusable` = it may have written
 * something when it is refused. */
int group_enter(struct store *store, bool refusable, struct err *err);

/** Ends it: `code` 0 keeps what it wrote, a negative one takes it back (when it was not
 * refusable and has written, with the whole group) and is returned. */
int group_leave(struct store *store, int code, struct err *err);

#endif
