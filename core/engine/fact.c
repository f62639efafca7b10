/*
 * One fact, from what somebody says to what is counted. The steps: read the request against the
 * plan, find the duty, append, then take the store's new counter into memory – in this order,
 * so that nothing in memory has changed when the store refuses.
 */
#include "engine/fact.h"

#include "base/finding.h"
#include "engine/column.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum {
    COUNT_MOST = 1000000000, /* pieces in one fact */
    NEAR_MOST = 20000,       /* ids and names among which a misspelt one is looked for */
};

/* A request while it is worked out. */
struct asked {
    struct engine *engine;
    struct bound *bound;
    const struct fact_request *request;
    int64_t now_ms;
    int32_t day;   /* of `at` */
    uint32_t item; /* index */
    uint32_t unit; /* row */
    struct duty duty;
    struct arena *arena;
    int problem; /* of a callback */
    struct err *err;
};

static const struct item *item_of(const struct asked *asked)
{
    return &asked->bound->input.plan->items[asked->item];
}

static const char *unit_id(const struct asked *asked)
{
    return roster_id(asked->bound->input.roster, asked->unit);
}

static const char *unit_name(const struct asked *asked)
{
    return roster_name(asked->bound->input.roster, asked->unit);
}

/* ---- names ----------------------------------------------------------------------------- */

static int no_such(struct asked *asked, const char *what, const char *said, const char *nearest)
{
    const char *where = asked->bound->input.plan->id;
    if (nearest)
        return err_set(asked->err, ERR_NOT_FOUND,
                       "%s \"%s\" is not in plan %s; did you mean \"%s\"?", what, said, where,
                       nearest);
    return err_set(asked->err, ERR_NOT_FOUND, "%s \"%s\" is not in plan %s", what, said, where);
}

static int find_item(struct asked *asked)
{
    const struct plan *plan = asked->bound->input.plan;
    const char *said = asked->request->item ? asked->request->item : "";
    asked->item = plan_find(plan, said);
    if (asked->item == ITEM_NONE) {
        const char **ids = arena_array(asked->arena, plan->item_count, sizeof *ids);
        size_t count = 0;
        for (uint32_t i = 0; i < plan->item_count; i++)
            if (plan->items[i].word != ITEM_PHASE)
                ids[count++] = plan->items[i].id;
        return no_such(asked, "item", said, nearest_word(said, ids, count));
    }
    const struct item *item = item_of(asked);
    if (item->word == ITEM_PHASE)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang,
                          "%s (%s) is a phase; only tasks and quotas are handed in",
                          "%s（%s）是阶段，只有任务和指标才登记"),
                       item->id, item->name);
    if (item->binding == BINDING_NEVER)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang,
                          "%s (%s) must not be done; nothing counts for it",
                          "%s（%s）是禁止事项，不登记"),
                       item->id, item->name);
    return 0;
}

static const struct selector *audience_of(const struct asked *asked)
{
    struct event event = {.item = asked->item};
    return agenda_audience(asked->bound->agenda, &event);
}

/* The id or name nearest to what was said, among the first of those who are asked. */
static const char *nearest_unit(const struct asked *asked, const char *said)
{
    const struct roster *roster = asked->bound->input.roster;
    const struct selector *audience = audience_of(asked);
    const char **words = arena_array(asked->arena, NEAR_MOST, sizeof *words);
    size_t count = 0;
    for (uint32_t unit = audience ? selector_next(audience, 0) : UNIT_NONE;
         unit != UNIT_NONE && count < NEAR_MOST; unit = selector_next(audience, unit + 1)) {
        words[count++] = roster_id(roster, unit);
        words[count++] = roster_name(roster, unit);
    }
    return nearest_word(said, words, count);
}

