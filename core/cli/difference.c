/* The walk over two plans: head, units, rosters, items in their order. */
#include "cli/difference_parts.h"

#include "cli/sealed_text.h"
#include "engine/revise.h"

#include <string.h>

/* ---- one difference ---------------------------------------------------------------------------- */

/* What holds where a field is not there. */
static const char *default_of(const char *field)
{
    if (field && strcmp(field, "binding") == 0)
        return "must";
    return field && strcmp(field, "rest_day") == 0 ? "keep" : "";
}

struct difference *differ_add(struct differ *differ, const struct subject *subject,
                              enum difference_kind kind, const char *field,
                              const struct value *before, const struct value *after)
{
    if (differ->count == differ->room) {
        size_t room = differ->room ? 2 * differ->room : 32;
        struct difference *list = arena_array(differ->arena, room, sizeof *list);
        if (differ->count)
            memcpy(list, differ->list, differ->count * sizeof *list);
        differ->list = list;
        differ->room = room;
    }
    struct difference *said = &differ->list[differ->count++];
    *said = (struct difference){
        .kind = kind,
        .about = subject->about,
        .id = subject->id,
        .name = subject->name,
        .field = field,
        .before = before,
        .after = after,
        .old = before ? sealed_text(&differ->old, before) : default_of(field),
        .new = after ? sealed_text(&differ->new, after) : default_of(field)};
    if (before && after && strcmp(said->old, said->new) == 0) {
        said->old = sealed_spelling(&differ->old, before);
        said->new = sealed_spelling(&differ->new, after);
    }
    return said;
}

static bool same_text(const struct value *a, const struct value *b, const char *key)
{
    const char *one = value_get_string(a, key), *two = value_get_string(b, key);
    return !one || !two ? one == two : strcmp(one, two) == 0;
}

/* A date without an end of its own, said in the same words: its beginning follows from the day of
 * issue, which is told with the head. */
static bool same_endless(const struct value *a, const struct value *b)
{
    return value_get_string(a, "phrase") && same_text(a, b, "phrase") &&
           same_text(a, b, "kind") && same_text(a, b, "rule") && same_text(a, b, "end");
}

bool differ_same(const struct differ *differ, const struct value *a, const struct value *b)
{
    if (!differ->issued || !a || !b || a->type != b->type || revise_same(a, b))
        return revise_same(a, b);
    if (a->type != VALUE_LIST)
        return value_get(a, "start") && same_endless(a, b);
    for (uint32_t i = 0; i < a->count && i < b->count; i++)
        if (!differ_same(differ, a->items[i], b->items[i]))
            return false;
    return a->count == b->count;
}

/* ---- maps, key by key -------------------------------------------------------------------------- */

static bool is_listed(const char *const *list, const char *key)
{
    while (*list && strcmp(*list, key) != 0)
        list++;
    return *list != NULL;
}

/* Fields whose parts are told one by one. */
static bool has_parts(const char *key)
{
    static const char *const keys[] = {"where", "deviates", "imprint", "dates", "allow", NULL};
    return is_listed(keys, key);
}

/* Same people, other words for them. */
static bool only_spelled(const struct value *a, const struct value *b)
{
    const struct value *one = value_get(a, "terms"), *two = value_get(b, "terms");
    return one && two && revise_same(one, two);
}

struct walk {
    struct differ *differ;
    const struct subject *subject;
    const char *prefix;
    const char *const *told;
    enum difference_kind (*kind_of)(const char *key);
};

static void compare_values(const struct walk *walk, const char *key, const struct value *a,
                           const struct value *b)
{
    struct differ *differ = walk->differ;
    if (is_listed(walk->told, key) || differ_same(differ, a, b))
        return;
    const char *top = *walk->prefix ? walk->prefix : key;
    if (!*walk->prefix && has_parts(key)) {
        static const char *const none[] = {NULL};
        differ_maps(differ, walk->subject, key, a, b, none, walk->kind_of);
        return;
    }
    const char *field =
        *walk->prefix ? arena_printf(differ->arena, "%s.%s", walk->prefix, key) : key;
    differ_add(differ, walk->subject,
               only_spelled(a, b) ? DIFFERENCE_REWORDED : walk->kind_of(top), field, a, b);
}

