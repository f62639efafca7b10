/* The log: what stands in a line, its two forms and its bounds, whatever the values hold. */
#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define AT           1795330225123 /* 2026-11-22 14:50:25.123 +08:00 */

/* A pipe that a log writes into. */
struct ear {
    int read, write;
};

static struct ear ear_open(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    return (struct ear){ends[0], ends[1]};
}

static const char *ear_hear(struct ear *ear, char *text, size_t room)
{
    close(ear->write);
    size_t length = 0;
    for (ssize_t n; (n = read(ear->read, text + length, room - 1 - length)) > 0;)
        length += (size_t)n;
    close(ear->read);
    text[length] = '\0';
    return text;
}

/* Journald's stream is this descriptor; 1 = another one. */
static void set_stream(int fd, int other)
{
    struct stat status;
    char text[64];
    assert_int_equal(fstat(fd, &status), 0);
    snprintf(text, sizeof text, "%llu:%llu", (unsigned long long)status.st_dev,
             (unsigned long long)status.st_ino + (unsigned)other);
    setenv("JOURNAL_STREAM", text, 1);
}

static const struct {
    const char *value, *keys, *json; /* as they stand behind `v=` and `"v":` */
} values[] = {
    {"plain", "plain", "\"plain\""},
    {"a/b.c:d-e,f;[g]{h}", "a/b.c:d-e,f;[g]{h}", "\"a/b.c:d-e,f;[g]{h}\""},
    {"内科护士01", "内科护士01", "\"内科护士01\""},
    {"", "\"\"", "\"\""},
    {"two words", "\"two words\"", "\"two words\""},
    {"a=b", "\"a=b\"", "\"a=b\""},
    {"say \"no\"", "\"say \\\"no\\\"\"", "\"say \\\"no\\\"\""},
    {"c:\\x", "\"c:\\\\x\"", "\"c:\\\\x\""},
    {"one\ntwo\tthree\r", "\"one\\ntwo\\tthree\\r\"", "\"one\\ntwo\\tthree\\r\""},
    {"\x1b[31mred\x7f", "\"\\u001b[31mred\\u007f\"", "\"\\u001b[31mred\\u007f\""},
    {"\xc2\x9b", "\"\\u009b\"", "\"\\u009b\""},
    {"\u202e倒", "\"\\u202e倒\"", "\"\\u202e倒\""},
    {"全\u3000角", "\"全\u3000角\"", "\"全\u3000角\""},
    {"bad\xff\xc3", "\"bad\\xff\\xc3\"", "\"bad\ufffd\ufffd\""},
    {"a\nlevel=error event=x", "\"a\\nlevel=error event=x\"", "\"a\\nlevel=error event=x\""},
    {"ends>", "ends>", "\"ends>\""},
};

static void test_values(void **state)
{
    (void)state;
    unsetenv("JOURNAL_STREAM");
    for (size_t i = 0; i < COUNT(values); i++)
        for (int json = 0; json < 2; json++) {
            char text[LOG_LINE_MOST + 1], want[LOG_LINE_MOST];
            struct ear ear = ear_open();
            struct log *log = log_new(&(struct log_options){
                .fd = ear.write, .form = json ? LOG_JSON : LOG_KEYS, .at_ms = AT});
            log_event(log, LOG_WARNING, "a.b", "v", values[i].value, "end", "1", NULL);
            log_free(log);
            if (json)
                snprintf(want, sizeof want,
                         "{\"at\":\"2026-11-22T14:50:25.123+08:00\",\"level\":\"warning\","
                         "\"event\":\"a.b\",\"v\":%s,\"end\":\"1\"}\n",
                         values[i].json);
            else
                snprintf(
                    want, sizeof want,
                    "at=2026-11-22T14:50:25.123+08:00 level=warning event=a.b v=%s end=1\n",
                    values[i].keys);
            assert_string_equal(ear_hear(&ear, text, sizeof text), want);
        }
}

