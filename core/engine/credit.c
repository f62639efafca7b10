/*
 * Where a piece counts, and what has to be appended so that the counters say so. A counter is never
 * set: what the piece should add to it is compared with what its facts have added, and the difference
 * is a row.
 */
#include "engine/piece_data.h"

#include "plan/membership.h"
#include "time/civil.h"

#include <string.h>

enum {
    UNITS_MOST = 16, /* at which one piece counts for one item */
    GROUPS_MOST = 64,
};

/* ---- at which units -------------------------------------------------------------------- */

/* The units of one item while they are gathered, one a tree. */
struct gathering {
    const struct asked *asked;
    const struct selector *audience;
    uint32_t *units;
    uint32_t count, most;
};

static const struct roster *roster_of(const struct asked *asked)
{
    return asked->bound->input.roster;
}

static const struct membership *memberships(const struct asked *asked)
{
    if (!asked->bound->membership)
        asked->bound->membership = membership_new(roster_of(asked));
    return asked->bound->membership;
}

/* Adds the unit or its nearest one above that is asked. */
static bool add_nearest(struct gathering *all, uint32_t unit)
{
    while (unit != UNIT_NONE && !selector_has(all->audience, unit))
        unit = roster_parent(roster_of(all->asked), unit);
    if (unit == UNIT_NONE)
        return false;
    for (uint32_t i = 0; i < all->count; i++)
        if (all->units[i] == unit)
            return true;
    if (all->count < all->most)
        all->units[all->count++] = unit;
    return true;
}

/* The same for the groups of a unit: of each class of groups the first that leads to one, or with
 * `one` the first at all. */
static void add_groups(struct gathering *all, uint32_t unit, bool one)
{
    const struct roster *roster = roster_of(all->asked);
    const char *done[GROUPS_MOST];
    uint32_t count, known = 0;
    const uint32_t *groups = membership_groups(memberships(all->asked), unit, &count);
    for (uint32_t i = 0; i < count && known < GROUPS_MOST && !(one && all->count); i++) {
        const char *kind = roster_kind(roster, groups[i]);
        bool again = false;
        for (uint32_t k = 0; *kind && k < known; k++)
            again = again || strcmp(done[k], kind) == 0;
        if (!again && add_nearest(all, groups[i]))
            done[known++] = kind;
    }
}

static uint32_t person_or(const struct story *story, uint32_t otherwise)
{
    return story->person != UNIT_NONE ? story->person : otherwise;
}

static void gather_everywhere(struct gathering *all, const struct story *story)
{
    if (selector_has(all->audience, story->person)) {
        all->units[all->count++] = story->person;
        return;
    }
    add_nearest(all, story->person);
    add_groups(all, story->person, false);
}

static void gather_one(struct gathering *all, const struct story *story)
{
    uint32_t person = person_or(story, story->unit);
    if (selector_has(all->audience, story->unit))
        all->units[all->count++] = story->unit;
    else if (selector_has(all->audience, person))
        all->units[all->count++] = person;
    else if (!add_nearest(all, story->unit))
        add_groups(all, story->unit, true);
    if (!all->count && person != story->unit)
        add_groups(all, person, true);
}

uint32_t credit_units(struct asked *asked, const struct story *story, uint32_t item,
                      uint32_t *units, uint32_t most)
{
    struct event event = {.item = item};
    struct gathering all = {asked, agenda_audience(asked->bound->agenda, &event), units, 0,
                            most};
    if (!all.audience || story->unit == UNIT_NONE)
        return 0;
    if (item == story->item && !story->everywhere)
        units[all.count++] = story->unit;
    else if (story->everywhere && story->person != UNIT_NONE)
        gather_everywhere(&all, story);
    else
        gather_one(&all, story);
    uint32_t doer = selector_next(all.audience, 0);
    if (!all.count && bound_is_shared(asked->bound, item) && doer != UNIT_NONE)
        units[all.count++] = doer;
    return all.count;
}

/* ---- in which duty --------------------------------------------------------------------- */

/* The same question about another item and unit, at another time. */
static struct asked ask_of(const struct asked *asked, struct fact_request *request,
                           uint32_t item, uint32_t unit, int64_t at_ms)
{
    struct asked other = *asked;
    *request = *asked->request;
    request->phase = NULL;
    request->period = DAY_NONE;
    request->at_ms = at_ms;
    other.request = request;
    other.item = item;
    other.unit = unit;
    other.day = civil_from_ms(at_ms, NULL);
    other.problem = 0;
    return other;
}

