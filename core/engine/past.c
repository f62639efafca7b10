#include "engine/past.h"

#include <stdlib.h>

/* What later facts did to one counter. */
struct change {
    uint32_t item, phase, unit; /* numbers */
    int32_t period;
    int64_t moves, in_time;
    bool stands;  /* excuse or due is another now: those below are meant */
    bool excused; /* then */
    int32_t due;  /* then, INT32_MIN = the rule's */
};

struct past {
    int64_t before_ms;
    struct change *changes; /* by key, each once */
    size_t count, room;
};

static void add(struct past *past, const struct store_fact *fact)
{
    if (past->count == past->room) {
        past->room = past->room ? 2 * past->room : 64;
        past->changes = mem_resize(past->changes, past->room, sizeof *past->changes);
    }
    past->changes[past->count++] = (struct change){
        .item = fact->item,
        .phase = fact->phase,
        .unit = fact->unit,
        .period = fact->period,
        .moves = fact->moves,
        .in_time = fact->in_time ? fact->moves : 0,
        .stands = fact->kind == FACT_EXCUSED || fact->kind == FACT_EXTENDED ||
                  fact->kind == FACT_WITHDRAWN,
        .due = INT32_MIN,
    };
}

static bool take_fact(void *context, const struct store_fact *fact)
{
    struct past *past = context;
    if (fact->at_ms >= past->before_ms && fact->kind < FACT_ROSTER)
        add(past, fact);
    return true;
}

static int by_key(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    int order = (a->item > b->item) - (a->item < b->item);
    if (!order)
        order = (a->period > b->period) - (a->period < b->period);
    if (!order)
        order = (a->phase > b->phase) - (a->phase < b->phase);
    return order ? order : (a->unit > b->unit) - (a->unit < b->unit);
}

static void join(struct past *past)
{
    size_t kept = 0;
    qsort(past->changes, past->count, sizeof *past->changes, by_key);
    for (size_t i = 0; i < past->count; i++) {
        struct change *last = kept ? &past->changes[kept - 1] : NULL;
        if (!last || by_key(last, &past->changes[i]) != 0) {
            past->changes[kept++] = past->changes[i];
            continue;
        }
        last->moves += past->changes[i].moves;
        last->in_time += past->changes[i].in_time;
        last->stands = last->stands || past->changes[i].stands;
    }
    past->count = kept;
}

/* ---- excuses and dues ------------------------------------------------------------------ */

/* An excuse or due that was said by then. */
struct said {
    int64_t number;
    int32_t due; /* INT32_MIN = an excuse */
};

struct replay {
    int64_t before_ms;
    const struct change *change;
    struct said *said;
    size_t count, room;
};

static void say(struct replay *replay, const struct store_fact *fact)
{
    if (replay->count == replay->room) {
        replay->room = replay->room ? 2 * replay->room : 16;
        replay->said = mem_resize(replay->said, replay->room, sizeof *replay->said);
    }
    int32_t due = fact->kind == FACT_EXTENDED ? (int32_t)fact->value : INT32_MIN;
    replay->said[replay->count++] = (struct said){fact->number, due};
}

static void take_back(struct replay *replay, int64_t number)
{
    size_t kept = 0;
    for (size_t i = 0; i < replay->count; i++)
        if (replay->said[i].number != number)
            replay->said[kept++] = replay->said[i];
    replay->count = kept;
}

static bool replay_fact(void *context, const struct store_fact *fact)
{
    struct replay *replay = context;
    const struct change *change = replay->change;
    if (fact->at_ms >= replay->before_ms || fact->item != change->item ||
        fact->unit != change->unit)
        return true;
    if (fact->kind == FACT_WITHDRAWN)
        take_back(replay, fact->value);
    else if ((fact->kind == FACT_EXCUSED || fact->kind == FACT_EXTENDED) &&
             fact->period == change->period && fact->phase == change->phase)
        say(replay, fact);
    return true;
}

/* The last due that stands is the unit's. */
static int stand(struct store *store, int64_t before_ms, struct change *change, struct err *err)
{
    struct replay replay = {.before_ms = before_ms, .change = change};
    struct store_fact_filter filter = {.item = change->item, .unit = change->unit};
    int code = store_facts(store, &filter, replay_fact, &replay, err);
    for (size_t i = 0; i < replay.count; i++)
        if (replay.said[i].due == INT32_MIN)
            change->excused = true;
        else
            change->due = replay.said[i].due;
    free(replay.said);
    return code;
}

/* ---- all of it ------------------------------------------------------------------------- */

int past_new(struct engine *engine, const struct bound *bound, int64_t before_ms,
             struct past **out, struct err *err)
{
    struct past *past = mem_resize(NULL, 1, sizeof *past);
    struct store_fact_filter filter = {.from_ms = before_ms, .plan = bound->number};
    *past = (struct past){.before_ms = before_ms};
    int code = store_facts(engine->store, &filter, take_fact, past, err);
    if (past->count)
        join(past);
    for (size_t i = 0; code == 0 && i < past->count; i++)
        if (past->changes[i].stands)
            code = stand(engine->store, before_ms, &past->changes[i], err);
    if (code < 0 || !past->count) {
        past_free(past);
        past = NULL;
    }
    if (code == 0)
        *out = past;
    return code;
}

void past_free(struct past *past)
{
    if (!past)
        return;
    free(past->changes);
    free(past);
}

void past_count(const struct past *past, uint32_t item, int32_t period, uint32_t phase,
                struct store_count *count)
{
    struct change key = {.item = item, .phase = phase, .unit = count->unit, .period = period};
    const struct change *change =
        past ? bsearch(&key, past->changes, past->count, sizeof key, by_key) : NULL;
    if (!change)
        return;
    count->done -= change->moves;
    count->in_time -= change->in_time;
    if (change->stands) {
        count->excused = change->excused;
        count->due = change->due;
    }
}

const int32_t *past_dues(const struct past *past, uint32_t item, int32_t period, uint32_t phase,
                         struct arena *arena, size_t *count)
{
    size_t all = past ? past->count : 0;
    int32_t *dues = arena_array(arena, all + 1, sizeof *dues);
    *count = 0;
    for (size_t i = 0; i < all; i++) {
        const struct change *change = &past->changes[i];
        if (change->stands && change->due != INT32_MIN && change->item == item &&
            change->period == period && change->phase == phase)
            dues[(*count)++] = change->due;
    }
    return dues;
}
