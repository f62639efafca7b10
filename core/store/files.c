#include "store/files.h"

#include "store/store_data.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

/* ---- adding -------------------------------------------------------------------------------- */

static int add_file(struct store *store, int64_t fact, size_t place,
                    const struct store_file *file, struct err *err)
{
    struct query query = query_new(store, SQL_FILE_ADD);
    query_int(&query, fact);
    query_int(&query, (int64_t)place);
    query_text(&query, file->sha256);
    query_text(&query, file->name);
    query_int(&query, file->bytes);
    if (file->chars >= 0)
        query_int(&query, file->chars);
    else
        query_number(&query, 0); /* NULL */
    query_int(&query, file->kept);
    return query_run(&query, err);
}

static int add_shingle(struct store *store, int64_t fact, int64_t hash, struct err *err)
{
    struct query query = query_new(store, SQL_SHINGLE_ADD);
    query_int(&query, hash);
    query_int(&query, fact);
    return query_run(&query, err);
}

/* 1 = the fact has files or fingerprints. */
static int has_some(struct store *store, enum sql sql, int64_t fact, struct err *err)
{
    struct query query = query_new(store, sql);
    query_int(&query, fact);
    int code = query_step(&query, err);
    query_end(&query);
    return code;
}

static bool ascends(const int64_t *shingles, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (shingles[i] <= shingles[i - 1])
            return false;
    return true;
}

int store_add_files(struct store *store, int64_t fact, const struct store_file *files,
                    size_t file_count, const int64_t *shingles, size_t shingle_count,
                    struct err *err)
{
    if (file_count > STORE_FILES_MOST || shingle_count > STORE_SHINGLES_MOST)
        return err_set(err, ERR_LIMIT, "%zu files with %zu fingerprints", file_count,
                       shingle_count);
    if (!ascends(shingles, shingle_count))
        return err_set(err, ERR_INVALID, "fingerprints that do not ascend");
    int code = group_enter(store, true, err);
    if (code < 0)
        return code;
    code = has_some(store, SQL_FILES, fact, err);
    if (code == 0)
        code = has_some(store, SQL_SHINGLES_OF, fact, err);
    if (code > 0)
        code = err_set(err, ERR_INVALID, "fact %lld has its files already", (long long)fact);
    for (size_t i = 0; code == 0 && i < file_count; i++)
        code = add_file(store, fact, i, &files[i], err);
    for (size_t i = 0; code == 0 && i < shingle_count; i++)
        code = add_shingle(store, fact, shingles[i], err);
    return group_leave(store, code, err);
}

/* ---- reading ------------------------------------------------------------------------------- */

/* Moves what was found into the arena. */
static const void *keep_list(struct arena *arena, struct buf *found, size_t size, size_t *count)
{
    *count = found->length / size;
    void *list = arena_array(arena, *count, size);
    if (found->length)
        memcpy(list, found->bytes, found->length);
    return list;
}

int store_files_of(struct store *store, int64_t fact, struct arena *arena,
                   const struct store_file **files, size_t *count, struct err *err)
{
    struct buf found = {0};
    struct query query = query_new(store, SQL_FILES);
    query_int(&query, fact);
    int code;
    while ((code = query_step(&query, err)) > 0) {
        struct store_file file = {.sha256 = query_keep_text(&query, arena)};
        file.name = query_keep_text(&query, arena);
        file.bytes = query_get(&query);
        bool measured = sqlite3_column_type(query.statement, query.next) != SQLITE_NULL;
        int64_t chars = query_get(&query);
        file.chars = measured ? chars : -1;
        file.kept = query_get(&query) != 0;
        buf_add(&found, &file, sizeof file);
    }
    query_end(&query);
    if (code == 0)
        *files = keep_list(arena, &found, sizeof **files, count);
    buf_free(&found);
    return code;
}

int store_shingles_of(struct store *store, int64_t fact, struct arena *arena,
                      const int64_t **shingles, size_t *count, struct err *err)
{
    struct buf found = {0};
    struct query query = query_new(store, SQL_SHINGLES_OF);
    query_int(&query, fact);
    int code;
    while ((code = query_step(&query, err)) > 0) {
        int64_t hash = query_get(&query);
        buf_add(&found, &hash, sizeof hash);
    }
    query_end(&query);
    if (code == 0)
        *shingles = keep_list(arena, &found, sizeof **shingles, count);
    buf_free(&found);
    return code;
}

