/*
 * The journal: what fired. A firing is one row, its subjects a set of unit numbers (base/bits.h
 * encoding) however many they are. Recorded once by its identity, never changed but for the
 * state of its fan-out and of its handler.
 */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "store/clocks.h"

enum firing_fate {
    FIRING_FIRED,  /* as planned, perhaps late */
    FIRING_MERGED, /* a nearer tier, or a later turn of a rhythm, spoke for it */
    FIRING_STALE,  /* too old when it fired: recorded, not sent */
    FIRING_LOST,   /* whom it is about cannot be read: not sent, in whole or in part */
};

enum firing_handler { HANDLER_NONE, HANDLER_PENDING, HANDLER_DONE, HANDLER_FAILED };

struct store_firing {
    int64_t number;          /* given by the store, in the order of recording */
    int64_t at_ms, fired_ms; /* scheduled, recorded */
    int64_t slot_ms;         /* of its lines; ascends with `number` */
    uint32_t plan, item;     /* numbers */
    int kind;                /* the engine's; smaller comes first at one instant */
    uint32_t route;          /* to whom it speaks, 0 = to nobody */
    int32_t tier;
    int32_t period, due; /* civil days, INT32_MIN = none */
    uint32_t phase;      /* number of an item, 0 = none */
    int32_t official, working;
    unsigned flags; /* the engine's */
    enum firing_fate fate;
    enum firing_handler handler;
    uint32_t units; /* how many subjects */
    const void *subjects;
    size_t subjects_length;
    const char *text; /* of a handler's notice, else NULL; of a failed handler why */
    int64_t cause;    /* the firing whose handler made this one, else 0 */
};

struct store_cursor {
    uint32_t item;
    int64_t at_ms;
};

struct store_batch {
    const struct store_firing *firings; /* those whose identity stands are left out */
    size_t firing_count;
    const struct store_cursor *cursors;
    size_t cursor_count;
    const struct clock_reading *clock; /* NULL = what was recorded last stays */
};

/** Records firings, cursors and clock in one intention. `numbers[i]` gets the number of firing
 * i, 0 where its identity stood already. Lines will be made of those that have a route,
 * subjects, and fate FIRING_FIRED. */
int store_tick(struct store *store, const struct store_batch *batch, int64_t *numbers,
               struct err *err);

/** The greatest slot given so far and the last one that forming has reached, STORE_NEVER when none. */
int store_last_slot(struct store *store, int64_t *slot_ms, int64_t *formed_ms, struct err *err);

/** True when a firing of the same item, kind, route, period, due and phase stands with a tier
 * above `firing`'s and at most `most`: a nearer one has spoken for it. */
int store_spoken_for(struct store *store, const struct store_firing *firing, int32_t most,
                     bool *spoken, struct err *err);

/** The oldest firing of a plan whose handler is pending; ERR_NOT_FOUND when none is. Bytes in the
 * arena. */
int store_handler_next(struct store *store, uint32_t plan, struct arena *arena,
                       struct store_firing *out, struct err *err);

/** Ends a handler: records all its outputs as firings and its state, or nothing. `problem` NULL
 * = it succeeded. `numbers` as for store_tick. */
int store_handled(struct store *store, int64_t firing, const struct store_firing *outputs,
                  size_t count, const char *problem, int64_t *numbers, struct err *err);

/* What a reader of the journal wants; zero = everything. */
struct store_filter {
    int64_t from_ms, to_ms; /* by `at_ms`, closed; 0 = open */
    uint32_t plan, item;    /* numbers */
    int kinds;              /* a set of bits 1 << kind; 0 = all */
    int64_t after;          /* only greater numbers, in the order of numbers: for following */
    int64_t number;         /* only this one */
    bool latest;            /* from the end backwards */
};

/** Gets one firing; false ends the reading. */
typedef bool (*store_firing_reader)(void *context, const struct store_firing *firing);

/** Reads firings by (at, kind, number), or by number when following. */
int store_journal(struct store *store, const struct store_filter *filter,
                  store_firing_reader reader, void *context, struct err *err);

#endif
