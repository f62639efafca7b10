#include "script/load.h"

#include "base/json.h"
#include "script/eval.h"
#include "script/resolve.h"
#include "script/source.h"
#include "script/words_load.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One run of load_plan: the plans met so far, each once, and the way down to the one being read. */
struct load {
    struct host *host;
    const struct load_options *options;
    struct findings *findings;
    struct words *words;
    const struct eval_word *names;
    size_t name_count;
    struct arena *scratch; /* of the findings: texts they point into, raw trees */
    struct arena *arena;   /* of the result */
    struct loaded *plans[LOAD_PLANS_MOST];
    size_t plan_count;
    const char *way[LOAD_DEPTH_MOST + 1]; /* ids of the plans being read */
    size_t depth;
    struct err *err;
};

/* One script on its way. */
struct script {
    const char *path, *folder, *file; /* file: the last part of path */
    struct source *text;
    struct eval *eval;
    struct resolve_source *sources;
    size_t source_count;
    struct resolve_under *unders;
    size_t under_count;
    struct loaded *out;
};

/* ---- reading and running ---------------------------------------------------------------------------- */

static void split_path(struct load *load, struct script *script, const char *path)
{
    const char *slash = strrchr(path, '/');
    script->path = arena_string(load->scratch, path);
    script->file = arena_string(load->scratch, slash ? slash + 1 : path);
    script->folder = !slash          ? "."
                     : slash == path ? "/"
                                     : arena_copy(load->scratch, path, (size_t)(slash - path));
}

int load_eval_words(struct host *host, struct arena *arena, const struct eval_word **out,
                    size_t *count, struct err *err)
{
    struct words *words = NULL;
    int code = words_load(host, arena, &words, err);
    if (code < 0)
        return code;
    *out = words_eval(words, arena, count);
    words_free(words);
    return 0;
}

static int run(struct load *load, struct script *script)
{
    struct eval_request request = {
        .script = script->text,
        .folder = script->folder,
        .words = load->names,
        .word_count = load->name_count,
        .findings = load->findings,
        .lang = load->findings->lang,
        .program = load->options ? load->options->evaluator : NULL,
    };
    script->eval = eval_start(&request, load->scratch, load->err);
    if (!script->eval)
        return load->err ? load->err->code : ERR_INTERNAL;
    int code = eval_run(script->eval, load->err);
    return code < 0 ? code : 0;
}

