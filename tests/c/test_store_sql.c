/* No statement of a running store may search: each is asked for its query plan. */
#include "store_kit.h"

#include "store/store_data.h"

/* Read in one pass on purpose, when a store is opened or an act taken back; never by a tick. */
static bool reads_all(enum sql sql)
{
    return sql == SQL_PLANS || sql == SQL_UNITS || sql == SQL_ACT_COUNT;
}

/* The first step of a statement that reads a whole table or sorts, "" when none does. */
static const char *find_scan(struct kit *kit, const char *sql, unsigned *steps)
{
    char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
    sqlite3_stmt *plan = NULL;
    const char *found = "";
    if (sqlite3_prepare_v2(kit->store->db, text, -1, &plan, NULL) != SQLITE_OK)
        fail_msg("%s: %s", text, sqlite3_errmsg(kit->store->db));
    while (!found[0] && sqlite3_step(plan) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(plan, 3);
        ++*steps;
        if (strncmp(step, "SCAN ", 5) == 0 || strstr(step, "TEMP B-TREE") ||
            strstr(step, "AUTOMATIC"))
            found = arena_string(kit->arena, step);
    }
    sqlite3_finalize(plan);
    sqlite3_free(text);
    return found;
}

static void test_no_scan(void **state)
{
    struct kit kit;
    unsigned steps = 0;
    (void)state;
    kit_new(&kit, false);
    for (enum sql sql = 0; sql < SQL_COUNT; sql++) {
        assert_non_null(sql_text(sql));
        const char *scan = find_scan(&kit, sql_text(sql), &steps);
        if (scan[0] && !reads_all(sql))
            fail_msg("%s\n    %s", sql_text(sql), scan);
    }
    printf("counts: %u steps of %d statements, no scan\n", steps, SQL_COUNT);
    kit_free(&kit);
}

/* What is asked in every turn reads no more of its index than it wants, however much waits. */
static void test_whole_index(void **state)
{
    static const enum sql table[] = {SQL_MESSAGE_NEXT, SQL_MESSAGE_WAITING, SQL_MESSAGE_AHEAD};
    static const char whole[] = "(destination=? AND state=? AND <expr>=? AND next_ms";
    struct kit kit;
    (void)state;
    kit_new(&kit, false);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql_text(table[i]));
        sqlite3_stmt *plan = NULL;
        assert_int_equal(sqlite3_prepare_v2(kit.store->db, text, -1, &plan, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(plan), SQLITE_ROW);
        const char *step = (const char *)sqlite3_column_text(plan, 3);
        if (!strstr(step, whole))
            fail_msg("%s\n    %s", text, step);
        sqlite3_finalize(plan);
        sqlite3_free(text);
    }
    kit_free(&kit);
}

static void test_scans_are_found(void **state)
{
    static const char *const table[] = {
        "SELECT number FROM firing WHERE text = 'x'",
        "SELECT number FROM firing WHERE item = 1 ORDER BY fired_ms",
        "SELECT a.number FROM fact a, fact b WHERE a.number = 1 AND a.value = b.value",
    };
    struct kit kit;
    unsigned steps = 0;
    (void)state;
    kit_new(&kit, false);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!find_scan(&kit, table[i], &steps)[0])
            fail_msg("%s", table[i]);
    kit_free(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_scan),
                                       cmocka_unit_test(test_whole_index),
                                       cmocka_unit_test(test_scans_are_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