void differ_maps(struct differ *differ, const struct subject *subject, const char *prefix,
                 const struct value *before, const struct value *after, const char *const *told,
                 enum difference_kind (*kind_of)(const char *key))
{
    const struct walk walk = {differ, subject, prefix, told, kind_of};
    uint32_t i = 0, k = 0, old = before ? before->pairs : 0, new = after ? after->pairs : 0;
    while (i < old || k < new) {
        int order = i == old   ? 1
                    : k == new ? -1
                               : strcmp(before->map[i].key, after->map[k].key);
        const char *key = order <= 0 ? before->map[i].key : after->map[k].key;
        compare_values(&walk, key, order <= 0 ? before->map[i].value : NULL,
                       order >= 0 ? after->map[k].value : NULL);
        i += order <= 0;
        k += order >= 0;
    }
}

/* ---- the head ---------------------------------------------------------------------------------- */

static enum difference_kind kind_of_head(const char *key)
{
    static const char *const times[] = {"issued", "received", "year", "when",
                                        "review", "dates",    NULL};
    if (is_listed(times, key))
        return DIFFERENCE_TIMED;
    if (strcmp(key, "owner") == 0 || strcmp(key, "level") == 0)
        return DIFFERENCE_PEOPLE;
    return strcmp(key, "under") == 0 ? DIFFERENCE_LINKS : DIFFERENCE_REWORDED;
}

static const char *key_of_under(const struct value *under)
{
    const char *plan = value_get_string(under, "plan"), *cite = value_get_string(under, "cite");
    return plan ? plan : cite ? cite : "";
}

/* ---- lists of things with a key ------------------------------------------------------------------ */

/* The value of `list` with that key, and which one of its kind it is. */
static uint32_t find_in(const struct value *list, const char *key,
                        const char *(*key_of)(const struct value *))
{
    for (uint32_t i = 0; list && i < list->count; i++)
        if (strcmp(key_of(list->items[i]), key) == 0)
            return i;
    return UINT32_MAX;
}

/* How a list of the tree is compared. */
struct listing {
    const char *field; /* of the tree */
    enum difference_about about;
    const char *(*key_of)(struct arena *arena, const struct value *value);
    enum difference_kind (*kind_of)(const char *key);
};

static struct table index_of(struct arena *arena, const struct value *list,
                             const struct listing *listing)
{
    struct table table = {0};
    for (uint32_t i = 0; list && i < list->count; i++) {
        const char *key = listing->key_of(arena, list->items[i]);
        table_add(&table, key, strlen(key), i);
    }
    return table;
}

static void compare_one(struct differ *differ, const struct listing *listing,
                        const struct value *old, const struct value *new)
{
    static const char *const told[] = {"line", "file", "sheet", "last_line", "id", NULL};
    const struct value *shown = new ? new : old;
    const char *name = value_get_string(shown, "name");
    const struct subject subject = {listing->about, listing->key_of(differ->arena, shown),
                                    name ? name : ""};
    if (old && new)
        differ_maps(differ, &subject, "", old, new, told, listing->kind_of);
    else
        differ_add(differ, &subject, new ? DIFFERENCE_ADDED : DIFFERENCE_REMOVED, NULL, old,
                   new);
}

static void compare_lists(struct differ *differ, const struct listing *listing)
{
    const struct value *old = value_get(differ->before->plan->sealed, listing->field);
    const struct value *new = value_get(differ->after->plan->sealed, listing->field);
    struct table before = index_of(differ->arena, old, listing),
                 after = index_of(differ->arena, new, listing);
    for (uint32_t i = 0; new &&i < new->count; i++) {
        const char *key = listing->key_of(differ->arena, new->items[i]);
        uint32_t at = table_get(&before, key, strlen(key));
        compare_one(differ, listing, at == TABLE_NONE ? NULL : old->items[at], new->items[i]);
    }
    for (uint32_t i = 0; old && i < old->count; i++) {
        const char *key = listing->key_of(differ->arena, old->items[i]);
        if (table_get(&after, key, strlen(key)) == TABLE_NONE)
            compare_one(differ, listing, old->items[i], NULL);
    }
    table_free(&before);
    table_free(&after);
}

static const char *id_of(struct arena *arena, const struct value *value)
{
    (void)arena;
    const char *id = value_get_string(value, "id");
    return id ? id : "";
}

