#include "engine/engine_data.h"

#include "engine/ahead.h"
#include "plan/membership.h"
#include "store/plans.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

/* ---- a plan bound to its store ---------------------------------------------------------------- */

static void bound_free(struct bound *bound)
{
    bound_drop_columns(bound);
    ahead_free(bound->ahead);
    walk_free(bound->walk);
    agenda_free(bound->agenda);
    free(bound->columns);
    free(bound->items);
    numbering_free(&bound->by_number);
    free(bound->item_numbers);
    free(bound->routes);
    numbering_free(&bound->rows);
    free(bound->numbers);
    membership_free(bound->membership);
}

static int find_plan(struct store *store, struct bound *bound, struct arena *arena,
                     struct err *err)
{
    struct store_revision revision;
    return store_revision(store, bound->input.plan->id, arena, &revision, &bound->number, err);
}

static void index_items(struct bound *bound, uint32_t count)
{
    bound->item_numbers = mem_resize(NULL, count, sizeof *bound->item_numbers);
    for (uint32_t i = 0; i < count; i++)
        bound->item_numbers[i] = bound->items[i].number;
    numbering_make(&bound->by_number, bound->item_numbers, count);
}

static int number_items(struct store *store, struct bound *bound, struct arena *arena,
                        struct err *err)
{
    const struct plan *plan = bound->input.plan;
    uint32_t count = plan->item_count + 1;
    const char **ids = arena_array(arena, count, sizeof *ids);
    for (uint32_t i = 0; i < plan->item_count; i++)
        ids[i] = plan->items[i].id;
    ids[plan->item_count] = "";
    bound->items = mem_resize(NULL, count, sizeof *bound->items);
    int code = store_items(store, bound->number, ids, count, bound->items, err);
    if (code == 0)
        index_items(bound, count);
    return code;
}

static int number_routes(struct store *store, struct bound *bound, struct err *err)
{
    const struct plan *plan = bound->input.plan;
    bound->routes = mem_resize(NULL, plan->reminder_count + 1, sizeof *bound->routes);
    int code = 0;
    for (uint32_t i = 0; code == 0 && i < plan->reminder_count; i++) {
        const struct reminder *reminder = &plan->reminders[i];
        code = store_route(store, reminder->to, reminder->channel, &bound->routes[i], err);
    }
    return code;
}

static const char *id_of_row(const void *roster, uint32_t row)
{
    return roster_id(roster, row);
}

static uint32_t row_of_id(const void *roster, const char *id, size_t length)
{
    return roster_find(roster, id, length);
}

static int number_units(struct store *store, struct bound *bound, struct err *err)
{
    const struct roster *roster = bound->input.roster;
    if (!roster)
        return 0;
    uint32_t count = roster_count(roster);
    struct store_ids ids = {roster, count, id_of_row, row_of_id};
    bound->numbers = mem_resize_large(NULL, (size_t)count + 1, sizeof *bound->numbers);
    uint32_t most;
    int code = store_units(store, &ids, bound->numbers, &most, err);
    if (code == 0)
        numbering_make(&bound->rows, bound->numbers, count);
    return code;
}

int bound_dues(struct store *store, struct bound *bound, struct arena *arena, struct err *err)
{
    agenda_drop_dues(bound->agenda);
    for (uint32_t i = 0; i < bound->input.plan->item_count; i++) {
        const struct store_due *dues = NULL;
        size_t count = 0;
        int code = bound->items[i].number
                       ? store_dues(store, bound->items[i].number, arena, &dues, &count, err)
                       : 0;
        if (code < 0)
            return code;
        for (size_t d = 0; d < count; d++) {
            uint32_t phase = dues[d].phase ? bound_item(bound, dues[d].phase) : ITEM_NONE;
            struct occasion occasion = {dues[d].period, dues[d].due, phase};
            agenda_add_due(bound->agenda, i, &occasion, dues[d].due);
        }
    }
    return 0;
}

/* On failure `bound` is half built, as bound_free accepts it. */
static int bound_make(struct store *store, const struct engine_input *input,
                      struct bound *bound, struct err *err)
{
    struct arena *arena = arena_new();
    *bound = (struct bound){.input = *input};
    int code = find_plan(store, bound, arena, err);
    if (code == 0)
        code = number_items(store, bound, arena, err);
    if (code == 0)
        code = number_routes(store, bound, err);
    if (code == 0)
        code = number_units(store, bound, err);
    if (code == 0)
        code = agenda_new(input->plan, input->calendar, input->roster, &bound->agenda, err);
    if (code == 0)
        code = bound_dues(store, bound, arena, err);
    if (code == 0)
        bound_walk(bound);
    arena_free(arena);
    return code;
}

