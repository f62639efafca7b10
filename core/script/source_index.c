#include "script/source_index.h"

#include "script/lexer.h"

#include <string.h>

/* A node as it is written: the tokens of its word and of its braces. */
struct written {
    uint32_t line;
    uint32_t word; /* its token */
    uint32_t id;   /* its token; 0 = a bare word */
    uint32_t brace;
};

struct source_index {
    const struct lexed *lexed;
    const struct eval_word *words;
    size_t word_count;
    struct written *nodes; /* in the order of lines */
    size_t count;
};

static const struct token *token_at(const struct source_index *index, size_t at)
{
    return &index->lexed->tokens[at < index->lexed->count ? at : index->lexed->count];
}

/* The braces of the node that begins at a token, or 0. */
static uint32_t brace_of(const struct source_index *index, size_t at)
{
    const struct token *token = token_at(index, at);
    if (token->kind != TOKEN_NAME || (at && (lexer_is_mark(token_at(index, at - 1), '.') ||
                                             lexer_is_mark(token_at(index, at - 1), ':'))))
        return 0;
    for (size_t i = 0; i < index->word_count; i++) {
        enum eval_kind kind = index->words[i].kind;
        if (kind == EVAL_ON || kind == EVAL_LATE ||
            !lexer_is(index->lexed, token, index->words[i].name))
            continue;
        size_t brace = kind == EVAL_BARE ? at + 1 : at + 2;
        bool id = kind == EVAL_BARE || token_at(index, at + 1)->kind == TOKEN_STRING;
        return id && lexer_is_mark(token_at(index, brace), '{') ? (uint32_t)brace : 0;
    }
    return 0;
}

const struct source_index *source_index_new(struct arena *arena, const struct source *source,
                                            const struct eval_word *words, size_t word_count)
{
    struct source_index *index = arena_alloc(arena, sizeof *index);
    index->lexed = lexer_read(arena, source);
    index->words = words;
    index->word_count = word_count;
    size_t braces = 0;
    for (size_t at = 0; at < index->lexed->count; at++)
        braces += lexer_is_mark(&index->lexed->tokens[at], '{');
    index->nodes = arena_array(arena, braces, sizeof *index->nodes);
    for (size_t at = 0; at < index->lexed->count; at++) {
        uint32_t brace = brace_of(index, at);
        if (brace)
            index->nodes[index->count++] =
                (struct written){.line = token_at(index, at)->line,
                                 .word = (uint32_t)at,
                                 .id = brace == at + 2 ? (uint32_t)at + 1 : 0,
                                 .brace = brace};
    }
    return index;
}

/* ---- finding a node ------------------------------------------------------------------------------ */

static bool is_ref(const struct source_ref *ref, const struct written *node)
{
    const struct source_index *index = ref->index;
    if (!lexer_is(index->lexed, token_at(index, node->word), ref->word))
        return false;
    if (!ref->id || !node->id)
        return !ref->id && !node->id;
    const struct token *id = token_at(index, node->id);
    const char *text = index->lexed->source->text + id->start;
    size_t length = strlen(ref->id);
    return id->length == length + 2 && memcmp(text + 1, ref->id, length) == 0;
}

/* Only in its own line: a node that a function made has the line of the function's body, and there
 * stands no such id. */
static const struct written *find(const struct source_ref *ref)
{
    const struct source_index *index = ref->index;
    if (!index || !ref->word)
        return NULL;
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->nodes[middle].line < ref->line)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < index->count && index->nodes[low].line == ref->line; low++)
        if (is_ref(ref, &index->nodes[low]))
            return &index->nodes[low];
    return NULL;
}

static struct place line_of(const struct source_ref *ref)
{
    if (!ref->index)
        return (struct place){0};
    return (struct place){.source = ref->index->lexed->source, .line = ref->line};
}

/* From the first to the last token, both included. */
static struct place stretch(const struct source_index *index, size_t first, size_t last)
{
    const struct token *from = token_at(index, first), *to = token_at(index, last);
    return lexer_place(index->lexed, from->line, from->start,
                       to->start + to->length - from->start);
}

struct place source_at(struct source_ref ref)
{
    const struct written *node = find(&ref);
    return node ? stretch(ref.index, node->word, node->id ? node->id : node->word)
                : line_of(&ref);
}

