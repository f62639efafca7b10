/*
 * planrun's roster on the file that bench_roster_plain reads: open, read, decode, split, check,
 * columns, tree order.
 *
 *   bench_roster FILE    prints: rows, seconds, seconds of the processor, peak bytes, bytes a unit
 *                        without and with names,
 *                        microseconds to compile a selector of one kind, and one of a kind in a
 *                        unit but another
 */
#include "base/json.h"
#include "files/roster_load.h"
#include "plan/selector.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const char sealed_text[] =
    "{\"format\":1,\"plan\":{\"id\":\"nation\",\"name\":\"全国\"},\"units\":["
    "{\"id\":\"ministry\",\"name\":\"部\"},"
    "{\"id\":\"province\",\"name\":\"省\",\"parent\":\"ministry\",\"many\":true},"
    "{\"id\":\"city\",\"name\":\"市\",\"many\":true},"
    "{\"id\":\"county\",\"name\":\"县\",\"many\":true}],"
    "\"rosters\":[{\"file\":\"nation.csv\",\"kinds\":[\"institution\"]}]}";

static void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static struct value *parse(struct arena *arena, const char *text)
{
    static const struct value_limits limits = {1000, 16, 1 << 16};
    struct value *value = NULL;
    struct err err;
    if (json_parse(arena, text, strlen(text), &limits, &value, &err) < 0)
        die(err.message);
    return value;
}

static double now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct roster *load(const struct plan *plan, struct findings *findings, const char *path)
{
    struct err err = {0};
    struct roster *roster = NULL;
    char *slash = strrchr(path, '/'), *folder = strdup(path);
    folder[slash ? slash - path : 0] = '\0';
    int directory = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (roster_new(plan, findings, &roster, &err) < 0 ||
        roster_load(roster, directory, slash ? slash + 1 : path, NULL, path, &err) < 0 ||
        roster_seal(roster, &err) < 0) {
        struct buf text = {0};
        findings_render(&text, findings, 0);
        fprintf(stderr, "%s", text.bytes ? text.bytes : "");
        die(err.message);
    }
    free(folder);
    return roster;
}

static double selector_cost(const struct roster *roster, struct arena *arena, const char *text)
{
    enum { TIMES = 20 };
    struct value *sealed = parse(arena, text);
    double start = now(CLOCK_MONOTONIC);
    for (int i = 0; i < TIMES; i++) {
        struct selector *selector = NULL;
        struct err err;
        if (selector_compile(roster, sealed, &selector, &err) < 0)
            die(err.message);
        selector_free(selector);
    }
    return (now(CLOCK_MONOTONIC) - start) / TIMES * 1e6;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_EN);
    const struct plan *plan = NULL;
    struct err err;
    if (plan_compile(arena, parse(arena, sealed_text), NULL, &plan, &err) < 0)
        die(err.message);
    double start = now(CLOCK_MONOTONIC);
    struct roster *roster = load(plan, &findings, argv[1]);
    double seconds = now(CLOCK_MONOTONIC) - start;
    double processor = now(CLOCK_PROCESS_CPUTIME_ID);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double count = (double)roster_count(roster);
    printf(
        "%u %.4f %.4f %ld %.1f %.1f %.0f %.0f\n", roster_count(roster), seconds, processor,
        usage.ru_maxrss * 1024, (double)roster_bytes(roster, false) / count,
        (double)roster_bytes(roster, true) / count,
        selector_cost(roster, arena, "{\"terms\":[{\"id\":\"institution\"}]}"),
        selector_cost(roster, arena,
                      "{\"terms\":[{\"id\":\"institution\",\"in\":\"p03\",\"but\":[\"#rural\","
                      "\"c003\"]}]}"));
    roster_free(roster);
    findings_free(&findings);
    arena_free(arena);
    return 0;
}
