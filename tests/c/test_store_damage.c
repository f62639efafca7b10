/*
 * Damaged stores. Each kind of damage is done to the files of a store with something of everything,
 * which is then opened and read whole, for reading and for writing: it gives all that was in it, row by
 * row, or says clearly what is wrong and what to do. Never less without a word. Then harm at random, for
 * PLANRUN_TEST_SECONDS.
 */
#include "damage_done.h"

#include <time.h>

/* ---- the kinds -------------------------------------------------------------------------------- */

#define BIT(what, offset, bit)                                                                 \
    {                                                                                          \
        .name = "bit of " what, .bytes = flip, .at = (offset), .more = (bit)                   \
    }
#define LOG_BIT(what, offset, bit)                                                             \
    {                                                                                          \
        .name = "bit of the log's " what, .base = KILLED, .bytes = flip, .file = IMAGE_LOG,    \
        .at = (offset), .more = (bit), .said = "were confirmed"                                \
    }
#define LOG_CUT(length)                                                                        \
    {                                                                                          \
        .name = "log cut at " #length, .base = KILLED, .bytes = cut, .file = IMAGE_LOG,        \
        .at = (length), .said = "were confirmed"                                               \
    }
#define DB_CUT(length, what)                                                                   \
    {                                                                                          \
        .name = "file cut at " #length, .bytes = cut, .at = (length), .said = (what)           \
    }
#define PLANT(text, what)                                                                      \
    {                                                                                          \
        .name = text, .disk = plant, .sql = (text), .said = (what)                             \
    }
#define SHM(what, ...)                                                                         \
    {                                                                                          \
        .name = "shared memory " what, .base = KILLED, .file = IMAGE_SHM, .reads = true,       \
        .writes = true, __VA_ARGS__                                                            \
    }
#define MARK(what, ...)                                                                        \
    {                                                                                          \
        .name = "mark " what, .base = KILLED, .file = IMAGE_MARK, .reads = true,               \
        .writes = true, __VA_ARGS__                                                            \
    }
#define FRAME_AT(n) (LOG_HEADER + (n) * (int64_t)FRAME)

