/*
 * Expansion. A year is a mask of 366 bits in seven words (one spare, so that a month's 31 bits can be
 * laid across a word's end). Days are laid month by month, weekdays as a pattern of period 7; a
 * window turns the mask of days into the mask of its periods' last days. Rolling is monotone, so
 * it is done last, day by day.
 */
#include "time/recur.h"

#include "time/almanac.h"
#include "time/civil.h"

#include <string.h>

enum { WORDS = 7, ALL_MONTHS = 0xfff };

static const uint16_t month_starts[2][13] = {
    {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
    {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366},
};

/* The year that is being expanded. */
struct frame {
    const struct recur *rule;
    const struct calendar *calendar;
    int32_t year, base; /* day number of 1 January */
    int32_t weekday;    /* of 1 January, 0 = Monday */
    const uint16_t *starts;
};

static int32_t modulo(int32_t number, int32_t by)
{
    int32_t rest = number % by;
    return rest < 0 ? rest + by : rest;
}

static struct frame frame_of(const struct recur *rule, const struct calendar *calendar,
                             int32_t year)
{
    int32_t base = civil_day(year, 1, 1);
    return (struct frame){.rule = rule,
                          .calendar = calendar,
                          .year = year,
                          .base = base,
                          .weekday = civil_weekday(base) - 1,
                          .starts = month_starts[civil_is_leap(year)]};
}

static void set_bit(uint64_t *word, int32_t at)
{
    word[at >> 6] |= 1ULL << (at & 63);
}

static void lay(uint64_t *word, int32_t at, uint64_t bits)
{
    word[at >> 6] |= bits << (at & 63);
    if (at & 63)
        word[(at >> 6) + 1] |= bits >> (64 - (at & 63));
}

/* A mask of one word's bits low..high-1, where both may lie outside the word. */
static uint64_t word_range(int32_t low, int32_t high)
{
    if (low >= 64 || high <= 0 || low >= high)
        return 0;
    uint64_t upper = high >= 64 ? ~0ULL : (1ULL << high) - 1;
    return low <= 0 ? upper : upper & ~((1ULL << low) - 1);
}

static bool any_in(const uint64_t *word, int32_t low, int32_t high)
{
    for (int32_t w = low >> 6; w <= (high - 1) >> 6; w++)
        if (word[w] & word_range(low - 64 * w, high - 64 * w))
            return true;
    return false;
}

/* Keeps of `bits`, counted from either end, those that BYSETPOS names. */
static uint32_t pick(const struct recur *rule, uint32_t bits)
{
    uint32_t kept = 0;
    int count = __builtin_popcount(bits);
    for (int i = 0; bits; i++, bits &= bits - 1)
        if ((rule->setpos >> i | rule->setpos_last >> (count - 1 - i)) & 1)
            kept |= bits & -bits;
    return kept;
}

/* The same over a year, where a place may be beyond what BYSETPOS can name. */
static void pick_of_year(const struct recur *rule, uint64_t *word)
{
    int count = 0, i = 0;
    for (int w = 0; w < WORDS; w++)
        count += __builtin_popcountll(word[w]);
    for (int w = 0; w < WORDS; w++)
        for (uint64_t rest = word[w]; rest; rest &= rest - 1, i++) {
            bool ahead = i < 32 && rule->setpos >> i & 1;
            bool behind = count - 1 - i < 32 && rule->setpos_last >> (count - 1 - i) & 1;
            if (!ahead && !behind)
                word[w] &= ~(rest & -rest);
        }
}

/* The days of a month on which a weekday of BYDAY falls; `weekday` is that of its first day. */
static uint32_t weekdays_of_month(const struct recur *rule, int32_t weekday, int32_t length)
{
    uint32_t bits = 0;
    for (int32_t w = 0; w < 7; w++) {
        int32_t first = modulo(w - weekday, 7), last = first + (length - 1 - first) / 7 * 7;
        if (rule->weekdays >> w & 1)
            bits |= 0x10204081U << first;
        for (int32_t k = 0; k < RECUR_ORDINALS; k++) {
            if ((rule->nth[k] >> w & 1) && first + 7 * k < length)
                bits |= 1U << (first + 7 * k);
            if ((rule->nth_last[k] >> w & 1) && last - 7 * k >= 0)
                bits |= 1U << (last - 7 * k);
        }
    }
    return bits;
}

static bool has_byday(const struct recur *rule)
{
    static const uint8_t none[RECUR_ORDINALS];
    return rule->weekdays || rule->workday || memcmp(rule->nth, none, sizeof none) != 0 ||
           memcmp(rule->nth_last, none, sizeof none) != 0;
}

static void lay_month(const struct frame *frame, int32_t month, bool byday, uint64_t *word)
{
    const struct recur *rule = frame->rule;
    int32_t at = frame->starts[month], length = frame->starts[month + 1] - at;
    uint32_t whole = UINT32_MAX >> (32 - length);
    uint32_t bits =
        rule->monthdays | rule->monthdays_last ? rule->month_mask[length - 28] : whole;
    if (byday) {
        uint32_t days = weekdays_of_month(rule, (frame->weekday + at) % 7, length);
        if (rule->workday)
            days |= (uint32_t)calendar_work_bits(frame->calendar, frame->base + at);
        bits &= days & whole;
    }
    if (rule->freq == RECUR_MONTHLY && (rule->setpos | rule->setpos_last))
        bits = pick(rule, bits);
    lay(word, at, bits);
}

static void expand_months(const struct frame *frame, uint64_t *word)
{
    const struct recur *rule = frame->rule;
    bool byday = has_byday(rule), stepped = rule->interval > 1;
    struct civil start = {.year = 1970, .month = 1};
    if (stepped && rule->start != CIVIL_NONE)
        start = civil_from_day(rule->start);
    if (rule->freq == RECUR_YEARLY && stepped && (frame->year - start.year) % rule->interval)
        return;
    for (uint32_t left = rule->months; left; left &= left - 1) {
        int32_t month = __builtin_ctz(left);
        if (rule->freq == RECUR_MONTHLY && stepped &&
            ((frame->year - start.year) * 12 + month + 1 - start.month) % rule->interval)
            continue;
        lay_month(frame, month, byday, word);
    }
    if (rule->freq == RECUR_YEARLY && (rule->setpos | rule->setpos_last))
        pick_of_year(rule, word);
}

/* All days of the rule's months. */
static void keep_months(const struct frame *frame, uint64_t *word)
{
    uint64_t kept[WORDS] = {0};
    for (uint32_t left = frame->rule->months; left; left &= left - 1) {
        int32_t month = __builtin_ctz(left);
        int32_t at = frame->starts[month], length = frame->starts[month + 1] - at;
        lay(kept, at, UINT32_MAX >> (32 - length));
    }
    for (int w = 0; w < WORDS; w++)
        word[w] &= kept[w];
}

/* The weekdays as a pattern over the year: 64 = 1 modulo 7, so it turns by one a word. */
static void lay_weekdays(const struct frame *frame, uint64_t *word)
{
    for (uint32_t left = frame->rule->weekdays; left; left &= left - 1) {
        int32_t phase = modulo(__builtin_ctz(left) - frame->weekday, 7);
        for (int32_t w = 0; w < WORDS; w++) {
            word[w] |= 0x8102040810204081ULL << phase;
            phase = phase ? phase - 1 : 6;
        }
    }
}

static void expand_days(const struct frame *frame, uint64_t *word)
{
    const struct recur *rule = frame->rule;
    int32_t days = frame->starts[12], start = rule->start == CIVIL_NONE ? 0 : rule->start;
    if (rule->interval > 1) {
        for (int32_t at = modulo(start - frame->base, rule->interval); at < days;
             at += rule->interval)
            set_bit(word, at);
    } else {
        memset(word, 0xff, WORDS * sizeof *word);
    }
    if (has_byday(rule)) {
        uint64_t kept[WORDS] = {0};
        lay_weekdays(frame, kept);
        for (int32_t w = 0; w < WORDS; w++)
            word[w] &=
                kept[w] |
                (rule->workday ? calendar_work_bits(frame->calendar, frame->base + 64 * w) : 0);
    }
    if (rule->monthdays | rule->monthdays_last) {
        uint64_t kept[WORDS] = {0};
        for (int32_t month = 0; month < 12; month++)
            lay(kept, frame->starts[month],
                rule->month_mask[frame->starts[month + 1] - frame->starts[month] - 28]);
        for (int w = 0; w < WORDS; w++)
            word[w] &= kept[w];
    }
}

/* Whole weeks from a Monday on, which may lie in the year before. */
static void expand_weeks(const struct frame *frame, uint64_t *word)
{
    const struct recur *rule = frame->rule;
    int32_t start = rule->start == CIVIL_NONE ? 0 : rule->start;
    int32_t anchor = start - (civil_weekday(start) - 1); /* that week's Monday */
    for (int32_t at = -frame->weekday; at < frame->starts[12]; at += 7) {
        int32_t monday = frame->base + at;
        if (modulo(monday - anchor, 7 * rule->interval))
            continue;
        uint32_t bits = has_byday(rule) ? rule->weekdays : 0x7f;
        if (rule->workday)
            bits |= (uint32_t)calendar_work_bits(frame->calendar, monday) & 0x7f;
        if (rule->months != ALL_MONTHS)
            for (int32_t d = 0; d < 7; d++)
                if (!(rule->months >> (civil_from_day(monday + d).month - 1) & 1))
                    bits &= ~(1U << d);
        if (rule->setpos | rule->setpos_last)
            bits = pick(rule, bits);
        if (at < 0)
            word[0] |= bits >> -at;
        else
            lay(word, at, bits);
    }
}

static void lay_day(const struct frame *frame, int32_t day, uint64_t *word)
{
    if (day >= frame->base && day < frame->base + frame->starts[12])
        set_bit(word, day - frame->base);
}

static void expand_dates(const struct frame *frame, uint64_t *word)
{
    const struct recur *rule = frame->rule;
    uint32_t low = 0, high = rule->date_count; /* the first that is not before this year */
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (rule->dates[middle] < frame->base)
            low = middle + 1;
        else
            high = middle;
    }
    for (int32_t end = frame->base + frame->starts[12];
         low < rule->date_count && rule->dates[low] < end; low++)
        set_bit(word, rule->dates[low] - frame->base);
}

