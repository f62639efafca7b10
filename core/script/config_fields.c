/* What a configuration declares, word by word: shapes are checked as a plan's are, by the type that
 * service.lua gives a field; then what a field's type means beyond its shape; then what hangs together. */

#include "script/config_fields.h"

#include <string.h>

/* ---- channels -------------------------------------------------------------------------------- */

/* The word as a kind of channel has it: with the fields of that kind. */
static const struct word *kind_of(struct config_reading *c, struct node *node)
{
    struct resolver *r = &c->r;
    const struct value *args = value_get(node->raw, "args");
    const struct value *first = args && args->count ? args->items[0] : NULL;
    struct spot spot = {node, "kind", NULL, first};
    const char *names[CONFIG_KINDS];
    for (int i = 0; i < CONFIG_KINDS; i++)
        names[i] = config_kind_name((enum config_kind)i);
    for (int i = 0; first && first->type == VALUE_STRING && i < CONFIG_KINDS; i++)
        if (strcmp(first->string, names[i]) == 0)
            return &c->kinds[i];
    if (!first || first->type != VALUE_STRING) {
        COMPLAIN(r, "missing-kind", place_of_node(r, node),
                 TR(r->lang, "channel \"%s\" does not say of which kind it is",
                    "channel \"%s\" 没有写种类"),
                 node->id ? node->id : "")
            ->help =
            TR(r->lang,
               "the kind stands first in the braces: \"mail\", \"wecom\", \"webhook\", "
               "\"exec\", \"spool\", \"jsonl\" or \"console\"",
               "种类写在花括号里的最前面：\"mail\"、\"wecom\"、\"webhook\"、\"exec\"、"
               "\"spool\"、\"jsonl\" 或 \"console\"");
        return NULL;
    }
    const char *near = suggest(r, first->string, names, CONFIG_KINDS);
    COMPLAIN(r, "unknown-channel-kind", place_of(r, &spot),
             TR(r->lang, "there is no kind of channel “%.64s”", "没有“%.64s”这种渠道"),
             first->string)
        ->help = near ? near
                      : TR(r->lang, "`planrun help service channel` lists them",
                           "`planrun help service channel` 列出全部种类");
    return NULL;
}

/* Only the first value stands without a key. */
static void check_args(struct config_reading *c, const struct node *node)
{
    const struct value *args = value_get(node->raw, "args");
    if (!args || args->count <= 1)
        return;
    struct spot spot = {node, "kind", NULL, args->items[1]};
    COMPLAIN(&c->r, "unexpected-value", place_of(&c->r, &spot),
             TR(c->r.lang, "%s: this value has no key", "%s：这个值前面没有键"),
             node->word->fields.name)
        ->help = TR(c->r.lang, "write field = value", "写成“字段 = 值”");
}

/* Enters a name, which the evaluator has checked but nobody is to trust. */
static bool enter(struct config_reading *c, struct table *table, uint32_t index)
{
    struct node *node = &c->r.nodes[index];
    if (!node->id || !is_id(node->id, strlen(node->id))) {
        COMPLAIN(&c->r, "malformed-id", place_of_node(&c->r, node), "%s",
                 TR(c->r.lang, "this is no name", "名称不合规定"))
            ->help = TR(c->r.lang,
                        "small letters, digits and . _ -, at most 64, a letter or digit first",
                        "只用小写字母、数字和 . _ -，最多 64 个，以字母或数字开头");
        return false;
    }
    value_set_string(c->r.arena, node->sealed, "name", node->id);
    uint32_t other = table_add(table, node->id, strlen(node->id), index);
    if (other == TABLE_NONE)
        return true;
    struct finding *finding =
        COMPLAIN(&c->r, "duplicate-id", place_of_node(&c->r, node),
                 TR(c->r.lang, "%s \"%s\" stands here a second time", "%s \"%s\" 写了两次"),
                 value_get_string(node->raw, "word"), node->id);
    finding->other = place_of_node(&c->r, &c->r.nodes[other]);
    finding->other_text = TR(c->r.lang, "the first one", "第一次写在这里");
    return false;
}

