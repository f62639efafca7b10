/*
 * What the parts of the resolver share: the state of one run, where a value stands, and one
 * function for each kind of value. Every seal_* function returns the value in canonical form, or
 * NULL after it has added a finding. Included by resolve*.c only.
 */
#ifndef SCRIPT_RESOLVE_INNER_H
#define SCRIPT_RESOLVE_INNER_H

#include "script/resolve.h"

enum {
    NODE_NONE = UINT32_MAX,
    NODES_MOST = 200000,
    DEPTH_MOST = 16,  /* containers within containers */
    TEXT_MOST = 4096, /* bytes of one text */
    NAME_MOST = 512,  /* bytes of a name */
    LIST_MOST = 1000, /* entries of a list */
    ID_MOST = 64,
};

/* The days of a date, for what counts from it; DAY_NONE-like CIVIL_NONE = unknown. */
struct days {
    int32_t first, last;
    bool moving; /* depends on the State Council calendar */
};

struct node {
    const struct value *raw, *fields;
    const struct word *word;
    const char *id;        /* NULL for remind */
    uint32_t parent, line; /* parent: index of the container, NODE_NONE at top level */
    const struct source *source;
    struct value *sealed;
    uint32_t *after; /* local items that this one comes after */
    uint32_t after_count;
    struct value *when, *due; /* effective, NULL = none; due only when it was said somewhere */
    struct days when_days, due_days;
    struct value *given_when, *given_due; /* what children inherit; made on demand */
};

struct resolver {
    const struct resolve_input *input;
    struct arena *arena;
    struct findings *findings;
    enum lang lang;
    const struct words *words;
    struct node *nodes; /* depth-first in source order */
    uint32_t count, room;
    struct table items, units, names,
        kinds;                  /* names: ids, names and aliases of units and groups */
    uint32_t plan;              /* index, NODE_NONE = none */
    int32_t issued;             /* day, CIVIL_NONE = unknown */
    int32_t year;               /* as stated, 0 = not */
    const struct value *events; /* the plan's sealed `dates` */
    struct table phrases; /* key → index into cached: a phrase is read once per context */
    struct cached *cached;
    uint32_t cached_count, cached_room;
    struct table *above; /* per parent: its items by id, filled on first use */
    const char **known;  /* names for suggestions, made on first use */
    size_t known_count;
    struct err *err;
    int failed; /* < 0: stdlib is broken, give up */
};

/* Where a value stands: a node, its field, a key inside that field, and the value itself. */
struct spot {
    const struct node *node;
    const char *key, *inner;
    const struct value *value;
};

/* resolve_place.c */

/** The place of the value (or, not found, of its key or node). */
struct place place_of(const struct spot *spot);

/** The same for `length` bytes (0 = to the end) of the spot's text from byte `offset` (0-based). */
struct place place_inside(const struct spot *spot, size_t offset, size_t length);

/** The place of a node's word and id. */
struct place place_of_node(const struct node *node);

/* resolve_check.c */

/** Adds an error at the spot; the format is chosen by the caller with TR. */
#define COMPLAIN(r, name, place, ...)                                                          \
    finding_add((r)->findings, SEVERITY_ERROR, name, place, __VA_ARGS__)

/** “did you mean …” with the nearest of the words, or NULL. */
const char *suggest(struct resolver *r, const char *word, const char *const *words,
                    size_t count);

/** An error: the value is not of the field's type; says what is expected, with an example. */
void complain_type(struct resolver *r, const struct spot *spot, const struct word_field *field);

/** Checks one text: length, control characters. `lines` allows line breaks. */
bool check_text(struct resolver *r, const struct spot *spot, const struct value *value,
                size_t most, bool lines);

bool is_id(const char *text, size_t length);

/** A list of the value's texts: a text alone, or a list of texts; NULL after a finding. */
struct value *texts_of(struct resolver *r, const struct spot *spot,
                       const struct word_field *field, const struct value *value);

/** The field of the word, or NULL after a finding that suggests the nearest. */
const struct word_field *check_field(struct resolver *r, const struct word_fields *fields,
                                     const char *key, const struct spot *spot);

struct value *seal_text(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);
struct value *seal_id(struct resolver *r, const struct spot *spot,
                      const struct word_field *field, const struct value *value);
struct value *seal_ids(struct resolver *r, const struct spot *spot,
                       const struct word_field *field, const struct value *value);
struct value *seal_enum(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);
struct value *seal_bool(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);
struct value *seal_number(struct resolver *r, const struct spot *spot,
                          const struct word_field *field, const struct value *value);
struct value *seal_durations(struct resolver *r, const struct spot *spot,
                             const struct word_field *field, const struct value *value);
struct value *seal_time(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);

/* resolve_who.c */

/** Enters a unit or group under its id, name and aliases. */
void who_declare(struct resolver *r, uint32_t index);

/** The id meant by a name of a unit, group or kind, or NULL (no finding). */
const char *who_find(const struct resolver *r, const char *name, size_t length);

/** Adds the finding for an unknown name at `offset` of the spot's text. */
void complain_name(struct resolver *r, const struct spot *spot, const char *name, size_t length,
                   size_t offset);

struct value *seal_who(struct resolver *r, const struct spot *spot,
                       const struct word_field *field, const struct value *value);
struct value *seal_unit(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);

/* resolve_ref.c */

struct value *seal_refs(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);

/** An item of a loaded parent, or NULL. */
const struct value *ref_above(struct resolver *r, const char *ref);

/** Fills node->after from the sealed `after`. */
void ref_after(struct resolver *r, struct node *node, const struct value *refs);

/* resolve_time.c */

struct value *seal_date(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);
struct value *seal_dates(struct resolver *r, const struct spot *spot,
                         const struct word_field *field, const struct value *value);
struct value *seal_date_map(struct resolver *r, const struct spot *spot,
                            const struct word_field *field, const struct value *value);

/** Reads the plan's issued, year, when and dates: what all other phrases hang on. */
void time_plan(struct resolver *r);

/** Dates of all items, containers and what they come after first. */
void time_items(struct resolver *r);

/** True for the fields that time_items seals, not seal_fields. */
bool time_field(const char *key);

/* resolve_amount.c */

struct value *seal_amount(struct resolver *r, const struct spot *spot,
                          const struct word_field *field, const struct value *value);

/* resolve_seal.c */

/** Seals one value by the type of its field. */
struct value *seal_value(struct resolver *r, const struct spot *spot,
                         const struct word_field *field, const struct value *value);

/** Seals a node's fields into node->sealed, but the dates of items. */
void seal_fields(struct resolver *r, struct node *node);

/** The `also` and `implied` of a node; after its dates. */
void seal_readings(struct resolver *r, struct node *node);

/* resolve_plan.c */

/** `under` and the owner; needs the names. */
void plan_head(struct resolver *r);

/** Parents of units exist and make no circle. */
void plan_units(struct resolver *r);

#endif
