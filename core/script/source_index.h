/*
 * From what Lua declared back to where it is written, so that findings about a value point at the
 * value. Built once from a source; a node that a loop or a function made is not written anywhere,
 * then a place falls back to the line (column 0). All functions begin with `source_`.
 */
#ifndef SCRIPT_SOURCE_INDEX_H
#define SCRIPT_SOURCE_INDEX_H

#include "base/arena.h"
#include "base/finding.h"
#include "script/eval_wire.h"

#include <stddef.h>
#include <stdint.h>

struct source_index;

/** Reads the source into the arena, which the index lives as long as. */
const struct source_index *source_index_new(struct arena *arena, const struct source *source,
                                            const struct eval_word *words, size_t word_count);

/** What a NODE of the raw tree says about itself. */
struct source_ref {
    const struct source_index *index; /* NULL = places without a source */
    uint32_t line;
    const char *word, *id; /* id NULL = a bare word */
};

/** The first `name` in the ref's line that is a variable, not a field of something; word and id
 * do not matter. */
struct place source_at_name(struct source_ref ref, const char *name);

/** word "id". */
struct place source_at(struct source_ref ref);

/** The key `key` within its braces. */
struct place source_at_key(struct source_ref ref, const char *key);

/** The value behind `key =`; its first line when it has several. */
struct place source_at_value(struct source_ref ref, const char *key);

/** The n-th (from 1) positional value that is no node. */
struct place source_at_arg(struct source_ref ref, size_t n);

/** The n-th (from 1) positional entry of the table at `place` (a value or arg); `place` itself when
 * there is none. */
struct place source_at_item(struct source_ref ref, struct place place, size_t n);

/** The key `inner`, at any depth of the table behind `key =`; the key itself when it is not there. */
struct place source_at_inner_key(struct source_ref ref, const char *key, const char *inner);

/** The literal `text` within the value behind `key =`, after `inner =` in it (NULL = anywhere).
 * Falls back to the inner value, then to the whole one; `text` NULL asks for these. */
struct place source_at_part(struct source_ref ref, const char *key, const char *inner,
                            const char *text);

/** Narrows the place of a text literal to `length` bytes from byte `offset` (from 0) of the text;
 * `place` itself where the literal has escapes or is none. */
struct place source_within(struct place place, size_t offset, size_t length);

#endif
