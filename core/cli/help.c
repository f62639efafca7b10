#include "cli/help.h"
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
    "Run and simulate\n"
    "  run SCRIPT… [--once] [--channel CHANNEL] [--json]  stay, and tell what comes\n"
    "  run SCRIPT --from DATE [--until DATE] [--speed N]  the same in faster time\n"
    "  run SCRIPT --simulate[=FROM..TO] [--json]          every event, in a second\n"
    "\n"
    "See how it stands\n"
    "  status SCRIPT [--unit U] [--quota Q] [--as-of DATE]  what is done, who is behind; the matrix\n"
    "         [--ledger] [--csv FILE|--xlsx FILE]         … as tables that an office hands on\n"
    "  next SCRIPT [--as-of DATE] [--count N] [--json]    the next events\n"
    "  next SCRIPT --unit UNIT [--days N]                 what is due for one unit\n"
    "  log SCRIPT [--event EVENT] [--item ITEM] [--unit UNIT] [--follow]\n"
    "                                                     what fired and was reported\n"
    "  why SCRIPT NUMBER | [EVENT] ITEM                   why, from which clause, what next\n"
    "  compare SCRIPT [--item ITEM] [--piece fN] [--json] pieces that are alike, side by side\n"
    "\n"
    "Record what happens\n"
    "  submit SCRIPT --item ITEM --unit UNIT [--count N]  somebody has handed in\n"
    "  submit SCRIPT --from FILE.csv                      very many have, or none of them\n"
    "  excuse | extend | withdraw SCRIPT --item … --unit …  and what else happens\n"
    "  accept | return | rework | recommend | select SCRIPT --piece fN\n"
    "                                                     what becomes of a piece\n"
    "  undo SCRIPT                                        take the last record back\n"
    "  roster SCRIPT [--as-of DATE] [--unit U]            who there is; who came, moved and went\n"
    "  roster SCRIPT join|leave|transfer|absent|open|close|merge|change --unit U --on DATE …\n"
    "  roster SCRIPT --from FILE [--on DATE] [--apply]    what a new roster changes, and taking it\n"
    "\n"
    "Write a plan\n"
    "  check SCRIPT [--cascade|--conformance] [--strict] [--rules FILE] [--json]\n"
    "                                                     what contradicts itself or notices above\n"
    "  explain [NAME]                                     why a finding is one, and the mend\n"
    "  show SCRIPT [--json] [--as-of DATE]                the sealed plan; --json is canonical\n"
    "  diff OLD NEW [BELOW…] | SCRIPT [--json]            what a new version changes\n"
    "  date [--anchor DATE] [--json|--tsv] PHRASE…        how a date phrase is read\n"
    "\n"
    "Operate\n"
    "  serve [--config FILE] [SCRIPT…|FOLDER]             all plans in one service, for months\n"
    "  apply [SCRIPT…] [--dry-run]                        take changed scripts\n"
    "  outbox [SCRIPT] [--state STATE] [--json]           what waits to be sent, what was given up\n"
    "  outbox [SCRIPT] retry NUMBER…|--failed | cancel NUMBER… | restore CHANNEL[:ADDRESS]\n"
    "  doctor [SCRIPT] [--config FILE]                    store, clock, calendar, script; channels\n"
    "  backup [SCRIPT] FILE                               copy the store while it runs\n"
    "  restore FILE [--to service|ID] [--apply]           go back to a backup\n"
    "  help [COMMAND]                                     more on a command, with examples\n"
    "  help words [WORD] | service [WORD]                 the words of plans, of a service's config\n"
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
    "运行和模拟\n"
    "  run 脚本… [--once] [--channel 渠道] [--json]       常驻运行，到时逐条显示\n"
    "  run 脚本 --from 日期 [--until 日期] [--speed N]    同上，时间走得快\n"
    "  run 脚本 --simulate[=起..止] [--json]              一秒看完全部事件\n"
    "\n"
    "查看进展\n"
    "  status 脚本 [--unit 单位] [--quota 指标] [--as-of 日期]  办了多少，谁还没交，分单位的表\n"
    "         [--ledger] [--csv 文件|--xlsx 文件]         同上，出台账、进度表、未完成名单\n"
    "  next 脚本 [--as-of 日期] [--count N] [--json]      接下来的事件\n"
    "  next 脚本 --unit 单位 [--days N]                   某个单位还要办什么\n"
    "  log 脚本 [--event 事件] [--item 事项] [--unit 单位] [--follow]\n"
    "                                                     发生过什么，登记过什么\n"
    "  why 脚本 编号 | [事件] 事项                        为什么：出自哪一条，接下来怎样\n"
    "  compare 脚本 [--item 事项] [--piece f编号] [--json] 雷同的作品，对照相同的段落\n"
    "\n"
    "登记\n"
    "  submit 脚本 --item 事项 --unit 单位 [--count N]    登记：交来了\n"
    "  submit 脚本 --from 文件.csv                        一次登记许多条\n"
    "  excuse | extend | withdraw 脚本 --item … --unit …  登记：免交、延期、撤回\n"
    "  accept | return | rework | recommend | select 脚本 --piece f编号\n"
    "                                                     登记：采用、退回、改后再交、推荐、入选\n"
    "  undo 脚本                                          撤销最近一次登记\n"
    "  roster 脚本 [--as-of 日期] [--unit 单位]           名册：现在有谁，谁来了、调了、走了\n"
    "  roster 脚本 join|leave|transfer|absent|open|close|merge|change --unit 单位 --on 日期 …\n"
    "  roster 脚本 --from 文件 [--on 日期] [--apply]      新名册与现有名册的差别，以及采用\n"
    "\n"
    "编写方案\n"
    "  check 脚本 [--cascade|--conformance] [--strict] [--rules 文件] [--json]\n"
    "                                                     检查方案自身和与上级是否矛盾\n"
    "  explain [名称]                                     某项检查的理由和改法\n"
    "  show 脚本 [--json] [--as-of 日期]                  查看封定的方案；--json 为规范文本\n"
    "  diff 旧脚本 新脚本 [下级…] | 脚本 [--json]         新版本改了什么\n"
    "  date [--anchor 日期] [--json|--tsv] 说法…          解释日期说法\n"
    "\n"
    "运维\n"
    "  serve [--config 文件] [脚本…|文件夹]               所有方案合成一个服务，长期运行\n"
    "  apply [脚本…] [--dry-run]                          采用改过的脚本\n"
    "  outbox [脚本] [--state 情况] [--json]              还有什么待发，什么没发成\n"
    "  outbox [脚本] retry 编号…|--failed | cancel 编号… | restore 渠道[:地址]\n"
    "  doctor [脚本] [--config 文件]                      检查数据库、时钟、放假安排、脚本、渠道\n"
    "  backup [脚本] 文件                                 备份，运行中也可以\n"
    "  restore 文件 [--to service|编号] [--apply]         用备份恢复\n"
    "  help [命令]                                        某个命令的说明和例子\n"
    "  help words [词] | service [词]                     方案的词汇，服务配置的词汇\n"
    "  --version                                          版本\n"
    "\n"
    "退出码：0 正常，1 有问题，2 用法错误。LANG=zh_CN.UTF-8 显示中文，其他显示英文。\n";

