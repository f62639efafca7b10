#include "store/store_data.h"

#include "base/buf.h"

#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

void row_fact(struct query *query, struct store_fact *out)
{
    *out = (struct store_fact){.number = query_get(query)};
    out->kind = (enum fact_kind)query_get(query);
    out->plan = (uint32_t)query_get(query);
    out->item = (uint32_t)query_get(query);
    out->unit = (uint32_t)query_get(query);
    out->period = (int32_t)query_get(query);
    out->phase = (uint32_t)query_get(query);
    out->value = query_get(query);
    out->in_time = query_get(query) != 0;
    out->at_ms = query_get(query);
    out->recorded_ms = query_get(query);
    out->actor = query_get_text(query);
    out->key = query_get_text(query);
    out->note = query_get_text(query);
    out->detail = query_get_text(query);
    out->moves = query_get(query);
    out->piece = query_get(query);
    out->act = query_get(query);
}

/* One fact by its key or number: 1 = found, 0 = there is none. Its texts live until
 * query_end. */
static int find_fact(struct query *query, struct store_fact *out, struct err *err)
{
    int code = query_step(query, err);
    if (code > 0)
        row_fact(query, out);
    return code;
}

/* When a thing was said again, and what follows from that – the time, the period, whether in
 * time – is no part of what is said. */
static bool says_the_same(const struct store_fact *a, const struct store_fact *b)
{
    return a->kind == b->kind && a->plan == b->plan && a->item == b->item &&
           a->unit == b->unit && a->value == b->value && same_text(a->note, b->note) &&
           same_text(a->detail, b->detail);
}

int row_repeated(struct store *store, const struct store_fact *fact, int64_t *number,
                 struct err *err)
{
    struct store_fact first;
    struct query query = query_new(store, SQL_FACT_KEY);
    query_int(&query, fact->plan);
    query_text(&query, fact->key);
    int code = find_fact(&query, &first, err);
    if (code > 0)
        *number = first.number;
    if (code > 0 && !says_the_same(&first, fact))
        code = err_set(err, ERR_INVALID, "the key \"%s\" stands for another fact, number %lld",
                       fact->key, (long long)first.number);
    query_end(&query);
    return code;
}

void row_bind_fact(struct query *query, const struct store_fact *fact)
{
    query_int(query, fact->kind);
    query_int(query, fact->plan);
    query_int(query, fact->item);
    query_int(query, fact->unit);
    query_int(query, fact->period);
    query_int(query, fact->phase);
    query_int(query, fact->value);
    query_int(query, fact->in_time);
    query_int(query, fact->at_ms);
    query_int(query, fact->recorded_ms);
    query_text(query, fact->actor);
    query_text(query, fact->key);
    query_text(query, fact->note);
    query_text(query, fact->detail);
    query_int(query, fact->moves);
    query_number(query, fact->piece);
    query_number(query, fact->act);
}

static int add_fact(struct store *store, const struct store_fact *fact, int64_t *number,
                    struct err *err)
{
    struct query query = query_new(store, SQL_FACT_ADD);
    row_bind_fact(&query, fact);
    int code = query_run(&query, err);
    *number = sqlite3_last_insert_rowid(store->db);
    return code;
}

/* Also makes the counter. */
static int count_pieces(struct store *store, const struct store_fact *fact, struct err *err)
{
    struct query query = query_new(store, SQL_COUNTER_ADD);
    query_int(&query, fact->item);
    query_int(&query, fact->period);
    query_int(&query, fact->phase);
    query_int(&query, fact->unit);
    query_int(&query, fact->moves);
    query_int(&query, fact->in_time ? fact->moves : 0);
    return query_run(&query, err);
}

/* What the excuses and extensions of a unit's duty that were not withdrawn come to. */
static int read_standing(struct store *store, const struct store_fact *fact, bool *excused,
                         int32_t *due, struct err *err)
{
    struct query query = query_new(store, SQL_FACT_STANDING);
    query_int(&query, fact->item);
    query_int(&query, fact->unit);
    query_int(&query, fact->period);
    query_int(&query, fact->phase);
    *excused = false;
    *due = INT32_MIN;
    int code;
    while ((code = query_step(&query, err)) > 0) {
        if (query_get(&query) == FACT_EXCUSED)
            *excused = true;
        else
            *due = (int32_t)query_get(&query);
    }
    query_end(&query);
    return code;
}

