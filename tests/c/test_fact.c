/*
 * Facts: which duty a piece counts for, what is refused, and what it does to lateness,
 * reminders and to where a duty stands. A row is a plan over three wards, what is said to it
 * and what is answered.
 */
#include "fact_text.h"
#include "store/counters.h"

#include "store/numbers.h"

/* ---- rows ------------------------------------------------------------------------------ */

#define QUOTA_MONTHLY                                                                          \
    QUOTA("q")                                                                                 \
    WHEN(FROM_TO("2012-04-01", "2012-12-31"))                                                  \
    PER(RULE("FREQ=MONTHLY;BYMONTHDAY=-1;WINDOW=MONTH")) EACH_WARD
#define QUOTA_ONCE                                                                             \
    QUOTA("q") WHEN(FROM_TO("2012-06-01", "2012-06-30")) DUE(BY("2012-06-20")) EACH_WARD
#define FIFTHS                                                                                 \
    QUOTA("q")                                                                                 \
    WHEN(FROM_TO("2012-04-01", "2012-12-31"))                                                  \
    PER(RULE("FREQ=MONTHLY;BYMONTHDAY=5")) FIELD("rest_day", "\"next\"") EACH_WARD
#define TWO_PHASES                                                                             \
    PHASE("one")                                                                               \
    WHEN(FROM_TO("2012-04-01", "2012-07-31"))                                                  \
    END "," PHASE("two") WHEN(FROM_TO("2012-05-01", "2012-06-30")) END "," QUOTA("q")          \
        FIELD("per", "\"phase\"") EACH_WARD END

struct row {
    const char *name, *items;
    struct {
        const char *said, *answer;
    } lines[12];
};

