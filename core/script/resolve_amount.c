/* Amounts: numbers, phrases, bounds, and exceptions for single units. */

#include "script/resolve_parts.h"

#include <math.h>
#include <string.h>

static const double amount_most = 1e12;

static struct value *number_of(struct resolver *r, double number)
{
    if (floor(number) == number && fabs(number) < 1e15)
        return value_int(r->arena, (int64_t)number);
    return value_number(r->arena, number);
}

static void set_number(struct resolver *r, struct value *map, const char *key, double number)
{
    value_set(r->arena, map, key, number_of(r, number));
}

static void set_true(struct resolver *r, struct value *map, const char *key, bool truth)
{
    if (truth)
        value_set(r->arena, map, key, value_bool(r->arena, true));
}

static bool in_bounds(struct resolver *r, const struct spot *spot, double number)
{
    if (number >= 0 && number <= amount_most)
        return true;
    COMPLAIN(r, "out-of-bounds", place_of(r, spot),
             TR(r->lang, "%s: an amount is not negative and at most 10^12",
                "%s：数量不能为负，也不能超过 10^12"),
             label_of(r, spot));
    return false;
}

static double double_of(const struct value *value)
{
    return value->type == VALUE_INT ? (double)value->integer : value->number;
}

static struct value *from_number(struct resolver *r, const struct spot *spot)
{
    double number = double_of(spot->value);
    if (!in_bounds(r, spot, number))
        return NULL;
    struct value *sealed = value_map(r->arena);
    set_number(r, sealed, "min", number);
    set_number(r, sealed, "max", number);
    set_true(r, sealed, "exact", true);
    return sealed;
}

static struct value *sealed_amount(struct resolver *r, const char *phrase,
                                   const struct phrase_amount *amount)
{
    struct value *sealed = value_map(r->arena);
    value_set_string(r->arena, sealed, "phrase", phrase);
    if (amount->has_min)
        set_number(r, sealed, "min", amount->min);
    if (amount->has_max)
        set_number(r, sealed, "max", amount->max);
    if (amount->has_percent)
        set_number(r, sealed, "percent", amount->percent);
    set_true(r, sealed, "exact", amount->exact);
    set_true(r, sealed, "about", amount->about);
    set_true(r, sealed, "some", amount->some);
    set_true(r, sealed, "each", amount->each);
    if (amount->unit)
        value_set_string(r->arena, sealed, "unit", amount->unit);
    return sealed;
}

static struct value *read_phrase(struct resolver *r, const struct spot *spot)
{
    struct phrase_amount amount = {0};
    struct phrase_problem problem;
    int code =
        host_amount(r->input->host, r->arena, spot->value->string, &amount, &problem, r->err);
    if (code == 0)
        return sealed_amount(r, spot->value->string, &amount);
    if (code != ERR_SYNTAX) {
        r->failed = code;
        return NULL;
    }
    size_t offset = problem.position ? problem.position - 1 : 0;
    COMPLAIN(r, problem.name,
             place_inside(r, spot, offset < spot->value->length ? offset : 0, 0),
             TR(r->lang, "%s: “%.200s”: %s", "%s：“%.200s”：%s"), label_of(r, spot),
             spot->value->string, TR(r->lang, problem.message_en, problem.message_zh))
        ->help = TR(r->lang, "for example: 3, \"不少于3篇\", \"1~2篇\", \"40%\", \"若干\"",
                    "例如：3、\"不少于3篇\"、\"1~2篇\"、\"40%\"、\"若干\"");
    return NULL;
}

