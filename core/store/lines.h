/*
 * What is to be sent: lines, one a firing and recipient, and messages, one a recipient and
 * slot. Lines lie in the order (slot, route, unit, firing), so those of one message are
 * neighbours and forming needs no search: the form cursor moves over them once.
 */
#ifndef STORE_LINES_H
#define STORE_LINES_H

#include "store/journal.h"

enum { STORE_CHUNK_MOST = 10000 }; /* lines of one fan-out chunk */

/** The oldest firing that is not fanned out, with its subjects, and the unit number that comes
 * next. ERR_NOT_FOUND when none is. */
int store_fan_next(struct store *store, struct arena *arena, struct store_firing *out,
                   uint32_t *next_unit, struct err *err);

/** Adds lines of a firing, `units` ascending, and moves its fan-out to `next_unit`; UINT32_MAX
 * = it is complete. */
int store_fan(struct store *store, const struct store_firing *firing, const uint32_t *units,
              size_t count, uint32_t next_unit, struct err *err);

/** Ends the fan-out of a firing whose subjects cannot be read: it is FIRING_LOST. */
int store_fan_lost(struct store *store, const struct store_firing *firing, struct err *err);

enum line_fate { LINE_PENDING, LINE_FORMED, LINE_MET };

struct store_line {
    int64_t slot_ms;
    uint32_t route, unit;
    int64_t firing;
    enum line_fate fate;
};

/** True when two lines belong to one message: the same slot, route and unit. */
bool store_same_message(const struct store_line *a, const struct store_line *b);

/** The next lines behind the form cursor, at most `room`, of slots that no fan-out can reach
 * any more. A slot is an order, not a time: one that lies ahead of a clock that was set back is
 * not waited for. The last group may be cut; `*whole` says that nothing follows. */
int store_lines_pending(struct store *store, struct store_line *lines, size_t room,
                        size_t *count, bool *whole, struct err *err);

/** Settles the next lines, whole groups (slot, route, unit) with their fates in the order of
 * store_lines_pending, and makes a ready message of every group that has a formed line.
 * ERR_INVALID when they are not the next ones. */
int store_form(struct store *store, const struct store_line *lines, size_t count,
               int64_t now_ms, struct err *err);

enum message_state {
    MESSAGE_READY,
    MESSAGE_LEASED,
    MESSAGE_SENT,
    MESSAGE_FAILED,
    MESSAGE_HELD,      /* it may have been sent by the store that this one is a copy of */
    MESSAGE_CANCELLED, /* by the operator */
    MESSAGE_EMPTY,     /* all of it was met before it went */
};

struct store_message {
    int64_t number; /* with the store's name the message's id, the same on every attempt */
    int64_t slot_ms;
    uint32_t route, unit;
    enum message_state state;
    uint32_t attempts; /* begun so far, this one included once it is taken */
    int64_t next_ms;   /* ready: not before; leased: until */
    const char *note;  /* the last result, NULL = none; store_take does not tell it */
};

enum { STORE_WAIT_HOURS = 25 }; /* nobody lets a message wait longer before its next attempt */

/** Leases up to `most` ready messages whose time has come, and those whose lease has run out or
 * belongs to an earlier fence, oldest first; then ready ones that would wait longer than
 * STORE_WAIT_HOURS: that was written under a clock that was ahead. */
int store_take(struct store *store, int64_t now_ms, int64_t until_ms, size_t most,
               struct store_message *out, size_t *count, struct err *err);

/** The formed lines of a message, in the order of their firings, and their firings (without
 * subjects), in the arena. */
int store_message_lines(struct store *store, const struct store_message *message,
                        struct arena *arena, const struct store_firing **firings, size_t *count,
                        struct err *err);

/** Ends an attempt: MESSAGE_SENT, MESSAGE_FAILED, or MESSAGE_READY not before `next_ms`. `note`
 * (may be NULL) is kept. */
int store_settle(struct store *store, int64_t message, enum message_state state,
                 int64_t next_ms, const char *note, struct err *err);

/** When the next message becomes ready or its lease runs out; INT64_MAX = none. One that waits too
 * long goes with the next store_take all the same. */
int store_next_message(struct store *store, int64_t *at_ms, struct err *err);

/** A name of the store, made at its creation: 16 hex digits, so that message ids differ between
 * stores. */
const char *store_name(const struct store *store);

#endif
