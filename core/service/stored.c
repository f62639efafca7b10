#include "service/stored.h"

bool stored_script(const struct holding *holding, struct arena *arena,
                   struct stored_script *out)
{
    const struct store_revision *revision = &holding->revision;
    const struct store_source *sources = revision->sources;
    if (revision->source_count == 0)
        return false;
    struct call_module *modules = arena_array(arena, revision->source_count, sizeof *modules);
    for (size_t i = 1; i < revision->source_count; i++)
        modules[i - 1] =
            (struct call_module){sources[i].file, sources[i].text, sources[i].length};
    *out = (struct stored_script){
        {.name = sources[0].file, .text = sources[0].text, .length = sources[0].length},
        modules,
        revision->source_count - 1};
    return true;
}
