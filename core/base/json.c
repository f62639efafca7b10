#include "base/json.h"

#include "base/utf8.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON cuts strings at \u0000, keeps duplicate keys, accepts 01, bad UTF-8 and bytes behind the
 * value, and holds every number as a double. So a strict scan comes first: it validates the whole
 * text and records where each number starts; cJSON then only builds the structure, and integers
 * are read again from the text, in the order in which both meet them. */

enum { NUMBER_MOST = 60 }; /* cJSON reads no more bytes of a number */

struct scan {
    const char *text, *at, *end;
    size_t nodes, depth;
    const char **numbers; /* the start of each number, in order */
    size_t count, room;
    struct err *err;
};

static int fail_at(struct scan *scan, int code, const char *what)
{
    int line = 1, column = 1;
    for (const char *c = scan->text; c < scan->at; c++) {
        column = *c == '\n' ? 1 : column + (((unsigned char)*c & 0xc0) != 0x80);
        line += *c == '\n';
    }
    return err_at(scan->err, code, NULL, line, column, "JSON line %d, column %d: %s", line,
                  column, what);
}

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end && strchr(" \t\r\n", *scan->at) && *scan->at)
        scan->at++;
}

static int hex4(const char *at, const char *end, unsigned *code)
{
    *code = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef";
        int lower = at[i] >= 'A' && at[i] <= 'F' ? at[i] + 32 : at[i];
        const char *digit = lower ? strchr(digits, lower) : NULL;
        if (!digit)
            return -1;
        *code = *code << 4 | (unsigned)(digit - digits);
    }
    return 0;
}

/* Behind a backslash. */
static int scan_escape(struct scan *scan)
{
    unsigned code, low;
    if (scan->at == scan->end || !*scan->at || !strchr("\"\\/bfnrtu", *scan->at))
        return fail_at(scan, ERR_SYNTAX, "unknown escape");
    if (*scan->at++ != 'u')
        return 0;
    if (hex4(scan->at, scan->end, &code) < 0)
        return fail_at(scan, ERR_SYNTAX, "\\u needs four hex digits");
    if (code == 0)
        return fail_at(scan, ERR_SYNTAX, "\\u0000 is not accepted");
    scan->at += 4;
    if (code < 0xd800 || code > 0xdfff)
        return 0;
    if (code > 0xdbff || scan->end - scan->at < 6 || scan->at[0] != '\\' ||
        scan->at[1] != 'u' || hex4(scan->at + 2, scan->end, &low) < 0 || low < 0xdc00 ||
        low > 0xdfff)
        return fail_at(scan, ERR_SYNTAX, "lone surrogate");
    scan->at += 6;
    return 0;
}

static int scan_string(struct scan *scan)
{
    uint32_t code;
    scan->at++;
    while (scan->at < scan->end) {
        unsigned char c = (unsigned char)*scan->at;
        if (c == '"') {
            scan->at++;
            return 0;
        }
        if (c < 0x20)
            return fail_at(scan, ERR_SYNTAX, "control character in a string");
        if (c == '\\') {
            scan->at++;
            if (scan_escape(scan) < 0)
                return ERR_SYNTAX;
            continue;
        }
        size_t size = utf8_next(scan->at, (size_t)(scan->end - scan->at), &code);
        if (!size)
            return fail_at(scan, ERR_SYNTAX, "not UTF-8");
        scan->at += size;
    }
    return fail_at(scan, ERR_SYNTAX, "unfinished string");
}

static size_t digits(struct scan *scan)
{
    const char *start = scan->at;
    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
        scan->at++;
    return (size_t)(scan->at - start);
}

static int scan_number(struct scan *scan)
{
    if (scan->count == scan->room) {
        scan->room = scan->room ? 2 * scan->room : 64;
        scan->numbers = mem_resize(scan->numbers, scan->room, sizeof *scan->numbers);
    }
    scan->numbers[scan->count++] = scan->at;
    if (*scan->at == '-')
        scan->at++;
    const char *first = scan->at;
    size_t whole = digits(scan);
    if (!whole || (whole > 1 && *first == '0'))
        return fail_at(scan, ERR_SYNTAX, "malformed number");
    if (scan->at < scan->end && *scan->at == '.') {
        scan->at++;
        if (!digits(scan))
            return fail_at(scan, ERR_SYNTAX, "malformed number");
    }
    if (scan->at < scan->end && (*scan->at | 32) == 'e') {
        scan->at++;
        if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-'))
            scan->at++;
        if (!digits(scan))
            return fail_at(scan, ERR_SYNTAX, "malformed number");
    }
    if (scan->at - scan->numbers[scan->count - 1] > NUMBER_MOST)
        return fail_at(scan, ERR_LIMIT, "number with too many digits");
    return 0;
}

