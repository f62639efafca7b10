#include "store/store_data.h"

#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

enum { PASS_FOR = 16 }; /* units that a pass sees while one is looked up */

static int find_item(struct store *store, uint32_t plan, const char *id, struct store_item *out,
                     struct err *err)
{
    struct query query = query_new(store, SQL_ITEM);
    query_int(&query, plan);
    query_text(&query, id);
    int code = query_step(&query, err);
    if (code > 0) {
        out->number = (uint32_t)query_get(&query);
        out->cursor_ms = query_get(&query);
    }
    query_end(&query);
    return code;
}

static int add_item(struct store *store, uint32_t plan, const char *id, struct store_item *out,
                    struct err *err)
{
    struct query query = query_new(store, SQL_ITEM_ADD);
    query_int(&query, plan);
    query_text(&query, id);
    query_int(&query, STORE_NEVER);
    int code = query_run(&query, err);
    *out = (struct store_item){(uint32_t)sqlite3_last_insert_rowid(store->db), STORE_NEVER};
    return code;
}

static int add_items(struct store *store, uint32_t plan, const char *const *ids, size_t count,
                     struct store_item *items, struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    for (size_t i = 0; code == 0 && i < count; i++)
        if (items[i].number == 0)
            code = add_item(store, plan, ids[i], items + i, err);
    return group_leave(store, code, err);
}

int store_items(struct store *store, uint32_t plan, const char *const *ids, size_t count,
                struct store_item *out, struct err *err)
{
    int code = 0;
    size_t unknown = 0;
    struct store_item *items = mem_resize(NULL, count + 1, sizeof *items);
    for (size_t i = 0; code >= 0 && i < count; i++) {
        items[i] = (struct store_item){0, STORE_NEVER};
        code = find_item(store, plan, ids[i], items + i, err);
        unknown += code == 0;
    }
    if (code >= 0 && unknown && store->mode == STORE_WRITE)
        code = add_items(store, plan, ids, count, items, err);
    if (code >= 0)
        memcpy(out, items, count * sizeof *items);
    free(items);
    return code < 0 ? code : 0;
}

/* Two texts that a statement finds under a number. */
static int find_names(struct store *store, enum sql sql, uint32_t number, struct arena *arena,
                      const char **first, const char **second, struct err *err)
{
    struct query query = query_new(store, sql);
    query_int(&query, number);
    int code = query_step(&query, err);
    if (code > 0) {
        *first = query_keep_text(&query, arena);
        *second = query_keep_text(&query, arena);
        code = 0;
    } else if (code == 0) {
        code = err_set(err, ERR_NOT_FOUND, "the store has not given the number %u", number);
    }
    query_end(&query);
    return code;
}

int store_item_id(struct store *store, uint32_t item, struct arena *arena, const char **plan,
                  const char **id, struct err *err)
{
    return find_names(store, SQL_ITEM_ID, item, arena, plan, id, err);
}

static int damaged_number(const struct store *store, struct err *err)
{
    return store_damaged(store->path, "the number of a unit", err);
}

/* Indexes are made by it. */
static bool is_number(int64_t given)
{
    return given >= 1 && given < BITS_MOST;
}

static int find_unit(struct store *store, const char *id, uint32_t *number, struct err *err)
{
    struct query query = query_new(store, SQL_UNIT);
    query_text(&query, id);
    int code = query_step(&query, err);
    int64_t given = code > 0 ? query_get(&query) : 0;
    query_end(&query);
    if (code > 0 && !is_number(given))
        return damaged_number(store, err);
    *number = (uint32_t)given;
    return code < 0 ? code : 0;
}

/* One look-up for each of the roster. */
static int find_units(struct store *store, const struct store_ids *ids, uint32_t *numbers,
                      uint32_t *known, struct err *err)
{
    int code = 0;
    for (uint32_t row = 0; code == 0 && row < ids->count; row++) {
        code = find_unit(store, ids->id(ids->context, row), &numbers[row], err);
        *known += numbers[row] != 0;
    }
    return code;
}

