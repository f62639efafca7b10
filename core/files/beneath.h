/*
 * Opening what a plan names: only regular files beneath a folder that the caller holds open, never
 * through ".." or a link that leaves it. A FIFO or device neither blocks nor is read. The file is
 * read once, whole, so that a change under way is not seen half (nor kills us, as with mmap).
 */
#ifndef FILES_BENEATH_H
#define FILES_BENEATH_H

#include "base/err.h"

#include <stddef.h>

/** Opens `name` beneath the folder `directory` for reading. The descriptor, close-on-exec, is the
 * caller's; ERR_NOT_FOUND, ERR_INVALID (leads out of the folder) or ERR_IO. */
int beneath_open(int directory, const char *name, struct err *err);

/** Reads an open regular file of at most `most` bytes. `*bytes` is malloc'ed, NUL-terminated and
 * the caller's. ERR_LIMIT when it is larger, ERR_INVALID when it is no regular file. */
int beneath_read(int descriptor, const char *name, size_t most, char **bytes, size_t *length,
                 struct err *err);

#endif
