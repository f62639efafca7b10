/* Shapes: texts, ids, numbers, choices and lists, and what to say when a value has another one. */

#include "base/utf8.h"
#include "script/resolve_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DURATION_MOST = 3660 }; /* days, working days too: ten years */

const char *suggest(struct resolver *r, const char *word, const char *const *words,
                    size_t count)
{
    if (count == 0 || r->guesses + count > GUESSES_MOST)
        return NULL;
    r->guesses += count;
    const char *near = nearest_word(word, words, count);
    if (!near)
        return NULL;
    return arena_printf(r->arena, TR(r->lang, "did you mean “%s”?", "是否想写“%s”？"), near);
}

static const char *shape_of(const struct value *value, enum lang lang)
{
    switch (value->type) {
    case VALUE_BOOL: return TR(lang, "a truth value", "真假值");
    case VALUE_INT: return TR(lang, "a number", "数字");
    case VALUE_NUMBER: return TR(lang, "a fraction", "小数");
    case VALUE_STRING: return TR(lang, "a text", "文字");
    default: return TR(lang, "a table", "表");
    }
}

static const char *wanted_of(struct resolver *r, const struct word_field *field)
{
    const struct word_entries *types = &r->words->types;
    for (size_t i = 0; i < types->count; i++)
        if (strcmp(types->names[i], field->type_name) == 0)
            return TR(r->lang, types->list[i].en, types->list[i].zh);
    switch (field->type) {
    case FIELD_RECORD: return TR(r->lang, "a table with named fields", "带字段名的表");
    case FIELD_RECORDS: return TR(r->lang, "a list of tables", "若干个表组成的列表");
    case FIELD_ENUM: return TR(r->lang, "one of the words it allows", "规定的词之一");
    default: return TR(r->lang, "a table with names as keys", "以名称为键的表");
    }
}

void complain_type(struct resolver *r, const struct spot *spot, const struct word_field *field)
{
    const struct value *value = spot->value;
    struct finding *finding =
        COMPLAIN(r, "wrong-type", place_of(r, spot),
                 TR(r->lang, "%s must be %s; this is %s", "%s 应为：%s；这里是%s"), field->name,
                 wanted_of(r, field), shape_of(value, r->lang));
    finding->help = arena_printf(r->arena, TR(r->lang, "for example: %s = %s", "例如：%s = %s"),
                                 field->name, field->example);
}

bool check_phrases(struct resolver *r, const struct spot *spot)
{
    if (r->phrase_bytes <= PHRASES_MOST)
        return true;
    COMPLAIN(r, "too-many", place_of(r, spot),
             TR(r->lang, "%s: more than %d bytes of different phrases in one plan",
                "%s：一个方案里不同的说法合计超过 %d 字节"),
             label_of(r, spot), PHRASES_MOST);
    return false;
}

bool is_id(const char *text, size_t length)
{
    if (length < 1 || length > ID_MOST)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool plain = (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9');
        if (!plain && (i == 0 || !strchr("._-", text[i]) || !text[i]))
            return false;
    }
    return true;
}

static bool has_line_break(const struct value *value)
{
    return memchr(value->string, '\n', value->length) ||
           memchr(value->string, '\t', value->length);
}

bool check_text(struct resolver *r, const struct spot *spot, const struct value *value,
                size_t most, bool lines)
{
    if (value->length > most) {
        COMPLAIN(r, "too-long", place_of(r, spot),
                 TR(r->lang, "%s: this text has %zu bytes, at most %zu are allowed",
                    "%s：这段文字有 %zu 字节，最多 %zu 字节"),
                 label_of(r, spot), value->length, most);
        return false;
    }
    if (utf8_has_control(value->string, value->length) ||
        memchr(value->string, '\0', value->length) || (!lines && has_line_break(value))) {
        COMPLAIN(r, "control-character", place_of(r, spot),
                 TR(r->lang,
                    "%s: this text holds a line break, control character or one that turns the "
                    "reading direction",
                    "%s：这段文字含有换行、控制字符或改变书写方向的字符"),
                 label_of(r, spot))
            ->help = TR(r->lang, "delete it and type the text again",
                        "删除后重新输入这段文字（从网页、Word 粘贴时常会带入）");
        return false;
    }
    if (value->length == 0) {
        COMPLAIN(r, "empty-text", place_of(r, spot),
                 TR(r->lang, "%s: this text is empty", "%s：文字为空"), label_of(r, spot))
            ->help = TR(r->lang, "leave the field out when there is nothing to say",
                        "没有内容时，不写这个字段即可");
        return false;
    }
    return true;
}

static bool check_list_size(struct resolver *r, const struct spot *spot, size_t count)
{
    if (count > 0 && count <= LIST_MOST)
        return true;
    COMPLAIN(
        r, count ? "too-many" : "empty-list", place_of(r, spot),
        count ? TR(r->lang, "%s: a list of %zu entries, at most 1000 are allowed",
                   "%s：列表有 %zu 项，最多 1000 项")
              : TR(r->lang, "%s: this list is empty (%zu entries)", "%s：列表为空（%zu 项）"),
        label_of(r, spot), count);
    return false;
}

