/*
 * The service: all plans of some scripts and folders on one loop and in one store, for months. What it does stands
 * in a log, an event a line; what the service manager wants to know it is told (notify.h).
 *
 * At the start a plan that the store knows goes on from stored text, without Lua; one that is new is taken; one
 * whose script has changed is only reported. One that cannot be opened is reported, and stops no other.
 * A reload (SIGHUP, or the request "reload") opens what is new, lets go whose script is gone – its data
 * stay – and starts one `planrun apply --changed` over all scripts, which alone evaluates them and sends what
 * has changed to this service as anybody would: `apply` for a plan that runs, or for one that nobody has yet.
 *
 *   {"do":"reload"} → {"ok":true}      it has begun; what comes of it stands in the log
 */
#ifndef SERVICE_SERVE_H
#define SERVICE_SERVE_H

#include "base/log.h"
#include "service/guard.h"
#include "service/holding_shared.h"
#include "service/loop.h"
#include "service/post.h"

struct serve_options {
    struct holding_shared *shared; /* open for writing; the caller's */
    const char *const
        *paths; /* scripts and folders of them; none = those of the configuration */
    size_t path_count;
    const char *config;        /* path of the configuration; NULL = none: `channel` */
    struct channel *channel;   /* the caller's */
    const struct guard *guard; /* that tells it to end; NULL = it hears the signals itself */
    const char *program;       /* that a reload starts; NULL = this one */
    struct clock clock;
    int64_t until_ms;         /* of an accelerated clock; 0 = no bound */
    bool once;                /* as loop.h */
    const char *accept_clock; /* as loop.h */
    enum lang lang;
    struct log *log;
};

/** Serves until SIGTERM or SIGINT comes, which is 0, or `once` is done. ERR_INVALID: the configuration has
 * errors, which the log has; what else it cannot begin without. What a plan fails by is no error, but of `once`. */
int serve_run(const struct serve_options *options, struct err *err);

#endif
