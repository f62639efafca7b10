/* A plan lived through: what is held, what is asked, and what the loop makes of it, from the script to
 * the messages, with the real evaluator. */
#include "loop_kit.h"

/* ---- tests ------------------------------------------------------------------------------------ */

static const char whole_year[] = "2012-06-01 00:00 plan.start - 0 4 0 \n"
                                 "2012-06-10 00:00 phase.start mobilise 0 3 0 \n"
                                 "2012-06-10 00:00 quota.open essays 0 3 0 \n"
                                 "2012-06-10 00:00 notice mobilise 0 3 0 动员阶段开始\n"
                                 "2012-07-24 09:00 reminder essays -7 3 0 \n"
                                 "2012-07-30 09:00 reminder essays -1 3 0 \n"
                                 "2012-08-01 00:00 quota.late essays 0 3 0 \n"
                                 "2012-08-01 00:00 phase.end mobilise 0 3 0 \n"
                                 "2012-12-13 09:00 reminder report -7 1 0 \n"
                                 "2012-12-19 09:00 reminder report -1 1 0 \n"
                                 "2012-12-21 00:00 task.due report 0 1 0 \n"
                                 "2013-01-01 00:00 plan.end - 0 4 0 \n";

static void simulate(struct site *site, struct journal *journal)
{
    struct holding holding;
    hold(site, HOLDING_MEMORY, false, &holding);
    int code = loop_simulate(&holding, INT64_MAX, note_fired, journal, LANG_ZH, &site->err);
    if (code < 0)
        print_error("%s\n", site->err.message);
    assert_int_equal(code, 0);
    holding_close(&holding);
}

static void simulation_is_the_year(void **state)
{
    struct site *site = *state;
    struct journal first = {0}, second = {0};
    simulate(site, &first);
    simulate(site, &second);
    assert_string_equal(first.text.bytes, second.text.bytes);
    assert_string_equal(first.text.bytes, whole_year);
    free_journal(&first, NULL);
    free_journal(&second, NULL);
}

static void fast_year_equals_simulation(void **state)
{
    struct site *site = *state;
    struct journal simulated = {0}, lived = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    simulate(site, &simulated);
    hold(site, HOLDING_RUN, true, &holding);
    assert_string_equal(holding.name, "loop.fast");
    struct loop_options options = run_options(&box, &lived);
    options.clock = clock_fast(instant("2012-06-01", 0), INT32_MAX);
    int code = loop_run(&holding, 1, &options, &site->err);
    assert_int_equal(code, 0);
    assert_string_equal(lived.text.bytes, simulated.text.bytes);
    assert_int_equal(lived.troubles, 0);
    assert_non_null(strstr(box.text.bytes, "一病区: 动员阶段开始\n"));
    assert_non_null(strstr(box.text.bytes,
                           "三病区: 征文：应交2篇，还差2篇；7月31日（周二）截止，还有1天\n"));
    assert_int_equal(box.count, 3 + 3 + 3 + 1 + 1);
    holding_close(&holding);
    free_journal(&simulated, NULL);
    free_journal(&lived, &box);
}

/* Killed between an event and its handler: the clock stands until that has run. */
static void a_resumed_year_goes_on_at_its_instant(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    struct holding_options resumed = options_of(site, HOLDING_RUN);
    int64_t opening_ms = instant("2012-06-10", 0), at_ms;
    struct clock_reading reading = {.wall_ms = opening_ms};
    hold(site, HOLDING_RUN, true, &holding);
    assert_int_equal(engine_tick(holding.engine, opening_ms, &reading, &site->err), 0);
    assert_int_equal(store_flush(holding.store, &site->err), 0);
    holding_close(&holding);
    resumed.fast = true;
    assert_int_equal(holding_open(&resumed, &holding, &site->err), 0);
    assert_int_equal(holding_reached(&holding, &at_ms, &site->err), 0);
    assert_int_equal(at_ms, opening_ms);
    struct loop_options options = run_options(&box, &journal);
    options.clock = clock_fast(at_ms, INT32_MAX);
    options.clock.real_ms -= 10; /* that is how long the beginning took */
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
    assert_string_equal(journal.text.bytes, strstr(whole_year, "2012-06-10 00:00 notice"));
    assert_int_equal(box.count, 3 + 3 + 3 + 1 + 1);
    holding_close(&holding);
    free_journal(&journal, &box);
}

