/*
 * A run, the life of one program, goes through these stages:
 *
 *   RUNNING → WARNED (SIGTERM) → KILLED (SIGKILL)      each arrow is the timer's, or stop's
 *
 * and is over when the program has exited and its output was drained, or with the kill. Its send is
 * reported then. Invariants:
 *   1. The program is reaped last: as long as it is a zombie at least, its number is that of its group
 *      and of nobody else, so a signal meets only what belongs to it.
 *   2. A run whose send was reported has only its `life` left to be watched; it is freed when reaped.
 *   3. At most at_once runs are not over; what is sent beyond lies in `waiting`.
 */
#include "channel/exec.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE = 4, WITHIN_MS = 30 * 1000 };
enum { TERM_MS = 2000, KILL_MS = 500 }; /* given to a process after the signal */
enum { SAID_MOST = 4096, READ_MOST = 16 * 1024, CLOSE_MS = 100 };

/* Of sysexits.h. */
enum { EXIT_DATA = 65, EXIT_NO_USER = 67, EXIT_NO_HOST = 68, EXIT_UNAVAILABLE = 69 };

enum stage { STAGE_RUNNING, STAGE_WARNED, STAGE_KILLED };

struct run {
    struct run *next,
        **link; /* in `running` or `waiting`; a run that was reported is in `lost` */
    struct exec *exec;
    struct channel_message message;
    channel_done done; /* NULL = reported */
    void *context;
    enum stage stage;
    pid_t pid;
    int life_file, output_file;          /* -1 = closed */
    bool exited, late, drained, stopped; /* late: exited when it was signalled */
    siginfo_t status;
    uv_poll_t life, output;
    uv_timer_t limit;
    size_t handles; /* that are not closed */
    size_t said_length;
    char said[SAID_MOST + 1];
};

struct exec {
    struct channel channel;
    uv_loop_t *loop;
    char *program, *language;
    char **arguments; /* the last two are the address and NULL */
    size_t address;   /* its index */
    size_t at_once, running_count;
    int64_t within_ms;
    struct run *running, *lost, *waiting, **waiting_end;
};

/* ---- the end of a run ------------------------------------------------------------------------- */

static void pump(struct exec *exec);

static void put_in(struct run **list, struct run *run)
{
    run->next = *list;
    run->link = list;
    if (run->next)
        run->next->link = &run->next;
    *list = run;
}

static void take_out(struct run *run)
{
    *run->link = run->next;
    if (run->next)
        run->next->link = run->link;
    run->link = NULL;
}

static void on_closed(uv_handle_t *handle)
{
    struct run *run = handle->data;
    if (--run->handles == 0)
        free(run);
}