/* The days of the rule in the frame's year, before window and roll. */
static void expand(const struct frame *frame, uint64_t *word)
{
    const struct recur *rule = frame->rule;
    memset(word, 0, WORDS * sizeof *word);
    switch ((enum recur_freq)rule->freq) {
    case RECUR_DATES: expand_dates(frame, word); return;
    case RECUR_TERM: lay_day(frame, almanac_term(frame->year, rule->term), word); return;
    case RECUR_LUNAR:
        for (int32_t year = frame->year - 1; year <= frame->year; year++)
            lay_day(frame, almanac_lunar(year, rule->lunar_month, rule->lunar_day, false),
                    word);
        return;
    case RECUR_MONTHLY:
    case RECUR_YEARLY: expand_months(frame, word); return;
    case RECUR_DAILY: expand_days(frame, word); break;
    case RECUR_WEEKLY:
        if (rule->interval == 1 && !rule->workday && !(rule->setpos | rule->setpos_last) &&
            rule->weekdays)
            lay_weekdays(frame, word);
        else
            expand_weeks(frame, word);
        break;
    }
    if (rule->months != ALL_MONTHS)
        keep_months(frame, word);
    int32_t days = frame->starts[12];
    word[5] &= word_range(0, days - 5 * 64);
    word[6] = 0;
}

