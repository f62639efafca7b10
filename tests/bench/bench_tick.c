/*
 * A quota and its reminders over many units, through tick, fan-out and forming, with a commit behind every turn.
 * Prints each tick's time, and of the other steps lines a second and the longest turn.
 *
 *   bench_tick [UNITS] [FOLDER]     default 1,000,000, a new folder under /tmp
 */
#include "base/json.h"
#include "engine/engine_data.h"
#include "engine/mail.h"
#include "store/plans.h"
#include "time/civil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char plan_text[] =
    "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"P\",\"issuer\":[\"I\"],\"owner\":\"bureau\","
    "\"issued\":{\"kind\":\"interval\",\"start\":\"2012-06-01\",\"end\":\"2012-06-01\"}},"
    "\"items\":[{\"word\":\"quota\",\"id\":\"essay\",\"name\":\"essay\",\"line\":1,"
    "\"due\":{\"kind\":\"deadline\",\"end\":\"2012-07-05\"},"
    "\"each\":{\"terms\":[{\"id\":\"hospital\"}]},\"count\":{\"min\":2,\"stated\":true}}],"
    "\"reminders\":[{\"before\":[\"7d\",\"3d\",\"1d\"],\"line\":9}],"
    "\"units\":[{\"id\":\"bureau\",\"name\":\"B\"},"
    "{\"id\":\"hospital\",\"name\":\"H\",\"parent\":\"bureau\",\"many\":true}]}";

