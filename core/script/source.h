/*
 * The text of a plan script before Lua sees it: read safely from the plan's own folder, in UTF-8,
 * and searched for the mistakes that Chinese authors make most, each named as such with its place
 * and what to write instead. source_index.h finds the places of what Lua declared afterwards.
 */
#ifndef SCRIPT_SOURCE_H
#define SCRIPT_SOURCE_H

#include "base/arena.h"
#include "base/finding.h"
#include "script/eval_wire.h"

#include <stdbool.h>

enum { SOURCE_BYTES_MOST = 2 << 20 };

/** Opens a regular file beneath `folder` (itself trusted) for reading: no `..`, no symbolic link
 * that leads out, no device, pipe or directory; never waits. A descriptor, or -1 and errno
 * (EINVAL: not a regular file; EXDEV, ELOOP: leads out). */
int source_open(const char *folder, const char *path);

/** Reads a script of at most SOURCE_BYTES_MOST into the arena; `shown` is its name for people.
 * A BOM is dropped, lines end in \n; other encodings and bytecode are refused. Returns 0, or a negative code and
 * one finding in `findings`. */
int source_load(struct arena *arena, const char *folder, const char *path, const char *shown,
                struct findings *findings, struct source **out);

/** Reports the classic mistakes; `words` are those of the language. True when there is none that
 * Lua would stumble over. */
bool source_scan(const struct source *source, const struct eval_word *words, size_t word_count,
                 struct findings *findings);

#endif