static const struct row rows[] = {
    {.name = "nothing, closed", .reads = true, .writes = true},
    {.name = "nothing, killed", .base = KILLED, .reads = true, .writes = true},
    /* the header */
    BIT("the magic", 3, 0),
    BIT("the size of a page", 16, 4),
    BIT("the size of a page", 17, 0),
    BIT("the version to write", 18, 0),
    BIT("the version to read", 19, 1),
    BIT("the bytes left free", 20, 3),
    BIT("the bytes left free", 20, 0),
    BIT("the fractions", 21, 0),
    BIT("the change counter", 27, 2),
    BIT("the number of pages", 30, 0),
    BIT("the number of pages", 31, 1),
    BIT("the first free page", 35, 0),
    BIT("the count of free pages", 39, 1),
    BIT("the schema's cookie", 43, 0),
    BIT("the schema's format", 47, 1),
    BIT("the vacuum's root", 55, 0),
    BIT("the encoding", 59, 1),
    BIT("our schema's version", 63, 0),
    BIT("our schema's version", 60, 7),
    BIT("our name", 70, 2),
    BIT("what is unused", 80, 0),
    BIT("the valid-for", 95, 0),
    BIT("SQLite's version", 99, 5),
    /* pages */
    BIT("the schema's page", 108, 0),
    BIT("the schema's text", 3000, 6),
    BIT("the first page's sum", IMAGE_PAGE - 1, 7),
    BIT("the holder's page", 2 * IMAGE_PAGE - 40, 1),
    {.name = "bit of a page between, of a table", .bytes = flip_page, .at = 5, .more = 14},
    {.name = "bit of a leaf, of a table", .bytes = flip_page, .at = 13, .more = 4000},
    {.name = "bit of a leaf's head", .bytes = flip_page, .at = 13, .more = 4},
    {.name = "bit of a page between, of an index", .bytes = flip_page, .at = 2, .more = 4000},
    {.name = "bit of a leaf, of an index", .bytes = flip_page, .at = 10, .more = 4000},
    {.name = "bit of a long text", .bytes = flip_overflow},
    {.name = "bit of the free pages", .bytes = flip_free, .reads = true},
    {.name = "page 1 zeroed behind the header", .bytes = zero, .at = 100, .more = 3996},
    {.name = "page 1 zeroed", .bytes = zero, .more = IMAGE_PAGE, .said = "not a store"},
    {.name = "page 2 zeroed", .bytes = zero, .at = IMAGE_PAGE, .more = IMAGE_PAGE},
    {.name = "all zeroed behind page 1", .bytes = zero, .at = IMAGE_PAGE},
    {.name = "page between zeroed", .bytes = zero_page, .at = 5},
    {.name = "leaf zeroed", .bytes = zero_page, .at = 13},
    {.name = "leaf of an index zeroed", .bytes = zero_page, .at = 10},
    {.name = "sector zeroed at a page's beginning", .bytes = zero_sector, .at = 13},
    {.name = "sector zeroed within", .bytes = zero_sector, .at = 13, .more = 2048},
    {.name = "sector zeroed at a page's end", .bytes = zero_sector, .at = 13, .more = 3584},
    {.name = "two leaves swapped", .bytes = swap_pages, .at = 13},
    {.name = "two leaves of indexes swapped", .bytes = swap_pages, .at = 10},
    {.name = "a leaf in another's place", .bytes = double_page, .at = 13},
    {.name = "the holder's page of an earlier life",
     .bytes = take_old_page,
     .at = 2,
     .said = "were confirmed"},
    {.name = "the first page of an earlier life", .bytes = take_old_page, .at = 1},
    /* the file's length */
    DB_CUT(0, "is gone"),
    DB_CUT(1, "not a store"),
    DB_CUT(15, "not a store"),
    DB_CUT(99, "not a store"),
    DB_CUT(100, NULL),
    DB_CUT(511, NULL),
    DB_CUT(IMAGE_PAGE - 1, NULL),
    DB_CUT(IMAGE_PAGE, NULL),
    DB_CUT(IMAGE_PAGE + 1, NULL),
    DB_CUT(3 * IMAGE_PAGE, NULL),

    DB_CUT(-IMAGE_PAGE, NULL),
    {.name = "file cut within a page that is free",
     .bytes = cut,
     .at = -1,
     .reads = true,
     .writes = true},
    {.name = "bit of a page that is free",
     .bytes = flip,
     .at = -IMAGE_PAGE,
     .reads = true,
     .writes = true},
    {.name = "file halved", .bytes = halve},
    {.name = "file halved under its log", .base = KILLED, .bytes = halve},
    {.name = "more behind the file's end", .bytes = add, .reads = true, .writes = true},
    /* the log */
    LOG_BIT("magic", 0, 3),
    LOG_BIT("version", 6, 0),
    LOG_BIT("size of a page", 10, 4),
    LOG_BIT("counter", 15, 0),
    LOG_BIT("salt", 17, 0),
    LOG_BIT("sum", 25, 0),
    LOG_BIT("first place", FRAME_AT(0) + 3, 0),
    LOG_BIT("first commit", FRAME_AT(0) + 7, 0),
    LOG_BIT("first salt", FRAME_AT(0) + 9, 0),
    LOG_BIT("first sum", FRAME_AT(0) + 17, 0),
    LOG_BIT("first page", FRAME_AT(0) + 500, 0),
    LOG_BIT("tenth page", FRAME_AT(9) + 700, 7),
    LOG_BIT("last page", -2000, 0),
    LOG_BIT("last byte", -1, 0),
    LOG_BIT("last frame's head", -FRAME + 5, 1),
    LOG_CUT(0),
    LOG_CUT(1),
    LOG_CUT(31),
    LOG_CUT(32),
    LOG_CUT(33),
    LOG_CUT(FRAME_AT(0) + 24),
    LOG_CUT(FRAME_AT(1) - 1),
    LOG_CUT(FRAME_AT(1)),
    LOG_CUT(FRAME_AT(7) + 9),
    LOG_CUT(-1),
    LOG_CUT(-FRAME),
    {.name = "log halved",
     .base = KILLED,
     .bytes = halve,
     .file = IMAGE_LOG,
     .said = "were confirmed"},
    {.name = "log removed",
     .base = KILLED,
     .bytes = take_away,
     .file = IMAGE_LOG,
     .said = "were confirmed"},
    {.name = "log zeroed",
     .base = KILLED,
     .bytes = zero,
     .file = IMAGE_LOG,
     .said = "were confirmed"},
    {.name = "log zeroed behind its head",
     .base = KILLED,
     .bytes = zero,
     .file = IMAGE_LOG,
     .at = 32,
     .said = "were confirmed"},
    {.name = "frames of the log swapped",
     .base = KILLED,
     .bytes = swap_frames,
     .at = 3,
     .more = 5,
     .said = "were confirmed"},
    {.name = "more behind the log's end",
     .base = KILLED,
     .bytes = add,
     .file = IMAGE_LOG,
     .reads = true,
     .writes = true},
    {.name = "text for a log",
     .base = KILLED,
     .bytes = write_text,
     .file = IMAGE_LOG,
     .sql = "it was here",
     .said = "were confirmed"},
    {.name = "folder for shared memory",
     .base = KILLED,
     .disk = make_folder,
     .file = IMAGE_SHM,
     .said = "is no file: remove it"},
    {.name = "link for a log",
     .base = KILLED,
     .disk = make_link,
     .sql = "nowhere",
     .file = IMAGE_LOG,
     .said = "is no file: remove it"},
    {.name = "journal beside it",
     .bytes = write_text,
     .file = IMAGE_JOURNAL,
     .sql = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7",
     .said = "does not belong"},
    {.name = "folder for a log", .base = KILLED, .disk = make_folder, .file = IMAGE_LOG},
    /* files that do not belong together */
    {.name = "log of another store",
     .base = KILLED,
     .bytes = take_from,
     .file = IMAGE_LOG,
     .from = OTHER},
    {.name = "log of another store, without mark",
     .base = KILLED,
     .bytes = take_without_mark,
     .file = IMAGE_LOG,
     .from = OTHER,
     .said = "do not belong together"},
    {.name = "log of another store beside a closed one",
     .bytes = take_from,
     .file = IMAGE_LOG,
     .from = OTHER,
     .said = "do not belong together"},
    {.name = "log of an earlier life",
     .base = KILLED,
     .bytes = take_from,
     .file = IMAGE_LOG,
     .from = MIDDLE},
    {.name = "log of an earlier life, without mark",
     .bytes = take_without_mark,
     .file = IMAGE_LOG,
     .from = MIDDLE,
     .said = "do not belong together"},
    {.name = "all beside it of another store",
     .base = KILLED,
     .bytes = take_sidecars,
     .from = OTHER,
     .said = "do not belong together"},
    {.name = "all beside it of an earlier life",
     .base = KILLED,
     .bytes = take_sidecars,
     .from = MIDDLE,
     .said = "do not belong together"},
    {.name = "backup under a log that goes on later",
     .base = KILLED,
     .bytes = take_from,
     .from = BACKUP,
     .said = "do not belong together"},
    {.name = "backup under a log, without mark",
     .base = KILLED,
     .bytes = take_without_mark,
     .from = BACKUP,
     .said = "do not belong together"},
    {.name = "backup in its place",
     .bytes = take_from,
     .from = BACKUP,
     .said = "were confirmed"},
    {.name = "file of an earlier life",
     .bytes = take_from,
     .from = YOUNG,
     .said = "were confirmed"},
    {.name = "file of another store",
     .bytes = take_from,
     .from = OTHER,
     .said = "is another store"},
    {.name = "file of another store under its log",
     .base = KILLED,
     .bytes = take_from,
     .from = OTHER},
    /* shared memory is made anew */
    SHM("removed", .bytes = take_away),
    SHM("cut", .bytes = cut, .at = 100),
    SHM("empty", .bytes = cut),
    SHM("zeroed", .bytes = zero),
    SHM("flipped", .bytes = flip, .at = 17, .more = 1),
    SHM("of another store", .bytes = take_from, .from = OTHER),
    SHM("text", .bytes = write_text, .sql = "shared"),
    /* a mark that cannot be read says nothing */
    MARK("removed", .bytes = take_away),
    MARK("empty", .bytes = cut),
    MARK("short", .bytes = cut, .at = -1),
    MARK("long", .bytes = add),
    MARK("with another name", .bytes = flip, .at = 3),
    MARK("with another count", .bytes = flip, .at = 36),
    MARK("with another sum", .bytes = flip, .at = -4),
    MARK("zeroed", .bytes = zero),
    MARK("text", .bytes = write_text, .sql = "0123456789abcdef 1 x\n"),
    MARK("of an earlier life", .bytes = take_from, .from = MIDDLE),
    MARK("folder", .disk = make_folder),
    MARK("pipe", .disk = make_fifo),
    MARK("link to nothing", .disk = make_link, .sql = "nowhere/at/all"),
    {.name = "mark of another store",
     .base = KILLED,
     .bytes = take_from,
     .file = IMAGE_MARK,
     .from = OTHER,
     .said = "is another store"},
    /* no store at all */
    {.name = "text for a store",
     .bytes = write_text,
     .sql = "unit \"a\"",
     .said = "not a store"},
    {.name = "header alone",
     .bytes = write_text,
     .sql = "SQLite format 3",
     .said = "not a store"},
    {.name = "store removed", .bytes = take_away, .said = "is gone"},
    {.name = "store removed under its log",
     .base = KILLED,
     .bytes = take_away,
     .said = "is gone"},
    {.name = "folder for a store", .disk = make_folder, .said = "is no file"},
    {.name = "pipe for a store", .disk = make_fifo, .said = "is no file"},
    {.name = "link to nothing", .disk = make_link, .sql = "nowhere.db", .said = "is a link"},
    {.name = "link to itself", .disk = make_link, .sql = "test.db"},
    {.name = "database of another program",
     .disk = make_foreign,
     .sql = "CREATE TABLE t (x)",
     .said = "not a store"},
    {.name = "store in another encoding",
     .disk = make_foreign,
     .more = 1,
     .sql =
         "PRAGMA encoding = 'UTF-16'; PRAGMA user_version = 2; PRAGMA application_id = 1886151022",
     .said = "is another store"},
    {.name = "store of smaller pages",
     .disk = make_foreign,
     .more = 1,
     .sql =
         "PRAGMA page_size = 1024; PRAGMA user_version = 2; PRAGMA application_id = 1886151022",
     .said = "is another store"},
    /* the schema */
    PLANT("PRAGMA user_version = 5", "newer planrun"),
    PLANT("PRAGMA user_version = 2147483647", "newer planrun"),
    PLANT("PRAGMA user_version = 1", NULL),
    PLANT("PRAGMA user_version = 0", NULL),
    PLANT("PRAGMA user_version = -1", "is damaged"),
    PLANT("PRAGMA application_id = 0", "not a store"),
    PLANT("DROP TABLE fact", "fact is gone"),
    PLANT("DROP TABLE holder", "is gone"),
    PLANT("DROP TABLE doubt", "is gone"),
    PLANT("DROP INDEX fact_key", "is gone"),
    PLANT("DROP INDEX firing_identity", "is gone"),
    PLANT("CREATE TABLE mine (x)", "did not make"),
    PLANT("CREATE INDEX mine ON fact (note)", "did not make"),
    PLANT("CREATE VIEW mine AS SELECT 1", "did not make"),
    PLANT("CREATE TRIGGER t AFTER INSERT ON fact BEGIN DELETE FROM fact; END", "did not make"),
    PLANT("ALTER TABLE line ADD COLUMN more INTEGER", "is not as"),
    PLANT("ALTER TABLE line RENAME COLUMN fate TO fame", "is not as"),
    PLANT("ALTER TABLE holder DROP COLUMN commits", "is not as"),
    PLANT("UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'unit'", NULL),
    PLANT("UPDATE sqlite_schema SET sql = 'x' WHERE name = 'unit'", NULL),
    PLANT("DELETE FROM sqlite_schema", NULL),
    PLANT("DELETE FROM holder", "has no name"),
    PLANT("UPDATE holder SET name = 'fedcba9876543210'", "is another store"),
    PLANT("UPDATE holder SET commits = 3", "were confirmed"),
    {.name = "analysed", .disk = plant, .sql = "ANALYZE", .reads = true, .writes = true},
};

