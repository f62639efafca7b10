/* The spool: whole files only, one a message, nothing of anybody else's touched, whenever it is killed. */
#include "channel/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILLING = 6000, MANY = 150, KILLS = 12 };

struct fixture {
    char top[64], folder[80], away[80];
    struct channel *channel;
};

struct tally {
    size_t sent, retried, failed, unsure;
    char note[512];
};

static struct channel *open_spool(const char *folder)
{
    struct channel *channel;
    struct err err;
    assert_int_equal(channel_spool_new(folder, &channel, &err), 0);
    return channel;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    strcpy(fixture->top, "/tmp/planrun-test-XXXXXX");
    assert_non_null(mkdtemp(fixture->top));
    snprintf(fixture->folder, sizeof fixture->folder, "%s/out", fixture->top);
    snprintf(fixture->away, sizeof fixture->away, "%s/away", fixture->top);
    mkdir(fixture->folder, 0700);
    mkdir(fixture->away, 0700);
    fixture->channel = open_spool(fixture->folder);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char command[128];
    fixture->channel->kind->close(fixture->channel);
    snprintf(command, sizeof command, "rm -r %s", fixture->top);
    assert_int_equal(system(command), 0);
    free(fixture);
    return 0;
}

static void count(void *context, const struct channel_end *end)
{
    struct tally *tally = context;
    tally->sent += end->result == CHANNEL_SENT;
    tally->retried += end->result == CHANNEL_RETRY;
    tally->failed += end->result == CHANNEL_FAILED;
    tally->unsure += end->unsure;
    if (end->note)
        snprintf(tally->note, sizeof tally->note, "%s", end->note);
}

static void send(struct channel *channel, const char *id, const char *json, struct tally *tally)
{
    struct channel_message message = {.id = id, .attempt = 1, .json = json};
    channel->kind->send(channel, &message, count, tally);
}

/* Sends one alone. */
static struct tally put(struct channel *channel, const char *id, const char *json)
{
    struct tally tally = {0};
    send(channel, id, json, &tally);
    channel->kind->flush(channel);
    assert_int_equal(tally.sent + tally.retried + tally.failed, 1);
    return tally;
}

static const char *read_at(const char *folder, const char *name, char text[FILLING + 200])
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *in = fopen(path, "r");
    if (!in)
        return NULL;
    text[fread(text, 1, FILLING + 199, in)] = '\0';
    fclose(in);
    return text;
}