/* The year is long over: all of it is decided in one go, and nothing is left to be said. */
static void once_catches_up(void **state)
{
    struct site *site = *state;
    for (int turn = 0; turn < 2; turn++) {
        struct journal journal = {0};
        struct box box = box_new(CHANNEL_SENT);
        struct holding holding;
        hold(site, HOLDING_RUN, false, &holding);
        struct loop_options options = run_options(&box, &journal);
        options.once = true;
        assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
        assert_int_equal(journal.count > 0, turn == 0);
        assert_int_equal(engine_next(holding.engine) == INT64_MAX, true);
        assert_int_equal(box.count, 0);
        holding_close(&holding);
        free_journal(&journal, &box);
    }
}

/* A message that its channel did not take is there to be tried again. */
static void once_leaves_what_is_tried_later(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_RETRY);
    struct holding holding;
    int64_t next_ms = 0;
    hold(site, HOLDING_RUN, true, &holding);
    struct loop_options options = run_options(&box, &journal);
    options.clock = clock_fast(instant("2012-07-24", 10 * 60), 1);
    options.once = true;
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
    assert_true(box.count >= 3);
    assert_int_equal(store_next_message(holding.store, 1, INT64_MIN, &next_ms, &site->err), 0);
    assert_true(next_ms > instant("2012-07-24", 10 * 60) && next_ms != INT64_MAX);
    holding_close(&holding);
    free_journal(&journal, &box);
}

static void signal_ends_it_cleanly(void **state)
{
    struct site *site = *state;
    struct journal journal = {.kill_at = 1};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    hold(site, HOLDING_RUN, true, &holding);
    struct loop_options options = run_options(&box, &journal);
    options.clock = clock_fast(instant("2012-06-02", 0), 1); /* a day to wait for the next */
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 1);
    assert_int_equal(journal.count, 1);
    holding_close(&holding);
    free_journal(&journal, &box);
}

static void until_ends_it(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    hold(site, HOLDING_RUN, true, &holding);
    struct loop_options options = run_options(&box, &journal);
    options.clock = clock_fast(instant("2012-06-01", 0), INT32_MAX);
    options.until_ms = instant("2012-07-24", 9 * 60);
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
    assert_int_equal(engine_next(holding.engine), instant("2012-07-30", 9 * 60));
    assert_int_equal(box.count, 6);
    holding_close(&holding);
    free_journal(&journal, &box);
}

/* ---- requests --------------------------------------------------------------------------------- */

#define VAST_FILE                                                                              \
    "{\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\","        \
    "\"name\":\"a\",\"bytes\":1,\"chars\":9223372036854775807,\"kept\":false}"

