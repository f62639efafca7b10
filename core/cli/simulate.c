/* `planrun SCRIPT --simulate[=FROM..TO]`: what a plan makes happen, by the engine that runs it, in
 * memory and in simulated time. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/hold.h"
#include "cli/journal.h"
#include "service/loop.h"
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

static void ignore(void *context, const struct holding *holding,
                   const struct store_firing *firing)
{
    (void)context;
    (void)holding;
    (void)firing;
}

/* Lives the plan from its beginning, and shows the part that is wanted. */
static int live(struct cli *cli, struct holding *holding, int32_t first, int32_t last,
                bool json)
{
    struct err err = {0};
    struct rows_view view = {.out = cli->out, .lang = cli->lang, .json = json};
    struct journal_wish wish = {
        .first = first, .last = last, .kinds = JOURNAL_FIRINGS, .unit = UNIT_NONE};
    int64_t until_ms = last == DAY_OPEN ? INT64_MAX : civil_ms(last, MINUTES_A_DAY);
    if (loop_simulate(holding, until_ms, ignore, NULL, cli->lang, &err) < 0 ||
        journal_print(holding, &view, &wish, NULL, &err) < 0)
        return cli_fail(cli, &err);
    return EXIT_FINE;
}

int cli_simulate(struct cli *cli, const char *script, const char *range, bool json)
{
    struct holding holding = {0};
    struct hold_wish wish = {.mode = HOLDING_MEMORY, .script = script, .who = "simulate"};
    int32_t first, last;
    int code = hold_open(cli, &wish, &holding);
    if (code == EXIT_FINE) {
        if (find_range(engine_agenda(holding.engine, 0), range, &first, &last))
            code = live(cli, &holding, first, last, json);
        else
            code = cli_usage(cli,
                             TR(cli->lang,
                                "'%s' is no range of days; write 2012-03-01..2012-06-30",
                                "“%s”不是日期范围；请写 2012-03-01..2012-06-30"),
                             range);
    }
    holding_close(&holding);
    return code;
}
