/* What containers give to what stands inside them: phase and time, never people; and the order in
 * which items are dated – containers and what an item comes after go first. */

#include "script/resolve_parts.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

static const struct days no_days = {CIVIL_NONE, CIVIL_NONE, false};

static bool is_item(const struct node *node)
{
    return node->word->nests;
}

/* ---- items --------------------------------------------------------------------------------------- */

static struct value *given(struct resolver *r, const struct value *date, const char *from)
{
    struct value *copy = value_map(r->arena);
    for (uint32_t i = 0; i < date->pairs; i++)
        value_set(r->arena, copy, date->map[i].key, date->map[i].value);
    if (!value_get(copy, "from"))
        value_set_string(r->arena, copy, "from", from);
    return copy;
}

/* The end of `when` as a due, made once for all that share the interval. */
static struct value *end_of(struct resolver *r, const struct value *when)
{
    const char *kind = value_get_string(when, "kind");
    const struct value *end = value_get(when, "end"), *calendar = value_get(when, "calendar");
    if (!kind || strcmp(kind, "interval") != 0 || (!end && !calendar))
        return NULL;
    struct value *due = value_map(r->arena);
    value_set_string(r->arena, due, "kind", "deadline");
    value_set_string(r->arena, due, "from", "when");
    if (end)
        value_set(r->arena, due, "end", value_get(when, "end"));
    if (calendar)
        value_set(r->arena, due, "calendar", value_get(when, "calendar"));
    if (value_get(when, "minute"))
        value_set(r->arena, due, "minute", value_get(when, "minute"));
    return due;
}

/* The container's time for an item that states none of its own: its `when`, and, `with_due`, a due
 * that was said. */
static void inherit(struct resolver *r, struct node *node, bool with_due)
{
    bool top = node->parent == NODE_NONE;
    if (top && r->plan == NODE_NONE)
        return;
    struct node *container = &r->nodes[top ? r->plan : node->parent];
    const char *from = top ? "plan" : container->id ? container->id : "";
    if (container->when) {
        if (!container->given_when)
            container->given_when = given(r, container->when, from);
        node->when = container->given_when;
        node->when_days = container->when_days;
        value_set(r->arena, node->sealed, "when", node->when);
    }
    if (container->due && with_due) {
        if (!container->given_due)
            container->given_due = given(r, container->due, from);
        node->due = container->given_due;
        node->due_days = container->due_days;
    }
}

/* The end of the whole campaign is no deadline that the notice set for a duty of its own: only
 * what the item itself or a phase around it says ends it. */
static bool is_bounded(const struct value *when)
{
    const char *from = value_get_string(when, "from");
    return !from || strcmp(from, "plan") != 0;
}

static void complain_order(struct resolver *r, const struct node *node)
{
    struct spot due = {node, "due", NULL, value_get(node->fields, "due")};
    struct spot when = {node, "when", NULL, value_get(node->fields, "when")};
    struct finding *finding =
        COMPLAIN(r, "start-after-end", place_of(r, &due),
                 TR(r->lang, "%s \"%s\" is due before it begins", "%s \"%s\" 还没开始就已截止"),
                 node->word->fields.name, node->id ? node->id : "");
    finding->other = place_of(r, &when);
    finding->other_text = TR(r->lang, "it begins here", "从这里开始");
    finding->help = TR(r->lang, "keep a second reading of the notice in also = { { due = … } }",
                       "通知自相矛盾时，另一种读法写进 also = { { due = … } }");
}

/* The due of a notice above that only suggests (should, may): the default of what fulfils it, when
 * nothing nearer says by when. NULL = none. */
static struct value *suggested_due(struct resolver *r, const struct node *node)
{
    const struct value *refs = value_get(node->sealed, "fulfils");
    for (uint32_t i = 0; refs && i < refs->count; i++) {
        const char *ref = refs->items[i]->string;
        const struct value *above = ref_above(r, ref), *due = value_get(above, "due");
        const char *binding = value_get_string(above, "binding");
        if (!due || !binding || (strcmp(binding, "should") != 0 && strcmp(binding, "may") != 0))
            continue;
        struct value *copy = given(r, due, ref);
        value_set_string(r->arena, copy, "from", ref);
        return copy;
    }
    return NULL;
}

