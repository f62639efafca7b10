/* Calendar rules: phrases whose days depend on the State Council's arrangement, kept as text in the
 * sealed plan so that a new arrangement re-times them. The forms stand in calendar.h. */
#include "time/almanac.h"
#include "time/calendar.h"
#include "time/civil.h"
#include "time/pairs.h"

#include <string.h>

enum { PART_MOST = 2, COUNT_MOST = 10000, NAME_MOST = 64 };

struct rule {
    const struct calendar *calendar;
    const char *text;
    struct slice key[PART_MOST], value[PART_MOST];
    struct err *err;
};

/* The result while it is computed. */
struct span {
    int32_t first, last;
    bool known;
};

static int bad_form(const struct rule *rule, struct slice at)
{
    return err_set(rule->err, ERR_SYNTAX, "calendar rule \"%.120s\": cannot read \"%.*s\"",
                   rule->text, (int)at.length, at.at);
}

bool calendar_statutory(const char *name, int32_t year, int32_t *first, int32_t *last)
{
    int32_t day = CIVIL_NONE, back = 0, on = 0;
    if (year < 2008)
        return false;
    if (strcmp(name, "元旦") == 0) {
        day = civil_day(year, 1, 1);
    } else if (strcmp(name, "春节") == 0) {
        day = almanac_lunar(year, 1, 1, false);
        back = year < 2014 || year >= 2025; /* 除夕 is a holiday in those years */
        on = year < 2014 ? 1 : 2;
    } else if (strcmp(name, "清明节") == 0) {
        day = almanac_term(year, almanac_term_index("清明"));
    } else if (strcmp(name, "劳动节") == 0) {
        day = civil_day(year, 5, 1);
        on = year >= 2025;
    } else if (strcmp(name, "端午节") == 0) {
        day = almanac_lunar(year, 5, 5, false);
    } else if (strcmp(name, "中秋节") == 0) {
        day = almanac_lunar(year, 8, 15, false);
    } else if (strcmp(name, "国庆节") == 0) {
        day = civil_day(year, 10, 1);
        on = 2;
    }
    if (day == CIVIL_NONE)
        return false;
    *first = day - back;
    *last = day + on;
    return true;
}

static int read_day(const struct rule *rule, struct slice text, int32_t *day)
{
    *day = civil_parse(text.at, text.length);
    return *day == CIVIL_NONE ? bad_form(rule, text) : 0;
}

static int read_count(const struct rule *rule, struct slice text, int32_t least, int32_t *n)
{
    if (!slice_number(text, n) || *n < least || *n > COUNT_MOST || *n == 0)
        return bad_form(rule, text);
    return 0;
}

/* "国庆节:2012" to its published or, failing that, statutory block. */
static int read_block(const struct rule *rule, struct slice text, struct span *span)
{
    struct slice rest = text, name, year_text;
    char copy[NAME_MOST];
    int32_t year = 0;
    if (!slice_cut(&rest, ':', &name) || name.length == 0 || name.length >= sizeof copy ||
        !slice_cut(&rest, ':', &year_text) || rest.at || year_text.length != 4 ||
        !slice_number(year_text, &year))
        return bad_form(rule, text);
    memcpy(copy, name.at, name.length);
    copy[name.length] = '\0';
    span->known = calendar_known(rule->calendar, year);
    if (span->known ? calendar_holiday(rule->calendar, copy, year, &span->first, &span->last)
                    : calendar_statutory(copy, year, &span->first, &span->last))
        return 0;
    return err_set(rule->err, ERR_NOT_FOUND, "%d has no holiday \"%s\"", year, copy);
}

/* A day, or "HOLIDAY:" and a block. */
static int read_anchor(const struct rule *rule, struct slice text, struct span *span)
{
    static const char prefix[] = "HOLIDAY:";
    const size_t length = sizeof prefix - 1;
    if (text.length > length && memcmp(text.at, prefix, length) == 0)
        return read_block(rule, (struct slice){text.at + length, text.length - length}, span);
    int code = read_day(rule, text, &span->first);
    span->last = span->first;
    return code;
}

/* WORKDAYS=n;AFTER=… or BEFORE=… */
static int count_workdays(const struct rule *rule, struct span *span)
{
    int32_t n = 0;
    bool after = slice_is(rule->key[1], "AFTER"), known = true;
    int code = read_count(rule, rule->value[0], 1, &n);
    if (code < 0 || (code = read_anchor(rule, rule->value[1], span)) < 0)
        return code;
    int32_t day = calendar_workday_after(rule->calendar, after ? span->last : span->first,
                                         after ? n : -n, &known);
    if (day == CIVIL_NONE)
        return err_set(rule->err, ERR_LIMIT, "calendar rule \"%.120s\" leaves %d..%d",
                       rule->text, CIVIL_FIRST_YEAR, CIVIL_LAST_YEAR);
    *span = (struct span){day, day, span->known && known};
    return 0;
}

