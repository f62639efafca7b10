#include "files/table_out_data.h"

#include "base/utf8.h"
#include "time/civil.h"

#include <errno.h>
#include <string.h>
#include <xlsxwriter.h>

enum {
    LOOKED_AT = 300, /* rows that decide how wide the columns are */
    WIDEST = 40,     /* of a column, in Latin letters */
    NARROWEST = 5,
    SHEETS_MOST = 16,
    HEAD_MOST = 100,        /* bytes of each part of a page's head: it takes 255 in all */
    EPOCH = 25569,          /* 1970-01-01 as Excel counts days */
    FIRST_DAY = 61 - EPOCH, /* 1900-03-01: of days before it the programs disagree */
    TITLE_POINTS = 18,      /* high letters, */
    POINTS = 11,            /* … lines */
    LINE = 15,
    PADDING = 6,      /* … and what lies around the lines of a cell */
    LINES_MOST = 20,  /* of a row */
    PAGE_WIDE = 215,  /* letters beside each other that can still be read on a page */
    ROOM_OF_HEAD = 12 /* of a title above narrow content: more of it wraps */
};

/* The looks of a cell. */
enum look {
    LOOK_TITLE,
    LOOK_ABOUT,
    LOOK_HEADER,
    LOOK_NOTE,
    LOOK_TEXT,
    LOOK_COUNT,
    LOOK_DAY,
    LOOK_PERCENT,
    LOOK_LIGHT,
    LOOKS
};

struct table_book {
    struct table_out *out;
    lxw_workbook *workbook; /* NULL once it is written */
    lxw_format *looks[LOOKS], *lights[4];
    uint64_t cells[SHEETS_MOST]; /* of each sheet */
    uint32_t sheets;
    lxw_worksheet *made[SHEETS_MOST];
    lxw_worksheet *sheet; /* the one that is being written */
    lxw_row_t row;        /* the next one */
    lxw_row_t header;
    uint32_t *widths;   /* of its columns */
    struct arena *held; /* rows that wait for the widths, NULL when they have gone */
    struct table_cell **waiting;
    uint32_t waiting_count;
    bool ended;
};

/* In the order of urgency: a sign, how it is written on and the ground behind. */
static const struct {
    const char *sign;
    lxw_color_t ink, ground;
} lights[] = {
    {"●", 0x006100, 0xc6efce},
    {"▲", 0x7f4f00, 0xffeb9c},
    {"■", 0x9c0006, 0xffc7ce},
    {"✓", 0x1f4e78, 0xddebf7},
};

static int failed(struct table_out *out, lxw_error code, struct err *err)
{
    return err_set(err, ERR_IO, "%s: %s", out->file.path,
                   errno ? strerror(errno) : lxw_strerror(code));
}

/* ---- looks -------------------------------------------------------------------------------- */

static void set_look(struct table_book *book, enum look look, const char *number)
{
    static const bool centred[LOOKS] = {
        [LOOK_TITLE] = true, [LOOK_HEADER] = true,  [LOOK_COUNT] = true,
        [LOOK_DAY] = true,   [LOOK_PERCENT] = true, [LOOK_LIGHT] = true};
    bool zh = book->out->file.lang == LANG_ZH, boxed = look >= LOOK_TEXT || look == LOOK_HEADER;
    lxw_format *format = workbook_add_format(book->workbook);
    if (zh)
        format_set_font_name(format,
                             look == LOOK_TITLE || look == LOOK_HEADER ? "黑体" : "宋体");
    format_set_font_size(format, look == LOOK_TITLE ? TITLE_POINTS : POINTS);
    if (!zh && (look == LOOK_TITLE || look == LOOK_HEADER))
        format_set_bold(format);
    format_set_align(format, centred[look] ? LXW_ALIGN_CENTER : LXW_ALIGN_LEFT);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    format_set_text_wrap(format);
    if (boxed)
        format_set_border(format, LXW_BORDER_THIN);
    if (look == LOOK_HEADER)
        format_set_bg_color(format, 0xededed);
    if (number)
        format_set_num_format(format, number);
    book->looks[look] = format;
}

