/*
 * The parts of a sealed plan that have a form of their own – dates, amounts, durations – from value
 * to struct. For plan.c alone; everybody else reads the compiled plan.
 */
#ifndef PLAN_PARTS_H
#define PLAN_PARTS_H

#include "plan/plan.h"

/* What a part is compiled with, and where it stands for the text of an error. */
struct parts {
    struct arena *arena;
    const struct calendar *calendar;
    const char *owner; /* "item essays", "reminder 2", "plan" */
    int32_t anchor;    /* where recurrences count from, DAY_NONE = unknown */
    struct err *err;
};

/** Compiles a sealed date, or {default, years}; `sealed` NULL leaves an empty date. */
int part_date(struct parts *parts, const char *field, const struct value *sealed,
              struct date *out);

/** Compiles a sealed amount, or {default, units}; `sealed` NULL leaves one that is not stated. */
int part_amount(struct parts *parts, const char *field, const struct value *sealed,
                struct amount *out);

/** Reads a duration "7d" or "2w", behind the due also "2wd", as a tier; `field` is before or after. */
int part_tier(struct parts *parts, const char *field, const struct value *sealed,
              int32_t *tier);

/** Says what is wrong with a field of the owner; returns ERR_INVALID. */
int part_error(struct parts *parts, const char *field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
