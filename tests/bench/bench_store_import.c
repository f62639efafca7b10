/*
 * Facts in bulk beside SQLite itself: the same rows and keys, one transaction, the same settings,
 * cache and disk, one run. Bare SQLite has the fact's table with its unique index on the key and
 * nothing else; the store has its other indexes and the counters, too.
 *
 *   bench_store_import FOLDER [ROWS [UNITS]]
 */
#include "base/sha256.h"
#include "store/bulk.h"
#include "store/pages.h"

#include <sqlite3.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TURNS = 3, ITEMS = 10, KEY = 33 };

/* A file: rows by item and unit, or as they come; keys that somebody gave in order, or ours. */
struct kind {
    const char *name;
    bool mixed, made;
};

struct rows {
    uint32_t count, units;
    const struct kind *kind;
    char (*keys)[KEY];
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_store_import: %s\n", what);
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

static void make_keys(struct rows *rows)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        char text[32], hex[SHA256_HEX];
        int length = snprintf(text, sizeof text, "form-%08u", i);
        if (rows->kind->made)
            sha256_hex(text, (size_t)length, hex);
        snprintf(rows->keys[i], KEY, "%.32s", rows->kind->made ? hex : text);
    }
}

static struct store_fact row(const struct rows *rows, uint32_t i)
{
    uint32_t at = rows->kind->mixed
                      ? (uint32_t)((uint64_t)(i * UINT32_C(2654435761)) * rows->count >> 32)
                      : i;
    uint32_t place = (uint32_t)((uint64_t)at * rows->units * ITEMS / rows->count);
    return (struct store_fact){.kind = FACT_SUBMITTED,
                               .plan = 1,
                               .item = 1 + place / rows->units,
                               .unit = 1 + place % rows->units,
                               .period = 15520,
                               .value = 1,
                               .moves = 1,
                               .in_time = true,
                               .at_ms = INT64_C(1339300000000) + i,
                               .recorded_ms = INT64_C(1339400000000),
                               .actor = "clerk",
                               .key = rows->keys[i],
                               .act = i ? 1 : 0};
}

static void bind(sqlite3_stmt *insert, const struct store_fact *fact)
{
    const int64_t numbers[] = {fact->kind,   fact->plan,       fact->item,  fact->unit,
                               fact->period, fact->phase,      fact->value, fact->in_time,
                               fact->at_ms,  fact->recorded_ms};
    for (int i = 0; i < 10; i++)
        sqlite3_bind_int64(insert, i + 1, numbers[i]);
    sqlite3_bind_text(insert, 11, fact->actor, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 12, fact->key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 13, fact->moves);
    if (fact->act)
        sqlite3_bind_int64(insert, 14, fact->act);
}

static const char bare_table[] =
    "CREATE TABLE fact (number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, plan INTEGER NOT NULL,"
    " item INTEGER NOT NULL, unit INTEGER NOT NULL, period INTEGER NOT NULL,"
    " phase INTEGER NOT NULL, value INTEGER NOT NULL, in_time INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, recorded_ms INTEGER NOT NULL, actor TEXT, key TEXT, note TEXT,"
    " detail TEXT, moves INTEGER NOT NULL DEFAULT 0, piece INTEGER, act INTEGER) STRICT;"
    "CREATE UNIQUE INDEX fact_key ON fact (key) WHERE key IS NOT NULL";

