/* The disk in memory as SQLite's default VFS: files, their locks, and the shared memory of a log. */
#include "sim_disk_data.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MOST = 512 };

/* 2012-01-01T00:00Z, as SQLite counts: nobody is to ask. */
static const sqlite3_int64 fixed_ms = 212192136000000;

struct handle {
    sqlite3_file base;
    struct sim_disk *disk;
    struct inode *inode;
    const char *path; /* NULL = temporary */
    int lock;
    bool mapped, remove;
    unsigned shared, exclusive; /* locks of the shared memory, a bit each */
};

static struct sim_disk *in_use;

struct sim_disk *sim_disk_in_use(void)
{
    return in_use;
}

static int result(enum sim_fault fault, int failed, int full)
{
    return fault == SIM_NONE ? SQLITE_OK : fault == SIM_ENOSPC ? full : failed;
}

/* ---- bytes ------------------------------------------------------------------------------------ */

static int file_read(sqlite3_file *base, void *out, int length, sqlite3_int64 at)
{
    struct handle *handle = (struct handle *)base;
    const struct inode *inode = handle->inode;
    size_t from = (size_t)at, wanted = (size_t)length;
    if (sim_read_fails(handle->disk))
        return SQLITE_IOERR_READ;
    size_t there = from < inode->size ? inode->size - from : 0;
    if (there > wanted)
        there = wanted;
    if (there)
        memcpy(out, inode->bytes + from, there);
    memset((char *)out + there, 0, wanted - there);
    return there < wanted ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int file_write(sqlite3_file *base, const void *bytes, int length, sqlite3_int64 at)
{
    struct handle *handle = (struct handle *)base;
    size_t size = (size_t)length, from = (size_t)at;
    bool grows = from + size > handle->inode->size;
    enum sim_fault fault = sim_begin(handle->disk, "write", handle->path, grows);
    if (fault == SIM_SHORT)
        size /= 2;
    if (fault == SIM_NONE || fault == SIM_SHORT || fault == SIM_TORN)
        inode_write(handle->inode, bytes, size, from);
    if (fault == SIM_TORN) /* it is under way: chance says what of it arrives */
        sim_disk_cut(handle->disk);
    /* as SQLite's own VFS has it, a write that is short means a full disk */
    return fault == SIM_SHORT ? SQLITE_FULL : result(fault, SQLITE_IOERR_WRITE, SQLITE_FULL);
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct handle *handle = (struct handle *)base;
    enum sim_fault fault = sim_begin(handle->disk, "truncate", handle->path, false);
    if (fault == SIM_NONE)
        inode_truncate(handle->inode, (size_t)size);
    return result(fault, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_TRUNCATE);
}

static int file_sync(sqlite3_file *base, int flags)
{
    struct handle *handle = (struct handle *)base;
    (void)flags;
    enum sim_fault fault = sim_begin(handle->disk, "sync", handle->path, false);
    if (fault == SIM_NONE) {
        inode_sync(handle->inode);
        sim_sync_names(handle->disk, handle->inode);
    } else if (!handle->disk->dead) {
        inode_sync_failed(handle->inode, fault == SIM_SHORT ? &handle->disk->chance : NULL);
    }
    return result(fault, SQLITE_IOERR_FSYNC, SQLITE_IOERR_FSYNC);
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size)
{
    struct handle *handle = (struct handle *)base;
    if (handle->disk->dead)
        return SQLITE_IOERR_FSTAT;
    *size = (sqlite3_int64)handle->inode->size;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *base, int operation, void *argument)
{
    (void)base, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *base)
{
    (void)base;
    return 4096;
}

static int file_traits(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- locks ------------------------------------------------------------------------------------ */

static int file_lock(sqlite3_file *base, int lock)
{
    struct handle *handle = (struct handle *)base;
    struct inode *inode = handle->inode;
    if (handle->disk->dead)
        return SQLITE_IOERR_LOCK;
    if (handle->lock >= lock)
        return SQLITE_OK;
    bool others = inode->writer && inode->writer != handle;
    if (lock == SQLITE_LOCK_SHARED) {
        if (others && inode->writer_lock >= SQLITE_LOCK_PENDING)
            return SQLITE_BUSY;
        inode->shared++;
        handle->lock = lock;
        return SQLITE_OK;
    }
    if (others)
        return SQLITE_BUSY;
    inode->writer = handle;
    bool waits = lock == SQLITE_LOCK_EXCLUSIVE && inode->shared > 1;
    inode->writer_lock = handle->lock = waits ? SQLITE_LOCK_PENDING : lock;
    return waits ? SQLITE_BUSY : SQLITE_OK;
}

static int file_unlock(sqlite3_file *base, int lock)
{
    struct handle *handle = (struct handle *)base;
    struct inode *inode = handle->inode;
    if (handle->lock <= lock)
        return SQLITE_OK;
    if (inode->writer == handle)
        inode->writer = NULL;
    if (lock == SQLITE_LOCK_NONE)
        inode->shared--;
    handle->lock = lock;
    return SQLITE_OK;
}

static int file_reserved(sqlite3_file *base, int *out)
{
    const struct handle *handle = (const struct handle *)base;
    *out = handle->inode->writer != NULL;
    return handle->disk->dead ? SQLITE_IOERR_CHECKRESERVEDLOCK : SQLITE_OK;
}

/* ---- shared memory: gone with the last that maps it, as behind a process that is the first -------- */

static int shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **out)
{
    struct handle *handle = (struct handle *)base;
    struct inode *inode = handle->inode;
    *out = NULL;
    if (handle->disk->dead)
        return SQLITE_IOERR_SHMMAP;
    inode->mapped += !handle->mapped;
    handle->mapped = true;
    while (extend && region >= inode->region_count) {
        char path[PATH_MOST];
        snprintf(path, sizeof path, "%s-shm", handle->path);
        if (sim_begin(handle->disk, "map", sim_path(handle->disk, path), true) != SIM_NONE)
            return SQLITE_IOERR_SHMSIZE;
        inode->regions =
            mem_resize(inode->regions, (size_t)inode->region_count + 1, sizeof *inode->regions);
        inode->regions[inode->region_count] = mem_resize(NULL, (size_t)size, 1);
        memset(inode->regions[inode->region_count++], 0, (size_t)size);
    }
    if (region < inode->region_count)
        *out = inode->regions[region];
    return SQLITE_OK;
}

static void release_shm(struct handle *handle, unsigned mask)
{
    for (int i = 0; i < SQLITE_SHM_NLOCK; i++) {
        if (handle->exclusive & mask & 1u << i)
            handle->inode->region_locks[i] = 0;
        else if (handle->shared & mask & 1u << i)
            handle->inode->region_locks[i]--;
    }
    handle->exclusive &= ~mask;
    handle->shared &= ~mask;
}

static int take_shm(struct handle *handle, unsigned mask, bool exclusive)
{
    int *locks = handle->inode->region_locks;
    for (int i = 0; i < SQLITE_SHM_NLOCK; i++) {
        bool mine = handle->shared & 1u << i;
        if (mask & 1u << i && (exclusive ? locks[i] != mine : locks[i] < 0))
            return SQLITE_BUSY;
    }
    mask &= ~(exclusive ? handle->exclusive : handle->shared);
    for (int i = 0; i < SQLITE_SHM_NLOCK; i++)
        if (mask & 1u << i)
            locks[i] = exclusive ? -1 : locks[i] + 1;
    if (exclusive)
        handle->exclusive |= mask;
    else
        handle->shared |= mask;
    return SQLITE_OK;
}

static int shm_lock(sqlite3_file *base, int first, int count, int flags)
{
    struct handle *handle = (struct handle *)base;
    unsigned mask = ((1u << count) - 1) << first;
    if (flags & SQLITE_SHM_UNLOCK) {
        release_shm(handle, mask);
        return SQLITE_OK;
    }
    if (handle->disk->dead)
        return SQLITE_IOERR_SHMLOCK;
    return take_shm(handle, mask, flags & SQLITE_SHM_EXCLUSIVE);
}

static void shm_barrier(sqlite3_file *base)
{
    (void)base;
}

static int shm_unmap(sqlite3_file *base, int remove)
{
    struct handle *handle = (struct handle *)base;
    struct inode *inode = handle->inode;
    (void)remove;
    release_shm(handle, ~0u);
    if (!handle->mapped)
        return SQLITE_OK;
    handle->mapped = false;
    if (--inode->mapped)
        return SQLITE_OK;
    for (int i = 0; i < inode->region_count; i++)
        free(inode->regions[i]);
    free(inode->regions);
    inode->regions = NULL;
    inode->region_count = 0;
    return SQLITE_OK;
}

/* ---- files ------------------------------------------------------------------------------------ */

static int file_close(sqlite3_file *base)
{
    struct handle *handle = (struct handle *)base;
    shm_unmap(base, 0);
    file_unlock(base, SQLITE_LOCK_NONE);
    if (handle->remove && handle->path && !handle->disk->dead)
        sim_remove(handle->disk, handle->path);
    handle->disk->handles--;
    inode_release(handle->inode);
    return SQLITE_OK;
}

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

/* The file of that name, made when it may be; NULL = it cannot be opened. */
static struct inode *open_inode(struct sim_disk *disk, const char *path, int flags)
{
    struct inode *inode = path ? sim_find(disk, path) : NULL;
    bool wrong = inode && flags & SQLITE_OPEN_CREATE && flags & SQLITE_OPEN_EXCLUSIVE;
    if (disk->dead || wrong || (!inode && !(flags & SQLITE_OPEN_CREATE)))
        return NULL;
    if (!inode && sim_begin(disk, "make", path, true) != SIM_NONE)
        return NULL;
    if (!inode && !path)
        return inode_new();
    if (!inode)
        inode = sim_make(disk, path);
    inode->references++;
    return inode;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out)
{
    (void)vfs;
    struct handle *handle = (struct handle *)base;
    const char *path = name ? sim_path(in_use, name) : NULL;
    struct inode *inode = open_inode(in_use, path, flags);
    *handle = (struct handle){.disk = in_use, .inode = inode, .path = path};
    if (!inode)
        return SQLITE_CANTOPEN;
    handle->base.pMethods = &methods;
    handle->remove = flags & SQLITE_OPEN_DELETEONCLOSE;
    in_use->handles++;
    if (out)
        *out = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    if (!in_use->dead && !sim_find(in_use, name))
        return SQLITE_IOERR_DELETE_NOENT;
    const char *path = sim_path(in_use, name);
    if (sim_begin(in_use, "remove", path, false) != SIM_NONE)
        return SQLITE_IOERR_DELETE;
    sim_remove(in_use, path);
    if (!sync)
        return SQLITE_OK;
    if (sim_begin(in_use, "sync-folder", path, false) != SIM_NONE)
        return SQLITE_IOERR_DIR_FSYNC;
    sim_sync_names(in_use, NULL);
    return SQLITE_OK;
}

/* SQLite's own VFS says of an empty file that it is not there. */
static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    const struct inode *inode = sim_find(in_use, name);
    if (in_use->dead)
        return SQLITE_IOERR_ACCESS;
    *out = inode && (flags != SQLITE_ACCESS_EXISTS || inode->size > 0);
    return SQLITE_OK;
}

