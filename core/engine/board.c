#include "engine/board_data.h"

#include "engine/column.h"

#include <stdlib.h>
#include <string.h>

/* ---- lights ---------------------------------------------------------------------------- */

const char *light_name(enum light light)
{
    switch (light) {
    case LIGHT_DONE: return "done";
    case LIGHT_ON_PLAN: return "on-plan";
    case LIGHT_NEAR: return "near";
    case LIGHT_BEHIND: return "behind";
    case LIGHT_LATE: return "overdue";
    default: return "";
    }
}

static bool has_ended(const struct duty *duty, int32_t day)
{
    return duty->official != DAY_NONE && duty->official < day;
}

enum light light_of(const struct duty *duty, const struct progress_sum *sum, int32_t day)
{
    if (sum->asked == 0)
        return LIGHT_NONE;
    if (sum->missing == 0)
        return LIGHT_DONE;
    if (has_ended(duty, day))
        return duty->retroactive ? LIGHT_BEHIND : LIGHT_LATE;
    int32_t official = duty->official;
    return official != DAY_NONE && official - day <= LIGHT_NEAR_DAYS ? LIGHT_NEAR
                                                                     : LIGHT_ON_PLAN;
}

enum light light_worse(enum light a, enum light b)
{
    return a > b ? a : b;
}

/* ---- the duties of a day --------------------------------------------------------------- */

static void drop_columns(struct board_column *columns, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        progress_free(columns[i].progress);
        rollup_free(columns[i].rollup);
    }
}

/* A duty while its parts are found. */
struct making {
    struct board_part *parts;
    struct board_column *columns;
    uint32_t count;
    bool kept; /* one of the parts is of the day */
};

static bool same_time(const struct duty *a, const struct duty *b)
{
    return a->occasion.period == b->occasion.period && a->occasion.phase == b->occasion.phase;
}

/* One more due of a duty; left out when nobody has it, unless it is the only one. */
static int add_part(struct board *board, const struct duty *duty, struct making *making,
                    struct err *err)
{
    struct progress *progress = NULL;
    int code = bound_progress(board->engine, board->bound, duty, board->wish.day, board->past,
                              &progress, err);
    if (code < 0)
        return code;
    struct progress_sum sum = progress_sum(progress);
    if (duty->given && !sum.asked) {
        progress_free(progress);
        return 0;
    }
    if (making->count && !making->parts[0].sum.asked)
        drop_columns(making->columns, making->count--); /* the rule's: all have more time */
    making->columns[making->count] = (struct board_column){.progress = progress};
    making->parts[making->count++] =
        (struct board_part){*duty, sum, light_of(duty, &sum, board->wish.day)};
    making->kept =
        making->kept || board->wish.met || !has_ended(duty, board->wish.day) || sum.missing > 0;
    return 0;
}

static void add_duty(struct board *board, const struct making *making)
{
    if (board->count == board->room) {
        board->room = board->room ? 2 * board->room : 16;
        board->duties = mem_resize(board->duties, board->room, sizeof *board->duties);
        board->columns = mem_resize(board->columns, board->room, sizeof *board->columns);
    }
    struct board_duty duty = {.duty = making->parts[0].duty,
                              .parts = making->parts,
                              .part_count = making->count,
                              .shared =
                                  bound_is_shared(board->bound, making->parts[0].duty.item)};
    for (uint32_t i = 0; i < making->count; i++) {
        progress_join(&duty.sum, &making->parts[i].sum);
        duty.light = light_worse(duty.light, making->parts[i].light);
        making->columns[i].rollup =
            rollup_new(board->bound->input.roster, making->columns[i].progress);
    }
    board->columns[board->count] = making->columns;
    board->duties[board->count++] = duty;
}

/* All dues of the time of `duties[at]`: those behind it, and of a past day those that facts gave then
 * and have moved since. */
static struct duty *dues_of(struct board *board, const struct duty *duties, size_t at,
                            size_t count, size_t *found)
{
    const struct bound *bound = board->bound;
    const struct occasion *occasion = &duties[at].occasion;
    uint32_t item = duties[at].item;
    size_t old_count;
    const int32_t *old = past_dues(board->past, bound->items[item].number, occasion->period,
                                   bound_phase(bound, &duties[at]), board->arena, &old_count);
    struct duty *all = arena_array(board->arena, count - at + old_count, sizeof *all);
    *found = 0;
    for (size_t i = at; i < count; i++)
        if (same_time(&duties[i], &duties[at]))
            all[(*found)++] = duties[i];
    for (size_t i = 0; i < old_count; i++) {
        bool known = false;
        for (size_t k = 0; k < *found; k++)
            known = known || (all[k].given && all[k].occasion.due == old[i]);
        if (!known && agenda_duty_given(bound->agenda, item, occasion, old[i], &all[*found]))
            ++*found;
    }
    return all;
}

