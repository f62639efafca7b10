/*
 * A line is dropped when its message is formed if the duty has been met, excused or has become stale
 * meanwhile, if the unit has left the roster or, of a reminder, is on leave, or if the plan does not
 * know the item any more: the store calls all of that met, since nothing is left to be said.
 */
#include "engine/mail_data.h"
#include "engine/outbox.h"
#include "plan/roster_life.h"
#include "time/civil.h"

#include <stdlib.h>

struct bound *desk_bound(const struct mail_desk *desk, uint32_t plan, struct engine **engine)
{
    for (size_t i = 0; i < desk->count; i++) {
        struct bound *bound = engine_bound(desk->engines[i], plan);
        if (!bound)
            continue;
        *engine = desk->engines[i];
        return bound;
    }
    return NULL;
}

void hand_free(struct hand *hand)
{
    free(hand->next);
    free(hand->judgedof);
    free(hand->judged);
}

static void chain(struct hand *hand)
{
    struct table firings = {0};
    hand->next = mem_resize(NULL, hand->count, sizeof *hand->next);
    hand->judgedof = mem_resize(NULL, hand->count, sizeof *hand->judgedof);
    for (uint32_t i = 0; i < hand->count; i++) {
        const char *key = (const char *)&hand->lines[i].firing;
        uint32_t known =
            table_add(&firings, key, sizeof hand->lines[i].firing, hand->judged_count);
        if (known == TABLE_NONE)
            known = hand->judged_count++;
        hand->judgedof[i] = known;
    }
    table_free(&firings);
    hand->judged = mem_resize(NULL, hand->judged_count, sizeof *hand->judged);
    for (uint32_t i = 0; i < hand->judged_count; i++)
        hand->judged[i] = (struct judged){.head = LINE_NONE};
    for (uint32_t i = (uint32_t)hand->count; i-- > 0;) {
        struct judged *judged = &hand->judged[hand->judgedof[i]];
        hand->next[i] = judged->head;
        judged->head = i;
    }
}

static bool take_firing(void *context, const struct store_firing *firing)
{
    struct store_firing *out = context;
    *out = *firing;
    out->subjects = NULL;
    out->text = NULL;
    return false;
}

static int read_firing(struct store *store, int64_t number, struct store_firing *out,
                       struct err *err)
{
    struct store_filter filter = {.number = number};
    *out = (struct store_firing){0};
    return store_journal(store, &filter, take_firing, out, err);
}

/* The column that says who has met what a firing reminds of; NULL in `*progress` = it is no
 * question. `*speaks` false: nothing is left to be said to anybody. */
static int find_progress(const struct judged *judged, int64_t now_ms, bool *speaks,
                         const struct progress **progress, struct err *err)
{
    const struct store_firing *firing = &judged->firing;
    struct event event;
    struct duty duty;
    struct column *column;
    *progress = NULL;
    *speaks = true;
    if (firing->kind != EVENT_REMINDER)
        return 0;
    *speaks =
        bound_event(judged->bound, firing, &event) &&
        outbox_fate(firing->kind, firing->at_ms, firing->official, now_ms) == FIRING_FIRED;
    if (!*speaks || !bound_duty(judged->bound, &event, &duty))
        return 0;
    int code = bound_column(judged->engine, judged->bound, &duty, event.day, &column, err);
    if (code == 0)
        *progress = column->progress;
    return code;
}

/* Whoever is told of the same by firings that were recorded behind one. */
struct nearer {
    const struct store_firing *firing;
    struct bits units;
    struct err *err;
    int code;
};

/* A nearer tier of the duty, or a later turn of the rhythm. */
static bool is_nearer(const struct store_firing *a, const struct store_firing *b)
{
    if (a->fate != FIRING_FIRED || a->route != b->route)
        return false;
    if (b->tier == TIER_EVERY)
        return a->tier == TIER_EVERY && a->at_ms > b->at_ms;
    return a->tier > b->tier && a->tier <= tier_most(b->tier) && a->period == b->period &&
           a->due == b->due && a->phase == b->phase;
}

static bool add_nearer(void *context, const struct store_firing *firing)
{
    struct nearer *nearer = context;
    struct bits units = {0};
    if (!is_nearer(firing, nearer->firing))
        return true;
    nearer->code = bits_decode(firing->subjects, firing->subjects_length, &units, nearer->err);
    for (uint32_t unit = bits_next(&units, 0); nearer->code == 0 && unit != BITS_NONE;
         unit = bits_next(&units, unit + 1))
        bits_add(&nearer->units, unit);
    bits_free(&units);
    return nearer->code == 0;
}

/* Lines are formed in the order of their recording: what was recorded later waits as well, where sends were
 * held or a process died before them. */
static int find_nearer(struct store *store, struct nearer *nearer)
{
    const struct store_firing *firing = nearer->firing;
    struct store_filter filter = {
        .item = firing->item, .kinds = 1 << EVENT_REMINDER, .after = firing->number};
    int code = firing->kind == EVENT_REMINDER
                   ? store_journal(store, &filter, add_nearer, nearer, nearer->err)
                   : 0;
    return code < 0 ? code : nearer->code;
}

static enum line_fate judge_line(const struct bound *bound, const struct store_firing *firing,
                                 const struct progress *progress, uint32_t unit, int32_t today)
{
    const struct roster *roster = bound->input.roster;
    uint32_t row = bound_row(bound, unit);
    if (row == UNIT_NONE || !roster_active(roster, row, today))
        return LINE_MET;
    if (firing->kind == EVENT_REMINDER && roster_absent(roster, row, today, NULL, NULL))
        return LINE_MET;
    return progress && progress_missing(progress, row) == 0 ? LINE_MET : LINE_FORMED;
}

/* Lines of a plan that nobody has are told or dropped once somebody does. */
static void leave_lines(struct hand *hand, const struct judged *judged)
{
    for (uint32_t i = judged->head; i != LINE_NONE; i = hand->next[i])
        hand->lines[i].fate = LINE_PENDING;
}

static int judge_firing(const struct mail_desk *desk, struct hand *hand, struct judged *judged,
                        int64_t now_ms, struct err *err)
{
    const struct progress *progress = NULL;
    bool speaks = false;
    int32_t today = civil_from_ms(now_ms, NULL);
    int code = read_firing(desk->store, hand->lines[judged->head].firing, &judged->firing, err);
    if (code < 0)
        return code;
    judged->bound = desk_bound(desk, judged->firing.plan, &judged->engine);
    if (!judged->bound) {
        leave_lines(hand, judged);
        return 0;
    }
    struct nearer nearer = {.firing = &judged->firing, .err = err};
    code = find_progress(judged, now_ms, &speaks, &progress, err);
    if (code == 0 && speaks)
        code = find_nearer(desk->store, &nearer);
    for (uint32_t i = judged->head; code == 0 && i != LINE_NONE; i = hand->next[i]) {
        struct store_line *line = &hand->lines[i];
        bool left = !speaks || bits_has(&nearer.units, line->unit);
        line->fate =
            left ? LINE_MET
                 : judge_line(judged->bound, &judged->firing, progress, line->unit, today);
    }
    bits_free(&nearer.units);
    return code;
}

int judge_hand(const struct mail_desk *desk, struct hand *hand, int64_t now_ms, struct err *err)
{
    int code = 0;
    chain(hand);
    for (uint32_t i = 0; code == 0 && i < hand->judged_count; i++)
        code = judge_firing(desk, hand, &hand->judged[i], now_ms, err);
    return code;
}
