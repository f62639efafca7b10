/*
 * "Who is behind" over ten quotas of a whole roster, beside a bare scan of as many counters of
 * two bytes.
 *
 *   bench_behind FILE [TURNS]     FILE: CSV of gen_roster; prints milliseconds for all ten
 *                                 quotas, the least of so many turns (default 30) of each in
 *                                 alternation, and bytes a unit
 */
#include "base/json.h"
#include "files/roster_load.h"
#include "plan/progress.h"
#include "time/civil.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void set_done(struct progress *progress, uint32_t unit, int64_t pieces, bool excused,
                     bool met)
{
    progress_set(progress, unit, &(struct progress_done){pieces, pieces, excused, met});
}

enum { QUOTAS = 10, NEED = 3, SHOWN = 50 };

static const char sealed_text[] =
    "{\"format\":1,\"plan\":{\"id\":\"nation\",\"name\":\"全国\"},\"units\":["
    "{\"id\":\"ministry\",\"name\":\"部\"},"
    "{\"id\":\"province\",\"name\":\"省\",\"parent\":\"ministry\",\"many\":true},"
    "{\"id\":\"city\",\"name\":\"市\",\"many\":true},"
    "{\"id\":\"county\",\"name\":\"县\",\"many\":true}],"
    "\"rosters\":[{\"file\":\"nation.csv\",\"kinds\":[\"institution\"]}]}";

struct bench {
    struct arena *arena;
    struct findings findings;
    const struct plan *plan;
    struct roster *roster;
    struct progress *columns[QUOTAS];
    uint16_t *plain[QUOTAS];
    struct err err;
};

