#include "script/host.h"

#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct host {
    lua_State *lua;
    struct calendar *calendar;
    struct arena *arena; /* paths */
    const char *stdlib;
};

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* PREFIX/share/planrun when the program runs from PREFIX/bin or a folder beside it. */
static const char *installed_stdlib(struct arena *arena)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return NULL;
    program[length] = '\0';
    char *slash = strrchr(program, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    const char *path = arena_printf(arena, "%s/../share/planrun", program);
    return is_directory(arena_printf(arena, "%s/holidays.d", path)) ? path : NULL;
}

static const char *find_stdlib(struct arena *arena)
{
    static const char source[] = PLANRUN_SOURCE_DIR "/stdlib";
    const char *installed = installed_stdlib(arena);
    if (installed)
        return installed;
    return is_directory(source) ? source : PLANRUN_DATA_DIR;
}

/* Lua's message handler: the message and the way to it, as one string. */
static int add_traceback(lua_State *lua)
{
    const char *message = luaL_tolstring(lua, 1, NULL);
    luaL_traceback(lua, lua, message, 1);
    return 1;
}

int host_run(struct host *host, int (*function)(lua_State *), void *request, struct err *err)
{
    lua_State *lua = host->lua;
    int top = lua_gettop(lua);
    lua_pushcfunction(lua, add_traceback);
    lua_pushcfunction(lua, function);
    lua_pushlightuserdata(lua, request);
    int code = 0;
    if (lua_pcall(lua, 1, 0, top + 1) != LUA_OK) {
        const char *message = lua_tostring(lua, -1);
        code = err_set(err, ERR_INTERNAL, "%s", message ? message : "an error without a text");
    }
    lua_settop(lua, top);
    return code;
}

void host_push_function(lua_State *lua, const char *module, const char *field)
{
    lua_getglobal(lua, "require");
    lua_pushstring(lua, module);
    lua_call(lua, 1, 1);
    if (lua_type(lua, -1) != LUA_TTABLE || lua_getfield(lua, -1, field) != LUA_TFUNCTION)
        luaL_error(lua, "stdlib module '%s' has no function '%s'", module, field);
    lua_remove(lua, -2);
}

static int prepare(lua_State *lua)
{
    static const luaL_Reg libraries[] = {
        {LUA_GNAME, luaopen_base},       {LUA_LOADLIBNAME, luaopen_package},
        {LUA_TABLIBNAME, luaopen_table}, {LUA_STRLIBNAME, luaopen_string},
        {LUA_MATHLIBNAME, luaopen_math}, {LUA_UTF8LIBNAME, luaopen_utf8},
    };
    const struct host *host = lua_touserdata(lua, 1);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        luaL_requiref(lua, libraries[i].name, libraries[i].func, 1);
        lua_pop(lua, 1);
    }
    lua_getglobal(lua, LUA_LOADLIBNAME);
    lua_pushfstring(lua, "%s/?.lua", host->stdlib);
    lua_setfield(lua, -2, "path");
    lua_pushliteral(lua, "");
    lua_setfield(lua, -2, "cpath");
    lua_pushnil(lua);
    lua_setfield(lua, -2, "loadlib");
    host_calendar_register(lua, host->calendar);
    return 0;
}

static int open_calendar(struct host *host, const struct host_options *options, struct err *err)
{
    size_t more = options ? options->holiday_count : 0;
    const char **directories = arena_array(host->arena, more + 1, sizeof *directories);
    directories[0] = arena_printf(host->arena, "%s/holidays.d", host->stdlib);
    for (size_t i = 0; i < more; i++)
        directories[i + 1] = options->holidays[i];
    return calendar_open(directories, more + 1, &host->calendar, err);
}

int host_open(const struct host_options *options, struct host **out, struct err *err)
{
    struct host *host = mem_resize(NULL, 1, sizeof *host);
    *host = (struct host){.arena = arena_new()};
    host->stdlib = options && options->stdlib ? arena_string(host->arena, options->stdlib)
                                              : find_stdlib(host->arena);
    int code = open_calendar(host, options, err);
    if (code < 0)
        goto fail;
    host->lua = luaL_newstate();
    if (!host->lua) {
        code = err_set(err, ERR_INTERNAL, "no memory for a Lua state");
        goto fail;
    }
    if ((code = host_run(host, prepare, host, err)) < 0)
        goto fail;
    *out = host;
    return 0;
fail:
    host_close(host);
    return code;
}

void host_close(struct host *host)
{
    if (!host)
        return;
    if (host->lua)
        lua_close(host->lua);
    calendar_close(host->calendar);
    arena_free(host->arena);
    free(host);
}

const struct calendar *host_calendar(const struct host *host)
{
    return host->calendar;
}

const char *host_stdlib(const struct host *host)
{
    return host->stdlib;
}

lua_State *host_lua(struct host *host)
{
    return host->lua;
}
