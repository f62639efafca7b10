/* What was said before, and is to be taken back. */
#include "engine/fact_data.h"

#include <stdlib.h>

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

/* Named as a fact, or as the piece that it hands in. */
static int64_t wanted_of(const struct asked *asked)
{
    return asked->request->fact ? asked->request->fact : asked->request->piece;
}

static bool look_at(void *context, const struct store_fact *fact)
{
    struct search *search = context;
    const struct asked *asked = search->asked;
    int64_t wanted = wanted_of(asked);
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
                                     fact->phase != bound_phase(asked->bound, &asked->duty));
    bool follows = fact->kind == FACT_CREDITED; /* from another, which is taken back */
    if ((wanted && fact->number != wanted) || (!wanted && other) || follows ||
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

/* The plan's fact of that number, without texts; number 0 = there is none. */
static int read_fact(const struct asked *asked, int64_t number, struct store_fact *out)
{
    struct store_fact_filter filter = {.plan = asked->bound->number, .number = number};
    *out = (struct store_fact){0};
    return number > 0 ? store_facts(asked->engine->store, &filter, take_first, out, asked->err)
                      : 0;
}

/* Nothing of that unit for that item is there to be withdrawn: says what the fact that was
 * named is instead. */
static int refuse_withdrawn(struct asked *asked)
{
    enum lang lang = asked->request->lang;
    const struct item *item = fact_item(asked);
    int64_t wanted = wanted_of(asked);
    struct store_fact fact;
    int code = read_fact(asked, wanted, &fact);
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
                       (long long)wanted, fact_unit_id(asked), fact_unit_name(asked), item->id,
                       item->name);
    if (wanted && fact.kind == FACT_CREDITED)
        return err_set(asked->err, ERR_INVALID,
                       TR(lang, "f%lld only follows from f%lld: take that back",
                          "f%lld 是由 f%lld 计入的，请撤回后者"),
                       (long long)wanted, (long long)(fact.act ? fact.act : fact.piece));
    if (wanted && fact.kind != FACT_WITHDRAWN)
        return err_set(asked->err, ERR_NOT_FOUND,
                       TR(lang, "f%lld has been withdrawn already", "f%lld 已经撤回过了"),
                       (long long)wanted);
    return err_set(asked->err, ERR_NOT_FOUND,
                   TR(lang, "%s (%s) has nothing to be withdrawn for %s (%s)",
                      "%s（%s）没有可撤回的 %s（%s）登记"),
                   fact_unit_id(asked), fact_unit_name(asked), item->id, item->name);
}

/* Withdrawing belongs to the duty of the fact: of the one that is named, else of the unit's
 * last one. */
int fact_find_withdrawn(struct asked *asked, struct store_fact *found)
{
    const struct fact_request *request = asked->request;
    const struct item *item = fact_item(asked);
    struct search search = {.asked = asked};
    struct store_fact_filter filter = {.plan = asked->bound->number,
                                       .item = asked->bound->items[asked->item].number,
                                       .unit = asked->bound->numbers[asked->unit],
                                       .latest = true};
    int code = 0;
    search.by_duty = !wanted_of(asked) && (request->phase || request->period != DAY_NONE);
    if (search.by_duty)
        code = fact_find_duty(asked);
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
    return fact_duty_of_unit(asked);
}

int fact_find_named(struct asked *asked)
{
    const struct bound *bound = asked->bound;
    enum lang lang = asked->request->lang;
    int64_t wanted = wanted_of(asked);
    struct store_fact fact;
    int code = read_fact(asked, wanted, &fact);
    if (code < 0)
        return code;
    if (wanted <= 0 || fact.number != wanted)
        return err_set(asked->err, ERR_NOT_FOUND,
                       TR(lang, "there is no f%lld: nothing was recorded under that number",
                          "没有 f%lld 这条登记"),
                       (long long)wanted);
    asked->item = bound_item(bound, fact.item);
    asked->unit = bound_row(bound, fact.unit);
    if (asked->item != ITEM_NONE && asked->item < bound->input.plan->item_count &&
        asked->unit != UNIT_NONE)
        return 0;
    return err_set(asked->err, ERR_NOT_FOUND,
                   TR(lang, "f%lld is of an item or unit that is no longer there",
                      "f%lld 的事项或单位已经不在了"),
                   (long long)wanted);
}
