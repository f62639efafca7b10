/* From lines to messages and back: grouping, what is met by then, what a message knows, attempts. */
#include "engine_kit.h"

#include "engine/mail.h"
#include "engine/outbox.h"

#define TEXT_REMIND                                                                            \
    "{\"about\":[\"essay\"],\"before\":[\"3d\",\"1d\"],\"text\":\"请报送\",\"line\":9},"    \
    "{\"about\":[\"report\"],\"before\":[\"3d\"],\"line\":9}"

/* Two duties due on one day, one of them three days later as well. */
static const struct kit_plan campaign = {.head = ISSUED("2012-06-01"),
                                         .items = QUOTA("essay") FIELD("clause", "\"三\"")
                                             DUE(BY("2012-07-05")) EACH_WARD COUNT_OF("2") END
                                         "," TASK("report") DUE(BY("2012-07-05")) EACH_WARD END,
                                         .remind = TEXT_REMIND,
                                         .wards = 3};

static int64_t first_tick;

static void open_at(struct kit *kit, const struct kit_plan *plan, const char *now)
{
    kit_open(kit, plan, NULL);
    first_tick = instant(now);
    kit_run(kit, first_tick);
    kit_fan(kit);
}

static void form(struct kit *kit, int64_t now_ms)
{
    int more;
    do {
        kit_check(kit, more = kit_form(kit, now_ms));
    } while (more > 0);
}

static size_t take(struct kit *kit, int64_t now_ms, const struct mail **mails)
{
    size_t count = 0;
    kit_check(kit, kit_lease(kit, now_ms, 100, arena, mails, &count));
    return count;
}

/* "w1: essay 2/2, report" … a mail a line. */
static const char *show(const struct mail *mails, size_t count)
{
    struct buf text = {0};
    for (size_t i = 0; i < count; i++) {
        buf_printf(&text, "%s:", mails[i].unit_id);
        for (size_t e = 0; e < mails[i].entry_count; e++) {
            const struct mail_entry *entry = &mails[i].entries[e];
            buf_printf(&text, "%s %s", e ? "," : "", entry->item_id ? entry->item_id : "-");
            if (entry->need)
                buf_printf(&text, " %u/%u", entry->missing, entry->need);
        }
        buf_adds(&text, "\n");
    }
    const char *copy = arena_string(arena, text.bytes ? text.bytes : "");
    buf_free(&text);
    return copy;
}

static void one_message_a_recipient_and_slot(void **state)
{
    (void)state;
    struct kit kit;
    const struct mail *mails = NULL;
    open_at(&kit, &campaign, "2012-07-02 09:00");
    form(&kit, first_tick);
    size_t count = take(&kit, first_tick, &mails);
    assert_string_equal(show(mails, count), "w1: essay 2/2, report\n"
                                            "w2: essay 2/2, report\n"
                                            "w3: essay 2/2, report\n");
    const struct mail *mail = &mails[0];
    const struct mail_entry *entry = &mail->entries[0];
    assert_true(mail->told_ms == first_tick);
    assert_string_equal(mail->role, "contact");
    assert_string_equal(mail->channel, "default");
    assert_string_equal(mail->address, "w1@b.example");
    assert_string_equal(mail->unit_name, "病区1");
    assert_int_equal(strncmp(mail->id, store_name(kit.store), 16), 0);
    assert_string_not_equal(mail->id, mails[1].id);
    assert_string_equal(entry->plan_id, "p");
    assert_string_equal(entry->clause, "三");
    assert_string_equal(entry->text, "请报送");
    assert_string_equal(entry->measure, "篇");
    assert_int_equal(entry->due, day_of("2012-07-05"));
    assert_int_equal(entry->tier, -3);
    assert_null(mail->entries[1].text);
    assert_null(mail->entries[1].measure);
    assert_int_equal(take(&kit, first_tick, &mails), 0);
    kit_close(&kit);
}

/* What is said of how late it is goes by the clock that was set back, not by the slot. */
static void a_clock_set_back_dates_the_words(void **state)
{
    (void)state;
    struct kit kit;
    const struct mail *mails = NULL;
    const int64_t back = instant("2012-06-27 09:00");
    open_at(&kit, &campaign, "2012-07-02 09:00");
    form(&kit, first_tick);
    assert_int_equal(take(&kit, back, &mails), 3);
    assert_true(mails[0].message.slot_ms > back && mails[0].told_ms == back);
    kit_close(&kit);
}

