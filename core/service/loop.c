#include "service/loop.h"

#include "service/holding_shared.h"
#include "service/turn.h"
#include "store/clocks.h"
#include "time/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <uv.h>

enum { WAKE_MS = 60 * 1000, SOON_MS = 1000 };

/* Watches the descriptor of the handler that runs. */
struct watch {
    uv_poll_t poll;
    int descriptor;
};

/* A store in the loop, with its holdings. */
struct seat {
    struct turn turn;
    struct holder *holder; /* NULL = nobody can ask */
    size_t busy;           /* messages that were with a channel when the last turn ended */
};

struct loop {
    uv_loop_t uv;
    uv_timer_t timer;
    uv_idle_t idle;    /* active: a turn comes at once */
    uv_prepare_t ends; /* looks whether a send has ended */
    struct post *post; /* NULL = each turn has the options' channel */
    uv_signal_t signals[3];
    uv_poll_t end_poll;
    uv_poll_t clock_poll;
    int clock_file; /* tells when the wall clock was set; -1 = accelerated */
    struct seat *seats;
    size_t count;
    const struct loop_options *options;
    struct clock_reading reading; /* of this turn */
    bool busy;                    /* the last turn left something to be done at this `now` */
    bool signalled;
    sigset_t mask; /* the caller's, while signals are let in */
    bool letting_in;
};

/* ---- waking ----------------------------------------------------------------------------------- */

static void run_turn(struct loop *loop);

static void on_idle(uv_idle_t *idle)
{
    run_turn(idle->data);
}

static void on_timer(uv_timer_t *timer)
{
    run_turn(timer->data);
}

/* Whatever comes in one pass of the loop meets in one turn, and in one commit. */
static void wake(void *context)
{
    struct loop *loop = context;
    uv_idle_start(&loop->idle, on_idle);
}

/* A channel reports when it likes: what has ended is settled at once, since others may wait for its place. */
static void on_prepare(uv_prepare_t *prepare)
{
    struct loop *loop = prepare->data;
    for (size_t i = 0; i < loop->count; i++)
        if (courier_busy(loop->seats[i].turn.courier) < loop->seats[i].busy)
            wake(loop);
}

static void on_handler(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    uv_poll_stop(poll);
    wake(poll->loop->data);
}

void loop_end(struct loop *loop)
{
    loop->signalled = true;
    uv_stop(&loop->uv);
}

static void on_end(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    uv_poll_stop(poll);
    loop_end(poll->data);
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct loop *loop = signal->data;
    const struct loop_service *service = loop->options->service;
    if (number != SIGHUP)
        loop_end(loop);
    else if (service->hangup)
        service->hangup(loop->options->context, loop);
}

/* ---- handlers --------------------------------------------------------------------------------- */

static void free_watch(uv_handle_t *handle)
{
    free(handle->data);
}

static void end_watch(void **slot)
{
    struct watch *watch = *slot;
    if (watch)
        uv_close((uv_handle_t *)&watch->poll, free_watch);
    *slot = NULL;
}

static void begin_watch(struct loop *loop, void **slot, int descriptor)
{
    struct watch *watch = mem_resize(NULL, 1, sizeof *watch);
    watch->descriptor = descriptor;
    if (uv_poll_init(&loop->uv, &watch->poll, descriptor) < 0) {
        free(watch);
        wake(loop); /* asked again and again instead: slow, but it ends */
        return;
    }
    watch->poll.data = watch;
    *slot = watch;
}

/* What an evaluator wants, -1 = none runs. The descriptor was not polled while it was advanced: it may be
 * another one under the same number. */
static void watch_eval(struct loop *loop, void **slot, int descriptor, short events)
{
    struct watch *watch = *slot;
    if (watch && watch->descriptor != descriptor)
        end_watch(slot);
    if (descriptor >= 0 && !*slot)
        begin_watch(loop, slot, descriptor);
    int wanted = (events & POLLIN ? UV_READABLE : 0) | (events & POLLOUT ? UV_WRITABLE : 0);
    if ((watch = *slot) && uv_poll_start(&watch->poll, wanted, on_handler) < 0)
        wake(loop);
}

static void stop_watch(void *slot)
{
    struct watch *watch = slot;
    if (watch)
        uv_poll_stop(&watch->poll);
}

