/*
 * planrun-eval: runs one plan's script and says what it declared. It is started by planrun with a
 * socket as its only descriptor; started by hand it does nothing.
 */
#include "script/eval_child.h"
#include "script/eval_child_guard.h"
#include "script/eval_child_handler.h"
#include "script/eval_child_texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef PLANRUN_SANITIZE
/** The sanitizer's options: the environment is empty, and freed memory counts against the bound. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "quarantine_size_mb=1:detect_leaks=0:malloc_context_size=0";
}
#endif

/* The request frame; NULL when it is not there or not one of ours. */
static struct value *read_request(struct arena *arena)
{
    unsigned char head[EVAL_HEAD];
    guard_read(head, sizeof head);
    size_t length = eval_frame_length(head);
    if (head[4] != EVAL_REQUEST || length > EVAL_FRAME_MOST)
        return NULL;
    char *bytes = mem_resize(NULL, length + 1, 1);
    guard_read(bytes, length);
    struct value_limits limits = {EVAL_VALUES_MOST, 8, length}; /* a check is told all items */
    struct value *request = NULL;
    value_decode(arena, bytes, length, &limits, &request, NULL);
    free(bytes);
    return request;
}

static bool open_child(struct child *child, const struct value *request)
{
    child->words = value_get(request, "words");
    child->lang = value_get_int(request, "lang", LANG_EN) == LANG_ZH ? LANG_ZH : LANG_EN;
    child->memory_most = (size_t)value_get_int(request, "memory", EVAL_MEMORY_MOST);
    if (!child->words || !value_get(request, "source") || !value_get_string(request, "name"))
        return false;
    snprintf(child->time_message, sizeof child->time_message, "%s",
             TR(child->lang, "the script runs longer than a plan may", "脚本运行时间超过上限"));
    child->L = lua_newstate(guard_allocate, child);
    if (!child->L)
        return false;
    *(struct child **)lua_getextraspace(child->L) = child;
    return true;
}

static void warn_unguarded(void)
{
    static const char text[] = "the kernel refuses seccomp: scripts are held by limits only";
    struct buf frame = {0};
    tree_add_string(&frame, text, sizeof text - 1);
    guard_write_head(EVAL_WARNING, frame.length);
    guard_write(frame.bytes, frame.length);
    buf_free(&frame);
}

static void run(struct child *child, const struct value *request)
{
    const struct value *source = value_get(request, "source");
    env_open(child);
    handler_open(child, request);
    texts_open(child, request);
    int alarm_ms = (int)value_get_int(request, "alarm_ms", EVAL_ALARM_MS);
    guard_signals(child, alarm_ms);
    if (!guard_syscalls())
        warn_unguarded();
    guard_clock(alarm_ms);
    env_load(child, lua_gettop(child->L), value_get_string(request, "name"), source->string,
             source->length);
    env_run(child, 0);
    words_finish(child);
    if (child->handler)
        handler_run(child);
    else if (texts_wanted(child))
        texts_run(child);
    guard_clock(0);
    if (child->handler)
        handler_write(child);
    else if (texts_wanted(child))
        texts_write(child);
    else
        words_write(child);
}

int main(void)
{
    int type;
    socklen_t size = sizeof type;
    if (getsockopt(EVAL_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) < 0) {
        fputs("planrun-eval is started by planrun; try planrun --help\n", stderr);
        return 2;
    }
    guard_limits(EVAL_MEMORY_MOST);
    struct child child = {.arena = arena_new()};
    const struct value *request = read_request(child.arena);
    if (!request || !open_child(&child, request))
        return 1;
    run(&child, request);
    _exit(0); /* no finalizer, no lua_close */
}
