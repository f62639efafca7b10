#include "script/lexer.h"

#include "base/utf8.h"

#include <string.h>

enum {
    ODDS_MOST = 1000, /* more are not told anyway */
    LINE_MOST =
        4000, /* bytes of a line that are looked ahead, so that no line costs its square */
};

/* Where the lexer stands; everything grows in the arena. */
struct lexer {
    struct arena *arena;
    const char *text;
    size_t length, at;
    uint32_t line;
    struct lexed *out;
    size_t token_room, odd_room, line_room;
    uint32_t *lines;
    uint32_t asked_line; /* of is_odd_line */
    bool odd_line;
};

static void *grow(struct arena *arena, void *old, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return old;
    *room = *room ? *room * 2 : 256;
    void *fresh = arena_array(arena, *room, size);
    if (old)
        memcpy(fresh, old, count * size);
    return fresh;
}

static void add_token(struct lexer *lexer, enum token_kind kind, size_t start, uint32_t line,
                      char mark)
{
    struct lexed *out = lexer->out;
    out->tokens =
        grow(lexer->arena, out->tokens, out->count, &lexer->token_room, sizeof *out->tokens);
    out->tokens[out->count++] = (struct token){.start = (uint32_t)start,
                                               .length = (uint32_t)(lexer->at - start),
                                               .line = line,
                                               .kind = (uint8_t)kind,
                                               .mark = mark};
}

static void add_odd(struct lexer *lexer, enum odd_kind kind, size_t start, uint32_t line,
                    char meant)
{
    struct lexed *out = lexer->out;
    if (out->odd_count == ODDS_MOST)
        return;
    out->odds =
        grow(lexer->arena, out->odds, out->odd_count, &lexer->odd_room, sizeof *out->odds);
    out->odds[out->odd_count++] = (struct odd){.kind = kind,
                                               .start = (uint32_t)start,
                                               .length = (uint32_t)(lexer->at - start),
                                               .line = line,
                                               .meant = meant};
}

static void add_line(struct lexer *lexer)
{
    lexer->lines = grow(lexer->arena, lexer->lines, lexer->out->line_count, &lexer->line_room,
                        sizeof *lexer->lines);
    lexer->lines[lexer->out->line_count++] = (uint32_t)lexer->at;
    lexer->line++;
}

static char peek(const struct lexer *lexer, size_t ahead)
{
    return lexer->at + ahead < lexer->length ? lexer->text[lexer->at + ahead] : '\0';
}

/* Passes one character, counting lines and noting control characters; true for one of those. */
static bool pass(struct lexer *lexer)
{
    uint32_t code;
    if (lexer->text[lexer->at] >= 0x20 && lexer->text[lexer->at] < 0x7f) {
        lexer->at++; /* most of a script */
        return false;
    }
    size_t start = lexer->at,
           size = utf8_next(lexer->text + start, lexer->length - start, &code);
    lexer->at += size ? size : 1;
    if (code == '\n')
        add_line(lexer);
    bool control = (code < 0x20 || code >= 0x7f) && utf8_has_control(lexer->text + start, size);
    if (control)
        add_odd(lexer, ODD_CONTROL, start, lexer->line, 0);
    return control;
}

/* ---- strings and comments ------------------------------------------------------------------- */

/* The level of a long bracket that opens here, or -1. */
static int long_level(const struct lexer *lexer)
{
    size_t equals = 1;
    if (peek(lexer, 0) != '[')
        return -1;
    while (peek(lexer, equals) == '=')
        equals++;
    return peek(lexer, equals) == '[' ? (int)equals - 1 : -1;
}

/* Passes [==[ … ]==]; false when it does not end. */
static bool pass_long(struct lexer *lexer, int level)
{
    lexer->at += (size_t)level + 2;
    while (lexer->at < lexer->length) {
        if (peek(lexer, 0) == ']') {
            size_t equals = 1;
            while (peek(lexer, equals) == '=')
                equals++;
            if ((int)equals - 1 == level && peek(lexer, equals) == ']') {
                lexer->at += equals + 1;
                return true;
            }
        }
        pass(lexer);
    }
    return false;
}

static void read_long(struct lexer *lexer, size_t start, int level, bool comment)
{
    uint32_t line = lexer->line;
    size_t opener = lexer->at + (size_t)level + 2;
    bool ended = pass_long(lexer, level);
    if (!comment)
        add_token(lexer, TOKEN_STRING, start, line, 0);
    if (!ended) {
        size_t end = lexer->at;
        lexer->at = opener;
        add_odd(lexer, ODD_LONG, start, line, 0);
        lexer->at = end;
    }
}