/* By the whole name: one of those who are asked before another of that name. */
static int find_by_name(struct asked *asked, const char *said)
{
    const struct roster *roster = asked->bound->input.roster;
    const struct selector *audience = audience_of(asked);
    uint32_t others[2] = {UNIT_NONE, UNIT_NONE}, meant[2] = {UNIT_NONE, UNIT_NONE};
    for (uint32_t unit = 0; unit < roster_count(roster); unit++) {
        if (strcmp(roster_name(roster, unit), said) != 0)
            continue;
        uint32_t *found = audience && selector_has(audience, unit) ? meant : others;
        found[found[0] != UNIT_NONE] = unit;
    }
    const uint32_t *found = meant[0] != UNIT_NONE ? meant : others;
    if (found[0] == UNIT_NONE)
        return no_such(asked, "unit", said, nearest_unit(asked, said));
    if (found[1] != UNIT_NONE)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang,
                          "several units are named “%s”; say the id, such as “%s” or “%s”",
                          "不止一个单位叫“%s”；请写编号，如“%s”或“%s”"),
                       said, roster_id(roster, found[0]), roster_id(roster, found[1]));
    asked->unit = found[0];
    return 0;
}

static int find_unit(struct asked *asked)
{
    const char *said = asked->request->unit ? asked->request->unit : "";
    if (!asked->bound->input.roster)
        return err_set(asked->err, ERR_INVALID, "plan %s: its roster is not at hand",
                       asked->bound->input.plan->id);
    asked->unit = roster_find(asked->bound->input.roster, said, strlen(said));
    return asked->unit != UNIT_NONE ? 0 : find_by_name(asked, said);
}

/* ---- what is said ---------------------------------------------------------------------- */

static bool is_blank(const char *text)
{
    return !text || !*text;
}

static int check_request(struct asked *asked)
{
    const struct fact_request *request = asked->request;
    char day[11], minute[6];
    int32_t of_day;
    civil_format(civil_from_ms(request->at_ms, &of_day), day);
    if (request->at_ms > asked->now_ms)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "%s %s has not come yet", "%s %s 还没有到"),
                       day, civil_format_minute(of_day, minute));
    if (request->kind == FACT_SUBMITTED && (request->count < 1 || request->count > COUNT_MOST))
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "%lld is no number of pieces (1 to %d)",
                          "件数不能是 %lld（1 到 %d）"),
                       (long long)request->count, COUNT_MOST);
    if (request->kind == FACT_EXCUSED && is_blank(request->note))
        return err_set(
            asked->err, ERR_INVALID,
            TR(asked->request->lang, "excusing a unit needs a reason", "免交要写明理由"));
    if (request->kind == FACT_EXTENDED && is_blank(request->note))
        return err_set(
            asked->err, ERR_INVALID,
            TR(asked->request->lang, "giving more time needs a reason", "延期要写明理由"));
    return 0;
}

/* ---- which duty ------------------------------------------------------------------------ */

static uint32_t phase_number(const struct bound *bound, const struct duty *duty)
{
    uint32_t phase = duty->occasion.phase;
    return phase == ITEM_NONE ? 0 : bound->items[phase].number;
}

/* What the store counts for the unit in the asked duty. */
static int count_of(const struct asked *asked, const struct duty *duty, struct store_count *out)
{
    const struct bound *bound = asked->bound;
    return store_count(asked->engine->store, bound->items[duty->item].number,
                       duty->occasion.period, phase_number(bound, duty),
                       bound->numbers[asked->unit], out, asked->err);
}

static bool unit_lacks(void *context, const struct duty *duty)
{
    struct asked *asked = context;
    struct column *column = NULL;
    if (asked->problem == 0)
        asked->problem =
            bound_column(asked->engine, asked->bound, duty, asked->day, &column, asked->err);
    return asked->problem == 0 && progress_missing(column->progress, asked->unit) > 0;
}

