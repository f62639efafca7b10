/* What a new file would change, named one by one, and sending it as one act. */
#include "cli/roster.h"

#include "cli/text.h"
#include "files/roster_load.h"
#include "plan/roster_diff.h"
#include "service/request_roster.h"
#include "time/civil.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { NAMED_MOST = 20 }; /* of each event */

/* The order in which they are told. */
static const enum roster_event told[] = {ROSTER_OPEN,  ROSTER_JOIN,     ROSTER_CLOSE,
                                         ROSTER_LEAVE, ROSTER_TRANSFER, ROSTER_CHANGE};

struct comparing {
    struct cli *cli;
    const struct roster_wish *wish;
    struct holding holding;
    struct arena *arena;
    struct findings findings;
    struct roster *after;
    struct roster_diff diff;
};

/* ---- reading ------------------------------------------------------------------------------ */

/* The file may lie anywhere: it is the clerk's, not the plan's. */
static int load_file(struct comparing *comparing, struct err *err)
{
    const char *path = comparing->wish->file, *slash = strrchr(path, '/');
    const char *folder =
        slash ? arena_copy(comparing->arena, path, (size_t)(slash - path) + 1) : ".";
    int descriptor = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return err_set(err, ERR_IO, "%s: %s", folder, strerror(errno));
    int code = roster_load(comparing->after, descriptor, slash ? slash + 1 : path,
                           comparing->wish->sheet, path, err);
    close(descriptor);
    return code;
}

static int load_after(struct comparing *comparing, struct err *err)
{
    int code =
        roster_new(comparing->holding.plan, &comparing->findings, &comparing->after, err);
    if (code == 0)
        code = load_file(comparing, err);
    if (code == 0)
        roster_adopt(comparing->after, comparing->holding.roster);
    return code < 0 ? code : roster_seal(comparing->after, err);
}

/* ---- telling ------------------------------------------------------------------------------ */

static const struct roster *names_of(const struct comparing *comparing,
                                     const struct roster_change *change)
{
    bool gone = change->event == ROSTER_LEAVE || change->event == ROSTER_CLOSE ||
                change->event == ROSTER_CHANGE;
    return gone ? comparing->holding.roster : comparing->after;
}

static void print_event(const struct comparing *comparing, enum roster_event event)
{
    const struct roster_diff *diff = &comparing->diff;
    enum lang lang = comparing->cli->lang;
    FILE *out = comparing->cli->out;
    char day[TEXT_DAY];
    size_t count = 0;
    for (size_t i = 0; i < diff->count; i++)
        count += diff->changes[i].event == event;
    if (!count)
        return;
    fprintf(out, TR(lang, "%s %zu\n", "%s %zu 个\n"), roster_event_text(event, lang), count);
    for (size_t i = 0, shown = 0; i < diff->count && shown < NAMED_MOST; i++) {
        struct buf line = {0};
        const struct roster_change *change = &diff->changes[i];
        if (change->event != event)
            continue;
        roster_add_change(&line, change, names_of(comparing, change), lang);
        fprintf(out, "  %s  %s\n", text_day(day, change->day, lang), line.bytes);
        buf_free(&line);
        shown++;
    }
    if (count > NAMED_MOST)
        fprintf(out, TR(lang, "  … and %zu more\n", "  ……另有 %zu 个\n"), count - NAMED_MOST);
}

static void print_text(const struct comparing *comparing)
{
    enum lang lang = comparing->cli->lang;
    const struct roster_diff *diff = &comparing->diff;
    char day[TEXT_DAY];
    fprintf(comparing->cli->out,
            TR(lang, "%s against the roster on %s\n\n", "%s 与 %s 的名册比对\n\n"),
            comparing->wish->file, text_day(day, comparing->holding.day, lang));
    for (size_t i = 0; i < diff->doubt_count; i++)
        fprintf(comparing->cli->out, "! %s\n", diff->doubts[i]);
    if (diff->doubt_count)
        fputc('\n', comparing->cli->out);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        print_event(comparing, told[i]);
    if (!diff->count)
        fprintf(comparing->cli->out, "%s\n", TR(lang, "No difference.", "没有差别。"));
}

static void set_slice(struct arena *arena, struct value *map, const char *field,
                      struct slice text)
{
    if (text.bytes)
        value_set_string(arena, map, field, arena_copy(arena, text.bytes, text.length));
}

