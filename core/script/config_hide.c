/* What looks like a secret does not belong into a configuration, which is read by many and shown in findings. */

#include "script/config_state.h"
#include "script/lexer.h"

#include <ctype.h>
#include <string.h>

enum { SECRET_PATH_LONGEST = 1024 };

static bool is_base64(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '+' || c == '/' || c == '=' || c == '-' || c == '_';
}

static bool starts(const char *text, size_t size, const char *with)
{
    size_t length = strlen(with);
    return size >= length && memcmp(text, with, length) == 0;
}

/* The key of a Standard Webhook: how long is it, 0 = it is none. */
static size_t webhook_key(const char *text, size_t size)
{
    static const char prefix[] = "whsec_";
    size_t length = sizeof prefix - 1;
    if (!starts(text, size, prefix))
        return 0;
    while (length < size && is_base64(text[length]))
        length++;
    return length >= sizeof prefix - 1 + 8 ? length : 0;
}

/* "user:password@" of a URL, behind its "://". */
static size_t userinfo(const char *text, size_t size)
{
    if (!starts(text, size, "://"))
        return 0;
    for (size_t i = 3; i < size && !strchr("/?#\"'`<> \t\n", text[i]); i++)
        if (text[i] == '@')
            return i;
    return 0;
}

/* The value behind "?key=" and its like; `*skip` is the length of what stands before it. */
static size_t query(const char *text, size_t size, size_t *skip)
{
    static const char *const names[] = {"key=",      "token=",  "access_token=", "secret=",
                                        "password=", "passwd=", "sign=",         "signature="};
    if (!size || (text[0] != '?' && text[0] != '&'))
        return 0;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        if (!starts(text + 1, size - 1, names[n]))
            continue;
        *skip = 1 + strlen(names[n]);
        size_t end = *skip;
        while (end < size && !strchr("&#\"'`<> \t\n", text[end]))
            end++;
        return end - *skip;
    }
    return 0;
}

bool config_is_secret(const char *text, size_t size, size_t *at, size_t *length)
{
    for (size_t i = 0; i < size; i++) {
        size_t skip = 0, found = webhook_key(text + i, size - i);
        if (!found && (found = userinfo(text + i, size - i)) > 0) {
            skip = 3;
            found -= skip;
        }
        if (!found)
            found = query(text + i, size - i, &skip);
        if (!found)
            continue;
        *at = i + skip;
        *length = found;
        return true;
    }
    return false;
}

static struct place place_at(const struct source *source, size_t at, size_t length)
{
    struct place place = {.source = source, .line = 1, .length = (uint32_t)length};
    size_t start = 0;
    for (size_t i = 0; i < at; i++)
        if (source->text[i] == '\n') {
            place.line++;
            start = i + 1;
        }
    place.column = (uint32_t)(at - start) + 1;
    return place;
}

bool config_hide_secrets(struct config_text *text, struct findings *findings)
{
    bool fine = true;
    size_t from = 0, size = text->source->length, at, length;
    while (config_is_secret(text->text + from, size - from, &at, &length)) {
        from += at;
        finding_add(findings, SEVERITY_ERROR, "secret-in-configuration",
                    place_at(text->source, from, length), "%s",
                    TR(findings->lang, "a secret stands in the configuration",
                       "配置文件里写了密钥或密码"))
            ->help =
            TR(findings->lang,
               "put it into a file that only the service may read, secrets/NAME beside "
               "the configuration or a systemd credential, and write NAME; whoever has "
               "read this file knows it, so change it",
               "请存入只有服务能读的文件（配置文件旁的 secrets/名称，或 systemd 凭据），"
               "这里只写名称；看过本文件的人都已知道它，请同时更换");
        memset(text->text + from, '*', length);
        from += length;
        fine = false;
    }
    return fine;
}

void config_hide(struct config_text *text, const struct place *place)
{
    char *line = text->text, *end = text->text + text->source->length;
    if (place->source != text->source || !place->line)
        return;
    for (uint32_t i = 1; line && i < place->line; i++) {
        line = memchr(line, '\n', (size_t)(end - line));
        line = line ? line + 1 : NULL;
    }
    if (!line)
        return;
    char *stop = memchr(line, '\n', (size_t)(end - line));
    size_t size = (size_t)((stop ? stop : end) - line), from = 0, length = size;
    if (place->column && place->length > 2 && place->column - 1 + place->length <= size) {
        from = place->column;
        length = place->length - 2;
    }
    for (size_t i = from; i < from + length; i++)
        if (line[i] != ' ' || length < size)
            line[i] = '*';
}

/* ---- names -------------------------------------------------------------------------------------- */

/* Long, or of the form of an UUID, as keys of robots are. */
static bool looks_generated(const char *text, size_t length)
{
    size_t dashes = 0, digits = 0, odd = 0;
    for (size_t i = 0; i < length; i++) {
        dashes += text[i] == '-';
        digits += isdigit((unsigned char)text[i]) != 0;
        odd += !isxdigit((unsigned char)text[i]) && text[i] != '-';
    }
    return length > 40 || (length == 36 && dashes == 4) ||
           (length >= 24 && digits >= 4 && odd == 0);
}

bool config_is_secret_name(const char *text, size_t length)
{
    if (length && text[0] == '/')
        return length <= SECRET_PATH_LONGEST && !memmem(text, length, "/../", 4);
    if (length == 0 || !isalnum((unsigned char)text[0]) || length > 64 ||
        looks_generated(text, length))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i]))
            return false;
    return true;
}

static bool continues(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The literal of `password = "…"` and its like, but its first and last character: quotes, perhaps Chinese ones. */
static void hide_literal(struct config_text *text, const struct token *literal)
{
    char *at = text->text + literal->start;
    size_t begin = 1, end = literal->length - 1;
    while (begin < literal->length && continues(at[begin]))
        begin++;
    while (end > begin && continues(at[end]))
        end--;
    if (end <= begin || config_is_secret_name(at + begin, end - begin))
        return;
    for (size_t i = begin; i < end; i++)
        if (at[i] != '\n')
            at[i] = '*';
}

void config_hide_literals(struct arena *arena, struct config_text *text)
{
    static const char *const keys[] = {"password", "secret", "key"};
    const struct lexed *lexed = lexer_read(arena, text->source);
    for (size_t i = 0; i + 2 < lexed->count; i++) {
        const struct token *token = &lexed->tokens[i];
        if (token->kind != TOKEN_NAME || !lexer_is_mark(token + 1, '=') ||
            token[2].kind != TOKEN_STRING)
            continue;
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            if (lexer_is(lexed, token, keys[k]))
                hide_literal(text, token + 2);
    }
}
