/* The almanac against the sky, working days against plain counting, rules and files with their
 * must-fail rows. */
#include "base/sha256.h"
#include "time/almanac.h"
#include "time/calendar.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SHIPPED      PLANRUN_SOURCE_DIR "/stdlib/holidays.d"
#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct calendar *shipped(void)
{
    static const char *const directories[] = {SHIPPED};
    struct calendar *calendar = NULL;
    struct err err = {0};
    if (calendar_open(directories, 1, &calendar, &err) < 0)
        fail_msg("%s: %s", err.file, err.message);
    return calendar;
}

static int32_t day_of(const char *text)
{
    int32_t day = civil_parse(text, strlen(text));
    assert_int_not_equal(day, CIVIL_NONE);
    return day;
}

static void assert_day(int32_t day, const char *text)
{
    char shown[11] = "none";
    if (day != CIVIL_NONE)
        civil_format(day, shown);
    assert_string_equal(shown, text);
}

/* Reads "19 49~ 78 …" up to ";" or the end; a "~" is returned as the number plus 1000. */
static size_t read_days(char **line, int32_t *days, size_t room)
{
    size_t count = 0;
    while (count < room) {
        char *end = NULL;
        long number = strtol(*line, &end, 10);
        if (end == *line)
            break;
        days[count++] = (int32_t)number + (*end == '~' ? 1000 : 0);
        *line = end + (*end == '~');
    }
    return count;
}

static int differs(int32_t ours, int32_t sky)
{
    int32_t away = ours - sky % 1000;
    return sky >= 1000 ? away < -1 || away > 1 : away != 0;
}

/* Lunar months begin on the day of the new moon, terms lie where the sun is. Until 1913 the printed
 * almanacs were computed by the Qing theory, which was off by up to a quarter of an hour: seven days
 * of 1906..1913 differ, as history has them. From 1914 on none may. */
static void almanac_follows_the_sky(void **state)
{
    (void)state;
    FILE *file = fopen(PLANRUN_SOURCE_DIR "/tests/c/almanac_sky.txt", "r");
    assert_non_null(file);
    char line[1024];
    int moons = 0, terms = 0, wrong = 0;
    for (int32_t year = ALMANAC_FIRST; fgets(line, sizeof line, file); year++) {
        char *at = line;
        int32_t days[40] = {0};
        int32_t base = (int32_t)strtol(at, &at, 10);
        assert_int_equal(base, civil_day(year, 1, 1));
        size_t count = read_days(&at, days, COUNT(days));
        for (size_t i = 0; i < count; i++, moons++) {
            struct lunar_date date = {0};
            if (!almanac_lunar_date(base + days[i] % 1000, &date)) {
                assert_true(year == ALMANAC_FIRST); /* before the first lunar New Year */
                continue;
            }
            int32_t first = almanac_lunar(date.year, date.month, 1, date.leap);
            if (date.day > 15) /* a day late at most: the month before ends today */
                first +=
                    30 - (almanac_lunar(date.year, date.month, 30, date.leap) - first == 28);
            if (differs(first - base, days[i])) {
                print_message("new moon %d, day %d: ours %d\n", year, days[i], first - base);
                assert_true(year < 1914);
                wrong++;
            }
        }
        at = strchr(at, ';') + 1;
        assert_int_equal(read_days(&at, days, COUNT(days)), ALMANAC_TERMS);
        for (int i = 0; i < ALMANAC_TERMS; i++, terms++)
            if (differs(almanac_term(year, i) - base, days[i])) {
                print_message("%s %d: ours %d, the sky %d\n", almanac_term_name(i), year,
                              almanac_term(year, i) - base, days[i]);
                assert_true(year < 1914);
                wrong++;
            }
    }
    fclose(file);
    print_message("count: %d new moons and %d terms compared, %d differ\n", moons, terms,
                  wrong);
    assert_true(moons > 2470 && terms == 4800);
    assert_int_equal(wrong, 7);
}

/* What was generated is what was checked in. */
static void generated_files_are_unchanged(void **state)
{
    (void)state;
    FILE *sums = fopen(PLANRUN_SOURCE_DIR "/tests/generate/SHA256SUMS", "r");
    assert_non_null(sums);
    char hex[SHA256_HEX], sum[SHA256_HEX], name[128], path[512];
    int count = 0;
    for (; fscanf(sums, "%64s %127s", sum, name) == 2; count++) {
        static char bytes[1 << 20];
        snprintf(path, sizeof path, "%s/%s", PLANRUN_SOURCE_DIR, name);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        size_t length = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        sha256_hex(bytes, length, hex);
        assert_string_equal(hex, sum);
    }
    fclose(sums);
    assert_int_equal(count, 3);
}

