#include "script/config.h"

#include "script/config_state.h"
#include "script/eval.h"
#include "script/lexer.h"
#include "script/source.h"
#include "script/words_load.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *const kind_names[CONFIG_KINDS] = {
    [CONFIG_MAIL] = "mail",       [CONFIG_WECOM] = "wecom", [CONFIG_WEBHOOK] = "webhook",
    [CONFIG_EXEC] = "exec",       [CONFIG_SPOOL] = "spool", [CONFIG_JSONL] = "jsonl",
    [CONFIG_CONSOLE] = "console",
};

/* One run of config_load. */
struct load {
    struct host *host;
    const char *path, *folder, *file;
    struct findings *findings;
    struct arena *scratch; /* of the findings */
    struct words *words;
    const struct eval_word *names;
    size_t name_count;
    struct config_text text;
    struct err *err;
};

const char *config_kind_name(enum config_kind kind)
{
    return kind_names[kind];
}

bool config_needs_address(enum config_kind kind)
{
    return kind == CONFIG_MAIL;
}

/* ---- reading ------------------------------------------------------------------------------------ */

static void split_path(const char *path, struct arena *arena, const char **folder,
                       const char **file)
{
    const char *slash = strrchr(path, '/');
    *file = slash ? slash + 1 : path;
    *folder = !slash          ? "."
              : slash == path ? "/"
                              : arena_copy(arena, path, (size_t)(slash - path));
}

static int read_text(struct load *load)
{
    int code = source_load(load->scratch, load->folder, load->file, load->path, load->findings,
                           &load->text.source);
    if (code < 0)
        return err_set(load->err, code, "%s", load->path);
    load->text.text =
        arena_copy(load->scratch, load->text.source->text, load->text.source->length);
    load->text.source->text = load->text.text;
    if (!config_hide_secrets(&load->text, load->findings))
        return err_set(load->err, ERR_INVALID, "%s", load->path);
    config_hide_literals(load->scratch, &load->text);
    return 0;
}

/* A configuration is data: what a machine's owner reads in it is all there is. */
static int refuse_code(struct load *load)
{
    const struct lexed *lexed = lexer_read(load->scratch, load->text.source);
    enum lang lang = load->findings->lang;
    size_t errors = load->findings->errors;
    for (size_t i = 0; i < lexed->count; i++) {
        const struct token *token = &lexed->tokens[i];
        bool function = token->kind == TOKEN_KEYWORD && token->mark == 'f';
        if (!function && (token->kind != TOKEN_NAME || !lexer_is(lexed, token, "require")))
            continue;
        finding_add(load->findings, SEVERITY_ERROR, "data-only",
                    lexer_place(lexed, token->line, token->start, token->length),
                    TR(lang, "a configuration has no %s", "配置文件里不能写 %s"),
                    function ? "function" : "require")
            ->help = TR(lang, "it is data: service, channel and bind with their values",
                        "它只是数据：service、channel、bind 和它们的值");
    }
    return load->findings->errors > errors ? err_set(load->err, ERR_INVALID, "%s", load->path)
                                           : 0;
}

static int evaluate(struct load *load, struct eval **eval)
{
    if (!source_scan(load->text.source, load->names, load->name_count, load->findings))
        return err_set(load->err, ERR_INVALID, "%s", load->path);
    int code = refuse_code(load);
    if (code < 0)
        return code;
    struct eval_request request = {.script = load->text.source,
                                   .words = load->names,
                                   .word_count = load->name_count,
                                   .findings = load->findings,
                                   .lang = load->findings->lang};
    *eval = eval_start(&request, load->scratch, load->err);
    if (!*eval)
        return load->err->code;
    code = eval_run(*eval, load->err);
    return code < 0 ? code : 0;
}

