/*
 * Roll-ups over the trees of a roster: sums of subtrees and of groups against a reference that walks
 * from each unit up to whoever it lies within, over random rosters with groups in groups and members
 * of several.
 */
#include "plan/grouping.h"
#include "plan/roster_life.h"

#include "roster_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { UNITS_MOST = 900, GROUPS_MOST = 3, ROUNDS = 60 };

/* A row of the random roster: parents stand before it, or nowhere (-1). */
struct model_row {
    int parent, groups[GROUPS_MOST], group_count;
    bool branch;
    int asked, met, in_time, excused; /* 0 or 1 */
    uint32_t unit;                    /* in the roster */
};

struct model {
    struct model_row rows[UNITS_MOST];
    int count;
    uint64_t seed;
};

static uint32_t draw(struct model *model, uint32_t below)
{
    model->seed = model->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(model->seed >> 33) % below;
}

static void draw_row(struct model *model, int i)
{
    struct model_row *row = &model->rows[i];
    *row =
        (struct model_row){.parent = i && draw(model, 8) ? (int)draw(model, (uint32_t)i) : -1};
    row->branch = draw(model, 6) == 0;
    row->asked = draw(model, 5) != 0;
    row->met = row->asked && draw(model, 2);
    row->in_time = row->met && draw(model, 2);
    row->excused = row->asked && !row->met && draw(model, 3) == 0;
    for (uint32_t k = draw(model, GROUPS_MOST + 1); k > 0; k--) {
        int group = (int)draw(model, (uint32_t)i + 1);
        if (group < i && model->rows[group].branch)
            row->groups[row->group_count++] = group;
    }
}

static char *text_of(const struct model *model)
{
    struct buf text = {0};
    buf_adds(&text, "id,name,kind,parent,groups\n");
    for (int i = 0; i < model->count; i++) {
        const struct model_row *row = &model->rows[i];
        buf_printf(&text, "u%d,u%d,%s,", i, i, row->branch ? "branch" : "person");
        buf_printf(&text, row->parent < 0 ? "bureau," : "u%d,", row->parent);
        for (int k = 0; k < row->group_count; k++)
            buf_printf(&text, "%su%d", k ? ";" : "", row->groups[k]);
        buf_adds(&text, "\n");
    }
    return text.bytes;
}

/* The column that the model stands for: everybody is asked for one piece. */
static struct progress *column_of(struct kit *kit, struct model *model)
{
    static const struct amount amount = {.min = 1, .max = -1, .stated = true};
    struct selector *asked = NULL;
    struct value *who = kit_json(kit, "{\"terms\":[{\"id\":\"person\"},{\"id\":\"branch\"}]}");
    assert_int_equal(selector_compile(kit->roster, who, &asked, &kit->err), 0);
    struct progress *progress =
        progress_new(kit->roster, asked, &amount, DAY_NONE, DAY_NONE, DAY_NONE);
    for (int i = 0; i < model->count; i++) {
        struct model_row *row = &model->rows[i];
        char id[16];
        row->unit = roster_find(kit->roster, id, (size_t)snprintf(id, sizeof id, "u%d", i));
        assert_int_not_equal(row->unit, UNIT_NONE);
        if (!row->asked)
            progress_leave_out(progress, row->unit);
        progress_set(progress, row->unit,
                     &(struct progress_done){row->met, row->in_time, row->excused, false});
    }
    uint32_t hospital = roster_find(kit->roster, "hospital", 8); /* asked by its heads */
    progress_leave_out(progress, hospital);
    selector_free(asked);
    return progress;
}

static void count_row(const struct model_row *row, struct progress_sum *sum)
{
    sum->asked += (uint32_t)row->asked;
    sum->met += (uint32_t)row->met;
    sum->in_time += (uint32_t)row->in_time;
    sum->excused += (uint32_t)row->excused;
    sum->missing += (uint32_t)(row->asked - row->met - row->excused);
}

static void expect(const char *what, int i, const struct progress_sum *sum,
                   const struct progress_sum *wanted)
{
    if (memcmp(sum, wanted, sizeof *sum) != 0)
        fail_msg("%s %d: %u = %u (%u) + %u + %u instead of %u = %u (%u) + %u + %u", what, i,
                 sum->asked, sum->met, sum->in_time, sum->excused, sum->missing, wanted->asked,
                 wanted->met, wanted->in_time, wanted->excused, wanted->missing);
    assert_int_equal(sum->asked, sum->met + sum->excused + sum->missing);
}

static bool lies_below(const struct model *model, int i, int above)
{
    while (i >= 0 && i != above)
        i = model->rows[i].parent;
    return i == above;
}

/* True when row `i` lies within the group: below it, or a member of a group below it. */
static bool lies_within(const struct model *model, int i, int group)
{
    bool within = lies_below(model, i, group);
    for (int k = 0; k < model->rows[i].group_count; k++)
        within = within || lies_below(model, model->rows[i].groups[k], group);
    return within;
}

static bool lies_in_some(const struct model *model, int i)
{
    bool within = false;
    for (int group = 0; group < model->count && !within; group++)
        within = model->rows[group].branch && lies_within(model, i, group);
    return within;
}

