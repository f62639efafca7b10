/* The tick and the fan-out: order, identity, cursors, catching up by kind, crashes, batches. */
#include "engine_kit.h"

#include "base/bits.h"

#define TWO_ITEMS                                                                              \
    PHASE("ph")                                                                                \
    WHEN(FROM_TO("2012-06-01", "2012-07-31"))                                                  \
    END "," QUOTA("essay") IN("ph") DUE(BY("2012-07-05")) EACH_WARD COUNT_OF("2") END          \
        "," TASK("refine") IN("ph") DUE(BY("2012-07-20")) END

#define WEEKLY "{\"every\":" RULE("FREQ=WEEKLY;BYDAY=MO") ",\"line\":9}"

static const struct kit_plan campaign = {
    .head = ISSUED("2012-06-01"), .items = TWO_ITEMS, .remind = USUAL, .wards = 3};

static const char campaign_journal[] = "06-01 00:00 plan.start - 4\n"
                                       "06-01 00:00 phase.start ph 4\n"
                                       "06-01 00:00 quota.open essay 3\n"
                                       "06-28 09:00 reminder essay -7 3\n"
                                       "07-02 09:00 reminder essay -3 3\n"
                                       "07-04 09:00 reminder essay -1 3\n"
                                       "07-06 00:00 quota.late essay 3\n"
                                       "07-13 09:00 reminder refine -7 1\n"
                                       "07-17 09:00 reminder refine -3 1\n"
                                       "07-19 09:00 reminder refine -1 1\n"
                                       "07-21 00:00 task.due refine 1\n"
                                       "08-01 00:00 phase.end ph 4\n"
                                       "08-01 00:00 plan.end - 4\n";

static int only(int kind)
{
    return 1 << kind;
}

static void events_are_recorded_in_order(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, &campaign, NULL);
    assert_int_equal(engine_next(kit.engine), instant("2012-06-01 00:00"));
    assert_int_equal(kit_tick(&kit, instant("2012-05-31 23:59")), 0);
    kit_run(&kit, INT64_MAX);
    assert_string_equal(kit_journal(&kit, 0), campaign_journal);
    assert_int_equal(engine_next(kit.engine), INT64_MAX);
    kit_close(&kit);
}

static void what_is_recorded_stays_recorded_once(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, &campaign, NULL);
    kit_run(&kit, INT64_MAX);
    kit_check(&kit, engine_renew(kit.engine, &kit.err));
    assert_int_equal(engine_next(kit.engine), INT64_MAX);
    kit_revise(&kit, &campaign, "essay");
    assert_int_equal(engine_next(kit.engine), instant("2012-06-01 00:00"));
    assert_int_equal(kit_tick(&kit, instant("2013-01-01 00:00")), 0);
    assert_string_equal(kit_journal(&kit, 0), campaign_journal);
    kit_close(&kit);
}

static void a_text_edit_resends_nothing_a_moved_due_reminds_anew(void **state)
{
    (void)state;
    struct kit kit;
    struct kit_plan moved = campaign;
    kit_open(&kit, &campaign, NULL);
    kit_run(&kit, instant("2012-07-04 10:00"));
    moved.items = PHASE("ph") WHEN(FROM_TO("2012-06-01", "2012-07-31")) END "," QUOTA("essay")
        IN("ph") DUE(BY("2012-07-12")) EACH_WARD COUNT_OF("2") END;
    kit_revise(&kit, &moved, "essay");
    kit_run(&kit, instant("2012-07-12 10:00"));
    assert_string_equal(kit_journal(&kit, only(EVENT_REMINDER)),
                        "06-28 09:00 reminder essay -7 3\n"
                        "07-02 09:00 reminder essay -3 3\n"
                        "07-04 09:00 reminder essay -1 3\n"
                        "07-05 09:00 reminder essay -7 3\n"
                        "07-09 09:00 reminder essay -3 3\n"
                        "07-11 09:00 reminder essay -1 3\n");
    kit_close(&kit);
}

/* What has opened has opened, whatever its due. */
static void a_moved_due_opens_nothing_again(void **state)
{
    (void)state;
    struct kit kit;
    struct kit_plan moved = campaign;
    kit_open(&kit, &campaign, NULL);
    kit_run(&kit, instant("2012-06-02 10:00"));
    moved.items = PHASE("ph") WHEN(FROM_TO("2012-06-01", "2012-07-31")) END "," QUOTA("essay")
        IN("ph") DUE(BY("2012-07-12")) EACH_WARD COUNT_OF("2") END;
    kit_revise(&kit, &moved, "essay");
    kit_run(&kit, instant("2012-06-03 10:00"));
    assert_string_equal(kit_journal(&kit, only(EVENT_QUOTA_OPEN)),
                        "06-01 00:00 quota.open essay 3\n");
    kit_close(&kit);
}

