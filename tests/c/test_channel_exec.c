/* The exec channel: real programs that behave, fail, hang, flood and fork; nothing is left of any. */
#include "channel/exec.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG_MS = 60 * 1000, SHORT_MS = 300, CALM_MS = 1500, MANY = 200 };

struct fixture {
    char folder[64];
    uv_loop_t loop;
    size_t descriptors;
};

struct sent {
    struct channel *channel;
    size_t ends;
    struct channel_end end;
    char note[8192];
    uint64_t began_ms, ended_ms;
};

static size_t count_descriptors(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    signal(SIGPIPE, SIG_IGN); /* as the service does; no program may inherit it */
    strcpy(fixture->folder, "/tmp/planrun-test-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    assert_int_equal(uv_loop_init(&fixture->loop), 0);
    fixture->descriptors = count_descriptors();
    *state = fixture;
    return 0;
}

/* Whatever a test did: no child, no handle, no descriptor is left. */
static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char command[128];
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(count_descriptors(), fixture->descriptors);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    snprintf(command, sizeof command, "rm -r %s", fixture->folder);
    assert_int_equal(system(command), 0);
    free(fixture);
    return 0;
}

static const char *write_script(const struct fixture *fixture, const char *name,
                                const char *text, char path[128])
{
    snprintf(path, 128, "%s/%s", fixture->folder, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fprintf(out, "#!/bin/sh\ncd %s\n%s\n", fixture->folder, text);
    fclose(out);
    assert_int_equal(chmod(path, 0755), 0);
    return path;
}

static void on_end(void *context, const struct channel_end *end)
{
    struct sent *sent = context;
    sent->ends++;
    sent->end = *end;
    sent->ended_ms = uv_hrtime() / 1000000;
    snprintf(sent->note, sizeof sent->note, "%s", end->note ? end->note : "");
}

static void send_one(struct sent *sent, const char *json)
{
    struct channel_message message = {.id = "0123456789abcdef-7",
                                      .attempt = 3,
                                      .name = "内科",
                                      .contact = "-n 13800000000",
                                      .role = "contact",
                                      .json = json};
    sent->began_ms = uv_hrtime() / 1000000;
    sent->channel->kind->send(sent->channel, &message, on_end, sent);
}

static struct channel *open_exec(struct fixture *fixture, const char *program,
                                 int64_t within_ms)
{
    static const char *const arguments[] = {"--to", "a b"};
    struct exec_options options = {.program = program,
                                   .arguments = arguments,
                                   .argument_count = 2,
                                   .within_ms = within_ms};
    struct channel *channel;
    struct err err = {0};
    if (channel_exec_new(&fixture->loop, &options, &channel, &err) < 0)
        fail_msg("%s", err.message);
    return channel;
}

/* ---- what comes back -------------------------------------------------------------------------- */

struct row {
    const char *script;
    int64_t within_ms;
    enum channel_result result;
    bool unsure;
    const char *note; /* its beginning */
};

static const struct row rows[] = {
    {"exit 0", LONG_MS, CHANNEL_SENT, false, ""},
    {"echo fine; exit 0", LONG_MS, CHANNEL_SENT, false, ""},
    {"exit 1", LONG_MS, CHANNEL_RETRY, false, "exit status 1"},
    {"echo a; echo 余额不足 >&2; exit 1", LONG_MS, CHANNEL_RETRY, false,
     "exit status 1: a 余额不足"},
    {"exit 64", LONG_MS, CHANNEL_RETRY, false, "exit status 64"},
    {"exit 65", LONG_MS, CHANNEL_FAILED, false, "exit status 65"},
    {"echo no such number; exit 67", LONG_MS, CHANNEL_FAILED, false,
     "exit status 67: no such number"},
    {"exit 68", LONG_MS, CHANNEL_FAILED, false, "exit status 68"},
    {"exit 69", LONG_MS, CHANNEL_FAILED, false, "exit status 69"},
    {"exit 75", LONG_MS, CHANNEL_RETRY, false, "exit status 75"},
    {"exit 127", LONG_MS, CHANNEL_RETRY, false, "exit status 127"},
    {"kill -SEGV $$", LONG_MS, CHANNEL_RETRY, true, "killed by signal 11"},
    /* how it is started */
    {"printf '%s|' \"$@\"; exit 1", LONG_MS, CHANNEL_RETRY, false,
     "exit status 1: --to|a b|--|-n 13800000000|"},
    {"cat; exit 1", LONG_MS, CHANNEL_RETRY, false, "exit status 1: {\"name\":\"内科\"}"},
    {"tr '\\0' ' ' </proc/$$/environ; exit 1", LONG_MS, CHANNEL_RETRY, false,
     "exit status 1: PATH=/usr/bin:/bin LANG=zh_CN.UTF-8 MESSAGE_ID=0123456789abcdef-7 "
     "ATTEMPT=3"},
    {"for n in 3 4 5 6 7 8 9 77; do test -e /proc/$$/fd/$n && exit 1; done; exit 0", LONG_MS,
     CHANNEL_SENT, false, ""},
    {"cut -d' ' -f5,6 /proc/$$/stat | grep -qx \"$$ $$\"", LONG_MS, CHANNEL_SENT, false, ""},
    {"grep -q 'SigIgn:.*[08]0000000$' /proc/self/status && grep -q 'SigBlk:.0*$' /proc/self/status",
     LONG_MS, CHANNEL_SENT, false, ""},
    {"test \"$OLDPWD\" = /", LONG_MS, CHANNEL_SENT, false, ""},
    /* what it does to its output and input */
    {"exec <&-; exit 0", LONG_MS, CHANNEL_SENT, false, ""},
    {"exec >&- 2>&-; sleep 0.2; exit 3", LONG_MS, CHANNEL_RETRY, false, "exit status 3"},
    {"printf 'a\\033[31m\\0b\\377\\r\\n'; exit 1", LONG_MS, CHANNEL_RETRY, false,
     "exit status 1: a\\u001b[31m b\\xff"},
    {"yes 病 | head -c 20000000; exit 1", LONG_MS, CHANNEL_RETRY, false,
     "exit status 1: 病 病 病"},
    /* what does not end */
    {"sleep 600", SHORT_MS, CHANNEL_RETRY, true, "not over within 0.3 s"},
    {"echo begun; exec sleep 600", CALM_MS, CHANNEL_RETRY, true,
     "not over within 1.5 s: begun"},
    {"trap '' TERM; while :; do sleep 0.1; done", SHORT_MS, CHANNEL_RETRY, true,
     "not over within 0.3 s"},
    {"trap 'exit 0' TERM; while :; do sleep 0.1; done", SHORT_MS, CHANNEL_RETRY, true,
     "not over within 0.3 s"},
    {"yes", SHORT_MS, CHANNEL_RETRY, true, "not over within 0.3 s"},
    /* what forks */
    {"sleep 600 & exit 0", CALM_MS, CHANNEL_SENT, false, ""},
    {"(trap '' TERM; sleep 600; sleep 600) & exit 67", CALM_MS, CHANNEL_FAILED, false,
     "exit status 67"},
    {"sleep 600 >/dev/null 2>&1 & exit 0", LONG_MS, CHANNEL_SENT, false, ""},
    {"setsid sleep 6 & exit 0", CALM_MS, CHANNEL_SENT, false, ""},
};

enum { ROWS = sizeof rows / sizeof *rows };

static void ends_as_the_program_says(void **state)
{
    struct fixture *fixture = *state;
    static struct sent sents[ROWS];
    char name[32], path[128];
    int leak = dup2(STDIN_FILENO, 77); /* not close-on-exec */
    memset(sents, 0, sizeof sents);
    setenv("LANG", "zh_CN.UTF-8", 1);
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(name, sizeof name, "row-%zu", i);
        write_script(fixture, name, rows[i].script, path);
        sents[i].channel = open_exec(fixture, path, rows[i].within_ms);
    }
    for (size_t i = 0; i < ROWS; i++)
        send_one(&sents[i], "{\"name\":\"内科\"}");
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        const struct sent *sent = &sents[i];
        if (sent->ends != 1 || sent->end.result != row->result ||
            sent->end.unsure != row->unsure ||
            strncmp(sent->note, row->note, strlen(row->note)) != 0 ||
            (row->result == CHANNEL_SENT && sent->note[0]))
            fail_msg("%s: %zu ends, result %d, unsure %d, \"%s\"", row->script, sent->ends,
                     sent->end.result, sent->end.unsure, sent->note);
        assert_true(strlen(sent->note) < 4200);
        if (row->within_ms != LONG_MS)
            assert_in_range(sent->ended_ms - sent->began_ms, row->within_ms, 30000);
        sent->channel->kind->close(sent->channel);
    }
    close(leak);
}

