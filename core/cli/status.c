/* `planrun status SCRIPT`: how each duty stands on a day, and who is behind. Units stand in the order
 * of the roster, never in that of a ranking; every figure has its denominator. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "cli/doubt.h"
#include "cli/hold.h"
#include "cli/text.h"
#include "engine/fact.h"
#include "time/civil.h"

#include <getopt.h>
#include <stdlib.h>

enum { UNITS_SHOWN = 20, FEW = 5, UNITS_MOST = 100000000, NEAR_DAYS = 3, NAME_COLUMNS = 36 };

/* Never colour alone: each has its sign and its word. */
enum light { LIGHT_ON_PLAN, LIGHT_NEAR, LIGHT_LATE, LIGHT_DONE, LIGHTS };

struct wish {
    const char *item;
    int32_t day;
    uint32_t units; /* named per duty */
    bool named;     /* --units was said: name them even when everybody is behind */
    bool json, fast;
    bool on_day;   /* --as-of was said */
    bool recorded; /* there is a store */
};

struct view {
    struct cli *cli;
    const struct holding *holding;
    const struct wish *wish;
    struct arena *arena;
    uint32_t counts[LIGHTS];
    uint32_t *units; /* room for wish->units */
};

static enum light light_of(const struct standing *standing, int32_t day)
{
    if (standing->missing == 0)
        return LIGHT_DONE;
    if (standing->late)
        return LIGHT_LATE;
    int32_t official = standing->duty.official;
    return official != DAY_NONE && official - day <= NEAR_DAYS ? LIGHT_NEAR : LIGHT_ON_PLAN;
}

static const char *light_text(enum light light, enum lang lang)
{
    switch (light) {
    case LIGHT_ON_PLAN: return TR(lang, "● on plan", "● 正常");
    case LIGHT_NEAR: return TR(lang, "▲ near", "▲ 临期");
    case LIGHT_LATE: return TR(lang, "■ overdue", "■ 逾期");
    default: return TR(lang, "✓ done", "✓ 办结");
    }
}

static const char *light_name(enum light light)
{
    static const char *const names[LIGHTS] = {"on-plan", "near", "overdue", "done"};
    return names[light];
}

static const struct item *item_of(const struct view *view, const struct standing *standing)
{
    return &view->holding->plan->items[standing->duty.item];
}

/* ---- text --------------------------------------------------------------------------------- */

/* "due 2026-04-20 Mon", and which of its times where it has several. */
static void add_due(struct buf *out, const struct view *view, const struct duty *duty)
{
    enum lang lang = view->cli->lang;
    char day[TEXT_DAY], first[11], last[11], minute[6];
    if (duty->official == DAY_NONE) {
        buf_adds(out, TR(lang, "no due", "无期限"));
    } else {
        buf_printf(out, TR(lang, "due %s", "期限 %s"), text_day(day, duty->official, lang));
        if (duty->minute != MINUTES_A_DAY)
            buf_printf(out, " %s", civil_format_minute(duty->minute, minute));
    }
    if (duty->given)
        buf_adds(out, TR(lang, ", extended", "，经批准延期"));
    if (duty->retroactive)
        buf_adds(out, TR(lang, ", retroactive", "，追溯补办"));
    if (duty->occasion.phase != ITEM_NONE)
        buf_printf(out, TR(lang, ", phase %s", "，%s"),
                   view->holding->plan->items[duty->occasion.phase].name);
    else if (duty->occasion.period != DAY_NONE && duty->occasion.period != duty->occasion.due)
        buf_printf(out, TR(lang, ", period %s – %s", "，本期 %s～%s"),
                   civil_format(duty->occasion.period, first),
                   civil_format(duty->occasion.due, last));
}

static void print_units(const struct view *view, uint32_t count, uint32_t missing,
                        uint32_t asked)
{
    FILE *out = view->cli->out;
    enum lang lang = view->cli->lang;
    if (!count)
        return;
    if (missing == asked && missing > FEW && !view->wish->named) {
        fprintf(out, "    %s\n",
                TR(lang, "missing: all of them", "还缺：全部，还没有一个完成"));
        return;
    }
    fprintf(out, "    %s", TR(lang, "missing: ", "还缺："));
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? TR(lang, ", ", "、") : "",
                roster_name(view->holding->roster, view->units[i]));
    if (missing > count)
        fprintf(out, TR(lang, " … and %u more", " 等 %u 个"), lang ? missing : missing - count);
    fputc('\n', out);
}

