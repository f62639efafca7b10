/* The channels: what stands on the console, what stands in the file, and what is said when it fails. */
#include "channel/channel.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct tally {
    size_t sent, retried, failed;
    char note[128];
};

static void count(void *context, const struct channel_end *end)
{
    enum channel_result result = end->result;
    const char *note = end->note;
    struct tally *tally = context;
    tally->sent += result == CHANNEL_SENT;
    tally->retried += result == CHANNEL_RETRY;
    tally->failed += result == CHANNEL_FAILED;
    snprintf(tally->note, sizeof tally->note, "%s", note ? note : "");
}

static void send(struct channel *channel, int64_t slot_ms, const char *name,
                 const char *subject, const char *json, struct tally *tally)
{
    struct channel_message message = {.id = "m",
                                      .attempt = 1,
                                      .slot_ms = slot_ms,
                                      .unit = "u",
                                      .name = name,
                                      .contact = "",
                                      .role = "contact",
                                      .subject = subject,
                                      .text = subject,
                                      .json = json};
    channel->kind->send(channel, &message, count, tally);
}

/* ---- console ---------------------------------------------------------------------------------- */

struct screen {
    char *text;
    size_t length;
    FILE *file;
    struct channel *channel;
    struct tally tally;
};

static void open_screen(struct screen *screen, enum lang lang, bool color)
{
    *screen = (struct screen){0};
    screen->file = open_memstream(&screen->text, &screen->length);
    screen->channel = channel_console_new(screen->file, lang, color);
}

static void close_screen(struct screen *screen)
{
    fclose(screen->file);
    free(screen->text);
}

struct line {
    const char *name, *subject;
    bool color;
    const char *expected;
};

static const struct line lines[] = {
    {"一病区", "心得体会还差2篇", false, "    → 一病区：心得体会还差2篇\n"},
    {"一病区", "两\n行\t一", false, "    → 一病区：两 行 一\n"},
    {"\033[31m红", "\a\r\x7f", false, "    → \\u001b[31m红：\\u0007\\u000d\\u007f\n"},
    {"反\u202e向", "\xc2\x85", false, "    → 反\\u202e向：\\u0085\n"},
    {"\xff\xe4\xb8", "残", false, "    → \\xff\\xe4\\xb8：残\n"},
    {"一病区", "着色", true, "    \033[2m→ 一病区：着色\033[0m\n"},
    {"", "", false, "    → ：\n"},
};

static void console_shows_lines_and_no_controls(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct screen screen;
        open_screen(&screen, LANG_ZH, lines[i].color);
        send(screen.channel, 1, lines[i].name, lines[i].subject, "{}", &screen.tally);
        screen.channel->kind->close(screen.channel);
        assert_string_equal(screen.text, lines[i].expected);
        assert_int_equal(screen.tally.sent, 1);
        close_screen(&screen);
    }
}

static void console_cuts_between_characters(void **state)
{
    (void)state;
    struct screen screen;
    char subject[3 * 1000 + 1] = "";
    for (size_t i = 0; i < 1000; i++)
        memcpy(subject + 3 * i, "病", 4);
    open_screen(&screen, LANG_ZH, false);
    send(screen.channel, 1, "a", subject, "{}", &screen.tally);
    screen.channel->kind->close(screen.channel);
    assert_non_null(strstr(screen.text, "病…\n"));
    assert_true(screen.length < 400);
    close_screen(&screen);
}

static void console_counts_what_it_does_not_show(void **state)
{
    (void)state;
    static const struct {
        enum lang lang;
        const char *rest;
    } rows[] = {{LANG_ZH, "    → 另有 999,990 条\n"}, {LANG_EN, "    → … and 999,990 more\n"}};
    for (size_t r = 0; r < 2; r++) {
        struct screen screen;
        open_screen(&screen, rows[r].lang, false);
        for (int i = 0; i < 1000000; i++)
            send(screen.channel, 1, "u", "s", "{}", &screen.tally);
        screen.channel->kind->flush(screen.channel);
        assert_int_equal(screen.tally.sent, 1000000);
        assert_non_null(strstr(screen.text, rows[r].rest));
        size_t count_lines = 0;
        for (const char *at = screen.text; (at = strchr(at, '\n')); at++)
            count_lines++;
        assert_int_equal(count_lines, 11);
        screen.channel->kind->close(screen.channel);
        close_screen(&screen);
    }
}

static void console_begins_anew_with_a_slot(void **state)
{
    (void)state;
    struct screen screen;
    open_screen(&screen, LANG_EN, false);
    for (int64_t slot = 1; slot <= 2; slot++)
        for (int i = 0; i < 12; i++)
            send(screen.channel, slot, "u", slot == 1 ? "one" : "two", "{}", &screen.tally);
    screen.channel->kind->close(screen.channel);
    const char *first = strstr(screen.text, "… and 2 more"),
               *second = strstr(screen.text, "two");
    assert_non_null(first);
    assert_non_null(second);
    assert_true(first < second);
    assert_non_null(strstr(second, "… and 2 more"));
    close_screen(&screen);
}