static void test_journal(void **state)
{
    static const struct {
        enum log_level level, least;
        enum log_form form;
        int other;
        const char *want;
    } table[] = {
        {LOG_ERROR, 0, LOG_KEYS, 0, "<3>event=e n=-7\n"},
        {LOG_WARNING, 0, LOG_KEYS, 0, "<4>event=e n=-7\n"},
        {LOG_NOTICE, 0, LOG_JSON, 0, "<5>{\"event\":\"e\",\"n\":-7}\n"},
        {LOG_INFO, 0, LOG_KEYS, 0, "<6>event=e n=-7\n"},
        {LOG_INFO, LOG_NOTICE, LOG_KEYS, 0, ""},
        {LOG_NOTICE, LOG_NOTICE, LOG_KEYS, 0, "<5>event=e n=-7\n"},
        {LOG_ERROR, 0, LOG_KEYS, 1,
         "at=2026-11-22T14:50:25.123+08:00 level=error event=e n=-7\n"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        char text[LOG_LINE_MOST + 1];
        struct ear ear = ear_open();
        set_stream(ear.write, table[i].other);
        struct log *log = log_new(&(struct log_options){
            .fd = ear.write, .form = table[i].form, .least = table[i].least, .at_ms = AT});
        struct log_line line;
        log_begin(&line, log, table[i].level, "e");
        log_text(&line, "none", NULL);
        log_number(&line, "n", -7);
        log_end(&line);
        log_free(log);
        assert_string_equal(ear_hear(&ear, text, sizeof text), table[i].want);
    }
    unsetenv("JOURNAL_STREAM");
}

/* Whatever the values hold, a line is one line, valid and bounded; JSON stays JSON. */
static void test_bounds(void **state)
{
    static const char *const pieces[] = {"x", "\xff", "\x01", "\"", "各", "\n", "各 \xe5"};
    static const size_t lengths[] = {1, 700, LOG_VALUE_MOST - 2, LOG_VALUE_MOST, 5000, 100000};
    (void)state;
    for (size_t i = 0; i < COUNT(pieces) * COUNT(lengths) * 2; i++) {
        const char *piece = pieces[i / 2 % COUNT(pieces)];
        size_t length = lengths[i / 2 / COUNT(pieces)], size = strlen(piece);
        char *value = calloc(length + size + 1, 1), text[LOG_LINE_MOST + 1];
        for (size_t at = 0; at < length; at += size)
            memcpy(value + at, piece, size);
        struct ear ear = ear_open();
        struct log *log = log_new(
            &(struct log_options){.fd = ear.write, .form = i % 2 ? LOG_JSON : LOG_KEYS});
        log_event(log, LOG_INFO, "e", "a", value, "b", value, "c", value, "d", value, "e",
                  value, "f", value, NULL);
        log_free(log);
        ear_hear(&ear, text, sizeof text);
        size_t all = strlen(text);
        assert_in_range(all, 40, LOG_LINE_MOST);
        assert_ptr_equal(strchr(text, '\n'), text + all - 1);
        assert_int_equal(utf8_valid(text, all), all);
        assert_false(utf8_has_control(text, all));
        assert_int_equal(strstr(text, i % 2 ? ",\"cut\":true" : " cut=true") != NULL,
                         length > 1);
        struct arena *arena = arena_new();
        static const struct value_limits limits = {16, 2, LOG_LINE_MOST};
        struct value *read;
        struct err err = {0};
        if (i % 2 && json_parse(arena, text, all - 1, &limits, &read, &err) < 0)
            fail_msg("%s: %s", err.message, text);
        arena_free(arena);
        free(value);
    }
}

/* What cannot be written is counted, and told by the next line that can be. */
static void test_lost(void **state)
{
    (void)state;
    char text[LOG_LINE_MOST + 1];
    struct ear ear = ear_open(), aside = ear_open();
    struct log *log = log_new(&(struct log_options){.fd = ear.write, .at_ms = AT});
    int kept = dup(ear.write);
    dup2(aside.read, ear.write); /* not for writing */
    log_event(log, LOG_INFO, "one", NULL);
    log_event(log, LOG_INFO, "two", NULL);
    dup2(kept, ear.write);
    close(kept);
    log_event(log, LOG_INFO, "three", NULL);
    log_event(log, LOG_INFO, "four", NULL);
    log_free(log);
    ear_hear(&ear, text, sizeof text);
    assert_non_null(strstr(text, "event=three lost=2\n"));
    assert_non_null(strstr(text, "event=four\n"));
    assert_null(strstr(text, "one"));
    ear_hear(&aside, text, sizeof text);
    log_event(NULL, LOG_ERROR, "nobody", "a", "b", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_journal),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
