#include "service/control.h"

#include "base/json.h"
#include "service/request.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PEERS_MOST = 64,
    WAITING_MOST = 1000, /* requests; more are read when these are answered */
    WRITING_MOST = 1000, /* answers that a peer has not read; then no more of it is read */
    BYTES_MOST = 2 * REQUEST_MOST,
    BACKLOG = 128,
    READ_BYTES = 65536,
    SECOND_MS = 1000,
    LINE_S = 10, /* that a request may take to come whole */
};

/* One connection. It is closed when the other side has closed, nothing of it waits and all is written. */
struct peer {
    uv_pipe_t pipe;
    struct control *control;
    struct peer *next;
    struct buf line; /* what has come and is no whole line yet */
    size_t scanned;  /* bytes of it that hold no line feed */
    size_t waiting;  /* requests of it in the queue */
    size_t writing;
    int seconds; /* since the line that is not whole began */
    bool ended, paused;
};

struct entry {
    struct control_request request;
    struct peer *peer; /* NULL = gone */
    bool taken;
    struct entry *next;
};

struct control {
    uv_pipe_t listener;
    uv_timer_t seconds; /* runs while a line is not whole */
    uv_loop_t *loop;
    control_wake wake;
    void *context;
    struct peer *peers;
    size_t peer_count;
    struct entry *first, *last; /* taken ones in front */
    size_t waiting, bytes;      /* of all peers */
    bool closing;
    size_t open; /* handles that are not closed yet, listener and timer among them */
    char room[READ_BYTES];
};

/* ---- peers ------------------------------------------------------------------------------------ */

static void free_when_closed(struct control *control)
{
    if (--control->open == 0 && control->closing)
        free(control);
}

static void peer_closed(uv_handle_t *handle)
{
    struct peer *peer = handle->data;
    struct control *control = peer->control;
    buf_free(&peer->line);
    free(peer);
    free_when_closed(control);
}

static void close_peer(struct peer *peer)
{
    struct control *control = peer->control;
    struct peer **at = &control->peers;
    if (uv_is_closing((uv_handle_t *)&peer->pipe))
        return;
    while (*at != peer)
        at = &(*at)->next;
    *at = peer->next;
    control->peer_count--;
    control->bytes -= peer->line.length;
    for (struct entry *entry = control->first; entry; entry = entry->next)
        if (entry->peer == peer)
            entry->peer = NULL;
    uv_close((uv_handle_t *)&peer->pipe, peer_closed);
}

static void close_if_done(struct peer *peer)
{
    if (peer->ended && peer->waiting == 0 && peer->writing == 0)
        close_peer(peer);
}

/* ---- writing ---------------------------------------------------------------------------------- */

struct writing {
    uv_write_t write;
    struct peer *peer;
    struct buf text;
};

static void resume(struct peer *peer);

static void written(uv_write_t *write, int status)
{
    struct writing *writing = (struct writing *)write;
    struct peer *peer = writing->peer;
    peer->writing--;
    buf_free(&writing->text);
    free(writing);
    if (status < 0)
        peer->ended = true;
    resume(peer);
    close_if_done(peer);
}

static void write_answer(struct peer *peer, const struct value *answer)
{
    struct writing *writing = mem_resize(NULL, 1, sizeof *writing);
    *writing = (struct writing){.peer = peer};
    json_write(&writing->text, answer);
    buf_adds(&writing->text, "\n");
    uv_buf_t bytes = uv_buf_init(writing->text.bytes, (unsigned)writing->text.length);
    peer->writing++;
    int code = uv_write(&writing->write, (uv_stream_t *)&peer->pipe, &bytes, 1, written);
    if (code < 0)
        written(&writing->write, code);
}

/* ---- reading ---------------------------------------------------------------------------------- */

static void add_entry(struct peer *peer, struct arena *arena, const struct value *request,
                      const struct value *answer)
{
    struct control *control = peer->control;
    struct entry *entry = mem_resize(NULL, 1, sizeof *entry);
    *entry = (struct entry){.request = {arena, request, answer}, .peer = peer};
    if (control->last)
        control->last->next = entry;
    else
        control->first = entry;
    control->last = entry;
    control->waiting++;
    peer->waiting++;
}

static void add_line(struct peer *peer, const char *line, size_t length)
{
    static const struct value_limits limits = {1000000, 64, REQUEST_MOST};
    struct arena *arena = arena_new();
    struct value *request = NULL;
    struct err err = {0};
    if (json_parse(arena, line, length, &limits, &request, &err) < 0)
        add_entry(peer, arena, NULL, request_error(arena, &err));
    else
        add_entry(peer, arena, request, NULL);
}

