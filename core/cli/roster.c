/* `planrun roster SCRIPT [EVENT]`: who there is, and what happens to it. An event goes to whoever holds the
 * plan's store, or is carried out here when nobody does. */
#include "cli/roster.h"

#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/text.h"
#include "service/life.h"
#include "time/civil.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MOST = 64, STAFF_MOST = 999999999 };

/* The texts that an event may bring, by the letters of their options. */
static const struct part {
    char option;
    const char *field;
} parts[] = {
    {'n', "name"}, {'K', "kind"},    {'P', "parent"}, {'g', "groups"},
    {'t', "tags"}, {'c', "contact"}, {'i', "into"},
};

enum { PARTS = sizeof parts / sizeof *parts };

/* An event and what it takes beside --unit, --on, --reason, --by, --key, --json, --fast. */
static const struct deed {
    enum roster_event event;
    const char *options, *needs;
    const char *en, *zh; /* what it is called */
} events[] = {
    {ROSTER_JOIN, "nKPgtcsu", "n", "joined", "入册"},
    {ROSTER_LEAVE, "", "", "left", "离册"},
    {ROSTER_TRANSFER, "Pg", "", "transferred", "调动"},
    {ROSTER_ABSENT, "u", "", "on leave", "请假"},
    {ROSTER_OPEN, "nKPgtcsu", "nK", "opened", "设立"},
    {ROSTER_CLOSE, "", "", "closed", "撤销"},
    {ROSTER_MERGE, "i", "i", "merged", "并入"},
    {ROSTER_CHANGE, "ncts", "", "changed", "变更"},
};

enum { EVENTS = sizeof events / sizeof *events };

/* What is said of an event. */
struct said {
    const struct deed *event; /* NULL = none: the roster is shown */
    const char *texts[PARTS];
    int64_t staff; /* -1 = not said */
    int32_t until;
};

const char *roster_event_text(enum roster_event event, enum lang lang)
{
    for (int i = 0; i < EVENTS; i++)
        if (events[i].event == event)
            return TR(lang, events[i].en, events[i].zh);
    return "?";
}

/* "内科", by the roster's name where it knows the id. */
static void add_name(struct buf *out, struct slice id, const struct roster *roster)
{
    uint32_t unit = roster_find(roster, id.bytes, id.length);
    if (unit == UNIT_NONE)
        buf_printf(out, "%.*s", (int)id.length, id.bytes);
    else
        buf_adds(out, roster_name(roster, unit));
}

static void add_names(struct buf *out, struct slice list, const struct roster *roster,
                      enum lang lang)
{
    const char *sign = "";
    while (list.length) {
        const char *stop = memchr(list.bytes, ';', list.length);
        size_t length = stop ? (size_t)(stop - list.bytes) : list.length;
        buf_adds(out, sign);
        add_name(out, (struct slice){list.bytes, length}, roster);
        sign = TR(lang, ", ", "、");
        length += stop != NULL;
        list = (struct slice){list.bytes + length, list.length - length};
    }
}

static void add_part(struct buf *out, const char *label, struct slice text, enum lang lang)
{
    if (!text.bytes)
        return;
    buf_printf(out, TR(lang, ", %s %.*s", "，%s %.*s"), label, (int)text.length, text.bytes);
    if (!text.length)
        buf_adds(out, TR(lang, "none", "（空）"));
}

