/* Messages under an operator's rules: what joins, what waits for another slot or week, what is held after a restore,
 * who is gone, and who hears of what is given up. */
#include "engine_kit.h"

#include "store/store_data.h"

#define REMIND(tier) "{\"about\":[\"essay\"],\"before\":[\"" tier "\"],\"line\":9}"

static const struct kit_plan first = {.id = "a",
                                      .head = ISSUED("2012-06-01"),
                                      .items = QUOTA("essay") DUE(BY("2012-07-05"))
                                          EACH_WARD COUNT_OF("2") END,
                                      .remind = REMIND("3d"),
                                      .wards = 2};

static struct kit_plan plan; /* of both */
static struct outbox_rules rules;

static int refuse(void *context, const struct outbox_asked *asked, struct outbox_address *out,
                  struct arena *texts, struct err *err)
{
    (void)context;
    (void)asked;
    (void)out;
    (void)texts;
    return err_set(err, ERR_NOT_FOUND, "nobody is the head of it");
}

/* A second plan of the same store and people. */
static void add_plan(struct kit *kit, struct kit *other, const char *id)
{
    struct kit_plan second = plan;
    second.id = id;
    *other = (struct kit){.store = kit->store};
    kit_revise(other, &second, NULL);
}

static void close_plan(struct kit *other)
{
    other->store = NULL;
    kit_close(other);
}

static struct mail_desk desk_of(struct engine *const *engines, size_t count,
                                struct store *store)
{
    return (struct mail_desk){
        .store = store, .engines = engines, .count = count, .rules = &rules};
}

static void form_all(const struct mail_desk *desk, int64_t now_ms)
{
    struct err err;
    int more;
    while ((more = mail_form(desk, now_ms, &err)) > 0)
        continue;
    if (more < 0)
        fail_msg("%s", err.message);
}

static size_t take_all(const struct mail_desk *desk, int64_t now_ms, const struct mail **mails)
{
    struct store_destination destination = {1, "default"};
    size_t count = 0;
    int code = mail_take(desk, &destination, now_ms, 50, arena, mails, &count, NULL);
    assert_true(code >= 0);
    return count;
}

static void tell(const struct mail_desk *desk, const struct mail *mail, enum mail_result result,
                 int64_t now_ms)
{
    static const struct store_words words = {"u", "n", "r", "s", "t", "{}"};
    struct mail_end end = {.result = result, .note = "said so"};
    assert_int_equal(mail_keep(desk, mail, &words, NULL), 0);
    assert_true(mail_settle(desk, &mail->message, &end, now_ms, NULL) >= 0);
}

