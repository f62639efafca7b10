/* Value trees: building, frames there and back, frames from somebody hostile, and strict JSON. */
#include "base/json.h"
#include "base/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const struct value_limits wide = {1000000, 100, 1 << 24};

static int parse(struct arena *arena, const char *text, size_t length, struct value **out,
                 struct err *err)
{
    /* a block of exactly that size: reading behind it is seen */
    char *bytes = malloc(length ? length : 1);
    memcpy(bytes, text, length);
    int code = json_parse(arena, bytes, length, &wide, out, err);
    free(bytes);
    return code;
}

static void test_build(void **state)
{
    struct arena *arena = arena_new();
    struct value *map = value_map(arena), *list = value_list(arena);
    char key[16];
    (void)state;
    for (int i = 99; i >= 0; i--) {
        snprintf(key, sizeof key, "k%02d", i);
        value_set_int(arena, map, key, i);
        value_append(arena, list, value_int(arena, i));
    }
    value_set_int(arena, map, "k07", 700);
    value_set_string(arena, map, "name", "方案");
    assert_int_equal(map->pairs, 101);
    for (uint32_t i = 1; i < map->pairs; i++)
        assert_true(strcmp(map->map[i - 1].key, map->map[i].key) < 0);
    assert_int_equal(value_get_int(map, "k07", 0), 700);
    assert_int_equal(value_get_int(map, "name", 5), 5);
    assert_int_equal(value_get_int(map, "none", 5), 5);
    assert_string_equal(value_get_string(map, "name"), "方案");
    assert_null(value_get_string(map, "k07"));
    assert_null(value_get(NULL, "x"));
    assert_null(value_get(list, "x"));
    assert_int_equal(list->count, 100);
    assert_int_equal(list->items[99]->integer, 0);
    assert_true(value_equal(map, map));
    assert_false(value_equal(map, list));
    assert_false(value_equal(map, NULL));
    assert_true(value_equal(value_int(arena, 1), value_number(arena, 1)));
    assert_false(value_equal(value_int(arena, 1), value_number(arena, 1.5)));
    assert_int_equal(value_number(arena, 9223372036854775808.0)->type, VALUE_NUMBER);
    assert_int_equal(value_number(arena, -9223372036854775808.0)->integer, INT64_MIN);
    assert_false(value_equal(value_bytes(arena, "a\0b", 3), value_bytes(arena, "a\0c", 3)));
    arena_free(arena);
}

static uint32_t below(uint64_t *seed, uint32_t most)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 33) % most);
}

static struct value *random_value(struct arena *arena, uint64_t *seed, int depth, bool json)
{
    static const char *const texts[] = {"", "a", "各科室", "\"\\/", "a\tb\nc", "😀", "\x01\x1f"};
    static const int64_t numbers[] = {0, 1, -1, 63, 64, -65, INT64_MAX, INT64_MIN, 1 << 20};
    static const double doubles[] = {0.5, -2.25, 1e300, 0.1, 1.0 / 3, 5e-324};
    uint32_t sort = below(seed, depth > 0 ? 6 : 4), count = below(seed, 5);
    struct value *value;
    switch (sort) {
    case 0: return value_bool(arena, below(seed, 2));
    case 1: return value_int(arena, numbers[below(seed, 9)]);
    case 2: return value_number(arena, doubles[below(seed, 6)]);
    case 3:
        if (!json && below(seed, 4) == 0)
            return value_bytes(arena, "a\0b", 3);
        return value_string(arena, texts[below(seed, 7)]);
    case 4:
        value = value_list(arena);
        while (count--)
            value_append(arena, value, random_value(arena, seed, depth - 1, json));
        return value;
    default:
        value = value_map(arena);
        while (count--)
            value_set(arena, value, texts[1 + below(seed, 6)],
                      random_value(arena, seed, depth - 1, json));
        for (count = json ? 0 : below(seed, 3); count; count--)
            value_append(arena, value, random_value(arena, seed, depth - 1, json));
        return value;
    }
}

