/*
 * Boards and pages: random pieces, excuses, more time and withdrawals over a hospital with departments,
 * persons and branches across. Every page is compared with the units' own duties one by one; a past day
 * with a store that has never heard of what came later.
 */
#include "engine/page.h"

#include "engine/fact.h"
#include "engine_kit.h"
#include "time/civil.h"

enum { DEPARTMENTS = 6, PERSONS = 30, BRANCHES = 3, FACTS = 120, ROUNDS = 25 };

static const char *const items[] = {"essay", "meeting", "video", "monthly"};

/* What is said one after the other, at noon of each day that `at` names. */
struct said {
    enum fact_kind kind;
    const char *item;
    char unit[16];
    int32_t day, until;
};

struct world {
    uint64_t seed;
    int parent[PERSONS];  /* department of a person */
    int branch[PERSONS];  /* -1 = none */
    bool second[PERSONS]; /* … and in the next one, too */
    struct said said[FACTS];
};

static uint32_t draw(struct world *world, uint32_t below)
{
    world->seed = world->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(world->seed >> 33) % below;
}

static void draw_world(struct world *world)
{
    for (int i = 0; i < PERSONS; i++) {
        world->parent[i] = (int)draw(world, DEPARTMENTS);
        world->branch[i] = (int)draw(world, BRANCHES + 1) - 1;
        world->second[i] = world->branch[i] >= 0 && draw(world, 6) == 0;
    }
    for (int i = 0; i < FACTS; i++) {
        static const enum fact_kind kinds[] = {FACT_SUBMITTED, FACT_SUBMITTED, FACT_SUBMITTED,
                                               FACT_EXCUSED,   FACT_EXTENDED,  FACT_WITHDRAWN};
        struct said *said = &world->said[i];
        said->kind = kinds[draw(world, COUNT(kinds))];
        said->item = items[draw(world, COUNT(items))];
        said->day = civil_day(2012, 6, 1) + i / 4;
        said->until = civil_day(2012, 7, 10) + (int32_t)draw(world, 2);
        switch (draw(world, 3)) {
        case 0: snprintf(said->unit, sizeof said->unit, "d%u", draw(world, DEPARTMENTS)); break;
        case 1: snprintf(said->unit, sizeof said->unit, "b%u", draw(world, BRANCHES)); break;
        default: snprintf(said->unit, sizeof said->unit, "n%u", draw(world, PERSONS));
        }
    }
}

/* ---- a plan over it ------------------------------------------------------------------------ */

static const char plan_text[] =
    "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"P\",\"issuer\":[\"I\"],"
    "\"owner\":\"hospital\"" ISSUED("2012-05-20") "},\"items\":[" QUOTA("essay")
        WHEN(FROM_TO("2012-06-01", "2012-06-30")) DUE(BY("2012-06-20"))
            FIELD("each", "{\"terms\":[{\"id\":\"person\"}]}") COUNT_OF("2") END
    "," QUOTA("meeting") WHEN(FROM_TO("2012-06-01", "2012-06-30")) DUE(BY("2012-06-15"))
        FIELD("each", "{\"terms\":[{\"id\":\"department\"},{\"id\":\"branch\"}]}") COUNT_OF("1")
            END "," QUOTA("video") DUE(BY("2012-06-25"))
                FIELD("by", "{\"terms\":[{\"id\":\"d0\"},{\"id\":\"d1\"}]}") COUNT_OF("3") END
    "," QUOTA("monthly") WHEN(FROM_TO("2012-05-01", "2012-12-31"))
        PER(RULE("FREQ=MONTHLY;BYMONTHDAY=10;WINDOW=MONTH"))
            FIELD("each", "{\"terms\":[{\"id\":\"department\"}]}") COUNT_OF("1") END
    "],\"reminders\":[],\"handlers\":[],"
    "\"units\":[{\"id\":\"city\",\"name\":\"C\"},"
    "{\"id\":\"hospital\",\"name\":\"H\",\"parent\":\"city\"},"
    "{\"id\":\"department\",\"name\":\"D\",\"parent\":\"hospital\",\"many\":true},"
    "{\"id\":\"person\",\"name\":\"N\",\"parent\":\"hospital\",\"many\":true}],"
    "\"groups\":[{\"id\":\"branch\",\"name\":\"B\",\"parent\":\"hospital\",\"many\":true}]}";

