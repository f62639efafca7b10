#include "files/roster_csv.h"

#include "base/beneath.h"
#include "files/csv.h"
#include "files/decode.h"
#include "time/civil.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum column {
    COLUMN_ID,
    COLUMN_NAME,
    COLUMN_KIND,
    COLUMN_PARENT,
    COLUMN_GROUPS,
    COLUMN_TAGS,
    COLUMN_STAFF,
    COLUMN_CONTACT,
    COLUMN_FROM,
    COLUMN_UNTIL,
    COLUMNS,
    COLUMN_REQUIRED = COLUMN_KIND, /* the last one that a file must have */
};

static const struct {
    const char *name;
    enum column column;
} headers[] = {
    {"id", COLUMN_ID},
    {"name", COLUMN_NAME},
    {"kind", COLUMN_KIND},
    {"parent", COLUMN_PARENT},
    {"groups", COLUMN_GROUPS},
    {"tags", COLUMN_TAGS},
    {"staff", COLUMN_STAFF},
    {"contact", COLUMN_CONTACT},
    {"from", COLUMN_FROM},
    {"until", COLUMN_UNTIL},
    {"编号", COLUMN_ID},
    {"姓名", COLUMN_NAME},
    {"名称", COLUMN_NAME},
    {"类别", COLUMN_KIND},
    {"上级", COLUMN_PARENT},
    {"小组", COLUMN_GROUPS},
    {"标签", COLUMN_TAGS},
    {"人数", COLUMN_STAFF},
    {"联系方式", COLUMN_CONTACT},
    {"起", COLUMN_FROM},
    {"止", COLUMN_UNTIL},
};

enum { HEADERS = sizeof headers / sizeof *headers, SAMPLE_BYTES = 64 * 1024, ROW_BYTES = 16 };

struct load {
    struct roster *roster;
    enum lang lang;
    const struct findings *findings;
    struct csv csv;
    size_t columns;                    /* of the header */
    enum column order[CSV_MOST_CELLS]; /* the column of each cell */
    bool present[COLUMNS];
};

static struct finding *cell_error(struct load *load, const char *name,
                                  const struct csv_cell *cell, const char *message)
{
    return roster_error(load->roster, name, load->csv.row_line, cell->at, cell->length,
                        TR(load->lang, "%s: %.*s", "%s：%.*s"), message,
                        (int)(cell->length < 80 ? cell->length : 80), cell->bytes);
}

static enum column column_of(const struct csv_cell *cell)
{
    for (size_t i = 0; i < HEADERS; i++)
        if (strlen(headers[i].name) == cell->length &&
            memcmp(headers[i].name, cell->bytes, cell->length) == 0)
            return headers[i].column;
    return COLUMNS;
}

static const char *separator_help(const struct load *load)
{
    return TR(load->lang, "ASCII commas stand between columns, not tabs or ; or ，",
              "各列之间用半角逗号隔开，不用制表符、分号或“，”");
}

static void unknown_column(struct load *load, const struct csv_cell *cell)
{
    const char *names[HEADERS];
    char word[64] = "";
    struct finding *finding =
        cell_error(load, "unknown-column", cell, TR(load->lang, "unknown column", "未知的列"));
    /* a semicolon, a tab or a full-width comma stands where a comma should */
    if (load->csv.count == 1) {
        finding->help = separator_help(load);
        return;
    }
    for (size_t i = 0; i < HEADERS; i++)
        names[i] = headers[i].name;
    if (cell->length < sizeof word)
        memcpy(word, cell->bytes, cell->length);
    const char *near = nearest_word(word, names, HEADERS);
    finding->help =
        near
            ? arena_printf(load->findings->arena,
                           TR(load->lang, "did you mean \"%s\"?", "是否指“%s”？"), near)
            : TR(load->lang,
                 "columns are id, name, kind, parent, groups, tags, staff, contact, from, until",
                 "可用的列：编号 名称 类别 上级 小组 标签 人数 联系方式 起 止");
}

static const char *chinese_header(enum column column)
{
    size_t i = COLUMNS;
    while (i < HEADERS && headers[i].column != column)
        i++;
    return i < HEADERS ? headers[i].name : "";
}