/* Names are told for those who are new, and where they are what changes. */
static void add_parts(struct buf *out, const struct roster_change *change,
                      const struct roster *roster, enum lang lang)
{
    char day[TEXT_DAY];
    if (change->event == ROSTER_CHANGE)
        add_part(out, TR(lang, "name", "名称"), change->name, lang);
    if (change->parent.length) {
        buf_adds(out, TR(lang, ", to ", "，到 "));
        add_name(out, change->parent, roster);
    }
    if (change->into.length) {
        buf_adds(out, TR(lang, ", into ", "，并入 "));
        add_name(out, change->into, roster);
    }
    if (change->groups.bytes) {
        buf_adds(out, TR(lang, ", groups ", "，小组 "));
        add_names(out, change->groups, roster, lang);
        if (!change->groups.length)
            buf_adds(out, TR(lang, "none", "（空）"));
    }
    add_part(out, TR(lang, "tags", "标签"), change->tags, lang);
    add_part(out, TR(lang, "contact", "联系方式"), change->contact, lang);
    if (change->staff >= 0)
        buf_printf(out, TR(lang, ", staff %d", "，人数 %d"), change->staff);
    if (change->until != DAY_OPEN)
        buf_printf(out, TR(lang, ", until %s", "，到 %s"), text_day(day, change->until, lang));
}

void roster_add_change(struct buf *out, const struct roster_change *change,
                       const struct roster *roster, enum lang lang)
{
    struct slice id = change->unit;
    buf_printf(out, "%s ", roster_event_text(change->event, lang));
    if (change->event != ROSTER_CHANGE && change->name.length)
        buf_printf(out, "%.*s", (int)change->name.length, change->name.bytes);
    else
        add_name(out, id, roster);
    buf_printf(out, TR(lang, " (%.*s)", "（%.*s）"), (int)id.length, id.bytes);
    add_parts(out, change, roster, lang);
}

/* ---- options ------------------------------------------------------------------------------ */

static const struct option options[] = {
    {"unit", required_argument, NULL, 'U'},    {"on", required_argument, NULL, 'o'},
    {"until", required_argument, NULL, 'u'},   {"name", required_argument, NULL, 'n'},
    {"kind", required_argument, NULL, 'K'},    {"parent", required_argument, NULL, 'P'},
    {"groups", required_argument, NULL, 'g'},  {"tags", required_argument, NULL, 't'},
    {"contact", required_argument, NULL, 'c'}, {"into", required_argument, NULL, 'i'},
    {"staff", required_argument, NULL, 's'},   {"reason", required_argument, NULL, 'r'},
    {"by", required_argument, NULL, 'b'},      {"key", required_argument, NULL, 'k'},
    {"json", no_argument, NULL, 'j'},          {"fast", no_argument, NULL, 'x'},
    {"as-of", required_argument, NULL, 'a'},   {"from", required_argument, NULL, 'f'},
    {"sheet", required_argument, NULL, 'h'},   {"apply", no_argument, NULL, 'A'},
    {"depth", required_argument, NULL, 'd'},   {0}};

static bool read_option(int option, const char *value, struct roster_wish *wish,
                        struct said *said)
{
    for (int i = 0; i < PARTS; i++)
        if (parts[i].option == option)
            said->texts[i] = value;
    switch (option) {
    case 'U': wish->unit = value; break;
    case 'o': return cli_day(value, &wish->on);
    case 'u': return cli_day(value, &said->until);
    case 's': return cli_number(value, 0, STAFF_MOST, &said->staff);
    case 'r': wish->reason = value; break;
    case 'b': wish->by = value; break;
    case 'k': wish->key = value; break;
    case 'j': wish->json = true; break;
    case 'x': wish->fast = true; break;
    case 'a': return cli_day(value, &wish->day);
    case 'f': wish->file = value; break;
    case 'h': wish->sheet = value; break;
    case 'A': wish->apply = true; break;
    case 'd': return cli_count(value, 1, DEPTH_MOST, &wish->depth);
    default: break;
    }
    return true;
}

static const struct deed *find_event(const char *name)
{
    for (int i = 0; i < EVENTS; i++)
        if (strcmp(life_name(events[i].event), name) == 0)
            return &events[i];
    return NULL;
}

static int unknown_event(struct cli *cli, const char *word)
{
    const char *names[EVENTS];
    for (int i = 0; i < EVENTS; i++)
        names[i] = life_name(events[i].event);
    const char *near = nearest_word(word, names, EVENTS);
    if (near)
        return cli_usage(cli,
                         TR(cli->lang, "roster has no event '%s'; did you mean '%s'?",
                            "roster 没有“%s”，是不是“%s”？"),
                         word, near);
    return cli_usage(cli, TR(cli->lang, "roster has no event '%s'", "roster 没有“%s”这种变动"),
                     word);
}

