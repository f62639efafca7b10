/* What a turn makes of clocks that jump: what is lived by, held, told, recorded and accepted. */
#include "loop_kit.h"

#include "engine/fact.h"
#include "engine/outbox.h"
#include "service/turn.h"
#include "store/clocks.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* A plan whose machine the test is. */
struct life {
    struct site *site;
    struct journal journal;
    struct box box;
    struct holding holding;
    struct loop_options options;
    struct turn turn;
    struct clock_reading clocks;
    struct buf told; /* "ahead 86400000; sure; " */
};

static void note_doubt(void *context, const struct holding *holding, const struct trust *trust,
                       bool accepted)
{
    /* the journal is the life's first field but one */
    struct life *life =
        (struct life *)(void *)((char *)context - offsetof(struct life, journal));
    assert_ptr_equal(holding, &life->holding);
    buf_printf(&life->told, "%s %lld%s; ", trust_name(trust->doubt),
               (long long)(trust->jump_ms / 1000), accepted ? " accepted" : "");
}

static void open_process(struct life *life, const char *accept)
{
    hold(life->site, HOLDING_RUN, false, &life->holding);
    life->options = run_options(&life->box, &life->journal);
    life->options.doubt = note_doubt;
    life->options.accept_clock = accept;
    turn_open(&life->turn, life->holding.store, NULL, &life->options);
    turn_add(&life->turn, &life->holding);
}

static void close_process(struct life *life)
{
    turn_end(&life->turn);
    turn_close(&life->turn);
    holding_close(&life->holding);
}

static void restart(struct life *life, const char *boot_id)
{
    close_process(life);
    if (boot_id) {
        snprintf(life->clocks.boot_id, sizeof life->clocks.boot_id, "%s", boot_id);
        life->clocks.boot_ms = 0;
    }
    open_process(life, NULL);
}

static void begin(struct life *life, struct site *site, int64_t wall_ms)
{
    *life = (struct life){.site = site, .box = box_new(CHANNEL_SENT)};
    life->clocks = (struct clock_reading){"a", 1000, wall_ms};
    open_process(life, NULL);
}

static void end_life(struct life *life)
{
    close_process(life);
    buf_free(&life->told);
    free_journal(&life->journal, &life->box);
}

/* Turns until there is nothing to do at once; a handler is waited for. */
static void turns(struct life *life)
{
    int count = 0;
    do {
        turn_step(&life->turn, &life->clocks);
        assert_null(turn_problem(&life->turn));
        if (life->turn.calling)
            usleep(2000);
    } while ((life->turn.more || life->turn.calling) && ++count < 2000);
    assert_in_range(count, 0, 1999);
}

/* Time passes, and the wall clock is set by `jump_ms` beside it. */
static void pass(struct life *life, int64_t passed_ms, int64_t jump_ms)
{
    life->clocks.boot_ms += passed_ms;
    life->clocks.wall_ms += passed_ms + jump_ms;
    turns(life);
}

static void assert_told(struct life *life, const char *wanted)
{
    assert_string_equal(life->told.bytes ? life->told.bytes : "", wanted);
    buf_free(&life->told);
}

static bool has_fired(const struct life *life, const char *what)
{
    return life->journal.text.bytes && strstr(life->journal.text.bytes, what);
}

static bool add_row(void *context, const struct store_doubt *doubt)
{
    struct buf *rows = context;
    buf_printf(rows, "%s %lld%s%s; ", trust_name(doubt->doubt),
               (long long)(doubt->jump_ms / 1000), doubt->accepted_by ? " by " : "",
               doubt->accepted_by ? doubt->accepted_by : "");
    return true;
}

/* What another process would read. */
static void assert_rows(const struct life *life, const char *wanted)
{
    struct buf rows = {0};
    struct holding reader;
    hold(life->site, HOLDING_READ, false, &reader);
    assert_int_equal(
        store_doubts(reader.store, &(struct store_doubt_filter){0}, add_row, &rows, NULL), 0);
    assert_string_equal(rows.bytes ? rows.bytes : "", wanted);
    holding_close(&reader);
    buf_free(&rows);
}

/* How often a doubt was told, by holding. */
struct seen {
    const struct holding *holdings;
    int count[2];
};

