#include "files/records.h"

#include "base/json.h"
#include "files/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MOST = 1 << 20, NAMES = 2 * RECORD_FIELDS };

static const struct {
    const char *en, *zh;
} names[RECORD_FIELDS] = {
    [RECORD_ITEM] = {"item", "事项"},       [RECORD_UNIT] = {"unit", "单位"},
    [RECORD_PERSON] = {"person", "人员"},   [RECORD_PHASE] = {"phase", "阶段"},
    [RECORD_KEY] = {"key", "记号"},         [RECORD_NOTE] = {"note", "备注"},
    [RECORD_COUNT] = {"count", "件数"},     [RECORD_CHARS] = {"chars", "字数"},
    [RECORD_MINUTES] = {"minutes", "分钟"}, [RECORD_AT] = {"at", "时间"},
    [RECORD_PERIOD] = {"period", "周期"},
};

struct records {
    enum records_format format;
    enum lang lang;
    struct csv csv;
    size_t columns;                          /* of the header */
    enum record_field order[CSV_MOST_CELLS]; /* the field of each cell */
    const char *text, *end;                  /* the piece */
    uint32_t first_line;                     /* of it, in the file */
    const char *line;                        /* JSON Lines: the next one … */
    uint32_t line_number;                    /* … and its number */
    struct arena *arena;                     /* of the object that was read last, and help */
};

const char *record_field_name(enum record_field field, enum lang lang)
{
    return TR(lang, names[field].en, names[field].zh);
}

struct records *records_new(enum records_format format, enum lang lang)
{
    struct records *records = mem_resize(NULL, 1, sizeof *records);
    records->format = format;
    records->lang = lang;
    records->columns = 0;
    records->arena = arena_new();
    records_start(records, "", 0, 1);
    return records;
}

void records_free(struct records *records)
{
    if (!records)
        return;
    arena_free(records->arena);
    free(records);
}

void records_start(struct records *records, const char *text, size_t length, uint32_t line)
{
    records->text = records->line = text;
    records->end = text + length;
    records->first_line = records->line_number = line;
    csv_start(&records->csv, text, length);
}

size_t records_reached(const struct records *records, uint32_t *line)
{
    bool csv = records->format == RECORDS_CSV;
    *line = csv ? records->first_line + records->csv.line - 1 : records->line_number;
    return (size_t)((csv ? records->csv.at : records->line) - records->text);
}

/* ---- faults -------------------------------------------------------------------------------- */

/* At `at`, which is in the text; NULL = the whole line `line`. */
static void place(const struct records *records, const char *at, size_t length, uint32_t line,
                  struct record_fault *out)
{
    out->line = line;
    out->column = 0;
    out->length = 0;
    if (!at)
        return;
    const char *begin = at;
    while (begin > records->text && begin[-1] != '\n')
        begin--;
    if (records->format == RECORDS_CSV) { /* a row may have several lines */
        out->line = records->first_line + records->csv.row_line - 1;
        for (const char *c = records->csv.row;
             c < begin && (c = memchr(c, '\n', (size_t)(begin - c))); c++)
            out->line++;
    }
    out->column = (uint32_t)(at - begin) + 1;
    out->length = (uint32_t)length;
}

static int fault_at(const struct records *records, struct record_fault *out, const char *name,
                    const char *at, size_t length)
{
    out->name = name;
    out->help = NULL;
    place(records, at, length, records->line_number, out);
    return ERR_INVALID;
}

/* "message: what stands there" */
static void say(const struct records *records, struct record_fault *out, const char *message,
                const char *bytes, size_t length)
{
    size_t shown = length;
    if (shown > 80)
        for (shown = 80; shown > 0 && ((unsigned char)bytes[shown] & 0xc0) == 0x80;)
            shown--;
    snprintf(out->message, sizeof out->message, TR(records->lang, "%s: %.*s", "%s：%.*s"),
             message, (int)shown, bytes);
}

void records_place(const struct records *records, const struct record *record,
                   enum record_field field, struct record_fault *fault)
{
    const char *at = record->at[field];
    size_t length = field < RECORD_TEXTS ? record->texts[field].length : 0;
    place(records, at, length, record->line, fault);
}

