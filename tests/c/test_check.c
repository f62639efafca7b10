/* What rules are given and how what they report becomes findings: a rule of a file of the
 * operator's is asked row by row what it sees. What ours find is tested with whole plans. */
#include "resolve_driver.h"

#include "script/check.h"
#include "service/inputs.h"
#include "time/civil.h"

static const char above_text[] =
    "plan \"above\" { \"上级通知\", issuer = \"卫生厅\", issued = \"2012-05-02\" }\n"
    "unit \"office\" { \"卫生厅\" }\n"
    "unit \"ward\" { \"各病区\", many = true }\n"
    "unit \"school\" { \"各学校\", many = true }\n"
    "quota \"papers\" { \"论文\", each = \"ward\", count = \"不少于2篇\", due = \"7月底前\", to = \"office\" }\n"
    "task \"lessons\" { \"上课\", each = \"school\" }\n";

static const char plan_text[] =
    "plan \"here\" { \"本院方案\", issuer = \"医院\", issued = \"2012-06-01\", under = \"above\", level = \"hospital\",\n"
    "  when = \"6月至7月\" }\n"
    "unit \"hospital\" { \"医院\" }\n"
    "unit \"ward\" { \"各病区\", parent = \"hospital\", many = true }\n"
    "unit \"shop\" { \"各小卖部\", parent = \"hospital\", many = true } "
    "unit \"w1\" { \"一病区\", kind = \"ward\", parent = \"hospital\" }\n"
    "roster \"here.csv\" {}\n"
    "phase \"first\" { \"第一阶段\", when = \"6月上旬\", label = \"一\",\n"
    "  quota \"papers\" { \"论文\", each = \"ward\", count = \"3~5篇\", due = \"6月9日前\", -- 周六\n"
    "    to = \"hospital\", fulfils = \"above:papers\", allow = { quiet = \"说过了\" } },\n"
    "  task \"some\" { \"部分\", each = \"ward but w1\" },\n"
    "}\n"
    "task \"now\" { \"随时\", by = \"hospital\", due = \"及时\" }\n"
    "task \"empty\" { \"没人\", each = \"shop\", per = \"每月5日前\" }\n"
    "remind { before = { \"7d\", \"1d\" } }\n";

static const char roster_text[] = "id,name,kind,parent\n"
                                  "w2,二病区,ward,hospital\n"
                                  "w3,三病区,ward,hospital\n";

struct checked {
    struct result result;
    const struct plan *plan;
    struct roster *roster;
    const struct value *report;
    struct err err;
    int code;
};

/* Runs ours and one rule file with that text over the plan. */
static struct checked run_rules(const struct driver *driver, const char *rules, enum lang lang)
{
    char path[128];
    const char *const files[] = {path};
    struct checked checked = {.result = driver_load(driver, "here.lua", lang)};
    struct result *result = &checked.result;
    assert_int_equal(result->code, 0);
    snprintf(path, sizeof path, "%s/rules.lua", driver->folder);
    driver_write(driver, "rules.lua", rules);
    assert_int_equal(plan_compile(result->arena, result->loaded->sealed,
                                  host_calendar(driver->host), &checked.plan, &checked.err),
                     0);
    assert_int_equal(inputs_load_rosters(checked.plan, driver->folder, NULL, &result->findings,
                                         &checked.roster, &checked.err),
                     0);
    struct check_input input = {.host = driver->host,
                                .loaded = result->loaded,
                                .plan = checked.plan,
                                .roster = checked.roster,
                                .today = civil_day(2012, 6, 5),
                                .rules = files,
                                .rule_count = 1};
    checked.code = check_run(&input, &result->findings, &checked.report, &checked.err);
    return checked;
}

static void checked_free(struct checked *checked)
{
    roster_free(checked->roster);
    result_free(&checked->result);
}

static const struct finding *find_named(const struct checked *checked, const char *name)
{
    for (size_t i = 0; i < checked->result.findings.count; i++)
        if (strcmp(checked->result.findings.list[i].name, name) == 0)
            return &checked->result.findings.list[i];
    return NULL;
}

#define TEXTS "{ en = \"text\", zh = \"文字\" }"
#define RULE(name, says, body)                                                                 \
    "local check = require(\"check\")\n"                                                       \
    "return { { \"" name "\", level = \"note\", title = " TEXTS ", why = " TEXTS               \
    ", mend = " TEXTS ",\n"                                                                    \
    "  example = \"\", says = { en = \"" says "\", zh = \"" says "\" },\n"                     \
    "  check = function(plan, report)\n" body "\n  end } }\n"

