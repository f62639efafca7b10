/* The outbox as an operator moves it: from which state to which, all or none, and what stands still. */
#include "store/outbox.h"
#include "store/recipients.h"
#include "store/store_data.h"
#include "store_kit.h"

#include "base/buf.h"

enum { NOW = 5000 };

/* A message in each state, 1 … 7; 8 was given up and its recipient is gone; 9 is unsure and waits. */
static void fill(struct kit *kit)
{
    static const char sql[] =
        "INSERT INTO plan VALUES (1, 'reading', 1), (2, 'other', 2);"
        "INSERT INTO item VALUES (1, 1, '', 0), (2, 1, 'notes', 0), (3, 2, 'more', 0);"
        "INSERT INTO unit VALUES (7, 'ward-1');"
        "INSERT INTO route VALUES (1, 'contact', 'default');"
        "INSERT INTO destination VALUES (1, 'hook');"
        "INSERT INTO recipient VALUES (1, 1, 'ward-1', NULL, NULL), (2, 1, 'ward-2', 9, '410');"
        "INSERT INTO message (number, slot, route, unit, state, attempts, next_ms, recipient,"
        " destination, unsure) VALUES (1, 100, 1, 7, 0, 0, 9000, 1, 1, 0),"
        " (2, 101, 1, 7, 1, 2, 9000, 1, 1, 0), (3, 102, 1, 7, 2, 1, 0, 1, 1, 1),"
        " (4, 103, 1, 7, 3, 10, 0, 1, 1, 0), (5, 104, 1, 7, 4, 0, 0, 1, 1, 0),"
        " (6, 105, 1, 7, 5, 0, 0, 1, 1, 0), (7, 106, 1, 7, 6, 0, 0, 1, 1, 0),"
        " (8, 107, 1, 7, 3, 1, 0, 2, 1, 0), (9, 108, 1, 7, 0, 3, 9000, 1, 1, 2);"
        "UPDATE holder SET restored_ms = 77;"
        "INSERT INTO firing (number, at_ms, fired_ms, slot, plan, item, kind, route, tier, period,"
        " due, phase, official, working, flags, fate, handler, units, cause)"
        " VALUES (1, 1, 1, 100, 1, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0),"
        " (2, 1, 1, 100, 1, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0),"
        " (3, 1, 1, 100, 2, 3, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0),"
        " (4, 1, 1, 100, 1, 2, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0);"
        "INSERT INTO line VALUES (100, 1, 7, 1, 0), (100, 1, 7, 2, 0), (100, 1, 7, 4, 0),"
        " (103, 1, 7, 1, 2), (200, 1, 7, 3, 0);"
        "INSERT INTO part VALUES (4, 200, 1, 7);";
    kit_new(kit, false);
    KIT_OK(kit, store_execute(kit->store->db, sql, &kit->err));
}

/* "1r 2l …": numbers with what became of each. */
static bool add(void *context, const struct store_listed *listed)
{
    static const char letters[] = "rlsfhce";
    struct buf *text = context;
    buf_printf(text, "%s%lld%c", text->length ? " " : "", (long long)listed->message.number,
               letters[listed->message.state]);
    if (listed->message.next_ms == NOW)
        buf_adds(text, "!");
    return true;
}

static void expect(struct kit *kit, const struct store_wanted *wanted, const char *all)
{
    struct buf text = {0};
    KIT_OK(kit, store_messages(kit->store, wanted, add, &text, &kit->err));
    assert_string_equal(text.length ? text.bytes : "", all);
    buf_free(&text);
}

#define ALL "1r 2l 3s 4f 5h 6c 7e 8f 9r"

static void test_reading(void **state)
{
    static const struct {
        struct store_wanted wanted;
        const char *all;
    } table[] = {
        {{0}, ALL},
        {{.states = 1U << MESSAGE_FAILED}, "4f 8f"},
        {{.states = 1U << MESSAGE_SENT | 1U << MESSAGE_EMPTY}, "3s 7e"},
        {{.unsure = true}, "3s 9r"},
        {{.most = 2}, "1r 2l"},
        {{.number = 6}, "6c"},
        {{.number = 60}, ""},
        {{.plan = "reading"}, "1r"},
        {{.plan = "other"}, "4f"},
        {{.plan = "none"}, ""},
    };
    struct kit kit;
    int64_t counts[MESSAGE_STATES], unsure;
    (void)state;
    fill(&kit);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        expect(&kit, &table[i].wanted, table[i].all);
    KIT_OK(&kit, store_message_counts(kit.store, counts, &unsure, &kit.err));
    assert_int_equal(counts[MESSAGE_FAILED], 2);
    assert_int_equal(counts[MESSAGE_EMPTY], 1);
    assert_int_equal(unsure, 1);
    kit_free(&kit);
}

