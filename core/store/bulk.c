#include "store/bulk.h"

#include "store/store_data.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

/* A counter and what is to be added to it. */
struct moved {
    uint32_t item;
    int32_t period;
    uint32_t phase, unit;
    int64_t done, in_time;
};

struct store_bulk {
    struct store *store;
    struct query insert; /* ended with it: what is bound stays from row to row */
    int64_t numbers[13]; /* that are bound, in their order, … */
    bool texts[4];       /* … and which texts are not NULL; */
    bool bound;          /* once there was a row */
    struct moved *moved;
    uint32_t *slots; /* index into `moved` + 1, 0 = free */
    size_t count, room, mask;
    size_t last; /* of the fact before */
    bool sorted; /* as far as they go */
};

enum { FIRST_SLOTS = 1024 };

/* ---- counters ------------------------------------------------------------------------------ */

static int by_place(const void *left, const void *right)
{
    const struct moved *a = left, *b = right;
    int order = (a->item > b->item) - (a->item < b->item);
    if (!order)
        order = (a->period > b->period) - (a->period < b->period);
    if (!order)
        order = (a->phase > b->phase) - (a->phase < b->phase);
    return order ? order : (a->unit > b->unit) - (a->unit < b->unit);
}

static size_t slot_of(const struct moved *moved)
{
    uint64_t hash = ((uint64_t)moved->item << 32 | moved->unit) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^=
        ((uint64_t)(uint32_t)moved->period << 32 | moved->phase) * UINT64_C(0xc2b2ae3d27d4eb4f);
    return (size_t)(hash ^ hash >> 29);
}

static void put(struct store_bulk *bulk, size_t index)
{
    size_t slot = slot_of(&bulk->moved[index]) & bulk->mask;
    while (bulk->slots[slot])
        slot = (slot + 1) & bulk->mask;
    bulk->slots[slot] = (uint32_t)index + 1;
}

static void grow(struct store_bulk *bulk)
{
    size_t slots = bulk->room ? 4 * bulk->room : FIRST_SLOTS;
    bulk->room = slots / 2;
    bulk->mask = slots - 1;
    bulk->moved = mem_resize_large(bulk->moved, bulk->room, sizeof *bulk->moved);
    bulk->slots = mem_resize_large(bulk->slots, slots, sizeof *bulk->slots);
    memset(bulk->slots, 0, slots * sizeof *bulk->slots);
    for (size_t i = 0; i < bulk->count; i++)
        put(bulk, i);
}

static struct moved *add_counter(struct store_bulk *bulk, const struct moved *wanted)
{
    size_t slot = slot_of(wanted) & bulk->mask;
    for (; bulk->slots[slot]; slot = (slot + 1) & bulk->mask)
        if (by_place(&bulk->moved[bulk->slots[slot] - 1], wanted) == 0)
            return &bulk->moved[bulk->slots[slot] - 1];
    if (bulk->count && by_place(&bulk->moved[bulk->count - 1], wanted) > 0)
        bulk->sorted = false;
    bulk->moved[bulk->count] = *wanted;
    bulk->slots[slot] = (uint32_t)bulk->count + 1;
    return &bulk->moved[bulk->count++];
}

static void count_pieces(struct store_bulk *bulk, const struct store_fact *fact)
{
    struct moved wanted = {fact->item, fact->period, fact->phase, fact->unit, 0, 0};
    struct moved *moved = bulk->count ? &bulk->moved[bulk->last] : NULL;
    if (!moved || by_place(moved, &wanted) != 0) {
        if (bulk->count == bulk->room)
            grow(bulk);
        moved = add_counter(bulk, &wanted);
        bulk->last = (size_t)(moved - bulk->moved);
    }
    moved->done += fact->moves;
    moved->in_time += fact->in_time ? fact->moves : 0;
}

