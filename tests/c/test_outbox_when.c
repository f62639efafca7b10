/* When messages go, by the operator's rules and the real calendar; and how fast: tables and properties. */
#include "engine/outbox.h"
#include "engine/rate.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { MINUTE = 60000 };

static struct calendar *calendar;

/* "2024-03-12 08:00:20", seconds may be left out. */
static int64_t instant(const char *text)
{
    int32_t day = civil_parse(text, 10), minute = civil_parse_minute(text + 11, 5);
    assert_true(day != CIVIL_NONE && minute >= 0);
    return civil_ms(day, minute) + (text[16] ? strtol(text + 17, NULL, 10) * 1000 : 0);
}

static int32_t day_of(const char *text)
{
    return text ? civil_parse(text, strlen(text)) : DAY_NONE;
}

static const char *text_of(int64_t ms, char out[32])
{
    char day[11], minute[6];
    int32_t of_day, at = civil_from_ms(ms, &of_day);
    snprintf(out, 32, "%s %s:%02d", civil_format(at, day), civil_format_minute(of_day, minute),
             (int)(ms % MINUTE / 1000));
    return out;
}

enum rule { PLAIN, SLOTS, NINE, QUIET, NOON, OFFICE, HELD, ASLEEP, RULES };

/* The rules of the rows. */
static struct outbox_rules rules_of(enum rule rule)
{
    static const struct outbox_rules rules[RULES] = {
        [SLOTS] = {.slots = {540, 900}, .slot_count = 2},
        [NINE] = {.slots = {540}, .slot_count = 1, .working_days = true},
        [QUIET] = {.quiet_from = 1200, .quiet_until = 480},
        [NOON] = {.quiet_from = 720, .quiet_until = 810},
        [OFFICE] = {.slots = {540},
                    .slot_count = 1,
                    .quiet_from = 1200,
                    .quiet_until = 480,
                    .working_days = true},
        [HELD] = {.quiet_from = 1200, .quiet_until = 480, .working_days = true},
        [ASLEEP] = {.slots = {300}, .slot_count = 1, .quiet_from = 1200, .quiet_until = 480},
    };
    struct outbox_rules out = rules[rule];
    out.calendar = calendar;
    return out;
}

/* In 2024 Friday 15 March is a usual one; 4 to 6 April are a holiday, Sunday the 7th makes up for it; 1 to 5 May
 * are another. */
