/*
 * The tables that an office hands to its leader: the ledger 台账 (each task and quota in the notice's
 * order: who leads, who answers for it, by when, how far, which light), the matrix 进度 (units against
 * duties) and the list 未完成 (who lacks what; who is excused, why and by whose leave). For a terminal,
 * as CSV or as a workbook; made of what `status` is made of, so that they agree with it.
 *
 * A sheet has what a person can read; how much was left out is said below it.
 */
#ifndef CLI_LEDGER_H
#define CLI_LEDGER_H

#include "cli/status.h"

/** Writes the tables that are wished for (--xlsx: all three in one file, or with --ledger or --behind
 * the one; --csv: the matrix, or that one), or without a file prints the ledger. `status` has the
 * day, the unit and the holding; `item` is an index, ITEM_NONE = all. Says what was written. */
int ledger_show(const struct status *status, uint32_t item, struct err *err);

#endif