/* The duty at the time of `duties[at]`, with all its dues. */
static int make_duty(struct board *board, const struct duty *duties, size_t at, size_t count,
                     struct err *err)
{
    struct making making = {0};
    size_t most;
    const struct duty *all = dues_of(board, duties, at, count, &most);
    int code = 0;
    making.parts = arena_array(board->arena, most, sizeof *making.parts);
    making.columns = arena_array(board->arena, most, sizeof *making.columns);
    for (size_t i = 0; code == 0 && i < most; i++)
        code = add_part(board, &all[i], &making, err);
    if (code == 0 && making.count && making.kept)
        add_duty(board, &making);
    else
        drop_columns(making.columns, making.count);
    return code;
}

static bool is_first(const struct duty *duties, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_time(&duties[i], &duties[at]))
            return false;
    return true;
}

static int make_item(struct board *board, uint32_t item, struct arena *arena, struct err *err)
{
    const struct board_wish *wish = &board->wish;
    const struct duty *duties;
    size_t count;
    int32_t first, last;
    agenda_span(board->bound->agenda, &first, &last);
    agenda_duties(board->bound->agenda, item, first < wish->day ? first : wish->day,
                  wish->until > wish->day ? wish->until : wish->day, arena, &duties, &count);
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++)
        if (is_first(duties, i))
            code = make_duty(board, duties, i, count, err);
    return code;
}

static int make_duties(struct board *board, struct err *err)
{
    const struct plan *plan = board->bound->input.plan;
    struct arena *arena = arena_new();
    int code = 0;
    for (uint32_t i = 0; code == 0 && i < plan->item_count; i++)
        if (plan->items[i].word != ITEM_PHASE &&
            (board->wish.item == ITEM_NONE || board->wish.item == i))
            code = make_item(board, i, arena, err);
    arena_free(arena);
    return code;
}

static void make_groupings(struct board *board)
{
    const struct roster *roster = board->bound->input.roster;
    uint32_t count = grouping_kinds(roster, NULL, 0);
    const char **kinds = arena_array(board->arena, count + 1, sizeof *kinds);
    board->groupings = arena_array(board->arena, count + 1, sizeof *board->groupings);
    grouping_kinds(roster, kinds, count);
    for (uint32_t i = 0; i < count; i++)
        board->groupings[board->grouping_count++] = grouping_new(roster, kinds[i]);
}

int board_new(struct engine *engine, uint32_t plan, const struct board_wish *wish,
              struct board **out, struct err *err)
{
    if (plan >= engine->count)
        return err_set(err, ERR_INTERNAL, "there is no plan %u", plan);
    struct board *board = mem_resize(NULL, 1, sizeof *board);
    *board = (struct board){
        .engine = engine, .bound = &engine->bounds[plan], .wish = *wish, .arena = arena_new()};
    int code = wish->before_ms == INT64_MAX
                   ? 0
                   : past_new(engine, board->bound, wish->before_ms, &board->past, err);
    if (code == 0)
        code = make_duties(board, err);
    if (code < 0) {
        board_free(board);
        return code;
    }
    make_groupings(board);
    *out = board;
    return 0;
}

void board_free(struct board *board)
{
    if (!board)
        return;
    for (uint32_t i = 0; i < board->count; i++)
        drop_columns(board->columns[i], board->duties[i].part_count);
    for (uint32_t i = 0; i < board->grouping_count; i++)
        grouping_free(board->groupings[i]);
    past_free(board->past);
    free(board->duties);
    free(board->columns);
    arena_free(board->arena);
    free(board);
}

const struct board_duty *board_duties(const struct board *board, uint32_t *count)
{
    *count = board->count;
    return board->duties;
}

size_t board_bytes(const struct board *board)
{
    size_t bytes = sizeof *board;
    for (uint32_t i = 0; i < board->count; i++)
        for (uint32_t part = 0; part < board->duties[i].part_count; part++)
            bytes += sizeof **board->columns + sizeof *board->duties->parts +
                     progress_bytes(board->columns[i][part].progress) +
                     rollup_bytes(board->columns[i][part].rollup);
    for (uint32_t i = 0; i < board->grouping_count; i++)
        bytes += grouping_bytes(board->groupings[i]);
    return bytes;
}