static void read_comment(struct lexer *lexer)
{
    size_t start = lexer->at;
    lexer->at += 2;
    int level = long_level(lexer);
    if (level >= 0) {
        read_long(lexer, start, level, true);
        return;
    }
    while (lexer->at < lexer->length && peek(lexer, 0) != '\n')
        pass(lexer);
}

/* \ and what it escapes; \z skips white space with its lines. */
static void pass_escape(struct lexer *lexer)
{
    lexer->at++;
    if (peek(lexer, 0) != 'z') {
        if (lexer->at < lexer->length)
            pass(lexer);
        return;
    }
    lexer->at++;
    while (lexer->at < lexer->length && strchr(" \t\n", peek(lexer, 0)))
        pass(lexer);
}

/* Has this line a closing Chinese quote, and ASCII quotes that do not pair up? Asked once a line. */
static bool is_odd_line(struct lexer *lexer)
{
    if (lexer->asked_line == lexer->line)
        return lexer->odd_line;
    const char *start = lexer->text + lexer->lines[lexer->out->line_count - 1];
    const char *end = memchr(start, '\n', lexer->length - (size_t)(start - lexer->text));
    size_t quotes = 0, length = end ? (size_t)(end - start) : strlen(start);
    for (size_t i = 0; i < length; i++)
        quotes += start[i] == '"';
    lexer->asked_line = lexer->line;
    lexer->odd_line = quotes % 2 == 1 && memmem(start, length, "”", strlen("”")) != NULL;
    return lexer->odd_line;
}

/* Where "text” ends that begins here, or 0. Chinese quotes within a text are none of our business:
 * only where the line's ASCII quotes do not pair up, and what follows ends an entry. */
static size_t odd_end(struct lexer *lexer)
{
    size_t size;
    int open = 0;
    uint32_t code = 0;
    if (!is_odd_line(lexer))
        return 0;
    for (size_t at = lexer->at + 1; at < lexer->length; at += size) {
        size = utf8_next(lexer->text + at, lexer->length - at, &code);
        if (code == '"' || code == '\n')
            return 0;
        open += code == 0x201c;
        if (code != 0x201d || open-- > 0)
            continue;
        size_t next = at + size;
        while (next < lexer->length && lexer->text[next] == ' ')
            next++;
        if (next == lexer->length || strchr(",;{)]}\n", lexer->text[next]))
            return at + size;
    }
    return 0;
}

static void read_string(struct lexer *lexer)
{
    size_t start = lexer->at, wide = peek(lexer, 0) == '"' ? odd_end(lexer) : 0;
    uint32_t line = lexer->line;
    char quote = peek(lexer, 0);
    lexer->at = wide ? wide : start + 1;
    if (wide) {
        add_odd(lexer, ODD_QUOTE, start, line, 0);
        add_token(lexer, TOKEN_STRING, start, line, 0);
        return;
    }
    while (lexer->at < lexer->length && peek(lexer, 0) != quote && peek(lexer, 0) != '\n') {
        if (peek(lexer, 0) == '\\')
            pass_escape(lexer);
        else
            pass(lexer);
    }
    if (peek(lexer, 0) == quote)
        lexer->at++;
    else
        add_odd(lexer, ODD_STRING, start, line, quote);
    add_token(lexer, TOKEN_STRING, start, line, 0);
}

/* ---- what Lua does not know ----------------------------------------------------------------- */

static bool is_space(uint32_t code)
{
    return code == 0xa0 || code == 0x3000 || code == 0xfeff ||
           (code >= 0x2000 && code <= 0x200d) || code == 0x202f || code == 0x205f;
}

static bool is_letter(uint32_t code)
{
    return (code >= 0xc0 && code <= 0x24f) || (code >= 0x370 && code <= 0x58f) ||
           code == 0x3005 || code == 0x3007 || (code >= 0x3040 && code <= 0x318f) ||
           (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3) ||
           (code >= 0xf900 && code <= 0xfaff) || (code >= 0x20000 && code <= 0x3ffff) ||
           (code >= 0x2e80 && code <= 0x2fdf);
}

static bool is_quote(uint32_t code)
{
    return (code >= 0x2018 && code <= 0x201f) || code == 0xff02 || code == 0xff07 ||
           (code >= 0x300c && code <= 0x300f) || code == 0x301d || code == 0x301e;
}

