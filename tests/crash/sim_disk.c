/* Files in memory, what of them is on the disk, and what core/store/disk.h asks of it. */
#include "sim_disk_data.h"

#include "store/disk.h"

#include "base/arena.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64 */
uint64_t sim_next(uint64_t *stream)
{
    uint64_t z = (*stream += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* ---- a file ----------------------------------------------------------------------------------- */

struct inode *inode_new(void)
{
    struct inode *inode = mem_resize(NULL, 1, sizeof *inode);
    *inode = (struct inode){.references = 1};
    return inode;
}

void inode_release(struct inode *inode)
{
    if (!inode || --inode->references)
        return;
    assert(!inode->mapped && !inode->shared);
    free(inode->bytes);
    free(inode->slots);
    free(inode->undo);
    free(inode);
}

static void need_room(struct inode *inode, size_t size)
{
    if (size <= inode->room)
        return;
    size_t before = inode->room, room = before ? before : (size_t)64 * SECTOR;
    while (room < size)
        room *= 2;
    inode->bytes = mem_resize(inode->bytes, room, 1);
    memset(inode->bytes + before, 0, room - before);
    inode->slots = mem_resize(inode->slots, room / SECTOR, sizeof *inode->slots);
    memset(inode->slots + before / SECTOR, 0, (room - before) / SECTOR * sizeof *inode->slots);
    inode->room = room;
}

/* Keeps what the disk has of the sectors in a range that is about to be written. */
static void touch(struct inode *inode, size_t from, size_t until)
{
    for (size_t sector = from / SECTOR; sector * SECTOR < until; sector++) {
        if (inode->slots[sector]) {
            inode->undo[inode->slots[sector] - 1].lost = false;
            continue;
        }
        if (inode->undo_count == inode->undo_room) {
            inode->undo_room = inode->undo_room ? inode->undo_room * 2 : 64;
            inode->undo = mem_resize(inode->undo, inode->undo_room, sizeof *inode->undo);
        }
        struct undo *undo = &inode->undo[inode->undo_count++];
        undo->sector = (uint32_t)sector;
        undo->lost = false;
        memcpy(undo->bytes, inode->bytes + sector * SECTOR, SECTOR);
        inode->slots[sector] = (uint32_t)inode->undo_count;
    }
}

void inode_write(struct inode *inode, const void *bytes, size_t length, size_t at)
{
    if (length == 0)
        return;
    need_room(inode, at + length);
    touch(inode, at, at + length);
    memcpy(inode->bytes + at, bytes, length);
    if (at + length > inode->size)
        inode->size = at + length;
}

/* On the disk at once: a file is cut or it is not, and what is written behind the cut is lost with it,
 * so that a cut which is lost leaves what an earlier end would have left. */
void inode_truncate(struct inode *inode, size_t size)
{
    need_room(inode, size);
    if (size < inode->size)
        memset(inode->bytes + size, 0, inode->size - size);
    for (size_t i = 0; i < inode->undo_count; i++) {
        struct undo *undo = &inode->undo[i];
        size_t begin = undo->sector * (size_t)SECTOR;
        size_t kept = begin >= size ? 0 : size - begin < SECTOR ? size - begin : SECTOR;
        memset(undo->bytes + kept, 0, SECTOR - kept);
    }
    inode->size = size;
    if (inode->safe_size > size)
        inode->safe_size = size;
}

/* The disk has what is seen of all sectors but the lost ones. */
static void keep_lost(struct inode *inode)
{
    size_t kept = 0;
    for (size_t i = 0; i < inode->undo_count; i++) {
        struct undo *undo = &inode->undo[i];
        inode->slots[undo->sector] = undo->lost ? (uint32_t)kept + 1 : 0;
        if (undo->lost && kept++ != i)
            inode->undo[kept - 1] = *undo;
    }
    inode->undo_count = kept;
}

void inode_sync(struct inode *inode)
{
    keep_lost(inode);
    inode->safe_size = inode->size;
}

void inode_sync_failed(struct inode *inode, uint64_t *chance)
{
    for (size_t i = 0; i < inode->undo_count; i++)
        inode->undo[i].lost |= !chance || sim_next(chance) % 2;
    keep_lost(inode);
}

/* What of the writes under way reaches the disk when the power goes: nothing, all, those before one
 * of them, or any. */
enum luck { LUCK_NONE, LUCK_ALL, LUCK_FIRST, LUCK_ANY, LUCKS };

/* Leaves what survives a cut. */
static void inode_cut(struct inode *inode, uint64_t *chance)
{
    enum luck luck = (enum luck)(sim_next(chance) % LUCKS);
    size_t first = inode->undo_count ? sim_next(chance) % inode->undo_count : 0;
    for (size_t i = 0; i < inode->undo_count; i++) {
        struct undo *undo = &inode->undo[i];
        bool kept = luck == LUCK_ALL || (luck == LUCK_FIRST && i < first) ||
                    (luck == LUCK_ANY && sim_next(chance) % 2);
        if (!kept || undo->lost)
            memcpy(inode->bytes + undo->sector * (size_t)SECTOR, undo->bytes, SECTOR);
        inode->slots[undo->sector] = 0;
    }
    inode->undo_count = 0;
    if (luck == LUCK_NONE || (luck != LUCK_ALL && sim_next(chance) % 2))
        inode->size = inode->safe_size;
    if (inode->room > inode->size)
        memset(inode->bytes + inode->size, 0, inode->room - inode->size);
    inode->safe_size = inode->size;
}

/* What is seen, all of it on the disk. */
static struct inode *inode_copy(const struct inode *from)
{
    struct inode *inode = inode_new();
    need_room(inode, from->size);
    if (from->size)
        memcpy(inode->bytes, from->bytes, from->size);
    inode->size = inode->safe_size = from->size;
    return inode;
}

/* ---- names ------------------------------------------------------------------------------------ */

const char *sim_path(struct sim_disk *disk, const char *path)
{
    for (size_t i = 0; i < disk->path_count; i++)
        if (strcmp(disk->paths[i], path) == 0)
            return disk->paths[i];
    assert(disk->path_count < PATHS_MOST);
    size_t size = strlen(path) + 1;
    char *copy = mem_resize(NULL, size, 1);
    memcpy(copy, path, size);
    return disk->paths[disk->path_count++] = copy;
}

static void put_name(struct name *names, size_t *count, const char *path, struct inode *inode)
{
    assert(*count < NAMES_MOST);
    inode->references++;
    names[(*count)++] = (struct name){path, inode};
}

static void drop_name(struct name *names, size_t *count, const char *path)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(names[i].path, path) == 0) {
            inode_release(names[i].inode);
            names[i] = names[--*count];
            return;
        }
}

