#include "base/base64.h"

#include "base/buf.h"

#include <stdint.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_add(struct buf *out, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (; length; at += 3) {
        size_t count = length < 3 ? length : 3;
        uint32_t word = (uint32_t)at[0] << 16 | (count > 1 ? (uint32_t)at[1] << 8 : 0) |
                        (count > 2 ? at[2] : 0);
        char text[4] = {digits[word >> 18], digits[word >> 12 & 63],
                        count > 1 ? digits[word >> 6 & 63] : '=',
                        count > 2 ? digits[word & 63] : '='};
        buf_add(out, text, sizeof text);
        length -= count;
    }
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters into at most three bytes; the number of bytes, 0 where they are wrong. */
static size_t read_four(const char *text, bool last, unsigned char bytes[3])
{
    uint32_t word = 0;
    size_t pads = last && text[3] == '=' ? 1 + (text[2] == '=') : 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i >= 4 - pads ? 0 : value_of(text[i]);
        if (value < 0)
            return 0;
        word = word << 6 | (uint32_t)value;
    }
    if (pads && word & (pads == 2 ? 0xffff : 0xff))
        return 0;
    bytes[0] = (unsigned char)(word >> 16);
    bytes[1] = (unsigned char)(word >> 8);
    bytes[2] = (unsigned char)word;
    return 3 - pads;
}

bool base64_read(struct buf *out, const char *text, size_t length)
{
    size_t before = out->length;
    bool good = length % 4 == 0;
    for (size_t at = 0; good && at < length; at += 4) {
        unsigned char bytes[3];
        size_t count = read_four(text + at, at + 4 == length, bytes);
        good = count > 0;
        buf_add(out, bytes, count);
    }
    if (!good && out->bytes)
        out->bytes[out->length = before] = '\0';
    return good;
}
