#include "engine/piece_data.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

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

/* ---- one piece --------------------------------------------------------------------------- */

static struct asked ask(struct engine *engine, uint32_t plan, struct fact_request *request,
                        enum lang lang, struct arena *arena, struct err *err)
{
    *request = (struct fact_request){.period = DAY_NONE, .lang = lang};
    return fact_asked(engine, plan, request, 0, arena, err);
}

static struct piece piece_of(const struct asked *asked, const struct story *story,
                             uint32_t item)
{
    bool known = story->item != ITEM_NONE && story->item < asked->bound->input.plan->item_count;
    return (struct piece){
        .number = story->first.number,
        .item = known ? story->item : ITEM_NONE,
        .unit = story->unit,
        .person = story->person,
        .count = story->first.value,
        .at_ms = story->first.at_ms,
        .in_time = story->first.in_time,
        .state = story->state,
        .since_ms = story->made->at_ms,
        .actor = story->made->actor,
        .note = story->made->note,
        .chars = story->chars,
        .minutes = story->minutes,
        .copy_of = story->copy_of,
        .overruled =
            story->accepted && known && story_broken(asked, story, story->item) != PIECE_COUNTS,
        .why = story_why(asked, story, item),
    };
}

int engine_piece(struct engine *engine, uint32_t plan, int64_t number, enum lang lang,
                 struct arena *arena, struct piece *out, struct err *err)
{
    struct fact_request request;
    struct story *story;
    if (plan >= engine->count)
        return err_set(err, ERR_INTERNAL, "there is no plan %u", plan);
    struct asked asked = ask(engine, plan, &request, lang, arena, err);
    int code = story_read(&asked, number, &story);
    if (code < 0)
        return code;
    if (story->item == ITEM_NONE || story->item >= asked.bound->input.plan->item_count)
        return err_set(
            err, ERR_NOT_FOUND,
            TR(lang, "f%lld is of an item that is no longer there", "f%lld 的事项已经不在了"),
            (long long)number);
    *out = piece_of(&asked, story, story->item);
    if (story->unit != UNIT_NONE)
        out->moves = credit_moved(story, story->item, story->unit, NULL, asked.bound);
    return 0;
}

/* ---- the pieces of a cell ---------------------------------------------------------------- */

struct numbers {
    struct arena *arena;
    int64_t *list;
    size_t count, room;
};

static void add_number(struct numbers *all, int64_t number)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i] == number)
            return;
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 16;
        int64_t *list = arena_array(all->arena, room, sizeof *list);
        if (all->count)
            memcpy(list, all->list, all->count * sizeof *list);
        all->list = list;
        all->room = room;
    }
    all->list[all->count++] = number;
}

static bool take_number(void *context, const struct store_fact *fact)
{
    if (fact->kind == FACT_SUBMITTED)
        add_number(context, fact->number);
    else if (fact->piece)
        add_number(context, fact->piece);
    return true;
}

static int by_number(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* False when the piece has nothing to do with that duty. */
static bool concerns(const struct asked *asked, const struct story *story, uint32_t item,
                     uint32_t unit, const struct duty *duty)
{
    const struct bound *bound = asked->bound;
    if (!duty)
        return true;
    uint32_t phase = bound_phase(bound, duty);
    for (size_t i = 0; i <= story->count; i++) {
        const struct store_fact *fact = i ? &story->facts[i - 1] : &story->first;
        if (fact->item == bound->items[item].number && fact->unit == bound->numbers[unit] &&
            fact->period == duty->occasion.period && fact->phase == phase)
            return true;
    }
    return false;
}

int engine_pieces(struct engine *engine, uint32_t plan, uint32_t item, uint32_t unit,
                  const struct duty *duty, struct arena *arena, const struct piece **out,
                  size_t *count, struct err *err)
{
    struct fact_request request;
    struct numbers numbers = {.arena = arena};
    if (plan >= engine->count || item >= engine->bounds[plan].input.plan->item_count ||
        !engine->bounds[plan].numbers)
        return err_set(err, ERR_INTERNAL, "there is no item %u of plan %u", item, plan);
    struct asked asked = ask(engine, plan, &request, LANG_EN, arena, err);
    const struct bound *bound = asked.bound;
    struct store_fact_filter filter = {.item = bound->items[item].number,
                                       .unit = bound->numbers[unit]};
    int code = store_facts(engine->store, &filter, take_number, &numbers, err);
    struct piece *pieces = arena_array(arena, numbers.count, sizeof *pieces);
    size_t found = 0;
    if (numbers.count)
        qsort(numbers.list, numbers.count, sizeof *numbers.list, by_number);
    for (size_t i = 0; code == 0 && i < numbers.count; i++) {
        struct story *story;
        code = story_read(&asked, numbers.list[i], &story);
        if (code < 0 || !concerns(&asked, story, item, unit, duty))
            continue;
        pieces[found] = piece_of(&asked, story, item);
        pieces[found++].moves = credit_moved(story, item, unit, duty, bound);
    }
    if (code < 0)
        return code;
    *out = pieces;
    *count = found;
    return 0;
}

/* ---- words ------------------------------------------------------------------------------- */

/* "900 characters, 不少于1500字 asked" */
static void add_measure(struct buf *out, int64_t said, const char *what,
                        const struct amount *asked, enum lang lang)
{
    buf_printf(out, TR(lang, "%lld %s, ", "%lld %s，要求"), (long long)said, what);
    if (asked->phrase)
        buf_adds(out, asked->phrase);
    else if (asked->min >= 0)
        buf_printf(out, TR(lang, "at least %.0f", "不少于 %.0f"), asked->min);
    else
        buf_printf(out, TR(lang, "at most %.0f", "不超过 %.0f"), asked->max);
    buf_adds(out, TR(lang, " asked", ""));
}

static void add_not_yet(struct buf *out, const struct item *item, enum lang lang)
{
    static const enum piece_state from[] = {PIECE_SUBMITTED, PIECE_ACCEPTED, PIECE_RECOMMENDED,
                                            PIECE_SELECTED};
    const char *state = piece_state_text(from[item->counts], lang);
    if (lang == LANG_ZH)
        buf_printf(out, "%s的才计数", state);
    else
        buf_printf(out, "counts once it is %s", state);
}

void piece_add_why(struct buf *out, const struct piece *piece, const struct item *item,
                   enum lang lang)
{
    switch (piece->why) {
    case PIECE_COUNTS: return;
    case PIECE_GONE:
    case PIECE_SENT_BACK: buf_adds(out, piece_state_text(piece->state, lang)); return;
    case PIECE_NOT_YET: add_not_yet(out, item, lang); return;
    case PIECE_CHARS:
        add_measure(out, piece->chars, TR(lang, "characters", "字"), &item->chars, lang);
        return;
    case PIECE_MINUTES:
        add_measure(out, piece->minutes, TR(lang, "minutes", "分钟"), &item->minutes, lang);
        return;
    case PIECE_COPY:
        buf_printf(out, TR(lang, "the same file as f%lld", "与 f%lld 的文件相同"),
                   (long long)piece->copy_of);
        return;
    }
}
