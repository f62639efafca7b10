/*
 * The tables of a store: made, brought up to date, and compared with what a file has. For store/
 * alone.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/store.h"

#include <sqlite3.h>

enum { SCHEMA_SUMS = 2 }; /* since this one pages have sums (pages.h) */

/** Makes a database of version `from` (0 = an empty one), within the open transaction, one of
 * version `to`. */
int schema_make(sqlite3 *db, int from, int to, struct err *err);

/** True when the tables are those of a version by the digest that is kept of it, which is read in a
 * glance; false says nothing yet: they are to be compared. */
int schema_known(sqlite3 *db, int version, bool *known, struct err *err);

/** ERR_INVALID with the first table or index that is not as schema_make leaves version `version`. */
int schema_compare(sqlite3 *db, int version, const char *path, struct err *err);

/** Reads the version of the tables. */
int schema_version(sqlite3 *db, int *version, struct err *err);

#endif
