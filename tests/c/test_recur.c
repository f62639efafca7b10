/* Recurrence rules: worked examples, round trips, must-fail rows, and random rules against a slow
 * oracle that asks of every single day whether it belongs to the rule. */
#include "base/arena.h"
#include "time/almanac.h"
#include "time/civil.h"
#include "time/recur.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct fixture {
    struct calendar *calendar;
    struct arena *arena;
};

static int setup(void **state)
{
    static const char *const directories[] = {PLANRUN_SOURCE_DIR "/stdlib/holidays.d"};
    static struct fixture fixture;
    fixture.arena = arena_new();
    *state = &fixture;
    return calendar_open(directories, 1, &fixture.calendar, NULL);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    calendar_close(fixture->calendar);
    arena_free(fixture->arena);
    return 0;
}

static struct recur parse(struct fixture *fixture, const char *text)
{
    struct recur rule;
    struct err err = {0};
    if (recur_parse(fixture->arena, text, strlen(text), &rule, &err) < 0)
        fail_msg("%s: %s", text, err.message);
    return rule;
}

/* "2012-06-30" or "2012-06-01..2012-06-30" or with " 17:00" behind. */
static void show(const struct occurrence *occurrence, char out[40])
{
    char first[11], last[11], minute[6];
    civil_format(occurrence->first, first);
    civil_format(occurrence->last, last);
    int length = occurrence->first == occurrence->last
                     ? snprintf(out, 40, "%s", last)
                     : snprintf(out, 40, "%s..%s", first, last);
    if (occurrence->minute != CIVIL_DAY_MINUTES)
        snprintf(out + length, 40 - (size_t)length, " %s",
                 civil_format_minute(occurrence->minute, minute));
}

