/* What is looked at, and how a file comes to be, before a store is opened for work. */
#include "store/disk.h"
#include "store/pages.h"
#include "store/schema.h"
#include "store/store_data.h"

#include "base/buf.h"
#include "base/lang.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER = DISK_HEAD,
    AT_FORMAT = 18,
    FORMAT_LOG = 2,
    AT_FREE = 20,
    AT_VERSION = 60,
    AT_APPLICATION = 68
}; /* SQLite's */

static int refuse_foreign(const char *path, struct err *err)
{
    return err_set(err, ERR_INVALID,
                   TR(lang_of_environment(),
                      "%s is not a store of planrun, so it was not touched: name another file, "
                      "or restore a backup",
                      "%s 不是 planrun 的数据文件，未作改动：请另用一个文件名，或恢复备份"),
                   path);
}

static uint32_t number_at(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
           (uint32_t)at[3];
}

/* The first bytes tell a file of ours, before SQLite is let near it. */
static int look_at_header(const char *path, const struct disk_entry *entry, struct err *err)
{
    if (entry->head_length < HEADER || memcmp(entry->head, "SQLite format 3", 16) != 0)
        return refuse_foreign(path, err);
    if (number_at(entry->head + AT_APPLICATION) != STORE_APPLICATION)
        return refuse_foreign(path, err);
    if (number_at(entry->head + AT_VERSION) >= SCHEMA_SUMS &&
        entry->head[AT_FREE] != PAGES_FREE)
        return store_damaged(path,
                             TR(lang_of_environment(), "its header is not as it was written",
                                "文件头与写入时不符"),
                             err);
    return 0;
}

/* A newer schema, other tables or what is missing are seen through a connection that cannot write. */
static int look_inside(const char *path, enum store_mode mode, const struct mark_said *mark,
                       struct err *err)
{
    sqlite3 *db = NULL;
    int version = 0;
    int code = store_connect(path, SQLITE_OPEN_READONLY, &db, err);
    if (code == 0)
        code = schema_version(db, &version, err);
    if (code == 0 && version < 0)
        code = store_damaged(path,
                             TR(lang_of_environment(), "no planrun wrote such a schema",
                                "没有哪个 planrun 会写出这样的结构"),
                             err);
    if (code == 0 && version > STORE_SCHEMA)
        code =
            err_set(err, ERR_INVALID,
                    TR(lang_of_environment(),
                       "%s was written by a newer planrun (schema %d, this one knows %d), so "
                       "it was not touched: use that version",
                       "%s 由更新版本的 planrun 写成（结构 %d，本程序只认得 %d），未作改动："
                       "请使用新版本"),
                    path, version, STORE_SCHEMA);
    if (code == 0 && version < STORE_SCHEMA && mode == STORE_READ)
        code = err_set(
            err, ERR_INVALID,
            TR(lang_of_environment(),
               "%s was written by an older planrun (schema %d, this one has %d): "
               "run its plan once, that brings it up to date",
               "%s 由旧版本的 planrun 写成（结构 %d，本程序为 %d）：运行一次该方案即可更新"),
            path, version, STORE_SCHEMA);
    if (code == 0)
        code = schema_compare(db, version, path, err);
    if (code == 0 && version > 0)
        code = store_whole(db, path, mark, err);
    sqlite3_close(db);
    return code < 0 ? code : 1;
}

/* What is left of a store is no empty place. */
static int refuse_gone(const char *path, const struct mark_said *mark, struct err *err)
{
    return err_set(err, ERR_INVALID,
                   TR(lang_of_environment(),
                      "%s is gone, though %s%s says that it had %lld commits: put it back or "
                      "restore a backup; to begin anew, remove %s%s",
                      "%s 不见了，但 %s%s 表明它已有 %lld 次提交：请放回原文件或恢复备份；"
                      "若要从头开始，请删除 %s%s"),
                   path, path, MARK_END, (long long)mark->commits, path, MARK_END);
}

/* A file beside the store: ERR_INVALID when it is none. */
static int look_beside(const char *path, const char *end, bool *any, struct err *err)
{
    struct disk_entry entry;
    struct buf name = {0};
    buf_printf(&name, "%s%s", path, end);
    int code = disk_glance(name.bytes, &entry, err);
    if (code == 0 && (entry.kind == DISK_OTHER || entry.kind == DISK_DANGLING))
        code = err_set(
            err, ERR_INVALID,
            TR(lang_of_environment(), "%s is no file: remove it", "%s 不是文件：请删除它"),
            name.bytes);
    if (code == 0)
        *any = entry.kind == DISK_FILE && entry.size > 0;
    buf_free(&name);
    return code;
}

