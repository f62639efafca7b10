#include "store/restore.h"

#include "store/disk.h"
#include "store/pages.h"
#include "store/plans.h"
#include "store/store_data.h"

#include "base/buf.h"
#include "base/lang.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 65536 }; /* of more, SQLite writes a part */

/* ---- what a store says ---------------------------------------------------------------------- */

static int ask(struct store *store, const char *sql, const int64_t *values, int64_t none,
               int64_t *out, struct err *err)
{
    struct query query;
    int code = query_open(store, sql, values, &query, err);
    *out = none;
    if (code == 0)
        code = query_step(&query, err);
    if (code > 0 && sqlite3_column_type(query.statement, 0) != SQLITE_NULL)
        *out = query_get(&query);
    query_close(&query);
    return code < 0 ? code : 0;
}

int store_summary(struct store *store, struct arena *arena, struct store_summary *out,
                  struct err *err)
{
    struct store_summary made = {.fence = store->fence};
    memcpy(made.name, store->name, sizeof made.name);
    int code = store_plans(store, arena, &made.plans, &made.plan_count, err);
    if (code == 0)
        code =
            ask(store,
                "SELECT max(at) FROM (SELECT wall_ms AS at FROM holder UNION ALL"
                " SELECT max(recorded_ms) FROM fact UNION ALL SELECT max(fired_ms) FROM firing"
                " UNION ALL SELECT max(taken_ms) FROM revision)",
                NULL, STORE_NEVER, &made.last_ms, err);
    if (code == 0)
        code = ask(store, "SELECT count(*) FROM fact", NULL, 0, &made.facts, err);
    if (code == 0)
        code = ask(store, "SELECT count(*) FROM message WHERE state = 2", NULL, 0, &made.sent,
                   err);
    if (code == 0)
        code = ask(store, "SELECT count(*) FROM message WHERE state IN (0, 1, 4)", NULL, 0,
                   &made.waiting, err);
    if (code == 0)
        *out = made;
    return code;
}

int store_since(struct store *store, int64_t after_ms, int64_t *facts, int64_t *sent,
                struct err *err)
{
    int code = ask(store, "SELECT count(*) FROM fact WHERE recorded_ms > ?1", &after_ms, 0,
                   facts, err);
    return code < 0
               ? code
               : ask(store, "SELECT count(*) FROM message WHERE state = 2 AND ended_ms > ?1",
                     &after_ms, 0, sent, err);
}

/* ---- preparing ------------------------------------------------------------------------------ */

/* By SQLite's own interface to the disk. */
static int open_file(const char *path, int flags, sqlite3_file **out, struct err *err)
{
    sqlite3_vfs *disk = pages_disk();
    sqlite3_file *file = mem_resize(NULL, 1, (size_t)disk->szOsFile);
    memset(file, 0, (size_t)disk->szOsFile);
    *out = file;
    if (disk->xOpen(disk, path, file, flags | SQLITE_OPEN_WAL, NULL) == SQLITE_OK)
        return 0;
    return err_set(err, ERR_IO, TR(lang_of_environment(), "%s cannot be opened", "%s 无法打开"),
                   path);
}

static void close_file(sqlite3_file *file)
{
    if (file && file->pMethods)
        file->pMethods->xClose(file);
    free(file);
}

static int copy_bytes(sqlite3_file *from, sqlite3_file *to)
{
    sqlite3_int64 size = 0;
    char *piece = mem_resize(NULL, PIECE, 1);
    int result = from->pMethods->xFileSize(from, &size);
    for (sqlite3_int64 at = 0; result == SQLITE_OK && at < size; at += PIECE) {
        int length = size - at < PIECE ? (int)(size - at) : PIECE;
        result = from->pMethods->xRead(from, piece, length, at);
        if (result == SQLITE_OK)
            result = to->pMethods->xWrite(to, piece, length, at);
    }
    free(piece);
    return result == SQLITE_OK ? to->pMethods->xSync(to, SQLITE_SYNC_NORMAL) : result;
}

static int copy_file(const char *from, const char *to, struct err *err)
{
    sqlite3_file *source = NULL, *target = NULL;
    char *full_from = pages_path(from), *full_to = pages_path(to);
    int code = open_file(full_from, SQLITE_OPEN_READONLY, &source, err);
    if (code == 0)
        code = disk_make(to, err);
    if (code == 0)
        code = open_file(full_to, SQLITE_OPEN_READWRITE, &target, err);
    if (code == 0 && copy_bytes(source, target) != SQLITE_OK)
        code =
            err_set(err, ERR_IO,
                    TR(lang_of_environment(), "%s cannot be copied to %s", "%s 无法复制到 %s"),
                    from, to);
    close_file(source);
    close_file(target);
    free(full_from);
    free(full_to);
    return code;
}

/* A backup is one file. With a log beside it, it is a store that somebody has, or had, open. */
static int look_at_backup(const char *backup, struct err *err)
{
    struct disk_entry entry;
    struct buf log = {0};
    buf_printf(&log, "%s-wal", backup);
    int code = disk_glance(backup, &entry, err);
    if (code == 0 && (entry.kind != DISK_FILE || entry.size == 0))
        code = err_set(err, ERR_INVALID,
                       TR(lang_of_environment(), "there is no backup %s", "没有备份文件 %s"),
                       backup);
    else if (code == 0)
        code = disk_glance(log.bytes, &entry, err);
    if (code == 0 && entry.kind == DISK_FILE && entry.size > 0)
        code = err_set(err, ERR_INVALID,
                       TR(lang_of_environment(),
                          "%s has a log %s beside it: it is no backup, but a store in use",
                          "%s 旁边有日志 %s：它不是备份，而是正在使用的数据文件"),
                       backup, log.bytes);
    if (code == 0)
        code = store_look(backup, STORE_WRITE, err);
    buf_free(&log);
    return code < 0 ? code : 0;
}

