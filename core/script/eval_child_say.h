/*
 * The inside of a handler in planrun-eval, shared by eval_child_handler.c, which calls it and asks
 * for it (`handler_*`), and eval_child_say.c, which keeps what it says (`say_*`). Included by these
 * two and eval_child_texts.c only.
 */
#ifndef SCRIPT_EVAL_CHILD_SAY_H
#define SCRIPT_EVAL_CHILD_SAY_H

#include "script/eval_child_handler.h"

/* What is asked for, and what the function has said so far: notices, or findings of a check, which
 * are encoded at once. */
struct handler {
    const char *event, *ref; /* ref NULL = none */
    const struct value *argument;
    bool running;
    unsigned asks;
    struct buf said; /* without the list's head */
    unsigned said_count, target_count;
    lua_Integer targets[EVAL_TARGETS_MOST]; /* sets of all notices so far */
};

/** Ends the process with a finding about `near` in the line at work. */
_Noreturn void handler_fail(struct child *child, const char *name, const char *near,
                            const char *help, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/** The set of a handle of units; NULL = it is none. */
const lua_Integer *handler_set(lua_State *L, int index);

/** Asks the parent for the set of a unit's id and pushes its number; a refusal ends the process. */
void handler_ask_named(struct child *child, const char *near, const char *unit);

/** Pushes a value of the request as plain data. */
void handler_push_value(lua_State *L, const struct value *value);

/** Encodes a key with its text. */
void handler_add_text(struct buf *buf, const char *key, const char *text);

/** Prepares for what the handler will say. */
void say_open(struct child *child);

#endif
