/* Turns over several plans of one store: what fails of one is its own, what one has to do in great numbers
 * keeps no other waiting, and a request finds its plan. */
#include "many_kit.h"

#include "../crash/sim_control.h"
#include "service/turn.h"
#include "store/recipients.h"
#include "store/store_data.h"

#define SECOND INT64_C(1000)
#define DAY    INT64_C(86400000)

struct life {
    struct many many;
    struct loop_options options;
    struct turn turn;
    struct clock_reading clocks;
    struct buf answers; /* "3 ok" or "3 the error" a line */
};

static void note_answer(void *context, uint32_t asked, const struct value *answer,
                        const struct err *problem)
{
    struct life *life = context;
    const char *error = problem ? problem->message : value_get_string(answer, "error");
    buf_printf(&life->answers, "%u %s\n", asked, error ? error : "ok");
}

static void begin_life(struct life *life, struct site *site, const char *day, int minute)
{
    *life = (struct life){.many = {.site = site, .box = box_new(CHANNEL_SENT)}};
    life->clocks = (struct clock_reading){
        .boot_id = "boot", .boot_ms = 1, .wall_ms = instant(day, minute)};
    many_share(&life->many);
    life->options = many_options(&life->many);
    turn_open(&life->turn, life->many.shared.store, NULL, &life->options);
    life->turn.control = sim_control_new(note_answer, life);
}

/* Opened as of the day on which the life begins. */
static void add_plan(struct life *life, const char *path)
{
    struct many *many = &life->many;
    struct holding *holding = &many->holdings[many->count++];
    struct holding_options options = {.mode = HOLDING_RUN,
                                      .script = path,
                                      .lang = LANG_ZH,
                                      .shared = &many->shared,
                                      .day = civil_from_ms(life->clocks.wall_ms, NULL)};
    int code = holding_open(&options, holding, &many->site->err);
    if (code < 0)
        print_error("%s\n", many->site->err.message);
    assert_int_equal(code, 0);
    turn_add(&life->turn, holding);
}

static void end_life(struct life *life)
{
    turn_end(&life->turn);
    turn_close(&life->turn);
    sim_control_free(life->turn.control);
    many_close(&life->many, false);
    buf_free(&life->answers);
}

static void pass(struct life *life, int64_t ms)
{
    life->clocks.wall_ms += ms;
    life->clocks.boot_ms += ms;
}

/* One turn a millisecond, until nothing is to be done at once; how many. */
static int turns(struct life *life)
{
    int count = 0;
    do {
        pass(life, 1);
        turn_step(&life->turn, &life->clocks);
        if (life->turn.calling)
            poll(NULL, 0, 1);
    } while ((life->turn.more || life->turn.calling) && ++count < 4000);
    return count;
}

static void ask(struct life *life, uint32_t number, const char *request)
{
    sim_control_ask(life->turn.control, number, parse(life->many.site, request));
}

/* ---- one is bad ------------------------------------------------------------------------------- */

static const char plan_text[] =
    "plan \"%s\" { \"方案\", issuer = \"医院\", owner = \"office\",\n"
    "  issued = \"2012-06-01\", when = \"2012-06-01至2012-07-31\" }\n"
    "unit \"office\" { \"党政办\" }\n"
    "unit \"ward\" { \"各病区\", parent = \"office\", many = true }\n"
    "roster \"%s.csv\" {}\n"
    "quota \"essays\" { \"征文\", each = \"ward\", count = 1, due = \"2012-06-20\" }\n"
    "remind { before = { \"7d\", \"1d\" } }\n";
static const char broken[] = "id,name,kind\nw1,一病区,ward\nw1,又一病区,ward\n";
static const char wards[] = "id,name,kind\nw1,一病区,ward\nw2,二病区,ward\n";

static const char *write_plan(struct site *site, const char *id)
{
    write_file(site, arena_printf(site->arena, "%s.csv", id), wards);
    return many_script(site, id, arena_printf(site->arena, plan_text, id, id));
}

/* From that day on the roster is another one: it is read anew. */
static void say_a_change(struct life *life, const char *id)
{
    static const char change[] =
        "{\"do\":\"roster\",\"plan\":\"%s\",\"changes\":[{\"event\":\"change\",\"id\":\"w1\","
        "\"staff\":15,\"on\":\"2012-06-10\"}]}";
    ask(life, 0, arena_printf(life->many.site->arena, change, id));
    turns(life);
    assert_string_equal(life->answers.bytes, "0 ok\n");
    buf_free(&life->answers);
    life->answers = (struct buf){0};
}

