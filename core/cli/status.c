/* `planrun status SCRIPT`: how each duty stands on a day, who is behind, and the matrix of units and
 * duties; status_*.c print what engine/page.h has. */
#include "cli/status.h"

#include "cli/commands.h"
#include "cli/ledger.h"
#include "cli/text.h"
#include "cli/today.h"
#include "time/civil.h"

#include <getopt.h>
#include <stdlib.h>

enum { UNITS_SHOWN = 20, BEHIND_SHOWN = 1000, UNITS_MOST = 100000000 };

/* ---- printing ----------------------------------------------------------------------------- */

static void print_head(const struct status *status, const struct buf *held)
{
    FILE *out = status->cli->out;
    enum lang lang = status->cli->lang;
    char day[TEXT_DAY];
    fprintf(out, TR(lang, "%s, on %s", "%s  %s"), status->holding->plan->name,
            text_day(day, status->wish->day, lang));
    if (status->unit != UNIT_NONE)
        fprintf(out, TR(lang, ", %s", "  %s"),
                roster_name(status->holding->roster, status->unit));
    fputc('\n', out);
    if (status->past)
        fprintf(out, "%s\n",
                TR(lang,
                   "As it stood at the end of that day: what happened later does not count.",
                   "按当日结束时的情况：之后发生的不计。"));
    fputc('\n', out);
    if (held->length)
        fprintf(out, "! %s\n\n", held->bytes);
}

static int print_text(struct status *status, const struct buf *held, struct err *err)
{
    print_head(status, held);
    if (status->wish->why)
        return status_print_why(status, err);
    int code = status_print_duties(status, err);
    if (code == 0)
        status_print_matrix(status);
    return code;
}

/* Finds what was named; EXIT_PROBLEMS when it is not there. */
static int find_names(struct status *status)
{
    const struct status_wish *wish = status->wish;
    if (wish->item) {
        status->item = hold_item(status->cli, status->holding->plan, wish->item);
        if (status->item == ITEM_NONE)
            return EXIT_PROBLEMS;
    }
    if (wish->unit) {
        status->unit = hold_unit(status->cli, status->holding->roster, wish->unit);
        if (status->unit == UNIT_NONE)
            return EXIT_PROBLEMS;
    }
    return EXIT_FINE;
}

static int print_status(struct status *status, const struct buf *held)
{
    const struct status_wish *wish = status->wish;
    struct err err = {0};
    if (wish->ledger || wish->csv || wish->xlsx)
        return ledger_show(status, status->item, &err) < 0 ? cli_fail(status->cli, &err)
                                                           : EXIT_FINE;
    struct board_wish asked = {.day = wish->day,
                               .until = wish->day,
                               .met = status->item != ITEM_NONE,
                               .item = status->item,
                               .before_ms =
                                   status->past ? civil_ms(wish->day + 1, 0) : INT64_MAX};
    int code = board_new(status->holding->engine, 0, &asked, &status->board, &err);
    if (code == 0) {
        status->duties = board_duties(status->board, &status->count);
        page_make(status->board, status->unit, status->arena, &status->page);
        code = wish->json ? status_print_json(status, &err) : print_text(status, held, &err);
    }
    board_free(status->board);
    return code < 0 ? cli_fail(status->cli, &err) : EXIT_FINE;
}

/* ---- options ------------------------------------------------------------------------------ */

static bool read_option(int option, const char *value, struct status_wish *wish)
{
    switch (option) {
    case 'a': wish->on_day = true; return cli_day(value, &wish->day);
    case 'n': wish->named = true; return cli_count(value, 0, UNITS_MOST, &wish->units);
    case 'i': wish->item = value; return true;
    case 'u': wish->unit = value; return true;
    case 'b': wish->behind = true; return true;
    case 'w': wish->why = true; return true;
    case 'f': wish->fast = true; return true;
    case 'j': wish->json = true; return true;
    case 'l': wish->ledger = true; return true;
    case 'c': wish->csv = value; return true;
    case 'x': wish->xlsx = value; return true;
    default: return false;
    }
}

static int read_options(struct cli *cli, int argc, char **argv, struct status_wish *wish)
{
    static const struct option options[] = {{"as-of", required_argument, NULL, 'a'},
                                            {"item", required_argument, NULL, 'i'},
                                            {"quota", required_argument, NULL, 'i'},
                                            {"unit", required_argument, NULL, 'u'},
                                            {"units", required_argument, NULL, 'n'},
                                            {"behind", no_argument, NULL, 'b'},
                                            {"why", no_argument, NULL, 'w'},
                                            {"fast", no_argument, NULL, 'f'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"ledger", no_argument, NULL, 'l'},
                                            {"csv", required_argument, NULL, 'c'},
                                            {"xlsx", required_argument, NULL, 'x'},
                                            {0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option == '?' || !read_option(option, optarg, wish))
            return cli_bad_option(cli, argv, option == '?' ? NULL : optarg);
    if (wish->behind && !wish->named)
        wish->units = BEHIND_SHOWN;
    if (wish->why && (!wish->unit || !wish->item))
        return cli_usage(cli, TR(cli->lang, "--why needs --unit and --quota",
                                 "--why 需要 --unit 和 --quota"));
    if ((wish->why || wish->json) && (wish->ledger || wish->csv || wish->xlsx))
        return cli_usage(cli,
                         TR(cli->lang,
                            "%s is no table: it goes without --ledger, --csv, --xlsx",
                            "%s 不是表格，不能与 --ledger、--csv、--xlsx 同用"),
                         wish->why ? "--why" : "--json");
    return cli_one_script(cli, argc, argv, "status");
}

int cmd_status(struct cli *cli, int argc, char **argv)
{
    struct status_wish wish = {.units = UNITS_SHOWN};
    struct buf held = {0};
    struct err err = {0};
    struct holding holding = {0};
    struct status status = {
        .cli = cli, .holding = &holding, .wish = &wish, .unit = UNIT_NONE, .item = ITEM_NONE};
    int code = read_options(cli, argc, argv, &wish);
    if (code != EXIT_FINE)
        return code;
    code = hold_read(cli, argv[optind], wish.fast, &holding, &wish.recorded);
    if (code == EXIT_FINE && !wish.recorded)
        fputs(TR(cli->lang, "planrun: nothing is recorded for this plan yet\n",
                 "planrun: 这个方案还没有任何登记\n"),
              cli->err);
    int32_t today = 0;
    if (code == EXIT_FINE) {
        today = today_of(cli, &holding, wish.recorded, wish.fast, &held);
        wish.day = wish.on_day ? wish.day : today;
        if (holding_on(&holding, wish.day, &err) < 0)
            code = cli_fail(cli, &err);
    }
    if (code == EXIT_FINE)
        code = find_names(&status);
    if (code == EXIT_FINE) {
        if (held.length && wish.json)
            fprintf(cli->err, "planrun: %s\n", held.bytes);
        status.past = wish.recorded && wish.day < today;
        status.arena = arena_new();
        code = print_status(&status, &held);
        arena_free(status.arena);
    }
    buf_free(&held);
    holding_close(&holding);
    return code;
}
