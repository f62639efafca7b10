/* Messages from the store to whoever sends them, and back. */
#include "engine/mail.h"

#include "engine/mail_data.h"
#include "plan/roster_life.h"
#include "time/civil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAITED_MS = 60000,   /* one that was formed longer ago is asked again whether it is met */
    NOBODY_MS = 3600000, /* so long is waited for a plan that nobody has at the moment … */
    NOBODY_DAYS = 14,    /* … and so often in all */
    WAIT_MOST_MS = 24 * 3600000,
};

struct taker {
    const struct mail_desk *desk;
    struct arena *arena;
    int64_t now_ms;
    struct err *err;
};

/* ---- entries ---------------------------------------------------------------------------------- */

/* Pieces are counted of a quota only. */
static int fill_counts(struct taker *taker, struct engine *engine, struct bound *bound,
                       const struct event *event, uint32_t row, struct mail_entry *entry)
{
    const struct item *item = &event->plan->items[event->item];
    struct duty duty;
    struct column *column;
    if (!bound_duty(bound, event, &duty))
        return 0;
    if (entry->due == DAY_NONE)
        entry->due = duty.official;
    if (item->word != ITEM_QUOTA || row == UNIT_NONE)
        return 0;
    int code = bound_column(engine, bound, &duty, event->day, &column, taker->err);
    if (code < 0)
        return code;
    entry->need = progress_need(column->progress, row);
    entry->missing = progress_missing(column->progress, row);
    entry->measure = item->count.unit;
    return 0;
}

static const char *kind_of(const struct roster *roster, uint32_t row)
{
    const char *kind = roster_kind(roster, row);
    return *kind ? kind : NULL;
}

/* A person is told apart by where it belongs. */
static const char *within(const struct roster *roster, uint32_t row)
{
    uint32_t parent = roster_parent(roster, row);
    bool person = strcmp(roster_kind(roster, row), "person") == 0;
    return person && parent != UNIT_NONE ? roster_name(roster, parent) : NULL;
}

/* A single unit by its name, anything else as the plan says it. */
static const char *receiver_of(const struct roster *roster, const struct value *to)
{
    const struct value *terms = value_get(to, "terms");
    const char *id =
        terms && terms->count == 1 ? value_get_string(terms->items[0], "id") : NULL;
    uint32_t row = id ? roster_find(roster, id, strlen(id)) : UNIT_NONE;
    return row != UNIT_NONE ? roster_name(roster, row) : value_get_string(to, "text");
}

static void fill_item(struct mail_entry *entry, const struct roster *roster,
                      const struct plan *plan, uint32_t number)
{
    const struct item *item = &plan->items[number];
    entry->item_id = item->id;
    entry->item_name = item->name;
    entry->clause = item->clause;
    entry->to = receiver_of(roster, item->who[ROLE_TO]);
    while (number != ITEM_NONE && plan->items[number].word != ITEM_PHASE)
        number = plan->items[number].parent;
    entry->phase = number == ITEM_NONE ? NULL : plan->items[number].name;
}

static void fill_reminder(struct mail_entry *entry, const struct reminder *reminder)
{
    entry->text = reminder->text;
    entry->function = reminder->function;
    entry->step = reminder->step;
}

/* One line of a message. Returns 1 when there is an entry, 0 when its plan does not know it, or the
 * unit, any more. */
static int fill_entry(struct taker *taker, const struct store_told *told,
                      struct mail_entry *entry)
{
    const struct store_firing *firing = &told->firing;
    struct engine *engine = NULL;
    struct bound *bound = desk_bound(taker->desk, firing->plan, &engine);
    uint32_t row = bound ? bound_row(bound, told->line.unit) : UNIT_NONE;
    struct event event;
    if (row == UNIT_NONE)
        return 0;
    const struct plan *plan = bound->input.plan;
    bool known = bound_event(bound, firing, &event);
    *entry = (struct mail_entry){.firing = firing->number,
                                 .kind = firing->kind,
                                 .plan_id = plan->id,
                                 .plan_name = plan->name,
                                 .unit_id = roster_id(bound->input.roster, row),
                                 .unit_name = roster_name(bound->input.roster, row),
                                 .unit_kind = kind_of(bound->input.roster, row),
                                 .unit_within = within(bound->input.roster, row),
                                 .due = firing->official,
                                 .tier = firing->tier,
                                 .text = firing->text};
    if (!known || event.item == ITEM_NONE)
        return firing->kind == EVENT_NOTICE;
    fill_item(entry, bound->input.roster, plan, event.item);
    if (firing->kind != EVENT_REMINDER)
        return 1;
    if (event.reminder != ITEM_NONE)
        fill_reminder(entry, &plan->reminders[event.reminder]);
    int code = fill_counts(taker, engine, bound, &event, row, entry);
    return code < 0 ? code : 1;
}

