/*
 * Runs one handler of a plan in the evaluator: the script is loaded once more in a child of its own,
 * then the function that on(event, ref, …) registered is called with one argument. It asks about sets
 * of units over the socket and returns data; nothing of it acts. Or one text function, once for each
 * of a list of messages: it asks nothing and gives texts.
 */
#ifndef SCRIPT_CALL_H
#define SCRIPT_CALL_H

#include "script/eval.h"

enum {
    CALL_NOTICES_MOST = EVAL_NOTICES_MOST,
    CALL_UNITS_MOST = EVAL_SETS_MOST,
    CALL_TEXTS_MOST = EVAL_TEXTS_MOST
};

/* How the host answers, from within eval_read. Set 0 is event.units; others are given by `behind`
 * and `named`, at most CALL_UNITS_MOST in all; only sets that were given are asked about, and at
 * most EVAL_FIRST_MOST units of one. ERR_NOT_FOUND is the script's mistake and told in our words,
 * ERR_LIMIT in those of `err`; any other code ends the call with it. */
struct call_host {
    void *context;
    uint32_t (*count)(void *context, uint32_t set);
    struct value *(*first)(void *context, uint32_t set, uint32_t n, struct arena *arena);
    int (*behind)(void *context, uint32_t set, const char *item, uint32_t *out,
                  struct err *err);
    int (*named)(void *context, const char *unit, uint32_t *out, struct err *err);
};

/* A source of a stored plan: what `require` may find. */
struct call_module {
    const char *name; /* file name, "x.lua" */
    const char *text;
    size_t length;
};

struct call_request {
    struct eval_request eval; /* `folder` is not used: modules come from `modules` */
    const struct call_module *modules;
    size_t module_count;
    const char *event, *ref;      /* ref NULL = none */
    const struct value *argument; /* becomes the table `event`, with `units` added */
    struct call_host host;
    uint32_t function;            /* not 0: this text function is meant, and no handler; */
    const struct value *messages; /* its arguments, a list of 1 to CALL_TEXTS_MOST maps */
};

/* What a text function said of one message. */
struct call_text {
    const char
        *text; /* 1 to EVAL_NOTICE_BYTES, no control characters but line feeds; NULL = … */
    const char *problem; /* … why it failed, one line fit for people */
};

/* One notify(units, text, {to, channel}). Whoever is in any of the sets gets it, once. */
struct call_notice {
    const uint32_t *sets; /* at least one; as the host named them */
    size_t set_count;
    const char *text;           /* at most EVAL_NOTICE_BYTES, no control characters */
    const char *role, *channel; /* of the form of ids; NULL = not said */
};

/* One finding(item, text, {level, name, field, help}) of the event check. */
struct call_finding {
    const char *item; /* of the form of ids; NULL = the plan itself */
    enum severity severity;
    const char *text, *help;  /* one line of at most EVAL_FINDING_BYTES; help may be NULL */
    const char *name, *field; /* of the form of ids; NULL = not said */
};

/** Starts the call: like eval_start, advanced by eval_read, ended by eval_free. What the request
 * points to outlives the eval. A handler that fails has its file and line in the `err` of eval_read,
 * as a script has; one that is not in the script is such a failure. At most one question is
 * answered in one eval_read. */
struct eval *call_start(const struct call_request *request, struct arena *arena,
                        struct err *err);

/** What a call that is EVAL_DONE asked for, in order; in the arena of call_start. Only the event
 * check has findings, and it has no notices. */
const struct call_notice *call_notices(const struct eval *eval, size_t *count);
const struct call_finding *call_findings(const struct eval *eval, size_t *count);

/** What the text function of a call that is EVAL_DONE said: one for each message, in order. */
const struct call_text *call_texts(const struct eval *eval, size_t *count);

#endif
