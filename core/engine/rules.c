#include "engine/rules.h"

#include "time/almanac.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

/* ---- the plan's span -------------------------------------------------------------------- */

struct span_scan {
    int32_t first, last; /* DAY_NONE = none seen */
    bool phases, endless, standing;
};

/* A standing phrase is no deadline, even where it has an end. */
static bool is_due(const struct date *date)
{
    return date->kind != DATE_STANDING && date_is_dated(date);
}

static bool is_owed(const struct item *item)
{
    return item->binding == BINDING_MUST || item->binding == BINDING_SHOULD;
}

/* DAY_NONE is later than all days. */
static int32_t earlier(int32_t a, int32_t b)
{
    return b == DAY_NONE || (a != DAY_NONE && a <= b) ? a : b;
}

static void scan_days(struct span_scan *scan, const struct date *date)
{
    if (date->kind == DATE_NONE || date->kind == DATE_RECURRING)
        return;
    int32_t first = date->first == DAY_NONE && date_is_dated(date) ? date->last : date->first;
    if (!date->undated)
        scan->first = earlier(scan->first, first);
    if (date_is_dated(date) && (scan->last == DAY_NONE || date->last > scan->last))
        scan->last = date->last;
}

/* The last day of a recurrence: DAY_OPEN, or that of a list of days. */
static int32_t last_of(const struct agenda *agenda, const struct date *date)
{
    int32_t far = civil_day(ALMANAC_LAST - 1, 1, 1), last = date->last;
    struct occurrence each;
    struct recur_walk walk;
    if (last != DAY_OPEN || !date->rule || recur_next(date->rule, agenda->calendar, far, &each))
        return last;
    recur_walk_start(&walk, date->rule, agenda->calendar, civil_day(CIVIL_FIRST_YEAR, 1, 1));
    while (recur_walk_next(&walk, &each))
        last = each.last;
    return last;
}

static bool recurs(const struct item *item)
{
    for (uint32_t i = 0; i < item->per_count; i++)
        if (item->per[i].kind == DATE_RECURRING)
            return true;
    return item->due.kind == DATE_RECURRING || item->when.kind == DATE_RECURRING;
}

/* An item that recurs and is bounded by nothing, or only by the end of its list of days. */
static void scan_recurrence(struct agenda *agenda, struct span_scan *scan,
                            const struct date *date)
{
    if (date->kind != DATE_RECURRING)
        return;
    int32_t last = last_of(agenda, date);
    if (last == DAY_OPEN)
        scan->endless = true;
    else if (scan->last == DAY_NONE || last > scan->last)
        scan->last = last;
}

static void scan_item(struct agenda *agenda, struct span_scan *scan, const struct item *item)
{
    struct date due = item->due;
    if (is_due(&due) && item->rest_day == REST_NEXT)
        plan_working_due(agenda->plan, item, agenda->calendar, due.last, &due.last);
    scan_days(scan, &item->when);
    scan_days(scan, &due);
    scan->phases |= item->word == ITEM_PHASE && date_is_dated(&item->when);
    scan->standing |= recurs(item) && !item->when.from && item->when.kind == DATE_STANDING &&
                      item->when.last == DAY_OPEN;
    if (date_is_dated(&item->when) || date_is_dated(&item->due))
        return;
    scan_recurrence(agenda, scan, &item->due);
    scan_recurrence(agenda, scan, &item->when);
    for (uint32_t i = 0; i < item->per_count; i++)
        scan_recurrence(agenda, scan, &item->per[i]);
}

/* A plan without a time of its own ends with its last day. It stands when nothing in it has a
 * day, when something recurs without end and no phases bound it, or is said to go on (长期). */
static void find_span(struct agenda *agenda)
{
    const struct plan *plan = agenda->plan;
    struct span_scan scan = {.first = DAY_NONE, .last = DAY_NONE};
    scan_days(&scan, &plan->when);
    for (uint32_t i = 0; i < plan->item_count; i++)
        scan_item(agenda, &scan, &plan->items[i]);
    int32_t known = plan->issued > plan->received ? plan->issued : plan->received;
    scan.first = earlier(scan.first, plan->issued != DAY_NONE ? plan->issued : plan->received);
    if (scan.first == DAY_NONE)
        scan.first = 0;
    bool stands = plan->when.kind == DATE_NONE ? scan.standing || (scan.endless && !scan.phases)
                                               : !date_is_dated(&plan->when);
    agenda->known = known == DAY_NONE ? scan.first : known;
    agenda->first = scan.first;
    agenda->last = stands || scan.last == DAY_NONE ? DAY_OPEN : scan.last;
}