/* As a request has it. */
static struct value *change_value(struct arena *arena, const struct roster_change *change)
{
    struct value *map = value_map(arena);
    char day[11];
    value_set_string(arena, map, "event", life_name(change->event));
    value_set_string(arena, map, "on", civil_format(change->day, day));
    set_slice(arena, map, "id", change->unit);
    set_slice(arena, map, "name", change->name);
    set_slice(arena, map, "kind", change->kind);
    set_slice(arena, map, "parent", change->parent);
    set_slice(arena, map, "contact", change->contact);
    set_slice(arena, map, "groups", change->groups);
    set_slice(arena, map, "tags", change->tags);
    if (change->staff >= 0)
        value_set_int(arena, map, "staff", change->staff);
    if (change->until != DAY_OPEN)
        value_set_string(arena, map, "until", civil_format(change->until, day));
    return map;
}

static void print_json(const struct comparing *comparing)
{
    const struct roster_diff *diff = &comparing->diff;
    for (size_t i = 0; i < diff->doubt_count; i++) {
        struct value *map = value_map(comparing->arena);
        value_set_string(comparing->arena, map, "doubt", diff->doubts[i]);
        text_json(comparing->cli->out, map);
    }
    for (size_t i = 0; i < diff->count; i++) {
        struct arena *arena = arena_new();
        text_json(comparing->cli->out, change_value(arena, &diff->changes[i]));
        arena_free(arena);
    }
}

/* ---- sending ------------------------------------------------------------------------------ */

static int send_all(struct comparing *comparing)
{
    struct cli *cli = comparing->cli;
    const struct roster_wish *wish = comparing->wish;
    struct arena *arena = comparing->arena;
    struct value *request = value_map(arena), *changes = value_list(arena), *answer = NULL;
    for (size_t i = 0; i < comparing->diff.count; i++)
        value_append(arena, changes, change_value(arena, &comparing->diff.changes[i]));
    value_set_string(arena, request, "do", "roster");
    value_set(arena, request, "changes", changes);
    value_set_string(arena, request, "actor", wish->by ? wish->by : cli_login());
    value_set_string(arena, request, "note", wish->reason ? wish->reason : wish->file);
    if (wish->key)
        value_set_string(arena, request, "key", wish->key);
    if (cli->lang == LANG_ZH)
        value_set_string(arena, request, "lang", "zh");
    struct hold_wish hold = {.script = wish->script, .who = "roster", .fast = wish->fast};
    int code = cli_send(cli, &hold, request, arena, &answer);
    if (code == EXIT_FINE && wish->json)
        text_json(cli->out, answer);
    else if (code == EXIT_FINE)
        fprintf(cli->out,
                TR(cli->lang,
                   "\nRecorded f%lld: %lld changes; 'planrun undo' takes them back.\n",
                   "\n已登记 f%lld，共 %lld 处变动；planrun undo 可以整个撤回。\n"),
                (long long)value_get_int(answer, "number", 0),
                (long long)value_get_int(answer, "count", 0));
    return code;
}

/* ---- all ---------------------------------------------------------------------------------- */

static int tell(struct comparing *comparing)
{
    struct cli *cli = comparing->cli;
    bool any = comparing->diff.count > 0;
    if (comparing->wish->json)
        print_json(comparing);
    else
        print_text(comparing);
    if (!any)
        return EXIT_FINE;
    if (comparing->wish->apply)
        return send_all(comparing);
    if (!comparing->wish->json)
        fprintf(cli->out, "\n%s\n",
                TR(cli->lang, "Nothing is recorded yet: --apply does.",
                   "还没有登记：加 --apply 才登记。"));
    return EXIT_FINE;
}

static int compare(struct comparing *comparing)
{
    struct err err = {0};
    struct holding *holding = &comparing->holding;
    int32_t on = comparing->wish->on;
    int code = holding_on(holding, on == DAY_NONE ? holding->day : on, &err);
    if (code == 0)
        code = load_after(comparing, &err);
    cli_print_findings(comparing->cli, &comparing->findings);
    if (code < 0)
        return comparing->findings.errors ? EXIT_PROBLEMS : cli_fail(comparing->cli, &err);
    roster_differ(holding->roster, comparing->after, holding->day, comparing->arena,
                  &comparing->diff);
    return tell(comparing);
}

int roster_compare(struct cli *cli, const struct roster_wish *wish)
{
    struct comparing comparing = {.cli = cli, .wish = wish, .arena = arena_new()};
    bool recorded;
    comparing.findings = findings_new(comparing.arena, cli->lang);
    int code = hold_read(cli, wish->script, wish->fast, &comparing.holding, &recorded);
    if (code == EXIT_FINE)
        code = compare(&comparing);
    holding_close(&comparing.holding);
    roster_free(comparing.after);
    findings_free(&comparing.findings);
    arena_free(comparing.arena);
    return code;
}
