/* One holder: two processes and one lock, the socket beside it, and what a killed holder leaves. */
#include "base/json.h"
#include "service/holder.h"
#include "service/request.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct site {
    char folder[700];
    struct arena *arena;
    struct value *request;
    struct err err;
};

static int open_site(void **state)
{
    struct site *site = calloc(1, sizeof *site);
    strcpy(site->folder, "/tmp/planrun-test-XXXXXX");
    site->arena = arena_new();
    site->request = value_map(site->arena);
    value_set_string(site->arena, site->request, "do", "who");
    *state = site;
    return mkdtemp(site->folder) ? 0 : -1;
}

static int close_site(void **state)
{
    struct site *site = *state;
    char command[800];
    snprintf(command, sizeof command, "rm -rf %s", site->folder);
    arena_free(site->arena);
    free(site);
    *state = NULL;
    return system(command);
}

static int ask(struct site *site, struct value **answer)
{
    return holder_ask(site->folder, "p", site->request, site->arena, answer, &site->err);
}

/* Answers `turns` connections with what is given; NULL = closes without a word. */
static void serve(int listener, const char *answer, int turns)
{
    while (turns-- > 0) {
        struct pollfd ready = {listener, POLLIN, 0};
        poll(&ready, 1, 10000);
        int peer = accept(listener, NULL, NULL);
        char byte = 0;
        while (read(peer, &byte, 1) == 1 && byte != '\n')
            ;
        if (answer && write(peer, answer, strlen(answer)) < 0)
            _exit(3);
        close(peer);
    }
}

/* A child that holds the lock and says so over a pipe; then does as `act` says, until it is killed. */
enum act { ACT_LOCK, ACT_LISTEN, ACT_LOSE }; /* lose: the first answer */

static pid_t start_holder(struct site *site, enum act act, const char *answer, int turns)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
        struct holder *holder = NULL;
        int listener = -1;
        if (holder_take(site->folder, "p", "planrun run a.lua", &holder, NULL) < 0 ||
            (act != ACT_LOCK && holder_listen(holder, &listener, NULL) < 0) ||
            write(ready[1], "x", 1) != 1)
            _exit(2);
        if (act == ACT_LOSE)
            serve(listener, NULL, 1);
        if (act != ACT_LOCK)
            serve(listener, answer, turns);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

