/*
 * Taking back the last thing that was said: all facts of an act at once, by facts of one act. What
 * takes back is never taken back itself, so that undoing again goes one act further.
 */
#ifndef ENGINE_UNDO_H
#define ENGINE_UNDO_H

#include "engine/fact.h"

/* What was taken back. */
struct undone {
    int64_t number; /* of the withdrawal, the first one */
    enum fact_outcome outcome;
    struct store_fact fact; /* the first that was taken back, without texts */
    uint32_t item, unit;    /* of that: index, row; ITEM_NONE, UNIT_NONE = not there any more */
    size_t facts;           /* how many */
    bool roster;            /* the roster is another one now: bind the engine to it anew */
};

/** Takes back the last act of a plan that is not taken back. Of the request `key`, `actor`, `note`, `at_ms`
 * and `lang` are looked at. ERR_NOT_FOUND when there is none; a key that stands answers as the first
 * time. Reads the facts from the end to that act. */
int engine_undo(struct engine *engine, uint32_t plan, const struct fact_request *request,
                int64_t now_ms, struct arena *arena, struct undone *out, struct err *err);

#endif
