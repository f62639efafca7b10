/*
 * For tests of damaged stores: stores with something of everything, kept as the bytes of their files,
 * put back into a folder, and told as text: all rows of all tables and what the readers of store/
 * give. Prefix: kit_ stays store_kit.h's; image_ for files, story_ for what is told.
 */
#ifndef TESTS_DAMAGE_KIT_H
#define TESTS_DAMAGE_KIT_H

#include "store_kit.h"

#include "store/clocks.h"
#include "store/pages.h"
#include "store/plans.h"
#include "store/schema.h"
#include "store/store_data.h"

#include <sys/wait.h>

enum {
    IMAGE_DB,
    IMAGE_LOG,
    IMAGE_SHM,
    IMAGE_MARK,
    IMAGE_JOURNAL,
    IMAGE_FILES,
    IMAGE_PAGE = 4096
};

struct image_file {
    unsigned char *bytes; /* NULL = it is not there */
    size_t length;
};

struct image {
    struct image_file files[IMAGE_FILES];
};

static inline const char *image_path(const char *path, int file)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-mark", "-journal"};
    static char names[IMAGE_FILES][160];
    snprintf(names[file], sizeof names[file], "%s%s", path, ends[file]);
    return names[file];
}

static inline void image_set(struct image *image, int file, const void *bytes, size_t length)
{
    unsigned char *copy = NULL;
    if (bytes) {
        copy = malloc(length + 1);
        assert_non_null(copy);
        memcpy(copy, bytes, length);
    }
    free(image->files[file].bytes);
    image->files[file] = (struct image_file){copy, length};
}

static inline void image_keep(struct image *image, const char *path)
{
    for (int i = 0; i < IMAGE_FILES; i++) {
        struct buf all = {0};
        char part[4096];
        size_t length;
        FILE *file = fopen(image_path(path, i), "rb");
        while (file && (length = fread(part, 1, sizeof part, file)) > 0)
            buf_add(&all, part, length);
        image_set(image, i, file ? (all.bytes ? all.bytes : "") : NULL, all.length);
        if (file)
            fclose(file);
        buf_free(&all);
    }
}

static inline void image_put(const struct image *image, const char *path)
{
    for (int i = 0; i < IMAGE_FILES; i++) {
        const struct image_file *from = image->files + i;
        const char *name = image_path(path, i);
        if (unlink(name) < 0)
            rmdir(name);
        if (!from->bytes)
            continue;
        FILE *file = fopen(name, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(from->bytes, 1, from->length, file), from->length);
        fclose(file);
    }
}

static inline void image_copy(struct image *to, const struct image *from)
{
    for (int i = 0; i < IMAGE_FILES; i++)
        image_set(to, i, from->files[i].bytes, from->files[i].length);
}

static inline void image_free(struct image *image)
{
    for (int i = 0; i < IMAGE_FILES; i++)
        free(image->files[i].bytes);
    *image = (struct image){0};
}

/* ---- a store's lives -------------------------------------------------------------------------- */

enum { LIFE_UNITS = 300, LIFE_FACTS = 40, LIFE_LONG = 15000 };

static inline const char *life_unit(const void *context, uint32_t row)
{
    static char name[40];
    (void)context;
    snprintf(name, sizeof name, "hospital.department.of.number.%u", (unsigned)row);
    return name;
}

static inline uint32_t life_find(const void *context, const char *id, size_t length)
{
    (void)context;
    return length > 30 ? (uint32_t)strtoul(id + 30, NULL, 10) : UINT32_MAX;
}

static inline void life_flush(struct kit *kit)
{
    KIT_OK(kit, store_flush(kit->store, &kit->err));
}

