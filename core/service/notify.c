#include "service/notify.h"
#include "base/buf.h"
#include "base/err.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_US = 500000 };

/* A path, or a name without a file ("@…", where the @ stands for a NUL). 0 = what it says is neither. */
static socklen_t address_of(const char *name, struct sockaddr_un *out)
{
    size_t length = strlen(name);
    bool abstract = name[0] == '@';
    if ((!abstract && name[0] != '/') || length < 2 || length >= sizeof out->sun_path)
        return 0;
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(out->sun_path, name, length);
    if (abstract)
        out->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + !abstract);
}

int notify(const char *state)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    struct timeval wait = {.tv_usec = WAIT_US};
    if (!name)
        return 0;
    socklen_t size = address_of(name, &address);
    if (!size)
        return ERR_INVALID;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR_IO;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    ssize_t sent;
    do {
        sent =
            sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, size);
    } while (sent < 0 && errno == EINTR);
    close(fd);
    return sent < 0 ? ERR_IO : 1;
}

int notify_reloading(void)
{
    struct timespec now;
    struct buf state = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    buf_printf(&state, "RELOADING=1\nMONOTONIC_USEC=%lld",
               (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    int code = notify(state.bytes);
    buf_free(&state);
    return code;
}

int notify_status(const char *text)
{
    struct buf state = {0};
    buf_printf(&state, "STATUS=%s", text);
    for (size_t i = 0; i < state.length; i++)
        if (state.bytes[i] == '\n')
            state.bytes[i] = ' ';
    int code = notify(state.bytes);
    buf_free(&state);
    return code;
}

/* Digits alone; -1 = anything else. */
static int64_t number_of(const char *text)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && !*end && errno == 0 ? number : -1;
}

int64_t notify_watchdog_ms(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    int64_t within = usec ? number_of(usec) : -1;
    if (within < 1000 || (pid && number_of(pid) != getpid()))
        return 0;
    return within / 1000;
}
