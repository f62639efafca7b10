/* Whom an event concerns: selectors, each distinct one compiled once. */
#include "engine/rules.h"

#include "base/json.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#define AUDIENCE_NONE UINT32_MAX

/* Index 0 … item_count-1: the items; item_count: the plan itself. */
struct audience {
    struct selector **selectors;
    uint32_t count;
    uint32_t *of;             /* selector by index, AUDIENCE_NONE = nobody is known */
    const struct value **who; /* sealed selector by selector */
};

struct maker {
    struct agenda *agenda;
    struct audience *audience;
    struct arena *texts;
    struct table known; /* canonical text → selector */
};

/* The number of a sealed selector; the same text gives the same number. */
static uint32_t intern(struct maker *maker, const struct value *who)
{
    struct buf text = {0};
    json_write(&text, value_get(who, "terms"));
    const char *key = arena_copy(maker->texts, text.bytes, text.length);
    uint32_t next = maker->audience->count;
    uint32_t number = table_add(&maker->known, key, text.length, next);
    buf_free(&text);
    if (number != TABLE_NONE)
        return number;
    maker->audience->who[next] = who;
    maker->audience->count++;
    return next;
}

static struct value *new_selector(struct arena *arena)
{
    struct value *who = value_map(arena);
    value_set(arena, who, "terms", value_list(arena));
    return who;
}

static void add_terms(struct arena *arena, struct value *who, const struct value *other)
{
    const struct value *terms = value_get(other, "terms");
    for (uint32_t i = 0; terms && i < terms->count; i++)
        value_append(arena, value_get(who, "terms"), terms->items[i]);
}

static uint32_t owner_of(struct maker *maker)
{
    struct arena *arena = maker->agenda->arena;
    if (!maker->agenda->plan->owner)
        return AUDIENCE_NONE;
    struct value *who = new_selector(arena), *term = value_map(arena);
    value_set_string(arena, term, "id", maker->agenda->plan->owner);
    value_append(arena, value_get(who, "terms"), term);
    return intern(maker, who);
}

/* `each`; else `by` with those who lead; where nobody is named to do it, those who lead and
 * help. */
static uint32_t duty_audience(struct maker *maker, const struct item *item, uint32_t owner)
{
    const struct value *by = item->who[ROLE_BY], *lead = item->who[ROLE_LEAD];
    if (item->who[ROLE_EACH])
        return intern(maker, item->who[ROLE_EACH]);
    if (!by && !lead)
        return owner;
    struct value *both = new_selector(maker->agenda->arena);
    add_terms(maker->agenda->arena, both, by ? by : lead);
    add_terms(maker->agenda->arena, both, by ? lead : item->who[ROLE_HELP]);
    return intern(maker, both);
}

/* The union over the items in first … end-1, each distinct selector once. */
static uint32_t union_of(struct maker *maker, uint32_t first, uint32_t end, uint32_t owner)
{
    const struct plan *plan = maker->agenda->plan;
    struct arena *arena = maker->agenda->arena;
    struct value *who = new_selector(arena);
    bool *seen = arena_array(maker->texts, plan->item_count + 1, sizeof *seen);
    for (uint32_t i = first; i < end; i++) {
        uint32_t number = maker->audience->of[i];
        if (plan->items[i].word == ITEM_PHASE || number == AUDIENCE_NONE || seen[number])
            continue;
        seen[number] = true;
        add_terms(arena, who, maker->audience->who[number]);
    }
    return value_get(who, "terms")->count ? intern(maker, who) : owner;
}

/* One past the last item inside item `number`: parents stand before their children. */
static uint32_t *find_ends(struct maker *maker)
{
    const struct plan *plan = maker->agenda->plan;
    uint32_t *ends = arena_array(maker->texts, plan->item_count, sizeof *ends);
    for (uint32_t i = plan->item_count; i-- > 0;) {
        if (ends[i] == 0)
            ends[i] = i + 1;
        uint32_t parent = plan->items[i].parent;
        if (parent != ITEM_NONE && ends[parent] < ends[i])
            ends[parent] = ends[i];
    }
    return ends;
}

static void assign(struct maker *maker)
{
    const struct plan *plan = maker->agenda->plan;
    uint32_t owner = owner_of(maker), *of = maker->audience->of;
    for (uint32_t i = 0; i < plan->item_count; i++)
        of[i] = duty_audience(maker, &plan->items[i], owner);
    uint32_t *ends = find_ends(maker);
    for (uint32_t i = 0; i < plan->item_count; i++)
        if (plan->items[i].word == ITEM_PHASE && !plan->items[i].who[ROLE_EACH])
            of[i] = union_of(maker, i + 1, ends[i], of[i]);
    of[plan->item_count] = union_of(maker, 0, plan->item_count, owner);
}

int audience_make(struct agenda *agenda, struct err *err)
{
    if (!agenda->roster)
        return 0;
    struct audience *audience = arena_alloc(agenda->arena, sizeof *audience);
    uint32_t most = 2 * agenda->plan->item_count + 2;
    audience->of = arena_array(agenda->arena, agenda->plan->item_count + 1, sizeof(uint32_t));
    audience->who = arena_array(agenda->arena, most, sizeof *audience->who);
    audience->selectors = arena_array(agenda->arena, most, sizeof *audience->selectors);
    struct maker maker = {agenda, audience, arena_new(), {0}};
    assign(&maker);
    table_free(&maker.known);
    arena_free(maker.texts);
    agenda->audience = audience;
    int code = 0;
    for (uint32_t i = 0; code == 0 && i < audience->count; i++)
        code = selector_compile(agenda->roster, audience->who[i], &audience->selectors[i], err);
    return code;
}

void audience_free(struct audience *audience)
{
    if (!audience)
        return;
    for (uint32_t i = 0; i < audience->count; i++)
        selector_free(audience->selectors[i]);
}

const struct selector *agenda_audience(const struct agenda *agenda, const struct event *event)
{
    if (!agenda->audience)
        return NULL;
    uint32_t index = event->item == ITEM_NONE ? agenda->plan->item_count : event->item;
    uint32_t number = agenda->audience->of[index];
    return number == AUDIENCE_NONE ? NULL : agenda->audience->selectors[number];
}