/* A roster by its file, and the sheet of a workbook that has more of them. */
static const char *file_of(struct arena *arena, const struct value *value)
{
    const char *file = value_get_string(value, "file"),
               *sheet = value_get_string(value, "sheet");
    if (file && sheet)
        return arena_printf(arena, "%s:%s", file, sheet);
    return file ? file : "";
}

/* What changes who there is, against what they are called. */
static enum difference_kind kind_of_unit(const char *key)
{
    static const char *const people[] = {"parent", "kind",    "level", "many", "staff",
                                         "tags",   "members", "kinds", NULL};
    return is_listed(people, key) ? DIFFERENCE_PEOPLE : DIFFERENCE_REWORDED;
}

/* ---- the head, continued ------------------------------------------------------------------------- */

/* Plans above by their ids: one that is cited instead of loaded, or of another revision, is told by
 * its own line. */
static void compare_under(struct differ *differ, const struct subject *subject)
{
    const struct value *old =
        value_get(value_get(differ->before->plan->sealed, "plan"), "under");
    const struct value *new =
        value_get(value_get(differ->after->plan->sealed, "plan"), "under");
    for (uint32_t i = 0; new &&i < new->count; i++) {
        uint32_t at = find_in(old, key_of_under(new->items[i]), key_of_under);
        const struct value *before = at == UINT32_MAX ? NULL : old->items[at];
        if (!revise_same(before, new->items[i]))
            differ_add(differ, subject, DIFFERENCE_LINKS, "under", before, new->items[i]);
    }
    for (uint32_t i = 0; old && i < old->count; i++)
        if (find_in(new, key_of_under(old->items[i]), key_of_under) == UINT32_MAX)
            differ_add(differ, subject, DIFFERENCE_LINKS, "under", old->items[i], NULL);
}

static void compare_head(struct differ *differ)
{
    static const char *const told[] = {"line", "file", "id", "under", NULL};
    const struct subject subject = {DIFFERENCE_PLAN, "", ""};
    differ_maps(differ, &subject, "", value_get(differ->before->plan->sealed, "plan"),
                value_get(differ->after->plan->sealed, "plan"), told, kind_of_head);
    compare_under(differ, &subject);
}

/* ---- items ------------------------------------------------------------------------------------- */

