#include "channel/smtp_text.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

enum { HELLO_MOST = 255 };

int smtp_reply(const char *text, const char **last, const char **end)
{
    const char *line = text, *feed;
    for (; (feed = strchr(line, '\n')); line = feed + 1) {
        if (!isdigit((unsigned char)line[0]) || !isdigit((unsigned char)line[1]) ||
            !isdigit((unsigned char)line[2]) || !strchr(" -\r\n", line[3]))
            return -1;
        if (line[3] == '-')
            continue;
        *last = line;
        *end = feed + 1;
        return (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
    }
    return 0;
}

struct buf smtp_stuffed(const struct buf *text)
{
    struct buf out = {0};
    for (size_t at = 0; at < text->length;) {
        const char *line = text->bytes + at, *feed = memchr(line, '\n', text->length - at);
        size_t length = feed ? (size_t)(feed - line) + 1 : text->length - at;
        if (*line == '.')
            buf_adds(&out, ".");
        buf_add(&out, line, length);
        at += length;
    }
    if (out.length && out.bytes[out.length - 1] != '\n')
        buf_adds(&out, "\r\n");
    buf_adds(&out, ".\r\n");
    return out;
}

#define HOST "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"

/* A host name as far as it cannot become anything else in a command. */
static bool is_name(const char *name)
{
    size_t length =
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");
    return length > 0 && length <= HELLO_MOST && !name[length];
}

int smtp_url(const struct smtp_options *options, char **url, struct err *err)
{
    char machine[HELLO_MOST + 1] = "";
    struct buf text = {0};
    size_t length = strlen(options->server);
    const char *hello = options->hello;
    if (hello && !is_name(hello))
        return err_set(err, ERR_INVALID, "the name for EHLO is no host name");
    if (!hello) {
        gethostname(machine, sizeof machine - 1);
        hello = is_name(machine) ? machine : "localhost";
    }
    const char *host = strstr(options->server, "://");
    while (length && options->server[length - 1] == '/')
        length--;
    if (options->plain && strncmp(options->server, "smtp://", 7) != 0)
        return err_set(err, ERR_INVALID, "only smtp:// can be spoken without TLS");
    if (!host || host + 3 + strspn(host + 3, HOST "[]:") < options->server + length)
        return err_set(err, ERR_INVALID, "not of the form smtp://host:port");
    buf_add(&text, options->server, length);
    buf_printf(&text, "/%s", hello);
    *url = text.bytes;
    return 0;
}
