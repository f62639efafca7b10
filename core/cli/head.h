/*
 * The head of a plan: its name, who issued it and when, what it derives from and how much it holds.
 * `show` and `run` begin with it.
 */
#ifndef CLI_HEAD_H
#define CLI_HEAD_H

#include "cli/cli.h"

/** Prints the head and an empty line; `revision` is the hash of what is shown. `held` (NULL = they
 * are not) says why messages are. */
void head_print(struct cli *cli, const struct plan *plan, const char *revision,
                const struct roster *roster, const char *held);

#endif
