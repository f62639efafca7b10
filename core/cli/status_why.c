/* `planrun status --unit U --quota Q --why`: the rule, the dates and the pieces behind one cell. */
#include "cli/status.h"

#include "cli/text.h"
#include "cli/who.h"
#include "time/civil.h"

#include <stdarg.h>

enum { LABEL = 10 };

static void label(const struct status *status, const char *text)
{
    fputs("  ", status->cli->out);
    text_pad(status->cli->out, text, LABEL);
}

__attribute__((format(printf, 3, 4))) static void say(const struct status *status,
                                                      const char *name, const char *format, ...)
{
    va_list arguments;
    label(status, name);
    va_start(arguments, format);
    vfprintf(status->cli->out, format, arguments);
    va_end(arguments);
    fputc('\n', status->cli->out);
}

/* ---- the rule ----------------------------------------------------------------------------- */

static void say_amount(const struct status *status, const char *name,
                       const struct amount *amount)
{
    char text[TEXT_SPAN];
    if (amount->stated)
        say(status, name, "%s", text_amount(text, amount, status->cli->lang));
}

static void say_list(const struct status *status, const char *name, const struct value *list)
{
    if (!list || (list->type == VALUE_LIST && !list->count))
        return;
    label(status, name);
    if (list->type == VALUE_STRING)
        fputs(list->string, status->cli->out);
    for (uint32_t i = 0; list->type == VALUE_LIST && i < list->count; i++)
        if (list->items[i]->type == VALUE_STRING)
            fprintf(status->cli->out, "%s%s", i ? "、" : "", list->items[i]->string);
    fputc('\n', status->cli->out);
}

static void say_content(const struct status *status, const struct item *item)
{
    enum lang lang = status->cli->lang;
    const struct value *where = value_get(item->sealed, "where");
    static const char *const states[][2] = {
        [COUNTS_SUBMITTED] = {"when handed in", "交了就计"},
        [COUNTS_ACCEPTED] = {"when accepted", "采纳后才计"},
        [COUNTS_RECOMMENDED] = {"when recommended", "推荐后才计"},
        [COUNTS_SELECTED] = {"when selected", "入选后才计"},
    };
    say_amount(status, TR(lang, "length", "字数"), &item->chars);
    say_amount(status, TR(lang, "minutes", "时长"), &item->minutes);
    if (item->original)
        say(status, TR(lang, "original", "原创"), "%s",
            TR(lang, "nobody else's piece", "不得与别人的相同"));
    say_list(status, TR(lang, "records", "留存"), value_get(where, "records"));
    say_list(status, TR(lang, "by people", "人工把关"), value_get(where, "rules"));
    if (item->counts != COUNTS_SUBMITTED)
        say(status, TR(lang, "counts", "计数"), "%s", states[item->counts][lang == LANG_ZH]);
}

static void say_rule(const struct status *status, const struct item *item)
{
    enum lang lang = status->cli->lang;
    const struct store_revision *revision = &status->holding->revision;
    const char *script = revision->source_count ? revision->sources[0].file : revision->path;
    struct who who = who_new(status->arena, status->holding->plan, lang);
    char amount[TEXT_SPAN];
    say(status, TR(lang, "rule", "规则"), "%s:%u  %s%s%s", script ? script : "", item->line,
        item->id, item->clause ? TR(lang, ", clause ", "，条款 ") : "",
        item->clause ? item->clause : "");
    say(status, TR(lang, "who", "谁"), "%s%s%s", who_does(&who, item),
        item->count.stated ? TR(lang, ", ", "，") : "",
        text_amount(amount, &item->count, lang));
    if (item->who[ROLE_TO])
        say(status, TR(lang, "to", "报送"), "%s", who_text(&who, item->who[ROLE_TO]));
    say_content(status, item);
    who_free(&who);
}

/* ---- one time of the duty ------------------------------------------------------------------ */

static void say_day(const struct status *status, const char *name, int32_t day,
                    const char *note)
{
    char text[TEXT_DAY];
    say(status, name, "%s%s", text_day(text, day, status->cli->lang), note);
}

