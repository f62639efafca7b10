/*
 * What the two sides of `planrun check` share: plans (check.c) and the service's configuration
 * (check_config.c) print their findings alike.
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "cli/cli.h"

/** The findings in the order of their places, to standard output: for people, or one JSON object a line. */
void check_print_findings(struct cli *cli, struct findings *findings, bool json);

/** The last line: what was found, what an `allow` has silenced, what lies in plans above. */
void check_print_counts(struct cli *cli, const char *script, const struct findings *findings,
                        int64_t allowed, size_t left);

/** Who reads JSON is not to take a part for the whole: how many were not listed, to standard error. */
void check_tell_rest(struct cli *cli, const struct findings *findings);

/** Checks the configuration at `path`, what it names and its table of addresses; an exit code. */
int check_config(struct cli *cli, const char *path, bool json, bool strict);

/** The same, its findings alone: nothing is printed. A negative code when there is no looking. */
int check_config_look(struct cli *cli, const char *path, struct findings *findings,
                      struct err *err);

#endif