/* ---- series ------------------------------------------------------------------------------- */

static uint32_t add_series(struct agenda *agenda, struct series series)
{
    if (agenda->series_count == agenda->series_room) {
        agenda->series_room = agenda->series_room ? 2 * agenda->series_room : 64;
        agenda->series =
            mem_resize(agenda->series, agenda->series_room, sizeof *agenda->series);
    }
    agenda->series[agenda->series_count] = series;
    return agenda->series_count++;
}

/* The days within which the item recurs: those of the nearest container, itself included, that
 * has days, else of the plan; never before the notice is known. */
static void find_bounds(const struct agenda *agenda, uint32_t number, int32_t *first,
                        int32_t *last)
{
    const struct plan *plan = agenda->plan;
    const struct date *when = &plan->when;
    for (uint32_t i = number; i != ITEM_NONE; i = plan->items[i].parent)
        if (plan->items[i].when.kind != DATE_NONE &&
            plan->items[i].when.kind != DATE_RECURRING && !plan->items[i].when.undated) {
            when = &plan->items[i].when;
            break;
        }
    *first = agenda->known;
    if (when->kind != DATE_NONE && when->first != DAY_NONE && when->first > *first)
        *first = when->first;
    *last = date_is_dated(when) ? when->last : agenda->last;
    if (number != ITEM_NONE && date_is_dated(&plan->items[number].due) &&
        plan->items[number].due.last < *last)
        *last = plan->items[number].due.last;
}

/* Adds a recurrence within the item's bounds and its own; `number` ITEM_NONE = the plan's. */
static uint32_t add_recurring(struct agenda *agenda, uint32_t number, uint32_t within,
                              const struct date *date)
{
    struct series series = {
        .item = number, .phase = ITEM_NONE, .date = date, .period = DAY_NONE};
    find_bounds(agenda, within, &series.first, &series.last);
    if (date->last != DAY_NONE && date->last < series.last)
        series.last = date->last;
    return add_series(agenda, series);
}

static void add_once(struct agenda *agenda, uint32_t number, int32_t period, int32_t first,
                     const struct date *due)
{
    bool dated = due && date_is_dated(due);
    struct series series = {.item = number,
                            .phase = ITEM_NONE,
                            .first = first,
                            .last = DAY_NONE,
                            .minute = MINUTES_A_DAY,
                            .period = period};
    if (dated) {
        series.last = due->last;
        series.minute = due->minute;
        if (series.first > series.last) /* due before its own container begins */
            series.first = series.last;
    }
    add_series(agenda, series);
}

static int32_t first_day(const struct date *date)
{
    return date->first == DAY_NONE ? date->last : date->first;
}

/* A date, with the single years that have another. */
static void add_dates(struct agenda *agenda, uint32_t number, int32_t period, int32_t first,
                      const struct date *due)
{
    int32_t year = date_is_dated(due) ? civil_from_day(due->last).year : 0;
    const struct date *main = year ? date_of_year(due, year) : due;
    if (main)
        add_once(agenda, number, period, first, main);
    for (uint32_t i = 0; i < due->year_count; i++)
        if (due->years[i].year != year && !due->years[i].none)
            add_once(agenda, number, first_day(&due->years[i].date), due->years[i].date.first,
                     &due->years[i].date);
}

static uint32_t phase_around(const struct plan *plan, uint32_t number)
{
    uint32_t up = plan->items[number].parent;
    while (up != ITEM_NONE && plan->items[up].word != ITEM_PHASE)
        up = plan->items[up].parent;
    return up;
}

static bool is_period(const struct item *item)
{
    return item->word == ITEM_PHASE && !item->when.from && date_is_dated(&item->when);
}

