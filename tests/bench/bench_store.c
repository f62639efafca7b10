/*
 * The store beside SQLite itself: the same rows, the same settings, the same disk, one run.
 *
 *   bench_store lines FOLDER [UNITS]    lines of one firing, 10,000 a transaction: rows/s
 */
#include <sqlite3.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 10000, FIRST_SLOT = 1000, ROUTE = 1, FIRING = 1 };

static void die(const char *what)
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

static void lines(const char *folder, uint32_t units)
{
    double bare = bare_lines(folder, units);
    printf("bare SQLite  %u lines  %.3f s  %.0f rows/s\n", units, bare, units / bare);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        die("usage: bench_store lines FOLDER [UNITS]");
    uint32_t size = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 1000000;
    if (strcmp(argv[1], "lines") == 0)
        lines(argv[2], size);
    else
        die("no such part");
    return 0;
}