static void step_seat(struct loop *loop, struct seat *seat)
{
    struct turn *turn = &seat->turn;
    int64_t deadline;
    for (size_t i = 0; i < turn->count; i++)
        stop_watch(turn->plans[i]->watch);
    stop_watch(turn->watch);
    turn_step(turn, &loop->reading);
    for (size_t i = 0; i < turn->count; i++) {
        short events = 0;
        int descriptor = calls_fd(turn->plans[i]->calls, &events, &deadline);
        watch_eval(loop, &turn->plans[i]->watch, descriptor, events);
    }
    short events = 0;
    int descriptor = texts_fd(turn->texts, &events, &deadline);
    watch_eval(loop, &turn->watch, descriptor, events);
    seat->busy = courier_busy(turn->courier);
}

/* ---- time ------------------------------------------------------------------------------------- */

static int64_t next_event(const struct loop *loop)
{
    int64_t next_ms = INT64_MAX;
    for (size_t i = 0; i < loop->count; i++) {
        int64_t at_ms = turn_next_event(&loop->seats[i].turn);
        next_ms = at_ms < next_ms ? at_ms : next_ms;
    }
    return next_ms;
}

/* The next instant of messages that lies ahead of `now_ms`. */
static int64_t next_mail(const struct loop *loop, int64_t now_ms)
{
    int64_t next_ms = INT64_MAX;
    for (size_t i = 0; i < loop->count; i++) {
        int64_t at_ms = turn_later_mail(&loop->seats[i].turn, now_ms);
        next_ms = at_ms < next_ms ? at_ms : next_ms;
    }
    return next_ms;
}

/* What the clock shows, at most `until`. */
static int64_t bounded(const struct loop *loop, int64_t now_ms)
{
    int64_t until_ms = loop->options->until_ms;
    return until_ms && now_ms > until_ms ? until_ms : now_ms;
}

static int64_t bounded_now(const struct loop *loop)
{
    return bounded(loop, clock_now(&loop->options->clock));
}

/* An accelerated clock passes no event that is not decided and no instant of a message, and stands while
 * something of the last one is still to be done, or is with a channel: what comes of a plan does not depend on
 * how fast the machine is. */
static void read_clocks(struct loop *loop)
{
    int64_t before_ms = loop->reading.wall_ms, next_ms;
    clock_read(&loop->options->clock, &loop->reading);
    loop->reading.wall_ms = bounded(loop, loop->reading.wall_ms);
    if (loop->options->clock.speed == 0)
        return;
    next_ms = loop->busy ? before_ms : next_event(loop);
    if (loop->reading.wall_ms > next_ms)
        loop->reading.wall_ms = next_ms;
    next_ms = loop->busy ? before_ms : next_mail(loop, before_ms);
    if (loop->reading.wall_ms > next_ms)
        loop->reading.wall_ms = next_ms;
    if (loop->reading.wall_ms < before_ms)
        loop->reading.wall_ms = before_ms;
}

/* True when a run of one of the stores has reached an instant, or when that cannot be said. */
static bool has_lived(const struct loop *loop)
{
    struct clock_reading reached;
    struct err err;
    bool any = false;
    for (size_t i = 0; i < loop->count && !any; i++)
        any = store_last_clock(loop->seats[i].turn.store, &reached, &any, &err) < 0 || any;
    return any;
}

/* An accelerated clock stands in the first turn: what the last run left is done at the instant it reached. What
 * lies before the first run is lived at its own. No later one goes back: what a revision has moved
 * there meanwhile is caught up with, as by a run that sees it come. */
static void stand(struct loop *loop)
{
    int64_t from_ms = loop->options->clock.from_ms, next_ms = next_event(loop);
    loop->reading.wall_ms = next_ms < from_ms && !has_lived(loop) ? next_ms : from_ms;
    loop->busy = true;
}

/* What the clock shows when the holding lives to see an instant: what is believed of a clock in doubt
 * goes on at its distance. Who sets it wakes the loop. */
