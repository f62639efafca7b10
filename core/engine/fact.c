/*
 * One fact, from what somebody says to what is counted. The steps: read the request against the
 * plan, find the duty, append, then take the store's new counter into memory – in this order,
 * so that nothing in memory has changed when the store refuses.
 */
#include "engine/fact_data.h"

#include "time/civil.h"

enum { COUNT_MOST = STORE_PIECES_MOST }; /* pieces in one fact */

/* ---- what is said ---------------------------------------------------------------------- */

bool fact_is_blank(const char *text)
{
    return !text || !*text;
}

static int check(struct asked *asked)
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
    if (request->kind == FACT_EXCUSED && fact_is_blank(request->note))
        return err_set(
            asked->err, ERR_INVALID,
            TR(asked->request->lang, "excusing a unit needs a reason", "免交要写明理由"));
    if (request->kind == FACT_EXTENDED && fact_is_blank(request->note))
        return err_set(
            asked->err, ERR_INVALID,
            TR(asked->request->lang, "giving more time needs a reason", "延期要写明理由"));
    return 0;
}

/* ---- the fact -------------------------------------------------------------------------- */

static int check_until(struct asked *asked)
{
    const struct item *item = fact_item(asked);
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

bool fact_in_time(const struct duty *duty, int64_t at_ms)
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
    int code = back ? fact_find_withdrawn(asked, &taken) : fact_find_duty(asked);
    if (code == 0 && request->kind != FACT_WITHDRAWN)
        code = fact_check_asked(asked);
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
        .phase = fact_phase_number(bound, &asked->duty),
        .value = back ? taken.number : value,
        .moves = request->kind == FACT_SUBMITTED ? value : -taken.moves,
        .in_time = back ? taken.in_time : fact_in_time(&asked->duty, request->at_ms),
        .piece = back && taken.kind == FACT_SUBMITTED ? taken.number : 0,
        .at_ms = request->at_ms,
        .recorded_ms = asked->now_ms,
        .actor = request->actor ? request->actor : "",
        .key = fact_is_blank(request->key) ? NULL : request->key,
        .note = request->note,
    };
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
    int code = fact_count(asked, duty, out);
    if (code < 0 || !bound_is_shared(bound, duty->item))
        return code;
    out->done = out->enough = 0;
    return store_counts(asked->engine->store, bound->items[duty->item].number,
                        duty->occasion.period, fact_phase_number(bound, duty), add_count, out,
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

int fact_make(struct asked *asked, struct fact_act *act)
{
    struct store_fact *fact = arena_alloc(asked->arena, sizeof *fact);
    int code = make_fact(asked, fact);
    if (code == 0)
        *act = (struct fact_act){fact, 1};
    return code;
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
int fact_repeated(struct asked *asked, struct fact_answer *answer, bool *known)
{
    struct store_fact fact;
    *known = false;
    if (fact_is_blank(asked->request->key))
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
    return fact_duty_of_unit(asked);
}

static int append(struct asked *asked, struct fact_answer *answer)
{
    struct fact_act act = {0};
    int code = fact_make(asked, &act);
    if (code < 0)
        return code;
    int64_t *numbers = arena_array(asked->arena, act.count, sizeof *numbers);
    enum fact_outcome *outcomes = arena_array(asked->arena, act.count, sizeof *outcomes);
    code =
        store_append(asked->engine->store, act.facts, act.count, numbers, outcomes, asked->err);
    if (code < 0)
        return code;
    answer->number = numbers[0];
    answer->outcome = outcomes[0];
    answer->late = act.facts[0].kind == FACT_SUBMITTED && !act.facts[0].in_time;
    return fact_follow(asked, &act);
}

struct asked fact_asked(struct engine *engine, uint32_t plan,
                        const struct fact_request *request, int64_t now_ms, struct arena *arena,
                        struct err *err)
{
    return (struct asked){.engine = engine,
                          .bound = &engine->bounds[plan],
                          .request = request,
                          .now_ms = now_ms,
                          .day = civil_from_ms(request->at_ms, NULL),
                          .arena = arena,
                          .err = err,
                          .unit = UNIT_NONE,
                          .person = UNIT_NONE};
}

int fact_read(struct asked *asked)
{
    int code = fact_find_item(asked);
    if (code == 0)
        code = fact_find_unit(asked);
    return code == 0 ? check(asked) : code;
}

int engine_fact(struct engine *engine, uint32_t plan, const struct fact_request *request,
                int64_t now_ms, struct arena *arena, struct fact_answer *answer,
                struct err *err)
{
    if (plan >= engine->count)
        return err_set(err, ERR_INTERNAL, "there is no plan %u", plan);
    struct asked asked = fact_asked(engine, plan, request, now_ms, arena, err);
    struct fact_answer made = {0};
    bool known = false;
    int code = fact_read(&asked);
    if (code == 0)
        code = fact_repeated(&asked, &made, &known);
    if (code == 0 && !known)
        code = append(&asked, &made);
    if (code == 0)
        code = make_answer(&asked, &made);
    if (code == 0)
        *answer = made;
    return code;
}
