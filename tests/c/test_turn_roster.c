/* A roster that moves on while a plan is lived: whom each event is about is the same in a run that lives
 * through a change, in one that is cut anywhere, and in one that catches up with it. */
#include "loop_kit.h"

#include "base/bits.h"
#include "service/turn.h"

#include <signal.h>
#include <sys/resource.h>

#define DAY INT64_C(86400000)

static const char campaign[] =
    "plan \"loop\" { \"流程测试方案\", issuer = \"医院\", owner = \"hospital\",\n"
    "  issued = \"2012-06-01\", when = \"2012-06-01至2012-12-31\" }\n"
    "unit \"hospital\" { \"医院\" }\n"
    "unit \"department\" { \"各科室\", parent = \"hospital\", many = true }\n"
    "unit \"a\" { \"内科\", parent = \"hospital\", kind = \"department\" }\n"
    "unit \"b\" { \"外科\", parent = \"hospital\", kind = \"department\" }\n"
    "roster \"loop.csv\" { \"person\" }\n"
    "quota \"essays\" { \"征文\", each = \"person\", count = 1, when = \"2012-06-10至2012-07-31\",\n"
    "  due = \"2012-07-31\" }\n"
    "quota \"talks\" { \"宣讲\", each = \"person in a\", count = 1,\n"
    "  when = \"2012-06-15至2012-09-10\", due = \"2012-09-10\" }\n"
    "quota \"notes\" { \"笔记\", each = \"person but b\", count = 1, per = \"每月最后一日前\",\n"
    "  when = \"2012-06-01至2012-11-30\" }\n"
    "task \"report\" { \"总结\", by = \"hospital\", due = \"2012-12-20\" }\n"
    "remind { before = { \"14d\", \"7d\", \"3d\", \"1d\" }, after = { \"2d\" } }\n";

static const char people[] = "id,name,kind,parent,staff\n"
                             "c,检验科,department,,12\n"
                             "p1,甲01,person,a,\np2,甲02,person,a,\np3,甲03,person,a,\n"
                             "q1,乙01,person,b,\nq2,乙02,person,b,\n";

/* What is said, and when: some of it of days that lie ahead. */
static const struct {
    const char *said_on, *changes;
} said[] = {
    {"2012-06-02",
     "{\"event\":\"join\",\"id\":\"p4\",\"name\":\"甲04\",\"parent\":\"a\","
     "\"on\":\"2012-07-03\"},"
     "{\"event\":\"transfer\",\"id\":\"p1\",\"parent\":\"b\",\"on\":\"2012-08-05\"},"
     "{\"event\":\"absent\",\"id\":\"p2\",\"on\":\"2012-07-10\","
     "\"until\":\"2012-07-28\"}"},
    {"2012-06-20",
     "{\"event\":\"transfer\",\"id\":\"q1\",\"parent\":\"a\",\"on\":\"2012-07-20\"}"},
    {"2012-07-01", "{\"event\":\"change\",\"id\":\"c\",\"staff\":15,\"on\":\"2012-07-05\"},"
                   "{\"event\":\"leave\",\"id\":\"p3\",\"on\":\"2012-08-20\"}"},
    {"2012-08-01",
     "{\"event\":\"join\",\"id\":\"p3\",\"name\":\"甲03\",\"parent\":\"a\","
     "\"on\":\"2012-10-01\"},"
     "{\"event\":\"transfer\",\"id\":\"q1\",\"parent\":\"b\",\"on\":\"2012-09-07\"}"},
    {"2012-09-01", "{\"event\":\"merge\",\"id\":\"b\",\"into\":\"a\",\"on\":\"2012-10-15\"}"},
};

struct life {
    struct site *site;
    struct journal journal;
    struct box box;
    struct holding holding;
    struct loop_options options;
    struct turn turn;
    struct clock_reading clocks;
    size_t said;
    struct buf fired; /* "2012-06-03 … essays -7: 1 2 3" a line */
};

/* Whom a firing is about, by the permanent numbers. */
static void note_subjects(void *context, const struct holding *holding,
                          const struct store_firing *firing)
{
    struct life *life =
        (struct life *)(void *)((char *)context - offsetof(struct life, journal));
    struct arena *arena = arena_new();
    struct journal_row row;
    struct bits units = {0};
    char day[11];
    assert_int_equal(engine_row(holding->engine, firing, arena, &row, NULL), 0);
    assert_int_equal(bits_decode(firing->subjects, firing->subjects_length, &units, NULL), 0);
    buf_printf(&life->fired,
               "%s %s %s %d %s:", civil_format(civil_from_ms(firing->at_ms, NULL), day),
               firing_name(firing->kind), row.item_id ? row.item_id : "-", firing->tier,
               firing->fate == FIRING_FIRED ? "fired" : "not");
    for (uint32_t unit = bits_next(&units, 0); unit != BITS_NONE;
         unit = bits_next(&units, unit + 1))
        buf_printf(&life->fired, " %u", unit);
    buf_adds(&life->fired, "\n");
    bits_free(&units);
    arena_free(arena);
}

