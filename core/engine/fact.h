/*
 * Facts from outside: checks what somebody says against the plan, finds the duty it counts for,
 * and appends it. The plan's words decide, never the journal: judging is by the time at which
 * it happened.
 */
#ifndef ENGINE_FACT_H
#define ENGINE_FACT_H

#include "base/lang.h"
#include "engine/duty.h"
#include "engine/engine.h"
#include "engine/piece.h"
#include "store/facts.h"

struct store_file;

struct fact_request {
    enum fact_kind kind;
    const char *item, *unit; /* ids, or a unit's whole name */
    int64_t count;           /* submitted: pieces, at least 1 */
    int64_t at_ms;           /* when it happened; not after now, … */
    bool timeless;           /* … unless the clock was never set */
    int32_t period;          /* a day of the duty meant, DAY_NONE = by `at_ms` */
    const char *phase;       /* id of the phase meant (per = "phase"), NULL */
    int32_t until;           /* extended: the new due day */
    int64_t fact;            /* withdrawn: which one; 0 = the unit's last, for the duty in that
                                period or phase if one is meant */
    const char *key, *actor, *note;
    const char *approver;   /* of an excuse, an extension; NULL = the actor */
    const char *person;     /* who made the piece: id or whole name, NULL = not said; without a
                               unit it counts for every asked unit that the person belongs to */
    int64_t chars, minutes; /* of the piece, -1 = not said */
    int64_t piece;          /* accept, return, rework, recommend, select: which one */
    const struct store_file *files; /* of the piece: what was read and kept before */
    size_t file_count;
    const int64_t *shingles; /* of its text: the fingerprints that are compared */
    size_t shingle_count;
    enum lang lang; /* of the messages of errors */
};

/* Where a piece counts besides, and how that stands with it. */
struct fact_credit {
    uint32_t item, unit; /* index, row */
    int64_t done;
    uint32_t need;
    bool met;
};

/* Another piece with the same file, or much of the same text. */
struct fact_like {
    int64_t piece;
    uint32_t unit;   /* row, UNIT_NONE = not in the roster any more */
    uint32_t person; /* row, UNIT_NONE = not said */
    int64_t at_ms;   /* when it was handed in */
    uint32_t share;  /* thousandths of the smaller text that stand in both */
};

struct fact_answer {
    int64_t number;
    enum fact_outcome outcome;
    struct duty duty;
    uint32_t unit; /* row */
    int64_t done;  /* of that unit for that duty, this one counted; the others' beside it where
                      all do it together */
    uint32_t need;
    bool met, excused, late;
    int32_t original;          /* the plan's due where a fact gave another, DAY_NONE */
    int64_t taken;             /* the fact that was withdrawn, 0 = none … */
    enum fact_kind taken_kind; /* … and, of one about a piece, its kind */
    int64_t piece; /* that it is about, 0 = none; the state and why are meant only with one */
    enum piece_state state;
    int64_t chars;      /* of the piece, as measured or said last, -1 = neither */
    enum piece_why why; /* PIECE_COUNTS, or why it does not count for the item */
    const struct fact_credit *credits; /* beside the item itself; these three the arena's */
    size_t credit_count;
    const struct fact_like *same_file, *similar;
    size_t same_count, similar_count;
};

/** Appends one fact to a plan (index) of the engine. A key that stands already answers as
 * the first time, whatever it would count for now; kind, item, unit and value must be the
 * same. ERR_NOT_FOUND for an item or unit that is not there (the message names the nearest),
 * ERR_INVALID for a unit that is not asked, a phase, a count below 1, a time to come, a due
 * day before the old one, a missing reason (excused, extended). */
int engine_fact(struct engine *engine, uint32_t plan, const struct fact_request *request,
                int64_t now_ms, struct arena *arena, struct fact_answer *answer,
                struct err *err);

/** The detail of a fact in the arena, NULL = none. */
const struct value *fact_detail(const struct store_fact *fact, struct arena *arena);

/** Notes who has met the duties of an item by what it asks now, before a revision that asks for
 * more: what is met never reopens, unless pieces are withdrawn. Joins the open group. */
int engine_keep_met(struct engine *engine, uint32_t plan, const char *item, struct err *err);

/* How a duty stands on a day. */
struct standing {
    struct duty duty;
    uint32_t asked, met, excused, missing;
    bool late; /* the official due has passed and something is missing */
};

/** Where an item stands on `day`: its duties that are open, and those of the past that are
 * not met; in the arena, in the order of dues. */
int engine_standing(struct engine *engine, uint32_t plan, uint32_t item, int32_t day,
                    struct arena *arena, const struct standing **out, size_t *count,
                    struct err *err);

/** The units (rows) that are behind with a duty on `day`, at most `most`, in tree order. */
int engine_behind(struct engine *engine, uint32_t plan, const struct duty *duty, int32_t day,
                  uint32_t *units, uint32_t most, uint32_t *count, struct err *err);

/** The engine's one question: has the unit (row) met the duty? True too of one who owes
 * nothing: it is excused or not asked. */
int engine_met(struct engine *engine, uint32_t plan, const struct duty *duty, uint32_t unit,
               bool *met, struct err *err);

#endif
