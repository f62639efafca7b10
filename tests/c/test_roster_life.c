/* The life of a roster: each event as it should be and as it must not be, the roster of a day, who came
 * from outside, who is on leave, who is asked by heads. */
#include "plan/roster_life.h"

#include "plan/progress.h"
#include "roster_kit.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char roster_text[] = "id,name,kind,parent,groups,tags,staff,from,until\n"
                                  "surgery,外科,department,hospital,,,,,\n"
                                  "inner,内科,department,hospital,,,,,\n"
                                  "lab,检验科,department,hospital,,,30,,\n"
                                  "b1,第一支部,branch,hospital,,,,,\n"
                                  "b2,第二支部,branch,hospital,,,,,\n"
                                  "n1,外科护士01,person,surgery,b1;member,senior,,,\n"
                                  "n2,外科护士02,person,surgery,b1,,,2012-06-10,\n"
                                  "n3,内科护士01,person,inner,b2,,,,\n"
                                  "n4,内科护士02,person,inner,,,,,2012-06-14\n";

static int32_t day_of(const char *text)
{
    return text ? civil_parse(text, strlen(text)) : DAY_OPEN;
}

static struct slice slice_of(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

/* A change as a row of a table has it; NULL = not said. */
struct row {
    enum roster_event event;
    const char *day, *unit, *until, *into, *name, *kind, *parent, *groups, *tags;
    int32_t staff; /* 0 = not said */
};

static struct roster_change change_of(const struct row *row)
{
    return (struct roster_change){
        .event = row->event,
        .day = day_of(row->day),
        .until = day_of(row->until),
        .unit = slice_of(row->unit),
        .into = slice_of(row->into),
        .name = slice_of(row->name),
        .kind = slice_of(row->kind),
        .parent = slice_of(row->parent),
        .groups = slice_of(row->groups),
        .tags = slice_of(row->tags),
        .staff = row->staff ? row->staff : -1,
    };
}

/* A roster of a day over a notice of 2012-06-01; the plan lives as long as the kit. */
static void open_on(struct kit *kit, struct plan *plan, const char *day)
{
    assert_int_equal(kit_open(kit, kit_units, LANG_EN), 0);
    roster_free(kit->roster);
    *plan = *kit->plan;
    plan->issued = day_of("2012-06-01");
    assert_int_equal(roster_new(plan, &kit->findings, &kit->roster, &kit->err), 0);
    assert_int_equal(kit_load(kit, roster_text, strlen(roster_text)), 0);
    roster_set_day(kit->roster, day_of(day));
}

static void apply(struct kit *kit, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct roster_change change = change_of(&rows[i]);
        if (roster_change(kit->roster, &change, &kit->err) < 0)
            fail_msg("change %zu: %s", i, kit->err.message);
    }
    assert_int_equal(roster_seal(kit->roster, &kit->err), 0);
}

static uint32_t unit_of(const struct kit *kit, const char *id)
{
    uint32_t unit = roster_find(kit->roster, id, strlen(id));
    if (unit == UNIT_NONE)
        fail_msg("no unit %s", id);
    return unit;
}

/* "name @parent [groups] #tags from..until" of a unit. */
static const char *text_of(struct kit *kit, const char *id)
{
    uint32_t unit = unit_of(kit, id), parent = roster_parent(kit->roster, unit);
    char first[11] = "", last[11] = "";
    int32_t from, until;
    roster_membership(kit->roster, unit, &from, &until);
    if (from != DAY_NONE)
        civil_format(from, first);
    if (until != DAY_OPEN)
        civil_format(until, last);
    return arena_printf(kit->arena, "%s @%s [%s] #%s %s..%s", roster_name(kit->roster, unit),
                        parent == UNIT_NONE ? "" : roster_id(kit->roster, parent),
                        roster_groups(kit->roster, unit, kit->arena),
                        roster_tags(kit->roster, unit, kit->arena), first, last);
}

/* ---- events ---------------------------------------------------------------------------- */