int credit_duty(struct asked *asked, const struct story *story, uint32_t item, uint32_t unit,
                int64_t at_ms, struct duty *duty, bool *is_asked)
{
    const struct plan *plan = asked->bound->input.plan;
    struct fact_request request;
    struct asked other = ask_of(asked, &request, item, unit, at_ms);
    uint32_t phase =
        story->first.phase ? bound_item(asked->bound, story->first.phase) : ITEM_NONE;
    struct column *column;
    if (phase != ITEM_NONE && plan->items[item].per_phase)
        request.phase = plan->items[phase].id;
    int code = fact_find_duty(&other);
    if (code == 0)
        code = bound_column(asked->engine, asked->bound, &other.duty, other.day, &column,
                            asked->err);
    if (code != 0)
        return code;
    *duty = other.duty;
    *is_asked = progress_asked(column->progress, unit);
    return 0;
}

/* ---- what its facts have moved --------------------------------------------------------- */

/* What the facts of a piece have moved one counter by. */
struct tally {
    uint32_t item, unit; /* numbers */
    int32_t period;
    uint32_t phase; /* number */
    int64_t moved;
    bool in_time; /* what moved it, and moves it back, was in time */
};

struct tallies {
    struct tally *list;
    size_t count;
};

static bool is_counter(const struct tally *tally, const struct store_fact *fact)
{
    return tally->item == fact->item && tally->unit == fact->unit &&
           tally->period == fact->period && tally->phase == fact->phase;
}

static void tally(struct tallies *all, const struct store_fact *fact)
{
    if (!fact->moves)
        return;
    size_t at = 0;
    while (at < all->count && !is_counter(&all->list[at], fact))
        at++;
    if (at == all->count)
        all->list[all->count++] =
            (struct tally){fact->item, fact->unit, fact->period, fact->phase, 0, fact->in_time};
    if (all->list[at].moved == 0) /* from the first time on, or once more */
        all->list[at].in_time = fact->in_time;
    all->list[at].moved += fact->moves;
}

static struct tallies tallies_of(struct arena *arena, const struct story *story)
{
    struct tallies all = {arena_array(arena, story->count + 1, sizeof *all.list), 0};
    tally(&all, &story->first);
    for (size_t i = 0; i < story->count; i++)
        tally(&all, &story->facts[i]);
    return all;
}

int64_t credit_moved(const struct story *story, uint32_t item, uint32_t unit,
                     const struct duty *duty, const struct bound *bound)
{
    struct store_fact counter = {.item = bound->items[item].number,
                                 .unit = bound->numbers[unit],
                                 .period = duty ? duty->occasion.period : 0,
                                 .phase = duty ? bound_phase(bound, duty) : 0};
    int64_t moved = 0;
    for (size_t i = 0; i <= story->count; i++) {
        const struct store_fact *fact = i ? &story->facts[i - 1] : &story->first;
        if (fact->item == counter.item && fact->unit == counter.unit &&
            (!duty || (fact->period == counter.period && fact->phase == counter.phase)))
            moved += fact->moves;
    }
    return moved;
}

/* ---- what it should count for ---------------------------------------------------------- */

/* The list while it is made. */
struct maker {
    struct asked *asked;
    const struct story *story;
    struct tallies tallies;
    struct credit *list;
    size_t count, room;
    bool *seen; /* by item */
};

/* When what made it count there happened: what is handed in or accepted was handed in then. */
static int64_t counted_since(const struct maker *maker, uint32_t item)
{
    const struct story *story = maker->story;
    enum counts counts = maker->asked->bound->input.plan->items[item].counts;
    if (counts < COUNTS_RECOMMENDED)
        return story->first.at_ms;
    enum fact_kind kind = counts == COUNTS_SELECTED ? FACT_SELECTED : FACT_RECOMMENDED;
    for (size_t i = 0; i < story->up_count; i++) {
        struct story only = *story;
        only.ups = &story->ups[i];
        only.up_count = 1;
        if (story_is_up(maker->asked, &only, kind, item))
            return story->ups[i]->at_ms;
    }
    return story->first.at_ms;
}

/* The counter where it has counted before: its first time stays, once it is recommended anew it is a
 * new one. */
