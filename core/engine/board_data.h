/*
 * The inside of a board, for board*.c (board_*, light_*) and page.c alone.
 */
#ifndef ENGINE_BOARD_DATA_H
#define ENGINE_BOARD_DATA_H

#include "engine/board.h"
#include "engine/past.h"
#include "plan/grouping.h"

/* The column behind a part of a duty. */
struct board_column {
    struct progress *progress;
    struct rollup *rollup;
};

struct board {
    struct engine *engine;
    struct bound *bound;
    struct board_wish wish;
    struct arena *arena;
    struct past *past; /* NULL = all that is counted counts */
    struct board_duty *duties;
    struct board_column **columns; /* by duty, then by part */
    uint32_t count, room;
    struct grouping **groupings; /* classes of groups, in the order of the plan */
    uint32_t grouping_count;
};

/** The worse of two lights. */
enum light light_worse(enum light a, enum light b);

#endif
