/* The typed way from C to when.parse and amount.parse. What Lua returns is checked field by field:
 * stdlib may be changed by a hospital, and a slip there must not become a wrong date here. */
#include "script/host.h"
#include "time/civil.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

struct request {
    struct arena *arena;
    const char *phrase;
    const struct when_context *context;
    struct when_date date;
    struct phrase_amount amount;
    struct phrase_problem problem;
    bool understood;
};

static void fault(lua_State *lua, const char *key, const char *wanted)
{
    luaL_error(lua, "the result's field '%s' is a %s, not %s", key, luaL_typename(lua, -1),
               wanted);
}

/* The table is on the top of the stack in all the getters. */
static const char *get_string(lua_State *lua, struct arena *arena, const char *key)
{
    const char *copy = NULL;
    int type = lua_getfield(lua, -1, key);
    if (type == LUA_TSTRING) {
        size_t length = 0;
        const char *string = lua_tolstring(lua, -1, &length);
        copy = arena_copy(arena, string, length);
    } else if (type != LUA_TNIL) {
        fault(lua, key, "a string");
    }
    lua_pop(lua, 1);
    return copy;
}

static bool get_bool(lua_State *lua, const char *key)
{
    int type = lua_getfield(lua, -1, key);
    if (type != LUA_TNIL && type != LUA_TBOOLEAN)
        fault(lua, key, "a boolean");
    bool value = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    return value;
}

static int32_t get_int(lua_State *lua, const char *key, int32_t least, int32_t most,
                       int32_t otherwise)
{
    int whole = 0;
    int type = lua_getfield(lua, -1, key);
    lua_Integer value = lua_tointegerx(lua, -1, &whole);
    if (type == LUA_TNIL)
        value = otherwise;
    else if (type != LUA_TNUMBER || !whole || value < least || value > most)
        fault(lua, key, "an integer in its range");
    lua_pop(lua, 1);
    return (int32_t)value;
}

static bool get_number(lua_State *lua, const char *key, double *out)
{
    int type = lua_getfield(lua, -1, key);
    lua_Number value = lua_tonumber(lua, -1);
    if (type != LUA_TNIL && (type != LUA_TNUMBER || !(value >= -1e15 && value <= 1e15)))
        fault(lua, key, "a number in its range");
    if (type == LUA_TNUMBER)
        *out = value;
    lua_pop(lua, 1);
    return type == LUA_TNUMBER;
}

static int32_t get_day(lua_State *lua, const char *key)
{
    static const int32_t least = -25567, most = 84370; /* 1900-01-01..2200-12-31 */
    return get_int(lua, key, least, most, CIVIL_NONE);
}

static void set_int(lua_State *lua, const char *key, lua_Integer value)
{
    lua_pushinteger(lua, value);
    lua_setfield(lua, -2, key);
}

static void push_context(lua_State *lua, const struct when_context *context)
{
    static const char *const roles[] = {NULL, "when", "due", "per"};
    lua_createtable(lua, 0, 4);
    set_int(lua, "anchor", context->anchor);
    if (context->year)
        set_int(lua, "year", context->year);
    if (context->from != CIVIL_NONE && context->till != CIVIL_NONE) {
        lua_createtable(lua, 2, 2);
        set_int(lua, "first", context->from);
        set_int(lua, "last", context->till);
        lua_pushinteger(lua, context->from);
        lua_rawseti(lua, -2, 1);
        lua_pushinteger(lua, context->till);
        lua_rawseti(lua, -2, 2);
        lua_setfield(lua, -2, "container");
    }
    if (roles[context->role]) {
        lua_pushstring(lua, roles[context->role]);
        lua_setfield(lua, -2, "role");
    }
    if (context->after) {
        lua_pushboolean(lua, true);
        lua_setfield(lua, -2, "after");
    }
}

static enum when_kind kind_of(lua_State *lua, const char *word)
{
    static const char *const kinds[] = {"interval", "deadline", "recurring", "standing"};
    for (size_t i = 0; word && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], word) == 0)
            return (enum when_kind)i;
    luaL_error(lua, "the result's kind is '%s'", word ? word : "nil");
    return WHEN_INTERVAL;
}

static void read_warnings(lua_State *lua, struct arena *arena, struct when_date *date)
{
    if (lua_getfield(lua, -1, "warnings") == LUA_TTABLE) {
        size_t count = lua_rawlen(lua, -1);
        if (count > 32)
            luaL_error(lua, "the result has %d warnings", (int)count);
        const char **warnings = arena_array(arena, count, sizeof *warnings);
        for (size_t i = 0; i < count; i++) {
            if (lua_rawgeti(lua, -1, (lua_Integer)i + 1) != LUA_TSTRING)
                fault(lua, "warnings", "a string");
            warnings[i] = arena_string(arena, lua_tostring(lua, -1));
            lua_pop(lua, 1);
        }
        date->warnings = warnings;
        date->warning_count = count;
    }
    lua_pop(lua, 1);
}

