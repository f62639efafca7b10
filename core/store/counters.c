#include "store/store_data.h"

#include "base/buf.h"

#include <string.h>

static void row_count(struct query *query, struct store_count *out)
{
    out->unit = (uint32_t)query_get(query);
    out->done = query_get(query);
    out->in_time = query_get(query);
    out->excused = query_get(query) != 0;
    out->enough = query_get(query);
    bool given = sqlite3_column_type(query->statement, query->next) != SQLITE_NULL;
    out->due = given ? (int32_t)query_get(query) : INT32_MIN;
}

int store_counts_from(struct store *store, uint32_t item, int32_t period, uint32_t phase,
                      uint32_t from, uint32_t most, store_count_reader reader, void *context,
                      struct err *err)
{
    struct query query = query_new(store, SQL_COUNTERS);
    query_int(&query, item);
    query_int(&query, period);
    query_int(&query, phase);
    query_int(&query, from);
    query_int(&query, most);
    int code;
    uint32_t found = 0;
    for (; (code = query_step(&query, err)) > 0; found++) {
        struct store_count count;
        row_count(&query, &count);
        reader(context, &count);
    }
    query_end(&query);
    return code < 0 ? code : found == most;
}

int store_counts(struct store *store, uint32_t item, int32_t period, uint32_t phase,
                 store_count_reader reader, void *context, struct err *err)
{
    int code =
        store_counts_from(store, item, period, phase, 0, UINT32_MAX, reader, context, err);
    return code < 0 ? code : 0;
}

int store_count(struct store *store, uint32_t item, int32_t period, uint32_t phase,
                uint32_t unit, struct store_count *out, struct err *err)
{
    struct query query = query_new(store, SQL_COUNTER);
    query_int(&query, item);
    query_int(&query, period);
    query_int(&query, phase);
    query_int(&query, unit);
    int code = query_step(&query, err);
    if (code > 0)
        row_count(&query, out);
    else if (code == 0)
        *out = (struct store_count){.unit = unit, .due = INT32_MIN};
    query_end(&query);
    return code < 0 ? code : 0;
}

int store_keep_enough(struct store *store, uint32_t item, int32_t period, uint32_t phase,
                      const struct store_enough *units, size_t count, struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    for (size_t i = 0; code == 0 && i < count; i++) {
        struct query query = query_new(store, SQL_COUNTER_KEEP);
        query_int(&query, item);
        query_int(&query, period);
        query_int(&query, phase);
        query_int(&query, units[i].unit);
        query_int(&query, units[i].pieces);
        code = query_run(&query, err);
    }
    return group_leave(store, code, err);
}

/* Moves what was found into the arena. */
static void *keep_list(struct arena *arena, struct buf *found, size_t size, size_t *count)
{
    *count = found->length / size;
    void *list = arena_array(arena, *count, size);
    if (found->length)
        memcpy(list, found->bytes, found->length);
    return list;
}

int store_occasions(struct store *store, uint32_t item, struct arena *arena,
                    const struct store_occasion **occasions, size_t *count, struct err *err)
{
    struct buf found = {0};
    struct query query = query_new(store, SQL_OCCASIONS);
    query_int(&query, item);
    int code;
    while ((code = query_step(&query, err)) > 0) {
        struct store_occasion occasion = {.period = (int32_t)query_get(&query)};
        occasion.phase = (uint32_t)query_get(&query);
        buf_add(&found, &occasion, sizeof occasion);
    }
    query_end(&query);
    if (code == 0)
        *occasions = keep_list(arena, &found, sizeof **occasions, count);
    buf_free(&found);
    return code;
}

int store_dues(struct store *store, uint32_t item, struct arena *arena,
               const struct store_due **dues, size_t *count, struct err *err)
{
    struct buf found = {0};
    struct query query = query_new(store, SQL_DUES);
    query_int(&query, item);
    int code;
    while ((code = query_step(&query, err)) > 0) {
        struct store_due due = {.period = (int32_t)query_get(&query)};
        due.phase = (uint32_t)query_get(&query);
        due.due = (int32_t)query_get(&query);
        buf_add(&found, &due, sizeof due);
    }
    query_end(&query);
    if (code == 0)
        *dues = keep_list(arena, &found, sizeof **dues, count);
    buf_free(&found);
    return code;
}
