/*
 * model-driver: lives the worlds of tests/model/world.lua in the real engine over a store in memory, so
 * that model.lua can be compared with it. A line of standard input is a JSON object:
 *
 *   {"world":SEED,"plan":{sealed plan},"roster":CSV}    begins a world; an earlier one is over
 *   {"now":INSTANT,"say":{"kind":"submit",…}}          something is said, by the names of struct
 *                                                       fact_request; "@3" as fact or piece is the number
 *                                                       of what the third saying recorded
 *   {"now":INSTANT,"change":{"event":"join",…}}        the roster changes, by the names of struct
 *                                                       roster_change
 *   {"now":INSTANT,"ask":ITEM}                          where the item stands on that day
 *
 * and is answered by lines of words apart by blanks, "end" behind the last:
 *
 *   said ok DONE NEED DUE [late] [met] [excused] [repeated] [STATE [counts]] | said no # MESSAGE
 *   duty PERIOD PHASE DUE
 *   node UNIT ASKED MET INTIME EXCUSED MISSING          its subtree; who asks nobody is left out
 *   behind UNIT … / unmet UNIT …                        engine_behind; not engine_met
 *   standing PERIOD PHASE DUE ASKED MET EXCUSED MISSING [late]
 */
#include "base/json.h"
#include "engine/engine_data.h"
#include "engine/fact.h"
#include "files/roster_csv.h"
#include "plan/rollup.h"
#include "plan/roster_life.h"
#include "service/holding.h"
#include "service/inputs.h"
#include "store/plans.h"
#include "time/civil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAYINGS_MOST = 1000, CHANGES_MOST = 100, AHEAD = 4000 };

struct world {
    struct arena *arena;
    struct findings findings;
    const char *roster; /* CSV */
    struct holding holding;
    int64_t numbers[SAYINGS_MOST + 1];
    size_t sayings;
    struct roster_change changes[CHANGES_MOST]; /* by day */
    size_t change_count;
};

struct driver {
    struct host *host;
    struct world *world;
};

static void check(int code, const struct err *err)
{
    if (code >= 0)
        return;
    printf("broken # %d: %s\nend\n", code, err->message);
    fflush(stdout);
    exit(1);
}

/* ---- a world --------------------------------------------------------------------------------- */

static void world_end(struct driver *driver)
{
    struct world *world = driver->world;
    if (!world)
        return;
    engine_free(world->holding.engine);
    store_close(world->holding.store);
    roster_free(world->holding.roster);
    arena_free(world->holding.plan_arena);
    findings_free(&world->findings);
    arena_free(world->arena);
    free(world);
    driver->world = NULL;
}

static int load_roster(struct world *world, struct roster *roster, int32_t day,
                       const struct roster_change *last, struct err *err)
{
    size_t length = strlen(world->roster);
    char *text = mem_resize(NULL, length + 1, 1);
    memcpy(text, world->roster, length + 1);
    int code = roster_load_csv_bytes(roster, "roster.csv", text, length, err);
    roster_set_day(roster, day);
    for (size_t i = 0; code == 0 && i < world->change_count; i++)
        code = roster_change(roster, &world->changes[i], err);
    if (code == 0)
        code = roster_seal(roster, err);
    if (code < 0 && world->findings.count)
        err_set(err, code, "%s", world->findings.list[0].message);
    return code == 0 && last ? roster_check_left(roster, last, LANG_EN, err) : code;
}

/* Roster and engine of a day; the old ones stay when that is not possible. */
static int build(struct driver *driver, int32_t day, const struct roster_change *last,
                 struct err *err)
{
    struct world *world = driver->world;
    struct holding *holding = &world->holding;
    struct roster *roster = NULL;
    int code = roster_new(holding->plan, &world->findings, &roster, err);
    if (code == 0)
        code = load_roster(world, roster, day, last, err);
    if (code < 0) {
        roster_free(roster);
        return code;
    }
    engine_free(holding->engine);
    roster_free(holding->roster);
    holding->roster = roster;
    struct engine_input input = {holding->plan, host_calendar(driver->host), roster};
    return engine_new(holding->store, &input, 1, &holding->engine, err);
}

