/* What the types of service.lua mean beyond their shape: times, spans, addresses, names of secrets. */

#include "script/config_fields.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATE_MOST = 6000,
    SPAN_MOST_S = 100 /* within the lease of an attempt */,
    PATH_LONGEST = 1024,
    URL_LONGEST = 2000
};

/* A field with its value, where it stands, and how it is written. */
struct given {
    struct node *node;
    const struct word_field *field;
    struct value *value; /* sealed by its shape */
    struct spot spot;    /* with the raw value */
};

typedef struct value *check_function(struct config_reading *c, const struct given *given);

static struct finding *complain(struct config_reading *c, const struct given *given,
                                const char *name, const char *what)
{
    return COMPLAIN(&c->r, name, place_of(&c->r, &given->spot),
                    TR(c->r.lang, "%s: %s", "%s：%s"), given->field->name, what);
}

/* ---- numbers ---------------------------------------------------------------------------------- */

static int64_t span_ms(const char *text)
{
    char *end;
    if (!isdigit((unsigned char)*text) || strlen(text) > 4)
        return -1;
    long seconds = strtol(text, &end, 10);
    return strcmp(end, "s") == 0 && seconds >= 1 && seconds <= SPAN_MOST_S ? seconds * 1000
                                                                           : -1;
}

int64_t config_number(const char *type, const char *text)
{
    if (strcmp(type, "span") == 0)
        return span_ms(text);
    if (strcmp(text, "none") == 0)
        return 0;
    return isdigit((unsigned char)*text) ? strtol(text, NULL, 10) : -1;
}

static struct value *check_span(struct config_reading *c, const struct given *given)
{
    int64_t ms = span_ms(given->value->string);
    if (ms > 0)
        return value_int(c->r.arena, ms);
    complain(c, given, "bad-duration",
             TR(c->r.lang, "this is no time between 1 and 100 seconds", "应为 1 至 100 秒"))
        ->help = TR(c->r.lang, "for example: \"30s\"", "例如：\"30s\"");
    return NULL;
}

static struct value *check_rate(struct config_reading *c, const struct given *given)
{
    const struct value *value = given->value;
    if (value->type == VALUE_STRING && strcmp(value->string, "none") == 0)
        return value_int(c->r.arena, 0);
    if (value->type == VALUE_INT && value->integer >= 1 && value->integer <= RATE_MOST)
        return value_int(c->r.arena, value->integer);
    complain(c, given, "out-of-bounds",
             TR(c->r.lang, "1 to 6000 messages a minute, or \"none\"",
                "应为每分钟 1 至 6000 条，或 \"none\""));
    return NULL;
}

static int minute_of(const char *time)
{
    return ((time[0] - '0') * 10 + time[1] - '0') * 60 + (time[3] - '0') * 10 + time[4] - '0';
}

/* The times as minutes of the day, NULL after a finding. */
static struct value *minutes_of(struct config_reading *c, const struct given *given)
{
    struct value *list = value_list(c->r.arena);
    for (uint32_t i = 0; i < given->value->count; i++) {
        struct spot spot = given->spot;
        spot.value = given->value->items[i];
        const struct value *time = seal_time(&c->r, &spot, given->field, spot.value);
        if (!time)
            return NULL;
        value_append(c->r.arena, list, value_int(c->r.arena, minute_of(time->string)));
    }
    return list;
}

static int compare_minutes(const void *a, const void *b)
{
    const struct value *const *left = a, *const *right = b;
    return (int)((*left)->integer - (*right)->integer);
}

static struct value *check_times(struct config_reading *c, const struct given *given)
{
    struct value *list = minutes_of(c, given);
    if (!list)
        return NULL;
    if (list->count > CONFIG_SLOTS_MOST) {
        complain(c, given, "too-many",
                 TR(c->r.lang, "more than 24 times a day", "一天超过 24 个时刻"));
        return NULL;
    }
    qsort(list->items, list->count, sizeof(struct value *), compare_minutes);
    for (uint32_t i = 1; i < list->count; i++)
        if (list->items[i]->integer == list->items[i - 1]->integer) {
            complain(c, given, "time-twice",
                     TR(c->r.lang, "a time stands here twice", "同一时刻写了两次"));
            return NULL;
        }
    return list;
}