/* True when two groups tell a unit of the same duty: by two roles of one address, in two slots. */
static bool is_same_duty(const struct store_told *a, const struct store_told *b)
{
    return a->firing.kind == EVENT_REMINDER && b->firing.kind == EVENT_REMINDER &&
           a->line.unit == b->line.unit && !store_same_group(&a->line, &b->line) &&
           a->firing.item == b->firing.item && a->firing.period == b->firing.period &&
           a->firing.due == b->firing.due && a->firing.phase == b->firing.phase;
}

/* True when another line says the same from nearer by, or as near and before. */
static bool is_said(const struct store_told *told, size_t count, size_t index)
{
    for (size_t i = 0; i < count; i++)
        if (told[i].line.fate != LINE_MET && is_same_duty(&told[i], &told[index]) &&
            (i < index ? told[i].firing.tier >= told[index].firing.tier
                       : told[i].firing.tier > told[index].firing.tier))
            return true;
    return false;
}

static int fill_entries(struct taker *taker, struct mail *mail, const struct store_told *told,
                        size_t count)
{
    struct mail_entry *entries = arena_array(taker->arena, count, sizeof *entries);
    int code = 0;
    mail->entries = entries;
    for (size_t i = 0; code >= 0 && i < count; i++) {
        if (told[i].line.fate == LINE_MET || is_said(told, count, i))
            continue;
        struct mail_entry *entry = &entries[mail->entry_count];
        code = fill_entry(taker, &told[i], entry);
        mail->entry_count += code == 1;
        mail->several =
            mail->several || (code == 1 && strcmp(entries->unit_id, entry->unit_id) != 0);
    }
    if (mail->entry_count) {
        mail->unit_id = entries->unit_id;
        mail->unit_name = entries->unit_name;
    }
    return code < 0 ? code : 0;
}

/* ---- asking again ----------------------------------------------------------------------------- */

/* Messages to be taken, with their lines. */
struct stack {
    struct store_message *messages;
    size_t count;
    struct buf told;    /* struct store_told, of all that are not kept */
    size_t *first;      /* by message: its lines; [count] is the end */
    bool *kept;         /* by message: it has words */
    struct mail *mails; /* by message */
};

static const struct store_told *lines_of(const struct stack *stack, size_t index, size_t *count)
{
    *count = stack->first[index + 1] - stack->first[index];
    return (const struct store_told *)(const void *)stack->told.bytes + stack->first[index];
}

static bool has_waited(const struct taker *taker, const struct store_message *message)
{
    return message->formed_ms == 0 || taker->now_ms - message->formed_ms > WAITED_MS ||
           taker->now_ms < message->formed_ms;
}

/* Whether each line of those that waited still is to be said. */
static int ask_again(struct taker *taker, struct stack *stack)
{
    struct store_told *told = (void *)stack->told.bytes;
    size_t total = stack->first[stack->count], count = 0;
    struct store_line *lines = mem_resize(NULL, total + 1, sizeof *lines);
    size_t *places = mem_resize(NULL, total + 1, sizeof *places);
    for (size_t m = 0; m < stack->count; m++)
        for (size_t i = stack->first[m];
             i < stack->first[m + 1] && has_waited(taker, &stack->messages[m]); i++) {
            places[count] = i;
            lines[count++] = told[i].line;
        }
    struct hand hand = {.lines = lines, .count = count};
    int code = count ? judge_hand(taker->desk, &hand, taker->now_ms, taker->err) : 0;
    size_t met = 0;
    for (size_t i = 0; i < count; i++) {
        told[places[i]].line.fate = lines[i].fate;
        if (lines[i].fate == LINE_MET)
            lines[met++] = lines[i];
    }
    if (code == 0)
        code = store_lines_met(taker->desk->store, lines, met, taker->err);
    hand_free(&hand);
    free(lines);
    free(places);
    return code;
}

