#include "store/adopt.h"

#include "store/numbers.h"
#include "store/plans.h"
#include "store/store_data.h"

#include "base/bits.h"
#include "base/buf.h"
#include "base/lang.h"

#include <stdlib.h>
#include <string.h>

/* Tables of this store and of the other (`old`) are always written with their schemas. `shift` has one row: by
 * how much numbers of the other store are less than theirs here. */
static const char *const maps[] = {
    "CREATE TEMP TABLE shift AS SELECT"
    " (SELECT coalesce(max(number), 0) FROM main.plan) AS plan,"
    " (SELECT coalesce(max(number), 0) FROM main.revision) AS revision,"
    " (SELECT coalesce(max(number), 0) FROM main.item) AS item,"
    " (SELECT coalesce(max(number), 0) FROM main.fact) AS fact,"
    " (SELECT coalesce(max(number), 0) FROM main.firing) AS firing,"
    " (SELECT coalesce(max(number), 0) FROM main.message) AS message",
    "INSERT INTO main.unit (number, id) SELECT"
    " (SELECT coalesce(max(number), 0) FROM main.unit) + row_number() OVER (ORDER BY u.number),"
    " u.id FROM old.unit u WHERE NOT EXISTS (SELECT 1 FROM main.unit m WHERE m.id = u.id)",
    "CREATE TEMP TABLE unit_map (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)",
    "INSERT INTO temp.unit_map SELECT u.number, min(m.number) FROM old.unit u"
    " JOIN main.unit m ON m.id = u.id GROUP BY u.number",
    "INSERT OR IGNORE INTO temp.unit_map VALUES (0, 0)",
    "INSERT OR IGNORE INTO main.route (role, channel) SELECT role, channel FROM old.route"
    " ORDER BY number",
    "CREATE TEMP TABLE route_map (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)",
    "INSERT INTO temp.route_map SELECT o.number, m.number FROM old.route o JOIN main.route m"
    " ON m.role = o.role AND m.channel = o.channel",
    "INSERT OR IGNORE INTO temp.route_map VALUES (0, 0)",
    "INSERT OR IGNORE INTO main.destination (name) SELECT name FROM old.destination"
    " ORDER BY number",
    "CREATE TEMP TABLE destination_map (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)",
    "INSERT INTO temp.destination_map SELECT o.number, m.number FROM old.destination o"
    " JOIN main.destination m ON m.name = o.name",
    "INSERT OR IGNORE INTO temp.destination_map VALUES (0, 0)",
    "INSERT OR IGNORE INTO main.recipient (destination, address, gone_ms, note)"
    " SELECT d.new, r.address, r.gone_ms, r.note FROM old.recipient r"
    " JOIN temp.destination_map d ON d.old = r.destination ORDER BY r.number",
    "CREATE TEMP TABLE recipient_map (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)",
    "INSERT INTO temp.recipient_map SELECT o.number, m.number FROM old.recipient o"
    " JOIN temp.destination_map d ON d.old = o.destination"
    " JOIN main.recipient m ON m.destination = d.new AND m.address = o.address",
    "INSERT OR IGNORE INTO temp.recipient_map VALUES (0, 0)",
    "CREATE TEMP TABLE slot_map (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)",
};

static const char *const maps_gone[] = {
    "DROP TABLE IF EXISTS temp.shift",         "DROP TABLE IF EXISTS temp.unit_map",
    "DROP TABLE IF EXISTS temp.route_map",     "DROP TABLE IF EXISTS temp.destination_map",
    "DROP TABLE IF EXISTS temp.recipient_map", "DROP TABLE IF EXISTS temp.slot_map",
    "DROP TABLE IF EXISTS temp.front",
};

/* `front`: the other's form cursor, and the slot behind which all that is formed of both lies here. */
#define IS_FORMED "(l.slot, l.route, l.unit) <= (f.slot, f.route, f.unit)"
#define SLOT_OF(row)                                                                           \
    "coalesce((SELECT new FROM temp.slot_map WHERE old = " row ".slot),"                       \
    " iif(" row ".slot > f.slot, max(" row ".slot, f.here + 1), " row ".slot))"
