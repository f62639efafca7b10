#include "cli/said.h"

#include "base/utf8.h"
#include "cli/text.h"
#include "time/civil.h"

#include <string.h>

bool said_is(const struct value *answer, const char *key)
{
    const struct value *value = value_get(answer, key);
    return value && value->type == VALUE_BOOL && value->boolean;
}

static int32_t day_of(const struct value *answer, const char *key)
{
    const char *text = value_get_string(answer, key);
    return text ? civil_parse(text, strlen(text)) : DAY_NONE;
}

/* "2 篇", in English "2". */
static void add_pieces(struct buf *out, enum lang lang, int64_t count, const char *measure)
{
    buf_printf(out, "%lld", (long long)count);
    text_add_measure(out, measure, lang);
}

/* "一支部 征文 f17" or, recommended, "f17 推荐到 理论文章（绍兴市中医院）" */
static void add_piece_deed(struct buf *out, enum lang lang, enum fact_kind kind,
                           const struct value *answer)
{
    const char *unit = value_get_string(answer, "unit_name");
    const char *item = value_get_string(answer, "item_name");
    long long piece = (long long)value_get_int(answer, "piece", 0);
    if (kind == FACT_RECOMMENDED)
        buf_printf(out, TR(lang, "f%lld recommended for %s (%s)", "f%lld 推荐到 %s（%s）"),
                   piece, item, unit);
    else if (kind == FACT_SELECTED)
        buf_printf(out, TR(lang, "f%lld selected for %s (%s)", "f%lld 入选 %s（%s）"), piece,
                   item, unit);
    else if (kind == FACT_ACCEPTED)
        buf_printf(out, TR(lang, "f%lld, %s %s, accepted", "采用 f%lld %s %s"), piece, unit,
                   item);
    else if (kind == FACT_RETURNED)
        buf_printf(out, TR(lang, "f%lld, %s %s, returned", "退回 f%lld %s %s"), piece, unit,
                   item);
    else
        buf_printf(out, TR(lang, "f%lld, %s %s, handed in again", "改后再交 f%lld %s %s"),
                   piece, unit, item);
}

static void add_reason(struct buf *out, enum lang lang, const struct said *said)
{
    if (!said->note && !said->approver)
        return;
    buf_adds(out, TR(lang, " (", "（"));
    if (said->note)
        utf8_add_plain(out, said->note);
    if (said->note && said->approver)
        buf_adds(out, TR(lang, "; ", "；"));
    if (said->approver) {
        buf_adds(out, TR(lang, "approved by ", "批准人 "));
        utf8_add_plain(out, said->approver);
    }
    buf_adds(out, TR(lang, ")", "）"));
}

/* What was said, behind the number. */
static void add_deed(struct buf *out, const struct cli *cli, const struct said *said,
                     const struct value *answer)
{
    const char *unit = value_get_string(answer, "unit_name");
    const char *item = value_get_string(answer, "item_name");
    char day[TEXT_DAY];
    switch (said->kind) {
    case FACT_SUBMITTED:
        buf_printf(out, "%s %s ", unit, item);
        add_pieces(out, cli->lang, said->count ? said->count : 1,
                   value_get_string(answer, "measure"));
        break;
    case FACT_EXCUSED:
        buf_printf(out, TR(cli->lang, "%s is excused from %s", "%s 免交 %s"), unit, item);
        break;
    case FACT_EXTENDED:
        buf_printf(out, TR(cli->lang, "%s has until %s for %s", "%s 延期到 %s：%s"), unit,
                   text_day(day, said->until, cli->lang), item);
        break;
    case FACT_WITHDRAWN:
        buf_printf(out, TR(cli->lang, "%s %s, taken back", "撤回 %s %s"), unit, item);
        break;
    default: add_piece_deed(out, cli->lang, said->kind, answer); break;
    }
    add_reason(out, cli->lang, said);
}

/* What is late: the duty, its completion by these pieces, or only pieces beyond that. */
static const char *late_text(enum lang lang, const struct said *said,
                             const struct value *answer)
{
    int64_t before = value_get_int(answer, "done", 0) - (said->count ? said->count : 1);
    if (!said_is(answer, "met"))
        return TR(lang, ", late", "，已逾期");
    return before < value_get_int(answer, "need", 0)
               ? TR(lang, ", done late", "，逾期完成")
               : TR(lang, ", this one late", "，本次逾期");
}

