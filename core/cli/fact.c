/* `planrun submit SCRIPT` … `select SCRIPT` and `undo SCRIPT`: what happened in the world. The request goes to
 * whoever holds the plan's store, or is carried out here when nobody does. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/elsewhere.h"
#include "cli/hold.h"
#include "cli/said.h"

#include "cli/rows.h"
#include "cli/text.h"
#include "service/request.h"
#include "time/civil.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { AMOUNT_MOST = 1000000000 }; /* pieces, characters, minutes */
#include <unistd.h>

/* What each command takes beside --at --key --by --json --fast. */
static const struct command {
    const char *name, *options;
    enum fact_kind kind;
    bool reason, piece; /* are needed; without `piece` an item and a unit are */
} commands[] = {
    {"submit", "iUpPnowcmF", FACT_SUBMITTED, false, false},
    {"excuse", "iUpPorwA", FACT_EXCUSED, true, false},
    {"extend", "iUpPourwA", FACT_EXTENDED, true, false},
    {"withdraw", "iUpPofrgO", FACT_WITHDRAWN, false, false},
    {"accept", "iUgorO", FACT_ACCEPTED, false, true},
    {"return", "iUgorO", FACT_RETURNED, true, true},
    {"rework", "iUgorcmFO", FACT_REWORKED, false, true},
    {"recommend", "iUgor", FACT_RECOMMENDED, false, true},
    {"select", "iUgor", FACT_SELECTED, false, true},
};

struct wish {
    const struct command *command;
    const char *script, *item, *unit, *person, *note, *key, *by, *phase, *approver, *of;
    int64_t count, at_ms, fact, piece; /* 0 = not said; at_ms: INT64_MIN */
    int64_t chars, minutes;            /* -1 = not said */
    int32_t until, period;             /* days, DAY_NONE = not said */
    struct content_wish content;
    bool json, fast;
};

/* ---- options ------------------------------------------------------------------------------ */

/* "2026-03-02" is that day's beginning, "2026-03-02T15:30" the minute. */
static bool read_instant(const char *text, int64_t *ms)
{
    size_t length = strlen(text);
    int32_t minute = 0, day = civil_parse(text, length < 10 ? length : 10);
    if (length > 10)
        minute = text[10] == 'T' || text[10] == ' ' ? civil_parse_minute(text + 11, length - 11)
                                                    : -1;
    if (day == CIVIL_NONE || minute < 0)
        return false;
    *ms = civil_ms(day, minute);
    return true;
}

static bool read_option(int option, const char *value, struct wish *wish)
{
    switch (option) {
    case 'i': wish->item = value; return true;
    case 'U': wish->unit = value; return true;
    case 'k': wish->key = value; return true;
    case 'b': wish->by = value; return true;
    case 'P': wish->phase = value; return true;
    case 'j': wish->json = true; return true;
    case 'x': wish->fast = true; return true;
    case 'o':
    case 'r': wish->note = value; return true;
    case 'n': return cli_number(value, 1, AMOUNT_MOST, &wish->count);
    case 'f': return cli_number(*value == 'f' ? value + 1 : value, 1, INT64_MAX, &wish->fact);
    case 'g': return cli_number(*value == 'f' ? value + 1 : value, 1, INT64_MAX, &wish->piece);
    case 'a': return read_instant(value, &wish->at_ms);
    case 'w': wish->person = value; return true;
    case 'A': wish->approver = value; return true;
    case 'O': wish->of = value; return true;
    case 'c': return cli_number(value, 0, AMOUNT_MOST, &wish->chars);
    case 'm': return cli_number(value, 0, AMOUNT_MOST, &wish->minutes);
    case 'F': return content_file(&wish->content, value);
    case 'p': return cli_day(value, &wish->period);
    case 'u': return cli_day(value, &wish->until);
    default: return false;
    }
}

/* The command's own options are those of its list, and those that all have. */
static bool takes(const struct command *command, int option)
{
    return strchr("akbjx", option) || strchr(command->options, option);
}

/* Who and what is meant: a piece or fact by its number or key, else an item and a unit. */
static int check_named(struct cli *cli, const struct wish *wish)
{
    const char *name = wish->command->name;
    bool named = wish->piece || wish->fact || wish->of;
    if (wish->command->piece && !wish->piece && !wish->of)
        return cli_usage(
            cli, TR(cli->lang, "%s needs --piece, such as f17", "%s 需要 --piece，如 f17"),
            name);
    if (named || (wish->item && (wish->unit || wish->person)))
        return EXIT_FINE;
    return cli_usage(
        cli, TR(cli->lang, "%s needs --item and --unit", "%s 需要 --item 和 --unit"), name);
}

