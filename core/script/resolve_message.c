/* What is said to people and when: the texts of messages, reminders, escalations. */

#include "script/resolve_message.h"

#include "script/escalation.h"
#include "script/resolve_parts.h"

#include <string.h>

/* ---- templates ------------------------------------------------------------------------------------------ */

/* `length` bytes of the text from `offset` on are no placeholder. */
static bool complain_placeholder(struct resolver *r, const struct spot *spot, size_t offset,
                                 size_t length, const char *name)
{
    const struct word_entries *known = &r->words->placeholders;
    const char *near = name ? suggest(r, name, known->names, known->count) : NULL;
    struct finding *finding = COMPLAIN(
        r, "unknown-placeholder", place_inside(r, spot, offset, length),
        name ? TR(r->lang, "%s: there is no placeholder {%.60s}", "%s：没有占位符 {%.60s}")
             : TR(r->lang, "%s: this brace is not closed%s", "%s：这个花括号没有结束%s"),
        label_of(r, spot), name ? name : "");
    finding->help =
        near ? near
             : TR(r->lang, "`planrun help words remind` lists them; write {{ for a brace",
                  "`planrun help words remind` 列出全部占位符；要写花括号本身请写 {{");
    return false;
}

static bool is_placeholder(const struct resolver *r, const char *name)
{
    for (size_t i = 0; i < r->words->placeholders.count; i++)
        if (strcmp(r->words->placeholders.names[i], name) == 0)
            return true;
    return false;
}

static bool check_placeholders(struct resolver *r, const struct spot *spot, const char *text)
{
    for (const char *at = strchr(text, '{'); at; at = strchr(at, '{')) {
        size_t offset = (size_t)(at - text), length = strcspn(at, "}\n");
        if (at[1] == '{') {
            at += 2;
            continue;
        }
        if (at[length] != '}')
            return complain_placeholder(r, spot, offset, 1, NULL);
        const char *name = arena_copy(r->arena, at + 1, length - 1);
        if (!is_placeholder(r, name))
            return complain_placeholder(r, spot, offset, length + 1, name);
        at += length;
    }
    return true;
}

/* A function, as the evaluator tells of it: its number among the script's, and its lines. */
static struct value *seal_function(struct resolver *r, const struct spot *spot,
                                   const struct word_field *field, const struct value *value)
{
    int64_t number = value_get_int(value, "function", 0);
    if (number < 1 || value->pairs != 3 || value->count) {
        complain_type(r, spot, field);
        return NULL;
    }
    struct value *sealed = value_map(r->arena);
    value_set_int(r->arena, sealed, "function", number);
    value_set_int(r->arena, sealed, "last_line", value_get_int(value, "last_line", 0));
    value_set_int(r->arena, sealed, "line", value_get_int(value, "line", 0));
    return sealed;
}

struct value *seal_template(struct resolver *r, const struct spot *spot,
                            const struct word_field *field, const struct value *value)
{
    if (value->type == VALUE_MAP)
        return seal_function(r, spot, field, value);
    struct value *sealed = seal_text(r, spot, field, value);
    return sealed && check_placeholders(r, spot, sealed->string) ? sealed : NULL;
}

/* ---- reminders ------------------------------------------------------------------------------------------ */

/* What is not said of these is sealed: a message's time and way do not hang on the table of words. */
static void set_defaults(struct resolver *r, struct node *node, const char *const *names,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!value_get(node->sealed, names[i]))
            value_set_string(r->arena, node->sealed, names[i],
                             words_field(&node->word->fields, names[i])->fallback);
}

void message_reminder(struct resolver *r, struct node *node)
{
    static const char *const defaults[] = {"at", "to", "channel"};
    bool tiers = value_get(node->fields, "before") || value_get(node->fields, "after");
    if (!tiers && !value_get(node->fields, "every"))
        COMPLAIN(r, "missing-field", place_of_node(r, node), "%s",
                 TR(r->lang, "remind says nothing about when", "remind 没有写什么时候提醒"))
            ->help = TR(r->lang, "for example: remind { before = { \"7d\", \"3d\", \"1d\" } }",
                        "例如：remind { before = { \"7d\", \"3d\", \"1d\" } }");
    set_defaults(r, node, defaults, sizeof defaults / sizeof *defaults);
}

/* ---- escalations ---------------------------------------------------------------------------------------- */

static void check_steps(struct resolver *r, struct node *node)
{
    const struct value *steps = value_get(node->sealed, "steps");
    for (uint32_t i = 0; steps && i < steps->count; i++)
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(steps->items[i]->string, steps->items[k]->string) != 0)
                continue;
            struct spot spot = {node, "steps", NULL, steps->items[i]};
            COMPLAIN(r, "duplicate-step", place_of(r, &spot),
                     TR(r->lang, "steps: “%.64s” stands twice", "steps：“%.64s”写了两次"),
                     steps->items[i]->string);
            return;
        }
}

void message_escalation(struct resolver *r, struct node *node)
{
    static const char *const defaults[] = {"at", "channel"};
    const struct value *every = value_get(node->sealed, "every");
    if (every && (every->count != 1 || every->items[0]->string[0] == '0')) {
        struct spot spot = {node, "every", NULL, value_get(node->fields, "every")};
        COMPLAIN(
            r, "bad-duration", place_of(r, &spot), "%s",
            TR(r->lang, "every: one length of time, not none", "every：只写一个时长，且不为零"))
            ->help = TR(r->lang, "for example: every = \"2wd\"", "例如：every = \"2wd\"");
    }
    check_steps(r, node);
    set_defaults(r, node, defaults, sizeof defaults / sizeof *defaults);
}

/* A reminder of the policy, with what the escalation says for all of them. */
static struct value *seal_step(struct resolver *r, const struct node *node,
                               const struct value *step)
{
    static const char *const common[] = {"about", "at", "channel", "file", "line", "text"};
    struct value *sealed = value_map(r->arena);
    for (uint32_t i = 0; i < step->pairs; i++)
        value_set(r->arena, sealed, step->map[i].key, step->map[i].value);
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        struct value *value = value_get(node->sealed, common[i]);
        if (value)
            value_set(r->arena, sealed, common[i], value);
    }
    return sealed;
}

void message_expand(struct resolver *r, const struct node *node, struct value *list)
{
    struct value *steps = NULL;
    int code = escalation_expand(r->input->host, r->arena, node->sealed, &steps, r->err);
    if (code < 0)
        r->failed = code;
    for (uint32_t i = 0; code == 0 && i < steps->count; i++)
        value_append(r->arena, list, seal_step(r, node, steps->items[i]));
}
