#include "channel/exec.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether nobody but root and ourselves can put something else in its place. */
static int check_one(const char *path, struct err *err)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    if (status.st_uid != 0 && status.st_uid != geteuid())
        return err_set(err, ERR_INVALID, "%s belongs to another user (%u)", path,
                       (unsigned)status.st_uid);
    bool sticky = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX);
    if ((status.st_mode & S_IWOTH) && !sticky)
        return err_set(err, ERR_INVALID, "%s can be written by others", path);
    return 0;
}

/* The file and every folder above it. */
static int check_chain(const char *path, struct err *err)
{
    char part[PATH_MAX];
    int code = check_one(path, err);
    for (const char *slash = path; code == 0 && slash; slash = strchr(slash + 1, '/')) {
        size_t length = slash == path ? 1 : (size_t)(slash - path);
        memcpy(part, path, length);
        part[length] = '\0';
        code = check_one(part, err);
    }
    return code;
}

int exec_check(const char *program, struct err *err)
{
    char real[PATH_MAX];
    struct stat status;
    int code;
    if (program[0] != '/' || strlen(program) >= sizeof real)
        return err_set(err, ERR_INVALID, "%.200s is not an absolute path", program);
    if (!realpath(program, real) || stat(real, &status) < 0)
        return err_set(err, ERR_IO, "%s: %s", program, strerror(errno));
    if (!S_ISREG(status.st_mode) || access(real, X_OK) < 0)
        return err_set(err, ERR_INVALID, "%s is no regular file that may be run", program);
    if ((code = check_chain(program, err)) < 0)
        return code;
    return check_chain(real, err); /* a link may lead through other folders */
}
