/*
 * Looks up the addresses of one name beside the loop. Each name has a thread of its own while it is asked for:
 * libuv's few threads are shared, so that one dead name server would hold up every other destination, and
 * they are waited for when the process ends, which may take longer than the service may. A thread that
 * nobody waits for any more ends by itself.
 */
#ifndef CHANNEL_LOOKUP_H
#define CHANNEL_LOOKUP_H

#include <netdb.h>
#include <stdbool.h>
#include <uv.h>

struct lookup;

/** Reports an answer: `error` is 0 or getaddrinfo's; the list is valid until this returns. */
typedef void (*lookup_done)(void *context, int error, const struct addrinfo *answer);

/** For a name or a literal address, asked by nobody yet. It does not keep the loop alive. */
struct lookup *lookup_new(uv_loop_t *loop, const char *host, lookup_done done, void *context);

/** Asks, unless that is under way; `done` is called from the loop. */
void lookup_start(struct lookup *lookup);

/** True between lookup_start and `done`. */
bool lookup_busy(const struct lookup *lookup);

/** Frees it, once the loop has run; `done` is not called any more. NULL is accepted. */
void lookup_close(struct lookup *lookup);

#endif
