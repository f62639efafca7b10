/*
 * The matrix of `planrun status`: units down, duties across under the numbers of the list, sums below. What
 * does not fit beside each other follows in blocks.
 */
#include "cli/status.h"

#include "base/utf8.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    LABEL_MOST = 28, /* columns of the names */
    ROWS_SHOWN = 60, /* of a section, unless --units says otherwise */
    WIDTH = 100,     /* of what is no terminal */
    WIDTH_LEAST = 60,
    CELL = 48, /* bytes */
};

struct matrix {
    const struct status *status;
    const struct page_section *section;
    uint32_t *duties; /* shown */
    uint32_t *widths; /* of their columns */
    uint32_t count;
    uint32_t label; /* columns of the names */
    uint32_t rows;  /* listed, without the total */
};

static uint32_t width_of(const char *text)
{
    return (uint32_t)utf8_width(text, strlen(text));
}

static uint32_t terminal_width(FILE *out)
{
    struct winsize size;
    if (!isatty(fileno(out)) || ioctl(fileno(out), TIOCGWINSZ, &size) < 0 || !size.ws_col)
        return WIDTH;
    return size.ws_col < WIDTH_LEAST ? WIDTH_LEAST : size.ws_col;
}

/* Rows in which no column has anything are left out, with --behind those in which nothing lacks. */
static bool is_shown(const struct matrix *matrix, const struct page_row *row)
{
    bool behind = matrix->status->wish->behind;
    for (uint32_t k = 0; k < matrix->count; k++) {
        const struct progress_sum *sum = &row->cells[matrix->duties[k]].sum;
        if (behind ? sum->missing : sum->asked)
            return true;
    }
    return row->kind == PAGE_TOTAL;
}

/* A column is worth one where several rows, or groups, are asked: else the list has said it all. */
static bool is_column(const struct status *status, const struct page_section *section,
                      uint32_t duty)
{
    uint32_t rows = 0, groups = 0;
    for (uint32_t i = 0; i + 1 < section->count; i++) {
        bool asked = section->rows[i].cells[duty].sum.asked;
        rows += asked;
        groups += asked && section->rows[i].kind != PAGE_NOWHERE;
    }
    return status_shows(status, duty) && (section->kind ? groups > 0 : rows > 1);
}

/* ---- texts -------------------------------------------------------------------------------- */

static void add_label(struct buf *out, const struct matrix *matrix, const struct page_row *row)
{
    const struct status *status = matrix->status;
    enum lang lang = status->cli->lang;
    const char *name =
        row->unit == UNIT_NONE ? NULL : roster_name(status->holding->roster, row->unit);
    switch (row->kind) {
    case PAGE_SELF: buf_printf(out, TR(lang, "%s itself", "%s（本级）"), name); break;
    case PAGE_OTHER: buf_adds(out, TR(lang, "in groups", "已编入")); break;
    case PAGE_NOWHERE: buf_adds(out, TR(lang, "in none", "未编入")); break;
    case PAGE_TOTAL: buf_adds(out, TR(lang, "total", "合计")); break;
    default: buf_adds(out, name);
    }
}

/* "■ 12/40", "■ 12+1/40" with one excused. */
static const char *cell_text(char text[CELL], const struct page_cell *cell)
{
    const struct progress_sum *sum = &cell->sum;
    if (!sum->asked)
        return status_sign(LIGHT_NONE);
    if (sum->excused)
        snprintf(text, CELL, "%s %u+%u/%u", status_sign(cell->light), sum->met, sum->excused,
                 sum->asked);
    else
        snprintf(text, CELL, "%s %u/%u", status_sign(cell->light), sum->met, sum->asked);
    return text;
}

static void widen(uint32_t *width, uint32_t other)
{
    if (other > *width)
        *width = other;
}

/* The rows that are listed, how wide names and cells are. */
static void measure(struct matrix *matrix)
{
    const struct status_wish *wish = matrix->status->wish;
    uint32_t most = wish->named ? wish->units : ROWS_SHOWN;
    for (uint32_t i = 0; i < matrix->section->count; i++) {
        const struct page_row *row = &matrix->section->rows[i];
        struct buf label = {0};
        char text[CELL];
        if (!is_shown(matrix, row) || (row->kind == PAGE_UNIT && matrix->rows >= most))
            continue;
        matrix->rows += row->kind == PAGE_UNIT;
        add_label(&label, matrix, row);
        widen(&matrix->label, width_of(label.bytes));
        buf_free(&label);
        for (uint32_t k = 0; k < matrix->count; k++)
            widen(&matrix->widths[k],
                  width_of(cell_text(text, &row->cells[matrix->duties[k]])));
    }
    widen(&matrix->label, 10);
    if (matrix->label > LABEL_MOST)
        matrix->label = LABEL_MOST;
}

/* ---- blocks ------------------------------------------------------------------------------- */

static void print_numbers(const struct matrix *matrix, uint32_t first, uint32_t end)
{
    FILE *out = matrix->status->cli->out;
    fprintf(out, "%*s", (int)matrix->label, "");
    for (uint32_t k = first; k < end; k++)
        fprintf(out, "  %-*u", (int)(k + 1 < end ? matrix->widths[k] : 0),
                matrix->duties[k] + 1);
    fputc('\n', out);
}

