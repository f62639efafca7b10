#include "base/arena.h"
#include "base/buf.h"
#include "channel/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAITING_MOST = 256 }; /* messages that share one sync */

/* Who waits for the sync that makes a message one that was sent. */
struct waiting {
    channel_done done;
    void *context;
};

struct jsonl {
    struct channel channel;
    int file;
    bool regular; /* what else is there to sync */
    bool torn;    /* the last line lacks its end */
    size_t count;
    struct waiting waiting[WAITING_MOST];
};

/* Everything, or -1 and errno; `*written` says whether any byte went out. */
static int write_all(int file, const char *bytes, size_t length, bool *written)
{
    *written = false;
    while (length) {
        ssize_t done = write(file, bytes, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            errno = done == 0 ? EIO : errno;
            return -1;
        }
        *written = true;
        bytes += done;
        length -= (size_t)done;
    }
    return 0;
}

static int write_line(struct jsonl *jsonl, const char *json)
{
    bool written;
    struct buf line = {0};
    buf_printf(&line, "%s%s\n", jsonl->torn ? "\n" : "", json);
    int code = write_all(jsonl->file, line.bytes, line.length, &written);
    if (written)
        jsonl->torn = code < 0;
    int error = errno;
    buf_free(&line);
    errno = error;
    return code;
}

static void jsonl_flush(struct channel *channel)
{
    struct jsonl *jsonl = (struct jsonl *)channel;
    const char *problem = NULL;
    if (jsonl->count && jsonl->regular && fdatasync(jsonl->file) < 0)
        problem = strerror(errno);
    size_t count = jsonl->count;
    jsonl->count = 0;
    struct channel_end end = {.result = problem ? CHANNEL_RETRY : CHANNEL_SENT,
                              .unsure = problem != NULL,
                              .note = problem};
    for (size_t i = 0; i < count; i++)
        jsonl->waiting[i].done(jsonl->waiting[i].context, &end);
}

static void jsonl_send(struct channel *channel, const struct channel_message *message,
                       channel_done done, void *context)
{
    struct jsonl *jsonl = (struct jsonl *)channel;
    if (write_line(jsonl, message->json) < 0) {
        done(context, &(struct channel_end){.result = CHANNEL_RETRY, .note = strerror(errno)});
        return;
    }
    jsonl->waiting[jsonl->count++] = (struct waiting){done, context};
    if (jsonl->count == WAITING_MOST)
        jsonl_flush(channel);
}

static void jsonl_close(struct channel *channel)
{
    struct jsonl *jsonl = (struct jsonl *)channel;
    close(jsonl->file);
    free(jsonl);
}

/* Appending goes to the end whatever others do; reading is for the last byte of an older run. */
static int open_file(const char *path)
{
    if (strcmp(path, "-") == 0)
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    return open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
}

static bool ends_torn(int file, off_t size)
{
    char last;
    return size > 0 && pread(file, &last, 1, size - 1) == 1 && last != '\n';
}

int channel_jsonl_new(const char *path, struct channel **out, struct err *err)
{
    static const struct channel_kind kind = {"jsonl", jsonl_send, jsonl_flush, NULL,
                                             jsonl_close};
    struct stat status;
    int file = open_file(path);
    if (file < 0 || fstat(file, &status) < 0) {
        int code = err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
        if (file >= 0)
            close(file);
        return code;
    }
    struct jsonl *jsonl = mem_resize(NULL, 1, sizeof *jsonl);
    *jsonl =
        (struct jsonl){.channel = {&kind}, .file = file, .regular = S_ISREG(status.st_mode)};
    jsonl->torn = jsonl->regular && ends_torn(file, status.st_size);
    *out = &jsonl->channel;
    return 0;
}
