/* Handlers of a plan that runs: what they are told about units, what they make, what is recorded of
 * one that fails. */
#include "engine/handler.h"
#include "service/calls.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- a plan of two wards with five people ---------------------------------------------------------- */

static const char HEAD[] =
    "plan \"p\" { \"方案\", issuer = \"护理部\", issued = \"2026年3月2日\", when = \"2026年3月2日至5月底\" }\n"
    "unit \"nursing\" { \"护理部\" }\n"
    "unit \"ward\" { \"各病区\", parent = \"nursing\", many = true }\n"
    "roster \"r.csv\" { \"person\" }\n"
    "quota \"notes\" { \"读书笔记\", each = \"person\", count = 2, due = \"5月20日前\" }\n"
    "task \"meeting\" { \"读书交流会\", each = \"ward\", due = \"5月底前\" }\n";

static const char ROSTER[] = "id,name,kind,parent,groups,tags,staff,contact,from,until\n"
                             "ward-1,一病区,ward,nursing,,,,,,\n"
                             "w1-01,一病区01号,person,ward-1,,,,,,\n"
                             "w1-02,一病区02号,person,ward-1,,,,,,\n"
                             "ward-2,二病区,ward,nursing,,,,,,\n"
                             "w2-01,二病区01号,person,ward-2,,,,,,\n"
                             "w2-02,二病区02号,person,ward-2,,,,,,\n"
                             "w2-03,二病区03号,person,ward-2,,,,,,\n";

struct world {
    char folder[64];
    char script[100];
    struct holding holding;
    struct calls *calls;
    int64_t now_ms;
};

static void put(const struct world *world, const char *name, const char *a, const char *b)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", world->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(a, file);
    fputs(b, file);
    fclose(file);
}

static void open_world(struct world *world, const char *handlers, enum lang lang)
{
    struct err err = {0};
    *world = (struct world){0};
    strcpy(world->folder, "/tmp/planrun-calls-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->script, sizeof world->script, "%s/p.lua", world->folder);
    put(world, "p.lua", HEAD, handlers);
    put(world, "r.csv", ROSTER, "");
    put(world, "texts.lua", "return { late = \"还差\" }", "");
    struct holding_options options = {
        .mode = HOLDING_MEMORY, .script = world->script, .who = "test", .lang = lang};
    if (holding_open(&options, &world->holding, &err) < 0)
        fail_msg("%s", err.message);
    world->calls = calls_new(&world->holding, lang);
}

static void close_world(struct world *world)
{
    static const char *const names[] = {"p.lua", "r.csv", "texts.lua"};
    char path[200];
    calls_free(world->calls);
    holding_close(&world->holding);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", world->folder, names[i]);
        unlink(path);
    }
    rmdir(world->folder);
}

/* Decides one event after another, each at its time, and runs what is pending. */
static void live(struct world *world, bool (*run)(struct world *world))
{
    struct engine *engine = world->holding.engine;
    struct clock_reading clock = {.boot_id = "test"};
    struct err err = {0};
    int64_t next;
    while ((next = engine_next(engine)) != INT64_MAX) {
        world->now_ms = clock.wall_ms = next;
        int code;
        do
            code = engine_tick(engine, next, &clock, &err);
        while (code > 0);
        if (code < 0)
            fail_msg("%s", err.message);
        if (!run(world))
            return;
    }
}

