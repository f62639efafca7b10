#include "script/eval_state.h"

#include "base/beneath.h"
#include "base/utf8.h"
#include "script/luatext.h"
#include "script/source.h"
#include "script/source_index.h"
#include "time/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- starting -------------------------------------------------------------------------------- */

/* The evaluator of the same build or installation: beside this program, in the build tree when
 * this program is of it, or in the libexec folder of its prefix, wherever that was installed. The
 * path is never a user's. */
static bool find_program(char *path, size_t size)
{
    char self[1024], prefix[1040];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    bool built = strncmp(self, PLANRUN_BUILD_DIR "/", sizeof PLANRUN_BUILD_DIR) == 0;
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    snprintf(prefix, sizeof prefix, "%s/../libexec", self);
    const char *const folders[] = {slash ? self : NULL, built ? PLANRUN_BUILD_DIR : NULL,
                                   slash ? prefix : NULL, PLANRUN_LIBEXEC_DIR};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        if (!folders[i])
            continue;
        snprintf(path, size, "%s/planrun-eval", folders[i]);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

static int spawn(const char *program, int socket, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    char *arguments[] = {"planrun-eval", NULL}, *environment[] = {NULL};
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, EVAL_SOCKET);
#ifdef PLANRUN_SANITIZE
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#else
    posix_spawn_file_actions_addclosefrom_np(&actions, EVAL_SOCKET + 1);
#endif
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int code = posix_spawn(pid, program, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

void eval_add_frame(struct eval *eval, enum eval_tag tag, const struct value *payload)
{
    unsigned char head[EVAL_HEAD] = {0};
    size_t start = eval->out.length;
    buf_add(&eval->out, head, sizeof head);
    value_encode(&eval->out, payload);
    eval_frame_head(head, tag, eval->out.length - start - EVAL_HEAD);
    memcpy(eval->out.bytes + start, head, sizeof head);
}

static void add_request(struct eval *eval, const struct eval_request *request, int wall_ms)
{
    struct arena *arena = arena_new();
    struct value *payload = value_map(arena), *words = value_list(arena);
    for (size_t i = 0; i < request->word_count; i++) {
        struct value *word = value_map(arena);
        value_set_string(arena, word, "name", request->words[i].name);
        value_set_int(arena, word, "kind", request->words[i].kind);
        value_append(arena, words, word);
    }
    value_set(arena, payload, "words", words);
    value_set_int(arena, payload, "lang", request->lang);
    value_set_int(arena, payload, "alarm_ms", (int64_t)wall_ms * EVAL_ALARM_MS / EVAL_WALL_MS);
    value_set_string(arena, payload, "name", request->script->name);
    value_set(arena, payload, "source",
              value_bytes(arena, request->script->text, request->script->length));
    if (eval->call)
        call_add_request(eval->call, arena, payload);
    eval_add_frame(eval, EVAL_REQUEST, payload);
    arena_free(arena);
}

static int start_child(struct eval *eval, const char *program, struct err *err)
{
    char found[1100];
    int sockets[2];
    if (!program && !find_program(found, sizeof found))
        return err_set(err, ERR_NOT_FOUND, "planrun-eval: not found beside planrun or in %s",
                       PLANRUN_LIBEXEC_DIR);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
        return err_set(err, ERR_IO, "socketpair: %s", strerror(errno));
    int code = spawn(program ? program : found, sockets[1], &eval->pid);
    close(sockets[1]);
    eval->socket = sockets[0];
    if (code != 0) {
        eval->pid = 0;
        return err_set(err, ERR_IO, "%s: %s", program ? program : found, strerror(code));
    }
    fcntl(eval->socket, F_SETFL, O_NONBLOCK);
    return 0;
}

struct eval *eval_begin(const struct eval_request *request, struct call *call,
                        struct arena *arena, struct err *err)
{
    struct eval *eval = mem_resize(NULL, 1, sizeof *eval);
    int wall_ms = request->wall_ms > 0 ? request->wall_ms : EVAL_WALL_MS;
    *eval = (struct eval){.arena = arena,
                          .script = request->script,
                          .folder = request->folder,
                          .words = request->words,
                          .word_count = request->word_count,
                          .findings = request->findings,
                          .lang = request->lang,
                          .call = call,
                          .socket = -1,
                          .deadline = clock_monotonic() + wall_ms};
    if (start_child(eval, request->program, err) < 0) {
        eval_free(eval);
        return NULL;
    }
    add_request(eval, request, wall_ms);
    return eval;
}

struct eval *eval_start(const struct eval_request *request, struct arena *arena,
                        struct err *err)
{
    return eval_begin(request, NULL, arena, err);
}

/* ---- ending ------------------------------------------------------------------------------------ */

/* Ends the child and returns its wait status. */
static int reap(struct eval *eval)
{
    int status = 0;
    if (eval->pid > 0) {
        kill(eval->pid, SIGKILL);
        while (waitpid(eval->pid, &status, 0) < 0 && errno == EINTR)
            ;
        eval->pid = 0;
    }
    if (eval->socket >= 0)
        close(eval->socket);
    eval->socket = -1;
    return status;
}

void eval_free(struct eval *eval)
{
    if (!eval)
        return;
    reap(eval);
    buf_free(&eval->in);
    buf_free(&eval->out);
    free(eval);
}

static const struct source *source_named(const struct eval *eval, const char *name)
{
    for (size_t i = 0; i < eval->module_count; i++)
        if (strcmp(eval->modules[i]->name, name) == 0)
            return eval->modules[i];
    return eval->script;
}

/* Points into the line as exactly as what the child said about itself allows. */
static struct place place_of(const struct eval *eval, const struct source *source,
                             uint32_t line, const struct value *about)
{
    const char *word = value_get_string(about, "word"), *near = value_get_string(about, "near");
    const char *field = value_get_string(about, "field");
    struct place place = {.source = source, .line = line};
    if (!word && !near)
        return place;
    struct arena *arena = arena_new();
    struct source_ref ref = {.index =
                                 source_index_new(arena, source, eval->words, eval->word_count),
                             .line = line,
                             .word = word,
                             .id = value_get_string(about, "id")};
    place = near    ? source_at_name(ref, near)
            : field ? source_at_value(ref, field)
                    : source_at(ref);
    arena_free(arena);
    return place;
}

int eval_end(struct eval *eval, int answer)
{
    reap(eval);
    return eval->answer = answer;
}

int eval_fail(struct eval *eval, int code, const char *name, const char *file, uint32_t line,
              const char *message, const char *help, const struct value *about)
{
    const struct source *source = source_named(eval, file);
    struct place place = place_of(eval, source, line, about);
    if (eval->findings) {
        struct finding *finding =
            finding_add(eval->findings, SEVERITY_ERROR, name, place, "%s", message);
        if (help && *help)
            finding->help = arena_string(eval->findings->arena, help);
    }
    err_at(&eval->err, code, source->name, (int)place.line, 0, "%s", message);
    return eval_end(eval, code);
}

/* The child ended without a last word. */
static int fail_silent(struct eval *eval, bool late)
{
    int status = reap(eval);
    char text[200];
    const char *file = eval->script->name;
    if (late)
        return eval_fail(
            eval, ERR_LIMIT, "time-limit", file, 1,
            TR(eval->lang, "the script runs longer than a plan may", "脚本运行时间超过上限"),
            NULL, NULL);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 70)
        return eval_fail(eval, ERR_LIMIT, "memory-limit", file, 1,
                         TR(eval->lang, "the script needs more memory than a plan may have",
                            "脚本占用的内存超过上限"),
                         NULL, NULL);
    snprintf(text, sizeof text,
             TR(eval->lang, "the evaluator ended without an answer (%s %d)",
                "解释程序没有给出结果就结束了（%s %d）"),
             WIFSIGNALED(status) ? "signal" : "exit",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return eval_fail(eval, ERR_INTERNAL, "evaluator-fault", file, 1, text, NULL, NULL);
}

int eval_break(struct eval *eval)
{
    return fail_silent(eval, false);
}

/* ---- frames of the child ------------------------------------------------------------------------ */

static bool is_limit(const char *name)
{
    return strstr(name, "-limit") || strcmp(name, "too-much-declared") == 0;
}

/* Every text of the child is shown to people: decoded with bounds, then made harmless. */
static int take_failure(struct eval *eval, const struct value *payload)
{
    const char *name = value_get_string(payload, "name");
    const char *file = value_get_string(payload, "file");
    const struct value *message = value_get(payload, "message");
    const struct value *help = value_get(payload, "help");
    int64_t line = value_get_int(payload, "line", 1);
    if (!name || !file || !message || message->type != VALUE_STRING)
        return fail_silent(eval, false);
    if (line < 1 || line > UINT32_MAX)
        line = 1;
    struct buf text = {0}, advice = {0};
    luatext_clean(&text, message->string, message->length, EVAL_TEXT_MOST);
    if (help && help->type == VALUE_STRING)
        luatext_clean(&advice, help->string, help->length, EVAL_TEXT_MOST);
    struct buf told = {0};
    luatext_tell(&told, text.bytes ? text.bytes : "", eval->lang);
    int code = is_limit(name) ? ERR_LIMIT : ERR_SYNTAX;
    bool known = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
    eval_fail(eval, code, known ? arena_string(eval->arena, name) : "script-error", file,
              (uint32_t)line, told.bytes ? told.bytes : "", advice.bytes, payload);
    buf_free(&text);
    buf_free(&advice);
    buf_free(&told);
    return code;
}

static void answer_missing(struct eval *eval, const char *message)
{
    struct arena *arena = arena_new();
    struct value *payload = value_map(arena);
    value_set_string(arena, payload, "message", message);
    eval_add_frame(eval, EVAL_NO_MODULE, payload);
    arena_free(arena);
}

static bool is_module_name(const struct value *value)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    return value->type == VALUE_STRING && value->length > 0 &&
           value->length <= EVAL_NAME_MOST && strspn(value->string, allowed) == value->length &&
           value->string[0] != '.';
}

/* The name of a module for people: it stands beside the script. */
static const char *module_shown(struct eval *eval, const char *file)
{
    const char *slash = strrchr(eval->script->name, '/');
    int folder = slash ? (int)(slash + 1 - eval->script->name) : 0;
    return arena_printf(eval->arena, "%.*s%s", folder, eval->script->name, file);
}

/* Loads and scans a module; what is wrong with it is a finding of its own and ends the eval. */
static int load_module(struct eval *eval, const char *file, struct source **out)
{
    const char *shown = module_shown(eval, file);
    struct findings own = findings_new(eval->arena, eval->lang);
    struct findings *findings = eval->findings ? eval->findings : &own;
    int code = source_load(eval->arena, eval->folder, file, shown, findings, out);
    if (code == 0 && !source_scan(*out, eval->words, eval->word_count, findings))
        code = ERR_SYNTAX;
    if (code < 0) {
        const struct finding *finding =
            findings->count ? &findings->list[findings->count - 1] : NULL;
        err_at(&eval->err, code, shown, finding ? (int)finding->place.line : 1, 0, "%s",
               finding ? finding->message : shown);
        eval_end(eval, code);
    }
    findings_free(&own);
    return code;
}

/* A module from the plan's folder; without one, why not. */
static const char *open_module(struct eval *eval, const char *file, struct source **out)
{
    const char *none =
        TR(eval->lang, "no such module in the plan's folder", "方案所在文件夹里没有这个模块");
    int fd = eval->folder ? source_open(eval->folder, file) : -1;
    if (fd < 0)
        return !eval->folder || errno == ENOENT ? none : beneath_why(errno, eval->lang);
    close(fd);
    load_module(eval, file, out);
    return NULL;
}

/* A module as it was when the plan was taken: it was scanned then. */
static const char *stored_module(struct eval *eval, const char *file, struct source **out)
{
    const struct call_module *stored = call_find_module(eval->call, file);
    if (!stored)
        return TR(eval->lang, "the stored plan has no such module: require it outside handlers",
                  "已保存的方案里没有这个模块：请在处理函数之外 require");
    struct source *module = arena_alloc(eval->arena, sizeof *module);
    *module = (struct source){
        .name = module_shown(eval, file), .text = stored->text, .length = stored->length};
    *out = module;
    return NULL;
}

static void answer_module(struct eval *eval, const struct source *module)
{
    struct arena *arena = arena_new();
    struct value *answer = value_map(arena);
    value_set_string(arena, answer, "name", module->name);
    value_set(arena, answer, "source", value_bytes(arena, module->text, module->length));
    eval_add_frame(eval, EVAL_MODULE, answer);
    arena_free(arena);
}

static int take_wanted(struct eval *eval, const struct value *payload)
{
    struct source *module = NULL;
    char file[EVAL_NAME_MOST + 8];
    if (!is_module_name(payload) || eval->module_count == EVAL_MODULES_MOST)
        return fail_silent(eval, false); /* the child checks both */
    snprintf(file, sizeof file, "%s.lua", payload->string);
    const char *why =
        eval->call ? stored_module(eval, file, &module) : open_module(eval, file, &module);
    if (why) {
        answer_missing(eval, why);
    } else if (module && eval->answer == EVAL_PENDING) {
        eval->modules[eval->module_count++] = module;
        answer_module(eval, module);
    }
    return eval->answer;
}

static int take_result(struct eval *eval, struct value *payload)
{
    if (eval->call)
        return call_take_result(eval, payload);
    if (!value_get(payload, "nodes") || !value_get(payload, "handlers"))
        return fail_silent(eval, false);
    eval->result = payload;
    return eval_end(eval, EVAL_DONE);
}

static int take_warning(struct eval *eval, const struct value *payload)
{
    if (payload->type != VALUE_STRING || eval->warning)
        return EVAL_PENDING;
    eval->warning = arena_string(eval->arena, payload->string);
    if (eval->findings)
        finding_add(eval->findings, SEVERITY_WARNING, "less-isolated",
                    (struct place){.source = eval->script}, "%s",
                    TR(eval->lang,
                       "the kernel refuses seccomp: the script is held by limits only",
                       "内核不允许 seccomp：脚本只受资源上限约束"));
    return EVAL_PENDING;
}

static struct value_limits limits_of(const struct eval *eval, enum eval_tag tag)
{
    if (tag != EVAL_RESULT)
        return (struct value_limits){16, 2, 8192};
    if (eval->call) /* handlers may say more than text functions */
        return (struct value_limits){EVAL_NOTICES_MOST * 6 + EVAL_TARGETS_MOST + 2, 5,
                                     EVAL_NOTICES_MOST * (EVAL_NOTICE_BYTES + 256) +
                                         EVAL_TARGETS_MOST * 8};
    return (struct value_limits){(size_t)EVAL_VALUES_MOST + 16, EVAL_FRAME_DEPTH,
                                 EVAL_FRAME_MOST};
}

static int take_frame(struct eval *eval, enum eval_tag tag, const char *bytes, size_t length)
{
    struct value_limits limits = limits_of(eval, tag);
    struct value *payload = NULL;
    if (value_decode(eval->arena, bytes, length, &limits, &payload, NULL) < 0)
        return fail_silent(eval, false);
    switch (tag) {
    case EVAL_RESULT: return take_result(eval, payload);
    case EVAL_FAILURE: return take_failure(eval, payload);
    case EVAL_WANTED: return take_wanted(eval, payload);
    case EVAL_WARNING: return take_warning(eval, payload);
    case EVAL_ASK: return eval->call ? call_take_ask(eval, payload) : fail_silent(eval, false);
    default: return fail_silent(eval, false);
    }
}

/* ---- advancing ---------------------------------------------------------------------------------- */

/* False when the child has closed its end. */
static bool send_some(struct eval *eval)
{
    while (eval->sent < eval->out.length) {
        ssize_t sent = send(eval->socket, eval->out.bytes + eval->sent,
                            eval->out.length - eval->sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN;
        eval->sent += (size_t)sent;
    }
    eval->sent = eval->out.length = 0;
    return true;
}

/* Takes the whole frames out of `in`. A child that asks waits: nothing may stand behind that. */
static int take_frames(struct eval *eval)
{
    size_t at = 0;
    int code = EVAL_PENDING;
    while (code == EVAL_PENDING && !eval->asked && eval->in.length - at >= EVAL_HEAD) {
        const unsigned char *head = (const unsigned char *)eval->in.bytes + at;
        size_t length = eval_frame_length(head);
        if (length > EVAL_FRAME_MOST)
            return fail_silent(eval, false);
        if (eval->in.length - at - EVAL_HEAD < length)
            break;
        code = take_frame(eval, head[4], (const char *)head + EVAL_HEAD, length);
        at += EVAL_HEAD + length;
    }
    if (eval->asked && code == EVAL_PENDING && at < eval->in.length)
        return fail_silent(eval, false);
    if (at)
        memmove(eval->in.bytes, eval->in.bytes + at, eval->in.length - at);
    eval->in.length -= at;
    return code;
}

static int receive_some(struct eval *eval)
{
    char bytes[64 * 1024];
    for (;;) {
        ssize_t got = recv(eval->socket, bytes, sizeof bytes, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return EVAL_PENDING;
        if (got <= 0)
            return fail_silent(eval, false);
        buf_add(&eval->in, bytes, (size_t)got);
        int code = take_frames(eval);
        if (code != EVAL_PENDING || eval->asked)
            return code;
    }
}

int eval_read(struct eval *eval, struct err *err)
{
    if (eval->answer == EVAL_PENDING) {
        eval->asked = false;
        send_some(eval); /* a child that is gone is noticed by reading */
        if (receive_some(eval) == EVAL_PENDING) {
            send_some(eval);
            if (clock_monotonic() >= eval->deadline)
                fail_silent(eval, true);
        }
    }
    if (eval->answer < 0 && err)
        *err = eval->err;
    return eval->answer;
}

int eval_run(struct eval *eval, struct err *err)
{
    int code;
    while ((code = eval_read(eval, err)) == EVAL_PENDING) {
        struct pollfd poll_fd = {.fd = eval->socket, .events = eval_events(eval)};
        int64_t left = eval->deadline - clock_monotonic();
        poll(&poll_fd, 1, left > 0 ? (int)left : 0);
    }
    return code;
}

int eval_fd(const struct eval *eval)
{
    return eval->socket;
}

short eval_events(const struct eval *eval)
{
    return (short)(eval->sent < eval->out.length ? POLLIN | POLLOUT : POLLIN);
}

int64_t eval_deadline_ms(const struct eval *eval)
{
    return eval->deadline;
}

const struct value *eval_result(const struct eval *eval)
{
    return eval->result;
}

const struct source *const *eval_modules(const struct eval *eval, size_t *count)
{
    *count = eval->module_count;
    return eval->modules;
}

const char *eval_warning(const struct eval *eval)
{
    return eval->warning;
}
