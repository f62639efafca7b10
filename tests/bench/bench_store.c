/*
 * The store beside SQLite itself: the same rows, the same settings, the same disk, one run.
 *
 *   bench_store lines FOLDER [UNITS]      lines of one firing, 10,000 a transaction: rows/s
 *   bench_store units FOLDER [UNITS]      numbers for a roster, all new and all known
 *   bench_store submit FOLDER [FACTS]     facts and their counters, one a commit and 1,000 a commit
 *   bench_store journal FOLDER [ROWS]     a store of so many rows, made by SQLite; then what it takes to
 *                                         open it, to number 100,000 units and 300 items, to tick once
 */
#include "base/arena.h"
#include "base/bits.h"
#include "base/table.h"
#include "store/facts.h"
#include "store/lines.h"
#include "store/numbers.h"
#include "store/pages.h"

#include <sqlite3.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 10000, FIRST_SLOT = 1000, ROUTE = 1, FIRING = 1 };

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_store: %s\n", what);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        die(sqlite3_errmsg(db));
}

/* SQLite as the store has it: durable at every commit. */
static sqlite3 *bare_open(const char *folder, const char *name)
{
    char path[1024];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (sqlite3_open(path, &db) != SQLITE_OK)
        die(path);
    run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
            "PRAGMA mmap_size = 0;");
    return db;
}

static sqlite3_stmt *bare_prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        die(sqlite3_errmsg(db));
    return statement;
}

/* Seconds for the lines of one firing. */
static double bare_lines(const char *folder, uint32_t units)
{
    sqlite3 *db = bare_open(folder, "bare.db");
    run(db, "CREATE TABLE line (slot INTEGER NOT NULL, route INTEGER NOT NULL,"
            " unit INTEGER NOT NULL, firing INTEGER NOT NULL, fate INTEGER NOT NULL,"
            " PRIMARY KEY (slot, route, unit, firing)) STRICT, WITHOUT ROWID");
    sqlite3_stmt *insert = bare_prepare(db, "INSERT INTO line VALUES (?, ?, ?, ?, 0)");
    double start = now();
    for (uint32_t unit = 1; unit <= units; unit++) {
        if (unit % CHUNK == 1)
            run(db, "BEGIN IMMEDIATE");
        sqlite3_bind_int64(insert, 1, FIRST_SLOT);
        sqlite3_bind_int64(insert, 2, ROUTE);
        sqlite3_bind_int64(insert, 3, unit);
        sqlite3_bind_int64(insert, 4, FIRING);
        if (sqlite3_step(insert) != SQLITE_DONE)
            die(sqlite3_errmsg(db));
        sqlite3_reset(insert);
        if (unit % CHUNK == 0 || unit == units)
            run(db, "COMMIT");
    }
    double seconds = now() - start;
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return seconds;
}

static struct store *store_new(const char *folder, const char *name)
{
    char path[1024];
    struct store *store = NULL;
    struct err err;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (store_open(path, STORE_WRITE, &store, &err) < 0)
        die(err.message);
    return store;
}

static int64_t tick(struct store *store, int64_t slot_ms, uint32_t units)
{
    struct bits set = {0};
    struct buf subjects = {0};
    struct err err;
    int64_t number = 0;
    for (uint32_t unit = 1; unit <= units; unit++)
        bits_add(&set, unit);
    bits_encode(&subjects, &set);
    struct store_firing firing = {.slot_ms = slot_ms,
                                  .item = 1,
                                  .kind = 1,
                                  .route = ROUTE,
                                  .units = units,
                                  .subjects = subjects.bytes,
                                  .subjects_length = subjects.length};
    struct store_batch batch = {.firings = &firing, .firing_count = 1};
    if (store_tick(store, &batch, &number, &err) < 0 || store_flush(store, &err) < 0)
        die(err.message);
    bits_free(&set);
    buf_free(&subjects);
    return number;
}

