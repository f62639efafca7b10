/*
 * Taking over: plans live in stores of their own, are taken over into one store at random moments, and live on
 * in both. All answers are the same, messages have the ids that they had, and what waits goes on waiting.
 */
#include "several_kit.h"

#include "base/sha256.h"
#include "files/kept.h"
#include "service/adopt.h"
#include "service/holder.h"
#include "store/store_data.h"

#include <sys/wait.h>

enum { LIVES = 10, LIFE = 120 };

/* A world on the disk. */
struct moving {
    struct world world;
    char folder[64], common[96];
    bool joined[PLANS];
};

static const char *own_path(const struct moving *moving, int plan)
{
    return arena_printf(arena, "%s/%s.db", moving->folder, plans[plan].id);
}

static void open_moving(struct moving *moving, uint32_t seed)
{
    struct world *world = &moving->world;
    *moving = (struct moving){.folder = "/tmp/planrun-adopt-XXXXXX"};
    *world = (struct world){.random = seed, .now_ms = instant("2012-06-01 08:00")};
    assert_non_null(mkdtemp(moving->folder));
    snprintf(moving->common, sizeof moving->common, "%s/_service.db", moving->folder);
    if (store_open(moving->common, STORE_WRITE, &world->store, &world->err) < 0)
        fail_msg("%s", world->err.message);
    for (int i = 0; i < PLANS; i++)
        kit_open(&world->apart[i], &plans[i], own_path(moving, i));
}

static void remove_store(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-mark"};
    for (size_t i = 0; i < COUNT(ends); i++)
        unlink(arena_printf(arena, "%s%s", path, ends[i]));
}

static void close_moving(struct moving *moving)
{
    struct world *world = &moving->world;
    for (int i = 0; i < PLANS; i++) {
        world->together[i].store = NULL;
        kit_close(&world->together[i]);
        kit_close(&world->apart[i]);
        remove_store(own_path(moving, i));
    }
    store_close(world->store);
    remove_store(moving->common);
    buf_free(&world->text);
    buf_free(&world->other);
    if (rmdir(moving->folder) < 0)
        fail_msg("%s is not empty", moving->folder);
}

static void execute(struct store *store, const char *sql)
{
    struct err err;
    if (store_execute(store->db, sql, &err) < 0)
        fail_msg("%s: %s", sql, err.message);
}

/* ---- what is to be sent ------------------------------------------------------------------ */

/* Groups of lines become messages in all states, some not yet; others follow the form cursor. */
static const char forming[] =
    "BEGIN;"
    "INSERT OR IGNORE INTO destination (name) VALUES ('default');"
    "INSERT OR IGNORE INTO recipient (destination, address) SELECT 1, id FROM unit;"
    "CREATE TEMP TABLE next AS SELECT DISTINCT slot, route, unit FROM line, holder WHERE"
    " (slot, route, unit) > (formed_slot, formed_route, formed_unit)"
    " AND slot < coalesce((SELECT min(slot) FROM fanout), 9223372036854775807)"
    " ORDER BY slot, route, unit LIMIT %u;"
    "INSERT INTO message (slot, route, unit, state, attempts, next_ms, recipient, destination,"
    " send_ms, text) SELECT slot, route, unit, (unit + slot) %% 4, unit %% 3, slot, (SELECT number"
    " FROM recipient WHERE address = (SELECT id FROM unit u WHERE u.number = next.unit)), 1, slot,"
    " NULL FROM next ORDER BY slot, route, unit;"
    "UPDATE message SET state = 0 WHERE state = 1;"
    "UPDATE holder SET (formed_slot, formed_route, formed_unit) = (SELECT slot, route, unit FROM"
    " next ORDER BY slot DESC, route DESC, unit DESC LIMIT 1) WHERE EXISTS (SELECT 1 FROM next);"
    "DROP TABLE temp.next;"
    "COMMIT";

static void form_some(struct moving *moving, struct kit *kit)
{
    kit_check(kit, store_flush(kit->store, &kit->err));
    execute(kit->store, arena_printf(arena, forming, next_random(&moving->world, 6)));
}

/* Every message of a plan with what it tells of, then every line that waits, by names. */
static const char outbox[] =
    "SELECT 'message ' || m.number || ' ' || m.state || ' ' || m.attempts || ' ' || m.next_ms ||"
    " ' ' || m.send_ms || ' ' || c.address || ' ' || r.role || ' ' || u.id || ': ' ||"
    " group_concat((SELECT count(*) FROM firing x WHERE x.plan = f.plan AND x.number <= f.number)"
    " || '/' || l.fate, ' ') FROM message m JOIN line l USING (slot, route, unit)"
    " JOIN firing f ON f.number = l.firing JOIN route r ON r.number = m.route"
    " JOIN unit u ON u.number = m.unit JOIN recipient c ON c.number = m.recipient"
    " WHERE f.plan = ?1 GROUP BY m.number ORDER BY m.number";
