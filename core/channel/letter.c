#include "channel/letter.h"

#include "base/base64.h"
#include "base/utf8.h"

#include <string.h>
#include <time.h>

enum {
    LINE_MOST = 76,
    WORD_MOST = 75,  /* of an encoded word, RFC 2047 section 2 */
    WORD_FRAME = 12, /* =?UTF-8?B??= */
    LOCAL_MOST = 64, /* in front of the @, RFC 5321 section 4.5.3.1 */
    LABEL_MOST = 63,
    BODY_BYTES = LINE_MOST / 4 * 3,
    SUBJECT_MOST = 2000, /* bytes; what is longer is cut */
};

/* ---- addresses -------------------------------------------------------------------------------- */

static bool is_alnum(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

static bool is_atom(char byte)
{
    return is_alnum(byte) || (byte && strchr("!#$%&'*+-/=?^_`{|}~", byte));
}

/* Dots only between atoms. */
static bool is_local(const char *text, size_t length)
{
    if (length == 0 || length > LOCAL_MOST || text[0] == '.' || text[length - 1] == '.')
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] == '.' ? text[i + 1] == '.' : !is_atom(text[i]))
            return false;
    return true;
}

static bool is_host(const char *text)
{
    size_t label = 0, labels = 1;
    for (const char *at = text; *at; at++) {
        bool edge = label == 0 || !at[1] || at[1] == '.';
        if (*at == '.') {
            if (label == 0)
                return false;
            label = 0;
            labels++;
        } else if ((!is_alnum(*at) && (*at != '-' || edge)) || ++label > LABEL_MOST) {
            return false;
        }
    }
    return label > 0 && (labels > 1 || strcmp(text, "localhost") == 0);
}

bool letter_address(const char *text)
{
    const char *at = strrchr(text, '@');
    return at && strlen(text) <= LETTER_ADDRESS_MOST && is_local(text, (size_t)(at - text)) &&
           is_host(at + 1);
}

static const char *skip_space(const char *text)
{
    return text + strspn(text, " \t");
}

/* `length` bytes without the space around them and without a pair of quotes. */
static bool copy_trimmed(const char *text, size_t length, char *out, size_t most)
{
    const char *begin = skip_space(text), *end = text + length;
    while (end > begin && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (end - begin >= 2 && *begin == '"' && end[-1] == '"') {
        begin++;
        end--;
    }
    if (end < begin || (size_t)(end - begin) > most)
        return false;
    memcpy(out, begin, (size_t)(end - begin));
    out[end - begin] = '\0';
    return true;
}

int letter_mailbox(const char *text, struct mailbox *out, struct err *err)
{
    struct mailbox box = {.name = ""};
    size_t length = strlen(text);
    const char *open = strchr(text, '<');
    bool good;
    while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    if (open)
        good = length && text[length - 1] == '>' &&
               copy_trimmed(text, (size_t)(open - text), box.name, LETTER_NAME_MOST) &&
               copy_trimmed(open + 1, (size_t)(text + length - 1 - open - 1), box.address,
                            LETTER_ADDRESS_MOST);
    else
        good = copy_trimmed(text, length, box.address, LETTER_ADDRESS_MOST);
    size_t named = strlen(box.name);
    if (!good || !letter_address(box.address) || utf8_valid(box.name, named) != named ||
        utf8_has_control(box.name, named) || strpbrk(box.name, "\t\n"))
        return err_set(err, ERR_INVALID, "not of the form \"name <address>\" or an address");
    *out = box;
    return 0;
}

/* ---- headers ---------------------------------------------------------------------------------- */

/* Nothing but letters, digits, what stands in `also`, and single spaces between them: it may stand as it is,
 * and means the same to everybody. */
static bool is_simple(const struct buf *text, const char *also)
{
    char before = ' ';
    for (size_t i = 0; i < text->length; i++) {
        char byte = text->bytes[i];
        if (byte == ' ' ? before == ' ' : !is_alnum(byte) && !strchr(also, byte))
            return false;
        before = byte;
    }
    return text->length == 0 || before != ' ';
}

/* Encoded words, each in a line of its own; `column` = what stands in the first line already. The column
 * behind the last. */
static size_t add_words(struct buf *out, const struct buf *text, size_t column)
{
    for (size_t at = 0; at < text->length;) {
        size_t room = LINE_MOST - column < WORD_MOST ? LINE_MOST - column : WORD_MOST;
        size_t most = (room - WORD_FRAME) / 4 * 3, before = out->length;
        size_t size = utf8_cut_cluster(text->bytes + at, text->length - at, most);
        buf_adds(out, "=?UTF-8?B?");
        base64_add(out, text->bytes + at, size);
        buf_adds(out, "?=");
        at += size;
        column += out->length - before;
        if (at < text->length) {
            buf_adds(out, "\r\n ");
            column = 1;
        }
    }
    return column;
}

/* One line of valid text without what would be obeyed, of at most `most` bytes. */
static struct buf cleaned(const char *text, size_t most)
{
    struct buf clean = {0};
    utf8_add_plain(&clean, text);
    buf_add(&clean, "", 0);
    if (clean.length > most) {
        clean.length = utf8_cut_cluster(clean.bytes, clean.length, most - 3);
        buf_adds(&clean, "…");
    }
    return clean;
}

static void add_box(struct buf *out, const char *header, const char *name, const char *address)
{
    struct buf clean = cleaned(name, LETTER_NAME_MOST);
    size_t column = strlen(header);
    buf_adds(out, header);
    if (is_simple(&clean, "") && column + clean.length <= LINE_MOST) {
        buf_add(out, clean.bytes, clean.length);
        column += clean.length;
    } else {
        column = add_words(out, &clean, column);
    }
    if (clean.length)
        buf_adds(out, column + strlen(address) + 3 > LINE_MOST ? "\r\n " : " ");
    buf_printf(out, clean.length ? "<%s>\r\n" : "%s\r\n", address);
    buf_free(&clean);
}

static void add_subject(struct buf *out, const char *subject)
{
    static const char header[] = "Subject: ";
    struct buf clean = cleaned(subject, SUBJECT_MOST);
    buf_adds(out, header);
    if (is_simple(&clean, ".,:;!()/+-_'\"") && sizeof header - 1 + clean.length <= LINE_MOST)
        buf_add(out, clean.bytes, clean.length);
    else
        add_words(out, &clean, sizeof header - 1);
    buf_adds(out, "\r\n");
    buf_free(&clean);
}

/* In the zone of the product, and in English whatever the locale is. */
static void add_date(struct buf *out, int64_t sent_ms)
{
    enum { ZONE_S = 8 * 3600 };
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t time_s = (time_t)(sent_ms / 1000 + ZONE_S);
    struct tm when = {0};
    gmtime_r(&time_s, &when);
    buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0800\r\n", days[when.tm_wday],
               when.tm_mday, months[when.tm_mon], when.tm_year + 1900, when.tm_hour,
               when.tm_min, when.tm_sec);
}

