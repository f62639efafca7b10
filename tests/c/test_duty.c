/* Duties of items: at which times they are owed, where a piece of a day counts, and what a
 * due that a fact gave adds to the events. */
#include "agenda_text.h"

#include "engine/duty.h"

/* "2012-06-01..2012-06-30", then what tells it from others. */
static void add_duty(struct buf *out, const struct plan *plan, const struct duty *duty)
{
    char open[11] = "…", due[11] = "…", said[11];
    if (duty->open != DAY_NONE)
        civil_format(duty->open, open);
    if (duty->official != DAY_NONE)
        civil_format(duty->official, due);
    buf_printf(out, "%s..%s", open, due);
    if (duty->occasion.phase != ITEM_NONE)
        buf_printf(out, " in:%s", plan->items[duty->occasion.phase].id);
    if (duty->occasion.period != DAY_NONE)
        buf_printf(out, " of:%s", civil_format(duty->occasion.period, said));
    if (duty->occasion.due != duty->official)
        buf_printf(out, " due:%s", civil_format(duty->occasion.due, said));
    buf_adds(out, duty->retroactive ? " retroactive" : "");
    buf_adds(out, duty->given ? " given" : "");
    buf_adds(out, "\n");
}

struct row {
    const char *name, *head, *items; /* sealed; the item "q" is asked for */
    const char *first, *last;
    const char *duties; /* one a line */
};

static const struct row rows[] = {
    {"done once", ISSUED("2012-03-20"),
     QUOTA("q") WHEN(FROM_TO("2012-05-01", "2012-05-31")) DUE(BY("2012-05-20")) END,
     "2012-05-20", "2012-05-20", "2012-05-01..2012-05-20\n"},
    {"before it opens", ISSUED("2012-03-20"),
     QUOTA("q") WHEN(FROM_TO("2012-05-01", "2012-05-31")) DUE(BY("2012-05-20")) END,
     "2012-03-20", "2012-04-30", ""},
    {"behind its due", ISSUED("2012-03-20"),
     QUOTA("q") WHEN(FROM_TO("2012-05-01", "2012-05-31")) DUE(BY("2012-05-20")) END,
     "2012-05-21", "2012-12-31", ""},
    {"顺延 makes it last longer", ISSUED("2012-03-01"),
     TASK("q") DUE(BY("2012-05-20")) FIELD("rest_day", "\"next\"") END, "2012-05-21",
     "2012-05-21", "2012-03-01..2012-05-21 due:2012-05-20\n"},
    {"without a due it never ends", ISSUED("2012-06-01"), QUOTA("q") DUE(SOON) END,
     "2015-01-01", "2015-01-01", "2012-06-01..…\n"},
    {"by month: each month is one of its own", ISSUED("2012-03-20"),
     QUOTA("q") WHEN(FROM_TO("2012-04-01", "2012-12-31"))
         PER(RULE("FREQ=MONTHLY;BYMONTHDAY=-1;WINDOW=MONTH")) END,
     "2012-05-31", "2012-06-01",
     "2012-05-01..2012-05-31 of:2012-05-01\n2012-06-01..2012-06-30 of:2012-06-01\n"},
    {"a due day without a window opens behind the one before", ISSUED("2012-01-10"),
     QUOTA("q") WHEN(FROM_TO("2012-01-10", "2014-12-31")) PER(RULE("FREQ=MONTHLY;BYMONTHDAY=5"))
         END,
     "2013-08-10", "2013-08-10", "2013-08-06..2013-09-05 of:2013-09-05\n"},
    {"once a year it opens a year ago", ISSUED("2012-01-10"),
     QUOTA("q") WHEN(FROM_TO("2012-01-10", "2020-12-31"))
         PER(RULE("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=5")) END,
     "2019-11-30", "2019-11-30", "2018-12-06..2019-12-05 of:2019-12-05\n"},
    {"the first of a rhythm opens with its container", ISSUED("2012-01-10"),
     QUOTA("q") WHEN(FROM_TO("2012-02-10", "2012-12-31")) PER(RULE("FREQ=MONTHLY;BYMONTHDAY=5"))
         END,
     "2012-02-10", "2012-02-10", "2012-02-10..2012-03-05 of:2012-03-05\n"},
    {"phases overlap, the one that ends first comes first", ISSUED("2012-03-20"),
     PHASE("one") WHEN(FROM_TO("2012-04-01", "2012-07-31")) END "," PHASE("two") WHEN(
         FROM_TO("2012-05-01", "2012-06-30")) END "," QUOTA("q") FIELD("per", "\"phase\"") END,
     "2012-05-10", "2012-05-10",
     "2012-05-01..2012-06-30 in:two\n2012-04-01..2012-07-31 in:one\n"},
    {"due before the notice: owed until the catch-up day", ISSUED("2010-03-15"),
     QUOTA("q") DUE(BY("2010-03-01")) END, "2010-03-16", "2010-03-16",
     "2010-03-01..2010-03-18 due:2010-03-01 retroactive\n"},
    {"several dates of one item are told apart", ISSUED("2012-01-01"),
     QUOTA("q") PER(FROM_TO("2012-03-01", "2012-03-31") "," FROM_TO("2012-09-01", "2012-09-30"))
         END,
     "2012-01-01", "2012-12-31",
     "2012-03-01..2012-03-31 of:2012-03-01\n2012-09-01..2012-09-30 of:2012-09-01\n"},
    {"a year with a date of its own", ISSUED("2012-01-01"),
     QUOTA("q") DUE(
         "{\"default\":" BY("2012-06-30") ",\"years\":{\"2013\":" BY("2013-07-31") "}}") END,
     "2012-01-01", "2013-12-31", "2012-01-01..2012-06-30\n…..2013-07-31 of:2013-07-31\n"},
    {"what must never be done is no duty", ISSUED("2012-01-01"),
     TASK("q") DUE(BY("2012-06-10")) FIELD("binding", "\"never\"") END, "2012-01-01",
     "2012-12-31", ""},
    {"nor is a phase", ISSUED("2012-01-01"),
     PHASE("q") WHEN(FROM_TO("2012-03-01", "2012-03-31")) END, "2012-01-01", "2012-12-31", ""},
};