static void what_is_met_by_then_is_not_said(void **state)
{
    (void)state;
    struct kit kit;
    const struct mail *mails = NULL;
    open_at(&kit, &campaign, "2012-07-02 09:00");
    kit_submit(&kit, "essay", "w1", "2012-07-02 09:00");
    kit_submit(&kit, "essay", "w2", "2012-07-02 09:00");
    kit_submit(&kit, "essay", "w2", "2012-07-02 09:00");
    kit_submit(&kit, "report", "w2", "2012-07-02 09:00");
    kit_submit(&kit, "report", "w3", "2012-07-02 09:00");
    form(&kit, first_tick);
    size_t count = take(&kit, first_tick, &mails);
    assert_string_equal(show(mails, count), "w1: essay 1/2, report\n"
                                            "w3: essay 2/2\n");
    kit_close(&kit);
}

static void what_is_stale_by_then_is_not_said(void **state)
{
    (void)state;
    struct kit kit;
    const struct mail *mails = NULL;
    open_at(&kit, &campaign, "2012-07-02 09:00");
    form(&kit, instant("2012-07-20 09:00"));
    assert_int_equal(take(&kit, instant("2012-07-20 09:00"), &mails), 0);
    kit_close(&kit);
}

/* Held until the nearer tier has come: that speaks, and the other to who is not told by it. */
static void of_two_tiers_that_wait_the_nearer_speaks(void **state)
{
    (void)state;
    struct kit kit;
    const struct mail *mails = NULL;
    int64_t later = instant("2012-07-04 09:00");
    open_at(&kit, &campaign, "2012-07-02 09:00");
    kit_submit(&kit, "essay", "w2", "2012-07-03 09:00");
    kit_submit(&kit, "essay", "w2", "2012-07-03 09:00");
    kit_run(&kit, later);
    kit_fan(&kit);
    form(&kit, later);
    size_t count = take(&kit, later, &mails);
    assert_string_equal(show(mails, count), "w1: report, essay 2/2\nw2: report\n"
                                            "w3: report, essay 2/2\n");
    kit_close(&kit);
}

static void who_has_left_is_told_nothing(void **state)
{
    (void)state;
    struct kit kit;
    const struct mail *mails = NULL;
    struct kit_plan fewer = campaign;
    open_at(&kit, &campaign, "2012-07-02 09:00");
    fewer.wards = 2;
    kit_revise(&kit, &fewer, NULL);
    form(&kit, first_tick);
    fewer.wards = 1;
    kit_revise(&kit, &fewer, NULL);
    size_t count = take(&kit, first_tick, &mails);
    assert_string_equal(show(mails, count), "w1: essay 2/2, report\n");
    kit_close(&kit);
}

static void an_item_that_is_gone_is_not_spoken_of(void **state)
{
    (void)state;
    struct kit kit;
    const struct mail *mails = NULL;
    struct kit_plan fewer = campaign;
    open_at(&kit, &campaign, "2012-07-02 09:00");
    fewer.items = QUOTA("essay") DUE(BY("2012-07-05")) EACH_WARD COUNT_OF("2") END;
    fewer.remind = USUAL;
    kit_revise(&kit, &fewer, NULL);
    form(&kit, first_tick);
    size_t count = take(&kit, first_tick, &mails);
    assert_string_equal(show(mails, count), "w1: essay 2/2\nw2: essay 2/2\nw3: essay 2/2\n");
    kit_close(&kit);
}

static void attempts_are_made_again_under_one_id(void **state)
{
    (void)state;
    struct kit kit;
    const struct mail *mails = NULL;
    struct kit_plan one = campaign;
    one.wards = 1;
    open_at(&kit, &one, "2012-07-02 09:00");
    form(&kit, first_tick);
    int64_t now = first_tick, next;
    char id[sizeof mails->id] = "";
    for (uint32_t attempt = 1; attempt <= 10; attempt++) {
        assert_int_equal(take(&kit, now - 1, &mails), 0);
        assert_int_equal(take(&kit, now, &mails), 1);
        assert_int_equal(mails->message.attempts, attempt);
        if (attempt > 1)
            assert_string_equal(mails->id, id);
        memcpy(id, mails->id, sizeof id);
        kit_check(&kit, kit_settle(&kit, mails, MAIL_RETRY, "busy", now));
        kit_check(&kit, store_next_message(kit.store, 1, INT64_MIN, &next, &kit.err));
        assert_int_equal(next, outbox_retry(attempt, mails->message.number, now));
        now = next;
    }
    assert_int_equal(next, INT64_MAX);
    kit_close(&kit);
}

