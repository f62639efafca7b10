/* That nothing of a store is missing which was confirmed, and that file, log and mark are one store's.
 *
 * Each commit counts itself in the row of `holder`, so each has that row's page in the log, and the file
 * has it as the last checkpoint left it. With c the count of the log's first commit, F that of the
 * file and C that of both together, which SQLite gives, a store that is whole has
 *
 *     c - 1 <= F <= C,  mark <= C,  and one name.
 *
 * Beside a holder at work all of them move, upwards only: read in the order mark, c, F, C they hold
 * nevertheless. What cannot be read says nothing; SQLite will say it. */
#include "store/disk.h"
#include "store/store_data.h"

#include "base/lang.h"

#include <stdlib.h>
#include <string.h>

enum {
    HOLDER_PAGE = 2, /* the first table's */
    PAGE_MOST = 65536,
    LOG_HEADER = 32, /* of SQLite's log, … */
    LOG_SIZE = 8,    /* … where it has the size of a page, */
    LOG_SALTS = 16,  /* and what its frames repeat */
    FRAME_HEADER = 24,
    COLUMN_NAME = 1,
    COLUMN_COMMITS = 10,
    TRIES = 3, /* a page is written while it is read, beside a holder */
};

/* ---- the row as it lies in a page ------------------------------------------------------------- */

/* Bytes that are read from the left; `sound` false: they were at an end. */
struct bytes {
    const unsigned char *at, *end;
    bool sound;
};

static uint64_t get_number(struct bytes *bytes, size_t length)
{
    uint64_t number = 0;
    bytes->sound = bytes->sound && length <= (size_t)(bytes->end - bytes->at);
    for (size_t i = 0; bytes->sound && i < length; i++)
        number = number << 8 | *bytes->at++;
    return number;
}

/* SQLite's number of one to nine bytes. */
static uint64_t get_varint(struct bytes *bytes)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t byte = get_number(bytes, 1);
        number = number << 7 | (byte & 0x7f);
        if (!(byte & 0x80))
            return number;
    }
    return number << 8 | get_number(bytes, 1);
}

