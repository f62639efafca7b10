/* Stores as files: how they come to be, which are refused and stay as they are, what a reader sees
 * beside a writer and behind a dead one, copies, and a disk that fails. */
#include "store_kit.h"

#include "store/pages.h"
#include "store/store_data.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void write_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static struct buf read_file(const char *path)
{
    struct buf text = {0};
    char part[4096];
    size_t length;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while ((length = fread(part, 1, sizeof part, file)) > 0)
        buf_add(&text, part, length);
    fclose(file);
    return text;
}

/* SQL past the store, as damage or a newer version would have done it. */
static void plant(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *problem = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, pages_vfs()), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    if (sqlite3_exec(db, sql, NULL, NULL, &problem) != SQLITE_OK)
        fail_msg("%s: %s", sql, problem);
    sqlite3_close(db);
}

static void test_new_file(void **state)
{
    struct kit kit;
    struct stat status;
    mode_t before = umask(0);
    (void)state;
    kit_new(&kit, true);
    umask(before);
    assert_int_equal(stat(kit.path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    char wal[128];
    snprintf(wal, sizeof wal, "%s-wal", kit.path);
    assert_int_equal(stat(wal, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    KIT_OK(&kit, store_check(kit.store, &kit.err));
    store_close(kit.store);
    assert_int_equal(stat(wal, &status), -1); /* a clean end leaves no log */
    write_file(kit.path, "", 0);
    assert_int_equal(store_open(kit.path, STORE_WRITE, &kit.store, &kit.err), ERR_INVALID);
    assert_non_null(strstr(kit.err.message, "is gone"));
    kit_remove_mark(&kit); /* an empty file, made by hand: a store comes to be in it */
    kit_open(&kit, STORE_WRITE);
    kit_free(&kit);
}

struct refused {
    const char *sql;          /* planted into a store, … */
    const char *bytes;        /* … or the whole file */
    size_t cut;               /* … or the store's first bytes alone */
    const char *write, *read; /* what is said; NULL = it opens */
};

static const struct refused refused[] = {
    {.bytes = "not a store", .write = "is not a store of planrun", .read = "is not a store"},
    {.bytes = "SQLite format 3",
     .write = "is not a store of planrun",
     .read = "is not a store"},
    {.cut = 99, .write = "is not a store of planrun", .read = "is not a store"},
    {.cut = 4096, .write = "damaged", .read = "damaged"},
    {.cut = 40960, .write = "damaged"},
    {.sql = "PRAGMA application_id = 7", .write = "is not a store", .read = "is not a store"},
    {.sql = "PRAGMA user_version = 5",
     .write = "newer planrun (schema 5, this one knows 4)",
     .read = "newer planrun"},
    {.sql = "DROP TABLE fact", .write = "its table fact is gone", .read = "is gone"},
    {.sql = "DROP INDEX firing_identity",
     .write = "its index firing_identity is gone",
     .read = "is gone"},
    {.sql = "CREATE TABLE mine (x)",
     .write = "has a table mine that planrun did not make",
     .read = "did not make"},
    {.sql = "CREATE TRIGGER t AFTER INSERT ON fact BEGIN DELETE FROM fact; END",
     .write = "has a trigger t",
     .read = "has a trigger t"},
    {.sql = "ALTER TABLE fact ADD COLUMN more INTEGER",
     .write = "is not as planrun made it",
     .read = "is not as planrun made it"},
    {.sql = "UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'unit'", .write = "damaged"},
    {.sql = "DELETE FROM holder", .write = "damaged", .read = "damaged"},
    {.sql = "ANALYZE"}, /* no harm */
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const struct refused *row = refused + i;
        for (enum store_mode mode = STORE_WRITE; mode <= STORE_READ; mode++) {
            struct kit kit;
            const char *expected = mode == STORE_WRITE ? row->write : row->read;
            kit_new(&kit, true);
            store_close(kit.store);
            kit.store = NULL;
            struct buf before = read_file(kit.path), after;
            if (row->sql)
                plant(kit.path, row->sql);
            else if (row->bytes)
                write_file(kit.path, row->bytes, strlen(row->bytes));
            else
                write_file(kit.path, before.bytes, row->cut);
            buf_free(&before);
            before = read_file(kit.path);
            int code = store_open(kit.path, mode, &kit.store, &kit.err);
            if (expected && (code == 0 || !strstr(kit.err.message, expected)))
                fail_msg("row %zu, mode %d: %s", i, (int)mode,
                         code ? kit.err.message : "opened");
            if (!expected && !row->write)
                KIT_OK(&kit, code);
            after = read_file(kit.path);
            if (expected && (before.length != after.length ||
                             memcmp(before.bytes, after.bytes, before.length) != 0))
                fail_msg("row %zu, mode %d: the file was touched", i, (int)mode);
            buf_free(&before);
            buf_free(&after);
            kit_free(&kit);
        }
    }
}

static void test_no_file(void **state)
{
    struct kit kit;
    char link_path[128];
    (void)state;
    kit_new(&kit, true);
    struct store *other = NULL;
    snprintf(link_path, sizeof link_path, "%s.link", kit.path);
    assert_int_equal(store_open(link_path, STORE_READ, &other, &kit.err), ERR_NOT_FOUND);
    assert_int_equal(store_open(kit.folder, STORE_WRITE, &other, &kit.err), ERR_INVALID);
    assert_non_null(strstr(kit.err.message, "is no file"));
    assert_int_equal(store_open("/nowhere/at/all.db", STORE_WRITE, &other, &kit.err), ERR_IO);
    assert_int_equal(symlink("nowhere.db", link_path), 0);
    assert_int_equal(store_open(link_path, STORE_WRITE, &other, &kit.err), ERR_INVALID);
    assert_non_null(strstr(kit.err.message, "a link to something that is not there"));
    unlink(link_path);
    assert_int_equal(symlink("test.db", link_path), 0);
    KIT_OK(&kit, store_open(link_path, STORE_READ, &other, &kit.err));
    store_close(other);
    kit_free(&kit);
}

static int64_t pragma(struct kit *kit, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(kit->store->db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static void test_settings(void **state)
{
    static const struct {
        int option, writer, reader;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, 0},
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, 1},
    };
    static const struct {
        const char *sql;
        int64_t value;
    } pragmas[] = {
        {"PRAGMA synchronous", 2},
        {"PRAGMA application_id", STORE_APPLICATION},
        {"PRAGMA temp_store", 2},
        {"PRAGMA cell_size_check", 1},
        {"PRAGMA user_version", STORE_SCHEMA},
    };
    struct kit kit;
    (void)state;
    kit_new(&kit, true);
    for (enum store_mode mode = STORE_WRITE; mode <= STORE_READ; mode++) {
        kit_reopen(&kit, mode);
        for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
            int value = -1;
            sqlite3_db_config(kit.store->db, options[i].option, -1, &value);
            assert_int_equal(value,
                             mode == STORE_WRITE ? options[i].writer : options[i].reader);
        }
        for (size_t i = 0; i < sizeof pragmas / sizeof *pragmas; i++)
            assert_int_equal(pragma(&kit, pragmas[i].sql), pragmas[i].value);
    }
    kit_free(&kit);
}

/* An intention that fails when it has written something takes its group with it, and says so. */
static void test_broken_group(void **state)
{
    struct kit kit;
    struct store_fact fact = sample_fact(FACT_SUBMITTED, 7, 1);
    int64_t number;
    uint32_t route;
    enum fact_outcome outcome;
    (void)state;
    kit_new(&kit, true);
    KIT_OK(&kit, store_append(kit.store, &fact, 1, &number, &outcome, &kit.err));
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    plant(kit.path, "UPDATE counter SET done = 9223372036854775807"); /* no sum fits */
    KIT_OK(&kit, store_route(kit.store, "contact", "mail", &route, &kit.err));
    assert_int_equal(store_append(kit.store, &fact, 1, &number, &outcome, &kit.err),
                     ERR_INTERNAL);
    assert_int_equal(store_route(kit.store, "head", "mail", &route, &kit.err), ERR_IO);
    assert_int_equal(store_flush(kit.store, &kit.err), ERR_IO);
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    KIT_OK(&kit, store_route(kit.store, "head", "mail", &route, &kit.err));
    assert_int_equal(route, 1); /* nothing of the group stood */
    assert_int_equal(pragma(&kit, "SELECT count(*) FROM fact"), 1);
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    KIT_OK(&kit, store_execute(kit.store->db, "BEGIN; DELETE FROM fact", &kit.err));
    KIT_OK(&kit,
           store_route(kit.store, "head", "sms", &route, &kit.err)); /* none is stuck in */
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    assert_int_equal(pragma(&kit, "SELECT count(*) FROM fact"), 1);
    kit_free(&kit);
}

/* A group that cannot even be taken back confirms nothing, until its flush has said so. */
static void test_stuck_group(void **state)
{
    struct kit kit;
    uint32_t route;
    (void)state;
    kit_new(&kit, true);
    KIT_OK(&kit, store_route(kit.store, "contact", "mail", &route, &kit.err));
    sqlite3_hard_heap_limit64(1); /* taking back has to be prepared first */
    store_undo(kit.store);
    sqlite3_hard_heap_limit64(0);
    assert_int_equal(store_route(kit.store, "head", "mail", &route, &kit.err), ERR_IO);
    assert_int_equal(store_flush(kit.store, &kit.err), ERR_IO);
    assert_non_null(strstr(kit.err.message, "out of memory"));
    KIT_OK(&kit, store_route(kit.store, "head", "mail", &route, &kit.err));
    assert_int_equal(route, 1); /* nothing of the group stood */
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    kit_reopen(&kit, STORE_READ);
    KIT_OK(&kit, store_route(kit.store, "head", "mail", &route, &kit.err));
    assert_int_equal(route, 1);
    kit_free(&kit);
}

/* What lies beside a store lies beside the file, not beside a link to it; and is told so. */
static void test_link(void **state)
{
    struct kit kit;
    struct buf before;
    char link[128], mark[128];
    uint32_t route;
    (void)state;
    kit_new(&kit, true);
    store_close(kit.store);
    before = read_file(kit.path);
    snprintf(link, sizeof link, "%s.link", kit.path);
    snprintf(mark, sizeof mark, "%s-mark", kit.path);
    assert_int_equal(symlink("test.db", link), 0);
    KIT_OK(&kit, store_open(link, STORE_WRITE, &kit.store, &kit.err));
    KIT_OK(&kit, store_route(kit.store, "contact", "mail", &route, &kit.err));
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    store_close(kit.store);
    kit.store = NULL;
    write_file(kit.path, before.bytes, before.length);
    assert_int_equal(store_open(link, STORE_READ, &kit.store, &kit.err), ERR_INVALID);
    assert_non_null(strstr(kit.err.message, mark));
    assert_int_equal(unlink(kit.path), 0);
    write_file(kit.path, "", 0);
    assert_int_equal(store_open(link, STORE_WRITE, &kit.store, &kit.err), ERR_INVALID);
    assert_non_null(strstr(kit.err.message, mark));
    write_file(kit.path, before.bytes, before.length);
    assert_int_equal(unlink(mark), 0);
    KIT_OK(&kit, store_open(link, STORE_READ, &kit.store, &kit.err));
    buf_free(&before);
    kit_free(&kit);
}

/* A formed line, and a message that has its group. */
#define FORMED "INSERT INTO line VALUES (50, 1, 3, 1, 0); UPDATE holder SET formed_slot = 60;"
#define TELL(state, recipient)                                                                 \
    "INSERT INTO message (slot, route, unit, state, attempts, next_ms, recipient)"             \
    " VALUES (50, 1, 3, " state ", 0, 0, " recipient ");"

/* Damage that only the whole check finds. */
static void test_check(void **state)
{
    static const struct {
        const char *sql, *said;
    } table[] = {
        {"UPDATE counter SET done = 2", "the counter of item 1, unit 7 is not the sum"},
        {"DELETE FROM fact", "the counter of item 1, unit 7 is not the sum"},
        {"UPDATE holder SET formed_slot = 100", "firing 1 is not fanned out, but formed"},
        {"DELETE FROM firing", "the fan-out of firing 1 has no firing"},
        {FORMED, "the lines of unit 3 in slot 50 are in 0 messages"},
        {FORMED TELL("0", "0") TELL("2", "0"), "the lines of unit 3 in slot 50 are in 2"},
        {FORMED TELL("0", "0") "INSERT INTO part VALUES (1, 50, 1, 3)", "are in 2 messages"},
        {"INSERT INTO part VALUES (9, 1, 1, 1)", "a part of message 9, which is not there"},
        {TELL("0", "5"), "message 1 is to nobody"},
        {TELL("7", "0"), "message 1 is in no state"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct kit kit;
        struct buf subjects = {0};
        int64_t number;
        enum fact_outcome outcome;
        kit_new(&kit, true);
        struct store_firing firing = sample_firing(100, 0, 3, &subjects);
        struct store_fact fact = sample_fact(FACT_SUBMITTED, 7, 1);
        KIT_OK(&kit, kit_tick(&kit, &firing, 1, NULL));
        KIT_OK(&kit, store_append(kit.store, &fact, 1, &number, &outcome, &kit.err));
        KIT_OK(&kit, store_flush(kit.store, &kit.err));
        KIT_OK(&kit, store_check(kit.store, &kit.err));
        plant(kit.path, table[i].sql);
        assert_int_equal(store_check(kit.store, &kit.err), ERR_INVALID);
        if (!strstr(kit.err.message, table[i].said))
            fail_msg("row %zu: %s", i, kit.err.message);
        buf_free(&subjects);
        kit_free(&kit);
    }
}

/* A writer that was killed leaves a write-ahead log: its commits are there for a reader. */
static void test_reader_behind_a_dead_writer(void **state)
{
    struct kit kit;
    uint32_t route;
    int status;
    (void)state;
    kit_new(&kit, true);
    store_close(kit.store);
    pid_t child = fork();
    if (child == 0) {
        struct store *store = NULL;
        bool sound = store_open(kit.path, STORE_WRITE, &store, NULL) == 0 &&
                     store_route(store, "contact", "mail", &route, NULL) == 0 &&
                     store_flush(store, NULL) == 0 &&
                     store_route(store, "head", "mail", &route, NULL) == 0;
        _exit(sound ? 0 : 1); /* neither closed nor flushed */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct buf before = read_file(kit.path), after;
    kit_open(&kit, STORE_READ);
    KIT_OK(&kit, store_route(kit.store, "contact", "mail", &route, &kit.err));
    assert_int_equal(route, 1);
    KIT_OK(&kit, store_route(kit.store, "head", "mail", &route, &kit.err));
    assert_int_equal(route, 0);
    store_close(kit.store);
    after = read_file(kit.path); /* a reader does not checkpoint */
    assert_int_equal(before.length, after.length);
    assert_memory_equal(before.bytes, after.bytes, before.length);
    kit_open(&kit, STORE_WRITE);
    KIT_OK(&kit, store_route(kit.store, "contact", "mail", &route, &kit.err));
    assert_int_equal(route, 1);
    buf_free(&before);
    buf_free(&after);
    kit_free(&kit);
}

/* A log that is gone took confirmed commits with it: only without its mark is the rest a store. */
static void test_lost_log(void **state)
{
    struct kit kit;
    uint32_t route;
    int status;
    (void)state;
    kit_new(&kit, true);
    store_close(kit.store);
    kit.store = NULL;
    pid_t child = fork();
    if (child == 0) {
        struct store *store = NULL;
        bool sound = store_open(kit.path, STORE_WRITE, &store, NULL) == 0 &&
                     store_route(store, "contact", "mail", &route, NULL) == 0 &&
                     store_flush(store, NULL) == 0;
        _exit(sound ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    char log[128];
    snprintf(log, sizeof log, "%s-wal", kit.path);
    assert_int_equal(unlink(log), 0);
    for (enum store_mode mode = STORE_WRITE; mode <= STORE_READ; mode++) {
        assert_int_equal(store_open(kit.path, mode, &kit.store, &kit.err), ERR_INVALID);
        assert_non_null(strstr(kit.err.message, "lacks 2 commits that were confirmed"));
        assert_non_null(strstr(kit.err.message, kit.path));
    }
    kit_remove_mark(&kit);
    kit_open(&kit, STORE_WRITE);
    KIT_OK(&kit, store_route(kit.store, "head", "mail", &route, &kit.err));
    assert_int_equal(route, 1);
    kit_free(&kit);
}

/* A group that has written nothing is no commit. */
static void test_commits(void **state)
{
    struct kit kit;
    uint32_t route;
    (void)state;
    kit_new(&kit, true);
    assert_int_equal(pragma(&kit, "SELECT commits FROM holder"), 1);
    for (int i = 0; i < 3; i++) {
        KIT_OK(&kit, store_route(kit.store, "head", "mail", &route, &kit.err));
        KIT_OK(&kit, store_flush(kit.store, &kit.err));
    }
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    assert_int_equal(pragma(&kit, "SELECT commits FROM holder"), 2);
    kit_free(&kit);
}

static void test_backup(void **state)
{
    struct kit kit;
    char copy[128];
    struct store *other = NULL;
    uint32_t route;
    struct stat status;
    (void)state;
    kit_new(&kit, true);
    snprintf(copy, sizeof copy, "%s.bak", kit.path);
    KIT_OK(&kit, store_route(kit.store, "contact", "mail", &route, &kit.err));
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    KIT_OK(&kit, store_route(kit.store, "head", "mail", &route, &kit.err)); /* not committed */
    KIT_OK(&kit, store_backup(kit.store, copy, &kit.err));
    assert_int_equal(stat(copy, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(store_backup(kit.store, copy, &kit.err), ERR_INVALID);
    assert_non_null(strstr(kit.err.message, "is there already"));
    assert_int_equal(store_backup(kit.store, "/nowhere/at/all.bak", &kit.err), ERR_IO);
    KIT_OK(&kit, store_open(copy, STORE_READ, &other, &kit.err));
    KIT_OK(&kit, store_check(other, &kit.err));
    KIT_OK(&kit, store_route(other, "contact", "mail", &route, &kit.err));
    assert_int_equal(route, 1);
    KIT_OK(&kit, store_route(other, "head", "mail", &route, &kit.err));
    assert_int_equal(route, 0);
    store_close(other);
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    store_close(kit.store); /* the copy takes the store's place */
    assert_int_equal(rename(copy, kit.path), 0);
    kit.store = NULL; /* older than what was confirmed since */
    assert_int_equal(store_open(kit.path, STORE_WRITE, &kit.store, &kit.err), ERR_INVALID);
    assert_non_null(strstr(kit.err.message, "lacks 1 commits that were confirmed"));
    kit_remove_mark(&kit);
    kit_open(&kit, STORE_WRITE);
    KIT_OK(&kit, store_route(kit.store, "head", "mail", &route, &kit.err));
    assert_int_equal(route, 2);
    kit_free(&kit);
}

static void keep_health(void *context, const char *name, const char *value)
{
    buf_printf(context, "%s=%s\n", name, value);
}

static void test_health(void **state)
{
    static const char *const expected[] = {
        "schema=4\n",        "fence=1\n",
        "firings=1\n",       "fanouts_open=1\n",
        "lines=0\n",         "messages_ready=0\n",
        "last_tick_ms=6\n",  "message_oldest_ms=\n",
        "facts=0\n",         "handlers_pending=0\n",
        "lines_pending=0\n",
    };
    struct kit kit;
    struct buf subjects = {0}, text = {0};
    (void)state;
    kit_new(&kit, true);
    struct store_firing firing = sample_firing(100, 0, 3, &subjects);
    KIT_OK(&kit, kit_tick(&kit, &firing, 1, NULL));
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    KIT_OK(&kit, store_health(kit.store, keep_health, &text, &kit.err));
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!strstr(text.bytes, expected[i]))
            fail_msg("no %s in\n%s", expected[i], text.bytes);
    buf_free(&subjects);
    buf_free(&text);
    kit_free(&kit);
}

/* A disk that is full in the midst of a group: the flush says so, all of the group is gone, and the
 * store goes on when there is room again. The limit is the child's own. */
static int fill_disk(struct kit *kit)
{
    struct rlimit limit = {0, RLIM_INFINITY}, none = limit;
    struct buf subjects = {0};
    struct store_firing firing = sample_firing(100, 0, 3, &subjects);
    struct store *store = NULL;
    int64_t number;
    uint32_t route;
    limit.rlim_cur = 200000;
    none.rlim_cur = RLIM_INFINITY;
    signal(SIGXFSZ, SIG_IGN);
    if (store_open(kit->path, STORE_WRITE, &store, &kit->err) < 0)
        return 1;
    kit->store = store;
    char *large = malloc(3000000);
    if (!large)
        return 2;
    memset(large, 'x', 2999999);
    large[2999999] = '\0';
    firing.text = large;
    setrlimit(RLIMIT_FSIZE, &limit);
    if (store_route(store, "contact", "mail", &route, &kit->err) < 0 ||
        kit_tick(kit, &firing, 1, &number) < 0)
        return 3; /* within the cache: nothing fails yet */
    if (store_flush(store, &kit->err) != ERR_IO)
        return 4;
    setrlimit(RLIMIT_FSIZE, &none);
    firing.text = NULL;
    if (kit_tick(kit, &firing, 1, &number) < 0 || number != 1)
        return 5;
    if (store_route(store, "head", "mail", &route, &kit->err) < 0 || route != 1)
        return 6;
    if (store_flush(store, &kit->err) < 0)
        return 7;
    store_close(store);
    free(large);
    buf_free(&subjects);
    return 0;
}

/* The same in the midst of an intention that is larger than the cache: whatever SQLite takes back by
 * itself, a flush that says 0 has all that was answered, and one that fails nothing of it. */
static int fill_cache(struct kit *kit)
{
    struct rlimit limit = {4000000, RLIM_INFINITY};
    struct buf subjects = {0};
    struct store_firing firing = sample_firing(100, 0, 3, &subjects);
    uint32_t route;
    int64_t number;
    signal(SIGXFSZ, SIG_IGN);
    if (store_open(kit->path, STORE_WRITE, &kit->store, &kit->err) < 0)
        return 1;
    char *large = malloc(3000000);
    if (!large || setrlimit(RLIMIT_FSIZE, &limit) < 0)
        return 2;
    memset(large, 'x', 2999999);
    large[2999999] = '\0';
    firing.text = large;
    if (store_route(kit->store, "contact", "mail", &route, &kit->err) < 0)
        return 3;
    int code = 0;
    for (firing.tier = 0; code == 0 && firing.tier < 100; firing.tier++)
        code = kit_tick(kit, &firing, 1, &number);
    if (code != ERR_IO)
        return 4;
    enum group group = kit->store->group;
    if (group == GROUP_BROKEN && (kit_tick(kit, &firing, 1, &number) != ERR_IO ||
                                  store_flush(kit->store, &kit->err) != ERR_IO))
        return 5;
    if (group == GROUP_OPEN && store_flush(kit->store, &kit->err) == 0)
        return 6; /* within the limit nothing of that size fits */
    firing.text = NULL;
    if (store_route(kit->store, "head", "mail", &route, &kit->err) < 0 || route != 1 ||
        store_flush(kit->store, &kit->err) < 0)
        return 7;
    free(large);
    buf_free(&subjects);
    return 0;
}

static const char *unit_at(const void *context, uint32_t row)
{
    (void)context;
    (void)row;
    return "u";
}

static uint32_t find_unit(const void *context, const char *id, size_t length)
{
    (void)context;
    return length == 1 && *id == 'u' ? 0 : UINT32_MAX;
}

/* A number serves as an index: one that the store has not given is damage. */
static void test_foreign_unit_numbers(void **state)
{
    (void)state;
    static const char *const numbers[] = {"0", "-1", "134217728", "4294967297",
                                          "9223372036854775807"};
    struct store_ids ids = {NULL, 1, unit_at, find_unit};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct kit kit;
        uint32_t number = 0, most = 0;
        char sql[80];
        kit_new(&kit, true);
        store_close(kit.store);
        snprintf(sql, sizeof sql, "INSERT INTO unit VALUES (%s, 'u')", numbers[i]);
        plant(kit.path, sql);
        kit_open(&kit, STORE_WRITE);
        assert_int_equal(store_units(kit.store, &ids, &number, &most, &kit.err), ERR_INVALID);
        kit_free(&kit);
    }
}

static void run_out(int (*fill)(struct kit *))
{
    struct kit kit;
    int status;
    uint32_t route;
    kit_new(&kit, true);
    store_close(kit.store);
    pid_t child = fork();
    if (child == 0) {
        int code = fill(&kit);
        if (code)
            fprintf(stderr, "step %d: %s\n", code, kit.err.message);
        _exit(code);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    kit_open(&kit, STORE_READ);
    KIT_OK(&kit, store_route(kit.store, "head", "mail", &route, &kit.err));
    assert_int_equal(route, 1);
    KIT_OK(&kit, store_route(kit.store, "contact", "mail", &route, &kit.err));
    assert_int_equal(route, 0);
    kit_free(&kit);
}

static void test_full_disk(void **state)
{
    (void)state;
    run_out(fill_disk);
    run_out(fill_cache);
}

/* Asked for the same thing while it is being told: an error, not a wrong answer. */
struct again {
    struct store *store;
    int code;
};

static void ask_again(void *context, const struct store_count *count)
{
    struct again *again = context;
    (void)count;
    again->code = store_counts(again->store, 1, 100, 0, ask_again, context, NULL);
}

static void test_reentry(void **state)
{
    struct kit kit;
    (void)state;
    kit_new(&kit, false);
    struct store_fact fact = sample_fact(FACT_SUBMITTED, 1, 1);
    int64_t number;
    enum fact_outcome outcome;
    KIT_OK(&kit, store_append(kit.store, &fact, 1, &number, &outcome, &kit.err));
    struct again again = {kit.store, 0};
    KIT_OK(&kit, store_counts(kit.store, 1, 100, 0, ask_again, &again, &kit.err));
    assert_int_equal(again.code, ERR_INTERNAL);
    kit_free(&kit);
}

int main(void)
{
    setenv("LC_ALL", "C", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_file),    cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_file),     cmocka_unit_test(test_check),
        cmocka_unit_test(test_settings),    cmocka_unit_test(test_broken_group),
        cmocka_unit_test(test_lost_log),    cmocka_unit_test(test_commits),
        cmocka_unit_test(test_backup),      cmocka_unit_test(test_reader_behind_a_dead_writer),
        cmocka_unit_test(test_health),      cmocka_unit_test(test_foreign_unit_numbers),
        cmocka_unit_test(test_full_disk),   cmocka_unit_test(test_reentry),
        cmocka_unit_test(test_stuck_group), cmocka_unit_test(test_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
