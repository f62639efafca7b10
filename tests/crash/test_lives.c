/*
 * Lives of seeded years: those that failed once (seeds.txt), then new ones for as long as
 * PLANRUN_TEST_SECONDS says, or 100,000 with PLANRUN_TEST_LONG. The same seed has the same hash.
 */
#include "service/inputs.h"
#include "sim_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { SECONDS = 5, LONG_SEEDS = 100000, FIRST_SEED = 1000 };

struct scene {
    struct host *host;
    struct sim_disk *image;
};

static int set_up(void **state)
{
    static struct scene scene;
    struct err err;
    if (inputs_open_host(&scene.host, &err) < 0 || !(scene.image = sim_world_image(&err))) {
        print_error("%s\n", err.message);
        return -1;
    }
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    sim_disk_free(scene->image);
    host_close(scene->host);
    return 0;
}

static struct sim_result live(const struct scene *scene, uint64_t seed)
{
    struct sim_result result;
    if (!sim_world_run(seed, scene->host, scene->image, NULL, &result))
        fail_msg("seed %" PRIu64 ": %s (planrun-sim %" PRIu64 " tells it)", seed,
                 result.failure, seed);
    return result;
}

static void test_failed_seeds(void **state)
{
    char line[200];
    size_t count = 0;
    FILE *file = fopen(PLANRUN_SOURCE_DIR "/tests/crash/seeds.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (*line >= '0' && *line <= '9') {
            live(*state, strtoull(line, NULL, 10));
            count++;
        }
    fclose(file);
    assert_true(count > 0);
    print_message("%zu seeds that failed once\n", count);
}

/* Lives know nothing of one another. */
static void test_same_seed(void **state)
{
    enum { LIVES = 8 };
    struct sim_result first[LIVES];
    for (uint64_t i = 0; i < LIVES; i++)
        first[i] = live(*state, 100 + i);
    for (uint64_t i = LIVES; i-- > 0;) {
        struct sim_result again = live(*state, 100 + i);
        assert_true(again.trace == first[i].trace && again.twin == first[i].twin);
        assert_true(i == 0 || first[i].trace != first[i - 1].trace);
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_new_seeds(void **state)
{
    const char *given = getenv("PLANRUN_TEST_SECONDS"), *is_long = getenv("PLANRUN_TEST_LONG");
    double begun = seconds(), until = begun + (given ? atof(given) : SECONDS);
    struct sim_result sum = {0};
    uint64_t count = 0;
    while (is_long ? count < LONG_SEEDS : seconds() < until) {
        struct sim_result result = live(*state, FIRST_SEED + count++);
        sum.firings += result.firings;
        sum.facts += result.facts;
        sum.messages += result.messages;
        sum.deaths += result.deaths;
        sum.faults += result.faults;
        sum.jumps += result.jumps;
    }
    print_message("%" PRIu64 " years: %" PRIu64 " firings, %" PRIu64 " facts, %" PRIu64
                  " messages, %" PRIu64 " deaths, %" PRIu64 " faults, %" PRIu64
                  " jumps of the clock; %.0f years a minute\n",
                  count, sum.firings, sum.facts, sum.messages, sum.deaths, sum.faults,
                  sum.jumps, (double)count * 60 / (seconds() - begun));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failed_seeds),
        cmocka_unit_test(test_same_seed),
        cmocka_unit_test(test_new_seeds),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
