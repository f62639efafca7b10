/* Texts as people see them: UTF-8, widths, findings with their carets, near words. */
#include "base/finding.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void test_validity(void **state)
{
    static const struct {
        const char *bytes;
        size_t length, valid;
    } table[] = {
#define TEXT(bytes, valid) {bytes, sizeof bytes - 1, valid}
        TEXT("", 0),
        TEXT("plain ascii, longer than a word", 31),
        TEXT("a\0b", 3),
        TEXT("12345678\xff", 8),
        TEXT("1234567\x80", 7),
        TEXT("各科室", 9),
        TEXT("é各😀", 9),
        TEXT("\xc3", 0),
        TEXT("a\xc3", 1),
        TEXT("\xc0\x80", 0),     /* overlong */
        TEXT("\xc1\xbf", 0),     /* overlong */
        TEXT("\xe0\x9f\xbf", 0), /* overlong */
        TEXT("\xe0\xa0\x80", 3),
        TEXT("\xed\x9f\xbf", 3),
        TEXT("\xed\xa0\x80", 0), /* surrogate */
        TEXT("\xee\x80\x80\xef\xbf\xbf", 6),
        TEXT("\xf0\x8f\xbf\xbf", 0), /* overlong */
        TEXT("\xf0\x90\x80\x80", 4),
        TEXT("\xf4\x8f\xbf\xbf", 4),
        TEXT("\xf4\x90\x80\x80", 0), /* behind U+10FFFF */
        TEXT("\xf5\x80\x80\x80", 0),
        TEXT("\x80", 0),
        TEXT("各\xe7\xa7", 3),
        TEXT("各\xe7\x41\x41", 3),
        TEXT("\xe4\xb8\x41", 0),
        TEXT("\xe4\x41\x80", 0),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        /* a block of exactly that size: reading behind it is seen */
        char *bytes = malloc(table[i].length + !table[i].length);
        memcpy(bytes, table[i].bytes, table[i].length);
        if (utf8_valid(bytes, table[i].length) != table[i].valid)
            fail_msg("row %zu: %zu", i, utf8_valid(bytes, table[i].length));
        free(bytes);
    }
}

/* Every code point, against the definition. */
static void test_all_characters(void **state)
{
    unsigned characters = 0;
    (void)state;
    for (uint32_t code = 0; code < 0x200000; code++) {
        char bytes[4];
        size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
        for (size_t i = length - 1; i > 0; i--)
            bytes[i] = (char)(0x80 | (code >> (6 * (length - 1 - i)) & 0x3f));
        bytes[0] = (char)(leads[length] | code >> (6 * (length - 1)));
        int sound = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        uint32_t read = 0;
        assert_int_equal(utf8_valid(bytes, length), sound ? length : 0);
        assert_int_equal(utf8_next(bytes, length, &read), sound ? length : 0);
        if (sound)
            assert_int_equal(read, code);
        characters += (unsigned)sound;
    }
    assert_int_equal(characters, 0x110000 - 0x800);
    uint32_t code;
    assert_int_equal(utf8_next("a", 0, &code), 0);
}