/* `per = "phase"`: once in each phase beside the item, that is, within the same outer phase. */
static void add_turns(struct agenda *agenda, uint32_t number)
{
    const struct plan *plan = agenda->plan;
    uint32_t around = phase_around(plan, number);
    for (uint32_t i = 0; i < plan->item_count; i++) {
        const struct item *phase = &plan->items[i];
        if (!is_period(phase) || phase_around(plan, i) != around)
            continue;
        struct series series = {.item = number,
                                .phase = i,
                                .first = phase->when.first,
                                .last = phase->when.last,
                                .minute = phase->when.minute,
                                .period = DAY_NONE};
        add_series(agenda, series);
    }
}

static void add_each(struct agenda *agenda, uint32_t number)
{
    const struct item *item = &agenda->plan->items[number];
    for (uint32_t i = 0; i < item->per_count; i++)
        if (item->per[i].kind == DATE_RECURRING)
            add_recurring(agenda, number, number, &item->per[i]);
        else if (date_is_dated(&item->per[i]))
            add_dates(agenda, number, first_day(&item->per[i]), item->per[i].first,
                      &item->per[i]);
}

/* The times at which the item is owed: its own recurring due, its `per`, an inherited
 * recurrence, else once. A `per` that names no rhythm (定期) is open, and due at no time to be
 * computed. */
static void add_duty(struct agenda *agenda, uint32_t number)
{
    const struct item *item = &agenda->plan->items[number];
    uint32_t before = agenda->series_count;
    int32_t first = item->when.kind == DATE_NONE || item->when.first == DAY_NONE
                        ? agenda->known
                        : item->when.first;
    if (item->per_phase)
        add_turns(agenda, number);
    else if (item->due.kind == DATE_RECURRING && (!item->due.from || !item->per_count))
        add_recurring(agenda, number, number, &item->due);
    else if (item->per_count)
        add_each(agenda, number);
    else if (item->due.kind == DATE_NONE && item->when.kind == DATE_RECURRING)
        add_recurring(agenda, number, number, &item->when);
    else if (is_due(&item->due) || item->due.year_count)
        add_dates(agenda, number, DAY_NONE, first, &item->due);
    if (agenda->series_count == before)
        add_once(agenda, number, DAY_NONE, first, NULL);
    agenda->duties[number] = (struct duty_series){before, agenda->series_count - before};
}

static void add_phase(struct agenda *agenda, uint32_t number)
{
    const struct item *phase = &agenda->plan->items[number];
    if (phase->when.from || phase->when.kind == DATE_NONE || phase->when.undated)
        return;
    if (phase->when.kind == DATE_RECURRING)
        add_recurring(agenda, number, number, &phase->when);
    else
        add_dates(agenda, number, DAY_NONE, phase->when.first, &phase->when);
}

/* ---- rules -------------------------------------------------------------------------------- */

static void add_rule(struct agenda *agenda, enum event_kind kind, uint32_t series,
                     uint32_t tier)
{
    if (agenda->rule_count == agenda->rule_room) {
        agenda->rule_room = agenda->rule_room ? 2 * agenda->rule_room : 64;
        agenda->rules = mem_resize(agenda->rules, agenda->rule_room, sizeof *agenda->rules);
    }
    uint32_t item = agenda->series[series].item;
    uint32_t rank = item == ITEM_NONE ? 0 : agenda->ranks[item];
    agenda->rules[agenda->rule_count++] = (struct rule){kind, series, tier, rank};
}

/* A reminder's own rhythm: while the item can be met. One about everything leaves out what has
 * no due. */
static void add_rhythm(struct agenda *agenda, uint32_t number, uint32_t tier)
{
    const struct reminder *reminder =
        &agenda->plan->reminders[agenda->tiers[number].list[tier].reminder];
    const struct date *every = &reminder->every;
    const struct item *item = &agenda->plan->items[number];
    if (reminder->all && !date_is_dated(&item->due) && !recurs(item))
        return;
    uint32_t before = agenda->series_count;
    if (every->kind == DATE_RECURRING)
        add_recurring(agenda, number, number, every);
    else if (date_is_dated(every))
        add_dates(agenda, number, DAY_NONE, every->first, every);
    for (uint32_t s = before; s < agenda->series_count; s++)
        add_rule(agenda, EVENT_REMINDER, s, tier);
}

/* The rules of one time at which a task or quota is owed. A due that a fact gave opens
 * nothing. */
