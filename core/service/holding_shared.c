#include "service/holding_shared.h"

#include "service/holding.h"
#include "service/inputs.h"
#include "store/disk.h"
#include "store/plans.h"

#include <string.h>

static int find_folder(const char *given, char out[HOLDER_PATH_MOST], struct err *err)
{
    if (!given)
        return holder_folder(out, err);
    size_t length = strlen(given);
    if (length >= HOLDER_PATH_MOST)
        return err_set(err, ERR_LIMIT, "%s: longer than %d bytes", given, HOLDER_PATH_MOST);
    memmove(out, given, length + 1);
    return 0;
}

bool holding_is_stored(const char *path)
{
    struct disk_entry entry;
    return disk_glance(path, &entry, NULL) < 0 || entry.kind != DISK_NOTHING;
}

static const char *path_of(struct arena *arena, const char *folder, const char *name)
{
    return arena_printf(arena, "%s/%s.db", folder, name);
}

/* ---- the service's own ------------------------------------------------------------------------ */

int holding_share(const char *folder, const char *who, enum lang lang,
                  struct holding_shared *out, struct err *err)
{
    struct err refused = {0};
    *out = (struct holding_shared){0};
    int code = find_folder(folder, out->folder, err);
    if (code == 0)
        code = inputs_open_host(&out->host, err);
    if (code < 0)
        return code;
    code = holder_take(out->folder, HOLDING_SERVICE, who, &out->holder, &refused);
    if (code == ERR_LIMIT)
        return err_set(err, code, TR(lang, "the service runs already: %s", "服务已在运行：%s"),
                       refused.message);
    if (code < 0 && err)
        *err = refused;
    if (code < 0)
        return code;
    struct arena *arena = arena_new();
    code =
        store_open(path_of(arena, out->folder, HOLDING_SERVICE), STORE_WRITE, &out->store, err);
    arena_free(arena);
    return code;
}

void holding_unshare(struct holding_shared *shared)
{
    store_close(shared->store);
    holder_release(shared->holder);
    host_close(shared->host);
    *shared = (struct holding_shared){0};
}

/* ---- where a plan is -------------------------------------------------------------------------- */

static int has_plan(const char *path, const char *id, bool *has, struct err *err)
{
    struct store *store = NULL;
    struct arena *arena = arena_new();
    const char *const *ids = NULL;
    size_t count = 0;
    int code = store_open(path, STORE_READ, &store, err);
    if (code == 0)
        code = store_plans(store, arena, &ids, &count, err);
    *has = false;
    for (size_t i = 0; code == 0 && i < count; i++)
        *has = *has || strcmp(ids[i], id) == 0;
    store_close(store);
    arena_free(arena);
    return code;
}

/* The store of its own lies there and was never taken over, so that no service has newer data of the plan. */
static bool is_own(const char *folder, const char *id, struct arena *arena)
{
    const char *own = path_of(arena, folder, id);
    return holding_is_stored(own) && !holding_is_stored(arena_printf(arena, "%s.adopted", own));
}

int holding_store_name(const char *folder, const char *id, bool fast, struct arena *arena,
                       const char **name, struct err *err)
{
    char found[HOLDER_PATH_MOST];
    struct err own = {0};
    bool has = false;
    *name = fast ? arena_printf(arena, "%s.fast", id) : id;
    if (fast)
        return 0;
    int code = find_folder(folder, found, err);
    if (code < 0)
        return code;
    const char *service = path_of(arena, found, HOLDING_SERVICE);
    if (!holding_is_stored(service))
        return 0;
    code = has_plan(service, id, &has, &own);
    if (code == ERR_NOT_FOUND || (code < 0 && is_own(found, id, arena)))
        return 0;
    if (code < 0 && err)
        *err = own;
    if (has)
        *name = HOLDING_SERVICE;
    return code;
}

int holding_store_of(const char *script, const char *folder, bool fast, struct arena *arena,
                     const char **id, const char **name, char out[HOLDER_PATH_MOST],
                     struct err *err)
{
    int code = holding_plan_id(script, arena, id, err);
    if (code == 0)
        code = find_folder(folder, out, err);
    return code < 0 ? code : holding_store_name(out, *id, fast, arena, name, err);
}
