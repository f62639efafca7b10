/*
 * The host's trusted Lua: one state that runs stdlib/ and files the operator names, never anything
 * a plan brings. It has the libraries base, table, string, math, utf8 and package (path = stdlib,
 * no C modules) and the module `calendar` (host_calendar.c); no clock, no files, no environment.
 * A host is used by one thread. Every function here is one protected call that leaves the Lua
 * stack as it was; an error in Lua comes back as ERR_INTERNAL with a traceback.
 */
#ifndef SCRIPT_HOST_H
#define SCRIPT_HOST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/lang.h"
#include "script/phrase.h"
#include "time/calendar.h"

struct host;
struct lua_State;

struct host_options {
    const char *stdlib;          /* NULL = found beside the program, see host_open */
    const char *const *holidays; /* further directories of holiday files, later ones win */
    size_t holiday_count;
};

/** Opens a host. stdlib is `../share/planrun` beside the running program when that exists (an
 * installed planrun), else the source tree, else the data directory it was configured for. Reads
 * stdlib/holidays.d and the operator's directories. `options` may be NULL. The caller owns `*out`
 * and closes it. */
int host_open(const struct host_options *options, struct host **out, struct err *err);

/** Closes the state and the calendar; NULL is accepted. */
void host_close(struct host *host);

/** The calendar that the host opened; lives as long as the host. */
const struct calendar *host_calendar(const struct host *host);

/** The directory of stdlib; lives as long as the host. */
const char *host_stdlib(const struct host *host);

/** The Lua state, for files of script/ and their tests only. */
struct lua_State *host_lua(struct host *host);

/** Runs `function` protected, with `request` as its one argument, a light userdata. The way in for
 * every entry of script/: whatever can throw happens inside. Returns 0 or ERR_INTERNAL. */
int host_run(struct host *host, int (*function)(struct lua_State *), void *request,
             struct err *err);

/** For use inside host_run: pushes `field` of the stdlib module `module`. */
void host_push_function(struct lua_State *lua, const char *module, const char *field);

/** Reads a date phrase with when.parse. Returns 0 with `*out` filled; ERR_SYNTAX with `*problem`
 * filled when the phrase is not understood; ERR_INTERNAL with `*err` filled when when.lua fails.
 * Strings are the arena's. */
int host_when(struct host *host, struct arena *arena, const char *phrase,
              const struct when_context *context, struct when_date *out,
              struct phrase_problem *problem, struct err *err);

/** Reads an amount phrase with amount.parse; results as host_when. */
int host_amount(struct host *host, struct arena *arena, const char *phrase,
                struct phrase_amount *out, struct phrase_problem *problem, struct err *err);

/** What a warning of host_when means, one line, or NULL when stdlib does not know the name. */
const char *host_warning(struct host *host, struct arena *arena, const char *name,
                         enum lang lang);

/** Adds the module `calendar` to package.loaded; host_open does. Inside a protected call. */
void host_calendar_register(struct lua_State *lua, const struct calendar *calendar);

#endif
