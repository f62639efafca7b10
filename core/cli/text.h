/*
 * Text for a terminal: columns that stay aligned over Hanzi, dates as people write them.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "base/buf.h"
#include "base/lang.h"
#include "base/value.h"
#include "plan/plan.h"

#include <stdio.h>

enum { TEXT_DAY = 32, TEXT_SPAN = 96 };

/** Prints `text` and spaces up to `columns`; a longer text is cut with "…". */
void text_cell(FILE *out, const char *text, size_t columns);

/** Prints `text` whole and spaces up to `columns`. */
void text_pad(FILE *out, const char *text, size_t columns);

/** Prints a paragraph in lines of at most `columns`, each behind `indent` spaces: broken at spaces and
 * between Hanzi, never before a closing mark or behind an opening one. Line feeds stay. */
void text_wrap(FILE *out, const char *text, size_t indent, size_t columns);

/** Prints a value as one line of JSON. */
void text_json(FILE *out, const struct value *value);

/** Sets a field to a day as 2012-05-20; DAY_NONE sets nothing. */
void text_set_day(struct arena *arena, struct value *map, const char *key, int32_t day);

/** "2012-05-20 周日" or "2012-05-20 Sun"; DAY_NONE gives "–", DAY_OPEN an open end. */
const char *text_day(char buffer[TEXT_DAY], int32_t day, enum lang lang);

/** A date for people: "2012-03-20 ~ 2012-03-22", "by 2012-07-05 17:00", a recurrence's phrase. */
const char *text_date(char buffer[TEXT_SPAN], const struct date *date, enum lang lang);

/** When an item is to be done: its due, else its time; every rhythm of a recurring one. */
const char *text_time(struct arena *arena, const struct item *item, enum lang lang);

/** "不少于3篇" as the notice says it, or the numbers when there is no phrase; "" when absent. */
const char *text_amount(char buffer[TEXT_SPAN], const struct amount *amount, enum lang lang);

/** " 篇", what pieces are counted in: a plan's word (NULL = none said) or a general one; "" in English. */
void text_add_measure(struct buf *out, const char *measure, enum lang lang);

/** "2012-05-20 周日 09:00" of an instant. */
const char *text_instant(char buffer[TEXT_SPAN], int64_t ms, enum lang lang);

#endif
