/* `planrun help words`: the table of words for people, in aligned columns. */

#include "base/utf8.h"
#include "script/words_text.h"

#include <string.h>

enum { COLUMNS_MOST = 4 };

/* Rows of cells; the last column is not padded. */
struct grid {
    const char *cells[200][COLUMNS_MOST];
    size_t rows, columns;
};

static void add_row(struct grid *grid, const char *a, const char *b, const char *c,
                    const char *d)
{
    if (grid->rows == sizeof grid->cells / sizeof *grid->cells)
        return;
    const char *cells[COLUMNS_MOST] = {a, b, c, d};
    memcpy(grid->cells[grid->rows++], cells, sizeof cells);
}

static void print_grid(const struct grid *grid, struct buf *out)
{
    size_t widths[COLUMNS_MOST] = {0};
    for (size_t row = 0; row < grid->rows; row++)
        for (size_t i = 0; i < grid->columns; i++) {
            size_t width = utf8_width(grid->cells[row][i], strlen(grid->cells[row][i]));
            widths[i] = width > widths[i] ? width : widths[i];
        }
    for (size_t row = 0; row < grid->rows; row++) {
        for (size_t i = 0; i < grid->columns; i++) {
            const char *cell = grid->cells[row][i];
            size_t pad = i + 1 < grid->columns ? widths[i] - utf8_width(cell, strlen(cell)) : 0;
            buf_printf(out, "  %s%*s", cell, (int)pad, "");
        }
        while (out->length && out->bytes[out->length - 1] == ' ')
            out->bytes[--out->length] = '\0';
        buf_adds(out, "\n");
    }
}

static const char *state_of(const struct word_field *field, enum lang lang)
{
    if (field->required)
        return TR(lang, "required", "必填");
    if (!field->fallback)
        return "";
    return field->fallback_zh ? TR(lang, field->fallback, field->fallback_zh) : field->fallback;
}

static void show_fields(const struct word_fields *fields, enum lang lang, struct buf *out)
{
    struct grid grid = {.columns = 4};
    add_row(&grid, TR(lang, "FIELD", "字段"), TR(lang, "TYPE", "类型"),
            TR(lang, "DEFAULT", "默认"), TR(lang, "MEANING", "含义"));
    for (size_t i = 0; i < fields->count; i++) {
        const struct word_field *field = &fields->list[i];
        const char *type =
            field->type == FIELD_ENUM ? field->type_name + strlen("enum:") : field->type_name;
        if (strlen(type) > 24)
            type = TR(lang, "one of …", "其中之一");
        add_row(&grid, field->name, type, state_of(field, lang),
                TR(lang, field->en, field->zh));
    }
    print_grid(&grid, out);
}

static void show_choices(const struct word_fields *fields, struct buf *out)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct word_field *field = &fields->list[i];
        if (field->type != FIELD_ENUM || strlen(field->type_name) <= 24 + strlen("enum:"))
            continue;
        buf_printf(out, "\n  %s =", field->name);
        for (size_t c = 0; c < field->choice_count; c++)
            buf_printf(out, "%s \"%s\"", c ? "," : "", field->choices[c]);
        buf_adds(out, "\n");
    }
}

static void show_records(const struct word_fields *fields, enum lang lang, struct buf *out)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct word_field *field = &fields->list[i];
        if (!field->record)
            continue;
        buf_printf(out, "\n%s = %s\n", field->name, field->example);
        show_fields(field->record, lang, out);
    }
}

static bool uses(const struct word_fields *fields, const char *type)
{
    for (size_t i = 0; i < fields->count; i++)
        if (strcmp(fields->list[i].type_name, type) == 0 ||
            (fields->list[i].record && uses(fields->list[i].record, type)))
            return true;
    return false;
}

static void show_types(const struct words *words, const struct word_fields *fields,
                       enum lang lang, struct buf *out)
{
    struct grid grid = {.columns = 3};
    for (size_t i = 0; i < words->types.count; i++) {
        const struct word_entry *type = &words->types.list[i];
        if (uses(fields, type->name))
            add_row(&grid, type->name, type->example, TR(lang, type->en, type->zh), "");
    }
    if (!grid.rows)
        return;
    buf_printf(out, "\n%s\n", TR(lang, "Types", "类型"));
    print_grid(&grid, out);
}

static void show_entries(const struct word_entries *entries, const char *title, enum lang lang,
                         struct buf *out)
{
    struct grid grid = {.columns = 2};
    for (size_t i = 0; i < entries->count; i++)
        add_row(&grid, entries->list[i].name,
                TR(lang, entries->list[i].en, entries->list[i].zh), "", "");
    buf_printf(out, "\n%s\n", title);
    print_grid(&grid, out);
}