/* The duty in the phase that is named. */
static int duty_of_phase(struct asked *asked)
{
    const struct plan *plan = asked->bound->input.plan;
    const struct item *item = item_of(asked);
    const char *said = asked->request->phase;
    uint32_t phase = plan_find(plan, said);
    if (phase == ITEM_NONE || plan->items[phase].word != ITEM_PHASE) {
        const char **ids = arena_array(asked->arena, plan->item_count, sizeof *ids);
        size_t count = 0;
        for (uint32_t i = 0; i < plan->item_count; i++)
            if (plan->items[i].word == ITEM_PHASE)
                ids[count++] = plan->items[i].id;
        return no_such(asked, "phase", said, nearest_word(said, ids, count));
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
    const struct item *item = item_of(asked);
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
    const struct item *item = item_of(asked);
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
static int duty_of_unit(struct asked *asked)
{
    struct store_count count;
    struct duty own;
    int code = count_of(asked, &asked->duty, &count);
    if (code < 0 || (count.due == DAY_NONE && !asked->duty.given))
        return code;
    struct occasion occasion = asked->duty.occasion;
    occasion.due = count.due; /* DAY_NONE: the rule's */
    if (agenda_duty_at(asked->bound->agenda, asked->item, &occasion, &own))
        asked->duty = own;
    return 0;
}

static int find_duty(struct asked *asked)
{
    const struct fact_request *request = asked->request;
    int code = request->phase                ? duty_of_phase(asked)
               : request->period != DAY_NONE ? duty_of_period(asked)
                                             : duty_by_time(asked);
    return code < 0 ? code : duty_of_unit(asked);
}

static int check_is_asked(struct asked *asked)
{
    const struct item *item = item_of(asked);
    struct column *column;
    int code = bound_column(asked->engine, asked->bound, &asked->duty, asked->day, &column,
                            asked->err);
    if (code < 0 || progress_asked(column->progress, asked->unit))
        return code;
    const struct selector *audience = audience_of(asked);
    return err_set(asked->err, ERR_INVALID,
                   audience && selector_has(audience, asked->unit)
                       ? TR(asked->request->lang,
                            "%s (%s) does not belong to the roster for %s (%s) at that time",
                            "%s（%s）那时不在 %s（%s）的名册里")
                       : TR(asked->request->lang, "%s (%s) is not asked for %s (%s)",
                            "%s（%s）不用交 %s（%s）"),
                   unit_id(asked), unit_name(asked), item->id, item->name);
}

/* ---- what was said before -------------------------------------------------------------- */

/* The fact that is to be withdrawn, looked for from the last one back. */
struct search {
    const struct asked *asked;
    bool by_duty;
    struct store_fact found; /* number 0 = none */
    int64_t *withdrawn;
    size_t count, room;
};

static bool is_withdrawn(const struct search *search, int64_t number)
{
    for (size_t i = 0; i < search->count; i++)
        if (search->withdrawn[i] == number)
            return true;
    return false;
}

static bool look_at(void *context, const struct store_fact *fact)
{
    struct search *search = context;
    const struct asked *asked = search->asked;
    int64_t wanted = asked->request->fact;
    if (fact->kind == FACT_WITHDRAWN) {
        if (search->count == search->room) {
            search->room = search->room ? 2 * search->room : 16;
            search->withdrawn =
                mem_resize(search->withdrawn, search->room, sizeof *search->withdrawn);
        }
        search->withdrawn[search->count++] = fact->value;
        return true;
    }
    bool other = search->by_duty && (fact->period != asked->duty.occasion.period ||
                                     fact->phase != phase_number(asked->bound, &asked->duty));
    if ((wanted && fact->number != wanted) || (!wanted && other) ||
        is_withdrawn(search, fact->number))
        return true;
    search->found = *fact; /* its texts are not looked at */
    return false;
}

static bool take_first(void *context, const struct store_fact *fact)
{
    *(struct store_fact *)context = *fact; /* its texts are not looked at */
    return false;
}

/* Nothing of that unit for that item is there to be withdrawn: says what the fact that was
 * named is instead. */
static int refuse_withdrawn(struct asked *asked)
{
    enum lang lang = asked->request->lang;
    const struct item *item = item_of(asked);
    int64_t wanted = asked->request->fact;
    struct store_fact fact = {0};
    struct store_fact_filter filter = {.after = wanted > 0 ? wanted - 1 : 0};
    int code = 0;
    if (wanted > 0)
        code = store_facts(asked->engine->store, &filter, take_first, &fact, asked->err);
    if (code < 0)
        return code;
    if (wanted && fact.number != wanted)
        return err_set(asked->err, ERR_NOT_FOUND,
                       TR(lang, "there is no f%lld: nothing was recorded under that number",
                          "没有 f%lld 这条登记"),
                       (long long)wanted);
    if (wanted && (fact.item != asked->bound->items[asked->item].number ||
                   fact.unit != asked->bound->numbers[asked->unit]))
        return err_set(asked->err, ERR_NOT_FOUND,
                       TR(lang, "f%lld is not of %s (%s) for %s (%s)",
                          "f%lld 不是 %s（%s）的 %s（%s）登记"),
                       (long long)wanted, unit_id(asked), unit_name(asked), item->id,
                       item->name);
    if (wanted && fact.kind != FACT_WITHDRAWN)
        return err_set(asked->err, ERR_NOT_FOUND,
                       TR(lang, "f%lld has been withdrawn already", "f%lld 已经撤回过了"),
                       (long long)wanted);
    return err_set(asked->err, ERR_NOT_FOUND,
                   TR(lang, "%s (%s) has nothing to be withdrawn for %s (%s)",
                      "%s（%s）没有可撤回的 %s（%s）登记"),
                   unit_id(asked), unit_name(asked), item->id, item->name);
}

/* Withdrawing belongs to the duty of the fact: of the one that is named, else of the unit's
 * last one. */
static int find_withdrawn(struct asked *asked, struct store_fact *found)
{
    const struct fact_request *request = asked->request;
    const struct item *item = item_of(asked);
    struct search search = {.asked = asked};
    struct store_fact_filter filter = {.plan = asked->bound->number,
                                       .item = asked->bound->items[asked->item].number,
                                       .unit = asked->bound->numbers[asked->unit],
                                       .latest = true};
    int code = 0;
    search.by_duty = !request->fact && (request->phase || request->period != DAY_NONE);
    if (search.by_duty)
        code = find_duty(asked);
    if (code == 0)
        code = store_facts(asked->engine->store, &filter, look_at, &search, asked->err);
    free(search.withdrawn);
    if (code < 0)
        return code;
    if (!search.found.number)
        return refuse_withdrawn(asked);
    uint32_t phase =
        search.found.phase ? bound_item(asked->bound, search.found.phase) : ITEM_NONE;
    struct occasion occasion = {search.found.period, DAY_NONE, phase};
    if (!agenda_duty_at(asked->bound->agenda, asked->item, &occasion, &asked->duty))
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang,
                          "f%lld belongs to a time that %s (%s) does not have any more",
                          "登记 f%lld 所属的那一期，%s（%s）已经没有了"),
                       (long long)search.found.number, item->id, item->name);
    *found = search.found;
    return duty_of_unit(asked);
}