static const struct row live[] = {
    {ROSTER_OPEN, "2012-06-02", .unit = "icu", .name = "重症科", .kind = "department"},
    {ROSTER_JOIN, "2012-06-03", .unit = "n5", .name = "新护士01", .parent = "icu",
     .groups = "b2", .tags = "new;senior"},
    {ROSTER_TRANSFER, "2012-06-10", .unit = "n1", .parent = "icu", .groups = "b2"},
    {ROSTER_ABSENT, "2012-06-10", .unit = "n3", .until = "2012-06-20"},
    {ROSTER_LEAVE, "2012-06-12", .unit = "n2"},
    {ROSTER_CHANGE, "2012-06-13", .unit = "inner", .name = "心内科", .tags = "big"},
    {ROSTER_MERGE, "2012-06-16", .unit = "b1", .into = "b2"},
    {ROSTER_MERGE, "2012-06-18", .unit = "surgery", .into = "inner"},
    {ROSTER_JOIN, "2012-06-20", .unit = "n2", .name = "外科护士02", .parent = "lab",
     .groups = ""},
};

static const struct {
    const char *day, *unit, *text;
} states[] = {
    {NULL, "icu", "重症科 @hospital [] # 2012-06-02.."},
    {"2012-06-01", "n5", "新护士01 @icu [b2] #senior;new 2012-06-03.."},
    {"2012-06-09", "n1", "外科护士01 @surgery [b1;member] #senior .."},
    {"2012-06-10", "n1", "外科护士01 @icu [b2] #senior .."},
    {"2012-06-09", "n2", "外科护士02 @surgery [b1] # 2012-06-10..2012-06-11"},
    {"2012-06-16", "n2", "外科护士02 @surgery [b2] # 2012-06-10..2012-06-11"},
    {"2012-06-18", "n2", "外科护士02 @inner [b2] # 2012-06-10..2012-06-11"},
    {NULL, "n2", "外科护士02 @lab [] # 2012-06-20.."},
    {"2012-06-12", "inner", "内科 @hospital [] # .."},
    {"2012-06-13", "inner", "心内科 @hospital [] #big .."},
    {"2012-06-01", "surgery", "外科 @hospital [] # ..2012-06-17"},
    {"2012-06-01", "b1", "第一支部 @hospital [] # ..2012-06-15"},
};

static void a_roster_is_of_a_day(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(states); i++) {
        struct kit kit;
        struct plan plan;
        open_on(&kit, &plan, states[i].day);
        apply(&kit, live, COUNT(live));
        const char *text = text_of(&kit, states[i].unit);
        if (strcmp(text, states[i].text) != 0)
            fail_msg("%s on %s: %s", states[i].unit, states[i].day, text);
        kit_close(&kit);
    }
}

/* It holds on another day exactly when all texts are the same there. */
static void a_roster_knows_how_long_it_holds(void **state)
{
    (void)state;
    enum { DAYS = 24 };
    const char *texts[DAYS];
    struct kit kits[DAYS];
    struct plan plans[DAYS];
    for (int d = 0; d < DAYS; d++) {
        char day[11];
        open_on(&kits[d], &plans[d], civil_format(day_of("2012-06-01") + d, day));
        apply(&kits[d], live, COUNT(live));
        texts[d] = "";
        for (uint32_t unit = 0; unit < roster_count(kits[d].roster); unit++)
            texts[d] = arena_printf(kits[d].arena, "%s%s\n", texts[d],
                                    text_of(&kits[d], roster_id(kits[d].roster, unit)));
    }
    for (int d = 0; d < DAYS; d++)
        for (int k = 0; k < DAYS; k++)
            assert_int_equal(roster_holds(kits[d].roster, day_of("2012-06-01") + k),
                             strcmp(texts[d], texts[k]) == 0);
    for (int d = 0; d < DAYS; d++)
        kit_close(&kits[d]);
}