static const struct {
    const char *request, *answer;
} asked[] = {
    {"{" SUBMIT "\"w1\",\"at\":\"2012-07-01\",\"key\":\"k1\",\"lang\":\"zh\"}",
     "{\"counts\":true,\"done\":1,\"due\":\"2012-07-31\",\"item\":\"essays\",\"item_name\":\"征文\",\"measure\":\"篇\",\"need\":2,"
     "\"number\":1,\"ok\":true,\"piece\":1,\"state\":\"submitted\",\"unit\":\"w1\",\"unit_name\":\"一病区\"}"},
    {"{" SUBMIT "\"w1\",\"at\":\"2012-07-01\",\"key\":\"k1\",\"lang\":\"zh\"}",
     "{\"counts\":true,\"done\":1,\"due\":\"2012-07-31\",\"item\":\"essays\",\"item_name\":\"征文\",\"measure\":\"篇\",\"need\":2,"
     "\"number\":1,\"ok\":true,\"piece\":1,\"repeated\":true,\"state\":\"submitted\",\"unit\":\"w1\",\"unit_name\":\"一病区\"}"},
    {"{" SUBMIT "\"一病区\",\"at\":\"2012-08-02T10:00:00+08:00\"}",
     "{\"counts\":true,\"done\":2,\"due\":\"2012-07-31\",\"item\":\"essays\",\"item_name\":\"征文\",\"late\":true,"
     "\"measure\":\"篇\",\"met\":true,\"need\":2,\"number\":2,\"ok\":true,\"piece\":2,\"state\":\"submitted\",\"unit\":\"w1\",\"unit_name\":\"一病区\"}"},
    {"{" SUBMIT "\"w9\",\"lang\":\"zh\"}", "{\"error\":\"名册里没有“w9”，是不是“w1”？\"}"},
    {"{" SUBMIT "\"w1\",\"count\":0}", "{\"error\":\"the count must be at least 1\"}"},
    {"{" SUBMIT "\"w1\",\"at\":\"2199-01-01\",\"lang\":\"zh_CN\"}",
     "{\"error\":\"时间在将来：只能登记已经发生的事\"}"},
    {"{" SUBMIT "\"w1\",\"at\":\"2012-7-1\"}",
     "{\"error\":\"the request's “at” is not as it should be\"}"},
    {"{" SUBMIT "\"w1\",\"cout\":3}",
     "{\"error\":\"the request's “cout” is not as it should be\"}"},
    {"{\"do\":\"fact\",\"kind\":\"submit\",\"item\":\"esays\",\"unit\":\"w1\",\"lang\":\"zh\"}",
     "{\"error\":\"方案里没有事项“esays”，是不是“essays”？\"}"},
    {"{\"do\":\"fact\",\"kind\":\"excuse\",\"item\":\"essays\",\"unit\":\"w2\",\"lang\":\"zh\"}",
     "{\"error\":\"要写明理由\"}"},
    {"{\"do\":\"fact\",\"kind\":\"extend\",\"item\":\"essays\",\"unit\":\"w2\",\"note\":\"x\"}",
     "{\"error\":\"an extension needs its new day\"}"},
    {"{" SUBMIT
     "\"w1\",\"files\":[{\"sha256\":\"12\",\"name\":\"a\",\"bytes\":1,\"kept\":true}]}",
     "{\"error\":\"the request's “files” is not as it should be\"}"},
    {"{" SUBMIT "\"w1\",\"files\":[" VAST_FILE "," VAST_FILE "]}",
     "{\"error\":\"9223372036854775807 characters cannot be\"}"},
    {"{" SUBMIT "\"w1\",\"shingles\":[\"2\",\"1\"]}",
     "{\"error\":\"the request's “shingles” is not as it should be\"}"},
    {"{" SUBMIT "\"w1\",\"shingles\":[\"99999999999999999999\"]}",
     "{\"error\":\"the request's “shingles” is not as it should be\"}"},
    {"{\"do\":\"fact\",\"kind\":\"join\",\"item\":\"essays\",\"unit\":\"w1\"}",
     "{\"error\":\"the request's “kind” is not as it should be\"}"},
    {"{\"do\":\"fact\",\"kind\":\"accept\",\"lang\":\"zh\"}",
     "{\"error\":\"要写明是哪一件，如 f17\"}"},
    {"{\"do\":\"fact\",\"kind\":\"accept\",\"of\":\"city#f1\"}",
     "{\"error\":\"nothing was recorded under the key “city#f1”\"}"},
    {"{\"do\":\"fact\",\"kind\":\"withdraw\",\"of\":\"city#f1\"}",
     "{\"absent\":true,\"ok\":true}"},
    {"{\"do\":\"undo\",\"item\":\"essays\"}",
     "{\"error\":\"the request's “item” is not as it should be\"}"},
    {"{\"do\":\"nothing\"}", "{\"error\":\"the request's “do” is not as it should be\"}"},
    {"[]", "{\"error\":\"the request's “do” is not as it should be\"}"},
};

static size_t check_answers(struct site *site)
{
    size_t bad = 0;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        const char *answer = answer_to(site, asked[i].request);
        if (strcmp(answer, asked[i].answer) == 0)
            continue;
        print_error("%s\n%s\n-- instead of\n%s\n", asked[i].request, answer, asked[i].answer);
        bad++;
    }
    return bad;
}

static void requests_without_a_holder(void **state)
{
    assert_int_equal(check_answers(*state), 0);
}

static void requests_to_a_holder(void **state)
{
    struct site *site = *state;
    write_endless(site, "不少于2篇");
    pid_t child = start_run(site);
    assert_int_equal(check_answers(site), 0);
    const char *who = answer_to(site, "{\"do\":\"who\"}");
    assert_non_null(strstr(who, "planrun test "));
    assert_non_null(strstr(who, arena_printf(site->arena, "loop.lua (pid %ld", (long)child)));
    struct holding holding;
    struct holding_options options = options_of(site, HOLDING_RUN);
    assert_int_equal(holding_open(&options, &holding, &site->err), ERR_LIMIT);
    assert_non_null(strstr(site->err.message, "方案 loop 正由另一个进程运行：planrun test "));
    holding_close(&holding);
    hold(site, HOLDING_READ, false, &holding);
    holding_close(&holding);
    assert_int_equal(end_run(child), 0);
    hold(site, HOLDING_RUN, false, &holding);
    holding_close(&holding);
}

