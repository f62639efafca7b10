#include "engine/original.h"

#include "base/buf.h"
#include "engine/engine_data.h"
#include "engine/fact.h"
#include "engine/overlap.h"

#include <stdlib.h>
#include <string.h>

bool original_asked(const struct item *item)
{
    const struct value *where = value_get(item->sealed, "where");
    const struct value *original = value_get(where, "original");
    return original && original->type == VALUE_BOOL && original->boolean;
}

/* ---- who handed in what -------------------------------------------------------------------- */

/* The row of the person that a fact names, UNIT_NONE when it names none. */
static uint32_t person_of(const struct bound *bound, const struct store_fact *fact)
{
    uint32_t row = UNIT_NONE;
    if (!fact->detail || !bound->input.roster || !strstr(fact->detail, "\"person\""))
        return row;
    struct arena *arena = arena_new();
    const char *person = value_get_string(fact_detail(fact, arena), "person");
    if (person)
        row = roster_find(bound->input.roster, person, strlen(person));
    arena_free(arena);
    return row;
}

bool original_of_fact(const struct engine *engine, uint32_t plan, const struct store_fact *fact,
                      struct original_piece *out)
{
    const struct bound *bound = &engine->bounds[plan];
    if (fact->plan != bound->number ||
        (fact->kind != FACT_SUBMITTED && fact->kind != FACT_REWORKED))
        return false;
    uint32_t item = bound_item(bound, fact->item);
    if (item == ITEM_NONE || item >= bound->input.plan->item_count)
        return false;
    *out = (struct original_piece){
        .piece = fact->kind == FACT_SUBMITTED ? fact->number : fact->piece,
        .fact = fact->number,
        .item = item,
        .unit = bound_row(bound, fact->unit),
        .person = person_of(bound, fact),
        .at_ms = fact->at_ms,
    };
    return true;
}

static bool is_same_author(const struct original_piece *a, const struct original_piece *b)
{
    if (a->piece && a->piece == b->piece)
        return true;
    if (a->person != UNIT_NONE && b->person != UNIT_NONE)
        return a->person == b->person;
    return a->unit != UNIT_NONE && a->unit == b->unit;
}

static bool is_original(const struct engine *engine, uint32_t plan,
                        const struct original_piece *piece)
{
    return original_asked(&engine->bounds[plan].input.plan->items[piece->item]);
}

