/* The plan's head: the notices above and who “us” is; and the tree of units. */

#include "script/resolve_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- under ------------------------------------------------------------------------------------------ */

static const struct resolve_parent *loaded(const struct resolver *r, const char *id)
{
    for (size_t i = 0; i < r->input->parent_count; i++)
        if (strcmp(r->input->parents[i].id, id) == 0)
            return &r->input->parents[i];
    return NULL;
}

/* `as`: what we are in the plan above; checked against the units and kinds there. */
static bool seal_as(struct resolver *r, const struct spot *spot,
                    const struct resolve_parent *parent, const struct value *as,
                    struct value *entry)
{
    static const struct word_field field = {
        .name = "as", .type = FIELD_ID, .type_name = "id", .example = "\"county\""};
    struct spot inner = {spot->node, spot->key, "as", as};
    if (!seal_id(r, &inner, &field, as))
        return false;
    value_set_string(r->arena, entry, "as", as->string);
    if (!parent)
        return true;
    const char *names[LIST_MOST];
    size_t count = 0;
    static const char *const lists[] = {"units", "groups"};
    for (size_t l = 0; l < 2; l++) {
        const struct value *units = value_get(parent->sealed, lists[l]);
        for (uint32_t i = 0; units && i < units->count && count < LIST_MOST; i++)
            if (value_get_string(units->items[i], "id"))
                names[count++] = value_get_string(units->items[i], "id");
    }
    const struct value *rosters = value_get(parent->sealed, "rosters");
    for (uint32_t i = 0; rosters && i < rosters->count; i++) {
        const struct value *kinds = value_get(rosters->items[i], "kinds");
        for (uint32_t k = 0; kinds && k < kinds->count && count < LIST_MOST; k++)
            names[count++] = kinds->items[k]->string;
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], as->string) == 0)
            return true;
    COMPLAIN(r, "unknown-name", place_of(r, &inner),
             TR(r->lang, "under: plan “%.64s” has no unit or kind “%.64s”",
                "under：方案“%.64s”里没有单位或类别“%.64s”"),
             parent->id, as->string)
        ->help = suggest(r, as->string, names, count);
    return false;
}

static void complain_under(struct resolver *r, const struct spot *spot)
{
    complain_type(r, spot, words_field(&spot->node->word->fields, "under"));
}

static struct value *cited(struct resolver *r, const char *title)
{
    struct value *entry = value_map(r->arena);
    value_set_string(r->arena, entry, "cite", title);
    return entry;
}

static struct value *seal_citation(struct resolver *r, const struct spot *spot)
{
    const struct value *cite = value_get(spot->value, "cite");
    if (spot->value->pairs != 1 || spot->value->count || cite->type != VALUE_STRING) {
        complain_under(r, spot);
        return NULL;
    }
    struct spot inner = {spot->node, spot->key, "cite", cite};
    return check_text(r, &inner, cite, TEXT_MOST, false) ? cited(r, cite->string) : NULL;
}

static struct value *seal_above(struct resolver *r, const struct spot *spot,
                                const struct value *id, const struct value *as)
{
    static const struct word_field field = {
        .name = "under", .type = FIELD_ID, .type_name = "id", .example = "\"moh2012\""};
    struct spot inner = {spot->node, spot->key, NULL, id};
    if (!seal_id(r, &inner, &field, id))
        return NULL;
    const struct resolve_parent *parent = loaded(r, id->string);
    struct value *entry = parent ? value_map(r->arena) : cited(r, id->string);
    if (parent) {
        value_set_string(r->arena, entry, "plan", parent->id);
        value_set_string(r->arena, entry, "revision", parent->revision);
    }
    return !as || seal_as(r, spot, parent, as, entry) ? entry : NULL;
}

static struct value *seal_under(struct resolver *r, const struct spot *spot)
{
    const struct value *value = spot->value, *as = value_get(value, "as");
    if (value->type == VALUE_STRING)
        return seal_above(r, spot, value, NULL);
    if (value->type == VALUE_MAP && value_get(value, "cite"))
        return seal_citation(r, spot);
    if (value->type == VALUE_MAP && value->count == 1 && value->pairs == 1 && as)
        return seal_above(r, spot, value->items[0], as);
    complain_under(r, spot);
    return NULL;
}

