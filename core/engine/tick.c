/*
 * The tick: what has come by `now` is decided in the total order of events and recorded as one
 * intention. Two bounds keep it short. Behind the soft one a tick ends where the instant
 * changes, so that what comes to a recipient at one instant becomes one message; behind the
 * hard one it ends anywhere: a cursor never passes an event that is not decided, and an
 * identity that stands is not recorded again.
 */
#include "engine/engine_data.h"

#include "engine/ahead.h"
#include "engine/column.h"
#include "engine/outbox.h"
#include "plan/roster_life.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum {
    EVENTS_SOFT = 256,
    EVENTS_HARD = 4096,
    UNITS_SOFT = 4000000, /* subjects worked out, over all firings */
    UNITS_HARD = 16000000,
    CLOCK_MS = 3600000, /* a tick without events records the clocks so often */
};

struct batch {
    struct engine *engine;
    struct arena *arena;
    int64_t now_ms, slot_ms;
    struct store_firing *firings;
    size_t count, room;
    uint64_t units;
    bool state_only; /* what speaks to people is passed over, and no cursor moves */
    size_t passed;
    int64_t last_ms;   /* of the last event decided */
    int64_t **decided; /* by bound: by item index, the last instant decided; NULL = none */
};

/* ---- whom an event concerns ------------------------------------------------------------------- */

/* The numbers of the rows in 64 rows that belong to the roster on a day. */
static uint32_t add_word(const struct bound *bound, uint32_t first, uint64_t rows, int32_t day,
                         struct bits *out)
{
    uint32_t count = 0;
    for (; rows; rows &= rows - 1) {
        uint32_t row = first + (uint32_t)__builtin_ctzll(rows), number = bound->numbers[row];
        if (!roster_active(bound->input.roster, row, day) || !number)
            continue;
        out->words[number / 64] |= UINT64_C(1) << number % 64;
        count++;
    }
    return count;
}

static uint32_t add_selected(const struct bound *bound, const struct selector *selector,
                             int32_t day, struct bits *out)
{
    uint32_t words = (roster_count(bound->input.roster) + 63) / 64, count = 0;
    for (uint32_t i = 0; i < words; i++)
        count += add_word(bound, 64 * i, selector_word(selector, i), day, out);
    return count;
}

static uint32_t add_asked(const struct bound *bound, const struct progress *progress,
                          struct bits *out)
{
    uint32_t count = 0, rows = roster_count(bound->input.roster);
    for (uint32_t row = 0; row < rows; row++)
        if (bound->numbers[row] && progress_asked(progress, row)) {
            bits_add(out, bound->numbers[row]);
            count++;
        }
    return count;
}

/* The units that an event concerns and how many they are; `*units` -1 = nobody knows. */
static int find_subjects(struct engine *engine, struct bound *bound, const struct event *event,
                         struct bits *out, int64_t *units, struct err *err)
{
    const struct selector *selector = agenda_audience(bound->agenda, event);
    struct column *column;
    struct duty duty;
    *units = -1;
    if (!selector || !bound->numbers)
        return 0;
    bits_reserve(out, bound->rows.most + 1);
    if (!bound_asks_column(bound, event, &duty)) {
        *units = add_selected(bound, selector, event->day, out);
        return 0;
    }
    int code = bound_column(engine, bound, &duty, event->day, &column, err);
    if (code < 0)
        return code;
    if (event->kind == EVENT_TASK_DUE) {
        *units = add_asked(bound, column->progress, out);
    } else {
        bound_subjects_behind(bound, column, out);
        *units = bits_count(out);
    }
    return 0;
}

static int set_subjects(struct batch *batch, struct bound *bound, const struct event *event,
                        struct store_firing *firing, struct err *err)
{
    struct bits set = {0};
    int64_t units;
    int code = find_subjects(batch->engine, bound, event, &set, &units, err);
    if (code == 0 && units < 0) {
        firing->flags |= FIRING_UNKNOWN;
    } else if (code == 0) {
        firing->units = (uint32_t)units;
        firing_set_subjects(firing, &set, batch->arena);
        batch->units += firing->units;
    }
    bits_free(&set);
    return code;
}

