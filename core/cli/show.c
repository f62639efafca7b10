#include "base/json.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/events.h"
#include "cli/gantt.h"
#include "cli/head.h"
#include "cli/text.h"
#include "cli/who.h"
#include "plan/selector.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Name, who, number of units, amount, time. */
static const size_t item_columns[] = {36, 24, 8, 12, 24};

enum { NEXT_SHOWN = 5 };

/* What every section needs. */
struct view {
    FILE *out;
    enum lang lang;
    const struct cli_plan *plan;
    const struct agenda *agenda;
    const struct who *who;
};

/* How many units each do the item, 0 when it is done once; the agenda has compiled the selector. */
static uint32_t audience(const struct view *view, const struct item *item)
{
    struct event event = {.item = (uint32_t)(item - view->plan->plan->items)};
    if (!item->who[ROLE_EACH])
        return 0;
    return selector_count(agenda_audience(view->agenda, &event));
}

static const char *mark(const struct view *view, const struct item *item)
{
    switch (item->binding) {
    case BINDING_MUST: return "";
    case BINDING_SHOULD: return TR(view->lang, " (should)", "（应当）");
    case BINDING_MAY: return TR(view->lang, " (may)", "（可以）");
    case BINDING_NEVER: return TR(view->lang, " (never)", "（禁止）");
    }
    return "";
}

static unsigned depth_of(const struct plan *plan, const struct item *item)
{
    unsigned depth = 0;
    for (; item->parent != ITEM_NONE; item = &plan->items[item->parent])
        depth++;
    return depth;
}

static void print_item(const struct view *view, const struct item *item)
{
    char name[512], number[16] = "", amount[TEXT_SPAN];
    bool phase = item->word == ITEM_PHASE;
    uint32_t count = audience(view, item);
    snprintf(name, sizeof name, "%*s%s%s%s", (int)(2 * depth_of(view->plan->plan, item)), "",
             phase ? "■ " : "· ", item->name, mark(view, item));
    if (count)
        snprintf(number, sizeof number, "%u", count);
    const char *const cells[] = {name, phase ? "" : who_does(view->who, item), number,
                                 text_amount(amount, &item->count, view->lang),
                                 text_time(view->plan->arena, item, view->lang)};
    fputs("  ", view->out);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        text_cell(view->out, cells[i], item_columns[i]);
        fputc(' ', view->out);
    }
    fprintf(view->out, "%s\n", item->clause ? item->clause : "");
}

static void print_items(const struct view *view)
{
    const struct plan *plan = view->plan->plan;
    const char *const heads[] = {TR(view->lang, "Items", "事项"), TR(view->lang, "who", "谁"),
                                 TR(view->lang, "units", "单位数"),
                                 TR(view->lang, "how many", "数量"),
                                 TR(view->lang, "when", "时间")};
    fputs("  ", view->out);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        text_pad(view->out, heads[i], item_columns[i] + 1);
    fprintf(view->out, "%s\n", TR(view->lang, "clause", "条款"));
    for (uint32_t i = 0; i < plan->item_count; i++)
        print_item(view, &plan->items[i]);
    fputc('\n', view->out);
}

/* The others whom an item names, behind what its actor owes. */
static void print_partners(const struct view *view, const struct item *item)
{
    const bool leads = item->who[ROLE_EACH] || item->who[ROLE_BY];
    const struct {
        const char *label;
        enum role role;
        bool shown; /* otherwise they are the actors themselves */
    } partners[] = {
        {TR(view->lang, "to", "报"), ROLE_TO, true},
        {TR(view->lang, "led by", "牵头"), ROLE_LEAD, leads},
        {TR(view->lang, "helped by", "配合"), ROLE_HELP, leads},
        {TR(view->lang, "attended by", "参加"), ROLE_ATTEND, true},
    };
    for (size_t i = 0; i < sizeof partners / sizeof *partners; i++)
        if (partners[i].shown && item->who[partners[i].role])
            fprintf(view->out, TR(view->lang, "; %s %s", "；%s：%s"), partners[i].label,
                    who_text(view->who, item->who[partners[i].role]));
}

