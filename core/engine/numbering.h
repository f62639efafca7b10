/*
 * From a store's numbers back to places in memory: which row of a roster, which item of a plan. The
 * numbers are given over all plans of a store, so those of one plan may lie close together or far
 * apart: memory grows with how many there are, never with the greatest.
 */
#ifndef ENGINE_NUMBERING_H
#define ENGINE_NUMBERING_H

#include <stdbool.h>
#include <stdint.h>

#define NUMBERING_NONE UINT32_MAX

/* Places by number. Zero is an empty one. */
struct numbering {
    const uint32_t *numbers; /* by place, the caller's; 0 = it has none */
    uint32_t *places;       /* owned: by number - first, or, when sparse, by ascending number */
    uint32_t first, length; /* least number; entries of `places` */
    uint32_t most;          /* greatest number, 0 = none */
    bool sparse;
};

/** Indexes the numbers of `count` places, each given once; they outlive the index and do not change. */
void numbering_make(struct numbering *numbering, const uint32_t *numbers, uint32_t count);

/** Frees what is owned and leaves an empty one. */
void numbering_free(struct numbering *numbering);

/** The place that has a number, NUMBERING_NONE when none has: at once, or after log2(count) steps. */
uint32_t numbering_find(const struct numbering *numbering, uint32_t number);

#endif
