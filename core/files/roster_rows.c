#include "files/roster_rows.h"

#include "time/civil.h"

#include <string.h>

static const struct {
    const char *name;
    enum roster_column column;
} headers[] = {
    {"id", ROSTER_ID},
    {"name", ROSTER_NAME},
    {"kind", ROSTER_KIND},
    {"parent", ROSTER_PARENT},
    {"groups", ROSTER_GROUPS},
    {"tags", ROSTER_TAGS},
    {"staff", ROSTER_STAFF},
    {"contact", ROSTER_CONTACT},
    {"from", ROSTER_FROM},
    {"until", ROSTER_UNTIL},
    {"编号", ROSTER_ID},
    {"姓名", ROSTER_NAME},
    {"名称", ROSTER_NAME},
    {"类别", ROSTER_KIND},
    {"上级", ROSTER_PARENT},
    {"小组", ROSTER_GROUPS},
    {"标签", ROSTER_TAGS},
    {"人数", ROSTER_STAFF},
    {"联系方式", ROSTER_CONTACT},
    {"起", ROSTER_FROM},
    {"止", ROSTER_UNTIL},
};

enum { HEADERS = sizeof headers / sizeof *headers };

static struct finding *cell_error(struct roster_rows *rows, const char *name,
                                  const struct csv_cell *cell, const char *message)
{
    return roster_error(rows->roster, name, rows->line->number, cell->at, cell->length,
                        TR(rows->lang, "%s: %.*s", "%s：%.*s"), message,
                        (int)(cell->length < 80 ? cell->length : 80), cell->bytes);
}

static enum roster_column column_of(const struct csv_cell *cell)
{
    for (size_t i = 0; i < HEADERS; i++)
        if (strlen(headers[i].name) == cell->length &&
            memcmp(headers[i].name, cell->bytes, cell->length) == 0)
            return headers[i].column;
    return ROSTER_COLUMNS;
}

static const char *separator_help(const struct roster_rows *rows)
{
    return TR(rows->lang, "ASCII commas stand between columns, not tabs or ; or ，",
              "各列之间用半角逗号隔开，不用制表符、分号或“，”");
}

static void unknown_column(struct roster_rows *rows, const struct csv_cell *cell)
{
    const char *names[HEADERS];
    char word[64] = "";
    struct finding *finding =
        cell_error(rows, "unknown-column", cell, TR(rows->lang, "unknown column", "未知的列"));
    /* a semicolon, a tab or a full-width comma stands where a comma should */
    if (rows->line->count == 1 && rows->line->start) {
        finding->help = separator_help(rows);
        return;
    }
    for (size_t i = 0; i < HEADERS; i++)
        names[i] = headers[i].name;
    if (cell->length < sizeof word)
        memcpy(word, cell->bytes, cell->length);
    const char *near = nearest_word(word, names, HEADERS);
    finding->help =
        near
            ? arena_printf(rows->findings->arena,
                           TR(rows->lang, "did you mean \"%s\"?", "是否指“%s”？"), near)
            : TR(rows->lang,
                 "columns are id, name, kind, parent, groups, tags, staff, contact, from, until",
                 "可用的列：编号 名称 类别 上级 小组 标签 人数 联系方式 起 止");
}

static const char *chinese_header(enum roster_column column)
{
    size_t i = ROSTER_COLUMNS;
    while (i < HEADERS && headers[i].column != column)
        i++;
    return i < HEADERS ? headers[i].name : "";
}

static int read_header(struct roster_rows *rows)
{
    int code = 0;
    rows->columns = rows->line->count;
    for (size_t i = 0; i < rows->columns; i++) {
        const struct csv_cell *cell = &rows->line->cells[i];
        enum roster_column column = rows->order[i] = column_of(cell);
        if (column == ROSTER_COLUMNS)
            unknown_column(rows, cell);
        else if (rows->present[column])
            cell_error(rows, "double-column", cell,
                       TR(rows->lang, "this column stands twice", "这一列重复"));
        if (column == ROSTER_COLUMNS || rows->present[column])
            code = ERR_INVALID;
        else
            rows->present[column] = true;
    }
    /* said already, with its cause */
    bool unsplit = rows->columns == 1 && rows->line->start && code < 0;
    for (int column = 0; column <= ROSTER_REQUIRED; column++)
        if (!rows->present[column] && !unsplit) {
            roster_error(rows->roster, "missing-column", rows->line->number, rows->line->start,
                         0, TR(rows->lang, "the column %s is missing", "缺少 %s（%s）列"),
                         headers[column].name, chinese_header((enum roster_column)column));
            code = ERR_INVALID;
        }
    return code;
}

static struct slice slice_of(const struct csv_cell *cell)
{
    return (struct slice){cell->bytes, cell->length};
}

/* At most nine digits, so that it cannot overflow; -1 when it is no number. */
static int32_t number_of(const char *bytes, size_t length)
{
    int32_t number = 0;
    if (length == 0 || length > 9)
        return -1;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return -1;
        number = number * 10 + (bytes[i] - '0');
    }
    return number;
}

