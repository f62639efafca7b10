/*
 * For tests of damaged stores: what is done to their files. A row names it, with where and how much; the
 * stores that it can be done with are made by the test. Functions of `bytes` change an image before it
 * is put on the disk, those of `disk` what lies there.
 */
#ifndef TESTS_DAMAGE_DONE_H
#define TESTS_DAMAGE_DONE_H

#include "damage_kit.h"

enum { FRAME = 24 + IMAGE_PAGE, LOG_HEADER = 32 };

/* The stores that are damaged. The first lived three times: closed, killed, opened again and killed. */
enum base {
    CLOSED, /* all in one file */
    KILLED, /* the last life in the log */
    YOUNG,  /* what it was after the first life */
    MIDDLE, /* killed in the second */
    BACKUP, /* a copy of then */
    OTHER,  /* another store, killed */
    BASES
};

static struct image bases[BASES];
static struct buf stories[2]; /* of CLOSED and KILLED */
static struct kit kit;

/* What is done: to the bytes of the files, and then to the files themselves. */
struct row {
    const char *name;
    enum base base; /* CLOSED or KILLED */
    void (*bytes)(struct image *image, const struct row *row);
    void (*disk)(const struct row *row);
    int file;     /* which, */
    int64_t at;   /* where in it, or how long it becomes; negative = from its end */
    int64_t more; /* a bit, a length or a page */
    enum base from;
    const char *sql;
    bool reads, writes; /* it opens for reading, for writing, and has everything */
    const char *said;   /* where it does not; NULL = whatever is clear */
};

/* ---- bytes ------------------------------------------------------------------------------------ */

static inline size_t place(const struct image *image, const struct row *row)
{
    size_t length = image->files[row->file].length;
    size_t at = row->at < 0 ? length - (size_t)-row->at : (size_t)row->at;
    if (at > length)
        fail_msg("%s: %s is too short", row->name, image_path("", row->file));
    return at;
}

static inline void flip(struct image *image, const struct row *row)
{
    image->files[row->file].bytes[place(image, row)] ^= (unsigned char)(1 << row->more);
}

static inline void cut(struct image *image, const struct row *row)
{
    image->files[row->file].length = place(image, row);
}

static inline void halve(struct image *image, const struct row *row)
{
    image->files[row->file].length /= 2;
}

static inline void zero(struct image *image, const struct row *row)
{
    struct image_file *file = image->files + row->file;
    memset(file->bytes + place(image, row), 0,
           row->more ? (size_t)row->more : file->length - place(image, row));
}

static inline void add(struct image *image, const struct row *row)
{
    static unsigned char more[3 * IMAGE_PAGE];
    struct image_file *file = image->files + row->file;
    struct buf all = {0};
    memset(more, 0x5a, sizeof more);
    buf_add(&all, file->bytes, file->length);
    buf_add(&all, more, sizeof more);
    image_set(image, row->file, all.bytes, all.length);
    buf_free(&all);
}

static inline void take_away(struct image *image, const struct row *row)
{
    image_set(image, row->file, NULL, 0);
}

/* The file of another store, or of another time. */
static inline void take_from(struct image *image, const struct row *row)
{
    const struct image_file *from = bases[row->from].files + row->file;
    image_set(image, row->file, from->bytes, from->length);
}

/* … and all beside the store with it. */
static inline void take_sidecars(struct image *image, const struct row *row)
{
    for (int i = IMAGE_LOG; i < IMAGE_FILES; i++)
        image_set(image, i, bases[row->from].files[i].bytes, bases[row->from].files[i].length);
}

static inline void take_without_mark(struct image *image, const struct row *row)
{
    take_from(image, row);
    image_set(image, IMAGE_MARK, NULL, 0);
}

static inline void write_text(struct image *image, const struct row *row)
{
    image_set(image, row->file, row->sql, strlen(row->sql));
}

static inline void swap(unsigned char *a, unsigned char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = a[i];
        a[i] = b[i];
        b[i] = c;
    }
}

static inline void swap_frames(struct image *image, const struct row *row)
{
    unsigned char *log = image->files[IMAGE_LOG].bytes + LOG_HEADER;
    swap(log + row->at * FRAME, log + row->more * FRAME, FRAME);
}

/* ---- pages ------------------------------------------------------------------------------------ */

/* The `which`th page that begins with a byte: 2 and 5 lie between, 10 and 13 are leaves, of indexes
 * and tables. */
