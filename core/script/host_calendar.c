/* The Lua module `calendar`: days, working days and the almanac for stdlib/. Days are day numbers;
 * a day or year that does not exist, or lies outside 1900..2200, is nil rather than an error,
 * because phrases may hold any number. */
#include "script/host.h"
#include "time/almanac.h"
#include "time/civil.h"
#include "time/recur.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

static const struct calendar *calendar_of(lua_State *lua)
{
    return lua_touserdata(lua, lua_upvalueindex(1));
}

/* An integer argument, cut to what int32_t holds with room for arithmetic. */
static int32_t check_int(lua_State *lua, int index)
{
    enum { MOST = 100000000 };
    lua_Integer number = luaL_checkinteger(lua, index);
    return (int32_t)(number > MOST ? MOST : number < -MOST ? -MOST : number);
}

static int push_day(lua_State *lua, int32_t day)
{
    if (day == CIVIL_NONE)
        lua_pushnil(lua);
    else
        lua_pushinteger(lua, day);
    return 1;
}

static int push_day_known(lua_State *lua, int32_t day, bool known)
{
    push_day(lua, day);
    lua_pushboolean(lua, known);
    return 2;
}

/* calendar.day(year, month, day) → day or nil */
static int module_day(lua_State *lua)
{
    int32_t y = check_int(lua, 1), m = check_int(lua, 2), d = check_int(lua, 3);
    return push_day(lua, civil_exists(y, m, d) ? civil_day(y, m, d) : CIVIL_NONE);
}

/* calendar.ymd(day) → year, month, day, or nil */
static int module_ymd(lua_State *lua)
{
    int32_t day = check_int(lua, 1);
    if (!civil_in_range(day))
        return push_day(lua, CIVIL_NONE);
    struct civil date = civil_from_day(day);
    lua_pushinteger(lua, date.year);
    lua_pushinteger(lua, date.month);
    lua_pushinteger(lua, date.day);
    return 3;
}

/* calendar.weekday(day) → 1 = Monday … 7 */
static int module_weekday(lua_State *lua)
{
    lua_pushinteger(lua, civil_weekday(check_int(lua, 1)));
    return 1;
}

/* calendar.month_days(year, month) → 28..31, or nil */
static int module_month_days(lua_State *lua)
{
    int32_t y = check_int(lua, 1), m = check_int(lua, 2);
    return push_day(lua, m >= 1 && m <= 12 ? civil_month_days(y, m) : CIVIL_NONE);
}

/* calendar.is_workday(day) → boolean, known */
static int module_is_workday(lua_State *lua)
{
    bool known = false;
    lua_pushboolean(lua, calendar_is_workday(calendar_of(lua), check_int(lua, 1), &known));
    lua_pushboolean(lua, known);
    return 2;
}

/* calendar.workday_on_or_before(day) → day or nil, known */
static int module_workday_on_or_before(lua_State *lua)
{
    bool known = false;
    int32_t day = calendar_workday_on_or_before(calendar_of(lua), check_int(lua, 1), &known);
    return push_day_known(lua, day, known);
}

/* calendar.workday_on_or_after(day) → day or nil, known */
static int module_workday_on_or_after(lua_State *lua)
{
    bool known = false;
    int32_t day = calendar_workday_on_or_after(calendar_of(lua), check_int(lua, 1), &known);
    return push_day_known(lua, day, known);
}

/* calendar.workday_after(day, n) → day or nil, known; a negative n counts back */
static int module_workday_after(lua_State *lua)
{
    bool known = false;
    int32_t day =
        calendar_workday_after(calendar_of(lua), check_int(lua, 1), check_int(lua, 2), &known);
    return push_day_known(lua, day, known);
}

/* calendar.workdays_between(first, last) → count, known */
static int module_workdays_between(lua_State *lua)
{
    bool known = false;
    lua_pushinteger(lua, calendar_workdays_between(calendar_of(lua), check_int(lua, 1),
                                                   check_int(lua, 2), &known));
    lua_pushboolean(lua, known);
    return 2;
}

/* calendar.known(year) → boolean */
static int module_known(lua_State *lua)
{
    lua_pushboolean(lua, calendar_known(calendar_of(lua), check_int(lua, 1)));
    return 1;
}

/* calendar.holiday(name, year) → first, last of the published block, or nil */
static int module_holiday(lua_State *lua)
{
    const char *name = luaL_checkstring(lua, 1);
    int32_t first = CIVIL_NONE, last = CIVIL_NONE;
    if (!calendar_holiday(calendar_of(lua), name, check_int(lua, 2), &first, &last))
        return push_day(lua, CIVIL_NONE);
    push_day(lua, first);
    push_day(lua, last);
    return 2;
}

/* calendar.statutory(name, year) → first, last of the days by law, or nil */
static int module_statutory(lua_State *lua)
{
    const char *name = luaL_checkstring(lua, 1);
    int32_t first = CIVIL_NONE, last = CIVIL_NONE;
    if (!calendar_statutory(name, check_int(lua, 2), &first, &last))
        return push_day(lua, CIVIL_NONE);
    push_day(lua, first);
    push_day(lua, last);
    return 2;
}

/* calendar.lunar(year, month, day[, leap]) → day or nil; (12, 30) is 除夕 */
static int module_lunar(lua_State *lua)
{
    return push_day(lua, almanac_lunar(check_int(lua, 1), check_int(lua, 2), check_int(lua, 3),
                                       lua_toboolean(lua, 4)));
}