static const struct {
    const char *rule, *from, *expected; /* the occurrences, joined by one space */
} examples[] = {
    {"FREQ=MONTHLY;BYMONTHDAY=5", "2012-06-01", "2012-06-05 2012-07-05 2012-08-05"},
    {"FREQ=MONTHLY;BYMONTHDAY=25", "2012-06-26", "2012-07-25 2012-08-25"},
    {"FREQ=MONTHLY;BYMONTHDAY=-1", "2012-02-10", "2012-02-29 2012-03-31 2012-04-30"},
    {"FREQ=MONTHLY;BYMONTHDAY=15,30", "2013-02-01", "2013-02-15 2013-02-28 2013-03-15"},
    {"FREQ=MONTHLY;BYMONTHDAY=29,30,31", "2013-02-01", "2013-02-28 2013-03-29 2013-03-30"},
    {"FREQ=MONTHLY;BYMONTHDAY=-31", "2013-02-01", "2013-02-01 2013-03-01 2013-04-01"},
    {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2011-01-01", "2011-02-28 2012-02-29"},
    {"FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=25", "2012-04-01", "2012-06-25 2012-09-25"},
    {"FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1", "2012-03-01", "2012-06-30 2012-12-31"},
    {"FREQ=YEARLY;BYMONTH=3;WINDOW=MONTH", "2012-06-01", "2013-03-01..2013-03-31"},
    {"FREQ=YEARLY;BYMONTH=3;WINDOW=MONTH", "2013-03-31", "2013-03-01..2013-03-31"},
    {"FREQ=WEEKLY;BYDAY=MO", "2012-06-06", "2012-06-11 2012-06-18"},
    {"FREQ=WEEKLY;BYDAY=MO,SU", "2012-12-29", "2012-12-30 2012-12-31 2013-01-06"},
    {"FREQ=WEEKLY;BYDAY=FR;BYHOUR=12", "2013-03-01", "2013-03-01 12:00"},
    {"FREQ=MONTHLY;BYDAY=1FR", "2012-06-02", "2012-07-06 2012-08-03"},
    {"FREQ=MONTHLY;BYDAY=-1WE", "2013-03-01", "2013-03-27 2013-04-24"},
    {"FREQ=MONTHLY;BYDAY=5SA", "2012-01-01", "2012-03-31 2012-06-30 2012-09-29"},
    {"FREQ=MONTHLY;BYDAY=WORKDAY;BYSETPOS=-1", "2012-06-02", "2012-06-29 2012-07-31"},
    {"FREQ=MONTHLY;BYDAY=WORKDAY;BYSETPOS=1", "2012-09-25", "2012-10-08 2012-11-01"},
    {"FREQ=WEEKLY;BYDAY=WORKDAY;BYSETPOS=-1", "2012-09-24", "2012-09-29 2012-10-12"},
    {"FREQ=DAILY;BYHOUR=17", "2012-06-06", "2012-06-06 17:00 2012-06-07 17:00"},
    {"FREQ=DAILY;BYDAY=WORKDAY;BYHOUR=8;BYMINUTE=30", "2012-09-29",
     "2012-09-29 08:30 2012-10-08 08:30"},
    {"FREQ=DAILY;INTERVAL=10;START=2012-06-06", "2012-06-07", "2012-06-16 2012-06-26"},
    {"FREQ=WEEKLY;INTERVAL=2;BYDAY=FR;START=2012-06-06", "2012-06-06",
     "2012-06-08 2012-06-22 2012-07-06"},
    {"FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=-1;START=2012-11-20", "2012-11-20",
     "2012-11-30 2013-01-31 2013-03-31"},
    {"FREQ=YEARLY;INTERVAL=3;BYMONTH=5;BYMONTHDAY=12;START=2012-01-01", "2012-06-01",
     "2015-05-12 2018-05-12"},
    {"FREQ=YEARLY;LUNAR=8-15", "2012-01-01", "2012-09-30 2013-09-19"},
    {"LUNAR=12-30", "2012-01-01", "2012-01-22 2013-02-09 2014-01-30"},
    {"LUNAR=11-25", "2011-06-01", "2011-12-19 2013-01-06 2013-12-27"},
    {"TERM=清明", "2012-04-05", "2013-04-04 2014-04-05"},
    {"FREQ=YEARLY;TERM=清明;WINDOW=WEEK", "2012-04-03", "2012-04-02..2012-04-08"},
    {"DATES=2012-06-25,2012-09-25,2012-12-25", "2012-07-01", "2012-09-25 2012-12-25"},
    {"FREQ=MONTHLY;WINDOW=QUARTER", "2012-03-31",
     "2012-01-01..2012-03-31 2012-04-01..2012-06-30"},
    {"FREQ=YEARLY;WINDOW=HALF", "2012-07-01", "2012-07-01..2012-12-31 2013-01-01..2013-06-30"},
    {"FREQ=YEARLY;WINDOW=YEAR", "2012-12-31", "2012-01-01..2012-12-31"},
    {"FREQ=WEEKLY;WINDOW=WEEK", "2012-12-31", "2012-12-31..2013-01-06"},
    {"FREQ=MONTHLY;BYDAY=-1MO;WINDOW=WEEK", "2013-01-01", "2012-12-31..2013-01-06"},
    {"FREQ=MONTHLY;BYDAY=1MO;WINDOW=WEEK", "2012-06-01", "2012-06-04..2012-06-10"},
    {"FREQ=MONTHLY;BYMONTHDAY=1;ROLL=NEXT", "2012-09-15", "2012-10-08 2012-11-01 2012-12-03"},
    {"FREQ=MONTHLY;BYMONTHDAY=1;ROLL=NEXT", "2012-10-08", "2012-10-08 2012-11-01"},
    {"FREQ=WEEKLY;WINDOW=WEEK;ROLL=NEXT", "2012-06-04",
     "2012-05-28..2012-06-04 2012-06-04..2012-06-11"},
    {"FREQ=WEEKLY;WINDOW=WEEK;ROLL=NEXT", "2012-10-02",
     "2012-09-24..2012-10-08 2012-10-01..2012-10-08"},
    {"FREQ=DAILY;ROLL=NEXT", "2012-09-30", "2012-10-08 2012-10-09"},
    {"FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31;ROLL=NEXT", "2017-01-01", "2017-01-03 2018-01-02"},
    {"DATES=2012-06-25", "2012-06-26", ""},
    {"FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=1TU", "2200-12-01", ""},
};

static void worked_examples(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COUNT(examples); i++) {
        struct recur rule = parse(fixture, examples[i].rule);
        struct recur_walk walk;
        struct occurrence occurrence;
        recur_walk_start(&walk, &rule, fixture->calendar, civil_parse(examples[i].from, 10));
        const char *at = examples[i].expected;
        if (!*at)
            assert_false(recur_walk_next(&walk, &occurrence));
        while (*at) {
            char text[40];
            assert_true(recur_walk_next(&walk, &occurrence));
            show(&occurrence, text);
            if (strncmp(at, text, strlen(text)) != 0)
                fail_msg("%s from %s: %s, not %s", examples[i].rule, examples[i].from, text,
                         at);
            at += strlen(text);
            at += *at == ' ';
        }
    }
}

