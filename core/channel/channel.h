/*
 * Channels: each sends one formed message to one recipient and reports one result. A channel knows no
 * plan, no store and no policy: when, how often and whether again is decided by whoever calls. It may
 * use the loop it is given; `done` is called exactly once for every send, perhaps before
 * send returns.
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
    const char *id;                           /* the same on every attempt */
    uint32_t attempt;                         /* 1 = the first */
    int64_t slot_ms;                          /* messages of one slot belong together */
    const char *unit, *name, *contact, *role; /* the recipient; contact "" = not known */
    const char *subject;                      /* one line */
    const char *text;                         /* the whole, for people */
    const char *json; /* the whole, for programs: one object, no line feed */
};

enum channel_result { CHANNEL_SENT, CHANNEL_RETRY, CHANNEL_FAILED };

/** Reports the end of a send; `note` (NULL = none) says why not, and is copied. */
typedef void (*channel_done)(void *context, enum channel_result result, const char *note);

struct channel;

/* A kind of channel: what stands behind every struct channel, which begins with a pointer to it. */
struct channel_kind {
    const char *name;
    void (*send)(struct channel *channel, const struct channel_message *message,
                 channel_done done, void *context);
    void (*flush)(struct channel *channel); /* nothing more comes for now; may be NULL */
    void (*close)(struct channel *channel); /* frees it; every send has ended before */
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