/* ---- taking ----------------------------------------------------------------------------------- */

static int end_now(struct taker *taker, const struct store_message *message,
                   enum message_state state, int64_t next_ms, const char *note)
{
    bool leased = message->state == MESSAGE_LEASED; /* nobody knows how that attempt ended */
    struct store_end end = {.state = state,
                            .now_ms = taker->now_ms,
                            .next_ms = next_ms,
                            .unsure = leased,
                            .note = note};
    struct store *store = taker->desk->store;
    int code = leased ? store_settle(store, message->number, &end, taker->err)
                      : store_withdraw(store, message->number, &end, taker->err);
    if (code == 0 && state == MESSAGE_FAILED && taker->desk->lost)
        taker->desk->lost(taker->desk->context, message->number, note);
    return code;
}

/* True when a line is of a plan that nobody has, and may have again. */
static bool waits_for_plan(const struct taker *taker, const struct store_told *told,
                           size_t count)
{
    const int64_t most_ms = (int64_t)NOBODY_DAYS * 24 * NOBODY_MS;
    for (size_t i = 0; i < count; i++)
        if (told[i].line.fate == LINE_PENDING &&
            taker->now_ms - told[i].firing.fired_ms < most_ms)
            return true;
    return false;
}

static int name_route(struct taker *taker, struct mail *mail)
{
    if (mail->message.route == 0) {
        mail->role = mail->channel = "";
        return 0;
    }
    return store_route_names(taker->desk->store, mail->message.route, taker->arena, &mail->role,
                             &mail->channel, taker->err);
}

static void begin_mail(struct taker *taker, const struct store_message *message,
                       const struct store_destination *destination, struct mail *mail)
{
    bool known = message->address && strncmp(message->address, "unit:", 5) != 0;
    int64_t told_ms = message->send_ms > message->slot_ms && message->formed_ms &&
                              message->send_ms > message->formed_ms
                          ? message->send_ms
                          : message->slot_ms;
    *mail = (struct mail){.message = *message,
                          .told_ms = told_ms < taker->now_ms ? told_ms : taker->now_ms,
                          .destination = destination->name,
                          .address = known ? message->address : "",
                          .unit_id = "",
                          .unit_name = ""};
}

/* Returns 1 for a mail to be sent, 0 when its message is done with here, or put off. */
static int make_mail(struct taker *taker, const struct stack *stack, size_t index,
                     struct mail *mail)
{
    const struct store_message *message = &mail->message;
    bool leased = message->state == MESSAGE_LEASED; /* its lease has run out */
    size_t count;
    const struct store_told *told = lines_of(stack, index, &count);
    if (message->gone_ms)
        return end_now(taker, message, MESSAGE_FAILED, 0,
                       message->unfit ? message->unfit : "the recipient is gone");
    int code = store_message_id(taker->desk->store, message->number, mail->id, taker->err);
    if (code == 0)
        code = name_route(taker, mail);
    if (code < 0 || mail->kept || message->text)
        return code < 0 ? code : 1;
    if (!leased && waits_for_plan(taker, told, count))
        return end_now(taker, message, MESSAGE_READY, taker->now_ms + NOBODY_MS,
                       "its plan is not served at the moment");
    code = fill_entries(taker, mail, told, count);
    if (code < 0 || mail->entry_count || leased)
        return code < 0 ? code : 1;
    return end_now(taker, message, MESSAGE_EMPTY, 0, NULL);
}

static int read_stack(struct taker *taker, const struct store_destination *destination,
                      struct stack *stack)
{
    struct store *store = taker->desk->store;
    int code = 0;
    for (size_t i = 0; code == 0 && i < stack->count; i++) {
        struct store_message *message = &stack->messages[i];
        struct mail *mail = &stack->mails[i];
        struct err none;
        begin_mail(taker, message, destination, mail);
        stack->first[i] = stack->told.length / sizeof(struct store_told);
        code = message->attempts
                   ? store_words(store, message->number, taker->arena, &mail->words, &none)
                   : ERR_NOT_FOUND;
        mail->kept = code == 0;
        if (code == ERR_NOT_FOUND)
            code = store_message_lines(store, message, taker->arena, &stack->told, taker->err);
        else if (code < 0 && taker->err)
            *taker->err = none;
    }
    stack->first[stack->count] = stack->told.length / sizeof(struct store_told);
    return code;
}

