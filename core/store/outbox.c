#include "store/outbox.h"
#include "store/store_data.h"

#include "base/buf.h"
#include "base/lang.h"

#include <string.h>

/* ---- reading ---------------------------------------------------------------------------------- */

#define LISTED                                                                                    \
    "SELECT m.number, m.slot, m.route, m.unit, m.state, m.attempts, m.next_ms, m.note,"           \
    " coalesce(d.name, ''), coalesce(r.address, ''), iif(r.gone_ms, coalesce(r.note, ''), NULL)," \
    " coalesce(u.id, ''), coalesce(w.name, ''), coalesce(t.role, ''), coalesce(t.channel, ''),"   \
    " w.subject, m.text, m.unsure, coalesce(m.formed_ms, 0), coalesce(m.ended_ms, 0)"             \
    " FROM message m LEFT JOIN recipient r ON r.number = m.recipient"                             \
    " LEFT JOIN destination d ON d.number = m.destination"                                        \
    " LEFT JOIN unit u ON u.number = m.unit LEFT JOIN route t ON t.number = m.route"              \
    " LEFT JOIN words w ON w.message = m.number"                                                  \
    " WHERE (?1 >> m.state & 1) AND (?2 = 0 OR m.number = ?2) AND m.unsure >= ?3"                 \
    " ORDER BY m.number"

/* What the lines of a message are about: those of its first group, and of its further ones. */
#define ABOUT                                                                                  \
    "SELECT p.id, coalesce(i.id, '') FROM line l JOIN firing f ON f.number = l.firing"         \
    " JOIN plan p ON p.number = f.plan LEFT JOIN item i ON i.number = f.item"                  \
    " WHERE l.fate <> 2 AND (l.slot, l.route, l.unit) IN (SELECT ?2, ?3, ?4 UNION ALL"         \
    " SELECT slot, route, unit FROM part WHERE message = ?1)"                                  \
    " GROUP BY p.id, i.id ORDER BY min(f.number) LIMIT ?5"

static void read_row(struct query *query, struct store_listed *out)
{
    struct store_message *message = &out->message;
    *out = (struct store_listed){0};
    message->number = query_get(query);
    message->slot_ms = query_get(query);
    message->route = (uint32_t)query_get(query);
    message->unit = (uint32_t)query_get(query);
    message->state = (enum message_state)query_get(query);
    message->attempts = (uint32_t)query_get(query);
    message->next_ms = query_get(query);
    message->note = query_get_text(query);
    out->destination = query_get_text(query);
    out->address = query_get_text(query);
    out->gone = query_get_text(query);
    out->unit = query_get_text(query);
    out->name = query_get_text(query);
    out->role = query_get_text(query);
    out->channel = query_get_text(query);
    out->subject = query_get_text(query);
    out->text = query_get_text(query);
    out->unsure = (uint32_t)query_get(query);
    out->formed_ms = query_get(query);
    out->ended_ms = query_get(query);
}

/* `*wanted` = something of it is about the plan, or no plan is asked for. */
static int read_about(struct store *store, const char *plan, struct arena *arena,
                      struct store_listed *out, bool *wanted, struct err *err)
{
    const struct store_message *message = &out->message;
    const int64_t values[] = {message->number, message->slot_ms, message->route, message->unit,
                              STORE_ABOUT_MOST + 1};
    const char **list = arena_array(arena, STORE_ABOUT_MOST + 1, sizeof *list);
    struct query query;
    *wanted = !plan;
    int code = query_open(store, ABOUT, values, &query, err);
    while (code >= 0 && (code = query_step(&query, err)) > 0) {
        const char *id = query_keep_text(&query, arena), *item = query_get_text(&query);
        *wanted = *wanted || strcmp(id, plan) == 0;
        list[out->about_count++] = *item ? arena_printf(arena, "%s:%s", id, item) : id;
    }
    query_close(&query);
    out->about = list;
    return code;
}

int store_messages(struct store *store, const struct store_wanted *wanted,
                   store_message_reader reader, void *context, struct err *err)
{
    const int64_t values[] = {wanted->states ? (int64_t)wanted->states : INT32_MAX,
                              wanted->number, wanted->unsure};
    struct query query;
    size_t told = 0;
    bool more = true;
    int code = query_open(store, LISTED, values, &query, err);
    while (code >= 0 && more && (code = query_step(&query, err)) > 0) {
        struct store_listed listed;
        struct arena *arena = arena_new();
        bool fits;
        read_row(&query, &listed);
        code = read_about(store, wanted->plan, arena, &listed, &fits, err);
        if (code >= 0 && fits)
            more = reader(context, &listed) && (++told < wanted->most || !wanted->most);
        arena_free(arena);
    }
    query_close(&query);
    return code < 0 ? code : 0;
}