#define NUMBER_OR_NONE(column, shift) "iif(" column " = 0, 0, " column " + " shift ")"

static const char *const rows[] = {
    "INSERT INTO main.plan (number, id, revision) SELECT p.number + s.plan, p.id,"
    " p.revision + s.revision FROM old.plan p, temp.shift s ORDER BY p.number",
    "INSERT INTO main.revision (number, plan, taken_ms, hash, path, text)"
    " SELECT r.number + s.revision, r.plan + s.plan, r.taken_ms, r.hash, r.path, r.text"
    " FROM old.revision r, temp.shift s ORDER BY r.number",
    "INSERT INTO main.source (revision, place, file, sha256, text)"
    " SELECT r.revision + s.revision, r.place, r.file, r.sha256, r.text"
    " FROM old.source r, temp.shift s ORDER BY r.revision, r.place",
    "INSERT INTO main.item (number, plan, id, cursor_ms)"
    " SELECT i.number + s.item, i.plan + s.plan, i.id, i.cursor_ms"
    " FROM old.item i, temp.shift s ORDER BY i.number",
    "INSERT INTO main.firing (number, at_ms, fired_ms, slot, plan, item, kind, route, tier,"
    " period, due, phase, official, working, flags, fate, handler, units, cause, text, subjects)"
    " SELECT o.number + s.firing, o.at_ms, o.fired_ms, " SLOT_OF(
        "o") ", o.plan + s.plan,"
             " o.item + s.item, o.kind, r.new, o.tier, o.period, o.due,"
             " " NUMBER_OR_NONE(
                 "o.phase",
                 "s.item") ", o.official, o.working, o.flags, o.fate,"
                           " o.handler, o.units, " NUMBER_OR_NONE(
                               "o.cause",
                               "s.firing") ", o.text, o.subjects"
                                           " FROM old.firing o, temp.shift s, temp.front f JOIN temp.route_map r ON r.old = o.route"
                                           " ORDER BY o.number",
    "INSERT INTO main.line (slot, route, unit, firing, fate)"
    " SELECT iif(" IS_FORMED ", m.new, max(l.slot, f.here + 1)), r.new, u.new,"
    " l.firing + s.firing, l.fate FROM old.line l, temp.shift s, temp.front f"
    " JOIN temp.route_map r ON r.old = l.route JOIN temp.unit_map u ON u.old = l.unit"
    " LEFT JOIN temp.slot_map m ON m.old = l.slot",
    "INSERT INTO main.message (number, slot, route, unit, state, attempts, next_ms, owner, note,"
    " recipient, destination, send_ms, unsure, formed_ms, ended_ms, text)"
    " SELECT l.number + s.message, coalesce(m.new, l.slot), r.new, u.new, l.state, l.attempts,"
    " l.next_ms, NULL, l.note, c.new, d.new, l.send_ms, l.unsure, l.formed_ms, l.ended_ms,"
    " l.text FROM old.message l, temp.shift s JOIN temp.route_map r ON r.old = l.route"
    " JOIN temp.unit_map u ON u.old = l.unit JOIN temp.recipient_map c ON c.old = l.recipient"
    " JOIN temp.destination_map d ON d.old = l.destination"
    " LEFT JOIN temp.slot_map m ON m.old = l.slot ORDER BY l.number",
    "INSERT INTO main.part (message, slot, route, unit)"
    " SELECT l.message + s.message, coalesce(m.new, l.slot), r.new, u.new"
    " FROM old.part l, temp.shift s JOIN temp.route_map r ON r.old = l.route"
    " JOIN temp.unit_map u ON u.old = l.unit LEFT JOIN temp.slot_map m ON m.old = l.slot",
    "INSERT INTO main.words (message, unit, name, role, subject, text, json)"
    " SELECT w.message + s.message, w.unit, w.name, w.role, w.subject, w.text, w.json"
    " FROM old.words w, temp.shift s",
    "INSERT INTO main.fact (number, kind, plan, item, unit, period, phase, value, in_time, at_ms,"
    " recorded_ms, actor, key, note, detail, moves, piece, act)"
    " SELECT o.number + s.fact, o.kind, o.plan + s.plan, o.item + s.item, u.new, o.period,"
    " " NUMBER_OR_NONE(
        "o.phase",
        "s.item") ", iif(o.kind = 4, o.value + s.fact, o.value),"
                  " o.in_time, o.at_ms, o.recorded_ms, o.actor, o.key, o.note,"
                  " iif(o.detail LIKE '%\"copy_of\":%' AND json_valid(o.detail), json_replace(o.detail,"
                  " '$.copy_of', json_extract(o.detail, '$.copy_of') + s.fact), o.detail),"
                  " o.moves, o.piece + s.fact, o.act + s.fact FROM old.fact o, temp.shift s"
                  " JOIN temp.unit_map u ON u.old = o.unit ORDER BY o.number",
    "INSERT INTO main.file (fact, place, sha256, name, bytes, chars, kept)"
    " SELECT o.fact + s.fact, o.place, o.sha256, o.name, o.bytes, o.chars, o.kept"
    " FROM old.file o, temp.shift s",
    "INSERT INTO main.shingle (hash, fact) SELECT o.hash, o.fact + s.fact"
    " FROM old.shingle o, temp.shift s",
    "INSERT INTO main.counter (item, period, phase, unit, done, in_time, excused, enough, due)"
    " SELECT o.item + s.item, o.period, " NUMBER_OR_NONE(
        "o.phase",
        "s.item") ", u.new, o.done,"
                  " o.in_time, o.excused, o.enough, o.due FROM old.counter o, temp.shift s"
                  " JOIN temp.unit_map u ON u.old = o.unit",
    /* of one machine's clock, and told to all plans: what both have seen once */
    "INSERT INTO main.doubt (at_ms, wall_ms, jump_ms, doubt, actor)"
    " SELECT at_ms, wall_ms, jump_ms, doubt, actor FROM old.doubt EXCEPT"
    " SELECT at_ms, wall_ms, jump_ms, doubt, actor FROM main.doubt ORDER BY at_ms",
    "UPDATE main.holder SET (boot_id, boot_ms, wall_ms) ="
    " (SELECT boot_id, boot_ms, wall_ms FROM old.holder) WHERE boot_id IS NULL",
    "UPDATE main.holder SET last_slot = max(last_slot, coalesce((SELECT max(slot)"
    " FROM main.firing, temp.shift s WHERE number > s.firing AND slot > 0), last_slot))",
};