static int write_counter(struct store *store, const struct moved *moved, struct err *err)
{
    struct query query = query_new(store, SQL_COUNTER_ADD);
    query_int(&query, moved->item);
    query_int(&query, moved->period);
    query_int(&query, moved->phase);
    query_int(&query, moved->unit);
    query_int(&query, moved->done);
    query_int(&query, moved->in_time);
    return query_run(&query, err);
}

static int write_counters(struct store_bulk *bulk, struct err *err)
{
    int code = 0;
    if (!bulk->sorted)
        qsort(bulk->moved, bulk->count, sizeof *bulk->moved, by_place);
    for (size_t i = 0; i < bulk->count && code == 0; i++)
        code = write_counter(bulk->store, &bulk->moved[i], err);
    return code;
}

/* ---- facts --------------------------------------------------------------------------------- */

static int set_cache(struct store *store, int kib, struct err *err)
{
    char pragma[48];
    sqlite3_snprintf(sizeof pragma, pragma, "PRAGMA cache_size = -%d", kib);
    return store_execute(store->db, pragma, err);
}

int store_bulk_begin(struct store *store, struct store_bulk **out, struct err *err)
{
    if (store->group != GROUP_NONE)
        return err_set(err, ERR_INTERNAL, "facts in bulk need a group of their own");
    int code = set_cache(store, BULK_CACHE_KIB, err);
    if (code == 0)
        code = group_enter(store, false, err);
    if (code < 0) {
        set_cache(store, STORE_CACHE_KIB, NULL);
        return code;
    }
    struct store_bulk *bulk = mem_resize(NULL, 1, sizeof *bulk);
    *bulk = (struct store_bulk){.store = store, .sorted = true};
    bulk->insert = query_new(store, SQL_FACT_BULK);
    *out = bulk;
    return 0;
}

/* What row_bind_fact binds, as far as the row before had something else: most of it is the same. Texts are
 * bound anew, theirs may be gone. */
static void bind(struct store_bulk *bulk, const struct store_fact *fact)
{
    const int64_t numbers[] = {fact->kind,   fact->plan,       fact->item,  fact->unit,
                               fact->period, fact->phase,      fact->value, fact->in_time,
                               fact->at_ms,  fact->recorded_ms};
    const char *const texts[] = {fact->actor, fact->key, fact->note, fact->detail};
    const int64_t last[] = {fact->moves, fact->piece, fact->act};
    enum { NUMBERS = 10, TEXTS = 4, LAST = 3 };
    sqlite3_stmt *insert = bulk->insert.statement;
    for (int i = 0; i < NUMBERS + LAST; i++) {
        int64_t number = i < NUMBERS ? numbers[i] : last[i - NUMBERS];
        int column = i < NUMBERS ? i + 1 : i + 1 + TEXTS;
        bool none = i > NUMBERS && number == 0;
        if (bulk->bound && bulk->numbers[i] == number)
            continue;
        bulk->numbers[i] = number;
        if (none)
            sqlite3_bind_null(insert, column);
        else
            sqlite3_bind_int64(insert, column, number);
    }
    for (int i = 0; i < TEXTS; i++)
        if (texts[i] || !bulk->bound || bulk->texts[i]) {
            sqlite3_bind_text(insert, NUMBERS + 1 + i, texts[i], -1, SQLITE_STATIC);
            bulk->texts[i] = texts[i] != NULL;
        }
    bulk->bound = true;
}

static int insert(struct store_bulk *bulk, const struct store_fact *fact, bool *recorded,
                  struct err *err)
{
    sqlite3 *db = bulk->store->db;
    sqlite3_int64 before = sqlite3_total_changes64(db);
    bind(bulk, fact);
    int code = query_step(&bulk->insert, err);
    sqlite3_reset(bulk->insert.statement);
    *recorded = sqlite3_total_changes64(db) != before;
    return code;
}

