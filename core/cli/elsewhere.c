#include "cli/elsewhere.h"

#include "cli/said.h"
#include "service/request.h"

#include <string.h>

/* One item of another plan. */
struct telling {
    struct cli *cli;
    const struct elsewhere_wish *wish;
    struct arena *arena;
    const char *plan, *item;   /* there */
    const char *script;        /* there */
    const char *here;          /* id of the plan here */
    const struct value *shown; /* what is answered there, NULL = it failed */
};

static const char *beside(struct arena *arena, const char *script, const char *plan)
{
    const char *slash = strrchr(script, '/');
    int folder = slash ? (int)(slash - script) + 1 : 0;
    return arena_printf(arena, "%.*s%s.lua", folder, script, plan);
}

static const char *key_of(const struct telling *telling, const char *field)
{
    return arena_printf(telling->arena, "%s#f%lld", telling->here,
                        (long long)value_get_int(telling->wish->answer, field, 0));
}

static void copy_fields(const struct telling *telling, struct value *to)
{
    static const char *const fields[] = {"count", "at",      "note", "actor",
                                         "lang",  "minutes", "chars"};
    const struct value *from = telling->wish->request;
    for (size_t i = 0; from && i < sizeof fields / sizeof *fields; i++) {
        struct value *value = value_get(from, fields[i]);
        if (value)
            value_set(telling->arena, to, fields[i], value_copy(telling->arena, value));
    }
}

/* How long its files are, as they were measured here. */
static void set_chars(const struct telling *telling, struct value *to)
{
    const struct value *files =
        telling->wish->request ? value_get(telling->wish->request, "files") : NULL;
    int64_t sum = -1;
    for (uint32_t i = 0; files && i < files->count; i++) {
        int64_t chars = value_get_int(files->items[i], "chars", -1);
        if (chars >= 0)
            sum = (sum < 0 ? 0 : sum) + chars;
    }
    if (sum >= 0)
        value_set_int(telling->arena, to, "chars", sum);
}

/* The like request, for the unit that was found here: a submission anew, what is said of one by its key. */
static struct value *make_request(const struct telling *telling)
{
    struct arena *arena = telling->arena;
    const struct value *answer = telling->wish->answer;
    enum fact_kind kind = telling->wish->kind;
    struct value *request = value_map(arena);
    value_set_string(arena, request, "do", "fact");
    copy_fields(telling, request);
    set_chars(telling, request);
    value_set_string(arena, request, "key", key_of(telling, "number"));
    if (kind == FACT_SUBMITTED) {
        value_set_string(arena, request, "kind", "submit");
        value_set_string(arena, request, "item", telling->item);
        value_set_string(arena, request, "unit", value_get_string(answer, "unit"));
        return request;
    }
    const char *name = kind == FACT_ACCEPTED   ? "accept"
                       : kind == FACT_RETURNED ? "return"
                       : kind == FACT_REWORKED ? "rework"
                                               : "withdraw";
    value_set_string(arena, request, "kind", name);
    value_set_string(arena, request, "of",
                     key_of(telling, !telling->wish->request  ? "undone"
                                     : kind == FACT_WITHDRAWN ? "withdrawn"
                                                              : "piece"));
    return request;
}

/* An option and its value, for a shell. */
static void print_option(FILE *out, const char *option, const char *value)
{
    fprintf(out, " %s '", option);
    for (; *value; value++)
        fprintf(out, *value == '\'' ? "'\\''" : "%c", *value);
    fputc('\'', out);
}

