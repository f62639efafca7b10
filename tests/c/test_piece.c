/*
 * Pieces: which states follow on which, where a piece counts, and what taking back leaves. A row is a
 * plan over a hospital with two departments, two branches and four people; what is said to it and what
 * is answered: the duty, then the piece with its state, why it does not count, and where it counts
 * besides. After every line the counters are the sums of the moves, and memory is what a restart gives.
 */
#include "engine/piece.h"
#include "engine/undo.h"
#include "fact_text.h"
#include "store/counters.h"
#include "store/numbers.h"

#define WHO(role, id)    FIELD(role, "{\"terms\":[{\"id\":\"" id "\"}]}")
#define WHO2(role, a, b) FIELD(role, "{\"terms\":[{\"id\":\"" a "\"},{\"id\":\"" b "\"}]}")
#define BY_JUNE          DUE(BY("2012-06-20"))
#define COUNTS(state)    FIELD("counts", "\"" state "\"")
#define FEEDS(item)      FIELD("feeds", "[\"" item "\"]")
#define SAME(item)       FIELD("same", "[\"" item "\"]")
#define MONTHLY                                                                                \
    WHEN(FROM_TO("2012-04-01", "2012-12-31"))                                                  \
    PER(RULE("FREQ=MONTHLY;BYMONTHDAY=-1;WINDOW=MONTH"))

/* Every branch hands in one, the hospital picks two, the city selects one. */
#define FUNNEL                                                                                 \
    QUOTA("essay")                                                                             \
    BY_JUNE WHO("each", "branch") FEEDS("articles") END "," QUOTA("articles")                  \
        DUE(BY("2012-06-30")) WHO("by", "hospital") COUNTS("recommended") COUNT_OF("2")        \
            FEEDS("chosen") END "," QUOTA("chosen") WHO("by", "bureau") COUNTS("selected") END

struct row {
    const char *name, *items;
    struct {
        const char *said, *answer;
    } lines[24];
};