/* What `planrun help COMMAND` and `planrun COMMAND --help` say: examples first. */
static const struct help_text texts[] = {
    {"run",
     "  planrun scripts/nanping2021.lua                  where the plan stands, then stay\n"
     "  planrun scripts/nanping2021.lua --once           the same, and end\n"
     "  planrun a.lua b.lua --channel jsonl:out.jsonl    two plans, messages into a file\n"
     "  planrun scripts/shaoxing2012.lua --simulate=2012-05-01..2012-05-31 --json\n"
     "  planrun scripts/shaoxing2012.lua --speed 864000  ten days a second\n"
     "\n"
     "Shows the head of the plan, the last fourteen days and what comes next; records what has\n"
     "come since the last run; then stays and prints each event and message as its time comes,\n"
     "until nothing can come any more, Ctrl-C or SIGTERM. --once ends before it would wait.\n"
     "What it remembers lies in the folder $PLANRUN_STATE (else $STATE_DIRECTORY, else\n"
     "~/.local/state/planrun), a store a plan; only one process runs a plan at a time.\n"
     "--channel says where messages go: console, jsonl (standard output) or jsonl:FILE; with\n"
     "--json jsonl unless said.\n"
     "A clock that jumps forward by more than an hour while the machine runs, that is back or\n"
     "more than thirty days on after a restart, or that is not set, is in doubt: messages are\n"
     "held until it is right again. --accept-clock takes it as it is, also of a plan that runs:\n"
     "then it says so and ends.\n"
     "--as-of shows the head and what comes next from a day on, and records nothing.\n"
     "--from and --speed (seconds a second, 86400 unless said) run a store of its own from the\n"
     "beginning, which other commands read with --fast; --until ends it, --resume goes on where it\n"
     "ended. Between its runs its time stands still.\n"
     "--simulate lives the plan in memory, by default from its earliest day to its end, a\n"
     "standing plan for three years. --json gives one object a line: at, event, fired_at, plan,\n"
     "item, occurrence, tier (reminders), subjects (how many units), fate (merged, stale), text\n"
     "and to (a handler's notice); a plan's own events have no item.\n",
     "  planrun scripts/nanping2021.lua                  方案现状，然后常驻\n"
     "  planrun scripts/nanping2021.lua --once           同上，办完就退出\n"
     "  planrun a.lua b.lua --channel jsonl:out.jsonl    两个方案，消息写进文件\n"
     "  planrun scripts/shaoxing2012.lua --simulate=2012-05-01..2012-05-31 --json\n"
     "  planrun scripts/shaoxing2012.lua --speed 864000  一秒走十天\n"
     "\n"
     "显示方案概要、最近十四天和接下来的事件，补记上次运行以来到时的事件，然后常驻，事件和\n"
     "消息到时逐条显示，直到不会再有事件，或按 Ctrl-C、收到 SIGTERM。--once 不等待。\n"
     "记录存放在 $PLANRUN_STATE（否则 $STATE_DIRECTORY，再否则 ~/.local/state/planrun）文件夹\n"
     "里，一个方案一个库；同一方案同时只有一个进程运行。\n"
     "--channel 指定消息去向：console（屏幕）、jsonl（标准输出）或 jsonl:文件；有 --json 时默认\n"
     "jsonl。\n"
     "时钟在机器运行中向前跳一小时以上，重新启动后倒退或超过三十天，或没有设置，就有疑问：\n"
     "消息暂停发送，时钟恢复正常后再发。时钟没有错的，用 --accept-clock 认可；方案正在运行时，\n"
     "转告运行的进程后退出。\n"
     "--as-of 只看概要和从某日起接下来的事件，什么都不记。\n"
     "--from、--speed（一秒走多少秒，默认 86400）在另一个库里从头快走，其他命令加 --fast 查看；\n"
     "--until 指定走到哪天，--resume 从上次结束处接着走。不走的时候，那里的时间停着。\n"
     "--simulate 在内存里走完方案，默认从最早日期到结束，长期方案走三年。\n"
     "--json 每行输出一个对象：at event fired_at plan item occurrence tier（提醒）subjects（涉及\n"
     "几个单位）fate（merged 已并入，stale 过时）text 和 to（处理函数的通知）；方案本身的事件\n"
     "没有 item。\n"},
    {"status",
     "  planrun status scripts/nanping2021.lua\n"
     "  planrun status plan.lua --unit 内科 --behind\n"
     "  planrun status plan.lua --quota notes --as-of 2026-04-18\n"
     "  planrun status plan.lua --unit nurse-01 --quota notes --why\n"
     "  planrun status plan.lua --json --units 1000\n"
     "  planrun status plan.lua --xlsx 台账.xlsx\n"
     "\n"
     "How the duties stand that are open on the day (default: today) or still lack something:\n"
     "asked = done + excused + missing, who is behind and who is excused, in the order of the\n"
     "roster, the first twenty unless --units says otherwise. Below it units × duties: done/asked\n"
     "of each unit with all below it, and the same by groups, who is in none included. --unit goes\n"
     "down to one unit, group or person; --behind shows only what lacks; --quota (or --item) one\n"
     "duty; --why with both the rule, the dates and the pieces behind a cell. A past day is shown as\n"
     "it stood at its end. ● on plan, ▲ within three days of the due, or behind: undone after the\n"
     "catch-up day of what was due before the notice, ■ overdue, ✓ done. --json: one object a line,\n"
     "with DHIS2's expected, actual, rate, on_time, on_time_rate. --fast reads the store of the last\n"
     "run with --from or --speed.\n"
     "\n"
     "--ledger prints the ledger: each task in the notice's order with lead, units, person, due,\n"
     "progress and light. --xlsx writes a workbook of ledger, matrix and who has not done what (or who\n"
     "is excused, why and by whose leave), --csv the matrix; either with --ledger or --behind that one\n"
     "table alone. --csv - goes to standard output. A CSV is UTF-8 with a byte order mark, and a text\n"
     "that a spreadsheet would take for a formula has an apostrophe in front.\n",
     "  planrun status scripts/nanping2021.lua\n"
     "  planrun status plan.lua --unit 内科 --behind\n"
     "  planrun status plan.lua --quota notes --as-of 2026-04-18\n"
     "  planrun status plan.lua --unit nurse-01 --quota notes --why\n"
     "  planrun status plan.lua --json --units 1000\n"
     "  planrun status plan.lua --xlsx 台账.xlsx\n"
     "\n"
     "某日（默认今天）正在办的、以前没办完的事项：应交 = 完成 + 免交 + 缺，谁没交、谁免交，按名册\n"
     "顺序，默认列前二十个，可用 --units 改。下面是单位 × 事项的表，格内是该单位连同下属的\n"
     "完成/应交；再按支部等组织分，未编入的单列。--unit 看某一单位、组织或个人，--behind 只看\n"
     "有欠缺的，--quota（同 --item）只看一项，两者加 --why 说明这一格的规则、日期和材料。\n"
     "过去的日子按当日结束时的情况。● 正常，▲ 离期限三天以内，或未补办（期限早于发文的事项，过了\n"
     "补办日还没办），■ 逾期，✓ 办结。--json 每行一个对象，含 DHIS2 的 expected、actual、rate、\n"
     "on_time、on_time_rate。--fast 读上次用 --from 或 --speed 快走的库。\n"
     "\n"
     "--ledger 列台账：按通知的顺序，每项任务的牵头、责任单位、责任人、完成时限、进展、亮灯。--xlsx\n"
     "写成工作簿，有台账、进度、未完成（含免办的理由和批准人）三张表；--csv 写进度表；加 --ledger 或\n"
     "--behind 就只写那一张。--csv - 写到标准输出。CSV 是带标记的 UTF-8，Excel、WPS 直接打开；会被当成\n"
     "公式的文字前面加撇号。\n"},
    {"log",
     "  planrun log scripts/nanping2021.lua --count 20\n"
     "  planrun log plan.lua --event reminder --item notes --from 2026-04-01\n"
     "  planrun log plan.lua --unit ward-1 --json\n"
     "  planrun log plan.lua --follow\n"
     "\n"
     "What fired, what was reported and when a clock was in doubt, in the order of time: #17 is\n"
     "number 17 of what fired, f17 of what was reported, c17 of clocks. --event is a kind such as\n"
     "phase.start, quota.late, reminder, notice, fact.submitted, clock.ahead; fact and clock are\n"
     "all of those. --unit what concerns a unit; --count the last ones; --follow stays. --json as\n"
     "for run, facts with actor, note and recorded_at, clocks with jump (seconds) and wall. --fast\n"
     "reads the store of the last run with --from or --speed.\n",
     "  planrun log scripts/nanping2021.lua --count 20\n"
     "  planrun log plan.lua --event reminder --item notes --from 2026-04-01\n"
     "  planrun log plan.lua --unit ward-1 --json\n"
     "  planrun log plan.lua --follow\n"
     "\n"
     "发生过什么、登记过什么、时钟何时有疑问，按时间排列：#17 是事件第 17 号，f17 是登记第\n"
     "17 号，c17 是时钟记录第 17 号。--event 写事件种类，如 phase.start、quota.late、reminder、\n"
     "notice、fact.submitted、clock.ahead，fact、clock 是全部登记、全部时钟记录；--unit 只看与\n"
     "某单位有关的；--count 只看最后几条；--follow 一直跟着看。--json 与 run 相同，登记另有\n"
     "actor、note、recorded_at，时钟记录另有 jump（秒）、wall。--fast 读快走的库。\n"},
    {"why",
     "  planrun why plan.lua 17\n"
     "  planrun why plan.lua notes\n"
     "  planrun why plan.lua quota.late notes --as-of 2026-04-18\n"
     "\n"
     "Where a firing of the journal or an item comes from: the line of the script and the clause of\n"
     "the notice, what its words were read as; what has come of it, and what comes next.\n",
     "  planrun why plan.lua 17\n"
     "  planrun why plan.lua notes\n"
     "  planrun why plan.lua quota.late notes --as-of 2026-04-18\n"
     "\n"
     "日志里的某一条或某个事项从哪里来：脚本第几行、通知哪一条，原话读作什么；已经发生过\n"
     "什么，接下来是什么。\n"},
    {"compare",
     "  planrun compare plan.lua\n"
     "  planrun compare plan.lua --item core-words\n"
     "  planrun compare plan.lua --piece f17 --json\n"
     "\n"
     "Pieces of different authors that are alike, of items that ask for original work: the same file,\n"
     "or texts of which 30 % of the smaller one stand in the other, with their longest common\n"
     "passages side by side and what has been decided. Any common passage of 20 characters or more\n"
     "is found (winnowing; blanks, punctuation, case and width do not matter), none below 10. Words\n"
     "of the plan itself and passages that more than 20 pieces have, such as slogans, are no\n"
     "copying; pieces that are mostly such words are named at the end. Whether it is copied a\n"
     "person says: planrun accept or return --piece fN --reason.\n"
     "--count N shows more pairs than 20. Of files of which only the hash was kept, names and\n"
     "passages are not known. --json: one object a pair, share in thousandths.\n",
     "  planrun compare plan.lua\n"
     "  planrun compare plan.lua --item core-words\n"
     "  planrun compare plan.lua --piece f17 --json\n"
     "\n"
     "要求原创的事项里，不同作者雷同的作品：文件相同，或较短一件的文字有三成以上在另一件里；\n"
     "列出最长的相同段落左右对照，以及已经作出的处理。连续 20 字以上相同的一定查得出来，不到\n"
     "10 字的不算（空格、标点、大小写、全角半角不计）。方案自身的用语、20 件以上都有的段落（如\n"
     "口号）不算抄袭，但大部分都是这种文字的作品最后会列出。是不是抄袭由人定：planrun accept 或\n"
     "return --piece f编号 --reason。--count N 多列几对，默认 20 对。只存指纹的文件没有名称，也\n"
     "列不出段落。--json 每对一个对象，share 为千分比。\n"},
    {"apply",
     "  planrun apply plan.lua --dry-run\n"
     "  planrun apply plan.lua\n"
     "\n"
     "Makes the script as it is now the revision that runs, after showing what changes, item by\n"
     "item by id. What is met stays met, what was sent is not sent again, a moved due reminds\n"
     "anew. A script with errors changes nothing. --dry-run only shows. Works while the plan runs.\n"
     "Without a script the service looks through all of its own, as by `systemctl reload planrun`:\n"
     "what changed is taken, new plans are opened, plans whose script is gone are let go.\n"
     "--fast for the store of the last run with --from or --speed.\n",
     "  planrun apply plan.lua --dry-run\n"
     "  planrun apply plan.lua\n"
     "\n"
     "先逐项显示改了什么，然后改按现在的脚本运行。事项按编号对应：已完成的仍算完成，发过的\n"
     "不再发，改了期限的重新提醒。脚本有错误时什么都不变。--dry-run 只看不改。运行中也可以用。\n"
     "不写脚本，就由服务检查自己的全部脚本（同 systemctl reload planrun）：改过的采用，新的打开，\n"
     "脚本已删除的不再运行。\n"
     "--fast 改的是用 --from 或 --speed 快走的库。\n"},
    {"check",
     "  planrun check plan.lua\n"
     "  planrun check plan.lua --cascade\n"
     "  planrun check plan.lua --conformance\n"
     "  planrun check plan.lua --strict --rules ours.lua --rules theirs.lua\n"
     "  planrun check /etc/planrun/service.lua\n"
     "\n"
     "What contradicts itself in a plan, and what no longer keeps the notices above it. An error\n"
     "is a contradiction or violation, a warning wants to be looked at, a note is worth knowing.\n"
     "--cascade draws the dues from the highest notice down to this plan, with the days and\n"
     "working days between them; --conformance lists the verdict on each mandate above.\n"
     "--strict: warnings fail, too. --rules adds a file of rules of yours; one that bears the name\n"
     "of ours replaces it. --as-of takes another day for today. --json gives one object a line:\n"
     "rule, level, message, file, line, column, related, help. `allow` on an item silences a\n"
     "check there, but not what is laxer than a notice above. What is odd in a plan above is\n"
     "only counted: check it by itself.\n"
     "Of a service's configuration (`planrun help service`) it reads all that stands in it, the table\n"
     "of addresses too, and says whether secrets, folders and programs are there for whoever asks.\n",
     "  planrun check plan.lua\n"
     "  planrun check plan.lua --cascade\n"
     "  planrun check plan.lua --conformance\n"
     "  planrun check plan.lua --strict --rules ours.lua --rules theirs.lua\n"
     "  planrun check /etc/planrun/service.lua\n"
     "\n"
     "方案自身有没有矛盾，是不是落实了上级的要求。错误是自相矛盾或违反上级要求，警告要看一看，\n"
     "提示只供参考。--cascade 画出从最上级到本方案的期限，每一环的天数和工作日；--conformance\n"
     "对照上级逐条列出结论。--strict：有警告也不算通过。--rules 加上自己的检查文件，同名的以它\n"
     "为准。--as-of 以某日为今天。--json 每行一个对象：rule、level、message、file、line、column、\n"
     "related、help。事项里写 allow 就不再提示，违反上级要求的除外。上级方案里的问题只计数，请另行\n"
     "检查上级方案。\n"
     "检查服务的配置（见 planrun help service）时，连同通讯录一起读，并看密钥、文件夹、程序在不在、当前\n"
     "用户能不能用。\n"},
    {"explain",
     "  planrun explain feeds-late\n"
     "  planrun explain\n"
     "  planrun explain own-rule --rules ours.lua\n"
     "\n"
     "Why a finding is one, lines of a plan that have it, and what to do. Without a name all that\n"
     "can be found. --json gives one object a line: name, level, title, why, example, mend, and\n"
     "family or file, where it comes from.\n",
     "  planrun explain feeds-late\n"
     "  planrun explain\n"
     "  planrun explain own-rule --rules ours.lua\n"
     "\n"
     "某项检查为什么算问题，举例，怎么改；不写名称就列出全部。--json 每行一个对象：name、level、\n"
     "title、why、example、mend，以及来自哪里（family 或 file）。\n"},
    {"diff",
     "  planrun diff notice-2025.lua notice.lua\n"
     "  planrun diff plan.lua\n"
     "  planrun diff city.lua drafts/city.lua county.lua hospital.lua\n"
     "\n"
     "What is another in a new version of a plan, item by item by id: added, removed, moved,\n"
     "earlier or later and by how many days, more or fewer, other people, receivers, contents,\n"
     "links, reminders, words. With one script, against the revision that its store runs (--fast:\n"
     "the store of accelerated runs). Then what 'planrun apply' would make of it in a plan that\n"
     "runs. Differences are no problem: the exit code is 0.\n"
     "Further scripts are plans below, of any level: each is checked with the old and with the new\n"
     "version above it, and what conformed and no longer does is listed; then the exit code is 1.\n"
     "Plans above the new version are also looked for beside the old one.\n"
     "--json gives one object a line, by kind: versions (old, new), difference (change, about, id,\n"
     "name, field, before, after, days), apply (change, item, name, then), impact (plan, path, item,\n"
     "above, verdict, rules, details; or message, file, line).\n",
     "  planrun diff notice-2025.lua notice.lua\n"
     "  planrun diff plan.lua\n"
     "  planrun diff city.lua drafts/city.lua county.lua hospital.lua\n"
     "\n"
     "新版本改了什么，按编号逐项列出：新增、取消、移动，提前、推后多少天，数量增减，对象、报送、\n"
     "要求、关联、提醒、文字的改动。只写一个脚本时，与正在运行的版本比较（--fast 是快走的库）。\n"
     "最后说明正在运行的方案采用（apply）以后怎样。有不同不算问题，退出码为 0。\n"
     "后面再写下级方案的脚本（不论隔几级），就逐个检查：上级换成新版本以后，哪些事项原来符合、现在不\n"
     "符合上级要求，逐条列出；有这样的事项时退出码为 1。新版本自己的上级，也到旧脚本所在文件夹里找。\n"
     "--json 每行一个对象，按 kind 分：versions（old、new）、difference（change、about、id、name、\n"
     "field、before、after、days）、apply（change、item、name、then）、impact（plan、path、item、above、\n"
     "verdict、rules、details，或 message、file、line）。\n"},
    {"doctor",
     "  planrun doctor plan.lua\n"
     "  planrun doctor --config service.lua             the service\n"
     "\n"
     "Looks at the script, the store (integrity, messages that wait or were given up), who holds\n"
     "it, the clock, and the years whose holidays are known. A line that begins with ! needs\n"
     "somebody; the exit code is 1 then.\n"
     "Without a script it looks at the service: its store, each of its plans – whether the script is\n"
     "gone, or was changed three days ago and not taken, whether the roster can be read, and which\n"
     "ended ninety days ago –, the channels of its configuration (/etc/planrun/service.lua, or that\n"
     "of --config) with their secrets, programs and folders, and what was given up or is held.\n"
     "Nothing is sent.\n",
     "  planrun doctor plan.lua\n"
     "  planrun doctor --config service.lua             服务\n"
     "\n"
     "检查脚本、数据库（是否完好，有没有等着发和放弃了的消息）、由谁持有、时钟、哪些年份的放假\n"
     "安排已有。行首有 ! 的要有人处理，这时退出码为 1。\n"
     "不写脚本就检查服务：数据库，每个方案（脚本是否不在了、改动三天以上未采用，名册能否读取，哪些\n"
     "已结束九十天以上），配置（/etc/planrun/service.lua 或 --config 指定的）里的渠道及其密钥、程序、\n"
     "文件夹，以及已放弃和暂扣的消息。不会发送任何消息。\n"},
    {"backup",
     "  planrun backup plan.lua /backup/plan-2026-04-18.db\n"
     "  planrun backup /backup/service-2026-04-18.db\n"
     "\n"
     "Copies the store of a plan, whole and checked, also while it runs, and beside it, in the\n"
     "folder FILE.files, the files that were handed in, each checked by its hash: what is missing\n"
     "or damaged is named (exit code 1) and the rest copied. Without a script it copies the store of\n"
     "the service, with all its plans, and so it does with that of a plan which is served. 'planrun\n"
     "restore' goes back to a backup.\n",
     "  planrun backup plan.lua /backup/plan-2026-04-18.db\n"
     "  planrun backup /backup/service-2026-04-18.db\n"
     "\n"
     "备份方案的数据库，运行中也可以，备份后核对是否完整；交来的文件一并备份到 文件.files，\n"
     "逐个按指纹核对，丢失或损坏的会点名（退出码 1），其余照常备份。不写脚本，或写的方案由服务\n"
     "运行，就备份服务的数据库（全部方案）。用 planrun restore 恢复。\n"},
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
     "  planrun next plan.lua --unit 内科 --days 14\n"
     "\n"
     "The events of the plan from the given day (default: today) on, ten unless --count says\n"
     "otherwise. --unit tells instead what a unit, or a person, has still to do: what is open or\n"
     "overdue by due day, how much is lacking, to whom it goes; then what is missing below it.\n"
     "--days keeps to what is due within so many days, what opens later included.\n",
     "  planrun next scripts/shaoxing2012.lua --as-of 2012-05-01\n"
     "  planrun next scripts/nanping2021.lua --count 3\n"
     "  planrun next scripts/city2012.lua --as-of 2012-06-25 --json\n"
     "  planrun next plan.lua --unit 内科 --days 14\n"
     "\n"
     "列出方案从某日（默认今天）起的事件；默认十条，可用 --count 改。--unit 则列出某个单位或\n"
     "个人还要办的事：正在办的、已逾期的，按期限排列，还缺多少，报给谁；再列下属还缺的。\n"
     "--days 只列这么多天内到期的，其间才开始的也算。\n"},
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

