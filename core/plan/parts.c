#include "plan/parts.h"

#include "time/civil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MOST_DAYS = 36600 }; /* a century; more is a slip */

int part_error(struct parts *parts, const char *field, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return err_set(parts->err, ERR_INVALID, "sealed plan: %s, %s: %s", parts->owner, field,
                   text);
}

static bool truth(const struct value *map, const char *key)
{
    const struct value *value = value_get(map, key);
    return value && value->type == VALUE_BOOL && value->boolean;
}

/* A day under `key`; `*day` keeps its value when the key is absent. */
static int read_day(struct parts *parts, const char *field, const struct value *map,
                    const char *key, int32_t *day)
{
    const struct value *value = value_get(map, key);
    if (!value)
        return 0;
    int32_t read =
        value->type == VALUE_STRING ? civil_parse(value->string, value->length) : CIVIL_NONE;
    if (read == CIVIL_NONE)
        return part_error(parts, field, "%s is no day", key);
    *day = read;
    return 0;
}

static int read_kind(struct parts *parts, const char *field, const struct value *sealed,
                     enum date_kind *kind)
{
    static const char *const names[] = {"interval", "deadline", "recurring", "standing"};
    const char *name = value_get_string(sealed, "kind");
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) {
            *kind = (enum date_kind)(DATE_INTERVAL + i);
            return 0;
        }
    return part_error(parts, field, "unknown kind of date \"%s\"", name ? name : "");
}

static int read_minute(struct parts *parts, const char *field, const struct value *sealed,
                       int16_t *minute)
{
    int64_t number = value_get_int(sealed, "minute", MINUTES_A_DAY);
    if (number < 0 || number > MINUTES_A_DAY)
        return part_error(parts, field, "minute %lld is not of a day", (long long)number);
    *minute = (int16_t)number;
    return 0;
}

/* Days that rest on the State Council's arrangement are not sealed but worked out now. */
static int read_calendar(struct parts *parts, const char *field, const char *rule,
                         struct date *date)
{
    int32_t first, last;
    bool known;
    struct err why = {0};
    if (calendar_resolve(parts->calendar, rule, &first, &last, &known, &why) < 0)
        return part_error(parts, field, "%s", why.message);
    date->first = first;
    date->last = last;
    date->provisional = !known;
    return 0;
}

/* An interval counts from the date's own start, else from the notice's issue. */
static int read_rule(struct parts *parts, const char *field, const struct value *sealed,
                     struct date *date)
{
    const char *text = value_get_string(sealed, "rule");
    if (!text)
        return part_error(parts, field, "a recurring date without rule");
    struct recur *rule = arena_alloc(parts->arena, sizeof *rule);
    struct err why = {0};
    if (recur_parse(parts->arena, text, strlen(text), rule, &why) < 0)
        return part_error(parts, field, "%s", why.message);
    int32_t anchor = date->first == DAY_NONE ? parts->anchor : date->first;
    if (anchor != DAY_NONE)
        recur_anchor(rule, anchor);
    date->rule = rule;
    return 0;
}

/* What a kind of date must have, whatever way it came by its days. */
static int check_date(struct parts *parts, const char *field, struct date *date)
{
    switch (date->kind) {
    case DATE_DEADLINE:
        date->first = DAY_NONE;
        if (date->last == DAY_NONE && !date->undated)
            return part_error(parts, field, "a deadline without its day");
        break;
    case DATE_INTERVAL:
        if (date->first == DAY_NONE || date->last == DAY_NONE)
            return part_error(parts, field, "an interval without both days");
        break;
    case DATE_RECURRING:
    case DATE_STANDING:
        if (date->last == DAY_NONE)
            date->last = DAY_OPEN;
        break;
    case DATE_NONE: break;
    }
    if (date->first != DAY_NONE && date->last < date->first)
        return part_error(parts, field, "ends before it starts");
    return 0;
}

static int read_date(struct parts *parts, const char *field, const struct value *sealed,
                     struct date *out)
{
    struct date date = {.first = DAY_NONE, .last = DAY_NONE, .minute = MINUTES_A_DAY};
    if (!sealed || sealed->type != VALUE_MAP)
        return part_error(parts, field, "not a date");
    date.phrase = value_get_string(sealed, "phrase");
    date.from = value_get_string(sealed, "from");
    date.undated = truth(sealed, "undated");
    date.soft = truth(sealed, "soft");
    const char *calendar = value_get_string(sealed, "calendar");
    int code = read_kind(parts, field, sealed, &date.kind);
    if (code == 0)
        code = read_minute(parts, field, sealed, &date.minute);
    if (code == 0)
        code = read_day(parts, field, sealed, "start", &date.first);
    if (code == 0)
        code = read_day(parts, field, sealed, "end", &date.last);
    if (code == 0 && calendar)
        code = read_calendar(parts, field, calendar, &date);
    if (code == 0 && date.kind == DATE_RECURRING)
        code = read_rule(parts, field, sealed, &date);
    if (code == 0)
        code = check_date(parts, field, &date);
    if (code == 0)
        *out = date;
    return code;
}

