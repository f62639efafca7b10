/* The store's intentions, in memory and in a file: plans, numbers, journal, facts, groups. */
#include "store_kit.h"

#include "store/plans.h"
#include "store/store_data.h"

static const char *text_of(const struct store_revision *revision)
{
    return revision->text;
}

static struct store_revision sample_revision(const char *text)
{
    static const struct store_source sources[] = {{"a.lua", "01", "plan \"a\"", 8},
                                                  {"b.lua", "02", "\0\xff", 2}};
    return (struct store_revision){.plan = "a",
                                   .hash = "00",
                                   .text = text,
                                   .length = strlen(text),
                                   .path = "/x/a.lua",
                                   .sources = sources,
                                   .source_count = 2,
                                   .taken_ms = 77};
}

static void test_plans(void **state)
{
    (void)state;
    for (int file = 0; file < 2; file++) {
        struct kit kit;
        struct store_revision revision, first = sample_revision("{}"), second;
        uint32_t plan = 0, number = 0;
        const char *const *ids;
        size_t count;
        kit_new(&kit, file);
        assert_int_equal(
            store_revision(kit.store, "a", kit.arena, &revision, &number, &kit.err),
            ERR_NOT_FOUND);
        KIT_OK(&kit, store_take_revision(kit.store, &first, NULL, 0, &plan, &kit.err));
        assert_int_equal(plan, 1);
        second = sample_revision("{\"more\":1}");
        KIT_OK(&kit, store_take_revision(kit.store, &second, NULL, 0, &plan, &kit.err));
        second.plan = "b";
        KIT_OK(&kit, store_take_revision(kit.store, &second, NULL, 0, &plan, &kit.err));
        assert_int_equal(plan, 2);
        KIT_OK(&kit, store_flush(kit.store, &kit.err));
        if (file)
            kit_reopen(&kit, STORE_READ);
        KIT_OK(&kit, store_revision(kit.store, "a", kit.arena, &revision, &number, &kit.err));
        assert_int_equal(number, 1);
        assert_string_equal(text_of(&revision), "{\"more\":1}");
        assert_int_equal(revision.taken_ms, 77);
        assert_int_equal(revision.source_count, 2);
        assert_memory_equal(revision.sources[1].text, "\0\xff", 2);
        KIT_OK(&kit, store_plans(kit.store, kit.arena, &ids, &count, &kit.err));
        assert_int_equal(count, 2);
        assert_string_equal(ids[1], "b");
        kit_free(&kit);
    }
}

static void test_items(void **state)
{
    static const char *const ids[] = {"", "essays", "refine"};
    static const char *const more[] = {"refine", "new"};
    const char *const anew[] = {"essays", "nobody"};
    struct kit kit;
    struct store_item items[3], others[2];
    struct store_revision revision = sample_revision("{}");
    uint32_t plan;
    const char *a, *b;
    (void)state;
    kit_new(&kit, true);
    KIT_OK(&kit, store_take_revision(kit.store, &revision, NULL, 0, &plan, &kit.err));
    KIT_OK(&kit, store_items(kit.store, plan, ids, 3, items, &kit.err));
    assert_int_equal(items[0].number, 1);
    assert_int_equal(items[2].number, 3);
    assert_true(items[2].cursor_ms == STORE_NEVER);
    struct store_cursor cursors[] = {{2, 500}, {3, 600}};
    struct store_batch batch = {.cursors = cursors, .cursor_count = 2};
    KIT_OK(&kit, store_tick(kit.store, &batch, NULL, &kit.err));
    KIT_OK(&kit, store_items(kit.store, plan, more, 2, others, &kit.err));
    assert_int_equal(others[0].number, 3);
    assert_int_equal(others[0].cursor_ms, 600);
    assert_int_equal(others[1].number, 4);
    KIT_OK(&kit, store_take_revision(kit.store, &revision, anew, 2, &plan, &kit.err));
    KIT_OK(&kit, store_items(kit.store, plan, ids, 3, items, &kit.err));
    assert_true(items[1].cursor_ms == STORE_NEVER);
    assert_int_equal(items[2].cursor_ms, 600);
    KIT_OK(&kit, store_item_id(kit.store, 3, kit.arena, &a, &b, &kit.err));
    assert_string_equal(a, "a");
    assert_string_equal(b, "refine");
    assert_int_equal(store_item_id(kit.store, 9, kit.arena, &a, &b, &kit.err), ERR_NOT_FOUND);
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    kit_reopen(&kit, STORE_READ); /* knows the old ones, gives no new ones */
    static const char *const mixed[] = {"refine", "unknown"};
    KIT_OK(&kit, store_items(kit.store, plan, mixed, 2, others, &kit.err));
    assert_int_equal(others[0].number, 3);
    assert_int_equal(others[1].number, 0);
    kit_free(&kit);
}

