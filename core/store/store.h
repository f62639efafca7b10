/*
 * The store: what a run must remember, in one SQLite file. It knows ids, integers, texts and days,
 * never a plan's meaning; who asks in what order is the engine's business. Intentions, not SQL:
 * store.h opens, numbers and keeps plans; journal.h has firings and handlers, facts.h what the world
 * reported, lines.h what is to be sent, clocks.h which clocks were believed.
 *
 * Group commit. A writing intention joins the open group (opened at the first one, BEGIN IMMEDIATE)
 * and is whole or, on an error, without effect on the group. Its results are true for the caller at
 * once, for anybody else only after store_flush has returned 0: that is the commit, with one sync.
 * A failed flush takes the whole group back; whoever holds state built on it must read it anew. So
 * does a disk that fails in the midst of an intention: the group is lost, and its flush says so.
 *
 * One holder (service/holder.h) opens with STORE_WRITE: the one read-write connection and the one
 * checkpointer of a file. Every opening for writing takes a new fence number; an intention under an
 * older fence than the file's is refused. Readers open with STORE_READ, see the last commit, never
 * checkpoint. NULL as path is a store in memory, the same code: simulations.
 *
 * States on disk, and the arrows between them (each arrow one commit; → names who draws it):
 *
 *   firing   – → recorded (fan = first unit)        store_tick, with the cursors of its items
 *            recorded → fanned (fan gone)           store_fan: ≤ 10,000 lines and `fan` move together
 *   handler  – → pending                            store_tick, with its firing
 *            pending → done | failed                store_handled, with all its outputs as firings
 *   line     – → pending                            store_fan
 *            pending → formed | met                 store_form, with the message and the form cursor:
 *                                                   formed is what lies before it and is not met
 *   message  – → ready                              store_form
 *            ready → leased (owner, until)          store_take
 *            leased → sent | ready (later) | failed store_settle
 *   fact     – → recorded, counters moved           store_append; never changed, never deleted
 *   plan     revision → revision                    store_take_revision, with cursors reset
 *
 * A crash leaves the state before or behind an arrow, never between: in front of it the work is
 * done again (a tick finds its events anew from the cursors, a fan-out goes on at `fan`, a lease
 * runs out and its message is attempted again under the same id), behind it never.
 * Invariants:
 *   1. The identity of a firing (item, kind, route, tier, period, due, phase, cause) stands once.
 *   2. A line (slot, route, unit, firing) stands once; lines of a firing ascend by unit up to `fan`.
 *   3. Slots are given in order: a line is never inserted at or before the form cursor.
 *   4. A counter is the sum of its facts: both move in one intention.
 *   5. Numbers of units, items, routes are given once and never again.
 *   6. All keys are integers in time order; what a tick asks is found by a key, never by a scan.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STORE_SCHEMA = 2 }; /* user_version; older is migrated, newer refused untouched */

#define STORE_NEVER INT64_MIN /* a cursor before everything */

enum store_mode { STORE_WRITE, STORE_READ };

struct store;

/** Opens the file (NULL = memory), creates or migrates it when writing. A newer schema, a foreign or
 * damaged file is refused with a message that says what to do, the file untouched. The check on
 * opening is bounded (a quarter of a second); store_check is the whole one. Owned by the caller. */
int store_open(const char *path, enum store_mode mode, struct store **out, struct err *err);

/** Ends the open group without a commit, closes, frees; NULL is accepted. */
void store_close(struct store *store);

/** Commits the group, if one is open. On failure all of it is undone. */
int store_flush(struct store *store, struct err *err);

/** Takes the open group back. Whoever holds state built on it must read it anew. */
void store_undo(struct store *store);

/** The whole integrity check; ERR_INVALID with the first damage. Takes seconds a gigabyte. */
int store_check(struct store *store, struct err *err);

/** Copies a store that may be in use to `destination`, whole and checked, or not at all. */
int store_backup(struct store *store, const char *destination, struct err *err);

/** A line of what a doctor wants to know; `value` as text. */
typedef void (*store_health_line)(void *context, const char *name, const char *value);

/** Tells size, schema, fence, rows, messages by state, last tick: names are stable keys. */
int store_health(struct store *store, store_health_line line, void *context, struct err *err);

/* ---- plans ------------------------------------------------------------------------------------ */

struct store_source {
    const char *file, *sha256, *text;
    size_t length;
};

/* A sealed plan and the texts that it was made from. */
struct store_revision {
    const char *plan, *hash; /* id; SHA-256 hex of `text` */
    const char *text;        /* the canonical text */
    size_t length;
    const char *path; /* of the script when it was taken; its folder has the rosters */
    const struct store_source *sources; /* the script first */
    size_t source_count;
    int64_t taken_ms;
};

/** Makes the revision the current one of its plan (a new plan gets a number) and sets the cursors
 * of the items named in `anew` back to the beginning. */
int store_take_revision(struct store *store, const struct store_revision *revision,
                        const char *const *anew, size_t anew_count, uint32_t *plan,
                        struct err *err);

/** The current revision of a plan with its sources, texts in the arena. ERR_NOT_FOUND. */
int store_revision(struct store *store, const char *plan, struct arena *arena,
                   struct store_revision *out, uint32_t *number, struct err *err);

/** The ids of all plans in the order they were taken, in the arena. */
int store_plans(struct store *store, struct arena *arena, const char *const **ids,
                size_t *count, struct err *err);

#endif