/* The holding as holding_open makes it of a plan that was taken just now. */
static void open_holding(struct driver *driver, const struct value *plan)
{
    struct world *world = driver->world;
    struct holding *holding = &world->holding;
    struct buf text = {0};
    struct err err = {0};
    uint32_t number;
    json_write(&text, plan);
    holding->arena = world->arena;
    holding->plan_arena = arena_new();
    holding->host = driver->host;
    holding->id = holding->name = value_get_string(value_get(plan, "plan"), "id");
    holding->script = "p.lua";
    holding->revision = (struct store_revision){
        .plan = holding->id,
        .hash = arena_printf(world->arena, "%064zx", text.length),
        .text = arena_copy(world->arena, text.bytes, text.length),
        .length = text.length,
        .path = holding->script,
    };
    buf_free(&text);
    check(store_open(NULL, STORE_WRITE, &holding->store, &err), &err);
    check(store_take_revision(holding->store, &holding->revision, NULL, 0, &number, &err),
          &err);
    check(plan_compile(holding->plan_arena, plan, host_calendar(driver->host), &holding->plan,
                       &err),
          &err);
    check(build(driver, DAY_NONE, NULL, &err), &err);
}

static void world_begin(struct driver *driver, const struct value *line)
{
    world_end(driver);
    struct world *world = mem_resize(NULL, 1, sizeof *world);
    memset(world, 0, sizeof *world);
    world->arena = arena_new();
    world->findings = findings_new(world->arena, LANG_EN);
    driver->world = world;
    world->roster = arena_string(world->arena, value_get_string(line, "roster"));
    open_holding(driver, value_copy(world->arena, value_get(line, "plan")));
    printf("world\n");
}

/* ---- saying ---------------------------------------------------------------------------------- */

/* "2012-06-10T09:00" of the plan's zone. */
static int64_t instant(const char *text)
{
    return civil_ms(civil_parse(text, 10), civil_parse_minute(text + 11, 5));
}

static const char *day_text(int32_t day, char *text)
{
    return day == DAY_NONE || day == DAY_OPEN ? "-" : civil_format(day, text);
}

/* "@3" becomes the number that the third saying got. */
static void resolve(const struct world *world, struct arena *arena, struct value *say,
                    const char *field)
{
    const char *text = value_get_string(say, field);
    if (!text || text[0] != '@')
        return;
    size_t saying = strtoul(text + 1, NULL, 10);
    int64_t number = saying <= SAYINGS_MOST ? world->numbers[saying] : 0;
    value_set_int(arena, say, field, number ? number : 999999);
}

