/*
 * Taking over a plan that was run in a store of its own (`planrun run`) into the service's store. The service
 * calls it for each plan that it opens, before it looks for the plan in its store:
 *
 *   adopt_plan(shared->store, shared->folder, id, lang, &adopted, err)
 *
 * The arrows, and what a crash behind each leaves:
 *
 *   lock of ID taken            nobody else runs it; goes with the process
 *   → kept files linked         from ID.files into _service.files: files that no fact knows there yet
 *   → copied, one commit        (store/adopt.h) the plan is the service's; ID.db is there, and no one's
 *   → ID.db → ID.db.adopted     done
 *
 * 1. Before the commit the plan is ID.db's, behind it the service's: whoever looks for a plan asks the
 *    service's store first (service/holding_shared.h).
 * 2. What a crash leaves undone behind the commit is done at the next call: the service's store knows the
 *    name of the store that it took over. Another ID.db is refused, and neither is touched.
 * 3. ID.db.adopted is whole, with ID.files beside it: nothing is removed.
 */
#ifndef SERVICE_ADOPT_H
#define SERVICE_ADOPT_H

#include "base/lang.h"
#include "store/adopt.h"

#include <stdbool.h>

/** Takes over the plan `id` from its own store in `folder`, if there is one. `*adopted` = it was, now.
 * Commits; must not be called in an open group. ERR_LIMIT: another process runs the plan. ERR_INVALID: both
 * stores have it, or its own cannot be taken over (the message says why): the service's is as it was. */
int adopt_plan(struct store *store, const char *folder, const char *id, enum lang lang,
               bool *adopted, struct err *err);

#endif
