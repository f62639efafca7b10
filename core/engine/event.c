/* From a slot of a series to the event that a rule makes of it: which day, and whether at
 * all. */
#include "engine/rules.h"

#include "time/civil.h"

#include <string.h>

enum { NINE_O_CLOCK = 9 * 60, CATCH_UP_DAYS = 3 };

struct due_days rule_due_days(const struct agenda *agenda, uint32_t item,
                              const struct slot *slot)
{
    struct due_days days = {slot->due, slot->due, slot->minute, false};
    if (item == ITEM_NONE || slot->due == DAY_NONE)
        return days;
    const struct item *duty = &agenda->plan->items[item];
    plan_working_due(agenda->plan, duty, agenda->calendar, slot->due, &days.working);
    if (duty->rest_day == REST_NEXT && days.working != DAY_NONE)
        days.official = days.working;
    if (days.official < agenda->known) {
        int32_t day =
            calendar_workday_after(agenda->calendar, agenda->known, CATCH_UP_DAYS, NULL);
        days = (struct due_days){day, day, MINUTES_A_DAY, true};
    }
    return days;
}

/* The day on which what was missed before K is said: K, or the working day behind it while that
 * is before the due. */
static int32_t gathering_day(const struct agenda *agenda, const struct due_days *due)
{
    int32_t day = calendar_workday_on_or_after(agenda->calendar, agenda->known, NULL);
    return day != DAY_NONE && day <= due->working ? day : agenda->known;
}

/* So many working days behind the due; 0 = on it, or the first working day behind. */
static int32_t working_day(const struct agenda *agenda, int32_t official, int32_t count)
{
    if (count == 0)
        return calendar_workday_on_or_after(agenda->calendar, official, NULL);
    return calendar_workday_after(agenda->calendar, official, count, NULL);
}

/* The day of a tier, DAY_NONE when it comes to nothing for this slot. */
static int32_t tier_day(const struct agenda *agenda, const struct item *item,
                        const struct tier *tier, const struct slot *slot,
                        const struct due_days *due)
{
    bool rest = item->rest_day != REST_IGNORE;
    if (tier_is_working(tier->days))
        return working_day(agenda, due->official, tier->days - TIER_WORKING);
    if (tier->days > 0) {
        int32_t day = due->official + tier->days;
        return rest ? calendar_workday_on_or_after(agenda->calendar, day, NULL) : day;
    }
    int32_t day = due->working + tier->days;
    if (rest)
        day = calendar_workday_on_or_before(agenda->calendar, day, NULL);
    if (slot->previous != DAY_NONE && day <= slot->previous)
        return DAY_NONE;
    if (day < agenda->known)
        day = gathering_day(agenda, due);
    int16_t minute = agenda->plan->reminders[tier->reminder].minute;
    bool past = day > due->official || (day == due->official && minute >= due->minute);
    return past ? DAY_NONE : day;
}

static int32_t distance(int32_t tier)
{
    if (tier_is_working(tier))
        return tier - TIER_WORKING;
    return tier < 0 ? -tier : tier;
}

/* True when another tier for the same people on the same day is preferred: the nearer one, and
 * of two equal ones that which comes first in the list. */
static bool is_outdone(const struct agenda *agenda, const struct item *item,
                       const struct tiers *tiers, uint32_t number, const struct slot *slot,
                       const struct due_days *due, int32_t day)
{
    const struct tier *tier = &tiers->list[number];
    for (uint32_t i = 0; i < tiers->count; i++) {
        const struct tier *other = &tiers->list[i];
        if (i == number || other->to != tier->to || other->days == TIER_EVERY)
            continue;
        int32_t nearer = distance(other->days) - distance(tier->days);
        if ((nearer < 0 || (nearer == 0 && i < number)) &&
            tier_day(agenda, item, other, slot, due) == day)
            return true;
    }
    return false;
}

/* A rhythm stays on its days; where it names windows it speaks on their first working day. */
static int32_t rhythm_day(const struct agenda *agenda, const struct slot *slot)
{
    if (slot->period == DAY_NONE || slot->period == slot->due)
        return slot->due;
    int32_t day = calendar_workday_on_or_after(agenda->calendar, slot->open, NULL);
    return day == DAY_NONE || day > slot->due ? slot->open : day;
}

static bool make_reminder(const struct agenda *agenda, const struct rule *rule,
                          const struct slot *slot, const struct due_days *due,
                          struct event *event)
{
    const struct item *item = &agenda->plan->items[event->item];
    const struct tiers *tiers = &agenda->tiers[event->item];
    const struct tier *tier = &tiers->list[rule->tier];
    event->tier = tier->days;
    event->reminder = tier->reminder;
    event->minute = agenda->plan->reminders[tier->reminder].minute;
    if (tier->days == TIER_EVERY) {
        event->day = rhythm_day(agenda, slot);
        event->official = event->working = DAY_NONE;
        event->flags = 0;
        return event->day >= agenda->known;
    }
    event->day = tier_day(agenda, item, tier, slot, due);
    if (event->day == DAY_NONE ||
        is_outdone(agenda, item, tiers, rule->tier, slot, due, event->day))
        return false;
    if (tier->days <= 0 && event->day > due->working + tier->days)
        event->flags |= EVENT_GATHERED;
    return true;
}