/* ---- values -------------------------------------------------------------------------------- */

static bool read_number(const char *bytes, size_t length, int64_t *number)
{
    int64_t value = 0;
    if (length == 0 || length > 10)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return false;
        value = value * 10 + (bytes[i] - '0');
    }
    *number = value;
    return true;
}

static int64_t *number_of(struct record *out, enum record_field field)
{
    return field == RECORD_COUNT   ? &out->count
           : field == RECORD_CHARS ? &out->chars
                                   : &out->minutes;
}

/* One value that was written as text; NULL, or what it should be and the fault's name. */
static const char *take_text(const struct records *records, enum record_field field,
                             const char *bytes, size_t length, struct record *out,
                             const char **name)
{
    enum lang lang = records->lang;
    if (field < RECORD_TEXTS) {
        out->texts[field] = (struct slice){bytes, length};
        return NULL;
    }
    if (length == 0)
        return NULL;
    switch (field) {
    case RECORD_AT:
        *name = "bad-time";
        return record_instant(bytes, length, &out->at_ms)
                   ? NULL
                   : TR(lang, "not a day or time such as 2026-04-10 or 2026-04-10 15:30",
                        "不是 2026-04-10 或 2026-04-10 15:30 这样的时间");
    case RECORD_PERIOD:
        *name = "bad-day";
        return record_day(bytes, length, &out->period)
                   ? NULL
                   : TR(lang, "not a day such as 2026-04-10", "不是 2026-04-10 这样的日期");
    default:
        *name = "bad-number";
        return read_number(bytes, length, number_of(out, field))
                   ? NULL
                   : TR(lang, "not a number", "不是数字");
    }
}

static void begin_record(struct record *out, uint32_t line)
{
    *out = (struct record){.line = line,
                           .count = 1,
                           .chars = -1,
                           .minutes = -1,
                           .at_ms = INT64_MIN,
                           .period = DAY_NONE};
}

/* What a row must have. */
static int check(const struct records *records, const struct record *record,
                 struct record_fault *fault)
{
    enum lang lang = records->lang;
    bool item = record->texts[RECORD_ITEM].length > 0;
    bool unit = record->texts[RECORD_UNIT].length || record->texts[RECORD_PERSON].length;
    if (item && unit)
        return 1;
    fault_at(records, fault, item ? "no-unit" : "no-item", NULL, 0);
    records_place(records, record, item ? RECORD_UNIT : RECORD_ITEM, fault);
    snprintf(fault->message, sizeof fault->message, "%s",
             item ? TR(lang, "no unit is named", "没有写单位")
                  : TR(lang, "no item is named", "没有写事项"));
    return ERR_INVALID;
}

/* ---- CSV: header --------------------------------------------------------------------------- */

static enum record_field field_of(const char *name, size_t length)
{
    for (int i = 0; i < RECORD_FIELDS; i++)
        if ((strlen(names[i].en) == length && memcmp(names[i].en, name, length) == 0) ||
            (strlen(names[i].zh) == length && memcmp(names[i].zh, name, length) == 0))
            return (enum record_field)i;
    return RECORD_FIELDS;
}

static const char *help_with(struct records *records, const char *name, size_t length)
{
    const char *words[NAMES];
    for (size_t i = 0; i < RECORD_FIELDS; i++) {
        words[2 * i] = names[i].en;
        words[2 * i + 1] = names[i].zh;
    }
    const char *near =
        length < 64 ? nearest_word(arena_copy(records->arena, name, length), words, NAMES)
                    : NULL;
    if (near)
        return arena_printf(records->arena,
                            TR(records->lang, "did you mean \"%s\"?", "是否指“%s”？"), near);
    return TR(
        records->lang,
        "columns are item, unit, person, count, at, key, note, chars, minutes, phase, period",
        "可用的列：事项 单位 人员 件数 时间 记号 备注 字数 分钟 阶段 周期");
}

