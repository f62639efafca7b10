/* `planrun SCRIPT…`: where the plans stand, what came meanwhile, what is next – and then each firing
 * and message as it comes. With --from, the same in time that runs faster, in a store of its own. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/doubt.h"
#include "cli/events.h"
#include "cli/head.h"
#include "cli/hold.h"
#include "cli/journal.h"
#include "cli/outlet.h"
#include "service/holding_shared.h"
#include "service/loop.h"
#include "service/request.h"
#include "store/journal.h"
#include "time/civil.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LATELY_DAYS = 14, NEXT_SHOWN = 8, SPEED_USUAL = 86400, SPEED_MOST = 86400 * 366 };

struct wish {
    const char *range, *channel;
    int32_t as_of, from, until; /* days, DAY_NONE = not said */
    int32_t speed;              /* 0 = real time */
    bool simulate, json, once, accept;
    bool resume; /* go on with the accelerated store */
    char **scripts;
    int count;
};

/* What is told while a loop runs. */
struct teller {
    struct cli *cli;
    struct rows_view view;
    int64_t since_ms; /* older rows are only counted */
    int32_t last;     /* the day of the last one told: of an instant, what closes on it */
    uint64_t recorded, shown;
    enum clock_doubt *doubts; /* by holding: what was told of its clock */
    const struct holding *first;
    bool accepted;      /* somebody's word was needed for a clock */
    bool signalled;     /* SIGINT or SIGTERM ended the loop */
    struct err trouble; /* told last */
};

/* Whoever was to read is gone, or there is no room for what he would: the run ends, and says so. What it did not
 * send it sends when it runs again. */
static void end_unheard(const struct teller *teller)
{
    if (ferror(teller->view.out))
        raise(SIGTERM);
}

static void tell_fired(void *context, const struct holding *holding,
                       const struct store_firing *firing)
{
    struct teller *teller = context;
    struct journal_row names;
    struct err err = {0};
    teller->recorded++;
    if (firing->at_ms < teller->since_ms)
        return;
    struct arena *arena = arena_new();
    if (engine_row(holding->engine, firing, arena, &names, &err) == 0) {
        struct row row = row_of_firing(&names);
        if (row.day <= teller->last) {
            row_print(&teller->view, &row);
            fflush(teller->view.out); /* messages and a reader of the pipe come behind it */
            teller->shown++;
        }
    } else {
        cli_fail(teller->cli, &err);
    }
    end_unheard(teller);
    arena_free(arena);
}

static void tell_trouble(void *context, const struct holding *holding, const struct err *err)
{
    struct teller *teller = context;
    fprintf(teller->cli->err, "planrun: %s: %s\n", holding->id,
            err->message); /* a store each */
    teller->trouble = *err;
}

/* A loop that ends by what it has told already says no more. */
static int fail_loop(const struct teller *teller, const struct err *err)
{
    return strstr(teller->trouble.message, err->message) ? EXIT_PROBLEMS
                                                         : cli_fail(teller->cli, err);
}

/* An accelerated run begins on its day, or goes on where its store ends. */
static int hasten(const struct holding *holding, const struct wish *wish,
                  struct loop_options *options, struct err *err)
{
    int64_t from_ms;
    int code = holding_reached(holding, &from_ms, err);
    if (code < 0)
        return code;
    if (wish->from != DAY_NONE)
        from_ms = civil_ms(wish->from, 0);
    options->clock = clock_fast(from_ms, wish->speed);
    if (wish->until != DAY_NONE)
        options->until_ms = civil_ms(wish->until, MINUTES_A_DAY);
    return 0;
}

