/* Selectors: a table of meanings over a small hospital, faults, and a campaign against an obvious
 * reference that walks parents and compares ids. */
#include "roster_kit.h"

#include "plan/selector.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

static const char hospital_rows[] = "id,name,kind,parent,groups,tags,from,until\n"
                                    "er,急诊,department,,,clinical,,\n"
                                    "er1,急诊01,person,er,member;b1,,,\n"
                                    "er2,急诊02,person,er,b1,new,2012-05-01,\n"
                                    "icu,重症,department,,,clinical;night,,\n"
                                    "w1,一病区,ward,icu,,,,\n"
                                    "icu1,重症01,person,w1,member;b2,,,2012-04-30\n"
                                    "of1,党政办01,person,office,member,,,\n"
                                    "b1,第一支部,branch,,,,,\n"
                                    "b2,第二支部,branch,,,,,\n";

static struct selector *compile(struct kit *kit, const char *json)
{
    struct selector *selector = NULL;
    const struct value *sealed = json ? kit_json(kit, json) : NULL;
    if (selector_compile(kit->roster, sealed, &selector, &kit->err) < 0)
        fail_msg("%s: %s", json, kit->err.message);
    return selector;
}

static void open_hospital(struct kit *kit)
{
    if (kit_open(kit, kit_units, LANG_EN) < 0 ||
        kit_load(kit, hospital_rows, strlen(hospital_rows)) < 0 ||
        roster_seal(kit->roster, &kit->err) < 0)
        fail_msg("%s\n%s", kit->err.message, kit_text(kit));
}

static void test_meanings(void **state)
{
    static const struct {
        const char *json, *units; /* ids in tree order */
    } table[] = {
        {NULL, ""},
        {"{\"terms\":[]}", ""},
        {"{\"terms\":[{\"id\":\"department\"}]}", "office er icu"},
        {"{\"terms\":[{\"id\":\"person\"}]}", "of1 er1 er2 icu1"},
        {"{\"terms\":[{\"id\":\"hospital\"}]}", "hospital"},
        {"{\"terms\":[{\"id\":\"er\"}]}", "er"},
        {"{\"terms\":[{\"id\":\"branch\"}]}", "b1 b2"},
        {"{\"terms\":[{\"id\":\"b1\"}]}", "b1"},
        {"{\"terms\":[{\"id\":\"member\"}]}", "of1 er1 icu1"},
        {"{\"terms\":[{\"id\":\"study\"}]}", "study"}, /* nobody is named: the group itself */
        {"{\"terms\":[{\"tag\":\"clinical\"}]}", "er icu"},
        {"{\"terms\":[{\"tag\":\"big\"}]}", "hospital"},
        {"{\"terms\":[{\"tag\":\"none\"}]}", ""},
        {"{\"terms\":[{\"id\":\"person\",\"in\":\"er\"}]}", "er1 er2"},
        {"{\"terms\":[{\"id\":\"er\",\"in\":\"er\"}]}", "er"},
        {"{\"terms\":[{\"id\":\"person\",\"in\":\"icu\"}]}", "icu1"},
        {"{\"terms\":[{\"id\":\"person\",\"in\":\"department\"}]}", "of1 er1 er2 icu1"},
        {"{\"terms\":[{\"id\":\"person\",\"in\":\"ward\"}]}", "icu1"},
        {"{\"terms\":[{\"id\":\"person\",\"in\":\"b1\"}]}", "er1 er2"},
        {"{\"terms\":[{\"id\":\"person\",\"in\":\"branch\"}]}", "er1 er2 icu1"},
        {"{\"terms\":[{\"id\":\"person\",\"in\":\"member\"}]}", "of1 er1 icu1"},
        {"{\"terms\":[{\"id\":\"person\",\"in\":[\"office\",\"icu\"]}]}", "of1 icu1"},
        {"{\"terms\":[{\"id\":\"department\",\"but\":[\"office\"]}]}", "er icu"},
        {"{\"terms\":[{\"id\":\"person\",\"but\":[\"er\",\"office\"]}]}", "icu1"},
        {"{\"terms\":[{\"id\":\"person\",\"but\":[\"member\"]}]}", "er2"},
        {"{\"terms\":[{\"id\":\"person\",\"but\":[\"#new\"]}]}", "of1 er1 icu1"},
        {"{\"terms\":[{\"id\":\"department\",\"but\":[\"#night\"]}]}", "office er"},
        {"{\"terms\":[{\"id\":\"person\",\"in\":\"hospital\",\"but\":[\"branch\"]}]}", "of1"},
        {"{\"terms\":[{\"tag\":\"clinical\",\"but\":[\"icu\"]},{\"id\":\"b2\"}]}", "er b2"},
        {"{\"terms\":[{\"id\":\"er\"},{\"id\":\"department\"}]}", "office er icu"},
    };
    struct kit kit;
    (void)state;
    open_hospital(&kit);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct selector *selector = compile(&kit, table[i].json);
        struct buf text = {0};
        uint32_t count = 0;
        buf_adds(&text, "");
        for (uint32_t unit = selector_next(selector, 0); unit != UNIT_NONE;
             unit = selector_next(selector, unit + 1), count++)
            buf_printf(&text, "%s%s", count ? " " : "", roster_id(kit.roster, unit));
        if (strcmp(text.bytes, table[i].units) != 0 || count != selector_count(selector))
            fail_msg("%s: \"%s\", expected \"%s\"", table[i].json, text.bytes, table[i].units);
        buf_free(&text);
        selector_free(selector);
    }
    kit_close(&kit);
}

