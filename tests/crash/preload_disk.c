/*
 * Faults of a disk for a whole program: a library to be preloaded that lets calls fail which write to
 * files beneath one folder, as a small file says at every call, so that a test changes its mind while
 * the program runs.
 *
 *   PRELOAD_DISK_FOLDER   beneath it calls can fail, and are counted
 *   PRELOAD_DISK_CONTROL  the file: "FAULT FIRST TIMES CALLS", none or empty = nothing fails
 *   PRELOAD_DISK_TRACE    gets a line a call, "sync reading.db-wal", with "!" in front where it failed
 *
 * FAULT  an errno's name; SHORT = half is written and says so, then the disk is full;
 *        TORN = half is written, then EIO; KILL = the process ends before the call; TEAR = half is
 *        written, then it ends; FULL = ENOSPC for what takes room: new files and writes behind the end
 * FIRST  the call from which on it fails, counted from 1 since the control file last changed
 * TIMES  how often, 0 = for good
 * CALLS  which: w(rite) s(ync) l(ength: truncate, allocate) n(ames: make, remove, rename)
 *
 * The calls themselves are made by number: whatever else is preloaded, a sanitizer for one, sees what
 * the program asked, not what became of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum fault {
    FAULT_NONE,
    FAULT_ERRNO,
    FAULT_SHORT,
    FAULT_TORN,
    FAULT_KILL,
    FAULT_TEAR,
    FAULT_FULL
};

enum { PATH_MOST = 4096 };

/* What the control file says. */
struct order {
    enum fault fault;
    int error;
    unsigned long first, times;
    char calls[8];
};

/* The one state of a preloaded library: calls seen under the order that stands in `text`. */
static struct {
    char text[64];
    struct order order;
    unsigned long count;
} now;

static const struct {
    const char *name;
    enum fault fault;
    int error;
} faults[] = {
    {"EIO", FAULT_ERRNO, EIO},       {"ENOSPC", FAULT_ERRNO, ENOSPC},
    {"EDQUOT", FAULT_ERRNO, EDQUOT}, {"EROFS", FAULT_ERRNO, EROFS},
    {"SHORT", FAULT_SHORT, ENOSPC},  {"TORN", FAULT_TORN, EIO},
    {"KILL", FAULT_KILL, EIO},       {"TEAR", FAULT_TEAR, EIO},
    {"FULL", FAULT_FULL, ENOSPC},
};

/* ---- orders ----------------------------------------------------------------------------------- */

static struct order read_order(const char *text)
{
    struct order order = {0};
    char name[16];
    if (sscanf(text, "%15s %lu %lu %7s", name, &order.first, &order.times, order.calls) != 4)
        return (struct order){0};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (strcmp(faults[i].name, name) == 0) {
            order.fault = faults[i].fault;
            order.error = faults[i].error;
        }
    return order;
}

/* Reads the file again; another order begins to count anew. */
static void hear(void)
{
    char text[sizeof now.text] = "";
    const char *path = getenv("PRELOAD_DISK_CONTROL");
    long file = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        long length = syscall(SYS_read, file, text, sizeof text - 1);
        text[length > 0 ? length : 0] = '\0';
        syscall(SYS_close, file);
    }
    if (strcmp(text, now.text) == 0)
        return;
    memcpy(now.text, text, sizeof text);
    now.order = read_order(text);
    now.count = 0;
}

static void trace(const char *call, const char *path, bool failed)
{
    char line[PATH_MOST + 64];
    const char *to = getenv("PRELOAD_DISK_TRACE"), *slash = strrchr(path, '/');
    if (!to)
        return;
    long file =
        syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    int length = snprintf(line, sizeof line, "%s%s %s\n", failed ? "!" : "", call,
                          slash ? slash + 1 : path);
    if (file >= 0) {
        syscall(SYS_write, file, line, length);
        syscall(SYS_close, file);
    }
}

/* What is to become of one call on `path`; `grows` = it takes room of the disk. */
static enum fault judge(char kind, const char *call, const char *path, bool grows)
{
    const struct order *order = &now.order;
    const char *folder = getenv("PRELOAD_DISK_FOLDER");
    enum fault fault = FAULT_NONE;
    if (!folder || !*folder || strncmp(path, folder, strlen(folder)) != 0)
        return FAULT_NONE;
    hear();
    if (order->fault != FAULT_NONE && strchr(order->calls, kind)) {
        now.count++;
        if (now.count >= order->first &&
            (!order->times || now.count < order->first + order->times))
            fault = order->fault;
        /* half a write was no error: the one for the rest is */
        if (order->fault == FAULT_SHORT && order->times &&
            now.count == order->first + order->times)
            fault = FAULT_ERRNO;
    }
    if (fault == FAULT_FULL)
        fault = grows ? FAULT_ERRNO : FAULT_NONE;
    trace(call, path, fault != FAULT_NONE);
    if (fault == FAULT_KILL)
        raise(SIGKILL);
    return fault;
}

/* Where a path of a call leads; the folder's own links are not followed. */
static void full_path(int folder, const char *path, char out[PATH_MOST])
{
    char link[64], base[PATH_MOST / 2] = "";
    if (*path != '/') {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        if (syscall(SYS_readlink, folder == AT_FDCWD ? "/proc/self/cwd" : link, base,
                    sizeof base - 1) < 0)
            *base = '\0';
    }
    snprintf(out, PATH_MOST, "%s%s%s", base, *base ? "/" : "", path);
}