/* No more of it is read. */
static void refuse(struct peer *peer, const struct err *err)
{
    struct arena *arena = arena_new();
    add_entry(peer, arena, NULL, request_error(arena, err));
    peer->ended = true;
    uv_read_stop((uv_stream_t *)&peer->pipe);
}

static void refuse_length(struct peer *peer)
{
    struct err err;
    err_set(&err, ERR_LIMIT, "a request has at most %d bytes", REQUEST_MOST);
    refuse(peer, &err);
}

static void refuse_time(struct peer *peer)
{
    struct err err;
    err_set(&err, ERR_LIMIT, "a request comes whole within %d seconds", LINE_S);
    refuse(peer, &err);
    peer->control->wake(peer->control->context);
}

/* A line has begun that is not whole; while it waits for room, that is no fault of who writes it. */
static bool is_unfinished(const struct peer *peer)
{
    return peer->line.length > 0 && !peer->ended && !peer->paused;
}

/* Seconds are counted as the loop lives them: one long turn is no more than one. */
static void on_second(uv_timer_t *timer)
{
    struct control *control = timer->data;
    bool any = false;
    for (struct peer *peer = control->peers, *next; peer; peer = next) {
        next = peer->next;
        if (!is_unfinished(peer))
            continue;
        if (++peer->seconds <= LINE_S)
            any = true;
        else if (peer->writing) /* it does not read either */
            close_peer(peer);
        else
            refuse_time(peer);
    }
    if (!any)
        uv_timer_stop(timer);
}

static void count_seconds(struct control *control)
{
    if (!uv_is_active((uv_handle_t *)&control->seconds))
        uv_timer_start(&control->seconds, on_second, SECOND_MS, SECOND_MS);
}

/* Removes `length` bytes from the front. */
static void drop_front(struct peer *peer, size_t length)
{
    if (!length)
        return;
    peer->line.length -= length;
    peer->scanned -= length;
    memmove(peer->line.bytes, peer->line.bytes + length, peer->line.length);
    peer->control->bytes -= length;
}

static bool has_room(const struct peer *peer)
{
    return peer->control->waiting < WAITING_MOST && peer->writing < WRITING_MOST;
}

/* Whole lines become requests, as long as the queue has room; then reading waits. */
static void take_lines(struct peer *peer)
{
    struct control *control = peer->control;
    size_t at = 0;
    while (has_room(peer) && peer->scanned < peer->line.length) {
        const char *rest = peer->line.bytes + peer->scanned;
        const char *end = memchr(rest, '\n', peer->line.length - peer->scanned);
        peer->scanned = end ? (size_t)(end - peer->line.bytes) + 1 : peer->line.length;
        if (!end)
            break;
        add_line(peer, peer->line.bytes + at, peer->scanned - 1 - at);
        at = peer->scanned;
    }
    drop_front(peer, at);
    if (at)
        peer->seconds = 0;
    if (!has_room(peer) && !peer->ended) {
        peer->paused = true;
        uv_read_stop((uv_stream_t *)&peer->pipe);
    } else if (peer->line.length > REQUEST_MOST || control->bytes > BYTES_MOST) {
        refuse_length(peer);
    } else if (is_unfinished(peer)) {
        count_seconds(control);
    }
}

static void got_bytes(uv_stream_t *stream, ssize_t length, const uv_buf_t *bytes)
{
    struct peer *peer = stream->data;
    if (length == 0)
        return;
    if (length < 0) {
        peer->ended = true;
        uv_read_stop(stream);
        close_if_done(peer);
        return;
    }
    buf_add(&peer->line, bytes->base, (size_t)length);
    peer->control->bytes += (size_t)length;
    take_lines(peer);
    if (peer->waiting)
        peer->control->wake(peer->control->context);
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
    (void)wanted;
    struct peer *peer = handle->data;
    *out = uv_buf_init(peer->control->room, sizeof peer->control->room);
}

static void read_lines(struct peer *peer)
{
    peer->paused = false;
    if (uv_read_start((uv_stream_t *)&peer->pipe, give_room, got_bytes) < 0)
        close_peer(peer);
}

/* Goes on with a peer that had to wait, when there is room again. */
static void resume(struct peer *peer)
{
    if (!peer->paused || peer->ended || peer->control->closing || !has_room(peer))
        return;
    take_lines(peer);
    if (has_room(peer) && !peer->ended)
        read_lines(peer);
    if (peer->waiting)
        peer->control->wake(peer->control->context);
}

/* ---- accepting -------------------------------------------------------------------------------- */