uint32_t original_share(const struct original_like *like)
{
    return like->of ? (uint32_t)((uint64_t)like->common * 1000 / like->of) : 1000;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* ---- one piece against all ----------------------------------------------------------------- */

/* Those that brought the same bytes, into `found`. */
struct same_search {
    const struct engine *engine;
    uint32_t plan;
    const struct original_piece *piece;
    size_t most, before; /* before: found with the files before this one */
    struct buf *found;   /* of struct original_like */
};

static size_t count_likes(const struct buf *found)
{
    return found->length / sizeof(struct original_like);
}

static bool has_piece(const struct buf *found, int64_t piece)
{
    const struct original_like *likes = (const void *)found->bytes;
    for (size_t i = 0; i < count_likes(found); i++)
        if (likes[i].other.piece == piece)
            return true;
    return false;
}

/* They come by number: who was the first to bring a file copies from nobody. */
static bool look_at_same(void *context, const struct store_fact *fact)
{
    struct same_search *search = context;
    struct original_like like = {0};
    if (!original_of_fact(search->engine, search->plan, fact, &like.other) ||
        !is_original(search->engine, search->plan, &like.other))
        return true;
    if (is_same_author(&like.other, search->piece))
        return count_likes(search->found) > search->before;
    if (!has_piece(search->found, like.other.piece))
        buf_add(search->found, &like, sizeof like);
    return count_likes(search->found) < search->most;
}

static int find_same(struct engine *engine, uint32_t plan, const struct original_piece *piece,
                     const struct store_file *files, size_t count, size_t most,
                     struct buf *found, struct err *err)
{
    struct same_search search = {engine, plan, piece, most, 0, found};
    int code = 0;
    for (size_t i = 0; code == 0 && i < count && count_likes(found) < most; i++) {
        search.before = count_likes(found);
        code = store_same_file(engine->store, engine_plan_number(engine, plan), files[i].sha256,
                               look_at_same, &search, err);
    }
    return code;
}

static int compare_likes(const void *left, const void *right)
{
    const struct original_like *a = left, *b = right;
    uint32_t share_a = original_share(a), share_b = original_share(b);
    if (share_a != share_b)
        return share_a < share_b ? 1 : -1;
    return (a->other.piece > b->other.piece) - (a->other.piece < b->other.piece);
}

static int find_near(struct engine *engine, uint32_t plan, const struct original_piece *piece,
                     const int64_t *shingles, size_t count, const struct buf *same,
                     struct buf *found, struct err *err)
{
    struct arena *arena = arena_new();
    const struct store_near *near;
    size_t near_count;
    int code = store_similar(engine->store, engine_plan_number(engine, plan), shingles, count,
                             ORIGINAL_MOST, arena, &near, &near_count, err);
    for (size_t i = 0; code == 0 && i < near_count; i++) {
        struct original_like like = {.common = near[i].common,
                                     .of = smaller(near[i].own, near[i].of)};
        if (original_of_fact(engine, plan, &near[i].fact, &like.other) &&
            is_original(engine, plan, &like.other) && !is_same_author(&like.other, piece) &&
            !has_piece(same, like.other.piece) && !has_piece(found, like.other.piece) &&
            original_share(&like) >= ORIGINAL_SHARE)
            buf_add(found, &like, sizeof like);
    }
    arena_free(arena);
    return code;
}

static const struct original_like *keep_likes(struct arena *arena, const struct buf *found,
                                              size_t *count)
{
    *count = count_likes(found);
    struct original_like *likes = arena_array(arena, *count, sizeof *likes);
    if (*count)
        memcpy(likes, found->bytes, *count * sizeof *likes);
    return likes;
}

int original_find(struct engine *engine, uint32_t plan, const struct original_piece *piece,
                  const struct store_file *files, size_t file_count, const int64_t *shingles,
                  size_t shingle_count, struct arena *arena, const struct original_like **same,
                  size_t *same_count, const struct original_like **near, size_t *near_count,
                  struct err *err)
{
    struct buf equal = {0}, alike = {0};
    int code = 0;
    if (is_original(engine, plan, piece)) {
        code = find_same(engine, plan, piece, files, file_count, ORIGINAL_MOST, &equal, err);
        if (code == 0)
            code = find_near(engine, plan, piece, shingles, shingle_count, &equal, &alike, err);
    }
    if (code == 0) {
        struct original_like *likes = (void *)alike.bytes;
        if (count_likes(&alike))
            qsort(likes, count_likes(&alike), sizeof *likes, compare_likes);
        *same = keep_likes(arena, &equal, same_count);
        *near = keep_likes(arena, &alike, near_count);
    }
    buf_free(&equal);
    buf_free(&alike);
    return code;
}

/* ---- all against all ----------------------------------------------------------------------- */

/* A version of a piece that stands. */
struct version {
    struct original_piece piece;
    int64_t source; /* the first piece with the same file: itself where there is none */
    bool meant;     /* of an item with `original` */
    bool last;      /* no later version of the piece stands */
};

struct survey {
    struct engine *engine;
    uint32_t plan, item;
    int64_t piece;
    struct arena *arena;
    struct buf marks; /* of struct stored_mark */
    struct version *versions;
    uint32_t count;
    struct buf pairs;  /* of struct original_pair */
    struct buf common; /* of struct original_piece */
    struct err *err;
};

static uint32_t number_of(const struct survey *survey)
{
    return engine_plan_number(survey->engine, survey->plan);
}

static int compare_numbers(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static struct version *version_of(const struct survey *survey, int64_t fact)
{
    uint32_t low = 0, high = survey->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (survey->versions[middle].piece.fact < fact)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < survey->count && survey->versions[low].piece.fact == fact;
    return found ? &survey->versions[low] : NULL;
}

/* Reads the facts, ascending and distinct; those that do not stand are left out. */
static int read_versions(struct survey *survey, const int64_t *facts, size_t count)
{
    survey->versions = arena_array(survey->arena, count, sizeof *survey->versions);
    struct arena *arena = arena_new();
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++) {
        struct version *version = &survey->versions[survey->count];
        struct store_fact fact;
        struct err none;
        code = store_standing_fact(survey->engine->store, facts[i], arena, &fact, &none);
        if (code == 0 &&
            original_of_fact(survey->engine, survey->plan, &fact, &version->piece)) {
            version->source = version->piece.piece;
            version->meant = is_original(survey->engine, survey->plan, &version->piece);
            version->last = true;
            survey->count++;
        }
        if (code < 0)
            code = code == ERR_NOT_FOUND ? 0 : err_set(survey->err, code, "%s", none.message);
    }
    arena_free(arena);
    return code;
}

static int compare_by_piece(const void *left, const void *right)
{
    const struct version *const *a = left, *const *b = right;
    int order = compare_numbers(&(*a)->piece.piece, &(*b)->piece.piece);
    return order ? order : compare_numbers(&(*a)->piece.fact, &(*b)->piece.fact);
}

static void mark_last(struct survey *survey)
{
    struct version **sorted = arena_array(survey->arena, survey->count, sizeof *sorted);
    for (uint32_t i = 0; i < survey->count; i++)
        sorted[i] = &survey->versions[i];
    if (survey->count)
        qsort(sorted, survey->count, sizeof *sorted, compare_by_piece);
    for (uint32_t i = 1; i < survey->count; i++)
        if (sorted[i]->piece.piece == sorted[i - 1]->piece.piece)
            sorted[i - 1]->last = false;
}

static bool is_meant(const struct survey *survey, const struct version *version)
{
    return (survey->item == ITEM_NONE || version->piece.item == survey->item) &&
           (!survey->piece || version->piece.piece == survey->piece);
}

/* The later one answers for its last version only: what a rework replaced is no copy any more. */
static void add_pair(struct survey *survey, const struct version *first,
                     const struct version *second, struct original_pair pair)
{
    bool asked = is_meant(survey, first) || is_meant(survey, second);
    if (!asked || !first->meant || !second->meant || !second->last ||
        is_same_author(&first->piece, &second->piece))
        return;
    pair.first = first->piece;
    pair.second = second->piece;
    buf_add(&survey->pairs, &pair, sizeof pair);
}

/* ---- the same file, over all ---- */

static bool add_number(void *context, const struct store_fact *fact)
{
    buf_add(context, &fact->number, sizeof fact->number);
    return true;
}

/* Of those with one file, each is a copy of the first of another author. */
static void pair_same(struct survey *survey, const int64_t *facts, size_t count,
                      const char *sha256)
{
    for (size_t i = 0; i < count; i++) {
        struct version *second = version_of(survey, facts[i]);
        bool found = !second || !second->meant;
        for (size_t k = 0; k < i && !found; k++) {
            const struct version *first = version_of(survey, facts[k]);
            found = first && first->meant && !is_same_author(&first->piece, &second->piece);
            if (!found)
                continue;
            second->source = first->source;
            add_pair(survey, first, second, (struct original_pair){.sha256 = sha256});
        }
    }
}

static int find_all_same(struct survey *survey, const char *const *hashes, size_t count)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++) {
        struct buf facts = {0};
        code = store_same_file(survey->engine->store, number_of(survey), hashes[i], add_number,
                               &facts, survey->err);
        if (code == 0)
            pair_same(survey, (const int64_t *)(const void *)facts.bytes,
                      facts.length / sizeof(int64_t), hashes[i]);
        buf_free(&facts);
    }
    return code;
}

