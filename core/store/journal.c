#include "store/store_data.h"

#include "base/buf.h"

void row_firing(struct query *query, struct store_firing *out)
{
    *out = (struct store_firing){.number = query_get(query)};
    out->at_ms = query_get(query);
    out->fired_ms = query_get(query);
    out->slot_ms = query_get(query);
    out->plan = (uint32_t)query_get(query);
    out->item = (uint32_t)query_get(query);
    out->kind = (int)query_get(query);
    out->route = (uint32_t)query_get(query);
    out->tier = (int32_t)query_get(query);
    out->period = (int32_t)query_get(query);
    out->due = (int32_t)query_get(query);
    out->phase = (uint32_t)query_get(query);
    out->official = (int32_t)query_get(query);
    out->working = (int32_t)query_get(query);
    out->flags = (unsigned)query_get(query);
    out->fate = (enum firing_fate)query_get(query);
    out->handler = (enum firing_handler)query_get(query);
    out->units = (uint32_t)query_get(query);
    out->cause = query_get(query);
    out->text = query_get_text(query);
    out->subjects = query_get_bytes(query, &out->subjects_length);
}

void row_keep(struct arena *arena, struct store_firing *firing)
{
    if (firing->text)
        firing->text = arena_string(arena, firing->text);
    if (firing->subjects)
        firing->subjects = arena_copy(arena, firing->subjects, firing->subjects_length);
}

/* 1 = recorded, 0 = its identity stands. */
static int add_firing(struct store *store, const struct store_firing *firing, struct err *err)
{
    struct query query = query_new(store, SQL_FIRING_ADD);
    query_int(&query, firing->at_ms);
    query_int(&query, firing->fired_ms);
    query_int(&query, firing->slot_ms);
    query_int(&query, firing->plan);
    query_int(&query, firing->item);
    query_int(&query, firing->kind);
    query_int(&query, firing->route);
    query_int(&query, firing->tier);
    query_int(&query, firing->period);
    query_int(&query, firing->due);
    query_int(&query, firing->phase);
    query_int(&query, firing->official);
    query_int(&query, firing->working);
    query_int(&query, firing->flags);
    query_int(&query, firing->fate);
    query_int(&query, firing->handler);
    query_int(&query, firing->units);
    query_int(&query, firing->cause);
    query_text(&query, firing->text);
    query_bytes(&query, firing->subjects_length ? firing->subjects : NULL,
                firing->subjects_length);
    int code = query_run(&query, err);
    return code < 0 ? code : sqlite3_changes(store->db) > 0;
}

static int add_fanout(struct store *store, const struct store_firing *firing, int64_t number,
                      struct err *err)
{
    struct query query = query_new(store, SQL_FANOUT_ADD);
    query_int(&query, firing->slot_ms);
    query_int(&query, number);
    return query_run(&query, err);
}

/* The greatest slot that was given, and the one that forming has reached. */
static int read_slots(struct store *store, int64_t *last, int64_t *formed, struct err *err)
{
    struct query query = query_new(store, SQL_SLOT);
    int code = query_step(&query, err);
    if (code > 0) {
        *last = query_get(&query);
        *formed = query_get(&query);
    }
    query_end(&query);
    return code < 0 ? code : 0;
}

static bool speaks(const struct store_firing *firing)
{
    return firing->route && firing->units && firing->fate == FIRING_FIRED;
}

static int add_firings(struct store *store, const struct store_firing *firings, size_t count,
                       int64_t *numbers, int64_t *last, struct err *err)
{
    int code = 0;
    for (size_t i = 0; code >= 0 && i < count; i++) {
        code = add_firing(store, firings + i, err);
        int64_t number = code > 0 ? sqlite3_last_insert_rowid(store->db) : 0;
        if (number && speaks(firings + i))
            code = add_fanout(store, firings + i, number, err);
        if (number && firings[i].slot_ms > *last)
            *last = firings[i].slot_ms;
        if (numbers)
            numbers[i] = number;
    }
    return code < 0 ? code : 0;
}

int row_add_firings(struct store *store, const struct store_firing *firings, size_t count,
                    int64_t *numbers, struct err *err)
{
    int64_t before = STORE_NEVER, formed = STORE_NEVER, last;
    int code = count ? read_slots(store, &before, &formed, err) : 0;
    for (size_t i = 0; code == 0 && i < count; i++)
        if (speaks(firings + i) && firings[i].slot_ms <= formed)
            code = err_set(err, ERR_INTERNAL, "a firing in a slot that was formed already");
    last = before;
    if (code == 0)
        code = add_firings(store, firings, count, numbers, &last, err);
    if (code < 0 || last == before)
        return code;
    struct query query = query_new(store, SQL_SLOT_SET);
    query_int(&query, last);
    return query_run(&query, err);
}

