/*
 * The inside of pieces, for piece*.c, credit.c, fact*.c and undo.c of engine/ alone: story_* is a
 * piece with the facts about it, credit_* where it counts. A story is read from the store, or made
 * of a submission that is not recorded yet; what is to be said next is added to it, and the
 * differences between what it then counts for and what its facts have moved are the rows of the act.
 */
#ifndef ENGINE_PIECE_DATA_H
#define ENGINE_PIECE_DATA_H

#include "engine/fact_data.h"

struct story {
    struct store_fact first;  /* the submission; number 0 = not recorded yet */
    struct store_fact *facts; /* about it, by number; what is to be recorded stands last */
    size_t count, room;
    uint32_t item, unit, person; /* index, rows; as in struct piece */
    bool everywhere; /* said of the person alone: counts at every asked unit it belongs to */

    /* What the facts that stand come to: story_settle. */
    enum piece_state state;
    bool accepted;
    int64_t chars, minutes; /* the last that were said, -1 = never */
    int64_t copy_of; /* what the last version was found to have the same file as, 0 = none */
    const struct store_fact *made; /* the state: one of those above */
    const struct store_fact **ups; /* recommended, selected: those that stand */
    size_t up_count;
};

/** Reads a piece by its number, settled; texts are the arena's. ERR_NOT_FOUND in the asker's language. */
int story_read(struct asked *asked, int64_t number, struct story **out);

/** The story of a submission that is to be recorded: `asked` has item, unit, person. */
struct story *story_begin(struct asked *asked, const struct store_fact *first);

/** Adds what is to be recorded, and settles again. */
void story_add(struct asked *asked, struct story *story, const struct store_fact *fact);

/** Why the piece does not count for an item (index), or PIECE_COUNTS. */
enum piece_why story_why(const struct asked *asked, const struct story *story, uint32_t item);

/** Which rule of the item the piece breaks by what was measured, accepted or not: PIECE_COUNTS = none. */
enum piece_why story_broken(const struct asked *asked, const struct story *story,
                            uint32_t item);

/** The quotas to which the piece can be recommended or selected next (`kind`), in the arena; with
 * `all` those too to which it has been, and those behind one to which it has not. */
size_t story_ways(struct asked *asked, const struct story *story, enum fact_kind kind, bool all,
                  const uint32_t **items);

/** True when a fact that stands recommends (or selects) the piece to this item. */
bool story_is_up(const struct asked *asked, const struct story *story, enum fact_kind kind,
                 uint32_t item);

/* Where a piece counts. */
struct credit {
    uint32_t item, unit; /* index, row */
    struct duty duty;
    bool in_time;
};

/** Where the piece counts, in the arena. */
int credit_list(struct asked *asked, const struct story *story, const struct credit **out,
                size_t *count);

/** The units (rows) at which a piece of that story counts for an item: at most `most`, 0 = none. */
uint32_t credit_units(struct asked *asked, const struct story *story, uint32_t item,
                      uint32_t *units, uint32_t most);

/** The duty of an item at a unit for what happens then, as engine_fact finds it; false = the unit is
 * not asked then. Negative: an error. */
int credit_duty(struct asked *asked, const struct story *story, uint32_t item, uint32_t unit,
                int64_t at_ms, struct duty *duty, bool *is_asked);

/** Appends to an act, whose last row belongs to the story, what changes: in that row's `moves` where
 * it is the same counter, else as FACT_CREDITED rows. */
int credit_rows(struct asked *asked, const struct story *story, struct fact_act *act);

/** What all facts of the story have moved one counter by. */
int64_t credit_moved(const struct story *story, uint32_t item, uint32_t unit,
                     const struct duty *duty, const struct bound *bound);

#endif
