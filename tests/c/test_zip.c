/* Archives: parts are read whole and found by name, and each sort of archive that no office program
 * writes is refused with its own word. */
#include "files/zip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "zip_kit.h"

static const struct zip_limits small = {
    .parts = 3, .part = 1000, .total = 1500, .ratio = 20, .ratio_from = 100};

static int read_part(struct zip *zip, const char *part, struct buf *out, struct err *err)
{
    char chunk[7];
    int count = zip_begin(zip, part, err);
    while (count >= 0 && (count = zip_take(zip, chunk, sizeof chunk, err)) > 0)
        buf_add(out, chunk, (size_t)count);
    return count;
}

/* Opens the archive and reads all of `part`. */
static int read_all(struct zip_kit *kit, const char *part, struct err *err)
{
    struct zip *zip = NULL;
    struct buf out = {0};
    int code =
        zip_open(kit->bytes.bytes, kit->bytes.length, "a.zip", LANG_EN, &small, &zip, err);
    if (code == 0)
        code = read_part(zip, part, &out, err);
    zip_free(zip);
    buf_free(&out);
    return code;
}

static void test_parts(void **state)
{
    struct zip_kit kit = {0};
    struct zip *zip = NULL;
    struct buf out = {0};
    struct err err = {0};
    (void)state;
    zip_kit_lie(&kit, "xl/", "", 0, (struct zip_lie){.store = true});
    zip_kit_add(&kit, "xl/Workbook.xml", "some text, somewhat longer than a chunk");
    zip_kit_lie(&kit, "stored", "as it is", 8, (struct zip_lie){.store = true});
    zip_kit_end(&kit);
    assert_int_equal(
        zip_open(kit.bytes.bytes, kit.bytes.length, "a.zip", LANG_EN, NULL, &zip, &err), 0);
    assert_true(zip_has(zip, "XL/workbook.xml"));
    assert_false(zip_has(zip, "workbook.xml"));
    assert_int_equal(read_part(zip, "xl/workbook.XML", &out, &err), 0);
    assert_string_equal(out.bytes, "some text, somewhat longer than a chunk");
    out.length = 0;
    assert_int_equal(zip_begin(zip, "xl/workbook.xml", &err), 0);
    assert_int_equal(zip_take(zip, (char[4]){0}, 4, &err), 4);
    assert_int_equal(read_part(zip, "stored", &out, &err), 0);
    assert_string_equal(out.bytes, "as it is");
    assert_int_equal(read_part(zip, "absent", &out, &err), ERR_NOT_FOUND);
    assert_int_equal(zip_take(zip, (char[4]){0}, 4, &err), 0);
    zip_free(zip);
    buf_free(&out);
    zip_kit_free(&kit);
}