/* ---- catching up ------------------------------------------------------------------------------ */

static void catching_up_goes_by_kind(void **state)
{
    (void)state;
    static const struct {
        const char *now, *journal;
    } rows[] = {
        {"2012-07-03 08:00", "06-01 00:00 plan.start - 4\n"
                             "06-01 00:00 phase.start ph 4\n"
                             "06-01 00:00 quota.open essay 3\n"
                             "06-28 09:00 reminder essay -7 0 merged\n"
                             "07-02 09:00 reminder essay -3 3\n"},
        {"2012-07-19 23:59", "06-01 00:00 plan.start - 4\n"
                             "06-01 00:00 phase.start ph 4\n"
                             "06-01 00:00 quota.open essay 3\n"
                             "06-28 09:00 reminder essay -7 0 merged\n"
                             "07-02 09:00 reminder essay -3 0 merged\n"
                             "07-04 09:00 reminder essay -1 3\n"
                             "07-06 00:00 quota.late essay 3\n"
                             "07-13 09:00 reminder refine -7 0 merged\n"
                             "07-17 09:00 reminder refine -3 0 merged\n"
                             "07-19 09:00 reminder refine -1 1\n"},
        {"2012-07-20 00:00", "06-01 00:00 plan.start - 4\n"
                             "06-01 00:00 phase.start ph 4\n"
                             "06-01 00:00 quota.open essay 3\n"
                             "06-28 09:00 reminder essay -7 0 merged\n"
                             "07-02 09:00 reminder essay -3 0 merged\n"
                             "07-04 09:00 reminder essay -1 0 stale\n"
                             "07-06 00:00 quota.late essay 3\n"
                             "07-13 09:00 reminder refine -7 0 merged\n"
                             "07-17 09:00 reminder refine -3 0 merged\n"
                             "07-19 09:00 reminder refine -1 1\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kit kit;
        kit_open(&kit, &campaign, NULL);
        kit_tick(&kit, instant(rows[i].now));
        assert_string_equal(kit_journal(&kit, 0), rows[i].journal);
        kit_close(&kit);
    }
}

static void a_nearer_tier_has_spoken_for_a_new_one(void **state)
{
    (void)state;
    struct kit kit;
    struct kit_plan plan = campaign;
    plan.remind = BEFORE("\"3d\"");
    kit_open(&kit, &plan, NULL);
    kit_run(&kit, instant("2012-07-03 00:00"));
    kit_revise(&kit, &campaign, "essay");
    kit_run(&kit, instant("2012-07-05 00:00"));
    assert_string_equal(kit_journal(&kit, only(EVENT_REMINDER)),
                        "06-28 09:00 reminder essay -7 0 merged\n"
                        "07-02 09:00 reminder essay -3 3\n"
                        "07-04 09:00 reminder essay -1 3\n");
    kit_close(&kit);
}

static void of_a_rhythm_the_last_turn_speaks(void **state)
{
    (void)state;
    struct kit kit;
    struct kit_plan plan = campaign;
    plan.items = QUOTA("essay") WHEN(FROM_TO("2012-06-01", "2012-07-05")) DUE(BY("2012-07-05"))
        EACH_WARD COUNT_OF("1") END;
    plan.remind = WEEKLY;
    kit_open(&kit, &plan, NULL);
    kit_tick(&kit, instant("2012-06-20 10:00"));
    kit_run(&kit, instant("2012-06-30 00:00"));
    assert_string_equal(kit_journal(&kit, only(EVENT_REMINDER)),
                        "06-04 09:00 reminder essay every 0 merged\n"
                        "06-11 09:00 reminder essay every 0 merged\n"
                        "06-18 09:00 reminder essay every 3\n"
                        "06-25 09:00 reminder essay every 3\n");
    kit_close(&kit);
}

/* Each duty of a rhythm of its own: the tiers of one do not speak for another's. */
static void duties_are_caught_up_one_by_one(void **state)
{
    (void)state;
    struct kit kit;
    struct kit_plan plan = campaign;
    plan.items = QUOTA("report") PER(RULE("FREQ=MONTHLY;BYMONTHDAY=10"))
        WHEN(FROM_TO("2012-06-01", "2012-12-31")) EACH_WARD COUNT_OF("1") END;
    plan.remind = BEFORE("\"3d\",\"1d\"");
    kit_open(&kit, &plan, NULL);
    kit_tick(&kit, instant("2012-08-15 10:00"));
    assert_string_equal(kit_journal(&kit, only(EVENT_REMINDER)),
                        "06-05 09:00 reminder report -3 0 merged\n"
                        "06-07 09:00 reminder report -1 0 stale\n"
                        "07-06 09:00 reminder report -3 0 merged\n"
                        "07-09 09:00 reminder report -1 0 stale\n"
                        "08-07 09:00 reminder report -3 0 merged\n"
                        "08-09 09:00 reminder report -1 3\n");
    kit_close(&kit);
}

/* Of each duty one reminder speaks, wherever the batches of a long replay end. */
static void merging_does_not_depend_on_batches(void **state)
{
    (void)state;
    enum { ITEMS = 200 };
    struct buf items = {0};
    for (int i = 0; i < ITEMS; i++)
        buf_printf(&items,
                   "%s{\"word\":\"quota\",\"id\":\"q%d\",\"name\":\"q\",\"line\":1" DUE(
                       BY("2012-07-%02d")) EACH_WARD COUNT_OF("1") "}",
                   i ? "," : "", i, 1 + i % 28);
    struct kit_plan plan = campaign;
    plan.items = items.bytes;
    struct kit kit;
    size_t count;
    kit_open(&kit, &plan, NULL);
    int64_t now = instant("2012-07-12 10:00");
    kit_check(&kit, engine_tick(kit.engine, now, NULL, &kit.err));
    engine_fired(kit.engine, &count);
    assert_true(count < 1000); /* it took more than one */
    kit_tick(&kit, now);
    int fired[ITEMS] = {0}, number, tier, units;
    const char *journal = kit_journal(&kit, only(EVENT_REMINDER));
    for (const char *line = journal; *line; line = strchr(line, '\n') + 1) {
        assert_int_equal(sscanf(line + 12, "reminder q%d %d %d", &number, &tier, &units), 3);
        const char *end = strchr(line, '\n');
        fired[number] += units == 3 && end[-1] == '3';
    }
    for (int i = 0; i < ITEMS; i++)
        if (fired[i] != (i % 28 < 19))
            fail_msg("q%d speaks %d times", i, fired[i]);
    buf_free(&items);
    kit_close(&kit);
}

static void a_clock_set_back_fires_nothing_twice(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, &campaign, NULL);
    kit_run(&kit, instant("2012-07-02 09:00"));
    assert_int_equal(kit_tick(&kit, instant("2012-06-20 00:00")), 0);
    assert_int_equal(kit_tick(&kit, instant("2012-07-02 10:00")), 0);
    kit_run(&kit, INT64_MAX);
    assert_string_equal(kit_journal(&kit, 0), campaign_journal);
    kit_close(&kit);
}

