/* A piece and the facts about it: what it has come to, and what may still come. */
#include "engine/piece_data.h"

#include "base/json.h"

#include <string.h>

/* ---- reading ----------------------------------------------------------------------------- */

static void push(struct arena *arena, struct story *story, const struct store_fact *fact)
{
    if (story->count == story->room) {
        size_t room = story->room ? 2 * story->room : 4;
        struct store_fact *facts = arena_array(arena, room, sizeof *facts);
        if (story->count)
            memcpy(facts, story->facts, story->count * sizeof *facts);
        story->facts = facts;
        story->room = room;
    }
    story->facts[story->count++] = store_keep_fact(arena, fact);
}

struct reading {
    struct arena *arena;
    struct story *story;
};

static bool take_first(void *context, const struct store_fact *fact)
{
    struct reading *reading = context;
    reading->story->first = store_keep_fact(reading->arena, fact);
    return false;
}

static bool take_fact(void *context, const struct store_fact *fact)
{
    struct reading *reading = context;
    push(reading->arena, reading->story, fact);
    return true;
}

/* ---- what it has come to ----------------------------------------------------------------- */

const struct value *fact_detail(const struct store_fact *fact, struct arena *arena)
{
    static const struct value_limits limits = {1000, 8, 1 << 16};
    struct value *value = NULL;
    struct err none;
    if (!fact->detail ||
        json_parse(arena, fact->detail, strlen(fact->detail), &limits, &value, &none) < 0)
        return NULL;
    return value;
}

static bool is_gone(const struct story *story, int64_t number)
{
    for (size_t i = 0; number && i < story->count; i++)
        if (story->facts[i].kind == FACT_WITHDRAWN && story->facts[i].value == number)
            return true;
    return false;
}

static void measure(struct arena *arena, struct story *story, const struct store_fact *fact)
{
    const struct value *detail = fact_detail(fact, arena);
    story->chars = value_get_int(detail, "chars", story->chars);
    story->minutes = value_get_int(detail, "minutes", story->minutes);
    story->copy_of = value_get_int(detail, "copy_of", 0);
}

static void raise_to(struct story *story, enum piece_state state, const struct store_fact *fact)
{
    if (story->state >= state)
        return;
    story->state = state;
    story->made = fact;
}

static void take_up(struct story *story, enum piece_state state, const struct store_fact *fact)
{
    if (story->state == PIECE_RETURNED)
        return;
    story->ups[story->up_count++] = fact;
    raise_to(story, state, fact);
}

static void settle_fact(struct arena *arena, struct story *story, const struct store_fact *fact)
{
    switch (fact->kind) {
    case FACT_ACCEPTED:
        if (story->state == PIECE_RETURNED)
            return;
        story->accepted = true;
        raise_to(story, PIECE_ACCEPTED, fact);
        return;
    case FACT_RETURNED:
        story->state = PIECE_RETURNED;
        story->made = fact;
        story->accepted = false;
        story->up_count = 0;
        return;
    case FACT_REWORKED:
        measure(arena, story, fact);
        raise_to(story, PIECE_SUBMITTED, fact);
        return;
    case FACT_RECOMMENDED: take_up(story, PIECE_RECOMMENDED, fact); return;
    case FACT_SELECTED: take_up(story, PIECE_SELECTED, fact); return;
    default: return;
    }
}

static const struct store_fact *withdrawal_of(const struct story *story, int64_t number)
{
    for (size_t i = 0; i < story->count; i++)
        if (story->facts[i].kind == FACT_WITHDRAWN && story->facts[i].value == number)
            return &story->facts[i];
    return NULL;
}

static void settle(struct arena *arena, struct story *story)
{
    story->state = PIECE_SUBMITTED;
    story->made = &story->first;
    story->accepted = false;
    story->chars = story->minutes = -1;
    story->ups = arena_array(arena, story->count, sizeof *story->ups);
    story->up_count = 0;
    measure(arena, story, &story->first);
    for (size_t i = 0; i < story->count; i++)
        if (!is_gone(story, story->facts[i].number))
            settle_fact(arena, story, &story->facts[i]);
    if (!is_gone(story, story->first.number))
        return;
    story->state = PIECE_WITHDRAWN;
    story->made = withdrawal_of(story, story->first.number);
    story->up_count = 0;
}