static void tell_column(struct records *records, const struct csv_cell *cell,
                        enum record_field field, record_teller tell, void *context)
{
    struct record_fault fault;
    bool known = field != RECORD_FIELDS;
    fault_at(records, &fault, known ? "double-column" : "unknown-column", cell->at,
             cell->length);
    say(records, &fault,
        known ? TR(records->lang, "this column stands twice", "这一列重复")
              : TR(records->lang, "unknown column", "未知的列"),
        cell->bytes, cell->length);
    if (!known)
        fault.help =
            records->columns == 1
                ? TR(records->lang, "ASCII commas stand between columns, not tabs or ; or ，",
                     "各列之间用半角逗号隔开，不用制表符、分号或“，”")
                : help_with(records, cell->bytes, cell->length);
    tell(context, &fault);
}

static void tell_missing(struct records *records, enum record_field field, record_teller tell,
                         void *context)
{
    struct record_fault fault;
    fault_at(records, &fault, "missing-column", NULL, 0);
    snprintf(fault.message, sizeof fault.message,
             TR(records->lang, "the column %s is missing", "缺少 %s（%s）列"), names[field].en,
             names[field].zh);
    tell(context, &fault);
}

int records_header(struct records *records, const char *text, size_t length, uint32_t line,
                   record_teller tell, void *context)
{
    bool present[RECORD_FIELDS + 1] = {false}, bad = false;
    records_start(records, text, length, line);
    enum csv_result result = csv_next(&records->csv);
    records->columns = result == CSV_ROW ? records->csv.count : 0;
    for (size_t i = 0; i < records->columns; i++) {
        const struct csv_cell *cell = &records->csv.cells[i];
        enum record_field field = records->order[i] = field_of(cell->bytes, cell->length);
        if (field == RECORD_FIELDS || present[field]) {
            tell_column(records, cell, field, tell, context);
            bad = true;
        }
        present[field] = true;
    }
    if (records->columns == 1 && bad) /* said already, with its cause */
        return ERR_INVALID;
    if (!present[RECORD_ITEM])
        tell_missing(records, RECORD_ITEM, tell, context);
    if (!present[RECORD_UNIT] && !present[RECORD_PERSON])
        tell_missing(records, RECORD_UNIT, tell, context);
    bool whole = present[RECORD_ITEM] && (present[RECORD_UNIT] || present[RECORD_PERSON]);
    return bad || !whole ? ERR_INVALID : 0;
}

/* ---- CSV: rows ----------------------------------------------------------------------------- */

static int bad_csv(struct records *records, enum csv_result result, struct record_fault *fault)
{
    fault_at(records, fault, "bad-csv", records->csv.fault, 0);
    snprintf(fault->message, sizeof fault->message, "%s", csv_problem(result, records->lang));
    return ERR_INVALID;
}

static int bad_length(struct records *records, struct record_fault *fault)
{
    fault_at(records, fault, "row-length", records->csv.row, 0);
    fault->column = 0;
    snprintf(fault->message, sizeof fault->message,
             TR(records->lang, "the row has %zu cells, the header %zu",
                "这一行有 %zu 个单元格，表头有 %zu 个"),
             records->csv.count, records->columns);
    return ERR_INVALID;
}

static int bad_value(struct records *records, const char *name, const char *message,
                     const struct csv_cell *cell, struct record_fault *fault)
{
    fault_at(records, fault, name, cell->at, cell->length);
    say(records, fault, message, cell->bytes, cell->length);
    return ERR_INVALID;
}

static int next_of_csv(struct records *records, struct record *out, struct record_fault *fault)
{
    struct csv *csv = &records->csv;
    enum csv_result result = csv_next(csv);
    if (result < 0)
        return bad_csv(records, result, fault);
    if (result == CSV_END)
        return 0;
    if (csv->count != records->columns)
        return bad_length(records, fault);
    begin_record(out, records->first_line + csv->row_line - 1);
    for (size_t i = 0; i < csv->count; i++) {
        const struct csv_cell *cell = &csv->cells[i];
        const char *name, *message = take_text(records, records->order[i], cell->bytes,
                                               cell->length, out, &name);
        out->at[records->order[i]] = cell->at;
        if (message)
            return bad_value(records, name, message, cell, fault);
    }
    return check(records, out, fault);
}

