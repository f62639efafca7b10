/* Scripts as text: opening, encodings, the classic mistakes, and places. */
#include "script/eval.h"
#include "script/source.h"
#include "script/source_index.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const struct eval_word words[] = {
    {"plan", EVAL_ID},  {"unit", EVAL_ID},     {"phase", EVAL_ID},    {"task", EVAL_ID},
    {"quota", EVAL_ID}, {"remind", EVAL_BARE}, {"roster", EVAL_FILE}, {"on", EVAL_ON},
};
enum { WORDS = sizeof words / sizeof *words };

static struct source source_of(const char *text)
{
    return (struct source){.name = "x.lua", .text = text, .length = strlen(text)};
}

/* ---- mistakes ---------------------------------------------------------------------------------- */

/* Each script with all its findings: name line:column(bytes)+length. */
static const struct {
    const char *script, *findings;
} mistakes[] = {
    /* nothing wrong */
    {"", ""},
    {"plan \"p\" { \"“名称”（一），二：三；四＝五　六，３\", x = '，', y = [[（“\n”）]] } -- （注释）“”，\n",
     ""},
    {"--[[ “（ ]] local x = 1 --[==[ ]] ]==]\n", ""},
    {"local t = { a = 1, b = { a = 1 }, f = function() local a, b = 1, 2; a = b end, c = 2 }\n",
     ""},
    {"local t = { f(1) , g{ 1 }, h\"x\", ('a'):rep(2), #t, -1, not x, a.b.c, x and y or z, ... }\n",
     ""},
    {"local t = { string.rep \"x\" \"y\", f { 1 } { 2 } \"z\", [1] = 2, [\"k\"] = 3, k2 = 4 }\n",
     ""},
    {"local u = task \"u\"\nu { \"x\" }\nlocal function f(i) return task(i) { \"n\" } end\n",
     ""},
    {"for i = 1, 3 do if x then repeat f(i) until i == 2 end end while a do end do end\n", ""},
    {"task \"x\" { \"n\", a = \"a\\\"”\", b = \"\\z\n   x\" }\n", ""},
    {"local s = \"他说”好\"\n", ""},
    {"local x <const> = 3; goto done; ::done:: local y = x // 2 ~= 3 and 1 << 2\n", ""},
    {"remind { before = { \"7d\" } }\non(\"phase.start\", function(e) notify(e) end)\n", ""},
    /* full-width marks */
    {"unit “a” { \"n\" }\n", "full-width-quote 1:6+7"},
    {"unit 「a」 { \"n\" }\n", "full-width-quote 1:6+7"},
    {"unit ‘a’ { \"n\" }\n", "full-width-quote 1:6+7"},
    {"unit “a\" { \"n\" }\n", "full-width-quote 1:6+5"},
    {"unit \"a” { \"n\" }\n", "full-width-quote 1:6+5"},
    {"unit \"a\" { \"名称”, x = \"a\" }\n", "full-width-quote 1:12+10"},
    {"unit “a\n", "full-width-quote 1:6+3"},
    {"unit \"a\" ｛ \"n\" ｝\n", "full-width-bracket 1:10+3 full-width-bracket 1:18+3"},
    {"local x = f（1）\n", "full-width-bracket 1:12+3 full-width-bracket 1:16+3"},
    {"local x = 【1】\n", "full-width-bracket 1:11+3 full-width-bracket 1:15+3"},
    {"local t = { 1， 2、 3 }\n", "full-width-mark 1:14+3 full-width-mark 1:19+3"},
    {"local t = { a＝1；b：2 }\n",
     "full-width-mark 1:14+3 full-width-mark 1:18+3 full-width-mark 1:22+3"},
    {"local x = ３０\n", "full-width-digit 1:11+6"},
    {"local　x = 1\n", "odd-space 1:6+3"},
    {"local\xc2\xa0x = 1\n", "odd-space 1:6+2"},
    {"local x = 1 — 2\n", "full-width-mark 1:13+3"},
    {"local x = 1 √ 2\n", "strange-character 1:13+3"},
    /* words */
    {"unit \"a\" { \"n\", parent = 市卫生局 }\n", "chinese-name 1:26+12"},
    {"local 名称2 = 1\n", "chinese-name 1:7+7"},
    {"ｐｌａｎ \"p\" { \"n\" }\n", "chinese-name 1:1+12"},
    {"local x名 = 1\n", "chinese-name 1:7+4"},
    {"// 提醒\n", "foreign-comment 1:4+6"},
    {"  # 提醒\n", "foreign-comment 1:5+6"},
    {"unit \"x\" \"name\"\n", "braces-missing 1:1+8"},
    {"phase \"x\"\nphase \"y\" { \"n\" }\n", "braces-missing 1:1+9"},
    {"phase \"x\" { \"n\", task \"y\", task \"z\" { \"n\" } }\n", "braces-missing 1:18+8"},
    {"phase \"x\" { \"n\", task \"y\" }\n", "braces-missing 1:18+8"},
    {"roster \"f.csv\"", "braces-missing 1:1+14"},
    /* tables */
    {"plan \"p\" { \"n\", issuer = \"x\", due = 1, issuer = \"y\" }\n",
     "key-twice 1:40+6 (1:17)"},
    {"local t = { a = 1, [\"a\"] = 2 }\n", "key-twice 1:21+3 (1:13)"},
    {"local t = { [2022] = 1, [2022] = 2 }\n", "key-twice 1:26+4 (1:14)"},
    {"phase \"x\" { \"n\",\n  task \"y\" { \"n\" }\n  task \"z\" { \"n\" },\n}\n",
     "missing-comma 2:19+0 (3:3)"},
    {"phase \"x\" { \"n\"\n  due = \"7月\" }\n", "missing-comma 1:16+0 (2:3)"},
    {"local t = { a = 1 b = 2 }\n", "missing-comma 1:18+0 (1:19)"},
    {"local t = { \"a\" \"b\" }\n", "missing-comma 1:16+0 (1:17)"},
    {"local t = { { 1 } { 2 } }\n", "missing-comma 1:18+0 (1:19)"},
    {"local t = { true false }\n", "missing-comma 1:17+0 (1:18)"},
    {"local t = { a: 1, \"b\": 2, \"c\" = 3 }\n",
     "json-key 1:14+1 json-key 1:22+1 json-key 1:27+3"},
    {"local t = { a == 1, b = a == 1 }\n", "double-equals 1:15+2"},
    /* what is open or closed */
    {"plan \"p\" { \"n\",\n", "unclosed-bracket 1:10+1"},
    {"plan \"p\" { \"n\",\nunit \"u\" { \"n\" }\n", "unclosed-bracket 1:10+1 (2:1)"},
    {"plan \"p\" { \"n\" }}\n", "unexpected-bracket 1:17+1"},
    {"local t = { f(1 }\n", "unexpected-bracket 1:17+1 (1:14)"},
    {"if x then\n", "unclosed-bracket 1:1+2"},
    {"local s = \"abc\nlocal y\n", "unfinished-text 1:11+4"},
    /* the quote is missing where a text runs over the next key */
    {"quota \"q\" { \"名, due = \"7月\", to = \"a\" }\n", "unfinished-text 1:13+4"},
    {"task \"t\" { \"n\", due = \"7月 }\n", "unfinished-text 1:23+7"},
    {"local s = [[abc\n", "unfinished-text 1:11+2"},
    {"--[[abc\n", "unfinished-text 1:1+4"},
    /* control characters */
    {"-- a\x01 b\n", "control-character 1:5+1"},
    {"local s = \"a\xe2\x80\xae"
     "b\"\n",
     "control-character 1:13+3"},
    {"local s = [[\xe2\x81\xa6]]\n", "control-character 1:13+3"},
    {"local\x0bx = 1\n", "control-character 1:6+1"},
    {"local s = \"\\\xe2\x80\x8f\"\n", "control-character 1:13+3"},
};

