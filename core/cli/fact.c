/* `planrun submit|excuse|extend|withdraw SCRIPT`: what happened in the world. The request goes to
 * whoever holds the plan's store, or is carried out here when nobody does. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/hold.h"

#include "base/utf8.h"
#include "cli/rows.h"
#include "cli/text.h"
#include "service/request.h"
#include "time/civil.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What each command takes beside --item, --unit, --at, --key, --by, --period, --phase, --json, --fast. */
static const struct command {
    const char *name, *options;
    enum fact_kind kind;
    bool reason; /* is needed */
} commands[] = {
    {"submit", "no", FACT_SUBMITTED, false},
    {"excuse", "or", FACT_EXCUSED, true},
    {"extend", "our", FACT_EXTENDED, true},
    {"withdraw", "ofr", FACT_WITHDRAWN, false},
};

struct wish {
    const struct command *command;
    const char *script, *item, *unit, *note, *key, *by, *phase;
    int64_t count, at_ms, fact; /* 0 = not said; at_ms: INT64_MIN */
    int32_t until, period;      /* days, DAY_NONE = not said */
    bool json, fast;
};

/* ---- options ------------------------------------------------------------------------------ */

static bool read_number(const char *text, int64_t *number)
{
    char *end;
    long long value = strtoll(text, &end, 10);
    *number = value;
    return end != text && !*end && value > 0 && value <= 1000000000;
}

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
    case 'n': return read_number(value, &wish->count);
    case 'f': return read_number(*value == 'f' ? value + 1 : value, &wish->fact);
    case 'a': return read_instant(value, &wish->at_ms);
    case 'p': return cli_day(value, &wish->period);
    case 'u': return cli_day(value, &wish->until);
    default: return false;
    }
}

/* The command's own options are those of its list, and those that all have. */
static bool takes(const struct command *command, int option)
{
    return strchr("iUakbPpjx", option) || strchr(command->options, option);
}

