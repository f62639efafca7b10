/* `planrun check SCRIPT`: what a careful reader would find in a plan and between it and the notices
 * above. The findings are what was asked for, so they go to standard output. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "cli/cascade.h"
#include "cli/check.h"
#include "cli/conformance.h"
#include "cli/text.h"
#include "script/check.h"
#include "script/config.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
        case 'c':
        case 'o':
            if (wish->view != VIEW_FINDINGS)
                return cli_usage(cli, "%s",
                                 TR(cli->lang, "check: one of --cascade and --conformance",
                                    "--cascade 和 --conformance 只能写一个"));
            wish->view = option == 'c' ? VIEW_CASCADE : VIEW_CONFORMANCE;
            break;
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
    if (place->source->sheet)
        value_set_string(arena, map, "sheet", place->source->sheet);
    value_set_int(arena, map, "line", place->line);
    value_set_int(arena, map, "column", (int64_t)finding_column(place));
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
    text_json(cli->out, map);
}

/* ---- what is shown ---------------------------------------------------------------------------- */

/* All plans above, each once, however many ways lead to it. */
struct above {
    const struct loaded *plans[LOAD_PLANS_MOST];
    size_t count;
};

static void list_above(struct above *above, const struct loaded *loaded)
{
    for (size_t i = 0; i < loaded->parent_count; i++) {
        size_t at = 0;
        while (at < above->count && above->plans[at] != loaded->parents[i])
            at++;
        if (at < above->count || at == LOAD_PLANS_MOST)
            continue;
        above->plans[above->count++] = loaded->parents[i];
        list_above(above, loaded->parents[i]);
    }
}

static bool is_above(const struct above *above, const struct source *source)
{
    for (size_t i = 0; source && i < above->count; i++)
        for (size_t s = 0; s < above->plans[i]->source_count; s++)
            if (strcmp(above->plans[i]->sources[s].text->name, source->name) == 0)
                return true;
    return false;
}

/* What is odd in a plan above is for its own author to mend: it is only counted here. Errors stay. */
static size_t leave_to_others(struct findings *findings, const struct loaded *loaded)
{
    size_t kept = 0;
    struct above above = {.count = 0};
    list_above(&above, loaded);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding finding = findings->list[i];
        bool ours =
            finding.severity == SEVERITY_ERROR || !is_above(&above, finding.place.source);
        findings->warnings -= !ours && finding.severity == SEVERITY_WARNING;
        findings->notes -= !ours && finding.severity == SEVERITY_NOTE;
        if (ours)
            findings->list[kept++] = finding;
    }
    size_t left = findings->count - kept;
    findings->count = kept;
    return left;
}

static void add_count(struct buf *text, size_t count, const char *one, const char *many)
{
    bool first = !text->length || text->bytes[text->length - 1] == '\n';
    buf_printf(text, "%s%zu %s", first ? "" : ", ", count, count == 1 ? one : many);
}

/* "1 error, 3 warnings, 4 notes" */
static void add_counts(struct buf *text, const struct findings *findings)
{
    if (findings->lang == LANG_ZH) {
        buf_printf(text, "%zu 个错误，%zu 个警告，%zu 个提示", findings->errors,
                   findings->warnings, findings->notes);
        return;
    }
    add_count(text, findings->errors, "error", "errors");
    add_count(text, findings->warnings, "warning", "warnings");
    add_count(text, findings->notes, "note", "notes");
}

/* The last line: what was found, what an `allow` has silenced, what lies in plans above. */
void check_print_counts(struct cli *cli, const char *script, const struct findings *findings,
                        int64_t allowed, size_t left)
{
    struct buf text = {0};
    size_t total = findings->errors + findings->warnings + findings->notes;
    if (findings->count < total)
        buf_printf(&text, TR(cli->lang, "… and %zu more\n", "……另有 %zu 个没有列出\n"),
                   total - findings->count);
    if (total)
        add_counts(&text, findings);
    else
        buf_printf(&text, TR(cli->lang, "%s: nothing wrong was found", "%s：没有发现问题"),
                   script);
    if (allowed)
        buf_printf(&text, TR(cli->lang, "; %lld allowed", "；另有 %lld 个已写明理由"),
                   (long long)allowed);
    if (left)
        buf_printf(&text, TR(cli->lang, "; %zu in plans above", "；上级方案里另有 %zu 个"),
                   left);
    fprintf(cli->out, "%s\n", text.bytes);
    buf_free(&text);
}

void check_print_findings(struct cli *cli, struct findings *findings, bool json)
{
    struct buf text = {0};
    bool color = isatty(fileno(cli->out)) && !getenv("NO_COLOR");
    findings_sort(findings);
    for (size_t i = 0; i < findings->count; i++) {
        if (json)
            print_finding(cli, findings->arena, &findings->list[i]);
        else
            finding_render(&text, &findings->list[i], cli->lang, color);
    }
    if (text.length)
        fwrite(text.bytes, 1, text.length, cli->out);
    buf_free(&text);
}