/* `before` is said first, if it names a unit; then `row` must be refused with that text in it. */
static const struct {
    const char *text;
    struct row before, row;
} refused[] = {
    {"joins on 2012-06-10 only", {0}, {ROSTER_LEAVE, "2012-06-08", .unit = "n2"}},
    {"joins on 2012-06-10 only", {0}, {ROSTER_LEAVE, "2012-06-10", .unit = "n2"}},
    {"has left since 2012-06-15", {0}, {ROSTER_LEAVE, "2012-06-16", .unit = "n4"}},
    {"has left since 2012-06-15", {0}, {ROSTER_LEAVE, "2012-06-15", .unit = "n4"}},
    {"has left since 2012-06-10",
     {ROSTER_LEAVE, "2012-06-10", .unit = "n1"},
     {ROSTER_TRANSFER, "2012-06-12", .unit = "n1", .parent = "inner"}},
    {"\"nobody\" is not in the roster", {0}, {ROSTER_LEAVE, "2012-06-10", .unit = "nobody"}},
    {"is in the roster already", {0}, {ROSTER_JOIN, "2012-06-10", .unit = "n1", .name = "x"}},
    {"is in the roster already", {0}, {ROSTER_JOIN, "2012-06-12", .unit = "n4", .name = "x"}},
    {"is no id", {0}, {ROSTER_JOIN, "2012-06-10", .unit = "N7", .name = "x"}},
    {"name of a class", {0}, {ROSTER_JOIN, "2012-06-10", .unit = "ward", .name = "x"}},
    {"needs its name", {0}, {ROSTER_JOIN, "2012-06-10", .unit = "n7"}},
    {"name is missing", {0}, {ROSTER_JOIN, "2012-06-10", .unit = "n7", .name = ""}},
    {"control characters", {0}, {ROSTER_JOIN, "2012-06-10", .unit = "n7", .name = "a\nb"}},
    {"needs its kind", {0}, {ROSTER_OPEN, "2012-06-10", .unit = "icu", .name = "x"}},
    {"unknown kind",
     {0},
     {ROSTER_OPEN, "2012-06-10", .unit = "icu", .name = "x", .kind = "planet"}},
    {"\"nowhere\" is not",
     {0},
     {ROSTER_JOIN, "2012-06-10", .unit = "n7", .name = "x", .parent = "nowhere"}},
    {"is a unit, not a group",
     {0},
     {ROSTER_JOIN, "2012-06-10", .unit = "n7", .name = "x", .groups = "inner"}},
    {"\"b9\" is not", {0}, {ROSTER_TRANSFER, "2012-06-10", .unit = "n1", .groups = "b9"}},
    {"\"nowhere\" is not",
     {0},
     {ROSTER_TRANSFER, "2012-06-10", .unit = "n1", .parent = "nowhere"}},
    {"cannot go into itself",
     {0},
     {ROSTER_TRANSFER, "2012-06-10", .unit = "inner", .parent = "inner"}},
    {"would go below itself",
     {0},
     {ROSTER_TRANSFER, "2012-06-10", .unit = "inner", .parent = "n3"}},
    {"belongs there already",
     {0},
     {ROSTER_TRANSFER, "2012-06-10", .unit = "n1", .parent = "surgery"}},
    {"another unit above or groups", {0}, {ROSTER_TRANSFER, "2012-06-10", .unit = "n1"}},
    {"has left since 2012-06-10",
     {ROSTER_MERGE, "2012-06-10", .unit = "inner", .into = "lab"},
     {ROSTER_TRANSFER, "2012-06-10", .unit = "n1", .parent = "inner"}},
    {"on leave since 2012-06-10 already",
     {ROSTER_ABSENT, "2012-06-10", .unit = "n1", .until = "2012-06-20"},
     {ROSTER_ABSENT, "2012-06-20", .unit = "n1", .until = "2012-06-22"}},
    {"on leave since 2012-06-10 already",
     {ROSTER_ABSENT, "2012-06-10", .unit = "n1"},
     {ROSTER_ABSENT, "2012-07-20", .unit = "n1"}},
    {"lies before", {0}, {ROSTER_ABSENT, "2012-06-10", .unit = "n1", .until = "2012-06-09"}},
    {"lies before the notice", {0}, {ROSTER_LEAVE, "2012-05-31", .unit = "n1"}},
    {"lies before the notice",
     {0},
     {ROSTER_ABSENT, "2012-05-01", .unit = "n1", .until = "2012-05-31"}},
    {"needs its day", {0}, {ROSTER_LEAVE, NULL, .unit = "n1"}},
    {"cannot go into itself",
     {0},
     {ROSTER_MERGE, "2012-06-10", .unit = "inner", .into = "inner"}},
    {"would go below itself", {0}, {ROSTER_MERGE, "2012-06-10", .unit = "inner", .into = "n3"}},
    {"cannot be merged", {0}, {ROSTER_MERGE, "2012-06-10", .unit = "b1", .into = "inner"}},
    {"is not in the roster", {0}, {ROSTER_MERGE, "2012-06-10", .unit = "b1"}},
    {"a place changes by transfer",
     {0},
     {ROSTER_CHANGE, "2012-06-10", .unit = "n1", .parent = "inner"}},
    {"what is to change", {0}, {ROSTER_CHANGE, "2012-06-10", .unit = "n1"}},
    {"is no id", {0}, {ROSTER_CHANGE, "2012-06-10", .unit = "n1", .tags = "ok;No"}},
};

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct kit kit;
        struct plan plan;
        open_on(&kit, &plan, NULL);
        if (refused[i].before.unit) {
            struct roster_change before = change_of(&refused[i].before);
            assert_int_equal(roster_change(kit.roster, &before, &kit.err), 0);
        }
        struct roster_change change = change_of(&refused[i].row);
        kit.err.message[0] = '\0';
        int code = roster_change(kit.roster, &change, &kit.err);
        if (code >= 0 || !strstr(kit.err.message, refused[i].text))
            fail_msg("row %zu (%s): %d %s", i, refused[i].text, code, kit.err.message);
        assert_int_equal(roster_seal(kit.roster, &kit.err), 0);
        kit_close(&kit);
    }
}

