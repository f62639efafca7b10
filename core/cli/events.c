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
    const struct rows_view *view;
    const struct agenda *agenda;
    struct count counts[COUNTS];
};

/* The number of units concerned, -1 = unknown. */
static int64_t units_of(struct printer *printer, const struct event *event)
{
    const struct selector *selector = agenda_audience(printer->agenda, event);
    if (!selector)
        return -1;
    struct count *kept = &printer->counts[((uintptr_t)selector >> 4) % COUNTS];
    if (kept->selector != selector || kept->day != event->day)
        *kept = (struct count){selector, event->day, selector_count_on(selector, event->day)};
    return kept->count;
}

uint32_t events_print(const struct rows_view *view, const struct agenda *agenda, int32_t first,
                      int32_t last, uint32_t most)
{
    struct printer printer = {.view = view, .agenda = agenda};
    struct walk *walk = walk_new(agenda, civil_ms(first, 0));
    struct event event;
    uint32_t count = 0;
    /* the end of `last` and the beginning of the day behind it are one instant */
    while (count < most && walk_next(walk, &event) &&
           (event.day <= last || event.at_ms <= civil_ms(last, MINUTES_A_DAY))) {
        if (event.day < first || event.day > last)
            continue;
        struct row row = row_of_event(&event, units_of(&printer, &event));
        row_print(view, &row);
        count++;
    }
    walk_free(walk);
    return count;
}

void events_print_next(const struct rows_view *view, const struct agenda *agenda, int32_t from,
                       uint32_t most)
{
    char day[TEXT_DAY];
    fprintf(view->out, TR(view->lang, "Next, from %s\n", "接下来（自 %s）\n"),
            text_day(day, from, view->lang));
    if (!events_print(view, agenda, from, DAY_OPEN, most))
        fprintf(view->out, "%s\n",
                TR(view->lang, "nothing any more: the plan has ended", "没有了：方案已经结束"));
}