static bool may_ask(uv_pipe_t *pipe)
{
    uv_os_fd_t descriptor;
    struct ucred who;
    socklen_t length = sizeof who;
    return uv_fileno((uv_handle_t *)pipe, &descriptor) == 0 &&
           getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 &&
           (who.uid == geteuid() || who.uid == 0);
}

/* The oldest of whom nothing waits makes room for who comes. */
static void make_room(struct control *control)
{
    struct peer *oldest = NULL;
    for (struct peer *peer = control->peers; peer; peer = peer->next)
        if (peer->waiting == 0 && peer->writing == 0)
            oldest = peer; /* new ones stand in front */
    if (control->peer_count >= PEERS_MOST && oldest)
        close_peer(oldest);
}

static void accept_peer(uv_stream_t *listener, int status)
{
    struct control *control = listener->data;
    if (status < 0)
        return;
    make_room(control);
    struct peer *peer = mem_resize(NULL, 1, sizeof *peer);
    *peer = (struct peer){.control = control, .next = control->peers};
    peer->pipe.data = peer;
    uv_pipe_init(control->loop, &peer->pipe, 0);
    peer->pipe.data = peer;
    control->peers = peer;
    control->peer_count++;
    control->open++;
    if (uv_accept(listener, (uv_stream_t *)&peer->pipe) < 0 || !may_ask(&peer->pipe))
        close_peer(peer);
    else
        read_lines(peer);
}

static void handle_closed(uv_handle_t *handle)
{
    free_when_closed(handle->data);
}

int control_new(uv_loop_t *loop, int listener, control_wake wake, void *context,
                struct control **out, struct err *err)
{
    int own = fcntl(listener, F_DUPFD_CLOEXEC, 3);
    if (own < 0)
        return err_set(err, ERR_IO, "control socket: %s", strerror(errno));
    struct control *control = mem_resize(NULL, 1, sizeof *control);
    memset(control, 0, sizeof *control);
    control->loop = loop;
    control->wake = wake;
    control->context = context;
    control->open = 2;
    uv_pipe_init(loop, &control->listener, 0);
    uv_timer_init(loop, &control->seconds);
    control->listener.data = control->seconds.data = control;
    int code = uv_pipe_open(&control->listener, own);
    if (code < 0)
        close(own);
    else
        code = uv_listen((uv_stream_t *)&control->listener, BACKLOG, accept_peer);
    if (code < 0) {
        control_close(control);
        return err_set(err, ERR_IO, "control socket: %s", uv_strerror(code));
    }
    *out = control;
    return 0;
}

/* ---- what the loop takes ---------------------------------------------------------------------- */

struct control_request *control_next(struct control *control)
{
    for (struct entry *entry = control->first; entry; entry = entry->next) {
        if (entry->taken)
            continue;
        entry->taken = true;
        if (entry->request.request)
            return &entry->request;
    }
    return NULL;
}

bool control_waiting(const struct control *control)
{
    return control->last && !control->last->taken;
}

static void answer(struct entry *entry, const struct err *problem)
{
    struct peer *peer = entry->peer;
    if (peer) {
        peer->waiting--;
        write_answer(peer, problem && entry->request.request
                               ? request_refused(entry->request.request, entry->request.answer,
                                                 entry->request.arena, problem)
                               : entry->request.answer);
    }
    arena_free(entry->request.arena);
    free(entry);
}

void control_answer(struct control *control, const struct err *problem)
{
    while (control->first && control->first->taken && control->first->request.answer) {
        struct entry *entry = control->first;
        control->first = entry->next;
        control->last = control->first ? control->last : NULL;
        control->waiting--;
        answer(entry, problem);
    }
    for (struct peer *peer = control->peers, *next; peer; peer = next) {
        next = peer->next;
        resume(peer);
    }
}

/* ---- the end ---------------------------------------------------------------------------------- */

/* Nothing of it was carried out: who asked does it elsewhere. A full socket loses the word, and the reset
 * says the same. */
static void send_away(struct peer *peer)
{
    char again[] = "{\"again\":true}\n";
    uv_buf_t bytes = uv_buf_init(again, sizeof again - 1);
    if (peer->writing == 0)
        uv_try_write((uv_stream_t *)&peer->pipe, &bytes, 1);
    close_peer(peer);
}

void control_close(struct control *control)
{
    if (!control)
        return;
    control->closing = true;
    uv_close((uv_handle_t *)&control->listener, handle_closed);
    uv_close((uv_handle_t *)&control->seconds, handle_closed);
    while (control->peers)
        send_away(control->peers);
    while (control->first) {
        struct entry *entry = control->first;
        control->first = entry->next;
        arena_free(entry->request.arena);
        free(entry);
    }
    control->last = NULL;
}
