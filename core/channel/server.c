#include "channel/server.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool allowed(const char *url, const char *schemes)
{
    size_t length = strcspn(url, ":");
    for (const char *at = schemes; *at; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == length && strncasecmp(at, url, length) == 0)
            return strncmp(url + length, "://", 3) == 0 && url[length + 3] != '/';
    return false;
}

static bool fill(const char *scheme, const char *host, const char *port, struct server *out)
{
    struct server server = {.port = (unsigned)strtoul(port, NULL, 10)};
    bool literal = host[0] == '[';
    if (!host[0] || strlen(host) > SERVER_HOST_MOST || strlen(scheme) >= sizeof server.scheme)
        return false;
    snprintf(server.scheme, sizeof server.scheme, "%s", scheme);
    snprintf(server.host, sizeof server.host, "%s", literal ? host + 1 : host);
    if (literal)
        server.host[strcspn(server.host, "]")] = '\0';
    snprintf(server.name, sizeof server.name, "%s://%s:%s", scheme, host, port);
    *out = server;
    return true;
}

static bool take_apart(const char *url, struct server *out)
{
    char *scheme = NULL, *host = NULL, *port = NULL;
    CURLU *parts = curl_url();
    if (!parts)
        mem_exhausted();
    bool good = curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                fill(scheme, host, port, out);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return good;
}

int server_read(const char *url, const char *schemes, struct server *out, struct err *err)
{
    if (!allowed(url, schemes) || utf8_has_control(url, strlen(url)) || strchr(url, '\n') ||
        strchr(url, '\t') || !take_apart(url, out))
        return err_set(err, ERR_INVALID, "not an address of the form %s://host/…",
                       strrchr(schemes, ',') ? strrchr(schemes, ',') + 1 : schemes);
    return 0;
}
