/* Clocks: the wall's, and one that runs faster. */
#include "time/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void real_is_the_wall(void **state)
{
    (void)state;
    struct clock clock = clock_real();
    int64_t before = (int64_t)time(NULL) * 1000, now = clock_now(&clock);
    assert_true(now >= before - 1000 && now <= before + 60000);
    assert_int_equal(clock_until(&clock, now - 1), 0);
    int64_t wait = clock_until(&clock, now + 3600000);
    assert_true(wait > 3500000 && wait <= 3600000);
}

static void fast_begins_where_it_is_told(void **state)
{
    (void)state;
    struct clock clock = clock_fast(1000000, 86400);
    int64_t now = clock_now(&clock);
    assert_true(now >= 1000000 && now < 1000000 + 60 * INT64_C(86400000));
    clock.real_ms -= 1000; /* a second ago */
    assert_true(clock_now(&clock) >= now + INT64_C(86400000));
}

static void fast_waits_less(void **state)
{
    (void)state;
    struct clock clock = clock_fast(0, 1000);
    clock.real_ms +=
        1000000000; /* stands before its beginning, so that nothing depends on speed */
    int64_t wait = clock_until(&clock, 1);
    assert_true(wait > 999000000 && wait <= 1000000001);
    assert_int_equal(clock_until(&clock, INT64_MIN), 0);
}

static void far_ends_do_not_wrap(void **state)
{
    (void)state;
    struct clock clock = clock_fast(INT64_MAX - 10, INT32_MAX);
    clock.real_ms -= INT64_C(1) << 40;
    assert_true(clock_now(&clock) == INT64_MAX);
    assert_int_equal(clock_until(&clock, INT64_MAX), 0);
    struct clock real = clock_real();
    assert_true(clock_until(&real, INT64_MAX) > 0);
    assert_int_equal(clock_fast(0, 0).speed, 1);
}

static void boot_is_known(void **state)
{
    (void)state;
    char id[40];
    memset(id, 'x', sizeof id);
    int64_t first = clock_boot(id);
    assert_true(first > 0 && clock_boot(id) >= first);
    assert_true(strlen(id) == 36 || strlen(id) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_is_the_wall), cmocka_unit_test(fast_begins_where_it_is_told),
        cmocka_unit_test(fast_waits_less),  cmocka_unit_test(far_ends_do_not_wrap),
        cmocka_unit_test(boot_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