static void seal_unders(struct resolver *r, struct node *plan, const struct value *under)
{
    bool many = under->type == VALUE_LIST;
    struct value *list = value_list(r->arena);
    for (uint32_t i = 0; i < (many ? under->count : 1); i++) {
        struct spot spot = {plan, "under", NULL, many ? under->items[i] : under};
        struct value *entry = seal_under(r, &spot);
        if (entry)
            value_append(r->arena, list, entry);
    }
    value_set(r->arena, plan->sealed, "under", list);
}

/* ---- owner ------------------------------------------------------------------------------------------ */

static const char *owner_by_issuer(const struct resolver *r, const struct value *issuer)
{
    for (uint32_t i = 0; issuer && i < issuer->count; i++) {
        const struct value *name = issuer->items[i];
        uint32_t index = table_get(&r->names, name->string, name->length);
        if (index != TABLE_NONE)
            return r->nodes[index].id;
    }
    return NULL;
}

static void seal_owner(struct resolver *r, struct node *plan)
{
    const struct value *owner = value_get(plan->fields, "owner");
    const struct word_field *field = words_field(&plan->word->fields, "owner");
    if (owner) {
        struct spot spot = {plan, "owner", NULL, owner};
        struct value *sealed = seal_unit(r, &spot, field, owner);
        if (sealed)
            value_set(r->arena, plan->sealed, "owner", sealed);
        return;
    }
    const struct value *issuer = value_get(plan->sealed, "issuer");
    const char *id = owner_by_issuer(r, issuer);
    if (id) {
        value_set_string(r->arena, plan->sealed, "owner", id);
        return;
    }
    if (!issuer)
        return;
    struct spot spot = {plan, "issuer", NULL, value_get(plan->fields, "issuer")};
    finding_add(r->findings, SEVERITY_WARNING, "unknown-owner", place_of(r, &spot),
                TR(r->lang, "no unit is called “%.100s”, so nobody here is “us”",
                   "没有叫“%.100s”的单位，不知道“我们”是谁"),
                issuer->items[0]->string)
        ->help = TR(r->lang, "give plan an owner, or a unit this name or alias",
                    "在 plan 中写 owner，或让某个 unit 用这个名称（别称）");
}

void plan_head(struct resolver *r)
{
    if (r->plan == NODE_NONE)
        return;
    struct node *plan = &r->nodes[r->plan];
    const struct value *under = value_get(plan->fields, "under");
    if (under)
        seal_unders(r, plan, under);
    seal_owner(r, plan);
}

/* ---- units -------------------------------------------------------------------------------------------- */

static uint32_t parent_of(const struct resolver *r, uint32_t index)
{
    const char *parent = value_get_string(r->nodes[index].sealed, "parent");
    return parent ? table_get(&r->units, parent, strlen(parent)) : TABLE_NONE;
}

static void complain_circle(struct resolver *r, uint32_t start)
{
    struct buf path = {0};
    uint32_t at = start;
    do {
        buf_printf(&path, "%s → ", r->nodes[at].id);
        at = parent_of(r, at);
    } while (at != start);
    buf_printf(&path, "%s", r->nodes[start].id);
    const struct node *node = &r->nodes[start];
    struct spot spot = {node, "parent", NULL, value_get(node->fields, "parent")};
    COMPLAIN(r, "cycle", place_of(r, &spot),
             TR(r->lang, "these units belong to one another in a circle: %s",
                "这些单位互为上级，形成循环：%s"),
             path.bytes);
    buf_free(&path);
}

/* Marks each unit with the walk that first met it; meeting one's own mark again is a circle. */
void plan_units(struct resolver *r)
{
    uint32_t *mark = mem_resize(NULL, r->count + 1, sizeof *mark);
    memset(mark, 0, r->count * sizeof *mark);
    for (uint32_t i = 0; i < r->count; i++) {
        uint32_t at = r->nodes[i].word->nests ? TABLE_NONE : i;
        while (at != TABLE_NONE && mark[at] == 0) {
            mark[at] = i + 1;
            at = parent_of(r, at);
        }
        if (at != TABLE_NONE && mark[at] == i + 1 && parent_of(r, at) != TABLE_NONE)
            complain_circle(r, at);
    }
    free(mark);
}
