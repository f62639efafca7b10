/* The disk in memory: what a cut, a kill and a failed sync leave, and that a database of SQLite lives
 * on it as on a disk. */
#include "sim_disk.h"

#include "store/disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

enum { SEEDS = 200, SECTOR = 512, LENGTH = 8 * SECTOR };

/* ---- bytes ------------------------------------------------------------------------------------ */

struct file {
    sqlite3_file *handle;
    unsigned char room[256];
};

static int open_file(struct file *file, const char *path)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB;
    assert_true((size_t)vfs->szOsFile <= sizeof file->room);
    file->handle = (sqlite3_file *)(void *)file->room;
    return vfs->xOpen(vfs, path, file->handle, flags, NULL);
}

static void close_file(struct file *file)
{
    file->handle->pMethods->xClose(file->handle);
}

static int write_all(struct file *file, char c)
{
    char bytes[LENGTH];
    memset(bytes, c, sizeof bytes);
    return file->handle->pMethods->xWrite(file->handle, bytes, LENGTH, 0);
}

static int sync_file(struct file *file)
{
    return file->handle->pMethods->xSync(file->handle, SQLITE_SYNC_NORMAL);
}

/* How many sectors of the file begin with `c`; -1 = it is not there, or a sector is mixed. */
static int sectors(const struct sim_disk *disk, const char *path, char c)
{
    size_t length;
    int found = 0;
    const unsigned char *bytes = sim_disk_file(disk, path, &length);
    for (size_t i = 0; bytes && i + SECTOR <= length; i += SECTOR) {
        if (memcmp(bytes + i, bytes + i + 1, SECTOR - 1) != 0)
            return -1;
        found += bytes[i] == (unsigned char)c;
    }
    return bytes ? found : -1;
}

/* A file of 'a' that is on the disk. */
static struct sim_disk *new_disk(uint64_t seed, struct file *file)
{
    struct sim_disk *disk = sim_disk_new(seed);
    assert_int_equal(open_file(file, "f"), SQLITE_OK);
    assert_int_equal(write_all(file, 'a'), SQLITE_OK);
    assert_int_equal(sync_file(file), SQLITE_OK);
    return disk;
}

/* What is done to a file of 'a', and in how many of SEEDS lives it may be 'b' afterwards: in whole, in
 * part, not at all. */
struct outcome {
    const char *name;
    enum sim_fault fault;               /* of the … */
    int at;                             /* … n-th operation, 1 = the write, 2 = the sync */
    bool sync;                          /* after the write of 'b' */
    bool sync_again, kill;              /* then a sync that is good; killed, not cut */
    bool can_whole, can_part, can_none; /* each that can be must be seen */
};

static const struct outcome outcomes[] = {
    {"not synced", .can_whole = true, .can_part = true, .can_none = true},
    {"not synced, killed", .kill = true, .can_whole = true},
    {"synced", .sync = true, .can_whole = true},
    {"write refused", .sync = true, .fault = SIM_EIO, .at = 1, .can_none = true},
    {"no space", .sync = true, .fault = SIM_ENOSPC, .at = 1, .can_none = true},
    {"half written, synced", .sync = true, .fault = SIM_SHORT, .at = 1, .can_part = true},
    {"torn", .fault = SIM_TORN, .at = 1, .can_whole = true, .can_part = true, .can_none = true},
    {"cut before", .fault = SIM_CUT, .at = 1, .can_none = true},
    {"killed before", .fault = SIM_KILL, .at = 1, .can_none = true},
    {"sync failed", .sync = true, .fault = SIM_EIO, .at = 2, .can_none = true},
    {"sync failed, then good", .sync = true, .fault = SIM_EIO, .at = 2, .sync_again = true,
     .can_none = true},
    {"sync half failed", .sync = true, .fault = SIM_SHORT, .at = 2, .sync_again = true,
     .can_part = true},
    {"sync failed, killed", .sync = true, .fault = SIM_EIO, .at = 2, .kill = true,
     .can_whole = true},
    {"cut before the sync", .sync = true, .fault = SIM_CUT, .at = 2, .can_whole = true,
     .can_part = true, .can_none = true},
};

