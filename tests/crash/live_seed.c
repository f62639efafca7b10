/*
 * planrun-sim: lives seeds. One seed is told step by step, so that a failure can be read; a range is
 * counted, with its hash.
 *
 *   planrun-sim SEED               the trace of a life and of its twin
 *   planrun-sim FROM COUNT         runs them; a line for each that fails
 *   planrun-sim FROM COUNT first   … until one does
 */
#include "service/inputs.h"
#include "sim_world.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int tell(uint64_t seed, struct host *host, const struct sim_disk *image)
{
    struct sim_result result;
    sim_world_run(seed, host, image, stdout, &result);
    printf("seed %" PRIu64 ": hash %016" PRIx64 ", twin %016" PRIx64 "%s%s\n", seed,
           result.trace, result.twin, *result.failure ? ": " : "", result.failure);
    return *result.failure != '\0';
}

static int run(uint64_t from, uint64_t count, bool first, struct host *host,
               const struct sim_disk *image)
{
    struct sim_result sum = {0};
    uint64_t failed = 0;
    double begun = seconds();
    for (uint64_t seed = from; seed < from + count; seed++) {
        struct sim_result result;
        if (!sim_world_run(seed, host, image, NULL, &result)) {
            printf("seed %" PRIu64 ": %s\n", seed, result.failure);
            fflush(stdout);
            failed++;
            if (first)
                return 1;
        }
        sum.trace = sim_mix(sum.trace ^ result.trace);
        sum.firings += result.firings;
        sum.facts += result.facts;
        sum.revisions += result.revisions;
        sum.messages += result.messages;
        sum.turns += result.turns;
        sum.deaths += result.deaths;
        sum.faults += result.faults;
        sum.jumps += result.jumps;
        sum.checks += result.checks;
    }
    double took = seconds() - begun;
    printf("%" PRIu64 " seeds from %" PRIu64 ": %" PRIu64 " failed, hash %016" PRIx64
           ", %.0f a minute\n"
           "%" PRIu64 " firings, %" PRIu64 " facts, %" PRIu64 " revisions, %" PRIu64
           " messages, %" PRIu64 " turns, %" PRIu64 " deaths, %" PRIu64 " faults, %" PRIu64
           " jumps, %" PRIu64 " checks\n",
           count, from, failed, sum.trace, (double)count * 60 / took, sum.firings, sum.facts,
           sum.revisions, sum.messages, sum.turns, sum.deaths, sum.faults, sum.jumps,
           sum.checks);
    return failed != 0;
}

int main(int argc, char **argv)
{
    struct host *host = NULL;
    struct err err = {0};
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "planrun-sim SEED | FROM COUNT [first]\n");
        return 2;
    }
    struct sim_disk *image = NULL;
    if (inputs_open_host(&host, &err) < 0 || !(image = sim_world_image(&err))) {
        fprintf(stderr, "%s\n", err.message);
        return 2;
    }
    uint64_t from = strtoull(argv[1], NULL, 10);
    int failed = argc == 2 ? tell(from, host, image)
                           : run(from, strtoull(argv[2], NULL, 10), argc == 4, host, image);
    sim_disk_free(image);
    host_close(host);
    return failed;
}
