/*
 * Messages: what a recipient gets at one time. A recipient is an address in a destination, a channel
 * as the operator named it; of an older schema, or a plan that nobody has, 0 until store_address names it.
 * A message has one group of lines and, as parts, those that joined before its first lease. What it says is
 * kept as words with that lease, until it is sent. `unsure` counts attempts whose end nobody knows.
 *
 *   – → READY | HELD | FAILED       store_form: HELD = it fired by a restore, FAILED = nobody to send it to
 *   – → READY                       store_alarm
 *   READY → LEASED (owner, until)   store_lease, with store_keep_words
 *   READY → READY later, FAILED, EMPTY  store_withdraw: plan away, recipient gone or unknown, all of it met
 *   LEASED → SENT | READY | FAILED  store_settle: words end with SENT; FAILED also if the recipient is gone
 *   LEASED → LEASED, unsure         store_lease: the lease ran out
 *   LEASED → READY, unsure          store_open for writing: the lease is of an earlier fence
 *   READY, LEASED → HELD            store_restore_prepare (restore.h)
 *   HELD → READY, unsure; CANCELLED store_release_held (outbox.h, as the two below)
 *   READY, FAILED, HELD → READY     store_messages_again; of FAILED store_failed_again, store_recipient_restore
 *   READY, FAILED, HELD → CANCELLED store_messages_cancel
 *
 * store_adopt copies them as they are. A crash before the commit of a lease: nothing has left the house.
 * Behind it, until an end is committed: it may have arrived, and goes again under its id, with its words.
 * Behind SENT, CANCELLED or EMPTY: never again.
 */
#ifndef STORE_MESSAGES_H
#define STORE_MESSAGES_H

#include "base/buf.h"
#include "store/lines.h"

enum { STORE_WAIT_HOURS = 27 }; /* nobody lets one wait longer for another attempt */

struct store_message {
    int64_t number; /* with the store's name the message's id, the same on every attempt */
    int64_t slot_ms;
    uint32_t route, unit; /* of its first group of lines; 0 of an alarm */
    enum message_state state;
    uint32_t attempts;   /* begun so far, this one included once it is leased */
    uint32_t unsure;     /* of them, those whose end nobody knows */
    int64_t next_ms;     /* ready: not before; leased: until */
    int64_t send_ms;     /* when it was to go first; never moves */
    int64_t formed_ms;   /* 0 = by an older schema */
    int64_t recipient;   /* number, 0 = not known yet */
    int64_t gone_ms;     /* since when the recipient wants nothing, 0 = it does */
    const char *address; /* NULL = not known yet */
    const char *text;    /* of an alarm, else NULL */
    const char *note,
        *unfit; /* of the last attempt; of the recipient that is gone. NULL = none */
};

/** Up to `most` messages of a destination that may go now, in the arena: those whose lease has run out,
 * those to be tried again, those that were not tried yet; then ready ones that would wait longer than
 * STORE_WAIT_HOURS for another attempt or `wait_ms` for the first: a clock was ahead. */
int store_due(struct store *store, uint32_t destination, int64_t now_ms, int64_t wait_ms,
              size_t most, struct arena *arena, struct store_message *out, size_t *count,
              struct err *err);

/** Begins an attempt of each: leased until `until_ms`, for this opening of the store. Of one that was
 * leased nobody knows how that ended. */
int store_lease(struct store *store, struct store_message *messages, size_t count,
                int64_t until_ms, struct err *err);

/* How an attempt, or a message, ends. */
struct store_end {
    enum message_state state; /* MESSAGE_READY = another attempt, not before next_ms */
    int64_t now_ms, next_ms;
    bool unsure;      /* it may have arrived */
    const char *note; /* NULL = none */
};

/** Ends an attempt. ERR_NOT_FOUND when the message is not leased by this opening. */
int store_settle(struct store *store, int64_t message, const struct store_end *end,
                 struct err *err);

/** Ends, or puts off, a message that is ready. ERR_NOT_FOUND when it is not. */
int store_withdraw(struct store *store, int64_t message, const struct store_end *end,
                   struct err *err);

/** Names the recipient of one that has none yet, and when it goes. */
int store_address(struct store *store, int64_t message, uint32_t destination, int64_t recipient,
                  int64_t send_ms, struct err *err);

/** When, later than `after_ms` (INT64_MIN = whenever), the next message of a destination becomes ready or its
 * lease runs out; INT64_MAX = none. */
int store_next_message(struct store *store, uint32_t destination, int64_t after_ms,
                       int64_t *at_ms, struct err *err);

/* A line of a message with its firing (without subjects). */
struct store_told {
    struct store_line line;
    struct store_firing firing;
};

/** Adds the formed lines of a message to a buffer of struct store_told, group by group in the order of
 * their firings; texts in the arena. */
int store_message_lines(struct store *store, const struct store_message *message,
                        struct arena *arena, struct buf *told, struct err *err);

/** Calls lines met that were formed: their message says nothing of them. */
int store_lines_met(struct store *store, const struct store_line *lines, size_t count,
                    struct err *err);

/* What a message says, to whom. */
struct store_words {
    const char *unit, *name, *role, *subject, *text, *json;
};

/** Keeps the words of a message, for good; in the arena; ERR_NOT_FOUND when none are kept. */
int store_keep_words(struct store *store, int64_t message, const struct store_words *words,
                     struct err *err);
int store_words(struct store *store, int64_t message, struct arena *arena,
                struct store_words *out, struct err *err);

/** Makes an alarm, ready now, or adds a line of text to the one that waits; bounded. */
int store_alarm(struct store *store, uint32_t destination, int64_t recipient, const char *text,
                int64_t now_ms, struct err *err);

#endif
