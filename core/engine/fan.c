/* The fan-out: one firing at a time, its set decoded once and kept in hand between the
 * chunks. */
#include "engine/engine_data.h"

#include <stdlib.h>

void engine_drop_fan(struct engine *engine)
{
    arena_free(engine->fan_arena);
    bits_free(&engine->fan_subjects);
    engine->fan_arena = NULL;
}

/* What cannot be read now never can: it is passed over, so that it holds up nothing. */
static int pass_over(struct engine *engine, struct err *err)
{
    int code = store_fan_lost(engine->store, &engine->fan, err);
    return code < 0 ? code : 2;
}

/* Takes the oldest firing that is not expanded in hand. */
static int take_firing(struct engine *engine, struct err *err)
{
    engine->fan_arena = arena_new();
    int code =
        store_fan_next(engine->store, engine->fan_arena, &engine->fan, &engine->fan_next, err);
    if (code == 0 && bits_decode(engine->fan.subjects, engine->fan.subjects_length,
                                 &engine->fan_subjects, NULL) < 0)
        code = pass_over(engine, err);
    if (code != 0)
        engine_drop_fan(engine);
    return code;
}

/* The next units of it, and the one behind them. */
static size_t next_units(const struct engine *engine, uint32_t *units, uint32_t *next)
{
    size_t count = 0;
    uint32_t unit = bits_next(&engine->fan_subjects, engine->fan_next);
    for (; unit != BITS_NONE && count < STORE_CHUNK_MOST;
         unit = bits_next(&engine->fan_subjects, unit + 1))
        units[count++] = unit;
    *next = unit;
    return count;
}

int engine_fan(struct engine *engine, struct err *err)
{
    int code = engine->fan_arena ? 0 : take_firing(engine, err);
    if (code != 0)
        return code == ERR_NOT_FOUND ? 0 : code;
    uint32_t *units = mem_resize(NULL, STORE_CHUNK_MOST, sizeof *units), next;
    size_t count = next_units(engine, units, &next);
    code = store_fan(engine->store, &engine->fan, units, count, next, err);
    free(units);
    if (code < 0)
        return code;
    engine->fan_next = next;
    if (next == BITS_NONE)
        engine_drop_fan(engine);
    return 1;
}