static void test_round_trips(void **state)
{
    uint64_t seed = 42;
    (void)state;
    for (int i = 0; i < 3000; i++) {
        struct arena *arena = arena_new();
        struct value *value = random_value(arena, &seed, 4, i % 2), *again = NULL;
        struct buf frame = {0}, text = {0}, second = {0}, pretty = {0};
        struct err err = {0};
        value_encode(&frame, value);
        if (value_decode(arena, frame.bytes, frame.length, &wide, &again, &err) < 0)
            fail_msg("%s", err.message);
        assert_true(value_equal(value, again));
        if (i % 2) {
            json_write(&text, value);
            json_write_pretty(&pretty, value);
            if (parse(arena, text.bytes, text.length, &again, &err) < 0)
                fail_msg("%s: %s", text.bytes, err.message);
            assert_true(value_equal(value, again));
            json_write(&second, again);
            assert_string_equal(text.bytes, second.bytes);
            assert_int_equal(parse(arena, pretty.bytes, pretty.length, &again, &err), 0);
            assert_true(value_equal(value, again));
        }
        buf_free(&frame);
        buf_free(&text);
        buf_free(&second);
        buf_free(&pretty);
        arena_free(arena);
    }
}

static void test_hostile_frames(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        int code;
    } table[] = {
#define FRAME(bytes, code) {bytes, sizeof bytes - 1, code}
        FRAME("", ERR_SYNTAX),
        FRAME("x", ERR_SYNTAX),
        FRAME("TT", ERR_SYNTAX),    /* bytes behind */
        FRAME("i", ERR_SYNTAX),     /* ends in a number */
        FRAME("i\x80", ERR_SYNTAX), /* ends in a varint */
        FRAME("i\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", ERR_SYNTAX),
        FRAME("i\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", ERR_SYNTAX),
        FRAME("n1234567", ERR_SYNTAX),
        FRAME("n\0\0\0\0\0\0\xf0\x7f", ERR_SYNTAX), /* infinity */
        FRAME("n\0\0\0\0\0\0\xf8\x7f", ERR_SYNTAX), /* not a number */
        FRAME("s\x05"
              "abc",
              ERR_SYNTAX),
        FRAME("s\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", ERR_SYNTAX),
        FRAME("s\x02\xc3\x28", ERR_SYNTAX), /* not UTF-8 */
        FRAME("l\x02T", ERR_SYNTAX),
        FRAME("l\xff\xff\xff\xff\x0f", ERR_SYNTAX), /* four thousand million items */
        FRAME("m\x01\x01"
              "aT",
              ERR_SYNTAX), /* no count of items */
        FRAME("m\x02\x01"
              "bT\x01"
              "aT\0",
              ERR_SYNTAX), /* keys out of order */
        FRAME("m\x02\x01"
              "aT\x01"
              "aT\0",
              ERR_SYNTAX), /* a key twice */
        FRAME("m\x01\x02"
              "a\0T\0",
              ERR_SYNTAX), /* NUL in a key */
        FRAME("m\xff\xff\xff\xff\x0f", ERR_SYNTAX),
        FRAME("l\x01l\x01l\x01l\x01l\x01T", ERR_LIMIT), /* deeper than four */
        FRAME("l\x09TTTTTTTTT", ERR_LIMIT),             /* more than eight values */
        FRAME("s\x40"
              "0123456789012345678901234567890123456789012345678901234567890123",
              ERR_LIMIT), /* longer than 64 bytes in all */
    };
    static const struct value_limits narrow = {8, 4, 64};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena *arena = arena_new();
        struct value *value = NULL;
        struct err err = {0};
        char *bytes = malloc(table[i].length + !table[i].length);
        memcpy(bytes, table[i].bytes, table[i].length);
        int code = value_decode(arena, bytes, table[i].length, &narrow, &value, &err);
        if (code != table[i].code || value || !*err.message)
            fail_msg("frame %zu: code %d, %s", i, code, err.message);
        free(bytes);
        arena_free(arena);
    }
}

