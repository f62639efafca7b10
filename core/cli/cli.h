/*
 * The frame of the commands: what each is given and how it reports. Standard output carries data
 * only; findings and errors go to standard error. A command returns an exit code: 0 fine, 1 there
 * are problems, 2 wrong usage.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/err.h"
#include "base/finding.h"
#include "base/lang.h"
#include "plan/roster.h"
#include "script/host.h"

#include <stdio.h>

enum { EXIT_FINE = 0, EXIT_PROBLEMS = 1, EXIT_USAGE = 2 };

struct load_options;

struct cli {
    enum lang lang;
    bool color; /* of standard error */
    FILE *out, *err;
};

/* A plan ready to be read: script, parents, roster and calendar are behind it. */
struct cli_plan {
    struct arena *arena;
    struct host *host;
    const struct calendar *calendar; /* the host's */
    struct loaded *loaded;
    const struct plan *plan;
    struct roster *roster;
    const char *revision; /* SHA-256 hex of the canonical text */
};

/** Loads, checks, seals and compiles the script with its rosters; findings are printed. Returns an
 * exit code; `out` must be given to cli_unload in any case. */
int cli_load(struct cli *cli, const char *path, struct cli_plan *out);
void cli_unload(struct cli_plan *plan);

enum { CLI_FINDINGS_MOST = 10000 };

/** The same without printing: the findings, at most CLI_FINDINGS_MOST, whose memory is that of `out`,
 * are the caller's to print and to free before cli_unload. */
int cli_load_into(struct cli *cli, const char *path, struct cli_plan *out,
                  struct findings *findings);

/** cli_load_into with options of load_plan, NULL = none. */
int cli_load_with(struct cli *cli, const char *path, const struct load_options *options,
                  struct cli_plan *out, struct findings *findings);

/** Opens the host with the holiday files of stdlib and, over them, those of the operator's folders
 * in $PLANRUN_HOLIDAYS, joined by ':'. The caller closes `*host`. */
int cli_open_host(struct host **host, struct err *err);

/** Prints what was found wrong with a script, if anything, to standard error. */
void cli_print_findings(struct cli *cli, struct findings *findings);

/** Prints "planrun: message" with its place and returns EXIT_PROBLEMS. */
int cli_fail(struct cli *cli, const struct err *err);

/** Prints a usage error and where to read more; returns EXIT_USAGE. */
int cli_usage(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** A usage error about the option that getopt_long has just read: its value `value` does not fit
 * or, when that is NULL, it is unknown or lacks its value. Returns EXIT_USAGE. */
int cli_bad_option(struct cli *cli, char **argv, const char *value);

/** Whether getopt_long has left one word, the script of `command`; a usage error says else what is
 * missing or too much, and EXIT_USAGE comes back. */
int cli_one_script(struct cli *cli, int argc, char **argv, const char *command);

/** Today's civil day at +08:00, or the one given by `text` (YYYY-MM-DD); false on a bad text. */
bool cli_day(const char *text, int32_t *day);

/** A whole number in digits, of least … most; false on any other text. */
bool cli_number(const char *text, int64_t least, int64_t most, int64_t *number);
bool cli_count(const char *text, uint32_t least, uint32_t most, uint32_t *count);

#endif