static void lunar_dates_round_trip(void **state)
{
    (void)state;
    int32_t last = almanac_lunar(ALMANAC_LAST, 12, 30, false);
    struct lunar_date before = {0}, date = {0};
    for (int32_t day = almanac_lunar(ALMANAC_FIRST, 1, 1, false); day <= last; day++) {
        assert_true(almanac_lunar_date(day, &date));
        assert_int_equal(almanac_lunar(date.year, date.month, date.day, date.leap), day);
        assert_true(date.day == 1 || date.day == before.day + 1);
        before = date;
    }
    assert_false(almanac_lunar_date(last + 1, &date));
    assert_false(almanac_lunar_date(almanac_lunar(ALMANAC_FIRST, 1, 1, false) - 1, &date));
}

static void known_lunar_days(void **state)
{
    (void)state;
    static const struct {
        int32_t year, month, day;
        bool leap;
        const char *civil;
    } rows[] = {
        {2012, 1, 1, false, "2012-01-23"},  {2011, 12, 30, false, "2012-01-22"},
        {2012, 1, 15, false, "2012-02-06"}, {2012, 5, 5, false, "2012-06-23"},
        {2012, 4, 1, true, "2012-05-21"},   {2012, 8, 15, false, "2012-09-30"},
        {2012, 9, 9, false, "2012-10-23"},  {2027, 1, 1, false, "2027-02-06"},
        {2030, 1, 1, false, "2030-02-03"},  {2033, 11, 1, true, "2033-12-22"},
        {2020, 4, 1, true, "2020-05-23"},   {2025, 6, 1, true, "2025-07-25"},
        {2012, 5, 1, true, "none"},         {1900, 1, 1, false, "none"},
        {2101, 1, 1, false, "none"},        {2012, 13, 1, false, "none"},
        {2012, 1, 31, false, "none"},       {2012, 0, 1, false, "none"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_day(almanac_lunar(rows[i].year, rows[i].month, rows[i].day, rows[i].leap),
                   rows[i].civil);
    assert_day(almanac_term(2013, almanac_term_index("清明")), "2013-04-04");
    assert_day(almanac_term(2012, almanac_term_index("冬至")), "2012-12-21");
    assert_day(almanac_term(2012, almanac_term_index("立秋")), "2012-08-07");
    assert_day(almanac_term(1900, 0), "none");
    assert_day(almanac_term(2012, 24), "none");
    assert_int_equal(almanac_term_index("清明节"), -1);
    assert_int_equal(almanac_stem(day_of("2012-07-18")), 6); /* 初伏 begins on a 庚 day */
    assert_int_equal(almanac_stem(day_of("1949-10-01")), 0); /* 甲子 */
}

static void blocks_are_the_published_ones(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t year;
        const char *first, *last;
    } rows[] = {
        {"元旦", 2006, "2006-01-01", "2006-01-03"},
        {"元旦", 2008, "2007-12-30", "2008-01-01"},
        {"春节", 2012, "2012-01-22", "2012-01-28"},
        {"清明节", 2012, "2012-04-02", "2012-04-04"},
        {"端午节", 2012, "2012-06-22", "2012-06-24"},
        {"中秋节", 2012, "2012-09-30", "2012-10-07"},
        {"国庆节", 2012, "2012-09-30", "2012-10-07"},
        {"劳动节", 2013, "2013-04-29", "2013-05-01"},
        {"端午节", 2011, "2011-06-04", "2011-06-06"},
        {"元旦", 2017, "2016-12-31", "2017-01-02"},
        {"中秋节", 2020, "2020-10-01", "2020-10-08"},
        {"春节", 2020, "2020-01-24", "2020-02-02"},
        {"中秋节", 2023, "2023-09-29", "2023-10-06"},
        {"国庆节", 2025, "2025-10-01", "2025-10-08"},
        {"春节", 2026, "2026-02-15", "2026-02-23"},
        {"抗战胜利纪念日", 2015, "2015-09-03", "2015-09-05"},
    };
    struct calendar *calendar = shipped();
    int32_t first = 0, last = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_true(calendar_holiday(calendar, rows[i].name, rows[i].year, &first, &last));
        assert_day(first, rows[i].first);
        assert_day(last, rows[i].last);
    }
    assert_false(calendar_holiday(calendar, "端午节", 2007, &first, &last));
    assert_false(calendar_holiday(calendar, "国庆节", 2003, &first, &last));
    assert_false(calendar_holiday(calendar, "国庆", 2012, &first, &last));
    assert_false(calendar_holiday(calendar, "国庆节", 99999, &first, &last));
    calendar_close(calendar);
}

