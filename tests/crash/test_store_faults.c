/*
 * Whatever the disk refuses, whatever moment the process or the power ends: each operation of a run is
 * made on the same disk again and again, and of the n operations of the disk under it one fails, or all
 * from one on. What was reported as committed is there afterwards, what was refused is whole or absent,
 * reading goes on, and repeating what failed gives what an undisturbed run gives, row by row.
 * PLANRUN_TEST_LONG tries all of it, else a part.
 */
#include "fault_kit.h"

/* An operation, and what has been done before it. */
struct operation {
    const char *name;
    act *run;
    act *before[8];
    act *warm;  /* done by the same process, before it is counted */
    bool opens; /* begins with no store open */
    bool once;  /* not to be repeated when it has been done */
    bool lax;   /* its store does not sync */
};

static const struct operation operations[] = {
    {"first start", act_open, .opens = true},
    {"plan load", act_load, .before = {act_open}, .once = true},
    {"submit", act_submit, .before = {act_open, act_load}},
    {"tick", act_tick, .before = {act_open, act_load, act_submit}},
    {"handler", act_handle, .before = {act_open, act_load, act_begin}},
    {"fan-out", act_fan, .before = {act_open, act_load, act_tick}},
    {"form", act_form, .before = {act_open, act_load, act_tick, act_fan, act_submit}},
    {"send", act_send, .before = {act_open, act_load, act_tick, act_fan, act_form}},
    {"apply", act_apply, .before = {act_open, act_load, act_submit, act_tick}, .once = true},
    {"backup", act_backup, .before = {act_open, act_load, act_submit, act_tick}},
    {"clean stop", act_close, .before = {act_open, act_load, act_tick},
     .warm = act_submit_many},
    {"start", act_open, .before = {act_open, act_load, act_submit, act_tick}, .opens = true},
    {"migration", act_open, .before = {act_open, act_load, act_submit, act_tick, act_age},
     .opens = true},
    {"checkpoint", act_submit_many, .before = {act_open, act_load}},
};

/* Must be found out. */
static const struct operation mutants[] = {
    {"no sync", act_submit_many, .before = {act_open, act_load}, .lax = true},
    {"no key", act_submit_keyless, .before = {act_open, act_load}},
    {"two commits", act_submit_apart, .before = {act_open, act_load}},
};

/* What comes behind the failure, when it has not ended the process. */
enum ending { GO_ON, CUT, KILLED, ENDINGS };

/* One failure of one operation. */
struct attempt {
    const struct operation *operation;
    bool tight;
    uint64_t at;
    enum sim_fault fault;
    bool for_good;
    enum ending ending;
    uint64_t number; /* of all that could be tried */
    bool mutant; /* when something is wrong, `found` is where to go; else the test has failed */
    jmp_buf found;
};

/* The undisturbed run. */
struct model {
    struct sim_disk *disk; /* as it is before */
    uint64_t operations, reads;
    size_t commits;
    char *contents[COMMITS_MOST];
};

static const char *const fault_names[SIM_FAULTS + 1] = {"none", "EIO",  "ENOSPC", "short",
                                                        "torn", "kill", "cut",    "read"};

static void fail_attempt(struct attempt *attempt, struct world *world, const char *what)
{
    static const char *const endings[ENDINGS] = {"", ", then cut", ", then killed"};
    if (attempt->mutant)
        longjmp(attempt->found, 1);
    fail_msg("%s%s, operation %d (%s), %s%s%s: %s (%s)", attempt->operation->name,
             attempt->tight ? ", tight" : "", (int)attempt->at, sim_disk_last(world->disk),
             fault_names[attempt->fault], attempt->for_good ? " for good" : "",
             endings[attempt->ending], what, world->err.message);
}

static void check(struct attempt *attempt, struct world *world, bool right, const char *what)
{
    if (!right)
        fail_attempt(attempt, world, what);
}

static bool is_bound(const struct operation *operation)
{
    return operation->before[0] && operation->before[1];
}

/* ---- the undisturbed run ---------------------------------------------------------------------- */

static void model_free(struct model *model)
{
    for (size_t i = 0; i < COMMITS_MOST; i++)
        free(model->contents[i]);
    sim_disk_free(model->disk);
}