/* ---- trying them ------------------------------------------------------------------------------ */

/* It names the file, and what to do. */
static bool is_clear(const char *message)
{
    static const char *const help[] = {
        "restore a backup",  "remove",          "put back",        "use that version", "name ",
        "run its plan once", "Too many levels", "ermission denied"};
    bool helps = false;
    for (size_t i = 0; i < sizeof help / sizeof *help; i++)
        helps |= strstr(message, help[i]) != NULL;
    return helps && strstr(message, kit.path);
}

static void clear_away(void)
{
    struct image nothing = {0};
    image_put(&nothing, kit.path);
    unlink(image_path(kit.path, IMAGE_DB));
}

/* All that is wrong is told before the test fails. */
static unsigned complaints;

static void complain(const char *name, enum store_mode mode, const char *what)
{
    fprintf(stderr, "%s, for %s: %s\n", name, mode == STORE_READ ? "reading" : "writing", what);
    complaints++;
}

/* Opens, reads all; true when it was all. Less, or other, fails. */
static bool tell(const char *name, enum base base, enum store_mode mode)
{
    struct buf story = {0};
    int code = story_of(&kit, mode, &story);
    const struct buf *whole = stories + base;
    bool same =
        story.length == whole->length && memcmp(story.bytes, whole->bytes, story.length) == 0;
    if (code == 0 && !same)
        complain(name, mode, "less or other, without a word");
    if (code < 0 && !is_clear(kit.err.message))
        complain(name, mode, kit.err.message);
    buf_free(&story);
    return code == 0;
}