static void console_that_cannot_write_says_so(void **state)
{
    (void)state;
    struct tally tally = {0};
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    struct channel *channel = channel_console_new(full, LANG_EN, false);
    send(channel, 1, "u", "text", "{}", &tally);
    assert_int_equal(tally.sent, 0);
    assert_int_equal(tally.retried, 1);
    assert_string_equal(tally.note, strerror(ENOSPC));
    channel->kind->close(channel);
    fclose(full);
}

/* ---- jsonl ------------------------------------------------------------------------------------ */

struct file {
    char folder[64], path[80];
    struct channel *channel;
    struct tally tally;
};

static void open_file(struct file *file, const char *before)
{
    struct err err = {0};
    *file = (struct file){.folder = "/tmp/planrun-test-XXXXXX"};
    assert_non_null(mkdtemp(file->folder));
    snprintf(file->path, sizeof file->path, "%s/m.jsonl", file->folder);
    if (before) {
        FILE *old = fopen(file->path, "w");
        fputs(before, old);
        fclose(old);
    }
    assert_int_equal(channel_jsonl_new(file->path, &file->channel, &err), 0);
}

static const char *read_file(const struct file *file, char out[4096])
{
    FILE *in = fopen(file->path, "r");
    out[fread(out, 1, 4095, in)] = '\0';
    fclose(in);
    return out;
}

static void close_file(struct file *file)
{
    file->channel->kind->close(file->channel);
    unlink(file->path);
    rmdir(file->folder);
}

static void jsonl_appends_and_says_so_after_the_sync(void **state)
{
    (void)state;
    char text[4096];
    struct stat status;
    struct file file;
    open_file(&file, NULL);
    assert_int_equal(stat(file.path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    send(file.channel, 1, "u", "s", "{\"a\":1}", &file.tally);
    send(file.channel, 1, "u", "s", "{\"a\":2}", &file.tally);
    assert_int_equal(file.tally.sent, 0);
    file.channel->kind->flush(file.channel);
    assert_int_equal(file.tally.sent, 2);
    assert_string_equal(read_file(&file, text), "{\"a\":1}\n{\"a\":2}\n");
    close_file(&file);
}

static void jsonl_keeps_few_waiting(void **state)
{
    (void)state;
    struct file file;
    open_file(&file, NULL);
    for (int i = 0; i < 1000; i++)
        send(file.channel, 1, "u", "s", "{}", &file.tally);
    assert_true(file.tally.sent >= 1000 - 256);
    file.channel->kind->flush(file.channel);
    assert_int_equal(file.tally.sent, 1000);
    close_file(&file);
}

static void jsonl_ends_a_torn_line_first(void **state)
{
    (void)state;
    char text[4096];
    struct file file;
    open_file(&file, "{\"whole\":1}\n{\"ha");
    send(file.channel, 1, "u", "s", "{}", &file.tally);
    send(file.channel, 1, "u", "s", "{}", &file.tally);
    assert_string_equal(read_file(&file, text), "{\"whole\":1}\n{\"ha\n{}\n{}\n");
    file.channel->kind->flush(file.channel);
    close_file(&file);
}

/* A file that may not grow beyond 10 bytes stands for a full disk. */
static void jsonl_asks_again_when_the_disk_is_full(void **state)
{
    (void)state;
    char text[4096];
    struct rlimit before, small;
    struct file file;
    open_file(&file, NULL);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    small = before;
    small.rlim_cur = 10;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    send(file.channel, 1, "u", "s", "{\"a\":1}", &file.tally);
    send(file.channel, 1, "u", "s", "{\"a\":2}", &file.tally);
    send(file.channel, 1, "u", "s", "{\"a\":2}", &file.tally);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(file.tally.retried, 2);
    assert_string_equal(file.tally.note, strerror(EFBIG));
    send(file.channel, 1, "u", "s", "{\"a\":2}", &file.tally);
    file.channel->kind->flush(file.channel);
    assert_int_equal(file.tally.sent, 2);
    assert_string_equal(read_file(&file, text), "{\"a\":1}\n{\"\n{\"a\":2}\n");
    close_file(&file);
}

static void jsonl_refuses_what_it_cannot_open(void **state)
{
    (void)state;
    struct err err = {0};
    struct channel *channel = NULL;
    assert_int_equal(channel_jsonl_new("/nonexistent/m.jsonl", &channel, &err), ERR_IO);
    assert_null(channel);
    assert_non_null(strstr(err.message, "/nonexistent/m.jsonl: "));
    assert_int_equal(channel_jsonl_new("/tmp", &channel, &err), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(console_shows_lines_and_no_controls),
        cmocka_unit_test(console_cuts_between_characters),
        cmocka_unit_test(console_counts_what_it_does_not_show),
        cmocka_unit_test(console_begins_anew_with_a_slot),
        cmocka_unit_test(console_that_cannot_write_says_so),
        cmocka_unit_test(jsonl_appends_and_says_so_after_the_sync),
        cmocka_unit_test(jsonl_keeps_few_waiting),
        cmocka_unit_test(jsonl_ends_a_torn_line_first),
        cmocka_unit_test(jsonl_asks_again_when_the_disk_is_full),
        cmocka_unit_test(jsonl_refuses_what_it_cannot_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
