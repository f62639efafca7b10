/*
 * Kept files: the bytes that units handed in, beside a plan's store, each once, named by its SHA-256:
 * `<state folder>/<store name>.files/ab/abcdef…`. Whoever may read the store may read them (folders
 * 0700, files 0600). A file is written under another name, synced and renamed, and its folder synced,
 * before a fact speaks of it: a crash leaves a file that no fact knows, never a fact without its
 * file. Nothing here is ever removed but what a crash left half written.
 */
#ifndef FILES_KEPT_H
#define FILES_KEPT_H

#include "base/err.h"
#include "base/lang.h"

#include <stddef.h>

enum { KEPT_MOST = 64 << 20 }; /* bytes of a file */

/** Keeps bytes beneath `folder` ("….files", made when it is not there). A file that is there with the same
 * bytes is left as it is; one that is not whole is replaced. */
int kept_put(const char *folder, const char *sha256, const void *bytes, size_t length,
             enum lang lang, struct err *err);

/** Reads a kept file; `*bytes` is malloc'ed, NUL-terminated and the caller's. ERR_NOT_FOUND when it
 * is not there, ERR_INVALID when its bytes do not have that hash, ERR_IO. */
int kept_read(const char *folder, const char *sha256, enum lang lang, char **bytes,
              size_t *length, struct err *err);

/** Keeps beneath `to` what is kept beneath `from`, by another name of the same file, where that can be,
 * else by a copy, checked by its hash. ERR_NOT_FOUND when it is not there. */
int kept_link(const char *from, const char *to, const char *sha256, enum lang lang,
              struct err *err);

/** Gets the name of a kept file; a negative code ends it. */
typedef int (*kept_reader)(void *context, const char *sha256, struct err *err);

/** All files beneath the folder that have the name of a hash, in no order; none when the folder is not
 * there. */
int kept_list(const char *folder, kept_reader reader, void *context, struct err *err);

#endif
