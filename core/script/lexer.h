/*
 * A tolerant lexer for Lua: it never fails, so that what follows a mistake is still understood.
 * Characters that Lua does not know (full-width punctuation, Chinese words outside quotes) become
 * the token that was meant and are listed as oddities.
 */
#ifndef SCRIPT_LEXER_H
#define SCRIPT_LEXER_H

#include "base/arena.h"
#include "base/finding.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_KEYWORD,
    TOKEN_STRING,
    TOKEN_NUMBER,
    TOKEN_MARK
};

/** A token. `mark` is the ASCII character of a one-character mark, 'o' for any other operator; of
 * keywords: 'v' true false nil, 'f' function, 'b' if do, 'r' repeat, 'u' until, 'e' end, 'k' else. */
struct token {
    uint32_t start, length, line; /* bytes; line is 1-based */
    uint8_t kind;
    char mark;
};

enum odd_kind {
    ODD_QUOTE,     /* “text” instead of "text" */
    ODD_BRACKET,   /* （ ｛ 【 */
    ODD_PUNCT,     /* ， 、 ； ： ＝ */
    ODD_DIGIT,     /* ３ */
    ODD_SPACE,     /* U+3000, U+00A0 */
    ODD_NAME,      /* a word that is not of a-z, outside quotes */
    ODD_CHARACTER, /* anything else outside quotes */
    ODD_CONTROL,   /* a control or direction character, anywhere */
    ODD_STRING,    /* a string without its closing quote */
    ODD_LONG,      /* [[ or --[[ without ]] */
};

struct odd {
    enum odd_kind kind;
    uint32_t start, length, line;
    char meant; /* of brackets and punctuation: the ASCII character; of ODD_STRING: the quote */
};

struct lexed {
    const struct source *source;
    struct token *tokens; /* ends with TOKEN_END, which `count` does not count */
    size_t count;
    struct odd *odds;
    size_t odd_count;
    const uint32_t *lines; /* start of line i + 1 */
    size_t line_count;
};

/** Reads the whole source into the arena. At most 2^32 bytes, valid UTF-8, lines end in \n. */
struct lexed *lexer_read(struct arena *arena, const struct source *source);

/** The place of a stretch that begins in `line`; cut at the line's end. */
struct place lexer_place(const struct lexed *lexed, uint32_t line, uint32_t start,
                         uint32_t length);

/** True when the token's text is exactly this. */
bool lexer_is(const struct lexed *lexed, const struct token *token, const char *text);

/** True when the token is this one-character mark. */
bool lexer_is_mark(const struct token *token, char mark);

#endif
