/* The order of resolving: nodes are collected and named, then fields are sealed, then dates (which
 * hang on one another), then second readings, reminders and handlers; last the whole is put
 * together. Everything goes on after an error, so that an author sees all of them at once. */

#include "script/resolve.h"

#include "script/resolve_message.h"
#include "script/resolve_parts.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

/* ---- collecting -------------------------------------------------------------------------------------- */

static const struct resolve_source *origin_of(const struct resolver *r, const struct value *raw)
{
    const char *file = value_get_string(raw, "file");
    for (size_t i = 0; file && i < r->input->source_count; i++)
        if (strcmp(r->input->sources[i].text->name, file) == 0)
            return &r->input->sources[i];
    return r->input->source_count ? &r->input->sources[0] : NULL;
}

static const struct source *source_of(const struct resolver *r, const struct value *raw)
{
    const struct resolve_source *origin = origin_of(r, raw);
    return origin ? origin->text : NULL;
}

static struct node *node_new(struct resolver *r, const struct value *raw,
                             const struct word *word, uint32_t parent)
{
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        r->nodes = mem_resize(r->nodes, r->room, sizeof *r->nodes);
    }
    struct node *node = &r->nodes[r->count++];
    *node = (struct node){.raw = raw,
                          .fields = value_get(raw, "fields"),
                          .word = word,
                          .parent = parent,
                          .line = (uint32_t)value_get_int(raw, "line", 0),
                          .source = source_of(r, raw),
                          .sealed = value_map(r->arena)};
    if (!node->fields || node->fields->type != VALUE_MAP)
        node->fields = value_map(r->arena);
    return node;
}

static const struct word *word_of(struct resolver *r, const struct value *raw)
{
    const char *name = value_get_string(raw, "word");
    const struct word *word = name ? words_find(r->words, name) : NULL;
    if (word && !word->call)
        return word;
    struct place place = {.source = source_of(r, raw),
                          .line = (uint32_t)value_get_int(raw, "line", 0)};
    COMPLAIN(r, "unknown-word", place,
             TR(r->lang, "there is no word “%.60s”", "没有“%.60s”这个词"), name ? name : "")
        ->help = suggest(r, name ? name : "", r->words->names, r->words->count);
    return NULL;
}

/* True when the word may stand inside this container (NULL = top of the script). */
static bool check_place(struct resolver *r, const struct node *node,
                        const struct node *container)
{
    if (!container || (container->word->children && node->word->nests))
        return true;
    struct finding *finding =
        COMPLAIN(r, "misplaced-word", place_of_node(r, node),
                 TR(r->lang, "%s does not stand inside %s", "%s 不能写在 %s 里面"),
                 node->word->fields.name, container->word->fields.name);
    finding->other = place_of_node(r, container);
    finding->other_text = TR(r->lang, "this one is still open", "它的花括号还没有结束");
    finding->help =
        container->word->children || !words_find(r->words, "phase")
            ? TR(r->lang, "put it at the top of the script, behind the closing brace",
                 "请移到脚本顶层（外层花括号之后）")
            : TR(r->lang, "only phase, task and quota hold items; close the brace first",
                 "只有 phase、task、quota 里面可以再写事项；请先写完外层的花括号");
    return false;
}

static void check_id(struct resolver *r, struct node *node)
{
    const struct value *id = value_get(node->raw, "id");
    const char *head = node->word->head;
    if (!head)
        return;
    if (!id || id->type != VALUE_STRING ||
        (strcmp(head, "id") == 0 && !is_id(id->string, id->length))) {
        COMPLAIN(r, "malformed-id", place_of_node(r, node),
                 TR(r->lang, "%s: “%.100s” is no id", "%s：“%.100s”不是合法的编号"),
                 node->word->fields.name, id && id->type == VALUE_STRING ? id->string : "")
            ->help =
            TR(r->lang, "small letters, digits and . _ -, at most 64, a letter or digit first",
               "只用小写字母、数字和 . _ -，最多 64 个，以字母或数字开头");
        return;
    }
    node->id = id->string;
    if (strcmp(head, "id") == 0)
        value_set_string(r->arena, node->sealed, "id", node->id);
}

