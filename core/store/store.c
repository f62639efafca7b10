#include "store/pages.h"
#include "store/schema.h"
#include "store/store_data.h"

#include "base/lang.h"
#include "time/clock.h"

#include <stdlib.h>
#include <string.h>

enum {
    BUSY_MS = 2000,    /* a reader that recovers the log holds it for a moment */
    CHECK_STEPS = 200, /* of SQLite's machine between two looks at the clock */
    CHECK_MS = 250,
    LOG_PIECE = 65536, /* bytes */
};

int store_connect(const char *path, int flags, sqlite3 **out, struct err *err)
{
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
    };
    bool file = strcmp(path, ":memory:") != 0;
    const char *vfs = file ? pages_vfs() : NULL;
    int reserve =
        PAGES_FREE; /* of a database that is begun; one in memory may be copied to one */
    *out = NULL;
    if (file && !vfs) /* never without the sums */
        return err_set(err, ERR_IO, "%s: %s", path,
                       TR(lang_of_environment(), "out of memory", "内存不足"));
    if (sqlite3_open_v2(path, out, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, vfs) !=
        SQLITE_OK)
        return err_set(err, ERR_IO, "%s: %s", path, sqlite3_errmsg(*out));
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        sqlite3_db_config(*out, options[i].option, options[i].value, NULL);
    if (flags & SQLITE_OPEN_READONLY) /* the holder is the one checkpointer */
        sqlite3_db_config(*out, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_file_control(*out, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
    sqlite3_busy_timeout(*out, BUSY_MS);
    return store_execute(*out,
                         "PRAGMA synchronous = FULL; PRAGMA cell_size_check = 1;"
                         "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
                         "PRAGMA cache_size = -16384; PRAGMA journal_size_limit = 16777216",
                         err);
}

int store_ask(sqlite3 *db, const char *pragma, char problem[256], struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int code = 1, step = sqlite3_prepare_v2(db, pragma, -1, &statement, NULL);
    if (step != SQLITE_OK || (step = sqlite3_step(statement)) != SQLITE_ROW) {
        code = step == SQLITE_INTERRUPT ? 1 : store_failed(db, err);
    } else {
        const char *said = (const char *)sqlite3_column_text(statement, 0);
        if (!said || strcmp(said, "ok") != 0) {
            store_problem(db, said ? said : "no answer", problem);
            code = 0;
        }
    }
    sqlite3_finalize(statement);
    return code;
}

static int use_log(sqlite3 *db, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int code = 0;
    if (sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &statement, NULL) !=
            SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        code = store_failed(db, err);
    else if (strcmp((const char *)sqlite3_column_text(statement, 0), "wal") != 0)
        code = err_set(err, ERR_IO,
                       TR(lang_of_environment(),
                          "%s: this file system has no write-ahead log: keep the store on a "
                          "disk of this machine",
                          "%s：此文件系统不支持预写日志：请把数据文件放在本机磁盘上"),
                       sqlite3_db_filename(db, "main"));
    sqlite3_finalize(statement);
    return code;
}

static int out_of_time(void *until)
{
    return clock_monotonic() >= *(const int64_t *)until;
}

int store_damaged(const char *path, const char *problem, struct err *err)
{
    return err_set(err, ERR_INVALID,
                   TR(lang_of_environment(), "%s is damaged (%s): restore a backup",
                      "%s 已损坏（%s）：请恢复备份"),
                   path ? path : "the store", problem);
}

/* What can be checked in a quarter of a second: a small store whole, of a large one the
 * beginning. */
static int check_quickly(struct store *store, struct err *err)
{
    char problem[256];
    int64_t until = clock_monotonic() + CHECK_MS;
    sqlite3_progress_handler(store->db, CHECK_STEPS, out_of_time, &until);
    int code = store_ask(store->db, "PRAGMA quick_check(1)", problem, err);
    sqlite3_progress_handler(store->db, 0, NULL, NULL);
    return code > 0 ? 0 : code < 0 ? code : store_damaged(store->path, problem, err);
}

/* The same bytes in their places again, and a sync: what the disk lacked, it has. */
static int write_again(sqlite3_file *log)
{
    sqlite3_int64 size = 0;
    unsigned char *bytes = mem_resize(NULL, LOG_PIECE, 1);
    int result = log->pMethods->xFileSize(log, &size);
    for (sqlite3_int64 at = 0; result == SQLITE_OK && at < size; at += LOG_PIECE) {
        int length = size - at < LOG_PIECE ? (int)(size - at) : LOG_PIECE;
        result = log->pMethods->xRead(log, bytes, length, at);
        if (result == SQLITE_OK)
            result = log->pMethods->xWrite(log, bytes, length, at);
    }
    free(bytes);
    return result == SQLITE_OK && size > 0 ? log->pMethods->xSync(log, SQLITE_SYNC_NORMAL)
                                           : result;
}

/* What stands in the log may be there in the cache alone: written by a process whose sync failed, which
 * nobody tells the next one, and no later sync will write what was not written anew. What is committed
 * behind it would be lost with it. A checkpoint is not enough: beside a reader the log is not begun
 * anew. Nobody else writes, and whoever reads sees the same bytes; that those which are on the disk
 * bear it is what every log relies on that is appended to. The checkpoint then tells at the start
 * when the database cannot be written. */
static int settle_log(struct store *store, struct err *err)
{
    sqlite3_file *log = NULL;
    int result = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (result == SQLITE_OK && log && log->pMethods)
        result = write_again(log);
    if (result != SQLITE_OK)
        return err_set(err, ERR_IO, "%s-wal: %s", store->path, sqlite3_errstr(result));
    result = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return result == SQLITE_OK || (result & 0xff) == SQLITE_BUSY ? 0
                                                                 : store_failed(store->db, err);
}

/* Stores of the first schema have pages without sums: all are written anew, in one transaction. */
static int give_sums(sqlite3 *db, struct err *err)
{
    int version = 0, code = schema_version(db, &version, err);
    if (code < 0 || version >= SCHEMA_SUMS)
        return code;
    code = store_execute(db, "PRAGMA temp_store = FILE; VACUUM", err); /* not all in memory */
    return code < 0 ? code : store_execute(db, "PRAGMA temp_store = MEMORY", err);
}

/* Migrates, takes the next fence and ends the leases of earlier ones, in one transaction. */
static int take_over(struct store *store, struct err *err)
{
    int version = 0, code = schema_version(store->db, &version, err);
    if (code == 0)
        code = store_execute(store->db, "BEGIN IMMEDIATE", err);
    if (code == 0)
        code = schema_make(store->db, version, STORE_SCHEMA, err);
    if (code == 0)
        code = store_execute(store->db,
                             "UPDATE holder SET fence = fence + 1, commits = commits + 1;"
                             "UPDATE message SET state = 0, owner = NULL, next_ms = 0,"
                             " unsure = unsure + 1 WHERE state = 1 AND state < 2",
                             err);
    if (code == 0 && !store->path)
        code = store_execute(store->db, "UPDATE holder SET name = '0000000000000000'", err);
    return code < 0 ? code : store_execute(store->db, "COMMIT", err);
}

static int read_holder(struct store *store, struct err *err)
{
    static const char sql[] = "SELECT name, fence, commits FROM holder WHERE one = 1";
    sqlite3_stmt *statement = NULL;
    int code = 0, step = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_step(statement);
    if (step == SQLITE_DONE) {
        code = store_damaged(store->path,
                             TR(lang_of_environment(), "it has no name", "没有名称"), err);
    } else if (step != SQLITE_ROW) {
        code = store_failed(store->db, err);
    } else {
        sqlite3_snprintf(sizeof store->name, store->name, "%s",
                         (const char *)sqlite3_column_text(statement, 0));
        store->fence = sqlite3_column_int64(statement, 1);
        store->commits = sqlite3_column_int64(statement, 2);
    }
    sqlite3_finalize(statement);
    return code;
}

static int open_memory(struct store *store, struct err *err)
{
    int code = store_connect(":memory:", SQLITE_OPEN_READWRITE, &store->db, err);
    return code < 0 ? code : take_over(store, err);
}

static int open_file(struct store *store, struct err *err)
{
    int code = store_look(store->path, store->mode, err);
    if (code == 0 && store->mode == STORE_READ)
        return err_set(
            err, ERR_NOT_FOUND,
            TR(lang_of_environment(), "there is no store %s yet", "还没有数据文件 %s"),
            store->path);
    if (code == 0)
        code = store_create(store->path, err);
    if (code < 0)
        return code;
    if (store->mode == STORE_READ)
        return store_connect(store->path, SQLITE_OPEN_READONLY, &store->db, err);
    code = store_connect(store->path, SQLITE_OPEN_READWRITE, &store->db, err);
    if (code == 0)
        code = use_log(store->db, err);
    if (code == 0)
        code = check_quickly(store, err);
    if (code == 0)
        code = settle_log(store, err);
    if (code == 0)
        code = give_sums(store->db, err);
    return code < 0 ? code : take_over(store, err);
}

int store_open(const char *path, enum store_mode mode, struct store **out, struct err *err)
{
    struct store *store = mem_resize(NULL, 1, sizeof *store);
    *store = (struct store){.mode = mode};
    if (path) {
        store->path = mem_resize(NULL, strlen(path) + 1, 1);
        memcpy(store->path, path, strlen(path) + 1);
    }
    int code = path ? open_file(store, err) : open_memory(store, err);
    if (code == 0)
        code = read_holder(store, err);
    if (code == 0 && path && mode == STORE_WRITE) {
        store->mark = mark_open(path);
        store_mark(store);
    }
    if (code < 0)
        store_close(store);
    else
        *out = store;
    return code;
}

/* Also beside a reader, to whom sqlite3_close would leave it: the file of a store that was closed has
 * all of it, and no other program finds pages that it would move without their sums. It does not wait
 * for one who is reading; what fails stays in the log, and so does all beside another holder. */
static void empty_log(struct store *store)
{
    struct query query = query_new(store, SQL_FENCE);
    bool holds = query_step(&query, NULL) > 0 && query_get(&query) == store->fence;
    query_end(&query);
    sqlite3_busy_timeout(store->db, 0);
    if (holds)
        sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->db && store->path && store->mode == STORE_WRITE)
        empty_log(store);
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db); /* takes an open group back */
    mark_close(store->mark);
    free(store->path);
    free(store);
}

void store_mark(const struct store *store)
{
    struct mark_said said = {.commits = store->commits};
    memcpy(said.name, store->name, sizeof said.name);
    if (store->mark)
        mark_write(store->mark, &said);
}

const char *store_name(const struct store *store)
{
    return store->name;
}
