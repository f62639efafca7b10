/* `planrun next SCRIPT`: the events that come next, from a day on; with --unit what a unit owes. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/events.h"
#include "cli/next_unit.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { NEXT_COUNT = 10, NEXT_MOST = 1000000 };

struct request {
    int32_t day;
    uint32_t count, days;
    const char *unit; /* NULL = events of the plan */
    bool on_day, in_days, counted, json, fast;
};

static bool read_option(int option, const char *value, struct request *request)
{
    switch (option) {
    case 'j': request->json = true; return true;
    case 'f': request->fast = true; return true;
    case 'u': request->unit = value; return true;
    case 'a': request->on_day = true; return cli_day(value, &request->day);
    case 'n': request->counted = true; return cli_count(value, 1, NEXT_MOST, &request->count);
    case 'd': request->in_days = true; return cli_count(value, 0, NEXT_MOST, &request->days);
    default: return false;
    }
}

static int read_options(struct cli *cli, int argc, char **argv, struct request *request)
{
    static const struct option options[] = {{"as-of", required_argument, NULL, 'a'},
                                            {"count", required_argument, NULL, 'n'},
                                            {"unit", required_argument, NULL, 'u'},
                                            {"days", required_argument, NULL, 'd'},
                                            {"fast", no_argument, NULL, 'f'},
                                            {"json", no_argument, NULL, 'j'},
                                            {0}};
    int option;
    while ((option = getopt_long(argc, argv, "n:", options, NULL)) != -1)
        if (option == '?' || !read_option(option, optarg, request))
            return cli_bad_option(cli, argv, option == '?' ? NULL : optarg);
    if (!request->unit && (request->in_days || request->fast))
        return cli_usage(cli, TR(cli->lang, "--days and --fast go with --unit",
                                 "--days 和 --fast 要与 --unit 同用"));
    if (request->unit && request->counted)
        return cli_usage(cli, TR(cli->lang, "--count does not go with --unit",
                                 "--count 不能与 --unit 同用"));
    return EXIT_FINE;
}

static int print_next(struct cli *cli, const struct cli_plan *plan,
                      const struct request *request)
{
    struct agenda *agenda = NULL;
    struct err err = {0};
    if (agenda_new(plan->plan, plan->calendar, plan->roster, &agenda, &err) < 0)
        return cli_fail(cli, &err);
    struct rows_view view = {.out = cli->out, .lang = cli->lang, .json = request->json};
    struct events_wish wish = {
        .agenda = agenda, .first = request->day, .last = DAY_OPEN, .most = request->count};
    int64_t count = events_print(&view, &wish, &err);
    if (!count && !request->json)
        fputs(TR(cli->lang, "planrun: nothing can come any more\n",
                 "planrun: 以后不会再有事件\n"),
              cli->err);
    agenda_free(agenda);
    return EXIT_FINE;
}

int cmd_next(struct cli *cli, int argc, char **argv)
{
    struct request request = {.count = NEXT_COUNT};
    cli_day(NULL, &request.day);
    int code = read_options(cli, argc, argv, &request);
    if (code != EXIT_FINE)
        return code;
    if (cli_one_script(cli, argc, argv, "next") != EXIT_FINE)
        return EXIT_USAGE;
    if (request.unit) {
        struct next_wish wish = {.script = argv[optind],
                                 .unit = request.unit,
                                 .day = request.day,
                                 .on_day = request.on_day,
                                 .days = request.in_days ? (int32_t)request.days : -1,
                                 .json = request.json,
                                 .fast = request.fast};
        return next_unit(cli, &wish);
    }
    struct cli_plan plan;
    code = cli_load(cli, argv[optind], &plan);
    if (code == EXIT_FINE)
        code = print_next(cli, &plan, &request);
    cli_unload(&plan);
    return code;
}