/* ---- facts ------------------------------------------------------------------------------------ */

static void reminders_concern_who_is_behind(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, &campaign, NULL);
    kit_run(&kit, instant("2012-06-28 09:00"));
    kit_submit(&kit, "essay", "w1", "2012-06-29 10:00");
    kit_submit(&kit, "essay", "w2", "2012-06-29 10:00");
    kit_submit(&kit, "essay", "w2", "2012-06-29 11:00");
    kit_run(&kit, instant("2012-07-02 09:00"));
    kit_submit(&kit, "essay", "w1", "2012-07-03 10:00");
    kit_check(&kit, engine_renew(kit.engine, &kit.err));
    kit_run(&kit, instant("2012-07-04 09:00"));
    kit_submit(&kit, "essay", "w3", "2012-07-05 10:00");
    kit_submit(&kit, "essay", "w3", "2012-07-05 10:00");
    kit_submit(&kit, "refine", "bureau", "2012-07-05 10:00");
    kit_run(&kit, instant("2012-07-21 00:00"));
    assert_string_equal(
        kit_journal(&kit, only(EVENT_REMINDER) | only(EVENT_QUOTA_LATE) | only(EVENT_TASK_DUE)),
        "06-28 09:00 reminder essay -7 3\n"
        "07-02 09:00 reminder essay -3 2\n"
        "07-04 09:00 reminder essay -1 1\n"
        "07-06 00:00 quota.late essay 0\n"
        "07-13 09:00 reminder refine -7 0\n"
        "07-17 09:00 reminder refine -3 0\n"
        "07-19 09:00 reminder refine -1 0\n"
        "07-21 00:00 task.due refine 1\n");
    kit_close(&kit);
}

