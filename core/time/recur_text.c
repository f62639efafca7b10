/* Rules as text: parsing with the place of the fault, and the canonical form. */
#include "time/almanac.h"
#include "time/civil.h"
#include "time/pairs.h"
#include "time/recur.h"

#include <stdlib.h>
#include <string.h>

enum { ALL_MONTHS = 0xfff };

static const char *const freq_names[] = {NULL, "DAILY", "WEEKLY", "MONTHLY", "YEARLY", NULL};
static const char *const window_names[] = {NULL,   "WEEK", "MONTH", "QUARTER",
                                           "HALF", "YEAR", NULL};
static const char *const day_names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

struct parser {
    struct arena *arena;
    const char *text;
    struct err *err;
    struct recur *rule;
    uint32_t seen; /* bits of part_keys */
    int32_t hour, minute;
};

static int bad(const struct parser *parser, const char *at, const char *what)
{
    int column = (int)(at - parser->text) + 1;
    return err_at(parser->err, ERR_SYNTAX, NULL, 0, column, "recurrence rule, position %d: %s",
                  column, what);
}

/* The place of `word` in a NULL-terminated list from 1 on, or 0. */
static uint8_t index_in(const char *const *names, struct slice word)
{
    for (uint8_t i = 1; names[i]; i++)
        if (slice_is(word, names[i]))
            return i;
    return 0;
}

static int parse_freq(struct parser *parser, struct slice value)
{
    uint8_t freq = index_in(freq_names, value);
    if (!freq)
        return bad(parser, value.at, "FREQ is DAILY, WEEKLY, MONTHLY or YEARLY");
    if (parser->rule->freq == RECUR_DATES) /* LUNAR and TERM come from their own parts */
        parser->rule->freq = freq;
    else if (freq != RECUR_YEARLY)
        return bad(parser, value.at, "LUNAR and TERM come once a year");
    return 0;
}

static int parse_window(struct parser *parser, struct slice value)
{
    parser->rule->window = index_in(window_names, value);
    if (!parser->rule->window)
        return bad(parser, value.at, "WINDOW is WEEK, MONTH, QUARTER, HALF or YEAR");
    return 0;
}

static int parse_interval(struct parser *parser, struct slice value)
{
    int32_t n = 0;
    if (!slice_number(value, &n) || n < 1 || n > RECUR_INTERVAL_MOST)
        return bad(parser, value.at, "INTERVAL is a number from 1 to 1000");
    parser->rule->interval = n;
    return 0;
}

/* A list of numbers from 1 to `most`, and from -1 to -`most` when `last` is wanted, as bits. */
static int parse_bits(struct parser *parser, struct slice list, int32_t most, uint32_t *bits,
                      uint32_t *last, const char *what)
{
    struct slice item;
    while (slice_cut(&list, ',', &item)) {
        int32_t n = 0;
        if (!slice_number(item, &n) || n == 0 || n > most || n < -most || (n < 0 && !last))
            return bad(parser, item.at, what);
        uint32_t *set = n > 0 ? bits : last;
        uint32_t bit = 1U << ((n > 0 ? n : -n) - 1);
        if (*set & bit)
            return bad(parser, item.at, "the same number twice");
        *set |= bit;
    }
    return 0;
}

static int parse_months(struct parser *parser, struct slice value)
{
    uint32_t months = 0;
    int code = parse_bits(parser, value, 12, &months, NULL, "BYMONTH is a list of 1..12");
    if (code == 0)
        parser->rule->months = (uint16_t)months;
    return code;
}

static int parse_monthdays(struct parser *parser, struct slice value)
{
    return parse_bits(parser, value, 31, &parser->rule->monthdays,
                      &parser->rule->monthdays_last,
                      "BYMONTHDAY is a list of 1..31 or -1..-31");
}

static int parse_setpos(struct parser *parser, struct slice value)
{
    return parse_bits(parser, value, 31, &parser->rule->setpos, &parser->rule->setpos_last,
                      "BYSETPOS is a list of 1..31 or -1..-31");
}

/* One of BYDAY: WORKDAY, MO, 1MO, -1MO. */
static int parse_day(struct parser *parser, struct slice item)
{
    struct recur *rule = parser->rule;
    if (slice_is(item, "WORKDAY")) {
        if (rule->workday)
            return bad(parser, item.at, "the same day twice");
        rule->workday = true;
        return 0;
    }
    uint8_t *set = &rule->weekdays;
    if (item.length > 2) {
        int32_t n = 0;
        if (!slice_number((struct slice){item.at, item.length - 2}, &n) || n == 0 ||
            n > RECUR_ORDINALS || n < -RECUR_ORDINALS)
            return bad(parser, item.at, "an ordinal before a weekday is 1..5 or -1..-5");
        set = n > 0 ? &rule->nth[n - 1] : &rule->nth_last[-n - 1];
        item = (struct slice){item.at + item.length - 2, 2};
    }
    for (int w = 0; w < 7; w++) {
        if (!slice_is(item, day_names[w]))
            continue;
        if (*set >> w & 1)
            return bad(parser, item.at, "the same day twice");
        *set |= (uint8_t)(1 << w);
        return 0;
    }
    return bad(parser, item.at, "BYDAY is a list of MO TU WE TH FR SA SU or WORKDAY");
}

