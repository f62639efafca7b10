/* Stores of older schemas are brought up to date with all that is in them, in one transaction; and
 * what a new schema brought: the clocks that were doubted. */
#include "store_kit.h"

#include "store/clocks.h"
#include "store/pages.h"
#include "store/schema.h"
#include "store/store_data.h"

#include <sys/wait.h>

/* A row of each kind, as schema 1 had them. */
static const char rows_1[] =
    "UPDATE holder SET name = '0123456789abcdef', fence = 7, last_slot = 100,"
    " boot_id = 'boot', boot_ms = 5, wall_ms = 6;"
    "INSERT INTO plan VALUES (1, 'p', 1);"
    "INSERT INTO revision VALUES (1, 1, 3, 'h', 'p.lua', x'74657874');"
    "INSERT INTO item VALUES (1, 1, 'i', 42);"
    "INSERT INTO unit VALUES (1, 'u');"
    "INSERT INTO route VALUES (1, 'contact', 'default');"
    "INSERT INTO firing VALUES (1,100,100,100,1,1,4,1,0,0,0,0,0,0,0,0,0,1,0,NULL,NULL);"
    "INSERT INTO message VALUES (1, 100, 1, 1, 2, 1, 0, NULL, NULL);"
    "INSERT INTO message VALUES (2, 100, 1, 2, 0, 0, 50, NULL, NULL);"
    "INSERT INTO fact VALUES (1, 1, 1, 1, 1, 0, 0, 1, 1, 9, 9, 'a', 'k', NULL, NULL);"
    "INSERT INTO counter VALUES (1, 0, 0, 1, 1, 1, 0, 0, NULL);";