static void check(struct bench *bench, int code)
{
    if (code >= 0)
        return;
    fprintf(stderr, "bench_behind: %s\n", bench->err.message);
    exit(1);
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static struct value *parse(struct bench *bench, const char *text)
{
    static const struct value_limits limits = {1000, 16, 1 << 16};
    struct value *value = NULL;
    check(bench, json_parse(bench->arena, text, strlen(text), &limits, &value, &bench->err));
    return value;
}

static void load_roster(struct bench *bench, const char *path)
{
    char *slash = strrchr(path, '/'), *folder = strdup(path);
    folder[slash ? slash - path : 0] = '\0';
    int directory = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bench->arena = arena_new();
    bench->findings = findings_new(bench->arena, LANG_EN);
    check(bench, plan_compile(bench->arena, parse(bench, sealed_text), NULL, &bench->plan,
                              &bench->err));
    check(bench, roster_new(bench->plan, &bench->findings, &bench->roster, &bench->err));
    check(bench, roster_load(bench->roster, directory, slash ? slash + 1 : path, NULL, path,
                             &bench->err));
    check(bench, roster_seal(bench->roster, &bench->err));
    free(folder);
}

/* Two in three units have done what they owe; some are excused. The same numbers every time. */
static void fill(struct progress *progress, uint16_t *plain, uint32_t count, uint32_t quota)
{
    for (uint32_t unit = 0; unit < count; unit++) {
        uint32_t mixed = (unit * 2654435761u + quota * 40503u) >> 16;
        uint16_t done = (uint16_t)(mixed % 3 ? NEED : mixed % NEED);
        set_done(progress, unit, done, mixed % 97 == 0, false);
        plain[unit] = done;
    }
}

static void make_columns(struct bench *bench)
{
    struct selector *asked = NULL;
    static const struct amount amount = {.min = NEED, .max = -1, .stated = true};
    uint32_t count = roster_count(bench->roster);
    check(bench, selector_compile(bench->roster,
                                  parse(bench, "{\"terms\":[{\"id\":\"institution\"}]}"),
                                  &asked, &bench->err));
    double start = now_ms();
    for (uint32_t i = 0; i < QUOTAS; i++)
        bench->columns[i] = progress_new(bench->roster, asked, &amount, civil_day(2013, 3, 1),
                                         civil_day(2013, 12, 1), civil_day(2013, 9, 1));
    printf("a column made      %8.2f ms\n", (now_ms() - start) / QUOTAS);
    start = now_ms();
    for (uint32_t i = 0; i < QUOTAS; i++) {
        bench->plain[i] = malloc(count * sizeof *bench->plain[i]);
        if (!bench->plain[i])
            exit(1);
        fill(bench->columns[i], bench->plain[i], count, i);
    }
    printf("a column filled    %8.2f ms\n", (now_ms() - start) / QUOTAS);
    selector_free(asked);
}

typedef uint64_t (*scan)(const struct bench *bench);

static uint64_t scan_columns(const struct bench *bench)
{
    uint64_t sum = 0;
    for (int i = 0; i < QUOTAS; i++)
        sum += progress_behind(bench->columns[i]);
    return sum;
}

static uint64_t scan_plain(const struct bench *bench)
{
    uint32_t count = roster_count(bench->roster);
    uint64_t sum = 0;
    for (int i = 0; i < QUOTAS; i++) {
        const uint16_t *values = bench->plain[i];
        uint32_t behind = 0;
        for (uint32_t unit = 0; unit < count; unit++)
            behind += values[unit] < NEED;
        sum += behind;
    }
    return sum;
}

static uint64_t scan_sums(const struct bench *bench)
{
    uint64_t sum = 0;
    for (int i = 0; i < QUOTAS; i++)
        sum += progress_sum(bench->columns[i]).missing;
    return sum;
}

static uint64_t name_first(const struct bench *bench)
{
    uint64_t sum = 0;
    for (int i = 0; i < QUOTAS; i++) {
        uint32_t unit = 0;
        for (int k = 0; k < SHOWN && unit != UNIT_NONE; k++) {
            unit = progress_next_behind(bench->columns[i], unit);
            sum += unit == UNIT_NONE ? 0 : (unsigned char)*roster_name(bench->roster, unit++);
        }
    }
    return sum;
}

static uint64_t walk_words(const struct bench *bench)
{
    uint32_t count = roster_count(bench->roster);
    uint64_t sum = 0;
    for (int i = 0; i < QUOTAS; i++)
        for (uint32_t unit = 0; unit < count; unit += 64)
            sum += (uint64_t)__builtin_popcountll(progress_word(bench->columns[i], unit));
    return sum;
}

static const struct {
    const char *name;
    scan run;
} scans[] = {
    {"bare scan", scan_plain},          {"who is behind", scan_columns},
    {"asked, met, excused", scan_sums}, {"as sets of 64", walk_words},
    {"the first 50 named", name_first},
};

enum { SCANS = sizeof scans / sizeof *scans };

int main(int argc, char **argv)
{
    struct bench bench = {0};
    if (argc < 2)
        return 2;
    int turns = argc > 2 ? atoi(argv[2]) : 30;
    load_roster(&bench, argv[1]);
    uint32_t count = roster_count(bench.roster);
    make_columns(&bench);
    double least[SCANS];
    uint64_t found[SCANS];
    for (int turn = 0; turn < turns; turn++)
        for (int i = 0; i < SCANS; i++) {
            double start = now_ms();
            found[i] = scans[i].run(&bench);
            double took = now_ms() - start;
            least[i] = turn == 0 || took < least[i] ? took : least[i];
        }
    for (int i = 0; i < SCANS; i++)
        printf("%-18s %8.2f ms  %.2f of a bare scan  (%llu)\n", scans[i].name, least[i],
               least[i] / least[0], (unsigned long long)found[i]);
    size_t bytes = roster_bytes(bench.roster, false);
    for (int i = 0; i < QUOTAS; i++)
        bytes += progress_bytes(bench.columns[i]);
    printf(
        "%u units: %.1f bytes a unit with %d columns, %.1f with names\n", count,
        (double)bytes / count, QUOTAS,
        (double)(bytes + roster_bytes(bench.roster, true) - roster_bytes(bench.roster, false)) /
            count);
    for (int i = 0; i < QUOTAS; i++) {
        progress_free(bench.columns[i]);
        free(bench.plain[i]);
    }
    roster_free(bench.roster);
    findings_free(&bench.findings);
    arena_free(bench.arena);
    return 0;
}