/* 2012-03-01, or as Excel writes it: 2012/3/1. */
static int32_t day_of(const struct csv_cell *cell)
{
    const char *at = cell->bytes, *end = at + cell->length;
    int32_t parts[3];
    for (int i = 0; i < 3; i++) {
        const char *stop = at;
        while (stop < end && *stop >= '0' && *stop <= '9')
            stop++;
        parts[i] = number_of(at, (size_t)(stop - at));
        if (parts[i] < 0 ||
            (i < 2 ? stop == end || (*stop != '-' && *stop != '/') : stop != end))
            return DAY_NONE;
        at = stop + 1;
    }
    return civil_exists(parts[0], parts[1], parts[2]) ? civil_day(parts[0], parts[1], parts[2])
                                                      : DAY_NONE;
}

static int read_staff(struct roster_rows *rows, const struct csv_cell *cell, int32_t *staff)
{
    if (cell->length == 0)
        return 0;
    *staff = number_of(cell->bytes, cell->length);
    if (*staff >= 0)
        return 0;
    cell_error(rows, "bad-number", cell, TR(rows->lang, "not a number", "不是数字"));
    return ERR_INVALID;
}

static int read_day(struct roster_rows *rows, const struct csv_cell *cell, int32_t *day)
{
    if (cell->length == 0)
        return 0;
    int32_t read = day_of(cell);
    if (read == DAY_NONE) {
        cell_error(
            rows, "bad-day", cell,
            TR(rows->lang, "not a day such as 2012-03-01", "不是 2012-03-01 这样的日期"));
        return ERR_INVALID;
    }
    *day = read;
    return 0;
}

static int read_cell(struct roster_rows *rows, enum roster_column column,
                     const struct csv_cell *cell, struct roster_row *row)
{
    switch (column) {
    case ROSTER_ID: row->id = slice_of(cell); break;
    case ROSTER_NAME: row->name = slice_of(cell); break;
    case ROSTER_KIND: row->kind = slice_of(cell); break;
    case ROSTER_PARENT: row->parent = slice_of(cell); break;
    case ROSTER_GROUPS: row->groups = slice_of(cell); break;
    case ROSTER_TAGS: row->tags = slice_of(cell); break;
    case ROSTER_CONTACT: row->contact = slice_of(cell); break;
    case ROSTER_STAFF: return read_staff(rows, cell, &row->staff);
    case ROSTER_FROM: return read_day(rows, cell, &row->from);
    case ROSTER_UNTIL: return read_day(rows, cell, &row->until);
    case ROSTER_COLUMNS: break;
    }
    return 0;
}

static int read_row(struct roster_rows *rows)
{
    struct roster_row row = {
        .staff = -1, .from = DAY_NONE, .until = DAY_OPEN, .line = rows->line->number};
    if (rows->line->count != rows->columns) {
        struct finding *finding =
            roster_error(rows->roster, "row-length", rows->line->number, rows->line->start, 0,
                         TR(rows->lang, "the row has %zu cells, the header %zu",
                            "这一行有 %zu 个单元格，表头有 %zu 个"),
                         rows->line->count, rows->columns);
        if (rows->line->count == 1 && rows->line->start)
            finding->help = separator_help(rows);
        return ERR_INVALID;
    }
    for (size_t i = 0; i < rows->columns; i++) {
        int code = read_cell(rows, rows->order[i], &rows->line->cells[i], &row);
        if (code < 0)
            return code;
    }
    if (row.from > row.until) {
        roster_error(rows->roster, "bad-day", row.line, rows->line->start, 0, "%s",
                     TR(rows->lang, "from lies behind until", "起在止之后"));
        return ERR_INVALID;
    }
    return roster_add(rows->roster, &row);
}

void roster_rows_begin(struct roster_rows *rows, struct roster *roster)
{
    *rows = (struct roster_rows){.roster = roster, .findings = roster_findings(roster)};
    rows->lang = rows->findings->lang;
}

bool roster_rows_names(const char *text, size_t length)
{
    return column_of(&(struct csv_cell){.bytes = text, .length = length}) != ROSTER_COLUMNS;
}

void roster_rows_take(struct roster_rows *rows, const struct roster_line *line)
{
    rows->line = line;
    int code = rows->headed ? read_row(rows) : read_header(rows);
    if (code < 0)
        roster_rows_fail(rows);
    rows->headed = true;
}

void roster_rows_fail(struct roster_rows *rows)
{
    rows->code = ERR_INVALID;
    rows->stopped = !rows->headed || rows->findings->errors >= FINDINGS_MOST;
}

int roster_rows_end(struct roster_rows *rows)
{
    if (!rows->headed && rows->code == 0) {
        roster_error(rows->roster, "empty-file", 0, NULL, 0, "%s",
                     TR(rows->lang, "the file has no header", "文件没有表头"));
        return ERR_INVALID;
    }
    return rows->code;
}