/* What was measured, where that is not what was said. */
static void add_chars(struct buf *out, enum lang lang, const struct said *said,
                      const struct value *answer)
{
    long long chars = (long long)value_get_int(answer, "chars", -1);
    bool handed_in = said->kind == FACT_SUBMITTED || said->kind == FACT_REWORKED;
    if (!handed_in || chars < 0 || chars == said->chars)
        return;
    buf_printf(out, TR(lang, "; %lld characters", "；%lld 字"), chars);
    if (said->chars >= 0)
        buf_printf(out, TR(lang, " (%lld said)", "（自报 %lld）"), (long long)said->chars);
}

/* "；累计 2/2，已完成；期限 2024-04-20 周六" */
static void add_state(struct buf *out, enum lang lang, const struct said *said,
                      const struct value *answer)
{
    char text[TEXT_DAY];
    int32_t due = day_of(answer, "due"), original = day_of(answer, "original");
    const char *state = said_is(answer, "excused") ? TR(lang, ", excused", "，免交")
                        : said_is(answer, "met")   ? TR(lang, ", complete", "，已完成")
                                                   : "";
    buf_printf(out, TR(lang, "; %lld of %lld%s", "；累计 %lld/%lld%s"),
               (long long)value_get_int(answer, "done", 0),
               (long long)value_get_int(answer, "need", 0), state);
    if (due != DAY_NONE)
        buf_printf(out, TR(lang, "; due %s", "；期限 %s"), text_day(text, due, lang));
    if (original != DAY_NONE)
        buf_printf(out, TR(lang, " (was %s)", "（原 %s）"), text_day(text, original, lang));
    if (said_is(answer, "late"))
        buf_adds(out, late_text(lang, said, answer));
    add_chars(out, lang, said, answer);
    if (value_get(answer, "surplus"))
        buf_printf(out, TR(lang, "; %lld more than asked", "；超出 %lld"),
                   (long long)value_get_int(answer, "surplus", 0));
    if (value_get_string(answer, "why") && said->kind != FACT_WITHDRAWN &&
        said->kind != FACT_RETURNED)
        buf_printf(out, TR(lang, "; not counted (%s)", "；未计数（%s）"),
                   value_get_string(answer, "why"));
}

/* ---- beside it ---------------------------------------------------------------------------- */

static const struct value *list_of(const struct value *answer, const char *field)
{
    static const struct value none = {.type = VALUE_LIST};
    const struct value *list = value_get(answer, field);
    return list && list->type == VALUE_LIST ? list : &none;
}

static void print_credits(const struct cli *cli, const struct value *answer)
{
    const struct value *list = list_of(answer, "credits");
    for (uint32_t i = 0; i < list->count; i++) {
        const struct value *one = list->items[i];
        fprintf(cli->out,
                TR(cli->lang, "  counts too for %s (%s): %lld of %lld%s\n",
                   "  同时计入 %s（%s）：累计 %lld/%lld%s\n"),
                value_get_string(one, "item_name"), value_get_string(one, "unit_name"),
                (long long)value_get_int(one, "done", 0),
                (long long)value_get_int(one, "need", 0),
                said_is(one, "met") ? TR(cli->lang, ", complete", "，已完成") : "");
    }
}

static void print_records(const struct cli *cli, const struct value *answer)
{
    const struct value *list = list_of(answer, "records");
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i]->type == VALUE_STRING)
            fprintf(cli->out, "%s%s",
                    i ? TR(cli->lang, ", ", "、")
                      : TR(cli->lang, "  also keep: ", "  请留存："),
                    list->items[i]->string);
    if (list->count)
        fputc('\n', cli->out);
}

/* "f5（内科 内科护士01，2024-05-01 周三）" */
static void add_other(struct buf *out, enum lang lang, const struct value *one)
{
    const char *unit = value_get_string(one, "unit_name");
    const char *person = value_get_string(one, "person_name");
    char day[TEXT_DAY];
    buf_printf(out, TR(lang, "f%lld (%s", "f%lld（%s"),
               (long long)value_get_int(one, "piece", 0),
               unit ? unit : TR(lang, "a unit that left", "已离册的单位"));
    if (person && (!unit || strcmp(person, unit) != 0))
        buf_printf(out, " %s", person);
    buf_printf(out, TR(lang, ", %s)", "，%s）"), text_day(day, day_of(one, "day"), lang));
}

