#include "cli/cli.h"
#include "script/load.h"
#include "service/inputs.h"
#include "time/civil.h"

#include <string.h>
#include <time.h>

bool cli_day(const char *text, int32_t *day)
{
    if (!text) {
        int64_t minutes = (int64_t)time(NULL) / 60 + CIVIL_ZONE_MINUTES;
        *day = (int32_t)(minutes / CIVIL_DAY_MINUTES);
        return true;
    }
    *day = civil_parse(text, strlen(text));
    return *day != CIVIL_NONE;
}

bool cli_number(const char *text, int64_t least, int64_t most, int64_t *number)
{
    int64_t value = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *at - '0', &value))
            return false;
    if (at == text || *at || value < least || value > most)
        return false;
    *number = value;
    return true;
}

bool cli_count(const char *text, uint32_t least, uint32_t most, uint32_t *count)
{
    int64_t number;
    if (!cli_number(text, least, most, &number))
        return false;
    *count = (uint32_t)number;
    return true;
}

int cli_open_host(struct host **host, struct err *err)
{
    return inputs_open_host(host, err);
}

int cli_fail(struct cli *cli, const struct err *err)
{
    fputs("planrun: ", cli->err);
    if (err->file[0])
        fprintf(cli->err, "%s:%d:%d: ", err->file, err->line, err->column);
    fprintf(cli->err, "%s\n", err->message);
    return EXIT_PROBLEMS;
}

void cli_print_findings(struct cli *cli, struct findings *findings)
{
    struct buf text = {0};
    findings_render(&text, findings, cli->color);
    if (text.length)
        fwrite(text.bytes, 1, text.length, cli->err);
    buf_free(&text);
}

static int load(struct cli_plan *plan, const char *path, const struct load_options *options,
                struct findings *findings, struct err *err)
{
    int code = cli_open_host(&plan->host, err);
    if (code < 0)
        return code;
    plan->calendar = host_calendar(plan->host);
    code = load_plan(plan->host, path, options, findings, &plan->loaded, err);
    if (code < 0)
        return code;
    plan->revision = plan->loaded->revision;
    code = plan_compile(plan->arena, plan->loaded->sealed, plan->calendar, &plan->plan, err);
    if (code < 0)
        return code;
    return inputs_load_rosters(plan->plan, plan->loaded->folder, plan->loaded->sources[0].text,
                               findings, &plan->roster, err);
}

static int load_into(struct cli *cli, const char *path, const struct load_options *options,
                     size_t most, struct cli_plan *out, struct findings *findings)
{
    *out = (struct cli_plan){.arena = arena_new()};
    *findings = findings_new(out->arena, cli->lang);
    findings->most = most;
    struct err err = {0};
    int code = load(out, path, options, findings, &err);
    if (code < 0 && (findings->errors == 0 || code == ERR_INTERNAL))
        cli_fail(cli, &err);
    return code < 0 || findings->errors ? EXIT_PROBLEMS : EXIT_FINE;
}

int cli_load_into(struct cli *cli, const char *path, struct cli_plan *out,
                  struct findings *findings)
{
    return load_into(cli, path, NULL, CLI_FINDINGS_MOST, out, findings);
}

int cli_load_with(struct cli *cli, const char *path, const struct load_options *options,
                  struct cli_plan *out, struct findings *findings)
{
    return load_into(cli, path, options, CLI_FINDINGS_MOST, out, findings);
}

int cli_load(struct cli *cli, const char *path, struct cli_plan *out)
{
    struct findings findings;
    int code = load_into(cli, path, NULL, FINDINGS_MOST, out, &findings);
    cli_print_findings(cli, &findings);
    findings_free(&findings);
    return code;
}

void cli_unload(struct cli_plan *plan)
{
    roster_free(plan->roster);
    loaded_free(plan->loaded);
    host_close(plan->host);
    arena_free(plan->arena);
    *plan = (struct cli_plan){0};
}