/* The same lines as a fan-out of the store makes them. */
static double store_lines(const char *folder, uint32_t units, double *longest)
{
    struct store *store = store_new(folder, "store.db");
    struct arena *arena = arena_new();
    struct store_firing firing;
    struct err err;
    static uint32_t chunk[CHUNK];
    tick(store, FIRST_SLOT, units);
    double start = now();
    for (uint32_t unit = 1, next; unit <= units;) {
        uint32_t count = 0;
        double turn = now();
        if (store_fan_next(store, arena, &firing, &next, &err) < 0)
            die(err.message);
        for (; unit <= units && count < CHUNK; unit++)
            chunk[count++] = unit;
        if (store_fan(store, &firing, chunk, count, unit > units ? UINT32_MAX : unit, &err) <
                0 ||
            store_flush(store, &err) < 0)
            die(err.message);
        turn = now() - turn;
        *longest = turn > *longest ? turn : *longest;
    }
    double seconds = now() - start;
    arena_free(arena);
    store_close(store);
    return seconds;
}

static void lines(const char *folder, uint32_t units)
{
    double longest = 0, bare = bare_lines(folder, units),
           ours = store_lines(folder, units, &longest);
    printf("lines   bare SQLite  %u rows  %.3f s  %.0f rows/s\n", units, bare, units / bare);
    printf("lines   store        %u rows  %.3f s  %.0f rows/s\n", units, ours, units / ours);
    printf("lines   ratio %.2f, the longest chunk with its commit %.1f ms\n", ours / bare,
           longest * 1e3);
}

enum { ASKED = 100000, TURNS = 5 }; /* units that hand in */

static const char fact_tables[] =
    "CREATE TABLE fact (number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, plan INTEGER NOT NULL,"
    " item INTEGER NOT NULL, unit INTEGER NOT NULL, period INTEGER NOT NULL,"
    " phase INTEGER NOT NULL, value INTEGER NOT NULL, in_time INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, recorded_ms INTEGER NOT NULL, actor TEXT, key TEXT, note TEXT,"
    " detail TEXT) STRICT;"
    "CREATE UNIQUE INDEX fact_key ON fact (key) WHERE key IS NOT NULL;"
    "CREATE INDEX fact_unit ON fact (item, unit);"
    "CREATE TABLE counter (item INTEGER NOT NULL, period INTEGER NOT NULL,"
    " phase INTEGER NOT NULL, unit INTEGER NOT NULL, done INTEGER NOT NULL,"
    " in_time INTEGER NOT NULL, excused INTEGER NOT NULL, kept INTEGER NOT NULL, due INTEGER,"
    " PRIMARY KEY (item, period, phase, unit)) STRICT, WITHOUT ROWID";

static uint32_t unit_of(uint32_t fact)
{
    return 1 + (fact * UINT32_C(2654435761) >> 8) % ASKED;
}

static double bare_submit(const char *folder, const char *name, uint32_t facts, uint32_t group)
{
    sqlite3 *db = bare_open(folder, name);
    run(db, fact_tables);
    sqlite3_stmt *fact = bare_prepare(
        db,
        "INSERT INTO fact (kind, plan, item, unit, period, phase, value, in_time, at_ms,"
        " recorded_ms, actor, key) VALUES (1, 1, 1, ?1, 100, 0, 1, 1, ?2, ?2, 'clerk', ?3)");
    sqlite3_stmt *counter = bare_prepare(
        db,
        "INSERT INTO counter VALUES (1, 100, 0, ?1, 1, 1, 0, 0, NULL) ON CONFLICT"
        " (item, period, phase, unit) DO UPDATE SET done = done + 1, in_time = in_time + 1");
    double start = now();
    for (uint32_t i = 0; i < facts; i++) {
        char key[32];
        if (i % group == 0)
            run(db, "BEGIN IMMEDIATE");
        snprintf(key, sizeof key, "form-%u", i);
        sqlite3_bind_int64(fact, 1, unit_of(i));
        sqlite3_bind_int64(fact, 2, i);
        sqlite3_bind_text(fact, 3, key, -1, SQLITE_STATIC);
        sqlite3_bind_int64(counter, 1, unit_of(i));
        if (sqlite3_step(fact) != SQLITE_DONE || sqlite3_step(counter) != SQLITE_DONE)
            die(sqlite3_errmsg(db));
        sqlite3_reset(fact);
        sqlite3_reset(counter);
        if ((i + 1) % group == 0 || i + 1 == facts)
            run(db, "COMMIT");
    }
    double seconds = now() - start;
    sqlite3_finalize(fact);
    sqlite3_finalize(counter);
    sqlite3_close(db);
    return seconds;
}