static const struct row rows[] = {
    {"done once",
     QUOTA_ONCE COUNT_OF("2") END,
     {{"? 2012-06-01", "2012-06-20: 0+0+3/3"},
      {"submit q w1", "1/2 2012-06-20"},
      {"submit q w1", "2/2 2012-06-20 met"},
      {"submit q w1", "3/2 2012-06-20 met"},
      {"submit q 病区2 count=2", "2/2 2012-06-20 met"},
      {"? 2012-06-10", "2012-06-20: 2+0+1/3"},
      {"? 2012-06-21", "2012-06-20: 2+0+1/3 late"},
      {"submit q w3 at=2012-06-20T23:59 now=2012-06-25", "1/2 2012-06-20"},
      {"submit q w3 at=2012-06-21T00:01 now=2012-06-25", "2/2 2012-06-20 met late"},
      {"? 2012-06-25", "-"}}},
    {"a task is met by one",
     TASK("q") DUE(BY("2012-06-20")) EACH_WARD END,
     {{"submit q w1", "1/1 2012-06-20 met"}, {"? 2012-06-10", "2012-06-20: 1+0+2/3"}}},
    {"a task that all do together",
     TASK("q") DUE(BY("2012-06-20"))
         FIELD("by", "{\"terms\":[{\"id\":\"w1\"},{\"id\":\"w2\"}]}") END,
     {{"? 2012-06-10", "2012-06-20: 0+0+2/2"},
      {"submit q w3", "-5: w3 (病区3) is not asked for q (q)"},
      {"submit q w2", "1/1 2012-06-20 met"},
      {"? 2012-06-10", "2012-06-20: 2+0+0/2"},
      {"withdraw q w2", "0/1 2012-06-20"},
      {"? 2012-06-10", "2012-06-20: 0+0+2/2"},
      {"excuse q w1 note=leave", "0/1 2012-06-20 excused"},
      {"submit q w2", "1/1 2012-06-20 met"}, /* nobody is excused from what is done */
      {"? 2012-06-10", "2012-06-20: 2+0+0/2"}}},
    {"month by month, without carry-over",
     QUOTA_MONTHLY END,
     {{"submit q w1 count=5 at=2012-05-31", "5/1 2012-05-31 met"},
      {"? 2012-06-01", "2012-04-30: 0+0+3/3 late; 2012-05-31: 1+0+2/3 late; "
                       "2012-06-30: 0+0+3/3"},
      {"submit q w1 at=2012-06-01", "1/1 2012-06-30 met"},
      {"submit q w1 at=2012-06-02", "2/1 2012-06-30 met"}, /* a surplus */
      {"submit q w2 at=2012-06-01", "1/1 2012-06-30 met"},
      {"submit q w2 at=2012-06-01", "1/1 2012-05-31 met late"}, /* makes good what is missing */
      {"submit q w1 at=2012-06-03 period=2012-04-10", "1/1 2012-04-30 met late"},
      {"submit q w1 at=2012-06-03 period=2012-03-10",
       "-5: q (q) has no period with 2012-03-10 in it"},
      {"? 2012-06-30", "2012-04-30: 1+0+2/3 late; 2012-05-31: 2+0+1/3 late; "
                       "2012-06-30: 2+0+1/3"}}},
    {"behind the last month",
     QUOTA_MONTHLY END,
     {{"submit q w1 at=2013-02-01", "1/1 2012-12-31 met late"},
      {"submit q w1 at=2013-02-01", "2/1 2012-12-31 met late"}}},
    {"before the first",
     QUOTA_MONTHLY END,
     {{"submit q w1 at=2012-03-25", "1/1 2012-04-30 met"}}},
    {"by phase: the one that ends first and lacks one, unless it is named",
     TWO_PHASES,
     {{"submit q w1", "1/1 2012-06-30 in:two met"},
      {"submit q w1", "1/1 2012-07-31 in:one met"},
      {"submit q w1", "2/1 2012-06-30 in:two met"},
      {"submit q w2 phase=one", "1/1 2012-07-31 in:one met"},
      {"submit q w2", "1/1 2012-06-30 in:two met"},
      {"submit q w2 phase=on", "-4: phase \"on\" is not in plan p; did you mean \"one\"?"},
      {"submit q w2 phase=q", "-4: phase \"q\" is not in plan p"},
      {"? 2012-06-10", "2012-06-30: 2+0+1/3; 2012-07-31: 2+0+1/3"}}},
    {"not counted by phase",
     PHASE("one") WHEN(FROM_TO("2012-04-01", "2012-07-31")) END "," QUOTA_ONCE END,
     {{"submit q w1 phase=one", "-5: q (q) is not counted by phase one"},
      {"submit one w1", "-5: one (one) is a phase; only tasks and quotas are handed in"}}},
    {"due before the notice: never late, yet more time is asked for by the catch-up day",
     QUOTA("q") DUE(BY("2012-03-01")) EACH_WARD END,
     {{"submit q w1 at=2012-03-23T23:59", "1/1 2012-03-23 met"},
      {"submit q w2 at=2012-03-24", "1/1 2012-03-23 met"},
      {"extend q w3 at=2012-03-24 until=2012-04-20 note=x",
       "-5: the due day of q (q), 2012-03-23, has passed; more time is asked for before"},
      {"? 2012-04-01", "2012-03-23: 2+0+1/3"}}},
    {"without a due nothing is late",
     QUOTA("q") DUE(SOON) EACH_WARD END,
     {{"submit q w1 at=2020-01-01", "1/1 … met"},
      {"extend q w2 until=2020-02-01 note=x", "-5: q (q) has no due day to be moved"},
      {"? 2020-01-01", "…: 1+0+2/3"}}},
    {"an excuse leaves the missing, a piece leaves the excused",
     QUOTA_ONCE END,
     {{"excuse q w1", "-5: excusing a unit needs a reason"},
      {"excuse q w1 note=leave", "0/1 2012-06-20 excused"},
      {"? 2012-06-21", "2012-06-20: 0+1+2/3 late"},
      {"submit q w1", "1/1 2012-06-20 met"},
      {"withdraw q w1", "0/1 2012-06-20 excused"},
      {"withdraw q w1", "0/1 2012-06-20"},
      {"withdraw q w1", "-4: w1 (病区1) has nothing to be withdrawn for q (q)"},
      {"? 2012-06-21", "2012-06-20: 0+0+3/3 late"}}},
    {"withdrawn is what is meant",
     QUOTA_MONTHLY END,
     {{"submit q w1 at=2012-05-10", "1/1 2012-05-31 met"},
      {"submit q w1 at=2012-06-10", "1/1 2012-06-30 met"},
      {"withdraw q w1 period=2012-05-01", "0/1 2012-05-31"},
      {"withdraw q w1 fact=1", "-4: f1 has been withdrawn already"},
      {"withdraw q w1 fact=77", "-4: there is no f77: nothing was recorded under that number"},
      {"withdraw q w1 fact=-7", "-4: there is no f-7: nothing was recorded under that number"},
      {"withdraw q w2 fact=2", "-4: f2 is not of w2 (病区2) for q (q)"},
      {"withdraw q w1 fact=2", "0/1 2012-06-30"}}},
    {"more time, for one unit",
     QUOTA_ONCE END,
     {{"extend q w1 until=2012-06-25", "-5: giving more time needs a reason"},
      {"extend q w1 note=ill", "-5: giving more time needs the new due day"},
      {"extend q w1 until=2012-06-20 note=ill",
       "-5: 2012-06-20 is not behind the due day of q (q), which is 2012-06-20"},
      {"extend q w1 until=2012-06-25 note=ill", "0/1 2012-06-25 given"},
      {"? 2012-06-22", "2012-06-20: 0+0+2/2 late; 2012-06-25 given: 0+0+1/1"},
      {"extend q w1 until=2012-06-24 note=ill",
       "-5: 2012-06-24 is not behind the due day of q (q), which is 2012-06-25"},
      {"submit q w1 at=2012-06-24", "1/1 2012-06-25 given met"},
      {"submit q w2 at=2012-06-24", "1/1 2012-06-20 met late"},
      {"extend q w3 until=2012-06-28 note=late at=2012-06-21T00:00",
       "-5: the due day of q (q), 2012-06-20, has passed; more time is asked for before"},
      {"extend q w3 until=2012-06-28 note=late at=2012-06-20T23:59 now=2012-06-26",
       "0/1 2012-06-28 given"},
      {"? 2012-06-29", "2012-06-28 given: 0+0+1/1 late"}}},
    {"more time taken back",
     QUOTA_ONCE END,
     {{"extend q w1 until=2012-06-25 note=ill", "0/1 2012-06-25 given"},
      {"extend q w1 until=2012-06-28 note=ill", "0/1 2012-06-28 given"},
      {"withdraw q w1", "0/1 2012-06-25 given"},
      {"withdraw q w1", "0/1 2012-06-20"},
      {"? 2012-06-21", "2012-06-20: 0+0+3/3 late"},
      {"submit q w1 at=2012-06-22", "1/1 2012-06-20 met late"}}},
    {"more time in a month is that month's",
     QUOTA_MONTHLY END,
     {{"submit q w1 at=2012-04-10", "1/1 2012-04-30 met"},
      {"extend q w1 until=2012-06-05 note=ill at=2012-05-20", "0/1 2012-06-05 given"},
      {"submit q w1 at=2012-06-02", "1/1 2012-06-05 given met"},
      {"submit q w1 at=2012-06-02", "1/1 2012-06-30 met"},
      {"submit q w2 at=2012-06-02", "1/1 2012-06-30 met"},
      {"extend q w2 until=2012-06-05 note=ill period=2012-05-01 at=2012-05-20",
       "0/1 2012-06-05 given"},
      {"submit q w2 at=2012-06-08", "1/1 2012-06-05 given met late"}}}, /* makes it good */
    {"a key is one fact",
     QUOTA_MONTHLY END,
     {{"submit q w1 key=a at=2012-06-02", "1/1 2012-06-30 met"},
      {"submit q w1 key=a at=2012-06-02 now=2012-06-03", "1/1 2012-06-30 met repeated"},
      {"submit q w1 key=a at=2012-06-04", "1/1 2012-06-30 met repeated"},
      {"submit q w1 key=a count=2", "-5: the key “a” stands for another fact (f1)"},
      {"submit q w2 key=a", "-5: the key “a” stands for another fact (f1)"},
      {"excuse q w1 key=a note=x", "-5: the key “a” stands for another fact (f1)"},
      {"submit q w1 key=b at=2012-06-04", "1/1 2012-05-31 met late"},
      {"extend q w2 until=2012-07-03 note=x key=c", "0/1 2012-07-03 given"},
      {"extend q w2 until=2012-07-03 note=x key=c", "0/1 2012-07-03 given repeated"},
      {"withdraw q w2 key=d", "0/1 2012-06-30"},
      {"withdraw q w2 key=d", "0/1 2012-06-30 repeated"}}},
    {"and what is said beside it is the same",
     QUOTA_ONCE END,
     {{"submit q w1 key=a", "1/1 2012-06-20 met"},
      {"submit q w1 key=a note=x", "-5: the key “a” stands for another fact (f1)"},
      {"submit q w1 key=a chars=5", "-5: the key “a” stands for another fact (f1)"},
      {"submit q w1 key=a minutes=5", "-5: the key “a” stands for another fact (f1)"},
      {"submit q w1 key=a person=w1", "-5: the key “a” stands for another fact (f1)"},
      {"submit q w1 key=a note=", "1/1 2012-06-20 met repeated"},
      {"submit q w3 key=n note=x chars=5 minutes=6 person=w3", "1/1 2012-06-20 met"},
      {"submit q w3 key=n note=x chars=5 minutes=6 person=w3", "1/1 2012-06-20 met repeated"},
      {"submit q w3 key=n note=y chars=5 minutes=6 person=w3",
       "-5: the key “n” stands for another fact (f2)"},
      {"extend q w2 until=2012-07-03 note=x key=c", "0/1 2012-07-03 given"},
      {"extend q w2 until=2012-07-03 note=x approver=z key=c",
       "-5: the key “c” stands for another fact (f3)"}}},
    {"who and what is not there",
     QUOTA("suggestions") EACH_WARD END "," QUOTA("q") EACH_WARD END "," TASK("ban")
         FIELD("binding", "\"never\"") EACH_WARD END,
     {{"submit sugestions w1",
       "-4: item \"sugestions\" is not in plan p; did you mean \"suggestions\"?"},
      {"submit ban w1", "-5: ban (ban) must not be done; nothing counts for it"},
      {"submit q w11", "-4: unit \"w11\" is not in plan p; did you mean \"w1\"?"},
      {"submit q 病区9", "-4: unit \"病区9\" is not in plan p; did you mean \"病区1\"?"},
      {"submit q xxxxxxxxx", "-4: unit \"xxxxxxxxx\" is not in plan p"},
      {"submit q bureau", "-5: bureau (市卫生局) is not asked for q (q)"},
      {"submit q w1 count=0", "-5: 0 is no number of pieces (1 to 1000000000)"},
      {"submit q w1 count=-1", "-5: -1 is no number of pieces (1 to 1000000000)"},
      {"submit q w1 at=2012-06-10T09:01 now=2012-06-10T09:00",
       "-5: 2012-06-10 09:01 has not come yet"},
      {"? 2012-06-10", "…: 0+0+3/3"}}},
};

