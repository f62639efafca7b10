#include "engine/series.h"

#include "time/civil.h"

bool date_is_dated(const struct date *date)
{
    return (date->kind == DATE_INTERVAL || date->kind == DATE_DEADLINE ||
            date->kind == DATE_STANDING) &&
           !date->undated && date->last != DAY_NONE && date->last != DAY_OPEN;
}

int date_moved(const struct date *before, const struct date *after)
{
    bool was = date_is_dated(before), is = date_is_dated(after);
    if (!was || !is)
        return was - is;
    if (before->last != after->last)
        return after->last < before->last ? -1 : 1;
    return (after->minute > before->minute) - (after->minute < before->minute);
}

static const struct year_date *exception_of(const struct date *date, int32_t year)
{
    for (uint32_t i = 0; i < date->year_count; i++)
        if (date->years[i].year == year)
            return &date->years[i];
    return NULL;
}

/* The rule's first span that ends on or after `from`, in a year that has no date of its own. */
static bool next_by_rule(const struct date *date, const struct calendar *calendar, int32_t from,
                         struct occurrence *span)
{
    while (date->rule && recur_next(date->rule, calendar, from, span)) {
        int32_t year = civil_from_day(span->last).year;
        if (!exception_of(date, year))
            return true;
        from = civil_day(year + 1, 1, 1);
    }
    return false;
}

/* The single years' own dates come into the sequence where they fall. */
static bool next_span(const struct date *date, const struct calendar *calendar, int32_t from,
                      struct occurrence *span)
{
    bool found = next_by_rule(date, calendar, from, span);
    for (uint32_t i = 0; i < date->year_count; i++) {
        const struct date *own = &date->years[i].date;
        if (date->years[i].none || !date_is_dated(own) || own->last < from ||
            (found && span->last <= own->last))
            continue;
        int32_t first = own->first == DAY_NONE ? own->last : own->first;
        *span = (struct occurrence){first, own->last, own->minute};
        found = true;
    }
    return found;
}

static bool once(const struct series *series, const struct slot *before, struct slot *slot)
{
    if (before)
        return false;
    *slot =
        (struct slot){series->period, series->first, series->last, DAY_NONE, series->minute};
    return true;
}

bool series_next(const struct series *series, const struct calendar *calendar,
                 const struct slot *before, int32_t from, struct slot *slot)
{
    if (!series->date)
        return once(series, before, slot);
    int32_t previous = before ? before->due : DAY_NONE;
    int32_t begin = series->date->first > series->first ? series->date->first : series->first;
    if (before)
        from = previous + 1;
    else if (from < begin)
        from = begin;
    struct occurrence span;
    if (from > series->last || !next_span(series->date, calendar, from, &span) ||
        span.first > series->last)
        return false;
    int32_t open = span.first;
    if (span.first ==
        span.last) /* a due day without a window: all the time since the last one */
        open = before ? from : series->first;
    if (open < series->first)
        open = series->first;
    bool cut = span.last > series->last;
    *slot = (struct slot){span.first, open, cut ? series->last : span.last, previous,
                          (int16_t)(cut ? MINUTES_A_DAY : span.minute)};
    return true;
}
