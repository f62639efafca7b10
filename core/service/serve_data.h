/*
 * The inside of a service, for serve*.c alone: serve.c has the plans, serve_reload.c how they change,
 * serve_log.c what is said of it.
 */
#ifndef SERVICE_SERVE_DATA_H
#define SERVICE_SERVE_DATA_H

#include "script/config.h"
#include "service/scripts.h"
#include "service/serve.h"

#include <uv.h>

/* A script of the service. */
struct served {
    char *path;
    bool open;              /* it has a plan that runs */
    struct holding holding; /* while it is open */
};

/* The child that looks for changes, while it runs. */
struct reload {
    bool runs, again; /* again = asked for meanwhile */
    uv_process_t process;
    uv_timer_t limit;
    uv_pipe_t pipe;
    size_t open; /* handles of it on the loop */
    struct buf said;
    uint32_t taken, refused;
};

struct serve {
    const struct serve_options *options;
    struct log *log;
    enum lang lang;
    struct config *config; /* NULL = none */
    struct post *post;     /* the loop's, while it runs */
    struct loop *loop;
    struct served **plans;
    size_t count;
    struct reload reload;
    uv_timer_t watchdog;
    uint64_t fired;
};

/** Tells the log what is wrong with the configuration, or with its table of addresses. */
void serve_log_findings(struct serve *serve, const struct findings *findings);

/** Reads the configuration again, or for the first time: ERR_INVALID when it has errors, which are logged. */
int serve_configure(struct serve *serve, struct config **out, struct err *err);

/** The scripts that there are now, in the arena. False when a folder cannot be read: who is missing need not
 * be gone. */
bool serve_list(struct serve *serve, struct scripts *scripts, struct arena *arena);

/** The plan of a script or an id that is open; NULL. */
struct served *serve_find(const struct serve *serve, const char *path);
struct served *serve_find_id(const struct serve *serve, const char *id);

/** Adds a script without its plan, or forgets one, which must be closed. */
struct served *serve_add(struct serve *serve, const char *path);
void serve_forget(struct serve *serve, struct served *served);

/** Opens the plan of a script: what the store has of it or else `first` (NULL = with `stored` nothing, else the
 * script as it is, which blocks). It takes part in the loop, if that runs. A failure is logged. */
int serve_open(struct serve *serve, struct served *served, const struct store_revision *first,
               bool stored, struct err *err);

/** Lets its plan go. */
void serve_close(struct serve *serve, struct served *served);

/** Begins a reload, or has another one follow that which runs; ends one at once. */
void serve_reload(struct serve *serve);
void serve_reload_stop(struct serve *serve);

/** Tells the service manager how many plans there are. */
void serve_status(const struct serve *serve);

/** What the loop tells (loop.h), `context` the service. */
void serve_log_fired(void *context, const struct holding *holding,
                     const struct store_firing *firing);
/** The same of trouble, … */
void serve_log_trouble(void *context, const struct holding *holding, const struct err *err);
/** … of a clock in doubt, … */
void serve_log_doubt(void *context, const struct holding *holding, const struct trust *trust,
                     bool accepted);
/** … of messages that were given up, and of channels that take none, … */
void serve_log_unsent(void *context, const char *destination, const struct err *err);
/** … and of a revision. */
void serve_log_taken(void *context, const struct holding *holding);

/** Warns of channel names of the plan's reminders that the configuration does not bind. */
void serve_log_unbound(const struct serve *serve, const struct holding *holding);

/** The event of a plan or script, with why it is so. */
void serve_log_plan(const struct serve *serve, enum log_level level, const char *event,
                    const struct served *served, const char *message);

#endif
