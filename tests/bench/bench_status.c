/*
 * Where a nation stands: roll-ups over the tree of units and over a class of groups, and the pages of
 * units, beside a plain scan of as many counters of two bytes, all in one run.
 *
 *   bench_status [UNITS] [TURNS] [FOLDER]     default 1,000,000 units, 20 turns; FOLDER of the store,
 *                                             default memory. Prints the least of the turns in ms
 */
#include "base/json.h"
#include "engine/board_data.h"
#include "engine/engine_data.h"
#include "engine/page.h"
#include "store/plans.h"
#include "time/civil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    QUOTAS = 10,
    PROVINCES = 31,
    CITIES = 341,
    COUNTIES = 2850,
    GROUPS = 4,    /* in a county */
    FACTS = 20000, /* of a quota */
    BATCH = 1000,
};

struct bench {
    struct arena *arena;
    struct findings findings;
    struct calendar *calendar;
    const struct plan *plan;
    struct roster *roster;
    struct store *store;
    struct engine *engine;
    struct board *board;
    uint16_t *plain[QUOTAS];
    uint32_t units, province, county; /* rows of a page each */
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
    fprintf(stderr, "bench_status: %s\n", bench->err.message);
    exit(1);
}

/* ---- the plan and its roster --------------------------------------------------------------- */

static const char *plan_text(struct bench *bench)
{
    struct buf text = {0};
    buf_adds(&text, "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"P\",\"issuer\":[\"I\"],"
                    "\"owner\":\"ministry\",\"issued\":{\"kind\":\"interval\","
                    "\"start\":\"2012-01-05\",\"end\":\"2012-01-05\"}},\"items\":[");
    for (int i = 0; i < QUOTAS; i++)
        buf_printf(&text,
                   "%s{\"word\":\"quota\",\"id\":\"q%d\",\"name\":\"q%d\",\"line\":1,"
                   "\"due\":{\"kind\":\"deadline\",\"end\":\"2012-%02d-20\"},"
                   "\"each\":{\"terms\":[{\"id\":\"institution\"}]},"
                   "\"count\":{\"min\":%d,\"stated\":true}}",
                   i ? "," : "", i, i, i + 3, i % 3 + 1);
    buf_adds(&text, "],\"reminders\":[],\"units\":[{\"id\":\"ministry\",\"name\":\"M\"},"
                    "{\"id\":\"region\",\"name\":\"R\",\"many\":true},"
                    "{\"id\":\"institution\",\"name\":\"I\",\"many\":true}],"
                    "\"groups\":[{\"id\":\"alliance\",\"name\":\"A\",\"many\":true}]}");
    const char *copy = arena_string(bench->arena, text.bytes);
    buf_free(&text);
    return copy;
}

static void add_row(struct bench *bench, const char *kind, const char *id, const char *parent,
                    const char *groups)
{
    static uint32_t line;
    struct roster_row row = {.staff = -1, .from = DAY_NONE, .until = DAY_OPEN, .line = ++line};
    row.id = row.name = (struct slice){id, strlen(id)};
    row.kind = (struct slice){kind, strlen(kind)};
    row.parent = (struct slice){parent, strlen(parent)};
    row.groups = (struct slice){groups, strlen(groups)};
    check(bench, roster_add(bench->roster, &row));
}

static void add_regions(struct bench *bench)
{
    char id[24], above[24];
    for (int i = 0; i < PROVINCES; i++) {
        snprintf(id, sizeof id, "p%d", i);
        add_row(bench, "region", id, "ministry", "");
    }
    for (int i = 0; i < CITIES; i++) {
        snprintf(id, sizeof id, "c%d", i);
        snprintf(above, sizeof above, "p%d", i % PROVINCES);
        add_row(bench, "region", id, above, "");
    }
    for (int i = 0; i < COUNTIES; i++) {
        snprintf(id, sizeof id, "d%d", i);
        snprintf(above, sizeof above, "c%d", i % CITIES);
        add_row(bench, "region", id, above, "");
        for (int k = 0; k < GROUPS; k++) {
            char group[24];
            snprintf(group, sizeof group, "a%d-%d", i, k);
            add_row(bench, "alliance", group, id, "");
        }
    }
}

