/* What rules may ask about units: answered over the checked plan's roster, by bitmaps and ranges. */
#include "script/check_state.h"

#include "base/json.h"
#include "plan/burden.h"
#include "script/host_value.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_MOST = 1000 };

size_t check_selector(struct check *check, const struct value *sealed)
{
    struct buf text = {0};
    json_write(&text, value_get(sealed, "terms"));
    uint32_t number = (uint32_t)check->selector_count;
    uint32_t known = table_get(&check->texts, text.bytes, text.length);
    if (known == TABLE_NONE) {
        table_add(&check->texts, arena_copy(check->arena, text.bytes, text.length), text.length,
                  number);
        if (check->selector_count == check->selector_room) {
            check->selector_room = check->selector_room ? 2 * check->selector_room : 64;
            check->selectors =
                mem_resize(check->selectors, check->selector_room, sizeof *check->selectors);
        }
        struct check_selector *selector = arena_alloc(check->arena, sizeof *selector);
        selector->sealed = sealed;
        check->selectors[check->selector_count++] = selector;
    }
    buf_free(&text);
    return known == TABLE_NONE ? number : known;
}

void check_free_selectors(struct check *check)
{
    for (size_t i = 0; i < check->selector_count; i++)
        selector_free(check->selectors[i]->units);
    free(check->selectors);
    check->selectors = NULL;
    check->selector_count = 0;
    table_free(&check->texts);
}

/* ---- compiling ---------------------------------------------------------------------------------- */

static struct check_selector *compile(struct check *check, size_t number);

/* The units of one id or tag alone; NULL = nobody knows it. */
static const struct selector *units_alone(struct check *check, const struct value *term,
                                          const char *key)
{
    struct value *sealed = value_map(check->arena), *terms = value_list(check->arena);
    struct value *bare = value_map(check->arena);
    value_set(check->arena, bare, key, value_get(term, key));
    value_append(check->arena, terms, bare);
    value_set(check->arena, sealed, "terms", terms);
    return compile(check, check_selector(check, sealed))->units;
}

/* Ids and tags of a selector that mean nobody here. What stands in `in` and `but` narrows only. */
static void find_absent(struct check *check, struct check_selector *selector)
{
    const struct value *terms = value_get(selector->sealed, "terms");
    struct value *absent = value_list(check->arena);
    selector->absent = absent; /* from here on it is compiled: a bare term asks for itself */
    for (uint32_t i = 0; terms && i < terms->count; i++) {
        const char *key = value_get(terms->items[i], "id") ? "id" : "tag";
        const struct selector *units = units_alone(check, terms->items[i], key);
        if (!units || selector_count(units) == 0)
            value_append(check->arena, absent, value_get(terms->items[i], key));
    }
}

static struct check_selector *compile(struct check *check, size_t number)
{
    struct check_selector *selector = check->selectors[number];
    struct err err = {0};
    if (selector->absent)
        return selector;
    if (selector_compile(check->input->roster, selector->sealed, &selector->units, &err) < 0)
        selector->units = NULL;
    find_absent(check, selector);
    return selector;
}

/* ---- the methods: plan:count(sel) … -------------------------------------------------------------- */

static const char CURRENT[] =
    "check.current"; /* registry: the run; absent when there is none */

/* A rule may keep a plan beyond its run. */
static struct check *check_of(lua_State *lua)
{
    lua_getfield(lua, LUA_REGISTRYINDEX, CURRENT);
    struct check *check = lua_touserdata(lua, -1);
    lua_pop(lua, 1);
    if (!check)
        luaL_error(lua, "the check of this plan is over");
    return check;
}

void check_enter(lua_State *lua, struct check *check)
{
    if (check)
        lua_pushlightuserdata(lua, check);
    else
        lua_pushnil(lua);
    lua_setfield(lua, LUA_REGISTRYINDEX, CURRENT);
}

static struct check_selector *selector_at(lua_State *lua, int index)
{
    struct check *check = check_of(lua);
    luaL_checktype(lua, index, LUA_TTABLE);
    lua_getfield(lua, index, "number");
    lua_Integer number = luaL_checkinteger(lua, -1);
    lua_pop(lua, 1);
    luaL_argcheck(lua, number >= 0 && (size_t)number < check->selector_count, index,
                  "no selector of this run");
    return compile(check, (size_t)number);
}

/* plan:count(sel) → units met; nil when it names what nobody knows. */
static int method_count(lua_State *lua)
{
    struct check_selector *selector = selector_at(lua, 2);
    if (!selector->units)
        lua_pushnil(lua);
    else
        lua_pushinteger(lua, selector_count(selector->units));
    return 1;
}