static size_t find_text(const struct source_index *index, size_t at, size_t last,
                        const char *text)
{
    size_t length = strlen(text);
    const char *source = index->lexed->source->text;
    for (; at <= last; at++) {
        const struct token *token = token_at(index, at);
        if (token->kind == TOKEN_STRING && token->length == length + 2 &&
            memcmp(source + token->start + 1, text, length) == 0)
            return at;
    }
    return 0;
}

struct place source_at_name(struct source_ref ref, const char *name)
{
    size_t low = 0, high = ref.index ? ref.index->lexed->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (token_at(ref.index, middle)->line < ref.line)
            low = middle + 1;
        else
            high = middle;
    }
    for (; ref.index && token_at(ref.index, low)->line == ref.line &&
           low < ref.index->lexed->count;
         low++) {
        bool member = low && (lexer_is_mark(token_at(ref.index, low - 1), '.') ||
                              lexer_is_mark(token_at(ref.index, low - 1), ':'));
        if (!member && token_at(ref.index, low)->kind == TOKEN_NAME &&
            lexer_is(ref.index->lexed, token_at(ref.index, low), name))
            return stretch(ref.index, low, low);
        if (find_text(ref.index, low, low, name))
            return stretch(ref.index, low, low);
    }
    return line_of(&ref);
}

/* ---- entries of a table -------------------------------------------------------------------------- */

/* One entry: its tokens, and where its value begins. */
struct entry {
    size_t first, value, last;
};

static int nesting(const struct token *token)
{
    if (token->kind == TOKEN_MARK)
        return strchr("{([", token->mark) ? 1 : strchr("})]", token->mark) ? -1 : 0;
    if (token->kind != TOKEN_KEYWORD)
        return 0;
    return strchr("fbr", token->mark) ? 1 : strchr("eu", token->mark) ? -1 : 0;
}

/* The entry that begins at `at` in a table; false at the closing brace. */
static bool read_entry(const struct source_index *index, size_t at, struct entry *entry)
{
    int depth = 0;
    if (at >= index->lexed->count || nesting(token_at(index, at)) < 0)
        return false;
    *entry = (struct entry){at, at, at};
    if (token_at(index, at)->kind == TOKEN_NAME && lexer_is_mark(token_at(index, at + 1), '='))
        entry->value = at + 2;
    else if (lexer_is_mark(token_at(index, at), '[') &&
             lexer_is_mark(token_at(index, at + 3), '='))
        entry->value = at + 4;
    for (; at < index->lexed->count; at++) {
        const struct token *token = token_at(index, at);
        if (depth == 0 && (lexer_is_mark(token, ',') || lexer_is_mark(token, ';')))
            break;
        depth += nesting(token);
        if (depth < 0)
            break;
        entry->last = at;
    }
    return true;
}

/* The entry behind this one, or past the closing brace. */
static size_t after(const struct source_index *index, const struct entry *entry)
{
    const struct token *next = token_at(index, entry->last + 1);
    bool comma = lexer_is_mark(next, ',') || lexer_is_mark(next, ';');
    return entry->last + (comma ? 2 : 1);
}

static bool has_key(const struct source_index *index, const struct entry *entry,
                    const char *key)
{
    if (entry->value == entry->first)
        return false;
    bool plain = entry->value == entry->first + 2;
    const struct token *token = token_at(index, plain ? entry->first : entry->first + 1);
    if (token->kind != TOKEN_STRING)
        return lexer_is(index->lexed, token, key);
    size_t length = strlen(key);
    return token->length == length + 2 &&
           memcmp(index->lexed->source->text + token->start + 1, key, length) == 0;
}

static bool find_key(const struct source_ref *ref, const char *key, struct entry *entry)
{
    const struct written *node = find(ref);
    if (!node)
        return false;
    for (size_t at = node->brace + 1; read_entry(ref->index, at, entry);
         at = after(ref->index, entry))
        if (has_key(ref->index, entry, key))
            return true;
    return false;
}

struct place source_at_key(struct source_ref ref, const char *key)
{
    struct entry entry;
    if (!find_key(&ref, key, &entry))
        return source_at(ref);
    size_t token = entry.value == entry.first + 2 ? entry.first : entry.first + 1;
    return stretch(ref.index, token, token);
}

struct place source_at_value(struct source_ref ref, const char *key)
{
    struct entry entry;
    if (!find_key(&ref, key, &entry) || entry.value > entry.last)
        return source_at(ref);
    return stretch(ref.index, entry.value, entry.last);
}