/* Where nothing came any more, time has gone on to the last minute of the day that was asked for. */
static int arrive(struct holding *holding, const struct wish *wish,
                  const struct loop_options *options, struct err *err)
{
    int64_t reached_ms, until_ms = civil_ms(wish->until, MINUTES_A_DAY - 1);
    struct clock_reading clock;
    struct store_batch batch = {.clock = &clock};
    int code = holding_reached(holding, &reached_ms, err);
    if (code < 0 || reached_ms >= until_ms)
        return code;
    clock_read(&options->clock, &clock);
    clock.wall_ms = until_ms;
    code = store_tick(holding->store, &batch, NULL, err);
    return code < 0 ? code : store_flush(holding->store, err);
}

/* Two loops of one process tell it once. */
static void tell_doubt(void *context, const struct holding *holding, const struct trust *trust,
                       bool accepted)
{
    struct teller *teller = context;
    enum clock_doubt *told = &teller->doubts[holding - teller->first];
    struct buf text = {0};
    if (accepted)
        doubt_add_accepted(&text, trust, teller->cli->lang);
    else if (trust->doubt == CLOCK_SURE || trust->doubt != *told)
        doubt_add_text(&text, trust, teller->cli->lang);
    *told = accepted ? CLOCK_SURE : trust->doubt;
    teller->accepted = teller->accepted || accepted;
    if (text.length)
        fprintf(teller->cli->err, "planrun: %s: %s\n", holding->id, text.bytes);
    buf_free(&text);
}

static int run_loop(struct teller *teller, struct holding *holdings, size_t count,
                    struct channel *channel, const struct wish *wish, bool once)
{
    struct err err = {0};
    int code = 0;
    struct loop_options options = {
        .clock = clock_real(),
        .channel = channel,
        .lang = teller->cli->lang,
        .once = once,
        .fired = tell_fired,
        .trouble = tell_trouble,
        .doubt = tell_doubt,
        .accept_clock = wish->accept && once ? cli_login() : NULL,
        .context = teller,
    };
    teller->first = holdings;
    if (wish->speed)
        code = hasten(&holdings[0], wish, &options, &err);
    if (code == 0)
        code = loop_run(holdings, count, &options, &err);
    if (code == 0 && wish->speed && wish->until != DAY_NONE)
        code = arrive(&holdings[0], wish, &options, &err);
    teller->signalled = code > 0;
    return code < 0 ? fail_loop(teller, &err) : EXIT_FINE;
}

/* ---- one plan's state -------------------------------------------------------------------- */

static void tell_changed(struct cli *cli, const struct holding *holding, const char *script)
{
    if (!holding->loaded)
        fprintf(cli->err,
                TR(cli->lang,
                   "planrun: %s has errors ('planrun show' tells them); the stored revision "
                   "(%.12s) goes on\n",
                   "planrun: %s 有错误（见 planrun show）；已存的版本（%.12s）照常运行\n"),
                script, holding->revision.hash);
    if (!holding->changed)
        return;
    fprintf(cli->err,
            TR(cli->lang,
               "planrun: %s differs from the revision that runs (%.12s); 'planrun apply %s' "
               "takes it\n",
               "planrun: %s 与正在运行的版本（%.12s）不同；用 planrun apply %s 采用\n"),
            script, holding->revision.hash, script);
}

/* The last days as recorded before this start. */
static int64_t print_lately(struct cli *cli, const struct holding *holding, int32_t today)
{
    struct rows_view view = {.out = cli->out, .lang = cli->lang};
    struct journal_wish wish = {.first = today - LATELY_DAYS,
                                .last = DAY_OPEN,
                                .kinds = JOURNAL_FIRINGS,
                                .unit = UNIT_NONE};
    struct err err = {0};
    fprintf(cli->out, TR(cli->lang, "The last %d days\n", "最近 %d 天\n"), LATELY_DAYS);
    int64_t count = journal_print(holding, &view, &wish, NULL, &err);
    if (count < 0)
        cli_fail(cli, &err);
    fflush(cli->out);
    return count;
}