void check_tell_rest(struct cli *cli, const struct findings *findings)
{
    size_t total = findings->errors + findings->warnings + findings->notes;
    if (findings->count < total)
        fprintf(cli->err,
                TR(cli->lang, "planrun: %zu more findings are not listed\n",
                   "planrun: 另有 %zu 个没有列出\n"),
                total - findings->count);
}

static void print_rows(struct cli *cli, const struct value *list)
{
    for (uint32_t i = 0; list && i < list->count; i++)
        text_json(cli->out, list->items[i]);
}

static void print_cascade(struct cli *cli, const struct wish *wish, const struct value *rows)
{
    if (wish->json)
        print_rows(cli, rows);
    else
        cascade_print(cli->out, rows, cli->lang,
                      isatty(fileno(cli->out)) && !getenv("NO_COLOR"));
}

static void print_conformance(struct cli *cli, const struct wish *wish,
                              const struct value *verdicts)
{
    if (wish->json)
        print_rows(cli, verdicts);
    else
        conformance_print(cli->out, verdicts, cli->lang);
}

/* Why the exit code of a view is 1: it shows no findings itself. */
static void tell_findings(struct cli *cli, const char *script, const struct findings *findings)
{
    struct buf text = {0};
    add_counts(&text, findings);
    fflush(cli->out); /* in a log that holds both it stands behind the view */
    fprintf(cli->err,
            TR(cli->lang, "planrun: %s; `planrun check %s` shows them\n",
               "planrun: %s；详见 planrun check %s\n"),
            text.bytes, script);
    buf_free(&text);
}

/* Rules that could not be run to their end: the operator's to mend. */
static size_t tell_problems(struct cli *cli, const struct value *problems)
{
    for (uint32_t i = 0; problems && i < problems->count; i++)
        fprintf(cli->err, "planrun: %s\n", problems->items[i]->string);
    return problems ? problems->count : 0;
}

/* ---- the command ------------------------------------------------------------------------------ */

static int check(struct cli *cli, const struct wish *wish, const char *script,
                 const struct cli_plan *plan, struct findings *findings)
{
    static const char *const views[] = {
        [VIEW_CASCADE] = "cascade", [VIEW_CONFORMANCE] = "conformance"};
    const struct check_input input = {.host = plan->host,
                                      .loaded = plan->loaded,
                                      .plan = plan->plan,
                                      .roster = plan->roster,
                                      .today = wish->today,
                                      .rules = wish->rules,
                                      .rule_count = wish->rule_count,
                                      .view = views[wish->view]};
    const struct value *report = NULL;
    struct err err = {0};
    size_t left = leave_to_others(findings, plan->loaded);
    if (check_run(&input, findings, &report, &err) < 0)
        return cli_fail(cli, &err);
    if (wish->view == VIEW_CASCADE)
        print_cascade(cli, wish, value_get(report, "cascade"));
    else if (wish->view == VIEW_CONFORMANCE)
        print_conformance(cli, wish, value_get(report, "conformance"));
    else
        check_print_findings(cli, findings, wish->json);
    if (wish->view == VIEW_FINDINGS && wish->json)
        check_tell_rest(cli, findings);
    else if (wish->view == VIEW_FINDINGS)
        check_print_counts(cli, script, findings, value_get_int(report, "allowed", 0), left);
    size_t problems = tell_problems(cli, value_get(report, "problems"));
    bool wrong = findings->errors || (wish->strict && findings->warnings);
    if (wrong && wish->view != VIEW_FINDINGS)
        tell_findings(cli, script, findings);
    return wrong || problems ? EXIT_PROBLEMS : EXIT_FINE;
}

/* The service's configuration has no views, days or rules. */
static int check_service(struct cli *cli, const struct wish *wish, const char *path)
{
    if (wish->view == VIEW_FINDINGS && !wish->rule_count)
        return check_config(cli, path, wish->json, wish->strict);
    return cli_usage(cli,
                     TR(cli->lang,
                        "%s is a configuration: only --strict and --json belong to it",
                        "%s 是服务的配置，只能用 --strict 和 --json"),
                     path);
}

int cmd_check(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {0};
    cli_day(NULL, &wish.today);
    int code = read_options(cli, argc, argv, &wish);
    if (code != EXIT_FINE)
        return code;
    if (config_is(argv[optind]))
        return check_service(cli, &wish, argv[optind]);
    struct cli_plan plan;
    struct findings findings;
    code = cli_load_into(cli, argv[optind], &plan, &findings);
    if (code == EXIT_FINE) {
        code = check(cli, &wish, argv[optind], &plan, &findings);
    } else {
        check_print_findings(cli, &findings, wish.json);
        if (!wish.json && findings.count)
            check_print_counts(cli, argv[optind], &findings, 0, 0);
    }
    findings_free(&findings);
    cli_unload(&plan);
    return code;
}
