/* What a handler says: notify in a run, finding while the plan is checked. */
#include "script/eval_child_say.h"

#include "base/finding.h"
#include "base/utf8.h"
#include "script/eval_child_guard.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

static const char NAMED[] = "named"; /* registry: unit id → set */
static const char ITEMS[] = "items"; /* registry: ids of the plan's items, for a check */

/* ---- functions with options ------------------------------------------------------------------- */

/* A function of handlers, as far as its faults are told alike. */
struct form {
    const char *name, *fault; /* the finding's name when it is called wrongly */
    const char *options[5];   /* up to NULL */
    const char *options_en, *options_zh, *form_en, *form_zh;
};

static const struct form notify_form = {
    "notify",
    "malformed-notice",
    {"to", "channel"},
    "there are to and channel",
    "可用 to 和 channel",
    "write notify(event.units, \"text\", { to = \"role\" })",
    "应写成 notify(event.units, \"文本\", { to = \"角色\" })",
};

static const struct form finding_form = {
    "finding",
    "malformed-finding",
    {"level", "name", "field", "help"},
    "there are level, name, field and help",
    "可用 level、name、field 和 help",
    "write finding(item.id, \"text\", { level = \"warning\" })",
    "应写成 finding(item.id, \"文本\", { level = \"warning\" })",
};

static _Noreturn void fail_call(struct child *child, const struct form *form,
                                const char *message)
{
    handler_fail(child, form->fault, form->name, TR(child->lang, form->form_en, form->form_zh),
                 TR(child->lang, "%s: %s", "%s：%s"), form->name, message);
}

static bool is_plain(const char *text, size_t length, size_t most)
{
    return length > 0 && length <= most && !memchr(text, 0, length) &&
           utf8_valid(text, length) == length && !utf8_has_control(text, length);
}

/* An option, on the top of the stack; false when it is not given. What was pushed stays: the
 * call's stack is dropped at its end. */
static bool push_option(lua_State *L, const char *key)
{
    return lua_istable(L, 3) && lua_getfield(L, 3, key) != LUA_TNIL;
}

/* An option that is an id, NULL when it is not given. */
static const char *read_id(struct child *child, const struct form *form, const char *key)
{
    lua_State *L = child->L;
    size_t length = 0;
    if (!push_option(L, key))
        return NULL;
    const char *id = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : "";
    if (!words_is_id(id, length))
        handler_fail(
            child, "malformed-id", form->name,
            TR(child->lang, "small letters, digits, - . _, at most 64",
               "只用小写字母、数字和 - . _，不超过 64 个字符"),
            TR(child->lang, "%s: %s = “%.100s” is no id", "%s：%s = “%.100s”不是合法的编号"),
            form->name, key, id);
    return id;
}

static void check_option(struct child *child, const struct form *form, const char *key)
{
    size_t count = 0;
    for (; form->options[count]; count++)
        if (strcmp(key, form->options[count]) == 0)
            return;
    const char *near = nearest_word(key, form->options, count);
    handler_fail(child, "unknown-field", *key ? key : form->name,
                 near ? near : TR(child->lang, form->options_en, form->options_zh),
                 TR(child->lang, "%s: there is no option “%.80s”", "%s：没有选项“%.80s”"),
                 form->name, key);
}

static void check_options(struct child *child, const struct form *form)
{
    lua_State *L = child->L;
    if (lua_isnoneornil(L, 3))
        return;
    if (!lua_istable(L, 3))
        fail_call(child, form, TR(child->lang, "the options are a table", "选项应为表"));
    for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1))
        check_option(child, form, lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "");
}

/* ---- notify(units, text, {to, channel}) -------------------------------------------------------- */

