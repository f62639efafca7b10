/* Walks over agendas: the invariants of engine/agenda.h over generated plans, and their cost. */
#include "agenda_text.h"

#include <time.h>

static uint32_t random_below(uint64_t *seed, uint32_t most)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % most;
}

static void random_day(uint64_t *seed, char out[11])
{
    civil_format(day_of("2012-01-01") + (int32_t)random_below(seed, 1200), out);
}

static void add_random_item(struct buf *out, uint64_t *seed, int number)
{
    static const char *const words[] = {"task", "quota", "phase"};
    static const char *const rules[] = {
        "FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=FR",
        "FREQ=WEEKLY;WINDOW=WEEK",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=WORKDAY;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=3;WINDOW=MONTH",
        "FREQ=YEARLY;LUNAR=9-9",
        "FREQ=YEARLY;TERM=清明",
        "FREQ=DAILY;INTERVAL=17",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=6;BYMONTHDAY=9",
    };
    char day[11];
    int letter = 'a' + (int)random_below(seed, 26);
    buf_printf(out, "%s" ID("%s", "%c%d"), number ? "," : "", words[random_below(seed, 3)],
               letter, number, letter, number);
    random_day(seed, day);
    switch (random_below(seed, 4)) {
    case 0: buf_printf(out, PER(RULE("%s")), rules[random_below(seed, COUNT(rules))]); break;
    case 1: buf_printf(out, WHEN(FROM_TO("%s", "2015-12-31")), day); break;
    default: buf_printf(out, DUE(BY("%s")), day); break;
    }
    buf_printf(out, FIELD("rest_day", "\"%s\"") END,
               (const char *const[]){"keep", "next", "ignore"}[random_below(seed, 3)]);
}

static struct event *collect(const struct agenda *agenda, int64_t from_ms, size_t most,
                             size_t *count)
{
    struct event *events = mem_resize(NULL, most, sizeof *events);
    struct walk *walk = walk_new(agenda, from_ms);
    for (*count = 0; *count < most && walk_next(walk, &events[*count]);)
        ++*count;
    walk_free(walk);
    return events;
}

static int by_identity(const void *left, const void *right)
{
    return event_compare(left, right);
}

/* Kind, item, tier and occurrence name a firing without its time: what moves keeps its name. */
static void check_identities(const struct event *events, size_t count)
{
    struct event *sorted = mem_resize(NULL, count + 1, sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = events[i];
        sorted[i].at_ms = 0;
    }
    qsort(sorted, count, sizeof *sorted, by_identity);
    for (size_t i = 1; i < count; i++)
        assert_int_not_equal(event_compare(&sorted[i - 1], &sorted[i]), 0);
    free(sorted);
}

/* A walk from the time of event `at` on gives the rest of the events (invariant 3). */
static void check_entry(const struct agenda *agenda, const struct event *events, size_t count,
                        size_t at)
{
    size_t rest_count;
    while (at && events[at - 1].at_ms == events[at].at_ms)
        at--;
    struct event *rest = collect(agenda, events[at].at_ms, count - at, &rest_count);
    assert_int_equal(rest_count, count - at);
    for (size_t i = 0; i < rest_count; i++) {
        assert_int_equal(event_compare(&rest[i], &events[at + i]), 0);
        assert_int_equal(rest[i].flags, events[at + i].flags);
        assert_int_equal(rest[i].day, events[at + i].day);
    }
    free(rest);
}

/* Events ascend strictly (invariant 1), and can be entered anywhere. */
static size_t check_walks(const struct agenda *agenda, uint64_t *seed)
{
    size_t count;
    struct event *events = collect(agenda, AGENDA_START, 20000, &count);
    for (size_t i = 1; i < count; i++)
        assert_true(event_compare(&events[i - 1], &events[i]) < 0);
    check_identities(events, count);
    for (int k = 0; count && k < 5; k++)
        check_entry(agenda, events, count, random_below(seed, (uint32_t)count));
    free(events);
    return count;
}

