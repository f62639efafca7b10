#include "cli/cli.h"
#include "cli/commands.h"

#include <getopt.h>
#include <string.h>

int cmd_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"simulate", optional_argument, NULL, 's'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"once", no_argument, NULL, 'o'},
                                            {"as-of", required_argument, NULL, 'a'},
                                            {0}};
    const char *range = NULL;
    bool simulate = false, json = false, once = false;
    int32_t today;
    int option;
    cli_day(NULL, &today);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        simulate = simulate || option == 's';
        range = option == 's' ? optarg : range;
        json = json || option == 'j';
        once = once || option == 'o';
        if (option == '?' || (option == 'a' && !cli_day(optarg, &today)))
            return cli_usage(cli, TR(cli->lang, "run: bad option", "run：选项有误"));
    }
    if (optind + 1 != argc)
        return cli_usage(cli, TR(cli->lang, "run needs one script", "run 需要一个方案脚本"));
    struct cli_plan plan;
    int code = cli_load(cli, argv[optind], &plan);
    cli_unload(&plan);
    return code;
}
