/* The host's trusted Lua: what it has and has not, errors that come back whole, a balanced stack,
 * and the checks on what stdlib returns, with a stdlib made for the test. */
#include "script/host.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* when.parse answers by the phrase: a chunk that is run, so that each row brings its own result. */
static const char when_text[] =
    "local w = {}\n"
    "function w.parse(phrase, context)\n"
    "  local chunk = assert(load('local c, context = require(\"calendar\"), ... return ' .. phrase))\n"
    "  return chunk(context)\n"
    "end\n"
    "return w\n";

struct fixture {
    char folder[40], holidays[64], when[64], amount[64];
    struct host *host;
    struct arena *arena;
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->folder, "/tmp/planrun-host-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->holidays, sizeof f->holidays, "%s/holidays.d", f->folder);
    snprintf(f->when, sizeof f->when, "%s/when.lua", f->folder);
    snprintf(f->amount, sizeof f->amount, "%s/amount.lua", f->folder);
    mkdir(f->holidays, 0700);
    write_file(f->when, when_text);
    write_file(f->amount, when_text);
    struct host_options options = {.stdlib = f->folder};
    f->arena = arena_new();
    *state = f;
    return host_open(&options, &f->host, NULL);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    host_close(f->host);
    arena_free(f->arena);
    unlink(f->when);
    unlink(f->amount);
    rmdir(f->holidays);
    rmdir(f->folder);
    free(f);
    return 0;
}

static struct when_context context(void)
{
    return (struct when_context){
        .anchor = civil_day(2012, 6, 1), .from = CIVIL_NONE, .till = CIVIL_NONE};
}

static void results_become_structs(void **state)
{
    struct fixture *f = *state;
    struct when_context with = context();
    struct when_date date;
    struct phrase_problem problem;
    struct err err = {0};
    with.from = with.anchor + 1;
    with.till = with.anchor + 9;
    with.year = 2013;
    with.role = WHEN_ROLE_DUE;
    int code =
        host_when(f->host, f->arena,
                  "{kind = 'deadline', last = context.container.last + context.container[1],"
                  " minute = context.year - 1000, soft = true,"
                  " warnings = {context.role, 'b'}, grammar = 'F07', calendar = 'ROLL=x',"
                  " reading = {en = 'e', zh = '中'}}",
                  &with, &date, &problem, &err);
    assert_int_equal(code, 0);
    assert_int_equal(date.kind, WHEN_DEADLINE);
    assert_int_equal(date.first, CIVIL_NONE);
    assert_int_equal(date.last, 2 * with.anchor + 10);
    assert_int_equal(date.minute, 1013);
    assert_true(date.soft && !date.undated);
    assert_int_equal(date.warning_count, 2);
    assert_string_equal(date.warnings[0], "due");
    assert_string_equal(date.reading_zh, "中");
    assert_string_equal(date.calendar, "ROLL=x");
    assert_null(date.rule);
}

static void amounts_become_structs(void **state)
{
    struct fixture *f = *state;
    struct phrase_amount amount;
    struct phrase_problem problem;
    assert_int_equal(host_amount(f->host, f->arena, "{min = 3, unit = '篇', each = true}",
                                 &amount, &problem, NULL),
                     0);
    assert_true(amount.has_min && !amount.has_max && !amount.has_percent && amount.each);
    assert_true(amount.min == 3);
    assert_string_equal(amount.unit, "篇");
}

static void what_is_not_understood_says_why(void **state)
{
    struct fixture *f = *state;
    struct when_context with = context();
    struct when_date date = {.minute = 77};
    struct phrase_problem problem = {0};
    int code =
        host_when(f->host, f->arena,
                  "nil, {message_en = 'no', message_zh = '否', position = 4, name = 'n'}",
                  &with, &date, &problem, NULL);
    assert_int_equal(code, ERR_SYNTAX);
    assert_int_equal(date.minute, 77);
    assert_string_equal(problem.name, "n");
    assert_string_equal(problem.message_zh, "否");
    assert_int_equal(problem.position, 4);
    char phrase[PHRASE_MOST + 2];
    memset(phrase, '1', sizeof phrase - 1);
    phrase[sizeof phrase - 1] = '\0';
    assert_int_equal(host_when(f->host, f->arena, phrase, &with, &date, &problem, NULL),
                     ERR_SYNTAX);
    assert_string_equal(problem.name, "phrase-too-long");
}