/* Until what is tried. */
static int begin(struct world *world, const struct operation *operation)
{
    int code = operation->opens ? 0 : world_open(world, is_bound(operation));
    if (code == 0 && operation->warm)
        code = operation->warm(world);
    world->commits = 0;
    return code;
}

static void make_model(struct model *model, const struct operation *operation, bool tight)
{
    *model = (struct model){0};
    struct world world = {.disk = sim_disk_new(1), .tight = tight};
    for (size_t i = 0; operation->before[i]; i++)
        if (operation->before[i](&world) < 0)
            fail_msg("%s: %s", operation->name, world.err.message);
    model->disk = sim_disk_copy(world.disk, 2); /* as one who was killed leaves it */
    sim_disk_use(world.disk);
    world_close(&world);
    sim_disk_free(world.disk);

    world = (struct world){.disk = sim_disk_copy(model->disk, 3), .tight = tight};
    if (begin(&world, operation) < 0)
        fail_msg("%s: %s", operation->name, world.err.message);
    world.recording = true;
    world.contents[0] = content_of(STORE_PATH);
    uint64_t before = sim_disk_operations(world.disk), reads = sim_disk_reads(world.disk);
    if (operation->run(&world) < 0)
        fail_msg("%s: %s", operation->name, world.err.message);
    model->operations = sim_disk_operations(world.disk) - before;
    model->reads = sim_disk_reads(world.disk) - reads;
    model->commits = world.commits;
    memcpy(model->contents, world.contents, sizeof model->contents);
    for (size_t i = 1; i <= model->commits; i++)
        if (!model->contents[i])
            model->contents[i] = content_of(STORE_PATH);
    for (size_t i = 0; i <= model->commits; i++)
        assert_non_null(model->contents[i]);
    world_close(&world);
    sim_disk_free(world.disk);
}

/* ---- one attempt ------------------------------------------------------------------------------ */

static bool same(const char *content, const char *expected)
{
    return content && strcmp(content, expected) == 0;
}

static bool ignore_firing(void *context, const struct store_firing *firing)
{
    (void)context, (void)firing;
    return true;
}

/* Whoever reads, goes on reading; the one who has it open, and one who comes now. */
static void check_readers(struct attempt *attempt, struct world *world)
{
    struct store_filter filter = {0};
    struct store *reader = NULL;
    if (!world->reader)
        return;
    check(attempt, world,
          store_journal(world->reader, &filter, ignore_firing, NULL, &world->err) == 0,
          "a reader hears nothing");
    check(attempt, world, store_open(STORE_PATH, STORE_READ, &reader, &world->err) == 0,
          "no reader can come");
    check(attempt, world, store_journal(reader, &filter, ignore_firing, NULL, &world->err) == 0,
          "a new reader hears nothing");
    store_close(reader);
}

/* The first line that differs. */
static void show_difference(const char *is, const char *was)
{
    size_t line = 0;
    for (size_t i = 0; is[i] && is[i] == was[i]; i++)
        line = is[i] == '\n' ? i + 1 : line;
    print_message("there is:        %.*s\nthere was to be: %.*s\n",
                  (int)strcspn(is + line, "\n"), is + line, (int)strcspn(was + line, "\n"),
                  was + line);
}

/* `least` commits are there, or (`most` > least) one more than was said. */
static void check_content(struct attempt *attempt, struct world *world,
                          const struct model *model, size_t least, size_t most)
{
    char *content = content_of(STORE_PATH);
    bool found = false;
    for (size_t i = least; i <= most && i <= model->commits; i++)
        found |= same(content, model->contents[i]);
    if (!found && content && !attempt->mutant)
        show_difference(content, model->contents[least]);
    free(content);
    check(attempt, world, found, "the content is another");
}

static bool is_done(const struct model *model)
{
    char *content = content_of(STORE_PATH);
    bool done = same(content, model->contents[model->commits]);
    free(content);
    return done;
}

