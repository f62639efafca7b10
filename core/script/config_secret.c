#include "script/config_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A secret on its way from a file. */
struct reading {
    const char *path;
    bool credential; /* of systemd, which sees to who may read it */
    enum lang lang;
    struct err *err;
};

static int refuse(const struct reading *reading, int code, const char *en, const char *zh)
{
    return err_set(reading->err, code, TR(reading->lang, "secret %s: %s", "密钥文件 %s：%s"),
                   reading->path, TR(reading->lang, en, zh));
}

static int refuse_error(const struct reading *reading, int error)
{
    if (error == ENOENT)
        return refuse(reading, ERR_NOT_FOUND, "there is no such file", "没有这个文件");
    if (error == ELOOP)
        return refuse(reading, ERR_INVALID, "a link is not followed", "是链接，不予读取");
    return refuse(reading, ERR_IO, strerror(error), strerror(error));
}

static int check_file(const struct reading *reading, int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return refuse_error(reading, errno);
    if (!S_ISREG(status.st_mode))
        return refuse(reading, ERR_INVALID, "not a regular file", "不是普通文件");
    if (!reading->credential && (status.st_mode & (S_IRWXG | S_IRWXO)))
        return refuse(reading, ERR_INVALID, "others may read it; chmod 600",
                      "其他用户也能读取，请执行 chmod 600");
    if (!reading->credential && status.st_uid != geteuid() && status.st_uid != 0)
        return refuse(reading, ERR_INVALID, "it belongs to another user", "属于别的用户");
    if (status.st_size > CONFIG_SECRET_MOST)
        return refuse(reading, ERR_LIMIT, "larger than 64 KiB", "超过 64 KiB");
    return 0;
}

static int read_file(const struct reading *reading, int fd, struct config_secret *secret)
{
    size_t room = CONFIG_SECRET_MOST + 1;
    secret->bytes = malloc(room + 1);
    if (!secret->bytes)
        return refuse_error(reading, ENOMEM);
    for (ssize_t got = 1; got > 0 && secret->length < room;) {
        got = read(fd, secret->bytes + secret->length, room - secret->length);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got < 0)
            return refuse_error(reading, errno);
        else
            secret->length += (size_t)got;
    }
    secret->bytes[secret->length] = '\0';
    return 0;
}

static int check_content(const struct reading *reading, struct config_secret *secret)
{
    if (secret->length > CONFIG_SECRET_MOST)
        return refuse(reading, ERR_LIMIT, "larger than 64 KiB", "超过 64 KiB");
    while (secret->length && strchr("\r\n", secret->bytes[secret->length - 1]))
        secret->bytes[--secret->length] = '\0';
    if (!secret->length)
        return refuse(reading, ERR_INVALID, "it is empty", "内容为空");
    if (memchr(secret->bytes, '\0', secret->length))
        return refuse(reading, ERR_INVALID, "it holds a NUL byte", "含有 NUL 字节");
    return 0;
}

static int read_secret(const struct reading *reading, struct config_secret *out)
{
    struct config_secret secret = {0};
    int fd = open(reading->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return refuse_error(reading, errno);
    int code = check_file(reading, fd);
    if (code == 0)
        code = read_file(reading, fd, &secret);
    if (code == 0)
        code = check_content(reading, &secret);
    close(fd);
    if (code < 0)
        config_secret_free(&secret);
    else
        *out = secret;
    return code;
}

int config_secret(const struct config *config, const char *name, enum lang lang,
                  struct config_secret *out, struct err *err)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    struct arena *arena = arena_new();
    struct reading reading = {.path = name, .lang = lang, .err = err};
    struct stat status;
    if (name[0] != '/' && credentials && credentials[0] == '/') {
        reading.path = arena_printf(arena, "%s/%s", credentials, name);
        reading.credential = lstat(reading.path, &status) == 0;
    }
    if (name[0] != '/' && !reading.credential)
        reading.path = arena_printf(arena, "%s/secrets/%s",
                                    strcmp(config->folder, "/") ? config->folder : "", name);
    int code = read_secret(&reading, out);
    arena_free(arena);
    return code;
}

void config_secret_free(struct config_secret *secret)
{
    if (!secret->bytes)
        return;
    explicit_bzero(secret->bytes, secret->length);
    free(secret->bytes);
    *secret = (struct config_secret){0};
}