static void write_at(const char *folder, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static size_t count_names(const char *folder)
{
    size_t names = 0;
    struct dirent *entry;
    DIR *open = opendir(folder);
    while ((entry = readdir(open)))
        names += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(open);
    return names;
}

/* ---- one file a message ----------------------------------------------------------------------- */

static void writes_one_whole_file(void **state)
{
    struct fixture *fixture = *state;
    struct tally tally = {0};
    char text[FILLING + 200], path[128];
    struct stat status;
    mode_t before = umask(077);
    send(fixture->channel, "ab12-7", "{\"id\":\"ab12-7\"}", &tally);
    assert_int_equal(tally.sent, 0);
    assert_int_equal(count_names(fixture->folder), 0);
    fixture->channel->kind->flush(fixture->channel);
    umask(before);
    assert_int_equal(tally.sent, 1);
    assert_string_equal(read_at(fixture->folder, "ab12-7.json", text), "{\"id\":\"ab12-7\"}\n");
    snprintf(path, sizeof path, "%s/ab12-7.json", fixture->folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_int_equal(count_names(fixture->folder), 1);
}

static void a_repeat_replaces_what_lies_there(void **state)
{
    struct fixture *fixture = *state;
    char text[FILLING + 200];
    assert_int_equal(put(fixture->channel, "a-1", "{\"id\":\"a-1\",\"n\":1}").sent, 1);
    assert_int_equal(put(fixture->channel, "a-1", "{\"id\":\"a-1\",\"n\":2}").sent, 1);
    assert_int_equal(count_names(fixture->folder), 1);
    assert_string_equal(read_at(fixture->folder, "a-1.json", text),
                        "{\"id\":\"a-1\",\"n\":2}\n");
}

static void writes_anew_what_a_kill_left(void **state)
{
    struct fixture *fixture = *state;
    char text[FILLING + 200];
    write_at(fixture->folder, ".a-1.tmp", "{\"id\":\"a-");
    assert_int_equal(put(fixture->channel, "a-1", "{\"id\":\"a-1\"}").sent, 1);
    assert_int_equal(count_names(fixture->folder), 1);
    assert_string_equal(read_at(fixture->folder, "a-1.json", text), "{\"id\":\"a-1\"}\n");
}

static void keeps_few_waiting(void **state)
{
    struct fixture *fixture = *state;
    static char ids[MANY][32];
    struct tally tally = {0};
    for (size_t i = 0; i < MANY; i++) {
        snprintf(ids[i], sizeof *ids, "a-%zu", i);
        send(fixture->channel, ids[i], "{}", &tally);
        assert_in_range(i + 1 - tally.sent, 0, 63);
    }
    fixture->channel->kind->flush(fixture->channel);
    assert_int_equal(tally.sent, MANY);
}

static void stops_without_a_trace(void **state)
{
    struct fixture *fixture = *state;
    struct tally tally = {0};
    send(fixture->channel, "a-1", "{\"id\":\"a-1\"}", &tally);
    fixture->channel->kind->stop(fixture->channel);
    assert_int_equal(tally.retried, 1);
    assert_int_equal(tally.unsure, 0);
    assert_int_equal(count_names(fixture->folder), 0);
    fixture->channel->kind->flush(fixture->channel);
    assert_int_equal(count_names(fixture->folder), 0);
}

/* ---- names ------------------------------------------------------------------------------------ */

static void refuses_ids_that_are_no_names(void **state)
{
    struct fixture *fixture = *state;
    static const char *const ids[] = {
        "",     ".",
        "..",   "../a",
        "a/b",  "/a",
        "a.b",  "A",
        "a b",  "a\n",
        "a\\b", "病",
        "-a",   "a%",
        "a:",   "0123456789012345678901234567890123456789012345678901234567890123x",
    };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        assert_int_equal(put(fixture->channel, ids[i], "{}").failed, 1);
        assert_int_equal(count_names(fixture->folder), 0);
    }
    assert_int_equal(put(fixture->channel,
                         "0123456789012345678901234567890123456789012345678901234567890123",
                         "{}")
                         .sent,
                     1);
}

static void touches_nothing_of_others(void **state)
{
    struct fixture *fixture = *state;
    static const char *const texts[] = {
        "", "x", "{}", "[1]", "{\"id\":\"a-2\"}\n", "{\"id\":\"a-1\"", "{\"id\":1}"};
    char text[FILLING + 200], path[128], target[128];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_at(fixture->folder, "a-1.json", texts[i]);
        struct tally tally = put(fixture->channel, "a-1", "{\"id\":\"a-1\"}");
        assert_int_equal(tally.retried, 1);
        assert_int_equal(tally.unsure, 0);
        assert_non_null(strstr(tally.note, "a-1.json: something else has this name"));
        assert_string_equal(read_at(fixture->folder, "a-1.json", text), texts[i]);
        assert_int_equal(count_names(fixture->folder), 1);
    }
    write_at(fixture->away, "mine", "{\"id\":\"a-1\"}");
    snprintf(target, sizeof target, "%s/mine", fixture->away);
    static const char *const names[] = {"a-1.json", ".a-1.tmp"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/a-1.json", fixture->folder);
        unlink(path);
        snprintf(path, sizeof path, "%s/%s", fixture->folder, names[i]);
        assert_int_equal(symlink(target, path), 0);
        assert_int_equal(put(fixture->channel, "a-1", "{\"id\":\"a-1\"}").retried, 1);
        assert_string_equal(read_at(fixture->away, "mine", text), "{\"id\":\"a-1\"}");
        unlink(path);
        assert_int_equal(mkdir(path, 0700), 0);
        assert_int_equal(put(fixture->channel, "a-1", "{\"id\":\"a-1\"}").retried, 1);
        assert_int_equal(rmdir(path), 0);
    }
    assert_int_equal(put(fixture->channel, "a-1", "{\"id\":\"a-1\"}").sent, 1);
}

/* ---- a folder that fails ---------------------------------------------------------------------- */

static void tries_again_without_its_folder(void **state)
{
    struct fixture *fixture = *state;
    struct tally tally;
    assert_int_equal(rmdir(fixture->folder), 0);
    tally = put(fixture->channel, "a-1", "{}");
    assert_int_equal(tally.retried, 1);
    assert_non_null(strstr(tally.note, "out: No such file or directory"));
    write_at(fixture->top, "out", "a file");
    assert_non_null(strstr(put(fixture->channel, "a-1", "{}").note, "out: Not a directory"));
    assert_int_equal(unlink(fixture->folder), 0);
    assert_int_equal(mkdir(fixture->folder, 0500), 0);
    if (geteuid() != 0) /* root writes where it likes */
        assert_non_null(strstr(put(fixture->channel, "a-1", "{}").note, "Permission denied"));
    assert_int_equal(chmod(fixture->folder, 0700), 0);
    assert_int_equal(put(fixture->channel, "a-1", "{}").sent, 1);
    struct err err;
    struct channel *channel;
    assert_int_equal(channel_spool_new("relative", &channel, &err), ERR_INVALID);
}

