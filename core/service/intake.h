/*
 * Intakes: an import that comes in pieces, so that a holder never waits for a file, and is recorded at
 * the end as one. A holding has one at a time. It is forgotten when another begins, when the plan or
 * its roster is exchanged, and when nothing of it has come for half a minute.
 *
 *   {"do":"import","stage":"begin","format":"csv"|"jsonl","header"?,"actor"?,"lang"?}
 *       → {"ok":true,"import":token}
 *   {"do":"import","stage":"rows","import","line","text"}     whole rows, the first in that line
 *       → {"ok":true,"rows","problems"?,"unsaid"?}
 *   {"do":"import","stage":"end","import"}
 *       → {"ok":true,"rows","recorded","repeated","late","again"?,"taken_back"?,"number"?}
 *           again: recorded, having been taken back; taken_back: repeated, and that was;
 *           number: the act's first fact
 *         or {"error","problems","unsaid"?}                                nothing was recorded
 *   problems: [{"line","column"?,"length"?,"field"?,"name","message","help"?}], at most FINDINGS_MOST in
 *   all stages; unsaid: so many more. {"error","lost":true}: there is no such import here (any more).
 *
 * "end" is a group of its own: the caller commits what was open before, and flushes afterwards.
 */
#ifndef SERVICE_INTAKE_H
#define SERVICE_INTAKE_H

#include "base/value.h"

#include <stdint.h>

struct holding;
struct intake;

enum { INTAKE_SILENT_MS = 30000 };

/** Carries out one stage; the answer is the arena's. */
struct value *intake_do(struct holding *holding, const struct value *request, int64_t now_ms,
                        struct arena *arena);

/** Forgets an intake of which nothing has come lately. */
void intake_tidy(struct holding *holding);

/** Forgets it; NULL is accepted. */
void intake_free(struct intake *intake);

#endif
