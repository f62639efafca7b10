/*
 * Columns of a bound plan: one a duty, made from the store's counters when it is asked for. The
 * one that the next event will ask for is made ahead, piece by piece, beside those in use: it
 * evicts none, and becomes one of them only when it is asked for.
 */
#include "engine/column.h"

#include "engine/past.h"

#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS_MOST = 64, /* in memory; what was loaded first goes first */
    COUNTERS_AT_ONCE = 10000,
};

bool bound_duty(const struct bound *bound, const struct event *event, struct duty *out)
{
    return agenda_duty_of(bound->agenda, event, out);
}

bool bound_asks_column(const struct bound *bound, const struct event *event, struct duty *duty)
{
    if (event->kind != EVENT_REMINDER && event->kind != EVENT_QUOTA_LATE &&
        event->kind != EVENT_TASK_DUE)
        return false;
    return bound_duty(bound, event, duty) && (event->kind != EVENT_TASK_DUE || duty->given);
}

static void drop(struct bound *bound, size_t index)
{
    progress_free(bound->columns[index].progress);
    bound->column_count--;
    memmove(&bound->columns[index], &bound->columns[index + 1],
            (bound->column_count - index) * sizeof *bound->columns);
}

uint32_t bound_phase(const struct bound *bound, const struct duty *duty)
{
    uint32_t phase = duty->occasion.phase;
    return phase == ITEM_NONE ? 0 : bound->items[phase].number;
}

bool bound_is_shared(const struct bound *bound, uint32_t item)
{
    return !bound->input.plan->items[item].who[ROLE_EACH];
}

bool column_stays_met(const struct store_count *count)
{
    return count->enough && count->done >= count->enough;
}

static void take_done(struct progress *progress, uint32_t row, const struct store_count *count)
{
    const struct progress_done done = {count->done, count->in_time, count->excused,
                                       column_stays_met(count)};
    progress_set(progress, row, &done);
}

/* ---- loading --------------------------------------------------------------------------- */

/* A column that is being made: counters of units below `next` are taken. */
struct load {
    const struct bound *bound;
    const struct past *past; /* NULL = the counters count as they are */
    struct duty duty;
    struct progress *progress;
    uint32_t next; /* unit number, UNIT_NONE = whole */
    bool shared;
    int64_t total, in_time; /* of a shared duty */
    int64_t enough;         /* of it: the most that was once all */
    struct bits mine;       /* rows of a given due */
};

/* True when a unit with that counter owes this duty and not another of the same occasion. A
 * given due that the rule's has overtaken is none. */
static bool owes_this(const struct duty *duty, int32_t own_due)
{
    if (duty->given)
        return own_due == duty->occasion.due;
    return duty->official == DAY_NONE || own_due <= duty->official;
}

static void take_count(void *context, const struct store_count *stored)
{
    struct load *load = context;
    struct store_count then = *stored, *count = &then;
    const struct occasion *occasion = &load->duty.occasion;
    if (load->past)
        past_count(load->past, load->bound->items[load->duty.item].number, occasion->period,
                   bound_phase(load->bound, &load->duty), count);
    load->next = count->unit + 1;
    load->total += count->done;
    load->in_time += count->in_time;
    if (count->enough > load->enough)
        load->enough = count->enough;
    uint32_t row = bound_row(load->bound, count->unit);
    if (row == UNIT_NONE)
        return;
    if (!owes_this(&load->duty, count->due))
        progress_leave_out(load->progress, row);
    else if (load->duty.given)
        bits_add(&load->mine, row);
    take_done(load->progress, row, count);
}

/* What one has done of a shared duty, all have: who was excused is met with them. */
static void share(struct load *load)
{
    uint32_t count = roster_count(load->bound->input.roster);
    struct progress_done done = {load->total, load->in_time, false,
                                 load->enough && load->total >= load->enough};
    for (uint32_t row = 0; row < count; row++) {
        done.excused =
            progress_excused(load->progress, row) && !progress_away(load->progress, row);
        if (progress_asked(load->progress, row))
            progress_set(load->progress, row, &done);
    }
}

static void leave_out_others(struct load *load)
{
    uint32_t count = roster_count(load->bound->input.roster);
    for (uint32_t row = 0; row < count; row++)
        if (!bits_has(&load->mine, row))
            progress_leave_out(load->progress, row);
}

