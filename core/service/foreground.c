#include "service/foreground.h"

#include <signal.h>
#include <time.h>
#include <uv.h>

enum { WAKE_MS = 60 * 1000 };

struct foreground {
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t signals[2];
    struct walk *walk;
    struct event next; /* the one to come, meant only while `more` */
    bool more;
    foreground_fire fire;
    void *context;
};

int64_t foreground_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void stop(struct foreground *foreground)
{
    uv_timer_stop(&foreground->timer);
    for (size_t i = 0; i < 2; i++)
        uv_signal_stop(&foreground->signals[i]);
}

static void wake(uv_timer_t *timer)
{
    struct foreground *foreground = timer->data;
    int64_t now = foreground_now();
    while (foreground->more && foreground->next.at_ms <= now) {
        foreground->fire(foreground->context, &foreground->next);
        foreground->more = walk_next(foreground->walk, &foreground->next);
    }
    if (!foreground->more) {
        stop(foreground);
        return;
    }
    int64_t wait = foreground->next.at_ms - now;
    uv_timer_start(timer, wake, (uint64_t)(wait < WAKE_MS ? wait : WAKE_MS), 0);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    stop(handle->data);
}

static int start(struct foreground *foreground)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    foreground->timer.data = foreground;
    int code = uv_timer_init(&foreground->loop, &foreground->timer);
    for (size_t i = 0; i < 2 && code == 0; i++) {
        foreground->signals[i].data = foreground;
        code = uv_signal_init(&foreground->loop, &foreground->signals[i]);
        if (code == 0)
            code = uv_signal_start(&foreground->signals[i], on_signal, numbers[i]);
    }
    return code == 0 ? uv_timer_start(&foreground->timer, wake, 0, 0) : code;
}

static void close_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

int foreground_run(const struct agenda *agenda, int64_t from_ms, foreground_fire fire,
                   void *context, struct err *err)
{
    struct foreground foreground = {.fire = fire, .context = context};
    int code = uv_loop_init(&foreground.loop);
    if (code < 0)
        return err_set(err, ERR_IO, "event loop: %s", uv_strerror(code));
    foreground.walk = walk_new(agenda, from_ms);
    foreground.more = walk_next(foreground.walk, &foreground.next);
    code = start(&foreground);
    if (code == 0)
        uv_run(&foreground.loop, UV_RUN_DEFAULT);
    else
        err_set(err, ERR_IO, "event loop: %s", uv_strerror(code));
    uv_walk(&foreground.loop, close_handle, NULL);
    uv_run(&foreground.loop, UV_RUN_DEFAULT);
    uv_loop_close(&foreground.loop);
    walk_free(foreground.walk);
    return code == 0 ? 0 : ERR_IO;
}
