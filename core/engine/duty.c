/* The duties of an item, worked out from its series as the events are. */
#include "engine/duty.h"

#include "engine/rules.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum {
    LONGEST_REST = 31,    /* days: by so many an official due may lie behind the one said */
    FIRST_REACH = 40,     /* days looked back or ahead first, … */
    REACH_STEP = 8,       /* … so many times as many next, … */
    LAST_REACH = 1 << 18, /* … and no more */
    LONGEST_WINDOW = 800, /* days from the first day of a period to its due */
};

/* ---- slots ----------------------------------------------------------------------------- */

static bool next_slot(const struct agenda *agenda, const struct series *series,
                      struct slot *slot)
{
    struct slot before = *slot;
    return series_next(series, agenda->calendar, &before, 0, slot);
}

static int32_t clamp_day(int64_t day)
{
    return day < DAY_NONE + 1 ? DAY_NONE + 1 : day > DAY_OPEN - 1 ? DAY_OPEN - 1 : (int32_t)day;
}

/* The first slot due on or after `from`, or never due. One without a window opens behind the
 * slot before it, which is looked for further and further back. */
static bool first_slot(const struct agenda *agenda, const struct series *series, int32_t from,
                       struct slot *slot)
{
    if (!series->date)
        return series_next(series, agenda->calendar, NULL, 0, slot) &&
               (slot->due == DAY_NONE || slot->due >= from);
    for (int64_t reach = FIRST_REACH;; reach *= REACH_STEP) {
        int32_t start = clamp_day(from - reach);
        bool sure = start <= series->first || reach > LAST_REACH;
        if (!series_next(series, agenda->calendar, NULL, start, slot))
            return false;
        for (; slot->due < from; sure = true)
            if (!next_slot(agenda, series, slot))
                return false;
        if (sure || slot->period != slot->due)
            return true;
    }
}

static struct duty duty_of(const struct agenda *agenda, const struct series *series,
                           const struct slot *slot)
{
    struct due_days days = rule_due_days(agenda, series->item, slot);
    return (struct duty){
        .item = series->item,
        .occasion = {slot->period, slot->due, series->phase},
        .open = slot->open,
        .official = days.official,
        .working = days.working,
        .minute = days.minute,
        .retroactive = days.retroactive,
        .given = series->given,
    };
}

/* The item's series one after another, those of given dues last; NULL behind the last. */
static const struct series *series_at(const struct agenda *agenda, uint32_t item, uint32_t *at)
{
    const struct duty_series *range = &agenda->duties[item];
    if (agenda->plan->items[item].binding == BINDING_NEVER)
        return NULL;
    if (*at < range->count)
        return &agenda->series[range->first + (*at)++];
    for (uint32_t s = agenda->given + *at - range->count; s < agenda->series_count; s++) {
        ++*at;
        if (agenda->series[s].item == item)
            return &agenda->series[s];
    }
    return NULL;
}

/* ---- all within some days -------------------------------------------------------------- */

struct list {
    struct arena *arena;
    struct duty *duties;
    size_t count, room;
};

static void append(struct list *list, const struct duty *duty)
{
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 8;
        struct duty *duties = arena_array(list->arena, room, sizeof *duties);
        if (list->count)
            memcpy(duties, list->duties, list->count * sizeof *duties);
        list->duties = duties;
        list->room = room;
    }
    list->duties[list->count++] = *duty;
}

static bool is_within(const struct duty *duty, int32_t first, int32_t last)
{
    return (duty->open == DAY_NONE || duty->open <= last) &&
           (duty->official == DAY_NONE || duty->official >= first);
}

/* Opening does not descend within a series. */
static void add_of_series(const struct agenda *agenda, const struct series *series,
                          int32_t first, int32_t last, struct list *list)
{
    struct slot slot;
    int32_t from = clamp_day((int64_t)first - LONGEST_REST);
    bool more = first_slot(agenda, series, series->date ? from : DAY_NONE, &slot);
    for (; more && (slot.open == DAY_NONE || slot.open <= last);
         more = next_slot(agenda, series, &slot)) {
        struct duty duty = duty_of(agenda, series, &slot);
        if (is_within(&duty, first, last))
            append(list, &duty);
    }
}

static int by_day(int32_t left, int32_t right)
{
    return (left > right) - (left < right);
}

/* By the end, no end last; the rest only for the sake of an order. */
static int by_end(const void *left, const void *right)
{
    const struct duty *a = left, *b = right;
    int order = (a->official == DAY_NONE) - (b->official == DAY_NONE);
    if (!order)
        order = by_day(a->official, b->official);
    if (!order)
        order = by_day(a->occasion.due, b->occasion.due);
    if (!order)
        order = by_day(a->occasion.period, b->occasion.period);
    if (!order)
        order = a->given - b->given;
    return order ? order
                 : (a->occasion.phase > b->occasion.phase) -
                       (a->occasion.phase < b->occasion.phase);
}

void agenda_duties(const struct agenda *agenda, uint32_t item, int32_t first, int32_t last,
                   struct arena *arena, const struct duty **duties, size_t *count)
{
    struct list list = {.arena = arena};
    uint32_t at = 0;
    for (const struct series *series; (series = series_at(agenda, item, &at));)
        add_of_series(agenda, series, first, last, &list);
    if (list.count)
        qsort(list.duties, list.count, sizeof *list.duties, by_end);
    *duties = list.duties;
    *count = list.count;
}

/* ---- one of them ----------------------------------------------------------------------- */