static int run_row(const struct row *row)
{
    struct kit_plan input = {.head = ISSUED("2012-03-20"), .items = row->items, .wards = 3};
    struct kit kit;
    int wrong = 0;
    kit_open(&kit, &input, NULL);
    for (size_t i = 0; i < COUNT(row->lines) && row->lines[i].said; i++) {
        const char *answer = tell(&kit, row->lines[i].said);
        if (strcmp(answer, row->lines[i].answer) == 0)
            continue;
        print_error("%s: %s\n  %s\n  instead of\n  %s\n", row->name, row->lines[i].said, answer,
                    row->lines[i].answer);
        wrong++;
    }
    kit_close(&kit);
    return wrong;
}

static void facts_count_for_their_duty(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        wrong += run_row(&rows[i]);
    assert_int_equal(wrong, 0);
}

/* The columns in memory are those that the store would give: every standing is the same after
 * renewing, in whatever order facts came. */
static void memory_equals_the_store(void **state)
{
    (void)state;
    for (size_t r = 0; r < COUNT(rows); r++) {
        struct kit_plan input = {
            .head = ISSUED("2012-03-20"), .items = rows[r].items, .wards = 3};
        struct kit kit;
        kit_open(&kit, &input, NULL);
        for (size_t i = 0; i < COUNT(rows[r].lines) && rows[r].lines[i].said; i++) {
            const char *day = "? 2012-06-22";
            tell(&kit, rows[r].lines[i].said);
            const char *before = tell(&kit, day);
            kit_check(&kit, engine_renew(kit.engine, &kit.err));
            const char *after = tell(&kit, day);
            if (strcmp(after, before) != 0)
                fail_msg("%s: %s\n%s\n%s", rows[r].name, rows[r].lines[i].said, before, after);
        }
        kit_close(&kit);
    }
}