/* Seven in eight institutions are in an alliance of their county. */
static void make_roster(struct bench *bench)
{
    bench->findings = findings_new(bench->arena, LANG_EN);
    check(bench, roster_new(bench->plan, &bench->findings, &bench->roster, &bench->err));
    roster_begin_file(bench->roster, "units.csv", strdup(""), 0);
    roster_reserve(bench->roster, bench->units);
    add_regions(bench);
    for (uint32_t i = 0; i < bench->units; i++) {
        char id[24], above[24], group[24];
        uint32_t county = (uint32_t)((uint64_t)i * COUNTIES / bench->units);
        snprintf(id, sizeof id, "i%07u", i);
        snprintf(above, sizeof above, "d%u", county);
        snprintf(group, sizeof group, "a%u-%u", county, i % GROUPS);
        add_row(bench, "institution", id, above, i % 8 ? group : "");
    }
    check(bench, roster_seal(bench->roster, &bench->err));
    bench->province = roster_find(bench->roster, "p7", 2);
    bench->county = roster_find(bench->roster, "d7", 2);
}

/* ---- the store ----------------------------------------------------------------------------- */

/* Pieces of units drawn by chance, the same every time. */
static void hand_in(struct bench *bench, uint32_t item)
{
    const struct bound *bound = &bench->engine->bounds[0];
    struct store_fact facts[BATCH];
    int64_t numbers[BATCH];
    enum fact_outcome outcomes[BATCH];
    uint32_t count = roster_count(bench->roster);
    for (uint32_t done = 0; done < FACTS; done += BATCH) {
        for (uint32_t i = 0; i < BATCH; i++) {
            uint32_t row =
                (uint32_t)(((uint64_t)(done + i) * 2654435761u + item * 40503u) % count);
            facts[i] = (struct store_fact){.kind = FACT_SUBMITTED,
                                           .plan = bound->number,
                                           .item = bound->items[item].number,
                                           .unit = bound->numbers[row],
                                           .period = DAY_NONE,
                                           .value = 3,
                                           .moves = 3,
                                           .in_time = true,
                                           .at_ms = civil_ms(civil_day(2012, 2, 1), 0),
                                           .recorded_ms = civil_ms(civil_day(2012, 2, 1), 0),
                                           .actor = "bench"};
        }
        check(bench, store_append(bench->store, facts, BATCH, numbers, outcomes, &bench->err));
    }
}

static void open_all(struct bench *bench, const char *path)
{
    static const struct value_limits limits = {100000, 64, 1 << 20};
    struct value *sealed;
    uint32_t number;
    bench->arena = arena_new();
    const char *text = plan_text(bench);
    struct store_revision revision = {
        .plan = "p", .hash = "bench", .text = text, .length = strlen(text), .path = "p.lua"};
    check(bench, calendar_open(NULL, 0, &bench->calendar, &bench->err));
    check(bench, json_parse(bench->arena, text, strlen(text), &limits, &sealed, &bench->err));
    check(bench,
          plan_compile(bench->arena, sealed, bench->calendar, &bench->plan, &bench->err));
    make_roster(bench);
    check(bench, store_open(path, STORE_WRITE, &bench->store, &bench->err));
    check(bench, store_take_revision(bench->store, &revision, NULL, 0, &number, &bench->err));
    struct engine_input input = {bench->plan, bench->calendar, bench->roster};
    check(bench, engine_new(bench->store, &input, 1, &bench->engine, &bench->err));
    for (uint32_t i = 0; i < QUOTAS; i++)
        hand_in(bench, i);
    check(bench, store_flush(bench->store, &bench->err));
}

static void make_board(struct bench *bench)
{
    struct board_wish wish = {civil_day(2012, 6, 1), civil_day(2012, 12, 31), true, ITEM_NONE,
                              INT64_MAX};
    double start = now_ms();
    check(bench, board_new(bench->engine, 0, &wish, &bench->board, &bench->err));
    printf("a board from the store   %9.2f ms\n", now_ms() - start);
}

/* The same counters as plain arrays. */
static void make_plain(struct bench *bench)
{
    uint32_t count = roster_count(bench->roster);
    for (int i = 0; i < QUOTAS; i++) {
        bench->plain[i] = malloc(count * sizeof **bench->plain);
        if (!bench->plain[i])
            exit(1);
        for (uint32_t unit = 0; unit < count; unit++)
            bench->plain[i][unit] =
                (uint16_t)progress_missing(bench->board->columns[i][0].progress, unit);
    }
}

/* ---- what is measured ---------------------------------------------------------------------- */

typedef uint64_t (*work)(const struct bench *bench);

static uint64_t scan_plain(const struct bench *bench)
{
    uint64_t sum = 0;
    for (int i = 0; i < QUOTAS; i++) {
        uint32_t behind = 0;
        for (uint32_t unit = 0; unit < roster_count(bench->roster); unit++)
            behind += bench->plain[i][unit] > 0;
        sum += behind;
    }
    return sum;
}