static bool run_row(const struct row *row)
{
    const struct plan *plan = compile(row->head, row->items, "");
    struct agenda *agenda = agenda_of(plan);
    const struct duty *duties;
    size_t count;
    struct buf out = {0};
    buf_adds(&out, "");
    agenda_duties(agenda, plan_find(plan, "q"), day_of(row->first), day_of(row->last), arena,
                  &duties, &count);
    for (size_t i = 0; i < count; i++)
        add_duty(&out, plan, &duties[i]);
    bool same = strcmp(out.bytes, row->duties) == 0;
    if (!same)
        print_error("%s:\n%s-- instead of\n%s", row->name, out.bytes, row->duties);
    buf_free(&out);
    agenda_free(agenda);
    return same;
}

static void items_have_their_duties(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        wrong += !run_row(&rows[i]);
    assert_int_equal(wrong, 0);
}

/* ---- where a piece counts -------------------------------------------------------------- */

#define MONTHLY                                                                                \
    QUOTA("q")                                                                                 \
    WHEN(FROM_TO("2012-04-01", "2012-12-31"))                                                  \
    PER(RULE("FREQ=MONTHLY;BYMONTHDAY=-1;WINDOW=MONTH")) END
#define FIFTEENTH                                                                              \
    QUOTA("q")                                                                                 \
    WHEN(FROM_TO("2012-04-01", "2012-12-31"))                                                  \
    PER(FROM_TO("2012-04-01", "2012-04-15") "," FROM_TO("2012-06-01", "2012-06-15")) END
#define OVERLAPPING                                                                            \
    PHASE("one")                                                                               \
    WHEN(FROM_TO("2012-04-01", "2012-07-31"))                                                  \
    END "," PHASE("two") WHEN(FROM_TO("2012-05-01", "2012-06-30")) END "," QUOTA("q")          \
        FIELD("per", "\"phase\"") END
#define OPENING                                                                                \
    PHASE("late")                                                                              \
    WHEN(FROM_TO("2012-04-20", "2012-05-05"))                                                  \
    END "," PHASE("early") WHEN(FROM_TO("2012-04-10", "2012-07-31")) END "," QUOTA("q")        \
        FIELD("per", "\"phase\"") END

