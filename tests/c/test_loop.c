/* A plan lived through: what is held, what is asked, and what the loop makes of it, from the script to
 * the messages, with the real evaluator. */
#include "base/json.h"
#include "engine/mail.h"
#include "service/loop.h"
#include "service/request.h"
#include "time/civil.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char script[] =
    "plan \"loop\" { \"流程测试方案\", issuer = \"医院\", owner = \"office\",\n"
    "  issued = \"2012-06-01\", when = \"2012-06-01至2012-12-31\" }\n"
    "unit \"office\" { \"党政办\" }\n"
    "unit \"ward\" { \"各病区\", parent = \"office\", many = true }\n"
    "roster \"loop.csv\" {}\n"
    "phase \"mobilise\" { \"动员阶段\", when = \"2012-06-10至2012-07-31\",\n"
    "  quota \"essays\" { \"征文\", each = \"ward\", count = \"不少于2篇\", due = \"2012-07-31\" },\n"
    "}\n"
    "task \"report\" { \"总结\", by = \"office\", due = \"2012-12-20\" }\n"
    "remind { before = { \"7d\", \"1d\" } }\n"
    "on(\"phase.start\", function(event) notify(event.units, event.phase.name .. \"开始\") end)\n";

static const char roster[] = "id,name,kind\nw1,一病区,ward\nw2,二病区,ward\nw3,三病区,ward\n";

struct site {
    char folder[64], path[96], state[96];
    struct arena *arena;
    struct err err;
};

static void write_file(const struct site *site, const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", site->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int open_site(void **state)
{
    struct site *site = calloc(1, sizeof *site);
    strcpy(site->folder, "/tmp/planrun-test-XXXXXX");
    if (!mkdtemp(site->folder))
        return -1;
    snprintf(site->path, sizeof site->path, "%s/loop.lua", site->folder);
    snprintf(site->state, sizeof site->state, "%s/state", site->folder);
    setenv("PLANRUN_STATE", site->state, 1);
    site->arena = arena_new();
    write_file(site, "loop.lua", script);
    write_file(site, "loop.csv", roster);
    *state = site;
    return 0;
}

static int close_site(void **state)
{
    struct site *site = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", site->folder);
    arena_free(site->arena);
    free(site);
    return system(command);
}

static void change_script(struct site *site, const char *from, const char *to)
{
    const char *at = strstr(script, from);
    assert_non_null(at);
    write_file(site, "loop.lua",
               arena_printf(site->arena, "%.*s%s%s", (int)(at - script), script, to,
                            at + strlen(from)));
}

static struct holding_options options_of(const struct site *site, enum holding_mode mode)
{
    return (struct holding_options){
        .mode = mode, .script = site->path, .who = "planrun test", .lang = LANG_ZH};
}

static void hold(struct site *site, enum holding_mode mode, bool anew, struct holding *out)
{
    struct holding_options options = options_of(site, mode);
    options.anew = anew;
    int code = holding_open(&options, out, &site->err);
    if (code < 0)
        print_error("%s\n", site->err.message);
    assert_int_equal(code, 0);
}

static int64_t instant(const char *day, int minute)
{
    return civil_ms(civil_parse(day, strlen(day)), minute);
}

/* ---- journals --------------------------------------------------------------------------------- */

struct journal {
    struct buf text;
    size_t count, troubles;
    size_t kill_at; /* sends SIGTERM to itself at that many firings */
};

static void note_fired(void *context, const struct holding *holding,
                       const struct store_firing *firing)
{
    struct journal *journal = context;
    struct arena *arena = arena_new();
    struct journal_row row;
    char day[11];
    int32_t minute;
    assert_int_equal(engine_row(holding->engine, firing, arena, &row, NULL), 0);
    civil_format(civil_from_ms(firing->at_ms, &minute), day);
    buf_printf(&journal->text, "%s %02d:%02d %s %s %d %u %d %s\n", day, minute / 60,
               minute % 60, firing_name(firing->kind), row.item_id ? row.item_id : "-",
               firing->tier, firing->units, firing->fate, firing->text ? firing->text : "");
    arena_free(arena);
    if (++journal->count == journal->kill_at)
        raise(SIGTERM);
}

static void note_trouble(void *context, const struct holding *holding, const struct err *err)
{
    struct journal *journal = context;
    (void)holding;
    print_error("trouble: %s\n", err->message);
    journal->troubles++;
}

/* A channel that keeps what it is given. */
struct box {
    struct channel channel;
    struct buf text;
    size_t count;
    enum channel_result result;
};

static void box_send(struct channel *channel, const struct channel_message *message,
                     channel_done done, void *context)
{
    struct box *box = (struct box *)channel;
    buf_printf(&box->text, "%s: %s\n", message->name, message->subject);
    box->count++;
    done(context, box->result, box->result == CHANNEL_SENT ? NULL : "not now");
}

static struct box box_new(enum channel_result result)
{
    static const struct channel_kind kind = {"box", box_send, NULL, NULL};
    return (struct box){.channel = {&kind}, .result = result};
}

static struct loop_options run_options(struct box *box, struct journal *journal)
{
    return (struct loop_options){.clock = clock_real(),
                                 .channel = &box->channel,
                                 .lang = LANG_ZH,
                                 .fired = note_fired,
                                 .trouble = note_trouble,
                                 .context = journal};
}

static void free_journal(struct journal *journal, struct box *box)
{
    buf_free(&journal->text);
    if (box)
        buf_free(&box->text);
}

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
    assert_int_equal(engine_next_mail(holding.engine, &next_ms, &site->err), 0);
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

/* A signal that comes between two loops ends the second, also when nothing is left to be done. */
static void signal_between_loops_is_kept(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    assert_int_equal(sigprocmask(SIG_BLOCK, &set, &before), 0);
    hold(site, HOLDING_RUN, true, &holding);
    struct loop_options options = run_options(&box, &journal);
    options.clock = clock_fast(instant("2012-06-02", 0), 1);
    options.once = true;
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
    raise(SIGTERM);
    options.once = false;
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 1);
    assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
    holding_close(&holding);
    free_journal(&journal, &box);
}

