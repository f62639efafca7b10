/* That nothing of a store is missing which was confirmed. */
#include "store/store_data.h"

#include "base/lang.h"

#include <string.h>

/* Name and commits as the connection sees them; the first schema counted none. */
static int read_state(sqlite3 *db, const char *path, struct mark_said *out, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int code = 0, step = sqlite3_prepare_v2(db, "SELECT * FROM holder", -1, &statement, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_step(statement);
    if (step == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 1);
        sqlite3_snprintf(sizeof out->name, out->name, "%s", name ? name : "");
        out->commits =
            sqlite3_column_count(statement) > 10 ? sqlite3_column_int64(statement, 10) : 0;
    } else {
        code = step == SQLITE_DONE ? store_damaged(path, "it has no name", err)
                                   : store_failed(db, err);
    }
    sqlite3_finalize(statement);
    return code;
}

static int refuse_other(const char *path, struct err *err)
{
    return err_set(err, ERR_INVALID,
                   TR(lang_of_environment(),
                      "%s is another store than its mark %s%s belongs to: put the right file "
                      "back or restore a backup; to go on with this one, remove the mark",
                      "%s 与其标记 %s%s 不属于同一数据文件：请放回原文件或恢复备份；"
                      "若要使用此文件，请删除该标记"),
                   path, path, MARK_END);
}

static int refuse_behind(const char *path, int64_t missing, struct err *err)
{
    return err_set(
        err, ERR_INVALID,
        TR(lang_of_environment(),
           "%s lacks %lld commits that were confirmed: its log %s-wal was removed, cut or damaged, "
           "or an older copy was put in its place. Put the log back or restore a newer backup; to "
           "go on without what is missing, remove %s%s",
           "%s 缺少 %lld 次已确认的提交：其日志 %s-wal 被删除、截断或损坏，或被换成了旧副本。"
           "请放回日志或恢复较新的备份；若要不含所缺内容继续，请删除 %s%s"),
        path, (long long)missing, path, path, MARK_END);
}

int store_whole(sqlite3 *db, const char *path, const struct mark_said *mark, struct err *err)
{
    struct mark_said state = {{0}, 0};
    if (!mark)
        return 0;
    int code = read_state(db, path, &state, err);
    if (code == 0 && strcmp(state.name, mark->name) != 0)
        code = refuse_other(path, err);
    if (code == 0 && state.commits < mark->commits)
        code = refuse_behind(path, mark->commits - state.commits, err);
    return code;
}
