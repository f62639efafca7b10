#include "store/store_data.h"

/* The open group is one transaction of SQLite. An intention asks all that it could be refused
 * for before it writes, so that a refusal leaves nothing behind; only one that can be refused
 * in its midst is a savepoint, which costs half as much again. What fails while it writes – the
 * disk – takes the whole group with it, as SQLite does by itself for some failures: intentions
 * that had been answered are gone then, so the group is broken until its flush has said so. */

static int run(struct store *store, enum sql sql, struct err *err)
{
    struct query query = query_new(store, sql);
    return query_run(&query, err);
}

static int check_fence(struct store *store, struct err *err)
{
    struct query query = query_new(store, SQL_FENCE);
    int code = query_step(&query, err);
    if (code == 0)
        code = err_set(err, ERR_INTERNAL, "the store has no holder row");
    else if (code > 0)
        code = query_get(&query) == store->fence
                   ? 0
                   : err_set(err, ERR_INVALID,
                             "another process has opened this store for writing since");
    query_end(&query);
    return code;
}

static int begin(struct store *store, struct err *err)
{
    if (!sqlite3_get_autocommit(store->db)) /* taking it back has failed: no memory, say */
        run(store, SQL_ROLLBACK, NULL);
    int code = run(store, SQL_BEGIN, err);
    if (code < 0)
        return code;
    if ((code = check_fence(store, err)) < 0)
        run(store, SQL_ROLLBACK, NULL);
    else
        store->group = GROUP_OPEN;
    store->begun = sqlite3_total_changes64(store->db);
    return code;
}

int group_enter(struct store *store, bool refusable, struct err *err)
{
    if (store->mode != STORE_WRITE)
        return err_set(err, ERR_INVALID, "the store is open for reading only");
    if (store->group == GROUP_BROKEN)
        return err_set(err, store->broken.code, "%s", store->broken.message);
    int code = store->group == GROUP_OPEN ? 0 : begin(store, err);
    if (code == 0 && refusable)
        code = run(store, SQL_SAVE, err);
    store->saved = code == 0 && refusable;
    store->changes = sqlite3_total_changes64(store->db);
    return code;
}

static int leave_saved(struct store *store, int code, bool *lost, struct err *err)
{
    int taken_back = code < 0 ? run(store, SQL_TAKE_BACK, NULL) : 0;
    int released = run(store, SQL_RELEASE, code < 0 ? NULL : err);
    *lost = taken_back < 0 || released < 0;
    return code < 0 ? code : released;
}

int group_leave(struct store *store, int code, struct err *err)
{
    bool written = sqlite3_total_changes64(store->db) != store->changes;
    bool lost = sqlite3_get_autocommit(store->db) || (code < 0 && written && !store->saved);
    bool refused = code < 0 && !lost; /* what err says is no reason to lose the group */
    if (!lost && store->saved)
        code = leave_saved(store, code, &lost, err);
    if (lost) {
        if (!sqlite3_get_autocommit(store->db))
            run(store, SQL_ROLLBACK, NULL);
        store->group = GROUP_BROKEN;
        err_set(&store->broken, ERR_IO, "%s",
                code < 0 && err && !refused ? err->message : "the store: a write has failed");
    }
    return code;
}

int store_begin(struct store *store, struct err *err)
{
    int code = group_enter(store, false, err);
    return code < 0 ? code : group_leave(store, 0, err);
}

static int count_commit(struct store *store, struct err *err)
{
    struct query query = query_new(store, SQL_COMMITS_SET);
    query_int(&query, store->commits + 1);
    return query_run(&query, err);
}

void store_undo(struct store *store)
{
    bool open = store->group == GROUP_OPEN && !sqlite3_get_autocommit(store->db);
    bool stuck = open && run(store, SQL_ROLLBACK, &store->broken) < 0; /* no memory, say */
    store->group = stuck ? GROUP_BROKEN : GROUP_NONE;
}

int store_flush(struct store *store, struct err *err)
{
    enum group group = store->group;
    store->group = GROUP_NONE;
    if (group == GROUP_NONE)
        return 0;
    if (group == GROUP_BROKEN)
        return err_set(err, store->broken.code, "%s", store->broken.message);
    bool written = sqlite3_total_changes64(store->db) != store->begun;
    int code = written ? count_commit(store, err) : 0;
    if (code == 0)
        code = run(store, SQL_COMMIT, err);
    if (code < 0 && !sqlite3_get_autocommit(store->db))
        run(store, SQL_ROLLBACK, NULL);
    if (code == 0 && written) {
        store->commits++;
        store_mark(store);
    }
    return code;
}
