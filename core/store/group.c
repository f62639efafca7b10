#include "store/store_data.h"

/* The open group is one transaction of SQLite, an intention in it a savepoint. SQLite takes a whole
 * transaction back by itself when the disk fails in the midst of it: intentions that had been
 * answered are gone then, so the group is broken until its flush has said so. */

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
    int code = run(store, SQL_BEGIN, err);
    if (code < 0)
        return code;
    if ((code = check_fence(store, err)) < 0)
        run(store, SQL_ROLLBACK, NULL);
    else
        store->group = GROUP_OPEN;
    return code;
}

int group_enter(struct store *store, struct err *err)
{
    if (store->mode != STORE_WRITE)
        return err_set(err, ERR_INVALID, "the store is open for reading only");
    if (store->group == GROUP_BROKEN)
        return err_set(err, ERR_IO, "the store: a write has failed since the last commit");
    int code = store->group == GROUP_OPEN ? 0 : begin(store, err);
    return code < 0 ? code : run(store, SQL_SAVE, err);
}

int group_leave(struct store *store, int code, struct err *err)
{
    bool gone = sqlite3_get_autocommit(store->db);
    if (!gone && code < 0)
        gone = run(store, SQL_TAKE_BACK, NULL) < 0;
    if (!gone) {
        int released = run(store, SQL_RELEASE, code < 0 ? NULL : err);
        gone = released < 0;
        if (code == 0)
            code = released;
    }
    if (gone) {
        if (!sqlite3_get_autocommit(store->db))
            run(store, SQL_ROLLBACK, NULL);
        store->group = GROUP_BROKEN;
    }
    return code;
}

int store_flush(struct store *store, struct err *err)
{
    enum group group = store->group;
    store->group = GROUP_NONE;
    if (group == GROUP_NONE)
        return 0;
    if (group == GROUP_BROKEN)
        return err_set(err, ERR_IO,
                       "the store: a write failed, all since the last commit is taken back");
    int code = run(store, SQL_COMMIT, err);
    if (code < 0 && !sqlite3_get_autocommit(store->db))
        run(store, SQL_ROLLBACK, NULL);
    return code;
}
