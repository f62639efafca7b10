#include "cli/cli.h"
#include "cli/commands.h"

#include <getopt.h>
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
    "  date [--anchor DATE] [--json] PHRASE…              how a date phrase is read\n"
    "  date [--anchor DATE] --tsv                         phrase<TAB>anchor lines from stdin\n"
    "  help [COMMAND]                                     more on a command, with examples\n"
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
    "  date [--anchor 日期] [--json] 说法…                解释日期说法\n"
    "  date [--anchor 日期] --tsv                         从标准输入读“说法<制表符>基准日”\n"
    "  help [命令]                                        某个命令的说明和例子\n"
    "  help words [词]                                    方案语言的词汇\n"
    "  --version                                          版本\n"
    "\n"
    "退出码：0 正常，1 有问题，2 用法错误。LANG=zh_CN.UTF-8 显示中文，其他显示英文。\n";

/* What `planrun help COMMAND` and `planrun COMMAND --help` say: examples first. */
static const struct text {
    const char *command, *en, *zh;
} texts[] = {
    {"run",
     "  planrun scripts/nanping2021.lua                  where the plan stands, then wait\n"
     "  planrun scripts/nanping2021.lua --once           the same without waiting\n"
     "  planrun scripts/shaoxing2012.lua --simulate=2012-05-01..2012-05-31 --json\n"
     "\n"
     "Shows the head of the plan, the last fourteen days and what comes next; on a terminal it\n"
     "then waits and prints each event as its time comes. Without a terminal it ends.\n"
     "--simulate lives the plan in simulated time, by default from its earliest day to its\n"
     "end, a standing plan for three years; --json gives one object a line with the keys at,\n"
     "event, plan, item, tier, occurrence and subjects, how many units; a plan's own events\n"
     "have no item, and only reminders a tier.\n",
     "  planrun scripts/nanping2021.lua                  方案现状，然后等待\n"
     "  planrun scripts/nanping2021.lua --once           只看现状，不等待\n"
     "  planrun scripts/shaoxing2012.lua --simulate=2012-05-01..2012-05-31 --json\n"
     "\n"
     "显示方案概要、最近十四天和接下来的事件；在终端里随后等待，事件到时逐条显示；\n"
     "不在终端里则随即结束。--simulate 在模拟时间里走完方案，默认从最早日期到结束，\n"
     "长期方案走三年；--json 每行输出一个对象，字段为 at event plan item tier occurrence\n"
     "subjects（涉及几个单位）；方案本身的事件没有 item，只有提醒有 tier。\n"},
    {"show",
     "  planrun show scripts/shaoxing2012.lua\n"
     "  planrun show scripts/city2012.lua --as-of 2012-06-25\n"
     "  planrun show scripts/moh2012.lua --json\n"
     "\n"
     "The head, a timeline, all items with who, how many and when, who owes what, and what is\n"
     "next. --json prints the sealed plan in its canonical form, byte for byte what is hashed:\n"
     "piped into sha256sum (no newline at the end) it gives the revision.\n",
     "  planrun show scripts/shaoxing2012.lua\n"
     "  planrun show scripts/city2012.lua --as-of 2012-06-25\n"
     "  planrun show scripts/moh2012.lua --json\n"
     "\n"
     "概要、时间轴、全部事项（谁、数量、时间）、谁要做什么、接下来的事件。\n"
     "--json 逐字节输出封定方案的规范文本，末尾不换行，接上 sha256sum 得到的就是版本号。\n"},
    {"next",
     "  planrun next scripts/shaoxing2012.lua --as-of 2012-05-01\n"
     "  planrun next scripts/nanping2021.lua --count 3\n"
     "  planrun next scripts/city2012.lua --as-of 2012-06-25 --json\n"
     "\n"
     "The events of the plan from the given day (default: today) on, ten unless --count says\n"
     "otherwise.\n",
     "  planrun next scripts/shaoxing2012.lua --as-of 2012-05-01\n"
     "  planrun next scripts/nanping2021.lua --count 3\n"
     "  planrun next scripts/city2012.lua --as-of 2012-06-25 --json\n"
     "\n"
     "列出方案从某日（默认今天）起的事件；默认十条，可用 --count 改。\n"},
    {"date",
     "  planrun date --anchor 2012-03-20 3月22前\n"
     "  planrun date 每月最后一个工作日 国庆节后第一个工作日\n"
     "  printf '5月底前\\t2012-03-20\\n' | planrun date --tsv\n"
     "\n"
     "How a date phrase is read: the reading, the days, the working days among them, and the\n"
     "next five times of a recurrence. Phrases without a year count from the anchor, by default\n"
     "today. --json gives one object a line. --tsv reads phrase<TAB>anchor lines and writes\n"
     "phrase, anchor, kind, start, end or rule, and the names of warnings; for a phrase that\n"
     "cannot be read the kind is error, and the exit code 1.\n"
     "PLANRUN_HOLIDAYS names folders with further holiday files, later years or corrections.\n",
     "  planrun date --anchor 2012-03-20 3月22前\n"
     "  planrun date 每月最后一个工作日 国庆节后第一个工作日\n"
     "  printf '5月底前\\t2012-03-20\\n' | planrun date --tsv\n"
     "\n"
     "解释日期说法：怎样理解、哪些日子、其中几个工作日、今后五次。省略年份时从基准日\n"
     "推定，默认今天。--json 每行输出一个对象。--tsv 逐行读“说法<制表符>基准日”，输出类别、\n"
     "起、止或规则和提示；读不懂的类别写 error，退出码为 1。\n"
     "环境变量 PLANRUN_HOLIDAYS 可指定另外的放假安排文件夹，补充或更正某一年。\n"},
};

static const struct text *find_text(const char *command)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].command, command) == 0)
            return &texts[i];
    return NULL;
}

int cmd_help(struct cli *cli, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "words") == 0)
        return cmd_help_words(cli, argc - 1, argv + 1);
    bool overview = argc < 2 || strcmp(argv[1], "help") == 0;
    const struct text *text = overview ? NULL : find_text(argv[1]);
    if (!overview && !text)
        return cli_usage(cli,
                         TR(cli->lang, "no help on '%s'; try 'planrun help'",
                            "没有关于“%s”的帮助；请看 planrun help"),
                         argv[1]);
    fputs(text ? TR(cli->lang, text->en, text->zh) : TR(cli->lang, overview_en, overview_zh),
          cli->out);
    return EXIT_FINE;
}

int cli_bad_option(struct cli *cli, char **argv, const char *value)
{
    if (value)
        return cli_usage(cli,
                         TR(cli->lang,
                            "“%s” does not fit; a day is YYYY-MM-DD, a count 1 or more",
                            "“%s”不合要求；日期写作 YYYY-MM-DD，条数从 1 起"),
                         value);
    return cli_usage(cli,
                     TR(cli->lang, "unknown option “%s”, or its value is missing or too much",
                        "不认识选项“%s”，或者它缺少、多了取值"),
                     argv[optind - 1]);
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
