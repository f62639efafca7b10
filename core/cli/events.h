/*
 * The events of an agenda as rows (cli/rows.h): what a plan makes happen between two days, or
 * next. For show, next and run; what was recorded is cli/journal.h's.
 */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include "cli/rows.h"
#include "engine/agenda.h"

#define EVENTS_ALL UINT32_MAX

/* What is wanted of an agenda. */
struct events_wish {
    const struct agenda *agenda;
    struct engine
        *engine;         /* whose first plan's agenda it is: units are counted as things stand;
                              NULL = all who are asked */
    int32_t first, last; /* days */
    uint32_t most;       /* rows */
};

/** Prints the events on the days first … last; returns how many there were, or a negative code,
 * which needs an engine. */
int64_t events_print(const struct rows_view *view, const struct events_wish *wish,
                     struct err *err);

/** Prints the same, of all that comes from `first` on, under a heading; says so when nothing can
 * come. */
int events_print_next(const struct rows_view *view, const struct events_wish *wish,
                      struct err *err);

#endif