/* The positional values: the name. Whatever else may stand first is checked with its word. */
static void check_args(struct resolver *r, struct node *node)
{
    static const struct word_field name = {
        .name = "name", .type = FIELD_TEXT, .type_name = "text", .example = "\"动员大会\""};
    const struct value *args = value_get(node->raw, "args");
    const char *first = node->word->first;
    size_t count = args ? args->count : 0, most = first && strcmp(first, "name") == 0;
    if (first && strcmp(first, "name") != 0)
        return;
    struct spot spot = {node, "name", NULL, count ? args->items[0] : NULL};
    if (count > most) {
        spot.value = args->items[most];
        COMPLAIN(r, "unexpected-value", place_of(r, &spot),
                 TR(r->lang, "%s: this value has no key", "%s：这个值前面没有键"),
                 node->word->fields.name)
            ->help =
            most ? TR(r->lang, "only the name stands without a key; write field = value",
                      "只有名称不带键；其余写成“字段 = 值”")
                 : TR(r->lang, "write field = value", "写成“字段 = 值”");
    } else if (count < most) {
        COMPLAIN(r, "missing-field", place_of_node(r, node),
                 TR(r->lang, "%s \"%s\" has no name", "%s \"%s\" 缺少名称"),
                 node->word->fields.name, node->id ? node->id : "")
            ->help = TR(r->lang, "the name stands first in the braces, in quotes",
                        "名称写在花括号里的最前面，加引号");
    }
    spot.value = count ? args->items[0] : NULL;
    struct value *sealed = most && count ? seal_text(r, &spot, &name, spot.value) : NULL;
    if (sealed && check_text(r, &spot, spot.value, NAME_MOST, false))
        value_set(r->arena, node->sealed, "name", sealed);
}

/* `key` is the node's id, or stands for it. */
static void check_unique(struct resolver *r, uint32_t index, const char *key,
                         struct table *table)
{
    struct node *node = &r->nodes[index];
    uint32_t other = node->id ? table_add(table, key, strlen(key), index) : TABLE_NONE;
    if (other == TABLE_NONE)
        return;
    struct finding *finding =
        COMPLAIN(r, "duplicate-id", place_of_node(r, node),
                 TR(r->lang, "the id \"%s\" is taken", "编号 \"%s\" 已经用过"), node->id);
    finding->other = place_of_node(r, &r->nodes[other]);
    finding->other_text = TR(r->lang, "first used here", "第一次用在这里");
    finding->help = arena_printf(
        r->arena,
        TR(r->lang, "choose another, for example \"%.50s-2\"", "请另取一个，例如 \"%.50s-2\""),
        node->id);
    node->id = NULL; /* nobody means this one */
}

static void collect(struct resolver *r, const struct value *raw, uint32_t parent,
                    unsigned depth)
{
    const struct word *word = word_of(r, raw);
    if (!word || r->count >= NODES_MOST)
        return;
    uint32_t index = r->count;
    struct node *node = node_new(r, raw, word, parent);
    r->has_phase |= strcmp(word->fields.name, "phase") == 0;
    bool placed = check_place(r, node, parent == NODE_NONE ? NULL : &r->nodes[parent]);
    check_id(r, node);
    check_args(r, node);
    if (word->nests)
        check_unique(r, index, node->id, &r->items);
    else if (word->head && strcmp(word->head, "id") == 0 &&
             strcmp(word->fields.name, "plan") != 0)
        check_unique(r, index, node->id, &r->units);
    if (!placed)
        node->parent = NODE_NONE;
    const struct value *children = value_get(raw, "children");
    if (children && children->count && depth >= DEPTH_MOST)
        COMPLAIN(r, "too-deep", place_of_node(r, &r->nodes[index]),
                 TR(r->lang, "items are nested more than %d deep", "事项的嵌套超过 %d 层"),
                 DEPTH_MOST);
    else
        for (uint32_t i = 0; children && i < children->count; i++)
            collect(r, children->items[i], index, depth + 1);
}