static int check(struct cli *cli, const struct wish *wish)
{
    const char *name = wish->command->name;
    int code = check_named(cli, wish);
    if (code != EXIT_FINE)
        return code;
    if (wish->command->reason && !wish->note)
        return cli_usage(cli, TR(cli->lang, "%s needs --reason", "%s 需要 --reason（原因）"),
                         name);
    if (wish->command->kind == FACT_EXTENDED && wish->until == DAY_NONE)
        return cli_usage(cli, TR(cli->lang, "%s needs --until", "%s 需要 --until（改到哪天）"),
                         name);
    return EXIT_FINE;
}

static int read_options(struct cli *cli, int argc, char **argv, struct wish *wish)
{
    static const struct option options[] = {{"item", required_argument, NULL, 'i'},
                                            {"unit", required_argument, NULL, 'U'},
                                            {"count", required_argument, NULL, 'n'},
                                            {"at", required_argument, NULL, 'a'},
                                            {"key", required_argument, NULL, 'k'},
                                            {"note", required_argument, NULL, 'o'},
                                            {"reason", required_argument, NULL, 'r'},
                                            {"until", required_argument, NULL, 'u'},
                                            {"fact", required_argument, NULL, 'f'},
                                            {"piece", required_argument, NULL, 'g'},
                                            {"of", required_argument, NULL, 'O'},
                                            {"person", required_argument, NULL, 'w'},
                                            {"approved-by", required_argument, NULL, 'A'},
                                            {"chars", required_argument, NULL, 'c'},
                                            {"minutes", required_argument, NULL, 'm'},
                                            {"file", required_argument, NULL, 'F'},
                                            {"by", required_argument, NULL, 'b'},
                                            {"period", required_argument, NULL, 'p'},
                                            {"phase", required_argument, NULL, 'P'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"fast", no_argument, NULL, 'x'},
                                            {0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option == '?' || !takes(wish->command, option) ||
            !read_option(option, optarg, wish))
            return cli_bad_option(
                cli, argv, option == '?' || !takes(wish->command, option) ? NULL : optarg);
    if (cli_one_script(cli, argc, argv, wish->command->name) != EXIT_FINE)
        return EXIT_USAGE;
    wish->script = argv[optind];
    return check(cli, wish);
}

/* ---- the request -------------------------------------------------------------------------- */

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
    if (text)
        value_set_string(arena, map, key, text);
}

static void set_at(struct arena *arena, struct value *map, int64_t at_ms)
{
    struct buf at = {0};
    if (at_ms == INT64_MIN)
        return;
    row_add_instant(&at, at_ms);
    value_set_string(arena, map, "at", at.bytes);
    buf_free(&at);
}

static struct value *make_request(const struct cli *cli, const struct wish *wish,
                                  struct arena *arena)
{
    struct value *request = value_map(arena);
    value_set_string(arena, request, "do", "fact");
    value_set_string(arena, request, "kind", wish->command->name);
    set_text(arena, request, "item", wish->item);
    set_text(arena, request, "unit", wish->unit);
    set_text(arena, request, "person", wish->person);
    set_text(arena, request, "approved_by", wish->approver);
    set_text(arena, request, "of", wish->of);
    value_set_string(arena, request, "actor", wish->by ? wish->by : cli_login());
    if (wish->count)
        value_set_int(arena, request, "count", wish->count);
    if (wish->fact)
        value_set_int(arena, request, "fact", wish->fact);
    if (wish->piece)
        value_set_int(arena, request, "piece", wish->piece);
    if (wish->chars >= 0)
        value_set_int(arena, request, "chars", wish->chars);
    if (wish->minutes >= 0)
        value_set_int(arena, request, "minutes", wish->minutes);
    set_at(arena, request, wish->at_ms);
    text_set_day(arena, request, "period", wish->period);
    text_set_day(arena, request, "until", wish->until);
    set_text(arena, request, "phase", wish->phase);
    set_text(arena, request, "key", wish->key);
    set_text(arena, request, "note", wish->note);
    if (cli->lang == LANG_ZH)
        value_set_string(arena, request, "lang", "zh");
    return request;
}

