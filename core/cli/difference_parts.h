/*
 * The inside of the comparison of two plans: difference.c walks the plans, difference_item.c
 * compares two items, difference_acts.c what happens by itself. For these alone; differ_*.
 */
#ifndef CLI_DIFFERENCE_PARTS_H
#define CLI_DIFFERENCE_PARTS_H

#include "cli/difference.h"
#include "cli/who.h"

struct differ {
    const struct difference_side *before, *after;
    struct who old, new; /* the names that either plan gives its units */
    struct arena *arena;
    enum lang lang;
    bool issued; /* on another day, from which recurrences and standing dates count */
    struct difference *list;
    size_t count, room;
};

/* What differences are about while its fields are compared. */
struct subject {
    enum difference_about about;
    const char *id, *name;
};

/** Adds a difference with its values in words; the result may be completed. */
struct difference *differ_add(struct differ *differ, const struct subject *subject,
                              enum difference_kind kind, const char *field,
                              const struct value *before, const struct value *after);

/** True when two sealed values are the same, or only begin with another day of issue. */
bool differ_same(const struct differ *differ, const struct value *a, const struct value *b);

/** Compares two maps key by key but for those in `told`, which ends with NULL; `kind_of` says of
 * which kind a difference of a key is. */
void differ_maps(struct differ *differ, const struct subject *subject, const char *prefix,
                 const struct value *before, const struct value *after, const char *const *told,
                 enum difference_kind (*kind_of)(const char *key));

/** Compares two items of one id. */
void differ_items(struct differ *differ, const struct item *before, const struct item *after);

/** Compares the reminders, which have no ids. */
void differ_reminders(struct differ *differ);

/** Compares the handlers, by the texts of their lines where these are at hand. */
void differ_handlers(struct differ *differ);

#endif
