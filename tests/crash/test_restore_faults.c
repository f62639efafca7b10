/*
 * Going back to a backup is whole or not at all: each operation of the disk under it fails, once and for good, the
 * process is killed before it, the power is cut. Behind it the store is the old one, or the restored one, or refuses
 * to open and says why; it is never begun anew. What was there is there, in its place or aside, and doing it again
 * gives what an undisturbed restore gives, row by row.
 */
#include "fault_kit.h"

#include "store/restore.h"

#define STORE    "p.db"
#define BACKUP   "b.db"
#define PREPARED "p.db.restored"
#define ASIDE    "p.db.before"
#define ASIDE_2  "p.db.before-2"

enum { NOW_MS = 5000 };

static struct {
    struct sim_disk *begun;
    char *before, *after; /* contents */
    uint64_t operations;
} model;

/* One that waits: it is held by the restore. */
static void execute_message(struct store *store)
{
    struct err err;
    if (store_execute(store->db,
                      "INSERT INTO message (slot, route, unit, state, attempts, next_ms)"
                      " SELECT slot, route, unit, 0, 1, 0 FROM line LIMIT 1",
                      &err) < 0)
        fail_msg("%s", err.message);
}

/* Lives until the day, behind a backup; the log is left as a killed process leaves it. */
static void live(void)
{
    struct kit kit;
    kit_open(&kit, &first_plan, STORE);
    kit_run(&kit, instant("2012-06-20 09:00"));
    kit_fan(&kit);
    kit_check(&kit, store_flush(kit.store, &kit.err));
    execute_message(kit.store);
    kit_check(&kit, store_backup(kit.store, BACKUP, &kit.err));
    kit_run(&kit, instant("2012-07-03 09:00"));
    kit_check(&kit, store_flush(kit.store, &kit.err));
    kit_close(&kit);
}

static int restore(const char *aside, struct err *err)
{
    struct store_summary summary;
    int code = store_restore_prepare(BACKUP, PREPARED, 7, NOW_MS, arena, &summary, err);
    return code < 0 ? code : store_restore_swap(PREPARED, STORE, aside, err);
}

static int set_up_model(void **state)
{
    struct err err;
    set_up(state);
    model.begun = sim_disk_new(1);
    sim_disk_use(model.begun);
    live();
    model.before = content_of(STORE);
    struct sim_disk *disk = sim_disk_copy(model.begun, 2);
    sim_disk_use(disk);
    if (restore(ASIDE, &err) < 0)
        fail_msg("%s", err.message);
    model.operations = sim_disk_operations(disk);
    model.after = content_of(STORE);
    assert_true(model.operations > 10 && strcmp(model.before, model.after) != 0);
    assert_non_null(strstr(model.after, "|5000\n")); /* restored_ms */
    sim_disk_use(model.begun);
    sim_disk_free(disk);
    return 0;
}

static int tear_down_model(void **state)
{
    free(model.before);
    free(model.after);
    sim_disk_free(model.begun);
    return tear_down(state);
}

static bool has(const char *path, const char *content)
{
    char *found = content_of(path);
    bool same = found && strcmp(found, content) == 0;
    free(found);
    return same;
}

/* 1 = it opens and is whole, 0 = it is refused. */
static bool opens(const char *path)
{
    struct store *store = NULL;
    struct err err;
    bool open = store_open(path, STORE_WRITE, &store, &err) == 0;
    if (open && store_check(store, &err) < 0)
        fail_msg("%s: %s", path, err.message);
    store_close(store);
    return open;
}

static void try_fault(enum sim_fault fault, uint64_t at, bool for_good)
{
    struct sim_disk *disk = sim_disk_copy(model.begun, at);
    struct err err = {0};
    const char *wrong = NULL;
    sim_disk_use(disk);
    sim_disk_fail(disk, at, fault, for_good);
    int code = restore(ASIDE, &err);
    if (sim_disk_dead(disk))
        sim_disk_restart(disk);
    sim_disk_fail(disk, 0, SIM_NONE, false);
    bool opened = opens(STORE);
    if (opened && !has(STORE, model.before) && !has(STORE, model.after))
        wrong = "another store";
    else if (code == 0 && !has(STORE, model.after))
        wrong = "not restored";
    else if (!has(STORE, model.before) && !has(ASIDE, model.before))
        wrong = "what was there is gone";
    else if (!has(STORE, model.after) && restore(ASIDE_2, &err) < 0)
        wrong = err.message;
    else if (!opens(STORE) || !has(STORE, model.after))
        wrong = "another content in the end";
    if (wrong)
        fail_msg("fault %d at %llu%s: %s", (int)fault, (unsigned long long)at,
                 for_good ? " for good" : "", wrong);
    sim_disk_use(model.begun);
    sim_disk_free(disk);
}

static void restoring_is_whole_or_not_at_all(void **state)
{
    uint64_t stride = getenv("PLANRUN_TEST_LONG") ? 1 : 3, tried = 0;
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(restoring_is_whole_or_not_at_all)};
    return cmocka_run_group_tests(tests, set_up_model, tear_down_model);
}
