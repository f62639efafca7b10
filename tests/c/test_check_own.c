/* Rules that a plan brings, through check_run: what the handler is told, what it may ask about units,
 * where its findings point, what `allow` silences, and what becomes of one that fails. */
#include "resolve_driver.h"

#include "plan/roster.h"
#include "script/check.h"

/* One check; findings in `findings`, after `loaded`. */
struct checked {
    struct result result;
    struct roster *roster;
    const struct value *report;
    struct err err;
    int code;
};

static struct checked check(const struct driver *driver, const char *script, enum lang lang)
{
    struct checked checked = {0};
    driver_write(driver, "plan.lua", script);
    checked.result = driver_load(driver, "plan.lua", lang);
    if (checked.result.code != 0)
        fail_msg("%s\n%s", result_text(driver, &checked.result), script);
    struct findings *findings = &checked.result.findings;
    struct check_input input = {.host = driver->host, .loaded = checked.result.loaded};
    input.today = 15492; /* 2012-06-01 */
    if (plan_compile(findings->arena, input.loaded->sealed, host_calendar(driver->host),
                     &input.plan, &checked.err) < 0 ||
        roster_new(input.plan, findings, &checked.roster, &checked.err) < 0 ||
        roster_seal(checked.roster, &checked.err) < 0)
        fail_msg("%s", checked.err.message);
    input.roster = checked.roster;
    checked.code = check_run(&input, findings, &checked.report, &checked.err);
    return checked;
}

static void checked_free(struct checked *checked)
{
    roster_free(checked->roster);
    result_free(&checked->result);
}

/* "[file:]line:column level name: message [= help]" of the findings whose name begins so. */
static char *tell(struct checked *checked, const char *prefix)
{
    static const char *const levels[] = {"note", "warning", "error"};
    struct findings *findings = &checked->result.findings;
    struct buf out = {0}, ignored = {0};
    findings_render(&ignored, findings, 0); /* sorts them */
    buf_free(&ignored);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        const char *file = finding->place.source ? finding->place.source->name : "";
        const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
        if (strncmp(finding->name, prefix, strlen(prefix)) != 0)
            continue;
        if (strcmp(base, "plan.lua") != 0)
            buf_printf(&out, "%s:", file);
        buf_printf(&out, "%u:%zu %s %s: %s", finding->place.line,
                   finding_column(&finding->place), levels[finding->severity], finding->name,
                   finding->message);
        if (finding->help)
            buf_printf(&out, " = %s", finding->help);
        buf_adds(&out, "\n");
    }
    buf_adds(&out, "");
    return out.bytes;
}

#define PLAN                                                                                                 \
    "plan \"p\" { \"方案\", issuer = \"市卫生局\", issued = \"2012-06-01\", owner = \"bureau\" }\n"    \
    "unit \"bureau\" { \"市卫生局\" }\n"                                                                 \
    "unit \"ward\" { \"各科室\", many = 5, parent = \"bureau\" }\n"                                       \
    "phase \"learn\" { \"学习\", when = \"6月上旬\", clause = \"三(一)\",\n"                          \
    "  quota \"essays\" { \"征文\", each = \"ward\", count = \"不少于3篇\", due = \"6月20日前\",\n" \
    "    to = \"bureau\", feeds = \"sum\" },\n"                                                              \
    "  task \"talk\" { \"座谈\", by = \"bureau\", allow = { [\"own-talk\"] = \"问过\" } },\n"            \
    "}\n"                                                                                                    \
    "task \"sum\" { \"汇总\", due = \"7月31日前\", when = \"长期\", lead = \"ward\" }\n"
#define CHECK(body) PLAN "on(\"check\", function(event)\n" body "\nend)\n"

/* ---- what it is told and what it finds ---------------------------------------------------------- */

