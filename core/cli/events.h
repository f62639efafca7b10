/*
 * Events as people and programs read them: one line an event, a table aligned over Hanzi or JSON.
 * For simulate, next and show. The text is by locale; JSON is the same everywhere, one object a
 * line with the keys at, event, item (absent for the plan's own), occurrence, plan, subjects (a
 * count, absent when unknown), tier (reminders). `at` is RFC 3339 at +08:00, so that the end of a
 * day is the next day's 00:00; the table says 24:00. `occurrence` is the due day, behind the first
 * day of its window or the phase it is the turn of: "2012-05-20", "2022-12-01/2022-12-31",
 * "discuss/2012-04-30". `tier` is "-7d", "+2d" or "every", then the recipient and the channel where
 * they are not the usual ones.
 */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include "base/lang.h"
#include "engine/agenda.h"

#include <stdio.h>

#define EVENTS_ALL UINT32_MAX

struct events_view {
    FILE *out;
    enum lang lang;
    bool json;
};

/** Prints the agenda's events on the days first … last, at most `most` of them; returns how many
 * there were. */
uint32_t events_print(const struct events_view *view, const struct agenda *agenda,
                      int32_t first, int32_t last, uint32_t most);

/** Prints what comes next from a day on, under a heading; says so when nothing can come. */
void events_print_next(const struct events_view *view, const struct agenda *agenda,
                       int32_t from, uint32_t most);

/** Prints one event of the agenda as events_print does. */
void event_print(const struct events_view *view, const struct agenda *agenda,
                 const struct event *event);

/** Appends one event as a JSON object and a newline; `subjects` < 0 = unknown. */
void event_json(struct buf *out, const struct event *event, int64_t subjects);

#endif
