/* What sound scripts mean: a script, a path into the sealed tree, and the canonical text there. */

#include "resolve_driver.h"

#define HEAD                                                                                                    \
    "plan \"p\" { \"方案\", issuer = \"市卫生局\", issued = \"2012-06-01\" }\n"                           \
    "unit \"bureau\" { \"市卫生局\" }\n"                                                                    \
    "unit \"county\" { \"各县、区卫生局\", parent = \"bureau\", many = true }\n"                         \
    "unit \"direct\" { \"局属各单位\", parent = \"bureau\", many = true, alias = { \"局属单位\" } }\n" \
    "group \"member\" { \"党员\" }\n"                                                                         \
    "roster \"p.csv\" { \"department\", \"person\" }\n"

struct row {
    const char *what, *script, *path, *wanted; /* wanted NULL = nothing there */
};

static int check_value(const struct row *row, const struct value *value)
{
    struct buf got = {0};
    if (value)
        json_write(&got, value);
    bool same = !value == !row->wanted && (!value || strcmp(got.bytes, row->wanted) == 0);
    if (!same)
        print_error("%s: %s is\n  %s\nnot\n  %s\n", row->what, row->path,
                    value ? got.bytes : "absent", row->wanted ? row->wanted : "absent");
    buf_free(&got);
    return same ? 0 : 1;
}

static int check_row(const struct driver *driver, const struct row *row)
{
    driver_write(driver, "plan.lua", row->script);
    struct result result = driver_load(driver, "plan.lua", LANG_EN);
    int failed;
    if (result.code < 0) {
        char *text = result_text(driver, &result);
        print_error("%s: %s%s\n", row->what, text, result.err.message);
        free(text);
        failed = 1;
    } else {
        failed = check_value(row, tree_at(result.loaded->sealed, row->path));
    }
    result_free(&result);
    return failed;
}

static void check_rows(const struct driver *driver, const struct row *rows, size_t count)
{
    int failures = 0;
    for (size_t i = 0; i < count; i++)
        failures += check_row(driver, &rows[i]);
    print_message("%zu rows\n", count);
    assert_int_equal(failures, 0);
}

