/* Files of facts and the fingerprints of their texts: what is added, what is met again, what is not. */
#include "store_kit.h"

#include "store/files.h"

static char hash_text[4][65];

/* "aaaa…", "bbbb…": any 64 digits will do. */
static const char *hash(int digit)
{
    memset(hash_text[digit], 'a' + digit, 64);
    return hash_text[digit];
}

static int64_t submit(struct kit *kit, enum fact_kind kind, uint32_t unit, int64_t piece)
{
    struct store_fact fact = sample_fact(kind, unit, kind == FACT_WITHDRAWN ? piece : 1);
    enum fact_outcome outcome;
    int64_t number;
    fact.piece = piece;
    fact.moves = kind == FACT_SUBMITTED ? 1 : 0;
    KIT_OK(kit, store_append(kit->store, &fact, 1, &number, &outcome, &kit->err));
    return number;
}

static int64_t submit_file(struct kit *kit, uint32_t unit, int digit, bool kept)
{
    struct store_file file = {hash(digit), "总结.docx", 4500, 1500, kept};
    int64_t number = submit(kit, FACT_SUBMITTED, unit, 0);
    KIT_OK(kit, store_add_files(kit->store, number, &file, 1, NULL, 0, &kit->err));
    return number;
}

static void files_come_back_as_they_were(void **state)
{
    static const int64_t shingles[] = {-9, 3, 1LL << 40};
    struct kit kit;
    const struct store_file *files;
    const int64_t *found;
    size_t count;
    (void)state;
    kit_new(&kit, true);
    struct store_file table[] = {{hash(1), "a.txt", 3, 1, true},
                                 {hash(0), "照片.jpg", 1LL << 33, -1, false},
                                 {hash(1), "a.txt", 3, 1, true}};
    int64_t fact = submit(&kit, FACT_SUBMITTED, 4, 0);
    KIT_OK(&kit, store_add_files(kit.store, fact, table, 3, shingles, 3, &kit.err));
    KIT_OK(&kit, store_flush(kit.store, &kit.err));
    kit_reopen(&kit, STORE_READ);
    KIT_OK(&kit, store_files_of(kit.store, fact, kit.arena, &files, &count, &kit.err));
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(files[i].sha256, table[i].sha256);
        assert_string_equal(files[i].name, table[i].name);
        assert_int_equal(files[i].bytes, table[i].bytes);
        assert_int_equal(files[i].chars, table[i].chars);
        assert_int_equal(files[i].kept, table[i].kept);
    }
    KIT_OK(&kit, store_shingles_of(kit.store, fact, kit.arena, &found, &count, &kit.err));
    assert_int_equal(count, 3);
    assert_memory_equal(found, shingles, sizeof shingles);
    KIT_OK(&kit, store_files_of(kit.store, fact + 1, kit.arena, &files, &count, &kit.err));
    assert_int_equal(count, 0);
    kit_free(&kit);
}

static void what_is_refused_leaves_nothing(void **state)
{
    static const int64_t shingles[] = {1, 2, 3, 3}, few[] = {1, 2};
    struct kit kit;
    const int64_t *found;
    size_t count;
    (void)state;
    kit_new(&kit, false);
    struct store_file file = {hash(0), "a", 1, -1, true};
    int64_t fact = submit(&kit, FACT_SUBMITTED, 4, 0);
    assert_int_equal(store_add_files(kit.store, fact, &file, 1, shingles, 4, &kit.err),
                     ERR_INVALID);
    assert_int_equal(
        store_add_files(kit.store, fact, &file, STORE_FILES_MOST + 1, NULL, 0, &kit.err),
        ERR_LIMIT);
    KIT_OK(&kit, store_shingles_of(kit.store, fact, kit.arena, &found, &count, &kit.err));
    assert_int_equal(count, 0);
    KIT_OK(&kit, store_add_files(kit.store, fact, NULL, 0, few, 2, &kit.err));
    assert_int_equal(store_add_files(kit.store, fact, &file, 1, NULL, 0, &kit.err),
                     ERR_INVALID);
    kit_free(&kit);
}

struct numbers {
    int64_t numbers[8];
    size_t count, most;
};

static bool take_number(void *context, const struct store_fact *fact)
{
    struct numbers *numbers = context;
    numbers->numbers[numbers->count++] = fact->number;
    return numbers->count < numbers->most;
}

static void assert_same(struct kit *kit, int digit, size_t most, const int64_t *expected,
                        size_t count)
{
    struct numbers numbers = {.most = most};
    KIT_OK(kit, store_same_file(kit->store, 1, hash(digit), take_number, &numbers, &kit->err));
    assert_int_equal(numbers.count, count);
    assert_memory_equal(numbers.numbers, expected, count * sizeof *expected);
}

