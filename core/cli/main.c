#include "cli/cli.h"
#include "cli/commands.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command {
    const char *name;
    int (*run)(struct cli *cli, int argc, char **argv);
} commands[] = {
    {"run", cmd_run},       {"show", cmd_show},       {"next", cmd_next},
    {"submit", cmd_fact},   {"excuse", cmd_fact},     {"extend", cmd_fact},
    {"withdraw", cmd_fact}, {"accept", cmd_fact},     {"return", cmd_fact},
    {"rework", cmd_fact},   {"recommend", cmd_fact},  {"select", cmd_fact},
    {"undo", cmd_undo},     {"status", cmd_status},   {"log", cmd_log},
    {"why", cmd_why},       {"compare", cmd_compare}, {"apply", cmd_apply},
    {"doctor", cmd_doctor}, {"backup", cmd_backup},   {"date", cmd_date},
    {"help", cmd_help},     {"check", cmd_check},     {"explain", cmd_explain},
    {"diff", cmd_diff},     {"roster", cmd_roster},   {"outbox", cmd_outbox},
    {"serve", cmd_serve},   {"restore", cmd_restore},
};

static int print_version(struct cli *cli)
{
    fprintf(cli->out, "planrun %s (%s)\n", PLANRUN_VERSION, PLANRUN_REVISION);
    return EXIT_FINE;
}

static bool is_script(const char *word)
{
    size_t length = strlen(word);
    return (length > 4 && strcmp(word + length - 4, ".lua") == 0) || strchr(word, '/');
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* `argv[0]` is the command's name. */
static int run_command(struct cli *cli, const struct command *command, int argc, char **argv)
{
    char *help[] = {argv[0], argv[0]};
    return asks_for_help(argc, argv) ? cmd_help(cli, 2, help) : command->run(cli, argc, argv);
}

static int dispatch(struct cli *cli, int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "--help";
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return print_version(cli);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return cmd_help(cli, 1, argv);
    const char *names[sizeof commands / sizeof *commands];
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        names[i] = commands[i].name;
        if (strcmp(word, commands[i].name) == 0)
            return run_command(cli, &commands[i], argc - 1, argv + 1);
    }
    if (is_script(word) || word[0] == '-')
        return cmd_run(cli, argc, argv);
    const char *near = nearest_word(word, names, sizeof names / sizeof *names);
    if (near)
        return cli_usage(cli,
                         TR(cli->lang, "unknown command '%s'; did you mean '%s'?",
                            "没有命令“%s”，是不是“%s”？"),
                         word, near);
    return cli_usage(cli, TR(cli->lang, "unknown command '%s'", "没有命令“%s”"), word);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    opterr = 0; /* the commands say themselves what is wrong, in the user's language */
    struct cli cli = {
        .lang = lang_of_environment(),
        .color = isatty(STDERR_FILENO) && !getenv("NO_COLOR"),
        .out = stdout,
        .err = stderr,
    };
    int code = dispatch(&cli, argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        /* whoever closed the pipe, like head(1), has read enough */
        if (errno != EPIPE)
            fprintf(stderr, "planrun: %s\n",
                    TR(cli.lang, "standard output could not be written", "标准输出写入失败"));
        code = code ? code : EXIT_PROBLEMS;
    }
    return code;
}