static void tries_again_when_the_disk_is_full(void **state)
{
    struct fixture *fixture = *state;
    struct rlimit before, small = {.rlim_cur = 4};
    struct tally tally = {0};
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    send(fixture->channel, "a-1", "{\"id\":\"a-1\"}", &tally);
    send(fixture->channel, "a-2", "{}", &tally);
    fixture->channel->kind->flush(fixture->channel);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(tally.retried, 1);
    assert_int_equal(tally.sent, 1); /* the others are no worse for it */
    assert_non_null(strstr(tally.note, strerror(EFBIG)));
    assert_int_equal(count_names(fixture->folder), 1);
    assert_int_equal(put(fixture->channel, "a-1", "{\"id\":\"a-1\"}").sent, 1);
}

/* ---- others at work --------------------------------------------------------------------------- */

static const char *filled(int number, char json[FILLING + 200])
{
    int length = sprintf(json, "{\"id\":\"a-%d\",\"text\":\"", number);
    memset(json + length, 'x', FILLING);
    strcpy(json + length + FILLING, "\"}");
    return json;
}

/* A gateway: takes away what it finds, and looks whether it is whole. Its exit status is 1 where not. */
static void take_away(const struct fixture *fixture)
{
    char text[FILLING + 200], from[512], to[512];
    size_t taken = 0;
    while (taken < MANY) {
        struct dirent *entry;
        DIR *open = opendir(fixture->folder);
        while ((entry = readdir(open))) {
            size_t length = strlen(entry->d_name);
            if (length < 5 || strcmp(entry->d_name + length - 5, ".json") != 0)
                continue;
            snprintf(from, sizeof from, "%s/%s", fixture->folder, entry->d_name);
            snprintf(to, sizeof to, "%s/%s", fixture->away, entry->d_name);
            const char *whole = read_at(fixture->folder, entry->d_name, text);
            if (!whole || strlen(whole) < FILLING || strcmp(whole + strlen(whole) - 3, "\"}\n"))
                _exit(1);
            if (access(to, F_OK) == 0 || rename(from, to) < 0)
                _exit(2);
            taken++;
        }
        closedir(open);
    }
    _exit(0);
}

static void a_reader_sees_whole_files_only(void **state)
{
    struct fixture *fixture = *state;
    char json[FILLING + 200], id[32];
    int status;
    pid_t reader = fork();
    if (reader == 0)
        take_away(fixture);
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "a-%d", i);
        assert_int_equal(put(fixture->channel, id, filled(i, json)).sent, 1);
    }
    assert_int_equal(waitpid(reader, &status, 0), reader);
    assert_int_equal(status, 0);
    assert_int_equal(count_names(fixture->away), MANY);
    assert_int_equal(count_names(fixture->folder), 0);
}

static void send_all(struct channel *channel, struct tally *tally)
{
    static char texts[64][FILLING + 200], ids[64][32];
    for (int i = 0; i < MANY; i++) {
        snprintf(ids[i % 64], sizeof *ids, "a-%d", i);
        send(channel, ids[i % 64], filled(i, texts[i % 64]), tally);
    }
    channel->kind->flush(channel);
}

/* What a name ends with. */
static bool ends(const char *name, const char *end)
{
    size_t length = strlen(name), size = strlen(end);
    return length >= size && strcmp(name + length - size, end) == 0;
}

static void assert_all_whole(const struct fixture *fixture)
{
    char text[FILLING + 200], json[FILLING + 200];
    struct dirent *entry;
    DIR *open = opendir(fixture->folder);
    while ((entry = readdir(open))) {
        if (!ends(entry->d_name, ".json"))
            continue;
        strcat(strcpy(json, filled(atoi(entry->d_name + 2), text)), "\n");
        assert_string_equal(read_at(fixture->folder, entry->d_name, text), json);
    }
    closedir(open);
}

static void a_kill_leaves_whole_files_only(void **state)
{
    struct fixture *fixture = *state;
    struct tally tally = {0};
    for (int i = 0; i < KILLS; i++) {
        pid_t writer = fork();
        if (writer == 0)
            for (;;)
                send_all(fixture->channel, &tally);
        usleep((useconds_t)(1000 + i * i * 1500));
        kill(writer, SIGKILL);
        assert_int_equal(waitpid(writer, NULL, 0), writer);
        assert_all_whole(fixture);
    }
    send_all(fixture->channel, &tally);
    assert_int_equal(tally.sent, MANY);
    assert_all_whole(fixture);
    assert_int_equal(count_names(fixture->folder), MANY);
}

int main(void)
{
#define SPOOL_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SPOOL_TEST(writes_one_whole_file),
        SPOOL_TEST(a_repeat_replaces_what_lies_there),
        SPOOL_TEST(writes_anew_what_a_kill_left),
        SPOOL_TEST(keeps_few_waiting),
        SPOOL_TEST(stops_without_a_trace),
        SPOOL_TEST(refuses_ids_that_are_no_names),
        SPOOL_TEST(touches_nothing_of_others),
        SPOOL_TEST(tries_again_without_its_folder),
        SPOOL_TEST(tries_again_when_the_disk_is_full),
        SPOOL_TEST(a_reader_sees_whole_files_only),
        SPOOL_TEST(a_kill_leaves_whole_files_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