static void note_seen(void *context, const struct holding *holding, const struct trust *trust,
                      bool accepted)
{
    struct seen *seen = context;
    assert_int_equal(trust->doubt, CLOCK_AHEAD);
    int *count = &seen->count[holding - seen->holdings];
    assert_int_equal(accepted, *count > 0);
    ++*count;
}

/* ---- tests ------------------------------------------------------------------------------------ */

/* On 23 July the clock goes a day ahead: the reminder of the 24th comes when a day has passed, is held, and
 * is sent once when the clock is right again. */
static void ahead_lives_by_what_has_passed(void **state)
{
    struct life life;
    begin(&life, *state, instant("2012-07-23", 8 * 60));
    turns(&life);
    size_t sent = life.box.count;
    pass(&life, 1000, 365 * DAY);
    assert_told(&life, "ahead 31536000; ");
    assert_int_equal(life.turn.now_ms, instant("2012-07-23", 8 * 60) + 1000);
    assert_int_equal(turn_next_event(&life.turn), instant("2012-07-24", 9 * 60));
    assert_false(turn_holds(&life.turn));
    pass(&life, DAY, 0);
    assert_false(has_fired(&life, "reminder"));
    pass(&life, HOUR, 0);
    assert_true(has_fired(&life, "2012-07-24 09:00 reminder essays -7 3 0"));
    assert_true(turn_holds(&life.turn));
    assert_int_equal(turn_next_mail(&life.turn), INT64_MAX);
    assert_int_equal(life.box.count, sent);
    pass(&life, 1000, -365 * DAY);
    assert_int_equal(life.box.count, sent + 3);
    assert_told(&life, "sure 0; ");
    pass(&life, DAY, 0);
    assert_int_equal(life.box.count, sent + 3);
    assert_told(&life, "");
    end_life(&life);
}

/* A process that begins amid a doubt has it too, and what was recorded last stays the sure one. */
static void a_new_process_doubts_alike(void **state)
{
    struct life life;
    struct clock_reading kept, recorded = {0};
    bool any = false;
    begin(&life, *state, instant("2012-07-23", 0));
    turns(&life);
    kept = life.clocks;
    pass(&life, MINUTE, DAY);
    assert_told(&life, "ahead 86400; ");
    restart(&life, NULL);
    pass(&life, 2 * HOUR, 0);
    assert_told(&life, "ahead 86400; ");
    assert_int_equal(life.turn.now_ms, instant("2012-07-23", 0) + MINUTE + 2 * HOUR);
    assert_int_equal(store_last_clock(life.holding.store, &recorded, &any, NULL), 0);
    assert_memory_equal(&recorded, &kept, sizeof kept);
    /* the machine starts again: the clock is a day on, as if it had been off for it */
    assert_rows(&life, "ahead 86400; ");
    restart(&life, "b");
    pass(&life, MINUTE, 0);
    assert_told(&life, "sure 0; ");
    assert_rows(&life, "ahead 86400; sure 0; ");
    assert_int_equal(life.turn.now_ms, life.clocks.wall_ms);
    end_life(&life);
}

/* Set back within a start, nothing is doubted and nothing comes twice; forward to where it was is no jump. */
static void set_back_and_forth(void **state)
{
    struct life life;
    begin(&life, *state, instant("2012-07-24", 10 * 60));
    turns(&life);
    size_t fired = life.journal.count, sent = life.box.count;
    for (int i = 0; i < 30; i++) {
        pass(&life, 1000, -DAY);
        assert_int_equal(life.turn.now_ms, life.clocks.wall_ms);
        pass(&life, 1000, DAY);
    }
    assert_told(&life, "");
    for (int i = 0; i < 30; i++) {
        pass(&life, 1000, DAY);
        pass(&life, 1000, -DAY);
    }
    for (int i = 0; i < 30; i++) {
        assert_non_null(strstr(life.told.bytes, "ahead 86400; sure 0; "));
        memmove(life.told.bytes, life.told.bytes + 21, life.told.length - 20);
        life.told.length -= 21;
    }
    assert_int_equal(life.told.length, 0);
    assert_int_equal(life.journal.count, fired);
    assert_int_equal(life.box.count, sent);
    end_life(&life);
}