static int scan_value(struct scan *scan);

static int scan_word(struct scan *scan)
{
    static const char *const words[] = {"true", "false"};
    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(scan->end - scan->at) >= length && !memcmp(scan->at, words[i], length)) {
            scan->at += length;
            return 0;
        }
    }
    return fail_at(scan, ERR_SYNTAX, "expected a value (null is not accepted)");
}

static int scan_key(struct scan *scan)
{
    skip_space(scan);
    if (scan->at == scan->end || *scan->at != '"')
        return fail_at(scan, ERR_SYNTAX, "expected a key");
    if (scan_string(scan) < 0)
        return ERR_SYNTAX;
    skip_space(scan);
    if (scan->at == scan->end || *scan->at != ':')
        return fail_at(scan, ERR_SYNTAX, "expected ':'");
    scan->at++;
    return 0;
}

static int scan_table(struct scan *scan, char close)
{
    if (scan->depth == 0)
        return fail_at(scan, ERR_LIMIT, "nested too deeply");
    scan->depth--;
    scan->at++;
    skip_space(scan);
    if (scan->at < scan->end && *scan->at == close) {
        scan->at++;
        scan->depth++;
        return 0;
    }
    for (;;) {
        int code = close == '}' ? scan_key(scan) : 0;
        if (code < 0 || (code = scan_value(scan)) < 0)
            return code;
        skip_space(scan);
        if (scan->at < scan->end && *scan->at == ',') {
            scan->at++;
            continue;
        }
        if (scan->at == scan->end || *scan->at != close)
            return fail_at(scan, ERR_SYNTAX,
                           close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
        scan->at++;
        scan->depth++;
        return 0;
    }
}

static int scan_value(struct scan *scan)
{
    skip_space(scan);
    if (scan->at == scan->end)
        return fail_at(scan, ERR_SYNTAX, "ends where a value is expected");
    if (scan->nodes == 0)
        return fail_at(scan, ERR_LIMIT, "too many values");
    scan->nodes--;
    switch (*scan->at) {
    case '{': return scan_table(scan, '}');
    case '[': return scan_table(scan, ']');
    case '"': return scan_string(scan);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return scan_number(scan);
    default: return scan_word(scan);
    }
}

struct build {
    struct arena *arena;
    const struct scan *scan;
    size_t number; /* the next of scan->numbers */
    struct err *err;
};

static int build_number(struct build *build, struct value **out)
{
    if (build->number >= build->scan->count)
        return err_set(build->err, ERR_INTERNAL, "JSON: the scan missed a number");
    const char *text = build->scan->numbers[build->number++];
    char copy[NUMBER_MOST + 1];
    size_t length = 0;
    while (text + length < build->scan->end && length < NUMBER_MOST && text[length] &&
           strchr("+-.0123456789eE", text[length])) {
        copy[length] = text[length];
        length++;
    }
    copy[length] = '\0';
    bool whole = strcspn(copy, ".eE") == length;
    errno = 0;
    long long integer = whole ? strtoll(copy, NULL, 10) : 0;
    double number = whole ? 0 : strtod(copy, NULL);
    if ((whole && errno) || !isfinite(number))
        return err_set(build->err, ERR_LIMIT, "JSON: number out of range");
    *out = whole ? value_int(build->arena, integer) : value_number(build->arena, number);
    return 0;
}

static int build_value(struct build *build, const cJSON *json, struct value **out);

static int build_list(struct build *build, const cJSON *json, struct value **out)
{
    struct value *list = value_list(build->arena), *item;
    for (const cJSON *child = json->child; child; child = child->next) {
        int code = build_value(build, child, &item);
        if (code < 0)
            return code;
        value_append(build->arena, list, item);
    }
    *out = list;
    return 0;
}

static int build_map(struct build *build, const cJSON *json, struct value **out)
{
    struct value *map = value_map(build->arena), *value;
    for (const cJSON *child = json->child; child; child = child->next) {
        if (value_get(map, child->string))
            return err_set(build->err, ERR_SYNTAX, "JSON: key \"%s\" stands twice",
                           child->string);
        int code = build_value(build, child, &value);
        if (code < 0)
            return code;
        value_set(build->arena, map, child->string, value);
    }
    *out = map;
    return 0;
}

static int build_value(struct build *build, const cJSON *json, struct value **out)
{
    switch (json->type & 0xff) {
    case cJSON_True:
    case cJSON_False: *out = value_bool(build->arena, cJSON_IsTrue(json)); return 0;
    case cJSON_Number: return build_number(build, out);
    case cJSON_String: *out = value_string(build->arena, json->valuestring); return 0;
    case cJSON_Array: return build_list(build, json, out);
    case cJSON_Object: return build_map(build, json, out);
    default: return err_set(build->err, ERR_INTERNAL, "JSON: unexpected kind of value");
    }
}

int json_parse(struct arena *arena, const char *bytes, size_t length,
               const struct value_limits *limits, struct value **out, struct err *err)
{
    if (length > limits->bytes)
        return err_set(err, ERR_LIMIT, "JSON: %zu bytes, at most %zu are accepted", length,
                       limits->bytes);
    struct scan scan = {.text = bytes,
                        .at = bytes,
                        .end = bytes + length,
                        .nodes = limits->nodes,
                        .depth = value_depth(limits),
                        .err = err};
    struct value *value = NULL;
    cJSON *json = NULL;
    int code = scan_value(&scan);
    if (code < 0)
        goto out;
    skip_space(&scan);
    if (scan.at != scan.end) {
        code = fail_at(&scan, ERR_SYNTAX, "bytes behind the value");
        goto out;
    }
    json = cJSON_ParseWithLength(bytes, length);
    if (!json) {
        code = err_set(err, ERR_INTERNAL,
                       "JSON: out of memory, or refused by the parser behind the check");
        goto out;
    }
    struct build build = {arena, &scan, 0, err};
    code = build_value(&build, json, &value);
    if (code == 0)
        *out = value;
out:
    cJSON_Delete(json);
    free(scan.numbers);
    return code;
}

void json_write_string(struct buf *buf, const char *bytes, size_t length)
{
    buf_adds(buf, "\"");
    for (size_t start = 0, at = 0; at <= length; at++) {
        unsigned char c = at < length ? (unsigned char)bytes[at] : '"';
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(buf, bytes + start, at - start);
        start = at + 1;
        if (at == length)
            break;
        if (c == '"' || c == '\\')
            buf_printf(buf, "\\%c", c);
        else if (c == '\n')
            buf_adds(buf, "\\n");
        else if (c == '\t')
            buf_adds(buf, "\\t");
        else
            buf_printf(buf, "\\u%04x", c);
    }
    buf_adds(buf, "\"");
}

static void write_number(struct buf *buf, double number)
{
    char text[32];
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, number);
        if (strtod(text, NULL) == number)
            break;
    }
    buf_adds(buf, text);
}

