/*
 * The one channel of whoever has no configuration: `--channel console|jsonl|jsonl:FILE`.
 */
#ifndef CLI_OUTLET_H
#define CLI_OUTLET_H

#include "channel/channel.h"
#include "cli/cli.h"

/** True for a text that --channel takes. */
bool outlet_is(const char *text);

/** Opens it; the caller closes `*out`. Errors are printed. Returns an exit code. */
int outlet_open(struct cli *cli, const char *text, struct channel **out);

#endif