static const char *option_name(char letter)
{
    for (size_t i = 0; options[i].name; i++)
        if (options[i].val == letter)
            return options[i].name;
    return "?";
}

static bool is_said(const struct said *said, char option)
{
    for (int i = 0; i < PARTS; i++)
        if (parts[i].option == option)
            return said->texts[i];
    return option == 's' ? said->staff >= 0 : said->until != DAY_NONE;
}

/* What an event needs, and what it cannot take. */
static int check_event(struct cli *cli, const struct roster_wish *wish, const struct said *said)
{
    const char *name = life_name(said->event->event);
    if (!wish->unit)
        return cli_usage(cli, TR(cli->lang, "%s needs --unit", "%s 需要 --unit"), name);
    if (wish->file || wish->sheet || wish->apply || wish->day != DAY_NONE || wish->depth)
        return cli_usage(cli,
                         TR(cli->lang, "%s takes no --from, --sheet, --apply, --as-of, --depth",
                            "%s 不带 --from、--sheet、--apply、--as-of、--depth"),
                         name);
    for (const char *need = said->event->needs; *need; need++)
        if (!is_said(said, *need))
            return cli_usage(cli, TR(cli->lang, "%s needs --%s", "%s 需要 --%s"), name,
                             option_name(*need));
    for (const char *letter = "nKPgtcisu"; *letter; letter++)
        if (is_said(said, *letter) && !strchr(said->event->options, *letter))
            return cli_usage(cli, TR(cli->lang, "%s takes no --%s", "%s 不带 --%s"), name,
                             option_name(*letter));
    return EXIT_FINE;
}

/* What showing and comparing cannot take. */
static int check_view(struct cli *cli, const struct roster_wish *wish, const struct said *said)
{
    for (const char *letter = "nKPgtcisu"; *letter; letter++)
        if (is_said(said, *letter))
            return cli_usage(cli,
                             TR(cli->lang, "--%s belongs to an event, such as join or transfer",
                                "--%s 要和 join、transfer 这样的变动一起用"),
                             option_name(*letter));
    if (!wish->file && (wish->sheet || wish->apply || wish->on != DAY_NONE))
        return cli_usage(cli, TR(cli->lang, "--sheet, --apply and --on belong to --from",
                                 "--sheet、--apply、--on 要和 --from 一起用"));
    if (wish->file && (wish->unit || wish->day != DAY_NONE || wish->depth))
        return cli_usage(cli, TR(cli->lang, "--from takes no --unit, --as-of, --depth",
                                 "--from 不带 --unit、--as-of、--depth"));
    return EXIT_FINE;
}

static int read_options(struct cli *cli, int argc, char **argv, struct roster_wish *wish,
                        struct said *said)
{
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option == '?' || !read_option(option, optarg, wish, said))
            return cli_bad_option(cli, argv, option == '?' ? NULL : optarg);
    if (argc - optind == 2) {
        said->event = find_event(argv[optind + 1]);
        if (!said->event)
            return unknown_event(cli, argv[optind + 1]);
        argc--;
    }
    if (cli_one_script(cli, argc, argv, "roster") != EXIT_FINE)
        return EXIT_USAGE;
    wish->script = argv[optind];
    return said->event ? check_event(cli, wish, said) : check_view(cli, wish, said);
}

/* ---- an event ----------------------------------------------------------------------------- */