/* Long periods: what opens a period hangs on the one before it, which lies years back. */
static void walks_begin_anywhere(void **state)
{
    (void)state;
    const struct plan *plan =
        compile(ISSUED("2012-01-04") WHEN(OPEN("2012-01-04")),
                QUOTA("yearly") PER(RULE("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31")) END
                "," QUOTA("rare") PER(RULE("FREQ=YEARLY;INTERVAL=4;BYMONTH=6;BYMONTHDAY=9")) END
                "," QUOTA("march") PER(RULE("FREQ=YEARLY;BYMONTH=3;WINDOW=MONTH")) END,
                "{\"before\":[\"400d\",\"30d\"],\"after\":[\"1d\",\"90d\"]}");
    struct agenda *agenda = agenda_of(plan);
    size_t count;
    struct event *events = collect(agenda, AGENDA_START, 300, &count);
    for (size_t i = 0; i < count; i++)
        check_entry(agenda, events, count, i);
    free(events);
    agenda_free(agenda);
}

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static size_t check_plan(uint64_t seed)
{
    struct buf items = {0};
    for (int i = 0, count = 1 + (int)random_below(&seed, 8); i < count; i++)
        add_random_item(&items, &seed, i);
    const struct plan *plan =
        compile(ISSUED("2012-05-19"), items.bytes,
                USUAL ",{\"every\":" RULE(
                    "FREQ=MONTHLY;BYMONTHDAY=15") ",\"after\":[\"2d\"],\"to\":\"lead\"}");
    struct agenda *agenda = agenda_of(plan);
    size_t count = check_walks(agenda, &seed);
    agenda_free(agenda);
    buf_free(&items);
    return count;
}

static void generated_plans_keep_the_invariants(void **state)
{
    (void)state;
    const char *size = getenv("PLANRUN_TEST_SECONDS");
    double seconds = getenv("PLANRUN_TEST_LONG") ? 60 : size ? strtod(size, NULL) : 1;
    double end = milliseconds() + seconds * 1e3;
    size_t events = 0;
    unsigned plans = 0;
    for (; plans < 20 || milliseconds() < end; plans++)
        events += check_plan(plans);
    print_message("counts: %u generated plans, %zu events\n", plans, events);
}

/* Memory goes with rules: a standing plan is walked over ten years, and entered in the tenth. */
static void ten_years_are_cheap(void **state)
{
    (void)state;
    const struct plan *plan =
        compile(ISSUED("2012-01-04") WHEN(OPEN("2012-01-04")),
                QUOTA("daily") PER(RULE("FREQ=DAILY")) END "," QUOTA("monthly")
                    PER(RULE("FREQ=MONTHLY;BYMONTHDAY=5")) END,
                BEFORE("\"3d\",\"1d\""));
    struct agenda *agenda = agenda_of(plan);
    double start = milliseconds();
    struct walk *walk = walk_new(agenda, AGENDA_START);
    struct event event;
    size_t count = 0;
    while (walk_next(walk, &event) && event.day <= day_of("2021-12-31"))
        count += event.kind != EVENT_REMINDER;
    walk_free(walk);
    double walked = milliseconds();
    walk = walk_new(agenda, civil_ms(day_of("2021-12-31"), 0));
    assert_true(walk_next(walk, &event));
    assert_int_equal(event.day, day_of("2021-12-30")); /* its 24:00 */
    walk_free(walk);
    print_message("figure: ten years, %zu events in %.1f ms, entered in %.2f ms\n", count,
                  walked - start, milliseconds() - walked);
    assert_int_equal(count, 1 + 2 * 3650 + 120 + 121); /* reminders apart */
    agenda_free(agenda);
}

/* A plan of 10,000 items with three tiers each: 50,000 rules. */
static void ten_thousand_items_are_quick(void **state)
{
    (void)state;
    struct buf items = {0};
    for (int i = 0; i < 10000; i++) {
        char day[11];
        civil_format(day_of("2012-03-20") + i % 300, day);
        buf_printf(&items, "%s" ID("%s", "i%d") DUE(BY("%s")) END, i ? "," : "",
                   i % 2 ? "task" : "quota", i, i, day);
    }
    const struct plan *plan = compile(ISSUED("2012-03-01"), items.bytes, USUAL);
    double start = milliseconds();
    struct agenda *agenda = agenda_of(plan);
    double made = milliseconds();
    struct walk *walk = walk_new(agenda, AGENDA_START);
    struct event event;
    size_t count = 0, duties = 0;
    for (; walk_next(walk, &event); count++)
        duties += event.kind != EVENT_REMINDER;
    print_message("figure: 10000 items, rules in %.1f ms, %zu events in %.1f ms\n",
                  made - start, count, milliseconds() - made);
    assert_int_equal(duties, 2 + 5000 + 5000 + 5000);
    walk_free(walk);
    agenda_free(agenda);
    buf_free(&items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_plans_keep_the_invariants),
        cmocka_unit_test(walks_begin_anywhere),
        cmocka_unit_test(ten_years_are_cheap),
        cmocka_unit_test(ten_thousand_items_are_quick),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
