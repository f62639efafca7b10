#include "files/beneath.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* O_NONBLOCK: a pipe that nobody writes to must not hold us up. */
enum { OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

/* A kernel without openat2 (before 5.6, or filtered): only plain names in the folder itself. */
static int open_plainly(int directory, const char *name)
{
    if (strchr(name, '/') || strcmp(name, "..") == 0) {
        errno = EXDEV;
        return -1;
    }
    return openat(directory, name, OPEN_FLAGS | O_NOFOLLOW);
}

int beneath_open(int directory, const char *name, struct err *err)
{
    struct open_how how = {.flags = OPEN_FLAGS,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    int descriptor = (int)syscall(SYS_openat2, directory, name, &how, sizeof how);
    if (descriptor < 0 && (errno == ENOSYS || errno == EPERM))
        descriptor = open_plainly(directory, name);
    if (descriptor >= 0)
        return descriptor;
    if (errno == EXDEV || errno == ELOOP)
        return err_set(err, ERR_INVALID, "%s: leads out of its folder", name);
    return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", name,
                   strerror(errno));
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
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_INVALID, "%s: not a regular file", name);
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
