/* Burden: a table of small cases, then a campaign of random demands against sums kept per unit. */
#include "roster_kit.h"

#include "plan/burden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

static const char plan_units[] =
    "\"units\":[{\"id\":\"hospital\",\"name\":\"医院\"},"
    "{\"id\":\"department\",\"name\":\"各科室\",\"parent\":\"hospital\",\"many\":true},"
    "{\"id\":\"person\",\"name\":\"职工\",\"parent\":\"department\",\"many\":true}],"
    "\"rosters\":[{\"file\":\"r.csv\",\"kinds\":[\"person\"]}]";

enum { TAGS = 6 };

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* One hospital (unit 0) with departments; every seventh row is one, its persons follow. Person i
 * bears the tag t<k> by chance, or by its place so that there are runs. */
static void open_many(struct kit *kit, uint32_t rows, uint64_t *random)
{
    struct buf text = {0};
    assert_int_equal(kit_open(kit, plan_units, LANG_EN), 0);
    buf_adds(&text, "id,name,kind,parent,tags\n");
    for (uint32_t i = 0, department = 0; i < rows; i++) {
        if (i % 7 == 0) {
            department = i;
            buf_printf(&text, "u%u,科室,department,hospital,\n", i);
            continue;
        }
        buf_printf(&text, "u%u,职工,person,u%u,all", i, department);
        for (unsigned k = 0; k < TAGS; k++)
            if (k < 3 ? next_random(random) % (k * 20 + 2) == 0 : i / 300 % (k + 1) == 0)
                buf_printf(&text, ";t%u", k);
        buf_adds(&text, "\n");
    }
    assert_int_equal(kit_load(kit, text.bytes, text.length), 0);
    buf_free(&text);
    if (roster_seal(kit->roster, &kit->err) < 0)
        fail_msg("%s\n%s", kit->err.message, kit_text(kit));
}

static struct selector *compile(struct kit *kit, const char *json)
{
    struct selector *selector = NULL;
    const struct value *sealed = json[0] ? kit_json(kit, json) : NULL;
    if (selector_compile(kit->roster, sealed, &selector, &kit->err) < 0)
        fail_msg("%s: %s", json, kit->err.message);
    return selector;
}

/* ---- cases ------------------------------------------------------------------------------------- */

enum { ALL, NOBODY, ONE, TWO, BOTH, BOTH_AGAIN, SELECTORS };

static const char *const selector_texts[SELECTORS] = {
    [ALL] = "{\"terms\":[{\"id\":\"person\"}]}",
    [NOBODY] = "",
    [ONE] = "{\"terms\":[{\"id\":\"u1\"}]}",
    [TWO] = "{\"terms\":[{\"id\":\"u2\"}]}",
    [BOTH] = "{\"terms\":[{\"id\":\"u1\"},{\"id\":\"u2\"}]}",
    [BOTH_AGAIN] = "{\"terms\":[{\"id\":\"u2\"},{\"id\":\"u1\"}]}",
};

struct ask_row {
    int selector;
    int32_t week;
    uint32_t count;
};

