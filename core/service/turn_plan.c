/* A plan's share of a turn. */
#include "service/turn_data.h"

#include "service/intake.h"
#include "time/civil.h"

#include <string.h>

enum {
    WARM_MS = 3600000, /* so long before an event one of several plans has its counters, … */
    REST_MS = 600000   /* … and so long behind the last that happened in it */
};

bool turn_plan_is_well(const struct turn *turn, const struct turn_plan *plan)
{
    return !plan->failing && turn_is_due(&plan->own, &turn->reading, false);
}

int turn_plan_renew(struct turn *turn, struct turn_plan *plan, struct err *err)
{
    struct holding *holding = plan->holding;
    int code = engine_renew(holding->engine, err);
    plan->broken = code < 0;
    turn_engines(turn);
    calls_free(plan->calls);
    plan->calls = calls_new(holding, turn->options->lang);
    plan->calling = false;
    plan->pending = true;
    return code;
}

void turn_plan_fail(struct turn *turn, struct turn_plan *plan, const struct err *err)
{
    struct err ignored;
    plan->failing = true;
    turn_plan_renew(turn, plan, &ignored);
    plan->known = turn_put_off(&plan->own, &turn->reading, err);
}

void turn_plan_begin(struct turn *turn, struct turn_plan *plan)
{
    struct err err = {0};
    plan->failing = false;
    intake_tidy(plan->holding);
    if (plan->broken && turn_plan_is_well(turn, plan) && turn_plan_renew(turn, plan, &err) < 0)
        turn_plan_fail(turn, plan, &err);
}

/* The roster of the day that comes next: what a run lives through and what one catches up with is about
 * the same people. Under a clock in doubt nobody is told anything, and today's will do. */
void turn_plan_follow(struct turn *turn, struct turn_plan *plan)
{
    struct holding *holding = plan->holding;
    struct err err = {0};
    uint32_t takes = holding->takes;
    int32_t day = civil_from_ms(turn->now_ms, NULL), due = day;
    if (!turn_plan_is_well(turn, plan))
        return;
    if (turn->trust.doubt != CLOCK_AWAY && engine_due(holding->engine, turn->now_ms, &due))
        day = due;
    int code = holding_on(holding, day, &err);
    if (takes != holding->takes)
        turn_engines(turn);
    if (code < 0)
        turn_plan_fail(turn, plan, &err);
}

bool turn_plan_is_today(const struct turn *turn, const struct turn_plan *plan)
{
    const struct roster *roster = plan->holding->roster;
    return !roster || roster_holds(roster, civil_from_ms(turn->now_ms, NULL));
}

static size_t count_calls(const struct turn *turn)
{
    size_t count = 0;
    for (size_t i = 0; i < turn->count; i++)
        count += turn->plans[i]->calling;
    return count;
}

static void collect_call(struct turn *turn, struct turn_plan *plan)
{
    const char *problem = calls_problem(plan->calls);
    turn_collect(&plan->fired, plan->holding->engine);
    if (*problem)
        err_set(&plan->handler, ERR_INVALID,
                TR(turn->options->lang, "a handler failed: %s", "处理函数出错：%s"), problem);
}

/* Handlers of firings that are committed; their notices are of this turn's group. One that cannot be
 * started stays pending: facts, reminders and requests do not wait for it. */
void turn_plan_call(struct turn *turn, struct turn_plan *plan)
{
    struct err err = {0};
    uint64_t before = calls_ended(plan->calls);
    bool known = true;
    if (!turn_plan_is_well(turn, plan) || !plan->pending ||
        !turn_is_due(&plan->stuck, &turn->reading, false) ||
        (!plan->calling && count_calls(turn) >= TURN_CALLS_MOST))
        return;
    int code = calls_step(plan->calls, turn->now_ms, &err);
    plan->calling = code > 0;
    plan->pending = code != 0;
    if (calls_ended(plan->calls) != before)
        collect_call(turn, plan);
    if (code < 0)
        known = turn_put_off(&plan->stuck, &turn->reading, &err);
    else
        plan->stuck = (struct turn_failure){0};
    if (!known)
        turn_tell(turn, plan->holding, &err);
}

void turn_plan_tick(struct turn *turn, struct turn_plan *plan)
{
    struct clock_reading sure;
    struct err err = {0};
    bool any = turn_sure_reading(turn, &sure);
    struct engine *engine = plan->holding->engine;
    if (!turn_plan_is_well(turn, plan))
        return;
    int code = turn->trust.doubt == CLOCK_AWAY
                   ? engine_replay(engine, turn->now_ms, &err)
                   : engine_tick(engine, turn->now_ms, any ? &sure : NULL, &err);
    if (code < 0) {
        turn_plan_fail(turn, plan, &err);
        return;
    }
    bool handler = turn_collect(&plan->fired, engine);
    if (plan->fired.count)
        turn_plan_use(turn, plan);
    plan->pending = plan->pending || handler;
    turn->more = turn->more || handler || code > 0;
}

void turn_plan_use(struct turn *turn, struct turn_plan *plan)
{
    plan->used_ms = turn->reading.boot_ms;
}

/* A service does not keep in memory what nobody asks for before tomorrow. */
void turn_plan_warm(struct turn *turn, struct turn_plan *plan)
{
    struct engine *engine = plan->holding->engine;
    struct err err = {0};
    if (!turn_plan_is_well(turn, plan))
        return;
    if (turn->count > 1 && engine_next(engine) > turn->now_ms + WARM_MS) {
        if (turn->reading.boot_ms - plan->used_ms >= REST_MS)
            engine_rest(engine);
        return;
    }
    turn_plan_use(turn, plan);
    int code = engine_warm(engine, &err);
    if (code < 0)
        turn_plan_fail(turn, plan, &err);
    turn->more = turn->more || code > 0;
}

void turn_plan_commit(struct turn *turn, struct turn_plan *plan, bool committed)
{
    if (committed && plan->handler.code)
        turn_tell(turn, plan->holding, &plan->handler);
    plan->handler.code = 0;
    turn_report(&plan->fired, plan->holding, committed ? turn->options->fired : NULL,
                turn->options->context);
}

void turn_plan_end(struct turn *turn, struct turn_plan *plan)
{
    if (plan->failing && !plan->known)
        turn_tell_failed(turn, plan->holding, &plan->own.problem);
    if (!plan->own.count || !turn_plan_is_well(turn, plan))
        return;
    plan->own = (struct turn_failure){0};
    turn_tell_over(turn, plan->holding);
}
