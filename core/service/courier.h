/*
 * The courier: takes the messages of a store, destination by destination within its limits, gives them words, hands
 * them to their channels and settles what comes back. Bounded in every step; a channel that answers later, or is
 * down, is no obstacle to another one.
 */
#ifndef SERVICE_COURIER_H
#define SERVICE_COURIER_H

#include "channel/channel.h"
#include "engine/mail.h"
#include "service/mail_words.h"
#include "service/post.h"
#include "service/texts.h"

struct courier;

/** A courier of a post for the engines of one store. The list is copied; post and engines outlive the
 * courier, the caller frees it. */
struct courier *courier_new(struct store *store, struct post *post,
                            struct engine *const *engines, size_t count, enum lang lang);
void courier_free(struct courier *courier);

/** What gives messages their words: the policy of a host, and the functions of plans; NULL = plain words, and
 * no functions. Both outlive the courier or are exchanged. */
void courier_writer(struct courier *courier, struct host *host, struct texts *texts);

/** Hands over what was taken in a group that is committed. A step does so too; a caller that exchanges
 * the engine does it before, or the messages wait until their lease has run out. */
void courier_send(struct courier *courier);

/** One bounded step: forms messages, takes some when all are formed, sends them, settles those that have ended. `hold` = nothing
 * new is formed or taken. The caller flushes the store after it. Returns 1 when there is more to do at once, 0, or a negative code. */
int courier_step(struct courier *courier, int64_t now_ms, bool hold, struct err *err);

/** Nothing more will be sent: what has not left the house is kept back for the next opening, and what has ended is
 * settled. */
int courier_stop(struct courier *courier, int64_t now_ms, struct err *err);

/** When anything can be sent next, as things stand: INT64_MAX = never, or not before a send has ended. With `later`
 * what lies ahead of `now_ms` alone: what is due already, and did not go, hides nothing. */
int courier_next(struct courier *courier, int64_t now_ms, bool later, int64_t *at_ms,
                 struct err *err);

/** Whether a message is due that waits for nothing but the rate of its destination. */
int courier_due(struct courier *courier, int64_t now_ms, bool *due, struct err *err);

/** Whether anything waits to be sent, or to be recorded before that. */
int courier_waiting(struct courier *courier, bool *waits, struct err *err);

/** Whether one of its engines may still record what fires at or before an instant. */
bool courier_behind(const struct courier *courier, int64_t at_ms);

/** The next thing that an operator must know (a message that was given up); false = there is none. */
bool courier_trouble(struct courier *courier, struct err *out);

/** The group was taken back: what was to be told of it did not happen, or comes again. */
void courier_forget(struct courier *courier);

/** The next destination that several attempts in a row were told to come again (`out` has the last note), or
 * that takes messages again (code 0): each change once; false = there is none. */
bool courier_changed(struct courier *courier, const char **destination, struct err *out);

/** Messages that are with their channels, or wait for functions of plans. */
size_t courier_busy(const struct courier *courier);

/** The engines are others, or were renewed: what was taken and has not left the house is given back. */
void courier_engines(struct courier *courier, struct engine *const *engines, size_t count);

#endif