static const struct row plan_rows[] = {
    {"texts are lists", HEAD, "plan.issuer", "[\"市卫生局\"]"},
    {"the owner is named like the issuer", HEAD, "plan.owner", "\"bureau\""},
    {"the year is that of issued", HEAD, "plan.year", "2012"},
    {"issued", HEAD, "plan.issued",
     "{\"end\":\"2012-06-01\",\"kind\":\"interval\",\"phrase\":\"2012-06-01\",\"start\":\"2012-06-01\"}"},
    {"an owner by alias",
     "plan \"p\" { \"方案\", issuer = \"局党委\", owner = \"市局\", issued = \"2012-06-01\" }\n"
     "unit \"bureau\" { \"市卫生局\", alias = \"市局\" }\n",
     "plan.owner", "\"bureau\""},
    {"a citation",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", under = { cite = \"某通知\" } }\n"
     "unit \"b\" { \"市卫生局\" }\n",
     "plan.under", "[{\"cite\":\"某通知\"}]"},
    {"two citations",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", under = { { cite = \"甲\" }, { cite = \"乙\" } } }\n"
     "unit \"b\" { \"市卫生局\" }\n",
     "plan.under", "[{\"cite\":\"甲\"},{\"cite\":\"乙\"}]"},
    {"an id without a file is a citation",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", under = { \"moh2012\", as = \"city\" } }\n"
     "unit \"b\" { \"市卫生局\" }\n",
     "plan.under", "[{\"as\":\"city\",\"cite\":\"moh2012\"}]"},
    {"none holds fields and free texts",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", none = { \"number\", \"奖惩\" } }\n"
     "unit \"b\" { \"市卫生局\" }\n",
     "plan.none", "[\"number\",\"奖惩\"]"},
    {"attachments: the first value is the name",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", attachments = { { \"进程表\", columns = { \"时间\" }, rows = 11 }, \"名单\" } }\n"
     "unit \"b\" { \"市卫生局\" }\n",
     "plan.attachments",
     "[{\"columns\":[\"时间\"],\"name\":\"进程表\",\"rows\":11},{\"name\":\"名单\"}]"},
    {"an imprint has a date",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", issued = \"2012-06-01\", imprint = { by = \"党政办\", on = \"2012年6月2日\", copies = 50 } }\n"
     "unit \"b\" { \"市卫生局\" }\n",
     "plan.imprint.on.start", "\"2012-06-02\""},
    {"a source is any table",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", source = { uploaded = \"2022-09-02\", n = { 1, 2 } } }\n"
     "unit \"b\" { \"市卫生局\" }\n",
     "plan.source", "{\"n\":[1,2],\"uploaded\":\"2022-09-02\"}"},
    {"a second issuer in also",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", also = { { clause = \"落款\", issuer = \"福建省某局\" } } }\n"
     "unit \"b\" { \"市卫生局\" }\n",
     "plan.also", "[{\"clause\":[\"落款\"],\"issuer\":[\"福建省某局\"]}]"},
    {"defaults are left out",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", burden = 3 }\nunit \"b\" { \"市卫生局\" }\n",
     "plan.burden", NULL},
    {"other values stay",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", burden = 5 }\nunit \"b\" { \"市卫生局\" }\n",
     "plan.burden", "5"},
    {"handlers", HEAD "on(\"phase.start\", function() end)\n", "handlers",
     "[{\"event\":\"phase.start\",\"last_line\":7,\"line\":7}]"},
    {"rosters", HEAD, "rosters",
     "[{\"file\":\"p.csv\",\"kinds\":[\"department\",\"person\"],\"line\":6}]"},
    {"sources", HEAD, "sources.0.file", "\"plan.lua\""},
    {"units keep their order", HEAD, "units.2.id", "\"direct\""},
    {"parents are ids", HEAD "unit \"x\" { \"某科\", parent = \"市卫生局\" }\n",
     "units.3.parent", "\"bureau\""},
    {"offices may follow",
     HEAD "group \"g\" { \"领导小组\", office = \"o\" }\nunit \"o\" { \"办公室\" }\n",
     "groups.1.office", "\"o\""},
    {"a reminder has its defaults", HEAD "remind { before = { \"1w\", \"3d\" } }\n",
     "reminders",
     "[{\"at\":\"09:00\",\"before\":[\"7d\",\"3d\"],\"channel\":\"default\",\"line\":7,\"to\":\"contact\"}]"},
    {"a reminder that recurs", HEAD "remind { every = \"每周一\" }\n", "reminders.0.every.kind",
     "\"recurring\""},
};

static void test_plan(void **state)
{
    check_rows(*state, plan_rows, sizeof plan_rows / sizeof *plan_rows);
}

#define WHO(text) HEAD "task \"t\" { \"任务\", by = " text " }\n", "items.0.by.terms"

static const struct row who_rows[] = {
    {"an id", WHO("\"bureau\""), "[{\"id\":\"bureau\"}]"},
    {"a name", WHO("\"市卫生局\""), "[{\"id\":\"bureau\"}]"},
    {"a name that holds 、", WHO("\"各县、区卫生局\""), "[{\"id\":\"county\"}]"},
    {"names joined by 、", WHO("\"各县、区卫生局、局属单位\""),
     "[{\"id\":\"county\"},{\"id\":\"direct\"}]"},
    {"a list", WHO("{ \"county\", \"局属各单位\" }"),
     "[{\"id\":\"county\"},{\"id\":\"direct\"}]"},
    {"a kind of the roster", WHO("\"person\""), "[{\"id\":\"person\"}]"},
    {"a group", WHO("\"党员\""), "[{\"id\":\"member\"}]"},
    {"a tag", WHO("\"#icu\""), "[{\"tag\":\"icu\"}]"},
    {"in", WHO("\"person in 局属单位\""), "[{\"id\":\"person\",\"in\":\"direct\"}]"},
    {"in a name that holds 、", WHO("\"person in 各县、区卫生局\""),
     "[{\"id\":\"person\",\"in\":\"county\"}]"},
    {"but", WHO("\"person but 党员\""), "[{\"but\":[\"member\"],\"id\":\"person\"}]"},
    {"but twice", WHO("\"person in direct but 党员 but #icu\""),
     "[{\"but\":[\"member\",\"#icu\"],\"id\":\"person\",\"in\":\"direct\"}]"},
    {"no one twice", WHO("{ \"county\", \"各县、区卫生局\" }"), "[{\"id\":\"county\"}]"},
    {"the text as written", HEAD "task \"t\" { \"任务\", by = { \"county\", \"局属单位\" } }\n",
     "items.0.by.text", "\"county、局属单位\""},
};

