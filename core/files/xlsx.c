#include "files/xlsx.h"

#include "base/finding.h"
#include "base/utf8.h"
#include "files/xlsx_book.h"

#include <stdlib.h>
#include <string.h>

enum { TYPE_ROOM = 12, LISTED = 300, NAME_SHOWN = 93 };

/* The cell at hand. Its text grows at the end of sheet->text. */
struct cell {
    uint32_t column;
    uint32_t style;
    size_t start;
    char type[TYPE_ROOM]; /* as the file has it; "" = a number */
    bool value, formula;  /* there was v or is; there was f */
};

/* Where the text of a told cell is while the row's buffer may still move. */
struct told {
    struct xlsx_cell cell;
    size_t start; /* in sheet->text, when cell.bytes is NULL */
};

struct sheet {
    struct xlsx *book;
    int (*each)(void *context, const struct xlsx_row *row, struct err *err);
    void *context;
    bool in_data, in_cell, capture;
    uint32_t phonetic; /* how deep in rPh */
    uint32_t row;      /* the last or the one at hand */
    uint32_t column;   /* the last of the row */
    struct cell cell;
    struct buf text; /* of the row's cells */
    struct told *told;
    struct xlsx_cell *cells;
    size_t count, room;
};

static int at_cell(const struct sheet *sheet, int code, const char *english,
                   const char *chinese, struct err *err)
{
    char letters[4];
    bool han = zip_lang(sheet->book->zip) == LANG_ZH;
    return err_set(err, code, han ? "%s：单元格 %s%u：%s" : "%s: cell %s%u: %s",
                   zip_shown(sheet->book->zip), finding_letters(letters, sheet->cell.column),
                   sheet->row, han ? chinese : english);
}

static int at_row(const struct sheet *sheet, int code, uint32_t row, const char *english,
                  const char *chinese, struct err *err)
{
    bool han = zip_lang(sheet->book->zip) == LANG_ZH;
    return err_set(err, code, han ? "%s：第 %u 行：%s" : "%s: row %u: %s",
                   zip_shown(sheet->book->zip), row, han ? chinese : english);
}

/* ---- where we are ----------------------------------------------------------------------------- */

/* Up to seven digits that are the whole text; 0 = something else, or too many. */
static uint32_t number_of(const char *text)
{
    uint32_t number = 0;
    size_t i = 0;
    for (; i < 8 && text[i] >= '0' && text[i] <= '9'; i++)
        number = number * 10 + (uint32_t)(text[i] - '0');
    return text[i] || i == 0 || i == 8 ? 0 : number;
}

/* A place such as "AB12": its column and row; false when it is none. */
static bool split(const char *place, uint32_t *column, uint32_t *row)
{
    *column = 0;
    for (int i = 0; i < 4 && *place >= 'A' && *place <= 'Z'; i++, place++)
        *column = *column * 26 + (uint32_t)(*place - 'A' + 1);
    *row = number_of(place);
    return *column && *row;
}

static int start_row(struct sheet *sheet, const char **attributes, struct err *err)
{
    const char *place = ooxml_attribute(attributes, "r");
    uint32_t row = place ? number_of(place) : sheet->row + 1;
    if (row > XLSX_MOST_ROWS)
        return at_row(sheet, ERR_LIMIT, row, "beyond the last row of a sheet", "超过行数上限",
                      err);
    if (row <= sheet->row)
        return at_row(sheet, ERR_INVALID, row, "not in its order", "行的顺序有误", err);
    sheet->row = row;
    sheet->column = 0;
    return 0;
}

static int start_cell(struct sheet *sheet, const char **attributes, struct err *err)
{
    struct cell *cell = &sheet->cell;
    const char *place = NULL;
    uint32_t row = sheet->row;
    *cell = (struct cell){.column = sheet->column + 1, .start = sheet->text.length};
    for (; *attributes; attributes += 2) {
        const char *value = attributes[1];
        if (attributes[0][0] == '\0' || attributes[0][1] != '\0')
            continue;
        if (attributes[0][0] == 'r')
            place = value;
        else if (attributes[0][0] == 's')
            cell->style = number_of(value);
        else if (attributes[0][0] == 't' && strlen(value) < TYPE_ROOM)
            memcpy(cell->type, value, strlen(value) + 1);
    }
    if (sheet->row == 0)
        return at_row(sheet, ERR_INVALID, 0, "a cell outside of a row", "单元格不在行内", err);
    if (place && (!split(place, &cell->column, &row) || row != sheet->row ||
                  cell->column <= sheet->column))
        return at_cell(sheet, ERR_INVALID, "not in its order", "单元格的顺序有误", err);
    if (cell->column > XLSX_MOST_COLUMNS)
        return at_cell(sheet, ERR_LIMIT, "beyond the last column", "超过列数上限", err);
    sheet->column = cell->column;
    sheet->in_cell = true;
    return 0;
}