static void set_looks(struct table_book *book)
{
    enum lang lang = book->out->file.lang;
    for (int look = 0; look < LOOKS; look++) {
        const char *number = look == LOOK_TEXT || look == LOOK_LIGHT ? "@" : NULL;
        if (look == LOOK_COUNT)
            number = "0";
        else if (look == LOOK_PERCENT)
            number = "0.0%";
        else if (look == LOOK_DAY)
            number = TR(lang, "yyyy-mm-dd", "yyyy\"年\"m\"月\"d\"日\"");
        set_look(book, (enum look)look, number);
    }
    for (size_t i = 0; i < sizeof lights / sizeof *lights; i++) {
        book->lights[i] = workbook_add_format(book->workbook);
        format_set_font_color(book->lights[i], lights[i].ink);
        format_set_bg_color(book->lights[i], lights[i].ground);
    }
}

/* ---- lengths ------------------------------------------------------------------------------ */

/* The widest line of a text. */
static uint32_t width_of(const char *text)
{
    size_t widest = 0;
    for (;;) {
        size_t length = strcspn(text, "\n"), width = utf8_width(text, length);
        widest = width > widest ? width : widest;
        if (!text[length])
            return (uint32_t)widest;
        text += length + 1;
    }
}

/* Lines that a text takes in a cell of that width; Hanzi leave half of their own at an end. */
static uint32_t lines_of(const char *text, uint32_t columns)
{
    uint32_t lines = 0;
    if (strlen(text) <= columns && !strchr(text, '\n'))
        return 1;
    for (;;) {
        size_t length = strcspn(text, "\n"), width = utf8_width(text, length);
        lines += width > columns ? (uint32_t)((width + columns - 2) / (columns - 1)) : 1;
        if (!text[length])
            return lines;
        text += length + 1;
    }
}

/* ---- cells -------------------------------------------------------------------------------- */

/* Readers take _x0041_ for the character of that code: such a text gets its underscore coded. */
static bool is_code(const char *text)
{
    return text[0] == '_' && text[1] == 'x' &&
           strspn(text + 2, "0123456789abcdefABCDEF") >= 4 && text[6] == '_';
}

/* The text as a workbook has it, of at most `most` UTF-16 units; false when there is more of it. */
static bool add_coded(struct buf *out, const char *text, size_t most)
{
    static const char underscore[] = "_x005F_";
    uint32_t code = 0;
    size_t length = strlen(text), units = 0, size;
    for (; length && (size = utf8_next(text, length, &code)) > 0;
         text += size, length -= size) {
        bool coded = is_code(text);
        units += coded ? sizeof underscore - 1 : code > 0xffff ? 2 : 1;
        if (units > most)
            return false;
        buf_add(out, coded ? underscore : text, coded ? sizeof underscore - 1 : size);
    }
    return true;
}

/* The text cut to what a cell holds, and as a workbook has it: `room` where it is another one. */
static const char *fitted(const struct table_book *book, const char *text, struct buf *room)
{
    const char *mark =
        TR(book->out->file.lang, " … [cut: too long for a cell]", "……（过长，此处截断）");
    if (strlen(text) <= TABLE_TEXT_MOST && !strstr(text, "_x"))
        return text;
    if (add_coded(room, text, TABLE_TEXT_MOST))
        return room->bytes;
    room->length = 0;
    add_coded(room, text, TABLE_TEXT_MOST - strlen(mark));
    buf_adds(room, mark);
    return room->bytes;
}

static int put_text(struct table_book *book, uint32_t column, const char *text,
                    lxw_format *format, struct err *err)
{
    struct buf room = {0};
    const char *plain = table_plain(book->out, text);
    if (!plain)
        return table_refuse(book->out, column, err);
    errno = 0;
    lxw_error code = worksheet_write_string(book->sheet, book->row, (lxw_col_t)column,
                                            fitted(book, plain, &room), format);
    buf_free(&room);
    return code ? failed(book->out, code, err) : 0;
}

