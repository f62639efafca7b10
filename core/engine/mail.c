/*
 * Messages. A line is dropped when its message is formed if the duty has been met, excused or
 * has become stale meanwhile, if the unit has left the roster or, of a reminder, is on leave, or
 * if the plan does not know the item any more: the store calls all of that met, since nothing is
 * left to be said.
 */
#include "engine/mail.h"

#include "engine/engine_data.h"
#include "engine/outbox.h"
#include "plan/roster_life.h"
#include "time/civil.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINES_ROOM = 4096 };
#define LINE_NONE UINT32_MAX

/* ---- forming ---------------------------------------------------------------------------------- */

/* Lines in hand, chained by their firings. */
struct hand {
    struct store_line *lines;
    size_t count, room;
    bool whole;      /* nothing follows */
    uint32_t *next;  /* by line: the next one of its firing */
    uint32_t *heads; /* by firing: its first line */
    uint32_t head_count;
};

/* How many of the lines are in groups that are surely not cut. */
static size_t whole_groups(const struct store_line *lines, size_t count, bool whole)
{
    size_t kept = count;
    while (!whole && kept && store_same_message(&lines[kept - 1], &lines[count - 1]))
        kept--;
    return kept;
}

/* Reads whole groups, with more room where one does not fit. */
static int read_hand(struct engine *engine, struct hand *hand, struct err *err)
{
    for (hand->room = LINES_ROOM;; hand->room *= 2) {
        hand->lines = mem_resize(hand->lines, hand->room, sizeof *hand->lines);
        int code = store_lines_pending(engine->store, hand->lines, hand->room, &hand->count,
                                       &hand->whole, err);
        if (code < 0 || hand->count == 0)
            return code;
        hand->count = whole_groups(hand->lines, hand->count, hand->whole);
        if (hand->count)
            return 0;
    }
}