static void test_days(void **state)
{
    struct kit kit;
    (void)state;
    open_hospital(&kit);
    struct selector *persons = compile(&kit, "{\"terms\":[{\"id\":\"person\"}]}");
    assert_int_equal(selector_count(persons), 4);
    assert_int_equal(selector_count_on(persons, civil_day(2012, 4, 30)), 3);
    assert_int_equal(selector_count_on(persons, civil_day(2012, 5, 1)), 3);
    assert_int_equal(selector_count_on(persons, civil_day(2012, 4, 1)), 3);
    struct selector *late = compile(&kit, "{\"terms\":[{\"id\":\"er2\"}]}");
    assert_int_equal(selector_count_on(late, civil_day(2012, 4, 30)), 0);
    assert_int_equal(selector_count_on(late, civil_day(2012, 5, 1)), 1);
    selector_free(persons);
    selector_free(late);
    kit_close(&kit);
}

static void test_faults(void **state)
{
    static const struct {
        const char *json;
        int code;
    } table[] = {
        {"{\"terms\":[{\"id\":\"nobody\"}]}", ERR_NOT_FOUND},
        {"{\"terms\":[{\"id\":\"person\",\"in\":\"nobody\"}]}", ERR_NOT_FOUND},
        {"{\"terms\":[{\"id\":\"person\",\"but\":[\"nobody\"]}]}", ERR_NOT_FOUND},
        {"{\"terms\":[{\"id\":\"person\",\"but\":[7]}]}", ERR_NOT_FOUND},
        {"{\"terms\":[{\"id\":\"person\",\"in\":{}}]}", ERR_NOT_FOUND},
        {"{\"terms\":[{}]}", ERR_NOT_FOUND},
        {"{\"terms\":[7]}", ERR_NOT_FOUND},
        {"{\"terms\":\"person\"}", ERR_INVALID},
        {"{}", ERR_INVALID},
        {"{\"terms\":[{\"tag\":"
         "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaa\"}]}",
         ERR_NOT_FOUND},
    };
    struct kit kit;
    (void)state;
    open_hospital(&kit);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct selector *selector = NULL;
        int code =
            selector_compile(kit.roster, kit_json(&kit, table[i].json), &selector, &kit.err);
        if (code != table[i].code || selector)
            fail_msg("%s: code %d", table[i].json, code);
    }
    kit_close(&kit);
}

/* ---- the campaign ---------------------------------------------------------------------------- */

