/*
 * The holder's ear: connections on a holding's socket, requests on them a line each, answers a line each in the
 * same order. A line that does not end, in bytes or in time, ends its connection; one on which nothing is said
 * may stay. It knows no plan: requests are taken one by one by the loop, which answers all of a
 * turn after their commit. Only processes of the same user, or root, are heard.
 */
#ifndef SERVICE_CONTROL_H
#define SERVICE_CONTROL_H

#include "base/value.h"

#include <uv.h>

struct control;

/* A request that was taken. The answer is set by whoever carries it out, in the arena. */
struct control_request {
    struct arena *arena;
    const struct value *request;
    const struct value *answer;
};

/** Told that a request has come. */
typedef void (*control_wake)(void *context);

/** Serves a listening socket, which stays the caller's, on the loop. The caller gives it to control_close. */
int control_new(uv_loop_t *loop, int listener, control_wake wake, void *context,
                struct control **out, struct err *err);

/** The next request that was not taken yet, or NULL; the control's until it was answered. What is no JSON is
 * answered without being given out. */
struct control_request *control_next(struct control *control);

/** True when control_next has more. */
bool control_waiting(const struct control *control);

/** Sends the answers of the requests that have one; `problem` (NULL = none) is why they were not committed,
 * and everybody's answer then. */
void control_answer(struct control *control, const struct err *problem);

/** Hears no more: whoever waits is told to try again. Frees it, once the loop has run; NULL is accepted. */
void control_close(struct control *control);

#endif