static double store_submit(const char *folder, const char *name, uint32_t facts, uint32_t group)
{
    struct store *store = store_new(folder, name);
    struct err err;
    double start = now();
    for (uint32_t i = 0; i < facts; i++) {
        char key[32];
        int64_t number;
        enum fact_outcome outcome;
        snprintf(key, sizeof key, "form-%u", i);
        struct store_fact fact = {.kind = FACT_SUBMITTED,
                                  .plan = 1,
                                  .item = 1,
                                  .unit = unit_of(i),
                                  .period = 100,
                                  .value = 1,
                                  .moves = 1,
                                  .in_time = true,
                                  .at_ms = i,
                                  .recorded_ms = i,
                                  .actor = "clerk",
                                  .key = key};
        if (store_append(store, &fact, 1, &number, &outcome, &err) < 0 ||
            (((i + 1) % group == 0 || i + 1 == facts) && store_flush(store, &err) < 0))
            die(err.message);
    }
    double seconds = now() - start;
    store_close(store);
    return seconds;
}

/* In turns, the best of each: other programs on the disk only make a turn slower. */
static void submit_by(const char *folder, uint32_t facts, uint32_t group)
{
    double bare = 1e9, ours = 1e9;
    for (int turn = 0; turn < TURNS; turn++) {
        char name[64];
        snprintf(name, sizeof name, "bare-%u-%d.db", group, turn);
        double seconds = bare_submit(folder, name, facts, group);
        bare = seconds < bare ? seconds : bare;
        snprintf(name, sizeof name, "store-%u-%d.db", group, turn);
        seconds = store_submit(folder, name, facts, group);
        ours = seconds < ours ? seconds : ours;
    }
    printf("submit  %u facts, %u a commit: bare SQLite %.0f facts/s, store %.0f facts/s, ratio "
           "%.2f\n",
           facts, group, facts / bare, facts / ours, ours / bare);
}

static void submit(const char *folder, uint32_t facts)
{
    submit_by(folder, facts / 20, 1);
    submit_by(folder, facts, 1000);
}

/* A roster of units "u1" …, looked up as the real one is. */
struct names {
    struct table table;
    char (*ids)[16];
};

static const char *name_at(const void *context, uint32_t row)
{
    return ((const struct names *)context)->ids[row];
}

static uint32_t find_name(const void *context, const char *id, size_t length)
{
    return table_get(&((const struct names *)context)->table, id, length);
}

enum { ITEMS = 300 };

/* Past the store and without syncs, since only what comes later is measured. A fifth are firings, a
 * fifth facts of a unit each, the rest lines of the last firings. */
static void fill(const char *folder, uint32_t rows)
{
    char path[1024], sql[4096];
    sqlite3 *db = NULL;
    store_close(store_new(folder, "journal.db"));
    snprintf(path, sizeof path, "%s/journal.db", folder);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, pages_vfs()) != SQLITE_OK)
        die(path);
    snprintf(
        sql, sizeof sql,
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
        " INSERT INTO unit SELECT i, 'u' || i FROM n;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
        " INSERT INTO item SELECT i, 1, 'item-' || i, 1000000000000 FROM n;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
        " INSERT INTO firing SELECT i, i * 1000, i * 1000, i * 1000, 1, 1 + i %% %d, 4, 1, i / %d,"
        " 100, 20000, 0, 20000, 20000, 0, 0, 0, 3, 0, NULL, x'010103' FROM n;"
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
        " INSERT INTO line SELECT (%u + i / 3) * 1000, 1, 1 + i %% 3, %u + i / 3, 0 FROM n;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
        " INSERT INTO fact SELECT i, 1, 1, 1 + i / %d %% %d, 1 + i %% %d, 100, 0, 1, 1, i, i,"
        " 'clerk', NULL, NULL, NULL FROM n;"
        "INSERT INTO counter SELECT item, period, phase, unit, sum(value), sum(in_time), 0, 0, NULL"
        " FROM fact GROUP BY item, period, phase, unit;"
        "UPDATE holder SET last_slot = %u000, formed_slot = %u000, formed_route = 1,"
        " formed_unit = 3; COMMIT",
        ASKED, ITEMS, rows / 5, ITEMS, ITEMS, rows / 5 * 3 - 1, 1u, 1u, rows / 5, ASKED, ITEMS,
        ASKED, rows / 5, rows / 5);
    run(db, sql);
    sqlite3_close(db);
}

