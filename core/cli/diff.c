/* `planrun diff OLD NEW [BELOW…]`, `planrun diff SCRIPT`: what is another in a new version of a plan,
 * what `apply` would make of it, and what no longer conforms in the plans below. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "base/utf8.h"
#include "cli/difference.h"
#include "cli/hold.h"
#include "cli/impact.h"
#include "cli/moves.h"
#include "cli/sealed_text.h"
#include "cli/text.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_COLUMNS = 72 }; /* of what stands in one line */

struct wish {
    bool json, fast;
};

/* A version of a plan, from a script or from a store. */
struct version {
    struct difference_side side;
    const char *path, *revision;
};

struct view {
    struct cli *cli;
    const struct wish *wish;
    const struct version *old, *new;
    struct arena *arena;
    struct who who[2]; /* the names of either */
};

/* ---- words ------------------------------------------------------------------------------------- */

static const char *kind_text(enum difference_kind kind, enum lang lang)
{
    static const char *const texts[][2] = {
        [DIFFERENCE_ADDED] = {"added", "新增"},
        [DIFFERENCE_REMOVED] = {"removed", "取消"},
        [DIFFERENCE_MOVED] = {"moved", "移动"},
        [DIFFERENCE_ORDER] = {"order", "次序改动"},
        [DIFFERENCE_WORD] = {"other kind", "类别改动"},
        [DIFFERENCE_EARLIER] = {"earlier", "提前"},
        [DIFFERENCE_LATER] = {"later", "推后"},
        [DIFFERENCE_TIMED] = {"other time", "时间改动"},
        [DIFFERENCE_MORE] = {"more", "数量增加"},
        [DIFFERENCE_FEWER] = {"fewer", "数量减少"},
        [DIFFERENCE_AMOUNT] = {"other amount", "数量改动"},
        [DIFFERENCE_PEOPLE] = {"other people", "对象改动"},
        [DIFFERENCE_RECEIVER] = {"other receiver", "报送改动"},
        [DIFFERENCE_BINDING] = {"other binding", "约束改动"},
        [DIFFERENCE_CONTENT] = {"other content", "要求改动"},
        [DIFFERENCE_LINKS] = {"other links", "关联改动"},
        [DIFFERENCE_REMIND] = {"other reminders", "提醒改动"},
        [DIFFERENCE_HANDLER] = {"other handler", "处理改动"},
        [DIFFERENCE_REWORDED] = {"reworded", "文字改动"},
    };
    return TR(lang, texts[kind][0], texts[kind][1]);
}

static const char *about_text(enum difference_about about, enum lang lang)
{
    static const char *const texts[][2] = {
        {"the plan", "方案本身"}, {"unit", "单位"}, {"group", "组织"},
        {"roster", "名册"},       {"", ""},         {"remind", "提醒"},
        {"on", "事件处理"},
    };
    return TR(lang, texts[about][0], texts[about][1]);
}

/* ---- one difference ---------------------------------------------------------------------------- */

/* Appends a part of a summary, if it says anything. */
static void add_part(struct buf *out, const char *text, enum lang lang)
{
    if (*text)
        buf_printf(out, "%s%s", out->length ? TR(lang, ", ", "，") : "", text);
}

static void add_item(struct buf *out, const struct view *view, const struct who *who,
                     const struct item *item)
{
    char amount[TEXT_SPAN];
    enum lang lang = view->cli->lang;
    add_part(out, value_get_string(item->sealed, "word"), lang);
    add_part(out, item->word == ITEM_PHASE ? "" : who_does(who, item), lang);
    add_part(out, text_amount(amount, &item->count, lang), lang);
    add_part(out, text_time(view->arena, item, lang), lang);
}

/* A thing that is new or gone: of an item who, how many, by when; of others what marks them. */
static void add_summary(struct buf *out, const struct view *view, const struct difference *said)
{
    static const char *const fields[] = {"kind",  "parent", "kinds", "before",
                                         "after", "every",  "text"};
    bool added = said->kind == DIFFERENCE_ADDED;
    const struct who *who = &view->who[added];
    uint32_t at = said->about == DIFFERENCE_ITEM ? plan_find(who->plan, said->id) : ITEM_NONE;
    if (at != ITEM_NONE)
        add_item(out, view, who, &who->plan->items[at]);
    for (size_t i = 0; i < sizeof fields / sizeof *fields && at == ITEM_NONE; i++) {
        const struct value *value = value_get(added ? said->after : said->before, fields[i]);
        if (value)
            add_part(out,
                     arena_printf(view->arena, "%s %s", fields[i], sealed_text(who, value)),
                     view->cli->lang);
    }
}

