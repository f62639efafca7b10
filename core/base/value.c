#include "base/value.h"

#include "base/utf8.h"

#include <math.h>
#include <string.h>

/* The frame encoding, one tag byte before each value:
 *   F T            false, true
 *   i <varint>     integer, zigzag
 *   n <8 bytes>    double, little endian as the machine has it (both ends are one machine)
 *   s <len> bytes  string
 *   l <n> values   list
 *   m <n> (<len> key, value)… <k> values…   map: pairs in key order, then positional items
 */

struct value *value_bool(struct arena *arena, bool boolean)
{
    struct value *value = arena_alloc(arena, sizeof *value);
    value->type = VALUE_BOOL;
    value->boolean = boolean;
    return value;
}

struct value *value_int(struct arena *arena, int64_t integer)
{
    struct value *value = arena_alloc(arena, sizeof *value);
    value->type = VALUE_INT;
    value->integer = integer;
    return value;
}

struct value *value_number(struct arena *arena, double number)
{
    const double beyond = 9223372036854775808.0; /* 2^63 */
    if (number >= -beyond && number < beyond && number == floor(number))
        return value_int(arena, (int64_t)number);
    struct value *value = arena_alloc(arena, sizeof *value);
    value->type = VALUE_NUMBER;
    value->number = number;
    return value;
}

struct value *value_bytes(struct arena *arena, const char *bytes, size_t length)
{
    struct value *value = arena_alloc(arena, sizeof *value);
    value->type = VALUE_STRING;
    value->string = arena_copy(arena, bytes, length);
    value->length = length;
    return value;
}

struct value *value_string(struct arena *arena, const char *string)
{
    return value_bytes(arena, string, strlen(string));
}

struct value *value_list(struct arena *arena)
{
    struct value *value = arena_alloc(arena, sizeof *value);
    value->type = VALUE_LIST;
    return value;
}

struct value *value_map(struct arena *arena)
{
    struct value *value = arena_alloc(arena, sizeof *value);
    value->type = VALUE_MAP;
    return value;
}

/* Items and pairs double their room in the arena; the old array is left to it. */
static uint32_t room_for(uint32_t count)
{
    uint32_t room = 4;
    while (room < count)
        room *= 2;
    return room;
}

void value_append(struct arena *arena, struct value *list, struct value *item)
{
    if (list->count == 0 || list->count == room_for(list->count)) {
        uint32_t room = list->count ? room_for(list->count + 1) : 4;
        struct value **items = arena_array(arena, room, sizeof(struct value *));
        if (list->count)
            memcpy(items, list->items, list->count * sizeof(struct value *));
        list->items = items;
    }
    list->items[list->count++] = item;
}