static int number_last(struct store *store, int64_t *last, struct err *err)
{
    return ask(store, "SELECT max(number) FROM message", NULL, 0, last, err);
}

/* Within an intention. The name goes with the mark, too. */
static int name_anew(struct store *store, int64_t fence, int64_t now_ms, struct err *err)
{
    int64_t last = 0;
    char name[17], *sql;
    unsigned char random[8];
    sqlite3_randomness(sizeof random, random);
    for (size_t i = 0; i < sizeof random; i++)
        sqlite3_snprintf(3, name + 2 * i, "%02x", random[i]);
    int code = number_last(store, &last, err);
    if (code == 0)
        code = row_name_rest(store, "SELECT first, last FROM main.named ORDER BY first", last,
                             store->name, 0, err);
    sql = sqlite3_mprintf("UPDATE holder SET name = %Q, fence = max(fence, %lld) + 1,"
                          " restored_ms = %lld;"
                          "UPDATE message SET state = 4, owner = NULL WHERE state < 2",
                          name, fence, now_ms);
    if (!sql)
        mem_exhausted();
    if (code == 0)
        code = store_execute(store->db, sql, err);
    sqlite3_free(sql);
    if (code == 0)
        memcpy(store->name, name, sizeof name);
    return code;
}

static int refuse_mark(const char *path, struct err *err)
{
    return err_set(err, ERR_IO,
                   TR(lang_of_environment(), "%s%s cannot be written", "%s%s 无法写入"), path,
                   MARK_END);
}

/* That a mark could not be written is told to nobody. */
static int check_mark(const char *path, const char *name, int64_t commits, struct err *err)
{
    struct mark_said said;
    bool stands =
        mark_read(path, &said) && strcmp(said.name, name) == 0 && said.commits == commits;
    return stands ? 0 : refuse_mark(path, err);
}

static int prepare(struct store *store, int64_t fence, int64_t now_ms, struct err *err)
{
    int code = store_check(store, err);
    if (code == 0 && (code = group_enter(store, true, err)) == 0)
        code = group_leave(store, name_anew(store, fence, now_ms, err), err);
    if (code == 0)
        code = store_flush(store, err);
    return code < 0 ? code : check_mark(store->path, store->name, store->commits, err);
}

/* All of it is in the one file that is going to be renamed. */
static int check_closed(const char *path, struct err *err)
{
    struct disk_entry entry;
    struct buf log = {0};
    buf_printf(&log, "%s-wal", path);
    int code = disk_glance(log.bytes, &entry, err);
    if (code == 0 && entry.kind != DISK_NOTHING && entry.size > 0)
        code = err_set(err, ERR_IO,
                       TR(lang_of_environment(), "%s could not be emptied", "%s 未能清空"),
                       log.bytes);
    buf_free(&log);
    return code;
}

int store_restore_prepare(const char *backup, const char *path, int64_t fence, int64_t now_ms,
                          struct arena *arena, struct store_summary *out, struct err *err)
{
    struct store *store = NULL;
    int code = look_at_backup(backup, err);
    if (code < 0)
        return code;
    store_restore_drop(path);
    code = copy_file(backup, path, err);
    if (code == 0)
        code = store_open(path, STORE_WRITE, &store, err);
    if (code == 0)
        code = store_summary(store, arena, out, err);
    if (code == 0)
        code = prepare(store, fence, now_ms, err);
    store_close(store);
    if (code == 0)
        code = check_closed(path, err);
    if (code < 0) {
        struct err why = *err;
        store_restore_drop(path);
        err_set(err, code,
                TR(lang_of_environment(), "%s cannot be restored: %s", "%s 无法恢复：%s"),
                backup, why.message);
    }
    return code;
}

/* ---- putting it in its place ----------------------------------------------------------------- */

static const char *beside(struct buf *path, const char *file, const char *end)
{
    path->length = 0;
    buf_printf(path, "%s%s", file, end);
    return path->bytes;
}

void store_restore_drop(const char *prepared)
{
    static const char *const ends[] = {"", "-journal", "-wal", "-shm", "-mark"};
    struct buf path = {0};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        disk_remove(beside(&path, prepared, ends[i]), NULL);
    buf_free(&path);
}

/* The mark that it has got becomes that of the store; without it nobody would know that a store is gone. */
static int move_mark(const char *prepared, const char *path, struct err *err)
{
    struct mark_said said;
    struct mark *mark = mark_read(prepared, &said) ? mark_open(path) : NULL;
    bool written = false;
    if (mark) {
        mark_write(mark, &said);
        written = mark_sync(mark);
    }
    mark_close(mark);
    return written ? check_mark(path, said.name, said.commits, err) : refuse_mark(path, err);
}

static int move_if_there(const char *from, const char *to, struct err *err)
{
    struct disk_entry entry;
    int code = disk_glance(from, &entry, err);
    return code < 0 || entry.kind == DISK_NOTHING ? code : disk_rename(from, to, err);
}

int store_restore_swap(const char *prepared, const char *path, const char *aside,
                       struct err *err)
{
    struct buf from = {0}, to = {0};
    int code = move_mark(prepared, path, err);
    if (code == 0)
        code = move_if_there(path, aside, err);
    if (code == 0)
        code = move_if_there(beside(&from, path, "-wal"), beside(&to, aside, "-wal"), err);
    if (code == 0)
        code = disk_remove(beside(&from, path, "-shm"), err);
    if (code == 0)
        code = disk_rename(prepared, path, err);
    if (code == 0)
        store_restore_drop(prepared);
    buf_free(&from);
    buf_free(&to);
    return code;
}
