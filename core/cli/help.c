#include "cli/cli.h"
#include "cli/commands.h"

#include <stdarg.h>
#include <string.h>

static const char overview_en[] =
    "planrun – notices of health authorities as programs\n"
    "\n"
    "  planrun scripts/nanping2021.lua                    run a plan: what is due, what is next\n"
    "  planrun show scripts/shaoxing2012.lua              see phases, duties, dates\n"
    "  planrun scripts/shaoxing2012.lua --simulate        live the whole campaign in a second\n"
    "\n"
    "Commands\n"
    "  run SCRIPT [--once] [--simulate[=FROM..TO]] [--json] [--as-of DATE]\n"
    "  show SCRIPT [--json] [--as-of DATE]                the sealed plan; --json is canonical\n"
    "  next SCRIPT [--as-of DATE] [--count N] [--json]    the next events\n"
    "  date [--anchor DATE] PHRASE…                       how a date phrase is read\n"
    "  date --tsv                                         phrase<TAB>anchor lines from stdin\n"
    "  help words [WORD]                                  the words of the plan language\n"
    "  --version                                          version and revision\n"
    "\n"
    "Exit codes: 0 fine, 1 problems were found, 2 wrong usage.\n"
    "LANG=zh_CN.UTF-8 gives Chinese, everything else English.\n";

static const char overview_zh[] =
    "planrun —— 把卫生系统的通知方案变成程序\n"
    "\n"
    "  planrun scripts/nanping2021.lua                    运行方案：到期什么、接下来什么\n"
    "  planrun show scripts/shaoxing2012.lua              查看阶段、任务、日期\n"
    "  planrun scripts/shaoxing2012.lua --simulate        一秒走完整个活动\n"
    "\n"
    "命令\n"
    "  run 脚本 [--once] [--simulate[=起..止]] [--json] [--as-of 日期]\n"
    "  show 脚本 [--json] [--as-of 日期]                  查看封定的方案；--json 为规范文本\n"
    "  next 脚本 [--as-of 日期] [--count N] [--json]      接下来的事件\n"
    "  date [--anchor 日期] 说法…                         解释日期说法\n"
    "  date --tsv                                         从标准输入读“说法<制表符>基准日”\n"
    "  help words [词]                                    方案语言的词汇\n"
    "  --version                                          版本\n"
    "\n"
    "退出码：0 正常，1 有问题，2 用法错误。LANG=zh_CN.UTF-8 显示中文，其他显示英文。\n";

int cmd_help(struct cli *cli, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "words") == 0)
        return cmd_help_words(cli, argc - 1, argv + 1);
    if (argc > 1)
        return cli_usage(cli,
                         TR(cli->lang, "no help on '%s'; try 'planrun help'",
                            "没有关于“%s”的帮助；请看 planrun help"),
                         argv[1]);
    fputs(TR(cli->lang, overview_en, overview_zh), cli->out);
    return EXIT_FINE;
}

int cli_usage(struct cli *cli, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("planrun: ", cli->err);
    vfprintf(cli->err, format, arguments);
    va_end(arguments);
    fprintf(cli->err, "\n%s\n",
            TR(cli->lang, "Try 'planrun --help'.", "请看 planrun --help。"));
    return EXIT_USAGE;
}