/* Broken frames of real trees: any result, but no crash, and what is accepted encodes alike. */
static void test_mutated_frames(void **state)
{
    const char *size = getenv("PLANRUN_TEST_SECONDS");
    double seconds = getenv("PLANRUN_TEST_LONG") ? 60 : size ? atof(size) : 1;
    clock_t stop = clock() + (clock_t)(seconds * CLOCKS_PER_SEC / 2);
    static const struct value_limits limits = {10000, 20, 1 << 16};
    uint64_t seed = 7;
    unsigned cases = 0, accepted = 0;
    (void)state;
    for (; cases < 5000 || clock() < stop; cases++) {
        struct arena *arena = arena_new();
        struct value *value = NULL;
        struct buf frame = {0}, again = {0};
        value_encode(&frame, random_value(arena, &seed, 4, false));
        for (uint32_t i = below(&seed, 4); i < 4; i++)
            frame.bytes[below(&seed, (uint32_t)frame.length)] = (char)below(&seed, 256);
        size_t length =
            frame.length - (below(&seed, 4) ? 0 : below(&seed, (uint32_t)frame.length));
        if (value_decode(arena, frame.bytes, length, &limits, &value, NULL) == 0) {
            accepted++;
            value_encode(&again, value);
            struct value *second = NULL;
            assert_int_equal(
                value_decode(arena, again.bytes, again.length, &limits, &second, NULL), 0);
            assert_true(value_equal(value, second));
        }
        buf_free(&frame);
        buf_free(&again);
        arena_free(arena);
    }
    printf("counts: %u broken frames, %u of them still sound\n", cases, accepted);
}