static size_t lines_of(const struct buf *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text->bytes; at && (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

/* However many messages are given up in one step, each is told of. */
static void every_message_that_is_given_up_is_told(void **state)
{
    struct site *site = *state;
    struct buf list = {0};
    struct life life;
    begin_life(&life, site, "2012-06-12", 600);
    life.many.box = box_new(CHANNEL_FAILED);
    const char *path = write_plan(site, "a");
    buf_adds(&list, "id,name,kind\n");
    for (int i = 1; i <= 60; i++)
        buf_printf(&list, "w%d,第%d病区,ward\n", i, i);
    write_file(site, "a.csv", list.bytes);
    add_plan(&life, path);
    pass(&life, 2 * DAY);
    turns(&life);
    assert_int_equal(lines_of(&life.many.troubles, "放弃"), 60);
    buf_free(&list);
    end_life(&life);
}

/* The disk does not take that messages are given up: that comes again, and is told of then. */
static void what_is_taken_back_is_not_told(void **state)
{
    struct life life;
    struct rlimit before, small;
    begin_life(&life, *state, "2012-06-12", 600);
    life.many.box = box_new(CHANNEL_FAILED);
    add_plan(&life, write_plan(*state, "a"));
    pass(&life, 2 * DAY);
    for (int i = 0; i < 100 && turn_next_mail(&life.turn) == INT64_MAX; i++)
        turn_step(&life.turn, &life.clocks);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    turn_step(&life.turn, &life.clocks);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(life.many.box.count, 2);
    assert_int_equal(lines_of(&life.many.troubles, "暂时不能登记"), 1);
    assert_int_equal(lines_of(&life.many.troubles, "放弃"), 0);
    pass(&life, 2 * OUTBOX_LEASE_MS);
    turns(&life);
    assert_int_equal(lines_of(&life.many.troubles, "放弃"), 2);
    end_life(&life);
}

static const char worded[] =
    "plan \"said\" { \"方案\", issuer = \"医院\", owner = \"office\",\n"
    "  issued = \"2012-06-01\", when = \"2012-06-01至2012-07-31\" }\n"
    "unit \"office\" { \"党政办\" }\n"
    "task \"report\" { \"总结\", by = \"office\", due = \"2012-06-20\" }\n"
    "remind { before = { \"7d\" }, text = function(message) return \"请看\" end }\n";

/* While a function is asked for the words, a plan comes: what was taken is given back, and goes at once. */
static void what_is_taken_is_given_back(void **state)
{
    struct life life;
    struct err err;
    begin_life(&life, *state, "2012-06-12", 600);
    add_plan(&life, many_script(*state, "said", worded));
    pass(&life, 2 * DAY);
    for (int i = 0; i < 100 && courier_busy(life.turn.courier) == 0; i++)
        turn_step(&life.turn, &life.clocks);
    assert_int_equal(courier_busy(life.turn.courier), 1);
    assert_int_equal(life.many.box.count, 0);
    add_plan(&life, write_plan(*state, "a"));
    assert_int_equal(courier_busy(life.turn.courier), 0);
    assert_int_equal(store_flush(life.turn.store, &err), 0);
    assert_true(turn_next_mail(&life.turn) <= life.clocks.wall_ms);
    for (int i = 0; i < 5000 && !lines_of(&life.many.box.text, "党政办"); i++) {
        pass(&life, 1);
        turn_step(&life.turn, &life.clocks);
        poll(NULL, 0, 1);
    }
    assert_int_equal(lines_of(&life.many.box.text, "党政办"), 1);
    end_life(&life);
}

/* The roster of a day cannot be read: that plan waits, is asked in vain, and catches up once it can. */
static void a_bad_plan_stops_no_other(void **state)
{
    struct site *site = *state;
    struct life life;
    begin_life(&life, site, "2012-06-02", 600);
    add_plan(&life, write_plan(site, "a"));
    add_plan(&life, write_plan(site, "b"));
    turns(&life);
    say_a_change(&life, "a");
    say_a_change(&life, "b");
    write_file(site, "a.csv", broken);
    pass(&life, 12 * DAY); /* the tier of the 13th has come, and the roster of the 10th */
    turns(&life);
    assert_int_equal(lines_of(&life.many.troubles, "a: "), 1);
    assert_int_equal(lines_of(&life.many.troubles, "b: "), 0);
    assert_null(strstr(journal_of(&life.many, "a")->bytes, "reminder"));
    assert_non_null(strstr(journal_of(&life.many, "b")->bytes, "reminder essays -7 2"));
    ask(&life, 1, "{\"plan\":\"a\"," SUBMIT "\"w1\"}");
    ask(&life, 2, "{\"plan\":\"b\"," SUBMIT "\"w1\"}");
    ask(&life, 3, "{\"do\":\"who\"}");
    turns(&life);
    assert_int_equal(lines_of(&life.answers, "ok"), 2);
    assert_non_null(strstr(life.answers.bytes, "1 nothing was recorded"));
    assert_int_equal(lines_of(&life.many.troubles, "a: "), 1); /* not again */
    write_file(site, "a.csv", wards);
    pass(&life, 90 * SECOND);
    turns(&life);
    assert_int_equal(lines_of(&life.many.troubles, "a: 已恢复"), 1);
    assert_int_equal(lines_of(&life.many.troubles, "\n"), 2);
    assert_string_equal(journal_of(&life.many, "a")->bytes, journal_of(&life.many, "b")->bytes);
    end_life(&life);
}

/* Who asks may be the first to learn that the cause is gone. */
static void a_plan_that_is_asked_is_tried(void **state)
{
    struct site *site = *state;
    struct life life;
    begin_life(&life, site, "2012-06-02", 600);
    add_plan(&life, write_plan(site, "a"));
    add_plan(&life, write_plan(site, "b"));
    turns(&life);
    say_a_change(&life, "a");
    say_a_change(&life, "b");
    say_a_change(&life, "a");
    write_file(site, "a.csv", broken);
    for (int i = 0; i < 8; i++) { /* until it waits for a minute */
        pass(&life, i ? 65 * SECOND : 12 * DAY);
        turns(&life);
    }
    write_file(site, "a.csv", wards);
    ask(&life, 1, "{\"plan\":\"a\"," SUBMIT "\"w1\"}");
    pass(&life, 2 * SECOND);
    turns(&life);
    assert_string_equal(life.answers.bytes, "1 ok\n");
    end_life(&life);
}

/* ---- many things to do ------------------------------------------------------------------------ */

enum { GREAT = 60000, CHUNK = 10000 };

static const char *write_great(struct site *site, const char *id)
{
    struct buf text = {0};
    buf_adds(&text, "id,name,kind\n");
    for (int i = 0; i < GREAT; i++)
        buf_printf(&text, "u%d,第%d病区,ward\n", i, i);
    const char *path = write_plan(site, id);
    write_file(site, arena_printf(site->arena, "%s.csv", id), text.bytes);
    buf_free(&text);
    return path;
}

/* While one tells many thousands, the others fire and answer in every turn. */
static void a_great_plan_holds_up_no_other(void **state)
{
    struct site *site = *state;
    struct life life;
    begin_life(&life, site, "2012-06-02", 600);
    add_plan(&life, write_great(site, "great"));
    add_plan(&life, write_plan(site, "small"));
    turns(&life);
    pass(&life, 12 * DAY);
    for (uint32_t i = 1; i <= GREAT / CHUNK; i++) {
        ask(&life, i,
            "{\"plan\":\"small\",\"do\":\"fact\",\"kind\":\"submit\","
            "\"item\":\"essays\",\"unit\":\"w1\"}");
        pass(&life, 1);
        turn_step(&life.turn, &life.clocks);
        assert_true(life.turn.more);
        assert_int_equal(lines_of(&life.answers, "ok"), i);
        assert_non_null(strstr(journal_of(&life.many, "small")->bytes, "reminder essays -7 "));
    }
    end_life(&life);
}

static const char busy[] =
    "plan \"%s\" { \"方案\", issuer = \"医院\", issued = \"2012-06-01\", owner = \"office\" }\n"
    "unit \"office\" { \"党政办\" }\n"
    "phase \"first\" { \"阶段\", when = \"2012-06-10至2012-06-30\" }\n"
    "on(\"phase.start\", function(event)\n"
    "  local n = 0\n  for i = 1, 3000000 do n = n + i end\n"
    "  notify(event.units, \"开始\" .. n)\nend)\n";

static void handlers_run_four_at_once(void **state)
{
    enum { PLANS = 7 };
    struct site *site = *state;
    struct life life;
    size_t most = 0;
    begin_life(&life, site, "2012-06-02", 600);
    for (int i = 0; i < PLANS; i++) {
        const char *id = arena_printf(site->arena, "p%d", i);
        add_plan(&life, many_script(site, id, arena_printf(site->arena, busy, id)));
    }
    turns(&life);
    pass(&life, 8 * DAY);
    do {
        size_t calling = 0;
        pass(&life, 1);
        turn_step(&life.turn, &life.clocks);
        for (size_t i = 0; i < life.turn.count; i++)
            calling += life.turn.plans[i]->calling;
        most = calling > most ? calling : most;
        poll(NULL, 0, 1);
    } while (life.turn.more || life.turn.calling);
    assert_int_equal(most, 4);
    assert_int_equal(life.many.troubles.length, 0);
    for (int i = 0; i < PLANS; i++)
        assert_non_null(strstr(
            journal_of(&life.many, arena_printf(site->arena, "p%d", i))->bytes, "notice"));
    end_life(&life);
}

/* ---- whom a request is about ------------------------------------------------------------------ */

static void a_request_finds_its_plan(void **state)
{
    static const char *const rows[][2] = {
        {"{\"plan\":\"a\"," SUBMIT "\"w1\"}", "ok"},
        {"{\"plan\":\"c\"," SUBMIT "\"w1\"}", "这里没有运行方案 c"},
        {"{" SUBMIT "\"w1\"}", "这里没有运行方案 ?"}, /* of which one? */
        {"{\"do\":\"who\"}", "ok"},
        {"{\"do\":\"accept-clock\",\"actor\":\"clerk\"}", "ok"},
        {"{\"do\":\"import\",\"plan\":\"c\",\"stage\":\"end\",\"import\":1}",
         "这里没有运行方案 c"},
        {"{\"do\":\"apply\",\"plan\":\"a\",\"hash\":\"x\"}", ""},
    };
    struct site *site = *state;
    struct life life;
    begin_life(&life, site, "2012-06-02", 600);
    add_plan(&life, write_plan(site, "a"));
    add_plan(&life, write_plan(site, "b"));
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        life.answers.length = 0;
        ask(&life, i, rows[i][0]);
        turns(&life);
        const char *said = arena_printf(site->arena, "%u %s", i, rows[i][1]);
        if (strncmp(life.answers.bytes, said, strlen(said)) != 0)
            fail_msg("%s: %s", rows[i][0], life.answers.bytes);
    }
    end_life(&life);
}

/* What is held is cancelled; the fence of the restore ends only when no plan can still record what was due by then. */
static void a_fence_waits_for_every_plan(void **state)
{
    enum { WELL, PUT_OFF, NOT_SERVED, NOT_SO_FAR, FENCES };
    struct site *site = *state;
    for (int fence = 0; fence < FENCES; fence++) {
        struct life life;
        int64_t restored_ms;
        begin_life(&life, site, "2012-06-02", 600);
        for (int i = 0; i < 2; i++)
            add_plan(&life,
                     write_plan(site, arena_printf(site->arena, "%d%c", fence, 'a' + i)));
        turns(&life);
        const char *id = arena_printf(site->arena, "%db", fence);
        say_a_change(&life, id);
        if (fence == PUT_OFF)
            write_file(site, arena_printf(site->arena, "%s.csv", id), broken);
        pass(&life, 12 * DAY);
        turns(&life);
        if (fence == NOT_SERVED)
            turn_remove(&life.turn, &life.many.holdings[1]);
        restored_ms = life.clocks.wall_ms + (fence == NOT_SO_FAR ? 90 * DAY : 0);
        const char *sql = arena_printf(site->arena, "UPDATE holder SET restored_ms = %lld",
                                       (long long)restored_ms);
        assert_int_equal(store_execute(life.many.shared.store->db, sql, &site->err), 0);
        ask(&life, 1, "{\"do\":\"outbox\",\"act\":\"cancel-held\"}");
        turns(&life);
        assert_string_equal(life.answers.bytes, "1 ok\n");
        assert_int_equal(store_restored(life.many.shared.store, &restored_ms, &site->err), 0);
        assert_int_equal(restored_ms == STORE_NEVER, fence == WELL);
        end_life(&life);
    }
}

int main(void)
{
#define SITED(test) cmocka_unit_test_setup_teardown(test, open_site, close_site)
    const struct CMUnitTest tests[] = {
        SITED(every_message_that_is_given_up_is_told),
        SITED(what_is_taken_back_is_not_told),
        SITED(what_is_taken_is_given_back),
        SITED(a_bad_plan_stops_no_other),
        SITED(a_plan_that_is_asked_is_tried),
        SITED(a_great_plan_holds_up_no_other),
        SITED(handlers_run_four_at_once),
        SITED(a_request_finds_its_plan),
        SITED(a_fence_waits_for_every_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