/* ---- the fact -------------------------------------------------------------------------- */

static int check_until(struct asked *asked)
{
    const struct item *item = item_of(asked);
    char old[11], until[11];
    if (asked->duty.official == DAY_NONE)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "%s (%s) has no due day to be moved",
                          "%s（%s）没有期限，不用延期"),
                       item->id, item->name);
    if (!civil_in_range(asked->request->until))
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "giving more time needs the new due day",
                          "延期要写明新的期限"));
    if (asked->request->until <= asked->duty.official)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang,
                          "%s is not behind the due day of %s (%s), which is %s",
                          "%s 不晚于 %s（%s）的期限 %s"),
                       civil_format(asked->request->until, until), item->id, item->name,
                       civil_format(asked->duty.official, old));
    return 0;
}

/* Who says 17:00 includes it; 24:00 is the next day's already. */
static bool is_in_time(const struct duty *duty, int64_t at_ms)
{
    if (duty->official == DAY_NONE)
        return true;
    int64_t due_ms = civil_ms(duty->official, duty->minute);
    return duty->minute == MINUTES_A_DAY ? at_ms < due_ms : at_ms <= due_ms;
}

/* Checks what belongs to the kind and makes the row. */
static int make_fact(struct asked *asked, struct store_fact *fact)
{
    const struct fact_request *request = asked->request;
    const struct bound *bound = asked->bound;
    int64_t value = request->kind == FACT_SUBMITTED  ? request->count
                    : request->kind == FACT_EXTENDED ? request->until
                                                     : 0;
    struct store_fact taken = {0};
    bool back = request->kind == FACT_WITHDRAWN;
    int code = back ? find_withdrawn(asked, &taken) : find_duty(asked);
    if (code == 0 && request->kind != FACT_WITHDRAWN)
        code = check_is_asked(asked);
    if (code == 0 && request->kind == FACT_EXTENDED)
        code = check_until(asked);
    if (code < 0)
        return code;
    *fact = (struct store_fact){
        .kind = request->kind,
        .plan = bound->number,
        .item = bound->items[asked->item].number,
        .unit = bound->numbers[asked->unit],
        .period = asked->duty.occasion.period,
        .phase = phase_number(bound, &asked->duty),
        .value = back ? taken.number : value,
        .moves = request->kind == FACT_SUBMITTED ? value : -taken.moves,
        .in_time = back ? taken.in_time : is_in_time(&asked->duty, request->at_ms),
        .piece = back && taken.kind == FACT_SUBMITTED ? taken.number : 0,
        .at_ms = request->at_ms,
        .recorded_ms = asked->now_ms,
        .actor = request->actor ? request->actor : "",
        .key = is_blank(request->key) ? NULL : request->key,
        .note = request->note,
    };
    return 0;
}

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
static int follow(struct asked *asked)
{
    struct bound *bound = asked->bound;
    enum fact_kind kind = asked->request->kind;
    struct duty from = asked->duty, *to = &asked->duty;
    struct store_count count;
    bool passed = !bound->more || bound->next.at_ms > asked->now_ms;
    bool decided = passed && !asked->engine->behind;
    int code = count_of(asked, &from, &count);
    if (code == 0 && (kind == FACT_EXTENDED || kind == FACT_WITHDRAWN)) {
        if (from.given) /* nobody may have that due any more: a restart would not know it */
            code = forget_due(asked);
        if (code == 0 && count.due != DAY_NONE)
            code = follow_due(asked, count.due, decided);
        if (code == 0)
            code = duty_of_unit(asked);
    }
    if (code < 0)
        return code;
    if (to->given != from.given || to->occasion.due != from.occasion.due)
        bound_move_unit(bound, &from, to, asked->day, asked->unit, &count);
    else
        bound_count_unit(bound, &from, asked->unit, &count);
    return 0;
}

