#include "base/finding.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct findings findings_new(struct arena *arena, enum lang lang)
{
    return (struct findings){.arena = arena, .lang = lang, .most = FINDINGS_MOST};
}

void findings_free(struct findings *findings)
{
    if (!findings)
        return;
    free(findings->list);
    findings->list = NULL;
    findings->count = findings->room = 0;
}

struct finding *finding_add(struct findings *findings, enum severity severity, const char *name,
                            struct place place, const char *format, ...)
{
    findings->errors += severity == SEVERITY_ERROR;
    findings->warnings += severity == SEVERITY_WARNING;
    findings->notes += severity == SEVERITY_NOTE;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (findings->count >= findings->most)
        return arena_alloc(findings->arena, sizeof(struct finding));
    if (findings->count == findings->room) {
        /* All at once: the caller keeps pointers into the list. */
        findings->room = findings->most;
        findings->list = mem_resize(NULL, findings->room, sizeof *findings->list);
    }
    struct finding *finding = &findings->list[findings->count++];
    size_t length = utf8_cut(text, strlen(text), sizeof text - 4);
    *finding = (struct finding){
        .name = name,
        .severity = severity,
        .place = place,
        .message = arena_copy(findings->arena, text, length),
    };
    return finding;
}

static const char *line_start(const struct place *place, size_t *length)
{
    const struct source *source = place->source;
    const char *at = source->text, *end = at ? at + source->length : NULL;
    uint32_t line = source->first_line > 1 ? source->first_line : 1;
    if (!at || place->line < line)
        return NULL;
    if (place->line_at && place->line_at < source->length) {
        at += place->line_at;
        line = place->line;
    }
    for (; line < place->line; line++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at)
            return NULL;
        at++;
    }
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    *length = (size_t)((stop ? stop : end) - at);
    if (*length && at[*length - 1] == '\r')
        --*length;
    return at;
}

/* A source line as it may be shown: tabs become one space, control characters become '?', so that
 * neither moves the caret nor the terminal. */
static void show_text(struct buf *out, const char *text, size_t length)
{
    uint32_t code = 0;
    for (size_t at = 0, size; at < length; at += size) {
        size = utf8_next(text + at, length - at, &code);
        if (size && !utf8_has_control(text + at, size) && code != '\t')
            buf_add(out, text + at, size);
        else
            buf_adds(out, code == '\t' && size ? " " : "?");
        size = size ? size : 1;
    }
}

enum { LINE_COLUMNS = 100 }; /* longer lines are shown around the place */

struct excerpt {
    const char *line;
    size_t from, to;      /* the part of the line that is shown */
    size_t start, length; /* what is underlined, in bytes of the line */
};

/* Finds the line, its length and the byte that the place begins with; false = cannot be shown. */
static bool find_line(const struct place *place, struct excerpt *excerpt, size_t *length)
{
    if (!place->source || !place->line || !(excerpt->line = line_start(place, length)))
        return false;
    size_t start = place->column ? place->column - 1 : 0;
    excerpt->start = start > *length ? *length : utf8_cut(excerpt->line, *length, start);
    return true;
}

/* No text is wider than it has bytes, so that a short one need not be measured. */
static bool is_too_wide(const char *text, size_t length)
{
    return length > LINE_COLUMNS && utf8_width(text, length) > LINE_COLUMNS;
}

static int excerpt_of(const struct place *place, struct excerpt *excerpt)
{
    size_t length;
    if (!find_line(place, excerpt, &length))
        return -1;
    size_t start = excerpt->start;
    excerpt->length =
        place->length && place->length < length - start ? place->length : length - start;
    if (!place->length) {
        uint32_t code;
        size_t size = utf8_next(excerpt->line + start, length - start, &code);
        excerpt->length = size ? size : length > start;
    }
    size_t stop = start + excerpt->length;
    excerpt->from = 0;
    while (excerpt->from < start &&
           is_too_wide(excerpt->line + excerpt->from, stop - excerpt->from))
        excerpt->from +=
            utf8_fit(excerpt->line + excerpt->from, start - excerpt->from, LINE_COLUMNS / 4);
    excerpt->to = excerpt->from +
                  utf8_fit(excerpt->line + excerpt->from, length - excerpt->from, LINE_COLUMNS);
    return 0;
}

static void render_excerpt(struct buf *out, const struct place *place, int color)
{
    struct excerpt excerpt;
    if (excerpt_of(place, &excerpt) < 0)
        return;
    buf_printf(out, "%5u | ", place->line);
    buf_adds(out, excerpt.from ? "…" : "");
    show_text(out, excerpt.line + excerpt.from, excerpt.to - excerpt.from);
    buf_adds(out, "\n");
    if (!place->column)
        return;
    size_t stop = excerpt.start + excerpt.length;
    stop = stop > excerpt.to ? excerpt.to : stop;
    size_t before = utf8_width(excerpt.line + excerpt.from, excerpt.start - excerpt.from);
    for (size_t at = excerpt.from; at < excerpt.start; at++)
        before += excerpt.line[at] == '\t';
    size_t under = stop > excerpt.start
                       ? utf8_width(excerpt.line + excerpt.start, stop - excerpt.start)
                       : 1;
    buf_printf(out, "      | %*s%s", (int)(before + (excerpt.from ? 1 : 0)), "",
               color ? "\033[1;32m^" : "^");
    for (size_t i = 1; i < under; i++)
        buf_adds(out, "~");
    buf_adds(out, color ? "\033[0m\n" : "\n");
}