/* Repeating ends where an undisturbed run ends. */
static void check_repeated(struct attempt *attempt, struct world *world,
                           const struct model *model)
{
    const struct operation *operation = attempt->operation;
    if (operation->once && is_done(model))
        return;
    if (operation->run == act_backup) { /* one that is whole is no failure to be repeated */
        struct store *copy = NULL;
        struct disk_entry entry;
        if (disk_look(BACKUP_PATH, &entry, NULL) < 0 || entry.kind == DISK_NOTHING)
            check(attempt, world, operation->run(world) == 0, "repeated, it fails");
        check(attempt, world,
              store_open(BACKUP_PATH, STORE_READ, &copy, &world->err) == 0 &&
                  store_check(copy, &world->err) == 0,
              "the copy is not whole");
        store_close(copy);
    } else {
        check(attempt, world, operation->run(world) == 0, "repeated, it fails");
    }
    check_content(attempt, world, model, model->commits, model->commits);
}

/* A new process on what is left. */
static void check_restarted(struct attempt *attempt, struct world *world,
                            const struct model *model, size_t least, size_t most)
{
    const struct operation *operation = attempt->operation;
    world_close(world);
    sim_disk_restart(world->disk);
    if (operation->run == act_open && least == 0) {
        check(attempt, world, act_open(world) == 0, "it does not start");
    } else {
        check(attempt, world, world_open(world, is_bound(operation)) == 0, "it does not open");
        check_content(attempt, world, model, least, most);
    }
    check(attempt, world, store_check(world->store, &world->err) == 0, "it is damaged");
    if (operation->run != act_open)
        check_repeated(attempt, world, model);
    check_content(attempt, world, model, model->commits, model->commits);
    sim_disk_cut(world->disk); /* what is there for good has to be on the disk by now */
    world_close(world);
    sim_disk_restart(world->disk);
    check(attempt, world, world_open(world, false) == 0, "it does not open again");
    check_content(attempt, world, model, model->commits, model->commits);
    check(attempt, world, store_check(world->store, &world->err) == 0, "it is damaged again");
    world_close(world);
}

/* In the same process, once the disk is well again. */
static void go_on(struct attempt *attempt, struct world *world, const struct model *model,
                  size_t committed)
{
    const struct operation *operation = attempt->operation;
    sim_disk_fail(world->disk, 0, SIM_NONE, false);
    world->attempt++;
    if (world->engine) {
        check(attempt, world, engine_renew(world->engine, &world->err) == 0,
              "it is not read anew");
        check_content(attempt, world, model, committed, committed);
        check_repeated(attempt, world, model);
    } else if (operation->opens || operation->run == act_load) {
        check_repeated(attempt, world, model);
    }
    check_restarted(attempt, world, model, model->commits, model->commits);
}

static void try(struct attempt *attempt, const struct model *model, struct world *world)
{
    const struct operation *operation = attempt->operation;
    check(attempt, world, begin(world, operation) == 0, "not begun");
    sim_disk_fail(world->disk, attempt->at, attempt->fault, attempt->for_good);
    int code = operation->run(world);
    size_t committed = world->commits;
    check(attempt, world, code < 0 || committed == model->commits,
          "success, with less committed");
    if (!sim_disk_dead(world->disk) && attempt->for_good && attempt->fault != SIM_READ)
        check_readers(attempt, world);
    if (attempt->ending == CUT)
        sim_disk_cut(world->disk);
    if (attempt->ending == KILLED)
        sim_disk_kill(world->disk);
    if (sim_disk_dead(world->disk)) {
        world->attempt++;
        check_restarted(attempt, world, model, committed, code < 0 ? committed + 1 : committed);
    } else {
        go_on(attempt, world, model, committed);
    }
}

/* ---- all of them ------------------------------------------------------------------------------ */

struct tally {
    uint64_t points, attempts, found;
};

static void try_once(struct attempt *attempt, const struct model *model, uint64_t seed,
                     struct tally *counts)
{
    struct world world = {.disk = sim_disk_copy(model->disk, seed),
                          .tight = attempt->tight,
                          .lax = attempt->operation->lax};
    struct world *at_work = &world;
    counts->attempts++;
    if (setjmp(attempt->found) == 0)
        try(attempt, model, at_work);
    else
        counts->found++;
    world_close(at_work);
    sim_disk_free(at_work->disk);
}

/* Each fault, once and for good, and what may come behind it; a torn write, a kill and a cut are the
 * end. One of `part` of them. */
