/* planrun-lua FILE [ARGS]: runs a Lua file inside the host's state, for tests. Beyond what stdlib
 * sees, the file gets io, os, debug, luaunit and the global `arg`. Exits 1 when it throws. */
#include "script/host.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#define LUAUNIT_PATH "/usr/share/lua/5.4/?.lua;/usr/share/lua/5.3/?.lua;/usr/share/lua/?.lua"

struct run {
    char **words;
    int count;
};

static void open_test_libraries(lua_State *lua)
{
    luaL_requiref(lua, LUA_IOLIBNAME, luaopen_io, 1);
    luaL_requiref(lua, LUA_OSLIBNAME, luaopen_os, 1);
    luaL_requiref(lua, LUA_DBLIBNAME, luaopen_debug, 1);
    lua_pop(lua, 3);
}

/* Files beside the test come after stdlib, luaunit last. */
static void extend_path(lua_State *lua, const char *file)
{
    const char *slash = strrchr(file, '/');
    lua_getglobal(lua, "package");
    lua_getfield(lua, -1, "path");
    lua_pushliteral(lua, ";");
    lua_pushlstring(lua, slash ? file : "./", slash ? (size_t)(slash - file + 1) : 2);
    lua_pushliteral(lua, "?.lua;" LUAUNIT_PATH);
    lua_concat(lua, 4);
    lua_setfield(lua, -2, "path");
    lua_pop(lua, 1);
}

static int run_file(lua_State *lua)
{
    const struct run *run = lua_touserdata(lua, 1);
    open_test_libraries(lua);
    extend_path(lua, run->words[0]);
    lua_createtable(lua, run->count, 1);
    for (int i = 0; i < run->count; i++) {
        lua_pushstring(lua, run->words[i]);
        lua_rawseti(lua, -2, i);
    }
    lua_setglobal(lua, "arg");
    if (luaL_loadfilex(lua, run->words[0], "t") != LUA_OK)
        return lua_error(lua);
    for (int i = 1; i < run->count; i++)
        lua_pushstring(lua, run->words[i]);
    lua_call(lua, run->count - 1, 0);
    return 0;
}

int main(int argc, char **argv)
{
    struct host *host = NULL;
    struct err err = {0};
    struct run run = {.words = argv + 1, .count = argc - 1};
    if (argc < 2) {
        fputs("usage: planrun-lua FILE [ARGS]\n", stderr);
        return 2;
    }
    int code = host_open(NULL, &host, &err);
    if (code == 0)
        code = host_run(host, run_file, &run, &err);
    if (code < 0)
        fprintf(stderr, "planrun-lua: %s%s%s\n", err.file, *err.file ? ": " : "", err.message);
    host_close(host);
    return code < 0;
}
