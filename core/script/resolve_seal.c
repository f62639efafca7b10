/* A node's fields, one by one, by the type that words.lua gives them; records; second readings. */

#include "script/resolve_parts.h"

#include <stdio.h>
#include <string.h>

/* ---- records -------------------------------------------------------------------------------------- */

static void complain_missing(struct resolver *r, const struct spot *spot,
                             const struct word_fields *fields, const struct word_field *field)
{
    COMPLAIN(r, "missing-field", place_of(r, spot),
             TR(r->lang, "%s needs %s: %s", "%s 缺少必填的 %s：%s"), fields->name, field->name,
             TR(r->lang, field->en, field->zh))
        ->help =
        field->positional
            ? arena_printf(r->arena, TR(r->lang, "for example: { %s }", "例如：{ %s }"),
                           field->example)
            : arena_printf(r->arena, TR(r->lang, "for example: %s = %s", "例如：%s = %s"),
                           field->name, field->example);
}

static bool check_required(struct resolver *r, const struct spot *spot,
                           const struct word_fields *fields, const struct value *given)
{
    bool fine = true;
    for (size_t i = 0; i < fields->count; i++) {
        const struct word_field *field = &fields->list[i];
        bool there = value_get(given, field->name) || (field->positional && given->count > 0);
        if (field->required && !there) {
            complain_missing(r, spot, fields, field);
            fine = false;
        }
    }
    return fine;
}

static const struct word_field *positional_of(const struct word_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        if (fields->list[i].positional)
            return &fields->list[i];
    return NULL;
}

static bool seal_positional(struct resolver *r, const struct spot *spot,
                            const struct word_field *field, const struct value *map,
                            struct value *sealed)
{
    const struct word_field *first = positional_of(field->record);
    if (map->count == 0)
        return true;
    if (!first || map->count > 1) {
        complain_type(r, spot, field);
        return false;
    }
    struct spot inner = {spot->node, spot->key, first->name, map->items[0]};
    struct value *value = seal_value(r, &inner, first, map->items[0]);
    if (value)
        value_set(r->arena, sealed, first->name, value);
    return value != NULL;
}

/* An empty table has no keys and therefore comes as a list. */
static bool is_record(const struct value *value)
{
    return value->type == VALUE_MAP || value->type == VALUE_LIST;
}

static struct value *seal_record(struct resolver *r, const struct spot *spot,
                                 const struct word_field *field, const struct value *value)
{
    if (!is_record(value)) {
        complain_type(r, spot, field);
        return NULL;
    }
    struct value *sealed = value_map(r->arena);
    bool fine = seal_positional(r, spot, field, value, sealed);
    for (uint32_t i = 0; i < value->pairs; i++) {
        const struct value_pair *pair = &value->map[i];
        struct spot inner = {spot->node, spot->key, pair->key, pair->value};
        const struct word_field *part = check_field(r, field->record, pair->key, &inner);
        struct value *done = part ? seal_value(r, &inner, part, pair->value) : NULL;
        if (done)
            value_set(r->arena, sealed, part->name, done);
        fine &= done != NULL;
    }
    fine &= check_required(r, spot, field->record, value);
    return fine ? sealed : NULL;
}

static struct value *seal_records(struct resolver *r, const struct spot *spot,
                                  const struct word_field *field, const struct value *value)
{
    if (value->type != VALUE_LIST || value->count == 0 || value->count > LIST_MOST) {
        complain_type(r, spot, field);
        return NULL;
    }
    struct value *list = value_list(r->arena);
    bool fine = true;
    for (uint32_t i = 0; i < value->count; i++) {
        struct value *item = value->items[i], *entry = item;
        if (item->type == VALUE_STRING && positional_of(field->record)) {
            entry = value_list(r->arena);
            value_append(r->arena, entry, item);
        }
        struct spot inner = {spot->node, spot->key, spot->inner, entry};
        struct value *sealed = seal_record(r, &inner, field, entry);
        if (sealed)
            value_append(r->arena, list, sealed);
        fine &= sealed != NULL;
    }
    return fine ? list : NULL;
}

/* ---- small kinds ------------------------------------------------------------------------------------ */

static struct value *seal_any(struct resolver *r, const struct spot *spot,
                              const struct word_field *field, const struct value *value)
{
    if (value->type == VALUE_STRING)
        return check_text(r, spot, value, TEXT_MOST, false)
                   ? value_bytes(r->arena, value->string, value->length)
                   : NULL;
    if (value->type == VALUE_INT)
        return value_int(r->arena, value->integer);
    if (value->type == VALUE_NUMBER)
        return value_number(r->arena, value->number);
    if (value->type == VALUE_BOOL)
        return value_bool(r->arena, value->boolean);
    if (value->count > LIST_MOST || value->pairs > LIST_MOST ||
        (value->count && value->pairs)) {
        complain_type(r, spot, field);
        return NULL;
    }
    struct value *copy = value->pairs ? value_map(r->arena) : value_list(r->arena);
    for (uint32_t i = 0; i < value->count; i++) {
        struct spot inner = {spot->node, spot->key, spot->inner, value->items[i]};
        struct value *item = seal_any(r, &inner, field, value->items[i]);
        if (!item)
            return NULL;
        value_append(r->arena, copy, item);
    }
    for (uint32_t i = 0; i < value->pairs; i++) {
        struct spot inner = {spot->node, spot->key, value->map[i].key, value->map[i].value};
        struct value *item = seal_any(r, &inner, field, value->map[i].value);
        if (!item)
            return NULL;
        value_set(r->arena, copy, value->map[i].key, item);
    }
    return copy;
}

