#include "base/utf8.h"
#include "script/eval_child.h"
#include "script/eval_child_guard.h"
#include "script/eval_child_texts.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tables that are being walked, so that a cycle is told from mere depth. */
struct walk {
    struct child *child;
    struct spot spot;
    const void *path[EVAL_DEPTH_MOST];
    size_t depth;
};

/* A key of a map while they are sorted; years are spelt into `digits`. */
struct field {
    const char *key;
    size_t length;
    lua_Integer year; /* 0 = a string key */
    char digits[8];
};

static _Noreturn void fail(const struct walk *walk, const char *name, const char *message,
                           const char *help)
{
    char text[EVAL_TEXT_MOST];
    const char *field = walk->child->blame.field;
    if (field)
        snprintf(text, sizeof text,
                 TR(walk->child->lang, "field “%.80s”: %s", "字段“%.80s”：%s"), field, message);
    else
        snprintf(text, sizeof text, "%s", message);
    guard_fail(walk->child, name, walk->spot, text, help);
}

void tree_add_string(struct buf *buf, const char *bytes, size_t length)
{
    buf_add(buf, "s", 1);
    buf_add_varint(buf, length);
    buf_add(buf, bytes, length);
}

void tree_add_int(struct buf *buf, int64_t integer)
{
    buf_add(buf, "i", 1);
    buf_add_varint(buf, (uint64_t)integer << 1 ^ (integer < 0 ? UINT64_MAX : 0));
}

void tree_add_key(struct buf *buf, const char *key)
{
    size_t length = strlen(key);
    buf_add_varint(buf, length);
    buf_add(buf, key, length);
}

/* Counts a value against the limits before it is written. */
static void count(struct walk *walk, size_t bytes)
{
    struct child *child = walk->child;
    child->values++;
    child->bytes += bytes + 4;
    if (child->values > EVAL_VALUES_MOST || child->bytes > EVAL_BYTES_MOST)
        fail(walk, "too-much-declared",
             TR(child->lang, "the plan declares more than a plan may hold",
                "方案声明的内容超过上限"),
             TR(child->lang, "the bounds are 2,000,000 values and 32 MiB",
                "上限为 200 万个值、32 MiB"));
}

static void check_text(struct walk *walk, const char *bytes, size_t length, size_t most)
{
    enum lang lang = walk->child->lang;
    if (length > most)
        fail(walk, "text-too-long",
             TR(lang, "a text is longer than it may be", "文本超过允许的长度"), NULL);
    if (memchr(bytes, 0, length))
        fail(walk, "nul-in-text", TR(lang, "a text holds a NUL byte", "文本中含有 NUL 字节"),
             NULL);
    if (utf8_valid(bytes, length) != length)
        fail(walk, "not-utf8", TR(lang, "a text is not UTF-8", "文本不是合法的 UTF-8"),
             TR(lang, "string.sub counts bytes and may cut a Han character: use utf8.offset",
                "string.sub 按字节截取，可能把一个汉字切断：请用 utf8.offset"));
    if (utf8_has_control(bytes, length))
        fail(walk, "control-character",
             TR(lang,
                "a text holds a control character or one that turns the reading direction",
                "文本中含有控制字符或改变书写方向的字符"),
             NULL);
}

static void encode(struct walk *walk);

static void encode_string(struct walk *walk)
{
    size_t length;
    const char *bytes = lua_tolstring(walk->child->L, -1, &length);
    check_text(walk, bytes, length, EVAL_STRING_MOST);
    count(walk, length);
    tree_add_string(&walk->child->scratch, bytes, length);
}

static void encode_number(struct walk *walk)
{
    struct child *child = walk->child;
    count(walk, 8);
    lua_Integer integer;
    if (lua_isinteger(child->L, -1)) {
        tree_add_int(&child->scratch, lua_tointeger(child->L, -1));
        return;
    }
    double number = lua_tonumber(child->L, -1);
    if (!isfinite(number))
        fail(walk, "not-a-number",
             TR(child->lang, "a number is infinite or not a number", "数值是无穷大或非数"),
             NULL);
    if (lua_numbertointeger(floor(number), &integer) && (double)integer == number) {
        tree_add_int(&child->scratch, integer);
        return;
    }
    buf_add(&child->scratch, "n", 1);
    buf_add(&child->scratch, &number, sizeof number);
}

