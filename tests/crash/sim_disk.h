/*
 * A disk in memory, for tests: SQLite's default VFS and what core/store/disk.h asks beside it, both
 * over the same files, so that a whole store lives on it and every fault of a disk can be had at any
 * moment, the same one again for the same seed. Link it instead of core/store/disk.c.
 *
 * What a write leaves. Bytes that were written are seen at once by everybody; they are on the disk
 * once a sync of that file has returned, names (made, renamed, removed) once their folder was synced –
 * at the latest by the sync of the file that was made, as a journaling file system does it. A power cut
 * keeps what is on the disk and of the rest, sector by sector of 512 bytes, what chance says; that a
 * file was made shorter is on the disk at once. A sync
 * that failed leaves its writes visible and never again on their way to the disk, as Linux does.
 * A killed process leaves all it wrote. Both end the process: until sim_disk_restart everything fails.
 *
 * Operations that can fail are counted: write, sync, truncate, make, remove, rename, growth of
 * the shared memory of a log; reading cannot fail but on a dead disk or with SIM_READ.
 */
#ifndef TESTS_SIM_DISK_H
#define TESTS_SIM_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_disk;

enum sim_fault {
    SIM_NONE,
    SIM_EIO,    /* nothing was done */
    SIM_ENOSPC, /* nothing was done; of a sync or removal: EIO */
    SIM_SHORT, /* half of a write was done, of a sync what chance says; and it says so. Else EIO */
    SIM_TORN, /* whole sectors of a write were done, the others not, and the power is cut */
    SIM_KILL, /* the process ends before it */
    SIM_CUT,  /* the power is cut before it */
    SIM_FAULTS,
    SIM_READ = SIM_FAULTS, /* EIO of a read: these are counted apart */
};

/** An empty disk; `seed` decides what chance says. The first call makes it SQLite's default VFS, and
 * randomness a function of the seed. One disk is in use at a time: the last that was used. */
struct sim_disk *sim_disk_new(uint64_t seed);
void sim_disk_free(struct sim_disk *disk);

/** Puts this one under SQLite and disk.h. No store may be open on another. */
void sim_disk_use(struct sim_disk *disk);

/** A disk with the same files (what is visible, all of it on the disk), another seed. */
struct sim_disk *sim_disk_copy(const struct sim_disk *disk, uint64_t seed);

/** Operations so far; `sim_disk_last` names the last one ("sync p.db-wal"), until the next is asked. */
uint64_t sim_disk_operations(const struct sim_disk *disk);
uint64_t sim_disk_reads(const struct sim_disk *disk);
const char *sim_disk_last(struct sim_disk *disk);

/** The operation `after` this many more (1 = the next) fails, and with `for_good` all after it; SIM_NONE
 * heals. For good, SIM_ENOSPC lets writes that do not grow a file pass, as a full disk does. */
void sim_disk_fail(struct sim_disk *disk, uint64_t after, enum sim_fault fault, bool for_good);

/** Planned faults meet this file alone; NULL = all of them again. */
void sim_disk_only(struct sim_disk *disk, const char *path);

/** True once a planned fault has come; for SIM_KILL, SIM_CUT and SIM_TORN the disk is dead then. */
bool sim_disk_failed(const struct sim_disk *disk);
bool sim_disk_dead(const struct sim_disk *disk);

/** Ends the process, or the power, now. */
void sim_disk_kill(struct sim_disk *disk);
void sim_disk_cut(struct sim_disk *disk);

/** What a new process finds: after a cut what survived. All connections must have been closed (on
 * the dead disk: closing changes nothing). Heals. */
void sim_disk_restart(struct sim_disk *disk);

/** The bytes of a file as they are seen, the disk's; NULL = there is none. */
const unsigned char *sim_disk_file(const struct sim_disk *disk, const char *path,
                                   size_t *length);

/** Puts a file there, or (NULL) takes it away: for damage and for stores of old. */
void sim_disk_put(struct sim_disk *disk, const char *path, const void *bytes, size_t length);

#endif