/* ---- what is left ----------------------------------------------------------------------------- */

/* Processes of a group that are not zombies. */
static size_t count_group(long group)
{
    size_t count = 0;
    struct dirent *entry;
    DIR *folder = opendir("/proc");
    while ((entry = readdir(folder))) {
        char path[300], line[512], process_state = 'Z';
        long its = 0;
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        FILE *in = isdigit((unsigned char)entry->d_name[0]) ? fopen(path, "r") : NULL;
        if (!in)
            continue;
        const char *behind = fgets(line, sizeof line, in) ? strrchr(line, ')') : NULL;
        if (behind && sscanf(behind, ") %c %*d %ld", &process_state, &its) == 2)
            count += its == group && process_state != 'Z' && process_state != 'X';
        fclose(in);
    }
    closedir(folder);
    return count;
}

static long read_number(const struct fixture *fixture, const char *name)
{
    char path[128], line[32] = "";
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    assert_non_null(fgets(line, sizeof line, in));
    fclose(in);
    return strtol(line, NULL, 10);
}

/* A kill is quick, not immediate. */
static void assert_group_gone(long group)
{
    for (int i = 0; i < 100 && count_group(group); i++)
        usleep(50 * 1000);
    assert_int_equal(count_group(group), 0);
}

static void leaves_nothing_of_the_group(void **state)
{
    static const struct row forks[] = {
        {"sleep 600 >/dev/null 2>&1 & exit 0", LONG_MS, CHANNEL_SENT, false, ""},
        {"sleep 600 & sleep 600 & exit 0", CALM_MS, CHANNEL_SENT, false, ""},
        {"trap '' TERM; n=0; while [ $n -lt 100 ]; do (sleep 600; sleep 600) & n=$((n+1)); "
         "done; wait",
         CALM_MS, CHANNEL_RETRY, true, ""},
    };
    enum { FORKS = sizeof forks / sizeof *forks };
    struct fixture *fixture = *state;
    struct sent sents[FORKS] = {{0}};
    char path[128], script[512], name[32];
    for (size_t i = 0; i < FORKS; i++) {
        snprintf(script, sizeof script, "echo $$ >group-%zu\n%s", i, forks[i].script);
        snprintf(name, sizeof name, "p-%zu", i);
        write_script(fixture, name, script, path);
        sents[i].channel = open_exec(fixture, path, forks[i].within_ms);
        send_one(&sents[i], "{}");
    }
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < FORKS; i++) {
        assert_int_equal(sents[i].end.result, forks[i].result);
        snprintf(name, sizeof name, "group-%zu", i);
        assert_group_gone(read_number(fixture, name));
        sents[i].channel->kind->close(sents[i].channel);
    }
}

