/* Days and times as offices and programs write them. */
#include "files/records.h"

#include "time/civil.h"

#include <string.h>

/* What is left to be read. */
struct rest {
    const char *at, *end;
};

/* A number of `least` to `most` digits, -1 when there is none. */
static int32_t take_number(struct rest *rest, int least, int most)
{
    int32_t number = 0;
    int digits = 0;
    for (; rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9'; rest->at++, digits++)
        number = digits < 9 ? number * 10 + (*rest->at - '0') : number;
    return digits >= least && digits <= most ? number : -1;
}

static bool take(struct rest *rest, char wanted)
{
    if (rest->at == rest->end || *rest->at != wanted)
        return false;
    rest->at++;
    return true;
}

/* 2012-03-01, or as Excel writes it: 2012/3/1. */
static bool take_day(struct rest *rest, int32_t *day)
{
    int32_t year = take_number(rest, 4, 4);
    char mark = rest->at < rest->end ? *rest->at : '\0';
    if (year < 0 || (mark != '-' && mark != '/'))
        return false;
    int least = mark == '-' ? 2 : 1;
    take(rest, mark);
    int32_t month = take_number(rest, least, 2);
    if (month < 0 || !take(rest, mark))
        return false;
    int32_t of_month = take_number(rest, least, 2);
    if (of_month < 0 || !civil_exists(year, month, of_month))
        return false;
    *day = civil_day(year, month, of_month);
    return true;
}

/* Behind the minute: ":05", ":05.250". */
static bool take_seconds(struct rest *rest, int64_t *ms)
{
    if (!take(rest, ':'))
        return true;
    int32_t seconds = take_number(rest, 2, 2);
    if (seconds < 0 || seconds > 60)
        return false;
    *ms = (int64_t)seconds * 1000;
    if (!take(rest, '.'))
        return true;
    const char *first = rest->at;
    for (int64_t unit = 100; rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9';
         rest->at++, unit /= 10)
        *ms += (*rest->at - '0') * unit;
    return rest->at > first;
}

/* "Z", "+08:00", or nothing: ours. */
static bool take_zone(struct rest *rest, int32_t *minutes)
{
    *minutes = CIVIL_ZONE_MINUTES;
    if (rest->at == rest->end)
        return true;
    if (take(rest, 'Z') || take(rest, 'z')) {
        *minutes = 0;
        return true;
    }
    bool west = *rest->at == '-';
    if (!west && *rest->at != '+')
        return false;
    rest->at++;
    int32_t hours = take_number(rest, 2, 2), rests = 0;
    if (hours < 0 || hours > 23 || !take(rest, ':') || (rests = take_number(rest, 2, 2)) < 0 ||
        rests > 59)
        return false;
    *minutes = (hours * 60 + rests) * (west ? -1 : 1);
    return true;
}

bool record_day(const char *text, size_t length, int32_t *day)
{
    struct rest rest = {text, text + length};
    int32_t found;
    if (!take_day(&rest, &found) || rest.at != rest.end)
        return false;
    *day = found;
    return true;
}

bool record_instant(const char *text, size_t length, int64_t *at_ms)
{
    struct rest rest = {text, text + length};
    int32_t day, zone = CIVIL_ZONE_MINUTES;
    int64_t ms = 0;
    if (!take_day(&rest, &day))
        return false;
    if (rest.at == rest.end) {
        *at_ms = civil_ms(day, 0);
        return true;
    }
    if (!take(&rest, 'T') && !take(&rest, 't') && !take(&rest, ' '))
        return false;
    int32_t hour = take_number(&rest, 1, 2);
    int32_t minute = take(&rest, ':') ? take_number(&rest, 2, 2) : -1;
    if (hour < 0 || minute < 0 || minute > 59 || hour > 24 || (hour == 24 && minute) ||
        !take_seconds(&rest, &ms) || !take_zone(&rest, &zone) || rest.at != rest.end)
        return false;
    *at_ms = civil_ms(day, hour * 60 + minute) +
             (int64_t)(CIVIL_ZONE_MINUTES - zone) * 60 * 1000 + ms;
    return true;
}