static void add_row(struct kit *kit, const char *kind, const char *id, const char *parent,
                    const char *groups)
{
    struct roster_row row = {.staff = -1, .from = DAY_NONE, .until = DAY_OPEN, .line = 1};
    row.id = row.name = (struct slice){id, strlen(id)};
    row.kind = (struct slice){kind, strlen(kind)};
    row.parent = (struct slice){parent, strlen(parent)};
    row.groups = (struct slice){groups, strlen(groups)};
    assert_int_equal(roster_add(kit->roster, &row), 0);
}

static void make_roster(struct kit *kit, const struct world *world)
{
    kit->findings = findings_new(arena, LANG_EN);
    kit_check(kit, roster_new(kit->plan, &kit->findings, &kit->roster, &kit->err));
    roster_begin_file(kit->roster, "r.csv", strdup(""), 0);
    for (int i = 0; i < DEPARTMENTS; i++)
        add_row(kit, "department", arena_printf(arena, "d%d", i), "", "");
    for (int i = 0; i < BRANCHES; i++)
        add_row(kit, "branch", arena_printf(arena, "b%d", i), "", "");
    for (int i = 0; i < PERSONS; i++) {
        int branch = world->branch[i];
        const char *groups = branch < 0 ? "" : arena_printf(arena, "b%d", branch);
        if (world->second[i])
            groups = arena_printf(arena, "%s;b%d", groups, (branch + 1) % BRANCHES);
        add_row(kit, "person", arena_printf(arena, "n%d", i),
                arena_printf(arena, "d%d", world->parent[i]), groups);
    }
    kit_check(kit, roster_seal(kit->roster, &kit->err));
}

static void open_kit(struct kit *kit, const struct world *world)
{
    static const struct value_limits limits = {10000000, 64, 1 << 30};
    struct value *sealed = NULL;
    uint32_t number;
    struct store_revision revision = {.plan = "p",
                                      .hash = "page",
                                      .text = plan_text,
                                      .length = strlen(plan_text),
                                      .path = "p.lua"};
    *kit = (struct kit){0};
    kit_check(kit,
              json_parse(arena, plan_text, strlen(plan_text), &limits, &sealed, &kit->err));
    kit_check(kit, plan_compile(arena, sealed, calendar, &kit->plan, &kit->err));
    make_roster(kit, world);
    kit_check(kit, store_open(NULL, STORE_WRITE, &kit->store, &kit->err));
    kit_check(kit, store_take_revision(kit->store, &revision, NULL, 0, &number, &kit->err));
    kit_engine(kit);
}

/* Says all that happened before a day; much of it is refused. */
static uint32_t tell_before(struct kit *kit, const struct world *world, int32_t day)
{
    uint32_t taken = 0;
    for (int i = 0; i < FACTS && world->said[i].day < day; i++) {
        const struct said *said = &world->said[i];
        int64_t now_ms = civil_ms(said->day, 720 + i % 4);
        struct fact_request request = {.kind = said->kind,
                                       .item = said->item,
                                       .unit = said->unit,
                                       .count = 1,
                                       .at_ms = now_ms,
                                       .period = DAY_NONE,
                                       .until =
                                           said->kind == FACT_EXTENDED ? said->until : DAY_NONE,
                                       .chars = -1,
                                       .minutes = -1,
                                       .actor = "clerk",
                                       .note = "because"};
        struct fact_answer answer = {0};
        taken += engine_fact(kit->engine, 0, &request, now_ms, arena, &answer, &kit->err) == 0;
    }
    return taken;
}

static struct board *board_on(struct kit *kit, int32_t day, int64_t before_ms)
{
    struct board_wish wish = {day, day, true, ITEM_NONE, before_ms};
    struct board *board = NULL;
    kit_check(kit, board_new(kit->engine, 0, &wish, &board, &kit->err));
    return board;
}

/* ---- a page against the units' own duties -------------------------------------------------- */

/* One unit by what it owes itself. */
static void count_own(struct kit *kit, struct board *board, uint32_t duty, uint32_t unit,
                      struct page_cell *cell)
{
    struct board_own own;
    kit_check(kit, board_own(board, duty, unit, &own, &kit->err));
    if (!own.part)
        return;
    assert_true(own.missing ? !own.met && !own.excused : own.met || own.excused);
    assert_true(!own.met || own.count.done >= own.need);
    cell->sum.asked++;
    cell->sum.met += own.met;
    cell->sum.in_time += own.in_time;
    cell->sum.excused += own.excused;
    cell->sum.missing += own.missing > 0;
    if (own.light > cell->light)
        cell->light = own.light;
}