/* A holiday by law lies in the published block of each announced year. */
static void law_lies_in_the_blocks(void **state)
{
    (void)state;
    static const char *const names[] = {"元旦",   "春节",   "清明节", "劳动节",
                                        "端午节", "中秋节", "国庆节"};
    struct calendar *calendar = shipped();
    int32_t first = 0, last = 0, from = 0, till = 0;
    for (int32_t year = 2008; year <= 2026; year++)
        for (size_t i = 0; i < COUNT(names); i++) {
            assert_true(calendar_statutory(names[i], year, &first, &last));
            assert_true(calendar_holiday(calendar, names[i], year, &from, &till));
            assert_true(from <= first && last <= till);
        }
    assert_false(calendar_statutory("元旦", 2007, &first, &last));
    assert_false(calendar_statutory("春节", 2101, &first, &last));
    assert_false(calendar_statutory("七夕", 2012, &first, &last));
    calendar_close(calendar);
}

static void counting_agrees_with_walking(void **state)
{
    (void)state;
    struct calendar *calendar = shipped();
    int32_t start = day_of("2003-11-01"), end = day_of("2028-02-01");
    for (int32_t day = start; day < end; day++) {
        int32_t walked = day, count = 0;
        assert_int_equal(calendar_is_workday(calendar, day, NULL),
                         calendar_work_bits(calendar, day - 13) >> 13 & 1);
        while (!calendar_is_workday(calendar, walked, NULL))
            walked--;
        assert_int_equal(calendar_workday_on_or_before(calendar, day, NULL), walked);
        for (walked = day; !calendar_is_workday(calendar, walked, NULL);)
            walked++;
        assert_int_equal(calendar_workday_on_or_after(calendar, day, NULL), walked);
        assert_int_equal(calendar_workday_after(calendar, day, 0, NULL), day);
        for (walked = day; count < 23;) {
            count += calendar_is_workday(calendar, ++walked, NULL);
            assert_int_equal(calendar_workdays_between(calendar, day + 1, walked, NULL), count);
            if (calendar_is_workday(calendar, walked, NULL))
                assert_int_equal(calendar_workday_after(calendar, day, count, NULL), walked);
        }
        for (walked = day, count = 0; count < 23;)
            if (calendar_is_workday(calendar, --walked, NULL))
                assert_int_equal(calendar_workday_after(calendar, day, -++count, NULL), walked);
    }
    calendar_close(calendar);
}

static void edges_of_the_range(void **state)
{
    (void)state;
    struct calendar *calendar = NULL;
    assert_int_equal(calendar_open(NULL, 0, &calendar, NULL), 0);
    int32_t first = day_of("1900-01-01"), last = day_of("2200-12-31");
    bool known = true;
    assert_true(calendar_is_workday(calendar, first, &known)); /* a Monday */
    assert_false(known);
    assert_false(calendar_is_workday(calendar, first - 1, NULL));
    assert_false(calendar_is_workday(calendar, CIVIL_NONE, NULL));
    assert_false(calendar_is_workday(calendar, INT32_MAX, NULL));
    assert_int_equal(calendar_workday_after(calendar, first, -1, &known), CIVIL_NONE);
    assert_false(known);
    assert_int_equal(calendar_workday_after(calendar, last, 1, NULL), CIVIL_NONE);
    assert_int_equal(calendar_workday_after(calendar, first, INT32_MAX, NULL), CIVIL_NONE);
    assert_int_equal(calendar_workday_after(calendar, last, -INT32_MAX, NULL), CIVIL_NONE);
    assert_int_equal(calendar_workday_on_or_after(calendar, last + 1, NULL), CIVIL_NONE);
    assert_int_equal(calendar_workday_on_or_before(calendar, CIVIL_NONE, NULL), CIVIL_NONE);
    assert_int_equal(calendar_workdays_between(calendar, last, first, NULL), 0);
    assert_int_equal(calendar_workdays_between(calendar, first, last, NULL), 78528);
    assert_int_equal(calendar_work_bits(calendar, first - 3), 0xf9f3e7cf9f3e7cf8);
    assert_int_equal(calendar_work_bits(calendar, first - 64), 0);
    assert_int_equal(calendar_work_bits(calendar, last),
                     calendar_is_workday(calendar, last, NULL));
    assert_int_equal(calendar_work_bits(calendar, last + 1), 0);
    calendar_close(calendar);
    calendar_close(NULL);
}