static int set_standing(struct store *store, const struct store_fact *fact, struct err *err)
{
    bool excused;
    int32_t due;
    int code = read_standing(store, fact, &excused, &due, err);
    if (code < 0)
        return code;
    struct query query = query_new(store, SQL_COUNTER_SET);
    query_int(&query, fact->item);
    query_int(&query, fact->period);
    query_int(&query, fact->phase);
    query_int(&query, fact->unit);
    query_int(&query, excused);
    if (due != INT32_MIN)
        query_int(&query, due); /* else it stays unbound: NULL */
    return query_run(&query, err);
}

int store_fact_withdrawn(struct store *store, int64_t number, bool *withdrawn, struct err *err)
{
    struct query query = query_new(store, SQL_FACT_WITHDRAWN);
    query_int(&query, number);
    int code = query_step(&query, err);
    query_end(&query);
    if (code < 0)
        return code;
    *withdrawn = code > 0;
    return 0;
}

static int refuse_withdrawal(int64_t number, const char *why, struct err *err)
{
    return err_set(err, ERR_NOT_FOUND, "fact %lld %s", (long long)number, why);
}

/* The fact that is to be withdrawn, as far as counters follow from it. */
static int find_withdrawn(struct store *store, const struct store_fact *withdrawal,
                          struct store_fact *out, struct err *err)
{
    struct query query = query_new(store, SQL_FACT);
    query_int(&query, withdrawal->value);
    int code = find_fact(&query, out, err);
    out->actor = out->key = out->note = out->detail = NULL; /* end with the query */
    query_end(&query);
    if (code < 0)
        return code;
    if (code == 0 || out->kind == FACT_WITHDRAWN || out->item != withdrawal->item ||
        out->unit != withdrawal->unit)
        return refuse_withdrawal(withdrawal->value, "is none of this unit and item", err);
    bool withdrawn = false;
    code = store_fact_withdrawn(store, withdrawal->value, &withdrawn, err);
    return withdrawn ? refuse_withdrawal(withdrawal->value, "was withdrawn already", err)
                     : code;
}

static bool has_standing(enum fact_kind kind)
{
    return kind == FACT_EXCUSED || kind == FACT_EXTENDED;
}

static bool is_in_range(int64_t pieces)
{
    return pieces >= 0 && pieces <= STORE_PIECES_MOST;
}

static int append(struct store *store, const struct store_fact *fact, int64_t *number,
                  enum fact_outcome *outcome, struct err *err)
{
    struct store_fact counted = *fact;
    if ((fact->kind == FACT_SUBMITTED && !is_in_range(fact->value)) ||
        !is_in_range(fact->moves < 0 ? -fact->moves : fact->moves))
        return err_set(err, ERR_INVALID, "%lld pieces", (long long)fact->value);
    int code = fact->key ? row_repeated(store, fact, number, err) : 0;
    *outcome = code > 0 ? FACT_REPEATED : FACT_RECORDED;
    if (code != 0)
        return code < 0 ? code : 0;
    if (fact->kind == FACT_WITHDRAWN && (code = find_withdrawn(store, fact, &counted, err)) < 0)
        return code;
    if ((code = add_fact(store, fact, number, err)) < 0)
        return code;
    if (fact->kind >= FACT_ROSTER || counted.kind >= FACT_ROSTER)
        return 0;
    if ((code = count_pieces(store, fact, err)) < 0)
        return code;
    return has_standing(counted.kind) ? set_standing(store, &counted, err) : 0;
}