int store_standing_fact(struct store *store, int64_t number, struct arena *arena,
                        struct store_fact *out, struct err *err)
{
    struct query query = query_new(store, SQL_FACT_STANDS);
    query_int(&query, number);
    int code = query_step(&query, err);
    if (code > 0) {
        row_fact(&query, out);
        *out = store_keep_fact(arena, out);
    }
    query_end(&query);
    return code > 0 ? 0
           : code < 0
               ? code
               : err_set(err, ERR_NOT_FOUND, "fact %lld does not stand", (long long)number);
}

/* ---- the same bytes ------------------------------------------------------------------------ */

/* The first fact behind `after` that brought the bytes: 1 = found. */
static int next_same(struct store *store, uint32_t plan, const char *sha256, int64_t *after,
                     struct err *err)
{
    struct query query = query_new(store, SQL_FILE_SAME);
    query_text(&query, sha256);
    query_int(&query, *after);
    query_int(&query, plan);
    int code = query_step(&query, err);
    if (code > 0)
        *after = query_get(&query);
    query_end(&query);
    return code;
}

int store_same_file(struct store *store, uint32_t plan, const char *sha256,
                    store_fact_reader reader, void *context, struct err *err)
{
    int64_t number = 0;
    int code;
    bool more = true;
    struct arena *arena = arena_new();
    while (more && (code = next_same(store, plan, sha256, &number, err)) > 0) {
        struct store_fact fact;
        struct err none;
        code = store_standing_fact(store, number, arena, &fact, &none);
        if (code == 0)
            more = reader(context, &fact);
        else if (code != ERR_NOT_FOUND) {
            code = err_set(err, code, "%s", none.message);
            break;
        }
        code = 0;
    }
    arena_free(arena);
    return code < 0 ? code : 0;
}

int store_double_files(struct store *store, uint32_t plan, struct arena *arena,
                       const char *const **hashes, size_t *count, struct err *err)
{
    static const char sql[] = "SELECT sha256 FROM file JOIN fact ON number = file.fact"
                              " WHERE plan = ?1 GROUP BY sha256"
                              " HAVING min(file.fact) <> max(file.fact) ORDER BY sha256";
    const int64_t values[] = {plan};
    struct buf found = {0};
    struct query query;
    int code = query_open(store, sql, values, &query, err);
    while (code >= 0 && (code = query_step(&query, err)) > 0) {
        const char *hash = query_keep_text(&query, arena);
        buf_add(&found, &hash, sizeof hash);
    }
    query_close(&query);
    if (code == 0)
        *hashes = keep_list(arena, &found, sizeof **hashes, count);
    buf_free(&found);
    return code;
}

/* ---- near texts ---------------------------------------------------------------------------- */

/* A text that is asked about. */
struct asked {
    struct store *store;
    uint32_t plan;
    const int64_t *shingles;
    size_t count;
    struct err *err;
};

static int compare_numbers(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* The facts that have a fingerprint, beside `added` more that have it: their number, or -1 when
 * they are too many to say anything. */
static int read_sharers(const struct asked *asked, int64_t hash, uint32_t added,
                        int64_t facts[STORE_COMMON_MOST + 1])
{
    struct query query = query_new(asked->store, SQL_SHINGLE_FACTS);
    query_int(&query, hash);
    query_int(&query, asked->plan);
    query_int(&query, STORE_COMMON_MOST + 1);
    int code;
    uint32_t count = 0;
    while ((code = query_step(&query, asked->err)) > 0)
        facts[count++] = query_get(&query);
    query_end(&query);
    return code < 0                            ? code
           : count + added > STORE_COMMON_MOST ? STORE_COMMON_MOST + 1
                                               : (int)count;
}

struct candidate {
    int64_t fact;
    uint32_t common;
};

static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->common != b->common)
        return a->common < b->common ? 1 : -1;
    return compare_numbers(&a->fact, &b->fact);
}

/* Runs of equal facts become candidates, in place: there are no more of them. */
static size_t count_runs(int64_t *facts, size_t length, struct candidate *out)
{
    size_t count = 0;
    if (length)
        qsort(facts, length, sizeof *facts, compare_numbers);
    for (size_t i = 0; i < length; i++) {
        if (count && out[count - 1].fact == facts[i])
            out[count - 1].common++;
        else
            out[count++] = (struct candidate){facts[i], 1};
    }
    if (count)
        qsort(out, count, sizeof *out, compare_candidates);
    return count;
}