/* Under its key nothing else may be said the second time: all of it but the time. */
static void print_content(FILE *out, const struct value *request)
{
    const char *note = value_get_string(request, "note");
    const char *const numbers[] = {"count", "chars", "minutes"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (value_get(request, numbers[i]))
            fprintf(out, " --%s %lld", numbers[i],
                    (long long)value_get_int(request, numbers[i], 0));
    if (note)
        print_option(out, "--reason", note);
}

/* How to say it again; for what is no submission the command itself, which is repeated harmlessly with
 * its key. */
static void print_again(const struct telling *telling, const struct value *request)
{
    struct cli *cli = telling->cli;
    const char *kind = value_get_string(request, "kind");
    fprintf(cli->err, TR(cli->lang, "  to say it again: ", "  可以重新登记（重复执行无妨）："));
    if (strcmp(kind, "submit") == 0) {
        fprintf(cli->err, "planrun submit %s --item %s --unit %s", telling->script,
                telling->item, value_get_string(request, "unit"));
    } else {
        fprintf(cli->err, "planrun %s %s --of '%s'", kind, telling->script,
                value_get_string(request, "of"));
    }
    print_content(cli->err, request);
    fprintf(cli->err, " --key '%s'\n", value_get_string(request, "key"));
}

static int send(struct telling *telling, const struct value *request, struct err *err)
{
    const struct elsewhere_wish *wish = telling->wish;
    struct findings findings = findings_new(telling->arena, telling->cli->lang);
    struct holding_options options = {.mode = HOLDING_RUN,
                                      .script = telling->script,
                                      .who = "submit",
                                      .lang = telling->cli->lang,
                                      .fast = wish->fast,
                                      .findings = &findings};
    struct value *answer = NULL;
    int code = request_send(&options, request, telling->arena, &answer, err);
    const char *problem = code < 0 ? NULL : value_get_string(answer, "error");
    if (problem)
        code = err_set(err, ERR_INVALID, "%s", problem);
    else if (code < 0 && findings.errors)
        err_set(err, code, TR(telling->cli->lang, "%s has errors", "%s 有错误"),
                telling->script);
    telling->shown = code < 0 ? NULL : answer;
    findings_free(&findings);
    return code;
}

static struct value *tell_one(struct telling *telling, int *code)
{
    struct cli *cli = telling->cli;
    struct err err = {0};
    struct value *request = make_request(telling), *out = value_map(telling->arena);
    value_set_string(telling->arena, out, "plan", telling->plan);
    value_set_string(telling->arena, out, "item", telling->item);
    if (send(telling, request, &err) < 0) {
        value_set_string(telling->arena, out, "error", err.message);
        fflush(cli->out); /* what was recorded here stands before it */
        fprintf(cli->err,
                TR(cli->lang, "planrun: not recorded in plan %s, for %s: %s\n",
                   "planrun: 没有登记到方案 %s 的 %s：%s\n"),
                telling->plan, telling->item, err.message);
        print_again(telling, request);
        *code = EXIT_PROBLEMS;
        return out;
    }
    if (said_is(telling->shown, "absent")) /* never told there: nothing to be taken back */
        return out;
    value_set_int(telling->arena, out, "number", value_get_int(telling->shown, "number", 0));
    if (!telling->wish->quiet)
        fprintf(cli->out,
                TR(cli->lang, "  recorded too in plan %s as f%lld: %s, %lld of %lld%s\n",
                   "  同时登记到方案 %s，为 f%lld：%s，累计 %lld/%lld%s\n"),
                telling->plan, (long long)value_get_int(telling->shown, "number", 0),
                value_get_string(telling->shown, "item_name"),
                (long long)value_get_int(telling->shown, "done", 0),
                (long long)value_get_int(telling->shown, "need", 0),
                said_is(telling->shown, "met") ? TR(cli->lang, ", complete", "，已完成") : "");
    return out;
}

/* Recommending and selecting are each plan's own; so are excuses and dues. */
static bool is_told(enum fact_kind kind)
{
    return kind == FACT_SUBMITTED || kind == FACT_WITHDRAWN || kind == FACT_ACCEPTED ||
           kind == FACT_RETURNED || kind == FACT_REWORKED;
}

static bool tell_item(struct telling *telling, const char *reference)
{
    const char *colon = strchr(reference, ':');
    if (!colon)
        return false;
    telling->plan = arena_copy(telling->arena, reference, (size_t)(colon - reference));
    telling->item = colon + 1;
    telling->script = beside(telling->arena, telling->wish->script, telling->plan);
    return true;
}

int elsewhere_tell(struct cli *cli, const struct elsewhere_wish *wish, struct arena *arena)
{
    const struct value *list = value_get(wish->answer, "elsewhere");
    struct telling telling = {.cli = cli, .wish = wish, .arena = arena};
    struct value *told = value_list(arena);
    struct err err = {0};
    int code = EXIT_FINE;
    if (!list || list->type != VALUE_LIST || !is_told(wish->kind))
        return EXIT_FINE;
    if (holding_plan_id(wish->script, arena, &telling.here, &err) < 0)
        return cli_fail(cli, &err);
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i]->type == VALUE_STRING && tell_item(&telling, list->items[i]->string))
            value_append(arena, told, tell_one(&telling, &code));
    value_set(arena, wish->answer, "elsewhere", told);
    return code;
}