/* Keys that the command of one plan made of another's fact: "a#f12" (cli/elsewhere.h). They move with it, in
 * two steps, since one may take the place of the next. */
#define NUMBER_IN_KEY(id) "CAST(substr(key, length(" id ") + 3) AS INTEGER)"
#define IS_KEY_OF(id)                                                                          \
    "key >= " id " || '#f' AND key < " id " || '#g'"                                           \
    " AND substr(key, length(" id ") + 3) GLOB '[1-9]*'"                                       \
    " AND substr(key, length(" id ") + 3) NOT GLOB '*[^0-9]*'"

static const char *const keys[] = {
    "UPDATE main.fact SET key = char(1) || p.id || '#f' || (" NUMBER_IN_KEY(
        "p.id") " + s.fact)"
                " FROM old.plan p, temp.shift s WHERE main.fact.number <= s.fact AND " IS_KEY_OF(
                    "p.id"),
    "UPDATE main.fact SET key = char(1) || p.id || '#f' || (" NUMBER_IN_KEY(
        "p.id") " + a.facts) FROM main.adopted a JOIN main.plan p ON p.number = a.plan, temp.shift s"
                " WHERE main.fact.number > s.fact AND recorded_ms < a.at_ms AND " IS_KEY_OF(
                    "p.id"),
    "UPDATE main.fact SET key = substr(key, 2) WHERE key >= char(1) AND key < char(2)",
};

struct adopting {
    struct store *store;
    char name[17]; /* of the other store */
    struct err *err;
};

/* ---- asking --------------------------------------------------------------------------------- */

/* One number; `none` where there is no row, or NULL in it. */
static int ask(const struct adopting *adopting, const char *sql, const int64_t *values,
               int64_t none, int64_t *out)
{
    struct query query;
    int code = query_open(adopting->store, sql, values, &query, adopting->err);
    *out = none;
    if (code == 0)
        code = query_step(&query, adopting->err);
    if (code > 0 && sqlite3_column_type(query.statement, 0) != SQLITE_NULL)
        *out = query_get(&query);
    query_close(&query);
    return code < 0 ? code : 0;
}

