#include "script/host_value.h"

#include <lauxlib.h>
#include <lua.h>
#include <math.h>

enum { DEPTH_MOST = 100 };

static void push_list(lua_State *lua, const struct value *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        host_push_value(lua, list->items[i]);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
}

void host_push_value(lua_State *lua, const struct value *value)
{
    luaL_checkstack(lua, 4, "a deep value");
    if (!value) {
        lua_pushnil(lua);
        return;
    }
    switch (value->type) {
    case VALUE_BOOL: lua_pushboolean(lua, value->boolean); return;
    case VALUE_INT: lua_pushinteger(lua, value->integer); return;
    case VALUE_NUMBER: lua_pushnumber(lua, value->number); return;
    case VALUE_STRING: lua_pushlstring(lua, value->string, value->length); return;
    case VALUE_LIST:
        lua_createtable(lua, (int)value->count, 0);
        push_list(lua, value);
        return;
    case VALUE_MAP:
        lua_createtable(lua, (int)value->count, (int)value->pairs);
        push_list(lua, value);
        for (uint32_t i = 0; i < value->pairs; i++) {
            host_push_value(lua, value->map[i].value);
            lua_setfield(lua, -2, value->map[i].key);
        }
        return;
    }
}

static struct value *to_value(lua_State *lua, struct arena *arena, int index, int depth,
                              const char *what);

static bool has_keys(lua_State *lua, int index)
{
    for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1)) {
        if (lua_type(lua, -2) == LUA_TSTRING) {
            lua_pop(lua, 2);
            return true;
        }
    }
    return false;
}

static struct value *to_table(lua_State *lua, struct arena *arena, int index, int depth,
                              const char *what)
{
    lua_Integer length = (lua_Integer)lua_rawlen(lua, index);
    struct value *table =
        length && !has_keys(lua, index) ? value_list(arena) : value_map(arena);
    for (lua_Integer i = 1; i <= length; i++) {
        lua_rawgeti(lua, index, i);
        value_append(arena, table, to_value(lua, arena, lua_gettop(lua), depth + 1, what));
        lua_pop(lua, 1);
    }
    for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1))
        if (lua_type(lua, -2) == LUA_TSTRING)
            value_set(arena, table, lua_tostring(lua, -2),
                      to_value(lua, arena, lua_gettop(lua), depth + 1, what));
    return table;
}

static struct value *to_value(lua_State *lua, struct arena *arena, int index, int depth,
                              const char *what)
{
    size_t length;
    const char *text;
    luaL_checkstack(lua, 8, what);
    switch (lua_type(lua, index)) {
    case LUA_TBOOLEAN: return value_bool(arena, lua_toboolean(lua, index));
    case LUA_TNUMBER:
        if (lua_isinteger(lua, index))
            return value_int(arena, lua_tointeger(lua, index));
        if (!isfinite(lua_tonumber(lua, index)))
            break;
        return value_number(arena, lua_tonumber(lua, index));
    case LUA_TSTRING:
        text = lua_tolstring(lua, index, &length);
        return value_bytes(arena, text, length);
    case LUA_TTABLE:
        if (depth < DEPTH_MOST)
            return to_table(lua, arena, index, depth, what);
        break;
    default: break;
    }
    luaL_error(lua, "%s: a %s is no plain data", what, luaL_typename(lua, index));
    return NULL;
}

struct value *host_to_value(lua_State *lua, struct arena *arena, int index, const char *what)
{
    return to_value(lua, arena, lua_absindex(lua, index), 0, what);
}