struct inode *sim_find(const struct sim_disk *disk, const char *path)
{
    for (size_t i = 0; i < disk->name_count; i++)
        if (strcmp(disk->names[i].path, path) == 0)
            return disk->names[i].inode;
    return NULL;
}

static void change(struct sim_disk *disk, const char *from, const char *to, struct inode *inode)
{
    if (disk->change_count ==
        CHANGES_MOST) /* the system writes names by itself after a while */
        sim_sync_names(disk, NULL);
    inode->references++;
    disk->changes[disk->change_count++] = (struct name_change){from, to, inode};
    if (to)
        put_name(disk->names, &disk->name_count, to, inode);
    if (from)
        drop_name(disk->names, &disk->name_count, from);
}

struct inode *sim_make(struct sim_disk *disk, const char *path)
{
    struct inode *inode = inode_new();
    change(disk, NULL, sim_path(disk, path), inode);
    inode_release(inode);
    return inode;
}

void sim_remove(struct sim_disk *disk, const char *path)
{
    struct inode *inode = sim_find(disk, path);
    if (inode)
        change(disk, sim_path(disk, path), NULL, inode);
}

static void sync_changes(struct sim_disk *disk, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct name_change *one = &disk->changes[i];
        if (one->to)
            drop_name(disk->safe, &disk->safe_count, one->to);
        if (one->to)
            put_name(disk->safe, &disk->safe_count, one->to, one->inode);
        if (one->from)
            drop_name(disk->safe, &disk->safe_count, one->from);
        inode_release(one->inode);
    }
    disk->change_count -= count;
    memmove(disk->changes, disk->changes + count, disk->change_count * sizeof *disk->changes);
}

void sim_sync_names(struct sim_disk *disk, const struct inode *inode)
{
    size_t count = inode ? 0 : disk->change_count;
    for (size_t i = 0; inode && i < disk->change_count; i++)
        if (disk->changes[i].inode == inode && !disk->changes[i].from)
            count = i + 1;
    sync_changes(disk, count);
}