static void time_item(struct resolver *r, struct node *node)
{
    node->when_days = node->due_days = no_days;
    node->when = time_seal(r, node, "when", &node->when_days);
    bool own_when = value_get(node->fields, "when"), own_due = value_get(node->fields, "due");
    node->due = NULL;
    if (!own_when)
        inherit(r, node, !own_due);
    if (own_due)
        node->due = time_seal(r, node, "due", &node->due_days);
    if (own_when && node->due && node->when_days.first != CIVIL_NONE &&
        node->due_days.last != CIVIL_NONE && node->due_days.last < node->when_days.first)
        complain_order(r, node);
    struct value *per = time_seal(r, node, "per", NULL);
    time_seal(r, node, "review", NULL);
    struct value *due = node->due;
    bool counts = strcmp(node->word->fields.name, "phase") != 0;
    if (!due && !own_due && counts && node->when && is_bounded(node->when) && !per)
        due = end_of(r, node->when);
    if (!due && !own_due && counts && !per)
        due = suggested_due(r, node);
    if (due)
        value_set(r->arena, node->sealed, "due", due);
}

/* ---- order --------------------------------------------------------------------------------------- */

enum { WAITING, OPEN, DONE };
enum { CIRCLES_MOST = 5 }; /* told; their paths may be long */

struct order {
    struct resolver *r;
    uint8_t *state;
    uint32_t *next, *stack; /* next dependency of each open node; the open nodes */
    uint32_t depth, circles;
};

/* The next thing that must be dated before the node: its container, then what it comes after. */
static uint32_t dependency(const struct order *order, uint32_t index)
{
    const struct node *node = &order->r->nodes[index];
    uint32_t number = order->next[index]++;
    if (number == 0)
        return node->parent == NODE_NONE ? index : node->parent;
    return number <= node->after_count ? node->after[number - 1] : NODE_NONE;
}

static void complain_circle(struct order *order, uint32_t back)
{
    struct resolver *r = order->r;
    struct buf path = {0};
    uint32_t at = order->depth;
    while (at > 0 && order->stack[at - 1] != back)
        at--;
    for (uint32_t i = at ? at - 1 : 0; i < order->depth; i++)
        buf_printf(&path, "%s → ", r->nodes[order->stack[i]].id);
    buf_printf(&path, "%s", r->nodes[back].id);
    const struct node *node = &r->nodes[order->stack[order->depth - 1]];
    struct spot spot = {node, "after", NULL, value_get(node->fields, "after")};
    COMPLAIN(r, "cycle", place_of(r, &spot),
             TR(r->lang, "these items come after one another in a circle: %s",
                "这些事项互为先后，形成循环：%s"),
             path.bytes);
    buf_free(&path);
}

static void visit(struct order *order, uint32_t start)
{
    order->stack[order->depth++] = start;
    order->state[start] = OPEN;
    while (order->depth) {
        uint32_t index = order->stack[order->depth - 1];
        uint32_t wanted = dependency(order, index);
        if (wanted == index)
            continue;
        if (wanted == NODE_NONE) {
            order->state[index] = DONE;
            order->depth--;
            time_item(order->r, &order->r->nodes[index]);
        } else if (order->state[wanted] == OPEN) {
            if (order->circles++ < CIRCLES_MOST)
                complain_circle(order, wanted);
        } else if (order->state[wanted] == WAITING && is_item(&order->r->nodes[wanted])) {
            order->state[wanted] = OPEN;
            order->stack[order->depth++] = wanted;
        }
    }
}

void time_items(struct resolver *r)
{
    struct order order = {.r = r,
                          .state = mem_resize(NULL, r->count + 1, sizeof *order.state),
                          .next = mem_resize(NULL, r->count + 1, sizeof *order.next),
                          .stack = mem_resize(NULL, r->count + 1, sizeof *order.stack)};
    memset(order.state, 0, r->count * sizeof *order.state);
    memset(order.next, 0, r->count * sizeof *order.next);
    for (uint32_t i = 0; i < r->count; i++)
        if (is_item(&r->nodes[i]))
            ref_after(r, &r->nodes[i], time_seal(r, &r->nodes[i], "after", NULL));
    for (uint32_t i = 0; i < r->count && !r->failed; i++)
        if (is_item(&r->nodes[i]) && order.state[i] == WAITING)
            visit(&order, i);
    free(order.state);
    free(order.next);
    free(order.stack);
}