static const struct {
    const char *name;
    uint32_t limit;
    struct ask_row asks[5]; /* up to one of count 0 with week 99 */
    const char *found;      /* "week:units/most/id" */
} case_rows[] = {
    {"nothing", 3, {{0, 99, 0}}, ""},
    {"as much as the limit", 3, {{ALL, 1, 3}, {0, 99, 0}}, ""},
    {"one more", 3, {{ALL, 1, 4}, {0, 99, 0}}, "1:12/4/u1"},
    {"no limit above nothing", 0, {{ONE, 1, 1}, {0, 99, 0}}, "1:1/1/u1"},
    {"asked for nothing", 0, {{ALL, 1, 0}, {ONE, 2, 1}, {0, 99, 0}}, "2:1/1/u1"},
    {"nobody is asked", 0, {{NOBODY, 1, 9}, {0, 99, 0}}, ""},
    {"weeks are not added", 3, {{ALL, 1, 2}, {ALL, 2, 2}, {0, 99, 0}}, ""},
    {"weeks come sorted",
     1,
     {{ONE, 7, 2}, {ONE, -3, 2}, {TWO, 7, 3}, {0, 99, 0}},
     "-3:1/2/u1 7:2/3/u2"},
    {"other units are not added", 3, {{ONE, 1, 2}, {TWO, 1, 2}, {0, 99, 0}}, ""},
    {"the same twice", 3, {{BOTH, 1, 2}, {BOTH, 1, 2}, {0, 99, 0}}, "1:2/4/u1"},
    {"the same in other words", 3, {{BOTH, 1, 2}, {BOTH_AGAIN, 1, 2}, {0, 99, 0}}, "1:2/4/u1"},
    {"the first that has it", 1, {{ALL, 1, 2}, {TWO, 1, 1}, {0, 99, 0}}, "1:12/3/u2"},
    {"weeks alike",
     1,
     {{TWO, 1, 2}, {TWO, 2, 2}, {TWO, 3, 1}, {0, 99, 0}},
     "1:1/2/u2 2:1/2/u2"},
    {"sums saturate",
     3,
     {{ONE, 1, UINT32_MAX}, {BOTH, 1, UINT32_MAX}, {0, 99, 0}},
     "1:2/4294967295/u1"},
    {"at the limit's end", UINT32_MAX, {{ONE, 1, UINT32_MAX}, {0, 99, 0}}, ""},
    {"beyond it",
     UINT32_MAX,
     {{BOTH, 1, UINT32_MAX}, {TWO, 1, 1}, {0, 99, 0}},
     "1:1/4294967295/u2"},
    {"far weeks",
     0,
     {{ONE, INT32_MAX, 1}, {ONE, INT32_MIN, 1}, {0, 99, 0}},
     "-2147483648:1/1/u1 2147483647:1/1/u1"},
};

static const char *text_of(struct kit *kit, const struct burden_week *weeks, size_t count)
{
    struct buf text = {0};
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s%d:%u/%u/%s", i ? " " : "", weeks[i].week, weeks[i].units,
                   weeks[i].most, roster_id(kit->roster, weeks[i].unit));
    const char *copy = arena_string(kit->arena, text.bytes ? text.bytes : "");
    buf_free(&text);
    return copy;
}

