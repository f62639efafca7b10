#include "base/finding.h"
#include "base/utf8.h"
#include "script/eval_child.h"
#include "script/eval_child_guard.h"
#include "script/eval_child_handler.h"
#include "script/eval_child_texts.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

enum state { PENDING, WHOLE, ADOPTED };

/* A node lives in the child's arena, so that it survives a script that drops its userdata, which
 * only points here. Its encoding stands in two halves: the children go between them. */
struct node {
    struct child *child;
    struct node *next; /* in the order of the words */
    const char *word;
    const char *id; /* NULL = a bare word */
    enum eval_kind kind;
    enum state state;
    struct spot spot, user; /* where it is written; where it got its parent */
    unsigned height;        /* 1 = without children */
    char *head, *tail;
    size_t head_size, tail_size, size; /* size = with all children */
    struct node **children;
    size_t child_count;
};

enum { FLUSH_BYTES = 64 * 1024 };

static const char NODE[] = "node"; /* the metatable's name in the registry */

bool words_is_node(lua_State *L, int index)
{
    return luaL_testudata(L, index, NODE) != NULL;
}

static struct node *node_at(lua_State *L, int index)
{
    struct node **node = luaL_testudata(L, index, NODE);
    return node ? *node : NULL;
}

void words_push_name(lua_State *L, int index)
{
    struct node *node = node_at(L, index);
    if (node->id)
        lua_pushfstring(L, "%s \"%s\"", node->word, node->id);
    else
        lua_pushstring(L, node->word);
}

static _Noreturn void fail(struct child *child, const char *name, struct spot spot,
                           const char *help, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static _Noreturn void fail(struct child *child, const char *name, struct spot spot,
                           const char *help, const char *format, ...)
{
    char text[EVAL_TEXT_MOST];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    guard_fail(child, name, spot, text, help);
}

/* ---- word "id" ----------------------------------------------------------------------------- */

bool words_is_id(const char *text, size_t length)
{
    if (length < 1 || length > EVAL_NAME_MOST)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && (i == 0 || (c != '.' && c != '_' && c != '-')))
            return false;
    }
    return true;
}

static const char *form_of(struct child *child, const char *word, enum eval_kind kind)
{
    const char *form = kind == EVAL_BARE   ? "%s { … }"
                       : kind == EVAL_FILE ? "%s \"file.csv\" { … }"
                       : kind == EVAL_ON   ? "%s(\"event\", function(event) … end)"
                                           : TR(child->lang, "%s \"id\" { \"name\", … }",
                                                "%s \"编号\" { \"名称\", … }");
    const char *filled = lua_pushfstring(child->L, form, word);
    return arena_string(child->arena, filled);
}

static _Noreturn void fail_form(struct child *child, const char *word, enum eval_kind kind,
                                const char *name, const char *what)
{
    char help[200];
    child->blame.near = word;
    snprintf(help, sizeof help, TR(child->lang, "write %s", "应写成 %s"),
             form_of(child, word, kind));
    fail(child, name, guard_spot(child), help, TR(child->lang, "%s: %s", "%s：%s"), word, what);
}

/* The id (or file) of a word: the only argument, a string of the right form. */
static const char *check_id(struct child *child, const char *word, enum eval_kind kind)
{
    lua_State *L = child->L;
    enum lang lang = child->lang;
    if (lua_type(L, 1) == LUA_TTABLE)
        fail_form(child, word, kind, "id-missing",
                  TR(lang, "the id before the braces is missing", "花括号前缺少编号"));
    if (lua_type(L, 1) != LUA_TSTRING || lua_gettop(L) != 1)
        fail_form(child, word, kind, "id-missing",
                  TR(lang, "needs one text as its id", "需要且只需要一个文本作编号"));
    size_t length;
    const char *id = lua_tolstring(L, 1, &length);
    bool fine = kind == EVAL_FILE
                    ? length > 0 && length <= EVAL_KEY_MOST && !memchr(id, 0, length) &&
                          utf8_valid(id, length) == length && !utf8_has_control(id, length)
                    : words_is_id(id, length);
    if (!fine) {
        child->blame.near = id;
        fail(
            child, "malformed-id", guard_spot(child),
            TR(lang,
               "small letters, digits, - . _, at most 64, a letter or digit first; the name "
               "goes into the braces",
               "编号只用小写字母、数字和 - . _，不超过 64 个字符，以字母或数字开头；名称写在花括号里"),
            TR(lang, "%s: “%.100s” is no id", "%s：“%.100s”不是合法的编号"), word, id);
    }
    return id;
}

