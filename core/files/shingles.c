#include "files/shingles.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { HASH_BITS = 48, TRIES = 32 };

/* ---- letters ------------------------------------------------------------------------------- */

void letters_read(const char *text, size_t length, struct letters *out)
{
    size_t room = 0;
    *out = (struct letters){0};
    if (length > UINT32_MAX)
        length = UINT32_MAX;
    size_t at = 0;
    while (at < length && out->count < SHINGLE_TEXT_MOST) {
        uint32_t code, folded[FOLD_MOST];
        size_t size = utf8_next(text + at, length - at, &code);
        size_t count = size ? fold_letters(code, folded) : 0;
        if (out->count + count + 1 > room) {
            room = room ? 2 * room : 1024;
            out->codes = mem_resize(out->codes, room, sizeof *out->codes);
            out->places = mem_resize(out->places, room, sizeof *out->places);
        }
        for (size_t i = 0; i < count && out->count < SHINGLE_TEXT_MOST; i++) {
            out->codes[out->count] = folded[i];
            out->places[out->count++] = (uint32_t)at;
        }
        at += size ? size : 1;
    }
    if (!room) {
        out->codes = mem_resize(NULL, 1, sizeof *out->codes);
        out->places = mem_resize(NULL, 1, sizeof *out->places);
    }
    out->places[out->count] = (uint32_t)at;
}

void letters_free(struct letters *letters)
{
    if (!letters)
        return;
    free(letters->codes);
    free(letters->places);
    *letters = (struct letters){0};
}

/* ---- hashes of runs ------------------------------------------------------------------------ */

/* A polynomial over the last k letters, rolled on, and mixed so that the smallest of a window is any
 * of them (splitmix64's finalizer). Stored: see the header. */
struct roll {
    uint64_t sum, power; /* power: of what leaves the run */
};

static const uint64_t BASE = 0x9e3779b97f4a7c15;

static uint64_t mix(uint64_t sum)
{
    sum = (sum ^ sum >> 30) * 0xbf58476d1ce4e5b9;
    sum = (sum ^ sum >> 27) * 0x94d049bb133111eb;
    sum ^= sum >> 31;
    return sum >> (64 - HASH_BITS);
}

static struct roll roll_new(const uint32_t *codes, size_t count)
{
    struct roll roll = {0, 1};
    for (size_t i = 0; i < count; i++) {
        roll.sum = roll.sum * BASE + codes[i] + 1;
        roll.power *= BASE;
    }
    return roll;
}

static void roll_on(struct roll *roll, uint32_t leaves, uint32_t enters)
{
    roll->sum = roll->sum * BASE + enters + 1 - roll->power * ((uint64_t)leaves + 1);
}

/* The hash of each run of k letters; there are at least k. Freed by the caller. */
static uint64_t *hash_runs(const struct letters *letters, size_t *count)
{
    *count = letters->count - SHINGLE_LETTERS + 1;
    uint64_t *hashes = mem_resize(NULL, *count, sizeof *hashes);
    struct roll roll = roll_new(letters->codes, SHINGLE_LETTERS);
    hashes[0] = mix(roll.sum);
    for (size_t i = 1; i < *count; i++) {
        roll_on(&roll, letters->codes[i - 1], letters->codes[i + SHINGLE_LETTERS - 1]);
        hashes[i] = mix(roll.sum);
    }
    return hashes;
}

/* ---- fingerprints -------------------------------------------------------------------------- */

static void add_hash(struct shingles *shingles, uint64_t hash)
{
    if (shingles->count == shingles->room) {
        shingles->room = shingles->room ? 2 * shingles->room : 256;
        shingles->hashes =
            mem_resize(shingles->hashes, shingles->room, sizeof *shingles->hashes);
    }
    shingles->hashes[shingles->count++] = (int64_t)hash;
}

/* The rightmost smallest of each window; looked for anew only when it has left the window. */
static void winnow(struct shingles *shingles, const uint64_t *hashes, size_t count)
{
    size_t window = count < SHINGLE_WINDOW ? count : SHINGLE_WINDOW;
    size_t least = SIZE_MAX;
    for (size_t end = window; end <= count; end++) {
        size_t start = end - window, before = least;
        if (least == SIZE_MAX || least < start) {
            least = start;
            for (size_t i = start + 1; i < end; i++)
                if (hashes[i] <= hashes[least])
                    least = i;
        } else if (hashes[end - 1] <= hashes[least]) {
            least = end - 1;
        }
        if (least != before)
            add_hash(shingles, hashes[least]);
    }
}

