/* bench_recur FILE YEAR ROUNDS: parses one rule a line and expands all of them over a year, ROUNDS
 * times. Prints rules, occurrences, a checksum over (line, day), ms for parsing and ms a round.
 * bench_recur_ical does the same with libical; bench_recur.sh compares. */
#include "base/arena.h"
#include "time/civil.h"
#include "time/recur.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static size_t read_rules(const char *path, struct arena *arena, struct recur **out)
{
    size_t count = 0, room = 1024;
    struct recur *rules = mem_resize(NULL, room, sizeof *rules);
    char line[256];
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        struct err err;
        if (count == room)
            rules = mem_resize(rules, room *= 2, sizeof *rules);
        if (recur_parse(arena, line, strcspn(line, "\n"), &rules[count++], &err) < 0) {
            fprintf(stderr, "%s%s\n", line, err.message);
            exit(1);
        }
    }
    if (!file)
        exit(1);
    fclose(file);
    *out = rules;
    return count;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    struct arena *arena = arena_new();
    struct calendar *calendar = NULL;
    struct recur *rules = NULL;
    int32_t year = atoi(argv[2]), days[366];
    int rounds = atoi(argv[3]);
    calendar_open(NULL, 0, &calendar, NULL);
    double start = now_ms();
    size_t count = read_rules(argv[1], arena, &rules);
    double parsed = now_ms();
    int64_t occurrences = 0;
    uint64_t sum = 0;
    for (int round = 0; round < rounds; round++) {
        occurrences = 0;
        sum = 0;
        for (size_t i = 0; i < count; i++) {
            int found = recur_days(&rules[i], calendar, year, days);
            occurrences += found;
            for (int k = 0; k < found; k++)
                sum += (i + 1) * (uint64_t)days[k];
        }
    }
    double done = now_ms();
    printf("%zu %" PRId64 " %" PRIu64 " %.3f %.3f\n", count, occurrences, sum, parsed - start,
           (done - parsed) / rounds);
    free(rules);
    calendar_close(calendar);
    arena_free(arena);
    return 0;
}
