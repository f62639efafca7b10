/* What a service manager is told, over real datagram sockets. */
#include "base/err.h"
#include "service/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A manager that listens at `name`; '@' in front: without a file. */
static int listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    size_t length = strlen(name);
    memcpy(address.sun_path, name, length);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size + (name[0] != '@')), 0);
    return fd;
}

static const char *hear(int fd, char text[1024])
{
    ssize_t length = recv(fd, text, 1023, 0);
    text[length < 0 ? 0 : length] = '\0';
    return text;
}

static void test_sockets(void **state)
{
    char folder[] = "/tmp/planrun-notify-XXXXXX", path[128], name[128], text[1024];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/notify", folder);
    snprintf(name, sizeof name, "@planrun-notify-%d", getpid());
    const char *const addresses[] = {path, name};
    for (size_t i = 0; i < COUNT(addresses); i++) {
        int fd = listen_at(addresses[i]);
        setenv("NOTIFY_SOCKET", addresses[i], 1);
        assert_int_equal(notify("READY=1"), 1);
        assert_string_equal(hear(fd, text), "READY=1");
        assert_int_equal(notify_status("3 plans\n1 refused"), 1);
        assert_string_equal(hear(fd, text), "STATUS=3 plans 1 refused");
        close(fd);
        assert_int_equal(notify("READY=1"), ERR_IO); /* it is gone */
    }
    unlink(path);
    rmdir(folder);
}

static void test_addresses(void **state)
{
    char long_path[200];
    memset(long_path, 'a', sizeof long_path - 1);
    long_path[0] = '/';
    long_path[sizeof long_path - 1] = '\0';
    const struct {
        const char *name;
        int code;
    } table[] = {
        {NULL, 0},
        {"", ERR_INVALID},
        {"@", ERR_INVALID},
        {"/", ERR_INVALID},
        {"relative", ERR_INVALID},
        {"vsock:2:1234", ERR_INVALID},
        {long_path, ERR_INVALID},
        {"/nowhere/at/all", ERR_IO},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        table[i].name ? setenv("NOTIFY_SOCKET", table[i].name, 1) : unsetenv("NOTIFY_SOCKET");
        assert_int_equal(notify("READY=1"), table[i].code);
    }
}

/* The instant lies between two readings of the same clock. */
static void test_reloading(void **state)
{
    char name[64], text[1024];
    struct timespec before, after;
    long long usec = 0;
    (void)state;
    snprintf(name, sizeof name, "@planrun-reload-%d", getpid());
    int fd = listen_at(name);
    setenv("NOTIFY_SOCKET", name, 1);
    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_int_equal(notify_reloading(), 1);
    clock_gettime(CLOCK_MONOTONIC, &after);
    hear(fd, text);
    assert_memory_equal(text, "RELOADING=1\nMONOTONIC_USEC=", 27);
    usec = strtoll(text + 27, NULL, 10);
    assert_true(usec >= (long long)before.tv_sec * 1000000 + before.tv_nsec / 1000);
    assert_true(usec <= (long long)after.tv_sec * 1000000 + after.tv_nsec / 1000);
    close(fd);
}

/* A manager that does not read keeps nobody waiting for long. */
static void test_full(void **state)
{
    char name[64];
    struct timespec before, after;
    int code = 1;
    (void)state;
    snprintf(name, sizeof name, "@planrun-full-%d", getpid());
    int fd = listen_at(name);
    setenv("NOTIFY_SOCKET", name, 1);
    for (int i = 0; i < 100000 && code == 1; i++) {
        clock_gettime(CLOCK_MONOTONIC, &before);
        code = notify("WATCHDOG=1");
    }
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_int_equal(code, ERR_IO);
    assert_in_range(after.tv_sec - before.tv_sec, 0, 3);
    close(fd);
}

static void test_watchdog(void **state)
{
    char own[32], other[32];
    snprintf(own, sizeof own, "%d", getpid());
    snprintf(other, sizeof other, "%d", getppid());
    const struct {
        const char *usec, *pid;
        int64_t want;
    } table[] = {
        {NULL, NULL, 0},
        {"60000000", NULL, 60000},
        {"60000000", own, 60000},
        {"60000000", other, 0},
        {"60000000", "", 0},
        {NULL, own, 0},
        {"", NULL, 0},
        {"0", NULL, 0},
        {"-5000", NULL, 0},
        {"999", NULL, 0},
        {"1500", NULL, 1},
        {"60s", NULL, 0},
        {" 60000000", NULL, 0},
        {"99999999999999999999", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        table[i].usec ? setenv("WATCHDOG_USEC", table[i].usec, 1) : unsetenv("WATCHDOG_USEC");
        table[i].pid ? setenv("WATCHDOG_PID", table[i].pid, 1) : unsetenv("WATCHDOG_PID");
        assert_int_equal(notify_watchdog_ms(), table[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sockets),   cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_reloading), cmocka_unit_test(test_full),
        cmocka_unit_test(test_watchdog),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
