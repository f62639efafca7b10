#include "script/eval_child_handler.h"

#include "base/finding.h"
#include "base/utf8.h"
#include "script/eval_child_guard.h"
#include "script/eval_child_say.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char UNITS[] = "units";      /* the metatable's name in the registry */
static const char FUNCTION[] = "handler"; /* registry: the function */

void handler_fail(struct child *child, const char *name, const char *near, const char *help,
                  const char *format, ...)
{
    char text[EVAL_TEXT_MOST];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    child->blame = (struct blame){.near = near};
    guard_fail(child, name, guard_spot(child), text, help);
}

/* ---- questions --------------------------------------------------------------------------------- */

struct question {
    const char *what;
    lua_Integer set, n;      /* -1 = not said */
    const char *item, *unit; /* NULL = not said */
};

void handler_push_value(lua_State *L, const struct value *value)
{
    luaL_checkstack(L, 4, NULL);
    switch (value->type) {
    case VALUE_BOOL: lua_pushboolean(L, value->boolean); return;
    case VALUE_INT: lua_pushinteger(L, value->integer); return;
    case VALUE_NUMBER: lua_pushnumber(L, value->number); return;
    case VALUE_STRING: lua_pushlstring(L, value->string, value->length); return;
    case VALUE_LIST:
    case VALUE_MAP: break;
    }
    lua_createtable(L, (int)value->count, (int)value->pairs);
    for (uint32_t i = 0; i < value->count; i++) {
        handler_push_value(L, value->items[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    for (uint32_t i = 0; i < value->pairs; i++) {
        handler_push_value(L, value->map[i].value);
        lua_setfield(L, -2, value->map[i].key);
    }
}

void handler_add_text(struct buf *buf, const char *key, const char *text)
{
    tree_add_key(buf, key);
    tree_add_string(buf, text, strlen(text));
}

static void add_number(struct buf *buf, const char *key, lua_Integer number)
{
    tree_add_key(buf, key);
    tree_add_int(buf, number);
}

/* A whole frame in one write, so that the parent wakes up once. Keys in order. */
static void send_question(struct child *child, const struct question *question)
{
    struct buf *buf = &child->scratch;
    unsigned char head[EVAL_HEAD] = {0};
    buf->length = 0;
    buf_add(buf, head, sizeof head);
    buf_add(buf, "m", 1);
    buf_add_varint(buf, 1u + (question->item != NULL) + (question->n >= 0) +
                            (question->set >= 0) + (question->unit != NULL));
    if (question->item)
        handler_add_text(buf, "item", question->item);
    if (question->n >= 0)
        add_number(buf, "n", question->n);
    if (question->set >= 0)
        add_number(buf, "set", question->set);
    if (question->unit)
        handler_add_text(buf, "unit", question->unit);
    handler_add_text(buf, "what", question->what);
    buf_add_varint(buf, 0);
    eval_frame_head(head, EVAL_ASK, buf->length - sizeof head);
    memcpy(buf->bytes, head, sizeof head);
    guard_write(buf->bytes, buf->length);
}

/* Waits for the answer and pushes it; a refusal ends the process. */
static void receive_answer(struct child *child, const char *near)
{
    unsigned char head[EVAL_HEAD];
    guard_read(head, sizeof head);
    size_t length = eval_frame_length(head);
    char *bytes = mem_resize(NULL, length + 1, 1);
    guard_read(bytes, length);
    struct arena *arena = arena_new();
    struct value_limits limits = {(size_t)EVAL_FIRST_MOST * 4, 4, length};
    struct value *answer = NULL;
    if (value_decode(arena, bytes, length, &limits, &answer, NULL) < 0)
        handler_fail(child, "evaluator-fault", near, NULL, "%s", near);
    if (head[4] != EVAL_ANSWER) {
        const char *name = value_get_string(answer, "name");
        const char *message = value_get_string(answer, "message");
        handler_fail(child, name ? name : "script-error", near, NULL, "%s",
                     message ? message : near);
    }
    handler_push_value(child->L, answer);
    arena_free(arena);
    free(bytes);
}

static void ask(struct child *child, const char *near, const struct question *question)
{
    if (++child->handler->asks > EVAL_ASKS_MOST)
        handler_fail(child, "questions-limit", near,
                     TR(child->lang, "ask once and keep the answer in a local",
                        "请只问一次，把结果存入 local 变量"),
                     TR(child->lang, "a handler asks about units more than %d times",
                        "一个处理函数查询单位超过 %d 次"),
                     EVAL_ASKS_MOST);
    send_question(child, question);
    receive_answer(child, near);
}

void handler_ask_named(struct child *child, const char *near, const char *unit)
{
    ask(child, near, &(struct question){.what = "named", .set = -1, .n = -1, .unit = unit});
}

/* ---- handles of units -------------------------------------------------------------------------- */

const lua_Integer *handler_set(lua_State *L, int index)
{
    return luaL_testudata(L, index, UNITS);
}

bool handler_is_units(lua_State *L, int index)
{
    return handler_set(L, index) != NULL;
}

/* Turns the number of a set on top of the stack into its handle. */
static void push_units(lua_State *L)
{
    lua_Integer set = lua_tointeger(L, -1);
    lua_Integer *handle = lua_newuserdatauv(L, sizeof *handle, 0);
    *handle = set;
    luaL_setmetatable(L, UNITS);
    lua_remove(L, -2);
}

/* The set of units:method(…) with so many arguments; otherwise says how it is written. */
static lua_Integer check_units(lua_State *L, const char *method, const char *form,
                               int arguments)
{
    const lua_Integer *set = handler_set(L, 1);
    if (!set || lua_gettop(L) != arguments + 1) {
        struct child *child = env_child(L);
        char help[100];
        snprintf(help, sizeof help,
                 TR(child->lang, "write event.units:%s", "应写成 event.units:%s"), form);
        handler_fail(child, "malformed-units", method, help,
                     TR(child->lang, "%s is asked of units, with a colon and %d arguments",
                        "%s 要用冒号向 units 查询，带 %d 个参数"),
                     method, arguments);
    }
    return *set;
}

static int units_count(lua_State *L)
{
    lua_Integer set = check_units(L, "count", "count()", 0);
    ask(env_child(L), "count", &(struct question){.what = "count", .set = set, .n = -1});
    return 1;
}

static int units_first(lua_State *L)
{
    lua_Integer set = check_units(L, "first", "first(10)", 1);
    int whole;
    lua_Integer n = lua_tointegerx(L, 2, &whole);
    if (!whole || lua_type(L, 2) != LUA_TNUMBER || n < 0) {
        struct child *child = env_child(L);
        handler_fail(child, "malformed-units", "first", NULL, "%s",
                     TR(child->lang, "first: how many is a whole number, 0 or more",
                        "first：个数应为不小于 0 的整数"));
    }
    n = n > EVAL_FIRST_MOST ? EVAL_FIRST_MOST : n;
    ask(env_child(L), "first", &(struct question){.what = "first", .set = set, .n = n});
    return 1;
}

static int units_behind(lua_State *L)
{
    struct child *child = env_child(L);
    lua_Integer set = check_units(L, "behind", "behind(\"item\")", 1);
    size_t length = 0;
    const char *item = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &length) : "";
    if (!words_is_id(item, length))
        handler_fail(child, "malformed-id", "behind", NULL,
                     TR(child->lang, "behind: “%.100s” is no id of an item",
                        "behind：“%.100s”不是事项的编号"),
                     item);
    ask(child, "behind",
        &(struct question){.what = "behind", .set = set, .n = -1, .item = item});
    push_units(L);
    return 1;
}

static const luaL_Reg methods[] = {
    {"count", units_count}, {"first", units_first}, {"behind", units_behind}, {NULL, NULL}};

static int units_index(lua_State *L)
{
    static const char *const names[] = {"count", "first", "behind"};
    struct child *child = env_child(L);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    for (const luaL_Reg *method = methods; method->name; method++)
        if (strcmp(method->name, name) == 0) {
            lua_pushcfunction(L, method->func);
            return 1;
        }
    const char *near = nearest_word(name, names, sizeof names / sizeof *names);
    char help[200];
    snprintf(help, sizeof help,
             near ? TR(child->lang, "did you mean units:%s?", "是否想写 units:%s？")
                  : TR(child->lang, "units know %scount(), first(n) and behind(\"item\")",
                       "units 可以用 %scount()、first(n)、behind(\"事项\")"),
             near ? near : "");
    env_push_text(L, 2);
    handler_fail(child, "unknown-method", lua_tostring(L, -1), help,
                 TR(child->lang, "units have no “%.80s”", "units 没有“%.80s”"),
                 lua_tostring(L, -1));
}

static int units_refuse(lua_State *L)
{
    struct child *child = env_child(L);
    handler_fail(child, "malformed-units", "units",
                 TR(child->lang, "how many: event.units:count(); who: event.units:first(10)",
                    "个数：event.units:count()；有哪些：event.units:first(10)"),
                 "%s",
                 TR(child->lang,
                    "units are neither a list nor a function and cannot be changed",
                    "units 不是列表，也不是函数，不能改写"));
}

static int units_text(lua_State *L)
{
    lua_pushliteral(L, "units");
    return 1;
}

static void open_units(lua_State *L)
{
    static const luaL_Reg events[] = {{"__index", units_index},   {"__newindex", units_refuse},
                                      {"__len", units_refuse},    {"__call", units_refuse},
                                      {"__tostring", units_text}, {NULL, NULL}};
    luaL_newmetatable(L, UNITS);
    luaL_setfuncs(L, events, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

/* ---- the call ---------------------------------------------------------------------------------- */

void handler_open(struct child *child, const struct value *request)
{
    const struct value *wanted = value_get(request, "handler");
    const struct value *argument = value_get(request, "argument");
    if (!wanted || !argument)
        return;
    struct handler *handler = arena_alloc(child->arena, sizeof *handler);
    handler->event = value_get_string(wanted, "event");
    handler->ref = value_get_string(wanted, "ref");
    handler->argument = argument;
    child->handler = handler;
    open_units(child->L);
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

void handler_offer(struct child *child, const char *event, const char *ref, int index)
{
    struct handler *handler = child->handler;
    if (!handler || !same(handler->event, event) || !same(handler->ref, ref))
        return;
    lua_pushvalue(child->L, index);
    lua_setfield(child->L, LUA_REGISTRYINDEX, FUNCTION);
}

bool handler_runs(const struct child *child)
{
    return child->handler && child->handler->running;
}

static _Noreturn void fail_missing(struct child *child)
{
    const struct handler *handler = child->handler;
    char text[EVAL_TEXT_MOST];
    snprintf(text, sizeof text,
             TR(child->lang, "the script has no on(\"%.64s\"%s%.64s%s, …)",
                "脚本里没有 on(\"%.64s\"%s%.64s%s, …)"),
             handler->event, handler->ref ? ", \"" : "", handler->ref ? handler->ref : "",
             handler->ref ? "\"" : "");
    guard_fail(child, "handler-missing", (struct spot){0, 1}, text, NULL);
}

void handler_run(struct child *child)
{
    lua_State *L = child->L;
    if (lua_getfield(L, LUA_REGISTRYINDEX, FUNCTION) != LUA_TFUNCTION)
        fail_missing(child);
    handler_push_value(L, child->handler->argument);
    lua_pushinteger(L, 0);
    push_units(L);
    lua_setfield(L, -2, "units");
    say_open(child);
    child->handler->running = true;
    env_run(child, 1);
}

void handler_write(struct child *child)
{
    const struct handler *handler = child->handler;
    struct buf *buf = &child->scratch;
    buf->length = 0;
    buf_add(buf, "m", 1);
    buf_add_varint(buf, 1);
    tree_add_key(buf, eval_is_check(handler->event) ? "findings" : "notices");
    buf_add(buf, "l", 1);
    buf_add_varint(buf, handler->said_count);
    guard_write_head(EVAL_RESULT, buf->length + handler->said.length + 1);
    guard_write(buf->bytes, buf->length);
    guard_write(handler->said.bytes, handler->said.length);
    guard_write("", 1); /* no positional items */
}
