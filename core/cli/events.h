/*
 * The events of an agenda as rows (cli/rows.h): what a plan makes happen between two days, or
 * next. For show, next and run; what was recorded is cli/journal.h's.
 */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include "cli/rows.h"
#include "engine/agenda.h"

#define EVENTS_ALL UINT32_MAX

/** Prints the agenda's events on the days first … last, at most `most` of them; returns how many
 * there were. */
uint32_t events_print(const struct rows_view *view, const struct agenda *agenda, int32_t first,
                      int32_t last, uint32_t most);

/** Prints what comes next from a day on, under a heading; says so when nothing can come. */
void events_print_next(const struct rows_view *view, const struct agenda *agenda, int32_t from,
                       uint32_t most);

#endif
