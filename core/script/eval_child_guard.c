#include "script/eval_child_guard.h"
#include "base/utf8.h"
#include "script/eval_child.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#ifdef PLANRUN_SANITIZE
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* A signal handler gets no argument; one process has one child. */
static struct child *alarmed;

/* ---- writing ---------------------------------------------------------------------------- */

void guard_write(const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length) {
        ssize_t written = write(EVAL_SOCKET, at, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            _exit(1);
        at += written;
        length -= (size_t)written;
    }
}

void guard_read(void *bytes, size_t length)
{
    char *at = bytes;
    while (length) {
        ssize_t got = read(EVAL_SOCKET, at, length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            _exit(1); /* the parent has gone */
        at += got;
        length -= (size_t)got;
    }
}

void guard_write_head(enum eval_tag tag, size_t length)
{
    unsigned char head[EVAL_HEAD];
    eval_frame_head(head, tag, length);
    guard_write(head, sizeof head);
}

/* ---- the report: no malloc, no stdio ---------------------------------------------------- */

struct report {
    char *at; /* in child.report, which has room for eight texts */
};

static void report_varint(struct report *report, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        *report->at++ = (char)(0x80 | (number & 0x7f));
    *report->at++ = (char)number;
}

static void report_bytes(struct report *report, const char *bytes, size_t length)
{
    report_varint(report, length);
    memcpy(report->at, bytes, length);
    report->at += length;
}

/* A person's text: bytes that are no UTF-8 are spelt \xNN; cut at EVAL_TEXT_MOST. */
static void report_text(struct report *report, const char *text)
{
    static const char digits[] = "0123456789abcdef";
    char clean[EVAL_TEXT_MOST + 4];
    size_t used = 0, length = strlen(text);
    for (size_t at = 0, size; at < length && used < EVAL_TEXT_MOST - 4; at += size) {
        uint32_t code;
        size = utf8_next(text + at, length - at, &code);
        if (size) {
            memcpy(clean + used, text + at, size);
            used += size;
        } else {
            unsigned char byte = (unsigned char)text[at];
            const char spelt[] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
            memcpy(clean + used, spelt, sizeof spelt);
            used += sizeof spelt;
            size = 1;
        }
    }
    *report->at++ = 's';
    report_bytes(report, clean, used);
}

static void report_pair(struct report *report, const char *key, const char *text)
{
    report_bytes(report, key, strlen(key));
    report_text(report, text);
}

/* A pair that may be absent; counted in `pairs`. */
static void report_known(struct report *report, const char *key, const char *text, char *pairs)
{
    if (!text)
        return;
    report_pair(report, key, text);
    ++*pairs;
}

/* Keys in order. */
void guard_fail(struct child *child, const char *name, struct spot spot, const char *message,
                const char *help)
{
    struct report report = {child->report};
    const struct blame *blame = &child->blame;
    *report.at++ = 'm';
    char *pairs = report.at++;
    *pairs = 4;
    report_known(&report, "field", blame->field, pairs);
    report_pair(&report, "file", child->chunk_count ? child->chunks[spot.chunk].name : "");
    report_known(&report, "help", help, pairs);
    report_known(&report, "id", blame->id, pairs);
    report_bytes(&report, "line", 4);
    *report.at++ = 'i';
    report_varint(&report, (uint64_t)spot.line << 1);
    report_pair(&report, "message", message);
    report_pair(&report, "name", name);
    report_known(&report, "near", blame->near, pairs);
    report_known(&report, "word", blame->word, pairs);
    *report.at++ = 0; /* no positional items */
    size_t length = (size_t)(report.at - child->report);
    guard_write_head(EVAL_FAILURE, length);
    guard_write(child->report, length);
    _exit(1);
}

struct spot guard_spot(const struct child *child)
{
    lua_Debug frame;
    if (child->loading_line)
        return (struct spot){(int)child->chunk_count - 1, child->loading_line};
    for (int level = 0; lua_getstack(child->L, level, &frame); level++) {
        if (!lua_getinfo(child->L, "Sl", &frame) || frame.currentline <= 0)
            continue;
        for (size_t i = 0; i < child->chunk_count; i++)
            if (strcmp(child->chunks[i].shown, frame.short_src) == 0)
                return (struct spot){(int)i, frame.currentline};
    }
    return (struct spot){child->chunk_count ? (int)child->chunk_count - 1 : 0, 1};
}

/* ---- memory ----------------------------------------------------------------------------- */

static _Noreturn void fail_memory(struct child *child, struct spot spot)
{
    guard_fail(child, "memory-limit", spot,
               TR(child->lang, "the script needs more memory than a plan may have",
                  "脚本占用的内存超过上限"),
               TR(child->lang,
                  "a plan of 10,000 items needs a tenth of it: look for a loop that "
                  "makes ever longer texts or tables",
                  "一万个事项的方案也只用到上限的十分之一：请检查不断加长文本或表的循环"));
}

void guard_denied(struct child *child)
{
    if (child->denied_size)
        fail_memory(child, child->denied_spot);
}

/* Lua asks a second time after it has collected its garbage: then there is no memory left. */
static void *deny(struct child *child, const void *block, size_t size)
{
    if (child->denied_size == size && child->denied_block == block)
        fail_memory(child, child->denied_spot);
    child->denied_block = block;
    child->denied_size = size;
    child->denied_spot = guard_spot(child); /* an error for want of memory unwinds silently */
    return NULL;
}

void *guard_allocate(void *data, void *block, size_t old_size, size_t size)
{
    struct child *child = data;
    if (!block)
        old_size = 0; /* Lua passes the type of a new object here */
    if (size == 0) {
        free(block);
        child->memory -= old_size;
        return NULL;
    }
    if (size > old_size && size - old_size > child->memory_most - child->memory)
        return deny(child, block, size);
    void *resized = realloc(block, size);
    if (!resized)
        return size <= old_size ? block : deny(child, block, size);
    child->memory += size - old_size;
    if (size > old_size)
        child->denied_size = 0;
    return resized;
}

void guard_charge(struct child *child, size_t size)
{
    if (size > child->memory_most - child->memory)
        fail_memory(child, guard_spot(child));
    child->memory += size;
}

/* ---- time ------------------------------------------------------------------------------- */

static _Noreturn void fail_time(struct child *child)
{
    guard_fail(child, "time-limit", guard_spot(child), child->time_message, NULL);
}

static void on_count(lua_State *L, lua_Debug *frame)
{
    (void)frame;
    fail_time(env_child(L));
}

/* First asks Lua to stop at its next instruction, where the line is exact. If not one instruction
 * has run by the next alarm, a C function is busy: the frames are at rest and can be read. */
static void on_alarm(int number)
{
    (void)number;
    struct child *child = alarmed;
    if (!child)
        return;
    if (lua_gethook(child->L) == on_count)
        fail_time(child);
    lua_sethook(child->L, on_count, LUA_MASKCOUNT, 1);
}

/* A fault of Lua itself, which hostile scripts can reach: say where, then end. */
static void on_fault(int number)
{
    (void)number;
    struct child *child = alarmed;
    if (!child)
        _exit(1);
    guard_fail(
        child, "evaluator-fault", guard_spot(child),
        TR(child->lang, "the evaluator broke down at this line", "执行到这一行时解释程序崩溃"),
        NULL);
}

static void handle(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigaction(number, &action, NULL);
}

static void limit(int which, rlim_t value)
{
    setrlimit((__rlimit_resource_t)which, &(struct rlimit){value, value});
}

void guard_signals(struct child *child, int alarm_ms)
{
    static char stack[32 * 1024]; /* the handlers', for the usual one may be what overflowed */
    alarmed = child;
    handle(SIGALRM, on_alarm, SA_RESTART);
    limit(RLIMIT_CPU, (rlim_t)alarm_ms / 1000 + 1); /* should the parent be stopped */
    if (SANITIZED)
        return;
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    handle(SIGSEGV, on_fault, (int)(SA_ONSTACK | SA_RESETHAND));
    handle(SIGBUS, on_fault, (int)(SA_ONSTACK | SA_RESETHAND));
}

void guard_clock(int alarm_ms)
{
    struct itimerval timer = {
        .it_value = {alarm_ms / 1000, (alarm_ms % 1000) * 1000L},
        .it_interval = {0, alarm_ms ? EVAL_STUCK_MS * 1000L : 0},
    };
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* ---- the kernel's part ------------------------------------------------------------------- */

void guard_limits(size_t memory_most)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NPROC, 0);
    if (SANITIZED)
        return; /* shadow memory, reports into a file; the allocator's bound rules */
    limit(RLIMIT_NOFILE, 1);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_AS, memory_most + (96u << 20));
}

