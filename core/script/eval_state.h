/*
 * The inside of an evaluation on the parent's side, shared by eval.c, which runs a script, and call.c,
 * which runs one of its handlers: that adds a question to the request, answers questions and
 * takes another result. Included by these two only; `eval_*` is eval.c's, `call_*` call.c's.
 */
#ifndef SCRIPT_EVAL_STATE_H
#define SCRIPT_EVAL_STATE_H

#include "script/call.h"

#include <sys/types.h>

struct call;

/* States: the request and the answers about modules go out of `out` while frames come into `in`;
 * the eval is final when `answer` is not EVAL_PENDING, and then the child is gone. */
struct eval {
    struct arena *arena;
    const struct source *script;
    const char *folder;
    const struct eval_word *words;
    size_t word_count;
    struct findings *findings;
    enum lang lang;
    pid_t pid;  /* 0 = reaped */
    int socket; /* -1 = closed */
    int64_t deadline;
    struct buf out, in;
    size_t sent;
    int answer;
    struct err err; /* when answer < 0 */
    struct value *result;
    const struct source *modules[EVAL_MODULES_MOST];
    size_t module_count;
    char *warning;
    struct call *call; /* NULL = a script is loaded, no handler runs */
    bool asked;        /* a question was answered in this eval_read */
};

/** eval_start, for a handler when `call` is not NULL. */
struct eval *eval_begin(const struct eval_request *request, struct call *call,
                        struct arena *arena, struct err *err);

/** Appends a frame to what is to be sent. */
void eval_add_frame(struct eval *eval, enum eval_tag tag, const struct value *payload);

/** Ends the evaluation with a finding. `file` is the name of one of its sources, `about` what the
 * child said about the place or NULL. Returns `code`. */
int eval_fail(struct eval *eval, int code, const char *name, const char *file, uint32_t line,
              const char *message, const char *help, const struct value *about);

/** Ends the evaluation of a child that broke the rules of the wire. Returns its answer. */
int eval_break(struct eval *eval);

/** Ends the evaluation without a finding. Returns `answer`. */
int eval_end(struct eval *eval, int answer);

/* call.c */

/** Adds handler and argument to the request's payload. */
void call_add_request(const struct call *call, struct arena *arena, struct value *payload);

/** A stored module by its file's name; NULL = there is none. */
const struct call_module *call_find_module(const struct call *call, const char *file);

/** Takes a question or the result: EVAL_PENDING, EVAL_DONE or a negative code. */
int call_take_ask(struct eval *eval, const struct value *payload);
int call_take_result(struct eval *eval, struct value *payload);

#endif