static const struct help_text *find_text(const char *command)
{
    if (strcmp(command, "simulate") == 0) /* an option that is looked for like a command */
        command = "run";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].command, command) == 0)
            return &texts[i];
    const struct help_text *text = help_fact(command);
    if (!text)
        text = help_roster(command);
    return text ? text : help_service(command);
}

int cmd_help(struct cli *cli, int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "words") == 0 || strcmp(argv[1], "service") == 0))
        return cmd_help_words(cli, argc - 1, argv + 1);
    bool overview = argc < 2 || strcmp(argv[1], "help") == 0;
    const struct help_text *text = overview ? NULL : find_text(argv[1]);
    if (!overview && !text)
        return cli_usage(cli,
                         TR(cli->lang, "no help on '%s'; try 'planrun help'",
                            "没有关于“%s”的帮助；请看 planrun help"),
                         argv[1]);
    fputs(text ? TR(cli->lang, text->en, text->zh) : TR(cli->lang, overview_en, overview_zh),
          cli->out);
    return EXIT_FINE;
}

/* What an option's value has to look like. */
static const char *form_of(const char *option, enum lang lang)
{
    static const char *const days[] = {"--as-of",  "--from",   "--until", "--to",
                                       "--period", "--anchor", "--on"};
    static const char *const numbers[] = {"--count", "--units", "--depth",  "--fact",
                                          "--piece", "--chars", "--minutes"};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (strcmp(option, days[i]) == 0)
            return TR(lang, "a day is YYYY-MM-DD and exists",
                      "日期用半角数字写作 YYYY-MM-DD，并且要有这一天");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(option, numbers[i]) == 0)
            return TR(lang, "a whole number, 1 or more", "写半角整数，从 1 起，不带单位");
    if (strcmp(option, "--at") == 0)
        return TR(lang, "a day is YYYY-MM-DD and exists, with a time YYYY-MM-DDThh:mm",
                  "用半角数字写作 YYYY-MM-DD 或 YYYY-MM-DDThh:mm，并且要有这一天");
    if (strcmp(option, "--state") == 0)
        return TR(
            lang, "given-up, held, under-way, waiting, repeated, sent, cancelled or dropped",
            "写 given-up、held、under-way、waiting、repeated、sent、cancelled 或 dropped");
    if (strcmp(option, "--speed") == 0)
        return TR(lang, "seconds a second, 1 to 31622400", "一秒走多少秒，1 到 31622400");
    if (strcmp(option, "--channel") == 0)
        return TR(lang, "console, jsonl or jsonl:FILE", "写 console、jsonl 或 jsonl:文件");
    return TR(lang, "see the command's help", "写法见该命令的帮助");
}

int cli_bad_option(struct cli *cli, char **argv, const char *value)
{
    const char *word = argv[optind - 1];
    if (!value)
        return cli_usage(cli,
                         TR(cli->lang,
                            "unknown option “%s”, or its value is missing or too much",
                            "不认识选项“%s”，或者它缺少、多了取值"),
                         word);
    const char *option = word == value ? argv[optind - 2] : word;
    char name[24];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(option, "="), option);
    return cli_usage(cli, TR(cli->lang, "%s: “%s” does not fit; %s", "%s：“%s”不合要求；%s"),
                     name, value, form_of(name, cli->lang));
}

int cli_one_script(struct cli *cli, int argc, char **argv, const char *command)
{
    if (optind >= argc)
        return cli_usage(cli, TR(cli->lang, "%s needs one script", "%s 需要一个方案脚本"),
                         command);
    if (optind + 1 < argc)
        return cli_usage(cli,
                         TR(cli->lang,
                            "%s needs one script, “%s” is too much; options begin with --",
                            "%s 只要一个方案脚本，“%s”多余；选项以两个半角减号 -- 开头"),
                         command, argv[optind + 1]);
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