static const struct {
    enum rule rule;
    const char *now, *working, *official, *send; /* send: NULL = now */
    bool urgent;
} rows[] = {
    {PLAIN, "2024-03-16 03:00", NULL, NULL, NULL, false},
    {PLAIN, "2024-03-16 03:00", "2024-03-15", "2024-03-15", NULL, true},

    {SLOTS, "2024-03-12 08:00", NULL, NULL, "2024-03-12 09:00:20", false},
    {SLOTS, "2024-03-12 09:00", NULL, NULL, "2024-03-12 09:00:20", false},
    {SLOTS, "2024-03-12 09:09:59", NULL, NULL, "2024-03-12 09:00:20", false}, /* is open */
    {SLOTS, "2024-03-12 09:10", NULL, NULL, "2024-03-12 15:00:20", false},
    {SLOTS, "2024-03-12 15:10", NULL, NULL, "2024-03-13 09:00:20", false},
    {SLOTS, "2024-03-16 15:10", NULL, NULL, "2024-03-17 09:00:20", false}, /* rest days too */

    {NINE, "2024-03-15 08:00", NULL, NULL, "2024-03-15 09:00:20", false},
    {NINE, "2024-03-15 16:00", NULL, NULL, "2024-03-18 09:00:20", false},
    {NINE, "2024-03-16 08:00", NULL, NULL, "2024-03-18 09:00:20", false},
    {NINE, "2024-04-03 16:00", NULL, NULL, "2024-04-07 09:00:20", false}, /* a make-up day */
    {NINE, "2024-04-30 16:00", NULL, NULL, "2024-05-06 09:00:20", false},
    {NINE, "2024-05-10 16:00", NULL, NULL, "2024-05-11 09:00:20", false}, /* another */

    {QUIET, "2024-03-12 19:59", NULL, NULL, NULL, false},
    {QUIET, "2024-03-12 20:00", NULL, NULL, "2024-03-13 08:00", false},
    {QUIET, "2024-03-12 23:59", NULL, NULL, "2024-03-13 08:00", false},
    {QUIET, "2024-03-13 00:00", NULL, NULL, "2024-03-13 08:00", false},
    {QUIET, "2024-03-13 07:59:59", NULL, NULL, "2024-03-13 08:00", false},
    {QUIET, "2024-03-13 08:00", NULL, NULL, NULL, false},
    {QUIET, "2024-03-31 23:00", NULL, NULL, "2024-04-01 08:00", false},
    {NOON, "2024-03-12 11:59", NULL, NULL, NULL, false},
    {NOON, "2024-03-12 12:00", NULL, NULL, "2024-03-12 13:30", false},
    {NOON, "2024-03-12 13:30", NULL, NULL, NULL, false},
    {HELD, "2024-03-15 21:00", NULL, NULL, "2024-03-18 08:00", false},
    {HELD, "2024-03-16 10:00", NULL, NULL, "2024-03-18 08:00", false},
    {HELD, "2024-04-06 21:00", NULL, NULL, "2024-04-07 08:00", false},
    {ASLEEP, "2024-03-12 10:00", NULL, NULL, NULL, false}, /* no slot is open ever */

    /* the working due comes before the next slot, or not */
    {NINE, "2024-03-15 16:00", "2024-03-15", "2024-03-17", NULL, true},
    {NINE, "2024-03-15 08:00", "2024-03-15", "2024-03-15", "2024-03-15 09:00:20", false},
    {NINE, "2024-03-15 16:00", "2024-03-18", "2024-03-18", "2024-03-18 09:00:20", false},
    {NINE, "2024-04-03 16:00", "2024-04-03", "2024-04-05", NULL, true},
    {NINE, "2024-04-04 10:00", "2024-04-03", "2024-04-05", NULL, true},   /* on a rest day */
    {OFFICE, "2024-03-15 21:00", "2024-03-15", "2024-03-15", NULL, true}, /* it would pass */
    {OFFICE, "2024-03-15 19:00", "2024-03-15", "2024-03-15", NULL, true},
    {OFFICE, "2024-04-04 21:00", "2024-04-03", "2024-04-05", "2024-04-05 08:00", true},
    {OFFICE, "2024-04-05 21:00", "2024-04-03", "2024-04-05", NULL, true},
    /* overdue: not held, but at night; a slot that comes at once is waited for */
    {NINE, "2024-03-13 10:00", "2024-03-08", "2024-03-10", NULL, true},
    {NINE, "2024-03-16 10:00", "2024-03-08", "2024-03-10", NULL, true},
    {OFFICE, "2024-03-13 21:00", "2024-03-08", "2024-03-10", "2024-03-14 08:00", true},
    {OFFICE, "2024-03-15 21:00", "2024-03-08", "2024-03-10", "2024-03-16 08:00", true},
    {OFFICE, "2024-03-13 08:55", "2024-03-08", "2024-03-10", "2024-03-13 09:00:20", true},
    {OFFICE, "2024-03-13 08:45", "2024-03-08", "2024-03-10", NULL, true},
};

static void when_it_goes(void **state)
{
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[32], wanted[32];
        struct outbox_rules rules = rules_of(rows[i].rule);
        int64_t now_ms = instant(rows[i].now);
        struct outbox_question question = {now_ms, now_ms, 7, day_of(rows[i].working),
                                           day_of(rows[i].official)};
        bool urgent = !rows[i].urgent;
        int64_t send_ms = outbox_when(&rules, &question, &urgent);
        int64_t expected = rows[i].send ? instant(rows[i].send) : now_ms;
        if (send_ms == expected && urgent == rows[i].urgent)
            continue;
        print_error("row %zu, %s: %s%s instead of %s\n", i, rows[i].now, text_of(send_ms, text),
                    urgent ? ", urgent," : "", text_of(expected, wanted));
        bad++;
    }
    assert_int_equal(bad, 0);
}

