/* Plans of one store on one loop: what comes of each is what would come of it alone, whatever others do. */
#include "many_kit.h"

#include "service/serve.h"

static const char *const seeds[] = {"moh2012", "city2012", "nanping2021", "shaoxing2012",
                                    "shashi2010"};
enum { SEEDS = sizeof seeds / sizeof *seeds };

static const char *seed_path(struct site *site, size_t index)
{
    return arena_printf(site->arena, PLANRUN_SOURCE_DIR "/scripts/%s.lua", seeds[index]);
}

/* Lives from the first of them to the end of the last, as fast as it goes. */
static void live(struct many *many)
{
    struct loop_options options = many_options(many);
    options.clock = clock_fast(instant("2009-12-01", 0), INT32_MAX);
    options.until_ms = instant("2022-12-31", 24 * 60);
    int code = loop_run(many->holdings, many->count, &options, &many->site->err);
    if (code < 0)
        print_error("%s\n", many->site->err.message);
    assert_int_equal(code, 0);
    assert_int_equal(many->troubles.length, 0);
}

static void live_alone(struct many *many, const char *path)
{
    struct holding_options options = {.mode = HOLDING_RUN,
                                      .script = path,
                                      .who = "planrun test",
                                      .lang = LANG_ZH,
                                      .fast = true,
                                      .anew = true};
    many->count = 1;
    assert_int_equal(holding_open(&options, &many->holdings[0], &many->site->err), 0);
    live(many);
    holding_close(&many->holdings[0]);
    many->count = 0;
}

static void every_plan_lives_as_it_would_alone(void **state)
{
    struct site *site = *state;
    struct many alone = {.site = site, .box = box_new(CHANNEL_SENT)};
    for (size_t i = 0; i < SEEDS; i++)
        live_alone(&alone, seed_path(site, i));
    for (int backwards = 0; backwards < 2; backwards++) {
        struct many many = {.site = site, .box = box_new(CHANNEL_SENT)};
        many_share(&many);
        for (size_t i = 0; i < SEEDS; i++)
            many_open(&many, seed_path(site, backwards ? SEEDS - 1 - i : i), true);
        live(&many);
        for (size_t i = 0; i < SEEDS; i++) {
            const struct buf *one = journal_of(&alone, seeds[i]);
            assert_true(one->length > 500);
            assert_string_equal(journal_of(&many, seeds[i])->bytes, one->bytes);
        }
        const char *folder = arena_string(site->arena, many.shared.folder);
        many_close(&many, false);
        assert_int_equal(system(arena_printf(site->arena, "rm %s/_service*", folder)), 0);
    }
    many_close(&alone, false);
}

/* ---- a service -------------------------------------------------------------------------------- */

static const char endless[] =
    "plan \"%s\" { \"长期方案\", issuer = \"医院\", owner = \"office\",\n"
    "  issued = \"2012-06-01\", when = \"2012-06-01至2012-06-30\" }\n"
    "unit \"office\" { \"党政办\" }\n"
    "task \"report\" { \"总结\", by = \"office\", due = \"2012-06-20\" }\n";

static const char *write_endless_plan(struct site *site, const char *id)
{
    return many_script(site, id, arena_printf(site->arena, endless, id));
}

/* What a service does while it runs, one step a call. */
struct visit {
    struct many many;
    struct loop *loop;
    const char *paths[3];
    int step;
    int asked;
    uv_timer_t timer;
};

static void take_step(uv_timer_t *timer)
{
    struct visit *visit = timer->data;
    struct many *many = &visit->many;
    struct err *err = &many->site->err;
    switch (visit->step++) {
    case 0: /* one comes while it runs, … */
        assert_int_equal(loop_add(visit->loop, many_open(many, visit->paths[1], false), err),
                         0);
        break;
    case 1: /* … goes, … */
        loop_remove(visit->loop, &many->holdings[1]);
        holding_close(&many->holdings[--many->count]);
        break;
    case 2: /* … and another comes in its place */
        assert_int_equal(loop_add(visit->loop, many_open(many, visit->paths[2], false), err),
                         0);
        break;
    default: loop_end(visit->loop); break;
    }
}

static void begin_visit(void *context, struct loop *loop)
{
    struct visit *visit = context;
    struct err err;
    visit->loop = loop;
    assert_int_equal(loop_add(loop, &visit->many.holdings[0], &err), 0);
    uv_timer_init(loop_uv(loop), &visit->timer);
    visit->timer.data = visit;
    uv_timer_start(&visit->timer, take_step, 100, 100);
}

