/*
 * Reads the arrangement files of time/calendar.h, whose header states their form. Used by
 * calendar.c only.
 */
#ifndef TIME_CALENDAR_FILE_H
#define TIME_CALENDAR_FILE_H

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct calendar_block {
    const char *name;
    int32_t first, last; /* days, closed */
};

/* What one notice arranges. */
struct calendar_year {
    int32_t year;
    const char *file; /* for errors */
    struct calendar_block *blocks;
    size_t block_count;
    int32_t *work; /* weekend days that are worked */
    size_t work_count;
};

/** Reads every *.json of the directory in name order into `years`, which is indexed from
 * CIVIL_FIRST_YEAR; years already there are replaced. All memory is the arena's. */
int calendar_read(struct arena *arena, const char *directory,
                  const struct calendar_year **years, struct err *err);

#endif