/* Texts, or { text, number }: all become { name, count? }. */
static struct value *seal_contents(struct resolver *r, const struct spot *spot,
                                   const struct word_field *field, const struct value *value)
{
    bool many = value->type == VALUE_LIST;
    if (!many && value->type != VALUE_STRING) {
        complain_type(r, spot, field);
        return NULL;
    }
    struct value *list = value_list(r->arena);
    for (uint32_t i = 0; i < (many ? value->count : 1); i++) {
        const struct value *item = many ? value->items[i] : value, *name = item, *count = NULL;
        struct spot inner = {spot->node, spot->key, spot->inner, item};
        if (item->type == VALUE_LIST && item->count == 2) {
            name = item->items[0];
            count = item->items[1];
        }
        if (name->type != VALUE_STRING || (count && count->type != VALUE_INT)) {
            complain_type(r, &inner, field);
            return NULL;
        }
        if (!check_text(r, &inner, name, TEXT_MOST, false))
            return NULL;
        struct value *entry = value_map(r->arena);
        value_set_string(r->arena, entry, "name", name->string);
        if (count)
            value_set_int(r->arena, entry, "count", count->integer);
        value_append(r->arena, list, entry);
    }
    return list;
}

static struct value *seal_text_map(struct resolver *r, const struct spot *spot,
                                   const struct word_field *field, const struct value *value)
{
    if (value->type != VALUE_MAP || value->count) {
        complain_type(r, spot, field);
        return NULL;
    }
    struct value *map = value_map(r->arena);
    for (uint32_t i = 0; i < value->pairs; i++) {
        struct spot inner = {spot->node, spot->key, value->map[i].key, value->map[i].value};
        struct value *text = seal_text(r, &inner, field, value->map[i].value);
        if (!text)
            return NULL;
        value_set(r->arena, map, value->map[i].key, text);
    }
    return map;
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/* Names of fields; `absent` takes other texts too, in Chinese. */
static struct value *seal_names(struct resolver *r, const struct spot *spot,
                                const struct word_field *field, const struct value *value)
{
    struct value *list = texts_of(r, spot, field, value);
    const struct word_fields *fields = &spot->node->word->fields;
    bool fine = list != NULL;
    for (uint32_t i = 0; list && i < list->count; i++) {
        const char *name = list->items[i]->string;
        struct spot inner = {spot->node, spot->key, spot->inner, list->items[i]};
        bool free_text = field->type == FIELD_ABSENT && !is_ascii(name);
        if (!free_text && strcmp(name, "name") != 0)
            fine &= check_field(r, fields, name, &inner) != NULL;
        if (field->type != FIELD_ABSENT || !value_get(spot->node->fields, name))
            continue;
        struct spot other = {spot->node, name, NULL, value_get(spot->node->fields, name)};
        struct finding *finding =
            COMPLAIN(r, "not-absent", place_of(r, &inner),
                     TR(r->lang, "none says that there is no %s, but it is given",
                        "none 说没有 %s，可是又写了它"),
                     name);
        finding->other = place_of(r, &other);
        finding->other_text = TR(r->lang, "given here", "写在这里");
        fine = false;
    }
    return fine ? list : NULL;
}

/* ---- by type ------------------------------------------------------------------------------------------ */

struct value *seal_value(struct resolver *r, const struct spot *spot,
                         const struct word_field *field, const struct value *value)
{
    typedef struct value *seal_function(struct resolver *, const struct spot *,
                                        const struct word_field *, const struct value *);
    static seal_function *const functions[] = {
        [FIELD_TEXT] = seal_text,
        [FIELD_TEXTS] = texts_of,
        [FIELD_ID] = seal_id,
        [FIELD_IDS] = seal_ids,
        [FIELD_DATE] = seal_date,
        [FIELD_DATES] = seal_dates,
        [FIELD_AMOUNT] = seal_amount,
        [FIELD_WHO] = seal_who,
        [FIELD_UNIT] = seal_unit,
        [FIELD_REF] = seal_refs,
        [FIELD_REFS] = seal_refs,
        [FIELD_NAMES] = seal_names,
        [FIELD_ABSENT] = seal_names,
        [FIELD_DURATIONS] = seal_durations,
        [FIELD_TIME] = seal_time,
        [FIELD_CONTENTS] = seal_contents,
        [FIELD_TEMPLATE] = seal_template,
        [FIELD_BOOL] = seal_bool,
        [FIELD_MANY] = seal_number,
        [FIELD_INT] = seal_number,
        [FIELD_NUMBER] = seal_number,
        [FIELD_ANY] = seal_any,
        [FIELD_ENUM] = seal_enum,
        [FIELD_RECORD] = seal_record,
        [FIELD_RECORDS] = seal_records,
        [FIELD_MAP_TEXT] = seal_text_map,
        [FIELD_MAP_DATE] = seal_date_map,
        [FIELD_UNDER] = NULL,
        [FIELD_ALSO] = NULL,
    };
    return functions[field->type] ? functions[field->type](r, spot, field, value) : NULL;
}

/* What says no more than its absence is left out. */
static bool is_default(const struct word_field *field, const struct value *value)
{
    if (value->type == VALUE_BOOL)
        return !value->boolean;
    if (!field->fallback || (field->type != FIELD_ENUM && field->type != FIELD_INT))
        return false;
    if (value->type == VALUE_STRING)
        return strcmp(value->string, field->fallback) == 0;
    char number[32];
    snprintf(number, sizeof number, "%lld", (long long)value->integer);
    return value->type == VALUE_INT && strcmp(number, field->fallback) == 0;
}

/* Fields that are sealed elsewhere: dates of items and plan after all else, readings last. */
static bool is_later(const struct node *node, const struct word_field *field)
{
    if (field->type == FIELD_ALSO || field->type == FIELD_UNDER)
        return true;
    if (strcmp(node->word->fields.name, "plan") == 0)
        return strcmp(field->name, "owner") == 0 || value_get(node->sealed, field->name) ||
               strcmp(field->name, "issued") == 0 || strcmp(field->name, "when") == 0 ||
               strcmp(field->name, "year") == 0 || strcmp(field->name, "review") == 0 ||
               strcmp(field->name, "dates") == 0;
    return node->word->nests && time_field(field->name);
}

void seal_fields(struct resolver *r, struct node *node)
{
    const struct word_fields *fields = &node->word->fields;
    for (uint32_t i = 0; i < node->fields->pairs; i++) {
        const struct value_pair *pair = &node->fields->map[i];
        struct spot spot = {node, pair->key, NULL, pair->value};
        const struct word_field *field = check_field(r, fields, pair->key, &spot);
        if (!field || is_later(node, field))
            continue;
        struct value *sealed = seal_value(r, &spot, field, pair->value);
        if (sealed && !is_default(field, sealed))
            value_set(r->arena, node->sealed, field->name, sealed);
    }
    struct spot whole = {node, NULL, NULL, NULL};
    check_required(r, &whole, fields, node->fields);
}

/* ---- second readings ------------------------------------------------------------------------------------ */

static const struct word_field name_field = {
    .name = "name", .type = FIELD_TEXT, .type_name = "text", .example = "\"深化成果\""};

static struct value *seal_reading(struct resolver *r, const struct spot *spot,
                                  const struct value *reading)
{
    struct value *sealed = value_map(r->arena);
    bool fine = true;
    for (uint32_t i = 0; i < reading->pairs; i++) {
        const struct value_pair *pair = &reading->map[i];
        struct spot inner = {spot->node, spot->key, pair->key, pair->value};
        const struct word_field *field =
            strcmp(pair->key, "name") == 0
                ? &name_field
                : check_field(r, &spot->node->word->fields, pair->key, &inner);
        bool nested = field && (field->type == FIELD_ALSO || field->type == FIELD_UNDER);
        if (nested)
            complain_type(r, spot, words_field(&spot->node->word->fields, "also"));
        struct value *value =
            field && !nested ? seal_value(r, &inner, field, pair->value) : NULL;
        if (value)
            value_set(r->arena, sealed, field->name, value);
        fine &= value != NULL;
    }
    return fine ? sealed : NULL;
}

void seal_readings(struct resolver *r, struct node *node)
{
    const struct value *also = value_get(node->fields, "also");
    const struct word_field *field = words_field(&node->word->fields, "also");
    if (!also || !field)
        return;
    struct spot spot = {node, "also", NULL, also};
    if (also->type != VALUE_LIST || also->count == 0 || also->count > LIST_MOST) {
        complain_type(r, &spot, field);
        return;
    }
    struct value *list = value_list(r->arena);
    for (uint32_t i = 0; i < also->count; i++) {
        struct spot inner = {node, "also", NULL, also->items[i]};
        if (also->items[i]->type != VALUE_MAP || also->items[i]->count) {
            complain_type(r, &inner, field);
            continue;
        }
        struct value *reading = seal_reading(r, &inner, also->items[i]);
        if (reading)
            value_append(r->arena, list, reading);
    }
    value_set(r->arena, node->sealed, "also", list);
}