static void plans_come_and_go_while_it_runs(void **state)
{
    struct site *site = *state;
    struct visit visit = {.many = {.site = site, .box = box_new(CHANNEL_SENT)}};
    struct many *many = &visit.many;
    static const char *const ids[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++)
        visit.paths[i] = write_endless_plan(site, ids[i]);
    many_share(many);
    many_open(many, visit.paths[0], false);
    struct loop_service service = {.shared = &many->shared, .begin = begin_visit};
    struct loop_options options = many_options(many);
    options.service = &service;
    assert_int_equal(loop_run(NULL, 0, &options, &site->err), 1);
    assert_int_equal(visit.step, 4);
    assert_string_equal(journal_of(many, "a")->bytes, journal_of(many, "b")->bytes);
    assert_string_equal(journal_of(many, "a")->bytes, journal_of(many, "c")->bytes);
    many_close(many, false);
}

static void end_at_once(void *context, struct loop *loop)
{
    (void)context;
    loop_end(loop);
}

/* A service whose plans are all bad, or have gone, is one that can be asked and reloaded. */
static void no_plan_is_no_end(void **state)
{
    struct site *site = *state;
    struct many many = {.site = site, .box = box_new(CHANNEL_SENT)};
    struct loop_service service = {.begin = end_at_once};
    struct loop_options options = many_options(&many);
    many_share(&many);
    service.shared = &many.shared;
    options.service = &service;
    assert_int_equal(loop_run(NULL, 0, &options, &site->err), 1);
    many_close(&many, false);
}

/* What a broken plan began to write in the store that all share is of nobody. */
static void a_plan_that_does_not_open_leaves_nothing(void **state)
{
    struct site *site = *state;
    struct many many = {.site = site, .box = box_new(CHANNEL_SENT)};
    struct holding holding;
    const char *const *ids;
    size_t count;
    const char *path =
        many_script(site, "bad",
                    "plan \"bad\" { \"坏\", issuer = \"医院\", issued = \"2012-06-01\" }\n"
                    "unit \"ward\" { \"各病区\", many = true }\nroster \"none.csv\" { }\n");
    many_share(&many);
    assert_true(many_try(&many, path, false, &holding) < 0);
    many_open(&many, write_endless_plan(site, "good"), false);
    assert_int_equal(store_plans(many.shared.store, site->arena, &ids, &count, &site->err), 0);
    assert_int_equal(count, 1);
    assert_string_equal(ids[0], "good");
    many_close(&many, false);
}

/* Commands find a plan where it is; a run alone of one that the service has is refused. */
static void the_store_of_a_plan_is_found(void **state)
{
    struct site *site = *state;
    struct many many = {.site = site, .box = box_new(CHANNEL_SENT)};
    const char *path = write_endless_plan(site, "a"), *name, *id;
    char folder[HOLDER_PATH_MOST];
    assert_int_equal(
        holding_store_of(path, NULL, false, site->arena, &id, &name, folder, &site->err), 0);
    assert_string_equal(name, "a");
    many_share(&many);
    many_open(&many, path, false);
    many_close(&many, false);
    assert_int_equal(
        holding_store_of(path, NULL, false, site->arena, &id, &name, folder, &site->err), 0);
    assert_string_equal(name, HOLDING_SERVICE);
    assert_int_equal(
        holding_store_of(path, NULL, true, site->arena, &id, &name, folder, &site->err), 0);
    assert_string_equal(name, "a.fast");
    struct holding holding;
    struct holding_options options = {
        .mode = HOLDING_RUN, .script = path, .lang = LANG_ZH, .alone = true};
    assert_int_equal(holding_open(&options, &holding, &site->err), ERR_LIMIT);
    assert_non_null(strstr(site->err.message, "planrun serve"));
    holding_close(&holding);
    options.alone = false;
    assert_int_equal(holding_open(&options, &holding, &site->err), 0);
    assert_string_equal(holding.name, HOLDING_SERVICE);
    holding_close(&holding);
}

static int name_of(struct site *site, const char *path, const char **name)
{
    char folder[HOLDER_PATH_MOST];
    const char *id;
    return holding_store_of(path, NULL, false, site->arena, &id, name, folder, &site->err);
}

