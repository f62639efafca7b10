/*
 * From pending lines to messages and back: what a recipient is told at one time, over all plans of a
 * store. A desk is what that takes: the store, the engines of its plans, the operator's rules. Lines are
 * formed into messages, one for each recipient and time (outbox.h); whether a duty is still unmet is
 * asked then, and once more when a message that waited is first taken. What is met by then is dropped,
 * and what a nearer tier, or a later turn, that waits too says to the same unit. From its first attempt
 * on a message says the same (mail_keep).
 *
 * Words are not made here: an entry has the names and numbers that a text needs.
 */
#ifndef ENGINE_MAIL_H
#define ENGINE_MAIL_H

#include "engine/duty.h"
#include "engine/outbox.h"
#include "store/adopt.h"
#include "store/messages.h"
#include "store/recipients.h"

struct mail_desk {
    struct store *store;
    struct engine *const
        *engines; /* each plan in one of them; one may be missing for a while */
    size_t count;
    const struct outbox_rules *rules;
    /* told of each message that failed without another attempt; may be NULL */
    void (*lost)(void *context, int64_t message, const char *note);
    void *context;
};

/** Forms messages from the next pending lines, a bounded number of them. Returns 1 when more
 * remain, 0, or a negative code. */
int mail_form(const struct mail_desk *desk, int64_t now_ms, struct err *err);

/** Finds the recipients of up to `most` messages that an older schema formed, or that nobody had the plan of. */
int mail_address(const struct mail_desk *desk, int64_t now_ms, size_t most, struct err *err);

/* One thing that a message speaks of. Texts are the plan's. */
struct mail_entry {
    int64_t firing;
    int kind; /* EVENT_REMINDER or EVENT_NOTICE */
    const char *plan_id, *plan_name, *item_id, *item_name, *clause; /* item: NULL = the plan */
    const char *phase, *to;          /* the item's phase, where it is handed in; NULL = none */
    const char *unit_id, *unit_name; /* whom it concerns: several may share an address */
    const char *unit_kind, *unit_within; /* its class, where a person belongs; NULL = none */
    int32_t due;                         /* the official day, DAY_NONE = none */
    int32_t tier;
    uint32_t need, missing;  /* pieces, 0 = not counted */
    const char *measure;     /* the amount's measure word ("篇"), NULL */
    const char *text;        /* the reminder's or handler's own words, NULL = none */
    uint32_t function, step; /* the reminder's, see plan.h */
};

/* A message to be sent; made by mail_take in its arena. */
struct mail {
    char id[STORE_ID_MOST]; /* stable over attempts and stores: store_message_id */
    struct store_message message;
    int64_t
        told_ms; /* its words are of this time: the slot, or when it went first where it waited;
                        never ahead of now */
    const char *destination, *address; /* address "" = the rules know none */
    const char *unit_id, *unit_name;   /* of its first entry */
    const char *role, *channel; /* as the plan says, of its first group; "" of an alarm */
    bool several;               /* its entries are about several units */
    bool kept;                  /* what it says stands in `words` already */
    struct store_words words;
    const struct mail_entry *entries; /* unless it is kept, or an alarm (message.text) */
    size_t entry_count;
};

/** Leases up to `most` messages of a destination whose time has come; some others may have ended or been put
 * off instead. Returns 1 when anything was done, 0, or a negative code. */
int mail_take(const struct mail_desk *desk, const struct store_destination *destination,
              int64_t now_ms, size_t most, struct arena *arena, const struct mail **mails,
              size_t *count, struct err *err);

/** Keeps what a message says, before it is sent for the first time and in the group of its lease. */
int mail_keep(const struct mail_desk *desk, const struct mail *mail,
              const struct store_words *words, struct err *err);

enum mail_result { MAIL_SENT, MAIL_RETRY, MAIL_FAILED, MAIL_GONE };

struct mail_end {
    enum mail_result result;
    int64_t wait_ms; /* of a RETRY: not before so long, at most 24 h of it; 0 = not said */
    bool unsure;     /* it may have arrived */
    const char *note;
};

/** Ends an attempt: sent, or tried again by outbox.h, or given up with the note as the reason. 1 = it is
 * given up. ERR_NOT_FOUND when another attempt has ended it meanwhile. */
int mail_settle(const struct mail_desk *desk, const struct store_message *message,
                const struct mail_end *end, int64_t now_ms, struct err *err);

/** A line of text to whom the rules name for alarms; nothing where they name nobody. */
int mail_alarm(const struct mail_desk *desk, const char *text, int64_t now_ms, struct err *err);

/** When anything of a destination (0 = not known yet) can happen next, later than `after_ms` (INT64_MIN =
 * whenever): INT64_MAX = never. */
int mail_next(const struct mail_desk *desk, uint32_t destination, int64_t after_ms,
              int64_t *at_ms, struct err *err);

/** Whether anything waits to be sent: a line, a message, or what engine_replay has passed. */
int mail_waiting(const struct mail_desk *desk, bool *waits, struct err *err);

/** Whether an engine of the desk may still record what fires at or before an instant. */
bool mail_behind(const struct mail_desk *desk, int64_t at_ms);

#endif
