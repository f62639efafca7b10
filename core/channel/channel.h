/*
 * Channels: each sends one formed message to one recipient and reports one end. A channel knows no
 * plan, no store and no policy: when, how often and whether again is decided by whoever calls. It may
 * use the loop it is given and never blocks it; several sends may be under way at once.
 *
 * Bounded: every send ends within the channel's own time limit, in memory that does not grow with what
 * the other side says. Secrets are in no note, no log and no argument of a program.
 */
#ifndef CHANNEL_CHANNEL_H
#define CHANNEL_CHANNEL_H

#include "base/err.h"
#include "base/lang.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What is sent. All texts outlive the send; they are UTF-8 and may hold line feeds. */
struct channel_message {
    const char *id;   /* the same on every attempt */
    uint32_t attempt; /* 1 = the first */
    bool repeated;    /* an earlier attempt may have arrived: its end is not known */
    int64_t slot_ms;  /* messages of one slot belong together */
    int64_t sent_ms;  /* the wall clock of this attempt */
    const char *unit, *name, *contact,
        *role;           /* the recipient; contact is the address in this channel,
                                                 "" = not known */
    const char *subject; /* one line */
    const char *text;    /* the whole, for people */
    const char *json;    /* the whole, for programs: one object, no line feed */
    const char *link;    /* where more is to be read, for texts that are cut; "" = nowhere */
};

enum channel_result {
    CHANNEL_SENT,
    CHANNEL_RETRY,  /* not now: it may help to try again */
    CHANNEL_FAILED, /* never: the message or its address is refused */
    CHANNEL_GONE,   /* never, and nothing else to this recipient either (410) */
};

/* How a send ended. */
struct channel_end {
    enum channel_result result;
    int64_t wait_ms; /* of a RETRY: not before so long (Retry-After); 0 = not said */
    bool unsure; /* it is not known whether it arrived: what is sent again may be a repeat */
    const char *note; /* why it was not sent, NULL = nothing to say; without secrets */
};

/** Reports the end of a send, exactly once, perhaps before send returns; the note is copied. */
typedef void (*channel_done)(void *context, const struct channel_end *end);

struct channel;

/* A kind of channel: what stands behind every struct channel, which begins with a pointer to it. */
struct channel_kind {
    const char *name;
    void (*send)(struct channel *channel, const struct channel_message *message,
                 channel_done done, void *context);
    void (*flush)(struct channel *channel); /* nothing more comes for now; may be NULL */
    void (*stop)(
        struct channel *channel); /* ends every send that is under way, at once and as RETRY
                                               and unsure; NULL = none ever is */
    void (*close)(struct channel *channel); /* frees it, once the loop has run; every send has
                                               ended before */
};

struct channel {
    const struct channel_kind *kind;
};

/** For people at a terminal: a message a line under what fired, the first ten of a slot and then a
 * count. Colour only with `color`. `out` is not closed. */
struct channel *channel_console_new(FILE *out, enum lang lang, bool color);

/** One JSON object a line, appended to a file (created 0600, synced before it is reported as sent) or
 * to standard output ("-"). */
int channel_jsonl_new(const char *path, struct channel **out, struct err *err);

#endif
