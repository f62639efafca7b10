/* What is met stays met when more is asked: noted beside the counters, duty by duty. */
#include "engine/column.h"
#include "engine/fact.h"

#include <stdlib.h>

struct keeper {
    struct engine *engine;
    struct bound *bound;
    uint32_t item;
    struct progress *asked; /* what each owes; nobody's membership matters */
    struct buf counts;      /* of one duty: struct store_count */
    int64_t total;
};

static void take_count(void *context, const struct store_count *count)
{
    struct keeper *keeper = context;
    buf_add(&keeper->counts, count, sizeof *count);
    keeper->total += count->done;
}

/* The counts of one duty become those that are enough. */
static size_t find_enough(const struct keeper *keeper, struct store_enough *out)
{
    const struct bound *bound = keeper->bound;
    bool shared = bound_is_shared(bound, keeper->item);
    size_t count = keeper->counts.length / sizeof(struct store_count), found = 0;
    const struct store_count *counts = (const void *)keeper->counts.bytes;
    for (size_t i = 0; i < count; i++) {
        uint32_t unit = counts[i].unit;
        uint32_t row = bound_row(bound, unit);
        if (row == UNIT_NONE)
            continue;
        int64_t need = progress_need(keeper->asked, row);
        if ((shared ? keeper->total : counts[i].done) >= need)
            out[found++] = (struct store_enough){unit, need};
    }
    return found;
}

static int keep_duty(struct keeper *keeper, const struct store_occasion *occasion,
                     struct err *err)
{
    struct store *store = keeper->engine->store;
    uint32_t item = keeper->bound->items[keeper->item].number;
    keeper->counts.length = 0;
    keeper->total = 0;
    int code =
        store_counts(store, item, occasion->period, occasion->phase, take_count, keeper, err);
    if (code < 0)
        return code;
    size_t most = keeper->counts.length / sizeof(struct store_count);
    struct store_enough *enough = mem_resize(NULL, most + 1, sizeof *enough);
    size_t count = find_enough(keeper, enough);
    code =
        store_keep_enough(store, item, occasion->period, occasion->phase, enough, count, err);
    free(enough);
    return code;
}

int engine_keep_met(struct engine *engine, uint32_t plan, const char *item, struct err *err)
{
    struct bound *bound = plan < engine->count ? &engine->bounds[plan] : NULL;
    uint32_t index = bound ? plan_find(bound->input.plan, item) : ITEM_NONE;
    if (index == ITEM_NONE || !bound->input.roster)
        return err_set(err, ERR_INTERNAL, "there is no item %s with a roster", item);
    const struct store_occasion *occasions = NULL;
    size_t count = 0;
    struct event event = {.item = index};
    struct keeper keeper = {.engine = engine, .bound = bound, .item = index};
    struct arena *arena = arena_new();
    keeper.asked =
        progress_new(bound->input.roster, agenda_audience(bound->agenda, &event),
                     &bound->input.plan->items[index].count, DAY_NONE, DAY_NONE, DAY_NONE);
    int code = store_occasions(engine->store, bound->items[index].number, arena, &occasions,
                               &count, err);
    for (size_t i = 0; code == 0 && i < count; i++)
        code = keep_duty(&keeper, &occasions[i], err);
    bound_drop_columns(bound);
    progress_free(keeper.asked);
    buf_free(&keeper.counts);
    arena_free(arena);
    return code;
}
