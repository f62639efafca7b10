/* `planrun SCRIPT`: where the plan stands today, what comes next, and – on a terminal – each event as
 * its time comes. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/events.h"
#include "cli/head.h"
#include "cli/text.h"
#include "service/foreground.h"
#include "time/civil.h"

#include <getopt.h>
#include <unistd.h>

enum { LATELY_DAYS = 14, NEXT_SHOWN = 8 };

struct request {
    const char *range;
    int32_t today;
    bool simulate, json, once;
};

struct stay {
    struct events_view view;
    const struct agenda *agenda;
};

static void print_fired(void *context, const struct event *event)
{
    const struct stay *stay = context;
    event_print(&stay->view, stay->agenda, event);
    fflush(stay->view.out);
}

static void print_lately(const struct events_view *view, const struct agenda *agenda,
                         int32_t today)
{
    fprintf(view->out, TR(view->lang, "The last %d days\n", "最近 %d 天\n"), LATELY_DAYS);
    if (!events_print(view, agenda, today - LATELY_DAYS, today - 1, EVENTS_ALL))
        fprintf(view->out, "%s\n", TR(view->lang, "nothing", "无"));
    fputc('\n', view->out);
}

/* Where the plan stands, then its events as they come. */
static int run(struct cli *cli, const struct cli_plan *plan, const struct request *request)
{
    struct err err = {0};
    struct agenda *agenda = NULL;
    int64_t now = foreground_now();
    if (agenda_new(plan->plan, plan->calendar, plan->roster, &agenda, &err) < 0)
        return cli_fail(cli, &err);
    struct stay stay = {{cli->out, cli->lang, request->json}, agenda};
    if (!request->json) {
        head_print(cli, plan);
        print_lately(&stay.view, agenda, request->today);
        events_print_next(&stay.view, agenda, request->today, NEXT_SHOWN);
    } else if (request->once) {
        events_print(&stay.view, agenda, request->today, DAY_OPEN, NEXT_SHOWN);
    }
    int code = EXIT_FINE;
    if (!request->once) {
        fprintf(cli->err, "%s\n",
                TR(cli->lang, "Waiting for what comes; Ctrl-C ends.",
                   "等待后续事件，按 Ctrl-C 结束。"));
        fflush(cli->out);
        if (foreground_run(agenda, now, print_fired, &stay, &err) < 0)
            code = cli_fail(cli, &err);
    }
    agenda_free(agenda);
    return code;
}

static int read_options(struct cli *cli, int argc, char **argv, struct request *request)
{
    static const struct option options[] = {{"simulate", optional_argument, NULL, 's'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"once", no_argument, NULL, 'o'},
                                            {"as-of", required_argument, NULL, 'a'},
                                            {0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        request->simulate = request->simulate || option == 's';
        request->range = option == 's' ? optarg : request->range;
        request->json = request->json || option == 'j';
        request->once = request->once || option == 'o' || option == 'a';
        if (option == '?' || (option == 'a' && !cli_day(optarg, &request->today)))
            return cli_bad_option(cli, argv, option == 'a' ? optarg : NULL);
    }
    return optind + 1 == argc
               ? EXIT_FINE
               : cli_usage(cli, TR(cli->lang, "run needs one script", "run 需要一个方案脚本"));
}

int cmd_run(struct cli *cli, int argc, char **argv)
{
    /* without a terminal there is nobody to wait for */
    struct request request = {.once = !isatty(STDOUT_FILENO)};
    cli_day(NULL, &request.today);
    int code = read_options(cli, argc, argv, &request);
    if (code != EXIT_FINE)
        return code;
    struct cli_plan plan;
    code = cli_load(cli, argv[optind], &plan);
    if (code == EXIT_FINE)
        code = request.simulate ? cli_simulate(cli, &plan, request.range, request.json)
                                : run(cli, &plan, &request);
    cli_unload(&plan);
    return code;
}
