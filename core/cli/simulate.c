/* `planrun SCRIPT --simulate[=FROM..TO]`: what a plan will make happen, without any state. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/events.h"
#include "time/civil.h"

#include <string.h>

enum { STANDING_YEARS = 3 }; /* shown of a plan that has no end */

/* One side of a range; an empty one leaves the plan's own. */
static bool read_side(const char *text, size_t length, int32_t *day)
{
    if (length)
        *day = civil_parse(text, length);
    return *day != CIVIL_NONE;
}

/* "FROM..TO", either side may be empty. */
static bool read_range(const char *range, int32_t *first, int32_t *last)
{
    const char *dots = strstr(range, "..");
    if (!dots)
        return false;
    return read_side(range, (size_t)(dots - range), first) &&
           read_side(dots + 2, strlen(dots + 2), last);
}

/* From the plan's earliest day to its last event; of a standing plan, three years. A range that
 * begins elsewhere is as long, when its end is not said. */
static bool find_range(const struct agenda *agenda, const char *range, int32_t *first,
                       int32_t *last)
{
    int32_t plan_last;
    agenda_span(agenda, first, &plan_last);
    *last = DAY_OPEN;
    if (range && !read_range(range, first, last))
        return false;
    if (*last == DAY_OPEN && plan_last == DAY_OPEN)
        *last = civil_add_months(*first, 12 * STANDING_YEARS) - 1;
    return *first <= *last;
}

int cli_simulate(struct cli *cli, const struct cli_plan *plan, const char *range, int json)
{
    struct agenda *agenda = NULL;
    struct err err = {0};
    int32_t first, last;
    if (agenda_new(plan->plan, plan->calendar, plan->roster, &agenda, &err) < 0)
        return cli_fail(cli, &err);
    int code = EXIT_FINE;
    if (find_range(agenda, range, &first, &last)) {
        struct events_view view = {cli->out, cli->lang, json};
        events_print(&view, agenda, first, last, EVENTS_ALL);
    } else {
        code = cli_usage(cli,
                         TR(cli->lang, "'%s' is no range of days; write 2012-03-01..2012-06-30",
                            "“%s”不是日期范围；请写 2012-03-01..2012-06-30"),
                         range);
    }
    agenda_free(agenda);
    return code;
}