/* One pass over the units that have a number. */
static int match_units(struct store *store, const struct store_ids *ids, uint32_t *numbers,
                       uint32_t *known, struct err *err)
{
    struct query query = query_new(store, SQL_UNITS);
    int code;
    while ((code = query_step(&query, err)) > 0) {
        int64_t given = query_get(&query);
        if (!is_number(given)) {
            code = damaged_number(store, err);
            break;
        }
        uint32_t number = (uint32_t)given;
        size_t length = (size_t)sqlite3_column_bytes(query.statement, query.next);
        const char *id = query_get_text(&query);
        uint32_t row = id ? ids->find(ids->context, id, length) : UINT32_MAX;
        if (row < ids->count && numbers[row] == 0) {
            numbers[row] = number;
            ++*known;
        }
    }
    query_end(&query);
    return code;
}

static int last_unit(struct store *store, uint32_t *most, struct err *err)
{
    struct query query = query_new(store, SQL_UNIT_MOST);
    int code = query_step(&query, err);
    if (code > 0)
        *most = (uint32_t)query_get(&query);
    query_end(&query);
    return code < 0 ? code : 0;
}

static int add_units(struct store *store, const struct store_ids *ids, uint32_t *numbers,
                     uint32_t *most, struct err *err)
{
    int code = 0;
    struct query query = query_new(store, SQL_UNIT_ADD);
    for (uint32_t row = 0; code == 0 && row < ids->count; row++) {
        if (numbers[row])
            continue;
        query.next = 0;
        query_int(&query, ++*most);
        query_text(&query, ids->id(ids->context, row));
        code = query_step(&query, err);
        numbers[row] = *most;
        sqlite3_reset(query.statement);
    }
    query_end(&query);
    return code;
}

int store_units(struct store *store, const struct store_ids *ids, uint32_t *numbers,
                uint32_t *most, struct err *err)
{
    uint32_t known = 0, last = 0;
    uint32_t *found = mem_resize(NULL, (size_t)ids->count + 1, sizeof *found);
    memset(found, 0, ((size_t)ids->count + 1) * sizeof *found);
    int code = last_unit(store, &last, err);
    bool few = ids->count < last / PASS_FOR;
    if (code == 0)
        code = (few ? find_units : match_units)(store, ids, found, &known, err);
    if (code == 0 && ids->count - known >= BITS_MOST - last)
        code = err_set(err, ERR_LIMIT, "more than %d units", BITS_MOST - 1);
    if (code == 0 && known < ids->count && store->mode == STORE_WRITE &&
        (code = group_enter(store, false, err)) == 0)
        code = group_leave(store, add_units(store, ids, found, &last, err), err);
    if (code == 0) {
        memcpy(numbers, found, (size_t)ids->count * sizeof *numbers);
        *most = last;
    }
    free(found);
    return code;
}

static int add_route(struct store *store, const char *role, const char *channel,
                     uint32_t *route, struct err *err)
{
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    struct query query = query_new(store, SQL_ROUTE_ADD);
    query_text(&query, role);
    query_text(&query, channel);
    code = query_run(&query, err);
    int64_t number = sqlite3_last_insert_rowid(store->db);
    if ((code = group_leave(store, code, err)) == 0)
        *route = (uint32_t)number;
    return code;
}

int store_route(struct store *store, const char *role, const char *channel, uint32_t *route,
                struct err *err)
{
    struct query query = query_new(store, SQL_ROUTE);
    query_text(&query, role);
    query_text(&query, channel);
    int code = query_step(&query, err);
    uint32_t number = code > 0 ? (uint32_t)query_get(&query) : 0;
    query_end(&query);
    if (code == 0 && store->mode == STORE_WRITE)
        return add_route(store, role, channel, route, err);
    if (code >= 0)
        *route = number;
    return code < 0 ? code : 0;
}

int store_route_names(struct store *store, uint32_t route, struct arena *arena,
                      const char **role, const char **channel, struct err *err)
{
    return find_names(store, SQL_ROUTE_NAMES, route, arena, role, channel, err);
}