static int on_start(void *context, const char *name, const char **attributes, struct err *err)
{
    struct sheet *sheet = context;
    sheet->capture = false;
    if (!sheet->in_data) {
        sheet->in_data = strcmp(name, "sheetData") == 0;
        return 0;
    }
    if (!sheet->in_cell) {
        if (strcmp(name, "c") == 0)
            return start_cell(sheet, attributes, err);
        return strcmp(name, "row") == 0 ? start_row(sheet, attributes, err) : 0;
    }
    sheet->phonetic += sheet->phonetic || strcmp(name, "rPh") == 0;
    if (name[0] == '\0' || name[1] != '\0' || sheet->phonetic)
        return 0;
    sheet->cell.formula |= name[0] == 'f';
    sheet->capture = name[0] == 'v' || name[0] == 't'; /* t: of an inline string */
    sheet->cell.value |= sheet->capture;
    return 0;
}

static int on_text(void *context, const char *bytes, size_t length, struct err *err)
{
    struct sheet *sheet = context;
    if (!sheet->capture)
        return 0;
    if (sheet->text.length - sheet->cell.start + length > XLSX_MOST_CELL)
        return at_cell(sheet, ERR_LIMIT, "longer than a cell may be", "内容超过单元格长度上限",
                       err);
    if (sheet->text.length + length > XLSX_MOST_ROW)
        return at_cell(sheet, ERR_LIMIT, "the row is too long", "这一行内容过多", err);
    buf_add(&sheet->text, bytes, length);
    return 0;
}

/* ---- what a cell says ------------------------------------------------------------------------- */

static void tell(struct sheet *sheet, enum xlsx_kind kind, const char *bytes, size_t length)
{
    if (sheet->count == sheet->room) {
        sheet->room = sheet->room ? sheet->room * 2 : 32;
        sheet->told = mem_resize(sheet->told, sheet->room, sizeof *sheet->told);
        sheet->cells = mem_resize(sheet->cells, sheet->room, sizeof *sheet->cells);
    }
    sheet->told[sheet->count++] = (struct told){
        {sheet->cell.column, kind, bytes, length},
        sheet->cell.start,
    };
}

/* Tells the text that was captured, or another in its place. */
static void tell_own(struct sheet *sheet, enum xlsx_kind kind, const char *other, size_t length)
{
    sheet->text.length = sheet->cell.start;
    if (other)
        buf_add(&sheet->text, other, length);
    else
        sheet->text.length += length;
    buf_add(&sheet->text, "", 1);
    tell(sheet, kind, NULL, length);
}

static int end_shared(struct sheet *sheet, const char *value, struct err *err)
{
    const struct xlsx *book = sheet->book;
    uint32_t number = number_of(value);
    if ((number == 0 && strcmp(value, "0") != 0) || number >= book->string_count)
        return at_cell(sheet, ERR_INVALID, "a text that is not there", "所指的文字不存在", err);
    const char *text = book->text.bytes + book->string_at[number];
    size_t end =
        number + 1 < book->string_count ? book->string_at[number + 1] : book->text.length;
    size_t length = end - book->string_at[number] - 1;
    sheet->text.length = sheet->cell.start;
    if (length)
        tell(sheet, XLSX_TEXT, text, length);
    return 0;
}

/* 2012-03-01T00:00:00 as a strict file has it: a day, with its time where there is one. */
static void end_day(struct sheet *sheet, char *value, size_t length)
{
    if (length > 10 && value[10] == 'T') {
        value[10] = ' ';
        if (strncmp(value + 11, "00:00:00", 8) == 0)
            length = 10;
    }
    tell_own(sheet, XLSX_DAY, NULL, length);
}

static int end_number(struct sheet *sheet, const char *value, struct err *err)
{
    static const struct xlsx_style none;
    const struct xlsx *book = sheet->book;
    char text[XLSX_VALUE_ROOM];
    enum xlsx_kind kind;
    struct xlsx_style style =
        sheet->cell.style < book->style_count ? book->styles[sheet->cell.style] : none;
    size_t length = xlsx_write(text, value, style, book->from_1904, &kind);
    if (!length)
        return at_cell(sheet, ERR_INVALID, "not a number, as it says", "标为数字，却不是数字",
                       err);
    tell_own(sheet, kind, text, length);
    return 0;
}

static int end_value(struct sheet *sheet, char *value, size_t length, struct err *err)
{
    const char *type = sheet->cell.type;
    if (strcmp(type, "s") == 0)
        return end_shared(sheet, value, err);
    if (type[0] == '\0' || strcmp(type, "n") == 0)
        return end_number(sheet, value, err);
    if (strcmp(type, "b") == 0)
        tell_own(sheet, XLSX_BOOL, ooxml_true(value) ? "TRUE" : "FALSE",
                 ooxml_true(value) ? 4 : 5);
    else if (strcmp(type, "d") == 0)
        end_day(sheet, value, length);
    else if (strcmp(type, "e") == 0)
        tell_own(sheet, XLSX_ERROR, NULL, length);
    else /* str, inlineStr */
        tell_own(sheet, XLSX_TEXT, NULL, xlsx_unescape(value, length));
    return 0;
}