/* The ASCII mark that a full-width one stands for, or 0. */
static char ascii_of(uint32_t code)
{
    static const struct {
        uint32_t code;
        char meant;
    } marks[] = {{0x3001, ','}, {0x3002, '.'}, {0x3010, '{'}, {0x3011, '}'},
                 {0x3014, '['}, {0x3015, ']'}, {0x2014, '-'}, {0x2013, '-'},
                 {0x2212, '-'}, {0x00d7, '*'}, {0x2026, '.'}, {0xff5e, '~'}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i].code == code)
            return marks[i].meant;
    return code >= 0xff01 && code <= 0xff5d ? (char)(code - 0xfee0) : 0;
}

static bool is_digit_or_letter(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A word of which not all characters are a-z A-Z 0-9 _ . */
static void read_odd_name(struct lexer *lexer, size_t start)
{
    uint32_t code;
    size_t size;
    while ((size = utf8_next(lexer->text + lexer->at, lexer->length - lexer->at, &code)) != 0) {
        char ascii = code < 0x80 ? (char)code : ascii_of(code);
        if (!is_letter(code) && !is_digit_or_letter(ascii) && ascii != '_')
            break;
        lexer->at += size;
    }
    add_odd(lexer, ODD_NAME, start, lexer->line, 0);
    add_token(lexer, TOKEN_NAME, start, lexer->line, 0);
}

static void read_odd_number(struct lexer *lexer, size_t start)
{
    uint32_t code;
    size_t size;
    while ((size = utf8_next(lexer->text + lexer->at, lexer->length - lexer->at, &code)) != 0) {
        char ascii = code < 0x80 ? (char)code : ascii_of(code);
        if ((ascii < '0' || ascii > '9') && ascii != '.')
            break;
        lexer->at += size;
    }
    add_odd(lexer, ODD_DIGIT, start, lexer->line, 0);
    add_token(lexer, TOKEN_NUMBER, start, lexer->line, 0);
}

/* “…”: a string if it is closed in this line, by a quote of any width. */
static void read_odd_quote(struct lexer *lexer, size_t start)
{
    size_t first = lexer->at, size;
    uint32_t code;
    for (size_t at = first; at < lexer->length && lexer->text[at] != '\n'; at += size) {
        size = utf8_next(lexer->text + at, lexer->length - at, &code);
        if (!is_quote(code) && code != '"')
            continue;
        lexer->at = at + size;
        add_odd(lexer, ODD_QUOTE, start, lexer->line, 0);
        add_token(lexer, TOKEN_STRING, start, lexer->line, 0);
        return;
    }
    add_odd(lexer, ODD_QUOTE, start, lexer->line, 0);
}

static void read_odd_spaces(struct lexer *lexer, size_t start)
{
    uint32_t code;
    size_t size;
    while ((size = utf8_next(lexer->text + lexer->at, lexer->length - lexer->at, &code)) != 0 &&
           is_space(code))
        lexer->at += size;
    add_odd(lexer, ODD_SPACE, start, lexer->line, 0);
}

static void read_odd(struct lexer *lexer)
{
    size_t start = lexer->at;
    uint32_t code = 0;
    utf8_next(lexer->text + start, lexer->length - start, &code);
    if (pass(lexer))
        return; /* a control character */
    char meant = ascii_of(code);
    if (is_quote(code))
        read_odd_quote(lexer, start);
    else if (is_space(code))
        read_odd_spaces(lexer, start);
    else if (meant >= '0' && meant <= '9')
        read_odd_number(lexer, start);
    else if (is_letter(code) || is_digit_or_letter(meant))
        read_odd_name(lexer, start);
    else if (meant) {
        add_odd(lexer, strchr("(){}[]", meant) ? ODD_BRACKET : ODD_PUNCT, start, lexer->line,
                meant);
        add_token(lexer, TOKEN_MARK, start, lexer->line, meant == ':' ? '=' : meant);
    } else
        add_odd(lexer, ODD_CHARACTER, start, lexer->line, 0);
}

/* ---- what it knows ---------------------------------------------------------------------------- */

static char keyword_mark(const char *word, size_t length)
{
    static const struct {
        const char *word;
        char mark;
    } keywords[] = {{"and", 'k'},      {"break", 'k'},  {"do", 'b'},    {"else", 'k'},
                    {"elseif", 'k'},   {"end", 'e'},    {"false", 'v'}, {"for", 'k'},
                    {"function", 'f'}, {"goto", 'k'},   {"if", 'b'},    {"in", 'k'},
                    {"local", 'k'},    {"nil", 'v'},    {"not", 'k'},   {"or", 'k'},
                    {"repeat", 'r'},   {"return", 'k'}, {"then", 'k'},  {"true", 'v'},
                    {"until", 'u'},    {"while", 'k'}};
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (keywords[i].word[0] == *word && strlen(keywords[i].word) == length &&
            memcmp(keywords[i].word, word, length) == 0)
            return keywords[i].mark;
    return 0;
}

static void read_name(struct lexer *lexer)
{
    size_t start = lexer->at;
    uint32_t code = 0;
    while (is_digit_or_letter(peek(lexer, 0)) || peek(lexer, 0) == '_')
        lexer->at++;
    if (utf8_next(lexer->text + lexer->at, lexer->length - lexer->at, &code) > 1 &&
        is_letter(code)) {
        read_odd_name(lexer, start);
        return;
    }
    char mark = keyword_mark(lexer->text + start, lexer->at - start);
    add_token(lexer, mark ? TOKEN_KEYWORD : TOKEN_NAME, start, lexer->line, mark);
}

static void read_number(struct lexer *lexer)
{
    size_t start = lexer->at;
    while (is_digit_or_letter(peek(lexer, 0)) || peek(lexer, 0) == '.') {
        bool exponent = strchr("eEpP", peek(lexer, 0)) != NULL;
        lexer->at++;
        if (exponent && (peek(lexer, 0) == '+' || peek(lexer, 0) == '-'))
            lexer->at++;
    }
    add_token(lexer, TOKEN_NUMBER, start, lexer->line, 0);
}

static void read_mark(struct lexer *lexer)
{
    static const char *const operators[] = {
        "...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"};
    size_t start = lexer->at;
    char mark = peek(lexer, 0);
    lexer->at++;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t length = strlen(operators[i]);
        if (operators[i][0] == mark && lexer->length - start >= length &&
            memcmp(lexer->text + start, operators[i], length) == 0) {
            lexer->at = start + length;
            mark = 'o';
            break;
        }
    }
    bool dots = lexer->at - start == 3;
    add_token(lexer, dots ? TOKEN_NAME : TOKEN_MARK, start, lexer->line, dots ? '\0' : mark);
}

