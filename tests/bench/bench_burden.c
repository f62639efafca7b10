/*
 * Who is asked for too much in a week: 10,000 demands over 50 weeks, on 24 selectors over a whole
 * roster.
 *
 *   bench_burden FILE [TURNS]     FILE: CSV of gen_roster; prints milliseconds of processor time of a search, the
 *                                 least of so many turns (default 10), at several limits
 */
#include "base/json.h"
#include "files/roster_load.h"
#include "plan/burden.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEMANDS = 10000, WEEKS = 50, SELECTORS = 24 };

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
    struct selector *selectors[SELECTORS];
    struct burden_demand demands[DEMANDS];
    struct err err;
};

static void check(const struct bench *bench, int code)
{
    if (code >= 0)
        return;
    fprintf(stderr, "bench_burden: %s\n", bench->err.message);
    exit(1);
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static struct value *parse(struct bench *bench, const char *text)
{
    static const struct value_limits limits = {1000, 16, 1 << 16};
    struct value *value = NULL;
    check(bench, json_parse(bench->arena, text, strlen(text), &limits, &value, &bench->err));
    return value;
}

static void open_bench(struct bench *bench, const char *path)
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

/* Every institution, tags that lie strewn over all of them, and provinces. */
static void compile(struct bench *bench)
{
    static const char *const texts[] = {
        "{\"id\":\"institution\"}", "{\"tag\":\"public\"}",   "{\"tag\":\"rural\"}",
        "{\"tag\":\"grade-3\"}",    "{\"tag\":\"teaching\"}", "{\"id\":\"county\"}",
    };
    enum { TEXTS = sizeof texts / sizeof *texts };
    for (int i = 0; i < SELECTORS; i++) {
        char text[200], term[100];
        snprintf(term, sizeof term, "{\"id\":\"institution\",\"in\":\"p%02d\"}", i);
        snprintf(text, sizeof text, "{\"terms\":[%s]}", i < TEXTS ? texts[i] : term);
        check(bench, selector_compile(bench->roster, parse(bench, text), &bench->selectors[i],
                                      &bench->err));
    }
}

/* The least time, and what was found. */
static void measure(struct bench *bench, uint32_t limit, long turns)
{
    double least = 1e9;
    size_t found = 0;
    struct burden_week first = {0};
    while (turns-- > 0) {
        struct arena *arena = arena_new();
        double start = now_ms();
        const struct burden_week *weeks =
            burden_find(arena, bench->demands, DEMANDS, limit, &found);
        double time = now_ms() - start;
        first = weeks ? weeks[0] : first;
        least = time < least ? time : least;
        arena_free(arena);
    }
    printf("limit %5u: %6.1f ms, %zu weeks; the first: %u units, %u at most\n", limit, least,
           found, first.units, first.most);
}

int main(int argc, char **argv)
{
    static const uint32_t limits[] = {3, 100, 200, 1000, 100000};
    static struct bench bench;
    if (argc < 2) {
        fputs("usage: bench_burden FILE [TURNS]\n", stderr);
        return 2;
    }
    open_bench(&bench, argv[1]);
    compile(&bench);
    for (int i = 0; i < DEMANDS; i++)
        bench.demands[i] = (struct burden_demand){bench.selectors[i * 7 % SELECTORS],
                                                  i % WEEKS * 7, 1 + (uint32_t)i % 3};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        measure(&bench, limits[i], argc > 2 ? strtol(argv[2], NULL, 10) : 10);
    for (int i = 0; i < SELECTORS; i++)
        selector_free(bench.selectors[i]);
    roster_free(bench.roster);
    findings_free(&bench.findings);
    arena_free(bench.arena);
    return 0;
}
