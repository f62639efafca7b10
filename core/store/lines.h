/*
 * What is to be said: lines, one a firing and unit. They lie in the order (slot, route, unit, firing),
 * so those of one group (slot, route, unit) are neighbours and forming needs no search: the form cursor
 * moves over them once, and each group becomes a message or a part of one (store/messages.h).
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

/** True when two lines are of one group: the same slot, route and unit. */
bool store_same_group(const struct store_line *a, const struct store_line *b);

/** The next lines behind the form cursor, at most `room`, of slots that no fan-out can reach
 * any more. A slot is an order, not a time: one that lies ahead of a clock that was set back is
 * not waited for. The last group may be cut; `*whole` says that nothing follows. */
int store_lines_pending(struct store *store, struct store_line *lines, size_t room,
                        size_t *count, bool *whole, struct err *err);

enum message_state {
    MESSAGE_READY,
    MESSAGE_LEASED,
    MESSAGE_SENT,
    MESSAGE_FAILED,
    MESSAGE_HELD,      /* it may have been sent by the store that this one is a copy of */
    MESSAGE_CANCELLED, /* by the operator */
    MESSAGE_EMPTY,     /* all of it was met before it went */
};

#define STORE_OWN SIZE_MAX

/* What is made of a group that has a formed line: a message, or a part of one. */
struct store_aim {
    uint32_t destination; /* numbers, 0 = not known yet */
    int64_t recipient;
    int64_t send_ms;
    enum message_state state; /* of a new one: MESSAGE_READY, MESSAGE_HELD or MESSAGE_FAILED */
    const char *note;         /* why it failed */
    size_t same;              /* it goes with an earlier aim's; STORE_OWN = it does not */
    int64_t message;          /* that it goes with, 0 = a new one; told by store_form */
};

/** Settles the next lines, whole groups (slot, route, unit) with their fates in the order of
 * store_lines_pending. `aims` has one of each group with a formed line, in that order. ERR_INVALID
 * when the lines are not the next ones. */
int store_form(struct store *store, const struct store_line *lines, size_t count,
               struct store_aim *aims, size_t aim_count, int64_t now_ms, struct err *err);

#endif