struct bench {
    struct arena *arena;
    struct findings findings;
    struct calendar *calendar;
    const struct plan *plan;
    struct roster *roster;
    struct store *store;
    struct engine *engine;
    struct err err;
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void check(struct bench *bench, int code)
{
    if (code >= 0)
        return;
    fprintf(stderr, "bench_tick: %s\n", bench->err.message);
    exit(1);
}

/* Every five-hundredth unit leaves some day, so that membership is asked. */
static void make_roster(struct bench *bench, uint32_t units)
{
    bench->findings = findings_new(bench->arena, LANG_EN);
    check(bench, roster_new(bench->plan, &bench->findings, &bench->roster, &bench->err));
    roster_begin_file(bench->roster, "units.csv", strdup(""), 0);
    roster_reserve(bench->roster, units);
    for (uint32_t i = 1; i <= units; i++) {
        char id[16], name[32];
        struct roster_row row = {.staff = -1, .from = DAY_NONE, .until = DAY_OPEN, .line = i};
        row.id.length = (size_t)snprintf(id, sizeof id, "h%07u", i);
        row.name.length = (size_t)snprintf(name, sizeof name, "hospital %u", i);
        row.id.bytes = id;
        row.name.bytes = name;
        row.kind = (struct slice){"hospital", 8};
        row.until = i % 500 == 0 ? civil_day(2013, 6, 30) : DAY_OPEN;
        check(bench, roster_add(bench->roster, &row));
    }
    check(bench, roster_seal(bench->roster, &bench->err));
}

static void open_all(struct bench *bench, uint32_t units, const char *path)
{
    static const struct value_limits limits = {100000, 64, 1 << 20};
    struct value *sealed;
    uint32_t number;
    struct store_revision revision = {.plan = "p",
                                      .hash = "bench",
                                      .text = plan_text,
                                      .length = sizeof plan_text - 1,
                                      .path = "p.lua"};
    bench->arena = arena_new();
    check(bench, calendar_open(NULL, 0, &bench->calendar, &bench->err));
    check(bench, json_parse(bench->arena, plan_text, sizeof plan_text - 1, &limits, &sealed,
                            &bench->err));
    check(bench,
          plan_compile(bench->arena, sealed, bench->calendar, &bench->plan, &bench->err));
    make_roster(bench, units);
    check(bench, store_open(path, STORE_WRITE, &bench->store, &bench->err));
    check(bench, store_take_revision(bench->store, &revision, NULL, 0, &number, &bench->err));
    struct engine_input input = {bench->plan, bench->calendar, bench->roster};
    double start = now_ms();
    check(bench, engine_new(bench->store, &input, 1, &bench->engine, &bench->err));
    check(bench, store_flush(bench->store, &bench->err));
    printf("%-24s %10.1f ms\n", "bind, number units", now_ms() - start);
    start = now_ms();
    check(bench, engine_renew(bench->engine, &bench->err));
    printf("%-24s %10.1f ms\n", "bind again", now_ms() - start);
}

static void tick(struct bench *bench)
{
    size_t count;
    int64_t next = engine_next(bench->engine);
    double start = now_ms();
    check(bench, engine_tick(bench->engine, next, NULL, &bench->err));
    double ticked = now_ms();
    check(bench, store_flush(bench->store, &bench->err));
    double flushed = now_ms();
    const struct store_firing *fired = engine_fired(bench->engine, &count);
    for (size_t i = 0; i < count; i++)
        printf("%-11s %9u %s %9.2f ms, commit %.2f ms, %zu bytes\n", firing_name(fired[i].kind),
               fired[i].units, i ? "   +" : "tick", i ? 0.0 : ticked - start,
               i ? 0.0 : flushed - ticked, fired[i].subjects_length);
}

typedef int (*work)(struct bench *bench, int64_t now);

static int fan(struct bench *bench, int64_t now)
{
    (void)now;
    return engine_fan(bench->engine, &bench->err);
}

static struct mail_desk desk_of(const struct bench *bench)
{
    return (struct mail_desk){.store = bench->store,
                              .engines = &bench->engine,
                              .count = 1,
                              .rules = outbox_rules_plain()};
}

static int form(struct bench *bench, int64_t now)
{
    struct mail_desk desk = desk_of(bench);
    return mail_form(&desk, now, &bench->err);
}

static int send(struct bench *bench, int64_t now)
{
    const struct mail *mails;
    size_t count;
    struct arena *arena = arena_new();
    struct mail_desk desk = desk_of(bench);
    struct store_destination destination = {1, "default"};
    struct mail_end sent = {.result = MAIL_SENT};
    int more = mail_take(&desk, &destination, now, 1000, arena, &mails, &count, &bench->err);
    check(bench, more);
    for (size_t i = 0; i < count; i++)
        check(bench, mail_settle(&desk, &mails[i].message, &sent, now, &bench->err));
    arena_free(arena);
    return more;
}

static void turn_until_done(struct bench *bench, const char *name, work step, int64_t now,
                            uint32_t units)
{
    double begin = now_ms(), longest = 0;
    int turns = 0, more = 1;
    for (; more > 0; turns++) {
        double start = now_ms();
        check(bench, more = step(bench, now));
        check(bench, store_flush(bench->store, &bench->err));
        double took = now_ms() - start;
        longest = took > longest ? took : longest;
    }
    double all = now_ms() - begin;
    printf("%-5s %9.0f ms in %4d turns, longest %6.1f ms, %9.0f a second\n", name, all, turns,
           longest, units / all * 1e3);
}

static int warm(struct bench *bench, int64_t now)
{
    (void)now;
    return engine_warm(bench->engine, &bench->err);
}

/* A piece of every unit, all in the store and none in memory. */
static void hand_in(struct bench *bench, uint32_t units)
{
    struct store_item item;
    const char *id = "essay";
    int64_t numbers[10000];
    enum fact_outcome outcomes[10000];
    struct store_fact *facts = mem_resize(NULL, 10000, sizeof *facts);
    const struct bound *bound = &bench->engine->bounds[0];
    check(bench, store_items(bench->store, bound->number, &id, 1, &item, &bench->err));
    for (uint32_t row = 1; row <= units;) {
        size_t count = 0;
        for (; row <= units && count < 10000; row++)
            facts[count++] = (struct store_fact){.kind = FACT_SUBMITTED,
                                                 .plan = bound->number,
                                                 .item = item.number,
                                                 .unit = bound->numbers[row],
                                                 .period = DAY_NONE,
                                                 .value = 1,
                                                 .moves = 1,
                                                 .in_time = true,
                                                 .actor = ""};
        check(bench, store_append(bench->store, facts, count, numbers, outcomes, &bench->err));
        check(bench, store_flush(bench->store, &bench->err));
    }
    free(facts);
    check(bench, engine_renew(bench->engine, &bench->err));
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    char folder[] = "/tmp/planrun-bench-XXXXXX", path[4096];
    uint32_t units = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
    snprintf(path, sizeof path, "%s/p.db", argc > 2 ? argv[2] : mkdtemp(folder));
    open_all(&bench, units, path);
    int64_t reminder = civil_ms(civil_day(2012, 6, 28), 540);
    while (engine_next(bench.engine) <= reminder)
        tick(&bench);
    turn_until_done(&bench, "fan", fan, reminder, units);
    turn_until_done(&bench, "form", form, reminder, units);
    turn_until_done(&bench, "send", send, reminder, units);
    hand_in(&bench, units);
    printf("%u counters standing, cold\n", units);
    tick(&bench);
    check(&bench, engine_renew(bench.engine, &bench.err));
    printf("the same, warmed\n");
    turn_until_done(&bench, "warm", warm, reminder, units);
    while (engine_next(bench.engine) != INT64_MAX)
        tick(&bench);
    engine_free(bench.engine);
    store_close(bench.store);
    roster_free(bench.roster);
    calendar_close(bench.calendar);
    findings_free(&bench.findings);
    arena_free(bench.arena);
    printf("store: %s\n", path);
    return 0;
}