/* The sums of every unit that has others below it, of all ten quotas. */
static uint64_t roll_tree(const struct bench *bench)
{
    uint64_t missing = 0;
    uint32_t count = roster_count(bench->roster);
    for (int i = 0; i < QUOTAS; i++) {
        struct rollup *rollup = rollup_new(bench->roster, bench->board->columns[i][0].progress);
        for (uint32_t unit = 0; unit < count; unit++) {
            struct progress_sum sum = {0};
            uint32_t end = roster_subtree_end(bench->roster, unit);
            if (end > unit + 1)
                rollup_add(rollup, unit, end, &sum);
            missing += sum.missing;
        }
        rollup_free(rollup);
    }
    return missing;
}

/* Those of every group, and of who is in none. */
static uint64_t roll_groups(const struct bench *bench)
{
    uint64_t missing = 0;
    uint32_t count = roster_count(bench->roster);
    const struct grouping *grouping = bench->board->groupings[0];
    for (int i = 0; i < QUOTAS; i++) {
        const struct rollup *rollup = bench->board->columns[i][0].rollup;
        struct progress_sum sum = {0};
        for (uint32_t group = 0; group < grouping_count(grouping); group++)
            grouping_add(grouping, group, rollup, 0, count, &sum);
        grouping_add_rest(grouping, rollup, 0, count, NULL, NULL, &sum);
        missing += sum.missing;
    }
    return missing;
}

static uint64_t roll_both(const struct bench *bench)
{
    return roll_tree(bench) + roll_groups(bench);
}

static uint64_t page_of(const struct bench *bench, uint32_t unit)
{
    struct arena *arena = arena_new();
    struct page page;
    page_make(bench->board, unit, arena, &page);
    const struct page_section *tree = &page.sections[0];
    uint64_t rows = 0;
    for (uint32_t i = 0; i < page.count; i++)
        rows += page.sections[i].count;
    rows += tree->rows[tree->count - 1].cells[0].sum.missing * UINT64_C(0);
    arena_free(arena);
    return rows;
}

static uint64_t page_county(const struct bench *bench)
{
    return page_of(bench, bench->county);
}

static uint64_t page_province(const struct bench *bench)
{
    return page_of(bench, bench->province);
}

static uint64_t page_all(const struct bench *bench)
{
    return page_of(bench, UNIT_NONE);
}

static const struct {
    const char *name;
    work run;
} works[] = {
    {"bare scan", scan_plain},         {"roll-up, tree of units", roll_tree},
    {"roll-up, groups", roll_groups},  {"roll-up, both", roll_both},
    {"a county's page", page_county},  {"a province's page", page_province},
    {"the ministry's page", page_all},
};

enum { WORKS = sizeof works / sizeof *works };

static void measure(struct bench *bench, int turns)
{
    double least[WORKS];
    uint64_t found[WORKS];
    for (int turn = 0; turn < turns; turn++)
        for (int i = 0; i < WORKS; i++) {
            double start = now_ms();
            found[i] = works[i].run(bench);
            double took = now_ms() - start;
            least[i] = turn == 0 || took < least[i] ? took : least[i];
        }
    for (int i = 0; i < WORKS; i++)
        printf("%-24s %9.3f ms  %8.3f of a bare scan  (%llu)\n", works[i].name, least[i],
               least[i] / least[0], (unsigned long long)found[i]);
}

int main(int argc, char **argv)
{
    struct bench bench = {.units = argc > 1 ? (uint32_t)atoi(argv[1]) : 1000000};
    int turns = argc > 2 ? atoi(argv[2]) : 20;
    char path[256];
    snprintf(path, sizeof path, "%s/status.db", argc > 3 ? argv[3] : "");
    open_all(&bench, argc > 3 ? path : NULL);
    make_board(&bench);
    make_plain(&bench);
    measure(&bench, turns);
    uint32_t count = roster_count(bench.roster);
    printf("%u units, %d quotas: %.1f bytes a unit of roster, %.1f of columns and roll-ups\n",
           count, QUOTAS, (double)roster_bytes(bench.roster, false) / count,
           (double)board_bytes(bench.board) / count);
    for (int i = 0; i < QUOTAS; i++)
        free(bench.plain[i]);
    board_free(bench.board);
    engine_free(bench.engine);
    store_close(bench.store);
    roster_free(bench.roster);
    findings_free(&bench.findings);
    calendar_close(bench.calendar);
    arena_free(bench.arena);
    return 0;
}
