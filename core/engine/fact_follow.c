/* What a fact changes in memory, once the store has taken it. */
#include "engine/fact_data.h"

/* A due that a fact gave has events from now on: what of them would lie in the past is not
 * made up for, so the item's cursor moves to now where all was `decided` before the fact. */
static int follow_due(struct asked *asked, int32_t due, bool decided)
{
    struct engine *engine = asked->engine;
    struct bound *bound = asked->bound;
    struct store_item *item = &bound->items[asked->item];
    agenda_add_due(bound->agenda, asked->item, &asked->duty.occasion, due);
    if (decided && item->cursor_ms <= asked->now_ms && engine->clock.wall_ms != INT64_MIN) {
        struct store_cursor cursor = {item->number, asked->now_ms + 1};
        struct store_batch batch = {.cursors = &cursor, .cursor_count = 1};
        int64_t none;
        int code = store_tick(engine->store, &batch, &none, asked->err);
        if (code < 0)
            return code;
        item->cursor_ms = cursor.at_ms;
    }
    bound_walk(bound);
    return 0;
}

static int forget_due(struct asked *asked)
{
    struct bound *bound = asked->bound;
    int code = bound_dues(asked->engine->store, bound, asked->arena, asked->err);
    bound_walk(bound);
    return code;
}

/* In memory what the store counts now. More time moves the unit to the duty of that due;
 * withdrawing may move it back, or to that of an earlier one. */
static int follow_said(struct asked *asked)
{
    struct bound *bound = asked->bound;
    struct duty from = asked->duty, *to = &asked->duty;
    struct store_count count;
    bool passed = !bound->more || bound->next.at_ms > asked->now_ms;
    bool decided = passed && !asked->engine->behind;
    int code = fact_count(asked, &from, &count);
    if (code == 0 &&
        from.given) /* nobody may have that due any more: a restart would not know it */
        code = forget_due(asked);
    if (code == 0 && count.due != DAY_NONE)
        code = follow_due(asked, count.due, decided);
    if (code == 0)
        code = fact_duty_of_unit(asked);
    if (code < 0)
        return code;
    if (to->given != from.given || to->occasion.due != from.occasion.due)
        bound_move_unit(bound, &from, to, asked->day, asked->unit, &count);
    else
        bound_count_unit(bound, &from, asked->unit, &count);
    return 0;
}

/* The counter of any row; false when this revision or roster has no such thing any more. */
static bool find_counter(struct asked *asked, const struct store_fact *fact)
{
    const struct bound *bound = asked->bound;
    uint32_t phase = fact->phase ? bound_item(bound, fact->phase) : ITEM_NONE;
    struct occasion occasion = {fact->period, DAY_NONE, phase};
    asked->item = bound_item(bound, fact->item);
    asked->unit = bound_row(bound, fact->unit);
    return asked->item != ITEM_NONE && asked->item < bound->input.plan->item_count &&
           asked->unit != UNIT_NONE && (!fact->phase || phase != ITEM_NONE) &&
           agenda_duty_at(bound->agenda, asked->item, &occasion, &asked->duty);
}

static int follow_row(const struct asked *asked, const struct store_fact *fact)
{
    struct asked other = *asked;
    struct store_count count;
    if (!find_counter(&other, fact))
        return 0;
    int code = fact_duty_of_unit(&other);
    if (code == 0)
        code = fact_count(&other, &other.duty, &count);
    if (code == 0)
        bound_count_unit(asked->bound, &other.duty, other.unit, &count);
    return code;
}

int fact_follow(struct asked *asked, const struct fact_act *act)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < act->count; i++) {
        enum fact_kind kind = act->facts[i].kind;
        if (i == 0 && (kind == FACT_EXTENDED || kind == FACT_WITHDRAWN))
            code = follow_said(asked);
        else
            code = follow_row(asked, &act->facts[i]);
    }
    return code;
}
