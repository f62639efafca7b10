#include "plan/links.h"

#include <string.h>

/* Sets of items while they are gathered: the root of each item's class of the same. */
struct links {
    struct parts *parts;
    const struct plan *plan;
    struct item *items;
    uint32_t *root; /* the least item of those that are the same, once gathered */
    uint32_t *next; /* the next item that is the same, ITEM_NONE */
    uint32_t *stamps;
};

static const struct value *list_of(const struct value *map, const char *field)
{
    static const struct value empty = {.type = VALUE_LIST};
    const struct value *list = value_get(map, field);
    return list && list->type == VALUE_LIST ? list : &empty;
}

static int read_word(struct links *links, const struct value *map, const char *field,
                     const char *const *words, int count, int *out)
{
    const struct value *value = value_get(map, field);
    *out = 0;
    if (!value)
        return 0;
    for (int i = 0; value->type == VALUE_STRING && i < count; i++)
        if (strcmp(value->string, words[i]) == 0) {
            *out = i;
            return 0;
        }
    return part_error(links->parts, field, "an unknown word");
}

static bool truth(const struct value *map, const char *field)
{
    const struct value *value = value_get(map, field);
    return value && value->type == VALUE_BOOL && value->boolean;
}

/* ---- what can be measured -------------------------------------------------------------------- */

static int read_where(struct links *links, struct item *item)
{
    static const char *const keeps[] = {"file", "hash"};
    static const char *const ways[] = {"word", "characters", "all"};
    const struct value *where = value_get(item->sealed, "where");
    struct parts *parts = links->parts;
    int keep = 0, counted = 0;
    int code = part_amount(parts, "where.chars", value_get(where, "chars"), &item->chars);
    if (code == 0)
        code = part_amount(parts, "where.minutes", value_get(where, "minutes"), &item->minutes);
    if (code == 0)
        code = read_word(links, where, "keep", keeps, 2, &keep);
    if (code == 0)
        code = read_word(links, where, "counted", ways, 3, &counted);
    item->keep = (enum keep)keep;
    item->counted = (enum counted)counted;
    item->original = truth(where, "original");
    return code;
}

/* ---- references ------------------------------------------------------------------------------ */

/* The item of this plan behind "item" or "plan:item", ITEM_NONE for another plan's. */
static int find_here(struct links *links, const char *field, const struct value *reference,
                     uint32_t *out)
{
    const char *text = reference->type == VALUE_STRING ? reference->string : "";
    const char *colon = strchr(text, ':');
    size_t length = strlen(links->plan->id);
    bool here = !colon || ((size_t)(colon - text) == length &&
                           strncmp(text, links->plan->id, length) == 0);
    *out = here ? plan_find(links->plan, colon ? colon + 1 : text) : ITEM_NONE;
    return here && *out == ITEM_NONE
               ? part_error(links->parts, field, "\"%s\" is no item of the plan", text)
               : 0;
}

static int read_feeds(struct links *links, struct item *item)
{
    const struct value *list = list_of(item->sealed, "feeds");
    uint32_t *feeds = arena_array(links->parts->arena, list->count, sizeof *feeds);
    for (uint32_t i = 0; i < list->count; i++) {
        int code = find_here(links, "feeds", list->items[i], &feeds[item->feed_count]);
        if (code < 0)
            return code;
        item->feed_count += feeds[item->feed_count] != ITEM_NONE;
    }
    item->feeds = feeds;
    return 0;
}

static uint32_t root_of(const struct links *links, uint32_t item)
{
    while (links->root[item] != item)
        item = links->root[item];
    return item;
}

/* The least item of a class is its root. */
static void unite(struct links *links, uint32_t a, uint32_t b)
{
    uint32_t first = root_of(links, a), second = root_of(links, b);
    links->root[first > second ? first : second] = first > second ? second : first;
}