void bound_walk(struct bound *bound)
{
    uint32_t count = bound->input.plan->item_count + 1;
    int64_t *from = mem_resize(NULL, count, sizeof *from);
    for (uint32_t i = 0; i < count; i++)
        from[i] = bound->items[i].cursor_ms;
    ahead_free(bound->ahead);
    walk_free(bound->walk);
    bound->walk = walk_new_by_item(bound->agenda, from);
    bound->more = walk_next(bound->walk, &bound->next);
    bound->ahead = ahead_new(bound->agenda, from, bound->routes);
    free(from);
}

/* ---- the engine ------------------------------------------------------------------------------- */

static void free_bounds(struct bound *bounds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bound_free(&bounds[i]);
    free(bounds);
}

/* What is in memory of the store, made anew into `*fresh`. */
static int read_store(struct store *store, const struct engine_input *inputs, size_t count,
                      struct engine *fresh, struct err *err)
{
    *fresh = (struct engine){.store = store};
    fresh->bounds = mem_resize(NULL, count + 1, sizeof *fresh->bounds);
    bool any = false;
    int code = store_last_clock(store, &fresh->clock, &any, err);
    if (code == 0 && !any)
        fresh->clock.wall_ms = INT64_MIN;
    for (; code == 0 && fresh->count < count; fresh->count++)
        code = bound_make(store, &inputs[fresh->count], &fresh->bounds[fresh->count], err);
    if (code < 0)
        free_bounds(fresh->bounds, fresh->count);
    return code;
}

int engine_new(struct store *store, const struct engine_input *inputs, size_t count,
               struct engine **out, struct err *err)
{
    struct engine fresh;
    int code = read_store(store, inputs, count, &fresh, err);
    if (code < 0)
        return code;
    *out = mem_resize(NULL, 1, sizeof **out);
    **out = fresh;
    return 0;
}

static void engine_clear(struct engine *engine)
{
    free_bounds(engine->bounds, engine->count);
    engine_forget_fired(engine);
    engine_drop_fan(engine);
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    engine_clear(engine);
    free(engine);
}

int engine_renew(struct engine *engine, struct err *err)
{
    struct engine_input *inputs = mem_resize(NULL, engine->count + 1, sizeof *inputs);
    for (size_t i = 0; i < engine->count; i++)
        inputs[i] = engine->bounds[i].input;
    struct engine fresh;
    int code = read_store(engine->store, inputs, engine->count, &fresh, err);
    free(inputs);
    if (code < 0)
        return code;
    engine_clear(engine);
    *engine = fresh;
    return 0;
}

int64_t engine_next(const struct engine *engine)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < engine->count; i++) {
        const struct bound *bound = &engine->bounds[i];
        if (bound->more && bound->next.at_ms < next)
            next = bound->next.at_ms;
    }
    return next;
}

int32_t bound_roster_day(const struct event *event)
{
    return civil_from_ms(event->at_ms - 1, NULL);
}

bool engine_due(const struct engine *engine, int64_t now_ms, int32_t *day)
{
    const struct bound *first = NULL;
    for (size_t i = 0; i < engine->count; i++) {
        const struct bound *bound = &engine->bounds[i];
        if (bound->more && bound->next.at_ms <= now_ms &&
            (!first || event_compare(&bound->next, &first->next) < 0))
            first = bound;
    }
    if (first)
        *day = bound_roster_day(&first->next);
    return first;
}

uint32_t engine_plans(const struct engine *engine)
{
    return (uint32_t)engine->count;
}

const struct engine_input *engine_plan(const struct engine *engine, uint32_t index)
{
    return &engine->bounds[index].input;
}

const struct agenda *engine_agenda(const struct engine *engine, uint32_t index)
{
    return engine->bounds[index].agenda;
}

uint32_t engine_plan_number(const struct engine *engine, uint32_t index)
{
    return engine->bounds[index].number;
}

/* ---- firings of the last step ----------------------------------------------------------------- */

void engine_forget_fired(struct engine *engine)
{
    arena_free(engine->fired_arena);
    engine->fired_arena = NULL;
    engine->fired = NULL;
    engine->fired_count = 0;
}

void engine_keep_fired(struct engine *engine, struct store_firing *firings, size_t count,
                       const int64_t *numbers)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!numbers[i])
            continue;
        firings[kept] = firings[i];
        firings[kept++].number = numbers[i];
    }
    engine->fired = firings;
    engine->fired_count = kept;
}

const struct store_firing *engine_fired(const struct engine *engine, size_t *count)
{
    *count = engine->fired_count;
    return engine->fired;
}

/* ---- from numbers to names -------------------------------------------------------------------- */

struct bound *engine_bound(const struct engine *engine, uint32_t plan)
{
    for (size_t i = 0; i < engine->count; i++)
        if (engine->bounds[i].number == plan)
            return &engine->bounds[i];
    return NULL;
}

uint32_t bound_item(const struct bound *bound, uint32_t item)
{
    return numbering_find(&bound->by_number, item);
}

