/* Which item and unit of the plan are meant: by id, a unit by its whole name too. */
#include "engine/piece_data.h"

#include "base/finding.h"

#include <string.h>

enum { NEAR_MOST = 20000 }; /* ids and names among which a misspelt one is looked for */

const struct item *fact_item(const struct asked *asked)
{
    return &asked->bound->input.plan->items[asked->item];
}

const char *fact_unit_id(const struct asked *asked)
{
    return roster_id(asked->bound->input.roster, asked->unit);
}

const char *fact_unit_name(const struct asked *asked)
{
    return roster_name(asked->bound->input.roster, asked->unit);
}

int fact_no_such(struct asked *asked, const char *what, const char *said, const char *nearest)
{
    const char *where = asked->bound->input.plan->id;
    if (nearest)
        return err_set(asked->err, ERR_NOT_FOUND,
                       "%s \"%s\" is not in plan %s; did you mean \"%s\"?", what, said, where,
                       nearest);
    return err_set(asked->err, ERR_NOT_FOUND, "%s \"%s\" is not in plan %s", what, said, where);
}

int fact_find_item(struct asked *asked)
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
        return fact_no_such(asked, "item", said, nearest_word(said, ids, count));
    }
    const struct item *item = fact_item(asked);
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

const struct selector *fact_audience(const struct asked *asked)
{
    struct event event = {.item = asked->item};
    return agenda_audience(asked->bound->agenda, &event);
}

/* The id or name nearest to what was said, among the first of those who are asked. */
static const char *nearest_unit(const struct asked *asked, const char *said)
{
    const struct roster *roster = asked->bound->input.roster;
    const struct selector *audience = fact_audience(asked);
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
    const struct selector *audience = fact_audience(asked);
    uint32_t others[2] = {UNIT_NONE, UNIT_NONE}, meant[2] = {UNIT_NONE, UNIT_NONE};
    for (uint32_t unit = 0; unit < roster_count(roster); unit++) {
        if (strcmp(roster_name(roster, unit), said) != 0)
            continue;
        uint32_t *found = audience && selector_has(audience, unit) ? meant : others;
        found[found[0] != UNIT_NONE] = unit;
    }
    const uint32_t *found = meant[0] != UNIT_NONE ? meant : others;
    if (found[0] == UNIT_NONE)
        return fact_no_such(asked, "unit", said, nearest_unit(asked, said));
    if (found[1] != UNIT_NONE)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang,
                          "several units are named “%s”; say the id, such as “%s” or “%s”",
                          "不止一个单位叫“%s”；请写编号，如“%s”或“%s”"),
                       said, roster_id(roster, found[0]), roster_id(roster, found[1]));
    asked->unit = found[0];
    return 0;
}

static int find_person(struct asked *asked)
{
    struct asked other = *asked;
    const char *said = asked->request->person;
    asked->person = roster_find(asked->bound->input.roster, said, strlen(said));
    if (asked->person != UNIT_NONE)
        return 0;
    int code = find_by_name(&other, said);
    asked->person = other.unit;
    return code;
}

/* Of a person alone: it, if persons are asked, else the first unit that is and to which it belongs. */
static int find_unit_of_person(struct asked *asked)
{
    struct story story = {.item = asked->item,
                          .unit = asked->person,
                          .person = asked->person,
                          .everywhere = true};
    const struct item *item = fact_item(asked);
    const struct roster *roster = asked->bound->input.roster;
    asked->everywhere = true;
    if (credit_units(asked, &story, asked->item, &asked->unit, 1))
        return 0;
    return err_set(asked->err, ERR_INVALID,
                   TR(asked->request->lang,
                      "%s (%s) belongs to nobody who is asked for %s (%s)",
                      "%s（%s）所属的单位都不用交 %s（%s）"),
                   roster_id(roster, asked->person), roster_name(roster, asked->person),
                   item->id, item->name);
}

int fact_find_unit(struct asked *asked)
{
    const struct fact_request *request = asked->request;
    const char *said = request->unit ? request->unit : "";
    bool person = !fact_is_blank(request->person);
    if (!asked->bound->input.roster)
        return err_set(asked->err, ERR_INVALID, "plan %s: its roster is not at hand",
                       asked->bound->input.plan->id);
    int code = person ? find_person(asked) : 0;
    if (code < 0)
        return code;
    if (person && !request->unit)
        return find_unit_of_person(asked);
    asked->unit = roster_find(asked->bound->input.roster, said, strlen(said));
    return asked->unit != UNIT_NONE ? 0 : find_by_name(asked, said);
}