void resolve_collect(struct resolver *r)
{
    const struct value *nodes = value_get(r->input->raw, "nodes");
    for (uint32_t i = 0; nodes && nodes->type == VALUE_LIST && i < nodes->count; i++)
        collect(r, nodes->items[i], NODE_NONE, 1);
    if (r->count >= NODES_MOST)
        COMPLAIN(r, "too-many", place_of_node(r, &r->nodes[r->count - 1]),
                 TR(r->lang, "a plan has at most %d declarations", "一个方案最多 %d 条声明"),
                 NODES_MOST);
}

static bool is_word(const struct node *node, const char *word)
{
    return strcmp(node->word->fields.name, word) == 0;
}

static void find_plan(struct resolver *r)
{
    for (uint32_t i = 0; i < r->count; i++) {
        if (!is_word(&r->nodes[i], "plan"))
            continue;
        if (r->plan == NODE_NONE) {
            r->plan = i;
            if (i > 0)
                finding_add(r->findings, SEVERITY_WARNING, "plan-not-first",
                            place_of_node(r, &r->nodes[i]), "%s",
                            TR(r->lang, "plan should stand before everything else",
                               "plan 应写在最前面"));
            continue;
        }
        struct finding *finding =
            COMPLAIN(r, "second-plan", place_of_node(r, &r->nodes[i]), "%s",
                     TR(r->lang, "a script holds one plan only", "一个脚本只能有一个 plan"));
        finding->other = place_of_node(r, &r->nodes[r->plan]);
        finding->other_text = TR(r->lang, "the first one", "第一个");
        finding->help = TR(r->lang, "the notice above is another file; name it with under",
                           "上级通知写在另一个文件里，用 under 指明");
    }
    struct place whole = {.source = r->input->source_count ? r->input->sources[0].text : NULL};
    if (r->plan == NODE_NONE)
        COMPLAIN(r, "no-plan", whole, "%s",
                 TR(r->lang, "there is no plan in this script", "脚本里没有 plan"))
            ->help =
            TR(r->lang,
               "begin with plan \"id\" { \"name\", issuer = \"…\", issued = \"2012-06-01\" }",
               "开头写 plan \"编号\" { \"名称\", issuer = \"…\", issued = \"2012-06-01\" }");
}

/* ---- rosters ----------------------------------------------------------------------------------------- */

static bool is_inside(const char *path)
{
    if (path[0] == '/' || path[0] == '\0')
        return false;
    for (const char *at = path; at; at = strchr(at, '/') ? strchr(at, '/') + 1 : NULL)
        if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
            return false;
    return true;
}

static void add_kind(struct resolver *r, const struct spot *spot, const struct value *kind,
                     const char **known)
{
    static const struct word_field field = {
        .name = "kind", .type = FIELD_ID, .type_name = "id", .example = "\"department\""};
    struct value *id = seal_id(r, spot, &field, kind);
    uint32_t declared = id ? table_get(&r->units, id->string, id->length) : TABLE_NONE;
    if (!id)
        return;
    if (declared != TABLE_NONE && !value_get(r->nodes[declared].fields, "many")) {
        struct finding *finding =
            COMPLAIN(r, "duplicate-id", place_of(r, spot),
                     TR(r->lang, "roster: “%s” is a unit of its own, not a kind",
                        "roster：“%s”是单个单位，不是类别"),
                     id->string);
        finding->other = place_of_node(r, &r->nodes[declared]);
        finding->other_text = TR(r->lang, "declared here; a class has many = true",
                                 "声明在这里；一类单位应写 many = true");
    }
    if (table_add(&r->kinds, id->string, id->length, (uint32_t)r->kinds.count) == TABLE_NONE)
        known[r->kinds.count - 1] = id->string;
}

static void seal_roster(struct resolver *r, struct node *node, const char **known)
{
    const struct value *args = value_get(node->raw, "args");
    struct value *kinds = value_list(r->arena);
    struct spot spot = {node, "kind", NULL, NULL};
    if (node->id && (!is_inside(node->id) || strlen(node->id) > 255))
        COMPLAIN(r, "bad-path", place_of_node(r, node),
                 TR(r->lang, "roster: “%.200s” is not beside the script",
                    "roster：“%.200s”不在脚本所在的文件夹里"),
                 node->id)
            ->help = TR(r->lang, "a path below the script's folder, without ..",
                        "写脚本所在文件夹之内的路径，不含 ..");
    for (uint32_t i = 0; args && i < args->count && i < LIST_MOST; i++) {
        spot.value = args->items[i];
        add_kind(r, &spot, args->items[i], known);
        value_append(r->arena, kinds, args->items[i]);
    }
    if (node->id)
        value_set_string(r->arena, node->sealed, "file", node->id);
    if (kinds->count)
        value_set(r->arena, node->sealed, "kinds", kinds);
}