/* Replaces the id of a unit on top of the stack by its set; each is asked about once. */
static void name_units(struct child *child)
{
    lua_State *L = child->L;
    size_t length;
    const char *unit = lua_tolstring(L, -1, &length);
    if (!is_plain(unit, length, EVAL_NAME_MOST))
        handler_fail(child, "malformed-id", "notify", NULL,
                     TR(child->lang, "notify: “%.100s” is no id of a unit",
                        "notify：“%.100s”不是单位的编号"),
                     unit);
    lua_getfield(L, LUA_REGISTRYINDEX, NAMED);
    lua_pushvalue(L, -2);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pop(L, 1);
        handler_ask_named(child, "notify", unit);
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
    const lua_Integer *set = handler_set(L, -1);
    if (handler->target_count == EVAL_TARGETS_MOST)
        handler_fail(child, "targets-limit", "notify", NULL,
                     TR(child->lang, "the notices of a handler name more than %d sets of units",
                        "一个处理函数的通知对象超过 %d 个"),
                     EVAL_TARGETS_MOST);
    if (!set && lua_type(L, -1) != LUA_TSTRING)
        fail_call(child, &notify_form,
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
        fail_call(child, &notify_form,
                  TR(child->lang, "the list has other keys than 1, 2, 3 …",
                     "对象列表中有 1、2、3 … 之外的键"));
}

/* Keys in order: [channel] sets text [to]. */
static void add_notice(struct child *child, unsigned first)
{
    lua_State *L = child->L;
    struct handler *handler = child->handler;
    struct buf *buf = &handler->said;
    size_t before = buf->length, length;
    const char *channel = read_id(child, &notify_form, "channel");
    const char *to = read_id(child, &notify_form, "to");
    const char *text = lua_tolstring(L, 2, &length);
    buf_add(buf, "m", 1);
    buf_add_varint(buf, 2u + (channel != NULL) + (to != NULL));
    if (channel)
        handler_add_text(buf, "channel", channel);
    tree_add_key(buf, "sets");
    buf_add(buf, "l", 1);
    buf_add_varint(buf, handler->target_count - first);
    for (unsigned i = first; i < handler->target_count; i++)
        tree_add_int(buf, handler->targets[i]);
    tree_add_key(buf, "text");
    tree_add_string(buf, text, length);
    if (to)
        handler_add_text(buf, "to", to);
    buf_add_varint(buf, 0);
    guard_charge(child, (buf->length - before) * 2);
    handler->said_count++;
}

static int notify(lua_State *L)
{
    struct child *child = env_child(L);
    enum lang lang = child->lang;
    unsigned first = child->handler->target_count;
    if (lua_gettop(L) < 2 || lua_gettop(L) > 3)
        fail_call(child, &notify_form,
                  TR(lang, "needs units and a text, perhaps options",
                     "需要对象和文本，可以再加选项"));
    size_t length = 0;
    const char *text = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &length) : "";
    if (!is_plain(text, length, EVAL_NOTICE_BYTES))
        fail_call(child, &notify_form,
                  TR(lang, "the text is 1 to 4096 bytes of UTF-8 without control characters",
                     "文本应为 1 到 4096 字节的 UTF-8，不含控制字符"));
    check_options(child, &notify_form);
    add_targets(child);
    if (child->handler->said_count == EVAL_NOTICES_MOST)
        handler_fail(child, "notices-limit", "notify",
                     TR(lang, "one notice may go to all: notify(event.units, …)",
                        "一条通知可以发给全部对象：notify(event.units, …)"),
                     TR(lang, "a handler sends more than %d notices",
                        "一个处理函数发出的通知超过 %d 条"),
                     EVAL_NOTICES_MOST);
    if (child->handler->target_count > first)
        add_notice(child, first);
    return 0;
}

/* ---- finding(item, text, {level, name, field, help}) ------------------------------------------- */

/* Which items there are; the script may change event.items. */
static void keep_items(struct child *child)
{
    lua_State *L = child->L;
    const struct value *items = value_get(child->handler->argument, "items");
    lua_newtable(L);
    for (uint32_t i = 0; items && i < items->count; i++) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, value_get_string(items->items[i], "id"));
    }
    lua_setfield(L, LUA_REGISTRYINDEX, ITEMS);
}

/* The id of the item; NULL = the plan itself. */
static const char *check_item(struct child *child)
{
    lua_State *L = child->L;
    if (lua_isnil(L, 1))
        return NULL;
    if (lua_type(L, 1) != LUA_TSTRING)
        fail_call(child, &finding_form,
                  TR(child->lang, "the item is said by its id; nil means the plan",
                     "事项用编号表示；nil 表示方案本身"));
    const char *id = lua_tostring(L, 1);
    if (!*id)
        return NULL;
    lua_getfield(L, LUA_REGISTRYINDEX, ITEMS);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, -2) == LUA_TNIL)
        handler_fail(child, "unknown-item", "finding", NULL,
                     TR(child->lang, "finding: the plan has no item “%.64s”",
                        "finding：方案里没有事项“%.64s”"),
                     id);
    return id;
}