/* A slip in stdlib is a fault with a text, never a date. */
static void wrong_results_are_faults(void **state)
{
    static const struct {
        const char *phrase, *text;
    } rows[] = {
        {"nil", "neither a result nor a reason"},
        {"nil, {name = 'n'}", "without name or messages"},
        {"{}", "kind is 'nil'"},
        {"{kind = 'never'}", "kind is 'never'"},
        {"{kind = 7}", "'kind' is a number"},
        {"{kind = 'deadline'}", "a deadline without a day"},
        {"{kind = 'interval', first = 9}", "ends before it begins"},
        {"{kind = 'interval', first = 9, last = 8}", "ends before it begins"},
        {"{kind = 'interval', first = 9.5, last = 12}", "'first'"},
        {"{kind = 'interval', first = '9', last = 12}", "'first' is a string"},
        {"{kind = 'interval', first = 9, last = 10^9}", "'last'"},
        {"{kind = 'interval', first = 9, last = 0/0}", "'last'"},
        {"{kind = 'deadline', last = 9, minute = 1441}", "'minute'"},
        {"{kind = 'deadline', last = 9, soft = 'yes'}", "'soft' is a string"},
        {"{kind = 'deadline', last = 9, warnings = {1}}", "'warnings' is a number"},
        {"{kind = 'deadline', last = 9, warnings = setmetatable({}, {__index = error})}", ""},
        {"{kind = 'recurring'}", "without a rule"},
        {"{kind = 'recurring', rule = {}}", "'rule' is a table"},
        {"error({})", "table: "},
        {"error()", "nil"},
        {"(function() error(setmetatable({}, {__tostring = error})) end)()", ""},
        {"(function() local function f() return 1 + f() end return f() end)()",
         "stack overflow"},
    };
    struct fixture *f = *state;
    struct when_context with = context();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct when_date date = {.minute = 77};
        struct phrase_problem problem;
        struct err err = {0};
        int code = host_when(f->host, f->arena, rows[i].phrase, &with, &date, &problem, &err);
        if (*rows[i].text && (code != ERR_INTERNAL || !strstr(err.message, rows[i].text)))
            fail_msg("%s: %d, %s", rows[i].phrase, code, err.message);
        if (code < 0)
            assert_int_equal(date.minute, 77);
    }
}

static void only_harmless_libraries_are_open(void **state)
{
    static const char *const absent[] = {"io", "os", "debug", "coroutine", "package.loadlib"};
    static const char *const present[] = {"string.find", "table.concat", "math.floor",
                                          "utf8.char",   "c.next",       "c.resolve"};
    struct fixture *f = *state;
    struct when_context with = context();
    struct when_date date;
    struct phrase_problem problem;
    char phrase[128];
    for (size_t i = 0; i < COUNT(absent); i++) {
        snprintf(phrase, sizeof phrase, "{kind = 'deadline', last = 1, soft = %s ~= nil}",
                 absent[i]);
        assert_int_equal(host_when(f->host, f->arena, phrase, &with, &date, &problem, NULL), 0);
        assert_false(date.soft);
    }
    for (size_t i = 0; i < COUNT(present); i++) {
        snprintf(phrase, sizeof phrase, "{kind = 'deadline', last = 1, soft = %s ~= nil}",
                 present[i]);
        assert_int_equal(host_when(f->host, f->arena, phrase, &with, &date, &problem, NULL), 0);
        assert_true(date.soft);
    }
}