static void print_likes(const struct cli *cli, const struct said *said,
                        const struct value *answer)
{
    const struct value *same = list_of(answer, "same_file"), *near = list_of(answer, "similar");
    for (uint32_t i = 0; i < same->count + near->count; i++) {
        bool is_same = i < same->count;
        const struct value *one = is_same ? same->items[i] : near->items[i - same->count];
        int64_t share = value_get_int(one, "share", 0);
        struct buf other = {0};
        add_other(&other, cli->lang, one);
        if (is_same)
            fprintf(cli->out, TR(cli->lang, "  the same file as %s\n", "  与 %s的文件相同\n"),
                    other.bytes);
        else
            fprintf(cli->out,
                    TR(cli->lang, "  %lld.%lld%% in common with %s\n",
                       "  有 %lld.%lld%% 与 %s雷同\n"),
                    (long long)share / 10, (long long)share % 10, other.bytes);
        buf_free(&other);
    }
    if (same->count + near->count)
        fprintf(cli->out,
                TR(cli->lang, "  side by side: planrun compare %s --piece f%lld\n",
                   "  逐段对照：planrun compare %s --piece f%lld\n"),
                said->script, (long long)value_get_int(answer, "piece", 0));
}

/* ---- all of it ---------------------------------------------------------------------------- */

void said_print(const struct cli *cli, const struct said *said, const struct value *answer)
{
    struct buf line = {0};
    buf_printf(&line, "%s f%lld%s",
               said_is(answer, "repeated") ? TR(cli->lang, "Recorded before as", "早已登记，即")
                                           : TR(cli->lang, "Recorded", "已登记"),
               (long long)value_get_int(answer, "number", 0), TR(cli->lang, ": ", "："));
    add_deed(&line, cli, said, answer);
    add_state(&line, cli->lang, said, answer);
    fprintf(cli->out, "%s\n", line.bytes);
    buf_free(&line);
    print_credits(cli, answer);
    print_records(cli, answer);
    print_likes(cli, said, answer);
}

/* ---- undone ------------------------------------------------------------------------------- */

static const char *kind_text(const char *kind, enum lang lang)
{
    static const struct {
        const char *name, *en, *zh;
    } words[] = {
        {"submit", "handed in", "已交"},      {"excuse", "excused", "免交"},
        {"extend", "extended", "延期"},       {"accept", "accepted", "采用"},
        {"return", "returned", "退回"},       {"rework", "handed in again", "改后再交"},
        {"recommend", "recommended", "推荐"}, {"select", "selected", "入选"},
        {"join", "joined", "入册"},           {"leave", "left", "离册"},
        {"transfer", "transferred", "调动"},  {"absent", "on leave", "请假"},
        {"open", "opened", "设立"},           {"close", "closed", "撤销"},
        {"merge", "merged", "并入"},          {"change", "changed", "变更"},
    };
    for (size_t i = 0; kind && i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].name, kind) == 0)
            return TR(lang, words[i].en, words[i].zh);
    return kind ? kind : "";
}

/* "Recorded f9: f7 taken back: handed in, Ward 1, Notes" */
void said_print_undone(const struct cli *cli, const struct value *answer)
{
    enum lang lang = cli->lang;
    const char *unit = value_get_string(answer, "unit_name");
    const char *item = value_get_string(answer, "item_name");
    long long facts = (long long)value_get_int(answer, "facts", 1);
    fprintf(cli->out, TR(lang, "%s f%lld: f%lld taken back: %s", "%s f%lld：撤回 f%lld：%s"),
            said_is(answer, "repeated") ? TR(lang, "Recorded before as", "早已登记，即")
                                        : TR(lang, "Recorded", "已登记"),
            (long long)value_get_int(answer, "number", 0),
            (long long)value_get_int(answer, "undone", 0),
            kind_text(value_get_string(answer, "kind"), lang));
    if (unit)
        fprintf(cli->out, TR(lang, ", %s", "，%s"), unit);
    if (item)
        fprintf(cli->out, TR(lang, ", %s", " %s"), item);
    if (facts > 1)
        fprintf(cli->out,
                TR(lang, " – and all that was said with it, %lld facts",
                   "——连同一起登记的，共 %lld 条"),
                facts);
    fputc('\n', cli->out);
}
