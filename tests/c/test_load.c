/* Plans above plans: found, loaded once, refused in a circle; revisions that say what changed; the
 * plans of scripts/ and examples/; and raw trees that no evaluator would send. */

#include "resolve_driver.h"

#include "script/resolve.h"

#include <sys/stat.h>
#include <time.h>

#define UNITS "unit \"b\" { \"市卫生局\" }\n"
#define PLAN(id, more)                                                                         \
    "plan \"" id "\" { \"方案\", issuer = \"市卫生局\", issued = \"2012-06-01\"" more          \
    " }\n" UNITS

static void expect(const struct driver *driver, const char *name, const char *finding,
                   const char *text)
{
    struct result result = driver_load(driver, name, LANG_EN);
    char *got = result_text(driver, &result);
    if (!strstr(got, finding) || !strstr(got, text))
        fail_msg("%s: no “%s” with “%s” in\n%s%s", name, finding, text, got,
                 result.err.message);
    assert_int_equal(result.code, ERR_INVALID);
    assert_null(result.loaded);
    free(got);
    result_free(&result);
}

static void test_parents(void **state)
{
    const struct driver *driver = *state;
    driver_write(driver, "top.lua",
                 PLAN("top", "") "task \"report\" { \"报告\", due = \"7月底前\" }\n");
    driver_write(driver, "left.lua", PLAN("left", ", under = \"top\""));
    driver_write(driver, "right.lua", PLAN("right", ", under = { \"top\", as = \"b\" }"));
    driver_write(
        driver, "bottom.lua",
        PLAN(
            "bottom",
            ", under = { \"left\", \"right\" }") "task \"t\" { \"任务\", feeds = \"top:report\", due = \"10日内\", after = \"top:report\" }\n");
    struct result result = driver_load(driver, "bottom.lua", LANG_EN);
    assert_int_equal(result.code, 0);
    const struct loaded *loaded = result.loaded;
    assert_int_equal(loaded->parent_count, 2);
    assert_ptr_equal(loaded->parents[0]->parents[0], loaded->parents[1]->parents[0]);
    assert_string_equal(loaded->parents[0]->parents[0]->id, "top");
    assert_string_equal(value_get_string(tree_at(loaded->sealed, "plan.under.0"), "revision"),
                        loaded->parents[0]->revision);
    assert_string_equal(tree_at(loaded->sealed, "items.0.due.end")->string, "2012-08-10");
    assert_string_equal(loaded->folder, driver->folder);
    result_free(&result);
}

/* What above only suggests a due gives to what fulfils it, unless something nearer says one. */
static void test_suggested_dues(void **state)
{
    const struct driver *driver = *state;
    static const struct {
        const char *item, *due;
    } rows[] = {
        {"task \"t\" { \"任务\", fulfils = \"up:should\" }",
         "{\"end\":\"2012-07-31\",\"from\":\"up:should\",\"kind\":\"deadline\",\"phrase\":\"7月底前\"}"},
        {"task \"t\" { \"任务\", fulfils = { \"up:must\", \"up:may\" } }",
         "{\"end\":\"2012-08-31\",\"from\":\"up:may\",\"kind\":\"deadline\"}"},
        {"task \"t\" { \"任务\", fulfils = \"up:must\" }", NULL},
        {"task \"t\" { \"任务\", fulfils = \"up:should\", per = \"每月\" }", NULL},
        {"task \"t\" { \"任务\", fulfils = \"up:should\", due = \"6月8日前\" }",
         "{\"end\":\"2012-06-08\",\"kind\":\"deadline\",\"phrase\":\"6月8日前\"}"},
        {"task \"t\" { \"任务\", fulfils = \"up:should\", when = \"6月上旬\" }",
         "{\"end\":\"2012-06-10\",\"from\":\"when\",\"kind\":\"deadline\"}"},
    };
    driver_write(
        driver, "up.lua",
        PLAN("up", "") "task \"should\" { \"甲\", due = \"7月底前\", binding = \"should\" }\n"
                       "task \"may\" { \"乙\", when = \"8月\", binding = \"may\" }\n"
                       "task \"must\" { \"丙\", due = \"7月底前\" }\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        snprintf(text, sizeof text, "%s%s\n", PLAN("low", ", under = \"up\""), rows[i].item);
        driver_write(driver, "low.lua", text);
        struct result result = driver_load(driver, "low.lua", LANG_EN);
        assert_int_equal(result.code, 0);
        const struct value *items = value_get(result.loaded->sealed, "items");
        const struct value *due = value_get(items->items[0], "due");
        struct buf got = {0};
        if (due)
            json_write(&got, due);
        assert_string_equal(got.length ? got.bytes : "", rows[i].due ? rows[i].due : "");
        buf_free(&got);
        result_free(&result);
    }
}

