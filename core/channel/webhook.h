/*
 * Webhook: a message is posted as JSON to a program of the operator's choice, signed by the rules of
 * Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): headers webhook-id, webhook-timestamp and
 * webhook-signature. The id is the same on every attempt, so that a receiver can drop repeats.
 *
 *   2xx                                  sent
 *   410                                  gone: nothing more to this recipient
 *   429, 503 with Retry-After            again, not before that time
 *   any other answer, redirects too      again: the specification takes only 2xx for received, a receiver's
 *                                        mistake can be mended meanwhile, and the outbox gives up by
 *                                        itself, loudly; a redirect is never followed
 *   no answer                            again; unsure when some of the request had left
 */
#ifndef CHANNEL_WEBHOOK_H
#define CHANNEL_WEBHOOK_H

#include "channel/channel.h"

#include <uv.h>

struct webhook_options {
    const char *url;
    const char *
        secrets; /* "whsec_" and base64 of 24–64 bytes; several, separated by white space, while
                            one takes over from another: the first is the newest, 4 at most */
    const char *agent;   /* "planrun/1.2.3" */
    const char *ca_file; /* NULL = the system's */
    bool private;        /* the receiver may stand inside the house, then without TLS too */
    size_t at_once;      /* sends under way; 0 = 16 */
    int64_t within_ms;   /* for a send; 0 = 30 s */
};

/** A channel on `loop`. Everything in the options is copied, secrets are wiped on close. ERR_INVALID:
 * a URL or a secret that cannot be; the message holds no secret. */
int channel_webhook_new(uv_loop_t *loop, const struct webhook_options *options,
                        struct channel **out, struct err *err);

#endif
