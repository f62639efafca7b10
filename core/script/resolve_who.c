/* Who: names of units, groups and kinds, and selectors made of them. Names are looked up as they
 * are written – a name may itself hold “、” –, so the longest declared name wins. */

#include "script/resolve_parts.h"

#include <string.h>

/* ---- names ----------------------------------------------------------------------------------- */

static void declare(struct resolver *r, uint32_t index, const struct value *name,
                    const char *key)
{
    const struct node *node = &r->nodes[index];
    uint32_t other = table_add(&r->names, name->string, name->length, index);
    if (other == TABLE_NONE || other == index)
        return;
    struct spot spot = {node, key, NULL, name};
    struct finding *finding = COMPLAIN(
        r, "duplicate-name", place_of(r, &spot),
        TR(r->lang, "“%.100s” already names %s \"%s\"", "“%.100s”已经是 %s \"%s\" 的名称"),
        name->string, r->nodes[other].word->fields.name, r->nodes[other].id);
    finding->other = place_of_node(r, &r->nodes[other]);
    finding->other_text = TR(r->lang, "declared here", "在这里声明");
    finding->help = TR(r->lang, "a name or alias belongs to one unit or group only",
                       "一个名称或别称只能属于一个单位或组织");
}

/* The n-th alias as written, NULL behind the last; shapes are checked when the field is sealed. */
static const struct value *alias_of(const struct node *node, uint32_t n)
{
    const struct value *alias = value_get(node->fields, "alias");
    if (alias && alias->type == VALUE_LIST)
        alias = n < alias->count ? alias->items[n] : NULL;
    else if (n > 0)
        alias = NULL;
    return alias && alias->type == VALUE_STRING ? alias : NULL;
}

static bool is_member(const struct node *node)
{
    const char *word = node->word->fields.name;
    return node->id && (strcmp(word, "unit") == 0 || strcmp(word, "group") == 0);
}

static void declare_names(struct resolver *r, uint32_t index)
{
    struct node *node = &r->nodes[index];
    const struct value *args = value_get(node->raw, "args"), *alias;
    if (value_get(node->sealed, "name"))
        declare(r, index, args->items[0], "name");
    for (uint32_t i = 0; (alias = alias_of(node, i)) != NULL; i++)
        declare(r, index, alias, "alias");
}

void who_declare(struct resolver *r)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (is_member(&r->nodes[i]))
            table_add(&r->names, r->nodes[i].id, strlen(r->nodes[i].id), i);
    for (uint32_t i = 0; i < r->count; i++)
        if (is_member(&r->nodes[i]))
            declare_names(r, i);
}

const char *who_find(const struct resolver *r, const char *name, size_t length)
{
    uint32_t index = table_get(&r->names, name, length);
    if (index != TABLE_NONE)
        return r->nodes[index].id;
    index = table_get(&r->kinds, name, length);
    return index == TABLE_NONE ? NULL : r->known[index];
}

/* All names that may be meant, for suggestions; kinds stand first (made by plan_names). */
static void collect_known(struct resolver *r)
{
    size_t kinds = r->kinds.count, room = kinds + r->names.count, count = kinds;
    const char **known = arena_array(r->arena, room, sizeof *known);
    if (kinds)
        memcpy(known, r->known, kinds * sizeof *known);
    for (uint32_t i = 0; i < r->count; i++) {
        const struct node *node = &r->nodes[i];
        if (!is_member(node))
            continue;
        const char *name = value_get_string(node->sealed, "name");
        const struct value *alias;
        if (count < room)
            known[count++] = node->id;
        if (name && count < room)
            known[count++] = name;
        for (uint32_t a = 0; count < room && (alias = alias_of(node, a)) != NULL; a++)
            known[count++] = alias->string;
    }
    r->known = known;
    r->known_count = count;
}

