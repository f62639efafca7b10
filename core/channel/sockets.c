/*
 * A socket is known from libcurl's first wish about it; it is *kept* once a request was made on it. A kept one is
 * watched until it is closed: between two requests its watch is idle, stays armed, which saves three
 * system calls a request, does not keep the loop alive, and is stopped when anything happens. What is not
 * kept is forgotten with libcurl's interest, for libcurl 7.88 closes a socket that never came to be
 * connected by itself and says nothing; its number may be anybody's by then. Where it is our own next one
 * before libcurl has even taken back its wish, libcurl takes both for the same: so the wish holds for the new one.
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
    struct watch *watch; /* NULL = none */
    bool kept;
};

struct sockets {
    uv_loop_t *loop;
    struct sockets_owner owner;
    struct known *known;
    size_t count, room;
    size_t watches; /* that are not freed */
    bool left;      /* nobody needs it but watches that are closing */
};

struct sockets *sockets_new(uv_loop_t *loop, const struct sockets_owner *owner)
{
    struct sockets *sockets = mem_resize(NULL, 1, sizeof *sockets);
    *sockets = (struct sockets){.loop = loop, .owner = *owner};
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
        if (sockets->known[i].kept)
            shutdown(sockets->known[i].socket, SHUT_RDWR);
}

static struct known *find(struct sockets *sockets, curl_socket_t socket)
{
    for (size_t i = 0; i < sockets->count; i++)
        if (sockets->known[i].socket == socket)
            return &sockets->known[i];
    return NULL;
}

static struct known *find_or_add(struct sockets *sockets, curl_socket_t socket)
{
    struct known *known = find(sockets, socket);
    if (known)
        return known;
    if (sockets->count == sockets->room) {
        sockets->room = sockets->room ? 2 * sockets->room : 16;
        sockets->known = mem_resize(sockets->known, sockets->room, sizeof *sockets->known);
    }
    sockets->known[sockets->count] = (struct known){.socket = socket};
    return &sockets->known[sockets->count++];
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

/* NULL where it cannot be watched: a transfer that nothing wakes is ended by its time limit. */
static struct watch *new_watch(struct sockets *sockets, curl_socket_t socket)
{
    struct watch *watch = mem_resize(NULL, 1, sizeof *watch);
    *watch = (struct watch){.sockets = sockets, .socket = socket};
    if (uv_poll_init_socket(sockets->loop, &watch->poll, socket) != 0) {
        free(watch);
        return NULL;
    }
    sockets->watches++;
    return watch;
}

static void close_watch(struct known *known)
{
    if (known->watch)
        uv_close((uv_handle_t *)&known->watch->poll, on_closed);
    known->watch = NULL;
}

static void forget(struct sockets *sockets, struct known *known)
{
    close_watch(known);
    *known = sockets->known[--sockets->count];
}

static void arm(struct watch *watch, int events)
{
    if (!watch)
        return;
    if (watch->idle)
        uv_ref((uv_handle_t *)&watch->poll);
    watch->idle = false;
    if (events != watch->events)
        uv_poll_start(&watch->poll, events, on_ready);
    watch->events = events;
}

int sockets_watch(CURL *easy, curl_socket_t socket, int what, void *context, void *assigned)
{
    struct sockets *sockets = context;
    (void)easy, (void)assigned;
    if (what != CURL_POLL_REMOVE) {
        struct known *known = find_or_add(sockets, socket);
        if (!known->watch)
            known->watch = new_watch(sockets, socket);
        arm(known->watch,
            (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0));
        return 0;
    }
    struct known *known = find(sockets, socket);
    if (known && !known->kept) {
        forget(sockets, known);
    } else if (known && known->watch && !known->watch->idle) {
        known->watch->idle = true;
        uv_unref((uv_handle_t *)&known->watch->poll);
    }
    return 0;
}

void sockets_keep(struct sockets *sockets, curl_socket_t socket)
{
    find_or_add(sockets, socket)->kept = true;
}

void sockets_release(struct sockets *sockets, curl_socket_t socket)
{
    struct known *known = find_or_add(sockets, socket);
    known->kept = true;
    close_watch(known);
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
    struct known *known = file < 0 ? NULL : find(sockets, file);
    if (known) { /* closed without a word */
        int events = known->watch && !known->watch->idle ? known->watch->events : 0;
        close_watch(known);
        known->kept = false;
        if (events)
            arm(known->watch = new_watch(sockets, file), events);
    }
    return file < 0 ? CURL_SOCKET_BAD : file;
}

int sockets_close(void *context, curl_socket_t file)
{
    struct sockets *sockets = context;
    struct known *known = find(sockets, file);
    if (known)
        forget(sockets, known);
    return close(file);
}
