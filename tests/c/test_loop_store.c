/* What a turn does with rows that nobody can read, in a store that is sound otherwise. */
#include "loop_kit.h"

#include "service/turn.h"
#include "store/store_data.h"

enum { TURNS_MOST = 100 };

static void step_until_idle(struct turn *turn, int64_t now_ms)
{
    struct clock_reading reading = {.wall_ms = now_ms};
    int turns = 0;
    do
        turn_step(turn, &reading);
    while (turn->more && ++turns < TURNS_MOST);
    assert_in_range(turns, 0, TURNS_MOST - 1);
}

static void note_figure(void *context, const char *name, const char *value)
{
    int64_t *figures = context;
    if (strcmp(name, "firings_lost") == 0)
        figures[0] = strtoll(value, NULL, 10);
    if (strcmp(name, "handlers_failed") == 0)
        figures[1] = strtoll(value, NULL, 10);
    if (strcmp(name, "fanouts_open") == 0)
        figures[2] = strtoll(value, NULL, 10);
}

/* An event whose subjects are no set is said once, and kept as lost; facts, reminders and what else there
 * is go on, also in a later process. */
static void unreadable_subjects_hold_up_nothing(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    struct turn turn;
    struct clock_reading begin = {.wall_ms = instant("2012-06-11", 0)};
    int64_t figures[3] = {-1, -1, -1};
    hold(site, HOLDING_RUN, true, &holding);
    struct loop_options options = run_options(&box, &journal);
    turn_open(&turn, holding.store, NULL, &options);
    turn_add(&turn, &holding);
    turn_step(&turn, &begin); /* the handler of the phase's start is pending */
    assert_int_equal(store_execute(holding.store->db,
                                   "UPDATE firing SET subjects = x'ff', route = 1, units = 3"
                                   " WHERE handler = 1;"
                                   "INSERT INTO fanout (slot, firing, next)"
                                   " SELECT slot, number, 0 FROM firing WHERE handler = 1",
                                   &site->err),
                     0);
    step_until_idle(&turn, begin.wall_ms);
    assert_null(turn_problem(&turn));
    assert_int_equal(journal.troubles, 1);
    assert_int_equal(store_health(holding.store, note_figure, figures, &site->err), 0);
    assert_int_equal(figures[0], 1);
    assert_int_equal(figures[1], 1);
    assert_int_equal(figures[2], 0);
    step_until_idle(&turn, instant("2012-07-30", 600));
    assert_int_equal(journal.troubles, 1);
    assert_non_null(strstr(journal.text.bytes, "reminder essays -1 3"));
    assert_true(box.count > 0);
    assert_int_equal(store_check(holding.store, &site->err), 0);
    turn_end(&turn);
    turn_close(&turn);
    holding_close(&holding);
    free_journal(&journal, &box);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(unreadable_subjects_hold_up_nothing, open_site,
                                        close_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
