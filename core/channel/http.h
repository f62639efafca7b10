/*
 * Posts of a channel that speaks HTTP: takes a finished request, sends it by transfers, lets the channel
 * judge the answer and reports the end. What is common to webhooks and robots stands here: how a
 * request that got no answer ends, and for how long a server asks to be left alone.
 */
#ifndef CHANNEL_HTTP_H
#define CHANNEL_HTTP_H

#include "base/buf.h"
#include "channel/channel.h"
#include "channel/transfer.h"

enum { HTTP_NOTE = 160 }; /* bytes of a note */

struct http_options {
    const char *url;   /* whose server all posts go to; http:// only where private is allowed */
    const char *agent; /* user-agent */
    const char *ca_file; /* NULL = the system's */
    bool private;
    size_t at_once;    /* 0 = 16 */
    int64_t within_ms; /* 0 = 30 s */
};

/* A request. Texts are copied; the body is taken over. */
struct http_post {
    const char *url;
    const char *const *headers; /* "name: value" each, ended by NULL */
    struct buf body;
    int64_t now_ms; /* the wall clock, for dates of the answer */
};

/* An answer to be judged. */
struct http_answer {
    const struct transfer_end *end;
    int64_t now_ms;       /* of the request */
    char note[HTTP_NOTE]; /* room for a note */
};

/** Judges an answer that has a status, for a channel; the note may be answer->note. */
typedef struct channel_end (*http_judge)(void *channel, struct http_answer *answer);

struct http;

/** For the server of options->url; `channel` is handed to `judge`. ERR_INVALID: a URL that cannot be called. */
int http_new(uv_loop_t *loop, const struct http_options *options, http_judge judge,
             void *channel, struct http **out, struct err *err);

/** Sends it; `done` is called exactly once, from the loop or from http_stop. */
void http_post(struct http *http, struct http_post *post, channel_done done, void *context);

/** Ends all posts that are under way, as RETRY, and unsure where something had left. */
void http_stop(struct http *http);

/** Frees it, once the loop has run; no post may be under way. NULL is accepted. */
void http_close(struct http *http);

/** A RETRY for a status that says no more than that it went wrong: with Retry-After where 429 or 503 gives one;
 * unsure where a gateway has lost the answer of what stands behind it. */
struct channel_end http_again(struct http_answer *answer);

#endif
