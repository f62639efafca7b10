/*
 * What a request says of the roster: joined, left, moved … as one act, all or nothing.
 *
 *   {"do":"roster","changes":[{"event":"join"|"leave"|"transfer"|"absent"|"open"|"close"|"merge"|
 *    "change","id","on","name"?,"kind"?,"parent"?,"contact"?,"groups"?,"tags"?,"staff"?,"until"?,
 *    "into"?}],"key"?,"actor"?,"note"?,"lang"?}
 *       → {"ok":true,"number","count","repeated"?:true,"id","name","into_name"?}   of the first one
 *
 * Ids, or of a single change the names of units that are there; groups and tags joined by ';'.
 */
#ifndef SERVICE_REQUEST_ROSTER_H
#define SERVICE_REQUEST_ROSTER_H

#include "service/holding.h"

enum { REQUEST_CHANGES_MOST = 200000 }; /* of one act: a request has REQUEST_MOST bytes */

/** Carries it out like request_do; it has been committed when it succeeds. */
struct value *request_roster(struct holding *holding, const struct value *request,
                             int64_t now_ms, struct arena *arena);

#endif