static double bare(const struct rows *rows, const char *path)
{
    char pragma[160];
    sqlite3 *db = NULL;
    sqlite3_stmt *insert = NULL;
    if (sqlite3_open(path, &db) != SQLITE_OK)
        die(path);
    snprintf(pragma, sizeof pragma,
             "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
             "PRAGMA mmap_size = 0; PRAGMA cache_size = -%d",
             BULK_CACHE_KIB);
    run(db, pragma);
    run(db, bare_table);
    if (sqlite3_prepare_v2(
            db,
            "INSERT INTO fact (kind, plan, item, unit, period, phase, value, in_time,"
            " at_ms, recorded_ms, actor, key, moves, act)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            -1, &insert, NULL) != SQLITE_OK)
        die(sqlite3_errmsg(db));
    double start = now();
    run(db, "BEGIN IMMEDIATE");
    for (uint32_t i = 0; i < rows->count; i++) {
        struct store_fact fact = row(rows, i);
        bind(insert, &fact);
        if (sqlite3_step(insert) != SQLITE_DONE)
            die(sqlite3_errmsg(db));
        sqlite3_reset(insert);
    }
    run(db, "COMMIT");
    double seconds = now() - start;
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return seconds;
}

/* Seconds of the import, and of taking it back. */
static double ours(const struct rows *rows, const char *path, double *back)
{
    struct store *store = NULL;
    struct store_bulk *bulk = NULL;
    struct err err;
    int64_t number, count;
    enum fact_outcome outcome;
    if (store_open(path, STORE_WRITE, &store, &err) < 0)
        die(err.message);
    double start = now();
    if (store_bulk_begin(store, &bulk, &err) < 0)
        die(err.message);
    for (uint32_t i = 0; i < rows->count; i++) {
        struct store_fact fact = row(rows, i);
        if (store_bulk_add(bulk, &fact, &number, &outcome, &err) < 0)
            die(err.message);
    }
    if (store_bulk_end(bulk, true, &err) < 0 || store_flush(store, &err) < 0)
        die(err.message);
    double seconds = now() - start;
    struct store_fact like = row(rows, 0);
    like.key = NULL;
    start = now();
    if (store_withdraw_act(store, 1, &like, &number, &count, &err) < 0 ||
        store_flush(store, &err) < 0 || count != rows->count)
        die(err.message);
    *back = now() - start;
    store_close(store);
    return seconds;
}

static double megabytes(const char *path)
{
    struct stat entry;
    return stat(path, &entry) == 0 ? (double)entry.st_size / 1e6 : 0;
}

static void measure(const char *folder, struct rows *rows)
{
    double best_bare = 1e9, best_ours = 1e9, best_back = 1e9, size = 0;
    make_keys(rows);
    for (int turn = 0; turn < TURNS; turn++) {
        static const char *const ends[] = {"", "-wal", "-shm", "-mark"};
        char path[1024];
        double back;
        snprintf(path, sizeof path, "%s/bare.db", folder);
        double seconds = bare(rows, path);
        best_bare = seconds < best_bare ? seconds : best_bare;
        unlink(path);
        snprintf(path, sizeof path, "%s/store.db", folder);
        seconds = ours(rows, path, &back);
        best_ours = seconds < best_ours ? seconds : best_ours;
        best_back = back < best_back ? back : best_back;
        size = megabytes(path);
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            snprintf(path, sizeof path, "%s/store.db%s", folder, ends[i]);
            unlink(path);
        }
    }
    printf("%-34s bare SQLite %.2f s, store %.2f s, ratio %.2f; taken back in %.2f s; %.0f MB "
           "with both\n",
           rows->kind->name, best_bare, best_ours, best_ours / best_bare, best_back, size);
}

int main(int argc, char **argv)
{
    static const struct kind kinds[] = {{"by item and unit, keys given", false, false},
                                        {"by item and unit, keys made", false, true},
                                        {"mixed, keys given", true, false},
                                        {"mixed, keys made", true, true}};
    if (argc < 2)
        die("usage: bench_store_import FOLDER [ROWS [UNITS]]");
    struct rows rows = {.count = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1000000,
                        .units = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 20000};
    rows.keys = mem_resize(NULL, rows.count, sizeof *rows.keys);
    printf("%u rows, %u units, %d items, one transaction\n", rows.count, rows.units, ITEMS);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        rows.kind = &kinds[i];
        measure(argv[1], &rows);
    }
    free(rows.keys);
}
