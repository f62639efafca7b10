#include "files/roster_xlsx.h"

#include "files/roster_rows.h"
#include "files/xlsx.h"

#include <stdlib.h>
#include <string.h>

struct load {
    struct roster_rows rows;
    uint32_t first; /* column of the header's first cell, 1 = A; 0 = no header yet */
    struct csv_cell cells[CSV_MOST_CELLS];
    struct slice slices[CSV_MOST_CELLS];
    char empty[CSV_MOST_CELLS]; /* where empty cells are, so that each has a place */
};

/* What no column can hold, NULL = nothing. */
static const char *problem_of(const struct xlsx_cell *cell, enum lang lang)
{
    if (cell->kind == XLSX_ERROR)
        return TR(lang, "an error of Excel", "是 Excel 的错误值");
    if (cell->kind == XLSX_NO_RESULT)
        return TR(lang,
                  "a formula whose result was not saved; open the file in Excel or WPS, "
                  "save it",
                  "公式没有保存结果，请在 Excel 或 WPS 里打开后再保存");
    if (cell->kind == XLSX_CUT)
        return TR(lang,
                  "a number of more than 15 digits, of which Excel has lost the last; "
                  "format the column as text and enter it anew",
                  "数字超过 15 位，Excel 已丢失末尾几位，请把该列设为文本后重新录入");
    if (cell->length > CSV_MOST_CELL)
        return csv_problem(CSV_CELL_TOO_LONG, lang);
    return NULL;
}

/* A finding about one cell; its row is left out. */
static void fail(struct load *load, const struct xlsx_row *row, const struct xlsx_cell *cell,
                 const char *name, const char *problem)
{
    struct slice slice = {cell->bytes, cell->length};
    roster_begin_row(load->rows.roster, cell->column, &slice, 1);
    roster_error(load->rows.roster, name, row->number, slice.bytes, slice.length, "%s",
                 problem);
    roster_begin_row(load->rows.roster, 0, NULL, 0);
    roster_rows_fail(&load->rows);
}

/* A row above the header that has one text, which names no column; or a comment. */
static bool is_passed_over(const struct load *load, const struct xlsx_row *row)
{
    const struct xlsx_cell *cell = &row->cells[0];
    if (cell->kind == XLSX_TEXT && cell->bytes[0] == '#')
        return true;
    return !load->first && row->count == 1 && !roster_rows_names(cell->bytes, cell->length);
}

/* Sets out the row's cells side by side from the header's first column on, at least as many as the
 * header has. */
static size_t set_out(struct load *load, const struct xlsx_row *row)
{
    size_t count = row->cells[row->count - 1].column - load->first + 1;
    count = count > load->rows.columns ? count : load->rows.columns;
    for (size_t i = 0; i < count; i++)
        load->slices[i] = (struct slice){&load->empty[i], 0};
    for (size_t i = 0; i < row->count; i++)
        load->slices[row->cells[i].column - load->first] =
            (struct slice){row->cells[i].bytes, row->cells[i].length};
    for (size_t i = 0; i < count; i++)
        load->cells[i] = (struct csv_cell){load->slices[i].bytes, load->slices[i].length,
                                           load->slices[i].bytes};
    return count;
}

static bool check_cells(struct load *load, const struct xlsx_row *row)
{
    enum lang lang = load->rows.lang;
    for (size_t i = 0; i < row->count; i++) {
        const struct xlsx_cell *cell = &row->cells[i];
        const char *problem = problem_of(cell, lang);
        const char *name = "bad-cell";
        if (cell->column < load->first) {
            name = "stray-cell";
            problem = TR(lang, "the header has no column here", "表头没有这一列");
        } else if (cell->column - load->first >= CSV_MOST_CELLS) {
            name = "row-length";
            problem = csv_problem(CSV_TOO_MANY_CELLS, lang);
        }
        if (problem) {
            fail(load, row, cell, name, problem);
            return false;
        }
    }
    return true;
}

static int on_row(void *context, const struct xlsx_row *row, struct err *err)
{
    struct load *load = context;
    if (is_passed_over(load, row))
        return 0;
    if (!load->first)
        load->first = row->cells[0].column;
    if (check_cells(load, row)) {
        struct roster_line line = {row->number, NULL, load->cells, set_out(load, row)};
        roster_begin_row(load->rows.roster, load->first, load->slices, line.count);
        roster_rows_take(&load->rows, &line);
    }
    /* the rest is not wanted; the caller knows by `stopped` */
    return load->rows.stopped ? err_set(err, ERR_INVALID, "stopped") : 0;
}

static int read_sheet(struct load *load, struct xlsx *xlsx, const char *shown, uint32_t sheet,
                      struct err *err)
{
    struct roster *roster = load->rows.roster;
    roster_begin_sheet(roster, shown, xlsx_sheet(xlsx, sheet));
    int code = xlsx_read(xlsx, sheet, on_row, load, err);
    if (code < 0 && !load->rows.stopped)
        return code;
    *err = (struct err){0};
    return roster_rows_end(&load->rows);
}

/* What is wrong with the workbook; its name stands in front already. */
static void bad_workbook(struct load *load, const char *shown, const struct err *err)
{
    const char *message = err->message;
    size_t length = strlen(shown);
    if (strncmp(message, shown, length) == 0 && message[length])
        message += length + strlen(TR(load->rows.lang, ": ", "："));
    roster_error(load->rows.roster, "bad-workbook", 0, NULL, 0, "%s", message);
}

int roster_load_xlsx_bytes(struct roster *roster, const char *shown, const char *bytes,
                           size_t length, const char *sheet, struct err *err)
{
    struct xlsx *xlsx = NULL;
    struct err own = {0};
    uint32_t number = 0;
    struct load *load = mem_resize(NULL, 1, sizeof *load);
    memset(load, 0, sizeof *load);
    roster_rows_begin(&load->rows, roster);
    int code = xlsx_open(bytes, length, shown, load->rows.lang, &xlsx, &own);
    if (code == 0)
        code = xlsx_find(xlsx, sheet, &number, &own);
    if (code == 0)
        code = read_sheet(load, xlsx, shown, number, &own);
    else
        roster_begin_file(roster, shown, NULL, 0);
    if (code < 0 && own.code < 0)
        bad_workbook(load, shown, &own);
    roster_begin_row(roster, 0, NULL, 0); /* its cells are gone */
    xlsx_close(xlsx);
    free(load);
    return code < 0 ? err_set(err, ERR_INVALID, "%s has errors", shown) : 0;
}
