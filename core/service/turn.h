/*
 * A turn of all holdings of one store: the clock judged once; requests, rosters, ticks and handlers plan
 * by plan; fan-out and messages once; each a bounded piece, then one commit, and only then answers and
 * reports. It knows no loop and reads no clock: when it is called, and what the clocks show then, is the
 * loop's business; what of that is believed is decided here, by what the store recorded last.
 *
 * A failure of the store is everybody's: it is reported, what is in memory is read anew, and the next
 * turns wait a little. One of a plan alone – its roster's file, its engine – puts off that plan in the
 * same way, and no other: its requests are refused and its events wait, lines that are there already
 * are judged by the roster that it has.
 *
 * While the clock is in doubt, nothing is sent: lines and messages wait in the store. All else goes on by the
 * time that trust.h gives; the clocks that were sure stay recorded, so that a restart doubts likewise. It ends by
 * itself when the clock agrees again, or by turn_accept_clock.
 */
#ifndef SERVICE_TURN_H
#define SERVICE_TURN_H

#include "service/calls.h"
#include "service/control.h"
#include "service/courier.h"
#include "service/loop.h"
#include "time/trust.h"

/* Firings that wait for their commit to be told of. */
struct turn_fired {
    struct arena *arena;
    struct store_firing *list;
    size_t count, room;
};

/* A row of failures: when to try again, a little later every time. */
struct turn_failure {
    uint32_t count;     /* in a row */
    int64_t again_ms;   /* by boot_ms: not before; 0 = at once */
    int64_t failed_ms;  /* when it failed; by the same */
    struct err problem; /* of the last one */
};

struct turn_plan {
    struct holding *holding;
    struct calls *calls;
    void *watch;               /* the loop's, on the handler that runs */
    bool pending, calling;     /* a handler may be to run, one runs */
    int64_t used_ms;           /* by boot_ms: when something last happened in it */
    bool broken;               /* the memory must be read anew before anything else */
    bool failing;              /* in this turn, by itself: `own.problem` is why */
    bool known;                /* … which was told already */
    struct turn_failure own;   /* in which nobody else has a share */
    struct turn_failure stuck; /* handlers that could not be run; nothing else waits for them */
    struct err handler;        /* of a handler that failed in this group */
    struct turn_fired fired;
};

struct turn {
    struct store *store;
    struct turn_plan **plans;
    size_t count, first;          /* which one is ticked first next time */
    struct post *post, *own_post; /* the second is NULL where the first is the caller's */
    struct courier *courier;
    struct texts *texts;
    void *watch;             /* the loop's, on a text function that runs */
    struct control *control; /* NULL = nobody can ask */
    const struct loop_options *options;
    bool more, calling;           /* another turn at once; a handler runs */
    struct turn_failure failure;  /* of the store */
    struct clock_reading reading; /* of the last turn */
    struct trust trust;           /* what is believed of it */
    enum clock_doubt noted,
        told;               /* what the store has, once it was asked; what was told last */
    bool asked;             /* it was */
    const char *accept;     /* by whom its clock is to be taken as it is; NULL = not asked */
    struct trust overruled; /* in this group, by somebody who accepts the clock … */
    bool accepted;          /* … which was done */
    int64_t now_ms, gathers_ms; /* by which it lived; by boot, since when it gathers */
    bool lost;                  /* a firing was passed over in this group */
};

/** Begins, without a plan; store, post (NULL = the options' channel) and what is added outlive it; ended by turn_close. */
void turn_open(struct turn *turn, struct store *store, struct post *post,
               const struct loop_options *options);
void turn_close(struct turn *turn);

/** Adds a holding of the store, or lets it go: what its handler did is begun anew when it comes again. */
void turn_add(struct turn *turn, struct holding *holding);
void turn_remove(struct turn *turn, const struct holding *holding);

/** The plan of an id or, where there is only one, of NULL; else NULL. */
struct turn_plan *turn_find(const struct turn *turn, const char *id);

/** One turn. */
void turn_step(struct turn *turn, const struct clock_reading *reading);

/** In the next turn the clock is taken as it is: a doubt ends, and what follows is judged by that reading. `actor`, the
 * caller's until then, says so. */
void turn_accept_clock(struct turn *turn, const char *actor);

/** The last one: what is with a channel is ended, and settled. */
void turn_end(struct turn *turn);

/** The store, or a plan (or only a handler of it), has failed and is not tried yet: what it was, NULL = none. */
const struct err *turn_problem(const struct turn *turn);

/** When an event comes (of plans that are not put off), a message, or one ahead of `now_ms`, in the turns' time:
 * INT64_MAX = never, or of messages not before the clock is sure. */
int64_t turn_next_event(const struct turn *turn);
int64_t turn_next_mail(struct turn *turn);
int64_t turn_later_mail(struct turn *turn, int64_t now_ms);

/** True while the clock is in doubt and something waits to be sent. */
bool turn_holds(struct turn *turn);

/** Keeps copies of what the engine has just fired; true when a handler among them is to run. */
bool turn_collect(struct turn_fired *fired, const struct engine *engine);

/** Tells of them in order, and forgets them; `tell` NULL forgets only. */
void turn_report(struct turn_fired *fired, const struct holding *holding, loop_fired tell,
                 void *context);

#endif