static void add_count(void *context, const struct store_count *count)
{
    struct store_count *sum = context;
    sum->done += count->done;
    if (count->enough > sum->enough)
        sum->enough = count->enough;
}

/* What counts for the unit in the duty: of all together where they do it together. */
static int sum_of(const struct asked *asked, struct store_count *out)
{
    const struct bound *bound = asked->bound;
    const struct duty *duty = &asked->duty;
    int code = count_of(asked, duty, out);
    if (code < 0 || !bound_is_shared(bound, duty->item))
        return code;
    out->done = out->enough = 0;
    return store_counts(asked->engine->store, bound->items[duty->item].number,
                        duty->occasion.period, phase_number(bound, duty), add_count, out,
                        asked->err);
}

/* From the counter: the column of a due that was just given need not be made for it. */
static int make_answer(struct asked *asked, struct fact_answer *answer)
{
    struct store_count count;
    int code = sum_of(asked, &count);
    if (code == 0)
        code = bound_need(asked->engine, asked->bound, &asked->duty, asked->unit, &answer->need,
                          asked->err);
    if (code < 0)
        return code;
    answer->duty = asked->duty;
    answer->unit = asked->unit;
    answer->done = count.done;
    answer->met = column_stays_met(&count) || count.done >= answer->need;
    answer->excused = count.excused && !answer->met;
    return 0;
}