/* Seconds for numbering `count` units, the roster's own tables not counted. */
static double number_units(struct store *store, uint32_t count)
{
    struct names names = {.ids = mem_resize(NULL, count, sizeof *names.ids)};
    uint32_t *numbers = mem_resize(NULL, count, sizeof *numbers), most;
    struct err err;
    for (uint32_t i = 0; i < count; i++) {
        snprintf(names.ids[i], sizeof *names.ids, "u%u", i + 1);
        table_add(&names.table, names.ids[i], strlen(names.ids[i]), i);
    }
    struct store_ids ids = {&names, count, name_at, find_name};
    double start = now();
    if (store_units(store, &ids, numbers, &most, &err) < 0 || most != count)
        die(err.message);
    double seconds = now() - start;
    table_free(&names.table);
    free(names.ids);
    free(numbers);
    return seconds;
}

static void units(const char *folder, uint32_t count)
{
    struct store *store = store_new(folder, "units.db");
    struct err err;
    double new = number_units(store, count);
    double start = now();
    if (store_flush(store, &err) < 0)
        die(err.message);
    double commit = now() - start, known = number_units(store, count);
    printf("units   %u: new %.0f ms and %.0f ms to commit, known %.0f ms\n", count, new * 1e3,
           commit * 1e3, known * 1e3);
    store_close(store);
}

static void number_items(struct store *store)
{
    static char ids[ITEMS][16];
    const char *list[ITEMS];
    struct store_item items[ITEMS];
    struct err err;
    for (uint32_t i = 0; i < ITEMS; i++) {
        snprintf(ids[i], sizeof ids[i], "item-%u", i + 1);
        list[i] = ids[i];
    }
    if (store_items(store, 1, list, ITEMS, items, &err) < 0)
        die(err.message);
}

static void journal(const char *folder, uint32_t rows)
{
    double begin = now();
    fill(folder, rows);
    double start = now();
    printf("journal %u rows: %u firings, %u lines, %u facts; made in %.1f s\n", rows, rows / 5,
           rows / 5 * 3, rows / 5, start - begin);
    struct store *store = store_new(folder, "journal.db");
    double opened = now(), asked = number_units(store, ASKED), begun = now();
    number_items(store);
    double items = now();
    tick(store, (int64_t)rows * 1000, 3);
    double end = now();
    printf("journal open %.0f ms, %u units %.0f ms, %u items %.1f ms, a tick %.1f ms, all %.0f "
           "ms\n",
           (opened - start) * 1e3, ASKED, asked * 1e3, ITEMS, (items - begun) * 1e3,
           (end - items) * 1e3, (opened - start + asked + end - begun) * 1e3);
    store_close(store);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(const char *folder, uint32_t size);
        uint32_t size;
    } parts[] = {{"lines", lines, 1000000},
                 {"units", units, 1000000},
                 {"submit", submit, 100000},
                 {"journal", journal, 10000000}};
    for (size_t i = 0; argc > 2 && i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(argv[1], parts[i].name) == 0) {
            parts[i].run(argv[2],
                         argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : parts[i].size);
            return 0;
        }
    }
    die("usage: bench_store lines|units|submit|journal FOLDER [SIZE]");
}