static void print_duty(const struct view *view, const struct item *item)
{
    char amount[TEXT_SPAN];
    const char *count = text_amount(amount, &item->count, view->lang);
    const char *time = text_time(view->plan->arena, item, view->lang);
    fprintf(view->out, "    · %s%s%s%s%s", item->name, *count ? " " : "", count,
            *time ? "  " : "", time);
    print_partners(view, item);
    fputc('\n', view->out);
}

/* Items by whom they bind: each actor once, in the order of the notice. Items are chained by the
 * actor's text, so that the cost is one pass. */
static void print_duties(const struct view *view)
{
    const struct plan *plan = view->plan->plan;
    uint32_t *next = arena_array(view->plan->arena, plan->item_count + 1, sizeof *next);
    uint32_t *last = arena_array(view->plan->arena, plan->item_count + 1, sizeof *last);
    struct table heads = {0};
    fprintf(view->out, "%s\n", TR(view->lang, "Who owes what", "谁要做什么"));
    for (uint32_t i = 0; i < plan->item_count; i++) {
        const char *who = who_does(view->who, &plan->items[i]);
        next[i] = ITEM_NONE;
        last[i] = ITEM_NONE;
        if (plan->items[i].word == ITEM_PHASE || !*who)
            continue;
        uint32_t head = table_add(&heads, who, strlen(who), i);
        if (head != TABLE_NONE)
            next[last[head]] = i;
        last[head != TABLE_NONE ? head : i] = i;
    }
    for (uint32_t i = 0; i < plan->item_count; i++) {
        if (last[i] == ITEM_NONE)
            continue;
        fprintf(view->out, "  %s\n", who_does(view->who, &plan->items[i]));
        for (uint32_t j = i; j != ITEM_NONE; j = next[j])
            print_duty(view, &plan->items[j]);
    }
    table_free(&heads);
    fputc('\n', view->out);
}

/* Exactly the bytes whose SHA-256 is the revision; only a terminal gets the end of a line. */
static int print_json(struct cli *cli, const struct cli_plan *plan)
{
    struct buf text = {0};
    json_write(&text, plan->plan->sealed);
    if (isatty(fileno(cli->out)))
        buf_adds(&text, "\n");
    fwrite(text.bytes, 1, text.length, cli->out);
    buf_free(&text);
    return EXIT_FINE;
}

static int print_plan(struct cli *cli, const struct cli_plan *plan, int32_t today)
{
    struct agenda *agenda = NULL;
    struct err err = {0};
    if (agenda_new(plan->plan, plan->calendar, plan->roster, &agenda, &err) < 0)
        return cli_fail(cli, &err);
    struct who who = who_new(plan->arena, plan->plan, cli->lang);
    struct view view = {cli->out, cli->lang, plan, agenda, &who};
    head_print(cli, plan->plan, plan->revision, plan->roster, NULL);
    gantt_print(cli->out, plan->plan, today, cli->lang);
    print_items(&view);
    print_duties(&view);
    events_print_next(
        &(struct rows_view){.out = cli->out, .lang = cli->lang},
        &(struct events_wish){.agenda = agenda, .first = today, .most = NEXT_SHOWN}, NULL);
    who_free(&who);
    agenda_free(agenda);
    return EXIT_FINE;
}

int cmd_show(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'}, {"as-of", required_argument, NULL, 'a'}, {0}};
    bool json = false;
    int32_t today;
    int option;
    cli_day(NULL, &today);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'j')
            json = true;
        else if (option != 'a' || !cli_day(optarg, &today))
            return cli_bad_option(cli, argv, option == 'a' ? optarg : NULL);
    }
    if (cli_one_script(cli, argc, argv, "show") != EXIT_FINE)
        return EXIT_USAGE;
    struct cli_plan plan;
    int code = cli_load(cli, argv[optind], &plan);
    if (code == EXIT_FINE && json)
        code = print_json(cli, &plan);
    else if (code == EXIT_FINE)
        code = print_plan(cli, &plan, today);
    cli_unload(&plan);
    return code;
}
