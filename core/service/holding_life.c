/* The roster of a holding moves on: to another day, or by what is said of it. Roster and engine are made
 * anew beside those that run, and exchanged once nothing can fail any more. */
#include "service/holding_data.h"

#include "service/intake.h"
#include "store/numbers.h"

#include <stdlib.h>
#include <string.h>

/* What is exchanged. */
struct fresh {
    struct life_list life;
    struct roster *roster;
    struct engine *engine;
    uint64_t roster_print;
    int32_t day;
};

static void fresh_free(struct fresh *fresh)
{
    engine_free(fresh->engine);
    roster_free(fresh->roster);
    life_free(&fresh->life);
    *fresh = (struct fresh){0};
}

static void exchange(struct holding *holding, struct fresh *fresh)
{
    struct fresh old = {
        .life = holding->life, .roster = holding->roster, .engine = holding->engine};
    holding->life = fresh->life;
    holding->roster = fresh->roster;
    holding->roster_print = fresh->roster_print;
    holding->engine = fresh->engine;
    holding->day = fresh->day;
    holding->takes++;
    intake_free(holding->intake); /* its rows are those of the old roster */
    holding->intake = NULL;
    *fresh = (struct fresh){0};
    fresh_free(&old);
}

/* The roster of a day from the files and what `life` has; the first finding is the error. */
static int load(struct holding *holding, struct life_list *life, int32_t day,
                struct roster **roster, struct err *err)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, holding->lang);
    int code = holding_load(holding, holding->plan, life, day, &findings, roster, err);
    if (code < 0 && findings.errors)
        err_set(err, code, "%s", findings.list[0].message);
    findings_free(&findings);
    arena_free(arena);
    return code;
}

/* With `flush`, the old ones go on where the disk does not take what makes the new ones. */
static int renew(struct holding *holding, int32_t day, bool flush, struct err *err)
{
    struct fresh fresh = {.day = day};
    if (!holding->roster)
        return 0;
    fresh.roster_print = holding_print(holding, holding->plan);
    int code = life_read(holding->store, holding->id, &fresh.life, err);
    if (code == 0)
        code = load(holding, &fresh.life, day, &fresh.roster, err);
    if (code == 0)
        code = holding_bind(holding, holding->plan, fresh.roster, &fresh.engine, err);
    if (code == 0 && flush)
        code = store_flush(holding->store, err);
    if (code == 0)
        exchange(holding, &fresh);
    fresh_free(&fresh);
    return code;
}

bool holding_roster_changed(const struct holding *holding)
{
    return holding->roster && holding_print(holding, holding->plan) != holding->roster_print;
}

int holding_renew(struct holding *holding, struct err *err)
{
    return renew(holding, holding->day, true, err);
}

int holding_on(struct holding *holding, int32_t day, struct err *err)
{
    if (!holding->roster || roster_holds(holding->roster, day)) {
        holding->day = day;
        return 0;
    }
    return renew(holding, day, false, err);
}

/* ---- what is said ----------------------------------------------------------------------------- */

