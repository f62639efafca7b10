#include "store/recipients.h"

#include "store/store_data.h"

/* The number that a statement gives, 0 = none. */
static int ask_number(struct query *query, int64_t *number, struct err *err)
{
    int code = query_step(query, err);
    *number = code > 0 ? query_get(query) : 0;
    return code < 0 ? code : 0;
}

static int find_destination(struct store *store, const char *name, int64_t *number,
                            struct err *err)
{
    struct query query = query_new(store, SQL_DESTINATION);
    query_text(&query, name);
    int code = ask_number(&query, number, err);
    query_end(&query);
    return code;
}

int store_destination(struct store *store, const char *name, uint32_t *number, struct err *err)
{
    int64_t found = 0;
    int code = find_destination(store, name, &found, err);
    if (code == 0 && !found) {
        if ((code = group_enter(store, false, err)) < 0)
            return code;
        struct query query = query_new(store, SQL_DESTINATION_ADD);
        query_text(&query, name);
        code = query_run(&query, err);
        found = sqlite3_last_insert_rowid(store->db);
        code = group_leave(store, code, err);
    }
    if (code == 0)
        *number = (uint32_t)found;
    return code;
}

int store_destination_next(struct store *store, uint32_t after, struct arena *arena,
                           struct store_destination *out, struct err *err)
{
    struct query query = query_new(store, SQL_DESTINATION_NEXT);
    query_int(&query, after);
    int code = query_step(&query, err);
    if (code > 0) {
        out->number = (uint32_t)query_get(&query);
        out->name = query_keep_text(&query, arena);
    }
    query_end(&query);
    return code > 0 ? 0 : code < 0 ? code : err_set(err, ERR_NOT_FOUND, "no more destinations");
}

/* 1 = it is new, 0 = it is known already, or a negative code. */
static int add_recipient(struct store *store, uint32_t destination, const char *address,
                         int64_t *number, struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    struct query query = query_new(store, SQL_RECIPIENT_ADD);
    query_int(&query, destination);
    query_text(&query, address);
    code = query_run(&query, err);
    bool fresh = code == 0 && sqlite3_changes(store->db) == 1;
    *number = sqlite3_last_insert_rowid(store->db);
    code = group_leave(store, code, err);
    return code < 0 ? code : fresh;
}

/* 1 = it is known, 0 = it is not, or a negative code. */
static int find_recipient(struct store *store, uint32_t destination, const char *address,
                          struct arena *arena, struct store_recipient *out, struct err *err)
{
    struct query query = query_new(store, SQL_RECIPIENT);
    query_int(&query, destination);
    query_text(&query, address);
    int code = query_step(&query, err);
    if (code > 0) {
        out->number = query_get(&query);
        out->gone = query_get(&query) != 0;
        out->note = out->gone ? query_keep_text(&query, arena) : NULL;
    }
    query_end(&query);
    return code;
}

/* Of a million in a row most are new, or most are known: what the last one was is tried first. */
int store_recipient(struct store *store, uint32_t destination, const char *address,
                    struct arena *arena, struct store_recipient *out, struct err *err)
{
    struct store_recipient found = {0};
    int known = 0, added = 0;
    if (!store->strangers)
        known = find_recipient(store, destination, address, arena, &found, err);
    if (known == 0)
        added = add_recipient(store, destination, address, &found.number, err);
    if (known == 0 && added == 0)
        known = find_recipient(store, destination, address, arena, &found, err);
    if (known < 0 || added < 0)
        return known < 0 ? known : added;
    found.fresh = store->strangers = added;
    *out = found;
    return 0;
}

int store_recipient_gone(struct store *store, int64_t recipient, const char *note,
                         int64_t now_ms, struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    struct query query = query_new(store, SQL_RECIPIENT_GONE);
    query_int(&query, recipient);
    query_int(&query, now_ms);
    query_text(&query, note);
    return group_leave(store, query_run(&query, err), err);
}

int store_standing(struct store *store, int64_t recipient, int64_t send_ms,
                   struct store_standing *out, struct err *err)
{
    struct query query = query_new(store, SQL_STANDING);
    query_int(&query, recipient);
    query_int(&query, send_ms);
    int code = query_step(&query, err);
    if (code >= 0)
        *out = (struct store_standing){0};
    if (code > 0) {
        out->message = query_get(&query);
        out->open = query_get(&query) != 0;
    }
    query_end(&query);
    return code < 0 ? code : 0;
}

int store_sends(struct store *store, int64_t recipient, int64_t from_ms, int64_t until_ms,
                uint32_t *count, struct err *err)
{
    int64_t found;
    struct query query = query_new(store, SQL_SENDS);
    query_int(&query, recipient);
    query_int(&query, from_ms);
    query_int(&query, until_ms);
    int code = ask_number(&query, &found, err);
    query_end(&query);
    if (code == 0)
        *count = (uint32_t)found;
    return code;
}

int store_restored(struct store *store, int64_t *restored_ms, struct err *err)
{
    struct query query = query_new(store, SQL_RESTORED);
    int code = query_step(&query, err);
    if (code >= 0)
        *restored_ms = code > 0 ? query_get(&query) : STORE_NEVER;
    query_end(&query);
    return code < 0 ? code : 0;
}