static void try_all_faults(struct attempt *attempt, const struct model *model, uint64_t part,
                           struct tally *counts)
{
    uint64_t turn = 0;
    for (int fault = SIM_EIO; fault < SIM_FAULTS; fault++)
        for (int way = 0; way < (fault < SIM_TORN ? 2 * ENDINGS : 1); way++, turn++) {
            attempt->fault = (enum sim_fault)fault;
            attempt->for_good = way % 2;
            attempt->ending = (enum ending)(way / 2);
            if (attempt->number++ % part == 0)
                try_once(attempt, model, attempt->at * 100 + turn, counts);
        }
}

/* Reading fails too. What is written in spite of it is committed or not as ever. */
static void try_reads(struct attempt *attempt, const struct model *model, uint64_t part,
                      struct tally *counts)
{
    attempt->fault = SIM_READ;
    for (int way = 0; way < 2 * ENDINGS; way++) {
        attempt->for_good = way % 2;
        attempt->ending = (enum ending)(way / 2);
        if (attempt->number++ % part == 0)
            try_once(attempt, model, attempt->at * 100 + (uint64_t)way, counts);
    }
}

static struct tally try_operation(const struct operation *operation, bool tight, uint64_t part,
                                  bool mutant)
{
    struct model model;
    struct tally counts = {0};
    struct attempt attempt = {.operation = operation, .tight = tight, .mutant = mutant};
    make_model(&model, operation, tight);
    for (attempt.at = 1; attempt.at <= model.operations; attempt.at++, counts.points++)
        try_all_faults(&attempt, &model, part, &counts);
    for (attempt.at = 1; attempt.at <= model.reads; attempt.at++, counts.points++)
        try_reads(&attempt, &model, part, &counts);
    model_free(&model);
    return counts;
}

enum { PART = 127, PART_MUTANTS = 43 }; /* one of so many, without PLANRUN_TEST_LONG */

static void every_fault_is_borne(void **state)
{
    uint64_t part = getenv("PLANRUN_TEST_LONG") ? 1 : PART;
    struct tally total = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(operations); i++)
        for (int tight = 0; tight < 2; tight++) {
            struct tally counts = try_operation(&operations[i], tight, part, false);
            print_message("%-12s %s %4d moments, %5d failures\n", operations[i].name,
                          tight ? "tight" : "     ", (int)counts.points, (int)counts.attempts);
            total.points += counts.points;
            total.attempts += counts.attempts;
        }
    print_message("%d moments, %d failures\n", (int)total.points, (int)total.attempts);
}

static void mutants_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mutants); i++) {
        struct tally counts = try_operation(&mutants[i], true, PART_MUTANTS, true);
        print_message("%-12s found by %d of %d failures\n", mutants[i].name, (int)counts.found,
                      (int)counts.attempts);
        assert_true(counts.found > 0);
    }
}

/* The log cannot be brought into its file: what is committed is committed nevertheless, and read; a
 * start says what is wrong, and all is there when it is not any more. */
static void checkpoints_fail_apart(void **state)
{
    struct world world = {.disk = sim_disk_new(1), .tight = true};
    (void)state;
    assert_int_equal(act_open(&world), 0);
    assert_int_equal(act_load(&world), 0);
    world_close(&world);
    assert_int_equal(world_open(&world, true), 0);
    sim_disk_only(world.disk, STORE_PATH);
    sim_disk_fail(world.disk, 1, SIM_EIO, true);
    assert_int_equal(act_submit_many(&world), 0);
    assert_true(sim_disk_failed(world.disk));
    char *content = content_of(STORE_PATH);
    assert_non_null(strstr(content, "many7"));
    world_close(&world);
    assert_int_equal(store_open(STORE_PATH, STORE_WRITE, &world.store, &world.err), ERR_IO);
    assert_int_equal(store_open(STORE_PATH, STORE_READ, &world.reader, &world.err), 0);
    world_close(&world);
    sim_disk_cut(world.disk);
    sim_disk_restart(world.disk);
    assert_int_equal(world_open(&world, true), 0);
    char *again = content_of(STORE_PATH);
    assert_string_equal(again, content);
    assert_int_equal(store_check(world.store, &world.err), 0);
    free(again);
    free(content);
    world_close(&world);
    sim_disk_free(world.disk);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_borne),
        cmocka_unit_test(mutants_are_found),
        cmocka_unit_test(checkpoints_fail_apart),
    };
    return cmocka_run_group_tests(tests, set_up_plans, tear_down_plans);
}
