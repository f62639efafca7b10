#include "cli/conformance.h"

#include "cli/text.h"

#include <string.h>

struct word {
    const char *name, *en, *zh;
};

static const struct word verdicts_known[] = {
    {"equal", "equal", "一致"},
    {"tightened", "tightened", "加严"},
    {"extended", "extended", "扩大"},
    {"deviates", "deviates (approved)", "经批准放宽"},
    {"unapproved", "deviates (unapproved)", "未经批准放宽"},
    {"violates", "violates", "不符合"},
    {"not-comparable", "not comparable", "无法比较"},
    {"missing", "missing", "未落实"},
};

enum { VERDICTS = sizeof verdicts_known / sizeof *verdicts_known };

static const struct word fields_known[] = {
    {"due", "due", "期限"},
    {"per", "rhythm", "频次"},
    {"first", "begins", "开始"},
    {"last", "ends", "结束"},
    {"count", "number", "数量"},
    {"each", "people", "范围"},
    {"by", "people", "承办"},
    {"attend", "attendance", "参加"},
    {"to", "handed in to", "报送"},
    {"chars", "length", "字数"},
    {"minutes", "minutes", "时长"},
    {"amount", "measure", "数量要求"},
    {"original", "original", "原创"},
    {"zero", "nothing too", "零报告"},
    {"records", "records", "记录"},
    {"contains", "contents", "内容"},
    {"any", "one of", "其一"},
    {"rules", "rules", "要求"},
    {"form", "form", "形式"},
    {"binding", "force", "约束力"},
    {"condition", "condition", "条件"},
};

/* The word for `name`; the name itself when none is known. */
static const char *word_for(const struct word *words, size_t count, const char *name,
                            enum lang lang)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i].name, name) == 0)
            return TR(lang, words[i].en, words[i].zh);
    return name;
}

static void add_detail(struct buf *text, const struct value *detail, enum lang lang)
{
    const char *field = value_get_string(detail, "field");
    const char *ours = value_get_string(detail, "ours"),
               *above = value_get_string(detail, "above");
    if (text->length)
        buf_adds(text, TR(lang, "; ", "；"));
    buf_adds(text, word_for(fields_known, sizeof fields_known / sizeof *fields_known,
                            field ? field : "", lang));
    if (ours)
        buf_printf(text, " %s", ours);
    else if (above)
        buf_adds(text, TR(lang, " none", " 无"));
    if (above)
        buf_printf(text, TR(lang, " (above %s)", "（上级 %s）"), above);
}

static void add_details(struct buf *text, const struct value *row, enum lang lang)
{
    const struct value *rules = value_get(row, "rules"), *list = value_get(row, "details");
    const char *why = value_get_string(row, "why"), *verdict = value_get_string(row, "verdict");
    bool missing = verdict && strcmp(verdict, "missing") == 0;
    for (uint32_t i = 0; list && i < list->count; i++)
        add_detail(text, list->items[i], lang);
    if (why)
        buf_printf(text, "%s%s", text->length ? TR(lang, "; ", "；") : "", why);
    for (uint32_t i = 0; rules && !missing && i < rules->count; i++)
        buf_printf(text, "%s%s",
                   i              ? ", "
                   : text->length ? "  ["
                                  : "[",
                   rules->items[i]->string);
    if (rules && !missing && rules->count)
        buf_adds(text, "]");
}

enum { ITEM_COLUMNS = 26, ABOVE_COLUMNS = 44 };

static size_t verdict_columns(enum lang lang)
{
    return lang == LANG_ZH ? 12 : 21;
}

static void print_row(FILE *out, const char *item, const char *verdict, const char *above,
                      const char *details, enum lang lang)
{
    text_cell(out, item, ITEM_COLUMNS);
    fputs("  ", out);
    text_pad(out, verdict, verdict_columns(lang));
    fputs("  ", out);
    if (*details)
        text_cell(out, above, ABOVE_COLUMNS);
    else
        fputs(above, out);
    fprintf(out, "%s%s\n", *details ? "  " : "", details);
}

/* An item that fulfils several above is named once. */
static void print_verdict(FILE *out, const struct value *row, const struct value *before,
                          enum lang lang)
{
    struct buf above = {0}, details = {0};
    const char *id = value_get_string(row, "item"), *verdict = value_get_string(row, "verdict");
    const char *last = value_get_string(before, "item");
    const char *ref = value_get_string(row, "above"), *name = value_get_string(row, "name");
    const char *above_name = value_get_string(row, "above_name");
    bool again = id && last && strcmp(id, last) == 0;
    buf_printf(&above, TR(lang, "%s (%s)", "%s（%s）"), above_name ? above_name : "",
               ref ? ref : "");
    add_details(&details, row, lang);
    print_row(out,
              !id              ? "–"
              : again || !name ? ""
                               : name,
              word_for(verdicts_known, VERDICTS, verdict ? verdict : "", lang), above.bytes,
              details.length ? details.bytes : "", lang);
    buf_free(&above);
    buf_free(&details);
}

static void print_counts(FILE *out, const struct value *verdicts, enum lang lang)
{
    const char *between = "";
    for (size_t v = 0; v < VERDICTS; v++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < verdicts->count; i++) {
            const char *verdict = value_get_string(verdicts->items[i], "verdict");
            count += verdict && strcmp(verdict, verdicts_known[v].name) == 0;
        }
        if (!count)
            continue;
        fprintf(out, "%s%s %u", between, TR(lang, verdicts_known[v].en, verdicts_known[v].zh),
                count);
        between = TR(lang, ", ", "，");
    }
    fputc('\n', out);
}

void conformance_print(FILE *out, const struct value *verdicts, enum lang lang)
{
    if (!verdicts || !verdicts->count) {
        fputs(TR(lang, "no mandate of a plan above concerns this one\n",
                 "没有已载入的上级方案对本方案提出要求\n"),
              out);
        return;
    }
    print_row(out, TR(lang, "ours", "本级事项"), TR(lang, "verdict", "结论"),
              TR(lang, "above", "上级要求"), TR(lang, "difference", "差异"), lang);
    for (uint32_t i = 0; i < verdicts->count; i++)
        print_verdict(out, verdicts->items[i], i ? verdicts->items[i - 1] : NULL, lang);
    print_counts(out, verdicts, lang);
}
