#include "store/disk.h"
#include "store/store_data.h"

#include "base/buf.h"

/* What is counted for a doctor; a pass over a table is no matter here. */
static const struct {
    const char *name, *sql;
} figures[] = {
    {"schema", "PRAGMA user_version"},
    {"name", "SELECT name FROM holder"},
    {"fence", "SELECT fence FROM holder"},
    {"last_tick_ms", "SELECT coalesce(wall_ms, '') FROM holder"},
    {"commits", "SELECT commits FROM holder"},
    {"plans", "SELECT count(*) FROM plan"},
    {"revisions", "SELECT count(*) FROM revision"},
    {"items", "SELECT count(*) FROM item"},
    {"units", "SELECT count(*) FROM unit"},
    {"firings", "SELECT count(*) FROM firing"},
    {"doubts", "SELECT count(*) FROM doubt"},
    {"facts", "SELECT count(*) FROM fact"},
    {"counters", "SELECT count(*) FROM counter"},
    {"lines", "SELECT count(*) FROM line"},
    {"lines_pending",
     "SELECT count(*) FROM line WHERE (slot, route, unit) > (SELECT formed_slot,"
     " formed_route, formed_unit FROM holder)"},
    {"fanouts_open", "SELECT count(*) FROM fanout"},
    {"firings_lost", "SELECT count(*) FROM firing WHERE fate = 3"},
    {"handlers_pending", "SELECT count(*) FROM firing WHERE handler = 1"},
    {"handlers_failed", "SELECT count(*) FROM firing WHERE handler = 3"},
    {"messages_ready", "SELECT count(*) FROM message WHERE state = 0"},
    {"messages_leased", "SELECT count(*) FROM message WHERE state = 1"},
    {"messages_sent", "SELECT count(*) FROM message WHERE state = 2"},
    {"messages_failed", "SELECT count(*) FROM message WHERE state = 3"},
    {"messages_held", "SELECT count(*) FROM message WHERE state = 4"},
    {"messages_cancelled", "SELECT count(*) FROM message WHERE state = 5"},
    {"messages_empty", "SELECT count(*) FROM message WHERE state = 6"},
    {"messages_unsure", "SELECT count(*) FROM message WHERE unsure > 0"},
    {"recipients", "SELECT count(*) FROM recipient"},
    {"recipients_gone", "SELECT count(*) FROM recipient WHERE gone_ms IS NOT NULL"},
    {"message_oldest_ms",
     "SELECT coalesce(min(iif(attempts = 0, max(send_ms, slot), slot)), '') FROM message"
     " WHERE state < 2"},
    {"sqlite", "SELECT sqlite_version()"},
};

/* What SQLite cannot know: invariants of store.h, each giving the first place where it does not
 * hold. */
static const char *const invariants[] = {
    "SELECT 'the counter of item ' || c.item || ', unit ' || c.unit || ' is not the sum of its facts'"
    " FROM counter c LEFT JOIN (SELECT item, period, phase, unit, sum(moves) AS done,"
    " sum(CASE WHEN in_time THEN moves END) AS in_time FROM fact WHERE kind < 20"
    " GROUP BY item, period, phase, unit) s USING (item, period, phase, unit)"
    " WHERE c.done <> coalesce(s.done, 0) OR c.in_time <> coalesce(s.in_time, 0) LIMIT 1",
    "SELECT 'firing ' || firing || ' is not fanned out, but formed' FROM fanout, holder"
    " WHERE slot <= formed_slot LIMIT 1",
    "SELECT 'the lines of unit ' || unit || ' in slot ' || slot || ' are in ' || sum(messages)"
    " || ' messages' FROM (SELECT DISTINCT slot, route, unit, 1 AS formed, 0 AS messages"
    " FROM line WHERE fate <> 2 AND (slot, route, unit) <= (SELECT formed_slot, formed_route,"
    " formed_unit FROM holder) UNION ALL SELECT slot, route, unit, 0, 1 FROM message"
    " WHERE route > 0 UNION ALL SELECT slot, route, unit, 0, 1 FROM part)"
    " GROUP BY slot, route, unit HAVING sum(messages) > 1"
    " OR (sum(formed) > 0 AND sum(messages) = 0) LIMIT 1",
    "SELECT 'a part of message ' || message || ', which is not there' FROM part"
    " WHERE message NOT IN (SELECT number FROM message) LIMIT 1",
    "SELECT 'message ' || number || ' is to nobody' FROM message m WHERE recipient > 0"
    " AND NOT EXISTS (SELECT 1 FROM recipient r WHERE r.number = m.recipient"
    " AND r.destination = m.destination) LIMIT 1",
    "SELECT 'message ' || number || ' is in no state' FROM message"
    " WHERE state NOT BETWEEN 0 AND 6 LIMIT 1",
    "SELECT 'the fan-out of firing ' || firing || ' has no firing' FROM fanout"
    " WHERE firing NOT IN (SELECT number FROM firing) LIMIT 1",
};

/* 1 = it holds; else `problem` says where it does not. */
static int ask_invariant(sqlite3 *db, const char *sql, char problem[256], struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int code, step = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_step(statement);
    code = step == SQLITE_DONE ? 1 : step == SQLITE_ROW ? 0 : store_failed(db, err);
    if (code == 0)
        sqlite3_snprintf(256, problem, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return code;
}

int store_check(struct store *store, struct err *err)
{
    char problem[256];
    int code = store_ask(store->db, "PRAGMA integrity_check(1)", problem, err);
    for (size_t i = 0; code > 0 && i < sizeof invariants / sizeof *invariants; i++)
        code = ask_invariant(store->db, invariants[i], problem, err);
    return code > 0 ? 0 : code < 0 ? code : store_damaged(store->path, problem, err);
}

static void tell_size(const struct store *store, const char *end, store_health_line line,
                      void *context, const char *name)
{
    struct buf path = {0};
    struct disk_entry entry;
    char text[32] = "0";
    buf_printf(&path, "%s%s", store->path, end);
    if (disk_glance(path.bytes, &entry, NULL) == 0)
        sqlite3_snprintf(sizeof text, text, "%lld", (long long)entry.size);
    line(context, name, text);
    buf_free(&path);
}

int store_health(struct store *store, store_health_line line, void *context, struct err *err)
{
    line(context, "path", store->path ? store->path : ":memory:");
    if (store->path) {
        tell_size(store, "", line, context, "bytes");
        tell_size(store, "-wal", line, context, "log_bytes");
    }
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        sqlite3_stmt *statement = NULL;
        int code = 0;
        if (sqlite3_prepare_v2(store->db, figures[i].sql, -1, &statement, NULL) != SQLITE_OK ||
            sqlite3_step(statement) != SQLITE_ROW)
            code = store_failed(store->db, err);
        else
            line(context, figures[i].name, (const char *)sqlite3_column_text(statement, 0));
        sqlite3_finalize(statement);
        if (code < 0)
            return code;
    }
    return 0;
}
