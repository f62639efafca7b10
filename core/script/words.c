#include "script/words_load.h"

#include <stdlib.h>
#include <string.h>

/* Built in two passes: first the records (fields refer to them), then the words. */
struct builder {
    struct arena *arena;
    const struct value *table;
    struct words *words;
    struct err *err;
};

static int broken(struct builder *b, const char *where, const char *what)
{
    return err_set(b->err, ERR_INVALID, "words.lua: %s: %s", where, what);
}

/* The text of a positional item, or NULL. */
static const char *item_text(const struct value *entry, uint32_t index)
{
    if (!entry || entry->type < VALUE_LIST || index >= entry->count)
        return NULL;
    const struct value *item = entry->items[index];
    return item->type == VALUE_STRING ? item->string : NULL;
}

static bool flag(const struct value *entry, const char *key)
{
    const struct value *value = value_get(entry, key);
    return value && value->type == VALUE_BOOL && value->boolean;
}

static const char *text_of(struct arena *arena, const struct value *value)
{
    if (!value)
        return NULL;
    switch (value->type) {
    case VALUE_STRING: return value->string;
    case VALUE_INT: return arena_printf(arena, "%lld", (long long)value->integer);
    case VALUE_BOOL: return value->boolean ? "true" : "false";
    default: return NULL;
    }
}

/* A name of a type in the tables, and how its values are written; several may be written alike and are told apart
 * by whoever knows what they mean. */
static const struct {
    const char *name;
    enum field_type type;
} plain_types[] = {
    {"text", FIELD_TEXT},
    {"texts", FIELD_TEXTS},
    {"id", FIELD_ID},
    {"ids", FIELD_IDS},
    {"date", FIELD_DATE},
    {"dates", FIELD_DATES},
    {"amount", FIELD_AMOUNT},
    {"who", FIELD_WHO},
    {"unit", FIELD_UNIT},
    {"ref", FIELD_REF},
    {"refs", FIELD_REFS},
    {"under", FIELD_UNDER},
    {"names", FIELD_NAMES},
    {"absent", FIELD_ABSENT},
    {"also", FIELD_ALSO},
    {"durations", FIELD_DURATIONS},
    {"time", FIELD_TIME},
    {"contents", FIELD_CONTENTS},
    {"template", FIELD_TEMPLATE},
    {"bool", FIELD_BOOL},
    {"many", FIELD_MANY},
    {"int", FIELD_INT},
    {"number", FIELD_NUMBER},
    {"any", FIELD_ANY},
    {"map:text", FIELD_MAP_TEXT},
    {"map:date", FIELD_MAP_DATE}, /* of service.lua: */
    {"times", FIELD_TEXTS},
    {"pair", FIELD_TEXTS},
    {"span", FIELD_TEXT},
    {"rate", FIELD_ANY},
    {"path", FIELD_TEXT},
    {"paths", FIELD_TEXTS},
    {"program", FIELD_TEXT},
    {"url", FIELD_TEXT},
    {"server", FIELD_TEXT},
    {"mailbox", FIELD_TEXT},
    {"secret", FIELD_TEXT},
    {"alarm", FIELD_TEXTS},
    {"channel", FIELD_TEXT},
};

static void choices_of(struct builder *b, struct word_field *field, const char *list)
{
    size_t count = 1;
    for (const char *at = list; *at; at++)
        count += *at == '|';
    const char **choices = arena_array(b->arena, count, sizeof *choices);
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(list, "|");
        choices[i] = arena_copy(b->arena, list, length);
        list += length + 1;
    }
    field->choices = choices;
    field->choice_count = count;
}

static const struct word_fields *record_of(struct builder *b, const char *name)
{
    for (size_t i = 0; i < b->words->record_count; i++)
        if (strcmp(b->words->records[i].name, name) == 0)
            return &b->words->records[i];
    return NULL;
}

static int type_of(struct builder *b, struct word_field *field)
{
    const char *name = field->type_name, *colon = strchr(name, ':');
    for (size_t i = 0; i < sizeof plain_types / sizeof *plain_types; i++) {
        if (strcmp(plain_types[i].name, name) == 0) {
            field->type = plain_types[i].type;
            return 0;
        }
    }
    if (strncmp(name, "enum:", 5) == 0) {
        field->type = FIELD_ENUM;
        choices_of(b, field, colon + 1);
        return 0;
    }
    if (strncmp(name, "record", 6) != 0 || !colon)
        return broken(b, field->name, "unknown type");
    field->type = name[6] == 's' ? FIELD_RECORDS : FIELD_RECORD;
    field->record = record_of(b, colon + 1);
    return field->record ? 0 : broken(b, field->name, "unknown record");
}