int store_message_counts(struct store *store, int64_t counts[MESSAGE_STATES], int64_t *unsure,
                         struct err *err)
{
    struct query query;
    int code = query_open(store,
                          "SELECT state, count(*), sum(state < 2 AND unsure > 0) FROM message"
                          " GROUP BY state",
                          NULL, &query, err);
    memset(counts, 0, MESSAGE_STATES * sizeof *counts);
    *unsure = 0;
    while (code >= 0 && (code = query_step(&query, err)) > 0) {
        int64_t state = query_get(&query);
        int64_t count = query_get(&query);
        if (state >= 0 && state < MESSAGE_STATES)
            counts[state] = count;
        *unsure += query_get(&query);
    }
    query_close(&query);
    return code;
}

/* ---- moving ----------------------------------------------------------------------------------- */

/* One statement within an intention; `*count` = the rows that it moved. */
static int run(struct store *store, const char *sql, const int64_t *values, int64_t *count,
               struct err *err)
{
    struct query query;
    int code = query_open(store, sql, values, &query, err);
    if (code == 0)
        code = query_step(&query, err);
    if (code == 0)
        *count = sqlite3_changes(store->db);
    query_close(&query);
    return code;
}

/* The same as an intention of its own. */
static int move(struct store *store, const char *sql, const int64_t *values, int64_t *count,
                struct err *err)
{
    int code = group_enter(store, false, err);
    return code < 0 ? code : group_leave(store, run(store, sql, values, count, err), err);
}

static const char *state_text(int64_t state, enum lang lang)
{
    switch (state) {
    case MESSAGE_READY: return TR(lang, "waits", "待发");
    case MESSAGE_LEASED: return TR(lang, "is under way now", "正在发送");
    case MESSAGE_SENT: return TR(lang, "was sent", "已发出");
    case MESSAGE_FAILED: return TR(lang, "was given up", "已放弃");
    case MESSAGE_HELD: return TR(lang, "is held", "暂扣");
    case MESSAGE_CANCELLED: return TR(lang, "was cancelled", "已取消");
    default: return TR(lang, "had nothing left to say", "无需再发");
    }
}

/* Why a message could not be moved. */
static int say_why(struct store *store, int64_t number, struct err *err)
{
    enum lang lang = lang_of_environment();
    const int64_t values[] = {number};
    struct query query;
    int code =
        query_open(store,
                   "SELECT m.state, r.gone_ms IS NOT NULL FROM message m"
                   " LEFT JOIN recipient r ON r.number = m.recipient WHERE m.number = ?1",
                   values, &query, err);
    if (code == 0 && (code = query_step(&query, err)) == 0)
        code = err_set(err, ERR_NOT_FOUND,
                       TR(lang, "there is no message #%lld", "没有第 %lld 号消息"),
                       (long long)number);
    if (code > 0) {
        int64_t state = query_get(&query);
        bool gone = query_get(&query) && state != MESSAGE_LEASED && state != MESSAGE_SENT;
        code =
            gone ? err_set(err, ERR_INVALID,
                           TR(lang,
                              "the recipient of #%lld is gone; 'planrun outbox restore' first",
                              "第 %lld 号消息的收件人已停用；请先用 planrun outbox restore"),
                           (long long)number)
                 : err_set(err, ERR_INVALID, TR(lang, "#%lld %s", "第 %lld 号消息%s"),
                           (long long)number, state_text(state, lang));
    }
    query_close(&query);
    return code;
}

/* The content is fixed from the first attempt on, so of those that were made one is remembered. What was
 * held may have been sent. */
#define AGAIN                                                                                   \
    "UPDATE message SET state = 0, next_ms = ?1, attempts = min(attempts, 1), ended_ms = NULL," \
    " unsure = unsure + (state = 4)"                                                            \
    " WHERE NOT EXISTS (SELECT 1 FROM recipient r WHERE r.number = message.recipient"           \
    " AND r.gone_ms IS NOT NULL) AND "

/* All of them, or none. */
static int move_all(struct store *store, const char *sql, const int64_t *numbers, size_t count,
                    int64_t now_ms, struct err *err)
{
    int code = group_enter(store, true, err);
    if (code < 0)
        return code;
    for (size_t i = 0; i < count && code == 0; i++) {
        const int64_t values[] = {now_ms, numbers[i]};
        int64_t moved = 0;
        code = run(store, sql, values, &moved, err);
        if (code == 0 && !moved)
            code = say_why(store, numbers[i], err);
    }
    return group_leave(store, code, err);
}

int store_messages_again(struct store *store, const int64_t *numbers, size_t count,
                         int64_t now_ms, struct err *err)
{
    return move_all(store, AGAIN "number = ?2 AND state IN (0, 3, 4)", numbers, count, now_ms,
                    err);
}