/* What SQLite would join to the file: its log and, in a file that is kept with a log, no journal. */
static int look_around(const char *path, bool there, struct err *err)
{
    bool log = false, other = false, journal = false;
    int code = look_beside(path, "-wal", &log, err);
    if (code == 0)
        code = look_beside(path, "-shm", &other, err);
    if (code == 0)
        code = look_beside(path, "-journal", &journal, err);
    if (code == 0 && log && !there)
        code =
            err_set(err, ERR_INVALID,
                    TR(lang_of_environment(),
                       "%s is gone, though its log %s-wal is there: put it back or restore a "
                       "backup; to begin anew, remove the log",
                       "%s 不见了，但它的日志 %s-wal 还在：请放回原文件或恢复备份；"
                       "若要从头开始，请删除该日志"),
                    path, path);
    if (code == 0 && journal)
        code = err_set(err, ERR_INVALID,
                       TR(lang_of_environment(),
                          "%s-journal does not belong to %s and would be played back into it: "
                          "remove it",
                          "%s-journal 不属于 %s，却会被回放到其中：请删除它"),
                       path, path);
    return code;
}

/* A file or nothing, and what lies beside it. */
static int look_there(const char *path, const struct disk_entry *entry, enum store_mode mode,
                      struct err *err)
{
    struct mark_said mark;
    bool marked = mark_read(path, &mark); /* before the store: beside a holder it moves */
    if (entry->kind == DISK_NOTHING || entry->size == 0)
        return marked ? refuse_gone(path, &mark, err) : look_around(path, false, err);
    int code = look_at_header(path, entry, err);
    if (code == 0 && entry->head[AT_FORMAT] == FORMAT_LOG)
        code = look_around(path, true, err);
    return code < 0 ? code : look_inside(path, mode, marked ? &mark : NULL, err);
}

int store_look(const char *path, enum store_mode mode, struct err *err)
{
    struct disk_entry entry;
    int code = disk_look(path, &entry, err);
    if (code < 0)
        return code;
    if (entry.kind == DISK_DANGLING)
        return err_set(err, ERR_INVALID,
                       TR(lang_of_environment(),
                          "%s is a link to something that is not there: remove it",
                          "%s 是一个失效的链接：请删除它"),
                       path);
    if (entry.kind == DISK_OTHER)
        return err_set(err, ERR_INVALID,
                       TR(lang_of_environment(), "%s is no file: name the file of a store",
                          "%s 不是文件：请给出数据文件的名字"),
                       path);
    char *full = pages_path(path);
    code = look_there(full, &entry, mode, err);
    free(full);
    return code;
}

/* All but the name; the write-ahead log comes last, so that the file stands alone. */
static int fill(const char *path, struct err *err)
{
    sqlite3 *db = NULL;
    char application[64];
    snprintf(application, sizeof application, "PRAGMA application_id = %d", STORE_APPLICATION);
    int code = store_connect(path, SQLITE_OPEN_READWRITE, &db, err);
    if (code == 0)
        code = store_execute(db, "BEGIN IMMEDIATE", err);
    if (code == 0)
        code = store_execute(db, application, err);
    if (code == 0)
        code = schema_make(db, 0, STORE_SCHEMA, err);
    if (code == 0)
        code = store_execute(db, "COMMIT; PRAGMA journal_mode = WAL", err);
    sqlite3_close(db);
    return code;
}

int store_create(const char *path, struct err *err)
{
    struct buf new = {0};
    buf_printf(&new, "%s.new", path);
    int code = disk_remove(new.bytes, err); /* of one who was interrupted here */
    if (code == 0)
        code = disk_make(new.bytes, err);
    if (code == 0) {
        code = fill(new.bytes, err);
        if (code ==
            0) /* an empty file, made by hand: store_look has said that nothing is lost */
            code = disk_remove(path, err);
        if (code == 0)
            code = disk_rename(new.bytes, path, err);
        if (code < 0)
            disk_remove(new.bytes, NULL);
    }
    buf_free(&new);
    return code;
}
