/* Sums of pages: what a sum tells apart, and that no page reaches SQLite which is not as it was
 * written, however it is read. */
#include "store_kit.h"

#include "store/pages.h"
#include "store/store_data.h"

enum { PAGE = 4096, ROWS = 60 };

/* ---- sums ------------------------------------------------------------------------------------- */

static void fill_page(unsigned char page[PAGE], uint32_t seed)
{
    for (size_t i = 0; i < PAGE; i++) {
        seed = seed * 1664525U + 1013904223U;
        page[i] = (unsigned char)(seed >> 24);
    }
}

static void test_every_bit_counts(void **state)
{
    unsigned char page[PAGE];
    (void)state;
    fill_page(page, 1);
    uint64_t sum = pages_sum(page, PAGE, 7);
    for (size_t bit = 0; bit < (PAGE - PAGES_FREE) * 8; bit++) {
        page[bit / 8] ^= (unsigned char)(1U << bit % 8);
        if (pages_sum(page, PAGE, 7) == sum)
            fail_msg("bit %zu does not count", bit);
        page[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    memset(page + PAGE - PAGES_FREE, 0, PAGES_FREE); /* the sum's own place does not */
    assert_true(pages_sum(page, PAGE, 7) == sum);
}

static void test_place_counts(void **state)
{
    unsigned char page[PAGE];
    (void)state;
    fill_page(page, 2);
    for (uint32_t number = 2; number < 20000; number++)
        if (pages_sum(page, PAGE, number) == pages_sum(page, PAGE, number - 1))
            fail_msg("page %u has the sum of the one before", (unsigned)number);
    memset(page, 0, PAGE);
    for (uint32_t number = 1; number < 20000; number++)
        assert_true(pages_sum(page, PAGE, number) != 0); /* as a page of zeros would have it */
}

static void test_words_in_another_order(void **state)
{
    unsigned char page[PAGE], other[PAGE];
    (void)state;
    fill_page(page, 3);
    uint64_t sum = pages_sum(page, PAGE, 1);
    for (size_t at = 8; at < PAGE - PAGES_FREE; at += 8) {
        memcpy(other, page, PAGE);
        memcpy(other, page + at, 8);
        memcpy(other + at, page, 8);
        assert_true(pages_sum(other, PAGE, 1) != sum);
    }
}

/* ---- files ------------------------------------------------------------------------------------ */

static sqlite3 *open_db(const char *path)
{
    sqlite3 *db = NULL;
    struct err err;
    if (store_connect(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &db, &err) < 0)
        fail_msg("%s", err.message);
    return db;
}

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

/* A file with leaves, interior pages and overflow. */
static void make_file(const char *path)
{
    char sql[128];
    unlink(path);
    sqlite3 *db = open_db(path);
    run(db, "PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER PRIMARY KEY, x BLOB); BEGIN");
    for (int i = 0; i < ROWS; i++) {
        snprintf(sql, sizeof sql, "INSERT INTO t VALUES (%d, randomblob(%d))", i,
                 i % 10 == 0 ? 9000 : 900);
        run(db, sql);
    }
    run(db, "COMMIT");
    sqlite3_close(db);
}

/* Reads all; what SQLite said last. */
static int read_file(const char *path, uint32_t *refused)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;
    int step, rows = 0;
    struct err err;
    *refused = 0;
    if (store_connect(path, SQLITE_OPEN_READONLY, &db, &err) == 0) {
        step = sqlite3_prepare_v2(db, "SELECT n, x FROM t", -1, &statement, NULL);
        while (statement && (step = sqlite3_step(statement)) == SQLITE_ROW)
            rows++;
        sqlite3_finalize(statement);
    } else {
        step = sqlite3_extended_errcode(db);
    }
    *refused = pages_refused(db);
    sqlite3_close(db);
    return step == SQLITE_DONE && rows != ROWS ? SQLITE_EMPTY : step;
}

static void change(const char *path, int64_t at, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

static struct buf keep(const char *path)
{
    struct buf all = {0};
    char part[PAGE];
    size_t length;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while ((length = fread(part, 1, sizeof part, file)) > 0)
        buf_add(&all, part, length);
    fclose(file);
    return all;
}

/* What is put in the place of page `number`, given the whole file. */
typedef void (*damage)(unsigned char *page, const unsigned char *file, uint32_t number);

static void flip_first(unsigned char *page, const unsigned char *file, uint32_t number)
{
    (void)file;
    page[number == 1 ? 100 : 0] ^= 1;
}

static void flip_last(unsigned char *page, const unsigned char *file, uint32_t number)
{
    (void)file;
    (void)number;
    page[PAGE - 1] ^= 0x80; /* of the sum itself */
}

static void zero(unsigned char *page, const unsigned char *file, uint32_t number)
{
    (void)file;
    memset(page + (number == 1 ? 512 : 0), 0, number == 1 ? PAGE - 512 : PAGE);
}

static void zero_sector(unsigned char *page, const unsigned char *file, uint32_t number)
{
    (void)file;
    (void)number;
    memset(page + PAGE - 512, 0, 512);
}

static void misplace(unsigned char *page, const unsigned char *file, uint32_t number)
{
    memcpy(page + 100, file + (number == 3 ? 3 : 2) * PAGE + 100, PAGE - 100);
}

static void test_damaged_pages(void **state)
{
    static const damage kinds[] = {flip_first, flip_last, zero, zero_sector, misplace};
    struct kit kit;
    uint32_t refused;
    unsigned checked = 0;
    (void)state;
    kit_new(&kit, true);
    store_close(kit.store);
    kit.store = NULL;
    make_file(kit.path);
    struct buf file = keep(kit.path);
    const unsigned char *bytes = (const unsigned char *)file.bytes;
    uint32_t pages = (uint32_t)(file.length / PAGE);
    assert_true(pages > 20);
    assert_int_equal(read_file(kit.path, &refused), SQLITE_DONE);
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        for (uint32_t number = 1; number <= pages; number++, checked++) {
            unsigned char page[PAGE];
            memcpy(page, bytes + (number - 1) * PAGE, PAGE);
            kinds[kind](page, bytes, number);
            change(kit.path, (int64_t)(number - 1) * PAGE, page, PAGE);
            int code = read_file(kit.path, &refused);
            if (code != SQLITE_IOERR_DATA || refused != number)
                fail_msg("kind %zu, page %u: %d, refused %u", kind, (unsigned)number, code,
                         (unsigned)refused);
            change(kit.path, (int64_t)(number - 1) * PAGE, bytes + (number - 1) * PAGE, PAGE);
        }
    }
    assert_int_equal(read_file(kit.path, &refused), SQLITE_DONE);
    printf("counts: %u damages of %u pages refused\n", checked, (unsigned)pages);
    buf_free(&file);
    kit_free(&kit);
}

static void test_cut_pages(void **state)
{
    struct kit kit;
    uint32_t refused;
    (void)state;
    kit_new(&kit, true);
    store_close(kit.store);
    kit.store = NULL;
    make_file(kit.path);
    struct buf file = keep(kit.path);
    for (size_t length = file.length - 1; length > PAGE; length -= length > 8000 ? 1237 : 511) {
        assert_int_equal(truncate(kit.path, (off_t)length), 0);
        int code = read_file(kit.path, &refused);
        if (code == SQLITE_DONE || code == SQLITE_EMPTY)
            fail_msg("cut at %zu: %d", length, code);
    }
    buf_free(&file);
    kit_free(&kit);
}

/* Pieces that SQLite might read past a page's beginning are of pages that are checked. */
static void test_pieces(void **state)
{
    static const struct {
        int at, length;
    } table[] = {{PAGE + 4, PAGE - 4}, {3 * PAGE - 10, 20}, {200, 3 * PAGE}, {5 * PAGE, 1}};
    struct kit kit;
    (void)state;
    kit_new(&kit, true);
    store_close(kit.store);
    kit.store = NULL;
    make_file(kit.path);
    struct buf file = keep(kit.path);
    for (int wrong = 0; wrong < 2; wrong++) {
        for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
            unsigned char out[3 * PAGE];
            char flipped = (char)(file.bytes[table[i].at] ^ 4);
            sqlite3_file *inside = NULL;
            sqlite3 *db = open_db(kit.path);
            sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &inside);
            if (wrong)
                change(kit.path, table[i].at, &flipped, 1);
            int code = inside->pMethods->xRead(inside, out, table[i].length, table[i].at);
            assert_int_equal(code, wrong ? SQLITE_IOERR_DATA : SQLITE_OK);
            if (!wrong)
                assert_memory_equal(out, file.bytes + table[i].at, (size_t)table[i].length);
            change(kit.path, table[i].at, file.bytes + table[i].at, 1);
            sqlite3_close(db);
        }
    }
    buf_free(&file);
    kit_free(&kit);
}