static void texts_have_one_form(void **state)
{
    static const struct {
        const char *text, *canonical;
    } rows[] = {
        {"BYMONTHDAY=30,15;FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=15,30"},
        {"FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=-1,1", "FREQ=MONTHLY;BYMONTHDAY=1,-1"},
        {"FREQ=WEEKLY;BYDAY=WORKDAY,SU,MO", "FREQ=WEEKLY;BYDAY=MO,SU,WORKDAY"},
        {"FREQ=MONTHLY;BYDAY=-1FR,2MO,SA", "FREQ=MONTHLY;BYDAY=SA,2MO,-1FR"},
        {"LUNAR=08-15", "FREQ=YEARLY;LUNAR=8-15"},
        {"TERM=冬至;FREQ=YEARLY", "FREQ=YEARLY;TERM=冬至"},
        {"DATES=2012-09-25,2012-06-25,2012-09-25", "DATES=2012-06-25,2012-09-25"},
        {"FREQ=DAILY;BYHOUR=24", "FREQ=DAILY"},
        {"FREQ=DAILY;BYHOUR=0", "FREQ=DAILY;BYHOUR=0"},
        {"FREQ=DAILY;BYMINUTE=05;BYHOUR=09", "FREQ=DAILY;BYHOUR=9;BYMINUTE=5"},
        {"FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYMONTHDAY=1",
         "FREQ=YEARLY;BYMONTHDAY=1"},
        {"START=2012-06-06;WINDOW=WEEK;INTERVAL=2;FREQ=WEEKLY",
         "FREQ=WEEKLY;INTERVAL=2;WINDOW=WEEK;START=2012-06-06"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct recur rule = parse(fixture, rows[i].text);
        struct buf buf = {0};
        recur_format(&buf, &rule);
        assert_string_equal(buf.bytes, rows[i].canonical);
        buf_free(&buf);
    }
}

static void faults_are_placed(void **state)
{
    static const struct {
        const char *text;
        int column;
    } rows[] = {
        {"", 1},
        {"FREQ", 1},
        {"FREQ=", 1},
        {"=DAILY", 1},
        {"FREQ=DAILY;", 1},
        {"FREQ=DAILY;;BYHOUR=1", 12},
        {"FREQ=daily", 6},
        {"freq=DAILY", 1},
        {"FREQ=HOURLY", 6},
        {"FREQ=DAILY;COUNT=3", 12},
        {"FREQ=DAILY;FREQ=DAILY", 12},
        {"FREQ=DAILY;INTERVAL=0", 21},
        {"FREQ=DAILY;INTERVAL=1001", 21},
        {"FREQ=DAILY;INTERVAL=-1", 21},
        {"FREQ=DAILY;INTERVAL=99999999999", 21},
        {"FREQ=DAILY;START=2012-06-06", 1},
        {"FREQ=DAILY;INTERVAL=2;START=2012-06-31", 29},
        {"FREQ=DAILY;BYHOUR=25", 19},
        {"FREQ=DAILY;BYHOUR=9,17", 19},
        {"FREQ=DAILY;BYMINUTE=30", 1},
        {"FREQ=DAILY;BYHOUR=24;BYMINUTE=30", 1},
        {"FREQ=DAILY;BYSETPOS=1", 1},
        {"FREQ=DAILY;BYDAY=1MO", 1},
        {"FREQ=WEEKLY", 1},
        {"FREQ=MONTHLY", 1},
        {"FREQ=YEARLY", 1},
        {"FREQ=YEARLY;BYMONTH=3", 1},
        {"FREQ=WEEKLY;BYMONTHDAY=3", 1},
        {"FREQ=WEEKLY;BYDAY=XX", 19},
        {"FREQ=WEEKLY;BYDAY=MO,,TU", 22},
        {"FREQ=WEEKLY;BYDAY=MO,MO", 22},
        {"FREQ=WEEKLY;BYDAY=MO,", 22},
        {"FREQ=WEEKLY;BYDAY=workday", 19},
        {"FREQ=MONTHLY;BYDAY=0MO", 20},
        {"FREQ=MONTHLY;BYDAY=6MO", 20},
        {"FREQ=MONTHLY;BYDAY=+1MO", 20},
        {"FREQ=YEARLY;BYDAY=1MO", 1},
        {"FREQ=MONTHLY;BYMONTHDAY=0", 25},
        {"FREQ=MONTHLY;BYMONTHDAY=32", 25},
        {"FREQ=MONTHLY;BYMONTHDAY=1,-32", 27},
        {"FREQ=MONTHLY;BYMONTHDAY=1,1", 27},
        {"FREQ=MONTHLY;BYMONTHDAY=1 ", 25},
        {"FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1", 21},
        {"FREQ=YEARLY;BYMONTH=-1;BYMONTHDAY=1", 21},
        {"FREQ=MONTHLY;BYSETPOS=1;WINDOW=MONTH", 1},
        {"FREQ=MONTHLY;BYMONTHDAY=1;WINDOW=DAY", 34},
        {"FREQ=MONTHLY;BYMONTHDAY=1;ROLL=BACK", 32},
        {"FREQ=MONTHLY;LUNAR=1-1", 20},
        {"FREQ=YEARLY;LUNAR=13-1", 19},
        {"FREQ=YEARLY;LUNAR=1-31", 19},
        {"FREQ=YEARLY;LUNAR=1", 19},
        {"FREQ=YEARLY;LUNAR=1-1-1", 19},
        {"FREQ=YEARLY;LUNAR=1-1;TERM=清明", 28},
        {"FREQ=YEARLY;LUNAR=1-1;BYMONTH=2", 1},
        {"FREQ=YEARLY;TERM=清明节", 18},
        {"TERM=清明;INTERVAL=2", 1},
        {"LUNAR=1-1;FREQ=DAILY", 16},
        {"DATES=2012-02-30", 7},
        {"DATES=2012-02-03,x", 18},
        {"DATES=2012-02-03;BYDAY=MO", 1},
        {"FREQ=DAILY;DATES=2012-02-03", 1},
        {"BYMONTHDAY=3", 1},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct recur rule = {.interval = 77};
        struct err err = {0};
        int code = recur_parse(fixture->arena, rows[i].text, strlen(rows[i].text), &rule, &err);
        if (code != ERR_SYNTAX || err.column != rows[i].column)
            fail_msg("%s: code %d, column %d, %s", rows[i].text, code, err.column, err.message);
        assert_int_equal(rule.interval, 77);
    }
}

/* ---- the oracle ---- */

static bool by_day(const struct fixture *fixture, const struct recur *rule, int32_t day)
{
    struct civil date = civil_from_day(day);
    int32_t w = civil_weekday(day) - 1, length = civil_month_days(date.year, date.month);
    if (rule->weekdays >> w & 1)
        return true;
    if (rule->workday && calendar_is_workday(fixture->calendar, day, NULL))
        return true;
    return (rule->nth[(date.day - 1) / 7] >> w & 1) ||
           (rule->nth_last[(length - date.day) / 7] >> w & 1);
}

static bool by_monthday(const struct recur *rule, int32_t day)
{
    struct civil date = civil_from_day(day);
    int32_t length = civil_month_days(date.year, date.month);
    for (int32_t n = 1; n <= 31; n++) {
        if ((rule->monthdays >> (n - 1) & 1) && date.day == (n < length ? n : length))
            return true;
        if ((rule->monthdays_last >> (n - 1) & 1) &&
            date.day == (n < length ? length + 1 - n : 1))
            return true;
    }
    return false;
}

static bool uses_byday(const struct recur *rule)
{
    uint32_t any = rule->weekdays | (uint32_t)rule->workday;
    for (int k = 0; k < RECUR_ORDINALS; k++)
        any |= rule->nth[k] | (uint32_t)rule->nth_last[k];
    return any;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The number of the period that holds the day: days, weeks, months or years from an epoch. */
static int64_t period_of(uint8_t freq, int32_t day)
{
    struct civil date = civil_from_day(day);
    switch (freq) {
    case RECUR_DAILY: return day;
    case RECUR_WEEKLY: return floor_div((int64_t)day + 3, 7);
    case RECUR_MONTHLY: return (int64_t)date.year * 12 + date.month - 1;
    default: return date.year;
    }
}

static bool candidate(const struct fixture *fixture, const struct recur *rule, int32_t day)
{
    struct civil date = civil_from_day(day);
    if (rule->freq == RECUR_DATES) {
        for (uint32_t i = 0; i < rule->date_count; i++)
            if (rule->dates[i] == day)
                return true;
        return false;
    }
    if (rule->freq == RECUR_LUNAR) {
        struct lunar_date lunar;
        if (!almanac_lunar_date(day, &lunar) || lunar.leap || lunar.month != rule->lunar_month)
            return false;
        return lunar.day == rule->lunar_day ||
               (rule->lunar_day == 30 && lunar.day == 29 &&
                almanac_lunar(lunar.year, lunar.month, 30, false) == day);
    }
    if (rule->freq == RECUR_TERM)
        return almanac_term(date.year, rule->term) == day;
    int32_t start = rule->start == CIVIL_NONE ? 0 : rule->start;
    if ((period_of(rule->freq, day) - period_of(rule->freq, start)) % rule->interval)
        return false;
    return (rule->months >> (date.month - 1) & 1) &&
           (!(rule->monthdays | rule->monthdays_last) || by_monthday(rule, day)) &&
           (!uses_byday(rule) || by_day(fixture, rule, day));
}

static bool chosen(const struct fixture *fixture, const struct recur *rule, int32_t day)
{
    if (!candidate(fixture, rule, day))
        return false;
    if (!(rule->setpos | rule->setpos_last))
        return true;
    int before = 0, after = 0;
    int64_t period = period_of(rule->freq, day);
    for (int32_t d = day - 1; period_of(rule->freq, d) == period; d--)
        before += candidate(fixture, rule, d);
    for (int32_t d = day + 1; period_of(rule->freq, d) == period; d++)
        after += candidate(fixture, rule, d);
    return (before < 32 && rule->setpos >> before & 1) ||
           (after < 32 && rule->setpos_last >> after & 1);
}

static int64_t window_of(uint8_t window, int32_t day)
{
    struct civil date = civil_from_day(day);
    static const int months[] = {0, 0, 1, 3, 6, 12};
    if (window == RECUR_WEEK)
        return period_of(RECUR_WEEKLY, day);
    return floor_div(period_of(RECUR_MONTHLY, civil_day(date.year, date.month, 1)),
                     months[window]);
}

/* Whether an occurrence is due on the day, before rolling; `*first` is where it begins. */
static bool due(const struct fixture *fixture, const struct recur *rule, int32_t day,
                int32_t *first)
{
    *first = day;
    if (!rule->window)
        return chosen(fixture, rule, day);
    int64_t window = window_of(rule->window, day);
    if (window_of(rule->window, day + 1) == window)
        return false;
    bool any = false;
    for (; window_of(rule->window, *first) == window; (*first)--)
        any = any || chosen(fixture, rule, *first);
    ++*first;
    return any;
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed * 0x2545f4914f6cdd1dULL >> 11;
}

static int below(uint64_t *seed, int n)
{
    return (int)(next_random(seed) % (uint64_t)n);
}

static void random_byday(struct buf *buf, uint64_t *seed, bool ordinals)
{
    static const char *const names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU", "WORKDAY"};
    int first = below(seed, 8), ordinal = below(seed, 11) - 5;
    buf_adds(buf, ";BYDAY=");
    if (ordinals && first < 7 && ordinal)
        buf_printf(buf, "%d", ordinal);
    buf_adds(buf, names[first]);
    if (below(seed, 2))
        buf_printf(buf, ",%s", names[(first + 1 + below(seed, 6)) % 8]);
}

static void random_rule(struct buf *buf, uint64_t *seed)
{
    static const char *const freqs[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
    static const char *const windows[] = {"WEEK", "MONTH", "QUARTER", "HALF", "YEAR"};
    static const char *const terms[] = {"小寒", "清明", "冬至", "立秋"};
    int kind = below(seed, 12), freq = kind % 4;
    bool byday = false, bymonthday = false;
    if (kind == 8) {
        buf_printf(buf, "FREQ=YEARLY;LUNAR=%d-%d", 1 + below(seed, 12), 1 + below(seed, 30));
    } else if (kind == 9) {
        buf_printf(buf, "FREQ=YEARLY;TERM=%s", terms[below(seed, 4)]);
    } else if (kind == 10) {
        buf_printf(buf, "DATES=20%02d-%02d-28,20%02d-12-31", 10 + below(seed, 6),
                   1 + below(seed, 12), 10 + below(seed, 6));
    } else {
        buf_printf(buf, "FREQ=%s", freqs[freq]);
        if (below(seed, 3) == 0)
            buf_printf(buf, ";INTERVAL=%d", 1 + below(seed, 5));
        bool months = below(seed, 3) == 0;
        if (months)
            buf_printf(buf, ";BYMONTH=%d,%d", 1 + below(seed, 6), 7 + below(seed, 6));
        bymonthday = freq != 1 && below(seed, 2);
        if (bymonthday)
            buf_printf(buf, ";BYMONTHDAY=%d,%d", 1 + below(seed, 31), -1 - below(seed, 31));
        byday = below(seed, 2);
        if (byday)
            random_byday(buf, seed, freq == 2 || (freq == 3 && months));
        if ((byday || bymonthday) && freq != 0 && below(seed, 3) == 0)
            buf_printf(buf, ";BYSETPOS=%d,%d", 1 + below(seed, 4), -1 - below(seed, 4));
    }
    if (below(seed, 4) == 0 ||
        (kind != 8 && kind != 9 && kind != 10 && freq && !byday && !bymonthday))
        buf_printf(buf, ";WINDOW=%s", windows[below(seed, 5)]);
    if (below(seed, 4) == 0)
        buf_adds(buf, ";ROLL=NEXT");
}

/* Compares three years of a random rule, day for day, and its text's round trip. */
static int compare(struct fixture *fixture, const char *text, int32_t from, int32_t till)
{
    struct recur rule = parse(fixture, text), again;
    struct buf canonical = {0}, second = {0};
    recur_format(&canonical, &rule);
    again = parse(fixture, canonical.bytes);
    recur_format(&second, &again);
    assert_string_equal(canonical.bytes, second.bytes);
    buf_free(&canonical);
    buf_free(&second);
    struct recur_walk walk;
    struct occurrence got;
    int count = 0;
    int32_t previous = CIVIL_NONE,
            start = rule.roll
                        ? calendar_workday_on_or_before(fixture->calendar, from - 1, NULL) + 1
                        : from;
    recur_walk_start(&walk, &again, fixture->calendar, from);
    for (int32_t day = start; day <= till; day++) {
        int32_t first = 0, last = day;
        if (!due(fixture, &rule, day, &first))
            continue;
        if (rule.roll)
            last = calendar_workday_on_or_after(fixture->calendar, day, NULL);
        if (last == previous && !rule.window)
            continue;
        previous = last;
        if (!rule.window)
            first = last;
        if (!recur_walk_next(&walk, &got) || got.first != first || got.last != last) {
            char a[11], b[11];
            fail_msg("%s: expected %s, got %s", text, civil_format(last, a),
                     civil_format(got.last, b));
        }
        count++;
    }
    if (recur_walk_next(&walk, &got) && got.last <= till)
        fail_msg("%s: one too many, on day %d", text, got.last);
    return count;
}

static void random_rules_agree_with_the_oracle(void **state)
{
    struct fixture *fixture = *state;
    const char *size = getenv("PLANRUN_TEST_SECONDS");
    double seconds = getenv("PLANRUN_TEST_LONG") ? 60 : size ? strtod(size, NULL) : 1;
    uint64_t seed = 20120601;
    long rules = 0, occurrences = 0;
    clock_t end = clock() + (clock_t)(seconds * CLOCKS_PER_SEC);
    while (rules < 300 || clock() < end) {
        struct buf buf = {0};
        random_rule(&buf, &seed);
        int32_t year = 2009 + below(&seed, 20);
        int32_t from = civil_day(year, 1, 1) + below(&seed, 400);
        occurrences += compare(fixture, buf.bytes, from, from + 500 + below(&seed, 400));
        buf_free(&buf);
        rules++;
    }
    print_message("count: %ld random rules, %ld occurrences compared with the oracle\n", rules,
                  occurrences);
}

static void days_of_a_year_are_the_walk(void **state)
{
    static const char *const rules[] = {
        "FREQ=DAILY",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=DAILY;ROLL=NEXT",
        "FREQ=WEEKLY;BYDAY=WORKDAY",
        "LUNAR=1-1",
        "FREQ=WEEKLY;WINDOW=WEEK",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COUNT(rules); i++) {
        struct recur rule = parse(fixture, rules[i]);
        struct recur_walk walk;
        struct occurrence next;
        recur_walk_start(&walk, &rule, fixture->calendar, civil_day(2011, 1, 1));
        for (int32_t year = 2011; year < 2015; year++) {
            int32_t days[366];
            int count = recur_days(&rule, fixture->calendar, year, days);
            assert_true(count > 0);
            for (int k = 0; k < count; k++) {
                assert_true(recur_walk_next(&walk, &next));
                assert_int_equal(next.last, days[k]);
            }
        }
    }
}

static void edges_of_the_range(void **state)
{
    struct fixture *fixture = *state;
    struct recur daily = parse(fixture, "FREQ=DAILY"),
                 roll = parse(fixture, "FREQ=DAILY;ROLL=NEXT");
    struct recur weeks = parse(fixture, "FREQ=WEEKLY;INTERVAL=2;WINDOW=WEEK");
    struct occurrence next;
    int32_t last = civil_day(CIVIL_LAST_YEAR, 12, 31);
    assert_true(recur_next(&daily, fixture->calendar, CIVIL_NONE, &next));
    assert_int_equal(next.last, civil_day(CIVIL_FIRST_YEAR, 1, 1));
    assert_true(recur_next(&daily, fixture->calendar, last, &next));
    assert_int_equal(next.last, last);
    assert_false(recur_next(&daily, fixture->calendar, last + 1, &next));
    assert_false(recur_next(&daily, fixture->calendar, INT32_MAX, &next));
    assert_true(recur_next(&roll, fixture->calendar, civil_day(CIVIL_FIRST_YEAR, 1, 1), &next));
    assert_false(recur_next(&roll, fixture->calendar, INT32_MAX, &next));
    assert_true(recur_next(&weeks, fixture->calendar, CIVIL_NONE, &next));
    recur_anchor(&weeks, next.last);
    assert_int_equal(weeks.start, next.last);
    recur_anchor(&weeks, 0);
    assert_int_equal(weeks.start, next.last);
    assert_true(recur_uses_calendar(&roll));
    assert_false(recur_uses_calendar(&daily));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_examples),
        cmocka_unit_test(texts_have_one_form),
        cmocka_unit_test(faults_are_placed),
        cmocka_unit_test(random_rules_agree_with_the_oracle),
        cmocka_unit_test(days_of_a_year_are_the_walk),
        cmocka_unit_test(edges_of_the_range),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
