/*
 * kill -9 at any moment: a child ticks, fans out, forms, sends, runs handlers and appends facts in
 * random order, and says through a pipe what each flush has made durable; the parent kills it, opens
 * the store again and asks for the invariants of store.h and for all that was said.
 * PLANRUN_TEST_SECONDS sets how long.
 */
#include "store_kit.h"

#include "store/store_data.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { UNITS = 47, CHUNK = 10, NOTICES = 2, NOTICE = 9, STEPS = 6 };

/* What is durable: told by the child, counted by the parent. */
struct tally {
    int64_t firings, facts, lines, messages, sent, handled;
};

struct worker {
    struct kit kit;
    struct tally tally;
    uint64_t seed;
    int64_t slot;
};

static uint32_t random_below(uint64_t *seed, uint32_t most)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*seed >> 33) % most);
}

static int64_t number_of(struct kit *kit, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = -1;
    if (sqlite3_prepare_v2(kit->store->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    else
        fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(kit->store->db));
    sqlite3_finalize(statement);
    return number;
}

static struct tally tally_of(struct kit *kit)
{
    return (struct tally){
        number_of(kit, "SELECT count(*) FROM firing"),
        number_of(kit, "SELECT count(*) FROM fact"),
        number_of(kit, "SELECT count(*) FROM line"),
        number_of(kit, "SELECT count(*) FROM message"),
        number_of(kit, "SELECT count(*) FROM message WHERE state = 2"),
        number_of(kit, "SELECT count(*) FROM firing WHERE handler = 2"),
    };
}

/* ---- the child -------------------------------------------------------------------------------- */

static int tick(struct worker *worker)
{
    struct buf subjects = {0};
    int64_t last = STORE_NEVER, formed, number = 0;
    int code = store_last_slot(worker->kit.store, &last, &formed, &worker->kit.err);
    int64_t slot = last == STORE_NEVER ? 1 : last + 1;
    struct store_firing firing = sample_firing(slot, (int32_t)slot, UNITS, &subjects);
    struct store_cursor cursor = {1, slot};
    struct clock_reading clock = {.boot_id = "b", .wall_ms = slot};
    struct store_batch batch = {.firings = &firing,
                                .firing_count = 1,
                                .cursors = &cursor,
                                .cursor_count = 1,
                                .clock = &clock};
    if (random_below(&worker->seed, 3) == 0) {
        firing.handler = HANDLER_PENDING;
        firing.route = 0;
    }
    if (code == 0)
        code = store_tick(worker->kit.store, &batch, &number, &worker->kit.err);
    worker->tally.firings += number > 0;
    worker->slot = slot;
    buf_free(&subjects);
    return code;
}

static int fan(struct worker *worker)
{
    struct store_firing firing;
    uint32_t next, units[CHUNK], count = 0;
    int code =
        store_fan_next(worker->kit.store, worker->kit.arena, &firing, &next, &worker->kit.err);
    if (code == ERR_NOT_FOUND)
        return 0;
    for (uint32_t unit = next ? next : 1; unit <= UNITS && count < CHUNK; unit++)
        units[count++] = unit;
    uint32_t after = count && units[count - 1] < UNITS ? units[count - 1] + 1 : UINT32_MAX;
    if (code == 0)
        code = store_fan(worker->kit.store, &firing, units, count, after, &worker->kit.err);
    worker->tally.lines += count;
    return code;
}

static bool same_group(const struct store_line *a, const struct store_line *b)
{
    return a->slot_ms == b->slot_ms && a->unit == b->unit;
}

static int form(struct worker *worker)
{
    struct store_line lines[16];
    size_t count = 0;
    bool whole = false;
    int code =
        store_lines_pending(worker->kit.store, lines, 16, &count, &whole, &worker->kit.err);
    if (code < 0 || count == 0)
        return code;
    while (!whole && count > 1 && same_group(lines + count - 1, lines + count - 2))
        count--;
    count -= !whole;
    for (size_t i = 0; i < count; i++) {
        lines[i].fate = lines[i].unit % 3 ? LINE_FORMED : LINE_MET;
        bool last = i + 1 == count || !same_group(lines + i, lines + i + 1);
        worker->tally.messages += last && lines[i].unit % 3 != 0;
    }
    return kit_form(&worker->kit, lines, count, 1);
}

static int send_some(struct worker *worker)
{
    struct store_message messages[5];
    size_t count = 0;
    int code = kit_take(&worker->kit, 1000, 2000, 5, messages, &count);
    for (size_t i = 0; code == 0 && i < count; i++) {
        if (random_below(&worker->seed, 4) == 0)
            continue; /* stays leased: for the next fence */
        code = kit_settle(&worker->kit, messages[i].number, MESSAGE_SENT, 0, NULL);
        worker->tally.sent++;
    }
    return code;
}

static int handle(struct worker *worker)
{
    struct store_firing firing, notices[NOTICES];
    int64_t numbers[NOTICES], last = 0, formed;
    int code =
        store_handler_next(worker->kit.store, 1, worker->kit.arena, &firing, &worker->kit.err);
    if (code == ERR_NOT_FOUND)
        return 0;
    if (code == 0)
        code = store_last_slot(worker->kit.store, &last, &formed, &worker->kit.err);
    for (int i = 0; i < NOTICES; i++) {
        notices[i] = firing;
        notices[i].kind = NOTICE;
        notices[i].handler = HANDLER_NONE;
        notices[i].cause = firing.number;
        notices[i].tier = i;
        notices[i].route = 2;
        notices[i].slot_ms = last + 1;
    }
    if (code == 0)
        code = store_handled(worker->kit.store, firing.number, notices, NOTICES, NULL, numbers,
                             &worker->kit.err);
    worker->tally.handled++;
    worker->tally.firings += NOTICES;
    return code;
}

static int append(struct worker *worker)
{
    char key[32];
    int64_t number;
    enum fact_outcome outcome;
    uint32_t unit = 1 + random_below(&worker->seed, 5);
    struct store_fact fact = sample_fact(FACT_SUBMITTED, unit, 1 + unit);
    snprintf(key, sizeof key, "%lld", (long long)worker->tally.facts + 1);
    fact.key = key;
    if (random_below(&worker->seed, 4) == 0 && worker->tally.facts > 0) {
        fact.kind = FACT_WITHDRAWN;
        fact.moves = -fact.moves; /* each fact of a unit has as many pieces */
        fact.value = 1 + random_below(&worker->seed, (uint32_t)worker->tally.facts);
    }
    int code = store_append(worker->kit.store, &fact, 1, &number, &outcome, &worker->kit.err);
    worker->tally.facts += code == 0;
    return code == ERR_NOT_FOUND ? 0 : code;
}

static void work(const char *path, uint64_t seed, int pipe)
{
    static int (*const steps[STEPS])(struct worker *) = {tick,      fan,    form,
                                                         send_some, handle, append};
    struct worker worker = {.seed = seed};
    snprintf(worker.kit.path, sizeof worker.kit.path, "%s", path);
    int code = store_open(path, STORE_WRITE, &worker.kit.store, &worker.kit.err);
    if (code == 0)
        worker.tally = tally_of(&worker.kit);
    while (code == 0) {
        worker.kit.arena = arena_new();
        for (uint32_t i = random_below(&seed, 8); code == 0 && i < 8; i++)
            code = steps[random_below(&worker.seed, STEPS)](&worker);
        if (code == 0)
            code = store_flush(worker.kit.store, &worker.kit.err);
        if (code == 0 && write(pipe, &worker.tally, sizeof worker.tally) < 0)
            break;
        arena_free(worker.kit.arena);
    }
    fprintf(stderr, "child: %s\n", worker.kit.err.message);
    _exit(1);
}

/* ---- the parent ------------------------------------------------------------------------------- */

/* Each is 0 in a sound store. */
static const char *const invariants[] = {
    /* 1: an identity stands once */
    "SELECT count(*) FROM (SELECT 1 FROM firing NOT INDEXED GROUP BY item, kind, route, period,"
    " due, phase, cause, tier HAVING count(*) > 1)",
    /* 2: lines up to `next`, all of them; of a firing that is fanned out all its units */
    "SELECT count(*) FROM firing f LEFT JOIN fanout o ON o.slot = f.slot AND o.firing = f.number"
    " WHERE f.route AND (SELECT count(*) FROM line l WHERE l.slot = f.slot AND l.firing = f.number)"
    " <> CASE WHEN o.firing IS NULL THEN f.units ELSE max(o.next, 1) - 1 END",
    "SELECT count(*) FROM firing f JOIN line l ON l.slot = f.slot AND l.firing = f.number"
    " LEFT JOIN fanout o ON o.slot = f.slot AND o.firing = f.number"
    " WHERE l.unit >= coalesce(o.next, f.units + 1) OR l.route <> f.route",
    /* 3: nothing is formed that a fan-out still reaches; a message for each formed group that has
     * something to say, and for no other */
    "SELECT count(*) FROM fanout, holder WHERE slot <= formed_slot",
    "SELECT count(*) FROM (SELECT DISTINCT slot, route, unit FROM line, holder WHERE fate <> 2"
    " AND (slot, route, unit) <= (formed_slot, formed_route, formed_unit)"
    " EXCEPT SELECT slot, route, unit FROM message)",
    "SELECT (SELECT count(*) FROM message) - (SELECT count(*) FROM (SELECT DISTINCT slot, route,"
    " unit FROM line, holder WHERE fate <> 2"
    " AND (slot, route, unit) <= (formed_slot, formed_route, formed_unit)))",
    /* 4: a counter is the sum of its facts */
    "SELECT count(*) FROM counter c WHERE done <> coalesce((SELECT sum(moves) FROM fact f"
    " WHERE f.unit = c.unit), 0)",
    "SELECT count(*) FROM fact WHERE unit NOT IN (SELECT unit FROM counter)",
    /* 5, 6: numbers and keys without a gap */
    "SELECT max(number) - count(*) FROM fact",
    "SELECT max(CAST(key AS INTEGER)) - count(*) FROM fact",
    "SELECT max(number) - count(*) FROM firing", "SELECT max(number) - count(*) FROM message",
    /* arrows: a firing with its cursor and clock, a handler with all its notices */
    "SELECT coalesce((SELECT max(slot) FROM firing WHERE kind = 4), wall_ms, 0)"
    " - coalesce(wall_ms, 0) FROM holder",
    "SELECT cursor_ms - coalesce((SELECT max(slot) FROM firing WHERE kind = 4), cursor_ms)"
    " FROM item WHERE number = 1",
    "SELECT count(*) FROM firing f WHERE f.kind = 4 AND (SELECT count(*) FROM firing n"
    " WHERE n.cause = f.number) <> CASE WHEN f.handler = 2 THEN 2 ELSE 0 END",
    "SELECT count(*) FROM message WHERE state = 1", /* leases of earlier fences have ended */
};

static void check(struct kit *kit, const struct tally *said, unsigned round)
{
    kit_open(kit, STORE_WRITE);
    for (size_t i = 0; i < sizeof invariants / sizeof *invariants; i++) {
        int64_t wrong = number_of(kit, invariants[i]);
        if (wrong != 0)
            fail_msg("round %u: %lld for %s", round, (long long)wrong, invariants[i]);
    }
    KIT_OK(kit, store_check(kit->store, &kit->err));
    struct tally found = tally_of(kit);
    if (found.firings < said->firings || found.facts < said->facts ||
        found.lines < said->lines || found.messages < said->messages ||
        found.sent < said->sent || found.handled < said->handled)
        fail_msg("round %u: what a flush had promised is gone", round);
    assert_int_equal(kit->store->fence, 2 * round + 3);
    store_close(kit->store);
    kit->store = NULL;
}

/* Kills the child behind a random flush, at once or a moment later; what it had said by then. */
static void run_and_kill(const char *path, uint64_t *seed, struct tally *said)
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    uint64_t start = *seed + 1;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        work(path, start, ends[1]);
    }
    close(ends[1]);
    uint32_t flushes = 1 + random_below(seed, 40);
    while (flushes-- > 0 && read(ends[0], said, sizeof *said) == sizeof *said)
        ;
    struct timespec moment = {.tv_nsec = random_below(seed, 3) * random_below(seed, 2000000)};
    nanosleep(&moment, NULL);
    kill(child, SIGKILL);
    while (read(ends[0], said, sizeof *said) == sizeof *said)
        ;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static void test_kills(void **state)
{
    const char *size = getenv("PLANRUN_TEST_SECONDS");
    double seconds = getenv("PLANRUN_TEST_LONG") ? 600 : size ? strtod(size, NULL) : 1;
    struct timespec begin, now;
    struct kit kit;
    struct tally said = {0};
    uint64_t seed = 5;
    unsigned round = 0;
    static const char *const items[] = {"essays"};
    struct store_item item;
    (void)state;
    kit_new(&kit, true);
    KIT_OK(&kit, store_items(kit.store, 1, items, 1, &item, &kit.err));
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    store_close(kit.store);
    kit.store = NULL;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        run_and_kill(kit.path, &seed, &said);
        check(&kit, &said, round++);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (round < 5 ||
             (double)(now.tv_sec - begin.tv_sec) + (double)(now.tv_nsec - begin.tv_nsec) / 1e9 <
                 seconds);
    printf(
        "counts: %u kills\ncounts: %lld firings, %lld lines, %lld facts, %lld messages stood\n",
        round, (long long)said.firings, (long long)said.lines, (long long)said.facts,
        (long long)said.messages);
    kit_free(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kills)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
