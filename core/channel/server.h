/*
 * The server that an operator's URL names, taken apart by libcurl's own parser, so that what is looked
 * up and judged is what will be called.
 */
#ifndef CHANNEL_SERVER_H
#define CHANNEL_SERVER_H

#include "base/err.h"

#include <stdbool.h>

enum { SERVER_HOST_MOST = 255 };

struct server {
    char scheme[16];                 /* lower-case */
    char host[SERVER_HOST_MOST + 1]; /* a literal IPv6 address without its brackets */
    unsigned port;                   /* the scheme's own where the URL has none */
    char name[SERVER_HOST_MOST + 1 +
              32]; /* "https://host:8443": for notes, without user, path and query */
};

/** Reads a whole URL ("https://user:word@host/path?query"). ERR_INVALID: not one, with control characters, or of
 * a scheme that is not in `schemes` ("http,https"); the message does not hold it. */
int server_read(const char *url, const char *schemes, struct server *out, struct err *err);

#endif