/* ---- tables ------------------------------------------------------------------------------ */

static lua_Integer sequence_length(lua_State *L, int index)
{
    lua_Integer length = 0;
    while (lua_rawgeti(L, index, length + 1) != LUA_TNIL) {
        lua_pop(L, 1);
        length++;
    }
    lua_pop(L, 1);
    return length;
}

static const char *field_key(const struct field *field)
{
    return field->year ? field->digits : field->key;
}

static int field_order(const void *left, const void *right)
{
    return strcmp(field_key(left), field_key(right));
}

static _Noreturn void fail_key(const struct walk *walk)
{
    lua_State *L = walk->child->L;
    enum lang lang = walk->child->lang;
    char text[200];
    if (lua_isinteger(L, -2))
        snprintf(text, sizeof text,
                 TR(lang, "position %lld is given but one before it is nil",
                    "有第 %lld 项，但它前面缺了一项（nil）"),
                 (long long)lua_tointeger(L, -2));
    else
        snprintf(text, sizeof text,
                 TR(lang, "a key is a %s; keys are names", "键的类型是 %s，键只能是名称"),
                 lua_typename(L, lua_type(L, -2)));
    fail(walk, "strange-key", text, NULL);
}

/* The key at -2 of a walk; false for one of the positions 1..length. */
static bool read_field(struct walk *walk, lua_Integer length, struct field *field)
{
    lua_State *L = walk->child->L;
    if (lua_type(L, -2) == LUA_TSTRING) {
        *field = (struct field){0};
        field->key = lua_tolstring(L, -2, &field->length);
        check_text(walk, field->key, field->length, EVAL_KEY_MOST);
        return true;
    }
    if (!lua_isinteger(L, -2))
        fail_key(walk);
    lua_Integer position = lua_tointeger(L, -2);
    if (position >= 1 && position <= length)
        return false;
    if (position < 1000 || position > 9999)
        fail_key(walk);
    *field = (struct field){.year = position}; /* { rule, [2022] = … } */
    field->length = (size_t)snprintf(field->digits, sizeof field->digits, "%d", (int)position);
    return true;
}

/* The keys of the table that are no positions, sorted; the caller frees them. */
static struct field *collect_fields(struct walk *walk, int index, lua_Integer length,
                                    size_t *total)
{
    lua_State *L = walk->child->L;
    struct field *fields = NULL, field;
    size_t room = 0;
    *total = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (!read_field(walk, length, &field))
            continue;
        if (*total == room) {
            room = room ? room * 2 : 16;
            if (room > (size_t)EVAL_VALUES_MOST * 2)
                count(walk, EVAL_BYTES_MOST);
            fields = mem_resize(fields, room, sizeof *fields);
        }
        fields[(*total)++] = field;
    }
    if (*total)
        qsort(fields, *total, sizeof *fields, field_order);
    return fields;
}

static void enter(struct walk *walk, int index)
{
    enum lang lang = walk->child->lang;
    const void *table = lua_topointer(walk->child->L, index);
    for (size_t i = 0; i < walk->depth; i++)
        if (walk->path[i] == table)
            fail(walk, "cycle", TR(lang, "a table contains itself", "表直接或间接地包含了自己"),
                 NULL);
    if (walk->depth == EVAL_DEPTH_MOST || !lua_checkstack(walk->child->L, 8))
        fail(walk, "too-deep",
             TR(lang, "tables are nested more than 32 deep", "表的嵌套超过 32 层"), NULL);
    walk->path[walk->depth++] = table;
    count(walk, 0);
}

static void encode_fields(struct walk *walk, int index, const struct field *fields,
                          size_t total, bool name_fields)
{
    struct child *child = walk->child;
    buf_add_varint(&child->scratch, total);
    for (size_t i = 0; i < total; i++) {
        if (i && field_order(&fields[i - 1], &fields[i]) == 0)
            fail(walk, "key-twice",
                 TR(child->lang, "a year is given as a number and as a text",
                    "同一年份既写成数字又写成文本"),
                 NULL);
        if (name_fields)
            child->blame.field = field_key(&fields[i]);
        buf_add_varint(&child->scratch, fields[i].length);
        buf_add(&child->scratch, field_key(&fields[i]), fields[i].length);
        count(walk, fields[i].length);
        if (fields[i].year) {
            lua_rawgeti(child->L, index, fields[i].year);
        } else {
            lua_pushlstring(child->L, fields[i].key, fields[i].length);
            lua_rawget(child->L, index);
        }
        encode(walk);
        lua_pop(child->L, 1);
    }
}

