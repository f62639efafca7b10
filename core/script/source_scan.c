#include "script/lexer.h"
#include "script/source.h"

#include <stdlib.h>
#include <string.h>

enum { NESTING_MOST = 200 }; /* Lua's own bound */

/* What is open at a token: brackets, and blocks that end in `end` or `until`. */
struct frame {
    size_t opener; /* index of its token */
    char closer;   /* } ) ] or e (end) u (until) */
    bool word;     /* the braces of a word */
    bool call;     /* of any call */
    size_t *keys;  /* tokens that are keys of this table; owned */
    size_t key_count, key_room;
    size_t stray; /* an item that begins no deeper than this frame's line, 0 = none */
};

struct scan {
    const struct lexed *lexed;
    const struct eval_word *words;
    size_t word_count;
    struct findings *findings;
    struct frame *frames;
    size_t depth, room;
    size_t swept;  /* tokens searched for a text that lacks its quote */
    bool too_deep; /* reported; the walk ends */
    bool bare;     /* in the texts after a word without braces, which is reported */
    bool called;   /* the token before closed a call's braces, but not a word's */
};

static enum lang lang_of(const struct scan *scan)
{
    return scan->findings->lang;
}

static const struct token *token_at(const struct scan *scan, size_t at)
{
    static const struct token none = {.kind = TOKEN_END};
    return at < scan->lexed->count ? &scan->lexed->tokens[at] : &none;
}

static struct place place_of(const struct scan *scan, size_t at)
{
    const struct token *token = token_at(scan, at);
    return lexer_place(scan->lexed, token->line, token->start, token->length);
}

static const char *text_of(const struct scan *scan, size_t at)
{
    const struct token *token = token_at(scan, at);
    return arena_copy(scan->findings->arena, scan->lexed->source->text + token->start,
                      token->length < 60 ? token->length : 60);
}

/* ---- odd characters --------------------------------------------------------------------------- */

static void report_quote(struct scan *scan, struct place place, const char *text, size_t length)
{
    enum lang lang = lang_of(scan);
    struct finding *finding =
        finding_add(scan->findings, SEVERITY_ERROR, "full-width-quote", place,
                    TR(lang, "Chinese quotes do not begin or end a text",
                       "中文引号不能作为文本的起止引号"));
    /* a Chinese quote has 3 bytes; one of the two may be an ASCII one */
    size_t head = text[0] == '"' ? 1 : 3, tail = length > 3 && text[length - 1] == '"' ? 1 : 3;
    if (length > head + tail)
        finding->help =
            arena_printf(scan->findings->arena, TR(lang, "write: \"%.*s\"", "应写成：\"%.*s\""),
                         (int)(length - head - tail), text + head);
    else
        finding->help = TR(lang, "use the ASCII quote: \"", "请改用英文引号：\"");
}

static void report_space(struct scan *scan, struct place place)
{
    enum lang lang = lang_of(scan);
    finding_add(scan->findings, SEVERITY_ERROR, "odd-space", place,
                TR(lang, "a full-width or non-breaking space outside quotes",
                   "引号之外有全角空格或不换行空格"))
        ->help = TR(lang, "replace it by an ordinary space", "请换成普通空格");
}

static void report_digits(struct scan *scan, struct place place)
{
    enum lang lang = lang_of(scan);
    finding_add(scan->findings, SEVERITY_ERROR, "full-width-digit", place,
                TR(lang, "full-width digits are no number", "全角数字不是数值"))
        ->help = TR(lang, "write the digits in ASCII, or the whole as a text in quotes",
                    "请改用半角数字；如果是文本，请加引号");
}

/* The first character behind `at` in its line that is no blank. */
static char following(const struct scan *scan, size_t at)
{
    const struct source *source = scan->lexed->source;
    while (at < source->length && source->text[at] == ' ')
        at++;
    return at < source->length ? source->text[at] : '\0';
}

