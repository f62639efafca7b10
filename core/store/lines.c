#include "store/messages.h"
#include "store/store_data.h"

int store_fan_next(struct store *store, struct arena *arena, struct store_firing *out,
                   uint32_t *next_unit, struct err *err)
{
    struct query query = query_new(store, SQL_FANOUT_NEXT);
    int64_t firing = 0, next = 0;
    int code = query_step(&query, err);
    if (code > 0) {
        query_get(&query);
        firing = query_get(&query);
        next = query_get(&query);
    }
    query_end(&query);
    if (code <= 0)
        return code < 0 ? code : err_set(err, ERR_NOT_FOUND, "all firings are fanned out");
    query = query_new(store, SQL_FIRING);
    query_int(&query, firing);
    if ((code = query_step(&query, err)) > 0) {
        row_firing(&query, out);
        row_keep(arena, out);
        *next_unit = (uint32_t)next;
        code = 0;
    } else if (code == 0) {
        code = err_set(err, ERR_INTERNAL, "a fan-out without its firing");
    }
    query_end(&query);
    return code;
}

/* Where the fan-out stands, and that the chunk goes on from there. */
static int check_chunk(struct store *store, const struct store_firing *firing,
                       const uint32_t *units, size_t count, uint32_t next_unit, struct err *err)
{
    struct query query = query_new(store, SQL_FANOUT);
    query_int(&query, firing->slot_ms);
    query_int(&query, firing->number);
    int code = query_step(&query, err);
    int64_t next = code > 0 ? query_get(&query) : 0;
    query_end(&query);
    if (code < 0)
        return code;
    if (code == 0)
        return err_set(err, ERR_NOT_FOUND, "firing %lld is fanned out already",
                       (long long)firing->number);
    if (count > STORE_CHUNK_MOST)
        return err_set(err, ERR_LIMIT, "more than %d lines in a chunk", STORE_CHUNK_MOST);
    for (size_t i = 0; i < count; next = (int64_t)units[i++] + 1)
        if (units[i] < next)
            return err_set(err, ERR_INVALID, "a chunk that does not ascend");
    return next_unit < next ? err_set(err, ERR_INVALID, "a chunk that goes back") : 0;
}

/* A hundred thousand a second and more: the parameters that stay are bound once. */
static int add_lines(struct store *store, const struct store_firing *firing,
                     const uint32_t *units, size_t count, struct err *err)
{
    struct query query = query_new(store, SQL_LINE_ADD);
    query_int(&query, firing->slot_ms);
    query_int(&query, firing->route);
    query_int(&query, 0);
    query_int(&query, firing->number);
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++) {
        query.next = 2;
        query_int(&query, units[i]);
        code = query_step(&query, err);
        sqlite3_reset(query.statement);
    }
    query_end(&query);
    return code;
}

static int move_fanout(struct store *store, const struct store_firing *firing,
                       uint32_t next_unit, struct err *err)
{
    bool done = next_unit == UINT32_MAX;
    struct query query = query_new(store, done ? SQL_FANOUT_END : SQL_FANOUT_MOVE);
    query_int(&query, firing->slot_ms);
    query_int(&query, firing->number);
    if (!done)
        query_int(&query, next_unit);
    return query_run(&query, err);
}

int store_fan(struct store *store, const struct store_firing *firing, const uint32_t *units,
              size_t count, uint32_t next_unit, struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    code = check_chunk(store, firing, units, count, next_unit, err);
    if (code == 0)
        code = add_lines(store, firing, units, count, err);
    if (code == 0)
        code = move_fanout(store, firing, next_unit, err);
    return group_leave(store, code, err);
}

int store_fan_lost(struct store *store, const struct store_firing *firing, struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    code = move_fanout(store, firing, UINT32_MAX, err);
    if (code == 0) {
        struct query query = query_new(store, SQL_FIRING_LOST);
        query_int(&query, firing->number);
        code = query_run(&query, err);
    }
    return group_leave(store, code, err);
}

/* The last group that was formed, and the greatest slot that may be formed now. */
struct front {
    int64_t slot, route, unit, last_slot;
};

static int read_front(struct store *store, struct front *front, struct err *err)
{
    struct query query = query_new(store, SQL_FORMED);
    int code = query_step(&query, err);
    if (code > 0) {
        front->slot = query_get(&query);
        front->route = query_get(&query);
        front->unit = query_get(&query);
    }
    query_end(&query);
    if (code < 0)
        return code;
    query = query_new(store, SQL_FANOUT_NEXT);
    code = query_step(&query, err);
    front->last_slot = code > 0 ? query_get(&query) - 1 : INT64_MAX;
    query_end(&query);
    return code < 0 ? code : 0;
}

/* The lines behind the front, in their order. */
static struct query query_pending(struct store *store, const struct front *front)
{
    struct query query = query_new(store, SQL_PENDING);
    query_int(&query, front->slot);
    query_int(&query, front->route);
    query_int(&query, front->unit);
    query_int(&query, front->last_slot);
    return query;
}

static struct store_line get_line(struct query *query)
{
    struct store_line line = {.slot_ms = query_get(query), .fate = LINE_PENDING};
    line.route = (uint32_t)query_get(query);
    line.unit = (uint32_t)query_get(query);
    line.firing = query_get(query);
    return line;
}

