/*
 * Findings: what is wrong or odd in an author's text, told like a good compiler does – severity,
 * readable name, file:line:column, the source line, a caret that respects double-width Hanzi, the
 * other place where there is one, and a concrete help. A list of findings belongs to one load of
 * one plan; its memory is the arena's. nearest_word finds what a help suggests.
 */
#ifndef BASE_FINDING_H
#define BASE_FINDING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/lang.h"

#include <stddef.h>
#include <stdint.h>

/** A text that findings point into. The bytes are valid UTF-8 and outlive the findings. */
struct source {
    const char *name; /* as the author knows it, e.g. "scripts/city2012.lua" */
    const char *text; /* NULL = cannot be shown */
    size_t length;
    uint32_t first_line; /* of `text` when it is an excerpt; 0 and 1 = the beginning */
    const char *sheet;   /* of a workbook, whose rows are the lines; NULL = a text */
};

/** A place in a source. A line of 0 means the file as a whole; a column of 0 the whole line. */
struct place {
    const struct source *source; /* NULL = nowhere */
    uint32_t line;               /* 1-based */
    uint32_t column;             /* byte offset in the line, 1-based */
    uint32_t length;             /* bytes to underline; 0 = one character */
    uint32_t line_at;            /* byte offset of the line; 0 = not known, it is looked for */
    uint32_t cell;               /* column of a sheet, 1 = A; 0 = the whole row */
};

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

struct finding {
    const char *name; /* readable, stable, English: "unknown-field" */
    enum severity severity;
    struct place place;
    const char *message;    /* in the findings' language */
    struct place other;     /* a second place, source NULL = none */
    const char *other_text; /* what stands there */
    const char *help;       /* NULL = none */
};

enum { FINDINGS_MOST = 200 }; /* an author reads no more */

struct findings {
    struct arena *arena;
    enum lang lang;
    struct finding *list;
    size_t count, room;
    size_t most; /* FINDINGS_MOST; another bound is set before the first is added */
    size_t errors, warnings, notes; /* all that were added, also beyond `most` */
};

/** The place's column counted in characters, 1-based as editors do, or that of the cell; 0 when it is
 * the whole line. */
size_t finding_column(const struct place *place);

/** Writes the letters of a sheet's column and a NUL: 1 = A, 27 = AA. Returns `letters`. */
char *finding_letters(char letters[4], uint32_t column);

/** An empty list whose texts live in `arena`. */
struct findings findings_new(struct arena *arena, enum lang lang);

/** Frees the list's own memory; texts stay with the arena. */
void findings_free(struct findings *findings);

/** Adds a finding; returns it for `other`, `other_text` and `help`, or a scratch one beyond `most`
 * (never NULL). Choose the text with TR(findings->lang, …). */
struct finding *finding_add(struct findings *findings, enum severity severity, const char *name,
                            struct place place, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/** The first error in a line, "file:line: message [name]", in the arena; NULL when there is none. */
const char *finding_first_error(const struct findings *findings, struct arena *arena);

/** Renders one finding for a person; `color` adds ANSI colours. */
void finding_render(struct buf *out, const struct finding *finding, enum lang lang, int color);

/** Brings them into the order of their places; what finding_add returned is void then. */
void findings_sort(struct findings *findings);

/** Sorts and renders all of them, then a line that counts errors and warnings. */
void findings_render(struct buf *out, struct findings *findings, int color);

/** The nearest of `count` words by edit distance (Damerau, per character), or NULL when none is
 * near enough to be meant. */
const char *nearest_word(const char *word, const char *const *words, size_t count);

#endif
