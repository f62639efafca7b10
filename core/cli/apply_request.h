/*
 * What `planrun apply` sends to whoever runs a plan, for the two that send it: apply.c shows a person what
 * changes first, apply_changed.c is the child that a service starts. Neither knows here who runs it.
 */
#ifndef CLI_APPLY_REQUEST_H
#define CLI_APPLY_REQUEST_H

#include "cli/cli.h"
#include "script/load.h"

/** {"do":"apply"} with the loaded revision of the script, in the arena; texts are the load's. */
struct value *apply_request(const struct loaded *loaded, const char *script, enum lang lang,
                            struct arena *arena);

/** `apply --changed`: takes what has changed of the scripts of a service, one JSON object a line for what
 * cannot be taken. Returns an exit code: 1 = there was some. */
int apply_changed(struct cli *cli, char **scripts, int count);

#endif
