/*
 * The commands of the program, cmd_*: argv[0] is the command's name, the value an exit code.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

struct cli;
struct cli_plan;

/** One entry per command; see `planrun --help`. */
int cmd_run(struct cli *cli, int argc, char **argv);
int cmd_show(struct cli *cli, int argc, char **argv);
int cmd_next(struct cli *cli, int argc, char **argv);
int cmd_date(struct cli *cli, int argc, char **argv);
int cmd_help(struct cli *cli, int argc, char **argv);

/** `help words [WORD] [--emit meta|luarc|luacheck]`. */
int cmd_help_words(struct cli *cli, int argc, char **argv);

/** Prints the events of a plan within `range` ("FROM..TO", NULL = the plan's own range). */
int cli_simulate(struct cli *cli, const struct cli_plan *plan, const char *range, int json);

#endif
