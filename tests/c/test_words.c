/* The table of words: it loads, every entry is whole, broken tables are refused, the generated
 * texts hold every word, and both languages are complete. */

#include "script/host.h"
#include "script/words_text.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct host *host;
    struct words *words;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct err err = {0};
    fixture->arena = arena_new();
    struct host_options options = {.stdlib = PLANRUN_SOURCE_DIR "/stdlib"};
    if (host_open(&options, &fixture->host, &err) < 0 ||
        words_load(fixture->host, fixture->arena, &fixture->words, &err) < 0) {
        print_error("%s\n", err.message);
        return -1;
    }
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    words_free(fixture->words);
    host_close(fixture->host);
    arena_free(fixture->arena);
    free(fixture);
    return 0;
}

static void test_design_words_are_there(void **state)
{
    static const struct {
        const char *word;
        const char *fields;
    } rows[] = {
        {"plan",
         "issuer owner level notice number issued received year when review recipients cc "
         "keywords basis imprint contacts theme under attachments source none dates burden "
         "clause text about ways links aims also implied"},
        {"unit", "parent kind level many staff tags alias head contact clause"},
        {"group", "parent many alias duty office members"},
        {"phase",
         "label each by lead help attend from to when due per after review rest_day where "
         "place binding condition if_late fulfils feeds deviates allow clause also implied"},
        {"task", "each by when due clause"},
        {"quota", "count each by when due clause"},
        {"remind", "about before after every at to channel text"},
        {"escalate", "about steps every at channel text"},
        {"roster", ""},
        {"on", ""},
    };
    const struct words *words = ((struct fixture *)*state)->words;
    assert_int_equal(words->count, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct word *word = words_find(words, rows[i].word);
        assert_non_null(word);
        char copy[512], *save = NULL;
        strcpy(copy, rows[i].fields);
        for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
            if (!words_field(&word->fields, name))
                fail_msg("%s has no field %s", rows[i].word, name);
    }
    assert_null(words_find(words, "fase"));
    assert_null(words_field(&words_find(words, "task")->fields, "count"));
}

static void test_details(void **state)
{
    const struct words *words = ((struct fixture *)*state)->words;
    const struct word *quota = words_find(words, "quota");
    assert_true(quota->nests && quota->children);
    assert_true(words_field(&quota->fields, "count")->required);
    const struct word_field *rest = words_field(&quota->fields, "rest_day");
    assert_int_equal(rest->type, FIELD_ENUM);
    assert_int_equal(rest->choice_count, 3);
    assert_string_equal(rest->choices[1], "next");
    assert_string_equal(rest->fallback, "keep");
    const struct word_field *where = words_field(&quota->fields, "where");
    assert_int_equal(where->type, FIELD_RECORD);
    assert_int_equal(words_field(where->record, "chars")->type, FIELD_AMOUNT);
    const struct word_field *burden = words_field(&words_find(words, "plan")->fields, "burden");
    assert_string_equal(burden->fallback, "3");
    assert_int_equal(burden->least, 0);
    assert_false(words_find(words, "unit")->nests);
    assert_int_equal(words->events.count, 10);
}

/* Every type that a field names in plain must be explained; `enum:` and the like explain themselves. */
static void test_types_are_explained(void **state)
{
    const struct words *words = ((struct fixture *)*state)->words;
    for (size_t w = 0; w < words->count; w++) {
        const struct word_fields *fields = &words->list[w].fields;
        for (size_t i = 0; i < fields->count; i++) {
            const char *type = fields->list[i].type_name;
            bool found = strchr(type, ':') || strcmp(type, "number") == 0;
            for (size_t t = 0; t < words->types.count; t++)
                found |= strcmp(words->types.names[t], type) == 0;
            if (!found)
                fail_msg("type %s of %s is not explained", type, fields->list[i].name);
        }
    }
}

static void test_broken_tables_are_refused(void **state)
{
    static const char *const rows[] = {
        "{\"words\":[]}",
        "{\"words\":[{\"\":[\"plan\"]}]}",
        "{\"words\":[{\"\":[\"plan\"],\"at\":\"top\",\"en\":\"a\",\"zh\":\"b\"}]}",
        "{\"records\":{\"r\":[{\"\":[\"a\",\"strange\"],\"en\":\"a\",\"zh\":\"b\",\"example\":\"c\"}]}}",
        "{\"records\":{\"r\":[{\"\":[\"a\",\"text\"],\"en\":\"a\",\"example\":\"c\"}]}}",
        "{\"records\":{\"r\":[{\"\":[\"a\",\"record:none\"],\"en\":\"a\",\"zh\":\"b\",\"example\":\"c\"}]}}",
        ("{\"records\":{\"r\":[{\"\":[\"a\",\"text\"],\"en\":\"a\",\"zh\":\"b\",\"example\":\"c\"},"
         "{\"\":[\"a\",\"text\"],\"en\":\"a\",\"zh\":\"b\",\"example\":\"c\"}]}}"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new();
        struct value_limits limits = {1000, 10, 100000};
        struct value *table = NULL;
        struct words *words = NULL;
        struct err err = {0};
        assert_int_equal(json_parse(arena, rows[i], strlen(rows[i]), &limits, &table, &err), 0);
        assert_true(words_build(arena, table, &words, &err) < 0);
        assert_null(words);
        assert_non_null(strstr(err.message, "words.lua"));
        arena_free(arena);
    }
}

static void test_texts(void **state)
{
    const struct words *words = ((struct fixture *)*state)->words;
    static const char *const kinds[] = {"meta", "luarc", "luacheck"};
    for (size_t i = 0; i < 3; i++) {
        struct buf out = {0};
        assert_true(words_emit(words, kinds[i], &out));
        for (size_t w = 0; i != 1 && w < words->count; w++)
            assert_non_null(strstr(out.bytes, words->names[w]));
        buf_free(&out);
    }
    struct buf out = {0};
    assert_false(words_emit(words, "strange", &out));
    assert_false(words_show(words, "fase", LANG_EN, &out));
    assert_true(words_show(words, NULL, LANG_ZH, &out));
    assert_non_null(strstr(out.bytes, "阶段"));
    assert_true(words_show(words, "quota", LANG_ZH, &out));
    assert_non_null(strstr(out.bytes, "必填"));
    assert_true(words_show(words, "on", LANG_EN, &out));
    assert_non_null(strstr(out.bytes, "task.due"));
    buf_free(&out);
}

static void test_generated_files_are_fresh(void **state)
{
    static const char *const rows[][2] = {{"meta", "/stdlib/meta/planrun.lua"},
                                          {"luarc", "/.luarc.json"},
                                          {"luacheck", "/.luacheckrc"}};
    const struct words *words = ((struct fixture *)*state)->words;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[4096], *text = calloc(1, 1 << 20);
        snprintf(path, sizeof path, "%s%s", PLANRUN_SOURCE_DIR, rows[i][1]);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        size_t length = fread(text, 1, (1 << 20) - 1, file);
        fclose(file);
        struct buf out = {0};
        assert_true(words_emit(words, rows[i][0], &out));
        if (length != out.length || memcmp(text, out.bytes, length) != 0)
            fail_msg("%s is stale: planrun help words --emit %s", path, rows[i][0]);
        buf_free(&out);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_design_words_are_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_details, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_types_are_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_generated_files_are_fresh, set_up, tear_down),
        cmocka_unit_test(test_broken_tables_are_refused),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