int store_append(struct store *store, const struct store_fact *facts, size_t count,
                 int64_t *numbers, enum fact_outcome *outcomes, struct err *err)
{
    int code = group_enter(store, count > 1, err);
    if (code < 0)
        return code;
    int64_t act = 0, piece = 0;
    for (size_t i = 0; code == 0 && i < count; i++) {
        struct store_fact fact = facts[i];
        fact.act = fact.act < 0 ? act : fact.act;
        fact.piece = fact.piece < 0 ? piece : fact.piece;
        code = append(store, &fact, numbers + i, outcomes + i, err);
        if (code == 0 && facts[i].act >= 0)
            act = fact.act ? fact.act : numbers[i];
        if (code == 0 && fact.kind == FACT_SUBMITTED)
            piece = numbers[i];
    }
    return group_leave(store, code, err);
}

static int read_facts(struct query *query, store_fact_reader reader, void *context,
                      struct err *err)
{
    int code;
    struct store_fact fact;
    bool more = true;
    while (more && (code = find_fact(query, &fact, err)) > 0)
        more = reader(context, &fact);
    query_end(query);
    return code < 0 ? code : 0;
}

int store_piece_facts(struct store *store, int64_t piece, store_fact_reader reader,
                      void *context, struct err *err)
{
    struct query query = query_new(store, SQL_FACT_PIECE);
    query_int(&query, piece);
    return read_facts(&query, reader, context, err);
}

int store_roster_facts(struct store *store, uint32_t plan, int64_t after,
                       store_fact_reader reader, void *context, struct err *err)
{
    struct query query = query_new(store, SQL_FACT_ROSTER);
    query_int(&query, plan);
    query_int(&query, after);
    return read_facts(&query, reader, context, err);
}

static const char *keep(struct arena *arena, const char *text)
{
    return text ? arena_string(arena, text) : NULL;
}

struct store_fact store_keep_fact(struct arena *arena, const struct store_fact *fact)
{
    struct store_fact copy = *fact;
    copy.actor = keep(arena, fact->actor);
    copy.key = keep(arena, fact->key);
    copy.note = keep(arena, fact->note);
    copy.detail = keep(arena, fact->detail);
    return copy;
}

int store_fact_keyed(struct store *store, uint32_t plan, const char *key, struct arena *arena,
                     struct store_fact *out, struct err *err)
{
    struct query query = query_new(store, SQL_FACT_KEY);
    query_int(&query, plan);
    query_text(&query, key);
    int code = find_fact(&query, out, err);
    if (code > 0)
        *out = store_keep_fact(arena, out);
    query_end(&query);
    return code > 0   ? 0
           : code < 0 ? code
                      : err_set(err, ERR_NOT_FOUND, "no fact has the key \"%s\"", key);
}

/* A reader's question; conditions that are not asked for would hide an index. */
static struct buf ask_facts(const struct store_fact_filter *filter)
{
    struct buf sql = {0};
    buf_adds(&sql, "SELECT " ROW_FACT " FROM fact WHERE true");
    if (filter->from_ms)
        buf_adds(&sql, " AND recorded_ms >= ?1");
    if (filter->to_ms)
        buf_adds(&sql, " AND recorded_ms <= ?2");
    if (filter->plan)
        buf_adds(&sql, " AND plan = ?3");
    if (filter->item)
        buf_adds(&sql, " AND item = ?4");
    if (filter->unit)
        buf_adds(&sql, " AND unit = ?5");
    if (filter->after)
        buf_adds(&sql, " AND number > ?6");
    if (filter->number)
        buf_adds(&sql, " AND number = ?7");
    buf_printf(&sql, " ORDER BY number %s", filter->latest ? "DESC" : "ASC");
    return sql;
}

int store_facts(struct store *store, const struct store_fact_filter *filter,
                store_fact_reader reader, void *context, struct err *err)
{
    const int64_t values[] = {filter->from_ms, filter->to_ms, filter->plan,  filter->item,
                              filter->unit,    filter->after, filter->number};
    struct buf sql = ask_facts(filter);
    struct query query;
    int code = query_open(store, sql.bytes, values, &query, err);
    while (code >= 0 && (code = query_step(&query, err)) > 0) {
        struct store_fact fact;
        row_fact(&query, &fact);
        if (!reader(context, &fact))
            break;
    }
    query_close(&query);
    buf_free(&sql);
    return code < 0 ? code : 0;
}