static void try_row(const struct row *row, enum store_mode mode)
{
    struct image image = {0};
    image_copy(&image, bases + row->base);
    if (row->bytes)
        row->bytes(&image, row);
    image_put(&image, kit.path);
    if (row->disk)
        row->disk(row);
    alarm(60); /* for one that hangs */
    bool all = tell(row->name, row->base, mode);
    alarm(0);
    if (all != (mode == STORE_READ ? row->reads : row->writes))
        complain(row->name, mode, all ? "opened" : kit.err.message);
    if (!all && row->said && !strstr(kit.err.message, row->said))
        complain(row->name, mode, kit.err.message);
    clear_away();
    image_free(&image);
}

static void test_kinds(void **state)
{
    const size_t count = sizeof rows / sizeof *rows;
    unsigned refused = 0;
    (void)state;
    for (size_t i = 0; i < count; i++)
        for (enum store_mode mode = STORE_WRITE; mode <= STORE_READ; mode++) {
            try_row(rows + i, mode);
            refused += !(mode == STORE_READ ? rows[i].reads : rows[i].writes);
        }
    printf("counts: %zu kinds of damage, refused %u times, whole %zu times\n", count, refused,
           2 * count - refused);
    assert_int_equal(complaints, 0);
}

/* What only an owner's rights keep away; root reads it all the same. */
static void test_forbidden(void **state)
{
    struct row row = {.name = "unreadable", .disk = forbid};
    (void)state;
    row.reads = row.writes = geteuid() == 0;
    try_row(&row, STORE_READ);
    try_row(&row, STORE_WRITE);
    assert_int_equal(complaints, 0);
}

