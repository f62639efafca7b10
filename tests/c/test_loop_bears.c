/* What a loop must bear: signals at any moment, clients that do not read, scripts and handlers that cannot
 * run, names that collide. */
#include "loop_kit.h"

#include "service/turn.h"

/* A signal that comes between two loops ends the second, also when nothing is left to be done. */
static void signal_between_loops_is_kept(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    assert_int_equal(sigprocmask(SIG_BLOCK, &set, &before), 0);
    hold(site, HOLDING_RUN, true, &holding);
    struct loop_options options = run_options(&box, &journal);
    options.clock = clock_fast(instant("2012-06-02", 0), 1);
    options.once = true;
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
    raise(SIGTERM);
    options.once = false;
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 1);
    assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
    holding_close(&holding);
    free_journal(&journal, &box);
}

/* What is loaded ahead ends: a turn with nothing to do asks for no other. */
static void idle_asks_for_no_turn(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    struct turn turn;
    struct clock_reading reading = {.wall_ms = instant("2012-07-20", 0)};
    int turns = 0;
    hold(site, HOLDING_RUN, true, &holding);
    struct loop_options options = run_options(&box, &journal);
    turn_open(&turn, holding.store, NULL, &options);
    turn_add(&turn, &holding);
    do
        turn_step(&turn, &reading);
    while (turn.more && ++turns < 100);
    assert_in_range(turns, 1, 20);
    for (int i = 0; i < 10; i++) {
        turn_step(&turn, &reading);
        assert_false(turn.more || turn_problem(&turn));
    }
    turn_end(&turn);
    turn_close(&turn);
    holding_close(&holding);
    free_journal(&journal, &box);
}

static size_t count_descriptors(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* Between two loops nobody listens, so that nobody waits in vain; and no loop leaves anything open. */
static void loops_leave_nothing_open(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    hold(site, HOLDING_RUN, false, &holding);
    struct loop_options options = run_options(&box, &journal);
    options.once = true;
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
    size_t before = count_descriptors();
    for (int i = 0; i < 20; i++)
        assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
    assert_int_equal(count_descriptors(), before);
    char path[128];
    snprintf(path, sizeof path, "%s/loop.sock", site->state);
    assert_int_equal(access(path, F_OK), -1);
    holding_close(&holding);
    free_journal(&journal, &box);
}

/* Who asks and asks and never reads is not read for ever; others are heard all the same. */
static void deaf_client_is_let_wait(void **state)
{
    static const char request[] = "{\"do\":\"who\"}\n";
    enum { MOST = 8 << 20 };
    struct site *site = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t sent = 0;
    write_endless(site, "不少于2篇");
    pid_t child = start_run(site);
    answer_to(site, "{\"do\":\"who\"}"); /* it listens */
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/loop.sock", site->state);
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    struct pollfd ready = {client, POLLOUT, 0};
    while (sent < MOST && poll(&ready, 1, 300) > 0) {
        size_t at = sent % (sizeof request - 1);
        ssize_t done = write(client, request + at, sizeof request - 1 - at);
        sent += done > 0 ? (size_t)done : 0;
    }
    assert_true(sent < MOST);
    assert_non_null(strstr(answer_to(site, "{\"do\":\"who\"}"), "\"ok\":true"));
    close(client);
    assert_int_equal(end_run(child), 0);
}

static int call_holder(const struct site *site)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/loop.sock", site->state);
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    return client;
}

/* A byte now and then, and never a whole line: it ends, with a word; who says nothing may stay. */
static void endless_line_is_ended(void **state)
{
    static const char request[] = "{\"do\":\"who\"}\n";
    enum { MOST = 100 }; /* half seconds */
    struct site *site = *state;
    char answer[256] = "";
    int waited = 0;
    write_endless(site, "不少于2篇");
    pid_t child = start_run(site);
    answer_to(site, "{\"do\":\"who\"}"); /* it listens */
    int quiet = call_holder(site), slow = call_holder(site);
    struct pollfd ready = {slow, POLLIN, 0};
    do
        assert_int_equal(send(slow, "{", 1, MSG_NOSIGNAL), 1);
    while (poll(&ready, 1, 500) == 0 && ++waited < MOST);
    assert_in_range(waited, 10, MOST - 1);
    assert_true(read(slow, answer, sizeof answer - 1) > 0);
    assert_non_null(strstr(answer, "\"error\":"));
    assert_true(read(slow, answer, sizeof answer - 1) <= 0);
    assert_int_equal(write(quiet, request, sizeof request - 1), (int)sizeof request - 1);
    assert_true(read(quiet, answer, sizeof answer - 1) > 0);
    assert_non_null(strstr(answer, "\"ok\":true"));
    close(quiet);
    close(slow);
    assert_int_equal(end_run(child), 0);
}

/* The store of plan "loop.fast" would be that of the accelerated runs of "loop", which empty it. */
static void no_plan_is_called_like_a_fast_store(void **state)
{
    struct site *site = *state;
    struct holding holding;
    struct holding_options options = options_of(site, HOLDING_RUN);
    change_script(site, "plan \"loop\"", "plan \"loop.fast\"");
    assert_int_equal(holding_open(&options, &holding, &site->err), ERR_INVALID);
    assert_non_null(strstr(site->err.message, ".fast"));
    holding_close(&holding);
}

/* A limit of the script's is no lock that another has: it is not tried again and again. */
static void endless_script_is_tried_once(void **state)
{
    struct site *site = *state;
    struct timespec from, to;
    change_script(site, "unit \"office\"", "while true do end\nunit \"office\"");
    clock_gettime(CLOCK_MONOTONIC, &from);
    const char *answer = answer_to(site, "{" SUBMIT "\"w1\"}");
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (!strstr(answer, "时间"))
        print_error("%s\n", answer);
    assert_non_null(strstr(answer, "时间"));
    assert_true(to.tv_sec - from.tv_sec < 5);
}

/* Lets no process open anything more, from the first firing on. */
static void note_and_starve(void *context, const struct holding *holding,
                            const struct store_firing *firing)
{
    struct rlimit limit;
    note_fired(context, holding, firing);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* A handler that cannot be started is told of and stays; nothing else waits for it. */
static void stuck_handler_holds_up_nothing(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    hold(site, HOLDING_RUN, true, &holding);
    struct loop_options options = run_options(&box, &journal);
    options.clock = clock_fast(instant("2012-08-02", 0), 1);
    options.once = true;
    options.fired = note_and_starve;
    int code = loop_run(&holding, 1, &options, &site->err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(code < 0);
    assert_true(journal.troubles > 0);
    assert_non_null(strstr(journal.text.bytes, "reminder essays -1 3"));
    assert_null(strstr(journal.text.bytes, "notice"));
    options.fired = note_fired;
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
    assert_non_null(strstr(journal.text.bytes, "notice mobilise"));
    holding_close(&holding);
    free_journal(&journal, &box);
}

int main(void)
{
#define SITED(test) cmocka_unit_test_setup_teardown(test, open_site, close_site)
    const struct CMUnitTest tests[] = {
        SITED(signal_between_loops_is_kept), SITED(loops_leave_nothing_open),
        SITED(deaf_client_is_let_wait),      SITED(no_plan_is_called_like_a_fast_store),
        SITED(endless_script_is_tried_once), SITED(stuck_handler_holds_up_nothing),
        SITED(idle_asks_for_no_turn),        SITED(endless_line_is_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