static void nobody_is_left_behind(void **state)
{
    (void)state;
    static const struct {
        struct row row;
        const char *text; /* NULL = fine */
    } rows[] = {
        {{ROSTER_CLOSE, "2012-06-10", .unit = "surgery"}, "still has 外科护士01 (n1)"},
        {{ROSTER_CLOSE, "2012-06-10", .unit = "b2"}, "still has 内科护士01 (n3)"},
        {{ROSTER_CLOSE, "2012-06-10", .unit = "lab"}, NULL},
        {{ROSTER_MERGE, "2012-06-10", .unit = "surgery", .into = "inner"}, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kit kit;
        struct plan plan;
        struct roster_change change = change_of(&rows[i].row);
        open_on(&kit, &plan, NULL);
        apply(&kit, &rows[i].row, 1);
        int code = roster_check_left(kit.roster, &change, LANG_EN, &kit.err);
        assert_int_equal(code < 0, rows[i].text != NULL);
        if (rows[i].text && !strstr(kit.err.message, rows[i].text))
            fail_msg("%s", kit.err.message);
        kit_close(&kit);
    }
}

/* What is recorded stands, whatever the files have come to say. */
static void files_may_follow_what_is_recorded(void **state)
{
    (void)state;
    struct kit kit;
    struct plan plan;
    struct row row = {ROSTER_JOIN, "2012-06-10", .unit = "n1", .name = "外科护士01"};
    struct roster_change change = change_of(&row);
    open_on(&kit, &plan, NULL);
    change.recorded = true;
    assert_int_equal(roster_change(kit.roster, &change, &kit.err), 0);
    assert_int_equal(roster_seal(kit.roster, &kit.err), 0);
    assert_string_equal(text_of(&kit, "n1"),
                        "外科护士01 @surgery [b1;member] #senior 2012-06-10..");
    kit_close(&kit);
}

/* ---- columns --------------------------------------------------------------------------- */

static const struct amount one = {.min = -1, .max = -1};

static struct progress *column(struct kit *kit, const char *terms, const struct amount *amount,
                               const char *judged)
{
    struct selector *asked = NULL;
    struct value *who = kit_json(kit, arena_printf(kit->arena, "{\"terms\":[%s]}", terms));
    assert_int_equal(selector_compile(kit->roster, who, &asked, &kit->err), 0);
    struct progress *progress = progress_new(kit->roster, asked, amount, day_of("2012-06-01"),
                                             day_of("2012-06-30"), day_of(judged));
    selector_free(asked);
    return progress;
}

static const struct row moves[] = {
    {ROSTER_TRANSFER, "2012-06-20", .unit = "n1", .parent = "inner"},
    {ROSTER_TRANSFER, "2012-06-26", .unit = "n3", .parent = "surgery", .groups = "b1"},
    {ROSTER_TRANSFER, "2012-06-27", .unit = "inner", .parent = "lab"},
};

/* Who is asked on a day; the due is 06-30, so that 06-23 is the last day to come. */
static const struct {
    const char *day, *terms, *asked;
} places[] = {
    {"2012-06-19", "{\"id\":\"person\",\"in\":\"surgery\"}", "n1 n2"},
    {"2012-06-20", "{\"id\":\"person\",\"in\":\"surgery\"}", "n2"},
    {"2012-06-20", "{\"id\":\"person\",\"in\":\"inner\"}", "n1 n3"},
    {"2012-06-26", "{\"id\":\"person\",\"in\":\"inner\"}", "n1"},
    {"2012-06-26", "{\"id\":\"person\",\"in\":\"surgery\"}", "n2"}, /* n3 came too late */
    {"2012-06-28", "{\"id\":\"person\",\"in\":\"inner\"}", "n1"},   /* went along */
    {"2012-06-28", "{\"id\":\"person\",\"in\":\"lab\"}", ""},
    {"2012-06-28", "{\"id\":\"person\",\"in\":\"hospital\"}", "n1 n2 n3"},
    {"2012-06-28", "{\"id\":\"person\",\"in\":[\"surgery\",\"inner\"]}", "n1 n2 n3"},
    {"2012-06-28", "{\"id\":\"person\",\"but\":[\"surgery\"]}", "n1"},
    {"2012-06-28", "{\"id\":\"person\",\"in\":\"b1\"}", "n1 n2"},
    {"2012-06-28", "{\"id\":\"person\",\"in\":\"b2\"}", ""},
    {"2012-06-28", "{\"id\":\"person\",\"in\":\"branch\"}", "n1 n2 n3"},
    {"2012-06-28", "{\"id\":\"person\"}", "n1 n2 n3"},
    {"2012-06-28", "{\"id\":\"member\"}", "n1"},
};

/* Persons that are asked, by id. */
static const char *asked_text(struct kit *kit, const struct progress *progress)
{
    static const char *const ids[] = {"n1", "n2", "n3", "n4"};
    const char *text = "";
    for (size_t i = 0; i < COUNT(ids); i++)
        if (progress_asked(progress, unit_of(kit, ids[i])))
            text = arena_printf(kit->arena, "%s%s%s", text, *text ? " " : "", ids[i]);
    return text;
}

static void who_came_has_joined(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        struct kit kit;
        struct plan plan;
        open_on(&kit, &plan, places[i].day);
        apply(&kit, moves, COUNT(moves));
        struct progress *progress = column(&kit, places[i].terms, &one, places[i].day);
        const char *text = asked_text(&kit, progress);
        if (strcmp(text, places[i].asked) != 0)
            fail_msg("%s on %s: %s", places[i].terms, places[i].day, text);
        progress_free(progress);
        kit_close(&kit);
    }
}