struct value *texts_of(struct resolver *r, const struct spot *spot,
                       const struct word_field *field, const struct value *value)
{
    struct value *list = value_list(r->arena);
    if (value->type == VALUE_STRING) {
        if (!check_text(r, spot, value, TEXT_MOST, false))
            return NULL;
        value_append(r->arena, list, value_bytes(r->arena, value->string, value->length));
        return list;
    }
    if (value->type != VALUE_LIST) {
        complain_type(r, spot, field);
        return NULL;
    }
    if (!check_list_size(r, spot, value->count))
        return NULL;
    for (uint32_t i = 0; i < value->count; i++) {
        struct value *item = value->items[i];
        struct spot inner = {spot->node, spot->key, spot->inner, item};
        if (item->type != VALUE_STRING) {
            complain_type(r, &inner, field);
            return NULL;
        }
        if (!check_text(r, &inner, item, TEXT_MOST, false))
            return NULL;
        value_append(r->arena, list, item);
    }
    return list;
}

/* Another word that has the field, NULL = none. */
static const char *owner_of(const struct resolver *r, const char *key)
{
    for (size_t i = 0; i < r->words->count; i++)
        if (words_field(&r->words->list[i].fields, key))
            return r->words->names[i];
    return NULL;
}

static const char *help_on_field(struct resolver *r, const struct word_fields *fields,
                                 const char *key, const struct spot *spot)
{
    const char *owner = owner_of(r, key);
    if (owner)
        return arena_printf(r->arena, TR(r->lang, "it is a field of %s", "它是 %s 的字段"),
                            owner);
    const char *near = suggest(r, key, fields->names, fields->count);
    if (near)
        return near;
    return arena_printf(
        r->arena,
        TR(r->lang, "`planrun help %s %s` lists them", "`planrun help %s %s` 列出全部字段"),
        r->words->reference, spot->node->word->fields.name);
}

const struct word_field *check_field(struct resolver *r, const struct word_fields *fields,
                                     const char *key, const struct spot *spot)
{
    const struct word_field *field = words_field(fields, key);
    if (field)
        return field;
    /* In a list of field names it is the value that is wrong, not a key. */
    bool listed = spot->value && spot->value->type == VALUE_STRING &&
                  strcmp(spot->value->string, key) == 0;
    COMPLAIN(r, "unknown-field", listed ? place_of(r, spot) : place_of_key(r, spot),
             TR(r->lang, "%s has no field “%.100s”", "%s 没有“%.100s”这个字段"), fields->name,
             key)
        ->help = help_on_field(r, fields, key, spot);
    return NULL;
}

struct value *seal_text(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value)
{
    if (value->type != VALUE_STRING) {
        complain_type(r, spot, field);
        return NULL;
    }
    bool lines = strcmp(field->name, "text") == 0;
    if (!check_text(r, spot, value, TEXT_MOST, lines))
        return NULL;
    return value_bytes(r->arena, value->string, value->length);
}

struct value *seal_id(struct resolver *r, const struct spot *spot,
                      const struct word_field *field, const struct value *value)
{
    if (value->type != VALUE_STRING) {
        complain_type(r, spot, field);
        return NULL;
    }
    if (!is_id(value->string, value->length)) {
        COMPLAIN(r, "malformed-id", place_of(r, spot),
                 TR(r->lang, "%s: “%.100s” is no id", "%s：“%.100s”不是合法的编号"),
                 field->name, value->string)
            ->help =
            TR(r->lang, "small letters, digits and . _ -, at most 64, a letter or digit first",
               "只用小写字母、数字和 . _ -，最多 64 个，以字母或数字开头");
        return NULL;
    }
    return value_bytes(r->arena, value->string, value->length);
}

struct value *seal_ids(struct resolver *r, const struct spot *spot,
                       const struct word_field *field, const struct value *value)
{
    struct value *list = texts_of(r, spot, field, value);
    for (uint32_t i = 0; list && i < list->count; i++) {
        struct spot inner = {spot->node, spot->key, spot->inner, list->items[i]};
        if (!seal_id(r, &inner, field, list->items[i]))
            return NULL;
    }
    return list;
}

struct value *seal_enum(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value)
{
    if (value->type != VALUE_STRING) {
        complain_type(r, spot, field);
        return NULL;
    }
    for (size_t i = 0; i < field->choice_count; i++)
        if (strcmp(field->choices[i], value->string) == 0)
            return value_string(r->arena, value->string);
    struct buf all = {0};
    for (size_t i = 0; i < field->choice_count; i++)
        buf_printf(&all, "%s%s", i ? TR(r->lang, ", ", "、") : "", field->choices[i]);
    struct finding *finding =
        COMPLAIN(r, "unknown-choice", place_of(r, spot),
                 TR(r->lang, "%s: “%.100s” is none of %s", "%s：“%.100s”不在可选值之中：%s"),
                 field->name, value->string, all.bytes);
    finding->help = suggest(r, value->string, field->choices, field->choice_count);
    buf_free(&all);
    return NULL;
}