/* Everybody who shares something, most in common first; `*own` = fingerprints that say something. */
static int find_candidates(const struct asked *asked, struct arena *arena,
                           struct candidate **out, size_t *count, uint32_t *own)
{
    int64_t sharers[STORE_COMMON_MOST + 1];
    struct buf found = {0};
    int code = 0;
    *own = 0;
    for (size_t i = 0; code >= 0 && i < asked->count; i++) {
        code = read_sharers(asked, asked->shingles[i], 1, sharers);
        if (code < 0 || code > STORE_COMMON_MOST)
            continue;
        buf_add(&found, sharers, (size_t)code * sizeof *sharers);
        ++*own;
    }
    if (code >= 0) {
        size_t length = found.length / sizeof *sharers;
        *out = arena_array(arena, length, sizeof **out);
        *count = count_runs((int64_t *)(void *)found.bytes, length, *out);
    }
    buf_free(&found);
    return code < 0 ? code : 0;
}

/* How many fingerprints of a stored text say something beside the one asked about. */
static int count_own(const struct asked *asked, int64_t fact, struct arena *arena,
                     uint32_t *own)
{
    int64_t sharers[STORE_COMMON_MOST + 1];
    const int64_t *shingles;
    size_t count;
    int code = store_shingles_of(asked->store, fact, arena, &shingles, &count, asked->err);
    *own = 0;
    for (size_t i = 0; code >= 0 && i < count; i++) {
        bool both = asked->count && bsearch(&shingles[i], asked->shingles, asked->count,
                                            sizeof *shingles, compare_numbers);
        code = read_sharers(asked, shingles[i], both, sharers);
        *own += code >= 0 && code <= STORE_COMMON_MOST;
    }
    return code < 0 ? code : 0;
}

int store_similar(struct store *store, uint32_t plan, const int64_t *shingles,
                  size_t shingle_count, size_t most, struct arena *arena,
                  const struct store_near **near, size_t *count, struct err *err)
{
    const struct asked asked = {store, plan, shingles, shingle_count, err};
    struct arena *own_arena = arena_new();
    struct candidate *candidates = NULL;
    struct store_near *list = arena_array(arena, most, sizeof *list);
    size_t candidate_count = 0, found = 0;
    uint32_t of = 0;
    int code = find_candidates(&asked, own_arena, &candidates, &candidate_count, &of);
    for (size_t i = 0; code == 0 && i < candidate_count && found < most; i++) {
        struct store_near *next = &list[found];
        struct err none;
        code = store_standing_fact(store, candidates[i].fact, arena, &next->fact, &none);
        if (code == 0) {
            next->common = candidates[i].common;
            next->of = of;
            code = count_own(&asked, candidates[i].fact, own_arena, &next->own);
            found++;
        } else if (code == ERR_NOT_FOUND) { /* withdrawn */
            code = 0;
        } else {
            code = err_set(err, code, "%s", none.message);
        }
    }
    arena_free(own_arena);
    if (code < 0)
        return code;
    *near = list;
    *count = found;
    return 0;
}

int store_shingles(struct store *store, uint32_t plan, store_shingle_reader reader,
                   void *context, struct err *err)
{
    static const char sql[] = "SELECT hash, shingle.fact FROM shingle CROSS JOIN fact"
                              " ON number = shingle.fact WHERE plan = ?1"
                              " ORDER BY hash, shingle.fact";
    const int64_t values[] = {plan};
    struct query query;
    int code = query_open(store, sql, values, &query, err);
    while (code >= 0 && (code = query_step(&query, err)) > 0) {
        int64_t hash = query_get(&query);
        reader(context, hash, query_get(&query));
    }
    query_close(&query);
    return code < 0 ? code : 0;
}

/* ---- what is kept -------------------------------------------------------------------------- */

int store_kept_files(struct store *store, store_kept_reader reader, void *context,
                     struct err *err)
{
    struct query query;
    int code = query_open(store,
                          "SELECT DISTINCT sha256 FROM file INDEXED BY file_sha256"
                          " WHERE kept = 1 ORDER BY sha256",
                          NULL, &query, err);
    while (code >= 0 && (code = query_step(&query, err)) > 0)
        code = reader(context, query_get_text(&query), err);
    query_close(&query);
    return code < 0 ? code : 0;
}

int store_is_kept(struct store *store, const char *sha256, bool *kept, struct err *err)
{
    struct query query = query_new(store, SQL_FILE_KEPT);
    query_text(&query, sha256);
    int code = query_step(&query, err);
    query_end(&query);
    if (code >= 0)
        *kept = code > 0;
    return code < 0 ? code : 0;
}