/* ---- near texts, over all ---- */

struct stored_mark {
    int64_t hash, fact;
};

static void add_mark(void *context, int64_t hash, int64_t fact)
{
    struct stored_mark mark = {hash, fact};
    buf_add(context, &mark, sizeof mark);
}

/* The marks of the versions that are meant, by hash, then version; `all` = how many of each. */
static struct overlap_mark *list_marks(const struct survey *survey, size_t *count,
                                       uint32_t *all)
{
    const struct stored_mark *stored = (const void *)survey->marks.bytes;
    size_t stored_count = survey->marks.length / sizeof *stored;
    struct overlap_mark *marks = mem_resize(NULL, stored_count + 1, sizeof *marks);
    *count = 0;
    for (size_t i = 0; i < stored_count; i++) {
        const struct version *version = version_of(survey, stored[i].fact);
        if (!version || !version->meant)
            continue;
        uint32_t text = (uint32_t)(version - survey->versions);
        marks[(*count)++] = (struct overlap_mark){stored[i].hash, text};
        all[text]++;
    }
    return marks;
}

static void find_common(struct survey *survey, const uint32_t *all, const uint32_t *own)
{
    for (uint32_t i = 0; i < survey->count; i++) {
        const struct version *version = &survey->versions[i];
        if (2 * own[i] < all[i] && version->last && is_meant(survey, version))
            buf_add(&survey->common, &version->piece, sizeof version->piece);
    }
}

/* Copies of a file are told once, as such: what else is near is told of the first one. */
static void find_all_near(struct survey *survey)
{
    uint32_t *all = arena_array(survey->arena, survey->count, sizeof *all);
    uint32_t *own = arena_array(survey->arena, survey->count, sizeof *own);
    size_t count, found;
    struct overlap_mark *marks = list_marks(survey, &count, all);
    struct overlap_pair *pairs;
    overlap_pairs(marks, count, survey->count, STORE_COMMON_MOST, ORIGINAL_SHARE, &pairs,
                  &found, own);
    for (size_t i = 0; i < found; i++) {
        const struct version *first = &survey->versions[pairs[i].first];
        const struct version *second = &survey->versions[pairs[i].second];
        if (first->source == first->piece.piece && second->source == second->piece.piece)
            add_pair(survey, first, second,
                     (struct original_pair){.common = pairs[i].common, .of = pairs[i].of});
    }
    find_common(survey, all, own);
    free(marks);
    free(pairs);
}

