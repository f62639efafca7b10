#include "base/beneath.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* O_NONBLOCK: a pipe that nobody writes to must not hold us up. */
enum { OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

/* A kernel without openat2 (before 5.6, or filtered): only plain names in the folder itself. */
static int open_plainly(int folder, const char *path)
{
    if (strchr(path, '/') || strcmp(path, "..") == 0 || strcmp(path, ".") == 0) {
        errno = EXDEV;
        return -1;
    }
    return openat(folder, path, OPEN_FLAGS | O_NOFOLLOW);
}

static int open_any(int folder, const char *path)
{
    struct open_how how = {.flags = OPEN_FLAGS,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    int descriptor = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
    bool missing = descriptor < 0 && (errno == ENOSYS || errno == EPERM);
    return missing ? open_plainly(folder, path) : descriptor;
}

int beneath_open(int folder, const char *path)
{
    struct stat status;
    int descriptor = open_any(folder, path);
    if (descriptor < 0 || (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)))
        return descriptor;
    close(descriptor);
    errno = EINVAL;
    return -1;
}

const char *beneath_why(int error, enum lang lang)
{
    switch (error) {
    case EINVAL: return TR(lang, "not a regular file", "不是普通文件");
    case EXDEV:
    case ELOOP: return TR(lang, "leads out of the plan's folder", "指向方案文件夹之外");
    case ENOENT: return TR(lang, "there is no such file", "没有这个文件");
    default: return strerror(error);
    }
}

/* A file may shrink meanwhile: what is read is what counts. */
static int read_bytes(int descriptor, char *bytes, size_t room, size_t *length)
{
    *length = 0;
    while (*length < room) {
        ssize_t count = read(descriptor, bytes + *length, room - *length);
        if (count == 0)
            break;
        if (count < 0 && errno != EINTR)
            return ERR_IO;
        *length += count > 0 ? (size_t)count : 0;
    }
    return 0;
}

int beneath_read(int descriptor, const char *name, size_t most, char **bytes, size_t *length,
                 struct err *err)
{
    struct stat status;
    if (fstat(descriptor, &status) < 0)
        return err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
    if (status.st_size < 0 || (size_t)status.st_size > most)
        return err_set(err, ERR_LIMIT, "%s: larger than %zu MiB", name, most >> 20);
    size_t room = (size_t)status.st_size;
    char *block = mem_resize_large(NULL, room + 1, 1);
    if (read_bytes(descriptor, block, room, length) < 0) {
        free(block);
        return err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
    }
    block[*length] = '\0';
    *bytes = block;
    return 0;
}
