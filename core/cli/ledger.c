/* What is asked of the store, and which table goes where. */
#include "cli/ledger_parts.h"

#include "base/utf8.h"
#include "cli/text.h"
#include "time/civil.h"

#include <string.h>

enum { COLUMNS = 8, ROOM = 46 };

/* ---- what the tables are made of ---------------------------------------------------------- */

static bool is_over(const struct ledger *ledger, uint32_t duty)
{
    int32_t due = ledger->status.duties[duty].duty.official;
    return due != DAY_NONE && due < ledger->status.wish->day;
}

/* Of what comes again, the rounds first … end-1: a reader wants the one that is on, and the last one that
 * was missed with how many before it. */
static void choose_rounds(struct ledger *ledger, uint32_t first, uint32_t end)
{
    uint32_t missed = UINT32_MAX, count = 0, on = UINT32_MAX;
    for (uint32_t i = first; i < end; i++) {
        if (!is_over(ledger, i))
            on = on == UINT32_MAX ? i : on;
        else if (status_total(&ledger->status, i)->sum.missing) {
            missed = i;
            count++;
        }
    }
    if (missed != UINT32_MAX) {
        ledger->shown[missed] = true;
        ledger->earlier[missed] = count - 1;
    }
    if (on != UINT32_MAX)
        ledger->shown[on] = true;
    if (missed == UINT32_MAX && on == UINT32_MAX)
        ledger->shown[end - 1] = true;
}

static void choose(struct ledger *ledger)
{
    const struct board_duty *duties = ledger->status.duties;
    uint32_t count = ledger->status.count, end;
    ledger->shown = arena_array(ledger->status.arena, (size_t)count + 1, sizeof(bool));
    ledger->earlier = arena_array(ledger->status.arena, (size_t)count + 1, sizeof(uint32_t));
    for (uint32_t first = 0; first < count; first = end) {
        const struct item *item = &ledger->status.holding->plan->items[duties[first].duty.item];
        for (end = first; end < count && duties[end].duty.item == duties[first].duty.item;
             end++)
            ledger->shown[end] = !item->per_count;
        if (!ledger->shown[first])
            choose_rounds(ledger, first, end);
    }
}

static int open_board(struct ledger *ledger, struct err *err)
{
    struct board_wish wish = {.day = ledger->status.wish->day,
                              .until = ledger->status.wish->day,
                              .met = true,
                              .item = ledger->item,
                              .before_ms = ledger->status.past
                                               ? civil_ms(ledger->status.wish->day + 1, 0)
                                               : INT64_MAX};
    int code = board_new(ledger->status.holding->engine, 0, &wish, &ledger->status.board, err);
    if (code < 0)
        return code;
    ledger->status.duties = board_duties(ledger->status.board, &ledger->status.count);
    page_make(ledger->status.board, ledger->status.unit, ledger->status.arena,
              &ledger->status.page);
    choose(ledger);
    return 0;
}

/* ---- a terminal --------------------------------------------------------------------------- */

static void cells_of(const struct ledger *ledger, const struct ledger_row *row, uint32_t number,
                     const char *cells[COLUMNS])
{
    char day[11];
    cells[0] = arena_printf(ledger->status.arena, "%u", number);
    cells[1] = row->task;
    cells[2] = row->lead;
    cells[3] = row->units;
    cells[4] = row->person;
    cells[5] = row->when ? row->when
               : row->due == DAY_NONE
                   ? ""
                   : arena_string(ledger->status.arena, civil_format(row->due, day));
    cells[6] = row->progress;
    cells[7] = row->light;
}

static void print_cells(FILE *out, const char *const *cells, const size_t *widths)
{
    for (int i = 0; i < COLUMNS - 1; i++) {
        text_cell(out, cells[i], widths[i]);
        fputs("  ", out);
    }
    fprintf(out, "%s\n", cells[COLUMNS - 1]);
}

static int print_rows(const struct ledger *ledger, struct err *err)
{
    enum lang lang = ledger->lang;
    const char *const titles[COLUMNS] = {
        TR(lang, "No.", "序号"),      TR(lang, "Task", "任务"),
        TR(lang, "Lead", "牵头"),     TR(lang, "Units", "责任单位"),
        TR(lang, "Person", "责任人"), TR(lang, "Due", "完成时限"),
        TR(lang, "Progress", "进展"), TR(lang, "Light", "亮灯")};
    const struct ledger_row *rows;
    uint32_t count;
    size_t widths[COLUMNS];
    char day[TEXT_DAY];
    int code = ledger_rows(ledger, &rows, &count, err);
    if (code < 0)
        return code;
    const char *(*cells)[COLUMNS] = arena_array(ledger->status.arena, count + 1, sizeof *cells);
    memcpy(cells[count], titles, sizeof titles);
    for (uint32_t i = 0; i < count; i++)
        cells_of(ledger, &rows[i], i + 1, cells[i]);
    for (int column = 0; column < COLUMNS; column++) {
        widths[column] = 0;
        for (uint32_t i = 0; i <= count; i++) {
            size_t width = utf8_width(cells[i][column], strlen(cells[i][column]));
            widths[column] = width > widths[column] ? width : widths[column];
        }
        widths[column] = widths[column] < ROOM ? widths[column] : ROOM;
    }
    fprintf(ledger->status.cli->out, TR(lang, "%s: ledger, on %s\n\n", "%s工作台账  %s\n\n"),
            ledger->status.holding->plan->name, text_day(day, ledger->status.wish->day, lang));
    print_cells(ledger->status.cli->out, cells[count], widths);
    for (uint32_t i = 0; i < count; i++)
        print_cells(ledger->status.cli->out, cells[i], widths);
    return 0;
}

