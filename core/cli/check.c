/* `planrun check SCRIPT`: what a careful reader would find in a plan and between it and the notices
 * above. The findings are what was asked for, so they go to standard output. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "base/json.h"
#include "cli/text.h"
#include "script/check.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { RULE_FILES_MOST = 64 };

enum view { VIEW_FINDINGS, VIEW_CONFORMANCE, VIEW_CASCADE };

struct wish {
    enum view view;
    bool json, strict;
    int32_t today;
    const char *rules[RULE_FILES_MOST];
    size_t rule_count;
};

static int read_options(struct cli *cli, int argc, char **argv, struct wish *wish)
{
    static const struct option options[] = {{"cascade", no_argument, NULL, 'c'},
                                            {"conformance", no_argument, NULL, 'o'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"strict", no_argument, NULL, 's'},
                                            {"rules", required_argument, NULL, 'r'},
                                            {"as-of", required_argument, NULL, 'a'},
                                            {0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'c': wish->view = VIEW_CASCADE; break;
        case 'o': wish->view = VIEW_CONFORMANCE; break;
        case 'j': wish->json = true; break;
        case 's': wish->strict = true; break;
        case 'r':
            if (wish->rule_count == RULE_FILES_MOST)
                return cli_bad_option(cli, argv, optarg);
            wish->rules[wish->rule_count++] = optarg;
            break;
        case 'a':
            if (!cli_day(optarg, &wish->today))
                return cli_bad_option(cli, argv, optarg);
            break;
        default: return cli_bad_option(cli, argv, NULL);
        }
    }
    return cli_one_script(cli, argc, argv, "check");
}

/* ---- findings as JSON ------------------------------------------------------------------------- */

static void set_place(struct arena *arena, struct value *map, const struct place *place)
{
    if (!place->source)
        return;
    value_set_string(arena, map, "file", place->source->name);
    value_set_int(arena, map, "line", place->line);
    value_set_int(arena, map, "column", (int64_t)finding_column(place));
}

static void print_line(struct cli *cli, const struct value *map)
{
    struct buf line = {0};
    json_write(&line, map);
    fprintf(cli->out, "%s\n", line.bytes);
    buf_free(&line);
}

static void print_finding(struct cli *cli, struct arena *arena, const struct finding *finding)
{
    static const char *const levels[] = {"note", "warning", "error"};
    struct value *map = value_map(arena), *related = value_list(arena);
    value_set_string(arena, map, "rule", finding->name);
    value_set_string(arena, map, "level", levels[finding->severity]);
    value_set_string(arena, map, "message", finding->message);
    set_place(arena, map, &finding->place);
    if (finding->help)
        value_set_string(arena, map, "help", finding->help);
    if (finding->other.source) {
        struct value *other = value_map(arena);
        set_place(arena, other, &finding->other);
        value_set_string(arena, other, "message",
                         finding->other_text ? finding->other_text : "");
        value_append(arena, related, other);
    }
    value_set(arena, map, "related", related);
    print_line(cli, map);
}

static void print_findings(struct cli *cli, const struct wish *wish, struct findings *findings)
{
    struct buf text = {0};
    findings_render(&text, findings, cli->color); /* sorts them */
    if (!wish->json && text.length)
        fwrite(text.bytes, 1, text.length, cli->out);
    for (size_t i = 0; wish->json && i < findings->count; i++)
        print_finding(cli, findings->arena, &findings->list[i]);
    buf_free(&text);
}

/* ---- the command ------------------------------------------------------------------------------ */

static void print_view(struct cli *cli, const struct wish *wish, const struct value *report)
{
    const struct value *list =
        value_get(report, wish->view == VIEW_CASCADE ? "cascade" : "conformance");
    for (uint32_t i = 0; list && i < list->count; i++)
        print_line(cli, list->items[i]);
}

static int check(struct cli *cli, const struct wish *wish, const struct cli_plan *plan,
                 struct findings *findings)
{
    const struct check_input input = {.host = plan->host,
                                      .loaded = plan->loaded,
                                      .plan = plan->plan,
                                      .roster = plan->roster,
                                      .today = wish->today,
                                      .rules = wish->rules,
                                      .rule_count = wish->rule_count};
    const struct value *report = NULL;
    struct err err = {0};
    if (check_run(&input, findings, &report, &err) < 0)
        return cli_fail(cli, &err);
    if (wish->view == VIEW_FINDINGS)
        print_findings(cli, wish, findings);
    else
        print_view(cli, wish, report);
    return findings->errors || (wish->strict && findings->warnings) ? EXIT_PROBLEMS : EXIT_FINE;
}

int cmd_check(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {0};
    cli_day(NULL, &wish.today);
    int code = read_options(cli, argc, argv, &wish);
    if (code != EXIT_FINE)
        return code;
    struct cli_plan plan;
    struct findings findings;
    code = cli_load_into(cli, argv[optind], &plan, &findings);
    if (code == EXIT_FINE)
        code = check(cli, &wish, &plan, &findings);
    else
        print_findings(cli, &wish, &findings);
    findings_free(&findings);
    cli_unload(&plan);
    return code;
}