static void chain(struct hand *hand)
{
    struct table firings = {0};
    hand->next = mem_resize(NULL, hand->count, sizeof *hand->next);
    hand->heads = mem_resize(NULL, hand->count, sizeof *hand->heads);
    for (uint32_t i = 0; i < hand->count; i++) {
        const char *key = (const char *)&hand->lines[i].firing;
        uint32_t head =
            table_add(&firings, key, sizeof hand->lines[i].firing, hand->head_count);
        if (head == TABLE_NONE) {
            head = hand->head_count++;
            hand->heads[head] = LINE_NONE;
        }
        hand->next[i] = hand->heads[head];
        hand->heads[head] = i;
    }
    table_free(&firings);
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
static int find_progress(struct engine *engine, struct bound *bound,
                         const struct store_firing *firing, int64_t now_ms, bool *speaks,
                         const struct progress **progress, struct err *err)
{
    struct event event;
    struct duty duty;
    struct column *column;
    *progress = NULL;
    *speaks = true;
    if (firing->kind != EVENT_REMINDER)
        return 0;
    *speaks =
        bound_event(bound, firing, &event) &&
        outbox_fate(firing->kind, firing->at_ms, firing->official, now_ms) == FIRING_FIRED;
    if (!*speaks || !bound_duty(bound, &event, &duty))
        return 0;
    int code = bound_column(engine, bound, &duty, event.day, &column, err);
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

static int judge_firing(struct engine *engine, struct hand *hand, uint32_t head, int64_t now_ms,
                        struct err *err)
{
    struct store_firing firing;
    const struct progress *progress = NULL;
    bool speaks = false;
    int32_t today = civil_from_ms(now_ms, NULL);
    int code = read_firing(engine->store, hand->lines[head].firing, &firing, err);
    struct bound *bound = code == 0 ? engine_bound(engine, firing.plan) : NULL;
    struct nearer nearer = {.firing = &firing, .err = err};
    if (bound)
        code = find_progress(engine, bound, &firing, now_ms, &speaks, &progress, err);
    if (code == 0 && speaks)
        code = find_nearer(engine->store, &nearer);
    for (uint32_t i = head; code == 0 && i != LINE_NONE; i = hand->next[i]) {
        struct store_line *line = &hand->lines[i];
        bool left = !speaks || bits_has(&nearer.units, line->unit);
        line->fate = left ? LINE_MET : judge_line(bound, &firing, progress, line->unit, today);
    }
    bits_free(&nearer.units);
    return code;
}

int engine_form(struct engine *engine, int64_t now_ms, struct err *err)
{
    struct hand hand = {0};
    int code = read_hand(engine, &hand, err);
    bool any = code == 0 && hand.count > 0;
    if (any)
        chain(&hand);
    for (uint32_t i = 0; code == 0 && i < hand.head_count; i++)
        code = judge_firing(engine, &hand, hand.heads[i], now_ms, err);
    if (any && code == 0)
        code = store_form(engine->store, hand.lines, hand.count, now_ms, err);
    free(hand.lines);
    free(hand.next);
    free(hand.heads);
    return code < 0 ? code : any && !hand.whole;
}

/* ---- taking ----------------------------------------------------------------------------------- */

struct taker {
    struct engine *engine;
    struct arena *arena;
    struct err *err;
};

/* Pieces are counted of a quota only. */
static int fill_counts(struct taker *taker, struct bound *bound, const struct event *event,
                       uint32_t unit, struct mail_entry *entry)
{
    const struct item *item = &event->plan->items[event->item];
    uint32_t row = bound_row(bound, unit);
    struct duty duty;
    struct column *column;
    if (!bound_duty(bound, event, &duty))
        return 0;
    if (entry->due == DAY_NONE)
        entry->due = duty.official;
    if (item->word != ITEM_QUOTA || row == UNIT_NONE)
        return 0;
    int code = bound_column(taker->engine, bound, &duty, event->day, &column, taker->err);
    if (code < 0)
        return code;
    entry->need = progress_need(column->progress, row);
    entry->missing = progress_missing(column->progress, row);
    entry->measure = item->count.unit;
    return 0;
}

/* One firing of a message. Returns 1 when there is an entry, 0 when the plan does not know it
 * any more. */
static int fill_entry(struct taker *taker, const struct store_firing *firing, uint32_t unit,
                      struct mail_entry *entry)
{
    struct bound *bound = engine_bound(taker->engine, firing->plan);
    struct event event;
    if (!bound)
        return 0;
    const struct plan *plan = bound->input.plan;
    bool known = bound_event(bound, firing, &event);
    *entry = (struct mail_entry){.firing = firing->number,
                                 .kind = firing->kind,
                                 .plan_id = plan->id,
                                 .plan_name = plan->name,
                                 .due = firing->official,
                                 .tier = firing->tier,
                                 .text = firing->text};
    if (!known || event.item == ITEM_NONE)
        return firing->kind == EVENT_NOTICE;
    const struct item *item = &plan->items[event.item];
    entry->item_id = item->id;
    entry->item_name = item->name;
    entry->clause = item->clause;
    if (firing->kind != EVENT_REMINDER)
        return 1;
    if (event.reminder != ITEM_NONE)
        entry->text = plan->reminders[event.reminder].text;
    int code = fill_counts(taker, bound, &event, unit, entry);
    return code < 0 ? code : 1;
}

static int fill_entries(struct taker *taker, struct mail *mail)
{
    const struct store_firing *firings = NULL;
    size_t count = 0;
    int code = store_message_lines(taker->engine->store, &mail->message, taker->arena, &firings,
                                   &count, taker->err);
    struct mail_entry *entries = arena_array(taker->arena, count, sizeof *entries);
    mail->entries = entries;
    for (size_t i = 0; code >= 0 && i < count; i++) {
        code = fill_entry(taker, &firings[i], mail->message.unit, &entries[mail->entry_count]);
        mail->entry_count += code == 1;
    }
    return code < 0 ? code : 0;
}

/* False when no plan has the unit any more. */
static bool fill_unit(const struct engine *engine, struct mail *mail)
{
    for (size_t i = 0; i < engine->count; i++) {
        const struct bound *bound = &engine->bounds[i];
        uint32_t row = bound_row(bound, mail->message.unit);
        if (row == UNIT_NONE)
            continue;
        mail->unit_id = roster_id(bound->input.roster, row);
        mail->unit_name = roster_name(bound->input.roster, row);
        mail->contact = roster_contact(bound->input.roster, row);
        return true;
    }
    return false;
}

/* Returns 1 for a mail to be sent, 0 when it is settled here: there is nobody, or nothing to
 * say any more. */
static int make_mail(struct taker *taker, const struct store_message *message,
                     struct mail *mail)
{
    struct store *store = taker->engine->store;
    *mail = (struct mail){.message = *message};
    mail->message.note = NULL;
    snprintf(mail->id, sizeof mail->id, "%s-%lld", store_name(store),
             (long long)message->number);
    if (!fill_unit(taker->engine, mail))
        return store_settle(store, message->number, MESSAGE_FAILED, 0,
                            "the unit has left the roster", taker->err);
    int code = fill_entries(taker, mail);
    if (code == 0 && mail->entry_count == 0)
        return store_settle(store, message->number, MESSAGE_FAILED, 0,
                            "the plan does not know these items any more", taker->err);
    if (code == 0)
        code = store_route_names(store, message->route, taker->arena, &mail->role,
                                 &mail->channel, taker->err);
    return code < 0 ? code : 1;
}

int engine_take(struct engine *engine, int64_t now_ms, size_t most, struct arena *arena,
                const struct mail **mails, size_t *count, struct err *err)
{
    struct taker taker = {engine, arena, err};
    struct store_message *messages = arena_array(arena, most, sizeof *messages);
    struct mail *made = arena_array(arena, most, sizeof *made);
    size_t taken = 0, kept = 0;
    int code = store_take(engine->store, now_ms, now_ms + OUTBOX_LEASE_MS, most, messages,
                          &taken, err);
    for (size_t i = 0; code >= 0 && i < taken; i++) {
        code = make_mail(&taker, &messages[i], &made[kept]);
        made[kept].told_ms = messages[i].slot_ms < now_ms ? messages[i].slot_ms : now_ms;
        kept += code == 1;
    }
    if (code < 0)
        return code;
    *mails = made;
    *count = kept;
    return 0;
}

int engine_settle(struct engine *engine, const struct store_message *message,
                  enum mail_result result, const char *note, int64_t now_ms, struct err *err)
{
    enum message_state state = result == MAIL_SENT ? MESSAGE_SENT : MESSAGE_FAILED;
    int64_t next_ms = now_ms;
    if (result == MAIL_RETRY) {
        int64_t again_ms = outbox_retry(message->attempts, now_ms);
        state = again_ms == INT64_MAX ? MESSAGE_FAILED : MESSAGE_READY;
        next_ms = again_ms == INT64_MAX ? now_ms : again_ms;
    }
    return store_settle(engine->store, message->number, state, next_ms, note, err);
}

int engine_next_mail(struct engine *engine, int64_t *at_ms, struct err *err)
{
    return store_next_message(engine->store, at_ms, err);
}

int engine_waiting(struct engine *engine, bool *waits, struct err *err)
{
    struct store_line line;
    size_t count = 0;
    bool whole;
    int64_t at_ms = INT64_MAX;
    int code = store_lines_pending(engine->store, &line, 1, &count, &whole, err);
    if (code == 0)
        code = store_next_message(engine->store, &at_ms, err);
    if (code == 0)
        *waits = engine->behind || count > 0 || at_ms != INT64_MAX;
    return code;
}
