#include "files/table_out_data.h"

#include "time/civil.h"

#include <string.h>

/* What spreadsheets take for a formula, or skip on the way to one; the wide forms too, which those
 * in Chinese and Japanese read like the narrow ones. */
static bool looks_like_formula(const char *text)
{
    static const char *const wide[] = {"＝", "＋", "－", "＠"};
    if (*text && strchr("=+-@\t\r\n", *text))
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0)
            return true;
    return false;
}

static int put_text(struct table_out *out, uint32_t column, const char *text, struct err *err)
{
    FILE *stream = out->stream;
    bool guarded = looks_like_formula(text);
    text = table_plain(out, text);
    if (!text)
        return table_refuse(out, column, err);
    if (!*text)
        return 0;
    fputs(guarded ? "\"'" : "\"", stream);
    for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
        fwrite(text, 1, (size_t)(quote - text), stream);
        fputs("\"\"", stream);
    }
    fputs(text, stream);
    fputc('"', stream);
    return 0;
}

static void put_number(FILE *stream, enum table_kind kind, const struct table_cell *cell)
{
    char day[11];
    if (cell->number == TABLE_EMPTY)
        return;
    if (kind == TABLE_DAY)
        fputs(civil_format((int32_t)cell->number, day), stream);
    else if (kind == TABLE_PERCENT)
        fprintf(stream, "%lld.%lld%%", (long long)(table_tenths(cell) / 10),
                (long long)(table_tenths(cell) % 10));
    else
        fprintf(stream, "%lld", (long long)cell->number);
}

int table_csv_row(struct table_out *out, const struct table_cell *cells, struct err *err)
{
    const struct table_sheet *sheet = out->sheet;
    for (uint32_t i = 0; i < sheet->count; i++) {
        enum table_kind kind = sheet->columns[i].kind;
        bool texts = kind == TABLE_TEXT || kind == TABLE_LIGHT;
        if (i)
            fputc(',', out->stream);
        if (cells[i].text && put_text(out, i, cells[i].text, err) < 0)
            return ERR_INVALID;
        if (!cells[i].text && !texts)
            put_number(out->stream, kind, &cells[i]);
    }
    fputs("\r\n", out->stream);
    return 0;
}

int table_csv_header(struct table_out *out, struct err *err)
{
    const struct table_sheet *sheet = out->sheet;
    fputs("\xef\xbb\xbf", out->stream);
    for (uint32_t i = 0; i < sheet->count; i++) {
        if (i)
            fputc(',', out->stream);
        if (put_text(out, i, sheet->columns[i].title, err) < 0)
            return ERR_INVALID;
    }
    fputs("\r\n", out->stream);
    return 0;
}