/* ---- a campaign ------------------------------------------------------------------------ */

static uint32_t below(uint64_t *seed, uint32_t limit)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 33) % limit);
}

/* Something said at random about three wards and a year, often nonsense. */
static const char *random_line(uint64_t *seed, int32_t *day)
{
    static const char *const kinds[] = {"submit", "submit", "submit",  "submit",
                                        "excuse", "extend", "withdraw"};
    char at[11], other[11];
    *day += (int32_t)below(seed, 9) - 2;
    int32_t behind = *day + (int32_t)below(seed, 40) - 5;
    const char *line =
        arena_printf(arena, "%s q w%u at=%s count=%u until=%s note=x", kinds[below(seed, 7)],
                     1 + below(seed, 3), civil_format(*day, at), 1 + below(seed, 2),
                     civil_format(behind, other));
    if (below(seed, 6) == 0)
        line = arena_printf(arena, "%s period=%s", line, civil_format(behind, other));
    if (below(seed, 6) == 0)
        line = arena_printf(arena, "%s key=k%u", line, below(seed, 30));
    if (below(seed, 8) == 0)
        line = arena_printf(arena, "%s fact=%u", line, 1 + below(seed, 60));
    return line;
}

struct pieces {
    int64_t values[4000]; /* by number of the fact */
    int64_t sum;
};

