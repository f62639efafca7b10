/*
 * A clock in doubt (time/trust.h) in words: what it is, what planrun does meanwhile, and what somebody
 * is to do. doubt_*
 */
#ifndef CLI_DOUBT_H
#define CLI_DOUBT_H

#include "base/buf.h"
#include "base/lang.h"
#include "service/holding.h"
#include "time/trust.h"

/** "clock.ahead" … "clock.sure"; "clock.accepted" when somebody overruled it. */
const char *doubt_event(enum clock_doubt doubt, bool accepted);

/** Appends "1 day 2 h"; minutes below two days only. */
void doubt_add_amount(struct buf *out, int64_t ms, enum lang lang);

/** Appends what is wrong: "the clock went forward by 1 day while the machine ran on". */
void doubt_add_cause(struct buf *out, const struct trust *trust, enum lang lang);

/** Appends cause, consequence and what to do about it; of a sure clock that it is sure again. */
void doubt_add_text(struct buf *out, const struct trust *trust, enum lang lang);

/** Appends what was done when somebody accepted the clock. */
void doubt_add_accepted(struct buf *out, const struct trust *overruled, enum lang lang);

#endif
