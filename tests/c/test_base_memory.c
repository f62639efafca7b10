/* Arenas, buffers, hash tables, errors, hashes. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/lang.h"
#include "base/sha256.h"
#include "base/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_arena(void **state)
{
    static const size_t sizes[] = {0, 1, 7, 16, 100, 16384, 16385, 65536, 65537, 300000};
    struct arena *arena = arena_new();
    char *blocks[400];
    (void)state;
    for (size_t i = 0; i < 400; i++) {
        size_t size = sizes[i % 10];
        blocks[i] = arena_alloc(arena, size);
        assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < size; j++)
            assert_int_equal(blocks[i][j], 0);
        memset(blocks[i], (int)(i % 200 + 1), size);
    }
    for (size_t i = 0; i < 400; i++)
        for (size_t j = 0; j < sizes[i % 10]; j++)
            assert_int_equal((unsigned char)blocks[i][j], i % 200 + 1);
    assert_true(arena_used(arena) >= 400 / 10 * 463966);
    arena_free(arena);
    arena_free(NULL);
}

static void test_arena_texts(void **state)
{
    struct arena *arena = arena_new();
    char *long_text = malloc(100001);
    (void)state;
    memset(long_text, 'x', 100000);
    long_text[100000] = '\0';
    assert_memory_equal(arena_copy(arena, "a\0b", 3), "a\0b", 4);
    assert_string_equal(arena_string(arena, ""), "");
    assert_string_equal(arena_printf(arena, "%s-%d", "各科室", 7), "各科室-7");
    assert_string_equal(arena_printf(arena, "%s", long_text), long_text);
    assert_non_null(arena_array(arena, 0, 8));
    free(long_text);
    arena_free(arena);
}

static void test_buf(void **state)
{
    struct buf buf = {0};
    (void)state;
    buf_add(&buf, NULL, 0);
    assert_string_equal(buf.bytes, "");
    for (int i = 0; i < 1000; i++)
        buf_printf(&buf, "%d,", i);
    buf_adds(&buf, "end");
    assert_int_equal(buf.length, strlen(buf.bytes));
    assert_memory_equal(buf.bytes, "0,1,2,", 6);
    assert_string_equal(buf.bytes + buf.length - 7, "999,end");
    buf_free(&buf);
    assert_null(buf.bytes);
    buf_free(NULL);
}

static void test_varints(void **state)
{
    static const struct {
        uint64_t number;
        size_t length;
        const char *bytes;
    } table[] = {
        {0, 1, "\x00"},
        {127, 1, "\x7f"},
        {128, 2, "\x80\x01"},
        {300, 2, "\xac\x02"},
        {UINT64_MAX, 10, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct buf buf = {0};
        buf_add_varint(&buf, table[i].number);
        assert_int_equal(buf.length, table[i].length);
        assert_memory_equal(buf.bytes, table[i].bytes, table[i].length);
        buf_free(&buf);
    }
}

static void test_table(void **state)
{
    enum { KEYS = 20000 };
    struct table table = {0};
    static char keys[KEYS][12];
    (void)state;
    assert_int_equal(table_get(&table, "x", 1), TABLE_NONE);
    for (uint32_t i = 0; i < KEYS; i++) {
        snprintf(keys[i], sizeof keys[i], "key-%u", i);
        assert_int_equal(table_add(&table, keys[i], strlen(keys[i]), i), TABLE_NONE);
    }
    assert_int_equal(table.count, KEYS);
    for (uint32_t i = 0; i < KEYS; i++)
        assert_int_equal(table_get(&table, keys[i], strlen(keys[i])), i);
    assert_int_equal(table_add(&table, "key-7", 5, 99), 7);
    assert_int_equal(table_get(&table, "key-7", 5), 7);
    table_set(&table, "key-7", 5, 99);
    assert_int_equal(table_get(&table, "key-7", 5), 99);
    assert_int_equal(table_get(&table, "key-", 4), TABLE_NONE);
    assert_int_equal(table_get(&table, "", 0), TABLE_NONE);
    assert_int_equal(table_add(&table, "", 0, 5), TABLE_NONE);
    assert_int_equal(table_get(&table, "", 0), 5);
    assert_int_equal(table_add(&table, "a\0b", 3, 6), TABLE_NONE);
    assert_int_equal(table_get(&table, "a\0c", 3), TABLE_NONE);
    assert_int_equal(table_get(&table, "a\0b", 3), 6);
    table_free(&table);
    assert_int_equal(table_get(&table, "key-7", 5), TABLE_NONE);
    table_reserve(&table, 100);
    assert_int_equal(table_get(&table, "key-7", 5), TABLE_NONE);
    table_free(&table);
    table_free(NULL);
}

/* The hash must tell apart what differs in one bit or only in length. */
static void test_hash(void **state)
{
    unsigned char bytes[24] = {0};
    (void)state;
    for (size_t length = 0; length < sizeof bytes; length++)
        for (size_t bit = 0; bit < 8 * length; bit++) {
            uint64_t before = hash_bytes(bytes, length);
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
            assert_true(hash_bytes(bytes, length) != before);
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
            assert_true(hash_bytes(bytes, length) == before);
            assert_true(hash_bytes(bytes, length + 1) != before);
        }
}

static void test_err(void **state)
{
    struct err err = {0};
    char text[1000];
    (void)state;
    assert_int_equal(err_set(NULL, ERR_IO, "x"), ERR_IO);
    assert_int_equal(err_at(&err, ERR_SYNTAX, "a.lua", 3, 7, "no %s", "brace"), ERR_SYNTAX);
    assert_int_equal(err.code, ERR_SYNTAX);
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 7);
    assert_string_equal(err.file, "a.lua");
    assert_string_equal(err.message, "no brace");
    for (size_t i = 0; i + 3 < sizeof text; i += 3)
        memcpy(text + i, "科", 4);
    err_set(&err, ERR_LIMIT, "x%s", text);
    assert_string_equal(err.file, "");
    assert_int_equal(strlen(err.message), 511); /* x and 170 whole characters */
    assert_memory_equal(err.message + 508, "科", 4);
    err_set(&err, ERR_LIMIT, "%s", text);
    assert_int_equal(strlen(err.message), 510);
}

static void test_lang(void **state)
{
    static const struct {
        const char *all, *messages, *lang;
        enum lang expected;
    } table[] = {
        {NULL, NULL, NULL, LANG_EN},
        {NULL, NULL, "zh_CN.UTF-8", LANG_ZH},
        {NULL, "en_US.UTF-8", "zh_CN.UTF-8", LANG_EN},
        {"zh", "en", "en", LANG_ZH},
        {"C", "zh_CN", "zh_CN", LANG_EN},
        {"", "zh_TW", "C", LANG_ZH},
    };
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *values[] = {table[i].all, table[i].messages, table[i].lang};
        for (size_t j = 0; j < 3; j++)
            if (values[j])
                setenv(names[j], values[j], 1);
            else
                unsetenv(names[j]);
        assert_int_equal(lang_of_environment(), table[i].expected);
    }
}

static void test_sha256(void **state)
{
    char hex[SHA256_HEX];
    (void)state;
    sha256_hex("", 0, hex);
    assert_string_equal(hex,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_hex("abc", 3, hex);
    assert_string_equal(hex,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena),  cmocka_unit_test(test_arena_texts),
        cmocka_unit_test(test_buf),    cmocka_unit_test(test_varints),
        cmocka_unit_test(test_table),  cmocka_unit_test(test_hash),
        cmocka_unit_test(test_err),    cmocka_unit_test(test_lang),
        cmocka_unit_test(test_sha256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