/* The last cell of a line ends it. */
static void print_cell(const struct matrix *matrix, const char *text, uint32_t k, uint32_t end)
{
    FILE *out = matrix->status->cli->out;
    fputs("  ", out);
    if (k + 1 < end)
        text_pad(out, text, matrix->widths[k]);
    else
        fputs(text, out);
}

static void print_row(const struct matrix *matrix, const struct page_row *row, uint32_t first,
                      uint32_t end)
{
    struct buf label = {0};
    char text[CELL];
    add_label(&label, matrix, row);
    text_cell(matrix->status->cli->out, label.bytes, matrix->label);
    buf_free(&label);
    for (uint32_t k = first; k < end; k++)
        print_cell(matrix, cell_text(text, &row->cells[matrix->duties[k]]), k, end);
    fputc('\n', matrix->status->cli->out);
}

/* Rates of the total, whose denominators stand in the line above. */
static void print_rates(const struct matrix *matrix, const struct page_row *total,
                        uint32_t first, uint32_t end)
{
    FILE *out = matrix->status->cli->out;
    enum lang lang = matrix->status->cli->lang;
    for (int on_time = 0; on_time < 2; on_time++) {
        text_cell(out, on_time ? TR(lang, "on time", "按时率") : TR(lang, "rate", "完成率"),
                  matrix->label);
        for (uint32_t k = first; k < end; k++) {
            char text[STATUS_PERCENT];
            const struct progress_sum *sum = &total->cells[matrix->duties[k]].sum;
            uint32_t part = on_time ? sum->in_time : sum->met;
            print_cell(matrix, status_percent(text, part, sum->asked), k, end);
        }
        fputc('\n', out);
    }
}

static void print_block(const struct matrix *matrix, uint32_t first, uint32_t end)
{
    const struct page_section *section = matrix->section;
    uint32_t listed = 0, left = 0;
    print_numbers(matrix, first, end);
    for (uint32_t i = 0; i + 1 < section->count; i++) {
        const struct page_row *row = &section->rows[i];
        if (!is_shown(matrix, row))
            continue;
        if (row->kind != PAGE_UNIT || listed < matrix->rows)
            print_row(matrix, row, first, end);
        else
            left++;
        listed += row->kind == PAGE_UNIT;
    }
    if (left)
        fprintf(matrix->status->cli->out,
                TR(matrix->status->cli->lang, "… and %u more; --units N shows them\n",
                   "……另有 %u 行，可用 --units 显示\n"),
                left);
    print_row(matrix, &section->rows[section->count - 1], first, end);
    print_rates(matrix, &section->rows[section->count - 1], first, end);
}

static void print_blocks(const struct matrix *matrix)
{
    uint32_t most = terminal_width(matrix->status->cli->out);
    for (uint32_t first = 0, end; first < matrix->count; first = end) {
        uint32_t width = matrix->label;
        for (end = first; end < matrix->count; end++) {
            width += 2 + matrix->widths[end];
            if (end > first && width > most)
                break;
        }
        if (first)
            fputc('\n', matrix->status->cli->out);
        print_block(matrix, first, end);
    }
}

/* ---- sections ----------------------------------------------------------------------------- */

static void print_title(const struct matrix *matrix, bool first)
{
    FILE *out = matrix->status->cli->out;
    enum lang lang = matrix->status->cli->lang;
    const struct page_section *section = matrix->section;
    fputc('\n', out);
    if (section->kind)
        fprintf(out, TR(lang, "By %s", "按“%s”分"), section->name);
    else
        fputs(TR(lang, "By unit", "按单位分"), out);
    if (first)
        fputs(TR(lang, ": done/asked, “+n” excused; the columns are the duties above",
                 "：完成/应交，“+n”为免交；列号即上面的事项号"),
              out);
    if (section->overlaps)
        fputs(TR(lang, " (who is in several counts in each, and once in the total)",
                 "（同属几个的各计一次，合计只计一次）"),
              out);
    fputc('\n', out);
}

static bool print_section(const struct status *status, const struct page_section *section,
                          bool first)
{
    struct matrix matrix = {.status = status, .section = section};
    matrix.duties = arena_array(status->arena, (size_t)status->count + 1, sizeof(uint32_t));
    matrix.widths = arena_array(status->arena, (size_t)status->count + 1, sizeof(uint32_t));
    for (uint32_t i = 0; i < status->count; i++)
        if (is_column(status, section, i)) {
            matrix.widths[matrix.count] = 5;
            matrix.duties[matrix.count++] = i;
        }
    if (!matrix.count)
        return false;
    print_title(&matrix, first);
    measure(&matrix);
    print_blocks(&matrix);
    return true;
}

void status_print_matrix(const struct status *status)
{
    bool first = true;
    for (uint32_t i = 0; i < status->page.count; i++)
        if (print_section(status, &status->page.sections[i], first))
            first = false;
}