static inline void life_plan(struct kit *kit, int life)
{
    static uint32_t numbers[LIFE_UNITS * 8];
    static char text[LIFE_LONG + 1];
    uint32_t number, most, route;
    struct store_item item;
    char hash[16];
    memset(text, 'a' + life, LIFE_LONG);
    snprintf(hash, sizeof hash, "hash%d", life);
    const struct store_source source = {"p.lua", hash, text, LIFE_LONG / 2};
    const struct store_revision revision = {"p",     hash,    text, LIFE_LONG,
                                            "p.lua", &source, 1,    life};
    KIT_OK(kit, store_take_revision(kit->store, &revision, NULL, 0, &number, &kit->err));
    const char *const id = "i";
    KIT_OK(kit, store_items(kit->store, number, &id, 1, &item, &kit->err));
    struct store_ids ids = {NULL, (uint32_t)(LIFE_UNITS * life), life_unit, life_find};
    KIT_OK(kit, store_units(kit->store, &ids, numbers, &most, &kit->err));
    KIT_OK(kit, store_route(kit->store, "contact", life == 1 ? "a" : "b", &route, &kit->err));
    life_flush(kit);
}

static inline void life_facts(struct kit *kit, int life)
{
    for (uint32_t i = 1; i <= LIFE_FACTS; i++) {
        struct store_fact fact = sample_fact(FACT_SUBMITTED, i * 5, i);
        char key[32];
        int64_t number;
        enum fact_outcome outcome;
        snprintf(key, sizeof key, "life%d.fact%u", life, (unsigned)i);
        fact.key = key;
        fact.note = "心得体会一篇，字数符合要求";
        KIT_OK(kit, store_append(kit->store, &fact, 1, &number, &outcome, &kit->err));
        if (i % 4 == 0)
            life_flush(kit);
    }
}

/* A firing to some units, told to all but the first, whose lines are met. */
static inline void life_send(struct kit *kit, int life)
{
    struct buf subjects = {0};
    static uint32_t units[LIFE_UNITS];
    static struct store_line lines[LIFE_UNITS];
    static struct store_message messages[LIFE_UNITS];
    struct store_firing firing = sample_firing(1000 * life, life, LIFE_UNITS, &subjects), next;
    uint32_t unit;
    size_t count;
    bool whole;
    KIT_OK(kit, kit_tick(kit, &firing, 1, NULL));
    life_flush(kit);
    for (uint32_t i = 0; i < LIFE_UNITS; i++)
        units[i] = i + 1;
    KIT_OK(kit, store_fan_next(kit->store, kit->arena, &next, &unit, &kit->err));
    KIT_OK(kit, store_fan(kit->store, &next, units, LIFE_UNITS, UINT32_MAX, &kit->err));
    KIT_OK(kit, store_lines_pending(kit->store, lines, LIFE_UNITS, &count, &whole, &kit->err));
    for (size_t i = 0; i < count; i++)
        lines[i].fate = i == 0 ? LINE_MET : LINE_FORMED;
    KIT_OK(kit, kit_form(kit, lines, count, 1000 * life));
    life_flush(kit);
    KIT_OK(kit, kit_take(kit, 1000 * life, 2000 * life, 100, messages, &count));
    for (size_t i = 0; i < count; i++)
        KIT_OK(kit, kit_settle(kit, messages[i].number, i % 9 ? MESSAGE_SENT : MESSAGE_READY,
                               1000 * life, "said"));
    life_flush(kit);
    buf_free(&subjects);
}

/* One life of the store: something of everything, in some twenty commits. */
static inline void life_live(struct kit *kit, int life)
{
    const struct store_doubt doubt = {
        .at_ms = life, .doubt = CLOCK_AWAY, .accepted_by = "clerk"};
    kit_open(kit, STORE_WRITE);
    life_plan(kit, life);
    life_facts(kit, life);
    life_send(kit, life);
    if (life == 3) /* what is dropped leaves pages that are free */
        KIT_OK(kit, store_execute(kit->store->db,
                                  "BEGIN; CREATE TABLE junk (x);"
                                  "INSERT INTO junk VALUES (zeroblob(40000)); DROP TABLE junk;"
                                  "COMMIT",
                                  &kit->err));
    KIT_OK(kit, store_note_doubt(kit->store, &doubt, NULL, &kit->err));
    life_flush(kit);
}