static void print_standing(const struct view *view, const struct standing *standing,
                           uint32_t count)
{
    FILE *out = view->cli->out;
    enum lang lang = view->cli->lang;
    struct buf due = {0};
    add_due(&due, view, &standing->duty);
    text_cell(out, light_text(light_of(standing, view->wish->day), lang), 10);
    text_cell(out, item_of(view, standing)->name, NAME_COLUMNS);
    fprintf(out,
            TR(lang, "  asked %u = done %u + excused %u + missing %u  %s\n",
               "  应交 %u = 完成 %u + 免交 %u + 缺 %u  %s\n"),
            standing->asked, standing->met, standing->excused, standing->missing, due.bytes);
    print_units(view, count, standing->missing, standing->asked);
    buf_free(&due);
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void set_day(struct arena *arena, struct value *map, const char *key, int32_t day)
{
    char text[11];
    if (day != DAY_NONE)
        value_set_string(arena, map, key, civil_format(day, text));
}

static void print_json(const struct view *view, const struct standing *standing, uint32_t count)
{
    struct arena *arena = view->arena;
    struct value *map = value_map(arena), *units = value_list(arena);
    const struct duty *duty = &standing->duty;
    value_set_string(arena, map, "plan", view->holding->plan->id);
    value_set_string(arena, map, "item", item_of(view, standing)->id);
    value_set_string(arena, map, "light", light_name(light_of(standing, view->wish->day)));
    value_set_int(arena, map, "asked", standing->asked);
    value_set_int(arena, map, "met", standing->met);
    value_set_int(arena, map, "excused", standing->excused);
    value_set_int(arena, map, "missing", standing->missing);
    set_day(arena, map, "due", duty->official);
    if (duty->occasion.period != duty->occasion.due)
        set_day(arena, map, "period", duty->occasion.period);
    if (duty->occasion.phase != ITEM_NONE)
        value_set_string(arena, map, "phase",
                         view->holding->plan->items[duty->occasion.phase].id);
    for (uint32_t i = 0; i < count; i++)
        value_append(arena, units,
                     value_string(arena, roster_id(view->holding->roster, view->units[i])));
    value_set(arena, map, "behind", units);
    text_json(view->cli->out, map);
}

/* ---- all ---------------------------------------------------------------------------------- */

static int print_item(struct view *view, uint32_t item, struct err *err)
{
    const struct standing *list;
    size_t count;
    struct engine *engine = view->holding->engine;
    int code =
        engine_standing(engine, 0, item, view->wish->day, view->arena, &list, &count, err);
    for (size_t i = 0; i < count && code == 0; i++) {
        uint32_t behind = 0;
        if (list[i].missing)
            code = engine_behind(engine, 0, &list[i].duty, view->wish->day, view->units,
                                 view->wish->units, &behind, err);
        behind = behind < view->wish->units ? behind : view->wish->units;
        view->counts[light_of(&list[i], view->wish->day)]++;
        if (code == 0 && view->wish->json)
            print_json(view, &list[i], behind);
        else if (code == 0)
            print_standing(view, &list[i], behind);
    }
    return code;
}

static void print_sum(const struct view *view)
{
    FILE *out = view->cli->out;
    uint32_t sum = 0;
    for (int i = 0; i < LIGHTS; i++)
        sum += view->counts[i];
    if (!sum) {
        fprintf(out, "%s\n",
                TR(view->cli->lang, "Nothing is owed on this day.", "这一天没有要办的事项。"));
        return;
    }
    fprintf(out, TR(view->cli->lang, "\nduties %u:", "\n共 %u 项："), sum);
    for (int i = 0; i < LIGHTS; i++)
        fprintf(out, "  %s %u", light_text((enum light)i, view->cli->lang), view->counts[i]);
    fputc('\n', out);
}

/* The day that is asked for when none is said, by the time that the plan lives by; and why messages
 * are held. A store of an accelerated run has a time of its own. */
static void ask_clock(struct cli *cli, const struct holding *holding, struct wish *wish,
                      struct buf *held)
{
    struct trust trust;
    struct err err;
    if (wish->fast || holding_trust(holding, &trust, &err) < 0 || trust.doubt == CLOCK_SURE)
        return;
    if (!wish->on_day)
        wish->day = civil_from_ms(trust.now_ms, NULL);
    doubt_add_text(held, &trust, cli->lang);
    if (wish->json)
        fprintf(cli->err, "planrun: %s\n", held->bytes);
}

static int print_status(struct cli *cli, const struct holding *holding, const struct wish *wish,
                        const struct buf *held)
{
    struct view view = {.cli = cli, .holding = holding, .wish = wish, .arena = arena_new()};
    const struct plan *plan = holding->plan;
    struct err err = {0};
    char day[TEXT_DAY];
    int code = 0;
    uint32_t only = wish->item ? hold_item(cli, plan, wish->item) : ITEM_NONE;
    view.units = arena_array(view.arena, (size_t)wish->units + 1, sizeof *view.units);
    if (wish->item && only == ITEM_NONE) {
        arena_free(view.arena);
        return EXIT_PROBLEMS;
    }
    if (!wish->json)
        fprintf(cli->out, TR(cli->lang, "%s, on %s\n\n", "%s  %s\n\n"), plan->name,
                text_day(day, wish->day, cli->lang));
    if (held->length && !wish->json)
        fprintf(cli->out, "! %s\n\n", held->bytes);
    for (uint32_t i = 0; i < plan->item_count && code == 0; i++)
        if (plan->items[i].word != ITEM_PHASE && (only == ITEM_NONE || only == i))
            code = print_item(&view, i, &err);
    if (code == 0 && !wish->json)
        print_sum(&view);
    arena_free(view.arena);
    return code < 0 ? cli_fail(cli, &err) : EXIT_FINE;
}

static bool read_count(const char *text, uint32_t *count)
{
    char *end;
    long number = strtol(text, &end, 10);
    *count = (uint32_t)number;
    return end != text && !*end && number >= 0 && number <= UNITS_MOST;
}

static int read_options(struct cli *cli, int argc, char **argv, struct wish *wish)
{
    static const struct option options[] = {
        {"as-of", required_argument, NULL, 'a'}, {"item", required_argument, NULL, 'i'},
        {"units", required_argument, NULL, 'n'}, {"fast", no_argument, NULL, 'f'},
        {"json", no_argument, NULL, 'j'},        {0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        wish->json = wish->json || option == 'j';
        wish->fast = wish->fast || option == 'f';
        wish->on_day = wish->on_day || option == 'a';
        wish->named = wish->named || option == 'n';
        wish->item = option == 'i' ? optarg : wish->item;
        if (option == '?')
            return cli_bad_option(cli, argv, NULL);
        if ((option == 'a' && !cli_day(optarg, &wish->day)) ||
            (option == 'n' && !read_count(optarg, &wish->units)))
            return cli_bad_option(cli, argv, optarg);
    }
    return cli_one_script(cli, argc, argv, "status");
}

int cmd_status(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {.units = UNITS_SHOWN};
    struct buf held = {0};
    struct holding holding = {0};
    cli_day(NULL, &wish.day);
    int code = read_options(cli, argc, argv, &wish);
    if (code != EXIT_FINE)
        return code;
    code = hold_read(cli, argv[optind], wish.fast, &holding, &wish.recorded);
    if (code == EXIT_FINE && !wish.recorded)
        fputs(TR(cli->lang, "planrun: nothing is recorded for this plan yet\n",
                 "planrun: 这个方案还没有任何登记\n"),
              cli->err);
    if (code == EXIT_FINE && wish.recorded)
        ask_clock(cli, &holding, &wish, &held);
    if (code == EXIT_FINE)
        code = print_status(cli, &holding, &wish, &held);
    buf_free(&held);
    holding_close(&holding);
    return code;
}
