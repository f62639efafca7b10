#include "cli/hold.h"

#include "service/names.h"
#include "service/request.h"
#include "store/numbers.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_holding(struct cli *cli, const struct hold_wish *wish, struct holding *out,
                        struct findings *findings, struct err *err)
{
    struct holding_options options = {
        .mode = wish->mode,
        .script = wish->script,
        .who = wish->who,
        .lang = cli->lang,
        .findings = findings,
        .compare = wish->compare,
        .fast = wish->fast,
        .anew = wish->anew,
        .alone = wish->alone,
        .no_roster = wish->no_roster,
    };
    return holding_open(&options, out, err);
}

/* Tells what came of an opening; an exit code. */
static int report(struct cli *cli, int code, struct findings *findings, const struct err *err)
{
    cli_print_findings(cli, findings);
    if (code < 0 && (findings->errors == 0 || code == ERR_INTERNAL))
        cli_fail(cli, err);
    return code < 0 ? EXIT_PROBLEMS : EXIT_FINE;
}

/* A plan's id names its store: another file of that id, with the first one still there, is most
 * likely another plan. */
static void tell_other_file(struct cli *cli, const struct holding *holding)
{
    const char *first = holding->revision.path;
    char *path = realpath(holding->script, NULL);
    if (path && first && *first && strcmp(path, first) != 0 && access(first, F_OK) == 0)
        fprintf(cli->err,
                TR(cli->lang,
                   "planrun: the store of the plan %s belongs to %s, whose stored revision is "
                   "what counts; if %s is another plan, give it an id of its own\n",
                   "planrun：方案 %s 的数据属于 %s，以其已存的版本为准；"
                   "%s 若是另一个方案，请另取编号\n"),
                holding->id, first, holding->script);
    free(path);
}

int hold_open(struct cli *cli, const struct hold_wish *wish, struct holding *out)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, cli->lang);
    struct err err = {0};
    int code = open_holding(cli, wish, out, &findings, &err);
    /* of a script that is only compared and does not load, the command speaks itself */
    if (code == 0 && wish->compare && !out->loaded)
        code = EXIT_FINE;
    else
        code = report(cli, code, &findings, &err);
    tell_other_file(cli, out);
    findings_free(&findings);
    arena_free(arena);
    return code;
}

int hold_read(struct cli *cli, const char *script, bool fast, struct holding *out,
              bool *recorded)
{
    struct hold_wish wish = {.mode = HOLDING_READ, .script = script, .fast = fast};
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, cli->lang);
    struct err err = {0};
    int code = open_holding(cli, &wish, out, &findings, &err);
    *recorded = code != ERR_NOT_FOUND;
    if (code == ERR_NOT_FOUND) {
        holding_close(out);
        findings_free(&findings);
        findings = findings_new(arena, cli->lang);
        wish.mode = HOLDING_MEMORY;
        code = open_holding(cli, &wish, out, &findings, &err);
    }
    code = report(cli, code, &findings, &err);
    tell_other_file(cli, out);
    findings_free(&findings);
    arena_free(arena);
    return code;
}

const char *cli_login(void)
{
    errno = 0;
    const struct passwd *entry = getpwuid(getuid());
    if (!entry && errno == ENOMEM) /* who it was is recorded for good */
        mem_exhausted();
    return entry ? entry->pw_name : "unknown";
}

int cli_send(struct cli *cli, const struct hold_wish *wish, const struct value *request,
             struct arena *arena, struct value **answer)
{
    struct findings findings = findings_new(arena, cli->lang);
    struct holding_options options = {.mode = HOLDING_RUN,
                                      .script = wish->script,
                                      .who = wish->who,
                                      .lang = cli->lang,
                                      .fast = wish->fast,
                                      .findings = &findings};
    struct err err = {0};
    int code = request_send(&options, request, arena, answer, &err);
    const char *problem = code < 0 ? NULL : value_get_string(*answer, "error");
    if (problem)
        err_set(&err, ERR_INVALID, "%s", problem);
    cli_print_findings(cli, &findings);
    if ((code < 0 && findings.errors == 0) || code == ERR_INTERNAL || problem)
        cli_fail(cli, &err);
    findings_free(&findings);
    return code < 0 || problem ? EXIT_PROBLEMS : EXIT_FINE;
}

/* ---- names -------------------------------------------------------------------------------- */

uint32_t hold_item(struct cli *cli, const struct plan *plan, const char *text)
{
    uint32_t item;
    struct err err = {0};
    if (names_item(plan, text, cli->lang, &item, &err) == 0)
        return item;
    cli_fail(cli, &err);
    return ITEM_NONE;
}

uint32_t hold_unit(struct cli *cli, const struct roster *roster, const char *text)
{
    uint32_t row;
    struct err err = {0};
    if (names_unit(roster, text, cli->lang, &row, &err) == 0)
        return row;
    cli_fail(cli, &err);
    return UNIT_NONE;
}

/* ---- numbers ------------------------------------------------------------------------------ */

static const char *id_of(const void *context, uint32_t row)
{
    return roster_id(context, row);
}

static uint32_t find_id(const void *context, const char *id, size_t length)
{
    return roster_find(context, id, length);
}

int hold_units(const struct holding *holding, struct arena *arena, struct hold_units *out,
               struct err *err)
{
    uint32_t count = roster_count(holding->roster);
    struct store_ids ids = {holding->roster, count, id_of, find_id};
    struct hold_units units = {.numbers = arena_array(arena, count + 1, 4)};
    uint32_t most;
    int code = store_units(holding->store, &ids, units.numbers, &most, err);
    if (code < 0)
        return code;
    numbering_make(&units.rows, units.numbers, count);
    *out = units;
    return 0;
}

void hold_units_free(struct hold_units *units)
{
    numbering_free(&units->rows);
}

uint32_t hold_row(const struct hold_units *units, uint32_t number)
{
    return numbering_find(&units->rows, number);
}
