#include "store/plans.h"
#include "store/store_data.h"

#include "base/buf.h"

#include <string.h>

/* The number of a plan: 0 when the store does not know it. */
static int find_plan(struct store *store, const char *id, int64_t *number, struct err *err)
{
    struct query query = query_new(store, SQL_PLAN);
    query_text(&query, id);
    int code = query_step(&query, err);
    *number = code > 0 ? query_get(&query) : 0;
    query_end(&query);
    return code < 0 ? code : 0;
}

int store_plan_number(struct store *store, const char *id, uint32_t *number, struct err *err)
{
    int64_t found;
    int code = find_plan(store, id, &found, err);
    if (code == 0)
        *number = (uint32_t)found;
    return code;
}

static int add_plan(struct store *store, const char *id, int64_t *number, struct err *err)
{
    struct query query = query_new(store, SQL_PLAN_ADD);
    query_text(&query, id);
    int code = query_run(&query, err);
    *number = sqlite3_last_insert_rowid(store->db);
    return code;
}

static int add_revision(struct store *store, int64_t plan,
                        const struct store_revision *revision, int64_t *number, struct err *err)
{
    struct query query = query_new(store, SQL_REVISION_ADD);
    query_int(&query, plan);
    query_int(&query, revision->taken_ms);
    query_text(&query, revision->hash);
    query_text(&query, revision->path ? revision->path : "");
    query_bytes(&query, revision->length ? revision->text : "", revision->length);
    int code = query_run(&query, err);
    *number = sqlite3_last_insert_rowid(store->db);
    for (size_t i = 0; code == 0 && i < revision->source_count; i++) {
        const struct store_source *source = revision->sources + i;
        query = query_new(store, SQL_SOURCE_ADD);
        query_int(&query, *number);
        query_int(&query, (int64_t)i);
        query_text(&query, source->file);
        query_text(&query, source->sha256);
        query_bytes(&query, source->length ? source->text : "", source->length);
        code = query_run(&query, err);
    }
    return code;
}

static int begin_anew(struct store *store, int64_t plan, const char *id, struct err *err)
{
    struct query query = query_new(store, SQL_ITEM_ANEW);
    query_int(&query, plan);
    query_text(&query, id);
    query_int(&query, STORE_NEVER);
    return query_run(&query, err);
}

static int take_revision(struct store *store, const struct store_revision *revision,
                         int64_t *plan, struct err *err)
{
    int64_t number = 0;
    int code = find_plan(store, revision->plan, plan, err);
    if (code == 0 && *plan == 0)
        code = add_plan(store, revision->plan, plan, err);
    if (code == 0)
        code = add_revision(store, *plan, revision, &number, err);
    if (code < 0)
        return code;
    struct query query = query_new(store, SQL_PLAN_MOVE);
    query_int(&query, *plan);
    query_int(&query, number);
    return query_run(&query, err);
}

int store_take_revision(struct store *store, const struct store_revision *revision,
                        const char *const *anew, size_t anew_count, uint32_t *plan,
                        struct err *err)
{
    int64_t number = 0;
    int code = group_enter(store, false, err);
    if (code < 0)
        return code;
    code = take_revision(store, revision, &number, err);
    for (size_t i = 0; code == 0 && i < anew_count; i++)
        code = begin_anew(store, number, anew[i], err);
    if ((code = group_leave(store, code, err)) == 0)
        *plan = (uint32_t)number;
    return code;
}

static const char *keep_bytes(struct query *query, struct arena *arena, size_t *length)
{
    const void *bytes = query_get_bytes(query, length);
    return arena_copy(arena, *length ? bytes : "", *length);
}

static int read_sources(struct store *store, int64_t revision, struct arena *arena,
                        struct store_revision *out, struct err *err)
{
    struct buf sources = {0};
    struct query query = query_new(store, SQL_SOURCES);
    query_int(&query, revision);
    int code;
    while ((code = query_step(&query, err)) > 0) {
        struct store_source source = {0};
        source.file = query_keep_text(&query, arena);
        source.sha256 = query_keep_text(&query, arena);
        source.text = keep_bytes(&query, arena, &source.length);
        buf_add(&sources, &source, sizeof source);
    }
    query_end(&query);
    out->source_count = sources.length / sizeof *out->sources;
    struct store_source *list = arena_array(arena, out->source_count, sizeof *list);
    if (sources.length)
        memcpy(list, sources.bytes, sources.length);
    out->sources = list;
    buf_free(&sources);
    return code;
}

int store_revision(struct store *store, const char *plan, struct arena *arena,
                   struct store_revision *out, uint32_t *number, struct err *err)
{
    struct store_revision revision = {0};
    struct query query = query_new(store, SQL_REVISION);
    query_text(&query, plan);
    int code = query_step(&query, err);
    if (code <= 0) {
        query_end(&query);
        return code < 0 ? code
                        : err_set(err, ERR_NOT_FOUND, "the store has no plan \"%s\"", plan);
    }
    uint32_t found = (uint32_t)query_get(&query);
    int64_t row = query_get(&query);
    revision.plan = query_keep_text(&query, arena);
    revision.hash = query_keep_text(&query, arena);
    revision.path = query_keep_text(&query, arena);
    revision.taken_ms = query_get(&query);
    revision.text = keep_bytes(&query, arena, &revision.length);
    query_end(&query);
    if ((code = read_sources(store, row, arena, &revision, err)) < 0)
        return code;
    *out = revision;
    *number = found;
    return 0;
}

int store_plans(struct store *store, struct arena *arena, const char *const **ids,
                size_t *count, struct err *err)
{
    struct buf found = {0};
    struct query query = query_new(store, SQL_PLANS);
    int code;
    while ((code = query_step(&query, err)) > 0) {
        const char *id = query_keep_text(&query, arena);
        buf_add(&found, &id, sizeof id);
    }
    query_end(&query);
    if (code == 0) {
        *count = found.length / sizeof **ids;
        const char **list = arena_array(arena, *count, sizeof *list);
        if (found.length)
            memcpy(list, found.bytes, found.length);
        *ids = list;
    }
    buf_free(&found);
    return code;
}