static void test_lies(void **state)
{
    static const struct {
        const char *name;
        struct zip_lie lie;
        int code;
        const char *message;
    } table[] = {
        {"a", {.flags = 1}, ERR_INVALID, "password"},
        {"a", {.flags = 1 << 6}, ERR_INVALID, "password"},
        {"a", {.flags = 1 << 13}, ERR_INVALID, "password"},
        {"\xff\xe4", {.flags = 1}, ERR_INVALID, "??: protected by a password"},
        {"a", {.method = 12}, ERR_INVALID, "unusual way"},
        {"a", {.method = 99}, ERR_INVALID, "unusual way"},
        {"a", {.disk = 1}, ERR_INVALID, "volume"},
        {"a", {.crc = 1}, ERR_INVALID, "damaged"},
        {"a", {.packed = 5}, ERR_INVALID, "damaged"},
        {"a", {.packed = 100000}, ERR_INVALID, "damaged"},
        {"a", {.packed = 0xffffffff}, ERR_INVALID, "damaged"},
        {"a", {.unpacked = 4}, ERR_INVALID, "damaged"},
        {"a", {.unpacked = 900}, ERR_INVALID, "damaged"},
        {"a", {.unpacked = 1001}, ERR_LIMIT, "more than is read"},
        {"a", {.unpacked = 0xffffffff}, ERR_LIMIT, "more than is read"},
        {"a", {.store = true, .unpacked = 9}, ERR_INVALID, "damaged"},
        {"a",
         {.unpacked = 0xffffffff, .extra = "\1\0\x08\0\0\0\0\0\0\x01\0\0", .extra_length = 12},
         ERR_LIMIT,
         "more than is read"},
        {"a",
         {.packed = 0xffffffff, .extra = "\1\0\x08\0\0\0\0\0\0\x01\0\0", .extra_length = 12},
         ERR_INVALID,
         "damaged"},
        {"a",
         {.unpacked = 0xffffffff, .extra = "\1\0\xff\xff\x14", .extra_length = 5},
         ERR_LIMIT,
         "more than is read"},
        {"../a", {0}, ERR_INVALID, "a name that no document has"},
        {"x/../a", {0}, ERR_INVALID, "a name that no document has"},
        {"x/..", {0}, ERR_INVALID, "a name that no document has"},
        {"./a", {0}, ERR_INVALID, "a name that no document has"},
        {"/a", {0}, ERR_INVALID, "a name that no document has"},
        {"x//a", {0}, ERR_INVALID, "a name that no document has"},
        {"x\\a", {0}, ERR_INVALID, "a name that no document has"},
        {"a\n", {0}, ERR_INVALID, "a name that no document has"},
        {"", {0}, ERR_INVALID, "a name that no document has"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct zip_kit kit = {0};
        struct err err = {0};
        zip_kit_lie(&kit, table[i].name, "a text of some bytes", 20, table[i].lie);
        zip_kit_end(&kit);
        int code = read_all(&kit, table[i].name, &err);
        if (code != table[i].code || !strstr(err.message, table[i].message))
            fail_msg("row %zu, %s: %d %s", i, table[i].name, code, err.message);
        zip_kit_free(&kit);
    }
}

static void test_names(void **state)
{
    char name[300] = "";
    struct zip_kit kit = {0};
    struct err err = {0};
    (void)state;
    zip_kit_add(&kit, "a/b", "x");
    zip_kit_add(&kit, "A/B", "y");
    zip_kit_end(&kit);
    assert_int_equal(read_all(&kit, "a/b", &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "is there twice"));
    zip_kit_free(&kit);

    memset(name, 'a', sizeof name - 1);
    zip_kit_add(&kit, name, "x");
    zip_kit_end(&kit);
    assert_int_equal(read_all(&kit, "a", &err), ERR_INVALID);
    zip_kit_free(&kit);
}

static void test_bounds(void **state)
{
    static const char zeros[1000];
    struct zip_kit kit = {0};
    struct err err = {0};
    struct zip *zip = NULL;
    struct buf out = {0};
    (void)state;
    for (int i = 0; i < 4; i++)
        zip_kit_add(&kit, (char[]){(char)('a' + i), '\0'}, "x");
    zip_kit_end(&kit);
    assert_int_equal(read_all(&kit, "a", &err), ERR_LIMIT);
    zip_kit_free(&kit);

    zip_kit_lie(&kit, "a", zeros, sizeof zeros, (struct zip_lie){0});
    zip_kit_end(&kit);
    assert_int_equal(read_all(&kit, "a", &err), ERR_LIMIT); /* 1000 to 11 */
    zip_kit_free(&kit);

    zip_kit_lie(&kit, "a", zeros, sizeof zeros, (struct zip_lie){.store = true});
    zip_kit_end(&kit);
    assert_int_equal(
        zip_open(kit.bytes.bytes, kit.bytes.length, "a.zip", LANG_EN, &small, &zip, &err), 0);
    assert_int_equal(read_part(zip, "a", &out, &err), 0);
    assert_int_equal(read_part(zip, "a", &out, &err), ERR_LIMIT); /* 2000 in all */
    zip_free(zip);
    buf_free(&out);
    zip_kit_free(&kit);
}

/* Two entries of the directory over the same bytes. */
static void test_overlap(void **state)
{
    struct zip_kit kit = {0};
    struct err err = {0};
    char text[200];
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * i * 31 + i);
    zip_kit_lie(&kit, "a", text, sizeof text, (struct zip_lie){.store = true});
    struct buf one = {0};
    buf_add(&one, kit.directory.bytes, kit.directory.length);
    one.bytes[one.length - 1] = 'b';
    buf_add(&kit.directory, one.bytes, one.length);
    kit.parts++;
    buf_free(&one);
    zip_kit_end(&kit);
    assert_int_equal(read_all(&kit, "a", &err), ERR_INVALID);
    zip_kit_free(&kit);
}

/* Cut anywhere it is refused, and bytes that are no archive are called what they are. */
static void test_truncated(void **state)
{
    static const char old[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on";
    struct zip_kit kit = {0};
    struct err err = {0};
    (void)state;
    zip_kit_add(&kit, "a", "some text");
    zip_kit_end(&kit);
    size_t whole = kit.bytes.length;
    /* the last four bytes are zeros, which nobody misses */
    for (kit.bytes.length = 0; kit.bytes.length < whole - 4; kit.bytes.length++)
        if (read_all(&kit, "a", &err) != ERR_INVALID)
            fail_msg("cut to %zu of %zu: %s", kit.bytes.length, whole, err.message);
    assert_non_null(strstr(err.message, "damaged or not complete"));
    kit.bytes.length = whole;
    assert_int_equal(read_all(&kit, "a", &err), 0);
    zip_kit_free(&kit);

    buf_add(&kit.bytes, old, sizeof old);
    assert_int_equal(read_all(&kit, "a", &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "an old .xls"));
    zip_kit_free(&kit);
    buf_adds(&kit.bytes, "id,name,kind\n");
    assert_int_equal(read_all(&kit, "a", &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "not a document of Excel"));
    zip_kit_free(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),   cmocka_unit_test(test_lies),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_overlap), cmocka_unit_test(test_truncated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