static void test_cases(void **state)
{
    uint64_t random = 1;
    struct kit kit;
    struct selector *selectors[SELECTORS];
    (void)state;
    open_many(&kit, 14, &random);
    for (int i = 0; i < SELECTORS; i++)
        selectors[i] = compile(&kit, selector_texts[i]);
    for (size_t i = 0; i < sizeof case_rows / sizeof *case_rows; i++) {
        struct burden_demand demands[5];
        size_t count = 0, found = 99;
        for (const struct ask_row *ask = case_rows[i].asks; ask->week != 99; ask++)
            demands[count++] =
                (struct burden_demand){selectors[ask->selector], ask->week, ask->count};
        const struct burden_week *weeks =
            burden_find(kit.arena, demands, count, case_rows[i].limit, &found);
        assert_true((weeks != NULL) == (found > 0));
        const char *text = text_of(&kit, weeks, found);
        if (strcmp(text, case_rows[i].found) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", case_rows[i].name, text, case_rows[i].found);
    }
    for (int i = 0; i < SELECTORS; i++)
        selector_free(selectors[i]);
    kit_close(&kit);
}

/* ---- against sums kept per unit ---------------------------------------------------------------- */

enum { SOME = 24, WEEKS = 5 };

static struct selector *random_selector(struct kit *kit, uint32_t rows, uint64_t *random)
{
    static const struct {
        const char *before, *after; /* a number between them */
        enum { A_TAG, A_ROW, A_CONTAINER } number;
    } forms[] = {
        {"{\"terms\":[{\"tag\":\"t", "\"}]}", A_TAG},
        {"{\"terms\":[{\"id\":\"person\",\"but\":[\"#t", "\"]}]}", A_TAG},
        {"{\"terms\":[{\"id\":\"u", "\"}]}", A_ROW},
        {"{\"terms\":[{\"tag\":\"t1\",\"in\":\"u", "\"},{\"tag\":\"t5\"}]}", A_CONTAINER},
        {"{\"terms\":[{\"id\":\"person\",\"in\":\"u", "\"}]}", A_CONTAINER},
        {"{\"terms\":[{\"tag\":\"all\"}]}", "", A_ROW},
    };
    size_t form = next_random(random) % (sizeof forms / sizeof *forms);
    unsigned number = (unsigned)(next_random(random) % (forms[form].number ? rows : TAGS));
    char text[200];
    if (forms[form].number == A_CONTAINER)
        number -= number % 7;
    if (forms[form].after[0])
        snprintf(text, sizeof text, "%s%u%s", forms[form].before, number, forms[form].after);
    else
        snprintf(text, sizeof text, "%s", forms[form].before);
    return compile(kit, text);
}

/* The same by adding up; one week. */
static struct burden_week sum_up(struct kit *kit, const struct burden_demand *demands,
                                 size_t count, int32_t week, uint32_t limit)
{
    struct burden_week expected = {.week = week, .unit = UNIT_NONE};
    for (uint32_t unit = 0; unit < roster_count(kit->roster); unit++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < count; i++)
            if (demands[i].week == week && selector_has(demands[i].selector, unit))
                sum += demands[i].count;
        sum = sum > UINT32_MAX ? UINT32_MAX : sum;
        expected.units += sum > limit;
        if (sum > limit && sum > expected.most) {
            expected.most = (uint32_t)sum;
            expected.unit = unit;
        }
    }
    return expected;
}

static void compare(struct kit *kit, struct selector **selectors, uint64_t *random)
{
    struct burden_demand demands[60];
    size_t count = next_random(random) % (sizeof demands / sizeof *demands), found, seen = 0;
    uint64_t range = next_random(random) % 8 ? 4 : 1000;
    for (size_t i = 0; i < count; i++)
        demands[i] = (struct burden_demand){
            selectors[next_random(random) % SOME],
            (int32_t)(next_random(random) % WEEKS) * 7 - 14,
            (uint32_t)(next_random(random) % range),
        };
    uint32_t limit = (uint32_t)(next_random(random) % (range * 6));
    const struct burden_week *weeks = burden_find(kit->arena, demands, count, limit, &found);
    for (int32_t week = -14; week < WEEKS * 7 - 14; week += 7) {
        struct burden_week expected = sum_up(kit, demands, count, week, limit);
        if (!expected.units)
            continue;
        assert_true(seen < found);
        assert_memory_equal(&weeks[seen++], &expected, sizeof expected);
    }
    assert_int_equal(seen, found);
}

static void test_against_sums(void **state)
{
    const char *size = getenv("PLANRUN_TEST_SECONDS");
    time_t end = time(NULL) + (size ? strtol(size, NULL, 10) : 1);
    uint64_t random = 20121;
    (void)state;
    for (int turn = 0; turn < 10 || time(NULL) < end; turn++) {
        struct kit kit;
        struct selector *selectors[SOME];
        uint32_t rows = (uint32_t)(next_random(&random) % 9000) + 8;
        open_many(&kit, rows, &random);
        for (int i = 0; i < SOME; i++)
            selectors[i] = random_selector(&kit, rows, &random);
        for (int i = 0; i < 8; i++)
            compare(&kit, selectors, &random);
        for (int i = 0; i < SOME; i++)
            selector_free(selectors[i]);
        kit_close(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_against_sums),
    };
    return cmocka_run_group_tests_name("burden", tests, NULL, NULL);
}
