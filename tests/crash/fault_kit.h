/*
 * A store on the disk in memory with an engine over it, for tests that let every operation of the disk
 * fail: two revisions of a plan, the things a run does as acts that can fail and be repeated, and the
 * whole content of a store as text. Prefix: act_, content_, world_.
 */
#ifndef TESTS_FAULT_KIT_H
#define TESTS_FAULT_KIT_H

#include "engine_kit.h"
#include "sim_disk.h"

#include "engine/handler.h"
#include "engine/mail.h"
#include "store/disk.h"
#include "store/plans.h"
#include "store/schema.h"
#include "store/store_data.h"

#define STORE_PATH  "p.db"
#define BACKUP_PATH "b.db"

enum { COMMITS_MOST = 256, REPEAT_MS = 600000 };

/* A process at work. */
struct world {
    struct sim_disk *disk;
    struct store *store, *reader; /* reader: opened beside it before anything fails */
    struct engine *engine;
    struct err err;
    bool tight;     /* a cache of few pages, a checkpoint at nearly every commit */
    bool lax;       /* a store that does not sync, to be found out */
    int attempt;    /* later ones come later */
    size_t commits; /* confirmed, of this act */
    bool recording; /* an undisturbed run: */
    char *contents[COMMITS_MOST]; /* before the first commit, behind it, … */
};

/* The two revisions, made once. */
struct plans {
    struct kit first, second;
    char *text[2];
};

static const struct kit_plan first_plan = {
    .head = ISSUED("2012-06-01"),
    .items = PHASE("ph") WHEN(FROM_TO("2012-06-01", "2012-07-31")) END "," QUOTA("essay")
        IN("ph") DUE(BY("2012-07-05")) EACH_WARD COUNT_OF("2") END "," TASK("study") IN("ph")
            DUE(BY("2012-07-05")) EACH_WARD END,
    .remind = "{\"before\":[\"7d\",\"3d\",\"1d\"],\"line\":9}",
    .handlers = ON("phase.start"),
    .wards = 40};

static const struct kit_plan second_plan = {
    .head = ISSUED("2012-06-01"),
    .items = PHASE("ph") WHEN(FROM_TO("2012-06-01", "2012-07-31")) END "," QUOTA("essay")
        IN("ph") DUE(BY("2012-07-10")) EACH_WARD COUNT_OF("3") END "," TASK("read") IN("ph")
            DUE(BY("2012-07-05")) EACH_WARD END,
    .remind = "{\"before\":[\"7d\",\"3d\"],\"line\":9}",
    .wards = 45};

static struct plans plans;

static inline int set_up_plans(void **state)
{
    set_up(state);
    plans.first.plan = kit_compile(&first_plan, &plans.text[0]);
    kit_roster(&plans.first, &first_plan);
    plans.second.plan = kit_compile(&second_plan, &plans.text[1]);
    kit_roster(&plans.second, &second_plan);
    return 0;
}

static inline int tear_down_plans(void **state)
{
    roster_free(plans.first.roster);
    roster_free(plans.second.roster);
    findings_free(&plans.first.findings);
    findings_free(&plans.second.findings);
    return tear_down(state);
}

/* ---- content ---------------------------------------------------------------------------------- */

