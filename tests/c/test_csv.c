/* The CSV reader: a table of texts, a table of faults with their places, and a campaign against a
 * slow, obvious reader. */
#include "files/csv.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* Rows as "line:cell|cell;" and faults as "!code@line:column;". */
static void dump(struct buf *out, const char *text, size_t length)
{
    struct csv *csv = malloc(sizeof *csv);
    csv_start(csv, text, length);
    enum csv_result result;
    buf_adds(out, "");
    while ((result = csv_next(csv)) != CSV_END) {
        if (result < 0) {
            const char *start = csv->fault;
            while (start > text && start[-1] != '\n')
                start--;
            buf_printf(out, "!%d@%u:%td;", result, csv->fault_line, csv->fault - start + 1);
            continue;
        }
        buf_printf(out, "%u:", csv->row_line);
        for (size_t i = 0; i < csv->count; i++) {
            buf_adds(out, i ? "|" : "");
            buf_add(out, csv->cells[i].bytes, csv->cells[i].length);
        }
        buf_adds(out, ";");
    }
    free(csv);
}

static void test_texts(void **state)
{
    static const struct {
        const char *text, *rows;
    } table[] = {
        {"", ""},
        {"a", "1:a;"},
        {"a,b\n", "1:a|b;"},
        {"a,b\r\nc,d", "1:a|b;2:c|d;"},
        {"a,b\r\nc,d\r\n", "1:a|b;2:c|d;"},
        {",\n,x", "2:|x;"},
        {"a,\n", "1:a|;"},
        {"a,", "1:a|;"},
        {"\n\n a \n\n", "3: a ;"},
        {"\r\nx\r\n", "2:x;"},
        {",,,\r\nx,,,\n", "2:x|||;"},
        {"# note, \"with\" marks\nx\n#end", "2:x;"},
        {"x,#no note\n", "1:x|#no note;"},
        {"\"a\"", "1:a;"},
        {"\"a\",\"b\"\r\n\"\",c\n", "1:a|b;2:|c;"},
        {"\"a,b\",c\n", "1:a,b|c;"},
        {"\"a\nb\",c\nd,e", "1:a\nb|c;3:d|e;"},
        {"\"a\r\nb\"\r\nd", "1:a\r\nb;3:d;"},
        {"\"say \"\"yes\"\"\",\"\"\"\"\n", "1:say \"yes\"|\";"},
        {"\"\"\"\",\"\"\"\"\"\"\nx", "1:\"|\"\";2:x;"},
        {"科室,\"内一科，呼吸\"\n外科,", "1:科室|内一科，呼吸;2:外科|;"},
        {"12345678,1234567,123456\n", "1:12345678|1234567|123456;"},
        {"a\rb,c\n", "1:a\rb|c;"},
        {"a\r", "1:a\r;"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct buf out = {0};
        dump(&out, table[i].text, strlen(table[i].text));
        if (strcmp(out.bytes, table[i].rows) != 0)
            fail_msg("%s: got %s, expected %s", table[i].text, out.bytes, table[i].rows);
        buf_free(&out);
    }
}

static void test_faults(void **state)
{
    static const struct {
        const char *text, *rows;
    } table[] = {
        {"\"a", "!-1@1:1;"},
        {"x\na,\"b\nc\nd", "1:x;!-1@2:3;"},
        {"\"\"\"", "!-1@1:1;"},
        {"a\"b,c\nd", "!-2@1:2;2:d;"},
        {"a, \"b\"\nd", "!-2@1:4;2:d;"},
        {"\"a\"b,c\nd,e\n", "!-3@1:4;2:d|e;"},
        {"\"a\" ,c\nd\n", "!-3@1:4;2:d;"},
        {"\"a\"\rb\nd\n", "!-3@1:4;2:d;"},
        {"\"x\ny\"z,1\nd\n", "!-3@2:3;3:d;"},
        {"\"a\"\"b\"c\nd\n", "!-3@1:7;2:d;"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct buf out = {0};
        dump(&out, table[i].text, strlen(table[i].text));
        if (strcmp(out.bytes, table[i].rows) != 0)
            fail_msg("%s: got %s, expected %s", table[i].text, out.bytes, table[i].rows);
        buf_free(&out);
    }
}

static void repeat(struct buf *out, const char *text, int times)
{
    for (int i = 0; i < times; i++)
        buf_adds(out, text);
}

static void test_bounds(void **state)
{
    static const struct {
        const char *part;
        int times;
        const char *end, *rows; /* NULL rows: a plain row */
    } table[] = {
        {"x", CSV_MOST_CELL, "\n", NULL},       {"x", CSV_MOST_CELL + 1, "\ny", "!-4@1:1;2:y;"},
        {",", CSV_MOST_CELLS - 1, "x\n", NULL}, {",", CSV_MOST_CELLS, "x\ny", "!-5@1:65;2:y;"},
        {"\"\"", 3000, "\"\ny", "!-1@1:1;"}, /* an empty cell, then doubled quotes */
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct buf text = {0}, out = {0};
        buf_adds(&text, i == 4 ? "\"" : "");
        repeat(&text, table[i].part, table[i].times);
        buf_adds(&text, i == 4 ? "" : table[i].end);
        dump(&out, text.bytes, text.length);
        if (table[i].rows ? strcmp(out.bytes, table[i].rows) != 0 : out.bytes[0] != '1')
            fail_msg("row %zu: %.80s", i, out.bytes);
        buf_free(&text);
        buf_free(&out);
    }
}

/* Cells whose doubled quotes together outgrow the reader's room are a fault, not an overflow. */
static void test_escaped_room(void **state)
{
    (void)state;
    struct buf text = {0}, out = {0};
    for (int cell = 0; cell < 8; cell++) {
        buf_adds(&text, cell ? ",\"" : "\"");
        repeat(&text, "\"\"", 2000);
        buf_adds(&text, "\"");
    }
    buf_adds(&text, "\nz\n");
    dump(&out, text.bytes, text.length);
    assert_non_null(strstr(out.bytes, "!-4@1:"));
    assert_non_null(strstr(out.bytes, "2:z;"));
    buf_free(&text);
    buf_free(&out);
}

/* The obvious reader: one character at a time, no faults; false when it meets one. */
static bool obvious(struct buf *out, const char *at, const char *end)
{
    unsigned line = 1;
    buf_adds(out, "");
    while (at < end) {
        struct buf row = {0};
        unsigned first = line;
        bool any = false, open = true, comment = *at == '#';
        for (size_t cells = 0; open && !comment; cells++) {
            buf_adds(&row, cells ? "|" : "");
            size_t length = row.length;
            if (at < end && *at == '"') {
                for (at++; at < end && (*at != '"' || (at + 1 < end && at[1] == '"')); at++) {
                    line += *at == '\n';
                    at += *at == '"';
                    buf_add(&row, at, 1);
                }
                if (at++ == end)
                    goto fault;
            } else {
                for (; at < end && *at != ',' && *at != '\n'; at++) {
                    if (*at == '"')
                        goto fault;
                    if (*at != '\r' || at + 1 == end || at[1] != '\n')
                        buf_add(&row, at, 1);
                }
            }
            any = any || row.length > length;
            if (at + 1 < end && *at == '\r' && at[1] == '\n')
                at++;
            if (at < end && *at != ',' && *at != '\n')
                goto fault;
            open = at < end && *at == ',';
            at += open;
        }
        while (comment && at < end && *at != '\n')
            at++;
        if (any)
            buf_printf(out, "%u:%s;", first, row.bytes ? row.bytes : "");
        line++;
        at += at < end;
        buf_free(&row);
        continue;
    fault:
        buf_free(&row);
        return false;
    }
    return true;
}

static void test_model(void **state)
{
    static const char alphabet[] = "ab,,,\"\"\"\n\n\r#;";
    (void)state;
    const char *size = getenv("PLANRUN_TEST_SECONDS");
    double seconds = getenv("PLANRUN_TEST_LONG") ? 60 : size ? atof(size) : 1;
    clock_t stop = clock() + (clock_t)(seconds * CLOCKS_PER_SEC / 2);
    unsigned cases = 0, sound = 0;
    srand(7);
    for (; cases < 20000 || clock() < stop; cases++) {
        char text[40];
        size_t length = (size_t)rand() % sizeof text;
        for (size_t i = 0; i < length; i++)
            text[i] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
        struct buf fast = {0}, slow = {0};
        bool whole = obvious(&slow, text, text + length);
        dump(&fast, text, length);
        bool fault = strchr(fast.bytes, '!') != NULL;
        if (whole == fault || (whole && strcmp(fast.bytes, slow.bytes) != 0))
            fail_msg("%.*s: got %s, expected %s", (int)length, text, fast.bytes,
                     whole ? slow.bytes : "a fault");
        sound += whole;
        buf_free(&fast);
        buf_free(&slow);
    }
    printf("counts: %u random CSV texts, %u of them sound\n", cases, sound);
}

static void test_problems_are_named(void **state)
{
    (void)state;
    for (int result = CSV_TOO_MANY_CELLS; result < 0; result++) {
        assert_true(strlen(csv_problem((enum csv_result)result, LANG_EN)) > 5);
        assert_true(strlen(csv_problem((enum csv_result)result, LANG_ZH)) > 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),  cmocka_unit_test(test_faults),
        cmocka_unit_test(test_bounds), cmocka_unit_test(test_escaped_room),
        cmocka_unit_test(test_model),  cmocka_unit_test(test_problems_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
