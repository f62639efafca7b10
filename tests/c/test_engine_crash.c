/*
 * A campaign lived with crashes: between any two steps the process may die, and what was not committed is gone. In
 * the end the journal, and all that was told to anybody, is that of a life without a crash. PLANRUN_TEST_SECONDS
 * sets how long.
 */
#include "engine_kit.h"

#include "engine/handler.h"
#include "engine/mail.h"

#include <time.h>

enum { TOLD_MOST = 1000, SEED = 20120601 };

static const struct kit_plan campaign = {
    .head = ISSUED("2012-06-01"),
    .items = PHASE("ph") WHEN(FROM_TO("2012-06-01", "2012-07-31")) END "," QUOTA("essay")
        IN("ph") DUE(BY("2012-07-05")) EACH_WARD COUNT_OF("2") END "," TASK("study") IN("ph")
            DUE(BY("2012-07-05")) EACH_WARD END "," TASK("refine") IN("ph")
                DUE(BY("2012-07-20")) END,
    .remind = "{\"before\":[\"7d\",\"3d\",\"1d\"],\"after\":[\"1d\"],\"line\":9},"
              "{\"about\":[\"essay\"],\"every\":" RULE("FREQ=WEEKLY;BYDAY=MO") ",\"line\":9}",
    .handlers = ON("phase.start") "," ON("quota.late"),
    .wards = 5};

static const struct {
    const char *item, *unit, *at;
} facts[] = {
    {"essay", "w1", "2012-06-29 10:00"}, {"essay", "w1", "2012-07-02 08:00"},
    {"study", "w2", "2012-07-02 08:00"}, {"essay", "w3", "2012-07-04 08:00"},
    {"study", "w1", "2012-07-06 08:00"}, {"refine", "bureau", "2012-07-18 08:00"},
};

/* What has been told under an id: "w1: essay -7, study -7". */
struct told {
    char id[40];
    const char *text;
    int times;
};

struct life {
    struct kit kit;
    struct told told[TOLD_MOST];
    size_t told_count;
    uint64_t random;
    bool mortal;
    unsigned crashes;
};

/* xorshift64 */
static bool dies(struct life *life)
{
    life->random ^= life->random << 13;
    life->random ^= life->random >> 7;
    life->random ^= life->random << 17;
    return life->mortal && life->random % 4 == 0;
}

/* Dies before or behind the commit, or not. True when something was lost. */
static bool commit(struct life *life)
{
    if (dies(life)) {
        life->crashes++;
        kit_crash(&life->kit);
        return true;
    }
    kit_check(&life->kit, store_flush(life->kit.store, &life->kit.err));
    if (dies(life)) {
        life->crashes++;
        kit_crash(&life->kit);
    }
    return false;
}

static void hand_in(struct life *life, int64_t from_ms, int64_t until_ms)
{
    for (size_t i = 0; i < COUNT(facts); i++) {
        int64_t at = instant(facts[i].at);
        struct fact_request request = {.kind = FACT_SUBMITTED,
                                       .item = facts[i].item,
                                       .unit = facts[i].unit,
                                       .count = 1,
                                       .at_ms = at,
                                       .period = DAY_NONE,
                                       .key = arena_printf(arena, "k%zu", i),
                                       .actor = "test"};
        struct fact_answer answer;
        if (at <= from_ms || at > until_ms)
            continue;
        do {
            kit_check(&life->kit, engine_fact(life->kit.engine, 0, &request, at, arena, &answer,
                                              &life->kit.err));
        } while (commit(life));
    }
}

static int answer(struct life *life, int64_t now_ms)
{
    struct kit *kit = &life->kit;
    struct handler_call call;
    int code = engine_handler_next(kit->engine, arena, &call, &kit->err);
    if (code == ERR_NOT_FOUND)
        return 0;
    kit_check(kit, code);
    struct handler_notice notice = {&call.subjects, call.event, NULL, NULL};
    kit_check(kit, engine_handled(kit->engine, &call, &notice, 1, NULL, now_ms, &kit->err));
    handler_call_free(&call);
    return 1;
}

static const char *mail_words(const struct mail *mail)
{
    struct buf text = {0};
    buf_printf(&text, "%s:", mail->unit_id);
    for (size_t i = 0; i < mail->entry_count; i++)
        buf_printf(&text, " %s %s %d %s", mail->entries[i].item_id, mail->entries[i].plan_id,
                   mail->entries[i].tier, mail->entries[i].text ? mail->entries[i].text : "");
    const char *copy = arena_string(arena, text.bytes);
    buf_free(&text);
    return copy;
}

