#include "cli/help.h"

#include <stddef.h>
#include <string.h>

static const char fact_en[] =
    "  planrun submit plan.lua --item notes --unit ward-1\n"
    "  planrun submit plan.lua --item notes --unit 一病区 --count 2 --at 2026-04-10 --key 收文12号\n"
    "  planrun submit plan.lua --item essay --person n07 --file 征文.docx\n"
    "  planrun submit plan.lua --from pieces.csv\n"
    "  planrun excuse plan.lua --item notes --unit ward-2 --reason 整体休整 --approved-by 护理部\n"
    "  planrun extend plan.lua --item notes --unit ward-2 --until 2026-05-10 --reason 人员外派\n"
    "  planrun withdraw plan.lua --fact f17 --note 登错了单位\n"
    "\n"
    "Records what happened: pieces handed in, a unit excused, a due day put off, an earlier\n"
    "record taken back (the unit's last one unless --fact says which). Nothing is deleted.\n"
    "--item and --unit are an id or a whole name. --at is when it happened, a day or\n"
    "2026-04-10T15:30, by default now: it decides whether it was in time. --key is a mark of\n"
    "yours: the same key twice is one record. --period (a day of it) or --phase say which time\n"
    "of a recurring duty is meant. --by is who says so, by default the login. Works while the\n"
    "plan runs and while not; --fast for the store of the last run with --from or --speed, where\n"
    "now is what that run has reached.\n"
    "\n"
    "--person alone counts at every asked unit that the person belongs to: department and branch.\n"
    "--file (several are fine) keeps the file and counts its characters; --chars and --minutes\n"
    "say them. What breaks where.chars, where.minutes or where.original is recorded and does not\n"
    "count until somebody accepts it. A piece counts also for what is declared the same, in other\n"
    "plans too, and for the quota around it. More time is asked for before the due (--at); it\n"
    "and an excuse need --reason, and --approved-by says who allowed it.\n"
    "\n"
    "--from FILE takes many at once, all of them or none: CSV with a header, or .jsonl, an object a\n"
    "line. The columns are item, unit, person, count, at, key, note, chars, minutes, phase, period;\n"
    "item is needed, and unit or person. A row without a key gets one from what it says: the same\n"
    "file once more records nothing, but what was taken back (undo, withdraw). A row with a key of\n"
    "its own stays taken back until it has another key.\n";

static const char fact_zh[] =
    "  planrun submit plan.lua --item notes --unit ward-1\n"
    "  planrun submit plan.lua --item notes --unit 一病区 --count 2 --at 2026-04-10 --key 收文12号\n"
    "  planrun submit plan.lua --item essay --person n07 --file 征文.docx\n"
    "  planrun submit plan.lua --from 登记表.csv\n"
    "  planrun excuse plan.lua --item notes --unit ward-2 --reason 整体休整 --approved-by 护理部\n"
    "  planrun extend plan.lua --item notes --unit ward-2 --until 2026-05-10 --reason 人员外派\n"
    "  planrun withdraw plan.lua --fact f17 --note 登错了单位\n"
    "\n"
    "登记发生了什么：交来几件、免交、延期、撤回以前的登记（不写 --fact 就是该单位最近一次）。\n"
    "登记只增不删。--item、--unit 写编号或全名。--at 是发生的时间，写日期或 2026-04-10T15:30，默认现在，\n"
    "是否按期以它为准。--key 是自己的记号，同一记号登记两次只算一次。--period（其中一天）、\n"
    "--phase 说明是周期事项的哪一期、哪个阶段。--by 是登记人，默认登录名。方案在不在运行都可以登记。\n"
    "--fast 登记到用 --from 或 --speed 快走的库里，那里的现在就是走到的时候。\n"
    "\n"
    "只写 --person 时，计入这个人所在的每个应交单位，科室、支部各计一次。--file（可写多个）保存文件\n"
    "并统计字数，也可用 --chars、--minutes 写明字数、时长。不合 where 的 chars、minutes、original\n"
    "的，照样登记，但不计数，有人采用（accept）后才计。同一要求（same）的事项、外层的指标同时计数，\n"
    "别的方案里的也一样。延期要在期限之前提出（--at）；延期、免交要写 --reason，--approved-by 是批准人。\n"
    "\n"
    "--from 文件：一次登记许多条，要么全部登记，要么一条也不登记。文件是带表头的 CSV，或每行一个对象的\n"
    ".jsonl；列为 事项 单位 人员 件数 时间 记号 备注 字数 分钟 阶段 周期，事项必填，单位、人员至少填一个。\n"
    "没有记号的行按内容自动取一个，同一文件再登记一次，不会重复；撤回（undo、withdraw）了的行会重新登记。\n"
    "自带记号的行撤回以后，要换一个记号才能重新登记。\n";