/* Each sheet of a workbook may be a roster. */
static const char *file_key(struct resolver *r, const struct node *node)
{
    const char *sheet = value_get_string(node->fields, "sheet");
    return sheet ? arena_printf(r->arena, "%s\n%s", node->id ? node->id : "", sheet) : node->id;
}

static void seal_rosters(struct resolver *r)
{
    size_t most = 0;
    for (uint32_t i = 0; i < r->count; i++)
        if (is_word(&r->nodes[i], "roster") && value_get(r->nodes[i].raw, "args"))
            most += value_get(r->nodes[i].raw, "args")->count;
    const char **known = arena_array(r->arena, most, sizeof *known);
    struct table files = {0};
    for (uint32_t i = 0; i < r->count; i++)
        if (is_word(&r->nodes[i], "roster")) {
            seal_roster(r, &r->nodes[i], known);
            check_unique(r, i, file_key(r, &r->nodes[i]), &files);
        }
    table_free(&files);
    r->known = known;
}

/* ---- handlers ------------------------------------------------------------------------------------------- */

static const struct word_entry *event_of(const struct resolver *r, const char *name)
{
    for (size_t i = 0; i < r->words->events.count; i++)
        if (strcmp(r->words->events.names[i], name) == 0)
            return &r->words->events.list[i];
    return NULL;
}

static void check_handler_ref(struct resolver *r, const struct spot *spot,
                              const struct word_entry *event)
{
    const char *ref = spot->value->string;
    uint32_t index = table_get(&r->items, ref, strlen(ref));
    const char *ids[LIST_MOST];
    size_t count = 0;
    if (index == TABLE_NONE) {
        for (uint32_t i = 0; i < r->count && count < LIST_MOST; i++)
            if (r->nodes[i].word->nests && r->nodes[i].id)
                ids[count++] = r->nodes[i].id;
        COMPLAIN(r, "unknown-item", place_in_line(spot->node->source, spot->node->line, ref),
                 TR(r->lang, "on: there is no item “%.100s”", "on：没有事项“%.100s”"), ref)
            ->help = suggest(r, ref, ids, count);
        return;
    }
    const char *subject = event ? event->type : "item",
               *word = r->nodes[index].word->fields.name;
    bool fits = strcmp(subject, "plan") != 0 &&
                (strcmp(subject, "item") == 0 || strcmp(subject, word) == 0);
    if (fits)
        return;
    struct finding *finding =
        COMPLAIN(r, "wrong-item", place_in_line(spot->node->source, spot->node->line, ref),
                 TR(r->lang, "on: %s does not happen to a %s", "on：%s 不会发生在 %s 上"),
                 event->name, word);
    finding->other = place_of_node(r, &r->nodes[index]);
    finding->other_text = TR(r->lang, "the item", "该事项");
}

/* Where it stands when that is a module: its name without folders, the same on every machine. */
static void set_file(struct resolver *r, struct value *sealed, const struct value *raw)
{
    if (value_get(raw, "file") && origin_of(r, raw))
        value_set_string(r->arena, sealed, "file", origin_of(r, raw)->file);
}

