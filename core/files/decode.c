#include "files/decode.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

enum { ENOUGH_HAN = 2 };

/* True when valid UTF-8 holds a couple of characters U+3000…U+9FFF. Chinese in GB18030 hardly ever
 * looks like that, so they say that the text means to be UTF-8. */
static bool has_han(const char *bytes, size_t length)
{
    int count = 0;
    for (size_t i = 0; i < length && count < ENOUGH_HAN; i++)
        count += (unsigned char)bytes[i] >= 0xe3 && (unsigned char)bytes[i] <= 0xe9;
    return count == ENOUGH_HAN;
}

static enum decoded from_gb18030(char **bytes, size_t *length, size_t *at)
{
    iconv_t converter = iconv_open("UTF-8", "GB18030");
    if (converter == (iconv_t)-1)
        return DECODE_UNKNOWN;
    /* The worst case is a two-byte character that becomes three bytes. */
    size_t room = *length + *length / 2 + 16, left = *length, space = room;
    char *block = mem_resize(NULL, room + 1, 1), *in = *bytes, *out = block;
    size_t converted = iconv(converter, &in, &left, &out, &space);
    iconv_close(converter);
    if (converted == (size_t)-1 || left) {
        *at = *length - left;
        free(block);
        return DECODE_UNKNOWN;
    }
    *length = room - space;
    block[*length] = '\0';
    free(*bytes);
    *bytes = block;
    return DECODED_GB18030;
}

enum decoded decode_text(char **bytes, size_t *length, size_t *at)
{
    static const char mark[] = "\xef\xbb\xbf";
    const size_t mark_length = sizeof mark - 1;
    const char *nul = memchr(*bytes, '\0', *length);
    if (nul) {
        *at = (size_t)(nul - *bytes);
        return DECODE_NUL;
    }
    bool marked = *length >= mark_length && memcmp(*bytes, mark, mark_length) == 0;
    size_t valid = utf8_valid(*bytes, *length);
    if (valid < *length) {
        *at = valid;
        if (marked || has_han(*bytes, valid))
            return DECODE_BROKEN_UTF8;
        return from_gb18030(bytes, length, at);
    }
    if (marked) {
        *length -= mark_length;
        memmove(*bytes, *bytes + mark_length, *length + 1);
    }
    return DECODED_UTF8;
}

const char *decode_problem(enum decoded result, enum lang lang)
{
    if (result == DECODE_BROKEN_UTF8)
        return TR(lang, "bytes that are no UTF-8", "此处的字节不是合格的 UTF-8");
    if (result == DECODE_NUL)
        return TR(lang, "a NUL byte: the file is UTF-16 or no text; save it as UTF-8",
                  "含有 NUL 字节：文件是 UTF-16 或不是文本，请另存为 UTF-8");
    return TR(lang, "neither UTF-8 nor GB18030", "既不是 UTF-8 也不是 GB18030 编码");
}