static int build_field(struct builder *b, const struct value *entry, struct word_field *field)
{
    field->name = item_text(entry, 0);
    field->type_name = item_text(entry, 1);
    field->en = value_get_string(entry, "en");
    field->zh = value_get_string(entry, "zh");
    field->example = value_get_string(entry, "example");
    if (!field->name || !field->type_name)
        return broken(b, field->name ? field->name : "?", "a field is { name, type, … }");
    if (!field->en || !field->zh || !field->example)
        return broken(b, field->name, "a field has en, zh and example");
    field->required = flag(entry, "required");
    field->positional = flag(entry, "positional");
    field->least = value_get_int(entry, "least", INT64_MIN);
    field->most = value_get_int(entry, "most", INT64_MAX);
    field->fallback = text_of(b->arena, value_get(entry, "default"));
    field->fallback_zh = value_get_string(entry, "default_zh");
    return type_of(b, field);
}

static size_t length_of(const struct value *list)
{
    return list && list->type >= VALUE_LIST ? list->count : 0;
}

/* Appends the fields of `list` from item `from` on. */
static int add_fields(struct builder *b, struct word_fields *fields, const struct value *list,
                      uint32_t from)
{
    size_t more = length_of(list) - from;
    struct word_field *all = arena_array(b->arena, fields->count + more, sizeof *all);
    const char **names = arena_array(b->arena, fields->count + more, sizeof *names);
    if (fields->count) {
        memcpy(all, fields->list, fields->count * sizeof *all);
        memcpy(names, fields->names, fields->count * sizeof *names);
    }
    for (uint32_t i = from; i < length_of(list); i++) {
        struct word_field *field = &all[fields->count];
        if (build_field(b, list->items[i], field) < 0)
            return ERR_INVALID;
        names[fields->count] = field->name;
        if (table_add(&fields->table, field->name, strlen(field->name),
                      (uint32_t)fields->count) != TABLE_NONE)
            return broken(b, field->name, "a field stands twice");
        fields->count++;
    }
    fields->list = all;
    fields->names = names;
    return 0;
}

static int build_records(struct builder *b)
{
    const struct value *records = value_get(b->table, "records");
    size_t count = records && records->type == VALUE_MAP ? records->pairs : 0;
    b->words->records = arena_array(b->arena, count, sizeof *b->words->records);
    for (size_t i = 0; i < count; i++) {
        struct word_fields *fields = &b->words->records[i];
        fields->name = records->map[i].key;
        b->words->record_count = i + 1;
        if (add_fields(b, fields, records->map[i].value, 0) < 0)
            return ERR_INVALID;
    }
    return 0;
}

static int build_word(struct builder *b, const struct value *entry, struct word *word)
{
    word->fields.name = item_text(entry, 0);
    if (!word->fields.name)
        return broken(b, "?", "a word is { name, … }");
    const char *at = value_get_string(entry, "at");
    word->nests = at && strcmp(at, "item") == 0;
    word->children = flag(entry, "children");
    word->head = value_get_string(entry, "head");
    word->first = value_get_string(entry, "first");
    word->call = value_get_string(entry, "call");
    word->en = value_get_string(entry, "en");
    word->zh = value_get_string(entry, "zh");
    word->example = value_get_string(entry, "example");
    if (!at || !word->en || !word->zh || !word->example)
        return broken(b, word->fields.name, "a word has at, en, zh and example");
    if (add_fields(b, &word->fields, entry, 1) < 0)
        return ERR_INVALID;
    const struct value *include = value_get(entry, "include");
    for (uint32_t i = 0; i < length_of(include); i++) {
        const char *name = item_text(include, i);
        const struct value *group = value_get(value_get(b->table, "groups"), name ? name : "");
        if (!group)
            return broken(b, word->fields.name, "includes an unknown group");
        if (add_fields(b, &word->fields, group, 0) < 0)
            return ERR_INVALID;
    }
    return 0;
}