static int read_script(struct load *load, struct script *script)
{
    int code = source_load(load->scratch, script->folder, script->file, script->path,
                           load->findings, &script->text);
    if (code < 0)
        return err_set(load->err, code, "%s", script->path);
    if (!source_scan(script->text, load->names, load->name_count, load->findings))
        return err_set(load->err, ERR_INVALID, "%s", script->path);
    return run(load, script);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void list_sources(struct load *load, struct script *script)
{
    size_t modules;
    const struct source *const *list = eval_modules(script->eval, &modules);
    script->source_count = modules + 1;
    script->sources = arena_array(load->scratch, modules + 1, sizeof *script->sources);
    for (size_t i = 0; i <= modules; i++) {
        const struct source *text = i ? list[i - 1] : script->text;
        char *hash = arena_alloc(load->scratch, SHA256_HEX);
        sha256_hex(text->text, text->length, hash);
        script->sources[i] = (struct resolve_source){
            .text = text, .file = i ? last_part(text->name) : script->file, .sha256 = hash};
    }
}

/* ---- the plans above ------------------------------------------------------------------------------- */

static int load_script(struct load *load, const char *path, const char *wanted,
                       struct place asked, struct loaded **out);

static struct loaded *known(const struct load *load, const char *id)
{
    for (size_t i = 0; i < load->plan_count; i++)
        if (strcmp(load->plans[i]->id, id) == 0)
            return load->plans[i];
    return NULL;
}

static bool exists(const char *folder, const char *file)
{
    int fd = source_open(folder, file);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* The file that the caller wants to be taken for a plan, NULL = none. */
static const char *find_instead(const struct load *load, const char *id)
{
    const struct load_options *options = load->options;
    for (size_t i = 0; options && i < options->instead_count; i++)
        if (strcmp(options->instead[i].id, id) == 0)
            return options->instead[i].path;
    return NULL;
}

/* `<folder>/<id>.lua`, then the same in the operator's folders; NULL = a citation. */
static const char *find(struct load *load, const struct script *script, const char *id)
{
    const char *instead = find_instead(load, id);
    if (instead)
        return instead;
    const char *file = arena_printf(load->scratch, "%s.lua", id);
    if (exists(script->folder, file)) {
        if (!strchr(script->path, '/'))
            return file;
        return arena_printf(load->scratch, "%s/%s",
                            strcmp(script->folder, "/") ? script->folder : "", file);
    }
    const char *folders = load->options ? load->options->plan_path : NULL;
    folders = folders ? folders : getenv("PLANRUN_PATH");
    while (folders && *folders) {
        size_t length = strcspn(folders, ":");
        const char *folder = arena_copy(load->scratch, folders, length);
        if (length && exists(folder, file))
            return arena_printf(load->scratch, "%s/%s", folder, file);
        folders += length + (folders[length] == ':');
    }
    return NULL;
}

static int complain_circle(struct load *load, const char *id, struct place place)
{
    struct buf path = {0};
    size_t at = 0;
    while (at < load->depth && strcmp(load->way[at], id) != 0)
        at++;
    for (; at < load->depth; at++)
        buf_printf(&path, "%s → ", load->way[at]);
    buf_adds(&path, id);
    enum lang lang = load->findings->lang;
    finding_add(load->findings, SEVERITY_ERROR, "cycle", place,
                TR(lang, "these plans stand above one another in a circle: %s",
                   "这些方案互为上级，形成循环：%s"),
                path.bytes)
        ->help = TR(lang, "a notice from above cannot follow from this one: mend under",
                    "上级通知不可能又由本方案派生，请改 under");
    buf_free(&path);
    return err_set(load->err, ERR_INVALID, "%s", id);
}

static int complain_bound(struct load *load, struct place place)
{
    enum lang lang = load->findings->lang;
    finding_add(load->findings, SEVERITY_ERROR, "too-deep", place,
                TR(lang, "more than %d plans above one another, or %d in all",
                   "方案的上级超过 %d 层，或总数超过 %d 个"),
                LOAD_DEPTH_MOST, LOAD_PLANS_MOST);
    return err_set(load->err, ERR_LIMIT, "%s", TR(lang, "too many plans", "方案过多"));
}

static int load_above(struct load *load, const struct script *script,
                      const struct resolve_under *under, struct loaded **out)
{
    enum lang lang = load->findings->lang;
    for (size_t i = 0; i < load->depth; i++)
        if (strcmp(load->way[i], under->id) == 0)
            return complain_circle(load, under->id, under->place);
    *out = known(load, under->id);
    if (*out)
        return 0;
    const char *path = find(load, script, under->id);
    /* those being read will be counted, too */
    bool many = load->plan_count + load->depth >= LOAD_PLANS_MOST;
    if (path && (load->depth > LOAD_DEPTH_MOST || many))
        return complain_bound(load, under->place);
    if (path)
        return load_script(load, path, under->id, under->place, out);
    finding_add(load->findings, SEVERITY_NOTE, "cited-only", under->place,
                TR(lang, "there is no %s.lua beside this script: a citation only",
                   "同一文件夹里没有 %s.lua，只作引用"),
                under->id)
        ->help = TR(
        lang,
        "write under = { cite = \"…\" } when that is meant; other folders of plans "
        "stand in PLANRUN_PATH",
        "如果本来只是引用，请写 under = { cite = \"…\" }；其他方案文件夹写在 PLANRUN_PATH 里");
    return 0;
}

static int load_parents(struct load *load, struct script *script)
{
    struct loaded **parents = arena_array(load->arena, script->under_count, sizeof *parents);
    size_t count = 0;
    for (size_t i = 0; i < script->under_count; i++) {
        struct loaded *parent = NULL;
        int code = load_above(load, script, &script->unders[i], &parent);
        if (code < 0)
            return code;
        bool twice = false;
        for (size_t p = 0; p < count; p++)
            twice |= parents[p] == parent;
        if (parent && !twice)
            parents[count++] = parent;
    }
    script->out->parents = (const struct loaded *const *)parents;
    script->out->parent_count = count;
    return 0;
}

/* ---- the result --------------------------------------------------------------------------------------- */

static void keep_sources(struct load *load, const struct script *script)
{
    struct loaded_source *list = arena_array(load->arena, script->source_count, sizeof *list);
    for (size_t i = 0; i < script->source_count; i++) {
        const struct source *from = script->sources[i].text;
        struct source *text = arena_alloc(load->arena, sizeof *text);
        *text = *from;
        text->name = arena_string(load->arena, from->name);
        text->text = arena_copy(load->arena, from->text, from->length);
        list[i].text = text;
        list[i].file = arena_string(load->arena, script->sources[i].file);
        memcpy(list[i].sha256, script->sources[i].sha256, SHA256_HEX);
    }
    script->out->sources = list;
    script->out->source_count = script->source_count;
}

static void keep(struct load *load, const struct script *script, const struct value *sealed)
{
    struct loaded *out = script->out;
    struct buf text = {0};
    json_write(&text, sealed);
    sha256_hex(text.bytes, text.length, out->revision);
    out->text = arena_copy(load->arena, text.bytes, text.length);
    out->length = text.length;
    buf_free(&text);
    /* it shares strings with the raw tree, which dies with the findings */
    out->sealed = value_copy(load->arena, sealed);
    out->path = arena_string(load->arena, script->path);
    out->folder = arena_string(load->arena, script->folder);
    const char *warning = eval_warning(script->eval);
    out->warning = warning ? arena_string(load->arena, warning) : NULL;
    keep_sources(load, script);
}

static int resolve(struct load *load, struct script *script, struct resolve_input *input)
{
    struct resolve_parent *parents =
        arena_array(load->scratch, load->plan_count, sizeof *parents);
    for (size_t i = 0; i < load->plan_count; i++)
        parents[i] =
            (struct resolve_parent){.id = load->plans[i]->id,
                                    .revision = load->plans[i]->revision,
                                    .sealed = load->plans[i]->sealed,
                                    .instead = find_instead(load, load->plans[i]->id) != NULL};
    input->parents = parents;
    input->parent_count = load->plan_count;
    struct value *sealed = NULL;
    int code = resolve_plan(input, load->scratch, load->findings, &sealed, load->err);
    if (code == 0)
        keep(load, script, sealed);
    return code;
}

/* A file that is asked for by an id must hold the plan of that id. */
static int check_name(struct load *load, const struct script *script, const char *wanted,
                      const char *id, struct place asked)
{
    if (!wanted || (id && strcmp(id, wanted) == 0))
        return 0;
    enum lang lang = load->findings->lang;
    struct finding *finding = finding_add(
        load->findings, SEVERITY_ERROR, "wrong-plan", asked,
        TR(lang, "%s holds the plan “%.64s”, not “%.64s”", "%s 里的方案是“%.64s”，不是“%.64s”"),
        script->path, id ? id : "", wanted);
    finding->help =
        TR(lang, "the file is named after the plan's id", "文件名应与方案的编号相同");
    return err_set(load->err, ERR_INVALID, "%s", script->path);
}

static int load_from(struct load *load, struct script *script, const char *wanted,
                     struct place asked)
{
    int code = read_script(load, script);
    if (code < 0)
        return code;
    const char *id;
    list_sources(load, script);
    struct resolve_input input = {.raw = eval_result(script->eval),
                                  .sources = script->sources,
                                  .source_count = script->source_count,
                                  .words = load->words,
                                  .names = load->names,
                                  .name_count = load->name_count,
                                  .host = load->host};
    script->under_count = resolve_unders(&input, load->scratch, &id, &script->unders);
    code = check_name(load, script, wanted, id, asked);
    if (code < 0)
        return code;
    script->out->id = arena_string(load->arena, id ? id : "");
    load->way[load->depth++] = script->out->id;
    code = load_parents(load, script);
    if (code == 0)
        code = resolve(load, script, &input);
    load->depth--;
    return code;
}

static int load_script(struct load *load, const char *path, const char *wanted,
                       struct place asked, struct loaded **out)
{
    struct script script = {.out = arena_alloc(load->arena, sizeof *script.out)};
    split_path(load, &script, path);
    int code = load_from(load, &script, wanted, asked);
    eval_free(script.eval);
    if (code == 0) {
        load->plans[load->plan_count++] = script.out;
        *out = script.out;
    }
    return code;
}

int load_plan(struct host *host, const char *path, const struct load_options *options,
              struct findings *findings, struct loaded **out, struct err *err)
{
    struct err own = {0};
    struct load load = {.host = host,
                        .options = options,
                        .findings = findings,
                        .scratch = findings->arena,
                        .arena = arena_new(),
                        .err = err ? err : &own};
    struct loaded *loaded = NULL;
    struct place nowhere = {0};
    int code = words_load(host, load.scratch, &load.words, load.err);
    if (code == 0) {
        load.names = words_eval(load.words, load.scratch, &load.name_count);
        code = load_script(&load, path, NULL, nowhere, &loaded);
    }
    words_free(load.words);
    if (code != 0) {
        arena_free(load.arena);
        return findings->errors && code != ERR_INTERNAL ? ERR_INVALID : code;
    }
    loaded->arena = load.arena;
    *out = loaded;
    return 0;
}

void loaded_free(struct loaded *loaded)
{
    if (loaded)
        arena_free(loaded->arena);
}