static int end_cell(struct sheet *sheet, struct err *err)
{
    size_t length = sheet->text.length - sheet->cell.start;
    sheet->in_cell = sheet->capture = false;
    if (length) {
        buf_add(&sheet->text, "", 1);
        return end_value(sheet, sheet->text.bytes + sheet->cell.start, length, err);
    }
    if (sheet->cell.formula && !sheet->cell.value)
        tell(sheet, XLSX_NO_RESULT, "", 0);
    return 0;
}

static int end_row(struct sheet *sheet, struct err *err)
{
    if (!sheet->count)
        return 0;
    for (size_t i = 0; i < sheet->count; i++) {
        sheet->cells[i] = sheet->told[i].cell;
        if (!sheet->cells[i].bytes)
            sheet->cells[i].bytes = sheet->text.bytes + sheet->told[i].start;
    }
    struct xlsx_row row = {sheet->row, sheet->count, sheet->cells};
    sheet->count = 0;
    sheet->text.length = 0;
    return sheet->each(sheet->context, &row, err);
}

static int on_end(void *context, const char *name, struct err *err)
{
    struct sheet *sheet = context;
    if (sheet->in_cell) {
        sheet->capture = false;
        sheet->phonetic -= sheet->phonetic > 0;
        return strcmp(name, "c") == 0 ? end_cell(sheet, err) : 0;
    }
    if (!sheet->in_data)
        return 0;
    if (strcmp(name, "row") == 0)
        return end_row(sheet, err);
    if (strcmp(name, "sheetData") == 0)
        sheet->in_data = false;
    return 0;
}

/* ---- the workbook ----------------------------------------------------------------------------- */

int xlsx_open(const char *bytes, size_t length, const char *shown, enum lang lang,
              struct xlsx **out, struct err *err)
{
    struct arena *arena = arena_new();
    struct xlsx *xlsx = arena_alloc(arena, sizeof *xlsx);
    xlsx->arena = arena;
    int code = zip_open(bytes, length, shown, lang, NULL, &xlsx->zip, err);
    if (code == 0)
        code = xlsx_book_open(xlsx, err);
    if (code < 0)
        xlsx_close(xlsx);
    else
        *out = xlsx;
    return code == ERR_NOT_FOUND ? ERR_INVALID : code;
}

void xlsx_close(struct xlsx *xlsx)
{
    if (!xlsx)
        return;
    zip_free(xlsx->zip);
    buf_free(&xlsx->text);
    free(xlsx->string_at);
    free(xlsx->styles);
    arena_free(xlsx->arena);
}

const char *xlsx_sheet(const struct xlsx *xlsx, uint32_t sheet)
{
    return xlsx->sheets[sheet].name;
}

/* As many bytes of a sheet's name as a message shows. */
static int shown_length(const char *name)
{
    return (int)utf8_cut(name, strlen(name), NAME_SHOWN);
}

int xlsx_find(const struct xlsx *xlsx, const char *name, uint32_t *sheet, struct err *err)
{
    struct buf names = {0};
    enum lang lang = zip_lang(xlsx->zip);
    for (uint32_t i = 0; i < xlsx->sheet_count; i++) {
        const struct xlsx_sheet *one = &xlsx->sheets[i];
        if (one->part && (name ? strcmp(one->name, name) == 0 : !one->hidden)) {
            *sheet = i;
            buf_free(&names);
            return 0;
        }
        if (names.length < LISTED)
            buf_printf(&names, "%s%.*s", names.length ? TR(lang, ", ", "、") : "",
                       shown_length(one->name), one->name);
    }
    int code =
        name ? err_set(err, ERR_NOT_FOUND,
                       TR(lang, "%s: no sheet \"%.*s\"; there are: %s",
                          "%s：没有工作表“%.*s”，现有：%s"),
                       zip_shown(xlsx->zip), shown_length(name), name,
                       names.bytes ? names.bytes : "")
             : err_set(err, ERR_NOT_FOUND,
                       TR(lang, "%s: no sheet that is not hidden", "%s：没有可见的工作表"),
                       zip_shown(xlsx->zip));
    buf_free(&names);
    return code;
}

int xlsx_read(struct xlsx *xlsx, uint32_t sheet,
              int (*each)(void *context, const struct xlsx_row *row, struct err *err),
              void *context, struct err *err)
{
    static const struct ooxml_reader reader = {OOXML_SHEET, on_start, on_text, on_end};
    struct sheet own = {.book = xlsx, .each = each, .context = context};
    int code = xlsx_book_read(xlsx, err);
    if (code == 0)
        code = ooxml_read(xlsx->zip, xlsx->sheets[sheet].part, &reader, &own, err);
    buf_free(&own.text);
    free(own.told);
    free(own.cells);
    return code;
}