/* What tells of openings and attempts, or is chance: nobody promises it. */
static inline bool content_is_volatile(const char *table, const char *column)
{
    static const char *const names[] = {"holder.name",    "holder.fence",     "holder.commits",
                                        "message.owner",  "message.attempts", "message.next_ms",
                                        "message.unsure", "message.ended_ms"};
    char name[64];
    snprintf(name, sizeof name, "%s.%s", table, column);
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static inline void content_row(struct buf *out, const char *table, sqlite3_stmt *row)
{
    for (int i = 0; i < sqlite3_column_count(row); i++) {
        const char *name = sqlite3_column_name(row, i);
        const char *value = (const char *)sqlite3_column_text(row, i);
        bool leased = strcmp(table, "message") == 0 && strcmp(name, "state") == 0 && value &&
                      strcmp(value, "1") == 0;
        if (!content_is_volatile(table, name))
            buf_printf(out, "%s%s", i ? "|" : "", leased ? "0" : value ? value : "-");
    }
    buf_adds(out, "\n");
}

static inline int content_table(struct buf *out, sqlite3 *db, const char *table)
{
    char sql[128];
    sqlite3_stmt *row = NULL;
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", table);
    int step = sqlite3_prepare_v2(db, sql, -1, &row, NULL);
    if (step != SQLITE_OK)
        return step;
    buf_printf(out, "%s:\n", table);
    while ((step = sqlite3_step(row)) == SQLITE_ROW)
        content_row(out, table, row);
    sqlite3_finalize(row);
    return step;
}

/* All rows of all tables in the order of their keys, "" when there is no such file; the caller frees
 * it. NULL when it cannot be read. */
static inline char *content_of(const char *path)
{
    static const char names[] =
        "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1";
    struct buf out = {0};
    struct disk_entry entry;
    sqlite3 *db = NULL;
    sqlite3_stmt *tables = NULL;
    struct err err;
    int step = SQLITE_ERROR;
    if (disk_look(path, &entry, &err) == 0 && entry.kind == DISK_NOTHING)
        return strdup("");
    if (store_connect(path, SQLITE_OPEN_READONLY, &db, &err) == 0 &&
        sqlite3_prepare_v2(db, names, -1, &tables, NULL) == SQLITE_OK)
        while ((step = sqlite3_step(tables)) == SQLITE_ROW)
            if ((step = content_table(
                     &out, db, (const char *)sqlite3_column_text(tables, 0))) != SQLITE_DONE)
                break;
    if (step != SQLITE_DONE) {
        print_message("%s: %s\n", path, sqlite3_errmsg(db));
        buf_free(&out);
    }
    sqlite3_finalize(tables);
    sqlite3_close(db);
    return out.bytes;
}

/* ---- a process -------------------------------------------------------------------------------- */

/* Few pages in memory, so that a transaction writes before it is committed. */
static inline int world_tighten(const struct world *world, struct err *err)
{
    if (world->lax && store_execute(world->store->db, "PRAGMA synchronous = OFF", err) < 0)
        return err->code;
    if (!world->tight)
        return 0;
    sqlite3_wal_autocheckpoint(world->store->db, 4);
    return store_execute(world->store->db, "PRAGMA cache_size = 10; PRAGMA cache_spill = 10",
                         err);
}

static inline int world_bind(struct world *world, const struct kit *kit, struct engine **out)
{
    struct engine_input input = {kit->plan, calendar, kit->roster};
    return engine_new(world->store, &input, 1, out, &world->err);
}

/* Opens the store; and, when it has the plan, an engine and a reader. */
static inline int world_open(struct world *world, bool bind)
{
    int code = store_open(STORE_PATH, STORE_WRITE, &world->store, &world->err);
    if (code == 0)
        code = world_tighten(world, &world->err);
    if (code == 0 && bind)
        code = world_bind(world, &plans.first, &world->engine);
    if (code == 0 && bind)
        code = store_flush(world->store, &world->err);
    if (code == 0 && bind)
        code = store_open(STORE_PATH, STORE_READ, &world->reader, &world->err);
    return code;
}

static inline void world_close(struct world *world)
{
    engine_free(world->engine);
    store_close(world->reader);
    store_close(world->store);
    world->engine = NULL;
    world->store = world->reader = NULL;
}

/* The commit of an act: whoever is told hears of it behind this. */
static inline int world_commit(struct world *world)
{
    int code = store_flush(world->store, &world->err);
    if (code == 0)
        world->commits++;
    if (code == 0 && world->recording) {
        assert_true(world->commits < COMMITS_MOST);
        world->contents[world->commits] = content_of(STORE_PATH);
    }
    return code;
}

/* What a step has failed in is ended too: the group says that it is lost. */
static inline int world_end(struct world *world, int code)
{
    struct err err;
    if (code < 0 && world->store)
        store_flush(world->store, &err);
    return code;
}

/* ---- acts: 0, or a negative code; each can be repeated ------------------------------------------ */

typedef int act(struct world *world);

static inline int act_open(struct world *world)
{
    world_close(world);
    int code = world_open(world, false);
    if (code == 0) {
        world->commits++;
        if (world->recording)
            world->contents[world->commits] = content_of(STORE_PATH);
    }
    return code;
}

static inline int take_plan(struct world *world, const struct kit *kit, const char *text,
                            const char *anew)
{
    uint32_t number;
    struct engine *engine = NULL;
    struct store_revision revision = {.plan = kit->plan->id,
                                      .hash = text == plans.text[0] ? "1" : "2",
                                      .text = text,
                                      .length = strlen(text),
                                      .path = "p.lua",
                                      .taken_ms = 1};
    int code =
        store_take_revision(world->store, &revision, &anew, anew ? 1 : 0, &number, &world->err);
    if (code == 0)
        code = world_bind(world, kit, &engine);
    if (code == 0)
        code = world_commit(world);
    if (code < 0) {
        engine_free(engine);
        return world_end(world, code);
    }
    engine_free(world->engine);
    world->engine = engine;
    return 0;
}

static inline int act_load(struct world *world)
{
    return take_plan(world, &plans.first, plans.text[0], NULL);
}

static inline int act_apply(struct world *world)
{
    int code = engine_keep_met(world->engine, 0, "essay", &world->err);
    return code < 0 ? world_end(world, code)
                    : take_plan(world, &plans.second, plans.text[1], "essay");
}

static inline int hand_in(struct world *world, const char *unit, const char *key)
{
    struct fact_request request = {.kind = FACT_SUBMITTED,
                                   .item = "essay",
                                   .unit = unit,
                                   .count = 1,
                                   .at_ms = instant("2012-06-20 10:00"),
                                   .period = DAY_NONE,
                                   .key = key,
                                   .actor = "test"};
    struct fact_answer answer;
    return engine_fact(world->engine, 0, &request, request.at_ms, arena, &answer, &world->err);
}

/* Two facts of one group, of which a third is refused; then one alone. */
static inline int act_submit(struct world *world)
{
    int code = hand_in(world, "w1", "k1");
    if (code == 0 && hand_in(world, "nobody", "k0") != ERR_NOT_FOUND && !world->err.code)
        code = ERR_INTERNAL;
    if (code == 0)
        code = hand_in(world, "w2", "k2");
    if (code == 0)
        code = world_commit(world);
    if (code == 0)
        code = hand_in(world, "w1", "k3");
    if (code == 0)
        code = world_commit(world);
    return world_end(world, code);
}

/* Enough commits for the log to be brought into the file. */
static inline int act_submit_many(struct world *world)
{
    int code = 0;
    for (int i = 0; i < 8 && code == 0; i++) {
        char key[16], unit[16];
        snprintf(key, sizeof key, "many%d", i);
        snprintf(unit, sizeof unit, "w%d", 40 - i);
        code = hand_in(world, unit, key);
        if (code == 0)
            code = world_commit(world);
    }
    return world_end(world, code);
}

/* What is to be found out: nothing tells a repetition from a second piece, … */
static inline int act_submit_keyless(struct world *world)
{
    int code = hand_in(world, "w1", NULL);
    if (code == 0)
        code = world_commit(world);
    return world_end(world, code);
}

/* … what belongs together is committed in two parts. */
static inline int act_submit_apart(struct world *world)
{
    int code = hand_in(world, "w1", "k1");
    if (code == 0)
        code = store_flush(world->store, &world->err);
    if (code == 0)
        code = hand_in(world, "w2", "k2");
    if (code == 0)
        code = world_commit(world);
    return world_end(world, code);
}

static inline int tick_at(struct world *world, const char *now)
{
    static const struct clock_reading clock = {"boot", 5, 6};
    int more;
    do {
        more = engine_tick(world->engine, instant(now), &clock, &world->err);
        int code = more < 0 ? more : world_commit(world);
        more = code < 0 ? code : more;
    } while (more > 0);
    return world_end(world, more);
}

static inline int act_begin(struct world *world)
{
    return tick_at(world, "2012-06-01 00:10");
}

static inline int act_tick(struct world *world)
{
    return tick_at(world, "2012-06-29 10:00");
}

static inline int act_handle(struct world *world)
{
    struct handler_call call;
    int64_t now_ms = instant("2012-06-01 01:00");
    struct arena *texts = arena_new();
    int code = engine_handler_next(world->engine, texts, &call, &world->err);
    if (code == 0) {
        struct handler_notice notice = {&call.subjects, call.event, NULL, NULL};
        code = engine_handled(world->engine, &call, &notice, 1, NULL, now_ms, &world->err);
        if (code >= 0)
            code = world_commit(world);
        handler_call_free(&call);
    } else if (code == ERR_NOT_FOUND) {
        code = 0;
    }
    arena_free(texts);
    return world_end(world, code);
}

static inline int act_fan(struct world *world)
{
    int more;
    do {
        more = engine_fan(world->engine, &world->err);
        int code = more < 0 ? more : world_commit(world);
        more = code < 0 ? code : more;
    } while (more > 0);
    return world_end(world, more);
}

static inline struct mail_desk world_desk(const struct world *world)
{
    return (struct mail_desk){.store = world->store,
                              .engines = &world->engine,
                              .count = 1,
                              .rules = outbox_rules_plain()};
}

static inline int act_form(struct world *world)
{
    struct mail_desk desk = world_desk(world);
    int more;
    do {
        more = mail_form(&desk, instant("2012-06-29 10:00"), &world->err);
        int code = more < 0 ? more : world_commit(world);
        more = code < 0 ? code : more;
    } while (more > 0);
    return world_end(world, more);
}

/* What they say is kept, in the group of their leases. */
static inline int keep_words(const struct mail_desk *desk, const struct mail *mails,
                             size_t count, struct err *err)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++) {
        struct store_words words = {
            mails[i].unit_id, mails[i].unit_name, mails[i].role, "subject", "text", "{}"};
        code = mail_keep(desk, &mails[i], &words, err);
    }
    return code;
}

