/*
 * Transfers: requests by libcurl to one server, on a libuv loop that they never block. They give the
 * channels that speak over a network (webhook, robots, mail) what all of them need: the name is looked
 * up beside the loop, every address of the answer is judged before one is used and then pinned; a
 * transfer ends within its time, exactly once; what the other side says is kept to a bound.
 *
 * The caller owns the easy handle and says in it what is asked (URL, method, headers, body,
 * credentials). transfer_start sets over it what must hold for all: protocols, no proxy, no netrc, no
 * redirects, no cookies, TLS 1.2 with verification, HTTP/1.1, time limits, the pinned addresses, and
 * the callbacks for answer, sockets and errors (CURLOPT_PRIVATE, WRITE-, HEADER-, OPENSOCKET-, CLOSESOCKET-
 * and PREREQFUNCTION and ERRORBUFFER are taken; READFUNCTION is free).
 *
 * On the wire an attempt is made once: libcurl would send a request again by itself when a kept
 * connection breaks before the answer; here that ends the transfer, with `sent`.
 *
 * Beware with SMTP: behind a mail, and with QUIT, libcurl waits for the answer with the loop standing still. So
 * smtp.h takes only the connection from here (transfer_connect). transfers_close never waits.
 */
#ifndef CHANNEL_TRANSFER_H
#define CHANNEL_TRANSFER_H

#include "base/err.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum { TRANSFER_ANSWER_MOST = 64 * 1024 }; /* bytes of headers, and of body, that are kept */

struct transfers_options {
    const char *url;       /* of the server: scheme, host and port count; copied */
    const char *protocols; /* that may stand there, as libcurl names them: "http,https" */
    const char *ca_file;   /* whose certificates are trusted; NULL = the system's; copied */
    bool private;   /* addresses inside the house (private, loopback …) may be called; "http"
                              may call no others */
    bool inside;    /* no others may be called, whatever the scheme is */
    size_t at_once; /* 0 = 16; what is started beyond waits inside for its turn */
    int64_t connect_ms; /* for the name and, again, for the connection; 0 = 10 s */
    int64_t whole_ms;   /* for a transfer from its turn on; 0 = 30 s */
};

/* How a transfer ended; all of it lives until the callback returns. */
struct transfer_end {
    CURLcode code;    /* CURLE_OK: there was a whole answer, or more than is kept of one */
    long status;      /* HTTP status or last SMTP reply; 0 = none came */
    bool sent;        /* something of the request may have left; of HTTP only */
    const char *note; /* why it failed, one short plain line; NULL where code is CURLE_OK */
    const char
        *headers; /* the lines as they came, of SMTP all replies; NUL behind it, never NULL */
    size_t header_length;
    const char *body; /* the same of the body */
    size_t body_length;
};

/** Reports the end, exactly once, never before transfer_start has returned. The easy handle belongs to the
 * caller again; it may be started again from here. transfers_close must not be called from here. */
typedef void (*transfer_done)(void *context, const struct transfer_end *end);

struct transfers;
struct transfer;

/** For the server of options->url. ERR_INVALID: not a URL, or of another protocol. */
int transfers_new(uv_loop_t *loop, const struct transfers_options *options,
                  struct transfers **out, struct err *err);

/** Starts what the easy handle says; its URL must name the server of `transfers`. The handle and
 * what it points to stay until `done`. The result is valid until then. */
struct transfer *transfer_start(struct transfers *transfers, CURL *easy, transfer_done done,
                                void *context);

/** Reports that the connection is there. */
typedef void (*transfer_connected)(void *context);

/** The same where the caller wants to use the connection itself, by curl_easy_send and -recv: `connected` is
 * called when libcurl has done what stands before the first request, TLS and login too. From then on the
 * socket (CURLINFO_ACTIVESOCKET) is the caller's to watch and no time limit holds; the connection keeps its
 * turn until transfer_cancel closes it. `done` is called then, or when there was no connection. One of
 * `transfers` with at_once 1 at a time: libcurl would close it under a second one. */
struct transfer *transfer_connect(struct transfers *transfers, CURL *easy,
                                  transfer_connected connected, transfer_done done,
                                  void *context);

/** Ends one now, as CURLE_ABORTED_BY_CALLBACK; `done` is called before this returns. */
void transfer_cancel(struct transfer *transfer);

/** Ends all now, the same way. More may be started afterwards. */
void transfers_stop(struct transfers *transfers);

/** Transfers that have not ended. */
size_t transfers_busy(const struct transfers *transfers);

/** Frees it, once the loop has run; none may be under way. NULL is accepted. */
void transfers_close(struct transfers *transfers);

/** The server as notes name it: scheme, host and port, without user, path and query. */
const char *transfers_server(const struct transfers *transfers);

/** The value of a header of an answer, copied without spaces around it; false where it is not there or has
 * more than `room` - 1 bytes. */
bool transfer_header(const struct transfer_end *end, const char *name, char *value,
                     size_t room);

#endif
