/*
 * Exec: a program of the operator's sends the message, an SMS gateway's client for example. It is started
 * without a shell, once a message, in a session of its own:
 *
 *   PROGRAM ARGUMENTS… -- ADDRESS      the JSON of the message on standard input, with a line feed
 *
 * in "/", with PATH, LANG, MESSAGE_ID and ATTEMPT as its whole environment and no descriptor but the
 * first three. Standard input is a file that nobody needs to read; what comes on standard output and
 * standard error is the note of an attempt that failed, its first 4 KiB without control characters. By
 * sysexits.h:
 *
 *   0                                   sent
 *   65 data, 67 no user, 68 no host,    failed: the message or its address is refused
 *   69 unavailable
 *   any other (75 try again, 1, 127 …)  again: whatever is wrong with the program can be mended, and
 *                                       the outbox gives up by itself, loudly
 *   killed by a signal                  again, unsure
 *   not over within the time limit      again, unsure: SIGTERM, and 2 s later SIGKILL
 *
 * A send is over when the program has ended and nobody holds its output any more, or with the kill. All
 * signals go to the whole process group, and what is left of it when a send is over is killed. A
 * process that left the group for a session of its own is out of reach; under systemd it ends with
 * the service.
 */
#ifndef CHANNEL_EXEC_H
#define CHANNEL_EXEC_H

#include "channel/channel.h"

#include <uv.h>

struct exec_options {
    const char *program;          /* absolute */
    const char *const *arguments; /* stand before "--" */
    size_t argument_count;
    size_t at_once;    /* programs that run; 0 = 4; what is sent beyond waits for its turn */
    int64_t within_ms; /* for a program; 0 = 30 s */
};

/** A channel on `loop`; the options are copied. ERR_INVALID: the path is not absolute, no regular
 * file that may be run, or somebody else could change what it runs (exec_check). */
int channel_exec_new(uv_loop_t *loop, const struct exec_options *options, struct channel **out,
                     struct err *err);

/** Whether a program may be run: a regular executable file behind an absolute path; neither it nor a
 * folder above it is writable by others (a folder with the sticky bit is), and all of them are
 * root's or our own user's. Asked again before every start. ERR_INVALID, ERR_IO. */
int exec_check(const char *program, struct err *err);

#endif