/* Leased, committed, told, settled. Repeated, when the leases have run out. */
static inline int act_send(struct world *world)
{
    int64_t now_ms = instant("2012-06-29 10:00") + world->attempt * REPEAT_MS;
    struct store_destination destination = {1, "default"};
    struct mail_desk desk = world_desk(world);
    struct mail_end sent = {.result = MAIL_SENT};
    struct arena *texts = arena_new();
    const struct mail *mails;
    size_t count = 0;
    int code, more;
    do {
        more = mail_take(&desk, &destination, now_ms, 15, texts, &mails, &count, &world->err);
        code = more < 0 ? more : keep_words(&desk, mails, count, &world->err);
        if (code == 0)
            code = world_commit(world);
        for (size_t i = 0; code == 0 && i < count; i++)
            code = mail_settle(&desk, &mails[i].message, &sent, now_ms, &world->err);
        if (code == 0)
            code = world_commit(world);
    } while (code == 0 && more > 0);
    arena_free(texts);
    return world_end(world, code);
}

static inline int act_backup(struct world *world)
{
    int code = store_backup(world->store, BACKUP_PATH, &world->err);
    world->commits += code == 0;
    return code;
}

static inline int act_close(struct world *world)
{
    world_close(world);
    world->commits++;
    return 0;
}

