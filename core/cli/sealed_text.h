/*
 * Values of the sealed tree in words, by their form: dates as days, amounts as the notice says
 * them, selectors by names. For commands that show fields which the compiled plan does not type.
 */
#ifndef CLI_SEALED_TEXT_H
#define CLI_SEALED_TEXT_H

#include "cli/who.h"

/** A sealed value in words, in the arena of `who`; "" for NULL. */
const char *sealed_text(const struct who *who, const struct value *value);

/** The same as the script has it, where sealed_text does not tell two values apart: the phrase of
 * a date or amount, the ids of a selector, else JSON. */
const char *sealed_spelling(const struct who *who, const struct value *value);

#endif