static const char *none(const char *text, enum lang lang)
{
    return *text ? text : TR(lang, "none", "无");
}

static void add_by(struct buf *out, const struct view *view, const struct difference *said)
{
    enum lang lang = view->cli->lang;
    if (said->days == 1 || said->days == -1)
        buf_adds(out, TR(lang, ", 1 day", "，1 天"));
    else if (said->days)
        buf_printf(out, TR(lang, ", %d days", "，%d 天"), abs(said->days));
    if (said->by)
        buf_printf(out, TR(lang, ", with %s", "，随 %s"), said->by);
}

/* From what to what: below one another where that is more than a line. */
static void add_values(struct buf *out, const struct view *view, const struct difference *said)
{
    enum lang lang = view->cli->lang;
    const char *old = none(said->old, lang), *new = none(said->new, lang);
    const char *field = said->field ? said->field : "";
    if (strcmp(field, "due") == 0 || strcmp(field, "count") == 0)
        field = ""; /* the kind says it */
    size_t width = utf8_width(old, strlen(old)) + utf8_width(new, strlen(new)) + strlen(field);
    bool wide = width > VALUE_COLUMNS;
    buf_printf(out, "%s%s", field, wide ? "\n      - " : *field ? "  " : "");
    utf8_add_plain(out, old);
    buf_adds(out, wide ? "\n      + " : " → ");
    utf8_add_plain(out, new);
    add_by(out, view, said);
}

static void add_order(struct buf *out, const struct view *view, const struct difference *said)
{
    enum lang lang = view->cli->lang;
    if (*said->new)
        buf_printf(out, TR(lang, "now behind %s", "现排在“%s”之后"), said->new);
    else
        buf_adds(out, TR(lang, "now the first", "现排在最前"));
}

static void print_difference(const struct view *view, const struct difference *said)
{
    FILE *out = view->cli->out;
    struct buf text = {0};
    const char *kind = kind_text(said->kind, view->cli->lang);
    if (said->kind == DIFFERENCE_ADDED || said->kind == DIFFERENCE_REMOVED)
        add_summary(&text, view, said);
    else if (said->kind == DIFFERENCE_ORDER)
        add_order(&text, view, said);
    else if (said->kind != DIFFERENCE_HANDLER) /* whose words are its lines */
        add_values(&text, view, said);
    fputs("  ", out);
    if (text.length)
        text_pad(out, kind, view->cli->lang == LANG_ZH ? 10 : 18);
    fprintf(out, "%s\n", text.length ? text.bytes : kind);
    buf_free(&text);
}

static bool is_new_subject(const struct difference *list, size_t at)
{
    return at == 0 || list[at].about != list[at - 1].about ||
           strcmp(list[at].id, list[at - 1].id) != 0 ||
           strcmp(list[at].name, list[at - 1].name) != 0;
}

static void print_subject(const struct view *view, const struct difference *said)
{
    const char *about = about_text(said->about, view->cli->lang);
    fprintf(view->cli->out, "%s%s%s%s%s\n", about, *about && *said->id ? " " : "", said->id,
            *said->name ? " " : "", said->name);
}

static void print_json(const struct view *view, const struct difference *said)
{
    struct value *map = value_map(view->arena);
    value_set_string(view->arena, map, "kind", "difference");
    value_set_string(view->arena, map, "change", difference_name(said->kind));
    value_set_string(view->arena, map, "about", difference_about_name(said->about));
    value_set_string(view->arena, map, "id", said->id);
    value_set_string(view->arena, map, "name", said->name);
    if (said->field)
        value_set_string(view->arena, map, "field", said->field);
    if (said->by)
        value_set_string(view->arena, map, "by", said->by);
    if (said->before)
        value_set(view->arena, map, "before", value_copy(view->arena, said->before));
    if (said->after)
        value_set(view->arena, map, "after", value_copy(view->arena, said->after));
    if (said->days)
        value_set_int(view->arena, map, "days", said->days);
    text_json(view->cli->out, map);
}

/* ---- the whole --------------------------------------------------------------------------------- */

static void print_versions(const struct view *view)
{
    const struct version *old = view->old, *new = view->new;
    FILE *out = view->cli->out;
    enum lang lang = view->cli->lang;
    const struct plan *before = old->side.plan, *after = new->side.plan;
    fprintf(out, "%s  %.12s → %.12s\n", after->name, old->revision, new->revision);
    if (strcmp(before->id, after->id) != 0)
        fprintf(out,
                TR(lang, "two plans, %s and %s: compared by the ids of their items\n",
                   "两个方案（%s 与 %s），按事项编号比较\n"),
                before->id, after->id);
}