/* Runs a statement with numbers in it. */
static int put(const struct adopting *adopting, const char *sql, const int64_t *values)
{
    int64_t none;
    return ask(adopting, sql, values, 0, &none);
}

static int execute_all(const struct adopting *adopting, const char *const *list, size_t count)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++)
        code = store_execute(adopting->store->db, list[i], adopting->err);
    return code;
}

#define EXECUTE_ALL(adopting, list) execute_all(adopting, list, sizeof(list) / sizeof *(list))

/* ---- the other store ------------------------------------------------------------------------ */

/* One chunk of the oldest firing that is not fanned out. Returns 1 when more remains. */
static int fan_some(struct store *other, uint32_t *units, struct err *err)
{
    struct arena *arena = arena_new();
    struct store_firing firing;
    struct bits subjects = {0};
    uint32_t next;
    size_t count = 0;
    int code = store_fan_next(other, arena, &firing, &next, err);
    if (code == 0 && bits_decode(firing.subjects, firing.subjects_length, &subjects, NULL) < 0)
        code = store_fan_lost(other, &firing, err);
    else if (code == 0) {
        for (next = bits_next(&subjects, next); next != BITS_NONE && count < STORE_CHUNK_MOST;
             next = bits_next(&subjects, next + 1))
            units[count++] = next;
        code = store_fan(other, &firing, units, count, next, err);
    }
    bits_free(&subjects);
    arena_free(arena);
    return code == ERR_NOT_FOUND ? 0 : code < 0 ? code : 1;
}

static int fan_all(struct store *other, struct err *err)
{
    uint32_t *units = mem_resize(NULL, STORE_CHUNK_MOST, sizeof *units);
    int code;
    while ((code = fan_some(other, units, err)) > 0 && (code = store_flush(other, err)) == 0)
        continue;
    free(units);
    return code;
}

/* Brings it to this schema and to rest. */
static int settle_other(struct adopting *adopting, const char *path)
{
    struct store *other = NULL;
    int code = store_open(path, STORE_WRITE, &other, adopting->err);
    if (code == 0)
        code = fan_all(other, adopting->err);
    if (code == 0)
        memcpy(adopting->name, store_name(other), sizeof adopting->name);
    store_close(other);
    return code;
}

static int attach(const struct adopting *adopting, const char *path)
{
    char *sql = sqlite3_mprintf("ATTACH %Q AS old", path);
    if (!sql)
        mem_exhausted();
    int code = store_execute(adopting->store->db, sql, adopting->err);
    sqlite3_free(sql);
    return code;
}

static int check_plans(const struct adopting *adopting)
{
    enum lang lang = lang_of_environment();
    int64_t held, common;
    int code = ask(adopting,
                   "SELECT 1 FROM old.holder WHERE restored_ms IS NOT NULL UNION ALL"
                   " SELECT 1 FROM old.message WHERE state = 4 LIMIT 1",
                   NULL, 0, &held);
    if (code == 0)
        code = ask(adopting, "SELECT 1 FROM old.plan o JOIN main.plan m ON m.id = o.id LIMIT 1",
                   NULL, 0, &common);
    if (code == 0 && common)
        return err_set(adopting->err, ERR_INVALID, "%s",
                       TR(lang, "both stores have the plan", "两个数据文件里都有这个方案"));
    if (code == 0 && held)
        return err_set(
            adopting->err, ERR_INVALID, "%s",
            TR(lang,
               "its store was restored from a backup: release or cancel what it "
               "holds first (planrun outbox)",
               "它的数据文件是恢复的备份：请先放行或取消暂停的消息（planrun outbox）"));
    return code;
}

/* ---- slots ---------------------------------------------------------------------------------- */

