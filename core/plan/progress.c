#include "plan/progress.h"

#include "plan/roster_data.h"

#include <stdlib.h>
#include <string.h>

/* A value is how far a unit has come: MET less what it lacks. Units that owe different
 * amounts are so measured against one number, and what everybody is asked in a scan is the
 * same question. What is lacking beyond MET pieces is cut until it is less. */
enum { MET = 60000, EXCUSED, NOT_ASKED };

enum { JOIN_DAYS = 7 }; /* left before the due, for one who joins behind the opening */

/* Whose amount is another than the rule's: rows first … end-1, or those of a selector. */
struct exception {
    uint32_t first, end;
    struct selector *selector; /* owned; NULL = the range */
    uint32_t need;
};

struct progress {
    const struct roster *roster;
    uint32_t count;   /* of values */
    uint16_t *values; /* by row */
    uint32_t asked;
    uint32_t need; /* of whoever is no exception */
    uint32_t exception_count;
    struct exception *exceptions; /* the first that holds counts: units, then classes, groups */
    int32_t since, until;         /* judged on any of these days the column is the same */
};

/* ---- amounts --------------------------------------------------------------------------- */

static void except(struct progress *progress, struct exception exception)
{
    progress->exceptions = mem_resize(progress->exceptions, progress->exception_count + 1,
                                      sizeof *progress->exceptions);
    progress->exceptions[progress->exception_count++] = exception;
}

/* The rows of one unit that is named: itself when it is asked, else what lies below it. */
static struct exception of_unit(const struct roster *roster, const struct selector *asked,
                                uint32_t unit, uint32_t need)
{
    uint32_t end = selector_has(asked, unit) ? unit + 1 : roster_subtree_end(roster, unit);
    return (struct exception){unit, end, NULL, need};
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

static void find_exceptions(struct progress *progress, const struct selector *asked,
                            const struct amount *amount)
{
    const struct roster *roster = progress->roster;
    for (int classes = 0; classes < 2; classes++)
        for (uint32_t i = 0; i < amount->unit_count; i++) {
            const char *id = amount->units[i].unit;
            uint32_t need = amount_pieces(&amount->units[i].amount);
            uint32_t unit = roster_find(roster, id, strlen(id));
            struct selector *members = members_of(roster, id);
            bool single = unit != UNIT_NONE && members && selector_count(members) == 1 &&
                          selector_has(members, unit);
            if (single && !classes)
                except(progress, of_unit(roster, asked, unit, need));
            if (members && !single && classes)
                except(progress, (struct exception){0, 0, members, need});
            else
                selector_free(members);
        }
}

uint32_t progress_need(const struct progress *progress, uint32_t unit)
{
    for (uint32_t i = 0; i < progress->exception_count; i++) {
        const struct exception *exception = &progress->exceptions[i];
        if (exception->selector ? selector_has(exception->selector, unit)
                                : unit >= exception->first && unit < exception->end)
            return exception->need;
    }
    return progress->need;
}

/* ---- whom it concerns ------------------------------------------------------------------ */

struct membership {
    int32_t open, due, judged;
};

/* Notes that a unit's membership changes on `day`: the column holds on one side of it only. */
static void change_on(struct progress *progress, int32_t day, int32_t judged)
{
    if (day <= judged && day > progress->since)
        progress->since = day;
    if (day > judged && day <= progress->until)
        progress->until = day - 1;
}

/* True when the unit is in the denominator on the day that is judged. */
static bool belongs(struct progress *progress, uint32_t unit, const struct membership *days)
{
    int32_t from, until;
    roster_membership(progress->roster, unit, &from, &until);
    bool opening = days->open == DAY_NONE || from <= days->open;
    bool early = days->due == DAY_NONE || from == DAY_NONE || from <= days->due - JOIN_DAYS;
    if ((!opening && !early) || (days->open != DAY_NONE && until < days->open))
        return false;
    if (days->judged == DAY_NONE)
        return true;
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
    return always || belongs(progress, unit, days);
}

static void ask(struct progress *progress, const struct selector *asked,
                const struct membership *days)
{
    uint16_t nothing = value_of(progress->need, 0);
    for (uint32_t first = 0; first < progress->count; first += 64)
        for (uint64_t units = selector_word(asked, first / 64); units; units &= units - 1) {
            uint32_t unit = first + (uint32_t)__builtin_ctzll(units);
            if (!is_asked(progress, unit, days))
                continue;
            progress->values[unit] = progress->exception_count
                                         ? value_of(progress_need(progress, unit), 0)
                                         : nothing;
            progress->asked++;
        }
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
        ask(progress, asked, &(struct membership){open, due, judged});
    }
    return progress;
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    for (uint32_t i = 0; i < progress->exception_count; i++)
        selector_free(progress->exceptions[i].selector);
    free(progress->exceptions);
    free(progress->values);
    free(progress);
}

bool progress_holds(const struct progress *progress, int32_t judged)
{
    return progress->since <= judged && judged <= progress->until;
}

/* ---- one unit -------------------------------------------------------------------------- */

void progress_set(struct progress *progress, uint32_t unit, int64_t done, bool excused,
                  bool met)
{
    uint16_t *value = &progress->values[unit];
    if (*value == NOT_ASKED)
        return;
    uint16_t reached = value_of(progress_need(progress, unit), done);
    *value = met || reached == MET ? MET : excused ? EXCUSED : reached;
}

void progress_leave_out(struct progress *progress, uint32_t unit)
{
    progress->asked -= progress->values[unit] != NOT_ASKED;
    progress->values[unit] = NOT_ASKED;
}

void progress_take_in(struct progress *progress, uint32_t unit)
{
    if (progress->values[unit] != NOT_ASKED)
        return;
    progress->asked++;
    progress->values[unit] = value_of(progress_need(progress, unit), 0);
}

uint32_t progress_missing(const struct progress *progress, uint32_t unit)
{
    return progress->values[unit] < MET ? MET - (uint32_t)progress->values[unit] : 0;
}

bool progress_asked(const struct progress *progress, uint32_t unit)
{
    return progress->values[unit] != NOT_ASKED;
}

bool progress_excused(const struct progress *progress, uint32_t unit)
{
    return progress->values[unit] == EXCUSED;
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

struct progress_sum progress_sum(const struct progress *progress)
{
    struct progress_sum sum = {.asked = progress->asked};
    for (uint32_t unit = 0; unit < progress->count; unit++) {
        sum.excused += progress->values[unit] == EXCUSED;
        sum.missing += progress->values[unit] < MET;
    }
    sum.met = sum.asked - sum.excused - sum.missing;
    return sum;
}

size_t progress_bytes(const struct progress *progress)
{
    size_t bytes = sizeof *progress + progress->count * sizeof *progress->values;
    for (uint32_t i = 0; i < progress->exception_count; i++)
        bytes +=
            sizeof *progress->exceptions +
            (progress->exceptions[i].selector ? selector_bytes(progress->exceptions[i].selector)
                                              : 0);
    return bytes;
}
