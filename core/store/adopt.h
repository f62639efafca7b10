/*
 * Taking over: the plans of another store become plans of this one, with all that happened to them, in
 * one commit. The service does it (service/adopt.h) with a plan that was run in a store of its own.
 *
 * Everything gets new numbers: those of units and routes by what they name, of items, revisions, facts,
 * firings and messages by adding what is the greatest here, so that each plan's stay in their order and
 * whatever refers to a number is moved by as much – causes, pieces, acts, withdrawn facts, copies, keys
 * that another plan made of a fact's number ("a#f12"). Texts are as they were.
 *
 * Slots are an order, not times. What is formed keeps its slot where that is free here and behind nothing
 * that is pending, else it gets one before; what is not formed yet comes behind all that is.
 *
 * A message keeps the id that it was or may have been sent under: `named` has the ranges of messages that
 * another store has named (store_message_id). Whoever receives it again knows it again.
 *
 *   1. The other store is brought to this schema, its leases ended, its firings fanned out, and closed:
 *      it is still the plan's, and would go on.
 *   2. One commit copies all rows and notes the other store's name in `adopted`. Before it the plan is the
 *      other's, behind it this one's: whoever looks asks this one first.
 *   3. The file of the other store is renamed by the caller. A crash before that leaves both, and
 *      store_adopted tells that the other's time is over.
 *   4. A failure anywhere leaves this store as it was.
 */
#ifndef STORE_ADOPT_H
#define STORE_ADOPT_H

#include "store/store.h"

struct store_adopted {
    uint32_t plans;
    int64_t facts, firings, messages; /* how many */
};

/** Takes over all plans of the store in the file `path`, which nobody else has open, and commits.
 * ERR_INVALID: this store has one of them already, or the other was restored from a backup and what it
 * holds was neither released nor cancelled. Must not be called in an open group. */
int store_adopt(struct store *store, const char *path, int64_t now_ms,
                struct store_adopted *out, struct err *err);

/** The name of the store from which a plan was taken over, "" when it was not. */
int store_adopted_from(struct store *store, const char *plan, char name[17], struct err *err);

enum { STORE_ID_MOST = 40 };

/** The id of a message, the same on every attempt and in every store that it came to: "NAME-NUMBER". */
int store_message_id(struct store *store, int64_t message, char out[STORE_ID_MOST],
                     struct err *err);

#endif
