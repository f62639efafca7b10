/* References: items of this plan, forwards too, and items of the plans above. */

#include "script/resolve_parts.h"

#include <stdlib.h>
#include <string.h>

static const struct resolve_parent *parent_of(const struct resolver *r, const char *id,
                                              size_t length, size_t *index)
{
    for (size_t i = 0; i < r->input->parent_count; i++) {
        const struct resolve_parent *parent = &r->input->parents[i];
        if (strlen(parent->id) == length && memcmp(parent->id, id, length) == 0) {
            *index = i;
            return parent;
        }
    }
    return NULL;
}

static struct table *items_above(struct resolver *r, size_t index)
{
    if (!r->above)
        r->above = arena_array(r->arena, r->input->parent_count, sizeof *r->above);
    const struct value *items = value_get(r->input->parents[index].sealed, "items");
    struct table *table = &r->above[index];
    if (table->count)
        return table;
    for (uint32_t i = 0; items && i < items->count; i++) {
        const char *id = value_get_string(items->items[i], "id");
        if (id)
            table_set(table, id, strlen(id), i);
    }
    return table;
}

const struct value *ref_above(struct resolver *r, const char *ref)
{
    const char *colon = strchr(ref, ':');
    size_t index;
    const struct resolve_parent *parent =
        colon ? parent_of(r, ref, (size_t)(colon - ref), &index) : NULL;
    if (!parent)
        return NULL;
    uint32_t item = table_get(items_above(r, index), colon + 1, strlen(colon + 1));
    return item == TABLE_NONE ? NULL : value_get(parent->sealed, "items")->items[item];
}

static const char *nearest_item(struct resolver *r, const char *id)
{
    if (r->guesses + r->items.count > GUESSES_MOST)
        return NULL;
    const char **ids = mem_resize(NULL, r->count + 1, sizeof *ids);
    size_t count = 0;
    for (uint32_t i = 0; i < r->count; i++)
        if (r->nodes[i].word->nests && r->nodes[i].id)
            ids[count++] = r->nodes[i].id;
    const char *help = suggest(r, id, ids, count);
    free(ids);
    return help;
}

static const char *nearest_above(struct resolver *r, size_t index, const char *plan,
                                 const char *id)
{
    const struct value *items = value_get(r->input->parents[index].sealed, "items");
    size_t room = items ? items->count : 0, count = 0;
    if (r->guesses + room > GUESSES_MOST)
        return NULL;
    const char **ids = mem_resize(NULL, room + 1, sizeof *ids);
    for (uint32_t i = 0; i < room; i++)
        if (value_get_string(items->items[i], "id"))
            ids[count++] = value_get_string(items->items[i], "id");
    const char *near = nearest_word(id, ids, count);
    r->guesses += count;
    free(ids);
    return near ? arena_printf(r->arena,
                               TR(r->lang, "did you mean “%s:%s”?", "是否想写“%s:%s”？"), plan,
                               near)
                : NULL;
}

/* True when `under` names the plan, loaded or not. */
static bool is_under(const struct resolver *r, const char *plan)
{
    const struct value *list =
        r->plan == NODE_NONE ? NULL : value_get(r->nodes[r->plan].sealed, "under");
    for (uint32_t i = 0; list && i < list->count; i++) {
        const char *cited = value_get_string(list->items[i], "cite");
        if (cited && strcmp(cited, plan) == 0)
            return true;
    }
    return false;
}

static bool check_above(struct resolver *r, const struct spot *spot, const char *ref,
                        const char *colon)
{
    const char *plan = arena_copy(r->arena, ref, (size_t)(colon - ref));
    size_t index;
    const struct resolve_parent *parent = parent_of(r, plan, strlen(plan), &index);
    if (!parent) {
        if (is_under(r, plan))
            return true; /* cited only: nothing to check against */
        COMPLAIN(
            r, "unknown-plan", place_inside(r, spot, 0, strlen(plan)),
            TR(r->lang, "%s: “%.100s” is no plan above this one", "%s：“%.100s”不是上级方案"),
            label_of(r, spot), plan)
            ->help = TR(r->lang, "the plan's under names the notices above",
                        "上级方案由 plan 的 under 字段写明");
        return false;
    }
    if (ref_above(r, ref))
        return true;
    finding_add(r->findings, parent->instead ? SEVERITY_WARNING : SEVERITY_ERROR,
                "unknown-item", place_inside(r, spot, (size_t)(colon + 1 - ref), 0),
                TR(r->lang, "%s: plan “%.64s” has no item “%.100s”",
                   "%s：方案“%.64s”里没有事项“%.100s”"),
                label_of(r, spot), plan, colon + 1)
        ->help = nearest_above(r, index, plan, colon + 1);
    return parent->instead;
}

static bool check_here(struct resolver *r, const struct spot *spot, const char *ref)
{
    uint32_t index = table_get(&r->items, ref, strlen(ref));
    if (index == TABLE_NONE) {
        COMPLAIN(r, "unknown-item", place_of(r, spot),
                 TR(r->lang, "%s: there is no item “%.100s”", "%s：没有事项“%.100s”"),
                 label_of(r, spot), ref)
            ->help = nearest_item(r, ref);
        return false;
    }
    if (&r->nodes[index] == spot->node) {
        COMPLAIN(r, "self-reference", place_of(r, spot),
                 TR(r->lang, "%s: “%s” refers to itself", "%s：“%s”指向了自己"),
                 label_of(r, spot), ref);
        return false;
    }
    return true;
}

static bool is_event(const struct resolver *r, const char *name)
{
    return r->events && value_get(r->events, name);
}

static bool check_ref(struct resolver *r, const struct spot *spot,
                      const struct word_field *field)
{
    const char *ref = spot->value->string, *colon = strchr(ref, ':');
    if (colon)
        return check_above(r, spot, ref, colon);
    if (strcmp(field->name, "after") == 0 && is_event(r, ref))
        return true;
    if (strcmp(field->name, "fulfils") == 0 || strcmp(field->name, "from") == 0) {
        COMPLAIN(r, "plan-missing", place_of(r, spot),
                 TR(r->lang, "%s names items of a notice above, “%.100s” has no plan",
                    "%s 应指上级方案的事项，“%.100s”没有写明方案"),
                 label_of(r, spot), ref)
            ->help = TR(r->lang, "write plan:item, for example \"moh2012:essays\"",
                        "写成“方案:事项”，例如 \"moh2012:essays\"");
        return false;
    }
    return check_here(r, spot, ref);
}

struct value *seal_refs(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value)
{
    struct value *list = texts_of(r, spot, field, value);
    bool fine = list != NULL;
    for (uint32_t i = 0; list && i < list->count; i++) {
        struct spot inner = {spot->node, spot->key, spot->inner, list->items[i]};
        fine &= check_ref(r, &inner, field);
    }
    return fine ? list : NULL;
}

void ref_after(struct resolver *r, struct node *node, const struct value *refs)
{
    if (!refs)
        return;
    node->after = arena_array(r->arena, refs->count, sizeof *node->after);
    for (uint32_t i = 0; i < refs->count; i++) {
        const struct value *ref = refs->items[i];
        uint32_t index = table_get(&r->items, ref->string, ref->length);
        if (index != TABLE_NONE)
            node->after[node->after_count++] = index;
    }
}