static void test_refusals_above(void **state)
{
    const struct driver *driver = *state;
    driver_write(driver, "a.lua", PLAN("a", ", under = \"b\""));
    driver_write(driver, "b.lua", PLAN("b", ", under = \"c\""));
    driver_write(driver, "c.lua", PLAN("c", ", under = \"a\""));
    expect(driver, "a.lua", "[cycle]", "a → b → c → a");
    driver_write(driver, "d.lua", PLAN("d", ", under = \"e\""));
    driver_write(driver, "e.lua", PLAN("other", ""));
    expect(driver, "d.lua", "[wrong-plan]", "other");
    driver_write(driver, "f.lua", PLAN("f", ", under = \"g\""));
    driver_write(driver, "g.lua", PLAN("g", "") "task \"t\" { \"任务\", by = \"nobody\" }\n");
    expect(driver, "f.lua", "[unknown-name]", "g.lua:3");
    driver_write(driver, "h.lua", PLAN("h", ", under = { \"top\", as = \"bb\" }"));
    driver_write(driver, "top.lua", PLAN("top", "") "task \"report\" { \"报告\" }\n");
    expect(driver, "h.lua", "[unknown-name]", "did you mean “b”?");
    driver_write(
        driver, "i.lua",
        PLAN("i", ", under = \"top\"") "task \"t\" { \"任务\", feeds = \"top:reprot\" }\n");
    expect(driver, "i.lua", "[unknown-item]", "did you mean “top:report”?");
    expect(driver, "absent.lua", "absent.lua", "error");
}

static void test_depth(void **state)
{
    char name[32], script[256];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "p%d.lua", i);
        snprintf(script, sizeof script,
                 "plan \"p%d\" { \"方案\", issuer = \"市卫生局\", under = \"p%d\" }\n" UNITS, i,
                 i + 1);
        driver_write(*state, name, script);
    }
    expect(*state, "p0.lua", "[too-deep]", "16");
    expect(*state, "p2.lua", "[too-deep]", "16"); /* 17 above it, and p20 that is cited only */
    struct result result = driver_load(*state, "p3.lua", LANG_EN);
    assert_int_equal(result.code, 0);
    result_free(&result);
}

/* Plans that are still being read count: `top` and `mid` are two of the 200. */
static void test_plans_most(void **state)
{
    struct buf under = {0};
    char name[32], script[256];
    for (int i = 1; i < LOAD_PLANS_MOST - 1; i++) {
        snprintf(name, sizeof name, "q%d.lua", i);
        snprintf(script, sizeof script, PLAN("q%d", ""), i);
        driver_write(*state, name, script);
        buf_printf(&under, "%s\"q%d\"", i > 1 ? ", " : "", i);
    }
    struct buf text = {0};
    buf_printf(&text, PLAN("mid", ", under = { %s }"), under.bytes);
    driver_write(*state, "mid.lua", text.bytes);
    driver_write(*state, "top.lua", PLAN("top", ", under = \"mid\""));
    driver_write(*state, "more.lua", PLAN("more", ", under = \"top\""));
    struct result result = driver_load(*state, "top.lua", LANG_EN);
    assert_int_equal(result.code, 0);
    result_free(&result);
    expect(*state, "more.lua", "[too-deep]", "200 in all");
    buf_free(&text);
    buf_free(&under);
}

