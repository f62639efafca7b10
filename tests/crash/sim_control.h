/*
 * Requests without a socket, instead of core/service/control.c: a test asks, the turn answers, and
 * the test is told what was said, or why it was not committed.
 */
#ifndef TESTS_SIM_CONTROL_H
#define TESTS_SIM_CONTROL_H

#include "service/control.h"

/** Told of an answer, or (`problem`) of why there is none. */
typedef void (*sim_answered)(void *context, uint32_t asked, const struct value *answer,
                             const struct err *problem);

/** The caller gives it to sim_control_free: what was not answered never is. */
struct control *sim_control_new(sim_answered answered, void *context);
void sim_control_free(struct control *control);

/** Asks; `request` outlives the answer, which bears the number `asked`. */
void sim_control_ask(struct control *control, uint32_t asked, const struct value *request);

#endif
