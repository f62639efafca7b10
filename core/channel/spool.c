/*
 * A batch is written by flush, in steps that a kill may part anywhere:
 *
 *   .ID.tmp written and synced, every file → each renamed to ID.json → the folder synced → reported
 *
 * Before its rename a message is not there for anybody who looks for *.json, and its next attempt writes
 * the temporary file anew; behind it the message is there, and its next attempt replaces it.
 */
#include "channel/spool.h"

#include "base/arena.h"
#include "base/beneath.h"
#include "base/buf.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH_MOST = 64, ID_MOST = 64, FILE_MOST = 16 << 20, NOTE_MOST = 300 };

/* A message of the batch. */
struct entry {
    struct channel_message message;
    channel_done done;
    void *context;
    char name[ID_MOST + 8], temporary[ID_MOST + 8];
    int file;             /* -1 = none */
    bool written;         /* the temporary file is there, and whole */
    bool placed;          /* it has its name */
    char note[NOTE_MOST]; /* why not; "" = nothing is wrong */
};

struct batch {
    size_t count;
    struct entry entries[BATCH_MOST];
};

struct spool {
    struct channel channel;
    char *folder;
    struct batch *batch; /* what waits for flush; NULL = nothing */
};

static void fault(struct entry *entry, const char *path, const char *what)
{
    snprintf(entry->note, sizeof entry->note, "%s: %s", path, what);
}

/* ---- the file of a message -------------------------------------------------------------------- */

static int write_all(int file, const char *bytes, size_t length)
{
    while (length) {
        ssize_t count = write(file, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            errno = count == 0 ? EIO : errno;
            return -1;
        }
        bytes += count;
        length -= (size_t)count;
    }
    return 0;
}

/* A new file under the temporary name. What a kill left there is ours, a regular file; nothing else is
 * taken away. */
static int open_temporary(int folder, const char *name)
{
    enum { FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC };
    struct stat status;
    int file = openat(folder, name, FLAGS, 0600);
    if (file >= 0 || errno != EEXIST)
        return file;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(status.st_mode) ||
        status.st_uid != geteuid()) {
        errno = EEXIST;
        return -1;
    }
    if (unlinkat(folder, name, 0) < 0)
        return -1;
    return openat(folder, name, FLAGS, 0600);
}

/* The mode is set by itself: the service's umask would take the gateway's right to read. */
static void write_entry(int folder, struct entry *entry)
{
    struct buf text = {0};
    entry->file = open_temporary(folder, entry->temporary);
    if (entry->file < 0) {
        fault(entry, entry->temporary, strerror(errno));
        return;
    }
    entry->written = true;
    buf_printf(&text, "%s\n", entry->message.json);
    if (write_all(entry->file, text.bytes, text.length) < 0 || fchmod(entry->file, 0640) < 0)
        fault(entry, entry->temporary, strerror(errno));
    buf_free(&text);
}

static void sync_entry(struct entry *entry)
{
    if (entry->file < 0)
        return;
    if (fsync(entry->file) < 0 && !entry->note[0])
        fault(entry, entry->temporary, strerror(errno));
    if (close(entry->file) < 0 && !entry->note[0])
        fault(entry, entry->temporary, strerror(errno));
    entry->file = -1;
}

/* Whether a file is an earlier one of the same message: its object has that id. */
static bool is_of_message(int file, const char *name, const char *id)
{
    static const struct value_limits limits = {1 << 20, 32, FILE_MOST};
    struct arena *arena = arena_new();
    struct value *value;
    char *bytes = NULL;
    size_t length;
    bool is = false;
    if (beneath_read(file, name, FILE_MOST, &bytes, &length, NULL) == 0 &&
        json_parse(arena, bytes, length, &limits, &value, NULL) == 0) {
        const char *found = value_get_string(value, "id");
        is = found && strcmp(found, id) == 0;
    }
    free(bytes);
    arena_free(arena);
    return is;
}

