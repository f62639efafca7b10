/*
 * `planrun next --unit`: what one unit, or one person, has still to do. next_unit_*
 *
 * JSON, one object a line, keys sorted, absent where there is nothing to say: plan, item, item_name,
 * unit, light (on-plan, near, overdue), due, days (from the day asked to the due, less than 0 =
 * overdue), opens (of what cannot be done yet), need, done, missing (pieces), extended, shared (all do
 * it together), to (who gets it), channel (by which reminders of it go), phase or period; of what
 * lies below the unit "row":"below" with expected, actual, excused and missing units instead of need,
 * done and missing pieces.
 */
#ifndef CLI_NEXT_UNIT_H
#define CLI_NEXT_UNIT_H

#include "cli/cli.h"

struct next_wish {
    const char *script, *unit;
    int32_t day;
    bool on_day;  /* --as-of was said */
    int32_t days; /* due within so many, -1 = all that is open */
    bool json, fast;
};

/** Prints it; an exit code. */
int next_unit(struct cli *cli, const struct next_wish *wish);

#endif
