/*
 * Archives for tests, written part by part, honest or not: whatever a header says can be told
 * otherwise. For one archive a test; the bytes are the kit's until zip_kit_free.
 */
#ifndef TESTS_ZIP_KIT_H
#define TESTS_ZIP_KIT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

struct zip_kit {
    struct buf bytes, directory;
    unsigned parts;
};

/* What a part's headers say, each 0 = the truth. */
struct zip_lie {
    unsigned flags, method, disk;
    unsigned long crc, packed, unpacked;
    bool store;        /* packed by storing */
    const char *extra; /* extra field of the directory's entry */
    size_t extra_length;
};

static inline void zip_kit_number(struct buf *out, unsigned long number, int bytes)
{
    for (int i = 0; i < bytes; i++, number >>= 8)
        buf_add(out, &(char){(char)(number & 0xff)}, 1);
}

/* From "version needed" to the length of the name, as both headers have it. */
static inline void zip_kit_facts(struct buf *out, const char *name, const struct zip_lie *lie)
{
    zip_kit_number(out, 20, 2);
    zip_kit_number(out, lie->flags, 2);
    zip_kit_number(out, lie->method, 2);
    zip_kit_number(out, 0, 4);
    zip_kit_number(out, lie->crc, 4);
    zip_kit_number(out, lie->packed, 4);
    zip_kit_number(out, lie->unpacked, 4);
    zip_kit_number(out, strlen(name), 2);
}

static inline void zip_kit_deflate(struct buf *out, const void *bytes, size_t length)
{
    z_stream stream = {0};
    unsigned char chunk[4096];
    if (deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)length;
    do {
        stream.next_out = chunk;
        stream.avail_out = sizeof chunk;
        deflate(&stream, Z_FINISH);
        buf_add(out, chunk, sizeof chunk - stream.avail_out);
    } while (stream.avail_out == 0);
    deflateEnd(&stream);
}

static inline void zip_kit_lie(struct zip_kit *kit, const char *name, const void *bytes,
                               size_t length, struct zip_lie lie)
{
    struct buf packed = {0};
    size_t at = kit->bytes.length;
    if (lie.store)
        buf_add(&packed, bytes, length);
    else
        zip_kit_deflate(&packed, bytes, length);
    lie.method = lie.method ? lie.method : lie.store ? 0 : 8;
    lie.crc = lie.crc ? lie.crc : crc32(0, bytes, (uInt)length);
    lie.packed = lie.packed ? lie.packed : packed.length;
    lie.unpacked = lie.unpacked ? lie.unpacked : length;
    buf_add(&kit->bytes, "PK\3\4", 4);
    zip_kit_facts(&kit->bytes, name, &lie);
    zip_kit_number(&kit->bytes, 0, 2);
    buf_adds(&kit->bytes, name);
    buf_add(&kit->bytes, packed.bytes, packed.length);
    buf_add(&kit->directory, "PK\1\2", 4);
    zip_kit_number(&kit->directory, 20, 2);
    zip_kit_facts(&kit->directory, name, &lie);
    zip_kit_number(&kit->directory, lie.extra_length, 2);
    zip_kit_number(&kit->directory, 0, 2);
    zip_kit_number(&kit->directory, lie.disk, 2);
    zip_kit_number(&kit->directory, 0, 6);
    zip_kit_number(&kit->directory, at, 4);
    buf_adds(&kit->directory, name);
    buf_add(&kit->directory, lie.extra, lie.extra_length);
    kit->parts++;
    buf_free(&packed);
}

static inline void zip_kit_add(struct zip_kit *kit, const char *name, const char *text)
{
    zip_kit_lie(kit, name, text, strlen(text), (struct zip_lie){0});
}

/* Ends the archive; its bytes are kit->bytes. */
static inline void zip_kit_end(struct zip_kit *kit)
{
    size_t at = kit->bytes.length;
    buf_add(&kit->bytes, kit->directory.bytes, kit->directory.length);
    buf_add(&kit->bytes, "PK\5\6\0\0\0\0", 8);
    zip_kit_number(&kit->bytes, kit->parts, 2);
    zip_kit_number(&kit->bytes, kit->parts, 2);
    zip_kit_number(&kit->bytes, kit->directory.length, 4);
    zip_kit_number(&kit->bytes, at, 4);
    zip_kit_number(&kit->bytes, 0, 2);
}

static inline void zip_kit_free(struct zip_kit *kit)
{
    buf_free(&kit->bytes);
    buf_free(&kit->directory);
    *kit = (struct zip_kit){0};
}

#endif
