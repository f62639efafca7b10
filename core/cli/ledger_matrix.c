#include "cli/ledger_parts.h"

/* What fits on a page that somebody reads. */
enum { ROWS_MOST = 2000, DUTIES_MOST = 100, CSV_DUTIES_MOST = 1000 };

/* Whose a row is. */
static const char *row_name(const struct ledger *ledger, const struct page_row *row,
                            const struct page_section *section)
{
    enum lang lang = ledger->lang;
    const struct roster *roster = ledger->status.holding->roster;
    switch (row->kind) {
    case PAGE_SELF:
        return arena_printf(ledger->status.arena, TR(lang, "%s itself", "%s（本级）"),
                            roster_name(roster, row->unit));
    case PAGE_UNIT: return roster_name(roster, row->unit);
    case PAGE_OTHER: return TR(lang, "others", "其他");
    case PAGE_NOWHERE:
        return arena_printf(ledger->status.arena, TR(lang, "in none: %s", "未编入%s"),
                            section->name ? section->name : section->kind);
    default: return TR(lang, "total", "合计");
    }
}

/* "■ 38/40", "✓ 40/40，免 1", "免" */
static const char *cell_text(const struct ledger *ledger, const struct page_cell *cell)
{
    const struct progress_sum *sum = &cell->sum;
    const char *sign = status_sign(cell->light);
    if (!sum->asked)
        return NULL;
    if (sum->excused == sum->asked)
        return arena_printf(ledger->status.arena, TR(ledger->lang, "%s excused", "%s 免"),
                            sign);
    if (sum->excused)
        return arena_printf(ledger->status.arena,
                            TR(ledger->lang, "%s %u/%u, excused %u", "%s %u/%u，免 %u"), sign,
                            sum->met, sum->asked, sum->excused);
    return arena_printf(ledger->status.arena, "%s %u/%u", sign, sum->met, sum->asked);
}

/* The duties that have a column. */
static uint32_t pick(const struct ledger *ledger, uint32_t *duties, uint32_t *all)
{
    uint32_t count = 0;
    *all = 0;
    for (uint32_t i = 0; i < ledger->status.count; i++) {
        if (!ledger->shown[i] || !status_total(&ledger->status, i)->sum.asked)
            continue;
        if (count < (ledger->status.wish->csv ? CSV_DUTIES_MOST : DUTIES_MOST))
            duties[count++] = i;
        (*all)++;
    }
    return count;
}

static const struct table_column *columns_of(const struct ledger *ledger,
                                             const uint32_t *duties, uint32_t count)
{
    enum lang lang = ledger->lang;
    struct table_column *columns =
        arena_array(ledger->status.arena, count + 3, sizeof *columns);
    columns[0] = (struct table_column){
        .title = TR(lang, "By", "口径"), .kind = TABLE_TEXT, .widest = 14};
    columns[1] = (struct table_column){
        .title = TR(lang, "Unit", "单位"), .kind = TABLE_TEXT, .widest = 30};
    for (uint32_t i = 0; i < count; i++) {
        const struct duty *duty = &ledger->status.duties[duties[i]].duty;
        const char *title = ledger_task(ledger, duty);
        if (duty->official != DAY_NONE && duty->official != DAY_OPEN)
            title = arena_printf(ledger->status.arena, TR(lang, "%s%sby %s", "%s%s%s前"), title,
                                 ledger->status.wish->csv ? TR(lang, ", ", "，") : "\n",
                                 ledger_day(ledger, duty->official));
        columns[i + 2] =
            (struct table_column){.title = title, .kind = TABLE_LIGHT, .widest = 18};
    }
    columns[count + 2] = (struct table_column){
        .title = TR(lang, "Not done", "未完成项数"), .kind = TABLE_COUNT, .widest = 12};
    return columns;
}

