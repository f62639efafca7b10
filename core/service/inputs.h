/*
 * What a plan needs beside its script: the operator's holiday files and the rosters in the plan's folder.
 * The same for a command that reads a script and for a run that reads its stored revision.
 */
#ifndef SERVICE_INPUTS_H
#define SERVICE_INPUTS_H

#include "plan/roster.h"
#include "script/host.h"
#include "service/life.h"

/** Opens the host with the holiday files of stdlib and, over them, those of the operator's folders
 * in $PLANRUN_HOLIDAYS, joined by ':'. The caller closes `*host`. */
int inputs_open_host(struct host **host, struct err *err);

/** Loads the rosters that a plan names from `folder` and seals them. What is wrong with them is
 * added to `findings`, which outlive the roster; `script` (NULL = not at hand) is where a
 * file that cannot be read is named. The caller frees `*roster`, also on failure. */
int inputs_load_rosters(const struct plan *plan, const char *folder,
                        const struct source *script, struct findings *findings,
                        struct roster **roster, struct err *err);

/** The same as of a day, with what has happened to the roster behind its files. */
int inputs_load_life(const struct plan *plan, const char *folder, const struct source *script,
                     struct life_list *life, int32_t day, struct findings *findings,
                     struct roster **roster, struct err *err);

/** Stands for the roster files of a plan as they lie in `folder` now: another number when one of them was
 * written, replaced or removed. */
uint64_t inputs_print(const struct plan *plan, const char *folder);

#endif