static inline unsigned char *find_page(struct image *image, int64_t type, int which)
{
    struct image_file *db = image->files + IMAGE_DB;
    for (size_t at = IMAGE_PAGE; at < db->length; at += IMAGE_PAGE)
        if (db->bytes[at] == type && which-- == 0)
            return db->bytes + at;
    fail_msg("no page of type %d", (int)type);
    return NULL;
}

static inline void flip_page(struct image *image, const struct row *row)
{
    find_page(image, row->at, 0)[row->more] ^= 0x10;
}

static inline void zero_page(struct image *image, const struct row *row)
{
    memset(find_page(image, row->at, 1 - (row->at == 2 || row->at == 5)), 0, IMAGE_PAGE);
}

/* … of the first such page that has something there. */
static inline void zero_sector(struct image *image, const struct row *row)
{
    static const unsigned char nothing[512];
    unsigned char *sector = NULL;
    for (int which = 0; !sector || memcmp(sector, nothing, 512) == 0; which++)
        sector = find_page(image, row->at, which) + row->more;
    memset(sector, 0, 512);
}

static inline void swap_pages(struct image *image, const struct row *row)
{
    swap(find_page(image, row->at, 0), find_page(image, row->at, 1), IMAGE_PAGE);
}

static inline void double_page(struct image *image, const struct row *row)
{
    memcpy(find_page(image, row->at, 0), find_page(image, row->at, 1), IMAGE_PAGE);
}

/* A page of text that a row flows over to: it begins with the number of the next. */
static inline void flip_overflow(struct image *image, const struct row *row)
{
    struct image_file *db = image->files + IMAGE_DB;
    (void)row;
    for (size_t at = IMAGE_PAGE; at < db->length; at += IMAGE_PAGE)
        if (db->bytes[at] == 0 && memcmp(db->bytes + at + 4, "cccccccc", 8) == 0) {
            db->bytes[at + 2000] ^= 1;
            return;
        }
    fail_msg("no page of a long text");
}

static inline void flip_free(struct image *image, const struct row *row)
{
    struct image_file *db = image->files + IMAGE_DB;
    size_t trunk = (size_t)db->bytes[34] << 8 | db->bytes[35];
    (void)row;
    assert_true(trunk > 0);
    db->bytes[(trunk - 1) * IMAGE_PAGE + 7] ^= 1;
}

/* The page as it was in an earlier life: its sum is right. */
static inline void take_old_page(struct image *image, const struct row *row)
{
    size_t at = (size_t)(row->at - 1) * IMAGE_PAGE;
    memcpy(image->files[IMAGE_DB].bytes + at, bases[YOUNG].files[IMAGE_DB].bytes + at,
           IMAGE_PAGE);
}

/* ---- files ------------------------------------------------------------------------------------ */

static inline const char *file_of(const struct row *row)
{
    const char *path = image_path(kit.path, row->file);
    if (unlink(path) < 0)
        rmdir(path);
    return path;
}

static inline void make_folder(const struct row *row)
{
    assert_int_equal(mkdir(file_of(row), 0700), 0);
}

static inline void make_fifo(const struct row *row)
{
    assert_int_equal(mkfifo(file_of(row), 0600), 0);
}

static inline void make_link(const struct row *row)
{
    assert_int_equal(symlink(row->sql, file_of(row)), 0);
}

static inline void forbid(const struct row *row)
{
    assert_int_equal(chmod(image_path(kit.path, row->file), 0), 0);
}

/* With sums that are right: what a program does that is wrong, not a disk. */
static inline void plant(const struct row *row)
{
    sqlite3 *db = NULL;
    char *problem = NULL;
    assert_int_equal(sqlite3_open_v2(kit.path, &db, SQLITE_OPEN_READWRITE, pages_vfs()),
                     SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    if (sqlite3_exec(db, row->sql, NULL, NULL, &problem) != SQLITE_OK)
        fail_msg("%s: %s", row->sql, problem);
    sqlite3_close(db);
}

/* A database of SQLite's that is none of ours, or not in the way in which ours are made. */
static inline void make_foreign(const struct row *row)
{
    sqlite3 *db = NULL;
    struct err err;
    unlink(kit.path);
    assert_int_equal(
        sqlite3_open_v2(kit.path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, pages_vfs()),
        SQLITE_OK);
    int reserve = PAGES_FREE;
    sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
    if (sqlite3_exec(db, row->sql, NULL, NULL, NULL) != SQLITE_OK ||
        (row->more && schema_make(db, 0, STORE_SCHEMA, &err) < 0))
        fail_msg("%s: %s", row->sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

#endif