/* Is this word in a comment of another language: // or #, first in its line? */
static bool in_foreign_comment(const struct scan *scan, const struct odd *odd)
{
    const char *line = scan->lexed->source->text + scan->lexed->lines[odd->line - 1];
    line += strspn(line, " \t");
    return line[0] == '#' || (line[0] == '/' && line[1] == '/');
}

static void report_name(struct scan *scan, struct place place, const struct odd *odd)
{
    enum lang lang = lang_of(scan);
    const char *text = scan->lexed->source->text + odd->start;
    int length = (int)odd->length;
    if (in_foreign_comment(scan, odd)) {
        finding_add(scan->findings, SEVERITY_ERROR, "foreign-comment", place,
                    TR(lang, "this is no comment in Lua", "这样写不是注释"))
            ->help = TR(lang, "a comment begins with --", "注释以 -- 开头");
        return;
    }
    if (following(scan, odd->start + odd->length) == '=') {
        finding_add(scan->findings, SEVERITY_ERROR, "chinese-name", place,
                    TR(lang, "“%.*s” is no key and no variable", "“%.*s”不能作字段名或变量名"),
                    length, text)
            ->help = TR(lang, "they are made of a-z 0-9 _; `planrun help words` has the keys",
                        "它们只用英文字母、数字和 _；字段名见 `planrun help words 词`");
        return;
    }
    finding_add(scan->findings, SEVERITY_ERROR, "chinese-name", place,
                TR(lang, "“%.*s” stands outside quotes", "“%.*s”没有加引号"), length, text)
        ->help = arena_printf(
        scan->findings->arena,
        TR(lang,
           "a text stands in quotes: \"%.*s\"; ids, keys and variables are "
           "made of a-z 0-9",
           "如果是文本，请加引号：\"%.*s\"；编号、字段名和变量名只用英文字母和数字"),
        length, text);
}

static void report_mark(struct scan *scan, struct place place, const struct odd *odd,
                        const char *text)
{
    enum lang lang = lang_of(scan);
    bool bracket = odd->kind == ODD_BRACKET;
    char meant = odd->meant == ':' ? '=' : odd->meant;
    finding_add(scan->findings, SEVERITY_ERROR,
                bracket ? "full-width-bracket" : "full-width-mark", place,
                bracket ? TR(lang, "“%.*s” is a full-width bracket", "“%.*s”是全角括号")
                        : TR(lang, "“%.*s” is a full-width mark", "“%.*s”是全角标点"),
                (int)odd->length, text)
        ->help = arena_printf(scan->findings->arena,
                              TR(lang, "write the ASCII one: %c", "请改用半角：%c"), meant);
}

/* "name, key = "text": the text that lacks its quote reaches to the next one, over a key and its =.
 * Cuts the place of the first such text in the line down to its words; false when there is none. */
static bool find_swallower(struct scan *scan, const struct odd *odd, struct place *place)
{
    const struct lexed *lexed = scan->lexed;
    for (; scan->swept < lexed->count && lexed->tokens[scan->swept].line <= odd->line;
         scan->swept++) {
        const struct token *token = &lexed->tokens[scan->swept];
        const char *text = lexed->source->text + token->start;
        size_t end = token->length - 1;
        if (token->kind != TOKEN_STRING || token->line != odd->line || text[0] != odd->meant)
            continue;
        while (end > 1 && text[end - 1] == ' ')
            end--;
        const char *comma = memchr(text, ',', end);
        if (!comma || text[end - 1] != '=')
            continue;
        *place = lexer_place(lexed, token->line, token->start, (uint32_t)(comma - text));
        return true;
    }
    return false;
}

static void report_string(struct scan *scan, const struct odd *odd, struct place place)
{
    char quote = odd->meant;
    find_swallower(scan, odd, &place);
    enum lang lang = lang_of(scan);
    finding_add(
        scan->findings, SEVERITY_ERROR, "unfinished-text", place,
        TR(lang, "this text is not closed in its line", "这个文本在行末之前没有结束引号"))
        ->help = arena_printf(scan->findings->arena,
                              TR(lang, "the closing %c is missing", "缺少结尾的 %c"), quote);
}