static bool take_pieces(void *context, const struct store_fact *fact)
{
    struct pieces *pieces = context;
    assert_in_range(fact->number, 1, (int64_t)COUNT(pieces->values) - 1);
    pieces->values[fact->number] = fact->kind == FACT_SUBMITTED ? fact->value : 0;
    pieces->sum += pieces->values[fact->number];
    if (fact->kind == FACT_WITHDRAWN) {
        pieces->sum -= pieces->values[fact->value];
        pieces->values[fact->value] = 0;
    }
    return true;
}

static void add_pieces(void *context, const struct store_count *count)
{
    *(int64_t *)context += count->done;
}

/* Every piece counts once: the duties of all time have together what was handed in. */
static void check_pieces(struct kit *kit)
{
    static struct pieces said;
    struct store_fact_filter all = {0};
    struct store_item item;
    const char *id = "q";
    const struct duty *duties;
    size_t count;
    int64_t sum = 0;
    said.sum = 0;
    kit_check(kit, store_facts(kit->store, &all, take_pieces, &said, &kit->err));
    kit_check(kit, store_items(kit->store, engine_plan_number(kit->engine, 0), &id, 1, &item,
                               &kit->err));
    agenda_duties(engine_agenda(kit->engine, 0), plan_find(kit->plan, id), day_of("2011-01-01"),
                  day_of("2014-12-31"), arena, &duties, &count);
    for (size_t i = 0; i < count; i++)
        if (!duties[i].given)
            kit_check(kit, store_counts(kit->store, item.number, duties[i].occasion.period, 0,
                                        add_pieces, &sum, &kit->err));
    assert_int_equal(sum, said.sum);
}

static void pieces_count_once_whatever_is_said(void **state)
{
    (void)state;
    static const char *const items[] = {QUOTA_MONTHLY COUNT_OF("2") END, QUOTA_ONCE END,
                                        FIFTHS END};
    const char *size = getenv("PLANRUN_TEST_SECONDS");
    int rounds = getenv("PLANRUN_TEST_LONG") ? 100 : size ? 1 + 4 * atoi(size) : 8, said = 0;
    uint64_t seed = 20120610;
    for (int round = 0; round < rounds; round++)
        for (size_t i = 0; i < COUNT(items); i++) {
            struct kit_plan input = {
                .head = ISSUED("2012-03-20"), .items = items[i], .wards = 3};
            struct kit kit;
            int32_t day = day_of("2012-03-25");
            kit_open(&kit, &input, NULL);
            for (int step = 0; step < 120; step++, said++) {
                char today[13] = "? ";
                tell(&kit, random_line(&seed, &day));
                civil_format(day, today + 2);
                const char *before = tell(&kit, today);
                if (step % 10 == 0)
                    kit_check(&kit, engine_renew(kit.engine, &kit.err));
                assert_string_equal(tell(&kit, today), before);
            }
            check_pieces(&kit);
            kit_close(&kit);
        }
    print_message("%d things said\n", said);
}

/* ---- what comes of it ------------------------------------------------------------------ */

static const struct kit_plan once = {
    .head = ISSUED("2012-05-28"),
    .items = QUOTA_ONCE END,
    .remind = BEFORE("\"3d\",\"1d\""),
    .wards = 3,
};

enum { ABOUT_DUES = 1 << EVENT_QUOTA_LATE | 1 << EVENT_REMINDER | 1 << EVENT_TASK_DUE };

/* Ticks to the instant, then something is said. */
static void said_at(struct kit *kit, const char *at, const char *line)
{
    kit_run(kit, at_of(at));
    kit_tick(kit, at_of(at));
    const char *full = arena_printf(arena, "%s at=%s", line, at), *answer = tell(kit, full);
    if (answer[0] == '-')
        fail_msg("%s: %s", full, answer);
}

