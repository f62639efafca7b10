/* Whether the wall clock is to be believed: each rule at its very edge. */
#include "time/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)
#define NOON   INT64_C(1584504000000) /* 2020-03-18T12:00+08:00 */
#define Y2001  INT64_C(978307200000)

enum { NEVER = 1 }; /* in `none`: no reading was ever recorded */

static const struct row {
    const char *what;
    struct clock_reading sure, reading;
    bool none;
    struct trust wanted;
} rows[] = {
    /* within one start */
    {"time passed",
     {"a", 5, NOON},
     {"a", 5 + DAY, NOON + DAY},
     0,
     {CLOCK_SURE, NOON + DAY, 0, true}},
    {"no time passed", {"a", 5, NOON}, {"a", 5, NOON}, 0, {CLOCK_SURE, NOON, 0, true}},
    {"an hour more",
     {"a", 5, NOON},
     {"a", 6, NOON + 1 + HOUR},
     0,
     {CLOCK_SURE, NOON + 1 + HOUR, HOUR, true}},
    {"more than an hour more",
     {"a", 5, NOON},
     {"a", 6, NOON + 2 + HOUR},
     0,
     {CLOCK_AHEAD, NOON + 1, HOUR + 1, false}},
    {"an hour less",
     {"a", 5, NOON},
     {"a", 6, NOON + 1 - HOUR},
     0,
     {CLOCK_SURE, NOON + 1 - HOUR, -HOUR, true}},
    {"more than an hour less",
     {"a", 5, NOON},
     {"a", 6, NOON - HOUR},
     0,
     {CLOCK_SURE, NOON - HOUR, -HOUR - 1, false}},
    {"to 1970", {"a", 5, NOON}, {"a", 5, 0}, 0, {CLOCK_SURE, 0, -NOON, false}},
    {"31 days asleep",
     {"a", 5, NOON},
     {"a", 5 + 31 * DAY, NOON + 31 * DAY},
     0,
     {CLOCK_SURE, NOON + 31 * DAY, 0, true}},
    {"ten years ahead",
     {"a", 5, NOON},
     {"a", 5 + DAY, NOON + 3651 * DAY},
     0,
     {CLOCK_AHEAD, NOON + DAY, 3650 * DAY, false}},
    /* over a restart */
    {"restarted at once", {"a", 5, NOON}, {"b", 9, NOON}, 0, {CLOCK_SURE, NOON, 0, true}},
    {"restarted, 30 days",
     {"a", 5, NOON},
     {"b", 1, NOON + 30 * DAY},
     0,
     {CLOCK_SURE, NOON + 30 * DAY, 0, true}},
    {"restarted, more than 30 days",
     {"a", 5, NOON},
     {"b", 1, NOON + 30 * DAY + 1},
     0,
     {CLOCK_AWAY, NOON + 30 * DAY + 1, 30 * DAY + 1, false}},
    {"restarted, before",
     {"a", 5, NOON},
     {"b", 1, NOON - 1},
     0,
     {CLOCK_BACK, NOON - 1, -1, false}},
    {"the counter went back",
     {"a", 5, NOON},
     {"a", 4, NOON + 29 * DAY},
     0,
     {CLOCK_SURE, NOON + 29 * DAY, 0, true}},
    {"the counter and the clock went back",
     {"a", 5, NOON},
     {"a", 4, NOON - 1},
     0,
     {CLOCK_BACK, NOON - 1, -1, false}},
    {"ids that begin alike",
     {"a", 5, NOON},
     {"ab", 5, NOON + 2 * HOUR},
     0,
     {CLOCK_SURE, NOON + 2 * HOUR, 0, true}},
    /* the first one ever */
    {"a first one", {"", 0, 0}, {"a", 5, NOON}, NEVER, {CLOCK_SURE, NOON, 0, true}},
    {"2001 begins", {"", 0, 0}, {"a", 5, Y2001}, NEVER, {CLOCK_SURE, Y2001, 0, true}},
    {"before 2001", {"", 0, 0}, {"a", 5, Y2001 - 1}, NEVER, {CLOCK_UNSET, Y2001 - 1, 0, false}},
    {"1970", {"", 0, 0}, {"a", 5, 0}, NEVER, {CLOCK_UNSET, 0, 0, false}},
    /* without a boot id */
    {"believed",
     {"a", 5, NOON},
     {"", 0, NOON + 3650 * DAY},
     0,
     {CLOCK_SURE, NOON + 3650 * DAY, 0, true}},
    {"believed first", {"", 0, 0}, {"", 0, 0}, NEVER, {CLOCK_SURE, 0, 0, true}},
    {"believed backwards", {"", 0, NOON}, {"", 0, 0}, 0, {CLOCK_SURE, 0, 0, true}},
    {"known after unknown",
     {"", 5, NOON},
     {"a", 5, NOON - 1},
     0,
     {CLOCK_BACK, NOON - 1, -1, false}},
    /* the ends of time */
    {"the last instant",
     {"a", 0, 0},
     {"a", 0, INT64_MAX},
     0,
     {CLOCK_AHEAD, 0, INT64_MAX, false}},
    {"from the first to the last",
     {"a", 0, INT64_MIN},
     {"a", 0, INT64_MAX},
     0,
     {CLOCK_AHEAD, INT64_MIN, INT64_MAX, false}},
    {"from the last to the first",
     {"a", 0, INT64_MAX},
     {"a", 0, INT64_MIN},
     0,
     {CLOCK_SURE, INT64_MIN, INT64_MIN, false}},
    {"no time behind the last",
     {"a", 0, INT64_MAX},
     {"a", HOUR, INT64_MAX},
     0,
     {CLOCK_SURE, INT64_MAX, 0, true}},
    {"a counter of all time",
     {"a", INT64_MIN, 0},
     {"a", INT64_MAX, 0},
     0,
     {CLOCK_SURE, 0, -INT64_MAX, false}},
    {"restarted at the last",
     {"a", 0, INT64_MIN},
     {"b", 0, INT64_MAX},
     0,
     {CLOCK_AWAY, INT64_MAX, INT64_MAX, false}},
    {"restarted at the first",
     {"a", 0, INT64_MAX},
     {"b", 0, INT64_MIN},
     0,
     {CLOCK_BACK, INT64_MIN, INT64_MIN, false}},
};

