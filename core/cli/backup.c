/* `planrun backup SCRIPT FILE`: a copy of a plan's store, also while the plan runs. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/hold.h"

#include <getopt.h>

int cmd_backup(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{0}};
    struct hold_wish wish = {.mode = HOLDING_READ, .no_roster = true};
    struct holding holding = {0};
    struct err err = {0};
    if (getopt_long(argc, argv, "", options, NULL) != -1)
        return cli_bad_option(cli, argv, NULL);
    if (optind + 2 != argc)
        return cli_usage(cli, TR(cli->lang, "backup needs a script and a file",
                                 "backup 需要一个方案脚本和一个文件名"));
    wish.script = argv[optind];
    const char *file = argv[optind + 1];
    int code = hold_open(cli, &wish, &holding);
    if (code == EXIT_FINE && store_backup(holding.store, file, &err) < 0)
        code = cli_fail(cli, &err);
    if (code == EXIT_FINE)
        fprintf(cli->out,
                TR(cli->lang, "%s: copied to %s, whole and checked\n",
                   "%s：已备份到 %s，完整并已核对\n"),
                holding.id, file);
    holding_close(&holding);
    return code;
}