static void tell(struct life *life, const struct mail *mail)
{
    const char *words = mail_words(mail);
    for (size_t i = 0; i < life->told_count; i++)
        if (strcmp(life->told[i].id, mail->id) == 0) {
            assert_string_equal(life->told[i].text, words);
            life->told[i].times++;
            return;
        }
    assert_true(life->told_count < TOLD_MOST);
    struct told *told = &life->told[life->told_count++];
    memcpy(told->id, mail->id, sizeof told->id);
    told->text = words;
    told->times = 1;
}

/* Messages are leased, committed, told, settled: in that order. */
static int send(struct life *life, int64_t now_ms)
{
    struct kit *kit = &life->kit;
    const struct mail *mails;
    size_t count;
    kit_check(kit, kit_lease(kit, now_ms, 3, arena, &mails, &count));
    kit_check(kit, store_flush(kit->store, &kit->err));
    for (size_t i = 0; i < count; i++)
        tell(life, &mails[i]);
    for (size_t i = 0; i < count; i++)
        kit_check(kit, kit_settle(kit, &mails[i], MAIL_SENT, NULL, now_ms));
    return count > 0;
}

/* Each step is made until it finds nothing to do and that has been committed. */
static void live_instant(struct life *life, int64_t now_ms)
{
    struct kit *kit = &life->kit;
    bool busy;
    do {
        int did;
        kit_check(kit, did = engine_next(kit->engine) <= now_ms);
        if (did)
            kit_check(kit, engine_tick(kit->engine, now_ms, NULL, &kit->err));
        busy = did | commit(life);
        busy |= (did = answer(life, now_ms)) | commit(life);
        kit_check(kit, did = engine_fan(kit->engine, &kit->err));
        busy |= did | commit(life);
        kit_check(kit, did = kit_form(kit, now_ms));
        busy |= did | commit(life);
        busy |= (did = send(life, now_ms)) | commit(life);
    } while (busy);
}

static void live(struct life *life, const char *path, uint64_t seed)
{
    *life = (struct life){.random = seed, .mortal = seed != 0};
    kit_open(&life->kit, &campaign, path);
    kit_check(&life->kit, store_flush(life->kit.store, &life->kit.err));
    int64_t before = INT64_MIN;
    for (int64_t next; (next = engine_next(life->kit.engine)) != INT64_MAX; before = next) {
        hand_in(life, before, next);
        live_instant(life, next);
    }
}

static int by_words(const void *left, const void *right)
{
    const struct told *a = left, *b = right;
    return strcmp(a->text, b->text);
}

static void compare(struct life *life, struct life *sane, const char *journal)
{
    assert_string_equal(kit_journal(&life->kit, 0), journal);
    assert_int_equal(life->told_count, sane->told_count);
    qsort(life->told, life->told_count, sizeof *life->told, by_words);
    for (size_t i = 0; i < life->told_count; i++)
        assert_string_equal(life->told[i].text, sane->told[i].text);
}

static void forget_store(const char *folder)
{
    static const char *const names[] = {"p.db", "p.db-wal", "p.db-shm", "p.db-mark"};
    for (size_t i = 0; i < COUNT(names); i++)
        unlink(arena_printf(arena, "%s/%s", folder, names[i]));
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void crashes_change_nothing(void **state)
{
    (void)state;
    const char *size = getenv("PLANRUN_TEST_SECONDS");
    double seconds = getenv("PLANRUN_TEST_LONG") ? 60 : size ? strtod(size, NULL) : 1;
    char *folder = arena_string(arena, "/tmp/planrun-engine-XXXXXX");
    static struct life sane, life;
    unsigned lives = 0, crashes = 0, again = 0;
    assert_non_null(mkdtemp(folder));
    const char *path = arena_printf(arena, "%s/p.db", folder);
    live(&sane, path, 0);
    const char *journal = kit_journal(&sane.kit, 0);
    qsort(sane.told, sane.told_count, sizeof *sane.told, by_words);
    for (double end = now_s() + seconds; lives == 0 || now_s() < end; lives++) {
        forget_store(folder);
        live(&life, path, SEED + lives);
        compare(&life, &sane, journal);
        crashes += life.crashes;
        for (size_t i = 0; i < life.told_count; i++)
            again += (unsigned)life.told[i].times - 1;
        kit_close(&life.kit);
    }
    print_message("%zu messages: %u lives, %u crashes, %u attempts made again\n",
                  sane.told_count, lives, crashes, again);
    kit_close(&sane.kit);
    forget_store(folder);
    rmdir(folder);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(crashes_change_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