static int read_tree(struct load *load, struct value **sealed)
{
    struct eval *eval = NULL;
    int code = read_text(load);
    if (code == 0)
        code = words_load_table(load->host, "service", load->scratch, &load->words, load->err);
    if (code < 0)
        return code;
    load->names = words_eval(load->words, load->scratch, &load->name_count);
    code = evaluate(load, &eval);
    if (code == 0) {
        struct resolve_source source = {.text = load->text.source, .file = load->file};
        struct resolve_input input = {.raw = eval_result(eval),
                                      .sources = &source,
                                      .source_count = 1,
                                      .words = load->words,
                                      .names = load->names,
                                      .name_count = load->name_count,
                                      .host = load->host};
        code = config_fields(&input, &load->text, load->folder, load->scratch, load->findings,
                             sealed, load->err);
    }
    eval_free(eval);
    words_free(load->words);
    return code;
}

/* ---- from the tree to structs ------------------------------------------------------------------- */

static const char *const *texts_of(struct arena *arena, const struct value *list, size_t *count)
{
    *count = list ? list->count : 0;
    const char **texts = arena_array(arena, *count, sizeof *texts);
    for (size_t i = 0; i < *count; i++)
        texts[i] = list->items[i]->string;
    return texts;
}

static bool flag(const struct value *map, const char *key)
{
    const struct value *value = value_get(map, key);
    return value && value->type == VALUE_BOOL && value->boolean;
}

static int minute(const struct value *list, uint32_t index)
{
    return list && index < list->count ? (int)list->items[index]->integer : 0;
}

static void fill_service(struct config *config, const struct value *service)
{
    const struct value *slots = value_get(service, "slots"),
                       *quiet = value_get(service, "quiet"),
                       *alarm = value_get(service, "alarm");
    config->plans = texts_of(config->arena, value_get(service, "plans"), &config->plan_count);
    for (uint32_t i = 0; slots && i < slots->count; i++)
        config->slots[config->slot_count++] = minute(slots, i);
    config->quiet_from = minute(quiet, 0);
    config->quiet_until = minute(quiet, 1);
    config->exact = flag(service, "exact");
    config->working_days = flag(service, "working_days");
    config->weekly = (uint32_t)value_get_int(service, "weekly", 0);
    config->contacts = value_get_string(service, "contacts");
    config->link = value_get_string(service, "link");
    if (!alarm)
        return;
    config->alarm = alarm->items[0]->string;
    config->alarm_address = alarm->count > 1 ? alarm->items[1]->string : "";
}

static enum config_kind kind_of(const char *name)
{
    int kind = 0;
    while (kind < CONFIG_KINDS - 1 && strcmp(kind_names[kind], name) != 0)
        kind++;
    return (enum config_kind)kind;
}

static const char *either(const struct value *map, const char *a, const char *b, const char *c)
{
    const char *text = value_get_string(map, a);
    text = text || !b ? text : value_get_string(map, b);
    return text || !c ? text : value_get_string(map, c);
}

static void fill_channels(struct config *config, const struct value *list)
{
    struct config_channel *channels = arena_array(config->arena, list->count, sizeof *channels);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct value *from = list->items[i];
        struct config_channel *to = &channels[i];
        *to = (struct config_channel){
            .name = value_get_string(from, "name"),
            .kind = kind_of(value_get_string(from, "kind")),
            .line = (uint32_t)value_get_int(from, "line", 0),
            .per_minute = (uint32_t)value_get_int(from, "rate", 0),
            .at_once = (uint32_t)value_get_int(from, "at_once", 0),
            .within_ms = value_get_int(from, "within", 0),
            .url = either(from, "url", "base", NULL),
            .ca = value_get_string(from, "ca"),
            .server = value_get_string(from, "server"),
            .from = value_get_string(from, "from"),
            .user = value_get_string(from, "user"),
            .secret = either(from, "secret", "key", "password"),
            .program = value_get_string(from, "program"),
            .path = either(from, "folder", "file", NULL),
            .private = flag(from, "private"),
            .plain = flag(from, "plain"),
            .markdown = flag(from, "markdown"),
        };
        to->arguments =
            texts_of(config->arena, value_get(from, "arguments"), &to->argument_count);
    }
    config->channels = channels;
    config->channel_count = list->count;
}

