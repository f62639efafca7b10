/* Handlers: which one runs, what it is told, what it may ask, what comes of it. */
#include "engine_kit.h"

#include "engine/handler.h"

static const struct kit_plan campaign = {
    .head = ISSUED("2012-06-01"),
    .items = PHASE("ph") WHEN(FROM_TO("2012-06-01", "2012-07-31")) END "," QUOTA("essay")
        IN("ph") DUE(BY("2012-07-05")) EACH_WARD COUNT_OF("1") END "," QUOTA("talk") IN("ph")
            DUE(BY("2012-07-05")) EACH_WARD COUNT_OF("1") END,
    .remind = BEFORE("\"3d\""),
    .handlers = ON("phase.start") "," ON("quota.late") "," ON_ITEM("quota.late", "essay"),
    .wards = 3};

static int next_call(struct kit *kit, struct handler_call *call)
{
    return engine_handler_next(kit->engine, arena, call, &kit->err);
}

static const char *json(const struct value *value)
{
    struct buf text = {0};
    json_write(&text, value);
    const char *copy = arena_string(arena, text.bytes);
    buf_free(&text);
    return copy;
}

/* Ends a call that asked for nothing. */
static void end_call(struct kit *kit, struct handler_call *call)
{
    kit_check(kit, engine_handled(kit->engine, call, NULL, 0, NULL, call->firing.fired_ms,
                                  &kit->err));
    handler_call_free(call);
}

static void the_nearest_handler_runs_once(void **state)
{
    (void)state;
    static const struct {
        const char *event, *ref, *argument;
        uint32_t units;
    } rows[] = {
        {"phase.start", NULL,
         "{\"at\":\"2012-06-01T00:00\",\"name\":\"phase.start\","
         "\"phase\":{\"id\":\"ph\",\"name\":\"ph\"},\"plan\":{\"id\":\"p\",\"name\":\"P\"}}",
         3},
        {"quota.late", "essay",
         "{\"at\":\"2012-07-05T24:00\",\"item\":{\"due\":\"2012-07-05\",\"id\":\"essay\","
         "\"name\":\"essay\"},\"name\":\"quota.late\",\"plan\":{\"id\":\"p\",\"name\":\"P\"}}",
         3},
        {"quota.late", NULL,
         "{\"at\":\"2012-07-05T24:00\",\"item\":{\"due\":\"2012-07-05\",\"id\":\"talk\","
         "\"name\":\"talk\"},\"name\":\"quota.late\",\"plan\":{\"id\":\"p\",\"name\":\"P\"}}",
         3},
    };
    struct kit kit;
    struct handler_call call;
    kit_open(&kit, &campaign, NULL);
    kit_run(&kit, INT64_MAX);
    for (size_t i = 0; i < COUNT(rows); i++) {
        kit_check(&kit, next_call(&kit, &call));
        assert_string_equal(call.event, rows[i].event);
        if (rows[i].ref)
            assert_string_equal(call.ref, rows[i].ref);
        else
            assert_null(call.ref);
        assert_string_equal(json(call.event_argument), rows[i].argument);
        assert_int_equal(handler_count(&call, &call.subjects), rows[i].units);
        end_call(&kit, &call);
    }
    assert_int_equal(next_call(&kit, &call), ERR_NOT_FOUND);
    kit_close(&kit);
}

/* The event belongs to `planrun check`; no run has it. */
static void a_check_is_not_run(void **state)
{
    (void)state;
    struct kit kit;
    struct handler_call call;
    struct kit_plan plan = campaign;
    plan.handlers = ON("check");
    kit_open(&kit, &plan, NULL);
    kit_run(&kit, INT64_MAX);
    assert_int_equal(next_call(&kit, &call), ERR_NOT_FOUND);
    kit_close(&kit);
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        assert_string_not_equal(firing_name(kind), "check");
}

