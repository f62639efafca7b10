#include "service/turn_data.h"

#include "store/clocks.h"

static bool take_last(void *context, const struct store_doubt *doubt)
{
    enum clock_doubt *last = context;
    *last = doubt->accepted_by ? CLOCK_SURE : doubt->doubt;
    return false;
}

/* An end that nobody was there to tell of is told now. */
static int ask_noted(struct turn *turn, struct err *err)
{
    struct store_doubt_filter filter = {.latest = true};
    turn->noted = CLOCK_SURE;
    int code = store_doubts(turn->store, &filter, take_last, &turn->noted, err);
    turn->asked = code == 0;
    if (code == 0 && turn->trust.doubt == CLOCK_SURE && turn->noted != CLOCK_SURE)
        turn->told = turn->noted;
    return code;
}

/* A row of what is believed now, or of `overruled`. */
static int note(struct turn *turn, const struct trust *trust, const char *accepted_by,
                struct err *err)
{
    struct store_doubt doubt = {.at_ms = turn->now_ms,
                                .wall_ms = turn->reading.wall_ms,
                                .jump_ms = trust->jump_ms,
                                .doubt = trust->doubt,
                                .accepted_by = accepted_by};
    return store_note_doubt(turn->store, &doubt, accepted_by ? &turn->reading : NULL, err);
}

int turn_judge(struct turn *turn, struct err *err)
{
    struct clock_reading sure;
    bool any = false;
    int code = store_last_clock(turn->store, &sure, &any, err);
    if (code < 0)
        return code;
    turn->trust = trust_judge(any ? &sure : NULL, &turn->reading);
    turn->now_ms = turn->trust.now_ms;
    if (!turn->asked)
        code = ask_noted(turn, err);
    if (code == 0 && turn->trust.doubt != turn->noted)
        code = note(turn, &turn->trust, NULL, err);
    if (code == 0)
        turn->noted = turn->trust.doubt;
    return code;
}

int turn_take_clock(struct turn *turn, const char *actor, struct err *err)
{
    if (turn->trust.keep)
        return 0;
    turn->now_ms = turn->reading.wall_ms;
    int code = note(turn, &turn->trust, actor, err);
    if (code < 0)
        return code;
    turn->overruled = turn->trust;
    turn->accepted = true;
    turn->noted = CLOCK_SURE;
    turn->trust = (struct trust){CLOCK_SURE, turn->now_ms, 0, true};
    return 0;
}

/* Far behind what was expected it is that, so that what was recorded does not grow old while the machine
 * runs for months: a restart is judged by how long ago it is. Within one start nothing changes by it. */
bool turn_sure_reading(const struct turn *turn, struct clock_reading *sure)
{
    *sure = turn->reading;
    return turn->trust.keep ||
           (turn->trust.doubt == CLOCK_SURE &&
            !__builtin_sub_overflow(sure->wall_ms, turn->trust.jump_ms, &sure->wall_ms));
}

void turn_tell_doubt(struct turn *turn)
{
    const struct loop_options *options = turn->options;
    const struct holding *holding = turn->count == 1 ? turn->plans[0]->holding : NULL;
    if (options->doubt && (turn->accepted || turn->trust.doubt != turn->told))
        options->doubt(options->context, holding,
                       turn->accepted ? &turn->overruled : &turn->trust, turn->accepted);
    turn->told = turn->trust.doubt;
    turn->accept = NULL;
}