/* ---- the body --------------------------------------------------------------------------------- */

/* Line ends as CRLF, which is what base64 of a text stands for. */
static struct buf with_line_ends(const char *text)
{
    struct buf out = {0};
    while (*text) {
        size_t length = strcspn(text, "\r\n");
        buf_add(&out, text, length);
        text += length;
        if (*text)
            buf_adds(&out, "\r\n");
        text += text[0] == '\r' && text[1] == '\n' ? 2 : *text != '\0';
    }
    if (out.length && out.bytes[out.length - 1] != '\n')
        buf_adds(&out, "\r\n");
    return out;
}

static void add_body(struct buf *out, const char *text)
{
    struct buf body = with_line_ends(text);
    for (size_t at = 0; at < body.length; at += BODY_BYTES) {
        size_t left = body.length - at;
        base64_add(out, body.bytes + at, left < BODY_BYTES ? left : BODY_BYTES);
        buf_adds(out, "\r\n");
    }
    buf_free(&body);
}

static bool is_id(const char *id)
{
    size_t length = 0;
    while (is_alnum(id[length]) || id[length] == '-' || id[length] == '_')
        length++;
    return length > 0 && length <= LOCAL_MOST && !id[length];
}

int letter_write(struct buf *out, const struct letter *letter, struct err *err)
{
    if (!letter_address(letter->from->address) || !letter_address(letter->to))
        return err_set(err, ERR_INVALID, "the address is not a mail address");
    if (!is_id(letter->id))
        return err_set(err, ERR_INVALID, "its id cannot stand in a header");
    add_date(out, letter->sent_ms);
    add_box(out, "From: ", letter->from->name, letter->from->address);
    add_box(out, "To: ", letter->to_name, letter->to);
    add_subject(out, letter->subject);
    buf_printf(out, "Message-ID: <%s%s>\r\n", letter->id, strrchr(letter->from->address, '@'));
    buf_adds(out, "Auto-Submitted: auto-generated\r\n"
                  "MIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=UTF-8\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n");
    add_body(out, letter->text);
    return 0;
}
