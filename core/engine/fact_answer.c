/* What is answered: how it stands with the unit, and with the piece; of a key that stands, too. */
#include "engine/fact_content.h"
#include "engine/piece_data.h"

#include <string.h>

static void add_count(void *context, const struct store_count *count)
{
    struct store_count *sum = context;
    sum->done += count->done;
    if (count->enough > sum->enough)
        sum->enough = count->enough;
}

/* What counts for the unit in the duty: of all together where they do it together. */
int fact_sum(const struct asked *asked, struct store_count *out)
{
    const struct bound *bound = asked->bound;
    const struct duty *duty = &asked->duty;
    int code = fact_count(asked, duty, out);
    if (code < 0 || !bound_is_shared(bound, duty->item))
        return code;
    out->done = out->enough = 0;
    return store_counts(asked->engine->store, bound->items[duty->item].number,
                        duty->occasion.period, bound_phase(bound, duty), add_count, out,
                        asked->err);
}

static int add_credit(struct asked *asked, const struct credit *credit, struct fact_credit *out)
{
    struct asked other = *asked;
    struct store_count count = {0};
    other.item = credit->item;
    other.unit = credit->unit;
    other.duty = credit->duty;
    *out = (struct fact_credit){.item = credit->item, .unit = credit->unit};
    int code = fact_duty_of_unit(&other);
    if (code == 0)
        code = fact_sum(&other, &count);
    if (code == 0)
        code = bound_need(asked->engine, asked->bound, &other.duty, credit->unit, &out->need,
                          asked->err);
    if (code < 0)
        return code;
    out->done = count.done;
    out->met = column_stays_met(&count) || count.done >= out->need;
    return 0;
}

static enum fact_kind kind_of(const struct story *story, int64_t number)
{
    for (size_t i = 0; i < story->count; i++)
        if (story->facts[i].number == number)
            return story->facts[i].kind;
    return FACT_SUBMITTED;
}

/* What has become of the piece, and where else it counts. */
static int answer_piece(struct asked *asked, struct fact_answer *answer)
{
    const struct story *story = asked->story;
    struct fact_credit *credits =
        arena_array(asked->arena, asked->credit_count, sizeof *credits);
    int code = 0;
    answer->piece = story->first.number;
    answer->state = story->state;
    answer->chars = story->chars;
    answer->why = story_why(asked, story, asked->item);
    if (answer->taken)
        answer->taken_kind = kind_of(story, answer->taken);
    for (size_t i = 0; code == 0 && i < asked->credit_count; i++) {
        const struct credit *credit = &asked->credits[i];
        if (credit->item != asked->item || credit->unit != asked->unit)
            code = add_credit(asked, credit, &credits[answer->credit_count++]);
    }
    answer->credits = credits;
    fact_answer_alike(asked, answer);
    return code;
}

static int32_t original_due(const struct asked *asked)
{
    struct occasion occasion = asked->duty.occasion;
    struct duty rule;
    occasion.due = DAY_NONE;
    if (!asked->duty.given ||
        !agenda_duty_at(asked->bound->agenda, asked->item, &occasion, &rule))
        return DAY_NONE;
    return rule.official;
}

/* From the counter: the column of a due that was just given need not be made for it. */
int fact_answer(struct asked *asked, struct fact_answer *answer)
{
    struct store_count count = {0};
    int code = fact_sum(asked, &count);
    if (code == 0)
        code = bound_need(asked->engine, asked->bound, &asked->duty, asked->unit, &answer->need,
                          asked->err);
    if (code < 0)
        return code;
    answer->duty = asked->duty;
    answer->unit = asked->unit;
    answer->original = original_due(asked);
    answer->done = count.done;
    answer->met = column_stays_met(&count) || count.done >= answer->need;
    answer->excused = count.excused && !answer->met;
    return asked->story ? answer_piece(asked, answer) : 0;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* What was said beside the columns; not what was found out of it. */
static bool says_same_detail(const struct asked *asked, const struct store_fact *fact)
{
    const struct fact_request *request = asked->request;
    const struct value *said = fact_detail(fact, asked->arena);
    const char *person = asked->person != UNIT_NONE && request->kind == FACT_SUBMITTED
                             ? roster_id(asked->bound->input.roster, asked->person)
                             : NULL;
    return value_get_int(said, "chars", -1) == fact_chars(request) &&
           value_get_int(said, "minutes", -1) == request->minutes &&
           same_text(value_get_string(said, "person"), person) &&
           same_text(value_get_string(said, "approved_by"), request->approver);
}

/* The same content: what was said, not when it was said, nor what it was found to count for. */
static bool is_repeated(const struct asked *asked, const struct store_fact *fact)
{
    const struct fact_request *request = asked->request;
    const struct bound *bound = asked->bound;
    int64_t taken = request->fact ? request->fact : request->piece;
    bool value = request->kind == FACT_SUBMITTED   ? fact->value == request->count
                 : request->kind == FACT_EXTENDED  ? fact->value == request->until
                 : request->kind == FACT_WITHDRAWN ? !taken || fact->value == taken
                                                   : true;
    if (fact->kind != request->kind || !value || fact->plan != bound->number ||
        !same_text(fact->note, request->note) || !says_same_detail(asked, fact))
        return false;
    if (fact_is_about_piece(request->kind))
        return fact->piece == request->piece &&
               (!request->item || fact->item == bound->items[asked->item].number);
    return fact->item == bound->items[asked->item].number &&
           fact->unit == bound->numbers[asked->unit];
}

/* The piece as it stands now, and where it counts. */
static int read_piece(struct asked *asked, const struct store_fact *fact)
{
    int64_t piece = fact->kind == FACT_SUBMITTED ? fact->number : fact->piece;
    if (!piece)
        return 0;
    int code = story_read(asked, piece, &asked->story);
    return code < 0 ? code
                    : credit_list(asked, asked->story, &asked->credits, &asked->credit_count);
}

/* Answers from the fact that stands under the key; `*known` says whether there is one. */
int fact_repeated(struct asked *asked, struct fact_answer *answer, bool *known)
{
    struct store_fact fact;
    *known = false;
    if (fact_is_blank(asked->request->key))
        return 0;
    struct err none;
    int code = store_fact_keyed(asked->engine->store, asked->bound->number, asked->request->key,
                                asked->arena, &fact, &none);
    if (code == ERR_NOT_FOUND)
        return 0;
    if (code < 0)
        return err_set(asked->err, code, "%s", none.message);
    if (!is_repeated(asked, &fact))
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "the key “%s” stands for another fact (f%lld)",
                          "记号“%s”已用于另一次登记（f%lld）"),
                       asked->request->key, (long long)fact.number);
    if (fact_is_about_piece(fact.kind)) { /* to which item and unit it was found to go */
        asked->item = bound_item(asked->bound, fact.item);
        asked->unit = bound_row(asked->bound, fact.unit);
    }
    struct occasion occasion = {fact.period, DAY_NONE,
                                fact.phase ? bound_item(asked->bound, fact.phase) : ITEM_NONE};
    if (asked->item == ITEM_NONE || asked->unit == UNIT_NONE ||
        !agenda_duty_at(asked->bound->agenda, asked->item, &occasion, &asked->duty))
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
    answer->taken = fact.kind == FACT_WITHDRAWN ? fact.value : 0;
    code = fact_duty_of_unit(asked);
    return code < 0 ? code : read_piece(asked, &fact);
}
