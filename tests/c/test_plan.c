/* plan_compile: from the sealed tree to typed arrays, and what it refuses. */
#include "base/json.h"
#include "plan/plan.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct calendar *calendar;
    struct err err;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    static const char *const directory[] = {PLANRUN_SOURCE_DIR "/stdlib/holidays.d"};
    fixture = (struct fixture){.arena = arena_new()};
    *state = &fixture;
    return calendar_open(directory, 1, &fixture.calendar, &fixture.err);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    calendar_close(fixture->calendar);
    arena_free(fixture->arena);
    return 0;
}

static int compile(struct fixture *fixture, const char *json, const struct plan **plan)
{
    static const struct value_limits limits = {100000, 64, 1 << 20};
    struct value *sealed = NULL;
    fixture->err = (struct err){0};
    int code = json_parse(fixture->arena, json, strlen(json), &limits, &sealed, &fixture->err);
    if (code < 0)
        fail_msg("test text is no JSON: %s", fixture->err.message);
    return plan_compile(fixture->arena, sealed, fixture->calendar, plan, &fixture->err);
}

/* A plan around the given items and reminders. */
static const struct plan *plan_of(struct fixture *fixture, const char *items,
                                  const char *reminders)
{
    const struct plan *plan = NULL;
    const char *json = arena_printf(
        fixture->arena,
        "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"方案\",\"issuer\":[\"甲\",\"乙\"],"
        "\"issued\":{\"kind\":\"interval\",\"start\":\"2012-03-20\",\"end\":\"2012-03-20\"}},"
        "\"items\":[%s],\"reminders\":[%s]}",
        items, reminders);
    compile(fixture, json, &plan);
    return plan;
}

static const struct item *only_item(struct fixture *fixture, const char *fields)
{
    const char *item =
        arena_printf(fixture->arena, "{\"id\":\"a\",\"word\":\"task\",\"name\":\"事项\"%s%s}",
                     *fields ? "," : "", fields);
    const struct plan *plan = plan_of(fixture, item, "");
    if (!plan)
        fail_msg("%s: %s", fields, fixture->err.message);
    return &plan->items[0];
}

static void test_head(void **state)
{
    const struct plan *plan = plan_of(*state, "", "");
    assert_non_null(plan);
    assert_string_equal(plan->id, "p");
    assert_string_equal(plan->issuer, "甲、乙");
    assert_int_equal(plan->issued, civil_day(2012, 3, 20));
    assert_int_equal(plan->received, DAY_NONE);
    assert_null(plan->owner);
    assert_int_equal(plan->when.kind, DATE_NONE);
    assert_int_equal(plan_find(plan, "a"), ITEM_NONE);
}

static void test_items(void **state)
{
    const struct plan *plan = plan_of(
        *state,
        "{\"id\":\"z\",\"word\":\"phase\",\"name\":\"一\",\"label\":\"第一阶段\",\"line\":7},"
        "{\"id\":\"b\",\"word\":\"quota\",\"name\":\"二\",\"parent\":\"z\",\"binding\":\"may\","
        "\"rest_day\":\"next\",\"clause\":[\"三(一)\",\"四\"],\"per\":\"phase\","
        "\"each\":{\"terms\":[{\"id\":\"person\"}]}},"
        "{\"id\":\"a\",\"word\":\"task\",\"name\":\"三\",\"parent\":\"b\"}",
        "");
    assert_non_null(plan);
    assert_int_equal(plan->item_count, 3);
    assert_int_equal(plan_find(plan, "z"), 0);
    assert_int_equal(plan_find(plan, "a"), 2);
    assert_int_equal(plan_find(plan, "none"), ITEM_NONE);
    const struct item *item = &plan->items[1];
    assert_int_equal(item->word, ITEM_QUOTA);
    assert_int_equal(item->parent, 0);
    assert_int_equal(item->binding, BINDING_MAY);
    assert_int_equal(item->rest_day, REST_NEXT);
    assert_string_equal(item->clause, "三(一)");
    assert_true(item->per_phase);
    assert_non_null(item->who[ROLE_EACH]);
    assert_null(item->who[ROLE_BY]);
    assert_false(item->count.stated);
    assert_string_equal(plan->items[0].label, "第一阶段");
    assert_int_equal(plan->items[0].line, 7);
    assert_int_equal(plan->items[0].parent, ITEM_NONE);
    assert_int_equal(plan->items[2].parent, 1);
}