/* Whether the name is free or has what may be replaced. */
static bool may_take(int folder, struct entry *entry, bool *taken)
{
    struct stat status;
    int file = openat(folder, entry->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    *taken = file >= 0 || errno != ENOENT;
    if (!*taken)
        return true;
    bool may = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
               is_of_message(file, entry->name, entry->message.id);
    if (file >= 0)
        close(file);
    if (!may)
        fault(entry, entry->name, "something else has this name");
    return may;
}

/* A file system that cannot rename without replacing is asked to rename. */
static int rename_new(int folder, const char *from, const char *to)
{
    if (renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    return renameat(folder, from, folder, to);
}

static void place_entry(int folder, struct entry *entry)
{
    bool taken;
    if (!entry->note[0] && may_take(folder, entry, &taken)) {
        int code = taken ? renameat(folder, entry->temporary, folder, entry->name)
                         : rename_new(folder, entry->temporary, entry->name);
        entry->placed = code == 0;
        if (!entry->placed)
            fault(entry, entry->name, strerror(errno));
    }
    if (entry->written && !entry->placed)
        unlinkat(folder, entry->temporary, 0);
}

/* ---- the batch -------------------------------------------------------------------------------- */

static void fault_all(struct batch *batch, const char *path, const char *what)
{
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->entries[i].note[0])
            fault(&batch->entries[i], path, what);
}

static void write_batch(const struct spool *spool, struct batch *batch)
{
    int folder = open(spool->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        fault_all(batch, spool->folder, strerror(errno));
        return;
    }
    for (size_t i = 0; i < batch->count; i++)
        write_entry(folder, &batch->entries[i]);
    for (size_t i = 0; i < batch->count; i++)
        sync_entry(&batch->entries[i]);
    for (size_t i = 0; i < batch->count; i++)
        place_entry(folder, &batch->entries[i]);
    if (fsync(folder) < 0 && errno != EINVAL) /* EINVAL: a file system without such a sync */
        fault_all(batch, spool->folder, strerror(errno));
    close(folder);
}

static void report_batch(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct entry *entry = &batch->entries[i];
        bool sent = !entry->note[0];
        struct channel_end end = {.result = sent ? CHANNEL_SENT : CHANNEL_RETRY,
                                  .unsure = !sent && entry->placed,
                                  .note = sent ? NULL : entry->note};
        entry->done(entry->context, &end);
    }
}

static void spool_flush(struct channel *channel)
{
    struct spool *spool = (struct spool *)channel;
    struct batch *batch = spool->batch;
    if (!batch)
        return;
    spool->batch = NULL; /* who hears of an end may send again */
    write_batch(spool, batch);
    report_batch(batch);
    free(batch);
}

/* Nothing was written yet. */
static void spool_stop(struct channel *channel)
{
    struct spool *spool = (struct spool *)channel;
    struct batch *batch = spool->batch;
    if (!batch)
        return;
    spool->batch = NULL;
    fault_all(batch, spool->folder, "stopped");
    report_batch(batch);
    free(batch);
}

/* ---- the channel ------------------------------------------------------------------------------ */

static bool is_id(const char *id)
{
    size_t length = strlen(id);
    return length && length <= ID_MOST && id[0] != '-' &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static void spool_send(struct channel *channel, const struct channel_message *message,
                       channel_done done, void *context)
{
    struct spool *spool = (struct spool *)channel;
    if (!is_id(message->id)) {
        done(context, &(struct channel_end){.result = CHANNEL_FAILED,
                                            .note = "an id that cannot name a file"});
        return;
    }
    if (!spool->batch) {
        spool->batch = mem_resize(NULL, 1, sizeof *spool->batch);
        spool->batch->count = 0;
    }
    struct entry *entry = &spool->batch->entries[spool->batch->count++];
    *entry = (struct entry){.message = *message, .done = done, .context = context, .file = -1};
    snprintf(entry->name, sizeof entry->name, "%s.json", message->id);
    snprintf(entry->temporary, sizeof entry->temporary, ".%s.tmp", message->id);
    if (spool->batch->count == BATCH_MOST)
        spool_flush(channel);
}

static void spool_close(struct channel *channel)
{
    struct spool *spool = (struct spool *)channel;
    free(spool->batch);
    free(spool->folder);
    free(spool);
}

int channel_spool_new(const char *folder, struct channel **out, struct err *err)
{
    static const struct channel_kind kind = {"spool", spool_send, spool_flush, spool_stop,
                                             spool_close};
    if (folder[0] != '/')
        return err_set(err, ERR_INVALID, "%.200s is not an absolute path", folder);
    struct spool *spool = mem_resize(NULL, 1, sizeof *spool);
    struct buf copy = {0};
    buf_adds(&copy, folder);
    *spool = (struct spool){.channel = {&kind}, .folder = copy.bytes};
    *out = &spool->channel;
    return 0;
}