static int by_place(const void *left, const void *right)
{
    const struct place *a = &((const struct finding *)left)->place;
    const struct place *b = &((const struct finding *)right)->place;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

static void tell(struct buf *out, struct findings *findings)
{
    if (findings->count)
        qsort(findings->list, findings->count, sizeof *findings->list, by_place);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        buf_printf(out, "%s%s %u:%u+%u", i ? " " : "", finding->name, finding->place.line,
                   finding->place.column, finding->place.length);
        if (finding->other.source)
            buf_printf(out, " (%u:%u)", finding->other.line, finding->other.column);
    }
}

static void scan_finds_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct arena *arena = arena_new();
        struct findings findings = findings_new(arena, i % 2 ? LANG_ZH : LANG_EN);
        struct source source = source_of(mistakes[i].script);
        struct buf told = {0};
        bool fine = source_scan(&source, words, WORDS, &findings);
        buf_adds(&told, "");
        tell(&told, &findings);
        if (strcmp(told.bytes, mistakes[i].findings) != 0)
            print_error("row %zu: %s", i, mistakes[i].script);
        assert_string_equal(told.bytes, mistakes[i].findings);
        assert_int_equal(fine, mistakes[i].findings[0] == '\0');
        buf_free(&told);
        findings_free(&findings);
        arena_free(arena);
    }
    print_message("%zu mistakes\n", sizeof mistakes / sizeof *mistakes);
}