void complain_name(struct resolver *r, const struct spot *spot, const char *name, size_t length,
                   size_t offset)
{
    if (!r->known_count)
        collect_known(r);
    const char *word = arena_copy(r->arena, name, length < 200 ? length : 200);
    struct finding *finding =
        COMPLAIN(r, "unknown-name",
                 spot->value ? place_inside(r, spot, offset, length) : place_of_key(r, spot),
                 TR(r->lang, "%s: nobody is called “%s”", "%s：没有叫“%s”的单位或组织"),
                 spot->value ? label_of(r, spot) : spot->key, word);
    finding->help = suggest(r, word, r->known, r->known_count);
    if (!finding->help)
        finding->help = TR(
            r->lang, "declare it with unit or group, as an alias, or as a kind of the roster",
            "请用 unit 或 group 声明，或写成别称（alias）、名册的类别");
}

/* ---- selectors --------------------------------------------------------------------------------- */

/* One text being read: text[at .. end). */
struct reader {
    struct resolver *r;
    const struct spot *spot;
    const char *text;
    size_t at, end;
};

static const char comma[] = "、";

enum { PIECES_MOST = 16 }; /* of one name that itself holds commas */

static bool starts(const struct reader *reader, size_t at, const char *word)
{
    size_t length = strlen(word);
    return reader->end - at >= length && memcmp(reader->text + at, word, length) == 0;
}

/* The end of the shortest piece at `at`: before " in ", " but ", "、" or the end. */
static size_t piece_end(const struct reader *reader, size_t at)
{
    while (at < reader->end && !starts(reader, at, comma) && !starts(reader, at, " in ") &&
           !starts(reader, at, " but "))
        at++;
    return at;
}

static size_t trim(const struct reader *reader, size_t *from, size_t to)
{
    while (*from < to && reader->text[*from] == ' ')
        ++*from;
    while (to > *from && reader->text[to - 1] == ' ')
        to--;
    return to - *from;
}

static const char *read_tag(struct reader *reader, size_t from, size_t length)
{
    const char *tag = reader->text + from + 1;
    if (is_id(tag, length - 1))
        return arena_copy(reader->r->arena, tag, length - 1);
    COMPLAIN(reader->r, "malformed-id", place_inside(reader->r, reader->spot, from, length),
             TR(reader->r->lang, "%s: a tag is # and an id", "%s：标签写作 # 加编号"),
             label_of(reader->r, reader->spot));
    return NULL;
}

/* Reads one name: the longest run of pieces joined by 、 that is declared. `*tag` says that it is a
 * tag. NULL after a finding. */
static const char *read_name(struct reader *reader, bool *tag)
{
    struct resolver *r = reader->r;
    size_t from = reader->at, stop = piece_end(reader, from), first = stop, best = 0;
    const char *id = NULL;
    for (int pieces = 0; pieces < PIECES_MOST; pieces++) {
        size_t begin = from, length = trim(reader, &begin, stop);
        const char *found = length ? who_find(r, reader->text + begin, length) : NULL;
        if (found) {
            id = found;
            best = stop;
        }
        if (stop >= reader->end || !starts(reader, stop, comma))
            break;
        stop = piece_end(reader, stop + strlen(comma));
    }
    reader->at = id ? best : first;
    size_t length = trim(reader, &from, first);
    *tag = !id && length > 1 && reader->text[from] == '#';
    if (*tag)
        return read_tag(reader, from, length);
    if (!id && length)
        complain_name(r, reader->spot, reader->text + from, length, from);
    else if (!id)
        COMPLAIN(r, "unknown-name", place_of(reader->r, reader->spot),
                 TR(r->lang, "%s: a name is missing in “%.100s”", "%s：“%.100s”里缺了一个名称"),
                 label_of(reader->r, reader->spot), reader->text);
    return id;
}

static bool read_in(struct reader *reader, struct value *term)
{
    bool tag;
    if (!starts(reader, reader->at, " in "))
        return true;
    reader->at += strlen(" in ");
    const char *unit = read_name(reader, &tag);
    if (unit && tag) {
        COMPLAIN(reader->r, "bad-selector", place_of(reader->r, reader->spot),
                 TR(reader->r->lang, "%s: “in” needs a unit or group, not a tag",
                    "%s：in 后面应是单位或组织，不能是标签"),
                 label_of(reader->r, reader->spot));
        return false;
    }
    if (unit)
        value_set_string(reader->r->arena, term, "in", unit);
    return unit != NULL;
}