static void who_has_left_is_not_concerned(void **state)
{
    (void)state;
    struct kit kit;
    struct kit_plan plan = campaign;
    plan.until = day_of("2012-07-01");
    kit_open(&kit, &plan, NULL);
    kit_run(&kit, instant("2012-07-02 09:00"));
    assert_string_equal(kit_journal(&kit, only(EVENT_REMINDER)),
                        "06-28 09:00 reminder essay -7 3\n"
                        "07-02 09:00 reminder essay -3 2\n");
    kit_close(&kit);
}

/* ---- crashes ---------------------------------------------------------------------------------- */

static const char *make_path(void)
{
    char *folder = arena_string(arena, "/tmp/planrun-engine-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return arena_printf(arena, "%s/p.db", folder);
}

static void remove_store(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < COUNT(ends); i++)
        unlink(arena_printf(arena, "%s%s", path, ends[i]));
    char *folder = arena_string(arena, path);
    *strrchr(folder, '/') = '\0';
    rmdir(folder);
}

/* Every tick is lost once before it is made again and committed. */
static void a_crash_at_any_tick_changes_nothing(void **state)
{
    (void)state;
    const char *path = make_path();
    struct kit kit;
    kit_open(&kit, &campaign, path);
    kit_check(&kit, store_flush(kit.store, &kit.err));
    for (int64_t next; (next = engine_next(kit.engine)) != INT64_MAX;) {
        size_t lost = kit_tick(&kit, next);
        kit_crash(&kit);
        assert_int_equal(engine_next(kit.engine), next);
        assert_int_equal(kit_tick(&kit, next), lost);
        kit_check(&kit, store_flush(kit.store, &kit.err));
        kit_crash(&kit);
        assert_true(engine_next(kit.engine) > next);
    }
    assert_string_equal(kit_journal(&kit, 0), campaign_journal);
    kit_close(&kit);
    remove_store(path);
}

static size_t count_lines(struct kit *kit, uint32_t *last)
{
    size_t room = 100000, count;
    bool whole;
    struct store_line *lines = mem_resize(NULL, room, sizeof *lines);
    kit_check(kit, store_lines_pending(kit->store, lines, room, &count, &whole, &kit->err));
    for (size_t i = 1; i < count; i++)
        assert_true(lines[i - 1].unit < lines[i].unit);
    *last = count ? lines[count - 1].unit : 0;
    free(lines);
    return count;
}

/* A firing of many units: chunks of 10,000, and a process that dies between any two of them. */
static void a_fan_out_goes_on_where_it_was(void **state)
{
    (void)state;
    enum { WARDS = 23456 };
    const char *path = make_path();
    struct kit kit;
    struct kit_plan plan = campaign;
    uint32_t last;
    int chunks = 0, more = 1;
    plan.wards = WARDS;
    kit_open(&kit, &plan, path);
    kit_run(&kit, instant("2012-06-28 09:00"));
    kit_check(&kit, store_flush(kit.store, &kit.err));
    while (more) {
        kit_check(&kit, engine_fan(kit.engine, &kit.err));
        kit_crash(&kit);
        kit_check(&kit, more = engine_fan(kit.engine, &kit.err));
        kit_check(&kit, store_flush(kit.store, &kit.err));
        kit_crash(&kit);
        chunks += more;
    }
    assert_int_equal(chunks, 3);
    assert_int_equal(count_lines(&kit, &last), WARDS);
    assert_int_equal(last, WARDS + 1); /* the bureau has number 1 */
    kit_close(&kit);
    remove_store(path);
}

static void only_what_speaks_makes_lines(void **state)
{
    (void)state;
    struct kit kit;
    uint32_t last;
    kit_open(&kit, &campaign, NULL);
    kit_tick(&kit, instant("2012-06-20 09:00"));
    assert_int_equal(engine_fan(kit.engine, &kit.err), 0);
    for (int i = 0; i < 2; i++)
        for (int w = 1; w <= 3; w++)
            kit_submit(&kit, "essay", arena_printf(arena, "w%d", w), "2012-06-20 10:00");
    kit_tick(&kit, instant("2012-07-03 09:00")); /* one merged, one about nobody */
    assert_int_equal(engine_fan(kit.engine, &kit.err), 0);
    assert_int_equal(count_lines(&kit, &last), 0);
    kit_close(&kit);
}

