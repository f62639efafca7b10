/*
 * The commands of the program, cmd_*: argv[0] is the command's name, the value an exit code.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stdbool.h>

struct cli;

/** One entry per command; see `planrun --help`. */
int cmd_run(struct cli *cli, int argc, char **argv);
int cmd_serve(struct cli *cli, int argc, char **argv);
int cmd_show(struct cli *cli, int argc, char **argv);
int cmd_check(struct cli *cli, int argc, char **argv);
int cmd_explain(struct cli *cli, int argc, char **argv);
int cmd_next(struct cli *cli, int argc, char **argv);
int cmd_date(struct cli *cli, int argc, char **argv);
int cmd_fact(struct cli *cli, int argc, char **argv); /* submit … select */
int cmd_undo(struct cli *cli, int argc, char **argv);
int cmd_import(struct cli *cli, int argc, char **argv); /* submit … --from */
int cmd_roster(struct cli *cli, int argc, char **argv);
int cmd_status(struct cli *cli, int argc, char **argv);
int cmd_log(struct cli *cli, int argc, char **argv);
int cmd_why(struct cli *cli, int argc, char **argv);
int cmd_apply(struct cli *cli, int argc, char **argv);
int cmd_diff(struct cli *cli, int argc, char **argv);
int cmd_compare(struct cli *cli, int argc, char **argv);
int cmd_doctor(struct cli *cli, int argc, char **argv);
int cmd_outbox(struct cli *cli, int argc, char **argv);
int cmd_backup(struct cli *cli, int argc, char **argv);
int cmd_restore(struct cli *cli, int argc, char **argv);
int cmd_help(struct cli *cli, int argc, char **argv);

/** True for a submit that has --from: cmd_import, with options of its own. */
bool cli_imports(int argc, char **argv);

/** `help words [WORD] [--emit meta|luarc|luacheck]`, and the same of `help service`; argv[0] says which. */
int cmd_help_words(struct cli *cli, int argc, char **argv);

/** Lives the plan in memory and prints its journal within `range` ("FROM..TO", NULL = the plan's
 * own range). */
int cli_simulate(struct cli *cli, const char *script, const char *range, bool json);

#endif