/* A store as a program made it whose newest schema was `version`; 0 = not even tables. */
static void make_old(const char *path, int version, const char *rows)
{
    sqlite3 *db = NULL;
    char pragmas[128];
    snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             STORE_APPLICATION, version);
    char mark[128];
    snprintf(mark, sizeof mark, "%s-mark", path);
    unlink(mark);
    unlink(path);
    if (version < SCHEMA_SUMS)
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    else
        assert_int_equal(
            store_connect(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &db, NULL), 0);
    assert_int_equal(sqlite3_exec(db, pragmas, NULL, NULL, NULL), SQLITE_OK);
    for (int step = 1; step <= version; step++)
        assert_int_equal(sqlite3_exec(db, schema_step(step), NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, rows, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t number_in(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

/* A store of before the first schema: only empty tables can come of it. */
static void test_no_tables(void **state)
{
    struct kit kit;
    uint32_t route;
    (void)state;
    kit_new(&kit, true);
    store_close(kit.store);
    make_old(kit.path, 0, "");
    kit.store = NULL;
    assert_int_equal(store_open(kit.path, STORE_READ, &kit.store, &kit.err), ERR_INVALID);
    assert_non_null(strstr(kit.err.message, "older planrun"));
    kit_open(&kit, STORE_WRITE);
    KIT_OK(&kit, store_route(kit.store, "contact", "default", &route, &kit.err));
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    kit_reopen(&kit, STORE_READ);
    KIT_OK(&kit, store_route(kit.store, "contact", "default", &route, &kit.err));
    assert_int_equal(route, 1);
    kit_free(&kit);
}

/* What a migrated store must have, from whatever schema it comes. */
static const struct {
    const char *sql;
    int64_t value;
} kept[] = {
    {"SELECT fence FROM holder WHERE name = '0123456789abcdef'", 8},
    {"SELECT last_slot FROM holder", 100},
    {"SELECT wall_ms FROM holder WHERE boot_id = 'boot' AND boot_ms = 5", 6},
    {"SELECT revision FROM plan WHERE id = 'p'", 1},
    {"SELECT taken_ms FROM revision WHERE text = x'74657874'", 3},
    {"SELECT cursor_ms FROM item WHERE id = 'i'", 42},
    {"SELECT number FROM unit WHERE id = 'u'", 1},
    {"SELECT number FROM route WHERE role = 'contact'", 1},
    {"SELECT number FROM firing WHERE at_ms = 100", 1},
    {"SELECT attempts FROM message WHERE state = 2", 1},
    {"SELECT number FROM fact WHERE key = 'k'", 1},
    {"SELECT done FROM counter WHERE unit = 1", 1},
    {"SELECT count(*) FROM doubt", 0},
    {"SELECT count(*) FROM message WHERE recipient = 0 AND destination = 0 AND unsure = 0", 2},
    {"SELECT next_ms FROM message WHERE state = 0 AND attempts = 0", 50},
    {"SELECT count(*) FROM recipient", 0},
    {"SELECT restored_ms IS NULL FROM holder", 1},
    {"PRAGMA user_version", STORE_SCHEMA},
};

static void check_kept(struct kit *kit)
{
    kit_open(kit, STORE_WRITE);
    KIT_OK(kit, store_check(kit->store, &kit->err));
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (number_in(kit->path, kept[i].sql) != kept[i].value)
            fail_msg("%s", kept[i].sql);
    kit_reopen(kit, STORE_READ);
    FILE *file = fopen(kit->path, "rb"); /* its pages are checked from now on */
    unsigned char header[100];
    assert_int_equal(fread(header, 1, sizeof header, file), sizeof header);
    assert_int_equal(header[20], PAGES_FREE);
    fclose(file);
}

/* The rows of each schema; a column that came later has its default. */
static void test_from_older(void **state)
{
    static const char *const rows[STORE_SCHEMA] = {
        rows_1,
        NULL, /* by way of the others */
        "UPDATE holder SET name = '0123456789abcdef', fence = 7, last_slot = 100,"
        " boot_id = 'boot', boot_ms = 5, wall_ms = 6;"
        "INSERT INTO plan VALUES (1, 'p', 1);"
        "INSERT INTO revision VALUES (1, 1, 3, 'h', 'p.lua', x'74657874');"
        "INSERT INTO item VALUES (1, 1, 'i', 42);"
        "INSERT INTO unit VALUES (1, 'u');"
        "INSERT INTO route VALUES (1, 'contact', 'default');"
        "INSERT INTO firing VALUES (1,100,100,100,1,1,4,1,0,0,0,0,0,0,0,0,0,1,0,NULL,NULL);"
        "INSERT INTO message VALUES (1, 100, 1, 1, 2, 1, 0, NULL, NULL);"
        "INSERT INTO message VALUES (2, 100, 1, 2, 0, 0, 50, NULL, NULL);"
        "INSERT INTO fact VALUES (1,1,1,1,1,0,0,1,1,9,9,'a','k',NULL,NULL,1,NULL,NULL);"
        "INSERT INTO counter VALUES (1, 0, 0, 1, 1, 1, 0, 0, NULL);",
    };
    struct kit kit;
    (void)state;
    for (int version = 1; version < STORE_SCHEMA; version++) {
        if (!rows[version - 1])
            continue;
        kit_new(&kit, true);
        store_close(kit.store);
        kit.store = NULL;
        make_old(kit.path, version, rows[version - 1]);
        assert_int_equal(store_open(kit.path, STORE_READ, &kit.store, &kit.err), ERR_INVALID);
        assert_non_null(strstr(kit.err.message, "run its plan once"));
        check_kept(&kit);
        kit_free(&kit);
    }
}

static int commits_left; /* of the process that is to end in one */

static int end_process(void *context)
{
    (void)context;
    if (--commits_left == 0)
        _exit(7);
    return 0;
}

static int end_at_commit(sqlite3 *db, char **problem, const struct sqlite3_api_routines *api)
{
    (void)problem;
    (void)api;
    const char *file = sqlite3_db_filename(db, "main");
    if (file && *file) /* not of what is in memory */
        sqlite3_commit_hook(db, end_process, NULL);
    return SQLITE_OK;
}

/* Migrates in a process that ends in its nth commit; true when there were fewer. */
static bool migrate(const char *path, int nth)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct store *store = NULL;
        commits_left = nth;
        sqlite3_auto_extension((void (*)(void))end_at_commit);
        _exit(store_open(path, STORE_WRITE, &store, NULL) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 7));
    return WEXITSTATUS(status) == 0;
}

/* A process that ends in the midst of a migration leaves the old schema, and the next one does
 * it again. */
static void test_ended_migration(void **state)
{
    struct kit kit;
    int nth = 1;
    (void)state;
    kit_new(&kit, true);
    store_close(kit.store);
    for (;; nth++) {
        kit.store = NULL;
        make_old(kit.path, 1, rows_1);
        if (migrate(kit.path, nth))
            break;
        assert_int_equal(number_in(kit.path, "PRAGMA user_version"), 1);
        assert_int_equal(number_in(kit.path, "SELECT fence FROM holder"), 7);
        assert_int_equal(
            number_in(kit.path, "SELECT count(*) FROM sqlite_schema WHERE name = 'doubt'"), 0);
        check_kept(&kit);
        store_close(kit.store);
    }
    assert_int_equal(nth, 2); /* one commit, behind the pages that were written anew */
    kit_free(&kit);
}

/* ---- doubts ----------------------------------------------------------------------------------- */

static bool tell_doubt(void *context, const struct store_doubt *doubt)
{
    buf_printf(context, "%lld %lld %lld %lld %s %s\n", (long long)doubt->number,
               (long long)doubt->at_ms, (long long)doubt->wall_ms, (long long)doubt->jump_ms,
               doubt->doubt == CLOCK_SURE ? "sure" : "doubt",
               doubt->accepted_by ? doubt->accepted_by : "-");
    return true;
}

static void expect_doubts(struct kit *kit, const struct store_doubt_filter *filter,
                          const char *expected)
{
    struct buf text = {0};
    buf_adds(&text, "");
    KIT_OK(kit, store_doubts(kit->store, filter, tell_doubt, &text, &kit->err));
    assert_string_equal(text.bytes, expected);
    buf_free(&text);
}

static void test_doubts(void **state)
{
    static const struct store_doubt doubts[] = {
        {.at_ms = 100, .wall_ms = 9000, .jump_ms = 8900, .doubt = CLOCK_AHEAD},
        {.at_ms = 200, .wall_ms = 210, .jump_ms = 10, .doubt = CLOCK_SURE},
        {.at_ms = 300, .wall_ms = 7, .doubt = CLOCK_UNSET, .accepted_by = "clerk"},
    };
    static const struct clock_reading sure = {"other", 11, 12};
    struct clock_reading clock;
    struct kit kit;
    bool any;
    (void)state;
    kit_new(&kit, true);
    KIT_OK(&kit, kit_tick(&kit, NULL, 0, NULL));
    for (size_t i = 0; i < 3; i++)
        KIT_OK(&kit, store_note_doubt(kit.store, doubts + i, i == 2 ? &sure : NULL, &kit.err));
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    kit_reopen(&kit, STORE_READ);
    expect_doubts(&kit, &(struct store_doubt_filter){0},
                  "1 100 9000 8900 doubt -\n2 200 210 10 sure -\n3 300 7 0 doubt clerk\n");
    expect_doubts(&kit, &(struct store_doubt_filter){.latest = true, .to_ms = 200},
                  "2 200 210 10 sure -\n1 100 9000 8900 doubt -\n");
    expect_doubts(&kit, &(struct store_doubt_filter){.from_ms = 101, .after = 2},
                  "3 300 7 0 doubt clerk\n");
    KIT_OK(&kit, store_last_clock(kit.store, &clock, &any, &kit.err));
    assert_true(any);
    assert_string_equal(clock.boot_id, "other");
    assert_int_equal(clock.boot_ms, 11);
    assert_int_equal(clock.wall_ms, 12);
    assert_int_equal(store_note_doubt(kit.store, doubts, NULL, &kit.err), ERR_INVALID);
    kit_free(&kit);
}

/* A doubt alone leaves the sure reading, and goes with its group. */
static void test_doubt_in_a_group(void **state)
{
    static const struct store_doubt doubt = {.at_ms = 1, .doubt = CLOCK_BACK};
    struct clock_reading clock;
    struct kit kit;
    bool any;
    (void)state;
    kit_new(&kit, true);
    KIT_OK(&kit, kit_tick(&kit, NULL, 0, NULL));
    KIT_OK(&kit, store_note_doubt(kit.store, &doubt, NULL, &kit.err));
    KIT_OK(&kit, store_last_clock(kit.store, &clock, &any, &kit.err));
    assert_string_equal(clock.boot_id, "boot");
    kit_reopen(&kit, STORE_WRITE); /* without a flush */
    expect_doubts(&kit, &(struct store_doubt_filter){0}, "");
    KIT_OK(&kit, store_last_clock(kit.store, &clock, &any, &kit.err));
    assert_false(any);
    kit_free(&kit);
}

/* A digest of another step would only cost time, and so never be missed. */
static void test_digests(void **state)
{
    (void)state;
    for (int version = 1; version <= STORE_SCHEMA; version++) {
        struct err err = {0};
        sqlite3 *db = NULL;
        bool known = false;
        assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
        assert_int_equal(schema_make(db, 0, version, &err), 0);
        assert_int_equal(schema_known(db, version, &known, &err), 0);
        assert_true(known);
        assert_int_equal(sqlite3_exec(db, "CREATE TABLE odd (x)", NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(schema_known(db, version, &known, &err), 0);
        assert_false(known);
        sqlite3_close(db);
    }
}

int main(void)
{
    setenv("LC_ALL", "C", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digests),    cmocka_unit_test(test_no_tables),
        cmocka_unit_test(test_from_older), cmocka_unit_test(test_ended_migration),
        cmocka_unit_test(test_doubts),     cmocka_unit_test(test_doubt_in_a_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