static struct value *check_pair(struct config_reading *c, const struct given *given)
{
    struct value *list = minutes_of(c, given);
    if (!list)
        return NULL;
    if (list->count == 2 && list->items[0]->integer != list->items[1]->integer)
        return list;
    complain(c, given, "wrong-type",
             TR(c->r.lang, "two different times, from and until", "应写起、止两个不同的时刻"))
        ->help = TR(c->r.lang, "for example: quiet = { \"20:00\", \"08:00\" }",
                    "例如：quiet = { \"20:00\", \"08:00\" }");
    return NULL;
}

/* ---- paths and addresses ---------------------------------------------------------------------- */

static struct value *path_from(struct config_reading *c, const struct given *given,
                               const struct value *path)
{
    if (path->length > PATH_LONGEST) {
        complain(c, given, "too-long", TR(c->r.lang, "this path is too long", "路径过长"));
        return NULL;
    }
    bool as_it_is =
        path->string[0] == '/' || strcmp(c->folder, ".") == 0 || strcmp(path->string, "-") == 0;
    return as_it_is
               ? value_string(c->r.arena, path->string)
               : value_string(c->r.arena, arena_printf(c->r.arena, "%s/%s",
                                                       strcmp(c->folder, "/") ? c->folder : "",
                                                       path->string));
}

static struct value *check_path(struct config_reading *c, const struct given *given)
{
    return path_from(c, given, given->value);
}

static struct value *check_paths(struct config_reading *c, const struct given *given)
{
    struct value *list = value_list(c->r.arena);
    for (uint32_t i = 0; i < given->value->count; i++) {
        struct value *path = path_from(c, given, given->value->items[i]);
        if (!path)
            return NULL;
        value_append(c->r.arena, list, path);
    }
    return list;
}

static struct value *check_program(struct config_reading *c, const struct given *given)
{
    const char *path = given->value->string;
    if (path[0] == '/' && !strstr(path, "/../") && path[strlen(path) - 1] != '/' &&
        given->value->length <= PATH_LONGEST)
        return given->value;
    complain(c, given, "bad-program",
             TR(c->r.lang, "not the whole path of a program", "不是程序的完整路径"))
        ->help = TR(c->r.lang, "it begins with /, without ..; arguments stand in `arguments`",
                    "以 / 开头，不含 ..；参数写在 arguments 里");
    return NULL;
}

/* The host of an address behind its scheme, its port too; `*rest` is what follows. */
static bool has_host(const char *text, const char **rest)
{
    size_t length = strcspn(text, "/?#");
    *rest = text + length;
    if (length == 0 || length > 260 || text[0] == ':' || text[0] == '.')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("-._:[]", text[i]))
            return false;
    return true;
}

static bool is_plain_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 127 ||
            strchr("\"<>\\^`{|}", *text))
            return false;
    return true;
}

static struct value *check_url(struct config_reading *c, const struct given *given)
{
    const char *url = given->value->string, *rest;
    size_t scheme = strncmp(url, "https://", 8) == 0  ? 8
                    : strncmp(url, "http://", 7) == 0 ? 7
                                                      : 0;
    if (scheme && given->value->length <= URL_LONGEST && has_host(url + scheme, &rest) &&
        is_plain_ascii(url) && !strchr(rest, '#'))
        return given->value;
    complain(c, given, "bad-url", TR(c->r.lang, "this is no web address", "不是网址"))->help =
        TR(c->r.lang, "https://host/path, other letters than ASCII as %XX",
           "写成 https://主机/路径，非 ASCII 字符写成 %XX");
    return NULL;
}

static struct value *check_server(struct config_reading *c, const struct given *given)
{
    const char *url = given->value->string, *rest;
    size_t scheme = strncmp(url, "smtps://", 8) == 0  ? 8
                    : strncmp(url, "smtp://", 7) == 0 ? 7
                                                      : 0;
    if (scheme && has_host(url + scheme, &rest) && !*rest)
        return given->value;
    complain(c, given, "bad-url", TR(c->r.lang, "this is no mail server", "不是邮件服务器地址"))
        ->help = TR(c->r.lang, "smtp://host:587 (with STARTTLS) or smtps://host:465",
                    "写成 smtp://主机:587（STARTTLS）或 smtps://主机:465");
    return NULL;
}

