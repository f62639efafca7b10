#include "service/sources.h"

#include "base/finding.h"
#include "base/sha256.h"
#include "script/source.h"

#include <string.h>

bool sources_stand(const struct store_revision *revision, const char *path)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_EN);
    const char *slash = strrchr(path, '/');
    const char *folder = !slash          ? "."
                         : slash == path ? "/"
                                         : arena_copy(arena, path, (size_t)(slash - path));
    bool stand = revision->source_count > 0;
    for (size_t i = 0; stand && i < revision->source_count; i++) {
        const struct store_source *source = &revision->sources[i];
        const char *file = i > 0 ? source->file : slash ? slash + 1 : path;
        struct source *text = NULL;
        char hash[SHA256_HEX];
        stand = source_load(arena, folder, file, file, &findings, &text) == 0;
        if (stand) {
            sha256_hex(text->text, text->length, hash);
            stand = strcmp(hash, source->sha256) == 0;
        }
    }
    findings_free(&findings);
    arena_free(arena);
    return stand;
}

/* In canonical JSON a quote within a text would stand behind a backslash. */
bool sources_have_above(const struct store_revision *revision)
{
    static const char key[] = "\"under\":";
    return memmem(revision->text, revision->length, key, sizeof key - 1) != NULL;
}