static const char piece_en[] =
    "  planrun return plan.lua --piece f17 --reason 出处没有写明\n"
    "  planrun rework plan.lua --piece f17 --file 征文-改.docx\n"
    "  planrun accept plan.lua --piece f17\n"
    "  planrun recommend plan.lua --piece f17 --item articles\n"
    "  planrun select plan.lua --piece f17\n"
    "\n"
    "What becomes of a piece: its number stands in the answer to submit and in planrun log. It is\n"
    "accepted, or returned (--reason) and reworked – then its first time stays – and recommended or\n"
    "selected. --item says to which quota, where the plan has several: those that count recommended or\n"
    "selected pieces and that the piece's item feeds or holds. A returned piece counts nowhere. accept\n"
    "with --reason lets a piece count that breaks a rule. Each is a record with --at, --key and --by\n"
    "like the others; withdraw --fact takes one back, undo the last. --of KEY instead of --piece is\n"
    "the key under which another plan's command recorded the piece here.\n";

static const char piece_zh[] =
    "  planrun return plan.lua --piece f17 --reason 出处没有写明\n"
    "  planrun rework plan.lua --piece f17 --file 征文-改.docx\n"
    "  planrun accept plan.lua --piece f17\n"
    "  planrun recommend plan.lua --piece f17 --item articles\n"
    "  planrun select plan.lua --piece f17\n"
    "\n"
    "登记一件作品后来怎样，编号见 submit 的回执和 planrun log。采用（accept）；退回（return，要写\n"
    "--reason）后改好再交（rework），时间仍算第一次交的；推荐（recommend）、入选（select）。推荐到哪个\n"
    "指标有几种可能时用 --item 写明：能去的是作品所属事项汇入（feeds）或包含的、只计推荐或入选作品的\n"
    "指标。退回的作品哪里都不计数。不合要求的作品，accept 写明 --reason 后计数。--at、--key、--by 同\n"
    "submit；登错的用 withdraw --fact 撤回，最近一次用 undo。--of 记号 可代替 --piece，是别的方案登记到\n"
    "这里时的记号。\n";

static const char undo_en[] =
    "  planrun undo plan.lua\n"
    "  planrun undo plan.lua --reason 登错了 --by 党政办\n"
    "\n"
    "Takes back the last record that is not taken back yet, with all that was said at once – a whole\n"
    "import, a whole roster change –, and says what it was. Nothing is deleted: taking back is a\n"
    "record too. Saying it again goes one further. What was taken back is recorded anew, under another\n"
    "key if it had one. --key makes saying it twice once.\n";

static const char undo_zh[] =
    "  planrun undo plan.lua\n"
    "  planrun undo plan.lua --reason 登错了 --by 党政办\n"
    "\n"
    "撤销最近一次还没有撤回的登记，连同一起登记的全部（整批导入、整批名册变动），并说明撤销的是什么。\n"
    "登记只增不删，撤销也是一条登记。再执行一次就再往前撤一次；撤错了就重新登记，原来有记号的换一个\n"
    "记号。有 --key 时，同一记号执行两次只算一次。\n";

const struct help_text *help_fact(const char *command)
{
    static const struct help_text texts[] = {
        {"submit", fact_en, fact_zh},   {"excuse", fact_en, fact_zh},
        {"extend", fact_en, fact_zh},   {"withdraw", fact_en, fact_zh},
        {"accept", piece_en, piece_zh}, {"return", piece_en, piece_zh},
        {"rework", piece_en, piece_zh}, {"recommend", piece_en, piece_zh},
        {"select", piece_en, piece_zh}, {"undo", undo_en, undo_zh},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].command, command) == 0)
            return &texts[i];
    return NULL;
}
