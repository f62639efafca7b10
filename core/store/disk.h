/*
 * The disk under a store, for store/ and whoever finds or removes one, where SQLite's own interface to
 * it ends. All reading, writing and syncing of databases goes through SQLite's default VFS; what it does
 * not do – looking at a path before a database is let near it, making and renaming files for good – is
 * here. Both together are everything that a store asks of a disk, and SQLite's VFS is where its
 * randomness comes from: a test that brings a disk of its own puts another default VFS and another
 * disk.c in their place.
 */
#ifndef STORE_DISK_H
#define STORE_DISK_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum disk_kind {
    DISK_NOTHING,
    DISK_FILE,
    DISK_OTHER,    /* a folder, a device, … */
    DISK_DANGLING, /* a link to something that is not there */
};

enum { DISK_HEAD = 100 };

struct disk_entry {
    enum disk_kind kind;
    int64_t size;                  /* of a file */
    unsigned char head[DISK_HEAD]; /* its first bytes … */
    size_t head_length;            /* … as many as there are */
};

/** Looks at a path, through links, and at the first bytes of a file. ERR_IO when it cannot be seen or
 * read. */
int disk_look(const char *path, struct disk_entry *out, struct err *err);

/** As disk_look, but opens nothing: `head_length` is 0. For files that somebody may be at work with:
 * the index of a log would lose its locks when it is closed, a log may vanish meanwhile. */
int disk_glance(const char *path, struct disk_entry *out, struct err *err);

/** Makes an empty file, readable by its owner alone; ERR_INVALID when something is there. */
int disk_make(const char *path, struct err *err);

/** Removes a file; that it is not there is no error. */
int disk_remove(const char *path, struct err *err);

/** Renames a file, never over another (ERR_INVALID), and syncs the folder: on return it stays
 * renamed whatever happens. On failure it has its old name, as far as the disk lets it. */
int disk_rename(const char *from, const char *to, struct err *err);

#endif