static void encode_table(struct walk *walk)
{
    struct child *child = walk->child;
    int index = lua_gettop(child->L);
    enter(walk, index);
    lua_Integer length = sequence_length(child->L, index);
    size_t total;
    struct field *fields = collect_fields(walk, index, length, &total);
    buf_add(&child->scratch, total ? "m" : "l", 1);
    if (total)
        encode_fields(walk, index, fields, total, false);
    free(fields);
    buf_add_varint(&child->scratch, (uint64_t)length);
    for (lua_Integer i = 1; i <= length; i++) {
        lua_rawgeti(child->L, index, i);
        encode(walk);
        lua_pop(child->L, 1);
    }
    walk->depth--;
}

static _Noreturn void fail_type(struct walk *walk)
{
    struct child *child = walk->child;
    char text[200];
    if (words_is_node(child->L, -1)) {
        words_push_name(child->L, -1);
        snprintf(text, sizeof text, TR(child->lang, "%s is used as a value", "%s 被当作值使用"),
                 lua_tostring(child->L, -1));
        fail(walk, "node-as-value", text,
             TR(child->lang, "refer to it by its id in quotes, or put it among the children",
                "引用时写它的编号（加引号）；作为下级则直接列在花括号里"));
    }
    snprintf(text, sizeof text,
             TR(child->lang, "a %s is no value of a plan", "%s 不能作为方案中的值"),
             lua_typename(child->L, lua_type(child->L, -1)));
    fail(walk, "strange-value", text, NULL);
}

/* `text = function …` of a word without an id: remind, escalate. */
static bool is_text_function(const struct walk *walk)
{
    const struct blame *blame = &walk->child->blame;
    return walk->depth == 1 && blame->word && !blame->id && blame->field &&
           strcmp(blame->field, "text") == 0 && !lua_iscfunction(walk->child->L, -1);
}

/* What stands for a function in the tree: its number and its lines. */
static void encode_function(struct walk *walk)
{
    struct child *child = walk->child;
    lua_Debug about;
    lua_pushvalue(child->L, -1);
    lua_getinfo(child->L, ">S", &about);
    count(walk, 24);
    buf_add(&child->scratch, "m", 1);
    buf_add_varint(&child->scratch, 3);
    tree_add_key(&child->scratch, "function");
    tree_add_int(&child->scratch, texts_offer(child));
    tree_add_key(&child->scratch, "last_line");
    tree_add_int(&child->scratch, about.lastlinedefined);
    tree_add_key(&child->scratch, "line");
    tree_add_int(&child->scratch, about.linedefined);
    buf_add_varint(&child->scratch, 0);
}

static void encode(struct walk *walk)
{
    lua_State *L = walk->child->L;
    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        count(walk, 0);
        buf_add(&walk->child->scratch, lua_toboolean(L, -1) ? "T" : "F", 1);
        break;
    case LUA_TNUMBER: encode_number(walk); break;
    case LUA_TSTRING: encode_string(walk); break;
    case LUA_TTABLE: encode_table(walk); break;
    case LUA_TFUNCTION:
        if (is_text_function(walk)) {
            encode_function(walk);
            break;
        } /* fall through */
    default: fail_type(walk);
    }
}

void tree_encode(struct child *child, struct spot spot)
{
    struct walk walk = {.child = child, .spot = spot};
    child->blame.field = NULL;
    encode(&walk);
}

void tree_encode_fields(struct child *child, int index, struct spot spot)
{
    struct walk walk = {.child = child, .spot = spot};
    child->blame.field = NULL;
    child->values += EVAL_NODE_VALUES;
    enter(&walk, index);
    lua_Integer length = sequence_length(child->L, index);
    size_t total;
    struct field *fields = collect_fields(&walk, index, length, &total);
    buf_add(&child->scratch, "m", 1);
    encode_fields(&walk, index, fields, total, true);
    buf_add_varint(&child->scratch, 0);
    free(fields);
    child->blame.field = NULL;
}
