#include "plan/progress.h"

#include "plan/came.h"
#include "plan/roster_data.h"
#include "plan/roster_life.h"

#include <stdlib.h>
#include <string.h>

/* A value is how far a unit has come: MET less what it lacks. Units that owe different
 * amounts are so measured against one number, and what everybody is asked in a scan is the
 * same question. What is lacking beyond MET pieces is cut until it is less. */
enum { MET = 60000, IN_TIME, EXCUSED, AWAY, NOT_ASKED };

enum {
    BLOCK = 32768, /* values that sums of 16 bits hold */
    GATHERED = 256,
};

enum {
    JOIN_DAYS = 7
}; /* left before the due, for one who joins behind the opening or is back */

/* Whose amount is another than the rule's: rows first … end-1, … */
struct range {
    uint32_t first, end, need;
};

/* … or those of a class or group. */
struct owing {
    struct selector *selector; /* owned */
    uint32_t need;
};

/* A unit that is asked by its heads: a value cannot tell how many of them have done it. */
struct heads {
    uint32_t unit, count;
    uint32_t need; /* of one head */
    uint32_t met, in_time;
};

struct progress {
    const struct roster *roster;
    uint32_t count;   /* of values */
    uint16_t *values; /* by row */
    uint32_t need;    /* of whoever is no exception */
    uint32_t range_count, class_count;
    struct range *ranges;  /* ascending, apart; they come before classes */
    struct owing *classes; /* the first that holds counts */
    uint32_t head_count, away_count;
    struct heads *heads;  /* by unit, of those that are or may be asked */
    uint32_t *away;       /* units on leave, ascending */
    int32_t since, until; /* judged on any of these days the column is the same */
};

/* ---- amounts --------------------------------------------------------------------------- */

static void add_range(struct progress *progress, struct range range)
{
    if (range.first >= range.end)
        return;
    progress->ranges = mem_resize(progress->ranges, (size_t)progress->range_count + 1,
                                  sizeof *progress->ranges);
    progress->ranges[progress->range_count++] = range;
}

static void add_class(struct progress *progress, struct owing rows)
{
    progress->classes = mem_resize(progress->classes, (size_t)progress->class_count + 1,
                                   sizeof *progress->classes);
    progress->classes[progress->class_count++] = rows;
}

/* The rows of one unit that is named: itself when it is asked, else what lies below it. */
static struct range of_unit(const struct roster *roster, const struct selector *asked,
                            uint32_t unit, uint32_t need)
{
    uint32_t end = selector_has(asked, unit) ? unit + 1 : roster_subtree_end(roster, unit);
    return (struct range){unit, end, need};
}

/* The unit with that id, UNIT_NONE where the id means others: a class, or a group's members. */
static uint32_t find_unit(const struct roster *roster, const char *id)
{
    size_t length = strlen(id);
    uint32_t unit = table_get(&roster->kind_table, id, length) == TABLE_NONE
                        ? roster_find(roster, id, length)
                        : UNIT_NONE;
    return roster_is_single_group(roster, unit) ? UNIT_NONE : unit;
}

static struct selector *members_of(const struct roster *roster, const char *id)
{
    struct arena *arena = arena_new();
    struct value *who = value_map(arena), *terms = value_list(arena), *term = value_map(arena);
    value_set_string(arena, term, "id", id);
    value_append(arena, terms, term);
    value_set(arena, who, "terms", terms);
    struct selector *selector = NULL;
    if (selector_compile(roster, who, &selector, NULL) < 0)
        selector = NULL; /* nobody of that name in this roster */
    arena_free(arena);
    return selector;
}

/* By the first row, the outer before the inner. */
static int by_rows(const void *left, const void *right)
{
    const struct range *a = left, *b = right;
    int order = (a->first > b->first) - (a->first < b->first);
    return order ? order : (a->end < b->end) - (a->end > b->end);
}

