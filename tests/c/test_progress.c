/* Columns of progress: amounts, who is asked on which day, what a scan sees, and a campaign
 * against a plain model. */
#include "plan/progress.h"

#include "roster_kit.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void set_done(struct progress *progress, uint32_t unit, int64_t pieces, bool excused,
                     bool met)
{
    progress_set(progress, unit, &(struct progress_done){pieces, pieces, excused, met});
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char roster_text[] = "id,name,kind,parent,groups,from,until\n"
                                  "surgery,外科,department,hospital,,,\n"
                                  "inner,内科,department,hospital,,,\n"
                                  "n1,外科护士01,person,surgery,member,,\n"
                                  "n2,外科护士02,person,surgery,,2012-06-10,\n"
                                  "n3,内科护士01,person,inner,member,2012-06-24,\n"
                                  "n4,内科护士02,person,inner,,,2012-06-14\n"
                                  "n5,内科护士03,person,inner,,2012-06-25,\n";

static int32_t day_of(const char *text)
{
    return text ? civil_parse(text, strlen(text)) : DAY_NONE;
}

static void open_kit(struct kit *kit)
{
    assert_int_equal(kit_open(kit, kit_units, LANG_EN), 0);
    assert_int_equal(kit_load(kit, roster_text, strlen(roster_text)), 0);
    assert_int_equal(roster_seal(kit->roster, &kit->err), 0);
}

static struct progress *column(struct kit *kit, const char *id, const struct amount *amount,
                               const char *open, const char *due, const char *judged)
{
    struct selector *asked = NULL;
    struct value *who =
        kit_json(kit, arena_printf(kit->arena, "{\"terms\":[{\"id\":\"%s\"}]}", id));
    assert_int_equal(selector_compile(kit->roster, who, &asked, &kit->err), 0);
    struct progress *progress =
        progress_new(kit->roster, asked, amount, day_of(open), day_of(due), day_of(judged));
    selector_free(asked);
    return progress;
}

static uint32_t unit_of(const struct kit *kit, const char *id)
{
    uint32_t unit = roster_find(kit->roster, id, strlen(id));
    assert_int_not_equal(unit, UNIT_NONE);
    return unit;
}

/* ---- amounts --------------------------------------------------------------------------- */

static const struct amount one = {.min = -1, .max = -1};

static const struct {
    const char *name;
    struct amount amount;
    uint32_t need;
} amounts[] = {
    {"a task has none", {.min = -1, .max = -1}, 1},
    {"at least 3", {.min = 3, .max = -1, .stated = true}, 3},
    {"exactly 2", {.min = 2, .max = 2, .stated = true, .exact = true}, 2},
    {"1 to 2", {.min = 1, .max = 2, .stated = true}, 1},
    {"at most 5", {.min = -1, .max = 5, .stated = true}, 1},
    {"none at all", {.min = 0, .max = 0, .stated = true}, 1},
    {"some", {.min = -1, .max = -1, .stated = true, .some = true}, 1},
    {"40 percent", {.min = 40, .max = -1, .stated = true, .percent = true}, 1},
    {"half a piece more", {.min = 1.5, .max = -1, .stated = true}, 2},
    {"more than a column tells", {.min = 100000, .max = -1, .stated = true}, 100000},
    {"more than there is", {.min = 1e18, .max = -1, .stated = true}, UINT32_MAX},
};

static void amounts_are_pieces(void **state)
{
    (void)state;
    struct kit kit;
    open_kit(&kit);
    for (size_t i = 0; i < COUNT(amounts); i++) {
        struct progress *progress = column(&kit, "n1", &amounts[i].amount, NULL, NULL, NULL);
        uint32_t unit = unit_of(&kit, "n1"), need = progress_need(progress, unit);
        if (need != amounts[i].need)
            fail_msg("%s: %u", amounts[i].name, need);
        set_done(progress, unit, (int64_t)need - 1, false, false);
        assert_int_equal(progress_behind(progress), 1);
        assert_int_equal(progress_missing(progress, unit), 1);
        set_done(progress, unit, need, false, false);
        assert_int_equal(progress_behind(progress), 0);
        progress_free(progress);
    }
    kit_close(&kit);
}

static void units_have_amounts_of_their_own(void **state)
{
    (void)state;
    static const struct unit_amount own[] = {
        {"member", {.min = 5, .max = -1, .stated = true}},  /* a group: its members */
        {"surgery", {.min = 4, .max = -1, .stated = true}}, /* not asked itself: who is in it */
        {"n4", {.min = 1, .max = -1, .stated = true}},
        {"nobody", {.min = 9, .max = -1, .stated = true}},
    };
    static const struct amount amount = {
        .min = 3, .max = -1, .stated = true, .units = own, .unit_count = COUNT(own)};
    static const struct {
        const char *id;
        uint32_t need;
    } rows[] = {{"n1", 4}, {"n2", 4}, {"n3", 5}, {"n4", 1}, {"n5", 3}};
    struct kit kit;
    open_kit(&kit);
    struct progress *progress = column(&kit, "person", &amount, NULL, NULL, NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t unit = unit_of(&kit, rows[i].id);
        assert_int_equal(progress_need(progress, unit), rows[i].need);
        assert_int_equal(progress_missing(progress, unit), rows[i].need);
        set_done(progress, unit, 3, false, false);
    }
    assert_int_equal(progress_behind(progress), 3);
    progress_free(progress);
    static const struct unit_amount class_own[] = {
        {"department", {.min = 2, .max = -1, .stated = true}},
        {"inner", {.min = 1, .max = -1, .stated = true}}};
    struct amount by_class = {.min = 7,
                              .max = -1,
                              .stated = true,
                              .units = class_own,
                              .unit_count = COUNT(class_own)};
    progress = column(&kit, "department", &by_class, NULL, NULL, NULL);
    assert_int_equal(progress_need(progress, unit_of(&kit, "surgery")), 2);
    assert_int_equal(progress_need(progress, unit_of(&kit, "inner")), 1);
    progress_free(progress);
    kit_close(&kit);
}

static void the_nearer_amount_counts(void **state)
{
    (void)state;
    struct kit kit;
    static const struct unit_amount nested_own[] = {/* the nearer one counts, in any order */
                                                    {"hospital", {.min = 2, .stated = true}},
                                                    {"surgery", {.min = 4, .stated = true}},
                                                    {"n1", {.min = 6, .stated = true}}};
    static const struct {
        const char *id;
        uint32_t need;
    } nested_rows[] = {{"n1", 6}, {"n2", 4}, {"n3", 2}, {"n5", 2}};
    struct amount nested = {.min = 1,
                            .max = -1,
                            .stated = true,
                            .units = nested_own,
                            .unit_count = COUNT(nested_own)};
    open_kit(&kit);
    struct progress *progress = column(&kit, "person", &nested, NULL, NULL, NULL);
    for (size_t i = 0; i < COUNT(nested_rows); i++)
        assert_int_equal(progress_need(progress, unit_of(&kit, nested_rows[i].id)),
                         nested_rows[i].need);
    progress_free(progress);
    kit_close(&kit);
}

/* ---- who is asked ---------------------------------------------------------------------- */

static const struct {
    const char *name, *open, *due, *judged, *asked;
} members[] = {
    {"no days: everybody", NULL, NULL, NULL, "n1 n2 n3 n4 n5"},
    {"on the opening", "2012-06-01", "2012-06-30", "2012-06-01", "n1 n4"},
    {"who joined since", "2012-06-01", "2012-06-30", "2012-06-10", "n1 n2 n4"},
    {"his last day", "2012-06-01", "2012-06-30", "2012-06-14", "n1 n2 n4"},
    {"who left drops out", "2012-06-01", "2012-06-30", "2012-06-15", "n1 n2"},
    {"seven days left is time enough, six are not", "2012-06-01", "2012-07-01", "2012-07-01",
     "n1 n2 n3"},
    {"less for both", "2012-06-01", "2012-06-30", "2012-06-30", "n1 n2"},
    {"in the roster at the opening, however late that is", "2012-06-25", "2012-06-30",
     "2012-06-30", "n1 n2 n3 n5"},
    {"gone before it opened", "2012-06-15", "2012-06-30", "2012-06-15", "n1 n2"},
    {"without a due whoever joins is asked", "2012-06-01", NULL, "2012-09-01", "n1 n2 n3 n5"},
};

static const char *asked_text(struct kit *kit, const struct progress *progress)
{
    const char *text = "";
    for (uint32_t unit = 0; unit < roster_count(kit->roster); unit++)
        if (progress_asked(progress, unit))
            text = arena_printf(kit->arena, "%s%s%s", text, *text ? " " : "",
                                roster_id(kit->roster, unit));
    return text;
}

static void membership_decides_who_is_asked(void **state)
{
    (void)state;
    struct kit kit;
    open_kit(&kit);
    for (size_t i = 0; i < COUNT(members); i++) {
        struct progress *progress =
            column(&kit, "person", &one, members[i].open, members[i].due, members[i].judged);
        const char *text = asked_text(&kit, progress);
        if (strcmp(text, members[i].asked) != 0)
            fail_msg("%s: %s", members[i].name, text);
        progress_free(progress);
    }
    kit_close(&kit);
}

static void a_column_knows_how_long_it_holds(void **state)
{
    (void)state;
    struct kit kit;
    open_kit(&kit);
    struct progress *at[40];
    int32_t first = day_of("2012-06-01");
    for (int i = 0; i < 40; i++) {
        char day[11];
        civil_format(first + i, day);
        at[i] = column(&kit, "person", &one, "2012-06-01", "2012-07-10", day);
    }
    for (int i = 0; i < 40; i++)
        for (int k = 0; k < 40; k++)
            assert_int_equal(progress_holds(at[i], first + k),
                             strcmp(asked_text(&kit, at[i]), asked_text(&kit, at[k])) == 0);
    struct progress *never = column(&kit, "person", &one, "2012-06-01", "2012-07-10", NULL);
    for (int i = 0; i < 40; i++) {
        assert_false(progress_holds(at[i], DAY_NONE)); /* somebody joins or leaves */
        assert_false(progress_holds(never, first + i));
        progress_free(at[i]);
    }
    assert_true(progress_holds(never, DAY_NONE));
    progress_free(never);
    kit_close(&kit);
}

/* ---- values ---------------------------------------------------------------------------- */

static void values_are_set_anew(void **state)
{
    (void)state;
    struct kit kit;
    open_kit(&kit);
    static const struct amount two = {.min = 2, .max = -1, .stated = true};
    struct progress *progress = column(&kit, "person", &two, NULL, NULL, NULL);
    uint32_t unit = unit_of(&kit, "n1"), other = unit_of(&kit, "surgery");
    static const struct {
        int64_t done;
        bool excused, met;
        uint32_t missing, excused_count, met_count;
    } rows[] = {
        {0, false, false, 2, 0, 0}, {1, false, false, 1, 0, 0},  {2, false, false, 0, 0, 1},
        {9, false, false, 0, 0, 1}, {1, true, false, 0, 1, 0},   {2, true, false, 0, 0, 1},
        {0, false, true, 0, 0, 1},  {-3, false, false, 2, 0, 0}, {INT64_MAX, 0, 0, 0, 0, 1},
        {0, false, false, 2, 0, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        set_done(progress, unit, rows[i].done, rows[i].excused, rows[i].met);
        struct progress_sum sum = progress_sum(progress);
        assert_int_equal(rows[i].done < 0 ? 2 : progress_missing(progress, unit),
                         rows[i].missing);
        assert_int_equal(sum.excused, rows[i].excused_count);
        assert_int_equal(sum.met, rows[i].met_count);
        assert_int_equal(sum.asked, 5);
        assert_int_equal(progress_behind(progress), sum.missing);
        assert_int_equal(sum.missing + sum.excused + sum.met, sum.asked);
    }
    set_done(progress, other, 5, true, true); /* a department is not asked, and stays so */
    assert_false(progress_asked(progress, other));
    assert_int_equal(progress_missing(progress, other), 0);
    progress_leave_out(progress, unit);
    progress_leave_out(progress, unit);
    set_done(progress, unit, 0, false, false);
    assert_int_equal(progress_sum(progress).asked, 4);
    assert_int_equal(progress_behind(progress), 4);
    progress_free(progress);
    progress_free(NULL);
    kit_close(&kit);
}

static uint32_t below(uint64_t *seed, uint32_t limit)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 33) % limit);
}

