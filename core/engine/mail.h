/*
 * From pending lines to messages and back: what a recipient is told now, over all the engine's
 * plans. Whether a duty is still unmet is asked when the message is formed; what is met by then
 * is dropped, and what a nearer tier, or a later turn, that waits too says to the same recipient.
 * Words are not made here: an entry has the names and numbers that a text needs.
 */
#ifndef ENGINE_MAIL_H
#define ENGINE_MAIL_H

#include "engine/duty.h"
#include "engine/engine.h"
#include "store/lines.h"

/** Forms messages from the next pending lines, a bounded number of them. Returns 1 when more
 * remain, 0, or a negative code. */
int engine_form(struct engine *engine, int64_t now_ms, struct err *err);

/* One thing that a message speaks of. Texts are the plan's. */
struct mail_entry {
    int64_t firing;
    int kind; /* EVENT_REMINDER or EVENT_NOTICE */
    const char *plan_id, *plan_name, *item_id, *item_name, *clause; /* item: NULL = the plan */
    int32_t due; /* the official day, DAY_NONE = none */
    int32_t tier;
    uint32_t need, missing; /* pieces, 0 = not counted */
    const char *measure;    /* the amount's measure word ("篇"), NULL */
    const char *text;       /* the reminder's or handler's own words, NULL = none */
};

/* A message to be sent; made by engine_take in its arena. */
struct mail {
    char id[40]; /* stable over attempts: the store's name and the message's number */
    struct store_message message;
    int64_t
        told_ms; /* its words are of this time: the slot, unless a clock that was set back leaves
                        that ahead of now */
    const char *unit_id, *unit_name, *contact; /* contact "" = not known */
    const char *role, *channel;
    const struct mail_entry *entries;
    size_t entry_count;
};

/** Leases up to `most` messages whose time has come. */
int engine_take(struct engine *engine, int64_t now_ms, size_t most, struct arena *arena,
                const struct mail **mails, size_t *count, struct err *err);

enum mail_result { MAIL_SENT, MAIL_RETRY, MAIL_FAILED };

/** Ends an attempt: sent, or tried again by outbox.h, or given up with `note` as the reason. */
int engine_settle(struct engine *engine, const struct store_message *message,
                  enum mail_result result, const char *note, int64_t now_ms, struct err *err);

/** When anything of the outbox can happen next without an event: INT64_MAX = never. */
int engine_next_mail(struct engine *engine, int64_t *at_ms, struct err *err);

/** Whether anything waits to be sent: a line, a message, or what engine_replay has passed. */
int engine_waiting(struct engine *engine, bool *waits, struct err *err);

#endif
