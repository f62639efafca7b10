#include "files/kept.h"

#include "base/beneath.h"
#include "base/buf.h"
#include "base/sha256.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The places of a file: its folder and itself; freed by places_free. */
struct places {
    struct buf folder, path;
};

static struct places places_of(const char *folder, const char *sha256)
{
    struct places places = {0};
    buf_printf(&places.folder, "%s/%.2s", folder, sha256);
    buf_printf(&places.path, "%s/%.2s/%s", folder, sha256, sha256);
    return places;
}

static void places_free(struct places *places)
{
    buf_free(&places->folder);
    buf_free(&places->path);
}

static int failed(const char *path, enum lang lang, struct err *err)
{
    int number = errno;
    if (number == ENOSPC || number == EDQUOT)
        return err_set(
            err, ERR_IO,
            TR(lang, "%s: the disk is full; nothing was recorded", "%s：磁盘已满，没有登记"),
            path);
    return err_set(err, ERR_IO, TR(lang, "%s: %s", "%s：%s"), path, strerror(number));
}

/* ---- reading ------------------------------------------------------------------------------- */

static int read_open(int file, const char *path, enum lang lang, char **bytes, size_t *length,
                     struct err *err)
{
    struct stat status;
    if (fstat(file, &status) < 0)
        return failed(path, lang, err);
    if (!S_ISREG(status.st_mode) || status.st_size > KEPT_MOST)
        return err_set(err, ERR_INVALID, TR(lang, "%s: is not what was kept", "%s：已不是原件"),
                       path);
    return beneath_read(file, path, KEPT_MOST, bytes, length, err);
}

static int read_path(const char *path, const char *sha256, enum lang lang, char **bytes,
                     size_t *length, struct err *err)
{
    char hex[SHA256_HEX], *block;
    size_t size;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0 && errno == ENOENT)
        return err_set(err, ERR_NOT_FOUND,
                       TR(lang, "%s: the kept file is gone", "%s：原件不见了"), path);
    if (file < 0)
        return failed(path, lang, err);
    int code = read_open(file, path, lang, &block, &size, err);
    close(file);
    if (code < 0)
        return code;
    sha256_hex(block, size, hex);
    if (strcmp(hex, sha256) != 0) {
        free(block);
        return err_set(
            err, ERR_INVALID,
            TR(lang, "%s: its bytes are not those that were kept", "%s：内容与当初保存的不符"),
            path);
    }
    *bytes = block;
    *length = size;
    return 0;
}

int kept_read(const char *folder, const char *sha256, enum lang lang, char **bytes,
              size_t *length, struct err *err)
{
    struct places places = places_of(folder, sha256);
    int code = read_path(places.path.bytes, sha256, lang, bytes, length, err);
    places_free(&places);
    return code;
}

/* ---- writing ------------------------------------------------------------------------------- */

static int make_folder(const char *path, enum lang lang, struct err *err)
{
    return mkdir(path, 0700) < 0 && errno != EEXIST ? failed(path, lang, err) : 0;
}

static int sync_folder(const char *path, enum lang lang, struct err *err)
{
    int code = 0, file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0 || fsync(file) < 0)
        code = failed(path, lang, err);
    if (file >= 0)
        close(file);
    return code;
}

static int write_all(int file, const char *bytes, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t put = write(file, bytes + done, length - done);
        if (put < 0 && errno != EINTR)
            return -1;
        done += put > 0 ? (size_t)put : 0;
    }
    return 0;
}

/* Under a name of its own, so that two who keep the same bytes do not meet. */
static int write_new(const char *path, const void *bytes, size_t length, enum lang lang,
                     struct err *err)
{
    struct buf new = {0};
    int code = 0;
    buf_printf(&new, "%s.new-XXXXXX", path);
    int file = mkostemp(new.bytes, O_CLOEXEC); /* 0600 */
    if (file < 0 || write_all(file, bytes, length) < 0 || fsync(file) < 0)
        code = failed(new.bytes, lang, err);
    if (file >= 0 && close(file) < 0 && code == 0)
        code = failed(new.bytes, lang, err);
    if (code == 0 && rename(new.bytes, path) < 0)
        code = failed(path, lang, err);
    if (code < 0 && file >= 0)
        unlink(new.bytes);
    buf_free(&new);
    return code;
}

