/*
 * The chain of dues as a tree: from the highest item above that has one down to the plan's own,
 * with the days between each and the one it hangs under.
 */
#ifndef CLI_CASCADE_H
#define CLI_CASCADE_H

#include "base/lang.h"
#include "base/value.h"

#include <stdbool.h>
#include <stdio.h>

/** Prints the rows of check_run's `cascade` as a table; `color` marks what is late, which is said in
 * words as well. Says so when there is no row. */
void cascade_print(FILE *out, const struct value *rows, enum lang lang, bool color);

#endif
