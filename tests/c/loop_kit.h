/*
 * A plan in a folder of its own, with what the tests of the loop need of it: scripts to change, holdings, a
 * journal as text, a channel that keeps what it is given, a child that runs the plan.
 */
#ifndef TESTS_LOOP_KIT_H
#define TESTS_LOOP_KIT_H

#include "base/json.h"
#include "engine/mail.h"
#include "service/loop.h"
#include "service/request.h"
#include "time/civil.h"
#include <dirent.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
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

static inline void write_file(const struct site *site, const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", site->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static inline int open_site(void **state)
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

static inline int close_site(void **state)
{
    struct site *site = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", site->folder);
    arena_free(site->arena);
    free(site);
    return system(command);
}

static inline void change_script(struct site *site, const char *from, const char *to)
{
    const char *at = strstr(script, from);
    assert_non_null(at);
    write_file(site, "loop.lua",
               arena_printf(site->arena, "%.*s%s%s", (int)(at - script), script, to,
                            at + strlen(from)));
}

static inline struct holding_options options_of(const struct site *site, enum holding_mode mode)
{
    return (struct holding_options){
        .mode = mode, .script = site->path, .who = "planrun test", .lang = LANG_ZH};
}

static inline void hold(struct site *site, enum holding_mode mode, bool anew,
                        struct holding *out)
{
    struct holding_options options = options_of(site, mode);
    options.fast = options.anew = anew;
    int code = holding_open(&options, out, &site->err);
    if (code < 0)
        print_error("%s\n", site->err.message);
    assert_int_equal(code, 0);
}

static inline int64_t instant(const char *day, int minute)
{
    return civil_ms(civil_parse(day, strlen(day)), minute);
}

/* ---- journals --------------------------------------------------------------------------------- */

struct journal {
    struct buf text;
    size_t count, troubles;
    size_t kill_at; /* sends SIGTERM to itself at that many firings */
};

static inline void note_fired(void *context, const struct holding *holding,
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

static inline void note_trouble(void *context, const struct holding *holding,
                                const struct err *err)
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

static inline void box_send(struct channel *channel, const struct channel_message *message,
                            channel_done done, void *context)
{
    struct box *box = (struct box *)channel;
    buf_printf(&box->text, "%s: %s\n", message->name, message->subject);
    box->count++;
    done(context,
         &(struct channel_end){.result = box->result,
                               .note = box->result == CHANNEL_SENT ? NULL : "not now"});
}

static inline struct box box_new(enum channel_result result)
{
    static const struct channel_kind kind = {"box", box_send, NULL, NULL, NULL};
    return (struct box){.channel = {&kind}, .result = result};
}

static inline struct loop_options run_options(struct box *box, struct journal *journal)
{
    return (struct loop_options){.clock = clock_real(),
                                 .channel = &box->channel,
                                 .lang = LANG_ZH,
                                 .fired = note_fired,
                                 .trouble = note_trouble,
                                 .context = journal};
}

static inline void free_journal(struct journal *journal, struct box *box)
{
    buf_free(&journal->text);
    if (box)
        buf_free(&box->text);
}

static inline struct value *parse(struct site *site, const char *text)
{
    static const struct value_limits limits = {10000, 64, 1 << 20};
    struct value *value = NULL;
    assert_int_equal(json_parse(site->arena, text, strlen(text), &limits, &value, &site->err),
                     0);
    return value;
}

/* The answer's text; fields whose values depend on the day are not asked for. */
static inline const char *answer_to(struct site *site, const char *request)
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

/* A child runs the plan until it is told to end. */
static inline pid_t start_run(struct site *site)
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

static inline int end_run(pid_t child)
{
    int status = -1;
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A plan without an end, so that the loop has something to wait for. */
static inline void write_endless(struct site *site, const char *count)
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

#endif