int store_lines_pending(struct store *store, struct store_line *lines, size_t room,
                        size_t *count, bool *whole, struct err *err)
{
    struct front front = {0};
    size_t found = 0;
    int code = read_front(store, &front, err);
    if (code < 0)
        return code;
    struct query query = query_pending(store, &front);
    while ((code = query_step(&query, err)) > 0 && found < room)
        lines[found++] = get_line(&query);
    query_end(&query);
    if (code < 0)
        return code;
    *count = found;
    *whole = code == 0;
    return 0;
}

bool store_same_group(const struct store_line *a, const struct store_line *b)
{
    return a->slot_ms == b->slot_ms && a->route == b->route && a->unit == b->unit;
}

/* That these are the next lines and end with a whole group: a line that was passed over would
 * never be told. */
static int check_lines(struct store *store, const struct front *front,
                       const struct store_line *lines, size_t count, struct err *err)
{
    struct query query = query_pending(store, front);
    int code = 0;
    bool same = true;
    for (size_t i = 0; same && i <= count; i++) {
        if ((code = query_step(&query, err)) <= 0) {
            same = i == count;
            break;
        }
        struct store_line line = get_line(&query);
        same = i < count ? store_same_group(&line, lines + i) && line.firing == lines[i].firing
                         : !store_same_group(&line, lines + count - 1);
    }
    query_end(&query);
    return code < 0 ? code
           : same   ? 0
                    : err_set(err, ERR_INVALID, "lines are not the next ones, or half a group");
}

static int set_met(struct store *store, const struct store_line *line, struct err *err)
{
    struct query query = query_new(store, SQL_LINE_MET);
    query_int(&query, line->slot_ms);
    query_int(&query, line->route);
    query_int(&query, line->unit);
    query_int(&query, line->firing);
    return query_run(&query, err);
}

static int add_message(struct store *store, const struct store_line *line,
                       struct store_aim *aim, int64_t now_ms, struct err *err)
{
    struct query query = query_new(store, SQL_MESSAGE_ADD);
    query_int(&query, line->slot_ms);
    query_int(&query, line->route);
    query_int(&query, line->unit);
    query_int(&query, aim->state);
    query_int(&query, aim->send_ms);
    query_text(&query, aim->note);
    query_int(&query, aim->recipient);
    query_int(&query, aim->destination);
    query_int(&query, now_ms);
    query_number(&query, aim->state == MESSAGE_FAILED ? now_ms : 0);
    int code = query_run(&query, err);
    if (code == 0)
        aim->message = sqlite3_last_insert_rowid(store->db);
    return code;
}

static int add_part(struct store *store, const struct store_line *line, int64_t message,
                    struct err *err)
{
    struct query query = query_new(store, SQL_PART_ADD);
    query_int(&query, message);
    query_int(&query, line->slot_ms);
    query_int(&query, line->route);
    query_int(&query, line->unit);
    return query_run(&query, err);
}

/* The groups with a formed line, in their order. */
struct aims {
    struct store_aim *list;
    size_t count, next;
};

static int add_group(struct store *store, const struct store_line *line, struct aims *aims,
                     int64_t now_ms, struct err *err)
{
    size_t index = aims->next++;
    if (index >= aims->count)
        return err_set(err, ERR_INVALID, "a group without an aim");
    struct store_aim *aim = &aims->list[index];
    if (aim->same != STORE_OWN && aim->same >= index)
        return err_set(err, ERR_INVALID, "an aim that goes with a later one");
    if (aim->same != STORE_OWN)
        aim->message = aims->list[aim->same].message;
    return aim->message ? add_part(store, line, aim->message, err)
                        : add_message(store, line, aim, now_ms, err);
}

/* Formed is what lies before the front and is not met: most lines are never written again. */
static int form(struct store *store, const struct store_line *lines, size_t count,
                struct aims *aims, int64_t now_ms, struct err *err)
{
    int code = 0;
    bool told = false; /* a line of this group is formed */
    for (size_t i = 0; code == 0 && i < count; i++) {
        if (lines[i].fate == LINE_MET)
            code = set_met(store, lines + i, err);
        else
            told = true;
        bool last = i + 1 == count || !store_same_group(lines + i, lines + i + 1);
        if (code == 0 && last && told)
            code = add_group(store, lines + i, aims, now_ms, err);
        if (last)
            told = false;
    }
    if (code == 0 && aims->next != aims->count)
        code = err_set(err, ERR_INVALID, "an aim without a group");
    if (code < 0)
        return code;
    struct query query = query_new(store, SQL_FORMED_SET);
    query_int(&query, lines[count - 1].slot_ms);
    query_int(&query, lines[count - 1].route);
    query_int(&query, lines[count - 1].unit);
    return query_run(&query, err);
}

int store_form(struct store *store, const struct store_line *lines, size_t count,
               struct store_aim *aims, size_t aim_count, int64_t now_ms, struct err *err)
{
    struct front front = {0};
    struct aims given = {aims, aim_count, 0};
    if (count == 0)
        return 0;
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    code = read_front(store, &front, err);
    if (code == 0)
        code = check_lines(store, &front, lines, count, err);
    if (code == 0)
        code = form(store, lines, count, &given, now_ms, err);
    return group_leave(store, code, err);
}

int store_lines_met(struct store *store, const struct store_line *lines, size_t count,
                    struct err *err)
{
    int code = count ? group_enter(store, false, err) : 0;
    if (code < 0 || count == 0)
        return code;
    for (size_t i = 0; code == 0 && i < count; i++)
        code = set_met(store, lines + i, err);
    return group_leave(store, code, err);
}
