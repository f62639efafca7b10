/*
 * Another revision is taken wholly or not at all: each operation of the disk under holding_take is made to fail, once
 * and for good, with a cache that holds all and one that holds next to nothing. Whatever comes of it, what runs is
 * what the store has, what was handed in before is there, the next fact is taken, and a new process finds the same.
 */
#include "sim_disk.h"

#include "loop_kit.h"
#include "store/plans.h"
#include "store/store_data.h"

/* One taking of a revision. */
struct taking {
    struct site *site;
    struct sim_disk *begun, *disk; /* begun: as the first revision was taken */
    struct holding holding;
    char *old_hash, *new_hash;
    enum sim_fault fault;
    uint64_t at;
    bool for_good, tight;
};

static void go_wrong(const struct taking *taking, const char *what)
{
    fail_msg("fault %d at %llu%s%s (%s): %s (%s)", (int)taking->fault,
             (unsigned long long)taking->at, taking->for_good ? " for good" : "",
             taking->tight ? ", tight" : "", sim_disk_last(taking->disk), what,
             taking->site->err.message);
}

static void expect(const struct taking *taking, bool right, const char *what)
{
    if (!right)
        go_wrong(taking, what);
}

/* The script as it is at the moment, sealed; lives until the holding is closed. */
static void load_next(struct site *site, struct holding *out)
{
    change_script(site, "不少于2篇\", due = \"2012-07-31\"",
                  "不少于3篇\", due = \"2012-07-20\"");
    struct holding_options options = options_of(site, HOLDING_MEMORY);
    options.compare = true;
    assert_int_equal(holding_open(&options, out, &site->err), 0);
    write_file(site, "loop.lua", script);
}

static void open_holding(struct taking *taking)
{
    struct holding_options options = options_of(taking->site, HOLDING_RUN);
    expect(taking, holding_open(&options, &taking->holding, &taking->site->err) == 0,
           "opening");
}

static bool hand_in(struct taking *taking, const char *key)
{
    struct site *site = taking->site;
    struct store *store = taking->holding.store;
    const char *text =
        arena_printf(site->arena, "{" SUBMIT "\"w1\",\"count\":2,\"key\":\"%s\"}", key);
    int64_t now_ms = instant("2012-07-01", 0);
    struct value *answer = request_do(&taking->holding, parse(site, text), now_ms, site->arena);
    return !value_get(answer, "error") && store_flush(store, &site->err) == 0;
}

static bool has_fact(struct taking *taking, const char *key)
{
    struct store_fact fact;
    return store_fact_keyed(taking->holding.store, 1, key, taking->site->arena, &fact,
                            &taking->site->err) == 0;
}

/* What the store has is what is held. */
static void check_revision(struct taking *taking, const char *hash, const char *when)
{
    struct store_revision revision;
    uint32_t number;
    int code = store_revision(taking->holding.store, "loop", taking->site->arena, &revision,
                              &number, &taking->site->err);
    expect(taking, code == 0, when);
    expect(taking, strcmp(taking->holding.revision.hash, hash) == 0, when);
    expect(taking, strcmp(revision.hash, hash) == 0, when);
}

static void tighten(const struct taking *taking)
{
    if (taking->tight)
        assert_int_equal(sqlite3_exec(taking->holding.store->db,
                                      "PRAGMA cache_size = 4; PRAGMA wal_autocheckpoint = 1",
                                      NULL, NULL, NULL),
                         SQLITE_OK);
}

/* False when the fault did not come: there are fewer operations. */
static bool take_once(struct taking *taking, const struct store_revision *next)
{
    taking->disk = sim_disk_copy(taking->begun, 7 + taking->at);
    sim_disk_use(taking->disk);
    open_holding(taking);
    tighten(taking);
    taking->old_hash = arena_string(taking->site->arena, taking->holding.revision.hash);
    expect(taking, hand_in(taking, "before"), "a fact");
    sim_disk_fail(taking->disk, taking->at, taking->fault, taking->for_good);
    int code = holding_take(&taking->holding, next, &taking->site->err);
    bool failed = sim_disk_failed(taking->disk);
    const char *hash = code == 0 ? taking->new_hash : taking->old_hash;
    sim_disk_fail(taking->disk, 0, SIM_NONE, false);
    expect(taking, failed || code == 0, "it fails on a disk that works");
    check_revision(taking, hash, "behind it");
    expect(taking, hand_in(taking, "behind"), "another fact");
    check_revision(taking, hash, "behind another fact");
    holding_close(&taking->holding);
    sim_disk_restart(taking->disk);
    open_holding(taking);
    check_revision(taking, hash, "in the next process");
    expect(taking, has_fact(taking, "before") && has_fact(taking, "behind"), "the facts");
    holding_close(&taking->holding);
    sim_disk_free(taking->disk);
    return failed;
}

static void a_revision_is_taken_wholly_or_not_at_all(void **state)
{
    static const enum sim_fault faults[] = {SIM_EIO, SIM_ENOSPC, SIM_SHORT, SIM_READ};
    struct holding next;
    struct taking taking = {.site = *state};
    unsigned takings = 0;
    load_next(taking.site, &next);
    taking.new_hash = arena_string(taking.site->arena, next.revision.hash);
    taking.disk = taking.begun = sim_disk_new(1);
    open_holding(&taking);
    holding_close(&taking.holding);
    for (size_t i = 0; i < 4 * sizeof faults / sizeof *faults; i++) {
        taking.fault = faults[i / 4];
        taking.for_good = i & 1;
        taking.tight = i & 2;
        for (taking.at = 1; take_once(&taking, &next.revision); taking.at++)
            takings++;
    }
    holding_close(&next);
    sim_disk_free(taking.begun);
    print_message("%u takings with a fault\n", takings);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_revision_is_taken_wholly_or_not_at_all, open_site,
                                        close_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
