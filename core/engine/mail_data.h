/*
 * The inside of mail*.c: lines in hand, and what is said of each of them now. judge_* asks the plans, which
 * desk_* finds, aim_* and aiming_* the rules; hand_* are the lines.
 */
#ifndef ENGINE_MAIL_DATA_H
#define ENGINE_MAIL_DATA_H

#include "engine/engine_data.h"
#include "engine/mail.h"

#define LINE_NONE UINT32_MAX

/* A firing of lines in hand. */
struct judged {
    uint32_t head;         /* its first line */
    struct engine *engine; /* NULL = no engine has its plan at the moment */
    struct bound *bound;
    struct store_firing firing; /* without texts */
};

/* Lines, chained by their firings. */
struct hand {
    struct store_line *lines;
    size_t count, room;
    bool whole;         /* nothing follows */
    uint32_t *next;     /* by line: the next one of its firing */
    uint32_t *judgedof; /* by line: its firing */
    struct judged *judged;
    uint32_t judged_count;
};

/** Frees all of it but a list of lines that is not the hand's own. */
void hand_free(struct hand *hand);

/** Settles the fate of all lines in hand, as of now: met where nothing is left to be said. Lines of a
 * plan that no engine has stay LINE_PENDING. */
int judge_hand(const struct mail_desk *desk, struct hand *hand, int64_t now_ms,
               struct err *err);

/** The engine and plan behind a number, NULL = nobody has it at the moment. */
struct bound *desk_bound(const struct mail_desk *desk, uint32_t plan, struct engine **engine);

/* What aims share while lines are formed. */
struct aiming {
    const struct mail_desk *desk;
    struct arena *arena;
    struct err *err;
    int64_t now_ms, restored_ms;
    uint32_t route; /* whose names these are, 0 = none yet */
    const char *role, *channel;
    const char *destination; /* whose number this is, NULL = none yet */
    uint32_t destination_number;
    struct table places; /* (recipient, send_ms) → the aim that is there */
    struct table weeks;  /* (recipient, Monday) → how many new ones are in it */
};

/* One group of lines: who it is for, and what it is about. */
struct aim_group {
    const struct bound *bound; /* NULL = nobody has the plan at the moment */
    uint32_t unit, route;
    int32_t working, official; /* the nearest dues, DAY_NONE = none */
    int64_t at_ms;             /* the earliest of what fired */
};

/** Begins with what the store says of itself; aiming_end is owed, also on failure. */
int aiming_begin(struct aiming *aiming, const struct mail_desk *desk, struct arena *arena,
                 int64_t now_ms, struct err *err);
/** Frees what an aiming has. */
void aiming_end(struct aiming *aiming);

/** Where the group goes, and when, as the `index`th aim. */
int aim_group(struct aiming *aiming, const struct aim_group *group, size_t index,
              struct store_aim *out);

#endif
