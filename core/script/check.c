#include "script/check_state.h"

#include "base/beneath.h"
#include "script/host_value.h"

#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULES_BYTES_MOST = 1 << 20 };

/* ---- the operator's rules --------------------------------------------------------------------- */

struct rule_file {
    const char *path;
    char *text;
    size_t length;
};

static int read_file(struct rule_file *file, struct err *err)
{
    FILE *in = fopen(file->path, "rb");
    if (!in)
        return err_set(err, ERR_IO, "%s: %s", file->path, strerror(errno));
    file->text = mem_resize(NULL, RULES_BYTES_MOST + 1, 1);
    file->length = fread(file->text, 1, RULES_BYTES_MOST + 1, in);
    int failed = ferror(in);
    fclose(in);
    if (failed)
        return err_set(err, ERR_IO, "%s: %s", file->path, strerror(errno));
    if (file->length > RULES_BYTES_MOST)
        return err_set(err, ERR_LIMIT, "%s: more than %d bytes", file->path, RULES_BYTES_MOST);
    return 0;
}

static int read_files(const char *const *paths, size_t count, struct rule_file **out,
                      struct err *err)
{
    struct rule_file *files = mem_resize(NULL, count + 1, sizeof *files);
    int code = 0;
    for (size_t i = 0; i < count; i++) {
        files[i] = (struct rule_file){.path = paths[i]};
        code = code < 0 ? code : read_file(&files[i], err);
    }
    *out = files;
    return code;
}

static void free_files(struct rule_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(files[i].text);
    free(files);
}

/* Pushes a list {name, text} of the files. */
static void push_files(lua_State *lua, const struct rule_file *files, size_t count)
{
    lua_createtable(lua, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_createtable(lua, 0, 2);
        lua_pushstring(lua, files[i].path);
        lua_setfield(lua, -2, "name");
        lua_pushlstring(lua, files[i].text, files[i].length);
        lua_setfield(lua, -2, "text");
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
}

/* ---- running ---------------------------------------------------------------------------------- */

struct request {
    struct check *check;
    const struct rule_file *files;
    size_t file_count;
    const char *lang, *name; /* of explain */
    struct arena *arena;
    struct value *result;
};

static const char *lang_name(enum lang lang)
{
    return lang == LANG_ZH ? "zh" : "en";
}

/* Pushes the options of both: {lang, files, view}. */
static void push_options(lua_State *lua, const struct request *request, const char *view)
{
    lua_createtable(lua, 0, 3);
    lua_pushstring(lua, request->lang);
    lua_setfield(lua, -2, "lang");
    lua_pushstring(lua, view);
    lua_setfield(lua, -2, "view");
    push_files(lua, request->files, request->file_count);
    lua_setfield(lua, -2, "files");
}

/* check.run(plan, options) → {findings, allowed, problems, conformance, cascade} */
static int run(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    struct check *check = request->check;
    check_enter(lua, check);
    host_push_function(lua, "check", "run");
    check_push_plan(lua, check, 0);
    push_options(lua, request, check->input->view);
    lua_call(lua, 2, 1);
    request->result = host_to_value(lua, request->arena, -1, "check.run");
    return 0;
}

static int leave(lua_State *lua)
{
    check_enter(lua, NULL);
    return 0;
}

static int explain(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    host_push_function(lua, "check", "explain");
    lua_pushstring(lua, request->name);
    push_options(lua, request, NULL);
    lua_call(lua, 2, 1);
    request->result = host_to_value(lua, request->arena, -1, "check.explain");
    return 0;
}

/* What is wrong with a file of rules comes back as a text, since it is the operator's to mend. */
static int outcome(const struct request *request, int code, struct err *err)
{
    const char *problem = code < 0 ? NULL : value_get_string(request->result, "problem");
    return problem ? err_set(err, ERR_INVALID, "%s", problem) : code;
}

static int add_plan(struct check *check, const struct loaded *loaded, const struct plan *plan,
                    struct err *err)
{
    for (size_t i = 0; i < check->plan_count; i++)
        if (check->plans[i].loaded == loaded)
            return 0;
    int code = 0;
    if (!plan)
        code = plan_compile(check->arena, loaded->sealed, host_calendar(check->input->host),
                            &plan, err);
    if (code < 0)
        return code;
    check->plans[check->plan_count++] = (struct check_plan){
        .loaded = loaded,
        .plan = plan,
        .indices =
            arena_array(check->arena, loaded->source_count, sizeof *check->plans->indices),
    };
    for (size_t i = 0; code == 0 && i < loaded->parent_count; i++)
        code = add_plan(check, loaded->parents[i], NULL, err);
    return code;
}

/* The plans are tables by the hundred thousand and live as long as the run: a collector would go
 * through them again and again for the little that rules leave behind. */
static int run_rules(struct host *host, struct request *request, struct err *err)
{
    struct err ignored = {0};
    lua_gc(host_lua(host), LUA_GCSTOP);
    int code = outcome(request, host_run(host, run, request, err), err);
    host_run(host, leave, NULL, &ignored);
    lua_gc(host_lua(host), LUA_GCRESTART);
    return code;
}

int check_run(const struct check_input *input, struct findings *findings,
              const struct value **report, struct err *err)
{
    struct check *check = arena_alloc(findings->arena, sizeof *check);
    *check = (struct check){.input = input, .findings = findings, .arena = findings->arena};
    struct rule_file *files = NULL;
    int code = read_files(input->rules, input->rule_count, &files, err);
    if (code == 0)
        code = add_plan(check, input->loaded, input->plan, err);
    if (code == 0)
        code =
            load_eval_words(input->host, check->arena, &check->names, &check->name_count, err);
    struct request request = {.check = check,
                              .files = files,
                              .file_count = input->rule_count,
                              .lang = lang_name(findings->lang),
                              .arena = check->arena};
    if (code == 0)
        code = run_rules(input->host, &request, err);
    size_t allowed = 0;
    if (code == 0) {
        check_add_findings(check, value_get(request.result, "findings"));
        code = check_own_run(check, &allowed, err);
    }
    if (code == 0 && report) {
        allowed += (size_t)value_get_int(request.result, "allowed", 0);
        value_set_int(check->arena, request.result, "allowed", (int64_t)allowed);
        *report = request.result;
    }
    check_free_selectors(check);
    free_files(files, input->rule_count);
    return code;
}

int check_explain(struct host *host, struct arena *arena, const char *const *rules,
                  size_t rule_count, const char *name, enum lang lang,
                  const struct value **list, struct err *err)
{
    struct rule_file *files = NULL;
    int code = read_files(rules, rule_count, &files, err);
    struct request request = {.files = files,
                              .file_count = rule_count,
                              .lang = lang_name(lang),
                              .name = name,
                              .arena = arena};
    if (code == 0)
        code = outcome(&request, host_run(host, explain, &request, err), err);
    if (code == 0)
        *list = request.result;
    free_files(files, rule_count);
    return code;
}
