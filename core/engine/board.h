/*
 * Where a plan stands on a day: the duties of the day with their columns, their sums and their lights
 * (light_*). A duty here is an item at one of its times, with all its dues together: the rule's and
 * those that facts gave to some units (its parts). asked = met + excused + missing, in every sum.
 * Making a board reads the store; what is asked of it afterwards comes from memory, but for a
 * unit's own counter.
 *
 * A past day: what is said to have happened by the end of that day counts, whenever it was recorded;
 * what happened later does not, excuses, more time and withdrawals among it. What the plan asks,
 * and who belongs to the roster that day, is as the plan and the roster know it now.
 */
#ifndef ENGINE_BOARD_H
#define ENGINE_BOARD_H

#include "engine/duty.h"
#include "engine/engine.h"
#include "plan/progress.h"
#include "store/counters.h"
#include "store/facts.h"

/* In the order of how bad it is; NONE: nobody is asked. BEHIND: the catch-up day of a retroactive duty,
 * which is never late, has gone by. */
enum light {
    LIGHT_NONE,
    LIGHT_DONE,
    LIGHT_ON_PLAN,
    LIGHT_NEAR,
    LIGHT_BEHIND,
    LIGHT_LATE,
    LIGHTS
};

enum { LIGHT_NEAR_DAYS = 3 }; /* before the official due */

/** "done", "on-plan", "near", "behind", "overdue"; "" for none. */
const char *light_name(enum light light);

/** The light of a duty of which so much is missing on that day. */
enum light light_of(const struct duty *duty, const struct progress_sum *sum, int32_t day);

struct board;

struct board_wish {
    int32_t day; /* that is judged: duties open on it, and those before that are not met … */
    int32_t until;     /* … and those that open by then; `day` = none beside */
    bool met;          /* also those that have ended and are met */
    uint32_t item;     /* index, ITEM_NONE = all tasks and quotas */
    int64_t before_ms; /* what happened at or after that instant does not count; INT64_MAX = all
                          counts */
};

/* One due of a duty. */
struct board_part {
    struct duty duty;
    struct progress_sum sum;
    enum light light;
};

struct board_duty {
    struct duty duty;               /* of the first part */
    const struct board_part *parts; /* the rule's first, if anybody is asked by it; by due */
    uint32_t part_count;
    struct progress_sum sum;
    enum light light; /* the worst of its parts */
    bool shared;      /* all do it together: one piece serves all */
};

/** The duties in the order of the plan, then of their dues. The engine outlives the board, which the
 * caller frees. */
int board_new(struct engine *engine, uint32_t plan, const struct board_wish *wish,
              struct board **out, struct err *err);
void board_free(struct board *board);
const struct board_duty *board_duties(const struct board *board, uint32_t *count);
size_t board_bytes(const struct board *board);

enum board_whom { BOARD_MISSING, BOARD_EXCUSED, BOARD_ASKED };

#define BOARD_ANY UINT32_MAX

/** The units first … end-1 that lack a duty (index), are excused from it or asked for it, by one of
 * its parts (index) or BOARD_ANY: at most `most` in tree order into `units`, and how many there are. */
uint32_t board_units(const struct board *board, uint32_t duty, uint32_t part,
                     enum board_whom whom, uint32_t first, uint32_t end, uint32_t *units,
                     uint32_t most);

/** True when the unit is excused from a duty because it is on leave. */
bool board_away(const struct board *board, uint32_t duty, uint32_t unit);

/* One unit's own duty, without what lies below it. */
struct board_own {
    const struct board_part *part;    /* by whose due it is judged; NULL = it is not asked */
    struct store_count count;         /* what it has done; of a shared duty, what all have */
    uint32_t need, missing;           /* pieces */
    bool excused, away, met, in_time; /* `away`: excused because it is on leave */
    enum light light;
};

/** How one unit (row) stands with a duty (index). Reads its counter. */
int board_own(struct board *board, uint32_t duty, uint32_t unit, struct board_own *out,
              struct err *err);

/* An excuse, or more time. */
struct board_grant {
    int64_t number, at_ms; /* of the fact; 0 = there is none */
    int32_t until;         /* the day given, DAY_NONE of an excuse */
    const char *reason,
        *approver; /* the arena's, NULL = not said; who said it approved it, unless
                                      another is named */
};

/** Reads why a unit (row) is excused from a duty (index), or has more time for it: the last fact of that
 * kind (FACT_EXCUSED, FACT_EXTENDED) which stands. Who is on leave needs none. */
int board_grant(struct board *board, uint32_t duty, uint32_t unit, enum fact_kind kind,
                struct arena *arena, struct board_grant *out, struct err *err);

#endif