static void kill_holder(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void refusal_names_the_holder(void **state)
{
    struct site *site = *state;
    struct holder *mine = NULL;
    char expected[80];
    pid_t child = start_holder(site, ACT_LISTEN, "{}\n", 100);
    assert_int_equal(holder_take(site->folder, "p", "planrun run b.lua", &mine, &site->err),
                     ERR_LIMIT);
    assert_null(mine);
    snprintf(expected, sizeof expected, "planrun run a.lua (pid %ld, 20", (long)child);
    assert_non_null(strstr(site->err.message, expected));
    assert_int_equal(holder_take(site->folder, "q", "other", &mine, &site->err), 0);
    holder_release(mine);
    kill_holder(child);
}

static void killed_holder_leaves_no_lock(void **state)
{
    struct site *site = *state;
    struct holder *mine = NULL;
    struct value *answer = NULL;
    struct stat status;
    char path[800];
    int listener = -1;
    kill_holder(start_holder(site, ACT_LISTEN, "{}\n", 100));
    snprintf(path, sizeof path, "%s/p.sock", site->folder);
    assert_int_equal(stat(path, &status), 0); /* stale */
    assert_int_equal(ask(site, &answer), ERR_NOT_FOUND);
    assert_int_equal(holder_take(site->folder, "p", "me", &mine, &site->err), 0);
    assert_int_equal(holder_listen(mine, &listener, &site->err), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    holder_release(mine);
    assert_int_equal(stat(path, &status), -1);
    snprintf(path, sizeof path, "%s/p.lock", site->folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void asking_gets_the_answer(void **state)
{
    struct site *site = *state;
    struct value *answer = NULL;
    assert_int_equal(ask(site, &answer), ERR_NOT_FOUND);
    pid_t child = start_holder(site, ACT_LISTEN, "{\"ok\":true}\n", 1);
    assert_int_equal(ask(site, &answer), 0);
    assert_non_null(value_get(answer, "ok"));
    kill_holder(child);
}

static void bad_answers_are_errors(void **state)
{
    static const struct {
        const char *answer;
        int code;
    } rows[] = {
        {"{\"ok\":\n", ERR_SYNTAX}, {"", ERR_IO}, {"{\"ok\":true}", ERR_IO}, {NULL, ERR_IO}};
    struct site *site = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct value *answer = NULL;
        pid_t child = start_holder(site, ACT_LISTEN, rows[i].answer, 1);
        assert_int_equal(ask(site, &answer), rows[i].code);
        assert_null(answer);
        kill_holder(child);
    }
}

/* A request that may be said twice is, when its answer was lost; to the next holder too. */
static void a_lost_answer_is_asked_for_again(void **state)
{
    struct site *site = *state;
    struct value *answer = NULL;
    pid_t child = start_holder(site, ACT_LOSE, "{\"ok\":true}\n", 2);
    assert_int_equal(ask(site, &answer), ERR_IO);
    kill_holder(child);
    value_set_string(site->arena, site->request, "key", "k1");
    child = start_holder(site, ACT_LOSE, "{\"ok\":true}\n", 2);
    assert_int_equal(ask(site, &answer), 0);
    assert_non_null(value_get(answer, "ok"));
    kill_holder(child);
}

/* Who holds without listening is asked again, until the lock is free or the patience is at its end. */
static void lock_without_socket_is_waited_for(void **state)
{
    struct site *site = *state;
    struct value *answer = NULL;
    struct holder *mine = NULL;
    pid_t child = start_holder(site, ACT_LOCK, NULL, 0);
    assert_int_equal(ask(site, &answer), ERR_LIMIT);
    pid_t killer = fork();
    if (killer == 0) {
        kill(child, SIGKILL);
        _exit(0);
    }
    assert_int_equal(holder_take(site->folder, "p", "me", &mine, &site->err), 0);
    holder_release(mine);
    waitpid(child, NULL, 0);
    waitpid(killer, NULL, 0);
}

static void long_folders_are_no_obstacle(void **state)
{
    struct site *site = *state;
    size_t length = strlen(site->folder);
    for (int i = 0; i < 2; i++) {
        length +=
            (size_t)snprintf(site->folder + length, sizeof site->folder - length, "/%0200d", i);
        assert_int_equal(mkdir(site->folder, 0700), 0);
    }
    struct value *answer = NULL;
    pid_t child = start_holder(site, ACT_LISTEN, "{\"ok\":true}\n", 1);
    assert_int_equal(ask(site, &answer), 0);
    kill_holder(child);
    site->folder[length - 402] = '\0';
}

static void folder_follows_the_environment(void **state)
{
    struct site *site = *state;
    char out[HOLDER_PATH_MOST] = "", expected[HOLDER_PATH_MOST], path[800];
    struct stat status;
    unsetenv("PLANRUN_STATE");
    unsetenv("STATE_DIRECTORY");
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", site->folder, 1);
    assert_int_equal(holder_folder(out, &site->err), 0);
    snprintf(expected, sizeof expected, "%s/.local/state/planrun", site->folder);
    assert_string_equal(out, expected);
    assert_int_equal(stat(out, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "%s/xdg", site->folder);
    setenv("XDG_STATE_HOME", path, 1);
    assert_int_equal(holder_folder(out, &site->err), 0);
    snprintf(expected, sizeof expected, "%s/planrun", path);
    assert_string_equal(out, expected);
    snprintf(path, sizeof path, "%s/one:/nonexistent", site->folder);
    setenv("STATE_DIRECTORY", path, 1);
    assert_int_equal(holder_folder(out, &site->err), 0);
    assert_int_equal(strcmp(out + strlen(site->folder), "/one"), 0);
    setenv("PLANRUN_STATE", "/proc/nothing/here", 1);
    assert_int_equal(holder_folder(out, &site->err), ERR_IO);
    assert_int_equal(strcmp(out + strlen(site->folder), "/one"), 0); /* untouched */
}

/* Two names that are cut to the same would be one store to who holds it. */
static void a_long_name_is_refused(void **state)
{
    struct site *site = *state;
    struct holder *holder = NULL;
    int listener;
    char name[80];
    memset(name, 'n', sizeof name);
    name[79] = '\0';
    assert_int_equal(holder_take(site->folder, name, "planrun", &holder, &site->err),
                     ERR_INVALID);
    name[69] = '\0'; /* an id of 64 bytes with ".fast" */
    assert_int_equal(holder_take(site->folder, name, "planrun", &holder, &site->err), 0);
    assert_int_equal(holder_listen(holder, &listener, &site->err), 0);
    holder_release(holder);
}

int main(void)
{
#define SITED(test) cmocka_unit_test_setup_teardown(test, open_site, close_site)
    const struct CMUnitTest tests[] = {
        SITED(refusal_names_the_holder),         SITED(killed_holder_leaves_no_lock),
        SITED(asking_gets_the_answer),           SITED(bad_answers_are_errors),
        SITED(a_lost_answer_is_asked_for_again), SITED(lock_without_socket_is_waited_for),
        SITED(long_folders_are_no_obstacle),     SITED(folder_follows_the_environment),
        SITED(a_long_name_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