static void unannounced_years_say_so(void **state)
{
    (void)state;
    struct calendar *calendar = shipped();
    bool known = true;
    assert_true(calendar_known(calendar, 2026));
    assert_false(calendar_known(calendar, 2027));
    assert_false(calendar_known(calendar, -5));
    assert_day(calendar_workday_after(calendar, day_of("2026-12-28"), 3, &known), "2026-12-31");
    assert_true(known);
    assert_day(calendar_workday_after(calendar, day_of("2026-12-28"), 4, &known), "2027-01-01");
    assert_false(known);
    assert_day(calendar_workday_on_or_before(calendar, day_of("2027-01-03"), &known),
               "2027-01-01");
    assert_false(known);
    calendar_close(calendar);
}

static void rules_resolve(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *first, *last;
        bool known;
    } rows[] = {
        {"WORKDAYS=10;AFTER=2012-04-20", "2012-05-07", "2012-05-07", true},
        {"WORKDAYS=3;AFTER=2012-09-28", "2012-10-09", "2012-10-09", true},
        {"WORKDAYS=5;AFTER=2012-06-06", "2012-06-13", "2012-06-13", true},
        {"WORKDAYS=1;AFTER=2013-05-03", "2013-05-06", "2013-05-06", true},
        {"WORKDAYS=3;BEFORE=2012-10-09", "2012-09-28", "2012-09-28", true},
        {"WORKDAYS=1;AFTER=HOLIDAY:国庆节:2012", "2012-10-08", "2012-10-08", true},
        {"WORKDAYS=1;BEFORE=HOLIDAY:国庆节:2012", "2012-09-29", "2012-09-29", true},
        {"HOLIDAY=国庆节:2013", "2013-10-01", "2013-10-07", true},
        {"HOLIDAY=国庆节:2012;BEFORE=7", "2012-09-23", "2012-09-29", true},
        {"HOLIDAY=国庆节:2013;NEXT=7", "2013-10-08", "2013-10-14", true},
        {"MONTH=2013-03;WORKDAY=-1", "2013-03-29", "2013-03-29", true},
        {"MONTH=2012-10;WORKDAY=1", "2012-10-08", "2012-10-08", true},
        {"FROM=2013-01-01;HOLIDAYEND=春节:2013", "2013-01-01", "2013-02-15", true},
        {"ROLL=2013-05-01", "2013-05-02", "2013-05-02", true},
        {"ROLL=2013-05-02", "2013-05-02", "2013-05-02", true},
        {"HOLIDAY=春节:2030", "2030-02-02", "2030-02-05", false},
        {"HOLIDAY=国庆节:2030;NEXT=3", "2030-10-04", "2030-10-06", false},
        {"WORKDAYS=2;AFTER=2027-03-05", "2027-03-09", "2027-03-09", false},
    };
    struct calendar *calendar = shipped();
    for (size_t i = 0; i < COUNT(rows); i++) {
        int32_t first = 0, last = 0;
        bool known = !rows[i].known;
        struct err err = {0};
        if (calendar_resolve(calendar, rows[i].rule, &first, &last, &known, &err) < 0)
            fail_msg("%s: %s", rows[i].rule, err.message);
        assert_day(first, rows[i].first);
        assert_day(last, rows[i].last);
        assert_int_equal(known, rows[i].known);
    }
    calendar_close(calendar);
}

