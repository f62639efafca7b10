/*
 * Handlers without an evaluator, instead of core/service/calls.c: what one returns is a function of
 * its event alone, so that two lives of a plan hear the same. Some fail, some need a second step.
 */
#include "service/calls.h"

#include "engine/handler.h"
#include "sim_random.h"

#include <stdlib.h>
#include <string.h>

enum { NOTICES_MOST = 2 };

struct calls {
    struct holding *holding;
    uint64_t ended;
    int64_t running; /* the firing whose handler has begun, 0 = none */
    uint32_t takes;
    char problem[64];
};

struct calls *calls_new(struct holding *holding, enum lang lang)
{
    (void)lang;
    struct calls *calls = mem_resize(NULL, 1, sizeof *calls);
    *calls = (struct calls){.holding = holding};
    return calls;
}

void calls_free(struct calls *calls)
{
    free(calls);
}

static uint64_t add_text(uint64_t hash, const char *text)
{
    for (; text && *text; text++)
        hash = sim_mix(hash ^ (unsigned char)*text);
    return hash;
}

/* Of what the handler is told, whatever numbers the store gave. */
static uint64_t hash_of(const struct handler_call *call)
{
    uint64_t hash = sim_mix((uint64_t)call->firing.at_ms);
    hash = sim_mix(hash ^ (uint64_t)(int64_t)call->firing.tier);
    hash = add_text(add_text(hash, call->event), call->ref);
    hash = add_text(hash, value_get_string(value_get(call->event_argument, "item"), "id"));
    return add_text(hash, value_get_string(value_get(call->event_argument, "phase"), "id"));
}

static int end(struct calls *calls, const struct handler_call *call, int64_t now_ms,
               struct err *err)
{
    static const char *const routes[] = {"contact", "head"};
    struct sim_random random = {hash_of(call)};
    struct handler_notice notices[NOTICES_MOST];
    bool fails = sim_chance(&random, 15);
    size_t count = bits_count(&call->subjects) ? sim_below(&random, NOTICES_MOST + 1) : 0;
    for (size_t i = 0; i < count; i++)
        notices[i] =
            (struct handler_notice){&call->subjects, "通知", routes[sim_below(&random, 2)],
                                    sim_chance(&random, 50) ? "sms" : NULL};
    strcpy(calls->problem, fails ? "p.lua:1: no" : "");
    int code = engine_handled(calls->holding->engine, call, notices, count,
                              fails ? calls->problem : NULL, now_ms, err);
    calls->running = 0;
    calls->ended += code == 0;
    return code;
}

int calls_step(struct calls *calls, int64_t now_ms, struct err *err)
{
    struct handler_call call = {0};
    struct err own = {0};
    struct arena *arena = arena_new();
    if (calls->takes != calls->holding->takes)
        calls->running = 0;
    calls->takes = calls->holding->takes;
    int code = engine_handler_next(calls->holding->engine, arena, &call, &own);
    bool none = code == ERR_NOT_FOUND;
    if (code == 0 && calls->running != call.firing.number && sim_mix(hash_of(&call)) % 2) {
        calls->running = call.firing.number;
        code = 1;
    } else if (code == 0) {
        code = end(calls, &call, now_ms, err);
        code = code == 0 ? 1 : code; /* perhaps there is another */
    } else if (!none && err) {
        *err = own;
    }
    handler_call_free(&call);
    arena_free(arena);
    return none ? 0 : code;
}

int calls_fd(const struct calls *calls, short *events, int64_t *deadline_ms)
{
    (void)calls;
    (void)events;
    (void)deadline_ms;
    return -1;
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
    while ((code = calls_step(calls, now_ms, err)) > 0)
        ;
    return code;
}
