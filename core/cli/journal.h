/*
 * The journal of a holding as rows: its firings in the order of (at, kind, number) and, where they
 * are wanted, between them its facts by the time at which they happened, and what was doubted of the
 * clock by the time that was lived by. For log and simulate.
 */
#ifndef CLI_JOURNAL_H
#define CLI_JOURNAL_H

#include "cli/rows.h"
#include "service/holding.h"

/* What is wanted of it. */
struct journal_wish {
    int32_t first, last; /* days at +08:00, closed; DAY_NONE and DAY_OPEN = no bound */
    unsigned kinds;      /* of firings: a set of bits 1 << kind */
    unsigned facts;      /* the same of enum fact_kind */
    unsigned clocks;     /* the same of enum clock_doubt, and JOURNAL_ACCEPTED */
    const char *item;    /* id, NULL = all */
    uint32_t unit;       /* row of the roster: what concerns it; UNIT_NONE = all */
    uint32_t most;       /* the last ones only; 0 = all */
};

enum {
    JOURNAL_FIRINGS = (2 << EVENT_NOTICE) - 1, /* all kinds */
    JOURNAL_FACTS = (1 << FACT_KINDS) - 2,
    JOURNAL_ACCEPTED = 1 << (CLOCK_UNSET + 1),
    JOURNAL_CLOCKS = 2 * JOURNAL_ACCEPTED - 1,
};

/* How far a reader has come: the greatest numbers it has seen. Zero = the beginning. */
struct journal_place {
    int64_t firing, fact, doubt;
    uint32_t unit; /* the store's number of the unit that is wanted, once it is known */
};

/** Prints the rows that are wanted; returns how many, or a negative code. `place` may be NULL. */
int64_t journal_print(const struct holding *holding, const struct rows_view *view,
                      const struct journal_wish *wish, struct journal_place *place,
                      struct err *err);

/** Prints what was recorded behind `place`, in that order, and moves it. */
int64_t journal_follow(const struct holding *holding, const struct rows_view *view,
                       const struct journal_wish *wish, struct journal_place *place,
                       struct err *err);

#endif