static void only_the_unmet_are_reminded_and_late(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, &once, NULL);
    said_at(&kit, "2012-06-05", "submit q w1");
    said_at(&kit, "2012-06-18", "excuse q w2 note=x");
    kit_run(&kit, at_of("2012-07-31"));
    assert_string_equal(kit_journal(&kit, ABOUT_DUES), "06-15 09:00 reminder q -3 2\n"
                                                       "06-19 09:00 reminder q -1 1\n"
                                                       "06-21 00:00 quota.late q 1\n");
    kit_close(&kit);
}

static void a_withdrawn_piece_is_reminded_again(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, &once, NULL);
    said_at(&kit, "2012-06-05", "submit q w1");
    said_at(&kit, "2012-06-16", "withdraw q w1");
    kit_run(&kit, at_of("2012-07-31"));
    assert_string_equal(kit_journal(&kit, ABOUT_DUES), "06-15 09:00 reminder q -3 2\n"
                                                       "06-19 09:00 reminder q -1 3\n"
                                                       "06-21 00:00 quota.late q 3\n");
    kit_close(&kit);
}

/* Whoever has more time is reminded by it and late by it; the others are as before. */
static const char extended[] = "06-15 09:00 reminder q -3 3\n"
                               "06-19 09:00 reminder q -1 2\n"
                               "06-21 00:00 quota.late q 2\n"
                               "06-26 09:00 reminder q -3 1\n"
                               "06-28 09:00 reminder q -1 1\n"
                               "06-30 00:00 quota.late q 1\n";

static void more_time_moves_what_comes_for_one(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, &once, NULL);
    said_at(&kit, "2012-06-18", "extend q w1 until=2012-06-29 note=x");
    kit_run(&kit, at_of("2012-07-31"));
    assert_string_equal(kit_journal(&kit, ABOUT_DUES), extended);
    kit_close(&kit);
}

static void more_time_survives_a_restart(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, &once, NULL);
    said_at(&kit, "2012-06-18", "extend q w1 until=2012-06-29 note=x");
    kit_check(&kit, engine_renew(kit.engine, &kit.err));
    kit_run(&kit, at_of("2012-06-27"));
    kit_check(&kit, engine_renew(kit.engine, &kit.err));
    kit_run(&kit, at_of("2012-07-31"));
    assert_string_equal(kit_journal(&kit, ABOUT_DUES), extended);
    kit_close(&kit);
}

/* Given a day after the due: tiers that would have come before are not made up for. */
static void more_time_says_nothing_about_the_past(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, &once, NULL);
    said_at(&kit, "2012-06-19", "extend q w1 until=2012-06-21 note=x");
    kit_check(&kit, engine_renew(kit.engine, &kit.err));
    kit_run(&kit, at_of("2012-07-31"));
    assert_string_equal(kit_journal(&kit, ABOUT_DUES), "06-15 09:00 reminder q -3 3\n"
                                                       "06-19 09:00 reminder q -1 3\n"
                                                       "06-20 09:00 reminder q -1 1\n"
                                                       "06-21 00:00 quota.late q 2\n"
                                                       "06-22 00:00 quota.late q 1\n");
    kit_close(&kit);
}

/* Nor are those of a second time that is given: by then the first has its own events. */
static void more_time_again_says_nothing_about_the_past(void **state)
{
    (void)state;
    struct kit kit;
    struct clock_reading reading = {.wall_ms = at_of("2012-06-28")};
    kit_open(&kit, &once, NULL);
    said_at(&kit, "2012-06-19", "extend q w1 until=2012-06-21 note=x");
    kit_run(&kit, reading.wall_ms);
    kit_check(&kit, engine_tick(kit.engine, reading.wall_ms, &reading, &kit.err));
    assert_string_equal(
        tell(&kit, "extend q w1 until=2012-06-29 note=x at=2012-06-21 now=2012-06-28"),
        "0/1 2012-06-29 given");
    assert_true(engine_next(kit.engine) > reading.wall_ms);
    kit_run(&kit, at_of("2012-07-31"));
    assert_string_equal(kit_journal(&kit, ABOUT_DUES), "06-15 09:00 reminder q -3 3\n"
                                                       "06-19 09:00 reminder q -1 3\n"
                                                       "06-20 09:00 reminder q -1 1\n"
                                                       "06-21 00:00 quota.late q 2\n"
                                                       "06-22 00:00 quota.late q 1\n"
                                                       "06-30 00:00 quota.late q 1\n");
    kit_close(&kit);
}

