/*
 * One holder: the process that has a store open for writing. It holds a lock on a file beside the store
 * in which it wrote its name, and listens on a socket beside it. Who wants to write and finds the
 * lock taken sends a request to the socket; who wants to hold is refused with the holder's name.
 *
 *   nanping2021.db  nanping2021.lock  nanping2021.sock      in the state folder
 *
 * The lock goes with the process: kill -9 leaves the files and no lock.
 */
#ifndef SERVICE_HOLDER_H
#define SERVICE_HOLDER_H

#include "base/err.h"
#include "base/value.h"

#include <stddef.h>

enum { HOLDER_PATH_MOST = 1024, HOLDER_TRIES_MS = 2000 };

struct holder;

/** The folder of stores: $PLANRUN_STATE, else $STATE_DIRECTORY, else $XDG_STATE_HOME/planrun, else
 * $HOME/.local/state/planrun; created 0700. */
int holder_folder(char out[HOLDER_PATH_MOST], struct err *err);

/** Takes the lock of the store `name` in `folder` and writes `who` ("planrun run", pid and time are added) into it. ERR_LIMIT =
 * somebody else holds it: the message is its line ("planrun run a.lua (pid 12, …)"). Who holds
 * without listening is waited for, up to HOLDER_TRIES_MS: it starts, ends, or is a short command. */
int holder_take(const char *folder, const char *name, const char *who, struct holder **out,
                struct err *err);

/** Gives the lock back and removes the socket; NULL is accepted. */
void holder_release(struct holder *holder);

/** The line in the lock, the holder's. */
const char *holder_line(const struct holder *holder);

/** A listening socket beside the store, for the loop to serve; owned by the holder, which has one at
 * a time. Long folders are no obstacle. */
int holder_listen(struct holder *holder, int *fd, struct err *err);

/** Ends listening: nobody waits for an answer on a socket that nobody serves. */
void holder_unlisten(struct holder *holder);

/** Sends one request (canonical JSON, a line) to the holder of a store and waits for its answer, which is the
 * arena's. ERR_NOT_FOUND = nobody holds it: take the lock and do it yourself. While a holder
 * starts or ends (also by the answer {"again":true}) it is tried again for HOLDER_TRIES_MS, then
 * ERR_LIMIT. ERR_IO: the holder failed in the middle, and may have done it. What
 * request_is_repeatable is said again then, to the next holder too. */
int holder_ask(const char *folder, const char *name, const struct value *request,
               struct arena *arena, struct value **answer, struct err *err);

#endif