static const struct tally *counted_before(const struct maker *maker, uint32_t item,
                                          uint32_t unit)
{
    const struct bound *bound = maker->asked->bound;
    bool stays = bound->input.plan->items[item].counts < COUNTS_RECOMMENDED;
    for (size_t i = 0; i < maker->tallies.count; i++) {
        const struct tally *tally = &maker->tallies.list[i];
        if (tally->item == bound->items[item].number && tally->unit == bound->numbers[unit] &&
            (stays || tally->moved))
            return tally;
    }
    return NULL;
}

static struct duty duty_of_counter(const struct maker *maker, uint32_t item, int32_t period,
                                   uint32_t phase)
{
    const struct bound *bound = maker->asked->bound;
    struct occasion occasion = {period, DAY_NONE, phase ? bound_item(bound, phase) : ITEM_NONE};
    struct duty duty = {.item = item, .occasion = occasion, .official = DAY_NONE};
    agenda_duty_at(bound->agenda, item, &occasion, &duty);
    duty.occasion.period = period; /* of a time that the plan has no more, too */
    return duty;
}

static void add_credit(struct maker *maker, const struct credit *credit)
{
    if (maker->count == maker->room) {
        size_t room = maker->room ? 2 * maker->room : 4;
        struct credit *list = arena_array(maker->asked->arena, room, sizeof *list);
        if (maker->count)
            memcpy(list, maker->list, maker->count * sizeof *list);
        maker->list = list;
        maker->room = room;
    }
    maker->list[maker->count++] = *credit;
}

/* An item that has no time then asks nobody: that is no fault of what was handed in. */
static int find_duty(struct maker *maker, uint32_t item, uint32_t unit, int64_t since_ms,
                     struct duty *duty, bool *is_asked)
{
    struct err own = {0};
    struct asked asked = *maker->asked;
    asked.err = &own;
    int code = credit_duty(&asked, maker->story, item, unit, since_ms, duty, is_asked);
    if (code == ERR_INVALID) {
        *is_asked = false;
        return 0;
    }
    return code < 0 ? err_set(maker->asked->err, code, "%s", own.message) : 0;
}

/* At its own unit a piece counts in the duty that it was handed in for, by the due that the unit has. */
static int find_own_duty(struct maker *maker, struct duty *duty)
{
    const struct story *story = maker->story;
    struct asked asked = *maker->asked;
    asked.item = story->item;
    asked.unit = story->unit;
    asked.duty = duty_of_counter(maker, story->item, story->first.period, story->first.phase);
    int code = fact_duty_of_unit(&asked);
    *duty = asked.duty;
    return code;
}

static int find_counter(struct maker *maker, uint32_t item, uint32_t unit, struct credit *out,
                        bool *is_asked)
{
    const struct story *story = maker->story;
    bool own = item == story->item && unit == story->unit;
    bool early = maker->asked->bound->input.plan->items[item].counts < COUNTS_RECOMMENDED;
    const struct tally *before = counted_before(maker, item, unit);
    int64_t since_ms = counted_since(maker, item);
    int code = 0;
    *is_asked = true;
    *out = (struct credit){.item = item, .unit = unit};
    if (before)
        out->duty = duty_of_counter(maker, item, before->period, before->phase);
    else if (own)
        code = find_own_duty(maker, &out->duty);
    else
        code = find_duty(maker, item, unit, since_ms, &out->duty, is_asked);
    out->in_time = before         ? before->in_time
                   : own && early ? story->first.in_time
                                  : fact_in_time(&out->duty, since_ms);
    return code;
}

static int add_unit(struct maker *maker, uint32_t item, uint32_t unit)
{
    struct credit credit;
    bool is_asked;
    int code = find_counter(maker, item, unit, &credit, &is_asked);
    if (code == 0 && is_asked)
        add_credit(maker, &credit);
    return code;
}

static int add_item(struct maker *maker, uint32_t item)
{
    uint32_t units[UNITS_MOST];
    if (maker->seen[item])
        return 0;
    maker->seen[item] = true;
    if (story_why(maker->asked, maker->story, item) != PIECE_COUNTS)
        return 0;
    uint32_t count = credit_units(maker->asked, maker->story, item, units, UNITS_MOST);
    int code = 0;
    for (uint32_t i = 0; code == 0 && i < count; i++)
        code = add_unit(maker, item, units[i]);
    return code;
}

static int add_reach(struct maker *maker, uint32_t item)
{
    const struct item *from = &maker->asked->bound->input.plan->items[item];
    int code = 0;
    for (uint32_t i = 0; code == 0 && i < from->reach_count; i++)
        code = add_item(maker, from->reach[i]);
    return code;
}

