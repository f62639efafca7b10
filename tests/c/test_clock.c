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

static void a_reading_has_all_clocks(void **state)
{
    (void)state;
    struct clock real = clock_real(), fast = clock_fast(1000, 2);
    struct clock_reading first, second;
    clock_read(&real, &first);
    clock_read(&real, &second);
    assert_true(first.boot_ms > 0 && second.boot_ms >= first.boot_ms);
    assert_true(strlen(first.boot_id) == 36 || strlen(first.boot_id) == 0);
    assert_true(second.wall_ms >= clock_now(&real) - 60000);
    clock_read(&fast, &first);
    assert_string_equal(first.boot_id, "");
    assert_true(first.wall_ms >= 1000 && first.wall_ms < 121000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_is_the_wall),
        cmocka_unit_test(fast_begins_where_it_is_told),
        cmocka_unit_test(fast_waits_less),
        cmocka_unit_test(far_ends_do_not_wrap),
        cmocka_unit_test(a_reading_has_all_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