/* calendar.lunar_date(day) → year, month, day, leap, or nil */
static int module_lunar_date(lua_State *lua)
{
    struct lunar_date date;
    if (!almanac_lunar_date(check_int(lua, 1), &date))
        return push_day(lua, CIVIL_NONE);
    lua_pushinteger(lua, date.year);
    lua_pushinteger(lua, date.month);
    lua_pushinteger(lua, date.day);
    lua_pushboolean(lua, date.leap);
    return 4;
}

/* calendar.term(year, name) → day or nil */
static int module_term(lua_State *lua)
{
    int32_t year = check_int(lua, 1);
    return push_day(lua, almanac_term(year, almanac_term_index(luaL_checkstring(lua, 2))));
}

/* calendar.stem(day) → 0..9, 甲 = 0 */
static int module_stem(lua_State *lua)
{
    lua_pushinteger(lua, almanac_stem(check_int(lua, 1)));
    return 1;
}

/* calendar.resolve(rule) → first, last, known; or nil, message */
static int module_resolve(lua_State *lua)
{
    int32_t first = CIVIL_NONE, last = CIVIL_NONE;
    bool known = false;
    struct err err = {0};
    const char *rule = luaL_checkstring(lua, 1);
    if (calendar_resolve(calendar_of(lua), rule, &first, &last, &known, &err) < 0) {
        lua_pushnil(lua);
        lua_pushstring(lua, err.message);
        return 2;
    }
    push_day(lua, first);
    push_day(lua, last);
    lua_pushboolean(lua, known);
    return 3;
}

enum { NEXT_MOST = 366 };

/* Up to `most` occurrences, or a negative error code. Nothing here throws, so the arena is safe. */
static int find_next(const struct calendar *calendar, const char *text, int32_t from, int most,
                     struct occurrence *found, struct err *err)
{
    struct arena *arena = arena_new();
    struct recur rule;
    struct recur_walk walk;
    int code = recur_parse(arena, text, strlen(text), &rule, err), count = 0;
    if (code == 0) {
        recur_anchor(&rule, from);
        recur_walk_start(&walk, &rule, calendar, from);
        while (count < most && recur_walk_next(&walk, &found[count]))
            count++;
    }
    arena_free(arena);
    return code < 0 ? code : count;
}

static void push_occurrence(lua_State *lua, const struct occurrence *occurrence)
{
    static const char *const keys[] = {"first", "last", "minute"};
    const int32_t values[] = {occurrence->first, occurrence->last, occurrence->minute};
    lua_createtable(lua, 3, 3);
    for (int i = 0; i < 3; i++) {
        lua_pushinteger(lua, values[i]);
        lua_setfield(lua, -2, keys[i]);
        lua_pushinteger(lua, values[i]);
        lua_rawseti(lua, -2, i + 1);
    }
}

/* calendar.next(rule, from[, count]) → list of {first, last, minute}, both named and in this order;
 * or nil, message. An INTERVAL without START counts from `from`. */
static int module_next(lua_State *lua)
{
    struct occurrence found[NEXT_MOST];
    struct err err = {0};
    const char *text = luaL_checkstring(lua, 1);
    int32_t from = check_int(lua, 2);
    lua_Integer most = luaL_optinteger(lua, 3, 1);
    luaL_argcheck(lua, most >= 1 && most <= NEXT_MOST, 3, "count is 1 to 366");
    int count = find_next(calendar_of(lua), text, from, (int)most, found, &err);
    if (count < 0) {
        lua_pushnil(lua);
        lua_pushstring(lua, err.message);
        return 2;
    }
    lua_createtable(lua, count, 0);
    for (int i = 0; i < count; i++) {
        push_occurrence(lua, &found[i]);
        lua_rawseti(lua, -2, i + 1);
    }
    return 1;
}

/* calendar.format(rule) → the rule's canonical text; or nil, message */
static int module_format(lua_State *lua)
{
    const char *text = luaL_checkstring(lua, 1);
    char canonical[1024] = "";
    struct err err = {0};
    struct recur rule;
    struct buf buf = {0};
    struct arena *arena = arena_new();
    int code = recur_parse(arena, text, strlen(text), &rule, &err);
    if (code == 0) {
        recur_format(&buf, &rule);
        if (buf.length < sizeof canonical)
            memcpy(canonical, buf.bytes, buf.length);
        else
            code = err_set(&err, ERR_LIMIT, "the rule is longer than 1023 bytes");
    }
    buf_free(&buf);
    arena_free(arena);
    if (code < 0)
        lua_pushnil(lua);
    lua_pushstring(lua, code < 0 ? err.message : canonical);
    return code < 0 ? 2 : 1;
}

void host_calendar_register(lua_State *lua, const struct calendar *calendar)
{
    static const luaL_Reg functions[] = {
        {"day", module_day},
        {"ymd", module_ymd},
        {"weekday", module_weekday},
        {"month_days", module_month_days},
        {"is_workday", module_is_workday},
        {"workday_on_or_before", module_workday_on_or_before},
        {"workday_on_or_after", module_workday_on_or_after},
        {"workday_after", module_workday_after},
        {"workdays_between", module_workdays_between},
        {"known", module_known},
        {"holiday", module_holiday},
        {"statutory", module_statutory},
        {"lunar", module_lunar},
        {"lunar_date", module_lunar_date},
        {"term", module_term},
        {"stem", module_stem},
        {"resolve", module_resolve},
        {"next", module_next},
        {"format", module_format},
        {NULL, NULL},
    };
    union { /* the calendar is only read; lightuserdata knows no const */
        const void *in;
        void *out;
    } pointer = {.in = calendar};
    luaL_getsubtable(lua, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    luaL_newlibtable(lua, functions);
    lua_pushlightuserdata(lua, pointer.out);
    luaL_setfuncs(lua, functions, 1);
    lua_setfield(lua, -2, "calendar");
    lua_pop(lua, 1);
}
