#include "script/eval_child_texts.h"

#include "base/utf8.h"
#include "script/eval_child_guard.h"
#include "script/eval_child_say.h"

#include <stdio.h>
#include <string.h>

static const char FUNCTION[] = "text"; /* registry: the function */

struct texts {
    int64_t wanted; /* number of the function */
    const struct value *messages;
    bool running;
    struct buf said; /* without the list's head */
};

void texts_open(struct child *child, const struct value *request)
{
    const struct value *wanted = value_get(request, "text");
    const struct value *messages = value_get(wanted, "messages");
    if (!messages)
        return;
    child->texts = arena_alloc(child->arena, sizeof *child->texts);
    child->texts->wanted = value_get_int(wanted, "function", 0);
    child->texts->messages = messages;
}

unsigned texts_offer(struct child *child)
{
    unsigned number = ++child->text_count;
    if (child->texts && child->texts->wanted == number) {
        lua_pushvalue(child->L, -1);
        lua_setfield(child->L, LUA_REGISTRYINDEX, FUNCTION);
    }
    return number;
}

bool texts_wanted(const struct child *child)
{
    return child->texts != NULL;
}

bool texts_run_now(const struct child *child)
{
    return child->texts && child->texts->running;
}

/* ---- one message -------------------------------------------------------------------------------- */

static bool is_text(const char *text, size_t length)
{
    return length > 0 && length <= EVAL_NOTICE_BYTES && !memchr(text, 0, length) &&
           !memchr(text, '\t', length) && utf8_valid(text, length) == length &&
           !utf8_has_control(text, length);
}

static void add(struct child *child, const char *key, const char *text, size_t length)
{
    struct buf *buf = &child->texts->said;
    size_t before = buf->length;
    buf_add(buf, "m", 1);
    buf_add_varint(buf, 1);
    tree_add_key(buf, key);
    tree_add_string(buf, text, length);
    buf_add_varint(buf, 0);
    guard_charge(child, (buf->length - before) * 2);
}

/* What Lua says of an error may hold anything: the parent makes it fit for people, here it is only
 * made a value. */
static void add_problem(struct child *child, const char *text, size_t length)
{
    size_t most = utf8_cut(text, length, EVAL_TEXT_MOST);
    bool fine = utf8_valid(text, most) == most && !memchr(text, 0, most);
    add(child, "problem", fine ? text : "?", fine ? most : 1);
}

/* "plan.lua:7: ", where the function stands. */
static void describe_place(lua_State *L, char *out, size_t size)
{
    lua_Debug about;
    lua_getfield(L, LUA_REGISTRYINDEX, FUNCTION);
    lua_getinfo(L, ">S", &about);
    snprintf(out, size, "%s:%d: ", about.short_src, about.linedefined);
}

static void add_wrong(struct child *child)
{
    lua_State *L = child->L;
    char text[EVAL_TEXT_MOST], place[LUA_IDSIZE + 16];
    describe_place(L, place, sizeof place);
    if (lua_type(L, -1) == LUA_TSTRING)
        snprintf(
            text, sizeof text, "%s%s", place,
            TR(child->lang,
               "a text function gives 1 to 4096 bytes of UTF-8, without control characters "
               "but line feeds",
               "文本函数应返回 1 到 4096 字节的 UTF-8 文本，除换行外不含控制字符"));
    else
        snprintf(text, sizeof text,
                 TR(child->lang, "%sa text function gives a text, not a %s",
                    "%s文本函数应返回文字，而不是 %s"),
                 place, lua_typename(L, lua_type(L, -1)));
    add_problem(child, text, strlen(text));
}

static void call(struct child *child, const struct value *message)
{
    lua_State *L = child->L;
    size_t length = 0;
    lua_getfield(L, LUA_REGISTRYINDEX, FUNCTION);
    handler_push_value(L, message);
    int status = lua_pcall(L, 1, 1, 0);
    guard_denied(child);
    bool text = lua_type(L, -1) == LUA_TSTRING;
    const char *bytes = text ? lua_tolstring(L, -1, &length) : "";
    if (status != LUA_OK)
        add_problem(child, text ? bytes : "?", text ? length : 1);
    else if (is_text(bytes, length))
        add(child, "text", bytes, length);
    else
        add_wrong(child);
    lua_pop(L, 1);
}

/* ---- all of them -------------------------------------------------------------------------------- */

/* Inside a protected call of its own: pushing a message takes memory. */
static int run_all(lua_State *L)
{
    struct child *child = env_child(L);
    const struct value *messages = child->texts->messages;
    for (uint32_t i = 0; i < messages->count; i++)
        call(child, messages->items[i]);
    return 0;
}

void texts_run(struct child *child)
{
    lua_State *L = child->L;
    if (lua_getfield(L, LUA_REGISTRYINDEX, FUNCTION) != LUA_TFUNCTION)
        guard_fail(
            child, "function-missing", (struct spot){0, 1},
            TR(child->lang, "the script has no such text function", "脚本里没有这个文本函数"),
            NULL);
    lua_pop(L, 1);
    lua_pushcfunction(L, run_all);
    child->texts->running = true;
    env_run(child, 0);
}

void texts_write(struct child *child)
{
    const struct texts *texts = child->texts;
    struct buf *buf = &child->scratch;
    buf->length = 0;
    buf_add(buf, "m", 1);
    buf_add_varint(buf, 1);
    tree_add_key(buf, "texts");
    buf_add(buf, "l", 1);
    buf_add_varint(buf, texts->messages->count);
    guard_write_head(EVAL_RESULT, buf->length + texts->said.length + 1);
    guard_write(buf->bytes, buf->length);
    guard_write(texts->said.bytes, texts->said.length);
    guard_write("", 1); /* no positional items */
}