static bool read_kind(const char *word, enum fact_kind *kind)
{
    static const struct {
        const char *word;
        enum fact_kind kind;
    } kinds[] = {{"submit", FACT_SUBMITTED}, {"excuse", FACT_EXCUSED},
                 {"extend", FACT_EXTENDED},  {"withdraw", FACT_WITHDRAWN},
                 {"accept", FACT_ACCEPTED},  {"return", FACT_RETURNED},
                 {"rework", FACT_REWORKED},  {"recommend", FACT_RECOMMENDED},
                 {"select", FACT_SELECTED}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (word && strcmp(word, kinds[i].word) == 0) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

static int32_t read_day(const struct value *request, const char *field)
{
    const char *text = value_get_string(request, field);
    return text ? civil_parse(text, 10) : DAY_NONE;
}

static void show_answer(const struct fact_answer *answer)
{
    char due[11];
    printf("said ok %lld %u %s", (long long)answer->done, answer->need,
           day_text(answer->duty.official, due));
    printf("%s%s%s%s", answer->late ? " late" : "", answer->met ? " met" : "",
           answer->excused ? " excused" : "",
           answer->outcome == FACT_REPEATED ? " repeated" : "");
    if (answer->piece)
        printf(" %s%s", piece_state_name(answer->state),
               answer->why == PIECE_COUNTS ? " counts" : "");
    printf("\n");
}

static int64_t say_fact(struct world *world, const struct value *request, int64_t now_ms,
                        struct arena *arena)
{
    const char *at = value_get_string(request, "at");
    struct err err = {0};
    struct fact_answer answer;
    struct fact_request fact = {
        .item = value_get_string(request, "item"),
        .unit = value_get_string(request, "unit"),
        .person = value_get_string(request, "person"),
        .count = value_get_int(request, "count", 1),
        .at_ms = at ? instant(at) : now_ms,
        .period = read_day(request, "period"),
        .phase = value_get_string(request, "phase"),
        .until = read_day(request, "until"),
        .fact = value_get_int(request, "fact", 0),
        .piece = value_get_int(request, "piece", 0),
        .key = value_get_string(request, "key"),
        .actor = value_get_string(request, "actor"),
        .note = value_get_string(request, "note"),
        .chars = value_get_int(request, "chars", -1),
        .minutes = value_get_int(request, "minutes", -1),
    };
    int code = read_kind(value_get_string(request, "kind"), &fact.kind)
                   ? engine_fact(world->holding.engine, 0, &fact, now_ms, arena, &answer, &err)
                   : err_set(&err, ERR_INTERNAL, "no such kind");
    if (code < 0)
        printf("said no # %s\n", err.message);
    else
        show_answer(&answer);
    return code < 0 ? 0 : answer.number;
}

static void say(struct world *world, const struct value *line, struct arena *arena)
{
    struct value *request = value_copy(arena, value_get(line, "say"));
    resolve(world, arena, request, "fact");
    resolve(world, arena, request, "piece");
    int64_t number = say_fact(world, request, instant(value_get_string(line, "now")), arena);
    if (world->sayings < SAYINGS_MOST)
        world->numbers[++world->sayings] = number;
}

/* ---- changing the roster --------------------------------------------------------------------- */

static struct slice slice_of(const struct value *map, const char *field)
{
    const char *text = value_get_string(map, field);
    return text ? (struct slice){text, strlen(text)} : (struct slice){0};
}

static struct roster_change read_change(const struct value *map)
{
    static const char *const events[] = {"join",     "open",   "leave", "close",
                                         "transfer", "absent", "merge", "change"};
    int32_t until = read_day(map, "until");
    struct roster_change change = {
        .day = read_day(map, "day"),
        .unit = slice_of(map, "unit"),
        .into = slice_of(map, "into"),
        .name = slice_of(map, "name"),
        .kind = slice_of(map, "kind"),
        .parent = slice_of(map, "parent"),
        .groups = slice_of(map, "groups"),
        .staff = (int32_t)value_get_int(map, "staff", -1),
        .until = until == DAY_NONE ? DAY_OPEN : until,
    };
    for (int i = 0; i <= ROSTER_CHANGE; i++)
        if (strcmp(events[i], value_get_string(map, "event")) == 0)
            change.event = (enum roster_event)i;
    return change;
}

/* Facts of the roster are read by day, in the order in which they were said. */
static void change(struct driver *driver, const struct value *line)
{
    struct world *world = driver->world;
    struct err err = {0};
    int32_t today = civil_parse(value_get_string(line, "now"), 10);
    struct roster_change last =
        read_change(value_copy(world->arena, value_get(line, "change")));
    size_t at = world->change_count;
    if (at == CHANGES_MOST)
        check(err_set(&err, ERR_LIMIT, "too many changes"), &err);
    for (; at > 0 && world->changes[at - 1].day > last.day; at--)
        world->changes[at] = world->changes[at - 1];
    world->changes[at] = last;
    world->change_count++;
    if (build(driver, today, &last, &err) == 0) {
        world->changes[at].recorded = true;
        printf("said ok\n");
        return;
    }
    printf("said no # %s\n", err.message);
    world->change_count--;
    memmove(&world->changes[at], &world->changes[at + 1],
            (world->change_count - at) * sizeof *world->changes);
}

/* As the loop does: a change that lay ahead has its day. */
static void renew(struct driver *driver, const struct value *line)
{
    struct err err = {0};
    int32_t today = civil_parse(value_get_string(line, "now"), 10);
    if (!roster_holds(driver->world->holding.roster, today))
        check(build(driver, today, NULL, &err), &err);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void show_duty(const struct world *world, const char *word, const struct duty *duty)
{
    char period[11], due[11];
    uint32_t phase = duty->occasion.phase;
    printf("%s %s %s %s", word, day_text(duty->occasion.period, period),
           phase == ITEM_NONE ? "-" : world->holding.plan->items[phase].id,
           day_text(duty->official, due));
}

static void show_sum(const char *node, const struct progress_sum *sum)
{
    printf("node %s %u %u %u %u %u\n", node, sum->asked, sum->met, sum->in_time, sum->excused,
           sum->missing);
}

/* The whole column by itself must say what its nodes do. */
static void show_nodes(const struct world *world, const struct progress *progress)
{
    const struct roster *roster = world->holding.roster;
    struct rollup *rollup = rollup_new(roster, progress);
    struct progress_sum all = progress_sum(progress);
    show_sum("*", &all);
    for (uint32_t node = 0; node < roster_count(roster); node++) {
        struct progress_sum sum = {0};
        rollup_add(rollup, node, roster_subtree_end(roster, node), &sum);
        if (sum.asked)
            show_sum(roster_id(roster, node), &sum);
    }
    rollup_free(rollup);
}

static void show_people(struct world *world, const struct duty *duty, int32_t day,
                        struct arena *arena)
{
    struct engine *engine = world->holding.engine;
    const struct roster *roster = world->holding.roster;
    uint32_t count, *units = arena_array(arena, roster_count(roster) + 1, sizeof *units);
    struct err err = {0};
    check(engine_behind(engine, 0, duty, day, units, roster_count(roster), &count, &err), &err);
    printf("behind");
    for (uint32_t i = 0; i < count; i++)
        printf(" %s", roster_id(roster, units[i]));
    printf("\nunmet");
    for (uint32_t unit = 0; unit < roster_count(roster); unit++) {
        bool met;
        check(engine_met(engine, 0, duty, unit, &met, &err), &err);
        if (!met)
            printf(" %s", roster_id(roster, unit));
    }
    printf("\n");
}

static void show_column(struct world *world, const struct duty *duty, int32_t day)
{
    struct engine *engine = world->holding.engine;
    struct column *column;
    struct err err = {0};
    check(bound_column(engine, &engine->bounds[0], duty, day, &column, &err), &err);
    show_duty(world, "duty", duty);
    printf("\n");
    show_nodes(world, column->progress);
}

static void show_standing(struct world *world, uint32_t item, int32_t day, struct arena *arena)
{
    const struct standing *list;
    size_t count;
    struct err err = {0};
    check(engine_standing(world->holding.engine, 0, item, day, arena, &list, &count, &err),
          &err);
    for (size_t i = 0; i < count; i++) {
        show_duty(world, "standing", &list[i].duty);
        printf(" %u %u %u %u%s\n", list[i].asked, list[i].met, list[i].excused, list[i].missing,
               list[i].late ? " late" : "");
    }
}

static void ask(struct world *world, const struct value *line, struct arena *arena)
{
    int32_t first, last, day = civil_parse(value_get_string(line, "now"), 10);
    uint32_t item = plan_find(world->holding.plan, value_get_string(line, "ask"));
    const struct agenda *agenda = engine_agenda(world->holding.engine, 0);
    const struct duty *duties;
    size_t count;
    agenda_span(agenda, &first, &last);
    agenda_duties(agenda, item, first, first + AHEAD, arena, &duties, &count);
    for (size_t i = 0; i < count; i++) {
        show_column(world, &duties[i], day);
        show_people(world, &duties[i], day, arena);
    }
    show_standing(world, item, day, arena);
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void take_line(struct driver *driver, const char *text, size_t length)
{
    static const struct value_limits limits = {1000000, 64, 1 << 28};
    struct arena *arena = arena_new();
    struct value *line = NULL;
    struct err err = {0};
    check(json_parse(arena, text, length, &limits, &line, &err), &err);
    if (value_get(line, "world")) {
        world_begin(driver, line);
    } else if (value_get(line, "change")) {
        change(driver, line);
    } else if (value_get(line, "say")) {
        renew(driver, line);
        say(driver->world, line, arena);
    } else {
        ask(driver->world, line, arena);
    }
    printf("end\n");
    arena_free(arena);
}

int main(void)
{
    struct driver driver = {0};
    struct err err = {0};
    char *text = NULL;
    size_t room = 0;
    check(inputs_open_host(&driver.host, &err), &err);
    for (ssize_t length; (length = getline(&text, &room, stdin)) > 0;)
        take_line(&driver, text, (size_t)length - (text[length - 1] == '\n'));
    world_end(&driver);
    host_close(driver.host);
    free(text);
    return 0;
}
