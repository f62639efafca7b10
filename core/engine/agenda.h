/*
 * The agenda: what a plan makes happen, and when. A pure function of the compiled plan, the
 * calendar and the roster: it knows no `now`, no store, no facts, and nothing of it is ever
 * stored. Who fires, remembers and forgets is the tick's business; here one only asks "what comes
 * at or after this instant?" and walks on (walk_*). event_* orders and names what comes.
 *
 * When each event comes (K = the day the notice is known: the later of issue and receipt):
 *
 *   task.due     at a task's due minute; of a retroactive one at 24:00 of its catch-up day
 *   quota.late   at a quota's due minute: what is unmet is late from here; never when retroactive
 *   phase.end    24:00 of the phase's last day
 *   plan.end     24:00 of the plan's last day; a standing plan has none
 *   plan.start   00:00 of the plan's earliest day, K counted, also when it lies before K
 *   phase.start  00:00 of the phase's first day; a phase without a time of its own is a heading
 *   quota.open   00:00 of the first day of the quota's window or period
 *   review       09:00 of its day, of a window's first day
 *   reminder     at its minute; before-tiers count calendar days back from the working due, then
 *                to the working day on or before; after-tiers count on from the official due, then
 *                to the working day on or after, those in working days the working days behind it;
 *                `every` keeps its own rhythm
 *
 * At the same instant the order is that of the list: what closes before what opens, inner before
 * outer and outer before inner, messages to people last; then plan id, item id, tier, occurrence,
 * recipient – never a position in the script.
 *
 * States. A struct agenda never changes, but for agenda_add_due, which walks that stand do not
 * see. A struct walk is a heap with at most one node per rule, the rule's next event; popping the
 * least and advancing that rule is the only transition.
 * Nothing is on disk: a crash loses a walk, and walk_new(agenda, from) makes it again.
 * Invariants:
 *   1. The events of a walk ascend by event_compare, strictly: an identity comes once.
 *   2. The events of a rule do not descend in time. (What allows one node per rule.)
 *   3. walk_new(agenda, t) gives exactly the suffix of walk_new(agenda, start) with at_ms >= t.
 *   4. Memory is proportional to the rules, not to units or years.
 *   5. No reminder comes before K. A duty due before K is retroactive: catch-up at K + 3 working
 *      days, never late. Its tiers count back from there. Tiers in the past at K meet on K's day
 *      (or the next working day while that is before the due).
 *   6. Tiers of one duty that meet on a day, for the same recipient and channel, are one: the
 *      nearest to the due. A tier never reaches back into the period before its own.
 */
#ifndef ENGINE_AGENDA_H
#define ENGINE_AGENDA_H

#include "plan/selector.h"

enum event_kind {
    EVENT_TASK_DUE,
    EVENT_QUOTA_LATE,
    EVENT_PHASE_END,
    EVENT_PLAN_END,
    EVENT_PLAN_START,
    EVENT_PHASE_START,
    EVENT_QUOTA_OPEN,
    EVENT_REVIEW,
    EVENT_REMINDER,
    EVENT_KINDS
};

#define AGENDA_START INT64_MIN /* walk_new: from the first event on */

enum { TIER_EVERY = INT32_MAX }; /* the tier of a reminder with a rhythm of its own */

enum event_flag {
    EVENT_RETROACTIVE = 1, /* the duty was due before K */
    EVENT_EARLY = 2,       /* lies before K: true of the plan, but nobody knew it yet */
    EVENT_GATHERED = 4,    /* the tier lay before K and was moved */
    EVENT_PROVISIONAL = 8, /* rests on a year whose holidays are not announced */
};

/* Which of its times a duty is meant: stable under edits of texts and of the calendar. */
struct occasion {
    int32_t period; /* first day of the window; `due` where there is none; DAY_NONE = once */
    int32_t due;    /* as the plan says it, before any rest-day rule; of a start, its day */
    uint32_t phase; /* item index for `per = "phase"`, else ITEM_NONE */
};

struct event {
    int64_t at_ms;  /* since 1970-01-01T00:00Z */
    int32_t day;    /* the same at +08:00; what closes on a day belongs to it … */
    int16_t minute; /* … with minute 1440 */
    enum event_kind kind;
    const struct plan *plan;
    uint32_t item;              /* index, ITEM_NONE = the plan itself */
    int32_t tier;               /* reminders: tier.h's, or TIER_EVERY */
    struct occasion occurrence; /* with plan, item and tier this is the firing's identity */
    uint32_t reminder;          /* index in the plan, ITEM_NONE = no reminder */
    int32_t official, working;  /* due day that lateness, that reminders follow; DAY_NONE */
    unsigned flags;             /* enum event_flag */
};

struct agenda;
struct walk;

/** Works out the rules of a plan. `roster` NULL = subjects are unknown. Plan, calendar and roster
 * must outlive the agenda, which the caller frees. Errors are those of selector_compile. */
int agenda_new(const struct plan *plan, const struct calendar *calendar,
               const struct roster *roster, struct agenda **out, struct err *err);
void agenda_free(struct agenda *agenda);

/** The plan's earliest day, and its last one (DAY_OPEN = a standing plan). */
void agenda_span(const struct agenda *agenda, int32_t *first, int32_t *last);

/** A walk over all events with at_ms >= from_ms; the caller frees it, before the agenda. */
struct walk *walk_new(const struct agenda *agenda, int64_t from_ms);
void walk_free(struct walk *walk);

/** The next event, false when nothing can come any more. */
bool walk_next(struct walk *walk, struct event *event);

/** The total order of events, over plans too: negative, 0 or positive. 0 = the same firing. */
int event_compare(const struct event *left, const struct event *right);

/** "task.due" and so on: the name for handlers, journals and JSON. */
const char *event_name(enum event_kind kind);

/** The units that an event concerns, NULL when unknown: `each`; else `by` and `lead`, together; else
 * `lead` and `help`; else the owner. A phase or plan concerns all whom an item in it concerns. */
const struct selector *agenda_audience(const struct agenda *agenda, const struct event *event);

#endif