int engine_concerns(struct engine *engine, uint32_t index, const struct event *event,
                    int64_t *units, struct err *err)
{
    struct bits set = {0};
    int64_t found;
    int code = find_subjects(engine, &engine->bounds[index], event, &set, &found, err);
    if (code == 0)
        *units = found;
    bits_free(&set);
    return code;
}

void firing_set_subjects(struct store_firing *firing, const struct bits *subjects,
                         struct arena *arena)
{
    struct buf bytes = {0};
    bits_encode(&bytes, subjects);
    firing->subjects_length = bytes.length;
    firing->subjects = bytes.length ? arena_copy(arena, bytes.bytes, bytes.length) : NULL;
    buf_free(&bytes);
}

/* ---- one event -------------------------------------------------------------------------------- */

static int decide_fate(struct batch *batch, const struct bound *bound,
                       const struct event *event, struct store_firing *firing, struct err *err)
{
    bool spoken = false;
    firing->fate = outbox_fate((int)event->kind, event->at_ms, event->official, batch->now_ms);
    if (event->kind != EVENT_REMINDER)
        return 0;
    if (ahead_speaks(bound->ahead, event)) {
        firing->fate = FIRING_MERGED;
        return 0;
    }
    if (event->tier == TIER_EVERY)
        return 0;
    int code =
        store_spoken_for(batch->engine->store, firing, tier_most(event->tier), &spoken, err);
    if (code == 0 && spoken)
        firing->fate = FIRING_MERGED;
    return code;
}

static void decide_handler(const struct batch *batch, const struct bound *bound,
                           const struct event *event, struct store_firing *firing)
{
    bool asks = event->kind == EVENT_REMINDER || event->kind == EVENT_QUOTA_LATE;
    bool nobody = asks && firing->units == 0 && !(firing->flags & FIRING_UNKNOWN);
    if (firing->fate != FIRING_FIRED || nobody ||
        !bound_handler(bound, (int)event->kind, event->item))
        return;
    if (event->flags & EVENT_EARLY)
        return; /* nobody could announce it: the notice was not there yet */
    if (outbox_unheard(event->at_ms, batch->now_ms))
        firing->flags |= FIRING_UNHEARD;
    else
        firing->handler = HANDLER_PENDING;
}

static struct store_firing *add_firing(struct batch *batch)
{
    if (batch->count == batch->room) {
        size_t room = batch->room ? 2 * batch->room : 16;
        struct store_firing *firings = arena_array(batch->arena, room, sizeof *firings);
        if (batch->count)
            memcpy(firings, batch->firings, batch->count * sizeof *firings);
        batch->firings = firings;
        batch->room = room;
    }
    return &batch->firings[batch->count];
}

/* Appends the firing of an event; the batch is as before on an error. */
static int decide(struct batch *batch, struct bound *bound, const struct event *event,
                  struct err *err)
{
    uint32_t item = event->item == ITEM_NONE ? bound->input.plan->item_count : event->item;
    uint32_t phase = event->occurrence.phase;
    struct store_firing *firing = add_firing(batch);
    *firing = (struct store_firing){
        .at_ms = event->at_ms,
        .fired_ms = batch->now_ms,
        .slot_ms = batch->slot_ms,
        .plan = bound->number,
        .item = bound->items[item].number,
        .kind = (int)event->kind,
        .route = event->reminder == ITEM_NONE ? 0 : bound->routes[event->reminder],
        .tier = event->tier,
        .period = event->occurrence.period,
        .due = event->occurrence.due,
        .phase = phase == ITEM_NONE ? 0 : bound->items[phase].number,
        .official = event->official,
        .working = event->working,
        .flags = event->flags,
    };
    int code = decide_fate(batch, bound, event, firing, err);
    if (code == 0 && firing->fate == FIRING_FIRED)
        code = set_subjects(batch, bound, event, firing, err);
    if (code < 0)
        return code;
    decide_handler(batch, bound, event, firing);
    batch->count++;
    return 0;
}

