#include "files/xlsx_book.h"

#include <stdlib.h>
#include <string.h>

enum { LINKS_MOST = 10000, FORMATS_MOST = 10000, CODE_MOST = 255, STRING_COST = 8 };

struct link {
    const char *id, *type, *part;
};

struct links {
    struct xlsx *book;
    const char *workbook; /* the part, of the root's relations */
    struct link *list;
    uint32_t count;
};

static int too_many(const struct xlsx *book, const char *english, const char *chinese,
                    struct err *err)
{
    bool han = zip_lang(book->zip) == LANG_ZH;
    return err_set(err, ERR_LIMIT, han ? "%s：%s过多" : "%s: too many %s", zip_shown(book->zip),
                   han ? chinese : english);
}

/* ---- the workbook's own part ------------------------------------------------------------------ */

static int on_root(void *context, const char *id, const char *type, const char *target,
                   struct err *err)
{
    struct links *links = context;
    (void)id, (void)err;
    if (strcmp(type, "officeDocument") == 0)
        links->workbook = arena_string(links->book->arena, target);
    return 0;
}

static int on_link(void *context, const char *id, const char *type, const char *target,
                   struct err *err)
{
    struct links *links = context;
    struct arena *arena = links->book->arena;
    if (links->count == LINKS_MOST)
        return too_many(links->book, "parts", "部件", err);
    if (links->count % 64 == 0)
        links->list = mem_resize(links->list, links->count + 64, sizeof *links->list);
    links->list[links->count++] = (struct link){
        arena_string(arena, id), arena_string(arena, type), arena_string(arena, target)};
    if (strcmp(type, "sharedStrings") == 0)
        links->book->strings_part = links->list[links->count - 1].part;
    if (strcmp(type, "styles") == 0)
        links->book->styles_part = links->list[links->count - 1].part;
    return 0;
}

static const char *part_of(const struct links *links, const char *id)
{
    for (uint32_t i = 0; id && i < links->count; i++)
        if (strcmp(links->list[i].id, id) == 0)
            return strcmp(links->list[i].type, "worksheet") == 0 ? links->list[i].part : NULL;
    return NULL;
}

static int on_workbook(void *context, const char *name, const char **attributes,
                       struct err *err)
{
    struct links *links = context;
    struct xlsx *book = links->book;
    const char *title = ooxml_attribute(attributes, "name"),
               *state = ooxml_attribute(attributes, "state");
    if (strcmp(name, "workbookPr") == 0)
        book->from_1904 = ooxml_true(ooxml_attribute(attributes, "date1904"));
    if (strcmp(name, "sheet") != 0 || !title)
        return 0;
    if (book->sheet_count == XLSX_MOST_SHEETS)
        return too_many(book, "sheets", "工作表", err);
    book->sheets[book->sheet_count++] = (struct xlsx_sheet){
        .name = arena_string(book->arena, title),
        .part = part_of(links, ooxml_relation(attributes)),
        .hidden = state && strcmp(state, "visible") != 0,
    };
    return 0;
}

int xlsx_book_open(struct xlsx *book, struct err *err)
{
    static const struct ooxml_reader reader = {.vocabulary = OOXML_SHEET, .start = on_workbook};
    struct links links = {.book = book, .workbook = "xl/workbook.xml"};
    int code = ooxml_relations(book->zip, "", on_root, &links, err);
    if (code == 0 && !zip_has(book->zip, links.workbook))
        code = err_set(err, ERR_INVALID,
                       TR(zip_lang(book->zip), "%s: not a workbook of Excel or WPS",
                          "%s：不是 Excel、WPS 工作簿"),
                       zip_shown(book->zip));
    if (code == 0)
        code = ooxml_relations(book->zip, links.workbook, on_link, &links, err);
    book->sheets = arena_array(book->arena, XLSX_MOST_SHEETS, sizeof *book->sheets);
    if (code == 0)
        code = ooxml_read(book->zip, links.workbook, &reader, &links, err);
    free(links.list);
    return code;
}

/* ---- shared strings --------------------------------------------------------------------------- */

struct strings {
    struct xlsx *book;
    size_t start;      /* of the string at hand */
    uint32_t phonetic; /* how deep in rPh */
    bool in_string, in_text;
};

static int on_string_start(void *context, const char *name, const char **attributes,
                           struct err *err)
{
    struct strings *strings = context;
    struct xlsx *book = strings->book;
    (void)attributes;
    strings->phonetic += strings->phonetic || strcmp(name, "rPh") == 0;
    strings->in_text = strings->in_string && !strings->phonetic && strcmp(name, "t") == 0;
    if (strcmp(name, "si") != 0)
        return 0;
    if (strings->in_string) /* the two would begin at one place, and end before it */
        return err_set(
            err, ERR_INVALID,
            TR(zip_lang(book->zip), "%s: a text within a text", "%s：文字里又套了文字"),
            zip_shown(book->zip));
    strings->in_string = true;
    if (book->text.length + (size_t)book->string_count * STRING_COST > XLSX_MOST_STRINGS)
        return too_many(book, "texts", "文字", err);
    strings->start = book->text.length;
    return 0;
}

