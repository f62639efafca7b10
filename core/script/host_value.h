/*
 * Neutral value trees into and out of the host's Lua: a list becomes a sequence, a map a table, and
 * back. Both run inside host_run and throw what is a fault of stdlib or of an operator's file.
 */
#ifndef SCRIPT_HOST_VALUE_H
#define SCRIPT_HOST_VALUE_H

#include "base/value.h"

struct lua_State;

/** Pushes the tree as tables; NULL is nil. */
void host_push_value(struct lua_State *lua, const struct value *value);

/** What stands at `index` as a tree in the arena, which outlives a throw: strings, whole and other
 * numbers, booleans and tables of them. A table with positional entries and no keys is a list, else
 * a map (with both: a map with items); keys that are no strings are left out, deeper than 100 or
 * anything that is no plain data is an error that names `what`. */
struct value *host_to_value(struct lua_State *lua, struct arena *arena, int index,
                            const char *what);

#endif
