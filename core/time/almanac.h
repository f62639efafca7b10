/*
 * The Chinese almanac 1901..2100: lunar days, the 24 solar terms, the sexagenary day count. Pure
 * astronomy from a generated table; what the State Council makes of it is time/calendar.h.
 */
#ifndef TIME_ALMANAC_H
#define TIME_ALMANAC_H

#include <stdbool.h>
#include <stdint.h>

enum { ALMANAC_FIRST = 1901, ALMANAC_LAST = 2100, ALMANAC_TERMS = 24 };

/* One year of the generated table. */
struct almanac_year {
    uint8_t new_year; /* days from 1 January to lunar New Year */
    uint8_t leap;     /* the month that is repeated, 0 = none */
    uint16_t
        long_months; /* bit i: the lunar year's i-th month, leap one counted, has 30 days */
    uint64_t terms;  /* two bits a term: days after almanac_term_base */
};

struct lunar_date {
    int32_t year, month, day;
    bool leap;
};

extern const uint8_t
    almanac_term_base[ALMANAC_TERMS]; /* the earliest day of month, 小寒 first */
extern const struct almanac_year almanac_years[ALMANAC_LAST - ALMANAC_FIRST + 1];

/** The civil day of a lunar day; `leap` asks for the repeated month. A 30th in a month of 29 days
 * is its last day, so (year, 12, 30) is 除夕. CIVIL_NONE when the year is outside the table or has
 * no such month. */
int32_t almanac_lunar(int32_t year, int32_t month, int32_t day, bool leap);

/** The lunar date of a civil day, false when it is outside the table. */
bool almanac_lunar_date(int32_t day, struct lunar_date *out);

/** The number of a solar term by its Chinese name, 0 = 小寒 … 23 = 冬至; -1 for another word. */
int almanac_term_index(const char *name);

/** The Chinese name of a term 0..23. */
const char *almanac_term_name(int index);

/** The civil day of a solar term (0..23) in a civil year, CIVIL_NONE outside the table. */
int32_t almanac_term(int32_t year, int index);

/** The heavenly stem of a day, 0 = 甲 … 6 = 庚 … 9 = 癸 (dog days are counted in 庚 days). */
int32_t almanac_stem(int32_t day);

#endif