static void fill_binds(struct config *config, const struct value *list)
{
    struct config_bind *binds = arena_array(config->arena, list->count, sizeof *binds);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct value *from = list->items[i], *given = value_get(from, "roles");
        const char *channel = value_get_string(from, "channel");
        struct config_role *roles = arena_array(config->arena, given->pairs, sizeof *roles);
        for (uint32_t r = 0; r < given->pairs; r++)
            roles[r] = (struct config_role){
                given->map[r].key, config_channel(config, given->map[r].value->string)};
        binds[i] = (struct config_bind){.name = value_get_string(from, "name"),
                                        .channel = channel ? config_channel(config, channel)
                                                           : UINT32_MAX,
                                        .roles = roles,
                                        .role_count = given->pairs};
    }
    config->binds = binds;
    config->bind_count = list->count;
}

static struct config *fill(const struct load *load, const struct value *tree)
{
    struct arena *arena = arena_new();
    struct config *config = arena_alloc(arena, sizeof *config);
    *config = (struct config){.arena = arena,
                              .path = arena_string(arena, load->path),
                              .folder = arena_string(arena, load->folder),
                              .sealed = value_copy(arena, tree)};
    fill_service(config, value_get(config->sealed, "service"));
    fill_channels(config, value_get(config->sealed, "channels"));
    fill_binds(config, value_get(config->sealed, "binds"));
    return config;
}

int config_load(struct host *host, const char *path, struct findings *findings,
                struct config **out, struct err *err)
{
    struct err own = {0};
    struct load load = {.host = host,
                        .path = path,
                        .findings = findings,
                        .scratch = findings->arena,
                        .err = err ? err : &own};
    struct value *tree = NULL;
    split_path(path, findings->arena, &load.folder, &load.file);
    int code = read_tree(&load, &tree);
    if (code < 0)
        return findings->errors && code != ERR_INTERNAL ? ERR_INVALID : code;
    *out = fill(&load, tree);
    return 0;
}

void config_free(struct config *config)
{
    if (config)
        arena_free(config->arena);
}

/* ---- asking ------------------------------------------------------------------------------------- */

uint32_t config_channel(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->channel_count; i++)
        if (strcmp(config->channels[i].name, name) == 0)
            return (uint32_t)i;
    return UINT32_MAX;
}

static uint32_t bound(const struct config *config, const char *name, const char *role)
{
    for (size_t i = 0; i < config->bind_count; i++) {
        const struct config_bind *bind = &config->binds[i];
        if (strcmp(bind->name, name) != 0)
            continue;
        for (size_t r = 0; r < bind->role_count; r++)
            if (strcmp(bind->roles[r].role, role) == 0)
                return bind->roles[r].channel;
        return bind->channel;
    }
    return UINT32_MAX;
}

uint32_t config_bound(const struct config *config, const char *name, const char *role)
{
    uint32_t channel = bound(config, name, role);
    return channel == UINT32_MAX ? bound(config, "default", role) : channel;
}

bool config_binds(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->bind_count; i++)
        if (strcmp(config->binds[i].name, name) == 0)
            return true;
    return false;
}

/* A word of the list, as it stands before its id or braces. */
static bool is_one_of(const struct lexed *lexed, size_t at, const char *const *list)
{
    const struct token *token = &lexed->tokens[at], *next = token + 1;
    bool called =
        next->kind == TOKEN_STRING || lexer_is_mark(next, '{') || lexer_is_mark(next, '(');
    for (; called && token->kind == TOKEN_NAME && *list; list++)
        if (lexer_is(lexed, token, *list))
            return true;
    return false;
}

bool config_is(const char *path)
{
    static const char *const ours[] = {"service", "channel", "bind", NULL};
    static const char *const others[] = {"plan", "unit",  "group",  "roster", "phase",
                                         "task", "quota", "remind", "on",     NULL};
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_EN);
    struct source *source = NULL;
    const char *folder, *file;
    bool found = false, other = false;
    split_path(path, arena, &folder, &file);
    if (source_load(arena, folder, file, path, &findings, &source) == 0) {
        const struct lexed *lexed = lexer_read(arena, source);
        for (size_t i = 0; i < lexed->count && !found && !other; i++) {
            found = is_one_of(lexed, i, ours);
            other = is_one_of(lexed, i, others);
        }
        /* where neither is to be seen, the name that it usually has */
        found |= !other && strcmp(file, "service.lua") == 0;
    }
    findings_free(&findings);
    arena_free(arena);
    return found;
}