/* How long a value of a type is. */
static size_t length_of(uint64_t type)
{
    static const unsigned char lengths[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < 12 ? lengths[type] : (size_t)(type - 12) / 2;
}

static int64_t value_of(uint64_t type, uint64_t bits)
{
    if (type == 8 || type == 9)
        return (int64_t)type - 8;
    size_t spare = 64 - 8 * length_of(type);
    return spare == 64 ? 0 : (int64_t)(bits << spare) >> spare;
}

/* Name and commits of the one row of a leaf; a row of the first schema has no commits: 0. */
static bool parse_holder(const unsigned char *page, size_t size, struct mark_said *out)
{
    struct bytes head = {page, page + size, true}, body;
    bool leaf = get_number(&head, 1) == 13;
    get_number(&head, 2);
    bool one = get_number(&head, 2) == 1;
    get_number(&head, 3);
    uint64_t cell = get_number(&head, 2);
    if (!leaf || !one || cell >= size)
        return false;
    head.at = page + cell;
    get_varint(&head); /* length and key */
    get_varint(&head);
    const unsigned char *record = head.at;
    uint64_t header = get_varint(&head);
    if (!head.sound || header > (size_t)(head.end - record))
        return false;
    body = (struct bytes){record + header, page + size, true};
    head.end = record + header;
    *out = (struct mark_said){.commits = 0};
    for (int column = 0; head.at < head.end && body.sound; column++) {
        uint64_t type = get_varint(&head);
        size_t length = length_of(type);
        if (length > (size_t)(body.end - body.at))
            return false;
        if (column == COLUMN_NAME && length == sizeof out->name - 1)
            memcpy(out->name, body.at, length);
        if (column == COLUMN_COMMITS && type < 10)
            out->commits =
                value_of(type, get_number(&(struct bytes){body.at, body.end, true}, length));
        body.at += length;
    }
    return out->name[0] != '\0';
}

/* ---- where it lies ---------------------------------------------------------------------------- */

static bool read_at(sqlite3_file *file, void *out, size_t length, int64_t at)
{
    return file->pMethods->xRead(file, out, (int)length, at) == SQLITE_OK;
}

static uint32_t number_at(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The last time the page is written in the log's first commit. */
static bool find_first(sqlite3_file *log, int64_t *at, size_t *size)
{
    unsigned char header[LOG_HEADER], frame[FRAME_HEADER];
    bool found = false;
    if (!read_at(log, header, sizeof header, 0))
        return false;
    *size = number_at(header + LOG_SIZE);
    if (*size < 512 || *size > PAGE_MOST)
        return false;
    for (int64_t next = LOG_HEADER; read_at(log, frame, sizeof frame, next);
         next += FRAME_HEADER + (int64_t)*size) {
        if (memcmp(frame + 8, header + LOG_SALTS, 8) != 0)
            return false;
        if (number_at(frame) == HOLDER_PAGE) {
            *at = next + FRAME_HEADER;
            found = true;
        }
        if (number_at(frame + 4) != 0)
            return found; /* the commit's last frame */
    }
    return false;
}

static bool read_log(sqlite3 *db, unsigned char *page, struct mark_said *out)
{
    sqlite3_file *log = NULL;
    int64_t at = 0;
    size_t size = 0;
    return sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
           log && log->pMethods && find_first(log, &at, &size) &&
           read_at(log, page, size, at) && parse_holder(page, size, out);
}

static bool read_file(sqlite3 *db, unsigned char *page, struct mark_said *out)
{
    sqlite3_file *file = NULL;
    unsigned char header[DISK_HEAD];
    bool read = false;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        !file || !file->pMethods || !read_at(file, header, sizeof header, 0))
        return false;
    size_t size = number_at(header + 14) & 0xffff; /* two bytes, at 16 */
    size = size == 1 ? PAGE_MOST : size;
    for (int i = 0; size >= 512 && !read && i < TRIES; i++)
        read = read_at(file, page, size, (HOLDER_PAGE - 1) * (int64_t)size);
    return read && parse_holder(page, size, out);
}

/* ---- what SQLite gives ------------------------------------------------------------------------ */

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
        code = step == SQLITE_DONE
                   ? store_damaged(path,
                                   TR(lang_of_environment(), "it has no name", "没有名称"), err)
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

static int refuse_apart(const char *path, struct err *err)
{
    return err_set(
        err, ERR_INVALID,
        TR(lang_of_environment(),
           "%s and its log %s-wal do not belong together: put back those that do; where "
           "it is a copy that was restored, remove the log",
           "%s 与其日志 %s-wal 不是一套：请放回成套的文件；"
           "若数据文件是恢复的备份，请删除该日志"),
        path, path);
}

/* File and log by themselves, then both as SQLite joins them: `*joined` false when they cannot be. */
static int read_parts(sqlite3 *db, const char *path, struct mark_said *state, bool *joined,
                      struct err *err)
{
    unsigned char *page = mem_resize(NULL, PAGE_MOST, 1);
    struct mark_said first = {{0}, 0}, file = first;
    bool logged = read_log(db, page, &first), filed = read_file(db, page, &file);
    free(page);
    int code = read_state(db, path, state, err);
    *joined =
        !filed || (strcmp(file.name, state->name) == 0 && file.commits <= state->commits &&
                   (!logged || file.commits >= first.commits - 1));
    return code;
}

int store_whole(sqlite3 *db, const char *path, const struct mark_said *mark, struct err *err)
{
    struct mark_said state = {{0}, 0};
    bool joined;
    int code = read_parts(db, path, &state, &joined, err);
    if (code == 0 && !joined)
        code = refuse_apart(path, err);
    if (code == 0 && mark && strcmp(state.name, mark->name) != 0)
        code = refuse_other(path, err);
    if (code == 0 && mark && state.commits < mark->commits)
        code = refuse_behind(path, mark->commits - state.commits, err);
    return code;
}
