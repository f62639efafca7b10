/*
 * Civil days: a day is an int32_t, the days since 1970-01-01 of the proleptic Gregorian calendar.
 * There is no zone here – a day is a day in the office. Weekday 1 is Monday, 7 is Sunday. A time of
 * day is minutes since 00:00 of its day; 1440 is 24:00, the end of that day. Instants are int64_t
 * milliseconds since 1970-01-01T00:00Z; +08:00 is the one zone that planrun knows.
 */
#ifndef TIME_CIVIL_H
#define TIME_CIVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CIVIL_NONE INT32_MIN /* no such day */

enum {
    CIVIL_FIRST_YEAR = 1900, /* the years that planrun accepts */
    CIVIL_LAST_YEAR = 2200,
    CIVIL_DAY_MINUTES = 1440,
    CIVIL_ZONE_MINUTES = 480, /* +08:00 */
};

struct civil {
    int32_t year;
    int32_t month; /* 1..12 */
    int32_t day;   /* 1..31 */
};

/** The day number of a date. The parts are not checked: month 1..12, any year within ±1,000,000;
 * a day outside its month runs on, as arithmetic needs. */
int32_t civil_day(int32_t year, int32_t month, int32_t day);

/** The parts of any day number within ±365,000,000. */
struct civil civil_from_day(int32_t day);

/** Days of a month (1..12), 28..31. */
int32_t civil_month_days(int32_t year, int32_t month);

/** True for 2000 and 2012, false for 1900 and 2013. */
bool civil_is_leap(int32_t year);

/** True when the date exists and its year lies within CIVIL_FIRST_YEAR..CIVIL_LAST_YEAR. */
bool civil_exists(int32_t year, int32_t month, int32_t day);

/** True when the day lies within CIVIL_FIRST_YEAR..CIVIL_LAST_YEAR. */
bool civil_in_range(int32_t day);

/** 1 = Monday … 7 = Sunday. */
int32_t civil_weekday(int32_t day);

/** The same day `months` on or back, clipped to the end of that month. */
int32_t civil_add_months(int32_t day, int32_t months);

/** Reads exactly "YYYY-MM-DD", a date that civil_exists; otherwise CIVIL_NONE. */
int32_t civil_parse(const char *text, size_t length);

/** Writes "YYYY-MM-DD" and a NUL; years 0..9999. Returns `out`. */
char *civil_format(int32_t day, char out[11]);

/** Reads "HH:MM" (00:00..24:00) as minutes of the day; -1 when it is something else. */
int32_t civil_parse_minute(const char *text, size_t length);

/** Writes "HH:MM" and a NUL for 0..1440. Returns `out`. */
char *civil_format_minute(int32_t minute, char out[6]);

/** The instant of a minute of a day, in ms since 1970-01-01T00:00Z, at +08:00. */
int64_t civil_ms(int32_t day, int32_t minute);

/** The day at +08:00 that holds the instant; `*minute` (may be NULL) gets 0..1439. */
int32_t civil_from_ms(int64_t ms, int32_t *minute);

#endif