/* ---- the batch -------------------------------------------------------------------------------- */

/* The plan whose next event comes first, NULL when nothing has come. */
static struct bound *first_due(const struct engine *engine, int64_t now_ms)
{
    struct bound *first = NULL;
    for (size_t i = 0; i < engine->count; i++) {
        struct bound *bound = &engine->bounds[i];
        if (bound->more && bound->next.at_ms <= now_ms &&
            (!first || event_compare(&bound->next, &first->next) < 0))
            first = bound;
    }
    return first;
}

static bool is_full(const struct batch *batch, const struct event *next)
{
    size_t count = batch->count + batch->passed;
    if (count >= EVENTS_HARD || batch->units >= UNITS_HARD)
        return true;
    return next->at_ms != batch->last_ms &&
           (count >= EVENTS_SOFT || batch->units >= UNITS_SOFT);
}

static void mark_decided(struct batch *batch, const struct bound *bound,
                         const struct event *event)
{
    const struct plan *plan = bound->input.plan;
    int64_t **decided = &batch->decided[bound - batch->engine->bounds];
    if (!*decided) {
        *decided = arena_array(batch->arena, plan->item_count + 1, sizeof **decided);
        for (uint32_t i = 0; i <= plan->item_count; i++)
            (*decided)[i] = INT64_MIN;
    }
    (*decided)[event->item == ITEM_NONE ? plan->item_count : event->item] = event->at_ms;
    batch->last_ms = event->at_ms;
}

/* To people: itself, or what its handler says. */
static bool speaks(const struct bound *bound, const struct event *event)
{
    return outbox_speaks((int)event->kind) ||
           bound_handler(bound, (int)event->kind, event->item);
}

static int take_event(struct batch *batch, struct bound *bound, struct err *err)
{
    batch->engine->behind = batch->engine->behind || batch->state_only;
    if (batch->state_only && speaks(bound, &bound->next)) {
        batch->passed++;
        batch->last_ms = bound->next.at_ms;
        return 0;
    }
    int code = decide(batch, bound, &bound->next, err);
    if (code == 0)
        mark_decided(batch, bound, &bound->next);
    return code;
}

/* True when whom the event concerns is another roster's to say. State that is replayed under a clock
 * in doubt takes the one at hand: it comes again when the clock is sure, and speaks only then. */
static bool is_of_another_roster(const struct batch *batch, const struct bound *bound)
{
    return !batch->state_only && bound->input.roster &&
           !roster_holds(bound->input.roster, bound_roster_day(&bound->next));
}

/* Decides what has come, in order. Returns 1 when more has come than the batch holds. */
static int collect(struct batch *batch, struct err *err)
{
    struct bound *bound;
    while ((bound = first_due(batch->engine, batch->now_ms))) {
        if (is_full(batch, &bound->next) || is_of_another_roster(batch, bound))
            return 1;
        int code = take_event(batch, bound, err);
        if (code < 0)
            return code;
        bound->more = walk_next(bound->walk, &bound->next);
    }
    return 0;
}

/* Behind what is decided of the item, but not behind what is not. */
static int64_t cursor_of(const struct bound *bound, int64_t decided_ms)
{
    return bound->more && bound->next.at_ms <= decided_ms ? bound->next.at_ms : decided_ms + 1;
}

static struct store_cursor *make_cursors(struct batch *batch, size_t *count)
{
    const struct engine *engine = batch->engine;
    struct store_cursor *cursors = arena_array(batch->arena, batch->count, sizeof *cursors);
    *count = 0;
    for (size_t b = 0; b < engine->count; b++)
        for (uint32_t i = 0; batch->decided[b] && i <= engine->bounds[b].input.plan->item_count;
             i++)
            if (batch->decided[b][i] != INT64_MIN)
                cursors[(*count)++] =
                    (struct store_cursor){engine->bounds[b].items[i].number,
                                          cursor_of(&engine->bounds[b], batch->decided[b][i])};
    return cursors;
}

