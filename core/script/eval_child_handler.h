/*
 * A handler in planrun-eval. While the script is loaded the function that was asked for is only
 * remembered; then it is called, with the event and a handle of the units concerned. The handle is
 * a number in a userdata: what it stands for is known to the parent alone, which is asked.
 * Functions: `handler_*`.
 */
#ifndef SCRIPT_EVAL_CHILD_HANDLER_H
#define SCRIPT_EVAL_CHILD_HANDLER_H

#include "script/eval_child.h"

/** Prepares for the handler that the request asks for, if it does. */
void handler_open(struct child *child, const struct value *request);

/** Keeps the function at `index` when it is the one registered for (event, ref). */
void handler_offer(struct child *child, const char *event, const char *ref, int index);

/** True once the script is through and the handler runs. */
bool handler_runs(const struct child *child);

/** Calls the function; the process ends when there is none. */
void handler_run(struct child *child);

/** Writes the result frame. */
void handler_write(struct child *child);

/** Calls a function of handlers, whose arguments are on the stack. */
int handler_call_late(lua_State *L, const char *name);

/** True when the value is a handle of units. */
bool handler_is_units(lua_State *L, int index);

#endif