static void test_cut_and_fit(void **state)
{
    static const struct {
        const char *text;
        size_t most, cut, columns, fit, width;
    } table[] = {
        {"abc", 2, 2, 2, 2, 3},
        {"abc", 9, 3, 9, 3, 3},
        {"各科室", 4, 3, 3, 3, 6},
        {"各科室", 5, 3, 4, 6, 6},
        {"各科室", 2, 0, 1, 0, 6},
        {"a各", 3, 1, 2, 1, 3},
        {"“一”", 3, 3, 1, 3, 4},            /* quotation marks are narrow on a terminal */
        {"e\xcc\x81x", 2, 1, 1, 3, 2},      /* a combining accent stays with its letter */
        {"👩‍⚕️x", 3, 0, 2, 13, 3}, /* a sequence of joined characters is one */
        {"（一）", 3, 3, 2, 3, 6},
        {"\x01y", 1, 1, 0, 1, 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        size_t length = strlen(table[i].text);
        if (utf8_cut(table[i].text, length, table[i].most) != table[i].cut ||
            utf8_fit(table[i].text, length, table[i].columns) != table[i].fit ||
            utf8_width(table[i].text, length) != table[i].width)
            fail_msg("%s: cut %zu, fit %zu, width %zu", table[i].text,
                     utf8_cut(table[i].text, length, table[i].most),
                     utf8_fit(table[i].text, length, table[i].columns),
                     utf8_width(table[i].text, length));
    }
}

static void test_controls(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        bool found;
    } table[] = {
        TEXT("", false),
        TEXT("各科室（一）\t\n", false),
        TEXT("a\rb", true),
        TEXT("\0", true),
        TEXT("\x1b[31m", true),
        TEXT("a\x7f", true),
        TEXT("\xc2\x85", true), /* C1 */
        TEXT("\xc2\xa0", false),
        TEXT("\xd8\x9c", true),      /* Arabic letter mark */
        TEXT("\xe2\x80\x8b", false), /* zero width space: no direction */
        TEXT("\xe2\x80\x8e", true),
        TEXT("\xe2\x80\xae", true),
        TEXT("\xe2\x81\xa6", true),
        TEXT("各\xff", true),
        TEXT("各\xe7\xa7", true),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        if (utf8_has_control(table[i].bytes, table[i].length) != table[i].found)
            fail_msg("row %zu", i);
}

static const char script[] = "plan \"p\" { \"方案\",\n"
                             "  issued = \"2012年6月1日\", isued = 1,\r\n"
                             "\tunit \"科室\" { \"各科室\" }\n"
                             "  each = \"各支部、各科室\",  -- 注\n"
                             "last";
static const struct source source = {
    .name = "a.lua", .text = script, .length = sizeof script - 1};

static const char *rendered(struct arena *arena, const struct finding *finding, enum lang lang)
{
    struct buf text = {0};
    finding_render(&text, finding, lang, 0);
    const char *copy = arena_string(arena, text.bytes);
    buf_free(&text);
    return copy;
}

static void test_carets(void **state)
{
    static const struct {
        struct place place;
        const char *english;
    } table[] = {
        {{&source, 2, 31, 5, 0, 0},
         "a.lua:2:25: error: x [n]\n"
         "    2 |   issued = \"2012年6月1日\", isued = 1,\n"
         "      |                            ^~~~~\n"},
        {{&source, 4, 11, 12, 0, 0},
         "a.lua:4:11: error: x [n]\n"
         "    4 |   each = \"各支部、各科室\",  -- 注\n"
         "      |           ^~~~~~~~\n"}, /* four wide characters */
        {{&source, 4, 23, 0, 0, 0},
         "a.lua:4:15: error: x [n]\n"
         "    4 |   each = \"各支部、各科室\",  -- 注\n"
         "      |                   ^~\n"}, /* one wide character */
        {{&source, 3, 8, 6, 0, 0},
         "a.lua:3:8: error: x [n]\n"
         "    3 |  unit \"科室\" { \"各科室\" }\n" /* a tab is one column */
         "      |        ^~~~\n"},
        {{&source, 5, 5, 0, 0, 0},
         "a.lua:5:5: error: x [n]\n"
         "    5 | last\n"
         "      |     ^\n"}, /* behind the end */
        {{&source, 5, 2, 99, 0, 0},
         "a.lua:5:2: error: x [n]\n"
         "    5 | last\n"
         "      |  ^~~\n"},
        {{&source, 2, 0, 0, 0, 0},
         "a.lua:2: error: x [n]\n"
         "    2 |   issued = \"2012年6月1日\", isued = 1,\n"},
        {{&source, 0, 0, 0, 0, 0}, "a.lua: error: x [n]\n"},
        {{&source, 9, 3, 1, 0, 0}, "a.lua:9:3: error: x [n]\n"},
        {{NULL, 3, 1, 1, 0, 0}, "error: x [n]\n"},
    };
    struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct finding finding = {
            .name = "n", .severity = SEVERITY_ERROR, .place = table[i].place, .message = "x"};
        const char *text = rendered(arena, &finding, LANG_EN);
        if (strcmp(text, table[i].english) != 0)
            fail_msg("got\n%sexpected\n%s", text, table[i].english);
    }
    arena_free(arena);
}