/* ---- stores ----------------------------------------------------------------------------------- */

/* The bytes that are free at the end of a file's pages, as its header has it. */
static int free_bytes(const char *path)
{
    struct buf file = keep(path);
    int bytes = (unsigned char)file.bytes[20];
    buf_free(&file);
    return bytes;
}

/* All files that come to be have sums: of stores, of their copies and of copies from memory. */
static void test_stores_have_sums(void **state)
{
    struct kit kit, memory;
    char copy[128], problem[256];
    (void)state;
    kit_new(&kit, true);
    kit_new(&memory, false);
    assert_int_equal(free_bytes(kit.path), PAGES_FREE);
    snprintf(copy, sizeof copy, "%s.bak", kit.path);
    KIT_OK(&kit, store_backup(kit.store, copy, &kit.err));
    assert_int_equal(free_bytes(copy), PAGES_FREE);
    unlink(copy);
    KIT_OK(&memory, store_backup(memory.store, copy, &memory.err));
    assert_int_equal(free_bytes(copy), PAGES_FREE);
    sqlite3 *db = open_db(copy);
    assert_int_equal(store_ask(db, "PRAGMA integrity_check(1)", problem, &kit.err), 1);
    sqlite3_close(db);
    kit_free(&memory);
    kit_free(&kit);
}