static void forget_changes(struct sim_disk *disk)
{
    for (size_t i = 0; i < disk->change_count; i++)
        inode_release(disk->changes[i].inode);
    disk->change_count = 0;
}

static void drop_names(struct name *names, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        inode_release(names[i].inode);
    *count = 0;
}

/* ---- faults ----------------------------------------------------------------------------------- */

void sim_disk_kill(struct sim_disk *disk)
{
    disk->dead = true;
}

void sim_disk_cut(struct sim_disk *disk)
{
    if (disk->dead)
        return;
    disk->dead = true;
    size_t names = disk->change_count ? sim_next(&disk->chance) % (disk->change_count + 1) : 0;
    sync_changes(disk, names);
    forget_changes(disk);
    drop_names(disk->names, &disk->name_count);
    for (size_t i = 0; i < disk->safe_count; i++) {
        put_name(disk->names, &disk->name_count, disk->safe[i].path, disk->safe[i].inode);
        inode_cut(disk->safe[i].inode, &disk->chance);
    }
}

enum sim_fault sim_begin(struct sim_disk *disk, const char *what, const char *path, bool grows)
{
    if (disk->dead)
        return SIM_EIO;
    disk->operations++;
    disk->last_what = what;
    disk->last_path = path;
    bool comes = disk->fault != SIM_NONE && disk->fault != SIM_READ &&
                 (!disk->only || disk->only == path) &&
                 (disk->for_good ? disk->operations >= disk->fault_at
                                 : disk->operations == disk->fault_at);
    if (!comes || (disk->for_good && disk->fault == SIM_ENOSPC && !grows))
        return SIM_NONE;
    disk->failed = true;
    if (disk->fault == SIM_KILL)
        sim_disk_kill(disk);
    if (disk->fault == SIM_CUT || (disk->fault == SIM_TORN && strcmp(what, "write") != 0))
        sim_disk_cut(disk);
    return disk->fault;
}

bool sim_read_fails(struct sim_disk *disk)
{
    disk->reads++;
    bool comes = disk->fault == SIM_READ && (disk->for_good ? disk->reads >= disk->fault_at
                                                            : disk->reads == disk->fault_at);
    disk->failed |= comes;
    return disk->dead || comes;
}

void sim_disk_fail(struct sim_disk *disk, uint64_t after, enum sim_fault fault, bool for_good)
{
    disk->fault = fault;
    disk->fault_at = (fault == SIM_READ ? disk->reads : disk->operations) + after;
    disk->for_good = for_good;
    disk->failed = false;
}

void sim_disk_only(struct sim_disk *disk, const char *path)
{
    disk->only = path ? sim_path(disk, path) : NULL;
}

bool sim_disk_failed(const struct sim_disk *disk)
{
    return disk->failed;
}

bool sim_disk_dead(const struct sim_disk *disk)
{
    return disk->dead;
}

uint64_t sim_disk_operations(const struct sim_disk *disk)
{
    return disk->operations;
}

uint64_t sim_disk_reads(const struct sim_disk *disk)
{
    return disk->reads;
}

const char *sim_disk_last(struct sim_disk *disk)
{
    const char *path = disk->last_path ? disk->last_path : "";
    const char *slash = strrchr(path, '/');
    snprintf(disk->last, sizeof disk->last, "%s %s", disk->last_what ? disk->last_what : "-",
             slash ? slash + 1 : path);
    return disk->last;
}

/* ---- the disk --------------------------------------------------------------------------------- */

void sim_disk_free(struct sim_disk *disk)
{
    if (!disk)
        return;
    assert(disk->handles == 0);
    forget_changes(disk);
    drop_names(disk->names, &disk->name_count);
    drop_names(disk->safe, &disk->safe_count);
    for (size_t i = 0; i < disk->path_count; i++)
        free(disk->paths[i]);
    if (sim_disk_in_use() == disk)
        sim_disk_use(NULL);
    free(disk);
}

void sim_disk_restart(struct sim_disk *disk)
{
    assert(disk->handles == 0);
    disk->dead = false;
    sim_disk_fail(disk, 0, SIM_NONE, false);
    sim_disk_only(disk, NULL);
    sim_disk_use(disk);
}