struct value *seal_bool(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value)
{
    if (value->type != VALUE_BOOL) {
        complain_type(r, spot, field);
        return NULL;
    }
    return value_bool(r->arena, value->boolean);
}

static void complain_range(struct resolver *r, const struct spot *spot,
                           const struct word_field *field)
{
    COMPLAIN(r, "out-of-bounds", place_of(r, spot),
             TR(r->lang, "%s must lie between %" PRId64 " and %" PRId64,
                "%s 应在 %" PRId64 " 与 %" PRId64 " 之间"),
             field->name, field->least == INT64_MIN ? 0 : field->least, field->most);
}

struct value *seal_number(struct resolver *r, const struct spot *spot,
                          const struct word_field *field, const struct value *value)
{
    if (field->type == FIELD_MANY && value->type == VALUE_BOOL)
        return value_bool(r->arena, value->boolean);
    bool fraction = field->type == FIELD_NUMBER && value->type == VALUE_NUMBER;
    if (value->type != VALUE_INT && !fraction) {
        complain_type(r, spot, field);
        return NULL;
    }
    if (fraction)
        return value_number(r->arena, value->number);
    if (value->integer < field->least || value->integer > field->most) {
        complain_range(r, spot, field);
        return NULL;
    }
    return value_int(r->arena, value->integer);
}

/* "7d", "2w" and, where they may be, "2wd", "2 working days", "2个工作日" in their canonical form; NULL
 * for anything else. */
static const char *duration_text(struct resolver *r, const char *text, bool working)
{
    static const char *const workdays[] = {"wd", " working days", " working day", "个工作日"};
    size_t digits = strspn(text, "0123456789");
    int64_t number = digits > 0 && digits < 6 ? strtoll(text, NULL, 10) : DURATION_MOST + 1;
    const char *unit = text + digits;
    if (number > DURATION_MOST)
        return NULL;
    for (size_t i = 0; working && i < sizeof workdays / sizeof *workdays; i++)
        if (strcmp(unit, workdays[i]) == 0)
            return arena_printf(r->arena, "%" PRId64 "wd", number);
    if (strcmp(unit, "w") == 0 && number * 7 <= DURATION_MOST)
        return arena_printf(r->arena, "%" PRId64 "d", number * 7);
    return strcmp(unit, "d") == 0 ? arena_printf(r->arena, "%" PRId64 "d", number) : NULL;
}

struct value *seal_durations(struct resolver *r, const struct spot *spot,
                             const struct word_field *field, const struct value *value)
{
    bool working = strcmp(field->name, "before") != 0;
    struct value *texts = texts_of(r, spot, field, value);
    struct value *list = value_list(r->arena);
    for (uint32_t i = 0; texts && i < texts->count; i++) {
        const char *text = duration_text(r, texts->items[i]->string, working);
        struct spot inner = {spot->node, spot->key, spot->inner, texts->items[i]};
        if (!text) {
            COMPLAIN(r, "bad-duration", place_of(r, &inner),
                     TR(r->lang, "%s: “%.40s” is no length of time", "%s：“%.40s”不是时长"),
                     field->name, texts->items[i]->string)
                ->help =
                working
                    ? TR(r->lang,
                         "days, weeks or working days: \"7d\", \"2w\", \"2wd\"; at most ten years",
                         "用天（d）、周（w）或工作日（wd）：\"7d\"、\"2w\"、\"2wd\"，不超过十年")
                    : TR(r->lang, "days or weeks: \"7d\", \"2w\"; at most ten years",
                         "用天（d）或周（w）：\"7d\"、\"2w\"，不超过十年");
            return NULL;
        }
        value_append(r->arena, list, value_string(r->arena, text));
    }
    return texts ? list : NULL;
}

static bool is_time(const struct value *value)
{
    const char *t = value->string;
    if (value->length != 5 || t[2] != ':')
        return false;
    for (int i = 0; i < 5; i++)
        if (i != 2 && (t[i] < '0' || t[i] > '9'))
            return false;
    return (t[0] - '0') * 10 + t[1] - '0' < 24 && t[3] < '6';
}

struct value *seal_time(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value)
{
    if (value->type != VALUE_STRING) {
        complain_type(r, spot, field);
        return NULL;
    }
    if (is_time(value))
        return value_string(r->arena, value->string);
    COMPLAIN(r, "bad-time", place_of(r, spot),
             TR(r->lang, "%s: “%.40s” is no time of day", "%s：“%.40s”不是一天中的时刻"),
             field->name, value->string)
        ->help = TR(r->lang, "two digits, a colon, two digits: \"09:00\" to \"23:59\"",
                    "写成两位数、冒号、两位数：\"09:00\" 至 \"23:59\"");
    return NULL;
}
