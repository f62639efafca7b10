/*
 * What the holdings of a service have in common: one store for all its plans, the lock of it, and a host. The
 * store is named `_service`, which no plan can be. Commands find a plan there when it is there, and else in the
 * store of its own.
 */
#ifndef SERVICE_HOLDING_SHARED_H
#define SERVICE_HOLDING_SHARED_H

#include "base/lang.h"
#include "service/holder.h"
#include "store/store.h"

#define HOLDING_SERVICE "_service"

struct host;

struct holding_shared {
    struct host *host;
    struct holder *holder;
    struct store *store;
    char folder[HOLDER_PATH_MOST];
};

/** Opens them for writing, `folder` NULL = holder_folder; `who` is the command, for the lock. ERR_LIMIT =
 * another process has the store. The caller gives `out` to holding_unshare, also on failure. */
int holding_share(const char *folder, const char *who, enum lang lang,
                  struct holding_shared *out, struct err *err);
void holding_unshare(struct holding_shared *shared);

/** True when there may be a store at a path; what is wrong with it, store_open says. */
bool holding_is_stored(const char *path);

/** The name of the store that has a plan, in the arena: the service's when that has it, else the plan's own, whether it
 * is there or not. A service's store that cannot be read is an error unless the plan's own is there and was never
 * taken over. `folder` NULL = holder_folder. */
int holding_store_name(const char *folder, const char *id, bool fast, struct arena *arena,
                       const char **name, struct err *err);

/** The name, and in `folder` where it lies, of the store of the plan that a script declares. */
int holding_store_of(const char *script, const char *folder, bool fast, struct arena *arena,
                     const char **id, const char **name, char out[HOLDER_PATH_MOST],
                     struct err *err);

#endif