static void report_odd(struct scan *scan, const struct odd *odd)
{
    enum lang lang = lang_of(scan);
    const char *text = scan->lexed->source->text + odd->start;
    struct place place = lexer_place(scan->lexed, odd->line, odd->start, odd->length);
    switch (odd->kind) {
    case ODD_QUOTE: report_quote(scan, place, text, odd->length); break;
    case ODD_SPACE: report_space(scan, place); break;
    case ODD_DIGIT: report_digits(scan, place); break;
    case ODD_NAME: report_name(scan, place, odd); break;
    case ODD_BRACKET:
    case ODD_PUNCT: report_mark(scan, place, odd, text); break;
    case ODD_STRING: report_string(scan, odd, place); break;
    case ODD_CHARACTER:
        finding_add(scan->findings, SEVERITY_ERROR, "strange-character", place,
                    TR(lang, "this character has no meaning outside quotes",
                       "这个字符在引号之外没有意义"));
        break;
    case ODD_CONTROL:
        finding_add(
            scan->findings, SEVERITY_ERROR, "control-character", place,
            TR(lang, "an invisible control character, or one that turns the reading direction",
               "不可见的控制字符，或改变书写方向的字符"))
            ->help = TR(lang, "delete it", "请删除");
        break;
    case ODD_LONG:
        finding_add(scan->findings, SEVERITY_ERROR, "unfinished-text", place,
                    TR(lang, "this bracket is not closed before the end of the file",
                       "这个长括号到文件末尾也没有结束"))
            ->help = TR(lang, "close it with ]]", "请用 ]] 结束");
        break;
    }
}

/* Does a text of the line lack its quote? The odds stand in the order of their lines. */
static bool is_torn(const struct scan *scan, size_t first)
{
    const struct lexed *lexed = scan->lexed;
    uint32_t line = lexed->odds[first].line;
    for (size_t i = first; i < lexed->odd_count && lexed->odds[i].line == line; i++)
        if (lexed->odds[i].kind == ODD_STRING)
            return true;
    return false;
}

/* True when a text lacks its quote. Then what is text in that line and what is not cannot be told:
 * nothing else is said about the line, and nothing about brackets. */
static bool report_odds(struct scan *scan)
{
    bool torn = false, torn_line = false;
    for (size_t i = 0; i < scan->lexed->odd_count; i++) {
        const struct odd *odd = &scan->lexed->odds[i];
        if (i == 0 || odd->line != odd[-1].line)
            torn_line = is_torn(scan, i);
        torn |= torn_line;
        if (odd->kind == ODD_STRING || !torn_line)
            report_odd(scan, odd);
    }
    return torn;
}

/* ---- brackets ----------------------------------------------------------------------------------- */

static struct frame *top(struct scan *scan)
{
    return scan->depth ? &scan->frames[scan->depth - 1] : NULL;
}

static void push(struct scan *scan, size_t opener, char closer)
{
    if (scan->depth == NESTING_MOST && !scan->too_deep) {
        scan->too_deep = true;
        finding_add(scan->findings, SEVERITY_ERROR, "too-deep", place_of(scan, opener),
                    TR(lang_of(scan), "nested more than 200 deep", "嵌套超过 200 层"));
    }
    if (scan->depth == scan->room) {
        scan->room = scan->room ? scan->room * 2 : 64;
        scan->frames = mem_resize(scan->frames, scan->room, sizeof *scan->frames);
    }
    scan->frames[scan->depth++] = (struct frame){.opener = opener, .closer = closer};
}

static void pop(struct scan *scan)
{
    free(scan->frames[--scan->depth].keys);
}

