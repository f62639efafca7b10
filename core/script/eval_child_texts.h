/*
 * Text functions in planrun-eval. While the script is loaded each `text = function …` gets a number, in
 * the order in which they stand, and the one that was asked for is remembered; then it is called
 * once for each message. An error of one message is that message's alone. Functions: `texts_*`.
 */
#ifndef SCRIPT_EVAL_CHILD_TEXTS_H
#define SCRIPT_EVAL_CHILD_TEXTS_H

#include "script/eval_child.h"

/** Prepares for the text function that the request asks for, if it does. */
void texts_open(struct child *child, const struct value *request);

/** Numbers the function on top of the stack, which stays; keeps it when it is asked for. */
unsigned texts_offer(struct child *child);

/** True when the request asks for a text function; when the script is through and it runs. */
bool texts_wanted(const struct child *child);
bool texts_run_now(const struct child *child);

/** Calls the function for each message; the process ends when there is none. */
void texts_run(struct child *child);

/** Writes the result frame. */
void texts_write(struct child *child);

#endif