/* Sundays of the weeks that hold a day; the first week may have begun in the year before. */
static void weeks_around(const struct frame *frame, uint64_t *word)
{
    uint64_t due[WORDS] = {0};
    int32_t sunday = 6 - frame->weekday;
    bool first = any_in(word, 0, sunday + 1);
    if (!first && sunday < 6) {
        struct frame before = frame_of(frame->rule, frame->calendar, frame->year - 1);
        uint64_t earlier[WORDS];
        expand(&before, earlier);
        first = any_in(earlier, before.starts[12] - (6 - sunday), before.starts[12]);
    }
    if (first)
        set_bit(due, sunday);
    for (sunday += 7; sunday < frame->starts[12]; sunday += 7)
        if (any_in(word, sunday - 6, sunday + 1))
            set_bit(due, sunday);
    memcpy(word, due, sizeof due);
}

static int32_t months_of_window(uint8_t window)
{
    return window == RECUR_MONTH     ? 1
           : window == RECUR_QUARTER ? 3
           : window == RECUR_HALF    ? 6
                                     : 12;
}

/* Turns days into the last days of the periods around them. */
static void windows_around(const struct frame *frame, uint64_t *word)
{
    if (frame->rule->window == RECUR_WEEK) {
        weeks_around(frame, word);
        return;
    }
    uint64_t due[WORDS] = {0};
    int32_t step = months_of_window(frame->rule->window);
    for (int32_t month = 0; month < 12; month += step)
        if (any_in(word, frame->starts[month], frame->starts[month + step]))
            set_bit(due, frame->starts[month + step] - 1);
    memcpy(word, due, sizeof due);
}