static int build_words(struct builder *b)
{
    const struct value *list = value_get(b->table, "words");
    const char *reference = value_get_string(b->table, "reference");
    size_t count = length_of(list);
    b->words->reference = reference ? reference : "words";
    struct word *words = arena_array(b->arena, count, sizeof *words);
    const char **names = arena_array(b->arena, count, sizeof *names);
    b->words->list = words;
    b->words->names = names;
    for (size_t i = 0; i < count; i++) {
        b->words->count = i + 1;
        if (build_word(b, list->items[i], &words[i]) < 0)
            return ERR_INVALID;
        names[i] = words[i].fields.name;
        if (table_add(&b->words->table, names[i], strlen(names[i]), (uint32_t)i) != TABLE_NONE)
            return broken(b, names[i], "a word stands twice");
    }
    return count ? 0 : broken(b, "words", "there are none");
}

static int build_entries(struct builder *b, const char *key, struct word_entries *out)
{
    const struct value *list = value_get(b->table, key);
    size_t count = length_of(list);
    struct word_entry *entries = arena_array(b->arena, count, sizeof *entries);
    const char **names = arena_array(b->arena, count, sizeof *names);
    for (size_t i = 0; i < count; i++) {
        const struct value *entry = list->items[i];
        const char *subject = value_get_string(entry, "subject");
        names[i] = item_text(entry, 0);
        entries[i] = (struct word_entry){
            .name = names[i],
            .type = subject ? subject : item_text(entry, 1),
            .arguments = value_get_string(entry, "arguments"),
            .returns = value_get_string(entry, "returns"),
            .en = value_get_string(entry, "en"),
            .zh = value_get_string(entry, "zh"),
            .example = value_get_string(entry, "example"),
        };
        if (!names[i] || !entries[i].en || !entries[i].zh)
            return broken(b, key, "an entry is { name, en =, zh = }");
    }
    *out = (struct word_entries){entries, names, count};
    return 0;
}

static int build_all(struct builder *b)
{
    if (build_records(b) < 0 || build_words(b) < 0)
        return ERR_INVALID;
    struct words *words = b->words;
    if (build_entries(b, "types", &words->types) < 0 ||
        build_entries(b, "events", &words->events) < 0 ||
        build_entries(b, "event", &words->event) < 0 ||
        build_entries(b, "units", &words->units) < 0 ||
        build_entries(b, "functions", &words->functions) < 0 ||
        build_entries(b, "placeholders", &words->placeholders) < 0 ||
        build_entries(b, "message", &words->message) < 0 ||
        build_entries(b, "lua", &words->lua) < 0)
        return ERR_INVALID;
    return 0;
}

int words_build(struct arena *arena, const struct value *table, struct words **out,
                struct err *err)
{
    struct builder b = {arena, table, arena_alloc(arena, sizeof *b.words), err};
    int code = build_all(&b);
    if (code < 0) {
        words_free(b.words);
        return code;
    }
    *out = b.words;
    return 0;
}

void words_free(struct words *words)
{
    if (!words)
        return;
    /* Only the tables hold memory outside the arena. */
    for (size_t i = 0; i < words->count; i++)
        table_free(&words->list[i].fields.table);
    for (size_t i = 0; i < words->record_count; i++)
        table_free(&words->records[i].table);
    table_free(&words->table);
    words->count = words->record_count = 0;
}

const struct word *words_find(const struct words *words, const char *name)
{
    uint32_t index = table_get(&words->table, name, strlen(name));
    return index == TABLE_NONE ? NULL : &words->list[index];
}

const struct word_field *words_field(const struct word_fields *fields, const char *name)
{
    uint32_t index = table_get(&fields->table, name, strlen(name));
    return index == TABLE_NONE ? NULL : &fields->list[index];
}

static enum eval_kind kind_of(const struct word *word)
{
    if (word->call)
        return EVAL_ON;
    if (!word->head)
        return EVAL_BARE;
    return strcmp(word->head, "file") == 0 ? EVAL_FILE : EVAL_ID;
}

const struct eval_word *words_eval(const struct words *words, struct arena *arena,
                                   size_t *count)
{
    size_t most = words->count + words->functions.count, used = 0;
    struct eval_word *names = arena_array(arena, most, sizeof *names);
    for (size_t i = 0; i < words->count; i++)
        names[used++] = (struct eval_word){words->names[i], kind_of(&words->list[i])};
    for (size_t i = 0; i < words->functions.count; i++)
        names[used++] = (struct eval_word){words->functions.names[i], EVAL_LATE};
    *count = used;
    return names;
}
