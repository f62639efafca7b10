#include "time/almanac.h"
#include "time/civil.h"

#include <string.h>

static const char *const term_names[ALMANAC_TERMS] = {
    "小寒", "大寒", "立春", "雨水", "惊蛰", "春分", "清明", "谷雨",
    "立夏", "小满", "芒种", "夏至", "小暑", "大暑", "立秋", "处暑",
    "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至",
};

static const struct almanac_year *year_of(int32_t year)
{
    return year >= ALMANAC_FIRST && year <= ALMANAC_LAST ? &almanac_years[year - ALMANAC_FIRST]
                                                         : NULL;
}

static int32_t month_length(const struct almanac_year *entry, int32_t index)
{
    return entry->long_months >> index & 1 ? 30 : 29;
}

int32_t almanac_lunar(int32_t year, int32_t month, int32_t day, bool leap)
{
    const struct almanac_year *entry = year_of(year);
    if (!entry || month < 1 || month > 12 || day < 1 || day > 30 ||
        (leap && entry->leap != month))
        return CIVIL_NONE;
    int32_t index = month - 1 + (leap || (entry->leap && month > entry->leap));
    int32_t first = civil_day(year, 1, 1) + entry->new_year;
    for (int32_t i = 0; i < index; i++)
        first += month_length(entry, i);
    int32_t length = month_length(entry, index);
    return first + (day < length ? day : length) - 1;
}

bool almanac_lunar_date(int32_t day, struct lunar_date *out)
{
    int32_t year = civil_from_day(day).year;
    if (year_of(year) && day < civil_day(year, 1, 1) + year_of(year)->new_year)
        year--;
    const struct almanac_year *entry = year_of(year < ALMANAC_LAST ? year : ALMANAC_LAST);
    if (!entry)
        return false;
    year = year < ALMANAC_LAST ? year : ALMANAC_LAST;
    int32_t rest = day - civil_day(year, 1, 1) - entry->new_year;
    int32_t index = 0, months = entry->leap ? 13 : 12;
    while (index < months && rest >= month_length(entry, index))
        rest -= month_length(entry, index++);
    if (rest < 0 || index == months)
        return false;
    bool leap = entry->leap && index == entry->leap;
    *out = (struct lunar_date){.year = year,
                               .month = index + 1 - (entry->leap && index >= entry->leap),
                               .day = rest + 1,
                               .leap = leap};
    return true;
}

int almanac_term_index(const char *name)
{
    for (int i = 0; i < ALMANAC_TERMS; i++)
        if (strcmp(term_names[i], name) == 0)
            return i;
    return -1;
}

const char *almanac_term_name(int index)
{
    return term_names[index];
}

int32_t almanac_term(int32_t year, int index)
{
    const struct almanac_year *entry = year_of(year);
    if (!entry || index < 0 || index >= ALMANAC_TERMS)
        return CIVIL_NONE;
    int32_t later = (int32_t)(entry->terms >> (2 * index) & 3);
    return civil_day(year, index / 2 + 1, almanac_term_base[index] + later);
}

int32_t almanac_stem(int32_t day)
{
    int32_t rest = (day + 7) % 10; /* 1970-01-01 was 辛巳, stem 7 */
    return rest < 0 ? rest + 10 : rest;
}
