#include "plan/rollup.h"

#include <stdlib.h>

enum { STEP = 256 }; /* rows between two sums */

struct rollup {
    const struct progress *progress;
    uint32_t count;            /* of sums */
    struct progress_sum *sums; /* of the rows before row number * STEP */
};

struct rollup *rollup_new(const struct roster *roster, const struct progress *progress)
{
    struct rollup *rollup = mem_resize(NULL, 1, sizeof *rollup);
    *rollup = (struct rollup){progress, roster_count(roster) / STEP + 1, NULL};
    rollup->sums = mem_resize(NULL, rollup->count, sizeof *rollup->sums);
    struct progress_sum sum = {0};
    for (uint32_t i = 0; i < rollup->count; i++) {
        rollup->sums[i] = sum;
        if (i + 1 < rollup->count)
            progress_add(progress, i * STEP, (i + 1) * STEP, &sum);
    }
    return rollup;
}

void rollup_free(struct rollup *rollup)
{
    if (!rollup)
        return;
    free(rollup->sums);
    free(rollup);
}

static void add_difference(const struct progress_sum *less, const struct progress_sum *more,
                           struct progress_sum *sum)
{
    sum->asked += more->asked - less->asked;
    sum->met += more->met - less->met;
    sum->in_time += more->in_time - less->in_time;
    sum->excused += more->excused - less->excused;
    sum->away += more->away - less->away;
    sum->missing += more->missing - less->missing;
}

void rollup_add(const struct rollup *rollup, uint32_t first, uint32_t end,
                struct progress_sum *sum)
{
    uint32_t from = (first + STEP - 1) / STEP, to = end / STEP;
    if (first >= end)
        return;
    if (from > to) {
        progress_add(rollup->progress, first, end, sum);
        return;
    }
    progress_add(rollup->progress, first, from * STEP, sum);
    add_difference(&rollup->sums[from], &rollup->sums[to], sum);
    progress_add(rollup->progress, to * STEP, end, sum);
}

size_t rollup_bytes(const struct rollup *rollup)
{
    return sizeof *rollup + rollup->count * sizeof *rollup->sums;
}

const struct progress *rollup_progress(const struct rollup *rollup)
{
    return rollup->progress;
}