/* The n-th positional entry behind a brace; nodes are passed over when `skip_nodes`. */
static bool find_position(const struct source_index *index, size_t brace, size_t n,
                          bool skip_nodes, struct entry *entry)
{
    for (size_t at = brace + 1; read_entry(index, at, entry); at = after(index, entry)) {
        bool node = skip_nodes && brace_of(index, entry->first) != 0;
        if (entry->value == entry->first && !node && --n == 0)
            return true;
    }
    return false;
}

struct place source_at_arg(struct source_ref ref, size_t n)
{
    const struct written *node = find(&ref);
    struct entry entry;
    if (!node || !n || !find_position(ref.index, node->brace, n, true, &entry))
        return source_at(ref);
    return stretch(ref.index, entry.first, entry.last);
}

/* The token that begins at a place, by bisection, or `count`. */
static size_t token_of(const struct source_index *index, const struct place *place)
{
    uint32_t start = index->lexed->lines[place->line - 1] + place->column - 1;
    size_t low = 0, high = index->lexed->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->lexed->tokens[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return index->lexed->tokens[low].start == start ? low : index->lexed->count;
}

struct place source_at_item(struct source_ref ref, struct place place, size_t n)
{
    struct entry entry;
    if (!ref.index || place.source != ref.index->lexed->source || !place.column || !n ||
        place.line > ref.index->lexed->line_count)
        return place;
    size_t brace = token_of(ref.index, &place);
    if (!lexer_is_mark(token_at(ref.index, brace), '{') ||
        !find_position(ref.index, brace, n, false, &entry))
        return place;
    return stretch(ref.index, entry.first, entry.last);
}

/* ---- parts of a value ------------------------------------------------------------------------------ */

/* The token of `inner` before its `=` within the tokens at..last, or 0. */
static size_t find_inner(const struct source_index *index, size_t at, size_t last,
                         const char *inner)
{
    struct entry entry;
    for (; at <= last; at++) {
        const struct token *token = token_at(index, at);
        bool opens = token->kind == TOKEN_NAME || lexer_is_mark(token, '[');
        if (!opens || !read_entry(index, at, &entry) || !has_key(index, &entry, inner))
            continue;
        return entry.value == entry.first + 2 ? entry.first : entry.first + 1;
    }
    return 0;
}

struct place source_at_inner_key(struct source_ref ref, const char *key, const char *inner)
{
    struct entry entry;
    if (!find_key(&ref, key, &entry))
        return source_at(ref);
    size_t found = find_inner(ref.index, entry.value, entry.last, inner);
    return found ? stretch(ref.index, found, found) : source_at_key(ref, key);
}

struct place source_at_part(struct source_ref ref, const char *key, const char *inner,
                            const char *text)
{
    struct entry entry, part;
    if (!find_key(&ref, key, &entry) || entry.value > entry.last)
        return source_at(ref);
    size_t begin = entry.value;
    size_t found = inner ? find_inner(ref.index, begin, entry.last, inner) : 0;
    bool bare = found && lexer_is_mark(token_at(ref.index, found + 1), '=');
    if (found && read_entry(ref.index, bare ? found : found - 1, &part)) {
        begin = part.value;
        entry.last = text ? entry.last : part.last;
    }
    size_t literal = text ? find_text(ref.index, begin, entry.last, text) : 0;
    if (literal)
        return stretch(ref.index, literal, literal);
    return stretch(ref.index, begin, found ? part.last : entry.last);
}

/* ---- within a text -------------------------------------------------------------------------------- */

static const char *line_text(const struct place *place)
{
    const char *at = place->source->text, *end = at + place->source->length;
    for (uint32_t line = 1; at && line < place->line; line++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    return at;
}

struct place source_within(struct place place, size_t offset, size_t length)
{
    if (!place.source || !place.line || !place.column || place.length < 2)
        return place;
    const char *line = line_text(&place);
    if (!line)
        return place;
    const char *text = line + place.column - 1;
    bool literal = (text[0] == '"' || text[0] == '\'') && text[place.length - 1] == text[0];
    if (!literal || memchr(text, '\\', place.length) || offset > place.length - 2u)
        return place;
    size_t most = place.length - 2u - offset;
    place.column += (uint32_t)offset + 1;
    place.length = (uint32_t)(length < most ? length : most);
    return place;
}