static const struct {
    const char *script, *told;
} found[] = {
    {PLAN, ""},
    {CHECK(""), ""},
    {CHECK("finding(\"essays\", \"a\")"), "5:64 warning own-rule: a\n"},
    {CHECK("finding(\"essays\", \"a\", { field = \"to\", name = \"own-to\", level = \"error\", "
           "help = \"h\" })"),
     "6:10 error own-to: a = h\n"},
    /* no such field there: the item; the plan */
    {CHECK("finding(\"learn\", \"a\")"), "4:1 warning own-rule: a\n"},
    {CHECK("finding(\"talk\", \"a\", { field = \"none\", level = \"note\" })"),
     "7:3 note own-rule: a\n"},
    {CHECK("finding(nil, \"a\")\nfinding(\"\", \"b\", { field = \"issued\" })"),
     "1:1 warning own-rule: a\n1:44 warning own-rule: b\n"},
    {CHECK("finding(\"talk\", \"a\", { name = \"own-talk\" })\n"
           "finding(\"sum\", \"b\", { name = \"own-talk\" })"),
     "9:26 warning own-talk: b\n"},
    {CHECK("local function show(id, ...)\n"
           "  local text = {}\n"
           "  for i = 1, select(\"#\", ...) do text[i] = tostring((select(i, ...))) end\n"
           "  finding(id, table.concat(text, \" \"), { field = \"none\" })\n"
           "end\n"
           "show(nil, event.name, event.at, event.plan.id, event.plan.name, #event.items)\n"
           "for _, it in ipairs(event.items) do\n"
           "  show(it.id, it.name, it.word, it.parent, it.clause, it.due, it.first, it.last)\n"
           "  show(it.id, it.min, it.max, it.each, it.by, it.to, #it.fulfils, it.feeds[1])\n"
           "end"),
     "1:1 warning own-rule: check 2012-06-01T00:00 p 方案 4\n"
     "4:1 warning own-rule: nil nil nil nil nil 0 nil\n"
     "4:1 warning own-rule: 学习 phase nil 三(一) nil 2012-06-01 2012-06-10\n"
     "5:3 warning own-rule: 3 nil ward nil bureau 0 sum\n"
     "5:3 warning own-rule: 征文 quota learn nil 2012-06-20 2012-06-01 2012-06-10\n"
     "7:3 warning own-rule: nil nil nil bureau nil 0 nil\n"
     "7:3 warning own-rule: 座谈 task learn nil 2012-06-10 2012-06-01 2012-06-10\n"
     "9:1 warning own-rule: nil nil nil nil nil 0 nil\n"
     "9:1 warning own-rule: 汇总 task nil nil 2012-07-31 2012-06-01 nil\n"},
    /* the roster; nobody has handed anything in */
    {CHECK(
         "local units = event.units\n"
         "local list = units:first(2)\n"
         "finding(nil, table.concat({ units:count(), list[1].id, list[2].name,\n"
         "  units:behind(\"essays\"):count(), units:behind(\"talk\"):first(9)[1].name,\n"
         "  units:behind(\"sum\"):count(), units:behind(\"essays\"):behind(\"talk\"):count()\n"
         "}, \" \"))"),
     "1:1 warning own-rule: 6 bureau 各科室 1 5 市卫生局 5 0\n"},
};

static void findings_have_their_places(void **state)
{
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        struct checked checked = check(*state, found[i].script, LANG_EN);
        assert_int_equal(checked.code, 0);
        char *told = tell(&checked, "own-");
        if (strcmp(told, found[i].told) != 0)
            fail_msg("row %zu:\n%s\nnot\n%s", i, told, found[i].told);
        free(told);
        checked_free(&checked);
    }
}

static void allowed_ones_are_counted(void **state)
{
    struct checked checked = check(
        *state, CHECK("for i = 1, 3 do finding(\"talk\", \"a\", { name = \"own-talk\" }) end"),
        LANG_EN);
    assert_int_equal(checked.code, 0);
    assert_int_equal(value_get_int(checked.report, "allowed", 0), 3);
    checked_free(&checked);
}