static void a_scan_agrees_with_a_model(void **state)
{
    (void)state;
    enum { UNITS = 3000, STEPS = 30000 };
    static int64_t done[UNITS];
    static bool excused[UNITS], met[UNITS];
    struct kit kit;
    struct buf text = {0};
    uint64_t seed = 20120601;
    assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
    buf_adds(&text, "id,name,kind,parent\n");
    for (int i = 0; i < UNITS; i++)
        buf_printf(&text, "p%d,x,%s,hospital\n", i, i % 3 ? "person" : "ward");
    assert_int_equal(kit_load(&kit, text.bytes, text.length), 0);
    assert_int_equal(roster_seal(kit.roster, &kit.err), 0);
    static const struct amount four = {.min = 4, .max = -1, .stated = true};
    struct progress *progress = column(&kit, "person", &four, NULL, NULL, NULL);
    uint32_t asked = progress_sum(progress).asked;
    assert_int_equal(asked, 2000);
    for (int step = 0; step < STEPS; step++) {
        uint32_t i = below(&seed, UNITS);
        char id[16];
        snprintf(id, sizeof id, "p%u", i);
        done[i] = below(&seed, 6);
        excused[i] = below(&seed, 8) == 0;
        met[i] = below(&seed, 9) == 0;
        set_done(progress, unit_of(&kit, id), done[i], excused[i], met[i]);
        if (step % 1000)
            continue;
        uint32_t behind = 0, walked = 0;
        for (int k = 0; k < UNITS; k++)
            behind += k % 3 && done[k] < 4 && !excused[k] && !met[k];
        for (uint32_t unit = progress_next_behind(progress, 0); unit != UNIT_NONE;
             unit = progress_next_behind(progress, unit + 1))
            walked += progress_missing(progress, unit) > 0;
        assert_int_equal(progress_behind(progress), behind);
        assert_int_equal(walked, behind);
    }
    assert_true(progress_bytes(progress) < 2 * (UNITS + 100) + 200);
    progress_free(progress);
    buf_free(&text);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_pieces),
        cmocka_unit_test(units_have_amounts_of_their_own),
        cmocka_unit_test(the_nearer_amount_counts),
        cmocka_unit_test(membership_decides_who_is_asked),
        cmocka_unit_test(a_column_knows_how_long_it_holds),
        cmocka_unit_test(values_are_set_anew),
        cmocka_unit_test(a_scan_agrees_with_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