/* A store beside it that an earlier copy left is not taken for a plan that the service took over. */
static void an_unreadable_store_hides_no_plan(void **state)
{
    struct site *site = *state;
    struct many many = {.site = site, .box = box_new(CHANNEL_SENT)};
    const char *path = write_endless_plan(site, "a"), *name = NULL;
    many_share(&many);
    many_close(&many, false);
    write_file(site, "state/_service.db", "no database at all");
    assert_true(name_of(site, path, &name) < 0);
    write_file(site, "state/a.db", "");
    assert_int_equal(name_of(site, path, &name), 0);
    assert_string_equal(name, "a");
    write_file(site, "state/a.db.adopted", "");
    assert_true(name_of(site, path, &name) < 0);
    assert_non_null(strstr(site->err.message, "_service.db"));
}

/* ---- channels that take their time ------------------------------------------------------------ */

enum { ATTEMPTS = 4, SLOW_MS = 30 };

/* Refuses some attempts, each after a while of real time; one message at a time. */
struct slow {
    struct channel channel;
    struct post *post;
    uv_timer_t timer;
    channel_done done;
    void *context;
    int64_t at_ms[ATTEMPTS]; /* when each attempt was made, in the time that is lived */
    size_t count;
    bool repeated;
};

static void end_slow(uv_timer_t *timer)
{
    struct slow *slow = timer->data;
    bool last = slow->count == ATTEMPTS;
    slow->done(slow->context,
               &(struct channel_end){.result = last ? CHANNEL_SENT : CHANNEL_RETRY});
}

static void send_slowly(struct channel *channel, const struct channel_message *message,
                        channel_done done, void *context)
{
    struct slow *slow = (struct slow *)channel;
    assert_true(slow->count < ATTEMPTS);
    slow->at_ms[slow->count++] = message->sent_ms;
    slow->repeated = slow->repeated || message->repeated;
    slow->done = done;
    slow->context = context;
    uv_timer_start(&slow->timer, end_slow, SLOW_MS, 0);
}

struct slow_life {
    struct many many;
    struct slow slow;
};

static int make_slow(void *context, struct uv_loop_s *uv, struct post **out, struct err *err)
{
    static const struct channel_kind kind = {"slow", send_slowly, NULL, NULL, NULL};
    struct slow *slow = &((struct slow_life *)context)->slow;
    (void)err;
    slow->channel.kind = &kind;
    slow->timer.data = slow;
    uv_timer_init(uv, &slow->timer);
    *out = post_single(&slow->channel);
    return 0;
}

/* Ten million seconds a second, and yet each retry comes at its own, the first attempt with its event. */
static void an_accelerated_clock_stands_while_a_channel_works(void **state)
{
    static const char text[] =
        "plan \"a\" { \"方案\", issuer = \"医院\", owner = \"office\", issued = \"2012-06-01\" }\n"
        "unit \"office\" { \"党政办\" }\n"
        "task \"report\" { \"总结\", by = \"office\", due = \"2012-06-20\", rest_day = \"ignore\" }\n"
        "remind { before = { \"2d\" } }\n";
    static const int64_t waits_ms[] = {5000, 300000, 1800000};
    struct site *site = *state;
    struct slow_life life = {.many = {.site = site, .box = box_new(CHANNEL_SENT)}};
    many_share(&life.many);
    many_open(&life.many, many_script(site, "a", text), true);
    struct loop_options options = many_options(&life.many);
    options.clock = clock_fast(instant("2012-06-01", 0), 10000000);
    options.channel = NULL;
    options.make_post = make_slow;
    assert_int_equal(loop_run(life.many.holdings, 1, &options, &site->err), 0);
    assert_int_equal(life.slow.count, ATTEMPTS);
    assert_false(life.slow.repeated);
    assert_int_equal(life.slow.at_ms[0], instant("2012-06-18", 9 * 60));
    for (size_t i = 1; i < ATTEMPTS; i++) {
        int64_t wait_ms = life.slow.at_ms[i] - life.slow.at_ms[i - 1];
        assert_in_range(wait_ms, waits_ms[i - 1] * 9 / 10, waits_ms[i - 1] * 11 / 10);
    }
    many_close(&life.many, false);
}

int main(void)
{
#define SITED(test) cmocka_unit_test_setup_teardown(test, open_site, close_site)
    const struct CMUnitTest tests[] = {
        SITED(every_plan_lives_as_it_would_alone),
        SITED(plans_come_and_go_while_it_runs),
        SITED(no_plan_is_no_end),
        SITED(a_plan_that_does_not_open_leaves_nothing),
        SITED(the_store_of_a_plan_is_found),
        SITED(an_unreadable_store_hides_no_plan),
        SITED(an_accelerated_clock_stands_while_a_channel_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
