/*
 * Overlap: which of many texts have much in common, from their fingerprints alone. Pure: numbers in,
 * pairs out. A fingerprint that more than `common_most` texts have says nothing about any of them and
 * is left out of all numbers.
 */
#ifndef ENGINE_OVERLAP_H
#define ENGINE_OVERLAP_H

#include <stddef.h>
#include <stdint.h>

/* One fingerprint of one text. */
struct overlap_mark {
    int64_t hash;
    uint32_t text; /* 0 … texts - 1 */
};

struct overlap_pair {
    uint32_t first, second; /* texts, first < second */
    uint32_t common, of;    /* fingerprints of both; of the one that has fewer */
};

/** The pairs with at least `share` thousandths in common; `marks` by hash, then text, none twice. Time
 * grows with marks times `common_most`, memory with marks and texts. `*pairs` is malloc'ed and the
 * caller's, by first, then second; `own` (texts, may be NULL) gets how many marks of each say something. */
void overlap_pairs(const struct overlap_mark *marks, size_t count, uint32_t texts,
                   uint32_t common_most, uint32_t share, struct overlap_pair **pairs,
                   size_t *pair_count, uint32_t *own);

#endif
