/* `planrun explain NAME`: the reason of a finding, an example, the mend; without a name, all that can
 * be found. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "base/utf8.h"
#include "cli/text.h"
#include "script/check.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { RULE_FILES_MOST = 64, COLUMNS = 78 };

struct wish {
    const char *name; /* NULL = all */
    const char *rules[RULE_FILES_MOST];
    size_t rule_count;
    bool json;
};

struct view {
    struct cli *cli;
    const struct value *rules;
};

static int read_options(struct cli *cli, int argc, char **argv, struct wish *wish)
{
    static const struct option options[] = {
        {"rules", required_argument, NULL, 'r'}, {"json", no_argument, NULL, 'j'}, {0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'j')
            wish->json = true;
        else if (option == 'r' && wish->rule_count < RULE_FILES_MOST)
            wish->rules[wish->rule_count++] = optarg;
        else
            return cli_bad_option(cli, argv, option == 'r' ? optarg : NULL);
    }
    if (optind + 1 < argc)
        return cli_usage(cli,
                         TR(cli->lang, "explain needs one name, “%s” is too much",
                            "explain 只要一个名称，“%s”多余"),
                         argv[optind + 1]);
    wish->name = argv[optind];
    return EXIT_FINE;
}

static const char *text_of(const struct value *rule, const char *key)
{
    const char *text = value_get_string(rule, key);
    return text ? text : "";
}

static const char *level_text(const struct value *rule, enum lang lang)
{
    const char *level = text_of(rule, "level");
    if (strcmp(level, "note") == 0)
        return TR(lang, "note", "提示");
    return strcmp(level, "error") == 0 ? TR(lang, "error", "错误")
                                       : TR(lang, "warning", "警告");
}

/* ---- one ---------------------------------------------------------------------------------------- */

/* The lines of an example as they are, each behind an indent. */
static void print_example(FILE *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fprintf(out, "    %.*s\n", (int)length, text);
        text += length;
        text += *text == '\n';
    }
}

static void print_rule(struct cli *cli, const struct value *rule)
{
    enum lang lang = cli->lang;
    fprintf(cli->out, TR(lang, "%s (%s)\n", "%s（%s）\n"), text_of(rule, "name"),
            level_text(rule, lang));
    text_wrap(cli->out, text_of(rule, "title"), 0, COLUMNS);
    fprintf(cli->out, "\n%s\n", TR(lang, "Why", "为什么"));
    text_wrap(cli->out, text_of(rule, "why"), 2, COLUMNS - 2);
    fprintf(cli->out, "\n%s\n", TR(lang, "For example", "例如"));
    print_example(cli->out, text_of(rule, "example"));
    fprintf(cli->out, "\n%s\n", TR(lang, "What to do", "怎么改"));
    text_wrap(cli->out, text_of(rule, "mend"), 2, COLUMNS - 2);
}

/* ---- all ---------------------------------------------------------------------------------------- */

/* What a list holds together: rules of one level, or what is told while a plan is read. */
struct group {
    const char *level, *family; /* NULL = any level; NULL = a rule */
    const char *en, *zh;
};

static bool is_of(const struct value *rule, const struct group *group)
{
    static const char *const told[] = {"words", "script", "roster", "service", "phrases"};
    const char *family = text_of(rule, "family");
    if (group->family)
        return strcmp(family, group->family) == 0;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (strcmp(family, told[i]) == 0)
            return false;
    return strcmp(text_of(rule, "level"), group->level) == 0;
}

static void print_group(const struct view *view, const struct group *group, size_t columns)
{
    bool begun = false;
    for (uint32_t i = 0; i < view->rules->count; i++) {
        const struct value *rule = view->rules->items[i];
        if (!is_of(rule, group))
            continue;
        if (!begun)
            fprintf(view->cli->out, "%s\n", TR(view->cli->lang, group->en, group->zh));
        begun = true;
        fputs("  ", view->cli->out);
        text_pad(view->cli->out, text_of(rule, "name"), columns + 2);
        fprintf(view->cli->out, "%s\n", text_of(rule, "title"));
    }
    fputs(begun ? "\n" : "", view->cli->out);
}