static uint32_t pair_share(const struct original_pair *pair)
{
    return pair->of ? (uint32_t)((uint64_t)pair->common * 1000 / pair->of) : 1001;
}

static int compare_pairs(const void *left, const void *right)
{
    const struct original_pair *a = left, *b = right;
    uint32_t share_a = pair_share(a), share_b = pair_share(b);
    if (share_a != share_b)
        return share_a < share_b ? 1 : -1;
    int order = compare_numbers(&a->first.fact, &b->first.fact);
    return order ? order : compare_numbers(&a->second.fact, &b->second.fact);
}

static int compare_by_pieces(const void *left, const void *right)
{
    const struct original_pair *a = left, *b = right;
    int order = compare_numbers(&a->first.piece, &b->first.piece);
    if (!order)
        order = compare_numbers(&a->second.piece, &b->second.piece);
    return order ? order : compare_pairs(left, right);
}

/* Most alike first; of two versions of the same pieces the pair with the greater share. */
static size_t sort_pairs(struct original_pair *pairs, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(pairs, count, sizeof *pairs, compare_by_pieces);
    for (size_t i = 0; i < count; i++) {
        const struct original_pair *before = kept ? &pairs[kept - 1] : NULL;
        if (!before || before->first.piece != pairs[i].first.piece ||
            before->second.piece != pairs[i].second.piece)
            pairs[kept++] = pairs[i];
    }
    if (kept)
        qsort(pairs, kept, sizeof *pairs, compare_pairs);
    return kept;
}

/* ---- all of it ---- */

/* The facts of all marks and of all files that came twice, ascending and distinct. */
static int list_facts(const struct survey *survey, const char *const *hashes, size_t hash_count,
                      struct buf *facts)
{
    const struct stored_mark *marks = (const void *)survey->marks.bytes;
    int code = 0;
    for (size_t i = 0; i < survey->marks.length / sizeof *marks; i++)
        buf_add(facts, &marks[i].fact, sizeof marks[i].fact);
    for (size_t i = 0; code == 0 && i < hash_count; i++)
        code = store_same_file(survey->engine->store, number_of(survey), hashes[i], add_number,
                               facts, survey->err);
    int64_t *list = (void *)facts->bytes;
    size_t count = facts->length / sizeof *list, kept = 0;
    if (count)
        qsort(list, count, sizeof *list, compare_numbers);
    for (size_t i = 0; i < count; i++)
        if (!kept || list[kept - 1] != list[i])
            list[kept++] = list[i];
    facts->length = kept * sizeof *list;
    return code;
}

static int look_at_all(struct survey *survey)
{
    struct store *store = survey->engine->store;
    const char *const *hashes = NULL;
    size_t hash_count = 0;
    struct buf facts = {0};
    int code = store_shingles(store, number_of(survey), add_mark, &survey->marks, survey->err);
    if (code == 0)
        code = store_double_files(store, number_of(survey), survey->arena, &hashes, &hash_count,
                                  survey->err);
    if (code == 0)
        code = list_facts(survey, hashes, hash_count, &facts);
    if (code == 0)
        code = read_versions(survey, (const int64_t *)(const void *)facts.bytes,
                             facts.length / sizeof(int64_t));
    buf_free(&facts);
    if (code < 0)
        return code;
    mark_last(survey);
    code = find_all_same(survey, hashes, hash_count);
    if (code == 0)
        find_all_near(survey);
    return code;
}

static const void *keep_list(struct arena *arena, const struct buf *found, size_t size,
                             size_t count)
{
    void *kept = arena_array(arena, count, size);
    if (count)
        memcpy(kept, found->bytes, count * size);
    return kept;
}

int original_report(struct engine *engine, uint32_t plan, uint32_t item, int64_t piece,
                    size_t most, struct arena *arena, struct original_report *report,
                    struct err *err)
{
    struct survey survey = {.engine = engine,
                            .plan = plan,
                            .item = item,
                            .piece = piece,
                            .arena = arena,
                            .err = err};
    int code = look_at_all(&survey);
    if (code == 0) {
        struct original_pair *pairs = (void *)survey.pairs.bytes;
        size_t all = sort_pairs(pairs, survey.pairs.length / sizeof *pairs);
        report->pair_count = all < most ? all : most;
        report->more = all > most;
        report->pairs = keep_list(arena, &survey.pairs, sizeof *pairs, report->pair_count);
        report->common_count = survey.common.length / sizeof *report->common;
        report->common =
            keep_list(arena, &survey.common, sizeof *report->common, report->common_count);
    }
    buf_free(&survey.marks);
    buf_free(&survey.pairs);
    buf_free(&survey.common);
    return code;
}
