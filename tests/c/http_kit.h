/*
 * A real receiver (tests/service/http_receiver.py) as a process of its own beside the test, in a folder of its
 * own, and channels whose sends are counted. The receiver ends when the test does, however it ends.
 */
#ifndef TESTS_HTTP_KIT_H
#define TESTS_HTTP_KIT_H

#include "base/arena.h"
#include "base/json.h"
#include "channel/channel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#define TEST_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

struct receiver {
    pid_t pid;
    int orders, answers;
    unsigned port;
    char log[96];
};

struct site {
    char folder[64];
    unsigned receivers; /* that were started */
    uv_loop_t loop;
    struct receiver receiver;
};

/* ---- the process ------------------------------------------------------------------------------- */

static inline char *read_answer(struct receiver *receiver, char *line, size_t size)
{
    size_t length = 0;
    while (length + 1 < size && read(receiver->answers, line + length, 1) == 1 &&
           line[length] != '\n')
        length++;
    line[length] = '\0';
    return line;
}

/* `more`: further arguments, ended by NULL. */
static inline void start_receiver(struct site *site, struct receiver *receiver,
                                  const char *const *more)
{
    const char *arguments[16] = {
        "python3",  PLANRUN_SOURCE_DIR "/tests/service/http_receiver.py",
        "--log",    receiver->log,
        "--secret", TEST_SECRET};
    int in[2], out[2];
    size_t count = 6;
    char line[32];
    snprintf(receiver->log, sizeof receiver->log, "%s/requests-%u", site->folder,
             ++site->receivers);
    while (more && *more && count < 15)
        arguments[count++] = *more++;
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    receiver->pid = fork();
    assert_true(receiver->pid >= 0);
    if (receiver->pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execvp("python3", (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    receiver->orders = in[1];
    receiver->answers = out[0];
    receiver->port = (unsigned)atoi(read_answer(receiver, line, sizeof line));
    assert_true(receiver->port > 0);
}

static inline void stop_receiver(struct receiver *receiver)
{
    close(receiver->orders);
    close(receiver->answers);
    waitpid(receiver->pid, NULL, 0);
}

static inline void order(struct receiver *receiver, const char *text)
{
    char line[32];
    assert_int_equal(write(receiver->orders, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(write(receiver->orders, "\n", 1), 1);
    assert_string_equal(read_answer(receiver, line, sizeof line), "ok");
}

/* All requests so far, a line each; the caller frees it. `*count` may be NULL. */
static inline char *requests(const struct receiver *receiver, size_t *count)
{
    struct buf text = {0};
    char part[4096];
    ssize_t size;
    int file = open(receiver->log, O_RDONLY | O_CLOEXEC);
    while (file >= 0 && (size = read(file, part, sizeof part)) > 0)
        buf_add(&text, part, (size_t)size);
    if (file >= 0)
        close(file);
    buf_add(&text, "", 0);
    if (count)
        for (const char *at = (*count = 0, text.bytes); (at = strchr(at, '\n')); at++)
            ++*count;
    return text.bytes;
}

static inline size_t request_count(const struct receiver *receiver)
{
    size_t count;
    free(requests(receiver, &count));
    return count;
}

/* The last request as a tree in the arena. */
static inline struct value *last_request(const struct receiver *receiver, struct arena *arena)
{
    static const struct value_limits limits = {.bytes = 1 << 20, .nodes = 10000, .depth = 16};
    struct value *value = NULL;
    struct err err = {0};
    char *text = requests(receiver, NULL);
    size_t length = strlen(text);
    assert_true(length > 1);
    text[length - 1] = '\0';
    const char *line = strrchr(text, '\n') ? strrchr(text, '\n') + 1 : text;
    if (json_parse(arena, line, strlen(line), &limits, &value, &err) < 0)
        fail_msg("%s", err.message);
    free(text);
    return value;
}

/* ---- sends ------------------------------------------------------------------------------------- */

struct sent {
    unsigned ends; /* must become 1 */
    struct channel_end end;
    char note[256];
};

static inline void note_end(void *context, const struct channel_end *end)
{
    struct sent *sent = context;
    sent->ends++;
    sent->end = *end;
    snprintf(sent->note, sizeof sent->note, "%s", end->note ? end->note : "");
    sent->end.note = sent->note;
}

/* Sends and waits for the end. */
static inline struct sent send_one(struct site *site, struct channel *channel,
                                   const struct channel_message *message)
{
    struct sent sent = {0};
    channel->kind->send(channel, message, note_end, &sent);
    while (!sent.ends)
        uv_run(&site->loop, UV_RUN_ONCE);
    assert_int_equal(sent.ends, 1);
    return sent;
}

static inline void close_channel(struct site *site, struct channel *channel)
{
    channel->kind->close(channel);
    uv_run(&site->loop, UV_RUN_DEFAULT);
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static inline int open_site(void **state)
{
    struct site *site = calloc(1, sizeof *site);
    signal(SIGPIPE, SIG_IGN);
    snprintf(site->folder, sizeof site->folder, "/tmp/planrun-http-XXXXXX");
    assert_non_null(mkdtemp(site->folder));
    assert_int_equal(uv_loop_init(&site->loop), 0);
    start_receiver(site, &site->receiver, NULL);
    *state = site;
    return 0;
}

static inline int close_site(void **state)
{
    struct site *site = *state;
    char command[96];
    stop_receiver(&site->receiver);
    assert_int_equal(uv_loop_close(&site->loop), 0);
    snprintf(command, sizeof command, "rm -rf %s", site->folder);
    assert_int_equal(system(command), 0);
    free(site);
    return 0;
}

/* Descriptors of this process. */
static inline size_t open_files(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* Kilobytes that this process holds. */
static inline long resident_kb(void)
{
    long whole = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_int_equal(fscanf(file, "%ld %ld", &whole, &resident), 2);
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

#endif
