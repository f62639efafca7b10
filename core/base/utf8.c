#include "base/utf8.h"

#include "base/buf.h"

#include <string.h>

#include <utf8proc.h>

static size_t sequence(const unsigned char *at, size_t length, uint32_t *code)
{
    unsigned char first = at[0];
    if (first < 0x80) {
        *code = first;
        return 1;
    }
    size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || size > length)
        return 0;
    uint32_t value = first & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (at[i] & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *code = value;
    return size;
}

size_t utf8_next(const char *bytes, size_t length, uint32_t *code)
{
    return length ? sequence((const unsigned char *)bytes, length, code) : 0;
}

/* Length of the ASCII at the start, in steps of eight bytes: what is skipped without looking. */
static size_t ascii_run(const char *bytes, size_t length)
{
    size_t at = 0;
    uint64_t word;
    for (; length - at >= sizeof word; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        if (word & 0x8080808080808080u)
            break;
    }
    return at;
}

/* True for three bytes U+3000…U+CFFF or U+E000…U+FFFF, nearly all of Chinese: any continuation is
 * valid behind these leads. */
static bool is_plain_three(const unsigned char *at, size_t length)
{
    return at[0] >= 0xe3 && at[0] <= 0xef && at[0] != 0xed && length >= 3 &&
           (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80;
}

size_t utf8_valid(const char *bytes, size_t length)
{
    size_t at = 0;
    uint32_t code;
    while (at < length) {
        const unsigned char *next = (const unsigned char *)bytes + at;
        if (*next < 0x80) {
            size_t run = ascii_run(bytes + at, length - at);
            at += run ? run : 1;
        } else if (is_plain_three(next, length - at)) {
            at += 3;
        } else {
            size_t size = sequence(next, length - at, &code);
            if (!size)
                break;
            at += size;
        }
    }
    return at;
}

size_t utf8_cut(const char *bytes, size_t length, size_t most)
{
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)bytes[most] & 0xc0) == 0x80)
        most--;
    return most;
}

/* Columns of the grapheme cluster at `bytes`; its size goes to `*size`. The widest character of a
 * cluster decides, so that combining marks and joiners add nothing. */
static size_t cluster(const char *bytes, size_t length, size_t *size)
{
    uint32_t code = 0, next;
    utf8proc_int32_t state = 0;
    size_t at = utf8_next(bytes, length, &code), step;
    if (!at) {
        *size = 1;
        return 1;
    }
    int width = utf8proc_charwidth((utf8proc_int32_t)code);
    while ((step = utf8_next(bytes + at, length - at, &next)) != 0 &&
           !utf8proc_grapheme_break_stateful((utf8proc_int32_t)code, (utf8proc_int32_t)next,
                                             &state)) {
        int more = utf8proc_charwidth((utf8proc_int32_t)next);
        width = more > width ? more : width;
        at += step;
        code = next;
    }
    *size = at;
    return width > 0 ? (size_t)width : 0;
}

size_t utf8_cut_cluster(const char *bytes, size_t length, size_t most)
{
    size_t at = 0, size;
    if (length <= most)
        return length;
    for (; at < length; at += size) {
        cluster(bytes + at, length - at, &size);
        if (size > most - at)
            break;
    }
    return at ? at : utf8_cut(bytes, length, most);
}

size_t utf8_width(const char *bytes, size_t length)
{
    size_t columns = 0;
    for (size_t at = 0, size; at < length; at += size)
        columns += cluster(bytes + at, length - at, &size);
    return columns;
}

size_t utf8_fit(const char *bytes, size_t length, size_t columns)
{
    size_t at = 0, used = 0;
    while (at < length) {
        size_t size, width = cluster(bytes + at, length - at, &size);
        if (used + width > columns)
            break;
        used += width;
        at += size;
    }
    return at;
}

static bool is_control(uint32_t code)
{
    if (code < 0x20)
        return code != '\t' && code != '\n';
    return (code >= 0x7f && code <= 0x9f) || code == 0x61c || code == 0x200e ||
           code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

bool utf8_has_control(const char *bytes, size_t length)
{
    uint32_t code = 0;
    for (size_t at = 0, size; at < length; at += size) {
        const unsigned char *next = (const unsigned char *)bytes + at;
        size = *next >= 0x20 && *next < 0x7f ? 1 : is_plain_three(next, length - at) ? 3 : 0;
        if (size)
            continue;
        size = sequence(next, length - at, &code);
        if (!size || is_control(code))
            return true;
    }
    return false;
}

void utf8_add_plain(struct buf *out, const char *text)
{
    size_t length = strlen(text);
    for (size_t at = 0, size; at < length; at += size) {
        uint32_t code = 0;
        size = utf8_next(text + at, length - at, &code);
        if (!size) {
            buf_printf(out, "\\x%02x", (unsigned char)text[at]);
            size = 1;
        } else if (code == '\n' || code == '\t') {
            buf_adds(out, " ");
        } else if (utf8_has_control(text + at, size)) {
            buf_printf(out, "\\u%04x", (unsigned)code);
        } else {
            buf_add(out, text + at, size);
        }
    }
}
