/* Which duty of the item a fact is about. */
#include "engine/fact_data.h"

#include "base/finding.h"
#include "time/civil.h"

/* What the store counts for the unit in the asked duty. */
int fact_count(const struct asked *asked, const struct duty *duty, struct store_count *out)
{
    const struct bound *bound = asked->bound;
    return store_count(asked->engine->store, bound->items[duty->item].number,
                       duty->occasion.period, bound_phase(bound, duty),
                       bound->numbers[asked->unit], out, asked->err);
}

/* Of a duty that is over by the rule, the unit may have a due of its own. */
static int own_duty(const struct asked *asked, const struct duty *duty, struct duty *own)
{
    struct store_count count;
    *own = *duty;
    if (duty->given || duty->official == DAY_NONE || duty->official >= asked->day)
        return 0;
    int code = fact_count(asked, duty, &count);
    struct occasion occasion = duty->occasion;
    occasion.due = count.due;
    if (code == 0 && count.due != DAY_NONE &&
        !agenda_duty_at(asked->bound->agenda, duty->item, &occasion, own))
        *own = *duty;
    return code;
}

static bool unit_lacks(void *context, const struct duty *duty)
{
    struct asked *asked = context;
    struct column *column = NULL;
    struct duty own;
    if (asked->problem == 0)
        asked->problem = own_duty(asked, duty, &own);
    if (asked->problem == 0)
        asked->problem =
            bound_column(asked->engine, asked->bound, &own, asked->day, &column, asked->err);
    return asked->problem == 0 && progress_missing(column->progress, asked->unit) > 0;
}

/* The duty in the phase that is named. */
static int duty_of_phase(struct asked *asked)
{
    const struct plan *plan = asked->bound->input.plan;
    const struct item *item = fact_item(asked);
    const char *said = asked->request->phase;
    uint32_t phase = plan_find(plan, said);
    if (phase == ITEM_NONE || plan->items[phase].word != ITEM_PHASE) {
        const char **ids = arena_array(asked->arena, plan->item_count, sizeof *ids);
        size_t count = 0;
        for (uint32_t i = 0; i < plan->item_count; i++)
            if (plan->items[i].word == ITEM_PHASE)
                ids[count++] = plan->items[i].id;
        return fact_no_such(asked, "phase", said, nearest_word(said, ids, count));
    }
    struct occasion occasion = {DAY_NONE, DAY_NONE, phase};
    if (!item->per_phase ||
        !agenda_duty_at(asked->bound->agenda, asked->item, &occasion, &asked->duty))
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "%s (%s) is not counted by phase %s",
                          "%s（%s）不按阶段 %s 计"),
                       item->id, item->name, said);
    return 0;
}

/* The duty whose period, or time, has the day that is named. */
static int duty_of_period(struct asked *asked)
{
    int32_t day = asked->request->period;
    const struct item *item = fact_item(asked);
    const struct duty *duties;
    size_t count;
    agenda_duties(asked->bound->agenda, asked->item, day, day, asked->arena, &duties, &count);
    for (size_t i = 0; i < count; i++)
        if (!duties[i].given) {
            asked->duty = duties[i];
            return 0;
        }
    char text[11];
    struct occasion occasion = {day, DAY_NONE, ITEM_NONE};
    if (agenda_duty_at(asked->bound->agenda, asked->item, &occasion, &asked->duty))
        return 0;
    return err_set(asked->err, ERR_INVALID,
                   TR(asked->request->lang, "%s (%s) has no period with %s in it",
                      "%s（%s）没有含 %s 的一期"),
                   item->id, item->name, civil_format(day, text));
}

static int duty_by_time(struct asked *asked)
{
    const struct item *item = fact_item(asked);
    bool found = agenda_duty_on(asked->bound->agenda, asked->item, asked->day, unit_lacks,
                                asked, &asked->duty);
    if (asked->problem < 0)
        return asked->problem;
    return found ? 0
                 : err_set(asked->err, ERR_INVALID,
                           TR(asked->request->lang, "%s (%s) has no time to hand it in",
                              "%s（%s）没有可交的时间"),
                           item->id, item->name);
}

/* Where a fact gave the unit another due, the duty is that of the due. */
int fact_duty_of_unit(struct asked *asked)
{
    struct store_count count;
    struct duty own;
    int code = fact_count(asked, &asked->duty, &count);
    if (code < 0 || (count.due == DAY_NONE && !asked->duty.given))
        return code;
    struct occasion occasion = asked->duty.occasion;
    occasion.due = count.due; /* DAY_NONE: the rule's */
    if (agenda_duty_at(asked->bound->agenda, asked->item, &occasion, &own))
        asked->duty = own;
    return 0;
}

int fact_find_duty(struct asked *asked)
{
    const struct fact_request *request = asked->request;
    int code = request->phase                ? duty_of_phase(asked)
               : request->period != DAY_NONE ? duty_of_period(asked)
                                             : duty_by_time(asked);
    return code < 0 ? code : fact_duty_of_unit(asked);
}

int fact_check_asked(struct asked *asked)
{
    const struct item *item = fact_item(asked);
    struct column *column;
    int code = bound_column(asked->engine, asked->bound, &asked->duty, asked->day, &column,
                            asked->err);
    if (code < 0 || progress_asked(column->progress, asked->unit))
        return code;
    const struct selector *audience = fact_audience(asked);
    return err_set(asked->err, ERR_INVALID,
                   audience && selector_has(audience, asked->unit)
                       ? TR(asked->request->lang,
                            "%s (%s) does not belong to the roster for %s (%s) at that time",
                            "%s（%s）那时不在 %s（%s）的名册里")
                       : TR(asked->request->lang, "%s (%s) is not asked for %s (%s)",
                            "%s（%s）不用交 %s（%s）"),
                   fact_unit_id(asked), fact_unit_name(asked), item->id, item->name);
}