/* Each expression of the module `calendar` must be true. */
static void the_calendar_module_answers(void **state)
{
    static const char *const rows[] = {
        "c.day(2012, 2, 29) == 15399",
        "c.day(2013, 2, 29) == nil",
        "c.day(10^15 // 1, 1, 1) == nil",
        "c.ymd(10^15 // 1) == nil",
        "select('#', c.ymd(0)) == 3",
        "c.weekday(0) == 4",
        "c.month_days(2012, 2) == 29",
        "c.month_days(2012, 13) == nil",
        "c.is_workday(c.day(2012, 6, 1))",
        "select(2, c.is_workday(0)) == false",
        "c.workday_after(c.day(2012, 6, 1), 1) == c.day(2012, 6, 4)",
        "c.workday_after(c.day(2012, 6, 4), -1) == c.day(2012, 6, 1)",
        "c.workday_after(c.day(2012, 6, 1), 10^15 // 1) == nil",
        "c.workday_on_or_before(c.day(2012, 6, 3)) == c.day(2012, 6, 1)",
        "c.workday_on_or_after(c.day(2012, 6, 3)) == c.day(2012, 6, 4)",
        "c.workdays_between(c.day(2012, 6, 1), c.day(2012, 6, 30)) == 21",
        "c.known(2012) == false",
        "c.holiday('国庆节', 2012) == nil",
        "c.statutory('国庆节', 2012) == c.day(2012, 10, 1)",
        "c.lunar(2012, 8, 15) == c.day(2012, 9, 30)",
        "c.lunar(2012, 4, 1, true) == c.day(2012, 5, 21)",
        "c.lunar(2012, 5, 1, true) == nil",
        "select(2, c.lunar_date(c.day(2012, 9, 30))) == 8",
        "c.term(2012, '立秋') == c.day(2012, 8, 7)",
        "c.term(2012, '立夏节') == nil",
        "c.stem(c.day(2012, 7, 18)) == 6",
        "c.resolve('ROLL=2012-06-02') == c.day(2012, 6, 4)",
        "select(2, c.resolve('ROLL=')) ~= nil",
        "c.next('FREQ=MONTHLY;BYMONTHDAY=5', c.day(2012, 6, 6))[1].first == c.day(2012, 7, 5)",
        "#c.next('FREQ=DAILY', 0, 366) == 366",
        "#c.next('DATES=2012-06-06', 0, 5) == 1",
        "c.next('FREQ=DAILY;BYHOUR=9', 0)[1][3] == 540",
        "c.next('FREQ=WEEKLY;INTERVAL=2;BYDAY=FR', c.day(2012, 6, 6))[1].last == c.day(2012, 6, 8)",
        "c.next('never', 0) == nil",
        "pcall(c.next, 'FREQ=DAILY', 0, 367) == false",
        "pcall(c.day, 'x', 1, 1) == false",
        "pcall(c.day, 2012.5, 1, 1) == false",
        "c.format('BYMONTHDAY=5;FREQ=MONTHLY') == 'FREQ=MONTHLY;BYMONTHDAY=5'",
        "c.format('x') == nil",
    };
    struct fixture *f = *state;
    struct when_context with = context();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct when_date date;
        struct phrase_problem problem;
        struct err err = {0};
        char phrase[256];
        snprintf(phrase, sizeof phrase, "{kind = 'deadline', last = 1, soft = (%s)}", rows[i]);
        if (host_when(f->host, f->arena, phrase, &with, &date, &problem, &err) < 0 ||
            !date.soft)
            fail_msg("%s: %s", rows[i], err.message);
    }
}

static void the_shipped_stdlib_opens(void **state)
{
    (void)state;
    struct host *host = NULL;
    struct err err = {0};
    assert_int_equal(host_open(NULL, &host, &err), 0);
    assert_true(calendar_known(host_calendar(host), 2012));
    assert_non_null(host_stdlib(host));
    host_close(host);
    host_close(NULL);
}

static void bad_folders_are_refused(void **state)
{
    (void)state;
    static const char *const more[] = {"/nonexistent"};
    struct host *host = NULL;
    struct err err = {0};
    assert_int_equal(host_open(&(struct host_options){.stdlib = "/nonexistent"}, &host, &err),
                     ERR_IO);
    assert_string_equal(err.file, "/nonexistent/holidays.d");
    assert_int_equal(
        host_open(&(struct host_options){.holidays = more, .holiday_count = 1}, &host, &err),
        ERR_IO);
    assert_string_equal(err.file, "/nonexistent");
    assert_null(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_become_structs),
        cmocka_unit_test(amounts_become_structs),
        cmocka_unit_test(what_is_not_understood_says_why),
        cmocka_unit_test(wrong_results_are_faults),
        cmocka_unit_test(only_harmless_libraries_are_open),
        cmocka_unit_test(the_calendar_module_answers),
        cmocka_unit_test(the_shipped_stdlib_opens),
        cmocka_unit_test(bad_folders_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