static void add_duty_rules(struct agenda *agenda, uint32_t number, uint32_t series)
{
    const struct item *item = &agenda->plan->items[number];
    const struct tiers *tiers = &agenda->tiers[number];
    bool dated = agenda->series[series].last != DAY_NONE;
    if (item->word == ITEM_TASK && dated)
        add_rule(agenda, EVENT_TASK_DUE, series, 0);
    if (item->word == ITEM_QUOTA && !agenda->series[series].given)
        add_rule(agenda, EVENT_QUOTA_OPEN, series, 0);
    if (item->word == ITEM_QUOTA && dated && is_owed(item))
        add_rule(agenda, EVENT_QUOTA_LATE, series, 0);
    for (uint32_t t = 0; dated && t < tiers->count; t++)
        if (tiers->list[t].days != TIER_EVERY)
            add_rule(agenda, EVENT_REMINDER, series, t);
}

/* The rules of the item's series from `first` to `end`. */
static void add_item_rules(struct agenda *agenda, uint32_t number, uint32_t first, uint32_t end)
{
    const struct item *item = &agenda->plan->items[number];
    const struct tiers *tiers = &agenda->tiers[number];
    for (uint32_t s = first; s < end; s++) {
        if (item->word == ITEM_PHASE) {
            add_rule(agenda, EVENT_PHASE_START, s, 0);
            add_rule(agenda, EVENT_PHASE_END, s, 0);
        }
        if (item->binding != BINDING_NEVER)
            add_duty_rules(agenda, number, s);
    }
    for (uint32_t t = 0; item->binding != BINDING_NEVER && t < tiers->count; t++)
        if (tiers->list[t].days == TIER_EVERY)
            add_rhythm(agenda, number, t);
}

static void add_review(struct agenda *agenda, uint32_t number, const struct date *review)
{
    uint32_t before = agenda->series_count;
    if (review->kind == DATE_RECURRING)
        add_recurring(agenda, number, ITEM_NONE, review);
    else if (date_is_dated(review))
        add_dates(agenda, number, DAY_NONE, review->first, review);
    for (uint32_t s = before; s < agenda->series_count; s++)
        add_rule(agenda, EVENT_REVIEW, s, 0);
}

static void add_item(struct agenda *agenda, uint32_t number)
{
    const struct item *item = &agenda->plan->items[number];
    uint32_t before = agenda->series_count;
    if (item->word == ITEM_PHASE)
        add_phase(agenda, number);
    else
        add_duty(agenda, number);
    add_item_rules(agenda, number, before, agenda->series_count);
    if (!item->review.from) /* an inherited one is the plan's */
        add_review(agenda, number, &item->review);
}

static void add_plan(struct agenda *agenda)
{
    struct series whole = {.item = ITEM_NONE,
                           .phase = ITEM_NONE,
                           .first = agenda->first,
                           .last = agenda->last,
                           .minute = MINUTES_A_DAY,
                           .period = DAY_NONE};
    uint32_t series = add_series(agenda, whole);
    add_rule(agenda, EVENT_PLAN_START, series, 0);
    if (agenda->last != DAY_OPEN)
        add_rule(agenda, EVENT_PLAN_END, series, 0);
    add_review(agenda, ITEM_NONE, &agenda->plan->review);
}

/* ---- ranks and tiers ---------------------------------------------------------------------- */

struct ranked {
    const char *key, *second;
    uint32_t index;
};

static int by_key(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int order = strcmp(a->key, b->key);
    return order ? order : strcmp(a->second, b->second);
}

/* Ranks 1… by key; equal keys have equal ranks. */
static uint32_t *rank_all(struct agenda *agenda, struct ranked *entries, uint32_t count)
{
    uint32_t *ranks = arena_array(agenda->arena, count, sizeof *ranks);
    if (count)
        qsort(entries, count, sizeof *entries, by_key);
    for (uint32_t i = 0, rank = 0; i < count; i++) {
        rank += i == 0 || by_key(&entries[i - 1], &entries[i]) != 0;
        ranks[entries[i].index] = rank;
    }
    free(entries);
    return ranks;
}

