/*
 * What the files of the ledger share: ledger.c opens what is asked of the store and decides what goes
 * where, ledger_rows.c words the rows of 台账, ledger_matrix.c those of 进度, ledger_missing.c those of
 * 未完成.
 */
#ifndef CLI_LEDGER_PARTS_H
#define CLI_LEDGER_PARTS_H

#include "cli/ledger.h"
#include "cli/who.h"
#include "files/table_out.h"

/* What all tables are made of. */
struct ledger {
    struct status status; /* with a board of its own: what is over and met is on it, too */
    uint32_t item;        /* index, ITEM_NONE = all */
    enum lang lang;
    struct who who;
    bool *shown;       /* by duty, in ledger and matrix: not all rounds of what comes again */
    uint32_t *earlier; /* by duty: rounds before it that are not shown and not met */
    struct table_out *out; /* NULL for a terminal */
};

/* One row of the ledger. */
struct ledger_row {
    const char *task, *lead, *units, *person, *progress, *light;
    const char *when; /* instead of the day, NULL = the day says it */
    int32_t due;      /* DAY_NONE = none */
};

/** The rows, in the arena, in the order of the plan. */
int ledger_rows(const struct ledger *ledger, const struct ledger_row **rows, uint32_t *count,
                struct err *err);

/** "读书笔记", and which of its times where it has several; in the arena. */
const char *ledger_task(const struct ledger *ledger, const struct duty *duty);

/** "2026年4月18日", "2026-04-18"; in the arena. */
const char *ledger_day(const struct ledger *ledger, int32_t day);

/** Each writes its sheet, and below it what was left out. `lines` gets the rows that were written. */
int ledger_write_rows(const struct ledger *ledger, uint64_t *lines, struct err *err);
int ledger_write_matrix(const struct ledger *ledger, uint64_t *lines, struct err *err);
int ledger_write_missing(const struct ledger *ledger, uint64_t *lines, struct err *err);

/** Begins a sheet called `name`, with the plan's name and `what` as its title. */
int ledger_sheet(const struct ledger *ledger, const char *name, const char *what,
                 const struct table_column *columns, uint32_t count, uint32_t fixed,
                 struct err *err);

#endif