static void keeps_to_its_number(void **state)
{
    struct fixture *fixture = *state;
    static struct sent sents[MANY];
    char path[128], line[32];
    size_t most = 0, lines = 0;
    write_script(fixture, "p",
                 "mkdir -p now; >now/$$; ls now | wc -l >>counts; sleep 0.01; rm now/$$", path);
    struct channel *channel = open_exec(fixture, path, LONG_MS);
    for (size_t i = 0; i < MANY; i++) {
        sents[i] = (struct sent){.channel = channel};
        send_one(&sents[i], "{}");
    }
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(sents[i].ends, 1);
        assert_int_equal(sents[i].end.result, CHANNEL_SENT);
    }
    snprintf(path, sizeof path, "%s/counts", fixture->folder);
    FILE *in = fopen(path, "r");
    for (; fgets(line, sizeof line, in); lines++)
        most = strtoul(line, NULL, 10) > most ? strtoul(line, NULL, 10) : most;
    fclose(in);
    assert_int_equal(lines, MANY);
    assert_in_range(most, 1, 4);
    channel->kind->close(channel);
}

static void does_not_wait_for_who_does_not_read(void **state)
{
    struct fixture *fixture = *state;
    enum { SIZE = 4 * 1024 * 1024 };
    struct sent sent = {0};
    char path[128], *json = malloc(SIZE + 1);
    memset(json, 'x', SIZE);
    json[SIZE] = '\0';
    sent.channel = open_exec(
        fixture, write_script(fixture, "p", "test $(wc -c) = 4194305", path), LONG_MS);
    send_one(&sent, json);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(sent.end.result, CHANNEL_SENT);
    write_script(fixture, "p", "exit 0", path);
    send_one(&sent, json);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(sent.ends, 2);
    assert_int_equal(sent.end.result, CHANNEL_SENT);
    sent.channel->kind->close(sent.channel);
    free(json);
}

