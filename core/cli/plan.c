#include "cli/cli.h"
#include "files/roster_csv.h"
#include "script/load.h"
#include "time/civil.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { HOLIDAY_FOLDERS = 16 };

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

int cli_open_host(struct host **host, struct err *err)
{
    const char *folders[HOLIDAY_FOLDERS];
    char text[4096], *rest = NULL;
    struct host_options options = {.holidays = folders};
    const char *named = getenv("PLANRUN_HOLIDAYS");
    if (named && strlen(named) >= sizeof text)
        return err_set(err, ERR_LIMIT, "PLANRUN_HOLIDAYS is longer than %zu bytes",
                       sizeof text - 1);
    snprintf(text, sizeof text, "%s", named ? named : "");
    for (char *folder = strtok_r(text, ":", &rest); folder;
         folder = strtok_r(NULL, ":", &rest)) {
        if (options.holiday_count == HOLIDAY_FOLDERS)
            return err_set(err, ERR_LIMIT, "PLANRUN_HOLIDAYS names more than %d folders",
                           HOLIDAY_FOLDERS);
        folders[options.holiday_count++] = folder;
    }
    return host_open(&options, host, err);
}

int cli_fail(struct cli *cli, const struct err *err)
{
    fputs("planrun: ", cli->err);
    if (err->file[0])
        fprintf(cli->err, "%s:%d:%d: ", err->file, err->line, err->column);
    fprintf(cli->err, "%s\n", err->message);
    return EXIT_PROBLEMS;
}

static void print_findings(struct cli *cli, struct findings *findings)
{
    struct buf text = {0};
    findings_render(&text, findings, cli->color);
    if (text.length)
        fwrite(text.bytes, 1, text.length, cli->err);
    buf_free(&text);
}

/* Where the script names a roster's file; the whole line when the name is not written plainly. */
static struct place roster_place(const struct source *script, const struct value *entry)
{
    struct place place = {.source = script, .line = (uint32_t)value_get_int(entry, "line", 0)};
    const char *file = value_get_string(entry, "file"), *line = script->text;
    for (uint32_t i = 1; line && i < place.line; i++)
        line = (line = strchr(line, '\n')) ? line + 1 : NULL;
    const char *found = line ? strstr(line, file) : NULL;
    if (found && found < line + strcspn(line, "\n")) {
        place.column = (uint32_t)(found - line) + 1;
        place.length = (uint32_t)strlen(file);
    }
    return place;
}

/* One file of the plan's own folder. What is wrong in it is in the roster's findings; a file that
 * cannot be read is told where the script names it. */
static int load_roster(struct cli_plan *plan, int folder, const struct value *entry,
                       struct findings *findings, struct err *err)
{
    char shown[512];
    const char *file = value_get_string(entry, "file");
    size_t before = findings->errors;
    if (strcmp(plan->loaded->folder, ".") == 0)
        snprintf(shown, sizeof shown, "%s", file);
    else
        snprintf(shown, sizeof shown, "%s/%s", plan->loaded->folder, file);
    err->message[0] = '\0';
    int code = roster_load_csv(plan->roster, folder, file, shown, err);
    if (code < 0 && code != ERR_INTERNAL && findings->errors == before)
        finding_add(findings, SEVERITY_ERROR, "unreadable-roster",
                    roster_place(plan->loaded->sources[0].text, entry), "roster: %s",
                    err->message);
    return code;
}

static int load_rosters(struct cli_plan *plan, struct findings *findings, struct err *err)
{
    int code = roster_new(plan->plan, findings, &plan->roster, err);
    if (code < 0)
        return code;
    const struct value *files = value_get(plan->loaded->sealed, "rosters");
    int folder = open(plan->loaded->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return err_set(err, ERR_IO, "%s: %s", plan->loaded->folder, strerror(errno));
    for (uint32_t i = 0; files && i < files->count && code == 0; i++)
        code = load_roster(plan, folder, files->items[i], findings, err);
    close(folder);
    return code < 0 ? code : roster_seal(plan->roster, err);
}

static int load(struct cli_plan *plan, const char *path, struct findings *findings,
                struct err *err)
{
    int code = cli_open_host(&plan->host, err);
    if (code < 0)
        return code;
    plan->calendar = host_calendar(plan->host);
    code = load_plan(plan->host, path, NULL, findings, &plan->loaded, err);
    if (code < 0)
        return code;
    plan->revision = plan->loaded->revision;
    code = plan_compile(plan->arena, plan->loaded->sealed, plan->calendar, &plan->plan, err);
    return code < 0 ? code : load_rosters(plan, findings, err);
}

int cli_load(struct cli *cli, const char *path, struct cli_plan *out)
{
    *out = (struct cli_plan){.arena = arena_new()};
    struct findings findings = findings_new(out->arena, cli->lang);
    struct err err = {0};
    int code = load(out, path, &findings, &err);
    print_findings(cli, &findings);
    if (code < 0 && (findings.errors == 0 || code == ERR_INTERNAL))
        cli_fail(cli, &err);
    bool failed = code < 0 || findings.errors;
    findings_free(&findings);
    return failed ? EXIT_PROBLEMS : EXIT_FINE;
}

void cli_unload(struct cli_plan *plan)
{
    roster_free(plan->roster);
    loaded_free(plan->loaded);
    host_close(plan->host);
    arena_free(plan->arena);
    *plan = (struct cli_plan){0};
}