/* The plan stands when a handler runs. */
static void refuse_late(struct child *child, const char *word)
{
    if (!handler_runs(child) && !texts_run_now(child))
        return;
    child->blame = (struct blame){.near = word};
    fail(child, "plan-only", guard_spot(child),
         TR(child->lang, "declare it outside of on(…)", "请写在 on(…) 之外"),
         TR(child->lang, "%s declares a part of the plan and does not work inside a handler",
            "%s 用来声明方案内容，不能写在处理函数里"),
         word);
}

static struct node *node_new(struct child *child, const char *word, enum eval_kind kind)
{
    guard_charge(child, sizeof(struct node) + EVAL_NAME_MOST);
    struct node *node = arena_alloc(child->arena, sizeof *node);
    node->child = child;
    node->word = word;
    node->kind = kind;
    node->spot = guard_spot(child);
    if (child->last)
        child->last->next = node;
    else
        child->first = node;
    child->last = node;
    child->roots++;
    struct node **handle = lua_newuserdatauv(child->L, sizeof *handle, 0);
    *handle = node;
    luaL_setmetatable(child->L, NODE);
    return node;
}

/* ---- { … } --------------------------------------------------------------------------------- */

static _Noreturn void fail_pending(struct child *child, const struct node *node)
{
    child->blame = (struct blame){.near = node->word};
    fail(child, "braces-missing", node->spot, NULL,
         TR(child->lang, "%s \"%s\" has no braces", "%s \"%s\" 后面缺少花括号"), node->word,
         node->id ? node->id : "");
}

static void adopt(struct node *parent, struct node *node)
{
    struct child *child = parent->child;
    if (node->state == ADOPTED)
        fail(child, "node-twice", parent->spot,
             TR(child->lang, "declare it a second time under its own id",
                "如确需两处，请用不同编号各声明一次"),
             TR(child->lang, "%s \"%s\" already stands in the item of line %d",
                "%s \"%s\" 已经列在第 %d 行的事项之下"),
             node->word, node->id ? node->id : "", node->user.line);
    if (node->state == PENDING)
        fail_pending(child, node);
    node->state = ADOPTED;
    node->user = parent->spot;
    child->roots--;
    parent->children[parent->child_count++] = node;
    parent->size += node->size;
    if (node->height >= parent->height)
        parent->height = node->height + 1;
    if (parent->height > EVAL_DEPTH_MOST)
        fail(child, "too-deep", parent->spot, NULL, "%s",
             TR(child->lang, "items are nested more than 32 deep", "事项的嵌套超过 32 层"));
}

/* Positional values: nodes become children, the rest args. */
static void take_positions(struct node *node, int index)
{
    lua_State *L = node->child->L;
    struct buf *buf = &node->child->scratch;
    lua_Integer length = 0, nodes = 0;
    for (; lua_rawgeti(L, index, length + 1) != LUA_TNIL; lua_pop(L, 1), length++)
        nodes += words_is_node(L, -1);
    lua_pop(L, 1);
    guard_charge(node->child, (size_t)nodes * sizeof(struct node *));
    node->children = arena_array(node->child->arena, (size_t)nodes, sizeof(struct node *));
    tree_add_key(buf, "args");
    buf_add(buf, "l", 1);
    buf_add_varint(buf, (uint64_t)(length - nodes));
    for (lua_Integer i = 1; i <= length; i++) {
        lua_rawgeti(L, index, i);
        struct node *child = node_at(L, -1);
        if (child)
            adopt(node, child);
        else
            tree_encode(node->child, node->spot);
        lua_pop(L, 1);
    }
    tree_add_key(buf, "children");
    buf_add(buf, "l", 1);
    buf_add_varint(buf, (uint64_t)nodes);
}

/* Moves the scratch buffer into the arena. */
static char *keep(struct child *child, size_t *size)
{
    guard_charge(child, child->scratch.length);
    *size = child->scratch.length;
    char *bytes = arena_copy(child->arena, child->scratch.bytes, *size);
    child->scratch.length = 0;
    return bytes;
}

static void add_text(struct buf *buf, const char *key, const char *text)
{
    tree_add_key(buf, key);
    tree_add_string(buf, text, strlen(text));
}