static int on_string_text(void *context, const char *bytes, size_t length, struct err *err)
{
    struct strings *strings = context;
    struct buf *text = &strings->book->text;
    if (!strings->in_text)
        return 0;
    if (text->length - strings->start + length > XLSX_MOST_CELL)
        return err_set(err, ERR_LIMIT,
                       TR(zip_lang(strings->book->zip), "%s: a text is longer than a cell",
                          "%s：有文字超过单元格的长度上限"),
                       zip_shown(strings->book->zip));
    buf_add(text, bytes, length);
    return 0;
}

static int on_string_end(void *context, const char *name, struct err *err)
{
    struct strings *strings = context;
    struct xlsx *book = strings->book;
    (void)err;
    strings->in_text = false;
    strings->phonetic -= strings->phonetic > 0;
    if (strcmp(name, "si") != 0)
        return 0;
    strings->in_string = false;
    if (book->string_count == book->string_room) {
        book->string_room = book->string_room ? book->string_room * 2 : 1024;
        book->string_at = mem_resize(book->string_at, book->string_room, sizeof(uint32_t));
    }
    buf_add(&book->text, "", 1);
    size_t length = xlsx_unescape(book->text.bytes + strings->start,
                                  book->text.length - strings->start - 1);
    book->text.length = strings->start + length + 1;
    book->string_at[book->string_count++] = (uint32_t)strings->start;
    return 0;
}

static int read_strings(struct xlsx *book, struct err *err)
{
    static const struct ooxml_reader reader = {OOXML_SHEET, on_string_start, on_string_text,
                                               on_string_end};
    struct strings strings = {.book = book};
    return ooxml_read(book->zip, book->strings_part, &reader, &strings, err);
}

/* ---- styles ----------------------------------------------------------------------------------- */

struct format {
    uint32_t number;
    struct xlsx_style style;
};

struct styles {
    struct xlsx *book;
    struct format *formats; /* of the workbook's own */
    uint32_t count;
    bool of_cells; /* in cellXfs */
};

static uint32_t number_of(const char *text)
{
    return text ? (uint32_t)strtoul(text, NULL, 10) : 0;
}

static int add_format(struct styles *styles, const char **attributes, struct err *err)
{
    const char *code = ooxml_attribute(attributes, "formatCode");
    if (styles->count == FORMATS_MOST)
        return too_many(styles->book, "formats", "格式", err);
    if (styles->count % 64 == 0)
        styles->formats =
            mem_resize(styles->formats, styles->count + 64, sizeof *styles->formats);
    styles->formats[styles->count++] = (struct format){
        .number = number_of(ooxml_attribute(attributes, "numFmtId")),
        .style = code && strlen(code) <= CODE_MOST ? xlsx_custom(code) : (struct xlsx_style){0},
    };
    return 0;
}

/* A format of the workbook's own goes before a built-in one of the same number. */
static struct xlsx_style style_of(const struct styles *styles, uint32_t number)
{
    for (uint32_t i = styles->count; i-- > 0;)
        if (styles->formats[i].number == number)
            return styles->formats[i].style;
    return xlsx_builtin(number);
}

static int add_style(struct styles *styles, const char **attributes, struct err *err)
{
    struct xlsx *book = styles->book;
    if (book->style_count == XLSX_MOST_STYLES)
        return too_many(book, "styles", "样式", err);
    if (book->style_count == book->style_room) {
        book->style_room = book->style_room ? book->style_room * 2 : 64;
        book->styles = mem_resize(book->styles, book->style_room, sizeof *book->styles);
    }
    book->styles[book->style_count++] =
        style_of(styles, number_of(ooxml_attribute(attributes, "numFmtId")));
    return 0;
}

static int on_style_start(void *context, const char *name, const char **attributes,
                          struct err *err)
{
    struct styles *styles = context;
    if (strcmp(name, "numFmt") == 0)
        return add_format(styles, attributes, err);
    if (styles->of_cells && strcmp(name, "xf") == 0)
        return add_style(styles, attributes, err);
    styles->of_cells |= strcmp(name, "cellXfs") == 0;
    return 0;
}

static int on_style_end(void *context, const char *name, struct err *err)
{
    struct styles *styles = context;
    (void)err;
    if (strcmp(name, "cellXfs") == 0)
        styles->of_cells = false;
    return 0;
}

static int read_styles(struct xlsx *book, struct err *err)
{
    static const struct ooxml_reader reader = {
        .vocabulary = OOXML_SHEET, .start = on_style_start, .end = on_style_end};
    struct styles styles = {.book = book};
    int code = ooxml_read(book->zip, book->styles_part, &reader, &styles, err);
    free(styles.formats);
    return code;
}

int xlsx_book_read(struct xlsx *book, struct err *err)
{
    int code = 0;
    if (book->read)
        return 0;
    if (book->strings_part && zip_has(book->zip, book->strings_part))
        code = read_strings(book, err);
    if (code == 0 && book->styles_part && zip_has(book->zip, book->styles_part))
        code = read_styles(book, err);
    book->read = code == 0;
    return code;
}