static void close_handle(void *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

static void close_file(int *file)
{
    if (*file >= 0)
        close(*file);
    *file = -1;
}

static void close_output(struct run *run)
{
    close_handle(&run->output);
    close_file(&run->output_file);
}

/* The program is gone, and with it what it left behind; its number is anybody's from here on. */
static void reap(struct run *run)
{
    kill(-run->pid, SIGKILL);
    waitpid(run->pid, NULL, WNOHANG);
}

static void bury(struct run *run)
{
    take_out(run);
    close_output(run);
    close_handle(&run->limit);
    close_handle(&run->life);
    close_file(&run->life_file);
}

static void report(struct run *run, const struct channel_end *end)
{
    channel_done done = run->done;
    run->done = NULL;
    done(run->context, end);
}

static void add_said(struct buf *note, struct run *run)
{
    struct buf plain = {0};
    for (size_t i = 0; i < run->said_length; i++)
        if (!run->said[i])
            run->said[i] = ' ';
    while (run->said_length && strchr(" \r\n\t", run->said[run->said_length - 1]))
        run->said_length--;
    if (run->said_length == 0)
        return;
    run->said[run->said_length] = '\0';
    utf8_add_plain(&plain, run->said);
    buf_adds(note, ": ");
    buf_add(note, plain.bytes, utf8_cut(plain.bytes, plain.length, SAID_MOST));
    buf_free(&plain);
}

static enum channel_result result_of(int status)
{
    switch (status) {
    case 0: return CHANNEL_SENT;
    case EXIT_DATA:
    case EXIT_NO_USER:
    case EXIT_NO_HOST:
    case EXIT_UNAVAILABLE: return CHANNEL_FAILED;
    default: return CHANNEL_RETRY;
    }
}

/* What a run came to, with its note. */
static void judge(struct run *run, struct channel_end *end, struct buf *note)
{
    int number = run->status.si_status;
    *end = (struct channel_end){.result = CHANNEL_RETRY, .unsure = true};
    if (!run->exited || run->late) {
        if (run->stopped)
            buf_adds(note, "stopped");
        else
            buf_printf(note, "not over within %g s", (double)run->exec->within_ms / 1000);
    } else if (run->status.si_code != CLD_EXITED) {
        buf_printf(note, "killed by signal %d (%s)", number, strsignal(number));
    } else {
        *end = (struct channel_end){.result = result_of(number)};
        buf_printf(note, "exit status %d", number);
    }
    if (end->result == CHANNEL_SENT)
        return;
    add_said(note, run);
    end->note = note->bytes;
}

/* Whatever the program itself does by now: nothing is waited for any more. */
static void finish(struct run *run)
{
    struct exec *exec = run->exec;
    struct channel_end end;
    struct buf note = {0};
    judge(run, &end, &note);
    exec->running_count--;
    if (run->exited) {
        reap(run);
        bury(run);
    } else {
        take_out(run);
        put_in(&exec->lost, run);
        close_output(run);
        close_handle(&run->limit);
    }
    report(run, &end);
    buf_free(&note);
    pump(exec);
}

static void finish_if_over(struct run *run)
{
    if (run->exited && (run->drained || run->stage == STAGE_KILLED))
        finish(run);
}

/* ---- what is watched -------------------------------------------------------------------------- */

static bool has_exited(struct run *run)
{
    run->status.si_pid = 0;
    return waitid(P_PID, (id_t)run->pid, &run->status, WEXITED | WNOHANG | WNOWAIT) < 0 ||
           run->status.si_pid != 0;
}

/* It stays a zombie. */
static void on_life(uv_poll_t *poll, int status, int events)
{
    struct run *run = poll->data;
    (void)status;
    (void)events;
    if (!has_exited(run))
        return;
    uv_poll_stop(poll);
    run->exited = true;
    run->late = run->stage != STAGE_RUNNING;
    if (run->done) {
        finish_if_over(run);
    } else {
        reap(run);
        bury(run);
    }
}

/* What is too much is read all the same, or the program would stand still. */
static void on_output(uv_poll_t *poll, int status, int events)
{
    struct run *run = poll->data;
    char bytes[READ_MOST];
    ssize_t count = status < 0 ? 0 : read(run->output_file, bytes, sizeof bytes);
    (void)events;
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count > 0) {
        size_t room = SAID_MOST - run->said_length;
        size_t kept = (size_t)count < room ? (size_t)count : room;
        memcpy(run->said + run->said_length, bytes, kept);
        run->said_length += kept;
        return;
    }
    run->drained = true;
    close_output(run);
    finish_if_over(run);
}

static void on_limit(uv_timer_t *timer)
{
    struct run *run = timer->data;
    if (run->stage == STAGE_RUNNING) {
        run->stage = STAGE_WARNED;
        kill(-run->pid, SIGTERM);
        uv_timer_start(timer, on_limit, TERM_MS, 0);
    } else if (run->stage == STAGE_WARNED) {
        run->stage = STAGE_KILLED;
        kill(-run->pid, SIGKILL);
        uv_timer_start(timer, on_limit, KILL_MS, 0);
        finish_if_over(run);
    } else {
        finish(run); /* the kernel does not let go of it */
    }
}