/* HOLIDAY=… alone, or with BEFORE=n or NEXT=n */
static int around_holiday(const struct rule *rule, struct span *span)
{
    int32_t n = 0;
    int code = read_block(rule, rule->value[0], span);
    if (code < 0 || rule->key[1].length == 0)
        return code;
    if ((code = read_count(rule, rule->value[1], 1, &n)) < 0)
        return code;
    if (slice_is(rule->key[1], "BEFORE"))
        *span = (struct span){span->first - n, span->first - 1, span->known};
    else
        *span = (struct span){span->last + 1, span->last + n, span->known};
    return 0;
}

/* MONTH=YYYY-MM;WORKDAY=n */
static int workday_of_month(const struct rule *rule, struct span *span)
{
    struct slice month = rule->value[0];
    int32_t y = 0, m = 0, n = 0;
    if (month.length != 7 || month.at[4] != '-' ||
        !slice_number((struct slice){month.at, 4}, &y) ||
        !slice_number((struct slice){month.at + 5, 2}, &m) || !civil_exists(y, m, 1))
        return bad_form(rule, month);
    int code = read_count(rule, rule->value[1], -COUNT_MOST, &n);
    if (code < 0)
        return code;
    int32_t first = civil_day(y, m, 1), last = first + civil_month_days(y, m) - 1;
    int32_t day = calendar_workday_after(rule->calendar, n > 0 ? first - 1 : last + 1, n, NULL);
    if (day == CIVIL_NONE || day < first || day > last)
        return err_set(rule->err, ERR_NOT_FOUND,
                       "calendar rule \"%.120s\": the month has no "
                       "such working day",
                       rule->text);
    *span = (struct span){day, day, calendar_known(rule->calendar, y)};
    return 0;
}

/* FROM=DAY;HOLIDAYEND=… */
static int until_holiday(const struct rule *rule, struct span *span)
{
    int32_t from = 0;
    int code = read_day(rule, rule->value[0], &from);
    if (code < 0 || (code = read_block(rule, rule->value[1], span)) < 0)
        return code;
    if (from > span->last)
        return err_set(rule->err, ERR_INVALID, "calendar rule \"%.120s\" ends before it begins",
                       rule->text);
    span->first = from;
    return 0;
}

/* ROLL=DAY */
static int roll_day(const struct rule *rule, struct span *span)
{
    int32_t day = 0;
    int code = read_day(rule, rule->value[0], &day);
    if (code < 0)
        return code;
    bool known = true;
    day = calendar_workday_on_or_after(rule->calendar, day, &known);
    if (day == CIVIL_NONE)
        return bad_form(rule, rule->value[0]);
    *span = (struct span){day, day, known};
    return 0;
}

static const struct {
    const char *key[PART_MOST]; /* NULL = no second part */
    int (*resolve)(const struct rule *, struct span *);
} forms[] = {
    {{"WORKDAYS", "AFTER"}, count_workdays}, {{"WORKDAYS", "BEFORE"}, count_workdays},
    {{"HOLIDAY", NULL}, around_holiday},     {{"HOLIDAY", "BEFORE"}, around_holiday},
    {{"HOLIDAY", "NEXT"}, around_holiday},   {{"MONTH", "WORKDAY"}, workday_of_month},
    {{"FROM", "HOLIDAYEND"}, until_holiday}, {{"ROLL", NULL}, roll_day},
};

static bool has_form(const struct rule *rule, const char *const key[PART_MOST])
{
    return slice_is(rule->key[0], key[0]) &&
           (key[1] ? slice_is(rule->key[1], key[1]) : rule->key[1].length == 0);
}

int calendar_resolve(const struct calendar *calendar, const char *text, int32_t *first,
                     int32_t *last, bool *known, struct err *err)
{
    struct rule rule = {.calendar = calendar, .text = text, .err = err};
    struct slice rest = {text, strlen(text)};
    size_t count = 0;
    while (count < PART_MOST && pairs_next(&rest, &rule.key[count], &rule.value[count]))
        count++;
    if (rest.length || count == 0)
        return bad_form(&rule, rest);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!has_form(&rule, forms[i].key))
            continue;
        struct span span = {.known = true};
        int code = forms[i].resolve(&rule, &span);
        if (code < 0)
            return code;
        *first = span.first;
        *last = span.last;
        if (known)
            *known = span.known;
        return 0;
    }
    return bad_form(&rule, rule.key[0]);
}