static const char waiting[] =
    "SELECT 'waits ' || r.role || ' ' || u.id || ' ' || (SELECT count(*) FROM firing x WHERE"
    " x.plan = f.plan AND x.number <= f.number) FROM line l, holder h"
    " JOIN firing f ON f.number = l.firing JOIN route r ON r.number = l.route"
    " JOIN unit u ON u.number = l.unit WHERE f.plan = ?1 AND (l.slot, l.route, l.unit) >"
    " (h.formed_slot, h.formed_route, h.formed_unit) ORDER BY f.number, r.role, u.id";

/* The number of a message becomes its id. */
static void add_row(struct kit *kit, sqlite3_stmt *row, struct buf *out)
{
    const char *text = (const char *)sqlite3_column_text(row, 0);
    char id[STORE_ID_MOST], *rest;
    if (strncmp(text, "message ", 8) != 0) {
        buf_printf(out, "%s\n", text);
        return;
    }
    int64_t number = strtoll(text + 8, &rest, 10);
    kit_check(kit, store_message_id(kit->store, number, id, &kit->err));
    buf_printf(out, "message %s%s\n", id, rest);
}

static void add_rows(struct kit *kit, const char *sql, struct buf *out)
{
    sqlite3_stmt *row = NULL;
    int step = sqlite3_prepare_v2(kit->store->db, sql, -1, &row, NULL);
    if (step != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(kit->store->db));
    sqlite3_bind_int64(row, 1, engine_plan_number(kit->engine, 0));
    while ((step = sqlite3_step(row)) == SQLITE_ROW)
        add_row(kit, row, out);
    assert_int_equal(step, SQLITE_DONE);
    sqlite3_finalize(row);
}

static void compare_outboxes(struct world *world, int plan)
{
    static const char *const questions[] = {outbox, waiting};
    for (size_t i = 0; i < COUNT(questions); i++) {
        add_rows(&world->together[plan], questions[i], &world->text);
        add_rows(&world->apart[plan], questions[i], &world->other);
        assert_equal(world, plan, -1);
    }
}

/* ---- taking over ------------------------------------------------------------------------- */

/* As it was bound apart, now in the common store. */
static void bind(struct moving *moving, int plan)
{
    struct kit *kit = &moving->world.together[plan];
    char *text;
    kit->store = moving->world.store;
    kit->plan = kit_compile(&plans[plan], &text);
    kit_roster(kit, &plans[plan]);
    kit_engine(kit);
}

static void adopt(struct moving *moving, int plan)
{
    struct world *world = &moving->world;
    struct kit *own = &world->apart[plan];
    struct store_adopted adopted;
    char name[17];
    if (store_flush(own->store, &own->err) < 0 || store_flush(world->store, &world->err) < 0)
        fail_msg("flush");
    engine_free(own->engine);
    store_close(own->store);
    if (store_adopt(world->store, own->path, world->now_ms, &adopted, &world->err) < 0)
        fail_msg("%s", world->err.message);
    kit_check(own, store_open(own->path, STORE_WRITE, &own->store, &own->err));
    kit_engine(own);
    assert_int_equal(adopted.plans, 1);
    assert_int_equal(adopted.facts, ranks_of(own).count);
    kit_check(own, store_adopted_from(world->store, plans[plan].id, name, &own->err));
    assert_string_equal(name, store_name(own->store));
    moving->joined[plan] = true;
    bind(moving, plan);
    compare_outboxes(world, plan);
}

static void ask_joined(struct moving *moving, int step)
{
    struct world *world = &moving->world;
    for (int i = 0; i < PLANS; i++) {
        if (!moving->joined[i])
            continue;
        ask(world, i, false, &world->text);
        ask(world, i, true, &world->other);
        assert_equal(world, i, step);
    }
    if (store_check(world->store, &world->err) < 0)
        fail_msg("%s", world->err.message);
}

static void tick(struct moving *moving, int plan, int step)
{
    struct world *world = &moving->world;
    kit_tick(&world->apart[plan], world->now_ms);
    run_handlers(world, plan, true, &world->other);
    if (moving->joined[plan]) {
        kit_tick(&world->together[plan], world->now_ms);
        run_handlers(world, plan, false, &world->text);
        assert_equal(world, plan, step);
    } else if (next_random(world, 2)) {
        kit_fan(&world->apart[plan]);
        form_some(moving, &world->apart[plan]);
    }
    world->text.length = world->other.length = 0;
}

static void say_one(struct moving *moving, int plan, int step)
{
    struct world *world = &moving->world;
    struct said said;
    random_said(world, &said);
    say(world, plan, true, &said, &world->other);
    if (moving->joined[plan]) {
        say(world, plan, false, &said, &world->text);
        assert_equal(world, plan, step);
    }
    world->text.length = world->other.length = 0;
}