static int read_same(struct links *links, uint32_t number)
{
    struct item *item = &links->items[number];
    const struct value *list = list_of(item->sealed, "same");
    const char **elsewhere = arena_array(links->parts->arena, list->count, sizeof *elsewhere);
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t other;
        int code = find_here(links, "same", list->items[i], &other);
        if (code < 0)
            return code;
        if (other == ITEM_NONE)
            elsewhere[item->elsewhere_count++] = list->items[i]->string;
        else
            unite(links, number, other);
    }
    item->elsewhere = elsewhere;
    return 0;
}

/* ---- where a piece counts -------------------------------------------------------------------- */

/* Adds an item once: `stamp` marks those that are in. */
static void reach(struct links *links, uint32_t item, uint32_t stamp, uint32_t *out,
                  uint32_t *count)
{
    if (item == ITEM_NONE || links->stamps[item] == stamp ||
        links->items[item].word == ITEM_PHASE)
        return;
    links->stamps[item] = stamp;
    out[(*count)++] = item;
}

static uint32_t quota_around(const struct links *links, uint32_t item)
{
    uint32_t parent = links->items[item].parent;
    return parent != ITEM_NONE && links->items[parent].word == ITEM_QUOTA ? parent : ITEM_NONE;
}

/* A class, the quotas that contain its items, what is the same as those, and so on. All items of
 * the class share the list. */
static void find_reach(struct links *links, uint32_t root, uint32_t *found)
{
    uint32_t count = 0, stamp = root + 1;
    reach(links, root, stamp, found, &count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t of = links->root[found[i]];
        for (uint32_t k = of; k != ITEM_NONE && found[i] == of; k = links->next[k])
            reach(links, k, stamp, found, &count);
        reach(links, of, stamp, found, &count);
        reach(links, quota_around(links, found[i]), stamp, found, &count);
    }
    uint32_t *kept = arena_array(links->parts->arena, count, sizeof *kept);
    memcpy(kept, found, count * sizeof *kept);
    for (uint32_t k = root; k != ITEM_NONE; k = links->next[k]) {
        links->items[k].reach = kept;
        links->items[k].reach_count = count;
    }
}

/* Roots are less than their items, so that one pass makes every root the last one. */
static void find_all_reach(struct links *links, struct arena *scratch)
{
    uint32_t count = links->plan->item_count;
    uint32_t *found = arena_array(scratch, count, sizeof *found);
    for (uint32_t i = 0; i < count; i++)
        links->root[i] = links->root[links->root[i]];
    for (uint32_t i = 0; i < count; i++)
        links->next[i] = ITEM_NONE;
    for (uint32_t i = count; i-- > 0;) {
        uint32_t root = links->root[i];
        if (root == i)
            continue;
        links->next[i] = links->next[root];
        links->next[root] = i;
    }
    for (uint32_t i = 0; i < count; i++)
        if (links->root[i] == i)
            find_reach(links, i, found);
}

static int read_links(struct links *links, uint32_t number)
{
    static const char *const states[] = {"submitted", "accepted", "recommended", "selected"};
    struct item *item = &links->items[number];
    int counts = 0;
    links->parts->owner = arena_printf(links->parts->arena, "item %s", item->id);
    int code = read_word(links, item->sealed, "counts", states, 4, &counts);
    item->counts = (enum counts)counts;
    if (code == 0)
        code = read_where(links, item);
    if (code == 0)
        code = read_feeds(links, item);
    if (code == 0)
        code = read_same(links, number);
    return code;
}

int links_compile(struct parts *parts, struct plan *plan, struct item *items)
{
    struct arena *scratch = arena_new();
    size_t count = plan->item_count;
    struct links links = {.parts = parts, .plan = plan, .items = items};
    links.root = arena_array(scratch, count, sizeof *links.root);
    links.next = arena_array(scratch, count, sizeof *links.next);
    links.stamps = arena_array(scratch, count, sizeof *links.stamps);
    int code = 0;
    for (uint32_t i = 0; i < count; i++)
        links.root[i] = i;
    for (uint32_t i = 0; code == 0 && i < count; i++)
        code = read_links(&links, i);
    if (code == 0)
        find_all_reach(&links, scratch);
    arena_free(scratch);
    return code;
}