static void print_empty(const struct view *view)
{
    const struct version *old = view->old, *new = view->new;
    enum lang lang = view->cli->lang;
    const char *text = TR(lang, "no difference but in the text or the order of the script",
                          "只有脚本的文字或书写次序不同，内容没有变化");
    if (strcmp(old->revision, new->revision) == 0)
        text = TR(lang, "no difference: both are the same revision", "没有不同：是同一个版本");
    else if (strcmp(old->side.plan->id, new->side.plan->id) != 0)
        text = TR(lang, "no difference but that of their ids", "除编号外没有不同");
    fprintf(view->cli->out, "%s\n", text);
}

static void print_all(const struct view *view, const struct differences *found)
{
    struct cli *cli = view->cli;
    print_versions(view);
    if (!found->count) {
        print_empty(view);
        return;
    }
    for (size_t i = 0; i < found->count; i++) {
        if (is_new_subject(found->list, i))
            print_subject(view, &found->list[i]);
        print_difference(view, &found->list[i]);
    }
    fprintf(cli->out, TR(cli->lang, "differences: %zu\n", "共 %zu 处不同\n"), found->count);
}

/* Only a plan of the same id is one that a running plan can become. */
static void print_moves(const struct view *view)
{
    struct cli *cli = view->cli;
    const struct plan *before = view->old->side.plan, *after = view->new->side.plan;
    if (strcmp(before->id, after->id) != 0)
        return;
    struct moves moves =
        moves_between(&view->old->side, &view->new->side, view->arena, cli->lang);
    if (view->wish->json) {
        moves_print_json(&moves, "apply", cli->out);
        return;
    }
    if (!moves.count)
        return;
    fprintf(cli->out, "\n%s\n",
            TR(cli->lang, "What planrun apply would do to a plan that runs",
               "正在运行的方案采用（planrun apply）以后"));
    moves_print_meanings(&moves, cli->out);
}

static void print_json_versions(const struct view *view)
{
    const struct version *const sides[] = {view->old, view->new};
    struct value *map = value_map(view->arena);
    value_set_string(view->arena, map, "kind", "versions");
    for (int i = 0; i < 2; i++) {
        struct value *side = value_map(view->arena);
        value_set_string(view->arena, side, "plan", sides[i]->side.plan->id);
        value_set_string(view->arena, side, "revision", sides[i]->revision);
        value_set_string(view->arena, side, "path", sides[i]->path);
        value_set(view->arena, map, i ? "new" : "old", side);
    }
    text_json(view->cli->out, map);
}

static void compare(struct view *view)
{
    view->who[0] = who_new(view->arena, view->old->side.plan, view->cli->lang);
    view->who[1] = who_new(view->arena, view->new->side.plan, view->cli->lang);
    struct differences found =
        difference_find(&view->old->side, &view->new->side, view->arena, view->cli->lang);
    if (view->wish->json) {
        print_json_versions(view);
        for (size_t i = 0; i < found.count; i++)
            print_json(view, &found.list[i]);
    } else {
        print_all(view, &found);
    }
    print_moves(view);
    who_free(&view->who[0]);
    who_free(&view->who[1]);
}

/* ---- a script against what runs ------------------------------------------------------------------ */

/* A version from a loaded script. */
static int make_version(const struct loaded *loaded, const struct host *host,
                        struct arena *arena, struct version *out, struct err *err)
{
    *out = (struct version){.side = {.sources = holding_sources(loaded, arena),
                                     .source_count = loaded->source_count},
                            .path = loaded->path,
                            .revision = loaded->revision};
    return plan_compile(arena, loaded->sealed, host_calendar(host), &out->side.plan, err);
}

static int compare_held(struct cli *cli, const struct wish *wish, const struct holding *holding,
                        struct arena *arena)
{
    struct version old = {.side = {.plan = holding->plan,
                                   .sources = holding->revision.sources,
                                   .source_count = holding->revision.source_count},
                          .path = holding->revision.path,
                          .revision = holding->revision.hash};
    struct version new;
    struct err err = {0};
    if (make_version(holding->loaded, holding->host, arena, &new, &err) < 0)
        return cli_fail(cli, &err);
    compare(&(struct view){.cli = cli, .wish = wish, .old = &old, .new = &new, .arena = arena});
    return EXIT_FINE;
}