static bool fits_number(const struct table_cell *cell, enum table_kind kind)
{
    static const int64_t most = 999999999999999; /* digits that a sheet keeps */
    if (kind == TABLE_DAY)
        return cell->number >= FIRST_DAY;
    return cell->number >= -most && cell->number <= most;
}

static double number_of(const struct table_cell *cell, enum table_kind kind)
{
    if (kind == TABLE_PERCENT)
        return (double)table_tenths(cell) / 1000;
    return (double)(kind == TABLE_DAY ? cell->number + EPOCH : cell->number);
}

static int put_number(struct table_book *book, uint32_t column, const struct table_cell *cell,
                      enum table_kind kind, lxw_format *format, struct err *err)
{
    char text[24];
    if (!fits_number(cell, kind)) {
        if (kind == TABLE_DAY)
            civil_format((int32_t)cell->number, text);
        else
            snprintf(text, sizeof text, "%lld", (long long)cell->number);
        return put_text(book, column, text, format, err);
    }
    errno = 0;
    lxw_error code = worksheet_write_number(book->sheet, book->row, (lxw_col_t)column,
                                            number_of(cell, kind), format);
    return code ? failed(book->out, code, err) : 0;
}

/* A row as high as its longest text: programs differ in whether they look for themselves, and lines
 * that touch each other are hard to read on paper. */
static void set_height(struct table_book *book, uint32_t lines)
{
    lines = lines < LINES_MOST ? lines : LINES_MOST;
    worksheet_set_row(book->sheet, book->row, lines * LINE + PADDING, NULL);
}

static uint32_t height_of(const struct table_book *book, const struct table_cell *cells)
{
    uint32_t most = 1;
    for (uint32_t i = 0; i < book->out->sheet->count; i++) {
        uint32_t lines = cells[i].text ? lines_of(cells[i].text, book->widths[i]) : 1;
        most = lines > most ? lines : most;
    }
    return most;
}

static int put_row(struct table_book *book, const struct table_cell *cells, struct err *err)
{
    static const enum look looks[] = {[TABLE_TEXT] = LOOK_TEXT,
                                      [TABLE_COUNT] = LOOK_COUNT,
                                      [TABLE_DAY] = LOOK_DAY,
                                      [TABLE_PERCENT] = LOOK_PERCENT,
                                      [TABLE_LIGHT] = LOOK_LIGHT};
    const struct table_sheet *sheet = book->out->sheet;
    int code = 0;
    set_height(book, height_of(book, cells));
    for (uint32_t i = 0; i < sheet->count && code == 0; i++) {
        enum table_kind kind = sheet->columns[i].kind;
        lxw_format *format = book->looks[looks[kind]];
        bool texts = kind == TABLE_TEXT || kind == TABLE_LIGHT;
        if (cells[i].text && *cells[i].text)
            code = put_text(book, i, cells[i].text, format, err);
        else if (!cells[i].text && !texts && cells[i].number != TABLE_EMPTY)
            code = put_number(book, i, &cells[i], kind, format, err);
        else
            worksheet_write_blank(book->sheet, book->row, (lxw_col_t)i, format);
    }
    book->cells[book->sheets - 1] += sheet->count;
    book->row++;
    return code;
}

/* ---- widths ------------------------------------------------------------------------------- */

static uint32_t number_width(const struct table_cell *cell, enum table_kind kind)
{
    char text[24];
    if (cell->number == TABLE_EMPTY)
        return 0;
    if (kind == TABLE_DAY)
        return 14; /* 2026年12月31日 */
    return (uint32_t)snprintf(text, sizeof text, "%lld", (long long)cell->number) +
           (kind == TABLE_PERCENT ? 3 : 0);
}