static void go(struct moving *moving, int step)
{
    struct world *world = &moving->world;
    world->now_ms += (int64_t)next_random(world, 60) * 3600000;
    for (int i = 0; i < PLANS; i++)
        tick(moving, i, step);
}

static void a_plan_is_taken_over_whole(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= LIVES; seed++) {
        struct moving moving;
        open_moving(&moving, seed * 104729);
        for (int step = 0; step < LIFE; step++) {
            int plan = (int)next_random(&moving.world, PLANS);
            uint32_t what = next_random(&moving.world, 40);
            if (what < 5)
                go(&moving, step);
            else if (what == 5 && step > 20 && !moving.joined[plan])
                adopt(&moving, plan);
            else
                say_one(&moving, plan, step);
            if (step % 30 == 29)
                ask_joined(&moving, step);
        }
        close_moving(&moving);
    }
}

/* ---- what refers to a number ------------------------------------------------------------- */

static int64_t said_with_key(struct kit *kit, const char *key)
{
    struct fact_request request = {.kind = FACT_SUBMITTED,
                                   .item = "q",
                                   .unit = "w1",
                                   .count = 1,
                                   .at_ms = instant("2012-06-05 09:00"),
                                   .period = DAY_NONE,
                                   .key = key,
                                   .chars = -1,
                                   .minutes = -1,
                                   .actor = "test"};
    struct fact_answer answer;
    kit_check(kit,
              engine_fact(kit->engine, 0, &request, request.at_ms, arena, &answer, &kit->err));
    return answer.number;
}

static void assert_keyed(struct kit *kit, const char *key, int64_t number)
{
    struct store_fact fact;
    uint32_t plan = engine_plan_number(kit->engine, 0);
    kit_check(kit, store_fact_keyed(kit->store, plan, key, arena, &fact, &kit->err));
    assert_int_equal(fact.number, number);
}

/* A command that hands in for another plan too makes a key of the number here. */
static void keys_made_of_numbers_move_with_them(void **state)
{
    struct moving moving;
    struct world *world = &moving.world;
    (void)state;
    open_moving(&moving, 1);
    world->now_ms = instant("2012-06-06 09:00");
    for (int i = 1; i <= 3; i++)
        assert_int_equal(said_with_key(&world->apart[0], NULL), i);
    said_with_key(&world->apart[1], "a#f1");
    said_with_key(&world->apart[1], "a#f4x");
    said_with_key(&world->apart[2], "a#f3");
    said_with_key(&world->apart[2], "b#f1");
    adopt(&moving, 2);
    adopt(&moving, 0);
    assert_keyed(&world->together[2], "a#f5", 1);
    adopt(&moving, 1);
    assert_keyed(&world->together[1], "a#f3", 6);
    assert_keyed(&world->together[1], "a#f4x", 7);
    assert_keyed(&world->together[2], "b#f6", 2);
    close_moving(&moving);
}

/* ---- what is refused --------------------------------------------------------------------- */

static void what_is_refused_changes_nothing(void **state)
{
    struct moving moving;
    struct world *world = &moving.world;
    struct store_adopted adopted;
    (void)state;
    setenv("LC_ALL", "C", 1);
    open_moving(&moving, 1);
    said_with_key(&world->apart[0], NULL);
    adopt(&moving, 0);
    kit_check(&world->apart[1], store_flush(world->apart[1].store, &world->err));
    execute(world->apart[1].store, "UPDATE holder SET restored_ms = 5");
    for (int i = 0; i < 2; i++) {
        static const char *const whys[] = {"both stores have the plan", "was restored"};
        kit_check(&world->apart[i], store_flush(world->apart[i].store, &world->err));
        engine_free(world->apart[i].engine);
        store_close(world->apart[i].store);
        int code = store_adopt(world->store, world->apart[i].path, 1, &adopted, &world->err);
        assert_int_equal(code, ERR_INVALID);
        assert_non_null(strstr(world->err.message, whys[i]));
        kit_check(&world->apart[i], store_open(world->apart[i].path, STORE_WRITE,
                                               &world->apart[i].store, &world->err));
        kit_engine(&world->apart[i]);
    }
    assert_true(store_adopt(world->store, "/nowhere/x.db", 1, &adopted, &world->err) < 0);
    ask_joined(&moving, 0);
    said_with_key(&world->together[0], "k");
    assert_int_equal(store_adopt(world->store, world->apart[1].path, 1, &adopted, &world->err),
                     ERR_INTERNAL);
    close_moving(&moving);
}

/* ---- its files --------------------------------------------------------------------------- */

static bool is_there(const struct moving *moving, const char *name)
{
    return access(arena_printf(arena, "%s/%s", moving->folder, name), F_OK) == 0;
}

