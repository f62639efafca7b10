/* Any text as a configuration: what hides secrets ends, keeps the text's length, lines and encoding, and leaves
 * nothing that it would find again. */
#include "base/utf8.h"
#include "script/config_state.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t lines_of(const char *text, size_t size)
{
    size_t lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    return lines;
}

static void check_places(const struct findings *findings, size_t lines)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].place.line == 0 || findings->list[i].place.line > lines + 1)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (utf8_valid((const char *)data, size) != size || memchr(data, 0, size))
        return 0;
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_ZH);
    char *bytes = arena_copy(arena, (const char *)data, size);
    struct source source = {.name = "service.lua", .text = bytes, .length = size};
    struct config_text text = {&source, bytes};
    size_t lines = lines_of(bytes, size), at, length;
    bool fine = config_hide_secrets(&text, &findings);
    if (fine != (findings.errors == 0) || lines_of(bytes, size) != lines)
        abort();
    check_places(&findings, lines);
    config_hide_literals(arena, &text);
    for (uint32_t line = 1; line <= lines + 1; line++) {
        struct place place = {
            .source = &source, .line = line, .column = line % 7, .length = line % 5};
        if (!place.column || place.length < 3)
            config_hide(&text, &place);
    }
    if (utf8_valid(bytes, size) != size || lines_of(bytes, size) != lines || bytes[size])
        abort();
    (void)config_is_secret(bytes, size, &at, &length);
    struct buf shown = {0};
    findings_render(&shown, &findings, 0);
    buf_free(&shown);
    findings_free(&findings);
    arena_free(arena);
    return 0;
}
