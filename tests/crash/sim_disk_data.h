/*
 * The inside of the disk in memory, for sim_disk*.c alone: its files, what of them is on the disk, and
 * the fault that is planned. sim_disk.c keeps files and names, sim_disk_vfs.c shows them to SQLite.
 * Prefix: inode_ for a file whatever its names, disk_ beside core/store/disk.h's own, sim_.
 */
#ifndef TESTS_SIM_DISK_DATA_H
#define TESTS_SIM_DISK_DATA_H

#include "sim_disk.h"

#include <sqlite3.h>

enum { SECTOR = 512 };

/* What the disk has of a sector whose visible bytes are others. */
struct undo {
    uint32_t sector;
    bool
        lost; /* its sync has failed: no later one brings it to the disk, unless written again */
    unsigned char bytes[SECTOR];
};

/* A file. `bytes` beyond `size` are zero. */
struct inode {
    unsigned char *bytes;
    size_t size, room;
    size_t safe_size; /* as the disk has it */
    uint32_t *slots;  /* a sector's undo, counted from 1; 0 = the disk has what is seen */
    struct undo *undo;
    size_t undo_count, undo_room;
    unsigned references; /* names, waiting names, handles */

    unsigned shared;    /* handles with SQLITE_LOCK_SHARED or more */
    const void *writer; /* the handle with more */
    int writer_lock;
    unsigned char **regions; /* of shared memory */
    int region_count;
    unsigned mapped;
    int region_locks[SQLITE_SHM_NLOCK]; /* -1 = exclusive, else how many share it */
};

struct name {
    const char *path; /* interned */
    struct inode *inode;
};

/* A name that was made (from NULL), removed (to NULL) or changed, and is not on the disk yet. */
struct name_change {
    const char *from, *to;
    struct inode *inode;
};

enum { NAMES_MOST = 64, CHANGES_MOST = 64, PATHS_MOST = 128 };

struct sim_disk {
    struct name names[NAMES_MOST], safe[NAMES_MOST]; /* as seen, as on the disk */
    size_t name_count, safe_count;
    struct name_change changes[CHANGES_MOST];
    size_t change_count;
    char *paths[PATHS_MOST];
    size_t path_count;
    uint64_t chance, randomness;
    uint64_t operations, reads;
    const char *last_what, *last_path;
    char last[256];
    enum sim_fault fault;
    const char *only; /* the one path that it meets, NULL = any */
    uint64_t fault_at;
    bool for_good, failed, dead;
    unsigned handles;
};

/** The disk that is in use, NULL before the first. */
struct sim_disk *sim_disk_in_use(void);

/** Begins an operation: SIM_NONE = it is to be done; SIM_SHORT and SIM_TORN are the caller's to do,
 * anything else has been done (or not) already. `grows` = it needs space. */
enum sim_fault sim_begin(struct sim_disk *disk, const char *what, const char *path, bool grows);

/** True when a read is to fail. */
bool sim_read_fails(struct sim_disk *disk);

/** The next of a stream of random numbers. */
uint64_t sim_next(uint64_t *stream);

/** The path's only copy, which lives as long as the disk. */
const char *sim_path(struct sim_disk *disk, const char *path);

/** The file of that name as it is seen; NULL = there is none. */
struct inode *sim_find(const struct sim_disk *disk, const char *path);

/** Makes, removes or renames, seen at once. A new file is returned with its name's reference. */
struct inode *sim_make(struct sim_disk *disk, const char *path);
void sim_remove(struct sim_disk *disk, const char *path);

/** Brings the changes of names to the disk, all or (`inode` not NULL) up to the making of that one. */
void sim_sync_names(struct sim_disk *disk, const struct inode *inode);

struct inode *inode_new(void);
void inode_release(struct inode *inode);
void inode_write(struct inode *inode, const void *bytes, size_t length, size_t at);
void inode_truncate(struct inode *inode, size_t size);

/** What was written is on the disk now; or, the sync having failed, never will be, but for sectors
 * that `chance` (NULL = none) chooses. */
void inode_sync(struct inode *inode);
void inode_sync_failed(struct inode *inode, uint64_t *chance);

#endif