static void remove_file(const struct moving *moving, const char *name)
{
    assert_int_equal(remove(arena_printf(arena, "%s/%s", moving->folder, name)), 0);
}

static void leave(struct kit *kit)
{
    engine_free(kit->engine);
    store_close(kit->store);
    kit->engine = NULL;
    kit->store = NULL;
}

/* Something with a file was handed in, and the store closed. */
static const char *leave_with_file(struct moving *moving)
{
    struct kit *own = &moving->world.apart[0];
    char hash[SHA256_HEX];
    sha256_hex("text", 4, hash);
    struct store_file file = {hash, "a.txt", 4, 4, true};
    int64_t number = said_with_key(own, NULL);
    kit_check(own, kept_put(arena_printf(arena, "%s/a.files", moving->folder), hash, "text", 4,
                            LANG_EN, &own->err));
    kit_check(own, store_add_files(own->store, number, &file, 1, NULL, 0, &own->err));
    kit_check(own, store_flush(own->store, &own->err));
    leave(own);
    return arena_printf(arena, "%.2s/%s", hash, hash);
}

static void take(struct moving *moving, bool expected)
{
    struct world *world = &moving->world;
    bool adopted = !expected;
    if (adopt_plan(world->store, moving->folder, "a", LANG_EN, &adopted, &world->err) < 0)
        fail_msg("%s", world->err.message);
    assert_int_equal(adopted, expected);
    assert_false(is_there(moving, "a.db"));
}

static void rename_file(const struct moving *moving, const char *from, const char *to)
{
    assert_int_equal(rename(arena_printf(arena, "%s/%s", moving->folder, from),
                            arena_printf(arena, "%s/%s", moving->folder, to)),
                     0);
}

/* The process ended behind the commit, before the name. */
static void what_a_crash_left_undone_is_done(void **state)
{
    struct moving moving;
    struct world *world = &moving.world;
    bool adopted;
    (void)state;
    setenv("LC_ALL", "C", 1);
    open_moving(&moving, 1);
    const char *file = leave_with_file(&moving);
    take(&moving, true);
    assert_true(is_there(&moving, arena_printf(arena, "_service.files/%s", file)));
    assert_true(is_there(&moving, "a.db.adopted") && !is_there(&moving, "a.db-mark"));
    take(&moving, false);
    rename_file(&moving, "a.db.adopted", "a.db");
    take(&moving, true);
    moving.joined[0] = true;
    bind(&moving, 0);
    assert_int_equal(ranks_of(&world->together[0]).count, 1);
    leave(&world->apart[1]);
    rename_file(&moving, "b.db", "a.db");
    assert_int_equal(
        adopt_plan(world->store, moving.folder, "a", LANG_EN, &adopted, &world->err),
        ERR_INVALID);
    assert_non_null(strstr(world->err.message, "another store of it"));
    rename_file(&moving, "a.db", "b.db");
    remove_file(&moving, "a.db.adopted");
    for (int i = 0; i < 2; i++) {
        const char *folder = i ? "a.files" : "_service.files";
        remove_file(&moving, arena_printf(arena, "%s/%s", folder, file));
        remove_file(&moving, arena_printf(arena, "%s/%.2s", folder, file));
        remove_file(&moving, folder);
    }
    remove_store(arena_printf(arena, "%s/a.db", moving.folder));
    remove_file(&moving, "a.lock");
    close_moving(&moving);
}

static void hold_lock(const struct moving *moving, int ready, int end)
{
    struct holder *holder;
    char byte;
    int code = holder_take(moving->folder, "a", "planrun run a.lua", &holder, NULL);
    if (write(ready, "", 1) != 1 || read(end, &byte, 1) < 0)
        _exit(2);
    _exit(code < 0);
}

static void a_plan_that_runs_is_left_alone(void **state)
{
    struct moving moving;
    int ready[2], end[2], status;
    char byte;
    bool adopted;
    (void)state;
    open_moving(&moving, 1);
    assert_int_equal(pipe(ready) + pipe(end), 0);
    pid_t child = fork();
    if (child == 0)
        hold_lock(&moving, ready[1], end[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(adopt_plan(moving.world.store, moving.folder, "a", LANG_EN, &adopted,
                                &moving.world.err),
                     ERR_LIMIT);
    assert_non_null(strstr(moving.world.err.message, "is run by another process"));
    assert_int_equal(write(end[1], "", 1), 1);
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(end[i]);
    }
    remove_file(&moving, "a.lock");
    close_moving(&moving);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_is_taken_over_whole),
        cmocka_unit_test(keys_made_of_numbers_move_with_them),
        cmocka_unit_test(what_is_refused_changes_nothing),
        cmocka_unit_test(what_a_crash_left_undone_is_done),
        cmocka_unit_test(a_plan_that_runs_is_left_alone),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
