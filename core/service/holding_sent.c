/* A revision that another process has made: it is not believed, but checked. */
#include "service/holding_data.h"

#include "base/sha256.h"
#include "base/utf8.h"

#include <string.h>

int holding_copy_revision(const struct holding *holding, const struct store_revision *from,
                          struct arena *arena, struct store_revision *out, struct err *err)
{
    char hash[SHA256_HEX];
    sha256_hex(from->text, from->length, hash);
    if (strcmp(hash, from->hash) != 0)
        return err_set(err, ERR_INVALID, "the text does not have the hash %.64s", from->hash);
    struct store_source *sources = arena_array(arena, from->source_count, sizeof *sources);
    for (size_t i = 0; i < from->source_count; i++) {
        const struct store_source *source = &from->sources[i];
        sha256_hex(source->text, source->length, hash);
        if (strcmp(hash, source->sha256) != 0)
            return err_set(err, ERR_INVALID, "source %zu does not have its hash", i + 1);
        sources[i] = (struct store_source){
            arena_string(arena, source->file), arena_string(arena, source->sha256),
            arena_copy(arena, source->text, source->length), source->length};
    }
    *out = *from;
    out->plan = holding->id;
    out->hash = arena_string(arena, from->hash);
    out->text = arena_copy(arena, from->text, from->length);
    out->path = arena_string(arena, from->path);
    out->sources = sources;
    return 0;
}

/* A text as a script may have it: one line without control characters. */
static bool is_line(const char *text, size_t length)
{
    return !utf8_has_control(text, length) && !memchr(text, '\n', length) &&
           !memchr(text, '\t', length);
}

/* The same of all texts of a sealed tree; the original words (`text`) may have several lines. */
static bool is_plain(const struct value *value, bool lines)
{
    bool plain = true;
    if (value->type == VALUE_STRING)
        plain = lines ? !utf8_has_control(value->string, value->length)
                      : is_line(value->string, value->length);
    for (uint32_t i = 0; plain && value->type == VALUE_LIST && i < value->count; i++)
        plain = is_plain(value->items[i], false);
    for (uint32_t i = 0; plain && value->type == VALUE_MAP && i < value->pairs; i++)
        plain = is_line(value->map[i].key, strlen(value->map[i].key)) &&
                is_plain(value->map[i].value, strcmp(value->map[i].key, "text") == 0);
    return plain;
}

/* Whoever sends a revision need not have sealed it: what is printed later is checked here. */
static int check_texts(const struct holding *holding, const struct store_revision *revision,
                       const struct plan *plan, struct err *err)
{
    bool plain =
        is_line(revision->path, strlen(revision->path)) && is_plain(plan->sealed, false);
    for (size_t i = 0; plain && i < revision->source_count; i++)
        plain = is_line(revision->sources[i].file, strlen(revision->sources[i].file));
    return plain ? 0
                 : err_set(err, ERR_INVALID, "%s",
                           TR(holding->lang,
                              "a name or text of the revision holds a line break, a control "
                              "character or one that turns the reading direction",
                              "版本中的名称或文字含有换行、控制字符或改变书写方向的字符"));
}

int holding_check_revision(const struct holding *holding, const struct store_revision *revision,
                           const struct plan *plan, struct err *err)
{
    if (strcmp(plan->id, holding->id) != 0)
        return err_set(err, ERR_INVALID, "it is the plan %s, not %s", plan->id, holding->id);
    return check_texts(holding, revision, plan, err);
}
