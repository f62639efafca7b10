/*
 * Facts in bulk: random lists, recorded by store_append one by one and in bulk, give equal stores;
 * what is refused leaves nothing; an act taken back leaves the counters as they were.
 */
#include "store/bulk.h"
#include "store/counters.h"
#include "store_kit.h"

enum { LISTS = 200, FACTS_MOST = 60, ITEMS = 3, UNITS = 5 };

static uint32_t next_random(uint32_t *state)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return *state >> 8;
}

static struct store_fact random_fact(struct arena *arena, uint32_t *random)
{
    struct store_fact fact = {.kind = FACT_SUBMITTED, .plan = 1, .actor = "clerk"};
    fact.item = 1 + next_random(random) % ITEMS;
    fact.unit = 1 + next_random(random) % UNITS;
    fact.period =
        next_random(random) % 3 ? 15000 + (int32_t)(next_random(random) % 2) : INT32_MIN;
    fact.phase = next_random(random) % 2;
    fact.value = fact.moves = 1 + next_random(random) % 4;
    fact.in_time = next_random(random) % 2;
    fact.at_ms = next_random(random);
    fact.recorded_ms = 7;
    if (next_random(random) % 8 == 0)
        fact.moves = 0;
    if (next_random(random) % 4)
        fact.key = arena_printf(arena, "key %u", next_random(random) % 40);
    return fact;
}

static bool add_fact_line(void *context, const struct store_fact *fact)
{
    buf_printf(context, "f%lld %d %u %u %d %u %lld %lld %d %lld %s act %lld piece %lld\n",
               (long long)fact->number, fact->kind, fact->item, fact->unit, fact->period,
               fact->phase, (long long)fact->value, (long long)fact->moves, fact->in_time,
               (long long)fact->at_ms, fact->key ? fact->key : "-", (long long)fact->act,
               (long long)fact->piece);
    return true;
}

static void add_count_line(void *context, const struct store_count *count)
{
    buf_printf(context, "unit %u: %lld %lld\n", count->unit, (long long)count->done,
               (long long)count->in_time);
}

/* What was taken back leaves a counter of nothing. */
static void add_done_line(void *context, const struct store_count *count)
{
    if (count->done || count->in_time)
        add_count_line(context, count);
}

static const char *all_counts(struct kit *kit, store_count_reader reader)
{
    static const int32_t periods[] = {15000, 15001, INT32_MIN};
    struct buf text = {0};
    for (uint32_t item = 1; item <= ITEMS; item++)
        for (uint32_t phase = 0; phase < 2; phase++)
            for (size_t i = 0; i < 3; i++) {
                buf_printf(&text, "item %u, %d, %u\n", item, periods[i], phase);
                KIT_OK(kit, store_counts(kit->store, item, periods[i], phase, reader, &text,
                                         &kit->err));
            }
    const char *kept = arena_string(kit->arena, text.bytes);
    buf_free(&text);
    return kept;
}

static const char *all_facts(struct kit *kit)
{
    struct buf text = {0};
    struct store_fact_filter filter = {0};
    buf_adds(&text, "");
    KIT_OK(kit, store_facts(kit->store, &filter, add_fact_line, &text, &kit->err));
    const char *kept = arena_string(kit->arena, text.bytes ? text.bytes : "");
    buf_free(&text);
    return kept;
}

/* True when all were taken; on a refusal the rest is looked at and everything taken back. */
static bool add_in_bulk(struct kit *kit, const struct store_fact *facts, size_t count)
{
    struct store_bulk *bulk = NULL;
    int64_t act = 0;
    bool fine = true;
    KIT_OK(kit, store_bulk_begin(kit->store, &bulk, &kit->err));
    for (size_t i = 0; i < count; i++) {
        struct store_fact fact = facts[i];
        int64_t number;
        enum fact_outcome outcome;
        fact.act = act;
        int code = store_bulk_add(bulk, &fact, &number, &outcome, &kit->err);
        assert_true(code == 0 || code == ERR_INVALID);
        fine = fine && code == 0;
        if (code == 0 && outcome == FACT_RECORDED && act == 0)
            act = number;
    }
    KIT_OK(kit, store_bulk_end(bulk, fine, &kit->err));
    KIT_OK(kit, store_flush(kit->store, &kit->err));
    return fine;
}

/* The same, one by one; a refusal takes back what came before it, too. */
static bool add_one_by_one(struct kit *kit, const struct store_fact *facts, size_t count)
{
    int64_t act = 0;
    bool fine = true;
    for (size_t i = 0; fine && i < count; i++) {
        struct store_fact fact = facts[i];
        int64_t number;
        enum fact_outcome outcome;
        fact.act = act;
        fine = store_append(kit->store, &fact, 1, &number, &outcome, &kit->err) == 0;
        if (fine && outcome == FACT_RECORDED && act == 0)
            act = number;
    }
    if (!fine)
        store_undo(kit->store);
    KIT_OK(kit, store_flush(kit->store, &kit->err));
    return fine;
}

