/* Originality: the same file, near texts, who copies from whom, and what a person decides about it. */
#include "engine_kit.h"

#include "engine/original.h"
#include "engine/overlap.h"

#define ORIGINAL FIELD("where", "{\"original\":true}")

/* Two items that ask for original work, one that does not. */
static const char items[] = QUOTA("q") DUE(BY("2012-06-20")) EACH_WARD COUNT_OF("1")
    ORIGINAL END "," QUOTA("r") DUE(BY("2012-06-20")) EACH_WARD COUNT_OF("1") ORIGINAL END
    "," QUOTA("free") DUE(BY("2012-06-20")) EACH_WARD COUNT_OF("1") END;

/* What is said: a kind, an item and a ward or a piece, a file ('a' …, 0 = none), and fingerprints
 * from … to - 1. */
struct said {
    enum fact_kind kind;
    const char *item, *unit;
    int64_t piece;
    char file;
    int from, to;
    const char *expected; /* the piece, whether it counts, what it is like */
};

static void say(struct kit *kit, const struct said *said, struct fact_answer *answer)
{
    char hash[65];
    int64_t shingles[2048];
    memset(hash, said->file, 64);
    hash[64] = '\0';
    struct store_file file = {hash, "a.txt", 10, 7, true};
    for (int i = said->from; i < said->to; i++)
        shingles[i - said->from] = i;
    struct fact_request request = {.kind = said->kind,
                                   .item = said->item,
                                   .unit = said->unit,
                                   .piece = said->piece,
                                   .count = 1,
                                   .at_ms = instant("2012-06-01 09:00"),
                                   .period = DAY_NONE,
                                   .chars = -1,
                                   .minutes = -1,
                                   .actor = "test",
                                   .note = "因为",
                                   .files = &file,
                                   .file_count = said->file != 0,
                                   .shingles = shingles,
                                   .shingle_count = (size_t)(said->to - said->from)};
    kit_check(kit, engine_fact(kit->engine, 0, &request, instant("2012-06-02 09:00"), arena,
                               answer, &kit->err));
}

static const char *answer_text(const struct fact_answer *answer)
{
    struct buf text = {0};
    buf_printf(&text, "f%lld %s", (long long)answer->piece,
               answer->why == PIECE_COPY     ? "copy"
               : answer->why == PIECE_COUNTS ? "counts"
                                             : "-");
    for (size_t i = 0; i < answer->same_count; i++)
        buf_printf(&text, " same f%lld", (long long)answer->same_file[i].piece);
    for (size_t i = 0; i < answer->similar_count; i++)
        buf_printf(&text, " near f%lld %u", (long long)answer->similar[i].piece,
                   answer->similar[i].share);
    const char *kept = arena_string(arena, text.bytes);
    buf_free(&text);
    return kept;
}

/* "f2=f3 f6~f7 99/100 …", "+" = there are more. */
static const char *pairs_text(struct kit *kit, uint32_t item, int64_t piece, size_t most)
{
    struct original_report report;
    struct buf text = {0};
    kit_check(kit,
              original_report(kit->engine, 0, item, piece, most, arena, &report, &kit->err));
    const struct original_pair *pairs = report.pairs;
    for (size_t i = 0; i < report.pair_count; i++) {
        buf_printf(&text, "f%lld%sf%lld ", (long long)pairs[i].first.piece,
                   pairs[i].sha256 ? "=" : "~", (long long)pairs[i].second.piece);
        if (pairs[i].of)
            buf_printf(&text, "%u/%u ", pairs[i].common, pairs[i].of);
    }
    buf_adds(&text, report.more ? "+" : "");
    for (size_t i = 0; i < report.common_count; i++)
        buf_printf(&text, "f%lld* ", (long long)report.common[i].piece);
    const char *kept = arena_string(arena, text.bytes);
    buf_free(&text);
    return kept;
}

