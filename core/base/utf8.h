/*
 * UTF-8 text as people see it: validity, characters, and width on a terminal, where a Han character
 * takes two columns. Widths and grapheme clusters are utf8proc's; wcwidth is not used because it
 * depends on the locale.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/** Length of the longest valid prefix (RFC 3629: no surrogates, no overlong forms). */
size_t utf8_valid(const char *bytes, size_t length);

/** Decodes the character at `bytes` into `*code`; its length, or 0 where there is none. */
size_t utf8_next(const char *bytes, size_t length, uint32_t *code);

/** The largest length ≤ `most` at which valid text may be cut between characters. */
size_t utf8_cut(const char *bytes, size_t length, size_t most);

/** The same between grapheme clusters, so that no accent or joined sign is torn off; a cluster that alone
 * is longer than `most` is cut between its characters. */
size_t utf8_cut_cluster(const char *bytes, size_t length, size_t most);

/** Terminal columns of valid text; control characters count 0, a grapheme cluster once. */
size_t utf8_width(const char *bytes, size_t length);

/** Bytes of the longest prefix that is at most `columns` wide. */
size_t utf8_fit(const char *bytes, size_t length, size_t columns);

/** True when the text holds a control character (C0 but tab and newline, C1, DEL) or one that
 * changes reading direction (bidi embedding, override, isolate, marks). */
bool utf8_has_control(const char *bytes, size_t length);

/** Appends text from outside, which need not be valid, as one line for a terminal: line feeds and
 * tabs as spaces, what a terminal would obey as its code ("\u001b", "\xff"). */
void utf8_add_plain(struct buf *out, const char *text);

#endif