/* Cuts ranges that lie in one another into ones that lie side by side: the inner one counts. */
static void part_ranges(struct progress *progress)
{
    struct range *nested = progress->ranges;
    uint32_t count = progress->range_count, depth = 0, at = 0;
    struct range *open = mem_resize(NULL, (size_t)count + 1, sizeof *open);
    progress->ranges = NULL;
    progress->range_count = 0;
    if (count)
        qsort(nested, count, sizeof *nested, by_rows);
    for (uint32_t i = 0; i <= count; i++) {
        uint32_t next = i < count ? nested[i].first : UINT32_MAX;
        for (; depth && open[depth - 1].end <= next; depth--) {
            add_range(progress, (struct range){at, open[depth - 1].end, open[depth - 1].need});
            at = open[depth - 1].end;
        }
        if (depth)
            add_range(progress, (struct range){at, next, open[depth - 1].need});
        at = next;
        if (i < count)
            open[depth++] = nested[i];
    }
    free(nested);
    free(open);
}

static void find_exceptions(struct progress *progress, const struct selector *asked,
                            const struct amount *amount)
{
    for (uint32_t i = 0; i < amount->unit_count; i++) {
        const char *id = amount->units[i].unit;
        uint32_t need = amount_pieces(&amount->units[i].amount);
        uint32_t unit = find_unit(progress->roster, id);
        struct selector *members = unit == UNIT_NONE ? members_of(progress->roster, id) : NULL;
        if (unit != UNIT_NONE)
            add_range(progress, of_unit(progress->roster, asked, unit, need));
        else if (members)
            add_class(progress, (struct owing){members, need});
    }
    part_ranges(progress);
}

/* Of a unit, or of each of its heads. */
static uint32_t own_need(const struct progress *progress, uint32_t unit)
{
    uint32_t low = 0, high = progress->range_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (progress->ranges[middle].end <= unit)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < progress->range_count && progress->ranges[low].first <= unit)
        return progress->ranges[low].need;
    for (uint32_t i = 0; i < progress->class_count; i++)
        if (selector_has(progress->classes[i].selector, unit))
            return progress->classes[i].need;
    return progress->need;
}