enum { MOST_UNITS = 300, GROUPS = 3, TAGS = 3, BRANCHES = 3 };

/* A roster as the reference sees it: rows in the order of the file. */
struct model {
    uint32_t count;
    struct {
        char id[12];
        char kind;  /* 'd' department, 'p' person, 'b' branch */
        int parent; /* -1 = the hospital */
        bool groups[GROUPS], branches[BRANCHES], tags[TAGS];
    } rows[MOST_UNITS];
};

static uint32_t below(uint64_t *seed, uint32_t most)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 33) % most);
}

/* Branches first, so that their ids are known; the rest in any order of parents. */
static void model_fill(struct model *model, uint64_t *seed)
{
    *model = (struct model){.count = BRANCHES + below(seed, MOST_UNITS - BRANCHES)};
    for (uint32_t i = 0; i < model->count; i++) {
        bool branch = i < BRANCHES;
        snprintf(model->rows[i].id, sizeof model->rows[i].id, "u%u", i);
        model->rows[i].kind = branch ? 'b' : below(seed, 3) ? 'p' : 'd';
        model->rows[i].parent = branch || !below(seed, 3) ? -1 : (int)below(seed, model->count);
        if (model->rows[i].parent >= (int)i)
            model->rows[i].parent = (int)(i / 2); /* no circles, but see model_text */
        for (int g = 0; g < GROUPS; g++)
            model->rows[i].groups[g] = !below(seed, 4);
        for (int b = 0; b < BRANCHES; b++)
            model->rows[i].branches[b] = !branch && !below(seed, 5);
        for (int t = 0; t < TAGS; t++)
            model->rows[i].tags[t] = !below(seed, 6);
    }
}

/* As CSV, from the last row to the first half of the time, so that children stand before parents. */
static void model_text(const struct model *model, struct buf *text, bool backwards)
{
    buf_adds(text, "id,name,kind,parent,groups,tags\n");
    for (uint32_t n = 0; n < model->count; n++) {
        uint32_t i = backwards ? model->count - 1 - n : n;
        const char *kind = model->rows[i].kind == 'b'   ? "branch"
                           : model->rows[i].kind == 'd' ? "department"
                                                        : "person";
        buf_printf(text, "%s,x,%s,%s,", model->rows[i].id, kind,
                   model->rows[i].parent < 0 ? "hospital"
                                             : model->rows[model->rows[i].parent].id);
        for (int g = 0; g < GROUPS; g++)
            buf_adds(text, model->rows[i].groups[g] ? (g ? g == 1 ? ";g1" : ";g2" : "g0") : "");
        for (int b = 0; b < BRANCHES; b++)
            if (model->rows[i].branches[b])
                buf_printf(text, ";u%d", b);
        buf_adds(text, ",");
        for (int t = 0; t < TAGS; t++)
            if (model->rows[i].tags[t])
                buf_printf(text, ";t%d", t);
        buf_adds(text, "\n");
    }
}

static bool below_row(const struct model *model, int row, int above)
{
    for (; row >= 0; row = model->rows[row].parent)
        if (row == above)
            return true;
    return false;
}

static bool lies_in_row(const struct model *model, int row, int above)
{
    return below_row(model, row, above) ||
           (above < BRANCHES && model->rows[row].branches[above]);
}

/* What an id, "#tag" or kind means by itself, or within it. */
static bool meets(const struct model *model, int row, const char *id, bool within)
{
    bool kind =
        strcmp(id, "person") == 0 || strcmp(id, "department") == 0 || strcmp(id, "branch") == 0;
    if (strcmp(id, "hospital") == 0)
        return within; /* the hospital's own row is not in the model */
    if (id[0] == '#')
        return model->rows[row].tags[id[2] - '0'];
    if (id[0] == 'g')
        return model->rows[row].groups[id[1] - '0'];
    if (!kind)
        return within ? lies_in_row(model, row, atoi(id + 1)) : row == atoi(id + 1);
    if (!within)
        return model->rows[row].kind == id[0];
    for (int other = 0; other < (int)model->count; other++)
        if (model->rows[other].kind == id[0] && lies_in_row(model, row, other))
            return true;
    return false;
}

