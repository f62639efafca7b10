/* `planrun log SCRIPT`: what fired and what was reported, from the store. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/doubt.h"
#include "cli/hold.h"
#include "cli/journal.h"
#include "service/names.h"

#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { FOLLOW_MS = 1000, COUNT_MOST = 1000000 };

struct wish {
    struct journal_wish rows;
    const char *unit;
    bool json, follow, fast;
};

/* ---- options ------------------------------------------------------------------------------ */

/* A name of an event, of a kind of facts or doubts, or "fact" or "clock" for all of those. */
static bool read_event(struct cli *cli, const char *text, struct journal_wish *rows)
{
    const char *names[EVENT_NOTICE + FACT_KINDS + CLOCK_UNSET + 5];
    size_t count = 0;
    for (int kind = 0; kind <= EVENT_NOTICE; kind++) {
        names[count++] = firing_name(kind);
        if (strcmp(text, firing_name(kind)) == 0)
            rows->kinds |= 1U << kind;
    }
    for (int kind = FACT_SUBMITTED; kind < FACT_KINDS; kind++) {
        const char *name = row_fact_name((enum fact_kind)kind);
        if (!name)
            continue;
        names[count++] = name;
        if (strcmp(text, name) == 0 || strcmp(text, "fact") == 0)
            rows->facts |= 1U << kind;
    }
    for (int doubt = 0; doubt <= CLOCK_UNSET + 1; doubt++) {
        bool accepted = doubt > CLOCK_UNSET;
        names[count] = doubt_event(accepted ? CLOCK_SURE : (enum clock_doubt)doubt, accepted);
        if (strcmp(text, names[count++]) == 0 || strcmp(text, "clock") == 0)
            rows->clocks |= 1U << doubt;
    }
    names[count++] = "fact";
    names[count++] = "clock";
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, names[i]) == 0)
            return true;
    const char *near = nearest_word(text, names, count);
    cli_usage(
        cli,
        near ? TR(cli->lang, "there is no event '%s'; did you mean '%s'?",
                  "没有事件“%s”，是不是“%s”？")
             : TR(cli->lang, "there is no event '%s'; for example %s", "没有事件“%s”；例如 %s"),
        text, near ? near : "reminder");
    return false;
}

static int read_option(struct cli *cli, int option, char **argv, struct wish *wish)
{
    bool fits = true;
    switch (option) {
    case 'e': return read_event(cli, optarg, &wish->rows) ? EXIT_FINE : EXIT_USAGE;
    case 'i': wish->rows.item = optarg; break;
    case 'U': wish->unit = optarg; break;
    case 'F': fits = cli_day(optarg, &wish->rows.first); break;
    case 'T': fits = cli_day(optarg, &wish->rows.last); break;
    case 'n': fits = cli_count(optarg, 1, COUNT_MOST, &wish->rows.most); break;
    case 'f': wish->follow = true; break;
    case 'x': wish->fast = true; break;
    case 'j': wish->json = true; break;
    default: return cli_bad_option(cli, argv, NULL);
    }
    return fits ? EXIT_FINE : cli_bad_option(cli, argv, optarg);
}

static int read_options(struct cli *cli, int argc, char **argv, struct wish *wish)
{
    static const struct option options[] = {
        {"event", required_argument, NULL, 'e'}, {"item", required_argument, NULL, 'i'},
        {"unit", required_argument, NULL, 'U'},  {"from", required_argument, NULL, 'F'},
        {"to", required_argument, NULL, 'T'},    {"count", required_argument, NULL, 'n'},
        {"follow", no_argument, NULL, 'f'},      {"fast", no_argument, NULL, 'x'},
        {"json", no_argument, NULL, 'j'},        {0}};
    int option, code = EXIT_FINE;
    while (code == EXIT_FINE && (option = getopt_long(argc, argv, "n:f", options, NULL)) != -1)
        code = read_option(cli, option, argv, wish);
    if (code == EXIT_FINE)
        code = cli_one_script(cli, argc, argv, "log");
    if (!wish->rows.kinds && !wish->rows.facts && !wish->rows.clocks) {
        wish->rows.kinds = JOURNAL_FIRINGS;
        wish->rows.facts = JOURNAL_FACTS;
        wish->rows.clocks = JOURNAL_CLOCKS;
    }
    return code;
}

/* ---- following ---------------------------------------------------------------------------- */

/* Looks once a second until SIGINT or SIGTERM comes, or nobody reads any more. */
static int follow(struct cli *cli, const struct holding *holding, const struct rows_view *view,
                  const struct wish *wish, struct journal_place *place, struct err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    struct pollfd waits[] = {
        {signalfd(-1, &set, SFD_CLOEXEC), POLLIN, 0},
        {fileno(cli->out), 0, 0}}; /* tells only that its reader has gone */
    int code = waits[0].fd < 0 ? err_set(err, ERR_IO, "signalfd") : 0;
    while (code == 0 && fflush(cli->out) == 0 && poll(waits, 2, FOLLOW_MS) == 0) {
        int64_t count = journal_follow(holding, view, &wish->rows, place, err);
        code = count < 0 ? (int)count : 0;
    }
    if (waits[0].fd >= 0)
        close(waits[0].fd);
    return code;
}

static int print_log(struct cli *cli, const struct holding *holding, struct wish *wish)
{
    struct rows_view view = {
        .out = cli->out, .lang = cli->lang, .json = wish->json, .numbered = true};
    struct journal_place place = {0};
    struct err err = {0};
    uint32_t item; /* what left the plan is still in the journal, by its id */
    if (wish->rows.item &&
        names_item(holding->plan, wish->rows.item, cli->lang, &item, &err) == 0)
        wish->rows.item = holding->plan->items[item].id;
    if (wish->unit) {
        wish->rows.unit = hold_unit(cli, holding->roster, wish->unit);
        if (wish->rows.unit == UNIT_NONE)
            return EXIT_PROBLEMS;
    }
    int64_t count = journal_print(holding, &view, &wish->rows, &place, &err);
    if (count == 0 && !wish->json && !wish->follow)
        fputs(TR(cli->lang, "planrun: the journal has nothing like that\n",
                 "planrun: 日志里没有这样的记录\n"),
              cli->err);
    int code = count < 0 ? (int)count : 0;
    if (code == 0 && wish->follow)
        code = follow(cli, holding, &view, wish, &place, &err);
    return code < 0 ? cli_fail(cli, &err) : EXIT_FINE;
}

int cmd_log(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {.rows = {.first = DAY_NONE, .last = DAY_OPEN, .unit = UNIT_NONE}};
    struct holding holding = {0};
    bool recorded;
    int code = read_options(cli, argc, argv, &wish);
    if (code != EXIT_FINE)
        return code;
    code = hold_read(cli, argv[optind], wish.fast, &holding, &recorded);
    if (code == EXIT_FINE && recorded)
        code = print_log(cli, &holding, &wish);
    else if (code == EXIT_FINE)
        fputs(TR(cli->lang, "planrun: nothing is recorded for this plan yet\n",
                 "planrun: 这个方案还没有任何记录\n"),
              cli->err);
    holding_close(&holding);
    return code;
}