static void test_routes(void **state)
{
    struct kit kit;
    uint32_t route, again;
    const char *a, *b;
    (void)state;
    kit_new(&kit, true);
    KIT_OK(&kit, store_route(kit.store, "contact", "default", &route, &kit.err));
    KIT_OK(&kit, store_route(kit.store, "head", "default", &again, &kit.err));
    assert_int_equal(again, route + 1);
    KIT_OK(&kit, store_route(kit.store, "contact", "default", &again, &kit.err));
    assert_int_equal(again, route);
    KIT_OK(&kit, store_route_names(kit.store, route, kit.arena, &a, &b, &kit.err));
    assert_string_equal(a, "contact");
    assert_string_equal(b, "default");
    assert_int_equal(store_route_names(kit.store, 9, kit.arena, &a, &b, &kit.err),
                     ERR_NOT_FOUND);
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    kit_reopen(&kit, STORE_READ);
    KIT_OK(&kit, store_route(kit.store, "leader", "mail", &again, &kit.err));
    assert_int_equal(again, 0);
    kit_free(&kit);
}

struct names {
    const char *const *ids;
    uint32_t count;
};

static const char *name_at(const void *context, uint32_t row)
{
    return ((const struct names *)context)->ids[row];
}

static uint32_t find_name(const void *context, const char *id, size_t length)
{
    const struct names *names = context;
    for (uint32_t i = 0; i < names->count; i++)
        if (strlen(names->ids[i]) == length && memcmp(names->ids[i], id, length) == 0)
            return i;
    return UINT32_MAX;
}

static void test_units(void **state)
{
    static const char *const first[] = {"er", "icu", "n1"}, *const second[] = {"n2", "icu"},
                             *const third[] = {"n3", "er"};
    struct names a = {first, 3}, b = {second, 2};
    struct store_ids ids = {&a, 3, name_at, find_name}, others = {&b, 2, name_at, find_name};
    uint32_t numbers[3], most;
    struct kit kit;
    (void)state;
    kit_new(&kit, true);
    KIT_OK(&kit, store_units(kit.store, &ids, numbers, &most, &kit.err));
    assert_int_equal(most, 3);
    assert_int_equal(numbers[2], 3);
    KIT_OK(&kit, store_units(kit.store, &others, numbers, &most, &kit.err));
    assert_int_equal(numbers[0], 4);
    assert_int_equal(numbers[1], 2);
    assert_int_equal(most, 4);
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    kit_reopen(&kit, STORE_READ);
    b.ids = third;
    KIT_OK(&kit, store_units(kit.store, &others, numbers, &most, &kit.err));
    assert_int_equal(numbers[0], 0);
    assert_int_equal(numbers[1], 1);
    assert_int_equal(most, 4);
    kit_free(&kit);
}

static bool count_firing(void *context, const struct store_firing *firing)
{
    int64_t *numbers = context;
    numbers[1 + numbers[0]++] = firing->number;
    return numbers[0] < 8;
}

