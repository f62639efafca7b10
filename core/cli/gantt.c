#include "cli/gantt.h"

#include "base/utf8.h"
#include "cli/text.h"
#include "time/civil.h"

#include <string.h>

enum { CHART_COLUMNS = 72, NAME_COLUMNS = 24, ROWS_MOST = 40 };

struct chart {
    const struct plan *plan;
    int32_t first, last; /* days of the chart, whole months */
    int32_t today;
};

static bool is_bounded(int32_t day)
{
    return day != DAY_NONE && day != DAY_OPEN;
}

/* Inherited dates draw nothing new: the container's bar says them already. */
static bool has_own_bar(const struct item *item)
{
    return (item->when.kind == DATE_INTERVAL || item->when.kind == DATE_STANDING) &&
           !item->when.from && is_bounded(item->when.first) && is_bounded(item->when.last);
}

static bool has_own_due(const struct item *item)
{
    return item->due.kind == DATE_DEADLINE && !item->due.from && is_bounded(item->due.last);
}

static bool is_drawn(const struct item *item)
{
    return has_own_bar(item) || has_own_due(item);
}

static void widen(struct chart *chart, int32_t day)
{
    chart->first = chart->first == DAY_NONE || day < chart->first ? day : chart->first;
    chart->last = chart->last == DAY_NONE || day > chart->last ? day : chart->last;
}

static uint32_t measure(struct chart *chart)
{
    uint32_t rows = 0;
    for (uint32_t i = 0; i < chart->plan->item_count; i++) {
        const struct item *item = &chart->plan->items[i];
        rows += is_drawn(item);
        if (has_own_bar(item)) {
            widen(chart, item->when.first);
            widen(chart, item->when.last);
        }
        if (has_own_due(item))
            widen(chart, item->due.last);
    }
    if (!rows)
        return 0;
    struct civil from = civil_from_day(chart->first), to = civil_from_day(chart->last);
    chart->first = civil_day(from.year, from.month, 1);
    chart->last = civil_day(to.year, to.month, civil_month_days(to.year, to.month));
    return rows;
}

/* The column of a day: the first when it begins something, the last when it ends something. */
static size_t column(const struct chart *chart, int32_t day, bool end)
{
    int64_t days = (int64_t)chart->last - chart->first + 1;
    int64_t at = (int64_t)(day - chart->first + (end ? 1 : 0)) * CHART_COLUMNS;
    int64_t where = end ? (at + days - 1) / days - 1 : at / days;
    return (size_t)(where < 0 ? 0 : where >= CHART_COLUMNS ? CHART_COLUMNS - 1 : where);
}

/* One line of labels over their columns; a label that has no room is left out. */
static void print_labels(FILE *out, const struct chart *chart, bool years)
{
    size_t at = 0;
    fprintf(out, "  %*s", NAME_COLUMNS + 1, "");
    for (int32_t day = chart->first; day <= chart->last;) {
        struct civil date = civil_from_day(day);
        size_t start = column(chart, day, false);
        char text[16];
        int width =
            snprintf(text, sizeof text, years ? "%d" : "%02d", years ? date.year : date.month);
        bool named = !years || day == chart->first || date.month == 1;
        if (named && start >= at && start + (size_t)width <= CHART_COLUMNS) {
            fprintf(out, "%*s%s", (int)(start - at), "", text);
            at = start + (size_t)width;
        }
        day += civil_month_days(date.year, date.month);
    }
    fputc('\n', out);
}

static void print_row(FILE *out, const struct chart *chart, const struct item *item)
{
    const char *cells[CHART_COLUMNS];
    for (size_t i = 0; i < CHART_COLUMNS; i++)
        cells[i] = "·";
    if (is_bounded(chart->today) && chart->today >= chart->first && chart->today <= chart->last)
        cells[column(chart, chart->today, false)] = "│";
    if (has_own_bar(item))
        for (size_t i = column(chart, item->when.first, false);
             i <= column(chart, item->when.last, true); i++)
            cells[i] = item->word == ITEM_PHASE ? "█" : "▒";
    if (has_own_due(item))
        cells[column(chart, item->due.last, true)] = "◆";
    fputs("  ", out);
    text_cell(out, item->name, NAME_COLUMNS);
    fputc(' ', out);
    for (size_t i = 0; i < CHART_COLUMNS; i++)
        fputs(cells[i], out);
    fputc('\n', out);
}

void gantt_print(FILE *out, const struct plan *plan, int32_t today, enum lang lang)
{
    struct chart chart = {plan, DAY_NONE, DAY_NONE, today};
    uint32_t rows = measure(&chart), printed = 0;
    if (!rows)
        return;
    fprintf(out, "%s\n",
            TR(lang, "Timeline  (█ phase, ▒ time of an item, ◆ due, │ today)",
               "时间轴  （█ 阶段  ▒ 事项时段  ◆ 截止日  │ 今天）"));
    print_labels(out, &chart, true);
    print_labels(out, &chart, false);
    for (uint32_t i = 0; i < plan->item_count && printed < ROWS_MOST; i++) {
        const struct item *item = &plan->items[i];
        /* A long plan shows its phases; the list below has the rest. */
        if (!is_drawn(item) || (rows > ROWS_MOST && item->word != ITEM_PHASE))
            continue;
        print_row(out, &chart, item);
        printed++;
    }
    if (printed < rows)
        fprintf(out, TR(lang, "  … and %u more dated items\n", "  …… 另有 %u 项有日期的事项\n"),
                rows - printed);
    fputc('\n', out);
}
