/* Lines and messages of the store: fanned out in chunks, formed in order, leased and settled. */
#include "store_kit.h"

/* Fans a firing out in chunks of `size`; units 1 … `units`. */
static void fan(struct kit *kit, uint32_t units, uint32_t size)
{
    struct store_firing firing;
    uint32_t next;
    int code;
    while ((code = store_fan_next(kit->store, kit->arena, &firing, &next, &kit->err)) == 0) {
        uint32_t chunk[100], count = 0;
        for (uint32_t unit = next ? next : 1; unit <= units && count < size; unit++)
            chunk[count++] = unit;
        uint32_t last = count ? chunk[count - 1] : units;
        KIT_OK(kit, store_fan(kit->store, &firing, chunk, count,
                              last >= units ? UINT32_MAX : last + 1, &kit->err));
    }
    assert_int_equal(code, ERR_NOT_FOUND);
}

static void test_fan_refuses(void **state)
{
    struct kit kit;
    struct buf subjects = {0};
    struct store_firing firing;
    uint32_t next;
    static uint32_t many[STORE_CHUNK_MOST + 1];
    (void)state;
    kit_new(&kit, false);
    struct store_firing sample = sample_firing(100, 0, 9, &subjects);
    KIT_OK(&kit, kit_tick(&kit, &sample, 1, NULL));
    KIT_OK(&kit, store_fan_next(kit.store, kit.arena, &firing, &next, &kit.err));
    assert_int_equal(next, 0);
    KIT_OK(&kit, store_fan(kit.store, &firing, (uint32_t[]){1, 2}, 2, 3, &kit.err));
    static const struct {
        uint32_t units[3], count, next;
        int code;
    } table[] = {
        {{2, 3, 4}, 3, 5, ERR_INVALID}, /* 2 is there */
        {{3, 3, 4}, 3, 5, ERR_INVALID}, {{3, 5, 4}, 3, 6, ERR_INVALID},
        {{3, 4, 5}, 3, 5, ERR_INVALID}, /* would tell 5 again */
        {{0}, 0, 2, ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(store_fan(kit.store, &firing, table[i].units, table[i].count,
                                   table[i].next, &kit.err),
                         table[i].code);
    assert_int_equal(
        store_fan(kit.store, &firing, many, STORE_CHUNK_MOST + 1, UINT32_MAX, &kit.err),
        ERR_LIMIT);
    KIT_OK(&kit, store_fan(kit.store, &firing, (uint32_t[]){3}, 1, UINT32_MAX, &kit.err));
    assert_int_equal(store_fan(kit.store, &firing, (uint32_t[]){4}, 1, UINT32_MAX, &kit.err),
                     ERR_NOT_FOUND);
    buf_free(&subjects);
    kit_free(&kit);
}

static void test_who_makes_lines(void **state)
{
    static const struct {
        uint32_t route, units;
        enum firing_fate fate;
        int code;
    } table[] = {
        {0, 3, FIRING_FIRED, ERR_NOT_FOUND},
        {1, 0, FIRING_FIRED, ERR_NOT_FOUND},
        {1, 3, FIRING_MERGED, ERR_NOT_FOUND},
        {1, 3, FIRING_STALE, ERR_NOT_FOUND},
        {1, 3, FIRING_FIRED, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct kit kit;
        struct buf subjects = {0};
        uint32_t next;
        kit_new(&kit, false);
        struct store_firing firing = sample_firing(100, 0, table[i].units, &subjects);
        firing.route = table[i].route;
        firing.fate = table[i].fate;
        KIT_OK(&kit, kit_tick(&kit, &firing, 1, NULL));
        assert_int_equal(store_fan_next(kit.store, kit.arena, &firing, &next, &kit.err),
                         table[i].code);
        buf_free(&subjects);
        kit_free(&kit);
    }
}

/* What is pending, in `room` lines. */
static void expect_pending(struct kit *kit, size_t room, size_t expected, bool expected_whole,
                           struct store_line *lines)
{
    size_t count;
    bool whole;
    KIT_OK(kit, store_lines_pending(kit->store, lines, room, &count, &whole, &kit->err));
    assert_int_equal(count, expected);
    assert_int_equal(whole, expected_whole);
}

/* Firings 1 and 2 in slot 100, 3 in slot 200, of three units each. */
static void tick_three(struct kit *kit, struct store_firing firings[3], struct buf *subjects)
{
    for (int i = 0; i < 3; i++)
        firings[i] = sample_firing(i < 2 ? 100 : 200, i, 3, subjects);
    for (int i = 0; i < 3; i++)
        firings[i].subjects = subjects->bytes;
    KIT_OK(kit, kit_tick(kit, firings, 3, NULL));
}

static void test_pending(void **state)
{
    static const struct {
        uint32_t unit;
        int64_t firing;
    } expected[] = {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 1}};
    struct kit kit;
    struct buf subjects = {0};
    struct store_firing firings[3];
    struct store_line lines[64];
    (void)state;
    kit_new(&kit, true);
    tick_three(&kit, firings, &subjects);
    expect_pending(&kit, 64, 0, true, lines); /* the slot can still get lines */
    fan(&kit, 3, 2);
    expect_pending(&kit, 64, 9, true, lines);
    expect_pending(&kit, 9, 9, true, lines);
    expect_pending(&kit, 5, 5, false, lines);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(lines[i].unit, expected[i].unit);
        assert_int_equal(lines[i].firing, expected[i].firing);
        assert_int_equal(lines[i].slot_ms, 100);
        assert_int_equal(lines[i].fate, LINE_PENDING);
    }
    buf_free(&subjects);
    kit_free(&kit);
}

static void test_forming(void **state)
{
    struct kit kit;
    struct buf subjects = {0};
    struct store_firing firings[3];
    struct store_line lines[64];
    struct store_message message;
    struct buf told = {0};
    size_t count;
    (void)state;
    kit_new(&kit, true);
    tick_three(&kit, firings, &subjects);
    fan(&kit, 3, 2);
    expect_pending(&kit, 5, 5, false, lines);
    /* half a group, and not the next ones */
    assert_int_equal(kit_form(&kit, lines, 5, 500), ERR_INVALID);
    assert_int_equal(kit_form(&kit, lines + 2, 2, 500), ERR_INVALID);
    lines[0].fate = LINE_MET; /* unit 1 hears of firing 2 alone, unit 2 of nothing */
    lines[1].fate = LINE_FORMED;
    lines[2].fate = lines[3].fate = LINE_MET;
    KIT_OK(&kit, kit_form(&kit, lines, 4, 500));
    expect_pending(&kit, 64, 5, true, lines);
    assert_int_equal(lines[0].unit, 3);
    KIT_OK(&kit, kit_take(&kit, 500, 900, 2, &message, &count));
    assert_int_equal(count, 1);
    assert_int_equal(message.unit, 1);
    KIT_OK(&kit, store_message_lines(kit.store, &message, kit.arena, &told, &kit.err));
    assert_int_equal(told.length, sizeof(struct store_told));
    assert_int_equal(((const struct store_told *)(const void *)told.bytes)->firing.number, 2);
    buf_free(&told);
    firings[0].tier = 9; /* a slot that is formed takes no more lines */
    assert_int_equal(kit_tick(&kit, firings, 1, NULL), ERR_INTERNAL);
    buf_free(&subjects);
    kit_free(&kit);
}

/* Messages 1 … 3, ready at 100. */
static void form_three(struct kit *kit)
{
    struct buf subjects = {0};
    struct store_line lines[8];
    struct store_firing firing = sample_firing(100, 0, 3, &subjects);
    KIT_OK(kit, kit_tick(kit, &firing, 1, NULL));
    fan(kit, 3, 3);
    expect_pending(kit, 8, 3, true, lines);
    for (size_t i = 0; i < 3; i++)
        lines[i].fate = LINE_FORMED;
    KIT_OK(kit, kit_form(kit, lines, 3, 100));
    buf_free(&subjects);
}

static void expect_later(struct kit *kit, int64_t after_ms, int64_t expected)
{
    int64_t at_ms;
    KIT_OK(kit, store_next_message(kit->store, 1, after_ms, &at_ms, &kit->err));
    assert_true(at_ms == expected);
}

static void expect_next(struct kit *kit, int64_t expected)
{
    expect_later(kit, INT64_MIN, expected);
}

/* Takes until `until_ms`; the first of those that come is `number`. */
static void expect_take(struct kit *kit, int64_t now_ms, int64_t until_ms, size_t most,
                        size_t expected, int64_t number, uint32_t attempts)
{
    struct store_message messages[8];
    size_t count;
    KIT_OK(kit, kit_take(kit, now_ms, until_ms, most, messages, &count));
    assert_int_equal(count, expected);
    if (count == 0)
        return;
    assert_int_equal(messages[0].number, number);
    assert_int_equal(messages[0].attempts, attempts);
    assert_int_equal(messages[0].state, MESSAGE_LEASED);
    assert_int_equal(messages[0].next_ms, until_ms);
}

static void test_messages(void **state)
{
    struct kit kit;
    (void)state;
    kit_new(&kit, true);
    expect_next(&kit, INT64_MAX);
    form_three(&kit);
    expect_next(&kit, 100);
    expect_take(&kit, 99, 300, 8, 0, 0, 0);
    expect_take(&kit, 100, 300, 2, 2, 1, 1);
    expect_next(&kit, 100); /* the third is ready before a lease runs out */
    KIT_OK(&kit, kit_settle(&kit, 1, MESSAGE_SENT, 100, NULL));
    assert_int_equal(kit_settle(&kit, 1, MESSAGE_SENT, 100, NULL), ERR_NOT_FOUND);
    assert_int_equal(kit_settle(&kit, 2, MESSAGE_LEASED, 100, NULL), ERR_INVALID);
    KIT_OK(&kit, kit_settle(&kit, 2, MESSAGE_READY, 5000, "refused"));
    expect_take(&kit, 200, 300, 8, 1, 3, 1);
    expect_next(&kit, 300);
    expect_later(&kit, 299, 300);
    expect_later(&kit, 300, 5000); /* what is due does not hide what comes */
    expect_later(&kit, 5000, INT64_MAX);
    expect_take(&kit, 299, 400, 8, 0, 0, 0);
    expect_take(&kit, 300, 400, 8, 1, 3, 2); /* the lease has run out */
    KIT_OK(&kit, kit_settle(&kit, 3, MESSAGE_FAILED, 0, "given up"));
    expect_next(&kit, 5000);
    expect_take(&kit, 5000, 6000, 8, 1, 2, 2);
    kit_free(&kit);
}

/* Lines wait for the fan-outs before them and of their own slot, and for nothing else: not for the
 * time that a clock showed which has been set back since. */
static void test_slots_are_an_order(void **state)
{
    struct kit kit;
    struct buf subjects = {0};
    struct store_firing firings[3], open;
    struct store_line lines[64];
    uint32_t next;
    (void)state;
    kit_new(&kit, true);
    tick_three(&kit, firings, &subjects);
    for (int i = 0; i < 2; i++) {
        KIT_OK(&kit, store_fan_next(kit.store, kit.arena, &open, &next, &kit.err));
        expect_pending(&kit, 64, 0, true, lines);
        KIT_OK(&kit, store_fan(kit.store, &open, (uint32_t[]){1}, 1, UINT32_MAX, &kit.err));
    }
    expect_pending(&kit, 64, 2, true, lines); /* of slot 100; 200 can still get lines */
    fan(&kit, 3, 3);
    expect_pending(&kit, 64, 5, true, lines);
    for (size_t i = 0; i < 5; i++)
        lines[i].fate = LINE_FORMED;
    KIT_OK(&kit, kit_form(&kit, lines, 5, 50)); /* before both slots began */
    expect_pending(&kit, 64, 0, true, lines);
    buf_free(&subjects);
    kit_free(&kit);
}

/* A wait that nobody would have asked for under this clock ends at once. */
static void test_messages_from_ahead(void **state)
{
    static const int64_t hour_ms = 3600000;
    static const struct {
        int64_t next_ms, now_ms;
        size_t taken;
    } table[] = {
        {1000 + 24 * hour_ms, 1000, 0},
        {1000 + 27 * hour_ms, 1000, 0},
        {1001 + 27 * hour_ms, 1000, 1},
        {INT64_MAX, 1000, 1},
        {0, INT64_MAX, 1},
        {INT64_MAX, INT64_MAX - 27 * hour_ms, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct kit kit;
        kit_new(&kit, false);
        form_three(&kit);
        expect_take(&kit, 100, 300, 8, 3, 1, 1);
        for (int64_t number = 1; number <= 3; number++)
            KIT_OK(&kit, kit_settle(&kit, number, number == 2 ? MESSAGE_READY : MESSAGE_SENT,
                                    table[i].next_ms, NULL));
        expect_take(&kit, table[i].now_ms, table[i].now_ms, 8, table[i].taken, 2, 2);
        kit_free(&kit);
    }
}

/* What has waited its time goes first, and within `most`. */
static void test_ahead_goes_last(void **state)
{
    struct kit kit;
    (void)state;
    kit_new(&kit, false);
    form_three(&kit);
    expect_take(&kit, 100, 300, 1, 1, 1, 1);
    KIT_OK(&kit, kit_settle(&kit, 1, MESSAGE_READY, INT64_MAX, NULL));
    expect_take(&kit, 100, 300, 2, 2, 2, 1);
    expect_take(&kit, 100, 300, 2, 1, 1, 2);
    kit_free(&kit);
}

static void test_leases_of_the_dead(void **state)
{
    struct kit kit;
    char name[17];
    (void)state;
    kit_new(&kit, true);
    form_three(&kit);
    expect_take(&kit, 100, 300, 1, 1, 1, 1);
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    snprintf(name, sizeof name, "%s", store_name(kit.store));
    kit_reopen(&kit, STORE_WRITE);
    assert_string_equal(store_name(kit.store), name);
    assert_int_equal(strlen(name), 16);
    expect_take(&kit, 101, 500, 8, 3, 1, 2); /* the same, again, and first */
    kit_free(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fan_refuses),
        cmocka_unit_test(test_who_makes_lines),
        cmocka_unit_test(test_pending),
        cmocka_unit_test(test_forming),
        cmocka_unit_test(test_slots_are_an_order),
        cmocka_unit_test(test_messages_from_ahead),
        cmocka_unit_test(test_ahead_goes_last),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_leases_of_the_dead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