/* A dozen commands at once: whoever comes second asks the first, or waits for it. */
static void commands_at_once_all_succeed(void **state)
{
    struct site *site = *state;
    enum { COMMANDS = 12 };
    pid_t children[COMMANDS];
    for (int i = 0; i < COMMANDS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            const char *answer = answer_to(site, "{" SUBMIT "\"w3\",\"at\":\"2012-07-01\"}");
            bool fine = strstr(answer, "\"ok\":true") != NULL;
            if (!fine)
                print_error("%s\n", answer);
            arena_free(site->arena);
            _exit(fine ? 0 : 1);
        }
    }
    for (int i = 0; i < COMMANDS; i++) {
        int status;
        waitpid(children[i], &status, 0);
        assert_int_equal(status, 0);
    }
    const char *answer = answer_to(site, "{" SUBMIT "\"w3\",\"at\":\"2012-07-01\"}");
    assert_non_null(strstr(answer, "\"done\":13"));
}

/* ---- revisions -------------------------------------------------------------------------------- */

static struct value *apply_request(struct site *site, const struct loaded *loaded)
{
    struct value *request = value_map(site->arena), *sources = value_list(site->arena);
    value_set_string(site->arena, request, "do", "apply");
    value_set_string(site->arena, request, "hash", loaded->revision);
    value_set_string(site->arena, request, "path", site->path);
    value_set(site->arena, request, "text",
              value_bytes(site->arena, loaded->text, loaded->length));
    struct value *source = value_map(site->arena);
    value_set_string(site->arena, source, "file", "loop.lua");
    value_set_string(site->arena, source, "sha256", loaded->sources[0].sha256);
    value_set_string(site->arena, source, "text", loaded->sources[0].text->text);
    value_append(site->arena, sources, source);
    value_set(site->arena, request, "sources", sources);
    return request;
}

static void changed_script_is_seen_and_applied(void **state)
{
    struct site *site = *state;
    struct holding holding;
    struct holding_options options = options_of(site, HOLDING_RUN);
    options.compare = true;
    hold(site, HOLDING_RUN, false, &holding);
    holding_close(&holding);
    change_script(site, "不少于2篇", "不少于3篇");
    assert_int_equal(holding_open(&options, &holding, &site->err), 0);
    assert_true(holding.changed);
    assert_true(strcmp(holding.loaded->revision, holding.revision.hash) != 0);
    struct value *request = apply_request(site, holding.loaded);
    char *hash = arena_string(site->arena, holding.loaded->revision);
    struct value *answer =
        request_do(&holding, request, clock_now(&(struct clock){0}), site->arena);
    if (!value_get(answer, "ok"))
        print_error("%s\n", value_get_string(answer, "error"));
    assert_non_null(value_get(answer, "ok"));
    assert_string_equal(value_get_string(answer, "revision"), hash);
    assert_string_equal(holding.revision.hash, hash);
    assert_true(holding.plan->items[plan_find(holding.plan, "essays")].count.min == 3);
    struct value *source = value_get(request, "sources")->items[0];
    value_set_string(site->arena, source, "text", "-- another");
    answer = request_do(&holding, request, 0, site->arena);
    assert_string_equal(value_get_string(answer, "error"), "source 1 does not have its hash");
    value_set_string(site->arena, request, "hash", "0123");
    answer = request_do(&holding, request, 0, site->arena);
    assert_non_null(value_get(answer, "error"));
    holding_close(&holding);
    assert_int_equal(holding_open(&options, &holding, &site->err), 0);
    assert_false(holding.changed);
    assert_string_equal(holding.revision.hash, hash);
    holding_close(&holding);
}

/* Applied while nobody runs: time that was lived does not come back, one line speaks for what is caught up. */
static void a_resumed_year_does_not_go_back(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    struct holding_options options = options_of(site, HOLDING_RUN);
    int64_t reached_ms = instant("2012-07-20", 0), at_ms;
    struct clock_reading reading = {.wall_ms = reached_ms};
    hold(site, HOLDING_RUN, true, &holding);
    assert_int_equal(engine_tick(holding.engine, reached_ms, &reading, &site->err), 0);
    assert_int_equal(store_flush(holding.store, &site->err), 0);
    holding_close(&holding);
    change_script(site, "\"不少于2篇\", due = \"2012-07-31\"", "2, due = \"2012-07-12\"");
    options.fast = options.compare = true;
    assert_int_equal(holding_open(&options, &holding, &site->err), 0);
    struct value *request = apply_request(site, holding.loaded);
    assert_non_null(value_get(request_do(&holding, request, reached_ms, site->arena), "ok"));
    struct loop_options run = run_options(&box, &journal);
    run.clock = clock_fast(reached_ms, INT32_MAX);
    run.until_ms = reached_ms;
    assert_int_equal(loop_run(&holding, 1, &run, &site->err), 0);
    assert_string_equal(journal.text.bytes, "2012-07-05 09:00 reminder essays -7 0 1 \n"
                                            "2012-07-11 09:00 reminder essays -1 3 0 \n"
                                            "2012-07-13 00:00 quota.late essays 0 3 0 \n");
    assert_int_equal(box.count, 3);
    assert_int_equal(holding_reached(&holding, &at_ms, &site->err), 0);
    assert_int_equal(at_ms, reached_ms);
    holding_close(&holding);
    free_journal(&journal, &box);
}