/* Functions as they are called: with what stands before the name and behind it. */
static void show_calls(const struct word_entries *entries, const char *of, const char *title,
                       enum lang lang, struct buf *out)
{
    struct arena *arena = arena_new();
    struct grid grid = {.columns = 2};
    for (size_t i = 0; i < entries->count; i++) {
        const struct word_entry *entry = &entries->list[i];
        add_row(&grid, arena_printf(arena, "%s%s(%s)", of, entry->name, entry->arguments),
                TR(lang, entry->en, entry->zh), "", "");
    }
    buf_printf(out, "\n%s\n", title);
    print_grid(&grid, out);
    arena_free(arena);
}

/* What may stand in a template, and what a function gets that makes one. */
static void show_placeholders(const struct words *words, enum lang lang, struct buf *out)
{
    struct arena *arena = arena_new();
    struct grid grid = {.columns = 3};
    for (size_t i = 0; i < words->placeholders.count; i++) {
        const struct word_entry *entry = &words->placeholders.list[i];
        add_row(&grid, arena_printf(arena, "{%s}", entry->name), TR(lang, entry->en, entry->zh),
                entry->example, "");
    }
    buf_printf(out, "\n%s\n", TR(lang, "Placeholders", "占位符"));
    print_grid(&grid, out);
    show_entries(&words->message, TR(lang, "Fields of message", "message 的字段"), lang, out);
    arena_free(arena);
}

static void show_word(const struct words *words, const struct word *word, enum lang lang,
                      struct buf *out)
{
    buf_printf(out, "%s – %s\n\n  %s\n", word->fields.name, TR(lang, word->en, word->zh),
               word->example);
    if (word->call) {
        show_entries(&words->events, TR(lang, "Events", "事件"), lang, out);
        show_entries(&words->event, TR(lang, "Fields of event", "event 的字段"), lang, out);
        show_calls(&words->functions, "",
                   TR(lang, "Functions inside a handler", "处理函数里可用"), lang, out);
        show_calls(&words->units, "units:", TR(lang, "Of units", "向 units 查询"), lang, out);
        return;
    }
    if (!word->fields.count)
        return;
    buf_adds(out, "\n");
    show_fields(&word->fields, lang, out);
    show_choices(&word->fields, out);
    show_records(&word->fields, lang, out);
    show_types(words, &word->fields, lang, out);
    if (uses(&word->fields, "template"))
        show_placeholders(words, lang, out);
}

/* A word whose first value says which fields it has: all of its kinds. */
static void show_kinds(const struct words *words, enum lang lang, struct buf *out)
{
    for (size_t i = 0; i < words->record_count; i++) {
        buf_printf(out, "\n\"%s\"\n", words->records[i].name);
        show_fields(&words->records[i], lang, out);
    }
    buf_printf(out, "\n%s\n",
               TR(lang, "planrun help service KIND explains the types of one.",
                  "planrun help service 种类：解释它的字段类型。"));
}

static bool show_kind(const struct words *words, const char *name, enum lang lang,
                      struct buf *out)
{
    for (size_t i = 0; i < words->record_count; i++) {
        if (strcmp(words->records[i].name, name) != 0)
            continue;
        buf_printf(out, "channel \"…\" { \"%s\", … }\n\n", name);
        show_fields(&words->records[i], lang, out);
        show_types(words, &words->records[i], lang, out);
        return true;
    }
    return false;
}

static bool has_kinds(const struct word *word)
{
    return word->first && strcmp(word->first, "kind") == 0;
}

static bool show_named(const struct words *words, const char *name, enum lang lang,
                       struct buf *out)
{
    const struct word *word = words_find(words, name), *kinds = NULL;
    for (size_t i = 0; i < words->count; i++)
        kinds = has_kinds(&words->list[i]) ? &words->list[i] : kinds;
    if (!word)
        return kinds && show_kind(words, name, lang, out);
    show_word(words, word, lang, out);
    if (word == kinds)
        show_kinds(words, lang, out);
    return true;
}

bool words_show(const struct words *words, const char *name, enum lang lang, struct buf *out)
{
    if (name)
        return show_named(words, name, lang, out);
    struct grid grid = {.columns = 2};
    for (size_t i = 0; i < words->count; i++)
        add_row(&grid, words->names[i], TR(lang, words->list[i].en, words->list[i].zh), "", "");
    print_grid(&grid, out);
    if (words->events.count)
        show_entries(&words->events, TR(lang, "Events for on(…)", "on(…) 的事件"), lang, out);
    buf_printf(out,
               TR(lang, "\nplanrun help %s WORD shows the fields of one.\n",
                  "\nplanrun help %s 词 列出它的字段。\n"),
               words->reference);
    return true;
}