char *finding_letters(char letters[4], uint32_t column)
{
    char reversed[4];
    size_t count = 0;
    for (; column && count < 3; column = (column - 1) / 26)
        reversed[count++] = (char)('A' + (column - 1) % 26);
    for (size_t i = 0; i < count; i++)
        letters[i] = reversed[count - 1 - i];
    letters[count] = '\0';
    return letters;
}

size_t finding_column(const struct place *place)
{
    if (place->source && place->source->sheet)
        return place->cell;
    struct excerpt excerpt;
    size_t length;
    if (!place->column || !find_line(place, &excerpt, &length))
        return place->column;
    size_t column = 1;
    uint32_t code;
    for (size_t at = 0; at < excerpt.start; column++) {
        size_t size = utf8_next(excerpt.line + at, excerpt.start - at, &code);
        at += size ? size : 1;
    }
    return column;
}

/* file:line:column with the column counted in characters, as editors do; file:sheet!C17. */
static void render_where(struct buf *out, const struct place *place)
{
    if (!place->source)
        return;
    char letters[4];
    buf_adds(out, place->source->name);
    if (place->source->sheet) {
        buf_printf(out, ":%s", place->source->sheet);
        if (place->line)
            buf_printf(out, "!%s%u", finding_letters(letters, place->cell), place->line);
        buf_adds(out, ": ");
        return;
    }
    if (place->line)
        buf_printf(out, ":%u", place->line);
    if (place->line && place->column)
        buf_printf(out, ":%zu", finding_column(place));
    buf_adds(out, ": ");
}

static const char *severity_word(enum severity severity, enum lang lang)
{
    switch (severity) {
    case SEVERITY_NOTE: return TR(lang, "note", "提示");
    case SEVERITY_WARNING: return TR(lang, "warning", "警告");
    case SEVERITY_ERROR: break;
    }
    return TR(lang, "error", "错误");
}

const char *finding_first_error(const struct findings *findings, struct arena *arena)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        const struct place *place = &finding->place;
        if (finding->severity != SEVERITY_ERROR)
            continue;
        return place->source && place->line
                   ? arena_printf(arena, "%s:%u: %s [%s]", place->source->name,
                                  (unsigned)place->line, finding->message, finding->name)
                   : arena_printf(arena, "%s [%s]", finding->message, finding->name);
    }
    return NULL;
}

void finding_render(struct buf *out, const struct finding *finding, enum lang lang, int color)
{
    static const char *const colors[] = {"\033[1;36m", "\033[1;35m", "\033[1;31m"};
    render_where(out, &finding->place);
    buf_printf(out, "%s%s%s: ", color ? colors[finding->severity] : "",
               severity_word(finding->severity, lang), color ? "\033[0m" : "");
    show_text(out, finding->message, strlen(finding->message));
    buf_printf(out, " [%s]\n", finding->name);
    render_excerpt(out, &finding->place, color);
    if (finding->other.source) {
        render_where(out, &finding->other);
        buf_printf(out, "%s: %s\n", TR(lang, "note", "提示"),
                   finding->other_text ? finding->other_text : "");
        render_excerpt(out, &finding->other, color);
    }
    if (finding->help)
        buf_printf(out, "      = %s: %s\n", TR(lang, "help", "建议"), finding->help);
}

static int by_place(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;
    if (a->place.source != b->place.source) {
        if (!a->place.source || !b->place.source)
            return a->place.source ? 1 : -1;
        int order = strcmp(a->place.source->name, b->place.source->name);
        if (order)
            return order; /* else two excerpts of one file */
    }
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    if (a->place.column != b->place.column)
        return a->place.column < b->place.column ? -1 : 1;
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->message, b->message);
}

void findings_sort(struct findings *findings)
{
    if (findings->count)
        qsort(findings->list, findings->count, sizeof *findings->list, by_place);
}

void findings_render(struct buf *out, struct findings *findings, int color)
{
    if (!findings->count)
        return;
    findings_sort(findings);
    for (size_t i = 0; i < findings->count; i++)
        finding_render(out, &findings->list[i], findings->lang, color);
    if (findings->lang == LANG_ZH)
        buf_printf(out, "%zu 个错误，%zu 个警告\n", findings->errors, findings->warnings);
    else
        buf_printf(out, "%zu error%s, %zu warning%s\n", findings->errors,
                   findings->errors == 1 ? "" : "s", findings->warnings,
                   findings->warnings == 1 ? "" : "s");
}

enum { WORD_MOST = 64 };

static size_t decode_word(const char *word, uint32_t *codes)
{
    size_t length = strlen(word), count = 0;
    for (size_t at = 0, size; at < length && count < WORD_MOST; at += size) {
        size = utf8_next(word + at, length - at, &codes[count]);
        if (!size)
            break;
        count++;
    }
    return count;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance: insert, delete, replace, swap of neighbours cost one each. */
static size_t distance(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count)
{
    size_t rows[3][WORD_MOST + 1];
    for (size_t j = 0; j <= b_count; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_count; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_count; j++) {
            size_t cost = a[i - 1] != b[j - 1];
            row[j] = least(above[j - 1] + cost, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], second[j - 2] + 1);
        }
    }
    return rows[a_count % 3][b_count];
}

const char *nearest_word(const char *word, const char *const *words, size_t count)
{
    uint32_t meant[WORD_MOST], other[WORD_MOST];
    size_t length = decode_word(word, meant);
    size_t best = length / 3 + 2;
    const char *nearest = NULL;
    if (length == 3 && meant[0] >= 0x80) /* two other Hanzi make another name */
        best = 2;
    for (size_t i = 0; i < count; i++) {
        size_t far = distance(meant, length, other, decode_word(words[i], other));
        if (far < best && far < length) {
            best = far;
            nearest = words[i];
        }
    }
    return nearest;
}