/* Steps within an hour are followed, and are what the next ones are judged by once they are recorded. */
static void small_steps_are_followed(void **state)
{
    struct life life;
    begin(&life, *state, instant("2012-07-02", 0));
    turns(&life);
    for (int i = 0; i < 5; i++) {
        pass(&life, HOUR, HOUR);
        assert_int_equal(life.turn.now_ms, life.clocks.wall_ms);
    }
    for (int i = 0; i < 5; i++) {
        pass(&life, MINUTE, -HOUR);
        assert_int_equal(life.turn.now_ms, life.clocks.wall_ms);
    }
    assert_told(&life, "");
    end_life(&life);
}

static const struct start {
    const char *what;
    int64_t off_ms;   /* by how much the clock goes on over a restart */
    const char *told; /* after it */
} starts[] = {
    {"29 days", 29 * DAY, ""},
    {"30 days", 30 * DAY, ""},
    {"31 days", 31 * DAY, "away 2678400; "},
    {"to 2098", 86 * 365 * DAY, "away 2712096000; "},
    {"back a day", -DAY, "back -86400; "},
    {"to 1970", -INT64_C(1342000000000), "back -1342000000; "},
};

static void over_a_restart(void **state)
{
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        struct life life;
        close_site(state);
        open_site(state);
        begin(&life, *state, instant("2012-07-12", 0));
        turns(&life);
        restart(&life, "b");
        pass(&life, 0, starts[i].off_ms);
        assert_told(&life, starts[i].told);
        assert_int_equal(life.turn.now_ms, life.clocks.wall_ms);
        size_t sent = life.box.count;
        pass(&life, 0, -starts[i].off_ms);
        assert_told(&life, *starts[i].told ? "sure 0; " : "");
        assert_true(life.box.count >= sent);
        end_life(&life);
    }
}

/* The first reading ever is 1970's: nothing of it stays when a time server has spoken. */
static void a_dead_battery(void **state)
{
    struct life life;
    struct clock_reading recorded;
    bool any = true;
    begin(&life, *state, 5000);
    turns(&life);
    assert_told(&life, "unset 0; ");
    assert_int_equal(life.journal.count, 0);
    assert_int_equal(store_last_clock(life.holding.store, &recorded, &any, NULL), 0);
    assert_false(any);
    pass(&life, MINUTE, instant("2012-07-24", 10 * 60));
    assert_told(&life, "sure 0; ");
    assert_true(has_fired(&life, "2012-07-24 09:00 reminder essays -7 3 0"));
    assert_int_equal(life.box.count, 3);
    end_life(&life);
}

/* Years after the plan by a clock in doubt: more time for one ward moves no cursor over what waits for a clock
 * that is sure, and a run does not end before that. */
static void away_behind_the_end(void **state)
{
    struct life life;
    struct fact_answer answer;
    struct fact_request request = {.kind = FACT_EXTENDED,
                                   .item = "essays",
                                   .unit = "w1",
                                   .period = DAY_NONE,
                                   .until = civil_day(2012, 8, 20),
                                   .note = "reason"};
    begin(&life, *state, instant("2012-07-12", 0));
    turns(&life);
    restart(&life, "b");
    pass(&life, MINUTE, 3650 * DAY);
    assert_true(has_fired(&life, "2013-01-01 00:00 plan.end"));
    assert_false(has_fired(&life, "reminder"));
    assert_int_equal(turn_next_event(&life.turn), INT64_MAX);
    assert_true(turn_holds(&life.turn));
    request.at_ms = instant("2012-07-12", 0);
    assert_int_equal(engine_fact(life.holding.engine, 0, &request, life.turn.now_ms,
                                 life.holding.arena, &answer, NULL),
                     0);
    turns(&life);
    assert_false(has_fired(&life, "reminder"));
    pass(&life, 0, -3650 * DAY);
    assert_false(turn_holds(&life.turn));
    pass(&life, 13 * DAY, 0);
    assert_true(has_fired(&life, "2012-07-24 09:00 reminder essays -7 2 0"));
    pass(&life, 20 * DAY, 0);
    assert_true(has_fired(&life, "2012-08-13 09:00 reminder essays -7 1 0"));
    end_life(&life);
}