int store_bulk_add(struct store_bulk *bulk, const struct store_fact *fact, int64_t *number,
                   enum fact_outcome *outcome, struct err *err)
{
    bool recorded;
    if (fact->kind != FACT_SUBMITTED || fact->value < 1 || fact->value > STORE_PIECES_MOST ||
        fact->moves < 0 || fact->moves > STORE_PIECES_MOST)
        return err_set(err, ERR_INVALID, "%lld pieces", (long long)fact->value);
    int code = insert(bulk, fact, &recorded, err);
    if (code < 0)
        return code;
    *outcome = recorded ? FACT_RECORDED : FACT_REPEATED;
    if (!recorded)
        return (code = row_repeated(bulk->store, fact, number, err)) < 0 ? code : 0;
    *number = sqlite3_last_insert_rowid(bulk->store->db);
    count_pieces(bulk, fact);
    return 0;
}

int store_bulk_end(struct store_bulk *bulk, bool keep, struct err *err)
{
    if (!bulk)
        return 0;
    struct store *store = bulk->store;
    int code = 0;
    query_end(&bulk->insert);
    if (keep &&
        sqlite3_get_autocommit(store->db)) /* SQLite has taken all of it back by itself */
        code = err_set(err, ERR_IO, "the store: a write has failed");
    else if (keep)
        code = write_counters(bulk, err);
    if (!keep || code < 0)
        store_undo(store);
    set_cache(store, STORE_CACHE_KIB, NULL);
    free(bulk->moved);
    free(bulk->slots);
    free(bulk);
    return code;
}

/* ---- taking an act back -------------------------------------------------------------------- */

/* 0 when there is none. */
static int ask_number(struct store *store, enum sql sql, int64_t about, int64_t *number,
                      struct err *err)
{
    struct query query = query_new(store, sql);
    if (about)
        query_int(&query, about);
    *number = 0;
    int code = query_step(&query, err);
    if (code > 0)
        *number = query_get(&query);
    query_end(&query);
    return code < 0 ? code : 0;
}

static int add_withdrawals(struct store *store, int64_t act, int64_t first,
                           const struct store_fact *like, struct err *err)
{
    struct query query = query_new(store, SQL_ACT_WITHDRAW);
    query_int(&query, act);
    query_int(&query, first);
    query_int(&query, like->at_ms);
    query_int(&query, like->recorded_ms);
    query_text(&query, like->actor);
    query_text(&query, like->note);
    return query_run(&query, err);
}

/* The first row is in no act but its own, and has the key. */
static int set_first(struct store *store, int64_t first, const char *key, struct err *err)
{
    struct query query = query_new(store, SQL_ACT_FIRST);
    query_int(&query, first);
    query_text(&query, key);
    return query_run(&query, err);
}

static int count_from(struct store *store, int64_t first, struct err *err)
{
    struct query query = query_new(store, SQL_ACT_COUNT);
    query_int(&query, first);
    return query_run(&query, err);
}

int store_act_is_alone(struct store *store, int64_t act, bool *alone, struct err *err)
{
    int64_t other;
    int code = ask_number(store, SQL_ACT_OTHERS, act, &other, err);
    if (code == 0)
        *alone = other == 0;
    return code;
}

int store_withdraw_act(struct store *store, int64_t act, const struct store_fact *like,
                       int64_t *number, int64_t *count, struct err *err)
{
    int64_t first = 0, added = 0;
    int code = ask_number(store, SQL_ACT_STANDS, act, &first, err);
    if (code == 0 && first == 0)
        code = err_set(err, ERR_NOT_FOUND, "nothing of act %lld stands", (long long)act);
    if (code == 0)
        code = ask_number(store, SQL_FACT_NEXT, 0, &first, err);
    if (code == 0)
        code = group_enter(store, false, err);
    if (code < 0)
        return code;
    code = set_cache(store, BULK_CACHE_KIB, err);
    if (code == 0)
        code = add_withdrawals(store, act, first, like, err);
    added = sqlite3_changes64(store->db);
    if (code == 0)
        code = set_first(store, first, like->key, err);
    if (code == 0)
        code = count_from(store, first, err);
    code = group_leave(store, code, err);
    set_cache(store, STORE_CACHE_KIB, NULL);
    if (code == 0) {
        *number = first;
        *count = added;
    }
    return code;
}
