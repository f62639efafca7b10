#include "cli/events.h"

#include "cli/text.h"
#include "time/civil.h"

enum { COUNTS = 64 };

/* Counting the members of a selector on a day costs its size, so the last answers are kept. */
struct count {
    const struct selector *selector;
    int32_t day;
    uint32_t count;
};

struct printer {
    const struct events_wish *wish;
    struct count counts[COUNTS];
};

static uint32_t count_on(struct printer *printer, const struct selector *selector, int32_t day)
{
    struct count *kept = &printer->counts[((uintptr_t)selector >> 4) % COUNTS];
    if (kept->selector != selector || kept->day != day)
        *kept = (struct count){selector, day, selector_count_on(selector, day)};
    return kept->count;
}

/* The number of units concerned, -1 = unknown. */
static int count_units(struct printer *printer, const struct event *event, int64_t *units,
                       struct err *err)
{
    const struct selector *selector = agenda_audience(printer->wish->agenda, event);
    if (printer->wish->engine)
        return engine_concerns(printer->wish->engine, 0, event, units, err);
    *units = -1;
    if (selector)
        *units = count_on(printer, selector, event->day);
    return 0;
}

/* The end of a day and the beginning of the day behind it are one instant. */
static bool is_beyond(const struct event *event, int32_t last)
{
    return event->day > last && event->at_ms > civil_ms(last, MINUTES_A_DAY);
}

int64_t events_print(const struct rows_view *view, const struct events_wish *wish,
                     struct err *err)
{
    struct printer printer = {.wish = wish};
    struct walk *walk = walk_new(wish->agenda, civil_ms(wish->first, 0));
    struct event event;
    int64_t count = 0, units;
    int code = 0;
    while (count < wish->most && walk_next(walk, &event) && !is_beyond(&event, wish->last)) {
        bool fired = wish->engine && event.at_ms < engine_next(wish->engine);
        if (event.day < wish->first || event.day > wish->last || fired)
            continue;
        code = count_units(&printer, &event, &units, err);
        if (code < 0)
            break;
        struct row row = row_of_event(&event, units);
        row_print(view, &row);
        count++;
    }
    walk_free(walk);
    return code < 0 ? code : count;
}

int events_print_next(const struct rows_view *view, const struct events_wish *wish,
                      struct err *err)
{
    char day[TEXT_DAY];
    struct events_wish all = *wish;
    all.last = DAY_OPEN;
    fprintf(view->out, TR(view->lang, "Next, from %s\n", "接下来（自 %s）\n"),
            text_day(day, wish->first, view->lang));
    int64_t count = events_print(view, &all, err);
    if (count == 0)
        fprintf(view->out, "%s\n",
                TR(view->lang, "nothing any more: the plan has ended", "没有了：方案已经结束"));
    return count < 0 ? (int)count : 0;
}
