/* The reader of files of submissions: a table of what rows say, with their places where they are
 * wrong, in either form, header and encoding. */
#include "files/decode.h"
#include "files/records.h"

#include "base/buf.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct row {
    enum records_format format;
    const char *text, *said;
};

/* A row as "line:item unit person*count", what else it says, "; "; a fault as "!name@line:column; ". */
static const struct row rows[] = {
    {RECORDS_CSV, "item,unit\nq,w1\n\nq,w2\n", "2:q w1 *1; 4:q w2 *1; "},
    {RECORDS_CSV, "事项,人员,件数,时间\nq,甲,3,2026/4/1 9:30\n",
     "2:q  甲*3 at 2026-04-01 09:30; "},
    {RECORDS_CSV, "单位,事项,字数,分钟,周期\nw1,q,1500,45,2026-04-10\n",
     "2:q w1 *1 chars 1500 minutes 45 period 2026-04-10; "},
    {RECORDS_CSV, "item,unit,key,note,阶段\nq,w1,k,\"a\nb\",p\nq,w1,,,\n",
     "2:q w1 *1 key k note a\nb phase p; 4:q w1 *1; "},
    {RECORDS_CSV, "\xef\xbb\xbfitem,unit\r\nq,w1\r\n", "2:q w1 *1; "},
    {RECORDS_CSV, "\xca\xc2\xcf\xee,\xb5\xa5\xce\xbb\nq,\xd2\xbb\xb2\xa1\xc7\xf8\n",
     "2:q 一病区 *1; "},
    {RECORDS_CSV, "item,unit,at\nq,w1,2026-04-10T15:30:00Z\n",
     "2:q w1 *1 at 2026-04-10 23:30; "},
    /* headers */
    {RECORDS_CSV, "unit\nw1\n", "!missing-column@1:0; "},
    {RECORDS_CSV, "item\nq\n", "!missing-column@1:0; "},
    {RECORDS_CSV, "item,unit,单位\n", "!double-column@1:11; "},
    {RECORDS_CSV, "item,unit,cuont\n", "!unknown-column@1:11; "},
    {RECORDS_CSV, "事项；单位\n", "!unknown-column@1:1; "},
    {RECORDS_CSV, "Item,unit\n", "!unknown-column@1:1; !missing-column@1:0; "},
    /* cells */
    {RECORDS_CSV, "item,unit\n,w1\nq,\nq,w1,\nq,w2\n",
     "!no-item@2:1; !no-unit@3:3; !row-length@4:0; 5:q w2 *1; "},
    {RECORDS_CSV, "item,unit,count\nq,w1,-1\nq,w1,1.0\nq,w1,１\nq,w1,12345678901\nq,w1,0\n",
     "!bad-number@2:6; !bad-number@3:6; !bad-number@4:6; !bad-number@5:6; 6:q w1 *0; "},
    {RECORDS_CSV,
     "item,unit,at\nq,w1,2026-02-29\nq,w1,2026-04\nq,w1,2026-04-10 24:30\nq,w1,10.4.2026\n",
     "!bad-time@2:6; !bad-time@3:6; !bad-time@4:6; !bad-time@5:6; "},
    {RECORDS_CSV, "item,unit,period\nq,w1,2026-13-01\nq,w1,2026-04-10 10:00\n",
     "!bad-day@2:6; !bad-day@3:6; "},
    {RECORDS_CSV, "item,unit\nq,\"w1\"x\nq,w1\n", "!bad-csv@2:7; 3:q w1 *1; "},
    /* JSON Lines */
    {RECORDS_JSONL,
     "{\"item\":\"q\",\"unit\":\"w1\",\"count\":2}\n\n{\"事项\":\"q\",\"人员\":\"甲\",\"件数\":\"3\"}",
     "1:q w1 *2; 3:q  甲*3; "},
    {RECORDS_JSONL, "{\"item\":\"q\",\"unit\":\"w1\",\"count\":-1}\n", "!bad-value@1:25; "},
    {RECORDS_JSONL, "{\"item\":\"q\",\"unit\":\"w1\",\"count\":1.5}\n", "!bad-value@1:25; "},
    {RECORDS_JSONL, "{\"item\":\"q\",\"unit\":\"w1\",\"count\":true}\n", "!bad-value@1:25; "},
    {RECORDS_JSONL, "{\"item\":1,\"unit\":\"w1\"}\n", "!bad-value@1:2; "},
    {RECORDS_JSONL, "{\"item\":\"q\",\"unit\":null}\n", "!bad-json@1:1; "},
    {RECORDS_JSONL, "{\"item\":\"q\",\"unit\":[\"w1\"]}\n", "!bad-value@1:13; "},
    {RECORDS_JSONL, "{\"item\":\"q\",\"unit\":\"w1\",\"at\":20260410}\n", "!bad-value@1:25; "},
    {RECORDS_JSONL, "{\"item\":\"q\",\"unit\":\"w1\",\"at\":\"today\"}\n", "!bad-time@1:25; "},
    {RECORDS_JSONL, "{\"item\":\"q\",\"uint\":\"w1\"}\n", "!unknown-column@1:13; "},
    {RECORDS_JSONL, "{\"unit\":\"w1\"}\n{\"item\":\"q\"}\n", "!no-item@1:0; !no-unit@2:0; "},
    {RECORDS_JSONL, "{\"item\":\"q\",\"item\":\"r\",\"unit\":\"w1\"}\n", "!bad-json@1:1; "},
    {RECORDS_JSONL,
     "[\"q\",\"w1\"]\n\"q\"\n{\"item\":\"q\"\n{\"item\":\"q\",\"unit\":\"w1\"}\n",
     "!bad-json@1:1; !bad-json@2:1; !bad-json@3:1; 4:q w1 *1; "},
};