/* What a handler has to say of a day that only a wrong clock has seen is said on that day. */
static void away_over_a_handler(void **state)
{
    struct life life;
    begin(&life, *state, instant("2012-06-05", 0));
    turns(&life);
    restart(&life, "b");
    pass(&life, MINUTE, 3650 * DAY);
    assert_true(has_fired(&life, "2013-01-01 00:00 plan.end"));
    assert_false(has_fired(&life, "phase.start"));
    pass(&life, 0, -3650 * DAY);
    assert_false(has_fired(&life, "phase.start"));
    assert_int_equal(life.box.count, 0);
    pass(&life, 5 * DAY, 0);
    assert_true(has_fired(&life, "2012-06-10 00:00 notice mobilise"));
    assert_int_equal(life.box.count, 3);
    end_life(&life);
}

/* Taken as it is, the clock is lived by at once, and what was held is sent. */
static void accepted(void **state)
{
    struct life life;
    begin(&life, *state, instant("2012-07-23", 9 * 60));
    turns(&life);
    pass(&life, MINUTE, DAY);
    assert_told(&life, "ahead 86400; ");
    size_t sent = life.box.count;
    turn_accept_clock(&life.turn, "clerk");
    pass(&life, MINUTE, 0);
    assert_told(&life, "ahead 86400 accepted; ");
    assert_rows(&life, "ahead 86400; ahead 86400 by clerk; ");
    assert_int_equal(life.turn.now_ms, life.clocks.wall_ms);
    assert_true(has_fired(&life, "2012-07-24 09:00 reminder essays -7 3 0"));
    assert_int_equal(life.box.count, sent + 3);
    restart(&life, NULL);
    pass(&life, MINUTE, 0);
    assert_told(&life, "");
    end_life(&life);
}

static void accepted_from_the_beginning(void **state)
{
    struct life life;
    begin(&life, *state, instant("2012-07-12", 0));
    turns(&life);
    close_process(&life);
    open_process(&life, "clerk");
    snprintf(life.clocks.boot_id, sizeof life.clocks.boot_id, "b");
    pass(&life, 0, -40 * DAY);
    assert_told(&life, "back -3456000 accepted; ");
    pass(&life, 0, 31 * DAY);
    assert_told(&life, "ahead 2678400; ");
    assert_rows(&life, "back -3456000; back -3456000 by clerk; ahead 2678400; ");
    end_life(&life);
}

/* A machine whose clock was eight hours ahead when it started, as one that keeps local time, and that runs
 * for months: what is recorded keeps pace, so that its next start is judged by when it was off. */
static void far_behind_for_months(void **state)
{
    struct life life;
    struct clock_reading recorded = {0};
    bool any = false;
    begin(&life, *state, instant("2012-06-12", 8 * 60));
    turns(&life);
    pass(&life, MINUTE, -8 * HOUR);
    for (int day = 0; day < 60; day++)
        pass(&life, DAY, 0);
    assert_int_equal(store_last_clock(life.holding.store, &recorded, &any, NULL), 0);
    assert_int_equal(recorded.wall_ms, life.clocks.wall_ms + 8 * HOUR);
    pass(&life, MINUTE, 8 * HOUR);
    pass(&life, MINUTE, -8 * HOUR);
    assert_told(&life, "");
    restart(&life, "b");
    pass(&life, MINUTE, 0);
    assert_told(&life, "back -28620; ");
    pass(&life, 8 * HOUR, 0);
    assert_told(&life, "sure 0; ");
    end_life(&life);
}

/* Two plans in one loop, each judged by its own store: one of them has seen the clock two hours back. */
static void each_store_has_its_mind(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holdings[2];
    struct loop_options options = run_options(&box, &journal);
    struct clock_reading early;
    hold(site, HOLDING_RUN, false, &holdings[0]);
    hold(site, HOLDING_RUN, true,
         &holdings[1]); /* the accelerated run's store of the same plan */
    clock_read(&options.clock, &early);
    early.wall_ms -= 2 * HOUR;
    assert_int_equal(
        store_tick(holdings[1].store, &(struct store_batch){.clock = &early}, NULL, NULL), 0);
    assert_int_equal(store_flush(holdings[1].store, NULL), 0);
    struct seen seen = {.holdings = holdings};
    options.doubt = note_seen;
    options.context = &seen;
    options.fired = NULL;
    options.once = true;
    assert_int_equal(loop_run(holdings, 2, &options, &site->err), 0);
    assert_int_equal(seen.count[0], 0);
    assert_int_equal(seen.count[1], 1);
    options.accept_clock = "clerk";
    assert_int_equal(loop_run(holdings, 2, &options, &site->err), 0);
    assert_int_equal(seen.count[0], 0);
    assert_int_equal(seen.count[1], 2);
    holding_close(&holdings[1]);
    holding_close(&holdings[0]);
    free_journal(&journal, &box);
}