static int print_next(struct cli *cli, const struct holding *holding, int32_t today)
{
    struct rows_view view = {.out = cli->out, .lang = cli->lang};
    struct events_wish wish = {.agenda = engine_agenda(holding->engine, 0),
                               .engine = holding->engine,
                               .first = today,
                               .most = NEXT_SHOWN};
    struct err err = {0};
    int code = events_print_next(&view, &wish, &err);
    fflush(cli->out);
    return code < 0 ? cli_fail(cli, &err) : EXIT_FINE;
}

static void add_waiting(void *context, const char *name, const char *value)
{
    int64_t *waiting = context;
    if (strcmp(name, "lines_pending") == 0 || strcmp(name, "messages_ready") == 0)
        *waiting += strtoll(value, NULL, 10);
}

/* How much waits for a clock that is in doubt. */
static void tell_waiting(struct cli *cli, const struct holding *holding, enum clock_doubt doubt)
{
    int64_t waiting = 0;
    struct err err = {0};
    if (doubt == CLOCK_SURE)
        return;
    if (store_health(holding->store, add_waiting, &waiting, &err) < 0)
        cli_fail(cli, &err);
    else if (waiting)
        fprintf(cli->err,
                TR(cli->lang, "planrun: %s: to be sent once the clock is sure: %lld\n",
                   "planrun: %s：时钟无疑问后待发：%lld 条\n"),
                holding->id, (long long)waiting);
}

/* The head, with why messages are held; 0 or an exit code. */
static int print_head(struct cli *cli, const struct holding *holding, const struct wish *wish,
                      int32_t *today, enum clock_doubt *told)
{
    struct trust trust;
    struct err err = {0};
    struct buf held = {0};
    if (holding_trust(holding, &trust, &err) < 0)
        return cli_fail(cli, &err);
    if (wish->accept)
        cli_day(NULL, today);
    else
        *today = civil_from_ms(trust.now_ms, NULL);
    if (trust.doubt != CLOCK_SURE && !wish->accept)
        doubt_add_text(&held, &trust, cli->lang);
    if (held.length)
        *told = trust.doubt;
    if (!wish->json)
        head_print(cli, holding->plan, holding->revision.hash, holding->roster, held.bytes);
    else if (held.length)
        fprintf(cli->err, "planrun: %s: %s\n", holding->id, held.bytes);
    buf_free(&held);
    return EXIT_FINE;
}

/* Head, what came lately and since the last run, what is next; `*ended` = a signal came. */
static int catch_up(struct cli *cli, struct holding *holding, struct channel *channel,
                    const struct wish *wish, const char *script, enum clock_doubt *told,
                    bool *ended)
{
    int32_t today = 0;
    struct teller teller = {.cli = cli,
                            .view = {cli->out, cli->lang, wish->json, false, false},
                            .doubts = told,
                            .last = DAY_OPEN};
    tell_changed(cli, holding, script);
    int code = print_head(cli, holding, wish, &today, told);
    if (code != EXIT_FINE)
        return code;
    teller.since_ms = wish->json ? 0 : civil_ms(today - LATELY_DAYS, 0);
    int64_t lately = wish->json ? 0 : print_lately(cli, holding, today);
    code = run_loop(&teller, holding, 1, channel, wish, true);
    *ended = teller.signalled;
    tell_waiting(cli, holding, *told);
    if (wish->accept && !teller.accepted && code == EXIT_FINE)
        tell_doubt(&teller, holding, &(struct trust){0}, true);
    if (wish->json)
        return code;
    if (lately <= 0 && !teller.shown)
        fprintf(cli->out, "%s\n", TR(cli->lang, "nothing", "无"));
    if (teller.recorded > teller.shown)
        fprintf(cli->out,
                TR(cli->lang, "… and %llu earlier ones, now recorded too (planrun log)\n",
                   "……另有更早的 %llu 件，已补记（见 planrun log）\n"),
                (unsigned long long)(teller.recorded - teller.shown));
    fputc('\n', cli->out);
    int next = print_next(cli, holding, today);
    return code == EXIT_FINE ? next : code;
}