static struct value *seal_handler(struct resolver *r, const struct value *raw,
                                  struct table *seen, uint32_t number)
{
    const char *name = value_get_string(raw, "event"), *ref = value_get_string(raw, "ref");
    struct node node = {.raw = raw,
                        .fields = value_map(r->arena),
                        .word = words_find(r->words, "on"),
                        .line = (uint32_t)value_get_int(raw, "line", 0),
                        .source = source_of(r, raw)};
    struct spot spot = {&node, "on", NULL, value_get(raw, "event")};
    const struct word_entry *event = name ? event_of(r, name) : NULL;
    if (!event)
        COMPLAIN(r, "unknown-event", place_in_line(node.source, node.line, name ? name : ""),
                 TR(r->lang, "on: there is no event “%.100s”", "on：没有事件“%.100s”"),
                 name ? name : "")
            ->help =
            suggest(r, name ? name : "", r->words->events.names, r->words->events.count);
    if (ref) {
        spot.value = value_get(raw, "ref");
        check_handler_ref(r, &spot, event);
    }
    const char *key = arena_printf(r->arena, "%s %s", name ? name : "", ref ? ref : "");
    uint32_t other = table_add(seen, key, strlen(key), number);
    if (other != TABLE_NONE) {
        const struct value *first = value_get(r->input->raw, "handlers")->items[other];
        struct finding *finding =
            COMPLAIN(r, "duplicate-handler", place_of_node(r, &node),
                     TR(r->lang, "on: %s already has a handler", "on：%s 已经有处理函数"), key);
        finding->other = (struct place){.source = source_of(r, first),
                                        .line = (uint32_t)value_get_int(first, "line", 0)};
        finding->other_text = TR(r->lang, "the first one", "第一个");
    }
    struct value *sealed = value_map(r->arena);
    for (uint32_t i = 0; i < raw->pairs; i++)
        value_set(r->arena, sealed, raw->map[i].key, raw->map[i].value);
    set_file(r, sealed, raw);
    return sealed;
}

static struct value *seal_handlers(struct resolver *r)
{
    const struct value *handlers = value_get(r->input->raw, "handlers");
    struct value *list = value_list(r->arena);
    struct table seen = {0};
    for (uint32_t i = 0; handlers && i < handlers->count; i++)
        value_append(r->arena, list, seal_handler(r, handlers->items[i], &seen, i));
    table_free(&seen);
    return list;
}

/* ---- the whole ------------------------------------------------------------------------------------------ */

static void set_list(struct resolver *r, struct value *tree, const char *key, const char *word)
{
    struct value *list = value_list(r->arena);
    for (uint32_t i = 0; i < r->count; i++) {
        struct node *node = &r->nodes[i];
        if (word ? !is_word(node, word) : !node->word->nests)
            continue;
        value_set_int(r->arena, node->sealed, "line", node->line);
        set_file(r, node->sealed, node->raw);
        if (node->word->nests) {
            value_set_string(r->arena, node->sealed, "word", node->word->fields.name);
            if (node->parent != NODE_NONE && r->nodes[node->parent].id)
                value_set_string(r->arena, node->sealed, "parent", r->nodes[node->parent].id);
        }
        value_append(r->arena, list, node->sealed);
    }
    value_set(r->arena, tree, key, list);
}

/* An escalation is sealed as the reminders that it comes to: a run needs no policy. */
static void set_escalations(struct resolver *r, struct value *reminders)
{
    for (uint32_t i = 0; i < r->count && !r->failed; i++) {
        struct node *node = &r->nodes[i];
        if (!is_word(node, "escalate"))
            continue;
        value_set_int(r->arena, node->sealed, "line", node->line);
        set_file(r, node->sealed, node->raw);
        message_expand(r, node, reminders);
    }
}

static struct value *seal_sources(struct resolver *r)
{
    struct value *list = value_list(r->arena);
    for (size_t i = 0; i < r->input->source_count; i++) {
        struct value *source = value_map(r->arena);
        value_set_string(r->arena, source, "file", r->input->sources[i].file);
        value_set_string(r->arena, source, "sha256", r->input->sources[i].sha256);
        value_append(r->arena, list, source);
    }
    return list;
}

static struct value *assemble(struct resolver *r)
{
    struct value *tree = value_map(r->arena);
    struct node *plan = &r->nodes[r->plan];
    value_set_int(r->arena, plan->sealed, "line", plan->line);
    value_set_int(r->arena, tree, "format", 1);
    value_set(r->arena, tree, "plan", plan->sealed);
    value_set(r->arena, tree, "sources", seal_sources(r));
    set_list(r, tree, "units", "unit");
    set_list(r, tree, "groups", "group");
    set_list(r, tree, "rosters", "roster");
    set_list(r, tree, "items", NULL);
    set_list(r, tree, "reminders", "remind");
    set_escalations(r, value_get(tree, "reminders"));
    return tree;
}