static void make_folder(const struct driver *driver, const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", driver->folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static struct result load_with(const struct driver *driver, const char *name,
                               struct load_options options)
{
    char path[256];
    struct result result = {.arena = arena_new()};
    options.evaluator = PLANRUN_BUILD_DIR "/planrun-eval";
    result.findings = findings_new(result.arena, LANG_EN);
    snprintf(path, sizeof path, "%s/%s", driver->folder, name);
    result.code =
        load_plan(driver->host, path, &options, &result.findings, &result.loaded, &result.err);
    return result;
}

static void test_plan_path(void **state)
{
    const struct driver *driver = *state;
    char folder[256];
    make_folder(driver, "above", folder);
    driver_write(driver, "above/top.lua", PLAN("top", ""));
    driver_write(driver, "low.lua", PLAN("low", ", under = \"top\""));
    struct result result =
        load_with(driver, "low.lua", (struct load_options){.plan_path = folder});
    assert_int_equal(result.code, 0);
    assert_int_equal(result.loaded->parent_count, 1);
    result_free(&result);
}

/* ---- a plan that another file stands for ------------------------------------------------------------ */

/* Two levels below `top`, and a second version of it in a folder that has its own `moh`. */
static void write_chain(const struct driver *driver)
{
    char folder[256];
    make_folder(driver, "next", folder);
    driver_write(driver, "moh.lua", PLAN("moh", ""));
    driver_write(driver, "top.lua",
                 PLAN("top", ", under = \"moh\"") "task \"old\" { \"旧\" }\n");
    driver_write(driver, "mid.lua", PLAN("mid", ", under = \"top\""));
    driver_write(driver, "low.lua", PLAN("low", ", under = { \"mid\", \"top\" }"));
    driver_write(driver, "next/moh.lua", PLAN("moh", ", number = \"2\""));
    driver_write(driver, "next/new.lua",
                 PLAN("top", ", under = \"moh\"") "task \"new\" { \"新\" }\n");
}

static void test_instead(void **state)
{
    const struct driver *driver = *state;
    char path[256];
    write_chain(driver);
    snprintf(path, sizeof path, "%s/next/new.lua", driver->folder);
    struct load_instead instead[] = {{"nobody", "/absent.lua"}, {"top", path}};
    struct load_options options = {.instead = instead, .instead_count = 2};
    struct result plain = load_with(driver, "low.lua", (struct load_options){0});
    struct result result = load_with(driver, "low.lua", options);
    assert_int_equal(plain.code, 0);
    assert_int_equal(result.code, 0);
    const struct loaded *mid = result.loaded->parents[0], *top = result.loaded->parents[1];
    assert_ptr_equal(mid->parents[0], top);
    assert_string_equal(top->path, path);
    assert_string_equal(tree_at(top->sealed, "items.0.id")->string, "new");
    assert_string_equal(tree_at(top->parents[0]->sealed, "plan.number")->string, "2");
    assert_string_not_equal(mid->revision, plain.loaded->parents[0]->revision);
    assert_string_not_equal(result.loaded->revision, plain.loaded->revision);
    result_free(&result);
    result_free(&plain);
    /* what it lacks is no error: others were written for another version */
    driver_write(
        driver, "low.lua",
        PLAN("low", ", under = \"top\"") "task \"t\" { \"任务\", feeds = \"top:old\" }\n");
    result = load_with(driver, "low.lua", options);
    assert_int_equal(result.code, 0);
    assert_int_equal(result.findings.warnings, 1);
    assert_string_equal(result.findings.list[0].name, "unknown-item");
    assert_string_equal(tree_at(result.loaded->sealed, "items.0.feeds.0")->string, "top:old");
    result_free(&result);
    /* also one that no folder has */
    driver_write(driver, "far.lua", PLAN("far", ", under = \"nobody\""));
    driver_write(driver, "next/nobody.lua", PLAN("nobody", ""));
    snprintf(path, sizeof path, "%s/next/nobody.lua", driver->folder);
    instead[0].path = path;
    result = load_with(driver, "far.lua", options);
    assert_int_equal(result.code, 0);
    assert_int_equal(result.loaded->parent_count, 1);
    result_free(&result);
}