static void widen(struct table_book *book, uint32_t column, uint32_t width)
{
    uint32_t widest = book->out->sheet->columns[column].widest;
    widest = widest ? widest : WIDEST;
    width = width > widest ? widest : width;
    if (width > book->widths[column])
        book->widths[column] = width;
}

/* Beside its text a cell has margins; Hanzi are a little wider than two digits of the font by which
 * widths are counted. */
static double column_width(const struct table_book *book, uint32_t column)
{
    return book->widths[column] * 1.12 + 2;
}

static double sheet_width(const struct table_book *book)
{
    double width = 0;
    for (uint32_t i = 0; i < book->out->sheet->count; i++)
        width += column_width(book, i);
    return width;
}

static uint16_t pages_wide(const struct table_book *book)
{
    return (uint16_t)(1 + sheet_width(book) / PAGE_WIDE);
}

static void set_widths(struct table_book *book)
{
    const struct table_sheet *sheet = book->out->sheet;
    for (uint32_t i = 0; i < sheet->count; i++) {
        uint32_t title = width_of(sheet->columns[i].title);
        widen(book, i, NARROWEST);
        widen(book, i, title > ROOM_OF_HEAD ? ROOM_OF_HEAD : title);
        for (uint32_t row = 0; row < book->waiting_count; row++) {
            const struct table_cell *cell = &book->waiting[row][i];
            widen(book, i,
                  cell->text ? width_of(cell->text)
                             : number_width(cell, sheet->columns[i].kind));
        }
        worksheet_set_column(book->sheet, (lxw_col_t)i, (lxw_col_t)i, column_width(book, i),
                             NULL);
    }
}

/* ---- a sheet ------------------------------------------------------------------------------ */

/* Columns of the first page, which are those that a title stands over. */
static uint32_t first_page(const struct table_book *book, double *width)
{
    uint32_t count = book->out->sheet->count, columns = 0;
    double most = sheet_width(book) / pages_wide(book);
    for (*width = 0; columns < count && *width + column_width(book, columns) <= most + 1;
         columns++)
        *width += column_width(book, columns);
    return columns ? columns : 1;
}

/* A text over the columns of a page, as high as it is long. */
static int put_line(struct table_book *book, const char *text, enum look look, struct err *err)
{
    double width, scale = look == LOOK_TITLE ? (double)TITLE_POINTS / POINTS : 1;
    uint32_t count = first_page(book, &width), lines = 1;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    lines += (uint32_t)(width_of(text) * 1.12 * scale / (width + 1));
    worksheet_set_row(book->sheet, book->row, (lines * LINE + PADDING) * scale, NULL);
    int code = 0;
    if (count > 1 && worksheet_merge_range(book->sheet, book->row, 0, book->row,
                                           (lxw_col_t)(count - 1), "", book->looks[look]))
        code = err_set(err, ERR_INTERNAL, "no merged cells");
    if (code == 0)
        code = put_text(book, 0, text, book->looks[look], err);
    book->cells[book->sheets - 1] += count;
    book->row++;
    return code;
}

static int put_header(struct table_book *book, struct err *err)
{
    const struct table_sheet *sheet = book->out->sheet;
    int code = 0;
    if (sheet->title)
        code = put_line(book, sheet->title, LOOK_TITLE, err);
    if (sheet->about && code == 0)
        code = put_line(book, sheet->about, LOOK_ABOUT, err);
    uint32_t lines = 1;
    for (uint32_t i = 0; i < sheet->count; i++) {
        uint32_t needed = lines_of(sheet->columns[i].title, book->widths[i]);
        lines = needed > lines ? needed : lines;
    }
    set_height(book, lines);
    for (uint32_t i = 0; i < sheet->count && code == 0; i++)
        code = put_text(book, i, sheet->columns[i].title, book->looks[LOOK_HEADER], err);
    book->cells[book->sheets - 1] += sheet->count;
    book->header = book->row++;
    return code;
}