static bool look(void *context, const struct store_listed *listed)
{
    int *seen = context;
    if (listed->message.number == 1) {
        assert_int_equal(listed->about_count, 2);
        assert_string_equal(listed->about[0], "reading:notes");
        assert_string_equal(listed->about[1], "reading");
        assert_string_equal(listed->unit, "ward-1");
        assert_string_equal(listed->destination, "hook");
        assert_string_equal(listed->address, "ward-1");
        assert_null(listed->gone);
    } else if (listed->message.number == 4) { /* its first group was met, its second was not */
        assert_int_equal(listed->about_count, 1);
        assert_string_equal(listed->about[0], "other:more");
    } else if (listed->message.number == 8) {
        assert_string_equal(listed->gone, "410");
    }
    return ++*seen < 9;
}

static void test_names(void **state)
{
    struct kit kit;
    int seen = 0;
    (void)state;
    fill(&kit);
    KIT_OK(&kit, store_messages(kit.store, &(struct store_wanted){0}, look, &seen, &kit.err));
    assert_int_equal(seen, 9);
    kit_free(&kit);
}

static void test_named_messages(void **state)
{
    static const struct {
        bool cancel;
        int64_t numbers[3];
        size_t count;
        int code;
        const char *all, *says;
    } table[] = {
        {false, {1}, 1, 0, "1r! 2l 3s 4f 5h 6c 7e 8f 9r", ""},
        {false, {4, 5, 9}, 3, 0, "1r 2l 3s 4r! 5r! 6c 7e 8f 9r!", ""},
        {false, {2}, 1, ERR_INVALID, ALL, "#2 is under way now"},
        {false, {3}, 1, ERR_INVALID, ALL, "#3 was sent"},
        {false, {6}, 1, ERR_INVALID, ALL, "#6 was cancelled"},
        {false, {7}, 1, ERR_INVALID, ALL, "#7 had nothing left to say"},
        {false, {8}, 1, ERR_INVALID, ALL, "the recipient of #8 is gone"},
        {false, {10}, 1, ERR_NOT_FOUND, ALL, "there is no message #10"},
        {false, {1, 4, 3}, 3, ERR_INVALID, ALL, "#3 was sent"}, /* none of them */
        {true, {1}, 1, 0, "1c 2l 3s 4f 5h 6c 7e 8f 9r", ""},
        {true, {4, 5, 8}, 3, 0, "1r 2l 3s 4c 5c 6c 7e 8c 9r", ""},
        {true, {2}, 1, ERR_INVALID, ALL, "#2 is under way now"},
        {true, {1, 6}, 2, ERR_INVALID, ALL, "#6 was cancelled"},
        {true, {10}, 1, ERR_NOT_FOUND, ALL, "there is no message #10"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct kit kit;
        struct err err = {0};
        fill(&kit);
        int code = (table[i].cancel ? store_messages_cancel : store_messages_again)(
            kit.store, table[i].numbers, table[i].count, NOW, &err);
        assert_int_equal(code, table[i].code);
        assert_non_null(strstr(err.message, table[i].says));
        KIT_OK(&kit, store_flush(kit.store, &kit.err));
        expect(&kit, &(struct store_wanted){0}, table[i].all);
        kit_free(&kit);
    }
}

/* Of a message whose words are fixed it stays known that it was tried; the row of its retries begins anew. */
static void test_attempts(void **state)
{
    struct kit kit;
    struct query query;
    int64_t count;
    (void)state;
    fill(&kit);
    KIT_OK(&kit, store_failed_again(kit.store, NOW, &count, &kit.err));
    assert_int_equal(count, 1); /* whose recipient is gone waits for that */
    expect(&kit, &(struct store_wanted){0}, "1r 2l 3s 4r! 5h 6c 7e 8f 9r");
    KIT_OK(&kit, query_open(kit.store, "SELECT attempts FROM message WHERE number = 4", NULL,
                            &query, &kit.err));
    assert_int_equal(query_step(&query, &kit.err), 1);
    assert_int_equal(query_get(&query), 1);
    query_close(&query);
    kit_free(&kit);
}

static void test_held(void **state)
{
    (void)state;
    for (int cancel = 0; cancel < 2; cancel++) {
        struct kit kit;
        struct query query;
        int64_t count;
        fill(&kit);
        KIT_OK(&kit, store_release_held(kit.store, cancel, false, NOW, &count, &kit.err));
        assert_int_equal(count, 1);
        expect(&kit, &(struct store_wanted){0},
               cancel ? "1r 2l 3s 4f 5c 6c 7e 8f 9r" : "1r 2l 3s 4f 5r! 6c 7e 8f 9r");
        KIT_OK(&kit, query_open(kit.store, "SELECT restored_ms IS NULL FROM holder", NULL,
                                &query, &kit.err));
        assert_int_equal(query_step(&query, &kit.err), 1);
        assert_int_equal(query_get(&query), !cancel);
        query_close(&query);
        kit_free(&kit);
    }
}

/* Whether cancelling what is held ends the fence, by what is still under way behind it. */
static void test_fence_ends(void **state)
{
    static const struct {
        const char *sql;
        int64_t now_ms;
        bool settled, ends;
    } table[] = {
        {"UPDATE holder SET formed_slot = 300", 78, true, true},
        {"UPDATE holder SET formed_slot = 300", 78, false, false}, /* a plan is behind */
        {"UPDATE holder SET formed_slot = 300", 77, true, false},  /* and so is the clock */
        {"UPDATE holder SET formed_slot = 199", 78, true, false},  /* a line behind it */
        {"UPDATE holder SET formed_slot = 199; UPDATE firing SET at_ms = 78", 79, true, true},
        {"UPDATE holder SET formed_slot = 300; INSERT INTO fanout VALUES (400, 3, 0)", 78, true,
         false},
        {"UPDATE holder SET formed_slot = 300; UPDATE firing SET handler = 1 WHERE number = 2",
         78, true, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct kit kit;
        int64_t count, restored_ms;
        fill(&kit);
        KIT_OK(&kit, store_execute(kit.store->db, table[i].sql, &kit.err));
        KIT_OK(&kit, store_release_held(kit.store, true, table[i].settled, table[i].now_ms,
                                        &count, &kit.err));
        assert_int_equal(count, 1);
        KIT_OK(&kit, store_restored(kit.store, &restored_ms, &kit.err));
        assert_int_equal(restored_ms, table[i].ends ? STORE_NEVER : 77);
        kit_free(&kit);
    }
}

/* A message that was held and is tried alone may have been sent, too. */
static void test_held_again(void **state)
{
    struct kit kit;
    const int64_t number = 5;
    struct query query;
    (void)state;
    fill(&kit);
    KIT_OK(&kit, store_messages_again(kit.store, &number, 1, NOW, &kit.err));
    KIT_OK(&kit, query_open(kit.store, "SELECT unsure FROM message WHERE number IN (1, 5)",
                            NULL, &query, &kit.err));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(query_step(&query, &kit.err), 1);
        assert_int_equal(query_get(&query), i);
    }
    query_close(&query);
    kit_free(&kit);
}

static void test_recipients(void **state)
{
    static const struct {
        const char *destination, *address;
        int code;
    } table[] = {
        {"hook", "ward-1", ERR_NOT_FOUND}, /* not gone */
        {"mail", "ward-2", ERR_NOT_FOUND},
        {"hook", "ward-3", ERR_NOT_FOUND},
        {"hook", "ward-2", 0},
        {"hook", "ward-2", ERR_NOT_FOUND}, /* no more */
        {"hook", NULL, ERR_NOT_FOUND},
    };
    struct kit kit;
    (void)state;
    fill(&kit);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t count = 0;
        assert_int_equal(store_recipient_restore(kit.store, table[i].destination,
                                                 table[i].address, NOW, &count, &kit.err),
                         table[i].code);
        assert_int_equal(count, table[i].code == 0);
    }
    expect(&kit, &(struct store_wanted){0}, "1r 2l 3s 4f 5h 6c 7e 8r! 9r");
    kit_free(&kit);
    fill(&kit);
    int64_t count = 0;
    assert_int_equal(store_recipient_restore(kit.store, "mail", NULL, NOW, &count, &kit.err),
                     ERR_NOT_FOUND);
    KIT_OK(&kit, store_recipient_restore(kit.store, "hook", NULL, NOW, &count, &kit.err));
    assert_int_equal(count, 1);
    kit_free(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),        cmocka_unit_test(test_names),
        cmocka_unit_test(test_named_messages), cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_held),           cmocka_unit_test(test_fence_ends),
        cmocka_unit_test(test_held_again),     cmocka_unit_test(test_recipients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