static struct value *make_request(const struct cli *cli, const struct roster_wish *wish,
                                  const struct said *said, struct arena *arena)
{
    char day[11];
    struct value *request = value_map(arena), *changes = value_list(arena);
    struct value *change = value_map(arena);
    value_set_string(arena, change, "event", life_name(said->event->event));
    value_set_string(arena, change, "id", wish->unit);
    value_set_string(arena, change, "on", civil_format(wish->on, day));
    for (int i = 0; i < PARTS; i++)
        if (said->texts[i])
            value_set_string(arena, change, parts[i].field, said->texts[i]);
    if (said->staff >= 0)
        value_set_int(arena, change, "staff", said->staff);
    if (said->until != DAY_NONE)
        value_set_string(arena, change, "until", civil_format(said->until, day));
    value_append(arena, changes, change);
    value_set_string(arena, request, "do", "roster");
    value_set(arena, request, "changes", changes);
    value_set_string(arena, request, "actor", wish->by ? wish->by : cli_login());
    if (wish->key)
        value_set_string(arena, request, "key", wish->key);
    if (wish->reason)
        value_set_string(arena, request, "note", wish->reason);
    if (cli->lang == LANG_ZH)
        value_set_string(arena, request, "lang", "zh");
    return request;
}

static void print_answer(const struct cli *cli, const struct roster_wish *wish,
                         const struct said *said, const struct value *answer)
{
    struct buf line = {0};
    char day[TEXT_DAY];
    const char *name = value_get_string(answer, "name");
    bool absent = said->event->event == ROSTER_ABSENT;
    buf_printf(&line, "%s f%lld%s",
               value_get(answer, "repeated")
                   ? TR(cli->lang, "Recorded before as", "早已登记，即")
                   : TR(cli->lang, "Recorded", "已登记"),
               (long long)value_get_int(answer, "number", 0), TR(cli->lang, ": ", "："));
    const char *into = value_get_string(answer, "into_name");
    buf_printf(&line, TR(cli->lang, "%s %s%s%s, %s ", "%s %s%s%s，%s "),
               name ? name : wish->unit, roster_event_text(said->event->event, cli->lang),
               into ? TR(cli->lang, " into ", " ") : "", into ? into : "",
               absent ? TR(cli->lang, "from", "从") : TR(cli->lang, "as of", "自"));
    buf_adds(&line, text_day(day, wish->on, cli->lang));
    if (said->until != DAY_NONE)
        buf_printf(&line, TR(cli->lang, " until %s", " 到 %s"),
                   text_day(day, said->until, cli->lang));
    if (!absent)
        buf_adds(&line, TR(cli->lang, "", " 起"));
    if (wish->reason) {
        buf_adds(&line, TR(cli->lang, " (", "（"));
        utf8_add_plain(&line, wish->reason);
        buf_adds(&line, TR(cli->lang, ")", "）"));
    }
    fprintf(cli->out, "%s\n", line.bytes);
    buf_free(&line);
}

static int say(struct cli *cli, const struct roster_wish *wish, const struct said *said)
{
    struct arena *arena = arena_new();
    struct value *answer = NULL;
    struct hold_wish hold = {.script = wish->script, .who = "roster", .fast = wish->fast};
    int code = cli_send(cli, &hold, make_request(cli, wish, said, arena), arena, &answer);
    if (code == EXIT_FINE && wish->json)
        text_json(cli->out, answer);
    else if (code == EXIT_FINE)
        print_answer(cli, wish, said, answer);
    arena_free(arena);
    return code;
}

int cmd_roster(struct cli *cli, int argc, char **argv)
{
    struct roster_wish wish = {.day = DAY_NONE, .on = DAY_NONE};
    struct said said = {.staff = -1, .until = DAY_NONE};
    int code = read_options(cli, argc, argv, &wish, &said);
    if (code != EXIT_FINE)
        return code;
    bool today = wish.on == DAY_NONE;
    if (today && !wish.fast)
        cli_day(NULL, &wish.on);
    if (said.event && wish.on == DAY_NONE)
        return cli_usage(cli, TR(cli->lang, "with --fast an event needs --on",
                                 "用 --fast 登记变动要写 --on（从哪天起）"));
    if (said.event)
        return say(cli, &wish, &said);
    return wish.file ? roster_compare(cli, &wish) : roster_show(cli, &wish);
}
