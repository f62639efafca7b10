#include "store/disk.h"

#include "store/pages.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/lang.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const char *path, struct err *err)
{
    return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
}

/* As SQLite has the path, and as its VFS wants it to be; freed by sqlite3_free_filename. */
static sqlite3_filename name_of(const char *path)
{
    char *full = pages_path(path);
    sqlite3_filename name = sqlite3_create_filename(full, "", "", 0, NULL);
    free(full);
    return name;
}

/* Through SQLite, which knows whether this process has locks on the file: the system would drop them
 * when a descriptor of our own is closed. */
static int read_head(const char *path, struct disk_entry *out, struct err *err)
{
    sqlite3_vfs *vfs = pages_disk();
    sqlite3_file *file = mem_resize(NULL, 1, (size_t)vfs->szOsFile);
    sqlite3_filename name = name_of(path);
    size_t length = out->size < DISK_HEAD ? (size_t)out->size : DISK_HEAD;
    memset(file, 0, (size_t)vfs->szOsFile);
    int code = SQLITE_NOMEM;
    errno = EIO; /* what is not the system's to say */
    if (name)
        code = vfs->xOpen(vfs, name, file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, NULL);
    if (code == SQLITE_OK)
        code = file->pMethods->xRead(file, out->head, (int)length, 0);
    if (code == SQLITE_OK)
        out->head_length = length;
    else
        code = failed(path, err);
    if (file->pMethods)
        file->pMethods->xClose(file);
    sqlite3_free_filename(name);
    free(file);
    return code;
}

int disk_glance(const char *path, struct disk_entry *out, struct err *err)
{
    struct stat status;
    struct disk_entry entry = {.kind = DISK_FILE};
    if (lstat(path, &status) < 0) {
        if (errno != ENOENT)
            return failed(path, err);
        entry.kind = DISK_NOTHING;
    } else if (S_ISLNK(status.st_mode) && stat(path, &status) < 0) {
        if (errno != ENOENT)
            return failed(path, err);
        entry.kind = DISK_DANGLING;
    } else if (!S_ISREG(status.st_mode)) {
        entry.kind = DISK_OTHER;
    } else {
        entry.size = status.st_size;
    }
    *out = entry;
    return 0;
}

int disk_look(const char *path, struct disk_entry *out, struct err *err)
{
    struct disk_entry entry;
    int code = disk_glance(path, &entry, err);
    if (code == 0 && entry.size > 0)
        code = read_head(path, &entry, err);
    if (code == 0)
        *out = entry;
    return code;
}

static int refuse_taken(const char *path, struct err *err)
{
    return err_set(err, ERR_INVALID,
                   TR(lang_of_environment(), "%s is there already", "%s 已经存在"), path);
}

int disk_make(const char *path, struct err *err)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return errno == EEXIST ? refuse_taken(path, err) : failed(path, err);
    close(file);
    return 0;
}

int disk_remove(const char *path, struct err *err)
{
    return unlink(path) < 0 && errno != ENOENT ? failed(path, err) : 0;
}

static int sync_folder(const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    struct buf folder = {0};
    if (slash)
        buf_add(&folder, path, (size_t)(slash - path) + 1);
    else
        buf_adds(&folder, ".");
    int code = 0, file = open(folder.bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0 || fsync(file) < 0)
        code = failed(folder.bytes, err);
    if (file >= 0)
        close(file);
    buf_free(&folder);
    return code;
}

/* As rename, but never over another. */
static int move(const char *from, const char *to)
{
    struct stat status;
    int done = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
    if (done < 0 && (errno == EINVAL || errno == ENOSYS)) /* a file system that cannot */
        done = lstat(to, &status) < 0 ? rename(from, to) : (errno = EEXIST, -1);
    return done;
}

int disk_rename(const char *from, const char *to, struct err *err)
{
    if (move(from, to) < 0)
        return errno == EEXIST ? refuse_taken(to, err) : failed(to, err);
    int code = sync_folder(to, err);
    if (code < 0)
        (void)move(to, from); /* so that it can be tried again; as far as the disk lets it */
    return code;
}