static bool read_but(struct reader *reader, struct value *term)
{
    struct arena *arena = reader->r->arena;
    struct value *but = NULL;
    while (starts(reader, reader->at, " but ")) {
        bool tag;
        reader->at += strlen(" but ");
        const char *name = read_name(reader, &tag);
        if (!name)
            return false;
        but = but ? but : value_list(arena);
        value_append(arena, but,
                     value_string(arena, tag ? arena_printf(arena, "#%s", name) : name));
    }
    if (but)
        value_set(arena, term, "but", but);
    if (!but || reader->at == reader->end)
        return true;
    COMPLAIN(reader->r, "ambiguous-selector",
             place_inside(reader->r, reader->spot, reader->at, 0),
             TR(reader->r->lang, "%s: does “but” reach beyond 、 or not?",
                "%s：but 之后又有、，后面的名称是否也排除在外，读不出来"),
             label_of(reader->r, reader->spot))
        ->help =
        TR(reader->r->lang,
           "write \"A but B but C\" to leave out both, or a list { \"A but B\", \"C\" }",
           "两者都排除写 \"A but B but C\"；另外再加写成列表 { \"A but B\", \"C\" }");
    return false;
}

static bool read_term(struct reader *reader, struct value *terms)
{
    struct arena *arena = reader->r->arena;
    bool tag;
    const char *name = read_name(reader, &tag);
    if (!name)
        return false;
    struct value *term = value_map(arena);
    value_set_string(arena, term, tag ? "tag" : "id", name);
    if (!read_in(reader, term) || !read_but(reader, term))
        return false;
    for (uint32_t i = 0; i < terms->count; i++)
        if (value_equal(terms->items[i], term))
            return true;
    if (terms->count == LIST_MOST) {
        COMPLAIN(reader->r, "too-many", place_of(reader->r, reader->spot),
                 TR(reader->r->lang, "%s: more than %d names", "%s：名称超过 %d 个"),
                 label_of(reader->r, reader->spot), LIST_MOST);
        return false;
    }
    value_append(arena, terms, term);
    return true;
}

static bool read_text(struct resolver *r, const struct spot *spot, struct value *terms)
{
    struct reader reader = {r, spot, spot->value->string, 0, spot->value->length};
    for (;;) {
        if (!read_term(&reader, terms))
            return false;
        if (reader.at >= reader.end)
            return true;
        reader.at += strlen(comma);
    }
}

static const char *join_texts(struct arena *arena, const struct value *texts)
{
    struct buf text = {0};
    for (uint32_t i = 0; i < texts->count; i++)
        buf_printf(&text, "%s%s", i ? comma : "", texts->items[i]->string);
    const char *copy = arena_copy(arena, text.bytes, text.length);
    buf_free(&text);
    return copy;
}

struct value *seal_who(struct resolver *r, const struct spot *spot,
                       const struct word_field *field, const struct value *value)
{
    struct value *texts = texts_of(r, spot, field, value);
    struct value *terms = value_list(r->arena);
    for (uint32_t i = 0; texts && i < texts->count; i++) {
        struct spot inner = {spot->node, spot->key, spot->inner, texts->items[i]};
        if (!read_text(r, &inner, terms))
            return NULL;
    }
    if (!texts)
        return NULL;
    struct value *who = value_map(r->arena);
    value_set_string(r->arena, who, "text", join_texts(r->arena, texts));
    value_set(r->arena, who, "terms", terms);
    return who;
}

struct value *seal_unit(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value)
{
    if (value->type != VALUE_STRING) {
        complain_type(r, spot, field);
        return NULL;
    }
    uint32_t index = table_get(&r->names, value->string, value->length);
    bool kind = strcmp(field->name, "kind") == 0;
    const char *id = kind                  ? who_find(r, value->string, value->length)
                     : index != TABLE_NONE ? r->nodes[index].id
                                           : NULL;
    if (id)
        return value_string(r->arena, id);
    complain_name(r, spot, value->string, value->length, 0);
    return NULL;
}