static void one_found_too_late_is_not_run(void **state)
{
    (void)state;
    struct kit kit;
    struct handler_call call;
    kit_open(&kit, &campaign, NULL);
    kit_tick(&kit, instant("2012-06-02 00:01"));
    assert_int_equal(next_call(&kit, &call), ERR_NOT_FOUND);
    kit_close(&kit);
    kit_open(&kit, &campaign, NULL);
    kit_tick(&kit, instant("2012-06-02 00:00"));
    kit_check(&kit, next_call(&kit, &call));
    handler_call_free(&call);
    kit_close(&kit);
}

static void nobody_late_is_no_call(void **state)
{
    (void)state;
    struct kit kit;
    struct handler_call call;
    struct kit_plan plan = campaign;
    plan.handlers = ON("quota.late");
    kit_open(&kit, &plan, NULL);
    kit_run(&kit, instant("2012-06-02 00:00"));
    for (int w = 1; w <= 3; w++)
        kit_submit(&kit, "talk", arena_printf(arena, "w%d", w), "2012-06-02 10:00");
    kit_run(&kit, INT64_MAX);
    kit_check(&kit, next_call(&kit, &call));
    assert_string_equal(value_get_string(value_get(call.event_argument, "item"), "id"),
                        "essay");
    end_call(&kit, &call);
    assert_int_equal(next_call(&kit, &call), ERR_NOT_FOUND);
    kit_close(&kit);
}

static void a_handler_that_is_gone_ends_unrun(void **state)
{
    (void)state;
    struct kit kit;
    struct handler_call call;
    struct kit_plan plan = campaign;
    kit_open(&kit, &campaign, NULL);
    kit_run(&kit, INT64_MAX);
    plan.handlers = ON("quota.late");
    kit_revise(&kit, &plan, NULL);
    kit_check(&kit, next_call(&kit, &call));
    assert_string_equal(call.event, "quota.late");
    assert_null(call.ref);
    handler_call_free(&call);
    kit_close(&kit);
}

/* ---- what it asks ----------------------------------------------------------------------------- */

static void sets_are_asked(void **state)
{
    (void)state;
    struct kit kit;
    struct handler_call call;
    struct bits behind = {0}, unit = {0}, class = {0}, none = {0};
    kit_open(&kit, &campaign, NULL);
    kit_run(&kit, instant("2012-06-02 00:00"));
    kit_submit(&kit, "talk", "w2", "2012-06-02 10:00");
    kit_check(&kit, next_call(&kit, &call));
    assert_string_equal(
        json(handler_first(kit.engine, &call, &call.subjects, 2, arena)),
        "[{\"id\":\"w1\",\"name\":\"病区1\"},{\"id\":\"w2\",\"name\":\"病区2\"}]");
    kit_check(&kit,
              handler_behind(kit.engine, &call, &call.subjects, "talk", &behind, &kit.err));
    assert_string_equal(
        json(handler_first(kit.engine, &call, &behind, 9, arena)),
        "[{\"id\":\"w1\",\"name\":\"病区1\"},{\"id\":\"w3\",\"name\":\"病区3\"}]");
    kit_check(&kit, handler_units(kit.engine, &call, "bureau", &unit, &kit.err));
    assert_string_equal(json(handler_first(kit.engine, &call, &unit, 9, arena)),
                        "[{\"id\":\"bureau\",\"name\":\"市卫生局\"}]");
    kit_check(&kit, handler_units(kit.engine, &call, "ward", &class, &kit.err));
    assert_int_equal(handler_count(&call, &class), 3);
    assert_int_equal(handler_behind(kit.engine, &call, &unit, "nothing", &none, &kit.err),
                     ERR_NOT_FOUND);
    assert_non_null(strstr(kit.err.message, "nothing"));
    assert_int_equal(handler_behind(kit.engine, &call, &unit, "ph", &none, &kit.err),
                     ERR_NOT_FOUND);
    assert_int_equal(handler_units(kit.engine, &call, "nobody", &none, &kit.err),
                     ERR_NOT_FOUND);
    assert_non_null(strstr(kit.err.message, "nobody"));
    assert_int_equal(bits_count(&none), 0);
    handler_call_free(&call);
    bits_free(&behind);
    bits_free(&unit);
    bits_free(&class);
    bits_free(&none);
    kit_close(&kit);
}