/* Firings 1 … 3: an early tier, a nearer one that comes first, a notice of the first. */
static void record_three(struct kit *kit, struct buf *subjects)
{
    int64_t numbers[3];
    struct store_firing firing = sample_firing(9000, -7, 20, subjects), other = firing;
    other.tier = -3;
    other.at_ms = 8000;
    struct store_firing batch[] = {firing, other, firing};
    KIT_OK(kit, kit_tick(kit, batch, 3, numbers));
    assert_int_equal(numbers[0], 1);
    assert_int_equal(numbers[1], 2);
    assert_int_equal(numbers[2], 0); /* its identity stands */
    firing.cause = 1;                /* that of a notice is another one */
    firing.text = "第一期";
    KIT_OK(kit, kit_tick(kit, &firing, 1, numbers));
    assert_int_equal(numbers[0], 3);
    KIT_OK(kit, store_flush(kit->store, &kit->err));
}

static void test_tick(void **state)
{
    struct kit kit;
    struct buf subjects = {0};
    int64_t slot, formed;
    bool any = true, spoken;
    struct clock_reading clock;
    (void)state;
    kit_new(&kit, true);
    KIT_OK(&kit, store_last_clock(kit.store, &clock, &any, &kit.err));
    assert_false(any);
    KIT_OK(&kit, store_last_slot(kit.store, &slot, &formed, &kit.err));
    assert_true(slot == STORE_NEVER);
    record_three(&kit, &subjects);
    KIT_OK(&kit, store_last_slot(kit.store, &slot, &formed, &kit.err));
    assert_int_equal(slot, 9000);
    struct store_firing firing = sample_firing(9000, -7, 20, &subjects);
    KIT_OK(&kit, store_spoken_for(kit.store, &firing, INT32_MAX - 1, &spoken, &kit.err));
    assert_true(spoken);
    firing.tier = -3;
    KIT_OK(&kit, store_spoken_for(kit.store, &firing, INT32_MAX - 1, &spoken, &kit.err));
    assert_false(spoken);
    KIT_OK(&kit, store_last_clock(kit.store, &clock, &any, &kit.err));
    assert_true(any);
    assert_string_equal(clock.boot_id, "boot");
    assert_int_equal(clock.boot_ms, 5);
    assert_int_equal(clock.wall_ms, 6);
    buf_free(&subjects);
    kit_free(&kit);
}

static void test_journal(void **state)
{
    static const struct {
        struct store_filter filter;
        int64_t found[5]; /* how many, which */
    } table[] = {
        {{0}, {3, 2, 1, 3}},
        {{.latest = true}, {3, 3, 1, 2}},
        {{.from_ms = 8500}, {2, 1, 3}},
        {{.to_ms = 8500}, {1, 2}},
        {{.after = 1}, {2, 2, 3}},
        {{.number = 2}, {1, 2}},
        {{.item = 1, .plan = 1, .kinds = 1 << 4}, {3, 2, 1, 3}},
        {{.item = 2}, {0}},
        {{.plan = 2}, {0}},
        {{.kinds = 1 << 5}, {0}},
    };
    struct kit kit;
    struct buf subjects = {0};
    (void)state;
    kit_new(&kit, false);
    record_three(&kit, &subjects);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t found[10] = {0};
        KIT_OK(&kit, store_journal(kit.store, &table[i].filter, count_firing, found, &kit.err));
        if (memcmp(found, table[i].found, (size_t)(table[i].found[0] + 1) * sizeof *found) != 0)
            fail_msg("filter %zu", i);
    }
    buf_free(&subjects);
    kit_free(&kit);
}