static int allow_memory(scmp_filter_ctx filter)
{
    /* never executable */
    struct scmp_arg_cmp data = SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    int code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, data);
    code |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, data);
    code |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(munmap), 0);
    code |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mremap), 0);
    code |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(madvise), 0);
    code |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(brk), 0);
    return code;
}

static int allow_socket(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp socket = SCMP_A0_64(SCMP_CMP_EQ, EVAL_SOCKET, 0);
    int code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(read), 1, socket);
    code |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, socket);
    if (SANITIZED) /* its reports */
        code |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                                 SCMP_A0_64(SCMP_CMP_EQ, STDERR_FILENO, 0));
    return code;
}

static int allow_rest(scmp_filter_ctx filter)
{
    int code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(exit_group), 0);
    code |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(rt_sigreturn), 0);
    code |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setitimer), 0);
    code |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(restart_syscall), 0);
    if (SANITIZED) /* asked for on the way to _exit */
        code |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sigaltstack), 0);
    return code;
}

bool guard_syscalls(void)
{
    /* a sanitizer's runtime asks for more than the script does: refuse it quietly */
    scmp_filter_ctx filter =
        seccomp_init(SANITIZED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return false;
    bool loaded = allow_memory(filter) == 0 && allow_socket(filter) == 0 &&
                  allow_rest(filter) == 0 && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return loaded;
}