/* The place of a formed slot: as it is, or before, but not another's, nor one that is pending here. */
static int place_slot(const struct adopting *adopting, int64_t slot, int64_t below,
                      int64_t *out)
{
    static const char taken[] = "SELECT 1 FROM main.line WHERE slot = ?1 UNION ALL"
                                " SELECT 1 FROM main.holder WHERE formed_slot = ?1 LIMIT 1";
    int code = 0;
    int64_t any = 1;
    for (*out = slot < below ? slot : below - 1; code == 0; --*out) {
        code = ask(adopting, taken, out, 0, &any);
        if (code < 0 || !any)
            break;
    }
    return code;
}

/* Places them from the last to the first; `*last` is the greatest. */
static int place_slots(const struct adopting *adopting, int64_t below, int64_t *last)
{
    static const char formed[] =
        "SELECT DISTINCT l.slot FROM old.line l, old.holder h WHERE (l.slot, l.route, l.unit) <="
        " (h.formed_slot, h.formed_route, h.formed_unit) ORDER BY l.slot DESC";
    struct query query;
    int code = query_open(adopting->store, formed, NULL, &query, adopting->err);
    *last = STORE_NEVER;
    while (code >= 0 && (code = query_step(&query, adopting->err)) > 0) {
        int64_t pair[] = {query_get(&query), 0};
        code = place_slot(adopting, pair[0], below, &pair[1]);
        if (code == 0)
            code = put(adopting, "INSERT INTO temp.slot_map VALUES (?1, ?2)", pair);
        below = pair[1];
        if (pair[1] > *last)
            *last = pair[1];
    }
    query_close(&query);
    return code;
}

/* Moves the form cursor behind all that is formed of both, and notes where that is. */
static int set_front(const struct adopting *adopting, int64_t last)
{
    int code = put(adopting,
                   "UPDATE main.holder SET formed_slot = ?1, formed_route = 4294967295,"
                   " formed_unit = 4294967295 WHERE formed_slot < ?1",
                   &last);
    return code < 0 ? code
                    : store_execute(adopting->store->db,
                                    "CREATE TEMP TABLE front AS SELECT o.formed_slot AS slot,"
                                    " o.formed_route AS route, o.formed_unit AS unit,"
                                    " m.formed_slot AS here FROM old.holder o, main.holder m",
                                    adopting->err);
}

static int map_slots(const struct adopting *adopting)
{
    int64_t pending, last = STORE_NEVER;
    int code = ask(adopting,
                   "SELECT min(slot) FROM (SELECT min(l.slot) AS slot FROM main.line l,"
                   " main.holder h WHERE (l.slot, l.route, l.unit) >"
                   " (h.formed_slot, h.formed_route, h.formed_unit)"
                   " UNION ALL SELECT min(slot) FROM main.fanout)",
                   NULL, INT64_MAX, &pending);
    if (code == 0)
        code = place_slots(adopting, pending, &last);
    return code < 0 ? code : set_front(adopting, last);
}

/* ---- sets of units -------------------------------------------------------------------------- */

/* By number in the other store; the caller frees. */
static int read_units(const struct adopting *adopting, uint32_t **out, uint32_t *most)
{
    struct query query;
    int64_t last = 0;
    int code = ask(adopting, "SELECT max(old) FROM temp.unit_map", NULL, 0, &last);
    if (code < 0)
        return code;
    if (last < 0 || last >= BITS_MOST)
        return store_damaged(NULL, "the number of a unit", adopting->err);
    uint32_t *map = mem_resize(NULL, (size_t)last + 1, sizeof *map);
    memset(map, 0, ((size_t)last + 1) * sizeof *map);
    code = query_open(adopting->store, "SELECT old, new FROM temp.unit_map", NULL, &query,
                      adopting->err);
    while (code >= 0 && (code = query_step(&query, adopting->err)) > 0) {
        int64_t old = query_get(&query);
        map[old] = (uint32_t)query_get(&query);
    }
    query_close(&query);
    *out = map;
    *most = (uint32_t)last;
    return code;
}

