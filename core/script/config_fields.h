/*
 * What the checks of a configuration share: the words one by one (config_fields.c), and what the type of a
 * field means beyond its shape (config_types.c). Included by these two only.
 */
#ifndef SCRIPT_CONFIG_FIELDS_H
#define SCRIPT_CONFIG_FIELDS_H

#include "script/config_state.h"
#include "script/resolve_parts.h"

/* One reading of a configuration, which is to the resolver a plan in other words. */
struct config_reading {
    struct resolver r;
    struct config_text *text;
    const char *folder;
    struct word kinds[CONFIG_KINDS]; /* the word channel, with the fields of each kind */
    struct table channels, binds;    /* name → node */
    const char *channel_names[CONFIG_CHANNELS_MOST]; /* for suggestions */
    size_t channel_count;
    struct node *service; /* NULL = none */
};

/** Checks the sealed fields of a node by the names of their types, and brings them into their last form. */
void config_check_types(struct config_reading *c, struct node *node);

/** The number that a text of a type with numbers stands for: "span" as milliseconds, "rate" a minute (0 =
 * no bound), "int"; -1 when it is none. */
int64_t config_number(const char *type, const char *text);

#endif
