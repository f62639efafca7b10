/* What diff tells: a row is two scripts and the differences between them; and whatever leaf of a
 * sealed plan changes, something is told. */
#include "resolve_driver.h"

#include "cli/difference.h"
#include "cli/moves.h"
#include "engine/revise.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define HEAD(more)                                                                             \
    "plan \"p\" { \"方案\", issuer = \"市卫生局\", issued = \"2012-03-20\"" more " }\n"        \
    "unit \"b\" { \"市卫生局\" }\nunit \"w\" { \"各科\", parent = \"b\", many = true }\n"
#define QUOTA(more) "quota \"q\" { \"心得\", each = \"w\", count = 2" more " }\n"
#define TASK(id)    "task \"" id "\" { \"" id "\" }\n"

struct row {
    const char *name;
    const char *head[2]; /* NULL = HEAD("") */
    const char *items[2];
    const char *said; /* "change id field days" one a line */
};

static const struct row rows[] = {
    {"nothing", {0}, {QUOTA(""), QUOTA("")}, ""},
    {"other lines", {0}, {QUOTA("") TASK("t"), "\n\n" QUOTA("") "\n" TASK("t")}, ""},
    {"a due moves up",
     {0},
     {QUOTA(", due = \"6月20日前\""), QUOTA(", due = \"6月18日前\"")},
     "earlier q due -2\n"},
    {"by an hour",
     {0},
     {QUOTA(", due = \"6月20日前\""), QUOTA(", due = \"6月20日17:00前\"")},
     "earlier q due\n"},
    {"a due more", {0}, {QUOTA(""), QUOTA(", due = \"6月20日前\"")}, "earlier q due\n"},
    {"a due less",
     {0},
     {QUOTA(", due = \"6月20日前\""), QUOTA(", due = \"及时\"")},
     "later q due\n"},
    {"the same due in other words",
     {0},
     {QUOTA(", due = \"6月20日前\""), QUOTA(", due = \"2012年6月20日前\"")},
     "reworded q due\n"},
    {"the end of its own time is told with that",
     {0},
     {QUOTA(", when = \"6月\""), QUOTA(", when = \"6月至7月\"")},
     "later q when 31\n"},
    {"its beginning",
     {0},
     {QUOTA(", when = \"5月至7月\""), QUOTA(", when = \"6月至7月\"")},
     "timed q when\n"},
    {"a phase is told once, its items by their dues",
     {0},
     {"phase \"a\" { \"阶段\", when = \"6月\", " QUOTA("") "}\n",
      "phase \"a\" { \"阶段\", when = \"6月上旬\", " QUOTA("") "}\n"},
     "earlier a when -20\nearlier q due -20\n"},
    {"a beginning of a phase is told there alone",
     {0},
     {"phase \"a\" { \"阶段\", when = \"5月至6月\", " QUOTA("") "}\n",
      "phase \"a\" { \"阶段\", when = \"6月\", " QUOTA("") "}\n"},
     "timed a when\n"},
    {"another rhythm",
     {0},
     {QUOTA(", per = \"每月\""), QUOTA(", per = \"每季度\"")},
     "timed q per\n"},
    {"a year of its own",
     {0},
     {QUOTA(", due = \"6月20日前\""),
      QUOTA(", due = { \"6月20日前\", [2013] = \"6月1日前\" }")},
     "timed q due\n"},
    {"more",
     {0},
     {QUOTA(""), "quota \"q\" { \"心得\", each = \"w\", count = 3 }\n"},
     "more q count\n"},
    {"fewer",
     {0},
     {QUOTA(""), "quota \"q\" { \"心得\", each = \"w\", count = 1 }\n"},
     "fewer q count\n"},
    {"more of a hundred",
     {0},
     {"quota \"q\" { \"心得\", each = \"w\", count = \"40%\" }\n",
      "quota \"q\" { \"心得\", each = \"w\", count = \"60%\" }\n"},
     "more q count\n"},
    {"another upper bound is neither",
     {0},
     {"quota \"q\" { \"心得\", each = \"w\", count = \"1~2篇\" }\n",
      "quota \"q\" { \"心得\", each = \"w\", count = \"1~3篇\" }\n"},
     "amount q count\n"},
    {"more for one, fewer for the others",
     {0},
     {"quota \"q\" { \"心得\", each = \"w\", count = { 2, b = 1 } }\n",
      "quota \"q\" { \"心得\", each = \"w\", count = { 1, b = 2 } }\n"},
     "amount q count\n"},
    {"people",
     {0},
     {QUOTA(""), "quota \"q\" { \"心得\", each = \"b\", count = 2 }\n"},
     "people q each\n"},
    {"people spelled otherwise",
     {0},
     {QUOTA(""), "quota \"q\" { \"心得\", each = \"各科\", count = 2 }\n"},
     "reworded q each\n"},
    {"a receiver", {0}, {QUOTA(""), QUOTA(", to = \"b\"")}, "receiver q to\n"},
    {"a binding and back to the default",
     {0},
     {QUOTA(", binding = \"may\""), QUOTA("")},
     "binding q binding\n"},
    {"content, part by part",
     {0},
     {QUOTA(", where = { chars = 1500, original = true, contains = { \"目标\" } }"),
      QUOTA(", where = { chars = 1000, contains = { \"目标\" }, zero = true }")},
     "content q where.chars\ncontent q where.original\ncontent q where.zero\n"},
    {"links",
     {0},
     {QUOTA("") TASK("t"), QUOTA(", feeds = \"t\"") TASK("t")},
     "links q feeds\n"},
    {"several of one item",
     {0},
     {QUOTA(", due = \"6月20日前\", clause = \"一\""),
      "quota \"q\" { \"体会\", each = \"w\", count = 3, due = \"6月25日前\", clause = \"二\" }\n"},
     "later q due 5\nmore q count\nreworded q clause\nreworded q name\n"},
    {"added and removed, where they stand",
     {0},
     {TASK("a") TASK("b") TASK("c"), TASK("x") TASK("a") TASK("c")},
     "added x\nremoved b\n"},
    {"one goes to the front",
     {0},
     {TASK("a") TASK("b") TASK("c"), TASK("c") TASK("a") TASK("b")},
     "order c\n"},
    {"into a phase",
     {0},
     {"phase \"a\" { \"阶段\" }\n" TASK("t"), "phase \"a\" { \"阶段\", " TASK("t") "}\n"},
     "moved t\n"},
    {"another word",
     {0},
     {"task \"q\" { \"心得\", each = \"w\" }\n", QUOTA("")},
     "word q\namount q count\n"},
    {"the head",
     {HEAD(""), HEAD(", theme = \"新\"")},
     {TASK("t"), TASK("t")},
     "reworded  theme\n"},
    {"a day of issue moves what counts from it, and says so once",
     {HEAD(""),
      "plan \"p\" { \"方案\", issuer = \"市卫生局\", issued = \"2012-03-27\" }\n"
      "unit \"b\" { \"市卫生局\" }\nunit \"w\" { \"各科\", parent = \"b\", many = true }\n"},
     {QUOTA(", per = \"每月\""), QUOTA(", per = \"每月\"")},
     "timed  issued\n"},
    {"a unit",
     {0},
     {TASK("t"), "unit \"c\" { \"新科\", parent = \"b\" }\n" TASK("t")},
     "added c\n"},
    {"a reminder changes",
     {0},
     {QUOTA("") "remind { before = \"3d\", about = \"q\" }\n",
      QUOTA("") "remind { before = \"5d\", about = \"q\" }\n"},
     "remind q before\n"},
    {"one of two reminders with the same words",
     {0},
     {QUOTA(
          "") "remind { before = \"3d\", text = \"x\" }\nremind { after = \"1d\", text = \"x\" }\n",
      QUOTA(
          "") "remind { before = \"5d\", text = \"x\" }\nremind { after = \"1d\", text = \"x\" }\n"},
     "remind  before\n"},
    {"reminders in another order",
     {0},
     {QUOTA("") "remind { before = \"3d\" }\nremind { every = \"每周一\", about = \"q\" }\n",
      QUOTA("") "remind { every = \"每周一\", about = \"q\" }\nremind { before = \"3d\" }\n"},
     ""},
    {"a handler of the same length",
     {0},
     {TASK("t") "on(\"plan.end\", function() return 1 end)\n",
      "\n" TASK("t") "on(\"plan.end\", function() return 2 end)\n"},
     "handler \n"},
    {"a handler that only stands elsewhere",
     {0},
     {TASK("t") "on(\"plan.end\", function() return 1 end)\n",
      "\n" TASK("t") "on(\"plan.end\", function() return 1 end)\n"},
     ""},
};

