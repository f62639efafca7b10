/*
 * Which scripts a service has: files, and folders of them such as plans.d. Of a folder all *.lua, in the order
 * of their names; what is hidden, an editor's copy (~) or no file is none. Nothing is read of them here.
 */
#ifndef SERVICE_SCRIPTS_H
#define SERVICE_SCRIPTS_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scripts {
    const char **paths; /* the arena's */
    size_t count, room;
};

/** Adds the scripts of a file or folder, in the arena; a file whether it is there or not, none twice.
 * ERR_IO = a folder that cannot be read: what was added stands. */
int scripts_add(struct scripts *scripts, const char *path, struct arena *arena,
                struct err *err);

/** The index of a path, SIZE_MAX = it is not there. */
size_t scripts_find(const struct scripts *scripts, const char *path);

#endif
