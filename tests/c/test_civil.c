/* Civil days against the C library for every day of 1900..2200, and the texts' must-fail rows. */
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void every_day_agrees_with_timegm(void **state)
{
    (void)state;
    int32_t day = civil_day(CIVIL_FIRST_YEAR, 1, 1);
    int32_t last = civil_day(CIVIL_LAST_YEAR, 12, 31);
    assert_int_equal(day, -25567);
    for (; day <= last; day++) {
        time_t seconds = (time_t)day * 86400;
        struct tm tm;
        char text[11], expected[11];
        assert_non_null(gmtime_r(&seconds, &tm));
        struct civil date = civil_from_day(day);
        assert_int_equal(date.year, tm.tm_year + 1900);
        assert_int_equal(date.month, tm.tm_mon + 1);
        assert_int_equal(date.day, tm.tm_mday);
        assert_int_equal(civil_weekday(day), tm.tm_wday ? tm.tm_wday : 7);
        assert_int_equal(timegm(&tm), seconds);
        assert_int_equal(civil_day(date.year, date.month, date.day), day);
        strftime(expected, sizeof expected, "%Y-%m-%d", &tm);
        assert_string_equal(civil_format(day, text), expected);
        assert_int_equal(civil_parse(text, 10), day);
        assert_true(civil_in_range(day));
    }
    assert_false(civil_in_range(last + 1));
    assert_false(civil_in_range(-25568));
}

static void months_end_where_the_next_begins(void **state)
{
    (void)state;
    for (int32_t year = CIVIL_FIRST_YEAR; year <= CIVIL_LAST_YEAR; year++)
        for (int32_t month = 1; month <= 12; month++) {
            int32_t days = civil_month_days(year, month);
            int32_t next =
                month == 12 ? civil_day(year + 1, 1, 1) : civil_day(year, month + 1, 1);
            assert_int_equal(civil_day(year, month, 1) + days, next);
            assert_true(civil_exists(year, month, days));
            assert_false(civil_exists(year, month, days + 1));
        }
}

static void months_add_and_clip(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int32_t months;
        const char *to;
    } rows[] = {
        {"2012-01-31", 1, "2012-02-29"},  {"2013-01-31", 1, "2013-02-28"},
        {"2012-03-15", 3, "2012-06-15"},  {"2012-12-31", 2, "2013-02-28"},
        {"2012-03-31", -1, "2012-02-29"}, {"2012-01-15", -13, "2010-12-15"},
        {"2012-05-05", 0, "2012-05-05"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[11];
        int32_t day = civil_parse(rows[i].from, 10);
        assert_string_equal(civil_format(civil_add_months(day, rows[i].months), text),
                            rows[i].to);
    }
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const days[] = {
        "",
        "2012",
        "2012-2-3",
        "2012-02-30",
        "2013-02-29",
        "2012-13-01",
        "2012-00-10",
        "2012-01-00",
        "1899-12-31",
        "2201-01-01",
        "2012/01/01",
        "2012-01-01 ",
        " 2012-01-01",
        "2o12-01-01",
        "-012-01-01",
        "２012-01-01",
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        assert_int_equal(civil_parse(days[i], strlen(days[i])), CIVIL_NONE);
    static const char *const minutes[] = {"",      "9:00",  "24:01", "25:00",
                                          "12:60", "12-00", "12:0x"};
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
        assert_int_equal(civil_parse_minute(minutes[i], strlen(minutes[i])), -1);
}

static void minutes_round_trip(void **state)
{
    (void)state;
    for (int32_t minute = 0; minute <= CIVIL_DAY_MINUTES; minute++) {
        char text[6];
        assert_int_equal(civil_parse_minute(civil_format_minute(minute, text), 5), minute);
    }
}

static void instants_are_east_eight(void **state)
{
    (void)state;
    assert_int_equal(civil_ms(civil_day(2012, 6, 1), 540), 1338512400000);
    for (int32_t day = -800; day <= 800; day++)
        for (int32_t minute = 0; minute < CIVIL_DAY_MINUTES; minute += 37) {
            int32_t back = -1;
            int64_t ms = civil_ms(day, minute);
            assert_int_equal(civil_from_ms(ms, &back), day);
            assert_int_equal(back, minute);
            assert_int_equal(civil_from_ms(ms + 59999, &back), day);
            assert_int_equal(back, minute);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_agrees_with_timegm),
        cmocka_unit_test(months_end_where_the_next_begins),
        cmocka_unit_test(months_add_and_clip),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(minutes_round_trip),
        cmocka_unit_test(instants_are_east_eight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