static void add_fault(void *context, const struct record_fault *fault)
{
    assert_true(fault->message[0]);
    buf_printf(context, "!%s@%u:%u; ", fault->name, fault->line, fault->column);
}

static void add_text(struct buf *out, const char *name, const struct slice *text)
{
    if (text->length)
        buf_printf(out, " %s %.*s", name, (int)text->length, text->bytes);
}

static void add_record(struct buf *out, const struct record *record)
{
    const struct slice *texts = record->texts;
    char day[11], minute[6];
    int32_t of_day;
    buf_printf(out, "%u:%.*s %.*s %.*s*%lld", record->line, (int)texts[RECORD_ITEM].length,
               texts[RECORD_ITEM].bytes, (int)texts[RECORD_UNIT].length,
               texts[RECORD_UNIT].length ? texts[RECORD_UNIT].bytes : "",
               (int)texts[RECORD_PERSON].length,
               texts[RECORD_PERSON].length ? texts[RECORD_PERSON].bytes : "",
               (long long)record->count);
    add_text(out, "key", &texts[RECORD_KEY]);
    add_text(out, "note", &texts[RECORD_NOTE]);
    add_text(out, "phase", &texts[RECORD_PHASE]);
    if (record->chars >= 0)
        buf_printf(out, " chars %lld", (long long)record->chars);
    if (record->minutes >= 0)
        buf_printf(out, " minutes %lld", (long long)record->minutes);
    if (record->at_ms != INT64_MIN) {
        civil_format(civil_from_ms(record->at_ms, &of_day), day);
        buf_printf(out, " at %s %s", day, civil_format_minute(of_day, minute));
    }
    if (record->period != DAY_NONE)
        buf_printf(out, " period %s", civil_format(record->period, day));
    buf_adds(out, "; ");
}

/* As a command reads a file: decoded, its header, then all that stands behind it. */
static void read_all(enum records_format format, enum lang lang, const char *bytes,
                     struct buf *out)
{
    size_t length = strlen(bytes), at, header = 0;
    char *text = malloc(length + 1);
    struct records *records = records_new(format, lang);
    struct record record;
    struct record_fault fault;
    uint32_t line = 1;
    int code = 0;
    memcpy(text, bytes, length + 1);
    assert_true(decode_text(&text, &length, &at) >= 0);
    buf_adds(out, "");
    if (format == RECORDS_CSV) {
        header = (size_t)(strchr(text, '\n') - text) + 1;
        code = records_header(records, text, header, 1, add_fault, out);
        line = 2;
    }
    records_start(records, text + header, length - header, line);
    while (code == 0 && (code = records_next(records, &record, &fault)) != 0) {
        if (code > 0)
            add_record(out, &record);
        else
            add_fault(out, &fault);
        code = 0;
    }
    records_free(records);
    free(text);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int lang = 0; lang < 2; lang++) {
            struct buf said = {0};
            read_all(rows[i].format, lang ? LANG_ZH : LANG_EN, rows[i].text, &said);
            if (strcmp(said.bytes, rows[i].said) != 0)
                fail_msg("row %zu: %s\nnot %s\nbut %s", i, rows[i].text, rows[i].said,
                         said.bytes);
            buf_free(&said);
        }
}

/* In a piece from the midst of a file, places are those of the file. */
static void test_pieces(void **state)
{
    static const char piece[] = "q,w1,\nq,w1,x\n";
    struct records *records = records_new(RECORDS_CSV, LANG_EN);
    struct buf said = {0};
    struct record record;
    struct record_fault fault;
    uint32_t line;
    (void)state;
    assert_int_equal(records_header(records, "item,unit,count\n", 16, 1, add_fault, &said), 0);
    records_start(records, piece, strlen(piece), 1000);
    assert_int_equal(records_next(records, &record, &fault), 1);
    assert_int_equal(record.line, 1000);
    records_place(records, &record, RECORD_UNIT, &fault);
    assert_int_equal(fault.line, 1000);
    assert_int_equal(fault.column, 3);
    assert_true(records_next(records, &record, &fault) < 0);
    assert_int_equal(fault.line, 1001);
    assert_int_equal(fault.column, 6);
    assert_int_equal(records_next(records, &record, &fault), 0);
    assert_int_equal(records_reached(records, &line), strlen(piece));
    assert_int_equal(line, 1002);
    records_free(records);
    buf_free(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