static int parse_days(struct parser *parser, struct slice value)
{
    struct slice item;
    int code = 0;
    while (code == 0 && slice_cut(&value, ',', &item))
        code = parse_day(parser, item);
    return code;
}

static int parse_hour(struct parser *parser, struct slice value)
{
    if (!slice_number(value, &parser->hour) || parser->hour < 0 || parser->hour > 24)
        return bad(parser, value.at, "BYHOUR is one number from 0 to 24");
    return 0;
}

static int parse_minute(struct parser *parser, struct slice value)
{
    if (!slice_number(value, &parser->minute) || parser->minute < 0 || parser->minute > 59)
        return bad(parser, value.at, "BYMINUTE is one number from 0 to 59");
    return 0;
}

static int parse_lunar(struct parser *parser, struct slice value)
{
    struct slice rest = value, month_text, day_text = {0};
    int32_t month = 0, day = 0;
    if (!slice_cut(&rest, '-', &month_text) || !slice_number(month_text, &month) || month < 1 ||
        month > 12 || !slice_cut(&rest, '-', &day_text) || !slice_number(day_text, &day) ||
        day < 1 || day > 30 || rest.at)
        return bad(parser, value.at, "LUNAR is month-day, 1-1 to 12-30");
    if (parser->rule->freq != RECUR_DATES && parser->rule->freq != RECUR_YEARLY)
        return bad(parser, value.at, "LUNAR and TERM come once a year");
    parser->rule->freq = RECUR_LUNAR;
    parser->rule->lunar_month = (uint8_t)month;
    parser->rule->lunar_day = (uint8_t)day;
    return 0;
}

static int parse_term(struct parser *parser, struct slice value)
{
    char name[16] = "";
    if (value.length < sizeof name)
        memcpy(name, value.at, value.length);
    int index = almanac_term_index(name);
    if (index < 0)
        return bad(parser, value.at, "TERM is one of the 24 solar terms, such as 清明");
    if (parser->rule->freq != RECUR_DATES && parser->rule->freq != RECUR_YEARLY)
        return bad(parser, value.at, "LUNAR and TERM come once a year");
    parser->rule->freq = RECUR_TERM;
    parser->rule->term = (uint8_t)index;
    return 0;
}

static int by_day(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static int parse_dates(struct parser *parser, struct slice value)
{
    uint32_t room = 1, count = 0, kept = 0;
    for (size_t i = 0; i < value.length; i++)
        room += value.at[i] == ',';
    if (room > RECUR_DATES_MOST)
        return bad(parser, value.at, "DATES holds at most 1000 days");
    int32_t *dates = arena_array(parser->arena, room, sizeof *dates);
    struct slice item;
    while (slice_cut(&value, ',', &item)) {
        dates[count] = civil_parse(item.at, item.length);
        if (dates[count++] == CIVIL_NONE)
            return bad(parser, item.at, "DATES is a list of days YYYY-MM-DD");
    }
    qsort(dates, count, sizeof *dates, by_day);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || dates[i] != dates[i - 1])
            dates[kept++] = dates[i];
    parser->rule->dates = dates;
    parser->rule->date_count = kept;
    return 0;
}

static int parse_roll(struct parser *parser, struct slice value)
{
    if (!slice_is(value, "NEXT"))
        return bad(parser, value.at, "ROLL is NEXT");
    parser->rule->roll = true;
    return 0;
}

static int parse_start(struct parser *parser, struct slice value)
{
    parser->rule->start = civil_parse(value.at, value.length);
    if (parser->rule->start == CIVIL_NONE)
        return bad(parser, value.at, "START is a day YYYY-MM-DD");
    return 0;
}

enum part {
    PART_FREQ,
    PART_INTERVAL,
    PART_BYMONTH,
    PART_BYMONTHDAY,
    PART_BYDAY,
    PART_BYSETPOS,
    PART_LUNAR,
    PART_TERM,
    PART_DATES,
    PART_BYHOUR,
    PART_BYMINUTE,
    PART_WINDOW,
    PART_ROLL,
    PART_START,
};