static void other_rules_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        int code;
    } rows[] = {
        {"", ERR_SYNTAX},
        {"WORKDAYS=10", ERR_SYNTAX},
        {"WORKDAYS=0;AFTER=2012-04-20", ERR_SYNTAX},
        {"WORKDAYS=-3;AFTER=2012-04-20", ERR_SYNTAX},
        {"WORKDAYS=10001;AFTER=2012-04-20", ERR_SYNTAX},
        {"WORKDAYS=9999999999;AFTER=2012-04-20", ERR_SYNTAX},
        {"WORKDAYS=10;AFTER=2012-04-31", ERR_SYNTAX},
        {"WORKDAYS=10;AFTER=2012-04-20;", ERR_SYNTAX},
        {"WORKDAYS=10;AFTER=2012-04-20;ROLL=2012-04-20", ERR_SYNTAX},
        {"AFTER=2012-04-20;WORKDAYS=10", ERR_SYNTAX},
        {"WORKDAYS=10;AFTER=HOLIDAY:", ERR_SYNTAX},
        {"WORKDAYS=10;AFTER=HOLIDAY:国庆节", ERR_SYNTAX},
        {"WORKDAYS=10;AFTER=HOLIDAY:国庆节:12", ERR_SYNTAX},
        {"WORKDAYS=10;AFTER=HOLIDAY:国庆节:2012:3", ERR_SYNTAX},
        {"WORKDAYS=5;AFTER=2200-12-30", ERR_LIMIT},
        {"HOLIDAY=七夕:2012", ERR_NOT_FOUND},
        {"HOLIDAY=端午节:2005", ERR_NOT_FOUND},
        {"HOLIDAY=端午节:2003", ERR_NOT_FOUND},
        {"HOLIDAY=国庆节:2012;AFTER=7", ERR_SYNTAX},
        {"MONTH=2013-13;WORKDAY=1", ERR_SYNTAX},
        {"MONTH=2013-3;WORKDAY=1", ERR_SYNTAX},
        {"MONTH=2013-03;WORKDAY=0", ERR_SYNTAX},
        {"MONTH=2013-03;WORKDAY=24", ERR_NOT_FOUND},
        {"MONTH=2013-03;WORKDAY=-24", ERR_NOT_FOUND},
        {"FROM=2014-01-01;HOLIDAYEND=春节:2013", ERR_INVALID},
        {"ROLL=tomorrow", ERR_SYNTAX},
        {"roll=2013-05-01", ERR_SYNTAX},
        {"ROLL=2013-05-01;BEFORE=1", ERR_SYNTAX},
    };
    struct calendar *calendar = shipped();
    for (size_t i = 0; i < COUNT(rows); i++) {
        int32_t first = 7, last = 8;
        bool known = true;
        struct err err = {0};
        int code = calendar_resolve(calendar, rows[i].rule, &first, &last, &known, &err);
        if (code != rows[i].code)
            fail_msg("%s: code %d, %s", rows[i].rule, code, err.message);
        assert_int_equal(first, 7);
        assert_int_equal(last, 8);
    }
    calendar_close(calendar);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void operators_replace_whole_years(void **state)
{
    (void)state;
    char folder[] = "/tmp/planrun-calendar-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/2027.json", folder);
    write_file(path,
               "{\"year\": 2027, \"source\": \"x\", \"work\": [\"2027-01-02\"], \"holidays\": "
               "[{\"name\": \"元旦\", \"first\": \"2026-12-31\", \"last\": \"2027-01-01\"}]}");
    const char *directories[] = {SHIPPED, folder};
    struct calendar *calendar = NULL;
    struct err err = {0};
    bool known = false;
    assert_int_equal(calendar_open(directories, 2, &calendar, &err), 0);
    assert_false(calendar_is_workday(calendar, day_of("2026-12-31"), &known));
    assert_true(calendar_is_workday(calendar, day_of("2027-01-02"), &known));
    assert_true(known);
    assert_true(calendar_is_workday(calendar, day_of("2012-09-29"), NULL));
    calendar_close(calendar);
    write_file(path, "{\"year\": 2012, \"source\": \"x\", \"work\": [], \"holidays\": []}");
    assert_int_equal(calendar_open(directories, 2, &calendar, &err), 0);
    assert_false(calendar_is_workday(calendar, day_of("2012-09-29"), NULL));
    assert_true(calendar_is_workday(calendar, day_of("2012-10-01"), NULL));
    calendar_close(calendar);
    unlink(path);
    rmdir(folder);
}

/* A file for 2027 with these lists. */
#define ARRANGED(holidays, work)                                                               \
    ("{\"year\": 2027, \"source\": \"x\", \"holidays\": [" holidays "], \"work\": [" work "]}")
