/*
 * Originality over a whole roster: texts of 1,500 characters with idioms, set phrases and one copy among a
 * hundred (half of it another's), fingerprinted, stored, compared each with each, and one against all.
 *
 *   bench_content [TEXTS]
 */
#include "base/arena.h"
#include "base/buf.h"
#include "engine/original.h"
#include "engine/overlap.h"
#include "files/shingles.h"
#include "store/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LETTERS = 1500, PHRASES = 400, COPY_EVERY = 100 };

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_content: %s\n", what);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static uint64_t seed = 42;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}

/* A few are much more frequent than the others, as in any text. */
static uint32_t draw_uneven(uint32_t below)
{
    uint32_t most = 1 + draw(below);
    return draw(most);
}

static void add_hanzi(struct buf *text, uint32_t code)
{
    char bytes[] = {(char)(0xe0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3f)),
                    (char)(0x80 | (code & 0x3f))};
    buf_add(text, bytes, sizeof bytes);
}

/* The words that everybody uses: 4 to 18 letters, always the same ones. */
static void add_phrase(struct buf *text, uint32_t number)
{
    uint32_t length = 4 + number % 15;
    for (uint32_t i = 0; i < length; i++)
        add_hanzi(text, 0x4e00 + (number * 7919 + i * 104729) % 3500);
}

static void write_text(struct buf *text)
{
    while (text->length < LETTERS * 3) {
        if (draw(10) == 0)
            add_phrase(text, draw_uneven(PHRASES));
        for (uint32_t i = 4 + draw(12); i > 0; i--)
            add_hanzi(text, 0x4e00 + draw_uneven(3500));
        buf_adds(text, draw(4) ? "，" : "。\n");
    }
}

/* The second half is another's, with its commas moved. */
static void copy_text(struct buf *text, const struct buf *other)
{
    text->length = LETTERS / 2 * 3;
    buf_add(text, other->bytes + other->length / 6 * 3, other->length - other->length / 6 * 3);
}

static struct buf *write_texts(uint32_t count)
{
    struct buf *texts = mem_resize(NULL, count, sizeof *texts);
    memset(texts, 0, count * sizeof *texts);
    for (uint32_t i = 0; i < count; i++) {
        write_text(&texts[i]);
        if (i % COPY_EVERY == COPY_EVERY - 1)
            copy_text(&texts[i], &texts[draw(i)]);
    }
    return texts;
}

static struct shingles *fingerprint(const struct buf *texts, uint32_t count)
{
    struct shingles *shingles = mem_resize(NULL, count, sizeof *shingles);
    memset(shingles, 0, count * sizeof *shingles);
    for (uint32_t i = 0; i < count; i++) {
        struct letters letters;
        letters_read(texts[i].bytes, texts[i].length, &letters);
        shingles_add(&shingles[i], &letters);
        shingles_sort(&shingles[i]);
        letters_free(&letters);
    }
    return shingles;
}

static void add_all(struct store *store, const struct shingles *shingles, uint32_t count)
{
    struct err err = {0};
    for (uint32_t i = 0; i < count; i++) {
        struct store_fact fact = {.kind = FACT_SUBMITTED,
                                  .plan = 1,
                                  .item = 1,
                                  .unit = i + 1,
                                  .value = 1,
                                  .moves = 1,
                                  .actor = ""};
        int64_t number;
        enum fact_outcome outcome;
        if (store_append(store, &fact, 1, &number, &outcome, &err) < 0 ||
            store_add_files(store, number, NULL, 0, shingles[i].hashes, shingles[i].count,
                            &err) < 0)
            die(err.message);
    }
    if (store_flush(store, &err) < 0)
        die(err.message);
}

static void add_mark(void *context, int64_t hash, int64_t fact)
{
    struct overlap_mark mark = {hash, (uint32_t)fact - 1};
    buf_add(context, &mark, sizeof mark);
}

static size_t compare_all(struct store *store, uint32_t count)
{
    struct buf marks = {0};
    struct overlap_pair *pairs;
    struct err err = {0};
    size_t found;
    if (store_shingles(store, 1, add_mark, &marks, &err) < 0)
        die(err.message);
    overlap_pairs((const struct overlap_mark *)(const void *)marks.bytes,
                  marks.length / sizeof(struct overlap_mark), count, STORE_COMMON_MOST,
                  ORIGINAL_SHARE, &pairs, &found, NULL);
    buf_free(&marks);
    free(pairs);
    return found;
}

static void ask_each(struct store *store, const struct shingles *shingles, uint32_t count)
{
    struct arena *arena = arena_new();
    const struct store_near *near;
    struct err err = {0};
    size_t found;
    for (uint32_t i = 0; i < count; i++)
        if (store_similar(store, 1, shingles[i].hashes, shingles[i].count, ORIGINAL_MOST, arena,
                          &near, &found, &err) < 0)
            die(err.message);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    enum { ASKED = 200 };
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000;
    struct store *store = NULL;
    struct err err = {0};
    size_t all = 0;
    if (count < ASKED || store_open(NULL, STORE_WRITE, &store, &err) < 0)
        die(count < ASKED ? "at least 200 texts" : err.message);
    struct buf *texts = write_texts(count);
    double start = now();
    struct shingles *shingles = fingerprint(texts, count);
    double made = now();
    add_all(store, shingles, count);
    double added = now();
    size_t pairs = compare_all(store, count);
    double compared = now();
    ask_each(store, shingles, ASKED);
    double asked = now();
    for (uint32_t i = 0; i < count; i++)
        all += shingles[i].count;
    printf("texts %u, copies %u, fingerprints %zu (%.0f a text)\n", count, count / COPY_EVERY,
           all, (double)all / count);
    printf("fingerprinted %.3f s, stored %.3f s (in memory)\n", made - start, added - made);
    printf("compared each with each %.3f s, %zu pairs\n", compared - added, pairs);
    printf("one against all %.3f ms\n", (asked - compared) * 1000 / ASKED);
    store_close(store);
    for (uint32_t i = 0; i < count; i++) {
        buf_free(&texts[i]);
        shingles_free(&shingles[i]);
    }
    free(texts);
    free(shingles);
    return 0;
}