static void what_is_alike_is_told_and_a_copy_does_not_count(void **state)
{
    static const struct said table[] = {
        {FACT_SUBMITTED, "q", "w1", 0, 'a', 0, 100, "f1 counts"},
        {FACT_SUBMITTED, "q", "w2", 0, 'a', 0, 100, "f2 copy same f1"},
        {FACT_SUBMITTED, "r", "w3", 0, 'a', 0, 0, "f3 copy same f1 same f2"},
        {FACT_SUBMITTED, "r", "w1", 0, 'a', 0, 100, "f4 counts near f2 1000"},
        {FACT_SUBMITTED, "free", "w2", 0, 'a', 0, 0, "f5 counts"},
        {FACT_SUBMITTED, "q", "w4", 0, 'b', 71, 171, "f6 counts"}, /* 29 in common */
        {FACT_SUBMITTED, "q", "w5", 0, 'c', 70, 170,
         "f7 counts near f6 990 near f1 300 near f2 300 near f4 300"},
        {FACT_SUBMITTED, "q", "w6", 0, 'd', 500, 1500, "f8 counts"},
        {FACT_SUBMITTED, "q", "w7", 0, 'e', 600, 610, "f9 counts near f8 1000"},
        {FACT_RETURNED, NULL, NULL, 2, 0, 0, 0, "f2 -"},
        {FACT_REWORKED, NULL, NULL, 2, 'f', 2000, 2100, "f2 counts"},
        {FACT_ACCEPTED, NULL, NULL, 3, 0, 0, 0, "f3 counts"},
        {FACT_WITHDRAWN, "q", "w1", 1, 0, 0, 0, "f1 -"},
        {FACT_SUBMITTED, "q", "w8", 0, 'g', 0, 70, "f14 counts near f2 1000 near f4 1000"},
    };
    static const struct kit_plan plan = {.items = items, .wards = 9};
    struct kit kit;
    (void)state;
    kit_open(&kit, &plan, NULL);
    for (size_t i = 0; i < COUNT(table); i++) {
        struct fact_answer answer;
        say(&kit, &table[i], &answer);
        if (strcmp(answer_text(&answer), table[i].expected) != 0)
            fail_msg("row %zu: %s", i, answer_text(&answer));
    }
    assert_string_equal(pairs_text(&kit, ITEM_NONE, 0, 100),
                        "f2=f3 f2=f4 f2~f14 70/70 f8~f9 10/10 f6~f7 99/100 f2~f7 30/100 ");
    assert_string_equal(pairs_text(&kit, ITEM_NONE, 9, 100), "f8~f9 10/10 ");
    assert_string_equal(pairs_text(&kit, plan_find(kit.plan, "r"), 0, 100), "f2=f3 f2=f4 ");
    assert_string_equal(pairs_text(&kit, ITEM_NONE, 0, 2), "f2=f3 f2=f4 +");
    kit_close(&kit);
}

/* One text that very many have is nobody's copy of anybody, and told all the same. */
static void what_everybody_has_is_told(void **state)
{
    static const struct kit_plan plan = {.items = items, .wards = STORE_COMMON_MOST + 3};
    struct kit kit;
    (void)state;
    kit_open(&kit, &plan, NULL);
    for (uint32_t ward = 1; ward <= plan.wards; ward++) {
        char unit[16];
        struct fact_answer answer;
        snprintf(unit, sizeof unit, "w%u", ward);
        say(&kit, &(struct said){FACT_SUBMITTED, "q", unit, 0, 0, 10, ward < 3 ? 200 : 50, ""},
            &answer);
    }
    assert_string_equal(pairs_text(&kit, ITEM_NONE, 0, 100),
                        "f1~f2 150/150 f3* f4* f5* f6* f7* f8* f9* f10* f11* f12* f13* f14* "
                        "f15* f16* f17* f18* f19* f20* f21* f22* f23* ");
    assert_string_equal(pairs_text(&kit, ITEM_NONE, 23, 100), "f23* ");
    kit_close(&kit);
}

/* Against counting every pair. */
static void overlap_agrees_with_a_slow_count(void **state)
{
    enum { TEXTS = 60, HASHES = 80, MOST = 5 };
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 200; round++) {
        bool has[HASHES][TEXTS];
        uint32_t owners[HASHES] = {0}, own[TEXTS] = {0}, found[TEXTS];
        struct overlap_mark marks[HASHES * TEXTS];
        size_t count = 0, pair_count, expected = 0;
        for (int hash = 0; hash < HASHES; hash++)
            for (uint32_t text = 0; text < TEXTS; text++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                has[hash][text] = seed >> 33 < UINT32_MAX / 2 / 20;
                if (has[hash][text])
                    marks[count++] = (struct overlap_mark){hash, text};
                owners[hash] += has[hash][text];
            }
        for (int hash = 0; hash < HASHES; hash++)
            for (uint32_t text = 0; text < TEXTS; text++)
                own[text] += has[hash][text] && owners[hash] <= MOST;
        struct overlap_pair *pairs;
        overlap_pairs(marks, count, TEXTS, MOST, 300, &pairs, &pair_count, found);
        assert_memory_equal(found, own, sizeof own);
        for (uint32_t a = 0; a < TEXTS; a++)
            for (uint32_t b = a + 1; b < TEXTS; b++) {
                uint32_t common = 0, of = own[a] < own[b] ? own[a] : own[b];
                for (int hash = 0; hash < HASHES; hash++)
                    common += has[hash][a] && has[hash][b] && owners[hash] <= MOST;
                if (!common || common * 1000 < of * 300)
                    continue;
                assert_true(expected < pair_count);
                assert_int_equal(pairs[expected].first, a);
                assert_int_equal(pairs[expected].second, b);
                assert_int_equal(pairs[expected].common, common);
                assert_int_equal(pairs[expected++].of, of);
            }
        assert_int_equal(pair_count, expected);
        free(pairs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_alike_is_told_and_a_copy_does_not_count, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_everybody_has_is_told, set_up, tear_down),
        cmocka_unit_test(overlap_agrees_with_a_slow_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
