/* The outbox's policy: what is stale, when a failed message is tried again. */
#include "engine/outbox.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { MINUTE = 60000, HOUR = 3600000 };

static int32_t day(int month, int of_month)
{
    return civil_day(2012, month, of_month);
}

static void what_is_stale(void **state)
{
    (void)state;
    int32_t due = day(7, 5), last = due + OUTBOX_STALE_DAYS;
    int64_t at = civil_ms(day(7, 2), 540);
    int64_t behind = civil_ms(due + 30, 540); /* a tier 30 days after the due */
    const struct {
        int kind;
        int32_t official;
        int64_t now_ms;
        enum firing_fate fate;
        int64_t at_ms;
    } rows[] = {
        {EVENT_REMINDER, due, at, FIRING_FIRED, at},
        {EVENT_REMINDER, due, civil_ms(last, 1439), FIRING_FIRED, at},
        {EVENT_REMINDER, due, civil_ms(last + 1, 0), FIRING_STALE, at},
        {EVENT_REMINDER, due, at - HOUR, FIRING_FIRED, at},
        {EVENT_REMINDER, DAY_NONE, civil_ms(day(7, 16), 1439), FIRING_FIRED, at},
        {EVENT_REMINDER, DAY_NONE, civil_ms(day(7, 17), 0), FIRING_STALE, at},
        {EVENT_REMINDER, due, behind, FIRING_FIRED, behind},
        {EVENT_REMINDER, due, civil_ms(due + 44, 1439), FIRING_FIRED, behind},
        {EVENT_REMINDER, due, civil_ms(due + 45, 0), FIRING_STALE, behind},
        {EVENT_NOTICE, due, at + 24 * (int64_t)HOUR, FIRING_FIRED, at},
        {EVENT_NOTICE, due, at + 24 * (int64_t)HOUR + 1, FIRING_STALE, at},
        {EVENT_QUOTA_LATE, due, civil_ms(due + 4000, 0), FIRING_FIRED, at},
        {EVENT_PLAN_START, DAY_NONE, civil_ms(due + 4000, 0), FIRING_FIRED, at},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (outbox_fate(rows[i].kind, rows[i].at_ms, rows[i].official, rows[i].now_ms) !=
            rows[i].fate)
            fail_msg("row %zu", i);
}

static void who_speaks(void **state)
{
    (void)state;
    for (int kind = 0; kind <= EVENT_NOTICE; kind++)
        assert_int_equal(outbox_speaks(kind), kind == EVENT_REMINDER || kind == EVENT_NOTICE);
}

static void attempts_grow_rare_and_end(void **state)
{
    (void)state;
    static const int64_t delays[] = {5000,      5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR,
                                     10 * HOUR, 14 * HOUR,  20 * HOUR,   24 * HOUR};
    for (uint32_t i = 0; i < COUNT(delays); i++)
        for (int64_t message = 1; message < 500; message++) {
            int64_t wait = outbox_retry(i + 1, message, 1000) - 1000;
            assert_true(wait >= delays[i] - delays[i] / 10 &&
                        wait <= delays[i] + delays[i] / 10);
            assert_int_equal(outbox_retry(i + 1, message, 1000) - 1000, wait);
        }
    assert_int_not_equal(outbox_retry(2, 1, 0), outbox_retry(2, 2, 0));
    assert_int_equal(outbox_retry(COUNT(delays) + 1, 1, 1000), INT64_MAX);
    assert_int_equal(outbox_retry(UINT32_MAX, 1, 1000), INT64_MAX);
    assert_int_equal(outbox_retry(0, 1, 1000), outbox_retry(1, 1, 1000));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_stale),
        cmocka_unit_test(who_speaks),
        cmocka_unit_test(attempts_grow_rare_and_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
