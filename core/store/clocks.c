#include "store/clocks.h"
#include "store/store_data.h"

#include "base/buf.h"

int row_set_clock(struct store *store, const struct clock_reading *clock, struct err *err)
{
    struct query query = query_new(store, SQL_CLOCK_SET);
    query_text(&query, clock->boot_id);
    query_int(&query, clock->boot_ms);
    query_int(&query, clock->wall_ms);
    return query_run(&query, err);
}

int store_last_clock(struct store *store, struct clock_reading *clock, bool *any,
                     struct err *err)
{
    struct query query = query_new(store, SQL_CLOCK);
    int code = query_step(&query, err);
    if (code > 0) {
        const char *boot_id = query_get_text(&query);
        if ((*any = boot_id != NULL)) {
            sqlite3_snprintf(sizeof clock->boot_id, clock->boot_id, "%s", boot_id);
            clock->boot_ms = query_get(&query);
            clock->wall_ms = query_get(&query);
        }
    }
    query_end(&query);
    return code < 0 ? code : 0;
}

int store_note_doubt(struct store *store, const struct store_doubt *doubt,
                     const struct clock_reading *sure, struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    struct query query = query_new(store, SQL_DOUBT_ADD);
    query_int(&query, doubt->at_ms);
    query_int(&query, doubt->wall_ms);
    query_int(&query, doubt->jump_ms);
    query_int(&query, doubt->doubt);
    query_text(&query, doubt->accepted_by);
    code = query_run(&query, err);
    if (code == 0 && sure)
        code = row_set_clock(store, sure, err);
    return group_leave(store, code, err);
}

/* A reader's question. */
static struct buf ask_doubts(const struct store_doubt_filter *filter)
{
    struct buf sql = {0};
    buf_adds(&sql,
             "SELECT number, at_ms, wall_ms, jump_ms, doubt, actor FROM doubt WHERE true");
    if (filter->from_ms)
        buf_adds(&sql, " AND at_ms >= ?1");
    if (filter->to_ms)
        buf_adds(&sql, " AND at_ms <= ?2");
    if (filter->after)
        buf_adds(&sql, " AND number > ?3");
    buf_printf(&sql, " ORDER BY number %s", filter->latest ? "DESC" : "ASC");
    return sql;
}

static void row_doubt(struct query *query, struct store_doubt *out)
{
    *out = (struct store_doubt){.number = query_get(query)};
    out->at_ms = query_get(query);
    out->wall_ms = query_get(query);
    out->jump_ms = query_get(query);
    out->doubt = (enum clock_doubt)query_get(query);
    out->accepted_by = query_get_text(query);
}

int store_doubts(struct store *store, const struct store_doubt_filter *filter,
                 store_doubt_reader reader, void *context, struct err *err)
{
    const int64_t values[] = {filter->from_ms, filter->to_ms, filter->after};
    struct buf sql = ask_doubts(filter);
    struct query query;
    int code = query_open(store, sql.bytes, values, &query, err);
    while (code >= 0 && (code = query_step(&query, err)) > 0) {
        struct store_doubt doubt;
        row_doubt(&query, &doubt);
        if (!reader(context, &doubt))
            break;
    }
    query_close(&query);
    buf_free(&sql);
    return code < 0 ? code : 0;
}
