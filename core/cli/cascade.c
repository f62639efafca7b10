#include "cli/cascade.h"

#include "base/utf8.h"
#include "cli/text.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_COLUMNS = 32, DAY_COLUMNS = 17, DAYS_COLUMNS = 8, WORKDAYS_COLUMNS = 10 };

struct tree {
    FILE *out;
    enum lang lang;
    bool color;
    const struct value *rows;
    size_t ref_columns, name_columns;
    bool *more; /* per row: another follows under the same one */
    bool *open; /* per depth: the same of the row that is drawn, and of those it hangs under */
};

static int64_t depth_of(const struct tree *tree, uint32_t row)
{
    int64_t depth = value_get_int(tree->rows->items[row], "depth", 0);
    return depth < 0 ? 0 : depth > row ? row : depth;
}

static bool is_marked(const struct value *row, const char *key)
{
    const struct value *mark = value_get(row, key);
    return mark && mark->type == VALUE_BOOL && mark->boolean;
}

static bool is_late(const struct value *row)
{
    return value_get_int(row, "days", 0) < 0;
}

/* From the last row up: at each depth, whether a row was met that no shallower one hides. A row is at
 * most one deeper than the one before it. */
static void find_more(struct tree *tree)
{
    int64_t deepest = -1;
    for (uint32_t row = tree->rows->count; row-- > 0;) {
        int64_t depth = depth_of(tree, row);
        for (; deepest > depth; deepest--)
            tree->open[deepest] = false;
        tree->more[row] = tree->open[depth];
        tree->open[depth] = true;
        deepest = depth;
    }
}

/* "│  └─ moh2012:wording"; rows are drawn in order. */
static void add_ref(struct buf *text, const struct tree *tree, uint32_t row)
{
    int64_t depth = depth_of(tree, row);
    tree->open[depth] = tree->more[row];
    for (int64_t i = 1; i < depth; i++)
        buf_adds(text, tree->open[i] ? "│  " : "   ");
    if (depth)
        buf_adds(text, tree->open[depth] ? "├─ " : "└─ ");
    buf_printf(text, "%s:%s", value_get_string(tree->rows->items[row], "plan"),
               value_get_string(tree->rows->items[row], "item"));
}

static size_t width_of(const char *text)
{
    return utf8_width(text, strlen(text));
}

static void measure(struct tree *tree)
{
    for (uint32_t i = 0; i < tree->rows->count; i++) {
        struct buf ref = {0};
        add_ref(&ref, tree, i);
        size_t columns = width_of(ref.bytes);
        size_t name = width_of(value_get_string(tree->rows->items[i], "name"));
        tree->ref_columns = columns > tree->ref_columns ? columns : tree->ref_columns;
        tree->name_columns = name > tree->name_columns ? name : tree->name_columns;
        buf_free(&ref);
    }
    if (tree->name_columns > NAME_COLUMNS)
        tree->name_columns = NAME_COLUMNS;
}

static void print_head(const struct tree *tree)
{
    enum lang lang = tree->lang;
    fprintf(
        tree->out, "%s\n\n",
        TR(lang,
           "Under an item stand those that feed or fulfil it. days: from their due to its due;\n"
           "workdays: the working days after their due, through its due.",
           "每一项下面是供给它、落实它的各项。余天数：从本项期限到上一项期限的天数；其中工作日：\n"
           "从本项期限的次日数到上一项期限当天。"));
    text_pad(tree->out, TR(lang, "item", "事项"), tree->ref_columns + 2);
    text_pad(tree->out, TR(lang, "name", "名称"), tree->name_columns + 2);
    text_pad(tree->out, TR(lang, "due", "期限"), DAY_COLUMNS);
    text_pad(tree->out, TR(lang, "working due", "最后工作日"), DAY_COLUMNS);
    fprintf(tree->out, "%s\n", TR(lang, "    days  workdays", "  余天数  其中工作日"));
}

static void print_day(const struct tree *tree, const char *date, size_t columns)
{
    char text[TEXT_DAY];
    int32_t day = date ? civil_parse(date, strlen(date)) : CIVIL_NONE;
    text_pad(tree->out, day == CIVIL_NONE ? "–" : text_day(text, day, tree->lang), columns);
}

static void print_number(const struct tree *tree, const struct value *row, const char *key,
                         int columns)
{
    char text[32] = "";
    if (value_get(row, key))
        snprintf(text, sizeof text, "%s%lld",
                 is_marked(row, "provisional") && strcmp(key, "workdays") == 0 ? "~" : "",
                 (long long)value_get_int(row, key, 0));
    fprintf(tree->out, "%*s", columns, text);
}

static void print_remark(const struct tree *tree, const struct value *row)
{
    enum lang lang = tree->lang;
    const char *to = value_get_string(row, "counted_to");
    if (is_late(row))
        fprintf(tree->out, "  ■ %s", TR(lang, "too late", "晚了"));
    if (to && value_get(row, "days"))
        fprintf(tree->out, TR(lang, "  to %s", "  对 %s"), to);
    if (is_marked(row, "inherited"))
        fprintf(tree->out, "  %s", TR(lang, "end of its phase", "阶段结束日"));
    if (is_marked(row, "again"))
        fprintf(tree->out, "  %s", TR(lang, "as drawn above", "下同前"));
    if (is_marked(row, "continued"))
        fprintf(tree->out, "  %s", TR(lang, "goes on below", "续见后"));
}

static void print_row(const struct tree *tree, uint32_t number)
{
    const struct value *row = tree->rows->items[number];
    bool red = tree->color && is_late(row);
    struct buf ref = {0};
    add_ref(&ref, tree, number);
    fputs(red ? "\033[1;31m" : "", tree->out);
    text_pad(tree->out, ref.bytes, tree->ref_columns + 2);
    text_cell(tree->out, value_get_string(row, "name"), tree->name_columns);
    fputs("  ", tree->out);
    print_day(tree, value_get_string(row, "due"), DAY_COLUMNS);
    bool more = value_get(row, "days") || is_marked(row, "again") ||
                is_marked(row, "inherited") || is_marked(row, "continued");
    print_day(tree, value_get_string(row, "work_due"), more ? DAY_COLUMNS : 0);
    if (more) {
        print_number(tree, row, "days", DAYS_COLUMNS);
        print_number(tree, row, "workdays", WORKDAYS_COLUMNS);
        print_remark(tree, row);
    }
    fputs(red ? "\033[0m\n" : "\n", tree->out);
    buf_free(&ref);
}

void cascade_print(FILE *out, const struct value *rows, enum lang lang, bool color)
{
    struct tree tree = {.out = out, .lang = lang, .color = color, .rows = rows};
    if (!rows || !rows->count) {
        fprintf(out, "%s\n",
                TR(lang, "nothing here leads to an item with a due, by feeds or fulfils",
                   "没有事项通过 feeds 或 fulfils 接到有期限的事项上"));
        return;
    }
    tree.more = mem_resize(NULL, rows->count, sizeof *tree.more);
    tree.open = mem_resize(NULL, rows->count, sizeof *tree.open);
    memset(tree.open, 0, rows->count * sizeof *tree.open);
    find_more(&tree);
    measure(&tree);
    print_head(&tree);
    for (uint32_t i = 0; i < rows->count; i++) {
        if (i && !depth_of(&tree, i))
            fputc('\n', out);
        print_row(&tree, i);
    }
    free(tree.more);
    free(tree.open);
}