static int write_set(const struct adopting *adopting, int64_t firing, const struct bits *set)
{
    static const char sql[] = "UPDATE main.firing SET subjects = ?2 WHERE number = ?1";
    struct buf bytes = {0};
    sqlite3_stmt *statement = NULL;
    bits_encode(&bytes, set);
    int code = 0, step = sqlite3_prepare_v2(adopting->store->db, sql, -1, &statement, NULL);
    if (step == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, firing);
        sqlite3_bind_blob(statement, 2, bytes.bytes, (int)bytes.length, SQLITE_STATIC);
        step = sqlite3_step(statement);
    }
    if (step != SQLITE_DONE)
        code = store_failed(adopting->store->db, adopting->err);
    sqlite3_finalize(statement);
    buf_free(&bytes);
    return code;
}

/* What cannot be read stays as it is: it is lost here as there. */
static int move_set(const struct adopting *adopting, struct query *row, int64_t *firing,
                    const uint32_t *map, uint32_t most)
{
    struct bits from = {0}, to = {0};
    size_t length;
    int code = 0;
    *firing = query_get(row);
    const void *bytes = query_get_bytes(row, &length);
    if (bits_decode(bytes, length, &from, NULL) == 0) {
        for (uint32_t unit = bits_next(&from, 0); unit != BITS_NONE;
             unit = bits_next(&from, unit + 1))
            if (unit <= most && map[unit])
                bits_add(&to, map[unit]);
        code = write_set(adopting, *firing, &to);
    }
    bits_free(&from);
    bits_free(&to);
    return code;
}

static int move_sets(const struct adopting *adopting)
{
    static const char next[] = "SELECT number, subjects FROM main.firing WHERE number > ?1"
                               " AND subjects IS NOT NULL ORDER BY number LIMIT 1";
    uint32_t *map = NULL, most = 0;
    int64_t firing, moved = 0;
    int code = ask(adopting, "SELECT firing FROM temp.shift", NULL, 0, &firing);
    if (code == 0)
        code = ask(adopting, "SELECT 1 FROM temp.unit_map WHERE old <> new LIMIT 1", NULL, 0,
                   &moved);
    if (code < 0 || !moved)
        return code;
    code = read_units(adopting, &map, &most);
    for (bool more = map != NULL; code == 0 && more;) {
        struct query row;
        code = query_open(adopting->store, next, &firing, &row, adopting->err);
        if (code == 0)
            code = query_step(&row, adopting->err);
        more = code > 0;
        if (more)
            code = move_set(adopting, &row, &firing, map, most);
        query_close(&row);
    }
    free(map);
    return code;
}

/* ---- names of messages ---------------------------------------------------------------------- */

static int name_range(struct store *store, int64_t first, int64_t last, const char *name,
                      int64_t less, struct err *err)
{
    char *sql = sqlite3_mprintf("INSERT INTO main.named VALUES (%lld, %lld, %Q, %lld)",
                                first + less, last + less, name, less);
    if (!sql)
        mem_exhausted();
    int code = first > last ? 0 : store_execute(store->db, sql, err);
    sqlite3_free(sql);
    return code;
}

int row_name_rest(struct store *store, const char *ranges, int64_t last, const char *name,
                  int64_t less, struct err *err)
{
    struct query query;
    int64_t next = 1;
    int code = query_open(store, ranges, NULL, &query, err);
    while (code >= 0 && (code = query_step(&query, err)) > 0) {
        int64_t first = query_get(&query);
        code = name_range(store, next, first - 1, name, less, err);
        next = query_get(&query) + 1;
    }
    query_close(&query);
    return code < 0 ? code : name_range(store, next, last, name, less, err);
}

static int name_messages(const struct adopting *adopting)
{
    int64_t last, less;
    int code = ask(adopting, "SELECT max(number) FROM old.message", NULL, 0, &last);
    if (code == 0)
        code = ask(adopting, "SELECT message FROM temp.shift", NULL, 0, &less);
    if (code == 0)
        code =
            row_name_rest(adopting->store, "SELECT first, last FROM old.named ORDER BY first",
                          last, adopting->name, less, adopting->err);
    return code < 0
               ? code
               : store_execute(adopting->store->db,
                               "INSERT INTO main.named SELECT n.first + s.message, n.last +"
                               " s.message, n.name, n.less + s.message"
                               " FROM old.named n, temp.shift s",
                               adopting->err);
}