/* Keys in order: args children fields [file] [id] line word. */
static void node_fill(struct node *node, int index)
{
    struct child *child = node->child;
    struct buf *buf = &child->scratch;
    bool foreign = node->spot.chunk != 0;
    child->blame = (struct blame){.word = node->word, .id = node->id};
    node->height = 1;
    buf->length = 0;
    buf_add(buf, "m", 1);
    buf_add_varint(buf, 5u + foreign + (node->id != NULL));
    take_positions(node, index);
    node->head = keep(child, &node->head_size);
    tree_add_key(buf, "fields");
    tree_encode_fields(child, index, node->spot);
    if (foreign)
        add_text(buf, "file", child->chunks[node->spot.chunk].name);
    if (node->id)
        add_text(buf, "id", node->id);
    tree_add_key(buf, "line");
    tree_add_int(buf, node->spot.line);
    add_text(buf, "word", node->word);
    buf_add_varint(buf, 0);
    node->tail = keep(child, &node->tail_size);
    node->size += node->head_size + node->tail_size;
    node->state = WHOLE;
    child->blame = (struct blame){0};
}

/* ---- what Lua calls ------------------------------------------------------------------------- */

/* word "id"; upvalues: the word, its kind. */
static int call_word(lua_State *L)
{
    struct child *child = env_child(L);
    const char *word = lua_tostring(L, lua_upvalueindex(1));
    enum eval_kind kind = (enum eval_kind)lua_tointeger(L, lua_upvalueindex(2));
    refuse_late(child, word);
    if (kind == EVAL_BARE) {
        if (lua_type(L, 1) != LUA_TTABLE || lua_gettop(L) != 1)
            fail_form(child, word, kind, "braces-missing",
                      TR(child->lang, "takes braces only", "后面只写花括号"));
        node_fill(node_new(child, word, kind), 1);
        return 1;
    }
    const char *id = check_id(child, word, kind);
    node_new(child, word, kind)->id = arena_string(child->arena, id);
    return 1;
}

/* … { … } */
static int call_node(lua_State *L)
{
    struct child *child = env_child(L);
    struct node *node = node_at(L, 1);
    if (node->state != PENDING)
        fail(child, "braces-twice", guard_spot(child), NULL,
             TR(child->lang, "%s \"%s\" already has its braces (line %d)",
                "%s \"%s\" 已经有花括号了（第 %d 行）"),
             node->word, node->id ? node->id : "", node->spot.line);
    if (lua_type(L, 2) != LUA_TTABLE || lua_gettop(L) != 2)
        fail_form(child, node->word, node->kind, "braces-missing",
                  TR(child->lang, "the braces are missing", "缺少花括号"));
    node_fill(node, 2);
    lua_settop(L, 1);
    return 1;
}

static int index_node(lua_State *L)
{
    struct child *child = env_child(L);
    struct node *node = node_at(L, 1);
    fail(child, "node-fields", guard_spot(child), NULL,
         TR(child->lang, "%s \"%s\" cannot be read or changed once it is declared",
            "%s \"%s\" 声明之后不能再读取或修改"),
         node->word, node->id ? node->id : "");
}

static int node_text(lua_State *L)
{
    words_push_name(L, 1);
    return 1;
}

/* on(event, [ref,] function); upvalue: the word. */
static int call_on(lua_State *L)
{
    struct child *child = env_child(L);
    const char *word = lua_tostring(L, lua_upvalueindex(1));
    int count = lua_gettop(L);
    struct spot spot = guard_spot(child);
    refuse_late(child, word);
    child->blame = (struct blame){.near = word};
    bool fine = (count == 2 || count == 3) && lua_type(L, 1) == LUA_TSTRING &&
                (count == 2 || lua_type(L, 2) == LUA_TSTRING) && lua_isfunction(L, count) &&
                !lua_iscfunction(L, count);
    if (!fine)
        fail_form(child, word, EVAL_ON, "malformed-handler",
                  TR(child->lang,
                     "needs an event, perhaps an item, and a function written here",
                     "需要事件名、可选的事项编号，以及写在此处的函数"));
    struct buf *buf = &child->scratch;
    lua_Debug frame;
    lua_pushvalue(L, count);
    lua_getinfo(L, ">S", &frame);
    buf->length = 0;
    bool foreign = spot.chunk != 0;
    buf_add(buf, "m", 1);
    buf_add_varint(buf, 3u + (count == 3) + foreign);
    child->values += EVAL_NODE_VALUES;
    lua_pushvalue(L, 1);
    tree_add_key(buf, "event");
    tree_encode(child, spot);
    if (foreign)
        add_text(buf, "file", child->chunks[spot.chunk].name);
    tree_add_key(buf, "last_line");
    tree_add_int(buf, frame.lastlinedefined);
    tree_add_key(buf, "line");
    tree_add_int(buf, frame.linedefined);
    if (count == 3) {
        lua_pushvalue(L, 2);
        tree_add_key(buf, "ref");
        tree_encode(child, spot);
    }
    buf_add_varint(buf, 0);
    guard_charge(child, buf->length * 2);
    buf_add(&child->handlers, buf->bytes, buf->length);
    child->handler_count++;
    child->blame = (struct blame){0};
    handler_offer(child, lua_tostring(L, 1), count == 3 ? lua_tostring(L, 2) : NULL, count);
    return 0;
}