static void test_handlers(void **state)
{
    struct kit kit;
    struct buf subjects = {0};
    int64_t numbers[2];
    struct store_firing next;
    (void)state;
    kit_new(&kit, false);
    struct store_firing firing = sample_firing(10, 0, 3, &subjects);
    firing.handler = HANDLER_PENDING;
    firing.route = 0;
    KIT_OK(&kit, kit_tick(&kit, &firing, 1, NULL));
    KIT_OK(&kit, store_handler_next(kit.store, 1, kit.arena, &next, &kit.err));
    assert_int_equal(next.number, 1);
    assert_int_equal(next.subjects_length, subjects.length);
    struct store_firing outputs[2] = {next, next};
    for (int i = 0; i < 2; i++) {
        outputs[i].handler = HANDLER_NONE;
        outputs[i].cause = 1;
        outputs[i].tier = i;
        outputs[i].text = "开始";
    }
    assert_int_equal(store_handled(kit.store, 7, outputs, 2, NULL, numbers, &kit.err),
                     ERR_NOT_FOUND);
    KIT_OK(&kit, store_handled(kit.store, 1, outputs, 2, NULL, numbers, &kit.err));
    assert_int_equal(numbers[1], 3);
    assert_int_equal(store_handled(kit.store, 1, outputs, 2, NULL, numbers, &kit.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_handler_next(kit.store, 1, kit.arena, &next, &kit.err),
                     ERR_NOT_FOUND);
    firing.tier = 5;
    KIT_OK(&kit, kit_tick(&kit, &firing, 1, numbers));
    KIT_OK(&kit, store_handled(kit.store, numbers[0], NULL, 0, "a.lua:3: x", NULL, &kit.err));
    struct store_filter failed = {.number = numbers[0]};
    int64_t found[10] = {0};
    KIT_OK(&kit, store_journal(kit.store, &failed, count_firing, found, &kit.err));
    assert_int_equal(found[0], 1);
    buf_free(&subjects);
    kit_free(&kit);
}

struct expected_count {
    int64_t done, in_time;
    bool excused;
    int32_t due;
};

static void assert_count(struct kit *kit, uint32_t unit, struct expected_count expected)
{
    struct store_count count;
    KIT_OK(kit, store_count(kit->store, 1, 100, 0, unit, &count, &kit->err));
    assert_int_equal(count.unit, unit);
    assert_int_equal(count.done, expected.done);
    assert_int_equal(count.in_time, expected.in_time);
    assert_int_equal(count.excused, expected.excused);
    assert_int_equal(count.due, expected.due);
}

static void test_facts(void **state)
{
    struct kit kit;
    (void)state;
    kit_new(&kit, true);
    struct row {
        enum fact_kind kind;
        int64_t value;
        bool late;
        int code;
        struct expected_count after;
    };
    enum { NONE = INT32_MIN };
    static const struct row table[] = {
        {FACT_SUBMITTED, 2, false, 0, {2, 2, false, NONE}}, /* 1 */
        {FACT_SUBMITTED, 3, true, 0, {5, 2, false, NONE}},  /* 2 */
        {FACT_EXCUSED, 0, false, 0, {5, 2, true, NONE}},    /* 3 */
        {FACT_EXTENDED, 200, false, 0, {5, 2, true, 200}},  /* 4 */
        {FACT_EXTENDED, 300, false, 0, {5, 2, true, 300}},  /* 5 */
        {FACT_WITHDRAWN, 5, false, 0, {5, 2, true, 200}},   /* 6 */
        {FACT_WITHDRAWN, 5, false, ERR_NOT_FOUND, {5, 2, true, 200}},
        {FACT_WITHDRAWN, 6, false, ERR_NOT_FOUND, {5, 2, true, 200}}, /* a withdrawal */
        {FACT_SUBMITTED, -1, false, ERR_INVALID, {5, 2, true, 200}},
        {FACT_SUBMITTED, STORE_PIECES_MOST + 1, false, ERR_INVALID, {5, 2, true, 200}},
        {FACT_WITHDRAWN, 99, false, ERR_NOT_FOUND, {5, 2, true, 200}},
        {FACT_WITHDRAWN, 4, false, 0, {5, 2, true, NONE}},  /* 7 */
        {FACT_WITHDRAWN, 3, false, 0, {5, 2, false, NONE}}, /* 8 */
        {FACT_WITHDRAWN, 1, false, 0, {3, 0, false, NONE}}, /* 9 */
        {FACT_WITHDRAWN, 2, true, 0, {0, 0, false, NONE}},  /* 10 */
        {FACT_EXCUSED, 0, false, 0, {0, 0, true, NONE}},    /* 11 */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct store_fact fact = sample_fact(table[i].kind, 4, table[i].value);
        int64_t number;
        enum fact_outcome outcome;
        fact.in_time = !table[i].late;
        if (fact.kind == FACT_WITHDRAWN) /* of the two submissions */
            fact.moves = fact.value == 1 ? -2 : fact.value == 2 ? -3 : 0;
        int code = store_append(kit.store, &fact, 1, &number, &outcome, &kit.err);
        if (code != table[i].code)
            fail_msg("row %zu: %d %s", i, code, kit.err.message);
        assert_count(&kit, 4, table[i].after);
    }
    assert_count(&kit, 5, (struct expected_count){0, 0, false, NONE});
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    kit_free(&kit);
}

static void test_fact_keys(void **state)
{
    struct kit kit;
    int64_t numbers[2];
    enum fact_outcome outcomes[2];
    (void)state;
    kit_new(&kit, false);
    struct store_fact facts[2] = {sample_fact(FACT_SUBMITTED, 1, 1),
                                  sample_fact(FACT_SUBMITTED, 2, 1)};
    facts[0].key = facts[1].key = "k1";
    /* the second says something else: none of both is there */
    assert_int_equal(store_append(kit.store, facts, 2, numbers, outcomes, &kit.err),
                     ERR_INVALID);
    assert_count(&kit, 1, (struct expected_count){0, 0, false, INT32_MIN});
    KIT_OK(&kit, store_append(kit.store, facts, 1, numbers, outcomes, &kit.err));
    facts[0].at_ms += 60000; /* said again, later */
    facts[0].recorded_ms += 60000;
    facts[0].in_time = false;
    facts[1].key = NULL;
    KIT_OK(&kit, store_append(kit.store, facts, 2, numbers, outcomes, &kit.err));
    assert_int_equal(numbers[0], 1);
    assert_int_equal(outcomes[0], FACT_REPEATED);
    assert_int_equal(numbers[1], 2);
    assert_int_equal(outcomes[1], FACT_RECORDED);
    assert_count(&kit, 1, (struct expected_count){1, 1, false, INT32_MIN});
    struct store_fact found;
    KIT_OK(&kit, store_fact_keyed(kit.store, 1, "k1", kit.arena, &found, &kit.err));
    assert_int_equal(found.number, 1);
    assert_string_equal(found.actor, "clerk");
    assert_null(found.note);
    assert_int_equal(store_fact_keyed(kit.store, 1, "k2", kit.arena, &found, &kit.err),
                     ERR_NOT_FOUND);
    facts[0].note = "other";
    assert_int_equal(store_append(kit.store, facts, 1, numbers, outcomes, &kit.err),
                     ERR_INVALID);
    kit_free(&kit);
}

static void sum_counts(void *context, const struct store_count *count)
{
    int64_t *sum = context;
    sum[0]++;
    sum[1] += count->done;
    sum[2] += count->enough;
}

static bool sum_facts(void *context, const struct store_fact *fact)
{
    int64_t *sum = context;
    sum[0]++;
    sum[1] += fact->number;
    return sum[0] < 3;
}

static void test_fact_readers(void **state)
{
    struct kit kit;
    struct store_fact facts[6];
    int64_t numbers[6], sum[3] = {0};
    enum fact_outcome outcomes[6];
    const struct store_due *dues;
    size_t count;
    (void)state;
    kit_new(&kit, false);
    for (uint32_t i = 0; i < 6; i++) {
        facts[i] = sample_fact(i < 4 ? FACT_SUBMITTED : FACT_EXTENDED, 1 + i, i < 4 ? i : 300);
        facts[i].recorded_ms = 1000 + i;
    }
    KIT_OK(&kit, store_append(kit.store, facts, 6, numbers, outcomes, &kit.err));
    static const struct store_enough enough[] = {{3, 2}, {4, 5}, {4, 2}, {4, 9}, {99, 1}};
    KIT_OK(&kit, store_keep_enough(kit.store, 1, 100, 0, enough, 5, &kit.err));
    KIT_OK(&kit, store_counts(kit.store, 1, 100, 0, sum_counts, sum, &kit.err));
    assert_int_equal(sum[0], 6);
    assert_int_equal(sum[1], 6);
    assert_int_equal(sum[2], 4);
    KIT_OK(&kit, store_dues(kit.store, 1, kit.arena, &dues, &count, &kit.err));
    assert_int_equal(count, 1);
    assert_int_equal(dues[0].due, 300);
    assert_int_equal(dues[0].period, 100);
    static const struct {
        struct store_fact_filter filter;
        int64_t count, sum;
    } table[] = {
        {{0}, 3, 6},
        {{.latest = true}, 3, 15},
        {{.after = 4}, 2, 11},
        {{.item = 1, .unit = 3}, 1, 3},
        {{.item = 2}, 0, 0},
        {{.from_ms = 1004}, 2, 11},
        {{.to_ms = 1000, .plan = 1}, 1, 1},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        sum[0] = sum[1] = 0;
        KIT_OK(&kit, store_facts(kit.store, &table[i].filter, sum_facts, sum, &kit.err));
        assert_int_equal(sum[0], table[i].count);
        assert_int_equal(sum[1], table[i].sum);
    }
    kit_free(&kit);
}

static void test_groups(void **state)
{
    struct kit kit, other = {0};
    struct buf subjects = {0};
    int64_t number, found[10] = {0};
    (void)state;
    kit_new(&kit, true);
    KIT_OK(&kit, store_flush(kit.store, &kit.err)); /* nothing to commit */
    struct store_firing firing = sample_firing(100, 0, 3, &subjects);
    KIT_OK(&kit, kit_tick(&kit, &firing, 1, &number));
    KIT_OK(&kit, store_open(kit.path, STORE_READ, &other.store, &kit.err));
    struct store_filter all = {0};
    KIT_OK(&kit, store_journal(other.store, &all, count_firing, found, &kit.err));
    assert_int_equal(found[0], 0); /* not yet for anybody else */
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    KIT_OK(&kit, store_journal(other.store, &all, count_firing, found, &kit.err));
    assert_int_equal(found[0], 1);
    firing.tier = 1;
    assert_int_equal(store_tick(other.store, &(struct store_batch){0}, NULL, &kit.err),
                     ERR_INVALID); /* open for reading */
    KIT_OK(&kit, kit_tick(&kit, &firing, 1, &number));
    kit_reopen(&kit, STORE_WRITE); /* closed without a flush: not there */
    found[0] = 0;
    KIT_OK(&kit, store_journal(kit.store, &all, count_firing, found, &kit.err));
    assert_int_equal(found[0], 1);
    store_close(other.store);
    buf_free(&subjects);
    kit_free(&kit);
}

static void test_fences(void **state)
{
    struct kit kit;
    struct store *second = NULL;
    int64_t number;
    struct buf subjects = {0};
    (void)state;
    kit_new(&kit, true);
    struct store_firing firing = sample_firing(100, 0, 3, &subjects);
    KIT_OK(&kit, store_open(kit.path, STORE_WRITE, &second, &kit.err));
    assert_int_equal(kit_tick(&kit, &firing, 1, &number), ERR_INVALID);
    assert_non_null(strstr(kit.err.message, "another process"));
    struct store *first = kit.store;
    kit.store = second;
    KIT_OK(&kit, kit_tick(&kit, &firing, 1, &number));
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    store_close(first);
    buf_free(&subjects);
    kit_free(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans),     cmocka_unit_test(test_items),
        cmocka_unit_test(test_routes),    cmocka_unit_test(test_units),
        cmocka_unit_test(test_tick),      cmocka_unit_test(test_journal),
        cmocka_unit_test(test_handlers),  cmocka_unit_test(test_facts),
        cmocka_unit_test(test_fact_keys), cmocka_unit_test(test_fact_readers),
        cmocka_unit_test(test_groups),    cmocka_unit_test(test_fences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
