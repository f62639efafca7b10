/*
 * What a person calls an item or a unit: its id or its whole name. A name that several bear is
 * refused with ids to choose from, one that nobody bears with the nearest that somebody does.
 */
#ifndef SERVICE_NAMES_H
#define SERVICE_NAMES_H

#include "base/err.h"
#include "base/lang.h"
#include "plan/plan.h"
#include "plan/roster.h"

#include <stdint.h>

/** Finds the item that `text` means. Returns 0, or an error in the language. */
int names_item(const struct plan *plan, const char *text, enum lang lang, uint32_t *item,
               struct err *err);

/** Finds the row of the unit that `text` means, in one pass over the roster when it is no id.
 * Returns 0, or an error in the language. */
int names_unit(const struct roster *roster, const char *text, enum lang lang, uint32_t *row,
               struct err *err);

#endif
