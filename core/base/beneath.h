/*
 * Opening what a plan names: only regular files beneath a folder that the caller holds open, never
 * through ".." or a link that leaves it. A FIFO or device neither blocks nor is read. The file is
 * read once, whole, so that a change under way is not seen half (nor kills us, as with mmap).
 */
#ifndef BASE_BENEATH_H
#define BASE_BENEATH_H

#include "base/err.h"
#include "base/lang.h"

#include <stddef.h>

/** Opens the regular file `path` beneath the open folder for reading. A descriptor, close-on-exec,
 * the caller's; or -1 and errno, for which beneath_why has the words. */
int beneath_open(int folder, const char *path);

/** Why beneath_open failed, as a clause for people. */
const char *beneath_why(int error, enum lang lang);

/** Reads an open file of at most `most` bytes. `*bytes` is malloc'ed, NUL-terminated and the
 * caller's. ERR_LIMIT when it is larger, ERR_IO. */
int beneath_read(int descriptor, const char *name, size_t most, char **bytes, size_t *length,
                 struct err *err);

#endif
