/*
 * Whether a script is still that of a stored revision, by the hashes of its texts: nothing is evaluated.
 */
#ifndef SERVICE_SOURCES_H
#define SERVICE_SOURCES_H

#include "store/plans.h"

/** True when the script at `path` and the modules beside it are the texts of the revision. What cannot be read
 * is not. */
bool sources_stand(const struct store_revision *revision, const char *path);

/** True when there are plans above it: theirs may have changed although its own texts stand. */
bool sources_have_above(const struct store_revision *revision);

#endif