static void report_unclosed(struct scan *scan, const struct frame *frame)
{
    enum lang lang = lang_of(scan);
    struct finding *finding = finding_add(
        scan->findings, SEVERITY_ERROR, "unclosed-bracket", place_of(scan, frame->opener),
        TR(lang, "“%s” is never closed", "“%s”没有配对的结束符号"),
        text_of(scan, frame->opener));
    if (frame->stray) {
        finding->other = place_of(scan, frame->stray);
        finding->other_text =
            TR(lang, "this begins no deeper: is the bracket missing before it?",
               "这一行没有再缩进：是否在它前面漏了括号？");
    }
}

static void report_mismatch(struct scan *scan, size_t at, const struct frame *frame)
{
    enum lang lang = lang_of(scan);
    struct finding *finding = finding_add(
        scan->findings, SEVERITY_ERROR, "unexpected-bracket", place_of(scan, at),
        TR(lang, "“%s” closes nothing", "“%s”没有与之配对的开始符号"), text_of(scan, at));
    if (!frame)
        return;
    finding->other = place_of(scan, frame->opener);
    finding->other_text = TR(lang, "this is still open", "这里还没有结束");
}

/* A closing bracket or word. A mismatch drops the frames within the one that it does close. */
static void close_frame(struct scan *scan, size_t at, char closer)
{
    struct frame *frame = top(scan);
    if (frame && frame->closer == closer) {
        pop(scan);
        return;
    }
    report_mismatch(scan, at, frame);
    for (size_t depth = scan->depth; depth > 0; depth--)
        if (scan->frames[depth - 1].closer == closer) {
            while (scan->depth >= depth)
                pop(scan);
            return;
        }
}

/* ---- words --------------------------------------------------------------------------------------- */

static const struct eval_word *word_at(const struct scan *scan, size_t at)
{
    const struct token *token = token_at(scan, at);
    const struct token *before = at ? token_at(scan, at - 1) : token_at(scan, SIZE_MAX);
    if (token->kind != TOKEN_NAME || lexer_is_mark(before, '.') || lexer_is_mark(before, ':'))
        return NULL;
    for (size_t i = 0; i < scan->word_count; i++)
        if (lexer_is(scan->lexed, token, scan->words[i].name))
            return &scan->words[i];
    return NULL;
}

static bool takes_id(const struct eval_word *word)
{
    return word && (word->kind == EVAL_ID || word->kind == EVAL_FILE);
}

/* unit "id" "name", or phase "id" and then something else. Braces that come by a variable, an
 * argument or a result are the evaluator's to judge. */
static bool check_braces(struct scan *scan, size_t at)
{
    enum lang lang = lang_of(scan);
    const struct token *before = at ? token_at(scan, at - 1) : token_at(scan, SIZE_MAX);
    const struct token *after = token_at(scan, at + 2);
    if (!takes_id(word_at(scan, at)) || token_at(scan, at + 1)->kind != TOKEN_STRING ||
        lexer_is_mark(after, '{') || lexer_is_mark(before, '=') || lexer_is_mark(before, '(') ||
        (before->kind == TOKEN_KEYWORD && before->mark == 'k'))
        return true;
    const char *word = text_of(scan, at), *id = text_of(scan, at + 1);
    struct place place = place_of(scan, at);
    if (token_at(scan, at)->line == token_at(scan, at + 1)->line)
        place = lexer_place(scan->lexed, token_at(scan, at)->line, token_at(scan, at)->start,
                            token_at(scan, at + 1)->start + token_at(scan, at + 1)->length -
                                token_at(scan, at)->start);
    struct finding *finding =
        finding_add(scan->findings, SEVERITY_ERROR, "braces-missing", place,
                    TR(lang, "%s %s has no braces", "%s %s 后面缺少花括号"), word, id);
    finding->help =
        arena_printf(scan->findings->arena,
                     TR(lang, "write: %s %s { %s }", "应写成：%s %s { %s }"), word, id,
                     after->kind == TOKEN_STRING ? text_of(scan, at + 2)
                                                 : TR(lang, "\"name\", …", "\"名称\", …"));
    return false;
}

