#include "engine/agenda.h"

#include "engine/duty.h"
#include "engine/rules.h"

#include <stdlib.h>

enum {
    DAY_MS = 86400000,
    LONGEST_REST = 31, /* days: no block of rest days is longer */
    MOST_MUTE = 800,   /* slots: a rule that is mute for so many in a row (two years of a daily
                          one) has a tier longer than its period and stays mute */
};

int agenda_new(const struct plan *plan, const struct calendar *calendar,
               const struct roster *roster, struct agenda **out, struct err *err)
{
    struct arena *arena = arena_new();
    struct agenda *agenda = arena_alloc(arena, sizeof *agenda);
    agenda->arena = arena;
    agenda->plan = plan;
    agenda->calendar = calendar;
    agenda->roster = roster;
    rules_make(agenda);
    int code = audience_make(agenda, err);
    if (code < 0) {
        agenda_free(agenda);
        return code;
    }
    *out = agenda;
    return 0;
}

void agenda_free(struct agenda *agenda)
{
    if (!agenda)
        return;
    free(agenda->series);
    free(agenda->rules);
    audience_free(agenda->audience);
    arena_free(agenda->arena);
}

void agenda_span(const struct agenda *agenda, int32_t *first, int32_t *last)
{
    *first = agenda->first;
    *last = agenda->last;
}

/* A rule's next event: its instant, and the slot it comes from. The event itself is made again
 * when it is popped, so that a node stays small. */
struct node {
    int64_t at_ms;
    uint32_t rule;
    struct slot slot;
};

struct walk {
    const struct agenda *agenda;
    struct event last; /* given out; a double of it is not */
    bool any;
    uint32_t count;
    struct node *nodes; /* a heap, the least first */
};

/* event_compare on nodes, by ranks. */
static bool comes_before(const struct agenda *agenda, const struct node *left,
                         const struct node *right)
{
    if (left->at_ms != right->at_ms)
        return left->at_ms < right->at_ms;
    const struct rule *a = &agenda->rules[left->rule], *b = &agenda->rules[right->rule];
    if (a->kind != b->kind)
        return a->kind < b->kind;
    if (a->rank != b->rank)
        return a->rank < b->rank;
    struct event one, two; /* one item's events at one instant: rare */
    if (!rule_event(agenda, a, &left->slot, &one) || !rule_event(agenda, b, &right->slot, &two))
        return false;
    return event_compare(&one, &two) < 0;
}

static void sift_down(struct walk *walk, uint32_t at)
{
    struct node node = walk->nodes[at];
    for (uint32_t child; (child = 2 * at + 1) < walk->count; at = child) {
        if (child + 1 < walk->count &&
            comes_before(walk->agenda, &walk->nodes[child + 1], &walk->nodes[child]))
            child++;
        if (!comes_before(walk->agenda, &walk->nodes[child], &node))
            break;
        walk->nodes[at] = walk->nodes[child];
    }
    walk->nodes[at] = node;
}

/* Moves the node to its rule's first event at or after `from_ms` that comes from its slot or a
 * later one; false when there is none. */
static bool settle(const struct agenda *agenda, struct node *node, int64_t from_ms)
{
    const struct rule *rule = &agenda->rules[node->rule];
    const struct series *series = &agenda->series[rule->series];
    struct event event;
    for (int mute = 0; mute < MOST_MUTE; mute++) {
        if (rule_event(agenda, rule, &node->slot, &event)) {
            node->at_ms = event.at_ms;
            if (event.at_ms >= from_ms)
                return true;
            mute = 0;
        }
        struct slot before = node->slot;
        if (!series_next(series, agenda->calendar, &before, 0, &node->slot))
            return false;
    }
    return false;
}

/* How many days an event may lie behind the due of its slot. */
static int32_t longest_delay(const struct agenda *agenda, const struct rule *rule,
                             uint32_t item)
{
    if (rule->kind != EVENT_REMINDER)
        return LONGEST_REST;
    int32_t days = agenda->tiers[item].list[rule->tier].days;
    if (tier_is_working(days)) /* between two working days at most one block of rest */
        return (days - TIER_WORKING + 1) * (LONGEST_REST + 1);
    return days > 0 && days != TIER_EVERY ? days + LONGEST_REST : LONGEST_REST;
}

/* The first slot that may have an event from `from_ms` on. When it is not the series' first, it
 * does not know the slot before it; but all that hangs on that one lies before the target
 * too. */
static bool enter(const struct agenda *agenda, struct node *node, int64_t from_ms)
{
    const struct rule *rule = &agenda->rules[node->rule];
    const struct series *series = &agenda->series[rule->series];
    int64_t day = from_ms / DAY_MS - 1 - longest_delay(agenda, rule, series->item);
    if (day < DAY_NONE)
        day = DAY_NONE;
    if (day > DAY_OPEN)
        day = DAY_OPEN;
    return series_next(series, agenda->calendar, NULL, (int32_t)day, &node->slot);
}

/* A walk in which an item (item_count = the plan) begins at from_ms[item], all at `*from_ms`
 * when `by_item` is false. */
static struct walk *walk_from(const struct agenda *agenda, const int64_t *from_ms, bool by_item)
{
    struct walk *walk = mem_resize(NULL, 1, sizeof *walk);
    *walk = (struct walk){.agenda = agenda};
    walk->nodes = mem_resize(NULL, agenda->rule_count + 1, sizeof *walk->nodes);
    for (uint32_t i = 0; i < agenda->rule_count; i++) {
        struct node *node = &walk->nodes[walk->count];
        node->rule = i;
        uint32_t item = agenda->series[agenda->rules[i].series].item;
        if (item == ITEM_NONE)
            item = agenda->plan->item_count;
        int64_t from = from_ms[by_item ? item : 0];
        if (enter(agenda, node, from) && settle(agenda, node, from))
            walk->count++;
    }
    for (uint32_t i = walk->count / 2; i-- > 0;)
        sift_down(walk, i);
    return walk;
}

struct walk *walk_new(const struct agenda *agenda, int64_t from_ms)
{
    return walk_from(agenda, &from_ms, false);
}

struct walk *walk_new_by_item(const struct agenda *agenda, const int64_t *from_ms)
{
    return walk_from(agenda, from_ms, true);
}

void walk_free(struct walk *walk)
{
    if (!walk)
        return;
    free(walk->nodes);
    free(walk);
}

/* Takes the least event from the heap and moves its rule on. */
static void pop(struct walk *walk, struct event *event)
{
    struct node *top = &walk->nodes[0];
    const struct rule *rule = &walk->agenda->rules[top->rule];
    const struct series *series = &walk->agenda->series[rule->series];
    struct slot before = top->slot;
    rule_event(walk->agenda, rule, &before, event);
    if (!series_next(series, walk->agenda->calendar, &before, 0, &top->slot) ||
        !settle(walk->agenda, top, INT64_MIN))
        *top = walk->nodes[--walk->count];
    if (walk->count)
        sift_down(walk, 0);
}

bool walk_next(struct walk *walk, struct event *event)
{
    while (walk->count) {
        pop(walk, event);
        if (walk->any && event_compare(&walk->last, event) == 0)
            continue;
        walk->last = *event;
        walk->any = true;
        return true;
    }
    return false;
}