static int watch(struct run *run)
{
    uv_loop_t *loop = run->exec->loop;
    int code;
    run->life.data = run->output.data = run->limit.data = run;
    if ((code = uv_poll_init(loop, &run->life, run->life_file)) < 0)
        return code;
    run->handles = 1;
    if ((code = uv_poll_init(loop, &run->output, run->output_file)) < 0)
        return code;
    uv_timer_init(loop, &run->limit);
    run->handles = 3;
    uv_update_time(loop);
    uv_poll_start(&run->life, UV_READABLE, on_life);
    uv_poll_start(&run->output, UV_READABLE, on_output);
    uv_timer_start(&run->limit, on_limit, (uint64_t)run->exec->within_ms, 0);
    return 0;
}

/* ---- starting --------------------------------------------------------------------------------- */

/* Standard input as a file in memory: whole before the program starts, so that nobody waits for
 * somebody who does not read it. A descriptor, or -1 and errno. */
static int input_of(const char *json)
{
    struct buf line = {0};
    int file = memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    buf_printf(&line, "%s\n", json);
    for (size_t at = 0; file >= 0 && at < line.length;) {
        ssize_t count = write(file, line.bytes + at, line.length - at);
        if (count > 0)
            at += (size_t)count;
        else if (count == 0 || errno != EINTR)
            close_file(&file);
    }
    buf_free(&line);
    if (file >= 0) {
        lseek(file, 0, SEEK_SET);
        fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
    }
    return file;
}