static void read_date(lua_State *lua, struct arena *arena, struct when_date *date)
{
    date->kind = kind_of(lua, get_string(lua, arena, "kind"));
    date->first = get_day(lua, "first");
    date->last = get_day(lua, "last");
    date->from = get_day(lua, "from");
    date->upto = get_day(lua, "upto");
    date->minute = get_int(lua, "minute", 0, CIVIL_DAY_MINUTES, CIVIL_DAY_MINUTES);
    date->rule = get_string(lua, arena, "rule");
    date->calendar = get_string(lua, arena, "calendar");
    date->undated = get_bool(lua, "undated");
    date->soft = get_bool(lua, "soft");
    date->grammar = get_string(lua, arena, "grammar");
    read_warnings(lua, arena, date);
    if (lua_getfield(lua, -1, "reading") == LUA_TTABLE) {
        date->reading_en = get_string(lua, arena, "en");
        date->reading_zh = get_string(lua, arena, "zh");
    }
    lua_pop(lua, 1);
    if (date->kind == WHEN_RECURRING && !date->rule)
        luaL_error(lua, "a recurrence without a rule");
    if (date->kind == WHEN_INTERVAL && (date->first == CIVIL_NONE || date->last < date->first))
        luaL_error(lua, "an interval that ends before it begins");
    if (date->kind == WHEN_DEADLINE && date->last == CIVIL_NONE)
        luaL_error(lua, "a deadline without a day");
}

static void read_amount(lua_State *lua, struct arena *arena, struct phrase_amount *amount)
{
    amount->has_min = get_number(lua, "min", &amount->min);
    amount->has_max = get_number(lua, "max", &amount->max);
    amount->has_percent = get_number(lua, "percent", &amount->percent);
    amount->exact = get_bool(lua, "exact");
    amount->about = get_bool(lua, "about");
    amount->some = get_bool(lua, "some");
    amount->each = get_bool(lua, "each");
    amount->unit = get_string(lua, arena, "unit");
}

/* The second result: {message_en, message_zh, position, name}, named or in this order. */
static void read_problem(lua_State *lua, struct arena *arena, struct phrase_problem *problem)
{
    if (lua_type(lua, -1) != LUA_TTABLE)
        luaL_error(lua, "neither a result nor a reason");
    problem->name = get_string(lua, arena, "name");
    problem->message_en = get_string(lua, arena, "message_en");
    problem->message_zh = get_string(lua, arena, "message_zh");
    problem->position = (size_t)get_int(lua, "position", 1, PHRASE_MOST + 1, 1);
    if (!problem->name || !problem->message_en || !problem->message_zh)
        luaL_error(lua, "a reason without name or messages");
}

static int run_when(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    host_push_function(lua, "when", "parse");
    lua_pushstring(lua, request->phrase);
    push_context(lua, request->context);
    lua_call(lua, 2, 2);
    request->understood = lua_type(lua, -2) == LUA_TTABLE;
    if (!request->understood) {
        read_problem(lua, request->arena, &request->problem);
        return 0;
    }
    lua_pop(lua, 1);
    read_date(lua, request->arena, &request->date);
    return 0;
}

static int run_amount(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    host_push_function(lua, "amount", "parse");
    lua_pushstring(lua, request->phrase);
    lua_call(lua, 1, 2);
    request->understood = lua_type(lua, -2) == LUA_TTABLE;
    if (!request->understood) {
        read_problem(lua, request->arena, &request->problem);
        return 0;
    }
    lua_pop(lua, 1);
    read_amount(lua, request->arena, &request->amount);
    return 0;
}

static int read_phrase(struct host *host, lua_CFunction function, struct request *request,
                       struct phrase_problem *problem, struct err *err)
{
    if (strlen(request->phrase) > PHRASE_MOST) {
        *problem = (struct phrase_problem){.name = "phrase-too-long",
                                           .message_en = "a phrase of more than 1024 bytes",
                                           .message_zh = "短语超过 1024 字节",
                                           .position = PHRASE_MOST + 1};
        return ERR_SYNTAX;
    }
    int code = host_run(host, function, request, err);
    if (code < 0 || request->understood)
        return code;
    *problem = request->problem;
    return ERR_SYNTAX;
}

int host_when(struct host *host, struct arena *arena, const char *phrase,
              const struct when_context *context, struct when_date *out,
              struct phrase_problem *problem, struct err *err)
{
    struct request request = {.arena = arena, .phrase = phrase, .context = context};
    int code = read_phrase(host, run_when, &request, problem, err);
    if (code == 0)
        *out = request.date;
    return code;
}

int host_amount(struct host *host, struct arena *arena, const char *phrase,
                struct phrase_amount *out, struct phrase_problem *problem, struct err *err)
{
    struct request request = {.arena = arena, .phrase = phrase};
    int code = read_phrase(host, run_amount, &request, problem, err);
    if (code == 0)
        *out = request.amount;
    return code;
}

struct question {
    struct arena *arena;
    const char *name, *key, *text;
};

static int run_explain(lua_State *lua)
{
    struct question *question = lua_touserdata(lua, 1);
    host_push_function(lua, "when", "explain");
    lua_pushstring(lua, question->name);
    lua_call(lua, 1, 1);
    if (lua_type(lua, -1) == LUA_TTABLE)
        question->text = get_string(lua, question->arena, question->key);
    return 0;
}

const char *host_warning(struct host *host, struct arena *arena, const char *name,
                         enum lang lang)
{
    struct question question = {
        .arena = arena, .name = name, .key = lang == LANG_ZH ? "zh" : "en"};
    struct err err;
    return host_run(host, run_explain, &question, &err) < 0 ? NULL : question.text;
}
