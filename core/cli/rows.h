/*
 * Rows: what happened or will happen, as people and programs read it – one line each, a table
 * aligned over Hanzi or JSON. An event of the agenda, a firing of the journal and a fact are all
 * printed here, so that they look alike. The text is by locale; JSON is the same everywhere, one
 * object a line, keys sorted, absent where there is nothing to say:
 *
 *   at          RFC 3339 at +08:00; the end of a day is the next day's 00:00 (the table: 24:00)
 *   event       "phase.start" … "reminder", "notice"; of a fact "fact.submitted" …
 *   item        absent for the plan's own events
 *   occurrence  the due day, behind the first day of its window or the phase it is the turn of:
 *               "2012-05-20", "2022-12-01/2022-12-31", "discuss/2012-04-30"
 *   plan        its id
 *   subjects    how many units
 *   tier        reminders: "-7d", "+2d", "+2wd" or "every", then recipient and channel if unusual
 *   fate        "merged" (a nearer one spoke for it) or "stale" (too old when it was recorded)
 *   fired_at    when it was recorded; only of what was
 *   text, to, channel    what a handler's notice says, to whom; problem: why a handler failed
 *   number, unit, value, until, fact, period, phase, key, actor, note, recorded_at    of facts; piece
 *   (that it is about), act (the first of those that were said with it), moves (credited), and
 *   person, chars, minutes, approved_by, was (the due before an extension) where they were said
 *   number, wall (what the wall clock showed), jump (seconds from what was expected), doubt and
 *   actor (accepted: what was overruled, by whom)    of the clock: "clock.ahead" …
 */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "base/lang.h"
#include "engine/engine.h"
#include "store/clocks.h"
#include "store/facts.h"

#include <stdio.h>

struct rows_view {
    FILE *out;
    enum lang lang;
    bool json;
    bool numbered; /* the table begins with the row's number: "#17", of facts "f17", of the
                      clock "c17" */
    bool plans;    /* the table says which plan: several share it */
};

/* An event or a firing; texts are whoever made it's. */
struct row {
    int64_t number;          /* 0 = not recorded, then fired_ms and fate mean nothing */
    int64_t at_ms, fired_ms; /* since 1970-01-01T00:00Z */
    int32_t day;             /* what closes at midnight belongs to the day that ends … */
    int16_t minute;          /* … with minute 1440 */
    int kind;                /* enum event_kind or EVENT_NOTICE */
    const char *plan_id, *plan_name;
    const char *item_id, *item_name;   /* NULL = the plan's own */
    const char *phase_id, *phase_name; /* of the occurrence, NULL = none */
    const char *role, *channel;        /* NULL = it speaks to nobody */
    int32_t tier, period, due, official, working;
    unsigned flags; /* enum event_flag */
    enum firing_fate fate;
    int64_t units;       /* -1 = unknown */
    const char *text;    /* a notice's, NULL = none */
    const char *problem; /* of a handler that failed, NULL = none */
};

/* A fact with its names. */
struct row_fact {
    const struct store_fact *fact;
    const char *plan_id, *item_id, *item_name;
    const char *unit_id, *unit_name; /* NULL = not in the roster any more */
    const char *person;              /* who made the piece, if that is not the unit; NULL */
    const char *phase_id;            /* NULL = none */
    const char *measure;             /* "篇", NULL = none */
};

/** The rows of an event that concerns `units` (-1 = unknown) and of a firing. */
struct row row_of_event(const struct event *event, int64_t units);
struct row row_of_firing(const struct journal_row *journal);

/** Prints one line. */
void row_print(const struct rows_view *view, const struct row *row);
void row_print_fact(const struct rows_view *view, const struct row_fact *row);
void row_print_doubt(const struct rows_view *view, const struct store_doubt *doubt,
                     const char *plan_id);

/** "提醒 前7天" or "reminder 7d before": the kind of a row, appended. */
void row_add_kind(struct buf *out, const struct row *row, enum lang lang);

/** "fact.submitted" …: the stable key of a kind of facts, NULL for none. */
const char *row_fact_name(enum fact_kind kind);

/** Appends an instant as RFC 3339 at +08:00. */
void row_add_instant(struct buf *out, int64_t ms);

#endif
