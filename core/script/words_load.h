/*
 * Tables of words other than a plan's, and words as the evaluator is told them. words.h has the words of a
 * plan, and what a table consists of.
 */
#ifndef SCRIPT_WORDS_LOAD_H
#define SCRIPT_WORDS_LOAD_H

#include "script/eval_wire.h"
#include "script/words.h"

/** Reads stdlib/TABLE.lua, a table in the form of words.lua: "service" has the words of the service's
 * configuration. The caller gives the words to words_free. */
int words_load_table(struct host *host, const char *table, struct arena *arena,
                     struct words **out, struct err *err);

/** The words for an evaluator, in the arena; names are by reference. */
const struct eval_word *words_eval(const struct words *words, struct arena *arena,
                                   size_t *count);

#endif