/* ---- saying it ---------------------------------------------------------------------------- */

static int tell(struct cli *cli, const struct wish *wish, const struct value *request,
                struct value *answer, struct arena *arena)
{
    const struct said said = {.kind = wish->command->kind,
                              .script = wish->script,
                              .note = wish->note,
                              .approver = wish->approver,
                              .count = wish->count,
                              .chars = wish->chars,
                              .until = wish->until};
    const struct elsewhere_wish elsewhere = {.script = wish->script,
                                             .request = request,
                                             .answer = answer,
                                             .kind = wish->command->kind,
                                             .fast = wish->fast,
                                             .quiet = wish->json};
    if (!wish->json)
        said_print(cli, &said, answer);
    int code = elsewhere_tell(cli, &elsewhere, arena);
    if (wish->json)
        text_json(cli->out, answer);
    return code;
}

static int say(struct cli *cli, struct wish *wish)
{
    struct arena *arena = arena_new();
    struct value *request = make_request(cli, wish, arena), *answer = NULL;
    struct hold_wish hold = {
        .script = wish->script, .who = wish->command->name, .fast = wish->fast};
    wish->content.script = wish->script;
    wish->content.item = wish->item;
    wish->content.piece = wish->piece;
    wish->content.of = wish->of;
    wish->content.fast = wish->fast;
    int code = content_add(cli, &wish->content, arena, request);
    if (code == EXIT_FINE)
        code = cli_send(cli, &hold, request, arena, &answer);
    if (code == EXIT_FINE)
        code = tell(cli, wish, request, answer, arena);
    arena_free(arena);
    return code;
}

int cmd_fact(struct cli *cli, int argc, char **argv)
{
    if (cli_imports(argc, argv))
        return cmd_import(cli, argc, argv);
    struct wish wish = {
        .at_ms = INT64_MIN, .until = DAY_NONE, .period = DAY_NONE, .chars = -1, .minutes = -1};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[0], commands[i].name) == 0)
            wish.command = &commands[i];
    int code = read_options(cli, argc, argv, &wish);
    return code == EXIT_FINE ? say(cli, &wish) : code;
}

/* ---- taking the last one back ------------------------------------------------------------- */

static struct value *make_undo(const struct cli *cli, const struct wish *wish,
                               struct arena *arena)
{
    struct value *request = value_map(arena);
    value_set_string(arena, request, "do", "undo");
    value_set_string(arena, request, "actor", wish->by ? wish->by : cli_login());
    set_at(arena, request, wish->at_ms);
    set_text(arena, request, "key", wish->key);
    set_text(arena, request, "note", wish->note);
    if (cli->lang == LANG_ZH)
        value_set_string(arena, request, "lang", "zh");
    return request;
}

static int undo(struct cli *cli, const struct wish *wish)
{
    struct arena *arena = arena_new();
    struct value *answer = NULL;
    struct hold_wish hold = {.script = wish->script, .who = "undo", .fast = wish->fast};
    int code = cli_send(cli, &hold, make_undo(cli, wish, arena), arena, &answer);
    if (code == EXIT_FINE) {
        const struct elsewhere_wish elsewhere = {.script = wish->script,
                                                 .answer = answer,
                                                 .kind = FACT_WITHDRAWN,
                                                 .fast = wish->fast,
                                                 .quiet = wish->json};
        if (!wish->json)
            said_print_undone(cli, answer);
        code = elsewhere_tell(cli, &elsewhere, arena);
        if (wish->json)
            text_json(cli->out, answer);
    }
    arena_free(arena);
    return code;
}

int cmd_undo(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"at", required_argument, NULL, 'a'},   {"key", required_argument, NULL, 'k'},
        {"note", required_argument, NULL, 'o'}, {"reason", required_argument, NULL, 'r'},
        {"by", required_argument, NULL, 'b'},   {"json", no_argument, NULL, 'j'},
        {"fast", no_argument, NULL, 'x'},       {0}};
    struct wish wish = {.at_ms = INT64_MIN};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option == '?' || !read_option(option, optarg, &wish))
            return cli_bad_option(cli, argv, option == '?' ? NULL : optarg);
    if (cli_one_script(cli, argc, argv, "undo") != EXIT_FINE)
        return EXIT_USAGE;
    wish.script = argv[optind];
    return undo(cli, &wish);
}
