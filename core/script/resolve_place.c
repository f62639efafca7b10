/* Where findings point. Sources are only read into an index when there is something to tell, so that
 * a plan without findings pays nothing for columns. */

#include "script/resolve_parts.h"
#include "script/source_index.h"

#include <string.h>

static const struct source_index *index_of(struct resolver *r, const struct source *source)
{
    const struct resolve_input *input = r->input;
    if (!r->indices)
        r->indices = arena_array(r->arena, input->source_count, sizeof *r->indices);
    for (size_t i = 0; input->names && i < input->source_count; i++) {
        if (input->sources[i].text != source)
            continue;
        if (!r->indices[i])
            r->indices[i] = source_index_new(r->arena, source, input->names, input->name_count);
        return r->indices[i];
    }
    return NULL;
}

static struct source_ref ref_of(struct resolver *r, const struct node *node)
{
    return (struct source_ref){.index = index_of(r, node->source),
                               .line = node->line,
                               .word = value_get_string(node->raw, "word"),
                               .id = value_get_string(node->raw, "id")};
}

struct place place_of_node(struct resolver *r, const struct node *node)
{
    struct source_ref ref = ref_of(r, node);
    if (ref.index)
        return source_at(ref);
    return (struct place){.source = node->source, .line = node->line};
}

/* The position of a positional value, 0 = it is none. */
static size_t position_of(const struct spot *spot)
{
    const struct value *args = value_get(spot->node->raw, "args");
    for (uint32_t i = 0; args && i < args->count; i++)
        if (args->items[i] == spot->value)
            return i + 1;
    return 0;
}

struct place place_of(struct resolver *r, const struct spot *spot)
{
    struct source_ref ref = ref_of(r, spot->node);
    size_t position = position_of(spot);
    if (!ref.index || (!spot->key && !position))
        return place_of_node(r, spot->node);
    if (position)
        return source_at_arg(ref, position);
    bool text = spot->value && spot->value->type == VALUE_STRING;
    return source_at_part(ref, spot->key, spot->inner, text ? spot->value->string : NULL);
}

struct place place_of_key(struct resolver *r, const struct spot *spot)
{
    struct source_ref ref = ref_of(r, spot->node);
    if (!ref.index || !spot->key)
        return place_of_node(r, spot->node);
    return spot->inner ? source_at_inner_key(ref, spot->key, spot->inner)
                       : source_at_key(ref, spot->key);
}

struct place place_inside(struct resolver *r, const struct spot *spot, size_t offset,
                          size_t length)
{
    return source_within(place_of(r, spot), offset, length ? length : SIZE_MAX);
}

const char *label_of(struct resolver *r, const struct spot *spot)
{
    if (!spot->key)
        return spot->node->word->fields.name;
    return spot->inner ? arena_printf(r->arena, "%s.%s", spot->key, spot->inner) : spot->key;
}

struct place place_in_line(const struct source *source, uint32_t line, const char *text)
{
    struct place place = {.source = source, .line = line};
    const char *at = source ? source->text : NULL, *end = at ? at + source->length : NULL;
    for (uint32_t number = 1; at && number < line; number++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    const char *start = at, *stop = at ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    size_t length = strlen(text), left = at ? (size_t)((stop ? stop : end) - at) : 0;
    for (; left > length + 1; at++, left--) {
        bool quoted = (at[0] == '"' || at[0] == '\'') && at[length + 1] == at[0];
        if (!quoted || memcmp(at + 1, text, length) != 0)
            continue;
        place.column = (uint32_t)(at - start) + 1;
        place.length = (uint32_t)length + 2;
        break;
    }
    return place;
}