/* ---- tables --------------------------------------------------------------------------------------- */

/* The token at which an entry's key stands, or SIZE_MAX: name =, ["text"] =, [2022] = . */
static size_t key_at(const struct scan *scan, size_t at)
{
    if (token_at(scan, at)->kind == TOKEN_NAME && lexer_is_mark(token_at(scan, at + 1), '='))
        return at;
    bool bracketed = lexer_is_mark(token_at(scan, at), '[') &&
                     lexer_is_mark(token_at(scan, at + 2), ']') &&
                     lexer_is_mark(token_at(scan, at + 3), '=');
    return bracketed ? at + 1 : SIZE_MAX;
}

/* Bytes of a quote: Chinese ones, which the lexer takes for what was meant, have three. */
static size_t quote_size(char first)
{
    return (unsigned char)first < 0x80 ? 1 : 3;
}

/* A key's text without quotes. */
static const char *key_text(const struct scan *scan, size_t at, size_t *length)
{
    const struct token *token = token_at(scan, at);
    const char *text = scan->lexed->source->text + token->start;
    size_t before = 0, after = 0;
    if (token->kind == TOKEN_STRING && token->length >= 2) {
        before = quote_size(text[0]);
        after = quote_size(text[token->length - 1]);
    }
    bool whole = before + after <= token->length;
    *length = token->length - (whole ? before + after : 0);
    return text + (whole ? before : 0);
}

static void note_key(struct scan *scan, struct frame *frame, size_t at)
{
    enum lang lang = lang_of(scan);
    size_t length, other_length;
    const char *key = key_text(scan, at, &length);
    for (size_t i = 0; i < frame->key_count && i < 256; i++) {
        const char *other = key_text(scan, frame->keys[i], &other_length);
        if (length != other_length || memcmp(key, other, length) != 0)
            continue;
        struct finding *finding =
            finding_add(scan->findings, SEVERITY_ERROR, "key-twice", place_of(scan, at),
                        TR(lang, "“%.*s” is given twice in one pair of braces",
                           "同一花括号里两次写了“%.*s”"),
                        (int)length, key);
        finding->other = place_of(scan, frame->keys[i]);
        finding->other_text = TR(lang, "the first time is here", "第一次写在这里");
        finding->help = TR(lang, "keep one; several values go into a list: { …, … }",
                           "只留一处；多个值请写成列表：{ …, … }");
        return;
    }
    if (frame->key_count == frame->key_room) {
        frame->key_room = frame->key_room ? frame->key_room * 2 : 8;
        frame->keys = mem_resize(frame->keys, frame->key_room, sizeof *frame->keys);
    }
    frame->keys[frame->key_count++] = at;
}

/* due: "…" and "due" = "…", as in JSON. */
static void check_json_habit(struct scan *scan, size_t at)
{
    enum lang lang = lang_of(scan);
    const struct token *key = token_at(scan, at), *mark = token_at(scan, at + 1);
    bool colon = lexer_is_mark(mark, ':') && token_at(scan, at + 2)->kind != TOKEN_NAME;
    bool quoted = key->kind == TOKEN_STRING && lexer_is_mark(mark, '=');
    if (!(colon && (key->kind == TOKEN_NAME || key->kind == TOKEN_STRING)) && !quoted)
        return;
    size_t length;
    const char *text = key_text(scan, at, &length);
    finding_add(scan->findings, SEVERITY_ERROR, "json-key", place_of(scan, colon ? at + 1 : at),
                TR(lang, "a key is written as in JSON", "字段写成了 JSON 的样子"))
        ->help =
        arena_printf(scan->findings->arena, TR(lang, "write: %.*s = …", "应写成：%.*s = …"),
                     (int)length, text);
}

