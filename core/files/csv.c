#include "files/csv.h"

#include <stdbool.h>
#include <string.h>

#define EACH_BYTE(c) (0x0101010101010101u * (uint64_t)(c))

/* The high bit of each byte that is zero; exact, without borrows between bytes. */
static uint64_t zero_bytes(uint64_t word)
{
    const uint64_t low = EACH_BYTE(0x7f);
    return ~(((word & low) + low) | word | low);
}

static uint64_t marks_of(const char *at, const char *end)
{
    uint64_t word = 0;
    if (end - at >= 8)
        memcpy(&word, at, 8);
    else
        memcpy(&word, at, (size_t)(end - at));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word); /* the first byte is the lowest */
#endif
    return zero_bytes(word ^ EACH_BYTE(',')) | zero_bytes(word ^ EACH_BYTE('"')) |
           zero_bytes(word ^ EACH_BYTE('\n'));
}

/* The next comma, quote or LF that was not given yet, or the end. */
static const char *next_mark(struct csv *csv)
{
    while (!csv->marks) {
        if (csv->end - csv->word <= 8)
            return csv->end;
        csv->word += 8;
        csv->marks = marks_of(csv->word, csv->end);
    }
    const char *mark = csv->word + __builtin_ctzll(csv->marks) / 8;
    csv->marks &= csv->marks - 1;
    return mark;
}

/* Goes on with the row, and the marks, at `at`. */
static void seek(struct csv *csv, const char *at)
{
    csv->at = csv->word = at;
    csv->marks = marks_of(at, csv->end);
}

void csv_start(struct csv *csv, const char *text, size_t length)
{
    csv->end = text + length;
    csv->row = text;
    csv->line = csv->row_line = 1;
    csv->fault = NULL;
    csv->count = csv->escaped_count = 0;
    seek(csv, text);
}

/* Goes on behind the line that holds `from`, which is line csv->line. */
static void skip_line(struct csv *csv, const char *from)
{
    const char *stop = memchr(from, '\n', (size_t)(csv->end - from));
    csv->line += stop != NULL;
    seek(csv, stop ? stop + 1 : csv->end);
}

/* Notes the fault and sets the reader behind the line that it has come to, at `reached`. */
static enum csv_result fail(struct csv *csv, enum csv_result result, const char *at,
                            const char *reached)
{
    csv->fault = at;
    csv->fault_line = csv->row_line;
    for (const char *c = csv->row; (c = memchr(c, '\n', (size_t)(at - c))) != NULL; c++)
        csv->fault_line++;
    skip_line(csv, reached);
    return result;
}

/* Text with doubled quotes, made single in the reader's own room. */
static bool unescape(struct csv *csv, struct csv_cell *cell, const char *start, const char *end)
{
    char *out = csv->escaped + csv->escaped_count;
    cell->bytes = out;
    if ((size_t)(end - start) > CSV_MOST_ESCAPED - csv->escaped_count)
        return false;
    for (; start < end; start++) {
        *out++ = *start;
        start += *start == '"';
    }
    cell->length = (size_t)(out - cell->bytes);
    csv->escaped_count += cell->length;
    return true;
}

/* The closing quote of the cell, or the end; `*doubled` when there are quotes inside. */
static const char *closing_quote(struct csv *csv, bool *doubled)
{
    for (;;) {
        const char *at = next_mark(csv);
        if (at == csv->end)
            return at;
        csv->line += *at == '\n';
        if (*at != '"')
            continue;
        if (at + 1 == csv->end || at[1] != '"')
            return at;
        next_mark(csv);
        *doubled = true;
    }
}

/* A cell from its opening quote on; `*mark` gets what ends it. */
static enum csv_result read_quoted(struct csv *csv, struct csv_cell *cell, const char **mark)
{
    bool doubled = false;
    const char *close = closing_quote(csv, &doubled), *behind = close + 1;
    if (close == csv->end)
        return fail(csv, CSV_OPEN_QUOTE, cell->at, close);
    if (csv->end - behind >= 2 && behind[0] == '\r' && behind[1] == '\n')
        behind++;
    *mark = next_mark(csv);
    if (*mark != behind)
        return fail(csv, CSV_TEXT_BEHIND_QUOTE, close + 1, close);
    cell->bytes = cell->at + 1;
    cell->length = (size_t)(close - cell->bytes);
    if (doubled && !unescape(csv, cell, cell->bytes, close))
        return fail(csv, CSV_CELL_TOO_LONG, cell->at, close);
    return CSV_ROW;
}

static enum csv_result read_cell(struct csv *csv, struct csv_cell *cell, const char **mark)
{
    *mark = next_mark(csv);
    const char *stop = *mark;
    if (stop < csv->end && *stop == '"') {
        if (stop != cell->at)
            return fail(csv, CSV_QUOTE_IN_TEXT, stop, stop);
        enum csv_result result = read_quoted(csv, cell, mark);
        if (result < 0)
            return result;
    } else {
        if (stop < csv->end && *stop == '\n' && stop > cell->at && stop[-1] == '\r')
            stop--;
        cell->bytes = cell->at;
        cell->length = (size_t)(stop - cell->at);
    }
    if (cell->length > CSV_MOST_CELL)
        return fail(csv, CSV_CELL_TOO_LONG, cell->at, *mark);
    return CSV_ROW;
}

static enum csv_result read_row(struct csv *csv)
{
    const char *at = csv->at, *mark;
    csv->row = at;
    csv->row_line = csv->line;
    csv->count = csv->escaped_count = 0;
    do {
        if (csv->count == CSV_MOST_CELLS)
            return fail(csv, CSV_TOO_MANY_CELLS, at, at);
        struct csv_cell *cell = &csv->cells[csv->count++];
        cell->at = at;
        enum csv_result result = read_cell(csv, cell, &mark);
        if (result < 0)
            return result;
        at = mark < csv->end ? mark + 1 : mark;
    } while (mark < csv->end && *mark == ',');
    csv->line += mark < csv->end;
    csv->at = at;
    return CSV_ROW;
}

static bool is_empty(const struct csv *csv)
{
    for (size_t i = 0; i < csv->count; i++)
        if (csv->cells[i].length)
            return false;
    return true;
}

enum csv_result csv_next(struct csv *csv)
{
    while (csv->at < csv->end) {
        if (*csv->at == '#') {
            skip_line(csv, csv->at);
            continue;
        }
        enum csv_result result = read_row(csv);
        if (result < 0 || !is_empty(csv))
            return result;
    }
    return CSV_END;
}

const char *csv_problem(enum csv_result result, enum lang lang)
{
    switch (result) {
    case CSV_OPEN_QUOTE: return TR(lang, "this quote is never closed", "这个双引号没有配对");
    case CSV_QUOTE_IN_TEXT:
        return TR(lang, "a quote inside a cell that does not begin with one",
                  "单元格中间出现双引号，而单元格并不以双引号开头");
    case CSV_TEXT_BEHIND_QUOTE:
        return TR(lang, "text between a closing quote and the comma",
                  "双引号结束之后、逗号之前还有文字");
    case CSV_CELL_TOO_LONG: return TR(lang, "the cell is too long", "单元格过长");
    case CSV_TOO_MANY_CELLS: return TR(lang, "too many cells", "单元格过多");
    case CSV_END:
    case CSV_ROW: break;
    }
    return "";
}