/* The due of the rule, and the unit's own where it was given more time. */
static int say_dates(const struct status *status, uint32_t duty, const struct board_own *own,
                     struct err *err)
{
    enum lang lang = status->cli->lang;
    const struct agenda *agenda = engine_agenda(status->holding->engine, 0);
    const struct duty *mine = own->part ? &own->part->duty : &status->duties[duty].duty;
    struct occasion occasion = mine->occasion;
    struct duty rule = *mine;
    char text[TEXT_DAY];
    occasion.due = DAY_NONE;
    if (mine->given && agenda_duty_at(agenda, mine->item, &occasion, &rule))
        say_day(status, TR(lang, "original", "原期限"), rule.official, "");
    else if (mine->retroactive)
        say_day(status, TR(lang, "original", "原期限"), mine->occasion.due, "");
    if (mine->open != DAY_NONE)
        say_day(status, TR(lang, "from", "开始"), mine->open, "");
    struct buf due = {0};
    status_add_day(&due, status, mine);
    say(status, TR(lang, "due", "期限"), "%s", due.bytes);
    buf_free(&due);
    if (mine->working != DAY_NONE && mine->working != mine->official)
        say(status, TR(lang, "working", "工作日"),
            TR(lang, "%s, which reminders follow", "%s，提醒按它提前"),
            text_day(text, mine->working, lang));
    if (!own->part || !mine->given)
        return 0;
    struct board_grant grant;
    int code = board_grant(status->board, duty, status->unit, FACT_EXTENDED, status->arena,
                           &grant, err);
    if (code < 0)
        return code;
    label(status, TR(lang, "more time", "延期"));
    fprintf(status->cli->out, "f%lld", (long long)grant.number);
    status_print_grant(status, &grant);
    fputc('\n', status->cli->out);
    return 0;
}

static void say_sum(const struct status *status, const struct page_cell *cell)
{
    enum lang lang = status->cli->lang;
    char rate[STATUS_PERCENT];
    const struct progress_sum *sum = &cell->sum;
    say(status, TR(lang, "stands", "现状"),
        TR(lang, "%s; asked %u = done %u (%u on time) + excused %u + missing %u; %s",
           "%s；应交 %u = 完成 %u（按时 %u）+ 免交 %u + 缺 %u；%s"),
        status_light(cell->light, lang), sum->asked, sum->met, sum->in_time, sum->excused,
        sum->missing, status_percent(rate, sum->met, sum->asked));
}

static int say_own(const struct status *status, uint32_t duty, const struct board_own *own,
                   struct err *err)
{
    enum lang lang = status->cli->lang;
    const struct piece *pieces;
    size_t count;
    say(status, TR(lang, "itself", "本级"),
        TR(lang, "%s; done %lld of %u, %u missing", "%s；已交 %lld/%u，缺 %u"),
        status_light(own->light, lang), (long long)own->count.done, own->need, own->missing);
    int code = status_pieces(status, &own->part->duty, &pieces, &count, err);
    if (code == 0 && own->excused) {
        struct board_grant grant;
        code = board_grant(status->board, duty, status->unit, FACT_EXCUSED, status->arena,
                           &grant, err);
        label(status, TR(lang, "excused", "免交"));
        const struct life_fact *leave = status_leave(status, duty, status->unit);
        int64_t number = leave ? leave->number : grant.number;
        if (number)
            fprintf(status->cli->out, "f%lld", (long long)number);
        status_print_excuse(status, duty, status->unit, &grant);
        fputc('\n', status->cli->out);
    }
    if (code < 0)
        return code;
    label(status, TR(lang, "pieces", "材料"));
    if (!count)
        fprintf(status->cli->out, "%s\n", TR(lang, "none", "没有"));
    status_print_pieces(status, own->part->duty.item, pieces, count, LABEL + 2);
    return 0;
}

static int explain(const struct status *status, uint32_t duty, struct err *err)
{
    const struct page_cell *cell = status_total(status, duty);
    struct board_own own;
    int code = board_own(status->board, duty, status->unit, &own, err);
    if (code < 0 || (!own.part && !cell->sum.asked))
        return code;
    fputc('\n', status->cli->out);
    code = say_dates(status, duty, &own, err);
    if (code == 0 && (!own.part || cell->sum.asked > 1))
        say_sum(status, cell);
    if (code == 0 && own.part)
        code = say_own(status, duty, &own, err);
    return code;
}

int status_print_why(struct status *status, struct err *err)
{
    FILE *out = status->cli->out;
    int code = 0;
    uint32_t asked = 0;
    fprintf(out, "%s\n", status->holding->plan->items[status->item].name);
    say_rule(status, &status->holding->plan->items[status->item]);
    for (uint32_t i = 0; i < status->count && code == 0; i++) {
        asked += status_total(status, i)->sum.asked > 0;
        code = explain(status, i, err);
    }
    if (code == 0 && !asked)
        fprintf(out, "\n%s\n",
                TR(status->cli->lang, "The unit is not asked for it by that day.",
                   "到这一天为止，这个单位没有这一项。"));
    return code;
}