/* The index of `key`, or where it belongs; `*found` says which. */
static uint32_t search(const struct value *map, const char *key, bool *found)
{
    uint32_t low = 0, high = map->pairs;
    *found = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(map->map[middle].key, key);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert(struct arena *arena, struct value *map, uint32_t at, const char *key,
                   struct value *value)
{
    if (map->pairs == 0 || map->pairs == room_for(map->pairs)) {
        uint32_t room = map->pairs ? room_for(map->pairs + 1) : 4;
        struct value_pair *pairs = arena_array(arena, room, sizeof *pairs);
        if (map->pairs)
            memcpy(pairs, map->map, map->pairs * sizeof *pairs);
        map->map = pairs;
    }
    memmove(&map->map[at + 1], &map->map[at], (map->pairs - at) * sizeof *map->map);
    map->map[at] = (struct value_pair){key, value};
    map->pairs++;
}

void value_set(struct arena *arena, struct value *map, const char *key, struct value *value)
{
    bool found;
    uint32_t at = search(map, key, &found);
    if (found)
        map->map[at].value = value;
    else
        insert(arena, map, at, arena_string(arena, key), value);
}

void value_set_string(struct arena *arena, struct value *map, const char *key, const char *text)
{
    value_set(arena, map, key, value_string(arena, text));
}

void value_set_int(struct arena *arena, struct value *map, const char *key, int64_t number)
{
    value_set(arena, map, key, value_int(arena, number));
}

struct value *value_get(const struct value *map, const char *key)
{
    if (!map || map->type != VALUE_MAP)
        return NULL;
    bool found;
    uint32_t at = search(map, key, &found);
    return found ? map->map[at].value : NULL;
}

const char *value_get_string(const struct value *map, const char *key)
{
    const struct value *value = value_get(map, key);
    return value && value->type == VALUE_STRING ? value->string : NULL;
}

int64_t value_get_int(const struct value *map, const char *key, int64_t otherwise)
{
    const struct value *value = value_get(map, key);
    return value && value->type == VALUE_INT ? value->integer : otherwise;
}

struct value *value_copy(struct arena *arena, const struct value *value)
{
    struct value *copy = arena_alloc(arena, sizeof *copy);
    *copy = *value;
    if (value->type == VALUE_STRING)
        copy->string = arena_copy(arena, value->string, value->length);
    if (value->type != VALUE_LIST && value->type != VALUE_MAP)
        return copy;
    copy->items = arena_array(arena, value->count, sizeof(struct value *));
    copy->map = arena_array(arena, value->pairs, sizeof(struct value_pair));
    for (uint32_t i = 0; i < value->count; i++)
        copy->items[i] = value_copy(arena, value->items[i]);
    for (uint32_t i = 0; i < value->pairs; i++)
        copy->map[i] = (struct value_pair){arena_string(arena, value->map[i].key),
                                           value_copy(arena, value->map[i].value)};
    return copy;
}

static bool equal_tables(const struct value *a, const struct value *b)
{
    if (a->count != b->count || a->pairs != b->pairs)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!value_equal(a->items[i], b->items[i]))
            return false;
    for (uint32_t i = 0; i < a->pairs; i++)
        if (strcmp(a->map[i].key, b->map[i].key) != 0 ||
            !value_equal(a->map[i].value, b->map[i].value))
            return false;
    return true;
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (!a || !b || a->type != b->type)
        return a == b;
    switch (a->type) {
    case VALUE_BOOL: return a->boolean == b->boolean;
    case VALUE_INT: return a->integer == b->integer;
    case VALUE_NUMBER: return a->number == b->number; /* finite, never -0: that is an integer */
    case VALUE_STRING:
        return a->length == b->length && memcmp(a->string, b->string, a->length) == 0;
    case VALUE_LIST:
    case VALUE_MAP: return equal_tables(a, b);
    }
    return false;
}

static void encode_bytes(struct buf *buf, const char *bytes, size_t length)
{
    buf_add_varint(buf, length);
    buf_add(buf, bytes, length);
}

static void encode_items(struct buf *buf, const struct value *value)
{
    buf_add_varint(buf, value->count);
    for (uint32_t i = 0; i < value->count; i++)
        value_encode(buf, value->items[i]);
}

void value_encode(struct buf *buf, const struct value *value)
{
    switch (value->type) {
    case VALUE_BOOL: buf_adds(buf, value->boolean ? "T" : "F"); break;
    case VALUE_INT: {
        uint64_t bits = (uint64_t)value->integer;
        buf_adds(buf, "i");
        buf_add_varint(buf, bits << 1 ^ (value->integer < 0 ? UINT64_MAX : 0));
        break;
    }
    case VALUE_NUMBER:
        buf_adds(buf, "n");
        buf_add(buf, &value->number, sizeof value->number);
        break;
    case VALUE_STRING:
        buf_adds(buf, "s");
        encode_bytes(buf, value->string, value->length);
        break;
    case VALUE_LIST:
        buf_adds(buf, "l");
        encode_items(buf, value);
        break;
    case VALUE_MAP:
        buf_adds(buf, "m");
        buf_add_varint(buf, value->pairs);
        for (uint32_t i = 0; i < value->pairs; i++) {
            encode_bytes(buf, value->map[i].key, strlen(value->map[i].key));
            value_encode(buf, value->map[i].value);
        }
        encode_items(buf, value);
        break;
    }
}

struct reader {
    struct arena *arena;
    const unsigned char *at, *end;
    size_t nodes, depth; /* what is left of the limits */
    struct err *err;
};

static int broken(struct reader *reader, const char *what)
{
    return err_set(reader->err, ERR_SYNTAX, "value frame: %s", what);
}

static int read_varint(struct reader *reader, uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (reader->at == reader->end)
            return broken(reader, "ends inside a number");
        uint64_t byte = *reader->at++;
        if (shift == 63 && byte > 1)
            return broken(reader, "number out of range");
        *number |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return 0;
    }
    return broken(reader, "number too long");
}

static int read_bytes(struct reader *reader, const char **bytes, size_t *length)
{
    uint64_t size;
    int code = read_varint(reader, &size);
    if (code < 0)
        return code;
    if (size > (size_t)(reader->end - reader->at))
        return broken(reader, "ends inside a string");
    *bytes = (const char *)reader->at;
    *length = (size_t)size;
    if (utf8_valid(*bytes, *length) != *length)
        return broken(reader, "string is not UTF-8");
    reader->at += size;
    return 0;
}