static int stay(struct cli *cli, struct holding *holdings, struct channel *channel,
                const struct wish *wish, enum clock_doubt *doubts)
{
    struct teller teller = {
        .cli = cli,
        .view = {cli->out, cli->lang, wish->json, false, wish->count > 1},
        .doubts = doubts,
        .since_ms = INT64_MIN,
        .last = wish->until == DAY_NONE ? DAY_OPEN : wish->until,
    };
    bool more = false;
    for (int i = 0; i < wish->count; i++)
        more = more || engine_next(holdings[i].engine) != INT64_MAX;
    if (more && !wish->speed)
        fprintf(cli->err, "%s\n",
                TR(cli->lang, "Waiting for what comes; Ctrl-C ends.",
                   "等待后续事件，按 Ctrl-C 结束。"));
    return run_loop(&teller, holdings, (size_t)wish->count, channel, wish, false);
}

/* ---- all of it --------------------------------------------------------------------------- */

/* Rows in JSON want messages in JSON. */
static int open_channel(struct cli *cli, const struct wish *wish, struct channel **out)
{
    return outlet_open(cli,
                       wish->channel ? wish->channel
                       : wish->json  ? "jsonl"
                                     : "console",
                       out);
}

/* For good: what comes between two loops is the next one's. */
static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static int run_held(struct cli *cli, struct holding *holdings, const struct wish *wish)
{
    struct channel *channel = NULL;
    bool ended = false;
    enum clock_doubt *doubts = mem_resize(NULL, (size_t)wish->count, sizeof *doubts);
    memset(doubts, 0, (size_t)wish->count * sizeof *doubts);
    int code = open_channel(cli, wish, &channel);
    block_signals();
    for (int i = 0; i < wish->count && code == EXIT_FINE && !ended; i++) {
        if (i > 0 && !wish->json)
            fputc('\n', cli->out);
        if (!wish->speed)
            code = catch_up(cli, &holdings[i], channel, wish, wish->scripts[i], &doubts[i],
                            &ended);
        else if (!wish->json)
            head_print(cli, holdings[i].plan, holdings[i].revision.hash, holdings[i].roster,
                       NULL);
    }
    fflush(cli->out);
    if (code == EXIT_FINE && !wish->once && !ended)
        code = stay(cli, holdings, channel, wish, doubts);
    if (channel)
        channel->kind->close(channel);
    free(doubts);
    return code;
}

/* Each plan has one store and one holder, so nobody can run it twice, not even we ourselves. */
static int check_twice(struct cli *cli, const struct holding *holdings, int opened,
                       const char *script)
{
    struct arena *arena = arena_new();
    struct err ignored = {0};
    const char *id;
    int code = EXIT_FINE, same = opened;
    if (holding_plan_id(script, arena, &id, &ignored) == 0)
        for (same = 0; same < opened && strcmp(holdings[same].id, id) != 0; same++)
            continue;
    if (same < opened)
        code = cli_usage(
            cli, TR(cli->lang, "%s and %s are both the plan “%s”", "%s 与 %s 都是方案“%s”"),
            holdings[same].script, script, id);
    arena_free(arena);
    return code;
}

static int run(struct cli *cli, const struct wish *wish)
{
    struct holding *holdings = mem_resize(NULL, (size_t)wish->count, sizeof *holdings);
    int code = EXIT_FINE, opened = 0;
    for (; opened < wish->count && code == EXIT_FINE; opened++) {
        struct hold_wish hold = {.mode = HOLDING_RUN,
                                 .script = wish->scripts[opened],
                                 .who = "planrun run",
                                 .fast = wish->speed != 0,
                                 .anew = wish->speed != 0 && !wish->resume,
                                 .alone = true,
                                 .compare = true};
        holdings[opened] = (struct holding){0};
        code = check_twice(cli, holdings, opened, wish->scripts[opened]);
        if (code == EXIT_FINE)
            code = hold_open(cli, &hold, &holdings[opened]);
    }
    if (code == EXIT_FINE)
        code = run_held(cli, holdings, wish);
    while (opened > 0)
        holding_close(&holdings[--opened]);
    free(holdings);
    return code;
}