static const struct {
    const char *name, *items, *day;
    const char *met; /* official dues of duties that lack nothing, NULL = nobody asks */
    const char *due; /* of the duty found, NULL = none */
} pieces[] = {
    {"in its month", MONTHLY, "2012-06-30", "", "2012-06-30"},
    {"on the first of the next", MONTHLY, "2012-07-01", "", "2012-07-31"},
    {"without asking who lacks", MONTHLY, "2012-07-01", NULL, "2012-07-31"},
    {"what is over is not carried on", MONTHLY, "2012-07-01", "2012-07-31 2012-06-30",
     "2012-07-31"},
    {"but makes good the last one", MONTHLY, "2012-07-01", "2012-07-31", "2012-06-30"},
    {"before the first", MONTHLY, "2012-03-25", "", "2012-04-30"},
    {"before several: the one that opens first", OPENING, "2012-03-25", "", "2012-07-31"},
    {"behind the last: late", MONTHLY, "2013-02-01", "", "2012-12-31"},
    {"behind the last, though that is met", MONTHLY, "2013-02-01", "2012-12-31", "2012-12-31"},
    {"between two: late for the one that ended", FIFTEENTH, "2012-05-10", "", "2012-04-15"},
    {"between two, though it is met", FIFTEENTH, "2012-05-10", "2012-04-15", "2012-04-15"},
    {"years later", FIFTEENTH, "2030-05-10", "", "2012-06-15"},
    {"years before", FIFTEENTH, "1999-05-10", "", "2012-04-15"},
    {"of two open the one that ends first", OVERLAPPING, "2012-05-10", "", "2012-06-30"},
    {"which is met: the other", OVERLAPPING, "2012-05-10", "2012-06-30", "2012-07-31"},
    {"both met: a surplus of the first", OVERLAPPING, "2012-05-10", "2012-06-30 2012-07-31",
     "2012-06-30"},
    {"one ended and lacking, one open and met", OVERLAPPING, "2012-07-10", "2012-07-31",
     "2012-06-30"},
    {"never", TASK("q") DUE(BY("2012-06-10")) FIELD("binding", "\"never\"") END, "2012-06-01",
     "", NULL},
};

static bool is_lacking(void *context, const struct duty *duty)
{
    char day[11];
    return !strstr(context, civil_format(duty->official, day));
}

static void pieces_count_where_they_are_lacking(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pieces); i++) {
        const struct plan *plan = compile(ISSUED("2012-03-20"), pieces[i].items, "");
        struct agenda *agenda = agenda_of(plan);
        char met[64] = "", day[11] = "";
        struct duty duty;
        if (pieces[i].met)
            strcpy(met, pieces[i].met);
        bool found = agenda_duty_on(agenda, plan_find(plan, "q"), day_of(pieces[i].day),
                                    pieces[i].met ? is_lacking : NULL, met, &duty);
        if (found)
            civil_format(duty.official, day);
        if (found != (pieces[i].due != NULL) || (found && strcmp(day, pieces[i].due) != 0))
            fail_msg("%s: %s", pieces[i].name, found ? day : "none");
        agenda_free(agenda);
    }
}

/* ---- dues that facts gave -------------------------------------------------------------- */

static char *events_of(const struct agenda *agenda, const int64_t *from_ms)
{
    struct walk *walk =
        from_ms ? walk_new_by_item(agenda, from_ms) : walk_new(agenda, AGENDA_START);
    struct buf out = {0};
    struct event event;
    char day[11];
    buf_adds(&out, "");
    while (walk_next(walk, &event)) {
        struct duty duty = {0};
        buf_printf(&out, "%s %s", civil_format(event.day, day), event_name(event.kind));
        if (event.item != ITEM_NONE)
            buf_printf(&out, " %s", event.plan->items[event.item].id);
        if (agenda_duty_of(agenda, &event, &duty) && duty.occasion.due != DAY_NONE)
            buf_printf(&out, " (%s%s)", civil_format(duty.occasion.due, day),
                       duty.given ? " given" : "");
        buf_adds(&out, "\n");
    }
    char *text = arena_string(arena, out.bytes);
    walk_free(walk);
    buf_free(&out);
    return text;
}