static int live(const struct outcome *row, uint64_t seed)
{
    struct file file;
    struct sim_disk *disk = new_disk(seed, &file);
    if (row->fault != SIM_NONE)
        sim_disk_fail(disk, (uint64_t)row->at, row->fault, false);
    bool wrote = write_all(&file, 'b') == SQLITE_OK;
    assert_int_equal(wrote, row->at != 1);
    if (row->sync) {
        bool synced = sync_file(&file) == SQLITE_OK;
        assert_int_equal(synced, row->at != 2 && !sim_disk_dead(disk));
    }
    assert_int_equal(sim_disk_failed(disk), row->fault != SIM_NONE);
    if (row->sync_again)
        assert_int_equal(sync_file(&file), SQLITE_OK);
    if (wrote && !sim_disk_dead(disk)) /* whatever was said of it, it is seen */
        assert_int_equal(sectors(disk, "f", 'b'), LENGTH / SECTOR);
    if (row->kill)
        sim_disk_kill(disk);
    else
        sim_disk_cut(disk);
    close_file(&file);
    sim_disk_restart(disk);
    int found = sectors(disk, "f", 'b');
    assert_true(found >= 0 && found + sectors(disk, "f", 'a') == LENGTH / SECTOR);
    sim_disk_free(disk);
    return found;
}

static void bytes_survive_as_stated(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        const struct outcome *row = &outcomes[i];
        int whole = 0, part = 0, none = 0;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            int found = live(row, seed);
            whole += found == LENGTH / SECTOR;
            none += found == 0;
            part += found > 0 && found < LENGTH / SECTOR;
        }
        if (!whole == row->can_whole || !part == row->can_part || !none == row->can_none)
            fail_msg("%s: %d whole, %d in part, %d not at all", row->name, whole, part, none);
    }
}

/* Nothing of a file that was shortened or has grown is there beyond what was written once. */
static void sizes_survive(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct file file;
        size_t length;
        struct sim_disk *disk = new_disk(seed, &file);
        assert_int_equal(file.handle->pMethods->xTruncate(file.handle, SECTOR), SQLITE_OK);
        if (seed % 2)
            assert_int_equal(sync_file(&file), SQLITE_OK);
        assert_int_equal(file.handle->pMethods->xWrite(file.handle, "b", 1, LENGTH * 2 - 1),
                         SQLITE_OK);
        sim_disk_cut(disk);
        close_file(&file);
        sim_disk_restart(disk);
        const unsigned char *bytes = sim_disk_file(disk, "f", &length);
        assert_true(length == SECTOR || length == (size_t)LENGTH * 2);
        assert_int_equal(bytes[0], 'a');
        for (size_t i = SECTOR; i < length; i++)
            assert_true(bytes[i] == 0 || (bytes[i] == 'b' && i == (size_t)LENGTH * 2 - 1));
        sim_disk_free(disk);
    }
}

/* ---- names ------------------------------------------------------------------------------------ */

/* Whether both names may be there after a cut, in any of SEEDS lives. */
static void names_survive(void **state)
{
    int made = 0, removed = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct file file;
        struct disk_entry entry;
        struct err err;
        struct sim_disk *disk = new_disk(seed, &file);
        close_file(&file);
        assert_int_equal(disk_make("x.new", &err), 0);
        assert_int_equal(disk_make("x.new", &err), ERR_INVALID);
        assert_int_equal(disk_rename("x.new", "f", &err), ERR_INVALID);
        assert_int_equal(disk_rename("x.new", "x", &err), 0); /* for good */
        assert_int_equal(disk_make("y", &err), 0);            /* perhaps, … */
        assert_int_equal(disk_remove("f", &err), 0);          /* … and not before that */
        assert_int_equal(disk_remove("f", &err), 0);
        sim_disk_cut(disk);
        assert_int_equal(disk_look("x", &entry, &err), ERR_IO);
        sim_disk_restart(disk);
        size_t length;
        assert_non_null(sim_disk_file(disk, "x", &length));
        assert_null(sim_disk_file(disk, "x.new", &length));
        bool has_y = sim_disk_file(disk, "y", &length),
             has_f = sim_disk_file(disk, "f", &length);
        assert_true(has_y || has_f);
        made += has_y;
        removed += !has_f;
        assert_int_equal(disk_look("f", &entry, &err), 0);
        assert_int_equal(entry.kind, has_f ? DISK_FILE : DISK_NOTHING);
        assert_int_equal(entry.head_length, has_f ? DISK_HEAD : 0);
        sim_disk_free(disk);
    }
    assert_in_range(made, 1, SEEDS - 1);
    assert_in_range(removed, 1, SEEDS - 1);
}

/* ---- faults ----------------------------------------------------------------------------------- */