static void find_people(const struct asked *asked, struct story *story)
{
    const struct bound *bound = asked->bound;
    const struct value *detail = fact_detail(&story->first, asked->arena);
    const char *person = value_get_string(detail, "person");
    const struct value *everywhere = value_get(detail, "everywhere");
    story->item = bound_item(bound, story->first.item);
    story->unit = bound_row(bound, story->first.unit);
    story->person = person && bound->input.roster
                        ? roster_find(bound->input.roster, person, strlen(person))
                        : UNIT_NONE;
    story->everywhere = everywhere && everywhere->type == VALUE_BOOL && everywhere->boolean;
}

int story_read(struct asked *asked, int64_t number, struct story **out)
{
    struct store *store = asked->engine->store;
    struct story *story = arena_alloc(asked->arena, sizeof *story);
    struct reading reading = {asked->arena, story};
    struct store_fact_filter filter = {.plan = asked->bound->number, .number = number};
    int code = 0;
    if (number > 0)
        code = store_facts(store, &filter, take_first, &reading, asked->err);
    if (code < 0)
        return code;
    if (number <= 0 || story->first.number != number)
        return err_set(asked->err, ERR_NOT_FOUND,
                       TR(asked->request->lang,
                          "there is no f%lld: nothing was recorded under that number",
                          "没有 f%lld 这条登记"),
                       (long long)number);
    if (story->first.kind != FACT_SUBMITTED)
        return err_set(asked->err, ERR_NOT_FOUND,
                       TR(asked->request->lang,
                          "f%lld is nothing that was handed in (planrun log shows the pieces)",
                          "f%lld 不是交来的作品（planrun log 可以查到各件的编号）"),
                       (long long)number);
    code = store_piece_facts(store, number, take_fact, &reading, asked->err);
    if (code < 0)
        return code;
    find_people(asked, story);
    settle(asked->arena, story);
    *out = story;
    return 0;
}

struct story *story_begin(struct asked *asked, const struct store_fact *first)
{
    struct story *story = arena_alloc(asked->arena, sizeof *story);
    story->first = *first;
    find_people(asked, story);
    settle(asked->arena, story);
    return story;
}

void story_add(struct asked *asked, struct story *story, const struct store_fact *fact)
{
    push(asked->arena, story, fact);
    settle(asked->arena, story);
}

/* ---- rules ------------------------------------------------------------------------------- */

static bool breaks(const struct amount *asked, int64_t said)
{
    if (!asked->stated || said < 0)
        return false;
    return (double)said < asked->min || (asked->max >= 0 && (double)said > asked->max);
}

/* About so many: a tenth more or less is that still. */
static bool breaks_rule(const struct asked *asked, const struct story *story,
                        const struct amount *rule, int64_t said)
{
    const char *unit =
        story->unit == UNIT_NONE ? "" : roster_id(asked->bound->input.roster, story->unit);
    struct amount amount = *amount_of_unit(rule, unit);
    if (amount.about) {
        amount.min *= 0.9;
        amount.max *= amount.max < 0 ? 1 : 1.1;
    }
    return breaks(&amount, said);
}

enum piece_why story_broken(const struct asked *asked, const struct story *story, uint32_t item)
{
    const struct item *rules = &asked->bound->input.plan->items[item];
    if (breaks_rule(asked, story, &rules->chars, story->chars))
        return PIECE_CHARS;
    if (breaks_rule(asked, story, &rules->minutes, story->minutes))
        return PIECE_MINUTES;
    return rules->original && story->copy_of ? PIECE_COPY : PIECE_COUNTS;
}

static enum piece_why is_broken(const struct asked *asked, const struct story *story,
                                uint32_t item)
{
    enum piece_why why = PIECE_COUNTS;
    if (!story->accepted && story->item != ITEM_NONE)
        why = story_broken(asked, story, story->item);
    if (!story->accepted && why == PIECE_COUNTS && item != story->item)
        why = story_broken(asked, story, item);
    return why;
}

