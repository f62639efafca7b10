#include "base/finding.h"
#include "base/utf8.h"
#include "script/eval_child.h"
#include "script/eval_child_guard.h"
#include "script/eval_child_handler.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a script finds beside the words of a plan; everything else of Lua is left out. */
static const char *const base_names[] = {"assert", "error",    "ipairs", "select",
                                         "type",   "tonumber", NULL};
static const char *const string_names[] = {
    "byte", "char",     "find", "gmatch",  "gsub", "len",    "lower", "match",
    "pack", "packsize", "rep",  "reverse", "sub",  "unpack", "upper", NULL};
static const char *const table_names[] = {"concat", "insert", "remove", "unpack",
                                          "pack",   "move",   NULL};
static const char *const utf8_names[] = {"char",      "charpattern", "codes",  "codepoint",
                                         "codepoint", "len",         "offset", NULL};
static const char *const math_names[] = {
    "abs",  "acos", "asin", "atan", "ceil",       "cos",  "deg",        "exp",  "floor",
    "fmod", "huge", "log",  "max",  "maxinteger", "min",  "mininteger", "modf", "pi",
    "rad",  "sin",  "sqrt", "tan",  "tointeger",  "type", "ult",        NULL};

static const char LOADED[] = "modules"; /* registry: name → value, or false while it loads */

struct child *env_child(lua_State *L)
{
    return *(struct child **)lua_getextraspace(L);
}

/* ---- functions of our own ------------------------------------------------------------------ */

void env_push_text(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
    case LUA_TSTRING: luaL_tolstring(L, index, NULL); break;
    case LUA_TUSERDATA:
        if (words_is_node(L, index)) {
            words_push_name(L, index);
            break;
        }
        if (handler_is_units(L, index)) {
            lua_pushliteral(L, "units");
            break;
        } /* fallthrough */
    default: lua_pushstring(L, luaL_typename(L, index)); break;
    }
}

static int env_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    env_push_text(L, 1);
    return 1;
}

/* string.format without addresses; the upvalue is Lua's own. */
static int env_format(lua_State *L)
{
    const char *at = luaL_checkstring(L, 1);
    for (; (at = strchr(at, '%')) != NULL; at++) {
        at++;
        at += strspn(at, "-+ #0123456789.");
        if (*at == 'p')
            return luaL_error(L, "string.format: there is no %%p in a plan");
        if (!*at)
            break;
    }
    int count = lua_gettop(L);
    for (int i = 2; i <= count; i++)
        if (lua_type(L, i) > LUA_TSTRING) {
            env_push_text(L, i);
            lua_replace(L, i);
        }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, count, 1);
    return 1;
}

/* An allocation that was refused stays refused: it is no error to be caught. */
static int env_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    int status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
    if (status == LUA_OK)
        return lua_gettop(L);
    guard_denied(env_child(L));
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

/* ---- globals that are not there ------------------------------------------------------------- */