static void push_unit(lua_State *lua, const struct roster *roster, uint32_t unit)
{
    lua_createtable(lua, 0, 3);
    lua_pushstring(lua, roster_id(roster, unit));
    lua_setfield(lua, -2, "id");
    lua_pushstring(lua, roster_name(roster, unit));
    lua_setfield(lua, -2, "name");
    lua_pushstring(lua, roster_kind(roster, unit));
    lua_setfield(lua, -2, "kind");
}

/* plan:subset(a, b) → true, or false and the first unit of a that b does not meet; nil when either
 * names what nobody knows. */
static int method_subset(lua_State *lua)
{
    const struct check *check = check_of(lua);
    struct check_selector *part = selector_at(lua, 2), *whole = selector_at(lua, 3);
    uint32_t missing = UNIT_NONE;
    if (!part->units || !whole->units) {
        lua_pushnil(lua);
        return 1;
    }
    bool subset = selector_subset(part->units, whole->units, &missing);
    lua_pushboolean(lua, subset);
    if (subset)
        return 1;
    push_unit(lua, check->input->roster, missing);
    return 2;
}

/* plan:first(sel, n) → list of {id, name, kind}, at most 1,000. */
static int method_first(lua_State *lua)
{
    struct check_selector *selector = selector_at(lua, 2);
    lua_Integer most = luaL_checkinteger(lua, 3);
    luaL_argcheck(lua, most >= 0 && most <= FIRST_MOST, 3, "0 to 1000");
    uint32_t units[FIRST_MOST];
    uint32_t count =
        selector->units ? selector_first(selector->units, units, (uint32_t)most) : 0;
    lua_createtable(lua, (int)count, 0);
    for (uint32_t i = 0; i < count; i++) {
        push_unit(lua, check_of(lua)->input->roster, units[i]);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* plan:absent(sel) → list of the ids and tags in it that mean nobody here. */
static int method_absent(lua_State *lua)
{
    host_push_value(lua, selector_at(lua, 2)->absent);
    return 1;
}

/* Many items have the same audience: each term once. */
static void add_term(struct arena *arena, struct value *terms, struct value *term)
{
    for (uint32_t i = 0; i < terms->count; i++)
        if (value_equal(terms->items[i], term))
            return;
    value_append(arena, terms, term);
}

/* plan:union(list of sel) → a selector that meets what any of them meets. */
static int method_union(lua_State *lua)
{
    struct check *check = check_of(lua);
    struct value *terms = value_list(check->arena), *sealed = value_map(check->arena);
    luaL_checktype(lua, 2, LUA_TTABLE);
    lua_Integer count = luaL_len(lua, 2);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(lua, 2, i);
        const struct value *part =
            value_get(selector_at(lua, lua_gettop(lua))->sealed, "terms");
        for (uint32_t t = 0; part && t < part->count; t++)
            add_term(check->arena, terms, part->items[t]);
        lua_pop(lua, 1);
    }
    value_set(check->arena, sealed, "terms", terms);
    lua_createtable(lua, 0, 1);
    lua_pushinteger(lua, (lua_Integer)check_selector(check, sealed));
    lua_setfield(lua, -2, "number");
    return 1;
}

/* True for a list of {id =} or {tag =}. */
static bool is_terms(const struct value *terms)
{
    for (uint32_t i = 0; i < terms->count; i++)
        if (!value_get_string(terms->items[i], "id") &&
            !value_get_string(terms->items[i], "tag"))
            return false;
    return terms->pairs == 0;
}

/* plan:select(list of {id =} or {tag =}, with `in`, `but`) → a selector of these terms. */
static int method_select(lua_State *lua)
{
    struct check *check = check_of(lua);
    struct value *sealed = value_map(check->arena);
    luaL_checktype(lua, 2, LUA_TTABLE);
    struct value *terms = host_to_value(lua, check->arena, 2, "plan:select");
    luaL_argcheck(lua, is_terms(terms), 2, "a list of { id = … } or { tag = … }");
    value_set(check->arena, sealed, "terms", terms->count ? terms : value_list(check->arena));
    lua_createtable(lua, 0, 1);
    lua_pushinteger(lua, (lua_Integer)check_selector(check, sealed));
    lua_setfield(lua, -2, "number");
    return 1;
}

/* ---- plan:overload(demands, limit) ----------------------------------------------------------------- */

static lua_Integer int_field(lua_State *lua, const char *key)
{
    lua_getfield(lua, -1, key);
    lua_Integer number = luaL_checkinteger(lua, -1);
    lua_pop(lua, 1);
    return number;
}

/* The demand at the top of the stack. */
static struct burden_demand demand_at(lua_State *lua)
{
    luaL_checktype(lua, -1, LUA_TTABLE);
    lua_getfield(lua, -1, "selector");
    const struct selector *units = selector_at(lua, lua_gettop(lua))->units;
    lua_pop(lua, 1);
    luaL_argcheck(lua, units, 2, "a selector names what nobody knows");
    lua_Integer week = int_field(lua, "week"), count = int_field(lua, "count");
    luaL_argcheck(lua, week >= INT32_MIN && week <= INT32_MAX, 2, "no week");
    luaL_argcheck(lua, count >= 0 && count <= UINT32_MAX, 2, "no count");
    return (struct burden_demand){units, (int32_t)week, (uint32_t)count};
}

/* Pushes what keeps the demands alive. */
static struct burden_demand *push_demands(lua_State *lua, size_t count)
{
    struct burden_demand *demands = lua_newuserdatauv(lua, (count + 1) * sizeof *demands, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(lua, 2, (lua_Integer)i + 1);
        demands[i] = demand_at(lua);
        lua_pop(lua, 1);
    }
    return demands;
}

/* Pushes {week, units, most, unit, demands}, the last still empty. */
static void push_week(lua_State *lua, const struct roster *roster,
                      const struct burden_week *week)
{
    lua_createtable(lua, 0, 5);
    lua_pushinteger(lua, week->week);
    lua_setfield(lua, -2, "week");
    lua_pushinteger(lua, week->units);
    lua_setfield(lua, -2, "units");
    lua_pushinteger(lua, week->most);
    lua_setfield(lua, -2, "most");
    push_unit(lua, roster, week->unit);
    lua_setfield(lua, -2, "unit");
    lua_newtable(lua);
    lua_setfield(lua, -2, "demands");
}

static int compare_week(const void *key, const void *entry)
{
    int32_t number = *(const int32_t *)key;
    const struct burden_week *week = entry;
    return (number > week->week) - (number < week->week);
}

/* Adds the number of a demand to its week's list, at the top, when it meets that week's unit. */
static void note_demand(lua_State *lua, const struct burden_week *weeks, size_t count,
                        const struct burden_demand *demand, size_t number)
{
    const struct burden_week *week =
        count ? bsearch(&demand->week, weeks, count, sizeof *weeks, compare_week) : NULL;
    if (!week || !demand->count || !selector_has(demand->selector, week->unit))
        return;
    lua_rawgeti(lua, -1, week - weeks + 1);
    lua_getfield(lua, -1, "demands");
    lua_pushinteger(lua, (lua_Integer)number);
    lua_rawseti(lua, -2, (lua_Integer)lua_rawlen(lua, -2) + 1);
    lua_pop(lua, 2);
}

/* plan:overload(list of {selector, week, count}, limit) → list, by weeks, of those in which some unit
 * is asked for more: {week, units (how many are), most, unit {id, name} (the first that has it),
 * demands (their numbers in the list that make up its sum)}. */
static int method_overload(lua_State *lua)
{
    struct check *check = check_of(lua);
    luaL_checktype(lua, 2, LUA_TTABLE);
    lua_Integer limit = luaL_checkinteger(lua, 3);
    luaL_argcheck(lua, limit >= 0 && limit <= UINT32_MAX, 3, "no limit");
    size_t count = lua_rawlen(lua, 2), found = 0;
    const struct burden_demand *demands = push_demands(lua, count);
    const struct burden_week *weeks =
        burden_find(check->arena, demands, count, (uint32_t)limit, &found);
    lua_createtable(lua, (int)found, 0);
    for (size_t i = 0; i < found; i++) {
        push_week(lua, check->input->roster, &weeks[i]);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    for (size_t i = 0; i < count; i++)
        note_demand(lua, weeks, found, &demands[i], i + 1);
    return 1;
}

void check_push_methods(lua_State *lua)
{
    static const luaL_Reg methods[] = {
        {"count", method_count},       {"subset", method_subset},
        {"first", method_first},       {"absent", method_absent},
        {"union", method_union},       {"select", method_select},
        {"overload", method_overload}, {NULL, NULL},
    };
    luaL_newlibtable(lua, methods);
    luaL_setfuncs(lua, methods, 0);
}
