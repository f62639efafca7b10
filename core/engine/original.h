/*
 * Originality (不可抄袭): which other pieces have the same file, or much of the same text, over all items
 * of a plan that ask for original work. It names what is alike; that a piece does not count, and that
 * a person overrules it, is piece.h's.
 *
 * Two pieces are of one author when their unit and, where both say one, their person are the same, or
 * their persons are: nobody copies from himself, so a rework, and one piece that counts in several
 * places, is no copy. What was withdrawn is nobody's; what was returned still is somebody's text.
 *
 * Near texts are found by fingerprints (files/shingles.h). Those that more than STORE_COMMON_MOST
 * pieces have are slogans, quoted words and the notice's own, and do not count as copying; a piece that
 * is mostly such words is named apart. The share is
 * of the smaller text: all of a short piece inside a long one is 100 %.
 */
#ifndef ENGINE_ORIGINAL_H
#define ENGINE_ORIGINAL_H

#include "engine/engine.h"
#include "store/files.h"

enum {
    ORIGINAL_SHARE = 300, /* thousandths of the smaller text: from here on texts are near */
    ORIGINAL_MOST = 20,   /* others that are named, of each sort */
};

/** True when the item asks for original work (where.original). */
bool original_asked(const struct item *item);

/* A piece, or what is to be one. */
struct original_piece {
    int64_t piece, fact; /* the submission; this version: it, or a rework. 0 = to be recorded */
    uint32_t item;       /* index */
    uint32_t unit;       /* row, UNIT_NONE = not in the roster any more */
    uint32_t person;     /* row, UNIT_NONE = not said */
    int64_t at_ms;
};

/** Who handed in what, from its fact (FACT_SUBMITTED or FACT_REWORKED). False for any other fact, or of
 * an item that the plan does not have. */
bool original_of_fact(const struct engine *engine, uint32_t plan, const struct store_fact *fact,
                      struct original_piece *out);

struct original_like {
    struct original_piece other;
    uint32_t common, of; /* fingerprints of both, of the smaller text; 0 = the same file */
};

/** How much of the smaller text stands in both, in thousandths, never rounded up. */
uint32_t original_share(const struct original_like *like);

/** The pieces of other authors that brought one of the files before (`*same`, the earliest first), of a
 * version that is not recorded yet, and others with near texts
 * (`*near`, most alike first), at most ORIGINAL_MOST of each, in the arena. Nothing for an item that
 * does not ask for original work. */
int original_find(struct engine *engine, uint32_t plan, const struct original_piece *piece,
                  const struct store_file *files, size_t file_count, const int64_t *shingles,
                  size_t shingle_count, struct arena *arena, const struct original_like **same,
                  size_t *same_count, const struct original_like **near, size_t *near_count,
                  struct err *err);

/* Two pieces that are alike, the earlier one first. */
struct original_pair {
    struct original_piece first, second;
    const char *sha256;  /* of a file that both brought, NULL = near only */
    uint32_t common, of; /* as above; of = 0 when not compared */
};

/* What is alike among all. */
struct original_report {
    const struct original_pair *pairs; /* most alike first; all three are the arena's */
    size_t pair_count;
    bool more; /* there are more pairs */
    const struct original_piece
        *common; /* most of whose text more than STORE_COMMON_MOST have */
    size_t common_count;
};

/** Compares the pieces of an item (index, ITEM_NONE = any), or one piece (0 = any), with all: pairs with the
 * same file or a share of at least ORIGINAL_SHARE, at most `most`. A piece with the same file as an
 * earlier one is told in that pair alone. Reads all fingerprints of the store. */
int original_report(struct engine *engine, uint32_t plan, uint32_t item, int64_t piece,
                    size_t most, struct arena *arena, struct original_report *report,
                    struct err *err);

#endif
