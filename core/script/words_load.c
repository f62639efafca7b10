/* stdlib/words.lua, or another table of its form, through the host's Lua into a value tree, for words_build. */

#include "script/words_load.h"
#include "script/host.h"
#include "script/host_value.h"

#include <lauxlib.h>
#include <lua.h>

struct request {
    const char *name;
    struct arena *arena;
    struct value *table;
};

static int read_words(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    lua_getglobal(lua, "require");
    lua_pushstring(lua, request->name);
    lua_call(lua, 1, 1);
    luaL_checktype(lua, -1, LUA_TTABLE);
    request->table = host_to_value(lua, request->arena, -1, request->name);
    return 0;
}

int words_load_table(struct host *host, const char *table, struct arena *arena,
                     struct words **out, struct err *err)
{
    struct request request = {.name = table, .arena = arena};
    int code = host_run(host, read_words, &request, err);
    return code < 0 ? code : words_build(arena, request.table, out, err);
}

int words_load(struct host *host, struct arena *arena, struct words **out, struct err *err)
{
    return words_load_table(host, "words", arena, out, err);
}
