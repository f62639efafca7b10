/*
 * What the parts of the resolver do for each other. complain_*, check_* and suggest make
 * findings, place_* their places. seal_fields and seal_readings seal whole nodes. who_*, ref_*, time_* and plan_* belong to the file of that name;
 * also here: is_id, label_of, texts_of. Included by resolve*.c, and by config_fields.c,
 * for which a configuration is a plan in other words.
 */
#ifndef SCRIPT_RESOLVE_PARTS_H
#define SCRIPT_RESOLVE_PARTS_H

#include "script/resolve_seal.h"

/* resolve_place.c */

/** The place of the value (or, not found, of its key or node). */
struct place place_of(struct resolver *r, const struct spot *spot);

/** The place of the spot's (inner) key. */
struct place place_of_key(struct resolver *r, const struct spot *spot);

/** The same for `length` bytes (0 = to the end) of the spot's text from byte `offset` (0-based). */
struct place place_inside(struct resolver *r, const struct spot *spot, size_t offset,
                          size_t length);

/** The place of a quoted text within a line of a source; the line when it is not there. */
struct place place_in_line(const struct source *source, uint32_t line, const char *text);

/** The place of a node's word and id. */
struct place place_of_node(struct resolver *r, const struct node *node);

/** What messages call the spot: "due", "where.chars". */
const char *label_of(struct resolver *r, const struct spot *spot);

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

/** False after a finding when the plan has used up its different phrases. */
bool check_phrases(struct resolver *r, const struct spot *spot);

/** True for [a-z0-9][a-z0-9._-]{0,63}. */
bool is_id(const char *text, size_t length);

/** A list of the value's texts: a text alone, or a list of texts; NULL after a finding. */
struct value *texts_of(struct resolver *r, const struct spot *spot,
                       const struct word_field *field, const struct value *value);

/** The field of the word, or NULL after a finding that suggests the nearest. */
const struct word_field *check_field(struct resolver *r, const struct word_fields *fields,
                                     const char *key, const struct spot *spot);

/* resolve_who.c */

/** Enters all units and groups under their ids, then names and aliases. */
void who_declare(struct resolver *r);

/** The id meant by a name of a unit, group or kind, or NULL (no finding). */
const char *who_find(const struct resolver *r, const char *name, size_t length);

/** Adds the finding for an unknown name at `offset` of the spot's text; a spot without a value means
 * its key. */
void complain_name(struct resolver *r, const struct spot *spot, const char *name, size_t length,
                   size_t offset);

/* resolve_ref.c */

/** An item of a loaded parent, or NULL. */
const struct value *ref_above(struct resolver *r, const char *ref);

/** Fills node->after from the sealed `after`. */
void ref_after(struct resolver *r, struct node *node, const struct value *refs);

/* resolve_time.c */

/** Reads the plan's issued, year, when and dates: what all other phrases hang on. */
void time_plan(struct resolver *r);

/** Seals one field of a node; `days` (may be NULL) gets the days of a date. NULL when the field is
 * absent or after a finding. */
struct value *time_seal(struct resolver *r, struct node *node, const char *key,
                        struct days *days);

/** True for the fields that time_items seals, not seal_fields. */
bool time_field(const char *key);

/* resolve_items.c */

/** Dates of all items, containers and what they come after first. */
void time_items(struct resolver *r);

/* resolve_seal.c */

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
