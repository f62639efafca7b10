/* Single units of a board: who lacks a duty, what one has done of it, why one is excused. */
#include "engine/board_data.h"

#include "engine/column.h"
#include "engine/fact.h"

#include <string.h>

static bool is_whom(const struct progress *progress, enum board_whom whom, uint32_t unit)
{
    switch (whom) {
    case BOARD_MISSING: return progress_missing(progress, unit) > 0;
    case BOARD_EXCUSED: return progress_excused(progress, unit);
    default: return progress_asked(progress, unit);
    }
}

/* By any of a duty's parts, or the one that is named. */
static bool is_of_duty(const struct board *board, uint32_t duty, uint32_t part,
                       enum board_whom whom, uint32_t unit)
{
    for (uint32_t i = 0; i < board->duties[duty].part_count; i++)
        if ((part == BOARD_ANY || part == i) &&
            is_whom(board->columns[duty][i].progress, whom, unit))
            return true;
    return false;
}

uint32_t board_units(const struct board *board, uint32_t duty, uint32_t part,
                     enum board_whom whom, uint32_t first, uint32_t end, uint32_t *units,
                     uint32_t most)
{
    uint32_t found = 0;
    for (uint32_t unit = first; unit < end; unit++) {
        if (!is_of_duty(board, duty, part, whom, unit))
            continue;
        if (found < most)
            units[found] = unit;
        found++;
    }
    return found;
}

bool board_away(const struct board *board, uint32_t duty, uint32_t unit)
{
    for (uint32_t i = 0; i < board->duties[duty].part_count; i++)
        if (progress_away(board->columns[duty][i].progress, unit))
            return true;
    return false;
}

struct total {
    const struct board *board;
    const struct duty *duty;
    uint32_t item, phase; /* numbers */
    struct store_count sum;
};

static void add_count(void *context, const struct store_count *count)
{
    struct total *total = context;
    struct store_count then = *count;
    past_count(total->board->past, total->item, total->duty->occasion.period, total->phase,
               &then);
    total->sum.done += then.done;
    total->sum.in_time += then.in_time;
}

/* What the unit has done, or all have where they do it together. */
static int count_own(struct board *board, const struct board_duty *duty, uint32_t unit,
                     struct store_count *out, struct err *err)
{
    const struct bound *bound = board->bound;
    struct total total = {.board = board,
                          .duty = &duty->duty,
                          .item = bound->items[duty->duty.item].number,
                          .phase = bound_phase(bound, &duty->duty),
                          .sum = {.unit = bound->numbers[unit], .due = INT32_MIN}};
    int32_t period = duty->duty.occasion.period;
    int code;
    if (duty->shared) {
        code = store_counts(board->engine->store, total.item, period, total.phase, add_count,
                            &total, err);
    } else {
        code = store_count(board->engine->store, total.item, period, total.phase,
                           bound->numbers[unit], &total.sum, err);
        past_count(board->past, total.item, period, total.phase, &total.sum);
    }
    *out = total.sum;
    return code;
}

int board_own(struct board *board, uint32_t duty, uint32_t unit, struct board_own *out,
              struct err *err)
{
    const struct board_duty *one = &board->duties[duty];
    *out = (struct board_own){0};
    for (uint32_t i = 0; i < one->part_count; i++) {
        const struct progress *progress = board->columns[duty][i].progress;
        if (!progress_asked(progress, unit))
            continue;
        struct progress_sum sum = {0};
        progress_add(progress, unit, unit + 1, &sum);
        out->part = &one->parts[i];
        out->need = progress_need(progress, unit);
        out->missing = progress_missing(progress, unit);
        out->excused = progress_excused(progress, unit);
        out->away = progress_away(progress, unit);
        out->in_time = progress_in_time(progress, unit);
        out->met = !out->missing && !out->excused;
        out->light = light_of(&one->parts[i].duty, &sum, board->wish.day);
        return count_own(board, one, unit, &out->count, err);
    }
    return 0;
}

/* ---- excuses and more time ----------------------------------------------------------------- */

/* What was granted to a unit, the last first. */
struct said {
    struct board_grant grant;
    struct said *before;
};

struct reading {
    const struct board *board;
    enum fact_kind kind;
    const struct occasion *occasion;
    uint32_t phase; /* number */
    struct arena *arena;
    struct said *last;
};

static const char *approver_of(struct arena *arena, const struct store_fact *fact)
{
    const char *approver = value_get_string(fact_detail(fact, arena), "approved_by");
    if (approver)
        return approver;
    return fact->actor ? arena_string(arena, fact->actor) : NULL;
}

static void take_back(struct reading *reading, int64_t number)
{
    for (struct said **said = &reading->last; *said; said = &(*said)->before)
        if ((*said)->grant.number == number) {
            *said = (*said)->before;
            return;
        }
}

static bool take_fact(void *context, const struct store_fact *fact)
{
    struct reading *reading = context;
    if (fact->at_ms >= reading->board->wish.before_ms)
        return true;
    if (fact->kind == FACT_WITHDRAWN)
        take_back(reading, fact->value);
    if (fact->kind != reading->kind || fact->period != reading->occasion->period ||
        fact->phase != reading->phase)
        return true;
    struct said *said = arena_alloc(reading->arena, sizeof *said);
    said->grant = (struct board_grant){
        .number = fact->number,
        .at_ms = fact->at_ms,
        .until = fact->kind == FACT_EXTENDED ? (int32_t)fact->value : DAY_NONE,
        .reason = fact->note ? arena_string(reading->arena, fact->note) : NULL,
        .approver = approver_of(reading->arena, fact)};
    said->before = reading->last;
    reading->last = said;
    return true;
}

int board_grant(struct board *board, uint32_t duty, uint32_t unit, enum fact_kind kind,
                struct arena *arena, struct board_grant *out, struct err *err)
{
    const struct bound *bound = board->bound;
    const struct duty *one = &board->duties[duty].duty;
    struct reading reading = {board, kind, &one->occasion, bound_phase(bound, one),
                              arena, NULL};
    struct store_fact_filter filter = {.item = bound->items[one->item].number,
                                       .unit = bound->numbers[unit]};
    int code = filter.item && filter.unit
                   ? store_facts(board->engine->store, &filter, take_fact, &reading, err)
                   : 0;
    *out = reading.last ? reading.last->grant : (struct board_grant){.until = DAY_NONE};
    return code;
}