/* Behind an answer lies the next one, and not the same again. */
static void one_after_another(void **state)
{
    static const char *const expected[] = {"2024-03-15 09:00:20", "2024-03-15 15:00:20",
                                           "2024-03-16 09:00:20", "2024-03-16 15:00:20"};
    struct outbox_rules rules = rules_of(SLOTS);
    int64_t now_ms = instant("2024-03-15 09:03");
    (void)state;
    for (int jitter = 0; jitter < 2; jitter++) {
        struct outbox_question question = {now_ms, now_ms, 7, DAY_NONE, DAY_NONE};
        rules.jitter = jitter;
        for (size_t i = 0; i < COUNT(expected); i++) {
            int64_t send_ms = outbox_when(&rules, &question, NULL);
            int64_t off_ms = send_ms - instant(expected[i]);
            assert_true(jitter ? off_ms >= 0 && off_ms < 11 * MINUTE : off_ms == 0);
            question.from_ms = outbox_after(&rules, send_ms);
            assert_true(question.from_ms > send_ms);
        }
    }
}

static void weeks_begin_on_monday(void **state)
{
    static const char *const in[] = {"2024-03-11 00:00", "2024-03-17 23:59:59"};
    (void)state;
    for (size_t i = 0; i < COUNT(in); i++) {
        int64_t from_ms, until_ms;
        outbox_week(instant(in[i]), &from_ms, &until_ms);
        assert_true(from_ms == instant("2024-03-11 00:00"));
        assert_true(until_ms == instant("2024-03-18 00:00"));
    }
}

/* 1 to 9 minutes behind any slot of a day (2 more where that would be the hour again), never within a minute of
 * :00 or :30, the same on every asking, and not the same for all. */
static void jitter_keeps_off_the_hour(void **state)
{
    (void)state;
    unsigned seen[16] = {0};
    for (int16_t slot = 0; slot < 1440; slot++) {
        struct outbox_rules rules = {.slots = {slot}, .slot_count = 1, .jitter = true};
        for (uint64_t recipient = 1; recipient <= 40; recipient++) {
            int64_t now_ms = civil_ms(19000, slot);
            struct outbox_question question = {now_ms, now_ms, recipient, DAY_NONE, DAY_NONE};
            int64_t send_ms = outbox_when(&rules, &question, NULL), off_ms = send_ms - now_ms;
            int64_t into = send_ms % (30 * MINUTE);
            assert_true(off_ms >= MINUTE && off_ms <= 11 * MINUTE);
            assert_true(into >= MINUTE && into <= 29 * MINUTE);
            question.from_ms = question.now_ms += 30000;
            assert_true(send_ms == outbox_when(&rules, &question, NULL));
            seen[off_ms / MINUTE]++;
        }
    }
    for (size_t i = 1; i < 9; i++)
        assert_true(seen[i] > 1440 * 40 / 20);
}

static void at_once_keeps_off_the_hour_too(void **state)
{
    struct outbox_rules rules = {.jitter = true};
    (void)state;
    for (int32_t second = 0; second < 3600; second++) {
        int64_t now_ms = civil_ms(19000, 600) + second * 1000;
        struct outbox_question question = {now_ms, now_ms, 3, DAY_NONE, DAY_NONE};
        int64_t send_ms = outbox_when(&rules, &question, NULL), into = send_ms % (30 * MINUTE);
        assert_true(into >= MINUTE && into <= 29 * MINUTE);
        assert_true(send_ms >= now_ms && send_ms - now_ms <= 11 * MINUTE);
    }
}

/* ---- how fast --------------------------------------------------------------------------------- */

