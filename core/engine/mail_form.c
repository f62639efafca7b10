/*
 * Forming: lines in their order become messages or parts of them, one for each recipient and time. What
 * nobody can be told (no address, a recipient that is gone) fails here, loudly.
 */
#include "engine/mail_data.h"
#include "engine/outbox.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_ROOM = 4096, PLACES_MOST = 64 };

/* ---- whom and when ---------------------------------------------------------------------------- */

int aiming_begin(struct aiming *aiming, const struct mail_desk *desk, struct arena *arena,
                 int64_t now_ms, struct err *err)
{
    *aiming = (struct aiming){.desk = desk, .arena = arena, .err = err, .now_ms = now_ms};
    return store_restored(desk->store, &aiming->restored_ms, err);
}

void aiming_end(struct aiming *aiming)
{
    table_free(&aiming->places);
    table_free(&aiming->weeks);
}

static int find_route(struct aiming *aiming, uint32_t route)
{
    if (aiming->route == route)
        return 0;
    int code = store_route_names(aiming->desk->store, route, aiming->arena, &aiming->role,
                                 &aiming->channel, aiming->err);
    aiming->route = code == 0 ? route : 0;
    return code;
}

static int find_destination(struct aiming *aiming, const char *name)
{
    if (aiming->destination && strcmp(aiming->destination, name) == 0)
        return 0;
    int code =
        store_destination(aiming->desk->store, name, &aiming->destination_number, aiming->err);
    aiming->destination = code == 0 ? arena_string(aiming->arena, name) : NULL;
    return code;
}

static void fail(struct aiming *aiming, struct store_aim *aim, const char *note)
{
    aim->state = MESSAGE_FAILED;
    aim->send_ms = aiming->now_ms;
    aim->note = arena_string(aiming->arena, note && *note ? note : "no address");
}

/* Its recipient; `*fresh` when it is new to the store. A failure of the rules is the message's own. */
static int find_recipient(struct aiming *aiming, const struct aim_group *group,
                          struct store_aim *aim, bool *fresh)
{
    const struct outbox_rules *rules = aiming->desk->rules;
    const struct engine_input *input = &group->bound->input;
    struct outbox_address address = {0};
    struct store_recipient recipient = {0};
    struct err own = {0};
    struct outbox_asked asked = {input->plan->id, input->roster,
                                 bound_row(group->bound, group->unit), aiming->role,
                                 aiming->channel};
    int code = rules->address(rules->context, &asked, &address, aiming->arena, &own);
    if (code == ERR_NOT_FOUND)
        fail(aiming, aim, own.message);
    else if (code < 0 && aiming->err)
        *aiming->err = own;
    if (code < 0)
        return code == ERR_NOT_FOUND ? 0 : code;
    code = find_destination(aiming, address.destination);
    if (code == 0)
        code = store_recipient(aiming->desk->store, aiming->destination_number, address.address,
                               aiming->arena, &recipient, aiming->err);
    if (code < 0)
        return code;
    aim->destination = aiming->destination_number;
    aim->recipient = recipient.number;
    *fresh = recipient.fresh;
    if (recipient.gone)
        fail(aiming, aim, recipient.note ? recipient.note : "the recipient is gone");
    return 0;
}

static const char *key_of(struct aiming *aiming, int64_t recipient, int64_t at_ms)
{
    int64_t key[2] = {recipient, at_ms};
    return arena_copy(aiming->arena, (const char *)key, sizeof key);
}

enum { KEY_BYTES = 2 * sizeof(int64_t) };