/* ---- what comes of it ------------------------------------------------------------------------- */

static void answer(struct kit *kit, const char *problem, int64_t now_ms)
{
    struct handler_call call;
    struct bits office = {0};
    kit_check(kit, next_call(kit, &call));
    kit_check(kit, handler_units(kit->engine, &call, "bureau", &office, &kit->err));
    struct handler_notice notices[] = {{&call.subjects, "阶段开始", NULL, NULL},
                                       {&office, "已通知", "head", "wecom"}};
    kit_check(kit, engine_handled(kit->engine, &call, notices, COUNT(notices), problem, now_ms,
                                  &kit->err));
    bits_free(&office);
    handler_call_free(&call);
}

static void notices_become_firings(void **state)
{
    (void)state;
    struct kit kit;
    struct handler_call call;
    size_t count;
    kit_open(&kit, &campaign, NULL);
    int64_t now = instant("2012-06-01 00:00");
    kit_tick(&kit, now);
    answer(&kit, NULL, now);
    const struct store_firing *fired = engine_fired(kit.engine, &count);
    assert_int_equal(count, 2);
    assert_true(fired[0].number > 0 && fired[0].number < fired[1].number);
    assert_true(fired[0].route != fired[1].route && fired[0].slot_ms > now);
    assert_string_equal(fired[1].text, "已通知");
    assert_string_equal(kit_journal(&kit, 1 << EVENT_NOTICE),
                        "06-01 00:00 notice ph 3 '阶段开始'\n"
                        "06-01 00:00 notice ph 1 1 '已通知'\n");
    assert_int_equal(next_call(&kit, &call), ERR_NOT_FOUND);
    struct journal_row row;
    kit_check(&kit, engine_row(kit.engine, &fired[1], arena, &row, &kit.err));
    assert_string_equal(row.role, "head");
    assert_string_equal(row.channel, "wecom");
    assert_int_equal(engine_fan(kit.engine, &kit.err), 1);
    kit_close(&kit);
}

static void of_a_failed_handler_nothing_is_kept(void **state)
{
    (void)state;
    struct kit kit;
    struct handler_call call;
    size_t count;
    kit_open(&kit, &campaign, NULL);
    int64_t now = instant("2012-06-01 00:00");
    kit_tick(&kit, now);
    answer(&kit, "p.lua:3: broken", now);
    engine_fired(kit.engine, &count);
    assert_int_equal(count, 0);
    assert_string_equal(kit_journal(&kit, 1 << EVENT_NOTICE), "");
    assert_string_equal(kit_journal(&kit, 1 << EVENT_PHASE_START),
                        "06-01 00:00 phase.start ph 3 'p.lua:3: broken'\n");
    assert_int_equal(next_call(&kit, &call), ERR_NOT_FOUND);
    kit_close(&kit);
}

static void what_comes_too_late_is_not_sent(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, &campaign, NULL);
    kit_tick(&kit, instant("2012-06-01 00:00"));
    answer(&kit, NULL, instant("2012-06-02 00:01"));
    assert_string_equal(kit_journal(&kit, 1 << EVENT_NOTICE),
                        "06-01 00:00 notice ph 3 stale '阶段开始'\n"
                        "06-01 00:00 notice ph 1 1 stale '已通知'\n");
    assert_int_equal(engine_fan(kit.engine, &kit.err), 0);
    kit_close(&kit);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_handler_runs_once),
        cmocka_unit_test(a_check_is_not_run),
        cmocka_unit_test(one_found_too_late_is_not_run),
        cmocka_unit_test(nobody_late_is_no_call),
        cmocka_unit_test(a_handler_that_is_gone_ends_unrun),
        cmocka_unit_test(sets_are_asked),
        cmocka_unit_test(notices_become_firings),
        cmocka_unit_test(of_a_failed_handler_nothing_is_kept),
        cmocka_unit_test(what_comes_too_late_is_not_sent),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
