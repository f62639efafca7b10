/* `planrun status --json`: see status.h for what the lines have. */
#include "cli/status.h"

#include "cli/rows.h"
#include "cli/text.h"
#include "time/civil.h"

/* A line about a duty. */
static struct value *line_of(const struct status *status, const char *row,
                             const struct duty *duty, enum light light)
{
    struct arena *arena = status->arena;
    const struct plan *plan = status->holding->plan;
    struct value *map = value_map(arena);
    value_set_string(arena, map, "row", row);
    value_set_string(arena, map, "plan", plan->id);
    value_set_string(arena, map, "item", plan->items[duty->item].id);
    if (light != LIGHT_NONE)
        value_set_string(arena, map, "light", light_name(light));
    text_set_day(arena, map, "due", duty->official);
    if (duty->occasion.period != duty->occasion.due)
        text_set_day(arena, map, "period", duty->occasion.period);
    if (duty->occasion.phase != ITEM_NONE)
        value_set_string(arena, map, "phase", plan->items[duty->occasion.phase].id);
    return map;
}

/* Percent, cut to a tenth. */
static void set_rate(struct arena *arena, struct value *map, const char *key, uint32_t part,
                     uint32_t whole)
{
    if (!whole)
        return;
    uint64_t tenths = (uint64_t)part * 1000 / whole;
    value_set(arena, map, key, value_number(arena, (double)tenths / 10));
}

static void set_sum(const struct status *status, struct value *map,
                    const struct progress_sum *sum)
{
    struct arena *arena = status->arena;
    value_set_int(arena, map, "expected", sum->asked);
    value_set_int(arena, map, "actual", sum->met);
    value_set_int(arena, map, "on_time", sum->in_time);
    value_set_int(arena, map, "excused", sum->excused);
    value_set_int(arena, map, "missing", sum->missing);
    if (sum->away)
        value_set_int(arena, map, "on_leave", sum->away);
    set_rate(arena, map, "rate", sum->met, sum->asked);
    set_rate(arena, map, "on_time_rate", sum->in_time, sum->asked);
}

static const char *id_of(const struct status *status, uint32_t unit)
{
    return roster_id(status->holding->roster, unit);
}

/* ---- duties ------------------------------------------------------------------------------- */

static struct value *units_of(const struct status *status, uint32_t duty, uint32_t part,
                              enum board_whom whom, uint32_t **units, uint32_t *count)
{
    uint32_t most = status->wish->units;
    *units = arena_array(status->arena, (size_t)most + 1, sizeof **units);
    *count = status_units(status, duty, part, whom, *units, most);
    *count = *count < most ? *count : most;
    return value_list(status->arena);
}

static int set_excused(const struct status *status, uint32_t duty, uint32_t part,
                       struct value *map, struct err *err)
{
    struct arena *arena = status->arena;
    uint32_t *units, count;
    struct value *list = units_of(status, duty, part, BOARD_EXCUSED, &units, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct board_grant excuse;
        struct value *one = value_map(arena);
        int code =
            board_grant(status->board, duty, units[i], FACT_EXCUSED, arena, &excuse, err);
        if (code < 0)
            return code;
        value_set_string(arena, one, "unit", id_of(status, units[i]));
        bool away = board_away(status->board, duty, units[i]);
        const struct life_fact *leave = status_leave(status, duty, units[i]);
        const char *reason = leave ? leave->note : excuse.reason;
        if (away)
            value_set(arena, one, "on_leave", value_bool(arena, true));
        if (leave && leave->actor)
            value_set_string(arena, one, "recorded_by", leave->actor);
        if (reason)
            value_set_string(arena, one, "reason", reason);
        if (!away && excuse.approver)
            value_set_string(arena, one, "approved_by", excuse.approver);
        value_append(arena, list, one);
    }
    if (count)
        value_set(arena, map, "excused_units", list);
    return 0;
}

static int print_part(const struct status *status, uint32_t duty, uint32_t part,
                      const struct duty *due, const struct page_cell *cell, struct err *err)
{
    struct arena *arena = status->arena;
    struct value *map = line_of(status, "duty", due, cell->light);
    uint32_t *units, count;
    struct value *behind = units_of(status, duty, part, BOARD_MISSING, &units, &count);
    set_sum(status, map, &cell->sum);
    value_set_int(arena, map, "asked", cell->sum.asked);
    value_set_int(arena, map, "met", cell->sum.met);
    for (uint32_t i = 0; i < count; i++)
        value_append(arena, behind, value_string(arena, id_of(status, units[i])));
    value_set(arena, map, "behind", behind);
    int code = set_excused(status, duty, part, map, err);
    if (code == 0)
        text_json(status->cli->out, map);
    return code;
}

