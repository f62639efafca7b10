#include "store/store_data.h"

#include "base/buf.h"

#include <string.h>

enum { HOUR = 3600000 };

/* Messages in a state whose time has come (SQL_MESSAGE_WAITING) or is further away than `at_ms`
 * (SQL_MESSAGE_AHEAD), oldest first. */
static int find_messages(struct store *store, enum sql sql, enum message_state state,
                         bool tried, int64_t at_ms, size_t most, struct store_message *out,
                         size_t *count, struct err *err)
{
    struct query query = query_new(store, sql);
    query_int(&query, 0);
    query_int(&query, state);
    query_int(&query, tried);
    query_int(&query, at_ms);
    query_int(&query, (int64_t)(most - *count));
    int code;
    while ((code = query_step(&query, err)) > 0) {
        struct store_message *message = out + (*count)++;
        *message = (struct store_message){.number = query_get(&query)};
        message->slot_ms = query_get(&query);
        message->route = (uint32_t)query_get(&query);
        message->unit = (uint32_t)query_get(&query);
        message->attempts = (uint32_t)query_get(&query);
    }
    query_end(&query);
    return code;
}

static int lease(struct store *store, struct store_message *message, int64_t until_ms,
                 struct err *err)
{
    message->state = MESSAGE_LEASED;
    message->attempts++;
    message->next_ms = until_ms;
    struct query query = query_new(store, SQL_MESSAGE_LEASE);
    query_int(&query, message->number);
    query_int(&query, until_ms);
    query_int(&query, store->fence);
    return query_run(&query, err);
}

static int lease_all(struct store *store, struct store_message *messages, size_t count,
                     int64_t until_ms, struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    for (size_t i = 0; code == 0 && i < count; i++)
        code = lease(store, messages + i, until_ms, err);
    return group_leave(store, code, err);
}

/* Leases of an earlier fence were ended when this one was taken. */
int store_take(struct store *store, int64_t now_ms, int64_t until_ms, size_t most,
               struct store_message *out, size_t *count, struct err *err)
{
    const int64_t wait_ms = (int64_t)STORE_WAIT_HOURS * HOUR;
    int64_t ahead_ms = now_ms < INT64_MAX - wait_ms ? now_ms + wait_ms : INT64_MAX;
    size_t found = 0;
    static const struct {
        enum sql sql;
        enum message_state state;
        bool tried;
    } kinds[] = {
        {SQL_MESSAGE_WAITING, MESSAGE_LEASED, true}, {SQL_MESSAGE_WAITING, MESSAGE_READY, true},
        {SQL_MESSAGE_WAITING, MESSAGE_READY, false}, {SQL_MESSAGE_AHEAD, MESSAGE_READY, true},
        {SQL_MESSAGE_AHEAD, MESSAGE_READY, false},
    };
    int code = 0;
    for (size_t i = 0; code == 0 && i < sizeof kinds / sizeof *kinds; i++)
        code = find_messages(store, kinds[i].sql, kinds[i].state, kinds[i].tried,
                             kinds[i].sql == SQL_MESSAGE_AHEAD ? ahead_ms : now_ms, most, out,
                             &found, err);
    if (code == 0 && found > 0)
        code = lease_all(store, out, found, until_ms, err);
    if (code == 0)
        *count = found;
    return code;
}

int store_message_lines(struct store *store, const struct store_message *message,
                        struct arena *arena, const struct store_firing **firings, size_t *count,
                        struct err *err)
{
    struct buf found = {0};
    struct query query = query_new(store, SQL_MESSAGE_LINES);
    query_int(&query, message->slot_ms);
    query_int(&query, message->route);
    query_int(&query, message->unit);
    int code;
    while ((code = query_step(&query, err)) > 0) {
        struct store_firing firing;
        row_firing(&query, &firing);
        row_keep(arena, &firing);
        buf_add(&found, &firing, sizeof firing);
    }
    query_end(&query);
    if (code == 0) {
        *count = found.length / sizeof(struct store_firing);
        struct store_firing *list = arena_array(arena, *count, sizeof *list);
        if (found.length)
            memcpy(list, found.bytes, found.length);
        *firings = list;
    }
    buf_free(&found);
    return code;
}

int store_settle(struct store *store, int64_t message, enum message_state state,
                 int64_t next_ms, const char *note, struct err *err)
{
    if (state == MESSAGE_LEASED)
        return err_set(err, ERR_INVALID, "an attempt does not end in its lease");
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    struct query query = query_new(store, SQL_MESSAGE_SETTLE);
    query_int(&query, message);
    query_int(&query, store->fence);
    query_int(&query, state);
    query_int(&query, next_ms);
    query_text(&query, note);
    code = query_run(&query, err);
    if (code == 0 && sqlite3_changes(store->db) == 0)
        code = err_set(err, ERR_NOT_FOUND, "message %lld is not leased", (long long)message);
    return group_leave(store, code, err);
}

int store_next_message(struct store *store, int64_t *at_ms, struct err *err)
{
    int64_t next = INT64_MAX;
    for (int kind = 0; kind < 3; kind++) {
        struct query query = query_new(store, SQL_MESSAGE_NEXT);
        query_int(&query, 0);
        query_int(&query, kind == 2 ? MESSAGE_LEASED : MESSAGE_READY);
        query_int(&query, kind > 0);
        int code = query_step(&query, err);
        if (code > 0 && sqlite3_column_type(query.statement, 0) != SQLITE_NULL) {
            int64_t at = query_get(&query);
            next = at < next ? at : next;
        }
        query_end(&query);
        if (code < 0)
            return code;
    }
    *at_ms = next;
    return 0;
}