/* Widths are known, or all rows: what waits is written. */
static int let_go(struct table_book *book, struct err *err)
{
    if (!book->held)
        return 0;
    set_widths(book);
    int code = put_header(book, err);
    for (uint32_t i = 0; i < book->waiting_count && code == 0; i++)
        code = put_row(book, book->waiting[i], err);
    arena_free(book->held);
    book->held = NULL;
    book->waiting_count = 0;
    return code;
}

static void hold_row(struct table_book *book, const struct table_cell *cells)
{
    uint32_t count = book->out->sheet->count;
    struct table_cell *copy = arena_array(book->held, count, sizeof *copy);
    for (uint32_t i = 0; i < count; i++) {
        copy[i] = cells[i];
        copy[i].text = cells[i].text ? arena_string(book->held, cells[i].text) : NULL;
    }
    book->waiting[book->waiting_count++] = copy;
}

int table_book_row(struct table_out *out, const struct table_cell *cells, struct err *err)
{
    struct table_book *book = out->book;
    if (book->held && book->waiting_count < LOOKED_AT) {
        hold_row(book, cells);
        return 0;
    }
    int code = let_go(book, err);
    return code < 0 ? code : put_row(book, cells, err);
}

/* Appends a text to a page's head, where & begins a command. */
static void add_head(struct buf *out, const char *text)
{
    size_t length = text ? utf8_cut(text, strlen(text), HEAD_MOST) : 0;
    for (size_t i = 0; i < length; i++)
        buf_add(out, text[i] == '&' ? "&&" : text + i, text[i] == '&' ? 2 : 1);
}

static void set_page(struct table_book *book)
{
    const struct table_file *file = &book->out->file;
    lxw_worksheet *sheet = book->sheet;
    struct buf head = {0};
    buf_adds(&head, "&L");
    add_head(&head, file->title);
    buf_adds(&head, "&R");
    add_head(&head, file->dated);
    worksheet_set_header(sheet, head.bytes);
    worksheet_set_footer(sheet, TR(file->lang, "&C&P of &N", "&C第 &P 页，共 &N 页"));
    buf_free(&head);
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9); /* A4 */
    worksheet_set_margins(sheet, 0.5, 0.5, 0.75, 0.7);
    worksheet_center_horizontally(sheet);
}

int table_book_sheet(struct table_out *out, struct err *err)
{
    struct table_book *book = out->book;
    errno = 0;
    lxw_error wrong = book->sheets == SHEETS_MOST
                          ? LXW_ERROR_PARAMETER_VALIDATION
                          : workbook_validate_sheet_name(book->workbook, out->sheet->name);
    if (wrong || !*out->sheet->name)
        return err_set(err, ERR_INVALID,
                       TR(out->file.lang, "no sheet can be called “%s”", "工作表不能叫“%s”"),
                       out->sheet->name);
    book->sheet = workbook_add_worksheet(book->workbook, out->sheet->name);
    if (!book->sheet)
        return failed(out, LXW_ERROR_CREATING_TMPFILE, err);
    book->made[book->sheets++] = book->sheet;
    book->row = 0;
    book->ended = false;
    book->held = arena_new();
    book->waiting = arena_array(book->held, LOOKED_AT, sizeof(struct table_cell *));
    book->waiting_count = 0;
    book->widths = arena_array(out->arena, out->sheet->count, sizeof *book->widths);
    set_page(book);
    return 0;
}

/* ---- below the rows ----------------------------------------------------------------------- */

static void set_lights(struct table_book *book, lxw_col_t column, lxw_row_t last)
{
    for (size_t i = 0; i < sizeof lights / sizeof *lights; i++) {
        lxw_conditional_format rule = {.type = LXW_CONDITIONAL_TYPE_TEXT,
                                       .criteria = LXW_CONDITIONAL_CRITERIA_TEXT_BEGINS_WITH,
                                       .value_string =
                                           arena_string(book->out->arena, lights[i].sign),
                                       .format = book->lights[i]};
        worksheet_conditional_format_range(book->sheet, book->header + 1, column, last, column,
                                           &rule);
    }
}