static void print_all(const struct view *view)
{
    static const struct group groups[] = {
        {"error", NULL, "Checks: errors", "检查：错误"},
        {"warning", NULL, "Checks: warnings", "检查：警告"},
        {"note", NULL, "Checks: notes", "检查：提示"},
        {NULL, "words", "While a plan is read: words, names, references, times",
         "读方案：词、名称、引用、时间"},
        {NULL, "script", "While a plan is read: the script and its running",
         "读方案：脚本和执行"},
        {NULL, "roster", "While a plan is read: the roster", "读方案：名册"},
        {NULL, "service", "While the service's configuration is read", "读服务的配置"},
        {NULL, "phrases", "What a date phrase leaves open", "日期说法里没有写明的"},
    };
    size_t columns = 0;
    for (uint32_t i = 0; i < view->rules->count; i++) {
        size_t width = strlen(text_of(view->rules->items[i], "name"));
        columns = width > columns ? width : columns;
    }
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        print_group(view, &groups[i], columns);
    fprintf(view->cli->out, "%s\n",
            TR(view->cli->lang,
               "`planrun explain NAME` has the reason, an example and the mend.",
               "planrun explain 名称：说明原因，举例，怎么改。"));
}

/* ---- the command ------------------------------------------------------------------------------ */

/* A name as it may have been copied from a finding, in its brackets. */
static const struct value *find(const struct value *rules, const char *name)
{
    size_t length = strlen(name);
    if (length > 2 && name[0] == '[' && name[length - 1] == ']') {
        name++;
        length -= 2;
    }
    for (uint32_t i = 0; i < rules->count; i++) {
        const char *known = text_of(rules->items[i], "name");
        if (strlen(known) == length && memcmp(known, name, length) == 0)
            return rules->items[i];
    }
    return NULL;
}

static int unknown(struct cli *cli, const struct value *rules, const char *name)
{
    const char **names = mem_resize(NULL, rules->count + 1, sizeof *names);
    for (uint32_t i = 0; i < rules->count; i++)
        names[i] = text_of(rules->items[i], "name");
    const char *near = nearest_word(name, names, rules->count);
    free(names);
    if (near)
        return cli_usage(cli,
                         TR(cli->lang, "no finding is called “%s”; did you mean “%s”?",
                            "没有叫“%s”的检查，是不是“%s”？"),
                         name, near);
    return cli_usage(cli,
                     TR(cli->lang, "no finding is called “%s”; planrun explain lists them",
                        "没有叫“%s”的检查；planrun explain 列出全部"),
                     name);
}

static int explain(struct cli *cli, const struct wish *wish, const struct value *rules)
{
    const struct value *rule = wish->name ? find(rules, wish->name) : NULL;
    if (wish->name && !rule)
        return unknown(cli, rules, wish->name);
    if (rule && !wish->json)
        print_rule(cli, rule);
    else if (!wish->json)
        print_all(&(struct view){cli, rules});
    for (uint32_t i = 0; wish->json && i < rules->count; i++)
        if (!rule || rule == rules->items[i])
            text_json(cli->out, rules->items[i]);
    return EXIT_FINE;
}

int cmd_explain(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {0};
    int code = read_options(cli, argc, argv, &wish);
    if (code != EXIT_FINE)
        return code;
    struct host *host = NULL;
    struct arena *arena = arena_new();
    struct err err = {0};
    const struct value *rules = NULL;
    if (cli_open_host(&host, &err) < 0 ||
        check_explain(host, arena, wish.rules, wish.rule_count, NULL, cli->lang, &rules, &err) <
            0)
        code = cli_fail(cli, &err);
    else
        code = explain(cli, &wish, rules);
    host_close(host);
    arena_free(arena);
    return code;
}
