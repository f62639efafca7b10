/*
 * The past: counters as they were before an instant. What later facts added is taken away again;
 * where one of them excused a unit, gave it more time or took something back, what it had until
 * then is worked out from the unit's facts. Judged is by when it happened, not when it was recorded.
 */
#ifndef ENGINE_PAST_H
#define ENGINE_PAST_H

#include "engine/engine_data.h"

struct past;

/** Reads the facts of a plan that happened at `before_ms` or later; one pass over those recorded since.
 * `*out` is NULL where there are none: the counters of now are those of then. The caller frees
 * it. */
int past_new(struct engine *engine, const struct bound *bound, int64_t before_ms,
             struct past **out, struct err *err);
void past_free(struct past *past);

/** Turns a counter of one duty (numbers of the store) into what it was; `past` may be NULL. */
void past_count(const struct past *past, uint32_t item, int32_t period, uint32_t phase,
                struct store_count *count);

/** The due days of their own that units had then for a duty and have no more, into the arena: some
 * may be there twice. `past` may be NULL. */
const int32_t *past_dues(const struct past *past, uint32_t item, int32_t period, uint32_t phase,
                         struct arena *arena, size_t *count);

#endif
