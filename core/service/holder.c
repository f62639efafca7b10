#include "service/holder.h"

#include "base/json.h"
#include "base/utf8.h"
#include "service/request.h"
#include "time/civil.h"
#include "time/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    NAME_MOST = 76, /* with its end: an id, ".fast", and what a socket's address has room for */
    LINE_MOST = 400,
    BACKLOG = 128,
    RETRY_MS = 4,
    SEND_SECONDS = 10,
    HOLDERS_MOST = 6 /* one after another, that a command waits for */
};

struct holder {
    int folder, lock, socket; /* -1 = none */
    char name[NAME_MOST];
    char line[LINE_MOST + 1]; /* what stands in the lock, without its line feed */
};

/* ---- the folder ------------------------------------------------------------------------------- */

/* $STATE_DIRECTORY may name several folders, joined by ':'. */
static bool choose_folder(char out[HOLDER_PATH_MOST])
{
    const char *given = getenv("PLANRUN_STATE"), *systemd = getenv("STATE_DIRECTORY"),
               *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length = 0;
    if (given && *given)
        length = snprintf(out, HOLDER_PATH_MOST, "%s", given);
    else if (systemd && *systemd)
        length = snprintf(out, HOLDER_PATH_MOST, "%.*s", (int)strcspn(systemd, ":"), systemd);
    else if (state && *state == '/')
        length = snprintf(out, HOLDER_PATH_MOST, "%s/planrun", state);
    else if (home && *home)
        length = snprintf(out, HOLDER_PATH_MOST, "%s/.local/state/planrun", home);
    return length > 0 && length < HOLDER_PATH_MOST;
}

static int make_folder(char path[HOLDER_PATH_MOST], struct err *err)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int code = mkdir(path, 0700);
        *slash = '/';
        if (code < 0 && errno != EEXIST)
            return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    }
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    return 0;
}

int holder_folder(char out[HOLDER_PATH_MOST], struct err *err)
{
    char path[HOLDER_PATH_MOST];
    if (!choose_folder(path))
        return err_set(
            err, ERR_NOT_FOUND,
            TR(lang_of_environment(), "no folder for stores: set PLANRUN_STATE to a short path",
               "不知道记录放在哪里：没有 HOME，或路径太长；请用 PLANRUN_STATE 指定文件夹"));
    int code = make_folder(path, err);
    if (code == 0)
        memcpy(out, path, sizeof path);
    return code;
}

static int open_folder(const char *folder, struct err *err)
{
    int descriptor = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        err_set(err, ERR_IO, "%s: %s", folder, strerror(errno));
    return descriptor;
}

/* ---- the lock --------------------------------------------------------------------------------- */

static struct flock whole_file(void)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