static int diff_store(struct cli *cli, const struct wish *wish, const char *script)
{
    struct hold_wish hold = {.mode = HOLDING_READ,
                             .script = script,
                             .fast = wish->fast,
                             .compare = true,
                             .no_roster = true};
    struct holding holding = {0};
    struct arena *arena = arena_new();
    int code = hold_open(cli, &hold, &holding);
    if (code == EXIT_FINE && holding.loaded) {
        code = compare_held(cli, wish, &holding, arena);
    } else if (code == EXIT_FINE) {
        struct cli_plan broken;
        code = cli_load(cli, script, &broken); /* tells what is wrong */
        cli_unload(&broken);
        code = code == EXIT_FINE ? EXIT_PROBLEMS : code;
    }
    holding_close(&holding);
    arena_free(arena);
    return code;
}

/* ---- two scripts ------------------------------------------------------------------------------- */

/* Loads a script; what is wrong with it is told only when that keeps it from loading. */
static int load(struct cli *cli, struct host *host, const char *path,
                const struct load_options *options, struct arena *arena, struct loaded **out)
{
    struct findings findings = findings_new(arena, cli->lang);
    struct err err = {0};
    int code = load_plan(host, path, options, &findings, out, &err);
    if (code < 0 && findings.errors)
        cli_print_findings(cli, &findings);
    if (code < 0 && (findings.errors == 0 || code == ERR_INTERNAL))
        cli_fail(cli, &err);
    findings_free(&findings);
    return code < 0 ? EXIT_PROBLEMS : EXIT_FINE;
}

/* A draft need not lie beside the plans above it: they are also looked for beside the old script. */
static const char *plan_path(const char *old, struct arena *arena)
{
    const char *slash = strrchr(old, '/'), *given = getenv("PLANRUN_PATH");
    const char *folder = slash ? arena_copy(arena, old, (size_t)(slash - old)) : ".";
    folder = *folder ? folder : "/";
    return given && *given ? arena_printf(arena, "%s:%s", given, folder) : folder;
}

static int ask_below(const struct view *view, const struct load_options *options, char **paths,
                     size_t count)
{
    const struct plan *before = view->old->side.plan, *after = view->new->side.plan;
    struct impact_wish wish = {.id = before->id,
                               .versions = {view->old->path, view->new->path},
                               .below = paths,
                               .count = count,
                               .plan_path = options->plan_path,
                               .json = view->wish->json};
    cli_day(NULL, &wish.today);
    if (strcmp(before->id, after->id) == 0)
        return impact_print(view->cli, &wish);
    fflush(view->cli->out);
    fprintf(view->cli->err,
            TR(view->cli->lang, "planrun: no plan below %s stands below %s: nothing to ask\n",
               "planrun：%s 的下级方案不是 %s 的下级，无从检查\n"),
            before->id, after->id);
    return EXIT_PROBLEMS;
}

static int diff_scripts(struct cli *cli, const struct wish *wish, char **paths, size_t count)
{
    struct host *host = NULL;
    struct loaded *loaded[2] = {NULL, NULL};
    struct version versions[2];
    struct arena *arena = arena_new();
    struct err err = {0};
    const struct load_options options = {.plan_path = plan_path(paths[0], arena)};
    struct view view = {
        .cli = cli, .wish = wish, .old = &versions[0], .new = &versions[1], .arena = arena};
    int code = cli_open_host(&host, &err) < 0 ? cli_fail(cli, &err) : EXIT_FINE;
    for (int i = 0; i < 2 && code == EXIT_FINE; i++) {
        code = load(cli, host, paths[i], &options, arena, &loaded[i]);
        if (code == EXIT_FINE && make_version(loaded[i], host, arena, &versions[i], &err) < 0)
            code = cli_fail(cli, &err);
    }
    if (code == EXIT_FINE) {
        compare(&view);
        code = count > 2 ? ask_below(&view, &options, paths + 2, count - 2) : code;
    }
    loaded_free(loaded[0]);
    loaded_free(loaded[1]);
    host_close(host);
    arena_free(arena);
    return code;
}

int cmd_diff(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'}, {"fast", no_argument, NULL, 'f'}, {0}};
    struct wish wish = {0};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?')
            return cli_bad_option(cli, argv, NULL);
        wish.json |= option == 'j';
        wish.fast |= option == 'f';
    }
    if (optind == argc)
        return cli_usage(cli, "%s",
                         TR(cli->lang, "diff needs two scripts, or one that runs",
                            "diff 需要两个方案脚本，或一个运行过的"));
    if (optind + 1 == argc)
        return diff_store(cli, &wish, argv[optind]);
    return diff_scripts(cli, &wish, argv + optind, (size_t)(argc - optind));
}
