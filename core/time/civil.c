#include "time/civil.h"

#define MINUTE_MS 60000

/*
 * Days and parts after Howard Hinnant, "chrono-compatible low-level date algorithms": years begin
 * in March, so that the leap day is the last one, and come in eras of 400 years = 146097 days.
 */
enum { ERA_DAYS = 146097, EPOCH_DAYS = 719468 };

int32_t civil_day(int32_t year, int32_t month, int32_t day)
{
    int32_t y = year - (month <= 2);
    int32_t era = (y >= 0 ? y : y - 399) / 400;
    int32_t of_era = y - era * 400;
    int32_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH_DAYS;
}

struct civil civil_from_day(int32_t day)
{
    int32_t z = day + EPOCH_DAYS;
    int32_t era = (z >= 0 ? z : z - (ERA_DAYS - 1)) / ERA_DAYS;
    int32_t of_era = z - era * ERA_DAYS;
    int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / (ERA_DAYS - 1)) / 365;
    int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int32_t shifted = (5 * of_year + 2) / 153;
    int32_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    return (struct civil){.year = year + era * 400 + (month <= 2),
                          .month = month,
                          .day = of_year - (153 * shifted + 2) / 5 + 1};
}

bool civil_is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int32_t civil_month_days(int32_t year, int32_t month)
{
    if (month == 2)
        return civil_is_leap(year) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool civil_exists(int32_t year, int32_t month, int32_t day)
{
    return year >= CIVIL_FIRST_YEAR && year <= CIVIL_LAST_YEAR && month >= 1 && month <= 12 &&
           day >= 1 && day <= civil_month_days(year, month);
}

bool civil_in_range(int32_t day)
{
    return day >= civil_day(CIVIL_FIRST_YEAR, 1, 1) &&
           day <= civil_day(CIVIL_LAST_YEAR, 12, 31);
}

int32_t civil_weekday(int32_t day)
{
    int32_t rest = (day + 3) % 7; /* 1970-01-01 was a Thursday */
    return (rest < 0 ? rest + 7 : rest) + 1;
}

int32_t civil_add_months(int32_t day, int32_t months)
{
    struct civil date = civil_from_day(day);
    int32_t index = date.year * 12 + date.month - 1 + months;
    int32_t month = index % 12, year = index / 12;
    if (month < 0) {
        month += 12;
        year--;
    }
    int32_t most = civil_month_days(year, month + 1);
    return civil_day(year, month + 1, date.day < most ? date.day : most);
}

/* `count` decimal digits, or -1. */
static int32_t digits(const char *text, size_t count)
{
    int32_t number = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

int32_t civil_parse(const char *text, size_t length)
{
    if (length != 10 || text[4] != '-' || text[7] != '-')
        return CIVIL_NONE;
    int32_t year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
    return civil_exists(year, month, day) ? civil_day(year, month, day) : CIVIL_NONE;
}

static void put_digits(char *out, int32_t number, int count)
{
    for (int i = count - 1; i >= 0; i--, number /= 10)
        out[i] = (char)('0' + number % 10);
}

char *civil_format(int32_t day, char out[11])
{
    struct civil date = civil_from_day(day);
    put_digits(out, date.year, 4);
    out[4] = '-';
    put_digits(out + 5, date.month, 2);
    out[7] = '-';
    put_digits(out + 8, date.day, 2);
    out[10] = '\0';
    return out;
}

int32_t civil_parse_minute(const char *text, size_t length)
{
    if (length != 5 || text[2] != ':')
        return -1;
    int32_t hour = digits(text, 2), minute = digits(text + 3, 2);
    if (hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > CIVIL_DAY_MINUTES)
        return -1;
    return hour * 60 + minute;
}

char *civil_format_minute(int32_t minute, char out[6])
{
    put_digits(out, minute / 60, 2);
    out[2] = ':';
    put_digits(out + 3, minute % 60, 2);
    out[5] = '\0';
    return out;
}

int64_t civil_ms(int32_t day, int32_t minute)
{
    int64_t minutes = (int64_t)day * CIVIL_DAY_MINUTES + minute - CIVIL_ZONE_MINUTES;
    return minutes * MINUTE_MS;
}

int32_t civil_from_ms(int64_t ms, int32_t *minute)
{
    int64_t minutes = ms / MINUTE_MS - (ms % MINUTE_MS < 0) + CIVIL_ZONE_MINUTES;
    int64_t day = minutes / CIVIL_DAY_MINUTES - (minutes % CIVIL_DAY_MINUTES < 0);
    if (minute)
        *minute = (int32_t)(minutes - day * CIVIL_DAY_MINUTES);
    return (int32_t)day;
}