static void make_ranks(struct agenda *agenda)
{
    const struct plan *plan = agenda->plan;
    struct ranked *items = mem_resize(NULL, plan->item_count + 1, sizeof *items);
    for (uint32_t i = 0; i < plan->item_count; i++)
        items[i] = (struct ranked){plan->items[i].id, "", i};
    agenda->ranks = rank_all(agenda, items, plan->item_count);
    struct ranked *to = mem_resize(NULL, plan->reminder_count + 1, sizeof *to);
    for (uint32_t i = 0; i < plan->reminder_count; i++)
        to[i] = (struct ranked){plan->reminders[i].to, plan->reminders[i].channel, i};
    agenda->to_ranks = rank_all(agenda, to, plan->reminder_count);
}

static uint32_t tiers_in(const struct reminder *reminder)
{
    return reminder->tier_count + (reminder->every.kind != DATE_NONE);
}

static void append_tiers(const struct agenda *agenda, uint32_t number, struct tiers *tiers,
                         struct tier *list)
{
    const struct reminder *reminder = &agenda->plan->reminders[number];
    uint32_t to = agenda->to_ranks[number];
    for (uint32_t i = 0; i < reminder->tier_count; i++)
        list[tiers->count++] = (struct tier){reminder->tiers[i], number, to};
    if (reminder->every.kind != DATE_NONE)
        list[tiers->count++] = (struct tier){TIER_EVERY, number, to};
}

/* Reminders about everything, that is, about every duty that is owed. */
static struct tiers make_common(const struct agenda *agenda)
{
    const struct plan *plan = agenda->plan;
    struct tiers common = {NULL, 0};
    uint32_t room = 0;
    for (uint32_t i = 0; i < plan->reminder_count; i++)
        room += tiers_in(&plan->reminders[i]);
    struct tier *list = arena_array(agenda->arena, room, sizeof *list);
    for (uint32_t i = 0; i < plan->reminder_count; i++)
        if (plan->reminders[i].all)
            append_tiers(agenda, i, &common, list);
    common.list = list;
    return common;
}

/* How many tiers of reminders that name it each item has. */
static uint32_t *count_named(const struct agenda *agenda)
{
    const struct plan *plan = agenda->plan;
    uint32_t *counts = arena_array(agenda->arena, plan->item_count, sizeof *counts);
    for (uint32_t i = 0; i < plan->reminder_count; i++)
        for (uint32_t k = 0; !plan->reminders[i].all && k < plan->reminders[i].about_count; k++)
            counts[plan->reminders[i].about[k]] += tiers_in(&plan->reminders[i]);
    return counts;
}

/* The tiers of each item: those that name it first, since they win where two meet. Items that
 * no reminder names share one list. */
static void make_tiers(struct agenda *agenda)
{
    const struct plan *plan = agenda->plan;
    struct tiers common = make_common(agenda);
    uint32_t *named = count_named(agenda);
    struct tier **lists = arena_array(agenda->arena, plan->item_count, sizeof *lists);
    agenda->tiers = arena_array(agenda->arena, plan->item_count, sizeof *agenda->tiers);
    for (uint32_t i = 0; i < plan->item_count; i++)
        if (named[i])
            agenda->tiers[i].list = lists[i] =
                arena_array(agenda->arena, named[i] + common.count, sizeof **lists);
    for (uint32_t i = 0; i < plan->reminder_count; i++)
        for (uint32_t k = 0; !plan->reminders[i].all && k < plan->reminders[i].about_count;
             k++) {
            uint32_t item = plan->reminders[i].about[k];
            append_tiers(agenda, i, &agenda->tiers[item], lists[item]);
        }
    for (uint32_t i = 0; i < plan->item_count; i++) {
        if (plan->items[i].word == ITEM_PHASE || !is_owed(&plan->items[i]))
            continue;
        if (!named[i])
            agenda->tiers[i] = common;
        for (uint32_t t = 0; named[i] && t < common.count; t++)
            lists[i][agenda->tiers[i].count++] = common.list[t];
    }
}

void rules_make(struct agenda *agenda)
{
    find_span(agenda);
    make_ranks(agenda);
    make_tiers(agenda);
    agenda->duties =
        arena_array(agenda->arena, agenda->plan->item_count, sizeof *agenda->duties);
    add_plan(agenda);
    for (uint32_t i = 0; i < agenda->plan->item_count; i++)
        add_item(agenda, i);
    agenda->given = agenda->series_count;
    agenda->given_rules = agenda->rule_count;
}

void rules_add_given(struct agenda *agenda, struct series series)
{
    series.given = true;
    add_duty_rules(agenda, series.item, add_series(agenda, series));
}