/* ---- the same twice --------------------------------------------------------------------------- */

static bool append_row(void *context, const struct store_firing *firing)
{
    struct buf *out = context;
    buf_printf(out, "%lld %lld %lld %lld %u %u %d %u %d %d %d %u %d %d %u %d %d %u %lld ",
               (long long)firing->number, (long long)firing->at_ms, (long long)firing->fired_ms,
               (long long)firing->slot_ms, firing->plan, firing->item, firing->kind,
               firing->route, firing->tier, firing->period, firing->due, firing->phase,
               firing->official, firing->working, firing->flags, (int)firing->fate,
               (int)firing->handler, firing->units, (long long)firing->cause);
    buf_add(out, firing->subjects, firing->subjects_length);
    return true;
}

static void two_runs_store_the_same(void **state)
{
    (void)state;
    struct buf texts[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        struct kit kit;
        struct store_filter filter = {0};
        kit_open(&kit, &campaign, NULL);
        kit_run(&kit, INT64_MAX);
        kit_check(&kit, store_journal(kit.store, &filter, append_row, &texts[i], &kit.err));
        kit_close(&kit);
    }
    assert_int_equal(texts[0].length, texts[1].length);
    assert_memory_equal(texts[0].bytes, texts[1].bytes, texts[0].length);
    buf_free(&texts[0]);
    buf_free(&texts[1]);
}

static void slots_ascend(void **state)
{
    (void)state;
    struct kit kit;
    size_t count;
    int64_t now = instant("2012-06-28 09:00"), slot = INT64_MIN;
    kit_open(&kit, &campaign, NULL);
    for (int64_t next; (next = engine_next(kit.engine)) <= now;) {
        kit_tick(&kit, next);
        const struct store_firing *fired = engine_fired(kit.engine, &count);
        assert_true(count > 0 && fired[0].slot_ms >= next && fired[0].slot_ms > slot);
        for (size_t i = 1; i < count; i++)
            assert_int_equal(fired[i].slot_ms, fired[0].slot_ms);
        slot = fired[0].slot_ms;
    }
    kit_close(&kit);
}

static void clocks_are_kept_without_events(void **state)
{
    (void)state;
    struct kit kit;
    struct clock_reading clock = {"boot", 1000, instant("2012-05-01 00:00")}, kept;
    bool any = false;
    kit_open(&kit, &campaign, NULL);
    kit_check(&kit, engine_tick(kit.engine, clock.wall_ms, &clock, &kit.err));
    clock.wall_ms += 60000;
    kit_check(&kit, engine_tick(kit.engine, clock.wall_ms, &clock, &kit.err));
    kit_check(&kit, store_last_clock(kit.store, &kept, &any, &kit.err));
    assert_true(any);
    assert_int_equal(kept.wall_ms, instant("2012-05-01 00:00"));
    clock.wall_ms += 3600000;
    kit_check(&kit, engine_tick(kit.engine, clock.wall_ms, &clock, &kit.err));
    kit_check(&kit, store_last_clock(kit.store, &kept, &any, &kit.err));
    assert_int_equal(kept.wall_ms, clock.wall_ms);
    kit_close(&kit);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_recorded_in_order),
        cmocka_unit_test(what_is_recorded_stays_recorded_once),
        cmocka_unit_test(a_text_edit_resends_nothing_a_moved_due_reminds_anew),
        cmocka_unit_test(a_moved_due_opens_nothing_again),
        cmocka_unit_test(catching_up_goes_by_kind),
        cmocka_unit_test(a_nearer_tier_has_spoken_for_a_new_one),
        cmocka_unit_test(of_a_rhythm_the_last_turn_speaks),
        cmocka_unit_test(duties_are_caught_up_one_by_one),
        cmocka_unit_test(merging_does_not_depend_on_batches),
        cmocka_unit_test(a_clock_set_back_fires_nothing_twice),
        cmocka_unit_test(reminders_concern_who_is_behind),
        cmocka_unit_test(who_has_left_is_not_concerned),
        cmocka_unit_test(a_crash_at_any_tick_changes_nothing),
        cmocka_unit_test(a_fan_out_goes_on_where_it_was),
        cmocka_unit_test(only_what_speaks_makes_lines),
        cmocka_unit_test(two_runs_store_the_same),
        cmocka_unit_test(slots_ascend),
        cmocka_unit_test(clocks_are_kept_without_events),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