static int call_late(lua_State *L)
{
    struct child *child = env_child(L);
    if (handler_runs(child))
        return handler_call_late(L, lua_tostring(L, lua_upvalueindex(1)));
    child->blame.near = lua_tostring(L, lua_upvalueindex(1));
    fail(child, "handler-only", guard_spot(child),
         TR(child->lang, "put it into on(\"event\", function(event) … end)",
            "请放进 on(\"事件\", function(event) … end) 里"),
         TR(child->lang, "%s only works inside a handler", "%s 只能在事件处理函数里使用"),
         lua_tostring(L, lua_upvalueindex(1)));
}

static void add_word(lua_State *L, const struct value *word)
{
    const char *name = value_get_string(word, "name");
    lua_Integer kind = value_get_int(word, "kind", EVAL_ID);
    lua_pushstring(L, name);
    lua_pushinteger(L, kind);
    lua_pushcclosure(L,
                     kind == EVAL_ON     ? call_on
                     : kind == EVAL_LATE ? call_late
                                         : call_word,
                     2);
    lua_setfield(L, -2, name);
}

void words_open(struct child *child)
{
    static const luaL_Reg methods[] = {{"__call", call_node},      {"__index", index_node},
                                       {"__newindex", index_node}, {"__len", index_node},
                                       {"__tostring", node_text},  {NULL, NULL}};
    lua_State *L = child->L;
    luaL_newmetatable(L, NODE);
    luaL_setfuncs(L, methods, 0);
    lua_pop(L, 1);
    for (uint32_t i = 0; i < child->words->count; i++)
        add_word(L, child->words->items[i]);
}

/* ---- the result ----------------------------------------------------------------------------- */

void words_finish(struct child *child)
{
    for (const struct node *node = child->first; node; node = node->next)
        if (node->state == PENDING)
            fail_pending(child, node);
}

static void flush(struct buf *out, size_t least)
{
    if (out->length < least)
        return;
    guard_write(out->bytes, out->length);
    out->length = 0;
}

static void write_node(struct buf *out, const struct node *node)
{
    buf_add(out, node->head, node->head_size);
    for (size_t i = 0; i < node->child_count; i++)
        write_node(out, node->children[i]);
    buf_add(out, node->tail, node->tail_size);
    flush(out, FLUSH_BYTES);
}

/* {handlers, nodes} and no positional items; only the nodes' bytes are not copied once more. */
void words_write(struct child *child)
{
    struct buf out = {0};
    size_t size = 0;
    for (const struct node *node = child->first; node; node = node->next)
        size += node->state == WHOLE ? node->size : 0;
    buf_add(&out, "m", 1);
    buf_add_varint(&out, 2);
    tree_add_key(&out, "handlers");
    buf_add(&out, "l", 1);
    buf_add_varint(&out, child->handler_count);
    buf_add(&out, child->handlers.bytes, child->handlers.length);
    tree_add_key(&out, "nodes");
    buf_add(&out, "l", 1);
    buf_add_varint(&out, child->roots);
    guard_write_head(EVAL_RESULT, out.length + size + 1);
    for (const struct node *node = child->first; node; node = node->next)
        if (node->state == WHOLE)
            write_node(&out, node);
    buf_add_varint(&out, 0);
    flush(&out, 0);
    buf_free(&out);
}
