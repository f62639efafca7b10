/* bench_recur_ical FILE YEAR ROUNDS: bench_recur with libical, for comparison. */
#include "time/civil.h"

#include <inttypes.h>
#include <libical/ical.h>
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

/* Days of one rule in the year, which are added to the sum; returns how many. */
static int64_t expand(struct icalrecurrencetype rule, int year, uint64_t factor, uint64_t *sum)
{
    int64_t found = 0;
    struct icaltimetype start = {.year = year, .month = 1, .day = 1, .is_date = 1}, next;
    icalrecur_iterator *iterator = icalrecur_iterator_new(rule, start);
    while (iterator && (next = icalrecur_iterator_next(iterator)).year == year) {
        *sum += factor * (uint64_t)civil_day(next.year, next.month, next.day);
        found++;
    }
    icalrecur_iterator_free(iterator);
    return found;
}

int main(int argc, char **argv)
{
    enum { MOST = 1000000 };
    if (argc != 4)
        return 2;
    struct icalrecurrencetype *rules = calloc(MOST, sizeof *rules);
    int year = atoi(argv[2]), rounds = atoi(argv[3]);
    size_t count = 0;
    char line[256];
    FILE *file = fopen(argv[1], "r");
    if (!file || !rules)
        return 1;
    double start = now_ms();
    while (count < MOST && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        rules[count++] = icalrecurrencetype_from_string(line);
    }
    fclose(file);
    double parsed = now_ms();
    int64_t occurrences = 0;
    uint64_t sum = 0;
    for (int round = 0; round < rounds; round++) {
        occurrences = 0;
        sum = 0;
        for (size_t i = 0; i < count; i++)
            occurrences += expand(rules[i], year, i + 1, &sum);
    }
    double done = now_ms();
    printf("%zu %" PRId64 " %" PRIu64 " %.3f %.3f\n", count, occurrences, sum, parsed - start,
           (done - parsed) / rounds);
    free(rules);
    return 0;
}