static const struct row rows[] = {
    {"a funnel counts each level on its own state",
     FUNNEL,
     {{"submit essay b1", "1/1 2012-06-20 met f1 submitted"},
      {"submit essay b2", "1/1 2012-06-20 met f2 submitted"},
      {"recommend - - piece=1", "1/2 2012-06-30 f1 recommended +essay@b1 1/1"},
      {"recommend - - piece=1", "-5: f1 has been recommended for articles (articles) already"},
      {"recommend articles - piece=2", "2/2 2012-06-30 met f2 recommended +essay@b2 1/1"},
      {"select - - piece=1", "1/1 … met f1 selected +essay@b1 1/1 +articles@hospital 2/2"},
      {"select chosen - piece=1", "-5: f1 has been selected for chosen (chosen) already"},
      {"return - - piece=2", "-5: returning a piece needs a reason"},
      {"return - - piece=2 note=again", "0/1 2012-06-20 f2 returned (returned)"},
      {"recommend - - piece=2", "-5: f2 is returned; it is handed in again first (rework)"},
      {"rework - - piece=2 at=2012-06-25", "1/1 2012-06-20 met f2 submitted"},
      {"withdraw - - fact=5", "0/1 … f1 recommended (counts once it is selected) +essay@b1 1/1 "
                              "+articles@hospital 1/2"},
      {"withdraw - - fact=3",
       "0/2 2012-06-30 f1 submitted (counts once it is recommended) +essay@b1 1/1"},
      {"withdraw - - piece=1", "0/1 2012-06-20 f1 withdrawn (withdrawn)"},
      {"recommend - - piece=1", "-5: f1 is withdrawn; nothing can be said of it any more"},
      {"withdraw - - piece=1", "-4: f1 has been withdrawn already"}}},
    {"what is the same, and has no time at all, is no obstacle",
     QUOTA("a") BY_JUNE WHO("each", "department") SAME("b") END "," QUOTA("b")
         WHEN(FROM_TO("2012-04-05", "2012-04-20")) PER(RULE("FREQ=MONTHLY;BYMONTHDAY=-1"))
             WHO("each", "department") END,
     {{"submit a d1", "1/1 2012-06-20 met f1 submitted"}}},
    {"what is selected at once was recommended on the way",
     FUNNEL,
     {{"submit essay b1", "1/1 2012-06-20 met f1 submitted"},
      {"select - - piece=1", "1/1 … met f1 selected +essay@b1 1/1 +articles@hospital 1/2"},
      {"withdraw - - fact=2",
       "0/1 … f1 submitted (counts once it is selected) +essay@b1 1/1"}}},
    {"what counts only from a state on, handed in directly",
     QUOTA("q") BY_JUNE WHO("each", "department") COUNTS("accepted") END "," QUOTA("r")
         BY_JUNE WHO("each", "department") COUNTS("recommended") END,
     {{"submit q d1", "0/1 2012-06-20 f1 submitted (counts once it is accepted)"},
      {"accept - - piece=1 at=2012-06-25", "1/1 2012-06-20 met f1 accepted"},
      {"accept - - piece=1", "-5: f1 has been accepted already"},
      {"submit r d1", "0/1 2012-06-20 f3 submitted (counts once it is recommended)"},
      {"accept - - piece=3", "0/1 2012-06-20 f3 accepted (counts once it is recommended)"},
      {"recommend - - piece=3", "1/1 2012-06-20 met f3 recommended"},
      {"return - - piece=1 note=x", "0/1 2012-06-20 f1 returned (returned)"},
      {"accept - - piece=1", "-5: f1 is returned; it is handed in again first (rework)"},
      {"rework - - piece=1", "0/1 2012-06-20 f1 submitted (counts once it is accepted)"},
      {"? q", "2012-06-20: 0+0+2/2"},
      {"withdraw - - fact=6", /* the return: what it sent back stands again, unless reworked */
       "1/1 2012-06-20 met f1 accepted"}}},
    {"where to must be said, and be possible",
     QUOTA("q") BY_JUNE WHO("each", "department") FIELD("feeds", "[\"a\",\"b\"]") END
     "," QUOTA("a") WHO("by", "hospital") COUNTS("recommended") END "," QUOTA("b")
         WHO("by", "hospital") COUNTS("recommended") END "," QUOTA("c") WHO("by", "hospital")
             COUNTS("recommended") END "," QUOTA("only") WHO("each", "department") END,
     {{"submit q d1", "1/1 2012-06-20 met f1 submitted"},
      {"recommend - - piece=1",
       "-5: f1 can be recommended for several items; say which with --item: a (a), b (b)"},
      {"recommend c - piece=1",
       "-5: f1 cannot be recommended for that item; it can be for: a (a), b (b)"},
      {"recommend b - piece=1", "1/1 … met f1 recommended +q@d1 1/1"},
      {"recommend - - piece=1", "1/1 … met f1 recommended +q@d1 1/1 +b@hospital 1/1"},
      {"recommend - d2 piece=1", "-5: f1 was handed in by d1 (科室1), not by d2"},
      {"accept b - piece=1", "-5: f1 was handed in for q (q), not for b"},
      {"submit only d2", "1/1 … met f4 submitted"},
      {"select - - piece=4", "1/1 … met f4 selected"}, /* a mark: the plan counts none */
      {"select - - piece=4", "-5: f4 has been selected for only (only) already"},
      {"select a - piece=4", "-5: f4 cannot be selected for that item"},
      {"accept - - piece=5", "-4: f5 is nothing that was handed in (planrun log shows the "
                             "pieces)"},
      {"accept - - piece=99", "-4: there is no f99: nothing was recorded under that number"},
      {"accept - -", "-5: which piece? Name it, such as f17"},
      {"rework - - piece=1", "-5: f1 is recommended; only what was returned is handed in "
                             "again"}}},
    {"one piece counts for all that is the same, on the nearest unit that is asked",
     QUOTA("q") BY_JUNE WHO("each", "department") END "," QUOTA("a") WHO("each", "branch")
         SAME("q") END "," QUOTA("b") WHO("by", "hospital") SAME("a") COUNT_OF("2") END
     "," QUOTA("c") WHO("each", "person") SAME("b") END,
     {{"submit q d1 person=p1",
       "1/1 2012-06-20 met f1 submitted +a@b1 1/1 +b@hospital 1/2 +c@p1 1/1"},
      {"submit q d1 person=p2 note=x",
       "2/1 2012-06-20 met f5 submitted +a@b2 1/1 +b@hospital 2/2 +c@p2 1/1"},
      {"submit q d2", "1/1 2012-06-20 met f9 submitted +a@b2 2/1 +b@hospital 3/2"},
      {"submit c p3", "1/1 … met f12 submitted +q@d2 2/1 +a@b1 2/1 +b@hospital 4/2"},
      {"withdraw q d2", "1/1 2012-06-20 met f9 withdrawn (withdrawn)"},
      {"withdraw - - fact=2", "-5: f2 only follows from f1: take that back"},
      {"return - - piece=1 note=x", "1/1 2012-06-20 met f1 returned (returned)"},
      {"rework - - piece=1",
       "2/1 2012-06-20 met f1 submitted +a@b1 2/1 +b@hospital 3/2 +c@p1 1/1"}}},
    {"a nested quota counts a part of its pieces",
     QUOTA("all") BY_JUNE WHO("each", "department") COUNT_OF("3") END "," QUOTA("young")
         BY_JUNE IN("all") WHO("each", "department") END "," QUOTA("best") BY_JUNE IN("all")
             WHO("each", "department") COUNTS("recommended") END,
     {{"submit all d1", "1/3 2012-06-20 f1 submitted"},
      {"submit young d1 count=2", "2/1 2012-06-20 met f2 submitted +all@d1 3/3"},
      {"recommend - - piece=2", "2/1 2012-06-20 met f2 recommended +young@d1 2/1 +all@d1 3/3"},
      {"recommend - - piece=1", "3/1 2012-06-20 met f1 recommended +all@d1 3/3"},
      {"return - - piece=2 note=x", "0/1 2012-06-20 f2 returned (returned)"}}},
    {"what is measured and not as asked does not count, until a person accepts it",
     QUOTA("q") BY_JUNE WHO("each", "person")
         FIELD("where", "{\"chars\":{\"min\":1500,\"phrase\":\"不少于1500字\"},"
                        "\"minutes\":{\"min\":3,\"max\":5}}") SAME("r") END "," QUOTA("r")
             WHO("each", "department") END,
     {{"submit q p1", "1/1 2012-06-20 met f1 submitted +r@d1 1/1"},
      {"submit q p2 chars=900", "0/1 2012-06-20 f3 submitted (900 characters, 不少于1500字 "
                                "asked)"},
      {"submit q p3 chars=1500 minutes=6",
       "0/1 2012-06-20 f4 submitted (6 minutes, at least 3 asked)"},
      {"submit q p4 chars=1500 minutes=5", "1/1 2012-06-20 met f5 submitted +r@d2 1/1"},
      {"recommend - - piece=3", "-5: f3 does not count (900 characters, 不少于1500字 asked): "
                                "accept it first, with a reason"},
      {"accept - - piece=3",
       "-5: f3 does not count (900 characters, 不少于1500字 asked): accepting it needs a reason"},
      {"accept - - piece=3 note=fine at=2012-06-25",
       "1/1 2012-06-20 met f3 accepted +r@d1 2/1"},
      {"return - - piece=4 note=x", "0/1 2012-06-20 f4 returned (returned)"},
      {"rework - - piece=4 minutes=4", "1/1 2012-06-20 met f4 submitted +r@d2 2/1"},
      {"submit q p4 chars=-7", "-5: -7 characters cannot be"}}},
    {"a person alone counts once in every tree",
     QUOTA("q") BY_JUNE WHO2("each", "department", "branch") END "," QUOTA("r")
         WHO("each", "branch") END,
     {{"submit q - person=p1", "1/1 2012-06-20 met f1 submitted +q@b1 1/1"},
      {"submit q d1 person=p1", "2/1 2012-06-20 met f3 submitted"},
      {"submit q b1 person=人员1", "2/1 2012-06-20 met f4 submitted"},
      {"submit r - person=p1", "1/1 … met f5 submitted"},
      {"submit q - person=p9", "-4: unit \"p9\" is not in plan p"},
      {"submit q - person=hospital",
       "-5: hospital (医院) belongs to nobody who is asked for q (q)"},
      {"withdraw - - piece=1", "1/1 2012-06-20 met f1 withdrawn (withdrawn)"}}},
    {"the first time stays a piece's",
     QUOTA("q") MONTHLY WHO("each", "department") END "," QUOTA("r")
         MONTHLY WHO("by", "hospital") SAME("q") END "," QUOTA("s")
             MONTHLY WHO("by", "hospital") COUNTS("recommended") END,
     {{"submit q d1 at=2012-05-10", "1/1 2012-05-31 met f1 submitted +r@hospital 1/1"},
      {"return - - piece=1 note=x at=2012-06-02", "0/1 2012-05-31 f1 returned (returned)"},
      {"submit q d1 at=2012-05-20 now=2012-06-02",
       "1/1 2012-05-31 met f5 submitted +r@hospital 1/1"},
      {"rework - - piece=1 at=2012-06-10", "2/1 2012-05-31 met f1 submitted +r@hospital 2/1"},
      {"withdraw - - fact=7", "1/1 2012-05-31 met f1 returned (returned)"},
      {"withdraw - - fact=3", "2/1 2012-05-31 met f1 submitted +r@hospital 2/1"}}},
    {"a key is one fact, also of a piece",
     FUNNEL,
     {{"submit essay b1 key=a", "1/1 2012-06-20 met f1 submitted"},
      {"submit essay b1 key=a", "1/1 2012-06-20 met repeated f1 submitted"},
      {"recommend - - piece=1 key=b", "1/2 2012-06-30 f1 recommended +essay@b1 1/1"},
      {"recommend - - piece=1 key=b", "1/2 2012-06-30 repeated f1 recommended +essay@b1 1/1"},
      {"recommend chosen - piece=1 key=b", "-5: the key “b” stands for another fact (f2)"},
      {"select - - piece=1 key=b", "-5: the key “b” stands for another fact (f2)"},
      {"return - - piece=1 note=x key=c", "0/1 2012-06-20 f1 returned (returned)"},
      {"return - - piece=1 note=x key=c", "0/1 2012-06-20 repeated f1 returned (returned)"},
      {"submit essay b2 key=c", "-5: the key “c” stands for another fact (f3)"},
      {"withdraw - - fact=3 key=d", "1/1 2012-06-20 met f1 recommended +articles@hospital 1/2"},
      {"withdraw - - fact=3 key=d",
       "1/1 2012-06-20 met repeated f1 recommended +articles@hospital 1/2"},
      {"submit essay b1 key=a",
       "1/1 2012-06-20 met repeated f1 recommended +articles@hospital 1/2"}}},
    {"the last thing said is taken back, then the one before",
     FUNNEL,
     {{"undo", "-4: there is nothing to be taken back"},
      {"submit essay b1", "1/1 2012-06-20 met f1 submitted"},
      {"recommend - - piece=1", "1/2 2012-06-30 f1 recommended +essay@b1 1/1"},
      {"select - - piece=1", "1/1 … met f1 selected +essay@b1 1/1 +articles@hospital 1/2"},
      {"excuse essay b2 note=ill", "0/1 2012-06-20 excused"},
      {"extend essay b1 until=2012-06-25 note=x", "1/1 2012-06-25 given met"},
      {"undo", "f6 takes back f5 essay@b1"},
      {"undo key=u", "f7 takes back f4 essay@b2"},
      {"undo key=u", "f7 takes back f4 essay@b2 repeated"},
      {"undo", "f8 takes back f3 chosen@bureau"},
      {"submit essay b2 key=k", "1/1 2012-06-20 met f9 submitted"},
      {"undo key=k", "-5: the key “k” stands for another fact (f9)"},
      {"undo", "f10 takes back f9 essay@b2"},
      {"undo", "f11 takes back f2 articles@hospital"},
      {"? articles", "2012-06-30: 0+0+1/1"},
      {"undo", "f12 takes back f1 essay@b1"},
      {"? essay", "2012-06-20: 0+0+2/2"},
      {"undo", "-4: there is nothing to be taken back"}}},
};