/* ---- places -------------------------------------------------------------------------------------- */

static const char placed[] =
    "plan \"p\" { \"名称\", issued = \"2012-06-01\",\n"
    "  under = {\n"
    "    \"a\", \"b\" },\n"
    "}\n"
    "phase \"x\" { \"一\", when = \"6月\",\n"
    "  task \"y\" { \"二\", due = \"7月5日前\", by = { \"a\", \"b\" } }, task \"z\" { \"三\" }, \"末\",\n"
    "  [\"due\"] = \"7月\", }\n"
    "remind { before = { \"7d\" }, f = function() return { due = 1, x = 2 } end, at = \"9\" }\n"
    "task \"esc\" { \"a\\\"b\", due = \"7\\u{6708}\" }\n";

enum what { NODE, KEY, VALUE, ARG, ITEM, WITHIN };

static const struct {
    uint32_t line;
    const char *word, *id;
    enum what what;
    const char *key;
    size_t n;
    const char *place; /* line:column+length text */
} places[] = {
    {1, "plan", "p", NODE, NULL, 0, "1:1+8 plan \"p\""},
    {1, "plan", "p", VALUE, "issued", 0, "1:31+12 \"2012-06-01\""},
    {1, "plan", "p", KEY, "issued", 0, "1:22+6 issued"},
    {1, "plan", "p", ARG, NULL, 1, "1:12+8 \"名称\""},
    {1, "plan", "p", VALUE, "under", 0, "2:11+1 {"},
    {1, "plan", "p", ITEM, "under", 2, "3:10+3 \"b\""},
    {1, "plan", "p", ITEM, "under", 3, "2:11+1 {"},
    {1, "plan", "p", VALUE, "nothing", 0, "1:1+8 plan \"p\""},
    {5, "phase", "x", VALUE, "when", 0, "5:27+6 \"6月\""},
    {5, "phase", "x", VALUE, "due", 0, "7:13+6 \"7月\""},
    {5, "phase", "x", KEY, "due", 0, "7:4+5 \"due\""},
    {5, "phase", "x", ARG, NULL, 2, "6:83+5 \"末\""},
    {5, "phase", "x", ARG, NULL, 3, "5:1+9 phase \"x\""},
    {6, "task", "y", VALUE, "due", 0, "6:27+13 \"7月5日前\""},
    {6, "task", "y", WITHIN, "due", 4, "6:32+2 5"},
    {6, "task", "y", ITEM, "by", 2, "6:54+3 \"b\""},
    {6, "task", "z", NODE, NULL, 0, "6:63+8 task \"z\""},
    {6, "task", "z", ARG, NULL, 1, "6:74+5 \"三\""},
    {6, "task", "other", NODE, NULL, 0, "6:0+0 "},
    {99, "task", "y", NODE, NULL, 0, "99:0+0 "},
    {8, "remind", NULL, NODE, NULL, 0, "8:1+6 remind"},
    {8, "remind", NULL, VALUE, "at", 0, "8:80+3 \"9\""},
    {8, "remind", NULL, VALUE, "due", 0, "8:1+6 remind"},
    {9, "task", "esc", VALUE, "due", 0, "9:28+11 \"7\\u{6708}\""},
    {9, "task", "esc", WITHIN, "due", 4, "9:28+11 \"7\\u{6708}\""},
};

