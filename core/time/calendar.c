#include "time/calendar.h"

#include "time/calendar_file.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_DAY = -25567, /* 1900-01-01 */
    DAYS = 109938,      /* to 2200-12-31 */
    WORDS = (DAYS + 63) / 64,
    YEARS = CIVIL_LAST_YEAR - CIVIL_FIRST_YEAR + 1,
};

/* `work` holds one bit a day; `before[w]` counts the working days in all words before w. So counting
 * is two lookups and a popcount, and the n-th working day is a binary search and one word. */
struct calendar {
    struct arena *arena;
    const struct calendar_year *years[YEARS]; /* NULL = not announced */
    uint64_t work[WORDS + 1]; /* one spare word, so that an unaligned read is safe */
    int32_t before[WORDS + 1];
};

static void mark(struct calendar *calendar, int32_t day, bool worked)
{
    uint32_t i = (uint32_t)(day - FIRST_DAY);
    if (i >= DAYS)
        return;
    uint64_t bit = 1ULL << (i % 64);
    if (worked)
        calendar->work[i / 64] |= bit;
    else
        calendar->work[i / 64] &= ~bit;
}

/* Lays weekends first, then each year's blocks and make-up days over them. */
static void flatten(struct calendar *calendar)
{
    for (int32_t day = FIRST_DAY; day < FIRST_DAY + DAYS; day++)
        mark(calendar, day, civil_weekday(day) <= 5);
    for (int i = 0; i < YEARS; i++) {
        const struct calendar_year *year = calendar->years[i];
        if (!year)
            continue;
        for (size_t k = 0; k < year->block_count; k++)
            for (int32_t day = year->blocks[k].first; day <= year->blocks[k].last; day++)
                mark(calendar, day, false);
        for (size_t k = 0; k < year->work_count; k++)
            mark(calendar, year->work[k], true);
    }
    for (int w = 0; w < WORDS; w++)
        calendar->before[w + 1] = calendar->before[w] + __builtin_popcountll(calendar->work[w]);
}

int calendar_open(const char *const *directories, size_t count, struct calendar **out,
                  struct err *err)
{
    struct calendar *calendar = mem_resize(NULL, 1, sizeof *calendar);
    memset(calendar, 0, sizeof *calendar);
    calendar->arena = arena_new();
    for (size_t i = 0; i < count; i++) {
        int code = calendar_read(calendar->arena, directories[i], calendar->years, err);
        if (code < 0) {
            calendar_close(calendar);
            return code;
        }
    }
    flatten(calendar);
    *out = calendar;
    return 0;
}

void calendar_close(struct calendar *calendar)
{
    if (!calendar)
        return;
    arena_free(calendar->arena);
    free(calendar);
}

bool calendar_known(const struct calendar *calendar, int32_t year)
{
    return year >= CIVIL_FIRST_YEAR && year <= CIVIL_LAST_YEAR &&
           calendar->years[year - CIVIL_FIRST_YEAR];
}

/* Whether all years of the closed interval are announced. */
static void set_known(const struct calendar *calendar, int32_t first, int32_t last, bool *known)
{
    if (!known)
        return;
    *known = first != CIVIL_NONE && last != CIVIL_NONE;
    if (!*known)
        return;
    int32_t end = civil_from_day(last).year;
    for (int32_t year = civil_from_day(first).year; year <= end && *known; year++)
        *known = calendar_known(calendar, year);
}

static bool bit_of(const struct calendar *calendar, uint32_t index)
{
    return index < DAYS && (calendar->work[index / 64] >> (index % 64) & 1);
}

/* Working days before the index-th day; an index beyond the range is cut to it. */
static int32_t rank_of(const struct calendar *calendar, int64_t index)
{
    uint32_t i = index < 0 ? 0 : index > DAYS ? DAYS : (uint32_t)index;
    uint64_t below = calendar->work[i / 64] & ((1ULL << (i % 64)) - 1);
    return calendar->before[i / 64] + __builtin_popcountll(below);
}

/* The day of the rank-th working day, counted from 0. */
static int32_t day_of_rank(const struct calendar *calendar, int64_t rank)
{
    if (rank < 0 || rank >= calendar->before[WORDS])
        return CIVIL_NONE;
    int32_t low = 0, high = WORDS; /* before[low] <= rank < before[high] */
    while (high - low > 1) {
        int32_t middle = (low + high) / 2;
        if (calendar->before[middle] <= rank)
            low = middle;
        else
            high = middle;
    }
    uint64_t word = calendar->work[low];
    for (int64_t skip = rank - calendar->before[low]; skip > 0; skip--)
        word &= word - 1;
    return FIRST_DAY + low * 64 + __builtin_ctzll(word);
}

bool calendar_is_workday(const struct calendar *calendar, int32_t day, bool *known)
{
    set_known(calendar, day, day, known);
    return bit_of(calendar, (uint32_t)day - (uint32_t)FIRST_DAY);
}

static int64_t index_of(int32_t day)
{
    return (int64_t)day - FIRST_DAY;
}

int32_t calendar_workday_on_or_before(const struct calendar *calendar, int32_t day, bool *known)
{
    int32_t found = civil_in_range(day)
                        ? day_of_rank(calendar, rank_of(calendar, index_of(day) + 1) - 1)
                        : CIVIL_NONE;
    set_known(calendar, found, day, known);
    return found;
}

int32_t calendar_workday_on_or_after(const struct calendar *calendar, int32_t day, bool *known)
{
    int32_t found = civil_in_range(day)
                        ? day_of_rank(calendar, rank_of(calendar, index_of(day)))
                        : CIVIL_NONE;
    set_known(calendar, day, found, known);
    return found;
}

int32_t calendar_workday_after(const struct calendar *calendar, int32_t day, int32_t n,
                               bool *known)
{
    int32_t found = day;
    if (!civil_in_range(day))
        found = CIVIL_NONE;
    else if (n > 0)
        found = day_of_rank(calendar, (int64_t)rank_of(calendar, index_of(day) + 1) + n - 1);
    else if (n < 0)
        found = day_of_rank(calendar, (int64_t)rank_of(calendar, index_of(day)) + n);
    set_known(calendar, n < 0 ? found : day, n < 0 ? day : found, known);
    return found;
}

int32_t calendar_workdays_between(const struct calendar *calendar, int32_t first, int32_t last,
                                  bool *known)
{
    set_known(calendar, first, last, known);
    if (last < first)
        return 0;
    return rank_of(calendar, index_of(last) + 1) - rank_of(calendar, index_of(first));
}

uint64_t calendar_work_bits(const struct calendar *calendar, int32_t day)
{
    int64_t index = index_of(day);
    if (index <= -64 || index >= DAYS)
        return 0;
    if (index < 0)
        return calendar->work[0] << -index;
    uint64_t low = calendar->work[index / 64] >> (index % 64);
    return index % 64 ? low | calendar->work[index / 64 + 1] << (64 - index % 64) : low;
}

bool calendar_holiday(const struct calendar *calendar, const char *name, int32_t year,
                      int32_t *first, int32_t *last)
{
    if (!calendar_known(calendar, year))
        return false;
    const struct calendar_year *entry = calendar->years[year - CIVIL_FIRST_YEAR];
    for (size_t i = 0; i < entry->block_count; i++) {
        if (strcmp(entry->blocks[i].name, name) != 0)
            continue;
        *first = entry->blocks[i].first;
        *last = entry->blocks[i].last;
        return true;
    }
    return false;
}