static bool is_forbidden(const char *name)
{
    static const char *const names[] = {
        "io",     "os",       "debug",     "package",      "load",         "loadstring",
        "dofile", "loadfile", "coroutine", "setmetatable", "getmetatable", "collectgarbage",
        "rawget", "rawset",   "rawequal",  "rawlen",       "next",         "xpcall",
        "_G",     "print",    "warn",      "arg",          "_VERSION"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static _Noreturn void fail_global(struct child *child, const char *name, bool write)
{
    enum lang lang = child->lang;
    char text[EVAL_TEXT_MOST], help[EVAL_TEXT_MOST];
    child->blame.near = name;
    const char *near = nearest_word(name, child->known, child->known_count);
    snprintf(text, sizeof text, TR(lang, "“%.80s” is not declared", "“%.80s”没有声明"), name);
    if (write)
        snprintf(help, sizeof help,
                 TR(lang, "write: local %.80s = …", "应写成：local %.80s = …"), name);
    else if (is_forbidden(name))
        snprintf(help, sizeof help, "%s",
                 TR(lang, "a plan reaches no files, clock, environment or loader",
                    "方案脚本不能访问文件、时钟、环境变量，也不能装载代码"));
    else if (near)
        snprintf(help, sizeof help,
                 TR(lang, "did you mean %s? A text stands in quotes: \"%.80s\"",
                    "是否想写 %s？如果是文本，请加引号：\"%.80s\""),
                 near, name);
    else
        snprintf(
            help, sizeof help,
            TR(lang, "a text stands in quotes: \"%.80s\"", "如果是文本，请加引号：\"%.80s\""),
            name);
    guard_fail(child, "undeclared-name", guard_spot(child), text, help);
}

/* The upvalue is the table of what there is. */
static int global_read(lua_State *L)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    lua_pop(L, 1);
    env_push_text(L, 2);
    fail_global(env_child(L), lua_tostring(L, -1), false);
}

static int global_write(lua_State *L)
{
    struct child *child = env_child(L);
    lua_pushvalue(L, 2);
    bool known = lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL;
    env_push_text(L, 2);
    const char *name = lua_tostring(L, -1);
    if (!known)
        fail_global(child, name, true);
    char text[EVAL_TEXT_MOST];
    child->blame.near = name;
    snprintf(text, sizeof text,
             TR(child->lang, "“%.80s” belongs to the language and cannot be replaced",
                "“%.80s”是方案语言的词，不能改写"),
             name);
    guard_fail(child, "read-only-name", guard_spot(child), text,
               TR(child->lang, "choose another name and declare it with local",
                  "请换一个名称，并用 local 声明"));
}

static int library_write(lua_State *L)
{
    return luaL_error(L, "attempt to change a library of the language");
}

/* ---- the allow-list --------------------------------------------------------------------------- */

/* Replaces the table on the stack by an empty one that reads from it and cannot be written. */
static void protect(lua_State *L, lua_CFunction read, lua_CFunction write)
{
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    if (read)
        lua_pushcclosure(L, read, 1);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, -3);
    lua_pushcclosure(L, write, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

static void copy_names(lua_State *L, const char *const *names)
{
    for (; *names; names++) {
        lua_getfield(L, -2, *names);
        lua_setfield(L, -2, *names);
    }
}

/* Pushes a library with only the names given. */
static void push_library(lua_State *L, const char *name, lua_CFunction open,
                         const char *const *names)
{
    luaL_requiref(L, name, open, 0);
    lua_newtable(L);
    copy_names(L, names);
    lua_remove(L, -2);
}

static void open_strings(lua_State *L)
{
    push_library(L, "string", luaopen_string, string_names);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, "string");
    lua_getfield(L, -1, "format");
    lua_pushcclosure(L, env_format, 1);
    lua_setfield(L, -4, "format");
    lua_pop(L, 2);
    protect(L, NULL, library_write);
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index"); /* ("text"):method() finds the same list */
    lua_pop(L, 2);
}

static int env_require(lua_State *L);

static void open_base(lua_State *L)
{
    static const luaL_Reg own[] = {{"pairs", order_pairs},
                                   {"pcall", env_pcall},
                                   {"tostring", env_tostring},
                                   {"require", env_require},
                                   {NULL, NULL}};
    push_library(L, LUA_GNAME, luaopen_base, base_names);
    luaL_setfuncs(L, own, 0);
}

static void open_libraries(lua_State *L)
{
    open_strings(L);
    lua_setfield(L, -2, "string");
    push_library(L, "table", luaopen_table, table_names);
    lua_pushcfunction(L, order_sort);
    lua_setfield(L, -2, "sort");
    protect(L, NULL, library_write);
    lua_setfield(L, -2, "table");
    push_library(L, "math", luaopen_math, math_names);
    protect(L, NULL, library_write);
    lua_setfield(L, -2, "math");
    push_library(L, "utf8", luaopen_utf8, utf8_names);
    protect(L, NULL, library_write);
    lua_setfield(L, -2, "utf8");
}

static void note_known(struct child *child, int index)
{
    lua_State *L = child->L;
    size_t count = 0;
    const char **known = arena_array(child->arena, 64 + child->words->count, sizeof *known);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        if (count < 64 + child->words->count)
            known[count++] = arena_string(child->arena, lua_tostring(L, -2));
    child->known = known;
    child->known_count = count;
}

void env_open(struct child *child)
{
    lua_State *L = child->L;
    open_base(L);
    open_libraries(L);
    words_open(child);
    note_known(child, lua_gettop(L));
    protect(L, global_read, global_write);
    lua_newtable(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LOADED);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, "environment");
}