/* The rule's duty that ended last before `day`. */
static bool last_ended(const struct agenda *agenda, uint32_t item, int32_t day,
                       struct arena *arena, struct duty *out)
{
    for (int64_t reach = FIRST_REACH; reach <= LAST_REACH; reach *= REACH_STEP) {
        const struct duty *duties;
        size_t count;
        agenda_duties(agenda, item, clamp_day(day - reach), day, arena, &duties, &count);
        for (size_t i = count; i-- > 0;)
            if (!duties[i].given && duties[i].official != DAY_NONE &&
                duties[i].official < day) {
                *out = duties[i];
                return true;
            }
    }
    return false;
}

/* The rule's duty that opens first behind `day`; of those that open together, the one that ends
 * first. */
static bool first_to_come(const struct agenda *agenda, uint32_t item, int32_t day,
                          struct arena *arena, struct duty *out)
{
    for (int64_t reach = FIRST_REACH; reach <= LAST_REACH; reach *= REACH_STEP) {
        const struct duty *duties, *first = NULL;
        size_t count;
        agenda_duties(agenda, item, day, clamp_day(day + reach), arena, &duties, &count);
        for (size_t i = 0; i < count; i++)
            if (!duties[i].given && duties[i].open != DAY_NONE && duties[i].open > day &&
                (!first || duties[i].open < first->open))
                first = &duties[i];
        if (first) {
            *out = *first;
            return true;
        }
    }
    return false;
}

bool agenda_duty_on(const struct agenda *agenda, uint32_t item, int32_t day,
                    bool (*lacks)(void *context, const struct duty *duty), void *context,
                    struct duty *out)
{
    struct arena *arena = arena_new();
    const struct duty *duties, *first = NULL;
    struct duty ended;
    size_t count;
    bool found = false;
    agenda_duties(agenda, item, day, day, arena, &duties, &count);
    for (size_t i = 0; i < count && !found; i++) {
        if (!first && !duties[i].given)
            first = &duties[i];
        found = lacks ? lacks(context, &duties[i]) : !duties[i].given;
        if (found)
            *out = duties[i];
    }
    bool any = !found && last_ended(agenda, item, day, arena, &ended);
    if (any && (!first || (lacks && lacks(context, &ended)))) {
        *out = ended;
        found = true;
    }
    if (!found && first) {
        *out = *first;
        found = true;
    }
    if (!found)
        found = first_to_come(agenda, item, day, arena, out);
    arena_free(arena);
    return found;
}

/* The slot of a rule's series with that period, and that due unless it is DAY_NONE. */
static bool find_slot(const struct agenda *agenda, const struct series *series, int32_t period,
                      int32_t due, struct slot *slot)
{
    int32_t from = due != DAY_NONE ? due : period;
    int64_t until = due != DAY_NONE ? due : (int64_t)period + LONGEST_WINDOW;
    bool more = first_slot(agenda, series, series->date ? from : DAY_NONE, slot);
    for (; more && (slot->due <= until || !series->date);
         more = next_slot(agenda, series, slot))
        if (slot->period == period &&
            (due == DAY_NONE || slot->due == DAY_NONE || slot->due == due))
            return true;
    return false;
}

bool agenda_duty_at(const struct agenda *agenda, uint32_t item, const struct occasion *occasion,
                    struct duty *out)
{
    for (int exact = 1; exact >= 0; exact--) {
        int32_t due = exact ? occasion->due : DAY_NONE;
        uint32_t at = 0;
        struct slot slot;
        for (const struct series *series; (series = series_at(agenda, item, &at));)
            if (series->phase == occasion->phase && (exact || !series->given) &&
                find_slot(agenda, series, occasion->period, due, &slot)) {
                *out = duty_of(agenda, series, &slot);
                return true;
            }
    }
    return false;
}

bool agenda_duty_of(const struct agenda *agenda, const struct event *event, struct duty *out)
{
    bool owed = event->kind == EVENT_TASK_DUE || event->kind == EVENT_QUOTA_LATE ||
                event->kind == EVENT_QUOTA_OPEN || event->kind == EVENT_REMINDER;
    if (!owed || event->item == ITEM_NONE ||
        agenda->plan->items[event->item].word == ITEM_PHASE)
        return false;
    if (event->kind == EVENT_REMINDER && event->tier == TIER_EVERY)
        return agenda_duty_on(agenda, event->item, event->day, NULL, NULL, out);
    return agenda_duty_at(agenda, event->item, &event->occurrence, out);
}

/* The rule's duty that a due given by a fact lies behind. */
static bool find_rule(const struct agenda *agenda, uint32_t item,
                      const struct occasion *occasion, int32_t due, struct duty *out)
{
    struct occasion wanted = {occasion->period, due, occasion->phase};
    return agenda_duty_at(agenda, item, &wanted, out) && !out->given &&
           out->official != DAY_NONE && due > out->official;
}

bool agenda_duty_given(const struct agenda *agenda, uint32_t item,
                       const struct occasion *occasion, int32_t due, struct duty *out)
{
    struct duty rule;
    if (!find_rule(agenda, item, occasion, due, &rule))
        return false;
    struct series series = {.item = item, .phase = occasion->phase, .given = true};
    struct slot slot = {.period = occasion->period,
                        .open = rule.open,
                        .due = due,
                        .previous = DAY_NONE,
                        .minute = MINUTES_A_DAY};
    *out = duty_of(agenda, &series, &slot);
    return true;
}

void agenda_add_due(struct agenda *agenda, uint32_t item, const struct occasion *occasion,
                    int32_t due)
{
    struct duty duty;
    if (find_rule(agenda, item, occasion, due, &duty))
        rules_add_given(agenda, (struct series){.item = item,
                                                .phase = occasion->phase,
                                                .first = duty.open,
                                                .last = due,
                                                .minute = MINUTES_A_DAY,
                                                .period = occasion->period});
}

void agenda_drop_dues(struct agenda *agenda)
{
    agenda->series_count = agenda->given;
    agenda->rule_count = agenda->given_rules;
}