/* The holder takes a revision between two turns, and goes on with it. */
static void holder_applies(void **state)
{
    struct site *site = *state;
    struct holding holding;
    struct value *answer = NULL;
    struct holding_options options = options_of(site, HOLDING_RUN);
    write_endless(site, "不少于2篇");
    pid_t child = start_run(site);
    write_endless(site, "不少于3篇");
    hold(site, HOLDING_MEMORY, false, &holding);
    int code = request_send(&options, apply_request(site, holding.loaded), site->arena, &answer,
                            &site->err);
    assert_int_equal(code, 0);
    assert_non_null(value_get(answer, "ok"));
    assert_string_equal(value_get_string(answer, "revision"), holding.loaded->revision);
    const char *said = answer_to(site, "{" SUBMIT "\"w1\",\"at\":\"2012-07-01\"}");
    assert_non_null(strstr(said, "\"need\":3"));
    holding_close(&holding);
    assert_int_equal(end_run(child), 0);
}

/* A commit that fails is told of and made up for: nothing is lost, nothing is said that is not on disk. */
static void failed_commit_is_made_up_for(void **state)
{
    struct site *site = *state;
    struct journal journal = {0}, whole = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    struct rlimit before, small;
    simulate(site, &whole);
    hold(site, HOLDING_RUN, true, &holding);
    struct loop_options options = run_options(&box, &journal);
    options.clock = clock_fast(instant("2012-06-01", 0), INT32_MAX);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    options.once = true;
    assert_true(loop_run(&holding, 1, &options, &site->err) < 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(journal.troubles > 0);
    assert_int_equal(journal.count, 0);
    assert_int_equal(box.count, 0);
    options.once = false;
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
    assert_string_equal(journal.text.bytes, whole.text.bytes);
    assert_int_equal(box.count, 11);
    holding_close(&holding);
    free_journal(&journal, &box);
    free_journal(&whole, NULL);
}

/* The stored revision runs, whatever became of the script; its id is found in what is left of it. */
static void broken_script_is_no_obstacle(void **state)
{
    struct site *site = *state;
    struct holding holding;
    struct findings findings = findings_new(site->arena, LANG_ZH);
    struct holding_options options = options_of(site, HOLDING_RUN);
    hold(site, HOLDING_RUN, false, &holding);
    holding_close(&holding);
    change_script(site, "count = ", "cuont == ((");
    options.compare = true;
    options.findings = &findings;
    assert_int_equal(holding_open(&options, &holding, &site->err), 0);
    assert_false(holding.changed);
    assert_null(holding.loaded);
    assert_int_equal(findings.errors, 0);
    assert_true(findings.warnings > 0);
    holding_close(&holding);
    findings_free(&findings);
    write_file(site, "loop.lua", "-- nothing\n");
    assert_int_equal(holding_open(&options, &holding, &site->err), ERR_INVALID);
    holding_close(&holding);
}

static void reading_needs_a_store(void **state)
{
    struct site *site = *state;
    struct holding holding;
    struct holding_options options = options_of(site, HOLDING_READ);
    assert_int_equal(holding_open(&options, &holding, &site->err), ERR_NOT_FOUND);
    holding_close(&holding);
    options.script = "/nonexistent/x.lua";
    assert_int_equal(holding_open(&options, &holding, &site->err), ERR_IO);
    holding_close(&holding);
}

int main(void)
{
#define SITED(test) cmocka_unit_test_setup_teardown(test, open_site, close_site)
    const struct CMUnitTest tests[] = {
        SITED(simulation_is_the_year),
        SITED(fast_year_equals_simulation),
        SITED(a_resumed_year_goes_on_at_its_instant),
        SITED(once_catches_up),
        SITED(once_leaves_what_is_tried_later),
        SITED(signal_ends_it_cleanly),
        SITED(until_ends_it),
        SITED(requests_without_a_holder),
        SITED(requests_to_a_holder),
        SITED(commands_at_once_all_succeed),
        SITED(changed_script_is_seen_and_applied),
        SITED(a_resumed_year_does_not_go_back),
        SITED(holder_applies),
        SITED(failed_commit_is_made_up_for),
        SITED(broken_script_is_no_obstacle),
        SITED(reading_needs_a_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