/* A due that nobody has any more does nothing, whether the process began anew or not. */
static void more_time_that_was_withdrawn_leaves_nothing(void **state)
{
    (void)state;
    for (int restarts = 0; restarts < 2; restarts++) {
        struct kit kit;
        kit_open(&kit, &once, NULL);
        said_at(&kit, "2012-06-05", "extend q w1 until=2012-06-29 note=x");
        said_at(&kit, "2012-06-05", "extend q w2 until=2012-07-06 note=x");
        said_at(&kit, "2012-06-06", "withdraw q w1");
        if (restarts)
            kit_check(&kit, engine_renew(kit.engine, &kit.err));
        kit_run(&kit, at_of("2012-07-31"));
        assert_string_equal(kit_journal(&kit, ABOUT_DUES), "06-15 09:00 reminder q -3 2\n"
                                                           "06-19 09:00 reminder q -1 2\n"
                                                           "06-21 00:00 quota.late q 2\n"
                                                           "07-03 09:00 reminder q -3 1\n"
                                                           "07-05 09:00 reminder q -1 1\n"
                                                           "07-07 00:00 quota.late q 1\n");
        kit_close(&kit);
    }
}

/* What the rule gives everybody, nobody is given less of. */
static void a_later_due_overtakes_more_time(void **state)
{
    (void)state;
    struct kit kit;
    struct kit_plan later = once;
    later.items = QUOTA("q") WHEN(FROM_TO("2012-06-01", "2012-07-31")) DUE(BY("2012-07-10"))
        EACH_WARD END;
    kit_open(&kit, &once, NULL);
    said_at(&kit, "2012-06-05", "extend q w1 until=2012-06-29 note=x");
    said_at(&kit, "2012-06-05", "submit q w2");
    kit_revise(&kit, &later, "q");
    assert_string_equal(tell(&kit, "? 2012-07-01"), "2012-07-10: 1+0+2/3");
    assert_string_equal(tell(&kit, "submit q w1 at=2012-07-01"), "1/1 2012-07-10 met");
    assert_string_equal(tell(&kit, "extend q w3 until=2012-07-12 note=x at=2012-07-01"),
                        "0/1 2012-07-12 given");
    assert_string_equal(tell(&kit, "? 2012-07-02"),
                        "2012-07-10: 2+0+0/2; 2012-07-12 given: 0+0+1/1");
    kit_revise(&kit, &once, "q"); /* and where it is taken back, the extension holds again */
    assert_string_equal(tell(&kit, "? 2012-06-25"), "2012-06-29 given: 1+0+0/1; "
                                                    "2012-07-12 given: 0+0+1/1");
    kit_close(&kit);
}

/* What is met never reopens, by what each owed; taken back, it does. */
static void who_has_met_it_has_met_it_when_more_is_asked(void **state)
{
    (void)state;
    struct kit kit;
    struct kit_plan before = once, after = once, together = once, more = once;
    before.items =
        QUOTA_ONCE FIELD("count", "{\"default\":{\"min\":2},\"units\":{\"w1\":{\"min\":1},"
                                  "\"w3\":{\"min\":5}}}") END;
    after.items = QUOTA_ONCE COUNT_OF("8") END;
    kit_open(&kit, &before, NULL);
    tell(&kit, "submit q w1");
    tell(&kit, "submit q w2 count=3");
    tell(&kit, "submit q w3 count=4");
    kit_check(&kit, engine_keep_met(kit.engine, 0, "q", &kit.err));
    assert_string_equal(tell(&kit, "? 2012-06-10"), "2012-06-20: 2+0+1/3");
    kit_revise(&kit, &after, NULL);
    assert_string_equal(tell(&kit, "? 2012-06-10"), "2012-06-20: 2+0+1/3");
    assert_string_equal(tell(&kit, "submit q w3"), "5/8 2012-06-20");
    assert_string_equal(tell(&kit, "submit q w2"), "4/8 2012-06-20 met");
    assert_string_equal(tell(&kit, "withdraw q w2"), "3/8 2012-06-20 met");
    assert_string_equal(tell(&kit, "withdraw q w2"), "0/8 2012-06-20");
    kit_check(&kit, engine_renew(kit.engine, &kit.err));
    assert_string_equal(tell(&kit, "? 2012-06-10"), "2012-06-20: 1+0+2/3");
    kit_close(&kit);
#define BY_TWO FIELD("by", "{\"terms\":[{\"id\":\"w1\"},{\"id\":\"w2\"}]}")
    together.items = QUOTA("q") DUE(BY("2012-06-20")) BY_TWO COUNT_OF("2") END;
    more.items = QUOTA("q") DUE(BY("2012-06-20")) BY_TWO COUNT_OF("3") END;
    kit_open(&kit, &together, NULL);
    tell(&kit, "submit q w1");
    tell(&kit, "submit q w2");
    kit_check(&kit, engine_keep_met(kit.engine, 0, "q", &kit.err));
    kit_revise(&kit, &more, NULL);
    assert_string_equal(tell(&kit, "? 2012-06-10"), "2012-06-20: 2+0+0/2");
    assert_string_equal(tell(&kit, "withdraw q w2"), "1/3 2012-06-20");
    assert_string_equal(tell(&kit, "? 2012-06-10"), "2012-06-20: 0+0+2/2");
    kit_close(&kit);
}