/* What stands at a place: an earlier aim, or what the store has. `*taken` = nothing can be added to it. */
static int look(struct aiming *aiming, struct store_aim *aim, bool fresh, bool *taken)
{
    int64_t key[2] = {aim->recipient, aim->send_ms};
    uint32_t earlier = table_get(&aiming->places, (const char *)key, sizeof key);
    struct store_standing standing = {0};
    aim->same = earlier == TABLE_NONE ? STORE_OWN : earlier;
    int code = fresh || earlier != TABLE_NONE
                   ? 0
                   : store_standing(aiming->desk->store, aim->recipient, aim->send_ms,
                                    &standing, aiming->err);
    aim->message = standing.open ? standing.message : 0;
    *taken = standing.message && !standing.open;
    return code;
}

/* True when a message more at that time would be one too many in its week. */
static int ask_cap(struct aiming *aiming, const struct store_aim *aim, bool *full)
{
    uint32_t weekly = aiming->desk->rules->weekly, count = 0;
    int64_t key[2] = {aim->recipient, 0}, until_ms;
    if (!weekly || aim->message || aim->same != STORE_OWN)
        return 0;
    outbox_week(aim->send_ms, &key[1], &until_ms);
    int code =
        store_sends(aiming->desk->store, aim->recipient, key[1], until_ms, &count, aiming->err);
    uint32_t now = table_get(&aiming->weeks, (const char *)key, sizeof key);
    *full = count + (now == TABLE_NONE ? 0 : now) >= weekly;
    return code;
}

/* The first place that the rules allow and that is free, or can be joined. What is urgent, and what finds none
 * in so many, takes the one that it is given. */
static int place(struct aiming *aiming, const struct aim_group *group, struct store_aim *aim,
                 bool fresh)
{
    const struct outbox_rules *rules = aiming->desk->rules;
    struct outbox_question question = {aiming->now_ms, aiming->now_ms, (uint64_t)aim->recipient,
                                       group->working, group->official};
    int code = 0;
    for (int i = 0; code == 0 && i < PLACES_MOST; i++) {
        bool urgent = false, taken = false, full = false;
        int64_t week_ms;
        aim->send_ms = outbox_when(rules, &question, &urgent);
        code = look(aiming, aim, fresh, &taken);
        if (code == 0 && !urgent)
            code = ask_cap(aiming, aim, &full);
        if (urgent || !(full || (taken && rules->slot_count)))
            break;
        question.from_ms = outbox_after(rules, aim->send_ms);
        if (full)
            outbox_week(aim->send_ms, &week_ms, &question.from_ms);
    }
    return code;
}

/* For the aims that follow: the store does not have it yet. */
static void keep_place(struct aiming *aiming, const struct store_aim *aim, size_t index)
{
    int64_t from_ms, until_ms;
    if (aim->same != STORE_OWN)
        return;
    table_add(&aiming->places, key_of(aiming, aim->recipient, aim->send_ms), KEY_BYTES,
              (uint32_t)index);
    if (!aiming->desk->rules->weekly || aim->message)
        return;
    outbox_week(aim->send_ms, &from_ms, &until_ms);
    const char *key = key_of(aiming, aim->recipient, from_ms);
    uint32_t count = table_get(&aiming->weeks, key, KEY_BYTES);
    table_set(&aiming->weeks, key, KEY_BYTES, count == TABLE_NONE ? 1 : count + 1);
}

int aim_group(struct aiming *aiming, const struct aim_group *group, size_t index,
              struct store_aim *out)
{
    bool fresh = false;
    bool held = group->at_ms <= aiming->restored_ms;
    *out = (struct store_aim){.send_ms = aiming->now_ms, .same = STORE_OWN};
    if (!group->bound) {
        out->state = held ? MESSAGE_HELD : MESSAGE_READY;
        return 0;
    }
    int code = find_route(aiming, group->route);
    if (code == 0)
        code = find_recipient(aiming, group, out, &fresh);
    if (code < 0 || out->state == MESSAGE_FAILED)
        return code;
    if (held) {
        out->state = MESSAGE_HELD;
        return 0;
    }
    code = place(aiming, group, out, fresh);
    keep_place(aiming, out, index);
    return code;
}

/* ---- forming ---------------------------------------------------------------------------------- */

