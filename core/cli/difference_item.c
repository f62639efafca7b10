/* Two items of one id: place, time, amount, then all other fields. */
#include "cli/difference_parts.h"

#include "cli/sealed_text.h"
#include "cli/text.h"
#include "engine/revise.h"
#include "engine/series.h"
#include "time/civil.h"

#include <string.h>

/* ---- time -------------------------------------------------------------------------------------- */

/* A date of both items with its sealed forms. */
struct dates {
    const char *field;
    const struct date *before, *after;
    const struct value *old, *new;
};

static bool same_days(const struct date *a, const struct date *b)
{
    return a->kind == b->kind && a->first == b->first && a->last == b->last &&
           a->minute == b->minute && a->undated == b->undated && !a->rule && !b->rule &&
           !a->year_count && !b->year_count;
}

/* Without its phrase, and without whether it was said here. */
static bool same_meaning(const struct dates *dates, struct arena *arena)
{
    if (!dates->old || !dates->new || dates->old->type != VALUE_MAP ||
        dates->new->type != VALUE_MAP)
        return false;
    struct value *sides[2] = {value_map(arena), value_map(arena)};
    const struct value *from[2] = {dates->old, dates->new};
    for (int side = 0; side < 2; side++)
        for (uint32_t i = 0; i < from[side]->pairs; i++)
            if (strcmp(from[side]->map[i].key, "phrase") != 0 &&
                strcmp(from[side]->map[i].key, "from") != 0)
                value_set(arena, sides[side], from[side]->map[i].key, from[side]->map[i].value);
    return same_days(dates->before, dates->after) || value_equal(sides[0], sides[1]);
}

static const char *day_text(const struct differ *differ, const struct date *date, bool last)
{
    char day[TEXT_DAY], span[TEXT_SPAN], minute[6];
    if (last && date->kind == DATE_STANDING && date->phrase)
        return date->phrase; /* no day that could be missed */
    if (!last || !date_is_dated(date))
        return arena_string(differ->arena, text_date(span, date, differ->lang));
    const char *text = text_day(day, date->last, differ->lang);
    if (date->minute == MINUTES_A_DAY)
        return arena_string(differ->arena, text);
    return arena_printf(differ->arena, "%s %s", text,
                        civil_format_minute(date->minute, minute));
}

/* `last`: the end is what counts, else the whole span. */
static void say_dates(struct differ *differ, struct difference *said, const struct dates *dates,
                      bool last)
{
    const char *old = day_text(differ, dates->before, last);
    const char *new = day_text(differ, dates->after, last);
    if (strcmp(old, new) != 0 || !dates->old || !dates->new) {
        said->old = old;
        said->new = new;
    }
    if (date_is_dated(dates->before) && date_is_dated(dates->after))
        said->days = dates->after->last - dates->before->last;
}

static void compare_dates(struct differ *differ, const struct subject *subject,
                          const struct dates *dates, bool last)
{
    if (differ_same(differ, dates->old, dates->new))
        return;
    int way = last ? date_moved(dates->before, dates->after) : 0;
    bool same = way == 0 && same_meaning(dates, differ->arena);
    const char *old = dates->before->phrase, *new = dates->after->phrase;
    if (same && (!old || !new || strcmp(old, new) == 0))
        return;
    enum difference_kind kind = same       ? DIFFERENCE_REWORDED
                                : way == 0 ? DIFFERENCE_TIMED
                                : way < 0  ? DIFFERENCE_EARLIER
                                           : DIFFERENCE_LATER;
    struct difference *said =
        differ_add(differ, subject, kind, dates->field, dates->old, dates->new);
    if (same) {
        said->old = old;
        said->new = new;
        return;
    }
    say_dates(differ, said, dates, last && strcmp(dates->field, "due") == 0);
    if (dates->before->from && dates->after->from && strcmp(dates->after->from, "when") != 0)
        said->by = dates->after->from;
}

/* True when both have it from the same container, where it is told. */
static bool inherited(const struct date *a, const struct date *b)
{
    return a->from && b->from && strcmp(a->from, b->from) == 0;
}

static bool is_end_of_when(const struct item *item)
{
    return item->word != ITEM_PHASE && item->due.from && strcmp(item->due.from, "when") == 0;
}

static struct dates dates_of(const char *field, const struct item *a, const struct item *b,
                             const struct date *before, const struct date *after)
{
    return (struct dates){field, before, after, value_get(a->sealed, field),
                          value_get(b->sealed, field)};
}

/* A due that is the end of the item's own time is told with that, one that comes with the time of
 * a container as a due. */
static void compare_times(struct differ *differ, const struct subject *subject,
                          const struct item *a, const struct item *b)
{
    struct dates when = dates_of("when", a, b, &a->when, &b->when);
    struct dates due = dates_of("due", a, b, &a->due, &b->due);
    struct dates review = dates_of("review", a, b, &a->review, &b->review);
    bool with = inherited(&a->when, &b->when), ends = is_end_of_when(a) && is_end_of_when(b);
    size_t count = differ->count;
    if (!ends || with)
        compare_dates(differ, subject, &due, true);
    if (ends && differ->count > count)
        differ->list[count].by = b->when.from;
    if (!with)
        compare_dates(differ, subject, &when, ends || b->word == ITEM_PHASE);
    if (!inherited(&a->review, &b->review))
        compare_dates(differ, subject, &review, false);
    const struct value *old = value_get(a->sealed, "per"), *new = value_get(b->sealed, "per");
    if (differ_same(differ, old, new))
        return;
    struct difference *said = differ_add(differ, subject, DIFFERENCE_TIMED, "per", old, new);
    said->old = old ? text_time(differ->arena, a, differ->lang) : "";
    said->new = new ? text_time(differ->arena, b, differ->lang) : "";
}