/* ---- questions ------------------------------------------------------------------------- */

static void the_engine_says_who_is_behind(void **state)
{
    (void)state;
    struct kit kit;
    struct duty duty;
    uint32_t units[3], count;
    bool met;
    kit_open(&kit, &once, NULL);
    tell(&kit, "submit q w2");
    tell(&kit, "excuse q w3 note=x");
    assert_true(agenda_duty_on(engine_agenda(kit.engine, 0), 0, day_of("2012-06-10"), NULL,
                               NULL, &duty));
    kit_check(&kit, engine_behind(kit.engine, 0, &duty, day_of("2012-06-21"), units, 3, &count,
                                  &kit.err));
    assert_int_equal(count, 1);
    assert_string_equal(roster_id(kit.roster, units[0]), "w1");
    kit_check(&kit, engine_behind(kit.engine, 0, &duty, day_of("2012-06-21"), units, 0, &count,
                                  &kit.err));
    assert_int_equal(count, 0);
    static const struct {
        const char *id;
        bool met;
    } asked[] = {{"w1", false}, {"w2", true}, {"w3", true}, {"bureau", true}};
    for (size_t i = 0; i < COUNT(asked); i++) {
        uint32_t unit = roster_find(kit.roster, asked[i].id, strlen(asked[i].id));
        kit_check(&kit, engine_met(kit.engine, 0, &duty, unit, &met, &kit.err));
        assert_int_equal(met, asked[i].met);
    }
    assert_int_equal(engine_met(kit.engine, 1, &duty, 0, &met, &kit.err), ERR_INTERNAL);
    duty.item = 99;
    assert_int_equal(engine_met(kit.engine, 0, &duty, 0, &met, &kit.err), ERR_INTERNAL);
    kit_close(&kit);
}

/* A refused fact leaves the answer and the store as they were. */
static void what_is_refused_leaves_nothing(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, &once, NULL);
    int64_t now_ms;
    struct fact_request request = parse("submit q nobody", &now_ms);
    struct fact_answer answer, untouched;
    memset(&answer, 0x5a, sizeof answer);
    memcpy(&untouched, &answer, sizeof answer);
    assert_int_equal(engine_fact(kit.engine, 0, &request, now_ms, arena, &answer, &kit.err),
                     ERR_NOT_FOUND);
    assert_memory_equal(&answer, &untouched, sizeof answer);
    assert_int_equal(engine_fact(kit.engine, 7, &request, now_ms, arena, &answer, &kit.err),
                     ERR_INTERNAL);
    assert_string_equal(tell(&kit, "? 2012-06-10"), "2012-06-20: 0+0+3/3");
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_count_for_their_duty),
        cmocka_unit_test(memory_equals_the_store),
        cmocka_unit_test(pieces_count_once_whatever_is_said),
        cmocka_unit_test(only_the_unmet_are_reminded_and_late),
        cmocka_unit_test(a_withdrawn_piece_is_reminded_again),
        cmocka_unit_test(more_time_moves_what_comes_for_one),
        cmocka_unit_test(more_time_survives_a_restart),
        cmocka_unit_test(more_time_says_nothing_about_the_past),
        cmocka_unit_test(more_time_again_says_nothing_about_the_past),
        cmocka_unit_test(more_time_that_was_withdrawn_leaves_nothing),
        cmocka_unit_test(a_later_due_overtakes_more_time),
        cmocka_unit_test(who_has_met_it_has_met_it_when_more_is_asked),
        cmocka_unit_test(the_engine_says_who_is_behind),
        cmocka_unit_test(what_is_refused_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