static bool same_id(struct slice a, struct slice b)
{
    return a.length && a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

static const struct life_fact *find_fact(const struct life_list *life, int64_t number)
{
    for (size_t i = 0; i < life->count; i++)
        if (life->facts[i].number == number)
            return &life->facts[i];
    return NULL;
}

/* True when a change that was possible is not any more because of a new one about the same unit. */
static bool is_upset(const struct holding *holding, const struct life_list *life,
                     const struct life_fact *fact)
{
    const struct life_fact *before = find_fact(&holding->life, fact->number);
    if (before && before->refused)
        return false;
    for (size_t i = 0; i < life->count; i++)
        if (life->facts[i].number < 0 &&
            (same_id(life->facts[i].change.unit, fact->change.unit) ||
             same_id(life->facts[i].change.unit, fact->change.parent) ||
             same_id(life->facts[i].change.unit, fact->change.into)))
            return true;
    return false;
}

/* The first new change that is not possible, or the first old one that would not be any more. */
static int check_all(const struct holding *holding, const struct life_list *life,
                     struct err *err)
{
    for (size_t i = 0; i < life->count; i++)
        if (life->facts[i].refused && life->facts[i].number < 0)
            return err_set(err, ERR_INVALID, "%s", life->facts[i].why);
    for (size_t i = 0; i < life->count; i++)
        if (life->facts[i].refused && life->facts[i].number > 0 &&
            is_upset(holding, life, &life->facts[i]))
            return err_set(err, ERR_INVALID,
                           TR(holding->lang, "f%lld would not be possible any more: %s",
                              "与已登记的 f%lld 冲突：%s"),
                           (long long)life->facts[i].number, life->facts[i].why);
    return 0;
}

/* All of it at the end of all days, where changes that lie ahead are judged too. */
static int check(struct holding *holding, struct fresh *fresh, struct err *err)
{
    fresh->roster_print = holding_print(holding, holding->plan);
    int code = load(holding, &fresh->life, DAY_OPEN, &fresh->roster, err);
    int refused =
        check_all(holding, &fresh->life, err); /* says more than what followed from it */
    code = refused < 0 ? refused : code;
    for (size_t i = 0; i < fresh->life.count && code == 0; i++)
        if (fresh->life.facts[i].number < 0)
            code = roster_check_left(fresh->roster, &fresh->life.facts[i].change, holding->lang,
                                     err);
    return code;
}

static const char *id_of_row(const void *roster, uint32_t row)
{
    return roster_id(roster, row);
}

static uint32_t row_of_id(const void *roster, const char *id, size_t length)
{
    return roster_find(roster, id, length);
}

/* Who is new gets its number before a fact names it. */
static int append(struct holding *holding, const struct fresh *fresh,
                  const struct roster_change *changes, size_t count,
                  const struct store_fact *said, int64_t *number, struct err *err)
{
    struct arena *arena = arena_new();
    uint32_t rows = roster_count(fresh->roster), most;
    struct store_ids ids = {fresh->roster, rows, id_of_row, row_of_id};
    uint32_t *numbers = arena_array(arena, (size_t)rows + 1, sizeof *numbers);
    struct store_fact *facts = arena_array(arena, count, sizeof *facts);
    int64_t *given = arena_array(arena, count, sizeof *given);
    enum fact_outcome *outcomes = arena_array(arena, count, sizeof *outcomes);
    struct store_item plan;
    const char *own = "";
    uint32_t index = engine_plan_number(holding->engine, 0);
    int code = store_items(holding->store, index, &own, 1, &plan, err);
    if (code == 0)
        code = store_units(holding->store, &ids, numbers, &most, err);
    for (size_t i = 0; i < count && code == 0; i++) {
        struct slice id = changes[i].unit;
        facts[i] = *said;
        facts[i].kind = life_kind(changes[i].event);
        facts[i].plan = index;
        facts[i].item = plan.number;
        facts[i].unit = numbers[roster_find(fresh->roster, id.bytes, id.length)];
        facts[i].value = changes[i].day;
        facts[i].detail = life_detail(&changes[i], arena);
        facts[i].act = i ? -1 : 0;
        facts[i].key = i ? NULL : said->key;
    }
    if (code == 0)
        code = store_append(holding->store, facts, count, given, outcomes, err);
    if (code == 0)
        *number = given[0];
    arena_free(arena);
    return code;
}

/* The roster of the holding's day with what was just recorded, where it is another than that of the
 * end of all days. */
static int take_day(struct holding *holding, struct fresh *fresh, struct err *err)
{
    struct roster *roster = NULL;
    struct life_list life = {0};
    int code = life_read(holding->store, holding->id, &life, err);
    bool holds = roster_holds(fresh->roster, holding->day);
    if (code == 0 && !holds)
        code = load(holding, &life, holding->day, &roster, err);
    else if (code == 0)
        life_mark(&life, &fresh->life);
    if (code == 0) {
        life_free(&fresh->life);
        fresh->life = life;
        life = (struct life_list){0};
    }
    if (code == 0 && !holds) {
        roster_free(fresh->roster);
        fresh->roster = roster;
        roster = NULL;
    }
    fresh->day = holding->day;
    life_free(&life);
    roster_free(roster);
    return code < 0 ? code
                    : holding_bind(holding, holding->plan, fresh->roster, &fresh->engine, err);
}

int holding_change(struct holding *holding, const struct roster_change *changes, size_t count,
                   const struct store_fact *said, int64_t *number, struct err *err)
{
    struct fresh fresh = {0};
    int code = store_flush(holding->store, err);
    if (code == 0)
        code = life_read(holding->store, holding->id, &fresh.life, err);
    for (size_t i = 0; i < count && code == 0; i++)
        life_add(&fresh.life, &changes[i]);
    if (code == 0)
        code = check(holding, &fresh, err);
    if (code == 0) {
        code = append(holding, &fresh, changes, count, said, number, err);
        if (code == 0)
            code = take_day(holding, &fresh, err);
        if (code == 0)
            code = store_flush(holding->store, err);
        if (code < 0)
            store_undo(holding->store);
    }
    if (code == 0)
        exchange(holding, &fresh);
    fresh_free(&fresh);
    return code;
}
