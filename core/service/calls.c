#include "service/calls.h"

#include "base/bits.h"
#include "engine/handler.h"
#include "service/stored.h"
#include "store/plans.h"
#include "time/clock.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All sets of a call together: 64 of ten million units each, or 500 of a million. */
enum { SETS_BYTES_MOST = 64 << 20 };

/* States: idle (eval NULL), or one call runs and all fields below belong to it. */
struct calls {
    struct holding *holding;
    enum lang lang;
    struct arena *words_arena; /* of the words, made at the first call */
    const struct eval_word *words;
    size_t word_count;
    uint64_t ended;

    struct eval *eval;
    const struct engine *engine; /* that gave the call */
    uint32_t takes; /* of the holding then: an engine may come to lie where one lay */
    struct arena *arena;
    struct handler_call call;
    struct stored_script stored;
    struct bits sets[CALL_UNITS_MOST]; /* the first is the call's own */
    uint32_t set_count;
    size_t sets_bytes;
    bool at_fault; /* what ended the eval was an error of ours */
    char problem[800];
};

struct calls *calls_new(struct holding *holding, enum lang lang)
{
    struct calls *calls = mem_resize(NULL, 1, sizeof *calls);
    *calls = (struct calls){.holding = holding, .lang = lang};
    return calls;
}

/* Makes it idle. */
static void drop(struct calls *calls)
{
    eval_free(calls->eval);
    calls->eval = NULL;
    for (uint32_t i = 1; i < calls->set_count; i++)
        bits_free(&calls->sets[i]);
    calls->set_count = 0;
    calls->sets_bytes = 0;
    handler_call_free(&calls->call);
    calls->call = (struct handler_call){0};
    arena_free(calls->arena);
    calls->arena = NULL;
    calls->at_fault = false;
}

void calls_free(struct calls *calls)
{
    if (!calls)
        return;
    drop(calls);
    arena_free(calls->words_arena);
    free(calls);
}

/* ---- what the script asks ---------------------------------------------------------------------- */

static uint32_t host_count(void *context, uint32_t set)
{
    const struct calls *calls = context;
    return handler_count(&calls->call, &calls->sets[set]);
}

static struct value *host_first(void *context, uint32_t set, uint32_t n, struct arena *arena)
{
    const struct calls *calls = context;
    return handler_first(calls->engine, &calls->call, &calls->sets[set], n, arena);
}

/* Keeps a set that was made, or frees it. */
static int keep_set(struct calls *calls, int code, struct bits *set, uint32_t *out,
                    struct err *err)
{
    size_t bytes = set->room / 8;
    if (code == 0 &&
        (calls->set_count == CALL_UNITS_MOST || bytes > SETS_BYTES_MOST - calls->sets_bytes))
        code = err_set(err, ERR_LIMIT,
                       TR(calls->lang, "a handler speaks of too many units",
                          "一个处理函数涉及的单位过多"));
    if (code < 0) {
        bits_free(set);
        calls->at_fault = code != ERR_NOT_FOUND && code != ERR_LIMIT;
        return code;
    }
    calls->sets_bytes += bytes;
    calls->sets[calls->set_count] = *set;
    *out = calls->set_count++;
    return 0;
}

static int host_behind(void *context, uint32_t set, const char *item, uint32_t *out,
                       struct err *err)
{
    struct calls *calls = context;
    struct bits behind = {0};
    int code = handler_behind(calls->holding->engine, &calls->call, &calls->sets[set], item,
                              &behind, err);
    return keep_set(calls, code, &behind, out, err);
}

static int host_named(void *context, const char *unit, uint32_t *out, struct err *err)
{
    struct calls *calls = context;
    struct bits named = {0};
    int code = handler_units(calls->engine, &calls->call, unit, &named, err);
    return keep_set(calls, code, &named, out, err);
}

/* ---- beginning --------------------------------------------------------------------------------- */

static int load_words(struct calls *calls, struct err *err)
{
    if (calls->words)
        return 0;
    struct arena *arena = arena_new();
    int code =
        load_eval_words(calls->holding->host, arena, &calls->words, &calls->word_count, err);
    if (code < 0)
        arena_free(arena);
    else
        calls->words_arena = arena;
    return code;
}

static int start(struct calls *calls, struct err *err)
{
    calls->sets[0] = calls->call.subjects;
    calls->set_count = 1;
    struct call_request request = {
        .eval = {.script = &calls->stored.script,
                 .words = calls->words,
                 .word_count = calls->word_count,
                 .lang = calls->lang},
        .modules = calls->stored.modules,
        .module_count = calls->stored.module_count,
        .event = calls->call.event,
        .ref = calls->call.ref,
        .argument = calls->call.event_argument,
        .host = {calls, host_count, host_first, host_behind, host_named},
    };
    struct err own = {0};
    calls->eval = call_start(&request, calls->arena, &own);
    if (calls->eval)
        return 1;
    return err_set(err, own.code < 0 ? own.code : ERR_INTERNAL, "%s", own.message);
}

