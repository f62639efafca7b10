/*
 * The sockets of libcurl's transfers on a libuv loop: opened only to addresses that may be called, watched as
 * libcurl wishes, known by number so that all can be shut.
 */
#ifndef CHANNEL_SOCKETS_H
#define CHANNEL_SOCKETS_H

#include <curl/curl.h>
#include <stdbool.h>
#include <uv.h>

struct sockets;

/* Who is asked and told; both with the context. */
struct sockets_owner {
    void *context;
    bool (*may_call)(void *context, const struct sockaddr *address);
    void (*ready)(void *context, curl_socket_t socket, int what); /* what: CURL_CSELECT_* */
};

/** What stands in `owner` outlives it. */
struct sockets *sockets_new(uv_loop_t *loop, const struct sockets_owner *owner);

/** Callbacks for libcurl, with the sockets as their context: CURLOPT_OPENSOCKETFUNCTION, CURLOPT_CLOSESOCKETFUNCTION,
 * CURLMOPT_SOCKETFUNCTION. */
curl_socket_t sockets_open(void *context, curlsocktype purpose, struct curl_sockaddr *to);
int sockets_close(void *context, curl_socket_t file);
int sockets_watch(CURL *easy, curl_socket_t socket, int what, void *context, void *assigned);

/** Somebody else watches that socket from here on. */
void sockets_release(struct sockets *sockets, curl_socket_t socket);

/** A request was made on this socket, and it is still open: from now on libcurl closes it by sockets_close. */
void sockets_keep(struct sockets *sockets, curl_socket_t socket);

/** Shuts all that are kept: whatever libcurl would still say on them fails at once. */
void sockets_shut(struct sockets *sockets);

/** Frees it, once the loop has run; libcurl has closed all before. */
void sockets_free(struct sockets *sockets);

#endif
