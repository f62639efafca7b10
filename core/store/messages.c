#include "store/messages.h"

#include "store/store_data.h"

#include "base/buf.h"

#include <string.h>

enum { HOUR = 3600000, DAY_HOURS = 24, ALARM_BYTES = 4000 };

/* ---- taking ----------------------------------------------------------------------------------- */

static const char *keep(struct query *query, struct arena *arena)
{
    if (sqlite3_column_type(query->statement, query->next) != SQLITE_NULL)
        return query_keep_text(query, arena);
    query->next++;
    return NULL;
}

static void read_message(struct query *query, struct arena *arena, struct store_message *out)
{
    *out = (struct store_message){.number = query_get(query)};
    out->slot_ms = query_get(query);
    out->route = (uint32_t)query_get(query);
    out->unit = (uint32_t)query_get(query);
    out->state = (enum message_state)query_get(query);
    out->attempts = (uint32_t)query_get(query);
    out->unsure = (uint32_t)query_get(query);
    out->next_ms = query_get(query);
    out->send_ms = query_get(query);
    out->formed_ms = query_get(query);
    out->recipient = query_get(query);
    out->gone_ms = query_get(query);
    out->address = keep(query, arena);
    out->text = keep(query, arena);
    out->note = keep(query, arena);
    out->unfit = keep(query, arena);
}

/* Where due messages of a destination are found, in the order of their going. */
struct due_range {
    enum sql sql;
    enum message_state state;
    bool tried;
    int64_t at_ms;
};

static int read_range(struct store *store, uint32_t destination, const struct due_range *range,
                      size_t most, struct arena *arena, struct store_message *out,
                      size_t *count, struct err *err)
{
    struct query query = query_new(store, range->sql);
    query_int(&query, destination);
    query_int(&query, range->state);
    query_int(&query, range->tried);
    query_int(&query, range->at_ms);
    query_int(&query, (int64_t)(most - *count));
    int code;
    while ((code = query_step(&query, err)) > 0)
        read_message(&query, arena, out + (*count)++);
    query_end(&query);
    return code;
}

static int64_t later(int64_t now_ms, int64_t wait_ms)
{
    return now_ms < INT64_MAX - wait_ms ? now_ms + wait_ms : INT64_MAX;
}

int store_due(struct store *store, uint32_t destination, int64_t now_ms, int64_t wait_ms,
              size_t most, struct arena *arena, struct store_message *out, size_t *count,
              struct err *err)
{
    const struct due_range ranges[] = {
        {SQL_MESSAGE_WAITING, MESSAGE_LEASED, true, now_ms},
        {SQL_MESSAGE_WAITING, MESSAGE_READY, true, now_ms},
        {SQL_MESSAGE_WAITING, MESSAGE_READY, false, now_ms},
        {SQL_MESSAGE_AHEAD, MESSAGE_READY, true,
         later(now_ms, (int64_t)STORE_WAIT_HOURS * HOUR)},
        {SQL_MESSAGE_AHEAD, MESSAGE_READY, false, later(now_ms, wait_ms)},
    };
    size_t found = 0;
    int code = 0;
    for (size_t i = 0; code == 0 && found < most && i < sizeof ranges / sizeof *ranges; i++)
        code = read_range(store, destination, &ranges[i], most, arena, out, &found, err);
    if (code == 0)
        *count = found;
    return code;
}

/* Leases of an earlier fence were ended when this one was taken. */
static int lease(struct store *store, struct store_message *message, int64_t until_ms,
                 struct err *err)
{
    bool unsure = message->state == MESSAGE_LEASED;
    struct query query = query_new(store, SQL_MESSAGE_LEASE);
    query_int(&query, message->number);
    query_int(&query, until_ms);
    query_int(&query, store->fence);
    query_int(&query, unsure);
    message->state = MESSAGE_LEASED;
    message->attempts++;
    message->unsure += unsure;
    message->next_ms = until_ms;
    return query_run(&query, err);
}

int store_lease(struct store *store, struct store_message *messages, size_t count,
                int64_t until_ms, struct err *err)
{
    int code = count ? group_enter(store, false, err) : 0;
    if (code < 0 || count == 0)
        return code;
    for (size_t i = 0; code == 0 && i < count; i++)
        code = lease(store, messages + i, until_ms, err);
    return group_leave(store, code, err);
}