/* ---- the world ------------------------------------------------------------------------- */

static void add_row(struct kit *kit, const char *kind, const char *id, const char *name,
                    const char *parent, const char *groups)
{
    static uint32_t line;
    struct roster_row row = {.staff = -1, .from = DAY_NONE, .until = DAY_OPEN, .line = ++line};
    row.id = (struct slice){id, strlen(id)};
    row.name = (struct slice){name, strlen(name)};
    row.kind = (struct slice){kind, strlen(kind)};
    row.parent = (struct slice){parent, strlen(parent)};
    row.groups = (struct slice){groups, strlen(groups)};
    assert_int_equal(roster_add(kit->roster, &row), 0);
}

static void make_roster(struct kit *kit)
{
    kit->findings = findings_new(arena, LANG_EN);
    kit_check(kit, roster_new(kit->plan, &kit->findings, &kit->roster, &kit->err));
    roster_begin_file(kit->roster, "people.csv", strdup(""), 0);
    add_row(kit, "department", "d1", "科室1", "", "");
    add_row(kit, "person", "p1", "人员1", "d1", "b1");
    add_row(kit, "person", "p2", "人员2", "d1", "b2");
    add_row(kit, "department", "d2", "科室2", "", "b2");
    add_row(kit, "person", "p3", "人员3", "d2", "b1");
    add_row(kit, "person", "p4", "人员4", "d2", "");
    add_row(kit, "branch", "b1", "支部1", "", "");
    add_row(kit, "branch", "b2", "支部2", "", "");
    kit_check(kit, roster_seal(kit->roster, &kit->err));
}