/* The first of the runs whose last place is not before `place`. */
static uint32_t first_above(const uint32_t *places, const uint32_t *ends, uint32_t count,
                            uint32_t place)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (places[ends[middle]] < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Marks those of `after` that keep their order: a longest ascending run of their old places. */
static const bool *find_run(const struct differ *differ)
{
    const struct plan *old = differ->before->plan, *new = differ->after->plan;
    uint32_t count = new->item_count, length = 0;
    uint32_t *place = arena_array(differ->arena, count + 1, sizeof *place);
    uint32_t *ends = arena_array(differ->arena, count + 1, sizeof *ends);
    uint32_t *before = arena_array(differ->arena, count + 1, sizeof *before);
    bool *runs = arena_array(differ->arena, count + 1, sizeof *runs);
    for (uint32_t i = 0; i < count; i++) {
        place[i] = plan_find(old, new->items[i].id);
        if (place[i] == ITEM_NONE)
            continue;
        uint32_t low = first_above(place, ends, length, place[i]);
        before[i] = low ? ends[low - 1] : ITEM_NONE;
        ends[low] = i;
        length += low == length;
    }
    for (uint32_t i = length ? ends[length - 1] : ITEM_NONE; i != ITEM_NONE; i = before[i])
        runs[i] = true;
    return runs;
}

static void add_removed(struct differ *differ, uint32_t *from, uint32_t until)
{
    const struct plan *old = differ->before->plan;
    for (; *from < until; ++*from) {
        const struct item *item = &old->items[*from];
        const struct subject subject = {DIFFERENCE_ITEM, item->id, item->name};
        if (plan_find(differ->after->plan, item->id) == ITEM_NONE)
            differ_add(differ, &subject, DIFFERENCE_REMOVED, NULL, item->sealed, NULL);
    }
}

static void compare_item(struct differ *differ, uint32_t at, uint32_t number, bool runs)
{
    const struct plan *new = differ->after->plan;
    const struct item *before = &differ->before->plan->items[at], *after = &new->items[number];
    const struct subject subject = {DIFFERENCE_ITEM, after->id, after->name};
    if (!runs &&
        revise_same(value_get(before->sealed, "parent"), value_get(after->sealed, "parent")))
        differ_add(differ, &subject, DIFFERENCE_ORDER, NULL, NULL, NULL)->new =
            number ? new->items[number - 1].name : "";
    differ_items(differ, before, after);
}

/* What is gone is told where it stood. */
static void compare_all_items(struct differ *differ)
{
    const struct plan *old = differ->before->plan, *new = differ->after->plan;
    const bool *runs = find_run(differ);
    uint32_t told = 0;
    for (uint32_t i = 0; i < new->item_count; i++) {
        const struct item *item = &new->items[i];
        const struct subject subject = {DIFFERENCE_ITEM, item->id, item->name};
        uint32_t at = plan_find(old, item->id);
        if (runs[i])
            add_removed(differ, &told, at);
        if (at == ITEM_NONE)
            differ_add(differ, &subject, DIFFERENCE_ADDED, NULL, NULL, item->sealed);
        else
            compare_item(differ, at, i, runs[i]);
    }
    add_removed(differ, &told, old->item_count);
}

/* ---- both plans -------------------------------------------------------------------------------- */

static struct differ differ_open(const struct difference_side *before,
                                 const struct difference_side *after, struct arena *arena,
                                 enum lang lang)
{
    return (struct differ){.before = before,
                           .after = after,
                           .old = who_new(arena, before->plan, lang),
                           .new = who_new(arena, after->plan, lang),
                           .arena = arena,
                           .lang = lang,
                           .issued = before->plan->issued != after->plan->issued ||
                                     before->plan->received != after->plan->received};
}

static void differ_close(struct differ *differ)
{
    who_free(&differ->old);
    who_free(&differ->new);
}

struct differences difference_find(const struct difference_side *before,
                                   const struct difference_side *after, struct arena *arena,
                                   enum lang lang)
{
    static const struct listing lists[] = {
        {"units", DIFFERENCE_UNIT, id_of, kind_of_unit},
        {"groups", DIFFERENCE_GROUP, id_of, kind_of_unit},
        {"rosters", DIFFERENCE_ROSTER, file_of, kind_of_unit},
    };
    struct differ differ = differ_open(before, after, arena, lang);
    compare_head(&differ);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        compare_lists(&differ, &lists[i]);
    compare_all_items(&differ);
    differ_reminders(&differ);
    differ_handlers(&differ);
    differ_close(&differ);
    return (struct differences){differ.list, differ.count};
}

bool difference_of_handlers(const struct difference_side *before,
                            const struct difference_side *after, struct arena *arena)
{
    struct differ differ = differ_open(before, after, arena, LANG_EN);
    differ_handlers(&differ);
    differ_close(&differ);
    return differ.count > 0;
}

const char *difference_name(enum difference_kind kind)
{
    static const char *const names[] = {
        [DIFFERENCE_ADDED] = "added",       [DIFFERENCE_REMOVED] = "removed",
        [DIFFERENCE_MOVED] = "moved",       [DIFFERENCE_ORDER] = "order",
        [DIFFERENCE_WORD] = "word",         [DIFFERENCE_EARLIER] = "earlier",
        [DIFFERENCE_LATER] = "later",       [DIFFERENCE_TIMED] = "timed",
        [DIFFERENCE_MORE] = "more",         [DIFFERENCE_FEWER] = "fewer",
        [DIFFERENCE_AMOUNT] = "amount",     [DIFFERENCE_PEOPLE] = "people",
        [DIFFERENCE_RECEIVER] = "receiver", [DIFFERENCE_BINDING] = "binding",
        [DIFFERENCE_CONTENT] = "content",   [DIFFERENCE_LINKS] = "links",
        [DIFFERENCE_REMIND] = "remind",     [DIFFERENCE_HANDLER] = "handler",
        [DIFFERENCE_REWORDED] = "reworded",
    };
    return names[kind];
}

const char *difference_about_name(enum difference_about about)
{
    static const char *const names[] = {"plan", "unit",     "group",  "roster",
                                        "item", "reminder", "handler"};
    return names[about];
}
