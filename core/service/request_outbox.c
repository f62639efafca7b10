#include "service/request_outbox.h"

#include "service/holder.h"
#include "service/request.h"
#include "store/clocks.h"
#include "store/disk.h"
#include "store/outbox.h"

#include <stdlib.h>
#include <string.h>

struct moving {
    struct store *store;
    const struct value *request;
    bool settled;
    int64_t now_ms, count;
    struct arena *arena;
    struct err *err;
};

static int bad(struct moving *moving, const char *field)
{
    const char *lang = value_get_string(moving->request, "lang");
    return err_set(moving->err, ERR_INVALID,
                   TR(lang && strncmp(lang, "zh", 2) == 0 ? LANG_ZH : LANG_EN,
                      "the request's “%s” is not as it should be", "请求中的“%s”不对"),
                   field);
}

typedef int (*move_all)(struct store *store, const int64_t *numbers, size_t count,
                        int64_t now_ms, struct err *err);

static int move_listed(struct moving *moving, const struct value *list, move_all move)
{
    int64_t *numbers = arena_array(moving->arena, list->count + 1, sizeof *numbers);
    if (list->type != VALUE_LIST || !list->count)
        return bad(moving, "messages");
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i]->type != VALUE_INT)
            return bad(moving, "messages");
        numbers[i] = list->items[i]->integer;
    }
    moving->count = list->count;
    return move(moving->store, numbers, list->count, moving->now_ms, moving->err);
}

static int move_held(struct moving *moving, bool cancel)
{
    return store_release_held(moving->store, cancel, moving->settled, moving->now_ms,
                              &moving->count, moving->err);
}

static int restore(struct moving *moving)
{
    const char *destination = value_get_string(moving->request, "destination");
    const char *address = value_get_string(moving->request, "address");
    if (!destination)
        return bad(moving, "destination");
    return store_recipient_restore(moving->store, destination, address, moving->now_ms,
                                   &moving->count, moving->err);
}

static int move(struct moving *moving)
{
    const char *act = value_get_string(moving->request, "act");
    const struct value *list = value_get(moving->request, "messages");
    if (!act)
        return bad(moving, "act");
    if (strcmp(act, "retry") == 0)
        return list ? move_listed(moving, list, store_messages_again)
                    : store_failed_again(moving->store, moving->now_ms, &moving->count,
                                         moving->err);
    if (strcmp(act, "cancel") == 0 && list)
        return move_listed(moving, list, store_messages_cancel);
    if (strcmp(act, "release") == 0 || strcmp(act, "cancel-held") == 0)
        return move_held(moving, strcmp(act, "release") != 0);
    return strcmp(act, "restore") == 0 ? restore(moving) : bad(moving, "act");
}

struct value *request_outbox(struct store *store, const struct value *request, bool settled,
                             int64_t now_ms, struct arena *arena)
{
    struct err err = {0};
    struct moving moving = {store, request, settled, now_ms, 0, arena, &err};
    if (move(&moving) < 0)
        return request_error(arena, &err);
    struct value *answer = value_map(arena);
    value_set(arena, answer, "ok", value_bool(arena, true));
    value_set_int(arena, answer, "count", moving.count);
    return answer;
}

/* By which time a run of the store would live now. */
static int now_of(struct store *store, bool fast, int64_t *now_ms, struct err *err)
{
    struct clock wall = clock_real();
    struct clock_reading sure, now;
    bool any = false;
    int code = store_last_clock(store, &sure, &any, err);
    if (code == 0) {
        clock_read(&wall, &now);
        *now_ms = any && fast ? sure.wall_ms : trust_judge(any ? &sure : NULL, &now).now_ms;
    }
    return code;
}

static int do_here(const char *path, bool fast, const struct value *request,
                   struct arena *arena, struct value **answer, struct err *err)
{
    struct store *store = NULL;
    struct disk_entry entry;
    int64_t now_ms;
    int code = disk_glance(path, &entry, err);
    if (code == 0 && entry.kind == DISK_NOTHING) /* it would be made */
        return err_set(err, ERR_NOT_FOUND, "%s", path);
    if (code == 0)
        code = store_open(path, STORE_WRITE, &store, err);
    if (code == 0)
        code = now_of(store, fast, &now_ms, err);
    if (code == 0) {
        struct value *said = request_outbox(store, request, false, now_ms, arena);
        code = store_flush(store, err);
        if (code == 0)
            *answer = said;
    }
    store_close(store);
    return code;
}

int request_outbox_send(const char *folder, const char *name, const char *who, bool fast,
                        const struct value *request, struct arena *arena, struct value **answer,
                        struct err *err)
{
    for (int tries = 1;; tries++) {
        struct holder *holder = NULL;
        int code = holder_ask(folder, name, request, arena, answer, err);
        if (code != ERR_NOT_FOUND)
            return code;
        code = holder_take(folder, name, who, &holder, err);
        if (code == 0)
            code = do_here(arena_printf(arena, "%s/%s.db", folder, name), fast, request, arena,
                           answer, err);
        holder_release(holder);
        /* between asking and taking another may take */
        if (code != ERR_LIMIT || tries == REQUEST_TRIES)
            return code;
    }
}
