/* The agenda under the real calendar: a row is a plan's items and reminders as sealed, and the
 * events that must come of it, all of them, in order. */
#include "agenda_text.h"

struct row {
    const char *name;
    const char *head;   /* fields of the plan, each with a comma before it */
    const char *items;  /* sealed */
    const char *remind; /* sealed */
    const char *until;  /* last day, NULL = all */
    const char *events; /* one a line */
};

static void add_tier(struct buf *out, const struct event *event)
{
    if (event->tier == TIER_EVERY)
        buf_adds(out, " every");
    else if (event->reminder != ITEM_NONE)
        buf_printf(out, tier_is_working(event->tier) ? " +%dwd" : " %+dd",
                   tier_is_working(event->tier) ? event->tier - TIER_WORKING : event->tier);
}

/* "2012-05-18 09:00 reminder video -1d early" */
static void add_line(struct buf *out, const struct event *event)
{
    char day[11], minute[6];
    buf_printf(out, "%s %s %s", civil_format(event->day, day),
               civil_format_minute(event->minute, minute), event_name(event->kind));
    if (event->item != ITEM_NONE)
        buf_printf(out, " %s", event->plan->items[event->item].id);
    add_tier(out, event);
    if (event->occurrence.phase != ITEM_NONE)
        buf_printf(out, " in:%s", event->plan->items[event->occurrence.phase].id);
    if (event->occurrence.period != DAY_NONE &&
        event->occurrence.period != event->occurrence.due)
        buf_printf(out, " of:%s", civil_format(event->occurrence.period, day));
    static const char *const flags[] = {" retroactive", " early", " gathered", " provisional"};
    for (unsigned i = 0; i < COUNT(flags); i++)
        if (event->flags & 1u << i)
            buf_adds(out, flags[i]);
    buf_adds(out, "\n");
}