/* What its kind takes when nothing was written. */
static void set_defaults(struct config_reading *c, struct node *node)
{
    const struct word_fields *fields = &node->word->fields;
    for (size_t i = 0; i < fields->count; i++) {
        const struct word_field *field = &fields->list[i];
        bool number = strcmp(field->type_name, "int") == 0 ||
                      strcmp(field->type_name, "rate") == 0 ||
                      strcmp(field->type_name, "span") == 0;
        if (number && field->fallback && !value_get(node->sealed, field->name))
            value_set_int(c->r.arena, node->sealed, field->name,
                          config_number(field->type_name, field->fallback));
    }
}

static void need_beside(struct config_reading *c, const struct node *node, const char *has,
                        const char *lacks)
{
    if (!value_get(node->fields, has) || value_get(node->fields, lacks))
        return;
    struct spot spot = {node, has, NULL, NULL};
    COMPLAIN(&c->r, "missing-field", place_of_key(&c->r, &spot),
             TR(c->r.lang, "%s stands without %s", "写了 %s，没有写 %s"), has, lacks);
}

static void check_channel(struct config_reading *c, struct node *node)
{
    const char *url = value_get_string(node->sealed, "url");
    url = url ? url : value_get_string(node->sealed, "base");
    need_beside(c, node, "user", "password");
    need_beside(c, node, "password", "user");
    if (!url || strncmp(url, "http:", 5) != 0 || value_get(node->sealed, "private"))
        return;
    struct spot spot = {node, value_get(node->sealed, "url") ? "url" : "base", NULL, NULL};
    COMPLAIN(
        &c->r, "not-encrypted", place_of(&c->r, &spot), "%s",
        TR(c->r.lang, "http sends everything in the clear", "http 不加密，内容会被沿途看到"))
        ->help =
        TR(c->r.lang, "use https; inside the house http is allowed with private = true",
           "请用 https；院内网络确需 http 的，写 private = true");
}

static void read_channel(struct config_reading *c, uint32_t index)
{
    struct node *node = &c->r.nodes[index];
    bool named = enter(c, &c->channels, index);
    const struct word *kind = kind_of(c, node);
    check_args(c, node);
    if (!kind)
        return;
    node->word = kind;
    value_set_string(c->r.arena, node->sealed, "kind", kind->fields.name);
    seal_fields(&c->r, node);
    config_check_types(c, node);
    check_channel(c, node);
    set_defaults(c, node);
    if (named && c->channel_count < CONFIG_CHANNELS_MOST)
        c->channel_names[c->channel_count++] = node->id;
}

/* ---- what names channels ---------------------------------------------------------------------- */

/* True when the text is a channel of this file. */
static bool is_channel(struct config_reading *c, const struct spot *spot)
{
    struct resolver *r = &c->r;
    const struct value *name = spot->value;
    if (name->type == VALUE_STRING &&
        table_get(&c->channels, name->string, name->length) != TABLE_NONE)
        return true;
    struct finding *finding = COMPLAIN(
        r, "unknown-channel", place_of(r, spot),
        TR(r->lang, "there is no channel “%.64s” in this file", "本文件里没有渠道“%.64s”"),
        name->type == VALUE_STRING ? name->string : "…");
    finding->help = name->type == VALUE_STRING
                        ? suggest(r, name->string, c->channel_names, c->channel_count)
                        : NULL;
    return false;
}

/* A role that is written nearly like one that every plan knows. */
static void check_role(struct config_reading *c, const struct spot *spot)
{
    struct resolver *r = &c->r;
    const struct word_fields *fields = &spot->node->word->fields;
    if (words_field(fields, spot->key))
        return;
    if (!is_id(spot->key, strlen(spot->key))) {
        COMPLAIN(r, "malformed-id", place_of_key(r, spot),
                 TR(r->lang, "“%.64s” is no role", "“%.64s”不是合法的角色名"), spot->key)
            ->help =
            TR(r->lang, "small letters, digits and . _ -", "只用小写字母、数字和 . _ -");
        return;
    }
    const char *near = suggest(r, spot->key, fields->names, fields->count);
    if (near)
        finding_add(r->findings, SEVERITY_WARNING, "odd-role", place_of_key(r, spot),
                    TR(r->lang, "“%.64s” is a role of no plan unless it was made up for it",
                       "“%.64s”不是通用的角色，除非方案里另行约定"),
                    spot->key)
            ->help = near;
}