/* How many of the lines are in groups that are surely not cut. */
static size_t whole_groups(const struct store_line *lines, size_t count, bool whole)
{
    size_t kept = count;
    while (!whole && kept && store_same_group(&lines[kept - 1], &lines[count - 1]))
        kept--;
    return kept;
}

/* Reads whole groups, with more room where one does not fit. */
static int read_hand(struct store *store, struct hand *hand, struct err *err)
{
    for (hand->room = LINES_ROOM;; hand->room *= 2) {
        hand->lines = mem_resize(hand->lines, hand->room, sizeof *hand->lines);
        int code = store_lines_pending(store, hand->lines, hand->room, &hand->count,
                                       &hand->whole, err);
        if (code < 0 || hand->count == 0)
            return code;
        hand->count = whole_groups(hand->lines, hand->count, hand->whole);
        if (hand->count)
            return 0;
    }
}

static int32_t nearer_day(int32_t a, int32_t b)
{
    return a == DAY_NONE || (b != DAY_NONE && b < a) ? b : a;
}

/* Takes up a line; those of a plan that nobody has are formed, and addressed later. */
static void add_line(struct aim_group *group, struct store_line *line,
                     const struct judged *judged)
{
    const struct store_firing *firing = &judged->firing;
    line->fate = LINE_FORMED;
    group->unit = line->unit;
    group->route = line->route;
    if (!group->bound)
        group->bound = judged->bound;
    group->working = nearer_day(group->working, firing->working);
    group->official = nearer_day(group->official, firing->official);
    if (firing->at_ms < group->at_ms)
        group->at_ms = firing->at_ms;
}

/* An aim for each group that has something to say. */
static int aim_hand(struct aiming *aiming, struct hand *hand, struct store_aim *aims,
                    size_t *count)
{
    static const struct aim_group none = {
        .working = DAY_NONE, .official = DAY_NONE, .at_ms = INT64_MAX};
    struct aim_group group = none;
    int code = 0;
    for (size_t i = 0; code == 0 && i < hand->count; i++) {
        struct store_line *line = &hand->lines[i];
        if (line->fate != LINE_MET)
            add_line(&group, line, &hand->judged[hand->judgedof[i]]);
        if (i + 1 < hand->count && store_same_group(line, line + 1))
            continue;
        if (group.at_ms != INT64_MAX) {
            code = aim_group(aiming, &group, *count, &aims[*count]);
            ++*count;
        }
        group = none;
    }
    return code;
}

static int form_hand(const struct mail_desk *desk, struct hand *hand, int64_t now_ms,
                     struct err *err)
{
    struct aiming aiming;
    struct arena *arena = arena_new();
    struct store_aim *aims = mem_resize(NULL, hand->count, sizeof *aims);
    size_t count = 0;
    int code = aiming_begin(&aiming, desk, arena, now_ms, err);
    if (code == 0)
        code = store_begin(desk->store, err);
    if (code == 0)
        code = judge_hand(desk, hand, now_ms, err);
    if (code == 0)
        code = aim_hand(&aiming, hand, aims, &count);
    if (code == 0)
        code = store_form(desk->store, hand->lines, hand->count, aims, count, now_ms, err);
    for (size_t i = 0; code == 0 && desk->lost && i < count; i++)
        if (aims[i].state == MESSAGE_FAILED)
            desk->lost(desk->context, aims[i].message, aims[i].note);
    aiming_end(&aiming);
    free(aims);
    arena_free(arena);
    return code;
}

int mail_form(const struct mail_desk *desk, int64_t now_ms, struct err *err)
{
    struct hand hand = {0};
    int code = read_hand(desk->store, &hand, err);
    bool any = code == 0 && hand.count > 0;
    if (any)
        code = form_hand(desk, &hand, now_ms, err);
    hand_free(&hand);
    free(hand.lines);
    return code < 0 ? code : any && !hand.whole;
}