/* ---- files -------------------------------------------------------------------------------- */

/* Who keeps the table: whose view it is, else whose plan. */
static const char *keeper(const struct ledger *ledger)
{
    const struct plan *plan = ledger->status.holding->plan;
    const struct roster *roster = ledger->status.holding->roster;
    if (ledger->status.unit != UNIT_NONE)
        return roster_name(roster, ledger->status.unit);
    uint32_t owner =
        plan->owner ? roster_find(roster, plan->owner, strlen(plan->owner)) : UNIT_NONE;
    return owner != UNIT_NONE ? roster_name(roster, owner) : plan->issuer;
}

int ledger_sheet(const struct ledger *ledger, const char *name, const char *what,
                 const struct table_column *columns, uint32_t count, uint32_t fixed,
                 struct err *err)
{
    enum lang lang = ledger->lang;
    const char *who = keeper(ledger);
    struct table_sheet sheet = {
        .name = name,
        .title = arena_printf(ledger->status.arena, "%s%s", ledger->status.holding->plan->name,
                              what),
        .about = arena_printf(
            ledger->status.arena, TR(lang, "%s%sas of %s", "单位：%s%s截至 %s"), who ? who : "",
            who ? TR(lang, ", ", "　　") : "", ledger_day(ledger, ledger->status.wish->day)),
        .columns = columns,
        .count = count,
        .fixed = fixed,
    };
    return table_out_sheet(ledger->out, &sheet, err);
}

/* One of the three tables, and what is told of it. */
struct part {
    bool wanted;
    int (*write)(const struct ledger *ledger, uint64_t *lines, struct err *err);
    const char *name;
};

static int write_parts(struct ledger *ledger, const struct part *parts, struct buf *told,
                       struct err *err)
{
    int code = 0;
    for (size_t i = 0; i < 3 && code == 0; i++) {
        uint64_t lines = 0;
        if (!parts[i].wanted)
            continue;
        code = parts[i].write(ledger, &lines, err);
        buf_printf(told, TR(ledger->lang, "%s%s %llu", "%s%s %llu 行"),
                   told->length ? TR(ledger->lang, ", ", "，") : "", parts[i].name,
                   (unsigned long long)lines);
    }
    return code;
}

static int write_file(struct ledger *ledger, enum table_form form, const char *path,
                      const struct part *parts, struct err *err)
{
    enum lang lang = ledger->lang;
    struct buf told = {0};
    struct table_file file = {
        .form = form,
        .path = path,
        .out = ledger->status.cli->out,
        .title = ledger->status.holding->plan->name,
        .author = keeper(ledger),
        .dated = arena_printf(ledger->status.arena, TR(lang, "as of %s", "截至%s"),
                              ledger_day(ledger, ledger->status.wish->day)),
        .day = ledger->status.wish->day,
        .lang = lang,
    };
    int code = table_out_new(&file, &ledger->out, err);
    if (code == 0)
        code = write_parts(ledger, parts, &told, err);
    if (code == 0)
        code = table_out_close(ledger->out, err);
    if (code == 0 && strcmp(path, "-") != 0)
        fprintf(ledger->status.cli->out, TR(lang, "%s: %s\n", "%s：%s\n"), path, told.bytes);
    table_out_free(ledger->out);
    ledger->out = NULL;
    buf_free(&told);
    return code;
}

static int write_files(struct ledger *ledger, struct err *err)
{
    const struct status_wish *wish = ledger->status.wish;
    enum lang lang = ledger->lang;
    bool all = !wish->ledger && !wish->behind;
    struct part parts[] = {
        {wish->ledger || all, ledger_write_rows, TR(lang, "ledger", "台账")},
        {all, ledger_write_matrix, TR(lang, "progress", "进度")},
        {all || !wish->ledger, ledger_write_missing, TR(lang, "not done", "未完成")}};
    int code = 0;
    if (wish->xlsx)
        code = write_file(ledger, TABLE_XLSX, wish->xlsx, parts, err);
    if (all) /* a CSV is one table */
        parts[0].wanted = parts[2].wanted = false;
    if (wish->csv && code == 0)
        code = write_file(ledger, TABLE_CSV, wish->csv, parts, err);
    return code;
}

int ledger_show(const struct status *status, uint32_t item, struct err *err)
{
    struct ledger ledger = {.status = *status, .item = item, .lang = status->cli->lang};
    bool filed = status->wish->csv || status->wish->xlsx;
    ledger.who = who_new(status->arena, status->holding->plan, ledger.lang);
    ledger.status.board = NULL;
    int code = open_board(&ledger, err);
    if (code == 0)
        code = filed ? write_files(&ledger, err) : print_rows(&ledger, err);
    board_free(ledger.status.board);
    who_free(&ledger.who);
    return code;
}