/* ---- --accept-clock ---------------------------------------------------------------------- */

static void tell_accepted(struct cli *cli, const char *id, const struct value *answer)
{
    const struct value *jump = value_get(answer, "jump_ms");
    const char *doubt = value_get_string(answer, "doubt");
    struct trust trust = {.jump_ms = jump && jump->type == VALUE_INT ? jump->integer : 0};
    struct buf text = {0};
    for (int i = CLOCK_SURE; doubt && i <= CLOCK_UNSET; i++)
        if (strcmp(doubt, trust_name((enum clock_doubt)i)) == 0)
            trust.doubt = (enum clock_doubt)i;
    doubt_add_accepted(&text, &trust, cli->lang);
    fprintf(cli->out, "%s: %s\n", id, text.bytes);
    buf_free(&text);
}

/* Asks whoever runs the plan of a script; `*runs` false = nobody does. */
static int ask_accept(struct cli *cli, const char *script, bool *runs)
{
    struct arena *arena = arena_new();
    struct value *request = value_map(arena), *answer = NULL;
    struct err err = {0};
    char folder[HOLDER_PATH_MOST];
    const char *id, *name;
    value_set_string(arena, request, "do", "accept-clock");
    value_set_string(arena, request, "actor", cli_login());
    value_set_string(arena, request, "lang", cli->lang == LANG_ZH ? "zh" : "en");
    int code = holding_store_of(script, NULL, false, arena, &id, &name, folder, &err);
    if (code == 0)
        code = holder_ask(folder, name, request, arena, &answer, &err);
    const char *problem = code < 0 ? NULL : value_get_string(answer, "error");
    *runs = code != ERR_NOT_FOUND;
    if (problem)
        code = err_set(&err, ERR_INVALID, "%s", problem);
    if (code == 0)
        tell_accepted(cli, id, answer);
    else if (*runs)
        cli_fail(cli, &err);
    arena_free(arena);
    return code == 0 || !*runs ? EXIT_FINE : EXIT_PROBLEMS;
}

/* Whoever runs a plan already is told; the others stay in the wish, to be run. */
static int accept_running(struct cli *cli, struct wish *wish)
{
    int left = 0, code = EXIT_FINE;
    for (int i = 0; i < wish->count; i++) {
        bool runs = false;
        int asked = ask_accept(cli, wish->scripts[i], &runs);
        code = asked == EXIT_FINE ? code : asked;
        if (!runs)
            wish->scripts[left++] = wish->scripts[i];
    }
    wish->count = left;
    return code;
}

/* --as-of: where the plan stands on a day, by the script alone; nothing is recorded. */
static int look(struct cli *cli, const struct wish *wish)
{
    struct holding holding = {0};
    struct hold_wish hold = {.mode = HOLDING_MEMORY, .script = wish->scripts[0], .who = "run"};
    int code = hold_open(cli, &hold, &holding);
    struct rows_view view = {.out = cli->out, .lang = cli->lang, .json = wish->json};
    if (code == EXIT_FINE) {
        struct events_wish events = {.agenda = engine_agenda(holding.engine, 0),
                                     .first = wish->as_of,
                                     .last = DAY_OPEN,
                                     .most = NEXT_SHOWN};
        if (!wish->json) {
            head_print(cli, holding.plan, holding.revision.hash, holding.roster, NULL);
            events_print_next(&view, &events, NULL);
        } else {
            events_print(&view, &events, NULL);
        }
    }
    holding_close(&holding);
    return code;
}

/* ---- options ----------------------------------------------------------------------------- */