static int read_year(struct parts *parts, const char *field, const struct value_pair *pair,
                     struct year_date *out)
{
    char *behind;
    long year = strtol(pair->key, &behind, 10);
    if (*behind || year < CIVIL_FIRST_YEAR || year > CIVIL_LAST_YEAR)
        return part_error(parts, field, "\"%s\" is no year", pair->key);
    out->year = (int32_t)year;
    if (pair->value->type != VALUE_BOOL)
        return read_date(parts, field, pair->value, &out->date);
    out->none = true;
    return 0;
}

/* {default, years}: keys of four digits, so that their order is that of the years. */
static int read_years(struct parts *parts, const char *field, const struct value *sealed,
                      struct date *out)
{
    const struct value *years = value_get(sealed, "years");
    uint32_t count = years && years->type == VALUE_MAP ? years->pairs : 0;
    struct year_date *list = arena_array(parts->arena, count, sizeof *list);
    int code = read_date(parts, field, value_get(sealed, "default"), out);
    for (uint32_t i = 0; code == 0 && i < count; i++)
        code = read_year(parts, field, &years->map[i], &list[i]);
    out->years = list;
    out->year_count = count;
    return code;
}

int part_date(struct parts *parts, const char *field, const struct value *sealed,
              struct date *out)
{
    *out = (struct date){.first = DAY_NONE, .last = DAY_NONE, .minute = MINUTES_A_DAY};
    if (!sealed)
        return 0;
    if (value_get(sealed, "default"))
        return read_years(parts, field, sealed, out);
    return read_date(parts, field, sealed, out);
}

/* A number under `key`, or `otherwise`; negative amounts do not exist. */
static int read_number(struct parts *parts, const char *field, const struct value *map,
                       const char *key, double *out)
{
    const struct value *value = value_get(map, key);
    if (!value)
        return 0;
    double number = value->type == VALUE_INT      ? (double)value->integer
                    : value->type == VALUE_NUMBER ? value->number
                                                  : -1;
    if (number < 0)
        return part_error(parts, field, "%s is no amount", key);
    *out = number;
    return 0;
}

static int read_amount(struct parts *parts, const char *field, const struct value *sealed,
                       struct amount *out)
{
    if (!sealed || sealed->type != VALUE_MAP)
        return part_error(parts, field, "not an amount");
    struct amount amount = {
        .min = -1,
        .max = -1,
        .stated = true,
        .about = truth(sealed, "about"),
        .exact = truth(sealed, "exact"),
        .percent = value_get(sealed, "percent") != NULL,
        .some = truth(sealed, "some"),
        .each = truth(sealed, "each"),
        .unit = value_get_string(sealed, "unit"),
        .phrase = value_get_string(sealed, "phrase"),
    };
    int code = read_number(parts, field, sealed, "percent", &amount.min);
    if (code == 0)
        code = read_number(parts, field, sealed, "min", &amount.min);
    if (code == 0)
        code = read_number(parts, field, sealed, "max", &amount.max);
    if (amount.exact && amount.max < 0)
        amount.max = amount.min;
    if (code == 0 && amount.max >= 0 && amount.max < amount.min)
        code = part_error(parts, field, "at most less than at least");
    if (code == 0)
        *out = amount;
    return code;
}

int part_amount(struct parts *parts, const char *field, const struct value *sealed,
                struct amount *out)
{
    *out = (struct amount){.min = -1, .max = -1};
    if (!sealed)
        return 0;
    if (!value_get(sealed, "default"))
        return read_amount(parts, field, sealed, out);
    const struct value *units = value_get(sealed, "units");
    uint32_t count = units && units->type == VALUE_MAP ? units->pairs : 0;
    struct unit_amount *list = arena_array(parts->arena, count, sizeof *list);
    int code = read_amount(parts, field, value_get(sealed, "default"), out);
    for (uint32_t i = 0; code == 0 && i < count; i++) {
        list[i].unit = units->map[i].key;
        code = read_amount(parts, field, units->map[i].value, &list[i].amount);
    }
    out->units = list;
    out->unit_count = count;
    return code;
}

int part_tier(struct parts *parts, const char *field, const struct value *sealed, int32_t *tier)
{
    const char *text = sealed && sealed->type == VALUE_STRING ? sealed->string : "";
    bool after = strcmp(field, "after") == 0;
    char *behind;
    long number = *text >= '0' && *text <= '9' ? strtol(text, &behind, 10) : -1;
    if (number < 0 || number > PARTS_MOST_DAYS ||
        (strcmp(behind, "d") != 0 && strcmp(behind, "w") != 0 &&
         (!after || strcmp(behind, "wd") != 0)))
        return part_error(parts, field, "\"%s\" is no duration such as \"7d\"", text);
    int32_t days = (int32_t)number * (strcmp(behind, "w") == 0 ? 7 : 1);
    if (strcmp(behind, "wd") == 0)
        *tier = TIER_WORKING + days;
    else
        *tier = after ? days : -days;
    return 0;
}