int store_next_message(struct store *store, uint32_t destination, int64_t after_ms,
                       int64_t *at_ms, struct err *err)
{
    static const struct {
        enum message_state state;
        bool tried;
    } kinds[] = {{MESSAGE_LEASED, true}, {MESSAGE_READY, true}, {MESSAGE_READY, false}};
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct query query = query_new(store, SQL_MESSAGE_NEXT);
        query_int(&query, destination);
        query_int(&query, kinds[i].state);
        query_int(&query, kinds[i].tried);
        query_int(&query, after_ms);
        int code = query_step(&query, err);
        if (code > 0) {
            int64_t at = query_get(&query);
            next = at < next ? at : next;
        }
        query_end(&query);
        if (code < 0)
            return code;
    }
    *at_ms = next;
    return 0;
}

/* ---- ending ----------------------------------------------------------------------------------- */

static int end_words(struct store *store, int64_t message, struct err *err)
{
    struct query query = query_new(store, SQL_WORDS_END);
    query_int(&query, message);
    return query_run(&query, err);
}

static int end_message(struct store *store, enum sql sql, int64_t message,
                       const struct store_end *end, struct err *err)
{
    bool ended = end->state != MESSAGE_READY;
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    struct query query = query_new(store, sql);
    query_int(&query, message);
    query_int(&query, store->fence);
    query_int(&query, end->state);
    query_int(&query, ended ? end->now_ms : end->next_ms);
    query_int(&query, end->unsure);
    query_text(&query, end->note);
    query_number(&query, ended ? end->now_ms : 0);
    code = query_run(&query, err);
    if (code == 0 && sqlite3_changes(store->db) == 0)
        code = err_set(err, ERR_NOT_FOUND, "message %lld is not %s", (long long)message,
                       sql == SQL_MESSAGE_SETTLE ? "leased" : "ready");
    if (code == 0 && end->state == MESSAGE_SENT)
        code = end_words(store, message, err);
    return group_leave(store, code, err);
}

int store_settle(struct store *store, int64_t message, const struct store_end *end,
                 struct err *err)
{
    if (end->state == MESSAGE_LEASED)
        return err_set(err, ERR_INVALID, "an attempt does not end in its lease");
    return end_message(store, SQL_MESSAGE_SETTLE, message, end, err);
}

int store_withdraw(struct store *store, int64_t message, const struct store_end *end,
                   struct err *err)
{
    if (end->state == MESSAGE_LEASED || end->state == MESSAGE_SENT)
        return err_set(err, ERR_INVALID, "a message that is not tried was not sent");
    return end_message(store, SQL_MESSAGE_WITHDRAW, message, end, err);
}

int store_address(struct store *store, int64_t message, uint32_t destination, int64_t recipient,
                  int64_t send_ms, struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    struct query query = query_new(store, SQL_MESSAGE_ADDRESS);
    query_int(&query, message);
    query_int(&query, destination);
    query_int(&query, recipient);
    query_int(&query, send_ms);
    return group_leave(store, query_run(&query, err), err);
}

/* ---- what it says ----------------------------------------------------------------------------- */

static int add_group(struct store *store, const struct store_line *group, struct arena *arena,
                     struct buf *told, struct err *err)
{
    struct query query = query_new(store, SQL_MESSAGE_LINES);
    query_int(&query, group->slot_ms);
    query_int(&query, group->route);
    query_int(&query, group->unit);
    int code;
    while ((code = query_step(&query, err)) > 0) {
        struct store_told one = {.line = *group};
        row_firing(&query, &one.firing);
        row_keep(arena, &one.firing);
        one.line.firing = one.firing.number;
        buf_add(told, &one, sizeof one);
    }
    query_end(&query);
    return code;
}