static void due_days(const struct frame *frame, uint64_t *word)
{
    expand(frame, word);
    if (frame->rule->window)
        windows_around(frame, word);
}

static int32_t window_start(uint8_t window, int32_t last)
{
    if (window == RECUR_NO_WINDOW)
        return last;
    if (window == RECUR_WEEK)
        return last - 6;
    struct civil date = civil_from_day(last);
    return civil_day(date.year, date.month - months_of_window(window) + 1, 1);
}

void recur_anchor(struct recur *rule, int32_t day)
{
    if (rule->start == CIVIL_NONE)
        rule->start = day;
}

bool recur_uses_calendar(const struct recur *rule)
{
    return rule->workday || rule->roll;
}

int recur_days(const struct recur *rule, const struct calendar *calendar, int32_t year,
               int32_t days[366])
{
    int count = 0;
    if (rule->roll) {
        struct recur_walk walk;
        struct occurrence next;
        recur_walk_start(&walk, rule, calendar, civil_day(year, 1, 1));
        int32_t end = civil_day(year + 1, 1, 1);
        while (recur_walk_next(&walk, &next) && next.last < end)
            days[count++] = next.last;
        return count;
    }
    uint64_t word[WORDS];
    struct frame frame = frame_of(rule, calendar, year);
    due_days(&frame, word);
    for (int32_t w = 0; w < WORDS - 1; w++)
        for (uint64_t rest = word[w]; rest; rest &= rest - 1)
            days[count++] = frame.base + 64 * w + __builtin_ctzll(rest);
    return count;
}

static void load_year(struct recur_walk *walk)
{
    struct frame frame = frame_of(walk->rule, walk->calendar, walk->year);
    due_days(&frame, walk->word);
}

void recur_walk_start(struct recur_walk *walk, const struct recur *rule,
                      const struct calendar *calendar, int32_t from)
{
    int32_t earliest = civil_day(CIVIL_FIRST_YEAR, 1, 1);
    int32_t first = from < earliest ? earliest : from;
    *walk = (struct recur_walk){.rule = rule, .calendar = calendar, .previous = CIVIL_NONE};
    if (rule->roll && civil_in_range(first - 1)) { /* what rolls to `from` began after that */
        int32_t worked = calendar_workday_on_or_before(calendar, first - 1, NULL);
        first = worked == CIVIL_NONE ? earliest : worked + 1;
    }
    if (!civil_in_range(first)) {
        walk->year = CIVIL_LAST_YEAR;
        return;
    }
    walk->year = civil_from_day(first).year;
    load_year(walk);
    int32_t skipped = first - civil_day(walk->year, 1, 1);
    for (int32_t w = 0; w < WORDS; w++)
        walk->word[w] &= ~word_range(0, skipped - 64 * w);
}

/* The next unrolled due, CIVIL_NONE at the end of time. */
static int32_t take_day(struct recur_walk *walk)
{
    for (;;) {
        for (int32_t w = 0; w < WORDS; w++)
            if (walk->word[w]) {
                int32_t at = 64 * w + __builtin_ctzll(walk->word[w]);
                walk->word[w] &= walk->word[w] - 1;
                return civil_day(walk->year, 1, 1) + at;
            }
        if (walk->year >= CIVIL_LAST_YEAR)
            return CIVIL_NONE;
        walk->year++;
        load_year(walk);
    }
}

bool recur_walk_next(struct recur_walk *walk, struct occurrence *out)
{
    for (;;) {
        int32_t day = take_day(walk), due = day;
        if (walk->rule->roll && day != CIVIL_NONE)
            due = calendar_workday_on_or_after(walk->calendar, day, NULL);
        if (due == CIVIL_NONE)
            return false;
        if (due == walk->previous && !walk->rule->window)
            continue;
        walk->previous = due;
        *out = (struct occurrence){.first = window_start(walk->rule->window, day),
                                   .last = due,
                                   .minute = walk->rule->minute};
        if (!walk->rule->window)
            out->first = due;
        return true;
    }
}

bool recur_next(const struct recur *rule, const struct calendar *calendar, int32_t from,
                struct occurrence *out)
{
    struct recur_walk walk;
    recur_walk_start(&walk, rule, calendar, from);
    return recur_walk_next(&walk, out);
}