/* What a selection beyond it makes count on the way, too. */
static int add_ways(struct maker *maker)
{
    const struct story *story = maker->story;
    const uint32_t *ways;
    size_t count = story_ways(maker->asked, story, FACT_RECOMMENDED, true, &ways);
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++)
        code = add_reach(maker, ways[i]);
    return code;
}

static bool is_in_plan(const struct maker *maker, uint32_t item)
{
    return item != ITEM_NONE && item < maker->asked->bound->input.plan->item_count;
}

int credit_list(struct asked *asked, const struct story *story, const struct credit **out,
                size_t *count)
{
    size_t items = asked->bound->input.plan->item_count;
    struct maker maker = {.asked = asked, .story = story};
    int code = 0;
    *count = 0;
    if (!is_in_plan(&maker, story->item) || story->unit == UNIT_NONE)
        return 0;
    maker.tallies = tallies_of(asked->arena, story);
    maker.seen = arena_array(asked->arena, items, sizeof *maker.seen);
    code = add_reach(&maker, story->item);
    for (size_t i = 0; code == 0 && i < story->up_count; i++) {
        uint32_t to = bound_item(asked->bound, story->ups[i]->item);
        if (is_in_plan(&maker, to))
            code = add_reach(&maker, to);
    }
    if (code == 0 && story->up_count)
        code = add_ways(&maker);
    *out = maker.list;
    *count = maker.count;
    return code;
}

/* ---- the differences ------------------------------------------------------------------- */

static void set_difference(struct fact_act *act, const struct store_fact *like,
                           const struct tally *counter, int64_t moves, bool in_time)
{
    struct store_fact *own = &act->facts[act->own];
    if (is_counter(counter, own) && !own->moves) {
        own->moves = moves;
        own->in_time = in_time;
        return;
    }
    act->facts[act->count++] = (struct store_fact){
        .kind = FACT_CREDITED,
        .plan = like->plan,
        .item = counter->item,
        .unit = counter->unit,
        .period = counter->period,
        .phase = counter->phase,
        .value = moves,
        .moves = moves,
        .in_time = in_time,
        .piece = like->kind == FACT_SUBMITTED ? -1 : like->piece,
        .act = -1,
        .at_ms = like->at_ms,
        .recorded_ms = like->recorded_ms,
        .actor = like->actor,
    };
}

static struct tally counter_of(const struct bound *bound, const struct credit *credit)
{
    return (struct tally){bound->items[credit->item].number,
                          bound->numbers[credit->unit],
                          credit->duty.occasion.period,
                          bound_phase(bound, &credit->duty),
                          0,
                          credit->in_time};
}

static bool same_counter(const struct tally *a, const struct tally *b)
{
    return a->item == b->item && a->unit == b->unit && a->period == b->period &&
           a->phase == b->phase;
}

int credit_rows(struct asked *asked, const struct story *story, struct fact_act *act)
{
    const struct credit *credits = NULL;
    size_t count;
    int code = credit_list(asked, story, &credits, &count);
    if (code < 0)
        return code;
    asked->credits = credits;
    asked->credit_count = count;
    struct tallies tallies = tallies_of(asked->arena, story);
    fact_act_reserve(asked, act, count + tallies.count);
    struct store_fact like = act->facts[act->own];
    for (size_t i = 0; i < tallies.count; i++) {
        int64_t wanted = 0;
        bool in_time = tallies.list[i].in_time;
        for (size_t k = 0; k < count; k++) {
            struct tally counter = counter_of(asked->bound, &credits[k]);
            if (!same_counter(&counter, &tallies.list[i]))
                continue;
            wanted = story->first.value;
            if (tallies.list[i].moved == 0)
                in_time = credits[k].in_time;
        }
        if (wanted != tallies.list[i].moved)
            set_difference(act, &like, &tallies.list[i], wanted - tallies.list[i].moved,
                           in_time);
    }
    for (size_t k = 0; k < count; k++) {
        struct tally counter = counter_of(asked->bound, &credits[k]);
        bool known = false;
        for (size_t i = 0; i < tallies.count; i++)
            known = known || same_counter(&counter, &tallies.list[i]);
        if (!known)
            set_difference(act, &like, &counter, story->first.value, credits[k].in_time);
    }
    return 0;
}