static bool make_review(const struct slot *slot, struct event *event)
{
    bool window = slot->period != DAY_NONE && slot->period != slot->due;
    event->day =
        window || (slot->period == DAY_NONE && slot->open != DAY_NONE) ? slot->open : slot->due;
    event->minute = NINE_O_CLOCK;
    event->official = event->working = DAY_NONE;
    return true;
}

/* Sets day and minute; false when the slot gives no such event. */
static bool place(const struct agenda *agenda, const struct rule *rule, const struct slot *slot,
                  const struct due_days *due, struct event *event)
{
    switch (rule->kind) {
    case EVENT_PLAN_START:
    case EVENT_PHASE_START:
    case EVENT_QUOTA_OPEN:
        event->day = slot->open;
        event->minute = 0;
        return event->day != DAY_NONE;
    case EVENT_PLAN_END:
    case EVENT_PHASE_END:
        event->day = slot->due;
        event->minute = MINUTES_A_DAY;
        return event->day != DAY_NONE && event->day != DAY_OPEN;
    case EVENT_QUOTA_LATE:
    case EVENT_TASK_DUE:
        event->day = due->official;
        event->minute = due->minute;
        return event->day != DAY_NONE && (rule->kind == EVENT_TASK_DUE || !due->retroactive);
    case EVENT_REVIEW: return make_review(slot, event);
    case EVENT_REMINDER: return make_reminder(agenda, rule, slot, due, event);
    default: return false;
    }
}

static bool is_known_year(const struct agenda *agenda, int32_t day)
{
    return day == DAY_NONE || day == DAY_OPEN ||
           calendar_known(agenda->calendar, civil_from_day(day).year);
}

bool rule_event(const struct agenda *agenda, const struct rule *rule, const struct slot *slot,
                struct event *event)
{
    const struct series *series = &agenda->series[rule->series];
    bool state = rule->kind != EVENT_TASK_DUE && rule->kind != EVENT_QUOTA_LATE &&
                 rule->kind != EVENT_REMINDER;
    struct due_days due = state && rule->kind != EVENT_QUOTA_OPEN
                              ? (struct due_days){DAY_NONE, DAY_NONE, 0, false}
                              : rule_due_days(agenda, series->item, slot);
    struct event made = {
        .kind = rule->kind,
        .plan = agenda->plan,
        .item = series->item,
        .occurrence = {slot->period, slot->due, series->phase},
        .reminder = ITEM_NONE,
        .official = due.official,
        .working = due.working,
        .flags = due.retroactive ? EVENT_RETROACTIVE : 0,
    };
    if (!place(agenda, rule, slot, &due, &made))
        return false;
    if (state && made.day < agenda->known)
        made.flags |= EVENT_EARLY;
    if (!state && (!is_known_year(agenda, made.day) || !is_known_year(agenda, made.working)))
        made.flags |= EVENT_PROVISIONAL;
    bool opens = rule->kind == EVENT_PLAN_START || rule->kind == EVENT_PHASE_START ||
                 (rule->kind == EVENT_QUOTA_OPEN && slot->period == DAY_NONE);
    if (opens || slot->due == DAY_NONE) /* what has opened stays open when its due moves */
        made.occurrence.due = made.day;
    made.at_ms = civil_ms(made.day, made.minute);
    *event = made;
    return true;
}

const char *event_name(enum event_kind kind)
{
    static const char *const names[EVENT_KINDS] = {
        [EVENT_TASK_DUE] = "task.due",     [EVENT_QUOTA_LATE] = "quota.late",
        [EVENT_PHASE_END] = "phase.end",   [EVENT_PLAN_END] = "plan.end",
        [EVENT_PLAN_START] = "plan.start", [EVENT_PHASE_START] = "phase.start",
        [EVENT_QUOTA_OPEN] = "quota.open", [EVENT_REVIEW] = "review",
        [EVENT_REMINDER] = "reminder",
    };
    return names[kind];
}

static int by_number(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static const char *item_id(const struct plan *plan, uint32_t item)
{
    return item == ITEM_NONE ? "" : plan->items[item].id;
}

static int by_recipient(const struct event *left, const struct event *right)
{
    if (left->reminder == ITEM_NONE || right->reminder == ITEM_NONE)
        return 0;
    const struct reminder *a = &left->plan->reminders[left->reminder];
    const struct reminder *b = &right->plan->reminders[right->reminder];
    int order = strcmp(a->to, b->to);
    return order ? order : strcmp(a->channel, b->channel);
}

int event_compare(const struct event *left, const struct event *right)
{
    int order = by_number(left->at_ms, right->at_ms);
    if (!order)
        order = by_number(left->kind, right->kind);
    if (!order)
        order = strcmp(left->plan->id, right->plan->id);
    if (!order)
        order = strcmp(item_id(left->plan, left->item), item_id(right->plan, right->item));
    if (!order)
        order = by_number(left->tier, right->tier);
    if (!order)
        order = by_number(left->occurrence.due, right->occurrence.due);
    if (!order)
        order = by_number(left->occurrence.period, right->occurrence.period);
    if (!order)
        order = strcmp(item_id(left->plan, left->occurrence.phase),
                       item_id(right->plan, right->occurrence.phase));
    return order ? order : by_recipient(left, right);
}