/* due == "…": in a plan nobody compares. */
static void check_double_equals(struct scan *scan, size_t at)
{
    enum lang lang = lang_of(scan);
    const struct token *mark = token_at(scan, at + 1);
    if (token_at(scan, at)->kind != TOKEN_NAME || !lexer_is(scan->lexed, mark, "=="))
        return;
    finding_add(scan->findings, SEVERITY_ERROR, "double-equals", place_of(scan, at + 1),
                TR(lang, "“==” compares; a key takes one =", "“==”是比较；字段后面只写一个 ="))
        ->help = arena_printf(scan->findings->arena,
                              TR(lang, "write: %s = …", "应写成：%s = …"), text_of(scan, at));
}

/* Does the token before `at` end a value, so that something must stand between? */
static bool ends_value(const struct scan *scan, size_t at)
{
    const struct token *token = token_at(scan, at);
    return token->kind == TOKEN_STRING || token->kind == TOKEN_NUMBER ||
           token->kind == TOKEN_NAME ||
           (token->kind == TOKEN_KEYWORD && (token->mark == 'v' || token->mark == 'e')) ||
           (token->kind == TOKEN_MARK && strchr("})]", token->mark));
}

/* "text" that is an argument: name "text". */
static bool is_argument(const struct scan *scan, size_t at)
{
    const struct token *before = at ? token_at(scan, at - 1) : token_at(scan, SIZE_MAX);
    return before->kind == TOKEN_NAME || lexer_is_mark(before, ')') ||
           lexer_is_mark(before, ']');
}

/* Inside a table two values without a comma between them are a syntax error, except where the
 * second is an argument of the first. */
static bool misses_comma(const struct scan *scan, size_t at)
{
    if (at == 0 || !ends_value(scan, at - 1))
        return false;
    const struct token *before = token_at(scan, at - 1), *token = token_at(scan, at);
    bool callable = before->kind == TOKEN_NAME || lexer_is_mark(before, ')') ||
                    lexer_is_mark(before, ']') || scan->called ||
                    (before->kind == TOKEN_STRING && is_argument(scan, at - 1));
    switch (token->kind) {
    case TOKEN_NAME:
    case TOKEN_NUMBER: return true;
    case TOKEN_STRING: return !callable;
    case TOKEN_KEYWORD: return token->mark == 'v' || token->mark == 'f';
    case TOKEN_MARK: return token->mark == '{' && !callable;
    default: return false;
    }
}

static void report_comma(struct scan *scan, size_t at)
{
    enum lang lang = lang_of(scan);
    const struct token *before = token_at(scan, at - 1);
    uint32_t line = before->line;
    for (uint32_t i = 0; i + 1 < before->length; i++) /* a text may run over lines */
        line += scan->lexed->source->text[before->start + i] == '\n';
    struct place place = lexer_place(scan->lexed, line, before->start + before->length, 1);
    place.length = 0;
    struct finding *finding = finding_add(
        scan->findings, SEVERITY_ERROR, "missing-comma", place,
        TR(lang, "a comma is missing before “%s”", "“%s”前面缺少逗号"), text_of(scan, at));
    finding->other = place_of(scan, at);
    finding->other_text = TR(lang, "the next entry begins here", "下一项从这里开始");
}

static uint32_t indent_of(const struct scan *scan, size_t at)
{
    uint32_t start = scan->lexed->lines[token_at(scan, at)->line - 1], indent = 0;
    const char *text = scan->lexed->source->text + start;
    while (text[indent] == ' ' || text[indent] == '\t')
        indent++;
    return indent;
}

/* An item that begins its line no deeper than the line whose brace is open: probably that brace
 * should have been closed before. */
static bool note_stray(struct scan *scan, struct frame *frame, size_t at)
{
    const struct token *token = token_at(scan, at);
    bool first = at == 0 || token_at(scan, at - 1)->line < token->line;
    if (!first || !word_at(scan, at) || token->line == token_at(scan, frame->opener)->line ||
        indent_of(scan, at) > indent_of(scan, frame->opener) ||
        lexer_is_mark(token_at(scan, at + 1), '='))
        return false;
    if (!frame->stray)
        frame->stray = at;
    return true;
}