static struct place place_of(struct source_ref ref, size_t row)
{
    const char *key = places[row].key;
    switch (places[row].what) {
    case NODE: return source_at(ref);
    case KEY: return source_at_key(ref, key);
    case VALUE: return source_at_value(ref, key);
    case ARG: return source_at_arg(ref, places[row].n);
    case ITEM: return source_at_item(ref, source_at_value(ref, key), places[row].n);
    case WITHIN: return source_within(source_at_value(ref, key), places[row].n, 2);
    }
    return (struct place){0};
}

static void index_finds_places(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct source source = source_of(placed);
    const struct source_index *index = source_index_new(arena, &source, words, WORDS);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct source_ref ref = {index, places[i].line, places[i].word, places[i].id};
        struct place place = place_of(ref, i);
        const char *at = placed;
        for (uint32_t line = 1; line < place.line && at; line++)
            at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
        char told[200];
        bool known = at && place.column;
        /* the row of WITHIN shows one byte of the digit's character only */
        size_t length = places[i].what == WITHIN && place.length == 2 ? 1 : place.length;
        snprintf(told, sizeof told, "%u:%u+%u %.*s", place.line, place.column, place.length,
                 known ? (int)length : 0, known ? at + place.column - 1 : "");
        assert_string_equal(told, places[i].place);
    }
    struct place nowhere = source_at((struct source_ref){NULL, 3, "task", "x"});
    assert_null(nowhere.source);
    arena_free(arena);
}

/* 10,000 items are read and looked up in well under a second even with sanitizers. */
static void index_is_fast(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct buf text = {0};
    for (int i = 0; i < 10000; i++)
        buf_printf(&text,
                   "task \"t%05d\" { \"事项%d\", by = \"department\", due = \"7月5日前\" }\n",
                   i, i);
    struct source source = {.name = "x.lua", .text = text.bytes, .length = text.length};
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    const struct source_index *index = source_index_new(arena, &source, words, WORDS);
    clock_gettime(CLOCK_MONOTONIC, &to);
    struct findings findings = findings_new(arena, LANG_EN);
    assert_true(source_scan(&source, words, WORDS, &findings));
    struct source_ref ref = {index, 9000, "task", "t08999"};
    assert_int_equal(source_at_value(ref, "due").line, 9000);
    assert_int_equal(source_at_value(ref, "due").length, 13);
    print_message("10000 items (%zu bytes) indexed in %.1f ms\n", text.length,
                  (double)(to.tv_sec - from.tv_sec) * 1e3 +
                      (double)(to.tv_nsec - from.tv_nsec) / 1e6);
    findings_free(&findings);
    buf_free(&text);
    arena_free(arena);
}

/* ---- files ---------------------------------------------------------------------------------------- */

struct folder {
    char path[64];
};

static void put(const struct folder *folder, const char *name, const void *bytes, size_t length)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

static int make_folder(void **state)
{
    static struct folder folder;
    strcpy(folder.path, "/tmp/planrun-source-XXXXXX");
    *state = &folder;
    return mkdtemp(folder.path) ? 0 : -1;
}

static int remove_folder(void **state)
{
    const struct folder *folder = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder->path);
    return system(command); /* NOLINT(cert-env33-c): a fixed command on a folder of ours */
}

/* The name of the one finding that loading gives, "" when it loads. */
static void load_gives(const struct folder *folder, const char *name, const char *expected,
                       const char *text)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_ZH);
    struct source *source = NULL;
    int code = source_load(arena, folder->path, name, name, &findings, &source);
    assert_int_equal(findings.count, expected[0] ? 1 : 0);
    assert_int_equal(code < 0, expected[0] != '\0');
    if (findings.count)
        assert_string_equal(findings.list[0].name, expected);
    if (text)
        assert_string_equal(source->text, text);
    struct buf told = {0};
    findings_render(&told, &findings, 0);
    buf_free(&told);
    findings_free(&findings);
    arena_free(arena);
}