static int check(struct cli *cli, const struct wish *wish)
{
    const char *name = wish->command->name;
    if (!wish->item || !wish->unit)
        return cli_usage(
            cli, TR(cli->lang, "%s needs --item and --unit", "%s 需要 --item 和 --unit"), name);
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

static void set_day(struct arena *arena, struct value *map, const char *key, int32_t day)
{
    char text[11];
    if (day != DAY_NONE)
        value_set_string(arena, map, key, civil_format(day, text));
}

static struct value *make_request(const struct cli *cli, const struct wish *wish,
                                  struct arena *arena)
{
    struct value *request = value_map(arena);
    value_set_string(arena, request, "do", "fact");
    value_set_string(arena, request, "kind", wish->command->name);
    value_set_string(arena, request, "item", wish->item);
    value_set_string(arena, request, "unit", wish->unit);
    value_set_string(arena, request, "actor", wish->by ? wish->by : cli_login());
    if (wish->count)
        value_set_int(arena, request, "count", wish->count);
    if (wish->fact)
        value_set_int(arena, request, "fact", wish->fact);
    if (wish->at_ms != INT64_MIN) {
        struct buf at = {0};
        row_add_instant(&at, wish->at_ms);
        value_set_string(arena, request, "at", at.bytes);
        buf_free(&at);
    }
    set_day(arena, request, "period", wish->period);
    set_day(arena, request, "until", wish->until);
    set_text(arena, request, "phase", wish->phase);
    set_text(arena, request, "key", wish->key);
    set_text(arena, request, "note", wish->note);
    if (cli->lang == LANG_ZH)
        value_set_string(arena, request, "lang", "zh");
    return request;
}

/* ---- the answer --------------------------------------------------------------------------- */

static bool is_set(const struct value *answer, const char *key)
{
    const struct value *value = value_get(answer, key);
    return value && value->type == VALUE_BOOL && value->boolean;
}

static int32_t day_of(const struct value *answer, const char *key)
{
    const char *text = value_get_string(answer, key);
    return text ? civil_parse(text, strlen(text)) : DAY_NONE;
}

/* "2 篇" or "2". */
static void add_pieces(struct buf *out, enum lang lang, int64_t count, const char *measure)
{
    buf_printf(out, "%lld", (long long)count);
    if (lang == LANG_ZH && measure)
        buf_printf(out, " %s", measure);
}

/* What was said, behind the number. */
static void add_deed(struct buf *out, const struct cli *cli, const struct wish *wish,
                     const struct value *answer)
{
    const char *unit = value_get_string(answer, "unit_name");
    const char *item = value_get_string(answer, "item_name");
    char day[TEXT_DAY];
    switch (wish->command->kind) {
    case FACT_SUBMITTED:
        buf_printf(out, "%s %s ", unit, item);
        add_pieces(out, cli->lang, wish->count ? wish->count : 1,
                   value_get_string(answer, "measure"));
        break;
    case FACT_EXCUSED:
        buf_printf(out, TR(cli->lang, "%s is excused from %s", "%s 免交 %s"), unit, item);
        break;
    case FACT_EXTENDED:
        buf_printf(out, TR(cli->lang, "%s has until %s for %s", "%s 延期到 %s：%s"), unit,
                   text_day(day, wish->until, cli->lang), item);
        break;
    case FACT_WITHDRAWN:
        buf_printf(out, TR(cli->lang, "%s %s, taken back", "撤回 %s %s"), unit, item);
        break;
    default: break;
    }
    if (wish->note) {
        buf_adds(out, TR(cli->lang, " (", "（"));
        utf8_add_plain(out, wish->note);
        buf_adds(out, TR(cli->lang, ")", "）"));
    }
}

/* What is late: the duty, its completion by these pieces, or only pieces beyond that. */
static const char *late_text(enum lang lang, const struct wish *wish,
                             const struct value *answer)
{
    int64_t before = value_get_int(answer, "done", 0) - (wish->count ? wish->count : 1);
    if (!is_set(answer, "met"))
        return TR(lang, ", late", "，已逾期");
    return before < value_get_int(answer, "need", 0)
               ? TR(lang, ", done late", "，逾期完成")
               : TR(lang, ", this one late", "，本次逾期");
}

/* "；累计 2/2，已完成；期限 2024-04-20 周六" */
static void add_state(struct buf *out, enum lang lang, const struct wish *wish,
                      const struct value *answer)
{
    char text[TEXT_DAY];
    int32_t due = day_of(answer, "due");
    const char *state = is_set(answer, "excused") ? TR(lang, ", excused", "，免交")
                        : is_set(answer, "met")   ? TR(lang, ", complete", "，已完成")
                                                  : "";
    buf_printf(out, TR(lang, "; %lld of %lld%s", "；累计 %lld/%lld%s"),
               (long long)value_get_int(answer, "done", 0),
               (long long)value_get_int(answer, "need", 0), state);
    if (due != DAY_NONE)
        buf_printf(out, TR(lang, "; due %s", "；期限 %s"), text_day(text, due, lang));
    if (is_set(answer, "late"))
        buf_adds(out, late_text(lang, wish, answer));
}

static void print_answer(const struct cli *cli, const struct wish *wish,
                         const struct value *answer)
{
    struct buf line = {0};
    buf_printf(&line, "%s f%lld%s",
               is_set(answer, "repeated") ? TR(cli->lang, "Recorded before as", "早已登记，即")
                                          : TR(cli->lang, "Recorded", "已登记"),
               (long long)value_get_int(answer, "number", 0), TR(cli->lang, ": ", "："));
    add_deed(&line, cli, wish, answer);
    add_state(&line, cli->lang, wish, answer);
    fprintf(cli->out, "%s\n", line.bytes);
    buf_free(&line);
}

static int say(struct cli *cli, const struct wish *wish)
{
    struct arena *arena = arena_new();
    struct value *answer = NULL;
    struct hold_wish hold = {
        .script = wish->script, .who = wish->command->name, .fast = wish->fast};
    int code = cli_send(cli, &hold, make_request(cli, wish, arena), arena, &answer);
    if (code == EXIT_FINE && wish->json)
        text_json(cli->out, answer);
    else if (code == EXIT_FINE)
        print_answer(cli, wish, answer);
    arena_free(arena);
    return code;
}

int cmd_fact(struct cli *cli, int argc, char **argv)
{
    if (cli_imports(argc, argv))
        return cmd_import(cli, argc, argv);
    struct wish wish = {.at_ms = INT64_MIN, .until = DAY_NONE, .period = DAY_NONE};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[0], commands[i].name) == 0)
            wish.command = &commands[i];
    int code = read_options(cli, argc, argv, &wish);
    return code == EXIT_FINE ? say(cli, &wish) : code;
}