/* True when the file is there and whole. One that another process has just renamed may not be synced
 * yet, so the folder is synced by whoever finds it, too. */
static bool is_there(const char *path, const char *sha256, enum lang lang)
{
    char *bytes = NULL;
    size_t length;
    struct err none;
    if (read_path(path, sha256, lang, &bytes, &length, &none) < 0)
        return false;
    free(bytes);
    return true;
}

/* The folder in which a path lies. */
static int sync_above(const char *path, enum lang lang, struct err *err)
{
    const char *slash = strrchr(path, '/');
    struct buf above = {0};
    buf_add(&above, slash ? path : ".", slash && slash > path ? (size_t)(slash - path) : 1);
    int code = sync_folder(above.bytes, lang, err);
    buf_free(&above);
    return code;
}

static int make_places(const char *folder, const struct places *places, enum lang lang,
                       struct err *err)
{
    int code = make_folder(folder, lang, err);
    if (code == 0)
        code = sync_above(folder, lang, err);
    if (code == 0)
        code = make_folder(places->folder.bytes, lang, err);
    return code < 0 ? code : sync_folder(folder, lang, err);
}

int kept_put(const char *folder, const char *sha256, const void *bytes, size_t length,
             enum lang lang, struct err *err)
{
    struct places places = places_of(folder, sha256);
    int code = make_places(folder, &places, lang, err);
    if (code == 0 && !is_there(places.path.bytes, sha256, lang))
        code = write_new(places.path.bytes, bytes, length, lang, err);
    if (code == 0)
        code = sync_folder(places.folder.bytes, lang, err);
    places_free(&places);
    return code;
}

static int put_copy(const char *from, const char *to, const char *sha256, enum lang lang,
                    struct err *err)
{
    char *bytes = NULL;
    size_t length;
    int code = kept_read(from, sha256, lang, &bytes, &length, err);
    if (code == 0)
        code = kept_put(to, sha256, bytes, length, lang, err);
    free(bytes);
    return code;
}

int kept_link(const char *from, const char *to, const char *sha256, enum lang lang,
              struct err *err)
{
    struct places source = places_of(from, sha256), places = places_of(to, sha256);
    int code = make_places(to, &places, lang, err);
    bool linked =
        code == 0 && linkat(AT_FDCWD, source.path.bytes, AT_FDCWD, places.path.bytes, 0) == 0;
    if (linked)
        code = sync_folder(places.folder.bytes, lang, err);
    else if (code == 0)
        code = put_copy(from, to, sha256, lang, err);
    places_free(&source);
    places_free(&places);
    return code;
}

/* ---- all of them --------------------------------------------------------------------------- */

static bool is_hash(const char *name)
{
    return strspn(name, "0123456789abcdef") == SHA256_HEX - 1 && !name[SHA256_HEX - 1];
}

/* The entries of one folder; `part` = its name in `folder`, NULL = the folder of folders. */
static int list_folder(const char *folder, const char *part, kept_reader reader, void *context,
                       struct err *err)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", folder, part ? part : "");
    DIR *entries = opendir(path.bytes);
    int code = 0;
    if (!entries && errno != ENOENT && errno != ENOTDIR)
        code = err_set(err, ERR_IO, "%s: %s", path.bytes, strerror(errno));
    for (const struct dirent *entry; code == 0 && entries && (entry = readdir(entries));) {
        if (part && is_hash(entry->d_name) && strncmp(entry->d_name, part, 2) == 0)
            code = reader(context, entry->d_name, err);
        else if (!part && strlen(entry->d_name) == 2 &&
                 strspn(entry->d_name, "0123456789abcdef") == 2)
            code = list_folder(folder, entry->d_name, reader, context, err);
    }
    if (entries)
        closedir(entries);
    buf_free(&path);
    return code;
}

int kept_list(const char *folder, kept_reader reader, void *context, struct err *err)
{
    return list_folder(folder, NULL, reader, context, err);
}