static const struct row leaves[] = {
    {ROSTER_ABSENT, "2012-06-05", .unit = "n1", .until = "2012-06-10"},
    {ROSTER_ABSENT, "2012-06-15", .unit = "n1", .until = "2012-06-22"},
    {ROSTER_ABSENT, "2012-06-15", .unit = "n2", .until = "2012-06-23"},
    {ROSTER_ABSENT, "2012-07-03", .unit = "n3"},
};

/* Who of n1 n2 n3 is away (a) or missing (m). */
static const struct {
    const char *day, *is;
} absences[] = {
    {"2012-06-04", "m-m"}, {"2012-06-05", "a-m"}, {"2012-06-10", "amm"}, {"2012-06-11", "mmm"},
    {"2012-06-15", "aam"}, {"2012-06-22", "aam"}, {"2012-06-23", "mam"}, {"2012-06-24", "mam"},
    {"2012-07-02", "mam"}, {"2012-07-03", "maa"}, {"2012-08-03", "maa"},
};

static void who_is_on_leave_is_excused(void **state)
{
    (void)state;
    static const char *const ids[] = {"n1", "n2", "n3"};
    struct kit kit;
    struct plan plan;
    open_on(&kit, &plan, NULL);
    apply(&kit, leaves, COUNT(leaves));
    for (size_t i = 0; i < COUNT(absences); i++) {
        char is[4] = "---";
        struct progress *progress = column(&kit, "{\"id\":\"person\"}", &one, absences[i].day);
        for (size_t k = 0; k < 3; k++) {
            uint32_t unit = unit_of(&kit, ids[k]);
            if (progress_asked(progress, unit))
                is[k] = progress_away(progress, unit) ? 'a' : 'm';
            assert_int_equal(progress_missing(progress, unit), is[k] == 'm');
            assert_int_equal(progress_excused(progress, unit), is[k] == 'a');
        }
        if (strcmp(is, absences[i].is) != 0)
            fail_msg("%s: %s", absences[i].day, is);
        struct progress_sum sum = progress_sum(progress);
        assert_int_equal(sum.asked, sum.met + sum.excused + sum.missing);
        progress_free(progress);
    }
    kit_close(&kit);
}