/* ---- the walk --------------------------------------------------------------------------------------- */

/* One token directly inside a table. */
static void scan_entry(struct scan *scan, struct frame *frame, size_t at)
{
    const struct token *before = token_at(scan, at - 1);
    bool starts =
        at - 1 == frame->opener || lexer_is_mark(before, ',') || lexer_is_mark(before, ';');
    bool comma = !note_stray(scan, frame, at) && misses_comma(scan, at);
    if (comma)
        report_comma(scan, at);
    if (!starts && !comma)
        return;
    size_t key = key_at(scan, at);
    if (key != SIZE_MAX)
        note_key(scan, frame, key);
    else {
        check_json_habit(scan, at);
        check_double_equals(scan, at);
    }
}

static void open_brace(struct scan *scan, size_t at, bool called)
{
    const struct token *before = at ? token_at(scan, at - 1) : token_at(scan, SIZE_MAX);
    bool text = before->kind == TOKEN_STRING;
    push(scan, at, '}');
    struct frame *frame = top(scan);
    frame->call = called || before->kind == TOKEN_NAME || lexer_is_mark(before, ')') ||
                  lexer_is_mark(before, ']') || (text && is_argument(scan, at - 1));
    const struct eval_word *word = text && at > 1 ? word_at(scan, at - 2) : NULL;
    frame->word = takes_id(word);
    word = at ? word_at(scan, at - 1) : NULL;
    frame->word |= word && word->kind == EVAL_BARE;
}

static void scan_mark(struct scan *scan, size_t at, char mark, bool called)
{
    switch (mark) {
    case '{': open_brace(scan, at, called); break;
    case '(': push(scan, at, ')'); break;
    case '[': push(scan, at, ']'); break;
    case '}':
    case ')':
    case ']': close_frame(scan, at, mark); break;
    default: break;
    }
}

static void scan_keyword(struct scan *scan, size_t at, char mark)
{
    switch (mark) {
    case 'f':
    case 'b': push(scan, at, 'e'); break;
    case 'r': push(scan, at, 'u'); break;
    case 'e':
    case 'u': close_frame(scan, at, mark); break;
    default: break;
    }
}

static void scan_token(struct scan *scan, size_t at)
{
    const struct token *token = token_at(scan, at);
    struct frame *frame = top(scan);
    bool closes = token->kind == TOKEN_MARK && strchr("})]", token->mark);
    if (frame && frame->closer == '}' && !closes && !scan->bare)
        scan_entry(scan, frame, at);
    scan->bare = scan->bare && token->kind == TOKEN_STRING;
    if (token->kind == TOKEN_NAME)
        scan->bare = !check_braces(scan, at);
    bool called = scan->called;
    scan->called =
        lexer_is_mark(token, '}') && top(scan) && top(scan)->call && !top(scan)->word;
    if (token->kind == TOKEN_MARK)
        scan_mark(scan, at, token->mark, called);
    else if (token->kind == TOKEN_KEYWORD)
        scan_keyword(scan, at, token->mark);
}

static void scan_tokens(struct scan *scan)
{
    for (size_t at = 0; at < scan->lexed->count && !scan->too_deep; at++)
        scan_token(scan, at);
    for (size_t depth = scan->too_deep ? 0 : scan->depth; depth > 0; depth--)
        if (depth == scan->depth || scan->frames[depth - 1].stray)
            report_unclosed(scan, &scan->frames[depth - 1]);
}

bool source_scan(const struct source *source, const struct eval_word *words, size_t word_count,
                 struct findings *findings)
{
    size_t errors = findings->errors;
    struct arena *arena = arena_new();
    struct scan scan = {.lexed = lexer_read(arena, source),
                        .words = words,
                        .word_count = word_count,
                        .findings = findings};
    bool torn = report_odds(&scan);
    if (!torn)
        scan_tokens(&scan);
    while (scan.depth)
        pop(&scan);
    free(scan.frames);
    arena_free(arena);
    return findings->errors == errors;
}