/* ---- at random -------------------------------------------------------------------------------- */

static uint64_t random_below(uint64_t *seed, uint64_t most)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*seed >> 20) % most;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One harm to a file; returns its name. */
static const char *harm(struct image_file *file, uint64_t *seed, uint64_t *at)
{
    *at = random_below(seed, file->length);
    switch (random_below(seed, 6)) {
    case 0:
        *at -= *at % 512;
        memset(file->bytes + *at, 0, file->length - *at < 512 ? file->length - *at : 512);
        return "sector zeroed";
    case 1:
        for (uint64_t i = 0; i < 16 && *at + i < file->length; i++)
            file->bytes[*at + i] = (unsigned char)random_below(seed, 256);
        return "bytes changed";
    case 2: file->length = *at; return "cut";
    default: file->bytes[*at] ^= (unsigned char)(1U << random_below(seed, 8)); return "bit";
    }
}

static bool try_seed(uint64_t seed, enum store_mode mode)
{
    struct image image = {0};
    uint64_t next = seed, at;
    char name[96];
    enum base base = random_below(&next, 3) ? KILLED : CLOSED;
    int file = base == KILLED && random_below(&next, 2) ? IMAGE_LOG : IMAGE_DB;
    image_copy(&image, bases + base);
    const char *what = harm(image.files + file, &next, &at);
    snprintf(name, sizeof name, "seed %llu, %s of %s at %llu", (unsigned long long)seed, what,
             file == IMAGE_LOG ? "the log" : "the file", (unsigned long long)at);
    image_put(&image, kit.path);
    alarm(60);
    bool all = tell(name, base, mode);
    alarm(0);
    clear_away();
    image_free(&image);
    return all;
}