/* A clock that is far behind and right: taken as it is, it is no doubt over a restart. */
static void accepted_far_behind(void **state)
{
    struct life life;
    begin(&life, *state, instant("2012-07-12", 0));
    turns(&life);
    pass(&life, MINUTE, -DAY);
    assert_told(&life, "");
    turn_accept_clock(&life.turn, "clerk");
    pass(&life, MINUTE, 0);
    assert_told(&life, "sure -86400 accepted; ");
    turn_accept_clock(&life.turn, "clerk"); /* nothing is to be overruled any more */
    pass(&life, MINUTE, 0);
    assert_told(&life, "");
    restart(&life, "b");
    pass(&life, MINUTE, 0);
    assert_told(&life, "");
    assert_rows(&life, "sure -86400 by clerk; ");
    end_life(&life);
}

/* A message whose next attempt lies where only a clock that was ahead could put it goes at once; one that has
 * its time waits for it. */
static void an_impossible_wait_is_none(void **state)
{
    struct life life;
    begin(&life, *state, instant("2012-07-24", 10 * 60));
    life.box.result = CHANNEL_RETRY;
    turns(&life);
    assert_int_equal(life.box.count, 3);
    pass(&life, MINUTE, 0); /* the second attempts, the third ones five minutes later */
    assert_int_equal(life.box.count, 6);
    pass(&life, MINUTE, -HOUR);
    assert_int_equal(life.box.count, 6);
    life.box.result = CHANNEL_SENT;
    pass(&life, MINUTE, -2 * DAY);
    assert_int_equal(life.box.count, 9);
    pass(&life, 3 * DAY, 0);
    assert_int_equal(life.box.count, 9);
    end_life(&life);
}

/* What is leased by a turn is sent by the next one, whatever becomes of its engine then. */
static void what_was_taken_outlives_its_engine(void **state)
{
    struct life life;
    int64_t lease_ms = INT64_MAX;
    begin(&life, *state, instant("2012-07-24", 10 * 60));
    for (int i = 0; i < 100 && lease_ms == INT64_MAX; i++) {
        turn_step(&life.turn, &life.clocks);
        lease_ms = turn_next_mail(&life.turn);
    }
    assert_int_equal(lease_ms, life.clocks.wall_ms + OUTBOX_LEASE_MS);
    assert_int_equal(life.box.count, 0);
    courier_send(life.turn.courier);
    courier_engines(life.turn.courier, &life.holding.engine, 1);
    turns(&life);
    assert_int_equal(life.box.count, 3);
    assert_int_equal(turn_next_mail(&life.turn), INT64_MAX);
    end_life(&life);
}

/* Readings without a boot id are of no machine. */
static void without_a_boot_id(void **state)
{
    struct life life;
    begin(&life, *state, instant("2012-07-12", 0));
    life.clocks.boot_id[0] = '\0';
    turns(&life);
    pass(&life, 0, 300 * DAY);
    pass(&life, 0, -100 * DAY);
    assert_told(&life, "");
    end_life(&life);
}

/* ---- any clocks at all ------------------------------------------------------------------------- */

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

static int64_t draw_jump(uint64_t *seed)
{
    static const int64_t sizes[] = {1000, MINUTE, HOUR, HOUR + 1, DAY, 31 * DAY, 3650 * DAY};
    int64_t size = sizes[draw(seed, sizeof sizes / sizeof *sizes)];
    return draw(seed, 2) ? size : -size;
}