static void set_choices(struct table_book *book, lxw_col_t column, lxw_row_t last)
{
    const struct table_column *asked = &book->out->sheet->columns[column];
    size_t count = 0;
    while (asked->choices[count])
        count++;
    char **list = arena_array(book->out->arena, count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = arena_string(book->out->arena, asked->choices[i]);
    lxw_data_validation rule = {.validate = LXW_VALIDATION_TYPE_LIST,
                                .value_list = list,
                                .show_error =
                                    asked->open ? LXW_VALIDATION_OFF : LXW_VALIDATION_ON};
    worksheet_data_validation_range(book->sheet, book->header + 1, column, last, column, &rule);
}

/* What belongs to all rows, and is written before or behind them. */
static void end_rows(struct table_book *book)
{
    const struct table_sheet *sheet = book->out->sheet;
    lxw_row_t last = book->row - 1;
    worksheet_freeze_panes(book->sheet, book->header + 1, (lxw_col_t)sheet->fixed);
    worksheet_repeat_rows(book->sheet, book->header, book->header);
    if (sheet->fixed)
        worksheet_repeat_columns(book->sheet, 0, (lxw_col_t)(sheet->fixed - 1));
    worksheet_fit_to_pages(book->sheet, pages_wide(book), 0);
    for (uint32_t i = 0; i < sheet->count && last > book->header; i++) {
        if (sheet->columns[i].kind == TABLE_LIGHT)
            set_lights(book, (lxw_col_t)i, last);
        if (sheet->columns[i].choices)
            set_choices(book, (lxw_col_t)i, last);
    }
    if (last > book->header)
        worksheet_autofilter(book->sheet, book->header, 0, last, (lxw_col_t)(sheet->count - 1));
}

int table_book_note(struct table_out *out, const char *text, struct err *err)
{
    struct table_book *book = out->book;
    int code = let_go(book, err);
    if (code == 0 && !book->ended)
        end_rows(book);
    book->ended = true;
    if (code == 0 && text)
        code = put_line(book, text, LOOK_NOTE, err);
    worksheet_print_area(book->sheet, 0, 0, book->row - 1, (lxw_col_t)(out->sheet->count - 1));
    return code;
}

/* ---- the file ----------------------------------------------------------------------------- */

int table_book_new(struct table_out *out, struct err *err)
{
    struct table_book *book = arena_alloc(out->arena, sizeof *book);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE,
                                    .tmpdir = arena_string(out->arena, out->folder)};
    lxw_doc_properties properties = {
        .title = arena_string(out->arena, out->file.title ? out->file.title : ""),
        .author = arena_string(out->arena, out->file.author ? out->file.author : ""),
        .created = civil_ms(out->file.day, 0) / 1000,
    };
    book->out = out;
    book->workbook = workbook_new_opt(out->made, &options);
    if (!book->workbook)
        return err_set(err, ERR_INTERNAL, "no workbook");
    workbook_set_properties(book->workbook, &properties);
    set_looks(book);
    out->book = book;
    return 0;
}

int table_book_close(struct table_out *out, struct err *err)
{
    struct table_book *book = out->book;
    int code = !out->sheet || out->ended ? 0 : table_book_note(out, NULL, err);
    if (code < 0)
        return code;
    errno = 0;
    lxw_error wrong = workbook_close(book->workbook);
    book->workbook = NULL; /* freed, whatever came of it */
    if (wrong)
        return failed(out, wrong, err);
    struct err unread;
    if (table_check(out->made, book->cells, book->sheets, out->file.lang, &unread) < 0)
        return err_set(err, ERR_IO, "%s: %s", out->file.path, unread.message);
    return 0;
}

void table_book_free(struct table_book *book)
{
    if (!book)
        return;
    if (book->workbook) {
        for (uint32_t i = 0; i < book->sheets; i++)
            fclose(book->made[i]->optimize_tmpfile); /* the library leaves it open */
        lxw_workbook_free(book->workbook);
    }
    arena_free(book->held);
}
