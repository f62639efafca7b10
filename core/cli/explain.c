/* `planrun explain RULE`: the reason of a finding, an example, the mend; without a name, all rules. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "cli/text.h"
#include "script/check.h"

#include <getopt.h>

static void print_rule(struct cli *cli, const struct value *rule)
{
    fprintf(cli->out, "%s (%s): %s\n\n%s\n\n%s\n%s\n\n%s%s\n", value_get_string(rule, "name"),
            value_get_string(rule, "level"), value_get_string(rule, "title"),
            value_get_string(rule, "why"), TR(cli->lang, "For example:", "例如："),
            value_get_string(rule, "example"), TR(cli->lang, "Mend: ", "改法："),
            value_get_string(rule, "mend"));
}

int cmd_explain(struct cli *cli, int argc, char **argv)
{
    struct host *host = NULL;
    struct arena *arena = arena_new();
    struct err err = {0};
    const struct value *list = NULL;
    const char *name = argc > 1 ? argv[1] : NULL;
    int code = cli_open_host(&host, &err);
    if (code == 0)
        code = check_explain(host, arena, NULL, 0, name, cli->lang, &list, &err);
    if (code < 0)
        code = cli_fail(cli, &err);
    for (uint32_t i = 0; code == 0 && i < list->count; i++)
        print_rule(cli, list->items[i]);
    host_close(host);
    arena_free(arena);
    return code;
}