/* ---- rows -------------------------------------------------------------------------------------- */

static struct difference_side side_of(const struct driver *driver, struct arena *arena,
                                      const struct value *sealed, const char *text)
{
    struct store_source *source = arena_alloc(arena, sizeof *source);
    *source = (struct store_source){.file = "a.lua", .text = text, .length = strlen(text)};
    struct difference_side side = {.sources = source, .source_count = 1};
    struct err err = {0};
    if (plan_compile(arena, sealed, host_calendar(driver->host), &side.plan, &err) < 0)
        fail_msg("%s", err.message);
    return side;
}

static struct difference_side load(const struct driver *driver, struct result *result,
                                   const char *head, const char *items, const char *name)
{
    char *text = arena_printf(result->arena, "%s%s", head ? head : HEAD(""), items);
    struct arena *arena = result->arena;
    driver_write(driver, "a.lua", text);
    *result = driver_load(driver, "a.lua", LANG_EN);
    if (result->code < 0) {
        char *findings = result_text(driver, result);
        fail_msg("%s: %s", name, findings);
    }
    return side_of(driver, arena, result->loaded->sealed, text);
}

static bool run_row(const struct driver *driver, const struct row *row)
{
    struct arena *arena = arena_new();
    struct result results[2] = {{.arena = arena}, {.arena = arena}};
    struct difference_side sides[2];
    struct buf out = {0};
    buf_adds(&out, "");
    for (int i = 0; i < 2; i++)
        sides[i] = load(driver, &results[i], row->head[i], row->items[i], row->name);
    struct differences found = difference_find(&sides[0], &sides[1], arena, LANG_EN);
    for (size_t i = 0; i < found.count; i++) {
        const struct difference *said = &found.list[i];
        buf_printf(&out, "%s %s", difference_name(said->kind), said->id);
        if (said->field)
            buf_printf(&out, " %s", said->field);
        if (said->days)
            buf_printf(&out, " %d", said->days);
        buf_adds(&out, "\n");
        assert_true(!said->field || strcmp(said->old, said->new) != 0);
    }
    bool same = strcmp(out.bytes, row->said) == 0;
    if (!same)
        print_error("%s:\n%s-- instead of\n%s", row->name, out.bytes, row->said);
    buf_free(&out);
    result_free(&results[0]);
    result_free(&results[1]);
    arena_free(arena);
    return same;
}