static void an_attempt_ends(void **state)
{
    (void)state;
    static const enum mail_result results[] = {MAIL_SENT, MAIL_FAILED};
    for (size_t i = 0; i < COUNT(results); i++) {
        struct kit kit;
        const struct mail *mails = NULL;
        int64_t next;
        struct kit_plan one = campaign;
        one.wards = 1;
        open_at(&kit, &one, "2012-07-02 09:00");
        form(&kit, first_tick);
        assert_int_equal(take(&kit, first_tick, &mails), 1);
        kit_check(&kit, store_next_message(kit.store, 1, INT64_MIN, &next, &kit.err));
        assert_int_equal(next, first_tick + OUTBOX_LEASE_MS);
        kit_check(&kit, kit_settle(&kit, mails, results[i], NULL, first_tick));
        kit_check(&kit, store_next_message(kit.store, 1, INT64_MIN, &next, &kit.err));
        assert_int_equal(next, INT64_MAX);
        assert_int_equal(take(&kit, first_tick + OUTBOX_LEASE_MS, &mails), 0);
        kit_close(&kit);
    }
}

static void a_lease_runs_out(void **state)
{
    (void)state;
    struct kit kit;
    const struct mail *first = NULL, *again = NULL;
    open_at(&kit, &campaign, "2012-07-02 09:00");
    form(&kit, first_tick);
    assert_int_equal(take(&kit, first_tick, &first), 3);
    assert_int_equal(take(&kit, first_tick + OUTBOX_LEASE_MS - 1, &again), 0);
    assert_int_equal(take(&kit, first_tick + OUTBOX_LEASE_MS, &again), 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(first[i].id, again[i].id);
    kit_close(&kit);
}

/* More lines than one step takes; no group is cut. */
static void many_lines_are_formed_in_steps(void **state)
{
    (void)state;
    struct kit kit;
    struct kit_plan plan = campaign;
    const struct mail *mails = NULL;
    size_t all = 0, count;
    plan.wards = 5000;
    open_at(&kit, &plan, "2012-07-02 09:00");
    assert_int_equal(kit_form(&kit, first_tick), 1);
    form(&kit, first_tick);
    while ((count = take(&kit, first_tick, &mails)) > 0) {
        for (size_t i = 0; i < count; i++)
            assert_int_equal(mails[i].entry_count, 2);
        all += count;
    }
    assert_int_equal(all, 5000);
    kit_close(&kit);
}

/* Slots given before the clock was set back lie ahead of it. */
static void a_clock_set_back_delays_nothing(void **state)
{
    (void)state;
    struct kit kit;
    const struct mail *mails = NULL;
    open_at(&kit, &campaign, "2012-07-02 09:00");
    form(&kit, first_tick - 86400000);
    assert_int_equal(take(&kit, first_tick - 86400000, &mails), 3);
    kit_close(&kit);
}

/* Two plans in one store: one order of events, one message to a recipient. */
static void plans_share_a_message(void **state)
{
    (void)state;
    struct kit kit, other = {0};
    struct kit_plan second = campaign;
    const struct mail *mails = NULL;
    second.id = "o";
    kit_open(&kit, &campaign, NULL);
    other.store = kit.store;
    kit_take(&other, &second, NULL);
    engine_free(kit.engine);
    struct engine_input inputs[] = {{kit.plan, calendar, kit.roster},
                                    {other.plan, calendar, other.roster}};
    kit_check(&kit, engine_new(kit.store, inputs, 2, &kit.engine, &kit.err));
    int64_t now = instant("2012-07-02 09:00");
    kit_run(&kit, now);
    kit_fan(&kit);
    form(&kit, now);
    size_t count = take(&kit, now, &mails);
    assert_int_equal(count, 3);
    assert_string_equal(show(mails, 1), "w1: essay 2/2, report, essay 2/2, report\n");
    static const char order[] = "oopp"; /* by plan id, then item */
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(mails->entries[i].plan_id[0], order[i]);
    roster_free(other.roster);
    findings_free(&other.findings);
    kit_close(&kit);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_message_a_recipient_and_slot),
        cmocka_unit_test(a_clock_set_back_dates_the_words),
        cmocka_unit_test(what_is_met_by_then_is_not_said),
        cmocka_unit_test(what_is_stale_by_then_is_not_said),
        cmocka_unit_test(of_two_tiers_that_wait_the_nearer_speaks),
        cmocka_unit_test(who_has_left_is_told_nothing),
        cmocka_unit_test(an_item_that_is_gone_is_not_spoken_of),
        cmocka_unit_test(attempts_are_made_again_under_one_id),
        cmocka_unit_test(an_attempt_ends),
        cmocka_unit_test(a_lease_runs_out),
        cmocka_unit_test(many_lines_are_formed_in_steps),
        cmocka_unit_test(a_clock_set_back_delays_nothing),
        cmocka_unit_test(plans_share_a_message),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
