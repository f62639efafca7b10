#include "script/eval_child_handler.h"

#include "base/finding.h"
#include "base/utf8.h"
#include "script/eval_child_guard.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is asked for, and what the function has asked for so far. Notices are encoded at once. */
struct handler {
    const char *event, *ref; /* ref NULL = none */
    const struct value *argument;
    bool running;
    unsigned asks;
    struct buf notices; /* without the list's head */
    unsigned notice_count, target_count;
    lua_Integer targets[EVAL_TARGETS_MOST]; /* sets of all notices so far */
};

static const char UNITS[] = "units";      /* the metatable's name in the registry */
static const char FUNCTION[] = "handler"; /* registry: the function */
static const char NAMED[] = "named";      /* registry: unit id → set */

static _Noreturn void fail(struct child *child, const char *name, const char *near,
                           const char *help, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static _Noreturn void fail(struct child *child, const char *name, const char *near,
                           const char *help, const char *format, ...)
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

static void push_value(lua_State *L, const struct value *value)
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
        push_value(L, value->items[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    for (uint32_t i = 0; i < value->pairs; i++) {
        push_value(L, value->map[i].value);
        lua_setfield(L, -2, value->map[i].key);
    }
}

static void add_text(struct buf *buf, const char *key, const char *text)
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
        add_text(buf, "item", question->item);
    if (question->n >= 0)
        add_number(buf, "n", question->n);
    if (question->set >= 0)
        add_number(buf, "set", question->set);
    if (question->unit)
        add_text(buf, "unit", question->unit);
    add_text(buf, "what", question->what);
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
        fail(child, "evaluator-fault", near, NULL, "%s", near);
    if (head[4] != EVAL_ANSWER) {
        const char *name = value_get_string(answer, "name");
        const char *message = value_get_string(answer, "message");
        fail(child, name ? name : "script-error", near, NULL, "%s", message ? message : near);
    }
    push_value(child->L, answer);
    arena_free(arena);
    free(bytes);
}

static void ask(struct child *child, const char *near, const struct question *question)
{
    if (++child->handler->asks > EVAL_ASKS_MOST)
        fail(child, "questions-limit", near,
             TR(child->lang, "ask once and keep the answer in a local",
                "请只问一次，把结果存入 local 变量"),
             TR(child->lang, "a handler asks about units more than %d times",
                "一个处理函数查询单位超过 %d 次"),
             EVAL_ASKS_MOST);
    send_question(child, question);
    receive_answer(child, near);
}

/* ---- handles of units -------------------------------------------------------------------------- */

bool handler_is_units(lua_State *L, int index)
{
    return luaL_testudata(L, index, UNITS) != NULL;
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
    const lua_Integer *set = luaL_testudata(L, 1, UNITS);
    if (!set || lua_gettop(L) != arguments + 1) {
        struct child *child = env_child(L);
        char help[100];
        snprintf(help, sizeof help,
                 TR(child->lang, "write event.units:%s", "应写成 event.units:%s"), form);
        fail(child, "malformed-units", method, help,
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
        fail(child, "malformed-units", "first", NULL, "%s",
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
        fail(child, "malformed-id", "behind", NULL,
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
    fail(child, "unknown-method", lua_tostring(L, -1), help,
         TR(child->lang, "units have no “%.80s”", "units 没有“%.80s”"), lua_tostring(L, -1));
}

static int units_refuse(lua_State *L)
{
    struct child *child = env_child(L);
    fail(child, "malformed-units", "units",
         TR(child->lang, "how many: event.units:count(); who: event.units:first(10)",
            "个数：event.units:count()；有哪些：event.units:first(10)"),
         "%s",
         TR(child->lang, "units are neither a list nor a function and cannot be changed",
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
    lua_newtable(L);
    lua_setfield(L, LUA_REGISTRYINDEX, NAMED);
}

/* ---- notify(units, text, {to, channel}) -------------------------------------------------------- */

static _Noreturn void fail_notice(struct child *child, const char *message)
{
    fail(child, "malformed-notice", "notify",
         TR(child->lang, "write notify(event.units, \"text\", { to = \"role\" })",
            "应写成 notify(event.units, \"文本\", { to = \"角色\" })"),
         TR(child->lang, "notify: %s", "notify：%s"), message);
}

static bool is_plain(const char *text, size_t length, size_t most)
{
    return length > 0 && length <= most && !memchr(text, 0, length) &&
           utf8_valid(text, length) == length && !utf8_has_control(text, length);
}

/* Replaces the id of a unit on top of the stack by its set; each is asked about once. */
static void name_units(struct child *child)
{
    lua_State *L = child->L;
    size_t length;
    const char *unit = lua_tolstring(L, -1, &length);
    if (!is_plain(unit, length, EVAL_NAME_MOST))
        fail(child, "malformed-id", "notify", NULL,
             TR(child->lang, "notify: “%.100s” is no id of a unit",
                "notify：“%.100s”不是单位的编号"),
             unit);
    lua_getfield(L, LUA_REGISTRYINDEX, NAMED);
    lua_pushvalue(L, -2);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pop(L, 1);
        ask(child, "notify",
            &(struct question){.what = "named", .set = -1, .n = -1, .unit = unit});
        lua_pushvalue(L, -3);
        lua_pushvalue(L, -2);
        lua_rawset(L, -4);
    }
    lua_replace(L, -3);
    lua_pop(L, 1);
}

/* Takes the handle or id on top of the stack off it. */
static void add_target(struct child *child)
{
    lua_State *L = child->L;
    struct handler *handler = child->handler;
    const lua_Integer *set = luaL_testudata(L, -1, UNITS);
    if (handler->target_count == EVAL_TARGETS_MOST)
        fail(child, "targets-limit", "notify", NULL,
             TR(child->lang, "the notices of a handler name more than %d sets of units",
                "一个处理函数的通知对象超过 %d 个"),
             EVAL_TARGETS_MOST);
    if (!set && lua_type(L, -1) != LUA_TSTRING)
        fail_notice(child,
                    TR(child->lang, "to whom is said by units, an id, or a list of these",
                       "对象应为 units、单位编号或由它们组成的列表"));
    if (!set)
        name_units(child);
    handler->targets[handler->target_count++] = set ? *set : lua_tointeger(L, -1);
    lua_pop(L, 1);
}

static void add_targets(struct child *child)
{
    lua_State *L = child->L;
    if (!lua_istable(L, 1)) {
        lua_pushvalue(L, 1);
        add_target(child);
        return;
    }
    lua_Integer length = 0, keys = 0;
    for (; lua_rawgeti(L, 1, length + 1) != LUA_TNIL; length++)
        add_target(child);
    lua_pop(L, 1);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1))
        keys++;
    if (keys != length)
        fail_notice(child, TR(child->lang, "the list has other keys than 1, 2, 3 …",
                              "对象列表中有 1、2、3 … 之外的键"));
}

/* An option of notify: an id, NULL when it is not given. */
static const char *read_option(struct child *child, const char *key)
{
    lua_State *L = child->L;
    size_t length = 0;
    if (!lua_istable(L, 3) || lua_getfield(L, 3, key) == LUA_TNIL)
        return NULL; /* what was pushed stays: the call's stack is dropped at its end */
    const char *id = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : "";
    if (!words_is_id(id, length))
        fail(child, "malformed-id", "notify",
             TR(child->lang, "small letters, digits, - . _, at most 64",
                "只用小写字母、数字和 - . _，不超过 64 个字符"),
             TR(child->lang, "notify: %s = “%.100s” is no id",
                "notify：%s = “%.100s”不是合法的编号"),
             key, id);
    return id;
}

static void check_options(struct child *child)
{
    static const char *const names[] = {"to", "channel"};
    lua_State *L = child->L;
    if (lua_isnoneornil(L, 3))
        return;
    if (!lua_istable(L, 3))
        fail_notice(child, TR(child->lang, "the options are a table", "选项应为表"));
    for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        const char *key = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
        lua_pop(L, 1);
        if (strcmp(key, names[0]) == 0 || strcmp(key, names[1]) == 0)
            continue;
        const char *near = nearest_word(key, names, 2);
        fail(child, "unknown-field", *key ? key : "notify",
             near ? near : TR(child->lang, "there are to and channel", "可用 to 和 channel"),
             TR(child->lang, "notify: there is no option “%.80s”", "notify：没有选项“%.80s”"),
             key);
    }
}

/* Keys in order: [channel] sets text [to]. */
static void add_notice(struct child *child, unsigned first)
{
    lua_State *L = child->L;
    struct handler *handler = child->handler;
    struct buf *buf = &handler->notices;
    size_t before = buf->length, length;
    const char *channel = read_option(child, "channel"), *to = read_option(child, "to");
    const char *text = lua_tolstring(L, 2, &length);
    buf_add(buf, "m", 1);
    buf_add_varint(buf, 2u + (channel != NULL) + (to != NULL));
    if (channel)
        add_text(buf, "channel", channel);
    tree_add_key(buf, "sets");
    buf_add(buf, "l", 1);
    buf_add_varint(buf, handler->target_count - first);
    for (unsigned i = first; i < handler->target_count; i++)
        tree_add_int(buf, handler->targets[i]);
    tree_add_key(buf, "text");
    tree_add_string(buf, text, length);
    if (to)
        add_text(buf, "to", to);
    buf_add_varint(buf, 0);
    guard_charge(child, (buf->length - before) * 2);
    handler->notice_count++;
}

static int notify(lua_State *L)
{
    struct child *child = env_child(L);
    enum lang lang = child->lang;
    unsigned first = child->handler->target_count;
    if (lua_gettop(L) < 2 || lua_gettop(L) > 3)
        fail_notice(child, TR(lang, "needs units and a text, perhaps options",
                              "需要对象和文本，可以再加选项"));
    size_t length = 0;
    const char *text = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &length) : "";
    if (!is_plain(text, length, EVAL_NOTICE_BYTES))
        fail_notice(child,
                    TR(lang, "the text is 1 to 4096 bytes of UTF-8 without control characters",
                       "文本应为 1 到 4096 字节的 UTF-8，不含控制字符"));
    check_options(child);
    add_targets(child);
    if (child->handler->notice_count == EVAL_NOTICES_MOST)
        fail(child, "notices-limit", "notify",
             TR(lang, "one notice may go to all: notify(event.units, …)",
                "一条通知可以发给全部对象：notify(event.units, …)"),
             TR(lang, "a handler sends more than %d notices",
                "一个处理函数发出的通知超过 %d 条"),
             EVAL_NOTICES_MOST);
    if (child->handler->target_count > first)
        add_notice(child, first);
    return 0;
}

int handler_call_late(lua_State *L, const char *name)
{
    if (strcmp(name, "notify") == 0)
        return notify(L);
    return luaL_error(L, "%s is not there yet", name);
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
    push_value(L, child->handler->argument);
    lua_pushinteger(L, 0);
    push_units(L);
    lua_setfield(L, -2, "units");
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
    tree_add_key(buf, "notices");
    buf_add(buf, "l", 1);
    buf_add_varint(buf, handler->notice_count);
    guard_write_head(EVAL_RESULT, buf->length + handler->notices.length + 1);
    guard_write(buf->bytes, buf->length);
    guard_write(handler->notices.bytes, handler->notices.length);
    guard_write("", 1); /* no positional items */
}