static void test_random_harm(void **state)
{
    const char *text = getenv("PLANRUN_TEST_SECONDS");
    double end = now_s() + (text ? strtod(text, NULL) : 2);
    unsigned tried = 0, whole = 0;
    (void)state;
    for (uint64_t seed = 1; now_s() < end; seed++)
        for (enum store_mode mode = STORE_WRITE; mode <= STORE_READ; mode++, tried++)
            whole += try_seed(seed, mode);
    printf("counts: %u harms at random, refused %u times, whole %u times\n", tried / 2,
           tried - whole, whole);
    assert_int_equal(complaints, 0);
}

/* ---- the stores ------------------------------------------------------------------------------- */

static void make_backup(void)
{
    char copy[128];
    snprintf(copy, sizeof copy, "%s.bak", kit.path);
    kit_open(&kit, STORE_READ);
    KIT_OK(&kit, store_backup(kit.store, copy, &kit.err));
    store_close(kit.store);
    kit.store = NULL;
    image_keep(bases + BACKUP, copy);
    unlink(copy);
}

static int make_bases(void **state)
{
    (void)state;
    kit_new(&kit, true);
    store_close(kit.store);
    life_of(&kit, 1, true);
    image_keep(bases + YOUNG, kit.path);
    make_backup();
    life_of(&kit, 2, false);
    image_keep(bases + MIDDLE, kit.path);
    kit_open(&kit, STORE_WRITE); /* the log moves into the file */
    store_close(kit.store);
    life_of(&kit, 3, false);
    image_keep(bases + KILLED, kit.path);
    if (story_of(&kit, STORE_READ, stories + KILLED) < 0)
        fail_msg("%s", kit.err.message);
    kit_open(&kit, STORE_WRITE);
    store_close(kit.store);
    image_keep(bases + CLOSED, kit.path);
    if (story_of(&kit, STORE_READ, stories + CLOSED) < 0)
        fail_msg("%s", kit.err.message);
    clear_away();
    life_of(&kit, 1, true);
    life_of(&kit, 2, false);
    image_keep(bases + OTHER, kit.path);
    clear_away();
    return 0;
}

static int drop_bases(void **state)
{
    (void)state;
    for (int i = 0; i < BASES; i++)
        image_free(bases + i);
    buf_free(stories);
    buf_free(stories + 1);
    kit.store = NULL;
    kit_free(&kit);
    return 0;
}

int main(void)
{
    setenv("LC_ALL", "C", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_forbidden),
        cmocka_unit_test(test_random_harm),
    };
    return cmocka_run_group_tests(tests, make_bases, drop_bases);
}