static int64_t shown_at(const struct turn *turn, int64_t at_ms)
{
    int64_t off_ms, shown_ms;
    if (at_ms == INT64_MAX ||
        __builtin_sub_overflow(turn->reading.wall_ms, turn->now_ms, &off_ms) ||
        __builtin_add_overflow(at_ms, off_ms, &shown_ms))
        return INT64_MAX;
    return shown_ms;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Real milliseconds from now until what was put off is tried. */
static int64_t until_again(const struct turn_failure *failure,
                           const struct clock_reading *reading)
{
    return failure->again_ms > reading->boot_ms ? failure->again_ms - reading->boot_ms : 0;
}

static int64_t until_deadline(int64_t deadline_ms)
{
    int64_t left = deadline_ms - clock_monotonic();
    return left > 0 ? left : 0;
}

/* Real milliseconds until a plan wants a turn, but for its events. */
static int64_t wait_of_plan(const struct turn *turn, const struct turn_plan *plan)
{
    int64_t wait = INT64_MAX, deadline_ms;
    short events;
    if (plan->own.count)
        wait = until_again(&plan->own, &turn->reading);
    if (plan->stuck.count)
        wait = least(wait, until_again(&plan->stuck, &turn->reading));
    if (calls_fd(plan->calls, &events, &deadline_ms) >= 0)
        wait = least(wait, until_deadline(deadline_ms));
    return wait;
}

/* Real milliseconds until this store wants a turn. */
static int64_t wait_of(const struct loop *loop, struct turn *turn)
{
    const struct clock *clock = &loop->options->clock;
    if (turn->failure.again_ms > turn->reading.boot_ms)
        return until_again(&turn->failure, &turn->reading);
    int64_t mail_ms = turn_next_mail(turn), wait = INT64_MAX;
    for (size_t i = 0; i < turn->count; i++) {
        const struct turn_plan *plan = turn->plans[i];
        wait = least(wait, wait_of_plan(turn, plan));
        if (!plan->own.count)
            wait = least(
                wait, clock_until(clock, shown_at(turn, engine_next(plan->holding->engine))));
    }
    short events;
    int64_t deadline_ms;
    if (texts_fd(turn->texts, &events, &deadline_ms) >= 0)
        wait = least(wait, until_deadline(deadline_ms));
    /* a message that could go and did not waits for a channel that is full */
    return least(wait, mail_ms > turn->now_ms ? clock_until(clock, shown_at(turn, mail_ms))
                                              : SOON_MS);
}

/* A timer of no time that starts itself again keeps libuv among its timers: no channel would hear anything. While a
 * clock stands there is nothing to hurry for. */
static void arm_timer(struct loop *loop)
{
    int64_t wait = WAKE_MS;
    for (size_t i = 0; i < loop->count; i++) {
        wait = least(wait, wait_of(loop, &loop->seats[i].turn));
    }
    uv_update_time(&loop->uv);
    if (wait > 0)
        uv_timer_start(&loop->timer, on_timer, (uint64_t)wait, 0);
    else if (loop->busy)
        uv_timer_start(&loop->timer, on_timer, 1, 0);
    else
        wake(loop);
}

/* ---- turns ------------------------------------------------------------------------------------ */

/* Nothing of it goes on before it is tried again. */
static bool has_failed(const struct turn *turn)
{
    size_t failing = 0;
    for (size_t i = 0; i < turn->count; i++)
        failing += turn->plans[i]->own.count > 0;
    return turn->failure.count || (failing && failing == turn->count);
}

static bool waits_for_rate(struct turn *turn)
{
    struct err err;
    bool due = false;
    return turn->trust.doubt == CLOCK_SURE && turn->count &&
           courier_due(turn->courier, turn->now_ms, &due, &err) == 0 && due;
}

/* `once` is done with what cannot be done now; what its destination's rate holds up goes in a moment. */
static bool is_done(const struct loop *loop, struct turn *turn)
{
    int64_t event_ms = shown_at(turn, turn_next_event(turn));
    if (turn->more || turn->calling || courier_busy(turn->courier))
        return false;
    if (loop->options->once)
        return has_failed(turn) ||
               (event_ms > bounded_now(loop) && turn_next_mail(turn) > bounded_now(loop) &&
                !waits_for_rate(turn));
    int64_t until_ms = loop->options->until_ms ? loop->options->until_ms : INT64_MAX - 1;
    return !loop->options->service && !turn_problem(turn) && event_ms > until_ms &&
           turn_next_mail(turn) > until_ms && !turn_holds(turn);
}

static void run_turn(struct loop *loop)
{
    bool done = true, more = false;
    uv_idle_stop(&loop->idle);
    read_clocks(loop);
    loop->busy = false;
    for (size_t i = 0; i < loop->count; i++) {
        struct turn *turn = &loop->seats[i].turn;
        step_seat(loop, &loop->seats[i]);
        more = more || turn->more;
        loop->busy = loop->busy || turn->more || turn->calling || courier_busy(turn->courier);
        done = is_done(loop, turn) && done;
    }
    if (done)
        uv_stop(&loop->uv);
    else if (more)
        wake(loop);
    else
        arm_timer(loop);
}

/* ---- the wall clock --------------------------------------------------------------------------- */

/* What counts is that it is cancelled: its own time lies behind all that a clock can be set to. */
static int arm_clock(int file)
{
    struct itimerspec never = {.it_value = {.tv_sec = INT64_MAX}};
    return timerfd_settime(file, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

static void on_clock_set(uv_poll_t *poll, int status, int events)
{
    struct loop *loop = poll->data;
    uint64_t count;
    (void)events;
    bool heard = status == 0 && read(loop->clock_file, &count, sizeof count) < 0;
    /* whatever cannot be read for good would be told again and again */
    if (!heard || (errno != EAGAIN && errno != ECANCELED) ||
        (errno == ECANCELED && arm_clock(loop->clock_file) < 0 && errno != ECANCELED))
        uv_poll_stop(poll);
    wake(loop);
}

/* Without it a clock that was set is seen within a minute. */
static void watch_clock(struct loop *loop)
{
    if (loop->options->clock.speed != 0)
        return;
    int file = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (file >= 0 && arm_clock(file) == 0 &&
        uv_poll_init(&loop->uv, &loop->clock_poll, file) == 0) {
        loop->clock_file = file;
        loop->clock_poll.data = loop;
        uv_poll_start(&loop->clock_poll, UV_READABLE, on_clock_set);
    } else if (file >= 0) {
        close(file);
    }
}

/* ---- beginning and end ------------------------------------------------------------------------ */

static struct seat *find_seat(struct loop *loop, const struct store *store)
{
    for (size_t i = 0; i < loop->count; i++)
        if (loop->seats[i].turn.store == store)
            return &loop->seats[i];
    return NULL;
}

static int open_seat(struct loop *loop, struct store *store, struct holder *holder,
                     struct err *err)
{
    struct seat *seat = &loop->seats[loop->count++];
    int listener;
    turn_open(&seat->turn, store, loop->post, loop->options);
    if (!holder)
        return 0;
    seat->holder = holder;
    int code = holder_listen(holder, &listener, err);
    return code < 0 ? code
                    : control_new(&loop->uv, listener, wake, loop, &seat->turn.control, err);
}

int loop_add(struct loop *loop, struct holding *holding, struct err *err)
{
    struct seat *seat = find_seat(loop, holding->store);
    if (!seat)
        return err_set(err, ERR_INTERNAL, "the loop has no store of %s", holding->id);
    turn_add(&seat->turn, holding);
    wake(loop);
    return 0;
}

void loop_remove(struct loop *loop, struct holding *holding)
{
    struct seat *seat = find_seat(loop, holding->store);
    struct turn_plan *plan = seat ? turn_find(&seat->turn, holding->id) : NULL;
    if (!plan)
        return;
    end_watch(&plan->watch);
    turn_remove(&seat->turn, holding);
    wake(loop);
}

struct uv_loop_s *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

static int open_seats(struct loop *loop, struct holding *holdings, size_t count,
                      struct err *err)
{
    const struct loop_service *service = loop->options->service;
    int code = 0;
    if (service && service->shared)
        code = open_seat(loop, service->shared->store, service->shared->holder, err);
    for (size_t i = 0; i < count && code == 0; i++) {
        if (!find_seat(loop, holdings[i].store))
            code = open_seat(loop, holdings[i].store, holdings[i].holder, err);
        if (code == 0)
            code = loop_add(loop, &holdings[i], err);
    }
    return code;
}

/* A descriptor stands for the signals that end it; SIGHUP is a service's. */
static int hear_signals(struct loop *loop)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    size_t first = loop->options->end_fd ? 2 : 0, count = loop->options->service ? 3 : 2;
    sigset_t set;
    int code = 0;
    sigemptyset(&set);
    for (size_t i = first; i < count && code == 0; i++) {
        sigaddset(&set, numbers[i]);
        code = uv_signal_init(&loop->uv, &loop->signals[i]);
        loop->signals[i].data = loop;
        if (code == 0)
            code = uv_signal_start(&loop->signals[i], on_signal, numbers[i]);
    }
    if (code == 0 && loop->options->end_fd)
        code = uv_poll_init(&loop->uv, &loop->end_poll, loop->options->end_fd);
    loop->end_poll.data = loop;
    if (code == 0 && loop->options->end_fd)
        code = uv_poll_start(&loop->end_poll, UV_READABLE, on_end);
    if (code == 0)
        loop->letting_in = pthread_sigmask(SIG_UNBLOCK, &set, &loop->mask) == 0;
    return code;
}

static int start(struct loop *loop, struct err *err)
{
    int code = uv_timer_init(&loop->uv, &loop->timer);
    if (code == 0)
        code = uv_idle_init(&loop->uv, &loop->idle);
    if (code == 0)
        code = uv_prepare_init(&loop->uv, &loop->ends);
    loop->timer.data = loop->idle.data = loop->ends.data = loop;
    if (code == 0)
        code = uv_prepare_start(&loop->ends, on_prepare);
    if (code == 0)
        code = hear_signals(loop);
    if (code < 0)
        return err_set(err, ERR_IO, "event loop: %s", uv_strerror(code));
    signal(SIGPIPE, SIG_IGN); /* whoever asked may be gone */
    watch_clock(loop);
    wake(loop);
    return 0;
}

static void close_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* A service has told of what failed; a run fails by it. */
static int close_seat(struct loop *loop, struct seat *seat, struct err *err)
{
    struct turn *turn = &seat->turn;
    int code = 0;
    turn_end(turn);
    const struct err *problem = turn_problem(turn);
    if (problem && (!loop->options->service || loop->options->once))
        code = err_set(err, problem->code, "%s", problem->message);
    for (size_t i = 0; i < turn->count; i++)
        end_watch(&turn->plans[i]->watch);
    end_watch(&turn->watch);
    control_close(turn->control);
    turn->control = NULL;
    if (seat->holder)
        holder_unlisten(seat->holder);
    turn_close(turn);
    return code;
}

static int stop(struct loop *loop, struct err *err)
{
    struct err own;
    int code = 0;
    if (loop->options->service && loop->options->service->end)
        loop->options->service->end(loop->options->context, loop);
    for (size_t i = 0; i < loop->count; i++) {
        int closed = close_seat(loop, &loop->seats[i], code == 0 ? err : &own);
        code = code == 0 ? closed : code;
    }
    post_close(loop->post);
    if (loop->letting_in)
        pthread_sigmask(SIG_SETMASK, &loop->mask, NULL);
    uv_walk(&loop->uv, close_handle, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    uv_loop_close(&loop->uv);
    if (loop->clock_file >= 0)
        close(loop->clock_file);
    free(loop->seats);
    return code;
}

int loop_run(struct holding *holdings, size_t count, const struct loop_options *options,
             struct err *err)
{
    struct loop loop = {
        .options = options, .clock_file = -1, .reading = {.wall_ms = INT64_MIN}};
    struct err ended;
    int code = uv_loop_init(&loop.uv);
    if (code < 0)
        return err_set(err, ERR_IO, "event loop: %s", uv_strerror(code));
    loop.uv.data = &loop;
    loop.seats = mem_resize(NULL, count + 1, sizeof *loop.seats);
    memset(loop.seats, 0, (count + 1) * sizeof *loop.seats);
    code = start(&loop, err);
    if (code == 0 && options->make_post)
        code = options->make_post(options->context, &loop.uv, &loop.post, err);
    if (code == 0)
        code = open_seats(&loop, holdings, count, err);
    if (options->clock.speed != 0)
        stand(&loop);
    if (code == 0 && options->service && options->service->begin)
        options->service->begin(options->context, &loop);
    if (code == 0)
        uv_run(&loop.uv, UV_RUN_DEFAULT);
    int end_code = stop(&loop, &ended);
    if (code == 0 && end_code < 0)
        code = err_set(err, end_code, "%s", ended.message);
    return code == 0 && loop.signalled ? 1 : code;
}
