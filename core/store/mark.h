/*
 * The mark beside a store, for store/ alone: how many commits were confirmed. A log that was cut,
 * damaged or removed looks to SQLite like one that never was longer; the mark knows better. It is
 * written after each commit and not synced, so it may lag behind the store and never run ahead of
 * it. One that is absent, short or fails its own check says nothing.
 */
#ifndef STORE_MARK_H
#define STORE_MARK_H

#include <stdbool.h>
#include <stdint.h>

#define MARK_END "-mark" /* behind the name of the store's file */

struct mark_said {
    char name[17]; /* of the store */
    int64_t commits;
};

/** What the mark of the store at `path` says; false = nothing. */
bool mark_read(const char *path, struct mark_said *out);

struct mark;

/** Opens the mark of the store at `path`, or makes it; NULL = it cannot be, and the store goes
 * without. The caller closes. */
struct mark *mark_open(const char *path);

/** Writes what it says from now on. That it fails is no matter: it says less then. */
void mark_write(struct mark *mark, const struct mark_said *said);

/** Puts what it says on the disk; false = that failed. Nobody needs it but who exchanges a store. */
bool mark_sync(struct mark *mark);

/** Closes, frees; NULL is accepted. */
void mark_close(struct mark *mark);

#endif
