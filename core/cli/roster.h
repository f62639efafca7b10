/*
 * The parts of `planrun roster`: what is there, and what a new file would change. roster_* of cli/.
 */
#ifndef CLI_ROSTER_H
#define CLI_ROSTER_H

#include "cli/cli.h"
#include "cli/hold.h"
#include "plan/roster_life.h"

struct roster_wish {
    const char *script, *file, *sheet, *unit, *by, *key, *reason;
    int32_t day, on; /* --as-of and --on, DAY_NONE = not said */
    uint32_t depth;  /* levels of the tree, 0 = as many as fit */
    bool json, fast, apply;
};

/** Prints the tree with its numbers, the groups, who is away and what has changed. An exit code. */
int roster_show(struct cli *cli, const struct roster_wish *wish);

/** Prints what the file of `wish` would change and, if that is wished, sends it. An exit code. */
int roster_compare(struct cli *cli, const struct roster_wish *wish);

/** "joined", "加入": what an event is called. */
const char *roster_event_text(enum roster_event event, enum lang lang);

/** What a change does, with the names that a roster knows: "加入 新护士01（n5），内科". Appended. */
void roster_add_change(struct buf *out, const struct roster_change *change,
                       const struct roster *roster, enum lang lang);

#endif