static void load_reads_encodings(void **state)
{
    const struct folder *folder = *state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *expected, *text;
    } rows[] = {
        {"x = 1", 5, "", "x = 1"},
        {"", 0, "", ""},
        {"\xef\xbb\xbfx", 4, "", "x"},
        {"a\r\nb\r\r\nc\rd", 10, "", "a\nb\n\nc\nd"},
        {"-- \xb7\xbd\xb0\xb8\nplan", 12, "gb18030-file", NULL},
        {"\xff\xfex\0y\0", 6, "not-utf8", NULL},
        {"abc\xff\xff\xff", 6, "not-utf8", NULL},
        {"\x1bLua\x54", 5, "bytecode", NULL},
        {"\xef\xbb\xbf\x1bLua\x54", 8, "bytecode", NULL},
        {"a\0b", 3, "nul-in-text", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put(folder, "f.lua", rows[i].bytes, rows[i].length);
        load_gives(folder, "f.lua", rows[i].expected, rows[i].text);
    }
}

/* The place of the first Han character, in the text as it was meant. */
static void load_places_gb18030(void **state)
{
    const struct folder *folder = *state;
    static const char bytes[] = "plan \"p\" {\n  name = \"\xb7\xbd\xb0\xb8\" }\n";
    put(folder, "gb.lua", bytes, sizeof bytes - 1);
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_ZH);
    struct source *source = NULL;
    assert_true(source_load(arena, folder->path, "gb.lua", "gb.lua", &findings, &source) < 0);
    assert_int_equal(findings.list[0].place.line, 2);
    assert_int_equal(findings.list[0].place.column, 11);
    assert_string_equal(findings.list[0].place.source->text,
                        "plan \"p\" {\n  name = \"方案\" }\n");
    findings_free(&findings);
    arena_free(arena);
}

static void load_refuses_files(void **state)
{
    const struct folder *folder = *state;
    char path[256];
    put(folder, "good.lua", "x", 1);
    snprintf(path, sizeof path, "%s/pipe.lua", folder->path);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/folder.lua", folder->path);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/out.lua", folder->path);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    snprintf(path, sizeof path, "%s/in.lua", folder->path);
    assert_int_equal(symlink("good.lua", path), 0);
    snprintf(path, sizeof path, "%s/null.lua", folder->path);
    assert_int_equal(symlink("/dev/null", path), 0);
    snprintf(path, sizeof path, "%s/loop.lua", folder->path);
    assert_int_equal(symlink("loop.lua", path), 0);
    char *long_text = calloc(1, SOURCE_BYTES_MOST + 1);
    memset(long_text, ' ', SOURCE_BYTES_MOST + 1);
    put(folder, "long.lua", long_text, SOURCE_BYTES_MOST + 1);
    put(folder, "most.lua", long_text, SOURCE_BYTES_MOST);
    free(long_text);
    load_gives(folder, "good.lua", "", "x");
    load_gives(folder, "in.lua", "", "x");
    load_gives(folder, "most.lua", "", NULL);
    load_gives(folder, "long.lua", "file-too-long", NULL);
    static const char *const refused[] = {
        "pipe.lua", "folder.lua",    "out.lua",     "null.lua", "loop.lua", "none.lua",
        "../x.lua", "/etc/hostname", "folder.lua/", "",         "."};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        load_gives(folder, refused[i], "unreadable-file", NULL);
    load_gives(folder, "a\nb.lua", "strange-file-name", NULL);
    load_gives(folder, "a\xe2\x80\xae.lua", "strange-file-name", NULL);
    load_gives(folder, "a\xff.lua", "strange-file-name", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scan_finds_mistakes),
        cmocka_unit_test(index_finds_places),
        cmocka_unit_test(index_is_fast),
        cmocka_unit_test_setup_teardown(load_reads_encodings, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(load_places_gb18030, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(load_refuses_files, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