static void read_bind(struct config_reading *c, uint32_t index)
{
    struct node *node = &c->r.nodes[index];
    struct arena *arena = c->r.arena;
    const struct value *args = value_get(node->raw, "args");
    struct value *roles = value_map(arena);
    enter(c, &c->binds, index);
    check_args(c, node);
    if (args && args->count) {
        struct spot spot = {node, "channel", NULL, args->items[0]};
        if (is_channel(c, &spot))
            value_set(arena, node->sealed, "channel", args->items[0]);
    }
    for (uint32_t i = 0; i < node->fields->pairs; i++) {
        const struct value_pair *pair = &node->fields->map[i];
        struct spot spot = {node, pair->key, NULL, pair->value};
        check_role(c, &spot);
        if (is_channel(c, &spot))
            value_set(arena, roles, pair->key, pair->value);
    }
    value_set(arena, node->sealed, "roles", roles);
    bool whole = (args && args->count) ||
                 (node->fields->pairs && node->id && strcmp(node->id, "default") != 0);
    if (!whole)
        COMPLAIN(&c->r, "missing-channel", place_of_node(&c->r, node),
                 TR(c->r.lang, "bind \"%s\" names no channel", "bind \"%s\" 没有写渠道"),
                 node->id ? node->id : "")
            ->help =
            TR(c->r.lang,
               "the channel of most messages stands first: bind \"default\" { \"mail\" }",
               "最前面写一般用的渠道：bind \"default\" { \"mail\" }");
}

/* ---- the service ------------------------------------------------------------------------------ */

static void check_alarm(struct config_reading *c, const struct node *node)
{
    const struct value *alarm = value_get(node->sealed, "alarm");
    struct spot spot = {node, "alarm", NULL, alarm && alarm->count ? alarm->items[0] : NULL};
    if (!spot.value || !is_channel(c, &spot))
        return;
    const struct node *to =
        &c->r.nodes[table_get(&c->channels, spot.value->string, spot.value->length)];
    const char *kind = value_get_string(to->sealed, "kind");
    bool mail = kind && strcmp(kind, config_kind_name(CONFIG_MAIL)) == 0;
    spot.value = alarm->count > 1 ? alarm->items[1] : NULL;
    if (!mail || (spot.value && config_is_mailbox(spot.value->string)))
        return;
    COMPLAIN(
        &c->r, "missing-address", place_of(&c->r, &spot), "%s",
        TR(c->r.lang, "an alarm by mail needs a mail address", "用邮件报警，要写一个邮件地址"))
        ->help =
        arena_printf(c->r.arena,
                     TR(c->r.lang, "for example: alarm = { \"%s\", \"it@hospital.example\" }",
                        "例如：alarm = { \"%s\", \"it@hospital.example\" }"),
                     to->id);
}

static void read_service(struct config_reading *c, struct node *node)
{
    if (c->service) {
        struct finding *finding =
            COMPLAIN(&c->r, "second-service", place_of_node(&c->r, node), "%s",
                     TR(c->r.lang, "service stands here a second time", "service 写了两次"));
        finding->other = place_of_node(&c->r, c->service);
        finding->other_text = TR(c->r.lang, "the first one", "第一次写在这里");
        return;
    }
    c->service = node;
    seal_fields(&c->r, node);
    config_check_types(c, node);
    check_alarm(c, node);
}

/* ---- the whole -------------------------------------------------------------------------------- */

static bool is_word(const struct node *node, const char *word)
{
    const char *name = value_get_string(node->raw, "word");
    return name && strcmp(name, word) == 0;
}