static int lease_mails(struct taker *taker, struct mail *mails, size_t count)
{
    int64_t until_ms = taker->now_ms + OUTBOX_LEASE_MS;
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++)
        code = store_lease(taker->desk->store, &mails[i].message, 1, until_ms, taker->err);
    return code;
}

/* The mails to be sent come to the front. */
static int make_mails(struct taker *taker, struct stack *stack, size_t *kept)
{
    int code = ask_again(taker, stack);
    for (size_t i = 0; code >= 0 && i < stack->count; i++) {
        code = make_mail(taker, stack, i, &stack->mails[i]);
        if (code == 1)
            stack->mails[(*kept)++] = stack->mails[i];
    }
    return code < 0 ? code : lease_mails(taker, stack->mails, *kept);
}

int mail_take(const struct mail_desk *desk, const struct store_destination *destination,
              int64_t now_ms, size_t most, struct arena *arena, const struct mail **mails,
              size_t *count, struct err *err)
{
    struct taker taker = {desk, arena, now_ms, err};
    struct stack stack = {.messages = arena_array(arena, most, sizeof *stack.messages)};
    size_t kept = 0;
    int code = store_due(desk->store, destination->number, now_ms, outbox_patience(desk->rules),
                         most, arena, stack.messages, &stack.count, err);
    if (code < 0 || stack.count == 0) {
        *count = 0;
        return code;
    }
    stack.first = arena_array(arena, stack.count + 1, sizeof *stack.first);
    stack.mails = arena_array(arena, stack.count, sizeof *stack.mails);
    code = store_begin(desk->store, err);
    if (code == 0)
        code = read_stack(&taker, destination, &stack);
    if (code == 0)
        code = make_mails(&taker, &stack, &kept);
    buf_free(&stack.told);
    if (code < 0)
        return code;
    *mails = stack.mails;
    *count = kept;
    return 1;
}

int mail_keep(const struct mail_desk *desk, const struct mail *mail,
              const struct store_words *words, struct err *err)
{
    return mail->kept ? 0 : store_keep_words(desk->store, mail->message.number, words, err);
}

/* ---- recipients that were not known ----------------------------------------------------------- */

/* Whom the first of a message's lines is for whose plan somebody has. */
static int address_message(struct taker *taker, const struct store_message *message)
{
    struct buf told = {0};
    struct aiming aiming;
    struct store_aim aim = {0};
    struct aim_group group = {.unit = message->unit,
                              .route = message->route,
                              .working = DAY_NONE,
                              .official = DAY_NONE,
                              .at_ms = INT64_MAX};
    struct engine *engine;
    int code =
        store_message_lines(taker->desk->store, message, taker->arena, &told, taker->err);
    const struct store_told *list = (const void *)told.bytes;
    for (size_t i = 0; i < told.length / sizeof *list && !group.bound; i++)
        group.bound = desk_bound(taker->desk, list[i].firing.plan, &engine);
    bool any = told.length > 0;
    buf_free(&told);
    if (code < 0)
        return code;
    if (!any)
        return end_now(taker, message, MESSAGE_EMPTY, 0, NULL);
    if (!group.bound)
        return end_now(taker, message, MESSAGE_READY, taker->now_ms + NOBODY_MS, NULL);
    if (bound_row(group.bound, message->unit) == UNIT_NONE)
        return end_now(taker, message, MESSAGE_EMPTY, 0, "the unit has left the roster");
    code = aiming_begin(&aiming, taker->desk, taker->arena, taker->now_ms, taker->err);
    if (code == 0)
        code = aim_group(&aiming, &group, 0, &aim);
    aiming_end(&aiming);
    if (code < 0)
        return code;
    if (aim.state == MESSAGE_FAILED)
        return end_now(taker, message, MESSAGE_FAILED, 0, aim.note);
    return store_address(taker->desk->store, message->number, aim.destination, aim.recipient,
                         aim.send_ms, taker->err);
}

