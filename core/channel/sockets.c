/*
 * A watch belongs to a socket from libcurl's first wish until the socket is closed. Between two requests it
 * is idle: it stays armed, which saves three system calls a request, but does not keep the loop alive, and is
 * stopped when anything happens on it. Sockets that are not ours (libcurl's own resolver wakes it by
 * a pair) lose their watch with libcurl's interest.
 */
#include "channel/sockets.h"

#include "base/arena.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct watch {
    uv_poll_t poll; /* its address is the struct's */
    struct sockets *sockets;
    curl_socket_t socket;
    int events; /* that it is armed for */
    bool idle;
};

struct known {
    curl_socket_t socket;
    struct watch *watch; /* NULL: not yet */
};

struct sockets {
    uv_loop_t *loop;
    CURLM *multi;
    struct sockets_owner owner;
    struct known *known; /* that sockets_open gave and sockets_close did not take back */
    size_t count, room;
    size_t watches; /* that are not freed */
    bool left;      /* nobody needs it but watches that are closing */
};

struct sockets *sockets_new(uv_loop_t *loop, CURLM *multi, const struct sockets_owner *owner)
{
    struct sockets *sockets = mem_resize(NULL, 1, sizeof *sockets);
    *sockets = (struct sockets){.loop = loop, .multi = multi, .owner = *owner};
    return sockets;
}

static void free_left(struct sockets *sockets)
{
    if (!sockets->left || sockets->watches)
        return;
    free(sockets->known);
    free(sockets);
}

void sockets_free(struct sockets *sockets)
{
    sockets->left = true;
    free_left(sockets);
}

void sockets_shut(struct sockets *sockets)
{
    for (size_t i = 0; i < sockets->count; i++)
        shutdown(sockets->known[i].socket, SHUT_RDWR);
}

static struct known *find(struct sockets *sockets, curl_socket_t socket)
{
    for (size_t i = 0; i < sockets->count; i++)
        if (sockets->known[i].socket == socket)
            return &sockets->known[i];
    return NULL;
}

/* ---- watches ----------------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    struct watch *watch = (struct watch *)handle;
    struct sockets *sockets = watch->sockets;
    free(watch);
    sockets->watches--;
    free_left(sockets);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = (struct watch *)poll;
    struct sockets *sockets = watch->sockets;
    int what = 0; /* of an error: to be read and written, which tells what it is */
    if (watch->idle || status < 0) {
        uv_poll_stop(&watch->poll);
        watch->events = 0;
    }
    if (watch->idle)
        return;
    what |= status < 0 || events & UV_READABLE ? CURL_CSELECT_IN : 0;
    what |= status < 0 || events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
    sockets->owner.ready(sockets->owner.context, watch->socket, what);
}

static struct watch *new_watch(struct sockets *sockets, curl_socket_t socket)
{
    struct watch *watch = mem_resize(NULL, 1, sizeof *watch);
    *watch = (struct watch){.sockets = sockets, .socket = socket};
    if (uv_poll_init_socket(sockets->loop, &watch->poll, socket) != 0)
        mem_exhausted(); /* the descriptor is fresh, so nothing else can be missing */
    sockets->watches++;
    return watch;
}

static struct watch *take_watch(struct sockets *sockets, curl_socket_t socket)
{
    struct known *known = find(sockets, socket);
    struct watch *watch = known && known->watch ? known->watch : new_watch(sockets, socket);
    if (known)
        known->watch = watch;
    if (watch->idle)
        uv_ref((uv_handle_t *)&watch->poll);
    watch->idle = false;
    curl_multi_assign(sockets->multi, socket, watch);
    return watch;
}

static void leave_watch(struct sockets *sockets, struct watch *watch)
{
    if (!find(sockets, watch->socket)) {
        uv_close((uv_handle_t *)&watch->poll, on_closed);
        return;
    }
    watch->idle = true;
    uv_unref((uv_handle_t *)&watch->poll);
}

void sockets_release(struct sockets *sockets, curl_socket_t socket)
{
    struct known *known = find(sockets, socket);
    if (known && known->watch)
        uv_close((uv_handle_t *)&known->watch->poll, on_closed);
    if (known)
        known->watch = NULL;
}

int sockets_watch(CURL *easy, curl_socket_t socket, int what, void *context, void *assigned)
{
    struct sockets *sockets = context;
    struct watch *watch = assigned;
    int events =
        (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch)
            leave_watch(sockets, watch);
        return 0;
    }
    if (!watch)
        watch = take_watch(sockets, socket);
    if (events != watch->events)
        uv_poll_start(&watch->poll, events, on_ready);
    watch->events = events;
    return 0;
}

/* ---- sockets ----------------------------------------------------------------------------------- */

/* The last gate: whatever libcurl believes, it gets no socket to an address that may not be called. */
curl_socket_t sockets_open(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct sockets *sockets = context;
    if (purpose != CURLSOCKTYPE_IPCXN ||
        !sockets->owner.may_call(sockets->owner.context, &to->addr))
        return CURL_SOCKET_BAD;
    int file = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    if (file < 0)
        return CURL_SOCKET_BAD;
    if (sockets->count == sockets->room) {
        sockets->room = sockets->room ? 2 * sockets->room : 16;
        sockets->known = mem_resize(sockets->known, sockets->room, sizeof *sockets->known);
    }
    sockets->known[sockets->count++] = (struct known){.socket = file};
    return file;
}

int sockets_close(void *context, curl_socket_t file)
{
    struct sockets *sockets = context;
    struct known *known = find(sockets, file);
    if (known) {
        if (known->watch)
            uv_close((uv_handle_t *)&known->watch->poll, on_closed);
        *known = sockets->known[--sockets->count];
    }
    return close(file);
}