/* ---- one that fails ------------------------------------------------------------------------------- */

static const struct {
    const char *script, *name, *told;
} failed[] = {
    {CHECK("notify(event.units, \"a\")"), "run-only",
     "11:1 error run-only: notify sends in a run; a check only reports = report with "
     "finding(item.id, \"text\")\n"},
    {CHECK("finding(\"essays\", \"lost\")\nerror(\"stop\")"), "script-error",
     "12:0 error script-error: stop\n"},
    {CHECK("while true do end"), "time-limit",
     "11:0 error time-limit: the script runs longer than a plan may\n"},
    {CHECK("event.units:behind(\"none\")"), "unknown-item",
     "11:0 error unknown-item: behind: the plan has no item “none” that is counted or done\n"},
    {CHECK("event.units:behind(\"learn\")"), "unknown-item",
     "11:0 error unknown-item: behind: the plan has no item “learn” that is counted or done\n"},
    {CHECK("for i = 1, 1001 do finding(nil, \"a\") end"), "findings-limit",
     "11:20 error findings-limit: a handler reports more than 1000 findings\n"},
};

static void failures_are_findings(void **state)
{
    for (size_t i = 0; i < sizeof failed / sizeof *failed; i++) {
        struct checked checked = check(*state, failed[i].script, LANG_EN);
        assert_int_equal(checked.code, 0);
        char *told = tell(&checked, failed[i].name), *own = tell(&checked, "own-");
        if (strcmp(told, failed[i].told) != 0)
            fail_msg("row %zu:\n%s\nnot\n%s", i, told, failed[i].told);
        assert_string_equal(own, ""); /* all or nothing */
        free(told);
        free(own);
        checked_free(&checked);
    }
}

static void a_module_is_named_by_its_path(void **state)
{
    const struct driver *driver = *state;
    driver_write(driver, "rules.lua",
                 "return function(event)\n  local x = event.none.id\nend\n");
    struct checked checked =
        check(driver, PLAN "local rules = require(\"rules\")\non(\"check\", rules)\n", LANG_EN);
    char path[256];
    snprintf(path, sizeof path, "%s/rules.lua:2:", driver->folder);
    assert_int_equal(checked.code, 0);
    char *told = tell(&checked, "script-error");
    if (strncmp(told, path, strlen(path)) != 0)
        fail_msg("%s", told);
    free(told);
    checked_free(&checked);
}

/* ---- how it is written ----------------------------------------------------------------------------- */

static const struct {
    const char *handlers, *name; /* of the loader's finding; NULL = fine */
} written[] = {
    {"on(\"check\", function(event) end)\n", NULL},
    {"on(\"check\", \"essays\", function(event) end)\n", "wrong-item"},
    {"on(\"check\", function(event) end)\non(\"check\", function(event) end)\n",
     "duplicate-handler"},
    {"on(\"checks\", function(event) end)\n", "unknown-event"},
    {"finding(\"essays\", \"a\")\n", "handler-only"},
};

static void one_handler_of_the_whole_plan(void **state)
{
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        char script[4096];
        snprintf(script, sizeof script, PLAN "%s", written[i].handlers);
        driver_write(*state, "plan.lua", script);
        struct result result = driver_load(*state, "plan.lua", LANG_EN);
        assert_int_equal(result.findings.errors, written[i].name != NULL);
        if (written[i].name)
            assert_string_equal(result.findings.list[0].name, written[i].name);
        result_free(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(findings_have_their_places, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(allowed_ones_are_counted, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(failures_are_findings, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(a_module_is_named_by_its_path, driver_open,
                                        driver_close),
        cmocka_unit_test_setup_teardown(one_handler_of_the_whole_plan, driver_open,
                                        driver_close),
    };
    return cmocka_run_group_tests_name("check_own", tests, NULL, NULL);
}