static void open_process(struct life *life)
{
    hold(life->site, HOLDING_RUN, false, &life->holding);
    life->options = run_options(&life->box, &life->journal);
    life->options.fired = note_subjects;
    turn_open(&life->turn, life->holding.store, NULL, &life->options);
    turn_add(&life->turn, &life->holding);
}

static void close_process(struct life *life)
{
    turn_end(&life->turn);
    turn_close(&life->turn);
    holding_close(&life->holding);
}

/* Each life has a store of its own. */
static void begin(struct life *life, struct site *site, unsigned number)
{
    setenv("PLANRUN_STATE", arena_printf(site->arena, "%s/state%u", site->folder, number), 1);
    *life = (struct life){.site = site, .box = box_new(CHANNEL_SENT)};
    life->clocks = (struct clock_reading){"a", 1000, instant("2012-06-01", 0)};
    open_process(life);
}

static void end_life(struct life *life)
{
    close_process(life);
    buf_free(&life->fired);
    free_journal(&life->journal, &life->box);
}

static void turns(struct life *life)
{
    int count = 0;
    do {
        turn_step(&life->turn, &life->clocks);
        assert_null(turn_problem(&life->turn));
    } while (life->turn.more && ++count < 2000);
    assert_in_range(count, 0, 1999);
}

/* What people say is said at its time: a process that is down then hears it when it is up again. */
static void say(struct life *life)
{
    static const struct value_limits limits = {1000, 16, 1 << 16};
    for (; life->said < sizeof said / sizeof *said &&
           instant(said[life->said].said_on, 600) <= life->clocks.wall_ms;
         life->said++) {
        struct arena *arena = arena_new();
        struct value *request = NULL;
        const char *text =
            arena_printf(arena, "{\"do\":\"roster\",\"key\":\"%zu\",\"changes\":[%s]}",
                         life->said, said[life->said].changes);
        assert_int_equal(json_parse(arena, text, strlen(text), &limits, &request, NULL), 0);
        const struct value *answer =
            request_do(&life->holding, request, life->clocks.wall_ms, arena);
        if (value_get_string(answer, "error"))
            fail_msg("%s: %s", text, value_get_string(answer, "error"));
        close_process(life); /* its engine is another one */
        open_process(life);
        arena_free(arena);
    }
}

static void reach(struct life *life, int64_t at_ms)
{
    if (at_ms > life->clocks.wall_ms) {
        life->clocks.boot_ms += at_ms - life->clocks.wall_ms;
        life->clocks.wall_ms = at_ms;
    }
    say(life);
    turns(life);
}

/* The instant of what comes next: an event, or something that is said. */
static int64_t next_of(const struct life *life)
{
    int64_t event_ms = turn_next_event(&life->turn);
    int64_t said_ms = life->said < sizeof said / sizeof *said
                          ? instant(said[life->said].said_on, 600)
                          : INT64_MAX;
    return event_ms < said_ms ? event_ms : said_ms;
}

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

/* Lives to the end; of `cuts` in a hundred instants the process ends behind it. */
static char *live(struct site *site, uint64_t seed, uint32_t cuts)
{
    struct life life;
    int64_t next_ms;
    begin(&life, site, (unsigned)seed * 1000 + cuts);
    turns(&life);
    while ((next_ms = next_of(&life)) != INT64_MAX) {
        reach(&life, next_ms);
        if (draw(&seed, 100) < cuts) {
            close_process(&life);
            open_process(&life);
        }
    }
    char *text = strdup(life.fired.bytes);
    end_life(&life);
    return text;
}

static void a_life_may_be_cut_anywhere(void **state)
{
    struct site *site = *state;
    char *whole = live(site, 1, 0);
    assert_non_null(strstr(whole, "2012-07-30 reminder essays -1 fired:"));
    for (uint64_t seed = 1; seed <= 6; seed++) {
        char *cut = live(site, seed, seed % 2 ? 100 : 40);
        assert_string_equal(cut, whole);
        free(cut);
    }
    free(whole);
}

/* Every line of `part` that has fired stands in `whole`: merged and stale ones are what a late start makes. */
static size_t compare(const char *part, const char *whole)
{
    size_t count = 0;
    for (const char *at = part, *stop; (stop = strchr(at, '\n')); at = stop + 1) {
        char *line = strndup(at, (size_t)(stop - at) + 1);
        if (strstr(line, " fired:")) {
            count++;
            if (!strstr(whole, line))
                fail_msg("%s is not of the whole life", line);
        }
        free(line);
    }
    return count;
}

static void who_catches_up_tells_the_same_people(void **state)
{
    struct site *site = *state;
    char *whole = live(site, 1, 0);
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct life life;
        uint64_t dice = seed;
        begin(&life, site, (unsigned)seed);
        turns(&life);
        /* all is said in time; then nothing is lived for weeks */
        while (next_of(&life) != INT64_MAX) {
            int64_t next_ms = next_of(&life), far_ms = next_ms + draw(&dice, 40) * DAY;
            int64_t said_ms = life.said < sizeof said / sizeof *said
                                  ? instant(said[life.said].said_on, 600)
                                  : INT64_MAX;
            reach(&life, far_ms < said_ms ? far_ms : said_ms);
        }
        assert_in_range(compare(life.fired.bytes, whole), 12, 1000);
        end_life(&life);
    }
    free(whole);
}