static int spawn_with(struct run *run, char *const *environment, int input, int output)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawn_file_actions_addchdir_np(&actions, "/");
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETSID);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int error = posix_spawn(&run->pid, run->exec->program, &actions, &attributes,
                            run->exec->arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

static int spawn(struct run *run, int input, int output)
{
    struct exec *exec = run->exec;
    struct buf id = {0}, attempt = {0}, address = {0};
    char path[] = "PATH=/usr/bin:/bin";
    buf_printf(&id, "MESSAGE_ID=%s", run->message.id);
    buf_printf(&attempt, "ATTEMPT=%u", (unsigned)run->message.attempt);
    buf_printf(&address, "%s", run->message.contact);
    char *environment[] = {path, exec->language, id.bytes, attempt.bytes, NULL};
    exec->arguments[exec->address] = address.bytes;
    int code = spawn_with(run, environment, input, output);
    exec->arguments[exec->address] = NULL;
    buf_free(&id);
    buf_free(&attempt);
    buf_free(&address);
    return code;
}

/* The program runs, or a negative errno. */
static int begin(struct run *run)
{
    int ends[2], code, input = input_of(run->message.json);
    if (input < 0)
        return -errno;
    if (pipe2(ends, O_CLOEXEC) < 0) {
        code = -errno;
        close_file(&input);
        return code;
    }
    code = spawn(run, input, ends[1]);
    close_file(&input);
    close_file(&ends[1]);
    if (code < 0) {
        close_file(&ends[0]);
        return code;
    }
    run->output_file = ends[0];
    run->life_file = pidfd_open(run->pid, 0);
    return run->life_file < 0 ? -errno : watch(run);
}

/* A program that nobody can watch is not left running. */
static void abandon(struct run *run)
{
    if (run->pid) {
        kill(-run->pid, SIGKILL);
        while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    close_file(&run->output_file);
    close_file(&run->life_file);
    if (run->handles)
        close_handle(&run->life);
    else
        free(run);
}

static void start(struct run *run)
{
    struct exec *exec = run->exec;
    struct err err = {.message = ""};
    int code = exec_check(exec->program, &err) < 0 ? -EACCES : begin(run);
    if (code == 0) {
        exec->running_count++;
        put_in(&exec->running, run);
        return;
    }
    if (!err.message[0])
        err_set(&err, ERR_IO, "%s: %s", exec->program, strerror(-code));
    struct channel_end end = {
        .result = CHANNEL_RETRY, .unsure = run->pid != 0, .note = err.message};
    report(run, &end);
    abandon(run);
}

static struct run *next_waiting(struct exec *exec)
{
    struct run *run = exec->waiting;
    if (!run)
        return NULL;
    exec->waiting = run->next;
    if (!exec->waiting)
        exec->waiting_end = &exec->waiting;
    return run;
}

static void pump(struct exec *exec)
{
    while (exec->waiting && exec->running_count < exec->at_once)
        start(next_waiting(exec));
}

/* ---- the channel ------------------------------------------------------------------------------ */

static void exec_send(struct channel *channel, const struct channel_message *message,
                      channel_done done, void *context)
{
    struct exec *exec = (struct exec *)channel;
    struct run *run = mem_resize(NULL, 1, sizeof *run);
    memset(run, 0, sizeof *run);
    run->exec = exec;
    run->message = *message;
    run->done = done;
    run->context = context;
    run->life_file = run->output_file = -1;
    *exec->waiting_end = run;
    exec->waiting_end = &run->next;
    pump(exec);
}

static void exec_stop(struct channel *channel)
{
    struct exec *exec = (struct exec *)channel;
    static const struct channel_end unbegun = {.result = CHANNEL_RETRY, .note = "stopped"};
    for (struct run *run; (run = next_waiting(exec)); free(run))
        report(run, &unbegun);
    while (exec->running) {
        struct run *run = exec->running;
        run->stopped = true;
        run->exited = run->exited || has_exited(run);
        kill(-run->pid, SIGKILL);
        finish(run);
    }
}

/* Killed already: it takes no longer than the kernel does, and no longer than CLOSE_MS. */
static void exec_close(struct channel *channel)
{
    struct exec *exec = (struct exec *)channel;
    while (exec->lost) {
        struct run *run = exec->lost;
        struct pollfd life = {.fd = run->life_file, .events = POLLIN};
        if (has_exited(run) || poll(&life, 1, CLOSE_MS) > 0)
            reap(run);
        bury(run);
    }
    for (char **argument = exec->arguments; *argument; argument++)
        free(*argument);
    free(exec->arguments);
    free(exec->program);
    free(exec->language);
    free(exec);
}

/* ---- opening ---------------------------------------------------------------------------------- */

static char *copy(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(mem_resize(NULL, size, 1), text, size);
}

static void copy_arguments(struct exec *exec, const struct exec_options *options)
{
    size_t count = 0;
    exec->arguments = mem_resize(NULL, options->argument_count + 4, sizeof *exec->arguments);
    exec->arguments[count++] = copy(options->program);
    for (size_t i = 0; i < options->argument_count; i++)
        exec->arguments[count++] = copy(options->arguments[i]);
    exec->arguments[count++] = copy("--");
    exec->address = count;
    exec->arguments[count++] = NULL;
    exec->arguments[count] = NULL;
}

static char *language(void)
{
    struct buf text = {0};
    const char *lang = getenv("LANG");
    buf_printf(&text, "LANG=%s", lang ? lang : "C.UTF-8");
    return text.bytes;
}

int channel_exec_new(uv_loop_t *loop, const struct exec_options *options, struct channel **out,
                     struct err *err)
{
    static const struct channel_kind kind = {"exec", exec_send, NULL, exec_stop, exec_close};
    int code = exec_check(options->program, err);
    if (code < 0)
        return code;
    struct exec *exec = mem_resize(NULL, 1, sizeof *exec);
    *exec = (struct exec){.channel = {&kind},
                          .loop = loop,
                          .program = copy(options->program),
                          .language = language(),
                          .at_once = options->at_once ? options->at_once : AT_ONCE,
                          .within_ms = options->within_ms ? options->within_ms : WITHIN_MS};
    exec->waiting_end = &exec->waiting;
    copy_arguments(exec, options);
    *out = &exec->channel;
    return 0;
}