static void open_world(struct kit *kit, const char *items)
{
    static const struct value_limits limits = {1000000, 64, 1 << 20};
    struct value *sealed = NULL;
    uint32_t number;
    char *text = arena_printf(
        arena,
        "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"P\",\"issuer\":[\"I\"],"
        "\"owner\":\"hospital\"" ISSUED(
            "2012-03-20") "},\"items\":[%s],\"reminders\":[],"
                          "\"handlers\":[],\"units\":[{\"id\":\"bureau\",\"name\":\"市局\"},"
                          "{\"id\":\"hospital\",\"name\":\"医院\",\"parent\":\"bureau\"},"
                          "{\"id\":\"department\",\"name\":\"各科室\",\"parent\":\"hospital\",\"many\":true},"
                          "{\"id\":\"person\",\"name\":\"职工\",\"parent\":\"hospital\",\"many\":true}],"
                          "\"groups\":[{\"id\":\"branch\",\"name\":\"各支部\",\"parent\":\"hospital\","
                          "\"many\":true}]}",
        items);
    *kit = (struct kit){0};
    if (json_parse(arena, text, strlen(text), &limits, &sealed, &kit->err) < 0 ||
        plan_compile(arena, sealed, calendar, &kit->plan, &kit->err) < 0)
        fail_msg("%s", kit->err.message);
    kit_check(kit, store_open(NULL, STORE_WRITE, &kit->store, &kit->err));
    make_roster(kit);
    struct store_revision revision = {.plan = "p",
                                      .hash = arena_printf(arena, "%064d", 1),
                                      .text = text,
                                      .length = strlen(text),
                                      .path = "p.lua"};
    kit_check(kit, store_take_revision(kit->store, &revision, NULL, 0, &number, &kit->err));
    kit_engine(kit);
}