static bool run_all(struct world *world)
{
    struct err err = {0};
    if (calls_wait(world->calls, world->now_ms, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(store_flush(world->holding.store, &err), 0);
    return true;
}

/* ---- the journal, as far as handlers go ------------------------------------------------------------ */

struct telling {
    struct world *world;
    struct buf *out;
};

static bool tell(void *context, const struct store_firing *firing)
{
    const struct telling *telling = context;
    if (firing->kind != EVENT_NOTICE && firing->handler == HANDLER_NONE)
        return true;
    struct arena *arena = arena_new();
    struct journal_row row;
    struct err err = {0};
    assert_int_equal(engine_row(telling->world->holding.engine, firing, arena, &row, &err), 0);
    static const char *const states[] = {"", " pending", " done", " failed"};
    buf_printf(telling->out, "%s%s%s%s %u%s%s\n", firing_name(firing->kind),
               row.item_id ? " " : "", row.item_id ? row.item_id : "", states[firing->handler],
               firing->units, firing->text ? " " : "", firing->text ? firing->text : "");
    if (firing->kind == EVENT_NOTICE && row.role && strcmp(row.role, "contact") != 0)
        buf_printf(telling->out, "  to %s by %s\n", row.role, row.channel);
    arena_free(arena);
    return true;
}

static void tell_all(struct world *world, struct buf *out)
{
    struct telling telling = {world, out};
    struct store_filter filter = {0};
    struct err err = {0};
    assert_int_equal(store_journal(world->holding.store, &filter, tell, &telling, &err), 0);
    buf_adds(out, "");
}

/* ---- what is made ------------------------------------------------------------------------------------ */

static const struct {
    enum lang lang;
    const char *handlers, *journal; /* the journal's part that is to be found */
} rows[] = {
    {LANG_EN,
     "on(\"quota.open\", \"notes\", function(event)\n"
     "  notify(event.units, event.item.name .. event.units:count() .. event.item.due)\nend)",
     "quota.open notes done 5\nnotice notes 5 读书笔记52026-05-20\n"},
    {LANG_EN,
     "on(\"quota.late\", function(event)\n  local late = event.units:behind(\"notes\")\n"
     "  notify(late, require(\"texts\").late .. late:count() .. late:first(1)[1].name, { to = \"head\", channel = \"mail\" })\n"
     "end)\nlocal texts = require \"texts\"",
     "quota.late notes done 5\nnotice notes 5 还差5一病区01号\n  to head by mail\n"},
    {LANG_EN,
     "on(\"task.due\", function(event) notify(\"ward-1\", event.plan.name) end)\n"
     "on(\"quota.late\", \"notes\", function(event)\n"
     "  notify({ \"w1-01\", \"w2-03\", \"w1-01\", event.units:behind(\"meeting\") }, \"两人\")\n"
     "  notify(\"ward\", \"各病区\")\n  notify({}, \"无人\")\nend)",
     "quota.late notes done 5\nnotice notes 2 两人\nnotice notes 2 各病区\n"
     "task.due meeting done 2\nnotice meeting 1 方案\n"},
    {LANG_EN,
     "on(\"quota.late\", \"notes\", function(event)\n  notify(event.units, \"a\")\n  error(\"坏了\")\nend)",
     "quota.late notes failed 5 p.lua:9: 坏了\n"},
    {LANG_EN, "on(\"quota.late\", \"notes\", function(event)\n  while true do end\nend)",
     "quota.late notes failed 5 p.lua:8: the script runs longer than a plan may\n"},
    {LANG_EN,
     "on(\"quota.late\", \"notes\", function(event)\n  local n = event.units:behind(\"nots\")\nend)",
     "quota.late notes failed 5 p.lua:8: behind: the plan has no item “nots”"},
    {LANG_ZH, "\non(\"quota.late\", \"notes\", function(event) notify(\"nobody\", \"a\") end)",
     "quota.late notes failed 5 p.lua:8: notify：方案和名册里没有单位“nobody”\n"},
    {LANG_EN, "on(\"quota.late\", \"notes\", function(event) notify(\"nobody\", \"a\") end)",
     "quota.late notes failed 5 p.lua:7: notify: no unit “nobody”"},
    {LANG_EN,
     "on(\"plan.start\", function(event) notify(event.units, event.name .. event.at) end)",
     "plan.start done 7\nnotice 7 plan.start2026-03-02T00:00\n"},
};

static void handlers_make_notices(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        struct buf journal = {0};
        open_world(&world, rows[i].handlers, rows[i].lang);
        live(&world, run_all);
        tell_all(&world, &journal);
        if (!strstr(journal.bytes, rows[i].journal))
            fail_msg("%s:\n%s", rows[i].handlers, journal.bytes);
        assert_null(strstr(journal.bytes, "pending"));
        assert_true(calls_ended(world.calls) > 0);
        buf_free(&journal);
        close_world(&world);
    }
}

/* ---- step by step ------------------------------------------------------------------------------------- */

static bool run_half(struct world *world)
{
    struct err err = {0};
    short events = 0;
    int64_t deadline = 0;
    assert_int_equal(calls_fd(world->calls, &events, &deadline), -1);
    int code = calls_step(world->calls, world->now_ms, &err);
    if (code == 0)
        return true;
    assert_int_equal(code, 1);
    assert_true(calls_fd(world->calls, &events, &deadline) >= 0);
    assert_true(events != 0 && deadline > 0);
    calls_free(world->calls); /* as if the process had ended */
    world->calls = calls_new(&world->holding, LANG_EN);
    return false;
}

static void an_interrupted_call_begins_anew(void **state)
{
    (void)state;
    struct world world;
    struct buf journal = {0};
    open_world(&world, "on(\"plan.start\", function(event) notify(event.units, \"a\") end)",
               LANG_EN);
    live(&world, run_half);
    tell_all(&world, &journal);
    assert_string_equal(journal.bytes, "plan.start pending 7\n");
    buf_free(&journal);
    run_all(&world);
    assert_int_equal(calls_ended(world.calls), 1);
    size_t count;
    const struct store_firing *fired = engine_fired(world.holding.engine, &count);
    assert_int_equal(count, 1);
    assert_string_equal(fired[0].text, "a");
    tell_all(&world, &journal);
    assert_string_equal(journal.bytes, "plan.start done 7\nnotice 7 a\n");
    buf_free(&journal);
    close_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handlers_make_notices),
        cmocka_unit_test(an_interrupted_call_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
