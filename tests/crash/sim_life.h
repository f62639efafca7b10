/*
 * One life of a store: a plan lived through a year by service/turn.c over a simulated disk, clock and
 * channel, with people who hand in and revise, and with whatever the seed has in store – killed
 * processes, power cuts, failing disks, clocks that jump, weeks of downtime. A calm life (the twin)
 * has the same plan and the same inputs at the same true times, and nothing else.
 *
 * What is at hand after every step is checked here; the whole store is looked at by sim_check.h.
 */
#ifndef TESTS_SIM_LIFE_H
#define TESTS_SIM_LIFE_H

#include "service/turn.h"
#include "sim_clock.h"
#include "sim_control.h"
#include "sim_disk.h"
#include "sim_plan.h"
#include "time/civil.h"

#include <stdio.h>

enum sim_answer {
    SIM_ASKED,   /* nothing was said, or the process died before it */
    SIM_DONE,    /* acknowledged: it is there for good */
    SIM_DENIED,  /* the plan's words forbid it */
    SIM_REFUSED, /* could not be written */
};

/* Something that was asked of a life. */
struct sim_attempt {
    const struct value *request;
    const char *actor, *key, *hash; /* of a fact; of a revision */
    struct sim_plan plan;           /* of a revision */
    int64_t true_ms;
    enum sim_answer answer;
    int64_t fact;     /* the number it was answered with */
    bool again;       /* a repetition of an earlier one */
    bool stands;      /* it is in the store at the end */
    uint32_t process; /* in whose life it was asked */
};

/* A firing that was told of. */
struct sim_told {
    int64_t number;
    uint64_t identity;
    int64_t true_ms, now_ms;
};

/* An attempt to send a message. */
struct sim_sent {
    uint64_t id, content;
    uint32_t attempt;
    bool arrived;
};

/* The first turn that was able to form messages, after some that were not, or after none: what was
 * recorded behind `after` had no chance before `now_ms`, in the time it lived by. */
struct sim_release {
    int64_t after, now_ms;
};

/* A result that a channel gives later. */
struct sim_late {
    int64_t true_ms;
    channel_done done;
    void *context;
    enum channel_result result;
};

struct sim_life {
    uint64_t seed;
    bool calm;
    FILE *out; /* gets the trace, NULL = nobody */
    uint64_t trace;
    char failure[400]; /* "" = none */
    struct arena *arena;
    struct host *host; /* the caller's */
    struct sim_random inputs, faults, sends;
    uint32_t moods; /* which troubles this life has */

    struct sim_time time;
    int64_t end_ms;  /* the horizon: all is well from here on */
    int64_t most_ms; /* the latest time lived by so far */
    struct sim_disk *disk;
    struct sim_plan plan; /* as it runs */

    struct holding holding;
    struct channel channel;
    struct loop_options options;
    struct turn turn;
    struct control *control;
    bool up;
    uint32_t processes;
    int64_t start_ms;  /* down: when the next process starts, … */
    bool reboots;      /* … and whether the machine does */
    int64_t heal_ms;   /* when the disk heals, INT64_MAX = nothing is wrong */
    int64_t healed_ms; /* when it did last */
    int64_t right_ms;  /* when somebody sets the clock right */
    int64_t trouble_ms, input_ms, last_ms;
    struct clock_reading sure; /* as recorded before the turn */
    bool any_sure, holds;      /* nothing may be sent in this turn */
    bool doubt;                /* after the last turn */
    bool unable;               /* what is recorded has no messages yet */
    int64_t told_most;         /* the highest number of a firing */
    int64_t formed;            /* it, at the last turn that was able */
    struct sim_release *releases;
    size_t release_count, release_room;

    struct sim_attempt *attempts;
    size_t attempt_count, attempt_room, replayed;
    struct sim_told *told;
    size_t told_count, told_room;
    struct sim_sent *sent;
    size_t sent_count, sent_room;
    struct sim_late *late;
    size_t late_count, late_room;
    struct {
        uint64_t turns, deaths, faults, jumps, checks;
    } counts;
};

/** A life before its first process (sim_world.h lives it). The host is the caller's; the life is to be freed. */
void sim_life_new(struct sim_life *life, uint64_t seed, struct host *host, FILE *out);
void sim_life_free(struct sim_life *life);

/** Starts a process; false when it cannot. */
bool sim_start(struct sim_life *life);

/** Ends it, `clean` as on SIGTERM. */
void sim_stop(struct sim_life *life, bool clean);

/** What has failed and is not over yet, of the store or of the plan alone; NULL = nothing. */
const struct turn_failure *sim_failure(const struct sim_life *life);

/** True when process or machine has ended under it. */
bool sim_is_dead(const struct sim_life *life);

/** Turns until nothing is to be done at once, or the disk is dead. */
void sim_turns(struct sim_life *life);

/** Asks for what the attempt has; it is kept with its time. */
struct sim_attempt *sim_ask(struct sim_life *life, const struct sim_attempt *attempt);

/** Notes what is wrong, the first time. */
void sim_fail(struct sim_life *life, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Adds a line to the trace. */
void sim_trace(struct sim_life *life, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** What tells one firing from another, of one store. */
uint64_t sim_identity(const struct store_firing *firing);

/** The path of the store on a life's disk. */
extern const char sim_store[];

#endif
