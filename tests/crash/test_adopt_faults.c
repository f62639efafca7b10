/*
 * Taking over is whole or not at all: each operation of the disk under store_adopt fails, once and for good, the
 * process is killed before it, the power is cut. Behind it the common store is as before or as after, never
 * between; the other can still be opened and has all that it had; and trying again gives what an undisturbed run
 * gives, row by row.
 */
#include "fault_kit.h"

#include "store/adopt.h"

#define COMMON "_service.db"
#define OWN    "p.db"

enum { NOW_MS = 5000 };

static struct {
    struct sim_disk *begun;
    char *before, *after, *own; /* contents */
    uint64_t operations;
} model;

static void submit_some(struct kit *kit, const char *key)
{
    static const char *const units[] = {"w1", "w2", "w30"};
    for (size_t i = 0; i < COUNT(units); i++) {
        struct fact_request request = {.kind = i == 2 ? FACT_EXCUSED : FACT_SUBMITTED,
                                       .item = "essay",
                                       .unit = units[i],
                                       .count = 1,
                                       .at_ms = instant("2012-06-10 09:00"),
                                       .period = DAY_NONE,
                                       .key = arena_printf(arena, "%s%zu", key, i),
                                       .note = "r",
                                       .chars = -1,
                                       .minutes = -1,
                                       .actor = "test"};
        struct fact_answer answer;
        kit_check(kit, engine_fact(kit->engine, 0, &request, request.at_ms, arena, &answer,
                                   &kit->err));
    }
}

/* A life that ends in the midst of a fan-out. */
static void live(const struct kit_plan *plan, const char *path, const char *key, bool fan)
{
    struct kit kit;
    kit_open(&kit, plan, path);
    kit_run(&kit, instant("2012-06-20 09:00"));
    kit_fan(&kit);
    submit_some(&kit, key);
    kit_run(&kit, instant("2012-07-03 09:00"));
    if (fan)
        kit_fan(&kit);
    kit_check(&kit, store_flush(kit.store, &kit.err));
    kit_close(&kit);
}

static int adopt(struct err *err)
{
    struct store *store = NULL;
    struct store_adopted adopted;
    int code = store_open(COMMON, STORE_WRITE, &store, err);
    if (code == 0)
        code = store_adopt(store, OWN, NOW_MS, &adopted, err);
    store_close(store);
    return code;
}

static int set_up_model(void **state)
{
    struct kit_plan other = second_plan;
    struct err err;
    set_up(state);
    other.id = "p2";
    other.wards = 60;
    model.begun = sim_disk_new(1);
    sim_disk_use(model.begun);
    live(&other, COMMON, "k", true);
    live(&first_plan, OWN, "k", false);
    model.before = content_of(COMMON);
    struct sim_disk *disk = sim_disk_copy(model.begun, 2);
    sim_disk_use(disk);
    assert_int_equal(adopt(&err), 0);
    model.operations = sim_disk_operations(disk);
    model.after = content_of(COMMON);
    model.own = content_of(OWN);
    assert_true(model.operations > 20 && strcmp(model.before, model.after) != 0);
    sim_disk_use(model.begun);
    sim_disk_free(disk);
    return 0;
}

static int tear_down_model(void **state)
{
    free(model.before);
    free(model.after);
    free(model.own);
    sim_disk_free(model.begun);
    return tear_down(state);
}

static void go_wrong(enum sim_fault fault, uint64_t at, bool for_good, const char *what)
{
    fail_msg("fault %d at %llu%s: %s", (int)fault, (unsigned long long)at,
             for_good ? " for good" : "", what);
}

/* As a new process finds it. */
static bool has(const char *path, const char *content)
{
    char *found = content_of(path);
    bool same = found && strcmp(found, content) == 0;
    free(found);
    return same;
}

static bool opens(const char *path, struct err *err)
{
    struct store *store = NULL;
    int code = store_open(path, STORE_WRITE, &store, err);
    if (code == 0)
        code = store_check(store, err);
    store_close(store);
    return code == 0;
}

static void try_fault(enum sim_fault fault, uint64_t at, bool for_good)
{
    struct sim_disk *disk = sim_disk_copy(model.begun, at);
    struct err err = {0};
    sim_disk_use(disk);
    sim_disk_fail(disk, at, fault, for_good);
    int code = adopt(&err);
    if (sim_disk_dead(disk))
        sim_disk_restart(disk);
    sim_disk_fail(disk, 0, SIM_NONE, false);
    if (!opens(COMMON, &err) || !opens(OWN, &err))
        go_wrong(fault, at, for_good, err.message);
    bool after = has(COMMON, model.after);
    if (!after && (code == 0 || !has(COMMON, model.before)))
        go_wrong(fault, at, for_good, "half taken over");
    if (!after && adopt(&err) < 0)
        go_wrong(fault, at, for_good, err.message);
    if (!has(COMMON, model.after) || !has(OWN, model.own))
        go_wrong(fault, at, for_good, "another content in the end");
    sim_disk_use(model.begun);
    sim_disk_free(disk);
}

static void taking_over_is_whole_or_not_at_all(void **state)
{
    uint64_t stride = getenv("PLANRUN_TEST_LONG") ? 1 : 11, tried = 0;
    (void)state;
    for (enum sim_fault fault = SIM_EIO; fault < SIM_FAULTS; fault++)
        for (uint64_t at = 1 + (uint64_t)fault % stride; at <= model.operations; at += stride)
            for (int for_good = 0; for_good < 2; for_good++, tried++)
                try_fault(fault, at, for_good);
    printf("counts: %llu faults of %llu operations\n", (unsigned long long)tried,
           (unsigned long long)model.operations);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(taking_over_is_whole_or_not_at_all)};
    return cmocka_run_group_tests(tests, set_up_model, tear_down_model);
}
