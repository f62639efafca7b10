/*
 * For tests of the store: a folder of its own, stores in it or in memory, and rows in one line.
 * Prefix: kit_, sample_ for rows. Failing calls end the test with the store's own words.
 */
#ifndef TESTS_STORE_KIT_H
#define TESTS_STORE_KIT_H

#include "base/bits.h"
#include "store/facts.h"
#include "store/messages.h"
#include "store/numbers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct kit {
    char folder[64], path[96];
    struct store *store;
    struct arena *arena;
    struct err err;
};

#define KIT_OK(kit, call)                                                                      \
    do {                                                                                       \
        if ((call) < 0)                                                                        \
            fail_msg("%s: %s", #call, (kit)->err.message);                                     \
    } while (0)

static inline void kit_open(struct kit *kit, enum store_mode mode)
{
    KIT_OK(kit, store_open(kit->path[0] ? kit->path : NULL, mode, &kit->store, &kit->err));
}

static inline void kit_new(struct kit *kit, bool file)
{
    *kit = (struct kit){.arena = arena_new()};
    if (file) {
        snprintf(kit->folder, sizeof kit->folder, "%s", "/tmp/planrun-store-XXXXXX");
        assert_non_null(mkdtemp(kit->folder));
        snprintf(kit->path, sizeof kit->path, "%s/test.db", kit->folder);
    }
    kit_open(kit, STORE_WRITE);
}

static inline void kit_reopen(struct kit *kit, enum store_mode mode)
{
    store_close(kit->store);
    kit->store = NULL;
    kit_open(kit, mode);
}

/* Whoever puts another file in a store's place says so. */
static inline void kit_remove_mark(const struct kit *kit)
{
    char path[128];
    snprintf(path, sizeof path, "%s-mark", kit->path);
    assert_int_equal(unlink(path), 0);
}

static inline void kit_free(struct kit *kit)
{
    static const char *const ends[] = {"",     "-wal", "-shm",  "-mark",   "-journal",
                                       ".new", ".bak", ".link", ".bak.new"};
    store_close(kit->store);
    arena_free(kit->arena);
    for (size_t i = 0; kit->folder[0] && i < sizeof ends / sizeof *ends; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", kit->path, ends[i]);
        unlink(path);
    }
    if (kit->folder[0] && rmdir(kit->folder) < 0)
        fail_msg("%s is not empty", kit->folder);
}

/* A reminder of one item to `units` units (numbers 1 …) in a slot. */
static inline struct store_firing sample_firing(int64_t slot_ms, int32_t tier, uint32_t units,
                                                struct buf *subjects)
{
    struct bits set = {0};
    subjects->length = 0;
    for (uint32_t i = 1; i <= units; i++)
        bits_add(&set, i);
    bits_encode(subjects, &set);
    bits_free(&set);
    return (struct store_firing){.at_ms = slot_ms,
                                 .fired_ms = slot_ms,
                                 .slot_ms = slot_ms,
                                 .plan = 1,
                                 .item = 1,
                                 .kind = 4,
                                 .route = 1,
                                 .tier = tier,
                                 .period = INT32_MIN,
                                 .due = 20000,
                                 .official = 20000,
                                 .working = 20000,
                                 .units = units,
                                 .subjects = subjects->bytes,
                                 .subjects_length = subjects->length};
}

static inline int kit_tick(struct kit *kit, const struct store_firing *firings, size_t count,
                           int64_t *numbers)
{
    static const struct clock_reading clock = {"boot", 5, 6};
    struct store_batch batch = {.firings = firings, .firing_count = count, .clock = &clock};
    return store_tick(kit->store, &batch, numbers, &kit->err);
}

static inline struct store_fact sample_fact(enum fact_kind kind, uint32_t unit, int64_t value)
{
    return (struct store_fact){.kind = kind,
                               .plan = 1,
                               .item = 1,
                               .unit = unit,
                               .period = 100,
                               .value = value,
                               .moves = kind == FACT_SUBMITTED ? value : 0,
                               .in_time = true,
                               .at_ms = 1000,
                               .recorded_ms = 2000,
                               .actor = "clerk"};
}

/* Forms lines whose fates are set: a message of its own for each group, of destination 1. */
static inline int kit_form(struct kit *kit, const struct store_line *lines, size_t count,
                           int64_t now_ms)
{
    struct store_aim aims[1024];
    size_t aim_count = 0;
    bool told = false;
    for (size_t i = 0; i < count; i++) {
        told = told || lines[i].fate == LINE_FORMED;
        if (i + 1 < count && store_same_group(lines + i, lines + i + 1))
            continue;
        if (told)
            aims[aim_count++] =
                (struct store_aim){.destination = 1, .send_ms = now_ms, .same = STORE_OWN};
        told = false;
    }
    return store_form(kit->store, lines, count, aims, aim_count, now_ms, &kit->err);
}

/* Leases messages of destination 1. */
static inline int kit_take(struct kit *kit, int64_t now_ms, int64_t until_ms, size_t most,
                           struct store_message *messages, size_t *count)
{
    int code = store_due(kit->store, 1, now_ms, 27 * INT64_C(3600000), most, kit->arena,
                         messages, count, &kit->err);
    return code < 0 ? code : store_lease(kit->store, messages, *count, until_ms, &kit->err);
}

static inline int kit_settle(struct kit *kit, int64_t message, enum message_state state,
                             int64_t at_ms, const char *note)
{
    struct store_end end = {.state = state, .now_ms = at_ms, .next_ms = at_ms, .note = note};
    return store_settle(kit->store, message, &end, &kit->err);
}

#endif
