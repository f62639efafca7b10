/*
 * The script of a plan as its store has it: what handlers and text functions run from, wherever the
 * files stood and whatever became of them.
 */
#ifndef SERVICE_STORED_H
#define SERVICE_STORED_H

#include "script/call.h"
#include "service/holding.h"

struct stored_script {
    struct source script;
    const struct call_module *modules;
    size_t module_count;
};

/** The holding's script and modules; texts are the revision's, the list is the arena's. False when the
 * store has no source of it. */
bool stored_script(const struct holding *holding, struct arena *arena,
                   struct stored_script *out);

#endif
