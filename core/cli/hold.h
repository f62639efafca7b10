/*
 * Holdings for commands: opens the plan of a script with its store (service/holding.h), tells what
 * is wrong with it, and knows its units by the numbers of the store. hold_*, and cli_send for what
 * writes.
 */
#ifndef CLI_HOLD_H
#define CLI_HOLD_H

#include "cli/cli.h"
#include "engine/numbering.h"
#include "service/holding.h"

/* What a command wants to hold. */
struct hold_wish {
    enum holding_mode mode;
    const char *script, *who; /* the command's name, for the lock */
    bool fast;                /* the store of accelerated runs, … */
    bool anew;                /* … emptied first */
    bool alone;               /* not of a service, which has the plan then */
    bool compare;   /* with the script as it is now; what is wrong with it is not printed when
                     it does not load */
    bool no_roster; /* what is asked is in the store alone */
};

/** Opens a holding; findings and errors are printed. Returns an exit code; `out` must be given to
 * holding_close in any case. */
int hold_open(struct cli *cli, const struct hold_wish *wish, struct holding *out);

/** Opens what a reading command reads: the store or, when there is none yet (`*recorded` = false),
 * the script itself. Returns an exit code like hold_open. */
int hold_read(struct cli *cli, const char *script, bool fast, struct holding *out,
              bool *recorded);

/** Who uses the program, by the login. */
const char *cli_login(void);

/** Sends a request that writes for a script's plan (mode is not looked at) and waits for the answer, the
 * arena's. Errors, the answer's among them, are printed. Returns an exit code. */
int cli_send(struct cli *cli, const struct hold_wish *wish, const struct value *request,
             struct arena *arena, struct value **answer);

/** The item with that id or whole name; prints an error and returns ITEM_NONE. */
uint32_t hold_item(struct cli *cli, const struct plan *plan, const char *text);

/** A row of the roster by id or whole name; prints an error and returns UNIT_NONE. */
uint32_t hold_unit(struct cli *cli, const struct roster *roster, const char *text);

/* The roster by the store's numbers; zero is an empty one. */
struct hold_units {
    uint32_t *numbers;     /* by row; 0 = the store does not know it yet; the arena's */
    struct numbering rows; /* by number */
};

/** Reads the numbers into the arena. The caller gives `out` to hold_units_free. */
int hold_units(const struct holding *holding, struct arena *arena, struct hold_units *out,
               struct err *err);
void hold_units_free(struct hold_units *units);

/** The row of a number, or UNIT_NONE. */
uint32_t hold_row(const struct hold_units *units, uint32_t number);

#endif