static uint64_t roll(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* Whatever comes when, no 60 s have more attempts than the rate and the bucket; and who always has something to
 * send is not held back below the rate. */
static void never_more_in_a_minute(void **state)
{
    static const uint32_t rates[] = {1, 2, 6, 18, 20, 60, 600};
    static int64_t sent[200000];
    (void)state;
    for (size_t r = 0; r < COUNT(rates); r++)
        for (uint64_t seed = 1; seed <= 40; seed++) {
            struct rate_bucket bucket = {0};
            uint64_t random = seed;
            uint32_t rate = rates[r], most = rate + (rate / 9 ? rate / 9 : 1);
            bool greedy = seed % 4 == 0;
            int64_t now_ms = 1000000;
            size_t count = 0, first = 0;
            while (now_ms < 1000000 + 60 * MINUTE && count < COUNT(sent)) {
                now_ms += (int64_t)(roll(&random) %
                                    (greedy ? 200 : UINT64_C(1) << roll(&random) % 18));
                int64_t next_ms = rate_next(&bucket, rate, now_ms);
                size_t may = rate_tokens(&bucket, rate, now_ms);
                assert_true((may > 0) == (next_ms <= now_ms) || count == 0);
                size_t take = greedy || !may ? may : roll(&random) % (may + 1);
                rate_spend(&bucket, rate, take);
                for (; take && count < COUNT(sent); take--)
                    sent[count++] = now_ms;
                while (first < count && sent[first] <= now_ms - MINUTE)
                    first++;
                assert_true(count - first <= most);
            }
            assert_true(!greedy || count + 2 + count / 50 >= rate * 60);
        }
}

static void a_clock_set_back_gives_nothing(void **state)
{
    struct rate_bucket bucket = {0};
    (void)state;
    assert_int_equal(rate_tokens(&bucket, 18, 1000000), 0);
    assert_int_equal(rate_tokens(&bucket, 18, 1000000 + MINUTE), 2);
    rate_spend(&bucket, 18, 2);
    assert_int_equal(rate_tokens(&bucket, 18, 5000), 0);
    assert_int_equal(rate_tokens(&bucket, 18, 5000 + 3000), 0);
    assert_int_equal(rate_tokens(&bucket, 18, 5000 + 3334), 1);
    assert_true(rate_tokens(&bucket, 0, 0) == SIZE_MAX);
    assert_true(rate_next(&bucket, 0, 77) == 77);
}

/* No rate is so great that a token takes no time, or all of it. */
static void any_rate_is_counted(void **state)
{
    static const uint32_t rates[] = {59999, 60000, 60001, UINT32_MAX - 60000, UINT32_MAX};
    (void)state;
    for (size_t i = 0; i < COUNT(rates); i++) {
        struct rate_bucket bucket = {0};
        assert_int_equal(rate_tokens(&bucket, rates[i], 1000000), 0);
        size_t may = rate_tokens(&bucket, rates[i], 1000000 + 100);
        assert_true(may >= 50 && may <= 100);
        rate_spend(&bucket, rates[i], may);
        int64_t next_ms = rate_next(&bucket, rates[i], 1000000 + 100);
        assert_true(next_ms > 1000000 + 99 && next_ms < 1000000 + 103);
    }
}

static int open_calendar(void **state)
{
    static const char *const directories[] = {PLANRUN_SOURCE_DIR "/stdlib/holidays.d"};
    (void)state;
    return calendar_open(directories, 1, &calendar, NULL);
}

static int close_calendar(void **state)
{
    (void)state;
    calendar_close(calendar);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_it_goes),
        cmocka_unit_test(one_after_another),
        cmocka_unit_test(weeks_begin_on_monday),
        cmocka_unit_test(jitter_keeps_off_the_hour),
        cmocka_unit_test(at_once_keeps_off_the_hour_too),
        cmocka_unit_test(never_more_in_a_minute),
        cmocka_unit_test(a_clock_set_back_gives_nothing),
        cmocka_unit_test(any_rate_is_counted),
    };
    return cmocka_run_group_tests(tests, open_calendar, close_calendar);
}