/* What apply and diff say of a handler that says something else in as many lines: a sealed plan does
 * not have its words. */
static void test_handlers_move(void **state)
{
    static const char *const handlers[] = {
        "on(\"plan.start\", function(event) notify(event.units, \"开始\") end)\n",
        "on(\"plan.start\", function(event) notify(event.units, \"今天开始\") end)\n"};
    static const struct {
        int before, after;
        size_t moves;
    } cases[] = {{0, 1, 1}, {1, 0, 1}, {0, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct result results[2] = {{.arena = arena}, {.arena = arena}};
        const struct difference_side before =
            load(*state, &results[0], NULL, handlers[cases[i].before], "before");
        const struct difference_side after =
            load(*state, &results[1], NULL, handlers[cases[i].after], "after");
        struct moves moves = moves_between(&before, &after, arena, LANG_EN);
        assert_int_equal(moves.count, cases[i].moves);
        if (moves.count) {
            assert_int_equal(moves.list[0].kind, REVISE_REWORDED);
            assert_string_equal(moves.list[0].id, "");
        }
        result_free(&results[0]);
        result_free(&results[1]);
        arena_free(arena);
    }
}

static void test_rows(void **state)
{
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        wrong += !run_row(*state, &rows[i]);
    assert_int_equal(wrong, 0);
}

/* ---- any leaf ---------------------------------------------------------------------------------- */

/* What is no difference, or follows from another field. */
static bool is_passed(const char *key)
{
    static const char *const keys[] = {
        "line",     "last_line", "file",   "sources", "format", "id",          "event",
        "ref",      "plan",      "parent", "word",    "soft",   "provisional", "rule",
        "warnings", "kind",      "start",  "end",     "from",   "minute",      "exact"};
    for (size_t i = 0; i < COUNT(keys); i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

/* Changes the leaf number `*at`, counted down, and says whether it was there. */
static bool change(struct value *value, struct arena *arena, int *at)
{
    bool inherited = value->type == VALUE_MAP && value_get(value, "from") &&
                     value_get(value, "from")->type == VALUE_STRING;
    if (value->type == VALUE_LIST || value->type == VALUE_MAP) {
        bool list = value->type == VALUE_LIST;
        for (uint32_t i = 0; i < (list ? value->count : value->pairs) && !inherited; i++)
            if ((list || !is_passed(value->map[i].key)) &&
                change(list ? value->items[i] : value->map[i].value, arena, at))
                return true;
        return false;
    }
    if ((*at)--)
        return false;
    if (value->type == VALUE_STRING)
        *value = *value_string(arena, arena_printf(arena, "%s'", value->string));
    else if (value->type == VALUE_INT)
        value->integer += 1;
    else if (value->type == VALUE_BOOL)
        value->boolean = !value->boolean;
    else
        value->number += 1;
    return true;
}

static int change_each(const struct driver *driver, const struct value *sealed,
                       const char *name)
{
    int silent = 0;
    for (int leaf = 0;; leaf++) {
        struct arena *arena = arena_new();
        struct value *copy = value_copy(arena, sealed);
        struct difference_side sides[2] = {{0}};
        int at = leaf;
        /* the head's own map is under a key that items use for references */
        bool there = change(value_get(copy, "plan"), arena, &at) || change(copy, arena, &at);
        if (there &&
            plan_compile(arena, copy, host_calendar(driver->host), &sides[1].plan, NULL) == 0) {
            sides[0] = side_of(driver, arena, sealed, "");
            if (difference_find(&sides[0], &sides[1], arena, LANG_ZH).count == 0) {
                print_error("%s: leaf %d changes and nothing is told\n", name, leaf);
                silent++;
            }
        }
        arena_free(arena);
        if (there)
            continue;
        print_message("%s: %d leaves\n", name, leaf);
        assert_true(leaf > 100);
        return silent;
    }
}

static void test_every_leaf(void **state)
{
    static const char *const scripts[] = {"city2012", "nanping2021"};
    int silent = 0;
    for (size_t i = 0; i < COUNT(scripts); i++) {
        struct driver here = **(struct driver **)state;
        char name[512];
        strcpy(here.folder, "/");
        snprintf(name, sizeof name, "%s/scripts/%s.lua", PLANRUN_SOURCE_DIR, scripts[i]);
        struct result result = driver_load(&here, name, LANG_EN);
        assert_int_equal(result.code, 0);
        silent += change_each(&here, result.loaded->sealed, scripts[i]);
        result_free(&result);
    }
    assert_int_equal(silent, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_handlers_move, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_rows, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_every_leaf, driver_open, driver_close),
    };
    return cmocka_run_group_tests_name("difference", tests, NULL, NULL);
}