static void faults_come_when_planned(void **state)
{
    struct file file;
    struct err err;
    (void)state;
    for (int n = 1; n <= 5; n++) {
        struct sim_disk *disk = new_disk(1, &file);
        uint64_t before = sim_disk_operations(disk);
        sim_disk_fail(disk, (uint64_t)n, SIM_EIO, false);
        for (int i = 1; i <= 6; i++)
            assert_int_equal(i % 2 ? write_all(&file, 'b') : sync_file(&file),
                             i != n  ? SQLITE_OK
                             : n % 2 ? SQLITE_IOERR_WRITE
                                     : SQLITE_IOERR_FSYNC);
        assert_int_equal(sim_disk_operations(disk) - before, 6);
        assert_string_equal(sim_disk_last(disk), "sync f");
        sim_disk_fail(disk, 2, SIM_EIO, true);
        for (int i = 1; i <= 6; i++)
            assert_int_equal(write_all(&file, 'b'), i < 2 ? SQLITE_OK : SQLITE_IOERR_WRITE);
        sim_disk_fail(disk, 1, SIM_NONE, false);
        assert_int_equal(write_all(&file, 'b'), SQLITE_OK);
        close_file(&file);
        sim_disk_free(disk);
    }
    struct sim_disk *disk = new_disk(1, &file); /* a disk that is full */
    sim_disk_fail(disk, 1, SIM_ENOSPC, true);
    assert_int_equal(write_all(&file, 'b'), SQLITE_OK);
    assert_false(sim_disk_failed(disk));
    assert_int_equal(file.handle->pMethods->xWrite(file.handle, "bb", 2, LENGTH - 1),
                     SQLITE_FULL);
    assert_int_equal(sync_file(&file), SQLITE_OK);
    assert_int_equal(disk_make("y", &err), ERR_IO);
    assert_true(sim_disk_failed(disk));
    close_file(&file);
    sim_disk_free(disk);
}

/* ---- a database ------------------------------------------------------------------------------- */

static sqlite3 *open_database(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open("p.db", &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 100);
    assert_int_equal(sqlite3_exec(db, "PRAGMA synchronous = FULL", NULL, NULL, NULL),
                     SQLITE_OK);
    return db;
}

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void ask(sqlite3 *db, const char *sql, const char *expected)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_string_equal((const char *)sqlite3_column_text(statement, 0), expected);
    sqlite3_finalize(statement);
}

static sqlite3 *new_database(void)
{
    sqlite3 *db = open_database();
    ask(db, "PRAGMA journal_mode = WAL", "wal");
    assert_int_equal(run(db, "CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT);"
                             "CREATE INDEX t_text ON t (text)"),
                     SQLITE_OK);
    return db;
}

static const char insert[] = "INSERT INTO t (text) VALUES (hex(randomblob(300)))";

static void two_connections(void **state)
{
    (void)state;
    struct sim_disk *disk = sim_disk_new(1);
    sqlite3 *db = new_database(), *other = open_database();
    size_t length;
    assert_int_equal(run(db, "BEGIN IMMEDIATE"), SQLITE_OK);
    assert_int_equal(run(db, insert), SQLITE_OK);
    ask(other, "SELECT count(*) FROM t", "0");
    assert_int_equal(run(other, "BEGIN IMMEDIATE"), SQLITE_BUSY);
    assert_int_equal(run(other, "BEGIN; SELECT * FROM t"), SQLITE_OK);
    assert_int_equal(run(db, "COMMIT"), SQLITE_OK);
    ask(other, "SELECT count(*) FROM t", "0"); /* its snapshot */
    ask(db, "PRAGMA wal_checkpoint(TRUNCATE)", "1");
    assert_int_equal(run(other, "COMMIT"), SQLITE_OK);
    ask(other, "SELECT count(*) FROM t", "1");
    ask(db, "PRAGMA wal_checkpoint(TRUNCATE)", "0");
    assert_int_equal(run(other, insert), SQLITE_OK);
    sqlite3_close(other);
    ask(db, "SELECT count(*) FROM t", "2");
    ask(db, "PRAGMA integrity_check", "ok");
    assert_non_null(sim_disk_file(disk, "p.db-wal", &length));
    sqlite3_close(db);
    assert_null(sim_disk_file(disk, "p.db-wal", &length));
    db = open_database(); /* and the other kind of journal */
    ask(db, "PRAGMA journal_mode = DELETE", "delete");
    assert_int_equal(run(db, insert), SQLITE_OK);
    ask(db, "SELECT count(*) FROM t", "3");
    sqlite3_close(db);
    sim_disk_free(disk);
}

