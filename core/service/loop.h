/*
 * The loop: runs holdings until nothing can come any more or it is told to stop. One timer for all of
 * them, at most 60 s ahead; SIGINT and SIGTERM end it cleanly. A turn does a bounded piece of each
 * step – requests, ticks, handlers, fan-out, messages – and ends with one commit per store; only
 * then are answers and reports given. Holdings of one store have their turns together.
 *
 * A service is a loop that does not end by itself, with one store (holding.h, shared) whatever plans it has:
 * holdings come and go while it runs.
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
 * with code 0 that it is over. `holding` NULL = a store of several plans, or of none: here and below. */
typedef void (*loop_trouble)(void *context, const struct holding *holding,
                             const struct err *err);

/** Told of a message that was given up (`destination` NULL), and of a destination that takes nothing just now or,
 * with code 0, again. */
typedef void (*loop_unsent)(void *context, const char *destination, const struct err *err);

/** Told when a clock begins to be doubted, is doubted for another reason, or is sure again: once each,
 * after the commit. With `accepted` it is what somebody has overruled. */
typedef void (*loop_doubt)(void *context, const struct holding *holding,
                           const struct trust *trust, bool accepted);

struct loop;
struct uv_loop_s;
struct post;

/* What makes a service of a loop. Each may be NULL, and is called with the options' context. */
struct loop_service {
    const struct holding_shared *shared;              /* served without a plan, too */
    void (*begin)(void *context, struct loop *loop);  /* it runs now */
    void (*hangup)(void *context, struct loop *loop); /* SIGHUP came */
    void (*taken)(void *context, const struct holding *holding); /* another revision */
    /* answers a request for a plan that no holding has, in the arena; what it writes is committed
     * before the answer is passed on */
    struct value *(*ask)(void *context, const struct value *request, int64_t now_ms,
                         struct arena *arena);
    void (*end)(void *context, struct loop *loop); /* closes what it has on the loop */
};

struct loop_options {
    struct clock clock;
    struct channel *channel; /* that all messages go to; the caller's. NULL with make_post */
    /* Makes the post whose channels use the loop, instead of `channel`; the loop closes it. */
    int (*make_post)(void *context, struct uv_loop_s *uv, struct post **out, struct err *err);
    enum lang lang;
    bool once; /* ends when everything that is due is decided, expanded and sent or, while the
                  clock is in doubt, held */
    const char
        *accept_clock; /* by whom it is taken as it is at the beginning; NULL = by nobody */
    int64_t until_ms;  /* ends as well when nothing more can come by then; 0 = no bound */
    loop_fired fired;
    loop_trouble trouble;
    loop_doubt doubt;
    loop_unsent unsent;                 /* NULL = what was given up is `trouble` */
    const struct loop_service *service; /* NULL = it ends by itself */
    int end_fd; /* readable = to end, instead of SIGINT and SIGTERM (guard.h); 0 = none */
    void *context;
};

/** Runs the holdings. 0 = nothing can come any more, or `once` is done; 1 = SIGINT or SIGTERM came.
 * Who runs several loops one after another blocks both signals around them: a loop lets in what came
 * between two. */
int loop_run(struct holding *holdings, size_t count, const struct loop_options *options,
             struct err *err);

/** Of a loop that runs: what it polls; and adds a holding of a store that it has, or lets one go, which the
 * caller closes then. Not from `fired`, `trouble`, `doubt` and `taken`. */
struct uv_loop_s *loop_uv(struct loop *loop);
int loop_add(struct loop *loop, struct holding *holding, struct err *err);
void loop_remove(struct loop *loop, struct holding *holding);

/** Ends it as SIGTERM does. */
void loop_end(struct loop *loop);

/** The same without a loop, clock or channel: each event at its own instant, up to `until_ms`; handlers are
 * run. For simulations. */
int loop_simulate(struct holding *holding, int64_t until_ms, loop_fired fired, void *context,
                  enum lang lang, struct err *err);

#endif