static void test_dates(void **state)
{
    static const struct {
        const char *json;
        enum date_kind kind;
        int32_t first[3], last[3]; /* year, month, day; year 0 = none or open */
        int minute;
    } rows[] = {
        {"{\"kind\":\"interval\",\"start\":\"2012-06-01\",\"end\":\"2012-06-10\"}",
         DATE_INTERVAL,
         {2012, 6, 1},
         {2012, 6, 10},
         1440},
        {"{\"kind\":\"deadline\",\"end\":\"2012-07-05\",\"minute\":1020}",
         DATE_DEADLINE,
         {0},
         {2012, 7, 5},
         1020},
        {"{\"kind\":\"standing\",\"start\":\"2012-06-01\"}",
         DATE_STANDING,
         {2012, 6, 1},
         {0},
         1440},
        {"{\"kind\":\"standing\",\"undated\":true}", DATE_STANDING, {0}, {0}, 1440},
        {"{\"kind\":\"recurring\",\"rule\":\"FREQ=MONTHLY;BYMONTHDAY=5\"}",
         DATE_RECURRING,
         {0},
         {0},
         1440},
        {"{\"kind\":\"deadline\",\"calendar\":\"WORKDAYS=10;AFTER=2012-04-20\"}",
         DATE_DEADLINE,
         {0},
         {2012, 5, 7},
         1440},
        {"{\"kind\":\"interval\",\"calendar\":\"HOLIDAY=国庆节:2012\"}",
         DATE_INTERVAL,
         {2012, 9, 30},
         {2012, 10, 7},
         1440},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture *fixture = *state;
        const struct item *item =
            only_item(fixture, arena_printf(fixture->arena, "\"when\":%s", rows[i].json));
        int32_t first = rows[i].first[0]
                            ? civil_day(rows[i].first[0], rows[i].first[1], rows[i].first[2])
                            : DAY_NONE;
        int32_t last = rows[i].last[0]
                           ? civil_day(rows[i].last[0], rows[i].last[1], rows[i].last[2])
                           : DAY_OPEN;
        if (item->when.kind != rows[i].kind || item->when.first != first ||
            item->when.last != last || item->when.minute != rows[i].minute)
            fail_msg("%s: %d %d..%d %d", rows[i].json, item->when.kind, item->when.first,
                     item->when.last, item->when.minute);
        assert_int_equal(item->due.kind, DATE_NONE);
    }
}

static void test_date_details(void **state)
{
    const struct item *item = only_item(
        *state,
        "\"due\":{\"kind\":\"deadline\",\"end\":\"2012-06-10\",\"from\":\"when\",\"soft\":true,"
        "\"phrase\":\"6月上旬\"},"
        "\"per\":[{\"kind\":\"recurring\",\"rule\":\"FREQ=DAILY\"},"
        "{\"default\":{\"kind\":\"recurring\",\"rule\":\"FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1\"},"
        "\"years\":{\"2021\":false,\"2022\":{\"kind\":\"deadline\",\"end\":\"2022-06-02\"}}}],"
        "\"review\":{\"kind\":\"deadline\",\"calendar\":\"WORKDAYS=1;AFTER=2150-01-01\"}");
    assert_string_equal(item->due.from, "when");
    assert_string_equal(item->due.phrase, "6月上旬");
    assert_true(item->due.soft);
    assert_false(item->due.provisional);
    assert_true(item->review.provisional);
    assert_int_equal(item->per_count, 2);
    assert_non_null(item->per[0].rule);
    const struct date *yearly = &item->per[1];
    assert_ptr_equal(date_of_year(yearly, 2020), yearly);
    assert_null(date_of_year(yearly, 2021));
    assert_int_equal(date_of_year(yearly, 2022)->last, civil_day(2022, 6, 2));
}

