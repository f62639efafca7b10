/*
 * Talks: several requests of one command that belong together, all of them to the same one: the
 * holder of a plan's store or, where nobody holds it, the command itself, which then holds it until the
 * talk ends. request_send is for one alone.
 */
#ifndef SERVICE_TALK_H
#define SERVICE_TALK_H

#include "service/holding.h"

struct talk;

/** Begins; nothing is opened before the first request. `options` outlive it; the caller gives `*out` to
 * talk_close, which accepts NULL. */
int talk_open(const struct holding_options *options, struct talk **out, struct err *err);
void talk_close(struct talk *talk);

/** Sends one request and waits for its answer, the arena's; what it wrote is committed then.
 * ERR_NOT_FOUND: who answered the first has gone; the talk is to be begun anew. Else as request_send. */
int talk_say(struct talk *talk, const struct value *request, struct arena *arena,
             struct value **answer, struct err *err);

#endif
