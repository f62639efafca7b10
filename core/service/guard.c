#include "service/guard.h"

#include "base/arena.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct guard {
    pthread_t thread;
    sigset_t signals;
    int64_t within_ms;
    int called; /* eventfd: written by the thread */
    int ended;  /* eventfd: written by guard_end */
};

static bool is_readable(int descriptor, int wait_ms)
{
    struct pollfd poll_one = {.fd = descriptor, .events = POLLIN};
    int count;
    while ((count = poll(&poll_one, 1, wait_ms)) < 0 && errno == EINTR)
        continue;
    return count > 0;
}

static void write_one(int descriptor)
{
    uint64_t one = 1;
    if (write(descriptor, &one, sizeof one) != sizeof one)
        abort(); /* an eventfd that was never written has room */
}

/* guard_end sends a signal, too: `ended` tells the two apart. */
static void *stand(void *context)
{
    struct guard *guard = context;
    int number;
    while (sigwait(&guard->signals, &number) != 0)
        continue;
    if (is_readable(guard->ended, 0))
        return NULL;
    write_one(guard->called);
    if (!is_readable(guard->ended, (int)guard->within_ms))
        _exit(0);
    return NULL;
}

static void close_all(struct guard *guard)
{
    if (guard->called >= 0)
        close(guard->called);
    if (guard->ended >= 0)
        close(guard->ended);
    free(guard);
}

int guard_start(int64_t within_ms, struct guard **out, struct err *err)
{
    struct guard *guard = mem_resize(NULL, 1, sizeof *guard);
    *guard = (struct guard){.within_ms = within_ms,
                            .called = eventfd(0, EFD_CLOEXEC),
                            .ended = eventfd(0, EFD_CLOEXEC)};
    sigemptyset(&guard->signals);
    sigaddset(&guard->signals, SIGTERM);
    sigaddset(&guard->signals, SIGINT);
    int error = guard->called < 0 || guard->ended < 0 ? errno : 0;
    if (error == 0)
        error = pthread_sigmask(SIG_BLOCK, &guard->signals, NULL);
    if (error == 0)
        error = pthread_create(&guard->thread, NULL, stand, guard);
    if (error != 0) {
        close_all(guard);
        return err_set(err, ERR_IO, "a thread for signals: %s", strerror(error));
    }
    *out = guard;
    return 0;
}

int guard_fd(const struct guard *guard)
{
    return guard->called;
}

bool guard_called(const struct guard *guard)
{
    return is_readable(guard->called, 0);
}

void guard_end(struct guard *guard)
{
    if (!guard)
        return;
    write_one(guard->ended);
    pthread_kill(guard->thread, SIGINT);
    pthread_join(guard->thread, NULL);
    close_all(guard);
}
