/* Demands are sorted by week and equal selectors of a week become one. Each selector then moves
 * through the roster in blocks of 64 words; in a block the sums of 64 units lie in a row of planes,
 * plane b holding bit b of each sum, so that one addition serves 64 units. */
#include "plan/burden.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_WORDS = 64, /* so that one word tells which of them are in use */
    BLOCK_UNITS = BLOCK_WORDS * 64,
    PLANES_MOST = 64,
};

/* What the selector's units are asked for in the week at work. */
struct ask {
    const struct selector *selector;
    uint64_t count;
    uint32_t next; /* its first unit that was not yet come to, or UNIT_NONE */
};

/* One week. */
struct week {
    struct ask *asks;
    size_t ask_count;
    uint64_t limit;
    unsigned planes; /* that hold the sum of all asks */
    uint64_t used;   /* words of the block with a sum */
    uint64_t rows[BLOCK_WORDS][PLANES_MOST];
    struct burden_week found; /* without its number */
    uint64_t most;
};

/* ---- sums of 64 units -------------------------------------------------------------------------- */

/* Adds `count` to the sums of `units`. The planes hold every sum that can be. */
static void add_count(uint64_t *planes, uint64_t units, uint64_t count)
{
    uint64_t carry = 0;
    for (unsigned b = 0; count || carry; b++, count >>= 1) {
        uint64_t bit = count & 1 ? units : 0, half = planes[b] ^ bit;
        uint64_t next = (planes[b] & bit) | (half & carry);
        planes[b] = half ^ carry;
        carry = next;
    }
}

/* The units whose sum is above `limit`, which the planes can hold. */
static uint64_t above(const uint64_t *planes, unsigned count, uint64_t limit)
{
    uint64_t more = 0, equal = UINT64_MAX;
    for (unsigned b = count; b-- > 0;) {
        if (!(limit >> b & 1))
            more |= equal & planes[b];
        equal &= limit >> b & 1 ? planes[b] : ~planes[b];
    }
    return more;
}

/* The highest sum among `*units`, of which those that have it remain. */
static uint64_t highest(const uint64_t *planes, unsigned count, uint64_t *units)
{
    uint64_t sum = 0;
    for (unsigned b = count; b-- > 0;)
        if (*units & planes[b]) {
            *units &= planes[b];
            sum |= UINT64_C(1) << b;
        }
    return sum;
}

/* ---- a block ----------------------------------------------------------------------------------- */

static void add_word(struct week *week, uint32_t row, uint64_t units, uint64_t count)
{
    if (!(week->used >> row & 1))
        memset(week->rows[row], 0, week->planes * sizeof week->rows[row][0]);
    week->used |= UINT64_C(1) << row;
    add_count(week->rows[row], units, count);
}

static void add_ask(struct week *week, const struct ask *ask, uint32_t first)
{
    uint64_t words[BLOCK_WORDS];
    selector_words(ask->selector, first / 64, words, BLOCK_WORDS);
    for (uint32_t row = 0; row < BLOCK_WORDS; row++)
        if (words[row])
            add_word(week, row, words[row], ask->count);
}

static void judge_row(struct week *week, uint32_t number)
{
    const uint64_t *planes = week->rows[number % BLOCK_WORDS];
    uint64_t units = above(planes, week->planes, week->limit);
    if (!units)
        return;
    week->found.units += (uint32_t)__builtin_popcountll(units);
    uint64_t sum = highest(planes, week->planes, &units);
    if (sum <= week->most)
        return;
    week->most = sum;
    week->found.unit = number * 64 + (uint32_t)__builtin_ctzll(units);
}

/* The block that begins with unit `first`; asks that are together within the limit are not added. */
static void judge_block(struct week *week, uint32_t first)
{
    uint32_t end = first + BLOCK_UNITS;
    uint64_t together = 0;
    for (size_t i = 0; i < week->ask_count; i++)
        together += week->asks[i].next < end ? week->asks[i].count : 0;
    week->used = 0;
    for (size_t i = 0; i < week->ask_count; i++) {
        struct ask *ask = &week->asks[i];
        if (ask->next >= end)
            continue;
        if (together > week->limit)
            add_ask(week, ask, first);
        ask->next = selector_next(ask->selector, end);
    }
    for (uint64_t used = week->used; used; used &= used - 1)
        judge_row(week, first / 64 + (uint32_t)__builtin_ctzll(used));
}

/* ---- a week ------------------------------------------------------------------------------------ */

/* The block that the next ask comes to; UNIT_NONE = there is none. */
static uint32_t next_block(const struct week *week)
{
    uint32_t least = UNIT_NONE;
    for (size_t i = 0; i < week->ask_count; i++)
        least = week->asks[i].next < least ? week->asks[i].next : least;
    return least == UNIT_NONE ? UNIT_NONE : least / BLOCK_UNITS * BLOCK_UNITS;
}

