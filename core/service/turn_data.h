/*
 * The inside of a turn, for turn*.c alone: turn.c has what is done once, turn_plan.c a plan's share of it,
 * turn_clock.c what is believed of the clocks.
 */
#ifndef SERVICE_TURN_DATA_H
#define SERVICE_TURN_DATA_H

#include "service/turn.h"

enum {
    TURN_AGAIN_MS = 1000, /* after the first failure; whoever asks is not put off for longer */
    TURN_CALLS_MOST = 4   /* handlers at once, over all plans */
};

/** The courier is told of the engines: one is another, or was renewed. */
void turn_engines(struct turn *turn);

/** Keeps a failure, one more in a row. True when the last one was the same. */
bool turn_put_off(struct turn_failure *failure, const struct clock_reading *reading,
                  const struct err *err);

/** False when a failure is to be waited for; who `asks` may be the first to learn that the cause is gone. */
bool turn_is_due(const struct turn_failure *failure, const struct clock_reading *reading,
                 bool asks);

/** Tells of it; holding NULL = the store, of several. */
void turn_tell(const struct turn *turn, const struct holding *holding, const struct err *err);
void turn_tell_failed(const struct turn *turn, const struct holding *holding,
                      const struct err *why);
void turn_tell_over(const struct turn *turn, const struct holding *holding);

/** The plan takes part in this turn: it neither failed nor is put off. */
bool turn_plan_is_well(const struct turn *turn, const struct turn_plan *plan);

/** The memory may be ahead of the disk, and a handler may run for a firing that is not there: all of it is read
 * from the store again, or the plan is broken. */
int turn_plan_renew(struct turn *turn, struct turn_plan *plan, struct err *err);

/** It failed by itself: it is read anew, and put off once the group is on the disk. */
void turn_plan_fail(struct turn *turn, struct turn_plan *plan, const struct err *err);

/** The shares of a plan, each a step: it fails by itself. */
void turn_plan_begin(struct turn *turn, struct turn_plan *plan);
void turn_plan_follow(struct turn *turn, struct turn_plan *plan);
void turn_plan_call(struct turn *turn, struct turn_plan *plan);
void turn_plan_tick(struct turn *turn, struct turn_plan *plan);
void turn_plan_warm(struct turn *turn, struct turn_plan *plan);

/** Something has happened in it: what it has in memory may be asked for again soon. */
void turn_plan_use(struct turn *turn, struct turn_plan *plan);

/** The group has ended: tells what was recorded, or forgets it. */
void turn_plan_commit(struct turn *turn, struct turn_plan *plan, bool committed);

/** The turn has ended well: it is put off or is over it. */
void turn_plan_end(struct turn *turn, struct turn_plan *plan);

/** Whether it is on the roster of the day by which the turn lives, as messages want it. */
bool turn_plan_is_today(const struct turn *turn, const struct turn_plan *plan);

/** Judged by what is in the store, so that a process that begins now judges alike. */
int turn_judge(struct turn *turn, struct err *err);

/** From here on the turn lives by the wall clock, and the next ones are judged by it. Where nothing is
 * to be overruled, nothing is done. */
int turn_take_clock(struct turn *turn, const char *actor, struct err *err);

/** The reading to be recorded; false = none. */
bool turn_sure_reading(const struct turn *turn, struct clock_reading *sure);

/** Tells what changed in what is believed, once the group is on the disk. */
void turn_tell_doubt(struct turn *turn);

#endif