static void test_instead_refused(void **state)
{
    const struct driver *driver = *state;
    static const struct {
        const char *file, *text, *finding;
    } rows[] = {
        {"other.lua", PLAN("other", ""), "[wrong-plan]"},
        {"round.lua", PLAN("top", ", under = \"mid\""), "[cycle]"},
        {"wrong.lua", PLAN("top", "") "task \"t\" { \"任务\", by = \"nobody\" }\n",
         "[unknown-name]"},
        {"absent.lua", NULL, "absent.lua"},
    };
    write_chain(driver);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", driver->folder, rows[i].file);
        if (rows[i].text)
            driver_write(driver, rows[i].file, rows[i].text);
        struct load_instead instead = {"top", path};
        struct result result = load_with(
            driver, "low.lua", (struct load_options){.instead = &instead, .instead_count = 1});
        char *text = result_text(driver, &result);
        if (result.code >= 0 || !strstr(text, rows[i].finding))
            fail_msg("%s: %d, no %s in\n%s", rows[i].file, result.code, rows[i].finding, text);
        free(text);
        result_free(&result);
    }
}

static void revision_of(const struct driver *driver, const char *name, char hex[SHA256_HEX])
{
    struct result result = driver_load(driver, name, LANG_EN);
    assert_int_equal(result.code, 0);
    memcpy(hex, result.loaded->revision, SHA256_HEX);
    char again[SHA256_HEX];
    sha256_hex(result.loaded->text, result.loaded->length, again);
    assert_string_equal(hex, again);
    struct value_limits limits = {100000, 64, 1 << 24};
    struct value *parsed = NULL;
    assert_int_equal(json_parse(result.arena, result.loaded->text, result.loaded->length,
                                &limits, &parsed, &result.err),
                     0);
    assert_true(value_equal(parsed, result.loaded->sealed));
    result_free(&result);
}

static void test_revision(void **state)
{
    const struct driver *driver = *state;
    char first[SHA256_HEX], second[SHA256_HEX];
    driver_write(driver, "top.lua", PLAN("top", ""));
    driver_write(driver, "names.lua", "return { name = \"任务\" }\n");
    driver_write(
        driver, "low.lua",
        PLAN("low", ", under = \"top\"") "local names = require \"names\"\n"
                                         "task \"t\" { names.name, due = \"7月5日前\" }\n");
    revision_of(driver, "low.lua", first);
    revision_of(driver, "low.lua", second);
    assert_string_equal(first, second);
    driver_write(driver, "names.lua", "return { name = \"任务\" } -- \n");
    revision_of(driver, "low.lua", second);
    assert_string_not_equal(first, second);
    driver_write(driver, "names.lua", "return { name = \"任务\" }\n");
    revision_of(driver, "low.lua", second);
    assert_string_equal(first, second);
    driver_write(driver, "top.lua", PLAN("top", "") "task \"t\" { \"任务\" }\n");
    revision_of(driver, "low.lua", second);
    assert_string_not_equal(first, second);
}