#define BLOCK(first, last) "{\"name\": \"a\", \"first\": \"" first "\", \"last\": \"" last "\"}"
#define MAY_DAY            BLOCK("2027-05-01", "2027-05-03")

static const struct {
    const char *text, *message;
} broken_files[] = {
    {"", "JSON line 1, column 1"},
    {"{", "JSON line 1, column 2"},
    {"[]]", "JSON line 1, column 3"},
    {"3", "a year is not an object"},
    {"[3]", "a year is not an object"},
    {"{\"year\": 2027}", "\"source\" is missing"},
    {"{\"year\": 2027, \"source\": \"x\", \"more\": 1}", "unknown key \"more\""},
    {"{\"year\": \"2027\", \"source\": \"x\"}", "\"year\" is not a year"},
    {"{\"year\": 1900, \"source\": \"x\"}", "\"year\" is not a year"},
    {"{\"year\": 3000, \"source\": \"x\"}", "\"year\" is not a year"},
    {"{\"year\": 2027, \"source\": \"x\"}", "\"holidays\" is not a list"},
    {"{\"year\": 2027, \"source\": \"x\", \"holidays\": []}", "\"work\" is not a list"},
    {ARRANGED("", "\"2027-01-04\""), "2027-01-04 is no Saturday or Sunday"},
    {ARRANGED("", "\"2028-01-01\""), "outside the year 2027"},
    {ARRANGED("", "\"2026-11-29\""), "outside the year 2027"},
    {ARRANGED("", "\"2027-02-29\""), "is not a day"},
    {ARRANGED("", "20270102"), "is not a day"},
    {ARRANGED("3", ""), "holiday 1 is not an object"},
    {ARRANGED("{\"first\": \"2027-05-01\"}", ""), "holiday 1 has no name"},
    {ARRANGED("{\"name\": \"a\", \"first\": \"2027-05-01\"}", ""),
     "holiday 1 (a) is not a day"},
    {ARRANGED(BLOCK("2027-05-03", "2027-05-02"), ""), "ends before it begins"},
    {ARRANGED(BLOCK("2027-05-03", "2027-09-02"), ""), "lasts more than 40 days"},
    {ARRANGED(MAY_DAY "," MAY_DAY, ""), "a is there twice"},
    {ARRANGED(MAY_DAY, "\"2027-05-02\""), "2027-05-02 lies in the block of a"},
};

static void broken_files_are_refused(void **state)
{
    (void)state;
    char folder[] = "/tmp/planrun-calendar-XXXXXX", path[64], other[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/bad.json", folder);
    snprintf(other, sizeof other, "%s/also.json", folder);
    const char *directories[] = {SHIPPED, folder};
    struct calendar *calendar = NULL;
    struct err err = {0};
    for (size_t i = 0; i < COUNT(broken_files); i++) {
        write_file(path, broken_files[i].text);
        assert_true(calendar_open(directories, 2, &calendar, &err) < 0);
        assert_null(calendar);
        assert_string_equal(err.file, path);
        if (!strstr(err.message, broken_files[i].message))
            fail_msg("%s: %s", broken_files[i].text, err.message);
    }
    write_file(path, ARRANGED("", ""));
    write_file(other, ARRANGED("", ""));
    assert_int_equal(calendar_open(directories, 2, &calendar, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "also.json"));
    unlink(path);
    unlink(other);
    assert_int_equal(mkfifo(path, 0600), 0); /* must not block */
    assert_int_equal(calendar_open(directories, 2, &calendar, &err), ERR_INVALID);
    unlink(path);
    rmdir(folder);
    assert_int_equal(calendar_open(directories, 2, &calendar, &err), ERR_IO);
    assert_string_equal(err.file, folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(almanac_follows_the_sky),
        cmocka_unit_test(generated_files_are_unchanged),
        cmocka_unit_test(lunar_dates_round_trip),
        cmocka_unit_test(known_lunar_days),
        cmocka_unit_test(blocks_are_the_published_ones),
        cmocka_unit_test(law_lies_in_the_blocks),
        cmocka_unit_test(counting_agrees_with_walking),
        cmocka_unit_test(edges_of_the_range),
        cmocka_unit_test(unannounced_years_say_so),
        cmocka_unit_test(rules_resolve),
        cmocka_unit_test(other_rules_are_refused),
        cmocka_unit_test(operators_replace_whole_years),
        cmocka_unit_test(broken_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