static void write_value(struct buf *buf, const struct value *value, int indent);

static void line_break(struct buf *buf, int indent)
{
    if (indent >= 0)
        buf_printf(buf, "\n%*s", 2 * indent, "");
}

static void write_items(struct buf *buf, const struct value *value, int indent)
{
    int inner = indent < 0 ? indent : indent + 1;
    buf_adds(buf, "[");
    for (uint32_t i = 0; i < value->count; i++) {
        buf_adds(buf, i ? "," : "");
        line_break(buf, inner);
        write_value(buf, value->items[i], inner);
    }
    if (value->count)
        line_break(buf, indent);
    buf_adds(buf, "]");
}

static void write_map(struct buf *buf, const struct value *value, int indent)
{
    int inner = indent < 0 ? indent : indent + 1;
    const char *colon = indent < 0 ? ":" : ": ", *comma = "";
    buf_adds(buf, "{");
    if (value->count) {
        line_break(buf, inner);
        buf_printf(buf, "\"\"%s", colon);
        write_items(buf, value, inner);
        comma = ",";
    }
    for (uint32_t i = 0; i < value->pairs; i++, comma = ",") {
        buf_adds(buf, comma);
        line_break(buf, inner);
        json_write_string(buf, value->map[i].key, strlen(value->map[i].key));
        buf_adds(buf, colon);
        write_value(buf, value->map[i].value, inner);
    }
    if (value->pairs || value->count)
        line_break(buf, indent);
    buf_adds(buf, "}");
}

static void write_value(struct buf *buf, const struct value *value, int indent)
{
    switch (value->type) {
    case VALUE_BOOL: buf_adds(buf, value->boolean ? "true" : "false"); break;
    case VALUE_INT: buf_printf(buf, "%" PRId64, value->integer); break;
    case VALUE_NUMBER: write_number(buf, value->number); break;
    case VALUE_STRING: json_write_string(buf, value->string, value->length); break;
    case VALUE_LIST: write_items(buf, value, indent); break;
    case VALUE_MAP: write_map(buf, value, indent); break;
    }
}

void json_write(struct buf *buf, const struct value *value)
{
    write_value(buf, value, -1);
}

void json_write_pretty(struct buf *buf, const struct value *value)
{
    write_value(buf, value, 0);
    buf_adds(buf, "\n");
}
