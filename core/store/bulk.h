/*
 * Facts in bulk: very many submissions in one intention, as an import brings them. It records what
 * store_append of the same facts one by one would, in their order and with the numbers that they
 * would get, only faster: no key is looked for, its index refuses it; counters are summed in memory
 * and written at the end, each once, in the order of their table.
 *
 * It needs a group of its own, which must not be open when it begins. What is wrong with one fact
 * leaves the others to be looked at; then the caller takes all of them back. Between the calls
 * store_append may record other facts in the same group, but none that moves a counter which a
 * fact in bulk moves.
 *
 * In memory 36 to 48 bytes a counter, and while it lasts a cache of at most BULK_CACHE_KIB.
 */
#ifndef STORE_BULK_H
#define STORE_BULK_H

#include "store/facts.h"

enum { BULK_CACHE_KIB = 131072 };

struct store_bulk;

/** Begins. The caller gives `*out` to store_bulk_end. */
int store_bulk_begin(struct store *store, struct store_bulk **out, struct err *err);

/** Appends one submission; its `act` is the caller's: 0 of the first, of the others the number of
 * that. ERR_INVALID like store_append: nothing is recorded of it then, and the next may follow; where
 * the key stands for another fact, `*number` is that. */
int store_bulk_add(struct store_bulk *bulk, const struct store_fact *fact, int64_t *number,
                   enum fact_outcome *outcome, struct err *err);

/** Ends it, and frees: with `keep` the counters are written, and store_flush commits; else, or when that
 * fails, the whole group is taken back. NULL is accepted. */
int store_bulk_end(struct store_bulk *bulk, bool keep, struct err *err);

/** True when an act has submissions and their credits alone, and no fact of another act is about them. */
int store_act_is_alone(struct store *store, int64_t act, bool *alone, struct err *err);

/** Withdraws such an act, as an act: a FACT_WITHDRAWN for each submission, a FACT_CREDITED for each credit,
 * the counters once. All but `at_ms`, `recorded_ms`, `actor`, `key` (of the first), `note` of
 * `like` follows from them. `*count` gets how many, `*number` the first row's. ERR_NOT_FOUND when
 * nothing of it stands. */
int store_withdraw_act(struct store *store, int64_t act, const struct store_fact *like,
                       int64_t *number, int64_t *count, struct err *err);

#endif
