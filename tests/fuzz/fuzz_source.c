/* Any bytes as a script: scanning and indexing end, and every place lies within the text. */
#include "base/utf8.h"
#include "script/source.h"
#include "script/source_index.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct eval_word words[] = {
    {"plan", EVAL_ID},     {"task", EVAL_ID}, {"remind", EVAL_BARE},
    {"roster", EVAL_FILE}, {"on", EVAL_ON},
};
enum { WORDS = sizeof words / sizeof *words };

static void check(const struct source *source, const struct place *place)
{
    if (!place->source || !place->line)
        return;
    const char *at = source->text, *end = at + source->length;
    for (uint32_t line = 1; line < place->line; line++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at)
            abort();
        at++;
    }
    if (place->column && place->column - 1 + place->length > (size_t)(end - at))
        abort();
}

static void look_up(struct arena *arena, const struct source *source)
{
    struct source_ref ref = {.index = source_index_new(arena, source, words, WORDS),
                             .line = 1,
                             .word = "task",
                             .id = "a"};
    struct place places[] = {source_at(ref), source_at_key(ref, "due"),
                             source_at_value(ref, "due"), source_at_arg(ref, 1),
                             source_at_name(ref, "x")};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct place item = source_at_item(ref, places[i], 2);
        struct place within = source_within(places[i], 1, 100);
        check(source, &places[i]);
        check(source, &item);
        check(source, &within);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (utf8_valid((const char *)data, size) != size)
        return 0;
    struct arena *arena = arena_new();
    struct source source = {
        .name = "x.lua", .text = arena_copy(arena, (const char *)data, size), .length = size};
    struct findings findings = findings_new(arena, size % 2 ? LANG_ZH : LANG_EN);
    source_scan(&source, words, WORDS, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        check(&source, &findings.list[i].place);
        check(&source, &findings.list[i].other);
    }
    struct buf out = {0};
    findings_render(&out, &findings, 0);
    look_up(arena, &source);
    buf_free(&out);
    findings_free(&findings);
    arena_free(arena);
    return 0;
}
