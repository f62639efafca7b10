/*
 * Who a duty concerns, in words that people know: names as the plan declares them, not ids.
 */
#ifndef CLI_WHO_H
#define CLI_WHO_H

#include "base/lang.h"
#include "base/table.h"
#include "plan/plan.h"

/* The plan's declared names by id. */
struct who {
    const struct plan *plan;
    struct arena *arena;
    struct table rows; /* id → index in `names` */
    const char **names;
    enum lang lang;
};

/** Reads the plan's units and groups. The caller gives it to who_free. */
struct who who_new(struct arena *arena, const struct plan *plan, enum lang lang);

/** Frees the table; texts stay with the arena. */
void who_free(struct who *who);

/** A sealed selector as text: what the notice says, or names joined by 、; "" for NULL. */
const char *who_text(const struct who *who, const struct value *selector);

/** Who does an item: each, else by, else those who lead and help, else the plan's owner. */
const char *who_does(const struct who *who, const struct item *item);

#endif