/* Commits until the power goes; returns how many were confirmed. */
static int commit_until_dead(struct sim_disk *disk, sqlite3 *db)
{
    int confirmed = 0;
    while (!sim_disk_dead(disk)) {
        confirmed += run(db, insert) == SQLITE_OK;
        if (confirmed % 20 == 19)
            run(db, "PRAGMA wal_checkpoint");
    }
    return confirmed;
}

static int count_rows(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM t", -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

static uint64_t hash_file(const struct sim_disk *disk, const char *path)
{
    size_t length;
    uint64_t hash = 14695981039346656037u;
    const unsigned char *bytes = sim_disk_file(disk, path, &length);
    for (size_t i = 0; bytes && i < length; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

static uint64_t die_and_live_again(uint64_t seed, enum sim_fault fault, bool log)
{
    struct sim_disk *disk = sim_disk_new(seed);
    sqlite3 *db = new_database();
    if (!log)
        ask(db, "PRAGMA journal_mode = DELETE", "delete");
    sim_disk_fail(disk, seed * 7 % 400 + 1, fault, false);
    int confirmed = commit_until_dead(disk, db);
    sqlite3_close(db);
    sim_disk_restart(disk);
    db = open_database();
    ask(db, "PRAGMA integrity_check", "ok");
    int found = count_rows(db);
    /* without a log, SQLite (but for synchronous = EXTRA) confirms before the journal's name is gone */
    int least = log ? confirmed : confirmed - 1;
    if (found < least || found > confirmed + 1)
        fail_msg("seed %d: %d commits of %d", (int)seed, found, confirmed);
    assert_int_equal(run(db, insert), SQLITE_OK);
    uint64_t hash = hash_file(disk, "p.db") ^ hash_file(disk, "p.db-wal");
    sqlite3_close(db);
    sim_disk_free(disk);
    return hash;
}

static void confirmed_commits_survive(void **state)
{
    static const enum sim_fault deaths[] = {SIM_KILL, SIM_CUT, SIM_TORN};
    int lives = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++, lives += 2) {
            uint64_t hash = die_and_live_again(seed, deaths[i], true);
            if (seed % 10 == 0)
                assert_int_equal(die_and_live_again(seed, deaths[i], true), hash);
            if (seed % 10 == 1)
                assert_int_not_equal(die_and_live_again(seed + SEEDS, deaths[i], true), hash);
            die_and_live_again(seed, deaths[i], false);
        }
    print_message("%d databases cut short\n", lives);
}

/* Must fail: what is confirmed without a sync does not survive every cut. */
static void unsynced_commits_are_lost(void **state)
{
    int lost = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sim_disk *disk = sim_disk_new(seed);
        sqlite3 *db = new_database();
        assert_int_equal(run(db, "PRAGMA synchronous = OFF"), SQLITE_OK);
        sim_disk_fail(disk, seed % 100 + 1, SIM_CUT, false);
        int confirmed = commit_until_dead(disk, db);
        sqlite3_close(db);
        sim_disk_restart(disk);
        db = open_database();
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(db, "SELECT count(*) FROM t", -1, &statement, NULL) !=
                SQLITE_OK ||
            sqlite3_step(statement) != SQLITE_ROW ||
            sqlite3_column_int(statement, 0) < confirmed)
            lost++;
        sqlite3_finalize(statement);
        sqlite3_close(db);
        sim_disk_free(disk);
    }
    assert_in_range(lost, SEEDS / 4, SEEDS);
}

static void copies_are_apart(void **state)
{
    (void)state;
    struct sim_disk *disk = sim_disk_new(1);
    sqlite3 *db = new_database();
    assert_int_equal(run(db, insert), SQLITE_OK);
    struct sim_disk *copy = sim_disk_copy(disk, 2);
    sim_disk_cut(copy);
    sim_disk_restart(copy);
    sqlite3 *other = open_database();
    ask(other, "SELECT count(*) FROM t", "1");
    assert_int_equal(run(other, insert), SQLITE_OK);
    sqlite3_close(other);
    sim_disk_free(copy);
    sim_disk_use(disk);
    ask(db, "SELECT count(*) FROM t", "1");
    sqlite3_close(db);
    sim_disk_free(disk);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_survive_as_stated),
        cmocka_unit_test(sizes_survive),
        cmocka_unit_test(names_survive),
        cmocka_unit_test(faults_come_when_planned),
        cmocka_unit_test(two_connections),
        cmocka_unit_test(confirmed_commits_survive),
        cmocka_unit_test(unsynced_commits_are_lost),
        cmocka_unit_test(copies_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