static void a_given_due_has_events_of_its_own(void **state)
{
    (void)state;
    const struct plan *plan =
        compile(ISSUED("2012-05-02"),
                QUOTA("q") WHEN(FROM_TO("2012-05-02", "2012-06-30")) DUE(BY("2012-06-05")) END
                "," TASK("t") DUE(BY("2012-06-05")) END,
                BEFORE("\"1d\""));
    struct agenda *agenda = agenda_of(plan);
    struct occasion once = {DAY_NONE, DAY_NONE, ITEM_NONE},
                    other = {15000, DAY_NONE, ITEM_NONE};
    struct walk *standing = walk_new(agenda, AGENDA_START);
    agenda_add_due(agenda, 0, &once, day_of("2012-06-14"));
    const char *with = events_of(agenda, NULL);
    assert_string_equal(with, "2012-05-02 plan.start\n"
                              "2012-05-02 quota.open q (2012-06-05)\n"
                              "2012-06-04 reminder q (2012-06-05)\n"
                              "2012-06-04 reminder t (2012-06-05)\n"
                              "2012-06-05 task.due t (2012-06-05)\n"
                              "2012-06-05 quota.late q (2012-06-05)\n"
                              "2012-06-13 reminder q (2012-06-14 given)\n"
                              "2012-06-14 quota.late q (2012-06-14 given)\n"
                              "2012-06-30 plan.end\n");
    agenda_add_due(agenda, 0, &once, day_of("2012-06-14"));  /* a second time */
    agenda_add_due(agenda, 0, &once, day_of("2012-06-05"));  /* the rule's own */
    agenda_add_due(agenda, 0, &other, day_of("2012-06-20")); /* no such period */
    assert_string_equal(events_of(agenda, NULL), with);
    agenda_add_due(agenda, 1, &once, day_of("2012-06-29"));
    assert_non_null(
        strstr(events_of(agenda, NULL), "2012-06-29 task.due t (2012-06-29 given)"));
    struct event event; /* a walk that stands goes on as it was */
    int count = 0;
    while (walk_next(standing, &event))
        count++;
    assert_int_equal(count, 7);
    walk_free(standing);
    agenda_free(agenda);
}

static void a_given_due_belongs_to_its_period(void **state)
{
    (void)state;
    const struct plan *plan = compile(ISSUED("2012-03-20"), MONTHLY, BEFORE("\"1d\""));
    struct agenda *agenda = agenda_of(plan);
    struct occasion june = {day_of("2012-06-01"), DAY_NONE, ITEM_NONE};
    agenda_add_due(agenda, 0, &june, day_of("2012-07-10"));
    const struct duty *duties;
    size_t count;
    agenda_duties(agenda, 0, day_of("2012-07-05"), day_of("2012-07-05"), arena, &duties,
                  &count);
    assert_int_equal(count, 2);
    assert_true(duties[0].given);
    assert_int_equal(duties[0].occasion.period, june.period);
    assert_int_equal(duties[0].open, june.period);
    assert_int_equal(duties[0].official, day_of("2012-07-10"));
    assert_false(duties[1].given);
    struct duty found; /* a given due is not for those who are not asked */
    assert_true(agenda_duty_on(agenda, 0, day_of("2012-07-05"), NULL, NULL, &found));
    assert_false(found.given);
    struct occasion moved = {june.period, day_of("2012-06-29"), ITEM_NONE};
    assert_true(agenda_duty_at(agenda, 0, &moved, &found)); /* a due of an earlier revision */
    assert_int_equal(found.official, day_of("2012-06-30"));
    moved.period++;
    assert_false(agenda_duty_at(agenda, 0, &moved, &found));
    agenda_free(agenda);
}

/* ---- walks by item --------------------------------------------------------------------- */

static void items_begin_at_their_own_instants(void **state)
{
    (void)state;
    const struct plan *plan =
        compile(ISSUED("2012-05-02"),
                TASK("a") DUE(BY("2012-06-05")) END "," TASK("b") DUE(BY("2012-06-06")) END
                "," TASK("c") DUE(BY("2012-06-07")) END,
                BEFORE("\"1d\""));
    struct agenda *agenda = agenda_of(plan);
    int64_t from[] = {civil_ms(day_of("2012-06-05"), 0), AGENDA_START, INT64_MAX,
                      civil_ms(day_of("2012-05-03"), 0)};
    assert_string_equal(events_of(agenda, from), "2012-06-05 reminder b (2012-06-06)\n"
                                                 "2012-06-05 task.due a (2012-06-05)\n"
                                                 "2012-06-06 task.due b (2012-06-06)\n"
                                                 "2012-06-07 plan.end\n");
    for (size_t i = 0; i < COUNT(from); i++)
        from[i] = AGENDA_START;
    assert_string_equal(events_of(agenda, from), events_of(agenda, NULL));
    agenda_free(agenda);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_have_their_duties),
        cmocka_unit_test(pieces_count_where_they_are_lacking),
        cmocka_unit_test(a_given_due_has_events_of_its_own),
        cmocka_unit_test(a_given_due_belongs_to_its_period),
        cmocka_unit_test(items_begin_at_their_own_instants),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