static size_t count_descriptors(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* Between two loops nobody listens, so that nobody waits in vain; and no loop leaves anything open. */
static void loops_leave_nothing_open(void **state)
{
    struct site *site = *state;
    struct journal journal = {0};
    struct box box = box_new(CHANNEL_SENT);
    struct holding holding;
    hold(site, HOLDING_RUN, false, &holding);
    struct loop_options options = run_options(&box, &journal);
    options.once = true;
    assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
    size_t before = count_descriptors();
    for (int i = 0; i < 20; i++)
        assert_int_equal(loop_run(&holding, 1, &options, &site->err), 0);
    assert_int_equal(count_descriptors(), before);
    char path[128];
    snprintf(path, sizeof path, "%s/loop.sock", site->state);
    assert_int_equal(access(path, F_OK), -1);
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

static struct value *parse(struct site *site, const char *text)
{
    static const struct value_limits limits = {10000, 64, 1 << 20};
    struct value *value = NULL;
    assert_int_equal(json_parse(site->arena, text, strlen(text), &limits, &value, &site->err),
                     0);
    return value;
}

/* The answer's text; fields whose values depend on the day are not asked for. */
static const char *send(struct site *site, const char *request)
{
    struct value *answer = NULL;
    struct holding_options options = options_of(site, HOLDING_RUN);
    int code = request_send(&options, parse(site, request), site->arena, &answer, &site->err);
    if (code < 0)
        return arena_printf(site->arena, "%d: %s", code, site->err.message);
    struct buf text = {0};
    json_write(&text, answer);
    const char *copy = arena_string(site->arena, text.bytes);
    buf_free(&text);
    return copy;
}

#define SUBMIT "\"do\":\"fact\",\"kind\":\"submit\",\"item\":\"essays\",\"unit\":"

static const struct {
    const char *request, *answer;
} asked[] = {
    {"{" SUBMIT "\"w1\",\"at\":\"2012-07-01\",\"key\":\"k1\",\"lang\":\"zh\"}",
     "{\"done\":1,\"due\":\"2012-07-31\",\"item\":\"essays\",\"item_name\":\"征文\",\"measure\":\"篇\",\"need\":2,"
     "\"number\":1,\"ok\":true,\"unit\":\"w1\",\"unit_name\":\"一病区\"}"},
    {"{" SUBMIT "\"w1\",\"at\":\"2012-07-01\",\"key\":\"k1\",\"lang\":\"zh\"}",
     "{\"done\":1,\"due\":\"2012-07-31\",\"item\":\"essays\",\"item_name\":\"征文\",\"measure\":\"篇\",\"need\":2,"
     "\"number\":1,\"ok\":true,\"repeated\":true,\"unit\":\"w1\",\"unit_name\":\"一病区\"}"},
    {"{" SUBMIT "\"一病区\",\"at\":\"2012-08-02T10:00:00+08:00\"}",
     "{\"done\":2,\"due\":\"2012-07-31\",\"item\":\"essays\",\"item_name\":\"征文\",\"late\":true,"
     "\"measure\":\"篇\",\"met\":true,\"need\":2,\"number\":2,\"ok\":true,\"unit\":\"w1\",\"unit_name\":\"一病区\"}"},
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
    {"{\"do\":\"nothing\"}", "{\"error\":\"the request's “do” is not as it should be\"}"},
    {"[]", "{\"error\":\"the request's “do” is not as it should be\"}"},
};

static size_t check_answers(struct site *site)
{
    size_t bad = 0;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        const char *answer = send(site, asked[i].request);
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

/* A child runs the plan until it is told to end. */
static pid_t start_run(struct site *site)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
        struct journal journal = {0};
        struct box box = box_new(CHANNEL_SENT);
        struct holding holding;
        struct holding_options options = options_of(site, HOLDING_RUN);
        struct loop_options run = run_options(&box, &journal);
        if (holding_open(&options, &holding, &site->err) < 0 || write(ready[1], "x", 1) != 1)
            _exit(2);
        int code = loop_run(&holding, 1, &run, &site->err);
        holding_close(&holding);
        free_journal(&journal, &box);
        arena_free(site->arena);
        _exit(code >= 0 ? 0 : 3);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

static int end_run(pid_t child)
{
    int status = -1;
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A plan without an end, so that the loop has something to wait for. */
static void write_endless(struct site *site, const char *count)
{
    const char *when = strstr(script, "2012-06-01至"), *rest = strstr(when, "\n"),
               *amount = strstr(script, "不少于2篇");
    write_file(site, "loop.lua",
               arena_printf(site->arena,
                            "%.*s常态化\" }\n"
                            "task \"rounds\" { \"查房\", by = \"office\", per = \"每月5日前\" }"
                            "%.*s%s%s",
                            (int)(when - script), script, (int)(amount - rest), rest, count,
                            amount + strlen("不少于2篇")));
}

static void requests_to_a_holder(void **state)
{
    struct site *site = *state;
    write_endless(site, "不少于2篇");
    pid_t child = start_run(site);
    assert_int_equal(check_answers(site), 0);
    const char *who = send(site, "{\"do\":\"who\"}");
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
            const char *answer = send(site, "{" SUBMIT "\"w3\",\"at\":\"2012-07-01\"}");
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
    const char *answer = send(site, "{" SUBMIT "\"w3\",\"at\":\"2012-07-01\"}");
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
    value_set_string(site->arena, request, "hash", "0123");
    answer = request_do(&holding, request, 0, site->arena);
    assert_non_null(value_get(answer, "error"));
    holding_close(&holding);
    assert_int_equal(holding_open(&options, &holding, &site->err), 0);
    assert_false(holding.changed);
    assert_string_equal(holding.revision.hash, hash);
    holding_close(&holding);
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
    const char *said = send(site, "{" SUBMIT "\"w1\",\"at\":\"2012-07-01\"}");
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
        SITED(once_catches_up),
        SITED(once_leaves_what_is_tried_later),
        SITED(signal_ends_it_cleanly),
        SITED(signal_between_loops_is_kept),
        SITED(loops_leave_nothing_open),
        SITED(until_ends_it),
        SITED(requests_without_a_holder),
        SITED(requests_to_a_holder),
        SITED(commands_at_once_all_succeed),
        SITED(changed_script_is_seen_and_applied),
        SITED(holder_applies),
        SITED(failed_commit_is_made_up_for),
        SITED(broken_script_is_no_obstacle),
        SITED(reading_needs_a_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
