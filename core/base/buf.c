#include "base/buf.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *buf)
{
    if (!buf)
        return;
    free(buf->bytes);
    *buf = (struct buf){0};
}

static void reserve(struct buf *buf, size_t more)
{
    if (more < buf->room - buf->length)
        return;
    size_t room = buf->room ? buf->room : 256;
    if (more > PTRDIFF_MAX - room)
        mem_exhausted();
    while (more >= room - buf->length)
        room *= 2;
    buf->bytes = mem_resize(buf->bytes, room, 1);
    buf->room = room;
}

void buf_add(struct buf *buf, const void *bytes, size_t length)
{
    reserve(buf, length);
    if (length)
        memcpy(buf->bytes + buf->length, bytes, length);
    buf->length += length;
    buf->bytes[buf->length] = '\0';
}

void buf_adds(struct buf *buf, const char *string)
{
    buf_add(buf, string, strlen(string));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length > 0) {
        reserve(buf, (size_t)length);
        vsnprintf(buf->bytes + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
}

void buf_add_varint(struct buf *buf, uint64_t number)
{
    unsigned char bytes[10];
    size_t count = 0;
    do {
        bytes[count] = (unsigned char)(number & 0x7f);
        number >>= 7;
        if (number)
            bytes[count] |= 0x80;
        count++;
    } while (number);
    buf_add(buf, bytes, count);
}