/* One thing that happens to a machine; what is sent is sent by a clock that is believed. */
static void live_on(struct life *life, uint64_t *seed, int64_t *wrong_ms)
{
    char id[8];
    int64_t jump = draw_jump(seed);
    size_t sent = life->box.count;
    switch (draw(seed, 8)) {
    case 0: restart(life, NULL); break;
    case 1:
        snprintf(id, sizeof id, "b%u", draw(seed, 100000));
        restart(life, id);
        break;
    case 2:
    case 3:
    case 4:
        life->clocks.wall_ms += jump;
        *wrong_ms += jump;
        break;
    case 5: /* set right */
        life->clocks.wall_ms -= *wrong_ms;
        *wrong_ms = 0;
        break;
    case 6:
        if (*wrong_ms == 0)
            turn_accept_clock(&life->turn, "clerk");
        break;
    default: break;
    }
    pass(life, (int64_t)draw(seed, 10) * 12 * HOUR, 0);
    assert_true(life->turn.trust.doubt == CLOCK_SURE || life->box.count == sent);
    assert_true(life->turn.trust.doubt != CLOCK_AHEAD ||
                life->turn.now_ms < life->clocks.wall_ms);
}

/* How often an event of the plan was told. */
static size_t told_of(const struct life *life, const char *event)
{
    size_t count = 0;
    const char *at = life->journal.text.bytes;
    while (at && (at = strstr(at, event))) {
        count++;
        at += strlen(event);
    }
    return count;
}

static void each_event_once(void **state)
{
    static const char *const events[] = {"2012-06-01 00:00 plan.start",
                                         "2012-06-10 00:00 phase.start",
                                         "2012-06-10 00:00 quota.open",
                                         "2012-07-24 09:00 reminder essays -7",
                                         "2012-07-30 09:00 reminder essays -1",
                                         "2012-08-01 00:00 quota.late",
                                         "2012-08-01 00:00 phase.end",
                                         "2012-12-13 09:00 reminder report -7",
                                         "2012-12-19 09:00 reminder report -1",
                                         "2012-12-21 00:00 task.due",
                                         "2013-01-01 00:00 plan.end"};
    const char *text = getenv("PLANRUN_TEST_SECONDS");
    time_t end = time(NULL) + (text ? atoi(text) : 3);
    uint32_t lives = 0, steps = 0;
    for (uint64_t number = 1; number < 4 || time(NULL) < end; number++, lives++) {
        struct life life;
        uint64_t seed = number;
        int64_t wrong_ms = 0;
        close_site(state);
        open_site(state);
        begin(&life, *state, instant("2012-05-20", 0));
        for (int i = 0; i < 60; i++, steps++)
            live_on(&life, &seed, &wrong_ms);
        life.clocks.wall_ms += instant("2013-01-02", 0) - life.clocks.wall_ms;
        turn_accept_clock(&life.turn, "clerk");
        turns(&life);
        for (size_t i = 0; i < sizeof events / sizeof *events; i++)
            if (told_of(&life, events[i]) != 1)
                fail_msg("seed %d: %s came %zu times", (int)number, events[i],
                         told_of(&life, events[i]));
        assert_false(turn_holds(&life.turn));
        end_life(&life);
    }
    print_message("counts: %u lives of wrong clocks, %u steps\n", lives, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ahead_lives_by_what_has_passed, open_site, close_site),
        cmocka_unit_test_setup_teardown(a_new_process_doubts_alike, open_site, close_site),
        cmocka_unit_test_setup_teardown(set_back_and_forth, open_site, close_site),
        cmocka_unit_test_setup_teardown(small_steps_are_followed, open_site, close_site),
        cmocka_unit_test_setup_teardown(over_a_restart, open_site, close_site),
        cmocka_unit_test_setup_teardown(a_dead_battery, open_site, close_site),
        cmocka_unit_test_setup_teardown(what_was_taken_outlives_its_engine, open_site,
                                        close_site),
        cmocka_unit_test_setup_teardown(away_behind_the_end, open_site, close_site),
        cmocka_unit_test_setup_teardown(away_over_a_handler, open_site, close_site),
        cmocka_unit_test_setup_teardown(accepted, open_site, close_site),
        cmocka_unit_test_setup_teardown(accepted_from_the_beginning, open_site, close_site),
        cmocka_unit_test_setup_teardown(far_behind_for_months, open_site, close_site),
        cmocka_unit_test_setup_teardown(each_store_has_its_mind, open_site, close_site),
        cmocka_unit_test_setup_teardown(accepted_far_behind, open_site, close_site),
        cmocka_unit_test_setup_teardown(an_impossible_wait_is_none, open_site, close_site),
        cmocka_unit_test_setup_teardown(each_event_once, open_site, close_site),
        cmocka_unit_test_setup_teardown(without_a_boot_id, open_site, close_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
