/*
 * The inside of a holding, for holding*.c alone; holding_* like the rest.
 */
#ifndef SERVICE_HOLDING_DATA_H
#define SERVICE_HOLDING_DATA_H

#include "service/holding.h"

/** Loads the rosters of a plan as of a day into `*roster`, whom the caller frees, also on failure.
 * Findings are errors. */
int holding_load(struct holding *holding, const struct plan *plan, struct life_list *life,
                 int32_t day, struct findings *findings, struct roster **roster,
                 struct err *err);

/** inputs_print of a plan's files in the folder of the holding's script. */
uint64_t holding_print(const struct holding *holding, const struct plan *plan);

/** A new engine over a plan and its roster. */
int holding_bind(struct holding *holding, const struct plan *plan, const struct roster *roster,
                 struct engine **engine, struct err *err);

/** A copy of a revision that was sent, in the arena; ERR_INVALID when a text has not the hash that is said. */
int holding_copy_revision(const struct holding *holding, const struct store_revision *from,
                          struct arena *arena, struct store_revision *out, struct err *err);

/** ERR_INVALID when it is another plan, or a text of it cannot be printed. */
int holding_check_revision(const struct holding *holding, const struct store_revision *revision,
                           const struct plan *plan, struct err *err);

#endif