static bool is_as_wanted(const struct row *row)
{
    struct trust got = trust_judge(row->none ? NULL : &row->sure, &row->reading);
    return got.doubt == row->wanted.doubt && got.now_ms == row->wanted.now_ms &&
           got.jump_ms == row->wanted.jump_ms && got.keep == row->wanted.keep;
}

static void each_rule_at_its_edge(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!is_as_wanted(&rows[i]))
            fail_msg(
                "%s: %s", rows[i].what,
                trust_name(
                    trust_judge(rows[i].none ? NULL : &rows[i].sure, &rows[i].reading).doubt));
}

/* The table itself is looked at: a wrong verdict, instant, amount or use of a row is seen. */
static void a_wrong_row_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct row wrong[] = {rows[i], rows[i], rows[i], rows[i]};
        wrong[0].wanted.doubt = wrong[0].wanted.doubt == CLOCK_SURE ? CLOCK_BACK : CLOCK_SURE;
        wrong[1].wanted.now_ms ^= 1;
        wrong[2].wanted.jump_ms ^= 1;
        wrong[3].wanted.keep = !wrong[3].wanted.keep;
        for (size_t w = 0; w < sizeof wrong / sizeof *wrong; w++)
            assert_false(is_as_wanted(&wrong[w]));
    }
}

/* Whatever the clock does, a doubt neither keeps a reading nor sends time back behind the sure one. */
static void what_is_kept_is_never_in_doubt(void **state)
{
    (void)state;
    static const int64_t steps[] = {INT64_MIN, -400 * DAY, -DAY,     -HOUR, -1,       0,
                                    1,         HOUR,       HOUR + 1, DAY,   400 * DAY};
    enum { STEPS = sizeof steps / sizeof *steps };
    struct clock_reading sure = {"a", 7 * DAY, NOON};
    for (size_t w = 1; w < STEPS; w++)
        for (size_t b = 1; b < STEPS; b++)
            for (int other = 0; other < 2; other++) {
                struct clock_reading reading = {"a", 7 * DAY + steps[b], NOON + steps[w]};
                if (other)
                    strcpy(reading.boot_id, "b");
                struct trust trust = trust_judge(&sure, &reading);
                assert_false(trust.keep && trust.doubt != CLOCK_SURE);
                assert_true(trust.doubt != CLOCK_AHEAD ||
                            (trust.now_ms >= sure.wall_ms && trust.now_ms < reading.wall_ms));
                assert_true(trust.doubt == CLOCK_AHEAD || trust.now_ms == reading.wall_ms);
                assert_true(trust.doubt != CLOCK_UNSET);
            }
}

static void every_doubt_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(trust_name(CLOCK_SURE), "sure");
    assert_string_equal(trust_name(CLOCK_AHEAD), "ahead");
    assert_string_equal(trust_name(CLOCK_AWAY), "away");
    assert_string_equal(trust_name(CLOCK_BACK), "back");
    assert_string_equal(trust_name(CLOCK_UNSET), "unset");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_at_its_edge),
        cmocka_unit_test(a_wrong_row_fails),
        cmocka_unit_test(what_is_kept_is_never_in_doubt),
        cmocka_unit_test(every_doubt_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