enum piece_why story_why(const struct asked *asked, const struct story *story, uint32_t item)
{
    enum counts counts = asked->bound->input.plan->items[item].counts;
    bool far = true;
    if (story->state == PIECE_WITHDRAWN)
        return PIECE_GONE;
    if (story->state == PIECE_RETURNED)
        return PIECE_SENT_BACK;
    enum piece_why why = is_broken(asked, story, item);
    if (why != PIECE_COUNTS)
        return why;
    if (counts == COUNTS_ACCEPTED)
        far = story->state >= PIECE_ACCEPTED;
    if (counts == COUNTS_RECOMMENDED)
        far = story_is_up(asked, story, FACT_RECOMMENDED, item);
    if (counts == COUNTS_SELECTED)
        far = story_is_up(asked, story, FACT_SELECTED, item);
    return far ? PIECE_COUNTS : PIECE_NOT_YET;
}

/* ---- ways upward ------------------------------------------------------------------------- */

/* Items that are gathered, each once. */
struct gathering {
    const struct plan *plan;
    bool *in;
    uint32_t *items;
    uint32_t count;
};

static void gather(struct gathering *all, uint32_t item)
{
    if (all->in[item])
        return;
    all->in[item] = true;
    all->items[all->count++] = item;
}

static void gather_reach(struct gathering *all, uint32_t item)
{
    const struct item *from = &all->plan->items[item];
    gather(all, item);
    for (uint32_t i = 0; i < from->reach_count; i++)
        gather(all, from->reach[i]);
}

static struct gathering gathering_of(const struct asked *asked, uint32_t item)
{
    const struct plan *plan = asked->bound->input.plan;
    struct gathering all = {plan, arena_array(asked->arena, plan->item_count, sizeof *all.in),
                            arena_array(asked->arena, plan->item_count, sizeof *all.items), 0};
    gather_reach(&all, item);
    return all;
}

/* Where what an item gives goes on to: what it feeds, and the parts of it that count only some. */
static void gather_next(struct gathering *all, uint32_t item)
{
    const struct item *from = &all->plan->items[item];
    for (uint32_t i = 0; i < from->feed_count; i++)
        gather_reach(all, from->feeds[i]);
    if (from->word != ITEM_QUOTA)
        return;
    for (uint32_t i = item + 1; i < all->plan->item_count; i++)
        if (all->plan->items[i].parent == item &&
            all->plan->items[i].counts >= COUNTS_RECOMMENDED)
            gather_reach(all, i);
}

static enum counts counts_of(enum fact_kind kind)
{
    return kind == FACT_SELECTED ? COUNTS_SELECTED : COUNTS_RECOMMENDED;
}

size_t story_ways(struct asked *asked, const struct story *story, enum fact_kind kind, bool all,
                  const uint32_t **items)
{
    const struct plan *plan = asked->bound->input.plan;
    struct gathering reached = gathering_of(asked, story->item);
    uint32_t *found = arena_array(asked->arena, plan->item_count, sizeof *found);
    size_t count = 0;
    for (uint32_t i = 0; i < reached.count; i++) {
        uint32_t item = reached.items[i];
        bool way = plan->items[item].counts == counts_of(kind);
        bool taken = way && story_is_up(asked, story, kind, item);
        if (way && (all || !taken))
            found[count++] = item;
        if (all || !way || taken)
            gather_next(&reached, item);
    }
    *items = found;
    return count;
}

static bool leads_to(const struct asked *asked, uint32_t from, uint32_t to)
{
    struct gathering reached = gathering_of(asked, from);
    for (uint32_t i = 0; i < reached.count && !reached.in[to]; i++)
        gather_next(&reached, reached.items[i]);
    return reached.in[to];
}

static bool reaches(const struct item *item, uint32_t to)
{
    for (uint32_t i = 0; i < item->reach_count; i++)
        if (item->reach[i] == to)
            return true;
    return false;
}

/* Recommended or selected to it, to what is the same or a part of it; and what was selected beyond it
 * was recommended here, where nothing says another way. */
bool story_is_up(const struct asked *asked, const struct story *story, enum fact_kind kind,
                 uint32_t item)
{
    const struct plan *plan = asked->bound->input.plan;
    for (size_t i = 0; i < story->up_count; i++) {
        uint32_t to = bound_item(asked->bound, story->ups[i]->item);
        if (to == ITEM_NONE || to >= plan->item_count || story->ups[i]->kind < kind)
            continue;
        if (to == item || reaches(&plan->items[to], item))
            return true;
        if (story->ups[i]->kind > kind && leads_to(asked, item, to))
            return true;
    }
    return false;
}
