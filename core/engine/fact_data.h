/*
 * The inside of facts, for fact*.c, piece.c and import.c of engine/ alone: fact_*. One thing that is
 * said goes through these steps; nothing in memory changes before the store has taken it:
 *
 *   fact_read       item, unit and person, by id or name; what is wrong with the saying itself
 *   fact_repeated   does its key stand already? Then the answer is the first one's
 *   fact_make       the duty it is for, and the rows of the act: the thing itself first, then what
 *                   it moves elsewhere (FACT_CREDITED)
 *   fact_append     all rows of an act at once; number and outcome are of the first
 *   fact_follow     every counter that was moved, taken into the columns
 *   fact_answer     how it stands then
 */
#ifndef ENGINE_FACT_DATA_H
#define ENGINE_FACT_DATA_H

#include "engine/column.h"
#include "engine/fact.h"

struct credit;
struct story;

/* A request while it is worked out. The first part is given, the rest is found by the steps. */
struct asked {
    struct engine *engine;
    struct bound *bound;
    const struct fact_request *request;
    int64_t now_ms;
    int32_t day;         /* of `at` */
    struct arena *arena; /* of rows and texts; may be given up between two requests */
    struct err *err;

    uint32_t item;   /* index */
    uint32_t unit;   /* row */
    uint32_t person; /* row, UNIT_NONE = not said */
    bool everywhere; /* the person without a unit: at every asked one that it belongs to */
    struct duty duty;
    struct story *story;          /* of the piece that it is about, NULL = none … */
    const struct credit *credits; /* … and where that counts then */
    size_t credit_count;
    struct fact_alike *alike; /* what its files are like, NULL = they are not looked at */
    int problem;              /* of a callback */
};

/* The rows of one act, in the arena of `asked`: facts[0] is what was said. */
struct fact_act {
    struct store_fact *facts;
    size_t count, room;
    size_t own;          /* the row to which the next ones belong */
    struct arena *arena; /* of the rows, NULL = that of `asked` */
};

/** A request about plan number `plan`, ready for fact_read. */
struct asked fact_asked(struct engine *engine, uint32_t plan,
                        const struct fact_request *request, int64_t now_ms, struct arena *arena,
                        struct err *err);

/** The steps; see above. `*known` = the key stood. */
int fact_read(struct asked *asked);
int fact_repeated(struct asked *asked, struct fact_answer *answer, bool *known);
int fact_make(struct asked *asked, struct fact_act *act);
int fact_append(struct asked *asked, const struct fact_act *act, int64_t *number,
                enum fact_outcome *outcome);
int fact_follow(struct asked *asked, const struct fact_act *act);
int fact_answer(struct asked *asked, struct fact_answer *answer);

/** The item that is meant, and texts of the unit that is. */
const struct item *fact_item(const struct asked *asked);
const char *fact_unit_id(const struct asked *asked);
const char *fact_unit_name(const struct asked *asked);

/** Sets `item`, `unit` and `person`. ERR_NOT_FOUND names the nearest, ERR_INVALID for a phase, or
 * what must not be done. */
int fact_find_item(struct asked *asked);
int fact_find_unit(struct asked *asked);

/** ERR_NOT_FOUND: `what` "said" is not in the plan; `nearest` may be NULL. */
int fact_no_such(struct asked *asked, const char *what, const char *said, const char *nearest);

/** Who is asked for the item. */
const struct selector *fact_audience(const struct asked *asked);

/** Sets `duty`: the one in the phase or period that is named, else by the time. */
int fact_find_duty(struct asked *asked);

/** Where a fact gave the unit another due, makes `duty` that of the due. */
int fact_duty_of_unit(struct asked *asked);

/** ERR_INVALID when the unit is not asked for the duty. */
int fact_check_asked(struct asked *asked);

/** What the store counts for the unit in a duty. */
int fact_count(const struct asked *asked, const struct duty *duty, struct store_count *out);

/** Sets `item` and `unit` of a withdrawal that names nothing but the fact; then the fact that it takes
 * back, without texts, and `duty`. */
int fact_find_named(struct asked *asked);
int fact_find_withdrawn(struct asked *asked, struct store_fact *found);

/** Adds the row of what was said, `own` from now on: all of it but `value`, `moves` and `piece`. */
struct store_fact *fact_row(struct asked *asked, struct fact_act *act);

/** Makes room for so many rows more. */
void fact_act_reserve(struct asked *asked, struct fact_act *act, size_t more);

/** Where the item is done by all together, what all of them have; else the unit. */
int fact_sum(const struct asked *asked, struct store_count *out);

/** True for accepted … selected; fact_read and fact_make of those. */
bool fact_is_about_piece(enum fact_kind kind);
int fact_find_piece(struct asked *asked);
int fact_make_about_piece(struct asked *asked, struct fact_act *act);

/** True for NULL and "". */
bool fact_is_blank(const char *text);

/** False behind the duty's due: 17:00 includes it, 24:00 is the next day's; retroactive is never late. */
bool fact_in_time(const struct duty *duty, int64_t at_ms);

#endif
