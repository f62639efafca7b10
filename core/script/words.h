/*
 * The words of a plan as C sees them: stdlib/words.lua, read once into structs with fast lookup.
 * The resolver checks against them, `planrun help words` shows them, the evaluator is told their
 * names, and the editor's definitions are printed from them. Read-only; all memory is the arena's.
 */
#ifndef SCRIPT_WORDS_H
#define SCRIPT_WORDS_H

#include "base/buf.h"
#include "base/lang.h"
#include "base/table.h"
#include "base/value.h"

/* How a field's value is written; words.lua explains each. ENUM is one of `choices`. */
enum field_type {
    FIELD_TEXT,
    FIELD_TEXTS,
    FIELD_ID,
    FIELD_IDS,
    FIELD_DATE,
    FIELD_DATES,
    FIELD_AMOUNT,
    FIELD_WHO,
    FIELD_UNIT,
    FIELD_REF,
    FIELD_REFS,
    FIELD_UNDER,
    FIELD_NAMES,
    FIELD_ABSENT,
    FIELD_ALSO,
    FIELD_DURATIONS,
    FIELD_TIME,
    FIELD_CONTENTS,
    FIELD_TEMPLATE,
    FIELD_BOOL,
    FIELD_MANY,
    FIELD_INT,
    FIELD_NUMBER,
    FIELD_ANY,
    FIELD_ENUM,
    FIELD_RECORD,
    FIELD_RECORDS,
    FIELD_MAP_TEXT,
    FIELD_MAP_DATE
};

struct host;
struct word_fields;
struct word_field {
    const char *name;
    enum field_type type;
    const char *type_name; /* as in words.lua: "enum:keep|next|ignore" */
    const struct word_fields *record;
    const char *const *choices;
    size_t choice_count;
    bool required, positional; /* positional: stands first, without a key */
    int64_t least, most;       /* of a number; INT64_MIN and INT64_MAX = not bounded */
    const char *fallback;      /* what holds when absent: a value, or prose; NULL = nothing */
    const char *fallback_zh;   /* the same in Chinese; NULL = a value */
    const char *en, *zh, *example;
};

struct word_fields {  /* by name; `names` are the same for nearest_word */
    const char *name; /* of the record or word */
    const struct word_field *list;
    const char *const *names;
    size_t count;
    struct table table; /* its slots are owned by words_free */
};

struct word {
    struct word_fields fields; /* fields.name is the word */
    bool nests;                /* may stand inside an item */
    bool children;             /* items may stand inside */
    const char *head;          /* "id", "file", NULL = nothing before the braces */
    const char *first;         /* "name", "kinds", NULL = nothing positional */
    const char *call;          /* how a word that is a function is called, NULL = braces */
    const char *en, *zh, *example;
};

struct word_entry { /* of one of the smaller lists: types, events, handler functions */
    const char *name, *type, *arguments, *returns; /* type: subject of an event */
    const char *en, *zh, *example;
};

struct word_entries {
    const struct word_entry *list;
    const char *const *names;
    size_t count;
};

struct words {
    struct word *list;
    const char *const *names;
    size_t count;
    struct word_fields *records;
    size_t record_count;
    struct word_entries types, events, event, units, functions, placeholders, message, lua;
    struct table table;    /* of the words */
    const char *reference; /* `planrun help REFERENCE` shows them: "words" */
};

/** Reads stdlib/words.lua through the host and builds the words; the caller frees them. */
int words_load(struct host *host, struct arena *arena, struct words **out, struct err *err);

/** Builds the words from the table of words.lua (positional items and keys as Lua has them), which
 * is kept by reference. An error names the entry that is not as it should be. */
int words_build(struct arena *arena, const struct value *table, struct words **out,
                struct err *err);

/** Frees the lookup tables; the rest is the arena's. NULL is accepted. */
void words_free(struct words *words);

/** The word or NULL. */
const struct word *words_find(const struct words *words, const char *name);

/** The field or NULL. */
const struct word_field *words_field(const struct word_fields *fields, const char *name);

#endif