/* A phrase is read once; the sealed amount is shared by all that say the same. */
static struct value *from_phrase(struct resolver *r, const struct spot *spot)
{
    const struct value *phrase = spot->value;
    if (!check_text(r, spot, phrase, DATE_MOST, false))
        return NULL;
    uint32_t index = table_get(&r->amounts, phrase->string, phrase->length);
    if (index != TABLE_NONE)
        return r->amount_list->items[index];
    if (!check_phrases(r, spot))
        return NULL;
    r->phrase_bytes += phrase->length;
    struct value *sealed = read_phrase(r, spot);
    if (!sealed)
        return NULL;
    r->amount_list = r->amount_list ? r->amount_list : value_list(r->arena);
    table_add(&r->amounts, phrase->string, phrase->length, r->amount_list->count);
    value_append(r->arena, r->amount_list, sealed);
    return sealed;
}

static const struct word_fields *record(const struct resolver *r, const char *name)
{
    for (size_t i = 0; i < r->words->record_count; i++)
        if (strcmp(r->words->records[i].name, name) == 0)
            return &r->words->records[i];
    return NULL;
}

/* { min =, max =, about =, unit = } */
static struct value *from_bounds(struct resolver *r, const struct spot *spot)
{
    const struct word_fields *fields = record(r, "amount");
    const struct value *map = spot->value;
    struct value *sealed = value_map(r->arena);
    bool fine = true;
    for (uint32_t i = 0; i < map->pairs; i++) {
        struct spot inner = {spot->node, spot->key, map->map[i].key, map->map[i].value};
        const struct word_field *field = check_field(r, fields, map->map[i].key, &inner);
        struct value *value = field ? seal_value(r, &inner, field, map->map[i].value) : NULL;
        bool number = value && field->type == FIELD_NUMBER;
        fine &= value && (!number || in_bounds(r, &inner, double_of(value)));
        if (value)
            value_set(r->arena, sealed, field->name, value);
    }
    const struct value *min = value_get(sealed, "min"), *max = value_get(sealed, "max");
    if (!fine)
        return NULL;
    if (min && max && double_of(max) < double_of(min)) {
        COMPLAIN(r, "start-after-end", place_of(r, spot),
                 TR(r->lang, "%s: max is smaller than min", "%s：max 小于 min"),
                 label_of(r, spot));
        return NULL;
    }
    set_true(r, sealed, "exact", min && max && double_of(min) == double_of(max));
    return sealed;
}

static struct value *from_value(struct resolver *r, const struct spot *spot,
                                const struct word_field *field)
{
    switch (spot->value->type) {
    case VALUE_INT:
    case VALUE_NUMBER: return from_number(r, spot);
    case VALUE_STRING: return from_phrase(r, spot);
    case VALUE_MAP:
        if (spot->value->count == 0)
            return from_bounds(r, spot);
        break;
    default: break;
    }
    complain_type(r, spot, field);
    return NULL;
}

/* { rule, ["unit"] = amount } */
static struct value *from_units(struct resolver *r, const struct spot *spot,
                                const struct word_field *field)
{
    const struct value *map = spot->value;
    struct spot first = {spot->node, spot->key, NULL, map->items[0]};
    struct value *rule = from_value(r, &first, field), *units = value_map(r->arena);
    bool fine = rule != NULL;
    for (uint32_t i = 0; i < map->pairs; i++) {
        const char *key = map->map[i].key;
        struct spot inner = {spot->node, spot->key, key, map->map[i].value};
        const char *unit = who_find(r, key, strlen(key));
        struct value *amount = from_value(r, &inner, field);
        struct spot name = {spot->node, spot->key, key, NULL};
        if (!unit)
            complain_name(r, &name, key, strlen(key), 0);
        if (unit && amount)
            value_set(r->arena, units, unit, amount);
        fine &= unit && amount;
    }
    if (!fine)
        return NULL;
    struct value *both = value_map(r->arena);
    value_set(r->arena, both, "default", rule);
    value_set(r->arena, both, "units", units);
    return both;
}

struct value *seal_amount(struct resolver *r, const struct spot *spot,
                          const struct word_field *field, const struct value *value)
{
    if (value->type == VALUE_MAP && value->count == 1)
        return from_units(r, spot, field);
    return from_value(r, spot, field);
}