static void test_both_languages(void **state)
{
    struct arena *arena = arena_new();
    struct finding finding = {
        .name = "unknown-field",
        .severity = SEVERITY_WARNING,
        .place = {&source, 2, 31, 5, 0, 0},
        .message = "没有“isued”这个字段",
        .other = {&source, 2, 3, 6, 0, 0},
        .other_text = "这里已经写过",
        .help = "是否指 issued？",
    };
    (void)state;
    assert_string_equal(rendered(arena, &finding, LANG_ZH),
                        "a.lua:2:25: 警告: 没有“isued”这个字段 [unknown-field]\n"
                        "    2 |   issued = \"2012年6月1日\", isued = 1,\n"
                        "      |                            ^~~~~\n"
                        "a.lua:2:3: 提示: 这里已经写过\n"
                        "    2 |   issued = \"2012年6月1日\", isued = 1,\n"
                        "      |   ^~~~~~\n"
                        "      = 建议: 是否指 issued？\n");
    finding.severity = SEVERITY_NOTE;
    assert_non_null(strstr(rendered(arena, &finding, LANG_EN), "note: "));
    assert_non_null(strstr(rendered(arena, &finding, LANG_EN), "= help: "));
    arena_free(arena);
}

/* What a hostile script holds must not reach the terminal. */
static void test_control_characters_are_shown(void **state)
{
    static const char text[] = "a\x1b[31mb\xe2\x80\xae"
                               "c\xff";
    static const struct source hostile = {
        .name = "h.lua", .text = text, .length = sizeof text - 1};
    struct arena *arena = arena_new();
    struct finding finding = {.name = "n",
                              .severity = SEVERITY_ERROR,
                              .place = {&hostile, 1, 1, 1, 0},
                              .message = "x\x1b]0;y"};
    (void)state;
    assert_string_equal(rendered(arena, &finding, LANG_EN), "h.lua:1:1: error: x?]0;y [n]\n"
                                                            "    1 | a?[31mb?c?\n"
                                                            "      | ^\n");
    arena_free(arena);
}

static void test_long_lines(void **state)
{
    struct buf line = {0};
    struct arena *arena = arena_new();
    (void)state;
    for (int i = 0; i < 3000; i++)
        buf_adds(&line, "科室");
    struct source wide = {.name = "w.lua", .text = line.bytes, .length = line.length};
    struct finding finding = {.name = "n",
                              .severity = SEVERITY_ERROR,
                              .place = {&wide, 1, 9001, 6, 0},
                              .message = "x"};
    const char *text = rendered(arena, &finding, LANG_EN);
    const char *excerpt = strstr(text, "| …");
    assert_non_null(excerpt);
    assert_true(strlen(text) < 1000);
    assert_non_null(strstr(text, "^~~~\n"));
    buf_free(&line);
    arena_free(arena);
}

static void test_list(void **state)
{
    static const struct source other = {.name = "b.lua", .text = "x\ny\n", .length = 4};
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_EN);
    struct buf text = {0};
    (void)state;
    findings_render(&text, &findings, 0);
    assert_null(text.bytes);
    finding_add(&findings, SEVERITY_WARNING, "late", (struct place){&other, 2, 1, 1, 0, 0},
                "second");
    finding_add(&findings, SEVERITY_ERROR, "early", (struct place){&source, 1, 1, 4, 0, 0},
                "%d", 1)
        ->help = "see";
    finding_add(&findings, SEVERITY_ERROR, "none", (struct place){0}, "nowhere");
    findings_render(&text, &findings, 0);
    assert_string_equal(text.bytes, "error: nowhere [none]\n"
                                    "a.lua:1:1: error: 1 [early]\n"
                                    "    1 | plan \"p\" { \"方案\",\n"
                                    "      | ^~~~\n"
                                    "      = help: see\n"
                                    "b.lua:2:1: warning: second [late]\n"
                                    "    2 | y\n"
                                    "      | ^\n"
                                    "2 errors, 1 warning\n");
    buf_free(&text);
    for (int i = 0; i < 500; i++)
        finding_add(&findings, SEVERITY_ERROR, "many", (struct place){0}, "x")->help = "h";
    assert_int_equal(findings.count, FINDINGS_MOST);
    assert_int_equal(findings.errors, 502);
    findings_free(&findings);
    findings_free(NULL);
    arena_free(arena);
}