/* A module's nodes are told apart from the script's, without the folder. */
static void test_modules(void **state)
{
    driver_write(*state, "more.lua", "return function()\n  task \"m\" { \"来自模块\" }\nend\n");
    driver_write(*state, "low.lua", PLAN("low", "") "require \"more\"()\n");
    struct result result = driver_load(*state, "low.lua", LANG_EN);
    assert_int_equal(result.code, 0);
    assert_int_equal(result.loaded->source_count, 2);
    assert_string_equal(tree_at(result.loaded->sealed, "items.0.file")->string, "more.lua");
    assert_int_equal(tree_at(result.loaded->sealed, "items.0.line")->integer, 2);
    assert_string_equal(tree_at(result.loaded->sealed, "sources.1.file")->string, "more.lua");
    result_free(&result);
}

static void test_plans_of_the_tree(void **state)
{
    static const char *const scripts[] = {
        "scripts/moh2012.lua",      "scripts/city2012.lua",   "scripts/nanping2021.lua",
        "scripts/shaoxing2012.lua", "scripts/shashi2010.lua", "examples/department.lua",
        "examples/hospital.lua",    "examples/standing.lua",
    };
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct driver here = **(struct driver **)state;
        strcpy(here.folder, "/");
        char path[512];
        snprintf(path, sizeof path, "%s/%s", PLANRUN_SOURCE_DIR, scripts[i]);
        struct result result = driver_load(&here, path, LANG_ZH);
        if (result.code < 0) {
            char *text = result_text(&here, &result);
            fail_msg("%s: %s%s", scripts[i], text, result.err.message);
        }
        assert_int_equal(result.findings.errors, 0);
        result_free(&result);
    }
}

/* ---- raw trees that no evaluator would send ---------------------------------------------------------- */

struct chance {
    uint64_t state;
};

static uint32_t draw(struct chance *chance, uint32_t below)
{
    chance->state = chance->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(chance->state >> 33) % below;
}

static struct value *strange(struct chance *chance, struct arena *arena, int depth)
{
    static const char *const texts[] = {
        "",   "bureau",   "7月5日前",     "不少于3篇", "a:b", "t in u but v",
        "、", "p",        "\xe2\x80\xae", "2012",      "#",   "phase",
        "县", "11111111", "市卫生局",     "x, y"};
    static const char *const keys[] = {
        "word",   "id",      "line",     "args",   "fields", "children",    "name",   "when",
        "due",    "per",     "each",     "by",     "under",  "as",          "cite",   "also",
        "where",  "implied", "none",     "count",  "min",    "max",         "2013",   "dates",
        "issued", "year",    "issuer",   "parent", "alias",  "after",       "feeds",  "before",
        "at",     "many",    "deviates", "from",   "allow",  "attachments", "source", "file"};
    switch (draw(chance, depth > 0 ? 9 : 5)) {
    case 0: return value_bool(arena, draw(chance, 2));
    case 1: return value_int(arena, (int64_t)draw(chance, 4000) - 5);
    case 2: return value_number(arena, 1.5);
    case 3:
    case 4: return value_string(arena, texts[draw(chance, sizeof texts / sizeof *texts)]);
    default: break;
    }
    struct value *map = draw(chance, 2) ? value_map(arena) : value_list(arena);
    for (uint32_t i = draw(chance, 4); i > 0; i--)
        value_append(arena, map, strange(chance, arena, depth - 1));
    for (uint32_t i = map->type == VALUE_MAP ? draw(chance, 6) : 0; i > 0; i--)
        value_set(arena, map, keys[draw(chance, sizeof keys / sizeof *keys)],
                  strange(chance, arena, depth - 1));
    return map;
}