int store_message_id(struct store *store, int64_t message, char out[STORE_ID_MOST],
                     struct err *err)
{
    struct query query = query_new(store, SQL_NAMED);
    query_int(&query, message);
    int code = query_step(&query, err);
    int64_t last = code > 0 ? query_get(&query) : 0;
    if (code >= 0 && last >= message) {
        const char *name = query_get_text(&query);
        sqlite3_snprintf(STORE_ID_MOST, out, "%s-%lld", name ? name : "",
                         message - query_get(&query));
    } else if (code >= 0) {
        sqlite3_snprintf(STORE_ID_MOST, out, "%s-%lld", store->name, message);
    }
    query_end(&query);
    return code < 0 ? code : 0;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static int note_adopted(const struct adopting *adopting, int64_t now_ms)
{
    char *sql = sqlite3_mprintf("INSERT INTO main.adopted SELECT p.number + s.plan, %Q, %lld,"
                                " s.fact, s.firing FROM old.plan p, temp.shift s",
                                adopting->name, now_ms);
    if (!sql)
        mem_exhausted();
    int code = store_execute(adopting->store->db, sql, adopting->err);
    sqlite3_free(sql);
    return code;
}

static int check_units(const struct adopting *adopting)
{
    int64_t most;
    int code = ask(adopting, "SELECT max(number) FROM main.unit", NULL, 0, &most);
    return code == 0 && most >= BITS_MOST
               ? err_set(adopting->err, ERR_LIMIT, "more than %d units", BITS_MOST - 1)
               : code;
}

static int copy(const struct adopting *adopting, int64_t now_ms)
{
    int code = check_plans(adopting);
    if (code == 0)
        code = EXECUTE_ALL(adopting, maps_gone);
    if (code == 0)
        code = EXECUTE_ALL(adopting, maps);
    if (code == 0)
        code = check_units(adopting);
    if (code == 0)
        code = map_slots(adopting);
    if (code == 0)
        code = EXECUTE_ALL(adopting, rows);
    if (code == 0)
        code = EXECUTE_ALL(adopting, keys);
    if (code == 0)
        code = move_sets(adopting);
    if (code == 0)
        code = name_messages(adopting);
    return code < 0 ? code : note_adopted(adopting, now_ms);
}

static int count(const struct adopting *adopting, struct store_adopted *out)
{
    int64_t plans = 0;
    int code = ask(adopting, "SELECT count(*) FROM old.plan", NULL, 0, &plans);
    if (code == 0)
        code = ask(adopting, "SELECT count(*) FROM old.fact", NULL, 0, &out->facts);
    if (code == 0)
        code = ask(adopting, "SELECT count(*) FROM old.firing", NULL, 0, &out->firings);
    if (code == 0)
        code = ask(adopting, "SELECT count(*) FROM old.message", NULL, 0, &out->messages);
    out->plans = (uint32_t)plans;
    return code;
}

int store_adopt(struct store *store, const char *path, int64_t now_ms,
                struct store_adopted *out, struct err *err)
{
    struct adopting adopting = {.store = store, .err = err};
    struct store_adopted adopted = {0};
    if (store->group != GROUP_NONE)
        return err_set(err, ERR_INTERNAL, "taking over needs a group of its own");
    int code = settle_other(&adopting, path);
    if (code == 0)
        code = attach(&adopting, path);
    if (code < 0)
        return code;
    code = count(&adopting, &adopted);
    if (code == 0 && (code = group_enter(store, true, err)) == 0) {
        code = group_leave(store, copy(&adopting, now_ms), err);
        if (code == 0)
            code = store_flush(store, err);
    }
    if (code < 0)
        store_undo(store);
    execute_all(&(struct adopting){.store = store}, maps_gone,
                sizeof maps_gone / sizeof *maps_gone);
    store_execute(store->db, "DETACH old", NULL);
    if (code == 0)
        *out = adopted;
    return code;
}

int store_adopted_from(struct store *store, const char *plan, char name[17], struct err *err)
{
    struct query query = query_new(store, SQL_ADOPTED);
    query_text(&query, plan);
    int code = query_step(&query, err);
    const char *found = code > 0 ? query_get_text(&query) : "";
    if (code >= 0)
        sqlite3_snprintf(17, name, "%s", found ? found : "");
    query_end(&query);
    return code < 0 ? code : 0;
}
