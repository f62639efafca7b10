/*
 * Working days as the State Council arranges them: weekends, holiday blocks, make-up working days.
 * For everything that counts 工作日 or names a block (国庆节期间). A year without an arrangement
 * counts weekends only, and every answer that leans on such a year says so (`known` = false).
 *
 * The arrangement comes from directories of *.json files, read in name order. A file holds one
 * year or a list of years:
 *   {"year": 2012, "source": "国办发明电〔2011〕45号",
 *    "holidays": [{"name": "国庆节", "first": "2012-09-30", "last": "2012-10-07"}, …],
 *    "work": ["2012-09-29", …]}
 * `first`..`last` is the whole block, weekends in it and adjoining included; `work` lists weekend
 * days that are worked. A block or day may lie in the December before. Two holidays may share a
 * block. A later directory replaces whole years of an earlier one; the same year twice within a
 * directory, an unknown key, a day outside its year: the file is refused as a whole.
 *
 * Days outside CIVIL_FIRST_YEAR..CIVIL_LAST_YEAR are no working days, and counting that leaves
 * that range gives CIVIL_NONE. `known` may be NULL everywhere.
 */
#ifndef TIME_CALENDAR_H
#define TIME_CALENDAR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct calendar; /* read-only once open; may be shared between threads */

/** Reads the directories in order; `count` 0 gives weekends only. The caller owns `*out` and
 * closes it. ERR_IO, ERR_SYNTAX or ERR_INVALID with file and place. */
int calendar_open(const char *const *directories, size_t count, struct calendar **out,
                  struct err *err);

/** Frees the calendar; NULL is accepted. */
void calendar_close(struct calendar *calendar);

/** True when the year has an arrangement. */
bool calendar_known(const struct calendar *calendar, int32_t year);

/** True when the day is worked. O(1). */
bool calendar_is_workday(const struct calendar *calendar, int32_t day, bool *known);

/** The last working day on or before the day. */
int32_t calendar_workday_on_or_before(const struct calendar *calendar, int32_t day,
                                      bool *known);

/** The first working day on or after the day (顺延). */
int32_t calendar_workday_on_or_after(const struct calendar *calendar, int32_t day, bool *known);

/** The n-th working day after the day, which itself is not counted (Civil Code art. 201); a
 * negative n counts back; n = 0 gives the day itself. O(log years). */
int32_t calendar_workday_after(const struct calendar *calendar, int32_t day, int32_t n,
                               bool *known);

/** Working days in the closed interval first..last; 0 when it is empty. O(1). */
int32_t calendar_workdays_between(const struct calendar *calendar, int32_t first, int32_t last,
                                  bool *known);

/** 64 days from `day` on as bits, bit 0 = `day`, 1 = worked: for masks over a year. */
uint64_t calendar_work_bits(const struct calendar *calendar, int32_t day);

/** The published block of a holiday by its name (元旦 春节 清明节 劳动节 端午节 中秋节 国庆节, or
 * another name of that year's file). False when the year has none of that name. */
bool calendar_holiday(const struct calendar *calendar, const char *name, int32_t year,
                      int32_t *first, int32_t *last);

/** The days that a holiday has by law (全国年节及纪念日放假办法 of 2008, 2014 and 2025), for years
 * whose arrangement is not published. False before 2008, for an unknown name, or outside the
 * almanac. */
bool calendar_statutory(const char *name, int32_t year, int32_t *first, int32_t *last);

/** Resolves a calendar rule to a closed interval. Parts are joined by ";"; DAY is YYYY-MM-DD, BLOCK
 * is name:year; a block that is not published is the statutory one with `known` = false:
 *   WORKDAYS=n;AFTER=DAY|HOLIDAY:BLOCK      the n-th working day after the day or block
 *   WORKDAYS=n;BEFORE=DAY|HOLIDAY:BLOCK     the n-th working day before it
 *   HOLIDAY=BLOCK                           the block
 *   HOLIDAY=BLOCK;BEFORE=n                  the n days before its first day
 *   HOLIDAY=BLOCK;NEXT=n                    the n days from the day after it
 *   MONTH=YYYY-MM;WORKDAY=n                 the n-th working day of a month, negative from its end
 *   FROM=DAY;HOLIDAYEND=BLOCK               from a day to a block's last day
 *   ROLL=DAY                                the day, or the next working day (顺延)
 * ERR_SYNTAX for another form, ERR_NOT_FOUND for a holiday or working day that does not exist. */
int calendar_resolve(const struct calendar *calendar, const char *text, int32_t *first,
                     int32_t *last, bool *known, struct err *err);

#endif
