/* `planrun why SCRIPT #NUMBER|[EVENT] ITEM`: where something comes from – the line of the script and
 * the clause of the notice –, what its words were read as, what has come of it and what comes next. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "base/bits.h"
#include "cli/events.h"
#include "cli/hold.h"
#include "cli/text.h"
#include "cli/who.h"
#include "engine/fact.h"
#include "store/numbers.h"
#include "store/plans.h"
#include "time/civil.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_SHOWN = 10, FIRED_SHOWN = 10, NEXT_SHOWN = 5, LATE_MS = 60000 };

struct wish {
    int64_t number;   /* of a firing, 0 = none */
    int kind;         /* of events, -1 = all */
    const char *item; /* id, NULL = the plan itself */
    int32_t today;
    bool fast;
};

struct view {
    struct cli *cli;
    const struct holding *holding;
    const struct wish *wish;
    struct rows_view rows;
    struct arena *arena;
    bool recorded;
    uint32_t shown;
    int code;
    struct err *err;
};

static void print_label(const struct view *view, const char *label)
{
    fputs("  ", view->cli->out);
    text_pad(view->cli->out, label, view->cli->lang == LANG_ZH ? 10 : 12);
}

static void say(const struct view *view, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(const struct view *view, const char *label, const char *format, ...)
{
    va_list arguments;
    print_label(view, label);
    va_start(arguments, format);
    vfprintf(view->cli->out, format, arguments);
    va_end(arguments);
    fputc('\n', view->cli->out);
}

/* ---- the rule ----------------------------------------------------------------------------- */

static const char *script_name(const struct view *view)
{
    const struct store_revision *revision = &view->holding->revision;
    return revision->source_count ? revision->sources[0].file : revision->path;
}

static const char *word_name(enum item_word word)
{
    return word == ITEM_PHASE ? "phase" : word == ITEM_TASK ? "task" : "quota";
}

static void say_fulfils(const struct view *view, const struct item *item)
{
    enum lang lang = view->cli->lang;
    const struct value *list = value_get(item->sealed, "fulfils");
    for (uint32_t i = 0; list && i < list->count; i++) {
        const char *plan = value_get_string(list->items[i], "plan");
        const char *id = value_get_string(list->items[i], "item");
        if (id)
            say(view, i ? "" : TR(lang, "fulfils", "落实"), "%s%s%s", plan ? plan : "",
                plan ? ":" : "", id);
    }
}

/* "4月20日前" and what it was read as. */
static void say_date(const struct view *view, const char *label, const struct date *date)
{
    char span[TEXT_SPAN];
    if (date->kind == DATE_NONE)
        return;
    const char *text = text_date(span, date, view->cli->lang);
    if (date->phrase && strcmp(date->phrase, text) != 0)
        say(view, label, "“%s” → %s", date->phrase, text);
    else
        say(view, label, "%s", text);
}

static void say_item(const struct view *view, const struct item *item)
{
    enum lang lang = view->cli->lang;
    struct who who = who_new(view->arena, view->holding->plan, lang);
    char amount[TEXT_SPAN];
    say(view, TR(lang, "rule", "规则"), "%s:%u  %s \"%s\"%s%s", script_name(view), item->line,
        word_name(item->word), item->id, item->clause ? TR(lang, ", clause ", "，条款 ") : "",
        item->clause ? item->clause : "");
    say(view, TR(lang, "notice", "通知"), "%s", view->holding->plan->name);
    say_fulfils(view, item);
    say_date(view, TR(lang, "time", "时间"), &item->when);
    for (uint32_t i = 0; i < item->per_count; i++)
        say_date(view, TR(lang, "every", "周期"), &item->per[i]);
    say_date(view, TR(lang, "due", "期限"), &item->due);
    if (item->word != ITEM_PHASE)
        say(view, TR(lang, "who", "谁"), "%s%s%s", who_does(&who, item),
            item->count.stated ? TR(lang, ", ", "，") : "",
            text_amount(amount, &item->count, lang));
    who_free(&who);
}

/* ---- one firing ----------------------------------------------------------------------------- */

static void say_names(const struct view *view, const struct store_firing *firing,
                      const struct hold_units *units, const struct bits *set)
{
    enum lang lang = view->cli->lang;
    print_label(view, TR(lang, "units", "单位"));
    uint32_t shown = 0;
    for (uint32_t number = bits_next(set, 0); number != BITS_NONE && shown < NAMES_SHOWN;
         number = bits_next(set, number + 1)) {
        uint32_t row = hold_row(units, number);
        if (row != UNIT_NONE)
            fprintf(view->cli->out, "%s%s", shown++ ? TR(lang, ", ", "、") : "",
                    roster_name(view->holding->roster, row));
    }
    if (firing->units > shown)
        fprintf(view->cli->out, TR(lang, " … (%u in all)", " 等（共 %u 个）"), firing->units);
    fputc('\n', view->cli->out);
}

static void say_units(const struct view *view, const struct store_firing *firing)
{
    struct hold_units units = {0};
    struct bits set = {0};
    if (firing->units && hold_units(view->holding, view->arena, &units, view->err) == 0 &&
        bits_decode(firing->subjects, firing->subjects_length, &set, view->err) == 0)
        say_names(view, firing, &units, &set);
    hold_units_free(&units);
    bits_free(&set);
}

static void say_fate(const struct view *view, const struct store_firing *firing)
{
    enum lang lang = view->cli->lang;
    const char *label = TR(lang, "outcome", "结果");
    bool asks = firing->kind == EVENT_REMINDER || firing->kind == EVENT_QUOTA_LATE;
    if (firing->fate == FIRING_MERGED)
        say(view, label, "%s",
            TR(lang, "not said: a nearer reminder of the same duty spoke for it",
               "没有发：同一件事更近的一次提醒已经代它说了"));
    else if (firing->fate == FIRING_STALE)
        say(view, label, "%s",
            TR(lang, "not said: too old when planrun came to it",
               "没有发：planrun 处理到它时已经过时"));
    else if (firing->fate == FIRING_LOST)
        say(view, label, "%s",
            TR(lang, "not said, or not to all: whom it is about cannot be read in the store",
               "没有发或没有发全：数据文件中它的对象无法读出"));
    else if (asks && !firing->units && !(firing->flags & FIRING_UNKNOWN))
        say(view, label, "%s",
            TR(lang, "nobody was behind by then: nobody was told",
               "到那时已经没有人欠缺：谁也没有催"));
    else if (asks)
        say(view, label,
            TR(lang, "%u units had not met it by then", "到那时还有 %u 个单位没有完成"),
            firing->units);
    if (firing->fired_ms - firing->at_ms >= LATE_MS) {
        char at[TEXT_SPAN];
        say(view, TR(lang, "recorded", "记录于"),
            TR(lang, "%s: planrun did not run when it came", "%s：事情到来时 planrun 没有运行"),
            text_instant(at, firing->fired_ms, lang));
    }
}

static void say_handler(const struct view *view, const struct store_firing *firing)
{
    enum lang lang = view->cli->lang;
    const char *label = TR(lang, "handler", "处理函数");
    if (firing->kind == EVENT_NOTICE && firing->cause)
        say(view, label, TR(lang, "said by the handler of #%lld", "由 #%lld 的处理函数发出"),
            (long long)firing->cause);
    if (firing->handler == HANDLER_PENDING)
        say(view, label, "%s", TR(lang, "has still to run", "等待运行"));
    if (firing->handler == HANDLER_DONE)
        say(view, label, "%s", TR(lang, "has run", "已运行"));
    if (firing->handler == HANDLER_FAILED)
        say(view, label, TR(lang, "failed: %s", "出错：%s"), firing->text ? firing->text : "");
}

static void say_due(const struct view *view, const struct store_firing *firing)
{
    enum lang lang = view->cli->lang;
    char official[TEXT_DAY], working[TEXT_DAY];
    if (firing->official == DAY_NONE)
        return;
    if (firing->working != firing->official && firing->working != DAY_NONE)
        say(view, TR(lang, "follows", "依据期限"),
            TR(lang, "%s; working due %s, which reminders follow",
               "%s；工作日期限 %s，提醒按它提前"),
            text_day(official, firing->official, lang),
            text_day(working, firing->working, lang));
    else
        say(view, TR(lang, "follows", "依据期限"), "%s",
            text_day(official, firing->official, lang));
}

static bool explain_firing(void *context, const struct store_firing *firing)
{
    struct view *view = context;
    struct journal_row names;
    view->code = engine_row(view->holding->engine, firing, view->arena, &names, view->err);
    if (view->code < 0)
        return false;
    struct row row = row_of_firing(&names);
    row_print(&view->rows, &row);
    view->shown++;
    uint32_t item = names.item_id ? plan_find(view->holding->plan, names.item_id) : ITEM_NONE;
    if (item != ITEM_NONE)
        say_item(view, &view->holding->plan->items[item]);
    else if (names.item_id)
        say(view, TR(view->cli->lang, "rule", "规则"), "%s",
            TR(view->cli->lang, "of an earlier revision: the plan has no such item any more",
               "出自以前的版本：现在的方案里没有这一项了"));
    say_due(view, firing);
    say_fate(view, firing);
    say_units(view, firing);
    say_handler(view, firing);
    return false;
}

static void explain_number(struct view *view)
{
    struct store_filter filter = {.plan = engine_plan_number(view->holding->engine, 0),
                                  .number = view->wish->number};
    int code = store_journal(view->holding->store, &filter, explain_firing, view, view->err);
    view->code = view->code < 0 ? view->code : code;
    if (view->code == 0 && !view->shown)
        view->code =
            err_set(view->err, ERR_NOT_FOUND,
                    TR(view->cli->lang, "the journal has no #%lld", "日志里没有 #%lld"),
                    (long long)view->wish->number);
}

/* ---- an item -------------------------------------------------------------------------------- */

static bool print_fired(void *context, const struct store_firing *firing)
{
    struct view *view = context;
    struct journal_row names;
    if (view->wish->kind >= 0 && firing->kind != view->wish->kind)
        return true;
    view->code = engine_row(view->holding->engine, firing, view->arena, &names, view->err);
    if (view->code < 0 || view->shown == FIRED_SHOWN)
        return false;
    struct row row = row_of_firing(&names);
    row_print(&view->rows, &row);
    view->shown++;
    return true;
}

/* An event without an item: all of that kind. */
static bool is_any(const struct wish *wish)
{
    return wish->kind >= 0 && !wish->item;
}

/* The last firings of the item, the latest first. */
static void print_firings(struct view *view)
{
    enum lang lang = view->cli->lang;
    struct store_item item;
    const char *id = view->wish->item ? view->wish->item : "";
    uint32_t plan = engine_plan_number(view->holding->engine, 0);
    fprintf(view->cli->out, "%s\n",
            TR(lang, "\nWhat has come of it, the latest first", "\n已经发生（最近的在前）"));
    view->code = store_items(view->holding->store, plan, &id, 1, &item, view->err);
    bool any = is_any(view->wish);
    struct store_filter filter = {.plan = plan, .latest = true};
    if (view->code == 0)
        filter.item = any ? 0 : item.number;
    if (any)
        filter.kinds = 1 << view->wish->kind;
    if (view->code == 0 && (any || item.number))
        view->code = store_journal(view->holding->store, &filter, print_fired, view, view->err);
    if (view->code == 0 && !view->shown)
        fprintf(view->cli->out, "%s\n",
                view->recorded ? TR(lang, "nothing", "没有")
                               : TR(lang, "nothing: the plan has not been run yet",
                                    "没有：方案还没有运行过"));
}

/* Events that have come but are not decided, because nobody runs the plan, and those to come. */
static void print_coming(struct view *view, uint32_t item)
{
    enum lang lang = view->cli->lang;
    struct engine *engine = view->holding->engine;
    const struct agenda *agenda = engine_agenda(engine, 0);
    int64_t today_ms = civil_ms(view->wish->today, 0), next_ms = engine_next(engine);
    struct walk *walk = walk_new(agenda, next_ms < today_ms ? next_ms : today_ms);
    struct event event;
    uint32_t shown = 0;
    bool waiting = false;
    fprintf(view->cli->out, "%s\n", TR(lang, "\nWhat comes next", "\n接下来"));
    while (shown < NEXT_SHOWN && walk_next(walk, &event)) {
        if ((event.item != item && !is_any(view->wish)) || event.at_ms < next_ms ||
            (view->wish->kind >= 0 && (int)event.kind != view->wish->kind))
            continue;
        int64_t units;
        view->code = engine_concerns(engine, 0, &event, &units, view->err);
        if (view->code < 0)
            break;
        struct row row = row_of_event(&event, units);
        row_print(&view->rows, &row);
        waiting = waiting || event.at_ms < today_ms;
        shown++;
    }
    walk_free(walk);
    if (!shown && view->code == 0)
        fprintf(view->cli->out, "%s\n", TR(lang, "nothing any more", "没有了"));
    if (waiting && view->recorded)
        fprintf(view->cli->out, "%s\n",
                TR(lang, "Some of it has come already: planrun is not running this plan.",
                   "其中有的已经到时：planrun 现在没有运行这个方案。"));
}

static void print_standing(struct view *view, uint32_t item)
{
    enum lang lang = view->cli->lang;
    const struct standing *list;
    size_t count;
    view->code = engine_standing(view->holding->engine, 0, item, view->wish->today, view->arena,
                                 &list, &count, view->err);
    for (size_t i = 0; view->code == 0 && i < count; i++) {
        char day[TEXT_DAY];
        say(view, i ? "" : TR(lang, "stands", "现状"),
            TR(lang, "due %s: asked %u = done %u + excused %u + missing %u",
               "期限 %s：应交 %u = 完成 %u + 免交 %u + 缺 %u"),
            text_day(day, list[i].duty.official, lang), list[i].asked, list[i].met,
            list[i].excused, list[i].missing);
    }
}

static void explain_item(struct view *view)
{
    const struct plan *plan = view->holding->plan;
    uint32_t item = ITEM_NONE;
    if (view->wish->item) {
        item = plan_find(plan, view->wish->item);
        fprintf(view->cli->out, "%s\n", plan->items[item].name);
        say_item(view, &plan->items[item]);
        if (plan->items[item].word != ITEM_PHASE)
            print_standing(view, item);
    } else {
        fprintf(view->cli->out, "%s\n", plan->name);
        say_date(view, TR(view->cli->lang, "time", "时间"), &plan->when);
    }
    if (view->code == 0)
        print_firings(view);
    if (view->code == 0 && view->wish->kind != EVENT_NOTICE)
        print_coming(view, item);
}

/* ---- the command ---------------------------------------------------------------------------- */

static int kind_of(const char *word)
{
    for (int kind = 0; kind <= EVENT_NOTICE; kind++)
        if (strcmp(word, firing_name(kind)) == 0)
            return kind;
    return -1;
}

/* "f17": something that was reported; it needs no reason but its own. */
static bool is_report(const char *word)
{
    return *word == 'f' && word[1] && !word[1 + strspn(word + 1, "0123456789")];
}

static bool refuse_report(struct cli *cli, const char *word)
{
    struct err err = {0};
    err_set(&err, ERR_INVALID,
            TR(cli->lang,
               "%s was reported, it did not fire; “planrun log --event fact” shows it",
               "%s 是登记，不是事件；登记的内容见 planrun log --event fact"),
            word);
    cli_fail(cli, &err);
    return false;
}

/* "#17" and "17" are a firing, "quota.late" an event, all else an item; its name does as well. */
static bool read_word(struct cli *cli, const struct plan *plan, const char *word,
                      struct wish *wish)
{
    char *end;
    const char *digits = *word == '#' ? word + 1 : word;
    long long number = strtoll(digits, &end, 10);
    if (end != digits && !*end && number > 0) {
        wish->number = number;
        return true;
    }
    if (wish->kind < 0 && (wish->kind = kind_of(word)) >= 0)
        return true;
    if (is_report(word) && plan_find(plan, word) == ITEM_NONE)
        return refuse_report(cli, word);
    uint32_t item = hold_item(cli, plan, word);
    wish->item = item == ITEM_NONE ? NULL : plan->items[item].id;
    return wish->item;
}

static int explain(struct cli *cli, const struct holding *holding, bool recorded,
                   struct wish *wish, char **words)
{
    struct err err = {0};
    struct view view = {.cli = cli,
                        .holding = holding,
                        .wish = wish,
                        .rows = {.out = cli->out, .lang = cli->lang, .numbered = true},
                        .arena = arena_new(),
                        .recorded = recorded,
                        .err = &err};
    for (; *words; words++)
        if (!read_word(cli, holding->plan, *words, wish)) {
            arena_free(view.arena);
            return EXIT_PROBLEMS;
        }
    if (wish->number)
        explain_number(&view);
    else
        explain_item(&view);
    arena_free(view.arena);
    return view.code < 0 ? cli_fail(cli, &err) : EXIT_FINE;
}

int cmd_why(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"as-of", required_argument, NULL, 'a'}, {"fast", no_argument, NULL, 'f'}, {0}};
    struct wish wish = {.kind = -1};
    struct holding holding = {0};
    bool recorded;
    int option;
    cli_day(NULL, &wish.today);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        wish.fast = wish.fast || option == 'f';
        if (option == '?' || (option == 'a' && !cli_day(optarg, &wish.today)))
            return cli_bad_option(cli, argv, option == 'a' ? optarg : NULL);
    }
    if (argc - optind < 2 || argc - optind > 3)
        return cli_usage(cli, TR(cli->lang, "why needs a script and a #number, event or item",
                                 "why 需要一个方案脚本和 #编号、事件或事项"));
    int code = hold_read(cli, argv[optind], wish.fast, &holding, &recorded);
    if (code == EXIT_FINE)
        code = explain(cli, &holding, recorded, &wish, argv + optind + 1);
    holding_close(&holding);
    return code;
}