static int vfs_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int length, char *out)
{
    (void)vfs;
    for (int i = 0; i < length; i++)
        out[i] = in_use ? (char)(unsigned char)sim_next(&in_use->randomness) : 0;
    return length;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int vfs_now(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = (double)fixed_ms / 86400000.0;
    return SQLITE_OK;
}

static int vfs_now_ms(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    (void)vfs;
    *out = fixed_ms;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs, (void)size, (void)out;
    return 0;
}

static sqlite3_vfs sim_vfs = {
    .iVersion = 2,
    .szOsFile = sizeof(struct handle),
    .mxPathname = PATH_MOST,
    .zName = "sim",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_path,
    .xRandomness = vfs_random,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_now,
    .xGetLastError = vfs_last_error,
    .xCurrentTimeInt64 = vfs_now_ms,
};

void sim_disk_use(struct sim_disk *disk)
{
    in_use = disk;
    if (!disk)
        return;
    if (sqlite3_vfs_find(NULL) != &sim_vfs)
        sqlite3_vfs_register(&sim_vfs, 1);
    sqlite3_randomness(0, NULL); /* seeded anew, by this disk, at its next use */
}

struct sim_disk *sim_disk_new(uint64_t seed)
{
    struct sim_disk *disk = mem_resize(NULL, 1, sizeof *disk);
    *disk = (struct sim_disk){.chance = seed, .randomness = ~seed};
    sim_disk_use(disk);
    return disk;
}