static int record(struct batch *batch, const struct clock_reading *clock, struct err *err)
{
    struct engine *engine = batch->engine;
    struct store_batch rows = {.firings = batch->firings, .firing_count = batch->count};
    if (!batch->state_only)
        rows.cursors = make_cursors(batch, &rows.cursor_count);
    rows.clock = clock;
    int64_t *numbers = arena_array(batch->arena, batch->count, sizeof *numbers);
    int code = store_tick(engine->store, &rows, numbers, err);
    if (code < 0)
        return code;
    engine_keep_fired(engine, batch->firings, batch->count, numbers);
    if (clock)
        engine->clock = *clock;
    return 0;
}

/* In memory what record wrote; or, after a failure, the walks as they were. */
static void settle(struct batch *batch, bool recorded)
{
    struct engine *engine = batch->engine;
    for (size_t b = 0; b < engine->count; b++) {
        struct bound *bound = &engine->bounds[b];
        for (uint32_t i = 0; recorded && !batch->state_only && batch->decided[b] &&
                             i <= bound->input.plan->item_count;
             i++)
            if (batch->decided[b][i] != INT64_MIN)
                bound->items[i].cursor_ms = cursor_of(bound, batch->decided[b][i]);
        if (!recorded && batch->decided[b])
            bound_walk(bound);
    }
}

int engine_slot(const struct engine *engine, int64_t now_ms, int64_t *slot_ms, struct err *err)
{
    int64_t given_ms, formed_ms;
    int code = store_last_slot(engine->store, &given_ms, &formed_ms, err);
    if (code == 0)
        *slot_ms = now_ms > given_ms ? now_ms : given_ms + 1;
    return code;
}

static void look_ahead(struct engine *engine, int64_t now_ms)
{
    for (size_t i = 0; i < engine->count; i++) {
        struct bound *bound = &engine->bounds[i];
        if (ahead_beyond(bound->ahead, now_ms))
            bound_walk(bound);
        ahead_look(bound->ahead, now_ms);
    }
}

static bool is_clock_due(const struct engine *engine, const struct clock_reading *clock)
{
    return clock && (strcmp(clock->boot_id, engine->clock.boot_id) != 0 ||
                     clock->wall_ms < engine->clock.wall_ms ||
                     clock->wall_ms - CLOCK_MS >= engine->clock.wall_ms);
}

static int decide_all(struct engine *engine, int64_t now_ms, bool state_only,
                      const struct clock_reading *clock, struct err *err)
{
    engine_forget_fired(engine);
    if (engine_next(engine) > now_ms && !is_clock_due(engine, clock))
        return 0;
    struct batch batch = {.engine = engine,
                          .arena = engine->fired_arena = arena_new(),
                          .now_ms = now_ms,
                          .state_only = state_only,
                          .last_ms = INT64_MIN};
    batch.decided = arena_array(batch.arena, engine->count, sizeof *batch.decided);
    int code = engine_slot(engine, now_ms, &batch.slot_ms, err);
    if (code < 0)
        return code;
    look_ahead(engine, now_ms);
    int more = collect(&batch, err);
    code = more < 0 ? more : record(&batch, clock, err);
    settle(&batch, code == 0);
    for (size_t i = 0; code == 0 && more == 0 && i < engine->count; i++)
        ahead_forget(engine->bounds[i].ahead);
    return code < 0 ? code : more;
}

int engine_tick(struct engine *engine, int64_t now_ms, const struct clock_reading *clock,
                struct err *err)
{
    for (size_t i = 0; engine->behind && i < engine->count; i++)
        bound_walk(&engine->bounds[i]);
    engine->behind = false;
    return decide_all(engine, now_ms, false, clock, err);
}

int engine_replay(struct engine *engine, int64_t now_ms, struct err *err)
{
    return decide_all(engine, now_ms, true, NULL, err);
}