static void test_same_as_one_by_one(void **state)
{
    uint32_t random = 20260302, taken = 0;
    (void)state;
    for (int list = 0; list < LISTS; list++) {
        struct kit one, bulk;
        struct store_fact facts[FACTS_MOST];
        kit_new(&one, false);
        kit_new(&bulk, false);
        for (int round = 0; round < 3; round++) {
            size_t count = 1 + next_random(&random) % (list % 2 ? FACTS_MOST : 8);
            for (size_t i = 0; i < count; i++)
                facts[i] = random_fact(one.arena, &random);
            bool fine = add_one_by_one(&one, facts, count);
            assert_int_equal(add_in_bulk(&bulk, facts, count), fine);
            assert_string_equal(all_facts(&bulk), all_facts(&one));
            assert_string_equal(all_counts(&bulk, add_count_line),
                                all_counts(&one, add_count_line));
            taken += fine;
        }
        kit_free(&one);
        kit_free(&bulk);
    }
    printf("counts: %d lists in bulk, %u of them taken\n", 3 * LISTS, taken);
    assert_true(taken > LISTS / 2);
}

static void test_taken_back(void **state)
{
    uint32_t random = 7;
    struct kit kit;
    struct store_fact facts[FACTS_MOST], like = {.actor = "clerk", .note = "slip"};
    int64_t number, count;
    enum fact_outcome outcome;
    (void)state;
    kit_new(&kit, false);
    for (size_t i = 0; i < FACTS_MOST; i++)
        facts[i] = random_fact(kit.arena, &random);
    for (size_t i = 0; i < FACTS_MOST; i++)
        facts[i].key = i < 10 ? arena_printf(kit.arena, "own %zu", i) : NULL;
    assert_true(add_in_bulk(&kit, facts, 10));
    const char *before = all_counts(&kit, add_done_line);
    assert_true(add_in_bulk(&kit, facts + 10, FACTS_MOST - 10));
    struct store_fact one = {.kind = FACT_WITHDRAWN,
                             .plan = 1,
                             .item = facts[20].item,
                             .unit = facts[20].unit,
                             .period = facts[20].period,
                             .phase = facts[20].phase,
                             .value = 21,
                             .moves = -facts[20].moves,
                             .in_time = facts[20].in_time,
                             .actor = "clerk"};
    KIT_OK(&kit, store_append(kit.store, &one, 1, &number, &outcome, &kit.err));
    KIT_OK(&kit, store_withdraw_act(kit.store, 11, &like, &number, &count, &kit.err));
    assert_int_equal(count, FACTS_MOST - 11);
    assert_int_equal(number, FACTS_MOST + 2);
    assert_string_equal(all_counts(&kit, add_done_line), before);
    assert_int_equal(store_withdraw_act(kit.store, 11, &like, &number, &count, &kit.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_withdraw_act(kit.store, 12, &like, &number, &count, &kit.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_withdraw_act(kit.store, 99, &like, &number, &count, &kit.err),
                     ERR_NOT_FOUND);
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    kit_free(&kit);
}

static void test_a_group_of_its_own(void **state)
{
    uint32_t random = 3;
    struct kit kit;
    struct store_bulk *bulk = NULL;
    int64_t number;
    enum fact_outcome outcome;
    (void)state;
    kit_new(&kit, false);
    struct store_fact fact = random_fact(kit.arena, &random);
    KIT_OK(&kit, store_append(kit.store, &fact, 1, &number, &outcome, &kit.err));
    assert_int_equal(store_bulk_begin(kit.store, &bulk, &kit.err), ERR_INTERNAL);
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    KIT_OK(&kit, store_bulk_begin(kit.store, &bulk, &kit.err));
    fact.kind = FACT_EXCUSED;
    assert_int_equal(store_bulk_add(bulk, &fact, &number, &outcome, &kit.err), ERR_INVALID);
    fact.kind = FACT_SUBMITTED;
    fact.value = 0;
    assert_int_equal(store_bulk_add(bulk, &fact, &number, &outcome, &kit.err), ERR_INVALID);
    KIT_OK(&kit, store_bulk_end(bulk, false, &kit.err));
    assert_string_not_equal(all_facts(&kit), "");
    kit_free(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_one_by_one),
        cmocka_unit_test(test_taken_back),
        cmocka_unit_test(test_a_group_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