static void path_of(int file, char out[PATH_MOST])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = syscall(SYS_readlink, link, out, PATH_MOST - 1);
    out[length > 0 ? length : 0] = '\0';
}

/* 0, or -1 and errno: what has no halves. */
static int allow(char kind, const char *call, const char *path, bool grows)
{
    if (judge(kind, call, path, grows) == FAULT_NONE)
        return 0;
    errno = now.order.error;
    return -1;
}

static int allow_file(char kind, const char *call, int file, bool grows)
{
    char path[PATH_MOST];
    path_of(file, path);
    return allow(kind, call, path, grows);
}

static int allow_path(const char *call, int folder, const char *path, bool grows)
{
    char full[PATH_MOST];
    full_path(folder, path, full);
    return allow('n', call, full, grows);
}

/* ---- writing ---------------------------------------------------------------------------------- */

/* `at` -1 = where the file stands. */
static ssize_t write_really(int file, const void *bytes, size_t length, off_t at)
{
    return at < 0 ? syscall(SYS_write, file, bytes, length)
                  : syscall(SYS_pwrite64, file, bytes, length, at);
}

static ssize_t write_judged(int file, const void *bytes, size_t length, off_t at)
{
    char path[PATH_MOST];
    struct stat status = {0};
    path_of(file, path);
    bool grows = at < 0 || (fstat(file, &status) == 0 && at + (off_t)length > status.st_size);
    enum fault fault = judge('w', "write", path, grows);
    if (fault == FAULT_NONE)
        return write_really(file, bytes, length, at);
    if (fault != FAULT_ERRNO && length > 1) {
        ssize_t half = write_really(file, bytes, length / 2, at);
        if (fault == FAULT_TEAR)
            raise(SIGKILL);
        if (fault == FAULT_SHORT)
            return half;
    }
    errno = now.order.error;
    return -1;
}

ssize_t write(int file, const void *bytes, size_t length)
{
    return write_judged(file, bytes, length, -1);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at)
{
    return write_judged(file, bytes, length, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at)
{
    return write_judged(file, bytes, length, at);
}

/* ---- syncing, lengths ------------------------------------------------------------------------- */

int fsync(int file)
{
    return allow_file('s', "sync", file, false) < 0 ? -1 : (int)syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
    return allow_file('s', "sync", file, false) < 0 ? -1 : (int)syscall(SYS_fdatasync, file);
}

int ftruncate(int file, off_t length)
{
    return allow_file('l', "truncate", file, false) < 0
               ? -1
               : (int)syscall(SYS_ftruncate, file, length);
}

int ftruncate64(int file, off64_t length)
{
    return ftruncate(file, length);
}

int fallocate(int file, int mode, off_t from, off_t length)
{
    return allow_file('l', "allocate", file, true) < 0
               ? -1
               : (int)syscall(SYS_fallocate, file, mode, from, length);
}

int fallocate64(int file, int mode, off64_t from, off64_t length)
{
    return fallocate(file, mode, from, length);
}

int posix_fallocate(int file, off_t from, off_t length)
{
    return fallocate(file, 0, from, length) < 0 ? errno : 0;
}

int posix_fallocate64(int file, off64_t from, off64_t length)
{
    return posix_fallocate(file, from, length);
}

/* ---- names ------------------------------------------------------------------------------------ */

static int open_judged(int folder, const char *path, int flags, mode_t mode)
{
    if (flags & O_CREAT && syscall(SYS_faccessat, folder, path, F_OK) < 0 &&
        allow_path("make", folder, path, true) < 0)
        return -1;
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

/* The mode stands there when a file may be made. */
#define OPEN(folder, path, flags)                                                              \
    mode_t mode = 0;                                                                           \
    if ((flags) & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) {                                    \
        va_list arguments;                                                                     \
        va_start(arguments, flags);                                                            \
        mode = va_arg(arguments, mode_t);                                                      \
        va_end(arguments);                                                                     \
    }                                                                                          \
    return open_judged(folder, path, flags, mode)

int open(const char *path, int flags, ...)
{
    OPEN(AT_FDCWD, path, flags);
}

int open64(const char *path, int flags, ...)
{
    OPEN(AT_FDCWD, path, flags);
}

int openat(int folder, const char *path, int flags, ...)
{
    OPEN(folder, path, flags);
}

int openat64(int folder, const char *path, int flags, ...)
{
    OPEN(folder, path, flags);
}

int mkdir(const char *path, mode_t mode)
{
    if (syscall(SYS_faccessat, AT_FDCWD, path, F_OK) < 0 &&
        allow_path("make", AT_FDCWD, path, true) < 0)
        return -1;
    return (int)syscall(SYS_mkdir, path, mode);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int unlinkat(int folder, const char *path, int flags)
{
    if (syscall(SYS_faccessat, folder, path, F_OK) == 0 &&
        allow_path("remove", folder, path, false) < 0)
        return -1;
    return (int)syscall(SYS_unlinkat, folder, path, flags);
}

int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    return allow_path("rename", to_folder, to, false) < 0
               ? -1
               : (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}
