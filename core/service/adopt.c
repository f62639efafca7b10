#include "service/adopt.h"

#include "base/arena.h"
#include "files/kept.h"
#include "service/holder.h"
#include "service/holding_shared.h"
#include "store/disk.h"
#include "store/files.h"
#include "store/lines.h"
#include "store/plans.h"
#include "time/clock.h"

#include <string.h>

enum { ASIDE_MOST = 100 }; /* ID.db.adopted, ID.db.adopted.2, … */

struct adoption {
    struct store *store;
    const char *folder, *id, *path;
    enum lang lang;
    struct arena *arena;
    struct err *err;
};

static int refuse(const struct adoption *adoption, int code, const struct err *why)
{
    return err_set(adoption->err, code,
                   TR(adoption->lang, "the plan %s cannot be taken over from %s: %s",
                      "方案 %s 不能从 %s 接管：%s"),
                   adoption->id, adoption->path, why->message);
}

static int take_lock(const struct adoption *adoption, struct holder **holder)
{
    struct err why = {0};
    int code = holder_take(adoption->folder, adoption->id, "planrun serve", holder, &why);
    if (code == ERR_LIMIT)
        return err_set(adoption->err, code,
                       TR(adoption->lang,
                          "the plan %s is run by another process, which has to end before the "
                          "service takes it over: %s",
                          "方案 %s 正由另一个进程运行，它结束后服务才能接管：%s"),
                       adoption->id, why.message);
    return code < 0 ? refuse(adoption, code, &why) : 0;
}

/* ---- kept files ----------------------------------------------------------------------------- */

struct linking {
    const struct adoption *adoption;
    const char *from, *to;
};

/* What is gone there is gone here too: doctor tells of it. */
static int link_file(void *context, const char *sha256, struct err *err)
{
    const struct linking *linking = context;
    int code = kept_link(linking->from, linking->to, sha256, linking->adoption->lang, err);
    return code == ERR_NOT_FOUND ? 0 : code;
}

/* Opened for writing, so that one of an earlier schema is brought up to date. */
static int link_files(const struct adoption *adoption)
{
    struct store *other = NULL;
    struct err why = {0};
    struct linking linking = {
        adoption, arena_printf(adoption->arena, "%s/%s.files", adoption->folder, adoption->id),
        arena_printf(adoption->arena, "%s/%s.files", adoption->folder, HOLDING_SERVICE)};
    int code = store_open(adoption->path, STORE_WRITE, &other, &why);
    if (code == 0)
        code = store_kept_files(other, link_file, &linking, &why);
    store_close(other);
    return code < 0 ? refuse(adoption, code, &why) : 0;
}

/* ---- the store ------------------------------------------------------------------------------ */

/* Its log is empty: it was closed. */
static int set_aside(const struct adoption *adoption)
{
    static const char *const ends[] = {"-mark", "-wal", "-shm"};
    struct disk_entry entry = {.kind = DISK_FILE};
    const char *aside = NULL;
    int code = 0;
    for (int i = 1; i < ASIDE_MOST && code == 0 && entry.kind != DISK_NOTHING; i++) {
        aside = i == 1 ? arena_printf(adoption->arena, "%s.adopted", adoption->path)
                       : arena_printf(adoption->arena, "%s.adopted.%d", adoption->path, i);
        code = disk_glance(aside, &entry, adoption->err);
    }
    if (code == 0)
        code = disk_rename(adoption->path, aside, adoption->err);
    for (size_t i = 0; i < sizeof ends / sizeof *ends && code == 0; i++)
        code = disk_remove(arena_printf(adoption->arena, "%s%s", adoption->path, ends[i]),
                           adoption->err);
    return code;
}

/* 1 = the store there is the one that was taken over: only its name is left to be done. */
static int was_adopted(const struct adoption *adoption)
{
    char name[17];
    uint32_t plan;
    struct store *other = NULL;
    struct err why = {0};
    int code = store_plan_number(adoption->store, adoption->id, &plan, adoption->err);
    if (code < 0 || !plan)
        return code;
    code = store_adopted_from(adoption->store, adoption->id, name, adoption->err);
    if (code < 0)
        return code;
    code = store_open(adoption->path, STORE_WRITE, &other, &why);
    bool same = code == 0 && strcmp(store_name(other), name) == 0;
    store_close(other);
    if (code < 0)
        return refuse(adoption, code, &why);
    return same ? 1
                : err_set(adoption->err, ERR_INVALID,
                          TR(adoption->lang,
                             "the service has the plan %s already, and %s is another store of "
                             "it: move that away",
                             "服务里已有方案 %s，而 %s 是它的另一份数据：请移走后者"),
                          adoption->id, adoption->path);
}

static int take_over(const struct adoption *adoption)
{
    struct store_adopted taken;
    struct err why = {0};
    struct clock wall = clock_real();
    int code = was_adopted(adoption);
    if (code == 0) {
        code = link_files(adoption);
        if (code < 0)
            return code;
        code = store_adopt(adoption->store, adoption->path, clock_now(&wall), &taken, &why);
        if (code < 0)
            return refuse(adoption, code, &why);
    }
    return code < 0 ? code : set_aside(adoption);
}

int adopt_plan(struct store *store, const char *folder, const char *id, enum lang lang,
               bool *adopted, struct err *err)
{
    struct holder *holder = NULL;
    struct disk_entry entry;
    struct adoption adoption = {store, folder, id, NULL, lang, arena_new(), err};
    adoption.path = arena_printf(adoption.arena, "%s/%s.db", folder, id);
    *adopted = false;
    int code = disk_glance(adoption.path, &entry, err);
    if (code == 0 && entry.kind != DISK_NOTHING) {
        code = take_lock(&adoption, &holder);
        if (code == 0)
            code = take_over(&adoption);
        holder_release(holder);
        *adopted = code == 0;
    }
    arena_free(adoption.arena);
    return code;
}