static int open_lock(int folder, const char *name, int flags)
{
    char file[NAME_MOST + 8];
    snprintf(file, sizeof file, "%s.lock", name);
    return openat(folder, file, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* A path of the socket that is short however long the folder's is. */
static struct sockaddr_un socket_address(int folder, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%.*s.sock", folder,
             NAME_MOST - 1, name);
    return address;
}

/* How long reading and writing may wait. */
static void set_limit(int descriptor, int seconds)
{
    struct timeval limit = {.tv_sec = seconds};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/* A socket connected to the holder, or -1 and errno. */
static int connect_socket(int folder, const char *name)
{
    struct sockaddr_un address = socket_address(folder, name);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -1;
    set_limit(descriptor, SEND_SECONDS);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0)
        return descriptor;
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

static bool somebody_listens(int folder, const char *name)
{
    int descriptor = connect_socket(folder, name);
    if (descriptor >= 0)
        close(descriptor);
    return descriptor >= 0;
}

/* The lock's line, without its line feed; "" when there is none. */
static void read_line(int lock, char line[LINE_MOST + 1])
{
    ssize_t length = pread(lock, line, LINE_MOST, 0);
    line[length > 0 ? length : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

/* How long a holder that does not listen is waited for. It begins anew with every other holder: many short
 * commands at once all get their turn. */
struct patience {
    int64_t until_ms, most_ms;
    char line[LINE_MOST + 1];
};

static struct patience patience_new(void)
{
    int64_t now_ms = clock_monotonic();
    return (struct patience){now_ms + HOLDER_TRIES_MS,
                             now_ms + (int64_t)HOLDERS_MOST * HOLDER_TRIES_MS, ""};
}

/* A little later; false when it is at its end. */
static bool wait_more(struct patience *patience, int lock)
{
    char line[LINE_MOST + 1];
    int64_t now_ms = clock_monotonic();
    read_line(lock, line);
    if (strcmp(line, patience->line) != 0) {
        memcpy(patience->line, line, sizeof line);
        patience->until_ms = now_ms + HOLDER_TRIES_MS;
    }
    pause_ms(RETRY_MS);
    return now_ms < patience->until_ms && now_ms < patience->most_ms;
}

static int refuse(int lock, struct err *err)
{
    char line[LINE_MOST + 1];
    read_line(lock, line);
    return err_set(err, ERR_LIMIT, "%s", line[0] ? line : "planrun");
}

/* Who holds the lock without listening does so for a moment: a command, a start, an end. */
static int wait_for_lock(const struct holder *holder, struct err *err)
{
    struct patience patience = patience_new();
    struct flock range = whole_file();
    while (fcntl(holder->lock, F_OFD_SETLK, &range) < 0) {
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return err_set(err, ERR_IO, "%s.lock: %s", holder->name, strerror(errno));
        if (somebody_listens(holder->folder, holder->name) ||
            !wait_more(&patience, holder->lock))
            return refuse(holder->lock, err);
    }
    return 0;
}

static int write_name(struct holder *holder, const char *who, struct err *err)
{
    char line[LINE_MOST + 2], day[11], time_text[6];
    int32_t minute;
    civil_format(civil_from_ms((int64_t)time(NULL) * 1000, &minute), day);
    size_t cut = utf8_cut(who, strlen(who), 300);
    snprintf(holder->line, sizeof holder->line, "%.*s (pid %ld, %s %s)", (int)cut, who,
             (long)getpid(), day, civil_format_minute(minute, time_text));
    int length = snprintf(line, sizeof line, "%s\n", holder->line);
    if (ftruncate(holder->lock, 0) < 0 ||
        pwrite(holder->lock, line, (size_t)length, 0) != length)
        return err_set(err, ERR_IO, "%s.lock: %s", holder->name, strerror(errno));
    return 0;
}

const char *holder_line(const struct holder *holder)
{
    return holder->line;
}

int holder_take(const char *folder, const char *name, const char *who, struct holder **out,
                struct err *err)
{
    if (strlen(name) >= NAME_MOST)
        return err_set(err, ERR_INVALID, "%s: longer than %d bytes", name, NAME_MOST - 1);
    struct holder *holder = mem_resize(NULL, 1, sizeof *holder);
    *holder = (struct holder){.lock = -1, .socket = -1};
    snprintf(holder->name, sizeof holder->name, "%s", name);
    holder->folder = open_folder(folder, err);
    int code = holder->folder < 0 ? ERR_IO : 0;
    if (code == 0 && (holder->lock = open_lock(holder->folder, name, O_CREAT)) < 0)
        code = err_set(err, ERR_IO, "%s/%s.lock: %s", folder, name, strerror(errno));
    if (code == 0)
        code = wait_for_lock(holder, err);
    if (code == 0)
        code = write_name(holder, who, err);
    if (code == 0)
        *out = holder;
    else
        holder_release(holder);
    return code;
}

static void remove_socket(const struct holder *holder)
{
    char file[NAME_MOST + 8];
    snprintf(file, sizeof file, "%s.sock", holder->name);
    unlinkat(holder->folder, file, 0);
}

void holder_unlisten(struct holder *holder)
{
    if (holder->socket < 0)
        return;
    remove_socket(holder);
    close(holder->socket);
    holder->socket = -1;
}

void holder_release(struct holder *holder)
{
    if (!holder)
        return;
    holder_unlisten(holder); /* while the lock is ours: it may be another's afterwards */
    if (holder->lock >= 0)
        close(holder->lock);
    if (holder->folder >= 0)
        close(holder->folder);
    free(holder);
}

int holder_listen(struct holder *holder, int *fd, struct err *err)
{
    struct sockaddr_un address = socket_address(holder->folder, holder->name);
    holder_unlisten(holder);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return err_set(err, ERR_IO, "%s.sock: %s", holder->name, strerror(errno));
    remove_socket(holder); /* of a holder that was killed: the lock says that it is gone */
    if (fchmod(descriptor, 0600) < 0 ||
        bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(descriptor, BACKLOG) < 0) {
        int error = errno;
        close(descriptor);
        return err_set(err, ERR_IO, "%s.sock: %s", holder->name, strerror(error));
    }
    *fd = holder->socket = descriptor;
    return 0;
}

/* ---- asking ----------------------------------------------------------------------------------- */

static bool is_held(int lock)
{
    struct flock range = whole_file();
    return fcntl(lock, F_OFD_GETLK, &range) < 0 || range.l_type != F_UNLCK;
}

static int send_all(int descriptor, const struct buf *text)
{
    for (size_t at = 0; at < text->length;) {
        ssize_t sent = send(descriptor, text->bytes + at, text->length - at, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return -1;
        at += sent > 0 ? (size_t)sent : 0;
    }
    return 0;
}

/* Reads up to the line feed; 0, or -1 and errno (0 = the other side closed). */
static int receive_line(int descriptor, struct buf *line)
{
    char bytes[4096];
    while (line->length == 0 || line->bytes[line->length - 1] != '\n') {
        ssize_t got = recv(descriptor, bytes, sizeof bytes, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = 0;
        if (got > 0 && line->length + (size_t)got > REQUEST_MOST) {
            errno = EMSGSIZE;
            got = -1;
        }
        if (got <= 0)
            return -1;
        buf_add(line, bytes, (size_t)got);
    }
    return 0;
}

static int read_answer(const struct buf *line, struct arena *arena, struct value **answer,
                       struct err *err)
{
    static const struct value_limits limits = {1000000, 64, REQUEST_MOST};
    return json_parse(arena, line->bytes, line->length - 1, &limits, answer, err);
}

/* No answer came to a request that was sent. A reset means that bytes of it were never read, so it was
 * not carried out: 1 = try again. An end of file behind a whole request leaves that open; who may say
 * it twice tries again too. */
static int miss_answer(int error, const struct value *request, struct err *err)
{
    enum lang lang = lang_of_environment();
    if (error == ECONNRESET || (error == 0 && request_is_repeatable(request)))
        return 1;
    if (error == 0)
        return err_set(err, ERR_IO, "%s",
                       TR(lang,
                          "the holder ended before it answered: look into the log whether it "
                          "was recorded",
                          "运行中的进程没有答复就退出了：是否已登记，请看 planrun log"));
    if (error == EAGAIN || error == EWOULDBLOCK)
        return err_set(
            err, ERR_IO,
            TR(lang,
               "the holder has not answered for %d s, and may do it later: look into "
               "the log whether it was recorded",
               "运行中的进程 %d 秒没有答复，也许稍后才办：是否已登记，请看 planrun log"),
            request_seconds(request));
    return err_set(err, ERR_IO,
                   TR(lang, "the holder does not answer: %s", "运行中的进程没有答复：%s"),
                   strerror(error));
}

/* One attempt: 1 = try again. */
static int exchange(int descriptor, const struct buf *text, const struct value *request,
                    struct arena *arena, struct value **answer, struct err *err)
{
    struct buf line = {0};
    set_limit(descriptor, request_seconds(request));
    int code = send_all(descriptor, text);
    if (code < 0) {
        code = errno == EPIPE || errno == ECONNRESET
                   ? 1
                   : err_set(err, ERR_IO, "the holder does not read: %s", strerror(errno));
    } else if (receive_line(descriptor, &line) < 0) {
        code = miss_answer(errno, request, err);
    } else if ((code = read_answer(&line, arena, answer, err)) == 0) {
        code = value_get(*answer, "again") ? 1 : 0;
    }
    buf_free(&line);
    return code;
}

static int ask(int folder, int lock, const char *name, const struct buf *text,
               const struct value *request, struct arena *arena, struct value **answer,
               struct err *err)
{
    struct patience patience = patience_new();
    struct value *said = NULL;
    int code = 1;
    while (is_held(lock)) {
        int descriptor = connect_socket(folder, name);
        if (descriptor >= 0) {
            code = exchange(descriptor, text, request, arena, &said, err);
            close(descriptor);
        }
        if (code == 0)
            *answer = said;
        if (code <= 0)
            return code;
        if (!wait_more(&patience, lock))
            return err_set(err, ERR_LIMIT, "it holds %s and does not listen: %s", name,
                           patience.line);
    }
    return err_set(err, ERR_NOT_FOUND, "nobody holds %s", name);
}

int holder_ask(const char *folder, const char *name, const struct value *request,
               struct arena *arena, struct value **answer, struct err *err)
{
    struct buf text = {0};
    int descriptor = open_folder(folder, err), code;
    if (descriptor < 0)
        return ERR_IO;
    json_write(&text, request);
    buf_adds(&text, "\n");
    int lock = open_lock(descriptor, name, 0);
    if (text.length > REQUEST_MOST)
        code = err_set(err, ERR_LIMIT, "a request has at most %d bytes", REQUEST_MOST);
    else if (lock < 0)
        code = err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s/%s.lock: %s", folder,
                       name, strerror(errno));
    else
        code = ask(descriptor, lock, name, &text, request, arena, answer, err);
    buf_free(&text);
    if (lock >= 0)
        close(lock);
    close(descriptor);
    return code;
}
