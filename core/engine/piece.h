/*
 * Pieces: what units handed in, and what has become of it. A piece is a FACT_SUBMITTED and the facts
 * that name it; nothing about it is kept but in facts, so that taking any of them back gives the
 * state that the others make:
 *
 *   submitted → accepted → recommended → selected        forward by a person's word
 *   any of them → returned → submitted (reworked)        the first time stays the piece's
 *   any of them → withdrawn                              the submission itself was taken back
 *
 * A quota Q counts a piece from the state Q.counts on. What a quota asks that can be measured –
 * chars, minutes, original – keeps a piece that breaks it from counting until a person accepts it;
 * what nobody said or measured is trusted. A piece that was handed in for Q counts, never twice in
 * one of them at one unit, for
 *   Q, what is the same as Q (either side may say so; one plan, transitively), and the quotas that
 *   contain those; and for the quotas to which facts recommend or select it, what is the same as
 *   those, and what contains those.
 * It counts in the duty of the time at which it was handed in, or, where only recommended or selected
 * pieces count, at which it was that; at its own unit always in the duty that it was handed in for. The
 * unit is the piece's if asked there, else its nearest one above that is, else a group of it or of the
 * person, else who does it.
 */
#ifndef ENGINE_PIECE_H
#define ENGINE_PIECE_H

#include "base/lang.h"
#include "engine/duty.h"
#include "engine/engine.h"

struct buf;

enum piece_state {
    PIECE_WITHDRAWN,
    PIECE_RETURNED,
    PIECE_SUBMITTED, /* reworked too */
    PIECE_ACCEPTED,
    PIECE_RECOMMENDED,
    PIECE_SELECTED,
};

/* Why a piece does not count for a quota. */
enum piece_why {
    PIECE_COUNTS,
    PIECE_GONE,      /* withdrawn */
    PIECE_SENT_BACK, /* returned */
    PIECE_NOT_YET,   /* its state is below what the quota counts */
    PIECE_CHARS,     /* measured, and not what the plan says */
    PIECE_MINUTES,
    PIECE_COPY, /* the same file as another's piece: `copy_of` */
};

struct piece {
    int64_t number; /* of its FACT_SUBMITTED: "f17" */
    uint32_t item;  /* index: what it was handed in for, ITEM_NONE = not in the plan any more */
    uint32_t unit;  /* row of whoever handed it in, UNIT_NONE = not in the roster any more */
    uint32_t person; /* row, UNIT_NONE = not said */
    int64_t count;   /* pieces that it stands for */
    int64_t at_ms;   /* handed in, the first time */
    bool in_time;    /* by the due of its duty */
    enum piece_state state;
    int64_t since_ms;         /* when what made the state happened */
    const char *actor, *note; /* of that */
    int64_t chars, minutes;   /* as said or measured last, -1 = not said */
    int64_t copy_of;          /* an earlier piece with the same file, 0 = none */
    bool overruled;           /* a person accepted it although a rule speaks against it */
    enum piece_why why;       /* for the quota that was asked about */
    int64_t moves; /* what it adds to the counter that was asked about, 0 = nothing */
};

/** The pieces that have to do with an item at a unit (row): handed in there for it, counted or not,
 * and those of elsewhere that count there; of one duty, or of all with `duty` NULL. By number, in the
 * arena. Reads the facts of (item, unit) and of each piece: some microseconds a piece. */
int engine_pieces(struct engine *engine, uint32_t plan, uint32_t item, uint32_t unit,
                  const struct duty *duty, struct arena *arena, const struct piece **out,
                  size_t *count, struct err *err);

/** One piece, `why` and `moves` for the item that it was handed in for, at its unit. ERR_NOT_FOUND
 * (in `lang`) when nothing was handed in under that number. */
int engine_piece(struct engine *engine, uint32_t plan, int64_t number, enum lang lang,
                 struct arena *arena, struct piece *out, struct err *err);

/** "submitted" … "selected": stable keys; and the words for people: "recommended", "已推荐". */
const char *piece_state_name(enum piece_state state);
const char *piece_state_text(enum piece_state state, enum lang lang);

/** Appends why a piece does not count for an item, or nothing: "900 characters, 不少于1500字 asked". */
void piece_add_why(struct buf *out, const struct piece *piece, const struct item *item,
                   enum lang lang);

#endif
