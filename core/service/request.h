/*
 * Requests that write: the same for a holder's socket and for a command that holds the store itself.
 * A request and its answer are JSON objects. An answer has "ok": true, or "error": text in
 * the language of the asker ("lang": "zh"). Dates are "YYYY-MM-DD", instants RFC 3339. All but "who",
 * "outbox" and "accept-clock" are about one plan: "plan", its id, which a holder of one may be spared.
 *
 *   {"do":"fact","kind":"submit"|"excuse"|"extend"|"withdraw"|"accept"|"return"|"rework"|"recommend"|
 *    "select","item","unit","person"?,"count"?,"at"?,"period"?,"phase"?,"until"?,"fact"?,"piece"?,
 *    "chars"?,"minutes"?,"files"?:[{"sha256","name","bytes","chars"?,"kept"}],"shingles"?:[decimal],
 *    "approved_by"?,"of"?,"key"?,"actor"?,"note"?,"lang"?}
 *       item and unit may be left out where a piece or fact is named: by its number, or by `of`, its key
 *       → {"ok":true,"number","repeated"?:true,"item","item_name","unit","unit_name","period"?,
 *          "due"?,"original"?,"done","need","surplus"?,"measure"?,"met"?:true,"excused"?:true,"late"?:true,
 *          "withdrawn"?,"approved_by"?,"records"?:[what is to be kept],
 *          of a piece "piece","state","chars"?,"counts","why"?,"credits"?:[{"item","item_name","unit",
 *          "unit_name","done","need","met"?}],"same_file"?:[{"piece","unit","unit_name",
 *          "person_name"?,"day"}],
 *          "similar"?:[the same with "share", thousandths],"elsewhere"?:["plan:item"]}
 *       or {"ok":true,"absent":true}: a withdrawal of what no fact has the key
 *       original: the due that a fact's due stands for; elsewhere: what other plans are to be told
 *   {"do":"undo","at"?,"key"?,"actor"?,"note"?,"lang"?}
 *       → {"ok":true,"number","repeated"?:true,"undone","kind","facts","count"?,"item"?,"item_name"?,
 *          "unit"?,"unit_name"?,"roster"?:true,"elsewhere"?}   undone: the first fact of the act
 *   {"do":"apply","hash","text","path","sources":[{"file","sha256","text"}],"lang"?}
 *       → {"ok":true,"revision"}
 *   {"do":"import",…}: service/intake.h
 *   {"do":"roster",…}: service/request_roster.h
 *   {"do":"who"} → {"ok":true,"holder","problem"?}   problem: why nothing can be recorded now
 *   {"do":"accept-clock","actor"?}
 *       → {"ok":true,"doubt":"ahead"|"away"|"back"|"unset"|"sure","jump_ms"}
 *       of a holder that runs: its clock is taken as it is. "sure" = there was no doubt, but it may
 *       be far behind, and is now what later readings are judged by
 *
 * The caller flushes the store before it passes an answer on; when the flush fails the answer is its error.
 */
#ifndef SERVICE_REQUEST_H
#define SERVICE_REQUEST_H

#include "service/holding.h"
#include "time/trust.h"

enum {
    REQUEST_MOST = 32 << 20, /* bytes of a request */
    REQUEST_TRIES = 10,      /* to find whoever holds a store, or to hold it */
};

/** Carries out one request; the answer is the arena's. Never fails: what goes wrong is the answer. */
struct value *request_do(struct holding *holding, const struct value *request, int64_t now_ms,
                         struct arena *arena);

/** The revision that {"do":"apply"} sends, its texts the request's and the arena's, at `now_ms`. ERR_INVALID. */
int request_revision(const struct value *request, int64_t now_ms, struct arena *arena,
                     struct store_revision *out, struct err *err);

/** The answer to accept-clock, with what was believed of the clock before. */
struct value *request_accepted(struct arena *arena, const struct trust *before);

/** The same about a plan, in the arena: what the request has is shared. */
struct value *request_of(const struct value *request, const char *plan, struct arena *arena);

/** True when it is about the store, whatever plans that has. */
bool request_is_of_store(const struct value *request);

/** True when saying it twice is saying it once: a fact with a key, a revision. */
bool request_is_repeatable(const struct value *request);

/** True when it is a group of its own: what was asked before is committed first, and it at once. */
bool request_is_alone(const struct value *request);

/** How long whoever sends it waits for its answer. */
int request_seconds(const struct value *request);

/** By which time a run would live now; between its runs, accelerated time stands still. */
int request_now(const struct holding *holding, bool fast, int64_t *now_ms, struct err *err);

/** An answer that is only an error. */
struct value *request_error(struct arena *arena, const struct err *err);

/** What becomes of an answer (NULL = none yet) when nothing can be recorded, in the asker's language:
 * who holds the store can still be said. */
struct value *request_refused(const struct value *request, const struct value *answer,
                              struct arena *arena, const struct err *why);

/** Sends a request to whoever holds the store of `options`' script, or takes the lock, does it and commits. */
int request_send(const struct holding_options *options, const struct value *request,
                 struct arena *arena, struct value **answer, struct err *err);

#endif