static void stops_at_once(void **state)
{
    struct fixture *fixture = *state;
    struct sent sents[10] = {{0}};
    char path[128];
    size_t unsure = 0;
    write_script(fixture, "p", "trap '' TERM; while :; do sleep 600; done", path);
    struct channel *channel = open_exec(fixture, path, LONG_MS);
    for (size_t i = 0; i < 10; i++) {
        sents[i].channel = channel;
        send_one(&sents[i], "{}");
    }
    uv_run(&fixture->loop, UV_RUN_NOWAIT);
    channel->kind->stop(channel);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(sents[i].ends, 1);
        assert_int_equal(sents[i].end.result, CHANNEL_RETRY);
        assert_string_equal(sents[i].note, "stopped");
        unsure += sents[i].end.unsure;
    }
    assert_int_equal(unsure, 4); /* the others had not begun */
    channel->kind->close(channel);
}

/* ---- which programs --------------------------------------------------------------------------- */

static void assert_refused(const char *program, const char *why)
{
    struct err err = {0};
    assert_true(exec_check(program, &err) < 0);
    if (!strstr(err.message, why))
        fail_msg("%s: %s", program, err.message);
}

static void refuses_what_others_can_change(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    char path[128], other[128], link[192];
    write_script(fixture, "p", "exit 0", path);
    assert_int_equal(exec_check(path, &err), 0);
    assert_int_equal(exec_check("/bin/sh", &err), 0);
    assert_refused("bin/sh", "not an absolute path");
    assert_refused("", "not an absolute path");
    assert_refused("/", "no regular file");
    assert_refused("/dev/null", "no regular file");
    assert_refused("/nonexistent", "No such file");
    chmod(path, 0644);
    assert_refused(path, "no regular file that may be run");
    chmod(path, 0757);
    assert_refused(path, "can be written by others");
    chmod(path, 0755);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 12345, 0), 0);
        assert_refused(path, "belongs to another user");
        assert_int_equal(chown(path, 0, 0), 0);
    }
    snprintf(other, sizeof other, "%s/open", fixture->folder);
    snprintf(link, sizeof link, "%s/p", other);
    mkdir(other, 0755);
    chmod(other, 0777);
    assert_int_equal(symlink(path, link), 0);
    assert_refused(link, "open can be written by others");
    chmod(other, 01777);
    assert_int_equal(exec_check(link, &err), 0);
}

static void asks_again_before_every_start(void **state)
{
    struct fixture *fixture = *state;
    struct sent sent = {0};
    char path[128];
    sent.channel = open_exec(fixture, write_script(fixture, "p", "exit 0", path), LONG_MS);
    chmod(path, 0757);
    send_one(&sent, "{}");
    assert_int_equal(sent.end.result, CHANNEL_RETRY);
    assert_non_null(strstr(sent.note, "can be written by others"));
    assert_false(sent.end.unsure);
    unlink(path);
    send_one(&sent, "{}");
    assert_int_equal(sent.end.result, CHANNEL_RETRY);
    assert_non_null(strstr(sent.note, "No such file"));
    write_script(fixture, "p", "exit 0", path);
    send_one(&sent, "{}");
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(sent.ends, 3);
    assert_int_equal(sent.end.result, CHANNEL_SENT);
    sent.channel->kind->close(sent.channel);
}

int main(void)
{
#define EXEC_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        EXEC_TEST(ends_as_the_program_says),
        EXEC_TEST(leaves_nothing_of_the_group),
        EXEC_TEST(keeps_to_its_number),
        EXEC_TEST(does_not_wait_for_who_does_not_read),
        EXEC_TEST(stops_at_once),
        EXEC_TEST(refuses_what_others_can_change),
        EXEC_TEST(asks_again_before_every_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