/* ---- JSON Lines ---------------------------------------------------------------------------- */

/* Where a key stands in the line: what says it best, short of a parser of our own. */
static const char *find_key(const char *line, const char *end, const char *key)
{
    char quoted[80];
    int length = snprintf(quoted, sizeof quoted, "\"%s\"", key);
    return length < (int)sizeof quoted
               ? memmem(line, (size_t)(end - line), quoted, (size_t)length)
               : NULL;
}

static int bad_pair(struct records *records, const char *name, const char *message,
                    const char *at, const char *key, struct record_fault *fault)
{
    fault_at(records, fault, name, at, at ? strlen(key) + 2 : 0);
    say(records, fault, message, key, strlen(key));
    return ERR_INVALID;
}

/* A number may be written as one, or as text like in a cell. */
static int take_pair(struct records *records, const struct value_pair *pair, const char *at,
                     struct record *out, struct record_fault *fault)
{
    enum record_field field = field_of(pair->key, strlen(pair->key));
    const struct value *value = pair->value;
    const char *name = "bad-value", *message = NULL;
    bool number = field >= RECORD_COUNT && field <= RECORD_MINUTES;
    if (field == RECORD_FIELDS) {
        bad_pair(records, "unknown-column", TR(records->lang, "unknown name", "未知的名称"), at,
                 pair->key, fault);
        fault->help = help_with(records, pair->key, strlen(pair->key));
        return ERR_INVALID;
    }
    out->at[field] = at;
    if (number && value->type == VALUE_INT && value->integer >= 0)
        *number_of(out, field) = value->integer;
    else if (value->type == VALUE_STRING)
        message = take_text(records, field, value->string, value->length, out, &name);
    else
        message = number ? TR(records->lang, "not a number", "不是数字")
                         : TR(records->lang, "not a text", "不是文字");
    return message ? bad_pair(records, name, message, at, pair->key, fault) : 0;
}

static int take_line(struct records *records, const char *line, const char *end,
                     struct record *out, struct record_fault *fault)
{
    static const struct value_limits limits = {64, 2, 65536};
    struct value *object = NULL;
    struct err err = {0};
    int code = json_parse(records->arena, line, (size_t)(end - line), &limits, &object, &err);
    if (code < 0 || object->type != VALUE_MAP) {
        fault_at(records, fault, "bad-json", line, 0);
        snprintf(fault->message, sizeof fault->message, "%s",
                 code < 0 ? err.message
                          : TR(records->lang, "each line is a JSON object",
                               "每行须是一个 JSON 对象"));
        return ERR_INVALID;
    }
    begin_record(out, records->line_number);
    for (uint32_t i = 0; i < object->pairs; i++) {
        const struct value_pair *pair = &object->map[i];
        code = take_pair(records, pair, find_key(line, end, pair->key), out, fault);
        if (code < 0)
            return code;
    }
    return check(records, out, fault);
}

static bool is_blank(const char *line, const char *end)
{
    while (line < end && (*line == ' ' || *line == '\t' || *line == '\r'))
        line++;
    return line == end;
}

static int next_of_lines(struct records *records, struct record *out,
                         struct record_fault *fault)
{
    if (arena_used(records->arena) > ARENA_MOST) {
        arena_free(records->arena);
        records->arena = arena_new();
    }
    while (records->line < records->end) {
        const char *line = records->line;
        const char *end = memchr(line, '\n', (size_t)(records->end - line));
        records->line = end ? end + 1 : records->end;
        end = end ? end : records->end;
        int code = is_blank(line, end) ? 0 : take_line(records, line, end, out, fault);
        records->line_number++;
        if (code != 0)
            return code;
    }
    return 0;
}

int records_next(struct records *records, struct record *out, struct record_fault *fault)
{
    return records->format == RECORDS_CSV ? next_of_csv(records, out, fault)
                                          : next_of_lines(records, out, fault);
}