static int print_duty(const struct status *status, uint32_t duty, struct err *err)
{
    const struct board_duty *one = &status->duties[duty];
    if (status->unit != UNIT_NONE)
        return print_part(status, duty, BOARD_ANY, &one->duty, status_total(status, duty), err);
    int code = 0;
    for (uint32_t i = 0; i < one->part_count && code == 0; i++) {
        struct page_cell cell = {one->parts[i].sum, one->parts[i].light};
        code = print_part(status, duty, i, &one->parts[i].duty, &cell, err);
    }
    return code;
}

/* ---- cells -------------------------------------------------------------------------------- */

static void print_row(const struct status *status, const struct page_section *section,
                      const struct page_row *row)
{
    static const char *const names[] = {[PAGE_SELF] = "self",
                                        [PAGE_UNIT] = "unit",
                                        [PAGE_OTHER] = "other",
                                        [PAGE_NOWHERE] = "nowhere",
                                        [PAGE_TOTAL] = "total"};
    struct arena *arena = status->arena;
    for (uint32_t i = 0; i < status->count; i++) {
        if (!row->cells[i].sum.asked || !status_shows(status, i))
            continue;
        struct value *map =
            line_of(status, names[row->kind], &status->duties[i].duty, row->cells[i].light);
        if (row->unit != UNIT_NONE && (row->kind != PAGE_TOTAL || !status->page.whole))
            value_set_string(arena, map, "unit", id_of(status, row->unit));
        if (section->kind)
            value_set_string(arena, map, "class", section->kind);
        set_sum(status, map, &row->cells[i].sum);
        text_json(status->cli->out, map);
    }
}

static struct value *piece_of(const struct status *status, const struct piece *piece,
                              const struct item *item)
{
    struct arena *arena = status->arena;
    struct value *map = value_map(arena);
    struct buf why = {0}, at = {0};
    piece_add_why(&why, piece, item, status->cli->lang);
    row_add_instant(&at, piece->at_ms);
    value_set_int(arena, map, "number", piece->number);
    value_set_int(arena, map, "count", piece->count);
    value_set_string(arena, map, "at", at.bytes);
    value_set_string(arena, map, "state", piece_state_name(piece->state));
    value_set(arena, map, "counts", value_bool(arena, piece->why == PIECE_COUNTS));
    if (status_is_later(status, piece))
        value_set(arena, map, "later", value_bool(arena, true));
    if (why.length)
        value_set_string(arena, map, "why", why.bytes);
    buf_free(&why);
    buf_free(&at);
    return map;
}

static int set_pieces(const struct status *status, const struct duty *duty, struct value *map,
                      struct err *err)
{
    const struct piece *pieces;
    size_t count;
    struct value *list = value_list(status->arena);
    int code = status_pieces(status, duty, &pieces, &count, err);
    for (size_t i = 0; code == 0 && i < count; i++)
        value_append(status->arena, list,
                     piece_of(status, &pieces[i], &status->holding->plan->items[duty->item]));
    if (list->count)
        value_set(status->arena, map, "pieces", list);
    return code;
}

static int print_own(const struct status *status, uint32_t duty, struct err *err)
{
    struct arena *arena = status->arena;
    struct board_own own;
    int code = board_own(status->board, duty, status->unit, &own, err);
    if (code < 0 || !own.part)
        return code;
    struct value *map = line_of(status, "own", &own.part->duty, own.light);
    value_set_string(arena, map, "unit", id_of(status, status->unit));
    value_set_int(arena, map, "need", own.need);
    value_set_int(arena, map, "done", own.count.done);
    value_set_int(arena, map, "missing", own.missing);
    value_set_int(arena, map, "in_time", own.count.in_time);
    value_set(arena, map, "excused", value_bool(arena, own.excused));
    value_set(arena, map, "extended", value_bool(arena, own.part->duty.given));
    if (own.away)
        value_set(arena, map, "on_leave", value_bool(arena, true));
    code = set_pieces(status, &own.part->duty, map, err);
    if (code == 0)
        text_json(status->cli->out, map);
    return code;
}

int status_print_json(struct status *status, struct err *err)
{
    int code = 0;
    for (uint32_t i = 0; i < status->count && code == 0; i++)
        if (status_shows(status, i))
            code = print_duty(status, i, err);
    for (uint32_t s = 0; s < status->page.count && code == 0; s++)
        for (uint32_t i = 0; i < status->page.sections[s].count; i++) {
            const struct page_row *row = &status->page.sections[s].rows[i];
            if (!status->wish->behind || row->lacking)
                print_row(status, &status->page.sections[s], row);
        }
    for (uint32_t i = 0; i < status->count && code == 0 && status->unit != UNIT_NONE; i++)
        code = print_own(status, i, err);
    return code;
}
