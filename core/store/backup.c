#include "store/disk.h"
#include "store/pages.h"
#include "store/store_data.h"

#include "base/buf.h"
#include "base/lang.h"

/* SQLite says of the copy what is the matter with either. */
static int copy_failed(sqlite3 *from, sqlite3 *to, struct err *err)
{
    char problem[256];
    if (!pages_refused(from))
        return store_failed(to, err);
    store_problem(from, "", problem);
    return store_damaged(sqlite3_db_filename(from, "main"), problem, err);
}

static int copy(sqlite3 *from, sqlite3 *to, struct err *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return store_failed(to, err);
    /* in one reading transaction: no writer waits for it */
    bool whole = sqlite3_backup_step(backup, -1) == SQLITE_DONE;
    return sqlite3_backup_finish(backup) == SQLITE_OK && whole ? 0 : copy_failed(from, to, err);
}

/* Whole, checked and in one file: without a write-ahead log it can be read anywhere. */
static int copy_to(sqlite3 *from, const char *path, struct err *err)
{
    char problem[256];
    sqlite3 *to = NULL;
    int code = store_connect(path, SQLITE_OPEN_READWRITE, &to, err);
    if (code == 0)
        code = copy(from, to, err);
    if (code == 0)
        code = store_execute(to, "PRAGMA journal_mode = DELETE", err);
    if (code == 0 && (code = store_ask(to, "PRAGMA quick_check(1)", problem, err)) == 0)
        code =
            err_set(err, ERR_INVALID,
                    TR(lang_of_environment(),
                       "the copy is damaged (%s), so it was not kept: check the store itself",
                       "备份已损坏（%s），未予保留：请检查原数据文件"),
                    problem);
    sqlite3_close(to);
    return code < 0 ? code : 0;
}

static int copy_store(const struct store *store, const char *path, struct err *err)
{
    if (!store->path)
        return copy_to(store->db, path, err);
    /* beside the store's own connection: what is not committed yet is nobody's */
    sqlite3 *from = NULL;
    int code = store_connect(store->path, SQLITE_OPEN_READONLY, &from, err);
    if (code == 0)
        code = copy_to(from, path, err);
    sqlite3_close(from);
    return code;
}

int store_backup(struct store *store, const char *destination, struct err *err)
{
    struct disk_entry entry;
    int code = disk_glance(destination, &entry, err);
    if (code < 0)
        return code;
    if (entry.kind != DISK_NOTHING)
        return err_set(err, ERR_INVALID,
                       TR(lang_of_environment(),
                          "%s is there already: name a file that is not there yet",
                          "%s 已经存在：请另用一个文件名"),
                       destination);
    struct buf new = {0};
    buf_printf(&new, "%s.new", destination);
    code = disk_remove(new.bytes, err); /* of one who was interrupted here */
    if (code == 0)
        code = disk_make(new.bytes, err);
    if (code == 0) {
        code = copy_store(store, new.bytes, err);
        if (code == 0)
            code = disk_rename(new.bytes, destination, err);
        if (code < 0)
            disk_remove(new.bytes, NULL);
    }
    buf_free(&new);
    return code;
}
