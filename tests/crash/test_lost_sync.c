/*
 * A sync of the log fails and the process ends. The next one reads from the cache what no disk has, takes
 * it for committed and goes on behind it: what it confirms must be there after a power cut all the
 * same, whoever reads in the meantime.
 */
#include "fault_kit.h"

enum { SEEDS = 16 };

/* A reader in the midst of a statement. */
struct held {
    sqlite3 *db;
    sqlite3_stmt *row;
};

static void hold(struct held *held)
{
    struct err err;
    assert_int_equal(store_connect(STORE_PATH, SQLITE_OPEN_READONLY, &held->db, &err), 0);
    assert_int_equal(sqlite3_prepare_v2(held->db, "SELECT * FROM holder", -1, &held->row, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(held->row), SQLITE_ROW);
}

static void let_go(struct held *held)
{
    sqlite3_finalize(held->row);
    sqlite3_close(held->db);
}

static void stop(struct world *world)
{
    world_close(world);
    sim_disk_restart(world->disk);
}

/* A store with a plan, ended by a kill: what it said is in the log. */
static struct sim_disk *begun(uint64_t seed)
{
    struct world world = {.disk = sim_disk_new(seed)};
    assert_int_equal(act_open(&world), 0);
    assert_int_equal(act_load(&world), 0);
    assert_int_equal(act_submit(&world), 0);
    sim_disk_kill(world.disk);
    stop(&world);
    return world.disk;
}

/* One more fact, of whose commit the operation `at` fails; then a kill. True when that was the sync. */
static bool fail_at(struct world *world, uint64_t at)
{
    assert_int_equal(world_open(world, true), 0);
    sim_disk_fail(world->disk, at, SIM_EIO, false);
    int code = hand_in(world, "w3", "lost");
    if (code == 0)
        code = world_commit(world);
    assert_true(code < 0 && sim_disk_failed(world->disk));
    bool sync = strcmp(sim_disk_last(world->disk), "sync " STORE_PATH "-wal") == 0;
    sim_disk_kill(world->disk);
    stop(world);
    return sync;
}

static void lose_sync(struct world *world, uint64_t seed)
{
    struct sim_disk *before = begun(seed);
    for (uint64_t at = 1;; at++) {
        world->disk = sim_disk_copy(before, seed);
        sim_disk_use(world->disk);
        if (fail_at(world, at))
            break;
        sim_disk_free(world->disk);
    }
    sim_disk_free(before);
}

static void confirm_and_cut(uint64_t seed, bool read)
{
    struct world world = {0};
    struct held held = {0};
    lose_sync(&world, seed);
    if (read)
        hold(&held); /* the first that comes: it takes what it sees for committed */
    assert_int_equal(world_open(&world, true), 0);
    assert_int_equal(act_submit_many(&world), 0);
    char *confirmed = content_of(STORE_PATH);
    assert_non_null(strstr(confirmed, "many7"));
    sim_disk_cut(world.disk);
    let_go(&held);
    stop(&world);
    if (world_open(&world, true) < 0)
        fail_msg("seed %d: %s", (int)seed, world.err.message);
    char *there = content_of(STORE_PATH);
    assert_string_equal(there, confirmed);
    assert_int_equal(store_check(world.store, &world.err), 0);
    free(there);
    free(confirmed);
    world_close(&world);
    sim_disk_free(world.disk);
}

static void what_follows_a_lost_sync_is_kept(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        confirm_and_cut(seed, false);
}

static void and_beside_a_reader(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        confirm_and_cut(seed, true);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_follows_a_lost_sync_is_kept),
        cmocka_unit_test(and_beside_a_reader),
    };
    return cmocka_run_group_tests(tests, set_up_plans, tear_down_plans);
}