/* ---- by hand ---------------------------------------------------------------------------------- */

/* Numbers are given by the rows of the tree: the hospital, a and p1 p2 p3 in it, b and q1 q2, c; then who
 * joins, p4. */
static const char *const expected[] = {
    /* p2 is on leave; p4 has joined */
    "2012-07-17 reminder essays -14 fired: 3 5 7 8 9 10\n",
    /* p2 is back on the 29th, too late to be asked again */
    "2012-07-30 reminder essays -1 fired: 3 5 7 8 9 10\n",
    /* p1 has gone to b, p3 has left, q1 came in time */
    "2012-09-03 reminder talks -7 fired: 4 7 10\n",
    /* q1 has gone back to b; the tier of three days meets this one */
    "2012-09-07 reminder talks -1 fired: 4 10\n",
};

static void whom_it_is_about(void **state)
{
    struct site *site = *state;
    char *whole = live(site, 1, 0);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!strstr(whole, expected[i]))
            fail_msg("no %s", expected[i]);
    free(whole);
}

/* ---- a disk that is full ---------------------------------------------------------------------- */

static const struct value *do_text(struct life *life, const char *text)
{
    static const struct value_limits limits = {1000, 16, 1 << 16};
    struct value *request = NULL;
    assert_int_equal(json_parse(life->site->arena, text, strlen(text), &limits, &request, NULL),
                     0);
    return request_do(&life->holding, request, life->clocks.wall_ms, life->site->arena);
}

static bool has_joined(const struct life *life)
{
    return roster_find(life->holding.roster, "p9", 2) != UNIT_NONE;
}

#define JOIN(id)                                                                               \
    "{\"event\":\"join\",\"id\":\"" id                                                         \
    "\",\"name\":\"甲\",\"parent\":\"a\",\"on\":\"2012-06-01\"}"
#define CHANGES(key, list) "{\"do\":\"roster\",\"key\":\"" key "\",\"changes\":[" list "]}"

/* A key stands for all that was said at once, not for the first of it. */
static void a_key_is_of_all_changes(void **state)
{
    static const struct {
        const char *request, *error;
        bool repeated;
    } rows[] = {
        {CHANGES("1", JOIN("p8") "," JOIN("p9")), NULL, false},
        {CHANGES("2", JOIN("p7")), NULL, false},
        {CHANGES("1", JOIN("p8") "," JOIN("p9")), NULL, true},
        {CHANGES("2", JOIN("p7")), NULL, true},
        {CHANGES("1", JOIN("p8")), "the key “1” stands for another fact (f1)", false},
        {CHANGES("1", JOIN("p8") "," JOIN("p6")), "the key “1” stands for another fact (f1)",
         false},
        {CHANGES("2", JOIN("p7") "," JOIN("p6")), "the key “2” stands for another fact (f3)",
         false},
    };
    struct life life;
    begin(&life, *state, 78);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct value *answer = do_text(&life, rows[i].request);
        const char *error = value_get_string(answer, "error");
        if (!error != !rows[i].error || (error && strcmp(error, rows[i].error) != 0))
            fail_msg("%s: %s", rows[i].request, error ? error : "taken");
        assert_int_equal(value_get(answer, "repeated") != NULL, rows[i].repeated);
    }
    courier_engines(life.turn.courier, &life.holding.engine, 1);
    end_life(&life);
}

/* A change of the roster that is undone but not on the disk is one that stands. */
static void undo_needs_the_disk(void **state)
{
    static const char undo[] = "{\"do\":\"undo\",\"key\":\"u\"}";
    struct life life;
    struct rlimit before, small;
    begin(&life, *state, 77);
    do_text(&life, CHANGES("j", JOIN("p9")));
    assert_true(has_joined(&life));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const struct value *answer = do_text(&life, undo);
    int code = store_flush(life.holding.store, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(code < 0 || value_get(answer, "error"));
    assert_true(has_joined(&life));
    assert_non_null(value_get(do_text(&life, undo), "ok"));
    assert_int_equal(store_flush(life.holding.store, NULL), 0);
    assert_false(has_joined(&life));
    courier_engines(life.turn.courier, &life.holding.engine, 1);
    end_life(&life);
}

static int open_campaign(void **state)
{
    int code = open_site(state);
    if (code == 0) {
        write_file(*state, "loop.lua", campaign);
        write_file(*state, "loop.csv", people);
    }
    return code;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_life_may_be_cut_anywhere, open_campaign, close_site),
        cmocka_unit_test_setup_teardown(who_catches_up_tells_the_same_people, open_campaign,
                                        close_site),
        cmocka_unit_test_setup_teardown(whom_it_is_about, open_campaign, close_site),
        cmocka_unit_test_setup_teardown(a_key_is_of_all_changes, open_campaign, close_site),
        cmocka_unit_test_setup_teardown(undo_needs_the_disk, open_campaign, close_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
