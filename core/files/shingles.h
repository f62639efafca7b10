/*
 * Fingerprints of texts and what two texts have in common, so that copying is found over a whole
 * roster without comparing each text with each. Pure: bytes in, numbers and places out. Beside
 * shingles_*, letters_* have what is compared of a text.
 *
 * Winnowing (S. Schleimer, D. S. Wilkerson, A. Aiken, Winnowing: Local Algorithms for Document
 * Fingerprinting, SIGMOD 2003): of the hashes of all runs of SHINGLE_LETTERS letters, the smallest in
 * every window of SHINGLE_WINDOW is kept. Their two promises, with t = k + w - 1:
 *
 *   k = 10 letters   nothing shorter is ever found: an idiom has four, 全心全意为人民服务 nine
 *   t = 20 letters   every common passage of at least that many is found, wherever it stands
 *
 * About one hash in (w + 1) / 2 = 6 is kept: 250 of a reflection of 1,500 characters. A text of fewer
 * than k letters has one fingerprint, of its whole.
 *
 * Letters are those of base/fold.h: NFKC, lower case, without blanks, punctuation and symbols – a comma
 * moved or a line broken elsewhere hides nothing. Simplified and traditional characters differ.
 * Fingerprints are stored: their numbers never change.
 */
#ifndef FILES_SHINGLES_H
#define FILES_SHINGLES_H

#include <stddef.h>
#include <stdint.h>

enum {
    SHINGLE_LETTERS = 10,       /* k of the paper */
    SHINGLE_WINDOW = 11,        /* w */
    SHINGLE_PROMISE = 20,       /* t = k + w - 1 */
    SHINGLES_MOST = 30000,      /* of a text or a set */
    SHINGLE_TEXT_MOST = 120000, /* letters of a text that are looked at */
};

/* The letters of a text, and where each began in it. */
struct letters {
    uint32_t *codes;  /* owned, like places */
    uint32_t *places; /* byte offsets; places[count] = where the next one would begin */
    size_t count;
};

/** Reads the letters of UTF-8 text; a byte that is none is skipped. At most SHINGLE_TEXT_MOST of
 * them and of the first 4 GiB. Freed by letters_free. */
void letters_read(const char *text, size_t length, struct letters *out);
void letters_free(struct letters *letters);

/* A growing set of fingerprints: of the files of a piece. */
struct shingles {
    int64_t *hashes; /* owned; 48 bits, ascending and distinct after shingles_sort */
    size_t count, room;
};

/** Adds the fingerprints of a text. */
void shingles_add(struct shingles *shingles, const struct letters *letters);

/** Makes them ascend, each once, at most SHINGLES_MOST (the smallest). */
void shingles_sort(struct shingles *shingles);
void shingles_free(struct shingles *shingles);

/** Takes those out of the sorted set that stand anywhere in a text, each run of its letters: words that
 * are not the writer's, such as the notice's own. */
void shingles_drop(struct shingles *shingles, const struct letters *letters);

/* The same letters in both: where they begin, and how many. */
struct passage {
    uint32_t first, second; /* index of a letter */
    uint32_t letters;
};

/** The longest common passages of at least SHINGLE_LETTERS letters, none overlapping another in the
 * second text, longest first; returns how many, at most `most`. Time grows with both lengths; of a run
 * of letters that stands more than 32 times in the first text some places are not tried. */
size_t shingles_passages(const struct letters *first, const struct letters *second,
                         struct passage *passages, size_t most);

#endif
