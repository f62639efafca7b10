#include "cli/sealed_text.h"

#include "base/json.h"
#include "cli/text.h"

#include <inttypes.h>
#include <string.h>

static void add(struct buf *out, const struct who *who, const struct value *value);

static void add_list(struct buf *out, const struct who *who, const struct value *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        buf_adds(out, i ? "、" : "");
        add(out, who, list->items[i]);
    }
}

/* ---- dates and amounts ------------------------------------------------------------------------ */

static void add_date(struct buf *out, const struct who *who, const struct value *date)
{
    const char *kind = value_get_string(date, "kind"), *phrase;
    const char *start = value_get_string(date, "start"), *end = value_get_string(date, "end");
    phrase = value_get_string(date, "phrase");
    if (!start && !end)
        buf_adds(out, phrase ? phrase : "");
    else if (strcmp(kind, "recurring") == 0)
        buf_adds(out, phrase ? phrase : value_get_string(date, "rule"));
    else if (start && end && strcmp(start, end) != 0)
        buf_printf(out, "%s ~ %s", start, end);
    else if (end)
        buf_printf(out, strcmp(kind, "deadline") ? "%s" : TR(who->lang, "by %s", "截至 %s"),
                   end);
    else
        buf_printf(out, TR(who->lang, "from %s", "%s 起"), start);
}

static double number_of(const struct value *map, const char *key)
{
    const struct value *value = value_get(map, key);
    if (!value || (value->type != VALUE_INT && value->type != VALUE_NUMBER))
        return -1;
    return value->type == VALUE_INT ? (double)value->integer : value->number;
}

static void add_amount(struct buf *out, const struct who *who, const struct value *value)
{
    char text[TEXT_SPAN];
    struct amount amount = {.min = number_of(value, "min"),
                            .max = number_of(value, "max"),
                            .stated = true,
                            .unit = value_get_string(value, "unit"),
                            .phrase = value_get_string(value, "phrase")};
    buf_adds(out, text_amount(text, &amount, who->lang));
}

/* A default, then its exceptions by year or unit. */
static void add_exceptions(struct buf *out, const struct who *who, const struct value *value)
{
    const struct value *others = value_get(value, "years");
    others = others ? others : value_get(value, "units");
    add(out, who, value_get(value, "default"));
    for (uint32_t i = 0; others && i < others->pairs; i++) {
        buf_printf(out, "%s%s%s", TR(who->lang, "; ", "；"), others->map[i].key,
                   TR(who->lang, ": ", "："));
        add(out, who, others->map[i].value);
    }
}

/* ---- maps ------------------------------------------------------------------------------------- */

static void add_pairs(struct buf *out, const struct who *who, const struct value *map)
{
    const char *name = value_get_string(map, "name");
    const char *separator = name ? "（" : "";
    buf_adds(out, name ? name : "");
    for (uint32_t i = 0; i < map->pairs; i++) {
        if (map->map[i].value == value_get(map, "name"))
            continue;
        buf_printf(out, "%s%s%s", separator, map->map[i].key, TR(who->lang, ": ", "："));
        add(out, who, map->map[i].value);
        separator = TR(who->lang, ", ", "，");
    }
    buf_adds(out, name && map->pairs > 1 ? "）" : "");
}

static void add_under(struct buf *out, const struct value *under)
{
    const char *as = value_get_string(under, "as");
    const char *revision = value_get_string(under, "revision");
    buf_adds(out, value_get_string(under, "plan"));
    if (as)
        buf_printf(out, " (as %s)", as);
    if (revision)
        buf_printf(out, " @ %.12s", revision);
}

static void add_map(struct buf *out, const struct who *who, const struct value *map)
{
    if (value_get(map, "terms"))
        buf_adds(out, who_text(who, map));
    else if (value_get(map, "default"))
        add_exceptions(out, who, map);
    else if (value_get_string(map, "kind") && !value_get(map, "name"))
        add_date(out, who, map);
    else if (value_get(map, "phrase") || value_get(map, "min") || value_get(map, "max"))
        add_amount(out, who, map);
    else if (value_get_string(map, "cite"))
        buf_printf(out, "《%s》", value_get_string(map, "cite"));
    else if (value_get_string(map, "plan"))
        add_under(out, map);
    else
        add_pairs(out, who, map);
}

static void add(struct buf *out, const struct who *who, const struct value *value)
{
    if (!value)
        return;
    switch (value->type) {
    case VALUE_BOOL:
        buf_adds(out, value->boolean ? TR(who->lang, "yes", "是") : TR(who->lang, "no", "否"));
        return;
    case VALUE_INT: buf_printf(out, "%" PRId64, value->integer); return;
    case VALUE_NUMBER: buf_printf(out, "%g", value->number); return;
    case VALUE_STRING: buf_adds(out, value->string); return;
    case VALUE_LIST: add_list(out, who, value); return;
    case VALUE_MAP: add_map(out, who, value); return;
    }
}

static const char *kept(const struct who *who, struct buf *text)
{
    const char *copy = arena_copy(who->arena, text->bytes, text->length);
    buf_free(text);
    return copy;
}

const char *sealed_text(const struct who *who, const struct value *value)
{
    struct buf text = {0};
    add(&text, who, value);
    buf_adds(&text, ""); /* nothing to say is a text, too */
    return kept(who, &text);
}

const char *sealed_spelling(const struct who *who, const struct value *value)
{
    if (!value)
        return "";
    const char *phrase = value_get_string(value, "phrase");
    phrase = phrase ? phrase : value_get_string(value, "text");
    if (phrase)
        return phrase;
    struct buf text = {0};
    json_write(&text, value);
    return kept(who, &text);
}
