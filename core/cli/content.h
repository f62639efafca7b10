/*
 * Files that are handed in (`submit`, `rework --file F …`): read, measured, hashed, kept and
 * fingerprinted by the command, in this order, before the request is sent – so that a crash leaves a
 * file that no fact knows, never a fact without its file. What the plan asks decides: where.counted,
 * where.keep, where.original.
 */
#ifndef CLI_CONTENT_H
#define CLI_CONTENT_H

#include "cli/cli.h"
#include "service/holding.h"

enum { CONTENT_FILES_MOST = 32 }; /* of one piece */

struct content_wish {
    const char *script, *item; /* item: id or name; NULL with a piece */
    int64_t piece;             /* that is handed in again, 0 = a new one … */
    const char *of;            /* … or one that is named by its key, NULL */
    bool fast;
    const char *paths[CONTENT_FILES_MOST];
    size_t count;
};

/** Notes one more --file; false when there are too many. */
bool content_file(struct content_wish *wish, const char *path);

/** Adds "files" and "shingles" to a request, with the files kept; nothing to do without files. Errors
 * are printed: then nothing may be sent. What could not be measured is said on standard error.
 * Returns an exit code. */
int content_add(struct cli *cli, const struct content_wish *wish, struct arena *arena,
                struct value *request);

/** The folder of a store's kept files, the arena's. */
const char *content_folder(struct arena *arena, const char *folder, const char *name);

#endif