static void what_is_done_counts_on_leave_too(void **state)
{
    (void)state;
    struct kit kit;
    struct plan plan;
    open_on(&kit, &plan, NULL);
    apply(&kit, leaves, COUNT(leaves));
    struct progress *progress = column(&kit, "{\"id\":\"person\"}", &one, "2012-06-16");
    uint32_t unit = unit_of(&kit, "n1");
    struct progress_sum sum = progress_sum(progress);
    assert_int_equal(sum.away, 2);
    progress_set(progress, unit, &(struct progress_done){1, 1, false, false});
    sum = progress_sum(progress);
    assert_int_equal(sum.met, 1);
    assert_int_equal(sum.away, 1);
    progress_set(progress, unit, &(struct progress_done){0, 0, false, false});
    assert_true(progress_away(progress, unit));
    progress_set(progress, unit, &(struct progress_done){0, 0, true, false});
    assert_false(progress_away(progress, unit));
    assert_true(progress_excused(progress, unit));
    progress_leave_out(progress, unit);
    progress_take_in(progress, unit);
    assert_true(progress_away(progress, unit));
    progress_free(progress);
    kit_close(&kit);
}

/* lab has 30 heads, of whom each owes two. */
static const struct {
    struct progress_done done;
    uint32_t met, in_time, excused, missing;
} heads[] = {
    {{0, 0, false, false}, 0, 0, 0, 30},    {{1, 1, false, false}, 0, 0, 0, 30},
    {{5, 5, false, false}, 2, 2, 0, 28},    {{59, 40, false, false}, 29, 20, 0, 1},
    {{60, 40, false, false}, 30, 20, 0, 0}, {{90, 60, false, false}, 30, 30, 0, 0},
    {{20, 20, true, false}, 10, 10, 20, 0}, {{20, 0, false, true}, 30, 0, 0, 0},
};

static void units_are_asked_by_their_heads(void **state)
{
    (void)state;
    static const struct amount two = {.min = 2, .max = -1, .stated = true};
    struct kit kit;
    struct plan plan;
    open_on(&kit, &plan, NULL);
    apply(&kit, NULL, 0);
    struct progress *progress = column(&kit, "{\"id\":\"person\"}", &two, "2012-06-11");
    uint32_t lab = unit_of(&kit, "lab");
    assert_int_equal(progress_heads(progress, lab), 30);
    assert_int_equal(progress_heads(progress, unit_of(&kit, "n1")), 1);
    assert_int_equal(progress_heads(progress, unit_of(&kit, "hospital")), 0); /* has others */
    assert_int_equal(progress_need(progress, lab), 60);
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct progress_sum sum = {0};
        progress_set(progress, lab, &heads[i].done);
        progress_add(progress, lab, lab + 1, &sum);
        assert_int_equal(sum.asked, 30);
        assert_int_equal(sum.met, heads[i].met);
        assert_int_equal(sum.in_time, heads[i].in_time);
        assert_int_equal(sum.excused, heads[i].excused);
        assert_int_equal(sum.missing, heads[i].missing);
        assert_int_equal(progress_missing(progress, lab) > 0, heads[i].missing > 0);
    }
    assert_int_equal(progress_sum(progress).asked, 34);
    progress_free(progress);
    progress = column(&kit, "{\"id\":\"department\"}", &two, "2012-06-11");
    assert_int_equal(progress_heads(progress, lab), 1); /* of departments it is one */
    progress_free(progress);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_roster_is_of_a_day),
        cmocka_unit_test(a_roster_knows_how_long_it_holds),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(nobody_is_left_behind),
        cmocka_unit_test(files_may_follow_what_is_recorded),
        cmocka_unit_test(who_came_has_joined),
        cmocka_unit_test(who_is_on_leave_is_excused),
        cmocka_unit_test(what_is_done_counts_on_leave_too),
        cmocka_unit_test(units_are_asked_by_their_heads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
