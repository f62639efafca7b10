/* A run without clock, loop and channel: the same engine, ticked at each event's own instant. */
#include "service/turn.h"
#include "time/clock.h"

#include <poll.h>

struct simulation {
    struct holding *holding;
    struct calls *calls;
    struct turn_fired fired;
    loop_fired tell;
    void *context;
};

static int commit(struct simulation *simulation, struct err *err)
{
    int code = store_flush(simulation->holding->store, err);
    turn_report(&simulation->fired, simulation->holding, code == 0 ? simulation->tell : NULL,
                simulation->context);
    return code;
}

static void wait_for(struct calls *calls)
{
    struct pollfd descriptor = {0};
    int64_t deadline_ms = 0;
    descriptor.fd = calls_fd(calls, &descriptor.events, &deadline_ms);
    int64_t left = deadline_ms - clock_monotonic();
    poll(&descriptor, 1, left > 0 ? (int)left : 0);
}

/* All pending handlers, each one's notices told in its turn. */
static int run_handlers(struct simulation *simulation, int64_t now_ms, struct err *err)
{
    int code;
    do {
        uint64_t before = calls_ended(simulation->calls);
        code = calls_step(simulation->calls, now_ms, err);
        if (code >= 0 && calls_ended(simulation->calls) != before) {
            turn_collect(&simulation->fired, simulation->holding->engine);
            int flushed = commit(simulation, err);
            code = flushed < 0 ? flushed : code;
        }
        if (code > 0)
            wait_for(simulation->calls);
    } while (code > 0);
    return code;
}

/* Everything of one instant. */
static int run_instant(struct simulation *simulation, int64_t now_ms, struct err *err)
{
    int code;
    do {
        code = engine_tick(simulation->holding->engine, now_ms, NULL, err);
        bool handler =
            code >= 0 && turn_collect(&simulation->fired, simulation->holding->engine);
        int flushed = commit(simulation, err);
        if (code >= 0)
            code = flushed < 0 ? flushed : code;
        if (code >= 0 && handler) {
            int called = run_handlers(simulation, now_ms, err);
            code = called < 0 ? called : code;
        }
    } while (code > 0);
    return code;
}

int loop_simulate(struct holding *holding, int64_t until_ms, loop_fired fired, void *context,
                  enum lang lang, struct err *err)
{
    struct simulation simulation = {.holding = holding,
                                    .calls = calls_new(holding, lang),
                                    .tell = fired,
                                    .context = context};
    int code = 0;
    int64_t next_ms;
    while (code == 0 && (next_ms = engine_next(holding->engine)) != INT64_MAX &&
           next_ms <= until_ms)
        code = run_instant(&simulation, next_ms, err);
    calls_free(simulation.calls);
    turn_report(&simulation.fired, holding, NULL, NULL);
    return code;
}