static void test_who(void **state)
{
    check_rows(*state, who_rows, sizeof who_rows / sizeof *who_rows);
}

static const struct row time_rows[] = {
    {"an interval", HEAD "task \"t\" { \"任务\", when = \"6月上旬\" }\n", "items.0.when",
     "{\"end\":\"2012-06-10\",\"kind\":\"interval\",\"phrase\":\"6月上旬\",\"start\":\"2012-06-01\"}"},
    {"its end is the due", HEAD "task \"t\" { \"任务\", when = \"6月上旬\" }\n", "items.0.due",
     "{\"end\":\"2012-06-10\",\"from\":\"when\",\"kind\":\"deadline\"}"},
    {"a phase has no due of its own", HEAD "phase \"a\" { \"阶段\", when = \"6月上旬\" }\n",
     "items.0.due", NULL},
    {"a container gives time",
     HEAD "phase \"a\" { \"阶段\", when = \"6月上旬\", task \"t\" { \"任务\" } }\n",
     "items.1.when",
     "{\"end\":\"2012-06-10\",\"from\":\"a\",\"kind\":\"interval\",\"phrase\":\"6月上旬\",\"start\":\"2012-06-01\"}"},
    {"from is who said it",
     HEAD
     "phase \"a\" { \"阶段\", when = \"6月上旬\", task \"t\" { \"任务\", task \"u\" { \"任务\" } } }\n",
     "items.2.when.from", "\"a\""},
    {"the plan gives time",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", issued = \"2012-06-01\", when = \"7月\" }\n"
     "unit \"b\" { \"市卫生局\" }\ntask \"t\" { \"任务\" }\n",
     "items.0.when.end", "\"2012-07-31\""},
    {"... but no deadline",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", issued = \"2012-06-01\", when = \"7月\" }\n"
     "unit \"b\" { \"市卫生局\" }\ntask \"t\" { \"任务\" }\n",
     "items.0.due", NULL},
    {"... and says so",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", issued = \"2012-06-01\", when = \"7月\" }\n"
     "unit \"b\" { \"市卫生局\" }\ntask \"t\" { \"任务\" }\n",
     "items.0.when.from", "\"plan\""},
    {"a stated due holds for the parts",
     HEAD
     "phase \"a\" { \"阶段\", when = \"7月\", task \"t\" { \"任务\", due = \"7月5日前\", task \"u\" { \"任务\" } } }\n",
     "items.2.due",
     "{\"end\":\"2012-07-05\",\"from\":\"t\",\"kind\":\"deadline\",\"phrase\":\"7月5日前\"}"},
    {"... unless they say when",
     HEAD
     "phase \"a\" { \"阶段\", task \"t\" { \"任务\", due = \"7月5日前\", task \"u\" { \"任务\", when = \"6月\" } } }\n",
     "items.2.due.end", "\"2012-06-30\""},
    {"a container gives no people",
     HEAD "task \"a\" { \"甲\", by = \"bureau\", task \"t\" { \"任务\" } }\n", "items.1.by",
     NULL},
    {"a deadline in when begins at issue",
     HEAD "task \"t\" { \"任务\", when = \"6月22日前\" }\n", "items.0.when.start",
     "\"2012-06-01\""},
    {"an interval in due is its last day", HEAD "task \"t\" { \"任务\", due = \"6月上旬\" }\n",
     "items.0.due.end", "\"2012-06-10\""},
    {"及时 is undated", HEAD "task \"t\" { \"任务\", due = \"及时\" }\n", "items.0.due.undated",
     "true"},
    {"... and keeps the end of when away",
     HEAD "task \"t\" { \"任务\", when = \"6月\", due = \"及时\" }\n", "items.0.due.end", NULL},
    {"a time of day", HEAD "task \"t\" { \"任务\", due = \"6月25日17时前\" }\n",
     "items.0.due.minute", "1020"},
    {"24:00 is left out", HEAD "task \"t\" { \"任务\", due = \"6月25日前\" }\n",
     "items.0.due.minute", NULL},
    {"a recurrence", HEAD "task \"t\" { \"任务\", per = \"每月\" }\n", "items.0.per.0.kind",
     "\"recurring\""},
    {"several", HEAD "task \"t\" { \"任务\", per = { \"每年春节\", \"每年清明\" } }\n",
     "items.0.per.1.phrase", "\"每年清明\""},
    {"in every phase", HEAD "quota \"q\" { \"信息\", per = \"phase\", count = 1 }\n",
     "items.0.per", "\"phase\""},
    {"with per there is no due by default",
     HEAD "task \"t\" { \"任务\", when = \"6月\", per = \"每周五\" }\n", "items.0.due", NULL},
    {"days that the calendar decides are a rule",
     HEAD "task \"t\" { \"任务\", due = \"印发后10个工作日内\" }\n", "items.0.due.calendar",
     "\"WORKDAYS=10;AFTER=2012-06-01\""},
    {"... and not days", HEAD "task \"t\" { \"任务\", due = \"印发后10个工作日内\" }\n",
     "items.0.due.end", NULL},
    {"a plan without a time has no end to count from",
     HEAD "task \"t\" { \"任务\", due = \"活动结束后一周内\" }\n", "items.0.due.end",
     "\"2012-06-08\""},
    {"after anchors",
     HEAD
     "task \"t\" { \"任务\", due = \"10日内\", after = \"u\" }\ntask \"u\" { \"任务\", due = \"6月20日前\" }\n",
     "items.0.due.end", "\"2012-06-30\""},
    {"after counts before the end of the container",
     HEAD
     "phase \"f\" { \"阶段\", when = \"7月\", task \"t\" { \"任务\", after = \"u\", due = \"完成后5日内\" } }\n"
     "task \"u\" { \"任务\", due = \"7月6日前\" }\n",
     "items.1.due.end", "\"2012-07-11\""},
    {"... in working days, too",
     HEAD
     "phase \"f\" { \"阶段\", when = \"7月\", task \"t\" { \"任务\", after = \"u\", due = \"完成后5个工作日内\" } }\n"
     "task \"u\" { \"任务\", due = \"7月6日前\" }\n",
     "items.1.due.calendar", "\"WORKDAYS=5;AFTER=2012-07-06\""},
    {"... and for how long",
     HEAD
     "phase \"f\" { \"阶段\", when = \"7月\", task \"t\" { \"任务\", after = \"u\", when = \"为期一周\" } }\n"
     "task \"u\" { \"任务\", due = \"7月6日前\" }\n",
     "items.1.when.start", "\"2012-07-06\""},
    {"... but not where the words name the container",
     HEAD
     "phase \"f\" { \"阶段\", when = \"7月\", task \"t\" { \"任务\", after = \"u\", due = \"本阶段结束后5日内\" } }\n"
     "task \"u\" { \"任务\", due = \"7月6日前\" }\n",
     "items.1.due.end", "\"2012-08-05\""},
    {"... or mean its days",
     HEAD
     "phase \"f\" { \"阶段\", when = \"7月\", task \"t\" { \"任务\", after = \"u\", due = \"本阶段内\" } }\n"
     "task \"u\" { \"任务\", due = \"7月6日前\" }\n",
     "items.1.due.end", "\"2012-07-31\""},
    {"... or end before it",
     HEAD
     "phase \"f\" { \"阶段\", when = \"7月\", task \"t\" { \"任务\", after = \"u\", due = \"活动结束前\" } }\n"
     "task \"u\" { \"任务\", due = \"7月6日前\" }\n",
     "items.1.due.end", "\"2012-07-30\""},
    {"without after the container's end counts",
     HEAD
     "phase \"f\" { \"阶段\", when = \"7月\", task \"t\" { \"任务\", due = \"完成后5日内\" } }\n"
     "task \"u\" { \"任务\", due = \"7月6日前\" }\n",
     "items.1.due.end", "\"2012-08-05\""},
    {"after the latest",
     HEAD
     "task \"t\" { \"任务\", due = \"10日内\", after = { \"u\", \"v\" } }\n"
     "task \"u\" { \"任务\", due = \"6月20日前\" }\ntask \"v\" { \"任务\", when = \"6月下旬\" }\n",
     "items.0.due.end", "\"2012-07-10\""},
    {"after an event of the plan",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", issued = \"2012-06-01\", dates = { visit = \"6月20日\" } }\n"
     "unit \"b\" { \"市卫生局\" }\ntask \"t\" { \"任务\", due = \"10日内\", after = \"visit\" }\n",
     "items.0.due.end", "\"2012-06-30\""},
    {"after something undated there is no day",
     HEAD
     "task \"t\" { \"任务\", due = \"10日内\", after = \"u\" }\ntask \"u\" { \"任务\", due = \"及时\" }\n",
     "items.0.due",
     "{\"kind\":\"standing\",\"phrase\":\"10日内\",\"undated\":true,\"warnings\":[\"unknown-anchor\"]}"},
    {"... but a day of its own stays",
     HEAD
     "task \"t\" { \"任务\", due = \"7月5日前\", after = \"u\" }\ntask \"u\" { \"任务\", due = \"及时\" }\n",
     "items.0.due.end", "\"2012-07-05\""},
    {"exceptions by year",
     HEAD
     "task \"t\" { \"任务\", due = { \"9月10日前\", [2013] = \"9月20日前\", [2014] = false } }\n",
     "items.0.due.years",
     "{\"2013\":{\"end\":\"2013-09-20\",\"kind\":\"deadline\",\"phrase\":\"9月20日前\"},\"2014\":false}"},
    {"an event that does not take place",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", issued = \"2012-06-01\", dates = { visit = false } }\n"
     "unit \"b\" { \"市卫生局\" }\n",
     "plan.dates", "{\"visit\":false}"},
    {"a second reading",
     HEAD
     "task \"t\" { \"任务\", when = \"6月\", also = { { clause = \"附件\", when = \"7月\" } } }\n",
     "items.0.also.0.when.start", "\"2012-07-01\""},
    {"warnings stay with the date", HEAD "task \"t\" { \"任务\", due = \"7月前\" }\n",
     "items.0.due.warnings", "[\"before-month-ambiguous\"]"},
    {"year decides where it is said",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", issued = \"2011-12-20\", year = 2012 }\n"
     "unit \"b\" { \"市卫生局\" }\ntask \"t\" { \"任务\", due = \"7月5日前\" }\n",
     "items.0.due.end", "\"2012-07-05\""},
};

