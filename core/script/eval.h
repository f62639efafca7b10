/*
 * Runs a plan's script in a throw-away process and gives back what it declared: the raw tree. The
 * script cannot reach anything; the tree is bounded and decoded as untrusted input, but its words,
 * names and dates are not understood here. Nothing blocks: eval_start gives a descriptor and a
 * deadline, eval_read advances. Several may run at once.
 */
#ifndef SCRIPT_EVAL_H
#define SCRIPT_EVAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/finding.h"
#include "base/lang.h"
#include "base/value.h"
#include "script/eval_wire.h"

#include <stddef.h>
#include <stdint.h>

struct eval;

struct eval_request {
    const struct source *script;   /* valid UTF-8 as from source_load; outlives the eval */
    const char *folder;            /* where `require` finds NAME.lua; NULL = no modules */
    const struct eval_word *words; /* outlive the eval */
    size_t word_count;
    struct findings *findings; /* gets what goes wrong, with places and help; may be NULL */
    enum lang lang;            /* of messages */
    int wall_ms;               /* 0 = EVAL_WALL_MS */
    const char *program;       /* planrun-eval; NULL = the one of this installation or build */
};

enum { EVAL_PENDING = 0, EVAL_DONE = 1 };

/** Starts the evaluation, from a thread that outlives it: when that ends, the kernel ends the child.
 * Returns NULL and fills `err` when no process can be started. The result and the texts of modules
 * live in `arena`, which outlives the eval. */
struct eval *eval_start(const struct eval_request *request, struct arena *arena,
                        struct err *err);

/** The socket, to be polled for eval_events; -1 once it is done. Owned by the eval. */
int eval_fd(const struct eval *eval);

/** What to wait for: POLLIN, perhaps with POLLOUT. */
short eval_events(const struct eval *eval);

/** When the script is to be ended, in CLOCK_MONOTONIC milliseconds: call eval_read then too. */
int64_t eval_deadline_ms(const struct eval *eval);

/** Advances without blocking: EVAL_PENDING, EVAL_DONE, or a negative code with the script's
 * file and line in `err` (and a finding in the request's list). Keeps its answer once it is final. */
int eval_read(struct eval *eval, struct err *err);

/** Waits for the end: EVAL_DONE or a negative code. */
int eval_run(struct eval *eval, struct err *err);

/** The raw tree {handlers, nodes} after EVAL_DONE, in the arena; NULL before. */
const struct value *eval_result(const struct eval *eval);

/** The modules that were asked for and found, in order; text as it was evaluated. */
const struct source *const *eval_modules(const struct eval *eval, size_t *count);

/** Why the script was less isolated than it should be, or NULL. */
const char *eval_warning(const struct eval *eval);

/** Ends the process if it runs, reaps it, frees all but the arena; NULL is accepted. */
void eval_free(struct eval *eval);

#endif
