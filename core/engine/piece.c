#include "engine/piece.h"

#include "base/buf.h"

static const struct {
    const char *name, *en, *zh;
} states[] = {
    [PIECE_WITHDRAWN] = {"withdrawn", "withdrawn", "已撤回"},
    [PIECE_RETURNED] = {"returned", "returned", "已退回"},
    [PIECE_SUBMITTED] = {"submitted", "handed in", "已交"},
    [PIECE_ACCEPTED] = {"accepted", "accepted", "已采用"},
    [PIECE_RECOMMENDED] = {"recommended", "recommended", "已推荐"},
    [PIECE_SELECTED] = {"selected", "selected", "已入选"},
};

const char *piece_state_name(enum piece_state state)
{
    return states[state].name;
}

const char *piece_state_text(enum piece_state state, enum lang lang)
{
    return TR(lang, states[state].en, states[state].zh);
}

int engine_pieces(struct engine *engine, uint32_t plan, uint32_t item, uint32_t unit,
                  const struct duty *duty, struct arena *arena, const struct piece **out,
                  size_t *count, struct err *err)
{
    (void)unit;
    (void)duty;
    if (plan >= engine_plans(engine) || item >= engine_plan(engine, plan)->plan->item_count)
        return err_set(err, ERR_INTERNAL, "there is no item %u of plan %u", item, plan);
    *out = arena_array(arena, 0, sizeof **out);
    *count = 0;
    return 0;
}

int engine_piece(struct engine *engine, uint32_t plan, int64_t number, enum lang lang,
                 struct arena *arena, struct piece *out, struct err *err)
{
    (void)engine;
    (void)plan;
    (void)arena;
    (void)out;
    return err_set(err, ERR_NOT_FOUND,
                   TR(lang, "there is no f%lld: nothing was recorded under that number",
                      "没有 f%lld 这条登记"),
                   (long long)number);
}

void piece_add_why(struct buf *out, const struct piece *piece, const struct item *item,
                   enum lang lang)
{
    (void)item;
    if (piece->why != PIECE_COUNTS)
        buf_adds(out, piece_state_text(piece->state, lang));
}