/* The first that stands at or behind a unit. */
static uint32_t first_heads(const struct progress *progress, uint32_t unit)
{
    uint32_t low = 0, high = progress->head_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (progress->heads[middle].unit < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct heads *find_heads(const struct progress *progress, uint32_t unit)
{
    uint32_t at = first_heads(progress, unit);
    return at < progress->head_count && progress->heads[at].unit == unit ? &progress->heads[at]
                                                                         : NULL;
}

uint32_t progress_need(const struct progress *progress, uint32_t unit)
{
    const struct heads *heads = find_heads(progress, unit);
    if (!heads)
        return own_need(progress, unit);
    uint64_t need = (uint64_t)heads->need * heads->count;
    return need < UINT32_MAX ? (uint32_t)need : UINT32_MAX;
}

/* Only where persons are asked does a unit stand for its heads: of another audience it is one. */
static void find_all_heads(struct progress *progress, const struct selector *asked)
{
    const struct roster *roster = progress->roster;
    if (!selector_by_heads(asked))
        return;
    progress->heads =
        mem_resize(NULL, (size_t)roster->life.head_count + 1, sizeof *progress->heads);
    for (uint32_t i = 0; i < roster->life.head_count; i++) {
        uint32_t unit = roster->life.heads[i];
        if (selector_has(asked, unit))
            progress->heads[progress->head_count++] =
                (struct heads){.unit = unit,
                               .count = (uint32_t)roster->staff[unit],
                               .need = own_need(progress, unit)};
    }
}

/* ---- whom it concerns ------------------------------------------------------------------ */

struct membership {
    int32_t open, due, judged;
};

/* Notes that a unit's membership changes on `day`: the column holds on one side of it only. */
static void change_on(struct progress *progress, int32_t day, int32_t judged)
{
    if (progress->since == DAY_NONE)
        progress->since++; /* on no day in particular it is another column */
    if (day <= judged && day > progress->since)
        progress->since = day;
    if (day > judged && day <= progress->until)
        progress->until = day - 1;
}

/* True when the unit is in the denominator on the day that is judged; `came` is the day on which it
 * came from outside the place that is asked, DAY_NONE = it did not. */
static bool belongs(struct progress *progress, uint32_t unit, const struct membership *days,
                    int32_t came)
{
    int32_t from, until;
    roster_membership(progress->roster, unit, &from, &until);
    from = came > from ? came : from;
    bool opening = days->open == DAY_NONE || from <= days->open;
    bool early = days->due == DAY_NONE || from == DAY_NONE || from <= days->due - JOIN_DAYS;
    if ((!opening && !early) || (days->open != DAY_NONE && until < days->open))
        return false;
    if (until == DAY_OPEN && opening)
        return true;
    if (days->judged == DAY_NONE) {
        progress->until = DAY_NONE;
        return true;
    }
    if (until != DAY_OPEN)
        change_on(progress, until + 1, days->judged);
    if (!opening)
        change_on(progress, from, days->judged);
    return days->judged <= until && (opening || from <= days->judged);
}

static uint16_t value_of(uint32_t need, int64_t done)
{
    int64_t lacking = done < need ? need - done : 0;
    return (uint16_t)(lacking > MET ? 0 : MET - lacking);
}

/* Nearly everybody belongs always: that is seen at a glance. */
static bool is_asked(struct progress *progress, uint32_t unit, const struct membership *days)
{
    const struct roster *roster = progress->roster;
    bool always = (!roster->from || roster->from[unit] == DAY_NONE) &&
                  (!roster->until || roster->until[unit] == DAY_OPEN);
    return always || belongs(progress, unit, days, DAY_NONE);
}

/* Those who came from outside, once all are asked. */
static void judge_came(struct progress *progress, const struct selector *asked,
                       const struct membership *days)
{
    uint32_t count;
    const struct came *came = selector_came(asked, &count);
    for (uint32_t i = 0; i < count; i++)
        if (progress->values[came[i].unit] != NOT_ASKED &&
            !belongs(progress, came[i].unit, days, came[i].day))
            progress->values[came[i].unit] = NOT_ASKED;
}

/* True when a leave excuses for good: there was no time left behind it. */
static bool reaches_due(const struct roster_absence *absence, int32_t due)
{
    return due != DAY_NONE && absence->from <= due && absence->until >= due - JOIN_DAYS;
}

/* Who is on leave on the day that is judged, or was so at the end. */
static void judge_away(struct progress *progress, const struct membership *days)
{
    const struct roster *roster = progress->roster;
    if (roster->life.absence_count == 0)
        return;
    if (days->judged == DAY_NONE) {
        progress->until = DAY_NONE;
        return;
    }
    progress->away = mem_resize(NULL, roster->life.absence_count, sizeof *progress->away);
    for (size_t i = 0; i < roster->life.absence_count; i++) {
        const struct roster_absence *absence = &roster->life.absences[i];
        uint32_t unit = absence->unit, count = progress->away_count;
        bool good = reaches_due(absence, days->due);
        if (progress->values[unit] == NOT_ASKED)
            continue;
        change_on(progress, absence->from, days->judged);
        if (!good && absence->until != DAY_OPEN)
            change_on(progress, absence->until + 1, days->judged);
        bool away = absence->from <= days->judged && (good || days->judged <= absence->until);
        if (away && (count == 0 || progress->away[count - 1] != unit)) {
            progress->away[progress->away_count++] = unit;
            progress->values[unit] = AWAY;
        }
    }
}

static bool is_away(const struct progress *progress, uint32_t unit)
{
    uint32_t low = 0, high = progress->away_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (progress->away[middle] < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low < progress->away_count && progress->away[low] == unit;
}

static void ask(struct progress *progress, const struct selector *asked,
                const struct membership *days)
{
    uint16_t nothing = value_of(progress->need, 0);
    bool same =
        progress->range_count == 0 && progress->class_count == 0 && progress->head_count == 0;
    for (uint32_t first = 0; first < progress->count; first += 64)
        for (uint64_t units = selector_word(asked, first / 64); units; units &= units - 1) {
            uint32_t unit = first + (uint32_t)__builtin_ctzll(units);
            if (is_asked(progress, unit, days))
                progress->values[unit] =
                    same ? nothing : value_of(progress_need(progress, unit), 0);
        }
    judge_came(progress, asked, days);
    judge_away(progress, days);
}

struct progress *progress_new(const struct roster *roster, const struct selector *asked,
                              const struct amount *amount, int32_t open, int32_t due,
                              int32_t judged)
{
    struct progress *progress = mem_resize(NULL, 1, sizeof *progress);
    *progress = (struct progress){.roster = roster,
                                  .count = roster_count(roster),
                                  .need = amount_pieces(amount),
                                  .since = DAY_NONE,
                                  .until = DAY_OPEN};
    progress->values =
        mem_resize_large(NULL, (size_t)progress->count + 1, sizeof *progress->values);
    for (uint32_t unit = 0; unit < progress->count; unit++)
        progress->values[unit] = NOT_ASKED;
    if (asked) {
        find_exceptions(progress, asked, amount);
        find_all_heads(progress, asked);
        ask(progress, asked, &(struct membership){open, due, judged});
    }
    return progress;
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    for (uint32_t i = 0; i < progress->class_count; i++)
        selector_free(progress->classes[i].selector);
    free(progress->classes);
    free(progress->heads);
    free(progress->away);
    free(progress->ranges);
    free(progress->values);
    free(progress);
}

bool progress_holds(const struct progress *progress, int32_t judged)
{
    return progress->since <= judged && judged <= progress->until;
}

/* ---- one unit -------------------------------------------------------------------------- */

static uint32_t whole_heads(const struct heads *heads, int64_t pieces)
{
    int64_t count = pieces > 0 ? pieces / heads->need : 0;
    return count < heads->count ? (uint32_t)count : heads->count;
}

void progress_set(struct progress *progress, uint32_t unit, const struct progress_done *done)
{
    uint16_t *value = &progress->values[unit];
    if (*value == NOT_ASKED)
        return;
    struct heads *heads = find_heads(progress, unit);
    uint32_t need = heads ? progress_need(progress, unit) : own_need(progress, unit);
    uint16_t reached = value_of(need, done->pieces);
    if (heads) {
        heads->met = whole_heads(heads, done->pieces);
        heads->in_time = whole_heads(heads, done->in_time);
    }
    if (done->met || reached == MET)
        reached = done->in_time >= need ? IN_TIME : MET;
    *value = reached < MET && done->excused             ? EXCUSED
             : reached < MET && is_away(progress, unit) ? AWAY
                                                        : reached;
}

void progress_leave_out(struct progress *progress, uint32_t unit)
{
    progress->values[unit] = NOT_ASKED;
}

void progress_take_in(struct progress *progress, uint32_t unit)
{
    if (progress->values[unit] == NOT_ASKED)
        progress->values[unit] =
            is_away(progress, unit) ? AWAY : value_of(progress_need(progress, unit), 0);
}

uint32_t progress_missing(const struct progress *progress, uint32_t unit)
{
    return progress->values[unit] < MET ? MET - (uint32_t)progress->values[unit] : 0;
}

bool progress_asked(const struct progress *progress, uint32_t unit)
{
    return progress->values[unit] != NOT_ASKED;
}

uint32_t progress_heads(const struct progress *progress, uint32_t unit)
{
    const struct heads *heads = find_heads(progress, unit);
    return progress->values[unit] == NOT_ASKED ? 0 : heads ? heads->count : 1;
}

bool progress_away(const struct progress *progress, uint32_t unit)
{
    return progress->values[unit] == AWAY;
}

bool progress_excused(const struct progress *progress, uint32_t unit)
{
    return progress->values[unit] == EXCUSED || progress->values[unit] == AWAY;
}

bool progress_in_time(const struct progress *progress, uint32_t unit)
{
    return progress->values[unit] == IN_TIME;
}

/* ---- all of them ----------------------------------------------------------------------- */

uint32_t progress_behind(const struct progress *progress)
{
    const uint16_t *values = progress->values;
    uint32_t count = 0;
    for (uint32_t unit = 0; unit < progress->count; unit++)
        count += values[unit] < MET;
    return count;
}

uint32_t progress_next_behind(const struct progress *progress, uint32_t unit)
{
    while (unit < progress->count && progress->values[unit] >= MET)
        unit++;
    return unit < progress->count ? unit : UNIT_NONE;
}

uint64_t progress_word(const struct progress *progress, uint32_t unit)
{
    uint32_t count = progress->count > unit ? progress->count - unit : 0;
    uint64_t word = 0;
    for (uint32_t i = 0; i < count && i < 64; i++)
        word |= (uint64_t)(progress->values[unit + i] < MET) << i;
    return word;
}

/* Sums of 16 bits, so that they lie beside the values in one register; `count` fits them. */
static void add_block(const uint16_t *values, uint32_t count, struct progress_sum *sum)
{
    uint16_t asked = 0, in_time = 0, excused = 0, away = 0, missing = 0;
    for (uint32_t i = 0; i < count; i++) {
        asked = (uint16_t)(asked + (values[i] != NOT_ASKED));
        in_time = (uint16_t)(in_time + (values[i] == IN_TIME));
        excused = (uint16_t)(excused + (values[i] == EXCUSED));
        away = (uint16_t)(away + (values[i] == AWAY));
        missing = (uint16_t)(missing + (values[i] < MET));
    }
    sum->asked += asked;
    sum->in_time += in_time;
    sum->excused += (uint32_t)excused + away;
    sum->away += away;
    sum->missing += missing;
    sum->met += (uint32_t)asked - excused - away - missing;
}

/* A unit of several heads was added as one: what it is more. Those who have not done it are missing,
 * excused or away together. */
static void add_heads(const struct progress *progress, const struct heads *heads,
                      struct progress_sum *sum)
{
    uint16_t value = progress->values[heads->unit];
    uint32_t all = heads->count, rest = all - heads->met;
    if (value == NOT_ASKED)
        return;
    sum->asked += all - 1;
    if (value == MET || value == IN_TIME) {
        sum->met += all - 1;
        sum->in_time += value == IN_TIME ? all - 1 : heads->in_time;
        return;
    }
    sum->met += heads->met;
    sum->in_time += heads->in_time;
    if (value < MET) {
        sum->missing += rest - 1;
        return;
    }
    sum->excused += rest - 1;
    sum->away += value == AWAY ? rest - 1 : 0;
}

void progress_add(const struct progress *progress, uint32_t first, uint32_t end,
                  struct progress_sum *sum)
{
    for (uint32_t at = first; at < end; at += BLOCK)
        add_block(progress->values + at, end - at < BLOCK ? end - at : BLOCK, sum);
    for (uint32_t i = first_heads(progress, first);
         i < progress->head_count && progress->heads[i].unit < end; i++)
        add_heads(progress, &progress->heads[i], sum);
}

static void add_heads_of(const struct progress *progress, const uint32_t *units, uint32_t count,
                         struct progress_sum *sum)
{
    for (uint32_t i = 0; i < count && progress->head_count; i++) {
        const struct heads *heads = find_heads(progress, units[i]);
        if (heads)
            add_heads(progress, heads, sum);
    }
}

/* Values side by side are summed many at once. */
void progress_add_units(const struct progress *progress, const uint32_t *units, uint32_t count,
                        struct progress_sum *sum)
{
    uint16_t values[GATHERED];
    for (uint32_t at = 0; at < count; at += GATHERED) {
        uint32_t some = count - at < GATHERED ? count - at : GATHERED;
        for (uint32_t i = 0; i < some; i++)
            values[i] = progress->values[units[at + i]];
        add_block(values, some, sum);
    }
    add_heads_of(progress, units, count, sum);
}

void progress_add_word(const struct progress *progress, uint32_t unit, uint64_t word,
                       struct progress_sum *sum)
{
    uint32_t units[64], count = 0;
    for (; word; word &= word - 1)
        units[count++] = unit + (uint32_t)__builtin_ctzll(word);
    progress_add_units(progress, units, count, sum);
}

void progress_join(struct progress_sum *sum, const struct progress_sum *more)
{
    sum->asked += more->asked;
    sum->met += more->met;
    sum->in_time += more->in_time;
    sum->excused += more->excused;
    sum->away += more->away;
    sum->missing += more->missing;
}

struct progress_sum progress_sum(const struct progress *progress)
{
    struct progress_sum sum = {0};
    progress_add(progress, 0, progress->count, &sum);
    return sum;
}

size_t progress_bytes(const struct progress *progress)
{
    size_t bytes = sizeof *progress + progress->count * sizeof *progress->values +
                   progress->range_count * sizeof *progress->ranges +
                   progress->head_count * sizeof *progress->heads +
                   progress->away_count * sizeof *progress->away;
    for (uint32_t i = 0; i < progress->class_count; i++)
        bytes += sizeof *progress->classes + selector_bytes(progress->classes[i].selector);
    return bytes;
}