static bool run_row(const struct row *row)
{
    const struct plan *plan = compile(row->head, row->items, row->remind);
    struct agenda *agenda = agenda_of(plan);
    struct walk *walk = walk_new(agenda, AGENDA_START);
    struct buf out = {0};
    struct event event;
    int32_t until = row->until ? day_of(row->until) : DAY_OPEN;
    buf_adds(&out, "");
    while (walk_next(walk, &event) && event.day <= until)
        add_line(&out, &event);
    bool same = strcmp(out.bytes, row->events) == 0;
    if (!same)
        print_error("%s:\n%s-- instead of\n%s", row->name, out.bytes, row->events);
    buf_free(&out);
    walk_free(walk);
    agenda_free(agenda);
    return same;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static const struct row rows[] = {
    {"a due on a Sunday: reminders look at the Friday, lateness at the Sunday",
     ISSUED("2012-03-20"),
     QUOTA("video") WHEN(FROM_TO("2012-05-01", "2012-05-31")) DUE(BY("2012-05-20")) END, USUAL,
     NULL,
     "2012-03-20 00:00 plan.start\n"
     "2012-05-01 00:00 quota.open video\n"
     "2012-05-11 09:00 reminder video -7d\n"
     "2012-05-15 09:00 reminder video -3d\n"
     "2012-05-17 09:00 reminder video -1d\n"
     "2012-05-20 24:00 quota.late video\n"
     "2012-05-31 24:00 plan.end\n"},
    {"a due on a make-up Saturday is a due on a working day", ISSUED("2012-03-20"),
     TASK("t") DUE(BY("2012-04-28")) END, BEFORE("\"1d\""), NULL,
     "2012-03-20 00:00 plan.start\n"
     "2012-04-27 09:00 reminder t -1d\n"
     "2012-04-28 24:00 task.due t\n"
     "2012-04-28 24:00 plan.end\n"},
    {"a due in the National Day block looks back over it; tiers that meet are one, the nearest",
     ISSUED("2012-09-03"), TASK("t") DUE(BY("2012-10-07")) END, BEFORE("\"7d\",\"2d\",\"1d\""),
     NULL,
     "2012-09-03 00:00 plan.start\n"
     "2012-09-21 09:00 reminder t -7d\n" /* from Saturday 29 September, worked: Saturday 22 */
     "2012-09-27 09:00 reminder t -2d\n"
     "2012-09-28 09:00 reminder t -1d\n"
     "2012-10-07 24:00 task.due t\n"
     "2012-10-07 24:00 plan.end\n"},
    {"tiers over a weekend meet on Friday", ISSUED("2012-03-01"),
     TASK("t") DUE(BY("2012-03-12")) END, BEFORE("\"3d\",\"2d\",\"1d\""), NULL,
     "2012-03-01 00:00 plan.start\n"
     "2012-03-09 09:00 reminder t -1d\n"
     "2012-03-12 24:00 task.due t\n"
     "2012-03-12 24:00 plan.end\n"},
    {"a tier in working days after a due before a holiday comes behind all of it",
     ISSUED("2012-03-01"), TASK("t") DUE(BY("2012-09-28")) END, "{\"after\":[\"1d\",\"2wd\"]}",
     NULL,
     "2012-03-01 00:00 plan.start\n"
     "2012-09-28 24:00 task.due t\n"
     "2012-09-28 24:00 plan.end\n"
     "2012-09-29 09:00 reminder t +1d\n"
     "2012-10-08 09:00 reminder t +2wd\n"},
    {"顺延 moves due and lateness to the next working day", ISSUED("2012-03-01"),
     QUOTA("q") DUE(BY_AT("2012-05-20", "1020")) FIELD("rest_day", "\"next\"") END,
     BEFORE("\"1d\""), NULL,
     "2012-03-01 00:00 plan.start\n"
     "2012-03-01 00:00 quota.open q\n"
     "2012-05-18 09:00 reminder q -1d\n"
     "2012-05-21 17:00 quota.late q\n"
     "2012-05-21 24:00 plan.end\n"},
    {"a reminder comes before the due minute or not at all", ISSUED("2012-03-20"),
     TASK("a") DUE(BY_AT("2012-03-20", "540")) END "," TASK("b") DUE(BY_AT("2012-03-20", "541"))
         END,
     BEFORE("\"1d\""), NULL,
     "2012-03-20 00:00 plan.start\n"
     "2012-03-20 09:00 task.due a\n"
     "2012-03-20 09:00 reminder b -1d gathered\n"
     "2012-03-20 09:01 task.due b\n"
     "2012-03-20 24:00 plan.end\n"},
    {"of equal tiers the one that names the item wins, wherever it stands",
     ISSUED("2012-03-20"), TASK("t") DUE(BY("2012-04-20")) END,
     BEFORE("\"1d\"") ",{\"about\":[\"t\"],\"before\":[\"1d\"],\"at\":\"15:00\"}", NULL,
     "2012-03-20 00:00 plan.start\n"
     "2012-04-19 15:00 reminder t -1d\n"
     "2012-04-20 24:00 task.due t\n"
     "2012-04-20 24:00 plan.end\n"},
    {"rest days ignored", ISSUED("2012-03-01"),
     TASK("t") DUE(BY("2012-05-20")) FIELD("rest_day", "\"ignore\"") END, BEFORE("\"1d\""),
     NULL,
     "2012-03-01 00:00 plan.start\n"
     "2012-05-19 09:00 reminder t -1d\n"
     "2012-05-20 24:00 task.due t\n"
     "2012-05-20 24:00 plan.end\n"},
    {"a tier crosses the year and a leap day", ISSUED("2011-12-01"),
     TASK("leap") DUE(BY("2012-03-01")) END "," TASK("new-year") DUE(BY("2012-01-04")) END,
     BEFORE("\"7d\",\"1d\""), NULL,
     "2011-12-01 00:00 plan.start\n"
     "2011-12-28 09:00 reminder new-year -7d\n"
     "2011-12-31 09:00 reminder new-year -1d\n" /* a worked Saturday before the block */
     "2012-01-04 24:00 task.due new-year\n"
     "2012-02-23 09:00 reminder leap -7d\n"
     "2012-02-29 09:00 reminder leap -1d\n"
     "2012-03-01 24:00 task.due leap\n"
     "2012-03-01 24:00 plan.end\n"},
    {"after-tiers count from the official due, to the working day on or after",
     ISSUED("2012-03-01"), TASK("t") DUE(BY("2012-05-18")) END, "{\"after\":[\"1d\",\"5d\"]}",
     NULL,
     "2012-03-01 00:00 plan.start\n"
     "2012-05-18 24:00 task.due t\n"
     "2012-05-18 24:00 plan.end\n"
     "2012-05-21 09:00 reminder t +1d\n"
     "2012-05-23 09:00 reminder t +5d\n"},
    {"due before the notice: caught up three working days after, never late",
     ISSUED("2010-03-15"),
     TASK("t") WHEN(FROM_TO("2010-02-21", "2010-02-28")) DUE(BY("2010-02-28")) END
     "," QUOTA("q") DUE(BY("2010-03-01")) END,
     USUAL, NULL,
     "2010-02-21 00:00 plan.start early\n"
     "2010-03-01 00:00 quota.open q retroactive early\n"
     "2010-03-01 24:00 plan.end early\n"
     "2010-03-15 09:00 reminder q -3d retroactive\n"
     "2010-03-15 09:00 reminder t -3d retroactive\n"
     "2010-03-17 09:00 reminder q -1d retroactive\n"
     "2010-03-17 09:00 reminder t -1d retroactive\n"
     "2010-03-18 24:00 task.due t retroactive\n"},
    {"known at receipt; what was due on that day is not retroactive",
     ISSUED("2012-03-15") RECEIVED("2012-03-20"),
     TASK("before") DUE(BY("2012-03-19")) END "," TASK("same") DUE(BY("2012-03-20")) END, "",
     NULL,
     "2012-03-15 00:00 plan.start early\n"
     "2012-03-20 24:00 task.due same\n"
     "2012-03-20 24:00 plan.end\n"
     "2012-03-23 24:00 task.due before retroactive\n"},
    {"tiers past at issue meet on the day of issue; a rest day waits for the next working day",
     ISSUED("2012-03-20"), TASK("t") DUE(BY("2012-03-22")) END, USUAL, NULL,
     "2012-03-20 00:00 plan.start\n"
     "2012-03-20 09:00 reminder t -3d gathered\n"
     "2012-03-21 09:00 reminder t -1d\n"
     "2012-03-22 24:00 task.due t\n"
     "2012-03-22 24:00 plan.end\n"},
    {"the notice above came before the plan was issued",
     RECEIVED("2012-03-05") ISSUED("2012-03-20"), TASK("t") DUE(BY("2012-03-22")) END, "", NULL,
     "2012-03-20 00:00 plan.start\n"
     "2012-03-22 24:00 task.due t\n"
     "2012-03-22 24:00 plan.end\n"},
    {"issued on a Saturday", ISSUED("2012-03-17"),
     TASK("soon") DUE(BY("2012-03-18")) END "," TASK("t") DUE(BY("2012-03-20")) END, USUAL,
     NULL,
     "2012-03-17 00:00 plan.start\n"
     "2012-03-17 09:00 reminder soon -1d gathered\n"
     "2012-03-18 24:00 task.due soon\n"
     "2012-03-19 09:00 reminder t -1d\n"
     "2012-03-20 24:00 task.due t\n"
     "2012-03-20 24:00 plan.end\n"},
    {"phases overlap and nest; what closes comes before what opens, one instant by id",
     ISSUED("2012-06-01"),
     PHASE("b") WHEN(FROM_TO("2012-06-01", "2012-06-10")) END "," PHASE("a")
         WHEN(FROM_TO("2012-06-01", "2012-06-30")) END "," PHASE("a1") IN("a")
             WHEN(FROM_TO("2012-06-11", "2012-06-30")) END "," TASK("t") IN("a1")
                 WHEN("{\"kind\":\"interval\",\"start\":\"2012-06-11\","
                      "\"end\":\"2012-06-30\",\"from\":\"a1\"}")
                     DUE("{\"kind\":\"deadline\",\"end\":\"2012-06-30\",\"from\":\"when\"}") END
     "," QUOTA("q") IN("b") DUE(BY("2012-06-10")) END,
     "", NULL,
     "2012-06-01 00:00 plan.start\n"
     "2012-06-01 00:00 phase.start a\n"
     "2012-06-01 00:00 phase.start b\n"
     "2012-06-01 00:00 quota.open q\n"
     "2012-06-10 24:00 quota.late q\n"
     "2012-06-10 24:00 phase.end b\n"
     "2012-06-11 00:00 phase.start a1\n"
     "2012-06-30 24:00 task.due t\n"
     "2012-06-30 24:00 phase.end a\n"
     "2012-06-30 24:00 phase.end a1\n"
     "2012-06-30 24:00 plan.end\n"},
    {"a phase with only the plan's time is a heading; soft and forbidden items come to nothing",
     ISSUED("2012-06-01") WHEN(FROM_TO("2012-06-01", "2012-06-30")),
     PHASE("heading") WHEN("{\"kind\":\"interval\",\"start\":\"2012-06-01\","
                           "\"end\":\"2012-06-30\",\"from\":\"plan\"}") END "," TASK("soft")
         DUE(SOON) END "," TASK("never") DUE(BY("2012-06-10")) FIELD("binding", "\"never\"") END
     "," TASK("may") DUE(BY("2012-06-12")) FIELD("binding", "\"may\"") END
     "," QUOTA("may-count") DUE(BY("2012-06-12")) FIELD("binding", "\"may\"") END
     "," QUOTA("endless") DUE(SOON) END,
     USUAL, NULL,
     "2012-06-01 00:00 plan.start\n"
     "2012-06-01 00:00 quota.open endless\n"
     "2012-06-01 00:00 quota.open may-count\n"
     "2012-06-12 24:00 task.due may\n"
     "2012-06-30 24:00 plan.end\n"},
    {"once in every phase; nested phases do not count twice, headings not at all",
     ISSUED("2012-03-20"),
     PHASE("heading") WHEN("{\"kind\":\"interval\",\"start\":\"2012-03-20\","
                           "\"end\":\"2012-04-30\",\"from\":\"plan\"}") END "," PHASE("one")
         WHEN(FROM_TO("2012-03-20", "2012-03-22")) END "," PHASE("two")
             WHEN(FROM_TO("2012-03-01", "2012-04-30")) END "," PHASE("inner") IN("two")
                 WHEN(FROM_TO("2012-04-01", "2012-04-30")) END "," QUOTA("info")
                     FIELD("per", "\"phase\"") END,
     "{\"about\":[\"info\"],\"before\":[\"1d\"]}", NULL,
     "2012-03-01 00:00 plan.start early\n"
     "2012-03-01 00:00 phase.start two early\n"
     "2012-03-01 00:00 quota.open info in:two early\n"
     "2012-03-20 00:00 phase.start one\n"
     "2012-03-20 00:00 quota.open info in:one\n"
     "2012-03-21 09:00 reminder info -1d in:one\n"
     "2012-03-22 24:00 quota.late info in:one\n"
     "2012-03-22 24:00 phase.end one\n"
     "2012-04-01 00:00 phase.start inner\n"
     "2012-04-27 09:00 reminder info -1d in:two\n"
     "2012-04-30 24:00 quota.late info in:two\n"
     "2012-04-30 24:00 phase.end inner\n"
     "2012-04-30 24:00 phase.end two\n"
     "2012-04-30 24:00 plan.end\n"},
    {"a yearly award of a standing plan: Saturday and Sunday dues",
     ISSUED("2021-10-12") WHEN(OPEN("2021-10-12")),
     QUOTA("award") PER(RULE_FROM("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", "2021-12-31")) END,
     "{\"about\":[\"award\"],\"before\":[\"30d\"]}", "2024-01-01",
     "2021-10-12 00:00 plan.start\n"
     "2021-10-12 00:00 quota.open award\n"
     "2021-12-01 09:00 reminder award -30d\n"
     "2021-12-31 24:00 quota.late award\n"
     "2022-01-01 00:00 quota.open award\n"
     "2022-11-30 09:00 reminder award -30d\n"
     "2022-12-31 24:00 quota.late award\n"
     "2023-01-01 00:00 quota.open award\n"
     "2023-11-29 09:00 reminder award -30d\n"
     "2023-12-31 24:00 quota.late award\n"
     "2024-01-01 00:00 quota.open award\n"},
    {"windows: the running one counts from the notice on, the last is cut at the item's end",
     ISSUED("2012-06-06"),
     QUOTA("w") WHEN(FROM_TO("2012-06-01", "2012-06-19")) PER(RULE("FREQ=WEEKLY;WINDOW=WEEK"))
         END,
     BEFORE("\"7d\",\"1d\""), NULL,
     "2012-06-01 00:00 plan.start early\n"
     "2012-06-06 00:00 quota.open w of:2012-06-04\n"
     "2012-06-06 09:00 reminder w -7d of:2012-06-04 gathered\n"
     "2012-06-07 09:00 reminder w -1d of:2012-06-04\n"
     "2012-06-10 24:00 quota.late w of:2012-06-04\n"
     "2012-06-11 00:00 quota.open w of:2012-06-11\n"
     "2012-06-14 09:00 reminder w -1d of:2012-06-11\n"
     "2012-06-17 24:00 quota.late w of:2012-06-11\n"
     "2012-06-18 00:00 quota.open w of:2012-06-18\n"
     "2012-06-18 09:00 reminder w -1d of:2012-06-18\n"
     "2012-06-19 24:00 quota.late w of:2012-06-18\n"
     "2012-06-19 24:00 plan.end\n"},
    {"festivals by the lunar calendar, several series; the same day twice is once",
     ISSUED("2022-01-05"),
     TASK("festivals")
         PER(RULE("FREQ=YEARLY;LUNAR=1-1") "," RULE("FREQ=YEARLY;LUNAR=5-5") "," RULE(
             "FREQ=YEARLY;LUNAR=9-9") "," RULE("DATES=2022-06-03")) END,
     "", "2024-01-01",
     "2022-01-05 00:00 plan.start\n"
     "2022-02-01 24:00 task.due festivals\n"
     "2022-06-03 24:00 task.due festivals\n"
     "2022-10-04 24:00 task.due festivals\n"
     "2023-01-22 24:00 task.due festivals\n"
     "2023-06-22 24:00 task.due festivals\n"
     "2023-10-23 24:00 task.due festivals\n"},
    {"a monthly report within a campaign ends with it", ISSUED("2012-05-10"),
     PHASE("a") WHEN(FROM_TO("2012-05-10", "2012-07-31")) END "," QUOTA("m")
         PER(RULE("FREQ=MONTHLY;BYMONTHDAY=5")) END,
     "", NULL,
     "2012-05-10 00:00 plan.start\n"
     "2012-05-10 00:00 phase.start a\n"
     "2012-05-10 00:00 quota.open m\n"
     "2012-06-05 24:00 quota.late m\n"
     "2012-06-06 00:00 quota.open m\n"
     "2012-07-05 24:00 quota.late m\n"
     "2012-07-31 24:00 phase.end a\n"
     "2012-07-31 24:00 plan.end\n"},
    {"a recurrence begins with its first occurrence", ISSUED("2012-04-10"),
     PHASE("a") WHEN(FROM_TO("2012-04-10", "2012-06-30")) END "," QUOTA("q")
         PER(RULE_FROM("FREQ=MONTHLY;BYMONTHDAY=5", "2012-06-05")) END,
     "", NULL,
     "2012-04-10 00:00 plan.start\n"
     "2012-04-10 00:00 phase.start a\n"
     "2012-04-10 00:00 quota.open q\n"
     "2012-06-05 24:00 quota.late q\n"
     "2012-06-30 24:00 phase.end a\n"
     "2012-06-30 24:00 plan.end\n"},
    {"a list of days ends a plan that has no other end", ISSUED("2012-04-10"),
     TASK("t") PER(RULE("DATES=2012-06-25,2012-09-25")) END, "", NULL,
     "2012-04-10 00:00 plan.start\n"
     "2012-06-25 24:00 task.due t\n"
     "2012-09-25 24:00 task.due t\n"
     "2012-09-25 24:00 plan.end\n"},
    {"single years have their own date, or none", ISSUED("2020-01-02"),
     QUOTA("q") DUE(
         "{\"default\":" RULE("FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=30") ",\"years\":{\"2021\":" BY(
             "2021-07-15") ",\"2022\":false}}") END,
     "", "2023-12-31",
     "2020-01-02 00:00 plan.start\n"
     "2020-01-02 00:00 quota.open q\n"
     "2020-06-30 24:00 quota.late q\n"
     "2020-07-01 00:00 quota.open q\n"
     "2021-07-15 24:00 quota.late q\n"
     "2021-07-16 00:00 quota.open q\n"
     "2023-06-30 24:00 quota.late q\n"
     "2023-07-01 00:00 quota.open q\n"},
    {"a yearly review on the first day of its window, once for the plan",
     ISSUED("2021-10-12") WHEN(OPEN("2021-10-12"))
         FIELD("review", RULE("FREQ=YEARLY;BYMONTH=12;WINDOW=MONTH")),
     TASK("t") FIELD("review", "{\"kind\":\"recurring\",\"from\":\"plan\","
                               "\"rule\":\"FREQ=YEARLY;BYMONTH=12;WINDOW=MONTH\"}") END,
     "", "2022-12-31",
     "2021-10-12 00:00 plan.start\n"
     "2021-12-01 09:00 review of:2021-12-01\n"
     "2022-12-01 09:00 review of:2022-12-01\n"},
    {"a rhythm of its own, while the item is open; other people are asked beside it",
     ISSUED("2012-06-01"),
     TASK("t") WHEN(FROM_TO("2012-06-04", "2012-06-20")) DUE(BY("2012-06-20")) END,
     "{\"every\":" RULE("FREQ=WEEKLY;BYDAY=WE") ",\"at\":\"16:30\",\"to\":\"lead\"}," BEFORE(
         "\"1d\"") ",{\"before\":[\"1d\"],\"to\":\"lead\"}",
     NULL,
     "2012-06-01 00:00 plan.start\n"
     "2012-06-06 16:30 reminder t every\n"
     "2012-06-13 16:30 reminder t every\n"
     "2012-06-19 09:00 reminder t -1d\n"
     "2012-06-19 09:00 reminder t -1d\n"
     "2012-06-20 16:30 reminder t every\n"
     "2012-06-20 24:00 task.due t\n"
     "2012-06-20 24:00 plan.end\n"},
    {"a year that is not announced counts weekends only, and says so", ISSUED("2040-03-01"),
     TASK("t") DUE(BY("2040-10-03")) END, BEFORE("\"1d\""), NULL,
     "2040-03-01 00:00 plan.start\n"
     "2040-10-02 09:00 reminder t -1d provisional\n"
     "2040-10-03 24:00 task.due t provisional\n"
     "2040-10-03 24:00 plan.end\n"},
    {"nothing but an issue", ISSUED("2012-03-20"), "", USUAL, NULL,
     "2012-03-20 00:00 plan.start\n"},
};

static void rows_come_out(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        wrong += !run_row(&rows[i]);
    assert_int_equal(wrong, 0);
}

/* ---- whom it concerns ---------------------------------------------------------------------- */

static void add_unit(struct roster *roster, const char *id, const char *kind)
{
    struct roster_row row = {.id = {id, strlen(id)},
                             .name = {id, strlen(id)},
                             .kind = {kind, strlen(kind)},
                             .staff = -1,
                             .from = DAY_NONE,
                             .until = DAY_OPEN,
                             .line = 1};
    assert_int_equal(roster_add(roster, &row), 0);
}

static const struct plan *plan_with_units(void)
{
    static const char text[] =
        "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"P\",\"issuer\":[\"I\"],"
        "\"owner\":\"hospital\"" ISSUED(
            "2012-03-20") "},\"units\":["
                          "{\"id\":\"hospital\",\"name\":\"H\"},{\"id\":\"league\",\"name\":\"L\"},"
                          "{\"id\":\"ward\",\"name\":\"W\",\"many\":true},"
                          "{\"id\":\"branch\",\"name\":\"B\",\"many\":true}],\"items\":[" PHASE(
                              "a") WHEN(FROM_TO("2012-03-20", "2012-03-31")) END
        "," TASK("each") IN("a") DUE(BY("2012-03-31"))
            FIELD("each", "{\"terms\":[{\"id\":\"ward\"},{\"id\":\"branch\"}]}") END
        "," TASK("both") IN("a") DUE(BY("2012-03-31"))
            FIELD("by", "{\"terms\":[{\"id\":\"league\"}]}")
                FIELD("lead", "{\"terms\":[{\"id\":\"hospital\"}]}") END "," TASK("ours")
                    DUE(BY("2012-03-31")) END "," PHASE("empty")
                        WHEN(FROM_TO("2012-03-20", "2012-03-31")) END "]}";
    static const struct value_limits limits = {10000, 64, 1 << 20};
    struct value *sealed = NULL;
    const struct plan *plan = NULL;
    struct err err = {0};
    if (json_parse(arena, text, strlen(text), &limits, &sealed, &err) < 0 ||
        plan_compile(arena, sealed, calendar, &plan, &err) < 0)
        fail_msg("%s", err.message);
    return plan;
}

static void audiences(void **state)
{
    (void)state;
    static const struct {
        const char *item;
        uint32_t count;
    } expected[] = {{"each", 3}, {"both", 2}, {"ours", 1}, {"a", 5}, {"empty", 1}};
    const struct plan *plan = plan_with_units();
    struct findings findings = findings_new(arena, LANG_EN);
    struct roster *roster = NULL;
    struct agenda *agenda = NULL;
    struct err err = {0};
    assert_int_equal(roster_new(plan, &findings, &roster, &err), 0);
    add_unit(roster, "ward-1", "ward");
    add_unit(roster, "ward-2", "ward");
    add_unit(roster, "branch-1", "branch");
    assert_int_equal(roster_seal(roster, &err), 0);
    assert_int_equal(agenda_new(plan, calendar, roster, &agenda, &err), 0);
    struct event event = {.plan = plan, .item = ITEM_NONE};
    assert_int_equal(selector_count(agenda_audience(agenda, &event)), 5);
    for (size_t i = 0; i < COUNT(expected); i++) {
        event.item = plan_find(plan, expected[i].item);
        assert_int_equal(selector_count(agenda_audience(agenda, &event)), expected[i].count);
    }
    agenda_free(agenda);
    roster_free(roster);
    findings_free(&findings);
}

static void unknown_units_are_refused(void **state)
{
    (void)state;
    const struct plan *plan =
        compile(ISSUED("2012-03-20"),
                TASK("t") FIELD("by", "{\"terms\":[{\"id\":\"nobody\"}]}") END, "");
    struct findings findings = findings_new(arena, LANG_EN);
    struct roster *roster = NULL;
    struct agenda *agenda = NULL;
    struct err err = {0};
    assert_int_equal(roster_new(plan, &findings, &roster, &err), 0);
    assert_int_equal(roster_seal(roster, &err), 0);
    assert_true(agenda_new(plan, calendar, roster, &agenda, &err) < 0);
    assert_null(agenda);
    roster_free(roster);
    findings_free(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_out),
        cmocka_unit_test(audiences),
        cmocka_unit_test(unknown_units_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