/* A withdrawn submission takes its reworks along. */
static void the_same_bytes_are_met(void **state)
{
    struct kit kit;
    const char *const *hashes;
    size_t count;
    (void)state;
    kit_new(&kit, false);
    int64_t first = submit_file(&kit, 1, 0, true), other = submit_file(&kit, 2, 1, false);
    int64_t second = submit_file(&kit, 3, 0, true);
    struct store_file file = {hash(0), "b", 1, -1, true};
    int64_t rework = submit(&kit, FACT_REWORKED, 2, other);
    KIT_OK(&kit, store_add_files(kit.store, rework, &file, 1, NULL, 0, &kit.err));
    assert_same(&kit, 0, 8, (int64_t[]){first, second, rework}, 3);
    assert_same(&kit, 0, 1, (int64_t[]){first}, 1);
    assert_same(&kit, 1, 8, (int64_t[]){other}, 1);
    assert_same(&kit, 2, 8, NULL, 0);
    KIT_OK(&kit, store_double_files(kit.store, 1, kit.arena, &hashes, &count, &kit.err));
    assert_int_equal(count, 1);
    assert_string_equal(hashes[0], hash(0));
    submit(&kit, FACT_WITHDRAWN, 2, other);
    assert_same(&kit, 0, 8, (int64_t[]){first, second}, 2);
    submit(&kit, FACT_WITHDRAWN, 1, first);
    assert_same(&kit, 0, 8, (int64_t[]){second}, 1);
    kit_free(&kit);
}

struct kept {
    char digits[8];
    size_t count;
};

static int take_kept(void *context, const char *sha256, struct err *err)
{
    struct kept *kept = context;
    kept->digits[kept->count++] = sha256[0];
    return kept->count == 3 ? err_set(err, ERR_LIMIT, "enough") : 0;
}

static void kept_files_are_listed(void **state)
{
    struct kit kit;
    struct kept kept = {0};
    bool is_kept;
    (void)state;
    kit_new(&kit, false);
    for (int i = 3; i >= 0; i--)
        submit_file(&kit, 1, i, i != 1);
    submit_file(&kit, 1, 3, true);
    assert_int_equal(store_kept_files(kit.store, take_kept, &kept, &kit.err), ERR_LIMIT);
    assert_string_equal(kept.digits, "acd");
    KIT_OK(&kit, store_is_kept(kit.store, hash(1), &is_kept, &kit.err));
    assert_false(is_kept);
    KIT_OK(&kit, store_is_kept(kit.store, hash(2), &is_kept, &kit.err));
    assert_true(is_kept);
    kit_free(&kit);
}

static int64_t submit_text(struct kit *kit, uint32_t unit, const int64_t *shingles,
                           size_t count)
{
    int64_t number = submit(kit, FACT_SUBMITTED, unit, 0);
    KIT_OK(kit, store_add_files(kit->store, number, NULL, 0, shingles, count, &kit->err));
    return number;
}

static void near_texts_are_found(void **state)
{
    struct kit kit;
    const struct store_near *near;
    size_t count;
    static const int64_t a[] = {1, 2, 3, 4, 1000}, b[] = {3, 4, 5, 1000}, c[] = {1, 9};
    static const int64_t asked[] = {1, 2, 3, 4, 5, 1000};
    (void)state;
    kit_new(&kit, false);
    int64_t first = submit_text(&kit, 1, a, 5), second = submit_text(&kit, 2, b, 4);
    int64_t gone = submit_text(&kit, 3, a, 5), third = submit_text(&kit, 4, c, 2);
    for (uint32_t unit = 10; unit < 10 + STORE_COMMON_MOST - 3; unit++)
        submit_text(&kit, unit, &a[4],
                    1); /* with the three and the asked one it is one too many */
    submit(&kit, FACT_WITHDRAWN, 3, gone);
    KIT_OK(&kit, store_similar(kit.store, 1, asked, 6, 8, kit.arena, &near, &count, &kit.err));
    assert_int_equal(count, 3);
    const struct {
        int64_t fact;
        uint32_t common, own, of;
    } expected[] = {{first, 4, 4, 5}, {second, 3, 3, 5}, {third, 1, 2, 5}};
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(near[i].fact.number, expected[i].fact);
        assert_int_equal(near[i].common, expected[i].common);
        assert_int_equal(near[i].own, expected[i].own);
        assert_int_equal(near[i].of, expected[i].of);
    }
    KIT_OK(&kit, store_similar(kit.store, 1, asked, 6, 1, kit.arena, &near, &count, &kit.err));
    assert_int_equal(count, 1);
    KIT_OK(&kit, store_similar(kit.store, 1, NULL, 0, 8, kit.arena, &near, &count, &kit.err));
    assert_int_equal(count, 0);
    kit_free(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_come_back_as_they_were),
        cmocka_unit_test(what_is_refused_leaves_nothing),
        cmocka_unit_test(the_same_bytes_are_met),
        cmocka_unit_test(kept_files_are_listed),
        cmocka_unit_test(near_texts_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
