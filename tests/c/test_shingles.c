/* Fingerprints: what is the same to them, winnowing's two promises over random texts, passages against a
 * slow search, and numbers that may never change because stores have them. */
#include "base/arena.h"
#include "files/shingles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct letters letters_of(const char *text)
{
    struct letters letters;
    letters_read(text, strlen(text), &letters);
    return letters;
}

static struct shingles shingles_of(const struct letters *letters)
{
    struct shingles shingles = {0};
    shingles_add(&shingles, letters);
    shingles_sort(&shingles);
    return shingles;
}

/* ---- normalisation ------------------------------------------------------------------------- */

static bool are_same_letters(const char *first, const char *second)
{
    struct letters a = letters_of(first), b = letters_of(second);
    bool same = a.count == b.count && memcmp(a.codes, b.codes, a.count * sizeof *a.codes) == 0;
    letters_free(&a);
    letters_free(&b);
    return same;
}

static void what_a_writer_may_vary(void **state)
{
    static const struct {
        const char *first, *second;
        bool same;
    } table[] = {
        {"敬佑生命、救死扶伤。", "敬佑生命 救死扶伤", true},
        {"敬佑\n\t生命　", "敬佑生命", true},
        {"Ｔｅｓｔ １２３", "test123", true},
        {"ﬁne CAFÉ", "fine cafe\xcc\x81", true},
        {"①第㈠", "1第一", true},
        {"Straße", "STRASSE", true},
        {"“我们的价值观”——《意见》", "我们的价值观意见", true},
        {"敬\xe2\x80\x8b佑\xef\xbb\xbf", "敬佑", true}, /* zero width space, mark */
        {"😀★→", "", true},
        {"敬\xff佑\xe6", "敬佑", true}, /* bytes that are no UTF-8 */
        {"㎡", "m2", true},
        {"敬佑", "佑敬", false},
        {"生命", "生命生命", false},
        {"职业", "職業", false}, /* traditional characters are others */
        {"cafe", "café", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (are_same_letters(table[i].first, table[i].second) != table[i].same)
            fail_msg("%s | %s", table[i].first, table[i].second);
}

static void letters_know_their_places(void **state)
{
    struct letters letters = letters_of("“敬，ﬁA”");
    static const uint32_t codes[] = {0x656c, 'f', 'i', 'a'}, places[] = {3, 9, 9, 12, 16};
    (void)state;
    assert_int_equal(letters.count, 4);
    assert_memory_equal(letters.codes, codes, sizeof codes);
    assert_memory_equal(letters.places, places, sizeof places);
    letters_free(&letters);
    letters = letters_of("");
    assert_int_equal(letters.count, 0);
    assert_int_equal(letters.places[0], 0);
    letters_free(&letters);
}

/* ---- winnowing ----------------------------------------------------------------------------- */

static uint64_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}

/* Letters of an alphabet of that many, from U+4E00 on. */
static struct letters random_letters(size_t count, uint32_t alphabet)
{
    struct letters letters = {.codes = mem_resize(NULL, count + 1, sizeof *letters.codes),
                              .places = mem_resize(NULL, count + 1, sizeof *letters.places),
                              .count = count};
    for (size_t i = 0; i < count; i++) {
        letters.codes[i] = 0x4e00 + draw(alphabet);
        letters.places[i] = (uint32_t)i;
    }
    letters.places[count] = (uint32_t)count;
    return letters;
}

static size_t count_common(const struct shingles *a, const struct shingles *b)
{
    size_t common = 0;
    for (size_t i = 0, k = 0; i < a->count && k < b->count;) {
        common += a->hashes[i] == b->hashes[k];
        if (a->hashes[i] < b->hashes[k])
            i++;
        else
            k++;
    }
    return common;
}

/* Puts the same passage into two texts and returns how many fingerprints they have in common. */
static size_t common_with_passage(size_t passage, uint32_t alphabet)
{
    struct letters a = random_letters(passage + draw(300), alphabet);
    struct letters b = random_letters(passage + draw(300), alphabet + 20000 - 2 * alphabet);
    size_t from = draw((uint32_t)(a.count - passage + 1));
    size_t to = draw((uint32_t)(b.count - passage + 1));
    for (size_t i = 0; i < b.count; i++)
        b.codes[i] += alphabet; /* no letter of the other's */
    memcpy(&b.codes[to], &a.codes[from], passage * sizeof *b.codes);
    struct shingles of_a = shingles_of(&a), of_b = shingles_of(&b);
    size_t common = count_common(&of_a, &of_b);
    shingles_free(&of_a);
    shingles_free(&of_b);
    letters_free(&a);
    letters_free(&b);
    return common;
}

static void every_long_passage_is_found(void **state)
{
    enum { CASES = 20000 };
    (void)state;
    for (int i = 0; i < CASES; i++)
        if (!common_with_passage(SHINGLE_PROMISE + draw(40), i % 3 ? 3000 : 2 + draw(4)))
            fail_msg("case %d", i);
    printf("counts: %d passages, all found\n", CASES);
}

static void no_short_passage_is_found(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++)
        if (common_with_passage(SHINGLE_LETTERS - 1, 3000))
            fail_msg("case %d", i);
}

