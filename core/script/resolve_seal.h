/*
 * One function for each kind of value: seal_* takes the raw value at `spot`, written as `field`
 * says, and returns it in its canonical form, or NULL after it has added a finding. Included by
 * resolve*.c only.
 */
#ifndef SCRIPT_RESOLVE_SEAL_H
#define SCRIPT_RESOLVE_SEAL_H

#include "script/resolve_state.h"

/** One text of at most TEXT_MOST bytes. */
struct value *seal_text(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);

/** One id. */
struct value *seal_id(struct resolver *r, const struct spot *spot,
                      const struct word_field *field, const struct value *value);

/** A list of ids. */
struct value *seal_ids(struct resolver *r, const struct spot *spot,
                       const struct word_field *field, const struct value *value);

/** One of the field's choices. */
struct value *seal_enum(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);

/** true or false. */
struct value *seal_bool(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);

/** A number within the field's bounds; `many` takes true as well. */
struct value *seal_number(struct resolver *r, const struct spot *spot,
                          const struct word_field *field, const struct value *value);

/** A text whose placeholders are known, or {function, last_line, line} for a function of the script. */
struct value *seal_template(struct resolver *r, const struct spot *spot,
                            const struct word_field *field, const struct value *value);

/** "7d", "2w" or a list of them, as days: "14d"; where the field is not `before` also "2wd". */
struct value *seal_durations(struct resolver *r, const struct spot *spot,
                             const struct word_field *field, const struct value *value);

/** "09:00". */
struct value *seal_time(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);

/** A selector: {text, terms}. */
struct value *seal_who(struct resolver *r, const struct spot *spot,
                       const struct word_field *field, const struct value *value);

/** The id of one declared unit or group, from its id, name or alias. */
struct value *seal_unit(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);

/** A list of references, each checked to be there. */
struct value *seal_refs(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);

/** A date, or {default, years}. */
struct value *seal_date(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value);

/** A list of dates, or "phase". */
struct value *seal_dates(struct resolver *r, const struct spot *spot,
                         const struct word_field *field, const struct value *value);

/** Named dates, each of them a date or false. */
struct value *seal_date_map(struct resolver *r, const struct spot *spot,
                            const struct word_field *field, const struct value *value);

/** An amount, or {default, units}. */
struct value *seal_amount(struct resolver *r, const struct spot *spot,
                          const struct word_field *field, const struct value *value);

/** Seals one value by the type of its field. */
struct value *seal_value(struct resolver *r, const struct spot *spot,
                         const struct word_field *field, const struct value *value);

#endif