/* In a process of its own, which closes the store or just ends. */
static inline void life_of(struct kit *kit, int life, bool closed)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        life_live(kit, life);
        if (closed)
            store_close(kit->store);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* ---- what a store tells ----------------------------------------------------------------------- */

/* What changes with each opening for writing. */
static inline bool story_passes(const char *column)
{
    return strcmp(column, "fence") == 0 || strcmp(column, "commits") == 0;
}

static inline int story_table(struct store *store, const char *table, struct buf *out,
                              struct err *err)
{
    char sql[128];
    struct query query;
    snprintf(sql, sizeof sql, "SELECT * FROM %s", table);
    int code = query_open(store, sql, NULL, &query, err);
    buf_printf(out, "== %s\n", table);
    while (code >= 0 && (code = query_step(&query, err)) > 0) {
        for (int i = 0; i < sqlite3_column_count(query.statement); i++) {
            const void *bytes = sqlite3_column_blob(query.statement, i);
            size_t length = (size_t)sqlite3_column_bytes(query.statement, i);
            if (story_passes(sqlite3_column_name(query.statement, i)))
                continue;
            buf_printf(out, "|%d:", sqlite3_column_type(query.statement, i));
            buf_add(out, bytes ? bytes : "", length);
        }
        buf_adds(out, "\n");
    }
    query_close(&query);
    return code;
}

static inline bool story_firing(void *context, const struct store_firing *firing)
{
    buf_printf(context, "firing %lld %zu\n", (long long)firing->number,
               firing->subjects_length);
    return true;
}

static inline bool story_fact(void *context, const struct store_fact *fact)
{
    buf_printf(context, "fact %lld %s\n", (long long)fact->number, fact->key);
    return true;
}

static inline void story_count(void *context, const struct store_count *count)
{
    buf_printf(context, "count %u %lld\n", (unsigned)count->unit, (long long)count->done);
}

static inline bool story_doubt(void *context, const struct store_doubt *doubt)
{
    buf_printf(context, "doubt %lld\n", (long long)doubt->number);
    return true;
}

/* Through the readers, which go by the indexes. */
static inline int story_readers(struct kit *kit, struct buf *out)
{
    struct store *store = kit->store;
    struct store_fact fact;
    struct store_revision revision;
    uint32_t number;
    int code = store_journal(store, &(struct store_filter){0}, story_firing, out, &kit->err);
    if (code == 0)
        code = store_facts(store, &(struct store_fact_filter){0}, story_fact, out, &kit->err);
    if (code == 0)
        code = store_counts(store, 1, 100, 0, story_count, out, &kit->err);
    if (code == 0)
        code =
            store_doubts(store, &(struct store_doubt_filter){0}, story_doubt, out, &kit->err);
    if (code == 0)
        code = store_revision(store, "p", kit->arena, &revision, &number, &kit->err);
    if (code == 0)
        buf_printf(out, "revision %s %zu\n", revision.hash, revision.sources[0].length);
    for (int life = 1; code == 0 && life <= 3; life++) {
        for (int i = 1; code == 0 && i <= LIFE_FACTS; i++) {
            char key[32];
            snprintf(key, sizeof key, "life%d.fact%d", life, i);
            code = store_fact_keyed(store, number, key, kit->arena, &fact, &kit->err);
            if (code == 0)
                buf_printf(out, "key %lld\n", (long long)fact.number);
        }
    }
    return code;
}

/* All that is in a store; a negative code when it does not say all. */
static inline int story_of(struct kit *kit, enum store_mode mode, struct buf *out)
{
    static const char *const tables[] = {"holder",  "plan",  "revision", "source", "item",
                                         "unit",    "route", "firing",   "fanout", "line",
                                         "message", "fact",  "counter",  "doubt"};
    out->length = 0;
    kit->store = NULL;
    int code = store_open(kit->path, mode, &kit->store, &kit->err);
    for (size_t i = 0; code == 0 && i < sizeof tables / sizeof *tables; i++)
        code = story_table(kit->store, tables[i], out, &kit->err);
    if (code == 0)
        code = story_readers(kit, out);
    store_close(kit->store);
    kit->store = NULL;
    return code;
}

#endif