/* ---- what is answered ------------------------------------------------------------------ */

static void add_piece(struct buf *out, struct kit *kit, const struct fact_answer *answer,
                      const char *item)
{
    if (!answer->piece)
        return;
    struct piece piece;
    kit_check(kit,
              engine_piece(kit->engine, 0, answer->piece, LANG_EN, arena, &piece, &kit->err));
    assert_int_equal(piece.state, answer->state);
    buf_printf(out, " f%lld %s", (long long)answer->piece, piece_state_name(answer->state));
    piece.why = answer->why;
    if (answer->why != PIECE_COUNTS)
        buf_adds(out, " (");
    piece_add_why(out, &piece, &kit->plan->items[plan_find(kit->plan, item)], LANG_EN);
    buf_adds(out, answer->why != PIECE_COUNTS ? ")" : "");
    for (size_t i = 0; i < answer->credit_count; i++) {
        const struct fact_credit *credit = &answer->credits[i];
        buf_printf(out, " +%s@%s %lld/%u", kit->plan->items[credit->item].id,
                   roster_id(kit->roster, credit->unit), (long long)credit->done, credit->need);
    }
}

static const char *stand_of(struct kit *kit, const char *item, const char *day)
{
    const struct standing *list;
    struct buf out = {0};
    size_t count;
    char due[11];
    kit_check(kit, engine_standing(kit->engine, 0, plan_find(kit->plan, item), day_of(day),
                                   arena, &list, &count, &kit->err));
    buf_adds(&out, "");
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "%s%s: %u+%u+%u/%u", i ? "; " : "",
                   list[i].duty.official == DAY_NONE ? "…"
                                                     : civil_format(list[i].duty.official, due),
                   list[i].met, list[i].excused, list[i].missing, list[i].asked);
    const char *text = arena_string(arena, out.bytes ? out.bytes : "");
    buf_free(&out);
    return text;
}

/* "undo [key=…]": "f7 takes back f5 articles@hospital" */
static const char *undo_to(struct kit *kit, const char *line)
{
    struct undone undone;
    struct err err = {0};
    struct fact_request request = {.actor = "clerk", .at_ms = at_of("2012-06-10")};
    if (strncmp(line + 4, " key=", 5) == 0)
        request.key = line + 9;
    if (engine_undo(kit->engine, 0, &request, request.at_ms, arena, &undone, &err) < 0)
        return arena_printf(arena, "%d: %s", err.code, err.message);
    return arena_printf(arena, "f%lld takes back f%lld %s@%s%s", (long long)undone.number,
                        (long long)undone.fact.number, kit->plan->items[undone.item].id,
                        roster_id(kit->roster, undone.unit),
                        undone.outcome == FACT_REPEATED ? " repeated" : "");
}

