/*
 * Group robots of office messengers: all take a JSON object by POST at an address that holds a key and answer 200
 * with a code of their own. What differs is in a struct robot_kind: the address (where some want a time and
 * a signature in its query), the body (where others want them) and the codes.
 */
#ifndef CHANNEL_ROBOT_H
#define CHANNEL_ROBOT_H

#include "base/buf.h"
#include "base/value.h"
#include "channel/channel.h"

#include <uv.h>

struct robot_options {
    const char *base;   /* scheme, host and port of the service */
    const char *key;    /* who may post into which group */
    const char *secret; /* for signatures; NULL = the kind has none */
    const char *agent;  /* user-agent */
    const char *ca_file;
    bool markdown, private;
    int64_t within_ms;
};

/* What a robot is made of; texts of its own. */
struct robot {
    char *base, *key, *secret; /* secret may be NULL */
    bool markdown;
};

struct robot_kind {
    const char *name;
    /** Appends the whole address. `now_ms` is the wall clock. */
    void (*url)(const struct robot *robot, int64_t now_ms, struct buf *out);
    /** Appends the JSON object. */
    void (*body)(const struct robot *robot, const struct channel_message *message,
                 struct buf *out);
    /** Judges the object of an answer with status 200; the note is the caller's to add. */
    struct channel_end (*judge)(const struct value *answer);
    const char *code, *words; /* keys of its code and of its words, for the note */
};

/** A channel on `loop`. The kind lives as long as it, all else is copied. ERR_INVALID: an address or a key
 * that cannot be. */
int robot_new(uv_loop_t *loop, const struct robot_kind *kind,
              const struct robot_options *options, struct channel **out, struct err *err);

/** Appends text of at most `most` bytes: without control characters, changed by `escape` (NULL = not) a character
 * at a time, and where it is longer cut between characters, with a mark and the link behind it
 * (which is left out where it is too long, or no http address). */
void robot_add_text(struct buf *out, const char *text, const char *link, size_t most,
                    const char *(*escape)(const char *character, size_t size));

#endif