struct term {
    char id[12], in[12], but[2][12]; /* empty = absent */
};

static void random_id(const struct model *model, uint64_t *seed, bool tags, char id[12])
{
    static const char *const ids[] = {"person", "department", "branch", "person", "g0",
                                      "g1",     "g2",         "#t0",    "#t1",    "#t2"};
    if (below(seed, 3) == 0)
        snprintf(id, 12, "u%u", below(seed, model->count));
    else
        snprintf(id, 12, "%s", ids[below(seed, tags ? 10 : 7)]);
}

static void random_term(const struct model *model, uint64_t *seed, struct term *term)
{
    *term = (struct term){0};
    random_id(model, seed, true, term->id);
    if (below(seed, 2)) {
        random_id(model, seed, false, term->in);
        if (!below(seed, 6))
            strcpy(term->in, "hospital");
    }
    for (int i = 0; i < 2; i++)
        if (below(seed, 3) == 0)
            random_id(model, seed, true, term->but[i]);
}

static void term_text(struct buf *text, const struct term *term)
{
    bool tag = term->id[0] == '#';
    buf_printf(text, "{\"%s\":\"%s\"", tag ? "tag" : "id", term->id + tag);
    if (*term->in)
        buf_printf(text, ",\"in\":\"%s\"", term->in);
    if (*term->but[0] || *term->but[1])
        buf_printf(text, ",\"but\":[%s%s%s%s%s%s%s]", *term->but[0] ? "\"" : "", term->but[0],
                   *term->but[0] ? "\"" : "", *term->but[0] && *term->but[1] ? "," : "",
                   *term->but[1] ? "\"" : "", term->but[1], *term->but[1] ? "\"" : "");
    buf_adds(text, "}");
}

static bool term_meets(const struct model *model, const struct term *term, int row)
{
    return meets(model, row, term->id, false) &&
           (!*term->in || meets(model, row, term->in, true)) &&
           (!*term->but[0] || !meets(model, row, term->but[0], true)) &&
           (!*term->but[1] || !meets(model, row, term->but[1], true));
}

/* A random selector, compiled, with its reference over the roster's units. */
static struct selector *random_selector(struct kit *kit, const struct model *model,
                                        uint64_t *seed, bool *expected)
{
    struct term terms[3];
    uint32_t count = below(seed, 4);
    struct buf text = {0};
    buf_adds(&text, "{\"terms\":[");
    for (uint32_t i = 0; i < count; i++) {
        random_term(model, seed, &terms[i]);
        buf_adds(&text, i ? "," : "");
        term_text(&text, &terms[i]);
    }
    buf_adds(&text, "]}");
    memset(expected, 0, roster_count(kit->roster));
    for (int row = 0; row < (int)model->count; row++)
        for (uint32_t i = 0; i < count; i++)
            if (term_meets(model, &terms[i], row))
                expected[roster_find(kit->roster, model->rows[row].id,
                                     strlen(model->rows[row].id))] = true;
    struct selector *selector = compile(kit, text.bytes);
    for (uint32_t unit = 0; unit < roster_count(kit->roster); unit++)
        if (selector_has(selector, unit) != expected[unit])
            fail_msg("%s: %s is %s", text.bytes, roster_id(kit->roster, unit),
                     expected[unit] ? "missing" : "too many");
    buf_free(&text);
    return selector;
}

static void check_walk(const struct selector *selector, const bool *expected, uint32_t count,
                       uint64_t *seed)
{
    uint32_t units[8], met = 0, at = 0, n = below(seed, 9);
    uint32_t got = selector_first(selector, units, n);
    for (uint32_t unit = 0; unit < count; unit++) {
        if (!expected[unit])
            continue;
        assert_int_equal(selector_next(selector, at), unit);
        if (met < n)
            assert_int_equal(units[met], unit);
        met++;
        at = unit + 1;
    }
    assert_int_equal(selector_next(selector, at), UNIT_NONE);
    assert_int_equal(selector_next(selector, count + 1000), UNIT_NONE);
    assert_int_equal(selector_count(selector), met);
    assert_int_equal(selector_count_on(selector, 0), met);
    assert_int_equal(got, met < n ? met : n);
}

