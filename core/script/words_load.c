/* stdlib/words.lua through the host's Lua into a value tree, for words_build. */

#include "script/host.h"
#include "script/words.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

enum { DEPTH_MOST = 12 };

struct request {
    struct arena *arena;
    struct value *table;
};

static struct value *to_value(lua_State *lua, struct arena *arena, int index, int depth);

static struct value *to_table(lua_State *lua, struct arena *arena, int index, int depth)
{
    lua_Integer length = luaL_len(lua, index);
    struct value *table = value_map(arena);
    for (lua_Integer i = 1; i <= length; i++) {
        lua_rawgeti(lua, index, i);
        value_append(arena, table, to_value(lua, arena, lua_gettop(lua), depth + 1));
        lua_pop(lua, 1);
    }
    for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1))
        if (lua_type(lua, -2) == LUA_TSTRING)
            value_set(arena, table, lua_tostring(lua, -2),
                      to_value(lua, arena, lua_gettop(lua), depth + 1));
    return table;
}

/* Plain data only; what throws here is a fault of stdlib. The arena outlives the throw. */
static struct value *to_value(lua_State *lua, struct arena *arena, int index, int depth)
{
    size_t length;
    const char *text;
    luaL_checkstack(lua, 8, "words");
    switch (lua_type(lua, index)) {
    case LUA_TBOOLEAN: return value_bool(arena, lua_toboolean(lua, index));
    case LUA_TNUMBER: return value_int(arena, luaL_checkinteger(lua, index));
    case LUA_TSTRING:
        text = lua_tolstring(lua, index, &length);
        return value_bytes(arena, text, length);
    case LUA_TTABLE:
        if (depth < DEPTH_MOST)
            return to_table(lua, arena, index, depth);
        break;
    default: break;
    }
    luaL_error(lua, "words.lua: a %s is no plain data", luaL_typename(lua, index));
    return NULL;
}

static int read_words(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    lua_getglobal(lua, "require");
    lua_pushliteral(lua, "words");
    lua_call(lua, 1, 1);
    luaL_checktype(lua, -1, LUA_TTABLE);
    request->table = to_value(lua, request->arena, lua_gettop(lua), 0);
    return 0;
}

int words_load(struct host *host, struct arena *arena, struct words **out, struct err *err)
{
    struct request request = {.arena = arena};
    int code = host_run(host, read_words, &request, err);
    return code < 0 ? code : words_build(arena, request.table, out, err);
}