/* A copy of a damaged store is none. */
static void test_no_damaged_backup(void **state)
{
    struct kit kit;
    char copy[128], names[2][144];
    struct stat status;
    (void)state;
    kit_new(&kit, true);
    kit_reopen(&kit, STORE_READ);
    snprintf(copy, sizeof copy, "%s.bak", kit.path);
    snprintf(names[0], sizeof names[0], "%s", copy);
    snprintf(names[1], sizeof names[1], "%s.new", copy);
    change(kit.path, 5 * PAGE + 9, "x", 1);
    assert_int_equal(store_backup(kit.store, copy, &kit.err), ERR_INVALID);
    if (!strstr(kit.err.message, "page 6 is not as it was written"))
        fail_msg("%s", kit.err.message);
    for (int i = 0; i < 2; i++)
        assert_int_equal(stat(names[i], &status), -1);
    kit_free(&kit);
}

/* Without the eight bytes free, nobody would look for sums: the header itself must say so. */
static void test_no_way_around(void **state)
{
    struct kit kit;
    char zero_byte = 0;
    (void)state;
    kit_new(&kit, true);
    store_close(kit.store);
    kit.store = NULL;
    change(kit.path, 20, &zero_byte, 1);
    for (enum store_mode mode = STORE_WRITE; mode <= STORE_READ; mode++) {
        assert_int_equal(store_open(kit.path, mode, &kit.store, &kit.err), ERR_INVALID);
        assert_non_null(strstr(kit.err.message, "restore a backup"));
    }
    kit_free(&kit);
}

int main(void)
{
    setenv("LC_ALL", "C", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_bit_counts),
        cmocka_unit_test(test_place_counts),
        cmocka_unit_test(test_words_in_another_order),
        cmocka_unit_test(test_damaged_pages),
        cmocka_unit_test(test_cut_pages),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_stores_have_sums),
        cmocka_unit_test(test_no_damaged_backup),
        cmocka_unit_test(test_no_way_around),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
