#include "script/eval_child.h"

#include <lauxlib.h>
#include <limits.h>
#include <lua.h>
#include <string.h>

/* ---- pairs ------------------------------------------------------------------------------ */

/* In the order in which pairs gives them. */
enum rank { RANK_INTEGER, RANK_FLOAT, RANK_TEXT, RANK_BOOLEAN };

struct key {
    enum rank rank;
    union {
        lua_Integer integer;
        lua_Number number;
        struct {
            const char *bytes;
            size_t length;
        };
    };
    lua_Integer at; /* in the unsorted list */
};

/* Integers, floats, texts (bytewise), false, true. */
static bool key_less(const struct key *a, const struct key *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->rank == RANK_FLOAT)
        return a->number < b->number;
    if (a->rank != RANK_TEXT)
        return a->integer < b->integer;
    size_t length = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->bytes, b->bytes, length);
    return order < 0 || (order == 0 && a->length < b->length);
}

static void sift(struct key *keys, size_t root, size_t count)
{
    struct key moving = keys[root];
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && key_less(&keys[child], &keys[child + 1]))
            child++;
        if (!key_less(&moving, &keys[child]))
            break;
        keys[root] = keys[child];
    }
    keys[root] = moving;
}

/* Heap sort: keys are distinct, so it need not be stable, and it takes no memory. */
static void sort_keys(struct key *keys, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift(keys, i, count);
    for (size_t end = count; end-- > 1;) {
        struct key top = keys[0];
        keys[0] = keys[end];
        keys[end] = top;
        sift(keys, 0, end);
    }
}

static struct key read_key(lua_State *L, int index)
{
    struct key key = {.rank = RANK_INTEGER};
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            key.integer = lua_tointeger(L, index);
            break;
        }
        key.rank = RANK_FLOAT;
        key.number = lua_tonumber(L, index);
        break;
    case LUA_TSTRING:
        key.rank = RANK_TEXT;
        key.bytes = lua_tolstring(L, index, &key.length);
        break;
    case LUA_TBOOLEAN:
        key.rank = RANK_BOOLEAN;
        key.integer = lua_toboolean(L, index);
        break;
    default: luaL_error(L, "pairs: a %s as a key has no order", luaL_typename(L, index));
    }
    return key;
}

/* Upvalues: the table, the sorted keys, the place in them. */
static int pairs_next(lua_State *L)
{
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(3));
    for (;;) {
        at++;
        if (lua_rawgeti(L, lua_upvalueindex(2), at) == LUA_TNIL)
            return 1;
        lua_pushvalue(L, -1);
        if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
            break;
        lua_pop(L, 2); /* removed during the walk */
    }
    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(3));
    return 2;
}

int order_pairs(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_newtable(L); /* 2: the keys as they come, so that none is collected */
    lua_Integer count = 0;
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_rawseti(L, 2, ++count);
    }
    struct key *keys = lua_newuserdatauv(L, (size_t)count * sizeof *keys + 1, 0); /* 3 */
    for (lua_Integer i = 0; i < count; i++) {
        lua_rawgeti(L, 2, i + 1);
        keys[i] = read_key(L, -1);
        keys[i].at = i + 1;
        lua_pop(L, 1);
    }
    sort_keys(keys, (size_t)count);
    lua_pushvalue(L, 1);
    lua_createtable(L, (int)count, 0);
    for (lua_Integer i = 0; i < count; i++) {
        lua_rawgeti(L, 2, keys[i].at);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, pairs_next, 3);
    return 1;
}

/* ---- table.sort --------------------------------------------------------------------------- */

/* Is the value at `b` to stand before the one at `a`? Equal ones keep their order. */
static bool before(lua_State *L, int a, int b)
{
    if (lua_isnil(L, 2))
        return lua_compare(L, b, a, LUA_OPLT);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, b < 0 ? b - 1 : b);
    lua_pushvalue(L, a < 0 ? a - 2 : a);
    lua_call(L, 2, 1);
    bool less = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return less;
}

/* Merges from[low..middle) and from[middle..high) into the same places of `to`. */
static void merge(lua_State *L, int from, int to, lua_Integer low, lua_Integer middle,
                  lua_Integer high)
{
    lua_Integer left = low, right = middle;
    for (lua_Integer at = low; at < high; at++) {
        bool take_right = left == middle;
        if (left < middle && right < high) {
            lua_rawgeti(L, from, left);
            lua_rawgeti(L, from, right);
            take_right = before(L, -2, -1);
            lua_pop(L, 2);
        }
        lua_rawgeti(L, from, take_right ? right++ : left++);
        lua_rawseti(L, to, at);
    }
}

static void copy(lua_State *L, int from, int to, lua_Integer count)
{
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, from, i);
        lua_rawseti(L, to, i);
    }
}

/* On copies, so that an error of the comparator leaves the table as it was. */
int order_sort(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
    luaL_argcheck(L, count < INT_MAX / 2, 1, "array too big");
    lua_createtable(L, (int)count, 0);
    lua_createtable(L, (int)count, 0);
    copy(L, 1, 3, count);
    int from = 3, to = 4;
    for (lua_Integer width = 1; width < count; width *= 2) {
        for (lua_Integer low = 1; low <= count; low += 2 * width) {
            lua_Integer middle = low + width <= count ? low + width : count + 1;
            lua_Integer high = low + 2 * width <= count ? low + 2 * width : count + 1;
            merge(L, from, to, low, middle, high);
        }
        from = 7 - from;
        to = 7 - to;
    }
    copy(L, from, 1, count);
    return 0;
}
