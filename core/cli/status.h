/*
 * Where a plan stands, for the printers of `planrun status` (status_*): one board and one page, several
 * ways to show them. Units stand in the order of the roster, never in that of a ranking; every
 * figure has its denominator, and a rate is cut, never rounded up to 100 %.
 *
 * JSON, one object a line, keys sorted, absent where there is nothing to say. "row" says what a line is:
 *   duty    one due of a duty, over all (or, with --unit, over the unit): behind, excused_units – the ids
 *           and, of the latter, {unit, reason, approved_by, or on_leave, recorded_by}; at most --units each
 *   self, unit, other, nowhere, total
 *           a cell of the matrix: unit (its id; absent of other, nowhere, and a total of all), `class`
 *           (of groups; absent = the tree of units); see engine/page.h
 *   own     what one unit itself owes: need, done, missing in pieces, excused, on_leave, extended (more
 *           time was given), pieces: number, count, at, state, counts,
 *           why not; later: of a past day, all that was said of it since
 * Of all: plan, item, light (done, on-plan, near, behind, overdue; absent where nobody is asked), due, period or
 * phase (of a duty that recurs). Of all but own: expected, actual, rate, on_time, on_time_rate – the
 * figures that DHIS2 names EXPECTED_REPORTS, ACTUAL_REPORTS, REPORTING_RATE, ACTUAL_REPORTS_ON_TIME
 * and REPORTING_RATE_ON_TIME, in percent, cut to a tenth, absent where nobody is expected – and excused,
 * missing (on_leave of the excused): expected = actual + excused + missing. Of duty also asked and met, the same as expected and
 * actual.
 */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "cli/cli.h"

#include "cli/hold.h"
#include "engine/page.h"
#include "engine/piece.h"

enum { STATUS_PERCENT = 16 };

struct status_wish {
    const char *item, *unit; /* as said, NULL = all */
    int32_t day;
    uint32_t units; /* named per duty */
    bool named;     /* --units was said: name them even when everybody is behind */
    bool json, fast, behind, why;
    bool on_day;            /* --as-of was said */
    bool recorded;          /* there is a store */
    bool ledger;            /* the ledger, of which cli/ledger.h tells … */
    const char *csv, *xlsx; /* … and to which files */
};

struct status {
    struct cli *cli;
    const struct holding *holding;
    const struct status_wish *wish;
    struct arena *arena;
    struct board *board;
    struct page page;
    const struct board_duty *duties;
    uint32_t count; /* of duties */
    uint32_t unit;  /* --unit, UNIT_NONE = all */
    uint32_t item;  /* --quota, ITEM_NONE = all */
    bool past;      /* what happened behind the day does not count */
};

/** Text of the command: the duties with who is missing and who is excused; the page as a matrix of
 * columns numbered like the duties. */
int status_print_duties(struct status *status, struct err *err);
void status_print_matrix(const struct status *status);

/** All of it as lines of JSON. */
int status_print_json(struct status *status, struct err *err);

/** Why one unit stands with one item as it does. */
int status_print_why(struct status *status, struct err *err);

/** The total of the unit, or of all: the cell of a duty (index). */
const struct page_cell *status_total(const struct status *status, uint32_t duty);

/** Whether a duty is shown: with --behind only if something is missing, of a unit only if asked. */
bool status_shows(const struct status *status, uint32_t duty);

/** board_units within the unit of the page, or all. */
uint32_t status_units(const struct status *status, uint32_t duty, uint32_t part,
                      enum board_whom whom, uint32_t *units, uint32_t most);

/** The pieces that have to do with the unit's own duty, of a past day those handed in by its end: the
 * arena's. */
int status_pieces(const struct status *status, const struct duty *duty,
                  const struct piece **pieces, size_t *count, struct err *err);

/** True when what has become of a piece happened behind the past day. */
bool status_is_later(const struct status *status, const struct piece *piece);

/** Prints them, each behind `indent` spaces. */
void status_print_pieces(const struct status *status, uint32_t item, const struct piece *pieces,
                         size_t count, int indent);

/** Prints, where the unit of the page is itself asked for a duty, what it has done and its pieces; with
 * `line` as a line of the list, else as a remark below one. */
int status_print_own(const struct status *status, uint32_t duty, bool line, bool *asked,
                     struct err *err);

/** Prints "（外派，批准人 护理部主任）"; nothing where nothing is known. */
void status_print_grant(const struct status *status, const struct board_grant *grant);

/** The leave for which a unit is excused from a duty (index), NULL = it is not on leave. */
const struct life_fact *status_leave(const struct status *status, uint32_t duty, uint32_t unit);

/** Prints why a unit is excused: the grant, or "（请假：产假，登记人 人事科）". */
void status_print_excuse(const struct status *status, uint32_t duty, uint32_t unit,
                         const struct board_grant *grant);

/** "■ overdue" and "■". */
const char *status_light(enum light light, enum lang lang);
const char *status_sign(enum light light);

/** "66.6%", cut; "–" of nothing. */
const char *status_percent(char buffer[STATUS_PERCENT], uint32_t part, uint32_t whole);

/** Appends "2026-04-20 Mon", and which of its times where it has several; … "due " before it. */
void status_add_day(struct buf *out, const struct status *status, const struct duty *duty);
void status_add_due(struct buf *out, const struct status *status, const struct duty *duty);

#endif
