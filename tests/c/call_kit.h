/*
 * What the tests of handlers in the evaluator share: a made-up host of a million units, a call that
 * is started and ended, and a program that stands in for planrun-eval and breaks its rules. Included by
 * test_call.c and test_call_check.c.
 */
#ifndef CALL_KIT_H
#define CALL_KIT_H

#include "base/json.h"
#include "script/call.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static const struct eval_word words[] = {
    {"plan", EVAL_ID},      {"unit", EVAL_ID},      {"phase", EVAL_ID}, {"task", EVAL_ID},
    {"remind", EVAL_BARE},  {"roster", EVAL_FILE},  {"on", EVAL_ON},    {"notify", EVAL_LATE},
    {"finding", EVAL_LATE}, {"tomorrow", EVAL_LATE} /* that the evaluator does not know yet */
};

enum { PATIENT_MS = 10000, UNITS = 1000000 };

/* ---- a host: set 0 has UNITS units, each further set a tenth of the one before ------------------- */

struct world {
    uint32_t counts[CALL_UNITS_MOST];
    uint32_t sets;
    uint32_t most_first, asked;
    int fault; /* what `behind` and `named` fail with */
};

static inline uint32_t host_count(void *context, uint32_t set)
{
    struct world *world = context;
    assert_true(set < world->sets);
    world->asked++;
    return world->counts[set];
}

static inline struct value *host_first(void *context, uint32_t set, uint32_t n,
                                       struct arena *arena)
{
    struct world *world = context;
    struct value *list = value_list(arena);
    assert_true(set < world->sets);
    world->asked++;
    if (n > world->most_first)
        world->most_first = n;
    for (uint32_t i = 0; i < n && i < world->counts[set]; i++) {
        struct value *unit = value_map(arena);
        value_set_string(arena, unit, "id", arena_printf(arena, "u%u", i));
        value_set_string(arena, unit, "name", arena_printf(arena, "科室%u", i));
        value_append(arena, list, unit);
    }
    return list;
}

static inline int new_set(struct world *world, uint32_t count, uint32_t *out)
{
    world->counts[world->sets] = count;
    *out = world->sets++;
    return 0;
}

static inline int host_behind(void *context, uint32_t set, const char *item, uint32_t *out,
                              struct err *err)
{
    struct world *world = context;
    assert_true(set < world->sets && world->sets < CALL_UNITS_MOST);
    world->asked++;
    if (world->fault)
        return err_set(err, world->fault, "a fault of the host");
    if (strcmp(item, "essays") != 0)
        return err_set(err, ERR_NOT_FOUND, "%s", item);
    return new_set(world, world->counts[set] / 10, out);
}

static inline int host_named(void *context, const char *unit, uint32_t *out, struct err *err)
{
    struct world *world = context;
    world->asked++;
    if (world->fault)
        return err_set(err, world->fault, "a fault of the host");
    if (unit[0] != 'u')
        return err_set(err, ERR_NOT_FOUND, "%s", unit);
    return new_set(world, 1, out);
}

/* ---- running ------------------------------------------------------------------------------------- */

struct run {
    struct arena *arena;
    struct findings findings;
    struct source source;
    struct world world;
    struct eval *eval;
    struct err err;
    int code;
};

static const struct call_module modules[] = {
    {"texts.lua", "return { start = \"开始\" }", sizeof "return { start = \"开始\" }" - 1},
    {"own.lua", "on(\"review\", function(event)\n  notify(event.units, nil)\nend)",
     sizeof "on(\"review\", function(event)\n  notify(event.units, nil)\nend)" - 1},
};

static inline struct value *argument_of(struct arena *arena, const char *event)
{
    struct value *argument = value_map(arena), *phase = value_map(arena);
    value_set_string(arena, phase, "id", "mobilise");
    value_set_string(arena, phase, "name", "学习动员阶段");
    value_set_string(arena, argument, "name", event);
    value_set_string(arena, argument, "at", "2012-06-01T09:00");
    value_set(arena, argument, "phase", phase);
    return argument;
}

