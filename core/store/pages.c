#include "store/pages.h"

#include "base/arena.h"

#include <stdbool.h>
#include <string.h>

static const char vfs_name[] = "planrun-pages";

enum {
    HEADER = 100, /* of SQLite's file format, with … */
    AT_SIZE = 16,
    AT_FREE = 20,
    SIZE_LEAST = 512,
    SIZE_MOST = 65536,
    ASK_REFUSED = 0x706c01, /* of our file control */
};

/* A file as SQLite sees it, over the one on the disk. */
struct page_file {
    sqlite3_file base; /* first: SQLite knows it by this */
    sqlite3_file *disk;
    unsigned char *page; /* room for one that is being written; NULL = not yet */
    uint32_t size;       /* of a page */
    bool database;       /* a main database, */
    bool sums;           /* whose pages have sums */
    uint32_t refused;
};

static struct page_file *of(sqlite3_file *base)
{
    return (struct page_file *)(void *)base;
}

/* ---- sums ------------------------------------------------------------------------------------- */

/* Each step is one-to-one, in the word as in what came before it. */
static uint64_t step(uint64_t sum, uint64_t word)
{
    sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return sum ^ sum >> 29;
}

/* The same on every machine. */
static uint64_t get_word(const unsigned char *at)
{
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 |
           (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 |
           (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

uint64_t pages_sum(const void *page, size_t length, uint32_t number)
{
    const unsigned char *at = page, *end = at + length - PAGES_FREE;
    uint64_t sum = step(UINT64_C(0x706c616e72756e), number);
    for (; at < end; at += 8)
        sum = step(sum, get_word(at));
    return sum ? sum : 1;
}

static void put_sum(unsigned char *page, size_t length, uint32_t number)
{
    uint64_t sum = pages_sum(page, length, number);
    for (size_t i = 0; i < PAGES_FREE; i++, sum >>= 8)
        page[length - PAGES_FREE + i] = (unsigned char)sum;
}

static bool has_sum(const unsigned char *page, size_t length, uint32_t number)
{
    return get_word(page + length - PAGES_FREE) == pages_sum(page, length, number);
}

/* ---- reading and writing ---------------------------------------------------------------------- */

static void note_header(struct page_file *file, const unsigned char *header)
{
    uint32_t size = (uint32_t)header[AT_SIZE] << 8 | header[AT_SIZE + 1];
    if (size == 1)
        size = SIZE_MOST;
    if (size >= SIZE_LEAST && (size & (size - 1)) == 0 && size != file->size) {
        sqlite3_free(file->page);
        file->page = NULL;
        file->size = size;
    }
    file->sums = header[AT_FREE] == PAGES_FREE;
}

static bool is_page(const struct page_file *file, int length, sqlite3_int64 offset)
{
    return (uint32_t)length == file->size && offset % length == 0;
}

static uint32_t number_at(const struct page_file *file, sqlite3_int64 offset)
{
    return (uint32_t)(offset / file->size) + 1;
}

static bool make_room(struct page_file *file)
{
    if (!file->page)
        file->page = sqlite3_malloc64(file->size);
    return file->page != NULL;
}

/* A page of which the file has only a beginning, or nothing, is none. */
static int read_page(struct page_file *file, void *page, sqlite3_int64 offset)
{
    uint32_t number = number_at(file, offset);
    int code = file->disk->pMethods->xRead(file->disk, page, (int)file->size, offset);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
        return code;
    if (code == SQLITE_OK && has_sum(page, file->size, number))
        return SQLITE_OK;
    file->refused = number;
    return SQLITE_IOERR_DATA;
}

/* Pieces of pages, each out of its whole page. */
static int read_pieces(struct page_file *file, unsigned char *out, int length,
                       sqlite3_int64 offset)
{
    int code = make_room(file) ? SQLITE_OK : SQLITE_IOERR_NOMEM;
    while (code == SQLITE_OK && length > 0) {
        int at = (int)(offset % file->size), rest = (int)file->size - at;
        int piece = length < rest ? length : rest;
        code = read_page(file, file->page, offset - at);
        if (code == SQLITE_OK)
            memcpy(out, file->page + at, (size_t)piece);
        out += piece;
        offset += piece;
        length -= piece;
    }
    return code;
}

/* The header is read alone before the size of a page is known; as part of its page it is checked
 * before anything else is read. */
static int file_read(sqlite3_file *base, void *out, int length, sqlite3_int64 offset)
{
    struct page_file *file = of(base);
    if (!file->sums || offset + length <= HEADER)
        return file->disk->pMethods->xRead(file->disk, out, length, offset);
    return is_page(file, length, offset) ? read_page(file, out, offset)
                                         : read_pieces(file, out, length, offset);
}

static int file_write(sqlite3_file *base, const void *bytes, int length, sqlite3_int64 offset)
{
    struct page_file *file = of(base);
    if (file->database && offset == 0 && length >= HEADER)
        note_header(file, bytes);
    if (!file->sums || !is_page(file, length, offset))
        return file->disk->pMethods->xWrite(file->disk, bytes, length, offset);
    if (!make_room(file))
        return SQLITE_IOERR_NOMEM;
    memcpy(file->page, bytes, file->size); /* the bytes are SQLite's, and go on being used */
    put_sum(file->page, file->size, number_at(file, offset));
    return file->disk->pMethods->xWrite(file->disk, file->page, length, offset);
}

/* ---- passed on -------------------------------------------------------------------------------- */

static int file_close(sqlite3_file *base)
{
    struct page_file *file = of(base);
    int code = file->disk->pMethods->xClose(file->disk);
    sqlite3_free(file->disk);
    sqlite3_free(file->page);
    return code;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    return of(base)->disk->pMethods->xTruncate(of(base)->disk, size);
}

static int file_sync(sqlite3_file *base, int flags)
{
    return of(base)->disk->pMethods->xSync(of(base)->disk, flags);
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size)
{
    return of(base)->disk->pMethods->xFileSize(of(base)->disk, size);
}

static int file_lock(sqlite3_file *base, int level)
{
    return of(base)->disk->pMethods->xLock(of(base)->disk, level);
}

static int file_unlock(sqlite3_file *base, int level)
{
    return of(base)->disk->pMethods->xUnlock(of(base)->disk, level);
}

static int file_reserved(sqlite3_file *base, int *reserved)
{
    return of(base)->disk->pMethods->xCheckReservedLock(of(base)->disk, reserved);
}

static int file_control(sqlite3_file *base, int what, void *value)
{
    if (what != ASK_REFUSED)
        return of(base)->disk->pMethods->xFileControl(of(base)->disk, what, value);
    *(uint32_t *)value = of(base)->refused;
    return SQLITE_OK;
}

static int file_sector(sqlite3_file *base)
{
    return of(base)->disk->pMethods->xSectorSize(of(base)->disk);
}

static int file_traits(sqlite3_file *base)
{
    return of(base)->disk->pMethods->xDeviceCharacteristics(of(base)->disk);
}

static int shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **out)
{
    return of(base)->disk->pMethods->xShmMap(of(base)->disk, region, size, extend, out);
}

static int shm_lock(sqlite3_file *base, int first, int count, int flags)
{
    return of(base)->disk->pMethods->xShmLock(of(base)->disk, first, count, flags);
}

static void shm_barrier(sqlite3_file *base)
{
    of(base)->disk->pMethods->xShmBarrier(of(base)->disk);
}

static int shm_unmap(sqlite3_file *base, int remove)
{
    return of(base)->disk->pMethods->xShmUnmap(of(base)->disk, remove);
}

/* Version 2: without reading through memory that is mapped, which nobody could check. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* ---- the VFS ---------------------------------------------------------------------------------- */

sqlite3_vfs *pages_disk(void)
{
    sqlite3_vfs *disk = sqlite3_vfs_find(NULL);
    if (!disk)
        mem_exhausted();
    return disk;
}

char *pages_path(const char *path)
{
    sqlite3_vfs *disk = pages_disk();
    size_t room = (size_t)disk->mxPathname + 1, length = strlen(path) + 1;
    char *full = mem_resize(NULL, room > length ? room : length, 1);
    int code = disk->xFullPathname(disk, path, (int)room, full);
    if ((code & 0xff) != SQLITE_OK) /* more bits: it was a link */
        memcpy(full, path, length);
    return full;
}

static sqlite3_vfs *disk_of(sqlite3_vfs *vfs)
{
    (void)vfs;
    return pages_disk();
}

/* What the file itself says of its pages; an empty one is begun with sums. */
static int look_at_header(struct page_file *file)
{
    unsigned char header[HEADER];
    sqlite3_int64 size = 0;
    int code = file->disk->pMethods->xFileSize(file->disk, &size);
    file->database = file->sums = true;
    if (code == SQLITE_OK && size >= HEADER) {
        code = file->disk->pMethods->xRead(file->disk, header, HEADER, 0);
        if (code == SQLITE_OK)
            note_header(file, header);
    }
    return code;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out)
{
    sqlite3_vfs *disk = disk_of(vfs);
    struct page_file *file = of(base);
    *file = (struct page_file){.size = 4096};
    file->disk = sqlite3_malloc(disk->szOsFile);
    if (!file->disk)
        return SQLITE_NOMEM;
    memset(file->disk, 0, (size_t)disk->szOsFile);
    int code = disk->xOpen(disk, name, file->disk, flags, out);
    if (code == SQLITE_OK && flags & SQLITE_OPEN_MAIN_DB)
        code = look_at_header(file);
    if (code == SQLITE_OK) {
        base->pMethods = &methods;
        return code;
    }
    if (file->disk->pMethods)
        file->disk->pMethods->xClose(file->disk);
    sqlite3_free(file->disk);
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    return disk_of(vfs)->xDelete(disk_of(vfs), name, sync);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    return disk_of(vfs)->xAccess(disk_of(vfs), name, flags, out);
}

static int vfs_path(sqlite3_vfs *vfs, const char *name, int room, char *out)
{
    return disk_of(vfs)->xFullPathname(disk_of(vfs), name, room, out);
}

static int vfs_random(sqlite3_vfs *vfs, int length, char *out)
{
    return disk_of(vfs)->xRandomness(disk_of(vfs), length, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
    return disk_of(vfs)->xSleep(disk_of(vfs), us);
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
    return disk_of(vfs)->xCurrentTime(disk_of(vfs), out);
}

static int vfs_error(sqlite3_vfs *vfs, int room, char *out)
{
    return disk_of(vfs)->xGetLastError(disk_of(vfs), room, out);
}

/* Version 1 is all that is passed on; nothing is loaded through it. */
const char *pages_vfs(void)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(vfs_name);
    if (vfs)
        return vfs_name;
    vfs = sqlite3_malloc(sizeof *vfs); /* SQLite's, as long as the process lives */
    if (!vfs)
        return NULL;
    *vfs = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = sizeof(struct page_file),
        .mxPathname = pages_disk()->mxPathname,
        .zName = vfs_name,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_path,
        .xRandomness = vfs_random,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_error,
    };
    return sqlite3_vfs_register(vfs, 0) == SQLITE_OK ? vfs_name : NULL;
}

uint32_t pages_refused(sqlite3 *db)
{
    uint32_t number = 0;
    if (sqlite3_file_control(db, "main", ASK_REFUSED, &number) != SQLITE_OK)
        return 0;
    return number;
}