static int move_cursors(struct store *store, const struct store_cursor *cursors, size_t count,
                        struct err *err)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++) {
        struct query query = query_new(store, SQL_CURSOR);
        query_int(&query, cursors[i].item);
        query_int(&query, cursors[i].at_ms);
        code = query_run(&query, err);
    }
    return code;
}

int store_tick(struct store *store, const struct store_batch *batch, int64_t *numbers,
               struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    code = row_add_firings(store, batch->firings, batch->firing_count, numbers, err);
    if (code == 0)
        code = move_cursors(store, batch->cursors, batch->cursor_count, err);
    if (code == 0 && batch->clock)
        code = row_set_clock(store, batch->clock, err);
    return group_leave(store, code, err);
}

int store_last_slot(struct store *store, int64_t *slot_ms, int64_t *formed_ms, struct err *err)
{
    return read_slots(store, slot_ms, formed_ms, err);
}

int store_spoken_for(struct store *store, const struct store_firing *firing, int32_t most,
                     bool *spoken, struct err *err)
{
    struct query query = query_new(store, SQL_SPOKEN);
    query_int(&query, firing->item);
    query_int(&query, firing->kind);
    query_int(&query, firing->route);
    query_int(&query, firing->period);
    query_int(&query, firing->due);
    query_int(&query, firing->phase);
    query_int(&query, firing->cause);
    query_int(&query, firing->tier);
    query_int(&query, most);
    int code = query_step(&query, err);
    if (code >= 0)
        *spoken = code > 0;
    query_end(&query);
    return code < 0 ? code : 0;
}

int store_handler_next(struct store *store, uint32_t plan, struct arena *arena,
                       struct store_firing *out, struct err *err)
{
    struct query query = query_new(store, SQL_HANDLER_NEXT);
    query_int(&query, plan);
    int code = query_step(&query, err);
    if (code > 0) {
        row_firing(&query, out);
        row_keep(arena, out);
        code = 0;
    } else if (code == 0) {
        code = err_set(err, ERR_NOT_FOUND, "no handler is pending");
    }
    query_end(&query);
    return code;
}

static int end_handler(struct store *store, int64_t firing, const char *problem,
                       struct err *err)
{
    struct query query = query_new(store, SQL_HANDLER_END);
    query_int(&query, firing);
    query_int(&query, problem ? HANDLER_FAILED : HANDLER_DONE);
    query_text(&query, problem);
    int code = query_run(&query, err);
    if (code == 0 && sqlite3_changes(store->db) == 0)
        code = err_set(err, ERR_NOT_FOUND, "firing %lld has no handler that is pending",
                       (long long)firing);
    return code;
}

int store_handled(struct store *store, int64_t firing, const struct store_firing *outputs,
                  size_t count, const char *problem, int64_t *numbers, struct err *err)
{
    int code = group_enter(store, true, err);
    if (code < 0)
        return code;
    code = end_handler(store, firing, problem, err);
    if (code == 0)
        code = row_add_firings(store, outputs, count, numbers, err);
    return group_leave(store, code, err);
}

/* A reader's question; conditions that are not asked for would hide an index. */
static struct buf ask_journal(const struct store_filter *filter)
{
    const char *order = filter->latest ? "DESC" : "ASC";
    struct buf sql = {0};
    buf_adds(&sql, "SELECT " ROW_FIRING " FROM firing WHERE true");
    if (filter->from_ms)
        buf_adds(&sql, " AND at_ms >= ?1");
    if (filter->to_ms)
        buf_adds(&sql, " AND at_ms <= ?2");
    if (filter->plan)
        buf_adds(&sql, " AND plan = ?3");
    if (filter->item)
        buf_adds(&sql, " AND item = ?4");
    if (filter->kinds)
        buf_adds(&sql, " AND (1 << kind) & ?5");
    if (filter->after)
        buf_adds(&sql, " AND number > ?6");
    if (filter->number)
        buf_adds(&sql, " AND number = ?7");
    if (filter->after)
        buf_printf(&sql, " ORDER BY number %s", order);
    else
        buf_printf(&sql, " ORDER BY at_ms %s, kind %s, number %s", order, order, order);
    return sql;
}

int store_journal(struct store *store, const struct store_filter *filter,
                  store_firing_reader reader, void *context, struct err *err)
{
    const int64_t values[] = {filter->from_ms, filter->to_ms, filter->plan,  filter->item,
                              filter->kinds,   filter->after, filter->number};
    struct buf sql = ask_journal(filter);
    struct query query;
    int code = query_open(store, sql.bytes, values, &query, err);
    while (code >= 0 && (code = query_step(&query, err)) > 0) {
        struct store_firing firing;
        row_firing(&query, &firing);
        if (!reader(context, &firing))
            break;
    }
    query_close(&query);
    buf_free(&sql);
    return code < 0 ? code : 0;
}