/* Of the event check: two items. */
static inline struct value *check_argument(struct arena *arena)
{
    static const char *const ids[] = {"essays", "talk"};
    struct value *argument = value_map(arena), *items = value_list(arena);
    for (size_t i = 0; i < 2; i++) {
        struct value *item = value_map(arena);
        value_set_string(arena, item, "id", ids[i]);
        value_set_string(arena, item, "due", "2012-07-05");
        value_append(arena, items, item);
    }
    value_set_string(arena, argument, "name", "check");
    value_set(arena, argument, "items", items);
    return argument;
}

static inline void start_in(struct run *run, const char *program, const char *script,
                            const char *event, const char *ref, enum lang lang, int wall_ms,
                            int fault)
{
    run->arena = arena_new();
    run->findings = findings_new(run->arena, lang);
    run->source = (struct source){.name = "x.lua", .text = script, .length = strlen(script)};
    run->err = (struct err){0};
    run->world = (struct world){.counts = {UNITS}, .sets = 1, .fault = fault};
    struct call_request request = {
        .eval = {.script = &run->source,
                 .words = words,
                 .word_count = sizeof words / sizeof *words,
                 .findings = &run->findings,
                 .lang = lang,
                 .wall_ms = wall_ms,
                 .program = program},
        .modules = modules,
        .module_count = sizeof modules / sizeof *modules,
        .event = event,
        .ref = ref,
        .argument =
            eval_is_check(event) ? check_argument(run->arena) : argument_of(run->arena, event),
        .host = {&run->world, host_count, host_first, host_behind, host_named},
    };
    run->eval = call_start(&request, run->arena, &run->err);
    assert_non_null(run->eval);
}

static inline void start(struct run *run, const char *script, const char *event,
                         const char *ref, enum lang lang, int wall_ms, int fault)
{
    start_in(run, NULL, script, event, ref, lang, wall_ms, fault);
}

/* A child that sends these frames and no more: see break_the_rules. */
static inline void start_frames(struct run *run, const char *frames, const char *event)
{
    start_in(run, "/proc/self/exe", frames, event, NULL, LANG_EN, PATIENT_MS, 0);
}

static inline void finish(struct run *run)
{
    eval_free(run->eval);
    findings_free(&run->findings);
    arena_free(run->arena);
}

/* ---- a child that breaks the rules ------------------------------------------------------------------ */

static const struct value_limits json_limits = {1000, 8, 65536};

/* What main does in place of planrun-eval: sends the frames in one piece, and no more. */
static inline int break_the_rules(void)
{
    unsigned char head[EVAL_HEAD];
    static char bytes[65536];
    struct arena *arena = arena_new();
    struct value *request = NULL, *frames = NULL;
    struct buf out = {0};
    if (recv(0, head, sizeof head, MSG_WAITALL) != sizeof head ||
        recv(0, bytes, eval_frame_length(head), MSG_WAITALL) < 0 ||
        value_decode(arena, bytes, eval_frame_length(head), &json_limits, &request, NULL) < 0)
        return 1;
    const struct value *source = value_get(request, "source");
    if (json_parse(arena, source->string, source->length, &json_limits, &frames, NULL) < 0)
        return 1;
    for (uint32_t i = 0; i < frames->count; i++) {
        struct buf payload = {0};
        value_encode(&payload, frames->items[i]->items[1]);
        eval_frame_head(head, (enum eval_tag)frames->items[i]->items[0]->string[0],
                        payload.length);
        buf_add(&out, head, sizeof head);
        buf_add(&out, payload.bytes, payload.length);
        buf_free(&payload);
    }
    bool whole = send(0, out.bytes ? out.bytes : "", out.length, 0) == (ssize_t)out.length;
    buf_free(&out);
    arena_free(arena);
    return whole ? 0 : 1;
}

static inline bool has_part(const char *text, const char *part)
{
    return !part || (text && strstr(text, part));
}

#endif