static void one_in_six_is_kept(void **state)
{
    struct letters letters = random_letters(100000, 3000);
    struct shingles shingles = shingles_of(&letters);
    (void)state;
    assert_in_range(shingles.count, 16000, 17400); /* 2 / (w + 1) */
    assert_true(shingles.hashes[0] >= 0);
    assert_true(shingles.hashes[shingles.count - 1] < 1LL << 48);
    shingles_free(&shingles);
    letters_free(&letters);
}

static void short_texts_have_one(void **state)
{
    static const struct {
        const char *text;
        size_t count;
    } table[] = {{"", 0},
                 {"……", 0},
                 {"诚", 1},
                 {"敬业 诚信", 1},
                 {"全心全意为人民服务", 1},
                 {"敬佑生命救死扶伤甘于", 1}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct letters letters = letters_of(table[i].text);
        struct shingles shingles = shingles_of(&letters);
        if (shingles.count != table[i].count)
            fail_msg("%s: %zu", table[i].text, shingles.count);
        shingles_free(&shingles);
        letters_free(&letters);
    }
}

/* Stores have them. */
static void numbers_never_change(void **state)
{
    struct letters letters = letters_of("敬佑生命、救死扶伤、甘于奉献、大爱无疆");
    struct shingles shingles = shingles_of(&letters);
    char text[256] = "";
    (void)state;
    for (size_t i = 0; i < shingles.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%lld ",
                 (long long)shingles.hashes[i]);
    assert_string_equal(text, "28170816622272 ");
    shingles_free(&shingles);
    letters_free(&letters);
}

static void many_are_cut(void **state)
{
    struct shingles shingles = {0};
    size_t length = (size_t)3 * (SHINGLE_TEXT_MOST + 1000);
    char *text = mem_resize(NULL, length, 1);
    (void)state;
    for (size_t i = 0; i < length; i += 3) {
        uint32_t code = 0x4e00 + draw(20000);
        text[i] = (char)(0xe0 | code >> 12);
        text[i + 1] = (char)(0x80 | (code >> 6 & 0x3f));
        text[i + 2] = (char)(0x80 | (code & 0x3f));
    }
    struct letters letters;
    letters_read(text, length, &letters);
    assert_int_equal(letters.count, SHINGLE_TEXT_MOST);
    shingles_add(&shingles, &letters);
    letters_free(&letters);
    letters_read(text + 3000, length - 3000, &letters);
    shingles_add(&shingles, &letters);
    letters_free(&letters);
    letters = random_letters(SHINGLE_TEXT_MOST, 5000);
    shingles_add(&shingles, &letters);
    shingles_sort(&shingles);
    assert_int_equal(shingles.count, SHINGLES_MOST);
    for (size_t i = 1; i < shingles.count; i++)
        assert_true(shingles.hashes[i - 1] < shingles.hashes[i]);
    shingles_free(&shingles);
    letters_free(&letters);
    free(text);
}