/* ---- amounts ----------------------------------------------------------------------------------- */

static bool same_amount(const struct amount *a, const struct amount *b)
{
    return a->min == b->min && a->max == b->max && a->stated == b->stated &&
           a->about == b->about && a->exact == b->exact && a->percent == b->percent &&
           a->some == b->some && a->each == b->each && !a->unit == !b->unit &&
           (!a->unit || strcmp(a->unit, b->unit) == 0);
}

/* Notes what differs between the amounts that one unit, or everybody else, owes. */
static void weigh(const struct amount *a, const struct amount *b, bool *more, bool *fewer,
                  bool *other)
{
    if (same_amount(a, b))
        return;
    bool comparable = a->stated && b->stated && a->percent == b->percent;
    *more |= comparable && b->min > a->min;
    *fewer |= comparable && b->min < a->min;
    *other |= !comparable || a->min == b->min;
}

static void weigh_units(const struct amount *before, const struct amount *after,
                        const struct amount *listed, bool *more, bool *fewer, bool *other)
{
    for (uint32_t i = 0; i < listed->unit_count; i++)
        weigh(amount_of_unit(before, listed->units[i].unit),
              amount_of_unit(after, listed->units[i].unit), more, fewer, other);
}

static void compare_counts(struct differ *differ, const struct subject *subject,
                           const struct item *a, const struct item *b)
{
    const struct value *old = value_get(a->sealed, "count"),
                       *new = value_get(b->sealed, "count");
    bool more = false, fewer = false, other = false;
    if (revise_same(old, new))
        return;
    weigh(&a->count, &b->count, &more, &fewer, &other);
    weigh_units(&a->count, &b->count, &a->count, &more, &fewer, &other);
    weigh_units(&a->count, &b->count, &b->count, &more, &fewer, &other);
    differ_add(differ, subject,
               more && !fewer           ? DIFFERENCE_MORE
               : fewer && !more         ? DIFFERENCE_FEWER
               : more || fewer || other ? DIFFERENCE_AMOUNT
                                        : DIFFERENCE_REWORDED,
               "count", old, new);
}

/* ---- the item ---------------------------------------------------------------------------------- */

static enum difference_kind kind_of(const char *key)
{
    static const struct {
        const char *key;
        enum difference_kind kind;
    } kinds[] = {
        {"after", DIFFERENCE_TIMED},       {"rest_day", DIFFERENCE_TIMED},
        {"each", DIFFERENCE_PEOPLE},       {"by", DIFFERENCE_PEOPLE},
        {"lead", DIFFERENCE_PEOPLE},       {"help", DIFFERENCE_PEOPLE},
        {"attend", DIFFERENCE_PEOPLE},     {"from", DIFFERENCE_PEOPLE},
        {"to", DIFFERENCE_RECEIVER},       {"binding", DIFFERENCE_BINDING},
        {"condition", DIFFERENCE_BINDING}, {"if_late", DIFFERENCE_BINDING},
        {"where", DIFFERENCE_CONTENT},     {"place", DIFFERENCE_CONTENT},
        {"fulfils", DIFFERENCE_LINKS},     {"feeds", DIFFERENCE_LINKS},
        {"deviates", DIFFERENCE_LINKS},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].key, key) == 0)
            return kinds[i].kind;
    return DIFFERENCE_REWORDED;
}

/* The name of the containing item as its plan has it. */
static const char *parent_text(const struct differ *differ, const struct plan *plan,
                               const struct item *item)
{
    return item->parent == ITEM_NONE ? TR(differ->lang, "top level", "不属于任何阶段")
                                     : plan->items[item->parent].name;
}

static void compare_places(struct differ *differ, const struct subject *subject,
                           const struct item *a, const struct item *b)
{
    const struct value *old = value_get(a->sealed, "parent");
    const struct value *new = value_get(b->sealed, "parent");
    if (revise_same(old, new))
        return;
    struct difference *said = differ_add(differ, subject, DIFFERENCE_MOVED, NULL, old, new);
    said->old = parent_text(differ, differ->before->plan, a);
    said->new = parent_text(differ, differ->after->plan, b);
}

void differ_items(struct differ *differ, const struct item *before, const struct item *after)
{
    static const char *const told[] = {"line", "file", "id",     "parent", "word", "when",
                                       "due",  "per",  "review", "count",  NULL};
    const struct subject subject = {DIFFERENCE_ITEM, after->id, after->name};
    compare_places(differ, &subject, before, after);
    if (before->word != after->word)
        differ_add(differ, &subject, DIFFERENCE_WORD, NULL, value_get(before->sealed, "word"),
                   value_get(after->sealed, "word"));
    compare_times(differ, &subject, before, after);
    compare_counts(differ, &subject, before, after);
    differ_maps(differ, &subject, "", before->sealed, after->sealed, told, kind_of);
}
