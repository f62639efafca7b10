/* `planrun serve`: all plans of a folder in one process and one store, for months. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "cli/doubt.h"
#include "cli/hold.h"
#include "cli/outlet.h"
#include "service/request.h"
#include "service/serve.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usual[] = "/etc/planrun/service.lua";

struct wish {
    const char *config, *channel, *log;
    bool once, accept;
    char **paths;
    int count;
};

enum { END_MS = 1700 /* of the two seconds that an end may take */ };

/* What comes while the plans are opened is heard by the loop. */
static void block_hangup(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static int serve(struct cli *cli, const struct wish *wish, struct holding_shared *shared,
                 struct channel *channel, const struct guard *guard)
{
    struct err err = {0};
    struct log_options log = {.fd = STDERR_FILENO,
                              .form = wish->log && strcmp(wish->log, "json") == 0 ? LOG_JSON
                                                                                  : LOG_KEYS};
    struct serve_options options = {.shared = shared,
                                    .paths = (const char *const *)wish->paths,
                                    .path_count = (size_t)wish->count,
                                    .config = wish->config,
                                    .channel = channel,
                                    .guard = guard,
                                    .clock = clock_real(),
                                    .once = wish->once,
                                    .accept_clock = wish->accept ? cli_login() : NULL,
                                    .lang = cli->lang,
                                    .log = log_new(&log)};
    int code = serve_run(&options, &err);
    if (code < 0)
        log_event(options.log, LOG_ERROR, "service.failed", "message", err.message, NULL);
    log_free(options.log);
    return code < 0 ? EXIT_PROBLEMS : EXIT_FINE;
}

static int hold_and_serve(struct cli *cli, const struct wish *wish)
{
    struct holding_shared shared = {0};
    struct channel *channel = NULL;
    struct guard *guard = NULL;
    struct err err = {0};
    block_hangup();
    int code = guard_start(END_MS, &guard, &err) < 0 ? cli_fail(cli, &err) : EXIT_FINE;
    if (code == EXIT_FINE && !wish->config)
        code = outlet_open(cli, wish->channel ? wish->channel : "console", &channel);
    if (code == EXIT_FINE && holding_share(NULL, "planrun serve", cli->lang, &shared, &err) < 0)
        code = cli_fail(cli, &err);
    if (code == EXIT_FINE)
        code = serve(cli, wish, &shared, channel, guard);
    if (channel)
        channel->kind->close(channel);
    holding_unshare(&shared);
    guard_end(guard);
    return code;
}

/* ---- --accept-clock --------------------------------------------------------------------------- */

static void tell_accepted(struct cli *cli, const struct value *answer)
{
    const char *doubt = value_get_string(answer, "doubt");
    struct trust trust = {.jump_ms = value_get_int(answer, "jump_ms", 0)};
    struct buf text = {0};
    for (int i = CLOCK_SURE; doubt && i <= CLOCK_UNSET; i++)
        if (strcmp(doubt, trust_name((enum clock_doubt)i)) == 0)
            trust.doubt = (enum clock_doubt)i;
    doubt_add_accepted(&text, &trust, cli->lang);
    fprintf(cli->out, "%s\n", text.bytes);
    buf_free(&text);
}

/* Asks the service that runs; `*runs` false = none does. */
static int ask_accept(struct cli *cli, bool *runs)
{
    struct arena *arena = arena_new();
    struct value *request = value_map(arena), *answer = NULL;
    struct err err = {0};
    char folder[HOLDER_PATH_MOST];
    value_set_string(arena, request, "do", "accept-clock");
    value_set_string(arena, request, "actor", cli_login());
    value_set_string(arena, request, "lang", cli->lang == LANG_ZH ? "zh" : "en");
    int code = holder_folder(folder, &err);
    if (code == 0)
        code = holder_ask(folder, HOLDING_SERVICE, request, arena, &answer, &err);
    *runs = code != ERR_NOT_FOUND;
    const char *problem = code < 0 ? NULL : value_get_string(answer, "error");
    if (problem)
        code = err_set(&err, ERR_INVALID, "%s", problem);
    if (code == 0)
        tell_accepted(cli, answer);
    else if (*runs)
        cli_fail(cli, &err);
    arena_free(arena);
    return code == 0 || !*runs ? EXIT_FINE : EXIT_PROBLEMS;
}

/* ---- options ---------------------------------------------------------------------------------- */

static bool read_option(int option, const char *value, struct wish *wish)
{
    switch (option) {
    case 'o': wish->once = true; return true;
    case 'A': wish->accept = true; return true;
    case 'C': wish->config = value; return true;
    case 'c': wish->channel = value; return outlet_is(value);
    case 'l':
        wish->log = value;
        return strcmp(value, "json") == 0 || strcmp(value, "keys") == 0;
    default: return false;
    }
}

static int check(struct cli *cli, struct wish *wish)
{
    if (wish->config && wish->channel)
        return cli_usage(cli,
                         TR(cli->lang, "--channel is for a service without a configuration",
                            "--channel 只用于没有配置文件的服务"));
    if (!wish->config && !wish->count && access(usual, F_OK) == 0)
        wish->config = usual;
    if (!wish->config && !wish->count)
        return cli_usage(
            cli,
            TR(cli->lang,
               "serve needs plans, a folder of them or --config FILE (there is no %s)",
               "serve 需要方案脚本、存放脚本的文件夹，或 --config 配置文件（没有 %s）"),
            usual);
    return EXIT_FINE;
}

int cmd_serve(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'C'}, {"channel", required_argument, NULL, 'c'},
        {"log", required_argument, NULL, 'l'},    {"once", no_argument, NULL, 'o'},
        {"accept-clock", no_argument, NULL, 'A'}, {0}};
    struct wish wish = {0};
    bool runs = false;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!read_option(option, optarg, &wish))
            return cli_bad_option(cli, argv, option == '?' ? NULL : optarg);
    wish.paths = argv + optind;
    wish.count = argc - optind;
    if (wish.accept) {
        int code = ask_accept(cli, &runs);
        if (code != EXIT_FINE || runs)
            return code;
    }
    int code = check(cli, &wish);
    return code == EXIT_FINE ? hold_and_serve(cli, &wish) : code;
}
