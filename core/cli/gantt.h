/*
 * The timeline of a plan as text: a bar a phase, a mark a deadline, months above, aligned over
 * Hanzi. Undated and standing items are not drawn; they stand in the list of items.
 */
#ifndef CLI_GANTT_H
#define CLI_GANTT_H

#include "base/lang.h"
#include "plan/plan.h"

#include <stdio.h>

/** Prints the chart, or nothing when no item has a day. `today` is marked when it lies inside. */
void gantt_print(FILE *out, const struct plan *plan, int32_t today, enum lang lang);

#endif