/* ---- errors of the script ---------------------------------------------------------------------- */

/* Lua's own messages begin with "shown:line: "; returns the text behind it and sets the spot. */
static const char *split_message(const struct child *child, const char *message,
                                 struct spot *spot)
{
    for (size_t i = 0; i < child->chunk_count; i++) {
        size_t length = strlen(child->chunks[i].shown);
        if (strncmp(message, child->chunks[i].shown, length) != 0 || message[length] != ':')
            continue;
        char *end;
        long line = strtol(message + length + 1, &end, 10);
        if (line > 0 && line < INT32_MAX && end[0] == ':' && end[1] == ' ') {
            *spot = (struct spot){(int)i, (int)line};
            return end + 2;
        }
    }
    return message;
}

/* Ends the process; runs where the error was raised, so that the line is known. */
static int on_error(lua_State *L)
{
    struct child *child = env_child(L);
    struct spot spot = guard_spot(child);
    guard_denied(child);
    if (lua_type(L, 1) == LUA_TSTRING || lua_type(L, 1) == LUA_TNUMBER) {
        const char *message = split_message(child, lua_tostring(L, 1), &spot);
        guard_fail(child, "script-error", spot, message, NULL);
    }
    char text[100];
    snprintf(text, sizeof text, "(error object is a %s)", luaL_typename(L, 1));
    guard_fail(child, "script-error", spot, text, NULL);
}

/* The end of a long name, from a whole character on, is what Lua shows. */
static void note_chunk(struct child *child, const char *name)
{
    struct chunk *chunk = &child->chunks[child->chunk_count++];
    size_t length = strlen(name), most = sizeof chunk->shown - 2, from = 0;
    if (length > most)
        for (from = length - most; ((unsigned char)name[from] & 0xc0) == 0x80;)
            from++;
    memcpy(chunk->shown, name + from, length - from + 1);
    chunk->name = arena_string(child->arena, name);
}

/* One line at a time, so that the parser's place is known when a limit strikes. */
struct reading {
    struct child *child;
    const char *at, *end;
};

static const char *read_line(lua_State *L, void *data, size_t *size)
{
    struct reading *reading = data;
    (void)L;
    const char *line = reading->at;
    if (line == reading->end)
        return NULL;
    const char *stop = memchr(line, '\n', (size_t)(reading->end - line));
    reading->at = stop ? stop + 1 : reading->end;
    reading->child->loading_line++;
    *size = (size_t)(reading->at - line);
    return line;
}

void env_load(struct child *child, int env, const char *name, const char *source, size_t length)
{
    lua_State *L = child->L;
    note_chunk(child, name);
    char chunk[LUA_IDSIZE + 1];
    snprintf(chunk, sizeof chunk, "=%s", child->chunks[child->chunk_count - 1].shown);
    struct reading reading = {child, source, source + length};
    child->loading_line = 0;
    int status = lua_load(L, read_line, &reading, chunk, "t");
    guard_denied(child);
    if (status != LUA_OK) {
        struct spot spot = {(int)child->chunk_count - 1, 1};
        const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
        message = split_message(child, message, &spot);
        guard_fail(child, "syntax", spot, message, NULL);
    }
    child->loading_line = 0;
    lua_pushvalue(L, env);
    lua_setupvalue(L, -2, 1);
}

