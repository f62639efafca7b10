/* Where a plan's duties stand, read from the columns. */
#include "engine/engine_data.h"
#include "engine/fact.h"

static int find_bound(const struct engine *engine, uint32_t plan, uint32_t item,
                      struct bound **out, struct err *err)
{
    if (plan >= engine->count || item >= engine->bounds[plan].input.plan->item_count)
        return err_set(err, ERR_INTERNAL, "there is no item %u of plan %u", item, plan);
    *out = &engine->bounds[plan];
    return 0;
}

static bool has_ended(const struct duty *duty, int32_t day)
{
    return duty->official != DAY_NONE && duty->official < day;
}

static int stand(struct engine *engine, struct bound *bound, const struct duty *duty,
                 int32_t day, struct standing *out, struct err *err)
{
    struct column *column;
    int code = bound_column(engine, bound, duty, day, &column, err);
    if (code < 0)
        return code;
    struct progress_sum sum = progress_sum(column->progress);
    *out = (struct standing){*duty, sum.asked, sum.met, sum.excused, sum.missing, false};
    out->late = sum.missing && has_ended(duty, day) && !duty->retroactive;
    return 0;
}

int engine_standing(struct engine *engine, uint32_t plan, uint32_t item, int32_t day,
                    struct arena *arena, const struct standing **out, size_t *count,
                    struct err *err)
{
    struct bound *bound;
    int code = find_bound(engine, plan, item, &bound, err);
    if (code < 0)
        return code;
    const struct duty *duties;
    size_t all, kept = 0;
    int32_t first, last;
    agenda_span(bound->agenda, &first, &last);
    agenda_duties(bound->agenda, item, first < day ? first : day, day, arena, &duties, &all);
    struct standing *list = arena_array(arena, all, sizeof *list);
    for (size_t i = 0; i < all; i++) {
        code = stand(engine, bound, &duties[i], day, &list[kept], err);
        if (code < 0)
            return code;
        bool nobody = duties[i].given && list[kept].asked == 0;
        kept += !nobody && (!has_ended(&duties[i], day) || list[kept].missing);
    }
    *out = list;
    *count = kept;
    return 0;
}

int engine_behind(struct engine *engine, uint32_t plan, const struct duty *duty, int32_t day,
                  uint32_t *units, uint32_t most, uint32_t *count, struct err *err)
{
    struct bound *bound;
    struct column *column;
    int code = find_bound(engine, plan, duty->item, &bound, err);
    if (code == 0)
        code = bound_column(engine, bound, duty, day, &column, err);
    if (code < 0)
        return code;
    uint32_t found = 0;
    for (uint32_t unit = progress_next_behind(column->progress, 0);
         unit != UNIT_NONE && found < most;
         unit = progress_next_behind(column->progress, unit + 1))
        units[found++] = unit;
    *count = found;
    return 0;
}

int engine_met(struct engine *engine, uint32_t plan, const struct duty *duty, uint32_t unit,
               bool *met, struct err *err)
{
    struct bound *bound;
    struct column *column;
    int code = find_bound(engine, plan, duty->item, &bound, err);
    if (code == 0)
        code = bound_column(engine, bound, duty, duty->official, &column, err);
    if (code == 0)
        *met = progress_missing(column->progress, unit) == 0;
    return code;
}