static void resolve_all(struct resolver *r)
{
    resolve_collect(r);
    find_plan(r);
    seal_rosters(r);
    who_declare(r);
    time_plan(r);
    for (uint32_t i = 0; i < r->count; i++)
        if (is_word(&r->nodes[i], "plan"))
            seal_fields(r, &r->nodes[i]);
    plan_head(r);
    for (uint32_t i = 0; i < r->count && !r->failed; i++)
        if (!is_word(&r->nodes[i], "plan"))
            seal_fields(r, &r->nodes[i]);
    plan_units(r);
    time_items(r);
    for (uint32_t i = 0; i < r->count && !r->failed; i++) {
        seal_readings(r, &r->nodes[i]);
        if (is_word(&r->nodes[i], "remind"))
            message_reminder(r, &r->nodes[i]);
        else if (is_word(&r->nodes[i], "escalate"))
            message_escalation(r, &r->nodes[i]);
    }
}

void resolve_free(struct resolver *r)
{
    struct table *tables[] = {&r->items, &r->units,   &r->names,
                              &r->kinds, &r->phrases, &r->amounts};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        table_free(tables[i]);
    for (size_t i = 0; r->above && i < r->input->parent_count; i++)
        table_free(&r->above[i]);
    free(r->nodes);
    free(r->cached);
}

int resolve_plan(const struct resolve_input *input, struct arena *arena,
                 struct findings *findings, struct value **sealed, struct err *err)
{
    struct resolver r = {.input = input,
                         .arena = arena,
                         .findings = findings,
                         .lang = findings->lang,
                         .words = input->words,
                         .plan = NODE_NONE,
                         .issued = CIVIL_NONE,
                         .err = err};
    size_t errors = findings->errors;
    resolve_all(&r);
    struct value *handlers = seal_handlers(&r);
    int code = r.failed;
    if (code == 0 && findings->errors > errors)
        code = err_set(err, ERR_INVALID, "%s", TR(r.lang, "the plan has errors", "方案有错误"));
    struct value *tree = code == 0 ? assemble(&r) : NULL;
    if (tree)
        code = r.failed;
    if (code == 0) {
        value_set(arena, tree, "handlers", handlers);
        *sealed = tree;
    }
    resolve_free(&r);
    return code;
}

/* ---- before resolving -------------------------------------------------------------------------------------- */

static const char *under_id(const struct value *entry)
{
    if (entry->type == VALUE_STRING)
        return entry->string;
    if (entry->type == VALUE_MAP && entry->count == 1 && entry->items[0]->type == VALUE_STRING)
        return entry->items[0]->string;
    return NULL;
}

size_t resolve_unders(const struct resolve_input *input, struct arena *arena,
                      const char **plan_id, struct resolve_under **list)
{
    const struct value *nodes = value_get(input->raw, "nodes"), *plan = NULL;
    *plan_id = NULL;
    *list = NULL;
    for (uint32_t i = 0; nodes && !plan && i < nodes->count; i++) {
        const char *word = value_get_string(nodes->items[i], "word");
        plan = word && strcmp(word, "plan") == 0 ? nodes->items[i] : NULL;
    }
    *plan_id = value_get_string(plan, "id");
    const struct value *under = value_get(value_get(plan, "fields"), "under");
    if (!under)
        return 0;
    bool many = under->type == VALUE_LIST;
    size_t room = many ? under->count : 1, count = 0;
    *list = arena_array(arena, room, sizeof **list);
    struct resolver r = {.input = input, .arena = arena};
    struct node node = {.line = (uint32_t)value_get_int(plan, "line", 0),
                        .source = source_of(&r, plan),
                        .raw = plan};
    for (size_t i = 0; i < room && i < LIST_MOST; i++) {
        const char *id = under_id(many ? under->items[i] : under);
        struct value text = {.type = VALUE_STRING, .string = id};
        struct spot spot = {&node, "under", NULL, id ? &text : NULL};
        if (id && is_id(id, strlen(id)))
            (*list)[count++] = (struct resolve_under){id, place_of(&r, &spot)};
    }
    return count;
}