static int write_plans(void **state)
{
    int code = driver_open(state);
    if (code == 0) {
        driver_write(*state, "above.lua", above_text);
        driver_write(*state, "here.lua", plan_text);
        driver_write(*state, "here.csv", roster_text);
    }
    return code;
}

/* A row's Lua expression, over p (the plan), a (the plan above) and i (items by id). */
static void test_the_model(void **state)
{
    static const struct {
        const char *sees, *text;
    } rows[] = {
        {"p.id .. p.name .. p.issuer .. p.level .. p.owner",
         "here本院方案医院hospitalhospital"},
        {"p.issued == require('calendar').day(2012, 6, 1) and p.today - p.issued", "4"},
        {"#p.items .. p.items[2].id .. p.items[2].word", "5papersquota"},
        {"p.roster", "4"},
        {"p.when.kind .. (p.when.last - p.when.first)", "interval60"},
        {"p.line .. ' ' .. i.papers.line .. ' ' .. p.reminders[1].line", "1 8 14"},
        {"p.reminders[1].tiers[1] .. ' ' .. tostring(p.reminders[1].all)", "-7 true"},
        {"#p.sealed.units .. p.sealed.units[2].id", "4ward"},
        {"p.under[1].plan .. #p.above .. a.id", "above1above"},
        {"a.items[1].plan == a and p.items[1].plan == p", "true"},
        {"i.papers.parent.id .. #i.first.children .. i.first.children[2].id", "first2some"},
        {"i.first.label .. i.first.when.phrase .. i.papers.when.from", "一6月上旬first"},
        {"i.papers.due.kind .. tostring(i.papers.due.first) .. i.papers.due.minute",
         "deadlinenil1440"},
        {"i.papers.due.last - i.papers.work_due", "1"},
        {"tostring(i.now.due.undated) .. tostring(i.now.due.last) .. tostring(i.now.work_due)",
         "truenilnil"},
        {"i.empty.per[1].kind .. i.empty.per[1].rule", "recurringFREQ=MONTHLY;BYMONTHDAY=5"},
        {"i.papers.count.min .. i.papers.count.max .. i.papers.count.unit", "35篇"},
        {"tostring(i.papers.count.exact) .. tostring(i.now.count)", "nilnil"},
        {"a.item.papers.count.min .. tostring(a.item.papers.count.max)", "2nil"},
        {"i.papers.each.text .. i.papers.to.terms[1].id", "wardhospital"},
        {"i.papers.binding .. i.papers.rest_day .. i.papers.sealed.fulfils[1]",
         "mustkeepabove:papers"},
        {"p:count(i.papers.each) .. p:count(i.some.each) .. p:count(i.empty.each)", "320"},
        {"p:count(a.item.papers.each)", "3"},
        {"p:count(a.item.lessons.each)", "nil"},
        {"table.concat(p:absent(a.item.lessons.each))", "school"},
        {"table.concat(p:absent(i.empty.each)) .. #p:absent(i.some.each)", "shop0"},
        {"p:subset(i.some.each, i.papers.each)", "true"},
        {"select(2, p:subset(i.papers.each, i.some.each)).name", "一病区"},
        {"p:subset(i.papers.each, a.item.lessons.each)", "nil"},
        {"p:first(i.papers.each, 2)[2].id .. #p:first(i.papers.each, 9)", "w23"},
        {"p:count(p:union { i.some.each, i.papers.to })", "3"},
        {"p:count(p:union {})", "0"},
        {"p:count(p:select { { id = 'ward' } }) .. p:count(p:select {})", "30"},
        {"table.concat(p:absent(p:select { { id = 'nobody' }, { tag = 'none' } }))",
         "nobodynone"},
        {"pcall(p.select, p, { { name = 'ward' } })", "false"},
        {"pcall(p.select, p, { { id = 7 } })", "false"},
        {"pcall(p.select, p, { 'ward' })", "false"},
        {"pcall(p.select, p, { id = 'ward' })", "false"},
        {"pcall(p.count, p, {})", "false"},
        {"pcall(p.count, p, { number = 99 })", "false"},
        {"pcall(p.first, p, i.papers.each, 1001)", "false"},
        {"p:first(i.papers.each, 1)[1].kind .. p:first(i.now.by, 1)[1].kind", "ward"},
        {"#p:overload({}, 0)", "0"},
        {"pcall(p.overload, p, { { selector = a.item.lessons.each, week = 1, count = 1 } }, 1)",
         "false"},
        {"pcall(p.overload, p, { { selector = i.some.each, week = 1 } }, 1)", "false"},
        {"pcall(p.overload, p, {}, -1)", "false"},
        {"io or os or debug or package.loadlib", "nil"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char rules[2048];
        snprintf(rules, sizeof rules,
                 RULE("probe", "{got}",
                      "    local p, a, i = plan, plan.above[1], plan.item\n"
                      "    local got = %s\n"
                      "    report { got = tostring(got) }"),
                 rows[i].sees);
        struct checked checked = run_rules(*state, rules, LANG_EN);
        if (checked.code < 0)
            fail_msg("%s: %s", rows[i].sees, checked.err.message);
        const struct finding *finding = find_named(&checked, "probe");
        assert_non_null(finding);
        if (strcmp(finding->message, rows[i].text) != 0)
            fail_msg("%s: “%s”, not “%s”", rows[i].sees, finding->message, rows[i].text);
        checked_free(&checked);
    }
}

/* A rule may keep a plan; when its run is over, it asks the next one or nobody. */
static void test_keeping_a_plan(void **state)
{
    struct checked first = run_rules(
        *state, RULE("probe", "{got}", "    require('check').kept = plan\n"), LANG_EN);
    assert_int_equal(first.code, 0);
    checked_free(&first);
    struct checked second =
        run_rules(*state,
                  RULE("probe", "{got}",
                       "    local kept = require('check').kept\n"
                       "    local known = pcall(kept.count, kept, { number = 999 })\n"
                       "    report { got = tostring(kept ~= plan) .. tostring(known) }"),
                  LANG_EN);
    assert_int_equal(second.code, 0);
    const struct finding *finding = find_named(&second, "probe");
    assert_non_null(finding);
    assert_string_equal(finding->message, "truefalse");
    checked_free(&second);
}

/* Who is asked for more than a limit, and by which demands. */
static void test_overload(void **state)
{
    static const struct {
        const char *limit, *text;
    } rows[] = {
        {"1", "7: 3 units, most 3, w2二病区 by 1 2; 14: 2 units, most 5, w2二病区 by 4"},
        {"2", "7: 2 units, most 3, w2二病区 by 1 2; 14: 2 units, most 5, w2二病区 by 4"},
        {"3", "14: 2 units, most 5, w2二病区 by 4"},
        {"5", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char rules[2048];
        snprintf(
            rules, sizeof rules,
            RULE("probe", "{got}",
                 "    local i, got = plan.item, {}\n"
                 "    local demands = { { selector = i.papers.each, week = 7, count = 2 },\n"
                 "      { selector = i.some.each, week = 7, count = 1 },\n"
                 "      { selector = i.papers.each, week = 14, count = 0 },\n"
                 "      { selector = i.some.each, week = 14, count = 5 } }\n"
                 "    for n, week in ipairs(plan:overload(demands, %s)) do\n"
                 "      got[n] = ('%%d: %%d units, most %%d, %%s by %%s'):format(week.week, "
                 "week.units,\n"
                 "        week.most, week.unit.id .. week.unit.name, "
                 "table.concat(week.demands, ' '))\n"
                 "    end\n"
                 "    report { got = table.concat(got, '; ') }"),
            rows[i].limit);
        struct checked checked = run_rules(*state, rules, LANG_EN);
        if (checked.code < 0)
            fail_msg("%s: %s", rows[i].limit, checked.err.message);
        assert_string_equal(find_named(&checked, "probe")->message, rows[i].text);
        checked_free(&checked);
    }
}

static void test_places_and_texts(void **state)
{
    static const char rules[] = RULE(
        "probe", "{name} {day} {both} {unknown}",
        "    report { item = plan.item.papers, field = \"due\", name = \"甲\", day = check.date(plan.issued),\n"
        "      both = { en = \"paper\", zh = \"文\" }, other = { item = plan.above[1].item.papers, field = \"to\" },\n"
        "      other_text = { en = \"see {name}\", zh = \"见{name}\" } }");
    static const struct {
        enum lang lang;
        const char *message, *other;
    } rows[] = {{LANG_EN, "甲 2012-06-01 Fri paper {unknown}", "see 甲"},
                {LANG_ZH, "甲 2012-06-01 周五 文 {unknown}", "见甲"}};
    for (size_t i = 0; i < 2; i++) {
        struct checked checked = run_rules(*state, rules, rows[i].lang);
        assert_int_equal(checked.code, 0);
        const struct finding *finding = find_named(&checked, "probe");
        assert_non_null(finding);
        assert_string_equal(finding->message, rows[i].message);
        assert_int_equal(finding->severity, SEVERITY_NOTE);
        assert_int_equal(finding->place.line, 8);
        assert_int_equal(finding_column(&finding->place), 63);
        assert_non_null(strstr(finding->other.source->name, "above.lua"));
        assert_int_equal(finding->other.line, 5);
        assert_string_equal(finding->other_text, rows[i].other);
        checked_free(&checked);
    }
}

static void test_allow(void **state)
{
    static const char rules[] = RULE("quiet", "{n}",
                                     "    report { item = plan.item.papers, n = 1 }\n"
                                     "    report { item = plan.item.some, n = 2 }\n"
                                     "    report { n = 3 }");
    struct checked checked = run_rules(*state, rules, LANG_EN);
    assert_int_equal(checked.code, 0);
    assert_string_equal(find_named(&checked, "quiet")->message, "2");
    assert_int_equal(value_get_int(checked.report, "allowed", 0), 1);
    checked_free(&checked);
}

/* What is wrong with an operator's file is told with the file's name, and nothing is found. */
static void test_faulty_rules(void **state)
{
    static const struct {
        const char *rules, *text;
    } rows[] = {
        {"return {", "rules.lua:1: unexpected symbol"},
        {"return", "rules.lua: returns no list"},
        {"return { 1 }", "a rule begins with its name"},
        {"return { { \"Bad\" } }", "a rule begins with its name"},
        {"return { { \"bad\", level = \"fatal\" } }", "bad: level is error, warning or note"},
        {"return { { \"bad\", level = \"note\", title = \"x\" } }", "bad: title is {"},
        {"\x1bLua", "rules.lua"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct checked checked = run_rules(*state, rows[i].rules, LANG_EN);
        if (checked.code != ERR_INVALID || !strstr(checked.err.message, rows[i].text))
            fail_msg("row %zu: %d, “%s”", i, checked.code, checked.err.message);
        checked_free(&checked);
    }
}

/* A rule that fails is told with file and line, and the others go on: ours, too. */
static void test_failing_rules(void **state)
{
    static const struct {
        const char *rules, *text;
    } rows[] = {
        {RULE("bad", "x", "    error(\"broken\" .. plan.id)"), "brokenhere"},
        {RULE("bad", "x", "    error(\"broken\")"), "rules.lua:"},
        {RULE("bad", "x", "    report { rule = \"nothing\", x = 1 }"), "bad reports nothing"},
        {RULE("bad", "x", "    plan:count(report)"), "bad: "},
        {RULE("slack", "x", "    plan:count(report)"), "slack: "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct checked checked = run_rules(*state, rows[i].rules, LANG_EN);
        const struct value *problems = value_get(checked.report, "problems");
        if (checked.code != 0 || !problems || problems->count != 1 ||
            !strstr(problems->items[0]->string, rows[i].text))
            fail_msg("row %zu: %d, “%s”", i, checked.code,
                     problems && problems->count ? problems->items[0]->string : "nothing");
        checked_free(&checked);
    }
}

/* A rule of the operator's with a name of ours stands in its place. */
static void test_replacing(void **state)
{
    static const char rules[] =
        RULE("feeds-late", "ours", "    report { item = plan.items[1] }");
    struct checked checked = run_rules(*state, rules, LANG_EN);
    assert_int_equal(checked.code, 0);
    assert_string_equal(find_named(&checked, "feeds-late")->message, "ours");
    checked_free(&checked);
}

static void test_explaining(void **state)
{
    const struct driver *driver = *state;
    struct arena *arena = arena_new();
    const struct value *list;
    struct err err = {0};
    assert_int_equal(
        check_explain(driver->host, arena, NULL, 0, "feeds-late", LANG_EN, &list, &err), 0);
    assert_int_equal(list->count, 1);
    assert_string_equal(value_get_string(list->items[0], "level"), "error");
    assert_non_null(value_get_string(list->items[0], "mend"));
    assert_int_equal(check_explain(driver->host, arena, NULL, 0, "x", LANG_EN, &list, &err), 0);
    assert_int_equal(list->count, 0);
    const char *const absent[] = {"/nowhere/rules.lua"};
    assert_int_equal(check_explain(driver->host, arena, absent, 1, "x", LANG_EN, &list, &err),
                     ERR_IO);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_model),      cmocka_unit_test(test_overload),
        cmocka_unit_test(test_keeping_a_plan), cmocka_unit_test(test_places_and_texts),
        cmocka_unit_test(test_allow),          cmocka_unit_test(test_faulty_rules),
        cmocka_unit_test(test_failing_rules),  cmocka_unit_test(test_replacing),
        cmocka_unit_test(test_explaining),
    };
    return cmocka_run_group_tests(tests, write_plans, driver_close);
}
