/*
 * JSON in its strict form (RFC 8259 plus: no duplicate keys, no \u0000 and no lone surrogates,
 * nothing behind the value, valid UTF-8, integers of 64 bits kept whole) and one canonical text.
 * cJSON does the reading; what it forgives is refused before it sees the bytes.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/value.h"

/** Parses `length` bytes into the arena. An error names line and column. null is refused: an
 * absent key says the same. */
int json_parse(struct arena *arena, const char *bytes, size_t length,
               const struct value_limits *limits, struct value **out, struct err *err);

/** Appends the canonical text: sorted keys, no white space, UTF-8 as it is, only the escapes that
 * JSON demands, doubles with the fewest digits that read back. Positional items of a map that has
 * pairs stand under the key "". */
void json_write(struct buf *buf, const struct value *value);

/** The same with two-space indents and a space behind colons, for people. */
void json_write_pretty(struct buf *buf, const struct value *value);

/** Appends one string with quotes and escapes. */
void json_write_string(struct buf *buf, const char *bytes, size_t length);

#endif