/* From idle: 1 when a call runs, 0 when none is pending. */
static int begin(struct calls *calls, struct err *err)
{
    struct err own = {0};
    calls->arena = arena_new();
    calls->engine = calls->holding->engine;
    calls->takes = calls->holding->takes;
    int code = engine_handler_next(calls->holding->engine, calls->arena, &calls->call, &own);
    bool none = code == ERR_NOT_FOUND;
    if (code < 0 && !none && err)
        *err = own;
    if (code == 0 && !stored_script(calls->holding, calls->arena, &calls->stored))
        code = err_set(err, ERR_INTERNAL, "the stored plan has no script");
    if (code == 0)
        code = load_words(calls, err);
    if (code == 0)
        code = start(calls, err);
    if (code < 0)
        drop(calls);
    return none ? 0 : code;
}

/* ---- ending ------------------------------------------------------------------------------------ */

/* The units of a notice: a set of the call, or their union in `own`. */
static const struct bits *units_of(const struct calls *calls, const struct call_notice *notice,
                                   struct bits *own)
{
    if (notice->set_count == 1)
        return &calls->sets[notice->sets[0]];
    for (size_t i = 0; i < notice->set_count; i++) {
        const struct bits *set = &calls->sets[notice->sets[i]];
        for (uint32_t unit = bits_next(set, 0); unit != BITS_NONE;
             unit = bits_next(set, unit + 1))
            bits_add(own, unit);
    }
    return own;
}

/* What nobody is to hear is left out. */
static int record(struct calls *calls, int64_t now_ms, struct err *err)
{
    size_t count, used = 0;
    const struct call_notice *from = call_notices(calls->eval, &count);
    struct handler_notice *notices = arena_array(calls->arena, count, sizeof *notices);
    struct bits *unions = arena_array(calls->arena, count, sizeof *unions);
    for (size_t i = 0; i < count; i++) {
        const struct bits *units = units_of(calls, &from[i], &unions[i]);
        if (bits_next(units, 0) != BITS_NONE)
            notices[used++] =
                (struct handler_notice){units, from[i].text, from[i].role, from[i].channel};
    }
    int code =
        engine_handled(calls->holding->engine, &calls->call, notices, used, NULL, now_ms, err);
    for (size_t i = 0; i < count; i++)
        bits_free(&unions[i]);
    return code;
}

static int record_failure(struct calls *calls, const struct err *why, int64_t now_ms,
                          struct err *err)
{
    if (why->line)
        snprintf(calls->problem, sizeof calls->problem, "%s:%d: %s", why->file, why->line,
                 why->message);
    else
        snprintf(calls->problem, sizeof calls->problem, "%s", why->message);
    return engine_handled(calls->holding->engine, &calls->call, NULL, 0, calls->problem, now_ms,
                          err);
}

/* The eval has its answer. */
static int finish(struct calls *calls, int answer, const struct err *why, int64_t now_ms,
                  struct err *err)
{
    int code;
    calls->problem[0] = '\0';
    if (calls->at_fault)
        code = err_set(err, answer, "%s", why->message);
    else if (answer == EVAL_DONE)
        code = record(calls, now_ms, err);
    else
        code = record_failure(calls, why, now_ms, err);
    drop(calls);
    calls->ended += code == 0;
    return code;
}

int calls_step(struct calls *calls, int64_t now_ms, struct err *err)
{
    struct err why = {0};
    if (calls->eval && calls->takes != calls->holding->takes)
        drop(calls);
    if (!calls->eval)
        return begin(calls, err);
    int answer = eval_read(calls->eval, &why);
    if (answer == EVAL_PENDING)
        return 1;
    int code = finish(calls, answer, &why, now_ms, err);
    return code < 0 ? code : begin(calls, err);
}

int calls_fd(const struct calls *calls, short *events, int64_t *deadline_ms)
{
    if (!calls->eval)
        return -1;
    *events = eval_events(calls->eval);
    *deadline_ms = eval_deadline_ms(calls->eval);
    return eval_fd(calls->eval);
}

uint64_t calls_ended(const struct calls *calls)
{
    return calls->ended;
}

const char *calls_problem(const struct calls *calls)
{
    return calls->problem;
}

int calls_wait(struct calls *calls, int64_t now_ms, struct err *err)
{
    int code;
    while ((code = calls_step(calls, now_ms, err)) > 0) {
        struct pollfd fd = {0};
        int64_t deadline = 0;
        fd.fd = calls_fd(calls, &fd.events, &deadline);
        int64_t left = deadline - clock_monotonic();
        poll(&fd, 1, left > 0 ? (int)left : 0);
    }
    return code;
}