bool config_is_mailbox(const char *text)
{
    const char *open = strrchr(text, '<'), *begin = open ? open + 1 : text;
    size_t length = open ? strcspn(begin, ">") : strlen(begin);
    if (open && strcmp(begin + length, ">") != 0)
        return false;
    const char *at = memchr(begin, '@', length);
    if (!at || at == begin || length > 254 || at + 1 >= begin + length)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)begin[i] <= ' ' || (unsigned char)begin[i] == 127 ||
            strchr("<>()[]\\,;:\"", begin[i]) || (begin[i] == '@' && begin + i != at))
            return false;
    return true;
}

static struct value *check_mailbox(struct config_reading *c, const struct given *given)
{
    if (config_is_mailbox(given->value->string))
        return given->value;
    complain(c, given, "bad-address", TR(c->r.lang, "this is no mail address", "不是邮件地址"))
        ->help = TR(c->r.lang, "name@host, or \"name <name@host>\"",
                    "写成 name@host 或 \"名称 <name@host>\"");
    return NULL;
}

/* ---- secrets ---------------------------------------------------------------------------------- */

static struct value *check_secret(struct config_reading *c, const struct given *given)
{
    if (config_is_secret_name(given->value->string, given->value->length))
        return given->value;
    complain(c, given, "secret-in-configuration",
             TR(c->r.lang, "this is no name of a file; is it the secret itself?",
                "这不是文件名；是否误把密钥本身写在了这里？"))
        ->help =
        TR(c->r.lang,
           "put the secret into secrets/NAME beside the configuration, readable by the "
           "service only, and write NAME",
           "请把密钥存入配置文件旁的 secrets/名称（只有服务能读），这里只写名称");
    struct place place = place_of(&c->r, &given->spot);
    config_hide(c->text, &place);
    return NULL;
}

static struct value *check_alarm(struct config_reading *c, const struct given *given)
{
    if (given->value->count <= 2)
        return given->value;
    complain(c, given, "wrong-type",
             TR(c->r.lang, "a channel and one address", "应写一个渠道和一个地址"));
    return NULL;
}

/* ---- all ---------------------------------------------------------------------------------------- */

/* Put together from parts a secret passes by the search in the text. */
static bool holds_secret(const struct value *value)
{
    size_t at, length;
    if (value->type == VALUE_STRING)
        return config_is_secret(value->string, value->length, &at, &length);
    for (uint32_t i = 0; value->type == VALUE_LIST && i < value->count; i++)
        if (holds_secret(value->items[i]))
            return true;
    return false;
}

static struct value *check_one(struct config_reading *c, const struct given *given)
{
    static const struct {
        const char *type;
        check_function *check;
    } checks[] = {
        {"span", check_span},     {"rate", check_rate},       {"times", check_times},
        {"pair", check_pair},     {"path", check_path},       {"paths", check_paths},
        {"url", check_url},       {"program", check_program}, {"server", check_server},
        {"secret", check_secret}, {"mailbox", check_mailbox}, {"alarm", check_alarm},
    };
    if (holds_secret(given->value)) {
        struct place place = place_of(&c->r, &given->spot);
        config_hide(c->text, &place);
        complain(
            c, given, "secret-in-configuration",
            TR(c->r.lang, "a secret stands in the configuration", "配置文件里写了密钥或密码"));
        return NULL;
    }
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (strcmp(checks[i].type, given->field->type_name) == 0)
            return checks[i].check(c, given);
    return given->value;
}

void config_check_types(struct config_reading *c, struct node *node)
{
    const struct word_fields *fields = &node->word->fields;
    for (size_t i = 0; i < fields->count; i++) {
        const struct word_field *field = &fields->list[i];
        struct value *value = value_get(node->sealed, field->name);
        if (!value)
            continue;
        struct given given = {node,
                              field,
                              value,
                              {node, field->name, NULL, value_get(node->fields, field->name)}};
        struct value *done = check_one(c, &given);
        if (done && done != value)
            value_set(c->r.arena, node->sealed, field->name, done);
    }
}