static int read_value(struct reader *reader, struct value **out);

static int read_items(struct reader *reader, struct value *list)
{
    uint64_t count;
    int code = read_varint(reader, &count);
    if (code < 0)
        return code;
    if (count > (size_t)(reader->end - reader->at))
        return broken(reader, "list longer than its bytes");
    for (uint64_t i = 0; i < count; i++) {
        struct value *item;
        if ((code = read_value(reader, &item)) < 0)
            return code;
        value_append(reader->arena, list, item);
    }
    return 0;
}

static int read_pair(struct reader *reader, struct value *map)
{
    const char *key;
    size_t length;
    struct value *value;
    int code = read_bytes(reader, &key, &length);
    if (code < 0)
        return code;
    if (memchr(key, 0, length))
        return broken(reader, "NUL in a key");
    const char *copy = arena_copy(reader->arena, key, length);
    if (map->pairs && strcmp(map->map[map->pairs - 1].key, copy) >= 0)
        return broken(reader, "keys out of order");
    if ((code = read_value(reader, &value)) < 0)
        return code;
    insert(reader->arena, map, map->pairs, copy, value);
    return 0;
}

static int read_map(struct reader *reader, struct value *map)
{
    uint64_t pairs;
    int code = read_varint(reader, &pairs);
    if (code < 0)
        return code;
    if (pairs > (size_t)(reader->end - reader->at))
        return broken(reader, "map longer than its bytes");
    for (uint64_t i = 0; i < pairs; i++)
        if ((code = read_pair(reader, map)) < 0)
            return code;
    return read_items(reader, map);
}

static int read_table(struct reader *reader, struct value *table)
{
    if (reader->depth == 0)
        return err_set(reader->err, ERR_LIMIT, "value frame: nested too deeply");
    reader->depth--;
    int code = table->type == VALUE_MAP ? read_map(reader, table) : read_items(reader, table);
    reader->depth++;
    return code;
}

static int read_number(struct reader *reader, struct value **out)
{
    double number;
    if ((size_t)(reader->end - reader->at) < sizeof number)
        return broken(reader, "ends inside a double");
    memcpy(&number, reader->at, sizeof number);
    reader->at += sizeof number;
    if (!isfinite(number))
        return broken(reader, "number is not finite");
    *out = value_number(reader->arena, number);
    return 0;
}

static int read_integer(struct reader *reader, struct value **out)
{
    uint64_t bits;
    int code = read_varint(reader, &bits);
    if (code == 0)
        *out = value_int(reader->arena, (int64_t)(bits >> 1 ^ (bits & 1 ? UINT64_MAX : 0)));
    return code;
}

static int read_string(struct reader *reader, struct value **out)
{
    const char *bytes;
    size_t length;
    int code = read_bytes(reader, &bytes, &length);
    if (code == 0)
        *out = value_bytes(reader->arena, bytes, length);
    return code;
}

static int read_value(struct reader *reader, struct value **out)
{
    if (reader->nodes == 0)
        return err_set(reader->err, ERR_LIMIT, "value frame: too many values");
    reader->nodes--;
    if (reader->at == reader->end)
        return broken(reader, "ends before a value");
    switch (*reader->at++) {
    case 'T': *out = value_bool(reader->arena, true); return 0;
    case 'F': *out = value_bool(reader->arena, false); return 0;
    case 'i': return read_integer(reader, out);
    case 'n': return read_number(reader, out);
    case 's': return read_string(reader, out);
    case 'l': *out = value_list(reader->arena); return read_table(reader, *out);
    case 'm': *out = value_map(reader->arena); return read_table(reader, *out);
    default: return broken(reader, "unknown tag");
    }
}

size_t value_depth(const struct value_limits *limits)
{
    return limits->depth < VALUE_DEPTH_MOST ? limits->depth : VALUE_DEPTH_MOST;
}

int value_decode(struct arena *arena, const void *bytes, size_t length,
                 const struct value_limits *limits, struct value **out, struct err *err)
{
    if (length > limits->bytes)
        return err_set(err, ERR_LIMIT, "value frame: %zu bytes, at most %zu are accepted",
                       length, limits->bytes);
    const unsigned char *start = bytes;
    struct reader reader = {arena, start, start + length, limits->nodes, value_depth(limits),
                            err};
    struct value *value = NULL;
    int code = read_value(&reader, &value);
    if (code == 0 && reader.at != reader.end)
        code = broken(&reader, "bytes behind the value");
    if (code == 0)
        *out = value;
    return code;
}
