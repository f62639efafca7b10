/* Sets of small numbers: what is added is there, an encoding comes back, broken bytes do not. */
#include "base/bits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static uint32_t random_below(uint64_t *seed, uint32_t most)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*seed >> 33) % most);
}

static void add_all(struct bits *bits, const uint32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bits_add(bits, numbers[i]);
}

static void assert_same(const struct bits *a, const struct bits *b)
{
    uint32_t x = bits_next(a, 0), y = bits_next(b, 0);
    for (; x == y && x != BITS_NONE; x = bits_next(a, x + 1), y = bits_next(b, y + 1))
        ;
    assert_int_equal(x, y);
}

static void test_sets(void **state)
{
    static const struct {
        uint32_t numbers[6];
        size_t count;
    } table[] = {
        {{0}, 1},           {{63}, 1},          {{64}, 1},
        {{127, 0}, 2},      {{5, 5, 5}, 3},     {{BITS_MOST - 1}, 1},
        {{1, 2, 3, 65}, 4}, {{700, 64, 63}, 3}, {{BITS_MOST - 1, 0, 1, 2, 3, 4}, 6},
    };
    (void)state;
    for (size_t row = 0; row < sizeof table / sizeof *table; row++) {
        struct bits set = {0}, again = {0};
        struct buf bytes = {0};
        add_all(&set, table[row].numbers, table[row].count);
        uint32_t expected = 0;
        for (size_t i = 0; i < table[row].count; i++) {
            assert_true(bits_has(&set, table[row].numbers[i]));
            bool first = true;
            for (size_t k = 0; k < i; k++)
                first = first && table[row].numbers[k] != table[row].numbers[i];
            expected += first;
        }
        assert_int_equal(bits_count(&set), expected);
        bits_encode(&bytes, &set);
        assert_int_equal(bits_decode(bytes.bytes, bytes.length, &again, NULL), 0);
        assert_same(&set, &again);
        bits_free(&set);
        bits_free(&again);
        buf_free(&bytes);
    }
}

static void test_empty(void **state)
{
    struct bits set = {0}, reserved = {0};
    struct buf bytes = {0};
    (void)state;
    bits_reserve(&reserved, 1000);
    for (int i = 0; i < 2; i++) {
        const struct bits *empty = i ? &reserved : &set;
        assert_int_equal(bits_next(empty, 0), BITS_NONE);
        assert_int_equal(bits_next(empty, BITS_NONE), BITS_NONE);
        assert_int_equal(bits_count(empty), 0);
        assert_false(bits_has(empty, 3));
        bits_encode(&bytes, empty);
        assert_int_equal(bytes.length, 0);
    }
    assert_int_equal(bits_decode(NULL, 0, &set, NULL), 0);
    assert_null(set.words);
    bits_free(&reserved);
    bits_free(&set);
    bits_free(NULL);
    buf_free(&bytes);
}

static void test_sizes(void **state)
{
    struct bits all = {0}, half = {0};
    struct buf bytes = {0};
    (void)state;
    for (uint32_t i = 1; i <= 1000000; i++) {
        bits_add(&all, i);
        if (i % 2)
            bits_add(&half, i);
    }
    bits_encode(&bytes, &all);
    assert_true(bytes.length < 8); /* all of a million */
    size_t before = bytes.length;
    bits_encode(&bytes, &half); /* appended; a bit a number */
    assert_true(bytes.length - before < 125100);
    struct bits again = {0};
    assert_int_equal(bits_decode(bytes.bytes + before, bytes.length - before, &again, NULL), 0);
    assert_same(&half, &again);
    bits_free(&all);
    bits_free(&half);
    bits_free(&again);
    buf_free(&bytes);
}

static void test_broken(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } table[] = {
        {"\0", 1},                                    /* no such form */
        {"\3\1\1", 3},                                /* no such form */
        {"\1", 1},                                    /* no run */
        {"\1\1", 2},                                  /* half a pair */
        {"\1\1\0", 3},                                /* an empty run */
        {"\1\1\1\0\1", 5},                            /* two runs that are one */
        {"\1\x80\0\1", 4},                            /* a number in a longer form */
        {"\1\xff\xff\xff\xff\xff\1", 7},              /* a number too long */
        {"\1\x80\x80\x80\x40\1", 6},                  /* behind BITS_MOST */
        {"\1\0\x81\x80\x80\x40", 6},                  /* longer than BITS_MOST */
        {"\2", 1},                                    /* no place */
        {"\2\0", 2},                                  /* no word */
        {"\2\0\1\0\0\0\0\0\0", 9},                    /* seven bytes of a word */
        {"\2\0\0\0\0\0\0\0\0\0", 10},                 /* a word that is 0 */
        {"\2\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18}, /* the last is 0 */
        {"\2\x80\x80\x80\1\1\0\0\0\0\0\0\0", 13},     /* behind BITS_MOST */
    };
    (void)state;
    for (size_t row = 0; row < sizeof table / sizeof *table; row++) {
        struct bits set = {0};
        struct err err = {0};
        int code = bits_decode(table[row].bytes, table[row].length, &set, &err);
        if (code != ERR_INVALID || set.words || !err.message[0])
            fail_msg("row %zu was taken", row);
    }
}

/* Random sets come back; broken bytes of them give a set or an error, never more. */
static void test_campaign(void **state)
{
    const char *size = getenv("PLANRUN_TEST_SECONDS");
    double seconds = getenv("PLANRUN_TEST_LONG") ? 60 : size ? strtod(size, NULL) : 1;
    clock_t stop = clock() + (clock_t)(seconds * CLOCKS_PER_SEC / 4);
    uint64_t seed = 11;
    unsigned cases = 0, accepted = 0;
    (void)state;
    for (; cases < 2000 || clock() < stop; cases++) {
        struct bits set = {0}, again = {0}, broken = {0};
        struct buf bytes = {0};
        uint32_t range = 1 + random_below(&seed, 5000), count = random_below(&seed, 600);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t first = random_below(&seed, range), run = random_below(&seed, 40);
            for (uint32_t k = 0; k < (i % 2 ? run : 1); k++)
                bits_add(&set, first + k);
        }
        bits_encode(&bytes, &set);
        assert_int_equal(bits_decode(bytes.bytes, bytes.length, &again, NULL), 0);
        assert_same(&set, &again);
        if (bytes.length) {
            uint32_t at = random_below(&seed, (uint32_t)bytes.length);
            bytes.bytes[at] = (char)random_below(&seed, 256);
            accepted += bits_decode(bytes.bytes, bytes.length, &broken, NULL) == 0;
        }
        bits_free(&set);
        bits_free(&again);
        bits_free(&broken);
        buf_free(&bytes);
    }
    printf("counts: %u random sets, %u of their broken encodings still sound\n", cases,
           accepted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets),     cmocka_unit_test(test_empty),
        cmocka_unit_test(test_sizes),    cmocka_unit_test(test_broken),
        cmocka_unit_test(test_campaign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
