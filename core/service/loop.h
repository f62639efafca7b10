/*
 * The loop: runs holdings until nothing can come any more or it is told to stop. One timer for all of
 * them, at most 60 s ahead; SIGINT and SIGTERM end it cleanly. A turn does a bounded piece of each
 * step – requests, ticks, handlers, fan-out, messages – and ends with one commit per store; only
 * then are answers and reports given.
 */
#ifndef SERVICE_LOOP_H
#define SERVICE_LOOP_H

#include "channel/channel.h"
#include "service/holding.h"
#include "time/trust.h"

/** Told of every firing, after its commit. */
typedef void (*loop_fired)(void *context, const struct holding *holding,
                           const struct store_firing *firing);

/** Told of what an operator must know and the loop survives (a commit that failed, …): of each change once;
 * with code 0 that it is over. */
typedef void (*loop_trouble)(void *context, const struct holding *holding,
                             const struct err *err);

/** Told when a clock begins to be doubted, is doubted for another reason, or is sure again: once each,
 * after the commit. With `accepted` it is what somebody has overruled. */
typedef void (*loop_doubt)(void *context, const struct holding *holding,
                           const struct trust *trust, bool accepted);

struct loop_options {
    struct clock clock;
    struct channel *channel;
    enum lang lang;
    bool once; /* ends when everything that is due is decided, expanded and sent or, while the
                  clock is in doubt, held */
    const char
        *accept_clock; /* by whom it is taken as it is at the beginning; NULL = by nobody */
    int64_t until_ms;  /* ends as well when nothing more can come by then; 0 = no bound */
    loop_fired fired;
    loop_trouble trouble;
    loop_doubt doubt;
    void *context;
};

/** Runs the holdings. 0 = nothing can come any more, or `once` is done; 1 = SIGINT or SIGTERM came.
 * Who runs several loops one after another blocks both signals around them: a loop lets in what came
 * between two. */
int loop_run(struct holding *holdings, size_t count, const struct loop_options *options,
             struct err *err);

/** The same without a loop, clock or channel: each event at its own instant, up to `until_ms`; handlers are
 * run. For simulations. */
int loop_simulate(struct holding *holding, int64_t until_ms, loop_fired fired, void *context,
                  enum lang lang, struct err *err);

#endif