int store_failed_again(struct store *store, int64_t now_ms, int64_t *count, struct err *err)
{
    return move(store, AGAIN "state = 3", &now_ms, count, err);
}

int store_messages_cancel(struct store *store, const int64_t *numbers, size_t count,
                          int64_t now_ms, struct err *err)
{
    return move_all(store,
                    "UPDATE message SET state = 5, ended_ms = ?1"
                    " WHERE number = ?2 AND state IN (0, 3, 4)",
                    numbers, count, now_ms, err);
}

/* The fence is of no use any more where nothing is held and nothing that it covers can still be formed: time
 * is beyond it, and what was recorded is said by handlers, fanned out and formed. */
#define END_FENCE                                                                              \
    "UPDATE holder SET restored_ms = NULL WHERE restored_ms IS NOT NULL"                       \
    " AND NOT EXISTS (SELECT 1 FROM message WHERE state = 4)"                                  \
    " AND restored_ms < ?1"                                                                    \
    " AND NOT EXISTS (SELECT 1 FROM firing WHERE handler = 1 AND at_ms <= restored_ms)"        \
    " AND NOT EXISTS (SELECT 1 FROM fanout o JOIN firing f ON f.number = o.firing"             \
    " WHERE f.at_ms <= restored_ms)"                                                           \
    " AND NOT EXISTS (SELECT 1 FROM line l JOIN firing f ON f.number = l.firing"               \
    " WHERE (l.slot, l.route, l.unit) > (formed_slot, formed_route, formed_unit)"              \
    " AND f.at_ms <= restored_ms)"

int store_release_held(struct store *store, bool cancel, bool settled, int64_t now_ms,
                       int64_t *count, struct err *err)
{
    int64_t moved = 0, ignored;
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    code = run(store,
               cancel ? "UPDATE message SET state = 5, ended_ms = ?1 WHERE state = 4"
                      : "UPDATE message SET state = 0, next_ms = ?1, unsure = unsure + 1"
                        " WHERE state = 4",
               &now_ms, &moved, err);
    if (code == 0 && cancel && settled)
        code = run(store, END_FENCE, &now_ms, &ignored, err);
    if (code == 0 && !cancel)
        code = run(store, "UPDATE holder SET restored_ms = NULL", NULL, &ignored, err);
    if ((code = group_leave(store, code, err)) == 0)
        *count = moved;
    return code;
}

/* The numbers of recipients that are gone, of a destination or of an address in it. */
static int find_gone(struct store *store, const char *destination, const char *address,
                     struct buf *numbers, struct err *err)
{
    struct query query;
    int code = query_open(store,
                          "SELECT r.number, r.address, d.name FROM recipient r"
                          " JOIN destination d ON d.number = r.destination"
                          " WHERE r.gone_ms IS NOT NULL",
                          NULL, &query, err);
    while (code >= 0 && (code = query_step(&query, err)) > 0) {
        int64_t found = query_get(&query);
        const char *at = query_get_text(&query), *name = query_get_text(&query);
        if (strcmp(name, destination) == 0 && (!address || strcmp(at, address) == 0))
            buf_add(numbers, &found, sizeof found);
    }
    query_close(&query);
    if (code < 0 || numbers->length)
        return code;
    return err_set(
        err, ERR_NOT_FOUND,
        TR(lang_of_environment(), "no recipient %s%s%s is gone", "没有已停用的收件人 %s%s%s"),
        destination, address ? ":" : "", address ? address : "");
}

static int bring_back(struct store *store, int64_t number, int64_t now_ms, int64_t *count,
                      struct err *err)
{
    const int64_t values[] = {now_ms, number};
    int64_t ignored, moved = 0;
    int code = run(store, "UPDATE recipient SET gone_ms = NULL, note = NULL WHERE number = ?2",
                   values, &ignored, err);
    if (code == 0)
        code = run(store, AGAIN "state = 3 AND recipient = ?2", values, &moved, err);
    *count += moved;
    return code;
}

int store_recipient_restore(struct store *store, const char *destination, const char *address,
                            int64_t now_ms, int64_t *count, struct err *err)
{
    struct buf numbers = {0};
    int64_t moved = 0;
    int code = find_gone(store, destination, address, &numbers, err);
    if (code == 0 && (code = group_enter(store, true, err)) == 0) {
        for (size_t at = 0; at < numbers.length && code == 0; at += sizeof(int64_t)) {
            int64_t number;
            memcpy(&number, numbers.bytes + at, sizeof number);
            code = bring_back(store, number, now_ms, &moved, err);
        }
        code = group_leave(store, code, err);
    }
    buf_free(&numbers);
    if (code == 0)
        *count = moved;
    return code;
}