/* The column of a duty as of `day`, nothing taken yet. */
static struct load *load_new(const struct bound *bound, const struct duty *duty, int32_t day)
{
    struct event event = {.item = duty->item};
    struct load *load = mem_resize(NULL, 1, sizeof *load);
    *load = (struct load){.bound = bound, .duty = *duty};
    load->shared = bound_is_shared(bound, duty->item);
    load->progress = progress_new(bound->input.roster, agenda_audience(bound->agenda, &event),
                                  &bound->input.plan->items[duty->item].count, duty->open,
                                  duty->official, day);
    return load;
}

static void load_free(struct load *load)
{
    if (!load)
        return;
    progress_free(load->progress);
    bits_free(&load->mine);
    free(load);
}

/* Takes at most so many counters. Returns 1 when more remain. */
static int load_some(struct engine *engine, struct load *load, uint32_t most, struct err *err)
{
    const struct occasion *occasion = &load->duty.occasion;
    const struct store_item *items = load->bound->items;
    if (load->next == UNIT_NONE)
        return 0;
    int code = store_counts_from(engine->store, items[load->duty.item].number, occasion->period,
                                 bound_phase(load->bound, &load->duty), load->next, most,
                                 take_count, load, err);
    if (code != 0)
        return code;
    load->next = UNIT_NONE;
    if (load->duty.given)
        leave_out_others(load);
    if (load->shared)
        share(load);
    return 0;
}

/* ---- asking ---------------------------------------------------------------------------- */

static bool same_occasion(const struct duty *a, const struct duty *b)
{
    return a->item == b->item && a->occasion.period == b->occasion.period &&
           a->occasion.phase == b->occasion.phase;
}

static bool is_same(const struct duty *a, const struct duty *b)
{
    return same_occasion(a, b) && a->given == b->given &&
           (!a->given || a->occasion.due == b->occasion.due);
}

static struct column *find(struct bound *bound, const struct duty *duty)
{
    for (size_t i = 0; i < bound->column_count; i++)
        if (is_same(&bound->columns[i].duty, duty))
            return &bound->columns[i];
    return NULL;
}

static struct column *add(struct bound *bound, const struct duty *duty)
{
    if (bound->column_count == COLUMNS_MOST)
        drop(bound, 0);
    if (bound->column_count == bound->column_room) {
        bound->column_room = bound->column_room ? 2 * bound->column_room : 8;
        bound->columns = mem_resize(bound->columns, bound->column_room, sizeof *bound->columns);
    }
    struct column *column = &bound->columns[bound->column_count++];
    *column = (struct column){.duty = *duty};
    return column;
}

static void drop_warm(struct bound *bound)
{
    load_free(bound->warm);
    bound->warm = NULL;
}

void bound_drop_columns(struct bound *bound)
{
    for (size_t i = 0; i < bound->column_count; i++)
        progress_free(bound->columns[i].progress);
    bound->column_count = 0;
    drop_warm(bound);
}

static bool is_warm(const struct bound *bound, const struct duty *duty, int32_t day)
{
    return bound->warm && is_same(&bound->warm->duty, duty) &&
           progress_holds(bound->warm->progress, day);
}

/* What is loaded ahead, else a new one, with all its counters; `warm` is NULL afterwards where
 * it was that. */
static int load_column(struct engine *engine, struct bound *bound, const struct duty *duty,
                       int32_t day, struct progress **out, struct err *err)
{
    bool warm = is_warm(bound, duty, day);
    struct load *load = warm ? bound->warm : load_new(bound, duty, day);
    if (warm)
        bound->warm = NULL;
    int code = load_some(engine, load, UINT32_MAX, err);
    if (code == 0) {
        *out = load->progress;
        load->progress = NULL;
    }
    load_free(load);
    return code;
}

int bound_progress(struct engine *engine, const struct bound *bound, const struct duty *duty,
                   int32_t day, const struct past *past, struct progress **out, struct err *err)
{
    if (!bound->input.roster)
        return err_set(err, ERR_INVALID, "plan %s: its roster is not at hand",
                       bound->input.plan->id);
    struct load *load = load_new(bound, duty, day);
    load->past = past;
    int code = load_some(engine, load, UINT32_MAX, err);
    if (code == 0) {
        *out = load->progress;
        load->progress = NULL;
    }
    load_free(load);
    return code;
}

