/*
 * The inside of loading a configuration: config_hide* keep secrets out of what is shown, config_fields*
 * check what was declared and bring it into one form, config.c drives and makes plain structs of it.
 * Included by config*.c only.
 */
#ifndef SCRIPT_CONFIG_STATE_H
#define SCRIPT_CONFIG_STATE_H

#include "script/config.h"
#include "script/resolve_state.h"

/* A source whose text may still be changed: `text` is where source->text points. */
struct config_text {
    struct source *source;
    char *text;
};

/** Finds what looks like a secret in the text, comments included: reports each as an error and overwrites it,
 * so that no finding shows it. True when there was none. */
bool config_hide_secrets(struct config_text *text, struct findings *findings);

/** Overwrites what stands where the name of a secret's file should, and is none, before anything about that line
 * is shown; it is reported later, as what it is. */
void config_hide_literals(struct arena *arena, struct config_text *text);

/** True for the name of a secret's file: a short plain word, or an absolute path. */
bool config_is_secret_name(const char *text, size_t length);

/** Overwrites what stands at a place: the literal, or else the line, is overwritten. */
void config_hide(struct config_text *text, const struct place *place);

/** True when the text holds something that is known to be a secret: a URL with a user, a `whsec_…`, a
 * `key=` in a query. `*at` and `*length` are the stretch of it. */
bool config_is_secret(const char *text, size_t size, size_t *at, size_t *length);

/** Checks all that was declared; the tree has times as minutes, spans as milliseconds, rates as numbers,
 * paths made relative to nothing, and whatever may be left out:
 *
 *   {service = {…}, channels = [{name, kind, line, rate, at_once, within, …}…],
 *    binds = [{name, [channel], roles = {role = channel}}…]}
 *
 * `text` is the script, whose folder is `folder`. ERR_INVALID after findings. */
int config_fields(const struct resolve_input *input, struct config_text *text,
                  const char *folder, struct arena *arena, struct findings *findings,
                  struct value **sealed, struct err *err);

#endif
