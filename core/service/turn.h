/*
 * A holding's share of a turn: requests, tick, fan-out, handlers and messages, each a bounded piece,
 * then one commit, and only then answers and reports. It knows no loop and reads no clock: when it is
 * called, and what the clocks show then, is the loop's business; what of that is believed is decided
 * here (time/trust.h), for each store by what it recorded last. A failure is reported, what is in
 * memory is read anew, and the next turns wait a little.
 *
 * While the clock is in doubt, nothing is sent: lines and messages wait in the store. All else goes on
 * by the time that trust.h gives; the clocks that were sure stay recorded, so that a restart doubts
 * likewise. It ends by itself when the clock agrees again, or by turn_accept_clock.
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

struct turn {
    struct holding *holding;
    struct post *post;
    struct courier *courier;
    struct calls *calls;
    struct control *control; /* NULL = nobody can ask */
    const struct loop_options *options;
    struct turn_fired fired;
    bool more;                    /* another turn at once */
    bool calling;                 /* a handler runs */
    bool broken;                  /* the memory must be read anew before anything else */
    uint32_t failed;              /* turns in a row */
    struct clock_reading reading; /* of the last turn */
    struct trust trust;           /* what is believed of it */
    enum clock_doubt noted;       /* what the store has, once it was asked */
    bool asked;                   /* it was */
    enum clock_doubt told;        /* what was told last */
    const char *accept;     /* by whom its clock is to be taken as it is; NULL = not asked */
    struct trust overruled; /* in this group, by somebody who accepts the clock … */
    bool accepted;          /* … which was done */
    int64_t now_ms;         /* by which the last turn lived */
    int64_t again_ms;       /* by reading.boot_ms: not before, after a failure; 0 = at once */
    int64_t failed_ms;      /* when it failed; by the same */
    uint32_t stuck;  /* handlers in a row that could not be run; nothing else waits for them */
    int64_t call_ms; /* the next handler not before, by the same; 0 = at once */
    struct err handler; /* of a handler that failed in this group */
    bool lost;          /* a firing was passed over in this group */
    struct err problem; /* of the last failure */
};

/** Begins; the caller ends it with turn_close. */
void turn_open(struct turn *turn, struct holding *holding, const struct loop_options *options);
void turn_close(struct turn *turn);

/** One turn. */
void turn_step(struct turn *turn, const struct clock_reading *reading);

/** In the next turn the clock is taken as it is, whatever doubt there was: a doubt ends, and what
 * follows is judged by that reading. `actor` is who says so, the caller's until then. */
void turn_accept_clock(struct turn *turn, const char *actor);

/** The last one: what is with a channel is settled where it has ended. */
void turn_end(struct turn *turn);

/** When an event comes, when a message does, in the time that the turns live by: INT64_MAX = never,
 * or of messages not before the clock is sure. */
int64_t turn_next_event(const struct turn *turn);
int64_t turn_next_mail(struct turn *turn);

/** True while the clock is in doubt and something waits to be sent. */
bool turn_holds(struct turn *turn);

/** Keeps copies of what the engine has just fired; true when a handler among them is to run. */
bool turn_collect(struct turn_fired *fired, const struct engine *engine);

/** Tells of them in order, and forgets them; `tell` NULL forgets only. */
void turn_report(struct turn_fired *fired, const struct holding *holding, loop_fired tell,
                 void *context);

#endif