/* A node with a real word, real field names and any values. */
static struct value *strange_node(struct chance *chance, struct arena *arena,
                                  const struct words *words, int depth)
{
    const struct word *word = &words->list[draw(chance, (uint32_t)words->count)];
    struct value *node = value_map(arena), *fields = value_map(arena),
                 *args = value_list(arena);
    struct value *children = value_list(arena);
    static const char *const ids[] = {"p", "bureau", "t", "a", "b", "x"};
    value_set_string(arena, node, "word", word->fields.name);
    value_set_string(arena, node, "id", ids[draw(chance, 6)]);
    value_set_int(arena, node, "line", draw(chance, 9));
    for (uint32_t i = draw(chance, 3); i > 0; i--)
        value_append(arena, args, strange(chance, arena, 1));
    for (uint32_t i = word->fields.count ? draw(chance, 6) : 0; i > 0; i--)
        value_set(arena, fields, word->fields.names[draw(chance, (uint32_t)word->fields.count)],
                  strange(chance, arena, 3));
    for (uint32_t i = depth > 0 ? draw(chance, 3) : 0; i > 0; i--)
        value_append(arena, children, strange_node(chance, arena, words, depth - 1));
    value_set(arena, node, "args", draw(chance, 30) ? args : strange(chance, arena, 2));
    value_set(arena, node, "fields", draw(chance, 30) ? fields : strange(chance, arena, 2));
    value_set(arena, node, "children", draw(chance, 30) ? children : strange(chance, arena, 2));
    return draw(chance, 30) ? node : strange(chance, arena, 3);
}

static struct value *strange_tree(struct chance *chance, struct arena *arena,
                                  const struct words *words)
{
    struct value *tree = value_map(arena), *nodes = value_list(arena);
    for (uint32_t i = 1 + draw(chance, 6); i > 0; i--)
        value_append(arena, nodes, strange_node(chance, arena, words, 3));
    value_set(arena, tree, "nodes", draw(chance, 30) ? nodes : strange(chance, arena, 3));
    value_set(arena, tree, "handlers", strange(chance, arena, 3));
    return draw(chance, 50) ? tree : strange(chance, arena, 3);
}

static int resolve_strange(const struct driver *driver, const struct words *words,
                           uint64_t seed)
{
    struct chance chance = {seed};
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, seed % 2 ? LANG_ZH : LANG_EN);
    struct source text = {
        .name = "strange.lua", .text = "plan \"p\" { \"a\" }\n", .length = 17};
    struct resolve_source source = {.text = &text, .file = "strange.lua", .sha256 = "0"};
    struct resolve_input input = {.raw = strange_tree(&chance, arena, words),
                                  .sources = &source,
                                  .source_count = 1,
                                  .words = words,
                                  .host = driver->host};
    struct resolve_under *unders;
    const char *id;
    struct err err = {0};
    struct value *sealed = NULL;
    resolve_unders(&input, arena, &id, &unders);
    int code = resolve_plan(&input, arena, &findings, &sealed, &err);
    if (code == ERR_INTERNAL)
        fail_msg("seed %llu: %s", (unsigned long long)seed, err.message);
    assert_true(code == 0 ? sealed != NULL : findings.errors > 0);
    struct buf out = {0};
    findings_render(&out, &findings, 0);
    buf_free(&out);
    findings_free(&findings);
    arena_free(arena);
    return code == 0;
}

static void test_strange_trees(void **state)
{
    struct driver *driver = *state;
    struct arena *arena = arena_new();
    struct words *words = NULL;
    struct err err = {0};
    const char *wish = getenv("PLANRUN_TEST_SECONDS");
    time_t until = time(NULL) + (wish ? strtol(wish, NULL, 10) : 2);
    assert_int_equal(words_load(driver->host, arena, &words, &err), 0);
    uint64_t trees = 0, sound = 0;
    for (; trees < 500 || time(NULL) < until; trees++)
        sound += (uint64_t)resolve_strange(driver, words, trees);
    print_message("%llu strange trees, %llu of them sound\n", (unsigned long long)trees,
                  (unsigned long long)sound);
    words_free(words);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parents, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_suggested_dues, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_refusals_above, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_depth, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_plans_most, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_plan_path, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_instead, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_instead_refused, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_revision, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_modules, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_plans_of_the_tree, driver_open, driver_close),
        cmocka_unit_test_setup_teardown(test_strange_trees, driver_open, driver_close),
    };
    return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
