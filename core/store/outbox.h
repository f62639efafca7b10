/*
 * The outbox as an operator sees and moves it: messages with their recipients, what they are about and why
 * they were not sent; what is to be tried again, given up for good or let go. Part of the store's
 * intentions. Lists go over all messages: a person waits for them, never a tick.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/messages.h"

enum { MESSAGE_STATES = MESSAGE_EMPTY + 1, STORE_ABOUT_MOST = 20 };

/* One message with the names behind its numbers. Texts live during the call. */
struct store_listed {
    struct store_message message;
    const char *destination, *address; /* "" = not known yet */
    const char *gone;                  /* why nothing goes to this recipient any more; NULL */
    const char *unit, *name, *role, *channel; /* of its first lines; name "" = not tried yet */
    const char *subject;                      /* NULL = not tried yet, or sent */
    const char *text;                         /* the service's own words, NULL = it has lines */
    uint32_t unsure;             /* attempts of which nobody knows whether they arrived */
    int64_t formed_ms, ended_ms; /* 0 = not known, not yet */
    const char *const *about;    /* "plan:item", or "plan" alone; each once */
    size_t about_count;          /* STORE_ABOUT_MOST + 1 = there are more */
};

/* Which ones; zero = all. */
struct store_wanted {
    unsigned states; /* a set of bits 1 << state */
    bool unsure;     /* only those that may have arrived although they are sent again */
    const char
        *plan; /* only those about this plan, by id; messages of the service itself are not */
    int64_t number; /* only this one */
    size_t most;
};

/** Gets one message; false ends the reading. */
typedef bool (*store_message_reader)(void *context, const struct store_listed *message);

/** Reads messages, in the order of their numbers. */
int store_messages(struct store *store, const struct store_wanted *wanted,
                   store_message_reader reader, void *context, struct err *err);

/** How many there are by state, and how many of those that wait or are under way are unsure. */
int store_message_counts(struct store *store, int64_t counts[MESSAGE_STATES], int64_t *unsure,
                         struct err *err);

/** Messages that wait, were given up or are held are tried at once, and the row of their retries begins
 * anew: all of them, or none. ERR_INVALID: one is in another state, which is told, or its recipient is
 * gone. ERR_NOT_FOUND. */
int store_messages_again(struct store *store, const int64_t *numbers, size_t count,
                         int64_t now_ms, struct err *err);

/** The same of whatever was given up, but for recipients that are gone; `*count` gets how many. */
int store_failed_again(struct store *store, int64_t now_ms, int64_t *count, struct err *err);

/** Messages that wait, were given up or are held are never sent: all of them, or none. Errors as above. */
int store_messages_cancel(struct store *store, const int64_t *numbers, size_t count,
                          int64_t now_ms, struct err *err);

/** What is held since a store was restored is sent from `now_ms` on, or cancelled for good: one intention.
 * Releasing ends the fence of the restore. Cancelling ends it where nothing that it covers can come any more,
 * else that is held in its turn, and cancelled again: `settled`, which only who runs all plans of the store can
 * say, = none of them will record anything that fired by store_restored; the rest the store knows. */
int store_release_held(struct store *store, bool cancel, bool settled, int64_t now_ms,
                       int64_t *count, struct err *err);

/** Messages go again to a recipient, by destination and address, that was gone, or (`address` NULL) to all of a
 * destination; the ones that failed meanwhile are tried again. `*count` gets how many. ERR_NOT_FOUND: none
 * like that is gone. */
int store_recipient_restore(struct store *store, const char *destination, const char *address,
                            int64_t now_ms, int64_t *count, struct err *err);

#endif