static void test_time(void **state)
{
    check_rows(*state, time_rows, sizeof time_rows / sizeof *time_rows);
}

static const struct row items_rows[] = {
    {"a bare number is exact", HEAD "quota \"q\" { \"征文\", count = 2 }\n", "items.0.count",
     "{\"exact\":true,\"max\":2,\"min\":2}"},
    {"a phrase", HEAD "quota \"q\" { \"征文\", count = \"不少于3篇\" }\n", "items.0.count",
     "{\"min\":3,\"phrase\":\"不少于3篇\",\"unit\":\"篇\"}"},
    {"bounds", HEAD "quota \"q\" { \"征文\", count = { min = 3, max = 5, about = true } }\n",
     "items.0.count", "{\"about\":true,\"max\":5,\"min\":3}"},
    {"exceptions by unit",
     HEAD "quota \"q\" { \"征文\", count = { \"不少于3篇\", [\"局属单位\"] = 1 } }\n",
     "items.0.count.units", "{\"direct\":{\"exact\":true,\"max\":1,\"min\":1}}"},
    {"where",
     HEAD
     "quota \"q\" { \"征文\", count = 1, where = { chars = \"不少于1500字\", original = true } }\n",
     "items.0.where",
     "{\"chars\":{\"min\":1500,\"phrase\":\"不少于1500字\",\"unit\":\"字\"},\"original\":true}"},
    {"contents, with numbers",
     HEAD "task \"t\" { \"任务\", where = { contains = { \"甲\", { \"乙\", 2 } } } }\n",
     "items.0.where.contains", "[{\"name\":\"甲\"},{\"count\":2,\"name\":\"乙\"}]"},
    {"depth first",
     HEAD "phase \"a\" { \"甲\", task \"b\" { \"乙\" } }\ntask \"c\" { \"丙\" }\n",
     "items.2.id", "\"c\""},
    {"parent", HEAD "phase \"a\" { \"甲\", task \"b\" { \"乙\" } }\n", "items.1.parent",
     "\"a\""},
    {"word and line", HEAD "phase \"a\" { \"甲\",\n task \"b\" { \"乙\" } }\n", "items.1.line",
     "8"},
    {"references forward", HEAD "task \"a\" { \"甲\", feeds = \"b\" }\ntask \"b\" { \"乙\" }\n",
     "items.0.feeds", "[\"b\"]"},
    {"a reference into a citation",
     "plan \"p\" { \"方案\", issuer = \"市卫生局\", under = \"moh2012\" }\nunit \"b\" { \"市卫生局\" }\n"
     "task \"a\" { \"甲\", fulfils = \"moh2012:essays\" }\n",
     "items.0.fulfils", "[\"moh2012:essays\"]"},
    {"must is left out", HEAD "task \"a\" { \"甲\", binding = \"must\" }\n", "items.0.binding",
     NULL},
    {"never is not", HEAD "task \"a\" { \"甲\", binding = \"never\" }\n", "items.0.binding",
     "\"never\""},
    {"allow",
     HEAD
     "task \"a\" { \"甲\", due = \"7月前\", allow = { [\"before-month-ambiguous\"] = \"问过市局\" } }\n",
     "items.0.allow", "{\"before-month-ambiguous\":\"问过市局\"}"},
    {"implied", HEAD "quota \"a\" { \"甲\", count = 1, implied = { \"count\", \"by\" } }\n",
     "items.0.implied", "[\"count\",\"by\"]"},
};