static int read_header(struct load *load)
{
    int code = 0;
    load->columns = load->csv.count;
    for (size_t i = 0; i < load->columns; i++) {
        const struct csv_cell *cell = &load->csv.cells[i];
        enum column column = load->order[i] = column_of(cell);
        if (column == COLUMNS)
            unknown_column(load, cell);
        else if (load->present[column])
            cell_error(load, "double-column", cell,
                       TR(load->lang, "this column stands twice", "这一列重复"));
        if (column == COLUMNS || load->present[column])
            code = ERR_INVALID;
        else
            load->present[column] = true;
    }
    bool unsplit = load->columns == 1 && code < 0; /* said already, with its cause */
    for (int column = 0; column <= COLUMN_REQUIRED; column++)
        if (!load->present[column] && !unsplit) {
            roster_error(load->roster, "missing-column", load->csv.row_line, load->csv.row, 0,
                         TR(load->lang, "the column %s is missing", "缺少 %s（%s）列"),
                         headers[column].name, chinese_header((enum column)column));
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

static int read_staff(struct load *load, const struct csv_cell *cell, int32_t *staff)
{
    if (cell->length == 0)
        return 0;
    *staff = number_of(cell->bytes, cell->length);
    if (*staff >= 0)
        return 0;
    cell_error(load, "bad-number", cell, TR(load->lang, "not a number", "不是数字"));
    return ERR_INVALID;
}

static int read_day(struct load *load, const struct csv_cell *cell, int32_t *day)
{
    if (cell->length == 0)
        return 0;
    int32_t read = day_of(cell);
    if (read == DAY_NONE) {
        cell_error(
            load, "bad-day", cell,
            TR(load->lang, "not a day such as 2012-03-01", "不是 2012-03-01 这样的日期"));
        return ERR_INVALID;
    }
    *day = read;
    return 0;
}

static int read_cell(struct load *load, enum column column, const struct csv_cell *cell,
                     struct roster_row *row)
{
    switch (column) {
    case COLUMN_ID: row->id = slice_of(cell); break;
    case COLUMN_NAME: row->name = slice_of(cell); break;
    case COLUMN_KIND: row->kind = slice_of(cell); break;
    case COLUMN_PARENT: row->parent = slice_of(cell); break;
    case COLUMN_GROUPS: row->groups = slice_of(cell); break;
    case COLUMN_TAGS: row->tags = slice_of(cell); break;
    case COLUMN_CONTACT: row->contact = slice_of(cell); break;
    case COLUMN_STAFF: return read_staff(load, cell, &row->staff);
    case COLUMN_FROM: return read_day(load, cell, &row->from);
    case COLUMN_UNTIL: return read_day(load, cell, &row->until);
    case COLUMNS: break;
    }
    return 0;
}

/* The first cell of the next row, should it be an id: wrong guesses do no harm. */
static void expect_next(struct load *load)
{
    const char *at = load->csv.at;
    size_t rest = (size_t)(load->csv.end - at);
    const char *stop = memchr(at, ',', rest < ROSTER_MOST_ID ? rest : ROSTER_MOST_ID);
    if (stop && load->order[0] == COLUMN_ID)
        roster_expect(load->roster, at, (size_t)(stop - at));
}

static int read_row(struct load *load)
{
    struct roster_row row = {
        .staff = -1, .from = DAY_NONE, .until = DAY_OPEN, .line = load->csv.row_line};
    if (load->csv.count != load->columns) {
        struct finding *finding =
            roster_error(load->roster, "row-length", load->csv.row_line, load->csv.row, 0,
                         TR(load->lang, "the row has %zu cells, the header %zu",
                            "这一行有 %zu 个单元格，表头有 %zu 个"),
                         load->csv.count, load->columns);
        if (load->csv.count == 1)
            finding->help = separator_help(load);
        return ERR_INVALID;
    }
    for (size_t i = 0; i < load->columns; i++) {
        int code = read_cell(load, load->order[i], &load->csv.cells[i], &row);
        if (code < 0)
            return code;
    }
    if (row.from > row.until) {
        roster_error(load->roster, "bad-day", row.line, load->csv.row, 0, "%s",
                     TR(load->lang, "from lies behind until", "起在止之后"));
        return ERR_INVALID;
    }
    expect_next(load);
    return roster_add(load->roster, &row);
}

/* All rows; what is wrong with one does not keep the others from being looked at. */
static int read_rows(struct load *load)
{
    int code = 0;
    bool headed = false;
    for (;;) {
        enum csv_result result = csv_next(&load->csv);
        int row_code = 0;
        if (result == CSV_END || load->findings->errors >= FINDINGS_MOST)
            break;
        if (result < 0) {
            roster_error(load->roster, "bad-csv", load->csv.fault_line, load->csv.fault, 0,
                         "%s", csv_problem(result, load->lang));
            row_code = ERR_INVALID;
        } else {
            row_code = headed ? read_row(load) : read_header(load);
        }
        if (row_code < 0 && !headed)
            return row_code;
        code = row_code < 0 ? row_code : code;
        headed = true;
    }
    if (headed)
        return code;
    roster_error(load->roster, "empty-file", 0, NULL, 0, "%s",
                 TR(load->lang, "the file has no header", "文件没有表头"));
    return ERR_INVALID;
}

/* Rows by the lines of the first bytes; no more than the file can hold, so that a file of empty
 * lines does not ask for memory that it has no rows for. */
static size_t guess_rows(const char *text, size_t length)
{
    size_t sample = length < SAMPLE_BYTES ? length : SAMPLE_BYTES, lines = 1;
    for (size_t i = 0; i < sample; i++)
        lines += text[i] == '\n';
    if (sample < length)
        lines = (size_t)((double)lines * (double)length / (double)sample);
    return lines < length / ROW_BYTES + 1 ? lines : length / ROW_BYTES + 1;
}

/* The text cannot be shown, so that the place is counted here; columns are bytes. */
static void bad_encoding(struct load *load, const char *bytes, size_t length, size_t at,
                         enum decoded decoded)
{
    uint32_t line = 1;
    size_t start = 0;
    for (size_t i = 0; i < at; i++)
        if (bytes[i] == '\n') {
            line++;
            start = i + 1;
        }
    bool workbook = length >= 4 && (memcmp(bytes, "PK\3\4", 4) == 0 ||
                                    memcmp(bytes, "\xd0\xcf\x11\xe0", 4) == 0);
    const char *problem = workbook ? TR(load->lang, "this is a workbook of Excel, not CSV",
                                        "这是 Excel 工作簿（xlsx、xls），不是 CSV")
                                   : decode_problem(decoded, load->lang);
    struct finding *finding =
        roster_error(load->roster, "bad-encoding", line, NULL, 0, "%s", problem);
    if (workbook)
        finding->help = TR(load->lang, "save it in Excel or WPS as CSV, comma separated",
                           "请在 Excel 或 WPS 里另存为“CSV（逗号分隔）”");
    finding->place.column = (uint32_t)(at - start) + 1;
}

int roster_load_csv_bytes(struct roster *roster, const char *shown, char *bytes, size_t length,
                          struct err *err)
{
    size_t at = 0;
    enum decoded decoded = decode_text(&bytes, &length, &at);
    struct load *load = mem_resize(NULL, 1, sizeof *load);
    *load = (struct load){.roster = roster, .findings = roster_findings(roster)};
    load->lang = load->findings->lang;
    roster_begin_file(roster, shown, bytes, length);
    int code = ERR_INVALID;
    if (decoded < 0) {
        bad_encoding(load, bytes, length, at, decoded);
    } else {
        roster_reserve(roster, guess_rows(bytes, length));
        csv_start(&load->csv, bytes, length);
        code = read_rows(load);
    }
    free(load);
    return code < 0 ? err_set(err, ERR_INVALID, "%s has errors", shown) : 0;
}

static int fail_open(int error, const char *shown, enum lang lang, struct err *err)
{
    bool strange = error == EINVAL || error == EXDEV || error == ELOOP;
    int code = error == ENOENT ? ERR_NOT_FOUND : strange ? ERR_INVALID : ERR_IO;
    return err_set(err, code, "%s: %s", shown, beneath_why(error, lang));
}

int roster_load_csv(struct roster *roster, int directory, const char *name, const char *shown,
                    struct err *err)
{
    char *bytes = NULL;
    size_t length = 0;
    int descriptor = beneath_open(directory, name);
    if (descriptor < 0)
        return fail_open(errno, shown, roster_findings(roster)->lang, err);
    int code = beneath_read(descriptor, shown, ROSTER_MOST_BYTES, &bytes, &length, err);
    close(descriptor);
    return code < 0 ? code : roster_load_csv_bytes(roster, shown, bytes, length, err);
}