static void words_of_the_notice_are_dropped(void **state)
{
    struct letters notice =
        letters_of("各支部、各科室要敬佑生命、救死扶伤、甘于奉献、大爱无疆。");
    struct letters quote = letters_of("敬佑生命，救死扶伤，甘于奉献，大爱无疆");
    struct letters own = letters_of("我在急诊科值夜班的第三年才明白老师说的那句话的分量");
    struct shingles shingles = shingles_of(&quote);
    (void)state;
    assert_true(shingles.count > 0);
    shingles_drop(&shingles, &notice);
    assert_int_equal(shingles.count, 0);
    shingles_free(&shingles);
    shingles = shingles_of(&own);
    size_t before = shingles.count;
    shingles_drop(&shingles, &notice);
    assert_int_equal(shingles.count, before);
    shingles_free(&shingles);
    letters_free(&notice);
    letters_free(&quote);
    letters_free(&own);
}

/* ---- passages ------------------------------------------------------------------------------ */

static void passages_are_the_longest_first(void **state)
{
    struct letters a = letters_of(
        "甲乙丙丁。她把每一位病人都当作自己的亲人来照顾，从不说累。戊己庚辛壬癸子丑寅卯辰巳");
    struct letters b = letters_of(
        "子丑寅卯辰巳午未申酉戌亥戊己庚辛壬癸子丑寅卯辰巳另有：她把每一位病人都当作自己的亲人来照顾从不说累了");
    struct passage passages[3];
    (void)state;
    size_t count = shingles_passages(&a, &b, passages, 3);
    assert_int_equal(count, 2);
    assert_int_equal(passages[0].letters, 22);
    assert_int_equal(passages[1].letters, 12);
    assert_int_equal(a.places[passages[0].first], strlen("甲乙丙丁。"));
    assert_int_equal(shingles_passages(&a, &b, passages, 1), 1);
    assert_int_equal(passages[0].letters, 22);
    letters_free(&b);
    b = letters_of("全心全意为人民服务");
    assert_int_equal(shingles_passages(&a, &b, passages, 3), 0);
    letters_free(&a);
    letters_free(&b);
}

static uint32_t longest_of_all(const struct letters *a, const struct letters *b)
{
    uint32_t longest = 0;
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count; k++) {
            uint32_t length = 0;
            while (i + length < a->count && k + length < b->count &&
                   a->codes[i + length] == b->codes[k + length])
                length++;
            longest = length > longest ? length : longest;
        }
    return longest;
}

/* Greedy from the left it may cut the longest one, when a shorter begins before and reaches into it, but
 * never by more than that: half of it always remains. */
static void passages_agree_with_a_slow_search(void **state)
{
    size_t exact = 0, cases = 0;
    (void)state;
    for (; cases < 2000; cases++) {
        struct letters a = random_letters(20 + draw(150), 2 + draw(3));
        struct letters b = random_letters(20 + draw(150), 2 + draw(3));
        struct passage passages[200];
        size_t count = shingles_passages(&a, &b, passages, 200);
        uint32_t longest = longest_of_all(&a, &b), end = 0;
        assert_int_equal(count > 0, longest >= SHINGLE_LETTERS);
        for (size_t i = 0; i < count; i++) {
            assert_true(i == 0 || passages[i].letters <= passages[i - 1].letters);
            assert_memory_equal(&a.codes[passages[i].first], &b.codes[passages[i].second],
                                passages[i].letters * sizeof *a.codes);
            for (size_t k = 0; k < i; k++)
                assert_true(passages[k].second + passages[k].letters <= passages[i].second ||
                            passages[i].second + passages[i].letters <= passages[k].second);
        }
        end = count ? passages[0].letters : longest;
        assert_true(2 * end >= longest);
        exact += end == longest;
        letters_free(&a);
        letters_free(&b);
    }
    printf("counts: %zu texts compared, the longest passage whole in %zu\n", cases, exact);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_writer_may_vary),
        cmocka_unit_test(letters_know_their_places),
        cmocka_unit_test(every_long_passage_is_found),
        cmocka_unit_test(no_short_passage_is_found),
        cmocka_unit_test(one_in_six_is_kept),
        cmocka_unit_test(short_texts_have_one),
        cmocka_unit_test(numbers_never_change),
        cmocka_unit_test(many_are_cut),
        cmocka_unit_test(words_of_the_notice_are_dropped),
        cmocka_unit_test(passages_are_the_longest_first),
        cmocka_unit_test(passages_agree_with_a_slow_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
