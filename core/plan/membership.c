#include "plan/membership.h"

#include "plan/roster_data.h"

#include <stdlib.h>
#include <string.h>

struct membership {
    uint32_t *first;  /* by row, one more than rows: of `groups` */
    uint32_t *groups; /* rows */
};

/* The row of a label's group, UNIT_NONE for a tag. */
static uint32_t group_of(const struct roster *roster, const struct roster_label *label)
{
    return label->key[0] == '#' ? UNIT_NONE
                                : roster_find(roster, label->key, strlen(label->key));
}

static int by_row(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* first[i + 1] counts the groups of row i, then becomes where those of row i + 1 begin. */
static void count_groups(struct membership *all, const struct roster *roster)
{
    for (uint32_t i = 0; i < roster->label_count; i++) {
        const struct roster_label *label = &roster->labels[i];
        if (group_of(roster, label) == UNIT_NONE)
            continue;
        for (uint32_t k = 0; k < label->count; k++)
            all->first[roster->members[label->first + k] + 1]++;
    }
    for (size_t row = 0; row < roster->count; row++)
        all->first[row + 1] += all->first[row];
}

static void fill_groups(struct membership *all, const struct roster *roster)
{
    uint32_t *next = mem_resize(NULL, roster->count + 1, sizeof *next);
    memcpy(next, all->first, (roster->count + 1) * sizeof *next);
    for (uint32_t i = 0; i < roster->label_count; i++) {
        const struct roster_label *label = &roster->labels[i];
        uint32_t group = group_of(roster, label);
        for (uint32_t k = 0; group != UNIT_NONE && k < label->count; k++)
            all->groups[next[roster->members[label->first + k]]++] = group;
    }
    free(next);
}

struct membership *membership_new(const struct roster *roster)
{
    struct membership *all = mem_resize(NULL, 1, sizeof *all);
    all->first = mem_resize(NULL, roster->count + 1, sizeof *all->first);
    memset(all->first, 0, (roster->count + 1) * sizeof *all->first);
    count_groups(all, roster);
    all->groups = mem_resize(NULL, all->first[roster->count] + 1, sizeof *all->groups);
    fill_groups(all, roster);
    for (size_t row = 0; row < roster->count; row++)
        qsort(all->groups + all->first[row], all->first[row + 1] - all->first[row],
              sizeof *all->groups, by_row);
    return all;
}

void membership_free(struct membership *membership)
{
    if (!membership)
        return;
    free(membership->first);
    free(membership->groups);
    free(membership);
}

const uint32_t *membership_groups(const struct membership *membership, uint32_t unit,
                                  uint32_t *count)
{
    *count = membership->first[unit + 1] - membership->first[unit];
    return membership->groups + membership->first[unit];
}