static bool read_speed(const char *text, int32_t *speed)
{
    char *end;
    long number = strtol(text, &end, 10);
    *speed = (int32_t)number;
    return end != text && !*end && number > 0 && number <= SPEED_MOST;
}

static bool read_option(int option, const char *value, struct wish *wish)
{
    switch (option) {
    case 's':
        wish->simulate = true;
        wish->range = value;
        return true;
    case 'j': wish->json = true; return true;
    case 'R': wish->resume = true; return true;
    case 'o': wish->once = true; return true;
    case 'A': wish->accept = true; return true;
    case 'a': return cli_day(value, &wish->as_of);
    case 'f': return cli_day(value, &wish->from);
    case 'u': return cli_day(value, &wish->until);
    case 'S': return read_speed(value, &wish->speed);
    case 'c': wish->channel = value; return outlet_is(value);
    default: return false;
    }
}

/* Options that do not go together. */
static int check(struct cli *cli, const struct wish *wish)
{
    bool fast = wish->from != DAY_NONE || wish->speed || wish->resume;
    if (wish->count == 0 || ((wish->simulate || wish->as_of != DAY_NONE) && wish->count > 1))
        return cli_usage(cli, TR(cli->lang, "run needs one script", "run 需要一个方案脚本"));
    if (wish->accept && (fast || wish->simulate || wish->as_of != DAY_NONE))
        return cli_usage(cli, TR(cli->lang, "--accept-clock goes with a run in real time",
                                 "--accept-clock 只用于按实际时间运行"));
    if (fast && (wish->once || wish->simulate || wish->as_of != DAY_NONE || wish->count > 1))
        return cli_usage(
            cli,
            TR(cli->lang,
               "--from, --speed and --resume go with one script and none of "
               "--once, --simulate, --as-of",
               "--from、--speed、--resume 只用于一个方案，不与 --once、--simulate、--as-of 同用"));
    if (wish->resume && wish->from != DAY_NONE)
        return cli_usage(cli, TR(cli->lang,
                                 "--resume goes on where the last run ended, without --from",
                                 "--resume 从上次结束处接着走，不与 --from 同用"));
    if (wish->until != DAY_NONE && !fast)
        return cli_usage(cli, TR(cli->lang, "--until goes with --from, --speed or --resume",
                                 "--until 要与 --from、--speed 或 --resume 同用"));
    if (wish->until != DAY_NONE && wish->from != DAY_NONE && wish->until < wish->from)
        return cli_usage(cli,
                         TR(cli->lang, "--until lies before --from", "--until 早于 --from"));
    return EXIT_FINE;
}

int cmd_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"simulate", optional_argument, NULL, 's'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"once", no_argument, NULL, 'o'},
                                            {"as-of", required_argument, NULL, 'a'},
                                            {"from", required_argument, NULL, 'f'},
                                            {"until", required_argument, NULL, 'u'},
                                            {"speed", required_argument, NULL, 'S'},
                                            {"resume", no_argument, NULL, 'R'},
                                            {"channel", required_argument, NULL, 'c'},
                                            {"accept-clock", no_argument, NULL, 'A'},
                                            {0}};
    struct wish wish = {.as_of = DAY_NONE, .from = DAY_NONE, .until = DAY_NONE};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!read_option(option, optarg, &wish))
            return cli_bad_option(cli, argv, option == '?' ? NULL : optarg);
    wish.scripts = argv + optind;
    wish.count = argc - optind;
    int code = check(cli, &wish);
    if (code != EXIT_FINE)
        return code;
    if (wish.simulate)
        return cli_simulate(cli, wish.scripts[0], wish.range, wish.json);
    if (wish.as_of != DAY_NONE)
        return look(cli, &wish);
    if ((wish.from != DAY_NONE || wish.resume) && !wish.speed)
        wish.speed = SPEED_USUAL;
    if (wish.accept) {
        code = accept_running(cli, &wish);
        if (code != EXIT_FINE || wish.count == 0)
            return code;
    }
    return run(cli, &wish);
}
