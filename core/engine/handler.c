/*
 * Handlers. An event runs one: that with the item's ref where there is one, else that of the
 * event. One that stood in the journal as pending when a new revision took the handler away
 * ends as failed, unrun.
 */
#include "engine/handler.h"

#include "engine/engine_data.h"
#include "engine/outbox.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

const struct value *bound_handler(const struct bound *bound, int kind, uint32_t item)
{
    const struct plan *plan = bound->input.plan;
    const struct value *handlers = value_get(plan->sealed, "handlers"), *found = NULL;
    const char *id = item == ITEM_NONE ? "" : plan->items[item].id;
    for (uint32_t i = 0; handlers && kind < EVENT_KINDS && i < handlers->count; i++) {
        const char *event = value_get_string(handlers->items[i], "event");
        const char *ref = value_get_string(handlers->items[i], "ref");
        if (!event || strcmp(event, firing_name(kind)) != 0)
            continue;
        if (ref && strcmp(ref, id) == 0)
            return handlers->items[i];
        if (!ref)
            found = handlers->items[i];
    }
    return found;
}

/* ---- what a handler is told ------------------------------------------------------------------- */

static struct value *make_name(struct arena *arena, const char *id, const char *name)
{
    struct value *both = value_map(arena);
    value_set_string(arena, both, "id", id);
    value_set_string(arena, both, "name", name);
    return both;
}

static struct value *make_item(struct arena *arena, const struct event *event)
{
    const struct item *item = &event->plan->items[event->item];
    struct value *out = make_name(arena, item->id, item->name);
    char day[11];
    if (event->official != DAY_NONE)
        value_set_string(arena, out, "due", civil_format(event->official, day));
    return out;
}

/* `phase` is the item of a phase's event, else the phase in whose turn the item is. */
static struct value *make_argument(struct arena *arena, const struct event *event)
{
    const struct plan *plan = event->plan;
    const struct item *item = event->item == ITEM_NONE ? NULL : &plan->items[event->item];
    struct value *out = value_map(arena);
    char day[11], minute[6];
    value_set_string(arena, out, "name", event_name(event->kind));
    value_set_string(arena, out, "at",
                     arena_printf(arena, "%sT%s", civil_format(event->day, day),
                                  civil_format_minute(event->minute, minute)));
    value_set(arena, out, "plan", make_name(arena, plan->id, plan->name));
    if (item && item->word != ITEM_PHASE)
        value_set(arena, out, "item", make_item(arena, event));
    else if (item)
        value_set(arena, out, "phase", make_name(arena, item->id, item->name));
    uint32_t turn = event->occurrence.phase;
    const struct item *phase = turn == ITEM_NONE ? NULL : &plan->items[turn];
    if (phase)
        value_set(arena, out, "phase", make_name(arena, phase->id, phase->name));
    return out;
}

/* False when the plan has no handler for it any more. */
static bool make_call(const struct engine *engine, struct arena *arena,
                      struct handler_call *call)
{
    const struct bound *bound = engine_bound(engine, call->firing.plan);
    struct event event;
    if (!bound || !bound_event(bound, &call->firing, &event))
        return false;
    const struct value *handler = bound_handler(bound, call->firing.kind, event.item);
    if (!handler)
        return false;
    call->plan = (uint32_t)(bound - engine->bounds);
    call->event = value_get_string(handler, "event");
    call->ref = value_get_string(handler, "ref");
    call->event_argument = make_argument(arena, &event);
    return true;
}

/* NULL, or why it never can be called. */
static const char *prepare(struct engine *engine, struct arena *arena,
                           struct handler_call *call)
{
    if (!make_call(engine, arena, call))
        return "the plan does not have this handler any more";
    if (bits_decode(call->firing.subjects, call->firing.subjects_length, &call->subjects,
                    NULL) < 0)
        return "the units it is about cannot be read";
    return NULL;
}

/* The oldest that is pending in one of the engine's plans. */
static int next_pending(struct engine *engine, struct arena *arena, struct store_firing *out,
                        struct err *err)
{
    int code = ERR_NOT_FOUND;
    bool any = false;
    for (size_t i = 0; i < engine->count; i++) {
        struct store_firing firing;
        code = store_handler_next(engine->store, engine->bounds[i].number, arena, &firing, err);
        if (code < 0 && code != ERR_NOT_FOUND)
            return code;
        if (code == 0 && (!any || firing.number < out->number))
            *out = firing;
        any = any || code == 0;
    }
    return any ? 0 : ERR_NOT_FOUND;
}

int engine_handler_next(struct engine *engine, struct arena *arena, struct handler_call *out,
                        struct err *err)
{
    struct handler_call call = {0};
    int code;
    while ((code = next_pending(engine, arena, &call.firing, err)) == 0) {
        const char *problem = prepare(engine, arena, &call);
        if (!problem)
            break;
        code = store_handled(engine->store, call.firing.number, NULL, 0, problem, NULL, err);
        if (code < 0)
            return code;
    }
    if (code == 0)
        *out = call;
    return code;
}

void handler_call_free(struct handler_call *call)
{
    if (call)
        bits_free(&call->subjects);
}

/* ---- what a handler asks ---------------------------------------------------------------------- */

static int32_t day_of_call(const struct handler_call *call)
{
    int16_t minute;
    return firing_day(call->firing.kind, call->firing.at_ms, &minute);
}

uint32_t handler_count(const struct handler_call *call, const struct bits *units)
{
    (void)call;
    return bits_count(units);
}