int bound_column(struct engine *engine, struct bound *bound, const struct duty *duty,
                 int32_t day, struct column **out, struct err *err)
{
    struct column *column = find(bound, duty);
    if (column && progress_holds(column->progress, day)) {
        *out = column;
        return 0;
    }
    if (!bound->input.roster)
        return err_set(err, ERR_INVALID, "plan %s: its roster is not at hand",
                       bound->input.plan->id);
    struct progress *progress = NULL;
    int code = load_column(engine, bound, duty, day, &progress, err);
    if (code < 0)
        return code;
    if (!column)
        column = add(bound, duty);
    progress_free(column->progress);
    column->progress = progress;
    *out = column;
    return 0;
}

/* A column for another day than the one in use is made beside it. */
int bound_warm(struct engine *engine, struct bound *bound, uint32_t most, struct err *err)
{
    struct duty duty;
    int32_t day = bound->next.day;
    if (!bound->more || !bound->input.roster || !bound_asks_column(bound, &bound->next, &duty))
        return 0;
    const struct column *column = find(bound, &duty);
    if (column && progress_holds(column->progress, day))
        return 0;
    if (is_warm(bound, &duty, day))
        return load_some(engine, bound->warm, most, err);
    drop_warm(bound);
    bound->warm = load_new(bound, &duty, day);
    return 1;
}

int engine_warm(struct engine *engine, struct err *err)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < engine->count; i++)
        code = bound_warm(engine, &engine->bounds[i], COUNTERS_AT_ONCE, err);
    return code;
}

void engine_rest(struct engine *engine)
{
    for (size_t i = 0; i < engine->count; i++) {
        bound_drop_columns(&engine->bounds[i]);
        free(engine->bounds[i].columns);
        engine->bounds[i].columns = NULL;
        engine->bounds[i].column_room = 0;
    }
}

int bound_need(struct engine *engine, struct bound *bound, const struct duty *duty,
               uint32_t row, uint32_t *need, struct err *err)
{
    struct column *column = NULL;
    int code = 0;
    for (size_t i = 0; !column && i < bound->column_count; i++)
        if (bound->columns[i].duty.item == duty->item)
            column = &bound->columns[i];
    if (!column)
        code = bound_column(engine, bound, duty, duty->official, &column, err);
    if (code == 0)
        *need = progress_need(column->progress, row);
    return code;
}

static void drop_warm_of(struct bound *bound, const struct duty *duty)
{
    if (bound->warm && same_occasion(&bound->warm->duty, duty))
        drop_warm(bound);
}

/* Frees the columns of all duties of the same occasion. */
static void drop_occasion(struct bound *bound, const struct duty *duty)
{
    for (size_t i = bound->column_count; i-- > 0;)
        if (same_occasion(&bound->columns[i].duty, duty))
            drop(bound, i);
    drop_warm_of(bound, duty);
}

void bound_count_unit(struct bound *bound, const struct duty *duty, uint32_t row,
                      const struct store_count *count)
{
    if (bound_is_shared(bound, duty->item)) {
        drop_occasion(bound, duty);
        return;
    }
    struct column *column = find(bound, duty);
    if (column)
        take_done(column->progress, row, count);
    struct load *warm = bound->warm; /* a counter that is not taken yet will be read as it is */
    if (warm && is_same(&warm->duty, duty) && bound->numbers[row] < warm->next)
        take_done(warm->progress, row, count);
}

/* Whether a unit belongs to the roster that day, only a column that it stands in can tell. */
void bound_move_unit(struct bound *bound, const struct duty *from, const struct duty *to,
                     int32_t day, uint32_t row, const struct store_count *count)
{
    struct column *old = find(bound, from), *new = find(bound, to);
    bool sure = old && progress_holds(old->progress, day) &&
                (!new || progress_holds(new->progress, day));
    if (!sure || bound_is_shared(bound, from->item)) {
        drop_occasion(bound, from);
        return;
    }
    if (new &&progress_asked(old->progress, row)) {
        progress_take_in(new->progress, row);
        take_done(new->progress, row, count);
    }
    progress_leave_out(old->progress, row);
    drop_warm_of(bound, from);
}

void bound_subjects_behind(const struct bound *bound, const struct column *column,
                           struct bits *out)
{
    uint32_t count = roster_count(bound->input.roster);
    bits_reserve(out, bound->rows.most + 1);
    for (uint32_t first = 0; first < count; first += 64)
        for (uint64_t rows = progress_word(column->progress, first); rows; rows &= rows - 1) {
            uint32_t number = bound->numbers[first + (uint32_t)__builtin_ctzll(rows)];
            if (number)
                out->words[number / 64] |= UINT64_C(1) << number % 64;
        }
}