/* Words anywhere, also beyond the roster. */
static void check_words(const struct selector *selector, uint32_t count, uint64_t *seed)
{
    uint64_t words[5];
    uint32_t first = below(seed, count / 64 + 3), many = below(seed, 6);
    memset(words, 0xa5, sizeof words);
    selector_words(selector, first, words, many);
    for (uint32_t i = 0; i < many; i++)
        assert_true(words[i] == selector_word(selector, first + i));
    if (many < 5)
        assert_true(words[many] == UINT64_C(0xa5a5a5a5a5a5a5a5));
}

static void check_subset(const struct selector *part, const struct selector *whole,
                         const bool *in_part, const bool *in_whole, uint32_t count)
{
    uint32_t missing = UNIT_NONE, expected = 0;
    while (expected < count && (!in_part[expected] || in_whole[expected]))
        expected++;
    assert_int_equal(selector_subset(part, whole, &missing), expected == count);
    assert_int_equal(missing, expected == count ? UNIT_NONE : expected);
}

static unsigned try_roster(uint64_t *seed)
{
    static const char units[] =
        "\"units\":[{\"id\":\"hospital\",\"name\":\"x\"},"
        "{\"id\":\"department\",\"name\":\"x\",\"parent\":\"hospital\",\"many\":true}],"
        "\"groups\":[{\"id\":\"branch\",\"name\":\"x\",\"many\":true},"
        "{\"id\":\"g0\",\"name\":\"x\"},{\"id\":\"g1\",\"name\":\"x\"},"
        "{\"id\":\"g2\",\"name\":\"x\"}],"
        "\"rosters\":[{\"file\":\"r.csv\",\"kinds\":[\"person\"]}]";
    struct model model;
    struct buf text = {0};
    struct kit kit;
    model_fill(&model, seed);
    for (int g = 0; g < GROUPS; g++)
        model.rows[0].groups[g] = true; /* an empty group stands for itself: see the table */
    model_text(&model, &text, below(seed, 2));
    if (kit_open(&kit, units, LANG_EN) < 0 || kit_load(&kit, text.bytes, text.length) < 0 ||
        roster_seal(kit.roster, &kit.err) < 0)
        fail_msg("%s\n%s", kit.err.message, kit_text(&kit));
    uint32_t count = roster_count(kit.roster);
    bool expected[2][MOST_UNITS + 8];
    struct selector *selectors[2];
    enum { PAIRS = 20 };
    for (int i = 0; i < PAIRS; i++) {
        for (int j = 0; j < 2; j++) {
            selectors[j] = random_selector(&kit, &model, seed, expected[j]);
            check_walk(selectors[j], expected[j], count, seed);
            check_words(selectors[j], count, seed);
        }
        check_subset(selectors[0], selectors[1], expected[0], expected[1], count);
        check_subset(selectors[1], selectors[0], expected[1], expected[0], count);
        selector_free(selectors[0]);
        selector_free(selectors[1]);
    }
    buf_free(&text);
    kit_close(&kit);
    return 2 * PAIRS;
}

static void test_model(void **state)
{
    const char *size = getenv("PLANRUN_TEST_SECONDS");
    double seconds = getenv("PLANRUN_TEST_LONG") ? 60 : size ? atof(size) : 1;
    clock_t stop = clock() + (clock_t)(seconds * CLOCKS_PER_SEC);
    uint64_t seed = 2012;
    unsigned cases = 0, rosters = 0;
    (void)state;
    for (; cases < 10000 || clock() < stop; rosters++)
        cases += try_roster(&seed);
    printf("counts: %u random selectors over %u random rosters\n", cases, rosters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meanings),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