static void expect_cell(const struct page_cell *cell, const struct page_cell *wanted,
                        const char *what, uint32_t unit)
{
    if (memcmp(&cell->sum, &wanted->sum, sizeof cell->sum) != 0 || cell->light != wanted->light)
        fail_msg("%s of %u: %u = %u + %u + %u (%s), not %u = %u + %u + %u (%s)", what, unit,
                 cell->sum.asked, cell->sum.met, cell->sum.excused, cell->sum.missing,
                 light_name(cell->light), wanted->sum.asked, wanted->sum.met,
                 wanted->sum.excused, wanted->sum.missing, light_name(wanted->light));
    assert_int_equal(cell->sum.asked, cell->sum.met + cell->sum.excused + cell->sum.missing);
}

/* The number behind the letter of a unit's id. */
static int number_of(const struct roster *roster, uint32_t unit)
{
    return (int)strtol(roster_id(roster, unit) + 1, NULL, 10);
}

static bool is_member(const struct world *world, const struct roster *roster, uint32_t unit,
                      int branch)
{
    const char *id = roster_id(roster, unit);
    if (id[0] != 'n')
        return id[0] == 'b' && number_of(roster, unit) == branch;
    int person = number_of(roster, unit), mine = world->branch[person];
    return mine == branch ||
           (world->second[person] && (mine + 1) % BRANCHES == branch && mine >= 0);
}

static bool in_some(const struct world *world, const struct roster *roster, uint32_t unit)
{
    bool found = false;
    for (int branch = 0; branch < BRANCHES; branch++)
        found = found || is_member(world, roster, unit, branch);
    return found;
}

/* True when the row is about the unit; `within` the page's own range. */
static bool row_has(const struct world *world, const struct roster *roster,
                    const struct page *page, const struct page_section *section,
                    const struct page_row *row, uint32_t unit)
{
    bool group =
        page->unit != UNIT_NONE && !page->whole && roster_id(roster, page->unit)[0] == 'b';
    bool inside = page->whole || page->unit == UNIT_NONE ||
                  (unit >= page->unit && unit < roster_subtree_end(roster, page->unit));
    int branch = group ? number_of(roster, page->unit) : 0;
    switch (row->kind) {
    case PAGE_TOTAL: return group ? is_member(world, roster, unit, branch) : inside;
    case PAGE_NOWHERE: return inside && !in_some(world, roster, unit);
    case PAGE_OTHER: return false; /* all are listed */
    case PAGE_SELF: return unit == row->unit;
    default: break;
    }
    if (section->kind)
        return inside && is_member(world, roster, unit, number_of(roster, row->unit));
    return unit >= row->unit && unit < roster_subtree_end(roster, row->unit);
}

static void check_section(struct kit *kit, struct board *board, const struct world *world,
                          const struct page *page, const struct page_section *section)
{
    uint32_t duties, units = roster_count(kit->roster), sum = 0;
    board_duties(board, &duties);
    for (uint32_t duty = 0; duty < duties; duty++, sum = 0)
        for (uint32_t i = 0; i < section->count; i++) {
            const struct page_row *row = &section->rows[i];
            struct page_cell wanted = {.light = LIGHT_NONE};
            for (uint32_t unit = 0; unit < units; unit++)
                if (row_has(world, kit->roster, page, section, row, unit))
                    count_own(kit, board, duty, unit, &wanted);
            expect_cell(&row->cells[duty], &wanted, section->kind ? "group" : "unit",
                        row->unit);
            if (row->kind != PAGE_TOTAL)
                sum += row->cells[duty].sum.asked;
            else
                assert_true(section->overlaps ? sum >= wanted.sum.asked
                                              : sum == wanted.sum.asked);
        }
    assert_int_equal(section->rows[section->count - 1].kind, PAGE_TOTAL);
}

static void check_pages(struct kit *kit, struct board *board, const struct world *world)
{
    for (uint32_t unit = 0; unit <= roster_count(kit->roster); unit++) {
        struct page page;
        bool whole = unit == roster_count(kit->roster);
        page_make(board, whole ? UNIT_NONE : unit, arena, &page);
        assert_int_equal(page.whole, whole);
        for (uint32_t i = 0; i < page.count; i++)
            check_section(kit, board, world, &page, &page.sections[i]);
        if (whole)
            assert_int_equal(page.count, 2);
    }
}

static void pages_are_what_units_owe(void **state)
{
    (void)state;
    struct world world = {.seed = 2012};
    uint32_t taken = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct kit kit;
        draw_world(&world);
        open_kit(&kit, &world);
        taken += tell_before(&kit, &world, INT32_MAX);
        int32_t day = civil_day(2012, 6, 1) + (int32_t)draw(&world, 45);
        struct board *board = board_on(&kit, day, INT64_MAX);
        check_pages(&kit, board, &world);
        board_free(board);
        kit_close(&kit);
    }
    assert_true(taken > FACTS * ROUNDS / 4);
}