static int64_t ask(struct kit *kit, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(kit->store->db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

struct joined {
    struct kit kits[2];
    struct engine *engines[2];
    struct mail_desk desk;
};

/* Two plans that speak at 09:00 of the same day; the first has. */
static void open_two(struct joined *joined)
{
    int64_t now_ms = instant("2012-07-02 09:00");
    rules = *outbox_rules_plain();
    if (!plan.id)
        plan = first;
    kit_open(&joined->kits[0], &plan, NULL);
    add_plan(&joined->kits[0], &joined->kits[1], "b");
    for (int i = 0; i < 2; i++)
        joined->engines[i] = joined->kits[i].engine;
    joined->desk = desk_of(joined->engines, 2, joined->kits[0].store);
    kit_run(&joined->kits[0], now_ms);
    kit_fan(&joined->kits[0]);
}

static void speak_again(struct joined *joined, int64_t now_ms)
{
    kit_run(&joined->kits[1], now_ms);
    kit_fan(&joined->kits[0]);
    form_all(&joined->desk, now_ms);
}

static void close_two(struct joined *joined)
{
    struct err err;
    if (store_check(joined->kits[0].store, &err) < 0)
        fail_msg("%s", err.message);
    close_plan(&joined->kits[1]);
    kit_close(&joined->kits[0]);
}

/* What is formed for a slot joins until that went; then it is the next slot's. */
static void a_slot_has_one_message(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct joined joined;
        const struct mail *mails;
        int64_t now_ms = instant("2012-07-02 09:00"), gone_ms = now_ms + OUTBOX_GATHER_MS;
        open_two(&joined);
        rules.slots[0] = 540;
        rules.slots[1] = 900;
        rules.slot_count = 2;
        form_all(&joined.desk, now_ms);
        assert_int_equal(take_all(&joined.desk, gone_ms - 1, &mails), 0);
        for (size_t i = late ? take_all(&joined.desk, gone_ms, &mails) : 0; i-- > 0;)
            tell(&joined.desk, &mails[i], MAIL_SENT, gone_ms);
        speak_again(&joined, gone_ms);
        assert_int_equal(ask(&joined.kits[0], "SELECT count(*) FROM message"), late ? 4 : 2);
        assert_int_equal(ask(&joined.kits[0], "SELECT count(*) FROM part"), late ? 0 : 2);
        assert_true(ask(&joined.kits[0], "SELECT max(send_ms) FROM message") ==
                    instant(late ? "2012-07-02 15:00" : "2012-07-02 09:00") + OUTBOX_GATHER_MS);
        assert_int_equal(take_all(&joined.desk, instant("2012-07-02 15:01"), &mails), 2);
        assert_int_equal(mails->entry_count, late ? 1 : 2);
        close_two(&joined);
    }
}

/* A cap that is reached puts off to the next week, unless the due would be past by then. */
static void a_week_has_few(void **state)
{
    static const char *const sends[] = {"2012-07-09 00:00", "2012-07-02 09:05"};
    (void)state;
    for (int urgent = 0; urgent < 2; urgent++) {
        struct joined joined;
        const struct mail *mails;
        int64_t now_ms = instant("2012-07-02 09:00");
        plan = first;
        if (!urgent)
            plan.items = QUOTA("essay") DUE(BY("2012-07-25")) EACH_WARD COUNT_OF("2") END;
        plan.remind = urgent ? REMIND("3d") : REMIND("23d");
        open_two(&joined);
        rules.weekly = 1;
        form_all(&joined.desk, now_ms);
        for (size_t i = take_all(&joined.desk, now_ms, &mails); i-- > 0;)
            tell(&joined.desk, &mails[i], MAIL_SENT, now_ms);
        speak_again(&joined, now_ms + 300000);
        assert_int_equal(ask(&joined.kits[0], "SELECT count(*) FROM message"), 4);
        assert_true(ask(&joined.kits[0], "SELECT max(send_ms) FROM message") ==
                    instant(sends[urgent]));
        close_two(&joined);
    }
    plan = first;
}

/* What fired before a copy was put back is held; what fires later goes. */
static void a_restored_store_holds(void **state)
{
    (void)state;
    for (int later = 0; later < 2; later++) {
        struct joined joined;
        int64_t now_ms = instant("2012-07-02 09:00");
        open_two(&joined);
        assert_int_equal(
            store_execute(joined.kits[0].store->db,
                          arena_printf(arena, "UPDATE holder SET restored_ms = %lld",
                                       (long long)now_ms - later),
                          NULL),
            0);
        form_all(&joined.desk, now_ms);
        assert_int_equal(ask(&joined.kits[0], "SELECT sum(state = 4) FROM message"),
                         later ? 0 : 2);
        close_two(&joined);
    }
}

/* The same of a plan that nobody has while its lines are formed. */
static void a_restored_store_holds_for_nobody(void **state)
{
    struct joined joined;
    int64_t now_ms = instant("2012-07-02 09:00");
    (void)state;
    open_two(&joined);
    char *sql = arena_printf(arena, "UPDATE holder SET restored_ms = %lld", (long long)now_ms);
    assert_int_equal(store_execute(joined.kits[0].store->db, sql, NULL), 0);
    joined.desk.count = 0;
    form_all(&joined.desk, now_ms);
    joined.desk.count = 2;
    assert_int_equal(ask(&joined.kits[0], "SELECT sum(state = 4) FROM message"), 2);
    assert_true(mail_address(&joined.desk, now_ms, 50, NULL) >= 0);
    assert_int_equal(ask(&joined.kits[0], "SELECT sum(state = 4) FROM message"), 2);
    close_two(&joined);
}

/* What has come and is not recorded yet may still be: not decided, or under a clock in doubt not spoken of. */
static void an_engine_is_behind(void **state)
{
    struct joined joined;
    struct err err;
    int64_t now_ms = instant("2012-07-02 09:00");
    (void)state;
    open_two(&joined);
    joined.desk.count = 1;
    assert_false(mail_behind(&joined.desk, now_ms));
    joined.desk.count = 2;
    assert_true(mail_behind(&joined.desk, now_ms));
    while (engine_replay(joined.engines[1], now_ms, &err) > 0)
        continue;
    assert_true(engine_next(joined.engines[1]) > now_ms);
    assert_true(mail_behind(&joined.desk, now_ms));
    while (engine_tick(joined.engines[1], now_ms, NULL, &err) > 0)
        continue;
    assert_false(mail_behind(&joined.desk, now_ms));
    close_two(&joined);
}

/* Nothing more goes to who wants nothing, neither what waits nor what is formed. */
static void who_is_gone_is_left_alone(void **state)
{
    struct joined joined;
    const struct mail *mails;
    int64_t now_ms = instant("2012-07-02 09:00");
    (void)state;
    open_two(&joined);
    form_all(&joined.desk, now_ms);
    assert_int_equal(take_all(&joined.desk, now_ms, &mails), 2);
    tell(&joined.desk, &mails[0], MAIL_GONE, now_ms);
    tell(&joined.desk, &mails[1], MAIL_RETRY, now_ms);
    speak_again(&joined, now_ms + 1);
    assert_int_equal(ask(&joined.kits[0], "SELECT sum(state = 3) FROM message"), 2);
    assert_int_equal(ask(&joined.kits[0], "SELECT sum(note = 'said so') FROM message"), 3);
    assert_int_equal(take_all(&joined.desk, now_ms + 1, &mails), 1);
    close_two(&joined);
}

/* Nor does what was under way when it said so, and of which nobody knows how that ended. */
static void who_is_gone_gets_nothing_again(void **state)
{
    struct joined joined;
    const struct mail *mails, *others, *again;
    int64_t now_ms = instant("2012-07-02 09:00"), later_ms = now_ms + OUTBOX_LEASE_MS;
    (void)state;
    open_two(&joined);
    form_all(&joined.desk, now_ms);
    assert_int_equal(take_all(&joined.desk, now_ms, &mails), 2);
    speak_again(&joined, now_ms + 1);
    assert_int_equal(take_all(&joined.desk, now_ms + 1, &others), 2);
    tell(&joined.desk, &others[0], MAIL_GONE, now_ms + 1);
    tell(&joined.desk, &others[1], MAIL_SENT, now_ms + 1);
    assert_int_equal(take_all(&joined.desk, later_ms, &again), 1);
    assert_int_not_equal(again->message.recipient, others[0].message.recipient);
    assert_int_equal(ask(&joined.kits[0], "SELECT count(*) FROM message WHERE state = 3"
                                          " AND note = 'said so' AND attempts = 1"),
                     2);
    assert_int_equal(ask(&joined.kits[0], "SELECT sum(unsure) FROM message WHERE state = 3"),
                     1);
    close_two(&joined);
}

static void count_lost(void *context, int64_t message, const char *note)
{
    assert_string_equal(note, "nobody is the head of it");
    assert_true(message > 0);
    ++*(int *)context;
}

/* Without an address it fails loudly; one alarm that waits gathers several. */
static void what_nobody_gets_is_told(void **state)
{
    struct joined joined;
    int lost = 0;
    int64_t now_ms = instant("2012-07-02 09:00");
    (void)state;
    open_two(&joined);
    rules.address = refuse;
    rules.alarm = "ops";
    rules.alarm_address = "it@hospital.example";
    joined.desk.lost = count_lost;
    joined.desk.context = &lost;
    form_all(&joined.desk, now_ms);
    assert_int_equal(lost, 2);
    assert_int_equal(ask(&joined.kits[0], "SELECT sum(state = 3) FROM message"), 2);
    for (int i = 0; i < 400; i++)
        assert_int_equal(mail_alarm(&joined.desk, "one more is lost", now_ms + i, NULL), 0);
    assert_int_equal(
        ask(&joined.kits[0], "SELECT count(*) FROM message WHERE text IS NOT NULL"), 1);
    assert_true(ask(&joined.kits[0], "SELECT length(text) BETWEEN 3000 AND 4100 FROM message"
                                     " WHERE text LIKE '%…'"));
    close_two(&joined);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_has_one_message),
        cmocka_unit_test(a_week_has_few),
        cmocka_unit_test(a_restored_store_holds),
        cmocka_unit_test(a_restored_store_holds_for_nobody),
        cmocka_unit_test(an_engine_is_behind),
        cmocka_unit_test(who_is_gone_is_left_alone),
        cmocka_unit_test(who_is_gone_gets_nothing_again),
        cmocka_unit_test(what_nobody_gets_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
