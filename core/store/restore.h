/*
 * Going back to a backup: a copy of a store becomes the store again, and nothing that the lost store sent, or may
 * have sent, after the copy was made goes out a second time before the operator says so.
 *
 * What a receiver sees. Each message that the backup has keeps its id: if it was sent after the backup, sending
 * it again is a repeat under the id that is known. Whatever is formed after the restore has ids of a new name, so
 * that a number that the lost store gave too is another message. What was due by the instant of the restore, and
 * what waits in the backup, is held (MESSAGE_HELD) until `planrun outbox --release` or `--cancel-held`: released,
 * what the lost store had formed only after the backup comes a second time under another id.
 *
 * Arrows of store_restore_swap, and what a crash behind each leaves:
 *
 *   NAME.db.restored          prepared, whole, closed: the store that is there is the store
 *   → mark of the new one     NAME.db is another store than its mark: nobody opens it
 *   → NAME.db set aside       (NAME.db.before-…, with its log) the mark says that NAME.db is gone: nobody begins anew
 *   → NAME.db.restored → NAME.db   done
 *
 * 1. No crash leaves a store that opens and is neither the old one whole nor the new one whole.
 * 2. Behind a crash the same restore is begun again and finished. What was set aside stays.
 */
#ifndef STORE_RESTORE_H
#define STORE_RESTORE_H

#include "store/store.h"

/* What a store says of itself. */
struct store_summary {
    char name[17];
    const char *const *plans; /* ids; the arena's */
    size_t plan_count;
    int64_t last_ms; /* of what it has recorded, STORE_NEVER = nothing */
    int64_t facts, sent, waiting;
    int64_t fence;
};

/** Reads it; passes over tables. */
int store_summary(struct store *store, struct arena *arena, struct store_summary *out,
                  struct err *err);

/** What was recorded and sent behind an instant. */
int store_since(struct store *store, int64_t after_ms, int64_t *facts, int64_t *sent,
                struct err *err);

/** Makes a copy of a backup, byte by byte, at `path` (what is there is removed), brings it to this schema,
 * checks it whole and makes it the store that is to take another's place: a new name, a fence above `fence`,
 * all that waits held, `now_ms` as the instant of the restore. ERR_INVALID: it is no backup, or damaged; the
 * backup itself is only read. */
int store_restore_prepare(const char *backup, const char *path, int64_t fence, int64_t now_ms,
                          struct arena *arena, struct store_summary *out, struct err *err);

/** Puts what was prepared in the place of the store `path`, which is set aside as `aside`. Nobody has either
 * open, nor can open it: the caller has its lock. */
int store_restore_swap(const char *prepared, const char *path, const char *aside,
                       struct err *err);

/** Removes what was prepared. */
void store_restore_drop(const char *prepared);

#endif
