#include "store/pages.h"
#include "store/store_data.h"

#include "base/lang.h"

#include <errno.h>
#include <string.h>

void store_problem(sqlite3 *db, const char *said, char problem[256])
{
    uint32_t page = pages_refused(db);
    if (page)
        sqlite3_snprintf(256, problem,
                         TR(lang_of_environment(), "page %u is not as it was written",
                            "第 %u 页与写入时不符"),
                         (unsigned)page);
    else
        sqlite3_snprintf(256, problem, "%s", said);
}

/* A database in memory has no name. */
static const char *name_of(sqlite3 *db)
{
    const char *path = sqlite3_db_filename(db, "main");
    return path && *path ? path : "the store";
}

static int failed_by_damage(sqlite3 *db, struct err *err)
{
    char problem[256];
    store_problem(db, sqlite3_errmsg(db), problem);
    return store_damaged(name_of(db), problem, err);
}

/* Why a disk or the memory refuses, for people; NULL = SQLite's own words say it. */
static const char *say_cause(int problem, int number, enum lang lang)
{
    switch (problem & 0xff) {
    case SQLITE_NOMEM: return TR(lang, "out of memory", "内存不足");
    case SQLITE_FULL: return TR(lang, "the disk is full", "磁盘已满");
    case SQLITE_READONLY: return TR(lang, "it can only be read", "只能读取，不能写入");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return TR(lang, "another process holds it", "正被另一个进程占用");
    case SQLITE_IOERR:
        if (problem == SQLITE_IOERR_NOMEM)
            return TR(lang, "out of memory", "内存不足");
        if (number == ENOSPC || number == EDQUOT)
            return TR(lang, "the disk is full", "磁盘已满");
        return TR(lang, "the disk fails", "磁盘读写出错");
    default: return NULL;
    }
}

/* `number` is the system's errno. SQLite keeps it only where a file does not open; elsewhere it is still
 * there, because no call that succeeded since has changed it. */
static int say_failure(sqlite3 *db, int problem, int number, struct err *err)
{
    enum lang lang = lang_of_environment();
    const char *cause = say_cause(problem, number, lang);
    bool told = number && ((problem & 0xff) == SQLITE_IOERR || problem == SQLITE_CANTOPEN);
    return err_set(err, ERR_IO, TR(lang, "the store: %s%s%s%s", "数据库：%s%s%s%s"),
                   cause ? cause : sqlite3_errmsg(db), told ? TR(lang, " (", "（") : "",
                   told ? strerror(number) : "", told ? TR(lang, ")", "）") : "");
}

int store_failed(sqlite3 *db, struct err *err)
{
    int number = errno, problem = sqlite3_extended_errcode(db);
    if (problem == SQLITE_IOERR_DATA)
        return failed_by_damage(db, err);
    switch (problem & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
        return err_set(err, ERR_INTERNAL, "%s: %s", name_of(db), sqlite3_errmsg(db));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return failed_by_damage(db, err);
    default: return say_failure(db, problem, number, err);
    }
}

int store_execute(sqlite3 *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_failed(db, err);
}

struct query query_new(struct store *store, enum sql sql)
{
    struct query query = {.store = store, .statement = store->statements[sql]};
    if (!query.statement) {
        query.problem = sqlite3_prepare_v3(store->db, sql_text(sql), -1,
                                           SQLITE_PREPARE_PERSISTENT, &query.statement, NULL);
        store->statements[sql] = query.statement;
    } else if (sqlite3_stmt_busy(query.statement)) {
        query.statement = NULL; /* a reader asked for what it is being told */
        query.problem = SQLITE_MISUSE;
    }
    return query;
}

static void note(struct query *query, int problem)
{
    if (query->problem == SQLITE_OK)
        query->problem = problem;
}

void query_int(struct query *query, int64_t number)
{
    if (query->statement)
        note(query, sqlite3_bind_int64(query->statement, ++query->next, number));
}

void query_number(struct query *query, int64_t number)
{
    if (number)
        query_int(query, number);
    else
        query->next++; /* what is not bound is NULL */
}

void query_text(struct query *query, const char *text)
{
    if (query->statement)
        note(query,
             sqlite3_bind_text(query->statement, ++query->next, text, -1, SQLITE_STATIC));
}

void query_bytes(struct query *query, const void *bytes, size_t length)
{
    if (query->statement)
        note(query, sqlite3_bind_blob64(query->statement, ++query->next, bytes, length,
                                        SQLITE_STATIC));
}

int query_step(struct query *query, struct err *err)
{
    if (query->problem == SQLITE_MISUSE && !query->statement)
        return err_set(err, ERR_INTERNAL, "the store: asked again while it answers");
    if (query->problem != SQLITE_OK)
        return store_failed(query->store->db, err);
    query->next = 0;
    switch (sqlite3_step(query->statement)) {
    case SQLITE_ROW: return 1;
    case SQLITE_DONE: return 0;
    default: return store_failed(query->store->db, err);
    }
}

int64_t query_get(struct query *query)
{
    return sqlite3_column_int64(query->statement, query->next++);
}

const char *query_get_text(struct query *query)
{
    return (const char *)sqlite3_column_text(query->statement, query->next++);
}

const char *query_keep_text(struct query *query, struct arena *arena)
{
    const char *text = query_get_text(query);
    return arena_string(arena, text ? text : "");
}

const void *query_get_bytes(struct query *query, size_t *length)
{
    const void *bytes = sqlite3_column_blob(query->statement, query->next);
    *length = (size_t)sqlite3_column_bytes(query->statement, query->next++);
    return bytes;
}

void query_end(struct query *query)
{
    if (!query->statement)
        return;
    sqlite3_reset(query->statement);
    sqlite3_clear_bindings(query->statement);
}

int query_open(struct store *store, const char *sql, const int64_t *values, struct query *query,
               struct err *err)
{
    *query = (struct query){.store = store};
    if (sqlite3_prepare_v2(store->db, sql, -1, &query->statement, NULL) != SQLITE_OK)
        return store_failed(store->db, err);
    for (int i = 0; i < sqlite3_bind_parameter_count(query->statement); i++)
        sqlite3_bind_int64(query->statement, i + 1, values[i]);
    return 0;
}

void query_close(struct query *query)
{
    sqlite3_finalize(query->statement);
    *query = (struct query){0};
}

int query_run(struct query *query, struct err *err)
{
    int code = query_step(query, err);
    query_end(query);
    return code < 0 ? code : 0;
}