void env_run(struct child *child, int arguments)
{
    lua_State *L = child->L;
    int base = lua_gettop(L) - arguments;
    lua_pushcfunction(L, on_error);
    lua_insert(L, base);
    int status = lua_pcall(L, arguments, 0, base);
    if (status == LUA_OK)
        return;
    guard_denied(child);
    /* an error while the error was handled */
    guard_fail(child, "script-error", (struct spot){0, 1},
               TR(child->lang, "the script failed while an error was being reported",
                  "报告错误时脚本再次出错"),
               NULL);
}

/* ---- modules ------------------------------------------------------------------------------------ */

/* Asks for the module and reads the answer into the arena. */
static const struct value *ask_module(struct child *child, const char *name)
{
    struct buf frame = {0};
    tree_add_string(&frame, name, strlen(name));
    guard_write_head(EVAL_WANTED, frame.length);
    guard_write(frame.bytes, frame.length);
    buf_free(&frame);
    unsigned char head[EVAL_HEAD];
    guard_read(head, sizeof head);
    size_t length = eval_frame_length(head);
    guard_charge(child, length * 2);
    char *bytes = arena_alloc(child->arena, length);
    guard_read(bytes, length);
    struct value_limits limits = {100, 4, length};
    struct value *value = NULL;
    struct err err;
    if (value_decode(child->arena, bytes, length, &limits, &value, &err) < 0)
        guard_fail(child, "evaluator-fault", guard_spot(child), err.message, NULL);
    return value;
}

static _Noreturn void fail_module(struct child *child, const char *name, const char *message)
{
    char text[EVAL_TEXT_MOST];
    snprintf(text, sizeof text, "require \"%.64s\": %s", name, message);
    child->blame.near = "require";
    guard_fail(child, "module", guard_spot(child), text, NULL);
}

static void load_module(struct child *child, const char *name)
{
    lua_State *L = child->L;
    if (child->chunk_count > EVAL_MODULES_MOST)
        fail_module(child, name,
                    TR(child->lang, "too many modules (at most 64)", "模块过多（最多 64 个）"));
    const struct value *answer = ask_module(child, name);
    const struct value *source = value_get(answer, "source");
    const char *shown = value_get_string(answer, "name");
    if (source && shown) {
        lua_getfield(L, LUA_REGISTRYINDEX, "environment");
        env_load(child, lua_gettop(L), shown, source->string, source->length);
        lua_call(L, 0, 1);
    } else {
        const char *message = value_get_string(answer, "message");
        fail_module(child, name, message ? message : "");
    }
}

static int env_require(lua_State *L)
{
    struct child *child = env_child(L);
    if (lua_type(L, 1) != LUA_TSTRING)
        return luaL_error(L, "require needs a name");
    const char *name = lua_tostring(L, 1);
    if (lua_rawlen(L, 1) > EVAL_NAME_MOST ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") != lua_rawlen(L, 1) ||
        name[0] == '.' || !name[0])
        fail_module(child, name,
                    TR(child->lang, "a module's name has small letters, digits and - . _ only",
                       "模块名只能用小写字母、数字和 - . _"));
    lua_settop(L, 1);
    lua_getfield(L, LUA_REGISTRYINDEX, LOADED);
    if (lua_getfield(L, 2, name) == LUA_TBOOLEAN && !lua_toboolean(L, -1))
        fail_module(child, name,
                    TR(child->lang, "the module requires itself", "模块循环引用自己"));
    if (!lua_isnil(L, -1))
        return 1;
    lua_pushboolean(L, 0);
    lua_setfield(L, 2, name);
    load_module(child, name);
    if (lua_isnil(L, -1) || (lua_isboolean(L, -1) && !lua_toboolean(L, -1)))
        lua_pushboolean(L, 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, name);
    return 1;
}