static void test_json_texts(void **state)
{
    static const struct {
        const char *text, *canonical;
    } table[] = {
        {" { \"b\" : 1 , \"a\" : [ ] } ", "{\"a\":[],\"b\":1}"},
        {"[true,false,0,-0,-7]", "[true,false,0,0,-7]"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"[1.5,0.1,1e300,-2.5E-3]", "[1.5,0.1,1e+300,-0.0025]"},
        {"[1.0,1e2,-0.0,12.50]", "[1,100,0,12.5]"},
        {"[22222222244081382.2,9e18,9.3e18]",
         "[22222222244081384,9000000000000000000,9.3e+18]"},
        {"\"\\u00e9\\n\\t\\/\\\"\\\\\\b\\ud83d\\ude00\"", "\"é\\n\\t/\\\"\\\\\\u0008😀\""},
        {"\"各科室\\u4e00\"", "\"各科室一\""},
        {"\"\\r\\u001f\\u007f\"", "\"\\u000d\\u001f\x7f\""},
        {"{\"é\":1,\"z\":2,\"Z\":3,\"\":4}", "{\"\":4,\"Z\":3,\"z\":2,\"é\":1}"},
        {"{}", "{}"},
        {"[[[[]]]]", "[[[[]]]]"},
        {"1.5", "1.5"},
        {"12", "12"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena *arena = arena_new();
        struct value *value = NULL;
        struct err err = {0};
        struct buf text = {0};
        if (parse(arena, table[i].text, strlen(table[i].text), &value, &err) < 0)
            fail_msg("%s: %s", table[i].text, err.message);
        json_write(&text, value);
        assert_string_equal(text.bytes, table[i].canonical);
        buf_free(&text);
        arena_free(arena);
    }
}

static void test_json_faults(void **state)
{
    static const struct {
        const char *text;
        size_t length; /* 0 = strlen */
        const char *message;
    } table[] = {
        {"", 0, "line 1, column 1"},
        {" ", 0, "column 2"},
        {"null", 0, "column 1"},
        {"{\"a\":null}", 0, "column 6"},
        {"nul", 0, "JSON"},
        {"True", 0, "JSON"},
        {"NaN", 0, "JSON"},
        {"Infinity", 0, "JSON"},
        {"{\"a\":1,\"a\":2}", 0, "stands twice"},
        {"{\"a\":1,\"\\u0061\":2}", 0, "stands twice"},
        {"{\"a\":1,}", 0, "JSON"},
        {"{,}", 0, "JSON"},
        {"{a:1}", 0, "JSON"},
        {"{\"a\" 1}", 0, "JSON"},
        {"{\"a\":}", 0, "JSON"},
        {"{1:2}", 0, "JSON"},
        {"[1,]", 0, "JSON"},
        {"[1 2]", 0, "JSON"},
        {"[", 0, "JSON"},
        {"[1", 0, "JSON"},
        {"]", 0, "JSON"},
        {"[1}", 0, "JSON"},
        {"1 2", 0, "behind"},
        {"{} x", 0, "behind"},
        {"{}\0", 3, "behind"},
        {"/* c */ 1", 0, "JSON"},
        {"'a'", 0, "JSON"},
        {"01", 0, "malformed number"},
        {"-01", 0, "malformed number"},
        {"-", 0, "malformed number"},
        {"+1", 0, "JSON"},
        {".5", 0, "JSON"},
        {"1.", 0, "malformed number"},
        {"1e", 0, "malformed number"},
        {"1e+", 0, "malformed number"},
        {"0x10", 0, "JSON"},
        {"1e999", 0, "out of range"},
        {"9223372036854775808", 0, "out of range"},
        {"-9223372036854775809", 0, "out of range"},
        {"0.0000000000000000000000000000000000000000000000000000000000001", 0, "digits"},
        {"\"a", 0, "unfinished"},
        {"\"a\\", 0, "JSON"},
        {"\"\\x\"", 0, "unknown escape"},
        {"\"\\u12\"", 0, "four hex"},
        {"\"\\u12g4\"", 0, "four hex"},
        {"\"\\u0000\"", 0, "u0000"},
        {"\"\\ud800\"", 0, "lone surrogate"},
        {"\"\\ud800\\u0041\"", 0, "lone surrogate"},
        {"\"\\udc00\\ud800\"", 0, "lone surrogate"},
        {"\"a\nb\"", 0, "control character"},
        {"\"a\0b\"", 5, "control character"},
        {"\"\xff\"", 0, "not UTF-8"},
        {"\"\xc0\xaf\"", 0, "not UTF-8"},
        {"\"\xed\xa0\x80\"", 0, "not UTF-8"},
        {"\"\xe4\xb8", 0, "not UTF-8"},
        {"\xef\xbb\xbf{}", 0, "JSON"},
        {"{\n \"a\":\n  各}", 0, "line 3, column 3"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena *arena = arena_new();
        struct value *value = NULL;
        struct err err = {0};
        size_t length = table[i].length ? table[i].length : strlen(table[i].text);
        if (parse(arena, table[i].text, length, &value, &err) >= 0 || value)
            fail_msg("accepted: %s", table[i].text);
        if (!strstr(err.message, table[i].message))
            fail_msg("%s: \"%s\" lacks \"%s\"", table[i].text, err.message, table[i].message);
        arena_free(arena);
    }
}

static void test_json_limits(void **state)
{
    static const struct {
        const char *text;
        struct value_limits limits;
        int code;
    } table[] = {
        {"[1,2,3]", {4, 1, 7}, 0},
        {"[1,2,3]", {3, 1, 7}, ERR_LIMIT},
        {"[1,2,3]", {4, 0, 7}, ERR_LIMIT},
        {"[1,2,3]", {4, 1, 6}, ERR_LIMIT},
        {"[[[[1]]]]", {9, 4, 99}, 0},
        {"[[[[1]]]]", {9, 3, 99}, ERR_LIMIT},
        {"{\"a\":{\"b\":1}}", {9, 1, 99}, ERR_LIMIT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena *arena = arena_new();
        struct value *value = NULL;
        assert_int_equal(json_parse(arena, table[i].text, strlen(table[i].text),
                                    &table[i].limits, &value, NULL),
                         table[i].code);
        arena_free(arena);
    }
}

/* As deep as the caller allows, or refused in words; never a crash. */
static void test_json_depth(void **state)
{
    static const struct value_limits deep = {1000000, 1000000, 1 << 24};
    (void)state;
    for (size_t depth = 100; depth <= 100000; depth *= 10) {
        struct arena *arena = arena_new();
        struct value *value = NULL;
        char *text = malloc(2 * depth);
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        int code = json_parse(arena, text, 2 * depth, &deep, &value, NULL);
        if (depth <= 100)
            assert_int_equal(code, 0);
        else
            assert_true(code == 0 || code == ERR_LIMIT);
        free(text);
        arena_free(arena);
    }
}

static void test_json_pretty(void **state)
{
    struct arena *arena = arena_new();
    struct value *value = NULL;
    struct buf text = {0};
    static const char source[] = "{\"a\":[1,{}],\"b\":{\"c\":\"x\"},\"d\":[]}";
    (void)state;
    assert_int_equal(parse(arena, source, strlen(source), &value, NULL), 0);
    json_write_pretty(&text, value);
    assert_string_equal(text.bytes, "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {\n"
                                    "    \"c\": \"x\"\n  },\n  \"d\": []\n}\n");
    buf_free(&text);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_build),          cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_hostile_frames), cmocka_unit_test(test_mutated_frames),
        cmocka_unit_test(test_json_texts),     cmocka_unit_test(test_json_faults),
        cmocka_unit_test(test_json_limits),    cmocka_unit_test(test_json_depth),
        cmocka_unit_test(test_json_pretty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