static void test_findings_bounded(void **state)
{
    static const struct {
        size_t most, kept;
    } rows[] = {{0, 0}, {1, 1}, {FINDINGS_MOST, FINDINGS_MOST}, {1000, 300}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new();
        struct findings findings = findings_new(arena, LANG_EN);
        findings.most = rows[i].most;
        struct finding *first =
            finding_add(&findings, SEVERITY_WARNING, "first", (struct place){0}, "x");
        for (int n = 1; n < 300; n++)
            finding_add(&findings, SEVERITY_WARNING, "many", (struct place){0}, "x")->help =
                "h";
        assert_int_equal(findings.count, rows[i].kept);
        assert_int_equal(findings.warnings, 300);
        assert_null(first->help);
        if (findings.count)
            assert_ptr_equal(first, findings.list);
        findings_free(&findings);
        arena_free(arena);
    }
}

/* Two excerpts of one file are one file: lines decide. */
static void test_excerpts_in_order(void **state)
{
    static const struct source tenth = {
        .name = "r.csv", .text = "ten", .length = 3, .first_line = 10};
    static const struct source second = {
        .name = "r.csv", .text = "two", .length = 3, .first_line = 2};
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_EN);
    struct buf text = {0};
    (void)state;
    finding_add(&findings, SEVERITY_ERROR, "n", (struct place){&tenth, 10, 1, 1, 0, 0}, "x");
    finding_add(&findings, SEVERITY_ERROR, "n", (struct place){&second, 2, 2, 1, 0, 0}, "x");
    finding_add(&findings, SEVERITY_ERROR, "n", (struct place){&second, 1, 2, 1, 0, 0}, "x");
    findings_render(&text, &findings, 0);
    assert_string_equal(text.bytes, "r.csv:1:2: error: x [n]\n"
                                    "r.csv:2:2: error: x [n]\n"
                                    "    2 | two\n"
                                    "      |  ^\n"
                                    "r.csv:10:1: error: x [n]\n"
                                    "   10 | ten\n"
                                    "      | ^\n"
                                    "3 errors, 0 warnings\n");
    buf_free(&text);
    findings_free(&findings);
    arena_free(arena);
}

static void test_near_words(void **state)
{
    static const char *const words[] = {"department", "person", "branch", "各科室", "党支部",
                                        "when",       "due",    "id",     "count"};
    static const struct {
        const char *word, *near;
    } table[] = {
        {"departmnet", "department"},
        {"departments", "department"},
        {"persn", "person"},
        {"brnach", "branch"},
        {"各科市", "各科室"},
        {"党支", "党支部"},
        {"党小组", NULL},
        {"whne", "when"},
        {"deu", "due"},
        {"dew", "due"},
        {"person", "person"},
        {"xyzzy", NULL},
        {"", NULL},
        {"内一科", NULL},
        {"q", NULL},
        {"cuont", "count"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        const char *near = nearest_word(table[i].word, words, COUNT(words));
        if (near != table[i].near &&
            (!near || !table[i].near || strcmp(near, table[i].near) != 0))
            fail_msg("%s: %s", table[i].word, near ? near : "none");
    }
    assert_null(nearest_word("x", NULL, 0));
    char endless[4000];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(nearest_word(endless, words, COUNT(words)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_validity),
        cmocka_unit_test(test_all_characters),
        cmocka_unit_test(test_cut_and_fit),
        cmocka_unit_test(test_controls),
        cmocka_unit_test(test_carets),
        cmocka_unit_test(test_both_languages),
        cmocka_unit_test(test_control_characters_are_shown),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_findings_bounded),
        cmocka_unit_test(test_excerpts_in_order),
        cmocka_unit_test(test_near_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