static void test_items(void **state)
{
    check_rows(*state, items_rows, sizeof items_rows / sizeof *items_rows);
}

/* What `allow` names is silent on that item; what it does not name, and another item, is not. */
static const struct {
    const char *items;
    size_t warnings;
} allow_rows[] = {
    {"task \"a\" { \"甲\", due = \"7月前\" }\n", 1},
    {"task \"a\" { \"甲\", due = \"7月前\", allow = { [\"before-month-ambiguous\"] = \"问过市局\" } }\n",
     0},
    {"task \"a\" { \"甲\", due = \"6月22前\", allow = { [\"phrase-typo\"] = \"原文如此\" } }\n",
     0},
    {"task \"a\" { \"甲\", due = \"6月22前\", allow = { [\"before-month-ambiguous\"] = \"无\" } }\n",
     1},
    {"task \"a\" { \"甲\", per = \"phase\", allow = { [\"no-phase\"] = \"待定\" } }\n", 0},
    {"task \"a\" { \"甲\", per = \"phase\" }\n", 1},
    {"task \"a\" { \"甲\", allow = { [\"phrase-typo\"] = \"原文如此\" },\n"
     "  task \"b\" { \"乙\", due = \"6月22前\" },\n"
     "}\n",
     1},
};

static void test_allow_silences(void **state)
{
    for (size_t i = 0; i < sizeof allow_rows / sizeof *allow_rows; i++) {
        char text[1024];
        snprintf(text, sizeof text, HEAD "%s", allow_rows[i].items);
        driver_write(*state, "plan.lua", text);
        struct result result = driver_load(*state, "plan.lua", LANG_EN);
        assert_int_equal(result.code, 0);
        if (result.findings.warnings != allow_rows[i].warnings)
            fail_msg("row %zu: %zu warnings", i, result.findings.warnings);
        result_free(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plan, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_who, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_time, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_items, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_allow_silences, driver_open, driver_close),
    };
    return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