static void make_kinds(struct config_reading *c)
{
    const struct words *words = c->r.words;
    const struct word *channel = words_find(words, "channel");
    for (int i = 0; i < CONFIG_KINDS; i++) {
        c->kinds[i] = *channel;
        for (size_t k = 0; k < words->record_count; k++)
            if (strcmp(words->records[k].name, config_kind_name((enum config_kind)i)) == 0)
                c->kinds[i].fields = words->records[k];
    }
}

static void check_whole(struct config_reading *c)
{
    struct resolver *r = &c->r;
    struct place whole = {.source = c->text->source};
    if (!c->channels.count)
        COMPLAIN(r, "no-channel", whole, "%s",
                 TR(r->lang, "there is no channel in this configuration", "配置里没有渠道"))
            ->help =
            TR(r->lang, "for example: channel \"gate\" { \"spool\", folder = \"spool\" }",
               "例如：channel \"gate\" { \"spool\", folder = \"spool\" }");
    else if (table_get(&c->binds, "default", strlen("default")) == TABLE_NONE)
        COMPLAIN(r, "no-default", whole, "%s",
                 TR(r->lang, "nothing is bound to \"default\", the channel of most plans",
                    "没有写 bind \"default\"，而多数方案都用它"))
            ->help = arena_printf(r->arena,
                                  TR(r->lang, "for example: bind \"default\" { \"%s\" }",
                                     "例如：bind \"default\" { \"%s\" }"),
                                  c->channel_count ? c->channel_names[0] : "mail");
    if (c->channels.count > CONFIG_CHANNELS_MOST || c->binds.count > CONFIG_CHANNELS_MOST)
        COMPLAIN(r, "too-many", whole,
                 TR(r->lang, "more than %d channels or binds", "channel 或 bind 超过 %d 个"),
                 CONFIG_CHANNELS_MOST);
}

/* Channels come first, for the others name them. */
static void read_all(struct config_reading *c)
{
    resolve_collect(&c->r);
    make_kinds(c);
    for (uint32_t i = 0; i < c->r.count; i++)
        if (is_word(&c->r.nodes[i], "channel"))
            read_channel(c, i);
    for (uint32_t i = 0; i < c->r.count; i++) {
        if (is_word(&c->r.nodes[i], "bind"))
            read_bind(c, i);
        else if (is_word(&c->r.nodes[i], "service"))
            read_service(c, &c->r.nodes[i]);
    }
    check_whole(c);
}

static struct value *list_of(struct config_reading *c, const char *word)
{
    struct value *list = value_list(c->r.arena);
    for (uint32_t i = 0; i < c->r.count; i++) {
        struct node *node = &c->r.nodes[i];
        if (!is_word(node, word))
            continue;
        value_set_int(c->r.arena, node->sealed, "line", node->line);
        value_append(c->r.arena, list, node->sealed);
    }
    return list;
}

int config_fields(const struct resolve_input *input, struct config_text *text,
                  const char *folder, struct arena *arena, struct findings *findings,
                  struct value **sealed, struct err *err)
{
    struct config_reading c = {.r = {.input = input,
                                     .arena = arena,
                                     .findings = findings,
                                     .lang = findings->lang,
                                     .words = input->words,
                                     .plan = NODE_NONE,
                                     .err = err},
                               .text = text,
                               .folder = folder};
    size_t errors = findings->errors;
    read_all(&c);
    int code = findings->errors > errors
                   ? err_set(err, ERR_INVALID, "%s",
                             TR(c.r.lang, "the configuration has errors", "配置有错误"))
                   : 0;
    if (code == 0) {
        *sealed = value_map(arena);
        value_set(arena, *sealed, "service", c.service ? c.service->sealed : value_map(arena));
        value_set(arena, *sealed, "channels", list_of(&c, "channel"));
        value_set(arena, *sealed, "binds", list_of(&c, "bind"));
    }
    table_free(&c.channels);
    table_free(&c.binds);
    resolve_free(&c.r);
    return code;
}
