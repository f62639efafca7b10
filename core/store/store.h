/*
 * The store: what a run must remember, in one SQLite file. It knows ids, integers, texts and days,
 * never a plan's meaning; who asks in what order is the engine's business. Intentions, not SQL:
 * store.h opens, commits and copies; plans.h and numbers.h have plans and what is known by number,
 * journal.h firings and handlers, facts.h what the world reported, counters.h what that adds up to,
 * lines.h what is to be sent, clocks.h which clocks were believed.
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
 * Files. X.db has pages, each with a sum that is checked at every read (pages.h); X.db-wal is SQLite's
 * log, X.db-shm its index, made anew by whoever opens first; X.db-mark says how many commits were
 * confirmed (mark.h). A commit appends pages to the log and syncs it: before the sync has returned it
 * is not there for sure, afterwards it is for good. Then the mark is written, unsynced. A checkpoint
 * moves pages to X.db and syncs that before the log is begun anew, so what is torn in X.db stands in
 * the log. The first file is made as X.db.new and renamed, a backup likewise; migration is two
 * commits: pages with sums, then the new schema with the opening's fence.
 *
 * Refused and yet there: a commit whose sync failed is refused and taken back, but its pages may have
 * reached the disk, and a crash before the next commit brings it back whole. It is allowed for what
 * was refused – facts under a key are there once at most – and never the other way round: what was
 * confirmed is there, or the store is not opened. A process that comes after a kill sees such pages in
 * the cache though no disk has them: before it goes on behind them it writes the log again and syncs
 * it. Whoever finds a file, log and mark that do not fit together (whole.c) says so and touches
 * nothing. Two things no sum tells: a page as it was in an earlier commit, and one of another store,
 * in its own place.
 *
 * States on disk, and the arrows between them (each arrow one commit; → names who draws it):
 *
 *   firing   – → recorded (fan = first unit)        store_tick, with the cursors of its items
 *            recorded → fanned (fan gone)           store_fan: ≤ 10,000 lines and `fan` move together
 *            recorded → lost (fan gone)             store_fan_lost: its subjects cannot be read
 *   handler  – → pending                            store_tick, with its firing
 *            pending → done | failed                store_handled, with all its outputs as firings
 *   line     – → pending                            store_fan
 *            pending → formed | met                 store_form, with the message and the form cursor:
 *                                                   formed is what lies before it and is not met
 *   message  has seven states: store/messages.h     store_form, with its parts; store_alarm
 *   fact     – → recorded, counters moved           store_append; never changed, never deleted
 *   plan     revision → revision                    store_take_revision, with cursors reset
 *
 * A crash leaves the state before or behind an arrow, never between: in front of it the work is
 * done again (a tick finds its events anew from the cursors, a fan-out goes on at `fan`), behind it never.
 * Invariants:
 *   1. The identity of a firing (item, kind, route, tier, period, due, phase, cause) stands once.
 *   2. A line (slot, route, unit, firing) stands once; lines of a firing ascend by unit up to `fan`.
 *   3. Slots are given in order: a line is never inserted at or before the form cursor.
 *   4. A counter is the sum of its facts' `moves`: both change in one intention.
 *   5. Numbers of units, items, routes are given once and never again.
 *   6. All keys are integers in time order; what a tick asks is found by a key, never by a scan.
 *   7. From its first lease on a message has the same id, groups of lines and words.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STORE_SCHEMA = 4 }; /* user_version; older is migrated, newer refused untouched */

#define STORE_NEVER INT64_MIN /* a cursor before everything */

enum store_mode { STORE_WRITE, STORE_READ };

struct store;

/** Opens the file (NULL = memory), creates or migrates it when writing. A newer schema, a foreign or
 * damaged file is refused with a message that says what to do, the file untouched. The check on
 * opening is bounded (a quarter of a second); store_check is the whole one. Owned by the caller. */
int store_open(const char *path, enum store_mode mode, struct store **out, struct err *err);

/** Ends the open group without a commit, closes, frees; NULL is accepted. The log goes into the file
 * first, unless a reader is in the midst of an older state. */
void store_close(struct store *store);

/** A name of the store, made at its creation: 16 hex digits, so that message ids differ between
 * stores. */
const char *store_name(const struct store *store);

/** Opens the group where none is: who reads a great deal and then writes takes its locks once. */
int store_begin(struct store *store, struct err *err);

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

#endif