static const struct {
    const char *key;
    int (*parse)(struct parser *, struct slice);
} parts[] = {
    [PART_FREQ] = {"FREQ", parse_freq},
    [PART_INTERVAL] = {"INTERVAL", parse_interval},
    [PART_BYMONTH] = {"BYMONTH", parse_months},
    [PART_BYMONTHDAY] = {"BYMONTHDAY", parse_monthdays},
    [PART_BYDAY] = {"BYDAY", parse_days},
    [PART_BYSETPOS] = {"BYSETPOS", parse_setpos},
    [PART_LUNAR] = {"LUNAR", parse_lunar},
    [PART_TERM] = {"TERM", parse_term},
    [PART_DATES] = {"DATES", parse_dates},
    [PART_BYHOUR] = {"BYHOUR", parse_hour},
    [PART_BYMINUTE] = {"BYMINUTE", parse_minute},
    [PART_WINDOW] = {"WINDOW", parse_window},
    [PART_ROLL] = {"ROLL", parse_roll},
    [PART_START] = {"START", parse_start},
};

static bool saw(const struct parser *parser, enum part part)
{
    return parser->seen >> part & 1;
}

static bool has_ordinals(const struct recur *rule)
{
    uint32_t any = 0;
    for (int k = 0; k < RECUR_ORDINALS; k++)
        any |= rule->nth[k] | (uint32_t)rule->nth_last[k];
    return any;
}

/* What is wrong with the parts together, or NULL. */
static const char *misfit(const struct parser *parser)
{
    const struct recur *rule = parser->rule;
    uint32_t day_parts = 1U << PART_BYDAY | 1U << PART_BYMONTHDAY;
    uint32_t by_parts =
        day_parts | 1U << PART_BYMONTH | 1U << PART_BYSETPOS | 1U << PART_INTERVAL;
    bool monthly = rule->freq == RECUR_MONTHLY || rule->freq == RECUR_YEARLY;
    if (saw(parser, PART_LUNAR) + saw(parser, PART_TERM) + saw(parser, PART_DATES) > 1)
        return "LUNAR, TERM and DATES exclude each other";
    if (saw(parser, PART_DATES) && saw(parser, PART_FREQ))
        return "DATES stands without FREQ";
    if (rule->freq == RECUR_DATES && !saw(parser, PART_DATES))
        return "FREQ is missing";
    if ((rule->freq == RECUR_DATES || rule->freq >= RECUR_LUNAR) && (parser->seen & by_parts))
        return "DATES, LUNAR and TERM name their days; other day parts do not fit";
    if (saw(parser, PART_START) && rule->interval == 1)
        return "START is for an INTERVAL above 1";
    if (has_ordinals(rule) && !monthly)
        return "an ordinal before a weekday is for MONTHLY and YEARLY";
    if (has_ordinals(rule) && rule->freq == RECUR_YEARLY && !saw(parser, PART_BYMONTH))
        return "an ordinal before a weekday counts in a month: say BYMONTH";
    if (rule->freq == RECUR_WEEKLY && saw(parser, PART_BYMONTHDAY))
        return "BYMONTHDAY is not for WEEKLY";
    if (saw(parser, PART_BYSETPOS) &&
        (rule->freq == RECUR_DAILY || !(parser->seen & day_parts)))
        return "BYSETPOS chooses among the days of BYDAY or BYMONTHDAY, and not for DAILY";
    if (!rule->window && !(parser->seen & day_parts) && (monthly || rule->freq == RECUR_WEEKLY))
        return "on which day? BYDAY, BYMONTHDAY or WINDOW is missing";
    if (saw(parser, PART_BYMINUTE) &&
        (!saw(parser, PART_BYHOUR) || (parser->hour == 24 && parser->minute)))
        return "BYMINUTE needs a BYHOUR before 24";
    return NULL;
}

/* Both kinds of month days as one mask a month length, clipped into the month. */
static void fill_month_masks(struct recur *rule)
{
    for (int32_t length = 28; length <= 31; length++) {
        uint32_t mask = 0;
        for (int32_t n = 1; n <= 31; n++) {
            if (rule->monthdays >> (n - 1) & 1)
                mask |= 1U << ((n < length ? n : length) - 1);
            if (rule->monthdays_last >> (n - 1) & 1)
                mask |= 1U << (n < length ? length - n : 0);
        }
        rule->month_mask[length - 28] = mask;
    }
}

static int parse_part(struct parser *parser, struct slice key, struct slice value)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!slice_is(key, parts[i].key))
            continue;
        if (parser->seen >> i & 1)
            return bad(parser, key.at, "the same part twice");
        parser->seen |= 1U << i;
        return parts[i].parse(parser, value);
    }
    return bad(parser, key.at, "a part that is not known");
}