uint32_t bound_row(const struct bound *bound, uint32_t unit)
{
    return numbering_find(&bound->rows, unit);
}

/* What closes at 00:00 closed at the 24:00 of the day before. */
static bool closes(int kind)
{
    return kind == EVENT_TASK_DUE || kind == EVENT_QUOTA_LATE || kind == EVENT_PHASE_END ||
           kind == EVENT_PLAN_END;
}

int32_t firing_day(int kind, int64_t at_ms, int16_t *minute)
{
    int32_t of_day, day = civil_from_ms(at_ms, &of_day);
    if (of_day == 0 && closes(kind)) {
        day--;
        of_day = MINUTES_A_DAY;
    }
    *minute = (int16_t)of_day;
    return day;
}

static bool reaches(const struct reminder *reminder, uint32_t item)
{
    for (uint32_t i = 0; i < reminder->about_count; i++)
        if (reminder->about[i] == item)
            return true;
    return reminder->all;
}

static bool has_tier(const struct reminder *reminder, int32_t tier)
{
    if (tier == TIER_EVERY)
        return reminder->every.kind != DATE_NONE;
    for (uint32_t i = 0; i < reminder->tier_count; i++)
        if (reminder->tiers[i] == tier)
            return true;
    return false;
}

static uint32_t find_reminder(const struct bound *bound, const struct event *event,
                              uint32_t route)
{
    const struct plan *plan = bound->input.plan;
    for (uint32_t i = 0; event->kind == EVENT_REMINDER && i < plan->reminder_count; i++)
        if (bound->routes[i] == route && has_tier(&plan->reminders[i], event->tier) &&
            reaches(&plan->reminders[i], event->item))
            return i;
    return ITEM_NONE;
}

bool bound_event(const struct bound *bound, const struct store_firing *firing,
                 struct event *out)
{
    const struct plan *plan = bound->input.plan;
    uint32_t item = bound_item(bound, firing->item);
    uint32_t phase = firing->phase ? bound_item(bound, firing->phase) : ITEM_NONE;
    if (item == ITEM_NONE || (firing->phase && phase >= plan->item_count))
        return false;
    struct event event = {
        .at_ms = firing->at_ms,
        .kind = (enum event_kind)firing->kind,
        .plan = plan,
        .item = item == plan->item_count ? ITEM_NONE : item,
        .tier = firing->tier,
        .occurrence = {firing->period, firing->due, phase},
        .official = firing->official,
        .working = firing->working,
        .flags = firing->flags & (FIRING_UNHEARD - 1),
    };
    event.day = firing_day(firing->kind, firing->at_ms, &event.minute);
    event.reminder = find_reminder(bound, &event, firing->route);
    *out = event;
    return true;
}

const char *firing_name(int kind)
{
    return kind == EVENT_NOTICE ? "notice" : event_name((enum event_kind)kind);
}

/* An item that this revision does not know is told by its id. */
static int name_item(const struct engine *engine, const struct bound *bound, uint32_t number,
                     struct arena *arena, const char **id, const char **name, struct err *err)
{
    const struct plan *plan = bound->input.plan;
    uint32_t item = bound_item(bound, number);
    *id = *name = NULL;
    if (item < plan->item_count) {
        *id = plan->items[item].id;
        *name = plan->items[item].name;
    } else if (item == ITEM_NONE) {
        const char *of;
        int code = store_item_id(engine->store, number, arena, &of, id, err);
        if (code < 0)
            return code;
        *name = *id;
    }
    return 0;
}

static int name_route(const struct engine *engine, const struct bound *bound, uint32_t route,
                      struct arena *arena, struct journal_row *row, struct err *err)
{
    const struct plan *plan = bound->input.plan;
    if (!route)
        return 0;
    for (uint32_t i = 0; i < plan->reminder_count; i++)
        if (bound->routes[i] == route) {
            row->role = plan->reminders[i].to;
            row->channel = plan->reminders[i].channel;
            return 0;
        }
    return store_route_names(engine->store, route, arena, &row->role, &row->channel, err);
}

int engine_row(const struct engine *engine, const struct store_firing *firing,
               struct arena *arena, struct journal_row *row, struct err *err)
{
    const struct bound *bound = engine_bound(engine, firing->plan);
    if (!bound)
        return err_set(err, ERR_NOT_FOUND, "firing %lld belongs to another plan",
                       (long long)firing->number);
    const struct plan *plan = bound->input.plan;
    struct journal_row made = {.firing = *firing, .plan_id = plan->id, .plan_name = plan->name};
    int code =
        name_item(engine, bound, firing->item, arena, &made.item_id, &made.item_name, err);
    if (code == 0 && firing->phase)
        code = name_item(engine, bound, firing->phase, arena, &made.phase_id, &made.phase_name,
                         err);
    if (code == 0)
        code = name_route(engine, bound, firing->route, arena, &made, err);
    if (code == 0)
        *row = made;
    return code;
}