/* ---- repeated -------------------------------------------------------------------------- */

/* The same content: what was said, not when it was said, nor what it was found to count for. */
static bool is_repeated(const struct asked *asked, const struct store_fact *fact)
{
    const struct fact_request *request = asked->request;
    const struct bound *bound = asked->bound;
    bool value = request->kind == FACT_SUBMITTED  ? fact->value == request->count
                 : request->kind == FACT_EXTENDED ? fact->value == request->until
                 : request->kind == FACT_WITHDRAWN
                     ? !request->fact || fact->value == request->fact
                     : true;
    return fact->kind == request->kind && value && fact->plan == bound->number &&
           fact->item == bound->items[asked->item].number &&
           fact->unit == bound->numbers[asked->unit];
}

/* Answers from the fact that stands under the key; `*known` says whether there is one. */
static int answer_repeated(struct asked *asked, struct fact_answer *answer, bool *known)
{
    struct store_fact fact;
    *known = false;
    if (is_blank(asked->request->key))
        return 0;
    struct err none;
    int code =
        store_fact_keyed(asked->engine->store, asked->request->key, asked->arena, &fact, &none);
    if (code == ERR_NOT_FOUND)
        return 0;
    if (code < 0)
        return err_set(asked->err, code, "%s", none.message);
    if (!is_repeated(asked, &fact))
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "the key “%s” stands for another fact (f%lld)",
                          "记号“%s”已用于另一次登记（f%lld）"),
                       asked->request->key, (long long)fact.number);
    struct occasion occasion = {fact.period, DAY_NONE,
                                fact.phase ? bound_item(asked->bound, fact.phase) : ITEM_NONE};
    if (!agenda_duty_at(asked->bound->agenda, asked->item, &occasion, &asked->duty))
        return err_set(
            asked->err, ERR_INVALID,
            TR(asked->request->lang,
               "the key “%s” stands for f%lld, of a time that the plan does not have "
               "any more",
               "记号“%s”用于登记 f%lld，它所属的那一期方案里已经没有了"),
            asked->request->key, (long long)fact.number);
    *known = true;
    answer->number = fact.number;
    answer->outcome = FACT_REPEATED;
    answer->late = fact.kind == FACT_SUBMITTED && !fact.in_time;
    return duty_of_unit(asked);
}

static int append(struct asked *asked, struct fact_answer *answer)
{
    struct store_fact fact;
    int code = make_fact(asked, &fact);
    if (code == 0)
        code = store_append(asked->engine->store, &fact, 1, &answer->number, &answer->outcome,
                            asked->err);
    if (code < 0)
        return code;
    answer->late = fact.kind == FACT_SUBMITTED && !fact.in_time;
    return follow(asked);
}

int engine_fact(struct engine *engine, uint32_t plan, const struct fact_request *request,
                int64_t now_ms, struct fact_answer *answer, struct err *err)
{
    if (plan >= engine->count)
        return err_set(err, ERR_INTERNAL, "there is no plan %u", plan);
    struct asked asked = {.engine = engine,
                          .bound = &engine->bounds[plan],
                          .request = request,
                          .now_ms = now_ms,
                          .day = civil_from_ms(request->at_ms, NULL),
                          .arena = arena_new(),
                          .err = err};
    struct fact_answer made = {0};
    bool known = false;
    int code = find_item(&asked);
    if (code == 0)
        code = find_unit(&asked);
    if (code == 0)
        code = check_request(&asked);
    if (code == 0)
        code = answer_repeated(&asked, &made, &known);
    if (code == 0 && !known)
        code = append(&asked, &made);
    if (code == 0)
        code = make_answer(&asked, &made);
    if (code == 0)
        *answer = made;
    arena_free(asked.arena);
    return code;
}