/* ---- a store of old --------------------------------------------------------------------------- */

static inline int copy_tables(sqlite3 *db, struct err *err)
{
    sqlite3_stmt *tables = NULL;
    int code = 0;
    if (sqlite3_prepare_v2(db,
                           "SELECT m.name, group_concat(quote(c.name)) FROM sqlite_schema m,"
                           " pragma_table_info(m.name) c WHERE m.type = 'table' GROUP BY 1",
                           -1, &tables, NULL) != SQLITE_OK)
        return store_failed(db, err);
    while (code == 0 && sqlite3_step(tables) == SQLITE_ROW) {
        struct buf sql = {0}, names = {0};
        const char *table = (const char *)sqlite3_column_text(tables, 0);
        for (const char *c = (const char *)sqlite3_column_text(tables, 1); *c; c++)
            buf_add(&names, *c == '\'' ? "\"" : c, 1);
        buf_printf(&sql, "INSERT INTO main.%s (%s) SELECT %s FROM newer.%s", table, names.bytes,
                   names.bytes, table);
        code = store_execute(db, sql.bytes, err);
        buf_free(&sql);
        buf_free(&names);
    }
    sqlite3_finalize(tables);
    return code;
}

/* The same rows in a file of the first schema, as it was made when that was the newest. */
static inline int act_age(struct world *world)
{
    sqlite3 *db = NULL;
    size_t length;
    char *problem = NULL;
    world_close(world);
    if (sqlite3_open("old.db", &db) != SQLITE_OK ||
        sqlite3_exec(db, schema_step(1), NULL, NULL, &problem) != SQLITE_OK ||
        sqlite3_exec(db,
                     "PRAGMA application_id = 0x706c616e; PRAGMA user_version = 1;"
                     "DELETE FROM holder; ATTACH 'p.db' AS newer",
                     NULL, NULL, &problem) != SQLITE_OK ||
        copy_tables(db, &world->err) < 0 ||
        sqlite3_exec(db, "DETACH newer; PRAGMA journal_mode = WAL", NULL, NULL, &problem) !=
            SQLITE_OK)
        fail_msg("%s %s", problem ? problem : "", world->err.message);
    sqlite3_close(db);
    const unsigned char *bytes = sim_disk_file(world->disk, "old.db", &length);
    sim_disk_put(world->disk, STORE_PATH, bytes, length);
    sim_disk_put(world->disk, STORE_PATH "-mark", NULL, 0);
    sim_disk_put(world->disk, "old.db", NULL, 0);
    return 0;
}

#endif