static const char *answer_to(struct kit *kit, const char *line)
{
    struct buf out = {0};
    struct fact_answer answer;
    struct err err = {0};
    int64_t now_ms;
    if (line[0] == '?')
        return stand_of(kit, line + 2, "2012-06-10");
    if (strncmp(line, "undo", 4) == 0)
        return undo_to(kit, line);
    struct fact_request request = parse(line, &now_ms);
    if (engine_fact(kit->engine, 0, &request, now_ms, arena, &answer, &err) < 0) {
        buf_printf(&out, "%d: %s", err.code, err.message);
    } else {
        add_answer(&out, kit, &answer);
        add_piece(&out, kit, &answer, kit->plan->items[answer.duty.item].id);
    }
    const char *text = arena_string(arena, out.bytes);
    buf_free(&out);
    return text;
}

/* ---- what always holds ----------------------------------------------------------------- */

struct sum {
    uint32_t item, unit, phase;
    int32_t period;
    int64_t moves, in_time;
};

struct sums {
    struct sum list[400];
    size_t count;
};

static bool take_moves(void *context, const struct store_fact *fact)
{
    struct sums *sums = context;
    size_t at = 0;
    while (at < sums->count &&
           (sums->list[at].item != fact->item || sums->list[at].unit != fact->unit ||
            sums->list[at].phase != fact->phase || sums->list[at].period != fact->period))
        at++;
    if (at == sums->count) {
        assert_true(at < COUNT(sums->list));
        sums->list[sums->count++] =
            (struct sum){fact->item, fact->unit, fact->phase, fact->period, 0, 0};
    }
    sums->list[at].moves += fact->moves;
    sums->list[at].in_time += fact->in_time ? fact->moves : 0;
    return true;
}

/* Counters are the sums of moves, none is below 0, and memory is what a restart gives. */
static void check_sums(struct kit *kit, const char *said)
{
    static struct sums sums;
    struct store_fact_filter all = {0};
    sums.count = 0;
    kit_check(kit, store_facts(kit->store, &all, take_moves, &sums, &kit->err));
    for (size_t i = 0; i < sums.count; i++) {
        struct store_count count;
        const struct sum *sum = &sums.list[i];
        kit_check(kit, store_count(kit->store, sum->item, sum->period, sum->phase, sum->unit,
                                   &count, &kit->err));
        if (sum->moves < 0 || count.done != sum->moves || count.in_time != sum->in_time)
            fail_msg("%s: %lld of %lld moved, %lld of %lld in time", said,
                     (long long)count.done, (long long)sum->moves, (long long)count.in_time,
                     (long long)sum->in_time);
    }
}

static const char *all_standings(struct kit *kit)
{
    const char *text = "";
    for (uint32_t i = 0; i < kit->plan->item_count; i++)
        text = arena_printf(arena, "%s%s: %s\n", text, kit->plan->items[i].id,
                            stand_of(kit, kit->plan->items[i].id, "2012-06-22"));
    return text;
}

static void check_memory(struct kit *kit, const char *said)
{
    const char *before = all_standings(kit);
    kit_check(kit, engine_renew(kit->engine, &kit->err));
    const char *after = all_standings(kit);
    if (strcmp(before, after) != 0)
        fail_msg("%s:\n%s\n%s", said, before, after);
}

static int run_row(const struct row *row)
{
    struct kit kit;
    int wrong = 0;
    open_world(&kit, row->items);
    for (size_t i = 0; i < COUNT(row->lines) && row->lines[i].said; i++) {
        const char *answer = answer_to(&kit, row->lines[i].said);
        check_sums(&kit, row->lines[i].said);
        check_memory(&kit, row->lines[i].said);
        if (strcmp(answer, row->lines[i].answer) == 0)
            continue;
        print_error("%s: %s\n  %s\n  instead of\n  %s\n", row->name, row->lines[i].said, answer,
                    row->lines[i].answer);
        wrong++;
    }
    kit_close(&kit);
    return wrong;
}

static void pieces_count_where_they_should(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        wrong += run_row(&rows[i]);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pieces_count_where_they_should, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
