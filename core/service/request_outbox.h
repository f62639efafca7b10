/*
 * The request about the outbox of a store, whatever plans that has (service/request.h):
 *
 *   {"do":"outbox","act":"retry","messages":[number]?,"lang"?}     without messages: all given up
 *   {"do":"outbox","act":"cancel","messages":[number],"lang"?}
 *   {"do":"outbox","act":"release"|"cancel-held","lang"?}          of a store that was restored
 *   {"do":"outbox","act":"restore","destination","address"?,"lang"?}  recipients that were gone
 *       → {"ok":true,"count"}   how many messages were moved
 *
 * All messages that are named are moved, or none.
 */
#ifndef SERVICE_REQUEST_OUTBOX_H
#define SERVICE_REQUEST_OUTBOX_H

#include "base/value.h"
#include "store/store.h"

/** Carries it out; the answer is the arena's. `settled`: see store_release_held; nobody who runs no plan can say
 * it. The caller flushes the store before it passes the answer on. */
struct value *request_outbox(struct store *store, const struct value *request, bool settled,
                             int64_t now_ms, struct arena *arena);

/** Sends it to whoever holds the store `name` in `folder`, or takes the lock for `who`, does it and commits.
 * `fast` = the store of an accelerated run, whose time stands still between its runs.
 * ERR_NOT_FOUND: there is no such store. */
int request_outbox_send(const char *folder, const char *name, const char *who, bool fast,
                        const struct value *request, struct arena *arena, struct value **answer,
                        struct err *err);

#endif