/* The statement that reads lines is used by each group: the parts are read before them. */
static int read_parts(struct store *store, const struct store_message *message,
                      struct buf *groups, struct err *err)
{
    struct store_line group = {message->slot_ms, message->route, message->unit, 0, LINE_FORMED};
    buf_add(groups, &group, sizeof group);
    struct query query = query_new(store, SQL_PARTS);
    query_int(&query, message->number);
    int code;
    while ((code = query_step(&query, err)) > 0) {
        group.slot_ms = query_get(&query);
        group.route = (uint32_t)query_get(&query);
        group.unit = (uint32_t)query_get(&query);
        buf_add(groups, &group, sizeof group);
    }
    query_end(&query);
    return code;
}

int store_message_lines(struct store *store, const struct store_message *message,
                        struct arena *arena, struct buf *told, struct err *err)
{
    struct buf groups = {0};
    int code = read_parts(store, message, &groups, err);
    const struct store_line *list = (const void *)groups.bytes;
    for (size_t i = 0; code == 0 && i < groups.length / sizeof *list; i++)
        code = add_group(store, &list[i], arena, told, err);
    buf_free(&groups);
    return code;
}

int store_keep_words(struct store *store, int64_t message, const struct store_words *words,
                     struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    struct query query = query_new(store, SQL_WORDS_ADD);
    query_int(&query, message);
    query_text(&query, words->unit);
    query_text(&query, words->name);
    query_text(&query, words->role);
    query_text(&query, words->subject);
    query_text(&query, words->text);
    query_text(&query, words->json);
    return group_leave(store, query_run(&query, err), err);
}

int store_words(struct store *store, int64_t message, struct arena *arena,
                struct store_words *out, struct err *err)
{
    struct query query = query_new(store, SQL_WORDS);
    query_int(&query, message);
    int code = query_step(&query, err);
    if (code > 0) {
        out->unit = query_keep_text(&query, arena);
        out->name = query_keep_text(&query, arena);
        out->role = query_keep_text(&query, arena);
        out->subject = query_keep_text(&query, arena);
        out->text = query_keep_text(&query, arena);
        out->json = query_keep_text(&query, arena);
    }
    query_end(&query);
    return code > 0   ? 0
           : code < 0 ? code
                      : err_set(err, ERR_NOT_FOUND, "message %lld has no words yet",
                                (long long)message);
}

/* ---- alarms ----------------------------------------------------------------------------------- */

/* The alarm that waits, with its text; 0 = none does. */
static int find_alarm(struct store *store, int64_t recipient, int64_t now_ms, struct buf *text,
                      int64_t *number, struct err *err)
{
    struct query query = query_new(store, SQL_ALARM);
    query_int(&query, recipient);
    query_int(&query, now_ms - (int64_t)DAY_HOURS * HOUR);
    int code = query_step(&query, err);
    *number = code > 0 ? query_get(&query) : 0;
    if (code > 0)
        buf_adds(text, query_get_text(&query));
    query_end(&query);
    return code < 0 ? code : 0;
}

static int add_alarm(struct store *store, uint32_t destination, int64_t recipient,
                     const char *text, int64_t now_ms, struct err *err)
{
    struct query query = query_new(store, SQL_ALARM_ADD);
    query_int(&query, now_ms);
    query_int(&query, recipient);
    query_int(&query, destination);
    query_text(&query, text);
    return query_run(&query, err);
}

static int move_alarm(struct store *store, int64_t number, struct buf *stands, const char *text,
                      struct err *err)
{
    if (stands->length + strlen(text) > ALARM_BYTES)
        text = "…";
    if (stands->length >= strlen("…") &&
        strcmp(stands->bytes + stands->length - strlen("…"), "…") == 0)
        return 0;
    buf_printf(stands, "\n%s", text);
    struct query query = query_new(store, SQL_ALARM_MORE);
    query_int(&query, number);
    query_text(&query, stands->bytes);
    return query_run(&query, err);
}

int store_alarm(struct store *store, uint32_t destination, int64_t recipient, const char *text,
                int64_t now_ms, struct err *err)
{
    struct buf stands = {0};
    int64_t number = 0;
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    code = find_alarm(store, recipient, now_ms, &stands, &number, err);
    if (code == 0)
        code = number ? move_alarm(store, number, &stands, text, err)
                      : add_alarm(store, destination, recipient, text, now_ms, err);
    buf_free(&stands);
    return group_leave(store, code, err);
}
