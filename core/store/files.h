/*
 * What the store knows of files that were handed in: their hashes and counts, and the fingerprints of texts
 * that must be original. The bytes lie beside the store (files/kept.h); what makes two pieces alike is the
 * engine's to judge (engine/original.h).
 *
 * A file belongs to a fact: a submission, or one of its reworks. What was withdrawn is no longer met
 * by store_same_file and store_similar; the rows stay. Each plan is by itself: what units handed in for
 * another is nothing that they copied. The bytes of all plans lie in one place.
 */
#ifndef STORE_FILES_H
#define STORE_FILES_H

#include "store/facts.h"

enum {
    STORE_FILES_MOST = 64,       /* files of a fact */
    STORE_SHINGLES_MOST = 30000, /* fingerprints of a fact */
    STORE_COMMON_MOST = 20,      /* facts; what more of them share is everybody's */
};

struct store_file {
    const char *sha256; /* 64 lower-case hex digits */
    const char *name;   /* without folders */
    int64_t bytes;
    int64_t chars; /* -1 = not measured */
    bool kept;     /* its bytes lie beside the store */
};

/** Adds the files of a fact and its fingerprints (ascending, distinct, as shingles.h makes them), in the
 * group of store_append that gave the number. ERR_INVALID when the fact has some already. */
int store_add_files(struct store *store, int64_t fact, const struct store_file *files,
                    size_t file_count, const int64_t *shingles, size_t shingle_count,
                    struct err *err);

/** The files of a fact in their order, in the arena. */
int store_files_of(struct store *store, int64_t fact, struct arena *arena,
                   const struct store_file **files, size_t *count, struct err *err);

/** One fact by its number, its texts in the arena. ERR_NOT_FOUND when it is not there or, like the
 * submission that it is about, was withdrawn. */
int store_standing_fact(struct store *store, int64_t number, struct arena *arena,
                        struct store_fact *out, struct err *err);

/** The facts of a plan (submissions and reworks) that brought the same bytes and were not withdrawn, the
 * earliest first; texts live until the reader returns, false ends the reading. */
int store_same_file(struct store *store, uint32_t plan, const char *sha256,
                    store_fact_reader reader, void *context, struct err *err);

/** The hashes that several facts of a plan brought, each once, ascending; in the arena. */
int store_double_files(struct store *store, uint32_t plan, struct arena *arena,
                       const char *const **hashes, size_t *count, struct err *err);

/* A fact whose text is near the one that was asked about. Fingerprints that more than STORE_COMMON_MOST
 * facts of the plan have are left out of all numbers. */
struct store_near {
    struct store_fact fact;   /* its texts are the arena's */
    uint32_t common, own, of; /* fingerprints of both, of this one, of the one asked about */
};

/** The facts of a plan that have some of the fingerprints of a text that is not stored yet, at most `most`
 * of them, most in common first, in the arena. Withdrawn ones are left out. Takes at most
 * STORE_COMMON_MOST + 1 rows for each fingerprint, given or found. */
int store_similar(struct store *store, uint32_t plan, const int64_t *shingles,
                  size_t shingle_count, size_t most, struct arena *arena,
                  const struct store_near **near, size_t *count, struct err *err);

/** The fingerprints of a fact, ascending, in the arena. */
int store_shingles_of(struct store *store, int64_t fact, struct arena *arena,
                      const int64_t **shingles, size_t *count, struct err *err);

/** Gets one fingerprint of one fact. */
typedef void (*store_shingle_reader)(void *context, int64_t hash, int64_t fact);

/** All fingerprints of all facts of a plan, by hash, then fact. Reads the whole table. */
int store_shingles(struct store *store, uint32_t plan, store_shingle_reader reader,
                   void *context, struct err *err);

/** Gets the hash of a file whose bytes should lie beside the store; a negative code ends it. */
typedef int (*store_kept_reader)(void *context, const char *sha256, struct err *err);

/** All of them, each once, ascending. */
int store_kept_files(struct store *store, store_kept_reader reader, void *context,
                     struct err *err);

/** Whether some fact says that these bytes are kept. */
int store_is_kept(struct store *store, const char *sha256, bool *kept, struct err *err);

#endif