static int write_row(const struct ledger *ledger, const struct page_section *section,
                     const struct page_row *row, const uint32_t *duties, uint32_t count,
                     struct arena *arena, struct err *err)
{
    enum lang lang = ledger->lang;
    struct table_cell *cells = arena_array(arena, count + 3, sizeof *cells);
    struct ledger here = *ledger;
    here.status.arena = arena;
    uint32_t lacking = 0;
    cells[0].text = section->name   ? section->name
                    : section->kind ? section->kind
                                    : TR(lang, "units", "机构");
    cells[1].text = row_name(&here, row, section);
    for (uint32_t i = 0; i < count; i++) {
        cells[i + 2].text = cell_text(&here, &row->cells[duties[i]]);
        lacking += row->cells[duties[i]].sum.missing > 0;
    }
    cells[count + 2].number = lacking;
    return table_out_row(ledger->out, cells, err);
}

/* What the sheet leaves out, and how it counts. */
static int write_notes(const struct ledger *ledger, uint32_t rows, uint32_t duties,
                       bool overlaps, struct err *err)
{
    enum lang lang = ledger->lang;
    const char *legend = TR(
        lang,
        "● on plan  ▲ due within three days, or behind  ■ overdue  ✓ done. done/asked, with all below.",
        "● 正常　▲ 临期（三天以内）或未补办　■ 逾期　✓ 办结。完成数/应办数，含所属全部单位和人员。");
    int code = table_out_note(ledger->out, legend, err);
    if (code == 0 && overlaps)
        code = table_out_note(ledger->out,
                              TR(lang,
                                 "Who is in two groups counts in each, and once in the total.",
                                 "同时编入两个组织的，两处都计，合计只计一次。"),
                              err);
    if (code == 0 && rows)
        code = table_out_note(
            ledger->out,
            arena_printf(ledger->status.arena,
                         TR(lang, "%u rows are left out here; the totals have them.",
                            "另有 %u 行未列入本表，合计数已包括。"),
                         rows),
            err);
    if (code == 0 && duties)
        code = table_out_note(
            ledger->out,
            arena_printf(ledger->status.arena,
                         TR(lang, "%u tasks are left out here; the ledger has them.",
                            "另有 %u 项任务未列入本表，见台账。"),
                         duties),
            err);
    return code;
}

/* The rows of a section, of which `*room` are left; what does not fit is counted. */
static int write_section(const struct ledger *ledger, const struct page_section *section,
                         const uint32_t *duties, uint32_t count, uint32_t *room, uint32_t *cut,
                         uint64_t *lines, struct err *err)
{
    struct arena *arena = arena_new();
    int code = 0;
    for (uint32_t i = 0; i < section->count && code == 0; i++) {
        if (*room == 0 && i + 1 < section->count) {
            (*cut)++;
            continue;
        }
        *room -= *room > 0;
        code = write_row(ledger, section, &section->rows[i], duties, count, arena, err);
        (*lines)++;
    }
    arena_free(arena);
    return code;
}

int ledger_write_matrix(const struct ledger *ledger, uint64_t *lines, struct err *err)
{
    uint32_t duties[CSV_DUTIES_MOST], all, room = ROWS_MOST, cut = 0;
    uint32_t count = pick(ledger, duties, &all);
    bool overlaps = false;
    int code = ledger_sheet(ledger, TR(ledger->lang, "Progress", "进度"),
                            TR(ledger->lang, ": progress", "进度表"),
                            columns_of(ledger, duties, count), count + 3, 2, err);
    *lines = 0;
    if (ledger->status.wish->csv)
        room = UINT32_MAX;
    for (uint32_t i = 0; i < ledger->status.page.count && code == 0; i++) {
        overlaps = overlaps || ledger->status.page.sections[i].overlaps;
        code = write_section(ledger, &ledger->status.page.sections[i], duties, count, &room,
                             &cut, lines, err);
    }
    if (ledger->status.wish->csv && all > count)
        fprintf(ledger->status.cli->err,
                TR(ledger->lang, "planrun: %u tasks have no column of their own here\n",
                   "planrun: 另有 %u 项任务没有列入\n"),
                all - count);
    return code < 0 ? code : write_notes(ledger, cut, all - count, overlaps, err);
}