static void judge_week(struct week *week)
{
    uint64_t total = 0;
    for (size_t i = 0; i < week->ask_count; i++)
        total += week->asks[i].count;
    week->most = 0;
    week->found = (struct burden_week){.unit = UNIT_NONE};
    if (total <= week->limit)
        return;
    week->planes = 64 - (unsigned)__builtin_clzll(total);
    for (uint32_t first; (first = next_block(week)) != UNIT_NONE;)
        judge_block(week, first);
    week->found.most = week->most < UINT32_MAX ? (uint32_t)week->most : UINT32_MAX;
}

/* ---- demands ----------------------------------------------------------------------------------- */

/* A demand with what its order depends on. */
struct sorted {
    struct burden_demand demand;
    uint32_t units, first;
};

/* Equal selectors come to lie side by side: always when they are the same one, and nearly always
 * when they only meet the same units. The sums do not depend on it. */
static int by_week(const void *left, const void *right)
{
    const struct sorted *a = left, *b = right;
    uintptr_t x = (uintptr_t)a->demand.selector, y = (uintptr_t)b->demand.selector;
    if (a->demand.week != b->demand.week)
        return a->demand.week < b->demand.week ? -1 : 1;
    if (a->units != b->units)
        return a->units < b->units ? -1 : 1;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (x > y) - (x < y);
}

static bool same_units(const struct sorted *a, const struct sorted *b)
{
    return a->units == b->units && a->first == b->first &&
           (a->demand.selector == b->demand.selector ||
            selector_subset(a->demand.selector, b->demand.selector, NULL));
}

static struct sorted *sort(const struct burden_demand *demands, size_t count, size_t *kept)
{
    struct sorted *list = mem_resize(NULL, count + 1, sizeof *list);
    *kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct sorted *sorted = &list[*kept];
        *sorted = (struct sorted){demands[i], selector_count(demands[i].selector), UNIT_NONE};
        if (demands[i].count && selector_first(demands[i].selector, &sorted->first, 1))
            ++*kept;
    }
    qsort(list, *kept, sizeof *list, by_week);
    return list;
}

/* Takes the demands of the first week of the list; returns how many they are. */
static size_t take_week(struct week *week, const struct sorted *list, size_t count)
{
    size_t taken = 0;
    week->ask_count = 0;
    for (; taken < count && list[taken].demand.week == list[0].demand.week; taken++) {
        const struct sorted *sorted = &list[taken];
        if (taken && same_units(sorted, sorted - 1)) {
            week->asks[week->ask_count - 1].count += sorted->demand.count;
            continue;
        }
        week->asks[week->ask_count++] = (struct ask){
            .selector = sorted->demand.selector,
            .count = sorted->demand.count,
            .next = sorted->first,
        };
    }
    return taken;
}

/* Asks that recur make weeks that are alike. */
static bool same_asks(const struct week *a, const struct week *b)
{
    if (a->ask_count != b->ask_count)
        return false;
    for (size_t i = 0; i < a->ask_count; i++)
        if (a->asks[i].selector != b->asks[i].selector || a->asks[i].count != b->asks[i].count)
            return false;
    return true;
}

static struct week *week_new(size_t demands, uint32_t limit)
{
    struct week *week = mem_resize(NULL, 1, sizeof *week);
    week->asks = mem_resize(NULL, demands + 1, sizeof *week->asks);
    week->ask_count = 0;
    week->limit = limit;
    week->found.units = 0;
    return week;
}

static void week_free(struct week *week)
{
    free(week->asks);
    free(week);
}

static size_t count_weeks(const struct sorted *list, size_t count)
{
    size_t weeks = count > 0;
    for (size_t i = 1; i < count; i++)
        weeks += list[i].demand.week != list[i - 1].demand.week;
    return weeks;
}

const struct burden_week *burden_find(struct arena *arena, const struct burden_demand *demands,
                                      size_t count, uint32_t limit, size_t *found)
{
    size_t kept;
    struct sorted *sorted = sort(demands, count, &kept);
    struct week *week = week_new(kept, limit), *last = week_new(kept, limit);
    struct burden_week *list = arena_array(arena, count_weeks(sorted, kept), sizeof *list);
    *found = 0;
    for (size_t at = 0; at < kept;) {
        int32_t number = sorted[at].demand.week;
        at += take_week(week, sorted + at, kept - at);
        if (same_asks(week, last))
            week->found = last->found;
        else
            judge_week(week);
        if (week->found.units) {
            list[*found] = week->found;
            list[(*found)++].week = number;
        }
        struct week *other = last;
        last = week;
        week = other;
    }
    week_free(week);
    week_free(last);
    free(sorted);
    return *found ? list : NULL;
}