static void read_one(struct lexer *lexer)
{
    char c = peek(lexer, 0);
    if (c == '\n' || c == ' ' || c == '\t' || c < 0x20 || c == 0x7f) {
        if ((unsigned char)c >= 0x80)
            read_odd(lexer);
        else
            pass(lexer);
    } else if (c == '-' && peek(lexer, 1) == '-')
        read_comment(lexer);
    else if (c == '"' || c == '\'')
        read_string(lexer);
    else if (c == '[' && long_level(lexer) >= 0)
        read_long(lexer, lexer->at, long_level(lexer), false);
    else if ((c >= '0' && c <= '9') ||
             (c == '.' && peek(lexer, 1) >= '0' && peek(lexer, 1) <= '9'))
        read_number(lexer);
    else if (is_digit_or_letter(c) || c == '_')
        read_name(lexer);
    else
        read_mark(lexer);
}

struct lexed *lexer_read(struct arena *arena, const struct source *source)
{
    struct lexed *out = arena_alloc(arena, sizeof *out);
    struct lexer lexer = {
        .arena = arena, .text = source->text, .length = source->length, .out = out};
    out->source = source;
    add_line(&lexer);
    while (lexer.at < lexer.length)
        read_one(&lexer);
    add_token(&lexer, TOKEN_END, lexer.at, lexer.line, 0);
    out->count--;
    out->lines = lexer.lines;
    return out;
}

/* ---- looking at it ------------------------------------------------------------------------------ */

struct place lexer_place(const struct lexed *lexed, uint32_t line, uint32_t start,
                         uint32_t length)
{
    uint32_t begin = lexed->lines[line - 1];
    size_t end = line < lexed->line_count ? lexed->lines[line] - 1 : lexed->source->length;
    if (start + length > end)
        length = end > start ? (uint32_t)end - start : 0;
    return (struct place){.source = lexed->source,
                          .line = line,
                          .column = start - begin + 1,
                          .length = length,
                          .line_at = begin};
}

bool lexer_is(const struct lexed *lexed, const struct token *token, const char *text)
{
    return token->length == strlen(text) &&
           memcmp(lexed->source->text + token->start, text, token->length) == 0;
}

bool lexer_is_mark(const struct token *token, char mark)
{
    return token->kind == TOKEN_MARK && token->mark == mark;
}
