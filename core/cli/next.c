/* `planrun next SCRIPT`: the events that come next, from a day on. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/events.h"

#include <getopt.h>
#include <stdlib.h>

enum { NEXT_COUNT = 10, NEXT_MOST = 1000000 };

struct request {
    int32_t day;
    uint32_t count;
    bool json;
};

static bool read_count(const char *text, uint32_t *count)
{
    char *end;
    long number = strtol(text, &end, 10);
    *count = (uint32_t)number;
    return end != text && !*end && number > 0 && number <= NEXT_MOST;
}

static int read_options(struct cli *cli, int argc, char **argv, struct request *request)
{
    static const struct option options[] = {{"as-of", required_argument, NULL, 'a'},
                                            {"count", required_argument, NULL, 'n'},
                                            {"json", no_argument, NULL, 'j'},
                                            {0}};
    int option;
    while ((option = getopt_long(argc, argv, "n:", options, NULL)) != -1) {
        request->json = request->json || option == 'j';
        if (option == '?')
            return cli_bad_option(cli, argv, NULL);
        if ((option == 'a' && !cli_day(optarg, &request->day)) ||
            (option == 'n' && !read_count(optarg, &request->count)))
            return cli_bad_option(cli, argv, optarg);
    }
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
    struct cli_plan plan;
    code = cli_load(cli, argv[optind], &plan);
    if (code == EXIT_FINE)
        code = print_next(cli, &plan, &request);
    cli_unload(&plan);
    return code;
}