int recur_parse(struct arena *arena, const char *text, size_t length, struct recur *out,
                struct err *err)
{
    struct recur rule = {.interval = 1, .months = ALL_MONTHS, .start = CIVIL_NONE};
    struct parser parser = {.arena = arena, .text = text, .err = err, .rule = &rule};
    struct slice rest = {text, length}, key, value;
    while (pairs_next(&rest, &key, &value)) {
        int code = parse_part(&parser, key, value);
        if (code < 0)
            return code;
    }
    if (rest.length)
        return bad(&parser, rest.at, "KEY=VALUE is expected here");
    const char *fault = misfit(&parser);
    if (fault)
        return bad(&parser, text, fault);
    fill_month_masks(&rule);
    rule.minute = CIVIL_DAY_MINUTES;
    if (parser.seen >> PART_BYHOUR & 1)
        rule.minute = (uint16_t)(parser.hour * 60 + parser.minute);
    *out = rule;
    return 0;
}

/* "KEY=" before the first item of a list, "," before the others. */
static void put_item(struct buf *buf, const char *key, bool *open)
{
    if (*open)
        buf_adds(buf, ",");
    else
        buf_printf(buf, "%s%s=", buf->length ? ";" : "", key);
    *open = true;
}

static void put_bits(struct buf *buf, const char *key, uint32_t bits, uint32_t last)
{
    bool open = false;
    for (int n = 1; n <= 31; n++)
        if (bits >> (n - 1) & 1) {
            put_item(buf, key, &open);
            buf_printf(buf, "%d", n);
        }
    for (int n = 1; n <= 31; n++)
        if (last >> (n - 1) & 1) {
            put_item(buf, key, &open);
            buf_printf(buf, "-%d", n);
        }
}

static void put_weekdays(struct buf *buf, uint8_t weekdays, int ordinal, bool *open)
{
    for (int w = 0; w < 7; w++) {
        if (!(weekdays >> w & 1))
            continue;
        put_item(buf, "BYDAY", open);
        if (ordinal)
            buf_printf(buf, "%d", ordinal);
        buf_adds(buf, day_names[w]);
    }
}

static void put_byday(struct buf *buf, const struct recur *rule)
{
    bool open = false;
    put_weekdays(buf, rule->weekdays, 0, &open);
    for (int k = 0; k < RECUR_ORDINALS; k++)
        put_weekdays(buf, rule->nth[k], k + 1, &open);
    for (int k = 0; k < RECUR_ORDINALS; k++)
        put_weekdays(buf, rule->nth_last[k], -k - 1, &open);
    if (rule->workday) {
        put_item(buf, "BYDAY", &open);
        buf_adds(buf, "WORKDAY");
    }
}

static void put_dates(struct buf *buf, const struct recur *rule)
{
    bool open = false;
    char text[11];
    for (uint32_t i = 0; i < rule->date_count; i++) {
        put_item(buf, "DATES", &open);
        buf_adds(buf, civil_format(rule->dates[i], text));
    }
}

static void put_time(struct buf *buf, const struct recur *rule)
{
    if (rule->minute == CIVIL_DAY_MINUTES)
        return;
    buf_printf(buf, ";BYHOUR=%d", rule->minute / 60);
    if (rule->minute % 60)
        buf_printf(buf, ";BYMINUTE=%d", rule->minute % 60);
}

void recur_format(struct buf *out, const struct recur *rule)
{
    struct buf buf = {0}; /* "is it the first part" asks for the length */
    char text[11];
    if (rule->freq != RECUR_DATES)
        buf_printf(&buf, "FREQ=%s",
                   freq_names[rule->freq > RECUR_YEARLY ? RECUR_YEARLY : rule->freq]);
    if (rule->interval > 1)
        buf_printf(&buf, ";INTERVAL=%d", rule->interval);
    if (rule->months != ALL_MONTHS)
        put_bits(&buf, "BYMONTH", rule->months, 0);
    put_bits(&buf, "BYMONTHDAY", rule->monthdays, rule->monthdays_last);
    put_byday(&buf, rule);
    put_bits(&buf, "BYSETPOS", rule->setpos, rule->setpos_last);
    if (rule->freq == RECUR_LUNAR)
        buf_printf(&buf, ";LUNAR=%d-%d", rule->lunar_month, rule->lunar_day);
    if (rule->freq == RECUR_TERM)
        buf_printf(&buf, ";TERM=%s", almanac_term_name(rule->term));
    put_dates(&buf, rule);
    put_time(&buf, rule);
    if (rule->window)
        buf_printf(&buf, ";WINDOW=%s", window_names[rule->window]);
    if (rule->roll)
        buf_adds(&buf, ";ROLL=NEXT");
    if (rule->interval > 1 && rule->start != CIVIL_NONE)
        buf_printf(&buf, ";START=%s", civil_format(rule->start, text));
    buf_add(out, buf.bytes, buf.length);
    buf_free(&buf);
}