static void test_amounts(void **state)
{
    static const struct {
        const char *json;
        double min, max;
        bool exact, percent, some;
    } rows[] = {
        {"{\"min\":3,\"unit\":\"篇\"}", 3, -1, false, false, false},
        {"{\"min\":1,\"max\":2}", 1, 2, false, false, false},
        {"{\"min\":1,\"exact\":true}", 1, 1, true, false, false},
        {"{\"max\":5}", -1, 5, false, false, false},
        {"{\"percent\":40}", 40, -1, false, true, false},
        {"{\"some\":true}", -1, -1, false, false, true},
        {"{\"min\":2.5}", 2.5, -1, false, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture *fixture = *state;
        const struct amount *count =
            &only_item(fixture, arena_printf(fixture->arena, "\"count\":%s", rows[i].json))
                 ->count;
        assert_true(count->stated);
        assert_true(count->min == rows[i].min && count->max == rows[i].max);
        assert_int_equal(count->exact, rows[i].exact);
        assert_int_equal(count->percent, rows[i].percent);
        assert_int_equal(count->some, rows[i].some);
    }
    const struct amount *count =
        &only_item(*state,
                   "\"count\":{\"default\":{\"min\":1},\"units\":{\"icu\":{\"min\":4}}}")
             ->count;
    assert_true(amount_of_unit(count, "icu")->min == 4);
    assert_true(amount_of_unit(count, "er")->min == 1);
}

static void test_reminders(void **state)
{
    static const char items[] = "{\"id\":\"a\",\"word\":\"task\",\"name\":\"一\"},"
                                "{\"id\":\"b\",\"word\":\"task\",\"name\":\"二\"}";
    const struct plan *plan = plan_of(
        *state, items,
        "{\"before\":[\"1d\",\"1w\",\"7d\",\"0d\"],\"after\":[\"3d\"],\"line\":9},"
        "{\"about\":[\"b\",\"p:a\"],\"at\":\"17:30\",\"to\":\"head\",\"channel\":\"sms\","
        "\"every\":{\"kind\":\"recurring\",\"rule\":\"FREQ=WEEKLY;BYDAY=MO\"}}");
    assert_non_null(plan);
    const struct reminder *first = &plan->reminders[0], *second = &plan->reminders[1];
    static const int32_t tiers[] = {-7, -1, 0, 3};
    assert_true(first->all);
    assert_int_equal(first->tier_count, 4);
    assert_memory_equal(first->tiers, tiers, sizeof tiers);
    assert_int_equal(first->minute, 540);
    assert_string_equal(first->to, "contact");
    assert_string_equal(first->channel, "default");
    assert_int_equal(first->line, 9);
    assert_false(second->all);
    assert_int_equal(second->about_count, 2);
    assert_int_equal(second->about[0], 1);
    assert_int_equal(second->about[1], 0);
    assert_int_equal(second->minute, 17 * 60 + 30);
    assert_non_null(second->every.rule);
}

static void test_working_due(void **state)
{
    static const struct {
        const char *rest;
        int32_t due[3], working[3];
    } rows[] = {
        {"keep", {2012, 5, 20}, {2012, 5, 18}}, /* a Sunday */
        {"next", {2012, 5, 20}, {2012, 5, 21}}, {"ignore", {2012, 5, 20}, {2012, 5, 20}},
        {"keep", {2012, 9, 29}, {2012, 9, 29}}, /* a Saturday that is worked */
        {"keep", {2012, 10, 7}, {2012, 9, 29}}, /* the last day of the holidays */
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct item *item = only_item(
            fixture, arena_printf(fixture->arena, "\"rest_day\":\"%s\"", rows[i].rest));
        int32_t day = 0;
        assert_true(plan_working_due(NULL, item, fixture->calendar,
                                     civil_day(rows[i].due[0], rows[i].due[1], rows[i].due[2]),
                                     &day));
        assert_int_equal(day,
                         civil_day(rows[i].working[0], rows[i].working[1], rows[i].working[2]));
        assert_false(plan_working_due(NULL, item, fixture->calendar, DAY_NONE, &day));
        assert_false(plan_working_due(NULL, item, fixture->calendar, DAY_OPEN, &day));
    }
}

static void test_refusals(void **state)
{
    static const struct {
        const char *items, *reminders, *text; /* text: what the error must name */
    } rows[] = {
        {"{\"word\":\"task\",\"name\":\"x\"}", "", "an item, id"},
        {"{\"id\":\"a\",\"word\":\"task\"}", "", "item a, name"},
        {"{\"id\":\"a\",\"name\":\"x\"}", "", "item a, word"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"unit\"}", "", "item a, word"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"binding\":\"must not\"}", "",
         "binding"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"rest_day\":1}", "", "rest_day"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"parent\":\"b\"}", "", "parent"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"parent\":\"a\"}", "", "parent"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\"},"
         "{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\"}",
         "", "a stands twice"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"each\":\"person\"}", "", "each"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"when\":\"2012-01-01\"}", "", "when"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"when\":{\"kind\":\"day\"}}", "",
         "when"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"due\":{\"kind\":\"deadline\"}}", "",
         "due"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"due\":{\"kind\":\"deadline\","
         "\"end\":\"2012-02-30\"}}",
         "", "due"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"due\":{\"kind\":\"deadline\","
         "\"end\":\"2012-02-28\",\"minute\":1441}}",
         "", "due"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"when\":{\"kind\":\"interval\","
         "\"start\":\"2012-02-28\"}}",
         "", "when"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"when\":{\"kind\":\"interval\","
         "\"start\":\"2012-02-28\",\"end\":\"2012-02-27\"}}",
         "", "ends before"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"when\":{\"kind\":\"interval\","
         "\"calendar\":\"HOLIDAY=火把节:2012\"}}",
         "", "when"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"per\":[{\"kind\":\"recurring\","
         "\"rule\":\"FREQ=HOURLY\"}]}",
         "", "per"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"per\":[{\"kind\":\"recurring\"}]}",
         "", "per"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"per\":\"每月\"}", "", "per"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"task\",\"due\":{\"default\":{\"kind\":"
         "\"deadline\",\"end\":\"2012-01-01\"},\"years\":{\"20x2\":false}}}",
         "", "due"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"quota\",\"count\":3}", "", "count"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"quota\",\"count\":{\"min\":3,\"max\":2}}", "",
         "count"},
        {"{\"id\":\"a\",\"name\":\"x\",\"word\":\"quota\",\"count\":{\"min\":-3}}", "",
         "count"},
        {"", "{\"before\":[\"7\"]}", "reminder 1, before"},
        {"", "{\"after\":[\"-7d\"]}", "reminder 1, after"},
        {"", "{\"before\":[\"99999999999999999999d\"]}", "before"},
        {"", "{\"before\":[7]}", "before"},
        {"", "{\"at\":\"24:00\"}", "at"},
        {"", "{\"at\":\"9\"}", "at"},
        {"", "{\"about\":[\"a\"]}", "about"},
        {"{\"id\":\"a\",\"word\":\"task\",\"name\":\"x\"}", "{\"about\":[\"q:a\"]}", "about"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture *fixture = *state;
        if (plan_of(fixture, rows[i].items, rows[i].reminders))
            fail_msg("row %zu was accepted: %s %s", i, rows[i].items, rows[i].reminders);
        assert_int_equal(fixture->err.code, ERR_INVALID);
        if (!strstr(fixture->err.message, rows[i].text))
            fail_msg("row %zu: \"%s\" lacks \"%s\"", i, fixture->err.message, rows[i].text);
    }
}

static void test_bad_frames(void **state)
{
    static const char *const rows[] = {
        "{}",
        "[]",
        "{\"format\":2,\"plan\":{\"id\":\"p\",\"name\":\"x\"}}",
        "{\"format\":1}",
        "{\"format\":1,\"plan\":{\"id\":\"p\"}}",
        "{\"format\":1,\"plan\":{\"id\":\"\",\"name\":\"x\"}}",
        "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"x\",\"issued\":{\"kind\":\"standing\"}}}",
        "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"x\"},\"items\":[7]}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct plan *plan = NULL;
        assert_true(compile(*state, rows[i], &plan) < 0);
        assert_null(plan);
    }
}

/* "b c e": the items where a piece of one counts, in the plan's order. */
static const char *reach_of(struct fixture *fixture, const struct plan *plan, const char *id)
{
    const struct item *item = &plan->items[plan_find(plan, id)];
    const char *text = "";
    for (uint32_t i = 0; i < plan->item_count; i++)
        for (uint32_t k = 0; k < item->reach_count; k++)
            if (item->reach[k] == i)
                text = arena_printf(fixture->arena, "%s%s%s", text, *text ? " " : "",
                                    plan->items[i].id);
    return text;
}

static void test_links(void **state)
{
    static const struct {
        const char *id, *reach;
    } rows[] = {{"a", "a c"},     {"b", "b"},   {"c", "a c"}, {"d", "a c d"},
                {"e", "a c d e"}, {"f", "f g"}, {"g", "f g"}, {"h", "h"}};
    const struct plan *plan = plan_of(
        *state,
        "{\"id\":\"a\",\"word\":\"quota\",\"name\":\"一\",\"feeds\":[\"b\",\"above:x\"]},"
        "{\"id\":\"b\",\"word\":\"quota\",\"name\":\"二\",\"counts\":\"recommended\"},"
        "{\"id\":\"c\",\"word\":\"quota\",\"name\":\"三\",\"same\":[\"p:a\",\"above:y\"]},"
        "{\"id\":\"d\",\"word\":\"quota\",\"name\":\"四\",\"parent\":\"c\"},"
        "{\"id\":\"e\",\"word\":\"quota\",\"name\":\"五\",\"parent\":\"d\"},"
        "{\"id\":\"f\",\"word\":\"task\",\"name\":\"六\",\"same\":[\"g\"]},"
        "{\"id\":\"g\",\"word\":\"task\",\"name\":\"七\",\"where\":{\"original\":true,"
        "\"chars\":{\"min\":1500},\"keep\":\"hash\",\"counted\":\"all\"}},"
        "{\"id\":\"h\",\"word\":\"quota\",\"name\":\"八\",\"parent\":\"g\"}",
        "");
    assert_non_null(plan);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(reach_of(*state, plan, rows[i].id), rows[i].reach);
    assert_int_equal(plan->items[0].feed_count, 1);
    assert_int_equal(plan->items[0].feeds[0], 1);
    assert_int_equal(plan->items[1].counts, COUNTS_RECOMMENDED);
    assert_string_equal(plan->items[2].elsewhere[0], "above:y");
    const struct item *g = &plan->items[6];
    assert_true(g->original && g->keep == KEEP_HASH && g->counted == COUNTED_ALL);
    assert_true(g->chars.stated && g->chars.min == 1500 && !g->minutes.stated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),      cmocka_unit_test(test_items),
        cmocka_unit_test(test_dates),     cmocka_unit_test(test_date_details),
        cmocka_unit_test(test_links),     cmocka_unit_test(test_amounts),
        cmocka_unit_test(test_reminders), cmocka_unit_test(test_working_due),
        cmocka_unit_test(test_refusals),  cmocka_unit_test(test_bad_frames),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