void shingles_add(struct shingles *shingles, const struct letters *letters)
{
    if (letters->count == 0)
        return;
    if (letters->count < SHINGLE_LETTERS) {
        add_hash(shingles, mix(roll_new(letters->codes, letters->count).sum));
        return;
    }
    size_t count;
    uint64_t *hashes = hash_runs(letters, &count);
    winnow(shingles, hashes, count);
    free(hashes);
}

static int compare_hashes(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

void shingles_sort(struct shingles *shingles)
{
    size_t kept = 0;
    if (shingles->count)
        qsort(shingles->hashes, shingles->count, sizeof *shingles->hashes, compare_hashes);
    for (size_t i = 0; i < shingles->count && kept < SHINGLES_MOST; i++)
        if (!kept || shingles->hashes[kept - 1] != shingles->hashes[i])
            shingles->hashes[kept++] = shingles->hashes[i];
    shingles->count = kept;
}

void shingles_free(struct shingles *shingles)
{
    if (!shingles)
        return;
    free(shingles->hashes);
    *shingles = (struct shingles){0};
}

void shingles_drop(struct shingles *shingles, const struct letters *letters)
{
    if (letters->count < SHINGLE_LETTERS || !shingles->count)
        return;
    size_t count, kept = 0;
    uint64_t *hashes = hash_runs(letters, &count);
    qsort(hashes, count, sizeof *hashes, compare_hashes); /* of 48 bits: the sign is theirs */
    for (size_t i = 0; i < shingles->count; i++)
        if (!bsearch(&shingles->hashes[i], hashes, count, sizeof *hashes, compare_hashes))
            shingles->hashes[kept++] = shingles->hashes[i];
    shingles->count = kept;
    free(hashes);
}

/* ---- common passages ----------------------------------------------------------------------- */

/* The runs of the first text by their hash: chains through `next`, UINT32_MAX ends one. */
struct places {
    uint32_t *heads, *next;
    uint32_t mask;
};

static struct places places_new(const uint64_t *hashes, size_t count)
{
    struct places places = {.mask = 1};
    while (places.mask < 2 * count)
        places.mask *= 2;
    places.heads = mem_resize(NULL, places.mask, sizeof *places.heads);
    places.next = mem_resize(NULL, count, sizeof *places.next);
    memset(places.heads, 0xff, places.mask * sizeof *places.heads);
    places.mask--;
    for (size_t i = count; i-- > 0;) {
        uint32_t *head = &places.heads[hashes[i] & places.mask];
        places.next[i] = *head;
        *head = (uint32_t)i;
    }
    return places;
}

static uint32_t common_length(const struct letters *first, uint32_t at,
                              const struct letters *second, uint32_t from)
{
    uint32_t length = 0;
    while (at + length < first->count && from + length < second->count &&
           first->codes[at + length] == second->codes[from + length])
        length++;
    return length;
}

/* The longest passage that begins at `from` in the second text. */
static struct passage longest_at(const struct letters *first, const struct places *places,
                                 const struct letters *second, uint32_t from, uint64_t hash)
{
    struct passage longest = {0};
    int tries = 0;
    for (uint32_t at = places->heads[hash & places->mask]; at != UINT32_MAX && tries < TRIES;
         at = places->next[at], tries++) {
        uint32_t length = common_length(first, at, second, from);
        if (length >= SHINGLE_LETTERS && length > longest.letters)
            longest = (struct passage){at, from, length};
    }
    return longest;
}

/* Keeps the longest ones, in order: there are few. */
static size_t keep_passage(struct passage *passages, size_t count, size_t most,
                           struct passage passage)
{
    size_t place = count;
    while (place > 0 && passages[place - 1].letters < passage.letters)
        place--;
    if (place == most)
        return count;
    count += count < most;
    memmove(&passages[place + 1], &passages[place], (count - 1 - place) * sizeof *passages);
    passages[place] = passage;
    return count;
}

size_t shingles_passages(const struct letters *first, const struct letters *second,
                         struct passage *passages, size_t most)
{
    if (first->count < SHINGLE_LETTERS || second->count < SHINGLE_LETTERS || !most)
        return 0;
    size_t first_count, second_count, found = 0;
    uint64_t *first_hashes = hash_runs(first, &first_count);
    uint64_t *second_hashes = hash_runs(second, &second_count);
    struct places places = places_new(first_hashes, first_count);
    for (size_t from = 0; from < second_count;) {
        struct passage passage =
            longest_at(first, &places, second, (uint32_t)from, second_hashes[from]);
        if (passage.letters)
            found = keep_passage(passages, found, most, passage);
        from += passage.letters ? passage.letters : 1;
    }
    free(places.heads);
    free(places.next);
    free(first_hashes);
    free(second_hashes);
    return found;
}
