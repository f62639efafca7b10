/*
 * The courier: takes formed messages from the engine, gives them words, hands them to their channel and settles what
 * comes back. Bounded in every step; a channel that answers later is no obstacle. mail_* are the words.
 */
#ifndef SERVICE_COURIER_H
#define SERVICE_COURIER_H

#include "base/buf.h"
#include "channel/channel.h"
#include "engine/mail.h"
#include "service/post.h"

struct courier;

/** A courier of a post for the engines of one store. The list is copied; post and engines outlive the
 * courier, the caller frees it. */
struct courier *courier_new(struct post *post, struct engine *const *engines, size_t count,
                            enum lang lang);
void courier_free(struct courier *courier);

/** Hands over what was taken in a group that is committed. A step does so too; a caller that exchanges
 * the engine does it before, or the messages wait until their lease has run out. */
void courier_send(struct courier *courier);

/** One bounded step: forms messages, takes some, sends them, settles those that have ended. `hold` = nothing
 * new is formed or taken. The caller flushes the store after it. Returns 1 when there is more to do at once, 0, or a negative code. */
int courier_step(struct courier *courier, int64_t now_ms, bool hold, struct err *err);

/** Nothing more will be sent for now: flushes the channel and settles what has ended. */
int courier_stop(struct courier *courier, int64_t now_ms, struct err *err);

/** Messages that are with their channel. */
size_t courier_busy(const struct courier *courier);

/** The engines are others, or were renewed: what was taken since the last commit is forgotten. */
void courier_engines(struct courier *courier, struct engine *const *engines, size_t count);

/** The words of a mail: one line, the whole, and one JSON object. */
void mail_subject(struct buf *out, const struct mail *mail, enum lang lang);
void mail_text(struct buf *out, const struct mail *mail, enum lang lang);
void mail_json(struct buf *out, const struct mail *mail, enum lang lang);

#endif