static void check_subtrees(const struct kit *kit, const struct model *model,
                           const struct rollup *rollup)
{
    for (int i = 0; i < model->count; i++) {
        uint32_t unit = model->rows[i].unit;
        struct progress_sum sum = {0}, wanted = {0};
        for (int k = i; k < model->count; k++)
            if (lies_below(model, k, i))
                count_row(&model->rows[k], &wanted);
        rollup_add(rollup, unit, roster_subtree_end(kit->roster, unit), &sum);
        expect("subtree", i, &sum, &wanted);
    }
}

/* The group of the model behind one of the grouping. */
static int row_of(const struct model *model, uint32_t unit)
{
    int i = 0;
    while (model->rows[i].unit != unit)
        i++;
    return i;
}

/* Of rows first … end-1: each group, and what is left when every second one is listed. */
static void check_groups(const struct model *model, const struct grouping *grouping,
                         const struct rollup *rollup, uint32_t first, uint32_t end)
{
    uint64_t listed[UNITS_MOST / 64 + 3] = {0};
    struct progress_sum other = {0}, nowhere = {0}, wanted[2] = {{0}};
    for (uint32_t g = 0; g < grouping_count(grouping); g++) {
        int group = row_of(model, grouping_unit(grouping, g));
        struct progress_sum sum = {0}, within = {0};
        for (int i = 0; i < model->count; i++)
            if (model->rows[i].unit >= first && model->rows[i].unit < end &&
                lies_within(model, i, group))
                count_row(&model->rows[i], &within);
        grouping_add(grouping, g, rollup, first, end, &sum);
        expect("group", group, &sum, &within);
        if (g % 2)
            grouping_mark(grouping, g, first, end, listed);
    }
    for (int i = 0; i < model->count; i++) {
        bool is_listed = false;
        uint32_t unit = model->rows[i].unit;
        if (unit < first || unit >= end)
            continue;
        for (uint32_t g = 1; g < grouping_count(grouping); g += 2)
            is_listed =
                is_listed || lies_within(model, i, row_of(model, grouping_unit(grouping, g)));
        if (!is_listed)
            count_row(&model->rows[i], &wanted[!lies_in_some(model, i)]);
    }
    grouping_add_rest(grouping, rollup, first, end, listed, &other, &nowhere);
    expect("other", (int)first, &other, &wanted[0]);
    expect("nowhere", (int)first, &nowhere, &wanted[1]);
}

/* Each outer group once, in the order of the roster. */
static void check_outer(const struct model *model, const struct grouping *grouping)
{
    uint32_t found = 0;
    for (int i = 0; i < model->count; i++) {
        bool outer = model->rows[i].branch;
        for (int up = model->rows[i].parent; outer && up >= 0; up = model->rows[up].parent)
            outer = !model->rows[up].branch;
        found += outer;
    }
    assert_int_equal(grouping_count(grouping), found);
    for (uint32_t g = 1; g < found; g++)
        assert_true(grouping_unit(grouping, g - 1) < grouping_unit(grouping, g));
}

static void a_round(struct model *model)
{
    struct kit kit;
    model->count = 1 + (int)draw(model, UNITS_MOST - 1);
    for (int i = 0; i < model->count; i++)
        draw_row(model, i);
    assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
    char *text = text_of(model);
    assert_int_equal(kit_load(&kit, text, strlen(text)), 0);
    assert_int_equal(roster_seal(kit.roster, &kit.err), 0);
    struct progress *progress = column_of(&kit, model);
    struct rollup *rollup = rollup_new(kit.roster, progress);
    struct grouping *grouping = grouping_new(kit.roster, "branch");
    check_subtrees(&kit, model, rollup);
    check_outer(model, grouping);
    uint32_t count = roster_count(kit.roster), first = draw(model, count);
    check_groups(model, grouping, rollup, 0, count);
    check_groups(model, grouping, rollup, first, first + draw(model, count - first + 1));
    grouping_free(grouping);
    rollup_free(rollup);
    progress_free(progress);
    free(text);
    kit_close(&kit);
}

static void sums_agree_with_a_reference(void **state)
{
    (void)state;
    struct model *model = malloc(sizeof *model);
    assert_non_null(model);
    model->seed = 20121;
    for (int round = 0; round < ROUNDS; round++)
        a_round(model);
    free(model);
}

static void what_is_no_class_of_groups(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        int groups; /* -1 = none of that name */
    } rows[] = {{"branch", 1},  {"member", 1}, {"study", 1},  {"department", -1},
                {"office", -1}, {"b1", 1},     {"nobody", -1}};
    static const char text[] = "id,name,kind,parent,groups\nb1,一支部,branch,,\n"
                               "n1,护士,person,office,b1;member\n";
    struct kit kit;
    const char *kinds[2];
    assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
    assert_int_equal(kit_load(&kit, text, strlen(text)), 0);
    assert_int_equal(roster_seal(kit.roster, &kit.err), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct grouping *grouping = grouping_new(kit.roster, rows[i].kind);
        assert_int_equal(grouping ? (int)grouping_count(grouping) : -1, rows[i].groups);
        grouping_free(grouping);
    }
    assert_int_equal(grouping_kinds(kit.roster, kinds, 2), 1);
    assert_string_equal(kinds[0], "branch");
    assert_int_equal(grouping_kinds(kit.roster, NULL, 0), 1);
    assert_true(roster_is_group(kit.roster, roster_find(kit.roster, "study", 5)));
    assert_false(roster_is_group(kit.roster, roster_find(kit.roster, "office", 6)));
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_agree_with_a_reference),
        cmocka_unit_test(what_is_no_class_of_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