/* ---- a past day ---------------------------------------------------------------------------- */

static void expect_same(struct kit *kit, struct board *then, struct kit *past,
                        struct board *known)
{
    uint32_t duties, others;
    board_duties(then, &duties);
    const struct board_duty *list = board_duties(known, &others);
    assert_int_equal(duties, others);
    for (uint32_t duty = 0; duty < duties; duty++)
        for (uint32_t unit = 0; unit < roster_count(kit->roster); unit++) {
            struct board_own a, b;
            kit_check(kit, board_own(then, duty, unit, &a, &kit->err));
            kit_check(past, board_own(known, duty, unit, &b, &past->err));
            assert_int_equal(a.part != NULL, b.part != NULL);
            if (!a.part || !b.part)
                continue;
            if (a.missing != b.missing || a.excused != b.excused || a.in_time != b.in_time ||
                a.light != b.light || a.count.done != b.count.done ||
                a.part->duty.official != b.part->duty.official)
                fail_msg("%s of %s: %u missing, not %u", items[list[duty].duty.item],
                         roster_id(kit->roster, unit), a.missing, b.missing);
        }
}

static void a_past_day_knows_nothing_of_later(void **state)
{
    (void)state;
    struct world world = {.seed = 1949};
    for (int round = 0; round < ROUNDS; round++) {
        struct kit now, then;
        draw_world(&world);
        int32_t day = civil_day(2012, 6, 1) + (int32_t)draw(&world, 30);
        open_kit(&now, &world);
        open_kit(&then, &world);
        tell_before(&now, &world, INT32_MAX);
        tell_before(&then, &world, day + 1);
        struct board *past = board_on(&now, day, civil_ms(day + 1, 0));
        struct board *known = board_on(&then, day, INT64_MAX);
        expect_same(&now, past, &then, known);
        board_free(past);
        board_free(known);
        kit_close(&now);
        kit_close(&then);
    }
}

/* ---- lights -------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    uint32_t asked, missing;
    int32_t official; /* days from the day, INT32_MAX = none */
    bool retroactive;
    enum light light;
} lights[] = {
    {"nobody is asked", 0, 0, 5, false, LIGHT_NONE},
    {"all have done it", 3, 0, -5, false, LIGHT_DONE},
    {"in time", 3, 1, 4, false, LIGHT_ON_PLAN},
    {"three days left", 3, 1, 3, false, LIGHT_NEAR},
    {"on the day", 3, 1, 0, false, LIGHT_NEAR},
    {"the day after", 3, 1, -1, false, LIGHT_LATE},
    {"on the catch-up day", 3, 1, 0, true, LIGHT_NEAR},
    {"retroactive is never late, yet behind", 3, 1, -1, true, LIGHT_BEHIND},
    {"long behind", 3, 1, -5000, true, LIGHT_BEHIND},
    {"no due", 3, 3, INT32_MAX, false, LIGHT_ON_PLAN},
};

static void lights_follow_the_due(void **state)
{
    (void)state;
    int32_t day = civil_day(2012, 6, 1);
    for (size_t i = 0; i < COUNT(lights); i++) {
        struct duty duty = {
            .retroactive = lights[i].retroactive,
            .official = lights[i].official == INT32_MAX ? DAY_NONE : day + lights[i].official};
        struct progress_sum sum = {.asked = lights[i].asked, .missing = lights[i].missing};
        if (light_of(&duty, &sum, day) != lights[i].light)
            fail_msg("%s: %s", lights[i].name, light_name(light_of(&duty, &sum, day)));
    }
}

static void what_is_not_there(void **state)
{
    (void)state;
    struct world world = {.seed = 1};
    struct kit kit;
    draw_world(&world);
    open_kit(&kit, &world);
    struct board *board = NULL;
    struct board_wish wish = {civil_day(2012, 6, 1), civil_day(2012, 6, 1), true, ITEM_NONE,
                              INT64_MAX};
    assert_int_equal(board_new(kit.engine, 1, &wish, &board, &kit.err), ERR_INTERNAL);
    assert_null(board);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_what_units_owe),
        cmocka_unit_test(a_past_day_knows_nothing_of_later),
        cmocka_unit_test(lights_follow_the_due),
        cmocka_unit_test(what_is_not_there),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