static const char *read_text(struct child *child, const char *what)
{
    lua_State *L = child->L;
    size_t length = 0;
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : "";
    char message[200];
    snprintf(message, sizeof message,
             TR(child->lang,
                "%s is one line of 1 to %d bytes of UTF-8, without control characters",
                "%s 应为一行 1 到 %d 字节的 UTF-8 文本，不含控制字符"),
             what, EVAL_FINDING_BYTES);
    if (!is_plain(text, length, EVAL_FINDING_BYTES) || strpbrk(text, "\n\t"))
        fail_call(child, &finding_form, message);
    return text;
}

static const char *read_level(struct child *child)
{
    static const char *const levels[] = {"error", "warning", "note"};
    lua_State *L = child->L;
    if (!push_option(L, "level"))
        return "warning";
    const char *level = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(level, levels[i]) == 0)
            return levels[i];
    fail_call(child, &finding_form,
              TR(child->lang, "level is \"error\", \"warning\" or \"note\"",
                 "level 应为 \"error\"、\"warning\" 或 \"note\""));
}

/* Encodes the texts that are there, by keys in order. */
static void add_finding(struct child *child, const char *const pairs[6][2])
{
    struct buf *buf = &child->handler->said;
    size_t before = buf->length;
    unsigned count = 0;
    for (unsigned i = 0; i < 6; i++)
        count += pairs[i][1] != NULL;
    buf_add(buf, "m", 1);
    buf_add_varint(buf, count);
    for (unsigned i = 0; i < 6; i++)
        if (pairs[i][1])
            handler_add_text(buf, pairs[i][0], pairs[i][1]);
    buf_add_varint(buf, 0);
    guard_charge(child, (buf->length - before) * 2);
    child->handler->said_count++;
}

static int finding(lua_State *L)
{
    struct child *child = env_child(L);
    if (lua_gettop(L) < 2 || lua_gettop(L) > 3)
        fail_call(child, &finding_form,
                  TR(child->lang, "needs an item and a text, perhaps options",
                     "需要事项和文本，可以再加选项"));
    if (child->handler->said_count == EVAL_FINDINGS_MOST)
        handler_fail(child, "findings-limit", "finding", NULL,
                     TR(child->lang, "a handler reports more than %d findings",
                        "一个处理函数提出的发现超过 %d 条"),
                     EVAL_FINDINGS_MOST);
    check_options(child, &finding_form);
    const char *item = check_item(child);
    lua_pushvalue(L, 2);
    const char *text = read_text(child, TR(child->lang, "the text", "文本"));
    const char *help = push_option(L, "help") ? read_text(child, "help") : NULL;
    const char *level = read_level(child), *name = read_id(child, &finding_form, "name");
    const char *field = read_id(child, &finding_form, "field");
    const char *const pairs[6][2] = {{"field", field}, {"help", help}, {"item", item},
                                     {"level", level}, {"name", name}, {"text", text}};
    add_finding(child, pairs);
    return 0;
}

/* ---- by name ------------------------------------------------------------------------------------ */

void say_open(struct child *child)
{
    lua_newtable(child->L);
    lua_setfield(child->L, LUA_REGISTRYINDEX, NAMED);
    if (eval_is_check(child->handler->event))
        keep_items(child);
}

int handler_call_late(lua_State *L, const char *name)
{
    struct child *child = env_child(L);
    bool check = eval_is_check(child->handler->event);
    if (strcmp(name, "notify") == 0) {
        if (check)
            handler_fail(child, "run-only", name,
                         TR(child->lang, "report with finding(item.id, \"text\")",
                            "请用 finding(item.id, \"文本\") 提出"),
                         "%s",
                         TR(child->lang, "notify sends in a run; a check only reports",
                            "notify 在运行时发送通知；check 只提出发现"));
        return notify(L);
    }
    if (strcmp(name, "finding") == 0) {
        if (!check)
            handler_fail(child, "check-only", name,
                         TR(child->lang, "put it into on(\"check\", function(event) … end)",
                            "请放进 on(\"check\", function(event) … end) 里"),
                         "%s",
                         TR(child->lang, "finding only works while the plan is checked",
                            "finding 只能在检查方案时使用"));
        return finding(L);
    }
    return luaL_error(L, "%s is not there yet", name);
}