struct value *handler_first(const struct engine *engine, const struct handler_call *call,
                            const struct bits *units, uint32_t n, struct arena *arena)
{
    const struct bound *bound = &engine->bounds[call->plan];
    const struct roster *roster = bound->input.roster;
    struct value *list = value_list(arena);
    uint32_t rows = bound->numbers ? roster_count(roster) : 0;
    for (uint32_t row = 0; row < rows && list->count < n; row++)
        if (bits_has(units, bound->numbers[row]))
            value_append(arena, list,
                         make_name(arena, roster_id(roster, row), roster_name(roster, row)));
    return list;
}

static void intersect(const struct bits *left, const struct bits *right, struct bits *out)
{
    for (uint32_t unit = bits_next(left, 0); unit != BITS_NONE;
         unit = bits_next(left, unit + 1))
        if (bits_has(right, unit))
            bits_add(out, unit);
}

int handler_behind(struct engine *engine, const struct handler_call *call,
                   const struct bits *units, const char *item, struct bits *out,
                   struct err *err)
{
    struct bound *bound = &engine->bounds[call->plan];
    const struct plan *plan = bound->input.plan;
    uint32_t index = plan_find(plan, item);
    int32_t day = day_of_call(call);
    struct duty duty;
    struct column *column;
    if (index == ITEM_NONE || plan->items[index].word == ITEM_PHASE)
        return err_set(err, ERR_NOT_FOUND, "the plan has no task or quota \"%.100s\"", item);
    if (!bound->numbers || !agenda_duty_on(bound->agenda, index, day, NULL, NULL, &duty))
        return 0;
    int code = bound_column(engine, bound, &duty, day, &column, err);
    if (code < 0)
        return code;
    struct bits behind = {0};
    bound_subjects_behind(bound, column, &behind);
    intersect(units, &behind, out);
    bits_free(&behind);
    return 0;
}

static void add_rows(const struct bound *bound, const struct selector *selector, int32_t day,
                     struct bits *out)
{
    for (uint32_t row = selector_next(selector, 0); row != UNIT_NONE;
         row = selector_next(selector, row + 1))
        if (bound->numbers[row] && roster_active(bound->input.roster, row, day))
            bits_add(out, bound->numbers[row]);
}

/* An id means in a handler what it means in `each`: a unit, a class, a group. */
int handler_units(const struct engine *engine, const struct handler_call *call, const char *id,
                  struct bits *out, struct err *err)
{
    const struct bound *bound = &engine->bounds[call->plan];
    struct selector *selector = NULL;
    struct err why = {0};
    if (!bound->numbers)
        return err_set(err, ERR_NOT_FOUND, "there is no roster");
    struct arena *arena = arena_new();
    struct value *who = value_map(arena), *terms = value_list(arena), *term = value_map(arena);
    value_set_string(arena, term, "id", id);
    value_append(arena, terms, term);
    value_set(arena, who, "terms", terms);
    int code = selector_compile(bound->input.roster, who, &selector, &why);
    if (code == 0)
        add_rows(bound, selector, day_of_call(call), out);
    else
        code = err_set(err, ERR_NOT_FOUND, "the roster has no unit \"%.100s\"", id);
    selector_free(selector);
    arena_free(arena);
    return code;
}

/* ---- what came of it -------------------------------------------------------------------------- */

static int make_notice(struct engine *engine, const struct handler_call *call,
                       const struct handler_notice *notice, struct store_firing *out,
                       struct err *err)
{
    const struct store_firing *cause = &call->firing;
    *out = (struct store_firing){
        .at_ms = cause->at_ms,
        .plan = cause->plan,
        .item = cause->item,
        .kind = EVENT_NOTICE,
        .period = cause->period,
        .due = cause->due,
        .phase = cause->phase,
        .official = cause->official,
        .working = cause->working,
        .flags = cause->flags,
        .units = bits_count(notice->units),
        .text = notice->text ? arena_string(engine->fired_arena, notice->text) : NULL,
        .cause = cause->number,
    };
    firing_set_subjects(out, notice->units, engine->fired_arena);
    return store_route(engine->store, notice->role ? notice->role : "contact",
                       notice->channel ? notice->channel : "default", &out->route, err);
}

static int make_notices(struct engine *engine, const struct handler_call *call,
                        const struct handler_notice *notices, size_t count, int64_t now_ms,
                        struct store_firing *out, struct err *err)
{
    int64_t slot_ms = 0;
    int code = engine_slot(engine, now_ms, &slot_ms, err);
    for (size_t i = 0; code == 0 && i < count; i++) {
        code = make_notice(engine, call, &notices[i], &out[i], err);
        out[i].tier = (int32_t)i;
        out[i].fired_ms = now_ms;
        out[i].slot_ms = slot_ms;
        out[i].fate = outbox_fate(EVENT_NOTICE, out[i].at_ms, DAY_NONE, now_ms);
    }
    return code;
}

int engine_handled(struct engine *engine, const struct handler_call *call,
                   const struct handler_notice *notices, size_t count, const char *problem,
                   int64_t now_ms, struct err *err)
{
    engine_forget_fired(engine);
    engine->fired_arena = arena_new();
    if (problem)
        count = 0;
    struct store_firing *firings = arena_array(engine->fired_arena, count, sizeof *firings);
    int64_t *numbers = arena_array(engine->fired_arena, count, sizeof *numbers);
    int code = make_notices(engine, call, notices, count, now_ms, firings, err);
    if (code == 0)
        code = store_handled(engine->store, call->firing.number, firings, count, problem,
                             numbers, err);
    if (code < 0)
        return code;
    engine_keep_fired(engine, firings, count, numbers);
    return 0;
}
