/*
 * A zip archive in memory, read as the parts of an office document: by name, streamed, nothing
 * written. For what people send: every bound below holds before memory or time is spent, and what
 * honest programs never write is refused with a clear word – passwords, split archives, methods but
 * store and deflate, two parts of one name, names that leave a folder, parts that overlap, sizes that
 * lie. Decoding is minizip's; it sees only the bytes it is given. Knows nothing of XML.
 */
#ifndef FILES_ZIP_H
#define FILES_ZIP_H

#include "base/err.h"
#include "base/lang.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zip_limits {
    uint32_t parts; /* in the archive */
    uint64_t part;  /* bytes of one part, unpacked */
    uint64_t total; /* bytes unpacked over the life of the reader */
    uint32_t
        ratio; /* unpacked to packed bytes of a part, asked once `ratio_from` are unpacked */
    uint64_t ratio_from;
};

/** 10,000 parts, 512 MiB a part, 1 GiB in all, 200 to 1 from 4 MiB on. */
extern const struct zip_limits zip_limits_default;

struct zip;

/** Opens an archive whose bytes stay the caller's and outlive the reader; `shown` is its name in
 * messages, in `lang`; `limits` may be NULL. The caller frees `*out`. ERR_INVALID, ERR_LIMIT. */
int zip_open(const char *bytes, size_t length, const char *shown, enum lang lang,
             const struct zip_limits *limits, struct zip **out, struct err *err);

/** Frees the reader, NULL too. */
void zip_free(struct zip *zip);

/** The name (no longer than a message bears) and language given to zip_open, for messages. */
const char *zip_shown(const struct zip *zip);
enum lang zip_lang(const struct zip *zip);

enum { ZIP_PLAIN_ROOM = 84 };

/** Writes the name of a part, which may be any bytes, as a message can have it; returns `plain`. */
const char *zip_plain(char plain[ZIP_PLAIN_ROOM], const char *part);

/** True when there is such a part; letters are compared without case, as OPC asks. */
bool zip_has(const struct zip *zip, const char *part);

/** Begins to read a part; only one at a time. ERR_NOT_FOUND, ERR_INVALID. */
int zip_begin(struct zip *zip, const char *part, struct err *err);

/** The next bytes of the part: how many (at most `room`, which is at most INT_MAX), 0 at its end,
 * where its checksum was right, or ERR_INVALID, ERR_LIMIT. */
int zip_take(struct zip *zip, char *bytes, size_t room, struct err *err);

/** Ends reading a part, also in its middle. */
void zip_end(struct zip *zip);

#endif