int mail_address(const struct mail_desk *desk, int64_t now_ms, size_t most, struct err *err)
{
    struct arena *arena = arena_new();
    struct taker taker = {desk, arena, now_ms, err};
    struct store_message *messages = arena_array(arena, most, sizeof *messages);
    size_t count = 0;
    int code = store_due(desk->store, 0, now_ms, outbox_patience(desk->rules), most, arena,
                         messages, &count, err);
    for (size_t i = 0; code == 0 && i < count; i++)
        code = address_message(&taker, &messages[i]);
    arena_free(arena);
    return code < 0 ? code : count > 0;
}

/* ---- settling --------------------------------------------------------------------------------- */

int mail_settle(const struct mail_desk *desk, const struct store_message *message,
                const struct mail_end *end, int64_t now_ms, struct err *err)
{
    struct store_end stored = {
        .state = MESSAGE_FAILED, .now_ms = now_ms, .unsure = end->unsure, .note = end->note};
    int64_t again_ms = outbox_retry(message->attempts, message->number, now_ms);
    int64_t wait_ms = end->wait_ms < WAIT_MOST_MS ? end->wait_ms : WAIT_MOST_MS;
    if (end->result == MAIL_SENT)
        stored.state = MESSAGE_SENT;
    if (end->result == MAIL_RETRY && again_ms != INT64_MAX) {
        stored.state = MESSAGE_READY;
        stored.next_ms = again_ms - now_ms < wait_ms ? now_ms + wait_ms : again_ms;
    }
    int code = store_settle(desk->store, message->number, &stored, err);
    if (code == 0 && end->result == MAIL_GONE && message->recipient)
        code = store_recipient_gone(desk->store, message->recipient, end->note, now_ms, err);
    return code < 0 ? code : stored.state == MESSAGE_FAILED;
}

int mail_alarm(const struct mail_desk *desk, const char *text, int64_t now_ms, struct err *err)
{
    const struct outbox_rules *rules = desk->rules;
    struct store_recipient recipient = {0};
    struct arena *arena;
    uint32_t destination;
    if (!rules->alarm || !rules->alarm_address)
        return 0;
    int code = store_destination(desk->store, rules->alarm, &destination, err);
    if (code < 0)
        return code;
    arena = arena_new();
    code =
        store_recipient(desk->store, destination, rules->alarm_address, arena, &recipient, err);
    arena_free(arena);
    if (code == 0 && !recipient.gone)
        code = store_alarm(desk->store, destination, recipient.number, text, now_ms, err);
    return code;
}

int mail_next(const struct mail_desk *desk, uint32_t destination, int64_t after_ms,
              int64_t *at_ms, struct err *err)
{
    return store_next_message(desk->store, destination, after_ms, at_ms, err);
}

static int has_message(const struct mail_desk *desk, bool *has, struct err *err)
{
    struct arena *arena = arena_new();
    struct store_destination destination = {0};
    int64_t at_ms = INT64_MAX;
    struct err none;
    int code = store_next_message(desk->store, 0, INT64_MIN, &at_ms, err);
    while (code == 0 && at_ms == INT64_MAX &&
           store_destination_next(desk->store, destination.number, arena, &destination,
                                  &none) == 0)
        code = store_next_message(desk->store, destination.number, INT64_MIN, &at_ms, err);
    arena_free(arena);
    *has = at_ms != INT64_MAX;
    return code;
}

int mail_waiting(const struct mail_desk *desk, bool *waits, struct err *err)
{
    struct store_line line;
    size_t count = 0;
    bool whole, behind = false, has = false;
    for (size_t i = 0; i < desk->count; i++)
        behind = behind || desk->engines[i]->behind;
    int code = store_lines_pending(desk->store, &line, 1, &count, &whole, err);
    if (code == 0)
        code = has_message(desk, &has, err);
    if (code == 0)
        *waits = behind || count > 0 || has;
    return code;
}

bool mail_behind(const struct mail_desk *desk, int64_t at_ms)
{
    for (size_t i = 0; i < desk->count; i++)
        if (desk->engines[i]->behind || engine_next(desk->engines[i]) <= at_ms)
            return true;
    return false;
}