const unsigned char *sim_disk_file(const struct sim_disk *disk, const char *path,
                                   size_t *length)
{
    const struct inode *inode = sim_find(disk, path);
    *length = inode ? inode->size : 0;
    return !inode ? NULL : inode->bytes ? inode->bytes : (const unsigned char *)"";
}

/* Straight to the disk, at once and without being counted. */
static void put(struct sim_disk *disk, const char *path, struct inode *inode)
{
    const char *own = sim_path(disk, path);
    sim_sync_names(disk, NULL);
    drop_name(disk->names, &disk->name_count, own);
    drop_name(disk->safe, &disk->safe_count, own);
    if (!inode)
        return;
    put_name(disk->names, &disk->name_count, own, inode);
    put_name(disk->safe, &disk->safe_count, own, inode);
    inode_release(inode);
}

void sim_disk_put(struct sim_disk *disk, const char *path, const void *bytes, size_t length)
{
    struct inode *inode = bytes ? inode_new() : NULL;
    if (inode) {
        inode_write(inode, bytes, length, 0);
        inode_sync(inode);
    }
    put(disk, path, inode);
}

struct sim_disk *sim_disk_copy(const struct sim_disk *from, uint64_t seed)
{
    struct sim_disk *disk = sim_disk_new(seed);
    for (size_t i = 0; i < from->name_count; i++)
        put(disk, from->names[i].path, inode_copy(from->names[i].inode));
    return disk;
}

/* ---- store/disk.h ----------------------------------------------------------------------------- */

static int refuse(const char *path, enum sim_fault fault, struct err *err)
{
    return err_set(err, ERR_IO, "%s: %s", path,
                   fault == SIM_ENOSPC ? "No space left on device" : "Input/output error");
}

int disk_glance(const char *path, struct disk_entry *out, struct err *err)
{
    struct sim_disk *disk = sim_disk_in_use();
    if (sim_read_fails(disk))
        return refuse(path, SIM_EIO, err);
    const struct inode *inode = sim_find(disk, path);
    *out = (struct disk_entry){.kind = inode ? DISK_FILE : DISK_NOTHING,
                               .size = inode ? (int64_t)inode->size : 0};
    return 0;
}

int disk_look(const char *path, struct disk_entry *out, struct err *err)
{
    int code = disk_glance(path, out, err);
    if (code == 0 && out->size > 0) {
        const struct inode *inode = sim_find(sim_disk_in_use(), path);
        out->head_length = inode->size < DISK_HEAD ? inode->size : DISK_HEAD;
        memcpy(out->head, inode->bytes, out->head_length);
    }
    return code;
}

int disk_make(const char *path, struct err *err)
{
    struct sim_disk *disk = sim_disk_in_use();
    if (sim_find(disk, path))
        return err_set(err, ERR_INVALID, "%s is there already", path);
    enum sim_fault fault = sim_begin(disk, "make", sim_path(disk, path), true);
    if (fault != SIM_NONE)
        return refuse(path, fault, err);
    sim_make(disk, path);
    return 0;
}

int disk_remove(const char *path, struct err *err)
{
    struct sim_disk *disk = sim_disk_in_use();
    if (!disk->dead && !sim_find(disk, path))
        return 0;
    if (sim_begin(disk, "remove", sim_path(disk, path), false) != SIM_NONE)
        return refuse(path, SIM_EIO, err);
    sim_remove(disk, path);
    return 0;
}

static void move(struct sim_disk *disk, const char *from, const char *to)
{
    change(disk, sim_path(disk, from), sim_path(disk, to), sim_find(disk, from));
}

int disk_rename(const char *from, const char *to, struct err *err)
{
    struct sim_disk *disk = sim_disk_in_use();
    if (sim_find(disk, to))
        return err_set(err, ERR_INVALID, "%s is there already", to);
    if (!disk->dead && !sim_find(disk, from))
        return err_set(err, ERR_IO, "%s: No such file or directory", from);
    enum sim_fault fault = sim_begin(disk, "rename", sim_path(disk, to), false);
    if (fault != SIM_NONE)
        return refuse(to, fault, err);
    move(disk, from, to);
    if (sim_begin(disk, "sync-folder", sim_path(disk, to), false) != SIM_NONE) {
        if (sim_begin(disk, "rename", sim_path(disk, from), false) == SIM_NONE)
            move(disk, to, from);
        return refuse(to, SIM_EIO, err);
    }
    sim_sync_names(disk, NULL);
    return 0;
}
