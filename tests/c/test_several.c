/*
 * Several plans in one store: each by its own engine, and each beside it in a store of its own (several_kit.h).
 * What is another's is none of a plan's; what all share is in order over all.
 */
#include "several_kit.h"

#include "engine/engine_data.h"
#include "engine/mail.h"
#include "store/bulk.h"

static void each_plan_answers_as_if_it_were_alone(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= CASES; seed++) {
        struct world world;
        struct err err;
        open_world(&world, seed * 7919);
        live(&world);
        if (store_check(world.together[0].store, &err) < 0)
            fail_msg("%s", err.message);
        close_world(&world);
    }
}

/* ---- what is another's ------------------------------------------------------------------- */

static void a_number_of_another_plan_is_none(void **state)
{
    struct world world;
    struct err err = {0};
    (void)state;
    open_world(&world, 1);
    kit_submit(&world.together[0], "q", "w1", "2012-06-03 09:00");
    kit_submit(&world.together[1], "q", "w1", "2012-06-03 09:00");
    static const struct fact_request rows[] = {
        {.kind = FACT_WITHDRAWN, .fact = 1},
        {.kind = FACT_WITHDRAWN, .item = "q", .unit = "w1", .fact = 1},
        {.kind = FACT_ACCEPTED, .piece = 1},
        {.kind = FACT_RETURNED, .piece = 1, .note = "r"},
        {.kind = FACT_ACCEPTED, .piece = 3},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fact_request request = rows[i];
        struct fact_answer answer;
        request.at_ms = instant("2012-06-04 09:00");
        request.period = DAY_NONE;
        request.chars = request.minutes = -1;
        int code = engine_fact(world.together[1].engine, 0, &request, request.at_ms, arena,
                               &answer, &err);
        if (code != ERR_NOT_FOUND || !strstr(err.message, "nothing was recorded under"))
            fail_msg("row %zu: %d %s", i, code, err.message);
    }
    struct piece piece;
    assert_int_equal(engine_piece(world.together[1].engine, 0, 1, LANG_EN, arena, &piece, &err),
                     ERR_NOT_FOUND);
    kit_check(&world.together[0],
              engine_piece(world.together[0].engine, 0, 1, LANG_EN, arena, &piece, &err));
    close_world(&world);
}

static struct store_fact bulk_fact(uint32_t plan)
{
    return (struct store_fact){.kind = FACT_SUBMITTED,
                               .plan = plan,
                               .item = plan,
                               .unit = 1,
                               .value = 1,
                               .moves = 1,
                               .in_time = true,
                               .actor = "clerk",
                               .key = "k"};
}

static void a_key_is_its_plans(void **state)
{
    struct store *store;
    struct store_bulk *bulk;
    struct store_fact found;
    struct err err = {0};
    enum fact_outcome outcome;
    int64_t number;
    (void)state;
    assert_int_equal(store_open(NULL, STORE_WRITE, &store, &err), 0);
    for (uint32_t plan = 1; plan <= 2; plan++) {
        struct store_fact fact = bulk_fact(plan);
        assert_int_equal(store_append(store, &fact, 1, &number, &outcome, &err), 0);
        assert_int_equal(outcome, FACT_RECORDED);
    }
    assert_int_equal(store_flush(store, &err), 0);
    assert_int_equal(store_bulk_begin(store, &bulk, &err), 0);
    for (uint32_t plan = 1; plan <= 3; plan++) {
        struct store_fact fact = bulk_fact(plan);
        assert_int_equal(store_bulk_add(bulk, &fact, &number, &outcome, &err), 0);
        assert_int_equal(outcome, plan < 3 ? FACT_REPEATED : FACT_RECORDED);
        assert_int_equal(number, plan);
    }
    struct store_fact other = bulk_fact(2);
    other.value = 2;
    assert_int_equal(store_bulk_add(bulk, &other, &number, &outcome, &err), ERR_INVALID);
    assert_int_equal(store_bulk_end(bulk, true, &err), 0);
    assert_int_equal(store_fact_keyed(store, 2, "k", arena, &found, &err), 0);
    assert_int_equal(found.number, 2);
    assert_int_equal(store_fact_keyed(store, 4, "k", arena, &found, &err), ERR_NOT_FOUND);
    store_close(store);
}

/* ---- what all share ---------------------------------------------------------------------- */

/* Engines give slots that ascend over all of them, whatever the clock does; none is behind what is formed. */
static void slots_are_given_in_order_over_all(void **state)
{
    static const char *const times[] = {"2012-06-10 09:00", "2012-06-13 09:00",
                                        "2012-06-13 09:00", "2012-06-17 09:00",
                                        "2012-06-12 09:00", "2012-07-20 09:00"};
    struct world world;
    int64_t before = STORE_NEVER;
    (void)state;
    open_world(&world, 1);
    for (size_t i = 0; i < COUNT(times); i++)
        for (int k = 0; k < PLANS; k++) {
            struct kit *kit = &world.together[(i + (size_t)k) % PLANS];
            int64_t slot, formed;
            kit_tick(kit, instant(times[i]));
            kit_fan(&world.together[0]);
            kit_check(kit, store_last_slot(kit->store, &slot, &formed, &kit->err));
            assert_true(slot >= before && slot >= formed);
            before = slot;
            if (k == 1)
                while (kit_form(&world.together[0], instant(times[i])) > 0)
                    continue;
        }
    close_world(&world);
}

/* Two hundred plans with units of their own: what one has in memory grows with its own units alone. */
static void memory_of_a_plan_is_its_own(void **state)
{
    struct kit big, small[2];
    struct kit_plan of_big = plans[1], of_small = plans[2];
    (void)state;
    of_big.wards = 50000;
    kit_open(&big, &of_big, NULL);
    for (int i = 0; i < 2; i++) {
        small[i] = (struct kit){.store = big.store};
        of_small.id = i ? "s1" : "s0";
        kit_revise(&small[i], &of_small, NULL);
        kit_submit(&small[i], "q", "w2", "2012-06-03 09:00");
    }
    assert_int_equal(engine_plan_number(small[1].engine, 0), 3);
    assert_true(big.engine->bounds[0].rows.most > of_big.wards);
    assert_true(small[1].engine->bounds[0].rows.length <= 2048);
    assert_true(small[1].engine->bounds[0].by_number.length <= 2048);
    for (int i = 2; i-- > 0;) {
        small[i].store = NULL;
        kit_close(&small[i]);
    }
    kit_close(&big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_plan_answers_as_if_it_were_alone),
        cmocka_unit_test(a_number_of_another_plan_is_none),
        cmocka_unit_test(a_key_is_its_plans),
        cmocka_unit_test(slots_are_given_in_order_over_all),
        cmocka_unit_test(memory_of_a_plan_is_its_own),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
